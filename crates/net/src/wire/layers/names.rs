//! The names of the fields.

use std::fmt;

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
    /// Service tag (IEEE 802.1ad): priority code point.
    ServicePriority = "ieee8021ad.priority",
    /// Service tag: drop eligible.
    ServiceDei = "ieee8021ad.dei",
    /// Service tag: VLAN number of the provider.
    ServiceId = "ieee8021ad.id",
    /// Service tag: what the payload is.
    ServiceEtype = "ieee8021ah.etype",

    /// LLC: whom it is for.
    LlcDsap = "llc.dsap",
    /// LLC: whom it is from.
    LlcSsap = "llc.ssap",
    /// LLC: what kind of frame; 3 for one without numbers.
    LlcControl = "llc.control",
    /// SNAP: whose protocol numbers follow.
    LlcOui = "llc.oui",
    /// SNAP: what the payload is, where the numbers are EtherTypes.
    LlcType = "llc.type",
    /// SNAP: what the payload is, in somebody's own numbers.
    LlcPid = "llc.pid",

    /// Spanning tree: protocol, 0.
    StpProtocol = "stp.protocol",
    /// Spanning tree: 0 spanning tree, 2 rapid, 3 multiple.
    StpVersion = "stp.version",
    /// Spanning tree: 0x00 configuration, 0x80 topology change notification, 0x02 rapid.
    StpType = "stp.type",
    /// Spanning tree: the notification of a topology change has come.
    StpTcAck = "stp.flags.tcack",
    /// Rapid spanning tree: the proposal is agreed to.
    StpAgreement = "stp.flags.agreement",
    /// Rapid spanning tree: the port forwards.
    StpForwarding = "stp.flags.forwarding",
    /// Rapid spanning tree: the port learns addresses.
    StpLearning = "stp.flags.learning",
    /// Rapid spanning tree: 1 alternate or backup, 2 root, 3 designated port.
    StpPortRole = "stp.flags.port_role",
    /// Rapid spanning tree: the port would forward at once.
    StpProposal = "stp.flags.proposal",
    /// Spanning tree: the topology has changed.
    StpTc = "stp.flags.tc",
    /// Spanning tree: priority of the root bridge.
    StpRootPriority = "stp.root.prio",
    /// Spanning tree: system ID extension of the root bridge, often a VLAN.
    StpRootExtension = "stp.root.ext",
    /// Spanning tree: address of the root bridge.
    StpRootMac = "stp.root.hw",
    /// Spanning tree: cost of the path to the root.
    StpRootCost = "stp.root.cost",
    /// Spanning tree: priority of the sending bridge.
    StpBridgePriority = "stp.bridge.prio",
    /// Spanning tree: system ID extension of the sending bridge.
    StpBridgeExtension = "stp.bridge.ext",
    /// Spanning tree: address of the sending bridge.
    StpBridgeMac = "stp.bridge.hw",
    /// Spanning tree: the sending port, priority and number.
    StpPort = "stp.port",
    /// Spanning tree: seconds since the root said so, in practice the bridges it passed.
    StpMessageAge = "stp.msg_age",
    /// Spanning tree: seconds after which it does not count any more.
    StpMaxAge = "stp.max_age",
    /// Spanning tree: seconds between two of these.
    StpHello = "stp.hello",
    /// Spanning tree: seconds of listening and of learning.
    StpForwardDelay = "stp.forward",
    /// Rapid spanning tree: bytes of version 1, none.
    StpVersion1Len = "stp.version_1_length",

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
    /// IPv4 option router alert: 0, routers shall look at the packet (RFC 2113).
    IpOptionRouterAlert = "ip.opt.ra",

    /// IGMP: 0x11 query, 0x12, 0x16 and 0x22 report of version 1, 2 and 3, 0x17 leave.
    IgmpType = "igmp.type",
    /// IGMP: within how many tenths of a second to answer.
    IgmpMaxResponse = "igmp.max_resp",
    /// IGMP: checksum.
    IgmpChecksum = "igmp.checksum",
    /// IGMP: the group.
    IgmpGroup = "igmp.maddr",
    /// IGMP: other routers shall not set their timers by this query.
    IgmpSuppress = "igmp.s",
    /// IGMP: how often the querier sends what may get lost.
    IgmpRobustness = "igmp.qrv",
    /// IGMP: seconds between general queries, coded (RFC 3376 section 4.1.7).
    IgmpQueryInterval = "igmp.qqic",
    /// IGMP: how many sources follow.
    IgmpSourceCount = "igmp.num_src",
    /// IGMP: a source.
    IgmpSource = "igmp.saddr",
    /// IGMP: how many group records follow.
    IgmpRecordCount = "igmp.num_grp_recs",
    /// IGMP: what the record says (RFC 3376 section 4.2.12).
    IgmpRecordType = "igmp.record_type",
    /// IGMP: auxiliary data of the record, in words of four bytes.
    IgmpAuxLen = "igmp.aux_data_len",
    /// IGMP: auxiliary data of the record.
    IgmpAuxData = "igmp.aux_data",

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
    /// IPv6 hop-by-hop options: what follows.
    Ipv6HopNext = "ipv6.hopopts.nxt",
    /// IPv6 hop-by-hop options: bytes, in eights beyond the first.
    Ipv6HopLen = "ipv6.hopopts.len",
    /// IPv6 destination options: what follows.
    Ipv6DestNext = "ipv6.dstopts.nxt",
    /// IPv6 destination options: bytes, in eights beyond the first.
    Ipv6DestLen = "ipv6.dstopts.len",
    /// IPv6 option: its type; the first two bits say what a node does that does not know it.
    Ipv6OptionType = "ipv6.opt.type",
    /// IPv6 option: bytes of its data.
    Ipv6OptionLen = "ipv6.opt.length",
    /// IPv6 option: bytes that fill up.
    Ipv6OptionPadN = "ipv6.opt.padn",
    /// IPv6 option router alert: 0 for MLD (RFC 2711).
    Ipv6OptionRouterAlert = "ipv6.opt.router_alert",
    /// IPv6 option: data of one that is not known here.
    Ipv6OptionData = "ipv6.opt.unknown_data",
    /// IPv6 routing header: what follows.
    Ipv6RoutingNext = "ipv6.routing.nxt",
    /// IPv6 routing header: bytes, in eights beyond the first.
    Ipv6RoutingLen = "ipv6.routing.len",
    /// IPv6 routing header: its type.
    Ipv6RoutingType = "ipv6.routing.type",
    /// IPv6 routing header: stations still to visit.
    Ipv6SegmentsLeft = "ipv6.routing.segleft",
    /// IPv6 routing header: a station.
    Ipv6RoutingAddress = "ipv6.routing.src.addr",
    /// IPv6 fragment: what follows in the whole packet.
    Ipv6FragmentNext = "ipv6.fraghdr.nxt",
    /// IPv6 fragment: where it belongs, in bytes.
    Ipv6FragmentOffset = "ipv6.fraghdr.offset",
    /// IPv6 fragment: more follow.
    Ipv6FragmentMore = "ipv6.fraghdr.more",
    /// IPv6 fragment: of which packet.
    Ipv6FragmentId = "ipv6.fraghdr.ident",

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
    /// Neighbour discovery option: its type.
    NdOptionType = "icmpv6.opt.type",
    /// Neighbour discovery option: bytes, in eights.
    NdOptionLen = "icmpv6.opt.length",
    /// Neighbour discovery option: MTU of the link.
    NdMtu = "icmpv6.opt.mtu",
    /// Neighbour discovery option: length of the prefix.
    NdPrefixLen = "icmpv6.opt.prefix.length",
    /// Prefix: its addresses are on this link.
    NdPrefixOnLink = "icmpv6.opt.prefix.flag.l",
    /// Prefix: hosts may make themselves an address of it.
    NdPrefixAutonomous = "icmpv6.opt.prefix.flag.a",
    /// Prefix: it is the router's whole address (RFC 6275).
    NdPrefixRouter = "icmpv6.opt.prefix.flag.r",
    /// Prefix: seconds for which it is valid.
    NdPrefixValid = "icmpv6.opt.prefix.valid_lifetime",
    /// Prefix: seconds for which new connections use it.
    NdPrefixPreferred = "icmpv6.opt.prefix.preferred_lifetime",
    /// Neighbour discovery option: the prefix.
    NdPrefix = "icmpv6.opt.prefix",
    /// Route (RFC 4191): 0 medium, 1 high, 3 low.
    NdRoutePreference = "icmpv6.opt.route_info.flag.route_preference",
    /// Route: seconds for which it is valid.
    NdRouteLifetime = "icmpv6.opt.route_lifetime",
    /// Name servers (RFC 8106): seconds for which they are valid.
    NdRdnssLifetime = "icmpv6.opt.rdnss.lifetime",
    /// Name servers: one of them.
    NdRdnss = "icmpv6.opt.rdnss",
    /// Search list (RFC 8106): seconds for which it is valid.
    NdDnsslLifetime = "icmpv6.opt.dnssl.lifetime",
    /// Search list: a domain.
    NdDnssl = "icmpv6.opt.dnssl",
    /// Router advertisement: hop limit for hosts to use; 0 if not said.
    RaHopLimit = "icmpv6.nd.ra.cur_hop_limit",
    /// Router advertisement: addresses come by DHCPv6.
    RaManaged = "icmpv6.nd.ra.flag.m",
    /// Router advertisement: other settings come by DHCPv6.
    RaOther = "icmpv6.nd.ra.flag.o",
    /// Router advertisement: the router is a home agent (RFC 6275).
    RaHomeAgent = "icmpv6.nd.ra.flag.h",
    /// Router advertisement: 0 medium, 1 high, 3 low (RFC 4191).
    RaPreference = "icmpv6.nd.ra.flag.prf",
    /// Router advertisement: passed on by a proxy (RFC 4389).
    RaProxy = "icmpv6.nd.ra.flag.p",
    /// Router advertisement: seconds as a default router; 0 for not at all.
    RaLifetime = "icmpv6.nd.ra.router_lifetime",
    /// Router advertisement: milliseconds a neighbour counts as reachable.
    RaReachable = "icmpv6.nd.ra.reachable_time",
    /// Router advertisement: milliseconds between solicitations.
    RaRetransmit = "icmpv6.nd.ra.retrans_timer",
    /// Redirect: the better next hop.
    RedirectTarget = "icmpv6.nd.rd.target_address",
    /// Redirect: for which destination.
    RedirectDestination = "icmpv6.rd.na.destination_address",
    /// MLDv1: milliseconds within which to answer.
    MldMaxDelay = "icmpv6.mld.maximum_response_delay",
    /// MLDv2: milliseconds within which to answer, coded (RFC 3810 section 5.1.3).
    MldMaxResponse = "icmpv6.mld.maximum_response_code",
    /// MLD: the group.
    MldGroup = "icmpv6.mld.multicast_address",
    /// MLD: other routers shall not set their timers by this query.
    MldSuppress = "icmpv6.mld.flag.s",
    /// MLD: how often the querier sends what may get lost.
    MldRobustness = "icmpv6.mld.flag.qrv",
    /// MLD: seconds between general queries, coded.
    MldQueryInterval = "icmpv6.mld.qqi",
    /// MLD: how many sources follow.
    MldSourceCount = "icmpv6.mld.nb_sources",
    /// MLD: a source.
    MldSource = "icmpv6.mld.source_address",
    /// MLDv2 report: how many records follow.
    MldRecordCount = "icmpv6.mldr.nb_mcast_records",
    /// MLDv2 report: what the record says (RFC 3810 section 5.2.12).
    MldRecordType = "icmpv6.mldr.mar.record_type",
    /// MLDv2 report: auxiliary data of the record, in words of four bytes.
    MldAuxLen = "icmpv6.mldr.mar.aux_data_len",
    /// MLDv2 report: how many sources the record has.
    MldRecordSources = "icmpv6.mldr.mar.nb_sources",
    /// MLDv2 report: the group of the record.
    MldRecordGroup = "icmpv6.mldr.mar.multicast_address",
    /// MLDv2 report: a source of the record.
    MldRecordSource = "icmpv6.mldr.mar.source_address",

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

    /// DHCP: 1 from a client, 2 from a server.
    DhcpOp = "dhcp.type",
    /// DHCP: kind of hardware address, 1 for Ethernet; also in a client identifier.
    DhcpHardware = "dhcp.hw.type",
    /// DHCP: bytes of the hardware address.
    DhcpHardwareLen = "dhcp.hw.len",
    /// DHCP: relays that it passed.
    DhcpHops = "dhcp.hops",
    /// DHCP: transaction.
    DhcpId = "dhcp.id",
    /// DHCP: seconds since the client began.
    DhcpSecs = "dhcp.secs",
    /// DHCP: the client wants answers as broadcasts.
    DhcpBroadcast = "dhcp.flags.bc",
    /// DHCP: address that the client has and uses.
    DhcpClientIp = "dhcp.ip.client",
    /// DHCP: address that the client gets.
    DhcpYourIp = "dhcp.ip.your",
    /// DHCP: server for what comes next (boot files).
    DhcpServerIp = "dhcp.ip.server",
    /// DHCP: the relay, on the network of the client.
    DhcpRelayIp = "dhcp.ip.relay",
    /// DHCP: the client's hardware address; also in a client identifier.
    DhcpMac = "dhcp.hw.mac_addr",
    /// DHCP: 99.130.83.99, options follow.
    DhcpCookie = "dhcp.cookie",
    /// DHCP option: its number; 255 for the end.
    DhcpOption = "dhcp.option.type",
    /// DHCP option: bytes of its value.
    DhcpOptionLen = "dhcp.option.length",
    /// DHCP option 1: subnet mask.
    DhcpSubnetMask = "dhcp.option.subnet_mask",
    /// DHCP option 3: a default router.
    DhcpRouter = "dhcp.option.router",
    /// DHCP option 6: a name server.
    DhcpDns = "dhcp.option.domain_name_server",
    /// DHCP option 12: name of the host.
    DhcpHostName = "dhcp.option.hostname",
    /// DHCP option 15: domain of the host.
    DhcpDomain = "dhcp.option.domain_name",
    /// DHCP option 26: MTU.
    DhcpMtu = "dhcp.option.interface_mtu",
    /// DHCP option 28: broadcast address.
    DhcpBroadcastAddress = "dhcp.option.broadcast_address",
    /// DHCP option 42: a time server.
    DhcpNtp = "dhcp.option.ntp_server",
    /// DHCP option 50: the address that is asked for.
    DhcpRequestedIp = "dhcp.option.requested_ip_address",
    /// DHCP option 51: seconds of the lease.
    DhcpLeaseTime = "dhcp.option.ip_address_lease_time",
    /// DHCP option 53: 1 discover, 2 offer, 3 request, 4 decline, 5 ack, 6 nak, 7 release, 8 inform.
    DhcpMessage = "dhcp.option.dhcp",
    /// DHCP option 54: the server.
    DhcpServerId = "dhcp.option.dhcp_server_id",
    /// DHCP option 55: number of an option that is asked for.
    DhcpRequestItem = "dhcp.option.request_list_item",
    /// DHCP option 56: what went wrong, in words.
    DhcpText = "dhcp.option.message",
    /// DHCP option 57: the longest message that is taken.
    DhcpMaxSize = "dhcp.option.dhcp_max_message_size",
    /// DHCP option 58: seconds until renewal.
    DhcpRenewal = "dhcp.option.renewal_time_value",
    /// DHCP option 59: seconds until rebinding.
    DhcpRebinding = "dhcp.option.rebinding_time_value",
    /// DHCP option 60: the program of the client.
    DhcpVendorClass = "dhcp.option.vendor_class_id",
    /// DHCP option 82: number of a suboption of the relay.
    DhcpRelaySuboption = "dhcp.option.agent_information_option.suboption",
    /// DHCP option 82: bytes of the suboption.
    DhcpRelaySuboptionLen = "dhcp.option.suboption_length",
    /// DHCP option 82: where the client is, in the words of the relay.
    DhcpCircuitId = "dhcp.option.agent_information_option.agent_circuit_id",
    /// DHCP option 82: who the client or the relay is.
    DhcpRemoteId = "dhcp.option.agent_information_option.agent_remote_id",
    /// DHCP option 119: a domain to search.
    DhcpSearch = "dhcp.option.dhcp_dns_domain_search_list_fqdn",
    /// DHCP option 121: a route, `DESTINATION-ROUTER`.
    DhcpRoute = "dhcp.option.classless_static_route",
    /// DHCP option: value of one that is not taken apart here.
    DhcpValue = "dhcp.option.value",
    /// DHCP: zeros that bring a message to the length of BOOTP.
    DhcpPadding = "dhcp.option.padding",

    /// DNS over TCP: bytes of the message.
    DnsLen = "dns.length",
    /// DNS: which question.
    DnsId = "dns.id",
    /// DNS: an answer.
    DnsResponse = "dns.flags.response",
    /// DNS: 0 for a question.
    DnsOpcode = "dns.flags.opcode",
    /// DNS: the server has authority for the name.
    DnsAuthoritative = "dns.flags.authoritative",
    /// DNS: it did not all fit; ask over TCP.
    DnsTruncated = "dns.flags.truncated",
    /// DNS: the server shall ask others if need be.
    DnsRecursionDesired = "dns.flags.recdesired",
    /// DNS: the server would ask others.
    DnsRecursionAvailable = "dns.flags.recavail",
    /// DNS: reserved bit.
    DnsReserved = "dns.flags.z",
    /// DNS: authenticated data (RFC 4035).
    DnsAuthenticated = "dns.flags.authenticated",
    /// DNS: checking disabled (RFC 4035).
    DnsCheckingDisabled = "dns.flags.checkdisable",
    /// DNS: 0 no error, 2 server failure, 3 no such name, 5 refused.
    DnsRcode = "dns.flags.rcode",
    /// DNS: how many questions.
    DnsQuestions = "dns.count.queries",
    /// DNS: how many records answer.
    DnsAnswers = "dns.count.answers",
    /// DNS: how many records say who has authority.
    DnsAuthority = "dns.count.auth_rr",
    /// DNS: how many records may be of use.
    DnsAdditional = "dns.count.add_rr",
    /// DNS question: name.
    DnsQueryName = "dns.qry.name",
    /// DNS question: type.
    DnsQueryType = "dns.qry.type",
    /// DNS question: class, 1 for the Internet.
    DnsQueryClass = "dns.qry.class",
    /// DNS record: name.
    DnsName = "dns.resp.name",
    /// DNS record: type.
    DnsType = "dns.resp.type",
    /// DNS record: class.
    DnsClass = "dns.resp.class",
    /// DNS record: seconds for which it may be kept.
    DnsTtl = "dns.resp.ttl",
    /// DNS record: bytes of data.
    DnsDataLen = "dns.resp.len",
    /// EDNS (RFC 6891): longest message over UDP.
    DnsUdpSize = "dns.rr.udp_payload_size",
    /// EDNS: higher bits of the response code.
    DnsExtendedRcode = "dns.resp.ext_rcode",
    /// EDNS: version, 0.
    DnsEdnsVersion = "dns.resp.edns0_version",
    /// EDNS: signatures are welcome.
    DnsDnssecOk = "dns.resp.z.do",
    /// EDNS option: its number.
    DnsOptionCode = "dns.opt.code",
    /// EDNS option: bytes of its data.
    DnsOptionLen = "dns.opt.len",
    /// EDNS option: its data.
    DnsOptionData = "dns.opt.data",
    /// DNS record A: IPv4 address.
    DnsA = "dns.a",
    /// DNS record AAAA: IPv6 address.
    DnsAaaa = "dns.aaaa",
    /// DNS record CNAME: the proper name.
    DnsCname = "dns.cname",
    /// DNS record NS: name of a server.
    DnsNs = "dns.ns",
    /// DNS record PTR: name.
    DnsPtr = "dns.ptr.domain_name",
    /// DNS record SOA: primary server.
    DnsSoaServer = "dns.soa.mname",
    /// DNS record SOA: whom to write to.
    DnsSoaMailbox = "dns.soa.rname",
    /// DNS record SOA: version of the zone.
    DnsSoaSerial = "dns.soa.serial_number",
    /// DNS record SOA: seconds until a secondary server asks.
    DnsSoaRefresh = "dns.soa.refresh_interval",
    /// DNS record SOA: seconds until it asks again.
    DnsSoaRetry = "dns.soa.retry_interval",
    /// DNS record SOA: seconds after which it gives up.
    DnsSoaExpire = "dns.soa.expire_limit",
    /// DNS record SOA: seconds for which "no such name" may be kept.
    DnsSoaMinimum = "dns.soa.minimum_ttl",
    /// DNS record MX: the lower the better.
    DnsMxPreference = "dns.mx.preference",
    /// DNS record MX: mail server.
    DnsMxHost = "dns.mx.mail_exchange",
    /// DNS record TXT: bytes of a string.
    DnsTxtLen = "dns.txt.length",
    /// DNS record TXT: a string.
    DnsTxt = "dns.txt",
    /// DNS record SRV: the lower the better.
    DnsSrvPriority = "dns.srv.priority",
    /// DNS record SRV: share among those of one priority.
    DnsSrvWeight = "dns.srv.weight",
    /// DNS record SRV: port.
    DnsSrvPort = "dns.srv.port",
    /// DNS record SRV: host.
    DnsSrvTarget = "dns.srv.target",
    /// DNS record: data of one that is not taken apart here.
    DnsData = "dns.data",

    /// HTTP request: method.
    HttpMethod = "http.request.method",
    /// HTTP request: target.
    HttpUri = "http.request.uri",
    /// HTTP request: version.
    HttpRequestVersion = "http.request.version",
    /// HTTP response: version.
    HttpResponseVersion = "http.response.version",
    /// HTTP response: status code.
    HttpStatus = "http.response.code",
    /// HTTP response: the code in words.
    HttpPhrase = "http.response.phrase",

    /// The bytes of a program, or of a protocol that is not taken apart here.
    Data = "data.data",
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}
