# IPv6: neighbour discovery, router advertisements, addresses without a server.

# What ARP is for IPv4, neighbour discovery is for IPv6.
ipv6-neighbor-asked = sends a neighbour solicitation on { $interface } to the solicited-node group: “who has { $address }?” (attempt { $attempt }): the neighbour table has no usable row for it
ipv6-neighbor-asked-unicast = sends a neighbour solicitation on { $interface } to { $mac } itself: does it still have { $address }? (attempt { $attempt }): the row in the neighbour table is old
ipv6-packet-held =
    the packet waits until { $address } answers the neighbour solicitation ({ $waiting ->
        [one] the only one that waits
       *[other] { $waiting } wait now
    })
ipv6-learned-reply = told in a neighbour advertisement that answers this node
ipv6-learned-request = told in a neighbour solicitation: who asks tells its own address with it
ipv6-learned-announcement = told in a neighbour advertisement that nobody asked for
ipv6-learned-router = told in a message between routers and hosts (router solicitation, advertisement or redirect)
ipv6-announced = announces on { $interface }: { $address } is here (unsolicited neighbour advertisement to all nodes)
ipv6-checked = duplicate address detection: asks on { $interface } whether anybody has { $address } before using it (attempt { $attempt })
ipv6-abandoned = duplicate address detection failed: does not use { $address } on { $interface }, { $theirs } has it
ipv6-forwarded = forwards the packet for { $destination } out of { $interface } to the next router { $next_hop }, hop limit { $ttl_from } → { $ttl_to }
ipv6-forwarded-last = forwards the packet out of { $interface } straight to { $destination }, hop limit { $ttl_from } → { $ttl_to }
ipv6-answered = answers the neighbour solicitation of { $asker } on { $interface }: { $address } is here and has hardware address { $mac }
ipv6-answered-check = tells all nodes on { $interface } that { $address } is taken: it is here and has hardware address { $mac } (somebody was about to use it)

# Addresses.
ipv6-formed-link-local = makes itself the link-local address { $address } on { $interface }, of fe80::/64 and the interface's hardware address (EUI-64); it is tentative until it is checked
ipv6-formed-configured = { $interface } is to have the address { $address }; it is tentative until it is checked
ipv6-formed-advertised = makes itself the address { $address } on { $interface }, of the prefix that { $router } advertised and the interface's hardware address (SLAAC); it is tentative until it is checked
ipv6-ready = uses { $address } on { $interface } from now on: nobody else has it
ipv6-deprecated = { $address } on { $interface } is deprecated: its preferred lifetime is over, and nothing new begins with it
ipv6-expired = no longer uses { $address } on { $interface }: its valid lifetime is over
ipv6-refreshed = { $router } advertises the prefix of { $address } on { $interface } again: preferred for { $preferred }, valid for { $valid }
ipv6-refreshed-two-hours = { $router } asks to end { $address } on { $interface } after { $valid }: an advertisement that cannot be verified may not shorten it below two hours
ipv6-for-ever = ever
ipv6-source-chosen = source for packets to { $destination }: { $source }, rather than { $beaten }, by RFC 6724: { $rule }
ipv6-rule-same-address = it is the destination itself (rule 1)
ipv6-rule-scope = its scope fits that of the destination (rule 2)
ipv6-rule-not-deprecated = it is not deprecated (rule 3)
ipv6-rule-outgoing-interface = it belongs to the interface that the packet leaves by (rule 5)
ipv6-rule-label = it has the destination's label in the policy table (rule 6)
ipv6-rule-longest-prefix = it has the longest prefix in common with the destination (rule 8)
ipv6-rule-first = it is the first of equals
ipv6-mtu-too-small = no IPv6 on { $interface }: the cable takes { $mtu } bytes, and IPv6 needs 1280

# Routers.
ipv6-router-solicited = asks all routers on { $interface } to advertise themselves (router solicitation, attempt { $attempt })
ipv6-no-router =
    no router on { $interface } advertises itself: given up after { $attempts ->
        [one] { $attempts } solicitation
       *[other] { $attempts } solicitations
    }
ipv6-advertisement-sent = advertises itself on { $interface } to { $to } ({ $lifetime }): { $prefixes }
ipv6-advertisement-received = router { $router } advertises itself on { $interface } ({ $lifetime }): { $prefixes }
ipv6-default-router = default router for { $lifetime }
ipv6-no-default-router = not a default router
ipv6-no-prefix = no prefix
ipv6-prefix-both = { $prefix } (on this segment, for addresses)
ipv6-prefix-on-link = { $prefix } (on this segment)
ipv6-prefix-autonomous = { $prefix } (for addresses)
ipv6-prefix-plain = { $prefix }
ipv6-router-added = new default router: { $router } on { $interface }, for { $lifetime }
ipv6-router-removed = { $router } on { $interface } is no default router any more: { $why }
ipv6-router-expired = its lifetime is over, and no advertisement came in time
ipv6-router-resigned = it says so itself (lifetime 0)
ipv6-router-no-router = it advertises itself as a host, not a router
ipv6-prefix-added = all of { $prefix } is on the segment of { $interface }, says { $router }
ipv6-prefix-removed = { $prefix } is no longer known to be on the segment of { $interface }
ipv6-prefix-unusable = makes no address of { $prefix } on { $interface }: { $why }
ipv6-prefix-length = prefix and interface identifier (64 bits) are not 128 bits together
ipv6-prefix-lifetimes = it would be preferred for longer than it is valid
ipv6-prefix-link-local = link-local addresses are not advertised
ipv6-prefix-too-many = the interface has as many addresses as it takes
ipv6-link-mtu = the segment of { $interface } takes packets of { $mtu } bytes, says { $router }
ipv6-name-servers = { $router } on { $interface } names name servers: { $servers }
ipv6-redirected = { $router } on { $interface } says: to { $destination } rather by way of { $target }
ipv6-redirected-near = { $router } on { $interface } says: { $destination } is on this very segment

# Groups.
ipv6-groups-joined = tells on { $interface } which groups it listens to now (MLD): { $groups }
ipv6-groups-left = tells on { $interface } which groups it no longer listens to (MLD): { $groups }
ipv6-groups-changed = tells on { $interface } which groups it listens to now: { $joined }; and to which no longer: { $left } (MLD)
ipv6-groups-asked = was asked on { $interface } which groups it listens to, and tells (MLD): { $groups }

# ICMPv6 (RFC 4443): types and codes differ from those of ICMP.
icmp6-network-unreachable = destination unreachable: no route (type 1, code 0)
icmp6-prohibited = destination unreachable: forbidden by a rule (type 1, code 1)
icmp6-beyond-scope = destination unreachable: the source address counts on its own segment only (type 1, code 2)
icmp6-host-unreachable = destination unreachable: the address does not answer (type 1, code 3)
icmp6-port-unreachable = destination unreachable: nobody listens on that port (type 1, code 4)
icmp6-unreachable-other = destination unreachable (type 1, code { $code })
icmp6-packet-too-big = packet too big: a link on the way takes { $mtu } bytes (type 2)
icmp6-hop-limit-exceeded = time exceeded: the hop limit ended on the way (type 3, code 0)
icmp6-reassembly-time-exceeded = time exceeded: some fragments never came (type 3, code 1)
icmp6-problem-field = parameter problem: the header field at offset { $pointer } makes no sense (type 4, code 0)
icmp6-problem-next-header = parameter problem: nobody here knows the next header named at offset { $pointer } (type 4, code 1)
icmp6-problem-option = parameter problem: the option at offset { $pointer } is unknown (type 4, code 2)
icmp6-problem-first-fragment = parameter problem: the first fragment does not hold all headers (type 4, code 3)
icmp6-problem-other = parameter problem at offset { $pointer } (type 4, code { $code })
icmp6-redirect = redirect: { $gateway } is the better first hop (type 137)

# Drops.
drop-not-our-group = it is for the group { $mac }, which this station does not listen to
drop-ipv6-off = { $interface } takes no part in IPv6
drop-address-tentative = { $address } is still being checked for duplicates and not in use yet
drop-solicitation-not-for-us = the neighbour solicitation is for { $target }, not for this node
drop-advertisement-unasked = a neighbour advertisement of { $address }, for which this node has no row in its neighbour table
drop-discovery-from-afar = neighbour discovery with hop limit { $hop_limit } instead of 255: it came from beyond a router
drop-router-unheeded = router { $router } advertises itself, but this interface is not configured by routers
drop-not-advertising = somebody asks for routers, but { $interface } does not advertise itself
drop-own-question = this node's own question for { $target }, sent back by a loop
drop-redirect-unheeded = a redirect by { $from }, which is not the router in use for that destination
drop-link-local-stays = { $source } → { $destination }: packets with a link-local address stay on their segment
drop-packet-too-big = the packet has { $len } bytes, the next link takes { $mtu } (MTU), and routers do not fragment IPv6
drop-extension-header = a header between IPv6 and the packet's content cannot be passed over: { $what }
drop-no-next-header = the packet ends after its headers (no next header)
drops-ipv6-off = no IPv6 on the interface
drops-address-tentative = address still being checked
drops-solicitation-not-for-us = neighbour solicitation for another address
drops-advertisement-unasked = neighbour advertisement not asked for
drops-discovery-from-afar = neighbour discovery from beyond a router
drops-router-unheeded = router advertisement not heeded
drops-not-advertising = router solicitation to no router
drops-own-question = own question sent back by a loop
drops-redirect-unheeded = redirect not heeded
drops-link-local-stays = link-local address at a router
drops-packet-too-big = packet too big for the next link
drops-extension-header = extension header
drops-no-next-header = nothing after the headers

# What is wrong with a header.
what-not-version-6 = the version is not 6
what-payload-length = the payload length cannot be right
what-option-cut-off = an option is cut off
what-code-not-0 = the code is not 0
what-mac-of-nobody = it tells a hardware address without a source address
what-not-link-local = the source is not link-local
what-check-group = an address check that is not sent to its solicited-node group
what-target-group = the target is a group
what-target-no-router = the target is neither a router nor the destination
what-answer-to-all = an answer to a question, but sent to all
what-extension-cut-off = an extension header is cut off
what-hop-by-hop-misplaced = a hop-by-hop header that is not the first
what-routing-header = a routing header that asks for more hops
what-option-discard = an unknown option that says: discard
what-option-discard-tell = an unknown option that says: discard and tell
what-fragment-no-multiple-of-8 = a fragment whose length is no multiple of 8
what-first-fragment = the first fragment does not hold all headers
what-fragments-within = fragments within fragments
