//! This machine, as a program sees it.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::SystemTime;

use lanternet_apps::Sockets;
use lanternet_apps::sockets::{ConnectOptions, Family, ListenOptions, Listening, UdpOptions};
use lanternet_core::{Duration, Instant};
use lanternet_net::host::DnsSettings;
use lanternet_net::services::{self as iana, Transport};

use crate::kind::{self, OsIcmp};
use crate::resolv_conf;
use crate::services;
use crate::tcp::{self, OsListener, OsStream};
use crate::udp::OsUdp;

/// This machine: its sockets, its names, its clock. To be used inside a tokio runtime.
#[derive(Clone, Debug)]
pub struct Os(Arc<Machine>);

#[derive(Debug)]
struct Machine {
    began: std::time::Instant,
}

impl Os {
    /// The machine, whose clock starts now.
    pub fn new() -> Self {
        Self(Arc::new(Machine { began: std::time::Instant::now() }))
    }
}

impl Default for Os {
    fn default() -> Self {
        Self::new()
    }
}

impl Sockets for Os {
    type TcpStream = OsStream;
    type TcpListener = OsListener;
    type UdpSocket = OsUdp;
    type IcmpSocket = OsIcmp;

    async fn tcp_listen(&self, on: SocketAddr, options: ListenOptions) -> io::Result<OsListener> {
        tcp::listen(on, options)
    }

    async fn tcp_connect(&self, to: SocketAddr, options: ConnectOptions) -> io::Result<OsStream> {
        tcp::connect(to, options).await
    }

    async fn udp_bind_with(&self, on: SocketAddr, options: UdpOptions) -> io::Result<OsUdp> {
        OsUdp::bind(on, options)
    }

    async fn icmp_open(&self, family: Family) -> io::Result<OsIcmp> {
        OsIcmp::open(family)
    }

    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        if let Ok(address) = name.parse() {
            return Ok(vec![address]);
        }
        // The system gives an address once per kind of socket.
        let mut addresses: Vec<IpAddr> = Vec::new();
        let found = tokio::net::lookup_host((name, 0)).await;
        // What getaddrinfo says of an unknown name is no errno and has no kind of its own.
        let found = found.map_err(|error| match error.raw_os_error() {
            None => io::Error::from(io::ErrorKind::NotFound),
            Some(_) => error,
        })?;
        for address in found.map(|address| address.ip()) {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        if addresses.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(addresses)
    }

    fn name_servers(&self) -> DnsSettings {
        resolv_conf::read()
    }

    fn has_address(&self, family: Family) -> bool {
        // A UDP socket that is connected sends nothing: the system looks for a route and a source. The
        // addresses are those of documents (RFC 5737, RFC 3849).
        let (own, far): (IpAddr, IpAddr) = match family {
            Family::V4 => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
            Family::V6 => {
                let far = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
                (Ipv6Addr::UNSPECIFIED.into(), far.into())
            }
        };
        std::net::UdpSocket::bind((own, 0)).and_then(|socket| socket.connect((far, 9))).is_ok()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration.into()).await;
    }

    fn now(&self) -> Instant {
        Instant::ZERO + Duration::from(self.0.began.elapsed())
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(task);
    }

    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            // It is never cancelled but when the runtime ends, and then nobody waits: a bug of the work's.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn time_of_day(&self) -> SystemTime {
        SystemTime::now()
    }

    fn random_u64(&self) -> u64 {
        // A system without random numbers is none that secrets can be made on.
        getrandom::u64().expect("the system gives random numbers")
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    fn host_name(&self) -> String {
        gethostname::gethostname().to_string_lossy().into_owned()
    }

    fn service(&self, name: &str, over: Transport) -> Option<u16> {
        services::port_of(name, over).or_else(|| iana::port_of(name, over))
    }

    fn service_name(&self, port: u16, over: Transport) -> Option<String> {
        let own = services::name_of(port, over);
        own.or_else(|| iana::name_of(port, over).map(str::to_owned))
    }

    fn listening(&self) -> io::Result<Vec<Listening>> {
        kind::listening()
    }

    fn default_bind(&self) -> IpAddr {
        // Strangers are served when somebody asks for it, not by accident.
        Ipv4Addr::LOCALHOST.into()
    }
}
