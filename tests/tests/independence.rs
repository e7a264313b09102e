//! Adding a host that has nothing to do with the others changes nothing that happens at any other
//! host: the same events at the same times, with the same frames and the same chance.

use std::collections::BTreeMap;

use lanternet_lab::NodeKind;
use lanternet_tests::labs::{self, Run};

lanternet_tests::for_each_lab!(an_unrelated_host_changes_nothing_for_the_others);

/// Where the new host is put, and what may change besides its own events: the switch or hub that it
/// is plugged into has one more port to flood to.
enum Added {
    /// With a cable to another new host: a segment of their own, on which they talk.
    OwnSegment(Place),
    /// On a switch or hub of the lab, without saying anything.
    Silent { at: &'static str },
}

/// Where in the file.
enum Place {
    First,
    Middle,
    Last,
}

fn an_unrelated_host_changes_nothing_for_the_others(lab: &str) {
    let text = labs::text(lab);
    let before = Run::of(&text);
    let expected = before.lines_by_node();
    let stations: Vec<&str> =
        before.lab.stations().map(|(_, node, _)| node.name.as_str()).collect();
    for place in [Place::First, Place::Middle, Place::Last] {
        let after = Run::of(&with(&text, &Added::OwnSegment(place)));
        // Here even switches and hubs see nothing of it.
        same_for(&expected, &after, before.lab.nodes.iter().map(|node| node.name.as_str()));
        let own = after.lines_by_node();
        assert!(own["new-1"].len() > 10, "the new hosts have not talked: {own:#?}");
    }
    // A switch of a spanning tree speaks at each port, and numbers what it says.
    let repeaters = before.lab.nodes.iter().filter(|node| match &node.kind {
        NodeKind::Switch(switch) => switch.stp.is_none(),
        kind => matches!(kind, NodeKind::Hub { .. }),
    });
    for repeater in repeaters {
        let at = repeater.name.to_string().leak();
        let after = Run::of(&with(&text, &Added::Silent { at }));
        same_for(&expected, &after, stations.iter().copied());
    }
}

#[track_caller]
fn same_for<'a>(
    expected: &BTreeMap<String, Vec<String>>,
    after: &Run,
    nodes: impl Iterator<Item = &'a str>,
) {
    let found = after.lines_by_node();
    for node in nodes {
        let none = Vec::new();
        let (before, after) = (expected.get(node), found.get(node));
        let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
        if let Some((before, after)) = before.iter().zip(after).find(|(a, b)| a != b) {
            panic!("{node}, the first difference:\n{before}\n{after}");
        }
        assert_eq!(before.len(), after.len(), "{node}");
    }
}

/// The lab with the new host. Lines are put in, so that spans and comments stay as they are.
fn with(text: &str, added: &Added) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let section = |lines: &[&str], name: &str| {
        let start = lines.iter().position(|line| *line == name).expect("every lab has it") + 1;
        let len = lines[start..].iter().take_while(|l| l.starts_with([' ', '#'])).count();
        start..start + len
    };
    let (nodes, links, program): (&[&str], String, Option<&str>) = match added {
        Added::OwnSegment(_) => (
            &[
                "  new-1: { kind: host, address: 172.31.99.1/24 }",
                "  new-2: { kind: host, address: 172.31.99.2/24 }",
            ],
            "  - { between: [new-1, new-2], delay: 3ms, loss: 1%, jitter: 1ms }".to_owned(),
            // At a time when others are at work too.
            Some(
                "  - { name: new-ping, on: new-1, at: 990ms, run: ping 172.31.99.2 --count 5 --interval 10ms }",
            ),
        ),
        Added::Silent { at } => (
            &["  new-1: { kind: host, address: 172.31.99.1/24 }"],
            format!("  - new-1 -- {at}"),
            None,
        ),
    };
    // From the end of the file to its start, so that what was found stays where it is.
    if let Some(program) = program {
        match lines.iter().position(|line| *line == "programs:") {
            Some(at) => lines.insert(at + 1, program),
            None => {
                let expect = lines.iter().position(|line| *line == "expect:").expect("expect");
                lines.splice(expect..expect, ["programs:", program]);
            }
        }
    }
    let range = section(&lines, "links:");
    let place = match added {
        Added::OwnSegment(Place::First) => range.start,
        // A silent host's cable is the last, so that the others' ports keep their numbers.
        _ => range.end,
    };
    lines.insert(place, &links);
    let range = section(&lines, "nodes:");
    let top: Vec<usize> = range
        .clone()
        .filter(|line| lines[*line].starts_with("  ") && !lines[*line].starts_with("   "))
        .collect();
    let place = match added {
        Added::OwnSegment(Place::First) => range.start,
        Added::OwnSegment(Place::Middle) => top[top.len() / 2],
        _ => range.end,
    };
    lines.splice(place..place, nodes.iter().copied());
    lines.join("\n") + "\n"
}
