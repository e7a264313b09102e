//! [`Sockets`] and [`Console`] on a simulated host: each call is one of
//! [`lanternet_net::host::Handle`], and waiting is the host's own.

use std::future::{Future, pending, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::{SystemTime, UNIX_EPOCH};

use lanternet_core::trace::{self, NameSource};
use lanternet_core::{Duration, Instant, TraceEvent};
use lanternet_net::dns::Cache;
use lanternet_net::host::{
    self, DnsSettings, Errno, Handle, PathMtuDiscovery, Shutdown, SocketOption, stream,
};
use lanternet_net::services::Transport;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::console::Console;
use crate::disk::{Folder, Memory};
use crate::files::{Files, Found};
use crate::icmp::{
    EchoAbout, EchoRequest, IcmpError, IcmpKind, IcmpMessage, UdpError, Unreachable,
};
use crate::names;
use crate::race;
use crate::sockets::{
    self, ConnectOptions, Family, Keepalive, ListenOptions, Listening, MessageTooLong, Sockets,
    UdpOptions,
};

/// A simulated host, as one of its programs sees it.
#[derive(Clone, Debug)]
pub struct Simulated {
    handle: Handle,
    machine: Arc<Machine>,
}

/// What a simulated host has besides its network: a name and files. It outlives the host's programs and
/// its power.
#[derive(Debug, Default)]
pub struct Machine {
    name: Box<str>,
    /// What the lab put there; [`Console::read_file`] and [`Console::look_in`] see this.
    files: Arc<Files>,
    /// Made when a program wants to write.
    disk: OnceLock<Memory>,
}

impl Machine {
    /// A machine of this name, whose disk begins with these files.
    pub fn new(name: &str, files: Arc<Files>) -> Self {
        Self { name: name.into(), files, disk: OnceLock::new() }
    }

    /// Its disk.
    pub fn disk(&self) -> &Memory {
        self.disk.get_or_init(|| Memory::with_files(&self.files))
    }
}

impl Simulated {
    /// The host that this handle belongs to, without a name and files.
    pub fn new(handle: Handle) -> Self {
        Self { handle, machine: Arc::default() }
    }

    /// The same host with this name and these files.
    #[must_use]
    pub fn on(self, machine: Arc<Machine>) -> Self {
        Self { handle: self.handle, machine }
    }
}

/// The error for programs of a packet with this much in it, headers included. `EMSGSIZE` has no kind
/// of its own, so it travels as its own type.
fn for_programs(
    error: io::Error,
    length: usize,
    path_mtu: impl FnOnce() -> Option<u16>,
) -> io::Error {
    match Errno::of(&error) {
        Some(Errno::MessageTooLong) => {
            // More than IP carries fits nowhere, whatever the path.
            let mtu = if length <= LONGEST_PACKET { path_mtu().map(u32::from) } else { None };
            MessageTooLong { mtu }.into()
        }
        _ => error,
    }
}

/// As captures tell it: the simulation begins with the epoch.
fn time_of_day(now: Instant) -> SystemTime {
    UNIX_EPOCH + std::time::Duration::from(now - Instant::ZERO)
}

/// RFC 791 section 3.1: the total length has 16 bits.
const LONGEST_PACKET: usize = 65_535;
/// The headers of IP and of UDP or an ICMP echo (RFC 791, RFC 8200).
const fn headers(to: IpAddr) -> usize {
    match to {
        IpAddr::V4(_) => 20 + 8,
        IpAddr::V6(_) => 40 + 8,
    }
}

impl Sockets for Simulated {
    type TcpStream = TcpStream;
    type TcpListener = TcpListener;
    type UdpSocket = UdpSocket;
    type IcmpSocket = IcmpSocket;

    async fn tcp_listen(
        &self,
        address: SocketAddr,
        options: ListenOptions,
    ) -> io::Result<TcpListener> {
        let ListenOptions { backlog, reuse_address, v6_only } = options;
        let sharing = [SocketOption::ReuseAddress(reuse_address), SocketOption::V6Only(v6_only)];
        stream::TcpListener::listen(&self.handle, address, backlog, &sharing).map(TcpListener)
    }

    async fn tcp_connect(
        &self,
        address: SocketAddr,
        options: ConnectOptions,
    ) -> io::Result<TcpStream> {
        let connecting = stream::TcpStream::connect(&self.handle, address, options.source, &[]);
        match options.timeout {
            None => connecting.await,
            Some(limit) => race::timeout(self, limit, connecting)
                .await
                .unwrap_or_else(|_| Err(Errno::TimedOut.into())),
        }
        .map(TcpStream)
    }

    async fn udp_bind_with(
        &self,
        address: SocketAddr,
        options: UdpOptions,
    ) -> io::Result<UdpSocket> {
        let UdpOptions { reuse_address, v6_only } = options;
        let sharing = [SocketOption::ReuseAddress(reuse_address), SocketOption::V6Only(v6_only)];
        stream::UdpSocket::bind(&self.handle, address, &sharing).map(UdpSocket)
    }

    async fn icmp_open(&self, _: Family) -> io::Result<IcmpSocket> {
        // It takes either; the destination decides.
        Ok(IcmpSocket(stream::IcmpSocket::open(&self.handle)))
    }

    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut addresses = names::resolve(self, name).await?;
        self.handle.order_destinations(&mut addresses);
        Ok(addresses)
    }

    fn known_name(&self, name: &str) -> Option<(Vec<IpAddr>, NameSource)> {
        self.handle.known_name(name)
    }

    fn name_servers(&self) -> DnsSettings {
        self.handle.name_servers()
    }

    fn with_name_cache<R>(&self, look: impl FnOnce(&mut Cache, Instant) -> R) -> Option<R> {
        Some(self.handle.with_name_cache(look))
    }

    fn has_address(&self, family: Family) -> bool {
        self.handle.has_address(family == Family::V6)
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        self.handle.sleep(duration)
    }

    fn now(&self) -> Instant {
        self.handle.now()
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(task);
    }

    fn random_u64(&self) -> u64 {
        self.handle.random_u64()
    }

    fn time_of_day(&self) -> SystemTime {
        time_of_day(self.now())
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn host_name(&self) -> String {
        self.machine.name.to_string()
    }

    fn listening(&self) -> io::Result<Vec<Listening>> {
        let open = self.handle.sockets().into_iter().filter_map(|row| {
            let over = match row.protocol {
                trace::Protocol::Tcp if row.state == Some(trace::TcpState::Listen) => {
                    Transport::Tcp
                }
                trace::Protocol::Udp if !row.connected && row.local.port() != 0 => Transport::Udp,
                _ => return None,
            };
            let program = row.program.map(|name| name.to_string());
            Some(Listening { over, address: row.local, program })
        });
        let mut open: Vec<_> = open.collect();
        open.sort_by_key(|row| (row.over, row.address.port(), row.address.ip()));
        Ok(open)
    }

    fn default_bind(&self) -> IpAddr {
        // As servers on Linux do: `::` takes what is sent to IPv4 addresses as well.
        let family = if self.handle.has_ipv6() { Family::V6 } else { Family::V4 };
        family.unspecified()
    }

    fn show(&self, view: impl Fn(Instant) -> String + Send + Sync + 'static) {
        self.handle.show(view);
    }

    fn tell(&self, event: impl FnOnce() -> TraceEvent) {
        self.handle.tell(event);
    }
}

impl Console for Simulated {
    type Folder = Memory;

    async fn read_line(&self) -> Option<String> {
        self.handle.read_line()
    }

    async fn read_bytes(&self) -> io::Result<Vec<u8>> {
        Ok(self.handle.read_line().map_or_else(Vec::new, |line| format!("{line}\n").into_bytes()))
    }

    async fn read_secret(&self, _: &str) -> Option<String> {
        self.handle.read_line()
    }

    fn print_bytes(&self, bytes: &[u8]) {
        self.handle.print_bytes(bytes);
    }

    fn print(&self, text: &str) {
        self.handle.print(text);
    }

    fn error(&self, line: &str) {
        self.handle.print_error(&format!("{line}\n"));
    }

    async fn read_file(&self, path: &str) -> io::Result<Arc<[u8]>> {
        self.machine.files.read(path)
    }

    async fn look_in(&self, folder: &str, path: &str) -> io::Result<Found> {
        self.machine.files.look_in(folder, path)
    }

    async fn folder(&self, path: &str, create: bool) -> io::Result<Memory> {
        let handle = self.handle.clone();
        let clock = move || time_of_day(handle.now());
        let disk = self.machine.disk().clone().with_clock(clock);
        // The lab file's own folder is the disk.
        let path = path.trim_start_matches("./").trim_end_matches('/');
        if matches!(path, "" | ".") {
            return Ok(disk);
        }
        if create {
            disk.create_folder(path).await?;
        }
        disk.folder(path).await
    }

    async fn state_folder(&self) -> io::Result<Memory> {
        self.folder(".lanternet", true).await
    }

    fn stop_requested(&self) -> impl Future<Output = ()> + Send {
        pending()
    }
}

/// A listening TCP port of a simulated host.
#[derive(Debug)]
pub struct TcpListener(stream::TcpListener);

impl sockets::TcpListener for TcpListener {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = self.0.accept().await?;
        Ok((TcpStream(stream), peer))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A TCP connection of a simulated host.
#[derive(Debug)]
pub struct TcpStream(stream::TcpStream);

impl AsyncRead for TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let len = ready!(self.0.poll_read(cx, buffer.initialize_unfilled()))?;
        buffer.advance(len);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for TcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_write(cx, data)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // One write, as `writev` is on Linux: TLS gives its records that way, and where only the first
        // part were sent, an alert behind it would be lost.
        match parts {
            [part] => self.0.poll_write(cx, part),
            parts => {
                let all: Vec<&[u8]> = parts.iter().map(|part| &**part).collect();
                self.0.poll_write(cx, &all.concat())
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // What was written is the host's; there is no buffer of ours to empty.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.shutdown(Shutdown::Write))
    }
}

impl sockets::TcpStream for TcpStream {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    fn set_nodelay(&self, on: bool) -> io::Result<()> {
        self.0.set_option(SocketOption::NoDelay(on))
    }

    fn set_keepalive(&self, keepalive: Option<Keepalive>) -> io::Result<()> {
        let numbers =
            |Keepalive { idle, interval, probes }| host::Keepalive { idle, interval, probes };
        self.0.set_option(SocketOption::Keepalive(keepalive.map(numbers)))
    }

    fn set_linger(&self, time: Option<Duration>) -> io::Result<()> {
        self.0.set_option(SocketOption::Linger(time))
    }

    fn abort(self) -> io::Result<()> {
        self.0.abort()
    }
}

/// A UDP port of a simulated host.
#[derive(Debug)]
pub struct UdpSocket(stream::UdpSocket);

impl sockets::UdpSocket for UdpSocket {
    async fn send_to(&self, datagram: &[u8], to: SocketAddr) -> io::Result<usize> {
        self.0.send(datagram, Some(to)).map_err(|error| {
            for_programs(error, datagram.len() + headers(to.ip()), || {
                Some(self.0.path_mtu(to.ip()))
            })
        })
    }

    async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let received = self.0.receive(buffer).await?;
        Ok((received.len, received.from))
    }

    async fn connect(&self, peer: SocketAddr) -> io::Result<()> {
        self.0.connect(peer)
    }

    async fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        self.0.send(datagram, None).map_err(|error| {
            let peer = self.0.peer_addr().ok().map(|peer| peer.ip());
            let headers = peer.map_or(0, headers);
            for_programs(error, datagram.len() + headers, || Some(self.0.path_mtu(peer?)))
        })
    }

    async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.0.receive(buffer).await?.len)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn set_broadcast(&self, on: bool) -> io::Result<()> {
        self.0.set_option(SocketOption::Broadcast(on))
    }

    fn set_ttl(&self, ttl: u8) -> io::Result<()> {
        self.0.set_option(SocketOption::Ttl(ttl))
    }

    fn set_multicast_ttl(&self, ttl: u8) -> io::Result<()> {
        self.0.set_option(SocketOption::MulticastTtl(ttl))
    }

    fn set_multicast_loop(&self, on: bool) -> io::Result<()> {
        self.0.set_option(SocketOption::MulticastLoop(on))
    }

    fn set_multicast_interface(&self, interface: IpAddr) -> io::Result<()> {
        self.0.set_option(SocketOption::MulticastInterface(interface))
    }

    fn set_dont_fragment(&self, on: bool) -> io::Result<()> {
        let discovery = if on { PathMtuDiscovery::Always } else { PathMtuDiscovery::Never };
        self.0.set_option(SocketOption::PathMtuDiscovery(discovery))
    }

    fn join_multicast(&self, group: IpAddr, interface: Option<IpAddr>) -> io::Result<()> {
        self.0.join_group(group, interface)
    }

    fn leave_multicast(&self, group: IpAddr, interface: Option<IpAddr>) -> io::Result<()> {
        self.0.leave_group(group, interface)
    }

    fn set_error_queue(&self, on: bool) -> io::Result<()> {
        self.0.set_option(SocketOption::KeepErrors(on))
    }

    async fn recv_error(&self) -> io::Result<UdpError> {
        let kept = poll_fn(|cx| self.0.poll_error(cx)).await?;
        Ok(UdpError { from: kept.from, error: error(kept.message), about: kept.destination })
    }
}

/// A ping socket of a simulated host.
#[derive(Debug)]
pub struct IcmpSocket(stream::IcmpSocket);

impl sockets::IcmpSocket for IcmpSocket {
    async fn send_echo(&self, to: IpAddr, request: EchoRequest<'_>) -> io::Result<()> {
        let EchoRequest { sequence, payload, ttl, dont_fragment } = request;
        let interface = None;
        let request = host::EchoRequest { sequence, payload, ttl, dont_fragment, interface };
        self.0.send_echo(to, request).map_err(|error| {
            for_programs(error, payload.len() + headers(to), || Some(self.0.path_mtu(to)))
        })
    }

    async fn recv(&self) -> io::Result<IcmpMessage> {
        let received = self.0.receive().await?;
        let kind = match received.message {
            trace::IcmpMessage::EchoReply { .. } => {
                IcmpKind::EchoReply { payload: received.payload }
            }
            message => IcmpKind::Error(error(message)),
        };
        let (destination, sequence) = (received.destination, received.sequence);
        Ok(IcmpMessage {
            from: received.from,
            ttl: Some(received.ttl),
            kind,
            about: EchoAbout { destination, sequence },
        })
    }
}

/// The error that an ICMP message tells of.
fn error(message: trace::IcmpMessage) -> IcmpError {
    use trace::{IcmpMessage as M, Unreachable as U};
    match message {
        M::TtlExceeded => IcmpError::TimeExceeded,
        M::ReassemblyTimeExceeded => IcmpError::ReassemblyTimeExceeded,
        M::ParameterProblem { .. } | M::HeaderProblem { .. } => IcmpError::ParameterProblem,
        M::Unreachable(unreachable) => IcmpError::Unreachable(match unreachable {
            U::Network => Unreachable::Network,
            U::Host => Unreachable::Host,
            U::Protocol => Unreachable::Protocol,
            U::Port => Unreachable::Port,
            U::FragmentationNeeded { mtu } => Unreachable::FragmentationNeeded { mtu: mtu.into() },
            U::Prohibited => Unreachable::Filtered,
            U::BeyondScope => Unreachable::Other(2),
            U::Other { code } => Unreachable::Other(code),
        }),
        M::Other { kind, code } => IcmpError::Other { kind, code },
        // None of these is an error; a host that reports one has a bug that stays visible.
        M::EchoRequest { .. } => IcmpError::Other { kind: 8, code: 0 },
        M::EchoReply { .. } => IcmpError::Other { kind: 0, code: 0 },
        M::Redirect { .. } => IcmpError::Other { kind: 5, code: 1 },
    }
}
