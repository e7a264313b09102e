//! What breaks the labs of hosts, hubs, switches and routers.

use super::{Change, change};

pub(super) const BREAKAGES: &[Change] = &[
    change(
        "assistant",
        &[("when: * order *", "when: * parcel *")],
        &["output of first contains \"Order 1234 is on its way.\""],
    ),
    change(
        "assistant",
        &[("Goodbye, {name|dear customer}!", "Bye!")],
        &[
            "output of first contains \"Goodbye, Anna!\"",
            "output of second contains \"Goodbye, dear customer!\"",
            "output of framed contains \"Goodbye, dear customer!\"",
        ],
    ),
    change(
        "assistant",
        &[("when: hello | hi", "when: good day")],
        &["output of second contains \"Hello, and welcome!\""],
    ),
    change(
        "assistant",
        &[("hand over: A colleague", "say: A colleague")],
        &["output of raw contains \"wants a person\""],
    ),
    // Who waits for each answer needs no framing.
    change(
        "assistant",
        &[("connect assistant shop --together", "connect assistant shop")],
        &[
            "output of hasty contains \"Say that again?\"",
            "output of hasty does not contain \"Goodbye\"",
        ],
    ),
    change(
        "assistant",
        &[("connect assistant shop:9111", "connect assistant shop:9112")],
        &["output of framed contains \"Goodbye, dear customer!\"", "exit of framed is 0"],
    ),
    // On another port is another chat.
    change(
        "chat",
        &[("chat --name Bob", "chat --name Bob --port 9113")],
        &[
            "output of anna contains \"Bob (192.168.1.2): me\"",
            "output of chen contains \"Bob (192.168.1.2) is here\"",
        ],
    ),
    change(
        "chat",
        &[("chat --name 陈", "chat --name 陈 --group 239.255.76.79:9113")],
        &[
            "output of anna contains \"陈 (192.168.1.3): 我也在\"",
            "output of chen contains \"Anna (192.168.1.1): who is here?\"",
            "output of chen contains \"Bob (192.168.1.2) is here\"",
            "output of anna contains \"陈 (192.168.1.3) leaves\"",
        ],
    ),
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
];
