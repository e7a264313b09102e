//! The kernel's bridge between simulated hosts, and simulated switches and hubs between kernels.

use std::time::Duration;

use lanternet_tests::kernel::{Live, Namespace, Plug};

use crate::{assert_clean, lines_with};

const TWO_HOSTS: &str = "
name: two-hosts
nodes:
  a1: { kind: host, address: 10.0.0.1/24 }
  a2: { kind: host, address: 10.0.0.2/24 }
";

const TWO_SWITCHES: &str = "
name: two-switches
nodes:
  s1: { kind: switch }
  s2: { kind: switch }
links:
  - s1 -- s2
";

/// Two kernels, 10.0.0.1 and 10.0.0.2, each at a switch (or hub) of its own.
#[track_caller]
fn two_kernels(lab: &str) -> Option<(Namespace, Namespace, Live)> {
    let (a, b) = (Namespace::new()?, Namespace::new()?);
    let plugs =
        [Plug::new(&a, "eth0", "10.0.0.1/24", "s1"), Plug::new(&b, "eth0", "10.0.0.2/24", "s2")];
    let live = Live::new(lab, &plugs);
    Some((a, b, live))
}

#[test]
fn a_bridge_of_the_kernel_learns_our_hosts() {
    let Some(kernel) = Namespace::new() else { return };
    let plugs = [
        Plug::new(&kernel, "eth0", "192.0.2.1/32", "a1"),
        Plug::new(&kernel, "eth1", "192.0.2.2/32", "a2"),
    ];
    let mut live = Live::new(TWO_HOSTS, &plugs);
    kernel.ip("link add br0 type bridge stp_state 0");
    kernel.ip("link set eth0 master br0");
    kernel.ip("link set eth1 master br0");
    kernel.ip("link set br0 up");
    let (code, out) = live.run_ours("a1", "ping 10.0.0.2 -c 2 -i 100ms -s 3000");
    assert_eq!((code, lines_with(&out, " ttl=64 ").len()), (0, 2), "{out}");
    let table = live.run(kernel.line("bridge fdb show br br0"));
    let table = table.success();
    for (node, card) in [("a1", "eth0"), ("a2", "eth1")] {
        let mac = live.host(node).with_l3(|l3| l3.mac(lanternet_core::PortId(0)));
        let row = format!("{} dev {card} master br0", mac.expect("an interface"));
        assert!(table.contains(&row), "{row} is not in\n{table}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn switches_and_hubs_carry_between_kernels_what_they_do_not_understand() {
    for first in ["switch", "hub"] {
        let lab = TWO_SWITCHES.replace("s1: { kind: switch }", &format!("s1: {{ kind: {first} }}"));
        let Some((a, b, mut live)) = two_kernels(&lab) else { return };
        for (kernel, number) in [(&a, 1), (&b, 2)] {
            kernel.sysctl("net.ipv6.conf.eth0.disable_ipv6=0");
            kernel.ip(&format!("-6 address add fd00::{number}/64 dev eth0 nodad"));
        }
        // IPv6 finds its neighbours by multicast.
        let ended = live.run(a.line("ping -n -c 2 -i 0.1 -W 5 -s 1452 fd00::2"));
        assert!(ended.success().contains(" 0% packet loss"), "{ended}");
        // An unknown type, and a full frame with a VLAN tag: four bytes more than without.
        let sender = "
card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
card.bind(('eth0', 0))
ends = bytes.fromhex('0600000000020600000000ff')
card.send(ends + bytes.fromhex('88b5') + b'local experiment')
card.send(ends + bytes.fromhex('8100000a88b5') + b'v' * 1500)
";
        live.run(a.python(sender, &[])).success();
        let with = |live: &Live, card: usize| -> Vec<Vec<u8>> {
            let ours = [6, 0, 0, 0, 0, 2, 6, 0, 0, 0, 0, 0xff];
            let frames = live.frames(card).iter();
            frames.filter(|frame| frame.starts_with(&ours)).cloned().collect()
        };
        let arrived = live.wait_for("both frames", |live| {
            let arrived = with(live, 1);
            (arrived.len() == 2).then_some(arrived)
        });
        assert_eq!(arrived.iter().map(Vec::len).collect::<Vec<_>>(), [30, 1518]);
        assert_eq!(arrived, with(&live, 0), "bytes were changed");
    }
}

#[test]
fn a_switch_without_spanning_tree_passes_its_messages_on_as_the_kernel_does() {
    messages_of_the_kernel(TWO_SWITCHES, true);
}

#[test]
fn a_switch_with_spanning_tree_keeps_its_messages_to_itself() {
    messages_of_the_kernel(&TWO_SWITCHES.replace("switch }", "switch, stp: true }"), false);
}

/// What a bridge of the kernel tells its neighbour is for the next bridge alone (IEEE 802.1D-2004
/// section 7.12.6), unless that takes no part.
#[track_caller]
fn messages_of_the_kernel(lab: &str, passed_on: bool) {
    let Some((a, _b, mut live)) = two_kernels(lab) else { return };
    a.ip("link add br0 type bridge stp_state 1 hello_time 100");
    a.ip("link set eth0 master br0");
    a.ip("link set br0 up");
    // Those of our own switches come from other addresses than the kernel's first card.
    let told = |live: &Live, card: usize| {
        let start = [1, 0x80, 0xc2, 0, 0, 0, 6, 0, 0, 0, 0, 1];
        live.frames(card).iter().filter(|frame| frame.starts_with(&start)).count()
    };
    live.wait_for("a message of the spanning tree protocol", |live| {
        (told(live, 0) > 0).then_some(())
    });
    live.run_for(Duration::from_millis(200));
    assert_eq!(told(&live, 1) > 0, passed_on);
}

#[test]
fn a_switch_keeps_the_conversation_of_two_from_a_third() {
    let (Some(a), Some(b), Some(c)) = (Namespace::new(), Namespace::new(), Namespace::new()) else {
        return;
    };
    let plugs = [
        Plug::new(&a, "eth0", "10.0.0.1/24", "s1"),
        Plug::new(&b, "eth0", "10.0.0.2/24", "s2"),
        Plug::new(&c, "eth0", "10.0.0.3/24", "s1"),
    ];
    let mut live = Live::new(TWO_SWITCHES, &plugs);
    let ended = live.run(a.line("ping -n -c 10 -i 0.02 -W 5 10.0.0.2"));
    assert!(ended.success().contains(" 0% packet loss"), "{ended}");
    let heard: Vec<_> = live.frames(2).iter().map(|frame| &frame[..14]).collect();
    // The broadcast that asked for the address, and nothing after it.
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].starts_with(&[0xff; 6]));
    assert_clean(&live, &[]);
}
