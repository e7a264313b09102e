//! One TCP flow through a switch: how many simulated bytes go through per second of wall time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lanternet_core::{Duration, Instant, LinkSettings, MacAddr, NodeId, Rng, Simulation};
use lanternet_net::host::stream::{TcpListener, TcpStream};
use lanternet_net::host::{Handle, Host, HostConfig, ProgramSpec};
use lanternet_net::l2::{BridgeConfig, Switch};
use lanternet_net::l3::{InterfaceConfig, L3Config};

use crate::measure::Table;

/// Simulated time of one piece of work.
const SLICE: Duration = Duration::from_millis(2);
const PORT: u16 = 5001;
const CHUNK: usize = 64 << 10;

pub(crate) fn run() {
    let mut table = Table::new("one TCP flow through a switch, 1500-byte packets", "bit");
    table.row("1 Gbit/s (baseline)", Flow::new(1).work());
    table.row("10 Gbit/s", Flow::new(10).work());
    table.print();
}

/// A sender, a receiver, and what it got.
pub(crate) struct Flow {
    pub(crate) sim: Simulation,
    received: Arc<AtomicU64>,
}

impl Flow {
    pub(crate) fn new(gigabits: u64) -> Self {
        let mut sim = Simulation::new(1);
        let a = host(&mut sim, "a", "10.0.0.1/24");
        let b = host(&mut sim, "b", "10.0.0.2/24");
        let switch = sim.add_node("switch", Switch::new(BridgeConfig::with_ports(2)));
        let settings = LinkSettings {
            rate: Some(gigabits * 1_000_000_000),
            delay: Duration::from_micros(5),
            ..LinkSettings::default()
        };
        for (number, node) in ["1", "2"].into_iter().zip([a, b]) {
            let port = sim.add_port(switch, number);
            let station = sim.topology().ports(node).next().expect("a host has a port");
            sim.add_link([station, port], [settings.clone(), settings.clone()]);
        }
        let received = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&received);
        spawn(&mut sim, b, |handle| async move {
            let address = SocketAddr::from(([0, 0, 0, 0], PORT));
            let Ok(listener) = TcpListener::listen(&handle, address, 1, &[]) else { return 1 };
            let Ok((stream, _)) = listener.accept().await else { return 1 };
            let mut buffer = vec![0; CHUNK];
            while let Ok(len @ 1..) = stream.read(&mut buffer).await {
                counter.fetch_add(len as u64, Ordering::Relaxed);
            }
            0
        });
        spawn(&mut sim, a, |handle| async move {
            let peer = SocketAddr::from(([10, 0, 0, 2], PORT));
            let Ok(stream) = TcpStream::connect(&handle, peer, None, &[]).await else { return 1 };
            let data = vec![0x5a; CHUNK];
            while stream.write_all(&data).await.is_ok() {}
            0
        });
        let mut flow = Self { sim, received };
        // Past the handshake and the slow start.
        flow.sim.run_until(Instant::from_millis(200));
        flow
    }

    /// Slices of simulated time, for a table: bits that the receiving program got.
    pub(crate) fn work(mut self) -> impl FnMut() -> u64 {
        move || {
            let before = self.received.load(Ordering::Relaxed);
            self.sim.run_until(self.sim.now() + SLICE);
            let bits = (self.received.load(Ordering::Relaxed) - before) * 8;
            assert!(bits > 0, "the flow has stopped");
            bits
        }
    }
}

fn host(sim: &mut Simulation, name: &str, address: &str) -> NodeId {
    let address = address.parse().expect("an address");
    let interface = InterfaceConfig::new(MacAddr::derive(1, name, "eth0")).with_address(address);
    let l3 = L3Config { interfaces: vec![interface], ..L3Config::default() };
    let node = sim.add_node(name, Host::new(HostConfig::new(l3, Rng::named(1, name))));
    sim.add_port(node, "eth0");
    node
}

fn spawn<F>(sim: &mut Simulation, node: NodeId, program: impl FnOnce(Handle) -> F + Send + 'static)
where
    F: Future<Output = u8> + Send + 'static,
{
    let spec = ProgramSpec { name: "bench".into(), ..ProgramSpec::default() };
    sim.command(node, |host: &mut Host, ctx| host.spawn(ctx, spec, program));
}
