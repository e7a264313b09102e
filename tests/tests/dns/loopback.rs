//! Name servers on loopback: ours, carried between its state machine and the sockets by threads of
//! this test, and those of others, as processes.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Clock};

use lanternet_core::Instant;
use lanternet_core::trace::{DnsEvent, DnsTransport};
use lanternet_net::dns::resolver::{Failure, Outgoing};
use lanternet_net::dns::server::{Client, Output, Server};
use lanternet_net::dns::{Message, message};
use lanternet_tests::peer::Peer;
use tempfile::TempDir;

/// Longer than any answer on loopback takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// An address of loopback that no other test has.
pub(crate) const fn loopback(third: u8, last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 53, third, last))
}

/// Our server at a socket of this machine until the test's process ends.
pub(crate) struct Ours {
    pub(crate) address: SocketAddr,
    events: Arc<Mutex<Vec<DnsEvent>>>,
}

impl Ours {
    /// Serves at `address`. What it asks of other servers' port 53 goes to their port `upstream`.
    pub(crate) fn serve(
        server: Server,
        address: SocketAddr,
        upstream: u16,
    ) -> std::io::Result<Self> {
        let udp = UdpSocket::bind(address)?;
        let address = udp.local_addr()?;
        let tcp = TcpListener::bind(address)?;
        let events = Arc::new(Mutex::new(Vec::new()));
        let carrier = Arc::new(Carrier {
            server: Mutex::new(server),
            events: Arc::clone(&events),
            began: Clock::now(),
            upstream,
        });
        let same = Arc::clone(&carrier);
        std::thread::spawn(move || {
            let mut buffer = vec![0; message::TCP_LIMIT];
            while let Ok((length, peer)) = udp.recv_from(&mut buffer) {
                let client = Client { address: peer, connection: None };
                for answer in same.ask(client, &buffer[..length]) {
                    let _ = udp.send_to(&answer, peer);
                }
            }
        });
        std::thread::spawn(move || {
            for stream in tcp.incoming().map_while(Result::ok) {
                let carrier = Arc::clone(&carrier);
                std::thread::spawn(move || carrier.connection(stream));
            }
        });
        Ok(Self { address, events })
    }

    /// What it told since the last time.
    pub(crate) fn events(&self) -> Vec<DnsEvent> {
        std::mem::take(&mut self.events.lock().unwrap())
    }
}

struct Carrier {
    server: Mutex<Server>,
    events: Arc<Mutex<Vec<DnsEvent>>>,
    began: Clock,
    upstream: u16,
}

impl Carrier {
    fn now(&self) -> Instant {
        Instant::ZERO + lanternet_core::Duration::from(self.began.elapsed())
    }

    /// One question at a time, with all that has to be asked elsewhere for it.
    fn ask(&self, client: Client, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut server = self.server.lock().unwrap();
        server.receive(self.now(), client, bytes);
        let mut answers = Vec::new();
        while let Some(output) = server.poll() {
            match output {
                Output::Reply { message, .. } => answers.push(message),
                Output::Tell(event) => self.events.lock().unwrap().push(event),
                Output::Send(outgoing) => match self.exchange(&outgoing) {
                    Some(bytes) => {
                        server.received(self.now(), outgoing.id, outgoing.server, &bytes);
                    }
                    None => server.failed(self.now(), outgoing.id, Failure::TimedOut),
                },
            }
        }
        answers
    }

    fn exchange(&self, outgoing: &Outgoing) -> Option<Vec<u8>> {
        let server = SocketAddr::new(outgoing.server.ip(), self.upstream);
        match outgoing.transport {
            DnsTransport::Udp => over_udp(server, &outgoing.message, outgoing.timeout.into()),
            DnsTransport::Tcp => over_tcp(server, &outgoing.message),
        }
    }

    fn connection(&self, mut stream: TcpStream) {
        let Ok(peer) = stream.peer_addr() else { return };
        while let Some(message) = read_framed(&mut stream) {
            for answer in self.ask(Client { address: peer, connection: Some(1) }, &message) {
                if write_framed(&mut stream, &answer).is_err() {
                    return;
                }
            }
        }
    }
}

fn read_framed(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut message = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut message).ok()?;
    Some(message)
}

fn write_framed(stream: &mut TcpStream, message: &[u8]) -> std::io::Result<()> {
    let length = u16::try_from(message.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length, message].concat())
}

fn over_udp(server: SocketAddr, query: &[u8], patience: Duration) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind((IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0)).ok()?;
    socket.set_read_timeout(Some(patience)).ok()?;
    socket.connect(server).ok()?;
    socket.send(query).ok()?;
    let mut buffer = vec![0; message::TCP_LIMIT];
    let length = socket.recv(&mut buffer).ok()?;
    buffer.truncate(length);
    Some(buffer)
}

fn over_tcp(server: SocketAddr, query: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&server, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    write_framed(&mut stream, query).ok()?;
    read_framed(&mut stream)
}

/// Asks a server over UDP, and again over TCP when the answer was cut.
#[track_caller]
pub(crate) fn ask(server: SocketAddr, query: &Message) -> Message {
    let bytes = message::encode(query);
    let reply = over_udp(server, &bytes, PATIENCE).expect("an answer over UDP");
    let reply = message::decode(&reply).expect("a message");
    assert_eq!(message::matches(query, &reply, true), Ok(()));
    if !reply.metadata.truncation {
        return reply;
    }
    let reply = over_tcp(server, &bytes).expect("an answer over TCP");
    message::decode(&reply).expect("a message")
}

/// Somebody else's server, until this is dropped.
pub(crate) struct Theirs {
    child: Child,
    pub(crate) address: SocketAddr,
    folder: TempDir,
}

impl Theirs {
    /// Starts `program` with the configuration that `configure` makes of its folder and address, and
    /// waits until it answers. `None`, with a word, when it is not installed.
    pub(crate) fn start(
        program: &str,
        address: SocketAddr,
        args: &[&str],
        configure: impl FnOnce(&Path, SocketAddr) -> String,
    ) -> Option<Self> {
        let peer = Peer::find(program)?;
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("server.conf");
        std::fs::write(&config, configure(folder.path(), address)).unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(peer.path())
            .args(args)
            .arg("-c")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .current_dir(folder.path())
            .spawn()
            .unwrap();
        let mut theirs = Self { child, address, folder };
        theirs.wait();
        Some(theirs)
    }

    fn wait(&mut self) {
        let query = message::query(7, message::name(".").unwrap(), super::RecordType::NS, false);
        let bytes = message::encode(&query);
        let began = Clock::now();
        while began.elapsed() < Duration::from_secs(20) {
            if over_udp(self.address, &bytes, Duration::from_millis(200)).is_some() {
                return;
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the server ended with {status}: {}", self.log());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server at {} says nothing: {}", self.address, self.log());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// knot with these zones: name and master file.
pub(crate) fn knot(address: SocketAddr, zones: &[(String, String)]) -> Option<Theirs> {
    Theirs::start("knotd", address, &[], |folder, address| {
        let at = folder.display();
        let mut config = format!(
            "server:\n  listen: {}@{}\n  rundir: {at}\n  udp-workers: 1\n  tcp-workers: 1\n  \
             background-workers: 1\ndatabase:\n  storage: {at}\nlog:\n  - target: stderr\n    any: \
             warning\nzone:\n",
            address.ip(),
            address.port()
        );
        for (number, (name, text)) in zones.iter().enumerate() {
            let file = folder.join(format!("{number}.zone"));
            std::fs::write(&file, text).unwrap();
            config += &format!("  - domain: \"{name}\"\n    file: {}\n", file.display());
        }
        config
    })
}

/// nsd with these zones.
pub(crate) fn nsd(address: SocketAddr, zones: &[(String, String)]) -> Option<Theirs> {
    Theirs::start("nsd", address, &["-d"], |folder, address| {
        let at = folder.display();
        let mut config = format!(
            "server:\n  ip-address: {}@{}\n  server-count: 1\n  username: \"\"\n  zonesdir: {at}\n  \
             database: \"\"\n  pidfile: {at}/pid\n  xfrdfile: {at}/xfrd\n  zonelistfile: {at}/list\n  \
             xfrdir: {at}\n  rrl-ratelimit: 0\nremote-control:\n  control-enable: no\n",
            address.ip(),
            address.port()
        );
        for (number, (name, text)) in zones.iter().enumerate() {
            let file = folder.join(format!("{number}.zone"));
            std::fs::write(&file, text).unwrap();
            config += &format!("zone:\n  name: \"{name}\"\n  zonefile: {}\n", file.display());
        }
        config
    })
}

/// Whether a server may listen at port 53 of loopback; says when not. Under `CI=true` that fails.
#[track_caller]
pub(crate) fn may_use_port_53() -> bool {
    match UdpSocket::bind((loopback(0, 1), 53)) {
        // Somebody else's server may have it on all addresses.
        Err(error)
            if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::AddrInUse) =>
        {
            assert!(
                std::env::var_os("CI").is_none_or(|ci| ci != "true"),
                "port 53 may not be used, and with CI=true no test is skipped: {error}"
            );
            let _ = writeln!(std::io::stderr(), "skipped: port 53 may not be used: {error}");
            false
        }
        Err(error) => panic!("port 53 of loopback: {error}"),
        Ok(_) => true,
    }
}
