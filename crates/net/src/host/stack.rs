//! What a host's programs share: the IP layer, the sockets, the connections, the names.
//!
//! Programs call in here while the host lets them run. Such a call changes the tables at once; what
//! it sends and what it tells is an [`Effect`] that the host carries out as soon as the program
//! waits, at the same time and in the same order.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use lanternet_core::trace::{
    DropReason, IcmpMessage, Ipv6Event, Protocol, TraceEvent, Unreachable, Unsent,
};
use lanternet_core::{Context, Instant, IpNet, Rng};

use super::config::{HostConfig, LabNames};
use super::dhcp::Dhcp;
use super::errno::Errno;
use super::more::More;
use super::ping;
use super::ports::Bindings;
use super::process::{ProgramState, Spawned};
use super::readiness::Readiness;
use super::scope::{interface_of, is_link_local};
use super::sockets::{SocketId, SocketTable};
use super::tcp::{ConnectionId, Tcp};
use super::timers::Timers;
use super::udp;
use crate::l3::ipv6::ChosenSource;
use crate::l3::{Delivery, IcmpInbound, Inbound, L3, SendOptions};
use crate::wire::checksum::pseudo_header;

/// What a program's call does to the world outside its host.
#[derive(Debug)]
pub(super) enum Effect {
    /// Something is told.
    Event(Box<TraceEvent>),
    /// A packet leaves.
    Packet { packet: Vec<u8>, options: SendOptions, socket: SocketId },
    /// A connection may have something to send.
    Drive(ConnectionId),
}

/// See the module's head.
pub(super) struct Stack {
    pub(super) l3: L3,
    pub(super) now: Instant,
    pub(super) traced: bool,
    pub(super) rng: Rng,
    pub(super) effects: VecDeque<Effect>,
    pub(super) sockets: SocketTable,
    pub(super) tcp: Option<Box<Tcp>>,
    pub(super) tcp_ports: Bindings,
    pub(super) udp_ports: Bindings,
    /// Ping sockets by identifier.
    #[expect(clippy::box_collection, reason = "16 bytes less in each of a million silent hosts")]
    pub(super) pings: Option<Box<BTreeMap<u16, SocketId>>>,
    pub(super) programs: Vec<ProgramState>,
    #[expect(clippy::box_collection, reason = "16 bytes less in each of a million silent hosts")]
    pub(super) spawned: Option<Box<Vec<Spawned>>>,
    pub(super) timers: Timers,
    pub(super) names: Option<Arc<LabNames>>,
    pub(super) more: More,
}

impl Stack {
    pub(super) fn new(config: HostConfig) -> Self {
        let mut rng = config.rng;
        // The IP layer draws from a stream of its own, so that programs do not change its numbers.
        let l3 = L3::new(config.l3, Rng::named(rng.next_u64(), "l3"));
        let dhcp = config.dhcp.map(|dhcp| {
            // A stream of its own as well; drawn from only where there is DHCP.
            let rng = Rng::named(rng.next_u64(), "dhcp");
            Box::new(Dhcp::new(*dhcp, rng, config.dns.clone()))
        });
        Self {
            l3,
            now: Instant::ZERO,
            traced: false,
            rng,
            effects: VecDeque::new(),
            sockets: SocketTable::default(),
            tcp: None,
            tcp_ports: Bindings::default(),
            udp_ports: Bindings::default(),
            pings: None,
            programs: Vec::new(),
            spawned: None,
            timers: Timers::default(),
            names: config.names,
            more: More::new(config.hosts, config.dns, dhcp),
        }
    }

    /// Takes over the time of a call.
    pub(super) fn enter(&mut self, ctx: &Context<'_>) {
        self.now = ctx.now();
        self.traced = ctx.traced();
    }

    /// Tells something as soon as the running program waits.
    pub(super) fn tell(&mut self, event: impl FnOnce() -> TraceEvent) {
        if self.traced {
            self.effects.push_back(Effect::Event(Box::new(event())));
        }
    }

    /// Lets a connection look whether it has something to send.
    pub(super) fn drive_later(&mut self, id: ConnectionId) {
        let Some(connection) = self.tcp.as_mut().and_then(|tcp| tcp.get_mut(id)) else { return };
        if !connection.dirty {
            connection.dirty = true;
            self.effects.push_back(Effect::Drive(id));
        }
    }

    /// The source address for packets to a destination. That there is no way is told, since no
    /// packet will.
    pub(super) fn source_for(&mut self, destination: IpAddr) -> Result<IpAddr, Errno> {
        self.l3.source_for(destination).map_err(|why| self.no_source(destination, why))
    }

    fn no_source(&mut self, destination: IpAddr, why: Unsent) -> Errno {
        let alike = |net: &IpNet| net.addr().is_ipv4() == destination.is_ipv4();
        let first = self.l3.addresses().map(|(_, address)| address).find(alike);
        if let (Unsent::NetworkUnreachable, Some(address)) = (why, first) {
            self.tell(|| TraceEvent::OtherSegment { destination, address, gateway: None });
        }
        self.tell(|| TraceEvent::SendFailed { destination, why });
        why.into()
    }

    /// The source address for packets to an end of a conversation, with what decided it.
    pub(super) fn source_towards(&mut self, to: SocketAddr) -> Result<IpAddr, Errno> {
        let IpAddr::V6(destination) = to.ip() else { return self.source_for(to.ip()) };
        let interface = interface_of(to);
        if is_link_local(to.ip()) && interface.is_none() {
            // Linux says so: the address alone means nothing.
            return Err(Errno::Invalid);
        }
        match self.l3.source_for6(destination, interface) {
            Ok(ChosenSource { source, rule, beaten }) => {
                if !beaten.is_empty() {
                    let destination = to.ip();
                    self.tell(|| {
                        let chosen = Ipv6Event::SourceChosen { destination, source, rule, beaten };
                        TraceEvent::Ipv6(chosen)
                    });
                }
                Ok(source)
            }
            Err(why) => Err(self.no_source(to.ip(), why)),
        }
    }

    /// Carries out what calls have left to do.
    pub(super) fn flush(&mut self, ctx: &mut Context<'_>) {
        while let Some(effect) = self.effects.pop_front() {
            match effect {
                Effect::Event(event) => ctx.emit(|| *event),
                Effect::Drive(id) => self.drive(ctx, id, false),
                Effect::Packet { packet, options, socket } => {
                    let unsent = self.l3.send(ctx, packet, options).err();
                    // What the call could not foresee is reported by the next one.
                    if let Some(unsent @ (Unsent::NetworkDown | Unsent::NoBuffers)) = unsent {
                        if let Some(socket) = self.sockets.udp_mut(socket) {
                            socket.error = Some(unsent.into());
                        } else if let Some(socket) = self.sockets.ping_mut(socket) {
                            socket.error = Some(unsent.into());
                        }
                        self.sockets.wake(socket, Readiness::ERROR);
                    }
                }
            }
        }
    }

    /// Something came up from the IP layer.
    pub(super) fn deliver(&mut self, ctx: &mut Context<'_>, delivery: Delivery) {
        match delivery {
            Delivery::Packet(inbound) => {
                match inbound.protocol {
                    6 => self.tcp_segment(ctx, &inbound),
                    udp::PROTOCOL => self.udp_datagram(ctx, &inbound),
                    number => {
                        let reason = || DropReason::UnknownProtocol { number };
                        ctx.drop_frame(inbound.interface, reason);
                        let message = IcmpMessage::Unreachable(Unreachable::Protocol);
                        self.l3.send_icmp_error(ctx, &inbound, message);
                    }
                }
                inbound.recycle(ctx);
            }
            Delivery::Icmp(icmp) => self.icmp(ctx, icmp),
            Delivery::NameServers(servers) => {
                // What is written, or came by DHCP, counts first.
                let dns = self.more.dns_mut();
                if dns.servers.is_empty() {
                    dns.servers = servers;
                }
            }
        }
    }

    fn icmp(&mut self, ctx: &mut Context<'_>, mut icmp: IcmpInbound) {
        let taken = match icmp.original.as_ref().map(|original| original.protocol) {
            Some(6) => self.tcp_icmp(ctx, &icmp),
            Some(udp::PROTOCOL) => self.udp_icmp(&icmp),
            Some(ping::PROTOCOL | ping::PROTOCOL_V6) | None => self.ping_icmp(&mut icmp),
            Some(_) => false,
        };
        if !taken {
            ctx.drop_frame(None, || DropReason::IcmpIgnored);
        }
    }

    /// Drops a segment whose checksum, at this offset, does not fit.
    pub(super) fn wrong_checksum(
        &self,
        ctx: &mut Context<'_>,
        inbound: &Inbound,
        protocol: Protocol,
        at: usize,
    ) {
        ctx.drop_frame(inbound.interface, || {
            let segment = inbound.payload();
            let found = u16::from_be_bytes([segment[at], segment[at + 1]]);
            let sum = pseudo_header(
                inbound.source,
                inbound.destination,
                inbound.protocol,
                segment.len() as u32,
            );
            let expected = sum.with(&segment[..at]).with(&[0, 0]).with(&segment[at + 2..]);
            let expected = match protocol {
                Protocol::Udp => expected.finish_udp(),
                _ => expected.finish(),
            };
            DropReason::ChecksumWrong { protocol, found, expected }
        });
    }

    /// Whether a program may bind this address.
    pub(super) fn may_bind(&self, address: IpAddr, groups_too: bool) -> Result<(), Errno> {
        let own = address.is_unspecified() || self.l3.is_local(address);
        let group = groups_too && (address.is_multicast() || self.l3.is_broadcast(address));
        if own || group { Ok(()) } else { Err(Errno::AddressNotAvailable) }
    }

    /// The name of the program that made a socket.
    pub(super) fn holder(&self, socket: SocketId) -> Option<Arc<str>> {
        let owner = self.sockets.owner(socket)?;
        Some(self.programs.get(owner.0 as usize)?.name.clone())
    }

    /// The address an unbound socket gets for talking to `to`: all addresses of its family, and a
    /// port that nobody uses.
    pub(super) fn bind_any(&mut self, id: SocketId, to: SocketAddr) -> Result<(), Errno> {
        let all: IpAddr = match to {
            SocketAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
        };
        self.bind(id, SocketAddr::new(all, 0)).map(|_| ()).map_err(|error| match error.errno {
            // Linux says so when a send finds no free port.
            Errno::AddressInUse => Errno::WouldBlock,
            other => other,
        })
    }

    /// Forgets all that is not configuration. Programs are the host's to end.
    pub(super) fn crash(&mut self, ctx: &mut Context<'_>) {
        self.l3.handle_crash(ctx);
        self.effects.clear();
        self.sockets.clear();
        self.tcp = None;
        self.tcp_ports.clear();
        self.udp_ports.clear();
        self.pings = None;
        self.more.forget_names();
        self.timers = Timers::default();
        self.dhcp_crash();
    }
}
