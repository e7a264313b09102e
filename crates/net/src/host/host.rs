//! The device: a host, or a router, which is a host that passes packets on.

use std::future::Future;
use std::sync::{Arc, Mutex};

use lanternet_core::{Context, Deadline, Device, Frame, PortId};

use super::config::HostConfig;
use super::handle::Handle;
use super::process::{Executor, Program, ProgramId, ProgramSpec, lock};
use super::rows::SocketRow;
use super::stack::Stack;
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
        self.settle(ctx);
        id
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
        let result = {
            let mut stack = lock(&self.stack);
            stack.enter(ctx);
            command(&mut stack.l3, ctx)
        };
        self.settle(ctx);
        result
    }

    /// Hands up what came, lets programs run, sends what they send, until nothing is left to do at
    /// this instant.
    fn settle(&mut self, ctx: &mut Context<'_>) {
        loop {
            let mut stack = lock(&self.stack);
            stack.flush(ctx);
            if let Some(delivery) = stack.l3.poll_delivery() {
                let before = ctx.set_about(delivery.about());
                stack.deliver(ctx, delivery);
                drop(stack);
                self.run(ctx);
                ctx.set_about(before);
                continue;
            }
            drop(stack);
            if !self.run(ctx) {
                break;
            }
        }
        let stack = lock(&self.stack);
        let mut deadline = Deadline::earliest(stack.l3.poll_timeout(), stack.timers.poll_timeout());
        if let Some(tcp) = &stack.tcp {
            deadline = Deadline::earliest(deadline, tcp.poll_timeout());
        }
        if let Some(executor) = &self.executor {
            deadline = Deadline::earliest(deadline, executor.poll_timeout());
        }
        self.deadline = deadline;
    }

    /// Lets programs run until all of them wait. `false`: all did already.
    fn run(&mut self, ctx: &mut Context<'_>) -> bool {
        let Some(executor) = &mut self.executor else { return false };
        let mut ran = false;
        while executor.run_one(&self.stack) {
            lock(&self.stack).flush(ctx);
            ran = true;
        }
        ran
    }
}

impl Device for Host {
    fn handle_start(&mut self, ctx: &mut Context<'_>) {
        {
            let mut stack = lock(&self.stack);
            stack.enter(ctx);
            stack.l3.handle_start(ctx);
        }
        self.settle(ctx);
    }

    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        {
            let mut stack = lock(&self.stack);
            stack.enter(ctx);
            stack.l3.handle_frame(ctx, port, frame);
        }
        self.settle(ctx);
    }

    fn handle_timeout(&mut self, ctx: &mut Context<'_>) {
        {
            let mut stack = lock(&self.stack);
            stack.enter(ctx);
            stack.l3.handle_timeout(ctx);
            stack.tcp_timeouts(ctx);
            stack.timers.expire(ctx.now());
        }
        if let Some(executor) = &mut self.executor {
            executor.start_due(&self.stack, ctx.now());
        }
        self.settle(ctx);
    }

    fn handle_link(&mut self, ctx: &mut Context<'_>, port: PortId, up: bool) {
        {
            let mut stack = lock(&self.stack);
            stack.enter(ctx);
            stack.l3.handle_link(ctx, port, up);
        }
        self.settle(ctx);
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
            std::mem::take(&mut stack.spawned)
        };
        drop(spawned);
        lock(&self.stack).crash(ctx);
        self.deadline = None;
    }

    fn poll_timeout(&self) -> Option<Deadline> {
        self.deadline
    }
}
