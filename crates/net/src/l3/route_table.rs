//! The routing table: which way to which destination. The longest matching prefix wins
//! (RFC 1812 section 5.2.4.3).
//!
//! Among rows of the same length a connected one goes before a static one, a static one before one
//! learned from a redirect, and otherwise the one that was there first. Rows whose interface has no
//! carrier do not count. Left out: metrics, equal-cost paths, policy.
//!
//! The rows are kept sorted from the longest prefix to the shortest, so that the first match is the
//! best. A look-up walks them: right for the tens of rows of a lab, wrong for the Internet's table.

use std::net::IpAddr;

use lanternet_core::trace::{Route, RouteKind};
use lanternet_core::{IpNet, PortId};

/// Rows from redirects that the table takes.
const REDIRECT_LIMIT: usize = 256;

/// A routing table.
#[derive(Clone, Debug, Default)]
pub struct RouteTable {
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    route: Route,
    up: bool,
}

impl RouteTable {
    /// Adds a row; a row for the same destination, router, interface and kind is not doubled.
    pub fn add(&mut self, route: Route) {
        if self.rows.iter().any(|row| row.route == route) {
            return;
        }
        let rank = |route: &Route| (u8::MAX - route.destination.prefix_len(), route.kind);
        let at = self.rows.partition_point(|row| rank(&row.route) <= rank(&route));
        // Most tables have one row or two, and a large network has many tables.
        if self.rows.len() < 4 {
            self.rows.reserve_exact(1);
        }
        self.rows.insert(at, Row { route, up: true });
    }

    /// Adds a row learned from a redirect, in place of an earlier one for the same destination. When
    /// there are too many of them, the one for the lowest destination makes room.
    pub fn replace_redirect(&mut self, route: Route) {
        let redirect = |row: &&Row| row.route.kind == RouteKind::Redirect;
        let destination = match self.rows.iter().filter(redirect).count() {
            REDIRECT_LIMIT.. => self.rows.iter().find(redirect).map(|row| row.route.destination),
            _ => None,
        };
        self.remove(|row| {
            row.kind == RouteKind::Redirect
                && (row.destination == route.destination || Some(row.destination) == destination)
        });
        self.add(route);
    }

    /// Forgets what redirects said about a router that does not answer (RFC 1122 section 3.3.1.4).
    pub fn remove_redirects_via(&mut self, router: IpAddr) {
        self.remove(|row| row.kind == RouteKind::Redirect && row.via == Some(router));
    }

    /// Removes the rows for which `gone` holds.
    pub fn remove(&mut self, gone: impl Fn(&Route) -> bool) {
        self.rows.retain(|row| !gone(&row.route));
    }

    /// The rows of this interface count, or do not.
    pub fn set_interface_up(&mut self, interface: PortId, up: bool) {
        for row in self.rows.iter_mut().filter(|row| row.route.interface == interface) {
            row.up = up;
        }
    }

    /// The best row for a destination.
    pub fn lookup(&self, destination: IpAddr) -> Option<&Route> {
        self.matching(destination).next()
    }

    /// All rows that match a destination, the best first.
    pub fn matching(&self, destination: IpAddr) -> impl Iterator<Item = &Route> {
        let matches = move |row: &&Row| row.up && row.route.destination.contains(&destination);
        self.rows.iter().filter(matches).map(|row| &row.route)
    }

    /// Whether there is no way because the interface of every matching row has no carrier.
    pub fn is_down(&self, destination: IpAddr) -> bool {
        let down = |row: &Row| !row.up && row.route.destination.contains(&destination);
        self.lookup(destination).is_none() && self.rows.iter().any(down)
    }

    /// All rows in the order of preference, each with whether its interface is up.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (&Route, bool)> {
        self.rows.iter().map(|row| (&row.route, row.up))
    }

    /// The router on the way to `to` over `via`: the interface on whose segment `via` is.
    pub fn interface_towards(&self, via: IpAddr) -> Option<PortId> {
        let connected = |row: &&Row| {
            row.route.kind == RouteKind::Connected && row.route.destination.contains(&via)
        };
        self.rows.iter().find(connected).map(|row| row.route.interface)
    }

    /// The connected row for the segment of an interface's address.
    pub fn connected(address: IpNet, interface: PortId) -> Route {
        Route { destination: address.trunc(), via: None, interface, kind: RouteKind::Connected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(to: &str, via: Option<&str>, interface: u16, kind: RouteKind) -> Route {
        Route {
            destination: to.parse().unwrap(),
            via: via.map(|via| via.parse().unwrap()),
            interface: PortId(interface),
            kind,
        }
    }

    fn chosen(table: &RouteTable, to: &str) -> Option<u16> {
        table.lookup(to.parse().unwrap()).map(|route| route.interface.0)
    }

    #[test]
    fn the_longest_prefix_wins_in_whatever_order_the_rows_came() {
        let rows = [
            route("0.0.0.0/0", Some("10.0.0.1"), 0, RouteKind::Static),
            route("10.0.0.0/8", None, 1, RouteKind::Connected),
            route("10.1.0.0/16", Some("10.0.0.2"), 2, RouteKind::Static),
            route("10.1.2.0/24", Some("10.0.0.3"), 3, RouteKind::Static),
            route("10.1.2.3/32", Some("10.0.0.4"), 4, RouteKind::Redirect),
        ];
        let mut forward = RouteTable::default();
        rows.iter().for_each(|row| forward.add(row.clone()));
        let mut backward = RouteTable::default();
        rows.iter().rev().for_each(|row| backward.add(row.clone()));
        for table in [forward, backward] {
            for (to, interface) in
                [("10.1.2.3", 4), ("10.1.2.4", 3), ("10.1.3.1", 2), ("10.9.9.9", 1), ("8.8.8.8", 0)]
            {
                assert_eq!(chosen(&table, to), Some(interface), "{to}");
            }
            let matching = table.matching("10.1.2.3".parse().unwrap()).count();
            assert_eq!(matching, 5, "the beaten rows are known");
        }
    }

    #[test]
    fn connected_goes_before_static_and_first_before_second() {
        let mut table = RouteTable::default();
        table.add(route("10.0.0.0/24", Some("10.9.0.1"), 1, RouteKind::Static));
        table.add(route("10.0.0.0/24", Some("10.9.0.2"), 2, RouteKind::Static));
        assert_eq!(chosen(&table, "10.0.0.7"), Some(1));
        table.add(route("10.0.0.0/24", None, 3, RouteKind::Connected));
        assert_eq!(chosen(&table, "10.0.0.7"), Some(3));
    }

    #[test]
    fn rows_of_an_interface_that_is_down_do_not_count() {
        let mut table = RouteTable::default();
        table.add(route("10.0.0.0/24", None, 1, RouteKind::Connected));
        table.add(route("0.0.0.0/0", Some("10.9.0.2"), 2, RouteKind::Static));
        table.set_interface_up(PortId(1), false);
        assert_eq!(chosen(&table, "10.0.0.7"), Some(2));
        assert!(!table.is_down("10.0.0.7".parse().unwrap()));
        table.set_interface_up(PortId(2), false);
        assert_eq!(chosen(&table, "10.0.0.7"), None);
        assert!(table.is_down("10.0.0.7".parse().unwrap()));
        table.set_interface_up(PortId(2), true);
        table.set_interface_up(PortId(1), true);
        assert_eq!(chosen(&table, "10.0.0.7"), Some(1));
    }

    #[test]
    fn without_a_matching_row_there_is_no_way() {
        let mut table = RouteTable::default();
        table.add(route("10.0.0.0/24", None, 1, RouteKind::Connected));
        assert_eq!(chosen(&table, "192.0.2.1"), None);
    }
}
