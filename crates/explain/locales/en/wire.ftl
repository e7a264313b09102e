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
