use proptest::prelude::*;

use super::*;

fn subnet(text: &str) -> Subnet {
    Subnet::parse(text, None).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn an_ordinary_subnet_has_network_broadcast_and_hosts_between() {
    let it = subnet("192.168.11.130/26");
    assert_eq!(it.mask(), ip("255.255.255.192"));
    assert_eq!(it.wildcard(), ip("0.0.0.63"));
    assert_eq!(it.network(), ip("192.168.11.128"));
    assert_eq!(it.broadcast(), Some(ip("192.168.11.191")));
    let hosts = Hosts { first: ip("192.168.11.129"), last: ip("192.168.11.190"), count: 62 };
    assert_eq!(it.hosts(), hosts);
    assert_eq!(it.role(), Role::Host);
    assert_eq!(subnet("192.168.11.128/26").role(), Role::Network);
    assert_eq!(subnet("192.168.11.191/26").role(), Role::Broadcast);
}

#[test]
fn rfc_3021_both_addresses_of_a_31_are_hosts() {
    let it = subnet("10.0.0.1/31");
    assert_eq!(it.broadcast(), None);
    assert_eq!(it.hosts(), Hosts { first: ip("10.0.0.0"), last: ip("10.0.0.1"), count: 2 });
    assert_eq!(it.role(), Role::PointToPoint);
}

#[test]
fn a_32_and_a_128_are_one_host() {
    for (text, address) in [("10.0.0.1/32", "10.0.0.1"), ("2001:db8::1/128", "2001:db8::1")] {
        let it = subnet(text);
        assert_eq!(it.broadcast(), None);
        assert_eq!(it.hosts(), Hosts { first: ip(address), last: ip(address), count: 1 });
        assert_eq!(it.role(), Role::Single);
    }
}

#[test]
fn rfc_6164_both_addresses_of_a_127_are_hosts() {
    let it = subnet("2001:db8::/127");
    assert_eq!(it.hosts(), Hosts { first: ip("2001:db8::"), last: ip("2001:db8::1"), count: 2 });
    assert_eq!(it.role(), Role::PointToPoint);
}

#[test]
fn ipv6_has_no_broadcast_and_leaves_out_the_router_anycast_address() {
    let it = subnet("2001:db8::/64");
    assert_eq!(it.broadcast(), None);
    assert_eq!(it.role(), Role::RouterAnycast);
    assert_eq!(it.hosts().first, ip("2001:db8::1"));
    assert_eq!(it.hosts().last, ip("2001:db8::ffff:ffff:ffff:ffff"));
    assert_eq!(it.hosts().count, (1 << 64) - 1);
    assert_eq!(it.class(), None);
}

#[test]
fn the_whole_of_either_family_does_not_overflow() {
    assert_eq!(subnet("0.0.0.0/0").hosts().count, (1 << 32) - 2);
    assert_eq!(subnet("::/0").hosts().count, u128::MAX);
    let split = subnet("::/0").split(128).unwrap();
    assert_eq!(split.bits(), 128);
    let first: Vec<_> = split.take(2).map(|part| part.trunc().to_string()).collect();
    assert_eq!(first, ["::/128", "::1/128"]);
}

#[test]
fn a_subnet_splits_into_parts_that_cover_it() {
    let parts: Vec<_> = subnet("192.168.1.77/24").split(26).unwrap().collect();
    let shown: Vec<_> = parts.iter().map(|part| part.trunc().to_string()).collect();
    assert_eq!(
        shown,
        ["192.168.1.0/26", "192.168.1.64/26", "192.168.1.128/26", "192.168.1.192/26"]
    );
    assert_eq!(subnet("10.0.0.0/8").split(8).unwrap().count(), 1);
    let shorter = subnet("10.0.0.0/8").split(7).map(|_| ());
    assert_eq!(shorter, Err(SplitError::TooShort { asked: 7, own: 8 }));
    let longer = subnet("10.0.0.0/8").split(33).map(|_| ());
    assert_eq!(longer, Err(SplitError::TooLong { asked: 33, max: 32 }));
}

#[test]
fn classes_go_by_the_first_bits() {
    for (text, class) in [
        ("0.0.0.0", Class::A),
        ("127.255.255.255", Class::A),
        ("128.0.0.0", Class::B),
        ("191.255.0.0", Class::B),
        ("192.0.0.0", Class::C),
        ("223.255.255.255", Class::C),
        ("224.0.0.0", Class::D),
        ("239.1.1.1", Class::D),
        ("240.0.0.0", Class::E),
        ("255.255.255.255", Class::E),
    ] {
        assert_eq!(Class::of(text.parse().unwrap()), class, "{text}");
    }
}

#[test]
fn masks_are_read_in_every_form_and_must_agree() {
    for text in ["10.1.2.3/20", "10.1.2.3/255.255.240.0"] {
        assert_eq!(subnet(text).prefix_len(), 20);
    }
    for mask in ["20", "/20", "255.255.240.0"] {
        assert_eq!(Subnet::parse("10.1.2.3", Some(mask)).unwrap().prefix_len(), 20);
        assert_eq!(Subnet::parse("10.1.2.3/20", Some(mask)).unwrap().prefix_len(), 20);
    }
    assert_eq!(subnet("10.1.2.3/0.0.0.0").prefix_len(), 0);
    let error = Subnet::parse("10.1.2.3/24", Some("255.255.240.0")).unwrap_err();
    assert_eq!(error.to_string(), "`/24` is 24 bits, but mask `255.255.240.0` is 20");
    let error = Subnet::parse("10.1.2.3", None).unwrap_err();
    assert_eq!(error, SubnetError::NoMask { address: ip("10.1.2.3") });
}

#[test]
fn a_wrong_mask_says_where() {
    let error = |mask| parse_mask(mask, Family::V4).unwrap_err();
    let mask = Ipv4Addr::new(255, 0, 255, 0);
    assert_eq!(error("255.0.255.0"), MaskError::NotContiguous { mask, zero: 9, one: 17 });
    let mask = Ipv4Addr::new(255, 255, 255, 253);
    assert_eq!(error("255.255.255.253"), MaskError::NotContiguous { mask, zero: 31, one: 32 });
    let mask = Ipv4Addr::new(0, 255, 255, 0);
    assert_eq!(error("0.255.255.0"), MaskError::NotContiguous { mask, zero: 1, one: 9 });
    let (mask, meant) = (Ipv4Addr::new(0, 0, 0, 63), Ipv4Addr::new(255, 255, 255, 192));
    assert_eq!(error("0.0.0.63"), MaskError::Wildcard { mask, meant });
    for mask in ["33", "256", "99999999999999999999999"] {
        assert_eq!(error(mask), MaskError::TooLong { text: mask.into(), family: Family::V4 });
    }
    for mask in ["", "/", "abc", "-1", "+24", "2 4"] {
        assert_eq!(error(mask), MaskError::NotAMask { text: mask.into(), family: Family::V4 });
    }
    assert_eq!(
        error("255.255.256.0").to_string(),
        "mask: octet 3 of `255.255.256.0` is 256, more than 255"
    );
    assert_eq!(parse_mask("128", Family::V6), Ok(128));
    let text = "129".to_owned();
    assert_eq!(parse_mask("129", Family::V6), Err(MaskError::TooLong { text, family: Family::V6 }));
    let text = "255.0.0.0".to_owned();
    assert_eq!(parse_mask("255.0.0.0", Family::V6), Err(MaskError::DottedForIpv6 { text }));
}

#[test]
fn a_wrong_address_says_which_part() {
    for (text, message) in [
        ("192.168.11.311", "octet 4 of `192.168.11.311` is 311, more than 255"),
        ("192.168.11", "`192.168.11` has 3 of 4 octets"),
        ("192.168.11.1.1", "`192.168.11.1.1` has 5 of 4 octets"),
        ("3232238337", "`3232238337` has 1 of 4 octets"),
        ("192.168..1", "octet 3 of `192.168..1` is empty"),
        ("192.168.1.", "octet 4 of `192.168.1.` is empty"),
        ("192.168.1.1O", "octet 4 of `192.168.1.1O` is not a number: `1O`"),
        ("192.168.010.1", "octet 3 of `192.168.010.1` has a leading zero: `010`"),
        ("localhost", "`localhost` is not an IP address"),
        ("www.example.com", "`www.example.com` is not an IP address"),
        ("", "`` is not an IP address"),
        ("2001:db8::1::2", "`2001:db8::1::2` has `::` more than once"),
        ("2001:db8:::1", "`2001:db8:::1` has `::` more than once"),
        ("2001:db80a::1", "group `db80a` of `2001:db80a::1` has more than 4 digits"),
        ("2001:dg8::1", "group `dg8` of `2001:dg8::1` is not hexadecimal"),
        ("02:42:ac:11:00:02", "`02:42:ac:11:00:02` has 6 of 8 groups"),
        ("1:2:3:4:5:6:7:8::", "`1:2:3:4:5:6:7:8::` has 8 of 8 groups"),
        ("::ffff:192.168.1.256", "octet 4 of `192.168.1.256` is 256, more than 255"),
        ("fe80::1%eth0", "`fe80::1%eth0` has a zone, `%eth0`"),
    ] {
        assert_eq!(parse_address(text).map_err(|error| error.to_string()), Err(message.into()));
    }
}

#[test]
fn a_leading_zero_tells_both_readings() {
    let error = parse_address("010.0.0.1").unwrap_err();
    let (text, octet) = ("010.0.0.1".into(), "010".into());
    let decimal = "10".into();
    let expected = AddressError::LeadingZero { text, position: 1, octet, decimal, octal: Some(8) };
    assert_eq!(error, expected);
    let error = parse_address("10.0.0.09").unwrap_err();
    assert!(matches!(error, AddressError::LeadingZero { octal: None, .. }), "{error:?}");
}

#[test]
fn special_addresses_are_in_their_registry_blocks() {
    for (text, scope, rfc) in [
        ("0.0.0.0", Scope::Unspecified, 1122),
        ("0.1.2.3", Scope::ThisNetwork, 791),
        ("10.255.0.1", Scope::Private, 1918),
        ("172.16.0.0", Scope::Private, 1918),
        ("172.31.255.255", Scope::Private, 1918),
        ("172.32.0.0", Scope::Global, 791),
        ("100.64.0.1", Scope::Shared, 6598),
        ("100.128.0.0", Scope::Global, 791),
        ("127.0.0.53", Scope::Loopback, 1122),
        ("169.254.1.1", Scope::LinkLocal, 3927),
        ("192.0.0.171", Scope::Nat64Discovery, 8880),
        ("192.0.2.1", Scope::Documentation, 5737),
        ("198.51.100.1", Scope::Documentation, 5737),
        ("203.0.113.1", Scope::Documentation, 5737),
        ("198.19.255.255", Scope::Benchmarking, 2544),
        ("224.0.0.251", Scope::LinkLocalMulticast, 5771),
        ("239.255.255.250", Scope::Multicast, 5771),
        ("240.0.0.1", Scope::Reserved, 1112),
        ("255.255.255.255", Scope::LimitedBroadcast, 8190),
        ("8.8.8.8", Scope::Global, 791),
        ("::", Scope::Unspecified, 4291),
        ("::1", Scope::Loopback, 4291),
        ("::ffff:10.0.0.1", Scope::Ipv4Mapped, 4291),
        ("64:ff9b::8.8.8.8", Scope::Nat64, 6052),
        ("64:ff9b:1::1", Scope::LocalNat64, 8215),
        ("2001::1", Scope::Teredo, 4380),
        ("2001:db8::1", Scope::Documentation, 3849),
        ("3fff:fff::1", Scope::Documentation, 9637),
        ("2002:c000:204::1", Scope::SixToFour, 3056),
        ("2606:4700::1111", Scope::Global, 4291),
        ("4000::1", Scope::Unallocated, 4291),
        ("fc00::1", Scope::UniqueLocal, 4193),
        ("fd12:3456:789a::1", Scope::UniqueLocal, 4193),
        ("fe80::1", Scope::LinkLocal, 4291),
        ("febf::1", Scope::LinkLocal, 4291),
        ("ff02::1", Scope::LinkLocalMulticast, 4291),
        ("ff0e::1", Scope::Multicast, 4291),
    ] {
        let block = special_block(ip(text));
        assert_eq!((block.scope, block.rfcs[0]), (scope, rfc), "{text}");
    }
}

#[test]
fn every_registry_row_is_a_network_address_and_found_by_it() {
    for block in special::all_blocks() {
        assert_eq!(block.prefix, block.prefix.trunc(), "host bits are set");
        let found = special_block(block.prefix.network());
        assert!(block.prefix.contains(&found.prefix), "{block:?} is hidden by {found:?}");
        assert!(!block.rfcs.is_empty());
    }
}

proptest! {
    #[test]
    fn ipv4_arithmetic_agrees_with_the_formulae(bits: u32, prefix_len in 0_u8..=32) {
        let it = Subnet::new(Ipv4Addr::from_bits(bits).into(), prefix_len).unwrap();
        let mask = u32::MAX.checked_shl(32 - u32::from(prefix_len)).unwrap_or(0);
        let v4 = |bits| IpAddr::from(Ipv4Addr::from_bits(bits));
        prop_assert_eq!(it.mask(), v4(mask));
        prop_assert_eq!(it.wildcard(), v4(!mask));
        prop_assert_eq!(it.network(), v4(bits & mask));
        prop_assert_eq!(it.last(), v4(bits | !mask));
        let size = 1_u128 << (32 - prefix_len);
        let hosts = it.hosts();
        prop_assert_eq!(hosts.count, if size <= 2 { size } else { size - 2 });
        prop_assert!(it.contains(hosts.first) && it.contains(hosts.last));
        let text = format!("{}/{}", it.address(), it.mask());
        prop_assert_eq!(Subnet::parse(&text, Some(&prefix_len.to_string())), Ok(it));
    }

    #[test]
    fn ipv6_arithmetic_agrees_with_the_formulae(bits: u128, prefix_len in 0_u8..=128) {
        let it = Subnet::new(Ipv6Addr::from_bits(bits).into(), prefix_len).unwrap();
        let mask = u128::MAX.checked_shl(128 - u32::from(prefix_len)).unwrap_or(0);
        let v6 = |bits| IpAddr::from(Ipv6Addr::from_bits(bits));
        prop_assert_eq!(it.network(), v6(bits & mask));
        prop_assert_eq!(it.last(), v6(bits | !mask));
        prop_assert!(it.broadcast().is_none());
        prop_assert_eq!(Subnet::parse(&format!("{}/{prefix_len}", it.address()), None), Ok(it));
    }

    #[test]
    fn a_dotted_mask_is_read_if_and_only_if_its_ones_are_to_the_left(bits: u32) {
        let ones = bits.leading_ones();
        let contiguous = bits.count_ones() == ones;
        let read = parse_mask(&Ipv4Addr::from_bits(bits).to_string(), Family::V4);
        prop_assert_eq!(read.is_ok(), contiguous);
    }

    #[test]
    fn any_text_is_read_or_refused_without_panic(text in "[0-9a-f.:/%x ]{0,24}", mask in "[0-9./]{0,16}") {
        let _ = Subnet::parse(&text, None);
        let _ = Subnet::parse(&text, Some(&mask));
    }
}
