//! What a router advertises to the hosts on its segment.

use std::borrow::Cow;
use std::net::IpAddr;

use lanternet_core::Duration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::node::Destination;
use super::read::{List, Read, mapping, wrong_type};
use crate::diagnostic::Diagnostic;
use crate::span::{Span, Spanned};
use crate::yaml::{Node, Scalar, Value};

mapping! {
    /// What a router advertises. All of it may be left out.
    AdvertiseSettings = "what a router advertises" {
        /// How long hosts may use it as their default router, up to `9000s`; `0s`: not at all. `1800s`
        /// unless told otherwise.
        optional "lifetime" lifetime: Spanned<Duration>,
        /// The longest time between two advertisements that nobody asked for, from `4s` to `1800s`.
        /// `600s` unless told otherwise.
        optional "interval" interval: Spanned<Duration>,
        /// The prefixes that hosts form addresses from. The networks of the interface's own IPv6
        /// addresses unless told otherwise.
        collected "prefixes" prefixes: List<Spanned<Destination>>,
        /// Name servers (RFC 8106).
        collected "dns" dns: List<Spanned<IpAddr>>,
    }
}

/// `advertise: true`, or with settings.
#[derive(Debug)]
pub(crate) struct AdvertiseEntry {
    /// `None`: it does not.
    pub(crate) settings: Option<AdvertiseSettings>,
    pub(crate) span: Span,
}

impl Read for AdvertiseEntry {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        let span = node.span;
        match &node.value {
            Value::Mapping(_) => {
                let settings = Some(AdvertiseSettings::read(node, out)?);
                Some(Self { settings, span })
            }
            Value::Scalar(Scalar::Boolean, _) => {
                let on = Spanned::<bool>::read(node, out)?.value;
                let settings = on.then(|| AdvertiseSettings {
                    lifetime: None,
                    interval: None,
                    prefixes: List::default(),
                    dns: List::default(),
                });
                Some(Self { settings, span })
            }
            _ => {
                let how = "write `advertise: true`, or settings such as `{ lifetime: 30m }`";
                out.push(wrong_type(node, "what a router advertises").help(how));
                None
            }
        }
    }
}

impl JsonSchema for AdvertiseEntry {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "AdvertiseEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let settings = generator.subschema_for::<AdvertiseSettings>();
        json_schema!({ "anyOf": [{ "type": "boolean" }, settings] })
    }
}
