//! The same two programs in different worlds.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use lanternet_apps::simulated::Machine;
use lanternet_apps::{Simulated, Sockets};
use lanternet_core::{Duration, Instant, NodeId, Simulation};
use lanternet_lab::{Network, parse};
use lanternet_live::Os;
use lanternet_net::host::{Host, ProgramSpec};

/// Two programs that talk.
pub(crate) trait Scene: Copy + Send + 'static {
    /// Begins at once.
    fn server<S: Sockets>(self, sockets: S, at: SocketAddr) -> impl Future<Output = ()> + Send;
    /// Begins when the server listens.
    fn client<S: Sockets>(self, sockets: S, at: SocketAddr) -> impl Future<Output = ()> + Send;
}

/// How long the client waits for the server to listen.
const HEAD_START: Duration = Duration::from_millis(50);
/// No scene is longer.
const LONGEST: Duration = Duration::from_secs(60);

/// A scene, played in three worlds by three tests.
#[macro_export]
macro_rules! scene {
    ($name:ident: server($s:ident, $at:ident) $server:block client($c:ident, $to:ident) $client:block) => {
        mod $name {
            use super::*;
            #[derive(Clone, Copy)]
            struct It;
            impl $crate::worlds::Scene for It {
                #[allow(unused_variables, reason = "some only listen, some have no server")]
                async fn server<S: Sockets>(self, $s: S, $at: SocketAddr) $server
                #[allow(unused_variables, reason = "as above")]
                async fn client<S: Sockets>(self, $c: S, $to: SocketAddr) $client
            }
            #[test]
            fn between_two_simulated_hosts() {
                $crate::worlds::between(It);
            }
            #[test]
            fn within_one_simulated_host() {
                $crate::worlds::within(It);
            }
            #[test]
            fn on_this_machine() {
                $crate::worlds::live(It);
            }
        }
    };
}

const LAB: &str = "
name: two hosts
nodes:
  a: { kind: host, addresses: [10.0.0.1/24, 'fd00::1/64'] }
  b: { kind: host, addresses: [10.0.0.2/24, 'fd00::2/64'] }
  sw: { kind: switch }
links: [a -- sw, b -- sw]
";

/// A network of the simulation, and what its hosts' programs do.
pub(crate) struct Stage {
    pub(crate) sim: Simulation,
    scenes: Vec<(&'static str, Arc<AtomicBool>)>,
}

impl Stage {
    #[track_caller]
    pub(crate) fn new(lab: &str) -> Self {
        let lab = match parse(lab, "lab.yaml") {
            Ok((lab, _)) => lab,
            Err(diagnostics) => panic!("{}", diagnostics.plain()),
        };
        Self { sim: Network::build(&lab).sim, scenes: Vec::new() }
    }

    pub(crate) fn node(&self, name: &str) -> NodeId {
        self.sim.topology().find_node(name).unwrap()
    }

    /// Starts a program on a host at a time.
    pub(crate) fn start<F: Future<Output = ()> + Send + 'static>(
        &mut self,
        (on, at): (&'static str, Duration),
        program: impl FnOnce(Simulated) -> F + Send + 'static,
    ) {
        let node = self.node(on);
        let done = Arc::new(AtomicBool::new(false));
        self.scenes.push((on, Arc::clone(&done)));
        let spec = ProgramSpec { name: on.into(), at: Instant::ZERO + at, ..Default::default() };
        let machine = Arc::new(Machine::new(on, Arc::default()));
        let started = self.sim.command(node, |host: &mut Host, ctx| {
            host.spawn(ctx, spec, |handle| async move {
                program(Simulated::new(handle).on(machine)).await;
                done.store(true, Ordering::Relaxed);
                0
            })
        });
        assert!(started.is_some(), "{on} runs programs");
    }

    /// Runs until this time.
    pub(crate) fn run_until(&mut self, time: Duration) {
        self.sim.run_until(Instant::ZERO + time);
    }

    /// Runs to the end of all programs.
    #[track_caller]
    pub(crate) fn finish(self) {
        self.finish_those(|_| true);
    }

    /// Runs to the end of this host's programs.
    #[track_caller]
    pub(crate) fn finish_client(self, host: &str) {
        self.finish_those(|on| on == host);
    }

    #[track_caller]
    fn finish_those(mut self, wanted: impl Fn(&str) -> bool) {
        self.run_until(LONGEST);
        for (on, done) in self.scenes.iter().filter(|(on, _)| wanted(on)) {
            assert!(done.load(Ordering::Relaxed), "the program on {on} still waits for something");
        }
    }
}

/// The client on one host, the server on another, a switch between them.
pub(crate) fn between(scene: impl Scene) {
    let at = SocketAddr::from(([10, 0, 0, 2], 7000));
    let mut stage = Stage::new(LAB);
    stage.start(("b", Duration::ZERO), move |sockets| scene.server(sockets, at));
    stage.start(("a", HEAD_START), move |sockets| scene.client(sockets, at));
    stage.finish();
}

/// Both on one host.
pub(crate) fn within(scene: impl Scene) {
    let at = SocketAddr::from(([10, 0, 0, 1], 7000));
    let mut stage = Stage::new(LAB);
    stage.start(("a", Duration::ZERO), move |sockets| scene.server(sockets, at));
    stage.start(("a", HEAD_START), move |sockets| scene.client(sockets, at));
    stage.finish();
}

/// Both on this machine, over its loopback interface.
pub(crate) fn live(scene: impl Scene) {
    // An address and a port of each test's own: they run side by side, and those of the last run may
    // linger.
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let process = std::process::id() as u16;
    let [high, low] = process.to_be_bytes();
    let address = Ipv4Addr::new(127, high | 1, low, number as u8 | 1);
    let port = 10_000 + (process.wrapping_mul(37).wrapping_add(number * 13)) % 20_000;
    play(scene, SocketAddr::new(IpAddr::V4(address), port));
}

fn play(scene: impl Scene, at: SocketAddr) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let sockets = Os::new();
        let client = async {
            sockets.sleep(HEAD_START).await;
            scene.client(sockets.clone(), at).await;
        };
        let both = lanternet_apps::race::try_join(
            async {
                scene.server(sockets.clone(), at).await;
                Ok::<(), ()>(())
            },
            async {
                client.await;
                Ok(())
            },
        );
        tokio::time::timeout(LONGEST.into(), both).await.expect("a scene ends").unwrap();
    });
}

/// Tells when it is dropped.
pub(crate) struct Dropped(pub(crate) Arc<Mutex<Vec<&'static str>>>, pub(crate) &'static str);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(self.1);
    }
}
