//! The kernel's bridge, which speaks the spanning tree of 802.1D-1998, in a loop with ours.

use std::time::Duration;

use lanternet_core::{Duration as Time, LinkSettings, MacAddr, PortId, Simulation};
use lanternet_net::l2::stp::{StpConfig, StpPortConfig};
use lanternet_net::l2::{BridgeConfig, Switch};
use lanternet_tests::kernel::{Live, Namespace, Plug};

use crate::assert_clean;

/// A switch of three ports: to the other switch, to the kernel's bridge, to a host.
fn switch(number: u8, priority: u16) -> Switch {
    let port = |port: u8| {
        let address = MacAddr([2, 1, 0, 0, number, port]);
        StpPortConfig { edge: port == 2, ..StpPortConfig::new(PortId(port.into()), address) }
    };
    let stp = StpConfig {
        priority,
        // The shortest times of table 17-1, so that the test need not wait for half a minute.
        hello: Time::from_secs(1),
        max_age: Time::from_secs(6),
        forward_delay: Time::from_secs(4),
        ports: (0..3).map(port).collect(),
        ..StpConfig::new(MacAddr([2, 0, 0, 0, 0, number]))
    };
    Switch::new(BridgeConfig { stp: Some(stp), ..BridgeConfig::with_ports(3) })
}

/// `s1 -- s2`, both at the kernel's bridge, and a host of the kernel at each.
///
/// ```text
///   b .2 -- s1 ----- s2 -- c .3
///             \     /
///              kernel .9
/// ```
#[track_caller]
fn agree(kernels: &str, ours: u16, root_is_kernel: bool) {
    let (Some(kernel), Some(b), Some(c)) = (Namespace::new(), Namespace::new(), Namespace::new())
    else {
        return;
    };
    let mut sim = Simulation::new(1);
    let nodes = [1, 2].map(|number| sim.add_node(&format!("s{number}"), switch(number, ours)));
    let ports = nodes.map(|node| ["1", "2", "3"].map(|name| sim.add_port(node, name)));
    let cable = || [LinkSettings::default(), LinkSettings::default()];
    sim.add_link([ports[0][0], ports[1][0]], cable());
    let plugs = [
        Plug::new(&kernel, "eth0", "192.0.2.1/32", "s1"),
        Plug::new(&kernel, "eth1", "192.0.2.2/32", "s2"),
        Plug::new(&b, "eth0", "10.0.0.2/24", "s1"),
        Plug::new(&c, "eth0", "10.0.0.3/24", "s2"),
    ];
    let mut live = Live::over(sim, &plugs);
    kernel.ip(&format!(
        "link add br0 type bridge stp_state 1 priority {kernels} hello_time 100 max_age 600 \
         forward_delay 400"
    ));
    for card in ["eth0", "eth1"] {
        kernel.ip(&format!("link set {card} master br0"));
    }
    kernel.ip("address add 10.0.0.9/24 dev br0");
    kernel.ip("link set br0 up");
    // The kernel's bridge lists its ports' states once it has come through listening and learning.
    live.wait_for("the kernel's ports to settle", |live| {
        let links = live.run(kernel.line("bridge -d link show"));
        let links = links.success();
        let (forwarding, blocking) =
            (links.matches("state forwarding").count(), links.matches("state blocking").count());
        (forwarding > 0 && forwarding + blocking == 2).then_some(())
    });
    live.run_for(Duration::from_secs(2));

    // All agree on who the root is.
    // Asked at a port: for the bridge as a whole, kernels answer with its own identifier.
    let bridge = live.run(kernel.line("ip -d link show br0"));
    let port = live.run(kernel.line("ip -d link show eth0"));
    let shown = format!("{}{}", port.success(), bridge.success());
    let word = |key: &str| {
        let mut words = shown.split_whitespace().skip_while(|word| *word != key);
        words.nth(1).unwrap_or_default().to_owned()
    };
    let kernels_root = word("designated_root");
    let summaries = nodes.map(|node| {
        let switch = live.sim().device::<Switch>(node).expect("a switch");
        switch.bridge().spanning_tree().expect("it takes part").summary()
    });
    for summary in summaries {
        let [a, b, c, d, e, f] = summary.root.address.0;
        let address = format!("{a:x}:{b:x}:{c:x}:{d:x}:{e:x}:{f:x}");
        let root = format!("{:x}.{address}", summary.root.priority);
        assert_eq!(root.trim_start_matches('0'), kernels_root.trim_start_matches('0'), "{shown}");
    }
    assert_eq!(word("bridge_id") == kernels_root, root_is_kernel, "{shown}");

    // The loop is cut at one place, and everybody reaches everybody.
    let links = live.run(kernel.line("bridge -d link show"));
    let blocked_there = links.success().matches("state blocking").count();
    let blocked_here: usize = nodes
        .iter()
        .map(|node| {
            let switch = live.sim().device::<Switch>(*node).expect("a switch");
            let rows = switch.bridge().spanning_tree().expect("it takes part").rows();
            let discards = |row: &&lanternet_net::l2::stp::StpRow| {
                row.state == lanternet_core::trace::PortState::Discarding
            };
            rows.iter().filter(discards).count()
        })
        .sum();
    assert_eq!(blocked_there + blocked_here, 1, "{}", links.success());
    for line in [
        kernel.line("ping -n -c 3 -i 0.1 -W 5 10.0.0.2"),
        kernel.line("ping -n -c 3 -i 0.1 -W 5 10.0.0.3"),
        b.line("ping -n -c 3 -i 0.1 -W 5 10.0.0.3"),
    ] {
        let ended = live.run(line);
        assert!(ended.success().contains("3 received, 0% packet loss"), "{ended}");
        assert!(!ended.out.contains("DUP!"), "{ended}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn a_bridge_of_the_kernel_is_the_root_of_our_tree() {
    agree("4096", 32768, true);
}

#[test]
fn a_bridge_of_the_kernel_takes_ours_for_the_root() {
    agree("32768", 4096, false);
}
