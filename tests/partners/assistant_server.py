"""Customer service by a table: greets, answers, says goodbye. One customer at a time."""
import socket
import sys

ANSWERS = {
    "hello": "hello, nice to meet you",
    "price": "a lantern costs 5",
    "hours": "we are open from 9 to 17",
}

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(sys.argv[1])))
server.listen(5)
print(server.getsockname()[1], flush=True)

for _ in range(int(sys.argv[2])):
    connection, address = server.accept()
    connection.send("welcome to the lantern shop, what would you like to do?\n".encode())
    while True:
        # recv(1024) is taken for a message, as the course does it at first.
        message = connection.recv(1024).decode().strip()
        if not message or message in ("q", "Q"):
            break
        answer = ANSWERS.get(message, "say that again?")
        connection.send((answer + "\n").encode())
    connection.close()
