//! Reading: a window of the frame that knows where it is, and a layer being filled from it.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use lanternet_core::MacAddr;

use super::{ChecksumState, Field, FieldName, FieldValue, Layer, LayerProtocol, Problem};
use crate::wire::checksum::{Sum, pseudo_header};

/// What is left of a frame from some header on.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    rest: &'a [u8],
    /// Where `rest` starts in the frame.
    offset: usize,
}

impl<'a> Frame<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0 }
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// What follows the first `len` bytes; nothing when there are fewer.
    pub(super) fn skip(self, len: usize) -> Self {
        let len = len.min(self.rest.len());
        Self { rest: &self.rest[len..], offset: self.offset + len }
    }

    /// The first `len` bytes, or all when there are fewer.
    pub(super) fn first(self, len: usize) -> Self {
        Self { rest: &self.rest[..len.min(self.rest.len())], ..self }
    }

    /// A layer whose header is the first `len` bytes, or as many as there are.
    pub(super) fn layer(self, protocol: LayerProtocol, len: usize, quoted: bool) -> Filling<'a> {
        let header = self.first(len);
        let mut layer = Layer {
            protocol,
            range: self.offset..self.offset + header.rest.len(),
            fields: Vec::new(),
            checksum: None,
            problems: Vec::new(),
            quoted,
        };
        // A quoted packet is cut on purpose.
        if self.rest.len() < len && !quoted {
            layer.problems.push(Problem::Truncated { needed: len, found: self.rest.len() });
        }
        Filling { frame: self, layer, cut: quoted }
    }

    /// A layer of an application: all that is left.
    pub(super) fn application(self, protocol: LayerProtocol, upper: &Upper) -> Filling<'a> {
        let filling = self.layer(protocol, self.rest.len(), upper.quoted);
        Filling { cut: upper.cut(), ..filling }
    }
}

/// How the number in a field is to be understood.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Counts.
    Number,
    /// Counts in units of so many bytes.
    Times(u64),
    /// Counts parts of a second, of which there are so many.
    Parts(u32),
    /// Names.
    Hex,
    /// One bit.
    Flag,
    /// A hardware address.
    Mac,
    /// An IPv4 or IPv6 address, by the field's width.
    Ip,
}

/// A field of a fixed header: name, first bit, bits, meaning.
pub(super) type Spec = (FieldName, usize, usize, Kind);

/// A layer that is being filled. Fields beyond the end of the bytes are left out.
pub(super) struct Filling<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) layer: Layer,
    /// Whether the bytes may end early without being wrong.
    pub(super) cut: bool,
}

impl<'a> Filling<'a> {
    pub(super) fn read(&mut self, specs: &[Spec]) {
        for &(name, start, len, kind) in specs {
            self.field(name, start, len, kind);
        }
    }

    pub(super) fn field(&mut self, name: FieldName, start: usize, len: usize, kind: Kind) {
        let Some(bytes) = self.frame.rest.get(start / 8..(start + len).div_ceil(8)) else { return };
        let number = || {
            let all = bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
            let behind = bytes.len() * 8 - start % 8 - len;
            (all >> behind) & (u64::MAX >> (64 - len))
        };
        let value = match kind {
            Kind::Number => FieldValue::Number(number()),
            Kind::Times(unit) => FieldValue::Number(number() * unit),
            Kind::Parts(of) => FieldValue::Parts(number(), of),
            Kind::Hex => FieldValue::Hex(number(), len.div_ceil(4) as u8),
            Kind::Flag => FieldValue::Flag(number() != 0),
            Kind::Mac => match MacAddr::from_slice(bytes) {
                Some(mac) => FieldValue::Mac(mac),
                None => return,
            },
            Kind::Ip => match address(bytes) {
                Some(address) => FieldValue::Ip(address),
                None => return,
            },
        };
        self.put(name, start, len, value);
    }

    /// A field of whole bytes without further meaning.
    pub(super) fn bytes(&mut self, name: FieldName, start: usize, len: usize) {
        if let Some(bytes) = self.frame.rest.get(start..start + len) {
            self.put(name, start * 8, len * 8, FieldValue::Bytes(bytes.into()));
        }
    }

    /// A name or words, which take `len` bytes from `start` on.
    pub(super) fn text(&mut self, name: FieldName, start: usize, len: usize, text: String) {
        if self.frame.rest.get(start..start + len).is_some() {
            self.put(name, start * 8, len * 8, FieldValue::Text(text.into()));
        }
    }

    /// Bytes as words: what is not printable ASCII becomes `\DDD`, a backslash `\\`.
    pub(super) fn words(&mut self, name: FieldName, start: usize, len: usize) {
        if let Some(bytes) = self.frame.rest.get(start..start + len) {
            self.put(name, start * 8, len * 8, FieldValue::Text(printable(bytes).into()));
        }
    }

    /// A value that was found elsewhere than [`field`](Self::field) looks for it.
    pub(super) fn put(&mut self, name: FieldName, start: usize, len: usize, value: FieldValue) {
        let first = self.frame.offset * 8 + start;
        let bits = Range { start: first as u32, end: (first + len) as u32 };
        self.layer.fields.push(Field { name, value, bits });
    }

    /// Whether there are so many bytes from the start of the layer on; if not, and the packet was
    /// not cut on purpose, that is a problem.
    pub(super) fn needs(&mut self, needed: usize) -> bool {
        let found = self.frame.rest.len();
        if needed > found && !self.cut {
            self.problem(Problem::Truncated { needed, found });
        }
        needed <= found
    }

    pub(super) fn problem(&mut self, problem: Problem) {
        self.layer.problems.push(problem);
    }

    /// The number in a field that was read, if it was there.
    pub(super) fn number(&self, name: FieldName) -> Option<usize> {
        self.layer.number(name).and_then(|number| usize::try_from(number).ok())
    }

    /// Judges a checksum that was found over bytes that sum up to `sum`, itself included. `None`
    /// for the sum says that not all bytes are here.
    pub(super) fn judge(&mut self, field: FieldName, sum: Option<Sum>) {
        let found = self.number(field).map(|found| found as u16);
        let state = match (found, sum) {
            (None, _) => return,
            (Some(_), None) => ChecksumState::Unverifiable,
            (Some(_), Some(sum)) if sum.finish() == 0 => ChecksumState::Right,
            (Some(found), Some(sum)) => {
                // Take the found one out of the sum again: subtracting is adding the complement.
                let expected = Sum::new().with_u16(!sum.finish()).with_u16(!found);
                let udp = self.layer.protocol == LayerProtocol::Udp;
                let expected = if udp { expected.finish_udp() } else { expected.finish() };
                self.problem(Problem::ChecksumWrong { found, expected });
                ChecksumState::Wrong { found, expected }
            }
        };
        self.layer.checksum = Some(state);
    }

    pub(super) fn done(self) -> Layer {
        self.layer
    }
}

/// The bytes as words; see [`Filling::words`].
pub(super) fn printable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b' '..=b'~' => text.push(char::from(*byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(text, "\\{byte:03}")),
        }
    }
    text
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => bytes.first_chunk::<4>().map(|bytes| Ipv4Addr::from(*bytes).into()),
        16 => bytes.first_chunk::<16>().map(|bytes| Ipv6Addr::from(*bytes).into()),
        _ => None,
    }
}

/// What a transport layer has to know of the IP packet around it.
pub(super) struct Upper {
    pub(super) source: Option<IpAddr>,
    pub(super) destination: Option<IpAddr>,
    pub(super) protocol: u8,
    /// Whether all bytes of the packet are here and as they were sent: it is no fragment, was not
    /// cut, and is not quoted.
    pub(super) whole: bool,
    pub(super) quoted: bool,
}

impl Upper {
    /// Whether what is carried may end early without being wrong.
    pub(super) fn cut(&self) -> bool {
        self.quoted || !self.whole
    }

    pub(super) fn is_v6(&self) -> bool {
        matches!(self.source, Some(IpAddr::V6(_)))
    }

    /// The pseudo-header of `len` bytes, when the checksum can be judged at all.
    pub(super) fn pseudo_header(&self, len: usize) -> Option<Sum> {
        let sum = pseudo_header(self.source?, self.destination?, self.protocol, len as u32);
        self.whole.then_some(sum)
    }
}
