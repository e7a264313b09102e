//! Every lab, run by the built binary: exit code, JSON lines, capture, and the same bytes each time,
//! in debug and in release.

#[path = "common/release.rs"]
mod release;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use jsonschema::Validator;
use lanternet_tests::labs;
use lanternet_tests::scratch;
use lanternet_tests::tshark::{ComplaintKind, Tshark};
use serde_json::Value;

/// What a run says for programs to read.
#[derive(PartialEq, Eq)]
struct Said {
    json: String,
    capture: Vec<u8>,
}

/// Runs the lab, which must keep its promises, and returns what it said.
#[track_caller]
fn run(binary: &Path, lab: &str) -> Said {
    let directory = scratch();
    let capture = directory.path().join("out.pcapng");
    let mut command = Command::new(binary);
    command.arg("run").arg(labs::file(lab)).arg("--json").arg("--pcap").arg(&capture);
    command.env("LC_ALL", "C").env_remove("LANGUAGE");
    let Output { status, stdout, stderr } = command.output().expect("the built binary starts");
    let stderr = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(0), "{command:?}\n{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    Said {
        json: String::from_utf8(stdout).expect("JSON is UTF-8"),
        capture: std::fs::read(&capture).expect("the capture was written"),
    }
}

fn debug() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_lanternet"))
}

mod json {
    //! Every line is as `docs/trace-json.schema.json` says.

    use super::*;

    lanternet_tests::for_each_lab!(lines_fit_the_schema);

    static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
        let schema = include_str!("../../../docs/trace-json.schema.json");
        let schema = serde_json::from_str(schema).expect("the schema is JSON");
        jsonschema::validator_for(&schema).expect("the schema is a schema")
    });

    fn lines_fit_the_schema(lab: &str) {
        let said = run(debug(), lab);
        let mut expectations = Vec::new();
        let mut ended = 0;
        for line in said.json.lines() {
            let value: Value = serde_json::from_str(line).expect(line);
            let errors: Vec<_> = VALIDATOR.iter_errors(&value).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}\n{line}");
            match value["event"].as_str() {
                Some("expectation") => {
                    assert_eq!(value["held"], true, "{line}");
                    expectations.push(value["expectation"].as_str().unwrap_or_default().to_owned());
                }
                Some("run-ended") => ended += 1,
                _ => {}
            }
        }
        let lab = labs::parse(&labs::text(lab));
        let expected: Vec<_> = lab.expectations.iter().map(|e| e.text.as_str()).collect();
        assert_eq!(expectations, expected);
        assert_eq!(ended, 1);
    }
}

mod capture {
    //! tshark takes the captures apart without a complaint that the lab does not cause.

    use super::*;

    lanternet_tests::for_each_lab!(is_dissected_without_complaint);

    /// Warnings that a lab is about: the lab, and how what tshark says begins. Everything below a
    /// warning (the same frame is in the capture where it was sent and where it arrived, which tshark
    /// takes for retransmissions) is looked at in `tests/tests/tcp_as_sent.rs`.
    const ALLOWED: &[(&str, &[&str])] = &[
        // Two segments back to back, each once as it is sent and once as it arrives.
        ("assistant", &["This frame is a (suspected) out-of-order segment"]),
        // a1 knocks at ports where nobody listens.
        ("cable", &["Connection reset (RST)"]),
        ("course", &["Connection reset (RST)"]),
        ("loopback", &["Connection reset (RST)"]),
        ("two-dorms", &["Connection reset (RST)"]),
        ("broken/wrong-port", &["Connection reset (RST)"]),
        ("firewall", &["Connection reset (RST)"]),
        ("sites", &["Connection reset (RST)"]),
        // Each home has its own.
        (
            "internet",
            &[
                "Duplicate IP address configured (192.168.1.",
                // The portal's client has gone when the server says goodbye; and the capture has each
                // segment once per cable, so that those of two cables alternate.
                "Connection reset (RST)",
                "This frame is a (suspected) out-of-order segment",
            ],
        ),
        ("office", &["Connection reset (RST)", "This frame is a (suspected) out-of-order segment"]),
        (
            "broken/duplicate-address",
            &["Connection reset (RST)", "Duplicate IP address configured (192.168.1.80)"],
        ),
        // The copies for a3 come between those for a2.
        ("hub", &["This frame is a (suspected) out-of-order segment"]),
        // Lost on the way, or overtaken.
        (
            "lossy",
            &[
                "Previous segment(s) not captured (common at capture start)",
                "This frame is a (suspected) out-of-order segment",
                "ACKed segment that wasn't captured (common at capture start)",
            ],
        ),
    ];

    /// A frame is there once as it is sent and once as it arrives.
    const BOTH_ENDS: &[&str] = &["DNS query retransmission", "DNS response retransmission"];

    fn is_dissected_without_complaint(lab: &str) {
        let Some(tshark) = Tshark::find() else { return };
        let directory = scratch();
        let file = directory.path().join("out.pcapng");
        std::fs::write(&file, run(debug(), lab).capture).expect("a file in a directory of our own");
        let allowed = ALLOWED.iter().find(|(name, _)| *name == lab).map_or(&[][..], |a| a.1);
        let complaints = tshark.complaints(&file);
        let wrong: Vec<_> = complaints
            .iter()
            .filter(|complaint| {
                complaint.kind != ComplaintKind::Warning
                    || !allowed.iter().chain(BOTH_ENDS).any(|text| complaint.what.starts_with(text))
            })
            .map(ToString::to_string)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");

        let frames =
            tshark.fields(&file, &["frame.comment", "ip.src", "ip.src_host"], &["-N", "n"]);
        let lab = labs::parse(&labs::text(lab));
        let (mut comments, mut resolved) = (0, 0);
        for frame in &frames {
            let values = |name: &str| frame.get(name).map_or(&[][..], Vec::as_slice);
            comments += usize::from(!values("frame.comment").is_empty());
            for (address, name) in values("ip.src").iter().zip(values("ip.src_host")) {
                let owners = lab.stations().filter(|(_, _, station)| {
                    station.addresses().any(|own| own.addr().to_string() == *address)
                });
                let owners: Vec<_> = owners.map(|(_, node, _)| node.name.as_str()).collect();
                if !owners.is_empty() {
                    assert!(owners.contains(&name.as_str()), "{address} is {owners:?}, not {name}");
                    resolved += 1;
                }
            }
        }
        // A frame that left a host of its own accord (an ARP request) need not say why; one that was
        // forwarded, answered or dropped does.
        assert!(comments * 2 > frames.len(), "{comments} of {} have a comment", frames.len());
        // In a storm nothing but ARP gets through.
        let packets = frames.iter().any(|frame| frame.contains_key("ip.src"));
        assert!(resolved > 0 || !packets, "no name was resolved");
    }
}

mod determinism {
    //! The same lab, the same bytes: twice in debug, twice in release, and one against the other.

    use super::*;

    lanternet_tests::for_each_lab!(runs_are_the_same_byte_for_byte);

    fn runs_are_the_same_byte_for_byte(lab: &str) {
        let first = run(debug(), lab);
        same(&first, &run(debug(), lab), "twice in debug");
        if let Some(release) = release::binary() {
            let released = run(release, lab);
            same(&released, &run(release, lab), "twice in release");
            same(&first, &released, "in debug and in release");
        }
    }

    #[track_caller]
    fn same(a: &Said, b: &Said, when: &str) {
        let lines = a.json.lines().zip(b.json.lines());
        if let Some((a, b)) = lines.into_iter().find(|(a, b)| a != b) {
            panic!("{when}, the first difference:\n{a}\n{b}");
        }
        assert!(a == b, "{when}: one is longer, or the captures differ");
    }
}
