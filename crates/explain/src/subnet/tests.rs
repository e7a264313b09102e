use super::*;
use crate::columns;
use crate::explained::Explained;
use crate::locale::Locale;

fn parse(text: &str) -> Subnet {
    Subnet::parse(text, None).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Neither a missing argument nor a missing message shows.
#[track_caller]
fn assert_whole(shown: &str) {
    for gap in ["{", "subnet-error", "subnet-help", "subnet-label", "subnet-role", "subnet-count"] {
        assert!(!shown.contains(gap), "{shown}");
    }
}

fn error(locale: Locale, text: &str, mask: Option<&str>) -> String {
    let error = Subnet::parse(text, mask).expect_err(text);
    let Explained { message, help } = subnet_error(&Catalogue::new(locale), &error);
    format!("{message}\n{}", help.unwrap_or_default())
}

#[test]
fn the_and_stands_in_columns() {
    let text = describe(&Catalogue::new(Locale::En), &parse("192.168.11.130/26"));
    let expected = "\
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
";
    assert_eq!(text, expected);
}

#[test]
fn the_and_lines_up_in_chinese_too() {
    let text = describe(&Catalogue::new(Locale::ZhCn), &parse("192.168.11.130/26"));
    let column = |needle: &str| {
        let line = text.lines().find(|line| line.contains(needle)).expect(needle);
        columns::width(&line[..line.find(needle).expect("it is there")])
    };
    let at = column("11000000.10101000.00001011.10000010");
    assert_eq!(column("11111111.11111111.11111111.11000000"), at);
    assert_eq!(column("11000000.10101000.00001011.10000000"), at);
    assert_eq!(column("nnnnnnnn.nnnnnnnn.nnnnnnnn.nnhhhhhh"), at);
    assert_eq!(at, 12);
}

#[test]
fn an_ipv6_prefix_inside_a_group_shows_its_bits() {
    let text = describe(&Catalogue::new(Locale::En), &parse("2001:db8:0:1234::1/50"));
    assert!(text.contains("nnnn:nnnn:nnnn:xhhh:hhhh:hhhh:hhhh:hhhh"), "{text}");
    assert!(text.contains("The prefix ends inside group 4."), "{text}");
    assert!(text.contains("0001001000110100  1234"), "{text}");
    assert!(text.contains("1100000000000000  c000"), "{text}");
    assert!(text.contains("nnhhhhhhhhhhhhhh"), "{text}");
    let whole = describe(&Catalogue::new(Locale::En), &parse("2001:db8::1/64"));
    assert!(!whole.contains("group"), "{whole}");
}

#[test]
fn every_kind_of_subnet_is_described_in_both_languages_without_a_gap() {
    let groups = ["224.0.0.5/4", "255.255.255.255/32", "ff02::1/16", "0.0.0.0/0", "::/0"];
    let shapes = ["10.0.0.1/31", "10.0.0.1/32", "10.0.0.0/8", "10.255.255.255/8", "240.0.0.1/8"];
    let six = ["fe80::/64", "2001:db8::1/127", "::1/128", "4000::1/64", "2606:4700::1/33"];
    for locale in Locale::ALL {
        let catalogue = Catalogue::new(*locale);
        for text in groups.iter().chain(&shapes).chain(&six) {
            let shown = describe(&catalogue, &parse(text));
            assert_whole(&shown);
        }
    }
}

#[test]
fn every_scope_has_a_text() {
    for locale in Locale::ALL {
        let catalogue = Catalogue::new(*locale);
        for text in ["10.0.0.1", "8.8.8.8", "::1", "2002::1", "64:ff9b::1", "5f00::1", "192.0.0.9"]
        {
            let address = text.parse().expect("an address");
            let id = scope_id(special_block(address).scope);
            assert_ne!(catalogue.phrase(id), id);
        }
    }
}

#[test]
fn two_addresses_share_a_segment_or_need_a_router() {
    let catalogue = Catalogue::new(Locale::En);
    let pair = Pair { a: parse("192.168.1.10/26"), b: parse("192.168.1.60/26") };
    assert!(pair.share_a_segment());
    let text = describe_pair(&catalogue, &pair);
    assert!(text.ends_with(
        "Same segment: 192.168.1.10 and 192.168.1.60 are both in 192.168.1.0/26, so they talk directly.\n"
    ));
    let pair = Pair { a: parse("192.168.1.10/26"), b: parse("192.168.1.70/26") };
    assert!(!pair.share_a_segment());
    let text = describe_pair(&catalogue, &pair);
    assert!(text.ends_with(
        "Not the same segment: 192.168.1.10 is in 192.168.1.0/26, 192.168.1.70 is in 192.168.1.64/26. \
         Between them there must be a router.\n"
    ));
}

#[test]
fn two_addresses_that_no_host_can_have_are_called_so() {
    let catalogue = Catalogue::new(Locale::En);
    let pair = Pair { a: parse("192.168.1.0/24"), b: parse("192.168.1.255/24") };
    let text = describe_pair(&catalogue, &pair);
    for expected in ["192.168.1.0 names the network", "192.168.1.255 means every host of"] {
        assert!(text.contains(expected), "{text}");
    }
    let pair = Pair { a: parse("10.0.0.1/8"), b: parse("2001:db8::1/64") };
    assert!(!pair.share_a_segment());
    assert_eq!(
        describe_pair(&catalogue, &pair),
        "Not the same segment: 10.0.0.1 and 2001:db8::1 are of different IP versions.\n"
    );
}

#[test]
fn a_group_has_no_hosts_of_its_own() {
    let text = describe(&Catalogue::new(Locale::En), &parse("224.0.0.5/24"));
    assert!(text.contains("names a group") && !text.contains("hosts  "), "{text}");
}

#[test]
fn masks_that_differ_show_both_views() {
    let pair = Pair { a: parse("192.168.1.10/16"), b: parse("192.168.2.20/24") };
    assert!(!pair.share_a_segment());
    let text = describe_pair(&Catalogue::new(Locale::En), &pair);
    for expected in [
        "As 192.168.1.10 sees it, with its mask 255.255.0.0 = /16:",
        "The networks are equal: 192.168.1.10 sends to 192.168.2.20 directly",
        "The networks differ: 192.168.2.20 hands packets for 192.168.1.10 to its gateway.",
        "192.168.1.10 takes 192.168.2.20 to be near and sends directly, but 192.168.2.20 answers",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
}

#[test]
fn a_long_division_is_cut_and_says_so() {
    let catalogue = Catalogue::new(Locale::En);
    let whole = parse("10.0.0.0/8");
    let text = describe_split(&catalogue, &whole, whole.split(24).expect("it divides"));
    assert!(text.starts_with("10.0.0.0/8 divides into 65536 = 2^16 subnets of /24\n"), "{text}");
    assert!(text.ends_with("\nOnly the first 64 are shown.\n"), "{text}");
    assert_eq!(text.lines().count(), 3 + SPLIT_ROWS + 2);
    let whole = parse("::/0");
    let text = describe_split(&catalogue, &whole, whole.split(128).expect("it divides"));
    assert!(text.starts_with("::/0 divides into 2^128 subnets of /128\n"), "{text}");
    let whole = parse("192.168.1.0/24");
    let text = describe_split(&catalogue, &whole, whole.split(24).expect("it divides"));
    assert!(text.starts_with("192.168.1.0/24 divides into one subnet of /24\n"), "{text}");
    assert!(!text.contains("Only"), "{text}");
}

#[test]
fn mistakes_are_explained_to_a_beginner() {
    let en = |text, mask| error(Locale::En, text, mask);
    assert_eq!(
        en("192.168.11.311/24", None),
        "octet 4 of `192.168.11.311` is 311, the greatest is 255\n\
         an octet is 8 bits, so it goes from 0 (00000000) to 255 (11111111)"
    );
    assert_eq!(
        en("192.168.1.10", Some("255.0.255.0")),
        "mask 255.0.255.0 has a gap: bit 9 is 0, but bit 17 is 1 again \
         (11111111.00000000.11111111.00000000)\n\
         a mask is ones from the left, then zeros only, such as 255.255.255.0 or 255.255.240.0"
    );
    assert_eq!(
        en("192.168.1/24", None),
        "`192.168.1` has 3 octets, an IPv4 address has 4\n\
         an IPv4 address is 4 numbers from 0 to 255 with dots between, such as 192.168.1.10"
    );
    assert_eq!(
        en("192.168.010.1/24", None),
        "octet 3 of `192.168.010.1` has a leading zero: `010`\n\
         write `10`; some programs read `010` as octal, which is 8"
    );
    assert_eq!(
        en("192.168.1.10", None),
        "192.168.1.10 has no mask, so nobody can tell where its network ends\n\
         add a prefix length or a mask: `192.168.1.10/24` or `192.168.1.10 255.255.255.0`"
    );
    assert_eq!(
        en("192.168.1.10/24", Some("255.255.0.0")),
        "two masks that disagree: `/24` has 24 network bits, `255.255.0.0` has 16\n\
         leave out one of them"
    );
    assert_eq!(
        en("192.168.1.10", Some("0.0.0.255")),
        "0.0.0.255 is a wildcard mask, where 0 marks the network part\n\
         access lists write masks that way; the mask here is 255.255.255.0"
    );
    assert_eq!(
        error(Locale::ZhCn, "192.168.11.311/24", None),
        "“192.168.11.311”的第 4 个字节是 311，最大只能是 255\n\
         一个字节是 8 位，取值从 0（00000000）到 255（11111111）"
    );
}

#[test]
fn every_mistake_has_a_message_without_a_gap_in_both_languages() {
    let texts = [
        "",
        "x",
        "1.2.3/8",
        "1/8",
        "1.2..3/8",
        "1.2.3.x/8",
        "1.2.3.256/8",
        "1.2.3.010/8",
        "1.2.3.08/8",
        "1::2::3/8",
        "12345::/8",
        "g::/8",
        "1:2/8",
        "1:2:3:4:5:6:7:8::/8",
        "fe80::1%lo/8",
        "1.2.3.4/33",
        "1.2.3.4/x",
        "1.2.3.4/255.256.0.0",
        "1.2.3.4/255.0.255.0",
        "1.2.3.4/0.0.0.255",
        "::1/255.0.0.0",
        "::1/129",
        "::1/x",
        "::1",
        "1.2.3.4",
        "1:/8",
    ];
    for locale in Locale::ALL {
        for text in texts {
            let shown = error(*locale, text, None);
            assert_whole(&shown);
        }
        let catalogue = Catalogue::new(*locale);
        for (own, asked) in [("10.0.0.0/8", 7), ("10.0.0.0/8", 33)] {
            let error = parse(own).split(asked).map(|_| ()).expect_err("it is refused");
            let shown = split_error(&catalogue, &error).message;
            assert_whole(&shown);
        }
    }
}
