//! Captures: the frames at the ends of cables, each with the reason why, as a pcapng file.
//!
//! A [`Capture`] is an [`Observer`]. Every captured end of a cable is an interface of the file; a
//! frame is in it once where it was sent (outbound, at the time the node handed it to the cable)
//! and once where it arrived (inbound). Each carries the reasons as comments, one per reason:
//!
//! - a frame that was sent: what the node told about it, or about the frame that caused it, in the
//!   same call (*forwarded by the row …*, *TTL 64 → 63*), then what the cable did to it (*lost*);
//! - a frame that arrived: what the node told about it (*learned*, *dropped because …*).
//!
//! The words come from the caller, because reasons here are facts without words. The format is
//! borrowed from `pcap-file`; see draft-ietf-opsawg-pcapng.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
};
use pcap_file::pcapng::blocks::name_resolution::{
    Ipv4Record, Ipv6Record, NameResolutionBlock, Record as NameRecord,
};
use pcap_file::pcapng::blocks::opt_common::CommonOption;
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::pcapng::{PcapNgWriteError, PcapNgWriter};
use pcap_file::{DataLink, Endianness};

use crate::frame::Frame;
use crate::id::{FrameId, NodeId, PortRef};
use crate::time::Instant;
use crate::topology::Topology;
use crate::trace::{Observer, Place, Record, TraceEvent};

/// Turns a reason into words, or into `None` where it is not worth a comment.
pub trait Words: Send {
    /// The words for this record, in one line.
    fn words(&mut self, topology: &Topology, record: &Record) -> Option<String>;
}

impl<F: FnMut(&Topology, &Record) -> Option<String> + Send> Words for F {
    fn words(&mut self, topology: &Topology, record: &Record) -> Option<String> {
        self(topology, record)
    }
}

/// What a capture holds and says of itself.
#[derive(Clone, Debug, Default)]
pub struct CaptureSettings {
    /// The program that writes it, with its version.
    pub application: String,
    /// What the frames ran on: the name of the lab.
    pub hardware: String,
    /// Names of addresses; an address may have several.
    pub names: Vec<(IpAddr, String)>,
    /// Which ends of cables are captured.
    pub ends: Ends,
}

/// Which ends of cables a capture is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ends {
    /// All of them.
    #[default]
    All,
    /// The cables at these ports, at this end only.
    Only(BTreeSet<PortRef>),
}

impl Ends {
    fn include(&self, end: PortRef) -> bool {
        match self {
            Self::All => true,
            Self::Only(ends) => ends.contains(&end),
        }
    }
}

/// An observer that writes a pcapng file. Clones write the same file, so one is given to the
/// simulation and one is kept to [`finish`](Self::finish) it.
pub struct Capture<W: Write>(Arc<Mutex<State<W>>>);

impl<W: Write> Clone for Capture<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W: Write> fmt::Debug for Capture<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").finish_non_exhaustive()
    }
}

impl<W: Write> Capture<W> {
    /// Starts a capture: writes what is known before the first frame. Give it a buffered writer.
    ///
    /// Ends of cables that come later become interfaces with their first frame. An error of the
    /// writer ends the writing; [`finish`](Self::finish) reports it.
    pub fn start(
        writer: W,
        topology: &Topology,
        settings: CaptureSettings,
        words: impl Words + 'static,
    ) -> Self {
        let section = SectionHeaderBlock {
            // The same bytes on every machine.
            endianness: Endianness::Little,
            options: [
                (!settings.hardware.is_empty())
                    .then(|| SectionHeaderOption::Hardware(text(&settings.hardware))),
                (!settings.application.is_empty())
                    .then(|| SectionHeaderOption::UserApplication(text(&settings.application))),
            ]
            .into_iter()
            .flatten()
            .collect(),
            ..SectionHeaderBlock::default()
        };
        let mut state = State {
            file: PcapNgWriter::with_section_header(writer, section).map_err(Some),
            ends: settings.ends,
            interfaces: BTreeMap::new(),
            words: Box::new(words),
            call: Call::default(),
        };
        for end in topology.nodes().flat_map(|node| topology.ports(node)) {
            if topology.link_at(end).is_some() {
                state.interface(topology, end);
            }
        }
        state.write_names(&settings.names);
        Self(Arc::new(Mutex::new(state)))
    }

    /// Writes what is still held back and gives the writer back, flushed. What happens later is not
    /// written any more.
    ///
    /// # Errors
    /// The first error of the writer, or of what could not be put into the format; and when the
    /// capture was finished before.
    pub fn finish(&self) -> io::Result<W> {
        let mut state = self.lock();
        state.end_call();
        match std::mem::replace(&mut state.file, Err(None)) {
            Ok(file) => {
                let mut writer = file.into_inner();
                writer.flush()?;
                Ok(writer)
            }
            Err(Some(PcapNgWriteError::Io(error))) => Err(error),
            Err(Some(error)) => Err(io::Error::other(error)),
            Err(None) => Err(io::Error::other("the capture was finished before")),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
        // A panic of another observer in between leaves whole blocks behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write + Send> Observer for Capture<W> {
    fn observe(&mut self, topology: &Topology, record: &Record) {
        self.lock().observe(topology, record);
    }
}

struct State<W: Write> {
    /// The file, or what went wrong with it; `None` once that was reported.
    file: Result<PcapNgWriter<W>, Option<PcapNgWriteError>>,
    ends: Ends,
    interfaces: BTreeMap<PortRef, u32>,
    words: Box<dyn Words>,
    call: Call,
}

/// What one call of one device told so far. Its frames are held back until the next call begins:
/// what is told after a frame (it was dropped, the cable lost it) belongs into its comments too.
#[derive(Default)]
struct Call {
    at: Instant,
    node: Option<NodeId>,
    reasons: Vec<(Option<FrameId>, Arc<str>)>,
    packets: Vec<Packet>,
}

struct Packet {
    interface: u32,
    port: PortRef,
    at: Instant,
    direction: Direction,
    frame: Frame,
    comments: Vec<Arc<str>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Inbound = 0b01,
    Outbound = 0b10,
}

impl<W: Write> State<W> {
    fn observe(&mut self, topology: &Topology, record: &Record) {
        if self.file.is_err() {
            return;
        }
        let node = record.place.node();
        let arrived = matches!(record.event, TraceEvent::FrameArrived { .. });
        if arrived || self.call.node != Some(node) || self.call.at != record.at {
            self.end_call();
            self.call.node = Some(node);
            self.call.at = record.at;
        }
        match &record.event {
            TraceEvent::FrameArrived { port, frame } => {
                let port = PortRef::new(node, *port);
                self.hold(topology, port, Direction::Inbound, frame, Vec::new());
            }
            TraceEvent::FrameSent { port, frame } => {
                let port = PortRef::new(node, *port);
                let made_here = frame.id().origin() == node;
                let reasons = self.call.reasons.iter();
                let comments = reasons
                    .filter(|(about, _)| {
                        // The cause of a frame that is only passed on is another node's affair.
                        *about == Some(frame.id()) || (made_here && *about == frame.cause())
                    })
                    .map(|(_, words)| Arc::clone(words))
                    .collect();
                self.hold(topology, port, Direction::Outbound, frame, comments);
            }
            _ => self.comment(topology, record),
        }
    }

    fn hold(
        &mut self,
        topology: &Topology,
        port: PortRef,
        direction: Direction,
        frame: &Frame,
        comments: Vec<Arc<str>>,
    ) {
        if let Some(interface) = self.interface(topology, port) {
            let (at, frame) = (self.call.at, frame.clone());
            self.call.packets.push(Packet { interface, port, at, direction, frame, comments });
        }
    }

    fn comment(&mut self, topology: &Topology, record: &Record) {
        let node = record.place.node();
        if self.interfaces.range(ports_of(node)).next().is_none() {
            return;
        }
        let Some(words) = self.words.words(topology, record) else { return };
        let words: Arc<str> = words.into();
        let packets = self.call.packets.iter_mut();
        let mut about = packets.filter(|packet| Some(packet.frame.id()) == record.frame);
        match record.place {
            Place::Link { from, .. } => {
                // Of several copies at one port the last one is what the cable has in hand.
                let sent = |packet: &&mut Packet| {
                    packet.port == from && packet.direction == Direction::Outbound
                };
                if let Some(packet) = about.rfind(sent) {
                    packet.comments.push(words);
                }
            }
            Place::Node(_) => {
                let arrived = about.find(|packet| packet.direction == Direction::Inbound);
                if let Some(packet) = arrived {
                    packet.comments.push(Arc::clone(&words));
                }
                self.call.reasons.push((record.frame, words));
            }
        }
    }

    /// The number of the interface at this end, if it is captured; described at first sight.
    fn interface(&mut self, topology: &Topology, end: PortRef) -> Option<u32> {
        if let Some(interface) = self.interfaces.get(&end) {
            return Some(*interface);
        }
        if !self.ends.include(end) {
            return None;
        }
        let peer = topology.peer(end)?;
        let name =
            |at: PortRef| format!("{} {}", topology.node_name(at.node), topology.port_name(at));
        let options = vec![
            InterfaceDescriptionOption::IfName(Cow::Owned(name(end))),
            InterfaceDescriptionOption::IfDescription(Cow::Owned(format!(
                "{} -- {}",
                name(end),
                name(peer)
            ))),
            InterfaceDescriptionOption::IfTsResol(InterfaceTsResolution::NANO),
        ];
        // A snap length of 0 means that frames are never cut.
        let block = InterfaceDescriptionBlock { linktype: DataLink::ETHERNET, snaplen: 0, options };
        self.write(|file| file.write_pcapng_block(block));
        let interface = self.interfaces.len() as u32;
        self.interfaces.insert(end, interface);
        Some(interface)
    }

    fn write_names(&mut self, names: &[(IpAddr, String)]) {
        let mut by_address: BTreeMap<IpAddr, Vec<Cow<'_, str>>> = BTreeMap::new();
        // An empty name would end the list of an address.
        for (address, name) in names.iter().filter(|(_, name)| !name.is_empty()) {
            by_address.entry(*address).or_default().push(Cow::Borrowed(name));
        }
        if by_address.is_empty() {
            return;
        }
        let record = |(address, names)| match address {
            IpAddr::V4(ip_addr) => NameRecord::Ipv4(Ipv4Record { ip_addr, names }),
            IpAddr::V6(ip_addr) => NameRecord::Ipv6(Ipv6Record { ip_addr, names }),
        };
        let records = by_address.into_iter().map(record).collect();
        let block = NameResolutionBlock { records, options: Vec::new() };
        self.write(|file| file.write_pcapng_block(block));
    }

    fn end_call(&mut self) {
        self.call.reasons.clear();
        for packet in std::mem::take(&mut self.call.packets) {
            let flags = EnhancedPacketOption::Flags(packet.direction as u32);
            let comments = packet
                .comments
                .iter()
                .map(|words| EnhancedPacketOption::Common(CommonOption::Comment(text(words))));
            let bytes = packet.frame.bytes();
            let block = EnhancedPacketBlock {
                interface_id: packet.interface,
                timestamp: std::time::Duration::from_nanos(packet.at.nanos()),
                original_len: bytes.len() as u32,
                data: Cow::Borrowed(bytes),
                options: std::iter::once(flags).chain(comments).collect(),
            };
            self.write(|file| file.write_pcapng_block(block));
        }
    }

    fn write(
        &mut self,
        write: impl FnOnce(&mut PcapNgWriter<W>) -> Result<usize, PcapNgWriteError>,
    ) {
        if let Ok(file) = &mut self.file
            && let Err(error) = write(file)
        {
            self.file = Err(Some(error));
        }
    }
}

/// An option's length is a number of 16 bits: what is longer is cut.
fn text(words: &str) -> Cow<'_, str> {
    Cow::Borrowed(&words[..words.floor_char_boundary(usize::from(u16::MAX))])
}

fn ports_of(node: NodeId) -> std::ops::RangeInclusive<PortRef> {
    use crate::id::PortId;
    PortRef::new(node, PortId(0))..=PortRef::new(node, PortId(u16::MAX))
}

#[cfg(test)]
mod tests;
