//! Words for errors, and foreign bytes made safe to print.

use std::io;

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
    fn a_bare_number_is_seconds() {
        assert_eq!(duration("0.2"), Ok(Duration::from_millis(200)));
        assert_eq!(duration("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(duration("3"), Ok(Duration::from_secs(3)));
        assert!(duration("").is_err() && duration("fast").is_err() && duration("1.2.3").is_err());
    }
}
