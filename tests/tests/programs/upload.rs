//! `serve upload` and `connect upload` in each world.

use lanternet_core::Duration;
use lanternet_tests::in_each_world;
use lanternet_tests::worlds::{CLIENT, Input, OTHER, SERVER, World};

/// Bytes without a pattern.
fn bytes(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(next).collect()
}

/// A time after which some of a file has arrived, and not all.
fn in_the_middle(world: World) -> Duration {
    Duration::from_millis(match world {
        World::Loopback => 30,
        World::Perfect => 15,
        World::Lossy => 20_000,
    })
}

in_each_world! {
    fn files_and_folders_arrive_as_they_are(play) {
        let big = bytes(700_000);
        play.put(CLIENT, "big.bin", &big);
        play.put(CLIENT, "photos/a.txt", "hello\n");
        play.put(CLIENT, "photos/deep/empty", "");
        play.put(CLIENT, "photos/deep/报告 b.txt", "你好\n");
        let server = play.serve("serve upload --dir inbox");
        let at = play.address(&server);
        let client = play.connect(&format!("connect upload {at} big.bin photos"), &[]);
        client.exits(0).prints("big.bin: stored, 683.6 KiB").prints("4 files stored, ");
        play.wait_for(&server, "closed after 4 files, 683.6 KiB");
        assert_eq!(play.file(SERVER, "inbox/big.bin").unwrap(), big);
        assert_eq!(play.file(SERVER, "inbox/photos/a.txt").unwrap(), b"hello\n");
        assert_eq!(play.file(SERVER, "inbox/photos/deep/empty").unwrap(), b"");
        assert_eq!(play.file(SERVER, "inbox/photos/deep/报告 b.txt").unwrap(), "你好\n".as_bytes());
        assert_eq!(play.files(SERVER).len(), 4);

        // Once more: nothing is sent, and nobody is asked.
        let client = play.connect(&format!("connect upload {at} big.bin photos"), &[]);
        client.exits(0).prints("4 files there already, 0 bytes");
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

    fn a_server_that_is_killed_and_started_again_goes_on_where_it_was(play) {
        let length = if play.world() == World::Loopback { 200_000_000 } else { 3_000_000 };
        let big = bytes(length);
        play.put(CLIENT, "big.bin", &big);
        let server = play.serve("serve upload --dir inbox");
        let port = play.port(&server);
        let at = play.address(&server);
        let line = format!("connect upload {at} big.bin --timeout 30s");
        let client = play.start(CLIENT, &line, Input::default());
        play.wait_for(&server, "begins");
        play.pass(in_the_middle(play.world()));
        play.kill(&server);
        let server = play.serve(&format!("serve upload --dir inbox --port {port}"));
        let client = play.finish(&client);
        client.exits(0).complains("trying again in 1.0 s").prints("resumed at ");
        play.wait_for(&server, "goes on at ");
        assert!(play.file(SERVER, "inbox/big.bin").unwrap() == big);
        assert_eq!(play.files(SERVER).len(), 1);
    }

    fn a_client_that_is_killed_and_started_again_goes_on_where_it_was(play) {
        let length = if play.world() == World::Loopback { 200_000_000 } else { 3_000_000 };
        let big = bytes(length);
        play.put(CLIENT, "big.bin", &big);
        let server = play.serve("serve upload --dir inbox");
        let line = format!("connect upload {} big.bin", play.address(&server));
        let client = play.start(CLIENT, &line, Input::default());
        play.wait_for(&server, "begins");
        play.pass(in_the_middle(play.world()));
        play.kill(&client);
        play.connect(&line, &[]).exits(0).prints("resumed at ");
        assert!(play.file(SERVER, "inbox/big.bin").unwrap() == big);
    }

    fn two_hosts_send_files_of_one_name_at_once(play) {
        let (one, two) = (bytes(400_000), bytes(500_001));
        play.put(CLIENT, "same.bin", &one);
        play.put(OTHER, "same.bin", &two);
        let server = play.serve("serve upload --dir inbox");
        let line = format!("connect upload {} same.bin --if-exists rename", play.address(&server));
        let first = play.start(CLIENT, &line, Input::default());
        let second = play.start(OTHER, &line, Input::default());
        play.finish(&first).exits(0);
        play.finish(&second).exits(0);
        let mut files: Vec<_> = play.files(SERVER).into_values().collect();
        files.sort_by_key(Vec::len);
        assert!(files == [one, two]);
    }

    fn limits_are_told_before_anything_is_sent(play) {
        play.put(CLIENT, "a.bin", bytes(200_000));
        play.put(CLIENT, "b.bin", bytes(90_000));
        let server = play.serve("serve upload --dir inbox --max-size 100k --max-total 150k");
        let line = format!("connect upload {} a.bin b.bin", play.address(&server));
        let client = play.connect(&line, &[]);
        client.exits(1).prints("b.bin: stored, 87.9 KiB");
        client.complains("a.bin: not stored: it has 195.3 KiB, the server takes at most 100.0 KiB");
        play.put(CLIENT, "c.bin", bytes(90_000));
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
        let big = bytes(300_000);
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
}
