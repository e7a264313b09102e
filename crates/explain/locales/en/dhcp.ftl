# DHCP: addresses on loan.

# The client.
dhcp-discover-sent = DHCP: asks everybody on { $interface } for an address (DISCOVER, attempt { $attempt }); waits { $wait } for an offer
dhcp-offer-taken = DHCP: takes the offer of { $server } on { $interface }: { $address } for { $lease }
dhcp-offer-ignored = DHCP: the offer of { $server } on { $interface } ({ $address }) is not needed: that of { $taken } came first
dhcp-request-selecting = DHCP: asks { $server } for { $address } on { $interface } (REQUEST, attempt { $attempt }); all servers hear it, so the others know that they were not chosen
dhcp-request-rebooting = DHCP: asks on { $interface } whether it may keep { $address }, which it had before (REQUEST, attempt { $attempt })
dhcp-request-renewing = DHCP: half of the lease is over: asks { $server } on { $interface } for more time with { $address } (REQUEST, attempt { $attempt })
dhcp-request-rebinding = DHCP: the server did not answer: asks any server on { $interface } for more time with { $address } (REQUEST, attempt { $attempt })
dhcp-lease-obtained = DHCP: { $server } lends { $address } on { $interface } for { $lease }; will ask it for more time after { $renew } (T1), and any server after { $rebind } (T2)
dhcp-lease-renewed = DHCP: { $server } lends { $address } on { $interface } for another { $lease }; next question after { $renew } (T1)
dhcp-options-taken = DHCP: with the address on { $interface } came { $options }
dhcp-options-none = DHCP: nothing else came with the address on { $interface }
dhcp-option-gateway = default gateway { $gateway }
dhcp-option-routes =
    { $routes ->
        [one] one other route
       *[other] { $routes } other routes
    }
dhcp-option-dns = DNS { $servers }
dhcp-option-domain = domain { $domain }
dhcp-option-mtu = MTU { $mtu }
dhcp-refused = DHCP: { $server } refuses { $address } on { $interface } (NAK): begins anew
dhcp-refused-unnamed = DHCP: a server refuses { $address } on { $interface } (NAK): begins anew
dhcp-decline-sent = DHCP: another station on { $interface } uses { $address }: gives it back to { $server } as unusable (DECLINE), and begins anew in { $wait }
dhcp-release-sent = DHCP: gives { $address } on { $interface } back to { $server } (RELEASE)
dhcp-lease-lost = DHCP: the lease of { $address } on { $interface } ran out and nobody prolonged it: the address is not used any more
dhcp-no-answer =
    DHCP: no address on { $interface } after { $attempts ->
        [one] one question
       *[other] { $attempts } questions
    }: what waited for one goes on without; it keeps asking
dhcp-inform-sent = DHCP: has { $address } on { $interface } and asks only for the options that go with it (INFORM, attempt { $attempt })

# The server.
dhcp-offered = DHCP: offers { $address } to { $mac } on { $interface } for { $lease }: { $why }; the offer stands for { $held }
dhcp-choice-reserved = the address is reserved for this client
dhcp-choice-current = the client has this address already
dhcp-choice-previous = the client had this address before
dhcp-choice-requested = the client asked for it and it is free
dhcp-choice-unused = the first address of the pool that nobody ever had
dhcp-choice-longest-free = no unused address is left, and this one is free for the longest time
dhcp-acknowledged = DHCP: lends { $address } to { $mac } on { $interface } for { $lease } (ACK)
dhcp-acknowledged-rebooting = DHCP: { $mac } on { $interface } may keep { $address }: for { $lease } from now on (ACK)
dhcp-acknowledged-longer = DHCP: { $mac } on { $interface } may use { $address } for another { $lease } (ACK)
dhcp-nak-sent = DHCP: refuses { $address } to { $mac } on { $interface } (NAK): { $why }
dhcp-nak-wrong-subnet = the address is not of { $subnet }, the segment that the client is on
dhcp-nak-taken = { $by } has it
dhcp-nak-other-address = this client has { $known }
dhcp-nak-reserved = it is reserved for another client
dhcp-nak-quarantined = a client found it in use by a station that has it from nobody
dhcp-nak-not-offered = it was not offered to this client, or no longer is
dhcp-nak-outside-pool = it is not of the pool
dhcp-quarantined = DHCP: { $mac } on { $interface } found { $address } in use: nobody is lent it for { $quarantine }
dhcp-returned = DHCP: { $mac } on { $interface } gave { $address } back: the address is free, and remembered for this client
dhcp-lease-expired = DHCP: the lease of { $address } to { $mac } ran out: the address is free
dhcp-pool-exhausted = DHCP: no address left for { $mac } on { $interface }: of the { $size } in { $pool }, { $leased } are on loan, { $offered } on offer, { $reserved } reserved, { $quarantined } in quarantine; says nothing
dhcp-other-server = DHCP: { $mac } on { $interface } chose the server { $server }
dhcp-other-server-withdrawn = DHCP: { $mac } on { $interface } chose the server { $server }: { $address } is not on offer any more
dhcp-lease-unknown = DHCP: { $mac } on { $interface } speaks of { $address }, which this server did not lend it: says nothing, whoever lent it has to answer
dhcp-no-pool = DHCP: { $mac } asks on { $interface }, and no pool is for that segment: says nothing
dhcp-no-pool-relayed = DHCP: { $mac } asks through the relay { $relay }, and no pool is for its segment: says nothing
dhcp-informed = DHCP: tells { $mac } on { $interface } the options of the segment; its address { $address } is its own

# The relay.
dhcp-relayed-up = DHCP: passes the message of { $mac } from { $interface } on to the server { $server }, with { $relay } as the relay's address: it tells the server which pool to take
dhcp-relayed-down = DHCP: passes the answer of { $server } on to { $mac } on { $interface }: { $address }
dhcp-relayed-down-empty = DHCP: passes the answer of { $server } on to { $mac } on { $interface }

# Why a message ended.
drop-dhcp-other-client = the DHCP message is for another client, { $mac }
drop-dhcp-unexpected = the DHCP client does not wait for such a message now: it came too late, or twice
drop-dhcp-not-here = nobody here takes DHCP messages of this kind from { $interface }
drop-dhcp-too-many-hops = the DHCP message came through { $hops } relays, and 16 is the most
drop-dhcp-unknown-relay = the DHCP answer is for the relay { $relay }, which is not this node
drops-dhcp-other-client = DHCP for another client
drops-dhcp-unexpected = DHCP answer too late or twice
drops-dhcp-not-here = DHCP that nobody takes
drops-dhcp-too-many-hops = DHCP through too many relays
drops-dhcp-unknown-relay = DHCP for another relay
what-no-magic-cookie = no magic cookie
what-not-for-ethernet = not for Ethernet
what-no-message-type = no message type
what-operation-contradicts = operation code and message type contradict each other
what-option-length = an option's length cannot be
what-names-no-address = names no address
what-answer-incomplete = lacks what an answer must have

# Reasons and what to do.
why-no-dhcp-server = { $node } asks for an address (DHCP), and nobody on its segment answers
why-help-dhcp-server = let { $router } lend addresses: give it `dhcp: {"{"} { $interface }: {"{"} range: ... {"}"} {"}"}`
why-help-dhcp-server-anywhere = let a node on the segment of { $node } lend addresses: give it `dhcp: {"{"} eth0: {"{"} range: ... {"}"} {"}"}`
why-no-dhcp-relay = { $node } asks for an address (DHCP) on its segment, and { $server }, which lends them, is on another: { $router } in between does not pass such broadcasts on
why-help-dhcp-relay = make { $router } a relay: give its { $interface } `dhcp-relay: { $address }`
why-no-dhcp-pool = { $relay } passes { $node }'s question for an address (DHCP) on to { $server }, and no pool there is for its segment
why-help-dhcp-pool = add a pool for that network under `dhcp:` to the node with { $server }
why-dhcp-exhausted = { $node } gets no address (DHCP): { $size ->
        [one] the only one
       *[other] all { $size }
    } that { $server } has to lend ({ $range }) { $size ->
        [one] is
       *[other] are
    } on loan
why-help-dhcp-exhausted = make the range of { $server } longer than `range: { $range }`, or its `lease` shorter
why-dhcp-unanswered = { $node } asks for an address (DHCP), and no answer of { $server } comes back
why-help-dhcp-unanswered = look at the way between them: `lanternet run --trace` shows where { $node }'s questions end
