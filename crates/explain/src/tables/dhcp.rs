//! Addresses on loan: a server's like dnsmasq's `dnsmasq.leases`, a client's like dhclient's
//! `dhclient.leases`. Times are those of the run.

use std::fmt::Write;

use lanternet_core::{Instant, NodeId, Topology};
use lanternet_net::dhcp::{ClientLease, ClientState, LeaseRow, LeaseState};
use lanternet_net::host::ClientRow;

use super::port_name;
use crate::columns::table;

/// A server's leases: until when, hardware address, address, name, and what the address is doing.
pub fn leases(rows: &[LeaseRow]) -> String {
    let header = ["Expires", "MAC", "Address", "Name", "State"];
    let mut lines = vec![header.map(str::to_owned)];
    lines.extend(rows.iter().map(|row| {
        let (at, state) = match row.state {
            LeaseState::Bound(until) => (until.to_string(), "leased"),
            LeaseState::Offered(until) => (until.to_string(), "offered"),
            LeaseState::Quarantined(until) => (until.to_string(), "declined"),
            LeaseState::Free(_) => ("*".to_owned(), "free"),
        };
        let state = if row.reserved { format!("{state}, reserved") } else { state.to_owned() };
        let name = row.host_name.as_deref().filter(|name| is_plain(name)).unwrap_or("*");
        [at, row.mac.to_string(), row.address.to_string(), name.to_owned(), state]
    }));
    table(0, &lines)
}

/// What a node's clients have on loan, or how far they are.
pub fn clients(topology: &Topology, node: NodeId, rows: &[ClientRow]) -> String {
    let mut text = String::new();
    for row in rows {
        let interface = port_name(topology, node, row.interface);
        match &row.lease {
            Some(lease) => text.push_str(&client(interface, lease, row.state)),
            None => {
                let _ = writeln!(text, "# {interface}: {}", state(row.state));
            }
        }
    }
    text
}

fn client(interface: &str, lease: &ClientLease, at: ClientState) -> String {
    let got = &lease.acquired;
    let list = |list: &[std::net::Ipv4Addr]| {
        list.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    };
    let mut text = format!("lease {{\n  interface \"{interface}\";\n");
    let mut line = |words: String| {
        text.push_str("  ");
        text.push_str(&words);
        text.push_str(";\n");
    };
    line(format!("fixed-address {}", got.address.addr()));
    line(format!("option subnet-mask {}", got.address.netmask()));
    for (to, via) in &got.routes {
        match to.prefix_len() {
            0 => line(format!("option routers {via}")),
            _ => line(format!("option rfc3442-classless-static-routes {to} {via}")),
        }
    }
    if !got.dns.is_empty() {
        line(format!("option domain-name-servers {}", list(&got.dns)));
    }
    if let Some(domain) = got.domain.as_deref().filter(|domain| is_plain(domain)) {
        line(format!("option domain-name \"{domain}\""));
    }
    if let Some(mtu) = got.mtu {
        line(format!("option interface-mtu {mtu}"));
    }
    if !got.ntp.is_empty() {
        line(format!("option ntp-servers {}", list(&got.ntp)));
    }
    line(format!("option dhcp-server-identifier {}", lease.server));
    let times: [(&str, Instant); 3] =
        [("renew", lease.renew), ("rebind", lease.rebind), ("expire", lease.expires)];
    for (what, when) in times {
        line(format!("{what} {when}"));
    }
    let _ = writeln!(text, "}}\n# {interface}: {}", state(at));
    text
}

/// The names of RFC 2131 figure 5.
fn state(state: ClientState) -> &'static str {
    match state {
        ClientState::Init => "INIT",
        ClientState::Selecting => "SELECTING",
        ClientState::Requesting => "REQUESTING",
        ClientState::Checking => "REQUESTING (checking the address)",
        ClientState::Bound => "BOUND",
        ClientState::Renewing => "RENEWING",
        ClientState::Rebinding => "REBINDING",
        ClientState::Rebooting => "REBOOTING",
        ClientState::Informing => "INFORMING",
        ClientState::Done => "INIT (released)",
    }
}

/// Whether a text from the network can stand in a table as it is.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"')
}
