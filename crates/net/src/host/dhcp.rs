//! A host's parts in DHCP: clients, a server, relays. The decisions are [`crate::dhcp`]'s; here is
//! how messages come and go, and what an address on loan does to the tables.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net};
use lanternet_core::trace::{DhcpEvent, DropReason, Protocol, Route, RouteKind, TraceEvent};
use lanternet_core::{Context, Deadline, MacAddr, PortId, Rng};

use super::config::DnsSettings;
use super::packet::Ip;
use super::rows::SocketRow;
use super::stack::Stack;
use super::udp;
use crate::dhcp::{
    Acquired, Action, Arrival, CLIENT_PORT, Client, ClientConfig, ClientLease, ClientState,
    Destination, LeaseRow, Message, MessageError, Pool, Reply, SERVER_PORT, Server, relay,
};
use crate::l3::{ClaimOutcome, Inbound, SendOptions};

/// The parts that a host has in DHCP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DhcpConfig {
    /// The name by which the lab's hosts know the node: what it is lent goes into their names.
    pub name: Option<Box<str>>,
    /// One for each interface whose address or options come from a server.
    pub clients: Vec<ClientConfig>,
    /// What it lends.
    pub server: Option<ServerConfig>,
    /// Interfaces whose clients' messages it passes on.
    pub relays: Vec<RelayConfig>,
}

/// A host's DHCP server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerConfig {
    /// The interfaces on which it hears broadcasts.
    pub interfaces: Vec<PortId>,
    /// What it lends: a pool for each segment.
    pub pools: Vec<Pool>,
}

/// A relay on one interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayConfig {
    /// The interface on the clients' side.
    pub interface: PortId,
    /// The server.
    pub server: Ipv4Addr,
    /// What option 82 says about the interface; `None`: no such option.
    pub circuit: Option<Box<str>>,
}

/// A DHCP client as a person looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRow {
    /// Its interface.
    pub interface: PortId,
    /// Where it is.
    pub state: ClientState,
    /// What it has on loan.
    pub lease: Option<ClientLease>,
}

/// See the module's head.
#[derive(Debug)]
pub(super) struct Dhcp {
    name: Option<Box<str>>,
    clients: Vec<(Client, OwnMtu)>,
    server: Option<(Server, Vec<PortId>)>,
    relays: Vec<RelayConfig>,
    rng: Rng,
    /// Name servers that the configuration names: no lease replaces them.
    dns: Option<Box<DnsSettings>>,
}

/// The MTU that an interface had before a server told another.
type OwnMtu = Option<u16>;

impl Dhcp {
    pub(super) fn new(config: DhcpConfig, rng: Rng, dns: Option<Box<DnsSettings>>) -> Self {
        let clients = config.clients.into_iter().map(|client| (Client::new(client), None));
        let server = config.server.map(|server| (Server::new(server.pools), server.interfaces));
        let (name, relays) = (config.name, config.relays);
        Self { name, clients: clients.collect(), server, relays, rng, dns }
    }

    pub(super) fn poll_timeout(&self) -> Option<Deadline> {
        let clients = self.clients.iter().map(|(client, _)| client.poll_timeout());
        let server = self.server.as_ref().and_then(|(server, _)| server.poll_timeout());
        clients.fold(server.map(Deadline::background), Deadline::earliest)
    }

    pub(super) fn lends(&self) -> bool {
        self.server.is_some()
    }

    pub(super) fn leases(&self) -> Vec<LeaseRow> {
        self.server.as_ref().map_or_else(Vec::new, |(server, _)| server.rows())
    }

    pub(super) fn clients(&self) -> Vec<ClientRow> {
        let row = |(client, _): &(Client, OwnMtu)| ClientRow {
            interface: client.interface(),
            state: client.state(),
            lease: client.lease().cloned(),
        };
        self.clients.iter().map(row).collect()
    }

    /// Takes back what the server's clients have no longer, and tells it.
    fn expire(&mut self, ctx: &mut Context<'_>) {
        let Some((server, _)) = &mut self.server else { return };
        while let Some(event) = server.expire(ctx.now()) {
            ctx.emit(|| TraceEvent::Dhcp(event));
        }
    }
}

impl Stack {
    /// Whether the host has the addresses that it is to have, or has given up waiting for them.
    pub(super) fn has_network(&self) -> bool {
        let clients = self.more.dhcp().map_or(&[][..], |dhcp| &dhcp.clients);
        clients.iter().all(|(client, _)| client.is_settled()) && self.l3.is_settled()
    }

    pub(super) fn dhcp_start(&mut self, ctx: &mut Context<'_>) {
        let Some(dhcp) = self.more.dhcp_mut() else { return };
        dhcp.expire(ctx);
        for (client, _) in &mut dhcp.clients {
            self.l3.listen_for_leases(client.interface());
            client.handle_start(ctx.now(), &mut dhcp.rng);
        }
    }

    pub(super) fn dhcp_timeout(&mut self, ctx: &mut Context<'_>) {
        let Some(dhcp) = self.more.dhcp_mut() else { return };
        dhcp.expire(ctx);
        for (client, _) in &mut dhcp.clients {
            client.handle_timeout(ctx.now(), &mut dhcp.rng);
        }
    }

    pub(super) fn dhcp_link(&mut self, ctx: &mut Context<'_>, port: PortId, up: bool) {
        let Some(dhcp) = self.more.dhcp_mut() else { return };
        for (client, _) in dhcp.clients.iter_mut().filter(|(own, _)| own.interface() == port) {
            client.handle_link(ctx.now(), &mut dhcp.rng, up);
        }
    }

    pub(super) fn dhcp_release(&mut self, ctx: &mut Context<'_>, port: PortId) {
        let Some(dhcp) = self.more.dhcp_mut() else { return };
        for (client, _) in dhcp.clients.iter_mut().filter(|(own, _)| own.interface() == port) {
            client.release(ctx.now(), &mut dhcp.rng);
        }
    }

    /// Leases stay, a server's and a client's alike, as if written to a disk; what came with them is
    /// not in use any more.
    pub(super) fn dhcp_crash(&mut self) {
        let Some(dhcp) = self.more.dhcp_mut() else { return };
        let asks = !dhcp.clients.is_empty();
        if let Some((server, _)) = &mut dhcp.server {
            server.handle_crash(self.now);
        }
        for (client, own_mtu) in &mut dhcp.clients {
            client.handle_crash();
            if let Some(mtu) = own_mtu.take() {
                self.l3.set_mtu(client.interface(), mtu);
            }
        }
        let (dns, name) = (dhcp.dns.clone(), dhcp.name.clone());
        self.more.set_dns(dns);
        self.publish(name.as_deref().filter(|_| asks));
    }

    /// Does what the clients ask for, until they ask for nothing more.
    pub(super) fn drive_dhcp(&mut self, ctx: &mut Context<'_>) {
        let Some(mut dhcp) = self.more.take_dhcp() else { return };
        let Dhcp { name, clients, rng, dns, .. } = &mut *dhcp;
        for (client, own_mtu) in clients {
            let port = client.interface();
            loop {
                while let Some(action) = client.poll_action() {
                    match action {
                        Action::Tell(event) => ctx.emit(|| TraceEvent::Dhcp(event)),
                        Action::Send(message, to) => self.send_to_server(ctx, port, &message, to),
                        Action::Check(net) => {
                            self.l3.claim_address(ctx.now(), port, IpNet::V4(net));
                        }
                        Action::Use(acquired) => {
                            self.use_lease(port, *acquired, own_mtu, dns);
                            self.publish(name.as_deref());
                        }
                        Action::Forget(address) => {
                            self.l3.remove_address(port, address.into());
                            self.undo_lease(port, own_mtu);
                            self.set_name_servers(dns.clone());
                            self.publish(name.as_deref());
                        }
                    }
                }
                let Some(address) = client.checking().map(|net| IpAddr::V4(net.addr())) else {
                    break;
                };
                match self.l3.claim(port, address) {
                    ClaimOutcome::Asking => break,
                    ClaimOutcome::Ours => client.handle_checked(ctx.now(), rng, true),
                    ClaimOutcome::Taken => {
                        self.l3.remove_address(port, address);
                        client.handle_checked(ctx.now(), rng, false);
                    }
                }
            }
        }
        self.more.put_dhcp(dhcp);
    }

    /// A client's message: to its server, or to everybody, and then from no address unless it has
    /// one.
    fn send_to_server(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        message: &Message,
        to: Option<Ipv4Addr>,
    ) {
        let ports = [CLIENT_PORT, SERVER_PORT];
        let data = message.to_bytes();
        match to {
            Some(server) => self.send_routed(ctx, message.client, server, ports, &data),
            None => {
                let everybody = (MacAddr::BROADCAST, Ipv4Addr::BROADCAST);
                self.send_on_segment(ctx, port, message.client, everybody, ports, &data);
            }
        }
    }

    /// By the routing table; where that leads nowhere is told by the IP layer.
    fn send_routed(
        &mut self,
        ctx: &mut Context<'_>,
        from: Ipv4Addr,
        to: Ipv4Addr,
        ports: [u16; 2],
        data: &[u8],
    ) {
        let packet = udp::packet(Ip::new(from.into(), to.into(), udp::PROTOCOL), ports, data);
        let _ = self.l3.send(ctx, packet, SendOptions::default());
    }

    /// To a station of a segment, or to all of them, whatever the tables say.
    fn send_on_segment(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        from: Ipv4Addr,
        (mac, to): (MacAddr, Ipv4Addr),
        ports: [u16; 2],
        data: &[u8],
    ) {
        let packet = udp::packet(Ip::new(from.into(), to.into(), udp::PROTOCOL), ports, data);
        if let Err(why) = self.l3.send_on_link(ctx, port, mac, packet) {
            let destination = IpAddr::V4(to);
            ctx.emit(|| TraceEvent::SendFailed { destination, why });
        }
    }

    /// What came with a lease takes the place of what was there before.
    fn use_lease(
        &mut self,
        port: PortId,
        acquired: Acquired,
        own_mtu: &mut OwnMtu,
        dns: &Option<Box<DnsSettings>>,
    ) {
        self.undo_lease(port, own_mtu);
        for (destination, via) in acquired.routes {
            self.l3.add_route(Route {
                destination: destination.into(),
                via: (!via.is_unspecified()).then_some(via.into()),
                interface: port,
                kind: RouteKind::Dhcp,
            });
        }
        if let Some(mtu) = acquired.mtu
            && let Some(before) = self.l3.mtu(port)
        {
            *own_mtu = Some(before);
            // The cable takes no longer packets because a server says so.
            self.l3.set_mtu(port, mtu.min(before));
        }
        let told = !acquired.dns.is_empty() || acquired.domain.is_some();
        let servers = acquired.dns.into_iter().map(IpAddr::V4).collect();
        let search = acquired.domain.into_iter().map(String::from).collect();
        let settings = told.then(|| Box::new(DnsSettings { servers, search }));
        // What the configuration names stays.
        self.set_name_servers(dns.clone().or(settings));
    }

    /// Tells the lab by which addresses the node is known now.
    fn publish(&self, name: Option<&str>) {
        if let (Some(name), Some(names)) = (name, &self.names) {
            names.set(name, self.l3.addresses().map(|(_, net)| net.addr()).collect());
        }
    }

    /// Routes and MTU are as if there had been no lease.
    fn undo_lease(&mut self, port: PortId, own_mtu: &mut OwnMtu) {
        self.l3.remove_routes(|route| route.kind == RouteKind::Dhcp && route.interface == port);
        if let Some(mtu) = own_mtu.take() {
            self.l3.set_mtu(port, mtu);
        }
    }

    /// A datagram arrived for one of the ports of DHCP. `false`: nobody here speaks DHCP where it
    /// came from.
    pub(super) fn dhcp_datagram(
        &mut self,
        ctx: &mut Context<'_>,
        inbound: &Inbound,
        [_, to]: [u16; 2],
        data: &[u8],
    ) -> bool {
        if self.more.dhcp().is_none() {
            return false;
        }
        match to {
            CLIENT_PORT => self.hear_server(ctx, inbound, data),
            SERVER_PORT => self.hear_client(ctx, inbound, data),
            _ => false,
        }
    }

    fn hear_server(&mut self, ctx: &mut Context<'_>, inbound: &Inbound, data: &[u8]) -> bool {
        let Some(dhcp) = self.more.dhcp_mut() else { return false };
        let mut clients = dhcp.clients.iter_mut();
        let Some((client, _)) =
            clients.find(|(client, _)| Some(client.interface()) == inbound.interface)
        else {
            return false;
        };
        let heard = match Message::parse(data) {
            Ok(message) => client.handle_message(ctx.now(), &mut dhcp.rng, &message),
            Err(error) => Err(malformed(error)),
        };
        if let Err(reason) = heard {
            ctx.drop_frame(inbound.interface, || reason);
        }
        // What the client wants now is done before the next packet comes up.
        self.drive_dhcp(ctx);
        true
    }

    fn hear_client(&mut self, ctx: &mut Context<'_>, inbound: &Inbound, data: &[u8]) -> bool {
        let (Some(dhcp), Some(interface)) = (self.more.dhcp_mut(), inbound.interface) else {
            return false;
        };
        let unicast = match inbound.destination {
            IpAddr::V4(to) if self.l3.is_local(inbound.destination) => Some(to),
            _ => None,
        };
        let message = match Message::parse(data) {
            Ok(message) => message,
            Err(error) => {
                ctx.drop_frame(Some(interface), || malformed(error));
                return true;
            }
        };
        if message.kind.is_reply() {
            if dhcp.relays.is_empty() {
                ctx.drop_frame(Some(interface), || DropReason::DhcpNotHere { interface });
            } else {
                self.relay_down(ctx, inbound, &message, data);
            }
            return true;
        }
        dhcp.expire(ctx);
        let serves = |ports: &[PortId]| unicast.is_some() || ports.contains(&interface);
        if let Some((server, _)) = dhcp.server.as_mut().filter(|(_, ports)| serves(ports)) {
            let own = self.l3.addresses().filter_map(|(port, net)| Some((port, v4(net)?)));
            let arrival = Arrival { interface, unicast, own: own.collect() };
            let answer = server.handle(ctx.now(), &arrival, &message);
            match answer.why {
                Ok(event) => ctx.emit(|| TraceEvent::Dhcp(event)),
                Err(reason) => ctx.drop_frame(Some(interface), || reason),
            }
            if let Some(reply) = answer.reply {
                self.send_to_client(ctx, interface, &reply);
            }
            return true;
        }
        let relay = dhcp.relays.iter().find(|relay| relay.interface == interface).cloned();
        match relay {
            Some(relay) => self.relay_up(ctx, &relay, message.mac, data),
            None => ctx.drop_frame(Some(interface), || DropReason::DhcpNotHere { interface }),
        }
        true
    }

    fn send_to_client(&mut self, ctx: &mut Context<'_>, port: PortId, reply: &Reply) {
        let data = reply.message.to_bytes();
        let (from, ports) = (reply.from, [SERVER_PORT, CLIENT_PORT]);
        match reply.to {
            Destination::Relay(relay) => {
                self.send_routed(ctx, from, relay, [SERVER_PORT, SERVER_PORT], &data);
            }
            Destination::Client(address) => self.send_routed(ctx, from, address, ports, &data),
            Destination::Link(mac, address) => {
                self.send_on_segment(ctx, port, from, (mac, address), ports, &data);
            }
            Destination::Everybody => {
                let everybody = (MacAddr::BROADCAST, Ipv4Addr::BROADCAST);
                self.send_on_segment(ctx, port, from, everybody, ports, &data);
            }
        }
    }

    fn relay_up(&mut self, ctx: &mut Context<'_>, config: &RelayConfig, mac: MacAddr, data: &[u8]) {
        let RelayConfig { interface, server, ref circuit } = *config;
        let own = self.l3.addresses().filter(|(port, _)| *port == interface);
        let Some(own) = own.filter_map(|(_, net)| v4(net)).next() else {
            return ctx.drop_frame(Some(interface), || DropReason::NoAddress { interface });
        };
        match relay::upward(data, own.addr(), circuit.as_deref()) {
            Err(reason) => ctx.drop_frame(Some(interface), || reason),
            Ok(up) => {
                let relay = up.relay;
                let event = DhcpEvent::RelayedToServer { interface, mac, server, relay };
                ctx.emit(|| TraceEvent::Dhcp(event));
                let ports = [SERVER_PORT, SERVER_PORT];
                self.send_routed(ctx, own.addr(), server, ports, &up.bytes);
            }
        }
    }

    fn relay_down(
        &mut self,
        ctx: &mut Context<'_>,
        inbound: &Inbound,
        message: &Message,
        data: &[u8],
    ) {
        let relay = message.relay;
        let mut own = self.l3.addresses();
        let side = own.find(|(_, net)| net.addr() == relay).map(|(port, _)| port);
        drop(own);
        let relays = self.more.dhcp().map_or(&[][..], |dhcp| &dhcp.relays);
        let side = side.filter(|side| relays.iter().any(|relay| relay.interface == *side));
        let Some(interface) = side else {
            let reason = || DropReason::DhcpUnknownRelay { relay };
            return ctx.drop_frame(inbound.interface, reason);
        };
        let (data, broadcast) = match relay::downward(data) {
            Ok(down) => down,
            Err(reason) => return ctx.drop_frame(inbound.interface, || reason),
        };
        let address = (!message.yours.is_unspecified()).then_some(message.yours);
        let (mac, server) = (message.mac, inbound.source);
        let event = DhcpEvent::RelayedToClient { interface, mac, server, address };
        ctx.emit(|| TraceEvent::Dhcp(event));
        let to = match address.filter(|_| !broadcast) {
            Some(address) => (mac, address),
            None => (MacAddr::BROADCAST, Ipv4Addr::BROADCAST),
        };
        self.send_on_segment(ctx, interface, relay, to, [SERVER_PORT, CLIENT_PORT], &data);
    }

    /// Who holds a UDP port because of DHCP.
    pub(super) fn dhcp_holder(&self, port: u16) -> Option<&'static str> {
        let dhcp = self.more.dhcp()?;
        match port {
            CLIENT_PORT if !dhcp.clients.is_empty() => Some("dhcp-client"),
            SERVER_PORT if dhcp.server.is_some() => Some("dhcp-server"),
            SERVER_PORT if !dhcp.relays.is_empty() => Some("dhcp-relay"),
            _ => None,
        }
    }

    /// The ports of DHCP as rows of the socket table.
    pub(super) fn dhcp_rows(&self) -> impl Iterator<Item = SocketRow> {
        let all = |port| SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
        let row = move |port: u16| {
            Some(SocketRow {
                protocol: Protocol::Udp,
                state: None,
                connected: false,
                receive_queue: 0,
                send_queue: 0,
                local: all(port),
                peer: all(0),
                program: Some(self.dhcp_holder(port)?.into()),
            })
        };
        [SERVER_PORT, CLIENT_PORT].into_iter().filter_map(row)
    }
}

fn malformed(error: MessageError) -> DropReason {
    DropReason::Malformed { protocol: Protocol::Dhcp, what: error.phrase() }
}

fn v4(net: IpNet) -> Option<Ipv4Net> {
    match net {
        IpNet::V4(net) => Some(net),
        IpNet::V6(_) => None,
    }
}
