//! A hub: what comes in at one port goes out of all others.

use lanternet_core::{Context, Device, DropReason, Frame, PortId, TraceEvent};

use super::ports::Ports;

/// A repeater with several ports.
///
/// It knows no addresses and reads no frame, so it repeats reserved addresses and frames cut short
/// as well, as the wire that it stands for would.
///
/// What is left out: a hub's ports share one medium, on which two senders collide. Here each cable
/// is full duplex and frames queue instead, so a loaded hub delivers more than a real one.
#[derive(Debug)]
pub struct Hub {
    ports: Ports,
}

impl Hub {
    /// A hub with ports 0 to `ports - 1`, each with a cable.
    pub fn new(ports: u16) -> Self {
        Self { ports: Ports::new(ports) }
    }
}

impl Device for Hub {
    fn handle_start(&mut self, _: &mut Context<'_>) {
        self.ports.reset();
    }

    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        let mut others = self.ports.others(port);
        let Some(last) = others.next_back() else {
            ctx.drop_frame(Some(port), || DropReason::NoOtherPort);
            return ctx.recycle(frame);
        };
        ctx.emit(|| TraceEvent::HubRepeated { ports: self.ports.others(port).collect() });
        for other in others {
            ctx.transmit(other, frame.clone());
        }
        ctx.transmit(last, frame);
    }

    fn handle_link(&mut self, _: &mut Context<'_>, port: PortId, up: bool) {
        self.ports.set(port, up);
    }
}

#[cfg(test)]
mod tests {
    use lanternet_core::MacAddr;

    use super::*;
    use crate::l2::harness::{A, B, Harness};

    #[test]
    fn a_frame_is_repeated_to_all_other_ports() {
        let mut hub = Harness::new(Hub::new(4));
        assert_eq!(hub.frame(1, A, B), [0, 2, 3]);
        let ports = [PortId(0), PortId(2), PortId(3)].into();
        assert_eq!(hub.events(), [TraceEvent::HubRepeated { ports }]);
        assert_eq!(hub.frame(3, B, A), [0, 1, 2], "it learned nothing");
    }

    #[test]
    fn a_hub_does_not_look_into_the_frame() {
        let mut hub = Harness::new(Hub::new(3));
        assert_eq!(hub.frame(0, A, MacAddr([0x01, 0x80, 0xc2, 0, 0, 0])), [1, 2]);
        assert_eq!(hub.bytes(0, vec![0xff; 5]), [1, 2]);
    }

    #[test]
    fn the_repeated_frames_share_their_bytes_and_keep_their_identity() {
        let mut hub = Harness::new(Hub::new(3));
        hub.frame(0, A, B);
        let [(_, one), (_, other)] = hub.sent() else { panic!("two frames") };
        assert!(std::ptr::eq(one.bytes(), other.bytes()));
        assert_eq!(one.id(), other.id());
    }

    #[test]
    fn a_port_takes_part_only_while_its_cable_is_up() {
        let mut hub = Harness::new(Hub::new(3));
        hub.link(2, false);
        assert_eq!(hub.frame(0, A, B), [1]);
        hub.link(1, false);
        hub.events();
        assert_eq!(hub.frame(0, A, B), []);
        let reason = DropReason::NoOtherPort;
        assert_eq!(hub.events(), [TraceEvent::Dropped { port: Some(PortId(0)), reason }]);
        hub.link(2, true);
        assert_eq!(hub.frame(0, A, B), [2]);
    }
}
