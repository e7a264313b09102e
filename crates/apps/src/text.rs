//! Words for errors, and foreign bytes made safe to print.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use lanternet_core::Duration;

/// An error in the words of the Unix tools (`strerror`), or in its own when it brought some.
pub fn describe(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    if error.get_ref().is_some() {
        return error.to_string();
    }
    let words = match error.kind() {
        Kind::NotFound => "Name or service not known",
        Kind::ConnectionRefused => "Connection refused",
        Kind::ConnectionReset => "Connection reset by peer",
        Kind::ConnectionAborted => "Software caused connection abort",
        Kind::BrokenPipe => "Broken pipe",
        Kind::TimedOut => "Connection timed out",
        Kind::HostUnreachable => "No route to host",
        Kind::NetworkUnreachable => "Network is unreachable",
        Kind::NetworkDown => "Network is down",
        Kind::AddrInUse => "Address already in use",
        Kind::AddrNotAvailable => "Cannot assign requested address",
        Kind::PermissionDenied => "Permission denied",
        Kind::NotConnected => "Transport endpoint is not connected",
        _ => return error.to_string(),
    };
    words.to_owned()
}

/// Bytes from the network as text that cannot steer a terminal: what is no UTF-8 becomes `�`, and
/// control characters other than the tab are written as escapes.
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for character in String::from_utf8_lossy(bytes).chars() {
        if character.is_control() && character != '\t' {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

/// The beginning of these bytes in quotes, for a log line: at most 64 characters.
pub fn preview(bytes: &[u8]) -> String {
    const LONGEST: usize = 64;
    // A character has at most four bytes, so nothing that would be shown is cut off here.
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * LONGEST)]);
    let start: String = shown.chars().take(LONGEST).collect();
    let cut = bytes.len() > 4 * LONGEST || shown.chars().nth(LONGEST).is_some();
    let more = if cut { " ..." } else { "" };
    format!("{start:?}{more}")
}

/// `1 byte`, `2 bytes`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// A moment as RFC 3339 writes it, in UTC to the millisecond: `2026-11-21T09:30:00.250Z`. What lies before
/// 1970 is 1970.
pub fn rfc3339(moment: SystemTime) -> String {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    // The calendar repeats after 400 years. Years are counted from March, so that the day that not every
    // year has is a year's last.
    const DAYS_IN_400_YEARS: u64 = 146_097;
    // 1 March of the year 0 lies 719,468 days before 1 January 1970.
    let days = days + 719_468;
    let (era, day) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
    // Without the leap days before it, each year has 365.
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // From March on five months have 153 days, as 31, 30, 31, 30, 31.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = 400 * era + year + next_year;
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let (second, milli) = (second % 60, since.subsec_millis());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Reads a length of time from an argument: `200ms`, `1.5s`, or a bare number of seconds as in
/// `ping -i 0.2`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let with_unit = if bare { format!("{text}s") } else { text.to_owned() };
    with_unit.parse().map_err(|_| {
        format!("expected a number and a unit such as `200ms` or `1.5s`, or seconds, got `{text}`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_bytes_cannot_steer_the_terminal() {
        assert_eq!(printable(b"a\tb\x1b[2J\xff"), "a\tb\\u{1b}[2J\u{fffd}");
        assert_eq!(printable("网络".as_bytes()), "网络");
    }

    #[test]
    fn a_preview_is_short() {
        assert_eq!(preview(b"hello\n"), "\"hello\\n\"");
        assert_eq!(preview(&[b'a'; 64]), format!("{:?}", "a".repeat(64)));
        assert_eq!(preview(&[b'a'; 70_000]), format!("{:?} ...", "a".repeat(64)));
    }

    #[test]
    fn moments_are_those_of_date() {
        // What `date -u -d @N +%FT%TZ` of GNU coreutils says.
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399, "2000-02-28T23:59:59.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (951_868_800, "2000-03-01T00:00:00.000Z"),
            (1_735_689_599, "2024-12-31T23:59:59.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799, "9999-12-31T23:59:59.000Z"),
        ] {
            let moment = UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            assert_eq!(rfc3339(moment), text);
        }
        let moment = UNIX_EPOCH + std::time::Duration::from_millis(1_763_717_400_250);
        assert_eq!(rfc3339(moment), "2025-11-21T09:30:00.250Z");
    }

    #[test]
    fn a_bare_number_is_seconds() {
        assert_eq!(duration("0.2"), Ok(Duration::from_millis(200)));
        assert_eq!(duration("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(duration("3"), Ok(Duration::from_secs(3)));
        assert!(duration("").is_err() && duration("fast").is_err() && duration("1.2.3").is_err());
    }
}
