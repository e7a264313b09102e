//! A network for the tests of networked programs: hosts, switches, routers, home routers and bad lines,
//! all in one process, in virtual time, the same in each run, with a reason for everything.
//!
//! A test describes a network, puts its own programs on hosts, disturbs it, and looks at what happened:
//!
//! ```
//! use lanternet::prelude::*;
//! use lanternet::{Lab, Link, Node, Result};
//!
//! # fn main() -> Result {
//! let mut lab = Lab::builder()
//!     .node("client", Node::host("10.0.0.1/24"))
//!     .node("server", Node::host("10.0.0.2/24"))
//!     .link_with("client", "server", Link::new().delay("20ms").loss("5%"))
//!     .build()?;
//!
//! lab.host("server").spawn_server(async |sockets| -> Result {
//!     let listener = sockets.listen(7).await?;
//!     loop {
//!         let (mut stream, _) = listener.accept().await?;
//!         let mut text = String::new();
//!         stream.read_to_string(&mut text).await?;
//!         stream.write_all(text.to_uppercase().as_bytes()).await?;
//!     }
//! });
//!
//! let answer = lab.host("client").run(async |sockets| -> Result<String> {
//!     let mut stream = sockets.connect("server:7").await?;
//!     stream.write_all(b"hello").await?;
//!     stream.shutdown().await?;
//!     let mut answer = String::new();
//!     stream.read_to_string(&mut answer).await?;
//!     Ok(answer)
//! })?;
//! assert_eq!(answer, "HELLO");
//! assert!(lab.elapsed().as_millis() >= 120, "ARP, handshake and data: three round trips");
//! # Ok(())
//! # }
//! ```
//!
//! (In `Cargo.toml`, `lanternet` is among the `[dev-dependencies]`; `default-features = false` leaves out what
//! only the command needs.)
//!
//! The test took a few milliseconds. It is as a unit test is: no root, no ports of the machine, no
//! waiting, no flaky timing.
//!
//! # The network
//!
//! [`Lab::builder`] describes it in code; [`Lab::from_text`] and [`Lab::from_file`] take the YAML of lab
//! files, which `lanternet run`, `why` and `check` understand too ([`Builder::text`] goes the other way).
//! Both are checked alike, and all mistakes are told at once, underlined. There are hosts, hubs, switches
//! with VLANs and a spanning tree, routers with address translation and firewalls, home routers, IPv4 and
//! IPv6, DHCP and DNS; cables have rate, delay, jitter, loss, a queue.
//!
//! ```
//! let mut lab = lanternet::Lab::from_text("
//! nodes:
//!   phone: { kind: host, address: dhcp }
//!   home: { kind: home-router, wan: { address: 203.0.113.2/24 } }
//!   www: { kind: host, address: 203.0.113.80/24 }
//! links:
//!   - { between: [phone, home], preset: wifi }
//!   - { between: [\"home:wan\", www], delay: 10ms, rate: 50 Mbit }
//! programs:
//!   - { on: www, run: serve site --port 80 --dir pages }
//! files:
//!   pages/index.html: <h1>hello</h1>
//! ")?;
//! lab.expect("phone reaches www:80")?;
//! lab.expect("phone has address in 192.168.1.0/24")?;
//! lab.expect("www cannot reach 192.168.1.100")?;
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! ```
//!
//! # Programs
//!
//! A program is an async function of what it is given: its host, as programs see it. That implements
//! [`Sockets`] (TCP, UDP, ping, names, time, chance) and [`Console`] (standard streams, files);
//! [`SocketsExt`] has shorter ways, and the [`prelude`] all of it.
//!
//! - [`Host::spawn`] starts one; [`Lab::run`] waits for its end. An error or a panic fails the run.
//! - [`Host::run`] runs one to its end and returns what it returned.
//! - [`Host::spawn_server`] starts one that nobody waits for, and again whenever its host restarts.
//! - [`Host::command`] starts one of Lanternet's own: `ping b3`, `serve site --dir www`.
//!
//! Connections implement tokio's `AsyncRead` and `AsyncWrite`, so whatever takes those runs over them
//! unchanged: hyper, tokio-rustls, tungstenite, tokio-util's codecs. The examples `http` (a hyper client
//! and server with a home router in between), `tls` (a handshake with tokio-rustls) and `retries` (a
//! protocol over UDP, with a crash) are complete. Programs that have to run in both worlds are
//! written over [`Sockets`], which [`live::Os`] implements for this machine.
//!
//! **There is no tokio runtime inside.** `tokio::time`, `tokio::spawn` and `tokio::net` panic there
//! (*there is no reactor running*), as everything that stands on them does; the failure says what to use
//! instead: `sockets.sleep`, `timeout` and `now`, `sockets.spawn`, `connect` and `listen`.
//! `tokio::sync`, `tokio::io`, `tokio::select!` and `tokio::join!` need no runtime and work. What
//! blocks its thread blocks the whole network, and clocks of the machine say nothing about virtual time.
//!
//! ```
//! use lanternet::prelude::*;
//! use lanternet::{Duration, Lab, Node, Result};
//!
//! # fn main() -> Result {
//! let mut lab = Lab::builder().node("a1", Node::host("10.0.0.1/24")).build()?;
//! lab.host("a1").named("impatient").spawn(async |sockets| -> Result {
//!     sockets.timeout(Duration::from_secs(30), std::future::pending::<()>()).await?;
//!     Ok(())
//! });
//! let failure = lab.run().unwrap_err();
//! let text = failure.to_string();
//! assert!(text.starts_with("at 30.000000s, with seed 1: impatient on a1 (started at "), "{text}");
//! # Ok(())
//! # }
//! ```
//!
//! # Time and faults
//!
//! Nothing happens but within [`Lab::run`] and its kin: [`run_until_idle`](Lab::run_until_idle),
//! [`run_for`](Lab::run_for), [`run_until`](Lab::run_until), [`run_until_event`](Lab::run_until_event),
//! [`run_until_true`](Lab::run_until_true), [`step`](Lab::step). Between them a test
//!
//! - takes a host's power and gives it back: [`Host::crash`], [`Host::restart`];
//! - parts hosts, or sets of hosts: [`Lab::partition`], [`partition_oneway`](Lab::partition_oneway),
//!   [`repair`](Lab::repair);
//! - lets packets between hosts wait, and go on in order: [`Lab::hold`], [`release`](Lab::release);
//! - pulls a cable, holds it, makes it lossy or slow: [`Lab::cable`].
//!
//! ```
//! # use lanternet::prelude::*;
//! # use lanternet::{Duration, Lab, Link, Node, Result};
//! # fn main() -> Result {
//! # let mut lab = Lab::builder()
//! #     .node("client", Node::host("10.0.0.1/24"))
//! #     .node("server", Node::host("10.0.0.2/24"))
//! #     .link_with("client", "server", Link::new().delay("20ms"))
//! #     .program("server", "serve echo --port 7")
//! #     .build()?;
//! lab.host("client").spawn(async |sockets| -> Result {
//!     let mut stream = sockets.connect("server:7").await?;
//!     for _ in 0..10 {
//!         stream.write_all(b"ping\n").await?;
//!         stream.read_exact(&mut [0; 5]).await?;
//!         sockets.sleep(Duration::from_secs(1)).await;
//!     }
//!     Ok(())
//! });
//! lab.run_for(Duration::from_secs(3))?;
//! lab.partition("client", "server");
//! lab.run_for(Duration::from_secs(5))?;
//! lab.repair("client", "server");
//! lab.cable("client", "server").loss("10%").delay("200ms");
//! lab.run()?; // TCP gets over it.
//! assert!(lab.trace().retransmissions() > 0);
//! # Ok(())
//! # }
//! ```
//!
//! # What happened
//!
//! [`Lab::trace`] has every decision of every device as a [`TraceEvent`] with its reason, and says it in
//! words. A [`Failure`], and a failed assertion of the test, show the last of it. [`Lab::expect`] judges a
//! line of the `expect` language, [`Lab::why`] tells the story of a probe hop by hop.
//!
//! ```
//! # use lanternet::{DropReason, Lab, Node, Result};
//! # fn main() -> Result {
//! # let mut lab = Lab::builder()
//! #     .node("client", Node::host("10.0.0.1/24"))
//! #     .node("server", Node::host("10.0.0.2/24"))
//! #     .link("client", "server")
//! #     .build()?;
//! lab.host("client").command("connect echo server:7 --say hello");
//! lab.run()?;
//! let trace = lab.trace().of("server");
//! let (_, reason) = trace.drops().next().unwrap();
//! assert!(matches!(reason, DropReason::NoListener { .. }));
//! # Ok(())
//! # }
//! ```
//!
//! # Chance
//!
//! All chance in a lab comes from one seed, and the same seed makes the same run, byte for byte. It is 1,
//! or what the lab's text says, or `LANTERNET_SEED`, or what the code says ([`Builder::seed`]), each before
//! the one in front of it. [`for_each_seed`] runs a test with many seeds, and says for one that fails how to
//! repeat it: `LANTERNET_SEED=17 cargo test name`.
//!
//! To stay repeatable, programs draw from [`Sockets::random_u64`] and iterate no `HashMap`. What draws from
//! the operating system, as TLS does, sends other bytes in each run; for rustls [`repeatable_tls`] has a
//! provider that does not, and the example `tls` uses it.

#[doc(hidden)]
pub mod lab_folder;
mod testing;

/// The traits whose methods programs call: `use lanternet::prelude::*`.
pub mod prelude {
    pub use lanternet_apps::Console as _;
    pub use lanternet_apps::sockets::{
        IcmpSocket as _, Sockets as _, TcpListener as _, TcpStream as _, UdpSocket as _,
    };
    pub use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};

    pub use crate::testing::SocketsExt as _;
}

pub use lanternet_apps::sockets::{self, Sockets};
pub use lanternet_apps::tls::repeatable as repeatable_tls;
pub use lanternet_apps::{Console, Simulated, simulated};
pub use lanternet_core::trace;
pub use lanternet_core::{
    DropReason, Duration, Instant, LinkSettings, Observer, Place, Record, Simulation, TraceEvent,
};

pub use crate::testing::{
    Builder, Cable, Failure, FailureKind, Host, Lab, Link, Mistakes, Node, Nodes, Options, Outcome,
    Program, Result, SEED_VARIABLE, SocketsExt, Trace, for_each_seed,
};

// The crates underneath, for devices of one's own and for tools.
pub use lanternet_apps as apps;
pub use lanternet_core as simulator;
pub use lanternet_explain as explain;
pub use lanternet_lab as lab;
pub use lanternet_live as live;
pub use lanternet_net as net;
