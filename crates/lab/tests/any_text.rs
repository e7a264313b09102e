//! No text, however wrong, makes the parser panic; and what it accepts it prints and accepts again,
//! in step with the schema.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

use std::path::Path;
use std::sync::LazyLock;

use lanternet_lab::{Code, parse, print, schema};
use proptest::prelude::*;

/// The texts of the labs and of the mistakes: good material to spoil.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["../../labs", "../../labs/broken", "tests/mistakes"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "yaml") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
});

static VALIDATOR: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| jsonschema::validator_for(&schema()).unwrap());

/// The text as JSON, by another reader than ours.
fn json(text: &str) -> Option<serde_json::Value> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        merge_keys: serde_saphyr::MergeKeyPolicy::AsOrdinary,
    };
    serde_saphyr::from_str_with_options(text, options).ok().filter(|value| !has_whole_float(value))
}

/// Whether a number such as `1500.0` is in it: an integer to JSON Schema, and none to YAML.
fn has_whole_float(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Number(number) => {
            number.is_f64() && number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        serde_json::Value::Array(items) => items.iter().any(has_whole_float),
        serde_json::Value::Object(entries) => entries.values().any(has_whole_float),
        _ => false,
    }
}

/// Parses and renders; what is accepted must be printed, read again, and accepted by the schema.
fn survive(text: &str) {
    match parse(text, "any.yaml") {
        Ok((lab, warnings)) => {
            let _ = warnings.plain();
            let printed = print(&lab);
            match parse(&printed, "printed.yaml") {
                Ok((again, _)) => assert_eq!(again, lab, "{text}\n{printed}"),
                Err(errors) => panic!("{text}\n{printed}\n{}", errors.plain()),
            }
            if let Some(value) = json(text) {
                let errors: Vec<_> = VALIDATOR.iter_errors(&value).map(|e| e.to_string()).collect();
                assert!(errors.is_empty(), "{text}\n{errors:?}");
            }
        }
        Err(diagnostics) => {
            assert!(diagnostics.errors() > 0);
            for diagnostic in diagnostics.iter() {
                assert!(!diagnostic.message.is_empty());
                for label in &diagnostic.labels {
                    assert!(text.get(label.span.start..label.span.end).is_some(), "{label:?}");
                }
            }
            let _ = diagnostics.plain();
            // What is wrong in its structure the schema refuses as well.
            let structural = diagnostics.iter().any(|diagnostic| {
                matches!(diagnostic.code, Code::UnknownKey | Code::MissingKey | Code::WrongType)
            });
            if let (true, Some(value)) = (structural, json(text)) {
                assert!(!VALIDATOR.is_valid(&value), "{text}\n{}", diagnostics.plain());
            }
        }
    }
}

#[test]
fn labs_and_mistakes_are_in_step_with_the_schema() {
    for text in TEXTS.iter() {
        survive(text);
    }
}

#[test]
fn awkward_texts_are_survived() {
    for text in [
        "",
        "\u{feff}",
        "\u{feff}nodes: {}",
        "\0",
        "nodes:\r\n  a1: { kind: host }\r\n",
        "nodes: {ä: {kind: höst}}",
        "expect: [\"🦀 reaches 🦀\", \"output of 🦀 contains \\\"🦀\\\"\"]\nnodes: {}",
        "nodes: {a1: {kind: host, address: 10.0.0.1/0}, a2: {kind: host, address: 10.0.0.2/0}}",
        "nodes: {? [a, b] : c}",
        "nodes: &a {b: *a}",
        "<<: {nodes: {}}",
        "links: [a -- b -- c, ' -- ', '--', ':--:', 'a: -- b:']\nnodes: {}",
    ] {
        survive(text);
    }
}

fn spoiled() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "nodes",
        "kind",
        "host",
        "router",
        "switch",
        "hub",
        "a1",
        "b1",
        "sw",
        "r1",
        ": ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        " -- ",
        "\n",
        "\n  ",
        "\n- ",
        "- ",
        "&a ",
        "*a",
        "\"",
        "'",
        "#",
        "|\n",
        "0",
        "1",
        "10.0.0.1/24",
        "10.0.0.254",
        "/",
        ".",
        "eth0",
        ":",
        "links",
        "between",
        "2ms",
        "5%",
        "expect",
        "reaches",
        "cannot",
        "run",
        "on",
        "ping",
        "null",
        "!",
        "ä",
        "\t",
        "---\n",
        "<<",
        "mac",
        "-",
    ]);
    let edit =
        (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..12usize, words, 0..4u8);
    (any::<prop::sample::Index>(), prop::collection::vec(edit, 1..6)).prop_map(|(which, edits)| {
        let mut letters: Vec<char> = which.get(&TEXTS).chars().collect();
        for (at, from, length, word, kind) in edits {
            if letters.is_empty() {
                break;
            }
            let (at, from) = (at.index(letters.len()), from.index(letters.len()));
            let until = |start: usize| (start + length).min(letters.len());
            match kind {
                0 => drop(letters.splice(at..until(at), [])),
                1 => drop(letters.splice(at..at, word.chars())),
                2 => drop(letters.splice(at..until(at), word.chars())),
                _ => {
                    let piece: Vec<char> = letters[from..until(from)].to_vec();
                    drop(letters.splice(at..at, piece));
                }
            }
        }
        letters.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn spoiled_labs_are_survived(text in spoiled()) {
        survive(&text);
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,80}") {
        survive(&text);
    }

    #[test]
    fn any_expectation_is_survived(line in "(a1|output|of|exit|reaches|cannot|reach|\"x\"|b1:80|/|\\[|\\]|:|[a-z0-9:./\"\\\\]{1,6})( (a1|of|is|contains|resolves|to|has|address|in|reaches|b1|[a-z0-9:./\"\\\\]{1,8})){0,4}") {
        let line = serde_json::to_string(&line).unwrap();
        survive(&format!(
            "nodes: {{ a1: {{ kind: host, address: 10.0.0.1/24 }}, b1: {{ kind: host }} }}\n\
             links: [a1 -- b1]\nexpect: [{line}]\n"
        ));
    }
}
