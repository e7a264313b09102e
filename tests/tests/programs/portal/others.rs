//! curl, Python's `http.client`, and requests that no page of ours makes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use lanternet_tests::partner::Partner;
use lanternet_tests::worlds::{Play, SERVER, World};
use serde_json::{Value, json};

use super::{LINE, PASSWORD, add_user, content};

/// A portal with two users, on this machine.
fn portal(options: &str) -> (Play, u16) {
    let mut play = World::on_loopback();
    add_user(&mut play, "ann");
    add_user(&mut play, "bob");
    let server = play.serve(&format!("{LINE} {options}"));
    let port = play.port(&server);
    (play, port)
}

/// Sends these bytes and reads all that comes.
fn raw(port: u16, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    // It may end with a reset, when not all of the request was read.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// A request with these headers, each a line, besides the usual ones.
fn ask(port: u16, line: &str, headers: &str, body: &str) -> String {
    let head = format!(
        "{line} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Length: {}\r\n\
         {headers}\r\n",
        body.len()
    );
    raw(port, format!("{head}{body}").as_bytes())
}

#[track_caller]
fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or_else(|| panic!("{answer:?}"))
}

fn value(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// The headers that a page of ours sends.
struct Page {
    origin: String,
    cookie: String,
    token: String,
}

impl Page {
    fn all(&self) -> String {
        let Self { origin, cookie, token } = self;
        format!("{origin}{cookie}X-CSRF-Token: {token}\r\n")
    }
}

#[track_caller]
fn log_in(port: u16, user: &str) -> Page {
    let origin = format!("Origin: http://127.0.0.1:{port}\r\n");
    let body = json!({ "name": user, "password": PASSWORD }).to_string();
    let headers = format!("{origin}Content-Type: application/json\r\n");
    let answer = ask(port, "POST /api/login", &headers, &body);
    assert_eq!(status(&answer), 200, "{answer}");
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
    let token = value(&answer)["token"].as_str().unwrap().to_owned();
    Page { origin, cookie, token }
}

#[test]
fn a_change_needs_the_cookie_the_origin_and_the_token() {
    let (_play, port) = portal("");
    let Page { origin, cookie, token } = &log_in(port, "ann");
    let token = format!("X-CSRF-Token: {token}\r\n");
    let other = log_in(port, "bob").token;
    let evil = "Origin: http://evil.example\r\n";
    for (headers, expected, code) in [
        (format!("{origin}{token}"), 401, "login"),
        (format!("{origin}Cookie: lanternet=0000\r\n{token}"), 401, "login"),
        (format!("{cookie}{token}"), 403, "origin"),
        (format!("{evil}{cookie}{token}"), 403, "origin"),
        (format!("Origin: null\r\n{cookie}{token}"), 403, "origin"),
        (format!("{origin}{evil}{cookie}{token}"), 403, "origin"),
        (format!("{origin}{cookie}"), 403, "csrf"),
        (format!("{origin}{cookie}X-CSRF-Token: {other}\r\n"), 403, "csrf"),
        (format!("{origin}{cookie}X-CSRF-Token: \r\n"), 403, "csrf"),
    ] {
        for line in [
            "POST /api/logout",
            "POST /api/uploads",
            "PATCH /api/uploads/1",
            "DELETE /api/uploads/1",
        ] {
            let answer = ask(port, line, &headers, "");
            assert_eq!(
                (status(&answer), &value(&answer)["error"]["code"]),
                (expected, &code.into()),
                "{headers}"
            );
        }
    }
    // The WebSocket: the token comes as a subprotocol.
    let socket = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                  Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: lanternet.portal.v1";
    let token = token.trim().trim_start_matches("X-CSRF-Token: ");
    for (headers, expected) in [
        (format!("{origin}{socket}, csrf.{token}\r\n"), 401),
        (format!("{cookie}{socket}, csrf.{token}\r\n"), 403),
        (format!("{evil}{cookie}{socket}, csrf.{token}\r\n"), 403),
        (format!("{origin}{cookie}{socket}\r\n"), 403),
        (format!("{origin}{cookie}{socket}, csrf.{other}\r\n"), 403),
        (format!("{origin}{cookie}"), 426),
    ] {
        let request = format!("GET /api/chat HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n");
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, *format!("HTTP/1.1 {expected}").as_bytes(), "{headers}");
    }
    // Nothing was changed by all this.
    let page = log_in(port, "ann");
    assert_eq!(status(&ask(port, "POST /api/logout", &page.all(), "")), 204);
    assert_eq!(status(&ask(port, "GET /api/files", &page.cookie, "")), 401, "logged out");
}

#[test]
fn a_login_of_another_sites_page_is_refused() {
    let (_play, port) = portal("");
    let body = json!({ "name": "ann", "password": PASSWORD }).to_string();
    let json = "Content-Type: application/json\r\n";
    for (headers, expected) in [
        (json.to_owned(), 403),
        (format!("Origin: http://evil.example\r\n{json}"), 403),
        (format!("Origin: http://127.0.0.1:{port}\r\nContent-Type: text/plain\r\n"), 415),
    ] {
        assert_eq!(status(&ask(port, "POST /api/login", &headers, &body)), expected, "{headers}");
    }
    // A name of somebody else's that leads here (DNS rebinding).
    for host in ["evil.example", &format!("evil.example:{port}")] {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(status(&raw(port, request.as_bytes())), 421);
    }
}

#[test]
fn every_answer_forbids_what_the_page_does_not_need() {
    let (_play, port) = portal("");
    for line in ["GET /", "GET /portal.js", "GET /nothing", "GET /api/session", "POST /api/login"] {
        let answer = ask(port, line, "", "").to_ascii_lowercase();
        for wanted in [
            "\r\ncontent-security-policy: default-src 'none'; script-src 'self';",
            "frame-ancestors 'none'\r\n",
            "\r\nx-content-type-options: nosniff\r\n",
            "\r\nreferrer-policy: no-referrer\r\n",
            "\r\ncache-control: no-",
        ] {
            assert!(answer.contains(wanted), "{line}: no {wanted} in {answer}");
        }
        assert!(!answer.contains("unsafe-inline"));
    }
    let page = ask(port, "GET /", "", "");
    for inline in ["<script>", "<style", "style=\"", "onclick", "javascript:"] {
        assert!(!page.contains(inline), "{inline}");
    }
}

#[test]
fn names_lead_nowhere_else() {
    let (mut play, port) = portal("");
    play.put(SERVER, "files/bob/secret.txt", "the secret");
    play.put(SERVER, "files/ann/.lanternet-upload/x.part", "the secret");
    let page = log_in(port, "ann");
    for name in [
        "../bob/secret.txt",
        "..%2fbob%2fsecret.txt",
        "%2e%2e/bob/secret.txt",
        "%2Fetc%2Fpasswd",
        "..%5cbob%5csecret.txt",
        "a%00/../../bob/secret.txt",
        ".lanternet-upload/x.part",
        "",
        ".",
        "%ff",
    ] {
        let answer = ask(port, &format!("GET /api/files/{name}"), &page.cookie, "");
        assert!(matches!(status(&answer), 400 | 404), "{name}: {answer}");
        assert!(!answer.contains("the secret"), "{name}");
    }
    let json = format!("{}Content-Type: application/json\r\n", page.all());
    for name in ["../bob/x", "/etc/x", "a/../../x", ".lanternet-upload/x", "a\0b", "", "a\\b"] {
        let body = json!({ "name": name, "size": 0, "fingerprint": "0".repeat(32) }).to_string();
        let answer = ask(port, "POST /api/uploads", &json, &body);
        assert_eq!(
            (status(&answer), &value(&answer)["error"]["code"]),
            (400, &"name".into()),
            "{name}"
        );
    }
    // An upload of somebody else's is not there.
    let body = json!({ "name": "a", "size": 4, "fingerprint": "0".repeat(32) }).to_string();
    let begun = value(&ask(port, "POST /api/uploads", &json, &body));
    let line = format!("PATCH /api/uploads/{}", begun["id"].as_str().unwrap());
    let bob = format!("{}Upload-Offset: 0\r\n", log_in(port, "bob").all());
    assert_eq!(status(&ask(port, &line, &bob, "evil")), 404);
    let ann = format!("{}Upload-Offset: 0\r\n", page.all());
    assert_eq!(status(&ask(port, &line, &ann, "evil!")), 400, "more than was announced");
    assert_eq!(status(&ask(port, &line, &ann, "go")), 204);
    assert_eq!(status(&ask(port, &line, &ann, "od")), 409, "that is there already");
}

#[test]
fn what_is_too_large_is_refused() {
    let (_play, port) = portal("");
    let origin = format!("Origin: http://127.0.0.1:{port}\r\n");
    let json = format!("{origin}Content-Type: application/json\r\n");
    let body = format!("{{\"name\":\"{}\"}}", "a".repeat(20_000));
    assert_eq!(status(&ask(port, "POST /api/login", &json, &body)), 413);
    let head = format!("X-Long: {}\r\n", "a".repeat(20_000));
    assert_eq!(status(&ask(port, "GET /", &head, "")), 431);
    let heads = "X-Many: a\r\n".repeat(100);
    assert_eq!(status(&ask(port, "GET /", &heads, "")), 431);
    for body in ["", "[]", "\"x\"", "{", "{\"name\":1,\"password\":2}", "\u{0}"] {
        assert_eq!(status(&ask(port, "POST /api/login", &json, body)), 400, "{body}");
    }
}

#[test]
fn a_session_ends_and_attempts_are_limited() {
    let (_play, port) = portal("--session-longest 1s");
    let page = log_in(port, "ann");
    assert_eq!(status(&ask(port, "GET /api/files", &page.cookie, "")), 200);
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(status(&ask(port, "GET /api/files", &page.cookie, "")), 401);
    let json = format!("{}Content-Type: application/json\r\n", page.origin);
    let body = json!({ "name": "bob", "password": "guess" }).to_string();
    let answers: Vec<_> = (0..7).map(|_| ask(port, "POST /api/login", &json, &body)).collect();
    assert_eq!(status(&answers[0]), 401);
    let last = answers.last().unwrap();
    assert_eq!(status(last), 429);
    assert!(last.contains("\r\nretry-after: "), "{last}");
}

#[test]
fn curl_logs_in_and_goes_on_with_an_upload() {
    let Some(curl) = Partner::program("curl") else { return };
    let (play, port) = portal("");
    let folder = lanternet_tests::scratch();
    let jar = folder.path().join("jar").display().to_string();
    let at = |path: &str| format!("http://127.0.0.1:{port}{path}");
    let origin = format!("Origin: http://127.0.0.1:{port}");
    let run = |args: &[&str]| {
        let usual = ["-sS", "--fail-with-body", "-b", &jar, "-H", &origin];
        let said = curl.clone().args(usual.iter().chain(args).map(ToString::to_string)).run("");
        (said.status.success(), said.output)
    };
    let json = "Content-Type: application/json";
    let login = json!({ "name": "ann", "password": PASSWORD }).to_string();
    let (fine, about) = run(&["-c", &jar, "-H", json, "-d", &login, &at("/api/login")]);
    assert!(fine, "{about}");
    let about: Value = serde_json::from_str(&about).unwrap();
    let token = format!("X-CSRF-Token: {}", about["token"].as_str().unwrap());
    let bytes = content(200_000);
    let [all, head, tail] = ["all", "head", "tail"].map(|name| folder.path().join(name));
    std::fs::write(&all, &bytes).unwrap();
    std::fs::write(&head, &bytes[..130_000]).unwrap();
    std::fs::write(&tail, &bytes[130_000..]).unwrap();
    let from = |file: &std::path::Path| format!("@{}", file.display());
    let begin = json!({ "name": "all.bin", "size": 200_000, "fingerprint": "1".repeat(32) });
    let (fine, begun) =
        run(&["-H", &token, "-H", json, "-d", &begin.to_string(), &at("/api/uploads")]);
    assert!(fine, "{begun}");
    let begun: Value = serde_json::from_str(&begun).unwrap();
    assert_eq!(begun["offset"], 0);
    let path = at(&format!("/api/uploads/{}", begun["id"].as_str().unwrap()));
    let patch = |offset: &str, file: &std::path::Path| {
        let offset = format!("Upload-Offset: {offset}");
        run(&["-X", "PATCH", "-H", &token, "-H", &offset, "--data-binary", &from(file), &path])
    };
    assert_eq!(patch("0", &head), (true, String::new()));
    let (fine, refused) = patch("0", &head);
    assert!(!fine && refused.contains("expected `Upload-Offset: 130000`"), "{refused}");
    let (fine, told) = run(&["-I", &path]);
    assert!(fine && told.contains("upload-offset: 130000\r\n"), "{told}");
    assert_eq!(patch("130000", &tail), (true, String::new()));
    let finish = format!("{path}/finish");
    let (_, refused) = run(&[
        "-H",
        &token,
        "-H",
        json,
        "-d",
        &json!({ "hash": "0".repeat(64) }).to_string(),
        &finish,
    ]);
    assert!(refused.contains("\"code\":\"hash\""), "{refused}");
    // A wrong hash: nothing of it is right. Again, in one piece.
    let (_, begun) =
        run(&["-H", &token, "-H", json, "-d", &begin.to_string(), &at("/api/uploads")]);
    let begun: Value = serde_json::from_str(&begun).unwrap();
    let path = at(&format!("/api/uploads/{}", begun["id"].as_str().unwrap()));
    let offset = "Upload-Offset: 0";
    let (fine, _) =
        run(&["-X", "PATCH", "-H", &token, "-H", offset, "--data-binary", &from(&all), &path]);
    assert!(fine);
    let (fine, stored) = run(&["-H", &token, "-H", json, "-d", "{}", &format!("{path}/finish")]);
    assert!(fine && stored.contains("\"name\":\"all.bin\""), "{stored}");
    assert!(play.file(SERVER, "files/ann/all.bin") == Some(bytes.clone()));
    let got = folder.path().join("got");
    let (fine, headers) = run(&["-D", "-", "-o", got.to_str().unwrap(), &at("/api/files/all.bin")]);
    assert!(
        fine && headers.contains("content-disposition: attachment; filename=\"all.bin\""),
        "{headers}"
    );
    assert!(std::fs::read(got).unwrap() == bytes);
}

#[test]
fn python_logs_in_and_uploads() {
    let Some(python) = Partner::python("portal_client.py") else { return };
    let (play, port) = portal("");
    let said = python.args(["ann", PASSWORD, "letter.txt"]).client(port, "Dear lantern maker,\n");
    said.printed("logged in as ann\n20 bytes stored as letter.txt\nletter.txt 20\n");
    assert_eq!(play.file(SERVER, "files/ann/letter.txt").unwrap(), b"Dear lantern maker,\n");
}
