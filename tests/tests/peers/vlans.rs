//! VLANs: the kernel's bridge against ours, frame by frame, and conversations over trunks between
//! what we simulate and the kernel's own VLAN interfaces.

use std::collections::BTreeMap;
use std::time::Duration;

use lanternet_core::{LinkSettings, PortRef, Rng, Simulation, VlanId};
use lanternet_net::l2::{BridgeConfig, PortVlans, Switch};
use lanternet_tests::kernel::{Live, Namespace, Plug};
use lanternet_tests::peer::Peer;
use lanternet_tests::tshark::Tshark;
use lanternet_tests::{captures, scratch};

use crate::{assert_clean, lines_with};

const PORTS: usize = 4;
/// Ports by the words of `bridge vlan add`: two access ports, a trunk with a native VLAN, a trunk
/// without.
const VLANS: [&[&str]; PORTS] = [
    &["10 pvid untagged"],
    &["20 pvid untagged"],
    &["10", "20", "30 pvid untagged"],
    &["10", "30"],
];
const MARK: &[u8] = b"lantern frame ";

/// The same ports for our bridge.
fn ours() -> Vec<Option<PortVlans>> {
    let vlan = |number: &str| VlanId::new(number.parse().expect("a number")).expect("a VLAN");
    let port = |words: &&[&str]| {
        let native = words.iter().find_map(|one| one.strip_suffix(" pvid untagged")).map(vlan);
        let tagged: Box<[_]> =
            words.iter().filter(|one| !one.contains(' ')).map(|one| vlan(one)).collect();
        Some(match (tagged.is_empty(), native) {
            (true, Some(vlan)) => PortVlans::Access(vlan),
            _ => PortVlans::Trunk { tagged, native },
        })
    };
    VLANS.iter().map(port).collect()
}

/// Random frames: few stations, tags in all combinations, with a number to know them by. Each tag is
/// asked for by port, EtherType, VLAN, and whether it is the outermost.
fn frames(count: u32, allowed: impl Fn(usize, u16, u16, bool) -> bool) -> Vec<(usize, Vec<u8>)> {
    let mut rng = Rng::named(1, "frames");
    let mut pick = move |below: usize| rng.below(below as u64) as usize;
    let mut frames = Vec::new();
    while frames.len() < count as usize {
        let port = pick(PORTS);
        let source = [0x02, 0, 0, 0, 9, pick(4) as u8];
        let mut destination = [0x02, 0, 0, 0, 9, pick(4) as u8];
        match pick(6) {
            0 => destination = [0xff; 6],
            1 => destination = [0x01, 0x00, 0x5e, 0x01, 0x02, 0x03],
            _ => {}
        }
        let mut bytes = [destination, source].concat();
        for _ in 0..pick(3) {
            let number = [0, 10, 20, 30, 40][pick(5)];
            let kind = if pick(5) == 0 { 0x88a8_u16 } else { 0x8100 };
            if !allowed(port, kind, number, bytes.len() == 12) {
                continue;
            }
            bytes.extend(kind.to_be_bytes());
            bytes.extend(((pick(8) as u16 * 0x2000) | number).to_be_bytes());
        }
        bytes.extend([0x88, 0xb5]);
        bytes.extend(MARK);
        bytes.extend(format!("{:04}", frames.len()).as_bytes());
        bytes.extend([0; 40]);
        frames.push((port, bytes));
    }
    frames
}

/// The frames of ours among those that left by the ports: for each its number, port, and bytes.
fn ours_among(left: impl Iterator<Item = (usize, Vec<u8>)>) -> BTreeMap<(u32, usize), Vec<u8>> {
    let number = |bytes: &[u8]| {
        let at = bytes.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
        std::str::from_utf8(bytes.get(at..at + 4)?).ok()?.parse().ok()
    };
    left.filter_map(|(port, bytes)| Some(((number(&bytes)?, port), bytes))).collect()
}

/// Cards of a kernel with nothing but cables to the test.
fn cards(kernel: &Namespace) -> (Live, Vec<PortRef>) {
    let mut sim = Simulation::new(1);
    let outside = (0..PORTS).map(|port| sim.add_external(&format!("x{port}"))).collect();
    let names: Vec<_> = (0..PORTS).map(|port| (format!("eth{port}"), format!("x{port}"))).collect();
    let plugs: Vec<_> =
        names.iter().map(|(card, node)| Plug::new(kernel, card, "192.0.2.1/32", node)).collect();
    (Live::over(sim, &plugs), outside)
}

/// Sends the frames through somebody's switch and through ours: they leave by the same ports with the
/// same bytes. `settle` gives the other one time after each frame.
fn compare(
    live: &mut Live,
    outside: &[PortRef],
    all: &[(usize, Vec<u8>)],
    mut settle: impl FnMut(&mut Live),
) {
    let mut sim = Simulation::new(1);
    let vlans = Some(ours());
    let config = BridgeConfig { vlans, ..BridgeConfig::with_ports(PORTS as u16) };
    let switch = sim.add_node("sw", Switch::new(config));
    let stations: Vec<PortRef> = (0..PORTS)
        .map(|port| {
            let at = sim.add_port(switch, &port.to_string());
            let station = sim.add_external(&format!("x{port}"));
            sim.add_link([at, station], [LinkSettings::default(), LinkSettings::default()]);
            station
        })
        .collect();
    for (port, bytes) in all {
        live.sim().inject(outside[*port], bytes.clone());
        // In order: what one frame teaches the table decides about the next.
        settle(live);
        sim.inject(stations[*port], bytes.clone());
        while sim.step() {}
    }
    live.run_for(Duration::from_millis(100));
    let drain = |sim: &mut Simulation, ports: &[PortRef]| {
        let left = ports.iter().enumerate().flat_map(|(port, at)| {
            let frames = sim.drain(*at).into_iter();
            frames.map(move |(_, frame)| (port, frame.bytes().to_vec())).collect::<Vec<_>>()
        });
        ours_among(left)
    };
    let theirs = drain(live.sim(), outside);
    let ours = drain(&mut sim, &stations);
    assert!(ours.len() > all.len() / 4, "only {} frames came through", ours.len());
    for key in theirs.keys().chain(ours.keys()) {
        let (number, port) = key;
        assert_eq!(
            ours.get(key),
            theirs.get(key),
            "frame {number} ({:02x?}) at port {port}: ours is on the left",
            all[*number as usize]
        );
    }
}

/// Makes a bridge of the kernel that knows VLANs. `None` where this kernel was built without.
fn vlan_bridge(kernel: &Namespace) -> Option<()> {
    let options = "stp_state 0 vlan_filtering 1 vlan_default_pvid 0 mcast_snooping 0";
    let made = kernel.line(&format!("ip link add br0 type bridge {options}")).output().ok()?;
    if !made.status.success() {
        return skip();
    }
    Some(())
}

/// Nothing can be installed that a kernel was built without, so this is no failure, wherever it runs.
fn skip() -> Option<()> {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "skipped: this kernel was built without VLANs");
    None
}

#[test]
fn each_frame_leaves_our_bridge_as_it_leaves_the_kernels() {
    let Some(kernel) = Namespace::new() else { return };
    let (mut live, outside) = cards(&kernel);
    let Some(()) = vlan_bridge(&kernel) else { return };
    for (port, vlans) in VLANS.iter().enumerate() {
        kernel.ip(&format!("link set eth{port} master br0"));
        for vlan in *vlans {
            let words = format!("bridge vlan add dev eth{port} vid {vlan}");
            live.run(kernel.line(&words)).success();
        }
    }
    kernel.ip("link set br0 up");
    live.run_for(Duration::from_millis(50));
    // The kernel takes on an access port what carries the tag of the port's own VLAN. A port that admits
    // frames without a tag only (802.1Q section 6.9.1), as access ports of real switches do, does not.
    let all = frames(400, |port, kind, number, first| {
        let own = VLANS[port] == [format!("{number} pvid untagged").as_str()];
        !(first && own && kind == 0x8100)
    });
    compare(&mut live, &outside, &all, |live| live.run_for(Duration::from_millis(4)));
}

#[test]
fn each_frame_leaves_our_bridge_as_it_leaves_open_vswitch() {
    let (Some(server), Some(_)) = (Peer::find("ovsdb-server"), Peer::find("ovs-vswitchd")) else {
        return;
    };
    let Some(kernel) = Namespace::new() else { return };
    let (mut live, outside) = cards(&kernel);
    drop(server);
    let folder = scratch();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let schema = "/usr/share/openvswitch/vswitch.ovsschema";
    live.run(kernel.line(&format!("ovsdb-tool create {} {schema}", path("conf.db")))).success();
    live.spawn(kernel.line(&format!(
        "ovsdb-server {} --remote=punix:{} --unixctl={}",
        path("conf.db"),
        path("db.sock"),
        path("db.ctl")
    )));
    live.wait_for("the database's socket", |_| {
        folder.path().join("db.sock").exists().then_some(())
    });
    let vsctl = format!("ovs-vsctl --db=unix:{} --timeout=20", path("db.sock"));
    live.run(kernel.line(&format!("{vsctl} --no-wait init"))).success();
    live.spawn(kernel.line(&format!(
        "ovs-vswitchd unix:{} --unixctl={} --disable-system",
        path("db.sock"),
        path("ovs.ctl")
    )));
    // Its own switching, not the kernel's: that needs a module.
    live.run(kernel.line(&format!(
        "{vsctl} add-br br0 -- set bridge br0 datapath_type=netdev fail-mode=standalone"
    )))
    .success();
    for (port, mode) in [
        "tag=10",
        "tag=20",
        "tag=30 vlan_mode=native-untagged trunks=10,20",
        "vlan_mode=trunk trunks=10,30",
    ]
    .iter()
    .enumerate()
    {
        live.run(kernel.line(&format!("{vsctl} add-port br0 eth{port} {mode}"))).success();
    }
    live.run_for(Duration::from_millis(200));
    // It takes a service tag in front for a VLAN as well; 802.1Q does not (section 6.9).
    let all = frames(250, |_, kind, _, first| !first || kind == 0x8100);
    let settled = format!("ovs-appctl -t {} revalidator/purge", path("ovs.ctl"));
    compare(&mut live, &outside, &all, |live| {
        live.run_for(Duration::from_millis(4));
        // It decides by what it remembers of earlier frames until it looks at its tables again.
        live.run(kernel.line(&settled)).success();
    });
}

/// A three-layer switch of ours: VLAN 10 at port 1, a trunk of 10 and 20 at port 2. Port 3 only says
/// that there are three.
const L3_SWITCH: &str = "
name: core
nodes:
  core:
    kind: l3-switch
    vlans:
      10: { address: 10.0.10.254/24 }
      20: { address: 10.0.20.254/24 }
    ports:
      1: { vlan: 10 }
      2: { trunk: [10, 20] }
      3: { address: 10.0.30.1/30 }
";

#[test]
fn kernels_talk_across_our_three_layer_switch_one_of_them_over_a_trunk() {
    let (Some(a), Some(b)) = (Namespace::new(), Namespace::new()) else { return };
    let plugs = [
        Plug::new(&a, "eth0", "10.0.10.1/24", "core:1"),
        Plug::new(&b, "eth0", "192.0.2.1/32", "core:2"),
    ];
    let mut live = Live::new(L3_SWITCH, &plugs);
    let probe = b.line("ip link add link eth0 name probe type vlan id 1").output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        skip();
        return;
    }
    a.ip("route add default via 10.0.10.254");
    for (number, address) in [(10, "10.0.10.2/24"), (20, "10.0.20.2/24")] {
        b.ip(&format!("link add link eth0 name eth0.{number} type vlan id {number}"));
        b.ip(&format!("address add {address} dev eth0.{number}"));
        b.ip(&format!("link set eth0.{number} up"));
    }
    b.ip("route add 10.0.30.0/24 via 10.0.20.254");
    // Within VLAN 10, with a full frame: the tag takes nothing from the payload.
    let ended = live.run(a.line("ping -n -c 2 -i 0.1 -W 5 -s 1472 -M do 10.0.10.2"));
    assert!(ended.success().contains(" 0% packet loss"), "{ended}");
    assert_eq!(lines_with(ended.success(), " ttl=64 ").len(), 2);
    // From VLAN 10 to VLAN 20: one hop more. The kernel answers by the way its own table says, which
    // is VLAN 10 where it has an address.
    b.ip("address del 10.0.10.2/24 dev eth0.10");
    b.ip("route add 10.0.10.0/24 via 10.0.20.254");
    let ended = live.run(a.line("ping -n -c 2 -i 0.1 -W 5 -s 1472 -M do 10.0.20.2"));
    assert!(ended.success().contains(" 0% packet loss"), "{ended}");
    assert_eq!(lines_with(ended.success(), " ttl=63 ").len(), 2);
    // The switch itself, in both.
    for address in ["10.0.10.254", "10.0.20.254"] {
        let ended = live.run(a.line(&format!("ping -n -c 1 -W 5 {address}")));
        assert!(ended.success().contains(" 0% packet loss"), "{ended}");
    }
    assert_clean(&live, &[]);
}

const ON_A_STICK: &str = "
name: on-a-stick
nodes:
  r1:
    kind: router
    interfaces:
      eth0.10: { address: 10.0.10.254/24 }
      eth0.20: { address: 10.0.20.254/24 }
  a1: { kind: host, address: 10.0.10.1/24, gateway: 10.0.10.254 }
  b1: { kind: host, address: 10.0.20.1/24, gateway: 10.0.20.254 }
";

#[test]
fn our_router_on_a_stick_stands_at_a_bridge_of_the_kernel() {
    let Some(kernel) = Namespace::new() else { return };
    let plugs = [
        Plug::new(&kernel, "eth0", "192.0.2.1/32", "r1:eth0"),
        Plug::new(&kernel, "eth1", "192.0.2.2/32", "a1"),
        Plug::new(&kernel, "eth2", "192.0.2.3/32", "b1"),
    ];
    let mut live = Live::new(ON_A_STICK, &plugs);
    let Some(()) = vlan_bridge(&kernel) else { return };
    for card in ["eth0", "eth1", "eth2"] {
        kernel.ip(&format!("link set {card} master br0"));
    }
    for port in
        ["eth0 vid 10", "eth0 vid 20", "eth1 vid 10 pvid untagged", "eth2 vid 20 pvid untagged"]
    {
        live.run(kernel.line(&format!("bridge vlan add dev {port}"))).success();
    }
    kernel.ip("link set br0 up");
    let (code, out) = live.run_ours("a1", "ping 10.0.20.1 -c 3 -i 100ms -s 1472");
    assert_eq!((code, lines_with(&out, " ttl=63 ").len()), (0, 3), "{out}");
    // One MAC address in two VLANs, as the kernel's own table has it.
    let table = live.run(kernel.line("bridge fdb show br br0"));
    let mac = live.host("r1").with_l3(|l3| l3.mac(lanternet_core::PortId(0))).expect("eth0");
    for vlan in [10, 20] {
        let row = format!("{mac} dev eth0 vlan {vlan} master br0");
        assert!(table.success().contains(&row), "{row} is not in\n{}", table.success());
    }
    assert_clean(&live, &[]);
}

#[test]
fn tshark_reads_the_tags_that_we_put_on() {
    let Some(tshark) = Tshark::find() else { return };
    let mut run = lanternet_tests::labs::Run::of(&lanternet_tests::labs::text("vlan-trunk"));
    let sent: Vec<Vec<u8>> = run
        .records
        .drain(..)
        .filter_map(|record| match record.event {
            lanternet_core::TraceEvent::FrameSent { frame, .. } => Some(frame.bytes().to_vec()),
            _ => None,
        })
        .collect();
    let directory = scratch();
    let file = directory.path().join("trunk.pcapng");
    captures::write(&file, sent.iter().map(Vec::as_slice));
    let complaints = tshark.complaints(&file);
    assert!(complaints.is_empty(), "{complaints:?}");
    let fields = tshark.fields(&file, &["vlan.id", "vlan.priority", "vlan.etype", "ip.src"], &[]);
    for (frame, fields) in sent.iter().zip(&fields) {
        let ours = (frame[12..14] == [0x81, 0x00])
            .then(|| (u16::from_be_bytes([frame[14], frame[15]]) & 0x0fff).to_string());
        let theirs = fields.get("vlan.id").and_then(|values| values.first()).cloned();
        assert_eq!(ours, theirs, "{frame:02x?}");
    }
    let tags: std::collections::BTreeSet<_> =
        fields.iter().filter_map(|fields| fields.get("vlan.id")?.first().cloned()).collect();
    assert_eq!(tags.into_iter().collect::<Vec<_>>(), ["10", "20"], "the native VLAN has no tag");
}
