"""Talks with any server that talks text: prints what comes, sends what is typed, in turns.

The server speaks first. After each line that we send we wait for one answer, as recv(1024) gives it,
which need not be all of it: that is why answers are printed as they are, without a line end of ours.
It ends when the server closes, or when nothing is left to type.
"""
import socket
import sys

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((sys.argv[1], int(sys.argv[2])))
print(client.recv(1024).decode(), end="")
for line in sys.stdin:
    client.send(line.strip().encode())          # no line end: what is typed is the message
    answer = client.recv(1024)
    if not answer:
        break
    print(answer.decode(), end="")
client.close()
