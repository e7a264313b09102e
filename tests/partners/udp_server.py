"""Answers each datagram with itself in capitals; ends after so many as the second argument says."""
import socket
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", int(sys.argv[1])))
print(server.getsockname()[1], flush=True)

for _ in range(int(sys.argv[2])):
    data, address = server.recvfrom(1024)       # a whole datagram, and who sent it
    server.sendto(data.decode().upper().encode(), address)
