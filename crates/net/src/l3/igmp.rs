//! Groups of IPv4: how a host tells that it takes part, and how a router asks (RFC 3376, RFC 2236).
//!
//! - [`message`]: the formats of versions 1 to 3. `member`: a host on an interface. `querier`: who asks.
//! - This file: both on the interfaces of the IP layer.
//!
//! A host speaks version 3, and version 2 for as long as the querier does; it takes a querier of
//! version 1 for one of version 2. Programs join whole groups, not single senders. Nobody forwards
//! between segments: there is no multicast routing.

pub(crate) mod member;
pub mod message;
pub(crate) mod querier;

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{MulticastEvent, Protocol};
use lanternet_core::{Context, Deadline, DropReason, MacAddr, PortId, TraceEvent};

use self::member::{Member, Plan};
use self::message::{ALL_ROUTERS, ALL_V3_ROUTERS, Message};
use self::querier::Querier;
use super::packet::Inbound;
use super::{HEADROOM, L3};
use crate::wire::checksum::checksum;

/// IGMP on one interface.
#[derive(Debug, Default)]
pub(super) struct Igmp {
    member: Member,
    querier: Option<Querier>,
}

impl Igmp {
    fn next(&self) -> Option<Deadline> {
        // What nobody has been told yet is told before a run ends.
        let member = self.member.next().map(|(at, news)| Deadline { at, busy: news });
        let querier = self.querier.as_ref().map(|querier| Deadline::background(querier.next()));
        Deadline::earliest(member, querier)
    }
}

fn tell(ctx: &mut Context<'_>, event: impl FnOnce() -> MulticastEvent) {
    ctx.emit(|| TraceEvent::Multicast(event()));
}

impl L3 {
    /// The groups of IPv4 that programs take part in.
    pub fn groups(&self) -> Vec<(PortId, Ipv4Addr)> {
        let interfaces = self.rare.iter().flat_map(|rare| &rare.igmp);
        let groups =
            interfaces.flat_map(|(port, igmp)| igmp.member.groups().map(|group| (*port, group)));
        groups.collect()
    }

    /// Queriers start to ask.
    pub(super) fn start_igmp(&mut self, ctx: &mut Context<'_>) {
        for port in (0..self.interfaces.len() as u16).map(PortId) {
            let interface = &mut self.interfaces[usize::from(port.0)];
            if interface.querier {
                interface.join(ALL_ROUTERS.into());
                interface.join(ALL_V3_ROUTERS.into());
                let igmp = self.rare().igmp.entry(port).or_default();
                igmp.querier = Some(Querier::new(ctx.now()));
            }
        }
    }

    /// A program joined or left; what is to be told of it is as soon as the layer is asked.
    pub(super) fn igmp_changed(&mut self, port: PortId, group: Ipv4Addr, joined: bool) {
        self.rare().igmp.entry(port).or_default().member.request(group, joined);
    }

    /// A cable came up: who is behind it knows nothing of us.
    pub(super) fn igmp_link_up(&mut self, port: PortId) {
        if let Some(rare) = &mut self.rare
            && let Some(igmp) = rare.igmp.get_mut(&port)
        {
            igmp.member.report_again();
        }
    }

    pub(super) fn igmp_deadline(&self) -> Option<Deadline> {
        let interfaces = self.rare.iter().flat_map(|rare| rare.igmp.values());
        interfaces.fold(None, |next, igmp| Deadline::earliest(next, igmp.next()))
    }

    /// Sends what is due.
    pub(super) fn igmp_timeout(&mut self, ctx: &mut Context<'_>) {
        let ports = self.rare.iter().flat_map(|rare| rare.igmp.keys().copied());
        for port in ports.collect::<Vec<_>>() {
            self.tell_igmp_changes(ctx, port);
            while let Some(due) = self.igmp(port, |igmp, rng| igmp.member.due(ctx.now(), rng)) {
                self.send_igmp(ctx, port, &due.message);
                tell(ctx, || MulticastEvent::ReportSent {
                    interface: port,
                    version: due.version,
                    groups: due.groups.iter().copied().map(IpAddr::V4).collect(),
                    why: due.why,
                });
            }
            while let Some((query, resumed)) =
                self.igmp(port, |igmp, _| igmp.querier.as_mut()?.due(ctx.now()))
            {
                if resumed {
                    let interface = Some(port);
                    tell(ctx, || MulticastEvent::QuerierResumed { interface, vlan: None });
                }
                let group = query.group.map(IpAddr::V4);
                self.send_igmp(ctx, port, &Message::Query(query));
                tell(ctx, || MulticastEvent::QuerySent { port: Some(port), vlan: None, group });
            }
        }
    }

    fn tell_igmp_changes(&mut self, ctx: &mut Context<'_>, port: PortId) {
        let changes = self.igmp(port, |igmp, _| Some(igmp.member.apply(ctx.now())));
        for (group, joined) in changes.unwrap_or_default() {
            let (interface, group) = (port, IpAddr::V4(group));
            tell(ctx, || match joined {
                true => MulticastEvent::Joined { interface, group },
                false => MulticastEvent::Left { interface, group },
            });
        }
    }

    fn igmp<R>(
        &mut self,
        port: PortId,
        call: impl FnOnce(&mut Igmp, &mut lanternet_core::Rng) -> Option<R>,
    ) -> Option<R> {
        call(self.rare.as_mut()?.igmp.get_mut(&port)?, &mut self.rng)
    }

    fn send_igmp(&mut self, ctx: &mut Context<'_>, port: PortId, message: &Message) {
        let source = self.igmp_source(port);
        let to = MacAddr::for_multicast(message.destination().into());
        // On an interface without a cable nobody needs to be told.
        let _ = self.send_on_link(ctx, port, to, message.packet(source, HEADROOM));
    }

    /// The interface's first address; unspecified while it has none (RFC 3376 section 4.2.13).
    fn igmp_source(&self, port: PortId) -> Ipv4Addr {
        let addresses = self.interfaces[usize::from(port.0)].addresses();
        let mut addresses = addresses.filter_map(|net| match net.addr() {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        });
        addresses.next().unwrap_or(Ipv4Addr::UNSPECIFIED)
    }

    /// A message of IGMP for this node.
    pub(super) fn process_igmp(&mut self, ctx: &mut Context<'_>, inbound: Inbound) {
        let protocol = Protocol::Igmp;
        let (Some(port), IpAddr::V4(from)) = (inbound.interface, inbound.source) else { return };
        let payload = inbound.payload();
        if checksum(payload) != 0 {
            let mut bytes = payload.to_vec();
            let found = bytes.get(2..4).map_or(0, |sum| u16::from_be_bytes([sum[0], sum[1]]));
            bytes.iter_mut().skip(2).take(2).for_each(|byte| *byte = 0);
            let expected = checksum(&bytes);
            let reason = DropReason::ChecksumWrong { protocol, found, expected };
            return ctx.drop_frame(Some(port), || reason);
        }
        match Message::parse(payload) {
            Ok(Some(message)) => self.take_igmp(ctx, port, from, message),
            Ok(None) => ctx.drop_frame(Some(port), || DropReason::GroupMessageIgnored),
            Err(what) => {
                ctx.drop_frame(Some(port), || DropReason::Malformed { protocol, what });
            }
        }
        inbound.recycle(ctx);
    }

    fn take_igmp(&mut self, ctx: &mut Context<'_>, port: PortId, from: Ipv4Addr, message: Message) {
        let (now, own) = (ctx.now(), self.igmp_source(port));
        let (interface, querier) = (port, IpAddr::V4(from));
        match message {
            Message::Query(query) => {
                let yielded = self.igmp(port, |igmp, _| {
                    igmp.querier.as_mut().map(|asking| asking.heard(now, own, from))
                });
                if yielded == Some(true) {
                    tell(ctx, || MulticastEvent::QuerierYielded { port, querier });
                }
                let group = query.group.map(IpAddr::V4);
                let plan = self.igmp(port, |igmp, rng| {
                    let plan = igmp.member.asked(now, &query, rng);
                    Some((plan, igmp.member.version(now)))
                });
                let Some(((plan, changed), version)) = plan else {
                    return tell(ctx, || MulticastEvent::NothingToAnswer {
                        interface,
                        querier,
                        group,
                    });
                };
                if changed {
                    tell(ctx, || MulticastEvent::VersionChanged { interface, version });
                }
                tell(ctx, || match plan {
                    Plan::Answer(delay) => {
                        MulticastEvent::AnswerPlanned { interface, querier, group, delay }
                    }
                    Plan::Nothing => MulticastEvent::NothingToAnswer { interface, querier, group },
                });
            }
            Message::Report { group, .. } => {
                let heard = self.igmp(port, |igmp, _| Some(igmp.member.heard(now, group)));
                if heard == Some(true) {
                    let (group, by) = (group.into(), querier);
                    tell(ctx, || MulticastEvent::AnswerSuppressed { interface, group, by });
                } else {
                    ctx.drop_frame(Some(port), || DropReason::GroupMessageIgnored);
                }
            }
            Message::Leave { .. } | Message::Records(_) => {
                let taken = self.igmp(port, |igmp, _| {
                    let asking = igmp.querier.as_mut()?;
                    match &message {
                        Message::Leave { group } => asking.left(now, *group),
                        Message::Records(records) => asking.records(now, records),
                        _ => {}
                    }
                    Some(())
                });
                // A querier without multicast routing has nothing else to do with it.
                if taken.is_none() {
                    ctx.drop_frame(Some(port), || DropReason::GroupMessageIgnored);
                }
                self.igmp_timeout(ctx);
            }
        }
    }
}
