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
}
