"""Sends a file: first its size as a decimal number, then its bytes, and nothing in between.

TCP may hand both to the server in one piece: "11" and "hello world" arrive as "11hello world".
"""
import os
import socket
import sys

host, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((host, port))
client.send(str(os.path.getsize(path)).encode())
with open(path, "rb") as file:
    while data := file.read(1024):
        client.sendall(data)
client.close()
print("sent", os.path.getsize(path), "bytes")
