//! One frame seen layer by layer: what each header says, where it says it, and what is wrong.
//!
//! [`Layers::dissect`] takes any bytes and never panics: what cannot be read is a [`Problem`] of the
//! layer where reading ended. Fields are named as Wireshark names them. [`diff`] says what a hop
//! changed; [`Layers::info`] is the line that Wireshark shows in its Info column.
//!
//! The header views of smoltcp are not used here: they refuse a packet that was cut, as the ones
//! quoted in ICMP errors are, and they cannot say where in the frame a value lies.

mod arp;
mod dhcp;
mod dns;
mod ethernet;
mod field;
mod http;
mod icmp;
mod icmpv6;
mod igmp;
mod ipv4;
mod ipv6;
mod llc;
mod name;
mod names;
mod nd;
mod protocol;
mod reader;
mod stp;
mod tcp;
mod udp;

use std::net::IpAddr;
use std::ops::Range;

pub use field::{Field, FieldValue};
pub use names::FieldName;
pub use protocol::LayerProtocol;

use reader::{Frame, Upper};

/// A frame, layer by layer, from the outside in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// The layers. Those of a packet that an ICMP error quotes follow it, marked as
    /// [`quoted`](Layer::quoted).
    pub layers: Vec<Layer>,
}

/// One layer: a header and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Whose header.
    pub protocol: LayerProtocol,
    /// The bytes of the frame that the header takes, without its payload.
    pub range: Range<usize>,
    /// The fields in the order in which they are in the header. Options may repeat a name.
    pub fields: Vec<Field>,
    /// How the checksum fits, where the protocol has one.
    pub checksum: Option<ChecksumState>,
    /// What is wrong with the header.
    pub problems: Vec<Problem>,
    /// Whether this is part of a packet that is quoted in an ICMP error.
    pub quoted: bool,
}

/// How a checksum fits the bytes it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksumState {
    /// It fits.
    Right,
    /// It does not.
    Wrong {
        /// The one in the header.
        found: u16,
        /// The one that fits.
        expected: u16,
    },
    /// The sender left it out (UDP over IPv4 only).
    Absent,
    /// Not all bytes it covers are here, as they were sent: a fragment, or a quoted packet, which
    /// may be cut and whose TTL has changed.
    Unverifiable,
}

/// What is wrong with a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The bytes end before the header does.
    Truncated {
        /// Bytes that the header needs.
        needed: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// A field has a value that the protocol does not allow.
    BadValue {
        /// The field.
        field: FieldName,
        /// Its value.
        found: u64,
        /// What was expected: a short English phrase.
        expected: &'static str,
    },
    /// A length says more bytes than there are.
    TooLong {
        /// The field.
        field: FieldName,
        /// What it says.
        says: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// The checksum does not fit.
    ChecksumWrong {
        /// The one in the header.
        found: u16,
        /// The one that fits.
        expected: u16,
    },
}

impl Problem {
    /// Whether the header cannot be relied on, as opposed to a checksum that is merely wrong.
    pub const fn is_malformed(&self) -> bool {
        !matches!(self, Self::ChecksumWrong { .. })
    }
}

impl Layer {
    /// The first field of this name.
    pub fn field(&self, name: FieldName) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The number that the first field of this name says.
    pub fn number(&self, name: FieldName) -> Option<u64> {
        self.field(name)?.value.number()
    }

    /// The address that the first field of this name says.
    pub fn address(&self, name: FieldName) -> Option<IpAddr> {
        match self.field(name)?.value {
            FieldValue::Ip(address) => Some(address),
            _ => None,
        }
    }
}

impl Layers {
    /// Takes a frame apart: any bytes, from the destination address on.
    pub fn dissect(bytes: &[u8]) -> Self {
        let mut layers = Self::default();
        ethernet::dissect(&mut layers, Frame::new(bytes));
        layers
    }

    /// Takes an IP packet apart that has no Ethernet header (yet).
    pub fn dissect_ip(bytes: &[u8]) -> Self {
        let mut layers = Self::default();
        layers.packet(Frame::new(bytes), false);
        layers
    }

    /// The outermost layer of this protocol, quoted ones left out.
    pub fn find(&self, protocol: LayerProtocol) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.protocol == protocol && !layer.quoted)
    }

    /// The innermost layer that is not quoted and not merely data; headers that extend IPv6 belong
    /// to that.
    pub fn top(&self) -> Option<&Layer> {
        let mut layers = self.layers.iter().filter(|layer| !layer.quoted);
        layers
            .rfind(|layer| layer.protocol != LayerProtocol::Data && !layer.protocol.extends_ipv6())
    }

    /// Everything that is wrong, with the layer where it is.
    pub fn problems(&self) -> impl Iterator<Item = (&Layer, &Problem)> {
        self.layers
            .iter()
            .flat_map(|layer| layer.problems.iter().map(move |problem| (layer, problem)))
    }

    /// Whether no header is malformed; checksums may be wrong.
    pub fn is_well_formed(&self) -> bool {
        !self.problems().any(|(_, problem)| problem.is_malformed())
    }

    /// An IP packet of either version, as its first four bits say. Returns how many bytes it is.
    fn packet(&mut self, frame: Frame<'_>, quoted: bool) -> usize {
        match frame.rest().first().map(|byte| byte >> 4) {
            Some(6) => ipv6::dissect(self, frame, quoted),
            _ => ipv4::dissect(self, frame, quoted),
        }
    }

    /// What an IP packet carries.
    fn upper(&mut self, frame: Frame<'_>, upper: &Upper) {
        match upper.protocol {
            1 if !upper.is_v6() => icmp::dissect(self, frame, upper),
            2 if !upper.is_v6() => igmp::dissect(self, frame, upper),
            58 if upper.is_v6() => icmpv6::dissect(self, frame, upper),
            6 => tcp::dissect(self, frame, upper),
            17 => udp::dissect(self, frame, upper),
            _ => self.data(frame, upper.quoted),
        }
    }

    /// The rest, if there is any.
    fn data(&mut self, frame: Frame<'_>, quoted: bool) {
        if frame.rest().is_empty() {
            return;
        }
        let mut layer = frame.layer(LayerProtocol::Data, frame.rest().len(), quoted);
        layer.bytes(FieldName::Data, 0, frame.rest().len());
        self.layers.push(layer.done());
    }
}

/// A field that differs between two frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The layer.
    pub layer: LayerProtocol,
    /// The field.
    pub field: FieldName,
    /// Its value before; `None` where it was not there.
    pub old: Option<FieldValue>,
    /// Its value after; `None` where it is gone.
    pub new: Option<FieldValue>,
}

/// What differs between two frames, such as one that came to a router and the one that left it.
///
/// Layers are matched by protocol, in order; fields within a layer by name, in order. A layer that
/// is in one frame only (a VLAN tag that was put in) counts field by field. Quoted packets are
/// compared with quoted ones only.
pub fn diff(old: &Layers, new: &Layers) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut left: Vec<&Layer> = new.layers.iter().collect();
    for before in &old.layers {
        let same =
            |layer: &&Layer| layer.protocol == before.protocol && layer.quoted == before.quoted;
        match left.iter().position(same) {
            Some(at) => diff_layer(&mut changes, before, Some(left.remove(at))),
            None => diff_layer(&mut changes, before, None),
        }
    }
    for after in left {
        changes.extend(after.fields.iter().map(|field| Change {
            layer: after.protocol,
            field: field.name,
            old: None,
            new: Some(field.value.clone()),
        }));
    }
    changes
}

fn diff_layer(changes: &mut Vec<Change>, before: &Layer, after: Option<&Layer>) {
    let mut left: Vec<&Field> = after.map_or_else(Vec::new, |layer| layer.fields.iter().collect());
    let layer = before.protocol;
    for field in &before.fields {
        let at = left.iter().position(|other| other.name == field.name);
        let new = at.map(|at| left.remove(at).value.clone());
        if new.as_ref() != Some(&field.value) {
            changes.push(Change { layer, field: field.name, old: Some(field.value.clone()), new });
        }
    }
    changes.extend(left.into_iter().map(|field| Change {
        layer,
        field: field.name,
        old: None,
        new: Some(field.value.clone()),
    }));
}

#[cfg(test)]
mod tests;
