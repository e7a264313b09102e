//! The entries of the spanning tree, and of switches that listen in on groups.

use std::borrow::Cow;

use std::net::IpAddr;

use lanternet_core::Duration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::read::{Leaf, Read, Refusal, mapping, wrong_type};
use crate::diagnostic::Diagnostic;
use crate::span::{Spanned, Text};
use crate::yaml::{Node, Scalar, Value};

mapping! {
    /// How a switch takes part in the spanning tree (IEEE 802.1D-2004).
    StpMap = "a spanning tree" {
        /// Who becomes the root: the switch with the lowest number, from 0 to 61440 in steps of 4096.
        /// 32768 unless told otherwise.
        optional "priority" priority: Spanned<BridgePriority>,
        /// The time between two messages: 1s to 2s, `2s` unless told otherwise.
        optional "hello" hello: Spanned<Duration>,
        /// How old what is known may become: 6s to 40s, `20s` unless told otherwise.
        optional "max-age" max_age: Spanned<Duration>,
        /// How long a port that nobody agrees with waits in each state: 4s to 30s, `15s` unless told
        /// otherwise.
        optional "forward-delay" forward_delay: Spanned<Duration>,
        /// Messages that a port may send within a second: 1 to 10, 6 unless told otherwise.
        optional "hold-count" hold_count: Spanned<HoldCount>,
        /// Rapid spanning tree; `false` for the older protocol of 802.1D-1998, which takes half a
        /// minute. `true` unless told otherwise.
        optional "rapid" rapid: Spanned<bool>,
    }
}

mapping! {
    /// How a switch listens in on who takes part in which group (RFC 4541).
    SnoopingMap = "a snooping switch" {
        /// Whether the switch asks by itself who takes part, for a network without a router that
        /// does. `false` unless told otherwise.
        optional "querier" querier: Spanned<bool>,
    }
}

/// `true`, `false`, or a mapping with settings, which means `true`.
#[derive(Debug)]
pub(crate) enum Switched<T> {
    Is(bool),
    With(T),
}

impl<T> Switched<T> {
    /// The settings; `None` for `false`, and none inside for `true`.
    pub(crate) fn settings(&self) -> Option<Option<&T>> {
        match self {
            Self::Is(false) => None,
            Self::Is(true) => Some(None),
            Self::With(settings) => Some(Some(settings)),
        }
    }
}

impl<T: Read> Read for Switched<T> {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Mapping(_) => T::read(node, out).map(Self::With),
            Value::Scalar(..) => Spanned::<bool>::read(node, out).map(|is| Self::Is(is.value)),
            Value::Sequence(_) => {
                out.push(
                    wrong_type(node, "yes or no, or settings")
                        .help("write `true`, or settings such as `{ priority: 4096 }`"),
                );
                None
            }
        }
    }
}

impl<T: JsonSchema> JsonSchema for Switched<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("yes, no, or {}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let full = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [{ "type": "boolean" }, full] })
    }
}

/// The address of a multicast group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GroupAddress(pub(crate) IpAddr);

impl Leaf for GroupAddress {
    const NOUN: &'static str = "the address of a group";
    const HOW: &'static str = "write one from 224.0.0.0 to 239.255.255.255, such as `239.1.2.3`, or one \
        in ff00::/8";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        let address = text.value.parse().ok().filter(IpAddr::is_multicast);
        address.map(Self).ok_or_else(Refusal::default)
    }

    fn schema() -> Schema {
        json_schema!({
            "type": "string", "pattern": "^(22[4-9]|23[0-9])(\\.[0-9]{1,3}){3}$|^[fF][fF][0-9a-fA-F:]+$",
        })
    }
}

/// The priority of a bridge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BridgePriority(pub(crate) u16);

/// The priority of a port.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PortPriority(pub(crate) u8);

/// What the way through a port costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PathCost(pub(crate) u32);

/// Messages within a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HoldCount(pub(crate) u8);

/// A scalar that is a whole number of some range and step.
macro_rules! number {
    ($type:ident($inner:ty), $noun:literal, $how:literal, $least:literal ..= $most:literal step $step:literal) => {
        impl Leaf for $type {
            const NOUN: &'static str = $noun;
            const HOW: &'static str = $how;

            fn accepts(scalar: Scalar) -> bool {
                scalar == Scalar::Integer
            }

            fn parse(text: &Text) -> Result<Self, Refusal> {
                let number: $inner = text.value.parse().map_err(|_| Refusal::default())?;
                match number {
                    $least..=$most if number % $step == 0 => Ok(Self(number)),
                    _ => Err(Refusal::default()),
                }
            }

            fn schema() -> Schema {
                json_schema!({
                    "type": "integer", "minimum": $least, "maximum": $most, "multipleOf": $step,
                })
            }
        }
    };
}

number!(
    BridgePriority(u16),
    "the priority of a switch",
    "write a number from 0 to 61440 in steps of 4096: only four bits of it are sent \
     (802.1D-2004 section 9.2.5)",
    0..=61440 step 4096
);
number!(
    PortPriority(u8),
    "the priority of a port",
    "write a number from 0 to 240 in steps of 16: only four bits of it are sent \
     (802.1D-2004 section 9.2.7)",
    0..=240 step 16
);
number!(
    PathCost(u32),
    "a path cost",
    "write a number from 1 to 200000000; 1 Gbit/s costs 20000 (802.1D-2004 table 17-3)",
    1..=200_000_000 step 1
);
number!(HoldCount(u8), "a number of messages", "write a number from 1 to 10", 1..=10 step 1);
