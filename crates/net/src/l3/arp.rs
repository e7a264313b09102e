//! ARP (RFC 826): asking, answering, learning; announcements and conflicts (RFC 5227).
//!
//! An interface answers for its own addresses only. As RFC 826 has it, an address is learned from a
//! packet that asks for or answers to us, and a row that exists is updated from any packet.

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{LearnedFrom, NeighborState, Protocol};
use lanternet_core::{Context, DropReason, Frame, MacAddr, PortId, TraceEvent};
use smoltcp::wire::{ArpHardware, ArpOperation, ArpPacket, ArpRepr, EthernetAddress};

use super::interface::{Conflict, Interface};
use super::neighbor::{Key, Seen};
use super::{ETHERTYPE_ARP, L3};

const ARP_LEN: usize = 28;

/// What came of a neighbour's address.
pub(super) enum Learned {
    /// The table changed.
    News,
    /// The table has a row that says the same.
    Known(NeighborState),
    /// The table has no row and got none.
    Nothing,
}

/// What an ARP packet says, once it is known to be about IPv4 over Ethernet.
struct Arp {
    request: bool,
    sender_mac: MacAddr,
    sender: Ipv4Addr,
    target: Ipv4Addr,
}

impl Arp {
    fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let packet = ArpPacket::new_checked(bytes).map_err(|_| "too short")?;
        let known = packet.hardware_type() == ArpHardware::Ethernet
            && u16::from(packet.protocol_type()) == 0x0800
            && packet.hardware_len() == 6
            && packet.protocol_len() == 4;
        if !known {
            return Err("not IPv4 over Ethernet");
        }
        match ArpRepr::parse(&packet) {
            Ok(ArpRepr::EthernetIpv4 {
                operation: operation @ (ArpOperation::Request | ArpOperation::Reply),
                source_hardware_addr,
                source_protocol_addr,
                target_protocol_addr,
                ..
            }) => Ok(Self {
                request: operation == ArpOperation::Request,
                sender_mac: MacAddr(source_hardware_addr.0),
                sender: source_protocol_addr,
                target: target_protocol_addr,
            }),
            _ => Err("neither request nor reply"),
        }
    }

    /// Whether both addresses of the sender can be those of one station on this interface, or the
    /// sender has no address yet.
    fn is_from_one_station(&self, interface: &Interface) -> bool {
        let group = self.sender.is_multicast()
            || self.sender.is_loopback()
            || self.sender.octets()[0] >= 240
            || interface.broadcast_of(self.sender.into()).is_some();
        self.sender_mac.is_unicast() && !group
    }
}

impl L3 {
    /// An ARP packet came in.
    pub(super) fn process_arp(&mut self, ctx: &mut Context<'_>, port: PortId, frame: &Frame) {
        let interface = &self.interfaces[port.0 as usize];
        let arp = match Arp::parse(&frame.bytes()[Frame::HEADER_LEN..]) {
            Ok(arp) if arp.is_from_one_station(interface) => arp,
            Ok(_) => return drop_malformed(ctx, port, "sender is no single station"),
            Err(what) => return drop_malformed(ctx, port, what),
        };
        let (ours, mac) = (interface.mac, arp.sender_mac);
        let (sender, target) = (IpAddr::V4(arp.sender), IpAddr::V4(arp.target));
        if mac == ours {
            // Our own question, sent back by a loop.
            return ctx.drop_frame(Some(port), || DropReason::ArpNotForUs { target });
        }
        // Somebody uses our address, or is about to: a probe has no sender address.
        let probe = arp.request && arp.sender.is_unspecified();
        let usurped = if probe { target } else { sender };
        if interface.claims(usurped) && (!probe || !interface.owns(usurped)) {
            self.conflict(ctx, port, usurped, mac);
            return;
        }
        let for_us = interface.owns(target) || self.stands_for(port, arp.target);
        let announcement = sender == target;
        if !arp.sender.is_unspecified() {
            let from = match arp.request {
                _ if announcement => LearnedFrom::Announcement,
                true => LearnedFrom::Request,
                false => LearnedFrom::Reply,
            };
            // What was told to everybody proves nothing about us (as in Linux).
            let told_to_us = for_us && frame.destination().is_some_and(|mac| !mac.is_group());
            let solicited = from == LearnedFrom::Reply && told_to_us;
            let learned = self.learn(ctx, port, sender, mac, from, solicited, for_us);
            match learned {
                Learned::News => {}
                _ if !for_us => {
                    return ctx.drop_frame(Some(port), || DropReason::ArpNotForUs { target });
                }
                // The table said so already.
                Learned::Known(state) if !arp.request => {
                    let address = sender;
                    ctx.emit(|| TraceEvent::NeighborHit { interface: port, address, mac, state });
                }
                _ => {}
            }
            if !for_us {
                return;
            }
        } else if !for_us {
            return ctx.drop_frame(Some(port), || DropReason::ArpNotForUs { target });
        }
        if arp.request {
            ctx.emit(|| TraceEvent::ArpAnswered {
                interface: port,
                asker: sender,
                address: target,
                mac: ours,
            });
            let reply = arp_frame(ArpOperation::Reply, mac, (ours, arp.target), (mac, arp.sender));
            self.transmit(ctx, port, reply);
        }
    }

    /// Asks who has an address: everybody, or the station that had it.
    pub(super) fn ask(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        address: IpAddr,
        attempt: u8,
        unicast: Option<MacAddr>,
    ) {
        let target = match address {
            IpAddr::V4(target) => target,
            IpAddr::V6(target) => return self.ask6(ctx, port, target, attempt, unicast),
        };
        let interface = &self.interfaces[port.0 as usize];
        let Some(IpAddr::V4(source)) = interface.source_for(address) else { return };
        let mac = interface.mac;
        ctx.emit(|| TraceEvent::NeighborAsked { interface: port, address, attempt, unicast });
        let to = unicast.unwrap_or(MacAddr::BROADCAST);
        let request = arp_frame(ArpOperation::Request, to, (mac, source), (MacAddr::ZERO, target));
        self.transmit(ctx, port, request);
    }

    /// Tells everybody that the address is ours (RFC 5227 section 2.3: a request for it by itself).
    pub(super) fn announce(&mut self, ctx: &mut Context<'_>, port: PortId, address: Ipv4Addr) {
        let mac = self.interfaces[port.0 as usize].mac;
        ctx.emit(|| TraceEvent::AddressAnnounced { interface: port, address: address.into() });
        let all = MacAddr::BROADCAST;
        let frame = arp_frame(ArpOperation::Request, all, (mac, address), (MacAddr::ZERO, address));
        self.transmit(ctx, port, frame);
    }

    /// Asks whether anybody has the address, without claiming it (RFC 5227 section 2.1.1).
    pub(super) fn probe(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        address: Ipv4Addr,
        attempt: u8,
    ) {
        let mac = self.interfaces[port.0 as usize].mac;
        ctx.emit(|| TraceEvent::AddressProbed {
            interface: port,
            address: address.into(),
            attempt,
        });
        let sender = (mac, Ipv4Addr::UNSPECIFIED);
        let all = MacAddr::BROADCAST;
        let frame = arp_frame(ArpOperation::Request, all, sender, (MacAddr::ZERO, address));
        self.transmit(ctx, port, frame);
    }

    fn conflict(&mut self, ctx: &mut Context<'_>, port: PortId, address: IpAddr, theirs: MacAddr) {
        let interface = &mut self.interfaces[port.0 as usize];
        let ours = interface.mac;
        let Some(conflict) = interface.conflict(ctx.now(), address) else { return };
        ctx.emit(|| TraceEvent::AddressConflict { interface: port, address, ours, theirs });
        match (conflict, address) {
            (Conflict::Defend, IpAddr::V4(address)) => {
                ctx.emit(|| TraceEvent::AddressDefended {
                    interface: port,
                    address: address.into(),
                });
                self.announce(ctx, port, address);
            }
            (Conflict::Abandon, _) => {
                self.remove_connected(port, address);
                ctx.emit(|| TraceEvent::AddressAbandoned { interface: port, address, theirs });
            }
            _ => {}
        }
    }

    /// Notes a neighbour's address, and tells what that changed.
    #[expect(clippy::too_many_arguments, reason = "one fact each, used once")]
    pub(super) fn learn(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        address: IpAddr,
        mac: MacAddr,
        from: LearnedFrom,
        solicited: bool,
        create: bool,
    ) -> Learned {
        let key = (port, address);
        match self.neighbors.seen(ctx.now(), key, mac, solicited, create) {
            Some(seen) => self.tell_seen(ctx, key, mac, from, seen),
            None => Learned::Nothing,
        }
    }

    /// Tells what an address that was seen changed, and lets go what waited for it.
    pub(super) fn tell_seen(
        &mut self,
        ctx: &mut Context<'_>,
        key: Key,
        mac: MacAddr,
        from: LearnedFrom,
        seen: Seen,
    ) -> Learned {
        let (port, address) = key;
        match (seen.old, seen.was) {
            (None, _) => {
                ctx.emit(|| TraceEvent::NeighborLearned { interface: port, address, mac, from });
            }
            // A static row: what was heard changes nothing.
            (_, Some(NeighborState::Permanent)) => {}
            (Some(old), _) if old != mac => {
                ctx.emit(|| TraceEvent::NeighborChanged {
                    interface: port,
                    address,
                    old,
                    mac,
                    from,
                });
            }
            (_, Some(was)) if was != seen.state => {
                self.tell_state(ctx, key, was, seen.state);
            }
            // Nothing waits for a neighbour that is known.
            _ => return Learned::Known(seen.state),
        }
        for held in seen.released {
            let before = ctx.set_about(held.about);
            let waited = ctx.now() - held.since;
            ctx.emit(|| TraceEvent::PacketReleased { address, mac, waited });
            self.transmit_packet(ctx, port, mac, held.buffer);
            ctx.set_about(before);
        }
        Learned::News
    }
}

fn drop_malformed(ctx: &mut Context<'_>, port: PortId, what: &'static str) {
    ctx.drop_frame(Some(port), || DropReason::Malformed { protocol: Protocol::Arp, what });
}

/// The bytes of a frame with an ARP packet.
fn arp_frame(
    operation: ArpOperation,
    to: MacAddr,
    (sender_mac, sender): (MacAddr, Ipv4Addr),
    (target_mac, target): (MacAddr, Ipv4Addr),
) -> Vec<u8> {
    let mut bytes = vec![0; Frame::HEADER_LEN + ARP_LEN];
    super::ethernet(&mut bytes, to, sender_mac, ETHERTYPE_ARP);
    let arp = ArpRepr::EthernetIpv4 {
        operation,
        source_hardware_addr: EthernetAddress(sender_mac.0),
        source_protocol_addr: sender,
        target_hardware_addr: EthernetAddress(target_mac.0),
        target_protocol_addr: target,
    };
    arp.emit(&mut ArpPacket::new_unchecked(&mut bytes[Frame::HEADER_LEN..]));
    bytes
}
