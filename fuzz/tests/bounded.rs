//! Every target survives its seeds and a bounded number of changed ones.

use lanternet_fuzz::{TARGETS, Target, runner};

/// A few seconds in a debug build.
const INPUTS: u64 = 100_000;

#[test]
fn targets_survive_their_seeds_and_changed_ones() {
    for target in TARGETS {
        let tried = runner::run(target, 1, |tried| tried < INPUTS);
        assert_eq!(tried, Ok(INPUTS), "{}", target.name);
    }
}

#[test]
fn the_runner_finds_what_is_wrong_and_keeps_the_input() {
    let target = Target {
        name: "planted",
        run: |input| assert!(input.first() != Some(&0xff), "planted"),
        seeds: || vec![vec![1, 2, 3]],
    };
    let failure = runner::run(target, 1, |tried| tried < 100_000).map(|_| ()).unwrap_err();
    assert_eq!(failure.input.first(), Some(&0xff));
    assert_eq!(runner::run(target, 1, |tried| tried < 100_000), Err(failure), "and again");
}
