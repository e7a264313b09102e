//! What a program may ask of the network it stands on: [`Sockets`].
//!
//! The meaning is Linux's. Every future may be dropped before it is ready, and nothing is lost by
//! that: what it would have returned, the next call returns. Every waiting call is therefore a
//! non-blocking call plus a waker, which is how both worlds implement it.
//!
//! # Errors
//!
//! An [`io::Error`] has the kind that std gives the errno of Linux in the same place:
//!
//! | errno | kind | when |
//! |---|---|---|
//! | `ECONNREFUSED` | `ConnectionRefused` | a reset answered our SYN; an ICMP port unreachable answered a connected UDP socket |
//! | `ETIMEDOUT` | `TimedOut` | nothing answered, and the stack or [`ConnectOptions::timeout`] gave up |
//! | `EHOSTUNREACH` | `HostUnreachable` | ICMP host unreachable, or nobody answered ARP or neighbour solicitation |
//! | `ENETUNREACH` | `NetworkUnreachable` | no route to the address, or ICMP network unreachable |
//! | `ECONNRESET` | `ConnectionReset` | the peer reset an established connection |
//! | `EPIPE` | `BrokenPipe` | writing after the connection ended |
//! | `EADDRINUSE` | `AddrInUse` | the address and port are taken |
//! | `EADDRNOTAVAIL` | `AddrNotAvailable` | no interface of this host has the address |
//! | `EACCES`, `EPERM` | `PermissionDenied` | a port or socket kind that this user may not use (programs of a simulated host may use all); broadcast without [`UdpSocket::set_broadcast`] |
//! | `EMSGSIZE` | any, holding a [`MessageTooLong`] | the datagram does not fit |
//! | – | `NotFound` | [`Sockets::resolve`]: nobody knows the name |

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::SystemTime;

use lanternet_core::trace::NameSource;
use lanternet_core::{Duration, Instant, TraceEvent};
use lanternet_net::dns::Cache;
use lanternet_net::host::DnsSettings;
use lanternet_net::services::{self, Transport};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::icmp::{EchoRequest, IcmpMessage, UdpError};

/// A host, as a program on it sees it. Clones are the same host.
pub trait Sockets: Clone + Send + Sync + 'static {
    /// A connection.
    type TcpStream: TcpStream;
    /// A port that takes connections.
    type TcpListener: TcpListener<Stream = Self::TcpStream>;
    /// A port for datagrams.
    type UdpSocket: UdpSocket;
    /// A socket for echo requests and what answers them.
    type IcmpSocket: IcmpSocket;

    /// Takes connections on `address`; port 0 lets the host choose, `0.0.0.0` means all of the host's IPv4
    /// addresses and `::` all that it has. Addresses of IPv4 are always told as such, never as
    /// `::ffff:10.0.0.1`.
    fn tcp_listen(
        &self,
        address: SocketAddr,
        options: ListenOptions,
    ) -> impl Future<Output = io::Result<Self::TcpListener>> + Send;

    /// Connects to `address`; ready when the three-way handshake is done (RFC 9293 section 3.5).
    fn tcp_connect(
        &self,
        address: SocketAddr,
        options: ConnectOptions,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send;

    /// Opens a UDP socket on `address`; port 0 and an unspecified address as in
    /// [`Sockets::tcp_listen`].
    fn udp_bind_with(
        &self,
        address: SocketAddr,
        options: UdpOptions,
    ) -> impl Future<Output = io::Result<Self::UdpSocket>> + Send;

    /// [`Sockets::udp_bind_with`] without options.
    fn udp_bind(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::UdpSocket>> + Send {
        self.udp_bind_with(address, UdpOptions::default())
    }

    /// Opens a socket for echo requests (Linux's `SOCK_DGRAM` with `IPPROTO_ICMP`).
    fn icmp_open(
        &self,
        family: Family,
    ) -> impl Future<Output = io::Result<Self::IcmpSocket>> + Send;

    /// The addresses of `name`, the preferred one first and never none. An address in text form is
    /// its own answer. A name nobody knows is [`io::ErrorKind::NotFound`].
    fn resolve(&self, name: &str) -> impl Future<Output = io::Result<Vec<IpAddr>>> + Send;

    /// The addresses of `name` that the host knows without asking anybody, never none.
    fn known_name(&self, name: &str) -> Option<(Vec<IpAddr>, NameSource)> {
        Some((vec![name.parse().ok()?], NameSource::Literal))
    }

    /// Whom the host asks for the names that it does not know.
    fn name_servers(&self) -> DnsSettings {
        DnsSettings::default()
    }

    /// Looks into the host's cache of names, with the time now; `None` when it has none that programs
    /// may look into.
    fn with_name_cache<R>(&self, _look: impl FnOnce(&mut Cache, Instant) -> R) -> Option<R> {
        None
    }

    /// Whether the host has an address of this family with which it can go beyond its own cables.
    fn has_address(&self, family: Family) -> bool {
        family == Family::V4
    }

    /// Ready once `duration` has passed.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// The host's monotonic clock. Only differences have a meaning.
    fn now(&self) -> Instant;

    /// Runs `task` beside the program, until it is done or the host stops.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);

    /// Does work that keeps a processor busy for long (hashing a password), without keeping the other
    /// tasks of the program from theirs. In a simulation it takes no time. The work goes on when the
    /// future is dropped.
    fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send {
        async move { work() }
    }

    /// The time of day: in a simulation that of its captures, which begin at a fixed moment.
    fn time_of_day(&self) -> SystemTime;

    /// 64 random bits. On a real machine nobody can foretell them; in a simulation they are from the
    /// host's own stream, the same in each run.
    fn random_u64(&self) -> u64;

    /// Whether [`Sockets::random_u64`] is the same in each run, so that everything else random has to
    /// be made of it too.
    fn is_repeatable(&self) -> bool;

    /// What the host is called (`gethostname`).
    fn host_name(&self) -> String;

    /// The port of a service (`getservbyname`): what the machine's own list says, or else the IANA
    /// registry. A simulated host has no list of its own.
    fn service(&self, name: &str, over: Transport) -> Option<u16> {
        services::port_of(name, over)
    }

    /// The name of the service that a port is for (`getservbyport`), from the same sources.
    fn service_name(&self, port: u16, over: Transport) -> Option<String> {
        services::name_of(port, over).map(str::to_owned)
    }

    /// The ports that somebody on this host listens on: TCP before UDP, in the order of ports.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] where the system does not tell.
    fn listening(&self) -> io::Result<Vec<Listening>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Where a server listens unless it is told: everywhere on a simulated host; on a real machine
    /// at its loopback address, so that strangers are not served by accident.
    fn default_bind(&self) -> IpAddr;

    /// What the program shows of itself when somebody looks at its host: a text of whole lines, made at
    /// that time. Where nobody can look, it is forgotten.
    fn show(&self, _view: impl Fn(Instant) -> String + Send + Sync + 'static) {}

    /// Tells why the program did what it did, such as that it answered from its cache. Goes into a
    /// simulation's trace; where there is none, nothing is made.
    fn tell(&self, _event: impl FnOnce() -> TraceEvent) {}
}

/// The two versions of the Internet Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4 (RFC 791).
    V4,
    /// IPv6 (RFC 8200).
    V6,
}

impl Family {
    /// The version that this address belongs to.
    pub const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// What stands for all of a host's addresses of this version.
    pub const fn unspecified(self) -> IpAddr {
        match self {
            Self::V4 => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            Self::V6 => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        }
    }
}

/// How [`Sockets::tcp_listen`] listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenOptions {
    /// How many finished connections may wait to be accepted. As in Linux one more fits than this
    /// number says, and with a full queue new SYNs are dropped, so that clients try again.
    pub backlog: u32,
    /// `SO_REUSEADDR`: listen although connections of an earlier listener are still in TIME-WAIT.
    pub reuse_address: bool,
    /// `IPV6_V6ONLY`: `::` does not take what is sent to IPv4 addresses. Off, as in Linux.
    pub v6_only: bool,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self { backlog: 128, reuse_address: true, v6_only: false }
    }
}

/// How [`Sockets::udp_bind_with`] binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UdpOptions {
    /// `SO_REUSEADDR`: share the address with others that do so too. What is sent to a group or to
    /// everybody then reaches all of them, anything else only the latest.
    pub reuse_address: bool,
    /// As [`ListenOptions::v6_only`].
    pub v6_only: bool,
}

/// How [`Sockets::tcp_connect`] connects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectOptions {
    /// Give up with [`io::ErrorKind::TimedOut`] after this time; `None` leaves it to the stack's
    /// count of SYN retransmissions (about two minutes on Linux).
    pub timeout: Option<Duration>,
    /// Connect from this address; port 0 lets the host choose.
    pub source: Option<SocketAddr>,
}

/// A port that somebody listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listening {
    /// TCP or UDP.
    pub over: Transport,
    /// Where.
    pub address: SocketAddr,
    /// Who, where the system tells.
    pub program: Option<String>,
}

impl ConnectOptions {
    /// Gives up after `timeout`; connects from `source`, if that is an address of the host.
    pub fn within(timeout: Duration, source: Option<IpAddr>) -> Self {
        let source = source.map(|address| SocketAddr::new(address, 0));
        Self { timeout: Some(timeout), source }
    }
}

/// `SO_KEEPALIVE` and its three numbers. The operating system counts whole seconds, and at least one:
/// parts of a second count as a whole one there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keepalive {
    /// Probe after this much silence (`TCP_KEEPIDLE`).
    pub idle: Duration,
    /// Time between probes (`TCP_KEEPINTVL`).
    pub interval: Duration,
    /// Give the connection up after so many unanswered probes (`TCP_KEEPCNT`).
    pub probes: u32,
}

/// A TCP connection. Reading 0 bytes means that the peer has sent FIN; `poll_shutdown` sends ours
/// and leaves the other direction open (half-close). Dropping it closes it: with FIN, or with RST
/// when bytes that arrived were not read (RFC 2525 section 2.17).
///
/// To read and write in two tasks take [`split`](crate::split::split), which keeps that meaning for each
/// direction. When a simulated host loses its power nothing of this happens: the peer hears nothing until
/// it asks, and then a reset if the host is up again.
pub trait TcpStream: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// Our end.
    fn local_addr(&self) -> io::Result<SocketAddr>;
    /// The other end.
    fn peer_addr(&self) -> io::Result<SocketAddr>;
    /// `TCP_NODELAY`: send small segments at once instead of waiting for the acknowledgement of the
    /// ones before (Nagle, RFC 896). Off at first.
    fn set_nodelay(&self, on: bool) -> io::Result<()>;
    /// Probes a silent peer; `None`, as at first, never does.
    fn set_keepalive(&self, keepalive: Option<Keepalive>) -> io::Result<()>;
    /// `SO_LINGER`: with zero, dropping the connection is [`TcpStream::abort`]. A longer time lets Linux's
    /// `close` wait until the peer has acknowledged everything, which changes nothing on the wire; here
    /// dropping never waits, so that it is the same as `None`, as at first.
    fn set_linger(&self, time: Option<Duration>) -> io::Result<()>;
    /// Ends the connection with RST and forgets what was not yet sent (`SO_LINGER` with zero, then
    /// close). The peer reads [`io::ErrorKind::ConnectionReset`].
    fn abort(self) -> io::Result<()>;
}

/// A listening TCP port.
pub trait TcpListener: Send + Sync + 'static {
    /// What [`TcpListener::accept`] gives.
    type Stream: TcpStream;
    /// Takes the connection that has waited longest, with the address of its other end.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;
    /// Where it listens, with the port that the host chose.
    fn local_addr(&self) -> io::Result<SocketAddr>;
}

/// A UDP socket. One call sends or receives one datagram; a datagram longer than the buffer is cut.
pub trait UdpSocket: Send + Sync + 'static {
    /// Sends one datagram to `to` and returns its length.
    fn send_to(
        &self,
        datagram: &[u8],
        to: SocketAddr,
    ) -> impl Future<Output = io::Result<usize>> + Send;
    /// Waits for a datagram; returns the length taken and the sender.
    fn recv_from(
        &self,
        buffer: &mut [u8],
    ) -> impl Future<Output = io::Result<(usize, SocketAddr)>> + Send;
    /// Fixes the peer: [`UdpSocket::send`] goes there, only its datagrams are received, and an ICMP
    /// error about it is returned by the next call, port unreachable as
    /// [`io::ErrorKind::ConnectionRefused`] (RFC 1122 section 4.1.3.3). Fails with
    /// [`io::ErrorKind::NetworkUnreachable`] when there is no route. Sends nothing.
    fn connect(&self, peer: SocketAddr) -> impl Future<Output = io::Result<()>> + Send;
    /// Sends one datagram to the connected peer.
    fn send(&self, datagram: &[u8]) -> impl Future<Output = io::Result<usize>> + Send;
    /// Waits for a datagram of the connected peer.
    fn recv(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> + Send;
    /// Our end; once connected, with the address that the route chose.
    fn local_addr(&self) -> io::Result<SocketAddr>;
    /// `SO_BROADCAST`: may send to broadcast addresses. Off at first.
    fn set_broadcast(&self, on: bool) -> io::Result<()>;
    /// `IP_TTL` or `IPV6_UNICAST_HOPS` of what is sent from now on.
    fn set_ttl(&self, ttl: u8) -> io::Result<()>;
    /// `IP_MULTICAST_TTL` or `IPV6_MULTICAST_HOPS` of what is sent to groups: 0 stays on this host, 1 (at
    /// first) on this segment.
    fn set_multicast_ttl(&self, ttl: u8) -> io::Result<()>;
    /// `IP_MULTICAST_LOOP`: members of a group on this host, the sender among them, hear what this
    /// socket sends to it. On at first.
    fn set_multicast_loop(&self, on: bool) -> io::Result<()>;
    /// `IP_MULTICAST_IF`: what is sent to groups leaves by the interface that has this address; at first
    /// by the one that the route to the group names.
    fn set_multicast_interface(&self, interface: IpAddr) -> io::Result<()>;
    /// `IP_MTU_DISCOVER`: forbid routers, and this host, to fragment what is sent from now on. A
    /// datagram too long for the first link is then a [`MessageTooLong`].
    fn set_dont_fragment(&self, on: bool) -> io::Result<()>;
    /// Receives what is sent to `group`, on the interface that has the address `interface`, or on
    /// the one that the route to the group names. As in Linux a socket on the port also receives for groups
    /// that others on the host have joined; an interface that is not there is
    /// [`io::ErrorKind::AddrNotAvailable`].
    fn join_multicast(&self, group: IpAddr, interface: Option<IpAddr>) -> io::Result<()>;
    /// Undoes [`UdpSocket::join_multicast`] with the same arguments.
    fn leave_multicast(&self, group: IpAddr, interface: Option<IpAddr>) -> io::Result<()>;
    /// `IP_RECVERR`: keep ICMP errors with all that they say for [`UdpSocket::recv_error`]. Off at
    /// first. An error that is kept may also fail a following send or receive, once.
    fn set_error_queue(&self, on: bool) -> io::Result<()>;
    /// Waits for the next kept ICMP error (`MSG_ERRQUEUE`).
    fn recv_error(&self) -> impl Future<Output = io::Result<UdpError>> + Send;
}

/// A socket that sends echo requests and receives the replies and errors about them: Linux's ping
/// socket with `IP_RECVERR` and `IP_RECVTTL`. The host chooses the identifier, and other sockets'
/// replies are not seen.
pub trait IcmpSocket: Send + Sync + 'static {
    /// Sends one echo request to `to`.
    fn send_echo(
        &self,
        to: IpAddr,
        request: EchoRequest<'_>,
    ) -> impl Future<Output = io::Result<()>> + Send;
    /// Waits for a reply to, or an error about, a request of this socket.
    fn recv(&self) -> impl Future<Output = io::Result<IcmpMessage>> + Send;
}

/// The datagram is longer than the protocol, or the interface together with don't-fragment, allows.
///
/// Std has no stable error kind for `EMSGSIZE`, so both worlds put this into the [`io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("message too long{}", .mtu.map(|mtu| format!(", mtu={mtu}")).unwrap_or_default())]
pub struct MessageTooLong {
    /// What fits, in bytes with all IP headers, where it is known.
    pub mtu: Option<u32>,
}

impl MessageTooLong {
    /// The reason in this error, if it is this one.
    pub fn in_error(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<MessageTooLong> for io::Error {
    fn from(reason: MessageTooLong) -> Self {
        Self::new(io::ErrorKind::InvalidInput, reason)
    }
}
