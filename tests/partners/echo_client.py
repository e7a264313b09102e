"""Says each line that is typed, and prints each answer. An empty line or the end of the input ends it."""
import socket
import sys

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((sys.argv[1], int(sys.argv[2])))
for line in sys.stdin:
    line = line.strip()
    if not line:
        break
    # The line end tells the server where the message ends: TCP has no messages.
    client.send((line + "\n").encode())
    print(client.recv(1024).decode().strip())
client.close()
