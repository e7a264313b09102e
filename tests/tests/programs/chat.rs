//! `chat`.

use lanternet_core::Duration;
use lanternet_tests::in_each_world;
use lanternet_tests::worlds::{CLIENT, Input, OTHER, Play, SERVER, World};

/// A command line of a chat on a port of this test alone; on this machine, on its loopback interface.
fn chat(play: &Play, name: &str, port: u16, rest: &str) -> String {
    let at = match play.world() {
        World::Loopback => " --interface 127.0.0.1",
        _ => "",
    };
    format!("chat --name {name} --port {port}{at} {rest}")
}

in_each_world! {
    fn who_comes_speaks_and_goes_is_heard_by_the_others(play) in [on_a_perfect_network, on_loopback] {
        let line = chat(play, "Anna", 42_117, "");
        let anna = play.start(CLIENT, &line, Input::new().open());
        play.wait_for(&anna, "talking to 239.255.76.78:42117 as Anna");
        let line = chat(play, "小明", 42_117, "--say 你好 --say 'how are you?'");
        let ming = play.start(OTHER, &line, &[]);
        let ming = play.finish(&ming);
        ming.exits(0).prints("* Anna (");
        assert!(!ming.output.contains("你好"), "our own words: {}", ming.output);
        let heard = play.wait_for(&anna, "leaves");
        let from = match play.world() {
            World::Loopback => "127.0.0.1",
            _ => "10.0.0.3",
        };
        let lines: Vec<&str> = heard.lines().skip(1).collect();
        assert_eq!(lines, [
            format!("* 小明 ({from}) joins"),
            format!("小明 ({from}): 你好"),
            format!("小明 ({from}): how are you?"),
            format!("* 小明 ({from}) leaves"),
        ]);
        play.kill(&anna);
    }

    fn by_broadcast_it_is_the_same(play) in [on_a_perfect_network] {
        let anna = play.start(CLIENT, "chat -n Anna --broadcast", Input::new().open());
        let bob = play.start(SERVER, "chat -n Bob -b 255.255.255.255 -s hello", &[]);
        play.finish(&bob).exits(0);
        play.wait_for(&anna, "): hello\n");
        play.kill(&anna);
    }

    fn a_text_that_is_lost_is_missed(play) in [on_a_lossy_network] {
        let line = "chat -n Anna --grace 1m";
        let anna = play.start(CLIENT, line, Input::new().open());
        play.pass(Duration::from_secs(1));
        let said: String = (0..200).map(|number| format!(" -s {number}")).collect();
        // The server's cable is the bad one.
        let bob = play.start(SERVER, &format!("chat -n Bob --interval 300ms{said}"), &[]);
        play.finish(&bob).exits(0);
        play.pass(Duration::from_secs(1));
        let heard = play.output(&anna);
        let texts = heard.lines().filter(|line| line.contains("): ") || line.contains("late: "));
        // 5 % of 200 are lost, ± three standard deviations of 3.1.
        let count = texts.count();
        assert!((180..=199).contains(&count), "{count}");
        assert!(heard.contains("* 1 text of Bob ("), "{heard}");
        play.kill(&anna);
    }

    fn what_cannot_be_said_is_told(play) in [on_a_perfect_network, on_loopback] {
        let long = "x".repeat(1001);
        let line = chat(play, "Anna", 42_118, "--grace 0s");
        let anna = play.start(CLIENT, &line, &[&long[..], "short"]);
        let anna = play.finish(&anna);
        anna.exits(0).complains("not sent: the text has 1001 bytes, and a datagram of a chat carries 1000");
    }
}
