//! What comes in: Port Receive (17.23), Port Protocol Migration (17.24), Bridge Detection (17.25)
//! and Port Information (17.27).

use lanternet_core::trace::{BpduVerdict, EdgeCause, PortRole, StpEvent};
use lanternet_core::{Duration, Instant, PortId};

use super::bpdu::{Bpdu, Config, Flags, SECOND, Times};
use super::config::MIGRATE_TIME;
use super::port::{InfoIs, Migration, Port};
use super::timer::Timer;
use super::tree::SpanningTree;

impl SpanningTree {
    /// RECEIVE of 17.23, with updtBPDUVersion (17.21.22).
    pub(super) fn receive(&mut self, now: Instant, at: PortId) {
        let Some(port) = self.ports.iter_mut().find(|port| port.config.port == at) else { return };
        match port.message {
            Some(Bpdu::Rapid(_)) => port.received_rapid = true,
            Some(_) => port.received_legacy = true,
            None => return,
        }
        if port.edge {
            port.edge = false;
            port.edge_cause = EdgeCause::BpduHeard;
        }
        port.edge_delay = Timer::start(now, MIGRATE_TIME);
    }

    /// Port Receive, DISCARD.
    pub(super) fn receive_machine(&mut self, now: Instant, place: usize) -> bool {
        let port = &mut self.ports[place];
        if port.enabled {
            port.edge_delay.release(now);
        } else if port.message.is_some() || port.edge_delay != Timer::Held(MIGRATE_TIME) {
            port.message = None;
            port.received_rapid = false;
            port.received_legacy = false;
            port.edge_delay = Timer::Held(MIGRATE_TIME);
            return true;
        }
        false
    }

    /// Port Protocol Migration.
    pub(super) fn migration_machine(&mut self, now: Instant, place: usize) -> bool {
        let rapid = self.config.rapid;
        let port = &mut self.ports[place];
        let over = port.migrate_delay.is_over(now);
        port.migration = match port.migration {
            Migration::CheckingRapid if !port.enabled => {
                if port.migrate_delay == Timer::Held(MIGRATE_TIME) {
                    return false;
                }
                port.send_rapid = rapid;
                port.migrate_delay = Timer::Held(MIGRATE_TIME);
                Migration::CheckingRapid
            }
            Migration::CheckingRapid if !over => {
                port.migrate_delay.release(now);
                return false;
            }
            Migration::SelectingLegacy if !over && port.enabled => return false,
            Migration::CheckingRapid | Migration::SelectingLegacy => {
                port.received_rapid = false;
                port.received_legacy = false;
                Migration::Sensing
            }
            Migration::Sensing
                if !port.enabled || (rapid && !port.send_rapid && port.received_rapid) =>
            {
                port.send_rapid = rapid;
                port.migrate_delay = Timer::start(now, MIGRATE_TIME);
                Migration::CheckingRapid
            }
            Migration::Sensing if port.send_rapid && port.received_legacy => {
                port.send_rapid = false;
                port.migrate_delay = Timer::start(now, MIGRATE_TIME);
                Migration::SelectingLegacy
            }
            Migration::Sensing => return false,
        };
        true
    }

    /// Bridge Detection. (EDGE to NOT_EDGE on a message is done by [`receive`](Self::receive).)
    pub(super) fn edge_machine(&mut self, now: Instant, place: usize) -> bool {
        let port = &mut self.ports[place];
        let silent = port.edge_delay.is_over(now)
            && port.config.auto_edge
            && port.send_rapid
            && port.proposing;
        let edge = match (port.edge, port.enabled) {
            (_, false) => port.config.edge,
            (false, true) if silent => true,
            (edge, true) => edge,
        };
        if edge == port.edge {
            return false;
        }
        port.edge_cause = match (edge, port.enabled) {
            (true, true) => EdgeCause::NobodyAnswered { time: port.edge_delay_parameter() },
            (true, false) => EdgeCause::Configured,
            (false, _) => EdgeCause::Down,
        };
        port.edge = edge;
        true
    }

    /// Port Information.
    pub(super) fn information_machine(&mut self, now: Instant, place: usize) -> bool {
        let port = &mut self.ports[place];
        if !port.enabled {
            if port.info_is == InfoIs::Disabled {
                return false;
            }
            port.message = None;
            (port.proposing, port.proposed, port.agree, port.agreed) = (false, false, false, false);
            port.info_age = Timer::Stopped;
            port.forget(InfoIs::Disabled);
            return true;
        }
        match port.info_is {
            InfoIs::Disabled => port.forget(InfoIs::Aged),
            _ if port.selected && port.update_info => port.use_own(),
            InfoIs::Received
                if port.message.is_none() && !port.update_info && port.info_age.is_over(now) =>
            {
                let (port_id, vector, after) = (port.config.port, port.vector, port.info_kept);
                port.forget(InfoIs::Aged);
                self.tell(StpEvent::InformationAged { port: port_id, vector, after });
            }
            _ if !port.update_info && port.info_is != InfoIs::Aged => {
                let Some(message) = port.message.take() else { return false };
                let verdict = port.take_in(now, &message);
                let (port, kind) = (port.config.port, message.kind());
                let vector = message.config().map(|config| config.vector);
                self.tell(StpEvent::BpduAccepted { port, kind, verdict, vector });
            }
            _ => return false,
        }
        true
    }
}

impl Port {
    /// DISABLED and AGED: what was known is no longer, and roles are chosen anew.
    fn forget(&mut self, info_is: InfoIs) {
        self.info_is = info_is;
        self.reselect = true;
        self.selected = false;
    }

    /// UPDATE: the port says what this bridge offers.
    fn use_own(&mut self) {
        (self.proposing, self.proposed) = (false, false);
        // betterorsameInfo (17.21.1).
        self.agreed &= self.info_is == InfoIs::Mine && self.designated <= self.vector;
        self.synced &= self.agreed;
        self.vector = self.designated;
        self.times = self.designated_times;
        self.update_info = false;
        self.info_is = InfoIs::Mine;
        self.new_info = true;
    }

    /// RECEIVE, and the state that it leads to by rcvInfo (17.21.8).
    fn take_in(&mut self, now: Instant, message: &Bpdu) -> BpduVerdict {
        let Some(config) = message.config() else {
            self.received_tcn = true;
            return BpduVerdict::Other;
        };
        let verdict = self.compare(config);
        match verdict {
            BpduVerdict::Superior => {
                (self.agreed, self.proposing) = (false, false);
                self.record_proposal(config.flags);
                self.record_flags(config.flags);
                // betterorsameInfo (17.21.1).
                self.agree &= self.info_is == InfoIs::Received && config.vector <= self.vector;
                self.vector = config.vector;
                self.times = config.times;
                // recordTimes (17.21.13): a hello time of less than a second is not believed.
                self.times.hello = self.times.hello.max(SECOND);
                self.keep(now);
                self.forget(InfoIs::Received);
            }
            BpduVerdict::Repeated => {
                self.record_proposal(config.flags);
                self.record_flags(config.flags);
                self.keep(now);
            }
            BpduVerdict::Inferior => {
                // recordDispute (17.21.10).
                if matches!(message, Bpdu::Rapid(_)) && config.flags.learning {
                    self.disputed = true;
                    self.agreed = false;
                }
            }
            BpduVerdict::Accepting => {
                // recordAgreement (17.21.9).
                let agreed = self.send_rapid
                    && self.config.point_to_point
                    && matches!(message, Bpdu::Rapid(_))
                    && config.flags.agreement;
                self.agreed = agreed;
                self.proposing &= !agreed;
                self.record_flags(config.flags);
            }
            BpduVerdict::Other => {}
        }
        verdict
    }

    /// rcvInfo (17.21.8).
    fn compare(&self, config: &Config) -> BpduVerdict {
        let (theirs, known) = (config.vector, self.vector);
        let times = Times { hello: config.times.hello.max(SECOND), ..config.times };
        match config.flags.role {
            // Unknown counts as a Configuration BPDU, whose sender is designated.
            None | Some(PortRole::Designated) => {
                // Section 17.6: news from the same port of the same bridge is superior, even worse news.
                let same_sender = theirs.bridge.address == known.bridge.address
                    && theirs.port.number() == known.port.number();
                if theirs == known && times == self.times {
                    BpduVerdict::Repeated
                } else if theirs <= known || same_sender {
                    BpduVerdict::Superior
                } else {
                    BpduVerdict::Inferior
                }
            }
            Some(PortRole::Disabled) => BpduVerdict::Other,
            Some(_) if theirs >= known => BpduVerdict::Accepting,
            Some(_) => BpduVerdict::Other,
        }
    }

    /// recordProposal (17.21.11).
    fn record_proposal(&mut self, flags: Flags) {
        self.proposed |= flags.proposal && flags.role == Some(PortRole::Designated);
    }

    /// setTcFlags (17.21.17).
    fn record_flags(&mut self, flags: Flags) {
        self.received_tc |= flags.topology_change;
        self.received_tc_ack |= flags.acknowledgement;
    }

    /// updtRcvdInfoWhile (17.21.23).
    fn keep(&mut self, now: Instant) {
        let age = super::roles::aged(self.times.message_age);
        self.info_kept = if age <= self.times.max_age {
            Times::duration(self.times.hello) * 3
        } else {
            Duration::ZERO
        };
        self.info_age = Timer::start(now, self.info_kept);
    }
}
