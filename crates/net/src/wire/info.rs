//! A frame in one line, as Wireshark writes it in its Info column.
//!
//! This is the notation of protocols, not prose, so it is the same in every language. What Wireshark
//! knows only from other frames (relative sequence numbers, scaled windows, retransmissions,
//! reassembly) is not in it: the line is that of Wireshark with those analyses switched off.

use std::fmt::Write;

use super::layers::{ChecksumState, FieldName as F, FieldValue, Layer, LayerProtocol as P, Layers};

impl Layers {
    /// The frame in one line: `Who has 192.168.10.254? Tell 192.168.10.1`.
    pub fn info(&self) -> String {
        let Some(top) = self.top() else { return String::new() };
        let mut line = match top.protocol {
            P::Ethernet | P::Vlan => ethernet(top),
            P::Arp => arp(top),
            P::Ipv4 => ipv4(top),
            P::Ipv6 => format!("IPv6 next header {}", shown(top, F::Ipv6NextHeader)),
            P::Icmp => icmp(self, top),
            P::Icmpv6 => icmpv6(self, top),
            P::Udp => udp(top),
            P::Tcp => tcp(self, top),
            P::Data => String::new(),
        };
        let wrong = matches!(top.checksum, Some(ChecksumState::Wrong { .. }));
        if wrong && matches!(top.protocol, P::Tcp | P::Udp) {
            let _ = write!(line, " [{} CHECKSUM INCORRECT]", top.protocol);
        }
        if !self.is_well_formed() {
            line.push_str(" [Malformed Packet]");
        }
        line
    }
}

/// The value of a field, or `?` where it is missing.
fn shown(layer: &Layer, name: F) -> String {
    layer.field(name).map_or_else(|| "?".to_owned(), |field| field.value.to_string())
}

fn ethernet(layer: &Layer) -> String {
    let named = [F::EthType, F::VlanEtype].into_iter().find(|name| layer.field(*name).is_some());
    match named {
        Some(name) => format!("EtherType {}", shown(layer, name)),
        None => "IEEE 802.3".to_owned(),
    }
}

fn arp(layer: &Layer) -> String {
    let (sender, target) = (shown(layer, F::ArpSenderIp), shown(layer, F::ArpTargetIp));
    let no_mac = layer.field(F::ArpTargetMac).is_some_and(
        |field| matches!(field.value, FieldValue::Mac(mac) if mac == lanternet_core::MacAddr::ZERO),
    );
    match layer.number(F::ArpOpcode) {
        Some(1) if sender == target && no_mac => format!("ARP Announcement for {sender}"),
        Some(1) if sender == target => format!("Gratuitous ARP for {sender} (Request)"),
        Some(2) if sender == target => format!("Gratuitous ARP for {sender} (Reply)"),
        Some(1) if sender == "0.0.0.0" && no_mac => format!("Who has {target}? (ARP Probe)"),
        Some(1) => format!("Who has {target}? Tell {sender}"),
        Some(2) => format!("{sender} is at {}", shown(layer, F::ArpSenderMac)),
        Some(other) => format!("Unknown ARP opcode {other:#06x}"),
        None => String::new(),
    }
}

fn ipv4(layer: &Layer) -> String {
    let protocol = layer.number(F::IpProtocol).unwrap_or(0);
    let name = match protocol {
        1 => "ICMP",
        6 => "TCP",
        17 => "UDP",
        _ => "Unknown",
    };
    let offset = layer.number(F::IpFragmentOffset).unwrap_or(0);
    if offset > 0 || layer.number(F::IpMf) == Some(1) {
        let id = layer.number(F::IpId).unwrap_or(0);
        format!("Fragmented IP protocol (proto={name} {protocol}, off={offset}, ID={id:04x})")
    } else {
        format!("{name} ({protocol})")
    }
}

fn icmp(layers: &Layers, layer: &Layer) -> String {
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

fn icmpv6(layers: &Layers, layer: &Layer) -> String {
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
        Some(135) => {
            let mut line =
                format!("Neighbor Solicitation for {}", shown(layer, F::Icmpv6SolicitTarget));
            if let Some(mac) = layer.field(F::Icmpv6LinkAddress) {
                let _ = write!(line, " from {}", mac.value);
            }
            line
        }
        Some(136) => {
            let flags =
                [(F::Icmpv6Router, "rtr"), (F::Icmpv6Solicited, "sol"), (F::Icmpv6Override, "ovr")];
            let set = flags.iter().filter(|(flag, _)| layer.number(*flag) == Some(1));
            let set: Vec<_> = set.map(|(_, name)| *name).collect();
            let target = shown(layer, F::Icmpv6AdvertTarget);
            let mut line = format!("Neighbor Advertisement {target} ({})", set.join(", "));
            if let Some(mac) = layer.field(F::Icmpv6LinkAddress) {
                let _ = write!(line, " is at {}", mac.value);
            }
            line
        }
        Some(kind) => format!("ICMPv6 type {kind}, code {code}"),
        None => String::new(),
    }
}

fn udp(layer: &Layer) -> String {
    let len = layer.number(F::UdpLen).map(|len| len.saturating_sub(8).to_string());
    format!(
        "{} → {} Len={}",
        shown(layer, F::UdpSrcPort),
        shown(layer, F::UdpDstPort),
        len.unwrap_or_else(|| "?".to_owned())
    )
}

fn tcp(layers: &Layers, layer: &Layer) -> String {
    let flags = [
        (F::TcpFin, "FIN"),
        (F::TcpSyn, "SYN"),
        (F::TcpRst, "RST"),
        (F::TcpPsh, "PSH"),
        (F::TcpFlagAck, "ACK"),
        (F::TcpUrg, "URG"),
        (F::TcpEce, "ECE"),
        (F::TcpCwr, "CWR"),
    ];
    let set = flags.iter().filter(|(flag, _)| layer.number(*flag) == Some(1));
    let set: Vec<_> = set.map(|(_, name)| *name).collect();
    let set = if set.is_empty() { "<None>".to_owned() } else { set.join(", ") };
    let data = layers.layers.iter().find(|layer| layer.protocol == P::Data && !layer.quoted);
    let mut line = format!(
        "{} → {} [{set}] Seq={}",
        shown(layer, F::TcpSrcPort),
        shown(layer, F::TcpDstPort),
        shown(layer, F::TcpSeq)
    );
    // Writing to a String cannot fail.
    if layer.number(F::TcpFlagAck) == Some(1) {
        let _ = write!(line, " Ack={}", shown(layer, F::TcpAck));
    }
    let len = data.map_or(0, |data| data.range.len());
    let _ = write!(line, " Win={}", shown(layer, F::TcpWindow));
    if layer.number(F::TcpUrg) == Some(1) {
        let _ = write!(line, " Urg={}", shown(layer, F::TcpUrgent));
    }
    let _ = write!(line, " Len={len}");
    for field in &layer.fields {
        let value = &field.value;
        let _ = match (field.name, value.number()) {
            (F::TcpMss, _) => write!(line, " MSS={value}"),
            // RFC 7323 section 2.3: a shift above 14 counts as 14.
            (F::TcpWindowShift, Some(shift)) => write!(line, " WS={}", 1u32 << shift.min(14)),
            (F::TcpOptionKind, Some(4)) => write!(line, " SACK_PERM"),
            (F::TcpSackLeft, _) => write!(line, " SLE={value}"),
            (F::TcpSackRight, _) => write!(line, " SRE={value}"),
            (F::TcpTimestamp, _) => write!(line, " TSval={value}"),
            (F::TcpTimestampEcho, _) => write!(line, " TSecr={value}"),
            _ => Ok(()),
        };
    }
    line
}
