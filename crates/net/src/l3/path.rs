//! The way of the last packet: most often the next one goes to the same place.
//!
//! What is remembered is only ever what the tables said. Whatever may change one of them forgets
//! it: a frame that is not a packet of that conversation's, a timer, a cable, an error message,
//! another destination. Where somebody listens to reasons nothing is remembered, because looking
//! the tables up is what is told.

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::{Context, Frame, Instant, PortId};

use super::input::Header;
use super::{ETHERTYPE_IPV4, HEADROOM, L3, ethernet};

/// What the tables said about one pair of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    source: Ipv4Addr,
    destination: Ipv4Addr,
    port: PortId,
    next_hop: IpAddr,
    mtu: u16,
    /// The last moment at which the neighbour's row says the same.
    until: Instant,
    ethernet: [u8; Frame::HEADER_LEN],
    /// Whether packets the other way are taken in, and are for this node.
    answered: bool,
}

impl L3 {
    /// The remembered way, if it is that of a packet of `len` bytes between these addresses.
    #[inline]
    pub(super) fn path(
        &self,
        now: Instant,
        [source, destination]: [Ipv4Addr; 2],
        len: usize,
    ) -> Option<&Path> {
        let path = self.path.as_deref()?;
        let fits = path.destination == destination
            && path.source == source
            && now <= path.until
            && len <= usize::from(path.mtu);
        if !fits {
            return None;
        }
        debug_assert_eq!(
            self.look_path_up(now, [source, destination], path.port, path.next_hop, path.mtu)
                .as_ref(),
            Some(path),
            "whatever changes a table forgets the path"
        );
        Some(path)
    }

    /// Whether a packet with this header, sent to this interface alone, belongs to the conversation
    /// that is remembered, so that it is known to be for this node.
    #[inline]
    pub(super) fn is_answer(&self, port: PortId, header: &Header) -> bool {
        self.path.as_deref().is_some_and(|path| {
            path.answered
                && path.destination == header.source
                && path.source == header.destination
                && path.port == port
        })
    }

    /// Remembers the way that a packet has just gone.
    pub(super) fn remember_path(
        &mut self,
        ctx: &Context<'_>,
        ends: [Ipv4Addr; 2],
        port: PortId,
        next_hop: IpAddr,
        mtu: u16,
    ) {
        if !ctx.traced() && self.gate.is_none() {
            let path = self.look_path_up(ctx.now(), ends, port, next_hop, mtu);
            self.path = path.map(Box::new);
        }
    }

    fn look_path_up(
        &self,
        now: Instant,
        [source, destination]: [Ipv4Addr; 2],
        port: PortId,
        next_hop: IpAddr,
        mtu: u16,
    ) -> Option<Path> {
        // What a router said about the longest packet has a life of its own.
        if self.learned_mtu(now, destination.into()) != u16::MAX {
            return None;
        }
        let route = self.routes.lookup(destination.into())?;
        let interface = &self.interfaces[port.0 as usize];
        let same = route.interface == port
            && route.via.unwrap_or(destination.into()) == next_hop
            && interface.up
            && interface.mtu == mtu
            && self.is_local(source.into());
        let (mac, until) = self.neighbors.settled(now, (port, next_hop)).filter(|_| same)?;
        let mut header = [0; HEADROOM];
        ethernet(&mut header, mac, interface.mac, ETHERTYPE_IPV4);
        let answered = self.admit(port, destination, source).is_ok();
        let ethernet = header;
        Some(Path { source, destination, port, next_hop, mtu, until, ethernet, answered })
    }

    /// What the tables say may be something else from now on.
    #[inline]
    pub(super) fn forget_path(&mut self) {
        self.path = None;
    }
}

impl Path {
    /// Where it begins.
    pub(super) fn port(&self) -> PortId {
        self.port
    }

    /// Writes the header of the frame into the room in front of a packet.
    pub(super) fn address(&self, buffer: &mut [u8]) {
        buffer[..Frame::HEADER_LEN].copy_from_slice(&self.ethernet);
    }
}
