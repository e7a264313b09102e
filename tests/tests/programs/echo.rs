//! `serve echo|upper` and `connect echo|upper`, over TCP and UDP.

use lanternet_tests::in_each_world;
use lanternet_tests::worlds::{CLIENT, Input, OTHER};

in_each_world! {
    fn a_message_comes_back_in_capitals(play) {
        let server = play.serve("serve upper");
        let at = play.address(&server);
        let client = play.connect(&format!("connect upper {at} --say hello"), &[]);
        client.exits(0);
        assert_eq!(client.output, "HELLO\n");
        play.wait_for(&server, "closed after 1 message");
    }

    fn each_line_of_input_is_a_message(play) {
        let server = play.serve("serve echo");
        let at = play.address(&server);
        let client = play.connect(&format!("connect echo {at}"), &["one", "grüße, 世界", "", "end"]);
        client.exits(0);
        assert_eq!(client.output, "one\ngrüße, 世界\n\nend\n");
    }

    fn messages_sent_back_to_back_come_back_whole_with_a_length_before_each(play) {
        let server = play.serve("serve echo --framing length");
        let at = play.address(&server);
        let line = format!("connect echo {at} --framing length --say ping --repeat 500 --together");
        let client = play.connect(&line, &[]);
        client.exits(0);
        assert_eq!(client.output, "ping\n".repeat(500));
    }

    fn clients_from_two_hosts_are_served_at_once(play) {
        let server = play.serve("serve upper");
        let at = play.address(&server);
        let line = format!("connect upper {at} --timeout 5m");
        // The first waits for the end of the second, in the middle of its talk.
        let first = play.start(CLIENT, &line, Input::new().line("first").open());
        play.wait_for(&first, "FIRST");
        let second = play.start(OTHER, &line, &["second"]);
        let second = play.finish(&second);
        second.exits(0);
        assert_eq!(second.output, "SECOND\n");
        assert_eq!(play.kill(&first).output, "FIRST\n");
        // In no order of ours: TCP may lose and repeat the end of either.
        play.wait_for(&server, "closed after 1 message");
    }

    fn a_client_whose_server_is_killed_is_told_and_fails(play) {
        let server = play.serve("serve echo");
        let at = play.address(&server);
        let line = format!("connect echo {at} --say one --repeat 1000 --interval 100ms");
        let client = play.start(CLIENT, &line, &[]);
        play.wait_for(&client, "one\none\n");
        play.kill(&server);
        let client = play.finish(&client);
        client.exits(1);
    }

    fn nobody_listens_there(play) {
        let at = match play.world() {
            // Nobody may have port 1 on this machine but the administrator, who does not.
            lanternet_tests::worlds::World::Loopback => "127.0.0.1:1",
            _ => "server:1",
        };
        let client = play.connect(&format!("connect echo {at} --say hello"), &[]);
        client.exits(1).complains("connection refused");
    }

    fn a_datagram_comes_back(play) in [on_a_perfect_network, on_loopback] {
        let server = play.serve("serve upper --udp");
        let at = play.address(&server);
        let client = play.connect(&format!("connect upper {at} --udp -s one -s two"), &[]);
        client.exits(0);
        assert_eq!(client.output, "ONE\nTWO\n");
    }

    fn a_lost_datagram_is_counted_and_not_sent_again(play) in [on_a_lossy_network] {
        let server = play.serve("serve echo --udp");
        let at = play.address(&server);
        let line = format!("connect echo {at} --udp --say ping --repeat 200 --timeout 500ms");
        let client = play.connect(&line, &[]);
        client.exits(1).complains("without an answer");
        // 5 % each way: 9.75 % of 200 are lost, ± three standard deviations of 4.2.
        let answered = client.output.lines().filter(|line| *line == "ping").count();
        assert!((168..=193).contains(&answered), "{answered} of 200");
    }
}
