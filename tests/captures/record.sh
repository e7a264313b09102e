#!/bin/sh
# Records the captures in this folder: what the Linux kernel puts on the wire.
#
# Builds its own network namespaces and removes them again; nothing outside them is touched.
#
#     a1 192.168.10.1 --- 192.168.10.254 r1 192.168.20.254 --- 192.168.20.3 b3
#                                           link r1 to b3: MTU 1400
#
# Needs root, iproute2, ethtool, dumpcap, iputils (ping, arping), traceroute, python3, dnsmasq, dhclient
# (isc-dhcp-client), udhcpc, dhcrelay (isc-dhcp-relay). Takes about a minute.
# Identifications, ports and times differ from one recording to the next, so expectations in tests
# that name them have to follow.
#
# `./record.sh vlan udp` keeps the other captures as they are.
set -eu
only="$*"
cd "$(dirname "$0")"

id=lanternet-$$
a1=$id-a1 r1=$id-r1 b3=$id-b3
dumpcap=
cleanup() {
    [ -z "$dumpcap" ] || kill "$dumpcap" 2>/dev/null || true
    for ns in "$a1" "$r1" "$b3"; do ip netns delete "$ns" 2>/dev/null || true; done
}
trap cleanup EXIT INT TERM

in_ns() { ns=$1; shift; ip netns exec "$ns" "$@"; }

# interface NS NAME MAC ADDRESS...
interface() {
    ns=$1 name=$2 mac=$3; shift 3
    in_ns "$ns" ip link set "$name" address "$mac"
    # What is captured has to be what is on the wire: checksums filled in, no superframes.
    in_ns "$ns" ethtool -K "$name" tx off tso off gso off gro off txvlan off rxvlan off >/dev/null 2>&1 || true
    in_ns "$ns" ip link set "$name" up
    for address; do in_ns "$ns" ip address add "$address" dev "$name"; done
}

for ns in "$a1" "$r1" "$b3"; do
    ip netns add "$ns"
    in_ns "$ns" sysctl -q -w net.ipv6.conf.default.router_solicitations=0 \
        net.ipv6.conf.default.accept_dad=0 net.ipv4.icmp_ratelimit=0 net.ipv4.ping_group_range='0 0'
    in_ns "$ns" ip link set lo up
done
ip link add eth0 netns "$a1" type veth peer name eth0 netns "$r1"
ip link add eth0 netns "$b3" type veth peer name eth1 netns "$r1"
interface "$a1" eth0 02:00:00:00:0a:01 192.168.10.1/24 2001:db8:a::1/64
interface "$r1" eth0 02:00:00:00:0a:fe 192.168.10.254/24 2001:db8:a::fe/64
interface "$r1" eth1 02:00:00:00:0b:fe 192.168.20.254/24 2001:db8:b::fe/64
interface "$b3" eth0 02:00:00:00:0b:03 192.168.20.3/24 2001:db8:b::3/64
in_ns "$r1" ip link set eth1 mtu 1400
in_ns "$b3" ip link set eth0 mtu 1400
in_ns "$r1" sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
in_ns "$a1" ip route add default via 192.168.10.254
in_ns "$b3" ip route add default via 192.168.20.254
in_ns "$a1" ip route add default via 2001:db8:a::fe
in_ns "$b3" ip route add default via 2001:db8:b::fe
sleep 1

# capture NAME NS INTERFACE...: starts; `saved` stops.
capture() {
    file=$1.pcapng ns=$2; shift 2
    interfaces=
    for name; do interfaces="$interfaces -i $name"; done
    # shellcheck disable=SC2086
    ip netns exec "$ns" dumpcap -q -n $interfaces -w "/tmp/$id.pcapng" >/dev/null 2>&1 &
    dumpcap=$!
    sleep 1.5
}
saved() {
    sleep 0.7
    kill -INT "$dumpcap"
    wait "$dumpcap" || true
    dumpcap=
    case " $only " in
    "  " | *" ${file%.pcapng} "*)
        mv "/tmp/$id.pcapng" "$file"
        chmod 644 "$file"
        ;;
    *) rm "/tmp/$id.pcapng" ;;
    esac
}
# Waits for b3's program to have its socket on port 9090.
listening() { until in_ns "$b3" ss "$1" | grep -q ':9090 '; do sleep 0.1; done; }
forget() { for ns in "$a1" "$r1" "$b3"; do in_ns "$ns" ip neigh flush all 2>/dev/null || true; done; }

# Request and answer; nobody there; probe (RFC 5227) for a free and a taken address; announcements.
forget
capture arp "$a1" eth0
in_ns "$a1" arping -q -c 2 -I eth0 192.168.10.254 || true
in_ns "$a1" arping -q -c 1 -w 1 -I eth0 192.168.10.77 || true
in_ns "$a1" arping -q -D -c 1 -w 1 -I eth0 192.168.10.77 || true
in_ns "$a1" arping -q -D -c 1 -w 1 -I eth0 192.168.10.254 || true
in_ns "$a1" arping -q -U -c 1 -I eth0 192.168.10.1 || true
in_ns "$a1" arping -q -A -c 1 -I eth0 192.168.10.1 || true
in_ns "$a1" ping -q -c 1 192.168.10.254 >/dev/null
saved

# Both sides of a router: ARP for the gateway, echo there and back, TTL 64 and 63.
forget
capture echo "$r1" eth0 eth1
in_ns "$a1" ping -q -c 3 -i 0.2 192.168.20.3 >/dev/null
in_ns "$a1" ping -q -c 1 -s 0 -p 00 192.168.20.3 >/dev/null
in_ns "$a1" ping -q -c 1 -s 13 -t 5 -Q 0xb8 192.168.20.3 >/dev/null
saved

# Each ICMP error the kernel sends.
in_ns "$r1" ip route add unreachable 198.51.100.0/25
in_ns "$r1" ip route add prohibit 198.51.100.128/25
in_ns "$r1" ip route add 203.0.113.0/24 via 192.168.10.253
in_ns "$b3" sysctl -q -w net.ipv4.ipfrag_time=1
forget
capture icmp-errors "$r1" eth0 eth1
in_ns "$a1" python3 -c '
import socket, struct, time
def udp(to, port, data=b"knock", ttl=None):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if ttl: s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    s.sendto(data, (to, port)); time.sleep(0.1)
udp("192.168.20.3", 9091)                 # port unreachable
udp("192.168.20.3", 9092, bytes(1000))    # ... that quotes only a part
udp("8.8.8.8", 53)                        # network unreachable: the router has no default route
udp("198.51.100.7", 7)                    # host unreachable by rule
udp("198.51.100.200", 7)                  # prohibited
udp("192.168.20.3", 9093, ttl=1)          # TTL exceeded
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 253)
s.sendto(b"nobody speaks this", ("192.168.20.3", 0)); time.sleep(0.1)  # protocol unreachable
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
source, destination = socket.inet_aton("192.168.10.1"), socket.inet_aton("192.168.20.3")
# A first fragment whose others never come: reassembly time exceeded.
s.sendto(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 44, 0x1234, 0x2000, 64, 17, 0, source, destination)
    + struct.pack("!HHHH", 7, 7, 100, 0) + bytes(16), ("192.168.20.3", 0))
# An option of impossible length: parameter problem, or nothing.
s.sendto(struct.pack("!BBHHHBBH4s4s4s", 0x46, 0, 32, 0x1235, 0, 64, 17, 0, source, destination,
    bytes([7, 39, 4, 0])) + struct.pack("!HHHH", 7, 7, 8, 0), ("192.168.20.3", 0))
time.sleep(2)
'
in_ns "$a1" ping -q -c 1 -W 1 -M do -s 1400 192.168.20.3 >/dev/null || true # fragmentation needed
in_ns "$a1" ping -q -c 1 -W 1 203.0.113.9 >/dev/null || true                # redirect
in_ns "$a1" ping -q -c 1 -W 4 192.168.20.99 >/dev/null || true              # host unreachable
saved
in_ns "$a1" ip route flush cache

# A packet of 4028 bytes, cut by the host for 1500 and again by the router for 1400.
forget
capture fragments "$r1" eth0 eth1
in_ns "$a1" ping -q -c 1 -s 4000 -M dont 192.168.20.3 >/dev/null
saved

forget
capture traceroute "$r1" eth0
in_ns "$a1" traceroute -n -q 1 -w 1 192.168.20.3 >/dev/null
saved

# Datagrams: some bytes, none, one byte (padded on real Ethernet), without checksum.
forget
capture udp "$r1" eth0 eth1
in_ns "$b3" python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 9090))
for _ in range(4):
    data, peer = s.recvfrom(2000); s.sendto(data.upper(), peer)
' &
peer=$!
listening -lun
in_ns "$a1" python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
for data in [b"hello", b"", b"x"]:
    s.sendto(data, ("192.168.20.3", 9090)); s.recvfrom(2000)
s.setsockopt(socket.SOL_SOCKET, 11, 1)  # SO_NO_CHECK
s.sendto(b"unchecked", ("192.168.20.3", 9090)); s.recvfrom(2000)
s.setsockopt(socket.SOL_SOCKET, 11, 0)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.sendto(b"all", ("192.168.10.255", 9999)); s.sendto(b"group", ("239.255.1.2", 9999))
'
wait "$peer" || true
saved

# Connections: open, talk, close from either side; port closed; reset; many bytes through a queue
# so short that it drops some.
forget
capture tcp "$r1" eth0 eth1
in_ns "$b3" python3 -c '
import socket, struct
s = socket.create_server(("", 9090), backlog=4)
c, _ = s.accept(); c.sendall(c.recv(100).upper()); c.recv(1); c.close()   # the client closes first
c, _ = s.accept(); c.send(b"bye"); c.shutdown(socket.SHUT_WR); c.recv(1); c.close()
c, _ = s.accept(); c.recv(1)
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close()  # reset
c, _ = s.accept()
while c.recv(65536): pass
c.close()
' &
peer=$!
listening -ltn
in_ns "$a1" python3 -c '
import socket, time
to = ("192.168.20.3", 9090)
c = socket.create_connection(to); c.sendall(b"hello"); c.recv(100); c.close(); time.sleep(0.1)
c = socket.create_connection(to); c.recv(100); c.recv(1); c.close(); time.sleep(0.1)
c = socket.create_connection(to); c.send(b"x"); time.sleep(0.2); c.close()
try: socket.create_connection(("192.168.20.3", 9091))
except ConnectionRefusedError: pass
'
in_ns "$r1" tc qdisc add dev eth1 root tbf rate 50mbit burst 3000 limit 8000
in_ns "$a1" python3 -c '
import socket
c = socket.create_connection(("192.168.20.3", 9090))
c.sendall(bytes(30000)); c.shutdown(socket.SHUT_WR); c.recv(1); c.close()
'
in_ns "$r1" tc qdisc del dev eth1 root
wait "$peer" || true
saved

# Header options: record route, timestamp, and loose source route refused.
forget
capture ip-options "$r1" eth0 eth1
in_ns "$a1" ping -q -c 1 -R 192.168.20.3 >/dev/null || true
in_ns "$a1" ping -q -c 1 -T tsandaddr 192.168.20.3 >/dev/null || true
in_ns "$a1" ping -q -c 1 -T tsonly 192.168.20.3 >/dev/null || true
saved

# Tags: made by hand, since not every kernel has VLAN interfaces, around packets like those above. A
# priority tag, a VLAN, a VLAN in a VLAN; then a frame padded to 60 bytes and one with a length
# instead of a type.
forget
capture vlan "$r1" eth0
in_ns "$a1" python3 -c '
import socket, struct
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(("eth0", 0))
to, me = bytes.fromhex("020000000afe"), bytes.fromhex("020000000a01")
def sum16(data):
    n = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while n >> 16: n = (n & 0xffff) + (n >> 16)
    return n ^ 0xffff
def echo(seq):
    icmp = bytearray(struct.pack("!BBHHH", 8, 0, 0, 0x4c54, seq) + b"abcdefgh")
    icmp[2:4] = struct.pack("!H", sum16(bytes(icmp)))
    ip = bytearray(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 36, seq, 0x4000, 64, 1, 0,
        socket.inet_aton("192.168.10.1"), socket.inet_aton("192.168.10.254")))
    ip[10:12] = struct.pack("!H", sum16(bytes(ip)))
    return bytes(ip) + bytes(icmp)
arp = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, me, socket.inet_aton("192.168.10.1"),
    bytes(6), socket.inet_aton("192.168.10.254"))
def tag(kind, priority, drop, vlan): return struct.pack("!HH", kind, priority << 13 | drop << 12 | vlan)
ip4, question = struct.pack("!H", 0x0800), struct.pack("!H", 0x0806)
s.send(to + me + tag(0x8100, 5, 0, 0) + ip4 + echo(1))
s.send(b"\xff" * 6 + me + tag(0x8100, 0, 0, 10) + question + arp)
s.send(to + me + tag(0x8100, 3, 1, 10) + ip4 + echo(2))
s.send(to + me + tag(0x8100, 0, 0, 100) + tag(0x8100, 0, 0, 10) + ip4 + echo(3))
s.send((to + me + ip4 + echo(4)).ljust(60, b"\0"))
s.send((b"\xff" * 6 + me + question + arp).ljust(60, b"\0"))
s.send((bytes.fromhex("0180c2000000") + me + struct.pack("!H", 38) + bytes.fromhex("424203") + bytes(35)).ljust(60, b"\0"))
'
saved

# IPv6: neighbour discovery, echo, UDP, TCP, port unreachable, hop limit, packet too big.
forget
capture ipv6 "$r1" eth0 eth1
in_ns "$a1" ping -q -c 2 -i 0.2 2001:db8:b::3 >/dev/null
in_ns "$a1" ping -q -c 1 -W 1 -M do -s 1440 2001:db8:b::3 >/dev/null || true
in_ns "$a1" ping -q -c 1 -W 1 -t 1 2001:db8:b::3 >/dev/null || true
in_ns "$a1" python3 -c '
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.sendto(b"knock", ("2001:db8:b::3", 9091))
try: socket.create_connection(("2001:db8:b::3", 9090))
except ConnectionRefusedError: pass
'
saved

# DHCP: dhclient and udhcpc get addresses of dnsmasq, keep them after a restart, are refused what is not
# of this network, and give them back. Then a relay is in between.
# Nothing is done with the addresses: the scripts that would do it are /bin/true.
cat >"/tmp/$id.dhclient" <<'CONF'
send host-name "dhclient";
request subnet-mask, broadcast-address, routers, domain-name, domain-name-servers, interface-mtu,
    rfc3442-classless-static-routes, ntp-servers;
option rfc3442-classless-static-routes code 121 = array of unsigned integer 8;
CONF
lent() { # NS RANGE OPTION... : dnsmasq
    ns=$1 range=$2; shift 2
    # Not by `in_ns`: the process to end later is the server itself.
    ip netns exec "$ns" dnsmasq --conf-file=/dev/null --no-daemon --user=root --port=0 --no-ping --no-hosts \
        --dhcp-authoritative --dhcp-leasefile="/tmp/$id.leases" --pid-file= --dhcp-range="$range" "$@" \
        >/dev/null 2>&1 &
    dnsmasq=$!
    sleep 1
}
ask() { in_ns "$a1" timeout 20 dhclient -4 -1 -cf "/tmp/$id.dhclient" -lf "/tmp/$id.dhclient.leases" \
    -pf "/tmp/$id.dhclient.pid" -sf /bin/true "$@" eth0 >/dev/null 2>&1 || true
    # It writes its number behind our back.
    sleep 0.3; }
forget
in_ns "$a1" ip address del 192.168.10.1/24 dev eth0
touch "/tmp/$id.dhclient.leases"
lent "$r1" 192.168.10.100,192.168.10.110,255.255.255.0,2h --interface=eth0 --bind-interfaces \
    --dhcp-option=option:router,192.168.10.254 --dhcp-option=option:dns-server,192.168.20.3 \
    --dhcp-option=option:domain-name,example.com --dhcp-option=option:mtu,1400 \
    --dhcp-option=option:ntp-server,192.168.20.3 \
    --dhcp-option=option:classless-static-route,10.0.0.0/8,192.168.10.253,0.0.0.0/0,192.168.10.254
capture dhcp-options "$a1" eth0
ask; in_ns "$a1" pkill -F "/tmp/$id.dhclient.pid" || true
ask; in_ns "$a1" pkill -F "/tmp/$id.dhclient.pid" || true
sed -i 's/fixed-address .*/fixed-address 172.16.0.9;/' "/tmp/$id.dhclient.leases"
ask; in_ns "$a1" pkill -F "/tmp/$id.dhclient.pid" || true
in_ns "$a1" timeout 10 udhcpc -n -q -f -i eth0 -s /bin/true -x hostname:udhcpc >/dev/null 2>&1
in_ns "$a1" timeout 10 udhcpc -n -q -f -i eth0 -s /bin/true -r 192.168.10.105 -B >/dev/null 2>&1
saved
kill "$dnsmasq"; wait "$dnsmasq" 2>/dev/null || true

forget
rm -f "/tmp/$id.leases"
lent "$b3" 192.168.10.100,192.168.10.110,255.255.255.0,2h --interface=eth0 --bind-interfaces \
    --dhcp-option=option:router,192.168.10.254
ip netns exec "$r1" dhcrelay -4 -d -q -a -id eth0 -iu eth1 192.168.20.3 >/dev/null 2>&1 &
dhcrelay=$!
sleep 1
capture dhcp-relayed "$r1" eth0 eth1
in_ns "$a1" timeout 10 udhcpc -n -q -f -i eth0 -s /bin/true >/dev/null 2>&1 || true
saved
kill "$dnsmasq" "$dhcrelay"; wait "$dnsmasq" "$dhcrelay" 2>/dev/null || true
rm -f "/tmp/$id".dhclient* "/tmp/$id.leases"
