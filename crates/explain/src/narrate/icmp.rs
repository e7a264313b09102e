//! ICMP messages in words.

use std::net::IpAddr;

use lanternet_core::trace::{HeaderProblem, IcmpMessage, IcmpSilence, Unreachable};

use crate::args;
use crate::locale::Catalogue;

/// The message with its type and code, which differ between the versions of IP.
pub(crate) fn message_between(catalogue: &Catalogue, peer: IpAddr, message: IcmpMessage) -> String {
    match peer {
        IpAddr::V4(_) => self::message(catalogue, message),
        IpAddr::V6(_) => message6(catalogue, message),
    }
}

/// The same for ICMPv6.
fn message6(catalogue: &Catalogue, message: IcmpMessage) -> String {
    match message {
        IcmpMessage::Unreachable(Unreachable::Network) => {
            catalogue.phrase("icmp6-network-unreachable")
        }
        IcmpMessage::Unreachable(Unreachable::Prohibited) => catalogue.phrase("icmp6-prohibited"),
        IcmpMessage::Unreachable(Unreachable::BeyondScope) => {
            catalogue.phrase("icmp6-beyond-scope")
        }
        IcmpMessage::Unreachable(Unreachable::Host | Unreachable::Protocol) => {
            catalogue.phrase("icmp6-host-unreachable")
        }
        IcmpMessage::Unreachable(Unreachable::Port) => catalogue.phrase("icmp6-port-unreachable"),
        IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { mtu }) => {
            catalogue.text("icmp6-packet-too-big", &args!(mtu))
        }
        IcmpMessage::Unreachable(Unreachable::Other { code }) => {
            catalogue.text("icmp6-unreachable-other", &args!(code))
        }
        IcmpMessage::TtlExceeded => catalogue.phrase("icmp6-hop-limit-exceeded"),
        IcmpMessage::ReassemblyTimeExceeded => catalogue.phrase("icmp6-reassembly-time-exceeded"),
        IcmpMessage::Redirect { gateway } => catalogue.text("icmp6-redirect", &args!(gateway)),
        other => self::message(catalogue, other),
    }
}

fn header_problem(catalogue: &Catalogue, problem: HeaderProblem, pointer: u32) -> String {
    let id = match problem {
        HeaderProblem::Field => "icmp6-problem-field",
        HeaderProblem::NextHeader => "icmp6-problem-next-header",
        HeaderProblem::Option => "icmp6-problem-option",
        HeaderProblem::FirstFragment => return catalogue.phrase("icmp6-problem-first-fragment"),
        HeaderProblem::Other { code } => {
            return catalogue.text("icmp6-problem-other", &args!(pointer, code));
        }
    };
    catalogue.text(id, &args!(pointer))
}

/// The message with its type and code.
pub(crate) fn message(catalogue: &Catalogue, message: IcmpMessage) -> String {
    match message {
        IcmpMessage::EchoRequest { ident, seq } => {
            catalogue.text("icmp-echo-request", &args!(ident, seq))
        }
        IcmpMessage::EchoReply { ident, seq } => {
            catalogue.text("icmp-echo-reply", &args!(ident, seq))
        }
        IcmpMessage::Unreachable(why) => unreachable(catalogue, why),
        IcmpMessage::TtlExceeded => catalogue.phrase("icmp-ttl-exceeded"),
        IcmpMessage::ReassemblyTimeExceeded => catalogue.phrase("icmp-reassembly-time-exceeded"),
        IcmpMessage::Redirect { gateway } => catalogue.text("icmp-redirect", &args!(gateway)),
        IcmpMessage::ParameterProblem { pointer } => {
            catalogue.text("icmp-parameter-problem", &args!(pointer))
        }
        IcmpMessage::HeaderProblem { problem, pointer } => {
            header_problem(catalogue, problem, pointer)
        }
        IcmpMessage::Other { kind, code } => catalogue.text("icmp-other", &args!(kind, code)),
    }
}

fn unreachable(catalogue: &Catalogue, why: Unreachable) -> String {
    match why {
        Unreachable::Network => catalogue.phrase("icmp-network-unreachable"),
        Unreachable::Host => catalogue.phrase("icmp-host-unreachable"),
        Unreachable::Protocol => catalogue.phrase("icmp-protocol-unreachable"),
        Unreachable::Port => catalogue.phrase("icmp-port-unreachable"),
        Unreachable::FragmentationNeeded { mtu } => {
            catalogue.text("icmp-fragmentation-needed", &args!(count mtu))
        }
        Unreachable::Prohibited => catalogue.phrase("icmp-prohibited"),
        Unreachable::BeyondScope => catalogue.phrase("icmp6-beyond-scope"),
        Unreachable::Other { code } => catalogue.text("icmp-unreachable-other", &args!(code)),
    }
}

/// Why an error was not sent.
pub(super) fn silence(catalogue: &Catalogue, why: IcmpSilence) -> String {
    catalogue.phrase(match why {
        IcmpSilence::AboutIcmpError => "icmp-silent-about-icmp-error",
        IcmpSilence::AboutGroup => "icmp-silent-about-group",
        IcmpSilence::AboutLinkBroadcast => "icmp-silent-about-link-broadcast",
        IcmpSilence::AboutLaterFragment => "icmp-silent-about-later-fragment",
        IcmpSilence::SourceNotUnicast => "icmp-silent-source-not-unicast",
        IcmpSilence::RateLimited => "icmp-silent-rate-limited",
        IcmpSilence::NoRouteBack => "icmp-silent-no-route-back",
    })
}
