//! Which address a client is offered (RFC 2131 section 4.3.1).

use std::net::Ipv4Addr;

use lanternet_core::trace::{AddressChoice, DhcpEvent};
use lanternet_core::{MacAddr, PortId};

use super::Pool;
use crate::dhcp::lease::{LeaseState, LeaseTable};
use crate::dhcp::message::Message;

/// The address to offer, and why this one.
pub(super) fn choose(
    pool: &Pool,
    table: &mut LeaseTable,
    message: &Message,
) -> Option<(Ipv4Addr, AddressChoice)> {
    let (mac, client) = (message.mac, message.client_key());
    if let Some(&reserved) = pool.reservations.get(&mac)
        && table.is_free_for(reserved, &client)
    {
        return Some((reserved, AddressChoice::Reserved));
    }
    if let Some((address, lease)) = table.of_client(&client)
        && pool.lends(address, mac)
        && table.is_free_for(address, &client)
    {
        let choice = match lease.state.is_held() {
            true => AddressChoice::Current,
            false => AddressChoice::Previous,
        };
        return Some((address, choice));
    }
    if let Some(requested) = message.options.requested
        && pool.lends(requested, mac)
        && table.is_free_for(requested, &client)
    {
        return Some((requested, AddressChoice::Requested));
    }
    let lends = |address| pool.lends(address, mac);
    if let Some(unused) = table.unused(pool.first, pool.last, lends) {
        return Some((unused, AddressChoice::Unused));
    }
    let free = table.longest_free(lends)?;
    Some((free, AddressChoice::LongestFree))
}

/// The pool has nothing left: where it all is.
pub(super) fn exhausted(
    pool: &Pool,
    table: &LeaseTable,
    interface: PortId,
    mac: MacAddr,
) -> DhcpEvent {
    let (mut leased, mut offered, mut quarantined) = (0, 0, 0);
    for (_, lease) in table.iter().filter(|(address, _)| pool.is_of_range(*address)) {
        match lease.state {
            LeaseState::Bound(_) => leased += 1,
            LeaseState::Offered(_) => offered += 1,
            LeaseState::Quarantined(_) => quarantined += 1,
            LeaseState::Free(_) => {}
        }
    }
    let waiting = |address: &&Ipv4Addr| {
        let held =
            table.lease(**address).is_some_and(|lease| !matches!(lease.state, LeaseState::Free(_)));
        pool.is_of_range(**address) && !held
    };
    let reserved = pool.reservations.values().filter(waiting).count() as u32;
    let (first, last, size) = (pool.first, pool.last, pool.size());
    DhcpEvent::PoolExhausted {
        interface,
        mac,
        first,
        last,
        size,
        leased,
        offered,
        reserved,
        quarantined,
    }
}

impl Pool {
    fn is_of_range(&self, address: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&address)
    }
}
