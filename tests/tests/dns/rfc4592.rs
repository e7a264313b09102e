//! RFC 4592: wildcards, with the zone and the questions of its section 2.2.1.

use lanternet_net::dns::{RecordType, ResponseCode};

use crate::asking::{ask, lines, server};

const ZONE: &str = "\
$ORIGIN example.
$TTL 3600
example.                  SOA   ns.example.com. admin 1 1h 10m 1w 1h
example.                  NS    ns.example.com.
example.                  NS    ns.example.net.
*.example.                TXT   \"this is a wildcard\"
*.example.                MX    10 host1.example.
sub.*.example.            TXT   \"this is not a wildcard\"
host1.example.            A     192.0.2.1
_ssh._tcp.host1.example.  SRV   0 0 22 host1
_ssh._tcp.host2.example.  SRV   0 0 22 host2
subdel.example.           NS    ns.example.com.
subdel.example.           NS    ns.example.net.
";

fn answers(name: &str, kind: RecordType) -> Vec<String> {
    let reply = ask(&mut server(&[ZONE]), name, kind);
    lines(&reply).into_iter().filter(|line| line.starts_with("answer: ")).collect()
}

fn code(name: &str, kind: RecordType) -> ResponseCode {
    ask(&mut server(&[ZONE]), name, kind).metadata.response_code
}

/// The answers that are made from the wildcard have the name that was asked for.
#[test]
fn section_2_2_1_names_that_are_not_there_are_answered_by_the_wildcard() {
    assert_eq!(
        answers("host3.example", RecordType::MX),
        ["answer: host3.example. 3600 MX 10 host1.example."]
    );
    // The wildcard has no such record: no data, not a name error.
    assert!(answers("host3.example", RecordType::A).is_empty());
    assert_eq!(code("host3.example", RecordType::A), ResponseCode::NoError);
    assert_eq!(
        answers("foo.bar.example", RecordType::TXT),
        ["answer: foo.bar.example. 3600 TXT this is a wildcard"]
    );
}

/// What is there, even without records of its own, or was given away, is not for the wildcard.
#[test]
fn section_2_2_1_names_that_are_there_are_not_answered_by_the_wildcard() {
    for (name, kind, expected) in [
        // It is there.
        ("host1.example", RecordType::MX, ResponseCode::NoError),
        // It is there, with an asterisk that is not its first label.
        ("sub.*.example", RecordType::MX, ResponseCode::NoError),
        // _tcp.host1.example is there, and has no wildcard below it.
        ("_telnet._tcp.host1.example", RecordType::SRV, ResponseCode::NXDomain),
        // *.example is there, and has no wildcard below it.
        ("ghost.*.example", RecordType::MX, ResponseCode::NXDomain),
        // An empty non-terminal.
        ("_tcp.host2.example", RecordType::MX, ResponseCode::NoError),
        ("host2.example", RecordType::MX, ResponseCode::NoError),
    ] {
        assert_eq!(answers(name, kind), [""; 0], "{name}");
        assert_eq!(code(name, kind), expected, "{name}");
    }
    let cut = ask(&mut server(&[ZONE]), "host.subdel.example", RecordType::A);
    assert!(!cut.metadata.authoritative && cut.answers.is_empty());
    assert_eq!(cut.authorities.len(), 2);
}

/// Section 2.1.1 and 3.3.2: who asks for the asterisk itself gets what is there.
#[test]
fn section_3_3_2_the_wildcard_can_be_asked_for_by_its_own_name() {
    assert_eq!(
        answers("*.example", RecordType::MX),
        ["answer: *.example. 3600 MX 10 host1.example."]
    );
    assert_eq!(
        answers("sub.*.example", RecordType::TXT),
        ["answer: sub.*.example. 3600 TXT this is not a wildcard"]
    );
}

/// Section 3.3.3: an alias at a wildcard.
#[test]
fn section_3_3_3_an_alias_may_be_at_a_wildcard() {
    let zone = "$ORIGIN z.\n$TTL 60\n@ SOA ns admin 1 1h 10m 1w 1h\n@ NS ns\nns A 192.0.2.1\n\
                * CNAME ns\n";
    let reply = ask(&mut server(&[zone]), "any.where.z", RecordType::A);
    assert_eq!(
        lines(&reply)[1..],
        ["answer: any.where.z. 60 CNAME ns.z.", "answer: ns.z. 60 A 192.0.2.1"]
    );
}
