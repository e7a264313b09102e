//! The view layer by layer against tshark's: where they differ, in words.

use std::collections::BTreeMap;

use lanternet_net::wire::layers::{ChecksumState, Field, FieldName, LayerProtocol, Layers};

use crate::captures::Corpus;
use crate::tshark::{FRAME_BY_FRAME, FieldPlace, Fields, Tshark};

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

/// Wireshark's names for the states of checksums.
const CHECKSUMS: [(LayerProtocol, &str); 6] = [
    (LayerProtocol::Ipv4, "ip.checksum.status"),
    (LayerProtocol::Icmp, "icmp.checksum.status"),
    (LayerProtocol::Igmp, "igmp.checksum.status"),
    (LayerProtocol::Icmpv6, "icmpv6.checksum.status"),
    (LayerProtocol::Udp, "udp.checksum.status"),
    (LayerProtocol::Tcp, "tcp.checksum.status"),
];

const INFO: &str = "_ws.col.Info";
const PROTOCOLS: &str = "frame.protocols";
const WINDOW: &str = FieldName::TcpWindow.id();

/// Frames as taken apart by us and by tshark.
pub struct Comparison {
    frames: Vec<Compared>,
}

struct Compared {
    name: String,
    layers: Layers,
    fields: Fields,
    places: BTreeMap<String, Vec<FieldPlace>>,
}

impl Comparison {
    /// Has all frames taken apart by tshark, each on its own.
    ///
    /// # Panics
    /// When tshark fails.
    #[track_caller]
    pub fn of(tshark: &Tshark, corpus: &Corpus) -> Self {
        let mut names: Vec<&str> = compared().map(FieldName::id).collect();
        names.extend(CHECKSUMS.map(|(_, name)| name));
        names.extend([INFO, PROTOCOLS]);
        let fields = tshark.fields(corpus.file(), &names, &options());
        let places = tshark.places(corpus.file(), &options());
        assert_eq!(corpus.frames.len(), fields.len());
        assert_eq!(corpus.frames.len(), places.len());
        let frames = corpus.frames.iter().zip(fields).zip(places);
        let frames = frames.map(|(((name, bytes), fields), places)| Compared {
            name: name.clone(),
            layers: Layers::dissect(bytes),
            fields,
            places,
        });
        Self { frames: frames.collect() }
    }

    /// How often each field was found by us.
    pub fn seen(&self) -> BTreeMap<FieldName, usize> {
        let mut seen = BTreeMap::new();
        for field in self.frames.iter().flat_map(|frame| fields(&frame.layers)) {
            *seen.entry(field.name).or_insert(0) += 1;
        }
        seen
    }

    /// The first frame for each field that has not the values that tshark finds.
    pub fn other_values(&self) -> Vec<String> {
        let mut wrong = BTreeMap::new();
        for frame in &self.frames {
            let all = ours(&frame.layers);
            for name in compared() {
                let ours = all.get(&name).cloned().unwrap_or_default();
                match frame.theirs(name, &ours) {
                    Some(theirs) if theirs != ours => wrong.entry(name).or_insert_with(|| {
                        format!("{name} in {}: ours {ours:?}, tshark's {theirs:?}", frame.name)
                    }),
                    _ => continue,
                };
            }
        }
        wrong.into_values().collect()
    }

    /// The first frame for each field that lies elsewhere than where tshark finds it.
    pub fn other_places(&self) -> Vec<String> {
        let mut wrong = BTreeMap::new();
        for frame in &self.frames {
            let (layers, places) = (&frame.layers, &frame.places);
            for field in fields(layers) {
                if OURS_ALONE.contains(&field.name) || hidden(layers, field.name) {
                    continue;
                }
                let places = places.get(field.name.id()).map_or(&[][..], Vec::as_slice);
                if !places.iter().any(|place| fits(field, place)) {
                    wrong.entry(field.name).or_insert_with(|| {
                        let (name, bits) = (field.name, &field.bits);
                        format!("{name} at bits {bits:?} in {}; tshark: {places:?}", frame.name)
                    });
                }
            }
        }
        wrong.into_values().collect()
    }

    /// The frames whose checksums tshark judges otherwise.
    pub fn other_checksums(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for frame in &self.frames {
            for (protocol, name) in CHECKSUMS {
                // Of the quoted ones, which tshark may judge as well, a router has changed the TTL.
                let Some(layer) = frame.layers.find(protocol) else { continue };
                // Wireshark's PROTO_CHECKSUM_E_*.
                let ours = layer.checksum.map(|state| match state {
                    ChecksumState::Wrong { .. } => "0",
                    ChecksumState::Right => "1",
                    ChecksumState::Unverifiable => "2",
                    ChecksumState::Absent => "3",
                });
                let theirs = frame.fields.get(name).and_then(|values| values.first());
                let theirs = theirs.map(String::as_str);
                if ours != theirs {
                    let frame = &frame.name;
                    wrong.push(format!("{name} in {frame}: ours {ours:?}, tshark's {theirs:?}"));
                }
            }
        }
        wrong
    }

    /// The frames that have another line in tshark's Info column, both lines below each other. Where
    /// tshark goes on above the layer at which we stop, there is nothing to compare.
    pub fn other_info(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for frame in &self.frames {
            let (ours, theirs) = (frame.layers.info(), frame.info());
            if theirs.as_ref().is_some_and(|theirs| *theirs != ours) {
                let theirs = theirs.unwrap_or_default();
                wrong.push(format!("{}\n  ours   {ours}\n  tshark {theirs}", frame.name));
            }
        }
        wrong
    }
}

impl Compared {
    /// The values that tshark finds, as we would show them; `None` when they are not to be compared.
    fn theirs(&self, name: FieldName, ours: &[String]) -> Option<Vec<String>> {
        let v6 = self.layers.find(LayerProtocol::Ipv6).is_some();
        let by_port = by_port_alone(&self.layers) && name.id().starts_with("dns.");
        // tshark gives IPv6 packets an `ip.version` as well.
        if hidden(&self.layers, name) || (v6 && name == FieldName::IpVersion) || by_port {
            return None;
        }
        let mut theirs = theirs(&self.fields, name.id());
        match name {
            // tshark 4.0 shows the number in the header, which counts eights of bytes.
            FieldName::IpFragmentOffset | FieldName::Ipv6FragmentOffset => {
                for offset in &mut theirs {
                    *offset = (offset.parse::<u32>().unwrap_or(0) * 8).to_string();
                }
            }
            FieldName::DhcpRoute => theirs.iter_mut().for_each(|bytes| *bytes = route(bytes)),
            // tshark 4.0 gives the end the number 0.
            FieldName::DhcpOption => {
                theirs.iter_mut().filter(|code| *code == "0").for_each(|end| *end = "255".into());
            }
            // tshark has it of every option, we of those that are not taken apart.
            FieldName::DhcpValue => theirs.retain(|value| ours.contains(value)),
            // What follows the end of options is padding (RFC 9293 section 3.1), which tshark takes for
            // further ends.
            FieldName::TcpOptionKind => theirs.dedup_by(|next, kind| next == "0" && kind == "0"),
            _ => {}
        }
        Some(theirs)
    }

    /// tshark's line, without what it says of the frame because of other frames.
    fn info(&self) -> Option<String> {
        let theirs = self.fields.get(INFO)?.concat();
        let protocols = self.fields.get(PROTOCOLS)?.concat();
        let top = self.layers.top()?.protocol;
        // The last one is that of the payload, which for TCP and UDP may be known by the port only.
        let last = protocols.rsplit(':').find(|last| *last != "data");
        let above = top.number() == 4 && last.is_some_and(|last| !["tcp", "udp"].contains(&last));
        if theirs == "Continuation" || by_port_alone(&self.layers) || above {
            return None;
        }
        let of_others =
            [" (request in ", " (reply in ", " (no response found!)", " (duplicate use"];
        let ends = of_others.iter().filter_map(|remark| theirs.find(remark));
        let theirs = &theirs[..ends.min().unwrap_or(theirs.len())];
        // The media type of the body.
        let media = |(_, last): &(_, &str)| last.contains('/') && last.ends_with(')');
        let theirs = theirs.rsplit_once(" (").filter(media).map_or(theirs, |(line, _)| line);
        let words = theirs.split_whitespace().map(|word| match (word, self.fields.get(WINDOW)) {
            // tshark multiplies by the scale that the handshake said.
            (word, Some(window)) if word.starts_with("Win=") => format!("Win={}", window[0]),
            (word, _) => word.to_owned(),
        });
        let mut theirs = words.collect::<Vec<_>>().join(" ");
        if provoking(&self.layers) {
            // For tshark an option that is too long is an expert info only.
            theirs.push_str(" [Malformed Packet]");
        }
        Some(theirs)
    }
}

fn fits(field: &Field, place: &FieldPlace) -> bool {
    let (start, end) = (u64::from(field.bits.start), u64::from(field.bits.end));
    let bytes = (start / 8 * 8, end.div_ceil(8) * 8);
    match place.whole_bytes {
        // tshark 4.0 has a mask of two bytes for one.
        _ if matches!(field.name, FieldName::ServicePriority | FieldName::ServiceDei) => {
            (place.start + 8, place.end + 8) == (start, end)
        }
        _ if WIDER.contains(&field.name) => place.start <= start && end <= place.end,
        true => (place.start, place.end) == bytes,
        false => (place.start, place.end) == (start, end),
    }
}

/// The fields that are compared.
pub fn compared() -> impl Iterator<Item = FieldName> {
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

fn theirs(fields: &Fields, name: &str) -> Vec<String> {
    let values = fields.get(name).map_or(&[][..], Vec::as_slice).iter();
    values.filter(|value| *value != "<MISSING>").map(|value| normal(value)).collect()
}

/// Whether the frame has, or quotes, the packet that was made wrong to provoke a parameter problem.
pub fn provoking(layers: &Layers) -> bool {
    layers.layers.iter().any(|layer| layer.number(FieldName::IpId) == Some(0x1235))
}

/// tshark shows nothing of an option that is too long.
fn hidden(layers: &Layers, name: FieldName) -> bool {
    provoking(layers) && name.id().starts_with("ip.opt")
}
