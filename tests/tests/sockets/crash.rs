//! A simulated host loses its power: its programs are gone at once and say nothing to anybody.

use std::io::ErrorKind as Kind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use lanternet_apps::sockets::{
    ConnectOptions, Keepalive, ListenOptions, Sockets as _, TcpListener as _, TcpStream as _,
};
use lanternet_core::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::worlds::{Dropped, Stage};

const LAB: &str = "
name: a router between
nodes:
  a: { kind: host, address: 10.0.1.1/24, gateway: 10.0.1.254 }
  b: { kind: host, address: 10.0.2.1/24, gateway: 10.0.2.254 }
  r:
    kind: router
    interfaces: { eth0: { address: 10.0.1.254/24 }, eth1: { address: 10.0.2.254/24 } }
links: [a -- r:eth0, b -- r:eth1]
";

const SECOND: Duration = Duration::from_secs(1);

fn server() -> SocketAddr {
    SocketAddr::from(([10, 0, 2, 1], 7000))
}

/// A server that greets and then waits, in a task of its own for each client.
fn stage_with_server(dropped: &Arc<Mutex<Vec<&'static str>>>) -> Stage {
    let mut stage = Stage::new(LAB);
    let dropped = Arc::clone(dropped);
    stage.start(("b", Duration::ZERO), move |sockets| async move {
        let _main = Dropped(Arc::clone(&dropped), "main");
        let listener = sockets.tcp_listen(server(), ListenOptions::default()).await.unwrap();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let task = Dropped(Arc::clone(&dropped), "task");
            sockets.spawn(async move {
                let _task = task;
                stream.write_all(b"welcome").await.unwrap();
                let _ = stream.read(&mut [0; 8]).await;
            });
        }
    });
    stage
}

/// Runs until the server is gone, checks that nothing of it is left, and lets the client finish.
fn crash_at(mut stage: Stage, dropped: &Mutex<Vec<&'static str>>, restart: Option<Duration>) {
    stage.run_until(SECOND);
    assert!(dropped.lock().unwrap().is_empty());
    let node = stage.node("b");
    stage.sim.crash(node);
    let mut gone = dropped.lock().unwrap().clone();
    gone.sort_unstable();
    assert_eq!(gone, ["main", "task"]);
    if let Some(at) = restart {
        stage.run_until(at);
        stage.sim.restart(node);
    }
    stage.finish_client("a");
}

#[test]
fn a_peer_that_asks_nothing_learns_nothing_and_one_that_asks_times_out() {
    let dropped = Arc::default();
    let mut stage = stage_with_server(&dropped);
    stage.start(("a", Duration::from_millis(500)), |sockets| async move {
        let mut stream = sockets.tcp_connect(server(), ConnectOptions::default()).await.unwrap();
        let mut welcome = [0; 7];
        stream.read_exact(&mut welcome).await.unwrap();
        let reading = stream.read(&mut welcome);
        let waited = lanternet_apps::race::timeout(&sockets, SECOND * 10, reading).await;
        assert!(waited.is_err(), "neither FIN nor reset: the host had no time for either");
        // Asked before the router notices that the host is gone.
        let keepalive = Keepalive { idle: SECOND, interval: SECOND, probes: 3 };
        stream.set_keepalive(Some(keepalive)).unwrap();
        let error = stream.read(&mut welcome).await.unwrap_err();
        assert_eq!(error.kind(), Kind::TimedOut);
    });
    crash_at(stage, &dropped, None);
}

#[test]
fn after_its_restart_the_host_resets_what_it_does_not_know() {
    let dropped = Arc::default();
    let mut stage = stage_with_server(&dropped);
    stage.start(("a", Duration::from_millis(500)), |sockets| async move {
        let mut stream = sockets.tcp_connect(server(), ConnectOptions::default()).await.unwrap();
        stream.read_exact(&mut [0; 7]).await.unwrap();
        sockets.sleep(SECOND * 5).await;
        stream.write_all(b"still there?").await.unwrap();
        let error = stream.read(&mut [0; 8]).await.unwrap_err();
        assert_eq!(error.kind(), Kind::ConnectionReset);
        // The programs of a host that lost its power are not started again by themselves.
        let refused = sockets.tcp_connect(server(), ConnectOptions::default()).await;
        assert_eq!(refused.unwrap_err().kind(), Kind::ConnectionRefused);
    });
    crash_at(stage, &dropped, Some(SECOND * 2));
}
