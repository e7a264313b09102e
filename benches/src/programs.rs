//! The programs on this machine's loopback, beside what others use for the same: rsync, netcat, socat and
//! the course's Python scripts. Servers are processes of their own, in each round all take turns.
//! What is not installed is left out.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lanternet_apps::sockets::{ConnectOptions, Sockets};
use lanternet_apps::{Simulated, endpoint};
use lanternet_lab::{Network, Start};
use lanternet_net::host::{Host, ProgramSpec};
use tokio::io::AsyncReadExt;

use crate::measure::resident;

/// The file that is uploaded, in bytes.
const SIZE: usize = 256 * 1024 * 1024;
const ROUNDS: u32 = 3;
/// How long connections are counted.
const WHILE: Duration = Duration::from_secs(2);
const CLIENTS: usize = 4;
const ASSISTANTS: usize = 10_000;

pub(crate) fn run() {
    let folder = std::env::temp_dir().join(format!("lanternet-benches-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    uploads(&folder);
    connections(&folder);
    // What cannot be removed is temporary all the same.
    let _ = std::fs::remove_dir_all(&folder);
    idle_assistants();
    idle_simulated_assistants();
}

/// This process as one of the programs: `program serve echo …`.
pub(crate) fn run_program(words: &[String]) -> ExitCode {
    let words: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let command = lanternet_apps::Command::parse(&words.join(" ")).expect("a command line of ours");
    lanternet_live::run(command).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// A process that ends when nobody needs it.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing to do when it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(program: impl AsRef<Path>, words: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(program.as_ref());
    command.args(words).current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.env("LANTERNET_HOME", folder);
    command
}

fn ours(words: &str, folder: &Path) -> Command {
    let words: Vec<&str> = ["program"].into_iter().chain(words.split(' ')).collect();
    command(std::env::current_exe().expect("a program has a file"), &words, folder)
}

fn python(script: &str, words: &[&str], folder: &Path) -> Command {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/partners").join(script);
    let script = script.to_string_lossy().into_owned();
    command("python3", &[&[script.as_str()], words].concat(), folder)
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.expect("a port of this machine").port()
}

/// Starts a server and waits until it listens, without connecting: some serve one client only.
fn serve(mut command: Command, port: u16) -> Option<Process> {
    let server = Process(command.spawn().ok()?);
    let listening = format!(":{port:04X} 00000000:0000 0A");
    for _ in 0..500 {
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
        if table.contains(&listening) {
            return Some(server);
        }
        thread::sleep(Duration::from_millis(10));
    }
    None
}

type Upload = fn(&Path, u16) -> Option<(Command, Command)>;

/// Server and client, each for one file called `file`.
const UPLOADS: [(&str, Upload); 5] = [
    ("nc (baseline)", |folder, port| {
        let port = port.to_string();
        let mut server = command("nc", &["-l", "-N", "127.0.0.1", &port], folder);
        server.stdout(File::create(folder.join("received")).ok()?);
        let mut client = command("nc", &["-N", "127.0.0.1", &port], folder);
        client.stdin(File::open(folder.join("file")).ok()?);
        Some((server, client))
    }),
    ("connect upload", |folder, port| {
        let server = ours(&format!("serve upload --dir inbox --port {port} --quiet"), folder);
        let line = format!("connect upload 127.0.0.1:{port} file --if-exists overwrite");
        Some((server, ours(&line, folder)))
    }),
    ("connect upload --plain --no-pause", |folder, port| {
        let server =
            ours(&format!("serve upload --dir inbox --plain --port {port} --quiet"), folder);
        let line = format!("connect upload 127.0.0.1:{port} file --plain --no-pause");
        Some((server, ours(&line, folder)))
    }),
    ("rsync --whole-file, to a daemon", |folder, port| {
        // A daemon of root would write as nobody; one of somebody else takes no notice.
        let config = "use chroot = no\nuid = 0\ngid = 0\n[inbox]\npath = inbox\nread only = no\n";
        std::fs::write(folder.join("rsyncd.conf"), config).ok()?;
        let port = port.to_string();
        let words =
            ["--daemon", "--no-detach", "--address=127.0.0.1", "--config=rsyncd.conf", "--port"];
        let server = command("rsync", &[&words[..], &[&port]].concat(), folder);
        let to = format!("rsync://127.0.0.1:{port}/inbox/");
        Some((server, command("rsync", &["--whole-file", "file", &to], folder)))
    }),
    ("Python, recv(1024)", |folder, port| {
        let port = port.to_string();
        let server = python("upload_server.py", &[&port, "received"], folder);
        // The size alone, then the file: as the script wants them.
        Some((server, python("upload_client.py", &["127.0.0.1", &port, "file"], folder)))
    }),
];

fn uploads(folder: &Path) {
    println!("\nupload of one file of {} MiB over loopback, MiB/s of wall time", SIZE >> 20);
    let mut word = 1_u64;
    let content: Vec<u8> = std::iter::repeat_with(|| {
        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        word.to_be_bytes()
    })
    .flatten()
    .take(SIZE)
    .collect();
    let written = std::fs::write(folder.join("file"), content);
    written
        .and_then(|()| std::fs::create_dir_all(folder.join("inbox")))
        .expect("room for the file");
    let mut best = [Duration::MAX; UPLOADS.len()];
    for _ in 0..ROUNDS {
        for ((_, make), best) in UPLOADS.iter().zip(&mut best) {
            // There need not be one.
            let _ = std::fs::remove_file(folder.join("received"));
            for old in std::fs::read_dir(folder.join("inbox")).into_iter().flatten().flatten() {
                let _ = std::fs::remove_file(old.path());
            }
            let port = free_port();
            let Some((server, mut client)) = make(folder, port) else { continue };
            let Some(mut server) = serve(server, port) else { continue };
            let began = Instant::now();
            let Ok(true) = client.status().map(|status| status.success()) else { continue };
            // Done when all of it is in a file, not when the sender has gone.
            while !arrived(folder) {
                if began.elapsed() > Duration::from_secs(60) {
                    break;
                }
                thread::sleep(Duration::from_millis(1));
            }
            if arrived(folder) {
                *best = (*best).min(began.elapsed());
            }
            let _ = server.0.kill();
        }
    }
    rows(
        UPLOADS
            .iter()
            .map(|(name, _)| *name)
            .zip(best)
            .filter(|(_, best)| *best < Duration::MAX)
            .map(|(name, best)| (name, (SIZE >> 20) as f64 / best.as_secs_f64())),
    );
}

fn arrived(folder: &Path) -> bool {
    let inbox = std::fs::read_dir(folder.join("inbox")).into_iter().flatten().flatten();
    let inbox = inbox.map(|entry| entry.path()).filter(|path| path.is_file());
    let mut paths: Vec<PathBuf> = inbox.collect();
    paths.push(folder.join("received"));
    let whole = |path: &PathBuf| path.metadata().is_ok_and(|found| found.len() == SIZE as u64);
    // Temporary names begin with a dot.
    let named = |path: &PathBuf| {
        path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
    };
    paths.iter().any(|path| named(path) && whole(path))
}

fn rows(rows: impl Iterator<Item = (&'static str, f64)>) {
    let mut baseline = None;
    for (name, figure) in rows {
        let ratio = figure / *baseline.get_or_insert(figure);
        println!("  {name:<42} {figure:>9.0} {ratio:>6.2}x");
    }
}

type Echo = fn(&Path, u16) -> Command;

const ECHOES: [(&str, Echo); 4] = [
    ("Python, one client at a time (baseline)", |folder, port| {
        python("echo_server.py", &[&port.to_string(), "100000000"], folder)
    }),
    ("serve echo", |folder, port| ours(&format!("serve echo --quiet --port {port}"), folder)),
    ("serve assistant", |folder, port| {
        ours(&format!("serve assistant --framing line --quiet --port {port}"), folder)
    }),
    ("socat, a process for each client", |folder, port| {
        let listen = format!("TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,backlog=128");
        command("socat", &[&listen, "PIPE"], folder)
    }),
];

fn connections(folder: &Path) {
    println!("\nconnect, one line, its answer, close; {CLIENTS} clients at once; connections/s");
    let mut best = [0.0_f64; ECHOES.len()];
    for _ in 0..ROUNDS {
        for ((_, make), best) in ECHOES.iter().zip(&mut best) {
            let port = free_port();
            let Some(_server) = serve(make(folder, port), port) else { continue };
            let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
            let began = Instant::now();
            thread::scope(|scope| {
                for _ in 0..CLIENTS {
                    scope.spawn(|| {
                        while !stop.load(Ordering::Relaxed) {
                            if one_line(port).is_ok() {
                                done.fetch_add(1, Ordering::Relaxed);
                            }
                        }
                    });
                }
                thread::sleep(WHILE);
                stop.store(true, Ordering::Relaxed);
            });
            *best = best.max(done.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64());
        }
    }
    rows(ECHOES.iter().map(|(name, _)| *name).zip(best).filter(|(_, best)| *best > 0.0));
}

fn one_line(port: u16) -> io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"hello\n")?;
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line)?;
    if line.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

fn resident_of(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

fn tell_idle(what: &str, clients: usize, before: Option<u64>, after: Option<u64>) {
    let (Some(before), Some(after)) = (before, after) else { return };
    println!(
        "  {what:<42} {:>9} bytes each, {} MiB in all",
        after.saturating_sub(before) / clients.max(1) as u64,
        after >> 20
    );
}

fn idle_assistants() {
    println!("\nmemory of {ASSISTANTS} customers who were greeted and say nothing");
    // As many connections as this process may have files.
    let limit = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE);
    let (_, most) = limit.unwrap_or((1024, 1024));
    let _ = nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE, most, most);
    let port = free_port();
    let line = format!("serve assistant --quiet --max-clients 20000 --port {port}");
    let Some(server) = serve(ours(&line, &std::env::temp_dir()), port) else { return };
    let before = resident_of(&server.0);
    let mut customers = Vec::new();
    for _ in 0..ASSISTANTS {
        let greeted = TcpStream::connect(("127.0.0.1", port)).and_then(|mut customer| {
            customer.set_read_timeout(Some(Duration::from_secs(10)))?;
            customer.read_exact(&mut [0; 8]).map(|()| customer)
        });
        match greeted {
            Ok(customer) => customers.push(customer),
            Err(error) => {
                println!("  no more than {} customers: {error}", customers.len());
                break;
            }
        }
    }
    tell_idle(
        "on this machine, the server's process",
        customers.len(),
        before,
        resident_of(&server.0),
    );
}

fn idle_simulated_assistants() {
    let text = "
name: idle
nodes:
  shop: { kind: host, address: 10.0.0.1/24 }
  town: { kind: host, address: 10.0.0.2/24 }
links:
  - shop -- town
programs:
  - { on: shop, run: serve assistant --quiet --max-clients 20000 --idle 24h --session 24h }
";
    let Ok((lab, _)) = lanternet_lab::parse(text, "idle.yaml") else { return };
    let mut network = Network::build(&lab);
    network.start(&lab, Start::All);
    let Some(town) = network.sim.topology().find_node("town") else { return };
    let before = resident();
    let spec = ProgramSpec { name: "customers".into(), ..ProgramSpec::default() };
    network.sim.command(town, |host: &mut Host, ctx| {
        host.spawn(ctx, spec, |handle| async move {
            let sockets = Simulated::new(handle);
            let Ok(found) = endpoint::resolve(&sockets, "shop", 9110).await else { return 1 };
            let mut customers = Vec::new();
            for _ in 0..ASSISTANTS {
                let connected = sockets.tcp_connect(found[0], ConnectOptions::default()).await;
                let Ok(mut customer) = connected else { return 1 };
                if customer.read_exact(&mut [0; 8]).await.is_err() {
                    return 1;
                }
                customers.push(customer);
            }
            sockets.sleep(lanternet_core::Duration::from_secs(60)).await;
            0
        })
    });
    // Until all have been greeted and sit still.
    network.sim.run_until(lanternet_core::Instant::from_secs(30));
    tell_idle("simulated, both ends", ASSISTANTS, before, resident());
}
