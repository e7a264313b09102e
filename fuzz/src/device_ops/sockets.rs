//! Socket calls, made by a program that does what it is told.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use lanternet_core::{Context, Duration};
use lanternet_net::host::{
    EchoRequest, Handle, Host, Keepalive, PathMtuDiscovery, ProgramSpec, Shutdown, SocketId,
    SocketKind, SocketOption,
};

use super::input::Input;
use super::wire;

/// More sockets than this are not opened on one host.
const SOCKETS: usize = 24;
const PORTS: [u16; 4] = [7000, 7001, 0, 53];

/// A call, with which of the host's sockets it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    what: u8,
    socket: u8,
    a: u8,
    b: u8,
}

impl Call {
    pub(super) fn read(input: &mut Input<'_>) -> Self {
        let what = input.below(14);
        let socket = input.byte();
        // As many arguments as each has.
        let arguments = [0, 1, 1, 0, 2, 1, 1, 1, 1, 0, 2, 2, 0, 2][usize::from(what)];
        let a = if arguments > 0 { input.byte() } else { 0 };
        let b = if arguments > 1 { input.byte() } else { 0 };
        Self { what, socket, a, b }
    }

    fn run(self, handle: &Handle, sockets: &mut Vec<SocketId>) {
        let Self { what, socket, a, b } = self;
        let port = PORTS[usize::from(b) % PORTS.len()];
        // The highest bit asks for IPv6; a few link-local ones name their interface.
        let address = match b {
            0x80.. => SocketAddrV6::new(wire::address6(a), port, 0, u32::from(b >> 5 & 3)).into(),
            _ => SocketAddr::new(wire::address(a).into(), port),
        };
        if what == 0 {
            let kinds = [SocketKind::Stream, SocketKind::Datagram, SocketKind::Ping];
            if sockets.len() < SOCKETS {
                sockets.push(handle.socket(kinds[usize::from(socket) % 3]));
            }
            return;
        }
        let Some(id) = sockets.get(usize::from(socket) % sockets.len().max(1)).copied() else {
            return;
        };
        let mut buffer = [0; 2048];
        match what {
            1 => {
                let any: IpAddr = match a {
                    0x80.. => Ipv6Addr::UNSPECIFIED.into(),
                    _ => Ipv4Addr::UNSPECIFIED.into(),
                };
                let port = PORTS[usize::from(a) % PORTS.len()];
                let _ = handle.bind(id, SocketAddr::new(any, port));
            }
            2 => drop(handle.listen(id, u32::from(a))),
            3 => {
                if let Ok((accepted, _)) = handle.accept(id) {
                    sockets.push(accepted);
                }
            }
            4 => drop(handle.connect(id, address)),
            5 => drop(handle.send(id, &buffer[..usize::from(a) * 8], None)),
            6 => {
                let len = usize::from(a) * 8;
                let _ = handle.receive(id, &mut buffer[..len], a & 1 == 0);
                let _ = handle.receive_from(id, &mut buffer[..len], a & 1 == 0);
                let _ = handle.receive_echo(id);
                let _ = handle.receive_error(id);
            }
            7 => drop(handle.set_option(id, option(a))),
            8 => {
                let how = [Shutdown::Read, Shutdown::Write, Shutdown::Both][usize::from(a) % 3];
                let _ = handle.shutdown(id, how);
            }
            9 => {
                // Its number stays in the list: a call on a closed socket is an error like any other.
                handle.close(id);
            }
            10 => drop(handle.send(id, &buffer[..usize::from(b)], Some(address))),
            11 => {
                let payload = &buffer[..usize::from(b) * 8];
                let dont_fragment = b & 1 == 0;
                let request =
                    EchoRequest { sequence: 1, payload, ttl: b, dont_fragment, interface: None };
                let _ = handle.send_echo(id, address.ip(), request);
            }
            12 => drop(handle.abort(id)),
            _ => {
                let group = match b {
                    0x80.. => Ipv6Addr::new(0xff05, 0, 0, 0, 0, 0, 0, a.into()).into(),
                    _ => IpAddr::V4(Ipv4Addr::new(224, 0, 0, a)),
                };
                let _ = handle.join_group(id, group, (b & 1 == 0).then_some(address.ip()));
                let _ = handle.leave_group(id, group, None);
            }
        }
        let _ = (handle.readiness(id), handle.take_error(id));
        let _ = (handle.local_addr(id), handle.peer_addr(id));
    }
}

fn option(value: u8) -> SocketOption {
    let (on, small) = (value & 0x80 != 0, value >> 4);
    match value % 12 {
        0 => SocketOption::ReuseAddress(on),
        1 => SocketOption::Broadcast(on),
        2 => SocketOption::NoDelay(on),
        3 => SocketOption::Keepalive(on.then(|| Keepalive {
            idle: Duration::from_secs(u64::from(small)),
            interval: Duration::from_secs(u64::from(small)),
            probes: u32::from(small),
        })),
        4 => SocketOption::SendBuffer(u32::from(small) * 100),
        5 => SocketOption::ReceiveBuffer(u32::from(small) * 100),
        6 => SocketOption::Linger(on.then_some(Duration::ZERO)),
        7 => SocketOption::Ttl(small),
        8 => SocketOption::MulticastTtl(small),
        9 => SocketOption::MulticastInterface(wire::address(small).into()),
        10 => SocketOption::PathMtuDiscovery(match small % 3 {
            0 => PathMtuDiscovery::Want,
            1 => PathMtuDiscovery::Never,
            _ => PathMtuDiscovery::Always,
        }),
        _ => SocketOption::KeepErrors(on),
    }
}

/// The program's line to those who tell it what to do.
#[derive(Clone, Default)]
pub(super) struct Agent(Arc<Mutex<Desk>>);

#[derive(Default)]
struct Desk {
    calls: VecDeque<Call>,
    waker: Option<Waker>,
}

impl Agent {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the program on a host that has power.
    pub(super) fn start(self, host: &mut Host, ctx: &mut Context<'_>) {
        *self.desk() = Desk::default();
        let spec = ProgramSpec { name: "agent".into(), daemon: true, ..ProgramSpec::default() };
        host.spawn(ctx, spec, |handle| async move {
            let mut sockets = Vec::new();
            loop {
                let call = poll_fn(|cx| {
                    let mut desk = self.desk();
                    desk.waker = Some(cx.waker().clone());
                    desk.calls.pop_front().map_or(Poll::Pending, Poll::Ready)
                });
                call.await.run(&handle, &mut sockets);
            }
        });
    }

    /// Tells the program to make a call, when its host runs it next.
    pub(super) fn give(&self, call: Call) {
        let mut desk = self.desk();
        desk.calls.push_back(call);
        if let Some(waker) = desk.waker.take() {
            waker.wake();
        }
    }
}
