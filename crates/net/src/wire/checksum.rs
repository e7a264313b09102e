//! The internet checksum: the ones' complement of the ones' complement sum of all 16-bit words.
//!
//! Defined in RFC 1071, with corrections when a field changes in RFC 1624. A [`Sum`] adds up any
//! number of pieces, of odd length too, as if they were one:
//!
//! ```
//! use lanternet_net::wire::checksum::{Sum, checksum, pseudo_header, update};
//!
//! let (header, payload) = ([0xc0, 0x00, 0x23, 0x82, 0x00, 0x0b, 0x00], *b"abc\n");
//! let whole: Vec<u8> = [&header[..], &payload].concat();
//! assert_eq!(Sum::new().with(&header).with(&payload).finish(), checksum(&whole));
//!
//! // UDP and TCP add a pseudo-header. Over a packet that contains its checksum the result is 0.
//! let (source, destination) = ("10.0.0.1".parse()?, "10.0.0.2".parse()?);
//! let sum = pseudo_header(source, destination, 17, 8).with(&[0xc0, 0, 0x23, 0x82, 0, 8]);
//! let found = sum.finish();
//! assert_eq!(sum.with(&found.to_be_bytes()).finish(), 0);
//!
//! // A router that lowers the TTL corrects the header checksum instead of computing it again.
//! let header = [0x45, 0, 0, 20, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
//! let mut routed = header;
//! routed[8] = 63;
//! assert_eq!(update(checksum(&header), &header[8..10], &routed[8..10]), checksum(&routed));
//! # Ok::<(), std::net::AddrParseError>(())
//! ```

use std::net::IpAddr;

/// The checksum of these bytes. Over bytes that contain a right checksum it is 0.
pub fn checksum(bytes: &[u8]) -> u16 {
    Sum::new().with(bytes).finish()
}

/// A sum under way. Pieces are added in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Words in the machine's byte order: the sum does not depend on the order, only the place of
    /// its two bytes does (RFC 1071 section 2 (B)). So one swap at the end is enough.
    sum: u64,
    /// Whether an odd number of bytes was added so far.
    odd: bool,
}

impl Sum {
    /// The sum of nothing.
    pub const fn new() -> Self {
        Self { sum: 0, odd: false }
    }

    /// Adds bytes behind those already added.
    #[must_use]
    pub fn with(self, bytes: &[u8]) -> Self {
        let sum = fold(sum_of_words(bytes));
        // Behind an odd number of bytes, high and low bytes have changed places.
        let sum = if self.odd { sum.swap_bytes() } else { sum };
        Self { sum: self.sum + u64::from(sum), odd: self.odd ^ (bytes.len() % 2 == 1) }
    }

    /// Adds one 16-bit field, given in host order.
    #[must_use]
    pub fn with_u16(self, value: u16) -> Self {
        self.with(&value.to_be_bytes())
    }

    /// The checksum, in host order: write it with `to_be_bytes`.
    pub fn finish(self) -> u16 {
        !u16::from_be(fold(self.sum))
    }

    /// The checksum of a UDP datagram, where 0 is reserved for "none" and sent as 0xffff, which
    /// means the same number (RFC 768).
    pub fn finish_udp(self) -> u16 {
        match self.finish() {
            0 => 0xffff,
            sum => sum,
        }
    }
}

/// The pseudo-header that UDP, TCP and ICMPv6 add to their checksum: RFC 9293 section 3.1 for IPv4,
/// RFC 8200 section 8.1 for IPv6. `len` counts the bytes of the transport header and its data.
///
/// The two addresses are of one family; with IPv6 a routing header's final destination counts.
pub fn pseudo_header(source: IpAddr, destination: IpAddr, protocol: u8, len: u32) -> Sum {
    let sum = match (source, destination) {
        // The case of nearly every packet, without the detour over pieces.
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            let word = |octets| u64::from(u32::from_ne_bytes(octets));
            Sum { sum: word(source.octets()) + word(destination.octets()), odd: false }
        }
        (source, destination) => {
            [source, destination].iter().fold(Sum::new(), |sum, address| match address {
                IpAddr::V4(address) => sum.with(&address.octets()),
                IpAddr::V6(address) => sum.with(&address.octets()),
            })
        }
    };
    // IPv4 has a 16-bit length and IPv6 a 32-bit one. For what fits in 16 bits the sum is the same.
    let rest = u64::from(len.to_be()) + u64::from(u16::from(protocol).to_be());
    Sum { sum: sum.sum + rest, odd: false }
}

/// The checksum after a part of what it covers changed from `old` to `new` (RFC 1624 equation 3).
///
/// Both parts start at an even offset and are equally long; the end of an odd one counts as
/// followed by a zero. For UDP, a checksum of 0 (none) stays 0, and a result of 0 is to be written
/// as 0xffff; both are up to the caller.
pub fn update(checksum: u16, old: &[u8], new: &[u8]) -> u16 {
    debug_assert_eq!(old.len(), new.len(), "a field keeps its length");
    let minus = !fold(sum_of_words(old));
    let sum =
        u64::from((!checksum).to_be()) + u64::from(minus) + u64::from(fold(sum_of_words(new)));
    !u16::from_be(fold(sum))
}

/// The sum of all words in machine order, of at most 35 bits. 64 bits at a time, the carries kept
/// above them, in two sums that do not wait for each other.
#[inline]
fn sum_of_words(bytes: &[u8]) -> u64 {
    let (pairs, rest) = bytes.as_chunks::<16>();
    let mut sums = [0_u128; 2];
    for pair in pairs {
        let (words, _) = pair.as_chunks::<8>();
        for (sum, word) in sums.iter_mut().zip(words) {
            *sum += u128::from(u64::from_ne_bytes(*word));
        }
    }
    let sum = sums[0] + sums[1];
    let whole = (sum as u32 as u64) + ((sum >> 32) as u32 as u64) + (sum >> 64) as u64;
    let (words, rest) = rest.as_chunks::<4>();
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    let words = words.iter().fold(whole, |sum, word| sum + u64::from(u32::from_ne_bytes(*word)));
    words + u64::from(u32::from_ne_bytes(last))
}

/// Adds the carries back in: what is left takes at most 33, 33, 18, 17 and then 16 bits.
fn fold(sum: u64) -> u16 {
    let sum = (sum >> 32) + (sum & 0xffff_ffff);
    let sum = (sum >> 32) + (sum & 0xffff_ffff);
    let sum = (sum >> 16) + (sum & 0xffff);
    let sum = (sum >> 16) + (sum & 0xffff);
    let sum = (sum >> 16) + (sum & 0xffff);
    sum as u16
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// RFC 1071 section 4.1, word by word.
    fn naive(bytes: &[u8]) -> u16 {
        let mut sum: u32 = 0;
        for pair in bytes.chunks(2) {
            sum += u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0));
            sum = (sum & 0xffff) + (sum >> 16);
        }
        !(sum as u16)
    }

    #[test]
    fn the_example_of_rfc_1071_section_3_sums_to_ddf2() {
        assert_eq!(!checksum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), 0xddf2);
    }

    #[test]
    fn the_example_of_rfc_1624_section_4_gives_plus_zero_not_minus_zero() {
        assert_eq!(update(0xdd2f, &[0x55, 0x55], &[0x32, 0x85]), 0x0000);
    }

    #[test]
    fn a_udp_checksum_of_zero_is_sent_as_all_ones() {
        let sum = Sum::new().with(&[0xff, 0xff]);
        assert_eq!((sum.finish(), sum.finish_udp()), (0, 0xffff));
    }

    #[test]
    fn the_sum_of_many_ones_folds_completely() {
        for len in 0..300 {
            let bytes = vec![0xff; len];
            assert_eq!(checksum(&bytes), naive(&bytes), "{len} bytes");
        }
        let bytes = vec![0xff; 1 << 20];
        assert_eq!(checksum(&bytes), naive(&bytes));
        assert_eq!(fold(u64::MAX), 0xffff);
    }

    proptest! {
        #[test]
        fn equals_the_naive_sum(bytes in vec(any::<u8>(), 0..3000)) {
            prop_assert_eq!(checksum(&bytes), naive(&bytes));
        }

        #[test]
        fn pieces_add_up_to_the_whole(pieces in vec(vec(any::<u8>(), 0..9), 0..12)) {
            let sum = pieces.iter().fold(Sum::new(), |sum, piece| sum.with(piece));
            prop_assert_eq!(sum.finish(), naive(&pieces.concat()));
        }

        #[test]
        fn what_contains_its_checksum_sums_to_zero(mut bytes in vec(any::<u8>(), 2..100)) {
            bytes[..2].fill(0);
            let sum = checksum(&bytes);
            bytes[..2].copy_from_slice(&sum.to_be_bytes());
            prop_assert_eq!(checksum(&bytes), 0);
        }

        #[test]
        fn an_update_equals_a_new_sum(
            mut bytes in vec(any::<u8>(), 40),
            at in 0usize..16,
            new in vec(any::<u8>(), 0..9),
        ) {
            // At least one byte that is not 0 stays: nobody sends an all-zero header, and for that
            // one alone the two representations of zero differ.
            bytes[39] |= 1;
            let before = checksum(&bytes);
            let field = at * 2..at * 2 + new.len();
            // A part of odd length must be at the end or followed by an unchanged byte.
            let old = bytes[field.clone()].to_vec();
            bytes[field].copy_from_slice(&new);
            prop_assert_eq!(update(before, &old, &new), naive(&bytes));
        }

        #[test]
        fn the_pseudo_header_is_that_of_its_family(
            ends in any::<([u8; 4], [u8; 4])>(), wide in any::<([u8; 16], [u8; 16])>(),
            protocol: u8, len: u16,
        ) {
            let tail = [&[0, protocol][..], &len.to_be_bytes()].concat();
            let v4 = [&ends.0[..], &ends.1, &tail].concat();
            let sum = pseudo_header(ends.0.into(), ends.1.into(), protocol, len.into());
            prop_assert_eq!(sum.finish(), naive(&v4));

            let tail = [&u32::from(len).to_be_bytes()[..], &[0, 0, 0, protocol]].concat();
            let v6 = [&wide.0[..], &wide.1, &tail].concat();
            let sum = pseudo_header(wide.0.into(), wide.1.into(), protocol, len.into());
            prop_assert_eq!(sum.finish(), naive(&v6));
        }
    }
}
