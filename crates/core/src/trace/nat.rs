//! Address translation (RFC 4787, RFC 5382, RFC 5508).

use std::net::{IpAddr, SocketAddr};

use serde::Serialize;

use super::Protocol;
use crate::id::PortId;
use crate::time::Duration;

/// On what of the other end a NAT's mapping or filtering depends (RFC 4787 sections 4.1 and 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dependence {
    /// On nothing.
    EndpointIndependent,
    /// On its address.
    AddressDependent,
    /// On its address and port.
    AddressAndPortDependent,
}

/// Why a mapping has the outside port that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PortChoice {
    /// It is the inside port: that one was free outside.
    Preserved,
    /// The inside port is taken outside; the next free one from a random start.
    Taken,
    /// A static forward has the inside port; the next free one from a random start.
    Forwarded,
    /// The inside port is not among those to be used; the next free one from a random start.
    OutOfRange,
    /// The NAT keeps no ports: the next free one from a random start.
    Random,
}

/// What decided how a packet is translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Translation {
    /// The mapping of the inside end, on the way out.
    Outbound,
    /// The flow that the packet answers: back to what its sender knows.
    Answer,
    /// A mapping that lets in whom its filtering lets in.
    Inbound {
        /// The filtering.
        filtering: Dependence,
    },
    /// A static port forward.
    Forward {
        /// The number of the outside port.
        number: u16,
    },
    /// An address that is one host's alone.
    OneToOne,
    /// From inside to inside by the outside address: the source gets its outside end too.
    Hairpin,
}

/// What took a mapping away before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmapped {
    /// The outside interface no longer has the address.
    AddressGone,
    /// The table was full, and a new flow needed the place.
    Evicted,
}

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum NatEvent {
    /// New row: this inside end is known outside by that one.
    Mapped {
        /// The protocol.
        protocol: Protocol,
        /// The inside end; with ICMP the identifier stands for the port.
        inside: SocketAddr,
        /// The outside end.
        outside: SocketAddr,
        /// Why that port.
        why: PortChoice,
    },
    /// The packet gets other ends.
    Translated {
        /// What decided it.
        by: Translation,
        /// The protocol.
        protocol: Protocol,
        /// The source so far.
        source: SocketAddr,
        /// The destination so far.
        destination: SocketAddr,
        /// The source from now on.
        new_source: SocketAddr,
        /// The destination from now on.
        new_destination: SocketAddr,
    },
    /// The ICMP error gets other addresses, and the packet that it quotes other ends.
    ErrorTranslated {
        /// The source from now on.
        source: IpAddr,
        /// The destination from now on.
        destination: IpAddr,
        /// The protocol of the quoted packet.
        protocol: Protocol,
        /// The source of the quoted packet, from now on.
        quoted_source: SocketAddr,
        /// Its destination, from now on.
        quoted_destination: SocketAddr,
    },
    /// The row was idle for too long and is gone.
    Expired {
        /// The protocol.
        protocol: Protocol,
        /// The inside end.
        inside: SocketAddr,
        /// The outside end.
        outside: SocketAddr,
        /// For how long no packet had come.
        idle: Duration,
    },
    /// The row is gone before its time.
    Unmapped {
        /// The protocol.
        protocol: Protocol,
        /// The inside end.
        inside: SocketAddr,
        /// The outside end.
        outside: SocketAddr,
        /// Why.
        why: Unmapped,
    },
    /// The outside addresses are others now.
    OutsideChanged {
        /// The outside interface.
        interface: PortId,
        /// Its addresses from now on.
        addresses: Box<[IpAddr]>,
    },
}
