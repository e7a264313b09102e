# ICMP messages.

icmp-sent = sends ICMP to { $to }: { $message }
icmp-received = gets ICMP from { $from }: { $message }
icmp-suppressed = sends no ICMP to { $to }, though due ({ $message }): { $why }
icmp-echo-request = echo request (ident { $ident }, seq { $seq })
icmp-echo-reply = echo reply (ident { $ident }, seq { $seq })
icmp-network-unreachable = destination unreachable: no route to the network (type 3, code 0)
icmp-host-unreachable = destination unreachable: the host does not answer (type 3, code 1)
icmp-protocol-unreachable = destination unreachable: the host does not speak that protocol (type 3, code 2)
icmp-port-unreachable = destination unreachable: nobody listens on that port (type 3, code 3)
icmp-fragmentation-needed =
    destination unreachable: too long for a link and not to be fragmented, { $mtu ->
        [0] the router does not say what it takes
       *[other] it takes { $mtu } bytes
    } (type 3, code 4)
icmp-prohibited = destination unreachable: forbidden by a rule (type 3, code 13)
icmp-unreachable-other = destination unreachable (type 3, code { $code })
icmp-ttl-exceeded = time exceeded: the TTL ended on the way (type 11, code 0)
icmp-reassembly-time-exceeded = time exceeded: some fragments never came (type 11, code 1)
icmp-redirect = redirect: { $gateway } on your own segment is the better first router (type 5)
icmp-parameter-problem = parameter problem: the header field at offset { $pointer } makes no sense (type 12, code 0)
icmp-other = type { $kind }, code { $code }
icmp-silent-about-icmp-error = the packet is an ICMP error itself, and errors about errors could go on forever
icmp-silent-about-group = the packet was sent to a broadcast or multicast address, and all would answer at once
icmp-silent-about-link-broadcast = the packet came in a link-layer broadcast, and all would answer at once
icmp-silent-about-later-fragment = only the first fragment of a packet is answered
icmp-silent-source-not-unicast = the packet's source address is not that of a single host
icmp-silent-rate-limited = too many ICMP errors were sent a moment ago (rate limit)
icmp-silent-no-route-back = there is no route back to the packet's source
