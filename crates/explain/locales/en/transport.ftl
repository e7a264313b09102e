# UDP and TCP.

listening-tcp = TCP listens on { $local }: up to { $backlog } connections may wait to be accepted
listening-tcp-plain = TCP listens on { $local }
listening-udp = UDP takes datagrams on { $local }
listening-other = { $protocol } takes packets on { $local }
datagram-delivered =
    UDP { $remote } → { $local }: { $len ->
        [0] an empty datagram is
       *[other] { $len } bytes are
    } put into the program's receive buffer
tcp-state-changed = TCP { $local } ↔ { $remote }: { $from } → { $to }: { $what }
tcp-segment-sent = { $flags } sent ({ $numbers })
tcp-segment-received = { $flags } received ({ $numbers })
tcp-with-step = { $segment }; { $step }
tcp-program-opens = the program opens the connection and SYN goes out
tcp-program-closes = the program closes its side and FIN goes out behind the last data
tcp-step-listen = waits for connections
tcp-step-handshake-1 = three-way handshake, step 1 of 3
tcp-step-handshake-2 = three-way handshake, step 2 of 3
tcp-step-handshake-3 = three-way handshake, step 3 of 3: the connection is open
tcp-step-handshake-2-and-3 = three-way handshake, step 2 of 3; the ACK it answers with is step 3: the connection is open
tcp-step-simultaneous-open = both ends opened at once
tcp-step-close-1 = four-way close, step 1 of 4: no more data from this end
tcp-step-close-1-peer = four-way close, step 1 of 4: no more data from the other end
tcp-step-close-2 = four-way close, step 2 of 4: the other end knows; it may still send
tcp-step-close-2-and-3 = four-way close, steps 2 and 3 of 4 in one segment; the ACK it answers with is step 4
tcp-step-close-3 = four-way close, step 3 of 4: no more data from this end either
tcp-step-close-3-peer = four-way close, step 3 of 4: no more data from the other end either; the ACK it answers with is step 4
tcp-step-close-4 = four-way close, step 4 of 4: the connection is closed
tcp-step-simultaneous-close = both ends closed at once
tcp-step-simultaneous-close-done = both ends closed at once, and both know
tcp-step-time-wait-over = stray segments had time to die out (2 MSL)
tcp-step-reused = a new connection with the same addresses and ports begins
tcp-step-refused = connection refused
tcp-step-reset = connection reset by the other end
tcp-step-reset-by-us = connection reset by this end
tcp-step-given-up = no answer came: given up
tcp-step-closed-by-program = the program no longer listens
tcp-step-gone = this end gives the connection up
tcp-delivered =
    TCP { $remote } → { $local }: { $len ->
        [one] { $len } new byte is
       *[other] { $len } new bytes are
    } put into the program's receive buffer
tcp-retransmitted = TCP { $local } → { $remote }: sends { $segment } again ({ $numbers }): { $why }
retransmit-timeout = no acknowledgement came in time (retransmission timeout)
retransmit-duplicate-acks = three duplicate acknowledgements came (fast retransmit)
tcp-out-of-order = TCP { $remote } → { $local }: { $segment } came too early ({ $numbers }); kept until the bytes in front of it come
tcp-duplicate = TCP { $remote } → { $local }: { $segment } brings nothing new ({ $numbers }); acknowledged again and ignored
tcp-queued = TCP { $remote } → { $local }: the handshake is done, the connection waits to be accepted ({ $queued } of at most { $backlog } wait)
tcp-accepted =
    TCP { $remote } → { $local }: the program accepts the connection ({ $queued ->
        [0] no other waits
        [one] { $queued } other waits
       *[other] { $queued } others wait
    })
tcp-reset-sent = TCP { $local } → { $remote }: sends RST: { $why }
reset-no-listener = no program listens on port { $port }, and there is no such connection
reset-aborted = the program gave the connection up, or closed it with data unread
reset-unacceptable = the segment does not fit the state of the connection
reset-rejected = a firewall rule rejects it
