//! What goes out: Port Transmit (17.26).

use lanternet_core::trace::{PortRole, StpEvent};
use lanternet_core::{Duration, Instant};

use super::bpdu::{Bpdu, Config, Flags};
use super::timer::Timer;
use super::tree::{Action, SpanningTree};

/// For how long a message counts against the hold count (section 17.26: one per second).
const DECAY: Duration = Duration::from_secs(1);

impl SpanningTree {
    /// Port Transmit.
    pub(super) fn transmit_machine(&mut self, now: Instant, place: usize) -> bool {
        let port = &mut self.ports[place];
        if !port.enabled || !port.selected || port.update_info {
            return false;
        }
        while port.sent > 0 && port.sent_decays <= now {
            port.sent -= 1;
            port.sent_decays += DECAY;
        }
        let changing = !port.topology_change.is_over(now);
        if port.hello.is_over(now) {
            // TRANSMIT_PERIODIC, then IDLE.
            port.new_info |=
                port.role == PortRole::Designated || (port.role == PortRole::Root && changing);
            port.hello = Timer::start(now, port.hello_time());
            return true;
        }
        if !port.new_info || port.sent >= self.config.hold_count {
            return false;
        }
        let flags = Flags {
            topology_change: changing,
            proposal: port.proposing,
            role: Some(port.role),
            learning: port.learning,
            forwarding: port.forwarding,
            agreement: port.agree,
            acknowledgement: false,
        };
        let config = Config { flags, vector: port.designated, times: port.designated_times };
        let bpdu = match (port.send_rapid, port.role) {
            // TRANSMIT_RSTP.
            (true, _) => Bpdu::Rapid(config),
            // TRANSMIT_TCN.
            (false, PortRole::Root) => Bpdu::TopologyChange,
            // TRANSMIT_CONFIG.
            (false, PortRole::Designated) => {
                let acknowledgement = port.tc_ack;
                let flags =
                    Flags { topology_change: changing, acknowledgement, ..Flags::designated() };
                Bpdu::Config(Config { flags, ..config })
            }
            // The older protocol has nothing to say by such a port.
            (false, _) => return false,
        };
        port.new_info = false;
        if bpdu != Bpdu::TopologyChange {
            port.tc_ack = false;
        }
        if port.sent == 0 {
            port.sent_decays = now + DECAY;
        }
        port.sent += 1;
        port.hello = Timer::start(now, port.hello_time());

        let (at, kind, role) = (port.config.port, bpdu.kind(), port.role);
        let said = bpdu.config().map(|config| config.flags);
        let rapid = matches!(bpdu, Bpdu::Rapid(_));
        let event = StpEvent::BpduChanged {
            port: at,
            kind,
            vector: bpdu.config().map(|config| config.vector),
            role,
            proposal: rapid && flags.proposal,
            agreement: rapid && flags.agreement,
            topology_change: said.is_none_or(|flags| flags.topology_change),
        };
        if port.told.sent.as_ref() != Some(&event) {
            port.told.sent = Some(event.clone());
            self.tell(event);
        }
        let frame = bpdu.build(self.source(place));
        self.actions.push(Action::Transmit { port: at, frame });
        true
    }
}
