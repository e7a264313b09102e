"""Talks with any server that talks text: prints what comes, sends what is typed, in turns.

The server speaks first. An answer has no end that we know, and recv(1024) may give a part of it, so
what comes until half a second is silent is taken for the answer: good enough for a person.
It ends when the server closes, or when nothing is left to type.
"""
import socket
import sys

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((sys.argv[1], int(sys.argv[2])))


def answer():
    """All that comes now, and whether the server is still there."""
    client.settimeout(20)           # the first part may take its time
    text = b""
    try:
        while data := client.recv(1024):
            text += data
            client.settimeout(0.5)
    except TimeoutError:
        return text.decode(), True
    return text.decode(), False


text, goes_on = answer()
print(text, end="")
while goes_on and (line := sys.stdin.readline()):
    client.send(line.strip().encode())          # no line end: what is typed is the message
    text, goes_on = answer()
    print(text, end="")
client.close()
