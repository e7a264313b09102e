"""The shortest server: take one client, say hello to it, print what it says."""
import socket
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)    # start again at once after a stop
server.bind(("127.0.0.1", int(sys.argv[1])))
server.listen(5)                    # so many may wait
print(server.getsockname()[1], flush=True)

connection, address = server.accept()       # a new socket for this client
connection.send("hello, what is your name?\n".encode())
print("the client says:", connection.recv(1024).decode().strip())
connection.close()
server.close()
