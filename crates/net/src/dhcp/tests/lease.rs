//! The lease table by itself.

use super::*;
use crate::dhcp::message::ClientKey;

fn key(client: u8) -> ClientKey {
    ClientKey::Hardware(mac(client))
}

fn hold(table: &mut LeaseTable, client: u8, address: &str, state: LeaseState) -> bool {
    table.hold(at(0), ip(address), &key(client), mac(client), None, state)
}

#[test]
fn an_address_on_loan_is_given_to_nobody_else() {
    let mut table = LeaseTable::default();
    assert!(hold(&mut table, 1, "10.0.0.1", LeaseState::Bound(at(10))));
    assert!(!hold(&mut table, 2, "10.0.0.1", LeaseState::Offered(at(10))));
    assert!(!hold(&mut table, 2, "10.0.0.1", LeaseState::Bound(at(10))));
    assert_eq!(table.lease(ip("10.0.0.1")).expect("known").mac, mac(1));
}

#[test]
fn a_lease_ends_at_its_time_and_is_remembered_an_offer_is_forgotten() {
    let mut table = LeaseTable::default();
    hold(&mut table, 1, "10.0.0.1", LeaseState::Bound(at(10)));
    hold(&mut table, 2, "10.0.0.2", LeaseState::Offered(at(5)));
    assert_eq!(table.next_end(), Some(at(5)));
    assert_eq!(table.expire(at(4)), None);
    assert_eq!(table.expire(at(9)).expect("the offer").0, ip("10.0.0.2"));
    assert_eq!(table.lease(ip("10.0.0.2")), None);
    assert_eq!(table.expire(at(9)), None);
    assert_eq!(table.expire(at(10)).expect("the lease").0, ip("10.0.0.1"));
    let (address, lease) = table.of_client(&key(1)).expect("remembered");
    assert_eq!((address, lease.state), (ip("10.0.0.1"), LeaseState::Free(at(10))));
    assert!(hold(&mut table, 2, "10.0.0.1", LeaseState::Bound(at(20))));
    assert!(table.of_client(&key(1)).is_none());
}

#[test]
fn a_client_has_one_address_of_a_pool() {
    let mut table = LeaseTable::default();
    hold(&mut table, 1, "10.0.0.1", LeaseState::Bound(at(10)));
    hold(&mut table, 1, "10.0.0.2", LeaseState::Bound(at(10)));
    assert!(matches!(table.lease(ip("10.0.0.1")).expect("known").state, LeaseState::Free(_)));
    assert_eq!(table.of_client(&key(1)).expect("known").0, ip("10.0.0.2"));
}

#[test]
fn unused_addresses_come_in_order_and_again_once_an_offer_is_withdrawn() {
    let mut table = LeaseTable::default();
    let unused = |table: &mut LeaseTable| table.unused(ip("10.0.0.1"), ip("10.0.0.3"), |_| true);
    assert_eq!(unused(&mut table), Some(ip("10.0.0.1")));
    hold(&mut table, 1, "10.0.0.1", LeaseState::Offered(at(9)));
    hold(&mut table, 2, "10.0.0.2", LeaseState::Bound(at(9)));
    assert_eq!(unused(&mut table), Some(ip("10.0.0.3")));
    assert!(table.withdraw(ip("10.0.0.1"), at(1)));
    assert!(!table.withdraw(ip("10.0.0.2"), at(1)));
    assert_eq!(unused(&mut table), Some(ip("10.0.0.1")));
    hold(&mut table, 3, "10.0.0.1", LeaseState::Bound(at(9)));
    hold(&mut table, 4, "10.0.0.3", LeaseState::Bound(at(9)));
    assert_eq!(unused(&mut table), None);
}

#[test]
fn nobody_gets_an_address_in_quarantine() {
    let mut table = LeaseTable::default();
    hold(&mut table, 1, "10.0.0.1", LeaseState::Bound(at(10)));
    table.quarantine(ip("10.0.0.1"), at(100));
    assert!(!table.is_free_for(ip("10.0.0.1"), &key(1)));
    assert!(!hold(&mut table, 2, "10.0.0.1", LeaseState::Bound(at(20))));
    assert!(table.of_client(&key(1)).is_none());
    table.expire(at(100));
    assert!(hold(&mut table, 2, "10.0.0.1", LeaseState::Bound(at(200))));
}

#[test]
fn leases_survive_a_crash_and_offers_do_not() {
    let mut table = LeaseTable::default();
    hold(&mut table, 1, "10.0.0.1", LeaseState::Bound(at(10)));
    hold(&mut table, 2, "10.0.0.2", LeaseState::Offered(at(10)));
    table.crash(at(1));
    assert_eq!(table.lease(ip("10.0.0.1")).expect("kept").state, LeaseState::Bound(at(10)));
    assert_eq!(table.lease(ip("10.0.0.2")), None);
}
