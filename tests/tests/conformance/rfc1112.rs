//! RFC 1112: multicast, as far as hosts without group management go; RFC 919 and 922: broadcast.

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::Instant;
use lanternet_core::trace::{IcmpMessage, Unsent};
use lanternet_net::l3::{SendOptions, icmp};

use crate::conversation::hex;
use crate::node::Bench;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Sends an echo request as a program would, to an address of whatever kind.
fn send(bench: &mut Bench, to: &str, options: SendOptions) -> Result<(), Unsent> {
    let to: Ipv4Addr = to.parse().unwrap();
    let message = IcmpMessage::EchoRequest { ident: 1, seq: 1 };
    let sent = bench.command(|node, ctx| {
        let IpAddr::V4(source) = node.layer.source_for(to.into())? else {
            return Err(Unsent::AddressNotAvailable);
        };
        node.layer.send(ctx, icmp::build(source, to, 1, message, b"all"), options)
    });
    bench.until(Instant::from_millis(100));
    sent
}

const ALLOWED: SendOptions = SendOptions {
    broadcast: true,
    interface: None,
    checksummed: false,
    dont_fragment: false,
    unheard_here: false,
};

/// The low 23 bits of a group go into 01-00-5E-00-00-00; groups that differ only above share one.
/// Nobody is asked.
#[test]
fn section_6_4_a_group_has_its_hardware_address() {
    for (group, mac) in [
        ("224.0.0.1", "01005e000001"),
        ("239.255.1.2", "01005e7f0102"),
        ("239.127.1.2", "01005e7f0102"),
        ("224.128.0.251", "01005e0000fb"),
    ] {
        let mut bench = Bench::host();
        send(&mut bench, group, SendOptions::default()).unwrap();
        let said = bench.said();
        assert_eq!(said.len(), 1, "{group}");
        assert_eq!(hex(&said[0].2[..6]), mac, "{group}");
    }
}

/// A member of a group takes what comes for it, and nothing else takes it; the group of all systems
/// needs no joining. What shares only the hardware address is told apart by the group.
#[test]
fn section_7_2_a_host_takes_what_is_for_its_groups() {
    let mut bench = Bench::host();
    let group = ip("239.1.2.3");
    let taken = |bench: &mut Bench, to: &str| {
        let to: Ipv4Addr = to.parse().unwrap();
        let from = Ipv4Addr::new(10, 0, 1, 7);
        let message = IcmpMessage::EchoReply { ident: 1, seq: 1 };
        let mut frame = icmp::build(from, to, 1, message, b"all");
        let mac = lanternet_core::MacAddr::for_multicast(to.into());
        frame[..6].copy_from_slice(&mac.0);
        frame[6..12].copy_from_slice(&[2, 0, 0, 0, 0x0a, 7]);
        frame[12..14].copy_from_slice(&[0x08, 0x00]);
        let sum = lanternet_net::wire::checksum::checksum(&frame[14..34]);
        frame[24..26].copy_from_slice(&sum.to_be_bytes());
        bench.sim.inject(bench.ends[0], frame);
        let at = bench.sim.now() + lanternet_core::Duration::from_millis(1);
        bench.until(at);
        bench.command(|node, _| node.heard.drain(..).count()) == 1
    };
    assert!(taken(&mut bench, "224.0.0.1"));
    assert!(!taken(&mut bench, "239.1.2.3"));
    bench.command(|node, _| node.layer.join_group(group, None)).unwrap();
    assert!(taken(&mut bench, "239.1.2.3"));
    assert!(!taken(&mut bench, "239.129.2.3"), "the same hardware address");
    bench.command(|node, _| node.layer.leave_group(group, None)).unwrap();
    assert!(!taken(&mut bench, "239.1.2.3"));
}

/// RFC 919 section 7: what is for all on the segment goes to ff:ff:ff:ff:ff:ff, by either address,
/// and nobody is asked. A program needs leave to (`SO_BROADCAST`), as in Linux.
#[test]
fn rfc_919_section_7_broadcasts_go_to_all_stations() {
    for to in ["255.255.255.255", "10.0.1.255"] {
        let mut bench = Bench::host();
        assert_eq!(send(&mut bench, to, SendOptions::default()), Err(Unsent::BroadcastForbidden));
        assert!(bench.said().is_empty());
        send(&mut bench, to, ALLOWED).unwrap();
        let said = bench.said();
        assert_eq!(said.len(), 1, "{to}");
        assert_eq!(said[0].2[..6], [0xff; 6], "{to}");
        assert_eq!(said[0].2[30..34], to.parse::<Ipv4Addr>().unwrap().octets());
    }
}

/// RFC 919 section 6: who sends to all, hears itself, as in Linux. (Here the node's own echo request
/// comes up and is not answered.)
#[test]
fn rfc_919_section_6_the_sender_of_a_broadcast_hears_it() {
    for to in ["255.255.255.255", "10.0.1.255"] {
        let mut bench = Bench::host();
        let recorder = lanternet_core::Recorder::default();
        bench.sim.observe(recorder.clone());
        send(&mut bench, to, ALLOWED).unwrap();
        let looped = recorder.take().into_iter().any(|record| {
            matches!(record.event, lanternet_core::TraceEvent::LoopedBack { destination }
                if destination == ip(to))
        });
        assert!(looped, "{to}");
    }
}
