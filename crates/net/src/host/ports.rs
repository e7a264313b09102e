//! Who holds which local address and port.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use lanternet_core::Rng;

use super::sockets::SocketId;

/// Linux's `ip_local_port_range`.
const EPHEMERAL: std::ops::RangeInclusive<u16> = 32768..=60999;

/// A socket that is bound to an address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding {
    /// Unspecified: every address of the host.
    pub(super) address: IpAddr,
    pub(super) socket: SocketId,
    pub(super) sharing: Sharing,
}

impl Binding {
    /// What it takes.
    pub(super) fn reach(&self) -> Reach {
        Reach::new(self.address, self.sharing)
    }
}

/// What a socket says about others on its port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sharing {
    /// `SO_REUSEADDR`.
    pub(super) reuse: bool,
    /// `IPV6_V6ONLY`.
    pub(super) v6_only: bool,
}

/// The addresses that a binding takes: one, or all, or all of IPv6.
///
/// `::` takes what is sent to IPv4 addresses as well (`bindv6only` is off), unless it is told not to.
/// Unlike Linux, a peer of IPv4 is then told as it is, `10.0.0.1`, and not as `::ffff:10.0.0.1`; programs
/// may write both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    address: IpAddr,
    v6_only: bool,
}

impl Reach {
    pub(super) fn new(address: IpAddr, sharing: Sharing) -> Self {
        Self { address, v6_only: sharing.v6_only }
    }

    /// Whether it takes what is sent to this address.
    pub(super) fn covers(self, address: IpAddr) -> bool {
        let all = self.address.is_unspecified();
        let both = self.address.is_ipv6() && !self.v6_only;
        self.address == address || all && (both || self.address.is_ipv4() == address.is_ipv4())
    }

    /// Whether two cannot both be bound to one port.
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.covers(other.address) || other.covers(self.address)
    }
}

/// The bindings of one transport protocol. A host where nobody ever bound has none.
#[derive(Debug, Default)]
#[expect(clippy::box_collection, reason = "16 bytes less in each of a million silent hosts")]
pub(super) struct Bindings(Option<Box<BTreeMap<u16, Vec<Binding>>>>);

impl Bindings {
    pub(super) fn add(&mut self, local: SocketAddr, socket: SocketId, sharing: Sharing) {
        let binding = Binding { address: local.ip(), socket, sharing };
        self.0.get_or_insert_default().entry(local.port()).or_default().push(binding);
    }

    pub(super) fn remove(&mut self, port: u16, socket: SocketId) {
        let Some(ports) = &mut self.0 else { return };
        if let Some(bindings) = ports.get_mut(&port) {
            bindings.retain(|binding| binding.socket != socket);
            if bindings.is_empty() {
                ports.remove(&port);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.0 = None;
    }

    /// All bindings of a port, the oldest first.
    pub(super) fn on_port(&self, port: u16) -> &[Binding] {
        self.0.as_ref().and_then(|ports| ports.get(&port)).map_or(&[], Vec::as_slice)
    }

    /// The socket for what is sent to `local`, among those that `fits` says take it: one bound to
    /// the address itself before one bound to all, and among equals the latest, as in Linux.
    pub(super) fn find(
        &self,
        local: SocketAddr,
        fits: impl Fn(SocketId) -> bool,
    ) -> Option<SocketId> {
        let bindings = self.on_port(local.port()).iter().rev();
        let mut matching =
            bindings.filter(|binding| binding.reach().covers(local.ip()) && fits(binding.socket));
        let first = matching.next()?;
        if first.address == local.ip() {
            return Some(first.socket);
        }
        let exact = matching.find(|binding| binding.address == local.ip());
        Some(exact.unwrap_or(first).socket)
    }
}

/// A port that nobody uses: searched upwards from a random one, so that the next connection rarely
/// gets the port of the one before.
pub(super) fn ephemeral(rng: &mut Rng, is_free: impl Fn(u16) -> bool) -> Option<u16> {
    let count = u64::from(EPHEMERAL.end() - EPHEMERAL.start()) + 1;
    let start = rng.below(count);
    (0..count)
        .map(|step| EPHEMERAL.start() + ((start + step) % count) as u16)
        .find(|port| is_free(*port))
}
