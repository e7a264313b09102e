//! What only Linux has, on other systems: nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};

use lanternet_apps::icmp::{EchoRequest, IcmpMessage, UdpError};
use lanternet_apps::sockets::{Family, IcmpSocket, Listening};
use lanternet_net::services::Transport;

/// A ping socket; there is none.
#[derive(Debug)]
pub struct OsIcmp(std::convert::Infallible);

impl OsIcmp {
    pub(crate) fn open(_: Family) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl IcmpSocket for OsIcmp {
    async fn send_echo(&self, _: IpAddr, _: EchoRequest<'_>) -> io::Result<()> {
        match self.0 {}
    }

    async fn recv(&self) -> io::Result<IcmpMessage> {
        match self.0 {}
    }
}

pub(crate) fn keep_errors(_: &tokio::net::UdpSocket, on: bool) -> io::Result<()> {
    if on { Err(io::ErrorKind::Unsupported.into()) } else { Ok(()) }
}

pub(crate) async fn next_error(_: &tokio::net::UdpSocket) -> io::Result<UdpError> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn is_too_long(_: &io::Error) -> bool {
    false
}

pub(crate) fn is_no_device(_: &io::Error) -> bool {
    false
}

/// Forbidding nothing is the system's default.
pub(crate) fn set_dont_fragment(_: &tokio::net::UdpSocket, _: bool, on: bool) -> io::Result<()> {
    if on { Err(io::ErrorKind::Unsupported.into()) } else { Ok(()) }
}

pub(crate) fn path_mtu(_: &tokio::net::UdpSocket, _: bool) -> Option<u32> {
    None
}

pub(crate) fn interface_with(_: IpAddr) -> io::Result<u32> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn listening() -> io::Result<Vec<Listening>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The program that has a port; nobody tells.
pub(crate) fn holder(_: Transport, _: SocketAddr) -> Option<String> {
    None
}
