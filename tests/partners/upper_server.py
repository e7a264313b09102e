"""Sends back what comes, in capitals, to one client after the other.

It does not know where a message ends, so a letter of two bytes may be cut in two by recv(1024). Then
decode() fails; errors="replace" is what most programs do about it, and it spoils the letter.
"""
import socket
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(sys.argv[1])))
server.listen(5)
print(server.getsockname()[1], flush=True)

for _ in range(int(sys.argv[2])):
    connection, address = server.accept()
    while True:
        data = connection.recv(1024)
        if not data:
            break
        connection.sendall(data.decode(errors="replace").upper().encode())
    connection.close()
