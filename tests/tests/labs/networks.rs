//! What breaks the labs of VLANs, homes, offices, name servers and providers.

use super::{Change, change};

pub(super) const BREAKAGES: &[Change] = &[
    // The portals: another password, another name, another port.
    change(
        "internet",
        &[("input: [\"lovelace 1815\"]", "input: [\"lovelace 1816\"]")],
        &[
            "output of order contains \"Hello, and welcome!\"",
            "output of order contains \"order.txt\"",
            "exit of order is 0",
            "output of portal contains \"order.txt\"",
        ],
    ),
    change(
        "office",
        &[("portal   IN A   198.51.100.80", "portal   IN A   198.51.100.81")],
        &[
            "output of ask contains \"Hello, and welcome!\"",
            "exit of ask is 0",
            "output of portal contains \"203.0.113.2\"",
        ],
    ),
    // Each program of the course with its partner gone, or with something else to say.
    change(
        "course",
        &[("serve echo --port 9001", "serve echo --port 9000")],
        &[
            "output of hello contains \"hello\"",
            "exit of hello is 0",
            "output of doors contains \"9001/tcp   open\"",
        ],
    ),
    change(
        "course",
        &[("serve upper --port 9002", "serve echo --port 9008")],
        &[
            "output of looped contains \"THREE\"",
            "exit of looped is 0",
            "output of doors contains \"2 open, 2 closed\"",
        ],
    ),
    change(
        "course",
        &[("serve upper --udp --port 9002", "serve upper --udp --port 9003")],
        &["output of datagrams contains \"AGAIN\"", "exit of datagrams is 0"],
    ),
    change(
        "course",
        &[("serve upload --dir inbox", "serve upload --dir inbox --max-size 50")],
        &["output of hand-in contains \"2 files stored\"", "exit of hand-in is 0"],
    ),
    change(
        "course",
        &[("\"homework/two.txt\"", "\"homework/new.txt\"")],
        &["output of inbox contains \"homework/two.txt stored\""],
    ),
    change(
        "course",
        &[("b2 homework --if-exists", "b2:9 homework --if-exists")],
        &[
            "output of inbox contains \"homework/one.txt is there already, the same\"",
            "exit of hand-in-again is 0",
        ],
    ),
    change(
        "course",
        &[("--plain --port 9093 --name notes.txt", "--plain --port 9094 --name notes.txt")],
        &["output of bare contains \"notes.txt stored, 45 bytes\"", "exit of bare-one is 0"],
    ),
    change(
        "course",
        &[("serve site --port 80", "serve site --port 81")],
        &["output of page contains \"<h1>Dormitory B</h1>\"", "a1 reaches b3:80"],
    ),
    change(
        "course",
        &[("serve assistant --name Lanterns", "serve echo --port 9110")],
        &[
            "output of customer contains \"to Lanterns\"",
            "output of customer contains \"Say that again?\"",
            "output of netcat contains \"to Lanterns\"",
        ],
    ),
    change(
        "course",
        &[("serve assistant --name Lanterns", "serve assistant --port 9111")],
        &["exit of customer is 0"],
    ),
    // Another user's password opens nothing.
    change(
        "course",
        &[("input: [\"lovelace 1815\", who, q]", "input: [guess one, guess two, guess three]")],
        &["exit of ada is 0"],
    ),
    change(
        "course",
        &[("serve login --users users.txt", "serve login --port 9094 --users users.txt")],
        &[
            "output of ada contains \"Welcome\"",
            "output of mallory contains \"Wrong name or password\"",
        ],
    ),
    change(
        "course",
        &[("input: [guess one, guess two, guess three]", "input: [\"lovelace 1815\", q]")],
        &["exit of mallory is 1"],
    ),
    // Another group.
    change(
        "course",
        &[("chat --name one", "chat --group 239.255.1.2 --name one")],
        &["output of chat-3 contains \"who is there?\"", "output of chat-1 contains \"I am\""],
    ),
    change(
        "course",
        &[("chat --name two", "chat --interface 10.0.0.9 --name two")],
        &["exit of chat-2 is 0"],
    ),
    change(
        "course",
        &[("on: b3, run: serve site --port 80", "on: b3, run: serve site --port 9001")],
        &["a1 cannot reach b3:9001"],
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
    change(
        "home",
        &[("- laptop -- home", "- { between: [laptop, home], state: down }")],
        &[
            "laptop has address in 192.168.1.0/24",
            "laptop resolves www.example to 198.51.100.80",
            "output of browse contains \"The shop\"",
            "laptop reaches 203.0.113.10:8080",
        ],
    ),
    change(
        "home",
        &[("\"02:00:00:00:00:50\": 192.168.1.50 } }", "\"02:00:00:00:00:50\": 192.168.1.51 } }")],
        &[
            "nas has address 192.168.1.50",
            "output of visit contains \"Our photos\"",
            "friend reaches 203.0.113.10:8080",
            "laptop reaches 203.0.113.10:8080",
        ],
    ),
    change(
        "home",
        &[("\"isp:eth0\"], delay: 5ms", "\"isp:eth0\"], state: down, delay: 5ms")],
        &[
            "home has address in 203.0.113.0/24",
            "laptop resolves www.example to 198.51.100.80",
            "output of browse contains \"The shop\"",
            "output of scroll contains \"The shop\"",
            "friend reaches 203.0.113.10:8080",
        ],
    ),
    // Without translation, and with a route: the house lies open.
    change(
        "home",
        &[
            (
                "    nat:\n      forward: [{ tcp: 8080, to: \"192.168.1.50:80\" }]\n",
                "    nat: false\n",
            ),
            (
                "    dhcp:\n      eth0: { range",
                "    routes: [{ to: 192.168.1.0/24, via: 203.0.113.10 }]\n    dhcp:\n      eth0: { range",
            ),
        ],
        &["friend cannot reach 192.168.1.50"],
    ),
    change(
        "home",
        &[("{ tcp: 8080, to", "{ tcp: 80, to")],
        &["friend cannot reach 203.0.113.10:80", "friend reaches 203.0.113.10:8080"],
    ),
    change(
        "office",
        &[(
            "      1: { vlan: 10 }\n      2: { vlan: 10 }",
            "      1: { vlan: 20 }\n      2: { vlan: 10 }",
        )],
        &["sales1 has address in 192.168.10.0/24", "sales1 reaches sales2"],
    ),
    change(
        "office",
        &[("192.168.20.1/24, dhcp-relay: 192.168.30.53 }", "192.168.20.1/24 }")],
        &[
            "eng1 has address in 192.168.20.0/24",
            "output of print contains \"PAGE ONE\"",
            "output of browse contains \"The world\"",
            "eng1 reaches www:80",
        ],
    ),
    change(
        "office",
        &[("    files    IN A   192.168.30.80", "    files    IN A   192.168.30.81")],
        &["output of read contains \"For us alone\""],
    ),
    change(
        "office",
        &[("      5: { vlan: 40 }", "      5: { vlan: 10 }")],
        &["output of print contains \"PAGE ONE\"", "sales1 reaches printer:9100"],
    ),
    change(
        "office",
        &[("    nat: { outside: eth1, preset: corporate }\n", "")],
        &["output of browse contains \"The world\"", "eng1 reaches www:80"],
    ),
    change(
        "office",
        &[("      - deny: { in: vlan10, out: vlan20 }\n", "")],
        &["sales1 cannot reach eng1"],
    ),
    change(
        "office",
        &[("      - deny: { in: vlan20, out: vlan10 }\n", "")],
        &["eng1 cannot reach sales1"],
    ),
    change(
        "office",
        &[("deny: { in: vlan40 }", "allow: { in: vlan40 }")],
        &["printer cannot reach files:80"],
    ),
    change(
        "office",
        &[
            ("    nat: { outside: eth1, preset: corporate }\n", ""),
            ("deny: { in: eth1 }", "allow: { in: eth1 }"),
            (
                "      eth1: { address: 198.51.100.1/24 }\n",
                "      eth1: { address: 198.51.100.1/24 }\n    routes: [{ to: 192.168.0.0/16, via: 203.0.113.2 }]\n",
            ),
        ],
        &["stranger cannot reach 192.168.30.80"],
    ),
    change(
        "office",
        &[
            (
                "preset: corporate }",
                "preset: corporate, forward: [{ tcp: 80, to: 192.168.30.80:80 }] }",
            ),
            ("deny: { in: eth1 }", "allow: { in: eth1 }"),
        ],
        &["stranger cannot reach 203.0.113.2:80"],
    ),
    change(
        "internet",
        &[("delay: 8ms", "state: down")],
        &[
            "home-a has address in 203.0.113.0/26",
            "output of buy contains \"Site A\"",
            "output of read contains \"Site B\"",
            "laptop-a resolves blog.shop.example to 198.51.100.200",
            "output of evening contains \"What is on\"",
            "laptop-a reaches 198.51.100.200:8001",
        ],
    ),
    change(
        "internet",
        &[("delay: 12ms", "state: down")],
        &[
            "home-b has address in 100.64.0.0/10",
            "output of buy-b contains \"Site A\"",
            "laptop-b resolves www.shop.example to 198.51.100.200",
        ],
    ),
    change(
        "internet",
        &[("--port 8002 --dir site-b", "--port 8004 --dir site-b")],
        &["output of read contains \"Site B\"", "output of research contains \"Site B\""],
    ),
    // A port that the provider itself opens would do.
    change(
        "internet",
        &[("preset: cgnat }", "preset: cgnat, forward: [{ tcp: 8080, to: 100.64.0.10:8080 }] }")],
        &["pc2 cannot reach 203.0.113.130:8080"],
    ),
    change(
        "internet",
        &[
            ("    nat: { outside: eth1, preset: cgnat }\n", ""),
            (
                "203.0.113.145/28 }\n    routes:\n",
                "203.0.113.145/28 }\n    routes:\n      - { to: 100.64.0.0/16, via: 203.0.113.130 }\n",
            ),
            (
                "203.0.113.209/28 }\n    routes:\n",
                "203.0.113.209/28 }\n    routes:\n      - { to: 100.64.0.0/16, via: 192.0.2.2 }\n",
            ),
        ],
        &["pc2 cannot reach 100.64.0.10:8080"],
    ),
    change(
        "internet",
        &[(
            "\"02:00:00:00:00:0a\": 192.168.1.50 } }\n    nat: { forward: [{ tcp: 8080",
            "\"02:00:00:00:00:0a\": 192.168.1.50 } }\n    nat: { forward: [{ tcp: 80",
        )],
        &["pc2 cannot reach 203.0.113.10:80", "output of evening contains \"What is on\""],
    ),
    change(
        "internet",
        &[
            (
                "preset: corporate }\n    firewall:\n      - deny: { in: eth1 }\n",
                "preset: corporate, forward: [{ tcp: 80, to: 192.168.10.1:80 }] }\n",
            ),
            (
                "  - { name: programme,",
                "  - { on: core, run: serve echo --port 80 }\n  - { name: programme,",
            ),
        ],
        &["laptop-a cannot reach 203.0.113.194:80"],
    ),
    change(
        "internet",
        &[
            (
                "    nat:\n      outside: eth1\n      preset: cloud\n      one-to-one:\n        198.51.100.200: 10.20.0.10\n        198.51.100.153: 10.20.0.53\n",
                "",
            ),
            (
                "203.0.113.65/28 }\n    routes:\n",
                "203.0.113.65/28 }\n    routes:\n      - { to: 10.20.0.0/24, via: 192.0.2.4 }\n",
            ),
        ],
        &["laptop-a cannot reach 10.20.0.10"],
    ),
    change("internet", &[("        198.51.100.153: 10.20.0.53\n", "")], &["exit of way is 0"]),
];
