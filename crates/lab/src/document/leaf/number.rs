//! Numbers, and quantities with a unit.

use std::str::FromStr;

use lanternet_core::Duration;
use schemars::{Schema, json_schema};

use crate::document::read::{Leaf, Refusal};
use crate::document::{Mtu, TableSize};
use crate::span::Text;
use crate::units::{ParseUnitError, QueueSize, Rate, Share};
use crate::yaml::Scalar;

impl Leaf for u64 {
    const NOUN: &'static str = "a whole number";
    const HOW: &'static str = "write a number from 0 to 18446744073709551615";

    fn accepts(scalar: Scalar) -> bool {
        scalar == Scalar::Integer
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        text.value.parse().map_err(|_| Refusal::default())
    }

    fn schema() -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": Self::MAX })
    }
}

impl Leaf for TableSize {
    const NOUN: &'static str = "a number of rows";
    const HOW: &'static str = "write a number from 1 to 1000000";

    fn accepts(scalar: Scalar) -> bool {
        scalar == Scalar::Integer
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        match text.value.parse() {
            Ok(rows @ 1..=1_000_000) => Ok(Self(rows)),
            _ => Err(Refusal::default()),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": 1_000_000 })
    }
}

impl Leaf for Mtu {
    const NOUN: &'static str = "an MTU in bytes";
    const HOW: &'static str = "write a number from 68, the least that IPv4 works with \
        (RFC 791 section 3.2), to 65535; Ethernet has 1500";

    fn accepts(scalar: Scalar) -> bool {
        scalar == Scalar::Integer
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        match text.value.parse() {
            Ok(bytes @ 68..) => Ok(Self(bytes)),
            _ => Err(Refusal::default()),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "integer", "minimum": 68, "maximum": 65_535 })
    }
}

/// Texts that also read the bare number 0.
const fn text_or_zero(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::Text | Scalar::Integer | Scalar::Float)
}

impl Leaf for Duration {
    const NOUN: &'static str = "a duration";
    const HOW: &'static str = "write a number and a unit (ns, us, ms, s, m, h), such as `20ms`";

    fn accepts(scalar: Scalar) -> bool {
        text_or_zero(scalar)
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        text.value.parse().map_err(|_| {
            let bare = text.value.parse::<u64>().is_ok();
            let help = format!("add a unit: `{0}s` is seconds, `{0}ms` milliseconds", text.value);
            if bare { Refusal::default().help(help) } else { Refusal::default() }
        })
    }

    fn schema() -> Schema {
        json_schema!({
            "anyOf": [
                { "const": 0 },
                {
                    "type": "string",
                    "pattern": r"^\s*(0|[0-9]+(\.[0-9]{1,9})?\s*(ns|us|µs|μs|ms|s|sec|m|min|h))\s*$",
                },
            ],
        })
    }
}

macro_rules! unit_leaf {
    ($name:ident, $noun:literal, $how:literal, $schema:expr) => {
        impl Leaf for $name {
            const NOUN: &'static str = $noun;
            const HOW: &'static str = $how;

            fn accepts(scalar: Scalar) -> bool {
                text_or_zero(scalar)
            }

            fn parse(text: &Text) -> Result<Self, Refusal> {
                Self::from_str(&text.value).map_err(|error| {
                    let refusal = match &error {
                        // `fast` has no number because it is no rate at all.
                        ParseUnitError::Number(_) | ParseUnitError::NoUnit(_) => Refusal::default(),
                        error => Refusal::because(error.to_string()),
                    };
                    match &error {
                        ParseUnitError::Ambiguous(unit) => refusal.help(format!(
                            "write `{0}bit` for bits per second, or eight times the number for bytes",
                            unit.trim_end_matches("bps").trim_end_matches("BPS")
                        )),
                        _ => refusal,
                    }
                })
            }

            fn schema() -> Schema {
                $schema
            }
        }
    };
}

unit_leaf!(
    Rate,
    "a rate",
    "write a number and a unit (bit, kbit, Mbit, Gbit), such as `100 Mbit`",
    json_schema!({
        "type": "string",
        "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*([kKmMgGtT]|[kKmMgG][iI])?[bB][iI][tT](/[sS])?\s*$",
    })
);
unit_leaf!(
    Share,
    "a share",
    "write it in per cent from 0% to 100%, such as `0.1%`",
    json_schema!({
        "anyOf": [
            { "const": 0 },
            { "type": "string", "pattern": r"^\s*(0|[0-9]+(\.[0-9]+)?\s*(%|ppm))\s*$" },
        ],
    })
);
unit_leaf!(
    QueueSize,
    "the size of a queue",
    "write packets or bytes, such as `100 packets` or `64KiB`",
    json_schema!({
        "type": "string",
        "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*([fF]rames?|[pP]ackets?|([kKmM][iI]?)?[bB]|[bB]ytes?)\s*$",
    })
);
