//! Recorded conversations, said again to our node.

use lanternet_core::Instant;
use lanternet_net::wire::checksum::checksum;
use lanternet_net::wire::layers::Layers;

use crate::node::{Bench, Said};

pub(crate) const RECORDINGS: [(&str, &str); 7] = [
    ("rfc0791", include_str!("../../captures/conversations/rfc0791.txt")),
    ("rfc0792", include_str!("../../captures/conversations/rfc0792.txt")),
    ("rfc0826", include_str!("../../captures/conversations/rfc0826.txt")),
    ("rfc1122", include_str!("../../captures/conversations/rfc1122.txt")),
    ("rfc1191", include_str!("../../captures/conversations/rfc1191.txt")),
    ("rfc1812", include_str!("../../captures/conversations/rfc1812.txt")),
    ("rfc5227", include_str!("../../captures/conversations/rfc5227.txt")),
];

/// The stations of the recordings, by hardware address.
const STATIONS: [(&str, &str); 10] = [
    ("ffffffffffff", "all"),
    ("02000000000a", "node"),
    ("020000000a07", "a"),
    ("020000000afe", "gateway"),
    ("020000000afd", "gateway2"),
    ("020000000b08", "b"),
    ("020000000bfe", "far gateway"),
    ("020000000bfd", "far gateway2"),
    ("020000000c0c", "other"),
    ("01005e000001", "all systems"),
];

/// A conversation: what the kernel answered, and what our node answers.
pub(crate) struct Talk {
    name: String,
    pub(crate) linux: Vec<Said>,
    pub(crate) ours: Vec<Said>,
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digit = |c: u8| (c as char).to_digit(16).unwrap() as u8;
    hex.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Says a recorded conversation to our node. `name` is file and conversation: `rfc0826/probe`.
pub(crate) fn talk(name: &str) -> Talk {
    let (file, title) = name.split_once('/').unwrap();
    let (_, text) = RECORDINGS.iter().find(|(recording, _)| *recording == file).unwrap();
    let mut lines = text.lines().skip_while(|line| !line.starts_with(&format!("== {title}:")));
    let head: Vec<&str> = lines.next().expect("such a conversation").split(' ').collect();
    let mut bench = Bench::new(head[2] == "router", head[3].parse().unwrap(), |_| ());
    let time = |seconds: &str| Instant::from_millis((seconds.parse::<f64>().unwrap() * 1e3) as u64);
    let mut linux = Vec::new();
    for line in lines.take_while(|line| !line.starts_with("==")) {
        let [at, port, way, frame] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let (at, port, frame) = (time(at), usize::from(port == "eth1"), bytes(frame));
        if way == "<" {
            linux.push((at, port, frame));
        } else {
            bench.until(at);
            bench.sim.inject(bench.ends[port], frame);
        }
    }
    bench.until(time(head[4]));
    let ours = bench.said();
    for (_, _, frame) in &ours {
        check(frame);
    }
    Talk { name: name.to_owned(), linux, ours }
}

/// The header checksum of an IPv4 packet is right.
fn check(frame: &[u8]) {
    if frame[12..14] == [0x08, 0x00] {
        let len = usize::from(frame[14] & 0x0f) * 4;
        assert_eq!(checksum(&frame[14..14 + len]), 0, "{}", hex(frame));
    }
}

/// The frame without what is each node's own choice: the identification of a packet that the node
/// made itself, and with it the checksum.
fn comparable((_, port, frame): &Said) -> (usize, Vec<u8>) {
    let mut frame = frame.clone();
    let made_here =
        frame[12..14] == [0x08, 0x00] && matches!(frame[26..30], [10, 0, 1, 1] | [10, 0, 2, 1]);
    if made_here {
        frame[18..20].fill(0);
        frame[24..26].fill(0);
    }
    (*port, frame)
}

fn station(mac: &[u8]) -> String {
    let mac = hex(mac);
    let name = STATIONS.iter().find(|(station, _)| *station == mac).map(|(_, name)| *name);
    name.map_or(mac, str::to_owned)
}

/// A frame in one line: interface, station, and what Wireshark would say of it.
fn line(said: &Said) -> String {
    let (port, frame) = comparable(said);
    let layers = Layers::dissect(&frame);
    format!("eth{port} to {}: {}", station(&frame[..6]), layers.info())
}

fn lines(said: &[Said]) -> Vec<String> {
    let greeting = |(_, _, frame): &&Said| frame[12..14] == [0x08, 0x06] && frame[21] == 2;
    said.iter().filter(|said| !greeting(said)).map(line).collect()
}

impl Talk {
    /// Our node said what Linux said, when Linux said it. Returns it in words, without the answers
    /// to ARP requests by which the stations of most recordings make themselves known.
    #[track_caller]
    pub(crate) fn like_linux(self) -> Vec<String> {
        let all = |said: &[Said]| said.iter().map(line).collect::<Vec<_>>();
        let (name, linux, ours) = (&self.name, &self.linux, &self.ours);
        assert_eq!(all(ours), all(linux), "{name}: ours, Linux's");
        // Order matters on each cable, not between them.
        let mut pairs: Vec<(&Said, &Said)> = Vec::new();
        for port in 0..2 {
            let on = |said: &'_ [Said]| {
                said.iter().filter(|(_, p, _)| *p == port).cloned().collect::<Vec<_>>()
            };
            let (ours, linux) = (on(ours), on(linux));
            for (ours, linux) in ours.iter().zip(&linux) {
                let (ours, linux) = (comparable(ours).1, comparable(linux).1);
                assert_eq!(hex(&ours), hex(&linux), "{name}: ours, Linux's");
            }
        }
        pairs.extend(ours.iter().zip(linux));
        for ((ours, ..), (linux, ..)) in pairs {
            // The timer wheel of the kernel lets a timer be late by up to an eighth of its length.
            let (ours, linux) = (ours.as_secs_f64(), linux.as_secs_f64());
            assert!(
                (ours - linux).abs() < 0.15 + linux / 16.0,
                "{name}: {ours} s, Linux {linux} s"
            );
        }
        lines(&self.ours)
    }

    /// Our node decided otherwise than Linux: in words, what ours said and what Linux said.
    #[track_caller]
    pub(crate) fn unlike_linux(self) -> (Vec<String>, Vec<String>) {
        let plain = |said: &[Said]| said.iter().map(comparable).collect::<Vec<_>>();
        assert_ne!(plain(&self.ours), plain(&self.linux), "{}: no difference left", self.name);
        (lines(&self.ours), lines(&self.linux))
    }
}
