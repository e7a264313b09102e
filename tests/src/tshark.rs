//! What Wireshark says of a capture.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde_json::Value;

use crate::peer::Peer;

/// A tshark that is installed.
#[derive(Clone, Debug)]
pub struct Tshark {
    peer: Peer,
}

/// A field's values in one frame, in the order in which they occur.
pub type Fields = BTreeMap<String, Vec<String>>;

/// Something that tshark finds wrong with a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The frame, counted from 1.
    pub frame: usize,
    /// What kind.
    pub kind: ComplaintKind,
    /// In tshark's words; for a checksum, the field.
    pub what: String,
}

/// What tshark may find wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComplaintKind {
    /// An expert info of severity warning, such as a retransmission that should not be.
    Warning,
    /// An expert info of severity error.
    Error,
    /// A checksum that does not fit.
    BadChecksum,
    /// A packet that cannot be taken apart.
    Malformed,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frame {}: {:?}: {}", self.frame, self.kind, self.what)
    }
}

/// Where a field lies, as tshark says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldPlace {
    /// The first bit, counted from the first of the frame.
    pub start: u64,
    /// The bit behind the last.
    pub end: u64,
    /// Whether the field takes whole bytes without a mask, as do some that share their byte.
    pub whole_bytes: bool,
}

/// All checksums are looked at; tshark leaves most of them alone by default, for hardware does them.
const CHECKSUMS: [&str; 3] =
    ["ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE"];

/// Preferences for a dissection of each frame on its own, without what others said before.
pub const FRAME_BY_FRAME: [&str; 8] = [
    "ip.defragment:FALSE",
    "ipv6.defragment:FALSE",
    "tcp.analyze_sequence_numbers:FALSE",
    "tcp.relative_sequence_numbers:FALSE",
    "tcp.desegment_tcp_streams:FALSE",
    "tcp.calculate_timestamps:FALSE",
    "udp.calculate_timestamps:FALSE",
    "dns.desegment_dns_messages:FALSE",
];

/// Options for a capture whose TCP and UDP payload is nothing but bytes: whatever the port number or
/// the bytes resemble by chance is not looked for.
pub const OPAQUE_PAYLOAD: [&str; 4] =
    ["-d", "tcp.port==0-65535,data", "-d", "udp.port==0-65535,data"];

/// Protocols that are told by the port alone; our programs use ports as they like.
const NOT_BY_PORT: [&str; 1] = ["echo"];

const SEVERITY_WARNING: u64 = 0x0060_0000;
const SEVERITY_ERROR: u64 = 0x0080_0000;

impl Tshark {
    /// The installed tshark, or `None` after a line that says that the test is skipped.
    ///
    /// # Panics
    /// When it is missing on a build server; see [`Peer::find`].
    #[track_caller]
    pub fn find() -> Option<Self> {
        Peer::find("tshark").map(|peer| Self { peer })
    }

    /// The values of these fields, one map per frame; fields that a frame does not have are left
    /// out. Names are not resolved unless `options` ask for it.
    ///
    /// # Panics
    /// When tshark cannot read the file.
    #[track_caller]
    pub fn fields(&self, capture: &Path, names: &[&str], options: &[&str]) -> Vec<Fields> {
        let mut args = vec!["-T", "json"];
        args.extend(names.iter().flat_map(|name| ["-e", name]));
        let frames = self.json(capture, &args, options);
        let fields = |frame: &Value| match &frame["_source"]["layers"] {
            Value::Object(fields) => {
                fields.iter().map(|(name, values)| (name.clone(), texts(values))).collect()
            }
            _ => Fields::new(),
        };
        frames.iter().map(fields).collect()
    }

    /// Where each field lies, one map per frame.
    ///
    /// # Panics
    /// When tshark cannot read the file.
    #[track_caller]
    pub fn places(
        &self,
        capture: &Path,
        options: &[&str],
    ) -> Vec<BTreeMap<String, Vec<FieldPlace>>> {
        let frames = self.json(capture, &["-T", "jsonraw", "--no-duplicate-keys"], options);
        frames
            .iter()
            .map(|frame| {
                let mut places = BTreeMap::new();
                collect_places(&frame["_source"]["layers"], &mut places);
                places
            })
            .collect()
    }

    /// Everything that is wrong with the frames of a capture: malformed packets, checksums that do
    /// not fit, and expert infos from warnings on.
    ///
    /// # Panics
    /// When tshark cannot read the file.
    #[track_caller]
    pub fn complaints(&self, capture: &Path) -> Vec<Complaint> {
        self.complaints_with(capture, &[])
    }

    /// The same with more of tshark's options, such as [`OPAQUE_PAYLOAD`].
    ///
    /// # Panics
    /// When tshark cannot read the file.
    #[track_caller]
    pub fn complaints_with(&self, capture: &Path, options: &[&str]) -> Vec<Complaint> {
        let checksums =
            ["ip", "icmp", "icmpv6", "udp", "tcp"].map(|name| format!("{name}.checksum.status"));
        let mut names: Vec<&str> = checksums.iter().map(String::as_str).collect();
        names.extend(["_ws.malformed", "_ws.expert.severity", "_ws.expert.message", "icmp.type"]);
        let frames = self.fields(capture, &names, options);
        let mut complaints = Vec::new();
        for (index, fields) in frames.iter().enumerate() {
            let mut complain = |kind, what: &str| {
                complaints.push(Complaint { frame: index + 1, kind, what: what.to_owned() });
            };
            let values = |name: &str| fields.get(name).map_or(&[][..], Vec::as_slice);
            if !values("_ws.malformed").is_empty() {
                complain(ComplaintKind::Malformed, "malformed packet");
            }
            // An ICMP error quotes the beginning of a packet (RFC 1812 section 4.3.2.3), whose TCP or
            // UDP checksum tshark computes all the same, over what is not there.
            let quotes = values("icmp.type").iter().any(|kind| kind != "0" && kind != "8");
            let mut own_checksum_is_bad = false;
            for name in &checksums {
                let bad = values(name).iter().any(|status| matches!(status.as_str(), "0" | "Bad"));
                let of_quote = quotes && (name.starts_with("tcp.") || name.starts_with("udp."));
                if bad && !of_quote {
                    own_checksum_is_bad = true;
                    complain(ComplaintKind::BadChecksum, name);
                }
            }
            let severities = values("_ws.expert.severity").iter();
            let severities = severities.map(|severity| severity.parse().unwrap_or(SEVERITY_ERROR));
            let mut messages = values("_ws.expert.message").iter();
            for severity in severities {
                let message = messages.next().map_or("", String::as_str);
                if quotes && !own_checksum_is_bad && message.starts_with("Bad checksum") {
                    continue;
                }
                match severity {
                    SEVERITY_WARNING => complain(ComplaintKind::Warning, message),
                    SEVERITY_ERROR.. => complain(ComplaintKind::Error, message),
                    _ => {}
                }
            }
        }
        complaints
    }

    #[track_caller]
    fn json(&self, capture: &Path, args: &[&str], options: &[&str]) -> Vec<Value> {
        let mut all = vec!["-r", capture.to_str().expect("a path in UTF-8")];
        if !options.contains(&"-N") {
            all.push("-n");
        }
        all.extend(CHECKSUMS.iter().flat_map(|preference| ["-o", preference]));
        all.extend(NOT_BY_PORT.iter().flat_map(|protocol| ["--disable-protocol", protocol]));
        all.extend(args);
        all.extend(options);
        let output = self.peer.run(all);
        match serde_json::from_slice(&output) {
            Ok(Value::Array(frames)) => frames,
            other => panic!("tshark's answer about {}: {other:?}", capture.display()),
        }
    }
}

fn texts(values: &Value) -> Vec<String> {
    match values {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// Finds `"NAME_raw": [hex, position, length, mask, type]`, or a list of those, at any depth.
fn collect_places(value: &Value, places: &mut BTreeMap<String, Vec<FieldPlace>>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.strip_suffix("_raw"), value) {
                    (Some(name), Value::Array(values)) => {
                        let one = std::slice::from_ref(value);
                        let many = values.iter().all(Value::is_array) && !values.is_empty();
                        let found = if many { values.as_slice() } else { one };
                        let found = found.iter().filter_map(place);
                        places.entry(name.to_owned()).or_default().extend(found);
                    }
                    _ => collect_places(value, places),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_places(value, places)),
        _ => {}
    }
}

fn place(raw: &Value) -> Option<FieldPlace> {
    let at = |index: usize| raw.get(index).and_then(Value::as_u64);
    let (start, end, mask) = (at(1)? * 8, (at(1)? + at(2)?) * 8, at(3)?);
    if mask == 0 {
        return Some(FieldPlace { start, end, whole_bytes: true });
    }
    let highest = u64::from(mask.ilog2());
    let lowest = u64::from(mask.trailing_zeros());
    // The mask of a value that was computed may be wider than its place.
    Some(FieldPlace { start: end.checked_sub(1 + highest)?, end: end - lowest, whole_bytes: false })
}
