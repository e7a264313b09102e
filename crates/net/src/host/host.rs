//! The device: a host, or a router, which is a host that passes packets on.

use std::future::Future;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use lanternet_core::{Context, Deadline, Device, Frame, Instant, PortId};

use super::config::{DnsSettings, HostConfig, Names};
use super::dhcp::ClientRow;
use super::handle::Handle;
use super::process::{Ended, Executor, Program, ProgramId, ProgramSpec, lock};
use super::rows::SocketRow;
use super::stack::Stack;
use crate::dhcp::LeaseRow;
use crate::dns::Cache;
use crate::l3::L3;

/// A host or a router: the IP layer, sockets, and programs.
///
/// What lies between a call of the device and its return happens at one instant: a frame comes up
/// through the IP layer to a socket, the program that waits for it runs until it waits again, and
/// what it sends goes down with the frame as its cause.
pub struct Host {
    stack: Arc<Mutex<Stack>>,
    executor: Option<Box<Executor>>,
    deadline: Option<Deadline>,
}

impl Host {
    /// A host that has not started yet.
    pub fn new(config: HostConfig) -> Self {
        Self { stack: Arc::new(Mutex::new(Stack::new(config))), executor: None, deadline: None }
    }

    /// Starts a program, now or when its time comes. Its future is what `start` makes of a
    /// [`Handle`]; the value of that future is its exit code.
    pub fn spawn<F>(
        &mut self,
        ctx: &mut Context<'_>,
        spec: ProgramSpec,
        start: impl FnOnce(Handle) -> F + Send + 'static,
    ) -> ProgramId
    where
        F: Future<Output = u8> + Send + 'static,
    {
        lock(&self.stack).enter(ctx);
        let executor = self.executor.get_or_insert_default();
        let id = executor.add(&self.stack, spec, start);
        executor.start_due(&self.stack, ctx.now());
        self.call(ctx, |_, _| ());
        id
    }

    /// Whether it has its addresses, or has given up waiting for them: what programs wait for that
    /// need the network.
    pub fn has_network(&self) -> bool {
        lock(&self.stack).has_network()
    }

    /// Whether somebody outside the host has woken a program, as through a channel: it runs with the
    /// host's next call, or with [`wake`](Self::wake).
    pub fn is_woken(&self) -> bool {
        self.executor.as_ref().is_some_and(|executor| executor.is_woken())
    }

    /// Lets programs run that somebody outside the host has woken.
    pub fn wake(&mut self, ctx: &mut Context<'_>) {
        self.call(ctx, |_, _| ());
    }

    /// How many programs, servers aside, have not ended: those that run and those whose time has not
    /// come. One that lost its power has.
    pub fn unfinished(&self) -> usize {
        lock(&self.stack).unfinished()
    }

    /// The programs, in the order in which they were given to the host.
    pub fn programs(&self) -> Vec<Program> {
        let stack = lock(&self.stack);
        (0..stack.programs.len() as u32).map(|id| stack.program(ProgramId(id))).collect()
    }

    /// One program.
    pub fn program(&self, id: ProgramId) -> Option<Program> {
        let stack = lock(&self.stack);
        ((id.0 as usize) < stack.programs.len()).then(|| stack.program(id))
    }

    /// The sockets, as `ss -tuan` lists them.
    pub fn sockets(&self) -> Vec<SocketRow> {
        lock(&self.stack).rows()
    }

    /// The leases of its DHCP server; nothing where it is none.
    pub fn leases(&self) -> Vec<LeaseRow> {
        lock(&self.stack).more.dhcp().map_or_else(Vec::new, |dhcp| dhcp.leases())
    }

    /// Whether it lends addresses.
    pub fn lends(&self) -> bool {
        lock(&self.stack).more.dhcp().is_some_and(|dhcp| dhcp.lends())
    }

    /// Its DHCP clients, one for each interface that has one.
    pub fn dhcp_clients(&self) -> Vec<ClientRow> {
        lock(&self.stack).more.dhcp().map_or_else(Vec::new, |dhcp| dhcp.clients())
    }

    /// Gives the address of an interface back to the DHCP server that lent it, for good.
    pub fn release(&mut self, ctx: &mut Context<'_>, port: PortId) {
        self.call(ctx, |stack, ctx| stack.dhcp_release(ctx, port));
    }

    /// Whom it asks for names now: as configured, or as a DHCP server said.
    pub fn dns(&self) -> Option<DnsSettings> {
        lock(&self.stack).more.dns().cloned()
    }

    /// Whom it asks for names.
    pub fn name_servers(&self) -> DnsSettings {
        lock(&self.stack).more.dns().cloned().unwrap_or_default()
    }

    /// Looks at the names that it knows by itself, and at what it has learned of names; `None` while that
    /// is nothing.
    pub fn with_names<R>(&self, look: impl FnOnce(Option<&Names>, Option<&Cache>) -> R) -> R {
        let stack = lock(&self.stack);
        look(stack.more.hosts(), stack.more.name_cache())
    }

    /// What its running programs show of themselves at this time, with their names.
    pub fn views(&self, now: Instant) -> Vec<(Arc<str>, String)> {
        // Not with the lock held: a view may ask the host.
        let views = lock(&self.stack).views();
        views.into_iter().map(|(name, view)| (name, view.text(now))).collect()
    }

    /// Looks at the IP layer: neighbours, routes, addresses.
    pub fn with_l3<R>(&self, look: impl FnOnce(&L3) -> R) -> R {
        look(&lock(&self.stack).l3)
    }

    /// Calls the IP layer from outside, and does what follows from that.
    pub fn command_l3<R>(
        &mut self,
        ctx: &mut Context<'_>,
        command: impl FnOnce(&mut L3, &mut Context<'_>) -> R,
    ) -> R {
        self.call(ctx, |stack, ctx| command(&mut stack.l3, ctx))
    }

    /// Calls what programs share, and then does what follows from that.
    fn call<R>(
        &mut self,
        ctx: &mut Context<'_>,
        call: impl FnOnce(&mut Stack, &mut Context<'_>) -> R,
    ) -> R {
        let Self { stack: shared, executor, deadline } = self;
        let mut stack = lock(shared);
        stack.enter(ctx);
        let result = call(&mut stack, ctx);
        *deadline = settle(ctx, shared, stack, executor.as_deref_mut());
        result
    }
}

/// Hands up what came, lets programs run, sends what they send, until nothing is left to do at this
/// instant. The answer is when there will be.
fn settle<'s>(
    ctx: &mut Context<'_>,
    shared: &'s Arc<Mutex<Stack>>,
    mut stack: MutexGuard<'s, Stack>,
    mut executor: Option<&mut Executor>,
) -> Option<Deadline> {
    loop {
        stack.drive_dhcp(ctx);
        stack.flush(ctx);
        if let Some(executor) = executor.as_deref_mut()
            && executor.holds()
            && stack.has_network()
        {
            drop(stack);
            executor.start_held(shared);
            stack = lock(shared);
        }
        let delivery = stack.l3.poll_delivery();
        let came = delivery.is_some();
        let before = ctx.about();
        if let Some(delivery) = delivery {
            ctx.set_about(delivery.about());
            stack.deliver(ctx, delivery);
            stack.flush(ctx);
        }
        let mut ran = false;
        if let Some(executor) = executor.as_deref_mut() {
            (stack, ran) = run(ctx, shared, stack, executor);
        }
        ctx.set_about(before);
        if !came && !ran {
            break;
        }
    }
    let mut deadline = Deadline::earliest(stack.l3.poll_timeout(), stack.timers.poll_timeout());
    if let Some(dhcp) = stack.more.dhcp() {
        deadline = Deadline::earliest(deadline, dhcp.poll_timeout());
    }
    if let Some(tcp) = &stack.tcp {
        deadline = Deadline::earliest(deadline, tcp.poll_timeout());
    }
    if let Some(executor) = executor {
        deadline = Deadline::earliest(deadline, executor.poll_timeout());
    }
    deadline
}

/// Lets programs run until all of them wait. `false`: all did already. The lock is given up while a
/// program runs, and only then.
fn run<'s>(
    ctx: &mut Context<'_>,
    shared: &'s Mutex<Stack>,
    mut stack: MutexGuard<'s, Stack>,
    executor: &mut Executor,
) -> (MutexGuard<'s, Stack>, bool) {
    let mut ran = false;
    while let Some(task) = executor.next_ready() {
        drop(stack);
        let ended = executor.poll(task);
        stack = lock(shared);
        if let Some(spawned) = stack.spawned.take() {
            executor.adopt(*spawned);
        }
        if let Some(Ended { program, code, panic }) = ended {
            drop(stack);
            executor.drop_tasks_of(program);
            stack = lock(shared);
            if let Some(message) = panic {
                stack.panicked(program, &message);
            }
            stack.ended(program, code);
        }
        stack.flush(ctx);
        ran = true;
    }
    (stack, ran)
}

impl Device for Host {
    fn handle_start(&mut self, ctx: &mut Context<'_>) {
        self.call(ctx, |stack, ctx| {
            stack.l3.handle_start(ctx);
            stack.dhcp_start(ctx);
        });
    }

    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        self.call(ctx, |stack, ctx| stack.l3.handle_frame(ctx, port, frame));
    }

    fn handle_timeout(&mut self, ctx: &mut Context<'_>) {
        if let Some(executor) = &mut self.executor {
            lock(&self.stack).enter(ctx);
            executor.start_due(&self.stack, ctx.now());
        }
        self.call(ctx, |stack, ctx| {
            stack.l3.handle_timeout(ctx);
            stack.dhcp_timeout(ctx);
            stack.tcp_timeouts(ctx);
            stack.timers.expire(ctx.now());
        });
    }

    fn handle_link(&mut self, ctx: &mut Context<'_>, port: PortId, up: bool) {
        self.call(ctx, |stack, ctx| {
            stack.l3.handle_link(ctx, port, up);
            stack.dhcp_link(ctx, port, up);
        });
    }

    fn handle_crash(&mut self, ctx: &mut Context<'_>) {
        // Programs first: what they hold closes itself, and nothing of that may get out.
        if let Some(mut executor) = self.executor.take() {
            executor.kill();
        }
        let spawned = {
            let mut stack = lock(&self.stack);
            stack.enter(ctx);
            stack.kill_programs();
            stack.spawned.take()
        };
        drop(spawned);
        lock(&self.stack).crash(ctx);
        self.deadline = None;
    }

    fn has_address(&self, address: IpAddr) -> bool {
        lock(&self.stack).l3.is_local(address)
    }

    fn poll_timeout(&self) -> Option<Deadline> {
        self.deadline
    }
}
