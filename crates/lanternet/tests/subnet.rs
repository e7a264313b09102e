//! `lanternet subnet` as a user sees it.

mod common;

use common::lanternet;

#[test]
fn an_address_is_worked_out_bit_by_bit() {
    lanternet(&["subnet", "192.168.11.130/26"]).exits(0).stderr_is("").stdout_is(
        "\
192.168.11.130/26

  address  11000000.10101000.00001011.10000010  192.168.11.130
  mask     11111111.11111111.11111111.11000000  255.255.255.192 = /26
           -----------------------------------  AND
  network  11000000.10101000.00001011.10000000  192.168.11.128
           nnnnnnnn.nnnnnnnn.nnnnnnnn.nnhhhhhh  n = network (26 bits), h = host (6 bits)

  network    192.168.11.128/26
  broadcast  192.168.11.191
  hosts      192.168.11.129 - 192.168.11.190
  count      62 = 2^6 - 2: of 64 addresses, the network's own and the broadcast address are not for hosts
  wildcard   0.0.0.63
  address    192.168.11.130 can be the address of a host in 192.168.11.128/26
  class      C, whose networks had /24, not /26 (history: classes ended in 1993 with CIDR, RFC 1519)
  purpose    private use: 192.168.0.0/16 (RFC 1918)
  reach      limited: the internet's routers do not forward it
",
    );
}

#[test]
fn every_way_to_write_a_mask_gives_the_same_answer() {
    let expected = lanternet(&["subnet", "10.1.2.3/20"]).exits(0).stdout();
    for args in [
        &["subnet", "10.1.2.3", "20"][..],
        &["subnet", "10.1.2.3", "/20"],
        &["subnet", "10.1.2.3", "255.255.240.0"],
        &["subnet", "10.1.2.3/255.255.240.0"],
        &["subnet", "10.1.2.3/20", "255.255.240.0"],
    ] {
        lanternet(args).exits(0).stdout_is(&expected);
    }
}

#[test]
fn chinese_is_chosen_by_option_and_lines_up() {
    lanternet(&["subnet", "10.1.2.3/20", "--lang", "zh-CN"]).exits(0).stdout_has(
        "
  地址      00001010.00000001.00000010.00000011  10.1.2.3
  掩码      11111111.11111111.11110000.00000000  255.255.240.0 = /20
            -----------------------------------  AND
  网络地址  00001010.00000001.00000000.00000000  10.1.0.0
            nnnnnnnn.nnnnnnnn.nnnnhhhh.hhhhhhhh  n = 网络位（20 位），h = 主机位（12 位）
",
    );
}

#[test]
fn ipv6_is_shown_in_hex_and_has_no_broadcast() {
    lanternet(&["subnet", "2001:db8::1/64"])
        .exits(0)
        .stdout_has("nnnn:nnnn:nnnn:nnnn:hhhh:hhhh:hhhh:hhhh")
        .stdout_has("none: IPv6 has multicast in its place")
        .stdout_has("documentation and examples: 2001:db8::/32 (RFC 3849)");
}

#[test]
fn same_answers_yes_with_0_and_no_with_1() {
    let mask = "255.255.255.192";
    lanternet(&["subnet", "--same", "192.168.1.10", "192.168.1.60", mask])
        .exits(0)
        .stdout_has("Same segment: 192.168.1.10 and 192.168.1.60 are both in 192.168.1.0/26");
    lanternet(&["subnet", "--same", "192.168.1.10", "192.168.1.70", mask]).exits(1).stdout_has(
        "Not the same segment: 192.168.1.10 is in 192.168.1.0/26, 192.168.1.70 is in 192.168.1.64/26.",
    );
    lanternet(&["subnet", "--same", "192.168.1.10/26", "192.168.1.60"]).exits(0);
    lanternet(&["subnet", "--same", "192.168.1.10/16", "192.168.2.20/24"])
        .exits(1)
        .stdout_has("One of the two masks is wrong.");
    lanternet(&["subnet", "--same", "10.0.0.1/8", "2001:db8::1/64"]).exits(1).stdout_is(
        "Not the same segment: 10.0.0.1 and 2001:db8::1 are of different IP versions.\n",
    );
}

#[test]
fn split_lists_the_parts() {
    lanternet(&["subnet", "192.168.1.77/24", "--split", "26"]).exits(0).stdout_is(
        "\
192.168.1.0/24 divides into 4 = 2^2 subnets of /26

  network           first host     last host      broadcast
  192.168.1.0/26    192.168.1.1    192.168.1.62   192.168.1.63
  192.168.1.64/26   192.168.1.65   192.168.1.126  192.168.1.127
  192.168.1.128/26  192.168.1.129  192.168.1.190  192.168.1.191
  192.168.1.192/26  192.168.1.193  192.168.1.254  192.168.1.255
",
    );
    lanternet(&["subnet", "::/0", "--split", "128"])
        .exits(0)
        .stdout_has("::/0 divides into 2^128 subnets of /128")
        .stdout_has("Only the first 64 are shown.");
}

#[test]
fn wrong_input_is_explained_and_exits_2() {
    let no_mask = "lanternet: 192.168.1.10 has no mask, so nobody can tell where its network ends\n  \
         help: add a prefix length or a mask: `192.168.1.10/24` or `192.168.1.10 255.255.255.0`\n";
    for (args, expected) in [
        (
            &["192.168.11.311/24"][..],
            "lanternet: octet 4 of `192.168.11.311` is 311, the greatest is 255\n  \
             help: an octet is 8 bits, so it goes from 0 (00000000) to 255 (11111111)\n",
        ),
        (
            &["192.168.1.10", "255.0.255.0"],
            "lanternet: mask 255.0.255.0 has a gap: bit 9 is 0, but bit 17 is 1 again \
             (11111111.00000000.11111111.00000000)\n  \
             help: a mask is ones from the left, then zeros only, such as 255.255.255.0 or 255.255.240.0\n",
        ),
        (
            &["192.168.1.10/24", "255.255.0.0"],
            "lanternet: two masks that disagree: `/24` has 24 network bits, `255.255.0.0` has 16\n  \
             help: leave out one of them\n",
        ),
        (
            &["192.168.1/24"],
            "lanternet: `192.168.1` has 3 octets, an IPv4 address has 4\n  \
             help: an IPv4 address is 4 numbers from 0 to 255 with dots between, such as 192.168.1.10\n",
        ),
        (
            &["192.168.010.1/24"],
            "lanternet: octet 3 of `192.168.010.1` has a leading zero: `010`\n  \
             help: write `10`; some programs read `010` as octal, which is 8\n",
        ),
        (&["192.168.1.10"], no_mask),
        (&["--same", "192.168.1.10", "192.168.1.11"], no_mask),
        (
            &["--same", "192.168.1.10", "192.168.1.300"],
            "lanternet: octet 4 of `192.168.1.300` is 300, the greatest is 255\n  \
             help: an octet is 8 bits, so it goes from 0 (00000000) to 255 (11111111)\n",
        ),
        (
            &["10.0.0.0/8", "--split", "7"],
            "lanternet: a /8 cannot be divided into /7: the parts would be greater than the whole\n  \
             help: give a prefix length of 8 or more: the greater it is, the smaller the parts\n",
        ),
        (
            &["10.0.0.0/8", "--split", "33"],
            "lanternet: prefix length 33 is too long: an IPv4 address has 32 bits\n  \
             help: give a prefix length of 8 or more: the greater it is, the smaller the parts\n",
        ),
        (
            &["10.0.0.0/8", "--split", "many"],
            "lanternet: `many` is not a prefix length\n  \
             help: give a prefix length of 8 or more: the greater it is, the smaller the parts\n",
        ),
        (
            &["2001:db8::1/129"],
            "lanternet: prefix length 129 is too long: an IPv6 address has 128 bits\n  \
             help: write a prefix length from 0 to 128, such as /64\n",
        ),
    ] {
        let args = [&["subnet"], args].concat();
        lanternet(&args).exits(2).stdout_is("").stderr_is(expected);
    }
}

#[test]
fn mistakes_are_explained_in_chinese_too() {
    lanternet(&["--lang", "zh", "subnet", "192.168.11.311/24"]).exits(2).stderr_is(
        "lanternet: “192.168.11.311”的第 4 个字节是 311，最大只能是 255\n  \
         提示：一个字节是 8 位，取值从 0（00000000）到 255（11111111）\n",
    );
}
