//! The bridge and its part in the spanning tree: what comes out of the one is done by the other.

use lanternet_core::trace::{PortState, Protocol, StpEvent};
use lanternet_core::{Context, DropReason, Frame, MacAddr, PortId, TraceEvent};

use super::{Bridge, discard, tell_aged};
use crate::l2::stp::{Action, BRIDGE_GROUP, Refusal, SpanningTree};

impl Bridge {
    /// The bridge's part in the spanning tree, if it takes part.
    pub fn spanning_tree(&self) -> Option<&SpanningTree> {
        self.stp.as_deref()
    }

    /// The power came: no port of the tree forwards before the tree says so.
    pub(super) fn start_spanning_tree(&mut self, ctx: &mut Context<'_>) {
        let Some(stp) = &mut self.stp else { return };
        stp.start(ctx.now());
        for row in stp.rows() {
            self.open.forward(row.port, false);
        }
    }

    /// Whether frames to this address are for the bridge itself, and never forwarded.
    pub(super) fn is_control(&self, mac: MacAddr) -> bool {
        mac.is_reserved_group() && (mac != BRIDGE_GROUP || self.stp.is_some())
    }

    /// A frame for the bridge itself. It is never forwarded.
    pub(super) fn handle_control(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        mac: MacAddr,
        frame: Frame,
    ) {
        let reserved = DropReason::ReservedAddress { mac };
        let Some(stp) = self.stp.as_mut().filter(|_| mac == BRIDGE_GROUP) else {
            return discard(ctx, port, frame, reserved);
        };
        let reason = match stp.handle_frame(ctx.now(), port, frame.bytes()) {
            Ok(actions) => {
                self.act(ctx, actions);
                return ctx.recycle(frame);
            }
            Err(Refusal::Invalid(what)) => DropReason::Malformed { protocol: Protocol::Stp, what },
            Err(Refusal::OwnMessage) => DropReason::OwnBpdu { port },
            Err(Refusal::NotTakingPart) => reserved,
        };
        discard(ctx, port, frame, reason);
    }

    /// Why a frame that came in by this port goes no further.
    pub(super) fn not_forwarding(&self, port: PortId, state: PortState) -> DropReason {
        let role = self.stp.as_ref().and_then(|stp| stp.role(port)).unwrap_or_default();
        DropReason::PortNotForwarding { port, role, state }
    }

    /// Does what the spanning tree says, in its order.
    pub(super) fn act(&mut self, ctx: &mut Context<'_>, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Transmit { port, frame } => {
                    let frame = ctx.frame(frame);
                    ctx.transmit(port, frame);
                }
                Action::Flush { port } => {
                    // Members may be behind other ports now, too.
                    self.start_snooping(ctx);
                    let rows = self.table.flush(ctx.now(), port, |row| tell_aged(ctx, row));
                    if rows > 0 {
                        ctx.emit(|| TraceEvent::Stp(StpEvent::AddressesFlushed { port, rows }));
                    }
                }
                Action::Tell(event) => {
                    if let StpEvent::StateChanged { port, state, .. } = event {
                        self.open.forward(port, state == PortState::Forwarding);
                        self.ports_changed();
                    }
                    ctx.emit(|| TraceEvent::Stp(event));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
