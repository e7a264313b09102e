#!/bin/sh
# Records what switches, DHCP, DNS and IPv6 routers put on the wire: `stp` to `http` in this folder.
#
# Builds its own network namespaces and removes them again; nothing outside them is touched.
#
#     a1 eth0 --- r1 eth0 (192.168.10.254, 2001:db8:a::fe)     r1 eth1 --- eth0 b3
#     for switches: two bridges in a namespace of their own with two cables between them
#
# Needs root, iproute2, ethtool, dumpcap, python3, curl, iputils (ping), openvswitch-switch, dnsmasq,
# isc-dhcp-client, isc-dhcp-relay, udhcpc, knot, bind9-dnsutils (dig), radvd. Takes about two minutes.
#
# `./record-lan.sh dns dhcp` records only those.
set -eu
only="$*"
cd "$(dirname "$0")"

id=lanternet-$$
a1=$id-a1 r1=$id-r1 b3=$id-b3
scratch=/tmp/$id
mkdir "$scratch"
chmod 755 "$scratch"
dumpcap= daemons=
cleanup() {
    for pid in $dumpcap $daemons; do kill "$pid" 2>/dev/null || true; done
    for ns in "$a1" "$r1" "$b3"; do ip netns delete "$ns" 2>/dev/null || true; done
    rm -rf "$scratch"
}
trap cleanup EXIT INT TERM

in_ns() { ns=$1; shift; ip netns exec "$ns" "$@"; }
wanted() { case " $only " in "  " | *" $1 "*) true ;; *) false ;; esac; }
# background NS COMMAND...: a program that `stopped` ends.
background() {
    ns=$1; shift
    ip netns exec "$ns" "$@" >"$scratch/log" 2>&1 &
    daemons="$daemons $!"
}
stopped() {
    for pid in $daemons; do kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done
    daemons=
}
# cable NS NAME MAC NS NAME MAC
cable() {
    ip link add "$2" netns "$1" type veth peer name "$5" netns "$4"
    for end in "$1 $2 $3" "$4 $5 $6"; do
        # shellcheck disable=SC2086
        set -- $end
        in_ns "$1" ip link set "$2" address "$3"
        # What is captured has to be what is on the wire: checksums filled in, no superframes.
        in_ns "$1" ethtool -K "$2" tx off tso off gso off gro off txvlan off rxvlan off >/dev/null 2>&1 || true
        in_ns "$1" ip link set "$2" up
    done
}
# fresh: three namespaces without addresses, as just booted.
fresh() {
    for ns in "$a1" "$r1" "$b3"; do
        ip netns delete "$ns" 2>/dev/null || true
        ip netns add "$ns"
        in_ns "$ns" sysctl -q -w net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0 \
            net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 "net.ipv6.conf.default.disable_ipv6=$1" \
            net.ipv6.conf.default.router_solicitations=0 net.ipv4.ping_group_range='0 0'
        in_ns "$ns" ip link set lo up
    done
    cable "$a1" eth0 02:00:00:00:0a:01 "$r1" eth0 02:00:00:00:0a:fe
    cable "$b3" eth0 02:00:00:00:0b:03 "$r1" eth1 02:00:00:00:0b:fe
}
# capture NAME NS FILTER INTERFACE...: starts; `saved` stops.
capture() {
    file=$1.pcapng ns=$2 filter=$3; shift 3
    interfaces=
    for name; do interfaces="$interfaces -i $name"; done
    # shellcheck disable=SC2086
    ip netns exec "$ns" dumpcap -q -n -f "$filter" $interfaces -w "$scratch/capture" >/dev/null 2>&1 &
    dumpcap=$!
    sleep 1.5
}
saved() {
    sleep 1.2
    kill -INT "$dumpcap"
    wait "$dumpcap" || true
    dumpcap=
    mv "$scratch/capture" "$file"
    chmod 644 "$file"
}

# Two Linux bridges, two cables: configuration BPDUs, a port that blocks; the better cable is pulled:
# topology change notification and acknowledgement.
if wanted stp; then
    fresh 1
    cable "$r1" p1 02:00:00:00:01:01 "$r1" q1 02:00:00:00:02:01
    cable "$r1" p2 02:00:00:00:01:02 "$r1" q2 02:00:00:00:02:02
    for bridge in p q; do
        in_ns "$r1" ip link add "br$bridge" type bridge stp_state 1 hello_time 100 forward_delay 200 max_age 600
    done
    in_ns "$r1" ip link set brp type bridge priority 4096
    capture stp "$r1" "" q1 q2
    for n in 1 2; do
        in_ns "$r1" ip link set "p$n" master brp
        in_ns "$r1" ip link set "q$n" master brq
    done
    # Without a segment of its own, a bridge notifies nobody.
    in_ns "$r1" ip link set eth1 master brq
    in_ns "$r1" ip link set brp up
    in_ns "$r1" ip link set brq up
    sleep 5.5
    in_ns "$r1" ip link set p1 down
    sleep 9
    saved
fi

# Open vSwitch: rapid spanning tree with proposals and agreements; VLANs on a trunk and at an access
# port; a customer's tag inside a provider's (IEEE 802.1ad).
if wanted rstp || wanted trunk; then
    fresh 1
    export OVS_RUNDIR="$scratch" OVS_LOGDIR="$scratch" OVS_DBDIR="$scratch"
    vs() { ip netns exec "$r1" ovs-vsctl --db="unix:$scratch/db.sock" "$@"; }
    ovsdb-tool create "$scratch/conf.db" /usr/share/openvswitch/vswitch.ovsschema
    background "$r1" ovsdb-server "$scratch/conf.db" --remote="punix:$scratch/db.sock"
    sleep 1
    vs --no-wait init
    background "$r1" ovs-vswitchd "unix:$scratch/db.sock"
    cable "$r1" p1 02:00:00:00:01:01 "$r1" q1 02:00:00:00:02:01
    cable "$r1" p2 02:00:00:00:01:02 "$r1" q2 02:00:00:00:02:02
    for bridge in p q; do
        vs add-br "br$bridge" -- set bridge "br$bridge" datapath_type=netdev
    done
    if wanted rstp; then
        capture rstp "$r1" "stp" q1 q2
        vs set bridge brp other_config:rstp-priority=4096
        for n in 1 2; do
            vs add-port brp "p$n" -- add-port brq "q$n"
        done
        for bridge in p q; do vs set bridge "br$bridge" rstp_enable=true; done
        sleep 4
        in_ns "$r1" ip link set p1 down
        sleep 3
        in_ns "$r1" ip link set p1 up
        sleep 3
        saved
        for bridge in p q; do
            vs set bridge "br$bridge" rstp_enable=false
            for port in 1 2; do vs del-port "br$bridge" "$bridge$port"; done
        done
    fi
    if wanted trunk; then
        # a1 is in VLAN 10 at bridge p, b3 at bridge q; the trunk's native VLAN is 20.
        for ns in "$a1" "$b3"; do in_ns "$ns" ip link set eth0 up; done
        in_ns "$a1" ip address add 192.168.10.1/24 dev eth0
        in_ns "$b3" ip address add 192.168.10.3/24 dev eth0
        vs add-port brp eth0 tag=10 -- add-port brq eth1 tag=10
        vs add-port brp p1 vlan_mode=native-untagged trunks=10,20 tag=20
        vs add-port brq q1 vlan_mode=native-untagged trunks=10,20 tag=20
        sleep 1
        capture trunk "$r1" "" q1 eth1
        in_ns "$a1" ping -q -c 1 -W 2 192.168.10.3 >/dev/null || true
        for port in eth0 eth1; do vs set port "$port" tag=20; done
        sleep 1
        in_ns "$a1" ping -q -c 1 -W 2 192.168.10.3 >/dev/null || true
        for port in eth0 eth1; do
            vs set port "$port" vlan_mode=dot1q-tunnel tag=10 other_config:qinq-ethtype=802.1ad
        done
        sleep 1
        in_ns "$a1" ping -q -c 1 -W 2 192.168.10.3 >/dev/null || true
        # A tag that the host puts in itself stays inside the provider's.
        in_ns "$a1" python3 -c '
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(("eth0", 0))
me, ip = bytes.fromhex("020000000a01"), socket.inet_aton
s.send(bytes([255] * 6) + me + bytes.fromhex("8100a0640806") + bytes.fromhex("0001080006040001")
    + me + ip("192.168.10.1") + bytes(6) + ip("192.168.10.3"))'
        saved
    fi
    stopped
    unset OVS_RUNDIR OVS_LOGDIR OVS_DBDIR
fi

# A host joins and leaves groups in each version of IGMP and MLD; a bridge asks as querier.
if wanted igmp || wanted mld; then
    fresh 0
    in_ns "$a1" ip address add 192.168.10.1/24 dev eth0
    in_ns "$a1" ip address add fe80::a1/64 dev eth0 nodad
    in_ns "$r1" ip link add br0 type bridge mcast_snooping 1 mcast_igmp_version 3 mcast_mld_version 2 mcast_startup_query_interval 100 \
        mcast_query_response_interval 100 mcast_last_member_interval 50 mcast_query_use_ifaddr 1
    in_ns "$r1" ip link set eth0 master br0
    in_ns "$r1" ip link set br0 up
    in_ns "$r1" ip address add 192.168.10.254/24 dev br0
    in_ns "$r1" ip address add fe80::fe/64 dev br0 nodad
    sleep 1
    for family in igmp mld; do
        wanted "$family" || continue
        capture "$family" "$a1" "$([ "$family" = igmp ] && echo 'proto 2' || echo 'ip6')" eth0
        for version in 3 2 1; do
            [ "$family$version" != mld3 ] || continue
            in_ns "$a1" sysctl -q -w "net.ipv4.conf.eth0.force_igmp_version=$version"
            [ "$version" = 3 ] || in_ns "$a1" sysctl -q -w "net.ipv6.conf.eth0.force_mld_version=$version"
            in_ns "$r1" ip link set br0 type bridge mcast_querier 0
            if [ "$version" -ge 2 ]; then
                in_ns "$r1" ip link set br0 type bridge mcast_igmp_version "$version"
            fi
            in_ns "$r1" ip link set br0 type bridge mcast_mld_version "$([ "$version" = 2 ] && echo 2 || echo 1)"
            in_ns "$r1" ip link set br0 type bridge mcast_querier 1
            in_ns "$a1" python3 -c '
import socket, struct, sys, time
if sys.argv[1] == "igmp":
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    group = lambda a: struct.pack("4s4si", socket.inet_aton(a), bytes(4), socket.if_nametoindex("eth0"))
    one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group("239.1.2.3")); time.sleep(0.3)
    two = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # One source only (IP_ADD_SOURCE_MEMBERSHIP), then one source not (IP_BLOCK_SOURCE).
    source = lambda a, s: struct.pack("4s4s4s", socket.inet_aton(a), socket.inet_aton("192.168.10.1"), socket.inet_aton(s))
    two.setsockopt(socket.IPPROTO_IP, 39, source("232.1.1.1", "192.168.10.254")); time.sleep(0.3)
    one.setsockopt(socket.IPPROTO_IP, 38, source("239.1.2.3", "192.168.10.7")); time.sleep(2.5)
    one.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, group("239.1.2.3")); time.sleep(1)
else:
    one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    index = socket.if_nametoindex("eth0")
    group = lambda a: struct.pack("16sI", socket.inet_pton(socket.AF_INET6, a), index)
    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group("ff05::1:3")); time.sleep(0.3)
    two = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    def storage(a): return struct.pack("HHI16sI", socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, a), 0).ljust(128, bytes(1))
    # MCAST_JOIN_SOURCE_GROUP
    two.setsockopt(socket.IPPROTO_IPV6, 46, struct.pack("I4x", index) + storage("ff35::1:9") + storage("fe80::fe")); time.sleep(2.5)
    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_LEAVE_GROUP, group("ff05::1:3")); time.sleep(1)
' "$family"
        done
        saved
    done
fi

# dnsmasq serves dhclient and udhcpc: four messages, renewal, release, decline, refusal, inform; the
# second network through a relay that adds option 82.
if wanted dhcp; then
    fresh 1
    in_ns "$r1" ip address add 192.168.10.254/24 dev eth0
    in_ns "$r1" ip address add 192.168.20.254/24 dev eth1
    in_ns "$r1" sysctl -q -w net.ipv4.ip_forward=1
    serve() {
        background "$r1" dnsmasq --keep-in-foreground --port=0 --conf-file=/dev/null --pid-file="$scratch/dnsmasq.pid" \
            --dhcp-leasefile="$scratch/leases" --user=root --dhcp-authoritative --no-ping "$@" \
            --dhcp-option=option:router,192.168.10.254 --dhcp-option=option:dns-server,192.168.10.254,10.0.0.53 \
            --dhcp-option=option:ntp-server,192.168.10.254 --dhcp-option=option:domain-name,lan.example \
            --dhcp-option-force=option:mtu,1400 --dhcp-option-force=option:domain-search,lan.example,home.lan.example \
            --dhcp-option=121,10.1.0.0/16,192.168.10.253,0.0.0.0/0,192.168.10.254,172.16.8.0/21,192.168.10.252
        sleep 1
    }
    # What udhcpc ($1) and dhclient ($reason) run to have the address set.
    cat >"$scratch/script" <<'SCRIPT'
#!/bin/sh
case ${1:-$reason} in
bound | renew | BOUND | REBOOT) ip address replace "${ip:-$new_ip_address}/24" dev "$interface" ;;
deconfig) ip address flush dev "$interface" ;;
esac
SCRIPT
    chmod 755 "$scratch/script"
    serve --interface=eth0 --dhcp-range=192.168.10.100,192.168.10.110,2m --dhcp-host=02:00:00:00:0a:01,a1,192.168.10.50
    capture dhcp "$r1" "udp port 67 or udp port 68" eth0
    in_ns "$a1" udhcpc -q -n -f -i eth0 -s "$scratch/script" -x hostname:a1 -O ntpsrv -O staticroutes >/dev/null 2>&1 || true
    ip netns exec "$a1" udhcpc -n -f -R -i eth0 -s "$scratch/script" -r 10.9.9.9 -C -t 2 -T 1 >/dev/null 2>&1 &
    client=$!
    sleep 1
    kill -USR1 "$client" # renewal
    sleep 1
    kill -TERM "$client" # release
    wait "$client" || true
    echo 'send host-name "a1"; send dhcp-client-identifier "a1-id"; send vendor-class-identifier "lab";
        also request rfc3442-classless-static-routes, ntp-servers, interface-mtu;' >"$scratch/dhclient.conf"
    # It remembers an address of another network, and asks for it at once: refused.
    cat >"$scratch/dhclient.leases" <<'LEASES'
lease {
  interface "eth0"; fixed-address 10.9.9.9; option subnet-mask 255.255.255.0; option dhcp-lease-time 7200;
  option dhcp-message-type 5; option dhcp-server-identifier 10.9.9.1;
  renew 5 2037/01/01 00:00:00; rebind 5 2037/01/01 00:00:00; expire 5 2037/01/01 00:00:00;
}
LEASES
    for once in -1 -r; do
        in_ns "$a1" dhclient $once -cf "$scratch/dhclient.conf" -lf "$scratch/dhclient.leases" \
            -pf "$scratch/dhclient.pid" -sf "$scratch/script" eth0 >/dev/null 2>&1 || true
    done
    # Messages that those clients do not send of themselves: DECLINE and INFORM.
    in_ns "$a1" ip address replace 192.168.10.50/24 dev eth0
    in_ns "$a1" python3 -c '
import socket, struct, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
s.bind(("", 68)); me, ip = bytes.fromhex("020000000a01"), socket.inet_aton
def message(ciaddr, options):
    head = struct.pack("!BBBBIHH4s4s4s4s16s", 1, 1, 6, 0, 0x4c540001, 0, 0, ip(ciaddr), bytes(4), bytes(4), bytes(4), me)
    return head + bytes(192) + bytes.fromhex("63825363") + options + b"\xff"
s.sendto(message("192.168.10.50", bytes([53, 1, 8, 55, 4, 1, 3, 6, 15])), ("192.168.10.254", 67)); time.sleep(0.3)
s.sendto(message("0.0.0.0", bytes([53, 1, 4, 50, 4]) + ip("192.168.10.50") + bytes([54, 4]) + ip("192.168.10.254")
    + bytes([61, 7, 1]) + me + bytes([56, 6]) + b"in use"), ("255.255.255.255", 67)); time.sleep(0.3)
'
    saved
    stopped
    serve --interface=eth1 --bind-interfaces --listen-address=192.168.20.254 \
        --dhcp-range=192.168.10.100,192.168.10.110,255.255.255.0,1h
    in_ns "$b3" ip address add 192.168.20.3/24 dev eth0
    # The relay is b3: a1's cable leads there.
    in_ns "$a1" ip link delete eth0
    cable "$a1" eth0 02:00:00:00:0a:01 "$b3" eth1 02:00:00:00:0b:01
    in_ns "$b3" ip address add 192.168.10.254/24 dev eth1
    in_ns "$r1" ip address flush dev eth0 2>/dev/null || true
    in_ns "$r1" ip route replace 192.168.10.0/24 via 192.168.20.3
    in_ns "$b3" sysctl -q -w net.ipv4.ip_forward=1
    background "$b3" dhcrelay -4 -d -a -id eth1 -iu eth0 192.168.20.254
    sleep 1
    capture dhcp-relay "$b3" "udp port 67 or udp port 68" eth0 eth1
    in_ns "$a1" udhcpc -q -n -f -i eth0 -s "$scratch/script" -x hostname:a1 >/dev/null 2>&1 || true
    saved
    stopped
fi

# dig asks knot: every kind of record, over UDP and TCP, in both families; no such name, no such data,
# a delegation, an answer too long for UDP.
if wanted dns; then
    fresh 0
    in_ns "$a1" ip address add 192.168.10.1/24 dev eth0
    in_ns "$r1" ip address add 192.168.10.53/24 dev eth0
    in_ns "$a1" ip address add 2001:db8:a::1/64 dev eth0 nodad
    in_ns "$r1" ip address add 2001:db8:a::53/64 dev eth0 nodad
    cat >"$scratch/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 3600
@        SOA ns1.example. hostmaster.example. 2026112001 7200 900 1209600 300
@        NS ns1
@        NS ns2
@        MX 10 mail
@        MX 20 mail2.other.example.
@        TXT "v=spf1 mx -all" "second string"
ns1      A 192.168.10.53
ns1      AAAA 2001:db8:a::53
ns2      A 192.168.10.54
www      CNAME web.shop
web.shop 60 A 192.0.2.10
web.shop 60 AAAA 2001:db8::10
mail     A 192.0.2.25
_http._tcp SRV 0 5 8001 web.shop
*.wild   A 192.0.2.99
dept     NS ns.dept
ns.dept  A 192.0.2.53
caa      CAA 0 issue "ca.example"
10       PTR web.shop.example.
long     TXT "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
long     TXT "1123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
long     TXT "2123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
long     TXT "3123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
ZONE
    mkdir "$scratch/knot"
    cat >"$scratch/knot.conf" <<CONF
server:
    rundir: "$scratch"
    user: root:root
    listen: [ 192.168.10.53@53, 2001:db8:a::53@53 ]
database:
    storage: "$scratch/knot"
acl:
  - id: all
    address: [ 0.0.0.0/0 ]
    action: transfer
zone:
  - domain: example
    storage: "$scratch"
    file: "example.zone"
    acl: all
CONF
    background "$r1" knotd -c "$scratch/knot.conf"
    sleep 2
    capture dns "$a1" "port 53" eth0
    ask() { in_ns "$a1" dig +tries=1 +time=1 "$@" >/dev/null 2>&1 || true; }
    for type in A AAAA; do ask @192.168.10.53 "www.example" "$type"; done
    for type in SOA NS MX TXT ANY; do ask @192.168.10.53 example "$type"; done
    ask @192.168.10.53 _http._tcp.example SRV
    ask @192.168.10.53 10.example PTR
    ask @192.168.10.53 -x 192.0.2.10
    ask @192.168.10.53 nobody.example A
    ask @192.168.10.53 mail.example AAAA
    ask @192.168.10.53 x.wild.example A
    ask @192.168.10.53 host.dept.example A
    ask @192.168.10.53 caa.example CAA
    ask @192.168.10.53 www.elsewhere.test A
    ask @192.168.10.53 +noedns +norecurse mail.example A
    ask @192.168.10.53 +noedns long.example TXT
    ask @192.168.10.53 +bufsize=1232 +nsid +subnet=192.0.2.0/24 +cookie=0102030405060708 +dnssec mail.example A
    ask @192.168.10.53 +tcp example MX
    ask @2001:db8:a::53 mail.example A
    ask @2001:db8:a::53 +tcp www.example AAAA
    ask @192.168.10.53 version.bind CH TXT
    ask @192.168.10.53 example AXFR
    saved
    stopped
fi

# A host without addresses meets radvd: solicitation, advertisement with every option, duplicate
# address detection, the default route used; the router redirects to a better one.
if wanted slaac; then
    fresh 0
    in_ns "$a1" ip link set eth0 down
    in_ns "$r1" sysctl -q -w net.ipv6.conf.all.forwarding=1
    in_ns "$r1" ip address add fe80::fe/64 dev eth0 nodad
    in_ns "$r1" ip address add 2001:db8:a::fe/64 dev eth0 nodad
    in_ns "$r1" ip address add 2001:db8:b::fe/64 dev eth1 nodad
    in_ns "$b3" ip address add 2001:db8:b::3/64 dev eth0 nodad
    in_ns "$b3" ip route add default via 2001:db8:b::fe
    in_ns "$r1" ip route add 2001:db8:c::/64 via fe80::77 dev eth0
    in_ns "$r1" ip neigh replace fe80::77 lladdr 02:00:00:00:0a:77 dev eth0 nud permanent
    cat >"$scratch/radvd.conf" <<'CONF'
interface eth0 {
    AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvDefaultLifetime 1800; AdvLinkMTU 1400;
    AdvReachableTime 30000; AdvRetransTimer 1000; AdvOtherConfigFlag on; AdvDefaultPreference high;
    prefix 2001:db8:a::/64 { AdvOnLink on; AdvAutonomous on; AdvValidLifetime 86400; AdvPreferredLifetime 14400; };
    route 2001:db8:c::/48 { AdvRouteLifetime 600; AdvRoutePreference low; };
    RDNSS 2001:db8:a::53 2001:db8:a::54 { AdvRDNSSLifetime 600; };
    DNSSL lan.example example { AdvDNSSLLifetime 600; };
};
CONF
    background "$r1" radvd -n -C "$scratch/radvd.conf" -p "$scratch/radvd.pid" -m stderr
    sleep 1
    capture slaac "$r1" "ip6" eth0
    in_ns "$a1" sysctl -q -w net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.all.accept_dad=1 \
        net.ipv6.conf.eth0.router_solicitations=3
    in_ns "$a1" ip link set eth0 up
    sleep 4
    in_ns "$a1" ping -q -c 1 -W 1 2001:db8:b::3 >/dev/null || true
    in_ns "$a1" ping -q -c 1 -W 1 2001:db8:c::9 >/dev/null || true
    in_ns "$a1" ip -6 route flush cache
    in_ns "$a1" ip neigh flush all
    # Somebody takes the address that another has: the advertisement that answers the detection.
    in_ns "$a1" ip address add 2001:db8:a::fe/64 dev eth0
    sleep 2
    saved
    stopped
fi

# Errors of ICMPv6, fragments, extension headers of each kind.
if wanted ipv6-errors; then
    fresh 0
    in_ns "$r1" sysctl -q -w net.ipv6.conf.all.forwarding=1
    in_ns "$a1" ip address add 2001:db8:a::1/64 dev eth0 nodad
    in_ns "$r1" ip address add 2001:db8:a::fe/64 dev eth0 nodad
    in_ns "$r1" ip address add 2001:db8:b::fe/64 dev eth1 nodad
    in_ns "$b3" ip address add 2001:db8:b::3/64 dev eth0 nodad
    in_ns "$a1" ip route add default via 2001:db8:a::fe
    in_ns "$b3" ip route add default via 2001:db8:b::fe
    in_ns "$r1" ip link set eth1 mtu 1400
    in_ns "$b3" ip link set eth0 mtu 1400
    in_ns "$r1" ip route add unreachable 2001:db8:d::/64
    in_ns "$r1" ip route add prohibit 2001:db8:e::/64
    in_ns "$b3" sysctl -q -w net.ipv6.ip6frag_time=1
    sleep 1
    capture ipv6-errors "$r1" "ip6" eth0 eth1
    in_ns "$a1" ping -q -c 1 -W 1 -s 3000 2001:db8:b::3 >/dev/null || true   # packet too big, then fragments
    in_ns "$a1" ping -q -c 1 -W 1 -s 3000 2001:db8:b::3 >/dev/null || true
    in_ns "$a1" ping -q -c 1 -W 4 2001:db8:b::99 >/dev/null || true          # address unreachable
    in_ns "$a1" ping -q -c 1 -W 1 -t 1 2001:db8:b::3 >/dev/null || true      # hop limit
    in_ns "$a1" python3 -c '
import socket, struct, time
S, six = socket.socket, socket.IPPROTO_IPV6
def udp(to, data=b"knock", ancillary=(), port=9091):
    s = S(socket.AF_INET6, socket.SOCK_DGRAM)
    try: s.sendmsg([data], [(six, kind, bytes(value)) for kind, value in ancillary], 0, (to, port))
    except OSError as error: print(error)
    time.sleep(0.15)
b3, pad = "2001:db8:b::3", [1, 4, 0, 0, 0, 0]
udp(b3)                                            # port unreachable
udp(b3, bytes(1300), port=9092)
udp("2001:db8:d::7"); udp("2001:db8:e::7"); udp("2001:db8:f::7")   # reject route, prohibited, no route
udp(b3, ancillary=[(socket.IPV6_DSTOPTS, [0, 0] + pad)])
udp(b3, ancillary=[(socket.IPV6_HOPOPTS, [0, 0] + pad)])
udp(b3, ancillary=[(socket.IPV6_HOPOPTS, [0, 0, 5, 2, 0, 0, 1, 0])])   # router alert
udp(b3, ancillary=[(socket.IPV6_DSTOPTS, [0, 0, 0x9e, 4, 1, 2, 3, 4])])  # unknown option: parameter problem
s = S(socket.AF_INET6, socket.SOCK_RAW, 253)
s.sendto(b"nobody speaks this", (b3, 0)); time.sleep(0.15)             # unknown next header
s = S(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
def raw(next, payload):
    head = struct.pack("!IHBB", 6 << 28, len(payload), next, 64)
    me, to = (socket.inet_pton(socket.AF_INET6, a) for a in ("2001:db8:a::1", b3))
    s.sendto(head + me + to + payload, (b3, 0)); time.sleep(0.15)
# A first fragment whose others never come: reassembly time exceeded.
raw(44, struct.pack("!BBHI", 17, 0, 1, 0x4c54) + struct.pack("!HHHH", 7, 7, 100, 0x1234) + bytes(16))
# A routing header of type 0, which has been put out of use: parameter problem.
last = socket.inet_pton(socket.AF_INET6, "2001:db8:b::9")
pseudo = socket.inet_pton(socket.AF_INET6, "2001:db8:a::1") + last + struct.pack("!IIHHHH", 8, 17, 7, 7, 8, 0)
n = sum(struct.unpack("!24H", pseudo))
while n >> 16: n = (n & 0xffff) + (n >> 16)
raw(43, bytes([17, 2, 0, 1, 0, 0, 0, 0]) + last + struct.pack("!HHHH", 7, 7, 8, n ^ 0xffff))
time.sleep(2)
'
    saved
fi

# curl fetches from a web server: a page, its head, one that is not there.
if wanted http; then
    fresh 0
    in_ns "$a1" ip address add 192.168.10.1/24 dev eth0
    in_ns "$r1" ip address add 192.168.10.80/24 dev eth0
    in_ns "$a1" ip address add 2001:db8:a::1/64 dev eth0 nodad
    in_ns "$r1" ip address add 2001:db8:a::80/64 dev eth0 nodad
    mkdir "$scratch/www"
    echo '<h1>shop A</h1>' >"$scratch/www/index.html"
    head -c 4000 /dev/zero | tr '\0' x >"$scratch/www/page.txt"
    background "$r1" python3 -m http.server --directory "$scratch/www" --bind :: 80
    background "$r1" python3 -m http.server --directory "$scratch/www" --bind 192.168.10.80 8001
    sleep 1
    capture http "$a1" "tcp" eth0
    for url in http://192.168.10.80:8001/ http://192.168.10.80:8001/page.txt http://192.168.10.80:8001/none 'http://[2001:db8:a::80]/'; do
        in_ns "$a1" curl -s -o /dev/null "$url" || true
    done
    in_ns "$a1" curl -s -I -o /dev/null http://192.168.10.80/ || true
    in_ns "$a1" curl -s -X POST -d 'a=b' -o /dev/null http://192.168.10.80/ || true
    saved
    stopped
fi
