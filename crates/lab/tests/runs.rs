//! The labs that ship with the project, run: what they expect holds, and a lab that was printed and
//! read again is the same network, event for event.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

mod files;

use files::all_labs;
use lanternet_core::{Record, Recorder, TraceEvent};
use lanternet_lab::{Lab, Network, Start, parse, print};

/// Runs a lab and judges it: the whole trace, probes included, and the expectations that failed.
fn run(lab: &Lab) -> (Vec<Record>, Vec<String>) {
    let mut network = Network::build(lab);
    let recorder = Recorder::default();
    network.sim.observe(recorder.clone());
    network.start(lab, Start::All);
    network.run(Network::limits(lab));
    let mut failed = Vec::new();
    for expectation in &lab.expectations {
        let verdict = network.judge(lab, expectation);
        if !verdict.held {
            failed.push(format!("{}: {:?}", expectation.text, verdict.finding));
        }
    }
    (recorder.take(), failed)
}

#[test]
fn every_lab_holds_what_it_expects() {
    for (name, text) in all_labs() {
        let (lab, _) = parse(&text, &name).unwrap();
        assert!(!lab.expectations.is_empty(), "{name} expects nothing");
        let (_, failed) = run(&lab);
        assert!(failed.is_empty(), "{name}: {failed:#?}");
    }
}

/// The lab's comment says so, and no expectation can.
#[test]
fn what_is_sent_to_127_0_0_1_comes_to_no_cable() {
    let (name, text) = all_labs().into_iter().find(|(name, _)| name == "loopback.yaml").unwrap();
    let (mut lab, _) = parse(&text, &name).unwrap();
    lab.expectations.clear();
    lab.programs.retain(|program| ["private", "own", "self"].contains(&program.name.as_str()));
    let (records, _) = run(&lab);
    let count = |wanted: fn(&TraceEvent) -> bool| {
        records.iter().filter(|record| wanted(&record.event)).count()
    };
    assert!(count(|event| matches!(event, TraceEvent::LoopedBack { .. })) > 5);
    assert_eq!(count(|event| matches!(event, TraceEvent::FrameSent { .. })), 0);
}

#[test]
fn a_printed_lab_runs_as_the_lab_itself() {
    for (name, text) in all_labs() {
        let (lab, _) = parse(&text, &name).unwrap();
        let (printed, _) = parse(&print(&lab), "printed.yaml").unwrap();
        let (records, _) = run(&lab);
        let (again, _) = run(&printed);
        let first = records.iter().zip(&again).find(|(one, other)| one != other);
        assert_eq!(first, None, "{name}");
        assert_eq!(records.len(), again.len(), "{name}");
        assert!(!records.is_empty(), "{name}: nothing happened");
    }
}

#[test]
fn an_expectation_is_read_without_a_file_and_its_mistakes_are_underlined() {
    let (lab, _) = parse(
        "nodes: { a: { kind: host, address: 10.0.0.1/24 }, b: { kind: host } }\nlinks: [a -- b]",
        "lab.yaml",
    )
    .map_err(|mistakes| mistakes.plain())
    .unwrap();
    let read = |line| lanternet_lab::expectation(&lab, line);
    let expectation = read(" a reaches 10.0.0.9 ").unwrap();
    assert_eq!(*expectation.text, "a reaches 10.0.0.9");
    let mut network = Network::build(&lab);
    assert!(!network.judge(&lab, &expectation).held);
    // A program may run on it that the lab does not name.
    read("output of a contains \"x\"").unwrap();
    for (line, part) in [
        ("a reaches c", "`c` is no node, no address, and no name that `a` knows"),
        ("a reaches b", "`b` has no address to send a probe to"),
        ("a sees b", "a sees b"),
        ("exit of c is 0", "no program and no node is called `c`"),
    ] {
        let mistakes = read(line).unwrap_err();
        let text = mistakes.plain();
        assert_eq!(mistakes.errors(), 1, "{text}");
        assert!(text.contains(part) && text.contains("[expectation:1:"), "{text}");
    }
}
