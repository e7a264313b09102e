//! What a lab file means: which interface a cable is in, what is filled in, what names stand for.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

use std::net::IpAddr;

use lanternet_core::{Duration, LinkSettings, MacAddr, QueueLimit};
use lanternet_lab::{
    AddressClaim, Claim, Lab, NodeKind, Service, Speaker, Target, Transport, parse,
};

#[track_caller]
fn lab(text: &str) -> Lab {
    match parse(text, "test.yaml") {
        Ok((lab, _)) => lab,
        Err(diagnostics) => panic!("{}", diagnostics.plain()),
    }
}

fn ends(lab: &Lab) -> Vec<String> {
    lab.links.iter().map(|link| link.ends.map(|end| lab.end_name(end)).join(" -- ")).collect()
}

#[test]
fn interfaces_and_ports_are_taken_in_the_order_of_the_links_past_the_named_ones() {
    let lab = lab("
nodes:
  a1: { kind: host, address: 10.0.0.1/24 }
  a2: { kind: host, address: 10.0.0.2/24 }
  sw: { kind: switch }
  r1:
    kind: router
    interfaces:
      eth0: { address: 10.0.1.254/24 }
      wan: { address: 10.9.0.1/24 }
      eth1: { address: 10.0.0.254/24 }
links:
  - r1 -- sw
  - a1 -- sw:1
  - a2 -- sw
  - r1:eth0 -- a2
  - r1:wan -- a1
");
    // eth0 is named further down, and so is port 1.
    assert_eq!(
        ends(&lab),
        [
            "r1:eth1 -- sw:2",
            "a1:eth0 -- sw:1",
            "a2:eth0 -- sw:3",
            "r1:eth0 -- a2:eth1",
            "r1:wan -- a1:eth1",
        ]
    );
    let NodeKind::Switch(switch) = &lab.nodes[2].kind else { panic!("a switch") };
    assert_eq!(switch.ports, 3);
}

#[test]
fn a_switch_has_the_standards_settings_unless_told_otherwise() {
    // IEEE 802.1D-2004 table 7-5.
    let lab = lab("
nodes:
  sw: { kind: switch }
  old: { kind: switch, ageing: 10s, table-size: 16 }
links: [sw -- old]
");
    let NodeKind::Switch(switch) = &lab.nodes[0].kind else { panic!("a switch") };
    assert_eq!(switch.ageing, Duration::from_secs(300));
    let NodeKind::Switch(old) = &lab.nodes[1].kind else { panic!("a switch") };
    assert_eq!((old.ageing, old.table_size, old.ports), (Duration::from_secs(10), 16, 1));
}

#[test]
fn tables_can_be_written_by_hand_and_addresses_looked_after() {
    let lab = lab("
nodes:
  a1:
    kind: host
    address: 10.0.0.1/24
    announce: true
    detect-conflicts: true
    arp: { 10.0.0.254: 02:00:00:00:00:fe }
  r1: { kind: router, interfaces: { eth0: { address: 10.0.0.254/24 } }, announce: true }
  sw: { kind: switch, macs: { 02:00:00:00:00:FE: 2 } }
links: [a1 -- sw, r1 -- sw]
");
    let [a1, r1] = [0, 1].map(|node| lab.nodes[node].kind.station().unwrap());
    assert_eq!((a1.announce, a1.detect_conflicts), (true, true));
    assert_eq!((r1.announce, r1.detect_conflicts), (true, false));
    let mac: MacAddr = "02:00:00:00:00:fe".parse().unwrap();
    let row = &a1.neighbors[0];
    assert_eq!((row.address.to_string(), row.mac.value), ("10.0.0.254".to_owned(), mac));
    let NodeKind::Switch(switch) = &lab.nodes[2].kind else { panic!("a switch") };
    assert_eq!((switch.macs[0].mac.value, switch.macs[0].port.value), (mac, 2));
}

#[test]
fn mac_addresses_are_derived_from_the_seed_or_given() {
    let text = |seed: u64| {
        format!(
            "
seed: {seed}
nodes:
  a1: {{ kind: host, address: 10.0.0.1/24 }}
  a2: {{ kind: host, address: 10.0.0.2/24, mac: \"02:00:00:00:00:02\" }}
links: [a1 -- a2]
"
        )
    };
    let macs = |lab: &Lab| -> Vec<MacAddr> {
        lab.stations().map(|(_, _, station)| station.interfaces[0].mac.value).collect()
    };
    let given: MacAddr = "02:00:00:00:00:02".parse().unwrap();
    assert_eq!(macs(&lab(&text(3))), [MacAddr::derive(3, "a1", "eth0"), given]);
    assert_ne!(macs(&lab(&text(3)))[0], macs(&lab(&text(4)))[0]);
}

#[test]
fn a_preset_is_a_start_and_words_come_on_top_of_it() {
    let lab = lab("
nodes: { a1: { kind: hub }, a2: { kind: hub } }
links:
  - a1 -- a2
  - { between: [a1, a2], preset: satellite, loss: 1.5%, queue: 64KiB, mtu: 1400 }
  - between: [a1, a2]
    rate: 10 Mbit
    delay: 5ms
    state: down
    backward: { rate: 1 Mbit }
");
    assert_eq!(lab.links[0].forward, LinkSettings::preset("lan").unwrap());
    assert!(lab.links[0].up);
    let satellite = LinkSettings::preset("satellite").unwrap();
    let expected =
        LinkSettings { loss: 15_000, queue: QueueLimit::Bytes(65_536), mtu: 1400, ..satellite };
    assert_eq!(lab.links[1].forward, expected);
    assert_eq!(lab.links[1].backward, expected);
    let slow = &lab.links[2];
    assert_eq!((slow.forward.rate, slow.backward.rate), (Some(10_000_000), Some(1_000_000)));
    assert_eq!(slow.backward.delay, Duration::from_millis(5));
    assert!(!slow.up);
}

#[test]
fn every_preset_of_the_simulator_can_be_written() {
    for preset in LinkSettings::PRESETS {
        let lab = lab(&format!(
            "
nodes: {{ a1: {{ kind: hub }}, a2: {{ kind: hub }} }}
links: [{{ between: [a1, a2], preset: {preset} }}]
"
        ));
        assert_eq!(Some(&lab.links[0].forward), LinkSettings::preset(preset).as_ref());
    }
}

#[test]
fn programs_without_a_name_are_called_after_their_node_and_first_word() {
    let lab = lab("
nodes:
  a1: { kind: host, address: 10.0.0.1/24 }
  a1-ping: { kind: host, address: 10.0.0.2/24 }
links: [a1 -- a1-ping]
programs:
  - { on: a1, run: ping a1-ping }
  - { on: a1, run: ping a1-ping, at: 1s }
  - { on: a1, run: ping a1-ping, name: a1-ping-2 }
");
    let names: Vec<_> = lab.programs.iter().map(|program| program.name.to_string()).collect();
    assert_eq!(names, ["a1-ping-3", "a1-ping-4", "a1-ping-2"]);
    assert_eq!(lab.programs[1].at, Some(Duration::from_secs(1)));
}

#[test]
fn standard_input_is_a_list_or_a_text_of_lines() {
    let lab = lab("
nodes: { a1: { kind: host, address: 10.0.0.1/24 } }
programs:
  - { on: a1, run: ping a1, input: [one, two words] }
  - on: a1
    run: ping a1
    input: |
      one

      three
");
    assert_eq!(lab.programs[0].input, ["one", "two words"]);
    assert_eq!(lab.programs[1].input, ["one", "", "three"]);
}

#[test]
fn expectations_are_about_nodes_programs_addresses_and_names() {
    let lab = lab(r#"
nodes:
  a1: { kind: host, address: 10.0.0.1/24, hosts: { www.Example.com: 10.0.0.2 } }
  b1: { kind: host, address: 10.0.0.2/24 }
links: [a1 -- b1]
programs:
  - { name: beat, on: a1, run: ping b1 }
expect:
  - a1 reaches b1
  - a1 cannot reach b1:53/udp
  - a1 reaches 10.0.0.2:80
  - a1 reaches www.example.com:80/tcp
  - "a1 cannot reach [2001:db8::1]:80"
  - a1 resolves b1 to 10.0.0.2
  - a1 has address 10.0.0.1
  - a1 has address in 10.0.0.0/8
  - output of beat contains "1 \"received\"\n"
  - output of a1 does not contain "x"
  - exit of beat is 0
  - exit of a1 is 255
"#);
    let address = |text: &str| -> IpAddr { text.parse().unwrap() };
    let [a1, b1] = [lab.find("a1").unwrap(), lab.find("b1").unwrap()];
    let beat = lanternet_lab::ProgramIndex(0);
    let service = |port, transport| Some(Service { port, transport });
    let reach = |target, service, expected| Claim::Reach { from: a1, target, service, expected };
    let name = |text: &str| text.parse().unwrap();
    let within = "10.0.0.0/8".parse().unwrap();
    let expected = [
        reach(Target::Node(b1), None, true),
        reach(Target::Node(b1), service(53, Transport::Udp), false),
        reach(Target::Address(address("10.0.0.2")), service(80, Transport::Tcp), true),
        reach(Target::Name(name("www.example.com")), service(80, Transport::Tcp), true),
        reach(Target::Address(address("2001:db8::1")), service(80, Transport::Tcp), false),
        Claim::Resolve { node: a1, name: name("b1"), address: address("10.0.0.2") },
        Claim::HasAddress { node: a1, address: AddressClaim::Exactly(address("10.0.0.1")) },
        Claim::HasAddress { node: a1, address: AddressClaim::Within(within) },
        Claim::Output {
            of: Speaker::Program(beat),
            text: "1 \"received\"\n".to_owned(),
            expected: true,
        },
        Claim::Output { of: Speaker::Node(a1), text: "x".to_owned(), expected: false },
        Claim::Exit { of: beat, code: 0 },
        Claim::Exit { of: beat, code: 255 },
    ];
    let claims: Vec<_> = lab.expectations.iter().map(|e| e.claim.clone()).collect();
    assert_eq!(claims, expected);
}

#[test]
fn a_lab_without_a_name_is_called_after_its_file() {
    let text = "nodes: { a1: { kind: hub }, a2: { kind: hub } }\nlinks: [a1 -- a2]\n";
    for (file, name) in [("labs/dorm.yaml", "dorm"), ("x\\y.lab.yml", "y"), (".yaml", "lab")] {
        assert_eq!(parse(text, file).unwrap().0.name, name);
    }
}

#[test]
fn anchors_and_aliases_repeat_values() {
    let lab = lab("
nodes: { a1: { kind: hub }, a2: { kind: hub }, a3: { kind: hub } }
links:
  - { between: [a1, a2], forward: &slow { delay: 300ms } }
  - { between: [a2, a3], backward: *slow }
");
    assert_eq!(lab.links[1].backward.delay, Duration::from_millis(300));
    assert_eq!(lab.links[1].forward.delay, Duration::from_micros(5));
}

#[test]
fn a_section_whose_lines_are_all_commented_out_is_empty() {
    let lab = lab("
nodes: { a1: { kind: hub }, a2: { kind: hub } }
links: [a1 -- a2]
programs:
  # - { on: a1, run: ping a2 }
expect:
");
    assert!(lab.programs.is_empty() && lab.expectations.is_empty());
}
