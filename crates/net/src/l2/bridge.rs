//! What is in every switch: a transparent bridge of IEEE 802.1D-2004, clause 7, and, where it is
//! told of VLANs, of 802.1Q.

mod groups;
mod spanning;

use std::collections::VecDeque;

use lanternet_core::trace::{FloodCause, PortState, VlanEvent};
use lanternet_core::{
    Context, Deadline, DropReason, Duration, Frame, MacAddr, PortId, TraceEvent, VlanId,
};

use self::groups::Listeners;
use super::mac_table::{Learning, MacRow, MacTable};
use super::ports::Ports;
use super::snooping::{Snooper, SnoopingConfig};
use super::stp::{BRIDGE_GROUP, SpanningTree, StpConfig};
use super::vlan::{Passing, PortVlans, Vlans};

/// A bridge. It is driven like a [`Device`](lanternet_core::Device), whose contract it follows; in
/// addition, after each call `poll_inner` is called until it returns `None` by who has
/// [inner ports](BridgeConfig::inner).
///
/// What it does with a frame, in this order:
///
/// 1. A frame shorter than an Ethernet header, or from a group address, is dropped. (802.1D does
///    not name the latter; a station cannot have such an address, and the Linux bridge drops it.)
/// 2. With VLANs: the frame is given its VLAN, or is not taken (802.1Q section 8.6.2).
/// 3. The source is learned, unless the port's state forbids it, and except the address of all zeros:
///    that is no station, and its frames are passed on all the same, since 802.1D filters by
///    destination only. (The Linux bridge drops them.)
/// 4. A reserved group address (01-80-C2-00-00-00 to -0F) goes no further (section 7.12.6). The first
///    of them is the spanning tree's: with one, it is told to the [`SpanningTree`]; without one, it is
///    passed on like any group address, as by the Linux bridge, so that the bridges around this one
///    find the loops that lead through it.
/// 5. Broadcast, multicast and a destination without a row go out of all other ports (of the VLAN);
///    a destination with a row out of that port only, or nowhere if it came in by it. What is for a
///    group goes only to where it is wanted, where the bridge [listens in](SnoopingConfig).
///
/// Without VLANs all is in [`VlanId::DEFAULT`], and an 802.1Q tag is passed on like any other
/// content, as by a simple switch. With VLANs the bridge reads the outermost customer tag (0x8100)
/// and no other: a service tag (0x88a8), or a tag behind the tag, is content.
///
/// When the table is full the station is not learned, and frames to it are flooded.
#[derive(Debug)]
pub struct Bridge {
    /// The ports that frames can leave by.
    open: Ports,
    table: MacTable,
    vlans: Option<Box<Vlans>>,
    /// Without a spanning tree all ports forward.
    stp: Option<Box<SpanningTree>>,
    /// What it knows of groups, where it listens in.
    snooper: Option<Box<Snooper>>,
    inner: Option<Box<Inner>>,
}

/// What can be set at a bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeConfig {
    /// How many ports the node has.
    pub ports: u16,
    /// How long after its last frame a station is forgotten. 802.1D table 7-5 recommends 300 s, the
    /// default; zero learns nothing.
    pub ageing: Duration,
    /// How many stations it can learn. 8,192 by default, as many small switches do.
    pub table_size: u32,
    /// Rows that are there from the start and stay.
    pub static_macs: Vec<StaticMac>,
    /// The VLANs of each port, `None` for one that is not the bridge's. Without this list the bridge
    /// knows nothing of VLANs.
    pub vlans: Option<Vec<Option<PortVlans>>>,
    /// Ports of the node that are not the bridge's (routed ports), where there are no VLANs to say so.
    pub outside: Vec<PortId>,
    /// The spanning tree that it takes part in, if any.
    pub stp: Option<StpConfig>,
    /// How it listens in on groups, if it does.
    pub snooping: Option<SnoopingConfig>,
    /// Ports without a cable, behind which is the node's own IP layer: the last ports of the node.
    /// What leaves by them is fetched with [`Bridge::poll_inner`].
    pub inner: Vec<PortId>,
}

/// A configured row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticMac {
    /// The VLAN.
    pub vlan: VlanId,
    /// The station.
    pub mac: MacAddr,
    /// The port it is behind.
    pub port: PortId,
}

/// Where the type of a frame is: behind its two addresses.
const TYPE_AT: usize = 12;

/// Where the node's own IP layer is plugged in.
#[derive(Debug)]
struct Inner {
    /// The first of these ports; all after it are such too.
    first: PortId,
    /// What left by them.
    frames: VecDeque<(PortId, Frame)>,
}

impl BridgeConfig {
    /// The defaults for a bridge of so many ports.
    pub fn with_ports(ports: u16) -> Self {
        let ageing = Duration::from_secs(300);
        Self {
            ports,
            ageing,
            table_size: 8192,
            static_macs: Vec::new(),
            vlans: None,
            outside: Vec::new(),
            stp: None,
            snooping: None,
            inner: Vec::new(),
        }
    }
}

impl Bridge {
    /// A bridge with these settings.
    pub fn new(config: BridgeConfig) -> Self {
        let mut table = MacTable::new(config.ageing, config.table_size);
        for StaticMac { vlan, mac, port } in config.static_macs {
            table.insert_static(vlan, mac, port);
        }
        let mut outside = config.outside;
        for (port, vlans) in (0..).map(PortId).zip(config.vlans.iter().flatten()) {
            if vlans.is_none() {
                outside.push(port);
            }
        }
        let open = Ports::without(config.ports, outside);
        let vlans = config.vlans.map(|ports| Box::new(Vlans::new(ports, open.open())));
        let first = config.inner.first();
        let inner = first.map(|first| Box::new(Inner { first: *first, frames: VecDeque::new() }));
        Self {
            open,
            table,
            vlans,
            stp: config.stp.map(|stp| Box::new(SpanningTree::new(stp))),
            snooper: config.snooping.map(|snooping| Box::new(Snooper::new(snooping))),
            inner,
        }
    }

    /// Which station is behind which port.
    pub fn mac_table(&self) -> &MacTable {
        &self.table
    }

    /// The VLANs of a port; `None` where the bridge knows of no VLANs, or the port is not its own.
    pub fn vlans_of(&self, port: PortId) -> Option<&PortVlans> {
        self.vlans.as_ref()?.of(port)
    }

    /// The VLANs that have a port, in ascending order: [`VlanId::DEFAULT`] alone where the bridge
    /// knows of no VLANs.
    pub fn vlans(&self) -> Vec<VlanId> {
        self.vlans.as_ref().map_or_else(|| vec![VlanId::DEFAULT], |vlans| vlans.all())
    }

    /// Whether the port is one of the bridge's.
    pub fn has_port(&self, port: PortId) -> bool {
        self.open.has(port)
    }

    /// Whether the IP layer behind an inner port can reach anybody: another port of its VLAN is open.
    pub fn leads_anywhere(&self, inner: PortId) -> bool {
        match self.vlans_of(inner).map(PortVlans::untagged) {
            Some(Some(vlan)) => {
                let members = self.vlans.iter().flat_map(|vlans| vlans.members(vlan));
                members.into_iter().any(|(port, _)| !self.is_inner(*port))
            }
            Some(None) => false,
            None => self.open.others(inner).any(|port| !self.is_inner(port)),
        }
    }

    /// What a port does with frames.
    pub fn port_state(&self, port: PortId) -> PortState {
        self.stp.as_ref().map_or(PortState::Forwarding, |stp| stp.state(port))
    }

    /// The node has power.
    pub fn handle_start(&mut self, ctx: &mut Context<'_>) {
        self.open.reset();
        self.start_spanning_tree(ctx);
        self.start_snooping(ctx);
        self.ports_changed();
    }

    /// A frame arrived on a port, or the IP layer behind an inner port sends one.
    pub fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        let len = frame.bytes().len();
        let (Some(mac), Some(source), Frame::HEADER_LEN..) =
            (frame.destination(), frame.source(), len)
        else {
            return discard(ctx, port, frame, DropReason::Runt { len: len as u32 });
        };
        if source.is_group() {
            return discard(ctx, port, frame, DropReason::SourceIsGroup { mac: source });
        }
        let state = self.port_state(port);
        if self.vlans.is_some() {
            return self.handle_in_vlan(ctx, port, state, (source, mac), frame);
        }
        let vlan = VlanId::DEFAULT;
        if source != MacAddr::ZERO && state >= PortState::Learning {
            self.learn(ctx, vlan, source, port);
        }
        if self.is_control(mac) {
            return self.handle_control(ctx, port, mac, frame);
        }
        if state != PortState::Forwarding {
            let reason = self.not_forwarding(port, state);
            return discard(ctx, port, frame, reason);
        }
        match self.decide(ctx, vlan, mac, port) {
            Decision::Flood(why) => {
                let plain = &frame.bytes()[TYPE_AT..];
                match self.flooded_to(ctx, (vlan, port), why, plain) {
                    Ok(whom) => self.flood(ctx, (vlan, mac), port, whom, frame),
                    Err(Some(reason)) => discard(ctx, port, frame, reason),
                    Err(None) => ctx.recycle(frame),
                }
            }
            Decision::Nowhere => {
                discard(ctx, port, frame, DropReason::SamePort { vlan, mac, port });
            }
            Decision::Forward(to) => self.transmit(ctx, to, frame),
        }
    }

    /// The same with VLANs.
    fn handle_in_vlan(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        state: PortState,
        (source, mac): (MacAddr, MacAddr),
        frame: Frame,
    ) {
        let Some(vlans) = self.vlans.as_ref().and_then(|vlans| vlans.of(port)) else {
            return discard(ctx, port, frame, DropReason::NoOtherPort);
        };
        // What is for the bridge itself has no VLAN, and is taken whatever the port's are.
        if self.is_control(mac) {
            if let Some(vlan) = vlans.untagged()
                && source != MacAddr::ZERO
                && state >= PortState::Learning
            {
                self.learn(ctx, vlan, source, port);
            }
            return self.handle_control(ctx, port, mac, frame);
        }
        let mut passing = match Passing::classify(frame, port, vlans) {
            Ok(passing) => passing,
            Err((frame, reason)) => return discard(ctx, port, frame, reason),
        };
        let (vlan, by) = (passing.vlan, passing.by);
        if !self.is_inner(port) {
            ctx.emit(|| VlanEvent::Classified { port, vlan, by }.into());
        }
        if source != MacAddr::ZERO && state >= PortState::Learning {
            self.learn(ctx, vlan, source, port);
        }
        let reason = match self.decide_in_vlan(ctx, vlan, mac, port, state) {
            Ok(Decision::Flood(why)) => {
                match self.flooded_to(ctx, (vlan, port), why, passing.content()) {
                    Ok(whom) => self.flood_vlan(ctx, mac, port, whom, &mut passing),
                    Err(Some(reason)) => Err(reason),
                    Err(None) => Ok(()),
                }
            }
            Ok(Decision::Nowhere) => Err(DropReason::SamePort { vlan, mac, port }),
            Ok(Decision::Forward(to)) => {
                let tagged = self.is_tagged(to, vlan);
                tell_tags(ctx, &passing, || vec![(to, tagged)]);
                let frame = passing.leave(ctx, tagged);
                self.transmit(ctx, to, frame);
                Ok(())
            }
            Err(reason) => Err(reason),
        };
        if let Err(reason) = reason {
            ctx.drop_frame(Some(port), || reason);
        }
        passing.recycle(ctx);
    }

    /// A time named by `poll_timeout` has come.
    pub fn handle_timeout(&mut self, ctx: &mut Context<'_>) {
        if let Some(stp) = &mut self.stp {
            let actions = stp.handle_timeout(ctx.now());
            self.act(ctx, actions);
        }
        self.ask_for_groups(ctx);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is next due.
    pub fn poll_timeout(&self) -> Option<Deadline> {
        let stp = self.stp.as_ref().and_then(|stp| stp.poll_timeout());
        Deadline::earliest(stp, self.snooping_deadline())
    }

    /// The cable at a port came up or went down.
    pub fn handle_link(&mut self, ctx: &mut Context<'_>, port: PortId, up: bool) {
        if self.is_inner(port) {
            return;
        }
        self.open.set(port, up);
        self.open.forward(port, self.port_state(port) == PortState::Forwarding);
        self.ports_changed();
        if !up {
            self.flush(ctx, port);
            self.snooping_port_down(ctx, port);
        }
        if let Some(stp) = &mut self.stp {
            let actions = stp.handle_link(ctx.now(), port, up);
            self.act(ctx, actions);
        }
    }

    /// The node lost its power: forget what was learned.
    pub fn handle_crash(&mut self, _: &mut Context<'_>) {
        self.table.clear();
        if let Some(stp) = &mut self.stp {
            stp.stop();
        }
        if let Some(inner) = &mut self.inner {
            inner.frames.clear();
        }
    }

    /// The next frame for the IP layer behind an inner port, and that port.
    pub fn poll_inner(&mut self) -> Option<(PortId, Frame)> {
        self.inner.as_mut()?.frames.pop_front()
    }

    /// Forgets the stations behind a port.
    pub fn flush(&mut self, ctx: &mut Context<'_>, port: PortId) {
        let rows = self.table.flush(ctx.now(), port, |row| tell_aged(ctx, row));
        if rows > 0 {
            ctx.emit(|| TraceEvent::MacFlushed { port, rows });
        }
    }

    fn learn(&mut self, ctx: &mut Context<'_>, vlan: VlanId, mac: MacAddr, port: PortId) {
        let learning = self.table.learn(ctx.now(), vlan, mac, port, |row| tell_aged(ctx, row));
        match learning {
            Learning::Refreshed | Learning::Unchanged => {}
            Learning::Learned => ctx.emit(|| TraceEvent::MacLearned { vlan, mac, port }),
            Learning::Moved { from } => {
                ctx.emit(|| TraceEvent::MacMoved { vlan, mac, from, to: port });
            }
            Learning::Full => {
                let limit = self.table.limit();
                ctx.emit(|| TraceEvent::MacTableFull { vlan, mac, limit });
            }
        }
    }

    /// What the table says about the destination.
    fn decide(
        &mut self,
        ctx: &mut Context<'_>,
        vlan: VlanId,
        mac: MacAddr,
        port: PortId,
    ) -> Decision {
        if mac.is_group() {
            return Decision::Flood(match mac {
                MacAddr::BROADCAST => FloodCause::Broadcast,
                BRIDGE_GROUP => FloodCause::BridgeGroup,
                _ => FloodCause::Multicast,
            });
        }
        match self.table.look_up(ctx.now(), vlan, mac, |row| tell_aged(ctx, row)) {
            None => Decision::Flood(FloodCause::UnknownUnicast),
            Some(to) if to == port => Decision::Nowhere,
            Some(to) => {
                ctx.emit(|| TraceEvent::SwitchForwarded { vlan, mac, port: to });
                Decision::Forward(to)
            }
        }
    }

    fn decide_in_vlan(
        &mut self,
        ctx: &mut Context<'_>,
        vlan: VlanId,
        mac: MacAddr,
        port: PortId,
        state: PortState,
    ) -> Result<Decision, DropReason> {
        match state {
            PortState::Forwarding => Ok(self.decide(ctx, vlan, mac, port)),
            _ => Err(self.not_forwarding(port, state)),
        }
    }

    /// Whether a frame flooded for this reason leaves by this port, if it is open. The IP layer of the
    /// node is in the table with its address, so what is unknown is not for it.
    fn takes_flood(&self, port: PortId, why: FloodCause, listeners: &Listeners) -> bool {
        match why {
            FloodCause::Broadcast => true,
            FloodCause::BridgeGroup => !self.is_inner(port),
            FloodCause::UnknownUnicast => !self.is_inner(port),
            FloodCause::Multicast | FloodCause::GroupMembers | FloodCause::RouterPorts => {
                self.is_inner(port) || listeners.include(port)
            }
        }
    }

    /// To whom a frame is flooded, and why; see [`listen_in`](Self::listen_in).
    fn flooded_to(
        &mut self,
        ctx: &mut Context<'_>,
        (vlan, port): (VlanId, PortId),
        why: FloodCause,
        plain: &[u8],
    ) -> Result<(FloodCause, Listeners), Option<DropReason>> {
        match why {
            FloodCause::Multicast => self.listen_in(ctx, vlan, port, plain),
            _ => Ok((why, Listeners::All)),
        }
    }

    fn flood(
        &mut self,
        ctx: &mut Context<'_>,
        (vlan, mac): (VlanId, MacAddr),
        port: PortId,
        (why, listeners): (FloodCause, Listeners),
        frame: Frame,
    ) {
        let takes = |other: &PortId| self.takes_flood(*other, why, &listeners);
        let mut others = self.open.others(port).filter(takes);
        let Some(last) = others.next_back() else {
            return discard(ctx, port, frame, DropReason::NoOtherPort);
        };
        ctx.emit(|| {
            let ports = self.open.others(port).filter(takes).collect();
            TraceEvent::SwitchFlooded { vlan, mac, why, ports }
        });
        if self.inner.is_none() {
            for other in others {
                ctx.transmit(other, frame.clone());
            }
            return ctx.transmit(last, frame);
        }
        let others: Vec<_> = others.collect();
        for other in others {
            self.transmit(ctx, other, frame.clone());
        }
        self.transmit(ctx, last, frame);
    }

    fn flood_vlan(
        &mut self,
        ctx: &mut Context<'_>,
        mac: MacAddr,
        port: PortId,
        (why, listeners): (FloodCause, Listeners),
        passing: &mut Passing,
    ) -> Result<(), DropReason> {
        let vlan = passing.vlan;
        let Some(vlans) = &self.vlans else { return Ok(()) };
        let others = || {
            let members = vlans.members(vlan).iter().copied();
            members.filter(|(other, _)| *other != port && self.takes_flood(*other, why, &listeners))
        };
        if others().next().is_none() {
            return Err(DropReason::NoOtherPortInVlan { vlan });
        }
        ctx.emit(|| {
            let ports = others().map(|(port, _)| port).collect();
            TraceEvent::SwitchFlooded { vlan, mac, why, ports }
        });
        tell_tags(ctx, passing, || others().collect());
        let mut inner = None;
        for (other, tagged) in others() {
            let frame = passing.leave(ctx, tagged);
            match self.is_inner(other) {
                // A VLAN has one at the most.
                true => inner = Some((other, frame)),
                false => ctx.transmit(other, frame),
            }
        }
        if let Some((port, frame)) = inner {
            self.transmit(ctx, port, frame);
        }
        Ok(())
    }

    fn transmit(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        match &mut self.inner {
            Some(inner) if port >= inner.first => inner.frames.push_back((port, frame)),
            _ => ctx.transmit(port, frame),
        }
    }

    fn is_inner(&self, port: PortId) -> bool {
        self.inner.as_ref().is_some_and(|inner| port >= inner.first)
    }

    /// Whether frames of a VLAN leave by a port with a tag.
    fn is_tagged(&self, port: PortId, vlan: VlanId) -> bool {
        self.vlans_of(port).is_some_and(|vlans| vlans.untagged() != Some(vlan))
    }

    fn ports_changed(&mut self) {
        if let Some(vlans) = &mut self.vlans {
            vlans.update(self.open.open());
        }
    }
}

/// Where a frame goes.
enum Decision {
    Forward(PortId),
    Flood(FloodCause),
    /// Its destination is where it came from.
    Nowhere,
}

/// Tells by which of these ports the frame leaves changed.
fn tell_tags(ctx: &mut Context<'_>, passing: &Passing, ports: impl Fn() -> Vec<(PortId, bool)>) {
    if !ctx.traced() {
        return;
    }
    let vlan = passing.vlan;
    let leaving = |tagged: bool| -> Box<[PortId]> {
        let ports = ports().into_iter();
        ports.filter(|(_, as_tagged)| *as_tagged == tagged).map(|(port, _)| port).collect()
    };
    let (tagged, plain) = (leaving(true), leaving(false));
    if passing.changes(true) && !tagged.is_empty() {
        let priority = passing.tag().priority();
        ctx.emit(|| VlanEvent::TagAdded { vlan, priority, ports: tagged }.into());
    }
    if passing.changes(false) && !plain.is_empty() {
        ctx.emit(|| VlanEvent::TagRemoved { vlan, ports: plain }.into());
    }
}

fn tell_aged(ctx: &mut Context<'_>, row: MacRow) {
    let MacRow { vlan, mac, port, age, .. } = row;
    ctx.emit(|| TraceEvent::MacAged { vlan, mac, port, age });
}

fn discard(ctx: &mut Context<'_>, port: PortId, frame: Frame, reason: DropReason) {
    ctx.drop_frame(Some(port), || reason);
    ctx.recycle(frame);
}

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;
