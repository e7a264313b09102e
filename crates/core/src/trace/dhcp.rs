//! Addresses on loan (RFC 2131).

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use ipnet::IpNet;
use serde::Serialize;

use crate::addr::MacAddr;
use crate::id::PortId;
use crate::time::Duration;

/// What a DHCP client, server or relay did, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum DhcpEvent {
    // The client.
    /// The client asked everybody for an address.
    DiscoverSent {
        /// Its interface.
        interface: PortId,
        /// Which try this is, from 1.
        attempt: u8,
        /// How long it waits for an offer before it asks again.
        wait: Duration,
    },
    /// The client takes the first acceptable offer.
    OfferTaken {
        /// Its interface.
        interface: PortId,
        /// The address on offer.
        address: Ipv4Addr,
        /// Who offers it.
        server: Ipv4Addr,
        /// For how long.
        lease: Duration,
    },
    /// An offer that came too late: another was taken already.
    OfferIgnored {
        /// Its interface.
        interface: PortId,
        /// The address on offer.
        address: Ipv4Addr,
        /// Who offers it.
        server: Ipv4Addr,
        /// Whose offer was taken.
        taken: Ipv4Addr,
    },
    /// The client asked for this very address.
    RequestSent {
        /// Its interface.
        interface: PortId,
        /// The address.
        address: Ipv4Addr,
        /// The server that is asked; `None`: any that knows the lease.
        server: Option<Ipv4Addr>,
        /// Why it asks.
        stage: RequestStage,
        /// Which try this is, from 1.
        attempt: u8,
    },
    /// The server agreed: the client has an address on loan.
    LeaseObtained {
        /// Its interface.
        interface: PortId,
        /// The address, with its segment.
        address: IpNet,
        /// Who lent it.
        server: Ipv4Addr,
        /// For how long.
        lease: Duration,
        /// When it will ask for more time (T1).
        renew: Duration,
        /// When it will ask any server (T2).
        rebind: Duration,
        /// Whether it had the address already.
        renewed: bool,
    },
    /// What came with the lease, and is in use from now on.
    OptionsTaken {
        /// Its interface.
        interface: PortId,
        /// The default gateway.
        gateway: Option<Ipv4Addr>,
        /// Other routes (RFC 3442).
        routes: u16,
        /// Name servers.
        dns: Vec<IpAddr>,
        /// The domain that names are looked up in.
        domain: Option<Arc<str>>,
        /// The longest packet.
        mtu: Option<u16>,
    },
    /// The client was refused: it may not have the address, and begins anew.
    Refused {
        /// Its interface.
        interface: PortId,
        /// The address it asked for.
        address: Ipv4Addr,
        /// Who refused.
        server: Option<Ipv4Addr>,
    },
    /// Another station uses the lent address: the client gives it back as unusable.
    DeclineSent {
        /// Its interface.
        interface: PortId,
        /// The address.
        address: Ipv4Addr,
        /// Who lent it.
        server: Ipv4Addr,
        /// How long the client waits before it begins anew.
        wait: Duration,
    },
    /// The client gives its address back.
    ReleaseSent {
        /// Its interface.
        interface: PortId,
        /// The address.
        address: Ipv4Addr,
        /// Who lent it.
        server: Ipv4Addr,
    },
    /// The lease ran out, nobody having prolonged it: the client does not use the address any more.
    LeaseLost {
        /// Its interface.
        interface: PortId,
        /// The address.
        address: Ipv4Addr,
    },
    /// The client asked in vain; what waited for an address goes on without one. It keeps asking.
    NoAnswer {
        /// Its interface.
        interface: PortId,
        /// How often it asked.
        attempts: u8,
    },
    /// A client with an address of its own asked for the options that go with it.
    InformSent {
        /// Its interface.
        interface: PortId,
        /// Its address.
        address: Ipv4Addr,
        /// Which try this is, from 1.
        attempt: u8,
    },

    // The server.
    /// The server offered an address.
    Offered {
        /// Where the question came in.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The address.
        address: Ipv4Addr,
        /// Why this one.
        choice: AddressChoice,
        /// For how long.
        lease: Duration,
        /// How long the offer stands.
        held: Duration,
    },
    /// The server lent an address, or prolonged the loan.
    Acknowledged {
        /// Where the question came in.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The address.
        address: Ipv4Addr,
        /// For how long.
        lease: Duration,
        /// What the client was asking for.
        stage: RequestStage,
    },
    /// The server said no.
    NakSent {
        /// Where the question came in.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The address it asked for.
        address: Ipv4Addr,
        /// Why not.
        cause: NakCause,
    },
    /// A client found the address in use by another station: nobody is lent it for a while.
    Quarantined {
        /// Where the message came in.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The address.
        address: Ipv4Addr,
        /// For how long.
        quarantine: Duration,
    },
    /// A client gave its address back.
    Returned {
        /// Where the message came in.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The address.
        address: Ipv4Addr,
    },
    /// A lease ran out without having been prolonged: the address is free.
    LeaseExpired {
        /// The client that had it.
        mac: MacAddr,
        /// The address.
        address: Ipv4Addr,
    },
    /// The server has no address left for this client.
    PoolExhausted {
        /// Where the question came in.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The first address of the pool.
        first: Ipv4Addr,
        /// The last one.
        last: Ipv4Addr,
        /// How many addresses the pool has to lend.
        size: u32,
        /// How many are on loan.
        leased: u32,
        /// How many are on offer.
        offered: u32,
        /// How many are reserved for clients that have not come.
        reserved: u32,
        /// How many were found in use by others.
        quarantined: u32,
    },
    /// The client chose another server; what was offered to it is free again.
    OtherServerChosen {
        /// Where the message came in.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The server that it chose.
        server: Ipv4Addr,
        /// The offer that was withdrawn.
        withdrawn: Option<Ipv4Addr>,
    },
    /// A client asks to go on using an address of which this server knows nothing; whoever lent it
    /// has to answer (RFC 2131 section 4.3.2).
    LeaseUnknown {
        /// Where the question came in.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The address.
        address: Ipv4Addr,
    },
    /// The server has no pool for the segment that the client is on.
    NoPool {
        /// Where the question came in.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The relay through which it came, if any.
        relay: Option<Ipv4Addr>,
    },
    /// The server told a client the options of its segment, without lending it anything.
    Informed {
        /// Where the question came in.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The client's address.
        address: Ipv4Addr,
    },

    // The relay.
    /// The relay passed a client's message on to a server.
    RelayedToServer {
        /// The client's side.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The server.
        server: Ipv4Addr,
        /// The relay's address on the client's side: it tells the server which pool to take.
        relay: Ipv4Addr,
    },
    /// The relay passed a server's answer on to the client.
    RelayedToClient {
        /// The client's side.
        interface: PortId,
        /// The client.
        mac: MacAddr,
        /// The server.
        server: IpAddr,
        /// The address that is offered or lent.
        address: Option<Ipv4Addr>,
    },
}

/// What a client's request is for (RFC 2131 section 4.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestStage {
    /// It was offered the address and takes it.
    Selecting,
    /// It has started again, and asks whether it may keep the address it had.
    Rebooting,
    /// Half of the lease is over: it asks the server that lent it for more time.
    Renewing,
    /// That server does not answer: it asks any.
    Rebinding,
}

/// Why a server offers this address and no other (RFC 2131 section 4.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressChoice {
    /// It is reserved for this client.
    Reserved,
    /// The client has it on loan, or on offer.
    Current,
    /// The client had it before, and nobody else has had it since.
    Previous,
    /// The client asked for it, and it is free.
    Requested,
    /// Nobody ever had it.
    Unused,
    /// Of those that were given back it is free for the longest time.
    LongestFree,
}

/// Why a server says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum NakCause {
    /// The address does not belong on the segment that the client is on: it has moved.
    WrongSubnet {
        /// The segment that it is on.
        subnet: IpNet,
    },
    /// Another client has it.
    Taken {
        /// That client.
        by: MacAddr,
    },
    /// The server knows the client by another address.
    OtherAddress {
        /// That address.
        known: Ipv4Addr,
    },
    /// It is reserved for another client.
    ReservedForOther,
    /// It was found in use by a station that has it from nobody.
    Quarantined,
    /// This server did not offer it, or the offer has run out and somebody else was faster.
    NotOffered,
    /// The server does not lend it: it is not of its pool.
    OutsidePool,
}
