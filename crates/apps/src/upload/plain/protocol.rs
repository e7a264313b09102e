//! Where the number ends and the file begins, when nothing stands between them.
//!
//! A sender writes `14` and then the fourteen bytes. When they arrive together as `14hello, world!!` the
//! digits end where the file begins. When the file itself begins with digits they do not: `142024-11-21…`
//! may be 14 bytes that begin with `2024`, or 142024 bytes that begin with `-11`. Only the end of the
//! stream tells for certain: with each digit more the number grows more than tenfold while the rest
//! shrinks by one byte, so at most one reading has exactly the bytes that came.

/// A number of bytes has at most so many digits (2⁶⁴ has 20).
pub const MOST_DIGITS: usize = 20;

/// One way to read the beginning of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// So many digits are the number; the file begins behind them.
    pub digits: usize,
    /// The number: the bytes of the file.
    pub size: u64,
}

/// The ways to read a stream that begins with these bytes, the longest number first; none when it
/// does not begin with a digit.
pub fn readings(beginning: &[u8]) -> impl Iterator<Item = Reading> {
    let run = digits(beginning).min(MOST_DIGITS);
    let run = &beginning[..run];
    (1..=run.len()).rev().filter_map(|digits| {
        let number = str::from_utf8(&run[..digits]).ok()?;
        Some(Reading { digits, size: number.parse().ok()? })
    })
}

/// The one way to read a stream of `total` bytes in which everything that was announced came, and
/// nothing else.
pub fn fitting(beginning: &[u8], total: u64) -> Option<Reading> {
    readings(beginning)
        .find(|reading| reading.size.checked_add(reading.digits as u64) == Some(total))
}

/// How many digits it begins with.
pub fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_digits_end_where_the_file_begins() {
        let first = |bytes: &[u8]| readings(bytes).next();
        assert_eq!(first(b"14hello"), Some(Reading { digits: 2, size: 14 }));
        assert_eq!(first(b"0"), Some(Reading { digits: 1, size: 0 }));
        assert_eq!(first(b"00012x"), Some(Reading { digits: 5, size: 12 }));
        assert_eq!(first(b"hello"), None);
        assert_eq!(first(b"-5"), None);
        // 20 digits that are no 64-bit number, and more digits than any number has.
        assert_eq!(first(b"99999999999999999999").map(|reading| reading.digits), Some(19));
        assert_eq!(first(&[b'1'; 500]).map(|reading| reading.digits), Some(20));
    }

    #[test]
    fn the_end_tells_which_digits_were_the_number() {
        assert_eq!(fitting(b"142024-11-21 hi", 16), Some(Reading { digits: 2, size: 14 }));
        assert_eq!(fitting(b"12", 2), Some(Reading { digits: 1, size: 1 }));
        assert_eq!(fitting(b"0", 1), Some(Reading { digits: 1, size: 0 }));
        assert_eq!(fitting(b"142024-11-21 hi", 15), None);
    }

    proptest! {
        #[test]
        fn what_was_sent_whole_is_read_so(content in "[0-9]{0,30}[a-z0-9]{0,200}") {
            let stream = format!("{}{content}", content.len());
            let reading = fitting(stream.as_bytes(), stream.len() as u64);
            prop_assert_eq!(reading.map(|r| (r.digits, r.size)),
                Some((content.len().to_string().len(), content.len() as u64)));
            let ways = readings(stream.as_bytes())
                .filter(|r| r.digits as u64 + r.size == stream.len() as u64).count();
            prop_assert_eq!(ways, 1);
        }
    }
}
