//! Simulated time: nanoseconds since the simulation began.
//!
//! Nothing in the pure crates reads a clock; an [`Instant`] is always handed in.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Sub};
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A point in simulated time, in nanoseconds since the start of the simulation.
///
/// Shown as seconds with nine digits would be noise, so [`fmt::Display`] prints microseconds
/// (`1.000250s`); pass a precision (`{:.9}`) for more or fewer digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

/// A length of simulated time in nanoseconds, from 0 to about 584 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

impl Instant {
    /// The start of every simulation.
    pub const ZERO: Self = Self(0);
    /// The last instant that can be told.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The instant `millis` milliseconds after the start.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000_000)
    }

    /// The instant `secs` seconds after the start.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs * 1_000_000_000)
    }

    /// Nanoseconds since the start.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Seconds since the start, for ratios and plots; not exact.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The time from `earlier` to this instant, or zero when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest time that can be told.
    pub const MAX: Self = Self(u64::MAX);

    /// A length of `nanos` nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A length of `micros` microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros * 1_000)
    }

    /// A length of `millis` milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000_000)
    }

    /// A length of `secs` seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs * 1_000_000_000)
    }

    /// This length in nanoseconds.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// This length in whole milliseconds, rounded down.
    pub const fn millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// This length in seconds, for ratios and plots; not exact.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The difference, or zero when `other` is longer.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Whether this is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add<Duration> for Instant {
    type Output = Self;
    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, rhs: Duration) {
        *self = *self + rhs;
    }
}

impl Sub for Instant {
    type Output = Duration;
    fn sub(self, rhs: Self) -> Duration {
        self.since(rhs)
    }
}

impl Add for Duration {
    type Output = Self;
    fn add(self, rhs: Self) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

impl Mul<u64> for Duration {
    type Output = Self;
    fn mul(self, rhs: u64) -> Self {
        Self(self.0.saturating_mul(rhs))
    }
}

impl From<Duration> for std::time::Duration {
    fn from(value: Duration) -> Self {
        Self::from_nanos(value.0)
    }
}

impl From<std::time::Duration> for Duration {
    fn from(value: std::time::Duration) -> Self {
        Self(u64::try_from(value.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(6).min(9);
        let whole = self.0 / 1_000_000_000;
        let fraction = format!("{:09}", self.0 % 1_000_000_000);
        let text = match digits {
            0 => format!("{whole}s"),
            _ => format!("{whole}.{}s", &fraction[..digits]),
        };
        f.pad_integral(true, "", &text)
    }
}

impl fmt::Display for Duration {
    /// Prints the length in the largest unit that keeps it above one, with at most three decimals:
    /// `2ms`, `1.5s`, `812ns`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0 => return f.write_str("0s"),
            1_000_000_000.. => (1_000_000_000, "s"),
            1_000_000.. => (1_000_000, "ms"),
            1_000.. => (1_000, "µs"),
            _ => (1, "ns"),
        };
        let thousandths = (u128::from(self.0 % unit) * 1000 / u128::from(unit)) as u64;
        let text = format!("{}.{thousandths:03}", self.0 / unit);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))?;
        f.write_str(name)
    }
}

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a number and a unit (ns, us, ms, s, m, h) such as `20ms`, got `{0}`")]
pub struct ParseDurationError(pub String);

impl FromStr for Duration {
    type Err = ParseDurationError;

    /// Reads `20ms`, `1.5s`, `250us`, `2m`, `1h`; a bare `0` is zero.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseDurationError(text.to_owned());
        let text = text.trim();
        if text == "0" {
            return Ok(Self::ZERO);
        }
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(error)?;
        let (number, unit) = text.split_at(split);
        let scale: u64 = match unit.trim_start() {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" | "sec" => 1_000_000_000,
            "m" | "min" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return Err(error()),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() || fraction.len() > 9 || (number.contains('.') && fraction.is_empty()) {
            return Err(error());
        }
        let whole: u64 = whole.parse().map_err(|_| error())?;
        let mut nanos = u128::from(whole) * u128::from(scale);
        if !fraction.is_empty() {
            let numerator: u64 = fraction.parse().map_err(|_| error())?;
            let denominator = 10u128.pow(fraction.len() as u32);
            nanos += u128::from(numerator) * u128::from(scale) / denominator;
        }
        u64::try_from(nanos).map(Self).map_err(|_| error())
    }
}

impl Serialize for Instant {
    /// Nanoseconds, as a number.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl Serialize for Duration {
    /// Nanoseconds, as a number.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_print_in_the_largest_fitting_unit() {
        for (nanos, text) in [
            (0, "0s"),
            (812, "812ns"),
            (1_500, "1.5µs"),
            (2_000_000, "2ms"),
            (1_250_000_000, "1.25s"),
        ] {
            assert_eq!(Duration::from_nanos(nanos).to_string(), text);
        }
    }

    #[test]
    fn durations_read_what_they_print_and_refuse_the_rest() {
        for text in ["812ns", "1.5µs", "2ms", "1.25s"] {
            assert_eq!(text.parse::<Duration>().unwrap().to_string(), text);
        }
        assert_eq!("2m".parse(), Ok(Duration::from_secs(120)));
        for text in ["", "5", "ms", "-1s", "1.s", "1 year", "99999999999h", ".5s"] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }

    #[test]
    fn instants_print_microseconds_unless_told_otherwise() {
        let instant = Instant::from_nanos(1_000_250_999);
        assert_eq!(instant.to_string(), "1.000250s");
        assert_eq!(format!("{instant:.3}"), "1.000s");
        assert_eq!(format!("{instant:.9}"), "1.000250999s");
    }

    #[test]
    fn time_never_runs_below_zero_or_past_the_end() {
        assert_eq!(Instant::ZERO - Instant::from_secs(1), Duration::ZERO);
        assert_eq!(Instant::MAX + Duration::from_secs(1), Instant::MAX);
    }
}
