//! A network namespace of the test's own.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sched::{CloneFlags, setns};
use nix::unistd::geteuid;
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

use crate::peer::Peer;

/// What the names of our namespaces and, on their way there, devices begin with.
const PREFIX: &str = "lantern";

/// A network namespace: a host of the Linux kernel with its own cards, addresses and tables.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes a namespace without any card but the loopback. `None` where that is not possible,
    /// after a line that says that the test is skipped.
    ///
    /// # Panics
    /// When it is not possible and the environment has `CI=true`; when `ip` fails.
    #[track_caller]
    pub fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Peer::find("ip")?;
        let lacking = if !geteuid().is_root() {
            Some("network namespaces need root")
        } else if !Path::new("/dev/net/tun").exists() {
            Some("there is no /dev/net/tun")
        } else {
            None
        };
        if let Some(lacking) = lacking {
            assert!(
                std::env::var_os("CI").as_deref() != Some(OsStr::new("true")),
                "{lacking}, and with CI=true no test is skipped"
            );
            let _ = writeln!(std::io::stderr(), "skipped: {lacking}");
            return None;
        }
        static SWEEP: Once = Once::new();
        SWEEP.call_once(remove_leftovers);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let namespace = Self { name: format!("{PREFIX}-{}-{number}", std::process::id()) };
        ip(&["netns", "add", &namespace.name]);
        // IPv6 would talk unasked.
        namespace.sysctl("net.ipv6.conf.all.disable_ipv6=1");
        namespace.sysctl("net.ipv6.conf.default.disable_ipv6=1");
        namespace.ip("link set lo up");
        Some(namespace)
    }

    /// Runs `ip` inside, for example `ip("route add default via 10.0.0.254")`, and returns what it
    /// printed.
    ///
    /// # Panics
    /// When it fails.
    #[track_caller]
    pub fn ip(&self, words: &str) -> String {
        let mut args = vec!["-n", &self.name];
        args.extend(words.split_whitespace());
        ip(&args)
    }

    /// Sets a kernel parameter inside, as `net.ipv4.ip_forward=1`.
    ///
    /// # Panics
    /// When the kernel does not take it.
    #[track_caller]
    pub fn sysctl(&self, setting: &str) {
        output(self.command("sysctl").args(["-qw", setting]));
    }

    /// Moves the calling thread inside: the sockets that it makes from now on are the namespace's. Threads
    /// that it starts are inside too.
    ///
    /// # Panics
    /// When the kernel refuses.
    #[track_caller]
    pub fn enter(&self) {
        let path = Path::new("/run/netns").join(&self.name);
        let file = File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        setns(file, CloneFlags::CLONE_NEWNET)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// A cable between a new card here and one in another namespace.
    ///
    /// # Panics
    /// When it cannot be laid.
    #[track_caller]
    pub fn connect(&self, card: &str, other: &Self, its_card: &str) {
        let (name, peer) = (card, its_card);
        self.ip(&format!("link add {name} type veth peer name {peer} netns {}", other.name));
        self.ip(&format!("link set {name} up"));
        other.ip(&format!("link set {peer} up"));
    }

    /// A command that will run inside.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name, program]).env("LC_ALL", "C.UTF-8");
        command
    }

    /// A command line that will run inside, its words parted by white space.
    ///
    /// # Panics
    /// When there is no word.
    #[track_caller]
    pub fn line(&self, words: &str) -> Command {
        let mut words = words.split_whitespace();
        let mut command = self.command(words.next().expect("a program"));
        command.args(words);
        command
    }

    /// A Python program that will run inside: its text and its arguments. `socket` and `sys` are
    /// imported, and no socket waits for ever.
    pub fn python(&self, text: &str, args: &[&str]) -> Command {
        let mut command = self.command("python3");
        let text = format!("import socket, sys\nsocket.setdefaulttimeout(15)\n{text}");
        // Unbuffered: a line that says that a server is ready is read at once.
        command.args(["-I", "-u", "-c", &text]).args(args);
        command
    }

    /// Puts a network card of this name and MAC address inside, up, and returns its cable.
    #[track_caller]
    pub(super) fn add_card(&self, name: &str, mac: [u8; 6]) -> SyncDevice {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // At most 15 bytes are allowed, and it has to be the only one until it is inside.
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let outside = format!("ln{}x{number}", std::process::id());
        let card = DeviceBuilder::new()
            .name(outside.as_str())
            .layer(Layer::L2)
            .mac_addr(mac)
            .enable(false)
            .build_sync()
            .unwrap_or_else(|error| panic!("TAP device {outside}: {error}"));
        card.set_nonblocking(true).unwrap_or_else(|error| panic!("TAP device {outside}: {error}"));
        ip(&["link", "set", &outside, "netns", &self.name, "name", name]);
        self.ip(&format!("link set {name} up"));
        card
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // Nobody is left to hear of a failure; the next run sweeps.
        let _ = Command::new("ip").args(["netns", "del", &self.name]).output();
    }
}

/// Removes the namespaces of processes that are no more.
fn remove_leftovers() {
    let listing = ip(&["netns", "list"]);
    for name in listing.lines().filter_map(|line| line.split_whitespace().next()) {
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').nth(1));
        if let Some(owner) = owner
            && owner.parse::<u32>().is_ok()
            && !Path::new("/proc").join(owner).exists()
        {
            // Another test may be sweeping too.
            let _ = Command::new("ip").args(["netns", "del", name]).output();
        }
    }
}

#[track_caller]
fn ip(args: &[&str]) -> String {
    output(Command::new("ip").args(args))
}

#[track_caller]
fn output(command: &mut Command) -> String {
    let Output { status, stdout, stderr } =
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {status}: {said}");
    String::from_utf8_lossy(&stdout).into_owned()
}
