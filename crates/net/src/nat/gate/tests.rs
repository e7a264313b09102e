//! A gate on the workbench: packets in by one side, what comes out by the other.

mod errors;
mod filtering;
mod forwards;
mod mappings;
mod properties;
mod rules;

use std::net::Ipv4Addr;

use lanternet_core::trace::{DropReason, TraceEvent};
use lanternet_core::{
    Context, Duration, Instant, NodeId, Outbox, PortId, Recorder, Rng, Topology, Tracer,
};

use super::super::config::{Behavior, GateConfig, NatConfig, Preset};
use super::super::packet::{Endpoint, ICMP, Summary, TCP, UDP};
use super::{Gate, Refusal};
use crate::l3::{HEADROOM, icmp};
use crate::wire::checksum::{checksum, pseudo_header};

const OUTSIDE: PortId = PortId(0);
const INSIDE: PortId = PortId(1);
/// The NAT's outside address.
const PUBLIC: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 5);
/// Inside hosts.
const A: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 2);
const B: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 3);
/// Outside servers.
const S: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 80);
const T: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 81);

const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;
const FIN: u8 = 0x01;

fn end(address: Ipv4Addr, port: u16) -> Endpoint {
    Endpoint::new(address, port)
}

/// An IPv4 packet with right checksums.
fn ip(protocol: u8, from: Ipv4Addr, to: Ipv4Addr, payload: &[u8]) -> Vec<u8> {
    let len = (20 + payload.len()) as u16;
    let mut packet = vec![0x45, 0, 0, 0, 0x12, 0x34, 0, 0, 63, protocol, 0, 0];
    packet[2..4].copy_from_slice(&len.to_be_bytes());
    packet.extend_from_slice(&from.octets());
    packet.extend_from_slice(&to.octets());
    let sum = checksum(&packet);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    packet.extend_from_slice(payload);
    packet
}

fn udp(from: Endpoint, to: Endpoint) -> Vec<u8> {
    let (std::net::IpAddr::V4(source), std::net::IpAddr::V4(destination)) =
        (from.address, to.address)
    else {
        unreachable!()
    };
    let mut datagram = [from.port.to_be_bytes(), to.port.to_be_bytes(), [0, 13], [0, 0]].concat();
    datagram.extend_from_slice(b"hello");
    let sum = pseudo_header(from.address, to.address, UDP, 13).with(&datagram).finish_udp();
    datagram[6..8].copy_from_slice(&sum.to_be_bytes());
    ip(UDP, source, destination, &datagram)
}

fn tcp(from: Endpoint, to: Endpoint, flags: u8) -> Vec<u8> {
    let (std::net::IpAddr::V4(source), std::net::IpAddr::V4(destination)) =
        (from.address, to.address)
    else {
        unreachable!()
    };
    let mut segment = [from.port.to_be_bytes(), to.port.to_be_bytes()].concat();
    segment.extend_from_slice(&[0, 0, 3, 232, 0, 0, 0, 9, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    let sum = pseudo_header(from.address, to.address, TCP, 20).with(&segment).finish();
    segment[16..18].copy_from_slice(&sum.to_be_bytes());
    ip(TCP, source, destination, &segment)
}

fn echo(kind: u8, from: Ipv4Addr, to: Ipv4Addr, ident: u16) -> Vec<u8> {
    let [a, b] = ident.to_be_bytes();
    let mut message = vec![kind, 0, 0, 0, a, b, 0, 1, b'a', b'b'];
    let sum = checksum(&message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    ip(ICMP, from, to, &message)
}

/// "Port unreachable" about a packet.
fn unreachable_about(from: Ipv4Addr, to: Ipv4Addr, about: &[u8]) -> Vec<u8> {
    use lanternet_core::trace::{IcmpMessage, Unreachable};
    let message = IcmpMessage::Unreachable(Unreachable::Port);
    let mut packet = icmp::build(from, to, 64, message, about).split_off(HEADROOM);
    let sum = checksum(&packet[..20]);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    packet
}

/// All checksums, computed anew.
#[track_caller]
fn assert_sound(packet: &[u8]) {
    assert_eq!(checksum(&packet[..20]), 0, "IP");
    let (source, destination) = (address(packet, 12), address(packet, 16));
    let payload = &packet[20..];
    let len = payload.len() as u32;
    match packet[9] {
        ICMP => assert_eq!(checksum(payload), 0, "ICMP"),
        UDP if payload[6..8] == [0, 0] => {}
        protocol @ (TCP | UDP) => {
            let sum = pseudo_header(source.into(), destination.into(), protocol, len);
            assert_eq!(sum.with(payload).finish(), 0, "protocol {protocol}");
        }
        _ => {}
    }
}

fn address(packet: &[u8], at: usize) -> Ipv4Addr {
    Ipv4Addr::new(packet[at], packet[at + 1], packet[at + 2], packet[at + 3])
}

fn source(packet: &[u8]) -> Endpoint {
    Summary::of(packet).unwrap().tuple.source
}

fn destination(packet: &[u8]) -> Endpoint {
    Summary::of(packet).unwrap().tuple.destination
}

/// Where a packet ended up.
#[derive(Debug, PartialEq, Eq)]
enum Went {
    Outside(Vec<u8>),
    Inside(Vec<u8>),
    /// To the node itself.
    Up(Vec<u8>),
}

impl Went {
    #[track_caller]
    fn outside(self) -> Vec<u8> {
        match self {
            Self::Outside(packet) => packet,
            other => panic!("went elsewhere: {other:?}"),
        }
    }
    #[track_caller]
    fn inside(self) -> Vec<u8> {
        match self {
            Self::Inside(packet) => packet,
            other => panic!("went elsewhere: {other:?}"),
        }
    }
}

struct Bench {
    gate: Gate,
    own: Vec<Ipv4Addr>,
    now: Instant,
    made: u64,
    outbox: Outbox,
    tracer: Tracer,
    trace: Recorder,
    topology: Topology,
}

impl Bench {
    fn new(config: GateConfig) -> Self {
        let (mut tracer, trace) = (Tracer::default(), Recorder::default());
        tracer.add(trace.clone());
        Self {
            gate: Gate::new(config, Rng::named(1, "gate")),
            own: vec![PUBLIC],
            now: Instant::ZERO,
            made: 0,
            outbox: Outbox::default(),
            tracer,
            trace,
            topology: Topology::default(),
        }
    }

    fn preset(preset: Preset) -> Self {
        Self::nat(preset, |_| {})
    }

    fn nat(preset: Preset, change: impl FnOnce(&mut NatConfig)) -> Self {
        let mut nat = NatConfig::new(OUTSIDE, preset);
        change(&mut nat);
        Self::new(GateConfig { nat: Some(nat), ..GateConfig::default() })
    }

    fn behavior(change: impl FnOnce(&mut Behavior)) -> Self {
        Self::nat(Preset::Home, |nat| change(&mut nat.behavior))
    }

    fn wait(&mut self, secs: u64) {
        self.now += Duration::from_secs(secs);
        self.call(|gate, ctx| gate.expire(ctx));
    }

    fn call<R>(&mut self, call: impl FnOnce(&mut Gate, &mut Context<'_>) -> R) -> R {
        let own = self.own.clone();
        let mut ctx = Context::new(
            self.now,
            NodeId(0),
            &mut self.made,
            &mut self.outbox,
            &mut self.tracer,
            &self.topology,
        );
        self.gate.set_outside(&mut ctx, own.into_iter());
        call(&mut self.gate, &mut ctx)
    }

    /// A packet comes in by a port. Whatever is in 192.168.0.0/16 is inside.
    fn packet(&mut self, port: PortId, mut packet: Vec<u8>) -> Result<Went, DropReason> {
        let own = self.own.clone();
        self.call(|gate, ctx| {
            let mut passage = gate.arrive(ctx, port, false, &mut packet)?;
            let to = address(&packet, 16);
            if own.contains(&to) || to == Ipv4Addr::new(192, 168, 1, 1) {
                gate.enter(ctx, passage).map_err(|refusal| refusal.reason)?;
                return Ok(Went::Up(packet));
            }
            let out = if to.octets()[..2] == [192, 168] { INSIDE } else { OUTSIDE };
            gate.pass(ctx, &mut passage, out, &mut packet).map_err(|refusal| refusal.reason)?;
            Ok(if out == INSIDE { Went::Inside(packet) } else { Went::Outside(packet) })
        })
    }

    fn inside_sends(&mut self, packet: Vec<u8>) -> Result<Went, DropReason> {
        self.packet(INSIDE, packet)
    }

    fn outside_sends(&mut self, packet: Vec<u8>) -> Result<Went, DropReason> {
        self.packet(OUTSIDE, packet)
    }

    /// The node's own packet leaves by the outside interface.
    fn own(&mut self, mut packet: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        self.call(|gate, ctx| gate.leave(ctx, OUTSIDE, false, &mut packet).map(|()| packet))
    }

    /// An inside end speaks UDP; the outside end that it gets.
    #[track_caller]
    fn speak(&mut self, from: Endpoint, to: Endpoint) -> Endpoint {
        source(&self.inside_sends(udp(from, to)).unwrap().outside())
    }

    fn events(&self) -> Vec<TraceEvent> {
        self.trace.take().into_iter().map(|record| record.event).collect()
    }
}
