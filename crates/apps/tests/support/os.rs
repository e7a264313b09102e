//! The trait over Linux's own sockets, with tokio. It proves that the trait can be implemented
//! there; the product's implementation lives elsewhere.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::AsRawFd;
use std::pin::Pin;
use std::task::{Context, Poll};

use lanternet_apps::icmp::{EchoAbout, EchoRequest, IcmpError, IcmpKind, IcmpMessage, UdpError};
use lanternet_apps::sockets::{
    ConnectOptions, Family, IcmpSocket, Keepalive, ListenOptions, MessageTooLong, Sockets,
    TcpListener, TcpStream, UdpSocket,
};
use lanternet_apps::{Command, ExitCode};
use lanternet_core::{Duration, Instant};
use nix::errno::Errno;
use nix::sys::socket::sockopt::{Ipv4RecvErr, Ipv4RecvTtl};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, setsockopt};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};

use super::console::MemoryConsole;

/// This machine.
#[derive(Clone)]
pub struct Os {
    began: std::time::Instant,
}

impl Os {
    pub fn new() -> Self {
        Self { began: std::time::Instant::now() }
    }
}

pub struct OsStream(tokio::net::TcpStream);
pub struct OsListener(tokio::net::TcpListener);
pub struct OsUdp(tokio::net::UdpSocket);
/// A ping socket. Tokio's UDP socket serves as its registration with the reactor: the same
/// readiness, and only non-blocking calls go through it.
pub struct OsIcmp(tokio::net::UdpSocket);

impl Sockets for Os {
    type TcpStream = OsStream;
    type TcpListener = OsListener;
    type UdpSocket = OsUdp;
    type IcmpSocket = OsIcmp;

    async fn tcp_listen(&self, on: SocketAddr, options: ListenOptions) -> io::Result<OsListener> {
        let socket = tcp_socket(on)?;
        socket.set_reuseaddr(options.reuse_address)?;
        socket.bind(on)?;
        socket.listen(options.backlog).map(OsListener)
    }

    async fn tcp_connect(&self, to: SocketAddr, options: ConnectOptions) -> io::Result<OsStream> {
        let socket = tcp_socket(to)?;
        if let Some(source) = options.source {
            socket.bind(source)?;
        }
        let connect = socket.connect(to);
        match options.timeout {
            None => connect.await,
            Some(limit) => match tokio::time::timeout(limit.into(), connect).await {
                Ok(connected) => connected,
                Err(_) => Err(io::ErrorKind::TimedOut.into()),
            },
        }
        .map(OsStream)
    }

    async fn udp_bind(&self, on: SocketAddr) -> io::Result<OsUdp> {
        tokio::net::UdpSocket::bind(on).await.map(OsUdp)
    }

    async fn icmp_open(&self, family: Family) -> io::Result<OsIcmp> {
        if family == Family::V6 {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::ICMPV4))?;
        socket.set_nonblocking(true)?;
        setsockopt(&socket, Ipv4RecvErr, &true)?;
        setsockopt(&socket, Ipv4RecvTtl, &true)?;
        tokio::net::UdpSocket::from_std(socket.into()).map(OsIcmp)
    }

    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match name {
            "localhost" => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
            // Closed first, open second, to see a client try both.
            "two-addresses" => {
                Ok(vec![Ipv4Addr::new(127, 0, 0, 2).into(), Ipv4Addr::LOCALHOST.into()])
            }
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration.into()).await;
    }

    fn now(&self) -> Instant {
        Instant::ZERO + Duration::from(self.began.elapsed())
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(task);
    }

    fn random_u64(&self) -> u64 {
        use std::hash::{BuildHasher, RandomState};
        RandomState::new().hash_one(self.began)
    }
}

fn tcp_socket(address: SocketAddr) -> io::Result<tokio::net::TcpSocket> {
    match address {
        SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4(),
        SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6(),
    }
}

impl AsyncRead for OsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for OsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl TcpStream for OsStream {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    fn set_nodelay(&self, on: bool) -> io::Result<()> {
        self.0.set_nodelay(on)
    }

    fn set_keepalive(&self, keepalive: Option<Keepalive>) -> io::Result<()> {
        let socket = SockRef::from(&self.0);
        let Some(Keepalive { idle, interval, probes }) = keepalive else {
            return socket.set_keepalive(false);
        };
        socket.set_tcp_keepalive(
            &socket2::TcpKeepalive::new()
                .with_time(idle.into())
                .with_interval(interval.into())
                .with_retries(probes),
        )
    }

    fn abort(self) -> io::Result<()> {
        SockRef::from(&self.0).set_linger(Some(std::time::Duration::ZERO))
    }
}

impl TcpListener for OsListener {
    type Stream = OsStream;

    async fn accept(&self) -> io::Result<(OsStream, SocketAddr)> {
        self.0.accept().await.map(|(stream, peer)| (OsStream(stream), peer))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

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
        SockRef::from(&self.0).set_ttl_v4(ttl.into())
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
        Ok(setsockopt(&self.0, Ipv4RecvErr, &on)?)
    }

    async fn recv_error(&self) -> io::Result<UdpError> {
        let take = || take_error(&self.0).map(|(error, _)| error);
        self.0.async_io(Interest::ERROR, take).await
    }
}

/// One error of the error queue, with the beginning of the packet that it is about.
fn take_error(socket: &tokio::net::UdpSocket) -> io::Result<(UdpError, Vec<u8>)> {
    let mut bytes = [0; 64];
    let mut slices = [io::IoSliceMut::new(&mut bytes)];
    let mut space = nix::cmsg_space!([u8; 512]);
    let flags = MsgFlags::MSG_ERRQUEUE;
    let message = recvmsg::<SockaddrIn>(socket.as_raw_fd(), &mut slices, Some(&mut space), flags)?;
    let about = message.address.map(SocketAddrV4::from).ok_or(io::ErrorKind::InvalidData)?;
    let length = message.bytes;
    let mut found = None;
    for control in message.cmsgs()? {
        if let ControlMessageOwned::Ipv4RecvErr(error, Some(offender)) = control {
            found = Some(UdpError {
                from: IpAddr::V4(u32::from_be(offender.sin_addr.s_addr).into()),
                error: IcmpError::from_icmpv4(error.ee_type, error.ee_code, error.ee_info),
                about: about.into(),
            });
        }
    }
    let error = found.ok_or(io::ErrorKind::InvalidData)?;
    Ok((error, bytes[..length].to_vec()))
}

/// No crate sets `IP_MTU_DISCOVER` without `unsafe`, and on 127.0.0.1 nothing is ever too long.
fn set_dont_fragment(on: bool) -> io::Result<()> {
    if on { Err(io::ErrorKind::Unsupported.into()) } else { Ok(()) }
}

fn too_long(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(number) if number == Errno::EMSGSIZE as i32 => MessageTooLong { mtu: None }.into(),
        _ => error,
    }
}

impl IcmpSocket for OsIcmp {
    async fn send_echo(&self, to: IpAddr, request: EchoRequest<'_>) -> io::Result<()> {
        SockRef::from(&self.0).set_ttl_v4(request.ttl.into())?;
        set_dont_fragment(request.dont_fragment)?;
        // Type 8, code 0; the kernel fills in the checksum and the identifier (RFC 792).
        let mut packet = vec![8, 0, 0, 0, 0, 0];
        packet.extend_from_slice(&request.sequence.to_be_bytes());
        packet.extend_from_slice(request.payload);
        self.0.send_to(&packet, SocketAddr::new(to, 0)).await.map_err(too_long)?;
        Ok(())
    }

    async fn recv(&self) -> io::Result<IcmpMessage> {
        let take = || match take_error(&self.0) {
            Ok((error, packet)) => Ok(IcmpMessage {
                from: error.from,
                ttl: None,
                kind: IcmpKind::Error(error.error),
                about: EchoAbout { destination: error.about.ip(), sequence: sequence(&packet) },
            }),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => take_reply(&self.0),
            Err(error) => Err(error),
        };
        self.0.async_io(Interest::READABLE | Interest::ERROR, take).await
    }
}

fn take_reply(socket: &tokio::net::UdpSocket) -> io::Result<IcmpMessage> {
    let mut bytes = vec![0; 65_535];
    let mut slices = [io::IoSliceMut::new(&mut bytes)];
    let mut space = nix::cmsg_space!(i32);
    let message = recvmsg::<SockaddrIn>(
        socket.as_raw_fd(),
        &mut slices,
        Some(&mut space),
        MsgFlags::empty(),
    )?;
    let from = message.address.map(SocketAddrV4::from).ok_or(io::ErrorKind::InvalidData)?;
    let length = message.bytes;
    let mut ttl = None;
    for control in message.cmsgs()? {
        if let ControlMessageOwned::Ipv4Ttl(value) = control {
            ttl = u8::try_from(value).ok();
        }
    }
    let packet = &bytes[..length];
    Ok(IcmpMessage {
        from: (*from.ip()).into(),
        ttl,
        kind: IcmpKind::EchoReply { payload: packet.get(8..).unwrap_or_default().to_vec() },
        about: EchoAbout { destination: (*from.ip()).into(), sequence: sequence(packet) },
    })
}

fn sequence(packet: &[u8]) -> u16 {
    match *packet {
        [_, _, _, _, _, _, high, low, ..] => u16::from_be_bytes([high, low]),
        _ => 0,
    }
}

/// A server on 127.0.0.1 that runs until the test ends.
pub struct Server {
    pub console: MemoryConsole,
    pub port: u16,
}

/// Starts `line` on a port that the system chooses.
pub async fn start(line: &str) -> Server {
    let console = MemoryConsole::default();
    let command = Command::parse(&format!("{line} --bind 127.0.0.1 --port 0")).unwrap();
    tokio::spawn(lanternet_apps::run(command, Os::new(), console.clone()));
    let output = console.wait_for("\n").await;
    let address = output.split([' ', ',', '\n']).find(|word| word.starts_with("127.0.0.1:"));
    let port = address.unwrap().rsplit(':').next().unwrap().parse().unwrap();
    Server { console, port }
}

/// Runs `line` to its end; its exit code, output and errors.
pub async fn run(line: &str, input: &[&str]) -> (ExitCode, String, String) {
    let console = MemoryConsole::with_input(input);
    let command = Command::parse(line).unwrap();
    let code = lanternet_apps::run(command, Os::new(), console.clone()).await;
    (code, console.output(), console.errors())
}
