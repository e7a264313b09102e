//! A lab, built and asked.

use std::net::{IpAddr, SocketAddr};

use lanternet_core::trace::{
    IcmpMessage, Protocol, ResetCause, SegmentDirection, TcpFlags, TcpSegment, TcpState,
    Unreachable, Unsent,
};
use lanternet_core::{
    Context, Deadline, Device, DropReason, Duration, Frame, Instant, Limits, NodeId, PortId,
    Recorder, Rng, Simulation, Topology, TraceEvent,
};
use lanternet_lab::{Lab, NodeKind, ProbeOutcome, ProbeReport, Service, Transport};
use lanternet_net::l2::{Hub, Switch, SwitchConfig};
use lanternet_net::l3::{
    Delivery, HEADROOM, Inbound, InterfaceConfig, L3, L3Config, SendOptions, StaticRoute, icmp,
};

use super::super::network;
use super::wire::{ACK, RST, SYN, packet, tcp, udp};

/// The port that probes are sent from.
const EPHEMERAL: u16 = 49152;

/// A station with hardly anything above IP.
struct Station {
    layer: L3,
    listening: Vec<(Protocol, u16)>,
    /// When the answer to its probe came.
    answered: Option<(Instant, IpAddr)>,
    refused: bool,
}

impl Station {
    fn collect(&mut self, ctx: &mut Context<'_>) {
        while let Some(delivery) = self.layer.poll_delivery() {
            match delivery {
                Delivery::Icmp(icmp) => match icmp.message {
                    IcmpMessage::EchoReply { .. } => self.answered = Some((ctx.now(), icmp.from)),
                    IcmpMessage::Unreachable(Unreachable::Port) => self.refused = true,
                    _ => {}
                },
                Delivery::Packet(inbound) if inbound.protocol == 6 => self.tcp(ctx, &inbound),
                Delivery::Packet(inbound) => self.udp(ctx, &inbound),
            }
        }
    }

    fn send(&mut self, ctx: &mut Context<'_>, about: &Inbound, protocol: u8, payload: &[u8]) {
        let bytes = packet(about.destination, about.source, protocol, payload);
        let _ = self.layer.send(ctx, bytes, SendOptions::default());
    }

    fn tcp(&mut self, ctx: &mut Context<'_>, inbound: &Inbound) {
        let bytes = inbound.payload();
        let (from, to) = (be16(&bytes[0..2]), be16(&bytes[2..4]));
        let local = SocketAddr::new(inbound.destination, to);
        let remote = SocketAddr::new(inbound.source, from);
        let flags = bytes[13];
        let (direction, flags_seen) = (SegmentDirection::Received, TcpFlags(flags));
        let segment = Some(TcpSegment { direction, flags: flags_seen, seq: 0, ack: 0, len: 0 });
        let change = |from, to| TraceEvent::TcpStateChanged { local, remote, from, to, segment };
        match flags {
            SYN if self.listening.contains(&(Protocol::Tcp, to)) => {
                ctx.emit(|| change(TcpState::Listen, TcpState::SynReceived));
                self.send(ctx, inbound, 6, &tcp(to, from, 5000, 1001, SYN | ACK));
            }
            SYN => {
                let protocol = Protocol::Tcp;
                ctx.drop_frame(inbound.interface, || DropReason::NoListener { protocol, local });
                let why = ResetCause::NoListener;
                ctx.emit(|| TraceEvent::TcpResetSent { local, remote, why });
                self.send(ctx, inbound, 6, &tcp(to, from, 0, 1001, RST | ACK));
            }
            f if f & RST != 0 => {
                ctx.emit(|| change(TcpState::SynSent, TcpState::Closed));
                self.refused = true;
            }
            f if f == SYN | ACK => {
                ctx.emit(|| change(TcpState::SynSent, TcpState::Established));
                self.answered = Some((ctx.now(), inbound.source));
                self.send(ctx, inbound, 6, &tcp(to, from, 1001, 5001, ACK));
            }
            _ => {}
        }
    }

    fn udp(&mut self, ctx: &mut Context<'_>, inbound: &Inbound) {
        let bytes = inbound.payload();
        let (from, to) = (be16(&bytes[0..2]), be16(&bytes[2..4]));
        let local = SocketAddr::new(inbound.destination, to);
        let remote = SocketAddr::new(inbound.source, from);
        let protocol = Protocol::Udp;
        if to == EPHEMERAL {
            self.answered = Some((ctx.now(), inbound.source));
        } else if !self.listening.contains(&(protocol, to)) {
            ctx.drop_frame(inbound.interface, || DropReason::NoListener { protocol, local });
            let message = IcmpMessage::Unreachable(Unreachable::Port);
            return self.layer.send_icmp_error(ctx, inbound, message);
        }
        ctx.emit(|| TraceEvent::DatagramDelivered { local, remote, len: bytes.len() as u32 - 8 });
        if to != EPHEMERAL {
            self.send(ctx, inbound, 17, &udp(to, from, b"lantern"));
        }
    }
}

fn be16(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[0], bytes[1]])
}

impl Device for Station {
    fn handle_start(&mut self, ctx: &mut Context<'_>) {
        self.layer.handle_start(ctx);
    }
    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        self.layer.handle_frame(ctx, port, frame);
        self.collect(ctx);
    }
    fn handle_timeout(&mut self, ctx: &mut Context<'_>) {
        self.layer.handle_timeout(ctx);
        self.collect(ctx);
    }
    fn handle_link(&mut self, ctx: &mut Context<'_>, port: PortId, up: bool) {
        self.layer.handle_link(ctx, port, up);
    }
    fn handle_crash(&mut self, ctx: &mut Context<'_>) {
        self.layer.handle_crash(ctx);
    }
    fn poll_timeout(&self) -> Option<Deadline> {
        self.layer.poll_timeout()
    }
}

/// A lab that runs.
pub(super) struct World {
    pub(super) lab: Lab,
    pub(super) sim: Simulation,
    trace: Recorder,
}

impl World {
    /// Builds a lab. One with warnings is fine: most are broken on purpose.
    pub(super) fn new(text: &str) -> Self {
        let (lab, _) = match lanternet_lab::parse(text, "test.yaml") {
            Ok(parsed) => parsed,
            Err(diagnostics) => panic!("{}", diagnostics.iter().map(|d| format!("{d:?}\n")).collect::<String>()),
        };
        let mut sim = Simulation::new(lab.seed);
        for (index, node) in lab.nodes.iter().enumerate() {
            let name = node.name.as_str();
            let id = match &node.kind {
                NodeKind::Host(_) | NodeKind::Router(_) => sim.add_node(name, station(&lab, index)),
                NodeKind::Hub { ports } => sim.add_node(name, Hub::new(*ports)),
                NodeKind::Switch(switch) => {
                    sim.add_node(name, Switch::new(SwitchConfig::with_ports(switch.ports)))
                }
            };
            match &node.kind {
                NodeKind::Host(station) | NodeKind::Router(station) => {
                    for interface in &station.interfaces {
                        sim.add_port(id, interface.name.as_str());
                    }
                }
                NodeKind::Hub { ports } | NodeKind::Switch(lanternet_lab::Switch { ports, .. }) => {
                    for port in 1..=*ports {
                        sim.add_port(id, &port.to_string());
                    }
                }
            }
        }
        for link in &lab.links {
            let ends = link.ends.each_ref().map(network::place);
            let id = sim.add_link(ends, [link.forward.clone(), link.backward.clone()]);
            sim.set_link_up(id, link.up);
        }
        let trace = Recorder::default();
        sim.observe(trace.clone());
        Self { lab, sim, trace }
    }

    /// One of the labs of the repository.
    pub(super) fn file(name: &str) -> Self {
        let path = format!("{}/../../labs/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        Self::new(&std::fs::read_to_string(path).expect("the lab is there"))
    }

    pub(super) fn topology(&self) -> &Topology {
        self.sim.topology()
    }

    pub(super) fn node(&self, name: &str) -> NodeId {
        self.topology().find_node(name).expect("a node of the lab")
    }

    /// Sends an echo request to a node or an address.
    pub(super) fn ping(&mut self, from: &str, to: &str) -> ProbeReport {
        self.probe(from, to, None, 56)
    }

    pub(super) fn tcp(&mut self, from: &str, to: &str, port: u16) -> ProbeReport {
        self.probe(from, to, Some(Service { port, transport: Transport::Tcp }), 0)
    }

    pub(super) fn udp(&mut self, from: &str, to: &str, port: u16) -> ProbeReport {
        self.probe(from, to, Some(Service { port, transport: Transport::Udp }), 0)
    }

    pub(super) fn probe(
        &mut self,
        from: &str,
        to: &str,
        service: Option<Service>,
        len: usize,
    ) -> ProbeReport {
        let from = self.node(from);
        let net = network::Network::new(&self.lab);
        let named = self.topology().find_node(to);
        let address = match named {
            Some(node) => net.addresses(node).next().map(|owner| owner.net.addr()),
            None => Some(to.parse().expect("an address")),
        };
        let owner = address.and_then(|a| net.owners(a).first().map(|owner| owner.at.node));
        let to = named.or(owner);
        self.trace.take();
        let started = self.sim.now();
        let sent = address.map(|address| {
            let send = |node: &mut Station, ctx: &mut Context<'_>| {
                (node.answered, node.refused) = (None, false);
                let source = node.layer.source_for(address);
                // A program that is not bound lets the layer say why it cannot send.
                let source = source.ok().or(node.layer.addresses().next().map(|(_, n)| n.addr()));
                let source = source.ok_or(Unsent::AddressNotAvailable)?;
                let buffer = match service {
                    None => {
                        let (IpAddr::V4(source), IpAddr::V4(address)) = (source, address) else {
                            unreachable!()
                        };
                        let message = IcmpMessage::EchoRequest { ident: 7, seq: 1 };
                        let mut bytes = icmp::build(source, address, 64, message, &vec![0x61; len]);
                        // Full frames ask for the path MTU; longer packets are there to be cut.
                        bytes[HEADROOM + 6] |= if len == 1472 { 0x40 } else { 0 };
                        bytes
                    }
                    Some(Service { port, transport: Transport::Tcp }) => {
                        packet(source, address, 6, &tcp(EPHEMERAL, port, 1000, 0, SYN))
                    }
                    Some(Service { port, transport: Transport::Udp }) => {
                        packet(source, address, 17, &udp(EPHEMERAL, port, b"lantern"))
                    }
                };
                let sent = node.layer.send(ctx, buffer, SendOptions::default());
                node.collect(ctx);
                sent
            };
            self.sim.command(from, send).expect("a station")
        });
        let until = started + Duration::from_secs(5);
        self.sim.run_until_idle(Limits { until, events: 20_000 });
        let station = self.sim.device::<Station>(from);
        let records = self.trace.take();
        let by = |records: &[lanternet_core::Record]| {
            let taken = |event: &TraceEvent| {
                matches!(event, TraceEvent::PacketForUs { destination, .. } if Some(*destination) == address)
            };
            records.iter().find(|r| taken(&r.event)).map_or(from, |r| r.place.node())
        };
        let outcome = match (sent, station.and_then(|s| s.answered), station.is_some_and(|s| s.refused)) {
            (None, ..) => ProbeOutcome::NoAddress,
            (Some(Err(_)), ..) => ProbeOutcome::Failed(std::io::ErrorKind::NetworkUnreachable),
            (_, Some((at, _)), _) => ProbeOutcome::Reached { rtt: at - started, by: by(&records) },
            (_, None, true) => ProbeOutcome::Refused,
            _ => ProbeOutcome::Silent,
        };
        ProbeReport { from, to, address, service, started, outcome, records }
    }
}

fn station(lab: &Lab, index: usize) -> Station {
    let node = &lab.nodes[index];
    let station = node.kind.station().expect("a host or router");
    let interface = |interface: &lanternet_lab::Interface| {
        let empty = InterfaceConfig::new(*interface.mac);
        interface.addresses.iter().fold(empty, |config, net| config.with_address(net.value))
    };
    let gateway = station.gateway.map(|via| StaticRoute {
        to: "0.0.0.0/0".parse().expect("a network"),
        via: via.value,
    });
    let routes = station.routes.iter().map(|row| StaticRoute { to: row.to.value, via: row.via.value });
    let config = L3Config {
        interfaces: station.interfaces.iter().map(interface).collect(),
        routes: gateway.into_iter().chain(routes).collect(),
        forwarding: node.kind.forwards_packets(),
    };
    let services = network::Network::new(lab).services(NodeId(index as u32));
    let listening = services.iter().map(|service| match service.transport {
        Transport::Tcp => (Protocol::Tcp, service.port),
        Transport::Udp => (Protocol::Udp, service.port),
    });
    Station {
        layer: L3::new(config, Rng::named(lab.seed, node.name.as_str())),
        listening: listening.collect(),
        answered: None,
        refused: false,
    }
}
