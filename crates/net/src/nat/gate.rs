//! What the IP layer asks: may this packet pass, and as what?

mod facts;
mod nat;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{
    DropReason, FirewallAction, FirewallEvent, FirewallPath, NatEvent, Protocol, TraceEvent,
    Translation, Unmapped,
};
use lanternet_core::{Context, Instant, PortId, Rng};

use super::config::GateConfig;
use super::conntrack::{Conntrack, Direction, Flow, FlowId, Refused, may_begin};
use super::firewall::{Firewall, Way};
use super::packet::{Class, Summary, Tuple, quoted_tuple};
use super::translate::{error_is_sound, rewrite, rewrite_error};
use nat::Nat;

use self::facts::{
    current, has_ports, is_discovery, no_flow, protocol, summarize, tell_translated,
};

/// The flows, translations and rules of a node. See the module's head for the order of things.
#[derive(Debug)]
pub struct Gate {
    config: Box<GateConfig>,
    conntrack: Conntrack,
    nat: Option<Nat>,
    firewall: Option<Firewall>,
    rng: Rng,
}

/// A packet on its way through the node.
#[derive(Debug)]
pub struct Passage {
    arrived: Summary,
    in_by: PortId,
    track: Track,
    /// Whether it was sent to an outside address that leads inside.
    turned_inside: bool,
}

/// What a packet has to do with flows.
#[derive(Debug)]
enum Track {
    /// It belongs to one.
    Known { is_translated: bool },
    /// It is an ICMP error about one.
    Related { is_translated: bool },
    /// It begins one, if it passes.
    New(Box<Flow>),
    /// Nothing.
    None,
}

/// Why a packet may not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub reason: DropReason,
    /// Whether its sender is told that a rule rejects it.
    pub reject: bool,
}

impl From<DropReason> for Refusal {
    fn from(reason: DropReason) -> Self {
        Self { reason, reject: false }
    }
}

impl Passage {
    /// Whether the packet was changed, so that its sender knows it by other ends.
    pub fn is_translated(&self) -> bool {
        match &self.track {
            Track::Known { is_translated } | Track::Related { is_translated } => *is_translated,
            Track::New(flow) => flow.is_translated(),
            Track::None => false,
        }
    }

    /// A packet whose flow is not in the table yet, with the ends with which it came in: what its
    /// sender is told must name them. `None`: it was not changed, or [`Gate::restore`] knows.
    pub fn restored(&self, packet: &[u8]) -> Option<Vec<u8>> {
        let Track::New(flow) = &self.track else { return None };
        flow.is_translated().then(|| {
            let mut restored = packet.to_vec();
            rewrite(&mut restored, &self.arrived.tuple);
            restored
        })
    }
}

impl Gate {
    /// A gate that nothing has passed yet, with a random stream of its own.
    pub fn new(config: GateConfig, rng: Rng) -> Self {
        let mut gate = Self {
            conntrack: Conntrack::new(config.timeouts, config.flows),
            nat: None,
            firewall: None,
            config: Box::new(config),
            rng,
        };
        gate.reset();
        gate
    }

    /// Forgets all that is not configuration.
    pub fn reset(&mut self) {
        self.conntrack = Conntrack::new(self.config.timeouts, self.config.flows);
        self.nat = self.config.nat.clone().map(Nat::new);
        self.firewall = self.config.firewall.clone().map(Firewall::new);
    }

    /// What it was told.
    pub fn config(&self) -> &GateConfig {
        &self.config
    }

    /// The flows.
    pub fn conntrack(&self) -> &Conntrack {
        &self.conntrack
    }

    /// The rules, if there are any.
    pub fn firewall(&self) -> Option<&Firewall> {
        self.firewall.as_ref()
    }

    pub(super) fn nat(&self) -> Option<&Nat> {
        self.nat.as_ref()
    }

    /// The outside interface, if addresses are translated.
    pub fn outside(&self) -> Option<PortId> {
        self.nat.as_ref().map(|nat| nat.config.outside)
    }

    /// Whether this is an outside address that is answered for although no interface has it: one of
    /// a pool, or one that belongs to an inside host.
    pub fn stands_for(&self, address: Ipv4Addr) -> bool {
        self.nat.as_ref().is_some_and(|nat| nat.stands_for(address))
    }

    /// Says which addresses the outside interface has. What used others is forgotten.
    pub fn set_outside(
        &mut self,
        ctx: &mut Context<'_>,
        addresses: impl Iterator<Item = Ipv4Addr> + Clone,
    ) {
        let Some(nat) = &mut self.nat else { return };
        if nat.own.iter().copied().eq(addresses.clone()) {
            return;
        }
        let known = !nat.own.is_empty();
        nat.set_own(addresses.collect());
        if known {
            let interface = nat.config.outside;
            let addresses = nat.own.iter().map(|own| IpAddr::V4(*own)).collect();
            ctx.emit(|| TraceEvent::Nat(NatEvent::OutsideChanged { interface, addresses }));
        }
        let lost = |flow: &Flow| {
            let ends = [flow.original.destination.address, flow.reply.destination.address];
            let uses_gone = |end: IpAddr| nat.was_outside(end) && !nat.is_outside(end);
            ends.into_iter().any(uses_gone)
        };
        let removed = self.conntrack.remove_where(lost);
        nat.forget_gone();
        for flow in removed {
            self.release(ctx, &flow, Some(Unmapped::AddressGone));
        }
    }

    /// A packet came in by an interface, to one station (`group` is false) or to several; its IP
    /// header was checked, and it is whole. If it belongs to a flow it gets that flow's ends; if it
    /// begins one, its destination may change.
    ///
    /// # Errors
    /// Why it may not pass.
    pub fn arrive(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        group: bool,
        packet: &mut [u8],
    ) -> Result<Passage, DropReason> {
        let arrived = summarize(packet)?;
        let mut passage =
            Passage { arrived, in_by: port, track: Track::None, turned_inside: false };
        if group || is_discovery(&arrived) {
            return Ok(passage);
        }
        if let Class::Error { quoted } = arrived.class {
            return self.error_arrives(ctx, passage, quoted, packet);
        }
        if let Some((id, direction)) = self.conntrack.find(&arrived.tuple) {
            let is_translated = self.pass_known(ctx, id, direction, &arrived, packet);
            passage.track = Track::Known { is_translated };
            return Ok(passage);
        }
        let begins = may_begin(arrived.class);
        let mut flow = Flow::begin(ctx.now(), &arrived);
        if let Some(nat) = self.nat.as_ref().filter(|_| arrived.tuple.source.address.is_ipv4()) {
            let found = nat.destination_for(port, &arrived, begins)?;
            if let Some((inside, by, mapping)) = found {
                flow.reply.source = inside;
                flow.receiver = mapping;
                passage.turned_inside = true;
                if flow.is_translated() {
                    let new = flow.leaving(Direction::Original);
                    tell_translated(ctx, by, &arrived.tuple, &new);
                    rewrite(packet, &new);
                }
            }
        }
        if begins {
            passage.track = Track::New(Box::new(flow));
        }
        Ok(passage)
    }

    /// A packet that came in is for the node itself.
    ///
    /// # Errors
    /// Why it may not pass.
    pub fn enter(&mut self, ctx: &mut Context<'_>, passage: Passage) -> Result<(), Refusal> {
        let Passage { arrived, in_by, track, turned_inside } = passage;
        let way = Way { path: FirewallPath::Incoming, in_by: Some(in_by), out_by: None };
        let current = current(&arrived, &track);
        self.judge(ctx, way, &current, &track)?;
        if let Some(nat) = self.nat.as_ref().filter(|nat| nat.config.outside == in_by) {
            let destination = arrived.tuple.destination.address;
            let hidden = matches!(track, Track::New(_))
                && destination.is_ipv4()
                && !turned_inside
                && !nat.is_outside(destination)
                && nat.config.covers(destination);
            if hidden {
                return Err(DropReason::NatInsideFromOutside { destination }.into());
            }
        }
        match track {
            Track::New(flow) => self.confirm(ctx, *flow, &arrived),
            _ => Ok(()),
        }
    }

    /// A packet that came in goes out by another interface, or by the same. Its source may change.
    ///
    /// # Errors
    /// Why it may not pass.
    pub fn pass(
        &mut self,
        ctx: &mut Context<'_>,
        passage: &mut Passage,
        out: PortId,
        packet: &mut [u8],
    ) -> Result<(), Refusal> {
        let in_by = passage.in_by;
        let way = Way { path: FirewallPath::Forwarded, in_by: Some(in_by), out_by: Some(out) };
        let current = current(&passage.arrived, &passage.track);
        self.judge(ctx, way, &current, &passage.track)?;
        if matches!(passage.track, Track::Known { .. } | Track::Related { .. }) {
            return Ok(());
        }
        let Tuple { source, destination, .. } = current.tuple;
        let mut by = None;
        if let Some(nat) = self.nat.as_ref().filter(|_| source.address.is_ipv4()) {
            let outside = nat.config.outside;
            if in_by == outside
                && out != outside
                && !passage.turned_inside
                && nat.config.covers(destination.address)
            {
                let destination = destination.address;
                return Err(DropReason::NatInsideFromOutside { destination }.into());
            }
            if in_by != outside && out == outside && nat.config.covers(source.address) {
                by = Some(Translation::Outbound);
            } else if in_by != outside && passage.turned_inside {
                by = Some(Translation::Hairpin);
            }
        }
        let Track::New(flow) = &mut passage.track else {
            return match (by, current.class) {
                (None, _) => Ok(()),
                (_, Class::Error { .. }) => Err(DropReason::NatUnrelatedError.into()),
                _ => Err(no_flow(&current.tuple).into()),
            };
        };
        if let Some(by) = by {
            self.translate_source(ctx, flow, by, None)?;
            if flow.reply.destination != flow.original.source {
                rewrite(packet, &flow.leaving(Direction::Original));
            }
        }
        let flow = Flow::clone(flow);
        self.confirm(ctx, flow, &passage.arrived)
    }

    /// A packet of the node's own goes out by an interface, to one station or to several.
    ///
    /// # Errors
    /// Why it may not pass.
    pub fn leave(
        &mut self,
        ctx: &mut Context<'_>,
        out: PortId,
        group: bool,
        packet: &mut [u8],
    ) -> Result<(), Refusal> {
        let arrived = summarize(packet)?;
        let way = Way { path: FirewallPath::Outgoing, in_by: None, out_by: Some(out) };
        if group || is_discovery(&arrived) {
            return self.judge(ctx, way, &arrived, &Track::None);
        }
        if let Class::Error { quoted } = arrived.class {
            // What it quotes was given the ends that its sender knows.
            let known = quoted.and_then(|quoted| {
                let answer = self.conntrack.find(&quoted.inverse());
                answer.or_else(|| self.conntrack.find(&quoted))
            });
            let track = match known {
                Some(_) => Track::Related { is_translated: false },
                None => Track::None,
            };
            return self.judge(ctx, way, &arrived, &track);
        }
        if let Some((id, direction)) = self.conntrack.find(&arrived.tuple) {
            let is_translated = self.pass_known(ctx, id, direction, &arrived, packet);
            return self.judge(ctx, way, &arrived, &Track::Known { is_translated });
        }
        if !may_begin(arrived.class) {
            return self.judge(ctx, way, &arrived, &Track::None);
        }
        let mut flow = Box::new(Flow::begin(ctx.now(), &arrived));
        let source = arrived.tuple.source.address;
        let track = Track::New(flow.clone());
        self.judge(ctx, way, &arrived, &track)?;
        if let (Some(nat), IpAddr::V4(own)) = (&self.nat, source)
            && nat.config.outside == out
            && has_ports(arrived.tuple.protocol)
        {
            // Its own traffic takes outside ports like everybody's.
            let fixed = nat.is_outside(source).then_some(own);
            if fixed.is_some() || nat.config.covers(source) {
                self.translate_source(ctx, &mut flow, Translation::Outbound, fixed)?;
                if flow.is_translated() {
                    rewrite(packet, &flow.leaving(Direction::Original));
                }
            }
        }
        self.confirm(ctx, *flow, &arrived)
    }

    /// Gives a packet that was translated, or the beginning of one, the ends with which it came in.
    pub fn restore(&self, packet: &mut [u8]) {
        let Some(tuple) = quoted_tuple(packet) else { return };
        if let Some((id, direction)) = self.conntrack.find(&tuple.inverse())
            && let Some(flow) = self.conntrack.flow(id)
        {
            rewrite(packet, &flow.arriving(direction.other()));
        }
    }

    /// Takes out what is too old.
    pub fn expire(&mut self, ctx: &mut Context<'_>) {
        while let Some(flow) = self.conntrack.expire(ctx.now()) {
            self.release(ctx, &flow, None);
        }
    }

    /// When to call [`expire`](Self::expire) next.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.conntrack.next_deadline()
    }

    fn pass_known(
        &mut self,
        ctx: &mut Context<'_>,
        id: FlowId,
        direction: Direction,
        arrived: &Summary,
        packet: &mut [u8],
    ) -> bool {
        let Some(flow) = self.conntrack.flow(id) else { return false };
        // Nobody outside keeps a mapping alive alone (RFC 4787 REQ-6 and section 4.3).
        let unasked = flow.receiver.is_some() && !flow.is_answered();
        let is_translated = flow.is_translated();
        if is_translated {
            let new = flow.leaving(direction);
            let by = match direction {
                Direction::Original if flow.receiver.is_some() || flow.sender.is_none() => {
                    self.nat.as_ref().map_or(Translation::Outbound, |nat| nat.way_of(flow))
                }
                Direction::Original => Translation::Outbound,
                Direction::Reply => Translation::Answer,
            };
            tell_translated(ctx, by, &arrived.tuple, &new);
            rewrite(packet, &new);
        }
        let refresh = !(unasked && direction == Direction::Original);
        self.conntrack.pass(ctx.now(), id, direction, arrived, refresh);
        is_translated
    }

    fn error_arrives(
        &mut self,
        ctx: &mut Context<'_>,
        mut passage: Passage,
        quoted: Option<Tuple>,
        packet: &mut [u8],
    ) -> Result<Passage, DropReason> {
        let arrived = passage.arrived;
        let known = quoted.and_then(|quoted| self.conntrack.find(&quoted.inverse()));
        let Some((id, direction)) = known else {
            if let Some(nat) = self.nat.as_ref().filter(|nat| nat.config.outside == passage.in_by) {
                let destination = arrived.tuple.destination.address;
                if nat.is_outside(destination) && !nat.is_own(destination) {
                    return Err(DropReason::NatUnrelatedError);
                }
            }
            return Ok(passage);
        };
        let Some(flow) = self.conntrack.flow(id) else { return Ok(passage) };
        let is_translated = flow.is_translated();
        passage.track = Track::Related { is_translated };
        if !is_translated {
            return Ok(passage);
        }
        if !error_is_sound(packet) {
            let (protocol, what) = (Protocol::Icmp, "a wrong checksum, or one in its quote");
            return Err(DropReason::Malformed { protocol, what });
        }
        // The error goes the way that an answer to the quoted packet would, and what it quotes is a
        // packet of the opposite direction as it had left: it gets the ends with which it had come.
        let new_quoted = flow.arriving(direction.other());
        let (arriving, leaving) = (flow.arriving(direction), flow.leaving(direction));
        // Whoever inside sends it, outside it comes from the address that stands for the inside.
        let source = match arriving.source == leaving.source {
            true => arrived.tuple.source.address,
            false => leaving.source.address,
        };
        let destination = leaving.destination.address;
        let (IpAddr::V4(from), IpAddr::V4(to)) = (source, destination) else { return Ok(passage) };
        ctx.emit(|| {
            TraceEvent::Nat(NatEvent::ErrorTranslated {
                source,
                destination,
                protocol: protocol(new_quoted.protocol),
                quoted_source: new_quoted.source.into(),
                quoted_destination: new_quoted.destination.into(),
            })
        });
        rewrite_error(packet, from, to, &new_quoted);
        Ok(passage)
    }

    /// Asks the rules, if there are any and if this is for them.
    fn judge(
        &mut self,
        ctx: &mut Context<'_>,
        way: Way,
        packet: &Summary,
        track: &Track,
    ) -> Result<(), Refusal> {
        let Some(firewall) = &mut self.firewall else { return Ok(()) };
        let path = way.path;
        if let Track::Known { .. } | Track::Related { .. } = track {
            firewall.pass_established(packet);
            let related = matches!(track, Track::Related { .. });
            ctx.emit(|| TraceEvent::Firewall(FirewallEvent::Established { path, related }));
            return Ok(());
        }
        let verdict = firewall.judge(way, packet);
        let rejected = verdict.action == FirewallAction::Reject;
        match (verdict.action, verdict.rule) {
            (FirewallAction::Allow, Some((rule, text))) => {
                ctx.emit(|| TraceEvent::Firewall(FirewallEvent::Allowed { path, rule, text }));
                Ok(())
            }
            (FirewallAction::Allow, None) => {
                ctx.emit(|| TraceEvent::Firewall(FirewallEvent::AllowedByPolicy { path }));
                Ok(())
            }
            (_, Some((rule, text))) => {
                let reason = DropReason::FirewallDenied { path, rule, text, rejected };
                Err(Refusal { reason, reject: rejected })
            }
            (_, None) => {
                let reason = DropReason::FirewallPolicy { path, rejected };
                Err(Refusal { reason, reject: rejected })
            }
        }
    }

    /// Gives the flow's sender an outside end.
    fn translate_source(
        &mut self,
        ctx: &mut Context<'_>,
        flow: &mut Flow,
        by: Translation,
        fixed: Option<Ipv4Addr>,
    ) -> Result<(), DropReason> {
        let Some(nat) = &mut self.nat else { return Ok(()) };
        let (inside, before) = (flow.original.source, flow.leaving(Direction::Original));
        if let Some(outside) = nat.address_of(inside.address) {
            flow.reply.destination.address = outside.into();
            tell_translated(ctx, by, &before, &flow.leaving(Direction::Original));
            return Ok(());
        }
        let (id, made) = nat.mapping_for(ctx.now(), &mut self.rng, flow, fixed)?;
        let Some(mapping) = nat.mappings.get(id) else { return Ok(()) };
        flow.sender = Some(id);
        flow.reply.destination = mapping.outside;
        // The node's own ends are outside ends anyway: worth a word only if another port is used.
        let silent = fixed.is_some() && mapping.outside == inside;
        if made && !silent {
            let (outside, why) = (mapping.outside.into(), mapping.why);
            let protocol = protocol(mapping.protocol);
            ctx.emit(|| {
                let inside = inside.into();
                TraceEvent::Nat(NatEvent::Mapped { protocol, inside, outside, why })
            });
        }
        if !silent {
            tell_translated(ctx, by, &before, &flow.leaving(Direction::Original));
        }
        Ok(())
    }

    /// The first packet of a flow has passed everything.
    fn confirm(
        &mut self,
        ctx: &mut Context<'_>,
        flow: Flow,
        first: &Summary,
    ) -> Result<(), Refusal> {
        if let Some(nat) = &mut self.nat {
            nat.hold(&flow);
        }
        let kept = flow.clone();
        let mut evicted = None;
        let result = self.conntrack.insert(ctx.now(), flow, first, |flow| evicted = Some(flow));
        if let Some(flow) = evicted {
            self.release(ctx, &flow, Some(Unmapped::Evicted));
        }
        match result {
            Ok(_) => Ok(()),
            Err(refused) => {
                if let Some(nat) = &mut self.nat {
                    nat.release(&kept).for_each(drop);
                }
                Err(match refused {
                    Refused::Clash => DropReason::FlowClash.into(),
                    Refused::Full { limit } => DropReason::FlowTableFull { limit }.into(),
                })
            }
        }
    }

    /// A flow is gone, and with it what only it used.
    fn release(&mut self, ctx: &mut Context<'_>, flow: &Flow, why: Option<Unmapped>) {
        let Some(nat) = &mut self.nat else { return };
        for mapping in nat.release(flow) {
            let protocol = protocol(mapping.protocol);
            let (inside, outside) = (mapping.inside, mapping.outside);
            if inside == outside {
                continue;
            }
            let (inside, outside) = (inside.into(), outside.into());
            let idle = flow.state.timeout(&self.config.timeouts);
            ctx.emit(|| {
                TraceEvent::Nat(match why {
                    None => NatEvent::Expired { protocol, inside, outside, idle },
                    Some(why) => NatEvent::Unmapped { protocol, inside, outside, why },
                })
            });
        }
    }
}
