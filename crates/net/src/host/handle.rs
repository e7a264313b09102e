//! What a program gets: its host, as it may use it.
//!
//! [`Handle`] has the calls of the socket table, which never wait, and with `poll_` in front of
//! their names those that do. [`stream`](super::stream) wraps descriptors in types that close
//! themselves.

use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, ready};

use lanternet_core::trace::{Stream, TraceEvent};
use lanternet_core::{Duration, Instant};

use super::calls::{Shutdown, SocketOption};
use super::errno::{BindError, Errno};
use super::error_queue::SocketError;
use super::ping::{EchoMessage, EchoRequest};
use super::process::{ProgramId, Spawned, lock};
use super::readiness::Readiness;
use super::rows::SocketRow;
use super::sockets::{SocketId, SocketKind};
use super::stack::Stack;
use super::timers::TimerId;
use super::udp::Received;

/// A program's hold on its host. Clones are the same program on the same host.
///
/// The calls are Linux's system calls by their names there; none of them waits. Where Linux would
/// block, the answer is [`Errno::WouldBlock`], and [`poll_ready`](Self::poll_ready) says when to
/// ask again.
#[derive(Clone)]
pub struct Handle {
    stack: Arc<Mutex<Stack>>,
    program: ProgramId,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Handle").field(&self.program).finish()
    }
}

impl Handle {
    pub(super) fn new(stack: Arc<Mutex<Stack>>, program: ProgramId) -> Self {
        Self { stack, program }
    }

    pub(super) fn stack(&self) -> MutexGuard<'_, Stack> {
        lock(&self.stack)
    }

    /// Which program of the host this is.
    pub fn program(&self) -> ProgramId {
        self.program
    }

    /// The host's clock.
    pub fn now(&self) -> Instant {
        self.stack().now
    }

    /// 64 random bits from the host's own stream.
    pub fn random_u64(&self) -> u64 {
        self.stack().rng.next_u64()
    }

    /// Tells a reason of the program's own; made only when somebody listens.
    pub fn tell(&self, event: impl FnOnce() -> TraceEvent) {
        self.stack().tell(event);
    }

    /// What the program shows of itself when somebody looks at its host, such as a server's tables: a text
    /// of whole lines, made at that time. It must not hold the program itself.
    pub fn show(&self, view: impl Fn(Instant) -> String + Send + Sync + 'static) {
        self.stack().set_view(self.program, view);
    }

    /// Runs `task` beside the program until it is done or the program ends.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let future = Box::pin(task);
        self.stack()
            .spawned
            .get_or_insert_default()
            .push(Spawned { program: self.program, future });
    }

    /// Ready once `duration` has passed.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        let until = self.now() + duration;
        self.sleep_until(until)
    }

    /// Ready at this time, or at once when it has passed.
    pub fn sleep_until(&self, until: Instant) -> Sleep {
        Sleep { handle: self.clone(), until, timer: None }
    }

    /// Writes to standard output, exactly this.
    pub fn print(&self, text: &str) {
        self.print_bytes(text.as_bytes());
    }

    /// Writes these bytes to standard output. In its lines, what is no UTF-8 becomes `�`.
    pub fn print_bytes(&self, bytes: &[u8]) {
        self.stack().write_out(self.program, Stream::Stdout, bytes);
    }

    /// Writes to standard error, exactly this.
    pub fn print_error(&self, text: &str) {
        self.stack().write_out(self.program, Stream::Stderr, text.as_bytes());
    }

    /// The next line of standard input, without its end; `None` at its end.
    pub fn read_line(&self) -> Option<String> {
        self.stack().programs.get_mut(self.program.0 as usize)?.input.pop_front()
    }

    /// The sockets of the host, as `ss -tuan` lists them.
    pub fn sockets(&self) -> Vec<SocketRow> {
        self.stack().rows()
    }

    /// Makes a socket. It is closed by [`close`](Self::close), or when the program ends.
    pub fn socket(&self, kind: SocketKind) -> SocketId {
        self.stack().socket(kind, Some(self.program))
    }

    /// Binds to an address of the host; port 0 lets the host choose. The answer is the address.
    pub fn bind(&self, id: SocketId, address: SocketAddr) -> Result<SocketAddr, BindError> {
        self.stack().bind(id, address)
    }

    /// Takes connections from now on. As in Linux one more than `backlog` may wait.
    pub fn listen(&self, id: SocketId, backlog: u32) -> Result<(), BindError> {
        self.stack().listen(id, backlog)
    }

    /// Takes the connection that has waited longest, with the address of its other end.
    pub fn accept(&self, id: SocketId) -> Result<(SocketId, SocketAddr), Errno> {
        self.stack().accept(id, Some(self.program))
    }

    /// Connects. TCP answers [`Errno::InProgress`]: the socket becomes writable when it is decided,
    /// and [`take_error`](Self::take_error) tells how.
    pub fn connect(&self, id: SocketId, peer: SocketAddr) -> Result<(), Errno> {
        self.stack().connect(id, peer)
    }

    /// Sends bytes (TCP), or a datagram to the connected peer or to `to` (UDP).
    pub fn send(&self, id: SocketId, data: &[u8], to: Option<SocketAddr>) -> Result<usize, Errno> {
        let mut stack = self.stack();
        if stack.sockets.tcp(id).is_some() {
            return stack.tcp_send(id, data);
        }
        stack.udp_send(id, data, to)
    }

    /// Receives bytes of a TCP connection; 0 is the end of the stream. With `peek` they stay there.
    pub fn receive(&self, id: SocketId, buffer: &mut [u8], peek: bool) -> Result<usize, Errno> {
        self.stack().tcp_receive(id, buffer, peek)
    }

    /// Receives a datagram. With `peek` it stays there.
    pub fn receive_from(
        &self,
        id: SocketId,
        buffer: &mut [u8],
        peek: bool,
    ) -> Result<Received, Errno> {
        self.stack().udp(id)?.receive(buffer, peek)
    }

    /// Takes the oldest ICMP error that [`SocketOption::KeepErrors`] kept.
    pub fn receive_error(&self, id: SocketId) -> Result<SocketError, Errno> {
        self.stack().receive_error(id)
    }

    /// Sends an echo request.
    pub fn send_echo(
        &self,
        id: SocketId,
        to: IpAddr,
        request: EchoRequest<'_>,
    ) -> Result<(), Errno> {
        self.stack().send_echo(id, to, request)
    }

    /// Takes the oldest echo reply, or error about an echo request.
    pub fn receive_echo(&self, id: SocketId) -> Result<EchoMessage, Errno> {
        self.stack().receive_echo(id)
    }

    /// Shuts one direction or both.
    pub fn shutdown(&self, id: SocketId, how: Shutdown) -> Result<(), Errno> {
        self.stack().shutdown(id, how)
    }

    /// Closes the socket; with data unread TCP sends a reset, else FIN.
    pub fn close(&self, id: SocketId) {
        self.stack().close(id);
    }

    /// Closes a TCP socket with a reset.
    pub fn abort(&self, id: SocketId) -> Result<(), Errno> {
        self.stack().tcp_abort(id)
    }

    /// Our end; unspecified and port 0 before there is one.
    pub fn local_addr(&self, id: SocketId) -> Result<SocketAddr, Errno> {
        self.stack().local_addr(id)
    }

    /// The other end.
    pub fn peer_addr(&self, id: SocketId) -> Result<SocketAddr, Errno> {
        self.stack().peer_addr(id)
    }

    /// Sets an option.
    pub fn set_option(&self, id: SocketId, option: SocketOption) -> Result<(), Errno> {
        self.stack().set_option(id, option)
    }

    /// The longest packet that gets to a destination in one piece, as far as is known: Linux's
    /// `IP_MTU`.
    pub fn path_mtu(&self, destination: IpAddr) -> u16 {
        let stack = self.stack();
        stack.l3.path_mtu(stack.now, destination)
    }

    /// Takes part in a multicast group, on the interface that has this address or on the route's.
    pub fn join_group(
        &self,
        id: SocketId,
        group: IpAddr,
        interface: Option<IpAddr>,
    ) -> Result<(), Errno> {
        self.stack().join_group(id, group, interface)
    }

    /// Undoes [`join_group`](Self::join_group) with the same arguments.
    pub fn leave_group(
        &self,
        id: SocketId,
        group: IpAddr,
        interface: Option<IpAddr>,
    ) -> Result<(), Errno> {
        self.stack().leave_group(id, group, interface)
    }

    /// Takes the error that waits (`SO_ERROR`).
    pub fn take_error(&self, id: SocketId) -> Result<Option<Errno>, Errno> {
        self.stack().take_error(id)
    }

    /// What the socket is ready for now.
    pub fn readiness(&self, id: SocketId) -> Readiness {
        self.stack().readiness(id)
    }

    /// Ready when the socket is ready for any of these, or has an error or a hang-up to tell of.
    pub fn poll_ready(
        &self,
        cx: &mut Context<'_>,
        id: SocketId,
        interest: Readiness,
    ) -> Poll<Readiness> {
        let mut stack = self.stack();
        let ready = stack.readiness(id);
        if ready.any(interest | Readiness::ERROR | Readiness::HANG_UP) {
            return Poll::Ready(ready);
        }
        stack.sockets.register(id, interest, cx.waker());
        Poll::Pending
    }

    /// Ready when `call` no longer answers [`Errno::WouldBlock`]; it is asked again whenever the
    /// socket has become ready for `interest`.
    pub(super) fn poll_call<T>(
        &self,
        cx: &mut Context<'_>,
        id: SocketId,
        interest: Readiness,
        call: impl FnOnce(&mut Stack) -> Result<T, Errno>,
    ) -> Poll<io::Result<T>> {
        let mut stack = self.stack();
        match call(&mut stack) {
            Err(Errno::WouldBlock) => {
                stack.sockets.register(id, interest, cx.waker());
                Poll::Pending
            }
            result => Poll::Ready(result.map_err(Into::into)),
        }
    }

    /// Ready when a connection attempt is decided.
    pub(super) async fn connected(&self, id: SocketId) -> io::Result<()> {
        poll_fn(|cx| {
            let ready = ready!(self.poll_ready(cx, id, Readiness::WRITABLE));
            match self.take_error(id)? {
                Some(error) => Poll::Ready(Err(error.into())),
                None if ready.any(Readiness::HANG_UP) && self.peer_addr(id).is_err() => {
                    Poll::Ready(Err(Errno::NotConnected.into()))
                }
                None => Poll::Ready(Ok(())),
            }
        })
        .await
    }
}

/// See [`Handle::sleep`].
#[derive(Debug)]
pub struct Sleep {
    handle: Handle,
    until: Instant,
    timer: Option<TimerId>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let stack = self.handle.stack.clone();
        let mut stack = lock(&stack);
        if stack.now >= self.until {
            if let Some(timer) = self.timer.take() {
                stack.timers.remove(timer);
            }
            return Poll::Ready(());
        }
        match self.timer {
            Some(timer) => stack.timers.set_waker(timer, cx.waker()),
            None => {
                let program = self.handle.program.0 as usize;
                // A run does not wait for a server's timers.
                let busy = stack.programs.get(program).is_some_and(|program| !program.daemon);
                let timer = stack.timers.add(self.until, cx.waker().clone(), busy);
                self.timer = Some(timer);
            }
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(timer) = self.timer {
            lock(&self.handle.stack).timers.remove(timer);
        }
    }
}
