//! The labs that ship with the project, read, checked, printed and compared with the schema.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

mod files;

use files::{all_labs, labs};
use lanternet_lab::{Code, parse, print, schema};

#[test]
fn good_labs_have_no_warnings() {
    for (name, text) in labs(".") {
        match parse(&text, &name) {
            Ok((_, warnings)) => assert!(warnings.is_empty(), "{}", warnings.plain()),
            Err(diagnostics) => panic!("{}", diagnostics.plain()),
        }
    }
}

#[test]
fn broken_labs_have_the_warnings_that_can_be_known_without_running_them() {
    let expected: [(&str, &[Code]); 24] = [
        ("address-in-use.yaml", &[Code::DuplicateAddress]),
        ("cable-pulled.yaml", &[]),
        ("dhcp-pool-exhausted.yaml", &[Code::PoolTooSmall]),
        ("dns-loop.yaml", &[]),
        ("duplicate-address.yaml", &[Code::DuplicateAddress]),
        ("gateway-off-segment.yaml", &[Code::GatewayOffSegment]),
        ("lame-delegation.yaml", &[]),
        ("moved-station.yaml", &[]),
        ("mtu-black-hole.yaml", &[Code::MtuMismatch]),
        ("nat-without-forward.yaml", &[]),
        ("native-mismatch.yaml", &[Code::NativeMismatch]),
        ("no-default-route-back.yaml", &[]),
        ("no-gateway.yaml", &[Code::NoGateway]),
        ("no-name-server.yaml", &[Code::DnsServerUnowned, Code::UnknownName]),
        ("no-way-back.yaml", &[]),
        ("other-network.yaml", &[Code::StrangerOnSegment]),
        ("routing-loop.yaml", &[Code::RoutingLoop]),
        ("stale-arp.yaml", &[Code::NeighborMismatch]),
        ("storm.yaml", &[Code::SwitchLoop]),
        ("trunk-lacks-vlan.yaml", &[Code::TrunkLacksVlan]),
        ("wrong-gateway.yaml", &[Code::GatewayUnowned]),
        ("wrong-mask.yaml", &[Code::DifferentMasks]),
        ("wrong-port.yaml", &[]),
        ("wrong-vlan.yaml", &[Code::NetworkInTwoVlans]),
    ];
    let found: Vec<_> = labs("broken")
        .into_iter()
        .map(|(name, text)| match parse(&text, &name) {
            Ok((_, warnings)) => (name, warnings.iter().map(|d| d.code).collect::<Vec<_>>()),
            Err(diagnostics) => panic!("{}", diagnostics.plain()),
        })
        .collect();
    let expected: Vec<_> =
        expected.into_iter().map(|(name, codes)| (name.to_owned(), codes.to_vec())).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_lab_is_named_after_its_file_and_begins_with_a_picture() {
    for (name, text) in all_labs() {
        let (lab, _) = parse(&text, &name).unwrap();
        assert_eq!(format!("{}.yaml", lab.name), name);
        assert!(text.starts_with("# ") && text.contains("\n#\n#   "), "{name}");
    }
}

#[test]
fn a_printed_lab_is_the_same_lab() {
    for (name, text) in all_labs() {
        let (lab, warnings) = parse(&text, &name).unwrap();
        let printed = print(&lab);
        match parse(&printed, "printed.yaml") {
            Ok((again, warnings_again)) => {
                assert_eq!(again, lab, "{name}\n{printed}");
                assert_eq!(warnings_again.warnings(), warnings.warnings(), "{name}\n{printed}");
                assert_eq!(print(&again), printed);
            }
            Err(diagnostics) => panic!("{name}\n{printed}\n{}", diagnostics.plain()),
        }
    }
}

#[test]
fn every_lab_fits_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for (name, text) in all_labs() {
        let (lab, _) = parse(&text, &name).unwrap();
        for text in [text, print(&lab)] {
            let value: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
            let errors: Vec<_> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
}
