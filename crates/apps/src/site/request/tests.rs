//! Requests as RFC 9112 has them, and those that servers have been broken with.

use super::*;

fn read(text: &str) -> Request {
    match parse(text.as_bytes()) {
        Ok(Some((request, length))) => {
            assert_eq!(length, text.len());
            request
        }
        other => panic!("{text:?} is {other:?}"),
    }
}

fn status(text: &str) -> u16 {
    parse(text.as_bytes()).unwrap_err().status
}

#[test]
fn a_request_of_curl_is_read() {
    let request = read(
        "GET /a?b HTTP/1.1\r\nHost: Shop.Example:8001\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n",
    );
    assert_eq!((request.method, request.target.as_str()), (Method::Get, "/a?b"));
    assert_eq!(request.host.as_deref(), Some("shop.example"));
    assert!(request.keep_alive && !request.old);
    assert_eq!(request.header("user-agent").as_deref(), Some("curl/8.5.0"));
}

#[test]
fn bytes_after_the_head_are_not_read() {
    let two = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n";
    let (_, length) = parse(two).unwrap().unwrap();
    let (second, _) = parse(&two[length..]).unwrap().unwrap();
    assert_eq!(second.target, "/b");
    for cut in 0..length {
        assert_eq!(parse(&two[..cut]), Ok(None), "{cut} bytes are no whole head");
    }
}

#[test]
fn how_long_a_connection_lives_is_the_peers_word() {
    let stays = |text: &str| read(text).keep_alive;
    assert!(!stays("GET / HTTP/1.0\r\n\r\n"));
    assert!(stays("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
    assert!(!stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"));
}

#[test]
fn the_host_of_a_full_url_counts_most() {
    let request = read("GET http://b.example?q HTTP/1.1\r\nHost: a.example\r\n\r\n");
    assert_eq!((request.target.as_str(), request.host.as_deref()), ("/?q", Some("b.example")));
    let request = read("GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n");
    assert_eq!(request.host.as_deref(), Some("2001:db8::1"));
    assert_eq!(
        read("GET / HTTP/1.1\r\nHost: a.example.\r\n\r\n").host.as_deref(),
        Some("a.example")
    );
}

#[test]
fn one_host_is_said_and_it_is_one() {
    // RFC 9112 section 3.2: 400 for none, for two, and for one that is none.
    assert_eq!(status("GET / HTTP/1.1\r\n\r\n"), 400);
    assert_eq!(status("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
    for host in ["a b", "a/b", "a:99999", "a:x", "[::1", "[x]", "a<b"] {
        assert_eq!(status(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")), 400, "{host}");
    }
}

#[test]
fn a_body_has_one_length() {
    let with = |lines: &str| format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n");
    assert_eq!(read(&with("Content-Length: 5")).body, 5);
    for lines in [
        "Content-Length: -1",
        "Content-Length: +5",
        "Content-Length: 0x5",
        "Content-Length: 5, 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: ",
    ] {
        assert_eq!(status(&with(lines)), 400, "{lines}");
    }
    assert_eq!(status(&with("Content-Length: 99999999999999999999999")), 413);
    assert_eq!(status(&with("Content-Length: 65537")), 413);
    assert_eq!(status(&with("Transfer-Encoding: chunked")), 411);
    assert_eq!(status(&with("Transfer-Encoding: gzip, chunked")), 501);
    assert_eq!(status(&with("Expect: a-miracle")), 417);
    assert!(read(&with("Content-Length: 5\r\nExpect: 100-Continue")).expects_continue);
}

#[test]
fn other_versions_and_other_protocols_are_told_apart() {
    assert_eq!(status("GET / HTTP/2.0\r\n\r\n"), 505);
    assert_eq!(status("GET / HTTP/1.2\r\n\r\n"), 505);
    assert_eq!(status("GET / FTP/1.1\r\n\r\n"), 400);
    assert_eq!(status("\x16\x03\x01\x02\x00"), 400);
    assert_eq!(status("GET /\r\n\r\n"), 400);
    assert_eq!(status("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"), 400);
    assert_eq!(status("GET / HTTP/1.1\r\nHost : a\r\n\r\n"), 400);
}

#[test]
fn what_is_too_long_is_refused_before_it_is_all_there() {
    let long = format!("GET /{}", "a".repeat(MAX_HEAD));
    assert_eq!(status(&long), 414);
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(9_000));
    assert_eq!(status(&long), 414);
    let head = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}", "a".repeat(MAX_HEAD));
    assert_eq!(status(&head), 431);
    let many = "X: y\r\n".repeat(MAX_HEADERS + 1);
    assert_eq!(status(&format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n")), 431);
}

#[test]
fn methods_are_known_forbidden_or_unknown() {
    let method = |word: &str| read(&format!("{word} / HTTP/1.1\r\nHost: a\r\n\r\n")).method;
    assert_eq!(method("HEAD"), Method::Head);
    assert_eq!(method("DELETE"), Method::NotAllowed);
    assert_eq!(method("get"), Method::Unknown);
    assert_eq!(method("BREW"), Method::Unknown);
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let _ = parse(&bytes);
        let _ = parse(&[b"GET / HTTP/1.1\r\nHost: ", &bytes[..], b"\r\n\r\n"].concat());
    }
}
