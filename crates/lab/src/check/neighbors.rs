//! Rows of neighbour tables that were written by hand: of no use, or out of date.

use std::net::IpAddr;

use super::segments::Segments;
use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{Interface, Lab, NodeIndex, Station};
use crate::names::NodeName;

/// Rows that no packet will ever need, and rows with a MAC address that is not the neighbour's.
pub(super) fn neighbors(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for (index, node, station) in lab.stations() {
        for row in &station.neighbors {
            let (address, span) = (row.address.value, row.address.span);
            let name = &node.name;
            let Some(interface) = interface_towards(station, address) else {
                out.push(
                    Diagnostic::new(
                        Code::NoEffect,
                        format!("`{address}` is on no segment of `{name}`"),
                        span,
                        "never looked up",
                    )
                    .help(
                        "ARP is for neighbours: packets for other networks go to the gateway, and \
                         it is the gateway's MAC address that they need",
                    ),
                );
                continue;
            };
            if station.all_addresses().any(|own| own == address) {
                out.push(
                    Diagnostic::new(
                        Code::NoEffect,
                        format!("`{address}` is the address of `{name}` itself"),
                        span,
                        "never looked up",
                    )
                    .help("packets to oneself do not leave the host"),
                );
                continue;
            }
            let owner = segments
                .segment_of((index, interface))
                .and_then(|segment| segments.owner_on(segment, address));
            let owner = owner.and_then(|owner| interface_of(lab, owner, address));
            let Some((owner, theirs)) = owner else { continue };
            if theirs.mac.value == row.mac.value {
                continue;
            }
            let place = if theirs.mac.span.is_empty() { theirs.name.span } else { theirs.mac.span };
            out.push(
                Diagnostic::new(
                    Code::NeighborMismatch,
                    format!(
                        "`{name}` has `{}` for {address}, but the MAC address of `{owner}` is `{}`",
                        row.mac, theirs.mac
                    ),
                    row.mac.span,
                    "frames to this address reach nobody",
                )
                .and(place, format!("`{}`", theirs.mac))
                .help(format!(
                    "a row under `arp` stays whatever the network says: correct it, or take it out \
                     and let `{name}` ask"
                )),
            );
        }
    }
}

/// The interface on whose segment this address is.
fn interface_towards(station: &Station, address: IpAddr) -> Option<usize> {
    station.interfaces.iter().position(|interface| interface.is_near(address))
}

/// A node's interface with this address, and the node's name.
fn interface_of(lab: &Lab, node: NodeIndex, address: IpAddr) -> Option<(&NodeName, &Interface)> {
    let node = lab.node(node);
    let mut interfaces = node.kind.station()?.interfaces.iter();
    let found = interfaces.find(|i| i.all_addresses().any(|own| own == address))?;
    Some((&node.name.value, found))
}
