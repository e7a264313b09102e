# IP: the same segment or not, routes, forwarding, fragments.

on-link = { $destination } is in { $network }: the same segment, so straight to it
off-link = { $destination } is not in { $network } nor on the same segment otherwise, so via gateway { $gateway }
off-link-no-gateway = { $destination } is not in { $network } nor on the same segment otherwise, but no gateway is set
same-segment = { $own } AND { $mask } = { $network }, { $destination } AND { $mask } = { $network }: the same segment, so straight to { $destination }
other-segment = { $own } AND { $mask } = { $network }, { $destination } AND { $mask } = { $other }: another segment, so via gateway { $gateway }
other-segment-no-gateway = { $own } AND { $mask } = { $network }, { $destination } AND { $mask } = { $other }: another segment, but no gateway is set
route-direct = { $destination } out of { $interface } ({ $kind })
route-via = { $destination } via { $via } out of { $interface } ({ $kind })
route-local = local
route-connected = connected
route-static = static
route-static-default = static, default route
route-redirect = learned from an ICMP redirect
route-dhcp = told by the DHCP server
route-advertised = told by a router advertisement
route-chosen = route { $route }: the longest match for { $destination }, and the only row that matches
route-chosen-beats = route { $route }: the longest match for { $destination }; beats { $beaten }
packet-for-us = the packet from { $source } to { $destination } is for this node: handed up to { $protocol }
protocol-numbered = protocol { $number }
looped-back = { $destination } is an address of this node: the packet stays inside (loopback)
packet-forwarded = forwards the packet for { $destination } out of { $interface } to the next router { $next_hop }, TTL { $ttl_from } → { $ttl_to }
packet-forwarded-last = forwards the packet out of { $interface } straight to { $destination }, TTL { $ttl_from } → { $ttl_to }
fragmented = cuts the packet of { $len } bytes into { $fragments } fragments: the link takes { $mtu } bytes (MTU)
fragment-held = keeps a fragment of packet { $ident } (bytes { $first } to { $last }) until the others come
reassembled = puts packet { $ident } together from { $fragments } fragments: { $len } bytes
path-mtu-learned = learned from { $from }: the path to { $destination } takes packets of { $mtu } bytes at the most (path MTU)
send-failed = cannot send to { $destination }: { $why }
unsent-network-unreachable = no route to that network, no row of the routing table matches (ENETUNREACH)
unsent-host-unreachable = the neighbour does not answer ARP (EHOSTUNREACH)
unsent-message-too-long = longer than the link takes, and it must not be fragmented (EMSGSIZE)
unsent-broadcast-forbidden = a broadcast address, and the program did not ask for the permission to broadcast (EACCES)
unsent-address-not-available = the source is no address of this node (EADDRNOTAVAIL)
unsent-network-down = the cable is unplugged or down (ENETDOWN)
unsent-no-buffers = too many packets already wait for the neighbour (ENOBUFS)
unsent-prohibited = this node's own firewall or translation does not let it out (EPERM)
