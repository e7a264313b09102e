//! A node with nothing above IP: it answers as a host does on which no program runs.

use std::net::IpAddr;

use lanternet_core::trace::{IcmpMessage, Unreachable, Unsent};
use lanternet_core::{
    Context, Deadline, Device, Frame, Instant, IpNet, LinkSettings, MacAddr, NodeId, PortId,
    PortRef, Rng, Simulation,
};
use lanternet_net::l3::{
    Delivery, IcmpInbound, InterfaceConfig, L3, L3Config, SendOptions, StaticRoute, icmp,
};

/// The IP layer as a device.
pub(crate) struct Node {
    pub(crate) layer: L3,
    /// The ICMP messages that came up.
    pub(crate) heard: Vec<IcmpInbound>,
}

const UDP: u8 = 17;

impl Node {
    pub(crate) fn new(config: L3Config, name: &str) -> Self {
        Self { layer: L3::new(config, Rng::named(1, name)), heard: Vec::new() }
    }

    fn collect(&mut self, ctx: &mut Context<'_>) {
        while let Some(delivery) = self.layer.poll_delivery() {
            match delivery {
                Delivery::Icmp(message) => self.heard.push(message),
                Delivery::NameServers(_) => {}
                Delivery::Packet(packet) => {
                    let before = ctx.set_about(packet.about);
                    let what = match packet.protocol {
                        UDP => Unreachable::Port,
                        _ => Unreachable::Protocol,
                    };
                    self.layer.send_icmp_error(ctx, &packet, IcmpMessage::Unreachable(what));
                    ctx.set_about(before);
                    packet.recycle(ctx);
                }
            }
        }
    }

    /// Sends an echo request with this data from the address that fits.
    pub(crate) fn ping(
        &mut self,
        ctx: &mut Context<'_>,
        to: IpAddr,
        ttl: u8,
        data: &[u8],
    ) -> Result<(), Unsent> {
        let (IpAddr::V4(source), IpAddr::V4(to)) = (self.layer.source_for(to)?, to) else {
            return Err(Unsent::AddressNotAvailable);
        };
        let message = IcmpMessage::EchoRequest { ident: 7, seq: 1 };
        let buffer = icmp::build(source, to, ttl, message, data);
        let sent = self.layer.send(ctx, buffer, SendOptions::default());
        self.collect(ctx);
        sent
    }
}

impl Device for Node {
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
        self.collect(ctx);
    }
    fn handle_crash(&mut self, ctx: &mut Context<'_>) {
        self.layer.handle_crash(ctx);
        self.heard.clear();
    }
    fn poll_timeout(&self) -> Option<Deadline> {
        self.layer.poll_timeout()
    }
}

/// Adds a node whose interfaces have these addresses, derived hardware addresses, and ports.
pub(crate) fn add_node(
    sim: &mut Simulation,
    name: &str,
    addresses: &[IpNet],
    routes: Vec<StaticRoute>,
    forwarding: bool,
) -> NodeId {
    let interface = |(index, address): (usize, &IpNet)| {
        InterfaceConfig::new(MacAddr::derive(1, name, &format!("eth{index}")))
            .with_address(*address)
    };
    let interfaces = addresses.iter().enumerate().map(interface).collect();
    let node = sim.add_node(
        name,
        Node::new(L3Config { interfaces, routes, forwarding, ..L3Config::default() }, name),
    );
    for index in 0..addresses.len() {
        sim.add_port(node, &format!("eth{index}"));
    }
    node
}

/// One node, and a far end for each of its interfaces.
pub(crate) struct Bench {
    pub(crate) sim: Simulation,
    pub(crate) node: NodeId,
    pub(crate) ends: Vec<PortRef>,
}

/// What a node said: when, on which of its interfaces, and the bytes.
pub(crate) type Said = (Instant, usize, Vec<u8>);

impl Bench {
    /// The node under test of the recordings: hardware addresses, addresses and routes as in
    /// `record.py`.
    pub(crate) fn new(router: bool, mtu: u16, change: impl FnOnce(&mut L3Config)) -> Self {
        let interface = |n: u8| {
            let address = format!("10.0.{n}.1/24").parse().unwrap();
            InterfaceConfig::new(MacAddr([2, 0, 0, 0, 0, n])).with_address(address)
        };
        let route =
            |to: &str, via: &str| StaticRoute::new(to.parse().unwrap(), via.parse().unwrap());
        let mut config = L3Config { forwarding: router, ..L3Config::default() };
        config.interfaces.push(interface(1));
        if router {
            config.interfaces.push(InterfaceConfig { mtu, ..interface(2) });
            config.routes.push(route("10.3.0.0/16", "10.0.2.254"));
            config.routes.push(route("10.3.4.0/24", "10.0.2.253"));
            config.routes.push(route("10.5.0.0/16", "10.0.1.253"));
        } else {
            config.routes.push(route("0.0.0.0/0", "10.0.1.254"));
        }
        change(&mut config);
        let ports = config.interfaces.len();
        let mut sim = Simulation::new(1);
        let node = sim.add_node("node", Node::new(config, "node"));
        let mut ends = Vec::new();
        for index in 0..ports {
            let near = sim.add_port(node, &format!("eth{index}"));
            let far = sim.add_external(&format!("end{index}"));
            let settings = LinkSettings { mtu: u16::MAX, ..LinkSettings::default() };
            sim.add_link([near, far], [settings.clone(), settings]);
            ends.push(far);
        }
        Self { sim, node, ends }
    }

    pub(crate) fn host() -> Self {
        Self::new(false, 1500, |_| ())
    }

    /// Lets the clock go on; what is under way arrives.
    pub(crate) fn until(&mut self, at: Instant) {
        self.sim.run_until(at);
    }

    /// What the node said since the last time, in order of time.
    pub(crate) fn said(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        for (port, end) in self.ends.iter().enumerate() {
            let frames = self.sim.drain(*end);
            said.extend(frames.into_iter().map(|(at, frame)| (at, port, frame.bytes().to_vec())));
        }
        said.sort_by_key(|(at, ..)| *at);
        said
    }

    /// Calls the node itself.
    pub(crate) fn command<R>(
        &mut self,
        command: impl FnOnce(&mut Node, &mut Context<'_>) -> R,
    ) -> R {
        self.sim.command(self.node, command).unwrap()
    }
}
