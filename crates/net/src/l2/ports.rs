//! Which ports a device can send out of.

use lanternet_core::PortId;

/// The ports whose cable is up and that nothing else closes, in ascending order.
#[derive(Debug)]
pub(super) struct Ports {
    count: u16,
    /// Ports of the node that are none of the device's, in ascending order.
    outside: Box<[PortId]>,
    open: Vec<PortId>,
    /// Ports whose cable is up but that frames may not leave by, in ascending order.
    closed: Vec<PortId>,
}

impl Ports {
    /// Ports 0 to `count - 1`, all of them up.
    pub(super) fn new(count: u16) -> Self {
        Self::without(count, Vec::new())
    }

    /// The same without some of them.
    pub(super) fn without(count: u16, mut outside: Vec<PortId>) -> Self {
        outside.sort_unstable();
        let outside = outside.into();
        let mut ports = Self { count, outside, open: Vec::new(), closed: Vec::new() };
        ports.reset();
        ports
    }

    /// All ports are up again, and open.
    pub(super) fn reset(&mut self) {
        self.closed.clear();
        self.open = (0..self.count).map(PortId).filter(|port| self.has(*port)).collect();
    }

    /// Whether this is one of the device's ports.
    pub(super) fn has(&self, port: PortId) -> bool {
        port.0 < self.count && self.outside.binary_search(&port).is_err()
    }

    /// The cable at `port` came up or went down. A port that is not among ours is ignored. One that
    /// comes up is open.
    pub(super) fn set(&mut self, port: PortId, up: bool) {
        let known =
            self.open.binary_search(&port).is_ok() || self.closed.binary_search(&port).is_ok();
        if up && !known && self.has(port) {
            insert(&mut self.open, port);
        } else if !up {
            remove(&mut self.open, port);
            remove(&mut self.closed, port);
        }
    }

    /// Opens or closes a port whose cable is up.
    pub(super) fn forward(&mut self, port: PortId, open: bool) {
        let (from, to) = match open {
            true => (&mut self.closed, &mut self.open),
            false => (&mut self.open, &mut self.closed),
        };
        if remove(from, port) {
            insert(to, port);
        }
    }

    /// Every port that is open.
    pub(super) fn open(&self) -> &[PortId] {
        &self.open
    }

    /// Every port that is open, without this one.
    pub(super) fn others(&self, port: PortId) -> impl DoubleEndedIterator<Item = PortId> {
        self.open.iter().copied().filter(move |other| *other != port)
    }
}

fn insert(ports: &mut Vec<PortId>, port: PortId) {
    if let Err(at) = ports.binary_search(&port) {
        ports.insert(at, port);
    }
}

fn remove(ports: &mut Vec<PortId>, port: PortId) -> bool {
    let at = ports.binary_search(&port);
    at.is_ok_and(|at| ports.remove(at) == port)
}
