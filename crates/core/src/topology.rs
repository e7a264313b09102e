//! What is connected to what, and what it is called: the part of a simulation that observers need
//! to turn numbers into names.

use crate::id::{LinkId, NodeId, PortId, PortRef};

/// Names of nodes and ports, and the cables between them.
#[derive(Debug, Default)]
pub struct Topology {
    nodes: Vec<Node>,
    links: Vec<[PortRef; 2]>,
}

#[derive(Debug)]
struct Node {
    name: Box<str>,
    ports: Vec<Port>,
}

#[derive(Debug)]
struct Port {
    name: Box<str>,
    link: Option<LinkId>,
}

impl Topology {
    /// Adds a node without ports.
    pub fn add_node(&mut self, name: &str) -> NodeId {
        self.nodes.push(Node { name: name.into(), ports: Vec::new() });
        NodeId(self.nodes.len() as u32 - 1)
    }

    /// Adds a port to a node.
    ///
    /// # Panics
    /// When the node does not exist.
    pub fn add_port(&mut self, node: NodeId, name: &str) -> PortId {
        let ports = &mut self.nodes[node.0 as usize].ports;
        ports.push(Port { name: name.into(), link: None });
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
            assert!(port.link.is_none(), "a port takes one cable");
            port.link = Some(link);
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
        let node = self.nodes.get(at.node.0 as usize);
        node.and_then(|node| node.ports.get(at.port.0 as usize)).map_or("", |port| &port.name)
    }

    /// The node of this name, by a search from the first.
    pub fn find_node(&self, name: &str) -> Option<NodeId> {
        let index = self.nodes.iter().position(|node| &*node.name == name)?;
        Some(NodeId(index as u32))
    }

    /// The port of this name on this node.
    pub fn find_port(&self, node: NodeId, name: &str) -> Option<PortId> {
        let ports = &self.nodes.get(node.0 as usize)?.ports;
        let index = ports.iter().position(|port| &*port.name == name)?;
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
        self.nodes.get(at.node.0 as usize)?.ports.get(at.port.0 as usize)?.link
    }

    /// The port at the other end of the cable.
    pub fn peer(&self, at: PortRef) -> Option<PortRef> {
        let [a, b] = self.ends(self.link_at(at)?);
        Some(if a == at { b } else { a })
    }
}
