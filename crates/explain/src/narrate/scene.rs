//! Where a reason plays: names instead of numbers, in one language.

use std::fmt;

use lanternet_core::{FrameId, NodeId, Place, PortId, PortRef, Record, Topology};

use crate::args;
use crate::locale::{Args, Catalogue};

/// One record's surroundings.
pub(crate) struct Scene<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) topology: &'a Topology,
    place: Place,
    frame: Option<FrameId>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue, topology: &'a Topology, record: &Record) -> Self {
        Self { catalogue, topology, place: record.place, frame: record.frame }
    }

    pub(crate) fn say(&self, id: &str, args: &Args<'_>) -> String {
        self.catalogue.text(id, args)
    }

    pub(crate) fn phrase(&self, id: &str) -> String {
        self.catalogue.phrase(id)
    }

    pub(crate) fn node(&self) -> NodeId {
        self.place.node()
    }

    pub(crate) fn on_link(&self) -> bool {
        matches!(self.place, Place::Link { .. })
    }

    /// The name alone: `1`, `eth0`.
    pub(crate) fn port(&self, port: PortId) -> &'a str {
        self.topology.port_name(PortRef::new(self.node(), port))
    }

    /// The name so that it can stand in a sentence: `port 1`, `eth0`.
    pub(crate) fn port_in_words(&self, port: PortId) -> String {
        let name = self.port(port);
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.say("port-numbered", &args!(port = name));
        }
        self.say("port-named", &args!(port = name))
    }

    /// The node at the other end of the cable in this port.
    pub(crate) fn peer(&self, port: PortId) -> Option<&'a str> {
        let peer = self.topology.peer(PortRef::new(self.node(), port))?;
        Some(self.topology.node_name(peer.node))
    }

    pub(crate) fn ports(&self, ports: &[PortId]) -> String {
        self.list(ports.iter().map(|port| self.port(*port)))
    }

    /// Things behind one another with the separator of the language.
    pub(crate) fn list(&self, items: impl IntoIterator<Item = impl fmt::Display>) -> String {
        let separator = self.phrase("list-separator");
        let mut out = String::new();
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                out.push_str(&separator);
            }
            out.push_str(&item.to_string());
        }
        out
    }

    /// The link on which it happened, from the sending end: `a1 eth0 — sw-a 1`. Empty in a node.
    pub(crate) fn link(&self) -> String {
        link(self.topology, self.place).unwrap_or_default()
    }

    /// The frame that it is about: `a1#3`. Empty for none.
    pub(crate) fn frame(&self) -> String {
        self.frame.map_or_else(String::new, |id| frame(self.topology, id))
    }

    /// The frame that it is about so that it can stand in a sentence; words where it is not known.
    pub(crate) fn frame_in_words(&self) -> String {
        match self.frame {
            Some(id) => self.say("the-frame", &args!(frame = frame(self.topology, id))),
            None => self.phrase("the-packet"),
        }
    }
}

/// A link from the end at which the frame was sent: `a1 eth0 — sw-a 1`.
pub(crate) fn link(topology: &Topology, place: Place) -> Option<String> {
    let Place::Link { from, .. } = place else { return None };
    let end = |at: PortRef| format!("{} {}", topology.node_name(at.node), topology.port_name(at));
    Some(match topology.peer(from) {
        Some(to) => format!("{} — {}", end(from), end(to)),
        None => end(from),
    })
}

/// A frame by the name of the node that made it and its number there: `a1#3`.
pub(crate) fn frame(topology: &Topology, id: FrameId) -> String {
    format!("{}#{}", topology.node_name(id.origin()), id.number())
}

/// A probability in parts per million as people write it: `5%`, `0.1%`.
pub(crate) struct Percent(pub(crate) u32);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        if rest == 0 {
            return write!(f, "{whole}%");
        }
        let digits = format!("{rest:04}");
        write!(f, "{whole}.{}%", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_per_million_are_shown_as_percent_without_a_loss() {
        for (ppm, text) in [(50_000, "5%"), (1_000, "0.1%"), (1, "0.0001%"), (1_000_000, "100%")] {
            assert_eq!(Percent(ppm).to_string(), text);
        }
    }
}
