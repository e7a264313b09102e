//! What translation decides: where a packet from outside leads, and which outside end an inside end
//! gets.

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{DropReason, Translation};
use lanternet_core::{Instant, PortId, Rng};

use super::super::config::NatConfig;
use super::super::conntrack::{Direction, Flow};
use super::super::mapping::{Mapping, MappingId, Mappings, NoPort};
use super::super::packet::{Class, Endpoint, ICMP, Summary, UDP};
use super::{has_ports, no_flow, protocol};

/// UDP ports of DHCP (IANA).
const DHCP_SERVER: u16 = 67;
const DHCP_CLIENT: u16 = 68;

/// The state of a node's translation.
#[derive(Debug)]
pub(in crate::nat) struct Nat {
    pub(in crate::nat) config: NatConfig,
    pub(in crate::nat) mappings: Mappings,
    /// The outside interface's own addresses.
    pub(super) own: Vec<Ipv4Addr>,
    /// The addresses that inside hosts share.
    pub(in crate::nat) shared: Vec<Ipv4Addr>,
    /// Outside addresses of a moment ago.
    gone: Vec<Ipv4Addr>,
}

/// Where a packet leads: the inside end, what says so, and the mapping.
type Inside = (Endpoint, Translation, Option<MappingId>);

impl Nat {
    pub(super) fn new(config: NatConfig) -> Self {
        let mappings = Mappings::new(config.behavior.clone(), &config.forwards);
        let mut nat =
            Self { config, mappings, own: Vec::new(), shared: Vec::new(), gone: Vec::new() };
        nat.set_own(Vec::new());
        nat
    }

    pub(super) fn set_own(&mut self, own: Vec<Ipv4Addr>) {
        let alone =
            |address: &Ipv4Addr| self.config.one_to_one.iter().any(|pair| pair.outside == *address);
        let pool = match self.config.pool.is_empty() {
            true => &own,
            false => &self.config.pool,
        };
        self.shared = pool.iter().copied().filter(|address| !alone(address)).collect();
        self.gone = std::mem::replace(&mut self.own, own);
    }

    pub(super) fn forget_gone(&mut self) {
        self.gone.clear();
    }

    pub(super) fn was_outside(&self, address: IpAddr) -> bool {
        self.gone.iter().any(|gone| IpAddr::V4(*gone) == address)
    }

    /// Whether the outside interface has this address.
    pub(super) fn is_own(&self, address: IpAddr) -> bool {
        self.own.iter().any(|own| IpAddr::V4(*own) == address)
    }

    /// Whether this is an address that stands for the inside, or the outside interface's.
    pub(super) fn is_outside(&self, address: IpAddr) -> bool {
        self.is_own(address) || matches!(address, IpAddr::V4(address) if self.stands_for(address))
    }

    pub(super) fn stands_for(&self, address: Ipv4Addr) -> bool {
        self.config.pool.contains(&address)
            || self.config.one_to_one.iter().any(|pair| pair.outside == address)
    }

    /// The outside address that belongs to an inside host alone.
    pub(super) fn address_of(&self, inside: IpAddr) -> Option<Ipv4Addr> {
        let mut pairs = self.config.one_to_one.iter();
        pairs.find(|pair| IpAddr::V4(pair.inside) == inside).map(|pair| pair.outside)
    }

    /// Where a packet of no known flow leads that was sent to an outside address; `None`: nowhere
    /// else than it says.
    pub(super) fn destination_for(
        &self,
        port: PortId,
        packet: &Summary,
        begins: bool,
    ) -> Result<Option<Inside>, DropReason> {
        let (from_outside, tuple) = (port == self.config.outside, &packet.tuple);
        let destination = tuple.destination;
        if !self.is_outside(destination.address) {
            return Ok(None);
        }
        let inside = self.inside_of(packet);
        if !begins {
            // The node's own answer to an inside host is a reset, or nothing.
            let local = !from_outside && inside.is_none() && self.is_own(destination.address);
            return if local { Ok(None) } else { Err(no_flow(tuple)) };
        }
        let Some(inside) = inside else {
            let known = !has_ports(tuple.protocol);
            let question = matches!(packet.class, Class::Query { .. });
            let dhcp = tuple.protocol == UDP
                && tuple.source.port == DHCP_SERVER
                && destination.port == DHCP_CLIENT;
            let local = !from_outside || known || question || dhcp;
            return match local && self.is_own(destination.address) {
                true => Ok(None),
                false => Err(DropReason::NatNoMapping {
                    protocol: protocol(tuple.protocol),
                    destination: destination.into(),
                }),
            };
        };
        if !from_outside && !self.config.behavior.hairpinning {
            return Err(DropReason::NatNoHairpin { destination: destination.into() });
        }
        if let Some(id) = inside.2 {
            self.filter(id, packet, from_outside)?;
        }
        Ok(Some(inside))
    }

    /// Which inside end an outside end leads to.
    fn inside_of(&self, packet: &Summary) -> Option<Inside> {
        let (number, to) = (packet.tuple.protocol, packet.tuple.destination);
        let mut forwards = self.config.forwards.iter();
        if let Some(forward) =
            forwards.find(|forward| forward.protocol == number && forward.port == to.port)
            && !self.is_alone(to.address)
        {
            return Some((forward.to, Translation::Forward { number: to.port }, None));
        }
        let mut pairs = self.config.one_to_one.iter();
        if let Some(pair) = pairs.find(|pair| IpAddr::V4(pair.outside) == to.address) {
            return Some((Endpoint::new(pair.inside, to.port), Translation::OneToOne, None));
        }
        // What asks has no port at this end.
        if number == ICMP {
            return None;
        }
        let id = self.mappings.at(number, to)?;
        let filtering = self.config.behavior.filtering;
        let inside = self.mappings.get(id)?.inside;
        Some((inside, Translation::Inbound { filtering }, Some(id)))
    }

    fn is_alone(&self, address: IpAddr) -> bool {
        self.config.one_to_one.iter().any(|pair| IpAddr::V4(pair.outside) == address)
    }

    /// Whether a mapping lets this packet in. One from inside counts as coming from its outside end
    /// (RFC 4787 REQ-9).
    fn filter(
        &self,
        id: MappingId,
        packet: &Summary,
        from_outside: bool,
    ) -> Result<(), DropReason> {
        let tuple = &packet.tuple;
        let mut sender = tuple.source;
        if !from_outside {
            let own = self.mappings.find(tuple.protocol, tuple.source, tuple.destination);
            let own = own.and_then(|own| self.mappings.get(own));
            sender = own.map_or(sender, |own| own.outside);
        }
        if self.mappings.admits(id, sender) {
            return Ok(());
        }
        let inside = self.mappings.get(id).map_or(tuple.destination, |mapping| mapping.inside);
        Err(DropReason::NatFiltered {
            protocol: protocol(tuple.protocol),
            source: sender.into(),
            destination: tuple.destination.into(),
            inside: inside.into(),
            filtering: self.config.behavior.filtering,
        })
    }

    /// The mapping of a flow's sender, and whether it is new. `fixed` is the sender's own address
    /// where that is an outside one.
    pub(super) fn mapping_for(
        &mut self,
        now: Instant,
        rng: &mut Rng,
        flow: &Flow,
        fixed: Option<Ipv4Addr>,
    ) -> Result<(MappingId, bool), DropReason> {
        let (number, inside) = (flow.original.protocol, flow.original.source);
        if !has_ports(number) {
            return Err(DropReason::NatUnknownProtocol { number });
        }
        let remote = flow.original.destination;
        if let Some(id) = self.mappings.find(number, inside, remote) {
            return Ok((id, false));
        }
        let ends = [inside, remote];
        let made = self.mappings.make(now, rng, number, ends, &self.shared, fixed);
        let made = made.map_err(|no_port| match no_port {
            NoPort::NoAddress => DropReason::NatNoOutsideAddress { interface: self.config.outside },
            NoPort::HostLimit { limit } => {
                DropReason::NatHostLimit { inside: inside.address, limit }
            }
            NoPort::Exhausted { ports } => DropReason::NatPortsExhausted {
                protocol: protocol(number),
                inside: inside.into(),
                addresses: self.shared.len() as u16,
                per_address: ports,
            },
        })?;
        Ok((made, true))
    }

    /// How the first packets of a flow that is known by now were translated.
    pub(super) fn way_of(&self, flow: &Flow) -> Translation {
        let destination = flow.original.destination;
        if flow.reply.destination != flow.original.source
            && flow.leaving(Direction::Original).destination != destination
        {
            return Translation::Hairpin;
        }
        if flow.receiver.is_some() {
            return Translation::Inbound { filtering: self.config.behavior.filtering };
        }
        match flow.leaving(Direction::Original).destination == destination {
            true => Translation::Outbound,
            false if self.is_alone(destination.address) => Translation::OneToOne,
            false => Translation::Forward { number: destination.port },
        }
    }

    /// A flow uses its mappings from now on.
    pub(super) fn hold(&mut self, flow: &Flow) {
        if let Some(id) = flow.sender {
            self.mappings.hold(id, Some(flow.original.destination.address));
        }
        if let Some(id) = flow.receiver {
            self.mappings.hold(id, None);
        }
    }

    /// A flow does not use its mappings any more; those that are gone with it.
    pub(super) fn release(&mut self, flow: &Flow) -> impl Iterator<Item = Mapping> + use<> {
        let peer = flow.original.destination.address;
        let sender = flow.sender.and_then(|id| self.mappings.release(id, Some(peer)));
        let receiver = flow.receiver.and_then(|id| self.mappings.release(id, None));
        sender.into_iter().chain(receiver)
    }
}
