//! Command lines as people write them, right and wrong.

use lanternet_core::Duration;

use super::*;
use crate::endpoint::Port;
use crate::framing::Framing;

fn refusal(text: &str) -> (String, Option<String>) {
    match Command::parse(text) {
        Ok(command) => panic!("{text} is accepted as {command:?}"),
        Err(CommandError { message, help, .. }) => (message, help),
    }
}

fn message(text: &str) -> String {
    refusal(text).0
}

fn help(text: &str) -> String {
    refusal(text).1.unwrap_or_default()
}

#[test]
fn the_lines_of_the_design_are_understood() {
    let command = Command::parse("serve upper --port 9090").unwrap();
    assert_eq!(command.name(), "serve upper");
    assert!(command.is_daemon());

    let command = Command::parse("connect upper b3:9090 --say hello").unwrap();
    assert_eq!(command.name(), "connect upper");
    assert!(!command.is_daemon());
    let Command::Connect(Connect::Upper(args)) = command else { panic!("connect upper") };
    assert_eq!(args.to.to_string(), "b3:9090");
    assert_eq!(args.say, ["hello"]);
    assert_eq!(args.framing, Framing::Line);
}

#[test]
fn quotes_keep_words_together_and_say_repeats() {
    let command =
        Command::parse(r#"connect echo [fd00::1]:7 -s "hello world" --say='-n' --udp"#).unwrap();
    let Command::Connect(Connect::Echo(args)) = command else { panic!("connect echo") };
    assert_eq!(args.say, ["hello world", "-n"]);
    assert_eq!((args.to.host.as_str(), args.to.port), ("fd00::1", Some(Port::Number(7))));
}

#[test]
fn ping_takes_the_letters_of_iputils() {
    let Command::Ping(args) =
        Command::parse("ping -n -c 3 -i 0.2 -M do -s 1400 -t 5 -W 1 b3").unwrap()
    else {
        panic!("ping")
    };
    assert_eq!((args.count, args.size, args.ttl), (3, 1400, 5));
    assert_eq!(args.path_mtu, ping::PathMtu::Do);
    assert_eq!(args.interval, Duration::from_millis(200));
    assert_eq!(args.timeout, Duration::from_secs(1));
}

#[test]
fn the_two_lessons_have_their_flags() {
    Command::parse("serve echo --backlog 1 --accept-after 5s").unwrap();
    Command::parse("serve echo --framing none --read-after 100ms").unwrap();
    let line = "connect echo b3 --framing length --together --say hello --say world";
    let Command::Connect(Connect::Echo(args)) = Command::parse(line).unwrap() else {
        panic!("connect echo")
    };
    assert!(args.together && args.framing == Framing::Length);
}

#[test]
fn what_is_nearly_right_is_suggested() {
    for (text, wrong, near) in [
        ("pign b3", "unknown program `pign`", "did you mean `ping`?"),
        ("serve ehco", "unknown program `ehco`", "did you mean `echo`?"),
        ("ping b3 --cuont 3", "unknown argument `--cuont`", "did you mean `--count`?"),
        (
            "serve echo --framing lenght",
            "unknown value `lenght` for `--framing <FRAMING>`",
            "did you mean `length`?",
        ),
    ] {
        assert_eq!(refusal(text), (wrong.to_owned(), Some(near.to_owned())), "{text}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_value() {
    assert_eq!(
        message("connect echo 192.168.11.311"),
        "wrong value `192.168.11.311` for `<HOST[:PORT]>`: `192.168.11.311` is no IPv4 address: \
         expected four numbers from 0 to 255"
    );
    assert_eq!(message("ping"), "missing `<HOST>`");
    assert_eq!(
        message("ping b3 -i soon"),
        "wrong value `soon` for `--interval <TIME>`: expected a number and a unit such as \
         `200ms` or `1.5s`, or seconds, got `soon`"
    );
    assert_eq!(
        message("ping b3 -c 0"),
        "wrong value `0` for `--count <N>`: 0 is not in 1..=4294967295"
    );
    assert_eq!(
        message("connect echo b3 --udp --framing line"),
        "`--udp` cannot be used with `--framing <FRAMING>`"
    );
    assert_eq!(message("ping b3 -c"), "expected a value after `--count <N>`, got none");
    assert_eq!(message("ping b3 -c 1 -c 2"), "`--count <N>` is given more than once");
    assert_eq!(message("serve"), "the name of a program is missing");
    assert_eq!(
        message("connect echo 'b3"),
        "a quote is opened and not closed in `connect echo 'b3`"
    );
    assert_eq!(message("  "), "expected a program, got nothing");
    assert_eq!(
        help("telnet b3"),
        "the programs are `ping`, `traceroute`, `lookup`, `host`, `probe`, `listen`, `chat`, `user`, \
         `serve`, `connect`"
    );
    assert_eq!(help("connect echo b3 9090"), "a port is written `HOST:PORT`, or after `--port`");
    assert_eq!(message("--help"), "asked for help, which is no program to run");
}

#[test]
fn the_definition_has_no_contradictions() {
    CommandLine::command().debug_assert();
}

#[test]
fn the_wrong_word_is_pointed_at() {
    for (text, wrong) in [
        ("pnig b1", "pnig"),
        (" ping b1 --cuont 3", "--cuont"),
        ("serve  uper --port 80", "uper"),
        ("connect echo b1:0", "b1:0"),
        ("ping 0 -c 0", "0"),
        ("ping b3 --count=none", "--count=none"),
        ("ping b3 -c 1 -i 'very soon'", "'very soon'"),
        ("connect echo b3 --udp --framing line --say x", "--framing line"),
        ("connect echo b3 9090", "9090"),
        ("connect echo b1:7 --say 'hello", "'hello"),
        ("serve", "serve"),
    ] {
        let error = Command::parse(text).unwrap_err();
        let at = error.at.clone().unwrap();
        assert!(wrong.contains(&text[at.clone()]) && !at.is_empty(), "{text}: {at:?} {error}");
    }
    assert_eq!(Command::parse("ping 0 -c 0").unwrap_err().at, Some(10..11));
    assert_eq!(Command::parse("ping").unwrap_err().at, None);
}
