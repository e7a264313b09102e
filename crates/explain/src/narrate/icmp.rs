//! ICMP messages in words.

use lanternet_core::trace::{IcmpMessage, IcmpSilence, Unreachable};

use crate::args;
use crate::locale::Catalogue;

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
