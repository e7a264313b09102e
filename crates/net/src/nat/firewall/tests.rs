//! Which packets a rule is about.

use lanternet_core::PortId;

use super::super::packet::{Class, Endpoint, ICMP, TcpFlags, Tuple};
use super::*;

fn packet(protocol: u8, from: &str, to: &str) -> Summary {
    let end = |text: &str| Endpoint::from(text.parse::<std::net::SocketAddr>().unwrap());
    let class = match protocol {
        TCP => Class::Tcp(TcpFlags { syn: true, ..TcpFlags::default() }),
        UDP => Class::Udp,
        _ => Class::Query { answer: false },
    };
    let tuple = Tuple { protocol, source: end(from), destination: end(to) };
    Summary { tuple, class, icmp: None, len: 100 }
}

fn forwarded(in_by: u16, out_by: u16) -> Way {
    let (in_by, out_by) = (Some(PortId(in_by)), Some(PortId(out_by)));
    Way { path: Path::Forwarded, in_by, out_by }
}

const INCOMING: Way = Way { path: Path::Incoming, in_by: Some(PortId(0)), out_by: None };

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

#[test]
fn a_rule_that_names_nothing_is_about_everything() {
    let everything = Match::default();
    assert!(everything.holds(INCOMING, &packet(TCP, "10.0.0.1:1", "10.0.0.2:2")));
    assert!(everything.holds(forwarded(0, 1), &packet(ICMPV6, "[::1]:1", "[::2]:0")));
}

#[test]
fn all_that_is_named_must_hold() {
    let rule = Match {
        in_by: vec![PortId(0), PortId(2)],
        out_by: vec![PortId(1)],
        protocol: Some(TCP),
        from: vec![net("10.0.0.0/8")],
        to: vec![net("192.168.2.0/24"), net("192.168.3.7/32")],
        ports: vec![22..=22, 8000..=8010],
        ..Match::default()
    };
    let fits = packet(TCP, "10.1.2.3:40000", "192.168.2.9:8005");
    assert!(rule.holds(forwarded(0, 1), &fits));
    assert!(rule.holds(forwarded(2, 1), &packet(TCP, "10.1.2.3:4", "192.168.3.7:22")));
    for (way, packet) in [
        (forwarded(1, 1), fits),
        (forwarded(0, 0), fits),
        (INCOMING, fits),
        (forwarded(0, 1), packet(UDP, "10.1.2.3:40000", "192.168.2.9:8005")),
        (forwarded(0, 1), packet(TCP, "11.1.2.3:40000", "192.168.2.9:8005")),
        (forwarded(0, 1), packet(TCP, "10.1.2.3:40000", "192.168.3.9:8005")),
        (forwarded(0, 1), packet(TCP, "10.1.2.3:40000", "192.168.2.9:8011")),
    ] {
        assert!(!rule.holds(way, &packet), "{way:?} {packet:?}");
    }
}

#[test]
fn a_rule_with_ports_is_not_about_pings() {
    let rule = Match { ports: vec![0..=u16::MAX], ..Match::default() };
    assert!(!rule.holds(INCOMING, &packet(ICMP, "10.0.0.1:7", "10.0.0.2:0")));
}

#[test]
fn icmp_means_that_of_both_versions_of_ip() {
    let rule = Match { protocol: Some(ICMP), ..Match::default() };
    assert!(rule.holds(INCOMING, &packet(ICMPV6, "[::1]:7", "[::2]:0")));
}

#[test]
fn the_first_rule_that_matches_decides_and_counts() {
    let rule = |action, to| Rule {
        action,
        matches: Match { to: vec![net(to)], ..Match::default() },
        text: to.into(),
    };
    let rules = vec![rule(Action::Allow, "10.0.0.2/32"), rule(Action::Deny, "10.0.0.0/8")];
    let policy = [Action::Reject, Action::Allow, Action::Allow];
    let mut firewall = Firewall::new(FirewallConfig { rules, policy });
    let judge = |firewall: &mut Firewall, to| {
        let verdict = firewall.judge(INCOMING, &packet(UDP, "10.0.0.1:1", to));
        (verdict.action, verdict.rule.map(|(number, _)| number))
    };
    assert_eq!(judge(&mut firewall, "10.0.0.2:5"), (Action::Allow, Some(1)));
    assert_eq!(judge(&mut firewall, "10.0.0.3:5"), (Action::Deny, Some(2)));
    assert_eq!(judge(&mut firewall, "11.0.0.3:5"), (Action::Reject, None));
    let counted: Vec<_> = firewall.rules().map(|(_, counter)| counter.packets).collect();
    assert_eq!(counted, [1, 1]);
    assert_eq!(firewall.policy(Path::Incoming).1, Counter { packets: 1, bytes: 100 });
}

#[test]
fn dhcp_of_the_node_itself_is_below_the_rules() {
    let policy = [Action::Deny; 3];
    let mut firewall = Firewall::new(FirewallConfig { rules: Vec::new(), policy });
    let discover = packet(UDP, "0.0.0.0:68", "255.255.255.255:67");
    assert_eq!(firewall.judge(INCOMING, &discover).action, Action::Allow);
    assert_eq!(firewall.judge(forwarded(0, 1), &discover).action, Action::Deny);
    let other = packet(UDP, "10.0.0.1:5000", "10.0.0.2:67");
    assert_eq!(firewall.judge(INCOMING, &other).action, Action::Deny);
}

#[test]
fn neighbour_discovery_is_above_the_rules() {
    let policy = [Action::Deny; 3];
    let mut firewall = Firewall::new(FirewallConfig { rules: Vec::new(), policy });
    let mut solicitation = packet(ICMPV6, "[fe80::1]:0", "[fe80::2]:0");
    solicitation.class = Class::Other;
    solicitation.icmp = Some((135, 0));
    assert_eq!(firewall.judge(INCOMING, &solicitation).action, Action::Allow);
}
