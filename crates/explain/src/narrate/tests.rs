use std::fs;
use std::path::Path;

use super::*;
use crate::examples::{records, topology};
use crate::locale::{Locale, TextError};
use crate::snapshot::assert_snapshot;

/// All examples as the trace shows them.
fn trace(locale: Locale) -> String {
    let topology = topology();
    let narrator = Narrator::new(Arc::new(Catalogue::new(locale)), &topology);
    records().iter().map(|record| narrator.line(&topology, record) + "\n").collect()
}

#[test]
fn every_reason_has_a_sentence_with_everything_filled_in() {
    for locale in Locale::ALL {
        for line in trace(*locale).lines() {
            // A missing id shows itself as one word, a missing variable as `{$name}`.
            assert!(!line.contains("{$") && !line.contains("}"), "{locale}: {line}");
            let (_, sentence) = line.split_at(9 + 2 + 4 + 2);
            assert!(sentence.contains([' ', '：', '，']), "{locale}: {line}");
            assert_eq!(line.trim_end(), line);
        }
    }
}

#[test]
fn the_sentences_are_those_that_were_read_and_found_good() {
    for locale in Locale::ALL {
        assert_snapshot(&format!("trace.{locale}.txt"), &trace(*locale));
    }
}

#[test]
fn sentences_name_what_decided() {
    let en = trace(Locale::En);
    for sentence in [
        "sw-a  learned: 02:00:00:00:00:01 is behind port 3\n",
        "sw-a  floods to ports 1, 2, 4: no row in the table for 02:00:00:00:00:02\n",
        "192.168.10.1 AND 255.255.255.0 = 192.168.10.0, 192.168.20.3 AND 255.255.255.0 = \
         192.168.20.0: another segment, so via gateway 192.168.10.254\n",
        "SYN-SENT → ESTABLISHED: SYN, ACK received (seq 1000, ack 3001); three-way handshake",
    ] {
        assert!(en.contains(sentence), "{sentence}");
    }
    assert!(en.starts_with("1.000250s  a1    sends a1#3 out of eth0 to sw-a: "), "{en}");
}

/// The texts in quotes of the source files that have the form of an id.
fn ids_in_code() -> Vec<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folder = fs::read_dir(source.join("narrate")).expect("the folder");
    let mut files: Vec<_> = folder.map(|entry| entry.expect("a file").path()).collect();
    files.extend(["narrate.rs", "digest/render.rs"].map(|name| source.join(name)));
    files.retain(|path| !path.ends_with("tests.rs"));
    let mut ids = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).expect("a source file");
        let quoted = text.split('"').skip(1).step_by(2);
        let is_id = |text: &&str| {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            text.contains('-')
                && text.split('-').all(|part| !part.is_empty() && part.bytes().all(plain))
        };
        ids.extend(quoted.filter(is_id).map(str::to_owned));
    }
    ids
}

#[test]
fn every_id_in_the_code_has_a_text() {
    let ids = ids_in_code();
    assert!(ids.len() > 200, "{}", ids.len());
    for locale in Locale::ALL {
        let catalogue = Catalogue::new(*locale);
        for id in &ids {
            let text = catalogue.try_text(id, &args!());
            assert!(!matches!(text, Err(TextError::NoMessage(_))), "{locale}: {id}");
        }
    }
}
