//! Address translation and rules, as a lab describes them.

use std::net::Ipv4Addr;

use ipnet::IpNet;
use lanternet_core::trace::{FirewallAction, FirewallPath};
use lanternet_net::nat::{Behavior, Endpoint, Preset};
use std::ops::RangeInclusive;

use crate::names::InterfaceName;
use crate::span::Spanned;

/// Address translation of a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nat {
    /// The interface to the outside; the station has it.
    pub outside: Spanned<InterfaceName>,
    /// The behaviour that it began with.
    pub preset: Preset,
    /// How it behaves.
    pub behavior: Behavior,
    /// The outside addresses to share; empty: those of the outside interface.
    pub pool: Vec<Spanned<Ipv4Addr>>,
    /// What is translated; empty: whatever is not outside.
    pub inside: Vec<Spanned<IpNet>>,
    /// Outside ports that lead inside.
    pub forwards: Vec<Forward>,
    /// Outside addresses that belong to one inside host each.
    pub one_to_one: Vec<OneToOne>,
}

impl Nat {
    /// Translation out of this interface with a preset's behaviour, and nothing else.
    pub fn preset(outside: Spanned<InterfaceName>, preset: Preset) -> Self {
        Self {
            outside,
            preset,
            behavior: preset.behavior(),
            pool: Vec::new(),
            inside: Vec::new(),
            forwards: Vec::new(),
            one_to_one: Vec::new(),
        }
    }
}

/// An outside port that leads inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// TCP or UDP (IANA number).
    pub protocol: u8,
    /// The outside port.
    pub port: Spanned<u16>,
    /// Where it leads.
    pub to: Spanned<Endpoint>,
}

/// An outside address that belongs to one inside host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneToOne {
    /// The address that the outside knows.
    pub outside: Spanned<Ipv4Addr>,
    /// The host's own.
    pub inside: Spanned<Ipv4Addr>,
}

/// The rules of a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firewall {
    /// What becomes of a packet that no rule matches: incoming, forwarded, outgoing.
    pub policy: [FirewallAction; 3],
    /// The rules in their order.
    pub rules: Vec<Spanned<Rule>>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it does.
    pub action: FirewallAction,
    /// Only packets on this path.
    pub path: Option<FirewallPath>,
    /// The interfaces that they come in by; the station has them.
    pub in_by: Vec<Spanned<InterfaceName>>,
    /// The interfaces that they go out by; the station has them.
    pub out_by: Vec<Spanned<InterfaceName>>,
    /// The protocol (IANA number).
    pub protocol: Option<u8>,
    /// Networks of the source.
    pub from: Vec<IpNet>,
    /// Networks of the destination.
    pub to: Vec<IpNet>,
    /// Source ports.
    pub from_ports: Vec<RangeInclusive<u16>>,
    /// Destination ports.
    pub ports: Vec<RangeInclusive<u16>>,
}

impl Rule {
    /// The rule in one line: `deny from 10.0.0.0/8 to 192.168.2.0/24 tcp port 22`.
    pub fn text(&self) -> String {
        use crate::document::{ProtocolWord, action_word, path_word};
        let mut text = action_word(self.action).to_owned();
        let mut add = |word: &str, values: Vec<String>| {
            if !values.is_empty() {
                text.push(' ');
                text.push_str(word);
                if !word.is_empty() {
                    text.push(' ');
                }
                text.push_str(&values.join(","));
            }
        };
        let names = |names: &[Spanned<InterfaceName>]| {
            names.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let nets = |nets: &[IpNet]| nets.iter().map(net_text).collect::<Vec<_>>();
        let ports = |ports: &[RangeInclusive<u16>]| ports.iter().map(ports_text).collect();
        add("", self.path.map(path_word).map(str::to_owned).into_iter().collect());
        add("in", names(&self.in_by));
        add("out", names(&self.out_by));
        add("from", nets(&self.from));
        add("to", nets(&self.to));
        add("", self.protocol.map(ProtocolWord::text).into_iter().collect());
        add("from-port", ports(&self.from_ports));
        add("port", ports(&self.ports));
        if !text.contains(' ') {
            text.push_str(" all");
        }
        text
    }
}

/// A single address without its prefix length.
pub(crate) fn net_text(net: &IpNet) -> String {
    match net.prefix_len() == net.max_prefix_len() {
        true => net.addr().to_string(),
        false => net.to_string(),
    }
}

/// One port, or two with a hyphen between.
pub(crate) fn ports_text(ports: &RangeInclusive<u16>) -> String {
    match ports.start() == ports.end() {
        true => ports.start().to_string(),
        false => format!("{}-{}", ports.start(), ports.end()),
    }
}
