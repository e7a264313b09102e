//! Every target survives its seeds and a bounded number of changed ones.

use lanternet_fuzz::{TARGETS, Target, runner};

fn survives(name: &str) {
    let target = TARGETS.into_iter().find(|target| target.name == name).expect("a target");
    let tried = runner::run(target, 1, |tried| tried < target.bounded);
    assert_eq!(tried, Ok(target.bounded), "{name}");
}

// Each on its own, so that they run beside each other.
#[test]
fn device_ops_survives_its_seeds_and_changed_ones() {
    survives("device_ops");
}

#[test]
fn dhcp_messages_survives_its_seeds_and_changed_ones() {
    survives("dhcp_messages");
}

#[test]
fn dns_messages_survives_its_seeds_and_changed_ones() {
    survives("dns_messages");
}

#[test]
fn frame_layers_survives_its_seeds_and_changed_ones() {
    survives("frame_layers");
}

#[test]
fn lab_text_survives_its_seeds_and_changed_ones() {
    survives("lab_text");
}

#[test]
fn zone_text_survives_its_seeds_and_changed_ones() {
    survives("zone_text");
}

#[test]
fn the_runner_finds_what_is_wrong_and_keeps_the_input() {
    let target = Target {
        name: "planted",
        run: |input| assert!(input.first() != Some(&0xff), "planted"),
        seeds: || vec![vec![1, 2, 3]],
        bounded: 100_000,
    };
    let failure = runner::run(target, 1, |tried| tried < 100_000).map(|_| ()).unwrap_err();
    assert_eq!(failure.input.first(), Some(&0xff));
    assert_eq!(runner::run(target, 1, |tried| tried < 100_000), Err(failure), "and again");
}
