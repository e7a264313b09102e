//! Any text can be given as a lab.

use std::path::Path;

use lanternet_core::{Instant, Limits};
use lanternet_lab::{Network, Start, parse, print};
use lanternet_tests::labs;

use crate::Target;

/// The target.
pub const TARGET: Target = Target { name: "lab_text", run, seeds, bounded: 4_000 };

/// A lab with more nodes than this is not built here, only read.
const BUILT: usize = 64;

/// Reads the text as a lab. Besides not panicking: what is wrong can be told, in lines that exist; a
/// lab that is right can be printed and read again as the same lab, built, and run for a while.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match parse(&text, "fuzz.yaml") {
        Ok((lab, warnings)) => {
            let _ = warnings.plain();
            let printed = print(&lab);
            match parse(&printed, "printed.yaml") {
                Ok((again, _)) => {
                    // A lab without a name is called after its file.
                    assert_eq!(again.nodes, lab.nodes, "{printed}");
                    assert_eq!(again.links, lab.links, "{printed}");
                    assert_eq!(again.programs, lab.programs, "{printed}");
                    assert_eq!(again.expectations, lab.expectations, "{printed}");
                }
                Err(diagnostics) => panic!("{text}\n{printed}\n{}", diagnostics.plain()),
            }
            if lab.nodes.len() <= BUILT {
                let mut network = Network::build(&lab);
                network.start(&lab, Start::All);
                network.run(Limits { until: Instant::from_secs(5), events: 500 });
            }
        }
        Err(diagnostics) => {
            assert!(diagnostics.errors() > 0, "refused without a reason: {text}");
            let told = diagnostics.plain();
            assert!(told.contains("fuzz.yaml:"), "{told}");
        }
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let labs = labs::names_in_folder().into_iter().map(|name| {
        let text = labs::text(&name);
        // Without the story at its head.
        text.as_bytes()[text.find("name:").unwrap_or(0)..].to_vec()
    });
    labs.chain(mistakes()).collect()
}

/// The labs with mistakes that the parser's own tests have.
fn mistakes() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/lab/tests/mistakes");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    files.sort();
    files.iter().filter_map(|file| std::fs::read(file).ok()).collect()
}
