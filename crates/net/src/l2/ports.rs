//! Which ports a device can send out of.

use lanternet_core::PortId;

/// The ports whose cable is up, in ascending order.
#[derive(Debug)]
pub(super) struct Ports {
    count: u16,
    up: Vec<PortId>,
}

impl Ports {
    /// Ports 0 to `count - 1`, all of them up.
    pub(super) fn new(count: u16) -> Self {
        Self { count, up: (0..count).map(PortId).collect() }
    }

    /// All ports are up again.
    pub(super) fn reset(&mut self) {
        *self = Self::new(self.count);
    }

    /// The cable at `port` came up or went down. A port that is not among ours is ignored.
    pub(super) fn set(&mut self, port: PortId, up: bool) {
        match self.up.binary_search(&port) {
            Ok(at) if !up => drop(self.up.remove(at)),
            Err(at) if up && port.0 < self.count => self.up.insert(at, port),
            _ => {}
        }
    }

    /// Every port that is up, without this one.
    pub(super) fn others(&self, port: PortId) -> impl DoubleEndedIterator<Item = PortId> {
        self.up.iter().copied().filter(move |other| *other != port)
    }
}
