//! What can be built and is wrong in a network all the same. Every finding is a warning: a broken
//! network must run, or nobody could watch it being broken.
//!
//! Some checks reason from what is there (an address twice), some from what is not (a gateway that
//! nobody owns). The second kind is left out when the file has errors, because what is missing may
//! be what could not be read.

mod addresses;
mod cabling;
mod dhcp;
mod dns;
mod gateways;
mod ipv6;
mod nat;
mod neighbors;
mod programs;
mod routes;
mod segments;
mod vlan;
mod zones;

use std::collections::BTreeSet;

pub use dhcp::{LeaseTrouble, lease_trouble};

use crate::diagnostic::{Diagnostic, Severity};
use crate::lab::Lab;
use segments::Segments;
pub(crate) use segments::switch_loops;

pub(crate) use ipv6::advertised;

/// Adds what is wrong with this network.
pub(crate) fn check(lab: &Lab, out: &mut Vec<Diagnostic>) {
    let complete = out.iter().all(|diagnostic| diagnostic.severity() != Severity::Error);
    let segments = Segments::of(lab, out);
    addresses::duplicates(lab, &segments, out);
    addresses::reserved(lab, out);
    // What is in the wrong VLAN is strange in more than one way, and told once.
    let misplaced =
        if complete { vlan::networks(lab, &segments, out) } else { BTreeSet::default() };
    addresses::neighbours(lab, &segments, &misplaced, out);
    cabling::mtus(lab, &segments, out);
    dhcp::overlaps(lab, &segments, out);
    routes::overlaps(lab, out);
    routes::never_match(lab, out);
    zones::zones(lab, out);
    nat::second_never_counts(lab, out);
    if complete {
        addresses::missing(lab, &segments, out);
        addresses::hosts_entries(lab, &segments, out);
        cabling::uncabled(lab, &segments, out);
        vlan::cables(lab, &segments, out);
        dhcp::clients(lab, &segments, out);
        dhcp::relays(lab, &segments, out);
        dns::servers(lab, &segments, out);
        programs::names(lab, out);
        gateways::gateways(lab, &segments, &misplaced, out);
        ipv6::advertisements(lab, &segments, out);
        neighbors::neighbors(lab, &segments, out);
        routes::next_hops(lab, &segments, out);
        routes::loops(lab, &segments, out);
        nat::targets(lab, &segments, out);
    }
}
