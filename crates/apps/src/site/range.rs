//! Byte ranges (RFC 9110 section 14).

use std::ops::Range;

/// What a request's `Range` asks of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// All of it: there is no range, or none that we understand, which is then ignored as section
    /// 14.2 asks. Several ranges at once are of that kind here: they are answered with the whole file.
    All,
    /// These bytes.
    Part(Range<usize>),
    /// Bytes that the file does not have (416).
    NotThere,
}

/// Reads the value of `Range` for a file of so many bytes.
pub(super) fn asked(value: &str, length: usize) -> Asked {
    let Some((unit, set)) = value.trim().split_once('=') else { return Asked::All };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Asked::All;
    }
    let Some((first, last)) = set.trim().split_once('-') else { return Asked::All };
    let (first, last) = (first.trim(), last.trim());
    match (number(first), number(last)) {
        // The last so many bytes.
        (None, Some(count)) if first.is_empty() => match count.min(length) {
            0 => Asked::NotThere,
            count => Asked::Part(length - count..length),
        },
        (Some(first), None) if last.is_empty() => from(first, length, length),
        (Some(first), Some(last)) if first <= last => {
            from(first, last.saturating_add(1).min(length), length)
        }
        _ => Asked::All,
    }
}

fn from(first: usize, end: usize, length: usize) -> Asked {
    if first < length { Asked::Part(first..end) } else { Asked::NotThere }
}

/// Digits alone; a number too large for us lies behind the end of every file.
fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_9110_section_14_1_2_are_understood() {
        assert_eq!(asked("bytes=0-499", 10_000), Asked::Part(0..500));
        assert_eq!(asked("bytes=500-999", 10_000), Asked::Part(500..1000));
        assert_eq!(asked("bytes=-500", 10_000), Asked::Part(9500..10_000));
        assert_eq!(asked("bytes=9500-", 10_000), Asked::Part(9500..10_000));
        assert_eq!(asked("Bytes = 0-0", 10_000), Asked::Part(0..1));
    }

    #[test]
    fn a_range_is_cut_at_the_end_of_the_file() {
        assert_eq!(asked("bytes=5-999999999999999999999999", 10), Asked::Part(5..10));
        assert_eq!(asked("bytes=-99", 10), Asked::Part(0..10));
    }

    #[test]
    fn bytes_that_are_not_there_are_told_from_nonsense() {
        for value in ["bytes=10-", "bytes=10-11", "bytes=-0"] {
            assert_eq!(asked(value, 10), Asked::NotThere, "{value}");
        }
        assert_eq!(asked("bytes=0-", 0), Asked::NotThere);
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=a-b",
            "lines=1-2",
            "bytes=0-1,3-4",
            "bytes=+1-2",
        ] {
            assert_eq!(asked(value, 10), Asked::All, "{value}");
        }
    }
}
