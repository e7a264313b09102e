//! `serve portal` and `connect portal`: with each other in every world, and with curl, Python's `http.client`
//! and a real browser.

mod browser;
mod others;
mod webdriver;

use lanternet_core::Duration;
use lanternet_tests::in_each_world;
use lanternet_tests::worlds::{CLIENT, Input, OTHER, Play, SERVER};

const PASSWORD: &str = "red paper lanterns";
const LINE: &str = "serve portal --users users --dir files --plain-text";

/// Lets somebody in.
#[track_caller]
fn add_user(play: &mut Play, name: &str) {
    let line = format!("user add {name} --users users --password-stdin");
    let added = play.start(SERVER, &line, &[PASSWORD]);
    play.finish(&added).exits(0);
}

/// Bytes that are nowhere the same.
fn content(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn client(play: &Play, server: &lanternet_tests::worlds::Running, rest: &str) -> String {
    let at = play.address(server);
    format!("connect portal http://{at} --plain-text --password-stdin --timeout 5m {rest}")
}

in_each_world! {
    fn somebody_logs_in_talks_uploads_and_lists(play) {
        add_user(play, "ann");
        play.put(CLIENT, "report.txt", "lanterns sold: 12\n");
        let bytes = content(300_000);
        play.put(CLIENT, "photos/dragon 龙.bin", &bytes);
        let server = play.serve(LINE);
        let line = client(play, &server, "--user ann --say hello --upload report.txt photos --list");
        let ended = play.connect(&line, &[PASSWORD]);
        ended.exits(0).prints("> hello").prints("report.txt: stored").complains("here: ann");
        ended.prints("293.0 KiB  photos/dragon 龙.bin").prints("18 bytes  report.txt");
        assert!(play.file(SERVER, "files/ann/photos/dragon 龙.bin") == Some(bytes));
        play.wait_for(&server, "ann logged out");
        assert!(!play.output(&server).contains(PASSWORD));
    }

    fn over_tls_it_is_the_same(play) {
        add_user(play, "ann");
        play.put(CLIENT, "a.txt", "a\n");
        let server = play.serve("serve portal --users users --dir files");
        let at = play.address(&server);
        let rest = "--user ann --password-stdin --timeout 5m --say hello --upload a.txt";
        let ended = play.connect(&format!("connect portal https://{at} {rest}"), &[PASSWORD]);
        ended.exits(0).prints("a.txt: stored, 2 bytes");
        // What is meant for TLS is not said in plain text by accident.
        let ended = play.connect(&format!("connect portal http://{at} {rest}"), &[PASSWORD]);
        ended.exits(2).complains("--plain-text");
        assert!(!ended.errors.contains("connected"), "{}", ended.errors);
    }

    fn a_wrong_password_and_a_wrong_name_are_refused_in_the_same_words(play) {
        add_user(play, "ann");
        let server = play.serve(LINE);
        for (user, password) in [("ann", "red paper lantern"), ("bob", PASSWORD), ("../ann", PASSWORD)] {
            let line = client(play, &server, &format!("--user {user} --list"));
            let ended = play.connect(&line, &[password]);
            ended.exits(1).complains("wrong name or password");
            assert_eq!(ended.output, "");
        }
    }

    fn nobody_sees_the_files_of_others(play) {
        add_user(play, "ann");
        add_user(play, "bob");
        play.put(CLIENT, "secret.txt", "mine\n");
        let server = play.serve(LINE);
        let line = client(play, &server, "--user ann --upload secret.txt");
        play.connect(&line, &[PASSWORD]).exits(0);
        let line = client(play, &server, "--user bob --list");
        assert_eq!(play.connect(&line, &[PASSWORD]).exits(0).output, "no files\n");
    }

    fn the_same_name_again_is_kept_replaced_or_numbered(play) {
        add_user(play, "ann");
        play.put(CLIENT, "a.txt", "one\n");
        let server = play.serve(LINE);
        let upload = |how: &str| format!("--user ann --upload a.txt {how}");
        let line = client(play, &server, &upload(""));
        play.connect(&line, &[PASSWORD]).exits(0);
        play.put(CLIENT, "a.txt", "two\n");
        play.connect(&line, &[PASSWORD]).exits(1).complains("there is a file of this name");
        let line = client(play, &server, &upload("--if-exists skip"));
        play.connect(&line, &[PASSWORD]).exits(0).prints("skipped");
        let line = client(play, &server, &upload("--if-exists rename"));
        play.connect(&line, &[PASSWORD]).exits(0).prints("stored as a (1).txt");
        assert_eq!(play.file(SERVER, "files/ann/a.txt").unwrap(), b"one\n");
        let line = client(play, &server, &upload("--if-exists overwrite"));
        play.connect(&line, &[PASSWORD]).exits(0);
        assert_eq!(play.file(SERVER, "files/ann/a.txt").unwrap(), b"two\n");
        assert_eq!(play.file(SERVER, "files/ann/a (1).txt").unwrap(), b"two\n");
    }

    fn a_file_that_is_too_large_is_refused_before_it_is_sent(play) {
        add_user(play, "ann");
        play.put(CLIENT, "large.bin", content(20_000));
        play.put(CLIENT, "small.bin", content(9_000));
        let server = play.serve(&format!("{LINE} --max-size 10000 --max-total 12000"));
        let line = client(play, &server, "--user ann --upload large.bin small.bin --list");
        let ended = play.connect(&line, &[PASSWORD]);
        ended.exits(1).complains("large.bin: a file may have at most 10000 bytes");
        ended.prints("8.8 KiB  small.bin");
        play.put(CLIENT, "more.bin", content(4_000));
        let line = client(play, &server, "--user ann --upload more.bin");
        play.connect(&line, &[PASSWORD]).exits(1).complains("may have at most 12000 bytes");
    }

    fn two_people_see_each_other(play) {
        add_user(play, "ann");
        add_user(play, "bob");
        let server = play.serve(LINE);
        let line = client(play, &server, "--user ann");
        let input = Input::new().line(PASSWORD).after("here: ann, bob").line("hello").after("here: ann\n");
        let ann = play.start(CLIENT, &line, input.line("q"));
        play.wait_for(&ann, "Welcome");
        let line = client(play, &server, "--user bob --say hello");
        play.start(OTHER, &line, &[PASSWORD]);
        play.finish(&ann).exits(0);
    }

    fn a_user_who_is_removed_is_logged_out(play) {
        add_user(play, "ann");
        let server = play.serve(LINE);
        let line = client(play, &server, "--user ann --list");
        play.connect(&line, &[PASSWORD]).exits(0);
        let removed = play.start(SERVER, "user remove ann --users users", &[]);
        play.finish(&removed).exits(0);
        play.connect(&line, &[PASSWORD]).exits(1).complains("wrong name or password");
    }

    fn rules_of_a_file_are_followed_and_may_change(play) {
        add_user(play, "ann");
        play.put(SERVER, "shop.rules", "when: hello\nsay: One lantern?\n");
        let server = play.serve(&format!("{LINE} --rules shop.rules"));
        let line = client(play, &server, "--user ann --say hello");
        play.connect(&line, &[PASSWORD]).exits(0).prints("One lantern?");
    }

    fn a_server_that_is_killed_goes_on_where_it_was(play) {
        add_user(play, "ann");
        let bytes = content(8_000_000);
        play.put(CLIENT, "big.bin", &bytes);
        let server = play.serve(LINE);
        let port = play.port(&server);
        let line = client(play, &server, "--user ann --upload big.bin");
        let first = play.start(CLIENT, &line, &[PASSWORD]);
        play.wait_for(&server, "big.bin begins");
        play.pass(Duration::from_millis(150));
        play.kill(&server);
        let ended = play.finish(&first);
        let server = play.serve(&format!("{LINE} --port {port}"));
        if ended.code != 0 {
            let ended = play.connect(&line, &[PASSWORD]);
            ended.exits(0);
        }
        assert!(play.file(SERVER, "files/ann/big.bin") == Some(bytes));
        play.stop(&server).exits(0);
    }

    fn a_server_that_stops_says_so_to_those_who_talk(play) {
        add_user(play, "ann");
        let server = play.serve(LINE);
        let line = client(play, &server, "--user ann");
        let ann = play.start(CLIENT, &line, Input::new().line(PASSWORD).open());
        play.wait_for(&ann, "Welcome");
        play.stop(&server).exits(0).prints("the server stops");
        play.finish(&ann).exits(0).prints("This service closes now");
    }
}

in_each_world! {
    // Half a minute of virtual time is nothing, of real time too much.
    fn half_a_head_does_not_hold_a_connection(play) in [on_a_perfect_network, on_a_lossy_network] {
        add_user(play, "ann");
        let server = play.serve(LINE);
        let at = play.address(&server);
        let slow = Input::new().line("GET / HTTP/1.1").line("Host: server").open();
        let slow = play.start(OTHER, &format!("connect line {at}"), slow);
        play.pass(Duration::from_secs(20));
        let line = client(play, &server, "--user ann --list");
        play.connect(&line, &[PASSWORD]).exits(0);
        play.pass(Duration::from_secs(15));
        play.finish(&slow);
        assert!(play.output(&server).contains("ended after 0 requests"), "{}", play.output(&server));
    }

    fn whoever_does_nothing_is_logged_out(play) in [on_a_perfect_network, on_a_lossy_network] {
        add_user(play, "ann");
        let server = play.serve(&format!("{LINE} --session-idle 5m"));
        let line = client(play, &server, "--user ann");
        let ann = play.start(CLIENT, &line, Input::new().line(PASSWORD).open());
        play.wait_for(&ann, "Welcome");
        play.pass(Duration::from_secs(4 * 60));
        assert!(!play.output(&server).contains("chat ended"));
        play.pass(Duration::from_secs(2 * 60));
        play.finish(&ann).exits(1).complains("the session is over");
    }

    fn a_simulation_is_the_same_each_time(play) in [on_a_lossy_network] {
        add_user(play, "ann");
        let server = play.serve(LINE);
        let line = client(play, &server, "--user ann --say hello --list");
        let mut first = play.connect(&line, &[PASSWORD]);
        let mut again = lanternet_tests::worlds::World::on_a_lossy_network();
        add_user(&mut again, "ann");
        let server = again.serve(LINE);
        assert_eq!(client(&again, &server, "--user ann --say hello --list"), line);
        let second = again.connect(&line, &[PASSWORD]);
        // With the times it took to connect.
        first.line.clone_from(&second.line);
        assert_eq!(first, second);
    }
}
