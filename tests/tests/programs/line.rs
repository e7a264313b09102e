//! `connect line`: with servers of ours and of others, over TCP and UDP.

use lanternet_tests::in_each_world;
use lanternet_tests::worlds::{CLIENT, Input, SERVER, World};

in_each_world! {
    fn input_goes_to_the_server_and_answers_come_out(play) {
        let server = play.serve("serve upper");
        let at = play.address(&server);
        let client = play.connect(&format!("connect line {at}"), &["one", "grüße, 世界"]);
        client.exits(0).complains("connected to");
        assert_eq!(client.output, "ONE\nGRÜSSE, 世界\n");
        // The end of input is a FIN, and nothing is lost behind it.
        play.wait_for(&server, "closed after 2 messages");
    }

    fn texts_are_sent_as_lines_or_bare_and_with_the_line_end_asked_for(play) {
        let server = play.start(SERVER, "listen 0 --hex", &[]);
        play.wait_for(&server, "listening on TCP");
        let at = play.address(&server);
        for arguments in ["-s one -s two --interval 300ms", "-n -s bare", "-C -s crlf"] {
            let line = format!("connect line {at} {arguments} --wait 2s --no-half-close");
            play.connect(&line, &[]).exits(0);
        }
        let output = play.wait_for(&server, "|crlf..|");
        for row in [
            "6f 6e 65 0a                                       |one.|",
            "74 77 6f 0a                                       |two.|",
            "62 61 72 65                                       |bare|",
            "63 72 6c 66 0d 0a                                 |crlf..|",
        ] {
            assert!(output.contains(row), "{row} is not in\n{output}");
        }
    }

    fn it_ends_when_the_server_closes_though_more_could_be_typed(play) {
        // The server refuses the message, and closes.
        let server = play.serve("serve echo --max-message 3");
        let at = play.address(&server);
        let input = Input::new().line("longer than three").open();
        let client = play.start(CLIENT, &format!("connect line {at}"), input);
        assert_eq!(play.finish(&client).output, "");
    }

    fn a_dump_shows_both_directions(play) {
        let server = play.serve("serve upper");
        let at = play.address(&server);
        let client = play.connect(&format!("connect line {at} -x --timing -s hello"), &[]);
        client.exits(0).complains("first byte after").complains("exchange 1: 6 bytes sent, answer of");
        client.complains("6 bytes sent, 6 received in");
        let rows: Vec<&str> = client.output.lines().collect();
        assert!(rows[0].starts_with("> 6 bytes after "), "{rows:?}");
        let dump = |hex: &str, text: &str| format!("00000000  {hex:<48}  |{text}|");
        assert_eq!(rows[1], dump("68 65 6c 6c 6f 0a", "hello."));
        assert!(rows[2].starts_with("< 6 bytes after "), "{rows:?}");
        assert_eq!(rows[3], dump("48 45 4c 4c 4f 0a", "HELLO."));
    }

    fn a_datagram_and_its_answer(play) in [on_a_perfect_network, on_loopback] {
        let server = play.start(SERVER, "listen 0 --udp --answer 'got it'", &[]);
        play.wait_for(&server, "listening on UDP");
        let at = play.address(&server);
        let line = format!("connect line {at} --udp --wait 500ms");
        let client = play.connect(&line, &["one", "two"]);
        client.exits(0);
        assert_eq!(client.output, "got it\ngot it\n");
        let output = play.wait_for(&server, "\"two\\n\"");
        assert!(output.contains("4 bytes: \"one\\n\""), "{output}");
    }

    fn a_refusal_is_told_with_what_to_look_at(play) {
        let host = if play.world() == World::Loopback { "127.0.0.1" } else { "server" };
        let client = play.connect(&format!("connect line {host}:1 -s hello"), &[]);
        client.exits(1).complains("connection refused: the host is there, but no program listens");
        let client = play.connect(&format!("connect line {host} -s hello"), &[]);
        client.exits(2).complains(&format!("write {host}:PORT"));
        let client = play.connect(&format!("connect line {host}:htpp -s hello"), &[]);
        client.exits(2).complains("unknown service `htpp` over TCP; did you mean `http`?");
        let client = play.connect(&format!("connect line {host}:81 --port 80 -s hello"), &[]);
        client.exits(2).complains("two different ports");
    }

    fn a_datagram_to_a_closed_port_is_told(play) in [on_a_perfect_network, on_loopback] {
        let host = if play.world() == World::Loopback { "127.0.0.1" } else { "server" };
        let client = play.connect(&format!("connect line {host}:1 --udp -s hello"), &[]);
        client.exits(1).complains("no program listens on UDP port 1");
    }

    fn the_name_of_a_service_is_its_port(play) in [on_a_perfect_network] {
        play.put(SERVER, "index.html", "hello");
        play.serve("serve site --dir . --port 80");
        let line = "connect line server:http -C -s 'GET /none HTTP/1.0' -s ''";
        let client = play.connect(line, &[]);
        client.exits(0).complains("connected to 10.0.0.1:80").prints("HTTP/1.1 404 Not Found");
    }
}
