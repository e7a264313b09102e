//! Sizes and rates, as people write and read them.

use std::io;

use lanternet_core::Duration;

/// Reads a size from an argument: `1500`, `10k`, `64KiB`, `1.5GB`. As with `dd` and `truncate`, `k` and
/// `KiB` are 1024 bytes, `kB` 1000, and so on.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let wrong =
        || format!("expected a number of bytes such as `1500`, `10M` or `1.5GiB`, got `{text}`");
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim_start().to_ascii_lowercase();
    let (prefix, rest) = match unit.chars().next().and_then(|c| "kmgt".find(c)) {
        Some(index) => (index as u32 + 1, &unit[1..]),
        None => (0, unit.as_str()),
    };
    let scale = match (prefix, rest) {
        (0, "" | "b") => 1,
        (1.., "" | "ib") => 1024_u64.pow(prefix),
        (1.., "b") => 1000_u64.pow(prefix),
        _ => return Err(wrong()),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // More digits say nothing about bytes.
    if whole.is_empty() || fraction.len() > 9 || number.ends_with('.') {
        return Err(wrong());
    }
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let part = match fraction {
        "" => 0,
        _ => {
            let digits: u128 = fraction.parse().map_err(|_| wrong())?;
            (digits * u128::from(scale) / 10_u128.pow(fraction.len() as u32)) as u64
        }
    };
    whole.checked_mul(scale).and_then(|bytes| bytes.checked_add(part)).ok_or_else(wrong)
}

/// `17 bytes`, `1.0 KiB`, `10.5 MiB`.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if count < 1024 {
        return format!("{count} byte{}", if count == 1 { "" } else { "s" });
    }
    let mut scaled = count as f64 / 1024.0;
    let mut unit = 0;
    // What would be shown as 1024.0 is the next unit's 1.0.
    while scaled >= 1023.95 && unit + 1 < UNITS.len() {
        scaled /= 1024.0;
        unit += 1;
    }
    format!("{scaled:.1} {}", UNITS[unit])
}

/// Bytes in a time, as `1.2 MiB/s`.
pub(crate) fn rate(count: u64, time: Duration) -> String {
    let per_second = u128::from(count) * 1_000_000_000 / u128::from(time.nanos().max(1));
    format!("{}/s", bytes(u64::try_from(per_second).unwrap_or(u64::MAX)))
}

/// `4.0 MiB in 2.0 s (2.0 MiB/s)`; the rate where it says something about the network.
pub(crate) fn bytes_in(count: u64, took: Duration) -> String {
    let (bytes, time) = (bytes(count), time(took));
    match count >= 64 * 1024 && took >= Duration::from_millis(1) {
        true => format!("{bytes} in {time} ({})", rate(count, took)),
        false => format!("{bytes} in {time}"),
    }
}

/// A time for people: `20 ms`, `3.1 s`, `2:05 min`, `1:02:03 h`.
pub(crate) fn time(time: Duration) -> String {
    if time < Duration::from_millis(950) {
        return format!("{} ms", (u128::from(time.nanos()) + 500_000) / 1_000_000);
    }
    let tenths = (u128::from(time.nanos()) + 50_000_000) / 100_000_000;
    let seconds = tenths / 10;
    match seconds {
        0..10 => format!("{}.{} s", seconds, tenths % 10),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{}:{:02} min", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}:{:02} h", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

/// What the disk says, in the words of the Unix tools.
pub(crate) fn trouble(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    if error.get_ref().is_some() {
        return error.to_string();
    }
    let words = match error.kind() {
        Kind::NotFound => "no such file or folder",
        Kind::PermissionDenied => "permission denied",
        Kind::StorageFull => "no space left on device",
        Kind::QuotaExceeded => "disk quota exceeded",
        Kind::NotADirectory => "a part of the path is a file",
        Kind::IsADirectory => "it is a folder",
        Kind::AlreadyExists => "there is something of this name",
        Kind::ReadOnlyFilesystem => "read-only file system",
        _ => return error.to_string(),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_dd_reads_them() {
        for (text, bytes) in [
            ("0", 0),
            ("1500", 1500),
            ("10b", 10),
            ("10k", 10_240),
            ("10KiB", 10_240),
            ("10kB", 10_000),
            ("1.5M", 1_572_864),
            ("2 GB", 2_000_000_000),
            ("1T", 1 << 40),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "1.", ".5M", "1x", "1kk", "-1", "16777216T", "1.2.3"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_rates_and_times_are_short() {
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(1023), "1023 bytes");
        assert_eq!(bytes(1024), "1.0 KiB");
        assert_eq!(bytes(1024 * 1024 - 1), "1.0 MiB");
        assert_eq!(bytes(u64::MAX), "16.0 EiB");
        assert_eq!(rate(10_240, Duration::from_secs(2)), "5.0 KiB/s");
        assert_eq!(bytes_in(1 << 20, Duration::from_secs(2)), "1.0 MiB in 2.0 s (512.0 KiB/s)");
        assert_eq!(bytes_in(3, Duration::from_millis(2)), "3 bytes in 2 ms");
        assert_eq!(time(Duration::from_millis(1_260)), "1.3 s");
        assert_eq!(time(Duration::from_secs(59)), "59 s");
        assert_eq!(time(Duration::from_secs(125)), "2:05 min");
        assert_eq!(time(Duration::from_secs(3_723)), "1:02:03 h");
    }
}
