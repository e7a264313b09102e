//! Sends the probes, one at a time, and prints the hops.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Args;
use super::protocol::{Answer, Meaning, default_length, headline, hop_line, payload_length};
use crate::console::{Console, ExitCode};
use crate::endpoint;
use crate::icmp::{self, EchoRequest, IcmpKind};
use crate::race::{Either, select, timeout};
use crate::sockets::{Family, IcmpSocket, MessageTooLong, Sockets, UdpSocket};
use crate::text;

/// Runs `traceroute`.
pub async fn run<S: Sockets, C: Console>(sockets: S, console: C, args: Args) -> ExitCode {
    match trace(&sockets, &console, &args).await {
        Ok(code) => code,
        Err(message) => {
            console.error(&format!("traceroute: {message}"));
            ExitCode::ERROR
        }
    }
}

async fn trace<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &Args,
) -> Result<ExitCode, String> {
    if args.first > args.max_hops {
        return Err(format!(
            "--first {} is beyond --max-hops {}: nothing to probe",
            args.first, args.max_hops
        ));
    }
    let destination = endpoint::resolve_one(sockets, &args.host, args.family()).await?;
    let family = Family::of(destination);
    let length = args.packet_length.unwrap_or(default_length(family));
    let mut prober = Prober {
        sockets,
        destination,
        payload: vec![b'@'; payload_length(family, length)],
        args,
        icmp: None,
        number: 0,
    };
    if args.icmp {
        let socket = sockets.icmp_open(family).await;
        prober.icmp = Some(socket.map_err(|error| icmp::cannot_open(&error))?);
    }
    console.print_line(&headline(&args.host, destination, args.max_hops, length));
    for ttl in args.first..=args.max_hops {
        let mut answers = Vec::new();
        for _ in 0..args.queries {
            answers.push(prober.probe(ttl).await.map_err(
                |error| match MessageTooLong::in_error(&error) {
                    Some(reason) => format!("send: {reason}"),
                    None => format!("connect: {}", text::describe(&error)),
                },
            )?);
        }
        console.print_line(&hop_line(ttl, &answers));
        let meanings = || answers.iter().flatten().map(|answer| &answer.meaning);
        if meanings().any(|meaning| *meaning == Meaning::Arrived) {
            return Ok(ExitCode::SUCCESS);
        }
        if meanings().any(|meaning| *meaning != Meaning::OnTheWay) {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::FAILURE)
}

struct Prober<'a, S: Sockets> {
    sockets: &'a S,
    destination: IpAddr,
    payload: Vec<u8>,
    args: &'a Args,
    /// Where probes are echo requests.
    icmp: Option<S::IcmpSocket>,
    /// Probes so far.
    number: u16,
}

impl<S: Sockets> Prober<'_, S> {
    async fn probe(&mut self, ttl: u8) -> io::Result<Option<Answer>> {
        self.number = self.number.wrapping_add(1);
        let sent = self.sockets.now();
        let answer = match &self.icmp {
            Some(socket) => {
                let answer = self.echo(socket, ttl);
                timeout(self.sockets, self.args.wait, answer).await
            }
            None => timeout(self.sockets, self.args.wait, self.udp(ttl)).await,
        };
        let time = self.sockets.now() - sent;
        match answer {
            Ok(answer) => answer.map(|(from, meaning)| Some(Answer { from, time, meaning })),
            Err(_) => Ok(None),
        }
    }

    async fn echo(&self, socket: &S::IcmpSocket, ttl: u8) -> io::Result<(IpAddr, Meaning)> {
        let request = EchoRequest {
            sequence: self.number,
            payload: &self.payload,
            ttl,
            dont_fragment: self.args.dont_fragment,
        };
        socket.send_echo(self.destination, request).await?;
        loop {
            let message = socket.recv().await?;
            // An answer to an earlier probe that was given up.
            if message.about.sequence != self.number {
                continue;
            }
            let meaning = match message.kind {
                IcmpKind::EchoReply { .. } => Meaning::Arrived,
                IcmpKind::Error(error) => Meaning::of(error),
            };
            return Ok((message.from, meaning));
        }
    }

    /// A fresh socket and port for each probe tell late answers from the one that is awaited.
    async fn udp(&self, ttl: u8) -> io::Result<(IpAddr, Meaning)> {
        let any = match self.destination {
            IpAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::from(Ipv6Addr::UNSPECIFIED),
        };
        let socket = self.sockets.udp_bind(SocketAddr::new(any, 0)).await?;
        socket.set_ttl(ttl)?;
        socket.set_error_queue(true)?;
        socket.set_dont_fragment(self.args.dont_fragment)?;
        let port = self.args.port.wrapping_add(self.number - 1).max(1);
        socket.connect(SocketAddr::new(self.destination, port)).await?;
        socket.send(&self.payload).await?;
        let mut buffer = [0];
        let error = match select(socket.recv_error(), socket.recv(&mut buffer)).await {
            Either::First(error) => error?,
            // Somebody listens on the port after all.
            Either::Second(Ok(_)) => return Ok((self.destination, Meaning::Arrived)),
            // Told once in short; the queue tells it in full.
            Either::Second(Err(_)) => socket.recv_error().await?,
        };
        Ok((error.from, Meaning::of(error.error)))
    }
}
