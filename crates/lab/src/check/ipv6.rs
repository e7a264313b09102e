//! IPv6: what routers advertise, and who listens.

use std::collections::BTreeMap;

use ipnet::Ipv6Net;

use super::segments::{Place, Segments};
use crate::diagnostic::{Code, Diagnostic};
use crate::lab::Lab;

/// The prefixes that are advertised on the segment of each interface which forms addresses.
pub(crate) fn advertised(lab: &Lab) -> BTreeMap<Place, Vec<Ipv6Net>> {
    // What is wrong with the segments is told when they are checked.
    let segments = Segments::of(lab, &mut Vec::new());
    let mut found = BTreeMap::new();
    for (index, _, station) in lab.stations() {
        for (number, interface) in station.interfaces.iter().enumerate() {
            if interface.ipv6.slaac.is_none() {
                continue;
            }
            let place = (index, number);
            let Some(segment) = segments.segment_of(place) else { continue };
            let mut prefixes: Vec<Ipv6Net> = Vec::new();
            for (_, _, router) in segments.stations_on(lab, segment) {
                for prefix in router.advertised() {
                    if !prefixes.contains(&prefix) {
                        prefixes.push(prefix);
                    }
                }
            }
            found.insert(place, prefixes);
        }
    }
    found
}

/// Advertisements that nobody can use, and interfaces that wait for some in vain.
pub(super) fn advertisements(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for (index, node, station) in lab.stations() {
        for (number, interface) in station.interfaces.iter().enumerate() {
            if let Some(advertise) = &interface.ipv6.advertise {
                let prefixes = interface.advertised();
                let name = format!("{}:{}", node.name, interface.name);
                if !node.kind.forwards_packets() {
                    out.push(
                        Diagnostic::new(
                            Code::NoEffect,
                            format!("`{}` advertises itself and is no router", node.name),
                            advertise.place.span,
                            "hosts do not take it for a way out",
                        )
                        .help("only what forwards packets is a default router"),
                    );
                } else if prefixes.is_empty() {
                    out.push(
                        Diagnostic::new(
                            Code::NoEffect,
                            format!("`{name}` advertises no prefix"),
                            advertise.place.span,
                            "nobody can form an address from this",
                        )
                        .help("give the interface an IPv6 address such as `2001:db8:1::1/64`"),
                    );
                }
                for prefix in prefixes.iter().filter(|prefix| prefix.prefix_len() != 64) {
                    out.push(
                        Diagnostic::new(
                            Code::PrefixNotFormable,
                            format!("`{name}` advertises {prefix}, of which no address is formed"),
                            advertise.place.span,
                            format!("/{} here", prefix.prefix_len()),
                        )
                        .help(
                            "hosts put 64 bits of their own behind a prefix, so it must have the \
                             other 64 (RFC 4862 section 5.5.3): write `/64`",
                        ),
                    );
                }
            }
            let Some(slaac) = interface.ipv6.slaac else { continue };
            let Some(segment) = segments.segment_of((index, number)) else { continue };
            if !interface.ipv6.formed.is_empty() {
                continue;
            }
            let routers = segments.routers_on(segment).iter();
            let mut routers = routers.filter_map(|place| {
                let router = lab.node(place.0);
                let interface = router.kind.station()?.interfaces.get(place.1)?;
                Some(format!("{}:{}", router.name, interface.name))
            });
            let help = match routers.next() {
                Some(router) => format!("add `advertise: true` to `{router}`"),
                None => "no router is on this segment".to_owned(),
            };
            out.push(
                Diagnostic::new(
                    Code::NothingAdvertised,
                    format!("`{}` waits for a router's advertisement in vain", node.name),
                    slaac.span,
                    "nobody on its segment advertises a prefix of 64 bits",
                )
                .help(help),
            );
        }
    }
}
