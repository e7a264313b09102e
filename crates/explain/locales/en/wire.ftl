# The wire: frames on ports and links.

list-separator = {", "}
port-numbered = port { $port }
port-named = { $port }
the-packet = the packet
the-frame = { $frame }

frame-sent = sends { $frame } out of { $port } to { $peer }: { $info }
frame-sent-because = sends { $frame } out of { $port } to { $peer }, because of { $cause }: { $info }
frame-sent-uncabled = sends { $frame } out of { $port }, where no cable is plugged in: { $info }
frame-arrived = receives { $frame } on { $port }: { $info }
dropped = drops { $what }: { $reason }
dropped-at-port = drops { $what } at { $port }: { $reason }
dropped-on-link = { $frame } ends on the link { $link }: { $reason }
frame-corrupted = { $frame } is damaged on the link { $link }: bit { $bit } is flipped, by chance (the link is set to damage { $chance })
frame-duplicated = { $frame } arrives twice over the link { $link }, by chance (the link is set to duplicate { $chance })
frame-reordered = { $frame } overtakes others on the link { $link }: it arrives { $by } earlier, by chance (the link is set to reorder { $chance })
link-up = the link { $link } comes up
link-down = the link { $link } goes down
node-crashed = loses its power: all its tables and connections are gone
node-restarted = has power again and starts from nothing

# Faults that somebody brings about while the network runs.

fault-partitioned = is cut off from { $node }: none of its packets gets there any more
fault-repaired = can reach { $node } again
fault-path-held = has its packets to { $node } held on the way
fault-path-released =
    { $frames ->
        [0] has its packets to { $node } released: none had waited
        [one] has its packets to { $node } released: one had waited and goes on
       *[other] has its packets to { $node } released: { $frames } had waited and go on in order
    }
fault-link-held = the link { $link } holds all frames from now on
fault-link-released =
    { $frames ->
        [0] the link { $link } holds frames no longer: none had waited
        [one] the link { $link } holds frames no longer: one had waited and arrives now
       *[other] the link { $link } holds frames no longer: { $frames } had waited and arrive now in order
    }
fault-frame-held = { $frame } waits on the link { $link } until it is released
fault-frame-released = { $frame } goes on over the link { $link } after it waited { $waited }
fault-link-changed = the link { $link } is changed in this direction: from now on { $settings }
fault-link-perfect = the link { $link } is changed in this direction: from now on nothing limits or disturbs it
