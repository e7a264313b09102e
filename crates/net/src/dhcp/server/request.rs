//! What a client may have (RFC 2131 section 4.3.2).

use std::net::Ipv4Addr;

use lanternet_core::DropReason;
use lanternet_core::trace::{DhcpEvent, NakCause, Protocol, RequestStage};

use super::{Answer, Pool, Question};
use crate::dhcp::lease::{LeaseState, LeaseTable};
use crate::dhcp::message::{Kind, Message};

/// A message that has to name an address names none.
pub(super) fn no_address() -> DropReason {
    DropReason::Malformed { protocol: Protocol::Dhcp, what: "names no address" }
}

/// What to say.
enum Verdict {
    Lend,
    Refuse(NakCause),
    /// Whoever lent it has to answer.
    Silence,
}

pub(super) fn request(pool: &Pool, table: &mut LeaseTable, question: &Question<'_>) -> Answer {
    let Question { now, arrival, message, .. } = *question;
    let (interface, mac) = (arrival.interface, message.mac);
    let client = message.client_key();
    let options = &message.options;
    // Table 4 of RFC 2131 tells the states of a client apart.
    let (stage, address) = match (options.server, options.requested) {
        (Some(server), _) if !question.is_for_us() => {
            let offer = table.of_client(&client).map(|(address, _)| address);
            let withdrawn = offer.filter(|address| table.withdraw(*address, now));
            return Answer::silence(DhcpEvent::OtherServerChosen {
                interface,
                mac,
                server,
                withdrawn,
            });
        }
        (Some(_), requested) => {
            (RequestStage::Selecting, requested.or(Message::specified(message.client)))
        }
        (None, Some(requested)) => (RequestStage::Rebooting, Some(requested)),
        (None, None) if arrival.unicast.is_some() && message.relay.is_unspecified() => {
            (RequestStage::Renewing, Message::specified(message.client))
        }
        (None, None) => (RequestStage::Rebinding, Message::specified(message.client)),
    };
    let Some(address) = address else { return Answer::dropped(no_address()) };
    match verdict(pool, table, message, stage, address) {
        Verdict::Refuse(cause) => question.refuse(pool, address, cause),
        Verdict::Silence => Answer::silence(DhcpEvent::LeaseUnknown { interface, mac, address }),
        Verdict::Lend => {
            let lease = question.lease(pool);
            let name = options.host_name.as_deref();
            let state = LeaseState::Bound(now + lease);
            if !table.hold(now, address, &client, mac, name, state) {
                return question.refuse(pool, address, NakCause::NotOffered);
            }
            Answer {
                why: Ok(DhcpEvent::Acknowledged { interface, mac, address, lease, stage }),
                reply: question.lend(pool, Kind::Ack, address, lease),
            }
        }
    }
}

fn verdict(
    pool: &Pool,
    table: &LeaseTable,
    message: &Message,
    stage: RequestStage,
    address: Ipv4Addr,
) -> Verdict {
    let (mac, client) = (message.mac, message.client_key());
    if !pool.subnet.contains(&address) {
        return Verdict::Refuse(NakCause::WrongSubnet { subnet: pool.subnet.into() });
    }
    let known = table.lease(address);
    let theirs = known.is_some_and(|lease| lease.client == client);
    match known.map(|lease| (lease.state, lease.mac)) {
        Some((LeaseState::Quarantined(_), _)) => return Verdict::Refuse(NakCause::Quarantined),
        Some((state, by)) if state.is_held() && !theirs => {
            return Verdict::Refuse(NakCause::Taken { by });
        }
        // It is on offer or on loan to this very client.
        Some((state, _)) if state.is_held() => return Verdict::Lend,
        _ => {}
    }
    if pool.reservations.values().any(|reserved| *reserved == address)
        && pool.reservations.get(&mac) != Some(&address)
    {
        return Verdict::Refuse(NakCause::ReservedForOther);
    }
    // Nobody has it.
    let lends = pool.lends(address, mac);
    let reserved = pool.reservations.get(&mac) == Some(&address);
    let remembered = theirs || reserved;
    match stage {
        RequestStage::Selecting if lends => Verdict::Lend,
        RequestStage::Selecting => Verdict::Refuse(NakCause::NotOffered),
        _ if remembered && lends => Verdict::Lend,
        RequestStage::Renewing if lends => Verdict::Lend,
        RequestStage::Renewing => Verdict::Refuse(NakCause::OutsidePool),
        RequestStage::Rebooting | RequestStage::Rebinding => {
            match table.of_client(&client).filter(|(_, lease)| lease.state.is_held()) {
                Some((known, _)) => Verdict::Refuse(NakCause::OtherAddress { known }),
                None => Verdict::Silence,
            }
        }
    }
}
