# Address translation.

nat-mapped = new mapping: { $protocol } { $inside } inside is { $outside } outside; { $why }
nat-port-preserved = the inside port was free outside, so it stays
nat-port-taken = port { $port } is taken outside, so a free one was chosen
nat-port-forwarded = port { $port } belongs to a static forward, so a free one was chosen
nat-port-out-of-range = port { $port } is not among the ports to be used, so a free one was chosen
nat-port-random = this NAT keeps no ports: a free one was chosen at random
nat-translated = translates { $changes }: { $why }
nat-changes-source = the source { $source } → { $new_source } (to { $destination })
nat-changes-destination = the destination { $destination } → { $new_destination } (from { $source })
nat-changes-both = the source { $source } → { $new_source } and the destination { $destination } → { $new_destination }
nat-by-outbound = that is how this inside end is known outside
nat-by-answer = it belongs to a flow that was translated, so the translation is undone
nat-by-inbound = a mapping leads inside, and its { $filtering } filtering lets the sender in
nat-by-forward = { $protocol } port { $port } is forwarded
nat-by-one-to-one = the address stands for that inside host alone
nat-by-hairpin = from inside to inside by the outside address (hairpinning), so the answer comes back this way
nat-error-translated = translates the ICMP error inside out: from { $source } to { $destination }, about a { $protocol } packet from { $from } to { $to }
nat-expired = forgets the mapping { $protocol } { $inside } inside, { $outside } outside: idle for { $idle }
nat-unmapped = forgets the mapping { $protocol } { $inside } inside, { $outside } outside: { $why }
nat-unmapped-address-gone = the outside interface no longer has that address
nat-unmapped-evicted = the table was full, and a new flow needed the place
nat-outside-changed = outside, { $interface } now has { $addresses }
nat-outside-gone = outside, { $interface } has no address any more
nat-endpoint-independent = endpoint-independent
nat-address-dependent = address-dependent
nat-address-and-port-dependent = address- and port-dependent
nat-icmp-end = { $address } (ID { $ident })

drop-nat-no-mapping = no mapping for { $protocol } { $destination }: no inside host has spoken from there, and no port is forwarded
drop-nat-filtered = { $destination } stands for { $inside }, but that has not spoken to { $source }: the { $filtering } filtering lets only those answer to whom it has
drop-nat-inside-from-outside = { $destination } is an inside address, and came from outside: there only the outside address counts
drop-nat-no-flow = { $protocol } { $source } → { $destination } belongs to no flow that is known here, and cannot begin one
drop-nat-unrelated-error = an ICMP error about a packet that never passed here
drop-nat-ports-exhausted =
    { $addresses ->
        [one] no outside port is left for { $protocol } { $inside }: all { $ports } ports of the outside address are taken
       *[other] no outside port is left for { $protocol } { $inside }: all { $ports } ports of each of the { $addresses } outside addresses are taken
    }
drop-nat-host-limit = { $inside } has { $limit } outside ports, as many as one inside host may
drop-nat-no-outside-address = there is no outside address to translate to: { $interface } has none
drop-nat-unknown-protocol = IP protocol { $number } has no ports, so it cannot share an address
drop-nat-no-hairpin = { $destination } leads back inside, and this NAT does not hairpin
drop-flow-clash = another flow has these ends already
drop-flow-table-full = { $limit } flows are tracked, and no more can be

drops-nat-no-mapping = no NAT mapping
drops-nat-filtered = filtered by NAT
drops-nat-inside-from-outside = inside address from outside
drops-nat-no-flow = no known flow
drops-nat-unrelated-error = unrelated ICMP error
drops-nat-ports-exhausted = outside ports exhausted
drops-nat-host-limit = outside ports of one host exhausted
drops-nat-no-outside-address = no outside address
drops-nat-unknown-protocol = protocol without ports
drops-nat-no-hairpin = no hairpinning
drops-flow-clash = flow exists already
drops-flow-table-full = flow table full

# Address translation and rules.
why-not-forwarded = { $node } translates addresses, and { $transport } port { $port } of { $address } leads to no inside host: it is not forwarded, and nobody inside has spoken from it
why-help-forward = if { $host } is meant, forward the port under `nat:` of { $node }: `{ $edit }`
why-help-forward-plain = forward the port to an inside host under `nat:` of { $node }: `{ $edit }`
why-inside-address = { $destination } is an inside address behind { $router }, which translates addresses: outside, that address leads nowhere
why-help-inside-address = ask for { $outside }, the outside address of { $router }, at a port that it forwards inside
why-help-inside-address-plain = ask for the outside address of { $router }, at a port that it forwards inside
why-nat-filtered = { $node } lets only those in to whom { $inside } has spoken, and it has not spoken to { $source }
why-help-nat-filtered = let the inside host speak first, forward a port to it under `nat:` of { $node }, or set `filtering: endpoint-independent` there
why-forbidden-by-rule = firewall rule { $rule } of { $node } ({ $text }) forbids it
why-forbidden-by-policy = no firewall rule of { $node } allows it, and its policy forbids the rest
why-help-rule-before = if it is to pass, put a rule that allows it in front of rule { $rule } of { $node }: `{ $edit }`
why-help-rule = if it is to pass, add a rule to { $node }: `{ $edit }`
