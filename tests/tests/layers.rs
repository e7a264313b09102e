//! The view layer by layer against tshark's, for every frame that was recorded from Linux.

use std::collections::BTreeMap;

use lanternet_net::wire::layers::{ChecksumState, FieldName, FieldValue, LayerProtocol, Layers};
use lanternet_tests::captures::{Corpus, frames, named, write};
use lanternet_tests::scratch;
use lanternet_tests::tshark::{FRAME_BY_FRAME, Fields, Tshark};

/// Fields that tshark has not, or not in the same sense.
const OURS_ALONE: [FieldName; 2] = [
    // tshark has a field for each kind of option.
    FieldName::IpOptionData,
    // tshark takes the bytes of a ping apart (`icmp.data_time`); see `data_is_the_payload`.
    FieldName::Data,
];

fn compared() -> impl Iterator<Item = FieldName> {
    FieldName::ALL.iter().copied().filter(|name| !OURS_ALONE.contains(name))
}

fn options() -> Vec<&'static str> {
    // Spanning tree is not taken apart here.
    let other = ["--disable-protocol", "stp"];
    FRAME_BY_FRAME.iter().flat_map(|preference| ["-o", preference]).chain(other).collect()
}

/// Numbers are compared as such: tshark shows some in hex, some not; flags as `1` or `True`.
fn normal(text: &str) -> String {
    let number = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    };
    match (number, text) {
        (Some(number), _) => number.to_string(),
        (None, "True") => "1".to_owned(),
        (None, "False") => "0".to_owned(),
        (None, text) => text.replace(':', "").to_lowercase(),
    }
}

fn ours(layers: &Layers) -> BTreeMap<FieldName, Vec<String>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for field in layers.layers.iter().flat_map(|layer| &layer.fields) {
        all.entry(field.name).or_default().push(normal(&field.value.to_string()));
    }
    all
}

fn theirs(fields: &Fields, name: &str) -> Vec<String> {
    fields.get(name).map_or_else(Vec::new, |values| values.iter().map(|v| normal(v)).collect())
}

/// Whether the frame has, or quotes, the packet that was made wrong to provoke a parameter problem.
fn provoking(layers: &Layers) -> bool {
    layers.layers.iter().any(|layer| layer.number(FieldName::IpId) == Some(0x1235))
}

/// tshark shows nothing of an option that is too long.
fn hidden(layers: &Layers, name: FieldName) -> bool {
    provoking(layers) && name.id().starts_with("ip.opt")
}

#[test]
fn every_field_has_the_value_that_tshark_finds() {
    let Some(tshark) = Tshark::find() else { return };
    let names: Vec<&str> = compared().map(FieldName::id).collect();
    let mut seen = BTreeMap::new();
    let corpus = Corpus::load();
    let dissected = tshark.fields(corpus.file(), &names, &options());
    assert_eq!(corpus.frames.len(), dissected.len());
    for ((frame, bytes), fields) in corpus.frames.iter().zip(&dissected) {
        let layers = Layers::dissect(bytes);
        let ours = ours(&layers);
        for name in compared() {
            let v6 = layers.find(LayerProtocol::Ipv6).is_some();
            if hidden(&layers, name) || (v6 && name == FieldName::IpVersion) {
                // tshark gives IPv6 packets an `ip.version` as well.
                continue;
            }
            let ours = ours.get(&name).cloned().unwrap_or_default();
            let mut theirs = theirs(fields, name.id());
            if name == FieldName::IpFragmentOffset {
                // tshark 4.0 shows the number in the header, which counts eights of bytes.
                for offset in &mut theirs {
                    *offset = (offset.parse::<u32>().unwrap_or(0) * 8).to_string();
                }
            }
            assert_eq!(ours, theirs, "{name} in {frame}");
            *seen.entry(name).or_insert(0) += ours.len();
        }
    }
    // Nothing was equal merely because it was never there.
    let unseen: Vec<_> = compared().filter(|name| seen.get(name) == Some(&0)).collect();
    let never = [FieldName::EthTrailer, FieldName::VlanLen, FieldName::Icmpv6Pointer];
    assert_eq!(unseen, never);
}

#[test]
fn every_field_lies_where_tshark_finds_it() {
    let Some(tshark) = Tshark::find() else { return };
    let corpus = Corpus::load();
    let dissected = tshark.places(corpus.file(), &options());
    assert_eq!(corpus.frames.len(), dissected.len());
    for ((frame, bytes), places) in corpus.frames.iter().zip(&dissected) {
        let layers = Layers::dissect(bytes);
        for field in layers.layers.iter().flat_map(|layer| &layer.fields) {
            if OURS_ALONE.contains(&field.name) || hidden(&layers, field.name) {
                continue;
            }
            let (start, end) = (u64::from(field.bits.start), u64::from(field.bits.end));
            let bytes = (start / 8 * 8, end.div_ceil(8) * 8);
            let places = places.get(field.name.id()).map_or(&[][..], Vec::as_slice);
            assert!(
                places.iter().any(|place| (place.start, place.end)
                    == if place.whole_bytes { bytes } else { (start, end) }),
                "{} at bits {start} to {end} in {frame}; tshark: {places:?}",
                field.name
            );
        }
    }
}

#[test]
fn checksums_are_judged_as_by_tshark() {
    let Some(tshark) = Tshark::find() else { return };
    let protocols = [
        (LayerProtocol::Ipv4, "ip.checksum.status"),
        (LayerProtocol::Icmp, "icmp.checksum.status"),
        (LayerProtocol::Icmpv6, "icmpv6.checksum.status"),
        (LayerProtocol::Udp, "udp.checksum.status"),
        (LayerProtocol::Tcp, "tcp.checksum.status"),
    ];
    let names = protocols.map(|(_, name)| name);
    let corpus = Corpus::load();
    let dissected = tshark.fields(corpus.file(), &names, &options());
    assert_eq!(corpus.frames.len(), dissected.len());
    for ((frame, bytes), fields) in corpus.frames.iter().zip(&dissected) {
        let layers = Layers::dissect(bytes);
        for (protocol, name) in protocols {
            // Of the quoted ones, which tshark may judge as well, a router has changed the TTL.
            let Some(layer) = layers.find(protocol) else { continue };
            // Wireshark's PROTO_CHECKSUM_E_*.
            let status = layer.checksum.map(|state| match state {
                ChecksumState::Wrong { .. } => "0",
                ChecksumState::Right => "1",
                ChecksumState::Unverifiable => "2",
                ChecksumState::Absent => "3",
            });
            let theirs = fields.get(name).and_then(|values| values.first());
            assert_eq!(status, theirs.map(String::as_str), "{name} in {frame}");
        }
    }
}

const WINDOW: &str = FieldName::TcpWindow.id();

#[test]
fn the_info_line_is_tsharks() {
    let Some(tshark) = Tshark::find() else { return };
    let corpus = Corpus::load();
    let dissected = tshark.fields(corpus.file(), &["_ws.col.Info", WINDOW], &options());
    assert_eq!(corpus.frames.len(), dissected.len());
    for ((frame, bytes), fields) in corpus.frames.iter().zip(&dissected) {
        let layers = Layers::dissect(bytes);
        if layers
            .find(LayerProtocol::Ethernet)
            .is_some_and(|eth| eth.field(FieldName::EthLen).is_some())
        {
            continue;
        }
        let theirs = fields.get("_ws.col.Info").expect("every frame has one").concat();
        // What another frame said about this one.
        let theirs = theirs.split(" (request in ").next().unwrap_or_default();
        let theirs = theirs.split(" (reply in ").next().unwrap_or_default();
        let theirs = theirs.split(" (no response found!)").next().unwrap_or_default();
        let words = theirs.split_whitespace().map(|word| match (word, fields.get(WINDOW)) {
            // tshark multiplies by the scale that the handshake said.
            (word, Some(window)) if word.starts_with("Win=") => format!("Win={}", window[0]),
            (word, _) => word.to_owned(),
        });
        let mut theirs = words.collect::<Vec<_>>().join(" ");
        if provoking(&layers) {
            // For tshark an option that is too long is an expert info only.
            theirs.push_str(" [Malformed Packet]");
        }
        assert_eq!(layers.info(), theirs, "{frame}");
    }
}

#[test]
fn data_is_the_payload() {
    let Some(tshark) = Tshark::find() else { return };
    let corpus = Corpus::load();
    let dissected = tshark.fields(corpus.file(), &["udp.payload", "tcp.payload"], &options());
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
    write(&file, variants.iter().map(Vec::as_slice));
    let theirs = tshark.fields(&file, &["_ws.col.Info"], &options());
    let theirs: Vec<_> = theirs.iter().map(|fields| fields["_ws.col.Info"].concat()).collect();
    let ours: Vec<_> = variants.iter().map(|frame| Layers::dissect(frame).info()).collect();
    assert_eq!(ours, theirs);
    assert_eq!(ours[0], "Who has 192.168.10.1? (ARP Probe)");
}
