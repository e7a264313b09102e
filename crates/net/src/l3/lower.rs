//! What the interfaces stand on where that is not a cable: the bridge in the node, or a VLAN of
//! another interface.
//!
//! To the rest of the layer all interfaces are alike. Frames come in here first, and go out here last.

use lanternet_core::trace::VlanEvent;
use lanternet_core::{Context, Deadline, DropReason, Frame, PortId, VlanId};

use super::L3;
use crate::l2::vlan::{ETHERTYPE_VLAN, Tag, without_tag};
use crate::l2::{Bridge, BridgeConfig};

/// What is below the interfaces of a node besides its cables.
#[derive(Clone, Debug, Default)]
pub struct LowerConfig {
    /// The bridge of a three-layer switch or a home router. Its inner ports are interfaces; its other
    /// ports have none.
    pub bridge: Option<BridgeConfig>,
    /// Interfaces that are a VLAN of another one.
    pub subinterfaces: Vec<Subinterface>,
}

/// An interface that is one VLAN of another: what it sends leaves by that with a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subinterface {
    /// The interface itself: a port of the node without a cable.
    pub port: PortId,
    /// The interface that it is a part of, which has a cable.
    pub parent: PortId,
    /// The VLAN.
    pub vlan: VlanId,
}

/// See the module's head.
#[derive(Debug)]
pub(super) struct Lower {
    bridge: Option<Bridge>,
    /// The bridge's ports that are interfaces.
    inner: Box<[PortId]>,
    subinterfaces: Box<[Subinterface]>,
}

impl Lower {
    pub(super) fn new(config: LowerConfig) -> Self {
        let inner = config.bridge.iter().flat_map(|bridge| &bridge.inner).copied().collect();
        let subinterfaces = config.subinterfaces.into();
        Self { bridge: config.bridge.map(Bridge::new), inner, subinterfaces }
    }

    fn subinterface(&self, port: PortId) -> Option<Subinterface> {
        self.subinterfaces.iter().find(|sub| sub.port == port).copied()
    }

    /// Whether there is no cable at this port.
    fn is_virtual(&self, port: PortId) -> bool {
        self.inner.contains(&port) || self.subinterface(port).is_some()
    }

    /// An interface sends a frame.
    fn transmit(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        if let Some(Subinterface { parent, vlan, .. }) = self.subinterface(port) {
            let about = ctx.set_about(Some(frame.id()));
            let event = VlanEvent::SubinterfaceSent { interface: port, vlan, port: parent };
            ctx.emit(|| event.into());
            ctx.set_about(about);
            let bytes = Tag::new(vlan).insert(ctx, frame.bytes());
            let tagged = frame.retagged(bytes);
            ctx.recycle(frame);
            return ctx.transmit(parent, tagged);
        }
        match &mut self.bridge {
            Some(bridge) if self.inner.contains(&port) => {
                let about = ctx.set_about(Some(frame.id()));
                ctx.emit(|| VlanEvent::EnteredBridge { interface: port }.into());
                bridge.handle_frame(ctx, port, frame);
                ctx.set_about(about);
            }
            _ => ctx.transmit(port, frame),
        }
    }
}

impl L3 {
    /// The bridge in the node, where it has one.
    pub fn bridge(&self) -> Option<&Bridge> {
        self.lower.as_ref()?.bridge.as_ref()
    }

    /// The interfaces that are a VLAN of another interface.
    pub fn subinterfaces(&self) -> &[Subinterface] {
        self.lower.as_ref().map_or(&[], |lower| &lower.subinterfaces)
    }

    /// A frame arrived on a port.
    pub fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        if let Some(bridge) = self.lower.as_mut().and_then(|lower| lower.bridge.as_mut())
            && bridge.has_port(port)
        {
            bridge.handle_frame(ctx, port, frame);
            return self.receive_from_bridge(ctx);
        }
        if frame.ethertype() == Some(ETHERTYPE_VLAN) {
            return self.receive_tagged(ctx, port, frame);
        }
        self.receive(ctx, port, frame);
    }

    /// The tag says which interface gets it; one without a VLAN is no more than a priority, and is
    /// ignored, as in Linux.
    fn receive_tagged(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        let tag = match Tag::of(&frame) {
            Ok(Some(tag)) => tag,
            Ok(None) => return self.receive(ctx, port, frame),
            Err(reason) => return ctx.drop_frame(Some(port), || reason),
        };
        let Some(vlan) = tag.vlan() else {
            if let number @ 1.. = tag.number() {
                return ctx.drop_frame(Some(port), || DropReason::ReservedVlan { port, number });
            }
            let plain = without_tag(ctx, &frame);
            ctx.recycle(frame);
            return self.receive(ctx, port, plain);
        };
        let subinterfaces = self.subinterfaces().iter();
        let Some(interface) =
            subinterfaces.clone().find(|sub| sub.parent == port && sub.vlan == vlan)
        else {
            return ctx.drop_frame(Some(port), || DropReason::NoInterfaceForVlan { port, vlan });
        };
        let interface = interface.port;
        ctx.emit(|| VlanEvent::SubinterfaceReceived { interface, vlan, port }.into());
        let plain = without_tag(ctx, &frame);
        ctx.recycle(frame);
        self.receive(ctx, interface, plain);
    }

    /// What the bridge has for the node itself.
    fn receive_from_bridge(&mut self, ctx: &mut Context<'_>) {
        while let Some((port, frame)) =
            self.lower.as_mut().and_then(|lower| lower.bridge.as_mut()).and_then(Bridge::poll_inner)
        {
            let about = ctx.set_about(Some(frame.id()));
            self.receive(ctx, port, frame);
            ctx.set_about(about);
        }
    }

    /// An interface sends a frame: onto its cable, or by what it stands on.
    #[inline]
    pub(super) fn hand_down(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        match &mut self.lower {
            None => ctx.transmit(port, frame),
            Some(lower) => lower.transmit(ctx, port, frame),
        }
    }

    /// The node has power.
    pub(super) fn start_lower(&mut self, ctx: &mut Context<'_>) {
        if let Some(lower) = &mut self.lower
            && let Some(bridge) = &mut lower.bridge
        {
            bridge.handle_start(ctx);
            self.follow_bridge(ctx);
        }
    }

    /// A time of the bridge has come.
    pub(super) fn lower_timeout(&mut self, ctx: &mut Context<'_>) {
        if let Some(lower) = &mut self.lower
            && let Some(bridge) = &mut lower.bridge
        {
            bridge.handle_timeout(ctx);
            self.receive_from_bridge(ctx);
            self.follow_bridge(ctx);
        }
    }

    /// When the bridge has something to do.
    pub(super) fn lower_deadline(&self) -> Option<Deadline> {
        self.bridge()?.poll_timeout()
    }

    /// The node lost its power.
    pub(super) fn crash_lower(&mut self, ctx: &mut Context<'_>) {
        if let Some(bridge) = self.lower.as_mut().and_then(|lower| lower.bridge.as_mut()) {
            bridge.handle_crash(ctx);
        }
    }

    /// The cable at a port came up or went down.
    pub fn handle_link(&mut self, ctx: &mut Context<'_>, port: PortId, up: bool) {
        let Some(lower) = &mut self.lower else { return self.set_up(ctx, port, up) };
        if lower.is_virtual(port) {
            // It has no cable, and needs none.
            return;
        }
        if let Some(bridge) = &mut lower.bridge
            && bridge.has_port(port)
        {
            bridge.handle_link(ctx, port, up);
            self.receive_from_bridge(ctx);
            return self.follow_bridge(ctx);
        }
        let parts: Vec<_> = lower.subinterfaces.iter().filter(|sub| sub.parent == port).collect();
        let parts: Vec<_> = parts.into_iter().map(|sub| sub.port).collect();
        self.set_up(ctx, port, up);
        for part in parts {
            self.set_up(ctx, part, up);
        }
    }

    /// An interface on the bridge is up when some other port of its VLAN is, as with real
    /// three-layer switches and with Linux bridges.
    fn follow_bridge(&mut self, ctx: &mut Context<'_>) {
        let Some(lower) = &self.lower else { return };
        let Some(bridge) = &lower.bridge else { return };
        let is_up = |port: &PortId| self.interfaces.get(usize::from(port.0)).is_some_and(|i| i.up);
        let changed: Vec<_> = lower
            .inner
            .iter()
            .map(|port| (*port, bridge.leads_anywhere(*port)))
            .filter(|(port, up)| is_up(port) != *up)
            .collect();
        for (interface, up) in changed {
            ctx.emit(|| match up {
                true => VlanEvent::InterfaceUp { interface }.into(),
                false => VlanEvent::InterfaceDown { interface }.into(),
            });
            self.set_up(ctx, interface, up);
        }
    }
}

#[cfg(test)]
mod tests;
