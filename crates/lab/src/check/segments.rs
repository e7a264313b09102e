//! Segments: the interfaces that hear each other's broadcasts. Cables, hubs and switches join them,
//! hosts and routers end them. With VLANs a switch is as many switches as it has VLANs, and a cable as
//! many cables as it carries tags.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{End, Interface, Lab, Link, Node, NodeIndex, Spot, Tag};

/// More circles than this are not told one by one.
const MOST_LOOPS: usize = 10;

/// A station's interface.
pub(super) type Place = (NodeIndex, usize);

/// Which interfaces and links form a segment.
pub(super) struct Segments {
    /// The segment of each interface that has a cable.
    of: BTreeMap<Place, usize>,
    /// The interfaces of each segment, in the order of the nodes.
    pub(super) members: Vec<Vec<Place>>,
    /// Those of `members` that are routers'.
    routers: Vec<Vec<Place>>,
    /// The links of each segment, in the order of the file.
    pub(super) links: Vec<Vec<usize>>,
    /// The segment of each VLAN of each switch that a cable leads to.
    spots: BTreeMap<Spot, usize>,
    /// Who has an address on a segment; the first of several.
    owners: BTreeMap<(usize, IpAddr), NodeIndex>,
    /// Who has an address anywhere; the first of several.
    anywhere: BTreeMap<IpAddr, NodeIndex>,
}

impl Segments {
    /// Finds the segments, and complains about circles on the way.
    pub(super) fn of(lab: &Lab, out: &mut Vec<Diagnostic>) -> Self {
        let mut map = Map::of(lab);
        for link in &lab.links {
            for tag in map.tags.clone() {
                if let Some([a, b]) = lab.joined(link, tag) {
                    let [a, b] = [a, b].map(|spot| map.element(lab, spot));
                    map.sets.join(a, b);
                }
            }
        }
        for index in closing_links(lab).into_iter().take(MOST_LOOPS) {
            out.push(switch_loop(lab, index));
        }

        let mut numbers = BTreeMap::new();
        let mut segments = Self {
            of: BTreeMap::new(),
            members: Vec::new(),
            routers: Vec::new(),
            links: Vec::new(),
            spots: BTreeMap::new(),
            owners: BTreeMap::new(),
            anywhere: BTreeMap::new(),
        };
        for (index, link) in lab.links.iter().enumerate() {
            for tag in map.tags.clone() {
                let spots = match lab.joined(link, tag) {
                    Some(spots) => spots.map(Some),
                    // A cable leads to its stations whatever the other end makes of their frames.
                    None if tag.is_none() => link.ends.map(|end| lab.arrival(end, tag)),
                    None => continue,
                };
                for spot in spots.into_iter().flatten() {
                    let root = map.sets.root(map.element(lab, spot));
                    let number = *numbers.entry(root).or_insert_with(|| {
                        segments.members.push(Vec::new());
                        segments.routers.push(Vec::new());
                        segments.links.push(Vec::new());
                        segments.links.len() - 1
                    });
                    segments.spots.insert(spot, number);
                    if segments.links[number].last() != Some(&index) {
                        segments.links[number].push(index);
                    }
                }
            }
        }
        for (node, entry, station) in lab.stations() {
            for (index, interface) in station.ip_interfaces() {
                let place = (node, index);
                let element = map.element(lab, lab.spot(node, index));
                let number = numbers.get(&map.sets.root(element)).copied();
                if let Some(number) = number {
                    segments.of.insert(place, number);
                    segments.members[number].push(place);
                    if entry.kind.forwards_packets() {
                        segments.routers[number].push(place);
                    }
                }
                for address in interface.all_addresses() {
                    segments.anywhere.entry(address).or_insert(node);
                    if let Some(number) = number {
                        segments.owners.entry((number, address)).or_insert(node);
                    }
                }
            }
        }
        segments
    }

    /// The segment of what is in a switch, if a cable leads there.
    pub(super) fn of_spot(&self, spot: Spot) -> Option<usize> {
        self.spots.get(&spot).copied()
    }

    /// The segment of an interface, if it has a cable.
    pub(super) fn segment_of(&self, place: Place) -> Option<usize> {
        self.of.get(&place).copied()
    }

    /// The interfaces of routers on this segment.
    pub(super) fn routers_on(&self, segment: usize) -> &[Place] {
        &self.routers[segment]
    }

    /// Who has this address on this segment.
    pub(super) fn owner_on(&self, segment: usize, address: IpAddr) -> Option<NodeIndex> {
        self.owners.get(&(segment, address)).copied()
    }

    /// Who has this address anywhere.
    pub(super) fn owner_anywhere(&self, address: IpAddr) -> Option<NodeIndex> {
        self.anywhere.get(&address).copied()
    }

    /// The members of a segment with their nodes and interfaces.
    pub(super) fn stations_on<'a>(
        &'a self,
        lab: &'a Lab,
        segment: usize,
    ) -> impl Iterator<Item = (Place, &'a Node, &'a Interface)> {
        self.members[segment].iter().filter_map(|place| {
            let node = lab.node(place.0);
            let interface = node.kind.station()?.interfaces.get(place.1)?;
            Some((*place, node, interface))
        })
    }
}

/// What there is that frames can be in, as elements of [`Sets`].
struct Map {
    tags: Vec<Tag>,
    /// The first element of each node: one for each interface of its station, then one for each tag in
    /// its switch.
    first: Vec<usize>,
    sets: Sets,
}

impl Map {
    fn of(lab: &Lab) -> Self {
        let tags = lab.tags();
        let mut first = Vec::with_capacity(lab.nodes.len());
        let mut count = 0;
        for node in &lab.nodes {
            first.push(count);
            let station = node.kind.station();
            count += station.map_or(0, |station| station.interfaces.len());
            if station.is_none_or(|station| station.switch.is_some()) {
                count += tags.len();
            }
        }
        Self { tags, first, sets: Sets::new(count) }
    }

    fn element(&self, lab: &Lab, spot: Spot) -> usize {
        match spot {
            Spot::Interface(node, interface) => self.first[node.0] + interface,
            Spot::Switch(node, tag) => {
                let before = lab.node(node).kind.station().map_or(0, |s| s.interfaces.len());
                // All tags that are used anywhere were collected.
                self.first[node.0] + before + self.tags.binary_search(&tag).unwrap_or(0)
            }
        }
    }
}

/// Disjoint sets with path halving.
pub(super) struct Sets(Vec<usize>);

impl Sets {
    pub(super) fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    pub(super) fn root(&mut self, mut element: usize) -> usize {
        while self.0[element] != element {
            self.0[element] = self.0[self.0[element]];
            element = self.0[element];
        }
        element
    }

    /// Joins two sets; `false` when they are one already.
    pub(super) fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        // The lower one becomes the root, so that the result does not depend on the order.
        self.0[a.max(b)] = a.min(b);
        a != b
    }
}

/// The links that close a circle of hubs and switches, each with those before it. A spanning tree cuts
/// every circle that leads through a switch which takes part in it, since other switches and hubs pass
/// its messages on.
fn closing_links(lab: &Lab) -> Vec<usize> {
    let takes_part =
        |end: &End| lab.node(end.node).kind.switch().is_some_and(|own| own.stp.is_some());
    let mut map = Map::of(lab);
    let mut closing = Vec::new();
    for (index, link) in lab.links.iter().enumerate() {
        if link.ends.iter().any(takes_part) {
            continue;
        }
        let mut closes = false;
        for tag in map.tags.clone() {
            if let Some([a, b]) = lab.joined(link, tag) {
                let [a, b] = [a, b].map(|spot| map.element(lab, spot));
                closes |= !map.sets.join(a, b);
            }
        }
        if closes {
            closing.push(index);
        }
    }
    closing
}

/// The circles of hubs and switches in which frames can go round, as the nodes on the way, the first
/// of them at the end again.
pub(crate) fn switch_loops(lab: &Lab) -> Vec<Vec<NodeIndex>> {
    let circle = |index: usize| way(lab, &lab.links[..index], &lab.links[index]);
    closing_links(lab).into_iter().map(circle).collect()
}

fn switch_loop(lab: &Lab, index: usize) -> Diagnostic {
    let closing = &lab.links[index];
    let names: Vec<_> = way(lab, &lab.links[..index], closing)
        .into_iter()
        .map(|node| format!("`{}`", lab.node(node).name))
        .collect();
    Diagnostic::new(
        Code::SwitchLoop,
        format!("this link closes a loop: {}", names.join(" – ")),
        closing.place(),
        "frames can go round in a circle from here",
    )
    .help(
        "a broadcast that enters a loop is flooded again at each round and never ends: a storm, in \
         which nothing else gets through and MAC tables flap. Add `stp: true` to the switches, so that \
         the spanning tree blocks a link, or take this link out",
    )
}

/// The nodes from one end of `closing` to the other over the links before it, and back.
fn way(lab: &Lab, links: &[Link], closing: &Link) -> Vec<NodeIndex> {
    let [from, to] = closing.ends.map(|end| end.node);
    let mut beside: BTreeMap<NodeIndex, Vec<NodeIndex>> = BTreeMap::new();
    for link in links {
        let [a, b] = link.ends.map(|end| end.node);
        let passes = |node: &NodeIndex| {
            let kind = &lab.node(*node).kind;
            kind.station().is_none() || kind.switch().is_some()
        };
        if [a, b].iter().all(passes) {
            beside.entry(a).or_default().push(b);
            beside.entry(b).or_default().push(a);
        }
    }
    let mut came_from = BTreeMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        for next in beside.get(&node).into_iter().flatten() {
            came_from.entry(*next).or_insert_with(|| {
                queue.push_back(*next);
                node
            });
        }
    }
    let mut way = vec![to];
    let mut node = to;
    while node != from {
        let Some(previous) = came_from.get(&node) else { break };
        node = *previous;
        way.push(node);
    }
    way.reverse();
    way.push(from);
    way
}
