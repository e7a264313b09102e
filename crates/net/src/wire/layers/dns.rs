//! DNS (RFC 1035), over UDP and, with a length in front, over TCP.

use super::reader::{Filling, Frame, Kind, Spec, Upper};
use super::{FieldName, LayerProtocol, Layers, Problem, name};

/// The port of servers.
pub(super) const PORT: usize = 53;

/// Bytes of the header.
const LEN: usize = 12;

const HEADER: [Spec; 3] = [
    (FieldName::DnsId, 0, 16, Kind::Hex),
    (FieldName::DnsResponse, 16, 1, Kind::Flag),
    (FieldName::DnsOpcode, 17, 4, Kind::Number),
];

/// Of the flags, those that mean nothing in a question are left out there.
const FLAGS: [(Spec, bool); 8] = [
    ((FieldName::DnsAuthoritative, 21, 1, Kind::Flag), true),
    ((FieldName::DnsTruncated, 22, 1, Kind::Flag), false),
    ((FieldName::DnsRecursionDesired, 23, 1, Kind::Flag), false),
    ((FieldName::DnsRecursionAvailable, 24, 1, Kind::Flag), true),
    ((FieldName::DnsReserved, 25, 1, Kind::Flag), false),
    ((FieldName::DnsAuthenticated, 26, 1, Kind::Flag), false),
    ((FieldName::DnsCheckingDisabled, 27, 1, Kind::Flag), false),
    ((FieldName::DnsRcode, 28, 4, Kind::Number), true),
];

const COUNTS: [Spec; 4] = [
    (FieldName::DnsQuestions, 32, 16, Kind::Number),
    (FieldName::DnsAnswers, 48, 16, Kind::Number),
    (FieldName::DnsAuthority, 64, 16, Kind::Number),
    (FieldName::DnsAdditional, 80, 16, Kind::Number),
];

const SOA: [FieldName; 5] = [
    FieldName::DnsSoaSerial,
    FieldName::DnsSoaRefresh,
    FieldName::DnsSoaRetry,
    FieldName::DnsSoaExpire,
    FieldName::DnsSoaMinimum,
];

/// Whether it looks like a message: a whole header, and an opcode that there is.
pub(super) fn is_message(bytes: &[u8]) -> bool {
    bytes.len() >= LEN && (bytes[2] >> 3) & 0x0f <= 6
}

pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, upper: &Upper) {
    let layer = frame.application(LayerProtocol::Dns, upper);
    Message { layer, start: 0 }.read(layers);
}

/// The messages of a TCP segment that are whole; what is left is data.
pub(super) fn dissect_stream(layers: &mut Layers, mut frame: Frame<'_>, upper: &Upper) {
    while let Some(len) = frame.rest().first_chunk() {
        let end = 2 + usize::from(u16::from_be_bytes(*len));
        if !frame.rest().get(2..end).is_some_and(is_message) {
            break;
        }
        let mut layer = frame.first(end).application(LayerProtocol::Dns, upper);
        layer.field(FieldName::DnsLen, 0, 16, Kind::Number);
        Message { layer, start: 2 }.read(layers);
        frame = frame.skip(end);
    }
    layers.data(frame, upper.quoted);
}

/// A message, which begins at `start` of its layer.
struct Message<'a> {
    layer: Filling<'a>,
    start: usize,
}

impl Message<'_> {
    fn read(mut self, layers: &mut Layers) {
        let first = self.start * 8;
        for (name, start, len, kind) in HEADER {
            self.layer.field(name, first + start, len, kind);
        }
        let response = self.layer.number(FieldName::DnsResponse) == Some(1);
        for ((name, start, len, kind), of_responses) in FLAGS {
            // A question has the bit where it asks for it (RFC 6840 section 5.7).
            let asks = self.layer.frame.rest().get(self.start + 3).is_some_and(|b| b & 0x20 != 0);
            if name == FieldName::DnsAuthenticated && !response && !asks {
                continue;
            }
            if response || !of_responses {
                self.layer.field(name, first + start, len, kind);
            }
        }
        for (name, start, len, kind) in COUNTS {
            self.layer.field(name, first + start, len, kind);
        }
        let [questions, records @ ..] =
            COUNTS.map(|(name, ..)| self.layer.number(name).unwrap_or(0));
        let mut at = Some(self.start + LEN);
        for _ in 0..questions {
            at = at.and_then(|at| self.question(at));
        }
        for _ in 0..records.iter().sum() {
            at = at.and_then(|at| self.record(at));
        }
        layers.layers.push(self.layer.done());
    }

    /// Reads a name. Returns where it ends.
    fn name(&mut self, name: FieldName, at: usize) -> Option<usize> {
        let all = self.layer.frame.rest();
        let message = &all[self.start.min(all.len())..];
        let Some((text, len)) = name::read(message, at - self.start) else {
            if !self.layer.cut {
                let found = all.get(at).copied().map_or(0, u64::from);
                let expected = "a name that ends, without a loop";
                self.layer.problem(Problem::BadValue { field: name, found, expected });
            }
            return None;
        };
        self.layer.text(name, at, len, text);
        Some(at + len)
    }

    fn question(&mut self, at: usize) -> Option<usize> {
        let at = self.name(FieldName::DnsQueryName, at)?;
        if !self.layer.needs(at + 4) {
            return None;
        }
        self.layer.field(FieldName::DnsQueryType, at * 8, 16, Kind::Number);
        self.layer.field(FieldName::DnsQueryClass, at * 8 + 16, 16, Kind::Hex);
        Some(at + 4)
    }

    fn record(&mut self, at: usize) -> Option<usize> {
        let at = self.name(FieldName::DnsName, at)?;
        if !self.layer.needs(at + 10) {
            return None;
        }
        let all = self.layer.frame.rest();
        let kind = u16::from_be_bytes([all[at], all[at + 1]]);
        let bit = at * 8;
        self.layer.field(FieldName::DnsType, bit, 16, Kind::Number);
        if kind == 41 {
            self.layer.field(FieldName::DnsUdpSize, bit + 16, 16, Kind::Number);
            self.layer.field(FieldName::DnsExtendedRcode, bit + 32, 8, Kind::Hex);
            self.layer.field(FieldName::DnsEdnsVersion, bit + 40, 8, Kind::Number);
            self.layer.field(FieldName::DnsDnssecOk, bit + 48, 1, Kind::Flag);
        } else {
            self.layer.field(FieldName::DnsClass, bit + 16, 16, Kind::Hex);
            self.layer.field(FieldName::DnsTtl, bit + 32, 32, Kind::Number);
        }
        self.layer.field(FieldName::DnsDataLen, bit + 64, 16, Kind::Number);
        let (data, len) = (at + 10, usize::from(u16::from_be_bytes([all[at + 8], all[at + 9]])));
        if !self.layer.needs(data + len) {
            return None;
        }
        self.data(kind, data, data + len)?;
        Some(data + len)
    }

    /// Reads the data of a record, from `at` to `end`.
    fn data(&mut self, kind: u16, at: usize, end: usize) -> Option<()> {
        use FieldName as F;
        let (bit, len) = (at * 8, end - at);
        match (kind, len) {
            (1, 4) => self.layer.field(F::DnsA, bit, 32, Kind::Ip),
            (28, 16) => self.layer.field(F::DnsAaaa, bit, 128, Kind::Ip),
            (2, _) => drop(self.name(F::DnsNs, at)?),
            (5, _) => drop(self.name(F::DnsCname, at)?),
            (12, _) => drop(self.name(F::DnsPtr, at)?),
            (6, _) => {
                let at = self.name(F::DnsSoaServer, at)?;
                let at = self.name(F::DnsSoaMailbox, at)?;
                for (name, nth) in SOA.into_iter().zip(0..) {
                    self.layer.field(name, (at + nth * 4) * 8, 32, Kind::Number);
                }
            }
            (15, 3..) => {
                self.layer.field(F::DnsMxPreference, bit, 16, Kind::Number);
                self.name(F::DnsMxHost, at + 2)?;
            }
            (33, 7..) => {
                self.layer.field(F::DnsSrvPriority, bit, 16, Kind::Number);
                self.layer.field(F::DnsSrvWeight, bit + 16, 16, Kind::Number);
                self.layer.field(F::DnsSrvPort, bit + 32, 16, Kind::Number);
                self.name(F::DnsSrvTarget, at + 6)?;
            }
            (16, _) => self.strings(at, end),
            (41, _) => self.options(at, end),
            _ if len > 0 => self.layer.bytes(F::DnsData, at, len),
            _ => {}
        }
        Some(())
    }

    fn strings(&mut self, mut at: usize, end: usize) {
        while at < end {
            let len = usize::from(self.layer.frame.rest()[at]);
            self.layer.field(FieldName::DnsTxtLen, at * 8, 8, Kind::Number);
            if at + 1 + len > end {
                return self.too_long(FieldName::DnsTxtLen, len);
            }
            self.layer.words(FieldName::DnsTxt, at + 1, len);
            at += 1 + len;
        }
    }

    /// The options of EDNS (RFC 6891 section 6.1.2).
    fn options(&mut self, mut at: usize, end: usize) {
        while at + 4 <= end {
            let all = self.layer.frame.rest();
            let len = usize::from(u16::from_be_bytes([all[at + 2], all[at + 3]]));
            self.layer.field(FieldName::DnsOptionCode, at * 8, 16, Kind::Number);
            self.layer.field(FieldName::DnsOptionLen, at * 8 + 16, 16, Kind::Number);
            if at + 4 + len > end {
                return self.too_long(FieldName::DnsOptionLen, len);
            }
            if len > 0 {
                self.layer.bytes(FieldName::DnsOptionData, at + 4, len);
            }
            at += 4 + len;
        }
    }

    fn too_long(&mut self, field: FieldName, len: usize) {
        let expected = "what is left of the record, at most";
        self.layer.problem(Problem::BadValue { field, found: len as u64, expected });
    }
}
