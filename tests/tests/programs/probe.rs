//! `probe` and `listen`.

use lanternet_tests::in_each_world;
use lanternet_tests::worlds::{CLIENT, SERVER, World};

in_each_world! {
    fn open_and_closed_ports_are_told_apart(play) {
        let one = play.serve("serve echo");
        let other = play.serve("serve upper");
        let (one, other) = (play.port(&one), play.port(&other));
        let host = if play.world() == World::Loopback { "127.0.0.1" } else { "server" };
        // In the order asked for, and each once.
        let probe = play.connect(&format!("probe {host} 1,{other},{one},tcpmux,{one} -t 1m"), &[]);
        probe.exits(0);
        let rows: Vec<Vec<&str>> =
            probe.output.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["PORT", "STATE", "TIME", "SERVICE"]);
        assert_eq!(rows[2][..2], ["1/tcp", "closed"]);
        assert_eq!(rows[2][3], "tcpmux");
        assert_eq!(rows[3][..2], [&format!("{other}/tcp"), "open"]);
        assert_eq!(rows[4][..2], [&format!("{one}/tcp"), "open"]);
        assert_eq!(rows[5][..5], ["2", "open,", "1", "closed", "in"]);
        assert_eq!(rows.len(), 6);
        play.connect(&format!("probe {host} 1 -t 1m"), &[]).exits(1).prints("0 open, 1 closed in");
    }

    fn of_many_ports_the_open_ones_are_told(play) {
        let server = play.serve("serve echo");
        let port = play.port(&server);
        let host = if play.world() == World::Loopback { "127.0.0.1" } else { "server" };
        let probe = play.connect(&format!("probe {host} {port},1-200 --at-once 20 -t 1m"), &[]);
        probe.exits(0).prints(&format!("{port}/tcp"));
        let closed = probe.output.lines().filter(|line| line.contains(" closed  ")).count();
        assert_eq!(closed, 0, "{}", probe.output);
    }

    fn udp_ports_answer_refuse_or_say_nothing(play) in [on_a_perfect_network, on_loopback] {
        let talker = play.start(SERVER, "listen 0 --udp --answer yes", &[]);
        play.wait_for(&talker, "listening on UDP");
        let silent = play.start(SERVER, "listen 0 --udp", &[]);
        play.wait_for(&silent, "listening on UDP");
        let (talker, silent) = (play.port(&talker), play.port(&silent));
        let host = if play.world() == World::Loopback { "127.0.0.1" } else { "server" };
        let line = format!("probe {host} --udp {talker},{silent},1 --timeout 500ms");
        let probe = play.connect(&line, &[]);
        probe.exits(0).prints("1 open, 1 closed, 1 open or filtered in 5");
        let state = |port: u16| {
            let row = probe.output.lines().find(|line| line.starts_with(&format!("{port}/udp")));
            row.unwrap().split_whitespace().nth(1).unwrap().to_owned()
        };
        assert_eq!([state(talker), state(silent), state(1)], ["open", "open", "closed"]);
    }

    fn nobody_there_is_not_the_same_as_no(play) in [on_a_perfect_network] {
        // Nobody answers ARP; and no route.
        let probe = play.connect("probe 10.0.0.99 80", &[]);
        probe.exits(1).prints("80/tcp     filtered").prints("0 open, 1 filtered in 2");
        let probe = play.connect("probe 10.0.0.99 80 --timeout 10s", &[]);
        probe.exits(1).prints("80/tcp     unreachable");
        play.connect("probe no-such-host 80", &[]).exits(2).complains("no-such-host: nobody knows the name");
        play.connect("probe server nosuchservice", &[]).exits(2).complains("unknown service");
        play.connect("probe server 0", &[]).exits(2).complains("port 0");
    }

    fn a_listener_tells_what_comes(play) {
        let server = play.start(SERVER, "listen 0 --answer welcome", &[]);
        play.wait_for(&server, "listening on TCP");
        let at = play.address(&server);
        let client = play.connect(&format!("connect line {at} -s hello"), &[]);
        client.exits(0);
        assert_eq!(client.output, "welcome\n");
        let output = play.wait_for(&server, "closed after 6 bytes");
        assert!(output.contains("connected\n") && output.contains("6 bytes: \"hello\\n\""), "{output}");
        play.stop(&server).exits(0);
    }

    fn all_ports_are_opened_or_none(play) {
        let taken = play.serve("serve echo");
        let port = play.port(&taken);
        let listener = play.start(SERVER, &format!("listen 0,{port} --bind 127.0.0.1"), &[]);
        play.finish(&listener).exits(2).complains("the address is in use");
        let output = play.output(&listener);
        assert_eq!(output, "");
    }

    fn who_listens_on_a_host_is_listed(play) {
        let server = play.serve("serve echo");
        let port = play.port(&server);
        let udp = play.serve("serve upper --udp");
        let udp = play.port(&udp);
        let list = play.start(SERVER, "listen", &[]);
        let list = play.finish(&list);
        list.exits(0);
        let row = |over: &str, port: u16| {
            list.output.lines().any(|line| {
                let mut words = line.split_whitespace();
                words.next() == Some(over)
                    && words.next().is_some_and(|at| at.ends_with(&format!(":{port}")))
            })
        };
        assert!(row("tcp", port) && row("udp", udp), "{}", list.output);
        let list = play.start(SERVER, "listen --udp", &[]);
        let list = play.finish(&list);
        assert!(!list.output.lines().any(|line| line.starts_with("tcp")), "{}", list.output);
        if play.world() != World::Loopback {
            let empty = play.start(CLIENT, "listen", &[]);
            assert_eq!(play.finish(&empty).output, "nobody listens on this host\n");
        }
    }
}
