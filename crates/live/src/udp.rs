//! UDP of the operating system.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use lanternet_apps::icmp::UdpError;
use lanternet_apps::sockets::{MessageTooLong, UdpSocket};
use socket2::SockRef;

use crate::kind;

/// A port for datagrams.
#[derive(Debug)]
pub struct OsUdp(pub(crate) tokio::net::UdpSocket);

impl UdpSocket for OsUdp {
    async fn send_to(&self, datagram: &[u8], to: SocketAddr) -> io::Result<usize> {
        self.0.send_to(datagram, to).await.map_err(too_long)
    }

    async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.recv_from(buffer).await
    }

    async fn connect(&self, peer: SocketAddr) -> io::Result<()> {
        self.0.connect(peer).await
    }

    async fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        self.0.send(datagram).await.map_err(too_long)
    }

    async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buffer).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn set_broadcast(&self, on: bool) -> io::Result<()> {
        self.0.set_broadcast(on)
    }

    fn set_ttl(&self, ttl: u8) -> io::Result<()> {
        let options = SockRef::from(&self.0);
        match self.0.local_addr()? {
            SocketAddr::V4(_) => options.set_ttl_v4(ttl.into()),
            SocketAddr::V6(_) => options.set_unicast_hops_v6(ttl.into()),
        }
    }

    fn set_dont_fragment(&self, on: bool) -> io::Result<()> {
        set_dont_fragment(on)
    }

    fn join_multicast(&self, group: IpAddr, interface: Option<IpAddr>) -> io::Result<()> {
        match (group, interface) {
            (IpAddr::V4(group), Some(IpAddr::V4(at))) => self.0.join_multicast_v4(group, at),
            (IpAddr::V4(group), None) => self.0.join_multicast_v4(group, Ipv4Addr::UNSPECIFIED),
            (IpAddr::V6(group), _) => self.0.join_multicast_v6(&group, 0),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn leave_multicast(&self, group: IpAddr, interface: Option<IpAddr>) -> io::Result<()> {
        match (group, interface) {
            (IpAddr::V4(group), Some(IpAddr::V4(at))) => self.0.leave_multicast_v4(group, at),
            (IpAddr::V4(group), None) => self.0.leave_multicast_v4(group, Ipv4Addr::UNSPECIFIED),
            (IpAddr::V6(group), _) => self.0.leave_multicast_v6(&group, 0),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn set_error_queue(&self, on: bool) -> io::Result<()> {
        kind::keep_errors(&self.0, on)
    }

    async fn recv_error(&self) -> io::Result<UdpError> {
        kind::next_error(&self.0).await
    }
}

/// No crate sets `IP_MTU_DISCOVER` without `unsafe`; forbidding nothing is the system's default.
pub(crate) fn set_dont_fragment(on: bool) -> io::Result<()> {
    if on { Err(io::ErrorKind::Unsupported.into()) } else { Ok(()) }
}

pub(crate) fn too_long(error: io::Error) -> io::Error {
    match kind::is_too_long(&error) {
        true => MessageTooLong { mtu: None }.into(),
        false => error,
    }
}
