//! Every kind of mistake, and what is said about it: `mistakes/NAME.yaml` and the whole rendered
//! text in `mistakes/NAME.txt`. To write the texts anew: `UPDATE=1 cargo test -p lanternet-lab`,
//! and then read the difference as a user would.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

use std::path::{Path, PathBuf};

use lanternet_lab::{Code, parse};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    cases.sort();
    cases
}

fn rendered(case: &Path) -> String {
    let text = std::fs::read_to_string(case).unwrap();
    let name = case.file_name().unwrap().to_string_lossy();
    let diagnostics = match parse(&text, &name) {
        Ok((_, warnings)) => warnings,
        Err(diagnostics) => diagnostics,
    };
    format!(
        "{}{} errors, {} warnings\n",
        diagnostics.plain(),
        diagnostics.errors(),
        diagnostics.warnings()
    )
}

#[test]
fn each_mistake_is_told_in_these_words() {
    let mut wrong = Vec::new();
    for case in cases() {
        let got = rendered(&case);
        let expected = case.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &got).unwrap();
        }
        let want = std::fs::read_to_string(&expected).unwrap_or_default();
        if got != want {
            wrong.push(format!("--- {}\nexpected:\n{want}\ngot:\n{got}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_kind_of_mistake_is_among_them() {
    let all: String = cases().iter().map(|case| rendered(case)).collect();
    let missing: Vec<_> =
        Code::ALL.iter().filter(|code| !all.contains(&format!("{code}\n"))).collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
}
