//! The kernel's ping against ours.
use lanternet_tests::kernel::{Live, Namespace, Plug};

const CABLE: &str = "
name: cable
nodes:
  a1: { kind: host, address: 10.0.0.1/24, gateway: 10.0.0.9 }
";

#[test]
fn ping_of_the_kernel_is_answered_by_a_host_on_the_same_cable() {
    let Some(kernel) = Namespace::new() else { return };
    let mut live = Live::new(CABLE, &[Plug::new(&kernel, "eth0", "10.0.0.9/24", "a1")]);
    let mut ping = kernel.command("ping");
    ping.args(["-n", "-c", "3", "-i", "0.2", "10.0.0.1"]);
    let ended = live.run(ping);
    println!("{ended}");
    ended.success();
    println!("{:?}", live.complaints());
}
