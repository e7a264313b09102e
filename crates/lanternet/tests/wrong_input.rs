//! Wrong input of every kind: exit code 2, a message on standard error that begins with what is wrong
//! and goes on with what to do, nothing on standard output, and never a panic.

mod common;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use common::{Run, command, lanternet};
use lanternet_tests::{labs, scratch};
use tempfile::TempDir;

/// The commands that take a lab, with what must stand behind it.
const WITH_LAB: [(&str, &[&str]); 4] =
    [("run", &[]), ("check", &[]), ("show", &["a1"]), ("why", &["a1", "a2"])];

fn lab(name: &str) -> String {
    labs::file(name).to_string_lossy().into_owned()
}

/// Every command that takes a lab refuses this file with this message.
#[track_caller]
fn all_refuse(file: &Path, message: &str) {
    let path = file.to_string_lossy();
    for (name, rest) in WITH_LAB {
        let args: Vec<&str> = [name, &path].iter().chain(rest).copied().collect();
        refused(lanternet(&args), message);
    }
}

#[track_caller]
fn refused(run: Run, message: &str) {
    let run = run.exits(2).stdout_is("").stderr_has(message);
    assert!(!run.stderr().contains("panicked"), "{}", run.stderr());
}

/// A file of this content in a folder of its own.
fn file(content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = scratch();
    let path = folder.path().join("lab.yaml");
    std::fs::write(&path, content).expect("a folder of our own");
    (folder, path)
}

#[test]
fn a_missing_file_is_answered_with_the_labs_that_are_there() {
    let missing = labs::file("cabel");
    all_refuse(&missing, "No such file or directory");
    all_refuse(
        &missing,
        "help: lab files in that folder: assistant.yaml, backlog.yaml, broadcast.yaml",
    );
}

#[test]
fn a_folder_is_answered_with_the_labs_in_it() {
    let folder = labs::file("broken/x").with_file_name("");
    all_refuse(&folder, "Is a directory");
    all_refuse(&folder, "help: lab files in that folder: address-in-use.yaml");
}

#[test]
fn a_file_that_is_no_text_is_said_to_be_none() {
    let (_folder, path) = file(b"name: x\n\x00\xff\xfe\x80 nodes");
    all_refuse(&path, "no text in UTF-8 (line 2); a lab is a YAML text file");
    // What Windows' editor calls Unicode.
    let text = labs::text("cable");
    let utf_16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let (_folder, path) = file(utf_16);
    all_refuse(&path, "no text in UTF-8");
}

#[test]
fn a_file_without_end_is_read_no_further_than_a_lab_may_be_long() {
    all_refuse(Path::new("/dev/zero"), "/dev/zero: longer than 16 MiB");
}

#[test]
fn an_empty_file_and_one_with_only_comments_are_told_what_a_lab_needs() {
    for content in ["", "\n\n", "# a comment\n", "---\n", "null\n"] {
        let (_folder, path) = file(content);
        all_refuse(&path, "help: a lab needs at least `nodes:`");
        all_refuse(&path, "lanternet: the lab has one error; it was not built\n");
    }
}

#[test]
fn yaml_that_is_none_is_shown_where_reading_stopped() {
    for (content, message) in [
        ("name: x\nnodes: [\n", "the text is no YAML"),
        ("nodes:\n\ta1: { kind: host }\n", "lab::yaml"),
        ("nodes: { a1: { kind: host }\n", "lab::yaml"),
        ("\"\n", "lab::yaml"),
        ("nodes: *nowhere\n", "lab::yaml"),
        ("- a\n- list\n", "lab::"),
        ("just a sentence\n", "lab::"),
    ] {
        let (_folder, path) = file(content);
        all_refuse(&path, message);
        all_refuse(&path, "lanternet: the lab has ");
    }
    // A bomb that grows: each line ten times the one before.
    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..40 {
        let before = level - 1;
        bomb += &format!("a{level}: &a{level} [*a{before}, *a{before}, *a{before}, *a{before}]\n");
    }
    let (_folder, path) = file(bomb);
    all_refuse(&path, "lanternet: the lab has ");
    let (_folder, path) = file("[".repeat(100_000));
    all_refuse(&path, "lanternet: the lab has ");
}

#[test]
fn all_mistakes_of_a_lab_are_told_in_one_run() {
    let (_folder, path) = file(
        "nodes:
  a1: { kind: hots, address: 192.168.1.1/24 }
  a2: { kind: host, address: 192.168.1.311/24 }
links:
  - a1 -- a7
",
    );
    for message in ["hots", "192.168.1.311", "a7", "help: did you mean `host`?"] {
        all_refuse(&path, message);
    }
}

#[test]
fn a_lab_comes_over_standard_input_too() {
    let from = |path: &Path, args: &[&str]| {
        let mut command = command(args);
        command.stdin(File::open(path).expect("the lab"));
        Run::new(command)
    };
    let cable = labs::file("cable");
    from(&cable, &["run", "-"]).exits(0).stdout_has("✓ a1 reaches a2");
    from(&cable, &["show", "-", "a1", "arp"]).exits(0);
    refused(from(Path::new("/dev/null"), &["run", "-"]), "[standard input:1:1]");
    let (_folder, binary) = file([0xff, 0xfe]);
    let message = "lanternet: cannot read the lab file standard input: no text in UTF-8";
    let run = from(&binary, &["run", "-"]);
    assert!(!run.stderr().contains("help:"), "{}", run.stderr());
    refused(run, message);
}

#[test]
fn a_node_that_is_not_there_is_answered_with_those_that_are() {
    let cable = lab("cable");
    for node in ["a9", "A1", "", "a1 ", "-", "192.168.1.1", "节点"] {
        refused(lanternet(&["show", &cable, "--", node]), "help: its nodes are a1, a2\n");
    }
    refused(lanternet(&["why", &cable, "a9", "a1"]), "`a9`\n  help: did you mean `a1`?\n");
    refused(lanternet(&["why", &lab("hub"), "hub", "a1"]), "`hub` is a hub");
    for (target, message) in [
        ("a2:0", "expected a port from 1 to 65535, got `0`\n  help: "),
        ("a2:99999", "expected a port from 1 to 65535, got `99999`\n  help: "),
        ("a2:http", "expected a port"),
        ("a2:80/sctp", "expected `tcp` or `udp`, got `sctp`"),
        ("192.168.1.311", "got `192.168.1.311`\n  help: "),
        ("192.168.1.2/24", "got `192.168.1.2/24`\n  help: "),
        ("", "expected a node, an address or a name"),
        ("a2 a2", "lanternet: "),
    ] {
        refused(lanternet(&["why", &cable, "a1", target]), message);
    }
}

#[test]
fn a_table_that_a_node_does_not_have_is_said_to_be_another_kinds() {
    let (cable, hub) = (lab("cable"), lab("hub"));
    refused(
        lanternet(&["show", &cable, "a1", "mac"]),
        "switches have mac, and vlan, stp and groups where",
    );
    refused(lanternet(&["show", &hub, "hub"]), "hub has no tables");
    refused(lanternet(&["show", &cable, "a1", "nat"]), "a1 has no table of the kind nat");
    refused(lanternet(&["show", &cable, "a1", "macs"]), "[possible values: mac,");
}

#[test]
fn numbers_and_times_are_told_what_they_should_be() {
    let cable = lab("cable");
    for value in ["yesterday", "-1s", "1", "5 parsecs", "1e9s", "99999999999999999999s"] {
        let unit = "expected a number and a unit (ns, us, ms, s, m, h) such as `20ms`, got ";
        for args in [
            &["run", &cable, "--until", value][..],
            &["show", &cable, "a1", "--at", value],
            &["why", &cable, "a1", "a2", "--at", value],
        ] {
            refused(lanternet(args), unit);
        }
    }
    for value in ["-1", "x", "1.5", "18446744073709551616"] {
        let message = format!(
            "invalid value '{value}' for '--seed <NUMBER>': expected a whole number from 0 to \
             18446744073709551615, got `{value}`"
        );
        refused(lanternet(&["run", &cable, "--seed", value]), &message);
    }
    refused(lanternet(&["run", &cable, "--lang", "klingon"]), "there are: en, zh-CN");
    refused(lanternet(&["run", &cable, "--json", "--trace"]), "cannot be used with");
    refused(lanternet(&["run", &cable, "extra"]), "unexpected argument 'extra'");
    refused(lanternet(&["run"]), "Usage: lanternet run");
}

#[test]
fn the_edges_of_time_are_no_mistake() {
    let cable = lab("cable");
    for time in ["0", "0s", "1ns", "18446744073s"] {
        for args in [
            &["run", &cable, "--until", time][..],
            &["show", &cable, "a1", "--at", time],
            &["why", &cable, "a1", "a2", "--at", time],
        ] {
            lanternet(args).exits(0).stderr_is("");
        }
    }
}

#[test]
fn a_capture_that_cannot_be_written_is_said_before_the_run() {
    let (cable, folder) = (lab("cable"), scratch());
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    for (path, reason) in
        [(path("no/such/folder.pcapng"), "No such file or directory"), (path(""), "Is a directory")]
    {
        for more in [&[][..], &["--json"], &["--trace"]] {
            let args = [&["run", &cable, "--pcap", &path], more].concat();
            refused(lanternet(&args), &format!("lanternet: cannot write {path}: {reason}"));
        }
    }
}

#[test]
fn a_capture_takes_the_place_of_another_capture_and_of_nothing_else() {
    let (cable, folder) = (lab("cable"), scratch());
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (precious, capture) = (path("precious.yaml"), path("out.pcapng"));
    std::fs::write(&precious, "name: mine").unwrap();
    refused(
        lanternet(&["run", &cable, "--pcap", &precious]),
        &format!("lanternet: {precious} is there already and is no capture: it is left as it is"),
    );
    assert_eq!(std::fs::read_to_string(&precious).unwrap(), "name: mine");
    for _ in 0..2 {
        lanternet(&["run", &cable, "--pcap", &capture]).exits(0).stderr_is("");
    }
    std::fs::write(&precious, "").unwrap();
    lanternet(&["run", &cable, "--pcap", &precious]).exits(0).stderr_is("");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_by_every_command() {
    let cable = lab("cable");
    // What was printed before stays printed.
    lanternet(&["run", &cable, "--pcap", "/dev/full"])
        .exits(2)
        .stderr_has("lanternet: cannot write /dev/full: No space left on device");
    let commands: [&[&str]; 6] = [
        &["run", &cable],
        &["run", &cable, "--json"],
        &["run", &cable, "--trace"],
        &["show", &cable, "a1"],
        &["check", &cable, "--print"],
        &["why", &cable, "a1", "a2"],
    ];
    for args in commands {
        let full = File::options().write(true).open("/dev/full").expect("/dev/full");
        let output = command(args).stdout(full).output().expect("the built binary starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.starts_with("lanternet: writing output: No space left"), "{stderr}");
    }
}

#[test]
fn a_reader_that_leaves_early_ends_the_command_without_a_word() {
    use std::io::Read;

    let lossy = lab("lossy");
    let commands: [&[&str]; 6] = [
        &["run", &lossy],
        &["run", &lossy, "--json"],
        &["run", &lossy, "--trace"],
        &["show", &lossy, "a1"],
        &["check", &lossy, "--print"],
        &["why", &lossy, "a1", "b1"],
    ];
    for args in commands {
        for bytes in [0, 1] {
            let mut child = command(args)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the built binary starts");
            // `| head -c 1`
            let mut reader = child.stdout.take().expect("it is piped");
            reader.read_exact(&mut vec![0; bytes]).expect("the first byte");
            drop(reader);
            let output = child.wait_with_output().expect("it ends");
            let stderr = String::from_utf8_lossy(&output.stderr);
            // `why` and `run` may have answered by then: what they found counts.
            assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "{args:?}");
        }
    }
}
