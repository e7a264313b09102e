//! One mistake each, and what is said about it.

use lanternet_core::{DropReason, Duration, NodeId, Record, TraceEvent};

use super::*;

/// Two segments and a router, with room for mistakes.
fn two_segments(a1: &str, b1: &str, r1: &str) -> World {
    World::new(&format!(
        "
nodes:
  a1: {{ kind: host, {a1} }}
  a2: {{ kind: host, address: 192.168.10.2/24, gateway: 192.168.10.254 }}
  b1: {{ kind: host, {b1} }}
  sw-a: {{ kind: switch }}
  sw-b: {{ kind: switch }}
  r1:
    kind: router
    interfaces:
      eth0: {{ address: 192.168.10.254/24 }}
      eth1: {{ address: 192.168.20.254/24 }}
    {r1}
links: [a1 -- sw-a, a2 -- sw-a, \"sw-a -- r1:eth0\", b1 -- sw-b, \"sw-b -- r1:eth1\"]
"
    ))
}

const A1: &str = "address: 192.168.10.1/24, gateway: 192.168.10.254";
const B1: &str = "address: 192.168.20.1/24, gateway: 192.168.20.254";

#[track_caller]
fn said(world: &World, report: &ProbeReport, message: &str, help: &str) {
    let (said, helped) = reason(world, report);
    assert_eq!((said.as_str(), helped.as_str()), (message, help));
}

#[test]
fn nobody_has_the_address() {
    let mut world = two_segments(A1, B1, "");
    let report = world.ping("a1", "192.168.10.77");
    said(
        &world,
        &report,
        "a1 asked its segment by ARP for 192.168.10.77, and nobody has that address: a2, r1 heard \
         the question",
        "correct the address, or give 192.168.10.77 to a station in 192.168.10.0/24",
    );
    // At the last router it is the router that asks in vain, and it tells the sender.
    let report = world.ping("a1", "192.168.20.77");
    said(
        &world,
        &report,
        "r1 asked its segment by ARP for 192.168.20.77, and nobody has that address: b1 heard the \
         question",
        "correct the address, or give 192.168.20.77 to a station in 192.168.20.0/24",
    );
    told("address-unused", &world, &report);
}

#[test]
fn a_host_is_taken_for_a_router() {
    let a1 = "address: 192.168.10.1/24, gateway: 192.168.10.2";
    let mut world = two_segments(a1, B1, "");
    let report = world.ping("a1", "b1");
    said(
        &world,
        &report,
        "a1 sent the packet for 192.168.20.1 to a2, as if that were a router; a2 is a host and \
         does not forward",
        "send it to r1 instead (192.168.10.254): correct the gateway or route of a1 that names a2",
    );
}

#[test]
fn the_gateway_is_an_address_of_the_other_side() {
    let a1 = "address: 192.168.10.1/16, gateway: 192.168.20.254";
    let mut world = two_segments(a1, B1, "");
    let report = world.ping("a1", "8.8.8.8");
    said(
        &world,
        &report,
        "a1 sends to its gateway 192.168.20.254, which is r1, and r1 is not on its segment",
        "r1 is the router there: give a1 `gateway: 192.168.10.254`",
    );
}

#[test]
fn a_mask_that_is_too_short_is_found_on_the_way_there() {
    let mut world = two_segments("address: 192.168.10.1/16, gateway: 192.168.10.254", B1, "");
    let report = world.ping("a1", "b1");
    said(
        &world,
        &report,
        "a1's mask (/16) puts 192.168.20.1 on its own segment, so it asked there by ARP instead of \
         sending to a router; but b1 is on another segment",
        "use the mask 255.255.255.0 as r1 does: give a1 `address: 192.168.10.1/24`",
    );
}

#[test]
fn a_mask_that_is_too_long_is_found() {
    let mut world = two_segments("address: 192.168.10.200/25", B1, "");
    let report = world.ping("a1", "a2");
    said(
        &world,
        &report,
        "a1's mask (/25) puts 192.168.10.2 on another segment, though it is on its own",
        "use the mask 255.255.255.0 as r1 does: give a1 `address: 192.168.10.200/24`",
    );
}

#[test]
fn a_router_without_a_row_is_told_the_row() {
    let mut world = World::new(
        "
nodes:
  a: { kind: host, address: 10.1.0.1/24, gateway: 10.1.0.254 }
  b: { kind: host, address: 10.3.0.1/24, gateway: 10.3.0.254 }
  r1: { kind: router, interfaces: { eth0: { address: 10.1.0.254/24 }, eth1: { address: 10.9.1.1/30 } } }
  r2:
    kind: router
    interfaces: { eth0: { address: 10.9.1.2/30 }, eth1: { address: 10.9.2.1/30 } }
    routes: [{ to: 10.1.0.0/24, via: 10.9.1.1 }, { to: 10.3.0.0/24, via: 10.9.2.2 }]
  r3:
    kind: router
    interfaces: { eth0: { address: 10.9.2.2/30 }, eth1: { address: 10.3.0.254/24 } }
    routes: [{ to: 0.0.0.0/0, via: 10.9.2.1 }]
links: [\"a -- r1:eth0\", \"r1:eth1 -- r2:eth0\", \"r2:eth1 -- r3:eth0\", \"r3:eth1 -- b\"]
",
    );
    let report = world.ping("a", "b");
    said(
        &world,
        &report,
        "r1 has no row for 10.3.0.1 in its routing table",
        "add the row `{ to: 10.3.0.0/24, via: 10.9.1.2 }` to `routes:` of r1",
    );
    told("no-route", &world, &report);
    let report = world.ping("a", "10.8.8.8");
    let help = "nobody in the lab has 10.8.8.8: correct the address";
    said(&world, &report, "r1 has no row for 10.8.8.8 in its routing table", help);
}

#[test]
fn a_row_that_leads_to_nobody_is_corrected() {
    let routes = "routes: [{ to: 10.0.0.0/8, via: 192.168.20.253 }]";
    let mut world = two_segments(A1, B1, routes);
    let report = world.ping("a1", "10.1.2.3");
    let (message, _) = reason(&world, &report);
    let expected =
        "the row of r1 for 10.1.2.3 leads to 192.168.20.253, and nobody has that address";
    assert_eq!(message, expected);
}

#[test]
fn a_loop_whose_destination_exists_names_the_wrong_row() {
    let mut world = World::new(
        "
nodes:
  a: { kind: host, address: 10.1.0.1/24, gateway: 10.1.0.254 }
  b: { kind: host, address: 10.3.0.1/24, gateway: 10.3.0.254 }
  r1:
    kind: router
    interfaces: { eth0: { address: 10.1.0.254/24 }, eth1: { address: 10.9.1.1/30 } }
    routes: [{ to: 0.0.0.0/0, via: 10.9.1.2 }]
  r2:
    kind: router
    interfaces: { eth0: { address: 10.9.1.2/30 }, eth1: { address: 10.9.2.1/30 } }
    routes: [{ to: 0.0.0.0/0, via: 10.9.1.1 }]
  r3:
    kind: router
    interfaces: { eth0: { address: 10.9.2.2/30 }, eth1: { address: 10.3.0.254/24 } }
    routes: [{ to: 0.0.0.0/0, via: 10.9.2.1 }]
links: [\"a -- r1:eth0\", \"r1:eth1 -- r2:eth0\", \"r2:eth1 -- r3:eth0\", \"r3:eth1 -- b\"]
",
    );
    let report = world.ping("a", "b");
    said(
        &world,
        &report,
        "routing loop: r1, r2 send the packet for 10.3.0.1 round in a circle, until its TTL ended",
        "correct the row of r2: `{ to: 10.3.0.0/24, via: 10.9.2.2 }`",
    );
}

#[test]
fn two_islands_with_one_network_are_not_cabled_together() {
    let mut world = World::new(
        "
nodes:
  a: { kind: host, address: 10.0.0.1/24 }
  b: { kind: host, address: 10.0.0.2/24 }
  sw-a: { kind: switch }
  sw-b: { kind: switch }
links: [a -- sw-a, b -- sw-b]
",
    );
    let report = world.ping("a", "b");
    said(
        &world,
        &report,
        "a asked its segment by ARP for 10.0.0.2; by its address b belongs there, but no cable, \
         switch or hub joins the two",
        "connect b to the segment of a, or give it an address of the network that it hangs on",
    );
}

/// A pair of hosts and a switch between them, a program, and settings of b's link.
fn pair_text(settings: &str, program: &str) -> String {
    format!(
        "
nodes:
  a: {{ kind: host, address: 10.0.0.1/24 }}
  b: {{ kind: host, address: 10.0.0.2/24 }}
  sw: {{ kind: switch }}
links: [a -- sw, {{ between: [sw, b]{settings} }}]
programs: [{program}]
"
    )
}

fn pair(settings: &str) -> World {
    World::new(&pair_text(settings, "{ on: b, run: serve echo --port 7 }"))
}

#[test]
fn a_link_that_loses_everything_is_named() {
    let mut world = pair(", loss: 100%");
    let report = world.ping("a", "b");
    said(
        &world,
        &report,
        "the link sw -- b lost it by chance (100% loss is set)",
        "ask again, or lower `loss:` of sw -- b",
    );
}

#[test]
fn a_link_that_damages_everything_is_named() {
    // The bit that is flipped is drawn: somewhere in the question, or in its answer.
    let mut world = pair(", corrupt: 50%");
    let mut found = Vec::new();
    for _ in 0..12 {
        let report = world.ping("a", "b");
        if !report.reached() {
            found.push(reason(&world, &report).0);
        }
    }
    assert!(found.iter().any(|said| said.contains("the link sw -- b had damaged it")), "{found:?}");
}

#[test]
fn a_node_without_power_is_named() {
    let mut world = pair("");
    let b = world.node("b");
    world.network.sim.crash(b);
    let report = world.ping("a", "b");
    said(&world, &report, "b has no power", "restart b");
}

#[test]
fn a_cable_that_was_pulled_while_the_network_ran_is_named() {
    let mut world = pair("");
    world.ping("a", "b");
    let link = world.topology().links().last().expect("two links");
    world.network.sim.set_link_up(link, false);
    let report = world.ping("a", "b");
    said(&world, &report, "the cable sw -- b is unplugged", "plug it in again");
    told("cable-pulled-later", &world, &report);
}

#[test]
fn an_attempt_that_got_lost_is_told_beside_the_one_that_got_through() {
    let mut world = pair("");
    world.ping("a", "b");
    let b = world.node("b");
    world.network.sim.crash(b);
    let lost = world.ping("a", "b");
    world.network.sim.restart(b);
    let mut report = world.ping("a", "b");
    assert!(report.reached());
    report.records = [lost.records, report.records].concat();
    told("second-attempt", &world, &report);
}

#[test]
fn fragments_are_followed_to_where_they_are_put_together() {
    let lab = pair_text("", "{ on: a, run: ping b --count 1 --size 3000 }");
    let rtt = Duration::ZERO;
    let outcome = |by| ProbeOutcome::Reached { rtt, by };
    let (world, report) = World::programs(&lab, "a", "b", outcome(NodeId(1)));
    assert!(report.reached());
    told("fragments", &world, &report);
}

#[test]
fn a_redirect_is_told_beside_the_packet() {
    let mut world = World::new(
        "
nodes:
  a: { kind: host, address: 10.0.0.1/24, gateway: 10.0.0.254 }
  b: { kind: host, address: 10.9.0.1/24, gateway: 10.9.0.254 }
  sw: { kind: switch }
  r1:
    kind: router
    interfaces: { eth0: { address: 10.0.0.254/24 } }
    routes: [{ to: 10.9.0.0/24, via: 10.0.0.253 }]
  r2: { kind: router, interfaces: { eth0: { address: 10.0.0.253/24 }, eth1: { address: 10.9.0.254/24 } } }
links: [a -- sw, \"r1:eth0 -- sw\", \"r2:eth0 -- sw\", \"r2:eth1 -- b\"]
",
    );
    let report = world.ping("a", "b");
    assert!(report.reached());
    told("redirect", &world, &report);
}

#[test]
fn a_sender_that_was_not_told_because_of_the_rate_limit_is_told_so() {
    let text = World::text("broken/no-way-back");
    let many = "programs: [{ on: b1, run: ping a1 --count 10 --interval 50ms }]";
    let text = format!("{text}\n{many}\n");
    let (world, mut report) = World::programs(&text, "b1", "a1", ProbeOutcome::Silent);
    // Six errors at once are allowed, so the eighth request is not answered any more.
    let eighth = report.started + Duration::from_millis(350);
    report.records.retain(|record| record.at >= eighth);
    let (message, _) = reason(&world, &report);
    let expected = "(who asked was not told: too many ICMP errors a moment ago)";
    assert!(message.ends_with(expected), "{message}");
}

#[test]
fn an_own_cable_that_is_unplugged_is_named() {
    let mut world = pair(", state: down");
    let report = world.ping("b", "a");
    let help = "plug it in: remove `state: down` from that link";
    said(&world, &report, "the cable sw -- b is unplugged", help);
}

#[test]
fn a_router_says_which_link_takes_less() {
    let lab = "
nodes:
  a: { kind: host, address: 10.1.0.1/24, gateway: 10.1.0.254 }
  b: { kind: host, address: 10.2.0.1/24, gateway: 10.2.0.254 }
  r:
    kind: router
    interfaces: { eth0: { address: 10.1.0.254/24 }, eth1: { address: 10.2.0.254/24 } }
links: [\"a -- r:eth0\", { between: [\"r:eth1\", b], mtu: 1400 }]
programs: [{ on: a, run: ping b --count 1 --size 1472 --dont-fragment }]
";
    let (world, report) = World::programs(lab, "a", "b", ProbeOutcome::Silent);
    said(
        &world,
        &report,
        "a packet of 1500 bytes is too long for the next link of r (MTU 1400), and it must not be \
         cut (DF is set)",
        "set `mtu: 1500` at r:eth1 -- b, or send smaller packets",
    );
    told("may-not-be-cut", &world, &report);
}

#[test]
fn a_loop_of_switches_is_a_storm() {
    let mut world = World::new(
        "
nodes:
  a: { kind: host, address: 10.0.0.1/24 }
  b: { kind: host, address: 10.0.0.2/24 }
  s1: { kind: switch }
  s2: { kind: switch }
links:
  - a -- s1
  - { between: [s1, s2], delay: 100ms }
  - { between: [s1, s2], delay: 100ms }
",
    );
    let report = world.ping("a", "b");
    said(
        &world,
        &report,
        "s1, s2 form a loop, and frames go round in it without end (a broadcast storm)",
        "let the switches take part in the spanning tree (`stp: true`), or remove one link of the loop",
    );
    told("storm", &world, &report);
}

#[test]
fn a_switch_cannot_be_asked() {
    let mut world = pair("");
    let report = world.ping("a", "sw");
    let (message, _) = reason(&world, &report);
    assert!(message.starts_with("sw has no IP address"), "{message}");
}

#[test]
fn a_name_that_is_nearly_known_is_suggested() {
    let mut world = two_segments(A1, B1, "");
    let report = world.ping("a1", "b11");
    said(&world, &report, "a1 does not know the name “b11”", "did you mean b1?");
    told("unknown-name", &world, &report);
}

#[test]
fn a_full_backlog_is_the_reason_of_silence() {
    let server = "{ on: b, run: serve echo --port 7 --backlog 1 --accept-after 1h }";
    let mut world = World::new(&pair_text("", server));
    let first = world.tcp("a", "b", 7);
    assert!(first.reached());
    let mut report = world.tcp("a", "b", 7);
    for _ in 0..3 {
        report = world.tcp("a", "b", 7);
    }
    said(
        &world,
        &report,
        "the program on b that listens on port 7 does not accept connections fast enough: 1 waits \
         already, and no more may (backlog)",
        "raise the program's `--backlog`, or accept faster",
    );
    told("backlog", &world, &report);
}

#[test]
fn a_program_that_listens_inside_only_is_told() {
    let server = "{ on: b, run: serve echo --port 7 --bind 127.0.0.1 }";
    let mut world = World::new(&pair_text("", server));
    let report = world.tcp("a", "b", 7);
    said(
        &world,
        &report,
        "b is there, but no program on it listens on TCP port 7",
        "a program on b listens on port 7, but only at 127.0.0.1: let it use `--bind 0.0.0.0`",
    );
}

#[test]
fn handshakes_that_lose_segments_are_told_with_the_attempts_that_got_lost() {
    let mut world = pair(", loss: 60%");
    let (mut reached, mut told_so) = (0, 0);
    for _ in 0..10 {
        let report = world.tcp("a", "b", 7);
        let answer = Answer::new(&world.lab, world.topology(), &report);
        let story = answer.story(&Catalogue::new(Locale::En));
        match report.reached() {
            true => {
                reached += 1;
                told_so +=
                    usize::from(story.contains("an earlier attempt got lost (sw 2 — b eth0)"));
                assert!(story.contains("ESTABLISHED"), "{story}");
            }
            false => assert!(story.contains("lost it by chance (60% loss is set)"), "{story}"),
        }
    }
    assert!(reached > 0 && told_so > 0, "{reached} {told_so}");
}

#[test]
fn no_program_at_all_gets_one_suggested() {
    let mut world = two_segments(A1, B1, "");
    let report = world.udp("a1", "b1", 53);
    said(
        &world,
        &report,
        "b1 is there, but no program on it listens on UDP port 53",
        "start one: `{ on: b1, run: serve echo --port 53 --udp }`",
    );
}

#[test]
fn a_datagram_and_a_connection_are_told_with_their_answers() {
    let mut world = pair("");
    let report = world.tcp("a", "b", 7);
    assert!(report.reached());
    let answer = Answer::new(&world.lab, world.topology(), &report);
    assert_eq!(answer.finding(), None);
    assert_eq!(answer.reason(&Catalogue::new(Locale::En)), None);
    told("tcp", &world, &report);
}

#[test]
fn a_probe_to_oneself_stays_inside() {
    let mut world = pair("");
    let report = world.ping("a", "a");
    assert!(report.reached());
    told("oneself", &world, &report);
}

#[test]
fn a_host_without_a_cable_or_an_address_is_told_so() {
    let mut world = World::new(
        "
nodes:
  a: { kind: host, address: 10.0.0.1/24 }
  b: { kind: host, address: 10.0.0.2/24 }
  c: { kind: host }
  sw: { kind: switch }
links: [b -- sw, c -- sw]
",
    );
    let report = world.ping("a", "b");
    let help = "add a link to `links:` that ends in a:eth0";
    said(&world, &report, "no cable is in eth0 of a", help);
    let report = world.ping("c", "b");
    let help = "give c an address, such as `address: 192.168.1.1/24`";
    said(&world, &report, "c has no address, so it cannot send", help);
    let report = world.ping("b", "c");
    said(&world, &report, "c has no address, so there is nothing to send to", help);
}

#[test]
fn a_full_queue_is_named_with_its_link() {
    // Ten requests at once, on a line that takes a second for each and lets one wait.
    let settings = ", rate: 800 bit, queue: 1 frame";
    let program = "{ on: a, run: ping b --count 10 --interval 2ms }";
    let (world, mut report) =
        World::programs(&pair_text(settings, program), "a", "b", ProbeOutcome::Silent);
    // The first that was not passed on.
    let full = |record: &Record| {
        matches!(&record.event, TraceEvent::Dropped { reason: DropReason::QueueFull { .. }, .. })
    };
    let at = report.records.iter().find(|record| full(record)).expect("a full queue").at;
    // From the time when it was sent, over one cable, to its end.
    report.records.retain(|record| record.at <= at && at - record.at < Duration::from_micros(50));
    let (message, _) = reason(&world, &report);
    assert_eq!(message, "the queue of the link sw -- b was full: 1 frame may wait");
}

#[test]
fn a_trace_that_was_cut_or_has_holes_is_told_as_far_as_it_goes() {
    let catalogue = Catalogue::new(Locale::ZhCn);
    for (lab, from, to) in
        [("two-dorms", "a1", "b3"), ("broken/wrong-mask", "a1", "b1"), ("hub", "a1", "a3")]
    {
        let mut world = World::file(lab);
        let whole = world.ping(from, to);
        for at in 0..whole.records.len() {
            let mut cut = whole.clone();
            cut.records.truncate(at);
            cut.outcome = ProbeOutcome::Silent;
            let answer = Answer::new(&world.lab, world.topology(), &cut);
            assert!(answer.reason(&catalogue).is_some() && !answer.story(&catalogue).is_empty());
            let mut hole = whole.clone();
            hole.records.remove(at);
            Answer::new(&world.lab, world.topology(), &hole).story(&catalogue);
        }
    }
}

#[test]
fn a_neighbour_row_written_by_hand_that_names_nobodys_card_is_told_with_the_right_one() {
    let mut world = World::file("broken/stale-arp");
    let report = world.ping("a1", "s1");
    let message = "a row written by hand tells a1 that 192.168.1.80 is at 02:00:00:00:00:80, but no station has that hardware address";
    let help = "remove `192.168.1.80: 02:00:00:00:00:80` from `arp:` of a1, or write 02:00:00:00:00:81 there, which s1 has";
    said(&world, &report, message, help);
}

#[test]
fn a_switch_row_written_by_hand_for_a_station_that_moved_is_told() {
    let mut world = World::file("broken/moved-station");
    let report = world.ping("a1", "s1");
    let message = "a row written by hand tells sw that 02:00:00:00:00:80 (s1) is behind port 2, but s1 is not there";
    let help = "remove `02:00:00:00:00:80: 2` from `macs:` of sw, or plug the cable into that port";
    said(&world, &report, message, help);
}

#[test]
fn somebody_has_parted_the_two() {
    let mut world = two_segments(A1, B1, "");
    let [a1, b1] = ["a1", "b1"].map(|name| NodeId::from(world.lab.find(name).unwrap()));
    world.network.sim.partition_oneway(&[b1], &[a1]);
    let report = world.ping("a1", "b1");
    said(
        &world,
        &report,
        "the question arrived, but the answer got lost: b1 and a1 are partitioned: no packet of b1 \
         gets to a1",
        "repair the partition of b1 and a1",
    );
}

#[test]
fn the_packet_is_held_and_nobody_releases_it() {
    let mut world = two_segments(A1, B1, "");
    let router_to_b = lanternet_lab::Network::link(4);
    world.network.sim.hold_link(router_to_b);
    let report = world.ping("a1", "b1");
    let (message, _) = reason(&world, &report);
    // The router asks for b1 in vain first: its question is held.
    assert!(message.contains("b1"), "{message}");
    world.network.sim.release_link(router_to_b);
    assert!(world.ping("a1", "b1").reached());
    world.network.sim.hold_link(router_to_b);
    let report = world.ping("a1", "b1");
    said(
        &world,
        &report,
        "the packet waits on the link sw-b -- r1:eth1 until somebody releases it",
        "release what is held on sw-b -- r1:eth1",
    );
}
