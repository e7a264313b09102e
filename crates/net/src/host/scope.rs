//! Which interface a link-local IPv6 address belongs to: without that it says nothing (RFC 4007).
//! Sockets name it as the address's scope, the number of the interface counted from 1.

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use lanternet_core::PortId;

/// Whether an address means something on one segment only.
pub(super) fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.is_unicast_link_local())
}

/// An end of a conversation as sockets name it.
pub(super) fn scoped(address: IpAddr, port: u16, interface: Option<PortId>) -> SocketAddr {
    match (address, interface) {
        (IpAddr::V6(address), Some(interface)) if address.is_unicast_link_local() => {
            SocketAddrV6::new(address, port, 0, u32::from(interface.0) + 1).into()
        }
        _ => SocketAddr::new(address, port),
    }
}

/// The interface that an address names.
pub(super) fn interface_of(address: SocketAddr) -> Option<PortId> {
    let SocketAddr::V6(address) = address else { return None };
    let number = address.scope_id().checked_sub(1)?;
    u16::try_from(number).ok().map(PortId)
}

/// An address with all that says nothing taken out: flow labels, scopes of addresses that mean the
/// same everywhere, and IPv4 addresses in IPv6's clothes.
pub(super) fn canonical(address: SocketAddr) -> SocketAddr {
    let near = is_link_local(address.ip()) || address.ip().is_multicast();
    let interface = interface_of(address).filter(|_| near);
    match (address.ip().to_canonical(), interface) {
        (IpAddr::V6(ip), Some(interface)) => {
            SocketAddrV6::new(ip, address.port(), 0, u32::from(interface.0) + 1).into()
        }
        (ip, _) => SocketAddr::new(ip, address.port()),
    }
}

/// An address with the interface that packets to it leave by, where that is not a matter of routes.
pub(super) fn with_interface(address: IpAddr, interface: Option<PortId>) -> SocketAddr {
    match (address, interface) {
        (IpAddr::V6(ip), Some(interface)) if is_link_local(address) || ip.is_multicast() => {
            SocketAddrV6::new(ip, 0, 0, u32::from(interface.0) + 1).into()
        }
        _ => SocketAddr::new(address, 0),
    }
}
