//! This machine's own sockets, on 127.0.0.1.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use std::time::SystemTime;

use lanternet_apps::sockets::{ConnectOptions, Family, ListenOptions, Sockets, UdpOptions};
use lanternet_apps::{Command, ExitCode};
use lanternet_core::{Duration, Instant};
use lanternet_live::{Os, OsIcmp, OsListener, OsStream, OsUdp};

use super::console::MemoryConsole;

/// This machine, where one more name is known: `two-addresses`, closed first and open second, to see
/// a client try both.
#[derive(Clone)]
pub struct Machine(Os);

impl Sockets for Machine {
    type TcpStream = OsStream;
    type TcpListener = OsListener;
    type UdpSocket = OsUdp;
    type IcmpSocket = OsIcmp;

    async fn tcp_listen(&self, on: SocketAddr, options: ListenOptions) -> io::Result<OsListener> {
        self.0.tcp_listen(on, options).await
    }

    async fn tcp_connect(&self, to: SocketAddr, options: ConnectOptions) -> io::Result<OsStream> {
        self.0.tcp_connect(to, options).await
    }

    async fn udp_bind_with(&self, on: SocketAddr, options: UdpOptions) -> io::Result<OsUdp> {
        self.0.udp_bind_with(on, options).await
    }

    async fn icmp_open(&self, family: Family) -> io::Result<OsIcmp> {
        self.0.icmp_open(family).await
    }

    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match name {
            "two-addresses" => {
                Ok(vec![Ipv4Addr::new(127, 0, 0, 2).into(), Ipv4Addr::LOCALHOST.into()])
            }
            _ => self.0.resolve(name).await,
        }
    }

    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }

    fn now(&self) -> Instant {
        self.0.now()
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(task);
    }

    fn time_of_day(&self) -> SystemTime {
        self.0.time_of_day()
    }

    fn is_repeatable(&self) -> bool {
        self.0.is_repeatable()
    }

    fn host_name(&self) -> String {
        self.0.host_name()
    }

    fn random_u64(&self) -> u64 {
        self.0.random_u64()
    }

    fn default_bind(&self) -> IpAddr {
        self.0.default_bind()
    }
}

/// A server on 127.0.0.1 that runs until the test ends.
pub struct Server {
    pub console: MemoryConsole,
    pub port: u16,
}

/// Starts `line` on a port that the system chooses.
pub async fn start(line: &str) -> Server {
    let console = MemoryConsole::default();
    let command = Command::parse(&format!("{line} --port 0")).unwrap();
    tokio::spawn(lanternet_apps::run(command, Machine(Os::new()), console.clone()));
    let output = console.wait_for("\n").await;
    let address = output.split([' ', ',', '\n']).find(|word| word.starts_with("127.0.0.1:"));
    let port = address.unwrap().rsplit(':').next().unwrap().parse().unwrap();
    Server { console, port }
}

/// Runs `line` to its end; its exit code, output and errors.
pub async fn run(line: &str, input: &[&str]) -> (ExitCode, String, String) {
    let console = MemoryConsole::with_input(input);
    let command = Command::parse(line).unwrap();
    let code = lanternet_apps::run(command, Machine(Os::new()), console.clone()).await;
    (code, console.output(), console.errors())
}
