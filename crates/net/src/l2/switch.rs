//! A learning switch: a [`Bridge`] and nothing else.

use lanternet_core::{Context, Deadline, Device, Frame, PortId};

use super::bridge::{Bridge, BridgeConfig};
use super::mac_table::MacTable;

/// A switch. What it does with a frame says [`Bridge`].
#[derive(Debug)]
pub struct Switch {
    pub(super) bridge: Bridge,
}

impl Switch {
    /// A switch with these settings.
    pub fn new(config: BridgeConfig) -> Self {
        Self { bridge: Bridge::new(config) }
    }

    /// What is in it.
    pub fn bridge(&self) -> &Bridge {
        &self.bridge
    }

    /// Which station is behind which port.
    pub fn mac_table(&self) -> &MacTable {
        self.bridge.mac_table()
    }
}

impl Device for Switch {
    fn handle_start(&mut self, ctx: &mut Context<'_>) {
        self.bridge.handle_start(ctx);
    }

    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        self.bridge.handle_frame(ctx, port, frame);
    }

    fn handle_timeout(&mut self, ctx: &mut Context<'_>) {
        self.bridge.handle_timeout(ctx);
    }

    fn handle_link(&mut self, ctx: &mut Context<'_>, port: PortId, up: bool) {
        self.bridge.handle_link(ctx, port, up);
    }

    fn handle_crash(&mut self, ctx: &mut Context<'_>) {
        self.bridge.handle_crash(ctx);
    }

    fn poll_timeout(&self) -> Option<Deadline> {
        self.bridge.poll_timeout()
    }
}

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;
