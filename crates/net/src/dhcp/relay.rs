//! The relay: carries messages between clients and a server on another segment (RFC 1542 section 4,
//! RFC 2131 section 4.1, RFC 3046).
//!
//! It works on the bytes, so that options it knows nothing of pass unharmed.

use std::net::Ipv4Addr;

use lanternet_core::{DropReason, MacAddr};
use smoltcp::wire::{DhcpFlags, DhcpPacket};

use super::message::{Message, MessageError, code};

/// More relays than this no message passes (RFC 1542 section 4.1.1: at most 16).
pub const MAX_HOPS: u8 = 16;

/// What a relay says about itself in option 82: the client's interface (sub-option 1).
pub type CircuitId = str;

/// What became of a client's message on its way to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upward {
    /// The message as it goes on.
    pub bytes: Vec<u8>,
    /// The relay's address in it.
    pub relay: Ipv4Addr,
}

/// A client's message, made ready for the server. `own`: the relay's address on the client's side.
/// `circuit`: adds option 82 with this.
///
/// # Errors
/// Why it goes no further.
pub fn upward(
    bytes: &[u8],
    own: Ipv4Addr,
    circuit: Option<&CircuitId>,
) -> Result<Upward, DropReason> {
    let mut bytes = bytes.to_vec();
    let mut view = DhcpPacket::new_unchecked(&mut bytes[..]);
    view.check_len().map_err(|_| malformed(MessageError::Short))?;
    let hops = view.hops();
    if hops >= MAX_HOPS {
        return Err(DropReason::DhcpTooManyHops { hops });
    }
    view.set_hops(hops + 1);
    let first = view.relay_agent_ip().is_unspecified();
    if first {
        view.set_relay_agent_ip(own);
    }
    let relay = view.relay_agent_ip();
    // Only the relay next to the client says where it is (RFC 3046 section 2.1).
    if let Some(circuit) = circuit.filter(|_| first) {
        add_information(&mut bytes, circuit)?;
    }
    Ok(Upward { bytes, relay })
}

/// A server's answer, made ready for the client: without option 82. The second answer says whether
/// the client can only be reached by broadcast.
///
/// # Errors
/// Why it goes no further.
pub fn downward(bytes: &[u8]) -> Result<(Vec<u8>, bool), DropReason> {
    let mut bytes = bytes.to_vec();
    DhcpPacket::new_checked(&bytes[..]).map_err(|_| malformed(MessageError::Short))?;
    while let Some((at, len)) = find(&bytes, code::RELAY_INFORMATION) {
        bytes.drain(at..at + len);
        // As long as it was, the space of the option is padding now.
        bytes.resize(bytes.len() + len, 0);
    }
    let broadcast = DhcpPacket::new_unchecked(&bytes[..]).flags().contains(DhcpFlags::BROADCAST);
    Ok((bytes, broadcast))
}

/// The client and the address that an answer gives it.
///
/// # Errors
/// What is wrong with the message.
pub fn facts(bytes: &[u8]) -> Result<(MacAddr, Option<Ipv4Addr>), MessageError> {
    let message = Message::parse(bytes)?;
    Ok((message.mac, Message::specified(message.yours)))
}

/// Puts option 82 in front of the end.
fn add_information(bytes: &mut Vec<u8>, circuit: &CircuitId) -> Result<(), DropReason> {
    let (end, _) = find(bytes, code::END).unwrap_or((bytes.len(), 0));
    // Interface names are short; a longer one would not fit the option.
    let circuit = &circuit.as_bytes()[..circuit.len().min(64)];
    let mut option = vec![code::RELAY_INFORMATION, circuit.len() as u8 + 2, 1, circuit.len() as u8];
    option.extend_from_slice(circuit);
    option.push(code::END);
    // What is behind the end is padding, and makes room.
    let padding = bytes.len() - end;
    bytes.truncate(end);
    let added = option.len();
    bytes.extend(option);
    bytes.extend(std::iter::repeat_n(0, padding.saturating_sub(added)));
    Ok(())
}

/// Where an option is in the options field, and how long it is with its number and length.
fn find(bytes: &[u8], wanted: u8) -> Option<(usize, usize)> {
    let mut at = 240;
    loop {
        let code = *bytes.get(at)?;
        let len = match code {
            code::PAD => 1,
            code::END => return (wanted == code::END).then_some((at, 1)),
            _ => 2 + usize::from(*bytes.get(at + 1)?),
        };
        if code == wanted {
            return (at + len <= bytes.len()).then_some((at, len));
        }
        at += len;
    }
}

fn malformed(error: MessageError) -> DropReason {
    let protocol = lanternet_core::trace::Protocol::Dhcp;
    DropReason::Malformed { protocol, what: error.phrase() }
}
