//! The entries of links.

use std::borrow::Cow;

use lanternet_core::Duration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::leaf::{EndText, Ends, LinkState, Preset};
use super::read::{Leaf, Read, mapping, wrong_type};
use crate::diagnostic::{Code, Diagnostic};
use crate::span::{Span, Spanned};
use crate::units::{QueueSize, Rate, Share};
use crate::yaml::{Node, Value};

mapping! {
    /// A link with settings. They are the words of tc-netem, and hold in both directions unless
    /// `forward` or `backward` says otherwise.
    LinkMap = "a link" {
        /// Its two ends, such as `[a1, "r1:eth0"]`.
        required "between" between: Pair,
        /// Settings to start from: those of a well-known kind of link.
        optional "preset" preset: Spanned<Preset>,
        /// How long each frame is under way, such as `2ms`.
        optional "delay" delay: Spanned<Duration>,
        /// By how much the delay varies either way, such as `500us`.
        optional "jitter" jitter: Spanned<Duration>,
        /// The share of frames that get lost, such as `0.1%`.
        optional "loss" loss: Spanned<Share>,
        /// How fast bits go onto the link, such as `100 Mbit`.
        optional "rate" rate: Spanned<Rate>,
        /// The share of frames of which a bit is flipped.
        optional "corrupt" corrupt: Spanned<Share>,
        /// The share of frames that arrive twice.
        optional "duplicate" duplicate: Spanned<Share>,
        /// The share of frames that overtake those before them (which takes a `delay`).
        optional "reorder" reorder: Spanned<Share>,
        /// How much may wait in front of the link, such as `100 packets` or `64KiB`.
        optional "queue" queue: Spanned<QueueSize>,
        /// The longest packet inside a frame, in bytes. 1500 unless told otherwise.
        optional "mtu" mtu: Spanned<Mtu>,
        /// `up`, or `down` for a cable that is not plugged in.
        optional "state" state: Spanned<LinkState>,
        /// Other settings from the first end to the second.
        optional "forward" forward: DirectionEntry,
        /// Other settings from the second end to the first.
        optional "backward" backward: DirectionEntry,
    }
}

mapping! {
    /// Settings of one direction of a link.
    DirectionEntry = "a direction of a link" {
        /// How long each frame is under way, such as `2ms`.
        optional "delay" delay: Spanned<Duration>,
        /// By how much the delay varies either way, such as `500us`.
        optional "jitter" jitter: Spanned<Duration>,
        /// The share of frames that get lost, such as `0.1%`.
        optional "loss" loss: Spanned<Share>,
        /// How fast bits go onto the link, such as `100 Mbit`.
        optional "rate" rate: Spanned<Rate>,
        /// The share of frames of which a bit is flipped.
        optional "corrupt" corrupt: Spanned<Share>,
        /// The share of frames that arrive twice.
        optional "duplicate" duplicate: Spanned<Share>,
        /// The share of frames that overtake those before them (which takes a `delay`).
        optional "reorder" reorder: Spanned<Share>,
        /// How much may wait in front of the link, such as `100 packets` or `64KiB`.
        optional "queue" queue: Spanned<QueueSize>,
    }
}

/// The longest packet, 68 to 65535 bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mtu(pub(crate) u16);

/// The two ends of a link as a list.
#[derive(Debug)]
pub(crate) struct Pair(pub(crate) Ends);

/// A link as a line or with settings.
#[derive(Debug)]
pub(crate) struct LinkEntry {
    pub(crate) span: Span,
    pub(crate) ends: Ends,
    pub(crate) settings: Option<Box<LinkMap>>,
}

impl Read for LinkEntry {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Mapping(_) => {
                let map = LinkMap::read(node, out)?;
                let ends = map.between.0.clone();
                Some(Self { span: node.span, ends, settings: Some(Box::new(map)) })
            }
            Value::Scalar(..) => {
                let ends = Spanned::<Ends>::read(node, out)?.value;
                Some(Self { span: node.span, ends, settings: None })
            }
            Value::Sequence(_) => {
                out.push(
                    wrong_type(node, "a link")
                        .help("write `a1 -- sw-a` or `{ between: [a1, sw-a], delay: 2ms }`"),
                );
                None
            }
        }
    }
}

impl JsonSchema for LinkEntry {
    fn schema_name() -> Cow<'static, str> {
        "LinkEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let full = generator.subschema_for::<LinkMap>();
        json_schema!({
            "description": "A cable between two nodes: `a1 -- sw-a`, or a mapping with settings.",
            "anyOf": [Ends::schema(), full],
        })
    }
}

impl Read for Pair {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        let help = "write the two ends as a list, such as `between: [a1, \"r1:eth0\"]`";
        let Value::Sequence(items) = &node.value else {
            out.push(wrong_type(node, "a list of two ends").help(help));
            return None;
        };
        let [first, second] = items.as_slice() else {
            out.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("expected two ends of a link, got {}", items.len()),
                    node.span,
                    "a link has two ends",
                )
                .help(help),
            );
            return None;
        };
        let (first, second) =
            (Spanned::<EndText>::read(first, out), Spanned::<EndText>::read(second, out));
        Some(Self(Ends([first?.value, second?.value])))
    }
}

impl JsonSchema for Pair {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pair".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array", "items": EndText::schema(), "minItems": 2, "maxItems": 2,
        })
    }
}
