//! What was written in a lab file, with the place of everything; what it means is [`crate::lab`].
//!
//! Each entry here is a mapping of the file. Adding a key is adding a line: the reader, the
//! suggestions for misspelt keys and the JSON Schema follow from it.

mod advice;
mod dhcp;
mod dns;
mod files;
mod firewall;
mod ipv6;
mod leaf;
mod link;
mod nat;
mod node;
mod read;
mod stp;
mod vlan;

use std::borrow::Cow;

use lanternet_core::Duration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

pub(crate) use self::dhcp::{DhcpPoolEntry, HomeDhcpEntry, PoolKey, RelayEntry};
pub(crate) use self::dns::OneOrMore;
pub(crate) use self::files::{FilePath, FileText};
pub(crate) use self::firewall::{FirewallEntry, ProtocolWord, action_word, path_word};
pub(crate) use self::ipv6::AdvertiseEntry;
pub(crate) use self::leaf::{EndText, Kind, LinkState, PortNumber, Prefix};
pub(crate) use self::link::{DirectionEntry, LinkEntry, LinkMap, Mtu};
pub(crate) use self::nat::{ForwardEntry, HomeNatEntry, NatEntry, OwnInterface, dependence_word};
pub(crate) use self::node::{
    Destination, HostEntry, InterfaceEntry, NodeEntry, RouteEntry, RouterEntry, TableSize,
};
use self::read::mapping;
pub(crate) use self::read::{Leaf, List, Map, Read, Refusal};
pub(crate) use self::stp::{PathCost, PortPriority, SnoopingMap, StpMap, Switched};
pub(crate) use self::vlan::{
    HomeRouterEntry, L3PortEntry, L3SwitchEntry, L3VlanEntry, PortEntry, PortKey, TrunkEntry,
    VlanEntry, VlanKey,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::names::NodeName;
use crate::span::{Spanned, Text};
use crate::yaml::{Node, Value};

mapping! {
    /// A network to build: its nodes, the links between them, the programs that run on its hosts,
    /// and what is expected of it.
    Document = "a lab" {
        /// What to call this lab. The name of the file unless told otherwise.
        optional "name" name: Spanned<Name>,
        /// The number from which all chance in this lab is drawn: MAC addresses, losses, ports.
        /// The same seed gives the same run. 1 unless told otherwise.
        optional "seed" seed: Spanned<u64>,
        /// When the run ends at the latest, in simulated time, such as `10s`. Unless told
        /// otherwise it ends when the programs have ended and the network is quiet.
        optional "until" until: Spanned<Duration>,
        /// The hosts and devices by name.
        required "nodes" nodes: Map<NodeName, NodeEntry>,
        /// The cables, such as `a1 -- sw-a`.
        collected "links" links: List<LinkEntry>,
        /// The programs to run, and where and when.
        collected "programs" programs: List<ProgramEntry>,
        /// Files that programs read, by path, such as a zone for `serve dns --zone`. Other files
        /// are looked for beside the lab file.
        collected "files" files: Map<FilePath, Spanned<FileText>>,
        /// What must hold at the end, such as `a1 reaches b3`.
        collected "expect" expect: List<Spanned<ExpectLine>>,
    }
}

mapping! {
    /// A program on a host.
    ProgramEntry = "a program" {
        /// The host or router that it runs on.
        required "on" on: Spanned<NodeName>,
        /// Its command line, such as `serve upper --port 9090`.
        required "run" run: Spanned<CommandLine>,
        /// When it starts, in simulated time, such as `1s`. Unless told otherwise as soon as its node
        /// has its addresses: at once, or when a DHCP server has lent one (after a minute without
        /// one all the same).
        optional "at" at: Spanned<Duration>,
        /// What expectations call it. The node and the first word of `run` unless told otherwise.
        optional "name" name: Spanned<NodeName>,
        /// What it finds on standard input, line by line.
        collected "input" input: Lines,
    }
}

/// A lab's name.
#[derive(Debug, Clone)]
pub(crate) struct Name(pub(crate) String);

/// The text of `run:`, read by the programs' own parser later.
#[derive(Debug, Clone)]
pub(crate) struct CommandLine(pub(crate) Text);

/// One line of `expect`, read by [`crate::expect`] later.
#[derive(Debug, Clone)]
pub(crate) struct ExpectLine(pub(crate) Text);

/// A line of standard input.
#[derive(Debug, Clone)]
pub(crate) struct InputLine(pub(crate) String);

/// Standard input: a list of lines, or a text of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines(pub(crate) Vec<String>);

impl Read for Lines {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        if matches!(node.value, Value::Scalar(..)) && !node.is_null() {
            let text = Spanned::<InputLine>::read(node, out)?;
            return Some(Self(text.value.0.lines().map(str::to_owned).collect()));
        }
        let List { items: lines, .. } = List::<Spanned<InputLine>>::read(node, out)?;
        // A line is what a program reads up to a line feed, so an item with one inside is two.
        Some(Self(
            lines.iter().flat_map(|line| line.value.0.split('\n').map(str::to_owned)).collect(),
        ))
    }
}

impl JsonSchema for Lines {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Lines".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string" },
                { "type": ["array", "null"], "items": { "type": "string" } },
            ],
        })
    }
}

/// Whether a text can be a lab's name.
pub(crate) fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

/// Reads the tree as a lab; `None` when something is missing without which there is none.
pub(crate) fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Document> {
    if node.is_null() {
        out.push(
            Diagnostic::new(Code::MissingKey, "the file is empty", node.span, "nothing here")
                .help("a lab needs at least `nodes:` with the hosts and devices by name"),
        );
        return None;
    }
    Document::read(node, out)
}
