//! Addresses on loan (RFC 2131).

use lanternet_core::trace::{AddressChoice, DhcpEvent, NakCause, RequestStage};

use super::scene::Scene;
use crate::args;

pub(super) fn sentence(scene: &Scene<'_>, event: &DhcpEvent) -> String {
    use DhcpEvent as E;
    let say = |id, args| scene.say(id, &args);
    let name = |interface| scene.port(interface);
    match event {
        E::DiscoverSent { interface, attempt, wait } => {
            say("dhcp-discover-sent", args!(interface = name(*interface), attempt, wait))
        }
        E::OfferTaken { interface, address, server, lease } => {
            say("dhcp-offer-taken", args!(interface = name(*interface), address, server, lease))
        }
        E::OfferIgnored { interface, address, server, taken } => {
            say("dhcp-offer-ignored", args!(interface = name(*interface), address, server, taken))
        }
        E::RequestSent { interface, address, server, stage, attempt } => {
            let interface = name(*interface);
            let id = match (stage, server) {
                (RequestStage::Selecting, _) => "dhcp-request-selecting",
                (RequestStage::Rebooting, _) => "dhcp-request-rebooting",
                (RequestStage::Renewing, _) => "dhcp-request-renewing",
                (RequestStage::Rebinding, _) => "dhcp-request-rebinding",
            };
            let server = server.map_or_else(String::new, |server| server.to_string());
            say(id, args!(interface, address, server, attempt))
        }
        E::LeaseObtained { interface, address, server, lease, renew, rebind, renewed } => {
            let id = if *renewed { "dhcp-lease-renewed" } else { "dhcp-lease-obtained" };
            say(id, args!(interface = name(*interface), address, server, lease, renew, rebind))
        }
        E::OptionsTaken { interface, gateway, routes, dns, domain, mtu } => {
            let mut parts = Vec::new();
            if let Some(gateway) = gateway {
                parts.push(say("dhcp-option-gateway", args!(gateway)));
            }
            if *routes > 0 {
                parts.push(say("dhcp-option-routes", args!(count routes = *routes)));
            }
            if !dns.is_empty() {
                parts.push(say("dhcp-option-dns", args!(servers = scene.list(dns))));
            }
            if let Some(domain) = domain {
                parts.push(say("dhcp-option-domain", args!(domain)));
            }
            if let Some(mtu) = mtu {
                parts.push(say("dhcp-option-mtu", args!(mtu)));
            }
            let interface = name(*interface);
            if parts.is_empty() {
                return say("dhcp-options-none", args!(interface));
            }
            say("dhcp-options-taken", args!(interface, options = scene.list(parts)))
        }
        E::Refused { interface, address, server } => {
            let interface = name(*interface);
            match server {
                Some(server) => say("dhcp-refused", args!(interface, address, server)),
                None => say("dhcp-refused-unnamed", args!(interface, address)),
            }
        }
        E::DeclineSent { interface, address, server, wait } => {
            say("dhcp-decline-sent", args!(interface = name(*interface), address, server, wait))
        }
        E::ReleaseSent { interface, address, server } => {
            say("dhcp-release-sent", args!(interface = name(*interface), address, server))
        }
        E::LeaseLost { interface, address } => {
            say("dhcp-lease-lost", args!(interface = name(*interface), address))
        }
        E::NoAnswer { interface, attempts } => {
            let attempts = u16::from(*attempts);
            say("dhcp-no-answer", args!(interface = name(*interface), count attempts))
        }
        E::InformSent { interface, address, attempt } => {
            say("dhcp-inform-sent", args!(interface = name(*interface), address, attempt))
        }
        E::Offered { interface, mac, address, choice, lease, held } => {
            let (interface, why) = (name(*interface), choice_in_words(scene, *choice));
            say("dhcp-offered", args!(interface, mac, address, why, lease, held))
        }
        E::Acknowledged { interface, mac, address, lease, stage } => {
            let id = match stage {
                RequestStage::Selecting => "dhcp-acknowledged",
                RequestStage::Rebooting => "dhcp-acknowledged-rebooting",
                RequestStage::Renewing | RequestStage::Rebinding => "dhcp-acknowledged-longer",
            };
            say(id, args!(interface = name(*interface), mac, address, lease))
        }
        E::NakSent { interface, mac, address, cause } => {
            let (interface, why) = (name(*interface), nak_in_words(scene, cause));
            say("dhcp-nak-sent", args!(interface, mac, address, why))
        }
        E::Quarantined { interface, mac, address, quarantine } => {
            say("dhcp-quarantined", args!(interface = name(*interface), mac, address, quarantine))
        }
        E::Returned { interface, mac, address } => {
            say("dhcp-returned", args!(interface = name(*interface), mac, address))
        }
        E::LeaseExpired { mac, address } => say("dhcp-lease-expired", args!(mac, address)),
        E::PoolExhausted {
            interface,
            mac,
            first,
            last,
            size,
            leased,
            offered,
            reserved,
            quarantined,
        } => {
            let interface = name(*interface);
            let pool = format!("{first}-{last}");
            let counts = args!(interface, mac, pool, size, leased, offered, reserved, quarantined,);
            say("dhcp-pool-exhausted", counts)
        }
        E::OtherServerChosen { interface, mac, server, withdrawn } => {
            let interface = name(*interface);
            match withdrawn {
                Some(address) => {
                    say("dhcp-other-server-withdrawn", args!(interface, mac, server, address))
                }
                None => say("dhcp-other-server", args!(interface, mac, server)),
            }
        }
        E::LeaseUnknown { interface, mac, address } => {
            say("dhcp-lease-unknown", args!(interface = name(*interface), mac, address))
        }
        E::NoPool { interface, mac, relay } => {
            let interface = name(*interface);
            match relay {
                Some(relay) => say("dhcp-no-pool-relayed", args!(interface, mac, relay)),
                None => say("dhcp-no-pool", args!(interface, mac)),
            }
        }
        E::Informed { interface, mac, address } => {
            say("dhcp-informed", args!(interface = name(*interface), mac, address))
        }
        E::RelayedToServer { interface, mac, server, relay } => {
            say("dhcp-relayed-up", args!(interface = name(*interface), mac, server, relay))
        }
        E::RelayedToClient { interface, mac, server, address } => {
            let interface = name(*interface);
            match address {
                Some(address) => say("dhcp-relayed-down", args!(interface, mac, server, address)),
                None => say("dhcp-relayed-down-empty", args!(interface, mac, server)),
            }
        }
    }
}

fn choice_in_words(scene: &Scene<'_>, choice: AddressChoice) -> String {
    scene.phrase(match choice {
        AddressChoice::Reserved => "dhcp-choice-reserved",
        AddressChoice::Current => "dhcp-choice-current",
        AddressChoice::Previous => "dhcp-choice-previous",
        AddressChoice::Requested => "dhcp-choice-requested",
        AddressChoice::Unused => "dhcp-choice-unused",
        AddressChoice::LongestFree => "dhcp-choice-longest-free",
    })
}

fn nak_in_words(scene: &Scene<'_>, cause: &NakCause) -> String {
    match cause {
        NakCause::WrongSubnet { subnet } => scene.say("dhcp-nak-wrong-subnet", &args!(subnet)),
        NakCause::Taken { by } => scene.say("dhcp-nak-taken", &args!(by)),
        NakCause::OtherAddress { known } => scene.say("dhcp-nak-other-address", &args!(known)),
        NakCause::ReservedForOther => scene.phrase("dhcp-nak-reserved"),
        NakCause::Quarantined => scene.phrase("dhcp-nak-quarantined"),
        NakCause::NotOffered => scene.phrase("dhcp-nak-not-offered"),
        NakCause::OutsidePool => scene.phrase("dhcp-nak-outside-pool"),
    }
}
