//! Every lab runs to its end and what it expects holds; and each expectation fails when the thing it
//! is about is broken, or, in the broken labs, mended.

use std::collections::BTreeSet;

use lanternet_core::Stop;
use lanternet_tests::labs::{self, Run};

mod runs {
    //! One test per lab.

    lanternet_tests::for_each_lab!(super::runs_to_its_end_and_keeps_what_it_promises);
}

fn runs_to_its_end_and_keeps_what_it_promises(name: &str) {
    let mut run = Run::of(&labs::text(name));
    // A lab that says when it ends is about something that does not end by itself.
    let stop = if run.lab.until.is_some() { Stop::TimeLimit } else { Stop::Idle };
    assert_eq!(run.end.stop, stop);
    assert_eq!(run.end.unfinished, []);
    assert!(!run.lab.expectations.is_empty(), "a lab that expects nothing proves nothing");
    let failed = run.failed_expectations();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// A small change to a lab, and the expectations that no longer hold then.
struct Change {
    lab: &'static str,
    /// Each text is in the lab exactly once.
    edits: &'static [(&'static str, &'static str)],
    /// At least these fail; others may.
    fails: &'static [&'static str],
}

const fn change(
    lab: &'static str,
    edits: &'static [(&'static str, &'static str)],
    fails: &'static [&'static str],
) -> Change {
    Change { lab, edits, fails }
}

/// What breaks the good labs.
const BREAKAGES: &[Change] = &[
    change(
        "cable",
        &[("- a1 -- a2", "- { between: [a1, a2], state: down }")],
        &[
            "a1 reaches a2",
            "a2 reaches a1",
            "output of a1 contains \"3 received\"",
            "output of a1 contains \", 0% packet loss\"",
            "exit of a1 is 0",
        ],
    ),
    change(
        "dhcp",
        &[("reserve: { \"02:00:00:00:00:09\": 192.168.10.9 }", "lease: 2h")],
        &["printer has address 192.168.10.9"],
    ),
    // Nobody lends anything on the left.
    change(
        "dhcp",
        &[("- sw-a -- r1:eth0", "- { between: [sw-a, \"r1:eth0\"], state: down }")],
        &[
            "printer has address 192.168.10.9",
            "pc has address in 192.168.10.0/24",
            "pc reaches printer:9100",
            "pc reaches phone",
        ],
    ),
    // The relay speaks to nobody.
    change(
        "dhcp",
        &[("dhcp-relay: 10.0.0.5", "dhcp-relay: 10.0.0.6")],
        &["phone has address 192.168.20.100", "pc reaches phone", "exit of phone-ping is 0"],
    ),
    change("dhcp", &[("--port 9100", "--port 9101")], &["pc reaches printer:9100"]),
    // Another network: with one cable only, both directions fail.
    change("cable", &[("192.168.1.2/24", "192.168.2.2/24")], &["a1 reaches a2", "a2 reaches a1"]),
    change("cable", &[("--count 3", "--count 2")], &["output of a1 contains \"3 received\""]),
    change(
        "cable",
        &[(
            "run: ping a2 --count 3 }",
            "run: ping a2 --count 3 }\n  - { on: a2, run: serve echo --port 80 }",
        )],
        &["a1 cannot reach a2:80"],
    ),
    change(
        "hub",
        &[("- a2 -- hub", "- { between: [a2, hub], state: down }")],
        &[
            "a1 reaches a2",
            "a2 reaches a3",
            "output of a1 contains \"is anybody listening?\"",
            "exit of a1 is 0",
        ],
    ),
    change("hub", &[("192.168.1.3/24", "192.168.3.3/24")], &["a1 reaches a3", "a2 reaches a3"]),
    change(
        "hub",
        &[("a2:7 ", "a2:8 ")],
        &["output of a1 contains \"is anybody listening?\"", "exit of a1 is 0"],
    ),
    // Each site on the other's port.
    change(
        "sites",
        &[("--port 8001 --dir sites/a", "--port 8003 --dir sites/a")],
        &[
            "output of page-a contains \"lanterns\"",
            "output of wrong-port contains \"421 Misdirected Request\"",
            "output of again contains \"304 Not Modified\"",
            "output of short contains \"today.html\"",
        ],
    ),
    change(
        "sites",
        &[("--dir sites/b --name b.example", "--dir sites/b --name c.example")],
        &[
            "output of page-b contains \"<h1>Site B\"",
            "output of end contains \"206 Partial Content\"",
            "output of end contains \"kites\"",
            "output of out contains \"404 Not Found\"",
        ],
    ),
    change(
        "sites",
        &[(" --name a.example }", " }")],
        &["output of wrong-port contains \"421 Misdirected Request\"", "exit of wrong-port is 1"],
    ),
    change(
        "sites",
        &[("at: 500ms, run: serve site --port 8002", "at: 500ms, run: serve site")],
        &[
            "output of late contains \"the program `site-b` on this host has port 8002\"",
            "output of no-port contains \"connection refused\"",
            "exit of no-port is 1",
        ],
    ),
    change(
        "sites",
        &[("search: a.example", "search: c.example")],
        &["laptop resolves www to 203.0.113.80"],
    ),
    // The page is another one now.
    change(
        "sites",
        &[("Made of paper", "Made of silk")],
        &["output of again contains \"304 Not Modified\""],
    ),
    change(
        "sites",
        &[("www.b  CNAME b", "www.b  A 203.0.113.81")],
        &["phone reaches www.b.example:8002", "output of page-b contains \"<h1>Site B\""],
    ),
    // The name server is gone, and with it all that is reached by name.
    change(
        "sites",
        &[("- ns -- sw-cloud", "- { between: [ns, sw-cloud], state: down }")],
        &[
            "laptop resolves www.a.example to 203.0.113.80",
            "laptop resolves www to 203.0.113.80",
            "output of page-a contains \"lanterns\"",
        ],
    ),
    // The site moved, and what was learned of it before is wrong now.
    change(
        "dns-hierarchy",
        &[("www   A   203.0.113.80", "www   A   203.0.113.90")],
        &[
            "pc resolves www.example.com to 203.0.113.80",
            "pc resolves a.shop.example.com to 203.0.113.80",
            "output of first contains \"203.0.113.80\"",
            "output of visit contains \"hello\"",
        ],
    ),
    change(
        "dns-hierarchy",
        &[("hosts: { printer: 192.168.1.1 }", "hosts: { printer: 192.168.1.9 }")],
        &["pc resolves printer to 192.168.1.1"],
    ),
    change(
        "dns-hierarchy",
        &[("search: [example.com]", "search: [example.cn]")],
        &["output of beside contains \"203.0.113.81\""],
    ),
    change(
        "dns-hierarchy",
        &[("$ORIGIN example.com.\n    $TTL 5m", "$ORIGIN example.com.\n    $TTL 1s")],
        &["output of again contains \"from the cache of this host, for 291s more\""],
    ),
    // The wrong glue: who asks for the alias is sent to a host that is not there.
    change(
        "dns-hierarchy",
        &[("ns2.example  A   203.0.113.54", "ns2.example  A   203.0.113.55")],
        &[
            "output of visit contains \"hello\"",
            "output of alias contains \"www.example.com.\"",
            "exit of alias is 0",
        ],
    ),
    change(
        "dns-hierarchy",
        &[("    *.shop CNAME www", "    no-such-host A 203.0.113.80")],
        &["pc resolves a.shop.example.com to 203.0.113.80", "exit of nobody is 1"],
    ),
    change(
        "dorm",
        &[(
            "{ between: [a2, sw], preset: lan }",
            "{ between: [a2, sw], preset: lan, state: down }",
        )],
        &["output of first contains \"2 received\"", "exit of first is 0", "a4 reaches a2"],
    ),
    change(
        "dorm",
        &[("192.168.10.4/24", "192.168.10.77/30")],
        &[
            "output of second contains \"2 received\"",
            "exit of second is 0",
            "a1 reaches a4",
            "a4 reaches a2",
        ],
    ),
    change(
        "two-dorms",
        &[("- sw-a -- r1:eth0", "- { between: [sw-a, \"r1:eth0\"], state: down }")],
        &[
            "a1 reaches b3",
            "b3 reaches a1",
            "a1 reaches b3:9090",
            "output of client contains \"HELLO\"",
            "exit of client is 0",
        ],
    ),
    change(
        "two-dorms",
        &[("192.168.10.2/24, gateway: 192.168.10.254", "192.168.11.2/24, gateway: 192.168.11.254")],
        &["a1 reaches a2"],
    ),
    // The server's mask takes a1 for a neighbour.
    change(
        "two-dorms",
        &[("192.168.20.3/24", "192.168.20.3/16")],
        &["a1 reaches b3", "b3 reaches a1", "a1 reaches b3:9090"],
    ),
    change(
        "two-dorms",
        &[("serve upper --port 9090", "serve upper --port 9091")],
        &["a1 reaches b3:9090", "a1 cannot reach b3:9091", "exit of client is 0"],
    ),
    change("two-dorms", &[("serve upper", "serve echo")], &["output of client contains \"HELLO\""]),
    // Nobody tells the prefix, or the way out.
    change(
        "dual-stack",
        &[(", advertise: true", "")],
        &[
            "phone has address in 2001:db8:1::/64",
            "phone has address 2001:db8:1::ff:fe00:101",
            "phone reaches server",
            "phone reaches server:7",
            "desk reaches phone",
            "server reaches phone",
            "output of talk-6 contains \"over IPv6\"",
            "exit of ping-phone is 0",
        ],
    ),
    // One family without a way back, or out, while the other has one.
    change(
        "dual-stack",
        &[(", gateway6: 2001:db8:2::1", "")],
        &[
            "phone reaches server",
            "desk reaches 2001:db8:2::2",
            "output of ping-6 contains \"2 received\"",
        ],
    ),
    change(
        "dual-stack",
        &[(", gateway6: 2001:db8:1::1", "")],
        &["desk reaches 2001:db8:2::2", "output of way contains \"2001:db8:1::1\""],
    ),
    change(
        "dual-stack",
        &[("gateway: 192.168.1.1, ", "")],
        &[
            "desk reaches old",
            "desk reaches 192.168.2.2",
            "output of ping-4 contains \"2 received\"",
            "output of talk-4 contains \"over IPv4\"",
        ],
    ),
    change(
        "dual-stack",
        &[("address: slaac", "addresses: [192.168.1.3/24, slaac], gateway: 192.168.1.1")],
        &["phone cannot reach old"],
    ),
    change(
        "dual-stack",
        &[("02:00:00:00:01:01", "02:00:00:00:01:02")],
        &["phone has address 2001:db8:1::ff:fe00:101"],
    ),
    // Everything in one VLAN: a broadcast gets to all, and the boxes in it are no longer two.
    change(
        "two-dorms-l3",
        &[
            ("      4: { vlan: 20 }", "      4: { vlan: 10 }"),
            ("      5: { vlan: 20 }", "      5: { vlan: 10 }"),
            ("      6: { vlan: 20 }", "      6: { vlan: 10 }"),
        ],
        &[
            "a1 reaches b3",
            "b3 reaches a1",
            "core reaches b2",
            "a1 reaches b3:9090",
            "output of client contains \"HELLO\"",
            "output of right does not contain \"192.168.10.3\"",
        ],
    ),
    change(
        "two-dorms-l3",
        &[("20: { name: right, address: 192.168.20.254/24 }", "20: { name: right }")],
        &["a1 reaches 192.168.20.254", "a1 reaches b3"],
    ),
    // Ports in the wrong VLAN.
    change(
        "two-dorms-l3",
        &[("      2: { vlan: 10 }", "      2: { vlan: 20 }")],
        &[
            "a1 reaches a2",
            "output of way contains \"192.168.10.254\"",
            "output of left contains \"192.168.10.3\"",
        ],
    ),
    // No VLANs at all on the cable to the router: it sees no tag.
    change(
        "vlan-trunk",
        &[("      4: { trunk: [10, 20] }", "      4: { vlan: 10 }")],
        &["a1 reaches b1", "b2 reaches a1", "output of way contains \"192.168.10.254\""],
    ),
    change(
        "vlan-trunk",
        &[(
            "      1: { vlan: 10 }\n      2: { vlan: 20 }\n      3: { trunk: [10, 20], native: 99 }\n      4: { vlan: 99 }",
            "      1: { vlan: 10 }\n      2: { vlan: 20 }\n      3: { trunk: [20] }\n      4: { vlan: 99 }",
        )],
        &[
            "a1 reaches a2",
            "m1 reaches m2",
            "output of big contains \"1 received\"",
            "output of office contains \"192.168.10.1\"",
        ],
    ),
    // One VLAN, whatever the networks are.
    change(
        "vlan-trunk",
        &[(
            "      2: { vlan: 20 }\n      3: { trunk: [10, 20], native: 99 }\n      4: { vlan: 99 }",
            "      2: { vlan: 10 }\n      3: { trunk: [10, 20], native: 99 }\n      4: { vlan: 99 }",
        )],
        &["output of guests does not contain \"192.168.10.1\""],
    ),
    // With a router for the third VLAN too it is reached.
    change(
        "vlan-trunk",
        &[
            ("      4: { trunk: [10, 20] }", "      4: { trunk: [10, 20, 99] }"),
            ("      eth0.20: ", "      eth0.99: { address: 192.168.99.254/24 }\n      eth0.20: "),
            ("192.168.99.1/24", "192.168.99.1/24, gateway: 192.168.99.254"),
        ],
        &["m1 cannot reach a1", "a1 cannot reach m1"],
    ),
    change(
        "three-routers",
        &[("      - { to: 10.1.0.0/24, via: 10.0.23.1 }\n", "")],
        &[
            "a1 reaches b1",
            "b1 reaches a1",
            "a1 reaches r3",
            "output of path contains \"10.0.23.2\"",
            "output of path contains \"4  10.2.0.1\"",
            "exit of path is 0",
            "output of beat contains \"ttl=61\"",
            "exit of beat is 0",
        ],
    ),
    change(
        "three-routers",
        &[("- a1 -- r1:eth0", "- { between: [a1, \"r1:eth0\"], state: down }")],
        &[
            "output of path contains \"10.1.0.254\"",
            "output of path contains \"10.0.12.2\"",
            "output of path contains \"10.0.23.2\"",
        ],
    ),
    change(
        "three-routers",
        &[("10.2.0.254/24 }\n", "10.2.0.254/24 }\n      eth2: { address: 10.2.0.77/32 }\n")],
        &["a1 cannot reach 10.2.0.77"],
    ),
    change(
        "three-routers",
        &[
            ("10.2.0.254/24 }\n", "10.2.0.254/24 }\n      eth2: { address: 10.9.9.9/24 }\n"),
            ("- { to: 10.2.0.0/24, via: 10.0.12.2 }", "- { to: 0.0.0.0/0, via: 10.0.12.2 }"),
            ("- { to: 10.2.0.0/24, via: 10.0.23.2 }", "- { to: 0.0.0.0/0, via: 10.0.23.2 }"),
        ],
        &["a1 cannot reach 10.9.9.9"],
    ),
    change(
        "lossy",
        &[("loss: 5%, reorder: 10%, ", "")],
        &[
            "exit of udp is 1",
            "output of udp contains \"without an answer\"",
            "output of udp contains \"UDP does not send it again\"",
        ],
    ),
    change("lossy", &[("serve echo --port 7000", "serve echo --port 7001")], &["exit of tcp is 0"]),
    // TCP is patient, but a program need not be.
    change(
        "lossy",
        &[("--timeout 60s", "--timeout 50ms")],
        &["output of tcp does not contain \"no answer\""],
    ),
    change(
        "backlog",
        &[("--backlog 2 --accept-after 3s", "--backlog 2")],
        &["output of server contains \"accepting from now on\""],
    ),
    change(
        "backlog",
        &[("{ between: [s1, sw], delay: 1ms }", "{ between: [s1, sw], state: down }")],
        &[
            "output of first contains \"one\"",
            "output of second contains \"two\"",
            "output of third contains \"three\"",
            "output of fourth contains \"four\"",
            "exit of first is 0",
            "exit of fourth is 0",
        ],
    ),
    // The fourth does not wait until the server accepts.
    change(
        "backlog",
        &[("--say four --timeout 30s", "--say four --timeout 2s")],
        &["output of fourth contains \"four\"", "exit of fourth is 0"],
    ),
    // The naive server reads at once: each send arrives alone.
    change(
        "sticky",
        &[("--framing none --read-after 500ms", "--framing length")],
        &[
            "output of naive-server contains \"one read returned 6 bytes\"",
            "output of naive contains \"ONETWO\"",
        ],
    ),
    change(
        "sticky",
        &[("serve upper --port 7002 --framing length", "serve upper --port 7002 --framing none")],
        &["output of framed-server contains \"closed after 2 messages\""],
    ),
    change(
        "sticky",
        &[("b1:7002 --framing length", "b1:7001 --framing none")],
        &["output of framed does not contain \"ONETWO\""],
    ),
    change(
        "sticky",
        &[("b1:7002", "b1:7003")],
        &[
            "output of framed contains \"ONE\"",
            "output of framed contains \"TWO\"",
            "output of framed-server contains \"closed after 2 messages\"",
            "exit of framed is 0",
        ],
    ),
    change(
        "multicast",
        &[
            ("address: 192.168.1.3/24, groups: [239.1.2.3] }", "address: 192.168.1.3/24 }"),
            ("address: 192.168.1.4/24 }", "address: 192.168.1.4/24, groups: [239.1.2.3] }"),
        ],
        &[
            "output of send contains \"192.168.1.3:7000 answers\"",
            "output of send does not contain \"192.168.1.4\"",
        ],
    ),
    change(
        "multicast",
        &[
            ("address: 192.168.1.2/24, groups: [239.1.2.3] }", "address: 192.168.1.2/24 }"),
            ("  - { on: c, run: serve upper --udp --port 7000 }\n", ""),
        ],
        &["output of send contains \"192.168.1.2:7000 answers\"", "src reaches c:7000/udp"],
    ),
    // Without the spanning tree the loop is a storm; a short run, since it would never end.
    change(
        "loop",
        &[
            ("{ kind: switch, stp: { priority: 4096 } }", "{ kind: switch }"),
            ("{ kind: switch, stp: { priority: 8192 } }", "{ kind: switch }"),
            ("{ kind: switch, stp: true }", "{ kind: switch }"),
            ("name: loop\n", "name: loop\nuntil: 20ms\n"),
        ],
        &[
            "b1 reaches c1",
            "a1 reaches b1",
            "output of b1 contains \"3 packets transmitted, 3 received, 0% packet loss\"",
            "output of c1 contains \"3 packets transmitted, 3 received, 0% packet loss\"",
        ],
    ),
    change(
        "loopback",
        &[("--bind 127.0.0.1 ", "--bind 192.168.1.2 ")],
        &[
            "output of own contains \"hello\"",
            "exit of own is 0",
            "output of guest contains \"connection refused\"",
            "exit of guest is 1",
            "output of private contains \"127.0.0.1\"",
            "output of private does not contain \"192.168.1.1\"",
            "b1 reaches 127.0.0.1:7001",
            "a1 cannot reach b1:7001",
            "b1 cannot reach b1:7001",
        ],
    ),
    change(
        "loopback",
        &[("  - { name: own,", "  - { on: a1, run: serve echo --port 7001 }\n  - { name: own,")],
        &["output of self contains \"connection refused\""],
    ),
    change(
        "loopback",
        &[("serve echo --port 7000", "serve echo --port 7000 --bind 127.0.0.1")],
        &["exit of welcome is 0", "b1 reaches b1:7000"],
    ),
    change(
        "broadcast",
        &[("- a2 -- sw-a", "- { between: [a2, sw-a], state: down }")],
        &[
            "output of all contains \"192.168.10.2:7000 answers\"",
            "output of here contains \"192.168.10.2:7000 answers\"",
        ],
    ),
    change(
        "broadcast",
        &[("on: a3, run: serve upper --udp", "on: a3, run: serve upper")],
        &[
            "output of all contains \"192.168.10.3:7000 answers\"",
            "output of here contains \"192.168.10.3:7000 answers\"",
        ],
    ),
    // A switch instead of the router makes one segment of both: everybody is asked.
    change(
        "broadcast",
        &[
            ("- sw-a -- r1:eth0", "- sw-a -- sw-b"),
            ("  - sw-b -- r1:eth1\n", ""),
            ("192.168.10.1/24, gateway: 192.168.10.254", "192.168.10.1/16"),
            ("192.168.20.1/24, gateway: 192.168.20.254", "192.168.20.1/16"),
            ("192.168.20.2/24, gateway: 192.168.20.254", "192.168.20.2/16"),
        ],
        &[
            "output of all does not contain \"192.168.20.\"",
            "output of b1 does not contain \"hello\"",
            "output of b2 does not contain \"hello\"",
        ],
    ),
    change(
        "broadcast",
        &[("connect upper 192.168.20.255", "connect upper 192.168.20.1")],
        &["exit of there is 1", "output of there contains \"nobody answered\""],
    ),
    change(
        "broadcast",
        &[("- sw-b -- r1:eth1", "- { between: [sw-b, \"r1:eth1\"], state: down }")],
        &["a1 reaches b1:7000/udp"],
    ),
    change(
        "broadcast",
        &[(
            "at: 15s, run: connect upper 255.255.255.255:7000 --udp",
            "at: 15s, run: connect upper 255.255.255.255:7000 --udp --broadcast",
        )],
        &["output of forbidden contains \"permission denied\"", "exit of forbidden is 2"],
    ),
    change(
        "reuse",
        &[("at: 1s, run: serve echo --port 7000", "at: 1s, run: serve echo --port 7002")],
        &[
            "output of second contains \"the address is in use\"",
            "output of second contains \"`first`\"",
            "exit of second is 2",
        ],
    ),
    // The other one comes first and answers in small letters.
    change(
        "reuse",
        &[("on: b1, run: serve upper", "on: b1, at: 1500ms, run: serve upper")],
        &["output of one contains \"ONE\"", "output of two contains \"TWO\""],
    ),
    change(
        "reuse",
        &[("echo --udp --port 7000", "echo --udp --port 7001")],
        &["a1 reaches b1:7000/udp"],
    ),
    change("reuse", &[("echo --port 7001", "echo --udp --port 7001")], &["a1 reaches b1:7001"]),
    // Nobody translates: what comes back is for an address that nobody outside knows.
    change(
        "nat",
        &[(
            "    nat:\n      outside: eth0\n      preset: home\n      forward:\n        - { tcp: 8001, to: 192.168.1.3:80 }\n",
            "",
        )],
        &[
            "output of order contains \"ONE PEAR\"",
            "output of ping contains \"2 received\"",
            "output of path contains \"203.0.113.1\"",
            "output of path contains \"3  198.51.100.80\"",
            "output of stream contains \"film\"",
            "output of near contains \"near\"",
            "laptop reaches shop:80",
            "shop reaches 203.0.113.5:8001",
        ],
    ),
    change(
        "nat",
        &[("{ tcp: 8001, to", "{ tcp: 80, to")],
        &[
            "output of stream contains \"film\"",
            "shop reaches 203.0.113.5:8001",
            "shop cannot reach 203.0.113.5:80",
        ],
    ),
    change(
        "nat",
        &[("      preset: home\n", "      preset: home\n      hairpinning: false\n")],
        &["output of near contains \"near\""],
    ),
    change(
        "nat",
        &[("- sw -- home:eth1", "- { between: [sw, \"home:eth1\"], state: down }")],
        &["output of path contains \"192.168.1.1\""],
    ),
    // Without translation, and with a route, the inside is as open as any network.
    change(
        "nat",
        &[
            (
                "    nat:\n      outside: eth0\n      preset: home\n      forward:\n        - { tcp: 8001, to: 192.168.1.3:80 }\n",
                "",
            ),
            (
                "      eth1: { address: 198.51.100.1/24 }\n",
                "      eth1: { address: 198.51.100.1/24 }\n    routes: [{ to: 192.168.1.0/24, via: 203.0.113.5 }]\n",
            ),
        ],
        &["shop cannot reach laptop", "shop cannot reach media:80"],
    ),
    change(
        "firewall",
        &[("default: deny", "default: allow")],
        &["world cannot reach files:445", "world cannot reach pc", "web cannot reach world:80"],
    ),
    change(
        "firewall",
        &[("        - allow: { in: eth1 }\n", "")],
        &["pc reaches world:80", "pc reaches files:445"],
    ),
    change("firewall", &[("port: [80, 443] }", "port: [8080, 443] }")], &["world reaches web:80"]),
    change(
        "firewall",
        &[("to: [10.0.2.2, 203.0.113.1]", "to: 203.0.113.1")],
        &["world reaches web"],
    ),
    change(
        "firewall",
        &[("protocol: tcp, from: 10.0.2.0/24 }", "protocol: tcp, from: 10.0.9.0/24 }")],
        &["web cannot reach files:445"],
    ),
    change(
        "firewall",
        &[("        - reject: { protocol: tcp, port: 23 }\n", "")],
        &["pc cannot reach web:23"],
    ),
    change(
        "firewall",
        &[
            ("default: deny", "default: allow"),
            (
                "  - { on: files, run:",
                "  - { on: gate, run: serve echo --port 22, name: shell }\n  - { on: files, run:",
            ),
        ],
        &["world cannot reach gate:22"],
    ),
];

/// What cures the broken labs: the mistake is the only thing that is wrong with them.
const CURES: &[Change] = &[
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

impl Change {
    #[track_caller]
    fn apply(&self) -> String {
        // Not in the head of the file, which is a picture and a story.
        let text = labs::text(self.lab);
        let mut text = text[text.find("name:").unwrap_or(0)..].to_owned();
        for (from, to) in self.edits {
            assert_eq!(text.matches(from).count(), 1, "{}: `{from}`", self.lab);
            text = text.replacen(from, to, 1);
        }
        text
    }

    /// The expectations that should have failed and held.
    fn survivors(&self) -> Vec<&'static str> {
        let failed = Run::of(&self.apply()).failed_expectations();
        self.fails.iter().copied().filter(|text| !failed.contains_key(*text)).collect()
    }
}

#[track_caller]
fn all_fail_as_said(changes: &[Change]) {
    let mut wrong = Vec::new();
    for change in changes {
        let survivors = change.survivors();
        if !survivors.is_empty() {
            wrong.push(format!("{} after {:?}: holds: {survivors:?}", change.lab, change.edits));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn expectations_of_good_labs_fail_when_the_lab_is_broken() {
    all_fail_as_said(BREAKAGES);
}

#[test]
fn a_broken_lab_that_is_mended_no_longer_shows_the_mistake() {
    all_fail_as_said(CURES);
}

#[test]
fn every_expectation_of_a_good_lab_has_a_change_that_makes_it_fail() {
    for name in labs::names_in_folder() {
        let changes = || BREAKAGES.iter().chain(CURES).filter(|change| change.lab == name);
        let covered: BTreeSet<&str> = changes().flat_map(|change| change.fails).copied().collect();
        let lab = labs::parse(&labs::text(&name));
        let all: BTreeSet<&str> = lab.expectations.iter().map(|e| e.text.as_str()).collect();
        assert!(covered.is_subset(&all), "{name}: {:?}", covered.difference(&all));
        if name.starts_with("broken/") {
            assert!(!covered.is_empty(), "{name}: no cure");
        } else {
            assert!(all.is_subset(&covered), "{name}: {:?}", all.difference(&covered));
        }
    }
}
