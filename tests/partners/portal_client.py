"""Logs in to a portal and uploads standard input: portal_client.py USER PASSWORD NAME HOST PORT"""
import http.client
import json
import sys

user, password, name, host, port = sys.argv[1:]
data = sys.stdin.buffer.read()
portal = http.client.HTTPConnection(host, int(port), timeout=30)
headers = {"Origin": f"http://{host}:{port}"}


def ask(method, path, body=None, **more):
    portal.request(method, path, body, {**headers, **more})
    answer = portal.getresponse()
    text = answer.read()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
    return answer, json.loads(text or "null")


JSON = {"Content-Type": "application/json"}
answer, about = ask("POST", "/api/login", json.dumps({"name": user, "password": password}), **JSON)
headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]
headers["X-CSRF-Token"] = about["token"]
print("logged in as", about["user"])

offer = {"name": name, "size": len(data), "fingerprint": "00112233445566778899aabbccddeeff"}
_, upload = ask("POST", "/api/uploads", json.dumps(offer), **JSON)
path = f"/api/uploads/{upload['id']}"
start = upload["offset"]
ask("PATCH", path, data[start:], **{"Upload-Offset": str(start)})
_, stored = ask("POST", path + "/finish", "{}", **JSON)
print(stored["size"], "bytes stored as", stored["name"])
_, listed = ask("GET", "/api/files")
for file in listed["files"]:
    print(file["name"], file["size"])
ask("POST", "/api/logout")
