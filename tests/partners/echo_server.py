"""Sends back whatever comes, to one client after the other, for so many clients as the second argument says."""
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
        if not data:                # nothing: the client has closed
            break
        connection.sendall(data)    # send() may send a part only; sendall() does not
    connection.close()
