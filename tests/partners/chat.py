"""Talks with everybody in a group: a multicast address and a port. Says each line that is typed, and
prints what others say, until it has heard so many messages as the third argument says."""
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
print(port, flush=True)

for line in sys.stdin:
    talk.sendto(line.strip().encode(), (group, port))
for _ in range(count):
    data, address = talk.recvfrom(1024)
    print(data.decode(), flush=True)
