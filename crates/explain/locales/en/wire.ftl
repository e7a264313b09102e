# The wire: frames on ports and links.

list-separator = {", "}
port-numbered = port { $port }
the-packet = the packet

frame-sent = sends { $frame } out of { $port } to { $peer }: { $info }
frame-sent-because = sends { $frame } out of { $port } to { $peer }, because of { $cause }: { $info }
frame-sent-uncabled = sends { $frame } out of { $port }, where no cable is plugged in: { $info }
frame-arrived = receives { $frame } on { $port }: { $info }
dropped = drops { $what }: { $reason }
dropped-at-port = drops { $what } at { $port }: { $reason }
dropped-on-link = { $what } ends on the link { $link }: { $reason }
frame-corrupted = { $what } is damaged on the link { $link }: bit { $bit } flipped ({ $chance } corruption is set)
frame-duplicated = { $what } is delivered twice by the link { $link } ({ $chance } duplication is set)
frame-reordered = { $what } overtakes others on the link { $link }: arrives { $by } earlier ({ $chance } reordering is set)
link-up = the link { $link } comes up
link-down = the link { $link } goes down
node-crashed = loses its power: all its tables and connections are gone
node-restarted = has power again and starts from nothing
