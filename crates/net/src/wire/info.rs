//! A frame in one line, as Wireshark writes it in its Info column.
//!
//! This is the notation of protocols, not prose, so it is the same in every language. What Wireshark
//! knows only from other frames (relative sequence numbers, scaled windows, retransmissions,
//! reassembly) is not in it: the line is that of Wireshark with those analyses switched off.

mod dhcp;
mod dns;
mod icmp;
mod igmp;
mod stp;

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
            P::Ipv6 => ipv6(self, top),
            P::Icmp => icmp::v4(self, top),
            P::Icmpv6 => icmp::v6(self, top),
            P::Igmp => igmp::info(top),
            P::Udp => udp(top),
            P::Tcp => tcp(self, top),
            P::Llc => llc(top),
            P::Stp => stp::info(top),
            P::Dhcp => dhcp::info(top),
            P::Dns => dns::info(top),
            P::Http => http(top),
            P::Ipv6HopByHop | P::Ipv6Routing | P::Ipv6Fragment | P::Ipv6Destination | P::Data => {
                String::new()
            }
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
    let named = [F::EthType, F::VlanEtype, F::ServiceEtype]
        .into_iter()
        .find(|name| layer.field(*name).is_some());
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
    let name = protocol_name(protocol);
    let offset = layer.number(F::IpFragmentOffset).unwrap_or(0);
    if offset > 0 || layer.number(F::IpMf) == Some(1) {
        let id = layer.number(F::IpId).unwrap_or(0);
        format!("Fragmented IP protocol (proto={name} {protocol}, off={offset}, ID={id:04x})")
    } else {
        format!("{name} ({protocol})")
    }
}

fn ipv6(layers: &Layers, layer: &Layer) -> String {
    if let Some(fragment) = layers.find(P::Ipv6Fragment) {
        let more = if fragment.number(F::Ipv6FragmentMore) == Some(1) { "y" } else { "n" };
        let offset = shown(fragment, F::Ipv6FragmentOffset);
        let ident = shown(fragment, F::Ipv6FragmentId);
        let next = shown(fragment, F::Ipv6FragmentNext);
        return format!("IPv6 fragment (off={offset} more={more} ident={ident} nxt={next})");
    }
    let mut layers = layers.layers.iter().filter(|layer| !layer.quoted);
    let last = layers.rfind(|layer| layer.protocol.extends_ipv6()).unwrap_or(layer);
    let next = [F::Ipv6NextHeader, F::Ipv6HopNext, F::Ipv6DestNext, F::Ipv6RoutingNext]
        .into_iter()
        .find_map(|name| last.number(name));
    match next {
        Some(59) => "IPv6 no next header".to_owned(),
        Some(next) => format!("Unknown IP Protocol: {} ({next})", protocol_name(next)),
        None => String::new(),
    }
}

/// The name of a protocol over IP.
fn protocol_name(protocol: u64) -> &'static str {
    match protocol {
        1 => "ICMP",
        2 => "IGMP",
        6 => "TCP",
        17 => "UDP",
        58 => "ICMPv6",
        _ => "Unknown",
    }
}

fn llc(layer: &Layer) -> String {
    if layer.field(F::LlcOui).is_some() {
        let kind = layer.field(F::LlcType).or_else(|| layer.field(F::LlcPid));
        let kind = kind.map_or_else(|| "?".to_owned(), |kind| kind.value.to_string());
        return format!("SNAP, OUI {}, PID {kind}", shown(layer, F::LlcOui));
    }
    let [to, from, control] = [F::LlcDsap, F::LlcSsap, F::LlcControl].map(|f| shown(layer, f));
    format!("LLC {from} > {to}, control {control}")
}

fn http(layer: &Layer) -> String {
    let request = [F::HttpMethod, F::HttpUri, F::HttpRequestVersion];
    let response = [F::HttpResponseVersion, F::HttpStatus, F::HttpPhrase];
    let parts = if layer.field(F::HttpMethod).is_some() { request } else { response };
    let words: Vec<_> = parts
        .iter()
        .filter_map(|name| layer.field(*name))
        .map(|field| field.value.to_string())
        .collect();
    words.join(" ")
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
