//! What changes while a node runs: addresses on loan, routes that somebody told, groups joined.
//!
//! A crash forgets all of it.

use std::net::IpAddr;

use lanternet_core::trace::{Route, Unsent};
use lanternet_core::{Context, Instant, IpNet, MacAddr, PortId};

use super::{ClaimOutcome, HEADROOM, L3, MIN_MTU};

impl L3 {
    /// Gives an interface one more address while it runs, with the routes that this makes possible:
    /// from a DHCP server, from a prefix that a router advertised. A crash forgets it. The caller
    /// has made sure that nobody else uses it. An address that the interface has already is not
    /// doubled.
    pub fn add_address(&mut self, port: PortId, address: IpNet) {
        let Some(interface) = self.interfaces.get_mut(port.0 as usize) else { return };
        interface.add(address);
        self.forget_path();
        self.add_connected(port);
    }

    /// Gives an interface one more address once nobody has answered for it (RFC 5227 section 2.1),
    /// which takes some seconds; [`claim`](Self::claim) tells how far that is. A crash forgets it.
    pub fn claim_address(&mut self, now: Instant, port: PortId, address: IpNet) {
        if let Some(interface) = self.interfaces.get_mut(port.0 as usize) {
            interface.claim(now, &mut self.rng, address);
        }
        self.forget_path();
    }

    /// What came of [`claim_address`](Self::claim_address).
    pub fn claim(&self, port: PortId, address: IpAddr) -> ClaimOutcome {
        match self.interfaces.get(port.0 as usize) {
            Some(interface) if interface.is_probing(Some(address)) => ClaimOutcome::Asking,
            Some(interface) if interface.owns(address) => ClaimOutcome::Ours,
            _ => ClaimOutcome::Taken,
        }
    }

    /// Whether no address is still being checked, and no router looked for that would give some.
    pub fn is_settled(&self) -> bool {
        !self.interfaces.iter().any(|interface| interface.is_probing(None))
            && !self.is_configuring()
    }

    /// Takes in what comes for the port of DHCP clients on an interface, whatever its destination:
    /// a client that has no address yet is written to by the one that it will have (RFC 2131
    /// section 4.1).
    pub fn listen_for_leases(&mut self, port: PortId) {
        if let Some(interface) = self.interfaces.get_mut(port.0 as usize) {
            interface.acquiring = true;
        }
    }

    /// The longest packet that leaves an interface in one piece.
    pub fn mtu(&self, port: PortId) -> Option<u16> {
        self.interfaces.get(port.0 as usize).map(|interface| interface.mtu)
    }

    /// Lets an interface send packets up to this length, at least 68 bytes.
    pub fn set_mtu(&mut self, port: PortId, mtu: u16) {
        self.forget_path();
        if let Some(interface) = self.interfaces.get_mut(port.0 as usize) {
            interface.mtu = mtu.max(MIN_MTU);
        }
    }

    /// Takes an address from an interface, with the routes that need it.
    pub fn remove_address(&mut self, port: PortId, address: IpAddr) {
        let Some(interface) = self.interfaces.get_mut(port.0 as usize) else { return };
        interface.remove(address);
        self.forget_path();
        self.remove_connected(port, address);
    }

    /// Adds a row to the routing table while the node runs. A crash forgets it.
    pub fn add_route(&mut self, route: Route) {
        self.forget_path();
        let up = self.interfaces.get(route.interface.0 as usize).is_some_and(|own| own.up);
        let port = route.interface;
        self.routes.add(route);
        self.routes.set_interface_up(port, up);
    }

    /// Removes the rows of the routing table for which `gone` holds.
    pub fn remove_routes(&mut self, gone: impl Fn(&Route) -> bool) {
        self.forget_path();
        self.routes.remove(gone);
    }

    /// Sends an IPv4 packet to one station of a segment, whatever the tables say: for a node that
    /// has no address yet, or that answers one. As with [`send`](Self::send) the packet stands
    /// behind [`HEADROOM`], and its identification and header checksum are filled in here. A packet
    /// longer than the interface takes is not sent.
    pub fn send_on_link(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        to: MacAddr,
        mut buffer: Vec<u8>,
    ) -> Result<(), Unsent> {
        let interface = self.interfaces.get(port.0 as usize).ok_or(Unsent::AddressNotAvailable)?;
        if !interface.up {
            return Err(Unsent::NetworkDown);
        }
        if buffer.len() - HEADROOM > usize::from(interface.mtu) {
            return Err(Unsent::MessageTooLong);
        }
        self.finish_header(&mut buffer[HEADROOM..]);
        self.transmit_packet(ctx, port, to, buffer);
        Ok(())
    }

    /// Takes part in a multicast group on an interface (`None`: the one of the default route). Who
    /// joins twice has to leave twice.
    ///
    /// # Errors
    /// [`Unsent::AddressNotAvailable`] when there is no such interface.
    pub fn join_group(&mut self, group: IpAddr, port: Option<PortId>) -> Result<(), Unsent> {
        let port = self.group_interface(group, port)?;
        let news = self.interfaces[usize::from(port.0)].join(group);
        if let (true, IpAddr::V4(group)) = (news, group) {
            self.igmp_changed(port, group, true);
        }
        Ok(())
    }

    /// Takes no part in a multicast group any more.
    ///
    /// # Errors
    /// [`Unsent::AddressNotAvailable`] when there is no such interface.
    pub fn leave_group(&mut self, group: IpAddr, port: Option<PortId>) -> Result<(), Unsent> {
        let port = self.group_interface(group, port)?;
        let last = self.interfaces[usize::from(port.0)].leave(group);
        if let (true, IpAddr::V4(group)) = (last, group) {
            self.igmp_changed(port, group, false);
        }
        Ok(())
    }

    fn group_interface(&self, group: IpAddr, port: Option<PortId>) -> Result<PortId, Unsent> {
        let port = match group {
            IpAddr::V4(_) => self.interface_for_group(port),
            IpAddr::V6(_) => self.group_interface6(port),
        };
        let port = port.ok_or(Unsent::AddressNotAvailable)?;
        let exists = usize::from(port.0) < self.interfaces.len();
        if exists { Ok(port) } else { Err(Unsent::AddressNotAvailable) }
    }
}
