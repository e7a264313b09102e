//! The view layer by layer against tshark's, for every frame that was recorded from Linux, and for
//! some that were made by hand because nobody sent them.

use lanternet_net::wire::layers::{FieldName, FieldValue, Layers};
use lanternet_tests::captures::{Corpus, frames, named, write};
use lanternet_tests::dissection::{Comparison, compared, provoking};
use lanternet_tests::scratch;
use lanternet_tests::tshark::{FRAME_BY_FRAME, Tshark};

fn same(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn recorded_frames_are_taken_apart_as_by_tshark() {
    let Some(tshark) = Tshark::find() else { return };
    let comparison = Comparison::of(&tshark, &Corpus::load());
    same(&comparison.other_values());
    same(&comparison.other_places());
    same(&comparison.other_checksums());
    same(&comparison.other_info());
}

/// Frames that no program at hand sends.
fn made_by_hand() -> Vec<(String, Vec<u8>)> {
    let hex = |text: &str| {
        let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
        digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect::<Vec<u8>>()
    };
    let bpdu = "424203 0000 02 02 7c 8000020000000001 00000000 8000020000000001 8001 0000 1400 0200 0f00 00";
    let stations = "0180c2000000 020000000001";
    let arp = "0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002";
    let snap = "aaaa03 000000 0806";
    let igmp = "0a000001 e0000016 94040000 2200 0000 0000 0001 02010001 ef010203 0a000009 01020304";
    let to_all = "ffffffffffff 020000000001";
    [
        ("a BPDU in a VLAN", format!("{stations} 8100 600a 0027 {bpdu}")),
        ("ARP in SNAP", format!("{to_all} 0024 {snap} {arp}")),
        ("somebody's protocol in SNAP", format!("{to_all} 000a aaaa03 123456 2000 0102")),
        ("LLC with numbers", format!("{to_all} 0004 0404 0001")),
        ("a frame with a trailer", format!("{to_all} 0806 {arp} {} 5a5a5a", "00".repeat(18))),
        ("a report with auxiliary data", format!("{to_all} 0800 46000030000000000102 0000 {igmp}")),
    ]
    .map(|(name, text)| (name.to_owned(), hex(&text)))
    .into_iter()
    .chain([with_remote_id(), query_for_a_source()])
    .collect()
}

/// A recorded message to a server, with the suboption of the relay changed into another one.
fn with_remote_id() -> (String, Vec<u8>) {
    let recorded = frames(&named("dhcp-relay"));
    let circuit = [82, 6, 1, 4];
    let found = recorded.iter().find_map(|frame| {
        let at = frame.bytes.windows(4).position(|bytes| bytes == circuit)?;
        let mut bytes = frame.bytes.clone();
        bytes[at + 2] = 2;
        Some(bytes)
    });
    ("a remote ID".to_owned(), found.expect("a relay's option"))
}

/// A recorded query of MLDv2 with a source put behind it.
fn query_for_a_source() -> (String, Vec<u8>) {
    let recorded = frames(&named("mld"));
    let query = recorded.iter().find(|frame| frame.bytes.len() == 90 && frame.bytes[62] == 130);
    let mut bytes = query.expect("a query").bytes.clone();
    bytes[19] += 16;
    bytes[89] = 1;
    bytes.extend([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
    ("a query for a source".to_owned(), bytes)
}

#[test]
fn frames_made_by_hand_are_taken_apart_as_by_tshark() {
    let Some(tshark) = Tshark::find() else { return };
    let comparison = Comparison::of(&tshark, &Corpus::of(made_by_hand()));
    same(&comparison.other_values());
    same(&comparison.other_places());
    same(&comparison.other_checksums());
}

#[test]
fn every_field_is_compared_somewhere() {
    let Some(tshark) = Tshark::find() else { return };
    let mut frames = Corpus::load().frames;
    frames.extend(made_by_hand());
    let seen = Comparison::of(&tshark, &Corpus::of(frames)).seen();
    let unseen: Vec<_> = compared().filter(|name| !seen.contains_key(name)).collect();
    assert_eq!(unseen, []);
}

#[test]
fn data_is_the_payload() {
    let Some(tshark) = Tshark::find() else { return };
    let corpus = Corpus::load();
    let options: Vec<_> = FRAME_BY_FRAME.iter().flat_map(|it| ["-o", it]).collect();
    let dissected = tshark.fields(corpus.file(), &["udp.payload", "tcp.payload"], &options);
    assert_eq!(corpus.frames.len(), dissected.len());
    for ((frame, bytes), fields) in corpus.frames.iter().zip(&dissected) {
        let layers = Layers::dissect(bytes);
        let quotes = layers.layers.iter().any(|layer| layer.quoted);
        if quotes || layers.top().is_none_or(|top| top.protocol.number() != 4) {
            continue;
        }
        let data = layers.layers.iter().flat_map(|layer| layer.field(FieldName::Data));
        let ours: Vec<_> = data
            .filter(|data| matches!(data.value, FieldValue::Bytes(_)))
            .map(|data| data.value.to_string())
            .collect();
        let theirs: Vec<_> = fields.values().flatten().map(|hex| hex.replace(':', "")).collect();
        assert_eq!(ours, theirs, "{frame}");
    }
}

#[test]
fn what_linux_sends_is_well_formed_and_its_checksums_fit() {
    let corpus = Corpus::load();
    for (frame, bytes) in &corpus.frames {
        let layers = Layers::dissect(bytes);
        let problems: Vec<_> = layers.problems().map(|(_, problem)| problem).collect();
        if provoking(&layers) {
            assert!(!layers.is_well_formed());
        } else {
            assert!(problems.is_empty(), "{frame}: {problems:?}");
        }
    }
}

#[test]
fn probes_and_announcements_are_told_as_by_tshark() {
    let Some(tshark) = Tshark::find() else { return };
    let recorded = frames(&named("arp"));
    // Sender and target address, target MAC, opcode: RFC 5227 sections 2.1.1 and 2.3, and what
    // arping does instead.
    let (nobody, us, none, all) = ([0; 4], [192, 168, 10, 1], [0; 6], [0xff; 6]);
    let variants = [(nobody, us, none, 1), (us, us, none, 1), (us, us, all, 1), (us, us, all, 2)];
    let variants = variants.map(|(sender, target, mac, opcode)| {
        let mut frame = recorded[0].bytes.clone();
        frame[21] = opcode;
        frame[28..32].copy_from_slice(&sender);
        frame[32..38].copy_from_slice(&mac);
        frame[38..42].copy_from_slice(&target);
        frame
    });
    let directory = scratch();
    let file = directory.path().join("arp.pcapng");
    let options: Vec<_> = FRAME_BY_FRAME.iter().flat_map(|it| ["-o", it]).collect();
    write(&file, variants.iter().map(Vec::as_slice));
    let theirs = tshark.fields(&file, &["_ws.col.Info"], &options);
    let theirs: Vec<_> = theirs.iter().map(|fields| fields["_ws.col.Info"].concat()).collect();
    let ours: Vec<_> = variants.iter().map(|frame| Layers::dissect(frame).info()).collect();
    assert_eq!(ours, theirs);
    assert_eq!(ours[0], "Who has 192.168.10.1? (ARP Probe)");
}
