//! ping and traceroute of iputils and Butskoy through what we simulate.

use lanternet_core::{Duration, LinkSettings};
use lanternet_tests::kernel::{Live, Namespace, Plug};
use lanternet_tests::peer::Peer;

use crate::{assert_clean, labs, lines_with};

#[track_caller]
fn ping(kernel: &Namespace, live: &mut Live, args: &str) -> String {
    let ended = live.run(kernel.line(&format!("ping -n -i 0.1 -W 5 {args}")));
    format!("{}{}", ended.out, ended.err)
}

#[test]
fn a_host_answers_directly_through_a_switch_and_through_routers_with_the_ttl_that_is_left() {
    let cases: [(labs::Make, &str, u8); 4] = [
        (labs::cable, "10.0.0.1", 64),
        (labs::switch, "10.0.0.2", 64),
        (labs::router, "10.2.0.1", 63),
        (labs::three_routers, "10.2.0.1", 61),
    ];
    for (network, to, ttl) in cases {
        let Some((kernel, mut live)) = network() else { return };
        let out = ping(&kernel, &mut live, &format!("-c 3 {to}"));
        assert!(out.contains("3 packets transmitted, 3 received, 0% packet loss"), "{out}");
        let replies = lines_with(&out, &format!("64 bytes from {to}: icmp_seq="));
        assert_eq!(replies.len(), 3, "{out}");
        assert!(replies.iter().all(|line| line.contains(&format!(" ttl={ttl} "))), "{out}");
        assert_clean(&live, &[]);
    }
}

#[test]
fn routers_answer_for_each_of_their_addresses() {
    let Some((kernel, mut live)) = labs::three_routers() else { return };
    for (to, ttl) in [("10.1.0.254", 64), ("10.0.12.1", 64), ("10.0.23.1", 63), ("10.2.0.254", 62)]
    {
        let out = ping(&kernel, &mut live, &format!("-c 1 {to}"));
        assert!(out.contains(&format!("64 bytes from {to}: icmp_seq=1 ttl={ttl} ")), "{out}");
    }
}

#[test]
fn a_flood_of_echo_requests_is_answered_without_a_gap_or_a_duplicate() {
    let Some((kernel, mut live)) = labs::router() else { return };
    let ended = live.run(kernel.line("ping -n -q -f -c 300 -s 1000 10.2.0.1"));
    let out = ended.success();
    assert!(out.contains("300 packets transmitted, 300 received, 0% packet loss"), "{out}");
    assert!(!out.contains("duplicates"), "{out}");
}

#[test]
fn fragments_are_put_together_and_answered_in_fragments() {
    for network in [labs::cable, labs::three_routers] {
        let Some((kernel, mut live)) = network() else { return };
        let to = if kernel.ip("route").contains("default") { "10.2.0.1" } else { "10.0.0.1" };
        for size in [1473, 4000, 65_507] {
            let out = ping(&kernel, &mut live, &format!("-c 2 -s {size} {to}"));
            assert!(out.contains(&format!("{} bytes from {to}: icmp_seq=2", size + 8)), "{out}");
            // ping compares the bytes that come back with those it sent.
            assert!(out.contains(" 0% packet loss") && !out.contains("wrong data"), "{out}");
        }
        assert_clean(&live, &[]);
    }
}

#[test]
fn a_router_fragments_for_a_narrow_cable_what_allows_it() {
    let Some((kernel, mut live)) = labs::three_routers_with(", mtu: 1000") else { return };
    let out = ping(&kernel, &mut live, "-c 2 -M dont -s 1472 10.2.0.1");
    assert!(out.contains("1480 bytes from 10.2.0.1: icmp_seq=2 ttl=61"), "{out}");
    let out = ping(&kernel, &mut live, "-c 2 -M dont -s 8000 10.2.0.1");
    assert!(out.contains("8008 bytes from 10.2.0.1: icmp_seq=2 ttl=61"), "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn a_router_tells_the_mtu_when_fragments_are_forbidden_and_the_kernel_believes_it() {
    let Some((kernel, mut live)) = labs::three_routers_with(", mtu: 1000") else { return };
    let out = ping(&kernel, &mut live, "-c 2 -M do -s 1472 10.2.0.1");
    let said = lines_with(&out, "From 10.0.12.2 icmp_seq=1 Frag needed and DF set (mtu = 1000)");
    assert_eq!(said.len(), 1, "{out}");
    // The second request is refused by the kernel itself: it has learned.
    assert!(out.contains("local error: message too long, mtu=1000"), "{out}");
    let route = kernel.ip("route get 10.2.0.1");
    assert!(route.contains(" mtu 1000"), "{route}");
    let out = ping(&kernel, &mut live, "-c 1 -M do -s 972 10.2.0.1");
    assert!(out.contains("980 bytes from 10.2.0.1"), "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn each_router_says_when_the_time_to_live_is_over() {
    let Some((kernel, mut live)) = labs::three_routers() else { return };
    for (ttl, from) in [(1, "10.1.0.254"), (2, "10.0.12.2"), (3, "10.0.23.2")] {
        let out = ping(&kernel, &mut live, &format!("-c 1 -t {ttl} 10.2.0.1"));
        assert!(out.contains(&format!("From {from} icmp_seq=1 Time to live exceeded")), "{out}");
    }
    let out = ping(&kernel, &mut live, "-c 1 -t 4 10.2.0.1");
    assert!(out.contains("64 bytes from 10.2.0.1: icmp_seq=1 ttl=61"), "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn routers_say_that_a_network_or_a_host_cannot_be_reached() {
    let Some((kernel, mut live)) = labs::router() else { return };
    let client = "
import errno
try:
    socket.create_connection((sys.argv[1], 9090))
except OSError as error:
    print(errno.errorcode[error.errno])
";
    let out = ping(&kernel, &mut live, "-c 1 192.0.2.1");
    assert!(out.contains("From 10.1.0.254 icmp_seq=1 Destination Net Unreachable"), "{out}");
    let ended = live.run(kernel.python(client, &["192.0.2.1"]));
    assert_eq!(ended.success(), "ENETUNREACH\n");
    // Three ARP requests in vain, a second apart, on behalf of both.
    let connecting = live.spawn(kernel.python(client, &["10.2.0.77"]));
    let out = ping(&kernel, &mut live, "-c 1 10.2.0.77");
    assert!(out.contains("From 10.1.0.254 icmp_seq=1 Destination Host Unreachable"), "{out}");
    assert_eq!(live.finish(connecting).success(), "EHOSTUNREACH\n");
    assert_clean(&live, &[]);
}

#[test]
fn patterns_type_of_service_and_empty_payloads_come_back_as_they_were_sent() {
    let Some((kernel, mut live)) = labs::router() else { return };
    for args in ["-s 0", "-s 1", "-p ff -s 57", "-Q 0xb8"] {
        let out = ping(&kernel, &mut live, &format!("-c 1 {args} 10.2.0.1"));
        assert!(out.contains("1 received, 0% packet loss"), "{out}");
        assert!(!out.contains("wrong data"), "{out}");
    }
    assert_clean(&live, &[]);
}

#[track_caller]
fn traceroute(args: &str, expected: &[&str]) {
    let Some(_) = Peer::find("traceroute") else { return };
    let Some((kernel, mut live)) = labs::three_routers() else { return };
    let ended = live.run(kernel.line(&format!("traceroute -n -w 2 {args} 10.2.0.1")));
    let out = ended.success();
    let hops: Vec<&str> = out.lines().skip(1).map(str::trim_start).collect();
    let path = ["10.1.0.254", "10.0.12.2", "10.0.23.2", "10.2.0.1"];
    assert_eq!(hops.len(), path.len(), "{out}");
    for (number, (hop, address)) in (1..).zip(hops.iter().zip(path)) {
        assert!(hop.starts_with(&format!("{number}  {address} ")), "{out}");
        assert!(!hop.contains('*') && !hop.contains('!'), "{out}");
        assert_eq!(hop.matches(" ms").count(), 3, "{out}");
    }
    assert_clean(&live, expected);
}

#[test]
fn traceroute_sees_each_router_and_the_host_with_udp() {
    traceroute("", &[]);
}

#[test]
fn traceroute_sees_each_router_and_the_host_with_echo_requests() {
    traceroute("-I", &[]);
}

#[test]
fn traceroute_sees_each_router_and_the_host_with_tcp_to_a_closed_port() {
    traceroute("-T -p 4000", &["Connection reset (RST)"]);
}

#[test]
fn packets_with_options_are_forwarded_and_answered() {
    let Some((kernel, mut live)) = labs::three_routers() else { return };
    for option in ["-R", "-T tsonly"] {
        let out = ping(&kernel, &mut live, &format!("-c 1 {option} 10.2.0.1"));
        assert!(out.contains("1 received, 0% packet loss"), "{out}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn fragments_that_overtake_and_repeat_are_put_together() {
    let bad = LinkSettings {
        delay: Duration::from_millis(3),
        jitter: Duration::from_millis(1),
        reorder: 300_000,
        duplicate: 200_000,
        ..LinkSettings::default()
    };
    let Some(kernel) = Namespace::new() else { return };
    let plug = Plug::new(&kernel, "eth0", "10.0.0.9/24", "a1").with([bad.clone(), bad]);
    let mut live = Live::new(labs::CABLE, &[plug]);
    let out = ping(&kernel, &mut live, "-c 20 -s 12000 10.0.0.1");
    // A reply may come twice; none may be wrong or missing.
    assert!(out.contains("20 packets transmitted, 20 received"), "{out}");
    assert!(out.contains(" 0% packet loss") && !out.contains("wrong data"), "{out}");
}

#[test]
fn a_router_does_not_answer_arp_for_hosts_behind_it() {
    let Some(_) = Peer::find("arping") else { return };
    let Some((kernel, mut live)) = labs::router() else { return };
    let ended = live.run(kernel.line("arping -I eth0 -c 1 -w 1 10.2.0.1"));
    assert!(ended.out.contains("Received 0 response(s)"), "{ended}");
}
