//! Names and web sites: our resolver asks dnsmasq, our client reads a site of Python, and the
//! kernel's curl reads a site of ours.

use std::path::PathBuf;

use lanternet_tests::kernel::{Live, Namespace, Plug};
use lanternet_tests::peer::Peer;

use crate::{assert_clean, lines_with};

/// One simulated host that asks the kernel, and one that asks somebody who is not there first.
const LAB: &str = "
name: names
nodes:
  a1: { kind: host, address: 10.0.0.1/24, dns: 10.0.0.9, search: [nowhere.example, shop.example] }
  a2: { kind: host, address: 10.0.0.2/24, dns: [10.0.0.77, 10.0.0.9] }
  a3: { kind: host, address: 10.0.0.3/24, dns: 10.0.0.1 }
  sw: { kind: switch }
links: [a1 -- sw, a2 -- sw, a3 -- sw]
files:
  site/index.html: '<h1>ours</h1>'
  site/big.txt: 'BIG'
";

fn network() -> Option<(Namespace, Live)> {
    let kernel = Namespace::new()?;
    let lab = LAB.replace("BIG", &"0123456789".repeat(5_000));
    let live = Live::new(&lab, &[Plug::new(&kernel, "eth0", "10.0.0.9/24", "sw")]);
    Some((kernel, live))
}

/// Starts dnsmasq, which knows a few names of `shop.example` and nothing else.
#[track_caller]
fn dnsmasq(kernel: &Namespace, live: &mut Live) {
    let mut server = kernel.command("sh");
    // It tells of itself on standard error alone.
    server.args(["-c", "exec dnsmasq \"$@\" 2>&1", "sh"]);
    server.args(["--keep-in-foreground", "--no-resolv", "--no-hosts", "--bind-interfaces"]);
    server.args([
        "--conf-file=/dev/null",
        "--user=root",
        "--pid-file=",
        "--no-daemon",
        "--log-queries",
    ]);
    server.args(["--listen-address=10.0.0.9", "--local=/example/", "--local-ttl=300"]);
    server.args([
        "--host-record=web.shop.example,10.0.0.9",
        "--cname=www.shop.example,web.shop.example",
    ]);
    // More than 1232 bytes together.
    let text = "x".repeat(250);
    server.arg(format!("--txt-record=big.shop.example{}", format!(",{text}").repeat(8)));
    server.arg("--log-facility=-");
    live.spawn_until(server, "started");
}

#[test]
fn our_resolver_understands_dnsmasq() {
    let Some(_) = Peer::find("dnsmasq") else { return };
    let Some((kernel, mut live)) = network() else { return };
    dnsmasq(&kernel, &mut live);
    let (code, out) = live.run_ours("a1", "lookup www.shop.example");
    assert!(code == 0 && out.contains("status: NOERROR"), "{out}");
    let answer = ["www.shop.example.\t300\tIN\tCNAME\tweb.shop.example.", "\tIN\tA\t10.0.0.9"];
    assert!(answer.iter().all(|line| out.contains(line)), "{out}");
    assert!(out.contains(";; SERVER: 10.0.0.9#53 (UDP)"), "{out}");
    // What is known is not asked for again.
    let (_, out) = live.run_ours("a1", "lookup www.shop.example");
    assert!(out.contains(";; from the cache of this host"), "{out}");
    // The second search domain has it.
    let (code, out) = live.run_ours("a1", "ping -c 1 web");
    assert!(code == 0 && out.contains("PING web (10.0.0.9)"), "{out}");
    let (code, out) = live.run_ours("a1", "lookup nobody.shop.example");
    assert!(code == 1 && out.contains("status: NXDOMAIN"), "{out}");
    let (code, out) = live.run_ours("a1", "lookup -x 10.0.0.9");
    assert!(code == 0 && out.contains("\tPTR\tweb.shop.example."), "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn an_answer_too_long_for_a_datagram_comes_over_tcp() {
    let Some(_) = Peer::find("dnsmasq") else { return };
    let Some((kernel, mut live)) = network() else { return };
    dnsmasq(&kernel, &mut live);
    let (code, out) = live.run_ours("a1", "lookup big.shop.example TXT");
    assert!(code == 0 && out.contains(";; SERVER: 10.0.0.9#53 (TCP)"), "{out}");
    assert_eq!(out.matches(&"x".repeat(250)).count(), 8, "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn the_next_server_is_asked_when_the_first_is_not_there() {
    let Some(_) = Peer::find("dnsmasq") else { return };
    let Some((kernel, mut live)) = network() else { return };
    dnsmasq(&kernel, &mut live);
    let (code, out) = live.run_ours("a2", "lookup web.shop.example --short");
    assert_eq!((code, out.as_str()), (0, "10.0.0.9\n"));
    // Nobody listens at a1, and says so.
    let (code, out) = live.run_ours("a3", "ping -c 1 web.shop.example");
    assert!(code == 2 && out.contains("Temporary failure in name resolution"), "{out}");
    // dnsmasq refuses what it has no server for.
    let (code, out) = live.run_ours("a2", "ping -c 1 www.other.test");
    assert!(code == 2 && out.contains("Temporary failure in name resolution"), "{out}");
}

#[test]
fn our_client_reads_a_site_of_python_by_its_name() {
    let Some(_) = Peer::find("dnsmasq") else { return };
    let Some((kernel, mut live)) = network() else { return };
    dnsmasq(&kernel, &mut live);
    let folder = Folder::new();
    std::fs::write(folder.0.join("page.html"), "<h1>theirs</h1>\n").expect("a file");
    let mut server = kernel.command("python3");
    server.args(["-u", "-m", "http.server", "--bind", "10.0.0.9", "8000", "--directory"]);
    live.spawn_until(
        {
            server.arg(&folder.0);
            server
        },
        "Serving",
    );
    let (code, out) = live.run_ours("a1", "connect site http://www.shop.example:8000/page.html");
    assert!(code == 0 && out.contains("HTTP/1.0 200 OK\n<h1>theirs</h1>\n"), "{out}");
    let (code, out) = live.run_ours("a1", "connect site http://www:8000/none -I");
    assert!(code == 1 && out.contains("404"), "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn the_kernels_curl_reads_a_site_of_ours() {
    let Some(_) = Peer::find("curl") else { return };
    let Some((kernel, mut live)) = network() else { return };
    live.launch("a1", "serve site --port 8001 --dir site --name shop.example");
    let curl = "curl -sS --max-time 20 --resolve www.shop.example:8001:10.0.0.1";
    let mut get =
        |words: &str| live.run(kernel.line(&format!("{curl} {words}"))).success().to_owned();
    let url = "http://www.shop.example:8001";
    assert_eq!(get(&format!("{url}/")), "<h1>ours</h1>");
    assert_eq!(get(&format!("{url}/big.txt")).len(), 50_000);
    assert_eq!(get(&format!("-r 49995- {url}/big.txt")), "56789");
    let out = get(&format!("-w %{{num_connects}} -o /dev/null {url}/ -o /dev/null {url}/big.txt"));
    assert_eq!(out, "10", "one connection carries both");
    let out = get("--path-as-is -i http://10.0.0.1:8001/../../etc/passwd");
    assert!(out.starts_with("HTTP/1.1 421 "), "{out}");
    let out = get(&format!("--path-as-is -i {url}/..%2f..%2fetc/passwd"));
    assert!(out.starts_with("HTTP/1.1 404 ") && lines_with(&out, "root").is_empty(), "{out}");
    assert_clean(&live, &[]);
}

/// A folder that goes away with its owner.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("lanternet-site-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It is the system's to clean up otherwise.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
