//! What was written in a lab file, with the place of everything; what it means is [`crate::lab`].
//!
//! Each entry here is a mapping of the file. Adding a key is adding a line: the reader, the
//! suggestions for misspelt keys and the JSON Schema follow from it.

mod files;
mod leaf;
mod read;

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;
use lanternet_core::{Duration, MacAddr};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

pub(crate) use self::files::{FilePath, FileText};
pub(crate) use self::leaf::{EndText, Ends, Kind, LinkState, PortNumber, Prefix, Preset};
use self::read::{Entries, mapping, wrong_type};
pub(crate) use self::read::{Leaf, List, Map, Read, Refusal};
use crate::diagnostic::{Code, Diagnostic};
use crate::names::{HostName, InterfaceName, NodeName};
use crate::span::{Span, Spanned, Text};
use crate::units::{QueueSize, Rate, Share};
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
    /// A computer that runs programs: one network interface unless `interfaces` says otherwise.
    HostEntry = "a host" tagged "kind" {
        /// The address of its one interface and the length of the network's prefix, such as
        /// `192.168.10.1/24`.
        optional "address" address: Spanned<Prefix>,
        /// More than one address for its one interface.
        collected "addresses" addresses: List<Spanned<Prefix>>,
        /// The MAC address of its one interface. Derived from the seed unless told otherwise.
        optional "mac" mac: Spanned<MacAddr>,
        /// Where packets for other networks go: the address of a router on this host's segment.
        optional "gateway" gateway: Spanned<IpAddr>,
        /// Its interfaces by name, when there is more than one.
        collected "interfaces" interfaces: Map<InterfaceName, InterfaceEntry>,
        /// Static routes besides `gateway`.
        collected "routes" routes: List<RouteEntry>,
        /// Names that this host knows by itself, as in `/etc/hosts`.
        collected "hosts" hosts: Map<HostName, Spanned<IpAddr>>,
        /// Whether it tells everybody its addresses when it starts (gratuitous ARP). `false` unless
        /// told otherwise, as in Linux.
        optional "announce" announce: Spanned<bool>,
        /// Whether it asks three times if somebody has its addresses already before it uses them
        /// (RFC 5227), which takes some seconds. `false` unless told otherwise, as in Linux.
        optional "detect-conflicts" detect_conflicts: Spanned<bool>,
        /// Neighbours whose MAC addresses it knows by itself and never asks for:
        /// `192.168.1.2: 02:00:00:00:00:02`.
        collected "arp" arp: Map<IpAddr, Spanned<MacAddr>>,
    }
}

mapping! {
    /// A device that passes packets between networks.
    RouterEntry = "a router" tagged "kind" {
        /// Its interfaces by name: `eth0`, `eth1` ...
        collected "interfaces" interfaces: Map<InterfaceName, InterfaceEntry>,
        /// Static routes: where to send packets for networks that no interface is in.
        collected "routes" routes: List<RouteEntry>,
        /// Names that this router knows by itself, as in `/etc/hosts`.
        collected "hosts" hosts: Map<HostName, Spanned<IpAddr>>,
        /// Whether it tells everybody its addresses when it starts (gratuitous ARP). `false` unless
        /// told otherwise, as in Linux.
        optional "announce" announce: Spanned<bool>,
        /// Whether it asks three times if somebody has its addresses already before it uses them
        /// (RFC 5227), which takes some seconds. `false` unless told otherwise, as in Linux.
        optional "detect-conflicts" detect_conflicts: Spanned<bool>,
        /// Neighbours whose MAC addresses it knows by itself and never asks for:
        /// `192.168.1.2: 02:00:00:00:00:02`.
        collected "arp" arp: Map<IpAddr, Spanned<MacAddr>>,
    }
}

mapping! {
    /// A device that repeats each frame to all its other ports.
    HubEntry = "a hub" tagged "kind" {
    }
}

mapping! {
    /// A device that learns at which port each station is, and forwards frames there only.
    SwitchEntry = "a switch" tagged "kind" {
        /// How long a silent station stays in the table. `300s` unless told otherwise.
        optional "ageing" ageing: Spanned<Duration>,
        /// How many stations the table holds. 8192 unless told otherwise.
        optional "table-size" table_size: Spanned<TableSize>,
        /// Stations that it knows from the start and never forgets, with the number of the port
        /// that each is behind: `02:00:00:00:00:02: 3`.
        collected "macs" macs: Map<MacAddr, Spanned<PortNumber>>,
    }
}

mapping! {
    /// One network interface of a host or router.
    InterfaceEntry = "an interface" {
        /// Its address and the length of the network's prefix, such as `192.168.10.254/24`.
        optional "address" address: Spanned<Prefix>,
        /// More than one address.
        collected "addresses" addresses: List<Spanned<Prefix>>,
        /// Its MAC address. Derived from the seed unless told otherwise.
        optional "mac" mac: Spanned<MacAddr>,
    }
}

mapping! {
    /// A row of the route table.
    RouteEntry = "a route" {
        /// The network that it leads to, such as `192.168.20.0/24`; `0.0.0.0/0` or `default` for
        /// everything.
        required "to" to: Spanned<Destination>,
        /// The address of the next router.
        required "via" via: Spanned<IpAddr>,
    }
}

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

mapping! {
    /// A program on a host.
    ProgramEntry = "a program" {
        /// The host or router that it runs on.
        required "on" on: Spanned<NodeName>,
        /// Its command line, such as `serve upper --port 9090`.
        required "run" run: Spanned<CommandLine>,
        /// When it starts, in simulated time, such as `1s`. At once unless told otherwise.
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

/// A prefix without host bits, as the destination of a route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Destination(pub(crate) IpNet);

/// How many rows a switch's table has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableSize(pub(crate) u32);

/// The longest packet, 68 to 65535 bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mtu(pub(crate) u16);

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

/// The two ends of a link as a list.
#[derive(Debug)]
pub(crate) struct Pair(pub(crate) Ends);

/// A node of any kind.
#[derive(Debug)]
pub(crate) enum NodeEntry {
    Host(HostEntry),
    Hub,
    Switch(SwitchEntry),
    Router(RouterEntry),
}

/// A link as a line or with settings.
#[derive(Debug)]
pub(crate) struct LinkEntry {
    pub(crate) span: Span,
    pub(crate) ends: Ends,
    pub(crate) settings: Option<Box<LinkMap>>,
}

impl Read for NodeEntry {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        let Value::Mapping(entries) = &node.value else {
            out.push(
                wrong_type(node, "a node")
                    .help("write what it is, such as `{ kind: host, address: 10.0.0.1/24 }`"),
            );
            return None;
        };
        let Some((_, kind)) = entries.iter().find(|(key, _)| key.value == "kind") else {
            out.push(
                Diagnostic::new(
                    Code::MissingKey,
                    "a node needs the key `kind`",
                    node.span,
                    "`kind` is missing here",
                )
                .maybe_help(how_to_write("kind")),
            );
            look_through(node, entries, out);
            return None;
        };
        let before = out.len();
        if let Some(kind) = Spanned::<Kind>::read(kind, out) {
            return Self::read_as(kind.value, node, out);
        }
        // What a kind of a later version has in it is not for this version to judge.
        if out[before..].iter().all(|diagnostic| diagnostic.code != Code::NotYet) {
            look_through(node, entries, out);
        }
        None
    }
}

impl NodeEntry {
    fn read_as(kind: Kind, node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        match kind {
            Kind::Host => HostEntry::read(node, out).map(Self::Host),
            Kind::Router => RouterEntry::read(node, out).map(Self::Router),
            Kind::Hub => HubEntry::read(node, out).map(|_| Self::Hub),
            Kind::Switch => SwitchEntry::read(node, out).map(Self::Switch),
        }
    }

    const fn keys(kind: Kind) -> &'static [&'static str] {
        match kind {
            Kind::Host => HostEntry::KEYS,
            Kind::Router => RouterEntry::KEYS,
            Kind::Hub => HubEntry::KEYS,
            Kind::Switch => SwitchEntry::KEYS,
        }
    }
}

/// Complains about what is wrong with a node whatever its kind is meant to be: keys that no kind
/// has, and values that are wrong for the kinds that have the key.
fn look_through(node: &Node, entries: &[(Text, Node)], out: &mut Vec<Diagnostic>) {
    let mut keys: Vec<&'static str> = Vec::new();
    for key in Kind::ALL.iter().flat_map(|kind| NodeEntry::keys(*kind)) {
        if !keys.contains(key) {
            keys.push(key);
        }
    }
    Entries::open(node, "a node", &keys, out);
    let mut values: Vec<Diagnostic> = Vec::new();
    for kind in Kind::ALL {
        let mut found = Vec::new();
        NodeEntry::read_as(*kind, node, &mut found);
        // A key that only this kind does not have is no mistake, and two kinds may agree.
        let of_a_key = |d: &Diagnostic| entries.iter().any(|(key, _)| key.span == d.span());
        found.retain(|diagnostic| !of_a_key(diagnostic) && !values.contains(diagnostic));
        values.append(&mut found);
    }
    out.append(&mut values);
}

impl JsonSchema for NodeEntry {
    fn schema_name() -> Cow<'static, str> {
        "NodeEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut kinds: Vec<Schema> = Vec::new();
        for kind in Kind::ALL {
            let mut schema = match kind {
                Kind::Host => HostEntry::json_schema(generator),
                Kind::Router => RouterEntry::json_schema(generator),
                Kind::Hub => HubEntry::json_schema(generator),
                Kind::Switch => SwitchEntry::json_schema(generator),
            };
            let name = serde_json::json!({ "const": kind.name() });
            if let Some(properties) =
                schema.pointer_mut("/properties").and_then(serde_json::Value::as_object_mut)
            {
                properties.insert("kind".to_owned(), name);
            }
            // No other key of a node is required.
            schema.insert("required".to_owned(), serde_json::json!(["kind"]));
            kinds.push(schema);
        }
        json_schema!({ "description": "A host or device, by its kind.", "oneOf": kinds })
    }
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

/// Keys that a later version will know, and what they are for.
fn not_yet(key: &str) -> Option<&'static str> {
    Some(match key {
        "dns" => "name servers are not simulated",
        "dhcp" => "DHCP is not simulated",
        "nat" => "address translation is not simulated",
        "vlan" | "vlans" | "trunk" | "ports" => "a switch has one VLAN",
        "exec" | "daemon" => "only built-in programs run (`run: ...`)",
        _ => return None,
    })
}

/// What to write for a key that is missing.
fn how_to_write(key: &str) -> Option<String> {
    let how = match key {
        "kind" => return Some(format!("add `kind: ...` with {}", Kind::choice())),
        "nodes" => "add `nodes:` and below it the hosts and devices by name",
        "between" => "add the two ends, such as `between: [a1, sw-a]`",
        "on" => "add the node that it runs on, such as `on: a1`",
        "run" => "add the command line, such as `run: ping b3`",
        "to" => "add the network it leads to, such as `to: 192.168.20.0/24`",
        "via" => "add the address of the next router, such as `via: 10.0.0.2`",
        _ => return None,
    };
    Some(how.to_owned())
}

/// A key that is right in another place: what to do instead.
fn belongs_elsewhere(key: &str, what: &str) -> Option<String> {
    let help = match (key, what) {
        ("address" | "addresses" | "mac", "a router") => {
            "a router has several interfaces: write `interfaces: { eth0: { address: ... } }`"
        }
        ("gateway", "a router") => {
            "write `routes: [{ to: 0.0.0.0/0, via: ... }]`: a router's gateway is its default route"
        }
        (
            "gateway" | "routes" | "hosts" | "arp" | "announce" | "detect-conflicts",
            "an interface",
        ) => "it belongs to the whole node: move it one level out",
        (
            "address" | "addresses" | "gateway" | "routes" | "interfaces" | "hosts" | "arp"
            | "announce" | "detect-conflicts",
            "a switch" | "a hub",
        ) => "switches and hubs work below IP: addresses and routes belong to hosts and routers",
        ("macs", "a router") => {
            "only a switch has such a table; the neighbours of hosts and routers go under `arp`"
        }
        ("ageing" | "table-size" | "macs", "a hub") => {
            "a hub learns nothing: only a switch has a table"
        }
        ("at" | "input", _) if what != "a program" => "it belongs to a program, under `programs:`",
        ("delay" | "loss" | "rate" | "mtu" | "queue" | "jitter", _) if what != "a link" => {
            "it belongs to a link: `{ between: [a1, sw-a], ... }` under `links:`"
        }
        ("backlog" | "port", "a program" | "a host") => {
            "it belongs to the command line: `run: serve echo --port 7 --backlog 4`"
        }
        ("<<", _) => "merge keys are not read; an alias stands for a whole value",
        _ => return None,
    };
    Some(help.to_owned())
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
