//! Seeds: which one a run has, and how to repeat it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::outcome::Outcome;

/// The environment variable that sets the seed of runs.
pub const SEED_VARIABLE: &str = "LANTERNET_SEED";

/// The seed of a lab that says nothing else, as in a lab file.
const DEFAULT: u64 = 1;

thread_local! {
    /// The seed that [`for_each_seed`] is at.
    static CURRENT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Runs a test's body once for each of these seeds; labs that are built in it have that seed.
///
/// Stops at the first seed with which the body panics or returns an error, and says how to repeat
/// that one. With `LANTERNET_SEED` in the environment it runs the body for that seed alone.
///
/// ```
/// # use lanternet::{Lab, Link, Node, Result};
/// lanternet::for_each_seed(0..20, |seed| -> Result {
///     let mut lab = Lab::builder()
///         .node("a", Node::host("10.0.0.1/24"))
///         .node("b", Node::host("10.0.0.2/24"))
///         .link_with("a", "b", Link::new().delay("10ms").loss("20%"))
///         .build()?;
///     assert_eq!(lab.seed(), seed);
///     let ping = lab.host("a").command("ping b --count 5");
///     lab.run()?;
///     assert!(lab.output(ping).contains("5 packets transmitted"));
///     Ok(())
/// });
/// ```
///
/// # Panics
/// When the body does, or returns an error.
#[track_caller]
pub fn for_each_seed<O: Outcome>(
    seeds: impl IntoIterator<Item = u64>,
    mut body: impl FnMut(u64) -> O,
) {
    let seeds: Box<dyn Iterator<Item = u64>> = match of_environment() {
        Some(seed) => Box::new(std::iter::once(seed)),
        None => Box::new(seeds.into_iter()),
    };
    for (passed, seed) in seeds.enumerate() {
        let before = CURRENT.replace(Some(seed));
        let end = catch_unwind(AssertUnwindSafe(|| body(seed).into_result()));
        CURRENT.set(before);
        let before = match passed {
            0 => "it is the first".to_owned(),
            1 => "one seed before it passed".to_owned(),
            more => format!("{more} seeds before it passed"),
        };
        match end {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                let repeat = format!("repeat it with: {}", repeat(seed));
                // A failure of a run says so itself.
                let error = error.trim_end_matches(&repeat).trim_end();
                panic!("seed {seed} fails ({before}): {error}\n{repeat}")
            }
            Err(panic) => {
                eprintln!("seed {seed} fails ({before})\nrepeat it with: {}", repeat(seed));
                resume_unwind(panic);
            }
        }
    }
}

/// The seed of a lab: what the code says, else the one that [`for_each_seed`] is at, else the
/// environment's, else what the lab's text says.
pub(super) fn choose(of_code: Option<u64>, of_text: Option<u64>) -> u64 {
    of_code.or_else(|| CURRENT.get()).or_else(of_environment).or(of_text).unwrap_or(DEFAULT)
}

/// The command that runs the present test with this seed.
pub(super) fn repeat(seed: u64) -> String {
    // The test harness calls a test's thread by the name of the test.
    let thread = std::thread::current();
    let test = thread.name().filter(|name| *name != "main").map(|name| format!(" {name}"));
    format!("{SEED_VARIABLE}={seed} cargo test{}", test.unwrap_or_default())
}

/// Whether [`for_each_seed`] runs, which says itself how to repeat a failure.
pub(super) fn is_told() -> bool {
    CURRENT.get().is_some()
}

fn of_environment() -> Option<u64> {
    let text = std::env::var_os(SEED_VARIABLE)?;
    let text = text.to_string_lossy();
    match text.trim().parse() {
        Ok(seed) => Some(seed),
        // A run with another seed than the one that was asked for would mislead.
        Err(_) => panic!("{SEED_VARIABLE} is no whole number from 0 to {}: `{text}`", u64::MAX),
    }
}
