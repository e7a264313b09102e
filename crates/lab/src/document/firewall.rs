//! `firewall:`, the rules of a node.

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;
use lanternet_core::trace::{FirewallAction, FirewallPath};
use lanternet_net::nat::packet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::dns::OneOrMore;
use super::nat::{OwnInterface, Ports, chosen, word};
use super::node::Destination;
use super::read::{Leaf, List, Read, Refusal, mapping, wrong_type};
use crate::diagnostic::{Code, Diagnostic, one_of};
use crate::span::{Span, Spanned, Text};
use crate::yaml::{Node, Scalar, Value};

mapping! {
    /// Rules with the policy behind them.
    FirewallMap = "a firewall" {
        /// What becomes of packets for this node and of packets that it passes on, when no rule
        /// matches: `allow`, `deny` or `reject`. `allow` unless told otherwise.
        optional "default" default: Spanned<FirewallAction>,
        /// The same for packets for this node only.
        optional "incoming" incoming: Spanned<FirewallAction>,
        /// The same for packets that it passes on only.
        optional "forwarded" forwarded: Spanned<FirewallAction>,
        /// The same for its own packets. `allow` unless told otherwise, whatever `default` says.
        optional "outgoing" outgoing: Spanned<FirewallAction>,
        /// The rules in their order: the first that matches decides.
        collected "rules" rules: List<RuleEntry>,
    }
}

mapping! {
    /// Which packets a rule is about: all that is named must hold.
    MatchEntry = "what a rule is about" {
        /// Only packets on this path: `incoming` (for this node), `forwarded`, or `outgoing` (its
        /// own).
        optional "path" path: Spanned<FirewallPath>,
        /// The interface that they come in by, or a list of them.
        collected "in" in_by: OneOrMore<Spanned<OwnInterface>>,
        /// The interface that they go out by, or a list of them.
        collected "out" out_by: OneOrMore<Spanned<OwnInterface>>,
        /// `tcp`, `udp`, `icmp`, or the number of a protocol.
        optional "protocol" protocol: Spanned<ProtocolWord>,
        /// The source: an address, a network such as `10.0.0.0/8`, or a list of them.
        collected "from" from: OneOrMore<Spanned<Addresses>>,
        /// The destination, in the same way; behind a NAT its inside address.
        collected "to" to: OneOrMore<Spanned<Addresses>>,
        /// The source port, a range such as `1024-65535`, or a list of them.
        collected "from-port" from_ports: OneOrMore<Spanned<Ports>>,
        /// The destination port, in the same way.
        collected "port" ports: OneOrMore<Spanned<Ports>>,
    }
}

/// A list of rules, or rules with a policy.
#[derive(Debug)]
pub(crate) struct FirewallEntry(pub(crate) FirewallMap);

/// A rule.
#[derive(Debug)]
pub(crate) struct RuleEntry {
    pub(crate) action: FirewallAction,
    pub(crate) matches: MatchEntry,
    pub(crate) span: Span,
}

/// An address or a network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses(pub(crate) IpNet);

/// A protocol above IP.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProtocolWord(pub(crate) u8);

impl Read for FirewallEntry {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Mapping(_) => FirewallMap::read(node, out).map(Self),
            Value::Sequence(_) => Some(Self(FirewallMap {
                default: None,
                incoming: None,
                forwarded: None,
                outgoing: None,
                rules: List::read(node, out)?,
            })),
            _ => {
                out.push(wrong_type(node, "a list of rules").help(
                    "write `- allow: { in: eth1 }`, one rule a line, or \
                     `{ default: deny, rules: [...] }`",
                ));
                None
            }
        }
    }
}

impl JsonSchema for FirewallEntry {
    fn schema_name() -> Cow<'static, str> {
        "FirewallEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (rules, map) = (
            generator.subschema_for::<List<RuleEntry>>(),
            generator.subschema_for::<FirewallMap>(),
        );
        json_schema!({ "anyOf": [rules, map] })
    }
}

const ACTIONS: [(FirewallAction, &str); 3] = [
    (FirewallAction::Allow, "allow"),
    (FirewallAction::Deny, "deny"),
    (FirewallAction::Reject, "reject"),
];

const PATHS: [(FirewallPath, &str); 3] = [
    (FirewallPath::Incoming, "incoming"),
    (FirewallPath::Forwarded, "forwarded"),
    (FirewallPath::Outgoing, "outgoing"),
];

/// The word of the file.
pub(crate) fn action_word(action: FirewallAction) -> &'static str {
    ACTIONS[action as usize].1
}

/// The word of the file.
pub(crate) fn path_word(path: FirewallPath) -> &'static str {
    PATHS[path as usize].1
}

chosen! {
    FirewallAction, "what to do with a packet", ACTIONS;
    FirewallPath, "a path through the node", PATHS;
}

impl Read for RuleEntry {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        const HOW: &str = "write `allow: { ... }`, `deny: { ... }` or `reject: { ... }`; \
            `deny: all` is about everything";
        let Value::Mapping(entries) = &node.value else {
            out.push(wrong_type(node, "a rule").help(HOW));
            return None;
        };
        let [(key, value)] = &entries[..] else {
            let message = match entries.len() {
                0 => "a rule needs to say what it does".to_owned(),
                _ => format!(
                    "a rule does one thing, got {}",
                    one_of(entries.iter().map(|(key, _)| key.value.as_str()))
                ),
            };
            let label = "one of `allow`, `deny` and `reject`";
            out.push(Diagnostic::new(Code::BadValue, message, node.span, label).help(HOW));
            return None;
        };
        let action = match word(key, &ACTIONS) {
            Ok(action) => action,
            Err(refusal) => {
                let mut diagnostic = refusal.about::<FirewallAction>(key);
                diagnostic.code = Code::UnknownKey;
                out.push(diagnostic);
                return None;
            }
        };
        let matches = match &value.value {
            Value::Scalar(_, text) if text.value == "all" => MatchEntry {
                path: None,
                in_by: OneOrMore::default(),
                out_by: OneOrMore::default(),
                protocol: None,
                from: OneOrMore::default(),
                to: OneOrMore::default(),
                from_ports: OneOrMore::default(),
                ports: OneOrMore::default(),
            },
            Value::Mapping(_) => MatchEntry::read(value, out)?,
            _ => {
                out.push(wrong_type(value, "what the rule is about").help(HOW));
                return None;
            }
        };
        Some(Self { action, matches, span: node.span })
    }
}

impl JsonSchema for RuleEntry {
    fn schema_name() -> Cow<'static, str> {
        "RuleEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let about = json_schema!({
            "anyOf": [{ "const": "all" }, generator.subschema_for::<MatchEntry>()],
        });
        let rules = ACTIONS.map(|(_, word)| {
            json_schema!({
                "type": "object",
                "properties": { word: about },
                "required": [word],
                "additionalProperties": false,
            })
        });
        json_schema!({ "description": "A rule: what it does, and with which packets.", "oneOf": rules })
    }
}

impl Leaf for Addresses {
    const NOUN: &'static str = "an address or a network";
    const HOW: &'static str = "write one such as `192.168.1.2` or `10.0.0.0/8`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        if text.value.contains('/') {
            return Destination::parse(text).map(|network| Self(network.0));
        }
        IpAddr::parse(text)
            .map(|address| Self(address.into()))
            .map_err(|refusal| Refusal { help: Some(Self::HOW.to_owned()), ..refusal })
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": r"^[0-9a-fA-F:.]+(/[0-9]{1,3})?$" })
    }
}

const PROTOCOLS: [(u8, &str); 3] =
    [(packet::TCP, "tcp"), (packet::UDP, "udp"), (packet::ICMP, "icmp")];

impl ProtocolWord {
    /// As the file has it.
    pub(crate) fn text(number: u8) -> String {
        let known = PROTOCOLS.iter().find(|(own, _)| *own == number);
        known.map_or_else(|| number.to_string(), |(_, word)| (*word).to_owned())
    }
}

impl Leaf for ProtocolWord {
    const NOUN: &'static str = "a protocol";
    const HOW: &'static str = "use `tcp`, `udp`, `icmp`, or a number from 0 to 255";

    fn accepts(scalar: Scalar) -> bool {
        matches!(scalar, Scalar::Text | Scalar::Integer)
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        if let Ok(number) = text.value.parse() {
            return Ok(Self(number));
        }
        let found = PROTOCOLS.iter().find(|(_, word)| *word == text.value);
        found.map(|(number, _)| Self(*number)).ok_or_else(Refusal::default)
    }

    fn schema() -> Schema {
        json_schema!({
            "anyOf": [
                { "enum": PROTOCOLS.map(|(_, word)| word) },
                { "type": "integer", "minimum": 0, "maximum": 255 },
            ],
        })
    }
}
