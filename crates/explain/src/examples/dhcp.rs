//! Addresses on loan (RFC 2131).

use std::net::Ipv4Addr;

use lanternet_core::trace::{AddressChoice, DhcpEvent, NakCause, RequestStage};
use lanternet_core::{Duration, PortId};

use super::{mac, net};

pub(super) fn events() -> Vec<DhcpEvent> {
    use DhcpEvent as E;
    let interface = PortId(0);
    let (mac, by) = (mac(1), mac(2));
    let v4 = |last| Ipv4Addr::new(192, 168, 1, last);
    let (address, server, other, relay) = (v4(100), v4(1), v4(2), v4(254));
    let (hour, minutes) = (Duration::from_secs(3600), |n: u64| Duration::from_secs(60 * n));
    let requested =
        |stage, server| E::RequestSent { interface, address, server, stage, attempt: 1 };
    let obtained = |renewed| E::LeaseObtained {
        interface,
        address: net("192.168.1.100/24"),
        server,
        lease: hour,
        renew: minutes(30),
        rebind: Duration::from_secs(3150),
        renewed,
    };
    let offered =
        |choice| E::Offered { interface, mac, address, choice, lease: hour, held: minutes(2) };
    let agreed = |stage| E::Acknowledged { interface, mac, address, lease: hour, stage };
    let refused = |cause| E::NakSent { interface, mac, address, cause };
    examples! { DhcpEvent:
        E::DiscoverSent { .. } => [
            E::DiscoverSent { interface, attempt: 1, wait: Duration::from_millis(4_250) },
        ],
        E::OfferTaken { .. } => [E::OfferTaken { interface, address, server, lease: hour }],
        E::OfferIgnored { .. } => [
            E::OfferIgnored { interface, address: v4(200), server: other, taken: server },
        ],
        E::RequestSent { .. } => [
            requested(RequestStage::Selecting, Some(server)),
            requested(RequestStage::Rebooting, None),
            requested(RequestStage::Renewing, Some(server)),
            requested(RequestStage::Rebinding, None),
        ],
        E::LeaseObtained { .. } => [obtained(false), obtained(true)],
        E::OptionsTaken { .. } => [
            E::OptionsTaken {
                interface,
                gateway: Some(server),
                routes: 2,
                dns: vec![server.into(), Ipv4Addr::new(10, 0, 0, 53).into()],
                domain: Some("example.com".into()),
                mtu: Some(1400),
            },
            E::OptionsTaken {
                interface,
                gateway: None,
                routes: 1,
                dns: Vec::new(),
                domain: None,
                mtu: None,
            },
            E::OptionsTaken {
                interface,
                gateway: None,
                routes: 0,
                dns: Vec::new(),
                domain: None,
                mtu: None,
            },
        ],
        E::Refused { .. } => [
            E::Refused { interface, address, server: Some(server) },
            E::Refused { interface, address, server: None },
        ],
        E::DeclineSent { .. } => [
            E::DeclineSent { interface, address, server, wait: Duration::from_secs(10) },
        ],
        E::ReleaseSent { .. } => [E::ReleaseSent { interface, address, server }],
        E::LeaseLost { .. } => [E::LeaseLost { interface, address }],
        E::NoAnswer { .. } => [
            E::NoAnswer { interface, attempts: 1 },
            E::NoAnswer { interface, attempts: 4 },
        ],
        E::InformSent { .. } => [E::InformSent { interface, address, attempt: 1 }],
        E::Offered { .. } => [
            offered(AddressChoice::Reserved),
            offered(AddressChoice::Current),
            offered(AddressChoice::Previous),
            offered(AddressChoice::Requested),
            offered(AddressChoice::Unused),
            offered(AddressChoice::LongestFree),
        ],
        E::Acknowledged { .. } => [
            agreed(RequestStage::Selecting),
            agreed(RequestStage::Rebooting),
            agreed(RequestStage::Renewing),
            agreed(RequestStage::Rebinding),
        ],
        E::NakSent { .. } => [
            refused(NakCause::WrongSubnet { subnet: net("192.168.1.0/24") }),
            refused(NakCause::Taken { by }),
            refused(NakCause::OtherAddress { known: v4(101) }),
            refused(NakCause::ReservedForOther),
            refused(NakCause::Quarantined),
            refused(NakCause::NotOffered),
            refused(NakCause::OutsidePool),
        ],
        E::Quarantined { .. } => [
            E::Quarantined { interface, mac, address, quarantine: minutes(10) },
        ],
        E::Returned { .. } => [E::Returned { interface, mac, address }],
        E::LeaseExpired { .. } => [E::LeaseExpired { mac, address }],
        E::PoolExhausted { .. } => [
            E::PoolExhausted {
                interface,
                mac,
                first: v4(100),
                last: v4(109),
                size: 10,
                leased: 7,
                offered: 1,
                reserved: 1,
                quarantined: 1,
            },
        ],
        E::OtherServerChosen { .. } => [
            E::OtherServerChosen { interface, mac, server: other, withdrawn: Some(address) },
            E::OtherServerChosen { interface, mac, server: other, withdrawn: None },
        ],
        E::LeaseUnknown { .. } => [E::LeaseUnknown { interface, mac, address }],
        E::NoPool { .. } => [
            E::NoPool { interface, mac, relay: None },
            E::NoPool { interface, mac, relay: Some(relay) },
        ],
        E::Informed { .. } => [E::Informed { interface, mac, address }],
        E::RelayedToServer { .. } => [E::RelayedToServer { interface, mac, server, relay }],
        E::RelayedToClient { .. } => [
            E::RelayedToClient { interface, mac, server: server.into(), address: Some(address) },
            E::RelayedToClient { interface, mac, server: server.into(), address: None },
        ],
    }
}
