//! Lanternet measured: `cargo run --release -p lanternet-benches -- [scale|engine|switch|nat|tcp|dns|trace|dhcp|programs]`,
//! all of them without an argument.
//!
//! Each table has a baseline that is measured in the same run, and a ratio to it, because figures
//! of two machines, or of two days on one, compare badly and ratios compare well. Each figure is
//! the best of several rounds: what the program can do when nobody disturbs it.

mod dhcp;
mod dns;
mod engine;
mod measure;
mod nat;
mod programs;
mod scale;
mod switch;
mod tcp;
mod trace;

use std::process::ExitCode;

/// In the order in which they run.
const BENCHES: [(&str, fn()); 9] = [
    ("scale", scale::run),
    ("engine", engine::run),
    ("switch", switch::run),
    ("nat", nat::run),
    ("tcp", tcp::run),
    ("dns", dns::run),
    ("trace", trace::run),
    ("dhcp", dhcp::run),
    ("programs", programs::run),
];

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if asked.first().is_some_and(|first| first == "scale-case") {
        scale::run_case(asked.get(1));
        return ExitCode::SUCCESS;
    }
    if let Some(("program", words)) =
        asked.split_first().map(|(first, rest)| (first.as_str(), rest))
    {
        return programs::run_program(words);
    }
    let known = |name: &String| BENCHES.iter().any(|(bench, _)| bench == name);
    if let Some(unknown) = asked.iter().find(|name| !known(name)) {
        let names = BENCHES.map(|(name, _)| name).join(", ");
        eprintln!("no such bench: expected some of {names}, got `{unknown}`");
        return ExitCode::from(2);
    }
    for (name, run) in BENCHES {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            run();
        }
    }
    ExitCode::SUCCESS
}
