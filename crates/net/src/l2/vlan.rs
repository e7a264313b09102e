//! VLANs: the tag in a frame, and which port is in which VLAN (IEEE 802.1Q).

use lanternet_core::trace::VlanSource;
use lanternet_core::{Context, DropReason, Frame, PortId, VlanId};

/// The EtherType of a VLAN tag (802.1Q table 9-1, the customer tag). The service tag of 0x88a8 is
/// content here, as any other EtherType: these are customer bridges.
pub const ETHERTYPE_VLAN: u16 = 0x8100;
/// Bytes of a tag: its EtherType, and priority, drop eligibility and VLAN in two bytes.
pub(crate) const TAG_LEN: usize = 4;
/// Where in a frame the tag is: after the two addresses.
const TAG_AT: usize = 12;
/// The bits of a tag's second half that are the VLAN.
const VID: u16 = 0x0fff;

/// Which frames a port takes, and how they leave by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortVlans {
    /// A port of one VLAN, for a station that knows nothing of VLANs: frames have no tag.
    Access(VlanId),
    /// A port of several VLANs, for another switch or a router: frames have a tag that says which.
    Trunk {
        /// The VLANs whose frames have a tag.
        tagged: Box<[VlanId]>,
        /// The VLAN whose frames have none. Without one, frames without a tag are not taken.
        native: Option<VlanId>,
    },
}

impl PortVlans {
    /// The VLAN of a frame without a tag.
    pub fn untagged(&self) -> Option<VlanId> {
        match self {
            Self::Access(vlan) => Some(*vlan),
            Self::Trunk { native, .. } => *native,
        }
    }

    /// The VLANs of the port, each with whether its frames leave with a tag. The native VLAN's
    /// leave without, also where it is named among the others.
    pub fn vlans(&self) -> impl Iterator<Item = (VlanId, bool)> + '_ {
        let untagged = self.untagged();
        let tagged = match self {
            Self::Access(_) => &[][..],
            Self::Trunk { tagged, .. } => tagged,
        };
        let tagged = tagged.iter().filter(move |vlan| Some(**vlan) != untagged);
        untagged.map(|vlan| (vlan, false)).into_iter().chain(tagged.map(|vlan| (*vlan, true)))
    }

    /// Whether frames of this VLAN come and go by this port.
    pub fn carries(&self, vlan: VlanId) -> bool {
        match self {
            Self::Access(own) => *own == vlan,
            Self::Trunk { tagged, native } => *native == Some(vlan) || tagged.contains(&vlan),
        }
    }
}

/// The second half of a tag: priority (3 bits), drop eligibility (1), VLAN (12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag(u16);

impl Tag {
    /// The tag of a frame, if it has one; `Err` when it is cut short in the middle of it.
    #[inline]
    pub(crate) fn of(frame: &Frame) -> Result<Option<Self>, DropReason> {
        if frame.ethertype() != Some(ETHERTYPE_VLAN) {
            return Ok(None);
        }
        let bytes = frame.bytes();
        match bytes.get(TAG_AT + 2..TAG_AT + 6) {
            Some(tag) => Ok(Some(Self(u16::from_be_bytes([tag[0], tag[1]])))),
            None => Err(DropReason::Runt { len: bytes.len() as u32 }),
        }
    }

    /// The number in it: a VLAN, 0 for none, or the reserved 4095.
    pub(crate) fn number(self) -> u16 {
        self.0 & VID
    }

    /// The VLAN in it.
    pub(crate) fn vlan(self) -> Option<VlanId> {
        VlanId::new(self.number())
    }

    /// The same priority with this VLAN.
    pub(crate) fn with_vlan(self, vlan: VlanId) -> Self {
        Self(self.0 & !VID | vlan.number())
    }

    /// A tag without priority.
    pub(crate) fn new(vlan: VlanId) -> Self {
        Self(vlan.number())
    }

    /// The priority (PCP), 0 to 7.
    pub(crate) fn priority(self) -> u8 {
        (self.0 >> 13) as u8
    }

    /// A buffer with this tag between the addresses and the rest of these bytes.
    pub(crate) fn insert(self, ctx: &mut Context<'_>, bytes: &[u8]) -> Vec<u8> {
        let mut tagged = ctx.buffer(bytes.len() + TAG_LEN);
        tagged[..TAG_AT].copy_from_slice(&bytes[..TAG_AT]);
        tagged[TAG_AT..TAG_AT + 2].copy_from_slice(&ETHERTYPE_VLAN.to_be_bytes());
        tagged[TAG_AT + 2..TAG_AT + TAG_LEN].copy_from_slice(&self.0.to_be_bytes());
        tagged[TAG_AT + TAG_LEN..].copy_from_slice(&bytes[TAG_AT..]);
        tagged
    }
}

/// The frame without its tag.
pub(crate) fn without_tag(ctx: &mut Context<'_>, frame: &Frame) -> Frame {
    let bytes = frame.bytes();
    let mut plain = ctx.buffer(bytes.len() - TAG_LEN);
    plain[..TAG_AT].copy_from_slice(&bytes[..TAG_AT]);
    plain[TAG_AT..].copy_from_slice(&bytes[TAG_AT + TAG_LEN..]);
    frame.retagged(plain)
}

/// A frame on its way through a bridge, and the two forms in which it can leave. Each is made when
/// a port first asks for it.
pub(super) struct Passing {
    arrived: Frame,
    tag: Option<Tag>,
    /// Its VLAN.
    pub(super) vlan: VlanId,
    /// What said so.
    pub(super) by: VlanSource,
    tagged: Option<Frame>,
    plain: Option<Frame>,
}

impl Passing {
    /// Finds the VLAN of a frame that came in by a port (802.1Q sections 6.9 and 8.6.2).
    ///
    /// # Errors
    /// The frame, and why it is not taken.
    pub(super) fn classify(
        arrived: Frame,
        port: PortId,
        vlans: &PortVlans,
    ) -> Result<Self, (Frame, DropReason)> {
        let tag = match Tag::of(&arrived) {
            Ok(tag) => tag,
            Err(reason) => return Err((arrived, reason)),
        };
        let untagged = || vlans.untagged().ok_or(DropReason::NoNativeVlan { port });
        let found = match (tag, vlans) {
            (None, PortVlans::Access(vlan)) => Ok((*vlan, VlanSource::AccessPort)),
            (None, PortVlans::Trunk { .. }) => {
                untagged().map(|vlan| (vlan, VlanSource::NativeVlan))
            }
            (Some(tag), _) if tag.number() == 0 => {
                untagged().map(|vlan| (vlan, VlanSource::PriorityTag))
            }
            (Some(tag), _) => match (tag.vlan(), vlans) {
                (None, _) => Err(DropReason::ReservedVlan { port, number: tag.number() }),
                (Some(tag), PortVlans::Access(vlan)) => {
                    Err(DropReason::TaggedOnAccessPort { port, tag, vlan: *vlan })
                }
                (Some(vlan), trunk) if trunk.carries(vlan) => Ok((vlan, VlanSource::Tag)),
                (Some(vlan), _) => Err(DropReason::VlanNotAllowed { port, vlan }),
            },
        };
        match found {
            Ok((vlan, by)) => Ok(Self { arrived, tag, vlan, by, tagged: None, plain: None }),
            Err(reason) => Err((arrived, reason)),
        }
    }

    /// The bytes of the frame from its type on, without its tag.
    pub(super) fn content(&self) -> &[u8] {
        let at = if self.tag.is_some() { 16 } else { 12 };
        self.arrived.bytes().get(at..).unwrap_or_default()
    }

    /// Whether leaving this way changes the frame.
    pub(super) fn changes(&self, tagged: bool) -> bool {
        match tagged {
            true => self.tag.and_then(Tag::vlan).is_none(),
            false => self.tag.is_some(),
        }
    }

    /// The tag with which it leaves where it leaves with one. The priority that it came with stays.
    pub(super) fn tag(&self) -> Tag {
        self.tag.map_or_else(|| Tag::new(self.vlan), |tag| tag.with_vlan(self.vlan))
    }

    /// The frame as it leaves.
    pub(super) fn leave(&mut self, ctx: &mut Context<'_>, tagged: bool) -> Frame {
        if !self.changes(tagged) {
            return self.arrived.clone();
        }
        let known = if tagged { &self.tagged } else { &self.plain };
        if let Some(frame) = known {
            return frame.clone();
        }
        let plain = match self.tag {
            None => self.arrived.clone(),
            Some(_) => without_tag(ctx, &self.arrived),
        };
        if !tagged {
            self.plain = Some(plain.clone());
            return plain;
        }
        let bytes = self.tag().insert(ctx, plain.bytes());
        let frame = self.arrived.retagged(bytes);
        self.tagged = Some(frame.clone());
        frame
    }

    /// Gives up what it holds.
    pub(super) fn recycle(self, ctx: &mut Context<'_>) {
        for frame in [Some(self.arrived), self.tagged, self.plain].into_iter().flatten() {
            ctx.recycle(frame);
        }
    }
}

/// The VLANs of a bridge's ports, and through which of them each VLAN's frames can leave.
#[derive(Debug)]
pub(super) struct Vlans {
    /// By the number of the port. A port that is not the bridge's has `None`.
    ports: Box<[Option<PortVlans>]>,
    /// By VLAN, in ascending order: the ports that are open, in ascending order, each with whether
    /// frames leave by it with a tag.
    open: Vec<(VlanId, Vec<(PortId, bool)>)>,
}

impl Vlans {
    pub(super) fn new(ports: Vec<Option<PortVlans>>, open: &[PortId]) -> Self {
        let mut vlans = Self { ports: ports.into(), open: Vec::new() };
        vlans.update(open);
        vlans
    }

    /// Other ports are open from now on: these, in ascending order.
    pub(super) fn update(&mut self, open: &[PortId]) {
        self.open.clear();
        for port in open {
            let vlans = self.ports.get(usize::from(port.0)).and_then(Option::as_ref);
            for (vlan, tagged) in vlans.into_iter().flat_map(PortVlans::vlans) {
                let at = match self.open.binary_search_by_key(&vlan, |(vlan, _)| *vlan) {
                    Ok(at) => at,
                    Err(at) => {
                        self.open.insert(at, (vlan, Vec::new()));
                        at
                    }
                };
                let members = &mut self.open[at].1;
                // A list may name a VLAN twice.
                if members.last().is_none_or(|(last, _)| last != port) {
                    members.push((*port, tagged));
                }
            }
        }
    }

    /// The VLANs of a port; `None` where it is not the bridge's.
    pub(super) fn of(&self, port: PortId) -> Option<&PortVlans> {
        self.ports.get(usize::from(port.0))?.as_ref()
    }

    /// All VLANs of all ports, in ascending order.
    pub(super) fn all(&self) -> Vec<VlanId> {
        let ports = self.ports.iter().flatten();
        let mut all: Vec<_> = ports.flat_map(PortVlans::vlans).map(|(vlan, _)| vlan).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The open ports of a VLAN, each with whether frames leave by it with a tag.
    pub(super) fn members(&self, vlan: VlanId) -> &[(PortId, bool)] {
        match self.open.binary_search_by_key(&vlan, |(vlan, _)| *vlan) {
            Ok(at) => &self.open[at].1,
            Err(_) => &[],
        }
    }
}
