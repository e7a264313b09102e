//! Topology changes: stations may be behind other ports than before (17.31).

use lanternet_core::trace::{BpduKind, PortRole, StpEvent};
use lanternet_core::{Duration, Instant};

use super::bpdu::Times;
use super::port::{Port, TopologyState};
use super::timer::Timer;
use super::tree::{Action, SpanningTree};

impl SpanningTree {
    /// The Topology Change state machine.
    pub(super) fn topology_machine(&mut self, now: Instant, place: usize) -> bool {
        let root_times = self.root_times;
        let port = &mut self.ports[place];
        let told =
            port.received_tc || port.received_tcn || port.received_tc_ack || port.tc_propagate;
        match port.topology {
            TopologyState::Inactive => {
                if !port.learn {
                    return false;
                }
                port.topology = TopologyState::Learning;
                port.clear_told();
            }
            TopologyState::Learning => {
                if port.role_forwards() && port.forward && !port.edge {
                    // DETECTED.
                    port.while_changing(now, root_times);
                    port.new_info = true;
                    port.topology = TopologyState::Active;
                    let at = port.config.port;
                    self.consequences.push(Action::Tell(StpEvent::TopologyChanged { port: at }));
                    self.propagate(place);
                } else if told {
                    port.clear_told();
                } else if !port.role_forwards() && !port.learn && !port.learning {
                    // INACTIVE.
                    port.topology_change = Timer::Stopped;
                    port.tc_ack = false;
                    port.topology = TopologyState::Inactive;
                    self.flush(place);
                } else {
                    return false;
                }
            }
            TopologyState::Active => {
                if !port.role_forwards() || port.edge {
                    port.topology = TopologyState::Learning;
                    port.clear_told();
                } else if port.received_tcn || port.received_tc {
                    // NOTIFIED_TCN, NOTIFIED_TC.
                    let kind = if port.received_tcn {
                        port.while_changing(now, root_times);
                        BpduKind::TopologyChange
                    } else if port.send_rapid {
                        BpduKind::Rapid
                    } else {
                        BpduKind::Config
                    };
                    (port.received_tcn, port.received_tc) = (false, false);
                    if port.role == PortRole::Designated {
                        port.tc_ack = true;
                    }
                    let event = StpEvent::TopologyChangeHeard { port: port.config.port, kind };
                    self.consequences.push(Action::Tell(event));
                    self.propagate(place);
                } else if port.tc_propagate {
                    // PROPAGATING.
                    port.while_changing(now, root_times);
                    port.tc_propagate = false;
                    self.flush(place);
                } else if port.received_tc_ack {
                    // ACKNOWLEDGED.
                    port.topology_change = Timer::Stopped;
                    port.received_tc_ack = false;
                } else {
                    return false;
                }
            }
        }
        true
    }

    /// setTcPropTree (17.21.18).
    fn propagate(&mut self, from: usize) {
        for (place, port) in self.ports.iter_mut().enumerate() {
            port.tc_propagate |= place != from;
        }
    }

    /// fdbFlush. With the older protocol the standard has the rows age fast instead; they are
    /// forgotten at once here as well.
    fn flush(&mut self, place: usize) {
        self.consequences.push(Action::Flush { port: self.ports[place].config.port });
    }
}

impl Port {
    fn clear_told(&mut self) {
        (self.received_tc, self.received_tcn, self.received_tc_ack) = (false, false, false);
        self.tc_propagate = false;
    }

    /// newTcWhile (17.21.7).
    fn while_changing(&mut self, now: Instant, root_times: Times) {
        if !self.topology_change.is_over(now) {
            return;
        }
        let time = if self.send_rapid {
            self.new_info = true;
            self.hello_time() + Duration::from_secs(1)
        } else {
            Times::duration(root_times.max_age) + Times::duration(root_times.forward_delay)
        };
        self.topology_change = Timer::start(now, time);
    }
}
