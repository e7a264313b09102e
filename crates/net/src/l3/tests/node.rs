//! A node for tests of the IP layer alone.

use lanternet_core::{Context, Deadline, Device, Frame, PortId};

use crate::l3::{Delivery, L3};

/// A node with nothing above IP: it keeps what came up.
pub(in crate::l3) struct Node {
    pub(in crate::l3) layer: L3,
    pub(in crate::l3) up: Vec<Delivery>,
}

impl Node {
    pub(in crate::l3) fn new(layer: L3) -> Self {
        Self { layer, up: Vec::new() }
    }

    pub(in crate::l3) fn collect(&mut self) {
        self.up.extend(std::iter::from_fn(|| self.layer.poll_delivery()));
    }
}

impl Device for Node {
    fn handle_start(&mut self, ctx: &mut Context<'_>) {
        self.layer.handle_start(ctx);
    }
    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        self.layer.handle_frame(ctx, port, frame);
        self.collect();
    }
    fn handle_timeout(&mut self, ctx: &mut Context<'_>) {
        self.layer.handle_timeout(ctx);
        self.collect();
    }
    fn handle_link(&mut self, ctx: &mut Context<'_>, port: PortId, up: bool) {
        self.layer.handle_link(ctx, port, up);
    }
    fn handle_crash(&mut self, ctx: &mut Context<'_>) {
        self.layer.handle_crash(ctx);
    }
    fn poll_timeout(&self) -> Option<Deadline> {
        self.layer.poll_timeout()
    }
}
