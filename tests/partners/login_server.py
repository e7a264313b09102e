"""Lets a user in who knows name and password; three tries. Plain text: whoever listens knows it too."""
import socket
import sys

USERS = {"ada": "lovelace", "grace": "hopper"}

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(sys.argv[1])))
server.listen(5)
print(server.getsockname()[1], flush=True)

connection, address = server.accept()
connection.send("welcome to the remote login\n".encode())
for _ in range(3):
    connection.send("name: ".encode())
    name = connection.recv(1024).decode().strip()
    if not name or name in ("q", "Q"):
        break
    connection.send("password: ".encode())
    password = connection.recv(1024).decode().strip()
    if name in USERS and USERS[name] == password:
        connection.send(f"hello {name}, you are in\n".encode())
        break
    connection.send("wrong name or password\n".encode())
connection.close()
