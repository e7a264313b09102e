//! The protocols that are taken apart.

use std::fmt;

/// A protocol that is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerProtocol {
    /// Ethernet II, or IEEE 802.3.
    Ethernet,
    /// A tag of IEEE 802.1Q or 802.1ad.
    Vlan,
    /// Logical link control (IEEE 802.2), with SNAP.
    Llc,
    /// Spanning tree (IEEE 802.1D).
    Stp,
    /// ARP (RFC 826).
    Arp,
    /// IPv4 (RFC 791).
    Ipv4,
    /// IPv6 (RFC 8200).
    Ipv6,
    /// Hop-by-hop options of IPv6.
    Ipv6HopByHop,
    /// Routing header of IPv6.
    Ipv6Routing,
    /// Fragment header of IPv6.
    Ipv6Fragment,
    /// Destination options of IPv6.
    Ipv6Destination,
    /// ICMP (RFC 792).
    Icmp,
    /// IGMP (RFC 3376 and before).
    Igmp,
    /// ICMPv6 (RFC 4443), neighbour discovery (RFC 4861), MLD (RFC 3810).
    Icmpv6,
    /// UDP (RFC 768).
    Udp,
    /// TCP (RFC 9293).
    Tcp,
    /// DHCP (RFC 2131).
    Dhcp,
    /// DNS (RFC 1035).
    Dns,
    /// HTTP/1 (RFC 9112): the header of a message.
    Http,
    /// All else: what programs say to each other, or a protocol that is not taken apart.
    Data,
}

impl LayerProtocol {
    /// The layer's number: 2 link, 3 network, 4 transport, 7 application. ARP belongs to the link
    /// layer (RFC 1122 section 2.3.2), ICMP and IGMP to the network layer (RFC 792, RFC 3376).
    pub const fn number(self) -> u8 {
        match self {
            Self::Ethernet | Self::Vlan | Self::Llc | Self::Stp | Self::Arp => 2,
            Self::Ipv4
            | Self::Ipv6
            | Self::Ipv6HopByHop
            | Self::Ipv6Routing
            | Self::Ipv6Fragment
            | Self::Ipv6Destination
            | Self::Icmp
            | Self::Igmp
            | Self::Icmpv6 => 3,
            Self::Udp | Self::Tcp => 4,
            Self::Dhcp | Self::Dns | Self::Http | Self::Data => 7,
        }
    }

    /// Whether this is a header between the basic one of IPv6 and the protocol above.
    pub const fn extends_ipv6(self) -> bool {
        matches!(
            self,
            Self::Ipv6HopByHop | Self::Ipv6Routing | Self::Ipv6Fragment | Self::Ipv6Destination
        )
    }

    /// Wireshark's abbreviation, such as `ip`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ethernet => "eth",
            Self::Vlan => "vlan",
            Self::Llc => "llc",
            Self::Stp => "stp",
            Self::Arp => "arp",
            Self::Ipv4 => "ip",
            Self::Ipv6 => "ipv6",
            Self::Ipv6HopByHop => "ipv6.hopopts",
            Self::Ipv6Routing => "ipv6.routing",
            Self::Ipv6Fragment => "ipv6.fraghdr",
            Self::Ipv6Destination => "ipv6.dstopts",
            Self::Icmp => "icmp",
            Self::Igmp => "igmp",
            Self::Icmpv6 => "icmpv6",
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Dhcp => "dhcp",
            Self::Dns => "dns",
            Self::Http => "http",
            Self::Data => "data",
        }
    }
}

impl fmt::Display for LayerProtocol {
    /// The name as the field writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ethernet => "Ethernet",
            Self::Vlan => "802.1Q",
            Self::Llc => "LLC",
            Self::Stp => "STP",
            Self::Arp => "ARP",
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
            Self::Ipv6HopByHop => "IPv6 hop-by-hop options",
            Self::Ipv6Routing => "IPv6 routing header",
            Self::Ipv6Fragment => "IPv6 fragment header",
            Self::Ipv6Destination => "IPv6 destination options",
            Self::Icmp => "ICMP",
            Self::Igmp => "IGMP",
            Self::Icmpv6 => "ICMPv6",
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Dhcp => "DHCP",
            Self::Dns => "DNS",
            Self::Http => "HTTP",
            Self::Data => "data",
        })
    }
}
