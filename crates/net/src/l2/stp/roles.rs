//! Port Role Selection (17.28), Port Role Transitions (17.29) and Port State Transition (17.30).

use lanternet_core::Instant;
use lanternet_core::trace::{
    BridgePortId, PortRole, PriorityVector, RoleCause, RootPath, StateCause,
};

use super::bpdu::{SECOND, Times};
use super::port::{InfoIs, Port};
use super::timer::Timer;
use super::tree::SpanningTree;

/// A message age one bridge further on: a second more, rounded to whole seconds (17.21.25 c).
pub(super) fn aged(age: u16) -> u16 {
    age.saturating_add(SECOND + SECOND / 2) / SECOND * SECOND
}

impl SpanningTree {
    /// Port Role Selection, with updtRolesTree (17.21.25).
    pub(super) fn role_selection_machine(&mut self) -> bool {
        if !self.ports.iter().any(|port| port.reselect) {
            return false;
        }
        self.choose_root();
        let PriorityVector { root, cost, .. } = self.root;
        let bridge = self.id;
        let designated_times = Times { hello: self.times.hello, ..self.root_times };
        let runner_up = self.runner_up();
        for port in &mut self.ports {
            port.reselect = false;
            port.designated = PriorityVector { root, cost, bridge, port: port.id };
            port.designated_times = designated_times;
            let (ours, theirs) = (port.designated, port.vector);
            (port.selected_role, port.update_info, port.role_cause) = match port.info_is {
                InfoIs::Disabled => (PortRole::Disabled, false, RoleCause::Down),
                InfoIs::Aged => (PortRole::Designated, true, RoleCause::NobodyHeard),
                InfoIs::Mine => {
                    let news = theirs != ours || port.times != designated_times;
                    // Why it is designated was said when it became so.
                    (PortRole::Designated, news, port.role_cause.clone())
                }
                InfoIs::Received if self.root_port == Some(port.config.port) => {
                    let path = port.root_path();
                    (PortRole::Root, false, RoleCause::BestPath { path, runner_up })
                }
                InfoIs::Received if ours < theirs => {
                    (PortRole::Designated, true, RoleCause::OursIsBetter { ours, theirs })
                }
                InfoIs::Received if theirs.bridge.address == bridge.address => {
                    (PortRole::Backup, false, RoleCause::OwnPort { other: theirs.port })
                }
                InfoIs::Received => {
                    (PortRole::Alternate, false, RoleCause::TheirsIsBetter { theirs, ours })
                }
            };
            // setSelectedTree (17.21.16).
            port.selected = true;
        }
        true
    }

    /// The best of all ways to a root, and of being the root oneself (17.21.25 a to c).
    fn choose_root(&mut self) {
        let own = PriorityVector { root: self.id, bridge: self.id, ..PriorityVector::default() };
        let best = self.paths().min().filter(|(path, _, _)| *path < own);
        match best {
            Some((path, _, place)) => {
                let port = &self.ports[place];
                let message_age = aged(port.times.message_age);
                self.root = path;
                self.root_port = Some(port.config.port);
                self.root_times = Times { message_age, ..port.times };
            }
            None => {
                self.root = own;
                self.root_port = None;
                self.root_times = self.times;
            }
        }
    }

    /// All root path priority vectors, each with the identifier and the place of its port.
    fn paths(&self) -> impl Iterator<Item = (PriorityVector, BridgePortId, usize)> + '_ {
        let heard = |port: &Port| {
            port.info_is == InfoIs::Received && port.vector.bridge.address != self.id.address
        };
        let ports = self.ports.iter().enumerate().filter(move |(_, port)| heard(port));
        ports.map(|(place, port)| (port.root_path(), port.id, place))
    }

    /// The best way to the root that was not chosen.
    fn runner_up(&self) -> Option<RootPath> {
        let others = self.paths().filter(|(_, _, place)| {
            self.root_port.is_some_and(|root| self.ports[*place].config.port != root)
        });
        let (path, _, place) = others.min()?;
        Some(RootPath { port: self.ports[place].config.port, path })
    }

    /// Port Role Transitions.
    pub(super) fn role_machine(&mut self, now: Instant, place: usize) -> bool {
        let port = &self.ports[place];
        if !port.selected || port.update_info {
            return false;
        }
        if port.role != port.selected_role {
            self.ports[place].enter(now);
            return true;
        }
        match port.role {
            PortRole::Disabled => self.ports[place].disabled(),
            PortRole::Root => self.root_machine(now, place),
            PortRole::Designated => self.ports[place].designated(now),
            PortRole::Alternate | PortRole::Backup => self.alternate_machine(place),
        }
    }

    /// ROOT_PORT and what leads back to it.
    fn root_machine(&mut self, now: Instant, place: usize) -> bool {
        let all_synced = self.all_synced(place);
        let rerooted = self.config.rapid && self.rerooted(now, place);
        let port = &mut self.ports[place];
        let rapid_root = rerooted && port.recent_backup.is_over(now);
        if port.proposed && !port.agree {
            // ROOT_PROPOSED, with setSyncTree (17.21.15).
            port.proposed = false;
            self.ports.iter_mut().for_each(|port| port.sync = true);
            return true;
        }
        if (all_synced && !port.agree) || (port.proposed && port.agree) {
            // ROOT_AGREED.
            (port.proposed, port.sync) = (false, false);
            (port.agree, port.new_info) = (true, true);
        } else if !port.forward && !port.re_root {
            // REROOT, with setReRootTree (17.21.14).
            self.ports.iter_mut().for_each(|port| port.re_root = true);
        } else if port.re_root && port.forward {
            // REROOTED.
            port.re_root = false;
        } else if (rapid_root || port.forward_delay.is_over(now)) && !port.forward {
            port.advance(now, if rapid_root { StateCause::NewRoot } else { port.waited() });
        } else {
            return false;
        }
        true
    }

    /// ALTERNATE_PORT and what leads back to it; a backup port is in it as well.
    fn alternate_machine(&mut self, place: usize) -> bool {
        let all_synced = self.all_synced(place);
        let port = &mut self.ports[place];
        if port.blocking {
            if port.learning || port.forwarding {
                return false;
            }
            port.blocking = false;
            port.rest();
            return true;
        }
        if port.proposed && !port.agree {
            // ALTERNATE_PROPOSED.
            port.proposed = false;
            self.ports.iter_mut().for_each(|port| port.sync = true);
            return true;
        }
        if (all_synced && !port.agree) || (port.proposed && port.agree) {
            // ALTERNATE_AGREED.
            port.proposed = false;
            (port.agree, port.new_info) = (true, true);
            return true;
        }
        let backup = Timer::Held(port.hello_time() * 2);
        if port.role == PortRole::Backup && port.recent_backup != backup {
            // BACKUP_PORT.
            port.recent_backup = backup;
            return true;
        }
        let held = Timer::Held(port.state_delay());
        let rested = port.synced && !port.sync && !port.re_root && port.forward_delay == held;
        if !rested {
            port.rest();
        }
        !rested
    }

    /// allSynced (17.20.3): every other port has agreed, or needs not be asked.
    fn all_synced(&self, place: usize) -> bool {
        self.ports.iter().enumerate().all(|(other, port)| {
            port.selected
                && port.role == port.selected_role
                && !port.update_info
                && (port.synced || port.role == PortRole::Root || other == place)
        })
    }

    /// reRooted (17.20.10): no other port was the root port a short time ago.
    fn rerooted(&self, now: Instant, place: usize) -> bool {
        let mut others = self.ports.iter().enumerate().filter(|(other, _)| *other != place);
        others.all(|(_, port)| port.recent_root.is_over(now))
    }

    /// Port State Transition.
    pub(super) fn state_machine(&mut self, place: usize) -> bool {
        let port = &mut self.ports[place];
        let learning = port.learn;
        let forwarding = port.forward && port.learn;
        let moved = (learning, forwarding) != (port.learning, port.forwarding);
        (port.learning, port.forwarding) = (learning, forwarding);
        moved
    }
}

impl Port {
    /// What was heard here, with the cost of the port added (17.6).
    fn root_path(&self) -> PriorityVector {
        let cost = self.vector.cost.saturating_add(self.config.cost);
        PriorityVector { cost, ..self.vector }
    }

    /// A role begins: DISABLE_PORT, ROOT_PORT, DESIGNATED_PORT or BLOCK_PORT.
    fn enter(&mut self, now: Instant) {
        for timer in [&mut self.forward_delay, &mut self.recent_root, &mut self.recent_backup] {
            timer.release(now);
        }
        self.role = self.selected_role;
        self.blocking = false;
        match self.role {
            PortRole::Root => {
                self.recent_root = Timer::Held(self.forward_delay_parameter());
            }
            PortRole::Designated => {}
            PortRole::Disabled | PortRole::Alternate | PortRole::Backup => {
                (self.learn, self.forward) = (false, false);
                self.blocking = true;
                let down = self.role == PortRole::Disabled;
                self.state_cause = if down { StateCause::Down } else { StateCause::Role };
            }
        }
    }

    /// DISABLED_PORT.
    fn disabled(&mut self) -> bool {
        if self.blocking && (self.learning || self.forwarding) {
            return false;
        }
        let held = Timer::Held(self.max_age());
        let rested = !self.blocking
            && self.synced
            && !self.sync
            && !self.re_root
            && self.forward_delay == held;
        if rested {
            return false;
        }
        self.blocking = false;
        self.forward_delay = held;
        self.synced = true;
        self.recent_root = Timer::Stopped;
        (self.sync, self.re_root) = (false, false);
        true
    }

    /// The assignments of ALTERNATE_PORT.
    fn rest(&mut self) {
        self.forward_delay = Timer::Held(self.state_delay());
        self.recent_root = Timer::Stopped;
        self.synced = true;
        (self.sync, self.re_root) = (false, false);
    }

    /// DESIGNATED_PORT and what leads back to it.
    fn designated(&mut self, now: Instant) -> bool {
        let recent_root = !self.recent_root.is_over(now);
        if !self.forward && !self.agreed && !self.proposing && !self.edge {
            // DESIGNATED_PROPOSE.
            (self.proposing, self.new_info) = (true, true);
            self.edge_delay = Timer::start(now, self.edge_delay_parameter());
            return true;
        }
        let at_rest = !self.learning && !self.forwarding;
        if ((at_rest || self.agreed || self.edge) && !self.synced) || (self.sync && self.synced) {
            // DESIGNATED_SYNCED.
            self.recent_root = Timer::Stopped;
            (self.synced, self.sync) = (true, false);
            return true;
        }
        if !recent_root && self.re_root {
            // DESIGNATED_RETIRED.
            self.re_root = false;
            return true;
        }
        let must_agree = self.sync && !self.synced;
        let old_root = self.re_root && recent_root;
        if (must_agree || old_root || self.disputed) && !self.edge && (self.learn || self.forward) {
            // DESIGNATED_DISCARD.
            self.state_cause = if self.disputed {
                StateCause::Disputed
            } else if must_agree {
                StateCause::Sync
            } else {
                StateCause::OldRoot
            };
            (self.learn, self.forward, self.disputed) = (false, false, false);
            self.forward_delay = Timer::start(now, self.state_delay());
            return true;
        }
        let free = !old_root && !self.sync;
        let waited = self.forward_delay.is_over(now);
        if (waited || self.agreed || self.edge) && free && !self.forward {
            let why = match () {
                () if self.edge => StateCause::Edge,
                () if self.agreed => StateCause::Agreement,
                () => self.waited(),
            };
            self.advance(now, why);
            return true;
        }
        false
    }

    /// ROOT_LEARN and ROOT_FORWARD, DESIGNATED_LEARN and DESIGNATED_FORWARD: one state further.
    fn advance(&mut self, now: Instant, why: StateCause) {
        self.state_cause = why;
        if self.learn {
            self.forward = true;
            self.forward_delay = Timer::Stopped;
            if self.role == PortRole::Designated {
                self.agreed = self.send_rapid;
            }
        } else {
            self.learn = true;
            self.forward_delay = Timer::start(now, self.state_delay());
        }
    }

    fn waited(&self) -> StateCause {
        StateCause::Waited { time: self.state_delay() }
    }
}
