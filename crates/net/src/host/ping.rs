//! Sockets for ICMP echo with the meaning of Linux's ping sockets (`SOCK_DGRAM`, `IPPROTO_ICMP`):
//! the host chooses the identifier, and a socket sees only what is about its own requests.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::PortId;
use lanternet_core::trace::IcmpMessage;

use super::errno::Errno;
use super::packet::{HEADROOM, Ip};
use super::readiness::Readiness;
use super::scope::with_interface;
use super::sockets::SocketId;
use super::stack::{Effect, Stack};
use crate::l3::ipv6::icmpv6;
use crate::l3::{IcmpInbound, SendOptions};
use crate::wire::checksum::checksum;

/// IANA's protocol number.
pub(super) const PROTOCOL: u8 = 1;
/// The same for IPv6.
pub(super) const PROTOCOL_V6: u8 = 58;
const HEADER: usize = 8;
const ECHO_REQUEST: u8 = 8;
/// Messages kept at the most.
const LIMIT: usize = 256;

/// An echo request to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchoRequest<'a> {
    /// Comes back in the reply.
    pub sequence: u16,
    /// Comes back in the reply.
    pub payload: &'a [u8],
    /// How many routers may forward it, plus one.
    pub ttl: u8,
    /// Forbid fragmentation.
    pub dont_fragment: bool,
    /// The interface, for a link-local destination, which has none of its own, and for a group.
    pub interface: Option<PortId>,
}

/// An echo reply, or an error about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EchoMessage {
    /// Who sent it.
    pub from: IpAddr,
    /// The TTL it arrived with.
    pub ttl: u8,
    /// What it says: [`IcmpMessage::EchoReply`] or an error.
    pub message: IcmpMessage,
    /// The data of a reply.
    pub payload: Vec<u8>,
    /// Where the request went.
    pub destination: IpAddr,
    /// The request's sequence number.
    pub sequence: u16,
}

#[derive(Debug, Default)]
pub(super) struct PingSocket {
    pub(super) ident: Option<u16>,
    pub(super) broadcast: bool,
    pub(super) error: Option<Errno>,
    queue: VecDeque<EchoMessage>,
}

impl PingSocket {
    pub(super) fn readiness(&self) -> Readiness {
        let error = self.error.is_some();
        Readiness::WRITABLE
            .with(Readiness::READABLE, !self.queue.is_empty() || error)
            .with(Readiness::ERROR, error)
    }
}

impl Stack {
    fn ping(&mut self, id: SocketId) -> Result<&mut PingSocket, Errno> {
        self.sockets.get(id)?;
        self.sockets.ping_mut(id).ok_or(Errno::NotSupported)
    }

    /// Sends an echo request.
    pub(super) fn send_echo(
        &mut self,
        id: SocketId,
        to: IpAddr,
        request: EchoRequest<'_>,
    ) -> Result<(), Errno> {
        let socket = self.ping(id)?;
        if let Some(error) = socket.error.take() {
            return Err(error);
        }
        let broadcast = socket.broadcast;
        let ident = match socket.ident {
            Some(ident) => ident,
            None => self.choose_ident(id)?,
        };
        if self.l3.is_broadcast(to) && !broadcast {
            return Err(Errno::AccessDenied);
        }
        let interface = request.interface;
        let source = self.source_towards(with_interface(to, interface))?;
        let len = HEADER + request.payload.len();
        let EchoRequest { ttl, dont_fragment, .. } = request;
        let protocol = if to.is_ipv4() { PROTOCOL } else { PROTOCOL_V6 };
        let ip = Ip { ttl, dont_fragment, ..Ip::new(source, to, protocol) };
        let whole = ip.header_len() + len;
        let path_mtu = usize::from(self.l3.path_mtu(self.now, to));
        if whole > usize::from(u16::MAX) || (dont_fragment && whole > path_mtu) {
            return Err(Errno::MessageTooLong);
        }
        let mut packet = vec![0; HEADROOM + whole];
        let message = ip.write(&mut packet, len);
        message[0] = if to.is_ipv4() { ECHO_REQUEST } else { icmpv6::ECHO_REQUEST };
        message[4..6].copy_from_slice(&ident.to_be_bytes());
        message[6..8].copy_from_slice(&request.sequence.to_be_bytes());
        message[HEADER..].copy_from_slice(request.payload);
        match (source, to) {
            (IpAddr::V6(source), IpAddr::V6(to)) => icmpv6::fill_checksum(message, source, to),
            _ => {
                let sum = checksum(message);
                message[2..4].copy_from_slice(&sum.to_be_bytes());
            }
        }
        let options = SendOptions { broadcast, interface, dont_fragment, ..SendOptions::default() };
        self.effects.push_back(Effect::Packet { packet, options, socket: id });
        Ok(())
    }

    fn choose_ident(&mut self, id: SocketId) -> Result<u16, Errno> {
        let start = self.rng.next_u64() as u16;
        let ident = (0..=u16::MAX)
            .map(|step| start.wrapping_add(step))
            .find(|ident| {
                *ident != 0 && !self.pings.as_ref().is_some_and(|pings| pings.contains_key(ident))
            })
            .ok_or(Errno::NoBuffers)?;
        self.pings.get_or_insert_default().insert(ident, id);
        self.ping(id)?.ident = Some(ident);
        Ok(ident)
    }

    /// Takes the oldest message; [`Errno::WouldBlock`] when there is none.
    pub(super) fn receive_echo(&mut self, id: SocketId) -> Result<EchoMessage, Errno> {
        let socket = self.ping(id)?;
        if let Some(message) = socket.queue.pop_front() {
            return Ok(message);
        }
        Err(socket.error.take().unwrap_or(Errno::WouldBlock))
    }

    /// An echo reply, or an error about an echo request of ours.
    pub(super) fn ping_icmp(&mut self, icmp: &mut IcmpInbound) -> bool {
        let (ident, sequence, destination) = match (icmp.message, &icmp.original) {
            (IcmpMessage::EchoReply { ident, seq }, _) => (ident, seq, icmp.from),
            (_, Some(original)) => {
                let Some(quoted) = original.transport.first_chunk::<8>() else { return false };
                if ![ECHO_REQUEST, icmpv6::ECHO_REQUEST].contains(&quoted[0]) {
                    return false;
                }
                let field = |at: usize| u16::from_be_bytes([quoted[at], quoted[at + 1]]);
                (field(4), field(6), original.destination)
            }
            _ => (0, 0, IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        };
        let found = self.pings.as_ref().and_then(|pings| pings.get(&ident));
        let Some(id) = found.copied() else { return false };
        let Some(socket) = self.sockets.ping_mut(id) else { return false };
        if socket.queue.len() < LIMIT {
            socket.queue.push_back(EchoMessage {
                from: icmp.from,
                ttl: icmp.ttl,
                message: icmp.message,
                payload: std::mem::take(&mut icmp.payload),
                destination,
                sequence,
            });
            self.sockets.wake(id, Readiness::READABLE);
        }
        true
    }
}
