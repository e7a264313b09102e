//! RFC 3810: which groups are listened to.

use super::super::address::ALL_MLD_ROUTERS;
use super::*;

/// The groups in the MLD reports that came out: kind of record and group.
fn reported(bench: &mut Bench) -> Vec<(u8, Ipv6Addr)> {
    let mut all = Vec::new();
    for out in bench.out(0) {
        // Behind a hop-by-hop header with a router alert.
        if out.header.next_header != 0 || out.packet[48] != 143 {
            continue;
        }
        assert_eq!((out.header.destination, out.header.hop_limit), (ALL_MLD_ROUTERS, 1));
        assert_eq!(out.packet[40..48], [58, 0, 5, 2, 0, 0, 1, 0], "section 5: a router alert");
        let sum = crate::wire::checksum::pseudo_header(
            out.header.source.into(),
            out.header.destination.into(),
            58,
            out.packet.len() as u32 - 48,
        );
        assert_eq!(sum.with(&out.packet[48..]).finish(), 0);
        for record in out.packet[56..].chunks_exact(20) {
            let octets: [u8; 16] = record[4..].try_into().unwrap();
            all.push((record[0], octets.into()));
        }
    }
    all
}

fn query(group: Ipv6Addr, hop_limit: u8) -> Vec<u8> {
    let body = [&group.octets()[..], &[2, 125, 0, 0]].concat();
    let rest = [0x03, 0xe8, 0, 0];
    let ends = [ip(PEER_NEAR), ip("ff02::1")];
    icmpv6::packet(ends, hop_limit, [130, 0], rest, &body)
}

#[test]
fn joining_and_leaving_are_told_twice() {
    let mut bench = Bench::host();
    let group = ip("ff05::7");
    bench.command(|l3, _| l3.join_group(group.into(), None).unwrap());
    bench.run(12_000);
    assert_eq!(reported(&mut bench), [(4, group); 2], "section 6.1, robustness variable 2");
    bench.command(|l3, _| l3.leave_group(group.into(), None).unwrap());
    bench.run(14_000);
    assert_eq!(reported(&mut bench), [(3, group); 2]);
}

#[test]
fn the_solicited_node_groups_of_its_addresses_are_told_and_that_of_all_nodes_is_not() {
    let mut bench = Bench::new(false, &[(&["2001:db8:1::1/64"], Ipv6Config::default())]);
    bench.run(5_000);
    let told = reported(&mut bench);
    assert!(told.contains(&(4, ip("ff02::1:ff00:1"))));
    assert!(told.iter().all(|(_, group)| *group != ip("ff02::1")), "section 6");
}

#[test]
fn a_question_is_answered_within_the_time_it_gives() {
    let mut bench = Bench::host();
    bench.put_to_group(0, query(Ipv6Addr::UNSPECIFIED, 1));
    bench.run(11_200);
    assert_eq!(reported(&mut bench), [(2, ip("ff02::1:ff00:1"))]);
    bench.put_to_group(0, query(Ipv6Addr::UNSPECIFIED, 2));
    bench.run(14_000);
    assert!(reported(&mut bench).is_empty(), "section 6.2: from beyond a router");
}

#[test]
fn a_packet_to_a_group_is_taken_by_its_members() {
    let mut bench = Bench::host();
    let packet = || raw(PEER_NEAR, "ff05::7", 17, &[0; 8]);
    bench.put(0, MAC, packet());
    assert_eq!(bench.drops(), [DropReason::NotInGroup { group: ip("ff05::7").into() }]);
    bench.command(|l3, _| l3.join_group(ip("ff05::7").into(), None).unwrap());
    bench.put_to_group(0, packet());
    assert!(bench.drops().is_empty());
}
