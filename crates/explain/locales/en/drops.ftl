# Why frames and packets end: a sentence about one, and a short label for counts of many.

drop-no-cable = no cable is plugged in
drop-link-down = the cable is down
drop-link-cut = the cable went down while the frame was on it
drop-node-down = the node has no power
drop-frame-too-long = { $payload } bytes of payload, but the link takes only { $mtu } (MTU)
drop-queue-full-frames = the queue in front of the transmitter is full: { $frames } frames wait, and no more than { $limit } may
drop-queue-full-bytes = the queue in front of the transmitter is full: { $bytes } bytes wait, and with this frame there would be more than the { $limit } that may
drop-partitioned = { $from } and { $to } are partitioned
drop-lost = lost by chance: the link is set to lose { $chance }
drop-runt = { $len } bytes are too few for an Ethernet frame
drop-same-port =
    the table has { $mac } behind port { $port }{ $vlan ->
        [1] {""}
       *[other] {" "}(VLAN { $vlan })
    }, where the frame came from: it has arrived there already
drop-reserved-address = { $mac } is a reserved group address that a bridge never forwards
drop-source-is-group = the source { $mac } is a group address, and a group cannot be a sender
drop-no-other-port = there is no other port it could leave by
drop-not-our-mac = it is for { $mac }, another station (it came because it was flooded or repeated)
drop-not-our-group = it is for the group { $mac }, which it does not listen to (it came because it was flooded or repeated)
drop-unknown-ether-type = nobody here understands EtherType { $ethertype }
drop-malformed = the { $protocol } header makes no sense: { $what }
drop-checksum-wrong = the { $protocol } checksum is wrong (found { $found }, expected { $expected }): the bytes are not those that were sent
drop-no-address = { $interface } has no IP address
drop-not-for-us = it is for { $destination }, which is no address of this host, and a host does not forward
drop-martian-source = source { $source } cannot come from outside (martian)
drop-martian-destination = packets to { $destination } are never forwarded (martian)
drop-directed-broadcast = a broadcast to all of { $segment } is not forwarded
drop-link-broadcast = it came as a link-layer broadcast or multicast, and a router does not forward those
drop-not-in-group = nobody here is a member of group { $group }
drop-ttl-expired = TTL { $ttl } → 0: it has passed as many routers as its sender allowed
drop-no-route = no row of the routing table matches { $destination }
drop-neighbor-failed = nobody answers for { $address } (ARP)
drop-neighbor-queue-full = { $limit } packets already wait for { $address } to answer ARP, and no more may
drop-fragmentation-needed = the packet has { $len } bytes, the next link takes { $mtu } (MTU), and it must not be fragmented (DF is set)
drop-reassembly-timeout = the other fragments did not come in time
drop-bad-fragment = the fragments do not fit together: { $what }
drop-unknown-protocol = nobody here speaks IP protocol { $number }
drop-icmp-ignored = an ICMP message that answers nothing this node did, or that it does not act on
drop-arp-not-for-us = the ARP question is for { $target }, not for this node
drop-no-listener = no program listens on { $protocol } port { $port } ({ $local })
drop-backlog-full =
    { $backlog ->
        [one] { $backlog } connection already waits
       *[other] { $backlog } connections already wait
    } to be accepted on { $local }, as many as the program allowed (backlog)
drop-receive-buffer-full = the receive buffer of { $local } is full ({ $limit } bytes): the program does not read fast enough
drop-not-the-peer = the socket { $local } is connected to another peer and takes nothing from { $remote }
drop-unexpected-segment = a TCP segment from { $remote } to { $local } that fits no connection

drops-no-cable = no cable plugged in
drops-link-down = cable down
drops-link-cut = cable went down on the way
drops-node-down = node without power
drops-frame-too-long = longer than the link's MTU
drops-queue-full = queue full
drops-partitioned = lost in a partition
drops-lost = lost on the link by chance
drops-runt = too short
drops-same-port = already on the right port
drops-reserved-address = reserved address, never forwarded
drops-source-is-group = group address as source
drops-no-other-port = no other port
drops-not-our-mac = for another station (flooded)
drops-unknown-ether-type = unknown EtherType
drops-malformed = malformed header
drops-checksum-wrong = wrong checksum
drops-no-address = interface without address
drops-not-for-us = for another address
drops-martian-source = impossible source address
drops-martian-destination = never-forwarded destination
drops-directed-broadcast = broadcast to a whole segment
drops-link-broadcast = link-layer broadcast at a router
drops-not-in-group = no member of the group
drops-ttl-expired = TTL ended
drops-no-route = no route
drops-neighbor-failed = neighbour did not answer ARP
drops-neighbor-queue-full = too many wait for ARP
drops-fragmentation-needed = too long and not to be fragmented
drops-reassembly-timeout = fragments missing
drops-bad-fragment = fragments do not fit
drops-unknown-protocol = unknown IP protocol
drops-icmp-ignored = ICMP ignored
drops-arp-not-for-us = ARP for another address
drops-no-listener = no listener on the port
drops-backlog-full = accept queue full
drops-receive-buffer-full = receive buffer full
drops-not-the-peer = not from the connected peer
drops-unexpected-segment = TCP segment of no connection

# What is wrong with a header or with fragments.
what-too-short = it is cut off
what-not-version-4 = it is not version 4
what-header-length = its header length cannot be
what-total-length = its total length cannot be
what-not-ipv4-over-ethernet = it is not about IPv4 over Ethernet
what-neither-request-nor-reply = it is neither a request nor a reply
what-sender-is-no-single-station = its sender is no single station
what-length = its length does not fit
what-wrong-checksum = its checksum is wrong, or one in what it quotes
what-data-offset = its data offset cannot be
what-port-0 = port 0 cannot be used
what-flags-contradict = its flags contradict each other
what-no-multiple-of-8 = one has a length that is no multiple of 8
what-more-than-65535 = together they are longer than 65535 bytes
what-overlap = they overlap
what-two-last = there are two last ones
what-behind-the-last = there is data behind the last one
what-too-many = there are too many
