//! The networks that the kernel is plugged into.

use lanternet_tests::kernel::{Live, Namespace, Plug};

/// One simulated host, and the kernel as its gateway.
pub(crate) const CABLE: &str = "
name: cable
nodes:
  a1: { kind: host, address: 10.0.0.1/24, gateway: 10.0.0.9 }
";

/// Two simulated hosts at a switch.
pub(crate) const SWITCH: &str = "
name: switch
nodes:
  a1: { kind: host, address: 10.0.0.1/24 }
  a2: { kind: host, address: 10.0.0.2/24 }
  sw: { kind: switch }
links:
  - a1 -- sw
  - a2 -- sw
";

/// One simulated router with a host behind it; the kernel's network is 10.1.0.0/24.
pub(crate) const ROUTER: &str = "
name: router
nodes:
  b1: { kind: host, address: 10.2.0.1/24, gateway: 10.2.0.254 }
  r1:
    kind: router
    interfaces:
      eth0: { address: 10.1.0.254/24 }
      eth1: { address: 10.2.0.254/24 }
links:
  - b1 -- r1:eth1
";

/// Three simulated routers in a row; the kernel's network is 10.1.0.0/24, the host's 10.2.0.0/24.
/// `LINK` stands for the settings of the cable in the middle.
const THREE_ROUTERS: &str = "
name: three-routers
nodes:
  b1: { kind: host, address: 10.2.0.1/24, gateway: 10.2.0.254 }
  r1:
    kind: router
    interfaces:
      eth0: { address: 10.1.0.254/24 }
      eth1: { address: 10.0.12.1/30 }
    routes:
      - { to: 10.2.0.0/24, via: 10.0.12.2 }
      - { to: 10.0.23.0/30, via: 10.0.12.2 }
  r2:
    kind: router
    interfaces:
      eth0: { address: 10.0.12.2/30 }
      eth1: { address: 10.0.23.1/30 }
    routes:
      - { to: 10.1.0.0/24, via: 10.0.12.1 }
      - { to: 10.2.0.0/24, via: 10.0.23.2 }
  r3:
    kind: router
    interfaces:
      eth0: { address: 10.0.23.2/30 }
      eth1: { address: 10.2.0.254/24 }
    routes:
      - { to: 10.1.0.0/24, via: 10.0.23.1 }
      - { to: 10.0.12.0/30, via: 10.0.23.1 }
links:
  - { between: [\"r1:eth1\", \"r2:eth0\"] }
  - { between: [\"r2:eth1\", \"r3:eth0\"]LINK }
  - r3:eth1 -- b1
";

/// Makes one of these networks; `None` where there are no namespaces.
pub(crate) type Make = fn() -> Option<(Namespace, Live)>;

/// The kernel as 10.0.0.9 on a cable with a1.
pub(crate) fn cable() -> Option<(Namespace, Live)> {
    let kernel = Namespace::new()?;
    let live = Live::new(CABLE, &[Plug::new(&kernel, "eth0", "10.0.0.9/24", "a1")]);
    Some((kernel, live))
}

/// The kernel as 10.0.0.9 at a switch with a1 and a2.
pub(crate) fn switch() -> Option<(Namespace, Live)> {
    let kernel = Namespace::new()?;
    let live = Live::new(SWITCH, &[Plug::new(&kernel, "eth0", "10.0.0.9/24", "sw")]);
    Some((kernel, live))
}

/// The kernel as 10.1.0.1, one router away from b1.
pub(crate) fn router() -> Option<(Namespace, Live)> {
    routed(ROUTER)
}

/// The kernel as 10.1.0.1, three routers away from b1.
pub(crate) fn three_routers() -> Option<(Namespace, Live)> {
    three_routers_with("")
}

/// The same with settings for the cable before the last router, as `, mtu: 1000`.
pub(crate) fn three_routers_with(settings: &str) -> Option<(Namespace, Live)> {
    routed(&THREE_ROUTERS.replace("LINK", settings))
}

fn routed(lab: &str) -> Option<(Namespace, Live)> {
    let kernel = Namespace::new()?;
    let live = Live::new(lab, &[Plug::new(&kernel, "eth0", "10.1.0.1/24", "r1:eth0")]);
    kernel.ip("route add default via 10.1.0.254");
    Some((kernel, live))
}
