//! Our programs with those that others would write: Python's sockets as a course teaches them
//! (`tests/partners`), netcat and curl, on this machine's loopback.

use lanternet_tests::partner::Partner;
use lanternet_tests::worlds::{CLIENT, Ended, Play, SERVER, World};

fn play() -> Play {
    World::on_loopback()
}

/// Runs our client against a server on this port.
fn connect(line: &str, port: u16, input: &[&str]) -> Ended {
    play().connect(&line.replace("HERE", &format!("127.0.0.1:{port}")), input)
}

#[test]
fn the_shortest_python_client_says_hello_without_a_line_end() {
    let Some(client) = Partner::python("hello_client.py") else { return };
    let mut play = play();
    let server = play.serve("serve upper --framing none");
    client.client(play.port(&server), "").printed("HELLO\n");
    play.wait_for(&server, "closed after 1 message");
}

#[test]
fn the_shortest_python_server_is_answered_by_line() {
    let Some(server) = Partner::python("hello_server.py") else { return };
    let server = server.server([""; 0]);
    let ended = connect("connect line HERE --say ada", server.port, &[]);
    ended.exits(0);
    assert_eq!(ended.output, "hello, what is your name?\n");
    server.wait().printed("the client says: ada\n");
}

#[test]
fn a_python_client_talks_line_by_line() {
    let Some(client) = Partner::python("echo_client.py") else { return };
    let mut play = play();
    let server = play.serve("serve upper");
    let port = play.port(&server);
    client.clone().client(port, "hello\ngrüße\n").printed("HELLO\nGRÜSSE\n");
    // And the next client.
    client.client(port, "again\n").printed("AGAIN\n");
}

#[test]
fn python_servers_answer_our_client_line_by_line() {
    for (script, line, expected) in [
        ("echo_server.py", "connect echo HERE", "one\ntwo, 二\n"),
        ("upper_server.py", "connect upper HERE", "ONE\nTWO, 二\n"),
    ] {
        let Some(server) = Partner::python(script) else { return };
        let server = server.server(["2"]);
        for _ in 0..2 {
            let ended = connect(line, server.port, &["one", "two, 二"]);
            ended.exits(0);
            assert_eq!(ended.output, expected);
        }
        server.wait().printed("");
    }
}

#[test]
fn datagrams_pass_between_python_and_us_both_ways() {
    let (Some(client), Some(server)) =
        (Partner::python("udp_client.py"), Partner::python("udp_server.py"))
    else {
        return;
    };
    let mut play = play();
    let ours = play.serve("serve upper --udp");
    client.client(play.port(&ours), "one\ntwo\n").printed("ONE\nTWO\n");

    let theirs = server.server(["2"]);
    let ended = connect("connect upper HERE --udp -s one -s two", theirs.port, &[]);
    ended.exits(0);
    assert_eq!(ended.output, "ONE\nTWO\n");
    theirs.wait().printed("");
}

/// Content that begins with digits, has every byte, and is no multiple of anything.
fn content(length: usize) -> Vec<u8> {
    b"2026".iter().copied().chain((0..=255).cycle()).take(length).collect()
}

#[test]
fn a_python_client_uploads_with_the_size_stuck_to_the_bytes() {
    let Some(client) = Partner::python("upload_client.py") else { return };
    let mut play = play();
    let server = play.serve("serve upload --plain --dir inbox");
    let port = play.port(&server);
    for length in [1, 5, 1023, 1024, 100_003] {
        let folder = lanternet_tests::scratch();
        let file = folder.path().join("file");
        std::fs::write(&file, content(length)).unwrap();
        let client = client.clone().args(["127.0.0.1", &port.to_string()]).args([&file]);
        client.run("").printed(&format!("sent {length} bytes\n"));
    }
    play.stop(&server);
    let mut lengths: Vec<usize> = play
        .files(SERVER)
        .iter()
        .map(|(path, bytes)| {
            assert_eq!(*bytes, content(bytes.len()), "{path}");
            bytes.len()
        })
        .collect();
    lengths.sort_unstable();
    assert_eq!(lengths, [1, 5, 1023, 1024, 100_003]);
}

#[test]
fn our_client_uploads_to_a_python_server_that_takes_the_first_read_for_the_size() {
    for length in [1, 5, 1024, 100_003] {
        let Some(server) = Partner::python("upload_server.py") else { return };
        let folder = lanternet_tests::scratch();
        let file = folder.path().join("file");
        let server = server.server([&file]);
        let mut play = play();
        play.put(CLIENT, "file.bin", content(length));
        let line = format!("connect upload 127.0.0.1:{} --plain file.bin", server.port);
        play.connect(&line, &[]).exits(0);
        server.wait().printed(&format!("received {length} of {length} bytes\n"));
        assert_eq!(std::fs::read(&file).unwrap(), content(length));
    }
}

#[test]
fn netcat_talks_with_our_server() {
    let Some(client) = Partner::program("nc") else { return };
    let mut play = play();
    let server = play.serve("serve upper");
    let port = play.port(&server).to_string();
    let said = client.args(["-N", "127.0.0.1", &port]).run("hello\nworld\n");
    said.printed("HELLO\nWORLD\n");
}

#[test]
fn netcat_sends_datagrams_to_our_server() {
    let Some(client) = Partner::program("nc") else { return };
    let mut play = play();
    let server = play.serve("serve upper --udp");
    let port = play.port(&server).to_string();
    let said = client.args(["-u", "-w", "1", "127.0.0.1", &port]).run("hello");
    said.printed("HELLO");
}

#[test]
fn netcat_uploads_a_file_in_the_bare_protocol() {
    let Some(client) = Partner::program("nc") else { return };
    let mut play = play();
    let server = play.serve("serve upload --plain --dir inbox --name notes.txt");
    let port = play.port(&server).to_string();
    client.args(["-N", "127.0.0.1", &port]).run("11hello world");
    play.stop(&server);
    assert_eq!(play.file(SERVER, "inbox/notes.txt").as_deref(), Some(&b"hello world"[..]));
}

#[test]
fn our_client_reads_from_a_netcat_server() {
    let Some(server) = Partner::program("nc") else { return };
    // netcat tells its port on standard error, so one is chosen for it: free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = server.args(["-l", "-N", "127.0.0.1", &port.to_string()]).start("from netcat\n");
    let mut ended = None;
    for _ in 0..100 {
        let once = connect("connect line HERE --say 'from us'", port, &[]);
        let refused = once.code != 0;
        ended = Some(once);
        if !refused {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let ended = ended.unwrap();
    ended.exits(0);
    assert_eq!(ended.output, "from netcat\n");
    server.wait().printed("from us\n");
}

#[test]
fn what_we_have_to_say_still_goes_when_the_server_has_said_all() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        client.write_all(b"that is all\n").unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        let mut heard = String::new();
        client.read_to_string(&mut heard).unwrap();
        heard
    });
    let ended = connect("connect line HERE --say one --say two --interval 200ms", port, &[]);
    ended.exits(0);
    assert_eq!(ended.output, "that is all\n");
    assert_eq!(server.join().unwrap(), "one\ntwo\n");
}

#[test]
fn curl_fetches_pages_of_our_site() {
    let Some(curl) = Partner::program("curl") else { return };
    let mut play = play();
    play.put(SERVER, "pages/index.html", "<h1>Lanterns</h1>\n");
    play.put(SERVER, "pages/list.txt", "one kite\ntwo kites\n");
    let server = play.serve("serve site --dir pages");
    let at = format!("http://{}", play.address(&server));
    let fetch = |args: &[&str]| {
        curl.clone().args(["-sS", "--noproxy", "*", "--max-time", "30"]).args(args.to_vec()).run("")
    };
    fetch(&[&format!("{at}/")]).printed("<h1>Lanterns</h1>\n");
    fetch(&["-r", "-6", &format!("{at}/list.txt")]).printed("kites\n");
    let both = [format!("{at}/list.txt"), format!("{at}/")];
    fetch(&[&both[0], &both[1]]).printed("one kite\ntwo kites\n<h1>Lanterns</h1>\n");
    let code = ["-o", "/dev/null", "-w", "%{http_code} %{num_connects}"];
    fetch(&[&code[..], &[&format!("{at}/none")]].concat()).printed("404 1");
    let path = format!("{at}/../../etc/passwd");
    fetch(&[&code[..], &["--path-as-is", &path]].concat()).printed("404 1");
}

#[test]
fn a_python_client_without_line_ends_is_served_by_the_assistant() {
    let Some(client) = Partner::python("raw_client.py") else { return };
    let mut play = play();
    let server = play.serve("serve assistant --name shop");
    client.client(play.port(&server), "hello\nmy name is Ada\nq\n").printed(
        "Welcome to shop, what would you like to do?\n\
         (menu shows what I can help with, q quits)\n\
         Hello, and welcome! What can I do for you?\n\
         Nice to meet you, Ada. What can I do for you?\n\
         Thank you for your visit, Ada. Goodbye!\n",
    );
}

#[test]
fn our_client_is_a_customer_of_a_python_assistant() {
    let Some(server) = Partner::python("assistant_server.py") else { return };
    let server = server.server(["1"]);
    let ended = connect("connect assistant HERE", server.port, &["hello", "price", "xyzzy", "q"]);
    ended.exits(0);
    assert_eq!(
        ended.output,
        "welcome to the lantern shop, what would you like to do?\n\
         hello, nice to meet you\na lantern costs 5\nsay that again?\n"
    );
    server.wait().printed("");
}

#[test]
fn a_python_client_logs_in_and_is_refused() {
    let Some(client) = Partner::python("raw_client.py") else { return };
    let mut play = play();
    let line = "user add ada --users users.txt --password-stdin";
    let add = play.start(SERVER, line, &["lovelace 1815"]);
    play.finish(&add).exits(0);
    let server = play.serve("serve login --users users.txt --plain-text --raw");
    let port = play.port(&server);
    let said = client.clone().client(port, "ada\nlovelace 1815\nwho\nq\n");
    assert!(said.output.contains("Hello ada."), "{said:?}");
    assert!(said.output.contains("from 127.0.0.1"), "{said:?}");
    assert!(said.output.ends_with("Goodbye.\n"), "{said:?}");

    // No difference between a user that is not there and a password that is wrong.
    let wrong = client.clone().client(port, "ada\nguess\nq\n");
    let nobody = client.client(port, "nobody\nguess\nq\n");
    assert!(wrong.output.contains("Wrong name or password"), "{wrong:?}");
    assert_eq!(wrong.output, nobody.output);
    // What was typed is in no log.
    let log = play.stop(&server);
    assert!(!log.output.contains("1815") && !log.output.contains("guess"), "{}", log.output);
}

#[test]
fn our_client_logs_in_at_a_python_server() {
    for (password, expected, code) in
        [("lovelace", "hello ada, you are in", 0), ("guess", "wrong name or password", 1)]
    {
        let Some(server) = Partner::python("login_server.py") else { return };
        let server = server.server([""; 0]);
        let line = "connect login HERE --plain-text --user ada --password-stdin";
        let ended = connect(line, server.port, &[password, password, password]);
        ended.prints(expected).exits(code);
    }
}

#[test]
fn python_and_we_talk_in_one_group() {
    let Some(python) = Partner::python("chat.py") else { return };
    let mut play = play();
    let group = ["239.255.76.80", "39112"];
    let line = "chat --name ada --interface 127.0.0.1 --group 239.255.76.80:39112 --grace 5s";
    let input = lanternet_tests::worlds::Input::new().after("python").line("hello, all");
    let ours = play.start(CLIENT, line, input);
    play.wait_for(&ours, "talking to");
    let theirs = python.args(group).args(["1"]).start("");
    let ended = play.finish(&ours);
    ended.exits(0).prints("python (127.0.0.1) joins").prints("python hears ada");
    theirs.wait().printed("ada: hello, all\n");
}
