"""Records the conversations in this folder: what the Linux kernel answers to frames made by hand.

Each conversation has a network namespace of its own with the node under test, and another one that
holds the far ends of its two cables, where raw sockets play all other stations:

    eth0 10.0.1.1/24 (02:00:00:00:00:01)    a 10.0.1.7    gateways 10.0.1.254 and .253
    eth1 10.0.2.1/24 (02:00:00:00:00:02)    b 10.0.2.8    gateways 10.0.2.254 and .253

A `host` has eth0 only and a default route via 10.0.1.254. A `router` forwards, has both, and the
routes 10.3.0.0/16 via 10.0.2.254, 10.3.4.0/24 via 10.0.2.253 and 10.5.0.0/16 via 10.0.1.253.

    sudo python3 record.py

Needs root and iproute2; takes about a minute. The text files: a line `== name: node mtu seconds`, then
one line per frame: seconds, interface, `>` towards the node or `<` from it, bytes in hex. The MTU is that
of eth1.
"""

import os
import select
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from struct import pack, unpack

EVERYBODY = "ff:ff:ff:ff:ff:ff"
NODE, NODE1 = "02:00:00:00:00:01", "02:00:00:00:00:02"
MAC = {
    "10.0.1.1": NODE, "10.0.2.1": NODE1,
    "10.0.1.7": "02:00:00:00:0a:07", "10.0.1.254": "02:00:00:00:0a:fe", "10.0.1.253": "02:00:00:00:0a:fd",
    "10.0.2.8": "02:00:00:00:0b:08", "10.0.2.254": "02:00:00:00:0b:fe", "10.0.2.253": "02:00:00:00:0b:fd",
}
A, B, US, GATEWAY, GATEWAY2 = "10.0.1.7", "10.0.2.8", "10.0.1.1", "10.0.1.254", "10.0.1.253"
OTHER_MAC = "02:00:00:00:0c:0c"


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def sum16(data):
    total = sum(unpack("!%dH" % ((len(data) + 1) // 2), data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def arp(op, sender, target, sender_mac=None, to=None, target_mac="00:00:00:00:00:00", kind=(1, 0x0800, 6, 4)):
    sender_mac = sender_mac or MAC[sender]
    to = to or (EVERYBODY if op == 1 else NODE)
    body = pack("!HHBBH", *kind, op) + mac(sender_mac) + socket.inet_aton(sender)
    return mac(to) + mac(sender_mac) + b"\x08\x06" + body + mac(target_mac) + socket.inet_aton(target)


def reply(sender, sender_mac=None, node=NODE, to=None):
    return arp(2, sender, US if node == NODE else "10.0.2.1", sender_mac, to or node, node)


def ip(source, to, payload, proto=1, ttl=64, tos=0, ident=0x4321, frag=0, options=b"", version=4, ihl=None,
       length=None, bad=0):
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    length = 20 + len(options) + len(payload) if length is None else length
    header = bytearray(pack("!BBHHHBBH4s4s", version << 4 | ihl, tos, length, ident, frag, ttl, proto, 0,
                            socket.inet_aton(source), socket.inet_aton(to)) + options)
    header[10:12] = pack("!H", sum16(bytes(header)) ^ bad)
    return bytes(header) + payload


def icmp(kind, code, rest, data=b"", bad=0):
    message = bytearray(pack("!BBH", kind, code, 0) + rest + data)
    message[2:4] = pack("!H", sum16(bytes(message)) ^ bad)
    return bytes(message)


def echo(data=b"lanternet", ident=0x4C54, seq=1, code=0):
    return icmp(8, code, pack("!HH", ident, seq), data)


def udp(data=b"knock", port=9):
    return pack("!HHHH", 4321, port, 8 + len(data), 0) + data


def eth(packet, sender=A, to=NODE, sender_mac=None):
    return mac(to) + mac(sender_mac or MAC[sender]) + b"\x08\x00" + packet


def fragments(source, to, payload, cuts, proto=1, **more):
    """The pieces of a packet, cut at these offsets."""
    ends = cuts[1:] + [len(payload)]
    return [ip(source, to, payload[start:end], proto, frag=start // 8 | (0x2000 if end < len(payload) else 0), **more)
            for start, end in zip(cuts, ends)]


def pattern(length):
    return bytes(i * 7 % 251 for i in range(length))


def hello(*senders):
    """Stations make themselves known by asking for the node."""
    frames = []
    for n, sender in enumerate(senders):
        near = US if sender.startswith("10.0.1.") else "10.0.2.1"
        port = "eth0" if near == US else "eth1"
        frames.append((n * 0.05, port, arp(1, sender, near)))
    return frames


CONVERSATIONS = {}


def conversation(file, name, node, frames, seconds=0.5, mtu=1500):
    """`frames`: (time, port, bytes); without a time, 50 ms after the frame before."""
    at, steps = 0.0, []
    for when, port, data in frames:
        at = at + 0.05 if when is None else when
        steps.append((at, port, data))
    CONVERSATIONS[f"{file}/{name}"] = (node, steps, at + seconds, mtu)


def host(file, name, *packets, known=(A,), seconds=0.5, **more):
    """Packets for a host from stations that it knows."""
    steps = hello(*known) + [(None, "eth0", p if len(p) > 14 and p[12:14] in (b"\x08\0", b"\x08\x06") else eth(p)) for p in packets]
    conversation(file, name, "host", steps, seconds, **more)


def router(file, name, *packets, known=(A, B, "10.0.2.254", "10.0.2.253"), seconds=0.5, **more):
    """Packets for a router from a, on eth0."""
    steps = hello(*known) + [(None, "eth0", p if len(p) > 14 and p[12:14] in (b"\x08\0", b"\x08\x06") else eth(p)) for p in packets]
    conversation(file, name, "router", steps, seconds, **more)


# ARP.
ping = ip(A, US, echo())
host("rfc0826", "request_for_us", arp(1, A, US), ping, known=())
host("rfc0826", "unicast_request", arp(1, A, US, to=NODE), known=())
host("rfc0826", "request_for_another", arp(1, A, "10.0.1.9"), ping, known=())
conversation("rfc0826", "update_from_any", "host", hello(A) + [
    (1.5, "eth0", arp(1, A, "10.0.1.9", OTHER_MAC)), (1.6, "eth0", eth(ping))])
host("rfc0826", "wrong_types", arp(1, A, US, kind=(0x20, 0x0800, 6, 4)), arp(1, A, US, kind=(1, 0x86DD, 6, 4)),
     arp(1, A, US, kind=(1, 0x0800, 8, 4)), arp(1, A, US, kind=(1, 0x0800, 6, 16)), arp(3, A, US), arp(1, A, US)[:30], known=())
host("rfc0826", "sender_is_a_group", arp(1, "224.0.0.5", US, OTHER_MAC), arp(1, "255.255.255.255", US, OTHER_MAC),
     arp(1, "127.0.0.1", US, OTHER_MAC), known=())
host("rfc0826", "sender_is_the_broadcast_address", arp(1, "10.0.1.255", US, OTHER_MAC), known=())
host("rfc0826", "nobody_answers", ping, known=(), seconds=4.5)
conversation("rfc0826", "packets_wait", "host", [
    (0, "eth0", eth(ping)), (0.05, "eth0", eth(ip(A, US, echo(seq=2)))), (0.2, "eth0", reply(A)),
    (0.3, "eth0", eth(ip(A, US, echo(seq=3))))])
host("rfc0826", "unsolicited_reply", reply(A), ping, known=())
conversation("rfc0826", "two_replies", "host", [
    (0, "eth0", eth(ping)), (0.1, "eth0", reply(A)), (0.15, "eth0", reply(A, OTHER_MAC)),
    (0.3, "eth0", eth(ip(A, US, echo(seq=2)))), (1.5, "eth0", reply(A, OTHER_MAC)),
    (1.6, "eth0", eth(ip(A, US, echo(seq=3))))])
conversation("rfc0826", "old_rows_are_checked", "host", hello(A) + [
    (0.5, "eth0", eth(ping)), (9.2, "eth0", eth(ip(A, US, echo(seq=2)))), (9.4, "eth0", reply(A))])
conversation("rfc0826", "check_is_answered", "host", hello(A) + [
    (0.5, "eth0", eth(ping)), (5.8, "eth0", reply(A)), (8, "eth0", eth(ip(A, US, echo(seq=2))))])
host("rfc0826", "announcement_updates", arp(1, A, A, OTHER_MAC), ping)
host("rfc0826", "announcement_creates_nothing", arp(1, A, A), ping, known=())
router("rfc0826", "address_of_another_interface", arp(1, A, "10.0.2.1"), known=())
host("rfc5227", "probe", arp(1, "0.0.0.0", US, MAC[A]), arp(1, "0.0.0.0", "10.0.1.9", MAC[A]), known=())
host("rfc5227", "conflict", arp(1, US, US, OTHER_MAC), arp(1, US, US, OTHER_MAC), known=())

# IPv4: headers.
host("rfc0791", "headers_that_cannot_be", ip(A, US, echo(), version=6), ip(A, US, echo(), ihl=4),
     ip(A, US, echo(), ihl=15), ip(A, US, echo(), length=19), ip(A, US, echo(), length=200),
     ip(A, US, echo(), bad=1), eth(ping)[:30], ping)
host("rfc0791", "padding", eth(ip(A, US, echo(b"x"))).ljust(60, b"\xaa"), eth(ip(A, US, echo(b""))) + bytes(100))
host("rfc0791", "ttl_is_of_no_interest_at_the_end", ip(A, US, echo(), ttl=0), ip(A, US, echo(seq=2), ttl=1))
host("rfc0791", "options_to_us", ip(A, US, echo(), options=b"\x01\x01\x01\x00"))
# Reassembly.
big = echo(pattern(2000))
one, two, three = fragments(A, US, big, [0, 800, 1600])
host("rfc0791", "in_order", one, two, three)
host("rfc0791", "out_of_order", three, one, two)
host("rfc0791", "duplicates", one, one, three, three, two)
host("rfc0791", "duplicate_with_another_ttl", one, fragments(A, US, big, [0, 800, 1600], ttl=63)[0], two, three)
host("rfc0791", "contained", one, ip(A, US, big[80:160], frag=10 | 0x2000), two, three)
host("rfc0791", "overlap", one, ip(A, US, big[720:1600], frag=90 | 0x2000), three, two, one)
host("rfc0791", "two_ends", one, three, ip(A, US, big[1600:1700], frag=200), two)
host("rfc0791", "behind_the_end", one, ip(A, US, big[2000:], frag=250 | 0x2000), ip(A, US, big[1600:1900], frag=200), two)
host("rfc0791", "not_a_multiple_of_8", ip(A, US, big[:801], frag=0x2000), two, three)
host("rfc0791", "interleaved", one, fragments(A, US, echo(pattern(999), seq=2), [0, 800], ident=7)[1], two,
     fragments(A, US, echo(pattern(999), seq=2), [0, 800], ident=7)[0], three)
host("rfc0791", "same_identification_of_another", one, eth(ip(GATEWAY, US, two[20:], frag=100 | 0x2000), GATEWAY),
     three, two, known=(A, GATEWAY))
death = [ip(A, US, bytes(800), frag=n * 100 | 0x2000) for n in range(81)]
host("rfc0791", "longer_than_65535", *death, ip(A, US, bytes(800), frag=8100), ping)
longest = echo(pattern(65515 - 8))
pieces = [ip(A, US, longest[at:at + 1400], frag=at // 8 | (0x2000 if at + 1400 < len(longest) else 0),
             options=(b"\x01" * 40 if at == 0 else b"")) for at in range(0, len(longest), 1400)]
conversation("rfc0791", "longer_than_65535_with_the_first_header", "host", hello(A) + [
    (0.2 + n * 0.002, "eth0", eth(p)) for n, p in enumerate(pieces + [ping])])
host("rfc0791", "missing_last", *fragments(A, US, echo(pattern(1300)), [0, 800])[:1], seconds=31)
host("rfc0791", "missing_first", *fragments(A, US, echo(pattern(1300)), [0, 800])[1:], seconds=31)
host("rfc0791", "long_echo", *fragments(A, US, echo(pattern(4000)), [0, 1480, 2960]))
# Fragmentation by a router.
router("rfc0791", "cut", ip(A, B, echo(pattern(1400))), mtu=620)
router("rfc0791", "cut_a_piece", ip(A, B, pattern(1200), frag=100 | 0x2000), ip(A, B, pattern(1200), frag=300), mtu=620)
router("rfc0791", "cut_exactly", ip(A, B, pattern(600)), ip(A, B, pattern(601)), mtu=620)
router("rfc0791", "cut_with_options", ip(A, B, pattern(1000), options=bytes([7, 7, 4, 0, 0, 0, 0, 136, 4, 1, 2, 0])), mtu=620)
router("rfc0791", "not_cut_with_options", ip(A, B, echo(), options=bytes([1, 136, 4, 1, 2, 1, 1, 0])))
router("rfc1191", "dont_fragment", ip(A, B, echo(pattern(1400)), frag=0x4000), ip(A, B, echo(pattern(592)), frag=0x4000),
       ip(A, B, echo(pattern(593)), frag=0x4000), mtu=620)
mine = lambda n, **more: ip(US, A, icmp(0, 0, pack("!HH", 0x4C54, 1), pattern(n)), **more)
needed = lambda mtu: ip(GATEWAY, US, icmp(3, 4, pack("!HH", 0, mtu), mine(1400)[:68]))
host("rfc1191", "host_learns", ip(A, US, echo(pattern(1400))), eth(needed(1000), GATEWAY), ip(A, US, echo(pattern(1400), seq=2)),
     eth(needed(1200), GATEWAY), ip(A, US, echo(pattern(1400), seq=3)))
host("rfc1191", "host_learns_a_tiny_one", ip(A, US, echo(pattern(1400))), eth(needed(300), GATEWAY), ip(A, US, echo(pattern(1400), seq=2)))
host("rfc1191", "old_router", ip(A, US, echo(pattern(1400))), eth(needed(0), GATEWAY), ip(A, US, echo(pattern(1400), seq=2)))

# ICMP.
host("rfc0792", "echo", ip(A, US, echo(b"")), ip(A, US, echo(pattern(77), 0xFFFF, 0xFFFF)), ip(A, US, echo(pattern(1472), 0, 0)))
host("rfc0792", "echo_with_a_wrong_checksum", ip(A, US, icmp(8, 0, bytes(4), b"data", bad=1)), ip(A, US, echo()[:7]), ping)
host("rfc0792", "echo_code", ip(A, US, echo(code=1)))
host("rfc0792", "timestamp", ip(A, US, icmp(13, 0, bytes(4), bytes(12))))
host("rfc0792", "port_unreachable", ip(A, US, udp(), 17), ip(A, US, udp(pattern(1000)), 17))
host("rfc0792", "protocol_unreachable", ip(A, US, b"nobody speaks this", 253))
host("rfc0792", "about_options", ip(A, US, udp(), 17, options=b"\x01\x01\x01\x00"))
router("rfc0792", "net_unreachable", ip(A, "10.9.9.9", udp(), 17))
conversation("rfc0792", "host_unreachable", "router", hello(A) + [(0.2, "eth0", eth(ip(A, "10.0.2.99", udp(), 17)))], 4)
router("rfc0792", "time_exceeded", ip(A, B, udp(), 17, ttl=1), ip(A, B, udp(), 17, ttl=0), ip(A, B, udp(), 17, ttl=2))
router("rfc0792", "redirect", ip(A, "10.5.6.7", udp(), 17), known=(A, GATEWAY2))
router("rfc0792", "redirect_to_the_destination", ip(A, "10.0.1.9", udp(), 17), arp(2, "10.0.1.9", US, OTHER_MAC), known=(A,))

# RFC 1122: what a host must not answer.
bad_udp = lambda to, link=NODE, source=A, **more: eth(ip(source, to, udp(), 17, **more), A, link)
host("rfc1122", "echo_to_all", eth(ip(A, "10.0.1.255", echo()), A, EVERYBODY), eth(ip(A, "255.255.255.255", echo()), A, EVERYBODY),
     eth(ip(A, "224.0.0.1", echo()), A, "01:00:5e:00:00:01"))
host("rfc1122", "error_about_a_broadcast", bad_udp("10.0.1.255", EVERYBODY), bad_udp("255.255.255.255", EVERYBODY),
     bad_udp("224.0.0.1", "01:00:5e:00:00:01"), bad_udp(US, EVERYBODY), bad_udp("10.0.1.255"))
host("rfc1122", "echo_in_a_link_broadcast", eth(ping, A, EVERYBODY))
router("rfc1122", "error_about_an_error", *[ip(A, B, icmp(kind, code, bytes(4), ip(B, A, udp(), 17)), ttl=1)
       for kind, code in [(3, 3), (4, 0), (5, 1), (5, 9), (11, 0), (11, 7), (12, 0), (12, 1)]])
router("rfc1122", "error_about_an_unknown_type", *[ip(A, B, icmp(kind, 0, bytes(4), bytes(8)), ttl=1) for kind in (1, 19, 40, 255)])
router("rfc1122", "error_about_a_query", *[ip(A, B, icmp(kind, 0, bytes(4), bytes(12)), ttl=1) for kind in (0, 8, 13, 17)])
router("rfc1122", "error_about_a_later_fragment", ip(A, B, pattern(80), 17, ttl=1, frag=10), ip(A, B, udp(pattern(80)), 17, ttl=1, frag=0x2000))
host("rfc1122", "error_to_no_single_host", *[bad_udp(US, source=s) for s in
     ("0.0.0.0", "127.0.0.1", "224.0.0.9", "255.255.255.255", "10.0.1.255", US)])
conversation("rfc1122", "rate_limit", "host", hello(A) + [(0.2 + n * 0.01, "eth0", eth(ip(A, US, udp(bytes([n])), 17))) for n in range(10)]
     + [(1.5, "eth0", eth(ip(A, US, udp(b"a"), 17))), (1.6, "eth0", eth(ip(A, US, udp(b"b"), 17))), (4.7, "eth0", eth(ip(A, US, udp(b"c"), 17)))]
     + [(4.7 + n * 0.01, "eth0", eth(ip(A, US, udp(b"c%d" % n), 17))) for n in range(1, 5)], 0.3)
router("rfc1122", "frag_needed_is_not_limited", *[ip(A, B, echo(pattern(1400), seq=n), frag=0x4000) for n in range(12)], mtu=620)
host("rfc1122", "loopback_from_outside", ip("127.0.0.1", US, echo()), ip(A, "127.0.0.1", echo()), ip("127.0.0.1", "127.0.0.1", echo()))
host("rfc1122", "not_for_us", ip(A, "10.0.1.9", echo()), ip(A, "192.0.2.1", echo()), ip(A, "224.0.0.9", echo()),
     eth(ip(A, US, echo()), A, OTHER_MAC))
host("rfc1122", "tos_is_echoed", ip(A, US, echo(), tos=0xB8), ip(A, US, echo(), tos=0xFF), ip(A, US, udp(), 17, tos=0xB8), ip(A, US, udp(), 17, tos=0x1F))
far = lambda seq: eth(ip("192.0.2.9", US, echo(seq=seq)), GATEWAY)
told = lambda gateway, sender=GATEWAY, to="192.0.2.9": eth(ip(sender, US, icmp(5, 1, socket.inet_aton(gateway), ip(US, to, icmp(0, 0, pack("!HH", 0x4C54, 1), b"lanternet")))), sender)
host("rfc1122", "redirect_is_believed", far(1), told(GATEWAY2), far(2), told(GATEWAY, GATEWAY2), far(3), known=(GATEWAY, GATEWAY2))
host("rfc1122", "redirect_from_another", far(1), told(GATEWAY2, A), told(GATEWAY2, GATEWAY2), far(2), known=(GATEWAY, GATEWAY2, A))
host("rfc1122", "redirect_to_nonsense", far(1), told("224.0.0.1"), told(US), told("10.0.1.255"), far(2), known=(GATEWAY, GATEWAY2))
conversation("rfc1122", "redirected_to_a_dead_router", "host", hello(GATEWAY) + [
    (0.2, "eth0", far(1)), (0.3, "eth0", told(GATEWAY2)), (0.4, "eth0", far(2)), (4.5, "eth0", far(3))], 4)

# RFC 1812: what a router does.
router("rfc1812", "ttl_and_checksum", ip(A, B, echo(), ttl=2), ip(A, B, echo(), ttl=255), ip(A, B, echo(), ttl=64, ident=0, tos=0xB8))
router("rfc1812", "checksum_carry", *[ip(A, B, echo(), ttl=64, ident=n) for n in range(0x86F0, 0x8720, 5)])
router("rfc1812", "longest_prefix", ip(A, "10.3.9.9", echo()), ip(A, "10.3.4.5", echo()), ip(A, "10.0.2.8", echo()))
router("rfc1812", "ttl_or_route_first", ip(A, "10.9.9.9", udp(), 17, ttl=1))
router("rfc1812", "not_forwarded", *[ip(A, to, udp(), 17) for to in ("10.0.2.255", "255.255.255.255", "224.0.0.5", "239.1.2.3", "127.0.0.1", "0.0.0.0")],
       eth(ip(A, B, udp(), 17), A, EVERYBODY), eth(ip(A, B, udp(), 17), A, "01:00:5e:00:00:01"))
router("rfc1812", "echo_to_a_directed_broadcast", ip(A, "10.0.2.255", echo()), ip(A, "10.0.2.0", echo()))
router("rfc1812", "martian_sources", *[eth(ip(s, B, udp(), 17), A) for s in ("127.0.0.1", "224.0.0.1", "0.0.0.0", "0.1.2.3", "255.255.255.255", "10.0.1.1", "10.0.2.1", "10.0.1.255")])
router("rfc1812", "reserved", *[ip(s, d, udp(), 17) for s, d in ((A, "240.0.0.1"), ("240.0.0.1", B), (A, "169.254.1.1"), ("169.254.1.1", B))])
router("rfc1812", "quotes_576", ip(A, B, udp(pattern(1400)), 17, ttl=1), ip(A, B, udp(pattern(520)), 17, ttl=1), ip(A, B, udp(pattern(521)), 17, ttl=1))
router("rfc1812", "tos_of_errors", *[ip(A, B, udp(), 17, ttl=1, tos=t) for t in (0, 0x1E, 0xB8, 0xFF)])
router("rfc1812", "to_its_other_interface", ip(A, "10.0.2.1", echo()))
conversation("rfc1812", "redirects_are_limited", "router", hello(A, GATEWAY2) + [
    (0.2 + n * 0.1, "eth0", eth(ip(A, "10.5.6.7", udp(bytes([n])), 17))) for n in range(20)])
conversation("rfc1812", "redirects_stop", "router", sorted(
    hello(A, GATEWAY2) + [(0.15, "eth0", eth(ping)), (5.4, "eth0", reply(A)), (6, "eth0", reply(GATEWAY2))]
    + [(0.8 + n * 1.4, "eth0", eth(ip(A, "10.5.6.7", udp(bytes([n])), 17))) for n in range(14)]))
conversation("rfc1812", "held_packets_fail", "router", hello(A) + [
    (0.2 + n * 0.01, "eth0", eth(ip(A, "10.0.2.99", udp(bytes([n])), 17))) for n in range(9)], 4)


def run(*command):
    subprocess.run(command, check=True)


def record(name):
    node, steps, end, mtu = CONVERSATIONS[name]
    tag = f"lt{os.getpid()}-{list(CONVERSATIONS).index(name)}"
    inside, outside = tag + "i", tag + "o"
    inner = lambda *command: run("ip", "netns", "exec", inside, *command)
    try:
        for ns in (inside, outside):
            run("ip", "netns", "add", ns)
            run("ip", "netns", "exec", ns, "sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1",
                "net.ipv6.conf.default.disable_ipv6=1", f"net.ipv4.ip_forward={int(node == 'router' and ns == inside)}")
        inner("ip", "link", "set", "lo", "up")
        for port, address, size in (("eth0", US, 1500), ("eth1", "10.0.2.1", mtu))[:2 if node == "router" else 1]:
            run("ip", "link", "add", port, "netns", inside, "type", "veth", "peer", "name", port, "netns", outside)
            inner("ip", "link", "set", port, "address", MAC[address], "mtu", str(size))
            run("ip", "netns", "exec", outside, "ip", "link", "set", port, "arp", "off", "up")
            inner("ip", "address", "add", address + "/24", "brd", "+", "dev", port)
            inner("ip", "link", "set", port, "up")
        for to, via in ({"10.3.0.0/16": "10.0.2.254", "10.3.4.0/24": "10.0.2.253", "10.5.0.0/16": GATEWAY2} if node == "router"
                        else {"default": GATEWAY}).items():
            inner("ip", "route", "add", to, "via", via)
        talk = subprocess.run(["ip", "netns", "exec", outside, sys.executable, __file__, "--talk", name],
                              check=True, capture_output=True, text=True).stdout
        return f"== {name.split('/')[1]}: {node} {mtu} {end:.3f}\n{talk}"
    finally:
        for ns in (inside, outside):
            subprocess.run(["ip", "netns", "delete", ns], check=False)


def talk(name):
    """Inside the outer namespace: says what is to be said, and prints it and what comes back."""
    node, steps, end, _ = CONVERSATIONS[name]
    sockets = {}
    for port in ("eth0", "eth1")[:2 if node == "router" else 1]:
        sockets[port] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        sockets[port].bind((port, 0))
        sockets[port].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    time.sleep(0.3)
    for s in sockets.values():
        s.setblocking(False)
        try:
            while True:
                s.recv(65536)
        except BlockingIOError:
            pass
    start, steps, lines = time.monotonic(), list(steps), []
    while (now := time.monotonic() - start) < end:
        if steps and steps[0][0] <= now:
            at, port, data = steps.pop(0)
            lines.append(f"{at:.3f} {port} > {data.hex()}")
            sockets[port].send(data)
            continue
        until = min(end, steps[0][0] if steps else end)
        ready, _, _ = select.select(list(sockets.values()), [], [], max(0, until - now))
        for port, s in sockets.items():
            if s in ready:
                data, address = s.recvfrom(65536)
                if address[2] != 4:  # PACKET_OUTGOING
                    lines.append(f"{time.monotonic() - start:.3f} {port} < {data.hex()}")
    print("\n".join(lines))


def main():
    if sys.argv[1:2] == ["--talk"]:
        return talk(sys.argv[2])
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    with ThreadPoolExecutor(8) as pool:
        talks = dict(zip(CONVERSATIONS, pool.map(record, CONVERSATIONS)))
    for file in dict.fromkeys(name.split("/")[0] for name in CONVERSATIONS):
        kernel = os.uname().release
        with open(file + ".txt", "w", encoding="ascii") as out:
            out.write(f"# Recorded by record.py from Linux {kernel.split('-')[0]}.\n")
            out.write("".join(text for name, text in talks.items() if name.startswith(file + "/")))


main()
