//! UDP of the operating system.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use lanternet_apps::icmp::UdpError;
use lanternet_apps::sockets::{MessageTooLong, UdpOptions, UdpSocket};
use lanternet_net::services::Transport;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::kind;
use crate::tcp::{plain, share, taken};

/// A port for datagrams.
#[derive(Debug)]
pub struct OsUdp {
    socket: tokio::net::UdpSocket,
    /// It was bound to an address of IPv6.
    v6: bool,
}

/// RFC 768 and RFC 791: no datagram carries more, whatever the path.
const LONGEST: usize = 65_507;

impl OsUdp {
    pub(crate) fn bind(on: SocketAddr, options: UdpOptions) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(on), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        share(&socket, on, options.reuse_address, options.v6_only)?;
        socket.bind(&on.into()).map_err(|error| taken(error, Transport::Udp, on))?;
        let socket = tokio::net::UdpSocket::from_std(socket.into())?;
        Ok(Self { socket, v6: on.is_ipv6() })
    }

    /// An address as the socket takes it: one of IPv6 writes those of IPv4 as `::ffff:10.0.0.1`.
    fn towards(&self, to: SocketAddr) -> SocketAddr {
        match to.ip() {
            IpAddr::V4(ip) if self.v6 => SocketAddr::new(ip.to_ipv6_mapped().into(), to.port()),
            _ => to,
        }
    }

    /// The system's number of the interface that has this address; 0 leaves the choice to it.
    fn interface(at: Option<IpAddr>) -> io::Result<u32> {
        match at.filter(|at| !at.is_unspecified()) {
            Some(at) => kind::interface_with(at),
            None => Ok(0),
        }
    }
}

impl UdpSocket for OsUdp {
    async fn send_to(&self, datagram: &[u8], to: SocketAddr) -> io::Result<usize> {
        let sent = self.socket.send_to(datagram, self.towards(to)).await;
        sent.map_err(|error| too_long(error, None))
    }

    async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.socket.recv_from(buffer).await.map(|(length, from)| (length, plain(from)))
    }

    async fn connect(&self, peer: SocketAddr) -> io::Result<()> {
        self.socket.connect(self.towards(peer)).await
    }

    async fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        self.socket.send(datagram).await.map_err(|error| {
            let mtu = || kind::path_mtu(&self.socket, self.v6);
            too_long(error, if datagram.len() > LONGEST { None } else { mtu() })
        })
    }

    async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.recv(buffer).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr().map(plain)
    }

    fn set_broadcast(&self, on: bool) -> io::Result<()> {
        self.socket.set_broadcast(on)
    }

    fn set_ttl(&self, ttl: u8) -> io::Result<()> {
        let options = SockRef::from(&self.socket);
        if self.v6 {
            options.set_unicast_hops_v6(ttl.into())?;
            // And of what goes to IPv4, where the socket can do that.
            let _ = options.set_ttl_v4(ttl.into());
            return Ok(());
        }
        options.set_ttl_v4(ttl.into())
    }

    fn set_multicast_ttl(&self, ttl: u8) -> io::Result<()> {
        let options = SockRef::from(&self.socket);
        match self.v6 {
            true => options.set_multicast_hops_v6(ttl.into()),
            false => options.set_multicast_ttl_v4(ttl.into()),
        }
    }

    fn set_multicast_loop(&self, on: bool) -> io::Result<()> {
        let options = SockRef::from(&self.socket);
        match self.v6 {
            true => options.set_multicast_loop_v6(on),
            false => options.set_multicast_loop_v4(on),
        }
    }

    fn set_multicast_interface(&self, interface: IpAddr) -> io::Result<()> {
        let options = SockRef::from(&self.socket);
        let set = match interface {
            IpAddr::V4(address) => options.set_multicast_if_v4(&address),
            IpAddr::V6(_) => options.set_multicast_if_v6(Self::interface(Some(interface))?),
        };
        set.map_err(no_interface)
    }

    fn set_dont_fragment(&self, on: bool) -> io::Result<()> {
        kind::set_dont_fragment(&self.socket, self.v6, on)
    }

    fn join_multicast(&self, group: IpAddr, interface: Option<IpAddr>) -> io::Result<()> {
        match (group, interface) {
            (IpAddr::V4(group), Some(IpAddr::V4(at))) => self.socket.join_multicast_v4(group, at),
            (IpAddr::V4(group), None) => {
                self.socket.join_multicast_v4(group, Ipv4Addr::UNSPECIFIED)
            }
            (IpAddr::V6(group), at) => self.socket.join_multicast_v6(&group, Self::interface(at)?),
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        }
        .map_err(no_interface)
    }

    fn leave_multicast(&self, group: IpAddr, interface: Option<IpAddr>) -> io::Result<()> {
        match (group, interface) {
            (IpAddr::V4(group), Some(IpAddr::V4(at))) => self.socket.leave_multicast_v4(group, at),
            (IpAddr::V4(group), None) => {
                self.socket.leave_multicast_v4(group, Ipv4Addr::UNSPECIFIED)
            }
            (IpAddr::V6(group), at) => self.socket.leave_multicast_v6(&group, Self::interface(at)?),
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        }
        .map_err(no_interface)
    }

    fn set_error_queue(&self, on: bool) -> io::Result<()> {
        kind::keep_errors(&self.socket, on)
    }

    async fn recv_error(&self) -> io::Result<UdpError> {
        let error = kind::next_error(&self.socket).await?;
        Ok(UdpError { about: plain(error.about), ..error })
    }
}

/// Linux says `ENODEV` of a group's interface that is not there, and std has no kind for that.
fn no_interface(error: io::Error) -> io::Error {
    match kind::is_no_device(&error) {
        true => io::ErrorKind::AddrNotAvailable.into(),
        false => error,
    }
}

pub(crate) fn too_long(error: io::Error, mtu: Option<u32>) -> io::Error {
    match kind::is_too_long(&error) {
        true => MessageTooLong { mtu }.into(),
        false => error,
    }
}
