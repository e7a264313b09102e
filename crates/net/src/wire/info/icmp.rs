//! ICMP and ICMPv6.

use super::{F, Layer, Layers, P, shown};

pub(super) fn v4(layers: &Layers, layer: &Layer) -> String {
    let code = layer.number(F::IcmpCode).unwrap_or(0);
    let what = match layer.number(F::IcmpType) {
        Some(kind @ (0 | 8)) => {
            let what = if kind == 8 { "request" } else { "reply" };
            // The sequence number in both byte orders: some systems send it in the other one.
            let seq = layer.number(F::IcmpSeq).unwrap_or(0) as u16;
            let ttl = layers.find(P::Ipv4).map_or_else(|| "?".to_owned(), |ip| shown(ip, F::IpTtl));
            let (id, other) = (shown(layer, F::IcmpIdent), seq.swap_bytes());
            return format!("Echo (ping) {what} id={id}, seq={seq}/{other}, ttl={ttl}");
        }
        Some(3) => "Destination unreachable",
        Some(4) => return "Source quench (flow control)".to_owned(),
        Some(5) => "Redirect",
        Some(11) => "Time-to-live exceeded",
        Some(12) => "Parameter problem",
        Some(13) => return "Timestamp request".to_owned(),
        Some(14) => return "Timestamp reply".to_owned(),
        Some(kind) => return format!("ICMP type {kind}, code {code}"),
        None => return String::new(),
    };
    let why = match (layer.number(F::IcmpType), code) {
        (Some(3), 0) => "Network unreachable",
        (Some(3), 1) => "Host unreachable",
        (Some(3), 2) => "Protocol unreachable",
        (Some(3), 3) => "Port unreachable",
        (Some(3), 4) => "Fragmentation needed",
        (Some(3), 5) => "Source route failed",
        (Some(3), 6) => "Destination network unknown",
        (Some(3), 7) => "Destination host unknown",
        (Some(3), 8) => "Source host isolated",
        (Some(3), 9) => "Network administratively prohibited",
        (Some(3), 10) => "Host administratively prohibited",
        (Some(3), 11) => "Network unreachable for TOS",
        (Some(3), 12) => "Host unreachable for TOS",
        (Some(3), 13) => "Communication administratively filtered",
        (Some(3), 14) => "Host precedence violation",
        (Some(3), 15) => "Precedence cutoff in effect",
        (Some(5), 0) => "Redirect for network",
        (Some(5), 1) => "Redirect for host",
        (Some(5), 2) => "Redirect for Type of Service and network",
        (Some(5), 3) => "Redirect for Type of Service and host",
        (Some(11), 0) => "Time to live exceeded in transit",
        (Some(11), 1) => "Fragment reassembly time exceeded",
        (Some(12), 0) => "Pointer indicates the error",
        (Some(12), 1) => "Required option missing",
        (Some(12), 2) => "Bad length",
        _ => return format!("{what} (code {code})"),
    };
    format!("{what} ({why})")
}

pub(super) fn v6(layers: &Layers, layer: &Layer) -> String {
    let code = layer.number(F::Icmpv6Code).unwrap_or(0);
    let why = |names: &[&str]| {
        let name = usize::try_from(code).ok().and_then(|code| names.get(code)).copied();
        name.map_or_else(|| format!("code {code}"), str::to_owned)
    };
    match layer.number(F::Icmpv6Type) {
        Some(1) => format!(
            "Destination Unreachable ({})",
            why(&[
                "no route to destination",
                "Administratively prohibited",
                "Beyond scope of source address",
                "Address unreachable",
                "Port unreachable",
                "Source address failed ingress/egress policy",
                "Reject route to destination",
            ])
        ),
        Some(2) => "Packet Too Big".to_owned(),
        Some(3) => format!(
            "Time Exceeded ({})",
            why(&["hop limit exceeded in transit", "fragment reassembly time exceeded"])
        ),
        Some(4) => format!(
            "Parameter Problem ({})",
            why(&[
                "erroneous header field encountered",
                "unrecognized Next Header type encountered",
                "unrecognized IPv6 option encountered",
            ])
        ),
        Some(kind @ (128 | 129)) => {
            let what = if kind == 128 { "request" } else { "reply" };
            let (id, seq) = (shown(layer, F::Icmpv6Ident), shown(layer, F::Icmpv6Seq));
            let ip = layers.find(P::Ipv6);
            let hops = ip.map_or_else(|| "?".to_owned(), |ip| shown(ip, F::Ipv6HopLimit));
            format!("Echo (ping) {what} id={id}, seq={seq}, hop limit={hops}")
        }
        Some(130) => "Multicast Listener Query".to_owned(),
        Some(131) => "Multicast Listener Report".to_owned(),
        Some(132) => "Multicast Listener Done".to_owned(),
        Some(143) => "Multicast Listener Report Message v2".to_owned(),
        Some(133) => with_link_address("Router Solicitation".to_owned(), "from", layer),
        Some(134) => with_link_address("Router Advertisement".to_owned(), "from", layer),
        Some(137) => with_link_address("Redirect".to_owned(), "is at", layer),
        Some(135) => {
            let target = shown(layer, F::Icmpv6SolicitTarget);
            with_link_address(format!("Neighbor Solicitation for {target}"), "from", layer)
        }
        Some(136) => {
            let flags =
                [(F::Icmpv6Router, "rtr"), (F::Icmpv6Solicited, "sol"), (F::Icmpv6Override, "ovr")];
            let set = flags.iter().filter(|(flag, _)| layer.number(*flag) == Some(1));
            let set: Vec<_> = set.map(|(_, name)| *name).collect();
            let target = shown(layer, F::Icmpv6AdvertTarget);
            let line = format!("Neighbor Advertisement {target} ({})", set.join(", "));
            with_link_address(line, "is at", layer)
        }
        Some(kind) => format!("ICMPv6 type {kind}, code {code}"),
        None => String::new(),
    }
}

/// The line with the hardware address in an option, where there is one.
fn with_link_address(line: String, preposition: &str, layer: &Layer) -> String {
    match layer.field(F::Icmpv6LinkAddress) {
        Some(mac) => format!("{line} {preposition} {}", mac.value),
        None => line,
    }
}
