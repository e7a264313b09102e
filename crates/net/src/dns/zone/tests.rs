//! Master files (RFC 1035 section 5) and what zones of them say.

use proptest::prelude::*;

use super::*;
use crate::dns::message::{self, Question};

fn zone(text: &str) -> Zone {
    match Zone::parse(text, None) {
        Ok(zone) => zone,
        Err(errors) => panic!("{errors:?}"),
    }
}

fn errors(text: &str) -> Vec<String> {
    match Zone::parse(text, None) {
        Ok(zone) => panic!("accepted as {zone}"),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

fn name(text: &str) -> Name {
    message::name(text).unwrap()
}

fn lines(zone: &Zone) -> Vec<String> {
    zone.to_string().lines().map(str::to_owned).collect()
}

/// The example of RFC 1035 section 5.3, in which the documentation's addresses stand for the
/// Internet's of that time.
const ISI: &str = "\
$ORIGIN ISI.EDU.
@   IN  SOA     VENERA      Action\\.domains (
                                 20     ; SERIAL
                                 7200   ; REFRESH
                                 600    ; RETRY
                                 3600000; EXPIRE
                                 60)    ; MINIMUM

        NS      A.ISI.EDU.
        NS      VENERA
        NS      VAXA
        MX      10      VENERA
        MX      20      VAXA

A       A       192.0.2.27

VENERA  A       192.0.2.52
        A       198.51.100.44

VAXA    A       192.0.2.27
        A       203.0.113.33
";

#[test]
fn the_example_of_the_rfc_is_read_as_meant() {
    let zone = zone(ISI);
    assert_eq!(zone.origin().to_string(), "isi.edu.");
    let soa = "ISI.EDU. 60 IN SOA VENERA.ISI.EDU. Action\\.domains.ISI.EDU. 20 7200 600 3600000 60";
    assert_eq!(lines(&zone)[0], soa);
    assert_eq!(zone.all_records().count(), 11);
    let mail = zone.records(&LowerName::new(&name("isi.edu")), RecordType::MX);
    assert_eq!(mail[1].data.to_string(), "20 VAXA.ISI.EDU.");
    assert_eq!(zone.records(&LowerName::new(&name("VaXa.ISI.edu")), RecordType::A).len(), 2);
}

#[test]
fn origin_ttl_class_owner_and_at_stand_for_what_the_rfc_says() {
    let zone = zone(
        "$ORIGIN example.\n$TTL 1h\n@ SOA ns admin 1 2 3 4 5\n IN 60 NS ns\n\tTXT a \"b c\" \\\"d\\\"\n\
         ns 30 IN A 192.0.2.1\n   AAAA 2001:db8::1\n$ORIGIN sub.example.\nwww A 192.0.2.2\n\
         @ MX 0 .\n$TTL 2d3h\n_http._tcp IN SRV 1 2 80 www\na\\.b PTR x.y.\n",
    );
    assert_eq!(
        lines(&zone),
        [
            "example. 3600 IN SOA ns.example. admin.example. 1 2 3 4 5",
            "example. 60 IN NS ns.example.",
            "example. 3600 IN TXT \"a\" \"b c\" \"\\\"d\\\"\"",
            "ns.example. 30 IN A 192.0.2.1",
            "ns.example. 3600 IN AAAA 2001:db8::1",
            "sub.example. 3600 IN MX 0 .",
            "_http._tcp.sub.example. 183600 IN SRV 1 2 80 www.sub.example.",
            "a\\.b.sub.example. 183600 IN PTR x.y.",
            "www.sub.example. 3600 IN A 192.0.2.2",
        ]
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_to_do() {
    for (text, message) in [
        ("", "line 1, column 1: the zone has no SOA record"),
        ("www A 1.2.3.4\n", "line 1, column 1: `www` is relative, and to what is not said"),
        (" A 1.2.3.4\n", "line 1, column 2: a record without a name, and none before it"),
        ("$ORIGIN\n", "line 1, column 1: expected a name after `$ORIGIN`, got nothing"),
        ("$TTL x\n", "line 1, column 6: expected a time, got `x`"),
        ("$INCLUDE f\n", "line 1, column 1: `$INCLUDE` is not supported"),
        ("$GENERATE 1-2 a A b\n", "line 1, column 1: unknown control entry `$GENERATE`"),
        ("a. 1 A 1.2.3\n", "line 1, column 8: expected an IPv4 address, got `1.2.3`"),
        ("a. 1 AAAA 1.2.3.4\n", "line 1, column 11: expected an IPv6 address, got `1.2.3.4`"),
        ("a. 1 MX mail.\n", "line 1, column 9: expected a preference from 0 to 65535, got `mail.`"),
        (
            "a. 1 MX 10\n",
            "line 1, column 9: expected the name of a mail server, got the end of the line",
        ),
        (
            "a. 1 NS b. c.\n",
            "line 1, column 12: expected the end of the line after the NS record, got `c.`",
        ),
        ("a. 1 CH A 1.2.3.4\n", "line 1, column 6: the class `CH` is not supported"),
        ("a. 1 DNSKEY x\n", "line 1, column 6: records of type DNSKEY are not supported"),
        ("a. 1 WHAT x\n", "line 1, column 6: expected a type of record, got `WHAT`"),
        ("a..b. 1 A 1.2.3.4\n", "line 1, column 1: `a..b.` has nothing between two dots"),
        ("a\\300. 1 A 1.2.3.4\n", "line 1, column 2: wrong escape in `a\\300.`"),
        ("a. 1 TXT \"x\n", "line 1, column 10: a quote is opened and not closed on its line"),
        ("a. 1 SOA (\n", "line 1, column 10: `(` is never closed"),
    ] {
        assert_eq!(errors(text)[0], message, "{text}");
        let help = &Zone::parse(text, None).unwrap_err()[0].help;
        assert!(!help.is_empty(), "{text}");
    }
    let long = format!("{}. 1 A 1.2.3.4\n", "x".repeat(64));
    assert!(errors(&long)[0].ends_with("has a part of 64 letters"));
    let long = format!("$ORIGIN {0}.{0}.{0}.\n{0} 1 A 1.2.3.4\n", "x".repeat(63));
    assert!(errors(&long)[0].ends_with("makes a name that is too long"));
    let long = format!("a. 1 TXT {}\n", "x".repeat(256));
    assert!(errors(&long)[0].ends_with("expected at most 255 bytes of text, got 256"));
}

#[test]
fn records_that_do_not_go_together_are_refused() {
    let begin = "$TTL 1\nz. SOA a. b. 1 2 3 4 5\nz. NS ns.other.\n";
    for (more, message) in [
        ("other. A 1.2.3.4", "line 4, column 1: `other.` is not in the zone `z.`"),
        (
            "z. SOA a. b. 1 2 3 4 5",
            "line 4, column 1: a zone has one SOA, at its top: this one is at `z.`",
        ),
        (
            "a.z. SOA a. b. 1 2 3 4 5",
            "line 4, column 1: a zone has one SOA, at its top: this one is at `a.z.`",
        ),
        (
            "a.z. CNAME b.z.\na.z. A 1.2.3.4",
            "line 5, column 1: `a.z.` is an alias (CNAME) and cannot have other records",
        ),
        (
            "a.z. A 1.2.3.4\n CNAME b.z.",
            "line 5, column 2: `a.z.` is an alias (CNAME) and cannot have other records",
        ),
        (
            "a.z. CNAME b.z.\na.z. CNAME c.z.",
            "line 5, column 1: `a.z.` is an alias (CNAME) already",
        ),
    ] {
        assert_eq!(errors(&format!("{begin}{more}\n")), [message], "{more}");
    }
    assert_eq!(
        errors("z. 1 SOA a. b. 1 2 3 4 5\n"),
        ["line 1, column 1: the zone `z.` has no NS record at its top"]
    );
    // The same record twice is one, and a set has one TTL.
    let zone = zone(&format!("{begin}a.z. 5 A 1.2.3.4\na.z. 6 A 1.2.3.4\na.z. 7 A 1.2.3.5\n"));
    let set = zone.records(&LowerName::new(&name("a.z")), RecordType::A);
    assert_eq!(set.iter().map(|record| record.ttl).collect::<Vec<_>>(), [5, 5]);
}

#[test]
fn every_mistake_of_a_file_is_told_up_to_twenty() {
    let text = "a. 1 A x\nb. 1 A y\n".repeat(2);
    assert_eq!(errors(&text).len(), 4);
    assert_eq!(errors(&"a. 1 A x\n".repeat(100)).len(), 20);
}

#[test]
fn names_of_the_world_become_ascii() {
    let zone = zone("$ORIGIN 例子.\n@ 1 SOA ns 管理 1 2 3 4 5\n@ NS ns\n商店 A 192.0.2.1\n");
    assert_eq!(zone.origin().to_ascii(), "xn--fsqu00a.");
    let found = zone.look_up(&Question::new(&name("商店.例子"), RecordType::A));
    assert!(matches!(found, Lookup::Records(_)), "{found:?}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_and_what_was_read_is_written_and_read_again(
        text in "[-a-z0-9.@$ \t\n();\"\\\\*A-Z]{0,300}",
        records in prop::collection::vec(("[a-z*]{1,3}(\\.[a-z]{1,2})?", 0..9usize), 0..20),
    ) {
        let _ = Zone::parse(&text, None);
        let mut good = "$ORIGIN z.\n$TTL 5m\n@ SOA ns admin 1 2 3 4 5\n@ NS ns\n".to_owned();
        for (name, kind) in records {
            let data = [
                "A 192.0.2.1", "AAAA 2001:db8::1", "NS ns", "CNAME x.y.", "MX 1 m", "PTR p",
                "TXT \"a\\\"\\\\\\200;\" b", "SRV 1 2 3 s", "A 192.0.2.2",
            ][kind];
            good += &format!("{name} {data}\n");
        }
        // Aliases may not go with the rest.
        if let Ok(zone) = Zone::parse(&good, None) {
            let again = Zone::parse(&zone.to_string(), None);
            prop_assert_eq!(again, Ok(zone));
        }
    }

    /// RFC 1034 section 4.3.2: a name that has records, or names below it, is there; the rest is not.
    #[test]
    fn a_name_is_there_when_it_or_one_below_it_has_records(
        names in prop::collection::btree_set("[ab](\\.[ab]){0,3}", 1..8),
        asked in "[abc](\\.[abc]){0,4}",
    ) {
        let mut text = "$ORIGIN z.\n$TTL 1\n@ SOA ns admin 1 2 3 4 5\n@ NS ns.other.\n".to_owned();
        for name in &names {
            text += &format!("{name} A 192.0.2.1\n");
        }
        let zone = zone(&text);
        let found = zone.look_up(&Question::new(&name(&format!("{asked}.z")), RecordType::A));
        let below = |name: &String| name.ends_with(&format!(".{asked}"));
        match () {
            () if names.contains(&asked) => prop_assert!(matches!(found, Lookup::Records(_))),
            () if names.iter().any(below) => {
                prop_assert_eq!(found, Lookup::NoData { wildcard: None });
            }
            () => prop_assert_eq!(found, Lookup::NameError),
        }
    }
}
