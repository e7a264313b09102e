//! Faults brought about from outside while the network runs: partitions between nodes, frames held on
//! a path or on a cable, cables with other settings.
//!
//! A partition and a hold of a path are about *packets between two nodes*, whatever cables they take:
//! a packet belongs to the path when its source is an address of the one node, and its destination
//! one of the other's, or a group or broadcast that arrives there. Addresses count as they are in the
//! packet, on the first cable where both fit; so translation of one of them on the way does no harm.
//! ARP and neighbour discovery pass: it is as if a router in between dropped the packets silently,
//! the same for two nodes on one segment as for two with routers in between.
//!
//! What is held has left the event queue, so it does not keep a run going.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Simulation, random_stream};
use crate::frame::Frame;
use crate::id::{LinkId, NodeId, PortRef};
use crate::link::LinkSettings;
use crate::time::Instant;
use crate::trace::{DropReason, FaultEvent, Place, TraceEvent};

/// From which node to which.
type Path = (NodeId, NodeId);

/// The faults there are.
#[derive(Default)]
pub(super) struct Faults {
    paths: BTreeMap<Path, PathFault>,
    links: BTreeSet<LinkId>,
    /// In the order in which they came.
    held: Vec<Held>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PathFault {
    Partitioned,
    Held,
}

/// What a frame waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    Path(Path),
    Link(LinkId),
}

struct Held {
    until: Until,
    /// Where it was about to arrive.
    direction: u32,
    since: Instant,
    frame: Frame,
}

impl Simulation {
    /// Parts two groups of nodes: packets from either to the other are lost on the way. What is under
    /// way, and what waits because of a [`hold`](Self::hold), is lost as well.
    pub fn partition(&mut self, a: &[NodeId], b: &[NodeId]) {
        self.partition_oneway(a, b);
        self.partition_oneway(b, a);
    }

    /// Loses packets of the nodes `from` to the nodes `to`; those the other way still arrive.
    pub fn partition_oneway(&mut self, from: &[NodeId], to: &[NodeId]) {
        self.start();
        for path in pairs(from, to) {
            let paths = &mut self.faults.get_or_insert_default().paths;
            if paths.insert(path, PathFault::Partitioned) == Some(PathFault::Partitioned) {
                continue;
            }
            self.emit_at(path.0, FaultEvent::Partitioned { to_node: path.1 });
            for held in self.take_held(|held| held.until == Until::Path(path)) {
                self.drop_held(&held, partitioned(path));
            }
        }
    }

    /// Undoes [`partition`](Self::partition) between any of these nodes.
    pub fn repair(&mut self, a: &[NodeId], b: &[NodeId]) {
        self.repair_oneway(a, b);
        self.repair_oneway(b, a);
    }

    /// Lets packets of the nodes `from` to the nodes `to` arrive again.
    pub fn repair_oneway(&mut self, from: &[NodeId], to: &[NodeId]) {
        for path in pairs(from, to) {
            if self.end_path_fault(path, PathFault::Partitioned) {
                self.emit_at(path.0, FaultEvent::Repaired { to_node: path.1 });
            }
        }
        self.forget_no_faults();
    }

    /// Lets packets between two groups of nodes wait on the way, until [`release`](Self::release). A
    /// path that is partitioned stays so.
    pub fn hold(&mut self, a: &[NodeId], b: &[NodeId]) {
        self.start();
        for path in pairs(a, b).chain(pairs(b, a)) {
            let paths = &mut self.faults.get_or_insert_default().paths;
            if let Entry::Vacant(healthy) = paths.entry(path) {
                healthy.insert(PathFault::Held);
                self.emit_at(path.0, FaultEvent::PathHeld { to_node: path.1 });
            }
        }
    }

    /// Undoes [`hold`](Self::hold): what waits goes on now, in the order in which it came.
    pub fn release(&mut self, a: &[NodeId], b: &[NodeId]) {
        for path in pairs(a, b).chain(pairs(b, a)) {
            if self.end_path_fault(path, PathFault::Held) {
                let held = self.take_held(|held| held.until == Until::Path(path));
                let frames = held.len() as u32;
                self.emit_at(path.0, FaultEvent::PathReleased { to_node: path.1, frames });
                self.let_go(held);
            }
        }
        self.forget_no_faults();
    }

    /// Lets everything on a cable wait at its end, in both directions, until
    /// [`release_link`](Self::release_link). Its ends notice nothing.
    ///
    /// # Panics
    /// When the link does not exist.
    pub fn hold_link(&mut self, link: LinkId) {
        self.start();
        let place = self.place(link);
        if self.faults.get_or_insert_default().links.insert(link) {
            self.emit(place, None, || FaultEvent::LinkHeld.into());
        }
    }

    /// Undoes [`hold_link`](Self::hold_link): what waits arrives now, in the order in which it came.
    ///
    /// # Panics
    /// When the link does not exist.
    pub fn release_link(&mut self, link: LinkId) {
        let place = self.place(link);
        if self.faults.as_mut().is_some_and(|faults| faults.links.remove(&link)) {
            let held = self.take_held(|held| held.until == Until::Link(link));
            let frames = held.len() as u32;
            self.emit(place, None, || FaultEvent::LinkReleased { frames }.into());
            self.let_go(held);
        }
        self.forget_no_faults();
    }

    /// How many frames wait to be released.
    pub fn held_frames(&self) -> usize {
        self.faults.as_ref().map_or(0, |faults| faults.held.len())
    }

    /// Changes the settings of the direction of a link that leads away from a port, for frames sent
    /// from now on. One that gets a shorter delay lets them overtake those on their way.
    ///
    /// # Panics
    /// When no cable is plugged into the port.
    pub fn set_link_settings(&mut self, from: PortRef, settings: LinkSettings) {
        self.start();
        let link = self.topology.link_at(from).expect("a cable is plugged into the port");
        let told = settings.clone();
        let settings = self.share(settings);
        let index = self.nodes[from.node.0 as usize].ports[from.port.0 as usize];
        let (seed, topology) = (self.seed, &self.topology);
        let direction = &mut self.directions[index as usize];
        direction.change(settings, || random_stream(seed, topology, from));
        let place = Place::Link { link, from };
        self.emit(place, None, || FaultEvent::LinkChanged { settings: told }.into());
    }

    /// A frame arrives at the end of a cable: gives it back unless a fault concerns it.
    pub(super) fn pass(&mut self, direction: u32, frame: Frame) -> Option<Frame> {
        let faults = self.faults.as_ref()?;
        let link = LinkId(direction / 2);
        let path = self.path_of(faults, self.directions[direction as usize].to.node, &frame);
        let until = match path {
            Some((path, PathFault::Partitioned)) => {
                let held = Held { until: Until::Path(path), direction, since: self.now, frame };
                self.drop_held(&held, partitioned(path));
                return None;
            }
            _ if faults.links.contains(&link) => Until::Link(link),
            Some((path, PathFault::Held)) => Until::Path(path),
            None => return Some(frame),
        };
        let from = self.directions[direction as usize].from;
        self.emit(Place::Link { link, from }, Some(&frame), || FaultEvent::FrameHeld.into());
        let held = Held { until, direction, since: self.now, frame };
        self.faults.get_or_insert_default().held.push(held);
        None
    }

    /// What waits at the end of a cable that was cut is lost.
    pub(super) fn lose_held(&mut self, direction: u32) {
        for held in self.take_held(|held| held.direction == direction) {
            self.drop_held(&held, DropReason::LinkCut);
        }
    }

    /// The first faulty path that a frame belongs to when it arrives at this node.
    fn path_of(&self, faults: &Faults, at: NodeId, frame: &Frame) -> Option<(Path, PathFault)> {
        if faults.paths.is_empty() {
            return None;
        }
        let (source, destination) = ends(frame.bytes())?;
        let has = |node: NodeId, address| {
            let slot = self.nodes.get(node.0 as usize);
            let device = slot.and_then(|slot| slot.device.as_ref());
            device.is_some_and(|device| device.has_address(address))
        };
        let to_group = frame.destination().is_some_and(|mac| mac.is_group());
        let mut sender = None;
        faults.paths.iter().find_map(|(&(from, to), &fault)| {
            // Paths of one node stand together.
            let sent = match sender {
                Some((node, sent)) if node == from => sent,
                _ => sender.insert((from, has(from, source))).1,
            };
            let meant = sent && (has(to, destination) || (to_group && at == to));
            meant.then_some(((from, to), fault))
        })
    }

    /// Whether the path had this fault. It has none any more.
    fn end_path_fault(&mut self, path: Path, fault: PathFault) -> bool {
        let Some(faults) = &mut self.faults else { return false };
        let had = faults.paths.get(&path) == Some(&fault);
        if had {
            faults.paths.remove(&path);
        }
        had
    }

    fn take_held(&mut self, which: impl Fn(&Held) -> bool) -> Vec<Held> {
        let Some(faults) = &mut self.faults else { return Vec::new() };
        faults.held.extract_if(.., |held| which(held)).collect()
    }

    /// Frames that waited arrive now.
    fn let_go(&mut self, held: Vec<Held>) {
        let mut by_direction: BTreeMap<u32, Vec<Frame>> = BTreeMap::new();
        for Held { direction, since, frame, .. } in held {
            let (link, from) = (LinkId(direction / 2), self.directions[direction as usize].from);
            let waited = self.now - since;
            let event = || FaultEvent::FrameReleased { waited }.into();
            self.emit(Place::Link { link, from }, Some(&frame), event);
            by_direction.entry(direction).or_default().push(frame);
        }
        for (index, frames) in by_direction {
            let direction = &mut self.directions[index as usize];
            let was = direction.next_arrival();
            direction.put_back(self.now, frames);
            self.arm_direction(index, was);
        }
    }

    fn drop_held(&mut self, held: &Held, reason: DropReason) {
        let (link, from) =
            (LinkId(held.direction / 2), self.directions[held.direction as usize].from);
        let event = || TraceEvent::Dropped { port: None, reason };
        self.emit(Place::Link { link, from }, Some(&held.frame), event);
    }

    /// Without faults nothing is to be asked for each frame.
    fn forget_no_faults(&mut self) {
        let none = |faults: &mut Box<Faults>| {
            faults.paths.is_empty() && faults.links.is_empty() && faults.held.is_empty()
        };
        self.faults.take_if(none);
    }

    fn emit_at(&mut self, node: NodeId, event: FaultEvent) {
        self.emit(Place::Node(node), None, || event.into());
    }

    fn place(&self, link: LinkId) -> Place {
        let [from, _] = self.topology.ends(link);
        Place::Link { link, from }
    }
}

fn partitioned((from_node, to_node): Path) -> DropReason {
    DropReason::Partitioned { from_node, to_node }
}

fn pairs(from: &[NodeId], to: &[NodeId]) -> impl Iterator<Item = Path> {
    let pair = |&from: &NodeId| to.iter().map(move |&to| (from, to));
    from.iter().flat_map(pair).filter(|(from, to)| from != to)
}

/// The source and the destination of the packet in a frame; `None` when there is none, or when it
/// finds out about neighbours (RFC 4861: ICMPv6 types 133 to 137).
fn ends(frame: &[u8]) -> Option<(IpAddr, IpAddr)> {
    let mut rest = frame.get(12..)?;
    // The tags of 802.1Q and 802.1ad.
    while let [0x81, 0, _, _, inner @ ..] | [0x88, 0xa8, _, _, inner @ ..] = rest {
        rest = inner;
    }
    let (ethertype, packet) = rest.split_first_chunk()?;
    match ethertype {
        // RFC 791 section 3.1.
        [8, 0] => {
            let address = |at: usize| {
                let bytes: [u8; 4] = packet.get(at..at + 4)?.try_into().ok()?;
                Some(IpAddr::from(Ipv4Addr::from(bytes)))
            };
            Some((address(12)?, address(16)?))
        }
        // RFC 8200 section 3.
        [0x86, 0xdd] => {
            let address = |at: usize| {
                let bytes: [u8; 16] = packet.get(at..at + 16)?.try_into().ok()?;
                Some(IpAddr::from(Ipv6Addr::from(bytes)))
            };
            let discovery = packet.get(6) == Some(&58)
                && packet.get(40).is_some_and(|kind| (133..=137).contains(kind));
            if discovery { None } else { Some((address(8)?, address(24)?)) }
        }
        _ => None,
    }
}
