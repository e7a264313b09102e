//! `serve upload` and `connect upload`.

use lanternet_core::Duration;
use lanternet_tests::in_each_world;
use lanternet_tests::worlds::{CLIENT, Input, OTHER, Play, Running, SERVER, World};

/// Bytes in which no part is like another.
fn content(length: usize) -> Vec<u8> {
    (0_u32..).flat_map(|word| word.wrapping_mul(2_654_435_761).to_be_bytes()).take(length).collect()
}

/// How much is sent where time is simulated and loss costs some, and where it is not.
fn much(play: &Play) -> usize {
    match play.world() {
        World::Lossy => 400_000,
        World::Perfect => 4_000_000,
        World::Loopback => 60_000_000,
    }
}

/// Waits until the server has some of a file under its temporary name.
fn wait_for_a_part(play: &mut Play, server: &Running, least: usize) {
    for _ in 0..10_000 {
        let longest = play.files(SERVER).values().map(Vec::len).max().unwrap_or(0);
        if longest >= least {
            return;
        }
        play.pass(Duration::from_millis(10));
    }
    panic!("no part of a file arrives; the server printed\n{}", play.output(server));
}

in_each_world! {
    fn files_and_folders_arrive_whole(play) {
        let mut expected = std::collections::BTreeMap::new();
        for (path, length) in [("a.bin", 100_000), ("photos/1.jpg", 1), ("photos/old/2.jpg", 0)] {
            play.put(CLIENT, path, content(length));
            expected.insert(format!("inbox/{path}"), content(length));
        }
        let server = play.serve("serve upload --dir inbox");
        let at = play.address(&server);
        play.connect(&format!("connect upload {at} a.bin photos"), &[]).exits(0);
        play.stop(&server).exits(0);
        assert!(play.files(SERVER) == expected, "{:?}", play.files(SERVER).keys());
    }

    fn a_file_of_this_name_is_asked_about(play) {
        play.put(CLIENT, "list.txt", "new");
        play.put(SERVER, "inbox/list.txt", "old");
        let server = play.serve("serve upload --dir inbox");
        let line = format!("connect upload {} list.txt", play.address(&server));
        // Nobody answers: nothing is done, and that is a failure.
        play.connect(&line, &[]).exits(1);
        assert_eq!(play.file(SERVER, "inbox/list.txt").unwrap(), b"old");
        play.connect(&format!("{line} --if-exists skip"), &[]).exits(0);
        assert_eq!(play.file(SERVER, "inbox/list.txt").unwrap(), b"old");
        play.connect(&format!("{line} --if-exists rename"), &[]).exits(0);
        assert_eq!(play.files(SERVER).len(), 2, "{:?}", play.files(SERVER).keys());
        assert_eq!(play.file(SERVER, "inbox/list.txt").unwrap(), b"old");
        play.connect(&format!("{line} --if-exists overwrite"), &[]).exits(0);
        assert_eq!(play.file(SERVER, "inbox/list.txt").unwrap(), b"new");
    }

    fn an_upload_whose_server_is_killed_goes_on_with_the_next_one(play) {
        let all = content(much(play));
        play.put(CLIENT, "film.mkv", &all);
        let server = play.serve("serve upload --dir inbox");
        let (at, port) = (play.address(&server), play.port(&server));
        let line = format!("connect upload {at} film.mkv --retries 100");
        let client = play.start(CLIENT, &line, Input::new());
        wait_for_a_part(play, &server, all.len() / 10);
        play.kill(&server);
        assert_eq!(play.file(SERVER, "inbox/film.mkv"), None, "it was done before the kill");

        let again = play.serve(&format!("serve upload --dir inbox --port {port}"));
        play.finish(&client).exits(0);
        let log = play.stop(&again);
        log.exits(0).prints("film.mkv goes on at ");
        assert!(play.file(SERVER, "inbox/film.mkv").as_ref() == Some(&all));
        assert_eq!(play.files(SERVER).len(), 1, "nothing is left of the first try");
    }

    fn a_client_that_is_killed_and_started_again_goes_on(play) {
        let all = content(much(play));
        play.put(CLIENT, "film.mkv", &all);
        let server = play.serve("serve upload --dir inbox");
        let line = format!("connect upload {} film.mkv", play.address(&server));
        let client = play.start(CLIENT, &line, Input::new());
        wait_for_a_part(play, &server, all.len() / 10);
        play.kill(&client);
        assert_eq!(play.file(SERVER, "inbox/film.mkv"), None, "it was done before the kill");
        play.connect(&line, &[]).exits(0);
        play.stop(&server).prints("film.mkv goes on at ");
        assert!(play.file(SERVER, "inbox/film.mkv").as_ref() == Some(&all));
    }

    fn two_clients_with_files_of_one_name_lose_none(play) {
        play.put(CLIENT, "list.txt", content(50_000));
        play.put(OTHER, "list.txt", content(60_000));
        let server = play.serve("serve upload --dir inbox");
        let line = format!("connect upload {} list.txt --if-exists rename", play.address(&server));
        let both = [CLIENT, OTHER].map(|host| play.start(host, &line, Input::new()));
        for client in &both {
            play.finish(client).exits(0);
        }
        let mut lengths: Vec<usize> = play.files(SERVER).values().map(Vec::len).collect();
        lengths.sort_unstable();
        assert_eq!(lengths, [50_000, 60_000]);
    }

    fn a_file_over_the_limit_is_refused_and_leaves_nothing(play) {
        play.put(CLIENT, "large.bin", content(20_001));
        let server = play.serve("serve upload --dir inbox --max-size 20000");
        let line = format!("connect upload {} large.bin", play.address(&server));
        play.connect(&line, &[]).exits(1);
        assert!(play.files(SERVER).is_empty(), "{:?}", play.files(SERVER).keys());
    }

    fn a_full_disk_fails_the_upload_and_the_server_goes_on(play)
    in [on_a_perfect_network, on_a_lossy_network] {
        play.put(CLIENT, "large.bin", content(300_000));
        play.put(CLIENT, "small.bin", content(3_000));
        let server = play.serve("serve upload --dir inbox");
        play.limit_disk(SERVER, Some(100_000));
        let line = format!("connect upload {} large.bin", play.address(&server));
        play.connect(&line, &[]).exits(1);
        assert_eq!(play.file(SERVER, "inbox/large.bin"), None);
        let line = format!("connect upload {} small.bin", play.address(&server));
        play.limit_disk(SERVER, None);
        play.connect(&line, &[]).exits(0);
        assert_eq!(play.file(SERVER, "inbox/small.bin").unwrap(), content(3_000));
    }

    fn a_file_in_the_bare_protocol_arrives_whole(play) {
        play.put(CLIENT, "a.bin", content(70_000));
        let server = play.serve("serve upload --plain --dir inbox --name a.bin");
        let at = play.address(&server);
        play.connect(&format!("connect upload {at} --plain a.bin"), &[]).exits(0);
        play.connect(&format!("connect upload {at} --plain --no-pause a.bin"), &[]).exits(0);
        play.stop(&server).exits(0);
        let files = play.files(SERVER);
        assert_eq!(files.len(), 2, "{:?}", files.keys());
        assert!(files.values().all(|bytes| *bytes == content(70_000)));
    }

    fn what_to_do_with_a_name_that_is_taken_is_asked_or_told(play) {
        play.put(CLIENT, "a.txt", "new");
        play.put(CLIENT, "b/a.txt", "newer");
        play.put(SERVER, "inbox/a.txt", "old one");
        play.put(SERVER, "inbox/b/a.txt", "older");
        let server = play.serve("serve upload --dir inbox");
        let at = play.address(&server);
        let line = format!("connect upload {at} a.txt b");
        let client = play.connect(&line, &[]);
        client.exits(1).complains("a.txt is there already, with 7 bytes (this one has 3 bytes)");
        client.complains("a.txt: not stored: there is another file of this name");
        play.connect(&line, &["what?", "s", "skip"]).exits(0).prints("2 files skipped");
        assert_eq!(play.file(SERVER, "inbox/a.txt").unwrap(), b"old one");
        play.connect(&line, &["R"]).exits(0).prints("a.txt: stored as a (1).txt, 3 bytes");
        assert_eq!(play.file(SERVER, "inbox/b/a (1).txt").unwrap(), b"newer");
        play.connect(&line, &["o", "r"]).exits(0).prints("b/a.txt: stored as b/a (2).txt");
        assert_eq!(play.file(SERVER, "inbox/a.txt").unwrap(), b"new");
        assert_eq!(play.file(SERVER, "inbox/b/a.txt").unwrap(), b"older");
        play.connect(&format!("{line} --if-exists overwrite"), &[]).exits(0);
        assert_eq!(play.file(SERVER, "inbox/b/a.txt").unwrap(), b"newer");
        play.connect(&format!("{line} --if-exists skip"), &[]).exits(0);
    }

    fn limits_are_told_before_anything_is_sent(play) {
        play.put(CLIENT, "a.bin", content(200_000));
        play.put(CLIENT, "b.bin", content(90_000));
        let server = play.serve("serve upload --dir inbox --max-size 100k --max-total 150k");
        let line = format!("connect upload {} a.bin b.bin", play.address(&server));
        let client = play.connect(&line, &[]);
        client.exits(1).prints("b.bin: stored, 87.9 KiB");
        client.complains("a.bin: not stored: it has 195.3 KiB, the server takes at most 100.0 KiB");
        play.put(CLIENT, "c.bin", content(90_000));
        let line = format!("connect upload {} c.bin", play.address(&server));
        let client = play.connect(&line, &[]);
        client.exits(1).complains("c.bin: not stored: all files together may have at most 153600 bytes");
        assert_eq!(play.files(SERVER).len(), 1);
    }

    fn what_is_not_there_cannot_be_sent(play) {
        let server = play.serve("serve upload --dir inbox");
        let at = play.address(&server);
        let client = play.connect(&format!("connect upload {at} none.txt"), &[]);
        client.exits(2).complains("none.txt: no such file or folder");
        play.put(CLIENT, "a/x", "");
        play.put(CLIENT, "b/x", "");
        let client = play.connect(&format!("connect upload {at} a/x b/x"), &[]);
        client.exits(2).complains("two of the files would be called `x`");
    }

    fn the_bare_protocol_between_its_own_halves(play) {
        let dated = b"2024 was written before these bytes".to_vec();
        let big = content(300_000);
        play.put(CLIENT, "dated.txt", &dated);
        play.put(CLIENT, "big.bin", &big);
        play.put(CLIENT, "empty", "");
        let server = play.serve("serve upload --plain --dir inbox --name file");
        let line = format!("connect upload --plain {} dated.txt big.bin empty", play.address(&server));
        play.connect(&line, &[]).exits(0).prints("dated.txt: sent, 35 bytes");
        play.connect(&format!("{line} --no-pause"), &[]).exits(0);
        let sent = |number: &str| play.file(SERVER, &format!("inbox/file{number}")).unwrap();
        assert!(sent("") == dated && sent(" (1)") == big && sent(" (2)").is_empty());
        // Size and digits arrive together: the end of the stream tells them apart.
        assert_eq!(String::from_utf8_lossy(&sent(" (3)")), String::from_utf8_lossy(&dated));
        assert!(sent(" (4)") == big && sent(" (5)").is_empty());
    }

    fn folders_keep_their_names_and_a_second_time_nothing_is_sent(play) {
        play.put(CLIENT, "photos/deep/报告 b.txt", "你好\n");
        play.put(CLIENT, "big.bin", content(700_000));
        let server = play.serve("serve upload --dir inbox");
        let line = format!("connect upload {} big.bin photos", play.address(&server));
        let client = play.connect(&line, &[]);
        client.exits(0).prints("big.bin: stored, 683.6 KiB").prints("2 files stored, ");
        play.wait_for(&server, "closed after 2 files, 683.6 KiB");
        assert_eq!(play.file(SERVER, "inbox/photos/deep/报告 b.txt").unwrap(), "你好\n".as_bytes());
        play.connect(&line, &[]).exits(0).prints("2 files there already, 0 bytes");
    }
}
