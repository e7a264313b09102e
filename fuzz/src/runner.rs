//! The bounded runner: seeds, then changed seeds, until a limit.

use std::panic::{self, AssertUnwindSafe};

use lanternet_core::Rng;

use crate::Target;
use crate::mutate::{below, mutate};

/// An input that made the target panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The input.
    pub input: Vec<u8>,
    /// After how many inputs.
    pub tried: u64,
}

/// Tries all seeds and then changed seeds, as long as `more`, which is told how many inputs were
/// tried, says so. The same seed and the same number of inputs try the same inputs.
///
/// # Errors
/// The first input that made the target panic. The panic itself has been printed.
pub fn run(target: Target, seed: u64, mut more: impl FnMut(u64) -> bool) -> Result<u64, Failure> {
    let mut rng = Rng::named(seed, target.name);
    let mut seeds = (target.seeds)();
    seeds.push(Vec::new());
    let mut tried = 0;
    for input in &seeds {
        attempt(target, input, tried)?;
        tried += 1;
    }
    while more(tried) {
        let mut input = seeds[below(&mut rng, seeds.len())].clone();
        let other = below(&mut rng, seeds.len());
        mutate(&mut rng, &mut input, &seeds[other]);
        attempt(target, &input, tried)?;
        tried += 1;
    }
    Ok(tried)
}

fn attempt(target: Target, input: &[u8], tried: u64) -> Result<(), Failure> {
    panic::catch_unwind(AssertUnwindSafe(|| (target.run)(input)))
        .map_err(|_| Failure { input: input.to_vec(), tried })
}
