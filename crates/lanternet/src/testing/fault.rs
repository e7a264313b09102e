//! Faults between hosts: partitions, and packets that wait.

use lanternet_core::NodeId;

use super::lab::Lab;

/// One node or several, by name.
pub trait Nodes {
    /// Their names.
    fn names(&self) -> Vec<&str>;
}

impl Nodes for str {
    fn names(&self) -> Vec<&str> {
        vec![self]
    }
}

impl Nodes for String {
    fn names(&self) -> Vec<&str> {
        vec![self]
    }
}

impl<S: AsRef<str>> Nodes for [S] {
    fn names(&self) -> Vec<&str> {
        self.iter().map(AsRef::as_ref).collect()
    }
}

impl<S: AsRef<str>, const N: usize> Nodes for [S; N] {
    fn names(&self) -> Vec<&str> {
        self.as_slice().names()
    }
}

impl<S: AsRef<str>> Nodes for Vec<S> {
    fn names(&self) -> Vec<&str> {
        self.as_slice().names()
    }
}

impl<N: Nodes + ?Sized> Nodes for &N {
    fn names(&self) -> Vec<&str> {
        (**self).names()
    }
}

/// # Faults between hosts
///
/// These are about packets whose source is an address of the one side and whose destination is one of
/// the other, on whatever cables they are; all other traffic of the same hosts goes on. Both sides are
/// one name or several: `lab.partition("a1", ["b1", "b2"])`.
///
/// ARP and neighbour discovery pass, as if a router between the two dropped the packets without a
/// word: what is sent into a partition times out, on one segment as through ten routers. Of two hosts
/// that are both behind address translation neither ever sees the other's address: there, partition
/// their routers, or pull a cable.
impl Lab {
    /// Loses all packets between two sides, in both directions, what is under way included, until
    /// [`repair`](Self::repair).
    ///
    /// # Panics
    /// When a node does not exist, or is a switch or hub, which sends no packets.
    #[track_caller]
    pub fn partition(&mut self, a: impl Nodes, b: impl Nodes) {
        let [a, b] = [self.nodes(&a), self.nodes(&b)];
        self.network.sim.partition(&a, &b);
    }

    /// Loses all packets from one side to the other; those the other way arrive.
    ///
    /// # Panics
    /// As [`partition`](Self::partition).
    #[track_caller]
    pub fn partition_oneway(&mut self, from: impl Nodes, to: impl Nodes) {
        let [from, to] = [self.nodes(&from), self.nodes(&to)];
        self.network.sim.partition_oneway(&from, &to);
    }

    /// Undoes [`partition`](Self::partition) and [`partition_oneway`](Self::partition_oneway) between
    /// any of these nodes.
    ///
    /// # Panics
    /// As [`partition`](Self::partition).
    #[track_caller]
    pub fn repair(&mut self, a: impl Nodes, b: impl Nodes) {
        let [a, b] = [self.nodes(&a), self.nodes(&b)];
        self.network.sim.repair(&a, &b);
    }

    /// Lets all packets between two sides wait on the way, until [`release`](Self::release). What is
    /// held is not under way: a run does not wait for it.
    ///
    /// # Panics
    /// As [`partition`](Self::partition).
    #[track_caller]
    pub fn hold(&mut self, a: impl Nodes, b: impl Nodes) {
        let [a, b] = [self.nodes(&a), self.nodes(&b)];
        self.network.sim.hold(&a, &b);
    }

    /// Undoes [`hold`](Self::hold): what waited goes on from where it was, in the order in which it was
    /// sent.
    ///
    /// # Panics
    /// As [`partition`](Self::partition).
    #[track_caller]
    pub fn release(&mut self, a: impl Nodes, b: impl Nodes) {
        let [a, b] = [self.nodes(&a), self.nodes(&b)];
        self.network.sim.release(&a, &b);
    }

    /// How many frames wait to be released, on paths and on cables.
    pub fn held(&self) -> usize {
        self.network.sim.held_frames()
    }

    #[track_caller]
    fn nodes(&self, nodes: &impl Nodes) -> Vec<NodeId> {
        let mut found = Vec::new();
        for name in nodes.names() {
            found.push(self.station(name).into());
        }
        found
    }
}
