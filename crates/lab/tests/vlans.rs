//! What a lab file says about VLANs, and what it means: ports, interfaces without a cable, and where
//! frames get to.

#![allow(clippy::unwrap_used, reason = "a lab that does not parse has failed the test")]

use lanternet_core::VlanId;
use lanternet_lab::{Lab, Spot, Stand, parse, print};
use lanternet_net::l2::PortVlans;

fn lab(text: &str) -> Lab {
    match parse(text, "vlans.yaml") {
        Ok((lab, _)) => lab,
        Err(diagnostics) => panic!("{}", diagnostics.plain()),
    }
}

fn vlan(number: u16) -> VlanId {
    VlanId::new(number).unwrap()
}

fn names(lab: &Lab, node: &str) -> Vec<(String, Stand)> {
    let index = lab.find(node).unwrap();
    let station = lab.node(index).kind.station().unwrap();
    station.interfaces.iter().map(|own| (own.name.to_string(), own.stand)).collect()
}

const OFFICE: &str = "
nodes:
  core:
    kind: l3-switch
    vlans: { 10: { name: left, address: 192.168.10.254/24 }, 20: { name: right } }
    ports: { 1: { vlan: 10 }, 2: { trunk: all, native: 1 }, 3: { address: 10.0.0.1/30 } }
  r1: { kind: router, interfaces: { eth0.10: { address: 192.168.10.253/24 }, eth1: { address: 10.0.0.2/30 } } }
  home: { kind: home-router, wan: { address: 100.64.0.2/24 } }
  a1: { kind: host, address: 192.168.10.1/24 }
  h1: { kind: host, address: 192.168.1.2/24 }
  h2: { kind: host, address: 192.168.1.3/24 }
links:
  - a1 -- core
  - r1:eth0 -- core
  - r1:eth1 -- core
  - h1 -- home
  - home:2 -- h2
";

#[test]
fn interfaces_without_a_cable_come_behind_those_with_one() {
    let lab = lab(OFFICE);
    let of = |name: &str, stand| (name.to_owned(), stand);
    assert_eq!(
        names(&lab, "core"),
        [
            of("1", Stand::SwitchPort),
            of("2", Stand::SwitchPort),
            of("3", Stand::Cable),
            of("vlan10", Stand::Switch(vlan(10))),
        ],
        "a VLAN without an address has no interface"
    );
    // The interface that a part of is written is there without being written itself.
    assert_eq!(
        names(&lab, "r1"),
        [
            of("eth1", Stand::Cable),
            of("eth0", Stand::Cable),
            of("eth0.10", Stand::Interface { parent: 1, vlan: vlan(10) }),
        ]
    );
    assert_eq!(
        names(&lab, "home"),
        [
            of("wan", Stand::Cable),
            of("1", Stand::SwitchPort),
            of("2", Stand::SwitchPort),
            of("lan", Stand::Switch(VlanId::DEFAULT)),
        ]
    );
    assert_eq!(lab.address_of(lab.find("home").unwrap()), Some("100.64.0.2".parse().unwrap()));
}

#[test]
fn a_trunk_of_all_carries_what_was_declared() {
    let lab = lab(OFFICE);
    let core = lab.node(lab.find("core").unwrap()).kind.switch().unwrap();
    let tagged = [vlan(10), vlan(20)].into();
    let native = Some(vlan(1));
    assert_eq!(core.port_vlans(2), Some(PortVlans::Trunk { tagged, native }));
    assert_eq!(core.port_vlans(3), None, "a routed port has no VLAN");
    assert_eq!(core.port_vlans(4), Some(PortVlans::Access(vlan(1))));
}

#[test]
fn a_part_of_an_interface_has_its_hardware_address_in_every_seed() {
    let mut lab = lab(OFFICE);
    let macs = |lab: &Lab| {
        let station = lab.node(lab.find("r1").unwrap()).kind.station().unwrap();
        [1, 2].map(|interface| station.interfaces[interface].mac.value)
    };
    let [eth0, part] = macs(&lab);
    assert_eq!(eth0, part);
    lab.reseed(2);
    let [other, part] = macs(&lab);
    assert_eq!(other, part);
    assert_ne!(eth0, other);
}

#[test]
fn frames_stay_in_their_vlan_and_change_their_tag() {
    let lab = lab(OFFICE);
    let [core, r1, a1] = ["core", "r1", "a1"].map(|name| lab.find(name).unwrap());
    let left = Spot::Switch(core, Some(vlan(10)));
    assert_eq!(lab.spot(core, 3), left, "the switch's own interface is in the VLAN");
    assert_eq!(lab.arrival(lab.links[0].ends[1], None), Some(left));
    let out: Vec<_> = lab.departures(left).iter().map(|out| (out.link, out.tag)).collect();
    assert_eq!(out, [(0, None), (1, Some(vlan(10)))]);
    let at_router = lab.links[1].ends[0];
    assert_eq!(lab.arrival(at_router, Some(vlan(10))), Some(Spot::Interface(r1, 2)));
    assert_eq!(lab.arrival(at_router, Some(vlan(20))), None);
    assert_eq!(lab.arrival(at_router, None), Some(Spot::Interface(r1, 1)));
    // A tag is nothing to a host, and nothing to an access port.
    assert_eq!(lab.arrival(lab.links[0].ends[0], Some(vlan(10))), None);
    assert_eq!(lab.arrival(lab.links[0].ends[1], Some(vlan(10))), None);
    assert_eq!(lab.spot(a1, 0), Spot::Interface(a1, 0));
}

#[test]
fn what_is_printed_reads_as_the_same_lab() {
    let first = lab(OFFICE);
    let printed = print(&first);
    assert_eq!(lab(&printed), first, "{printed}");
    assert!(printed.contains("name: left"), "{printed}");
}
