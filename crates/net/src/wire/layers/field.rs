//! Fields: a name, a value, and where it lies.

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;

use lanternet_core::MacAddr;

/// A field of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Which.
    pub name: FieldName,
    /// What it says.
    pub value: FieldValue,
    /// The bits of the frame that it takes, counted from the first.
    pub bits: Range<u32>,
}

impl Field {
    /// The bytes of the frame that the field touches.
    pub fn bytes(&self) -> Range<usize> {
        self.bits.start as usize / 8..(self.bits.end as usize).div_ceil(8)
    }
}

/// What a field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// A number that counts something.
    Number(u64),
    /// A number that names something; shown in hex with so many digits.
    Hex(u64, u8),
    /// A single bit.
    Flag(bool),
    /// A hardware address.
    Mac(MacAddr),
    /// An IP address.
    Ip(IpAddr),
    /// Bytes without further meaning.
    Bytes(Box<[u8]>),
}

impl FieldValue {
    /// The number, where it is one; a flag is 0 or 1.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(value) | Self::Hex(value, _) => Some(*value),
            Self::Flag(set) => Some(u64::from(*set)),
            _ => None,
        }
    }
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value}"),
            Self::Hex(value, digits) => {
                write!(f, "0x{value:0width$x}", width = usize::from(*digits))
            }
            Self::Flag(set) => write!(f, "{}", u8::from(*set)),
            Self::Mac(mac) => write!(f, "{mac}"),
            Self::Ip(address) => write!(f, "{address}"),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
        }
    }
}

macro_rules! field_names {
    ($($(#[$doc:meta])* $name:ident = $id:literal,)*) => {
        /// The name of a field. Its [`id`](Self::id) is Wireshark's, so a filter can be copied over.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FieldName { $($(#[$doc])* $name,)* }

        impl FieldName {
            /// All names.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Wireshark's abbreviation, such as `ip.ttl`.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }
        }
    };
}

field_names! {
    /// Destination address.
    EthDst = "eth.dst",
    /// Source address.
    EthSrc = "eth.src",
    /// What the payload is (IEEE 802 EtherType).
    EthType = "eth.type",
    /// Bytes of payload, in frames with a length instead of a type (IEEE 802.3).
    EthLen = "eth.len",
    /// Zeros that bring a short frame to 60 bytes.
    EthPadding = "eth.padding",
    /// Bytes behind the packet that are not padding.
    EthTrailer = "eth.trailer",

    /// Priority code point.
    VlanPriority = "vlan.priority",
    /// Drop eligible.
    VlanDei = "vlan.dei",
    /// VLAN number.
    VlanId = "vlan.id",
    /// What the payload is.
    VlanEtype = "vlan.etype",
    /// Bytes of payload, in frames with a length instead of a type.
    VlanLen = "vlan.len",

    /// Hardware type: 1 for Ethernet.
    ArpHardware = "arp.hw.type",
    /// Protocol type: an EtherType.
    ArpProtocol = "arp.proto.type",
    /// Bytes of a hardware address.
    ArpHardwareSize = "arp.hw.size",
    /// Bytes of a protocol address.
    ArpProtocolSize = "arp.proto.size",
    /// 1 question, 2 answer.
    ArpOpcode = "arp.opcode",
    /// The sender's hardware address.
    ArpSenderMac = "arp.src.hw_mac",
    /// The sender's IPv4 address.
    ArpSenderIp = "arp.src.proto_ipv4",
    /// The target's hardware address.
    ArpTargetMac = "arp.dst.hw_mac",
    /// The target's IPv4 address.
    ArpTargetIp = "arp.dst.proto_ipv4",

    /// IPv4: version, 4.
    IpVersion = "ip.version",
    /// IPv4: header length in bytes.
    IpHeaderLen = "ip.hdr_len",
    /// IPv4: differentiated services (RFC 2474).
    IpDscp = "ip.dsfield.dscp",
    /// IPv4: explicit congestion notification (RFC 3168).
    IpEcn = "ip.dsfield.ecn",
    /// IPv4: length of the packet in bytes.
    IpLen = "ip.len",
    /// IPv4: identification.
    IpId = "ip.id",
    /// IPv4: reserved bit.
    IpReserved = "ip.flags.rb",
    /// IPv4: do not fragment.
    IpDf = "ip.flags.df",
    /// IPv4: more fragments follow.
    IpMf = "ip.flags.mf",
    /// IPv4: where the fragment belongs, in bytes.
    IpFragmentOffset = "ip.frag_offset",
    /// IPv4: time to live.
    IpTtl = "ip.ttl",
    /// IPv4: the protocol above.
    IpProtocol = "ip.proto",
    /// IPv4: header checksum.
    IpChecksum = "ip.checksum",
    /// IPv4: source address.
    IpSrc = "ip.src",
    /// IPv4: destination address.
    IpDst = "ip.dst",
    /// IPv4 option: its type.
    IpOptionType = "ip.opt.type",
    /// IPv4 option: its length in bytes.
    IpOptionLen = "ip.opt.len",
    /// IPv4 option: where the next entry goes, counted from 1.
    IpOptionPointer = "ip.opt.ptr",
    /// IPv4 option: what follows length and pointer.
    IpOptionData = "ip.opt.data",

    /// IPv6: version, 6.
    Ipv6Version = "ipv6.version",
    /// IPv6: differentiated services.
    Ipv6Dscp = "ipv6.tclass.dscp",
    /// IPv6: explicit congestion notification.
    Ipv6Ecn = "ipv6.tclass.ecn",
    /// IPv6: flow label.
    Ipv6Flow = "ipv6.flow",
    /// IPv6: bytes behind this header.
    Ipv6PayloadLen = "ipv6.plen",
    /// IPv6: the protocol above, or an extension header.
    Ipv6NextHeader = "ipv6.nxt",
    /// IPv6: hop limit.
    Ipv6HopLimit = "ipv6.hlim",
    /// IPv6: source address.
    Ipv6Src = "ipv6.src",
    /// IPv6: destination address.
    Ipv6Dst = "ipv6.dst",

    /// ICMP: type.
    IcmpType = "icmp.type",
    /// ICMP: code.
    IcmpCode = "icmp.code",
    /// ICMP: checksum.
    IcmpChecksum = "icmp.checksum",
    /// ICMP echo: which program asks.
    IcmpIdent = "icmp.ident",
    /// ICMP echo: which question.
    IcmpSeq = "icmp.seq",
    /// ICMP fragmentation needed: what the next link takes.
    IcmpMtu = "icmp.mtu",
    /// ICMP redirect: the better router.
    IcmpGateway = "icmp.redir_gw",
    /// ICMP parameter problem: the offset of the wrong field.
    IcmpPointer = "icmp.pointer",

    /// ICMPv6: type.
    Icmpv6Type = "icmpv6.type",
    /// ICMPv6: code.
    Icmpv6Code = "icmpv6.code",
    /// ICMPv6: checksum.
    Icmpv6Checksum = "icmpv6.checksum",
    /// ICMPv6 echo: which program asks.
    Icmpv6Ident = "icmpv6.echo.identifier",
    /// ICMPv6 echo: which question.
    Icmpv6Seq = "icmpv6.echo.sequence_number",
    /// ICMPv6 packet too big: what the next link takes.
    Icmpv6Mtu = "icmpv6.mtu",
    /// ICMPv6 parameter problem: the offset of the wrong field.
    Icmpv6Pointer = "icmpv6.pointer",
    /// Neighbour solicitation: the address that is asked for.
    Icmpv6SolicitTarget = "icmpv6.nd.ns.target_address",
    /// Neighbour advertisement: the address that is told about.
    Icmpv6AdvertTarget = "icmpv6.nd.na.target_address",
    /// Neighbour advertisement: the sender is a router.
    Icmpv6Router = "icmpv6.nd.na.flag.r",
    /// Neighbour advertisement: it answers a question.
    Icmpv6Solicited = "icmpv6.nd.na.flag.s",
    /// Neighbour advertisement: it replaces what is known.
    Icmpv6Override = "icmpv6.nd.na.flag.o",
    /// Neighbour discovery: the hardware address in the option.
    Icmpv6LinkAddress = "icmpv6.opt.linkaddr",

    /// UDP: source port.
    UdpSrcPort = "udp.srcport",
    /// UDP: destination port.
    UdpDstPort = "udp.dstport",
    /// UDP: bytes of header and data.
    UdpLen = "udp.length",
    /// UDP: checksum; 0 when there is none (IPv4 only).
    UdpChecksum = "udp.checksum",

    /// TCP: source port.
    TcpSrcPort = "tcp.srcport",
    /// TCP: destination port.
    TcpDstPort = "tcp.dstport",
    /// TCP: sequence number, as it is on the wire.
    TcpSeq = "tcp.seq_raw",
    /// TCP: acknowledgement number, as it is on the wire.
    TcpAck = "tcp.ack_raw",
    /// TCP: header length in bytes.
    TcpHeaderLen = "tcp.hdr_len",
    /// TCP: congestion window reduced.
    TcpCwr = "tcp.flags.cwr",
    /// TCP: congestion experienced.
    TcpEce = "tcp.flags.ece",
    /// TCP: the urgent pointer counts.
    TcpUrg = "tcp.flags.urg",
    /// TCP: the acknowledgement number counts.
    TcpFlagAck = "tcp.flags.ack",
    /// TCP: hand on to the program at once.
    TcpPsh = "tcp.flags.push",
    /// TCP: reset.
    TcpRst = "tcp.flags.reset",
    /// TCP: synchronise sequence numbers.
    TcpSyn = "tcp.flags.syn",
    /// TCP: no more data from the sender.
    TcpFin = "tcp.flags.fin",
    /// TCP: window, before scaling.
    TcpWindow = "tcp.window_size_value",
    /// TCP: checksum.
    TcpChecksum = "tcp.checksum",
    /// TCP: urgent pointer.
    TcpUrgent = "tcp.urgent_pointer",
    /// TCP option: its kind.
    TcpOptionKind = "tcp.option_kind",
    /// TCP option: its length in bytes.
    TcpOptionLen = "tcp.option_len",
    /// TCP option: maximum segment size.
    TcpMss = "tcp.options.mss_val",
    /// TCP option: window scale, as a shift count.
    TcpWindowShift = "tcp.options.wscale.shift",
    /// TCP option: left edge of a block that has arrived.
    TcpSackLeft = "tcp.options.sack_le",
    /// TCP option: right edge of a block that has arrived.
    TcpSackRight = "tcp.options.sack_re",
    /// TCP option: the sender's clock.
    TcpTimestamp = "tcp.options.timestamp.tsval",
    /// TCP option: the clock that is echoed.
    TcpTimestampEcho = "tcp.options.timestamp.tsecr",

    /// The bytes of a program, or of a protocol that is not taken apart here.
    Data = "data.data",
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}
