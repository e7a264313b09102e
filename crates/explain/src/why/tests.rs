//! Real labs, built of real devices, and what `why` says about them.

mod diagnoses;
mod labs;
mod vlans;
mod world;

use super::*;
use crate::locale::Locale;
use crate::snapshot::assert_snapshot;
use world::World;

/// Compares the whole answer in every language with the kept one.
#[track_caller]
fn told(name: &str, world: &World, report: &ProbeReport) {
    let answer = Answer::new(&world.lab, world.topology(), report);
    for locale in Locale::ALL {
        let story = answer.story(&Catalogue::new(*locale));
        assert!(!story.contains("{$") && !story.contains("why-"), "{story}");
        for line in story.lines() {
            assert!(crate::columns::width(line) <= 100, "{line}");
            assert_eq!(line.trim_end(), line);
        }
        assert_snapshot(&format!("why/{name}.{locale}.txt"), &story);
    }
}

/// The reason and the help in English.
#[track_caller]
fn reason(world: &World, report: &ProbeReport) -> (String, String) {
    let answer = Answer::new(&world.lab, world.topology(), report);
    let reason = answer.reason(&Catalogue::new(Locale::En)).expect("it is not reached");
    (reason.message, reason.help.unwrap_or_default())
}
