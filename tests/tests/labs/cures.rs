//! What cures the broken labs: the mistake is the only thing that is wrong with them.

use super::{Change, change};

pub(super) const CURES: &[Change] = &[
    change(
        "broken/dhcp-pool-exhausted",
        &[("192.168.1.100-192.168.1.101", "192.168.1.100-192.168.1.102")],
        &["laptop cannot reach r1", "phone cannot reach laptop", "exit of laptop is 2"],
    ),
    change(
        "broken/address-in-use",
        &[("192.168.1.80/24, detect-conflicts: true", "192.168.1.81/24, detect-conflicts: true")],
        &["output of copy contains \"unreachable\"", "exit of copy is 2", "a1 cannot reach s2"],
    ),
    // Without asking first, s2 takes s1's address and is in the way.
    change(
        "broken/address-in-use",
        &[("192.168.1.80/24, detect-conflicts: true", "192.168.1.80/24")],
        &["exit of copy is 2", "exit of first is 0"],
    ),
    change(
        "broken/address-in-use",
        &[("192.168.1.1/24, detect-conflicts: true", "192.168.1.1/24")],
        &["exit of early is 2"],
    ),
    change(
        "broken/cable-pulled",
        &[("state: down", "state: up")],
        &["a1 cannot reach b1", "b1 cannot reach a1"],
    ),
    // One address is enough for a beginning.
    change(
        "broken/dns-loop",
        &[("two        NS  ns.one", "two        NS  ns.one\n    ns.one     A   10.0.0.4")],
        &["output of servers contains \"Temporary failure\"", "exit of servers is 1"],
    ),
    change(
        "broken/dns-loop",
        &[("b    CNAME a", "b    A 10.0.0.83")],
        &["output of aliases contains \"Temporary failure\"", "exit of aliases is 1"],
    ),
    change(
        "broken/lame-delegation",
        &[("ns1.example  A   10.0.0.3", "ns1.example  A   10.0.0.4")],
        &["output of ask contains \"Temporary failure\"", "exit of ask is 1"],
    ),
    change(
        "broken/lame-delegation",
        &[(
            "run: serve dns --zone other.com.zone }",
            "run: serve dns --zone other.com.zone --zone example.com.zone }",
        )],
        &[
            "output of ask contains \"Temporary failure\"",
            "exit of ask is 1",
            "output of old-server contains \"REFUSED\"",
        ],
    ),
    change(
        "broken/duplicate-address",
        &[(
            "s2: { kind: host, address: 192.168.1.80/24 }",
            "s2: { kind: host, address: 192.168.1.81/24 }",
        )],
        &[
            "output of first contains \"connection refused\"",
            "output of third contains \"connection refused\"",
            "exit of first is 1",
            "exit of third is 1",
        ],
    ),
    change(
        "broken/gateway-off-segment",
        &[("192.168.10.1/24, gateway: 192.168.20.254", "192.168.10.1/24, gateway: 192.168.10.254")],
        &["a1 cannot reach b1"],
    ),
    change(
        "broken/moved-station",
        &[("02:00:00:00:00:80: 2", "02:00:00:00:00:80: 3")],
        &["exit of a1 is 1", "output of a1 contains \"timed out\""],
    ),
    change(
        "broken/mtu-black-hole",
        &[("mtu: 1400", "mtu: 1500")],
        &["exit of full is 1", "output of full contains \"100% packet loss\""],
    ),
    change(
        "broken/native-mismatch",
        &[("native: 20", "native: 10")],
        &["a1 cannot reach a2", "a2 cannot reach a1", "b1 cannot reach b2", "b2 cannot reach b1"],
    ),
    change(
        "broken/nat-without-forward",
        &[(
            "nat: { outside: eth0 }",
            "nat: { outside: eth0, forward: [{ tcp: 8080, to: 192.168.1.3:8080 }] }",
        )],
        &["guest cannot reach 203.0.113.5:8080"],
    ),
    change(
        "broken/no-default-route-back",
        &[(
            "      eth1: { address: 10.2.0.1/24 }\n",
            "      eth1: { address: 10.2.0.1/24 }\n    routes: [{ to: default, via: 10.0.2.1 }]\n",
        )],
        &["pc cannot reach till", "till cannot reach pc"],
    ),
    change(
        "broken/no-name-server",
        &[("dns: 192.168.1.35", "dns: 192.168.1.53")],
        &[
            "a2 cannot reach shop.example",
            "output of silent contains \"Temporary failure in name resolution\"",
            "exit of silent is 2",
        ],
    ),
    change(
        "broken/no-name-server",
        &[("192.168.1.3/24 }", "192.168.1.3/24, dns: 192.168.1.53 }")],
        &["output of nobody contains \"nobody knows the name\"", "exit of nobody is 2"],
    ),
    change(
        "broken/no-gateway",
        &[("192.168.10.1/24 }", "192.168.10.1/24, gateway: 192.168.10.254 }")],
        &["a1 cannot reach b1", "b1 cannot reach a1"],
    ),
    change(
        "broken/no-way-back",
        &[(
            "      eth1: { address: 10.2.0.254/24 }\n",
            "      eth1: { address: 10.2.0.254/24 }\n    routes: [{ to: 10.1.0.0/24, via: 10.0.12.1 }]\n",
        )],
        &["a1 cannot reach b1", "b1 cannot reach a1", "a1 cannot reach r2"],
    ),
    change(
        "broken/other-network",
        &[("192.168.11.2/24", "192.168.10.2/24")],
        &["a1 cannot reach a2", "a2 cannot reach a3"],
    ),
    change(
        "broken/routing-loop",
        &[
            ("      - { to: 10.3.0.0/24, via: 10.0.12.1 }\n", ""),
            (
                "      eth1: { address: 10.2.0.254/24 }",
                "      eth1: { address: 10.2.0.254/24 }\n      eth2: { address: 10.3.0.1/24 }",
            ),
        ],
        &[
            "a1 cannot reach 10.3.0.1",
            "output of a1 contains \"Time to live exceeded\"",
            "exit of a1 is 1",
        ],
    ),
    change(
        "broken/stale-arp",
        &[("192.168.1.80: 02:00:00:00:00:80", "192.168.1.80: 02:00:00:00:00:81")],
        &[
            "exit of a1 is 1",
            "output of a1 contains \"timed out\"",
            "a1 cannot reach s1",
            "s1 cannot reach a1",
        ],
    ),
    change(
        "broken/storm",
        &[(
            "links:\n  - a1 -- sw-a\n  - b1 -- sw-b\n  - { between: [sw-a, sw-b], delay: 20ms }\n",
            "links:\n  - a1 -- sw-a\n  - b1 -- sw-b\n",
        )],
        &["output of a1 contains \"100% packet loss\"", "exit of a1 is 1"],
    ),
    change(
        "broken/trunk-lacks-vlan",
        &[("      3: { trunk: [10] }", "      3: { trunk: [10, 20] }")],
        &["b1 cannot reach b2", "b2 cannot reach b1"],
    ),
    change(
        "broken/wrong-gateway",
        &[("192.168.10.253", "192.168.10.254")],
        &["a1 cannot reach b1"],
    ),
    change(
        "broken/wrong-mask",
        &[("192.168.20.1/16", "192.168.20.1/24")],
        &["a1 cannot reach b1", "b1 cannot reach a1"],
    ),
    change(
        "broken/wrong-port",
        &[("--port 9091", "--port 9090")],
        &[
            "a1 reaches b1:9091",
            "a1 cannot reach b1:9090",
            "output of client contains \"connection refused\"",
            "exit of client is 1",
        ],
    ),
    change(
        "broken/wrong-vlan",
        &[("      2: { vlan: 20 }", "      2: { vlan: 10 }")],
        &[
            "a2 cannot reach a1",
            "a1 cannot reach a2",
            "a2 cannot reach 192.168.10.254",
            "a2 cannot reach b1",
        ],
    ),
];
