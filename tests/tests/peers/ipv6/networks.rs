//! The networks of these tests, built by hand: `r1` and so on are routers, the others hosts.

use lanternet_core::{IpNet, LinkSettings, MacAddr, PortId, PortRef, Rng, Simulation};
use lanternet_net::host::{Host, HostConfig};
use lanternet_net::l3::{AdvertiseConfig, InterfaceConfig, Ipv6Config, L3Config, StaticRoute};
use lanternet_tests::kernel::{Live, Namespace, Plug};

/// A node under construction.
pub(super) struct Node {
    name: &'static str,
    l3: L3Config,
}

impl Node {
    pub(super) fn host(name: &'static str) -> Self {
        Self { name, l3: L3Config::default() }
    }

    pub(super) fn router(name: &'static str) -> Self {
        Self { name, l3: L3Config { forwarding: true, ..L3Config::default() } }
    }

    /// One more interface, with these addresses.
    pub(super) fn interface(self, addresses: &[&str]) -> Self {
        self.with(addresses, 1500, Ipv6Config::default())
    }

    /// The same with what its cable takes, and with what it says of IPv6.
    pub(super) fn with(mut self, addresses: &[&str], mtu: u16, v6: Ipv6Config) -> Self {
        let number = self.l3.interfaces.len();
        let mac = MacAddr::derive(1, self.name, &format!("eth{number}"));
        let mut interface = InterfaceConfig::new(mac);
        interface.addresses = addresses.iter().map(|net| net.parse().expect("a prefix")).collect();
        interface.mtu = mtu;
        interface.v6 = Some(Box::new(v6));
        self.l3.interfaces.push(interface);
        self
    }

    pub(super) fn route(mut self, to: &str, via: &str) -> Self {
        let to: IpNet = to.parse().expect("a prefix");
        self.l3.routes.push(StaticRoute::new(to, via.parse().expect("an address")));
        self
    }
}

/// Advertises the prefix of the interface.
pub(super) fn advertising() -> Ipv6Config {
    let advertise = AdvertiseConfig {
        mtu: Some(1400),
        dns: vec!["2001:db8:2::1".parse().expect("an address")],
        ..AdvertiseConfig::default()
    };
    Ipv6Config { advertise: Some(Box::new(advertise)), ..Ipv6Config::default() }
}

/// Takes addresses from routers.
pub(super) fn slaac() -> Ipv6Config {
    Ipv6Config { slaac: true, ..Ipv6Config::default() }
}

/// Nodes, and cables between their ports as `a1:0 -- r1:1`.
pub(super) fn network(nodes: Vec<Node>, cables: &[&str]) -> Simulation {
    let mut sim = Simulation::new(1);
    for Node { name, l3 } in nodes {
        let ports = l3.interfaces.len();
        let node = sim.add_node(name, Host::new(HostConfig::new(l3, Rng::named(1, name))));
        for port in 0..ports {
            sim.add_port(node, &format!("eth{port}"));
        }
    }
    for cable in cables {
        let ends: Vec<PortRef> = cable
            .split(" -- ")
            .map(|end| {
                let (name, port) = end.split_once(':').expect("NODE:PORT");
                let node = sim.topology().find_node(name).expect("one of the nodes");
                PortRef::new(node, PortId(port.parse().expect("a number")))
            })
            .collect();
        let settings = LinkSettings::default();
        sim.add_link([ends[0], ends[1]], [settings.clone(), settings]);
    }
    sim
}

/// A namespace in which IPv6 talks.
pub(super) fn kernel() -> Option<Namespace> {
    let kernel = Namespace::new()?;
    for setting in ["all.disable_ipv6=0", "default.disable_ipv6=0", "default.accept_ra=0"] {
        kernel.sysctl(&format!("net.ipv6.conf.{setting}"));
    }
    Some(kernel)
}

/// Waits until no address is being checked any more, on either side.
pub(super) fn settle(kernel: &Namespace, live: &mut Live, nodes: &[&str]) {
    live.wait_for("the end of all checks of addresses", |live| {
        let busy = nodes.iter().any(|node| live.host(node).with_l3(|l3| l3.is_configuring()));
        let checking = kernel.ip("-6 address").contains("tentative");
        (!busy && !checking).then_some(())
    });
}

/// The kernel as 2001:db8:1::9 on a cable with `a1`, 2001:db8:1::1.
pub(super) fn cable() -> Option<(Namespace, Live)> {
    let kernel = kernel()?;
    let a1 = Node::host("a1").interface(&["2001:db8:1::1/64"]).route("::/0", "2001:db8:1::9");
    let sim = network(vec![a1], &[]);
    let mut live = Live::over(sim, &[Plug::new(&kernel, "eth0", "2001:db8:1::9/64", "a1")]);
    settle(&kernel, &mut live, &["a1"]);
    Some((kernel, live))
}

/// The kernel as 2001:db8:1::9, three routers away from `b1`, 2001:db8:2::1. The cable before the
/// last router takes `mtu`.
pub(super) fn three_routers(mtu: u16) -> Option<(Namespace, Live)> {
    let kernel = kernel()?;
    let plain = Ipv6Config::default;
    let nodes = vec![
        Node::router("r1")
            .interface(&["2001:db8:1::fe/64"])
            .interface(&["2001:db8:12::1/64"])
            .route("2001:db8:2::/64", "2001:db8:12::2")
            .route("2001:db8:23::/64", "2001:db8:12::2"),
        Node::router("r2")
            .interface(&["2001:db8:12::2/64"])
            .with(&["2001:db8:23::2/64"], mtu, plain())
            .route("2001:db8:1::/64", "2001:db8:12::1")
            .route("2001:db8:2::/64", "2001:db8:23::3"),
        Node::router("r3")
            .with(&["2001:db8:23::3/64"], mtu, plain())
            .interface(&["2001:db8:2::fe/64"])
            .route("2001:db8:1::/64", "2001:db8:23::2")
            .route("2001:db8:12::/64", "2001:db8:23::2"),
        Node::host("b1").interface(&["2001:db8:2::1/64"]).route("::/0", "2001:db8:2::fe"),
    ];
    let sim = network(nodes, &["r1:1 -- r2:0", "r2:1 -- r3:0", "r3:1 -- b1:0"]);
    let plug = Plug::new(&kernel, "eth0", "2001:db8:1::9/64", "r1:eth0");
    let mut live = Live::over(sim, &[plug]);
    kernel.ip("-6 route add default via 2001:db8:1::fe");
    settle(&kernel, &mut live, &["r1", "r2", "r3", "b1"]);
    Some((kernel, live))
}
