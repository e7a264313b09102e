//! Python's `ipaddress` module as a second opinion on subnet arithmetic.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::IpAddr;
use std::process::{Command, Stdio};

use lanternet_core::Rng;
use lanternet_net::subnet::{Scope, Subnet, special_block};

const PROGRAM: &str = "
import ipaddress, sys
for line in sys.stdin:
    interface = ipaddress.ip_interface(line.strip())
    network, address = interface.network, interface.ip
    hosts = network.num_addresses
    if hosts > 2:
        hosts -= 2 if network.version == 4 else 1
    # The first of hosts(), without walking them all: it is a list or a generator.
    first = next(iter(network.hosts()))
    if network.prefixlen >= network.max_prefixlen - 1:
        first = network[0]
    print(network, network.netmask, int(network.hostmask), network.broadcast_address, hosts, first,
          address.is_loopback, address.is_link_local, address.is_multicast)
";

#[test]
fn python_computes_the_same_subnets() {
    let mut rng = Rng::named(1, "python_ipaddress");
    let mut input = String::new();
    for index in 0..600_u32 {
        let high = rng.next_u64();
        if index % 2 == 0 {
            let prefix_len = rng.next_u64() % 33;
            let address = std::net::Ipv4Addr::from_bits(high as u32);
            let _ = writeln!(input, "{address}/{prefix_len}");
        } else {
            let prefix_len = rng.next_u64() % 129;
            let bits = u128::from(high) << 64 | u128::from(rng.next_u64());
            // Python prints an IPv4-mapped address in hex, which is another matter.
            let address = std::net::Ipv6Addr::from_bits(bits | 1 << 127);
            let _ = writeln!(input, "{address}/{prefix_len}");
        }
    }
    input += "127.0.0.1/8\n169.254.3.4/16\n224.0.0.5/4\n::1/128\nfe80::1/10\nff02::1/8\n";
    input += "10.0.0.1/31\n10.0.0.1/32\n2001:db8::1/127\n";

    let python = Command::new("python3")
        .args(["-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut python = match python {
        Ok(python) => python,
        Err(error) if std::env::var("CI").is_ok_and(|ci| ci == "true") => {
            panic!("python3: {error}")
        }
        Err(error) => {
            println!("skipped: python3: {error}");
            return;
        }
    };
    let mut stdin = python.stdin.take().expect("it is piped");
    let written = input.clone();
    let writer = std::thread::spawn(move || stdin.write_all(written.as_bytes()));
    let output = python.wait_with_output().expect("python3 ends");
    writer.join().expect("the writer ends").expect("python3 reads all");
    assert!(output.status.success());

    let theirs = String::from_utf8(output.stdout).expect("python3 writes text");
    let ours: String = input.lines().map(|line| row(line) + "\n").collect();
    for ((line, ours), theirs) in input.lines().zip(ours.lines()).zip(theirs.lines()) {
        assert_eq!(ours, theirs, "{line}: ours left, Python's right");
    }
    assert_eq!(ours.lines().count(), theirs.lines().count());
}

fn row(line: &str) -> String {
    let it = Subnet::parse(line, None).unwrap_or_else(|error| panic!("{line}: {error}"));
    // As a number: Python writes some IPv6 masks differently.
    let wildcard = match it.wildcard() {
        IpAddr::V4(mask) => mask.to_bits().into(),
        IpAddr::V6(mask) => mask.to_bits(),
    };
    let scope = special_block(it.address()).scope;
    let python = |is: bool| if is { "True" } else { "False" };
    format!(
        "{} {} {} {} {} {} {} {} {}",
        it.trunc(),
        it.mask(),
        wildcard,
        it.last(),
        it.hosts().count,
        it.hosts().first,
        python(scope == Scope::Loopback),
        python(scope == Scope::LinkLocal),
        python(matches!(scope, Scope::Multicast | Scope::LinkLocalMulticast)),
    )
}
