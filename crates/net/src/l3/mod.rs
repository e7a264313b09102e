//! IP: one layer for hosts and routers. A router is a node whose layer forwards.
//!
//! Reading list: RFC 791 (IP), 826 (ARP), 792 (ICMP), 1122 (hosts), 1812 (routers), 5227 (address
//! conflicts), 1191 (path MTU). Where those leave a choice, the choice is Linux's.
//!
//! - [`L3`]: the layer as its owner sees it: frames and packets in, frames and deliveries out.
//! - `input`: from the cable: is it for us? header checks, local delivery, ICMP.
//! - `forward`: for somebody else: TTL, route, redirect, MTU.
//! - `output`: from programs: route, segment, neighbour, and onto the cable.
//! - `gate`: where address translation and the rules of [`nat`](crate::nat) are asked.
//! - `lower`: what interfaces stand on that have no cable: the node's own bridge, a VLAN.
//! - `arp`, [`neighbor`]: which hardware address has the next hop.
//! - [`ipv6`]: what is different there; tables, limits and paths are shared.
//! - [`route_table`]: which way. `interface`: what is ours. `fragment`, [`icmp`]: the formats.
//!
//! Left out: IP options are carried but not acted on (source routes are not followed, which
//! RFC 7126 recommends); policy and multicast routing (but see [`igmp`]).

mod arp;
mod change;
mod config;
mod forward;
mod fragment;
mod gate;
pub mod icmp;
pub mod igmp;
mod input;
mod interface;
pub mod ipv6;
mod lower;
pub mod neighbor;
mod output;
mod packet;
mod path;
pub mod route_table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{NeighborState, Route, RouteKind, Unsent};
use lanternet_core::{
    Context, Deadline, DropReason, Duration, Frame, Instant, IpNet, MacAddr, PortId, Rng,
    TraceEvent,
};

pub use config::{
    AdvertiseConfig, AdvertisedPrefix, InterfaceConfig, Ipv6Config, L3Config, StaticNeighbor,
    StaticRoute,
};
pub use lower::{LowerConfig, Subinterface};
pub use packet::{Delivery, HEADROOM, IcmpInbound, Inbound, Original, SendOptions};

use fragment::Reassembler;
use icmp::RateLimiter;
use interface::{ClaimStep, Interface};
use ipv6::fragment::Reassembler6;
use lower::Lower;
use neighbor::{Due, NeighborRow, NeighborTable};
use path::Path;
use route_table::RouteTable;

use crate::nat::Gate;

/// EtherTypes (IANA).
const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_ARP: u16 = 0x0806;
const ETHERTYPE_IPV6: u16 = 0x86dd;

/// How long a learned path MTU counts (RFC 1191 section 6.3).
const PATH_MTU_LIFETIME: Duration = Duration::from_secs(600);
/// Destinations whose path MTU is remembered; the one learned first makes room.
const PATH_MTU_LIMIT: usize = 1024;
/// The least MTU of any link (RFC 791 section 3.2).
const MIN_MTU: u16 = 68;

/// The IP layer of one node. Driven like a [`Device`](lanternet_core::Device), whose contract it
/// follows; in addition, after each call `poll_delivery` is called until it returns `None`.
#[derive(Debug)]
pub struct L3 {
    interfaces: Vec<Interface>,
    routes: RouteTable,
    static_routes: Box<[StaticRoute]>,
    neighbors: NeighborTable,
    forwarding: bool,
    deliveries: VecDeque<Delivery>,
    /// The way of the last packet.
    path: Option<Box<Path>>,
    /// What few nodes ever need.
    rare: Option<Box<Rare>>,
    /// Address translation and rules.
    gate: Option<Box<Gate>>,
    /// What interfaces stand on that have no cable.
    lower: Option<Box<Lower>>,
    ident: u16,
    rng: Rng,
}

/// How far a node is with an address that it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// It still asks whether somebody has it.
    Asking,
    /// It uses the address.
    Ours,
    /// Somebody else has it.
    Taken,
}

#[derive(Debug, Default)]
struct Rare {
    fragments: Reassembler,
    fragments6: Reassembler6,
    limiter: RateLimiter,
    path_mtu: BTreeMap<IpAddr, (u16, Instant)>,
    igmp: BTreeMap<PortId, igmp::Igmp>,
    /// Groups that it is in from the start; the rest of this is forgotten with the power.
    groups: Box<[IpAddr]>,
}

impl L3 {
    /// A layer that has not started yet, with a random stream of its own.
    pub fn new(config: L3Config, mut rng: Rng) -> Self {
        let gate = config.gate.map(|gate| {
            let rng = Rng::named(rng.next_u64(), "gate");
            Box::new(Gate::new(*gate, rng))
        });
        Self {
            gate,
            interfaces: config.interfaces.iter().map(Interface::new).collect(),
            routes: RouteTable::default(),
            static_routes: config.routes.into(),
            neighbors: NeighborTable::default(),
            forwarding: config.forwarding,
            deliveries: VecDeque::new(),
            path: None,
            rare: Self::rare_with(config.groups.into()),
            lower: config.lower.map(|lower| Box::new(Lower::new(*lower))),
            ident: 0,
            rng,
        }
    }

    /// Takes no memory where there is nothing to remember.
    fn rare_with(groups: Box<[IpAddr]>) -> Option<Box<Rare>> {
        (!groups.is_empty()).then(|| Box::new(Rare { groups, ..Rare::default() }))
    }

    /// The node has power.
    pub fn handle_start(&mut self, ctx: &mut Context<'_>) {
        self.ident = self.rng.next_u64() as u16;
        for interface in &mut self.interfaces {
            interface.start(ctx.now(), &mut self.rng);
        }
        for (port, interface) in (0..).map(PortId).zip(&self.interfaces) {
            for neighbor in interface.neighbors() {
                self.neighbors.insert_static((port, neighbor.address), neighbor.mac);
            }
        }
        self.start_v6(ctx);
        for port in 0..self.interfaces.len() {
            self.add_connected(PortId(port as u16));
        }
        self.start_igmp(ctx);
        let groups = self.rare.as_ref().map(|rare| rare.groups.clone()).unwrap_or_default();
        for group in groups {
            // The lab's check says where there is no interface for it.
            let _ = self.join_group(group, None);
        }
        self.start_lower(ctx);
        self.handle_timeout(ctx);
    }

    /// A time named by `poll_timeout` has come.
    pub fn handle_timeout(&mut self, ctx: &mut Context<'_>) {
        self.forget_path();
        self.lower_timeout(ctx);
        for port in (0..self.interfaces.len() as u16).map(PortId) {
            while let Some(step) =
                self.interfaces[port.0 as usize].claim_step(ctx.now(), &mut self.rng)
            {
                match step {
                    ClaimStep::Probe(address, attempt) => self.probe(ctx, port, address, attempt),
                    ClaimStep::Announce(net, usable) => {
                        if usable {
                            self.add_connected(port);
                        }
                        if let IpAddr::V4(address) = net.addr() {
                            self.announce(ctx, port, address);
                        }
                    }
                }
            }
        }
        self.igmp_timeout(ctx);
        self.timeout_v6(ctx);
        while let Some(due) = self.neighbors.due(ctx.now()) {
            self.handle_neighbor_due(ctx, due);
        }
        while let Some(expired) =
            self.rare.as_mut().and_then(|rare| rare.fragments.expire(ctx.now()))
        {
            self.reassembly_timed_out(ctx, expired);
        }
        if let Some(gate) = &mut self.gate {
            gate.expire(ctx);
        }
    }

    /// An interface can be sent by from now on, or not.
    fn set_up(&mut self, ctx: &mut Context<'_>, port: PortId, up: bool) {
        let Some(interface) = self.interfaces.get_mut(port.0 as usize) else { return };
        interface.up = up;
        self.forget_path();
        self.link_v6(ctx, port, up);
        self.routes.set_interface_up(port, up);
        if up {
            self.igmp_link_up(port);
        } else {
            for held in self.neighbors.flush(port) {
                let before = ctx.set_about(held.about);
                ctx.drop_frame(Some(port), || DropReason::LinkDown);
                ctx.set_about(before);
            }
        }
    }

    /// The node lost its power: tables and packets are forgotten.
    pub fn handle_crash(&mut self, ctx: &mut Context<'_>) {
        self.forget_path();
        self.crash_lower(ctx);
        self.routes = RouteTable::default();
        self.neighbors = NeighborTable::default();
        self.deliveries.clear();
        for interface in &mut self.interfaces {
            interface.crash();
        }
        let groups = self.rare.take().map(|rare| rare.groups).unwrap_or_default();
        self.rare = Self::rare_with(groups);
        if let Some(gate) = &mut self.gate {
            gate.reset();
        }
        for v6 in self.interfaces.iter_mut().filter_map(|interface| interface.v6.as_deref_mut()) {
            v6.stop();
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is next due.
    pub fn poll_timeout(&self) -> Option<Deadline> {
        let busy = self.neighbors.is_waiting();
        let mut next = self.neighbors.next_deadline().map(|at| Deadline { at, busy });
        for (at, busy) in self.interfaces.iter().filter_map(Interface::next_claim) {
            next = Deadline::earliest(next, Some(Deadline { at, busy }));
        }
        let flows = self.gate.as_ref().and_then(|gate| gate.next_deadline());
        for v6 in self.interfaces.iter().filter_map(|interface| interface.v6.as_deref()) {
            next = Deadline::earliest(next, v6.next_deadline());
        }
        let rare = self.rare.as_deref();
        let fragments = rare.and_then(|rare| rare.fragments.next_deadline());
        let fragments6 = rare.and_then(|rare| rare.fragments6.next_deadline());
        let fragments = fragments.into_iter().chain(fragments6).min();
        let next = Deadline::earliest(next, fragments.map(Deadline::background));
        let next = Deadline::earliest(next, flows.map(Deadline::background));
        let next = Deadline::earliest(next, self.igmp_deadline());
        Deadline::earliest(next, self.lower_deadline())
    }

    /// What came up for the protocols above, in order. Call until `None` after every other call
    /// that takes a context.
    pub fn poll_delivery(&mut self) -> Option<Delivery> {
        self.deliveries.pop_front()
    }

    /// The source address for packets to a destination: the destination itself where it is one of
    /// ours, else that of the interface that leads there.
    ///
    /// # Errors
    /// [`Unsent::NetworkUnreachable`] when no route leads there, [`Unsent::NetworkDown`] when only
    /// cables without a carrier would,
    /// [`Unsent::AddressNotAvailable`] when the interface has no address of that family.
    pub fn source_for(&self, destination: IpAddr) -> Result<IpAddr, Unsent> {
        if self.is_local(destination) {
            return Ok(destination);
        }
        if let IpAddr::V6(destination) = destination {
            return self.source_for6(destination, None).map(|chosen| chosen.source);
        }
        if self.is_limited_broadcast(destination) || destination.is_multicast() {
            let port = self.interface_for_group(None).ok_or(Unsent::NetworkUnreachable)?;
            let interface = &self.interfaces[port.0 as usize];
            return interface.source_for(destination).ok_or(Unsent::AddressNotAvailable);
        }
        let route = self.routes.lookup(destination).ok_or_else(|| self.no_way(destination))?;
        let interface = &self.interfaces[route.interface.0 as usize];
        let next_hop = route.via.unwrap_or(destination);
        interface.source_for(next_hop).ok_or(Unsent::AddressNotAvailable)
    }

    /// Why no route leads to a destination.
    fn no_way(&self, destination: IpAddr) -> Unsent {
        match self.routes.is_down(destination) {
            true => Unsent::NetworkDown,
            false => Unsent::NetworkUnreachable,
        }
    }

    /// The longest packet that gets to a destination in one piece, as far as is known.
    pub fn path_mtu(&self, now: Instant, destination: IpAddr) -> u16 {
        if self.is_local(destination) {
            return u16::MAX;
        }
        let route = self.routes.lookup(destination);
        let mtu = route.map_or(1500, |route| match destination {
            IpAddr::V4(_) => self.interfaces[route.interface.0 as usize].mtu,
            IpAddr::V6(_) => self.mtu6(route.interface),
        });
        mtu.min(self.learned_mtu(now, destination))
    }

    /// Whether this is an address of this node, loopback (127/8) included.
    pub fn is_local(&self, address: IpAddr) -> bool {
        address.is_loopback() || self.interfaces.iter().any(|interface| interface.owns(address))
    }

    /// Whether this reaches all stations of a segment: 255.255.255.255, or the last address of a
    /// segment of ours.
    pub fn is_broadcast(&self, address: IpAddr) -> bool {
        self.is_limited_broadcast(address)
            || self.interfaces.iter().any(|interface| interface.broadcast_of(address).is_some())
    }

    /// The addresses in use on all interfaces, each with its segment.
    pub fn addresses(&self) -> impl Iterator<Item = (PortId, IpNet)> + '_ {
        let ports = (0..).map(PortId).zip(&self.interfaces);
        ports.flat_map(|(port, interface)| interface.addresses().map(move |net| (port, net)))
    }

    /// The hardware address of an interface.
    pub fn mac(&self, port: PortId) -> Option<MacAddr> {
        self.interfaces.get(port.0 as usize).map(|interface| interface.mac)
    }

    /// Whether packets for others are passed on.
    pub fn forwards(&self) -> bool {
        self.forwarding
    }

    /// The neighbour table as it stands at this time.
    pub fn neighbors(&self, now: Instant) -> impl Iterator<Item = NeighborRow> + '_ {
        self.neighbors.rows(now)
    }

    /// The routing table in the order of preference, each row with whether its interface is up.
    pub fn routes(&self) -> impl ExactSizeIterator<Item = (&Route, bool)> {
        self.routes.rows()
    }

    /// The interface for packets to everybody or to a group: the one asked for, that of the default
    /// route, or the first that has an address.
    fn interface_for_group(&self, asked: Option<PortId>) -> Option<PortId> {
        let default = || self.routes.lookup(Ipv4Addr::UNSPECIFIED.into());
        let v4 = |(_, net): &(PortId, IpNet)| net.addr().is_ipv4();
        let first = || self.addresses().find(v4).map(|(port, _)| port);
        asked.or_else(|| default().map(|route| route.interface)).or_else(first)
    }

    fn is_limited_broadcast(&self, address: IpAddr) -> bool {
        address == IpAddr::V4(Ipv4Addr::BROADCAST)
    }

    /// What a router on the way said about the longest packet; 65535 when none did.
    fn learned_mtu(&self, now: Instant, destination: IpAddr) -> u16 {
        match self.rare.as_ref().and_then(|rare| rare.path_mtu.get(&destination)) {
            Some((mtu, until)) if now < *until => *mtu,
            _ => u16::MAX,
        }
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Adds the rows that an interface's addresses bring, and the configured rows that they make
    /// possible.
    fn add_connected(&mut self, port: PortId) {
        let segments: Vec<IpNet> = self.interfaces[port.0 as usize].segments().collect();
        for net in segments {
            self.routes.add(RouteTable::connected(net, port));
        }
        for route in &self.static_routes {
            // A router on no segment of ours cannot be reached; the lab's check has said so.
            if let Some(interface) = self.interface_of(route) {
                self.routes.add(Route {
                    destination: route.to,
                    via: Some(route.via),
                    interface,
                    kind: RouteKind::Static,
                });
            }
        }
        for (port, interface) in (0..).map(PortId).zip(&self.interfaces) {
            self.routes.set_interface_up(port, interface.up);
        }
    }

    /// The interface on whose segment a route's next router is.
    fn interface_of(&self, route: &StaticRoute) -> Option<PortId> {
        let mut ports = (0..self.interfaces.len() as u16).map(PortId);
        match route.via {
            IpAddr::V6(via) if via.is_unicast_link_local() => {
                route.interface.or_else(|| ports.find(|port| self.has_ipv6(*port)))
            }
            via => route.interface.or_else(|| self.routes.interface_towards(via)),
        }
    }

    /// Removes the rows of an address that turned out to be somebody else's.
    fn remove_connected(&mut self, port: PortId, address: IpAddr) {
        let others: Vec<IpNet> = self.interfaces[port.0 as usize].addresses().collect();
        let stays = |gateway: IpAddr| others.iter().any(|net| net.contains(&gateway));
        self.routes.remove(|route| {
            route.interface == port
                && match route.via {
                    None => {
                        route.destination.contains(&address)
                            && !others.iter().any(|net| net.trunc() == route.destination)
                    }
                    Some(via) => !stays(via),
                }
        });
    }

    fn tell_state(
        &self,
        ctx: &mut Context<'_>,
        (interface, address): neighbor::Key,
        from: NeighborState,
        to: NeighborState,
    ) {
        ctx.emit(|| TraceEvent::NeighborStateChanged { interface, address, from, to });
    }

    fn handle_neighbor_due(&mut self, ctx: &mut Context<'_>, due: Due) {
        match due {
            Due::Ask { key, attempt, unicast, was } => {
                if unicast.is_some() && was != NeighborState::Probe {
                    self.tell_state(ctx, key, was, NeighborState::Probe);
                }
                self.ask(ctx, key.0, key.1, attempt, unicast);
            }
            Due::Failed { key, attempts, held, .. } => {
                let ((interface, address), dropped) = (key, held.len() as u16);
                self.routes.remove_redirects_via(address);
                ctx.emit(|| TraceEvent::NeighborUnresolved {
                    interface,
                    address,
                    attempts,
                    dropped,
                });
                for held in held {
                    self.neighbor_failed(ctx, interface, address, held);
                }
            }
        }
    }

    /// Puts a finished frame onto the cable.
    fn transmit(&mut self, ctx: &mut Context<'_>, port: PortId, bytes: Vec<u8>) {
        let frame = ctx.frame(bytes);
        self.hand_down(ctx, port, frame);
    }

    /// Puts a packet with room in front onto the cable.
    fn transmit_packet(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        to: MacAddr,
        mut buffer: Vec<u8>,
    ) {
        let from = self.interfaces[port.0 as usize].mac;
        let ethertype = if buffer[HEADROOM] >> 4 == 6 { ETHERTYPE_IPV6 } else { ETHERTYPE_IPV4 };
        ethernet(&mut buffer, to, from, ethertype);
        self.transmit(ctx, port, buffer);
    }
}

/// Writes an Ethernet header at the start of a buffer that has room for it.
fn ethernet(buffer: &mut [u8], to: MacAddr, from: MacAddr, ethertype: u16) {
    buffer[..6].copy_from_slice(&to.0);
    buffer[6..12].copy_from_slice(&from.0);
    buffer[12..Frame::HEADER_LEN].copy_from_slice(&ethertype.to_be_bytes());
}
