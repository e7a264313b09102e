//! What a bridge keeps of each port (section 17.19). The standard's names stand behind each.

use lanternet_core::trace::{
    BridgePortId, EdgeCause, PortRole, PortState, PriorityVector, RoleCause, StateCause, StpEvent,
};
use lanternet_core::{Duration, Instant};

use super::bpdu::{Bpdu, Times};
use super::config::{MIGRATE_TIME, StpPortConfig};
use super::timer::Timer;

/// Where what the port knows comes from (17.19.10 infoIs).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InfoIs {
    Disabled,
    Aged,
    Mine,
    Received,
}

/// Which version is spoken, and whether it may change already (section 17.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Migration {
    CheckingRapid,
    SelectingLegacy,
    Sensing,
}

/// Section 17.31.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TopologyState {
    Inactive,
    Learning,
    Active,
}

#[derive(Debug)]
pub(super) struct Port {
    pub(super) config: StpPortConfig,
    /// portId.
    pub(super) id: BridgePortId,
    /// portEnabled: the cable is up.
    pub(super) enabled: bool,

    // Timers (17.17).
    /// edgeDelayWhile: without a message until then, there is no bridge behind the port.
    pub(super) edge_delay: Timer,
    /// fdWhile: until then the port stays in its state.
    pub(super) forward_delay: Timer,
    /// helloWhen: the next hello.
    pub(super) hello: Timer,
    /// mdelayWhile: until then the version does not change.
    pub(super) migrate_delay: Timer,
    /// rbWhile: the port was a backup port a short time ago.
    pub(super) recent_backup: Timer,
    /// rcvdInfoWhile: what was received is good until then.
    pub(super) info_age: Timer,
    /// rrWhile: the port was the root port a short time ago.
    pub(super) recent_root: Timer,
    /// tcWhile: messages tell of a topology change until then.
    pub(super) topology_change: Timer,
    /// txCount: messages sent within the last second, and when one of them no longer counts.
    pub(super) sent: u8,
    pub(super) sent_decays: Instant,

    // What is known.
    pub(super) info_is: InfoIs,
    /// portPriority, portTimes.
    pub(super) vector: PriorityVector,
    pub(super) times: Times,
    /// designatedPriority, designatedTimes.
    pub(super) designated: PriorityVector,
    pub(super) designated_times: Times,
    /// A message that waits to be read: rcvdBPDU and rcvdMsg, with msgPriority and msgTimes in it.
    pub(super) message: Option<Bpdu>,
    /// rcvdInfoWhile was set to this.
    pub(super) info_kept: Duration,

    // Roles.
    pub(super) role: PortRole,
    pub(super) selected_role: PortRole,
    /// reselect, selected, updtInfo.
    pub(super) reselect: bool,
    pub(super) selected: bool,
    pub(super) update_info: bool,
    /// In BLOCK_PORT or DISABLE_PORT: the role waits until the port has stopped forwarding.
    pub(super) blocking: bool,

    // The handshake with the neighbour.
    pub(super) agree: bool,
    pub(super) agreed: bool,
    pub(super) proposed: bool,
    pub(super) proposing: bool,
    pub(super) disputed: bool,
    pub(super) sync: bool,
    pub(super) synced: bool,
    pub(super) re_root: bool,

    // States.
    pub(super) learn: bool,
    pub(super) learning: bool,
    pub(super) forward: bool,
    pub(super) forwarding: bool,

    // Edge and version.
    /// operEdge.
    pub(super) edge: bool,
    /// sendRSTP.
    pub(super) send_rapid: bool,
    pub(super) migration: Migration,
    /// rcvdRSTP, rcvdSTP.
    pub(super) received_rapid: bool,
    pub(super) received_legacy: bool,

    // Topology changes.
    pub(super) topology: TopologyState,
    /// rcvdTc, rcvdTcAck, rcvdTcn, tcAck, tcProp.
    pub(super) received_tc: bool,
    pub(super) received_tc_ack: bool,
    pub(super) received_tcn: bool,
    pub(super) tc_ack: bool,
    pub(super) tc_propagate: bool,

    /// newInfo: there is something to send.
    pub(super) new_info: bool,

    // Why, and what was told already.
    pub(super) role_cause: RoleCause,
    pub(super) state_cause: StateCause,
    pub(super) edge_cause: EdgeCause,
    pub(super) told: Told,
}

/// What was told of a port last.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) role: PortRole,
    pub(super) state: PortState,
    pub(super) edge: bool,
    pub(super) rapid: bool,
    pub(super) sent: Option<StpEvent>,
}

impl Port {
    /// A port when the bridge starts: all machines have done BEGIN.
    pub(super) fn new(config: StpPortConfig, rapid: bool, times: Times) -> Self {
        let id = BridgePortId::new(config.priority, config.port.0 + 1);
        Self {
            id,
            enabled: false,
            edge_delay: Timer::Held(MIGRATE_TIME),
            forward_delay: Timer::Held(Times::duration(times.max_age)),
            hello: Timer::Stopped,
            migrate_delay: Timer::Held(MIGRATE_TIME),
            recent_backup: Timer::Stopped,
            info_age: Timer::Stopped,
            recent_root: Timer::Held(Times::duration(times.forward_delay)),
            topology_change: Timer::Stopped,
            sent: 0,
            sent_decays: Instant::ZERO,
            info_is: InfoIs::Disabled,
            vector: PriorityVector::default(),
            times: Times::default(),
            designated: PriorityVector::default(),
            designated_times: times,
            message: None,
            info_kept: Duration::ZERO,
            role: PortRole::Disabled,
            selected_role: PortRole::Disabled,
            reselect: true,
            selected: false,
            update_info: false,
            blocking: true,
            agree: false,
            agreed: false,
            proposed: false,
            proposing: false,
            disputed: false,
            sync: true,
            synced: false,
            re_root: true,
            learn: false,
            learning: false,
            forward: false,
            forwarding: false,
            edge: config.edge,
            send_rapid: rapid,
            migration: Migration::CheckingRapid,
            received_rapid: false,
            received_legacy: false,
            topology: TopologyState::Inactive,
            received_tc: false,
            received_tc_ack: false,
            received_tcn: false,
            tc_ack: false,
            tc_propagate: false,
            new_info: true,
            role_cause: RoleCause::Down,
            state_cause: StateCause::Down,
            edge_cause: EdgeCause::Configured,
            told: Told {
                role: PortRole::Disabled,
                state: PortState::Discarding,
                edge: config.edge,
                rapid,
                sent: None,
            },
            config,
        }
    }

    pub(super) fn state(&self) -> PortState {
        match (self.learning, self.forwarding) {
            (_, true) => PortState::Forwarding,
            (true, false) => PortState::Learning,
            (false, false) => PortState::Discarding,
        }
    }

    /// Whether the role passes traffic on, once the port gets there.
    pub(super) fn role_forwards(&self) -> bool {
        matches!(self.role, PortRole::Root | PortRole::Designated)
    }

    /// HelloTime.
    pub(super) fn hello_time(&self) -> Duration {
        Times::duration(self.designated_times.hello)
    }

    /// FwdDelay.
    pub(super) fn forward_delay_parameter(&self) -> Duration {
        Times::duration(self.designated_times.forward_delay)
    }

    /// MaxAge.
    pub(super) fn max_age(&self) -> Duration {
        Times::duration(self.designated_times.max_age)
    }

    /// forwardDelay: with a neighbour of this version, one hello time is enough.
    pub(super) fn state_delay(&self) -> Duration {
        if self.send_rapid { self.hello_time() } else { self.forward_delay_parameter() }
    }

    /// EdgeDelay.
    pub(super) fn edge_delay_parameter(&self) -> Duration {
        if self.config.point_to_point { MIGRATE_TIME } else { self.max_age() }
    }
}
