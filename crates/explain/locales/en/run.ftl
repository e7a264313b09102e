# What `run` prints around the trace: the network, the digest, the expectations.

digest-frames = frames
digest-frames-sent =
    { $count ->
        [one] { $count } sent
       *[other] { $count } sent
    }, { $bytes ->
        [one] { $bytes } byte
       *[other] { $bytes } bytes
    }
digest-passed-on = passed on
digest-repeated = { $count } repeated by hubs
digest-forwarded = { $count } forwarded by switches
digest-routed = { $count } forwarded by routers
digest-fragmented = { $count } cut into fragments
digest-floods = flooded
digest-flooded-broadcast =
    { $count ->
        [one] { $count } broadcast
       *[other] { $count } broadcasts
    }
digest-flooded-multicast =
    { $count ->
        [one] { $count } multicast
       *[other] { $count } multicasts
    }
digest-flooded-unknown = { $count } to stations not in the table
digest-impaired = impaired
digest-corrupted = { $count } damaged
digest-duplicated = { $count } duplicated
digest-reordered = { $count } reordered
digest-dropped = dropped
digest-dropped-why = { $count } × { $why }: { $at }
digest-and-others =
    { $shown } and { $more ->
        [one] one more node
       *[other] { $more } more nodes
    }
digest-arp = ARP
digest-discovery = NDP
digest-arp-questions =
    { $count ->
        [one] { $count } question
       *[other] { $count } questions
    }
digest-arp-answers =
    { $count ->
        [one] { $count } answer
       *[other] { $count } answers
    }
digest-arp-unanswered = { $count } given up without an answer
digest-arp-conflicts =
    { $count ->
        [one] { $count } address conflict
       *[other] { $count } address conflicts
    }
digest-icmp = ICMP
digest-echo-requests =
    { $count ->
        [one] { $count } echo request
       *[other] { $count } echo requests
    } arrived
digest-echo-replies =
    { $count ->
        [one] { $count } echo reply
       *[other] { $count } echo replies
    } came back
digest-icmp-error = { $count } × from { $node }: { $message }
digest-tcp = TCP
digest-separator = {", "}
digest-handshake = handshake { $time }
digest-bytes = → { $sent } B, ← { $received } B
digest-fate-opening = handshake not done
digest-fate-refused = refused
digest-fate-unanswered = no answer
digest-fate-open = open
digest-fate-half-closed = closed by { $node } only
digest-fate-closed = closed by { $node } in { $time }
digest-fate-reset = reset by { $node }
digest-fate-given-up = given up by { $node }
digest-retransmissions =
    { $count ->
        [one] { $count } retransmission
       *[other] { $count } retransmissions
    }
digest-dns = DNS
digest-dns-questions =
    { $count ->
        [one] 1 question
       *[other] { $count } questions
    }
digest-dns-answers =
    { $count ->
        [one] 1 answer
       *[other] { $count } answers
    }
digest-dns-cached = { $count } answered from a cache
digest-dns-failed =
    { $count ->
        [one] 1 look-up failed
       *[other] { $count } look-ups failed
    }
digest-udp = UDP
digest-datagrams =
    { $count ->
        [one] { $count } datagram
       *[other] { $count } datagrams
    } delivered, { $bytes } B
digest-more = … and { $more } more

summary-title =
    { $name }: { $nodes ->
        [one] { $nodes } node
       *[other] { $nodes } nodes
    }, { $links ->
        [one] { $links } link
       *[other] { $links } links
    }
summary-host = host
summary-hub = hub
summary-switch = switch
summary-router = router
summary-l3-switch = three-layer switch
summary-home-router = home router
summary-advertises = (advertises)
summary-gateway = gateway { $gateway }
summary-delay = delay { $delay }
summary-jitter = jitter { $jitter }
summary-rate = rate { $rate }
summary-loss = loss { $share }
summary-corrupt = corrupt { $share }
summary-duplicate = duplicate { $share }
summary-reorder = reorder { $share }
summary-queue-frames =
    queue { $limit ->
        [one] { $limit } frame
       *[other] { $limit } frames
    }
summary-queue-bytes = queue { $limit } B
summary-mtu = MTU { $mtu }
summary-down = down
summary-one-way = { $from } → { $to }: { $settings }
summary-more-nodes =
    … and { $more ->
        [one] one more node
       *[other] { $more } more nodes
    }
summary-more-links =
    … and { $more ->
        [one] one more link
       *[other] { $more } more links
    }

run-stopped-idle = ended after { $time } of simulated time: the programs are done and the network is quiet
run-stopped-time = stopped at the time limit, after { $time } of simulated time
run-stopped-events = stopped at the limit of { $events } events, after { $time } of simulated time: does something go round in circles?
run-stopped-loop = the switches { $way } form a loop, in which frames go round without end (a broadcast storm): let them take part in the spanning tree (`stp: true`), or take out one link

## Programs and expectations

run-unfinished = { $name } on { $node } has not ended: it still waits
run-expectations = Expectations
verdict-unknown-name = the name is unknown there
verdict-resolved = it resolves to { $found }
verdict-no-address = it has no address
verdict-addresses = it has { $found }
verdict-no-output = nothing was printed
verdict-output = { $lines ->
        [one] one line was printed: { $last }
       *[other] { $lines } lines were printed, the last one: { $last }
    }
verdict-exit = it ended with { $code }
verdict-running = it has not ended
verdict-reached = it was reached, after { $time }
verdict-delivered = a program took the datagram and did not answer
