"""Sends each line as a datagram and prints each answer. There is no connection and no end."""
import socket
import sys

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(20)       # nobody says that an answer was lost; without this we would wait for ever
for line in sys.stdin:
    client.sendto(line.strip().encode(), (sys.argv[1], int(sys.argv[2])))
    answer, address = client.recvfrom(1024)
    print(answer.decode())
