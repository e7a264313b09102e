//! The names by which nodes, ports, links and frames are known inside the simulator.

use std::fmt;

use serde::{Serialize, Serializer};

/// A node, by its place in the order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct NodeId(pub u32);

/// A port or interface of a node, counted from 0 in the order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PortId(pub u16);

/// One port of one node: a place where a cable ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PortRef {
    /// The node.
    pub node: NodeId,
    /// Its port.
    pub port: PortId,
}

/// A link, by its place in the order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct LinkId(pub u32);

/// A frame: the node that made it and the number that node gave it.
///
/// A node counts its own frames, so that another node's traffic never changes these numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(u64);

impl PortRef {
    /// Port `port` of node `node`.
    pub const fn new(node: NodeId, port: PortId) -> Self {
        Self { node, port }
    }
}

impl FrameId {
    /// Bits that hold the number: 16 million nodes may each make 10^12 frames.
    const NUMBER_BITS: u32 = 40;

    /// Frame number `number` of `origin`; the first is 1.
    pub const fn new(origin: NodeId, number: u64) -> Self {
        Self((origin.0 as u64) << Self::NUMBER_BITS | (number & ((1 << Self::NUMBER_BITS) - 1)))
    }

    /// The node that made the frame.
    pub const fn origin(self) -> NodeId {
        NodeId((self.0 >> Self::NUMBER_BITS) as u32)
    }

    /// How many frames the node had made, this one included.
    pub const fn number(self) -> u64 {
        self.0 & ((1 << Self::NUMBER_BITS) - 1)
    }
}

impl fmt::Debug for FrameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.origin().0, self.number())
    }
}

impl Serialize for FrameId {
    /// A text `NODE#NUMBER` with the node's index; readers that know the names show those.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}
