//! `links`: which interface each end is at, and the settings of each direction.
//!
//! An end without an interface takes the lowest free one: `eth0`, `eth1` ... on stations, 1, 2 ...
//! on hubs and switches, in the order of the links and past those that some link names.

use std::collections::{BTreeMap, BTreeSet};

use lanternet_core::{LinkSettings, QueueLimit};

use super::nodes::Addresses;
use super::{Lookup, Resolver};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::document::{
    DirectionEntry, EndText, Leaf, LinkEntry, LinkMap, LinkState, PortNumber, Refusal,
};
use crate::lab::{End, Link, NodeIndex, NodeKind};
use crate::names::{InterfaceName, some_of};
use crate::span::{Span, Spanned, Text};
use crate::units::{QueueSize, Share};

/// Which cable ends are taken, and where that was written.
#[derive(Default)]
struct Taken {
    by: BTreeMap<(NodeIndex, usize), Span>,
    /// For each node, below which number nothing is free.
    next: BTreeMap<NodeIndex, usize>,
    /// Ports that links name, by node.
    named: BTreeSet<(NodeIndex, usize)>,
}

impl Resolver<'_> {
    pub(super) fn links(&mut self, entries: &[LinkEntry]) {
        let mut taken = Taken::default();
        // Named ends first: a later link that names `eth0` must find it free.
        let named: Vec<[Option<End>; 2]> = entries
            .iter()
            .map(|entry| entry.ends.0.each_ref().map(|end| self.named_end(end, &mut taken)))
            .collect();
        for (entry, named) in entries.iter().zip(named) {
            let [first, second] = &entry.ends.0;
            if first.node == second.node {
                if self.names.contains_key(&first.node.value) {
                    self.link_to_itself(first, second);
                } else {
                    self.unknown_node(first.node.span, first.node.as_str());
                }
                continue;
            }
            let first = self.end(first, named[0], &mut taken);
            let second = self.end(second, named[1], &mut taken);
            if let (Some(first), Some(second)) = (first, second) {
                self.link(entry, [first, second]);
            }
        }
        self.count_ports(&taken);
    }

    fn link_to_itself(&mut self, first: &EndText, second: &EndText) {
        self.out.push(
            Diagnostic::new(
                Code::LinkToItself,
                format!("both ends of this link are at `{}`", first.node),
                second.node.span,
                "and the other end too",
            )
            .and(first.node.span, "one end")
            .help("a link joins two nodes"),
        );
    }

    /// The end that names its interface or port; `None` for the others and after a complaint.
    fn named_end(&mut self, end: &EndText, taken: &mut Taken) -> Option<End> {
        let interface = end.interface.as_ref()?;
        // An unknown node is complained about in the order of the links, later.
        let node = (*self.names.get(&end.node.value)?)?;
        let kind = &self.lab.node(node).kind;
        let index = match kind.first_port() {
            // The one port of a home router that has a name.
            Some(first) if first > 0 && **interface == *InterfaceName::wan().as_str() => 0,
            Some(first) => {
                let index = first + self.port(node, interface)?;
                self.ensure_ports(node, index);
                index
            }
            None => self.station_interface(node, interface)?,
        };
        taken.named.insert((node, index));
        Some(End { node, interface: index, span: Spanned::new((), end.node.span) })
    }

    fn port(&mut self, node: NodeIndex, written: &Spanned<String>) -> Option<usize> {
        let text = text_of(written);
        match PortNumber::parse(&text) {
            Ok(port) => Some(usize::from(port.0) - 1),
            Err(refusal) => {
                let node = self.lab.node(node);
                let message = format!(
                    "expected the number of a port of the {} `{}`, got `{written}`",
                    node.kind.word(),
                    node.name
                );
                let refusal = match node.kind.first_port() {
                    Some(1) => refusal.help("its ports are `wan`, and 1, 2, 3 ... in the house"),
                    _ => refusal,
                };
                let refusal = Refusal { message: Some(message), ..refusal };
                self.out.push(refusal.about::<PortNumber>(&text));
                None
            }
        }
    }

    fn station_interface(&mut self, node: NodeIndex, written: &Spanned<String>) -> Option<usize> {
        let station = self.lab.node(node).kind.station()?;
        let found = station.interfaces.iter().position(|i| i.name.as_str() == **written);
        if found.is_some() {
            return found;
        }
        if let Some(part) = self
            .virtuals
            .get(&node)
            .into_iter()
            .flatten()
            .find(|part| part.name.as_str() == **written)
        {
            let parent = part.name.parts().map_or("", |(parent, _)| parent);
            let owner = &self.lab.node(node).name;
            self.out.push(
                Diagnostic::new(
                    Code::UnknownInterface,
                    format!("`{owner}:{written}` takes no cable"),
                    written.span,
                    "this is one VLAN of another interface",
                )
                .help(format!("its cable is that of `{parent}`: write `{owner}:{parent}`")),
            );
            return None;
        }
        let name = match InterfaceName::parse(&text_of(written)) {
            Ok(name) => name,
            Err(refusal) => {
                self.out.push(refusal.about::<InterfaceName>(&text_of(written)));
                return None;
            }
        };
        // A host without `interfaces` has as many as it has cables, under their usual names.
        let is_host = matches!(self.lab.node(node).kind, NodeKind::Host(_));
        let only_eth0 = station.interfaces.iter().all(|i| i.name.ethernet_number() == Some(0));
        if name.ethernet_number().is_some()
            && (station.interfaces.is_empty() || is_host && only_eth0)
        {
            return Some(self.add_interface(node, Spanned::new(name, written.span)));
        }
        let known = || station.interfaces.iter().map(|i| i.name.as_str());
        let owner = &self.lab.node(node).name;
        let help = did_you_mean(written, known()).unwrap_or_else(|| {
            if station.interfaces.is_empty() {
                format!("add it to the `interfaces` of `{owner}`, or use `eth0`")
            } else {
                format!("`{owner}` has {}; add this one to its `interfaces`", some_of(known()))
            }
        });
        let diagnostic = Diagnostic::new(
            Code::UnknownInterface,
            format!("`{owner}` has no interface `{written}`"),
            written.span,
            "not among its interfaces",
        );
        self.out.push(diagnostic.help(help));
        None
    }

    fn add_interface(&mut self, node: NodeIndex, name: Spanned<InterfaceName>) -> usize {
        let owner = self.lab.node(node).name.clone();
        let interface = self.interface(&owner, name, None, Addresses::default());
        match self.lab.nodes[node.0].kind.station_mut() {
            Some(station) => {
                station.interfaces.push(interface);
                station.interfaces.len() - 1
            }
            // Hubs and switches have ports, which are counted at the end.
            None => 0,
        }
    }

    /// Where this end is plugged in; `None` after a complaint.
    fn end(&mut self, end: &EndText, named: Option<End>, taken: &mut Taken) -> Option<End> {
        let Lookup::Node(node) = self.look_up(&end.node) else { return None };
        let span = match &end.interface {
            Some(interface) => Span::new(end.node.span.start, interface.span.end),
            None => end.node.span,
        };
        let end = match (named, &end.interface) {
            (Some(end), _) => end,
            // It was complained about when it was looked up.
            (None, Some(_)) => return None,
            (None, None) => self.free_end(node, span, taken)?,
        };
        if let Some(first) = taken.by.get(&(node, end.interface)) {
            let what = match self.lab.node(node).kind.first_port() {
                None => "interface",
                Some(_) => "port",
            };
            self.out.push(
                Diagnostic::new(
                    Code::CableEndUsedTwice,
                    format!("a second cable in `{}`", self.lab.end_name(end)),
                    span,
                    "the second cable",
                )
                .and(*first, "the first one")
                .help(format!(
                    "one cable goes into one {what}: name another, or put a switch between"
                )),
            );
            return None;
        }
        taken.by.insert((node, end.interface), span);
        Some(end)
    }

    fn free_end(&mut self, node: NodeIndex, span: Span, taken: &mut Taken) -> Option<End> {
        let mut number = taken.next.get(&node).copied().unwrap_or(0);
        let index = loop {
            let kind = &self.lab.node(node).kind;
            let index = match (kind.first_port(), kind.station()) {
                (Some(first), _) => Some(first + number),
                (None, None) => Some(number),
                (None, Some(station)) => {
                    let named =
                        |i: &crate::lab::Interface| i.name.ethernet_number() == Some(number);
                    station.interfaces.iter().position(named)
                }
            };
            number += 1;
            match index {
                Some(index) if taken.named.contains(&(node, index)) => {}
                Some(index) => break index,
                None => {
                    let name = InterfaceName::ethernet(number - 1);
                    break self.add_interface(node, Spanned::new(name, span));
                }
            }
        };
        taken.next.insert(node, number);
        if index >= usize::from(u16::MAX) {
            self.out.push(Diagnostic::new(
                Code::Limit,
                format!(
                    "`{}` has no free port: a node has at most 65535",
                    self.lab.node(node).name
                ),
                span,
                "one cable too many",
            ));
            return None;
        }
        if self.lab.node(node).kind.first_port().is_some() {
            self.ensure_ports(node, index);
        }
        Some(End { node, interface: index, span: Spanned::new((), span) })
    }

    fn link(&mut self, entry: &LinkEntry, ends: [End; 2]) {
        let (mut forward, mut up) = (usual(), true);
        let mut backward = forward.clone();
        if let Some(map) = &entry.settings {
            forward = both_directions(map);
            backward = forward.clone();
            if let Some(direction) = &map.forward {
                apply(&mut forward, direction);
            }
            if let Some(direction) = &map.backward {
                apply(&mut backward, direction);
            }
            up = map.state.is_none_or(|state| state.value == LinkState::Up);
            self.no_effect(map, &forward, &backward);
        }
        let span = Spanned::new((), entry.span);
        self.lab.links.push(Link { ends, forward, backward, up, span });
    }

    /// Complains about settings that another one has to be there for.
    fn no_effect(&mut self, map: &LinkMap, forward: &LinkSettings, backward: &LinkSettings) {
        let drawn = |share: Option<Spanned<Share>>| {
            share.filter(|share| share.parts_per_million() > 0).map(|share| share.span)
        };
        let one = |direction: &Option<DirectionEntry>, settings: &LinkSettings| {
            let entry = direction.as_ref();
            let reorder = entry.and_then(|entry| drawn(entry.reorder));
            let queue = entry.and_then(|entry| entry.queue).map(|queue| queue.span);
            (
                reorder.filter(|_| settings.delay.is_zero()),
                queue.filter(|_| settings.rate.is_none()),
            )
        };
        let reorder = drawn(map.reorder);
        let queue = map.queue.map(|queue| queue.span);
        let both = (
            reorder.filter(|_| forward.delay.is_zero() && backward.delay.is_zero()),
            queue.filter(|_| forward.rate.is_none() && backward.rate.is_none()),
        );
        for (reorder, queue) in [both, one(&map.forward, forward), one(&map.backward, backward)] {
            if let Some(span) = reorder {
                self.out.push(
                    Diagnostic::new(
                        Code::NoEffect,
                        "`reorder` has no effect without `delay`",
                        span,
                        "frames overtake others by skipping the delay",
                    )
                    .help("add a delay such as `delay: 20ms`"),
                );
            }
            if let Some(span) = queue {
                self.out.push(
                    Diagnostic::new(
                        Code::NoEffect,
                        "`queue` has no effect without `rate`",
                        span,
                        "nothing waits in front of a link of unlimited rate",
                    )
                    .help("add a rate such as `rate: 10 Mbit`"),
                );
            }
        }
    }

    /// Gives hubs and switches as many ports as their links need.
    fn count_ports(&mut self, taken: &Taken) {
        for (node, index) in taken.by.keys() {
            let needed = u16::try_from(index + 1).unwrap_or(u16::MAX);
            match &mut self.lab.nodes[node.0].kind {
                NodeKind::Hub { ports } => *ports = needed.max(*ports),
                kind => {
                    let needed = kind.port_number(*index);
                    if let (Some(needed), Some(switch)) = (needed, kind.switch_mut()) {
                        switch.ports = needed.max(switch.ports);
                    }
                }
            }
        }
    }
}

fn text_of(written: &Spanned<String>) -> Text {
    Text {
        value: written.value.clone(),
        span: written.span,
        verbatim: (written.span.len() == written.value.len()).then_some(written.span.start),
    }
}

/// A cable of which nothing is said: that of a local network. On a perfect one, which takes no time at
/// all, a storm would never come to an end, and a ping would take 0 ms.
fn usual() -> LinkSettings {
    LinkSettings::preset("lan").unwrap_or_default()
}

fn both_directions(map: &LinkMap) -> LinkSettings {
    let preset = map.preset.and_then(|preset| LinkSettings::preset(preset.value.name()));
    let mut settings = preset.unwrap_or_else(usual);
    apply(
        &mut settings,
        &DirectionEntry {
            delay: map.delay,
            jitter: map.jitter,
            loss: map.loss,
            rate: map.rate,
            corrupt: map.corrupt,
            duplicate: map.duplicate,
            reorder: map.reorder,
            queue: map.queue,
        },
    );
    if let Some(mtu) = map.mtu {
        settings.mtu = mtu.0;
    }
    settings
}

fn apply(settings: &mut LinkSettings, words: &DirectionEntry) {
    let LinkSettings { rate, delay, jitter, loss, duplicate, reorder, corrupt, queue, mtu: _ } =
        settings;
    if let Some(written) = words.rate {
        *rate = Some(written.bits_per_second());
    }
    for (setting, written) in [(delay, words.delay), (jitter, words.jitter)] {
        if let Some(written) = written {
            *setting = written.value;
        }
    }
    for (setting, written) in [
        (loss, words.loss),
        (duplicate, words.duplicate),
        (reorder, words.reorder),
        (corrupt, words.corrupt),
    ] {
        if let Some(written) = written {
            *setting = written.parts_per_million();
        }
    }
    if let Some(written) = words.queue {
        *queue = match written.value {
            QueueSize::Frames(frames) => QueueLimit::Frames(frames),
            QueueSize::Bytes(bytes) => QueueLimit::Bytes(bytes),
        };
    }
}
