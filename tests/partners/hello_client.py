"""The shortest client: connect, say hello, print the answer."""
import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((host, port))        # the three-way handshake happens in here
client.send("hello".encode())       # a socket carries bytes, so the text is encoded
answer = client.recv(1024)          # waits until something has come: at most 1024 bytes of it
print(answer.decode())
client.close()
