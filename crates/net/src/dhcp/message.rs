//! A DHCP message: the fixed fields of BOOTP and the options (RFC 2131 section 2, RFC 2132).

mod options;

use std::fmt;
use std::net::Ipv4Addr;

use lanternet_core::MacAddr;
use smoltcp::wire::{ArpHardware, DhcpFlags, DhcpOpCode, DhcpPacket, EthernetAddress};

#[cfg(test)]
pub(super) use options::pieces;
pub use options::{Options, code};

/// Where the options begin, after the fixed fields and the magic cookie.
const OPTIONS_AT: usize = 240;
/// `sname` and `file`, which may hold options too (option 52).
const SNAME: std::ops::Range<usize> = 44..108;
const FILE: std::ops::Range<usize> = 108..236;
/// RFC 2131 section 3.
const MAGIC: u32 = 0x6382_5363;
/// Shorter messages are padded: a BOOTP message has this many bytes, and some relays still drop
/// shorter ones (RFC 1542 section 2.1; dhclient and dnsmasq pad as well).
const MIN_LEN: usize = 300;

/// The type of a message (option 53, RFC 2132 section 9.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A client looks for servers.
    Discover,
    /// A server offers an address.
    Offer,
    /// A client takes an offer, or asks for more time.
    Request,
    /// A client found the address in use.
    Decline,
    /// A server agrees.
    Ack,
    /// A server refuses.
    Nak,
    /// A client gives its address back.
    Release,
    /// A client with an address asks for options only.
    Inform,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Discover,
        Self::Offer,
        Self::Request,
        Self::Decline,
        Self::Ack,
        Self::Nak,
        Self::Release,
        Self::Inform,
    ];

    /// The number in option 53.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// Whether servers send it (BOOTREPLY).
    pub fn is_reply(self) -> bool {
        matches!(self, Self::Offer | Self::Ack | Self::Nak)
    }
}

/// A DHCP message of an Ethernet client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub kind: Kind,
    /// How many relays it came through.
    pub hops: u8,
    /// The client's number for the exchange (`xid`).
    pub transaction: u32,
    /// Seconds since the client began (`secs`).
    pub seconds: u16,
    /// The client cannot take unicast yet: answer to everybody (RFC 2131 section 4.1).
    pub broadcast: bool,
    /// The client's address, when it can answer ARP for it (`ciaddr`); else unspecified.
    pub client: Ipv4Addr,
    /// The address it is given (`yiaddr`).
    pub yours: Ipv4Addr,
    /// The relay's address on the client's side (`giaddr`).
    pub relay: Ipv4Addr,
    /// The client's hardware address (`chaddr`).
    pub mac: MacAddr,
    /// The options.
    pub options: Options,
}

/// What is wrong with the bytes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageError {
    /// Shorter than its fixed fields.
    Short,
    /// Not DHCP: the magic cookie is missing.
    Cookie,
    /// Not for Ethernet.
    Hardware,
    /// No message type, or none that exists: BOOTP.
    Kind,
    /// The operation code does not fit the message type.
    Operation,
    /// An option has a length that its meaning does not allow.
    Option(u8),
}

impl MessageError {
    /// A short English phrase, as [`DropReason::Malformed`](lanternet_core::DropReason) wants it.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Short => "too short",
            Self::Cookie => "no magic cookie",
            Self::Hardware => "not for Ethernet",
            Self::Kind => "no message type",
            Self::Operation => "operation code and message type contradict each other",
            Self::Option(_) => "an option's length cannot be",
        }
    }
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.phrase())?;
        match self {
            Self::Option(code) => write!(f, " (option {code})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for MessageError {}

impl Message {
    /// A message that says nothing yet.
    pub fn new(kind: Kind, transaction: u32, mac: MacAddr) -> Self {
        Self {
            kind,
            hops: 0,
            transaction,
            seconds: 0,
            broadcast: false,
            client: Ipv4Addr::UNSPECIFIED,
            yours: Ipv4Addr::UNSPECIFIED,
            relay: Ipv4Addr::UNSPECIFIED,
            mac,
            options: Options::default(),
        }
    }

    /// The answer to this message: the fields that RFC 2131 table 3 has copied.
    pub fn answer(&self, kind: Kind) -> Self {
        let mut answer = Self::new(kind, self.transaction, self.mac);
        answer.broadcast = self.broadcast;
        answer.relay = self.relay;
        answer.options.client_id = self.options.client_id.clone();
        answer.options.relay_information = self.options.relay_information.clone();
        answer
    }

    /// Reads a message from the data of a UDP datagram. What follows the end option, and options
    /// that nobody here uses, are skipped.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, MessageError> {
        let view = DhcpPacket::new_checked(bytes).map_err(|_| MessageError::Short)?;
        if view.magic_number() != MAGIC {
            return Err(MessageError::Cookie);
        }
        if view.hardware_type() != ArpHardware::Ethernet || view.hardware_len() != 6 {
            return Err(MessageError::Hardware);
        }
        // RFC 2131 section 4.1: the options field first, then `file`, then `sname`.
        let (mut options, overload) = Options::parse(&[&bytes[OPTIONS_AT..]])?;
        if overload != 0 {
            let file = if overload & 1 != 0 { &bytes[FILE] } else { &[] };
            let sname = if overload & 2 != 0 { &bytes[SNAME] } else { &[] };
            options = Options::parse(&[&bytes[OPTIONS_AT..], file, sname])?.0;
        }
        let kind = options.kind.take().and_then(Kind::from_number).ok_or(MessageError::Kind)?;
        let is_reply = match view.opcode() {
            DhcpOpCode::Request => false,
            DhcpOpCode::Reply => true,
            DhcpOpCode::Unknown(_) => return Err(MessageError::Operation),
        };
        if is_reply != kind.is_reply() {
            return Err(MessageError::Operation);
        }
        Ok(Self {
            kind,
            hops: view.hops(),
            transaction: view.transaction_id(),
            seconds: view.secs(),
            broadcast: view.flags().contains(DhcpFlags::BROADCAST),
            client: view.client_ip(),
            yours: view.your_ip(),
            relay: view.relay_agent_ip(),
            mac: MacAddr(view.client_hardware_address().0),
            options,
        })
    }

    /// The message's bytes, as the data of a UDP datagram.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; OPTIONS_AT];
        let mut view = DhcpPacket::new_unchecked(&mut bytes[..]);
        view.set_opcode(if self.kind.is_reply() { DhcpOpCode::Reply } else { DhcpOpCode::Request });
        view.set_hardware_type(ArpHardware::Ethernet);
        view.set_hardware_len(6);
        view.set_hops(self.hops);
        view.set_transaction_id(self.transaction);
        view.set_secs(self.seconds);
        view.set_flags(if self.broadcast { DhcpFlags::BROADCAST } else { DhcpFlags::empty() });
        view.set_client_ip(self.client);
        view.set_your_ip(self.yours);
        view.set_relay_agent_ip(self.relay);
        view.set_client_hardware_address(EthernetAddress(self.mac.0));
        view.set_magic_number(MAGIC);
        self.options.write(self.kind.number(), &mut bytes);
        if bytes.len() < MIN_LEN {
            bytes.resize(MIN_LEN, 0);
        }
        bytes
    }

    /// Who the client is: its identifier, or else its hardware address (RFC 2131 section 4.2).
    pub fn client_key(&self) -> ClientKey {
        match &self.options.client_id {
            Some(id) => ClientKey::Identifier(id.clone()),
            None => ClientKey::Hardware(self.mac),
        }
    }

    /// The option of this address, or nothing when it is unspecified.
    pub(super) fn specified(address: Ipv4Addr) -> Option<Ipv4Addr> {
        (!address.is_unspecified()).then_some(address)
    }
}

/// Who a client is, for a server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClientKey {
    /// By option 61.
    Identifier(Box<[u8]>),
    /// By its hardware address.
    Hardware(MacAddr),
}
