//! One IP layer with cables whose other ends the tests hold: what it is sent, and what it says to it,
//! by section of the RFCs.

mod addresses;
mod errors;
mod groups;
mod neighbors;
mod routers;
mod table;

use std::net::Ipv6Addr;

use lanternet_core::trace::Ipv6Event;
use lanternet_core::{
    Context, DropReason, Frame, Instant, LinkSettings, MacAddr, NodeId, PortId, PortRef, Recorder,
    Rng, Simulation, TraceEvent,
};

use super::header::{HEADER, Header6};
use super::{AddressState6, icmpv6};
use crate::l3::tests::node::Node;
use crate::l3::{
    Delivery, HEADROOM, InterfaceConfig, Ipv6Config, L3, L3Config, SendOptions, ethernet,
};

/// The hardware address of the layer's interface 0, and the link-local address that it makes of it.
pub(super) const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const NEAR: &str = "fe80::ff:fe00:1";
/// A neighbour.
pub(super) const PEER: MacAddr = MacAddr([2, 0, 0, 0, 0, 9]);
const PEER_NEAR: &str = "fe80::ff:fe00:9";

fn ip(text: &str) -> Ipv6Addr {
    text.parse().unwrap()
}

/// The layer, and the far ends of its cables.
struct Bench {
    sim: Simulation,
    node: NodeId,
    far: Vec<PortRef>,
    trace: Recorder,
}

/// A packet that came out: the frame's destination, the header, and the whole packet.
#[derive(Clone, Debug)]
struct Out {
    to: MacAddr,
    header: Header6,
    packet: Vec<u8>,
}

impl Out {
    /// Type and code of the ICMPv6 message in it, which is right behind the header.
    fn icmp(&self) -> Option<(u8, u8)> {
        (self.header.next_header == 58).then(|| (self.packet[HEADER], self.packet[HEADER + 1]))
    }
}

impl Bench {
    /// A host or router with these interfaces: their addresses and what is said of IPv6.
    fn new(forwarding: bool, interfaces: &[(&[&str], Ipv6Config)]) -> Self {
        Self::with(forwarding, interfaces, |_| ())
    }

    fn with(
        forwarding: bool,
        interfaces: &[(&[&str], Ipv6Config)],
        change: impl FnOnce(&mut L3Config),
    ) -> Self {
        let mut config = L3Config { forwarding, ..L3Config::default() };
        for (number, (addresses, v6)) in interfaces.iter().enumerate() {
            let mut interface = InterfaceConfig::new(MacAddr([2, 0, 0, 0, number as u8, 1]));
            interface.addresses = addresses.iter().map(|net| net.parse().unwrap()).collect();
            interface.v6 = Some(Box::new(v6.clone()));
            config.interfaces.push(interface);
        }
        change(&mut config);
        let layer = L3::new(config, Rng::named(1, "layer"));
        let mut sim = Simulation::new(1);
        let trace = Recorder::default();
        sim.observe(trace.clone());
        let node = sim.add_node("node", Node::new(layer));
        let far = (0..interfaces.len())
            .map(|number| {
                let near = sim.add_port(node, &format!("eth{number}"));
                let far = sim.add_external(&format!("far{number}"));
                sim.add_link([near, far], [LinkSettings::default(), LinkSettings::default()]);
                far
            })
            .collect();
        Self { sim, node, far, trace }
    }

    /// One interface with this address, all checks done and their traffic forgotten.
    fn host() -> Self {
        Self::new(false, &[(&["2001:db8:1::1/64"], Ipv6Config::default())]).settled()
    }

    /// A router between 2001:db8:1::/64 and 2001:db8:2::/64.
    fn router() -> Self {
        let plain = Ipv6Config::default;
        let interfaces: [(&[&str], Ipv6Config); 2] =
            [(&["2001:db8:1::fe/64"], plain()), (&["2001:db8:2::fe/64"], plain())];
        Self::new(true, &interfaces).settled()
    }

    fn settled(mut self) -> Self {
        self.run(10_000);
        self.out(0);
        self.trace.take();
        self
    }

    /// Runs until this many milliseconds have passed in all.
    fn run(&mut self, millis: u64) {
        self.sim.run_until(Instant::from_millis(millis));
    }

    /// A moment later: long enough for a frame and its answer.
    fn soon(&mut self) {
        let now = self.sim.now();
        self.sim.run_until(now + lanternet_core::Duration::from_millis(10));
    }

    /// The packets that came out at a far end since the last time. Those of IPv4 are left out.
    fn out(&mut self, number: usize) -> Vec<Out> {
        let frames = self.sim.drain(self.far[number]);
        let packet = |frame: &Frame| {
            let bytes = &frame.bytes()[HEADROOM..];
            let header = Header6::check(bytes).ok()?;
            let packet = bytes[..header.total_len as usize].to_vec();
            Some(Out { to: frame.destination()?, header, packet })
        };
        frames.iter().filter_map(|(_, frame)| packet(frame)).collect()
    }

    /// Puts a packet, behind `HEADROOM`, onto the cable towards the layer, from [`PEER`].
    fn put(&mut self, number: usize, to: MacAddr, mut buffer: Vec<u8>) {
        ethernet(&mut buffer, to, PEER, 0x86dd);
        self.sim.inject(self.far[number], buffer);
        self.soon();
    }

    /// The same to the layer's own hardware address.
    fn put_to_us(&mut self, number: usize, buffer: Vec<u8>) {
        self.put(number, MacAddr([2, 0, 0, 0, number as u8, 1]), buffer);
    }

    /// The same to the group that the packet is for.
    fn put_to_group(&mut self, number: usize, buffer: Vec<u8>) {
        let group = Header6::of(&buffer[HEADROOM..]).unwrap().destination;
        self.put(number, MacAddr::for_multicast(group.into()), buffer);
    }

    fn command<R>(&mut self, call: impl FnOnce(&mut L3, &mut Context<'_>) -> R) -> R {
        self.sim
            .command(self.node, |node: &mut Node, ctx| {
                let result = call(&mut node.layer, ctx);
                node.collect();
                result
            })
            .unwrap()
    }

    /// Sends an echo request of the layer's own.
    fn ping(&mut self, to: &str) {
        let to = ip(to);
        self.command(|layer, ctx| {
            let interface = Some(PortId(0));
            let source = layer.source_for6(to, interface).unwrap().source;
            let std::net::IpAddr::V6(source) = source else { unreachable!() };
            let message = lanternet_core::trace::IcmpMessage::EchoRequest { ident: 7, seq: 1 };
            let buffer = icmpv6::build(source, to, 64, message, &[0x61; 8]);
            let options = SendOptions { interface, ..SendOptions::default() };
            layer.send(ctx, buffer, options).unwrap();
        });
        self.soon();
    }

    fn look<R>(&mut self, look: impl FnOnce(&L3) -> R) -> R {
        self.command(|layer, _| look(layer))
    }

    fn states(&mut self) -> Vec<(String, AddressState6)> {
        self.look(|l3| l3.addresses6().map(|row| (row.net.to_string(), row.state)).collect())
    }

    fn events(&mut self) -> Vec<TraceEvent> {
        self.trace.take().into_iter().map(|record| record.event).collect()
    }

    fn drops(&mut self) -> Vec<DropReason> {
        let drop = |event| match event {
            TraceEvent::Dropped { reason, .. } => Some(reason),
            _ => None,
        };
        self.events().into_iter().filter_map(drop).collect()
    }

    fn ipv6_events(&mut self) -> Vec<Ipv6Event> {
        let own = |event| match event {
            TraceEvent::Ipv6(event) => Some(event),
            _ => None,
        };
        self.events().into_iter().filter_map(own).collect()
    }
}

/// An echo request between these addresses.
fn echo(source: &str, destination: &str, hop_limit: u8, len: usize) -> Vec<u8> {
    let message = lanternet_core::trace::IcmpMessage::EchoRequest { ident: 1, seq: 1 };
    icmpv6::build(ip(source), ip(destination), hop_limit, message, &vec![0; len])
}

/// A packet whose header is followed by these bytes.
fn raw(source: &str, destination: &str, next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut buffer = vec![0; HEADROOM + HEADER + payload.len()];
    buffer[HEADROOM + HEADER..].copy_from_slice(payload);
    super::header::write(&mut buffer[HEADROOM..], ip(source), ip(destination), next_header, 64);
    buffer
}
