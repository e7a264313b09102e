//! Names of the DNS as they are on the wire (RFC 1035 sections 3.1 and 4.1.4).

use super::reader::printable;

/// The longest name, in bytes on the wire (RFC 1035 section 2.3.4).
const MAX_LEN: usize = 255;

/// The name at `at` of a message, with pointers followed, and how many bytes it takes there. A
/// pointer must lead to before the labels that lead to it, so there is no loop.
pub(super) fn read(message: &[u8], at: usize) -> Option<(String, usize)> {
    walk(message, at, true)
}

/// A name where pointers have no meaning.
pub(super) fn read_plain(bytes: &[u8], at: usize) -> Option<(String, usize)> {
    walk(bytes, at, false)
}

fn walk(message: &[u8], mut at: usize, pointers: bool) -> Option<(String, usize)> {
    let (mut text, mut wire_len, mut taken) = (String::new(), 1, None);
    let (first, mut run) = (at, at);
    loop {
        let len = usize::from(*message.get(at)?);
        match len {
            0 => {
                let taken = taken.unwrap_or_else(|| at + 1 - first);
                return Some((if text.is_empty() { ".".to_owned() } else { text }, taken));
            }
            1..=63 => {
                let label = message.get(at + 1..at + 1 + len)?;
                wire_len += 1 + len;
                if wire_len > MAX_LEN {
                    return None;
                }
                if !text.is_empty() {
                    text.push('.');
                }
                // A dot within a label is no border of labels (RFC 1035 section 5.1).
                text.push_str(&printable(label).replace('.', "\\."));
                at += 1 + len;
            }
            0xc0.. if pointers => {
                let target = (len & 0x3f) << 8 | usize::from(*message.get(at + 1)?);
                taken.get_or_insert_with(|| at + 2 - first);
                if target >= run {
                    return None;
                }
                (at, run) = (target, target);
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_and_without_pointers() {
        let message = b"\x07example\x00\x03www\xc0\x00\xc0\x09\x04a.\x80\\\x00";
        assert_eq!(read(message, 0), Some(("example".to_owned(), 9)));
        assert_eq!(read(message, 9), Some(("www.example".to_owned(), 6)));
        assert_eq!(read(message, 15), Some(("www.example".to_owned(), 2)));
        assert_eq!(read(message, 17), Some(("a\\.\\128\\\\".to_owned(), 6)));
        assert_eq!(read(message, 8), Some((".".to_owned(), 1)));
        assert_eq!(read_plain(message, 9), None);
    }

    #[test]
    fn pointers_that_lead_forward_or_to_themselves_are_refused() {
        // To itself; two at each other; a label and then a pointer back to that label; forward.
        assert_eq!(read(b"\xc0\x00", 0), None);
        assert_eq!(read(b"\xc0\x02\xc0\x00", 2), None);
        assert_eq!(read(b"\x01a\xc0\x00", 0), None);
        assert_eq!(read(b"\xc0\x02\x01a\x00", 0), None);
    }

    #[test]
    fn names_that_are_cut_or_too_long_are_refused() {
        for name in [&b""[..], b"\x01", b"\x03ab", b"\x01a", b"\xc0", b"\x40a\x00"] {
            assert_eq!(read(name, 0), None, "{name:?}");
        }
        let long = |labels: usize| [b"\x3f".repeat(64).repeat(labels), vec![0]].concat();
        assert!(read(&long(3), 0).is_some());
        assert_eq!(read(&long(4), 0), None);
    }
}
