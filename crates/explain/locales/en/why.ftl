# The answer to why: a probe's way hop by hop, the reason where it failed, and what to change.

why-names = Name
why-there = There
why-back = Back
why-reached = reached: { $node } ({ $address }) answered after { $rtt }
why-reached-at-once = reached: { $node } ({ $address }) answered at once
why-delivered = delivered: a program on { $node } ({ $address }) took the datagram; it did not answer, and UDP asks for no answer
why-not-reached = not reached: { $message }
why-lost-back = the question arrived, but the answer got lost: { $message }
why-rate-limited = { $message } (who asked was not told: too many ICMP errors a moment ago)
why-no-error-back = { $message } (who asked was not told: there is no route back either)

# Lines of a hop.
why-more-steps =
    … { $steps ->
        [one] { $steps } more step
       *[other] { $steps } more steps
    } through { $nodes } …
why-asks-echo = ICMP: echo request to { $address }
why-asks-tcp = TCP: connection to { $address }, port { $port }
why-asks-udp = UDP: datagram to { $address }, port { $port }
why-earlier = an earlier attempt got lost ({ $place }): { $how }
why-same-segment = { $destination } AND { $mask } = { $network }, its own segment: straight there
why-other-segment = { $destination } AND { $mask } = { $other }, not { $network }: via gateway { $gateway }
why-no-way-out = { $destination } AND { $mask } = { $other }, not { $network }, and it has no gateway
why-on-link = { $destination } is in { $network }, which is on its own segment: straight there
why-off-link = { $destination } is not in { $network } nor on its own segment otherwise: via gateway { $gateway }
why-off-link-no-way-out = { $destination } is not in { $network } nor on its own segment otherwise, and it has no gateway for IPv6
why-off-link-no-use = { $destination } is not in { $network } nor on its own segment otherwise, and its gateway { $gateway } is not there either
why-no-use = { $destination } AND { $mask } = { $other }, not { $network }, and its gateway { $gateway } is not there either
why-neighbor-row = neighbour table: { $address } is at { $mac } ({ $state })
why-row = row { $row }, the only one that matches
why-row-beats = row { $row }, the longest match; beats { $beaten }
why-row-kind = { $row } ({ $kind })
why-how-arp = by ARP
why-how-discovery = by neighbour discovery
why-asked = { $address } is not in the neighbour table: asked { $how }, { $by } answered after { $waited }
why-asked-at-once = { $address } is not in the neighbour table: asked { $how }, { $by } answered at once
why-asked-plain = { $address } is not in the neighbour table: asked { $how }, answered after { $waited }: { $mac }
why-asked-in-vain =
    { $address } is not in the neighbour table: asked { $how } { $attempts ->
        [one] once
        [2] twice
       *[other] { $attempts } times
    }, nobody answered
why-asked-in-vain-heard =
    { $address } is not in the neighbour table: asked { $how } { $attempts ->
        [one] once
        [2] twice
       *[other] { $attempts } times
    }, nobody answered; { $heard } heard it, but it is not theirs
why-dropped = dropped: { $reason }
why-ends-on-link = ends on the link { $link }: { $reason }
why-changed = { $field } { $old } → { $new }
why-changes-separator = {", "}
why-field-source-mac = source MAC
why-field-destination-mac = destination MAC
why-field-ip-checksum = header checksum
why-field-hop-limit = hop limit
why-new-packet = new packet: { $source } → { $destination }, TTL { $ttl }
why-new-packet-v6 = new packet: { $source } → { $destination }, hop limit { $ttl }
why-new-frame = new frame: { $source } → { $destination }
why-mac-of = { $mac } ({ $whose })
why-everybody = everybody
why-through = in at { $incoming }, out of { $outgoing } to { $peer }
why-through-unchanged = in at { $incoming }, out of { $outgoing } to { $peer }, unchanged
why-out = out of { $outgoing } to { $peer }
why-in = in at { $incoming }

# Reasons and what to do: names and addresses.
why-unknown-name = { $node } does not know the name “{ $name }”
why-unknown-name-plain = { $node } does not know that name
why-help-near-name = did you mean { $near }?
why-help-hosts = use the name of a node or an address, or add the name to `hosts:` of { $node }
why-help-name-server = add `dns: { $server }` to { $node }: a name server runs there
why-no-such-name = there is no name “{ $name }”: the name server of { $node } says so (NXDOMAIN)
why-help-add-record = add a record for { $name } to the zone { $zone } (`{ $file }`)
why-help-no-zone = no zone of this lab has { $name }: is the name right?
why-name-without-address = the name “{ $name }” exists, but it has no address
why-name-server-unowned = { $node } cannot look up “{ $name }”: it asks the name server { $server }, and nobody has that address
why-help-right-server = write `dns: { $right }` at { $node }: a name server runs there
why-help-no-name-server = write the address of a node that runs `serve dns` after `dns:` of { $node }
why-name-server-silent = { $node } cannot look up “{ $name }”: its question does not get an answer from the name server { $server }: { $message }
why-name-server-silent-plain = { $node } cannot look up “{ $name }”: the name server { $server } does not answer
why-not-recursive = { $node } cannot look up “{ $name }”: its name server { $server } serves zones and looks nothing up for others
why-help-other-server = write the address of one that does after `dns:` of { $node }: { $servers }
why-help-recursive = start it with `--recursive` or `--forward` on { $server_name }
why-lame = “{ $name }” cannot be looked up: { $asker } was sent to { $server } for the zone { $zone }, and that server does not serve it (lame delegation)
why-help-lame = serve the zone { $zone } on { $owner } (`serve dns --zone ...`), or correct the NS records and the glue that lead to { $server }
why-help-lame-unowned = correct the NS records and the glue of { $zone } that lead to { $server }
why-zone-without-server = “{ $name }” cannot be looked up: no server of the zone { $zone } gave { $asker } an answer
why-help-zone-without-server = does a server of { $zone } run, and do the NS records and the glue lead to it?
why-alias-loop = “{ $name }” cannot be looked up: its aliases (CNAME) go in a circle at { $at }
why-help-alias-loop = let the CNAME record of { $at } end at a name with an address
why-delegation-loop = “{ $name }” cannot be looked up: to find the server { $at }, that server has to be found first
why-help-delegation-loop = add glue: the address of { $at } in the zone above
why-not-resolved = “{ $name }” cannot be looked up: the name server { $server } could not find out
why-target-is-no-station = { $node } has no IP address: it is a device of the link layer, and nobody can send it a packet
why-help-ask-station = ask for a host or router that hangs on { $node }
why-target-without-address = { $node } has no address, so there is nothing to send to
why-no-ipv6 = { $node } has no IPv6 address, and { $destination } is one
why-help-no-ipv6 = give { $node } an IPv6 address, or `slaac` where a router advertises; or ask for an IPv4 address
why-no-ipv4 = { $node } has no IPv4 address, and { $destination } is one
why-help-no-ipv4 = give { $node } an IPv4 address, or ask for an IPv6 address
why-sender-without-address = { $node } has no address, so it cannot send
why-help-address = give { $node } an address, such as `address: 192.168.1.1/24`
why-interface-without-address = { $node } has no address on { $interface }, so it takes no packets there
why-help-interface-address = give { $interface } of { $node } an address on that segment

# Segments and gateways.
why-no-gateway = { $destination } is on another segment, and { $node } has no gateway
why-gateway-off-segment = { $node } cannot use its gateway { $gateway }: it is not on { $node }'s own segment ({ $own })
why-gateway-unused = { $node } sends to its gateway { $gateway }, and nobody has that address
why-gateway-elsewhere = { $node } sends to its gateway { $gateway }, which is { $owner }, and { $owner } is not on its segment
why-help-gateway = { $router } is the router there: give { $node } `{ $edit }`
why-help-no-router = there is no router on the segment of { $node }: connect one, and give { $node } its address as `gateway:`
why-other-network = { $node } ({ $own }) and { $other } ({ $others }) hang on the same segment, but their addresses are in different networks, and { $node } has no gateway
why-help-odd-address = { $odd } is the one that does not fit the others: give it `{ $edit }`
why-mask-too-wide = { $node }'s mask (/{ $prefix }) puts { $destination } on its own segment, so it asked there { $how } instead of sending to a router; but { $owner } is on another segment
why-mask-too-wide-nobody = { $node }'s mask (/{ $prefix }) puts { $destination } on its own segment, so it asked there { $how } instead of sending to a router; nobody there has it
why-mask-too-narrow = { $node }'s mask (/{ $prefix }) puts { $destination } on another segment, though it is on its own
why-help-mask-like = use the mask { $mask } as { $like } does: give { $node } `{ $edit }`
why-help-longer-mask = give { $node } a longer prefix, so that its network ends where its segment does
why-address-unused = { $node } asked its segment { $how } for { $address }, and nobody has that address
why-address-unused-heard = { $node } asked its segment { $how } for { $address }, and nobody has that address: { $heard } heard the question
why-help-address-unused = correct the address, or give { $address } to a station in { $network }
why-not-cabled-together = { $node } asked its segment { $how } for { $address }; by its address { $owner } belongs there, but no cable, switch or hub joins the two
why-help-cable-together = connect { $owner } to the segment of { $node }, or give it an address of the network that it hangs on

# Routes.
why-no-route = { $node } has no row for { $destination } in its routing table
why-help-route = add the row `{ $edit }` to `routes:` of { $node }
why-help-address-nowhere = nobody in the lab has { $destination }: correct the address
why-help-no-way = no chain of routers leads from { $node } to { $destination }: connect them first, then add routes
why-next-hop-unused = the row of { $node } for { $destination } leads to { $via }, and nobody has that address
why-help-next-hop = correct that row of { $node }: `{ $edit }`
why-routing-loop = routing loop: { $routers } send the packet for { $destination } round in a circle, until its TTL ended
why-help-loop-row = correct the row of { $router }: `{ $edit }`
why-help-loop-nowhere = nobody in the lab has { $destination }: remove the row for it from one of { $routers }
why-ttl-ended = the TTL ended at { $node }: the way to { $destination } has more routers than the TTL allows
why-help-ttl = shorten the way
why-host-as-router = { $sender } sent the packet for { $destination } to { $node }, as if that were a router; { $node } is a host and does not forward
why-help-other-router = send it to { $router } instead ({ $edit }): correct the gateway or route of { $sender } that names { $node }
why-help-make-router = make { $node } `kind: router`, or correct the gateway or route that names it
why-neighbor-silent = { $node } asked { $how } for { $address }, and { $owner }, who has it, did not answer
why-help-neighbor-silent = look whether { $owner } has power and uses that address
why-neighbor-queue-full =
    { $node } dropped it: { $limit ->
        [one] { $limit } packet
       *[other] { $limit } packets
    } for { $address } already wait for its hardware address

# Cables and links.
why-no-cable = no cable is in { $port } of { $node }
why-help-no-cable = add a link to `links:` that ends in { $node }:{ $port }
why-cable-down = the cable { $link } is unplugged
why-help-cable-down = plug it in: remove `state: down` from that link
why-help-plug-in = plug it in again
why-node-down = { $node } has no power
why-help-node-down = restart { $node }
why-partitioned = { $from } and { $to } are partitioned: no packet of { $from } gets to { $to }
why-help-partitioned = repair the partition of { $from } and { $to }
why-held = the packet waits on the link { $link } until somebody releases it
why-help-held = release what is held on { $link }
why-lost = the link { $link } lost it by chance ({ $chance } loss is set)
why-help-lost = ask again, or lower `loss:` of { $link }
why-queue-full-frames =
    the queue of the link { $link } was full: { $limit ->
        [one] { $limit } frame
       *[other] { $limit } frames
    } may wait
why-queue-full-bytes =
    the queue of the link { $link } was full: { $limit ->
        [one] { $limit } byte
       *[other] { $limit } bytes
    } may wait
why-help-queue-full = raise `rate:` or `queue:` of { $link }, or send less
why-too-long = a packet of { $len } bytes is too long for the link { $link } (MTU { $mtu }), and switches neither cut packets nor say that they drop them
why-may-not-be-cut = a packet of { $len } bytes is too long for the next link of { $node } (MTU { $mtu }), and it must not be cut (DF is set)
why-help-mtu = set `{ $edit }` at { $link }, or send smaller packets
why-damaged = { $node } dropped it: it was damaged on the way
why-damaged-on = { $node } dropped it: the link { $link } had damaged it
why-help-damaged = ask again, or lower `corrupt:` of { $link }
why-storm = { $nodes } form a loop, and frames go round in it without end (a broadcast storm)
why-help-storm = let the switches take part in the spanning tree (`stp: true`), or remove one link of the loop
why-ignored = { $node } sent the frame out of all its ports, and no station took it
why-wrong-neighbor-row = a row written by hand tells { $holder } that { $address } is at { $mac }, but no station has that hardware address
why-help-neighbor-row = remove `{ $address }: { $mac }` from `arp:` of { $holder }
why-help-neighbor-row-right = remove `{ $address }: { $mac }` from `arp:` of { $holder }, or write { $right } there, which { $owner } has
why-wrong-mac-row = a row written by hand tells { $switch } that { $mac } ({ $station }) is behind port { $port }, but { $station } is not there
why-help-mac-row = remove `{ $mac }: { $port }` from `macs:` of { $switch }, or plug the cable into that port

# Programs.
why-not-listening = { $node } is there, but no program on it listens on { $transport } port { $port }
why-help-other-transport = a program on { $node } listens on port { $port } by { $listens }: ask for `{ $ask }`
why-help-bind = a program on { $node } listens on port { $port }, but only at { $only }: let it use `--bind 0.0.0.0`
why-help-other-port =
    { $count ->
        [one] a program on { $node } listens on { $others }: ask for that,
       *[other] programs on { $node } listen on { $others }: ask for one of them,
    } or start one on this port
why-help-serve = start one: `{ $edit }`
why-backlog-full =
    the program on { $node } that listens on port { $port } does not accept connections fast enough: { $backlog ->
        [one] { $backlog } waits
       *[other] { $backlog } wait
    } already, and no more may (backlog)
why-help-backlog = raise the program's `--backlog`, or accept faster
why-receive-buffer-full =
    the program on { $node } does not read what comes to port { $port }: its receive buffer of { $limit ->
        [one] { $limit } byte
       *[other] { $limit } bytes
    } is full
why-help-receive-buffer = let the program read faster, or send less
why-duplicate = { $meant } and { $got } both have the address { $address }, and { $got } took the packet that was meant for { $meant }
why-help-duplicate = give { $meant } or { $got } another address
why-no-answer = { $node } took the packet in, and no answer was sent in time
why-unknown = the trace ends at { $node } without a reason
