//! DHCP with programs that nobody here wrote: dhclient and udhcpc as clients of our server, dnsmasq as
//! the server of our client.

use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;

use lanternet_net::dhcp::LeaseState;
use lanternet_tests::kernel::{Live, Namespace, Plug};
use lanternet_tests::peer::Peer;

use crate::assert_clean;

/// A router that lends, and a host of its own behind it. The kernel's card is on its segment.
const SERVER: &str = "
name: server
nodes:
  r1:
    kind: router
    interfaces:
      eth0: { address: 10.0.0.1/24 }
      eth1: { address: 10.2.0.254/24 }
    dhcp:
      eth0:
        range: 10.0.0.100-10.0.0.109
        lease: 10m
        dns: 10.2.0.53
        domain: example.com
        mtu: 1400
        routes: [{ to: 10.2.0.0/16, via: 10.0.0.1 }]
  b1: { kind: host, address: 10.2.0.1/24, gateway: 10.2.0.254 }
links:
  - b1 -- r1:eth1
";

const CLIENT: &str = "
name: client
nodes:
  a1: { kind: host, address: dhcp }
";

/// The kernel's card without an address, beside our server.
fn beside_our_server() -> Option<(Namespace, Live)> {
    let kernel = Namespace::new()?;
    let live = Live::new(SERVER, &[Plug::new(&kernel, "eth0", "10.0.0.9/24", "r1:eth0")]);
    kernel.ip("address flush dev eth0");
    Some((kernel, live))
}

/// What a client is told is printed, and not done: dhclient's own script would write the machine's
/// name servers.
fn script(folder: &std::path::Path) -> std::path::PathBuf {
    let path = folder.join("script");
    let text = "#!/bin/sh\nif [ -n \"$1\" ] || [ -n \"$reason\" ]; then env | sort; fi\n";
    std::fs::write(&path, text).expect("a script");
    let done = Command::new("chmod").arg("755").arg(&path).status();
    assert!(done.is_ok_and(|status| status.success()));
    path
}

fn leased(live: &Live, address: &str) -> bool {
    let address: Ipv4Addr = address.parse().expect("an address");
    live.host("r1")
        .leases()
        .iter()
        .any(|row| row.address == address && matches!(row.state, LeaseState::Bound(_)))
}

#[test]
fn dhclient_gets_an_address_of_ours_keeps_it_and_gives_it_back() {
    if Peer::find("dhclient").is_none() {
        return;
    }
    let Some((kernel, mut live)) = beside_our_server() else { return };
    let folder = lanternet_tests::scratch();
    let script = script(folder.path());
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("leases"), "").expect("a lease file");
    let configuration = "send host-name \"kernel\";\n\
        option classless code 121 = array of unsigned integer 8;\n\
        request subnet-mask, broadcast-address, routers, domain-name, domain-name-servers,\n\
        interface-mtu, classless;\n";
    std::fs::write(file("configuration"), configuration).expect("a configuration");
    let dhclient = |more: &str| {
        let mut command = kernel.command("dhclient");
        command.args(["-4", "-v", "-sf"]).arg(&script);
        command.arg("-cf").arg(file("configuration")).arg("-lf").arg(file("leases"));
        command.arg("-pf").arg(file("pid")).arg(more).arg("eth0");
        command
    };
    let first = live.run(dhclient("-1"));
    assert!(first.err.contains("bound to 10.0.0.100"), "{first}");
    for line in [
        "new_ip_address=10.0.0.100",
        "new_subnet_mask=255.255.255.0",
        "new_broadcast_address=10.0.0.255",
        "new_domain_name=example.com",
        "new_domain_name_servers=10.2.0.53",
        "new_interface_mtu=1400",
        "new_dhcp_lease_time=600",
        "new_dhcp_server_identifier=10.0.0.1",
        // The default route and ours, as RFC 3442 has them.
        "new_classless=0 10 0 0 1 16 10 2 10 0 0 1",
    ] {
        assert!(first.out.contains(line), "{line}: {first}");
    }
    assert!(leased(&live, "10.0.0.100"));
    let row = &live.host("r1").leases()[0];
    assert_eq!(row.host_name.as_deref(), Some("kernel"));
    // The address is the kernel's now: to give it back it has to be there.
    kernel.ip("address add 10.0.0.100/24 dev eth0");
    let released = live.run(dhclient("-r"));
    assert!(released.err.contains("DHCPRELEASE"), "{released}");
    live.wait_for("the release", |live| (!leased(live, "10.0.0.100")).then_some(()));
    assert_clean(&live, &[]);
}

#[test]
fn udhcpc_gets_an_address_of_ours_with_and_without_broadcasts() {
    if Peer::find("udhcpc").is_none() {
        return;
    }
    let Some((kernel, mut live)) = beside_our_server() else { return };
    let folder = lanternet_tests::scratch();
    let script = script(folder.path());
    for (flags, address) in [("-q", "10.0.0.100"), ("-B", "10.0.0.100"), ("-C", "10.0.0.101")] {
        let mut command = kernel.command("udhcpc");
        command.args(["-n", "-q", "-f", "-i", "eth0", "-x", "hostname:kernel"]);
        command.arg("-s").arg(&script).arg(flags);
        let done = live.run(command);
        let said = format!("{}{}", done.out, done.err);
        assert!(said.contains(&format!("lease of {address} obtained")), "{done}");
        assert!(said.contains("serverid=10.0.0.1") && said.contains("dns=10.2.0.53"), "{done}");
        assert!(leased(&live, address), "{flags}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn our_client_gets_an_address_of_dnsmasq_and_the_kernel_reaches_it_there() {
    if Peer::find("dnsmasq").is_none() {
        return;
    }
    let Some(kernel) = Namespace::new() else { return };
    let mut live = Live::new(CLIENT, &[Plug::new(&kernel, "eth0", "10.0.0.9/24", "a1")]);
    let folder = lanternet_tests::scratch();
    let mut dnsmasq = kernel.command("dnsmasq");
    dnsmasq.args([
        "--conf-file=/dev/null",
        "--no-daemon",
        "--user=root",
        "--port=0",
        "--pid-file=",
    ]);
    dnsmasq.args(["--interface=eth0", "--bind-interfaces", "--no-ping", "--no-hosts"]);
    dnsmasq.args(["--dhcp-range=10.0.0.50,10.0.0.60,255.255.255.0,2m", "--log-dhcp"]);
    dnsmasq.args(["--dhcp-option=option:dns-server,10.0.0.53", "--domain=example.com"]);
    let leases = folder.path().join("leases");
    dnsmasq.arg(format!("--dhcp-leasefile={}", leases.display()));
    live.spawn(dnsmasq);
    let address = live.wait_for("an address of dnsmasq", |live| {
        live.host("a1").with_l3(|l3| l3.addresses().map(|(_, net)| net).next())
    });
    assert!(address.to_string().starts_with("10.0.0.5"), "{address}");
    let written = std::fs::read_to_string(&leases).expect("dnsmasq's leases");
    assert!(written.contains(&format!(" {} a1 ", address.addr())), "{written}");
    let dns = live.host("a1").dns().expect("told");
    assert_eq!(dns.servers, [IpAddr::from([10, 0, 0, 53])]);
    assert_eq!(dns.search, ["example.com"]);
    let default = live.host("a1").with_l3(|l3| {
        l3.routes().find(|(route, _)| route.is_default()).and_then(|(route, _)| route.via)
    });
    // dnsmasq gives itself as the gateway unless it is told otherwise.
    assert_eq!(default, Some(IpAddr::from([10, 0, 0, 9])));
    let ping = live.run(kernel.line(&format!("ping -c 2 -i 0.2 {}", address.addr())));
    assert!(ping.success().contains("2 received"), "{ping}");
    assert_clean(&live, &[]);
}
