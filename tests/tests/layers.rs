//! The view layer by layer against tshark's, for every frame that was recorded from Linux.

use std::collections::BTreeMap;

use lanternet_net::wire::layers::{
    ChecksumState, Field, FieldName, FieldValue, LayerProtocol, Layers,
};
use lanternet_tests::captures::{Corpus, frames, named, write};
use lanternet_tests::scratch;
use lanternet_tests::tshark::{FRAME_BY_FRAME, FieldPlace, Fields, Tshark};

/// Fields that tshark has not, or not in the same sense.
const OURS_ALONE: [FieldName; 4] = [
    // tshark has a field for each kind of option.
    FieldName::IpOptionData,
    FieldName::Ipv6OptionData,
    // Of records that tshark takes apart and we do not.
    FieldName::DnsData,
    // tshark takes the bytes of a ping apart (`icmp.data_time`); see `data_is_the_payload`.
    FieldName::Data,
];

/// Fields that for tshark take more than the bytes that say it: an option with all that is in it, or
/// the byte with the other bits in it.
const WIDER: [FieldName; 6] = [
    FieldName::DhcpOption,
    FieldName::DhcpRelaySuboption,
    FieldName::StpRootPriority,
    FieldName::StpRootExtension,
    FieldName::StpBridgePriority,
    FieldName::StpBridgeExtension,
];

fn compared() -> impl Iterator<Item = FieldName> {
    FieldName::ALL.iter().copied().filter(|name| !OURS_ALONE.contains(name))
}

fn options() -> Vec<&'static str> {
    FRAME_BY_FRAME.iter().flat_map(|preference| ["-o", preference]).collect()
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
        (None, "<Root>") => ".".to_owned(),
        (None, "<none>") => String::new(),
        (None, text) => text.replace(':', "").to_lowercase(),
    }
}

/// tshark gives the bytes of a route; they are read here once more.
fn route(bytes: &str) -> String {
    let byte = |at: usize| u8::from_str_radix(&bytes[at * 2..at * 2 + 2], 16).unwrap_or(0);
    let significant = usize::from(byte(0).div_ceil(8));
    let mut network = [0; 4];
    (0..significant).for_each(|at| network[at] = byte(1 + at));
    let router = [0, 1, 2, 3].map(|at| byte(1 + significant + at));
    let [network, router] = [network, router].map(std::net::Ipv4Addr::from);
    match byte(0) {
        0 => format!("default-{router}"),
        bits => format!("{network}/{bits}-{router}"),
    }
}

/// All fields; without the names of SRV records, which tshark takes apart (`dns.srv.name`).
fn fields(layers: &Layers) -> impl Iterator<Item = &Field> {
    layers.layers.iter().flat_map(|layer| {
        let next = layer.fields.iter().skip(1).map(Some).chain([None]);
        let of_srv = |next: Option<&Field>| {
            next.is_some_and(|next| {
                next.name == FieldName::DnsType && next.value.number() == Some(33)
            })
        };
        let fields = layer.fields.iter().zip(next);
        fields.filter(move |(_, next)| !of_srv(*next)).map(|(field, _)| field)
    })
}

/// Whether it is DNS for tshark because of the port, and nothing else.
fn by_port_alone(layers: &Layers) -> bool {
    let mut layers = layers.layers.iter();
    let udp = layers.any(|layer| layer.number(FieldName::UdpDstPort) == Some(53));
    udp && layers.all(|layer| layer.protocol != LayerProtocol::Dns)
}

fn ours(layers: &Layers) -> BTreeMap<FieldName, Vec<String>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for field in fields(layers) {
        all.entry(field.name).or_default().push(normal(&field.value.to_string()));
    }
    all
}

fn lines<K: Ord>(all: BTreeMap<K, String>) -> String {
    all.into_values().collect::<Vec<_>>().join("\n")
}

fn theirs(fields: &Fields, name: &str) -> Vec<String> {
    let values = fields.get(name).map_or(&[][..], Vec::as_slice).iter();
    values.filter(|value| *value != "<MISSING>").map(|value| normal(value)).collect()
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
    let (mut seen, mut wrong) = (BTreeMap::new(), BTreeMap::new());
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
            if matches!(name, FieldName::IpFragmentOffset | FieldName::Ipv6FragmentOffset) {
                // tshark 4.0 shows the number in the header, which counts eights of bytes.
                for offset in &mut theirs {
                    *offset = (offset.parse::<u32>().unwrap_or(0) * 8).to_string();
                }
            }
            if name == FieldName::DhcpRoute {
                theirs.iter_mut().for_each(|bytes| *bytes = route(bytes));
            }
            if name == FieldName::DhcpOption {
                // tshark 4.0 gives the end the number 0.
                theirs.iter_mut().filter(|code| *code == "0").for_each(|end| *end = "255".into());
            }
            if name == FieldName::DhcpValue {
                // tshark has it of every option, we of those that are not taken apart.
                theirs.retain(|value| ours.contains(value));
            }
            if by_port_alone(&layers) && name.id().starts_with("dns.") {
                continue;
            }
            if ours != theirs {
                wrong.entry(name).or_insert_with(|| {
                    format!("{name} in {frame}: ours {ours:?}, tshark's {theirs:?}")
                });
            }
            *seen.entry(name).or_insert(0) += ours.len();
        }
    }
    assert!(wrong.is_empty(), "the first of each field:\n{}", lines(wrong));
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
    let mut wrong = BTreeMap::new();
    assert_eq!(corpus.frames.len(), dissected.len());
    for ((frame, bytes), places) in corpus.frames.iter().zip(&dissected) {
        let layers = Layers::dissect(bytes);
        for field in fields(&layers) {
            if OURS_ALONE.contains(&field.name) || hidden(&layers, field.name) {
                continue;
            }
            let (start, end) = (u64::from(field.bits.start), u64::from(field.bits.end));
            let bytes = (start / 8 * 8, end.div_ceil(8) * 8);
            let places = places.get(field.name.id()).map_or(&[][..], Vec::as_slice);
            let fits = |place: &FieldPlace| match place.whole_bytes {
                // tshark 4.0 has a mask of two bytes for one.
                _ if matches!(field.name, FieldName::ServicePriority | FieldName::ServiceDei) => {
                    (place.start + 8, place.end + 8) == (start, end)
                }
                _ if WIDER.contains(&field.name) => place.start <= start && end <= place.end,
                true => (place.start, place.end) == bytes,
                false => (place.start, place.end) == (start, end),
            };
            if !places.iter().any(fits) {
                wrong.entry(field.name).or_insert_with(|| {
                    let name = field.name;
                    format!("{name} at bits {start} to {end} in {frame}; tshark: {places:?}")
                });
            }
        }
    }
    assert!(wrong.is_empty(), "the first of each field:\n{}", lines(wrong));
}

#[test]
fn checksums_are_judged_as_by_tshark() {
    let Some(tshark) = Tshark::find() else { return };
    let protocols = [
        (LayerProtocol::Ipv4, "ip.checksum.status"),
        (LayerProtocol::Icmp, "icmp.checksum.status"),
        (LayerProtocol::Igmp, "igmp.checksum.status"),
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
    let mut wrong = BTreeMap::new();
    assert_eq!(corpus.frames.len(), dissected.len());
    for ((frame, bytes), fields) in corpus.frames.iter().zip(&dissected) {
        let layers = Layers::dissect(bytes);
        let theirs = fields.get("_ws.col.Info").expect("every frame has one").concat();
        // Told from frames before, and from the port.
        if theirs == "Continuation" || by_port_alone(&layers) {
            continue;
        }
        // What another frame said about this one.
        let theirs = theirs.split(" (request in ").next().unwrap_or_default();
        let theirs = theirs.split(" (reply in ").next().unwrap_or_default();
        let theirs = theirs.split(" (no response found!)").next().unwrap_or_default();
        // The media type of the body.
        let media = |(_, last): &(_, &str)| last.contains('/') && last.ends_with(')');
        let theirs = theirs.rsplit_once(" (").filter(media).map_or(theirs, |(line, _)| line);
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
        let ours = layers.info();
        if ours != theirs {
            wrong.insert(frame, format!("{frame}\n  ours   {ours}\n  tshark {theirs}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", lines(wrong));
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
