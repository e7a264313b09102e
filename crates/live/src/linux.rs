//! What only Linux has: ping sockets, and a queue of ICMP errors per socket.

use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::AsRawFd;

use lanternet_apps::icmp::{EchoAbout, EchoRequest, IcmpError, IcmpKind, IcmpMessage, UdpError};
use lanternet_apps::sockets::{Family, IcmpSocket};
use nix::errno::Errno;
use nix::ifaddrs::getifaddrs;
use nix::net::if_::if_nametoindex;
use nix::sys::socket::sockopt::{Ipv4RecvErr, Ipv4RecvTtl, Ipv6RecvErr, Ipv6RecvHopLimit};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, SockaddrIn, SockaddrIn6, SockaddrStorage, recvmsg, setsockopt,
};
use rustix::net::sockopt::{self, Ipv4PathMtuDiscovery, Ipv6PathMtuDiscovery};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

pub(crate) use crate::proc_net::{holder, listening};
use crate::udp::too_long;

/// A ping socket (`SOCK_DGRAM` with `IPPROTO_ICMP`), which `net.ipv4.ping_group_range` must allow.
/// Tokio's UDP socket serves as its registration with the reactor: the same readiness, and only
/// non-blocking calls go through it.
#[derive(Debug)]
pub struct OsIcmp {
    socket: UdpSocket,
    family: Family,
}

impl OsIcmp {
    pub(crate) fn open(family: Family) -> io::Result<Self> {
        let (domain, protocol) = match family {
            Family::V4 => (Domain::IPV4, Protocol::ICMPV4),
            Family::V6 => (Domain::IPV6, Protocol::ICMPV6),
        };
        let socket = Socket::new(domain, Type::DGRAM, Some(protocol))?;
        socket.set_nonblocking(true)?;
        match family {
            Family::V4 => {
                setsockopt(&socket, Ipv4RecvErr, &true)?;
                setsockopt(&socket, Ipv4RecvTtl, &true)?;
            }
            Family::V6 => {
                setsockopt(&socket, Ipv6RecvErr, &true)?;
                setsockopt(&socket, Ipv6RecvHopLimit, &true)?;
            }
        }
        Ok(Self { socket: UdpSocket::from_std(socket.into())?, family })
    }
}

impl IcmpSocket for OsIcmp {
    async fn send_echo(&self, to: IpAddr, request: EchoRequest<'_>) -> io::Result<()> {
        let options = SockRef::from(&self.socket);
        // The kernel fills in the checksum and the identifier (RFC 792, RFC 4443 section 4.1).
        let kind = match self.family {
            Family::V4 => {
                options.set_ttl_v4(request.ttl.into())?;
                8
            }
            Family::V6 => {
                options.set_unicast_hops_v6(request.ttl.into())?;
                128
            }
        };
        if request.dont_fragment {
            set_dont_fragment(&self.socket, self.family == Family::V6, true)?;
        }
        let mut packet = vec![kind, 0, 0, 0, 0, 0];
        packet.extend_from_slice(&request.sequence.to_be_bytes());
        packet.extend_from_slice(request.payload);
        self.socket
            .send_to(&packet, SocketAddr::new(to, 0))
            .await
            .map_err(|error| too_long(error, None))?;
        Ok(())
    }

    async fn recv(&self) -> io::Result<IcmpMessage> {
        let take = || match take_error(&self.socket) {
            Ok((error, packet)) => Ok(IcmpMessage {
                from: error.from,
                ttl: None,
                kind: IcmpKind::Error(error.error),
                about: EchoAbout { destination: error.about.ip(), sequence: sequence(&packet) },
            }),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => take_reply(&self.socket),
            Err(error) => Err(error),
        };
        self.socket.async_io(Interest::READABLE | Interest::ERROR, take).await
    }
}

/// `IP_RECVERR` or `IPV6_RECVERR`.
pub(crate) fn keep_errors(socket: &UdpSocket, on: bool) -> io::Result<()> {
    match socket.local_addr()? {
        SocketAddr::V4(_) => setsockopt(socket, Ipv4RecvErr, &on)?,
        SocketAddr::V6(_) => setsockopt(socket, Ipv6RecvErr, &on)?,
    }
    Ok(())
}

/// The next error of the error queue.
pub(crate) async fn next_error(socket: &UdpSocket) -> io::Result<UdpError> {
    socket.async_io(Interest::ERROR, || take_error(socket).map(|(error, _)| error)).await
}

/// `IP_MTU_DISCOVER`: always, or never.
pub(crate) fn set_dont_fragment(socket: &UdpSocket, v6: bool, on: bool) -> io::Result<()> {
    let v4 = if on { Ipv4PathMtuDiscovery::DO } else { Ipv4PathMtuDiscovery::DONT };
    if v6 {
        let v6 = if on { Ipv6PathMtuDiscovery::DO } else { Ipv6PathMtuDiscovery::DONT };
        sockopt::set_ipv6_mtu_discover(socket, v6)?;
        // And of what goes to IPv4, where the socket can do that.
        let _ = sockopt::set_ip_mtu_discover(socket, v4);
        return Ok(());
    }
    Ok(sockopt::set_ip_mtu_discover(socket, v4)?)
}

/// The longest packet that gets to the peer of a connected socket in one piece, as far as is known.
pub(crate) fn path_mtu(socket: &UdpSocket, v6: bool) -> Option<u32> {
    if v6 { sockopt::ipv6_mtu(socket).ok() } else { sockopt::ip_mtu(socket).ok() }
}

/// The number of the interface that has this address.
pub(crate) fn interface_with(address: IpAddr) -> io::Result<u32> {
    for row in getifaddrs()? {
        if row.address.as_ref().and_then(self::address).is_some_and(|own| own.ip() == address) {
            return Ok(if_nametoindex(row.interface_name.as_str())?);
        }
    }
    Err(io::ErrorKind::AddrNotAvailable.into())
}

pub(crate) fn is_no_device(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::ENODEV as i32)
}

pub(crate) fn is_too_long(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::EMSGSIZE as i32)
}

/// One error of the error queue, with the beginning of the packet that it is about.
fn take_error(socket: &UdpSocket) -> io::Result<(UdpError, Vec<u8>)> {
    let mut bytes = [0; 64];
    let mut slices = [io::IoSliceMut::new(&mut bytes)];
    let mut space = nix::cmsg_space!([u8; 512]);
    let flags = MsgFlags::MSG_ERRQUEUE;
    let message =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut slices, Some(&mut space), flags)?;
    let about = message.address.as_ref().and_then(address).ok_or(io::ErrorKind::InvalidData)?;
    let length = message.bytes;
    let mut found = None;
    for control in message.cmsgs()? {
        let (from, error) = match control {
            ControlMessageOwned::Ipv4RecvErr(error, Some(offender)) => (
                IpAddr::V4(u32::from_be(offender.sin_addr.s_addr).into()),
                IcmpError::from_icmpv4(error.ee_type, error.ee_code, error.ee_info),
            ),
            ControlMessageOwned::Ipv6RecvErr(error, Some(offender)) => (
                IpAddr::V6(offender.sin6_addr.s6_addr.into()),
                IcmpError::from_icmpv6(error.ee_type, error.ee_code, error.ee_info),
            ),
            _ => continue,
        };
        found = Some(UdpError { from, error, about });
    }
    Ok((found.ok_or(io::ErrorKind::InvalidData)?, bytes[..length].to_vec()))
}

fn take_reply(socket: &UdpSocket) -> io::Result<IcmpMessage> {
    let mut bytes = vec![0; 65_535];
    let mut slices = [io::IoSliceMut::new(&mut bytes)];
    let mut space = nix::cmsg_space!(i32);
    let flags = MsgFlags::empty();
    let message =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut slices, Some(&mut space), flags)?;
    let from = message.address.as_ref().and_then(address).ok_or(io::ErrorKind::InvalidData)?.ip();
    let length = message.bytes;
    let mut ttl = None;
    for control in message.cmsgs()? {
        if let ControlMessageOwned::Ipv4Ttl(value) | ControlMessageOwned::Ipv6HopLimit(value) =
            control
        {
            ttl = u8::try_from(value).ok();
        }
    }
    let packet = &bytes[..length];
    Ok(IcmpMessage {
        from,
        ttl,
        kind: IcmpKind::EchoReply { payload: packet.get(8..).unwrap_or_default().to_vec() },
        about: EchoAbout { destination: from, sequence: sequence(packet) },
    })
}

fn address(storage: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = storage.as_sockaddr_in().map(|at: &SockaddrIn| SocketAddrV4::from(*at).into());
    let v6 = || storage.as_sockaddr_in6().map(|at: &SockaddrIn6| SocketAddrV6::from(*at).into());
    v4.or_else(v6)
}

fn sequence(packet: &[u8]) -> u16 {
    match *packet {
        [_, _, _, _, _, _, high, low, ..] => u16::from_be_bytes([high, low]),
        _ => 0,
    }
}
