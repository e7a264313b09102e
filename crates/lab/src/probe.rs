//! One question sent into a network, and everything that happened because of it: what `reaches`
//! expectations are judged by and what `why` tells the story of.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use lanternet_apps::Simulated;
use lanternet_apps::icmp::{EchoRequest, IcmpError, IcmpKind, Unreachable};
use lanternet_apps::race::{self, Elapsed};
use lanternet_apps::sockets::{ConnectOptions, Family, IcmpSocket, Sockets, UdpSocket};
use lanternet_core::trace::{NatEvent, Translation};
use lanternet_core::{Duration, Instant, Limits, NodeId, Record, Recorder, TraceEvent};
use lanternet_net::host::{Host, ProgramSpec};

use crate::lab::{Lab, NodeIndex, Service, Target, Transport};
use crate::network::Network;

/// How long one question waits for its answer: longer than ARP takes to give up.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a TCP handshake may take: several retransmissions of a lost SYN.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(20);
/// The network's time and events for a probe to end, whatever happens.
const TIME_LIMIT: Duration = Duration::from_secs(120);
const EVENT_LIMIT: u64 = 200_000;
/// What a UDP probe says. A line, so that servers that expect lines understand it.
const DATAGRAM: &[u8] = b"lanternet probe\n";
const TTL: u8 = 64;

/// A probe that was sent, and what came of it.
#[derive(Clone, Debug)]
pub struct ProbeReport {
    /// The node that asked.
    pub from: NodeId,
    /// The node that was meant: the one named, or the one that has the address.
    pub to: Option<NodeId>,
    /// The address that was asked; `None` when the name is unknown or the node has no address.
    pub address: Option<IpAddr>,
    /// The port that was asked; `None` for an echo request.
    pub service: Option<Service>,
    /// When the probe was sent.
    pub started: Instant,
    /// What came of it.
    pub outcome: ProbeOutcome,
    /// Every record of the trace while the name that was asked for was looked up, in order; none when
    /// a node or an address was asked for.
    pub naming: Vec<Record>,
    /// Every record of the trace from the sending to the outcome, in order.
    pub records: Vec<Record>,
    /// The lab with the addresses that were on loan at that time, where some node asks for one.
    pub leased: Option<Box<Lab>>,
}

/// What came of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// It was answered.
    Reached {
        /// Time from the question to the answer.
        rtt: Duration,
        /// The node that took the question in; not always the one that was meant.
        by: NodeId,
    },
    /// A datagram was taken by a program that did not answer.
    Delivered {
        /// The node of that program.
        by: NodeId,
    },
    /// The host is there, but no program listens on the port: a reset, or port unreachable.
    Refused,
    /// The sender was told that it cannot be reached, or could not send at all.
    Failed(io::ErrorKind),
    /// No answer in time.
    Silent,
    /// The name is unknown to the node that asked.
    UnknownName,
    /// The node that was named has no address.
    NoAddress,
}

impl ProbeReport {
    /// Whether the question got to the node that was meant, and back where an answer was due.
    pub fn reached(&self) -> bool {
        match self.outcome {
            ProbeOutcome::Reached { by, .. } | ProbeOutcome::Delivered { by } => {
                self.to.is_none_or(|to| to == by)
            }
            _ => false,
        }
    }
}

/// What the probing program found out.
#[derive(Clone, Copy, Debug)]
struct Answer {
    address: Option<IpAddr>,
    result: Found,
}

#[derive(Clone, Copy, Debug)]
enum Found {
    Answered(Duration),
    Refused,
    Failed(io::ErrorKind),
    Silent,
    UnknownName,
}

impl Network {
    /// Sends a probe from a host or router and waits for what comes of it. An echo request or a
    /// datagram that is lost is sent again, up to `attempts` times in all.
    pub fn probe(
        &mut self,
        lab: &Lab,
        from: NodeIndex,
        target: &Target,
        service: Option<Service>,
        attempts: u32,
    ) -> ProbeReport {
        let node = NodeId::from(from);
        let recorder = Recorder::default();
        let observer = self.sim.observe(recorder.clone());
        let mut report = ProbeReport {
            from: node,
            to: None,
            address: None,
            service,
            started: self.sim.now(),
            outcome: ProbeOutcome::Silent,
            naming: Vec::new(),
            records: Vec::new(),
            leased: self.leased(lab).map(Box::new),
        };
        match self.ask(lab, node, target, service, attempts) {
            None => report.outcome = ProbeOutcome::NoAddress,
            Some(Answer { address, result }) => {
                report.records = recorder.take();
                if matches!(target, Target::Name(_)) {
                    report.naming = naming(&mut report.records, node);
                }
                report.address = address;
                let destination = address.map(|address| translated(&report, address));
                let by = destination.and_then(|address| taken_by(&report, address));
                report.outcome = match (result, by) {
                    (Found::Answered(rtt), by) => {
                        ProbeOutcome::Reached { rtt, by: by.unwrap_or(node) }
                    }
                    (Found::Silent, Some(by)) if delivered(&report, by) => {
                        ProbeOutcome::Delivered { by }
                    }
                    (Found::Refused, _) => ProbeOutcome::Refused,
                    (Found::Failed(kind), _) => ProbeOutcome::Failed(kind),
                    (Found::Silent, _) => ProbeOutcome::Silent,
                    (Found::UnknownName, _) => ProbeOutcome::UnknownName,
                };
            }
        }
        report.to = match target {
            Target::Node(index) => Some((*index).into()),
            _ => report.address.and_then(|address| self.owner(lab, address)).map(NodeId::from),
        };
        // Whoever forwards a port means the host that it leads to.
        if let Some(address) = report.address {
            let inside = translated(&report, address);
            if inside != address {
                // Several homes may have the same inside address: it is the one that it led to.
                let owner = || self.owner(lab, inside).map(NodeId::from);
                report.to = taken_by(&report, inside).or_else(owner).or(report.to);
            }
        }
        self.sim.unobserve(observer);
        report
    }

    /// Runs the probing program to its end, and the network until it is quiet again.
    fn ask(
        &mut self,
        lab: &Lab,
        node: NodeId,
        target: &Target,
        service: Option<Service>,
        attempts: u32,
    ) -> Option<Answer> {
        let target = match target {
            Target::Node(index) => {
                let mut named: Vec<_> =
                    lab.node(*index).kind.station()?.named_addresses().collect();
                // The one that a program of the asking host would try first.
                if let Some(host) = self.host(node) {
                    host.with_l3(|l3| l3.order_destinations(&mut named));
                }
                let named = named.first().copied();
                Target::Address(named.or_else(|| self.address_of(lab, *index))?)
            }
            other => other.clone(),
        };
        let until = self.sim.now() + TIME_LIMIT;
        let limits = Limits { until, events: EVENT_LIMIT };
        let answer = self.ask_host(node, limits, move |sockets| async move {
            question(&sockets, target, service, attempts).await
        })?;
        // No answer at all: a limit ended the run before the program could.
        Some(answer.unwrap_or(Answer { address: None, result: Found::Silent }))
    }

    /// Runs a program of ours on a host or router, and the network until it is quiet again. `None` for
    /// a node that runs none; within it `None` when a limit ended the run before the program did.
    pub(crate) fn ask_host<T, F>(
        &mut self,
        node: NodeId,
        limits: Limits,
        program: impl FnOnce(Simulated) -> F + Send + 'static,
    ) -> Option<Option<T>>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let slot = Arc::new(Mutex::new(None));
        let writer = Arc::clone(&slot);
        let spec = ProgramSpec { name: "probe".into(), ..ProgramSpec::default() };
        self.sim.command(node, |host: &mut Host, ctx| {
            host.spawn(ctx, spec, |handle| {
                let running = program(Simulated::new(handle));
                async move {
                    let answer = running.await;
                    *writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
                    0
                }
            })
        })?;
        self.sim.run_until_idle(limits);
        Some(slot.lock().unwrap_or_else(PoisonError::into_inner).take())
    }
}

async fn question(
    sockets: &Simulated,
    target: Target,
    service: Option<Service>,
    attempts: u32,
) -> Answer {
    let address = match target {
        Target::Address(address) => address,
        Target::Name(name) => match sockets.resolve(name.as_str()).await {
            Ok(addresses) if !addresses.is_empty() => addresses[0],
            _ => return Answer { address: None, result: Found::UnknownName },
        },
        // Turned into an address before the program was started.
        Target::Node(_) => return Answer { address: None, result: Found::UnknownName },
    };
    let result = match service {
        None => echo(sockets, address, attempts).await,
        Some(Service { port, transport: Transport::Tcp }) => {
            connect(sockets, SocketAddr::new(address, port)).await
        }
        Some(Service { port, transport: Transport::Udp }) => {
            datagram(sockets, SocketAddr::new(address, port), attempts).await
        }
    };
    Answer { address: Some(address), result: result.unwrap_or_else(failed) }
}

async fn echo(sockets: &Simulated, to: IpAddr, attempts: u32) -> io::Result<Found> {
    let socket = sockets.icmp_open(Family::of(to)).await?;
    for sequence in 1..=attempts.min(u32::from(u16::MAX)) as u16 {
        let request = EchoRequest { sequence, payload: &[0; 56], ttl: TTL, dont_fragment: false };
        let sent = sockets.now();
        socket.send_echo(to, request).await?;
        if let Ok(message) = race::timeout(sockets, PATIENCE, socket.recv()).await {
            return Ok(match message?.kind {
                IcmpKind::EchoReply { .. } => Found::Answered(sockets.now() - sent),
                IcmpKind::Error(error) => Found::Failed(kind_of(error)),
            });
        }
    }
    Ok(Found::Silent)
}

async fn connect(sockets: &Simulated, to: SocketAddr) -> io::Result<Found> {
    let sent = sockets.now();
    let options = ConnectOptions { timeout: Some(HANDSHAKE_PATIENCE), ..ConnectOptions::default() };
    match sockets.tcp_connect(to, options).await {
        Ok(_) => Ok(Found::Answered(sockets.now() - sent)),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(Found::Refused),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(Found::Silent),
        Err(error) => Err(error),
    }
}

async fn datagram(sockets: &Simulated, to: SocketAddr, attempts: u32) -> io::Result<Found> {
    let any = match to {
        SocketAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::from(Ipv6Addr::UNSPECIFIED),
    };
    let socket = sockets.udp_bind((any, 0).into()).await?;
    socket.connect(to).await?;
    let mut buffer = [0; 64];
    for _ in 0..attempts {
        let sent = sockets.now();
        socket.send(DATAGRAM).await?;
        match race::timeout(sockets, PATIENCE, socket.recv(&mut buffer)).await {
            Ok(Ok(_)) => return Ok(Found::Answered(sockets.now() - sent)),
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
                return Ok(Found::Refused);
            }
            Ok(Err(error)) => return Err(error),
            Err(Elapsed(_)) => {}
        }
    }
    Ok(Found::Silent)
}

fn failed(error: io::Error) -> Found {
    Found::Failed(error.kind())
}

/// The error that Linux gives a program for an ICMP error.
fn kind_of(error: IcmpError) -> io::ErrorKind {
    match error {
        IcmpError::Unreachable(Unreachable::Network | Unreachable::NetworkUnknown) => {
            io::ErrorKind::NetworkUnreachable
        }
        IcmpError::Unreachable(Unreachable::Port) => io::ErrorKind::ConnectionRefused,
        _ => io::ErrorKind::HostUnreachable,
    }
}

/// Takes what came before the name was known out of the records, or all when it never was.
fn naming(records: &mut Vec<Record>, from: NodeId) -> Vec<Record> {
    let known = |record: &Record| {
        record.place.node() == from && matches!(record.event, TraceEvent::NameResolved { .. })
    };
    let probe = match records.iter().position(known) {
        Some(at) => records.split_off(at + 1),
        None => Vec::new(),
    };
    std::mem::replace(records, probe)
}

/// The address to which the probe went in the end, where its destination was translated.
fn translated(report: &ProbeReport, address: IpAddr) -> IpAddr {
    let mut to = SocketAddr::new(address, report.service.map_or(0, |service| service.port));
    for record in &report.records {
        if let TraceEvent::Nat(NatEvent::Translated { by, destination, new_destination, .. }) =
            &record.event
            && *by != Translation::Answer
            && *destination == to
        {
            to = *new_destination;
        }
    }
    to.ip()
}

/// The node that took in what the probe sent to this address.
fn taken_by(report: &ProbeReport, address: IpAddr) -> Option<NodeId> {
    report.records.iter().find_map(|record| match record.event {
        TraceEvent::PacketForUs { destination, .. } if destination == address => {
            Some(record.place.node())
        }
        TraceEvent::LoopedBack { destination } if destination == address => Some(report.from),
        _ => None,
    })
}

/// Whether a program on this node took the probe's datagram.
fn delivered(report: &ProbeReport, by: NodeId) -> bool {
    let Some(Service { port, transport: Transport::Udp }) = report.service else { return false };
    report.records.iter().any(|record| {
        matches!(record.event, TraceEvent::DatagramDelivered { local, .. } if local.port() == port)
            && record.place.node() == by
    })
}
