//! A host in virtual time, before a network that is one function: what comes back for a probe.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use std::time::SystemTime;

use lanternet_apps::icmp::{EchoAbout, EchoRequest, IcmpError, IcmpKind, IcmpMessage, UdpError};
use lanternet_apps::sockets::{
    ConnectOptions, Family, IcmpSocket, Keepalive, ListenOptions, Sockets, TcpListener, TcpStream,
    UdpOptions, UdpSocket,
};
use lanternet_apps::{Command, ExitCode};
use lanternet_core::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::console::MemoryConsole;

/// What a program sent.
pub struct Probe {
    pub to: SocketAddr,
    /// Counts from 1 over the whole run.
    pub number: u64,
    pub ttl: u8,
    pub payload: Vec<u8>,
}

/// What comes back, and when.
pub struct Back {
    pub after: Duration,
    pub from: IpAddr,
    pub what: What,
}

pub enum What {
    /// An echo reply with TTL 63, or a datagram with these bytes.
    Answer(Vec<u8>),
    Error(IcmpError),
}

type Network = dyn FnMut(&Probe) -> io::Result<Vec<Back>> + Send;

#[derive(Clone)]
pub struct Fake(Arc<Mutex<State>>);

struct State {
    now: Instant,
    timers: BTreeMap<(Instant, u64), Waker>,
    timer_number: u64,
    probes: u64,
    network: Box<Network>,
}

/// Runs a command line to its end; its exit code, output and errors.
pub fn run(
    line: &str,
    network: impl FnMut(&Probe) -> io::Result<Vec<Back>> + Send + 'static,
) -> (ExitCode, String, String) {
    let state = State {
        now: Instant::from_secs(1),
        timers: BTreeMap::new(),
        timer_number: 0,
        probes: 0,
        network: Box::new(network),
    };
    let fake = Fake(Arc::new(Mutex::new(state)));
    let console = MemoryConsole::default();
    let command = Command::parse(line).unwrap();
    let mut program = pin!(lanternet_apps::run(command, fake.clone(), console.clone()));
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(code) = program.as_mut().poll(&mut cx) {
            return (code, console.output(), console.errors());
        }
        let mut state = fake.state();
        let Some(((at, _), _)) = state.timers.pop_first() else {
            panic!("the program waits for nothing; it printed {}", console.output());
        };
        state.now = state.now.max(at);
    }
}

impl Fake {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn wake_at(&self, at: Instant, cx: &Context<'_>) {
        let mut state = self.state();
        state.timer_number += 1;
        let key = (at, state.timer_number);
        state.timers.insert(key, cx.waker().clone());
    }

    fn send(&self, to: SocketAddr, ttl: u8, payload: &[u8]) -> io::Result<Vec<(Instant, Back)>> {
        let mut state = self.state();
        state.probes += 1;
        let probe = Probe { to, number: state.probes, ttl, payload: payload.to_vec() };
        let now = state.now;
        let backs = (state.network)(&probe)?;
        Ok(backs.into_iter().map(|back| (now + back.after, back)).collect())
    }
}

/// What is on its way to a socket.
#[derive(Default)]
struct Mailbox(Mutex<Vec<(Instant, SocketAddr, u16, Back)>>);

impl Mailbox {
    fn put(&self, to: SocketAddr, sequence: u16, backs: Vec<(Instant, Back)>) {
        let backs = backs.into_iter().map(|(at, back)| (at, to, sequence, back));
        self.0.lock().unwrap().extend(backs);
    }

    /// The first that fits, once it is due.
    async fn take(&self, fake: &Fake, fits: fn(&Back) -> bool) -> (SocketAddr, u16, Back) {
        poll_fn(|cx| {
            let mut mail = self.0.lock().unwrap();
            let first = (0..mail.len()).filter(|&i| fits(&mail[i].3)).min_by_key(|&i| mail[i].0);
            let Some(index) = first else { return Poll::Pending };
            if mail[index].0 > fake.now() {
                fake.wake_at(mail[index].0, cx);
                return Poll::Pending;
            }
            let (_, to, sequence, back) = mail.remove(index);
            Poll::Ready((to, sequence, back))
        })
        .await
    }
}

pub struct FakeIcmp(Fake, Mailbox);

pub struct FakeUdp {
    fake: Fake,
    mail: Mailbox,
    peer: Mutex<Option<SocketAddr>>,
    ttl: Mutex<u8>,
}

impl Sockets for Fake {
    type TcpStream = Never;
    type TcpListener = Never;
    type UdpSocket = FakeUdp;
    type IcmpSocket = FakeIcmp;

    async fn tcp_listen(&self, _: SocketAddr, _: ListenOptions) -> io::Result<Never> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn tcp_connect(&self, _: SocketAddr, _: ConnectOptions) -> io::Result<Never> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn udp_bind_with(&self, _: SocketAddr, _: UdpOptions) -> io::Result<FakeUdp> {
        let (peer, ttl) = (Mutex::new(None), Mutex::new(64));
        Ok(FakeUdp { fake: self.clone(), mail: Mailbox::default(), peer, ttl })
    }

    async fn icmp_open(&self, _: Family) -> io::Result<FakeIcmp> {
        Ok(FakeIcmp(self.clone(), Mailbox::default()))
    }

    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match name {
            "b3" => Ok(vec![Ipv4Addr::new(192, 168, 20, 3).into()]),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.now() + duration;
        poll_fn(|cx| {
            if self.now() >= until {
                return Poll::Ready(());
            }
            self.wake_at(until, cx);
            Poll::Pending
        })
        .await;
    }

    fn now(&self) -> Instant {
        self.state().now
    }

    fn spawn(&self, _: impl Future<Output = ()> + Send + 'static) {
        panic!("these programs spawn nothing");
    }

    fn time_of_day(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn host_name(&self) -> String {
        "fake".to_owned()
    }

    fn random_u64(&self) -> u64 {
        4
    }

    fn default_bind(&self) -> IpAddr {
        Ipv4Addr::UNSPECIFIED.into()
    }
}

impl IcmpSocket for FakeIcmp {
    async fn send_echo(&self, to: IpAddr, request: EchoRequest<'_>) -> io::Result<()> {
        let to = SocketAddr::new(to, 0);
        self.1.put(to, request.sequence, self.0.send(to, request.ttl, request.payload)?);
        Ok(())
    }

    async fn recv(&self) -> io::Result<IcmpMessage> {
        let (to, sequence, back) = self.1.take(&self.0, |_| true).await;
        let about = EchoAbout { destination: to.ip(), sequence };
        let (ttl, kind) = match back.what {
            What::Answer(payload) => (Some(63), IcmpKind::EchoReply { payload }),
            What::Error(error) => (None, IcmpKind::Error(error)),
        };
        Ok(IcmpMessage { from: back.from, ttl, kind, about })
    }
}

impl FakeUdp {
    fn peer(&self) -> io::Result<SocketAddr> {
        self.peer.lock().unwrap().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl UdpSocket for FakeUdp {
    async fn send_to(&self, datagram: &[u8], to: SocketAddr) -> io::Result<usize> {
        let ttl = *self.ttl.lock().unwrap();
        self.mail.put(to, 0, self.fake.send(to, ttl, datagram)?);
        Ok(datagram.len())
    }

    async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let answer = |back: &Back| matches!(back.what, What::Answer(_));
        let (to, _, back) = self.mail.take(&self.fake, answer).await;
        let What::Answer(bytes) = back.what else { unreachable!("chosen above") };
        let length = bytes.len().min(buffer.len());
        buffer[..length].copy_from_slice(&bytes[..length]);
        Ok((length, SocketAddr::new(back.from, to.port())))
    }

    async fn connect(&self, peer: SocketAddr) -> io::Result<()> {
        *self.peer.lock().unwrap() = Some(peer);
        Ok(())
    }

    async fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        self.send_to(datagram, self.peer()?).await
    }

    async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.recv_from(buffer).await.map(|(length, _)| length)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(SocketAddr::from(([192, 168, 10, 1], 40_000)))
    }

    fn set_broadcast(&self, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn set_ttl(&self, ttl: u8) -> io::Result<()> {
        *self.ttl.lock().unwrap() = ttl;
        Ok(())
    }

    fn set_multicast_ttl(&self, _: u8) -> io::Result<()> {
        Ok(())
    }

    fn set_multicast_loop(&self, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn set_multicast_interface(&self, _: IpAddr) -> io::Result<()> {
        Ok(())
    }

    fn set_dont_fragment(&self, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn join_multicast(&self, _: IpAddr, _: Option<IpAddr>) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn leave_multicast(&self, _: IpAddr, _: Option<IpAddr>) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn set_error_queue(&self, _: bool) -> io::Result<()> {
        Ok(())
    }

    async fn recv_error(&self) -> io::Result<UdpError> {
        let error = |back: &Back| matches!(back.what, What::Error(_));
        let (about, _, back) = self.mail.take(&self.fake, error).await;
        let What::Error(error) = back.what else { unreachable!("chosen above") };
        Ok(UdpError { from: back.from, error, about })
    }
}

/// TCP, which the programs on this host do not use.
pub struct Never(Infallible);

impl AsyncRead for Never {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.0 {}
    }
}

impl AsyncWrite for Never {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        match self.0 {}
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.0 {}
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.0 {}
    }
}

impl TcpStream for Never {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        match self.0 {}
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self.0 {}
    }

    fn set_nodelay(&self, _: bool) -> io::Result<()> {
        match self.0 {}
    }

    fn set_keepalive(&self, _: Option<Keepalive>) -> io::Result<()> {
        match self.0 {}
    }

    fn set_linger(&self, _: Option<Duration>) -> io::Result<()> {
        match self.0 {}
    }

    fn abort(self) -> io::Result<()> {
        match self.0 {}
    }
}

impl TcpListener for Never {
    type Stream = Self;

    async fn accept(&self) -> io::Result<(Self, SocketAddr)> {
        match self.0 {}
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        match self.0 {}
    }
}
