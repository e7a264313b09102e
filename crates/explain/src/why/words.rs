//! A finding in words: what is wrong, and what to write into the lab file.

mod vlan;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use lanternet_core::trace::IcmpSilence;
use lanternet_core::{NodeId, PortId, PortRef, QueueLimit, Topology};
use lanternet_lab::{LeaseTrouble, NodeIndex, Service, Transport};

mod naming;

use super::diagnosis::{Diagnosis, Direction, Finding, Passing, Router, Row};
use super::hop::how_asked;
use super::network::Network;
use crate::args;
use crate::explained::Explained;
use crate::locale::{Args, Catalogue};
use crate::narrate::scene::Percent;
use crate::narrate::sentence;

/// Says what was found.
pub(super) struct Words<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) topology: &'a Topology,
    pub(super) network: Network<'a>,
}

/// A line or a value of the lab file, which is the same in every language.
struct Edit<T>(T);

impl fmt::Display for Edit<Router> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = if self.0.address.is_ipv6() { "gateway6" } else { "gateway" };
        write!(f, "{key}: {}", self.0.address)
    }
}

impl fmt::Display for Edit<Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{ to: {}, via: {} }}", self.0.to, self.0.via)
    }
}

impl fmt::Display for Edit<Passing> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Passing { from, to, protocol, port } = self.0;
        write!(f, "allow: {{ from: {from}, to: {to}, protocol: {protocol}")?;
        if let Some(port) = port {
            write!(f, ", port: {port}")?;
        }
        f.write_str(" }")
    }
}

impl Words<'_> {
    pub(super) fn explain(&self, finding: &Finding) -> Explained {
        let (message, help) = self.diagnosis(finding);
        let message = match finding.direction {
            Direction::There => message,
            Direction::Back => self.say("why-lost-back", &args!(message)),
        };
        let message = match finding.silence {
            Some(IcmpSilence::RateLimited) => self.say("why-rate-limited", &args!(message)),
            Some(IcmpSilence::NoRouteBack) => self.say("why-no-error-back", &args!(message)),
            _ => message,
        };
        Explained { message, help }
    }

    fn say(&self, id: &str, args: &Args<'_>) -> String {
        self.catalogue.text(id, args)
    }

    fn name(&self, node: NodeId) -> &str {
        self.network.name(node)
    }

    /// How a neighbour is asked for.
    fn how(&self, address: IpAddr) -> String {
        self.catalogue.phrase(how_asked(address))
    }

    fn names(&self, nodes: &[NodeId]) -> String {
        let names: Vec<&str> = nodes.iter().map(|node| self.name(*node)).collect();
        names.join(&self.catalogue.phrase("list-separator"))
    }

    fn no_lease(&self, node: &str, trouble: &LeaseTrouble) -> (String, Option<String>) {
        use LeaseTrouble as T;
        let say = |id, args: Args<'_>| self.say(id, &args);
        let name = |index: NodeIndex| self.name(NodeId(index.0 as u32));
        let interface = |(index, place): (NodeIndex, usize)| {
            let node = NodeId(index.0 as u32);
            self.network.port_name(PortRef::new(node, PortId(place as u16)))
        };
        let (message, help) = match trouble {
            T::NoServer { router: Some(router) } => (
                say("why-no-dhcp-server", args!(node)),
                say(
                    "why-help-dhcp-server",
                    args!(router = name(router.0), interface = interface(*router)),
                ),
            ),
            T::NoServer { router: None } => (
                say("why-no-dhcp-server", args!(node)),
                say("why-help-dhcp-server-anywhere", args!(node)),
            ),
            T::NoRelay { router, server, address } => (
                say(
                    "why-no-dhcp-relay",
                    args!(node, server = name(*server), router = name(router.0)),
                ),
                say(
                    "why-help-dhcp-relay",
                    args!(router = name(router.0), interface = interface(*router), address),
                ),
            ),
            T::NoPool { relay, server } => (
                say("why-no-dhcp-pool", args!(node, relay = name(*relay), server)),
                say("why-help-dhcp-pool", args!(server)),
            ),
            T::Exhausted { server, first, last, size } => {
                let (server, range) = (name(*server), format!("{first}-{last}"));
                (
                    say("why-dhcp-exhausted", args!(node, server, range, count size = *size)),
                    say("why-help-dhcp-exhausted", args!(server, range)),
                )
            }
            T::Unanswered { server } => {
                let server = name(*server);
                (
                    say("why-dhcp-unanswered", args!(node, server)),
                    say("why-help-dhcp-unanswered", args!(node, server)),
                )
            }
        };
        (message, Some(help))
    }

    fn diagnosis(&self, finding: &Finding) -> (String, Option<String>) {
        use Diagnosis as D;
        let node = self.name(finding.node);
        let say = |id, args: Args<'_>| self.say(id, &args);
        let gateway = |right: &Option<Router>| match right {
            Some(right) => {
                let (router, edit) = (self.name(right.node), Edit(*right));
                say("why-help-gateway", args!(node, router, edit))
            }
            None => say("why-help-no-router", args!(node)),
        };
        match &finding.diagnosis {
            D::UnknownName { .. }
            | D::NoSuchName { .. }
            | D::NameWithoutAddress { .. }
            | D::NameServerSilent { .. }
            | D::NotARecursiveServer { .. }
            | D::LameDelegation { .. }
            | D::ZoneWithoutServer { .. }
            | D::NameLoop { .. }
            | D::NotResolved { .. } => self.naming(finding),
            D::TargetWithoutAddress { node: target } => {
                let node = self.name(*target);
                let (message, help) = match self.network.station(*target) {
                    None => ("why-target-is-no-station", "why-help-ask-station"),
                    Some(_) => ("why-target-without-address", "why-help-address"),
                };
                (say(message, args!(node)), Some(say(help, args!(node))))
            }
            D::NoLease { node, trouble } => self.no_lease(self.name(*node), trouble),
            D::SenderWithoutAddress => (
                say("why-sender-without-address", args!(node)),
                Some(say("why-help-address", args!(node))),
            ),
            D::OtherFamily { destination } => {
                let v6 = destination.is_ipv6();
                let id = if v6 { "why-no-ipv6" } else { "why-no-ipv4" };
                let help = if v6 { "why-help-no-ipv6" } else { "why-help-no-ipv4" };
                (say(id, args!(node, destination)), Some(say(help, args!(node))))
            }
            D::InterfaceWithoutAddress { at } => {
                let interface = self.network.port_name(*at);
                (
                    say("why-interface-without-address", args!(node, interface)),
                    Some(say("why-help-interface-address", args!(node, interface))),
                )
            }

            D::NoGateway { destination, right } => {
                (say("why-no-gateway", args!(node, destination)), Some(gateway(right)))
            }
            D::GatewayOffSegment { gateway: wrong, own, right } => {
                let message = say("why-gateway-off-segment", args!(node, gateway = wrong, own));
                (message, Some(gateway(right)))
            }
            D::GatewayUnused { gateway: wrong, right } => {
                let message = say("why-gateway-unused", args!(node, gateway = wrong));
                (message, Some(gateway(right)))
            }
            D::GatewayElsewhere { gateway: wrong, owner, right } => {
                let owner = self.name(*owner);
                let message = say("why-gateway-elsewhere", args!(node, gateway = wrong, owner));
                (message, Some(gateway(right)))
            }
            D::OtherNetwork { own, other, others, odd, right } => {
                let (other, odd) = (self.name(*other), self.name(*odd));
                let message = say("why-other-network", args!(node, own, other, others));
                let help = right.map(|right| {
                    let edit = format!("address: {right}");
                    say("why-help-odd-address", args!(odd, edit))
                });
                (message, help)
            }
            D::MaskTooWide { own, destination, owner, right, like } => {
                let (prefix, how) = (own.prefix_len(), self.how(*destination));
                let message = match owner {
                    Some(owner) => {
                        let owner = self.name(*owner);
                        say("why-mask-too-wide", args!(node, prefix, how, destination, owner))
                    }
                    None => say("why-mask-too-wide-nobody", args!(node, prefix, how, destination)),
                };
                let help = match (right, like) {
                    (Some(right), Some(like)) => {
                        let (like, mask) = (self.name(*like), right.netmask());
                        let edit = format!("address: {right}");
                        say("why-help-mask-like", args!(node, like, mask, edit))
                    }
                    _ => say("why-help-longer-mask", args!(node)),
                };
                (message, Some(help))
            }
            D::MaskTooNarrow { own, destination, right, like } => {
                let (prefix, like, mask) = (own.prefix_len(), self.name(*like), right.netmask());
                let edit = format!("address: {right}");
                (
                    say("why-mask-too-narrow", args!(node, prefix, destination)),
                    Some(say("why-help-mask-like", args!(node, like, mask, edit))),
                )
            }
            D::AddressUnused { address, own, heard } => {
                let how = self.how(*address);
                let message = match heard.is_empty() {
                    true => say("why-address-unused", args!(node, how, address)),
                    false => {
                        let heard = self.names(heard);
                        say("why-address-unused-heard", args!(node, how, address, heard))
                    }
                };
                let network = own.trunc();
                (message, Some(say("why-help-address-unused", args!(address, network))))
            }
            D::NotCabledTogether { address, owner } => {
                let (owner, how) = (self.name(*owner), self.how(*address));
                (
                    say("why-not-cabled-together", args!(node, how, address, owner)),
                    Some(say("why-help-cable-together", args!(node, owner))),
                )
            }
            D::NextHopUnused { destination, via, right } => {
                let message = say("why-next-hop-unused", args!(node, destination, via));
                let help = right.map(|right| {
                    let edit = format!("via: {right}");
                    say("why-help-next-hop", args!(node, edit))
                });
                (message, help)
            }
            D::NoRoute { destination, right, known } => {
                let message = say("why-no-route", args!(node, destination));
                let help = match right {
                    Some(right) => {
                        let edit = Edit(*right);
                        say("why-help-route", args!(node, edit))
                    }
                    None if !known => say("why-help-address-nowhere", args!(destination)),
                    None => say("why-help-no-way", args!(node, destination)),
                };
                (message, Some(help))
            }
            D::RoutingLoop { destination, routers, right } => {
                let message =
                    say("why-routing-loop", args!(destination, routers = self.names(routers)));
                let help = match right {
                    Some((router, row)) => {
                        let (router, edit) = (self.name(*router), Edit(*row));
                        say("why-help-loop-row", args!(router, edit))
                    }
                    None => {
                        let routers = self.names(routers);
                        say("why-help-loop-nowhere", args!(destination, routers))
                    }
                };
                (message, Some(help))
            }
            D::TtlEnded { destination } => {
                (say("why-ttl-ended", args!(node, destination)), Some(say("why-help-ttl", args!())))
            }
            D::HostAsRouter { sender, destination, right } => {
                let sender = self.name(*sender);
                let message = say("why-host-as-router", args!(node, sender, destination));
                let help = match right {
                    Some(right) => {
                        let (router, edit) = (self.name(right.node), right.address);
                        say("why-help-other-router", args!(node, sender, router, edit))
                    }
                    None => say("why-help-make-router", args!(node)),
                };
                (message, Some(help))
            }
            D::NeighborSilent { address, owner } => {
                let (owner, how) = (self.name(*owner), self.how(*address));
                (
                    say("why-neighbor-silent", args!(node, how, address, owner)),
                    Some(say("why-help-neighbor-silent", args!(owner))),
                )
            }
            D::NeighborQueueFull { address, limit } => {
                let args = args!(node, address, count limit = *limit);
                (say("why-neighbor-queue-full", args), None)
            }
            _ => self.lower_and_upper(finding),
        }
    }

    /// Links below the network layer, and transports above it.
    fn lower_and_upper(&self, finding: &Finding) -> (String, Option<String>) {
        use Diagnosis as D;
        let node = self.name(finding.node);
        let say = |id, args: Args<'_>| self.say(id, &args);
        let name = |link: &usize| self.network.link_name(*link);
        match &finding.diagnosis {
            D::NoCable { at } => {
                let (node, port) = (self.name(at.node), self.network.port_name(*at));
                (
                    say("why-no-cable", args!(node, port)),
                    Some(say("why-help-no-cable", args!(node, port))),
                )
            }
            D::CableDown { link } => {
                let written = self.network.lab().links.get(*link).is_some_and(|link| !link.up);
                let help = if written { "why-help-cable-down" } else { "why-help-plug-in" };
                (say("why-cable-down", args!(link = name(link))), Some(say(help, args!())))
            }
            D::NodeDown { node } => {
                let node = self.name(*node);
                (say("why-node-down", args!(node)), Some(say("why-help-node-down", args!(node))))
            }
            D::Partitioned { from, to } => {
                let (from, to) = (self.name(*from), self.name(*to));
                let help = say("why-help-partitioned", args!(from, to));
                (say("why-partitioned", args!(from, to)), Some(help))
            }
            D::Held { link } => {
                let link = name(link);
                (say("why-held", args!(link)), Some(say("why-help-held", args!(link))))
            }
            D::Lost { link, chance } => {
                let (link, chance) = (name(link), Percent(*chance));
                (say("why-lost", args!(link, chance)), Some(say("why-help-lost", args!(link))))
            }
            D::QueueFull { link, limit } => {
                let link = name(link);
                let message = match limit {
                    QueueLimit::Frames(limit) => {
                        say("why-queue-full-frames", args!(link, count limit = *limit))
                    }
                    QueueLimit::Bytes(limit) => {
                        say("why-queue-full-bytes", args!(link, count limit = *limit))
                    }
                };
                (message, Some(say("why-help-queue-full", args!(link))))
            }
            D::TooLong { link, len, mtu } => {
                let (link, edit) = (name(link), format!("mtu: {len}"));
                (
                    say("why-too-long", args!(link, len, mtu)),
                    Some(say("why-help-mtu", args!(link, edit))),
                )
            }
            D::MayNotBeCut { len, mtu, link } => {
                let help = link.as_ref().map(|link| {
                    let (link, edit) = (name(link), format!("mtu: {len}"));
                    say("why-help-mtu", args!(link, edit))
                });
                (say("why-may-not-be-cut", args!(node, len, mtu)), help)
            }
            D::Damaged { link: Some(link) } => {
                let link = name(link);
                (
                    say("why-damaged-on", args!(node, link)),
                    Some(say("why-help-damaged", args!(link))),
                )
            }
            D::Damaged { link: None } => (say("why-damaged", args!(node)), None),
            D::Storm { nodes } => (
                say("why-storm", args!(nodes = self.names(nodes))),
                Some(say("why-help-storm", args!())),
            ),
            D::Ignored => (say("why-ignored", args!(node)), None),
            D::WrongNeighborRow { holder, address, mac, right } => {
                let holder = self.name(*holder);
                let help = match right {
                    Some((owner, right)) => {
                        let owner = self.name(*owner);
                        let args = args!(holder, address, mac, owner, right);
                        say("why-help-neighbor-row-right", args)
                    }
                    None => say("why-help-neighbor-row", args!(holder, address, mac)),
                };
                (say("why-wrong-neighbor-row", args!(holder, address, mac)), Some(help))
            }
            D::WrongMacRow { switch, port, mac, station } => {
                let (switch, station) = (self.name(*switch), self.name(*station));
                (
                    say("why-wrong-mac-row", args!(switch, port, mac, station)),
                    Some(say("why-help-mac-row", args!(switch, port, mac))),
                )
            }
            D::NotListening { service, others, only } => {
                self.not_listening(node, *service, others, *only)
            }
            D::BacklogFull { local, backlog } => (
                say("why-backlog-full", args!(node, port = local.port(), count backlog = *backlog)),
                Some(say("why-help-backlog", args!())),
            ),
            D::ReceiveBufferFull { local, limit } => (
                say(
                    "why-receive-buffer-full",
                    args!(node, port = local.port(), count limit = *limit),
                ),
                Some(say("why-help-receive-buffer", args!())),
            ),
            D::Duplicate { address, meant, got } => {
                let (meant, got) = (self.name(*meant), self.name(*got));
                (
                    say("why-duplicate", args!(address, meant, got)),
                    Some(say("why-help-duplicate", args!(meant, got))),
                )
            }
            D::NotForwarded { outside, transport, right } => {
                self.not_forwarded(node, *outside, *transport, *right)
            }
            D::InsideAddress { destination, router, outside } => {
                let router = self.name(*router);
                let help = match outside {
                    Some(outside) => say("why-help-inside-address", args!(router, outside)),
                    None => say("why-help-inside-address-plain", args!(router)),
                };
                (say("why-inside-address", args!(destination, router)), Some(help))
            }
            D::NatFiltered { source, inside } => (
                say("why-nat-filtered", args!(node, source, inside)),
                Some(say("why-help-nat-filtered", args!(node, inside))),
            ),
            D::Forbidden { rule, right } => self.forbidden(node, rule.as_ref(), *right),
            D::NoAnswer => (say("why-no-answer", args!(node)), None),
            D::Other { record } => (sentence(self.catalogue, self.topology, record), None),
            other => self.vlan(other).unwrap_or_else(|| (say("why-unknown", args!(node)), None)),
        }
    }

    fn not_forwarded(
        &self,
        node: &str,
        outside: SocketAddr,
        transport: Transport,
        right: Option<(NodeId, SocketAddr)>,
    ) -> (String, Option<String>) {
        let (port, address) = (outside.port(), outside.ip());
        let word = self::transport(transport);
        let message = self.say("why-not-forwarded", &args!(node, port, address, transport = word));
        let word = word.to_lowercase();
        let help = match right {
            Some((host, to)) => {
                let edit = format!("forward: [{{ {word}: {port}, to: {to} }}]");
                self.say("why-help-forward", &args!(node, host = self.name(host), edit))
            }
            None => {
                let edit = format!("forward: [{{ {word}: {port}, to: …:{port} }}]");
                self.say("why-help-forward-plain", &args!(node, edit))
            }
        };
        (message, Some(help))
    }

    fn forbidden(
        &self,
        node: &str,
        rule: Option<&(u16, Arc<str>)>,
        right: Option<Passing>,
    ) -> (String, Option<String>) {
        let edit = right.map(Edit);
        match rule {
            Some((rule, text)) => (
                self.say("why-forbidden-by-rule", &args!(node, rule, text)),
                edit.map(|edit| self.say("why-help-rule-before", &args!(node, rule, edit))),
            ),
            None => (
                self.say("why-forbidden-by-policy", &args!(node)),
                edit.map(|edit| self.say("why-help-rule", &args!(node, edit))),
            ),
        }
    }

    fn not_listening(
        &self,
        node: &str,
        service: Service,
        others: &[Service],
        only: Option<IpAddr>,
    ) -> (String, Option<String>) {
        let transport = transport(service.transport);
        let port = service.port;
        let message = self.say("why-not-listening", &args!(node, port, transport));
        if let Some(only) = only {
            let help = self.say("why-help-bind", &args!(node, port, only));
            return (message, Some(help));
        }
        let swapped = others.iter().find(|other| other.port == port);
        let help = match (swapped, others.is_empty()) {
            (Some(other), _) => {
                let listens = self::transport(other.transport);
                let ask = format!("{node}:{}", written(*other));
                self.say("why-help-other-transport", &args!(node, port, listens, ask))
            }
            (None, false) => {
                let listening = others.len() as u64;
                let others: Vec<String> =
                    others.iter().map(|other| format!("{node}:{}", written(*other))).collect();
                let others = others.join(&self.catalogue.phrase("list-separator"));
                self.say("why-help-other-port", &args!(node, others, count count = listening))
            }
            (None, true) => {
                let udp = if service.transport == Transport::Udp { " --udp" } else { "" };
                let edit = format!("{{ on: {node}, run: serve echo --port {port}{udp} }}");
                self.say("why-help-serve", &args!(node, edit))
            }
        };
        (message, Some(help))
    }
}

/// A service as the command line takes it: `9090`, `9090/udp`.
fn written(service: Service) -> String {
    match service.transport {
        Transport::Tcp => service.port.to_string(),
        Transport::Udp => format!("{}/udp", service.port),
    }
}

fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "TCP",
        Transport::Udp => "UDP",
    }
}
