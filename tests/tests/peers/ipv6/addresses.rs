//! How addresses come to be: checks for duplicates, router advertisements, and the kernel as router.

use std::time::Duration;

use lanternet_net::l3::ipv6::AddressState6;
use lanternet_tests::kernel::{Live, Namespace, Plug};

use super::networks::{Node, advertising, kernel, network, settle, slaac};
use crate::assert_clean;

fn states(live: &Live, node: &str) -> Vec<(String, AddressState6)> {
    let row = |row: lanternet_net::l3::ipv6::AddressRow6| (row.net.to_string(), row.state);
    live.host(node).with_l3(|l3| l3.addresses6().map(row).collect())
}

#[track_caller]
fn reaches(kernel: &Namespace, live: &mut Live, to: &str) {
    let out = live.run(kernel.line(&format!("ping -6 -n -c 2 -i 0.1 -W 5 {to}")));
    assert!(out.out.contains("2 received"), "{out}");
}

#[test]
fn our_advertisements_configure_the_kernel() {
    let Some(kernel) = kernel() else { return };
    kernel.sysctl("net.ipv6.conf.default.accept_ra=1");
    let nodes = vec![
        Node::router("r1")
            .with(&["2001:db8:1::fe/64"], 1500, advertising())
            .interface(&["2001:db8:2::fe/64"]),
        Node::host("b1").interface(&["2001:db8:2::1/64"]).route("::/0", "2001:db8:2::fe"),
    ];
    let sim = network(nodes, &["r1:1 -- b1:0"]);
    let plug = Plug::new(&kernel, "eth0", "10.0.0.9/24", "r1:eth0");
    let mut live = Live::over(sim, &[plug]);
    live.wait_for("an address of the kernel's", |_| {
        let addresses = kernel.ip("-6 address show dev eth0");
        let made = addresses.contains("2001:db8:1:0:400:ff:fe00:1/64 scope global dynamic");
        (made && !addresses.contains("tentative")).then_some(())
    });
    let routes = kernel.ip("-6 route show dev eth0");
    assert!(routes.contains("default via fe80::"), "{routes}");
    assert!(routes.contains("2001:db8:1::/64 proto kernel"), "{routes}");
    assert!(routes.contains(" mtu 1400"), "{routes}");
    settle(&kernel, &mut live, &["r1", "b1"]);
    reaches(&kernel, &mut live, "2001:db8:2::1");
    assert_clean(&live, &[]);
}

#[test]
fn the_kernel_routes_between_our_hosts() {
    let Some(kernel) = kernel() else { return };
    kernel.sysctl("net.ipv6.conf.all.forwarding=1");
    let nodes = vec![
        Node::host("a1").interface(&["2001:db8:1::1/64"]).route("::/0", "2001:db8:1::fe"),
        Node::host("b1").interface(&["2001:db8:2::1/64"]).route("::/0", "2001:db8:2::fe"),
    ];
    let plugs = [
        Plug::new(&kernel, "eth0", "2001:db8:1::fe/64", "a1"),
        Plug::new(&kernel, "eth1", "2001:db8:2::fe/64", "b1"),
    ];
    let mut live = Live::over(network(nodes, &[]), &plugs);
    settle(&kernel, &mut live, &["a1", "b1"]);
    let (code, out) = live.run_ours("a1", "ping -c 2 -i 100ms 2001:db8:2::1");
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("ttl=63"), "{out}");
    // A narrow cable behind the kernel: it says so, and our TCP heeds it.
    kernel.ip("link set eth1 mtu 1280");
    let (code, out) = live.run_ours("a1", "ping -c 1 -s 1300 2001:db8:2::1");
    assert_eq!(code, 1, "the first is lost: {out}");
    let (code, out) = live.run_ours("a1", "ping -c 1 -s 1300 2001:db8:2::1");
    assert_eq!(code, 0, "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn an_address_that_the_kernel_has_is_not_used_by_us() {
    let Some(kernel) = kernel() else { return };
    let sim = network(vec![Node::host("a1").interface(&["2001:db8:1::1/64"])], &[]);
    let mut live = Live::over(sim, &[Plug::new(&kernel, "eth0", "10.0.0.9/24", "a1")]);
    kernel.ip("-6 address add 2001:db8:1::1/64 dev eth0 nodad");
    settle(&kernel, &mut live, &["a1"]);
    let found = states(&live, "a1");
    assert_eq!(found[0], ("2001:db8:1::1/64".to_owned(), AddressState6::Duplicate));
    assert_eq!(found[1].1, AddressState6::Preferred, "the link-local address is free");
    assert_clean(&live, &[]);
}

#[test]
fn an_address_that_we_have_is_not_used_by_the_kernel() {
    let Some(kernel) = kernel() else { return };
    let sim = network(vec![Node::host("a1").interface(&["2001:db8:1::1/64"])], &[]);
    let mut live = Live::over(sim, &[Plug::new(&kernel, "eth0", "10.0.0.9/24", "a1")]);
    settle(&kernel, &mut live, &["a1"]);
    kernel.ip("-6 address add 2001:db8:1::1/64 dev eth0");
    live.wait_for("the kernel's failure", |_| {
        kernel.ip("-6 address show dev eth0").contains("dadfailed").then_some(())
    });
    assert_clean(&live, &[]);
}

#[test]
fn our_host_is_configured_by_our_router_with_the_kernel_on_the_segment() {
    // A kernel that forwards advertises nothing by itself; one that hosts hears what we hear.
    let Some(kernel) = kernel() else { return };
    kernel.sysctl("net.ipv6.conf.default.accept_ra=1");
    let nodes = vec![
        Node::host("a1").with(&[], 1500, slaac()),
        Node::router("r1").with(&["2001:db8:1::fe/64"], 1500, advertising()),
    ];
    let mut sim = network(nodes, &[]);
    let hub = sim.add_node("hub", lanternet_net::l2::Hub::new(3));
    for (number, end) in ["a1", "r1"].iter().enumerate() {
        let port = sim.add_port(hub, &number.to_string());
        let node = sim.topology().find_node(end).unwrap();
        let end = lanternet_core::PortRef::new(node, lanternet_core::PortId(0));
        sim.add_link([port, end], [Default::default(), Default::default()]);
    }
    sim.add_port(hub, "2");
    let mut live = Live::over(sim, &[Plug::new(&kernel, "eth0", "10.0.0.9/24", "hub")]);
    settle(&kernel, &mut live, &["a1", "r1"]);
    live.run_for(Duration::from_secs(1));
    settle(&kernel, &mut live, &["a1", "r1"]);
    let found = states(&live, "a1");
    let (address, _) = found.iter().find(|(net, _)| net.starts_with("2001:db8:1:")).unwrap();
    reaches(&kernel, &mut live, address.trim_end_matches("/64"));
    assert_clean(&live, &[]);
}
