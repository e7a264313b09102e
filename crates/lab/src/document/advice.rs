//! What to do about a key that is missing, or that is somewhere else than it should be.

use super::Kind;

/// Keys that a later version will know, and what they are for.
pub(super) fn not_yet(key: &str) -> Option<&'static str> {
    Some(match key {
        "exec" | "daemon" => "only built-in programs run (`run: ...`)",
        _ => return None,
    })
}

/// What to write for a key that is missing.
pub(super) fn how_to_write(key: &str) -> Option<String> {
    let how = match key {
        "kind" => return Some(format!("add `kind: ...` with {}", Kind::choice())),
        "nodes" => "add `nodes:` and below it the hosts and devices by name",
        "between" => "add the two ends, such as `between: [a1, sw-a]`",
        "on" => "add the node that it runs on, such as `on: a1`",
        "run" => "add the command line, such as `run: ping b3`",
        "to" => "add the network it leads to, such as `to: 192.168.20.0/24`",
        "range" => "add the addresses to lend, such as `range: 192.168.1.100-192.168.1.199`",
        "server" => "add the address of the DHCP server, such as `server: 10.0.0.5`",
        "via" => "add the address of the next router, such as `via: 10.0.0.2`",
        _ => return None,
    };
    Some(how.to_owned())
}

/// A key that is right in another place: what to do instead.
pub(super) fn belongs_elsewhere(key: &str, what: &str) -> Option<String> {
    let help = match (key, what) {
        ("address" | "addresses" | "mac", "a router") => {
            "a router has several interfaces: write `interfaces: { eth0: { address: ... } }`"
        }
        ("gateway", "a router") => {
            "write `routes: [{ to: 0.0.0.0/0, via: ... }]`: a router's gateway is its default route"
        }
        (
            "gateway" | "routes" | "hosts" | "dns" | "search" | "arp" | "announce"
            | "detect-conflicts",
            "an interface",
        ) => "it belongs to the whole node: move it one level out",
        (
            "address" | "addresses" | "gateway" | "routes" | "interfaces" | "hosts" | "dns"
            | "search" | "arp" | "announce" | "detect-conflicts",
            "a switch" | "a hub",
        ) => "switches and hubs work below IP: addresses and routes belong to hosts and routers",
        ("dhcp", "an interface" | "a VLAN" | "a port") => {
            "it belongs to the whole node: write `dhcp: { eth1: { range: ... } }` one level out; a \
             client has `address: dhcp`"
        }
        ("dhcp-relay", "a router" | "a host" | "a home router" | "a three-layer switch") => {
            "it belongs to the interface that the clients are behind"
        }
        ("macs", "a router") => {
            "only a switch has such a table; the neighbours of hosts and routers go under `arp`"
        }
        ("vlan" | "trunk" | "native", "a switch" | "a three-layer switch") => {
            "it belongs to a port: write `ports: { 1: { vlan: 10 } }`"
        }
        ("address" | "addresses" | "mac", "a three-layer switch") => {
            "an address belongs to a VLAN, `vlans: { 10: { address: ... } }`, or to a routed port, \
             `ports: { 24: { address: ... } }`"
        }
        ("interfaces", "a three-layer switch") => {
            "its interfaces are VLANs, `vlans: { 10: { address: ... } }`, and routed ports, \
             `ports: { 24: { address: ... } }`"
        }
        ("gateway", "a three-layer switch") => {
            "write `routes: [{ to: 0.0.0.0/0, via: ... }]`: its gateway is its default route"
        }
        ("address" | "addresses" | "mac", "a port" | "a VLAN") => {
            "a switch works below IP: only the VLANs and ports of an `l3-switch` have addresses"
        }
        ("address" | "addresses" | "mac" | "interfaces", "a home router") => {
            "it has two interfaces: write `wan: { address: ... }` and `lan: { address: ... }`"
        }
        ("vlans" | "ports", "a hub" | "a router" | "a host" | "a home router") => {
            "only a `switch` and an `l3-switch` have VLANs and ports to set; an interface of a router \
             or host in a VLAN is one such as `eth0.10` under `interfaces`"
        }
        ("vlan", "an interface") => {
            "write the VLAN behind the name, such as `eth0.10: { address: ... }`"
        }
        ("ageing" | "table-size" | "macs", "a hub") => {
            "a hub learns nothing: only a switch has a table"
        }
        ("at" | "input", _) if what != "a program" => "it belongs to a program, under `programs:`",
        ("delay" | "loss" | "rate" | "mtu" | "queue" | "jitter", _) if what != "a link" => {
            "it belongs to a link: `{ between: [a1, sw-a], ... }` under `links:`"
        }
        ("backlog" | "port", "a program" | "a host") => {
            "it belongs to the command line: `run: serve echo --port 7 --backlog 4`"
        }
        ("<<", _) => "merge keys are not read; an alias stands for a whole value",
        _ => return None,
    };
    Some(help.to_owned())
}
