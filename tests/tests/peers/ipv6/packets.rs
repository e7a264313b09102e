//! ping, traceroute, TCP and UDP: what the kernel sends us, and what it takes from us.

use lanternet_tests::kernel::{Live, Namespace};
use lanternet_tests::peer::Peer;
use lanternet_tests::tshark::{Complaint, ComplaintKind};

use super::networks::{cable, three_routers};
use crate::tcp::ECHO_CLIENT;
use crate::{FLOW, assert_clean, lines_with};

#[track_caller]
fn ping(kernel: &Namespace, live: &mut Live, args: &str) -> String {
    let ended = live.run(kernel.line(&format!("ping -6 -n -i 0.1 -W 5 {args}")));
    format!("{}{}", ended.out, ended.err)
}

/// The link-local address of a node's interface.
fn link_local(live: &Live, node: &str) -> String {
    live.host(node).with_l3(|l3| {
        let mut rows = l3.addresses6().map(|row| row.net.addr().to_string());
        rows.find(|address| address.starts_with("fe80::")).expect("there is one")
    })
}

#[test]
fn the_kernel_reaches_us_by_global_and_link_local_address_and_by_the_group_of_all_nodes() {
    let Some((kernel, mut live)) = cable() else { return };
    let near = format!("{}%eth0", link_local(&live, "a1"));
    for to in ["2001:db8:1::1", near.as_str(), "ff02::1%eth0"] {
        let out = ping(&kernel, &mut live, &format!("-c 3 {to}"));
        assert!(out.contains("3 packets transmitted, 3 received"), "{out}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn we_reach_the_kernel() {
    let Some((_kernel, mut live)) = cable() else { return };
    let (code, out) = live.run_ours("a1", "ping -c 3 -i 100ms 2001:db8:1::9");
    assert_eq!(code, 0, "{out}");
    assert_eq!(lines_with(&out, "64 bytes from 2001:db8:1::9: icmp_seq=").len(), 3, "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn fragments_of_the_sender_are_put_together_and_answered_in_fragments() {
    for network in [cable, || three_routers(1500)] {
        let Some((kernel, mut live)) = network() else { return };
        let far = kernel.ip("-6 route").contains("default");
        let to = if far { "2001:db8:2::1" } else { "2001:db8:1::1" };
        for size in [1453, 4000, 65_487] {
            let out = ping(&kernel, &mut live, &format!("-c 2 -s {size} {to}"));
            assert!(out.contains(&format!("{} bytes from {to}: icmp_seq=2", size + 8)), "{out}");
            assert!(out.contains(" 0% packet loss") && !out.contains("wrong data"), "{out}");
        }
        assert_clean(&live, &[]);
    }
}

#[test]
fn a_router_says_that_a_packet_is_too_big_and_the_kernel_cuts_it_smaller() {
    let Some((kernel, mut live)) = three_routers(1300) else { return };
    let out = ping(&kernel, &mut live, "-c 2 -M do -s 1400 2001:db8:2::1");
    assert!(out.contains("From 2001:db8:12::2 icmp_seq=1 Packet too big: mtu=1300"), "{out}");
    assert!(out.contains("local error: message too long, mtu: 1300"), "{out}");
    let route = kernel.ip("-6 route get 2001:db8:2::1");
    assert!(route.contains(" mtu 1300"), "{route}");
    // Our host has to learn it, too: its first answer is lost.
    let out = ping(&kernel, &mut live, "-c 2 -s 8000 2001:db8:2::1");
    assert!(out.contains("8008 bytes from 2001:db8:2::1: icmp_seq=2"), "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn each_router_says_when_the_hop_limit_is_over_and_traceroute_sees_them_all() {
    let Some((kernel, mut live)) = three_routers(1500) else { return };
    for (hops, from) in [(1, "2001:db8:1::fe"), (2, "2001:db8:12::2"), (3, "2001:db8:23::3")] {
        let out = ping(&kernel, &mut live, &format!("-c 1 -t {hops} 2001:db8:2::1"));
        assert!(out.contains(&format!("From {from} icmp_seq=1 Time exceeded: Hop limit")), "{out}");
    }
    let out = ping(&kernel, &mut live, "-c 1 -t 4 2001:db8:2::1");
    assert!(out.contains("64 bytes from 2001:db8:2::1: icmp_seq=1 ttl=61"), "{out}");
    if Peer::find("traceroute").is_some() {
        let ended = live.run(kernel.line("traceroute -6 -n -q 1 -w 3 2001:db8:2::1"));
        let out = ended.success();
        let hops: Vec<_> =
            out.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1)).collect();
        let expected = ["2001:db8:1::fe", "2001:db8:12::2", "2001:db8:23::3", "2001:db8:2::1"];
        assert_eq!(hops, expected, "{out}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn our_traceroute_sees_the_routers_on_the_way_to_the_kernel() {
    let Some((_kernel, mut live)) = three_routers(1500) else { return };
    let (code, out) = live.run_ours("b1", "traceroute 2001:db8:1::9");
    assert_eq!(code, 0, "{out}");
    for hop in ["2001:db8:2::fe", "2001:db8:23::2", "2001:db8:12::1", "2001:db8:1::9"] {
        assert!(out.contains(hop), "{hop}: {out}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn routers_and_hosts_say_why_something_cannot_be_reached() {
    let Some((kernel, mut live)) = three_routers(1500) else { return };
    let client = "
import errno
try:
    socket.create_connection((sys.argv[1], 9090))
except OSError as error:
    print(errno.errorcode[error.errno])
";
    let out = ping(&kernel, &mut live, "-c 1 2001:db8:9::1");
    let said = "From 2001:db8:1::fe icmp_seq=1 Destination unreachable: No route";
    assert!(out.contains(said), "{out}");
    let out = ping(&kernel, &mut live, "-c 1 2001:db8:2::77");
    let said = "From 2001:db8:23::3 icmp_seq=1 Destination unreachable: Address unreachable";
    assert!(out.contains(said), "{out}");
    for (to, error) in [("2001:db8:9::1", "ENETUNREACH"), ("2001:db8:2::1", "ECONNREFUSED")] {
        let ended = live.run(kernel.python(client, &[to]));
        assert_eq!(ended.success().trim(), error, "{to}");
    }
    let client = "
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 9))
s.send(b'x')
try:
    s.recv(1)
except ConnectionRefusedError:
    print('refused')
";
    let ended = live.run(kernel.python(client, &["2001:db8:2::1"]));
    assert_eq!(ended.success(), "refused\n");
    assert_clean(&live, crate::RESET);
}

#[test]
fn a_mebibyte_both_ways_at_once_arrives_as_it_was_sent() {
    for mtu in [1500, 1300] {
        let Some((kernel, mut live)) = three_routers(mtu) else { return };
        live.launch("b1", "serve echo --framing none --quiet --bind ::");
        let ended = live.run(kernel.python(ECHO_CLIENT, &["2001:db8:2::1", "9090", "1048576"]));
        assert_eq!(ended.success(), "equal\n");
        assert_clean_but_for_quotations(&live);
    }
}

/// tshark sums a TCP segment that an ICMPv6 error quotes, though the quotation is cut off.
#[track_caller]
fn assert_clean_but_for_quotations(live: &Live) {
    const ICMPV6: u8 = 58;
    let quotes = |number: usize| {
        let frame = &live.frames(0)[number - 1];
        frame.get(20) == Some(&ICMPV6) && frame.get(54).is_some_and(|kind| *kind < 128)
    };
    let expected = |complaint: &Complaint| {
        quotes(complaint.frame)
            || complaint.kind == ComplaintKind::Warning
                && FLOW.iter().any(|text| complaint.what.contains(text))
    };
    let complaints: Vec<_> =
        live.complaints().into_iter().filter(|complaint| !expected(complaint)).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[test]
fn our_client_talks_to_a_server_of_the_kernel() {
    let Some((kernel, mut live)) = three_routers(1500) else { return };
    let server = "
listener = socket.create_server(('::', 9090), family=socket.AF_INET6)
print('ready')
connection, peer = listener.accept()
print(peer[0])
file = connection.makefile('rw')
for line in file:
    file.write(line.upper())
    file.flush()
";
    let server = live.spawn_until(kernel.python(server, &[]), "ready");
    let (code, out) = live.run_ours("b1", "connect upper [2001:db8:1::9]:9090 --say hello");
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("HELLO"), "{out}");
    let ended = live.finish(server);
    assert!(ended.out.contains("2001:db8:2::1"), "{ended}");
    assert_clean(&live, &[]);
}
