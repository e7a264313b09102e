//! Bytes that are sent over TCP arrive, all of them and in order, whatever the line does to the
//! frames: loses them, lets them overtake, doubles them, flips a bit, lets them wait and overflow.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use lanternet_apps::Simulated;
use lanternet_apps::sockets::{ConnectOptions, ListenOptions, Sockets, TcpListener};
use lanternet_core::{Duration, Instant, Limits, Rng, Stop};
use lanternet_lab::Network;
use lanternet_net::host::{Host, ProgramSpec};
use lanternet_tests::labs;
use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// What a line does, in percent, and its other settings as the lab has them.
#[derive(Clone, Debug)]
struct Line {
    loss: u32,
    reorder: u32,
    duplicate: u32,
    corrupt: u32,
    delay: u64,
    jitter: u64,
    rate: Option<u32>,
    queue: u32,
}

impl Line {
    fn settings(&self) -> String {
        let Self { loss, reorder, duplicate, corrupt, delay, jitter, rate, queue } = self;
        let rate = rate.map_or(String::new(), |rate| format!(", rate: {rate} Mbit"));
        format!(
            "loss: {loss}%, reorder: {reorder}%, duplicate: {duplicate}%, corrupt: {corrupt}%, \
             delay: {delay}ms, jitter: {}ms, queue: {queue} packets{rate}",
            jitter.min(delay)
        )
    }
}

fn lines(corrupt: u32) -> impl Strategy<Value = Line> {
    let rate = prop_oneof![Just(None), (1..=100_u32).prop_map(Some)];
    (0..=12_u32, 0..=25_u32, 0..=10_u32, 0..=corrupt, 1..=60_u64, 0..=20_u64, rate, 5..=100_u32)
        .prop_map(|(loss, reorder, duplicate, corrupt, delay, jitter, rate, queue)| Line {
            loss,
            reorder,
            duplicate,
            corrupt,
            delay,
            jitter,
            rate,
            queue,
        })
}

/// What one end sends and how it goes about it.
#[derive(Clone, Debug)]
struct Side {
    bytes: usize,
    /// The longest piece that is written, and read, at once.
    piece: usize,
    /// Between two pieces that are read.
    pause: u64,
}

fn sides() -> impl Strategy<Value = Side> {
    (0..60_000_usize, 1..5_000_usize, prop_oneof![3 => Just(0_u64), 1 => 1..20_u64])
        .prop_map(|(bytes, piece, pause)| Side { bytes, piece, pause })
}

type Outcome = Arc<Mutex<Option<io::Result<Vec<u8>>>>>;

fn content(seed: u64, name: &str, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    Rng::named(seed, name).fill(&mut bytes);
    bytes
}

/// Sends all of `data` and half-closes, while reading to the end.
async fn talk<S: AsyncRead + AsyncWrite>(
    sockets: Simulated,
    stream: S,
    data: Vec<u8>,
    side: Side,
    seed: u64,
) -> io::Result<Vec<u8>> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let writing = async {
        let mut rng = Rng::named(seed, "pieces");
        let mut rest = &data[..];
        while !rest.is_empty() {
            let len = (1 + rng.below(side.piece as u64) as usize).min(rest.len());
            writer.write_all(&rest[..len]).await?;
            rest = &rest[len..];
        }
        writer.shutdown().await
    };
    let reading = async {
        let mut all = Vec::new();
        let mut buffer = vec![0; side.piece];
        loop {
            match reader.read(&mut buffer).await? {
                0 => return Ok::<_, io::Error>(all),
                len => all.extend_from_slice(&buffer[..len]),
            }
            if side.pause > 0 {
                sockets.sleep(Duration::from_millis(side.pause)).await;
            }
        }
    };
    let (written, read) = join(writing, reading).await;
    written.and(read)
}

/// Both futures to their end.
async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (std::pin::pin!(a), std::pin::pin!(b));
    let (mut of_a, mut of_b) = (None, None);
    std::future::poll_fn(|context| {
        if of_a.is_none()
            && let std::task::Poll::Ready(output) = a.as_mut().poll(context)
        {
            of_a = Some(output);
        }
        if of_b.is_none()
            && let std::task::Poll::Ready(output) = b.as_mut().poll(context)
        {
            of_b = Some(output);
        }
        match (of_a.take(), of_b.take()) {
            (Some(a), Some(b)) => std::task::Poll::Ready((a, b)),
            (a, b) => {
                (of_a, of_b) = (a, b);
                std::task::Poll::Pending
            }
        }
    })
    .await
}

fn spawn<F>(
    network: &mut Network,
    node: &str,
    outcome: &Outcome,
    program: impl FnOnce(Simulated) -> F + Send + 'static,
) where
    F: Future<Output = io::Result<Vec<u8>>> + Send + 'static,
{
    let node = network.sim.topology().find_node(node).expect("the lab has it");
    let slot = Arc::clone(outcome);
    network.sim.command(node, |host: &mut Host, ctx| {
        host.spawn(ctx, ProgramSpec::default(), |handle| {
            let running = program(Simulated::new(handle));
            async move {
                let end = running.await;
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
                0
            }
        })
    });
}

fn take(outcome: &Outcome) -> io::Result<Vec<u8>> {
    let taken = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
    taken.unwrap_or_else(|| Err(io::Error::other("it has not ended")))
}

fn exchange(seed: u64, line: &Line, client: &Side, server: &Side) -> Result<(), TestCaseError> {
    let text = format!(
        "seed: {seed}
nodes:
  a: {{ kind: host, address: 10.0.0.1/24, gateway: 10.0.0.254 }}
  b: {{ kind: host, address: 10.0.1.1/24, gateway: 10.0.1.254 }}
  sw: {{ kind: switch }}
  r:
    kind: router
    interfaces:
      eth0: {{ address: 10.0.0.254/24 }}
      eth1: {{ address: 10.0.1.254/24 }}
links:
  - a -- sw
  - sw -- r:eth0
  - {{ between: [\"r:eth1\", b], {} }}
",
        line.settings()
    );
    let lab = labs::parse(&text);
    let mut network = Network::build(&lab);
    let (up, down) = (content(seed, "up", client.bytes), content(seed, "down", server.bytes));
    let (of_client, of_server) = (Outcome::default(), Outcome::default());
    let (data, side) = (down.clone(), server.clone());
    spawn(&mut network, "b", &of_server, move |sockets| async move {
        let any: SocketAddr = ([0, 0, 0, 0], 7000).into();
        let listener = sockets.tcp_listen(any, ListenOptions::default()).await?;
        let (stream, _) = listener.accept().await?;
        talk(sockets, stream, data, side, seed).await
    });
    let (data, side) = (up.clone(), client.clone());
    spawn(&mut network, "a", &of_client, move |sockets| async move {
        let server: SocketAddr = ([10, 0, 1, 1], 7000).into();
        // ARP may fail on such a line: once more then, as a person would.
        let mut tries = 0;
        let stream = loop {
            tries += 1;
            match sockets.tcp_connect(server, ConnectOptions::default()).await {
                Ok(stream) => break stream,
                Err(error) if tries == 5 => return Err(error),
                Err(_) => {}
            }
        };
        talk(sockets, stream, data, side, seed).await
    });
    let limits = Limits { until: Instant::from_secs(6 * 3600), events: 3_000_000 };
    let stop = network.sim.run_until_idle(limits);
    let (client, server) = (take(&of_client), take(&of_server));
    let at = network.sim.now();
    prop_assert_eq!(
        stop,
        Stop::Idle,
        "{:?} {:?}",
        client.map(|b| b.len()),
        server.map(|b| b.len())
    );
    for (name, got, sent) in [("server", server, up), ("client", client, down)] {
        match got {
            Ok(got) => {
                let first = got.iter().zip(&sent).position(|(a, b)| a != b);
                prop_assert_eq!(first, None, "{}: the first byte that differs\n{}", name, text);
                prop_assert_eq!(got.len(), sent.len(), "{}\n{}", name, text);
            }
            Err(error) => prop_assert!(false, "{name} at {at:?}: {error}\n{text}"),
        }
    }
    Ok(())
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn bytes_arrive_whatever_is_lost_doubled_or_overtaken(
        seed: u64, line in lines(0), client in sides(), server in sides(),
    ) {
        exchange(seed, &line, &client, &server)?;
    }

    #[test]
    fn bytes_arrive_although_bits_are_flipped(
        seed: u64, line in lines(5), client in sides(), server in sides(),
    ) {
        exchange(seed, &line, &client, &server)?;
    }
}
