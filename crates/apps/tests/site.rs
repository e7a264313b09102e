//! `serve site` and `connect site` with programs that others wrote: curl, netcat's plain bytes, and
//! Python's web server.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use lanternet_apps::ExitCode;
use support::os::{Server, run, start};
use support::peers::present;
use tempfile::TempDir;
use tokio::task::spawn_blocking;

/// A site with a secret beside it and links that lead out and stay in.
fn site() -> TempDir {
    let top = tempfile::tempdir().unwrap();
    let dir = top.path().join("site");
    fs::create_dir_all(dir.join("docs/deep")).unwrap();
    fs::create_dir_all(dir.join("list")).unwrap();
    fs::write(dir.join("index.html"), "<h1>shop</h1>\n").unwrap();
    fs::write(dir.join("digits.txt"), "0123456789").unwrap();
    fs::write(dir.join("big.bin"), vec![7; 300_000]).unwrap();
    fs::write(dir.join("docs/index.html"), "docs\n").unwrap();
    fs::write(dir.join("list/a b & <c>.txt"), "odd\n").unwrap();
    fs::write(dir.join(".hidden"), "hidden\n").unwrap();
    fs::write(top.path().join("secret"), "secret\n").unwrap();
    std::os::unix::fs::symlink("../secret", dir.join("out")).unwrap();
    std::os::unix::fs::symlink("/", dir.join("root")).unwrap();
    std::os::unix::fs::symlink("digits.txt", dir.join("in.txt")).unwrap();
    top
}

async fn serve(top: &Path, options: &str) -> Server {
    start(&format!("serve site --dir {} {options}", top.join("site").display())).await
}

/// What curl prints for these arguments; `URL` in them stands for the server.
async fn curl(server: &Server, arguments: &[&str]) -> String {
    let url = format!("http://127.0.0.1:{}", server.port);
    let arguments: Vec<String> = arguments.iter().map(|word| word.replace("URL", &url)).collect();
    spawn_blocking(move || {
        let output = Command::new("curl")
            .args(["-s", "--noproxy", "*", "--max-time", "20"])
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    })
    .await
    .unwrap()
}

/// What comes back for these bytes until the server closes.
async fn bytes(server: &Server, request: Vec<u8>) -> String {
    let port = server.port;
    spawn_blocking(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
        stream.write_all(&request).unwrap();
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    })
    .await
    .unwrap()
}

const CODE: &str = "%{http_code}";

#[tokio::test]
async fn curl_fetches_pages_folders_and_listings() {
    if !present("curl") {
        return;
    }
    let top = site();
    let server = serve(top.path(), "").await;
    assert_eq!(curl(&server, &["URL/"]).await, "<h1>shop</h1>\n");
    assert_eq!(curl(&server, &["-L", "URL/docs?x=1"]).await, "docs\n");
    assert_eq!(
        curl(&server, &["-w", "%{http_code} %{redirect_url}", "-o", "/dev/null", "URL/docs"]).await,
        format!("301 http://127.0.0.1:{}/docs/", server.port)
    );
    let listing = curl(&server, &["-i", "URL/list/"]).await;
    assert!(listing.contains("Content-Type: text/html; charset=utf-8"), "{listing}");
    assert!(
        listing.contains("href=\"a%20b%20%26%20%3Cc%3E.txt\">a b &amp; &lt;c&gt;.txt"),
        "{listing}"
    );
    assert_eq!(curl(&server, &["URL/list/a%20b%20%26%20%3Cc%3E.txt"]).await, "odd\n");
    assert_eq!(curl(&server, &["URL/in.txt"]).await, "0123456789");
    let length = "%{size_download}";
    assert_eq!(curl(&server, &["-w", length, "-o", "/dev/null", "URL/big.bin"]).await, "300000");
    for (path, code) in [
        ("nothing", "404"),
        ("digits.txt/", "404"),
        ("docs/none", "404"),
        ("digits.txt/x", "404"),
        (".hidden", "404"),
        ("%zz", "400"),
    ] {
        let url = format!("URL/{path}");
        assert_eq!(curl(&server, &["-w", CODE, "-o", "/dev/null", &url]).await, code, "{path}");
    }
}

#[tokio::test]
async fn curl_asks_for_parts_and_heads() {
    if !present("curl") {
        return;
    }
    let top = site();
    let server = serve(top.path(), "").await;
    let url = "URL/digits.txt";
    for (range, part, code) in [
        ("0-3", "0123", "206"),
        ("7-", "789", "206"),
        ("-2", "89", "206"),
        ("5-99", "56789", "206"),
        ("0-1,4-5", "0123456789", "200"),
    ] {
        let answer = curl(&server, &["-r", range, "-w", " %{http_code}", url]).await;
        assert_eq!(answer, format!("{part} {code}"), "{range}");
    }
    let answer = curl(&server, &["-i", "-r", "10-", url]).await;
    assert!(answer.starts_with("HTTP/1.1 416 ") && answer.contains("Content-Range: bytes */10"));
    let head = curl(&server, &["-I", url]).await;
    assert!(head.contains("Content-Length: 10\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    // A download that broke off goes on where it was: what ranges are for.
    let file = top.path().join("part");
    fs::write(&file, "0123").unwrap();
    curl(&server, &["-C", "-", "-o", file.to_str().unwrap(), url]).await;
    assert_eq!(fs::read_to_string(file).unwrap(), "0123456789");
}

#[tokio::test]
async fn curl_keeps_what_it_has() {
    if !present("curl") {
        return;
    }
    let top = site();
    let server = serve(top.path(), "").await;
    let tag = top.path().join("tag");
    let tag = tag.to_str().unwrap();
    let asked = ["--etag-save", tag, "--etag-compare", tag, "-w", CODE, "-o", "/dev/null", "URL/"];
    assert_eq!(curl(&server, &asked).await, "200");
    assert_eq!(curl(&server, &asked).await, "304");
    fs::write(top.path().join("site/index.html"), "<h1>new shop</h1>\n").unwrap();
    assert_eq!(curl(&server, &asked).await, "200");
    // Since the time of a file that is as old as the page, and of one that is older.
    let page = top.path().join("site/index.html");
    let page = page.to_str().unwrap();
    assert_eq!(curl(&server, &["-z", page, "-w", CODE, "-o", "/dev/null", "URL/"]).await, "304");
    let since = "Sun, 06 Nov 1994 08:49:37 GMT";
    assert_eq!(curl(&server, &["-z", since, "-w", CODE, "-o", "/dev/null", "URL/"]).await, "200");
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    if !present("curl") {
        return;
    }
    let top = site();
    let server = serve(top.path(), "").await;
    let connects = "%{num_connects}\n";
    let counts = curl(
        &server,
        &[
            "-w",
            connects,
            "-o",
            "/dev/null",
            "URL/",
            "-o",
            "/dev/null",
            "URL/none",
            "-o",
            "/dev/null",
            "URL/digits.txt",
        ],
    )
    .await;
    assert_eq!(counts, "1\n0\n0\n");
    // The body of a request that is refused is read, so that the connection stays of use.
    let counts = curl(
        &server,
        &[
            "-d",
            "x=1",
            "-w",
            "%{http_code} %{num_connects}\n",
            "-o",
            "/dev/null",
            "URL/",
            "-o",
            "/dev/null",
            "URL/",
        ],
    )
    .await;
    assert_eq!(counts, "405 1\n405 0\n");
    let old = curl(&server, &["--http1.0", "-i", "URL/"]).await;
    assert!(old.contains("Connection: close\r\n"), "{old}");
}

#[tokio::test]
async fn requests_that_come_together_are_answered_in_order() {
    let top = site();
    let server = serve(top.path(), "").await;
    let get = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\n{more}\r\n");
    let all =
        [get("/digits.txt", ""), get("/none", ""), get("/docs/", "Connection: close\r\n")].concat();
    let answer = bytes(&server, format!("{all}GET /never HTTP/1.1\r\n\r\n").into_bytes()).await;
    let codes: Vec<&str> =
        answer.match_indices("HTTP/1.1 ").map(|(at, _)| &answer[at + 9..at + 12]).collect();
    assert_eq!(codes, ["200", "404", "200"], "{answer}");
    assert!(answer.contains("\r\n\r\n0123456789HTTP/1.1 404") && answer.ends_with("docs\n"));
}

#[tokio::test]
async fn nothing_outside_the_folder_is_shown() {
    if !present("curl") {
        return;
    }
    let top = site();
    let server = serve(top.path(), "").await;
    for path in [
        "../secret",
        "../../../../../../etc/passwd",
        "docs/../../secret",
        "%2e%2e/secret",
        "..%2fsecret",
        "%2e%2e%2fsecret",
        "..%5csecret",
        "docs/..%2f..%2fsecret",
        "..%00/secret",
        "%2e%2e%252fsecret",
        "/etc/passwd",
        "//etc/passwd",
        "out",
        "root/etc/passwd",
        "root/",
        "..;/secret",
        ".%2e/secret",
        "%c0%ae%c0%ae/secret",
        "....//secret",
        "./../secret",
    ] {
        let url = format!("URL/{path}");
        let answer = curl(&server, &["--path-as-is", "-w", "%{http_code}", &url]).await;
        assert!(answer.ends_with("404") || answer.ends_with("400"), "{path}: {answer}");
        assert!(!answer.contains("secret") && !answer.contains("root:"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn another_site_and_another_protocol_are_refused() {
    if !present("curl") {
        return;
    }
    let top = site();
    let server = serve(top.path(), "--name shop.example").await;
    for (host, code) in [
        ("shop.example", "200"),
        ("www.SHOP.example:8001", "200"),
        ("b.example", "421"),
        ("127.0.0.1", "421"),
        ("a b", "400"),
    ] {
        let host = format!("Host: {host}");
        assert_eq!(
            curl(&server, &["-H", &host, "-w", CODE, "-o", "/dev/null", "URL/"]).await,
            code,
            "{host}"
        );
    }
    for (request, code) in [
        ("GET / HTTP/1.1\r\n\r\n", "400"),
        ("GET / HTTP/3.0\r\n\r\n", "505"),
        ("\x16\x03\x01 client hello\r\n", "400"),
        ("BREW / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n", "501"),
        ("POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 9999999\r\n\r\n", "413"),
        ("GET / HTTP/1.1\r\nHost: shop.example\r\n", "400"),
    ] {
        let answer = bytes(&server, request.into()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {code} ")), "{request:?}: {answer}");
    }
    let long = format!("GET /{} HTTP/1.1\r\n", "a".repeat(100_000));
    let answer = bytes(&server, long.into_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 414 "), "{answer}");
    let long = format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(100_000));
    let answer = bytes(&server, long.into_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn silent_clients_are_sent_away_and_crowds_wait() {
    let top = site();
    let server = serve(top.path(), "--max-clients 2 --idle 300ms").await;
    let port = server.port;
    spawn_blocking(move || {
        let connect = || TcpStream::connect(("127.0.0.1", port)).unwrap();
        // One says nothing, one says half of something: both hold their places for a while.
        let (mut silent, mut slow) = (connect(), connect());
        slow.write_all(b"GET / HT").unwrap();
        let mut third = connect();
        third.write_all(b"GET /digits.txt HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        third.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("0123456789"), "{answer}");
        let mut answer = String::new();
        silent.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "");
        slow.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn our_client_reads_a_site_of_python() {
    if !present("python3") {
        return;
    }
    let top = site();
    let mut child = Command::new("python3")
        .args(["-u", "-m", "http.server", "--bind", "127.0.0.1", "0", "--directory"])
        .arg(top.path().join("site"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let port: u16 = line.split("port ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let line = |path: &str| format!("connect site http://localhost:{port}{path}");
    let (code, output, errors) = run(&line("/"), &[]).await;
    assert_eq!(output, "HTTP/1.0 200 OK\n<h1>shop</h1>\n", "{errors}");
    assert_eq!(code, ExitCode::SUCCESS);
    let (code, output, _) = run(&line("/none"), &[]).await;
    assert!(output.starts_with("HTTP/1.0 404 ") && code == ExitCode::FAILURE, "{output}");
    let (_, output, _) = run(&format!("{} -I", line("/digits.txt")), &[]).await;
    assert!(output.to_ascii_lowercase().contains("content-length: 10"), "{output}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn our_client_and_our_server_understand_each_other() {
    let top = site();
    let server = serve(top.path(), "").await;
    let line = |rest: &str| format!("connect site http://localhost:{}/{rest}", server.port);
    let (code, output, _) = run(&line("digits.txt -i -r 3-5"), &[]).await;
    assert!(output.starts_with("HTTP/1.1 206 Partial Content\nServer: lanternet\n"), "{output}");
    assert!(
        output.ends_with("\nConnection: close\n\n345\n") && code == ExitCode::SUCCESS,
        "{output}"
    );
    let (code, output, _) = run(&line("digits.txt -H 'If-None-Match: *'"), &[]).await;
    assert_eq!((code, output.as_str()), (ExitCode::SUCCESS, "HTTP/1.1 304 Not Modified\n"));
    server.console.wait_for("GET /digits.txt: 304, 0 bytes").await;
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_no_site() {
    let (code, _, errors) =
        run("serve site --dir /nowhere/at-all --bind 127.0.0.1 --port 0", &[]).await;
    let expected = "serve site: cannot show the folder /nowhere/at-all: there is no such folder\n";
    assert_eq!((code, errors.as_str()), (ExitCode::ERROR, expected));
}
