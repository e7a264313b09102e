//! Subnet facts in words: the AND by columns, what an address is, what is wrong with a text.

mod and;
mod errors;

use std::net::IpAddr;

use lanternet_net::subnet::{Class, Family, Reach, Role, Scope, Split, Subnet, special_block};

use crate::args;
use crate::columns::table;
use crate::locale::Catalogue;

pub use errors::{address_error, split_error, split_length_error, subnet_error};

/// All about an address and the subnet it is in.
pub fn describe(catalogue: &Catalogue, subnet: &Subnet) -> String {
    let heading = format!("{}/{}\n\n", subnet.address(), subnet.prefix_len());
    let work = and::columns(catalogue, subnet);
    heading + &work + "\n" + &table(2, &facts(catalogue, subnet))
}

fn facts(catalogue: &Catalogue, subnet: &Subnet) -> Vec<[String; 2]> {
    let mut rows = vec![[catalogue.phrase("subnet-label-network"), subnet.trunc().to_string()]];
    // A multicast prefix is a range of groups; no station in it has an address of its own.
    if !subnet.address().is_multicast() {
        rows.extend(stations(catalogue, subnet));
    }
    let mut row = |label: &str, value: String| rows.push([label.to_owned(), value]);
    row(&catalogue.phrase("subnet-label-address"), role(catalogue, subnet));
    if let Some(class) = subnet.class() {
        row(&catalogue.phrase("subnet-label-class"), class_text(catalogue, class, subnet));
    }
    let (scope, reach) = scope_text(catalogue, subnet.address());
    row(&catalogue.phrase("subnet-label-scope"), scope);
    row(&catalogue.phrase("subnet-label-reach"), reach);
    rows
}

/// The rows about the addresses that stations can have.
fn stations(catalogue: &Catalogue, subnet: &Subnet) -> Vec<[String; 2]> {
    let broadcast = match (subnet.broadcast(), subnet.family()) {
        (Some(broadcast), _) => broadcast.to_string(),
        (None, Family::V4) => catalogue.phrase("subnet-broadcast-none"),
        (None, Family::V6) => catalogue.phrase("subnet-broadcast-ipv6"),
    };
    let hosts = subnet.hosts();
    let range = match hosts.count {
        1 => hosts.first.to_string(),
        _ => format!("{} - {}", hosts.first, hosts.last),
    };
    let mut rows = vec![
        [catalogue.phrase("subnet-label-broadcast"), broadcast],
        [catalogue.phrase("subnet-label-hosts"), range],
        [catalogue.phrase("subnet-label-count"), host_count(catalogue, subnet)],
    ];
    if subnet.family() == Family::V4 {
        rows.push([catalogue.phrase("subnet-label-wildcard"), subnet.wildcard().to_string()]);
    }
    rows
}

fn mask_forms(subnet: &Subnet) -> String {
    match subnet.family() {
        Family::V4 => format!("{} = /{}", subnet.mask(), subnet.prefix_len()),
        Family::V6 => format!("/{}", subnet.prefix_len()),
    }
}

fn host_count(catalogue: &Catalogue, subnet: &Subnet) -> String {
    let count = subnet.hosts().count;
    let power = subnet.host_bits();
    match (subnet.family(), power) {
        (_, 0) => catalogue.phrase("subnet-count-single"),
        (Family::V4, 1) => catalogue.phrase("subnet-count-point-to-point"),
        (Family::V6, 1) => catalogue.phrase("subnet-count-point-to-point-ipv6"),
        (Family::V4, _) => {
            let all = count + 2;
            catalogue.text("subnet-count-ipv4", &args!(count, power, all))
        }
        (Family::V6, _) => catalogue.text("subnet-count-ipv6", &args!(count, power)),
    }
}

/// What the address is within its own subnet, as a sentence.
fn role(catalogue: &Catalogue, subnet: &Subnet) -> String {
    let (address, network) = (subnet.address(), subnet.trunc());
    let args = args!(address, network);
    // A group or everybody is nobody's own address, whatever the mask says.
    match special_block(address).scope {
        Scope::Multicast | Scope::LinkLocalMulticast => {
            return catalogue.text("subnet-role-group", &args!(address));
        }
        Scope::LimitedBroadcast => {
            return catalogue.text("subnet-role-everybody", &args!(address));
        }
        Scope::Unspecified => {
            return catalogue.text("subnet-role-unspecified", &args!(address));
        }
        _ => {}
    }
    match subnet.role() {
        Role::Host => catalogue.text("subnet-role-host", &args),
        Role::Network => catalogue.text("subnet-role-network", &args),
        Role::Broadcast => catalogue.text("subnet-role-broadcast", &args),
        Role::RouterAnycast => catalogue.text("subnet-role-router-anycast", &args),
        Role::PointToPoint => catalogue.text("subnet-role-point-to-point", &args),
        Role::Single => catalogue.text("subnet-role-single", &args),
    }
}

fn class_text(catalogue: &Catalogue, class: Class, subnet: &Subnet) -> String {
    let letter = class.letter();
    match class.prefix_len() {
        Some(length) if length == subnet.prefix_len() => {
            catalogue.text("subnet-class-same", &args!(letter, length))
        }
        Some(length) => {
            let prefix = subnet.prefix_len();
            catalogue.text("subnet-class-other", &args!(letter, length, prefix))
        }
        None if class == Class::D => catalogue.phrase("subnet-class-d"),
        None => catalogue.phrase("subnet-class-e"),
    }
}

/// The purpose of the block that an address is in, with the RFCs, and how far its packets go.
fn scope_text(catalogue: &Catalogue, address: IpAddr) -> (String, String) {
    let block = special_block(address);
    let rfcs = block.rfcs.iter().map(|rfc| format!("RFC {rfc}")).collect::<Vec<_>>().join(", ");
    let purpose = catalogue.phrase(scope_id(block.scope));
    let scope = if block.prefix.prefix_len() == 0 {
        purpose
    } else {
        let prefix = block.prefix;
        catalogue.text("subnet-scope-row", &args!(purpose, prefix, rfcs))
    };
    let reach = match block.reach {
        Reach::Global => catalogue.phrase("subnet-reach-global"),
        Reach::Limited => catalogue.phrase("subnet-reach-limited"),
        Reach::Unstated => catalogue.phrase("subnet-reach-unstated"),
    };
    (scope, reach)
}

fn scope_id(scope: Scope) -> &'static str {
    match scope {
        Scope::Global => "subnet-scope-global",
        Scope::Unallocated => "subnet-scope-unallocated",
        Scope::Private => "subnet-scope-private",
        Scope::Shared => "subnet-scope-shared",
        Scope::Loopback => "subnet-scope-loopback",
        Scope::LinkLocal => "subnet-scope-link-local",
        Scope::UniqueLocal => "subnet-scope-unique-local",
        Scope::SiteLocal => "subnet-scope-site-local",
        Scope::Documentation => "subnet-scope-documentation",
        Scope::Benchmarking => "subnet-scope-benchmarking",
        Scope::ThisNetwork => "subnet-scope-this-network",
        Scope::Unspecified => "subnet-scope-unspecified",
        Scope::LimitedBroadcast => "subnet-scope-limited-broadcast",
        Scope::Multicast => "subnet-scope-multicast",
        Scope::LinkLocalMulticast => "subnet-scope-link-local-multicast",
        Scope::Reserved => "subnet-scope-reserved",
        Scope::IetfProtocol => "subnet-scope-ietf-protocol",
        Scope::ProtocolAnycast => "subnet-scope-protocol-anycast",
        Scope::ServiceContinuity => "subnet-scope-service-continuity",
        Scope::Nat64Discovery => "subnet-scope-nat64-discovery",
        Scope::Nat64 => "subnet-scope-nat64",
        Scope::LocalNat64 => "subnet-scope-local-nat64",
        Scope::Ipv4Mapped => "subnet-scope-ipv4-mapped",
        Scope::SixToFour => "subnet-scope-6to4",
        Scope::SixToFourRelay => "subnet-scope-6to4-relay",
        Scope::Teredo => "subnet-scope-teredo",
        Scope::As112 => "subnet-scope-as112",
        Scope::Amt => "subnet-scope-amt",
        Scope::Discard => "subnet-scope-discard",
        Scope::Dummy => "subnet-scope-dummy",
        Scope::Orchid => "subnet-scope-orchid",
        Scope::Drone => "subnet-scope-drone",
        Scope::SegmentRouting => "subnet-scope-segment-routing",
    }
}

/// Two stations, each with its own mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The one.
    pub a: Subnet,
    /// The other.
    pub b: Subnet,
}

impl Pair {
    /// Whether each of the two takes the other to be on its own segment.
    pub fn share_a_segment(&self) -> bool {
        self.a.contains(self.b.address()) && self.b.contains(self.a.address())
    }
}

/// Whether two stations share a segment, with the work: both addresses ANDed with the mask of the one
/// that asks. When their masks differ, the view of each.
pub fn describe_pair(catalogue: &Catalogue, pair: &Pair) -> String {
    let Pair { a, b } = pair;
    let mut out = String::new();
    if a.family() == b.family() && a.prefix_len() == b.prefix_len() {
        out += &view(catalogue, a, b.address());
    } else if a.family() == b.family() {
        for (own, other) in [(a, b), (b, a)] {
            let (address, mask) = (own.address(), mask_forms(own));
            out += &catalogue.text("subnet-same-view", &args!(address, mask));
            out += "\n\n";
            out += &view(catalogue, own, other.address());
            out += &format!("  {}\n\n", opinion(catalogue, own, other));
        }
    }
    out += &verdict(catalogue, pair);
    out.push('\n');
    for station in [a, b] {
        if !matches!(station.role(), Role::Host | Role::PointToPoint | Role::Single) {
            out += &format!("{}\n", role(catalogue, station));
        }
    }
    out
}

fn view(catalogue: &Catalogue, own: &Subnet, other: IpAddr) -> String {
    // The other address under this station's mask, which is how a station decides. Both are of one
    // family, so the prefix always fits.
    let other = Subnet::new(other, own.prefix_len()).unwrap_or(*own);
    and::columns(catalogue, own) + "\n" + &and::columns(catalogue, &other) + "\n"
}

fn opinion(catalogue: &Catalogue, own: &Subnet, other: &Subnet) -> String {
    let (from, to) = (own.address(), other.address());
    let id = if own.contains(to) { "subnet-same-direct" } else { "subnet-same-gateway" };
    catalogue.text(id, &args!(from, to))
}

fn verdict(catalogue: &Catalogue, pair: &Pair) -> String {
    let (a, b) = (pair.a.address(), pair.b.address());
    if a == b {
        return catalogue.text("subnet-same-identical", &args!(a));
    }
    if pair.a.family() != pair.b.family() {
        return catalogue.text("subnet-same-families", &args!(a, b));
    }
    let (a_network, b_network) = (pair.a.trunc(), pair.b.trunc());
    match (pair.a.contains(b), pair.b.contains(a)) {
        (true, true) => catalogue.text("subnet-same-yes", &args!(a, b, a_network)),
        (false, false) => catalogue.text("subnet-same-no", &args!(a, b, a_network, b_network)),
        (true, false) => catalogue.text("subnet-same-one-sided", &args!(near = a, far = b)),
        (false, true) => catalogue.text("subnet-same-one-sided", &args!(near = b, far = a)),
    }
}

/// At most this many rows of a division are printed.
pub const SPLIT_ROWS: usize = 64;

/// The parts of a divided subnet, the first [`SPLIT_ROWS`] of them, and how many there are.
pub fn describe_split(catalogue: &Catalogue, whole: &Subnet, split: Split) -> String {
    let power = split.bits();
    let length = whole.prefix_len() + power;
    let count = 1_u128.checked_shl(power.into());
    let network = whole.trunc();
    let heading = match count {
        Some(count) => catalogue.text(
            "subnet-split-heading",
            &args!(network, length, count parts = u64::try_from(count).unwrap_or(u64::MAX), total = count, power),
        ),
        None => catalogue.text("subnet-split-heading-huge", &args!(network, length, power)),
    };
    // IPv6 has no broadcast addresses, so no column for them.
    let broadcast = match whole.family() {
        Family::V4 => catalogue.phrase("subnet-label-broadcast"),
        Family::V6 => String::new(),
    };
    let mut rows = vec![[
        catalogue.phrase("subnet-label-network"),
        catalogue.phrase("subnet-label-first"),
        catalogue.phrase("subnet-label-last"),
        broadcast,
    ]];
    for part in split.take(SPLIT_ROWS) {
        let hosts = part.hosts();
        let broadcast = match (part.broadcast(), whole.family()) {
            (Some(address), _) => address.to_string(),
            (None, Family::V4) => "-".to_owned(),
            (None, Family::V6) => String::new(),
        };
        let (first, last) = (hosts.first.to_string(), hosts.last.to_string());
        rows.push([part.trunc().to_string(), first, last, broadcast]);
    }
    let mut out = format!("{heading}\n\n{}", table(2, &rows));
    if count.is_none_or(|count| count > SPLIT_ROWS as u128) {
        let rows = SPLIT_ROWS;
        out += &format!("\n{}\n", catalogue.text("subnet-split-more", &args!(rows)));
    }
    out
}

#[cfg(test)]
mod tests;
