use super::*;
use crate::examples::{records, topology};
use crate::locale::Locale;
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
            assert!(!line.contains("  s") || !line.ends_with(' '), "{locale}: {line}");
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
