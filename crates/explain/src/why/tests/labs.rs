//! The labs of the repository.

use lanternet_core::Duration;
use lanternet_lab::Claim;

use super::*;

#[test]
fn a_ping_across_a_router_is_told_there_and_back() {
    let mut world = World::file("two-dorms");
    let report = world.ping("a1", "b3");
    assert!(report.reached());
    told("two-dorms.a1-b3", &world, &report);
    // The second time every table has its rows.
    let again = world.ping("a1", "b3");
    told("two-dorms.a1-b3-again", &world, &again);
}

#[test]
fn a_hub_repeats_to_everybody_and_the_one_meant_takes_it() {
    let mut world = World::file("hub");
    let report = world.ping("a1", "a3");
    told("hub.a1-a3", &world, &report);
}

/// The files of a folder of labs, in order.
fn files(folder: &str) -> Vec<String> {
    let path = format!("{}/../../labs/{folder}", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(path).expect("the folder is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string());
    let mut labs: Vec<String> = names
        .filter_map(|name| name.expect("a plain name").strip_suffix(".yaml").map(str::to_owned))
        .collect();
    labs.sort_unstable();
    labs
}

#[test]
fn whatever_a_broken_lab_expects_not_to_be_reached_gets_its_reason() {
    for file in files("broken") {
        let lab = World::file(&format!("broken/{file}")).lab;
        for expectation in &lab.expectations {
            let Claim::Reach { from, target, service, expected: false } = &expectation.claim else {
                continue;
            };
            // All programs have run: their traffic is in the tables.
            let mut world = World::after_run(&format!("broken/{file}"));
            let report = world.network.probe(&world.lab, *from, target, *service, 1);
            assert!(!report.reached(), "{file}: {}", *expectation.text);
            let answer = Answer::new(&world.lab, world.topology(), &report);
            let found = answer.finding().map(|finding| &finding.diagnosis);
            assert!(
                !matches!(found, None | Some(Diagnosis::Unknown | Diagnosis::Other { .. })),
                "{file}: {}: {found:?}",
                *expectation.text
            );
            let name = expectation.text.replace("cannot reach ", "").replace([' ', ':'], "-");
            told(&format!("broken/{file}.{name}"), &world, &report);
        }
    }
}

#[test]
fn whatever_a_lab_expects_to_be_reached_has_nothing_to_complain_about() {
    for file in files("") {
        let mut world = World::file(&file);
        for expectation in world.lab.expectations.clone() {
            let Claim::Reach { from, target, service, expected: true } = &expectation.claim else {
                continue;
            };
            let report = world.network.probe(&world.lab, *from, target, *service, 5);
            let answer = Answer::new(&world.lab, world.topology(), &report);
            assert_eq!(answer.finding(), None, "{file}: {}", *expectation.text);
            let story = answer.story(&Catalogue::new(Locale::En));
            assert!(story.contains("\n✓ reached: "), "{story}");
        }
    }
}

#[test]
fn the_right_port_by_the_wrong_transport_is_told_with_the_right_one() {
    let mut world = World::file("broken/wrong-port");
    let report = world.udp("a1", "b1", 9091);
    told("broken/wrong-port.a1-udp", &world, &report);
}

#[test]
fn a_link_that_takes_less_than_the_others_is_named() {
    let text = World::text("broken/mtu-black-hole");
    // The lab's first program is small and gets through; what is asked about is the second.
    let (world, mut report) = World::programs(&text, "a1", "b1", ProbeOutcome::Silent);
    let second = report.started + Duration::from_secs(2);
    report.records.retain(|record| record.at >= second);
    told("broken/mtu-black-hole.a1", &world, &report);
}
