//! Groups: the kernel's bridge listens in on our hosts, and our switch on the kernel.

use lanternet_core::Instant;
use lanternet_net::l2::Switch;
use lanternet_tests::kernel::{Live, Namespace, Plug};

use crate::assert_clean;

const MEMBER: &str = "
name: member
nodes:
  a1: { kind: host, address: 10.0.0.1/24, groups: [239.1.2.3] }
";

const SNOOPER: &str = "
name: snooper
nodes:
  s1: { kind: switch, snooping: { querier: true } }
  a1: { kind: host, address: 10.0.0.1/24 }
links:
  - a1 -- s1
";

#[test]
fn a_bridge_of_the_kernel_learns_the_groups_of_our_hosts() {
    let Some(kernel) = Namespace::new() else { return };
    kernel.ip("link add br0 type bridge stp_state 0 mcast_snooping 1 mcast_igmp_version 3");
    kernel.ip("link set br0 up");
    let mut live = Live::new(MEMBER, &[Plug::new(&kernel, "eth0", "192.0.2.1/32", "a1")]);
    kernel.ip("link set eth0 master br0");
    // What the host said when it started came too early: the bridge has to ask.
    kernel.ip("link set br0 type bridge mcast_querier 1");
    live.wait_for("the group in the kernel's table", |live| {
        let table = live.run(kernel.line("bridge mdb show dev br0"));
        table.success().contains("port eth0 grp 239.1.2.3").then_some(())
    });
    assert_clean(&live, &[]);
}

#[test]
fn our_switch_learns_the_groups_of_the_kernel_in_both_versions() {
    for version in [2, 3] {
        let Some(kernel) = Namespace::new() else { return };
        let mut live = Live::new(SNOOPER, &[Plug::new(&kernel, "eth0", "10.0.0.9/24", "s1")]);
        kernel.sysctl(&format!("net.ipv4.conf.eth0.force_igmp_version={version}"));
        let member = "
group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
group.bind(('', 7000))
ends = socket.inet_aton('239.1.2.3') + socket.inet_aton('10.0.0.9')
group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, ends)
print('joined', flush=True)
print(group.recv(100), flush=True)
";
        let child = live.spawn_until(kernel.python(member, &[]), "joined");
        let node = live.node("s1");
        let known = |live: &mut Live, now: Instant| {
            let switch = live.sim().device::<Switch>(node).expect("a switch");
            let rows = switch.bridge().groups(now).expect("it listens in");
            rows.iter().any(|row| row.group == "239.1.2.3".parse().ok())
        };
        live.wait_for("the group in our table", |live| {
            let now = live.sim().now();
            known(live, now).then_some(())
        });
        let send = "connect echo 239.1.2.3:7000 --udp --broadcast --say hello";
        live.launch("a1", send);
        let ended = live.finish(child);
        assert!(ended.success().contains("hello"), "{ended}");
        // Closing the socket leaves the group; asked, nobody answers.
        live.wait_for("the group to go", |live| {
            let now = live.sim().now();
            (!known(live, now)).then_some(())
        });
        assert_clean(&live, &[]);
    }
}
