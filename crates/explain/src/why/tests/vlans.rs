//! VLANs that keep apart what belongs together: one mistake each.

use super::*;

/// Two switches with a station of VLAN 10 each, whose port 2 is joined: with these settings there.
fn switches(a: &str, b: &str) -> World {
    World::new(&format!(
        "
nodes:
  a1: {{ kind: host, address: 192.168.10.1/24 }}
  a2: {{ kind: host, address: 192.168.10.2/24 }}
  sw-a: {{ kind: switch, vlans: {{ 10: {{}}, 20: {{}} }}, ports: {{ 1: {{ vlan: 10 }}, 2: {{ {a} }} }} }}
  sw-b: {{ kind: switch, vlans: {{ 10: {{}}, 20: {{}} }}, ports: {{ 1: {{ vlan: 10 }}, 2: {{ {b} }} }} }}
links: [\"a1 -- sw-a:1\", \"a2 -- sw-b:1\", \"sw-a:2 -- sw-b:2\"]
"
    ))
}

#[track_caller]
fn said(mut world: World, [from, to]: [&str; 2], message: &str, help: &str) {
    let report = world.ping(from, to);
    let (said, helped) = reason(&world, &report);
    assert_eq!((said.as_str(), helped.as_str()), (message, help));
}

#[test]
fn a_cable_between_access_ports_of_two_vlans() {
    said(
        switches("vlan: 10", "vlan: 20"),
        ["a1", "a2"],
        "frames leave VLAN 10 of sw-a (port 2) and enter VLAN 20 of sw-b (port 2): the two ends of \
         this cable are access ports of different VLANs",
        "write `2: { vlan: 10 }` under `ports:` of sw-b",
    );
}

#[test]
fn an_access_port_where_a_trunk_is_needed() {
    let message =
        "frames of VLAN 10 do not get through port 2 of sw-b: it is an access port of VLAN 20";
    let help = "write `2: { trunk: [10] }` under `ports:` of sw-b";
    // Whichever way the question goes: there the tag is not taken, here the VLAN does not leave.
    said(switches("trunk: [10, 20]", "vlan: 20"), ["a1", "a2"], message, help);
    said(switches("trunk: [10, 20]", "vlan: 20"), ["a2", "a1"], message, help);
}

#[test]
fn a_trunk_that_takes_nothing_without_a_tag() {
    said(
        switches("trunk: [20], native: 10", "trunk: [10, 20]"),
        ["a1", "a2"],
        "frames without a tag do not get into port 2 of sw-b: it is a trunk without a native VLAN",
        "make port 2 of sw-b an access port (`vlan: ...`), or give its trunk a `native: ...`",
    );
}

#[test]
fn a_trunk_that_lacks_the_vlan_at_the_near_end() {
    said(
        switches("trunk: [20]", "trunk: [10, 20]"),
        ["a1", "a2"],
        "frames of VLAN 10 do not get through port 2 of sw-a: its trunk does not carry that VLAN",
        "write `2: { trunk: [10, 20] }` under `ports:` of sw-a",
    );
}

#[test]
fn a_station_in_the_wrong_vlan_of_a_three_layer_switch() {
    let world = World::new(
        "
nodes:
  core:
    kind: l3-switch
    vlans: { 10: { address: 192.168.10.254/24 }, 20: { address: 192.168.20.254/24 } }
    ports: { 1: { vlan: 20 }, 2: { vlan: 20 } }
  a1: { kind: host, address: 192.168.10.1/24, gateway: 192.168.10.254 }
  b1: { kind: host, address: 192.168.20.1/24, gateway: 192.168.20.254 }
links: [a1 -- core, b1 -- core]
",
    );
    said(
        world,
        ["a1", "b1"],
        "a1 is in VLAN 20, because port 1 of core is; the rest of its network, such as core, is in \
         VLAN 10, and no ARP question gets from one VLAN to the other",
        "write `1: { vlan: 10 }` under `ports:` of core",
    );
}

#[test]
fn a_router_that_has_no_interface_for_the_vlan() {
    let world = World::new(
        "
nodes:
  sw: { kind: switch, vlans: { 10: {}, 20: {} }, ports: { 1: { vlan: 10 }, 2: { trunk: [10, 20] } } }
  a1: { kind: host, address: 192.168.10.1/24 }
  r1: { kind: router, interfaces: { eth0: { address: 192.168.10.254/24 }, eth0.20: {} } }
links: [\"a1 -- sw:1\", \"r1:eth0 -- sw:2\"]
",
    );
    said(
        world,
        ["a1", "192.168.10.254"],
        "frames with the tag of VLAN 10 come to eth0 of r1, which has no interface for that VLAN",
        "add `eth0.10: { address: ... }` to `interfaces:` of r1, or take the VLAN off the cable",
    );
}

#[test]
fn a_cable_that_is_out_is_no_matter_of_vlans() {
    let mut world = World::new(
        "
nodes:
  core:
    kind: l3-switch
    vlans: { 10: { address: 192.168.10.254/24 }, 20: { address: 192.168.20.254/24 } }
    ports: { 1: { vlan: 10 }, 2: { vlan: 20 }, 3: { vlan: 20 } }
  a1: { kind: host, address: 192.168.10.1/24, gateway: 192.168.10.254 }
  b1: { kind: host, address: 192.168.20.1/24, gateway: 192.168.20.254 }
  b2: { kind: host, address: 192.168.20.2/24, gateway: 192.168.20.254 }
links: [a1 -- core, { between: [b1, core], state: down }, b2 -- core]
",
    );
    let report = world.ping("a1", "b1");
    let (said, _) = reason(&world, &report);
    assert_eq!(said, "the cable b1 -- core:2 is unplugged");
}
