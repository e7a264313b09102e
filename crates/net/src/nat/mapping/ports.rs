//! The ports of one outside address.

use std::ops::RangeInclusive;

use super::super::packet::ICMP;

/// Which ports are taken: a bit for each.
#[derive(Debug)]
pub(super) struct PortSet(Box<[u64; 1024]>);

impl Default for PortSet {
    fn default() -> Self {
        Self(Box::new([0; 1024]))
    }
}

impl PortSet {
    pub(super) fn contains(&self, port: u16) -> bool {
        self.0[usize::from(port / 64)] & 1 << (port % 64) != 0
    }

    pub(super) fn insert(&mut self, port: u16) {
        self.0[usize::from(port / 64)] |= 1 << (port % 64);
    }

    pub(super) fn remove(&mut self, port: u16) {
        self.0[usize::from(port / 64)] &= !(1 << (port % 64));
    }

    /// A port of the range that is not taken: the first from a start on, and then from the range's
    /// beginning; with the parity asked for.
    pub(super) fn free(
        &self,
        range: &RangeInclusive<u16>,
        start: u16,
        parity: Option<u16>,
    ) -> Option<u16> {
        if range.is_empty() {
            return None;
        }
        let (first, last) = (*range.start(), *range.end());
        let count = u32::from(last - first) + 1;
        let start = first + (u32::from(start) % count) as u16;
        self.first_free(start, last, parity).or_else(|| self.first_free(first, start, parity))
    }

    fn first_free(&self, first: u16, last: u16, parity: Option<u16>) -> Option<u16> {
        const EVEN: u64 = 0x5555_5555_5555_5555;
        let fits = match parity {
            None => u64::MAX,
            Some(0) => EVEN,
            Some(_) => !EVEN,
        };
        (first / 64..=last / 64).find_map(|index| {
            let mut free = !self.0[usize::from(index)] & fits;
            if index == first / 64 {
                free &= u64::MAX << (first % 64);
            }
            if index == last / 64 {
                free &= u64::MAX >> (63 - last % 64);
            }
            (free != 0).then(|| index * 64 + free.trailing_zeros() as u16)
        })
    }
}

/// The ports from which one like `wanted` is chosen: below 1024 for one from there, the others for
/// one of the others (RFC 4787 REQ-3 b), as far as the range allows. Identifiers of ICMP questions
/// have no classes.
pub(super) fn class(protocol: u8, wanted: u16, range: &RangeInclusive<u16>) -> RangeInclusive<u16> {
    const WELL_KNOWN: RangeInclusive<u16> = 1..=1023;
    const OTHERS: RangeInclusive<u16> = 1024..=u16::MAX;
    let class = match wanted {
        _ if protocol == ICMP => return range.clone(),
        0..1024 => WELL_KNOWN,
        _ => OTHERS,
    };
    *class.start().max(range.start())..=*class.end().min(range.end())
}
