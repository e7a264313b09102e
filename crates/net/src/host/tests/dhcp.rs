//! DHCP over cables: clients, servers and relays on hosts and routers.

use std::net::IpAddr;

use ipnet::Ipv4Net;
use lanternet_core::trace::{DhcpEvent, RouteKind};
use lanternet_core::{Duration, IpNet, Limits, PortId};

use super::*;
use crate::dhcp::{ClientConfig, ClientState, LeaseState, Pool};
use crate::host::{BindError, DhcpConfig, Errno, RelayConfig, ServerConfig, SocketKind};
use crate::l2::Hub;

fn ip(text: &str) -> Ipv4Addr {
    text.parse().unwrap()
}

fn net(text: &str) -> Ipv4Net {
    text.parse().unwrap()
}

fn pool(subnet: &str, first: &str, last: &str, router: &str) -> Pool {
    let mut pool = Pool::new(net(subnet), ip(first), ip(last));
    pool.routers = vec![ip(router)];
    pool.dns = vec![ip("10.9.9.9")];
    pool.domain = Some("example.com".into());
    pool.mtu = Some(1400);
    pool
}

fn near() -> Pool {
    pool("10.0.0.0/24", "10.0.0.100", "10.0.0.101", "10.0.0.1")
}

/// Stations on a hub, and what happened.
struct Lan {
    sim: Simulation,
    hub: NodeId,
    recorder: Recorder,
    records: Vec<Record>,
    links: Vec<lanternet_core::LinkId>,
}

impl Lan {
    fn new() -> Self {
        let mut sim = Simulation::new(7);
        let recorder = Recorder::default();
        sim.observe(recorder.clone());
        let hub = sim.add_node("hub", Hub::new(8));
        Self { sim, hub, recorder, records: Vec::new(), links: Vec::new() }
    }

    fn add(&mut self, name: &str, addresses: &[&[&str]], dhcp: DhcpConfig) -> NodeId {
        let number = self.links.len() as u8 + 1;
        let interface = |(port, addresses): (usize, &&[&str])| {
            let config = InterfaceConfig::new(MacAddr([2, 0, 0, 0, port as u8, number]));
            addresses.iter().fold(config, |config, net| config.with_address(net.parse().unwrap()))
        };
        let l3 = L3Config {
            interfaces: addresses.iter().enumerate().map(interface).collect(),
            forwarding: addresses.len() > 1,
            ..L3Config::default()
        };
        let dhcp = Some(Box::new(dhcp));
        let config = HostConfig { dhcp, ..HostConfig::new(l3, Rng::named(1, name)) };
        let node = self.sim.add_node(name, Host::new(config));
        let ports: Vec<_> = (0..addresses.len())
            .map(|port| self.sim.add_port(node, &format!("eth{port}")))
            .collect();
        let hub = self.sim.add_port(self.hub, &number.to_string());
        let settings =
            || LinkSettings { delay: Duration::from_micros(5), ..LinkSettings::default() };
        self.links.push(self.sim.add_link([ports[0], hub], [settings(), settings()]));
        node
    }

    fn client(&mut self, name: &str) -> NodeId {
        let mac = MacAddr([2, 0, 0, 0, 0, self.links.len() as u8 + 1]);
        let host_name = Some(name.into());
        let client = ClientConfig { interface: PortId(0), mac, host_name, inform: None };
        self.add(name, &[&[]], DhcpConfig { clients: vec![client], ..DhcpConfig::default() })
    }

    fn server(&mut self, name: &str, address: &str, pools: Vec<Pool>) -> NodeId {
        let server = Some(ServerConfig { interfaces: vec![PortId(0)], pools });
        self.add(name, &[&[address]], DhcpConfig { server, ..DhcpConfig::default() })
    }

    fn run(&mut self) {
        let until = self.sim.now() + Duration::from_secs(300);
        self.sim.run_until_idle(Limits { until, events: 1_000_000 });
        self.records.extend(self.recorder.take());
    }

    /// Lets so much time pass, whether somebody is busy or not.
    fn pass(&mut self, seconds: u64) {
        self.sim.run_until(self.sim.now() + Duration::from_secs(seconds));
        self.records.extend(self.recorder.take());
    }

    fn addresses(&self, node: NodeId) -> Vec<IpNet> {
        let host = self.sim.device::<Host>(node).unwrap();
        host.with_l3(|l3| l3.addresses().map(|(_, net)| net).collect())
    }

    fn told(&self, node: NodeId) -> Vec<&DhcpEvent> {
        let events = self.records.iter().filter(|record| record.place.node() == node);
        events
            .filter_map(|record| match &record.event {
                TraceEvent::Dhcp(event) => Some(event),
                _ => None,
            })
            .collect()
    }

    /// The frames that a node sent, as (destination hardware address, IP destination).
    fn sent_to(&self, node: NodeId) -> Vec<(MacAddr, Ipv4Addr)> {
        let frames = self.records.iter().filter(|record| record.place.node() == node);
        frames
            .filter_map(|record| match &record.event {
                TraceEvent::FrameSent { frame, .. } if frame.bytes()[12..14] == [8, 0] => {
                    let ip: [u8; 4] = frame.bytes()[30..34].try_into().unwrap();
                    Some((frame.destination()?, ip.into()))
                }
                _ => None,
            })
            .collect()
    }
}

#[test]
fn a_client_has_an_address_gateway_names_and_mtu_before_its_programs_start() {
    let mut lan = Lan::new();
    let server = lan.server("server", "10.0.0.1/24", vec![near()]);
    let pc = lan.client("pc");
    let spec = ProgramSpec { name: "waits".into(), needs_network: true, ..ProgramSpec::default() };
    let program = lan
        .sim
        .command(pc, |host: &mut Host, ctx| {
            host.spawn(ctx, spec, |handle| async move {
                // Only a host with an address may bind it.
                let socket = handle.socket(SocketKind::Datagram);
                u8::from(handle.bind(socket, at(Ipv4Addr::new(10, 0, 0, 100), 0)).is_err())
            })
        })
        .unwrap();
    lan.run();
    let host = lan.sim.device::<Host>(pc).unwrap();
    assert_eq!(host.program(program).unwrap().exit_code(), Some(0));
    assert_eq!(lan.addresses(pc), ["10.0.0.100/24".parse::<IpNet>().unwrap()]);
    host.with_l3(|l3| {
        let default = l3.routes().find(|(route, _)| route.is_default()).unwrap().0;
        assert_eq!(default.kind, RouteKind::Dhcp);
        assert_eq!(default.via, Some(IpAddr::V4(ip("10.0.0.1"))));
        assert_eq!(l3.mtu(PortId(0)), Some(1400));
    });
    let dns = host.dns().unwrap();
    assert_eq!(
        (dns.servers, dns.search),
        (vec![ip("10.9.9.9").into()], vec!["example.com".into()])
    );
    let lease = &lan.sim.device::<Host>(server).unwrap().leases()[0];
    assert_eq!((lease.address, lease.host_name.as_deref()), (ip("10.0.0.100"), Some("pc")));
}

/// RFC 2131 section 4.1: without the broadcast flag the answer goes to the client's hardware address
/// and the address that it will have, and is taken in before the client has it.
#[test]
fn a_server_writes_to_a_client_that_has_no_address_yet() {
    let mut lan = Lan::new();
    let server = lan.server("server", "10.0.0.1/24", vec![near()]);
    lan.client("pc");
    lan.run();
    let client = MacAddr([2, 0, 0, 0, 0, 2]);
    assert_eq!(lan.sent_to(server), [(client, ip("10.0.0.100")); 2]);
}

#[test]
fn an_address_that_somebody_took_by_hand_is_declined() {
    let mut lan = Lan::new();
    let server = lan.server("server", "10.0.0.1/24", vec![near()]);
    lan.add("squatter", &[&["10.0.0.100/24"]], DhcpConfig::default());
    let pc = lan.client("pc");
    lan.run();
    assert_eq!(lan.addresses(pc), ["10.0.0.101/24".parse::<IpNet>().unwrap()]);
    assert!(lan.told(pc).iter().any(|event| matches!(event, DhcpEvent::DeclineSent { .. })));
    assert!(lan.told(server).iter().any(|event| matches!(event, DhcpEvent::Quarantined { .. })));
}

#[test]
fn without_a_server_programs_start_after_a_minute_and_the_run_ends() {
    let mut lan = Lan::new();
    let pc = lan.client("pc");
    let spec = ProgramSpec { name: "waits".into(), needs_network: true, ..ProgramSpec::default() };
    let program = lan
        .sim
        .command(pc, |host: &mut Host, ctx| host.spawn(ctx, spec, |_| async move { 7 }))
        .unwrap();
    lan.run();
    assert_eq!(lan.sim.now(), Instant::from_secs(60));
    let host = lan.sim.device::<Host>(pc).unwrap();
    assert_eq!(host.program(program).unwrap().exit_code(), Some(7));
    // A server that comes later is found all the same.
    lan.server("server", "10.0.0.1/24", vec![near()]);
    lan.pass(70);
    assert_eq!(lan.addresses(pc).len(), 1);
}

#[test]
fn the_first_of_two_servers_is_chosen_and_the_other_takes_its_offer_back() {
    let mut lan = Lan::new();
    let servers = [
        lan.server("one", "10.0.0.1/24", vec![near()]),
        lan.server("two", "10.0.0.2/24", vec![near()]),
    ];
    let pc = lan.client("pc");
    lan.run();
    assert_eq!(lan.addresses(pc).len(), 1);
    let leases = |node| lan.sim.device::<Host>(node).unwrap().leases().len();
    assert_eq!(servers.map(leases), [1, 0]);
    assert!(lan.told(pc).iter().any(|event| matches!(event, DhcpEvent::OfferIgnored { .. })));
    let withdrawn = |event: &&DhcpEvent| {
        matches!(event, DhcpEvent::OtherServerChosen { withdrawn: Some(_), .. })
    };
    assert!(lan.told(servers[1]).iter().any(withdrawn));
}

#[test]
fn a_pool_without_addresses_leaves_the_last_client_without() {
    let mut lan = Lan::new();
    let server = lan.server("server", "10.0.0.1/24", vec![near()]);
    let clients = [lan.client("a"), lan.client("b"), lan.client("c")];
    lan.run();
    let with = clients.iter().filter(|node| !lan.addresses(**node).is_empty()).count();
    assert_eq!(with, 2);
    assert!(lan.told(server).iter().any(|event| matches!(event, DhcpEvent::PoolExhausted { .. })));
}

#[test]
fn a_client_that_crashed_keeps_its_address_and_so_does_one_whose_server_crashed() {
    let mut lan = Lan::new();
    let server = lan.server("server", "10.0.0.1/24", vec![near()]);
    let pc = lan.client("pc");
    lan.run();
    let before = lan.addresses(pc);
    lan.sim.crash(pc);
    lan.pass(5);
    assert!(lan.addresses(pc).is_empty());
    lan.sim.restart(pc);
    lan.run();
    assert_eq!(lan.addresses(pc), before);
    lan.sim.crash(server);
    lan.pass(1);
    lan.sim.restart(server);
    let leases = lan.sim.device::<Host>(server).unwrap().leases();
    assert!(matches!(leases[..], [ref one] if matches!(one.state, LeaseState::Bound(_))));
    // Half of the hour later the client asks for more time, by unicast.
    lan.pass(1900);
    assert_eq!(lan.addresses(pc), before);
    let renewed =
        |event: &&DhcpEvent| matches!(event, DhcpEvent::LeaseObtained { renewed: true, .. });
    assert!(lan.told(pc).iter().any(renewed));
}

#[test]
fn a_lease_that_nobody_prolongs_ends_with_everything_that_came_with_it() {
    let mut lan = Lan::new();
    let server = lan.server("server", "10.0.0.1/24", vec![near()]);
    let pc = lan.client("pc");
    lan.run();
    lan.sim.crash(server);
    lan.pass(3700);
    let host = lan.sim.device::<Host>(pc).unwrap();
    assert!(lan.addresses(pc).is_empty());
    assert_eq!(host.with_l3(|l3| l3.routes().len()), 0);
    assert_eq!(host.with_l3(|l3| l3.mtu(PortId(0))), Some(1500));
    assert_eq!(host.dns(), None);
    assert!(lan.told(pc).iter().any(|event| matches!(event, DhcpEvent::LeaseLost { .. })));
}

#[test]
fn a_relay_brings_clients_and_server_together_and_renewals_go_past_it() {
    let mut lan = Lan::new();
    let pc = lan.client("pc");
    let server_address = ip("10.1.0.5");
    let relay =
        RelayConfig { interface: PortId(0), server: server_address, circuit: Some("eth0".into()) };
    let router = lan.add(
        "router",
        &[&["10.0.0.1/24"], &["10.1.0.1/24"]],
        DhcpConfig { relays: vec![relay], ..DhcpConfig::default() },
    );
    let interface = InterfaceConfig::new(mac(99)).with_address("10.1.0.5/24".parse().unwrap());
    let gateway = StaticRoute {
        to: "0.0.0.0/0".parse().unwrap(),
        via: "10.1.0.1".parse().unwrap(),
        interface: None,
    };
    let l3 = L3Config { interfaces: vec![interface], routes: vec![gateway], ..L3Config::default() };
    let server = ServerConfig { interfaces: vec![PortId(0)], pools: vec![near()] };
    let dhcp = DhcpConfig { server: Some(server), ..DhcpConfig::default() };
    let config =
        HostConfig { dhcp: Some(Box::new(dhcp)), ..HostConfig::new(l3, Rng::named(1, "s")) };
    let server = lan.sim.add_node("server", Host::new(config));
    let far = lanternet_core::PortRef::new(router, PortId(1));
    let end = lan.sim.add_port(server, "eth0");
    lan.sim.add_link([far, end], [LinkSettings::default(), LinkSettings::default()]);
    lan.run();
    assert_eq!(lan.addresses(pc), ["10.0.0.100/24".parse::<IpNet>().unwrap()]);
    let up = |event: &&DhcpEvent| matches!(event, DhcpEvent::RelayedToServer { relay, .. } if *relay == ip("10.0.0.1"));
    assert_eq!(lan.told(router).into_iter().filter(up).count(), 2);
    lan.pass(1900);
    assert_eq!(lan.told(router).into_iter().filter(up).count(), 2);
    let renewed =
        |event: &&DhcpEvent| matches!(event, DhcpEvent::LeaseObtained { renewed: true, .. });
    assert!(lan.told(pc).iter().any(renewed));
}

#[test]
fn a_client_that_lets_its_address_go_has_none_and_the_server_knows() {
    let mut lan = Lan::new();
    let server = lan.server("server", "10.0.0.1/24", vec![near()]);
    let pc = lan.client("pc");
    lan.run();
    lan.sim.command(pc, |host: &mut Host, ctx| host.release(ctx, PortId(0))).unwrap();
    lan.run();
    assert!(lan.addresses(pc).is_empty());
    let client = &lan.sim.device::<Host>(pc).unwrap().dhcp_clients()[0];
    assert_eq!((client.state, &client.lease), (ClientState::Done, &None));
    let leases = lan.sim.device::<Host>(server).unwrap().leases();
    assert!(matches!(leases[0].state, LeaseState::Free(_)));
}

#[test]
fn options_alone_are_told_to_a_host_that_has_an_address() {
    let mut lan = Lan::new();
    lan.server("server", "10.0.0.1/24", vec![near()]);
    let mac = MacAddr([2, 0, 0, 0, 0, 2]);
    let inform = Some(net("10.0.0.7/24"));
    let client = ClientConfig { interface: PortId(0), mac, host_name: None, inform };
    let dhcp = DhcpConfig { clients: vec![client], ..DhcpConfig::default() };
    let pc = lan.add("pc", &[&["10.0.0.7/24"]], dhcp);
    lan.run();
    let host = lan.sim.device::<Host>(pc).unwrap();
    assert_eq!(host.dns().unwrap().servers, [IpAddr::V4(ip("10.9.9.9"))]);
    assert_eq!(lan.addresses(pc), ["10.0.0.7/24".parse::<IpNet>().unwrap()]);
}

#[test]
fn a_cable_that_comes_back_elsewhere_brings_another_address() {
    let mut lan = Lan::new();
    lan.server("server", "10.0.0.1/24", vec![near()]);
    let pc = lan.client("pc");
    lan.run();
    let cable = lan.links[1];
    lan.sim.set_link_up(cable, false);
    lan.pass(1);
    // Behind the cable is now another network.
    lan.sim.set_link_up(lan.links[0], false);
    let other = pool("10.2.0.0/24", "10.2.0.50", "10.2.0.60", "10.2.0.1");
    lan.server("other", "10.2.0.1/24", vec![other]);
    lan.sim.set_link_up(cable, true);
    lan.run();
    lan.pass(30);
    assert_eq!(lan.addresses(pc), ["10.2.0.50/24".parse::<IpNet>().unwrap()]);
    assert!(lan.told(pc).iter().any(|event| matches!(event, DhcpEvent::Refused { .. })));
}

#[test]
fn the_ports_of_dhcp_are_taken_and_shown() {
    let mut lan = Lan::new();
    let server = lan.server("server", "10.0.0.1/24", vec![near()]);
    lan.run();
    let rows = lan.sim.device::<Host>(server).unwrap().sockets();
    assert_eq!(rows[0].local, at(Ipv4Addr::UNSPECIFIED, 67));
    assert_eq!(rows[0].program.as_deref(), Some("dhcp-server"));
    let spec = ProgramSpec { name: "rival".into(), ..ProgramSpec::default() };
    let program = lan
        .sim
        .command(server, |host: &mut Host, ctx| {
            host.spawn(ctx, spec, |handle| async move {
                let socket = handle.socket(SocketKind::Datagram);
                match handle.bind(socket, at(Ipv4Addr::UNSPECIFIED, 67)) {
                    Err(BindError { errno: Errno::AddressInUse, holder }) => {
                        u8::from(holder.as_deref() == Some("dhcp-server"))
                    }
                    _ => 9,
                }
            })
        })
        .unwrap();
    lan.run();
    let host = lan.sim.device::<Host>(server).unwrap();
    assert_eq!(host.program(program).unwrap().exit_code(), Some(1));
}
