//! What is connected to what, and what it is called: the part of a simulation that observers need
//! to turn numbers into names.

use std::collections::BTreeMap;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::id::{LinkId, NodeId, PortId, PortRef};

/// Names of nodes and ports, and the cables between them.
#[derive(Debug, Default)]
pub struct Topology {
    nodes: Vec<Node>,
    links: Vec<[PortRef; 2]>,
    /// The names of ports, once for all that are equal: a million hosts have an `eth0` each.
    port_names: Vec<Arc<str>>,
    port_name_index: BTreeMap<Arc<str>, u32>,
}

#[derive(Debug)]
struct Node {
    name: Box<str>,
    ports: SmallVec<[Port; 2]>,
}

/// A port, small enough that the two of a small node need no allocation.
#[derive(Debug)]
struct Port {
    /// Its place among the names of ports.
    name: u32,
    /// Its link, or [`NO_LINK`].
    link: u32,
}

const NO_LINK: u32 = u32::MAX;

impl Topology {
    /// Adds a node without ports.
    pub fn add_node(&mut self, name: &str) -> NodeId {
        self.nodes.push(Node { name: name.into(), ports: SmallVec::new() });
        NodeId(self.nodes.len() as u32 - 1)
    }

    /// Adds a port to a node.
    ///
    /// # Panics
    /// When the node does not exist.
    pub fn add_port(&mut self, node: NodeId, name: &str) -> PortId {
        let name = self.port_name_number(name);
        let ports = &mut self.nodes[node.0 as usize].ports;
        ports.push(Port { name, link: NO_LINK });
        PortId(ports.len() as u16 - 1)
    }

    /// Joins two ports by a cable.
    ///
    /// # Panics
    /// When a port does not exist or has a cable already.
    pub fn add_link(&mut self, ends: [PortRef; 2]) -> LinkId {
        let link = LinkId(self.links.len() as u32);
        for end in ends {
            let port = &mut self.nodes[end.node.0 as usize].ports[end.port.0 as usize];
            assert!(port.link == NO_LINK, "a port takes one cable");
            port.link = link.0;
        }
        self.links.push(ends);
        link
    }

    /// The name of a node; empty for a node that does not exist.
    pub fn node_name(&self, node: NodeId) -> &str {
        self.nodes.get(node.0 as usize).map_or("", |node| &node.name)
    }

    /// The name of a port; empty for a port that does not exist.
    pub fn port_name(&self, at: PortRef) -> &str {
        self.port(at).map_or("", |port| &self.port_names[port.name as usize])
    }

    /// The node of this name, by a search from the first.
    pub fn find_node(&self, name: &str) -> Option<NodeId> {
        let index = self.nodes.iter().position(|node| &*node.name == name)?;
        Some(NodeId(index as u32))
    }

    /// The port of this name on this node.
    pub fn find_port(&self, node: NodeId, name: &str) -> Option<PortId> {
        let number = *self.port_name_index.get(name)?;
        let ports = &self.nodes.get(node.0 as usize)?.ports;
        let index = ports.iter().position(|port| port.name == number)?;
        Some(PortId(index as u16))
    }

    /// All nodes, in the order of creation.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The ports of a node, in the order of creation.
    pub fn ports(&self, node: NodeId) -> impl ExactSizeIterator<Item = PortRef> + use<> {
        let count = self.nodes.get(node.0 as usize).map_or(0, |node| node.ports.len());
        (0..count as u16).map(move |port| PortRef::new(node, PortId(port)))
    }

    /// All links, in the order of creation.
    pub fn links(&self) -> impl ExactSizeIterator<Item = LinkId> + use<> {
        (0..self.links.len() as u32).map(LinkId)
    }

    /// The two ends of a link.
    ///
    /// # Panics
    /// When the link does not exist.
    pub fn ends(&self, link: LinkId) -> [PortRef; 2] {
        self.links[link.0 as usize]
    }

    /// The link at a port, if a cable is plugged in.
    pub fn link_at(&self, at: PortRef) -> Option<LinkId> {
        self.port(at).filter(|port| port.link != NO_LINK).map(|port| LinkId(port.link))
    }

    /// The port at the other end of the cable.
    pub fn peer(&self, at: PortRef) -> Option<PortRef> {
        let [a, b] = self.ends(self.link_at(at)?);
        Some(if a == at { b } else { a })
    }
    fn port(&self, at: PortRef) -> Option<&Port> {
        self.nodes.get(at.node.0 as usize)?.ports.get(at.port.0 as usize)
    }

    fn port_name_number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.port_name_index.get(name) {
            return *number;
        }
        let (number, name) = (self.port_names.len() as u32, Arc::<str>::from(name));
        self.port_names.push(name.clone());
        self.port_name_index.insert(name, number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_the_same_name_on_two_nodes_are_told_apart() {
        let mut topology = Topology::default();
        let [a, b] = ["a", "b"].map(|name| topology.add_node(name));
        topology.add_port(a, "eth0");
        topology.add_port(b, "eth1");
        topology.add_port(b, "eth0");
        assert_eq!(topology.find_port(a, "eth0"), Some(PortId(0)));
        assert_eq!(topology.find_port(b, "eth0"), Some(PortId(1)));
        assert_eq!(topology.find_port(a, "eth1"), None, "the name exists, but elsewhere");
        assert_eq!(topology.port_name(PortRef::new(b, PortId(1))), "eth0");
        assert_eq!(topology.port_name(PortRef::new(a, PortId(1))), "");
    }

    #[test]
    fn a_cable_is_found_from_both_ends() {
        let mut topology = Topology::default();
        let [a, b] = ["a", "b"].map(|name| topology.add_node(name));
        let ends = [a, b].map(|node| PortRef::new(node, topology.add_port(node, "eth0")));
        assert_eq!(topology.link_at(ends[0]), None);
        let link = topology.add_link(ends);
        assert_eq!(
            (topology.link_at(ends[0]), topology.peer(ends[1])),
            (Some(link), Some(ends[0]))
        );
    }
}
