//! Every lab runs to its end and what it expects holds; and each expectation fails when the thing it
//! is about is broken, or, in the broken labs, mended.

mod cures;
mod hosts;
mod networks;

use std::collections::BTreeSet;

use lanternet_core::Stop;
use lanternet_tests::labs::{self, Run};

mod runs {
    //! One test per lab.

    lanternet_tests::for_each_lab!(super::runs_to_its_end_and_keeps_what_it_promises);
}

fn runs_to_its_end_and_keeps_what_it_promises(name: &str) {
    let mut run = Run::of(&labs::text(name));
    // A lab that says when it ends is about something that does not end by itself.
    let stop = if run.lab.until.is_some() { Stop::TimeLimit } else { Stop::Idle };
    assert_eq!(run.end.stop, stop);
    assert_eq!(run.end.unfinished, []);
    assert!(!run.lab.expectations.is_empty(), "a lab that expects nothing proves nothing");
    let failed = run.failed_expectations();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// A small change to a lab, and the expectations that no longer hold then.
struct Change {
    lab: &'static str,
    /// Each text is in the lab exactly once.
    edits: &'static [(&'static str, &'static str)],
    /// At least these fail; others may.
    fails: &'static [&'static str],
}

const fn change(
    lab: &'static str,
    edits: &'static [(&'static str, &'static str)],
    fails: &'static [&'static str],
) -> Change {
    Change { lab, edits, fails }
}

impl Change {
    #[track_caller]
    fn apply(&self) -> String {
        // Not in the head of the file, which is a picture and a story.
        let text = labs::text(self.lab);
        let mut text = text[text.find("name:").unwrap_or(0)..].to_owned();
        for (from, to) in self.edits {
            assert_eq!(text.matches(from).count(), 1, "{}: `{from}`", self.lab);
            text = text.replacen(from, to, 1);
        }
        text
    }

    /// The expectations that should have failed and held.
    fn survivors(&self) -> Vec<&'static str> {
        let failed = Run::of(&self.apply()).failed_expectations();
        self.fails.iter().copied().filter(|text| !failed.contains_key(*text)).collect()
    }
}

#[track_caller]
fn all_fail_as_said(changes: &[Change]) {
    let mut wrong = Vec::new();
    for change in changes {
        let survivors = change.survivors();
        if !survivors.is_empty() {
            wrong.push(format!("{} after {:?}: holds: {survivors:?}", change.lab, change.edits));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn expectations_of_good_labs_fail_when_the_lab_is_broken() {
    all_fail_as_said(hosts::BREAKAGES);
    all_fail_as_said(networks::BREAKAGES);
}

#[test]
fn a_broken_lab_that_is_mended_no_longer_shows_the_mistake() {
    all_fail_as_said(cures::CURES);
}

#[test]
fn every_expectation_of_a_good_lab_has_a_change_that_makes_it_fail() {
    for name in labs::names_in_folder() {
        let all = [hosts::BREAKAGES, networks::BREAKAGES, cures::CURES];
        let changes = || all.into_iter().flatten().filter(|change| change.lab == name);
        let covered: BTreeSet<&str> = changes().flat_map(|change| change.fails).copied().collect();
        let lab = labs::parse(&labs::text(&name));
        let all: BTreeSet<&str> = lab.expectations.iter().map(|e| e.text.as_str()).collect();
        assert!(covered.is_subset(&all), "{name}: {:?}", covered.difference(&all));
        if name.starts_with("broken/") {
            assert!(!covered.is_empty(), "{name}: no cure");
        } else {
            assert!(all.is_subset(&covered), "{name}: {:?}", all.difference(&covered));
        }
    }
}
