//! Rates, shares and sizes as tc-netem's users write them, into the simulator's units.

use std::fmt;
use std::str::FromStr;

/// Bits per second, at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u64);

/// A share in parts per million, from 0 to 1,000,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

/// How much a queue holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueSize {
    /// So many frames, at least one.
    Frames(u32),
    /// So many bytes, at least one.
    Bytes(u32),
}

/// Why a text is no rate, share or size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseUnitError {
    /// No number in front, or one that is written in another way.
    #[error("expected a number first, got `{0}`")]
    Number(String),
    /// A number without a unit.
    #[error("expected a unit after the number, got `{0}`")]
    NoUnit(String),
    /// A unit that is none of these.
    #[error("unknown unit `{0}`")]
    Unit(String),
    /// A unit that means different things to different people.
    #[error("`{0}` is bytes per second to tc and bits per second to most people")]
    Ambiguous(String),
    /// Beyond what can be simulated.
    #[error("`{got}` is out of range, expected {range}")]
    Range {
        /// What was written.
        got: String,
        /// From where to where.
        range: &'static str,
    },
    /// More digits than the simulator keeps apart.
    #[error("`{0}` is finer than one part per million")]
    TooFine(String),
}

impl Rate {
    /// A rate of so many bits per second; `None` for 0, at which nothing would ever arrive.
    pub const fn from_bits_per_second(bits: u64) -> Option<Self> {
        if bits == 0 { None } else { Some(Self(bits)) }
    }

    /// Bits per second.
    pub const fn bits_per_second(self) -> u64 {
        self.0
    }
}

impl Share {
    /// A share of so many parts per million; `None` beyond the whole.
    pub const fn from_parts_per_million(parts: u32) -> Option<Self> {
        if parts > 1_000_000 { None } else { Some(Self(parts)) }
    }

    /// Parts per million.
    pub const fn parts_per_million(self) -> u32 {
        self.0
    }
}

impl FromStr for Rate {
    type Err = ParseUnitError;

    /// Reads `100 Mbit`, `1Gbit`, `1.5mbit`, `64 kbit/s`, `2 Mibit`. The units are tc's, of any
    /// case; tc's `mbps` (bytes!) is refused because it is taken for the other one too often.
    fn from_str(text: &str) -> Result<Self, ParseUnitError> {
        let (number, unit) = split(text)?;
        let folded = unit.to_lowercase();
        let scale: u64 = match folded.strip_suffix("/s").unwrap_or(&folded) {
            "" => return Err(ParseUnitError::NoUnit(text.to_owned())),
            "bit" => 1,
            "kbit" => 1_000,
            "mbit" => 1_000_000,
            "gbit" => 1_000_000_000,
            "tbit" => 1_000_000_000_000,
            "kibit" => 1 << 10,
            "mibit" => 1 << 20,
            "gibit" => 1 << 30,
            "bps" | "kbps" | "mbps" | "gbps" | "tbps" => {
                return Err(ParseUnitError::Ambiguous(unit.to_owned()));
            }
            _ => return Err(ParseUnitError::Unit(unit.to_owned())),
        };
        let range = || ParseUnitError::Range {
            got: text.to_owned(),
            range: "1 bit to 1000 Tbit per second",
        };
        let bits = u64::try_from(scaled(number, scale)?.0).map_err(|_| range())?;
        if bits > 1_000_000_000_000_000 {
            return Err(range());
        }
        Self::from_bits_per_second(bits).ok_or_else(range)
    }
}

impl fmt::Display for Rate {
    /// In the largest unit that needs no fraction: `100 Mbit`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scale, unit) = [
            (1_000_000_000_000, "Tbit"),
            (1_000_000_000, "Gbit"),
            (1_000_000, "Mbit"),
            (1_000, "kbit"),
        ]
        .into_iter()
        .find(|(scale, _)| self.0.is_multiple_of(*scale))
        .unwrap_or((1, "bit"));
        f.pad(&format!("{} {unit}", self.0 / scale))
    }
}

impl FromStr for Share {
    type Err = ParseUnitError;

    /// Reads `5%`, `0.1 %`, `50 ppm`, and a bare `0`.
    fn from_str(text: &str) -> Result<Self, ParseUnitError> {
        let (number, unit) = split(text)?;
        let scale = match unit {
            "%" => 10_000,
            "ppm" => 1,
            "" if number == "0" => return Ok(Self(0)),
            "" => return Err(ParseUnitError::NoUnit(text.to_owned())),
            _ => return Err(ParseUnitError::Unit(unit.to_owned())),
        };
        let (parts, exact) = scaled(number, scale)?;
        if !exact {
            return Err(ParseUnitError::TooFine(text.to_owned()));
        }
        u32::try_from(parts)
            .ok()
            .and_then(Self::from_parts_per_million)
            .ok_or_else(|| ParseUnitError::Range { got: text.to_owned(), range: "0% to 100%" })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:04}", self.0 / 10_000, self.0 % 10_000);
        f.pad(&format!("{}%", text.trim_end_matches('0').trim_end_matches('.')))
    }
}

impl FromStr for QueueSize {
    type Err = ParseUnitError;

    /// Reads `100 packets`, `50 frames`, `64KiB`, `15 kB`, `3000 bytes`.
    fn from_str(text: &str) -> Result<Self, ParseUnitError> {
        let (number, unit) = split(text)?;
        let (scale, frames) = match unit.to_lowercase().as_str() {
            "" => return Err(ParseUnitError::NoUnit(text.to_owned())),
            "frame" | "frames" | "packet" | "packets" => (1, true),
            "b" | "byte" | "bytes" => (1, false),
            "kb" => (1_000, false),
            "kib" => (1 << 10, false),
            "mb" => (1_000_000, false),
            "mib" => (1 << 20, false),
            _ => return Err(ParseUnitError::Unit(unit.to_owned())),
        };
        let range = || ParseUnitError::Range {
            got: text.to_owned(),
            range: "at least one whole frame or byte, at most 4294967295",
        };
        let (amount, exact) = scaled(number, scale)?;
        let amount = u32::try_from(amount).map_err(|_| range())?;
        if amount == 0 || !exact {
            return Err(range());
        }
        Ok(if frames { Self::Frames(amount) } else { Self::Bytes(amount) })
    }
}

impl fmt::Display for QueueSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match *self {
            Self::Frames(frames) => format!("{frames} packets"),
            Self::Bytes(bytes) if bytes.is_multiple_of(1 << 20) => {
                format!("{} MiB", bytes >> 20)
            }
            Self::Bytes(bytes) if bytes.is_multiple_of(1 << 10) => {
                format!("{} KiB", bytes >> 10)
            }
            Self::Bytes(bytes) => format!("{bytes} bytes"),
        })
    }
}

/// The number and, after blanks, the unit.
fn split(text: &str) -> Result<(&str, &str), ParseUnitError> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 || digits > 18 || number.starts_with('.') || number.ends_with('.') {
        return Err(ParseUnitError::Number(text.to_owned()));
    }
    Ok((number, unit.trim_start()))
}

/// `number` times `scale`, rounded down, and whether nothing was lost.
fn scaled(number: &str, scale: u64) -> Result<(u128, bool), ParseUnitError> {
    let error = || ParseUnitError::Number(number.to_owned());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // At most 18 digits in all, so that neither the power nor the products overflow.
    let digits: u128 = format!("{whole}{fraction}").parse().map_err(|_| error())?;
    let denominator = 10u128.pow(fraction.len() as u32);
    let product = digits * u128::from(scale);
    Ok((product / denominator, product.is_multiple_of(denominator)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_tc_units_of_any_case() {
        // The decimal units of tc(8), "Rates".
        for (text, bits) in [
            ("100 Mbit", 100_000_000),
            ("1Gbit", 1_000_000_000),
            ("1.5mbit", 1_500_000),
            ("64 kbit/s", 64_000),
            ("9600bit", 9_600),
            ("1 Kibit", 1_024),
        ] {
            assert_eq!(text.parse::<Rate>().map(Rate::bits_per_second), Ok(bits), "{text}");
        }
        for text in ["", "fast", "100", "0 Mbit", "1.2.3 Mbit", "10 Mbps", "5 parsec", "0.1bit"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
        assert!("99999 Tbit".parse::<Rate>().is_err());
    }

    #[test]
    fn shares_are_per_cent_or_parts_per_million() {
        for (text, parts) in
            [("5%", 50_000), ("0.1 %", 1_000), ("100%", 1_000_000), ("50ppm", 50), ("0", 0)]
        {
            assert_eq!(text.parse::<Share>().map(Share::parts_per_million), Ok(parts), "{text}");
        }
        for text in ["5", "101%", "-1%", "0.00001%", "half", ".5%", "5 per cent"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }

    #[test]
    fn queues_hold_frames_or_bytes() {
        assert_eq!("100 packets".parse(), Ok(QueueSize::Frames(100)));
        assert_eq!("64KiB".parse(), Ok(QueueSize::Bytes(65_536)));
        assert_eq!("1.5 kB".parse(), Ok(QueueSize::Bytes(1_500)));
        for text in ["100", "0 packets", "1.5 packets", "9 GiB", "5000 MiB"] {
            assert!(text.parse::<QueueSize>().is_err(), "{text}");
        }
    }

    #[test]
    fn units_read_what_they_print() {
        for bits in [1, 999, 1_000, 64_000, 1_544_000, 100_000_000, 10_000_000_000] {
            let rate = Rate(bits);
            assert_eq!(rate.to_string().parse(), Ok(rate));
        }
        for parts in [0, 1, 50, 1_000, 123_456, 1_000_000] {
            assert_eq!(Share(parts).to_string().parse(), Ok(Share(parts)));
        }
        for size in [QueueSize::Frames(7), QueueSize::Bytes(1_500), QueueSize::Bytes(1 << 20)] {
            assert_eq!(size.to_string().parse(), Ok(size));
        }
    }
}
