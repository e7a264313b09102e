//! Bytes as people read them: sixteen to a row, with their places, as `hexdump -C` prints them.

use std::fmt::Write as _;

const ROW: usize = 16;

/// The rows of these bytes, whose first stands at `offset` in its stream; each ends with a line end.
pub(crate) fn rows(bytes: &[u8], offset: u64) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(ROW) * 79);
    for (row, at) in bytes.chunks(ROW).zip((offset..).step_by(ROW)) {
        // Writing to a String does not fail.
        let _ = write!(text, "{at:08x} ");
        for place in 0..ROW {
            if place % 8 == 0 {
                text.push(' ');
            }
            match row.get(place) {
                Some(byte) => _ = write!(text, "{byte:02x} "),
                None => text.push_str("   "),
            }
        }
        let shown = |byte: &u8| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' };
        text.push_str(" |");
        text.extend(row.iter().map(shown));
        text.push_str("|\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_those_of_hexdump() {
        // printf 'GET / HTTP/1.0\r\n\r\n\351\377' | hexdump -C, without its last line.
        assert_eq!(
            rows(b"GET / HTTP/1.0\r\n\r\n\xe9\xff", 0),
            "00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 30 0d 0a  |GET / HTTP/1.0..|\n\
             00000010  0d 0a e9 ff                                       |....|\n"
        );
        assert_eq!(rows(b"", 0), "");
        assert!(rows(b"a", 0x1_0000_0000).starts_with("100000000  61 "));
    }
}
