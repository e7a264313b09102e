//! UDP (RFC 768) with the meaning of Linux's sockets.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use lanternet_core::trace::{DropReason, IcmpMessage, Protocol, TraceEvent, Unreachable};
use lanternet_core::{Context, IpNet, PortId};

use super::errno::Errno;
use super::error_queue::{ErrorQueue, SocketError};
use super::packet::{DEFAULT_TTL, HEADROOM, Ip, header_len};
use super::ports::{Binding, Sharing};
use super::readiness::Readiness;
use super::scope::{canonical, interface_of, scoped, with_interface};
use super::sockets::SocketId;
use super::stack::{Effect, Stack};
use crate::l3::{IcmpInbound, Inbound, SendOptions};
use crate::wire::checksum::pseudo_header;

/// IANA's protocol number.
pub(super) const PROTOCOL: u8 = 17;
const HEADER: usize = 8;
/// Linux's `rmem_default`.
const RECEIVE_BUFFER: u32 = 212_992;

/// Whether datagrams may be fragmented (`IP_MTU_DISCOVER`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathMtuDiscovery {
    /// What fits the path is sent with don't-fragment, what does not is fragmented here. Linux's
    /// default.
    #[default]
    Want,
    /// Everything may be fragmented, by routers too.
    Never,
    /// Nothing may be fragmented: what does not fit is [`Errno::MessageTooLong`].
    Always,
}

#[derive(Debug)]
pub(super) struct UdpSocket {
    pub(super) local: Option<SocketAddr>,
    pub(super) remote: Option<SocketAddr>,
    /// The address that connecting chose, where the program had bound none.
    pub(super) source: Option<IpAddr>,
    queue: VecDeque<Datagram>,
    queued: u32,
    pub(super) receive_buffer: u32,
    pub(super) ttl: u8,
    pub(super) multicast_ttl: u8,
    pub(super) multicast_loop: bool,
    pub(super) multicast_interface: Option<PortId>,
    pub(super) broadcast: bool,
    pub(super) sharing: Sharing,
    pub(super) path_mtu_discovery: PathMtuDiscovery,
    pub(super) keep_errors: bool,
    pub(super) errors: ErrorQueue,
    pub(super) error: Option<Errno>,
    pub(super) groups: Vec<(IpAddr, Option<PortId>)>,
    pub(super) read_shut: bool,
    pub(super) write_shut: bool,
}

#[derive(Debug)]
struct Datagram {
    from: SocketAddr,
    to: IpAddr,
    ttl: u8,
    data: Vec<u8>,
}

/// A datagram that was taken out of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Bytes put into the program's buffer.
    pub len: usize,
    /// Bytes of the datagram: more than `len` when the buffer was too short and the rest is lost.
    pub whole: usize,
    /// Who sent it.
    pub from: SocketAddr,
    /// The address it was sent to (`IP_PKTINFO`).
    pub to: IpAddr,
    /// The TTL it arrived with (`IP_RECVTTL`).
    pub ttl: u8,
}

impl Default for UdpSocket {
    fn default() -> Self {
        Self {
            local: None,
            remote: None,
            source: None,
            queue: VecDeque::new(),
            queued: 0,
            receive_buffer: RECEIVE_BUFFER,
            ttl: DEFAULT_TTL,
            multicast_ttl: 1,
            multicast_loop: true,
            multicast_interface: None,
            broadcast: false,
            sharing: Sharing::default(),
            path_mtu_discovery: PathMtuDiscovery::default(),
            keep_errors: false,
            errors: ErrorQueue::default(),
            error: None,
            groups: Vec::new(),
            read_shut: false,
            write_shut: false,
        }
    }
}

/// What a datagram counts for in the receive buffer: its bytes and about what Linux spends to keep
/// it (`skb->truesize`).
fn cost(len: usize) -> u32 {
    (len as u32 + 640).max(768)
}

impl UdpSocket {
    pub(super) fn readiness(&self) -> Readiness {
        Readiness::NONE
            .with(Readiness::READABLE, !self.queue.is_empty() || self.read_shut)
            .with(Readiness::WRITABLE, !self.write_shut)
            .with(Readiness::READ_CLOSED, self.read_shut)
            .with(Readiness::HANG_UP, self.read_shut && self.write_shut)
            .with(Readiness::ERROR, self.error.is_some() || !self.errors.is_empty())
            // An error ends a waiting read.
            .with(Readiness::READABLE, self.error.is_some())
    }

    /// Bytes that wait to be read.
    pub(super) fn queued(&self) -> usize {
        self.queue.iter().map(|datagram| datagram.data.len()).sum()
    }

    pub(super) fn receive(&mut self, buffer: &mut [u8], peek: bool) -> Result<Received, Errno> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let Some(datagram) = self.queue.front() else {
            return if self.read_shut {
                let from = self.remote.unwrap_or(SocketAddr::from(([0, 0, 0, 0], 0)));
                Ok(Received { len: 0, whole: 0, from, to: from.ip(), ttl: 0 })
            } else {
                Err(Errno::WouldBlock)
            };
        };
        let whole = datagram.data.len();
        let len = whole.min(buffer.len());
        buffer[..len].copy_from_slice(&datagram.data[..len]);
        let Datagram { from, to, ttl, .. } = *datagram;
        if !peek {
            self.queue.pop_front();
            self.queued -= cost(whole);
        }
        Ok(Received { len, whole, from, to, ttl })
    }
}

/// A datagram in a packet, behind the headroom. `ports`: the sender's and the receiver's.
pub(super) fn packet(ip: Ip, ports: [u16; 2], data: &[u8]) -> Vec<u8> {
    let length = HEADER + data.len();
    let mut packet = vec![0; HEADROOM + ip.header_len() + length];
    let segment = ip.write(&mut packet, length);
    segment[..2].copy_from_slice(&ports[0].to_be_bytes());
    segment[2..4].copy_from_slice(&ports[1].to_be_bytes());
    segment[4..6].copy_from_slice(&(length as u16).to_be_bytes());
    segment[HEADER..].copy_from_slice(data);
    let sum = pseudo_header(ip.source, ip.destination, PROTOCOL, length as u32).with(segment);
    segment[6..8].copy_from_slice(&sum.finish_udp().to_be_bytes());
    packet
}

impl Stack {
    pub(super) fn udp(&mut self, id: SocketId) -> Result<&mut UdpSocket, Errno> {
        self.sockets.get(id)?;
        self.sockets.udp_mut(id).ok_or(Errno::NotSupported)
    }

    /// Sends a datagram, to the connected peer when no destination is given.
    pub(super) fn udp_send(
        &mut self,
        id: SocketId,
        data: &[u8],
        to: Option<SocketAddr>,
    ) -> Result<usize, Errno> {
        let socket = self.udp(id)?;
        if let Some(error) = socket.error.take() {
            return Err(error);
        }
        if socket.write_shut {
            return Err(Errno::BrokenPipe);
        }
        let to = canonical(to.or(socket.remote).ok_or(Errno::DestinationRequired)?);
        if to.port() == 0 {
            return Err(Errno::Invalid);
        }
        // Linux: the unspecified address means this host.
        let to = match to.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => {
                SocketAddr::new(IpAddr::from([127, 0, 0, 1]), to.port())
            }
            IpAddr::V6(ip) if ip.is_unspecified() => {
                SocketAddr::new(Ipv6Addr::LOCALHOST.into(), to.port())
            }
            _ => to,
        };
        let length = HEADER + data.len();
        if length + header_len(to.ip()) > usize::from(u16::MAX) {
            return Err(Errno::MessageTooLong);
        }
        if socket.local.is_none() {
            self.bind_any(id, to)?;
        }
        let is_broadcast = self.l3.is_broadcast(to.ip());
        let path_mtu = usize::from(self.l3.path_mtu(self.now, to.ip()));
        let source = self.source_of(id, to)?;
        let socket = self.udp(id)?;
        let local = socket.local.ok_or(Errno::Invalid)?;
        if source.is_ipv4() != to.is_ipv4() {
            return Err(Errno::FamilyNotSupported);
        }
        if is_broadcast && !socket.broadcast {
            return Err(Errno::AccessDenied);
        }
        let fits = length + header_len(to.ip()) <= path_mtu;
        let dont_fragment = match socket.path_mtu_discovery {
            PathMtuDiscovery::Want => fits,
            PathMtuDiscovery::Never => false,
            PathMtuDiscovery::Always if !fits => return Err(Errno::MessageTooLong),
            PathMtuDiscovery::Always => true,
        };
        let group = to.ip().is_multicast();
        let ttl = if group { socket.multicast_ttl } else { socket.ttl };
        let interface = interface_of(to).or(socket.multicast_interface.filter(|_| group));
        let never_cut = socket.path_mtu_discovery == PathMtuDiscovery::Always;
        let options = SendOptions {
            broadcast: socket.broadcast,
            interface,
            dont_fragment: never_cut,
            unheard_here: !socket.multicast_loop,
            ..SendOptions::default()
        };
        let ip = Ip { ttl, dont_fragment, ..Ip::new(source, to.ip(), PROTOCOL) };
        let packet = packet(ip, [local.port(), to.port()], data);
        self.effects.push_back(Effect::Packet { packet, options, socket: id });
        Ok(data.len())
    }

    /// The source address of what a socket sends to `to`.
    fn source_of(&mut self, id: SocketId, end: SocketAddr) -> Result<IpAddr, Errno> {
        let to = end.ip();
        let socket = self.udp(id)?;
        let bound = socket.local.map(|local| local.ip());
        let usable = |ip: &IpAddr| !ip.is_unspecified() && !ip.is_multicast();
        let chosen = bound.filter(usable).or(socket.source);
        let interface = socket.multicast_interface.filter(|_| to.is_multicast());
        // A socket bound to a broadcast address receives there, but cannot send from it.
        match chosen.filter(|ip| !self.l3.is_broadcast(*ip)) {
            Some(source) => Ok(source),
            None => {
                let fits = |asked: PortId, port: PortId, net: &IpNet| {
                    port == asked && net.addr().is_ipv4()
                };
                let own = interface.filter(|_| to.is_ipv4()).and_then(|asked| {
                    self.l3.addresses().find(|(port, net)| fits(asked, *port, net))
                });
                match own {
                    Some((_, net)) => Ok(net.addr()),
                    None if interface_of(end).is_none() => {
                        self.source_towards(with_interface(to, interface))
                    }
                    None => self.source_towards(end),
                }
            }
        }
    }

    /// A UDP datagram arrived.
    pub(super) fn udp_datagram(&mut self, ctx: &mut Context<'_>, inbound: &Inbound) {
        let segment = inbound.payload();
        let malformed = |ctx: &mut Context<'_>, what| {
            let protocol = Protocol::Udp;
            ctx.drop_frame(inbound.interface, || DropReason::Malformed { protocol, what });
        };
        let Some(header) = segment.first_chunk::<HEADER>() else {
            return malformed(ctx, "too short");
        };
        let field = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        let length = usize::from(field(4));
        if length < HEADER || length > segment.len() {
            return malformed(ctx, "length");
        }
        let segment = &segment[..length];
        let (source, destination) = (inbound.source, inbound.destination);
        // Over IPv4 a checksum of 0 means that there is none (RFC 768); over IPv6 it must be there.
        if field(6) != 0 || destination.is_ipv6() {
            let sum = pseudo_header(source, destination, PROTOCOL, length as u32);
            if sum.with(segment).finish() != 0 {
                return self.wrong_checksum(ctx, inbound, Protocol::Udp, 6);
            }
        }
        let remote = scoped(source, field(0), inbound.interface);
        let local = scoped(destination, field(2), inbound.interface);
        let data = &segment[HEADER..];
        if self.dhcp_datagram(ctx, inbound, [remote.port(), local.port()], data) {
            return;
        }
        if destination.is_multicast() || self.l3.is_broadcast(destination) {
            self.udp_to_group(ctx, inbound, local, remote, data);
            return;
        }
        let connected = |socket: SocketId| {
            self.sockets.udp(socket).is_some_and(|socket| socket.remote == Some(remote))
        };
        let open = |socket: SocketId| {
            self.sockets.udp(socket).is_some_and(|socket| socket.remote.is_none())
        };
        let ports = &self.udp_ports;
        if let Some(id) = ports.find(local, connected).or_else(|| ports.find(local, open)) {
            self.udp_deliver(ctx, inbound, id, local, remote, data);
            return;
        }
        let others = ports.find(local, |_| true).is_some();
        ctx.drop_frame(inbound.interface, || match others {
            true => DropReason::NotThePeer { local, remote },
            false => DropReason::NoListener { protocol: Protocol::Udp, local },
        });
        let message = IcmpMessage::Unreachable(Unreachable::Port);
        self.l3.send_icmp_error(ctx, inbound, message);
    }

    /// A datagram for everybody: each socket on the port takes it.
    fn udp_to_group(
        &mut self,
        ctx: &mut Context<'_>,
        inbound: &Inbound,
        local: SocketAddr,
        remote: SocketAddr,
        data: &[u8],
    ) {
        let takes = |binding: &&Binding| {
            binding.reach().covers(local.ip())
                && self
                    .sockets
                    .udp(binding.socket)
                    .is_some_and(|socket| socket.remote.is_none_or(|peer| peer == remote))
        };
        let bindings = self.udp_ports.on_port(local.port()).iter();
        let takers: Vec<SocketId> = bindings.filter(takes).map(|binding| binding.socket).collect();
        if takers.is_empty() {
            let protocol = Protocol::Udp;
            ctx.drop_frame(inbound.interface, || DropReason::NoListener { protocol, local });
        }
        for id in takers {
            self.udp_deliver(ctx, inbound, id, local, remote, data);
        }
    }

    fn udp_deliver(
        &mut self,
        ctx: &mut Context<'_>,
        inbound: &Inbound,
        id: SocketId,
        local: SocketAddr,
        remote: SocketAddr,
        data: &[u8],
    ) {
        let Some(socket) = self.sockets.udp_mut(id) else { return };
        let limit = socket.receive_buffer;
        if socket.queued + cost(data.len()) > limit {
            let reason = || DropReason::ReceiveBufferFull { local, limit };
            ctx.drop_frame(inbound.interface, reason);
            return;
        }
        socket.queued += cost(data.len());
        let (to, ttl, data) = (local.ip(), inbound.ttl, data.to_vec());
        let len = data.len() as u32;
        socket.queue.push_back(Datagram { from: remote, to, ttl, data });
        ctx.emit(|| TraceEvent::DatagramDelivered { local, remote, len });
        self.sockets.wake(id, Readiness::READABLE);
    }

    /// An ICMP error about a datagram of ours. Who learns of it is Linux's rule: a connected socket
    /// of hard errors, any socket of all errors when it asked for them (`IP_RECVERR`).
    pub(super) fn udp_icmp(&mut self, icmp: &IcmpInbound) -> bool {
        let Some(original) = &icmp.original else { return false };
        let Some(quoted) = original.transport.first_chunk::<4>() else { return false };
        let port = |at: usize| u16::from_be_bytes([quoted[at], quoted[at + 1]]);
        let local = scoped(original.source, port(0), icmp.interface);
        let destination = scoped(original.destination, port(2), icmp.interface);
        let fits = |id: SocketId| {
            let socket = self.sockets.udp(id);
            socket.is_some_and(|socket| socket.remote.is_none_or(|peer| peer == destination))
        };
        let Some(id) = self.udp_ports.find(local, fits) else { return false };
        let Some(socket) = self.sockets.udp_mut(id) else { return false };
        let (errno, hard) = match icmp.message {
            IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { .. }) => {
                // With fragmentation allowed the next datagram is simply cut shorter.
                if socket.path_mtu_discovery == PathMtuDiscovery::Never {
                    return true;
                }
                (Errno::MessageTooLong, true)
            }
            IcmpMessage::Unreachable(what) => Errno::of_unreachable(what),
            IcmpMessage::TtlExceeded | IcmpMessage::ReassemblyTimeExceeded => {
                (Errno::HostUnreachable, false)
            }
            IcmpMessage::ParameterProblem { .. } | IcmpMessage::HeaderProblem { .. } => {
                (Errno::ProtocolNotAvailable, true)
            }
            _ => return false,
        };
        if socket.keep_errors {
            let (from, ttl, message) = (icmp.from, icmp.ttl, icmp.message);
            socket.errors.push(SocketError { from, ttl, message, destination });
        } else if !hard || socket.remote.is_none() {
            return true;
        }
        socket.error = Some(errno);
        self.sockets.wake(id, Readiness::ERROR);
        true
    }
}
