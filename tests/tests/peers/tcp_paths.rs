//! TCP with the kernel over paths that are narrow, or bad.

use lanternet_core::{Duration, LinkSettings};
use lanternet_tests::kernel::{Live, Namespace, Plug};

use crate::tcp::ECHO_CLIENT;
use crate::{FLOW, RESET, assert_clean, labs};

/// After a timeout everything from the gap on is sent again, also what had arrived. The kernel
/// acknowledges each of those segments, and the acknowledgements behind the one of our FIN find no
/// connection any more: they are answered with a reset (RFC 9293 section 3.10.7.1).
#[track_caller]
fn assert_clean_but_bad_line(live: &Live) {
    assert_clean(live, &[FLOW, RESET].concat());
}

#[test]
fn path_mtu_discovery_finds_a_narrow_cable_in_both_directions() {
    let Some((kernel, mut live)) = labs::three_routers_with(", mtu: 1000") else { return };
    live.launch("b1", "serve echo --framing none --quiet");
    let ended = live.run(kernel.python(ECHO_CLIENT, &["10.2.0.1", "9090", "200000"]));
    assert_eq!(ended.success(), "equal\n");
    let route = kernel.ip("route get 10.2.0.1");
    assert!(route.contains(" mtu 1000"), "{route}");
    let Some(frames) = live.fields(0, &["icmp.mtu", "ip.len", "tcp.len"]) else { return };
    let told = frames.iter().filter_map(|frame| frame.get("icmp.mtu")).count();
    assert!((1..20).contains(&told), "told {told} times");
    assert!(frames.iter().filter_map(|frame| frame.get("ip.len")).any(|len| len[0] == "1000"));
    assert_clean_but_bad_line(&live);
}

#[test]
fn our_client_learns_the_path_mtu_from_a_router_of_the_kernel() {
    // The kernel forwards into a card whose MTU is 900.
    let Some(kernel) = Namespace::new() else { return };
    let lab = "
name: narrow
nodes:
  a1: { kind: host, address: 10.0.1.1/24, gateway: 10.0.1.254 }
  b1: { kind: host, address: 10.0.2.1/24, gateway: 10.0.2.254 }
";
    let plugs = [
        Plug::new(&kernel, "eth0", "10.0.1.254/24", "a1"),
        Plug::new(&kernel, "eth1", "10.0.2.254/24", "b1"),
    ];
    let mut live = Live::new(lab, &plugs);
    kernel.sysctl("net.ipv4.ip_forward=1");
    kernel.ip("link set eth1 mtu 900");
    let (_, out) = live.run_ours("a1", "ping 10.0.2.1 -c 2 -i 100ms -M do -s 1400");
    assert!(out.contains("From 10.0.1.254 icmp_seq=1 Frag needed and DF set (mtu = 900)"), "{out}");
    assert!(out.contains("message too long, mtu=900"), "{out}");
    live.launch("b1", "serve echo --quiet");
    let line =
        format!("connect echo 10.0.2.1:9090 --together --repeat 50 --say {}", "m".repeat(999));
    let (code, out) = live.run_ours("a1", &line);
    assert_eq!(code, 0, "{out}");
    assert_eq!(out.matches(&"m".repeat(999)).count(), 50);
    assert_clean_but_bad_line(&live);
}

#[test]
fn bytes_survive_a_line_that_loses_overtakes_and_repeats() {
    let bad = LinkSettings {
        delay: Duration::from_millis(4),
        jitter: Duration::from_millis(1),
        loss: 20_000,
        reorder: 30_000,
        duplicate: 20_000,
        ..LinkSettings::default()
    };
    let Some(kernel) = Namespace::new() else { return };
    let plug = Plug::new(&kernel, "eth0", "10.0.0.9/24", "a1").with([bad.clone(), bad]);
    let mut live = Live::new(labs::CABLE, &[plug]);
    live.launch("a1", "serve echo --framing none --quiet");
    let ended = live.run(kernel.python(ECHO_CLIENT, &["10.0.0.1", "9090", "150000"]));
    assert_eq!(ended.success(), "equal\n");
    // Both say what arrived beyond a gap.
    let Some(frames) = live.fields(0, &["ip.src", "tcp.options.sack_le"]) else { return };
    for who in ["10.0.0.1", "10.0.0.9"] {
        let mut gaps = frames.iter().filter(|frame| frame.contains_key("tcp.options.sack_le"));
        assert!(gaps.any(|frame| frame["ip.src"] == [who]), "{who} never acknowledged selectively");
    }
    assert_clean_but_bad_line(&live);
}

#[test]
fn damaged_frames_are_dropped_by_checksum_and_sent_again() {
    let bad = LinkSettings { corrupt: 20_000, ..LinkSettings::default() };
    let Some(kernel) = Namespace::new() else { return };
    // Only towards us: what goes to the kernel is whole, and judged.
    let plug = Plug::new(&kernel, "eth0", "10.0.0.9/24", "a1").with([bad, LinkSettings::default()]);
    let mut live = Live::new(labs::CABLE, &[plug]);
    live.launch("a1", "serve echo --framing none --quiet");
    let ended = live.run(kernel.python(ECHO_CLIENT, &["10.0.0.1", "9090", "300000"]));
    assert_eq!(ended.success(), "equal\n");
    assert_clean_but_bad_line(&live);
}

#[test]
fn a_line_of_ten_megabit_is_filled_and_its_queue_overflows_without_harm() {
    let Some(kernel) = Namespace::new() else { return };
    let slow = LinkSettings {
        rate: Some(10_000_000),
        delay: Duration::from_millis(5),
        queue: lanternet_core::QueueLimit::Frames(20),
        ..LinkSettings::default()
    };
    let plug = Plug::new(&kernel, "eth0", "10.0.0.9/24", "a1").with([slow.clone(), slow]);
    let mut live = Live::new(labs::CABLE, &[plug]);
    live.launch("a1", "serve echo --framing none --quiet");
    let begun = std::time::Instant::now();
    let ended = live.run(kernel.python(ECHO_CLIENT, &["10.0.0.1", "9090", "1000000"]));
    assert_eq!(ended.success(), "equal\n");
    // A megabyte is 8 Mbit: no faster than that. How much longer it takes than that depends on what
    // the burst into the queue costs each side.
    let took = begun.elapsed();
    println!("a megabyte each way over 10 Mbit/s: {took:?}");
    assert!(took.as_millis() > 800, "{took:?}");
    assert_clean_but_bad_line(&live);
}

#[test]
fn a_transfer_survives_a_cable_that_is_pulled_for_a_while() {
    let Some((kernel, mut live)) = labs::three_routers() else { return };
    live.launch("b1", "serve echo --framing none --quiet");
    // Faster than the buffers fill: some of it is under way when the cable is pulled.
    let child = live.spawn(kernel.python(ECHO_CLIENT, &["10.2.0.1", "9090", "6000000"]));
    live.wait_for("the flow", |live| (live.frames(0).len() > 400).then_some(()));
    let last = lanternet_core::LinkId(1);
    live.sim().set_link_up(last, false);
    live.run_for(std::time::Duration::from_millis(700));
    live.sim().set_link_up(last, true);
    assert_eq!(live.finish(child).success(), "equal\n");
}
