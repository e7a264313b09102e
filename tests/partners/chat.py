"""Talks with everybody in a group: a multicast address and a port. Says each line that is typed, then
prints what others say, until it has heard so many texts as the third argument says.

A datagram is a head line (the protocol, what it is, who, how many texts so far, the name) and the text.
"""
import socket
import sys

group, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

talk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
talk.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)     # several on one machine
talk.bind(("", port))
# Joining tells the kernel to listen for the group's address, and the switch to send us its frames.
here = socket.inet_aton("127.0.0.1")
talk.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + here)
talk.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
talk.settimeout(20)


def send(kind, number, text=""):
    head = f"lanternet-chat/1 {kind} 00000000c0ffee00 {number} python\n"
    talk.sendto((head + text).encode(), (group, port))


send("join", 0)
while count > 0:
    data, address = talk.recvfrom(2048)
    head, text = data.decode().split("\n", 1)
    protocol, kind, sender, number, name = head.split(" ", 4)
    if name == "python":
        continue                    # our own, which comes back to us as to everybody
    if kind == "say":
        print(f"{name}: {text}", flush=True)
        send("say", 1, "python hears " + name)
        count -= 1
send("leave", 1)
