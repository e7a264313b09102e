### lanternet subnet

## Labels of rows and columns

subnet-label-address = address
subnet-label-mask = mask
subnet-label-network = network
subnet-label-broadcast = broadcast
subnet-label-hosts = hosts
subnet-label-count = count
subnet-label-wildcard = wildcard
subnet-label-class = class
subnet-label-scope = purpose
subnet-label-reach = reach
subnet-label-first = first host
subnet-label-last = last host

## Below the AND: n and h are drawn in the columns above.

subnet-legend = n = network ({ $network ->
    [one] 1 bit
   *[other] { $network } bits
}), h = host ({ $host ->
    [one] 1 bit
   *[other] { $host } bits
})
subnet-legend-mixed = { $legend }, x = a digit with both
subnet-cut-group = The prefix ends inside group { $group }. Its 16 bits:

## Facts

subnet-broadcast-none = none: with a /31 or /32 there is nobody else to call (RFC 3021)
subnet-broadcast-ipv6 = none: IPv6 has multicast in its place

subnet-count-single = 1: a prefix for one host alone
subnet-count-point-to-point = 2: both ends of a point-to-point link are usable (RFC 3021)
subnet-count-point-to-point-ipv6 = 2: both ends of a point-to-point link are usable (RFC 6164)
subnet-count-ipv4 = { $count } = 2^{ $power } - 2: of { $all } addresses, the network's own and the broadcast address are not for hosts
subnet-count-ipv6 = { $count } = 2^{ $power } - 1: the address with all host bits 0 belongs to the subnet's routers

subnet-role-host = { $address } can be the address of a host in { $network }
subnet-role-network = { $address } names the network { $network } itself, no host can have it
subnet-role-broadcast = { $address } means every host of { $network }, no host can have it
subnet-role-router-anycast = { $address } means any router of { $network } (subnet-router anycast, RFC 4291)
subnet-role-point-to-point = { $address } is one of the two ends of { $network }
subnet-role-single = { $address } stands alone
subnet-role-group = { $address } names a group of stations, no host can have it as its own
subnet-role-everybody = { $address } means everybody on the own segment, no host can have it
subnet-role-unspecified = { $address } means "no address", no host can have it

subnet-class-same = { $letter }, whose networks had /{ $length } as here (history: classes ended in 1993 with CIDR, RFC 1519)
subnet-class-other = { $letter }, whose networks had /{ $length }, not /{ $prefix } (history: classes ended in 1993 with CIDR, RFC 1519)
subnet-class-d = D, multicast groups
subnet-class-e = E, reserved

## Purposes, from the IANA special-purpose address registries

subnet-scope-row = { $purpose }: { $prefix } ({ $rfcs })
subnet-scope-global = global unicast, no special purpose
subnet-scope-unallocated = not allocated: global unicast is 2000::/3 so far (RFC 4291)
subnet-scope-private = private use
subnet-scope-shared = shared between a provider's NAT and its customers (CGNAT)
subnet-scope-loopback = loopback, this host itself
subnet-scope-link-local = link-local, valid on one segment only
subnet-scope-unique-local = unique local, the private use of IPv6
subnet-scope-site-local = site-local, replaced by unique local (fc00::/7)
subnet-scope-documentation = documentation and examples
subnet-scope-benchmarking = benchmarking of network devices
subnet-scope-this-network = "this network", a source only
subnet-scope-unspecified = unspecified: "no address yet" or "any address"
subnet-scope-limited-broadcast = limited broadcast, everybody on the own segment
subnet-scope-multicast = multicast
subnet-scope-link-local-multicast = multicast on one segment, never routed
subnet-scope-reserved = reserved for future use
subnet-scope-ietf-protocol = IETF protocol assignments
subnet-scope-protocol-anycast = anycast of a protocol: the nearest server answers
subnet-scope-service-continuity = inside DS-Lite and 464XLAT translation
subnet-scope-nat64-discovery = discovery of the NAT64 prefix
subnet-scope-nat64 = NAT64: an IPv4 address seen from IPv6
subnet-scope-local-nat64 = NAT64 with a prefix of the network's own
subnet-scope-ipv4-mapped = IPv4-mapped, inside sockets only
subnet-scope-6to4 = 6to4, IPv6 carried over IPv4
subnet-scope-6to4-relay = 6to4 relays, no longer in use
subnet-scope-teredo = Teredo, IPv6 carried over UDP through NAT
subnet-scope-as112 = AS112, answers for reverse names of private addresses
subnet-scope-amt = AMT, multicast through tunnels
subnet-scope-discard = discard: packets to it vanish
subnet-scope-dummy = dummy source address
subnet-scope-orchid = ORCHID, identifiers made from keys
subnet-scope-drone = identities of unmanned aircraft (DRIP)
subnet-scope-segment-routing = segment routing identifiers (SRv6)

subnet-reach-global = the whole internet: routers everywhere may forward it
subnet-reach-limited = limited: the internet's routers do not forward it
subnet-reach-unstated = depends: the registry does not say

## Two addresses

subnet-same-view = As { $address } sees it, with its mask { $mask }:
subnet-same-direct = The networks are equal: { $from } sends to { $to } directly, after ARP or neighbour discovery.
subnet-same-gateway = The networks differ: { $from } hands packets for { $to } to its gateway.
subnet-same-yes = Same segment: { $a } and { $b } are both in { $a_network }, so they talk directly.
subnet-same-no = Not the same segment: { $a } is in { $a_network }, { $b } is in { $b_network }. Between them there must be a router.
subnet-same-one-sided = Not the same segment for both: { $near } takes { $far } to be near and sends directly, but { $far } answers through its gateway. One of the two masks is wrong.
subnet-same-identical = { $a } is the same address twice: two hosts on one segment cannot both have it.
subnet-same-families = Not the same segment: { $a } and { $b } are of different IP versions.

## Division

subnet-split-heading = { $network } divides into { $parts ->
    [one] one subnet
   *[other] { $total } = 2^{ $power } subnets
} of /{ $length }
subnet-split-heading-huge = { $network } divides into 2^{ $power } subnets of /{ $length }
subnet-split-more = Only the first { $rows } are shown.

## Mistakes

subnet-error-not-an-address = `{ $given }` is not an IP address
subnet-error-octet-count = `{ $given }` has { $count ->
    [one] one octet
   *[other] { $count } octets
}, an IPv4 address has 4
subnet-error-octet-empty = octet { $position } of `{ $given }` is empty
subnet-error-octet-not-a-number = octet { $position } of `{ $given }` is `{ $octet }`, expected a number from 0 to 255
subnet-error-octet-too-large = octet { $position } of `{ $given }` is { $octet }, the greatest is 255
subnet-error-leading-zero = octet { $position } of `{ $given }` has a leading zero: `{ $octet }`
subnet-error-two-gaps = `{ $given }` has `::` more than once
subnet-error-group-too-long = group `{ $group }` of `{ $given }` has more than 4 digits
subnet-error-group-not-hex = group `{ $group }` of `{ $given }` is not a hexadecimal number
subnet-error-group-count = `{ $given }` has { $count ->
    [one] one group
   *[other] { $count } groups
}, an IPv6 address without `::` has 8
subnet-error-group-count-gap = `{ $given }` has { $count ->
    [one] one group
   *[other] { $count } groups
} and a `::`, which leaves nothing for `::` to stand for
subnet-error-zone = `{ $given }` has a zone (`%{ $zone }`), which is not part of the address

subnet-error-not-a-mask = `{ $given }` is not a mask
subnet-error-not-a-length = `{ $given }` is not a prefix length
subnet-error-prefix-too-long = prefix length { $given } is too long: an { $family } address has { $bits } bits
subnet-error-in-mask = in the mask, { $error }
subnet-error-not-contiguous = mask { $mask } has a gap: bit { $zero } is 0, but bit { $one } is 1 again ({ $binary })
subnet-error-wildcard = { $mask } is a wildcard mask, where 0 marks the network part
subnet-error-dotted-ipv6 = IPv6 has no dotted masks, got `{ $given }`
subnet-error-no-mask = { $address } has no mask, so nobody can tell where its network ends
subnet-error-disagree = two masks that disagree: `{ $first }` has { $first_len } network bits, `{ $second }` has { $second_len }
subnet-error-split-too-short = a /{ $own } cannot be divided into /{ $asked }: the parts would be greater than the whole
subnet-error-split-too-long = prefix length { $asked } is too long: an address has { $max } bits

## What to do

subnet-help-address = write IPv4 as 4 numbers (192.168.1.10) or IPv6 as groups of hex digits (2001:db8::1); names are not looked up
subnet-help-octets = an IPv4 address is 4 numbers from 0 to 255 with dots between, such as 192.168.1.10
subnet-help-octet-bits = an octet is 8 bits, so it goes from 0 (00000000) to 255 (11111111)
subnet-help-leading-zero = write `{ $decimal }`; some programs read `{ $octet }` as octal, which is { $octal }
subnet-help-leading-zero-decimal = write `{ $decimal }`; some programs take a leading zero to mean octal and refuse `{ $octet }`
subnet-help-two-gaps = `::` stands for as many zero groups as are missing, which is known only if there is one `::`
subnet-help-groups = an IPv6 address is 8 groups of 1 to 4 hex digits; one run of zero groups may be written `::`, as in 2001:db8::1
subnet-help-zone = leave out `%{ $zone }`: it names the interface on which a link-local address is meant
subnet-help-mask = write a prefix length from 0 to 32 (/24) or a dotted mask (255.255.255.0)
subnet-help-mask-ipv6 = write a prefix length from 0 to 128, such as /64
subnet-help-not-contiguous = a mask is ones from the left, then zeros only, such as 255.255.255.0 or 255.255.240.0
subnet-help-wildcard = access lists write masks that way; the mask here is { $meant }
subnet-help-no-mask = add a prefix length or a mask: `{ $address }/24` or `{ $address } 255.255.255.0`
subnet-help-no-mask-ipv6 = add a prefix length: `{ $address }/64` is usual on a segment
subnet-help-disagree = leave out one of them
subnet-help-split = give a prefix length of { $own } or more: the greater it is, the smaller the parts
