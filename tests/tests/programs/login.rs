//! `user`, `serve login` and `connect login`.

use lanternet_tests::in_each_world;
use lanternet_tests::worlds::{CLIENT, Input, OTHER, Play, Running, SERVER};

/// A server with two users, and what is behind `serve login --users users.txt`.
fn served(play: &mut Play, more: &str) -> (Running, String) {
    for (name, password) in [("alice", "correct horse"), ("bob", "battery staple")] {
        let line = format!("user add {name} --users users.txt");
        let adding = play.start(SERVER, &line, &[password, password]);
        play.finish(&adding).exits(0).prints(&format!("user {name} added"));
    }
    let server = play.serve(&format!("serve login --users users.txt {more}"));
    let at = play.address(&server);
    (server, at)
}

in_each_world! {
    fn a_user_logs_in_uploads_sees_who_is_here_and_logs_out(play) {
        let (server, at) = served(play, "--dir in");
        play.put(CLIENT, "report.txt", "all is well\n");
        let input = ["alice", "a wrong one", "alice", "correct horse", "upload report.txt", "who", "q"];
        let client = play.connect(&format!("connect login {at}"), &input);
        client.exits(0).prints("Wrong name or password. 2 more tries.").prints("Hello alice.");
        client.prints("1 file stored.").prints("alice  since ").prints("Goodbye.");
        assert_eq!(play.file(SERVER, "in/alice/report.txt").unwrap(), b"all is well\n");
        play.wait_for(&server, "alice logged out");
        let log = play.output(&server);
        assert!(log.contains("refused: wrong password for alice"), "{log}");
        assert!(log.contains("over TLS"), "{log}");
        let said = format!("{log}{}{}", client.output, client.errors);
        for secret in ["a wrong one", "correct horse", "$argon2id"] {
            assert!(!said.contains(secret), "{secret}: {said}");
        }
    }

    fn plain_text_has_to_be_asked_for_on_both_sides_and_is_warned_about(play) {
        let (server, at) = served(play, "--plain-text");
        let line = format!("connect login {at} --plain-text --user bob");
        let client = play.connect(&line, &["battery staple", "q"]);
        client.exits(0).complains("warning: in plain text").prints("Hello bob.");
        play.wait_for(&server, "bob logged out");
        let client = play.connect(&format!("connect login {at} --user bob"), &["battery staple"]);
        client.exits(1);
        assert!(!client.output.contains("Hello"), "{client:?}");
    }

    fn wrong_passwords_end_it_and_an_unknown_name_is_told_the_same(play) {
        let (server, at) = served(play, "");
        let told = |play: &mut Play, user: &str| {
            let line = format!("connect login {at} --user {user}");
            let client = play.connect(&line, &["not this one", "nor this one", "and not this"]);
            client.exits(1).complains("not logged in");
            client.output.replace(user, "USER")
        };
        let known = told(play, "alice");
        assert_eq!(known, told(play, "mallory"));
        assert!(known.ends_with("Wrong name or password, for the last time. Goodbye.\n"), "{known}");
        play.wait_for(&server, "refused: no such user");
    }

    fn a_password_is_changed_and_the_old_one_is_no_good_any_more(play) {
        let (_, at) = served(play, "");
        let line = format!("connect login {at} --user alice");
        let change = ["correct horse", "password", "not the old one", "new words!", "new words!",
            "password", "correct horse", "short", "short",
            "password", "correct horse", "new words!", "new words?",
            "password", "correct horse", "new words!", "new words!", "q"];
        let client = play.connect(&line, &change);
        client.exits(0).prints("The old password is wrong").prints("at least 8 characters");
        client.prints("are not the same").prints("Your password is changed.");
        let client = play.connect(&line, &["correct horse", "new words!", "q"]);
        client.exits(0).prints("Wrong name or password.").prints("Last login: ");
    }

    fn users_who_are_added_or_removed_meanwhile_may_come_or_not(play) {
        let (_, at) = served(play, "");
        let removing = play.start(SERVER, "user remove alice --users users.txt", &[]);
        play.finish(&removing).exits(0);
        let line = format!("connect login {at} --user alice");
        play.connect(&line, &["correct horse"]).exits(1).prints("Wrong name or password.");
        let adding = play.start(
            SERVER, "user add carol --users users.txt --password-stdin", &["carols words"]);
        play.finish(&adding).exits(0);
        let line = format!("connect login {at} --user carol");
        play.connect(&line, &["carols words", "q"]).exits(0).prints("Hello carol.");
    }

    fn the_assistant_is_offered_and_gives_back_to_the_menu(play) {
        play.put(SERVER, "rules.txt", "when: who am I\nsay: You are {name}.\n\nwhen: I am {name}\nsay: Hello.\n");
        let (_, at) = served(play, "--rules rules.txt");
        let line = format!("connect login {at} --user bob");
        let input = ["battery staple", "1", "who am I", "q", "who", "q"];
        let client = play.connect(&line, &input);
        client.exits(0).prints("you: who am I\nassistant: You are bob.\n").prints("bob  since ");
    }

    fn whoever_is_silent_at_the_password_is_sent_away_within_a_minute(play) in [
        on_a_perfect_network, on_a_lossy_network
    ] {
        let (server, at) = served(play, "--plain-text");
        let line = format!("connect line {at}");
        let slow = play.start(CLIENT, &line, Input::new().line("alice").open());
        play.wait_for(&slow, "password: ");
        play.wait_for(&server, "too slow to log in");
        assert!(play.kill(&slow).output.contains("This took too long. Goodbye."));
        // And one who sends a letter now and then, with no end in sight.
        let line = format!("connect line {at} --no-line-end --interval 5s{}", " -s x".repeat(20));
        play.connect(&line, &[]).prints("This took too long. Goodbye.");
    }

    fn whoever_is_silent_later_is_sent_away_after_the_idle_time(play) in [
        on_a_perfect_network, on_a_lossy_network
    ] {
        let (server, at) = served(play, "--idle 90s");
        let line = format!("connect login {at} --user bob --timeout 5m");
        let silent = play.start(CLIENT, &line, Input::new().line("battery staple").open());
        play.wait_for(&server, "bob silent for too long");
        play.kill(&silent);
    }

    fn a_guesser_is_slowed_then_refused_and_the_owner_elsewhere_is_not(play) in [
        on_a_perfect_network, on_a_lossy_network
    ] {
        let (server, at) = served(play, "");
        let line = format!("connect login {at} --user alice");
        for _ in 0..2 {
            play.connect(&line, &["guess one", "guess two", "guess three"]).exits(1);
        }
        let refused = play.connect(&line, &["correct horse", "q"]);
        refused.exits(1).prints("Too many attempts; nothing was checked. Come back in 5 min.");
        play.wait_for(&server, "refused: too many attempts");
        let owner = play.start(OTHER, &line, &["correct horse", "q"]);
        play.finish(&owner).exits(0).prints("Hello alice.");
    }

    fn a_user_may_be_here_only_so_often(play) {
        let (server, at) = served(play, "--max-sessions 1");
        let line = format!("connect login {at} --user alice");
        let first = play.start(CLIENT, &line, Input::new().line("correct horse").open());
        play.wait_for(&server, "alice logged in");
        let second = play.start(OTHER, &line, &["correct horse", "q"]);
        play.finish(&second).exits(1).prints("You are logged in 1 times already");
        play.kill(&first);
    }
}
