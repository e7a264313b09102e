//! ARP with the kernel's neighbour table and iputils' arping.

use std::net::IpAddr;
use std::time::Duration;

use lanternet_core::trace::NeighborState;
use lanternet_core::{Rng, Simulation};
use lanternet_net::host::{Host, HostConfig};
use lanternet_net::l3::{InterfaceConfig, L3Config};
use lanternet_tests::kernel::{Live, Namespace, Plug};
use lanternet_tests::peer::Peer;

use crate::{assert_clean, labs, lines_with};

const KERNEL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9));

/// The MAC address of a simulated host, as the kernel prints it.
#[track_caller]
fn mac(live: &Live, node: &str) -> String {
    let mac = live.host(node).with_l3(|l3| l3.mac(lanternet_core::PortId(0)));
    mac.expect("an interface").to_string()
}

#[track_caller]
fn ping(kernel: &Namespace, live: &mut Live, to: &str) {
    live.run(kernel.line(&format!("ping -n -c 1 -W 5 {to}"))).success();
}

#[test]
fn arping_hears_the_host_that_has_the_address_and_only_that_one() {
    let Some(_) = Peer::find("arping") else { return };
    let Some((kernel, mut live)) = labs::switch() else { return };
    let ours = mac(&live, "a2").to_uppercase();
    let out = live.run(kernel.line("arping -I eth0 -c 2 10.0.0.2"));
    let out = out.success();
    let replies = lines_with(out, &format!("Unicast reply from 10.0.0.2 [{ours}]"));
    assert_eq!(replies.len(), 2, "{out}");
    assert!(out.contains("Received 2 response(s)"), "{out}");
    let out = live.run(kernel.line("arping -I eth0 -c 1 -w 1 10.0.0.3"));
    assert!(out.out.contains("Received 0 response(s)"), "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn who_looks_for_a_duplicate_finds_ours_and_not_a_free_address() {
    let Some(_) = Peer::find("arping") else { return };
    let Some((kernel, mut live)) = labs::switch() else { return };
    // A probe of RFC 5227: the sender's address is 0.0.0.0.
    let taken = live.run(kernel.line("arping -D -I eth0 -c 2 -w 2 10.0.0.1"));
    assert_eq!(taken.status.code(), Some(1), "{taken}");
    assert!(taken.out.contains("reply from 10.0.0.1"), "{taken}");
    let free = live.run(kernel.line("arping -D -I eth0 -c 1 -w 1 10.0.0.77"));
    free.success();
    // A probe says nothing about its sender.
    assert_eq!(live.neighbor("a1", IpAddr::from([0, 0, 0, 0])), None);
    assert_clean(&live, &[]);
}

#[test]
fn what_the_kernel_announces_replaces_what_we_knew() {
    let Some(_) = Peer::find("arping") else { return };
    for how in ["-U", "-A"] {
        let Some((kernel, mut live)) = labs::switch() else { return };
        ping(&kernel, &mut live, "10.0.0.1");
        let (_, old) = live.neighbor("a1", KERNEL).expect("a row for who pinged");
        kernel.ip("link set eth0 address 06:00:00:00:00:77");
        live.run(kernel.line(&format!("arping {how} -I eth0 -c 1 10.0.0.9")));
        let new = live.wait_for("another MAC address", |live| {
            live.neighbor("a1", KERNEL)?.1.filter(|new| Some(*new) != old)
        });
        assert_eq!(new.to_string(), "06:00:00:00:00:77");
        // Who did not know it does not need to know it now.
        assert_eq!(live.neighbor("a2", KERNEL), None);
        // And it is right: frames to it arrive.
        ping(&kernel, &mut live, "10.0.0.1");
        assert_clean(&live, &["Duplicate IP address"]);
    }
}

#[test]
fn what_we_announce_at_start_replaces_what_the_kernel_knew() {
    let Some(kernel) = Namespace::new() else { return };
    let mut sim = Simulation::new(1);
    let ours = "02:00:00:00:00:a1";
    let interface = InterfaceConfig {
        addresses: vec!["10.0.0.1/24".parse().expect("an address")],
        announce: true,
        ..InterfaceConfig::new(ours.parse().expect("a MAC address"))
    };
    let l3 = L3Config { interfaces: vec![interface], ..L3Config::default() };
    let a1 = sim.add_node("a1", Host::new(HostConfig::new(l3, Rng::named(1, "host a1"))));
    sim.add_port(a1, "eth0");
    let mut live = Live::over(sim, &[Plug::new(&kernel, "eth0", "10.0.0.9/24", "a1")]);
    kernel.ip("neigh replace 10.0.0.1 lladdr 06:00:00:00:00:66 dev eth0 nud stale");
    live.wait_for("our announcement in the kernel's table", |_| {
        kernel.ip("neigh show 10.0.0.1").contains(ours).then_some(())
    });
    assert_clean(&live, &[]);
}

#[test]
fn both_tables_tell_the_same_after_a_conversation() {
    let Some((kernel, mut live)) = labs::switch() else { return };
    ping(&kernel, &mut live, "10.0.0.1");
    let row = kernel.ip("neigh show 10.0.0.1");
    let ours = mac(&live, "a1");
    assert!(row.contains(&format!("dev eth0 lladdr {ours} REACHABLE")), "{row}");
    let theirs = kernel.ip("-o link show eth0");
    let (_, mac) = live.neighbor("a1", KERNEL).expect("a row");
    assert!(theirs.contains(&mac.expect("an address").to_string()), "{theirs}");
}

#[test]
fn the_kernel_finds_us_again_when_its_entry_is_stale() {
    let Some((kernel, mut live)) = labs::switch() else { return };
    kernel.sysctl("net.ipv4.neigh.eth0.delay_first_probe_time=1");
    ping(&kernel, &mut live, "10.0.0.1");
    let ours = mac(&live, "a1");
    kernel.ip(&format!("neigh replace 10.0.0.1 lladdr {ours} dev eth0 nud delay"));
    // The probe is a request sent to our MAC address alone.
    live.wait_for("a reachable entry again", |_| {
        kernel.ip("neigh show 10.0.0.1").contains("REACHABLE").then_some(())
    });
    assert_clean(&live, &[]);
}

#[test]
fn we_find_the_kernel_again_when_our_entry_is_stale() {
    let Some((kernel, mut live)) = labs::switch() else { return };
    // Who was asked knows the asker only by hearsay: stale, and after the first use probed.
    ping(&kernel, &mut live, "10.0.0.1");
    live.wait_for("a row confirmed by an answer of the kernel's", |live| {
        live.neighbor("a1", KERNEL).filter(|(state, _)| *state == NeighborState::Reachable)
    });
    assert_clean(&live, &[]);
}

#[test]
fn an_address_that_the_kernel_claims_too_is_defended() {
    let Some(_) = Peer::find("arping") else { return };
    let Some((kernel, mut live)) = labs::switch() else { return };
    live.run_for(Duration::from_millis(50));
    let ours = mac(&live, "a1");
    kernel.sysctl("net.ipv4.ip_nonlocal_bind=1");
    kernel.ip("neigh replace 10.0.0.1 lladdr 06:00:00:00:00:66 dev eth0 nud stale");
    live.run(kernel.line("arping -U -I eth0 -c 1 -s 10.0.0.1 10.0.0.1"));
    live.wait_for("our defence in the kernel's table", |_| {
        kernel.ip("neigh show 10.0.0.1").contains(&ours).then_some(())
    });
    // RFC 5227 section 2.4: once, and not again within ten seconds.
    live.run(kernel.line("arping -U -I eth0 -c 1 -s 10.0.0.1 10.0.0.1"));
    live.run_for(Duration::from_millis(100));
    let Some(frames) = live.fields(0, &["arp.src.hw_mac", "arp.isgratuitous"]) else { return };
    let defences = frames.iter().filter(|frame| {
        frame.get("arp.src.hw_mac").is_some_and(|mac| mac[0] == ours)
            && frame.contains_key("arp.isgratuitous")
    });
    assert_eq!(defences.count(), 1, "{frames:?}");
}
