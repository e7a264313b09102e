//! RFC 8482: a question for everything gets little.

use lanternet_net::dns::{RecordType, ResponseCode};

use crate::asking::{ask, lines, server};

const ZONE: &str = "\
$ORIGIN example.
$TTL 1h
@       SOA ns admin 1 1h 10m 1w 1m
@       NS  ns
ns      A   192.0.2.1
ns      AAAA 2001:db8::1
alias   CNAME ns
sub     NS  ns.sub
ns.sub  A   192.0.2.2
a.b     A   192.0.2.3
*.w     A   192.0.2.4
";

/// Section 4.2: one HINFO record that says why.
#[test]
fn section_4_2_any_is_answered_with_hinfo() {
    for name in ["ns.example", "example", "x.w.example"] {
        let reply = ask(&mut server(&[ZONE]), name, RecordType::ANY);
        assert_eq!(lines(&reply)[0], "NOERROR AA");
        assert_eq!(reply.answers.len(), 1);
        assert_eq!(reply.answers[0].data.to_string().trim(), "RFC8482", "{name}");
    }
}

/// Section 6: an alias stays one, and what is not there, or not ours, is as with every other type.
#[test]
fn section_6_any_at_an_alias_at_nothing_and_below_a_cut() {
    let mut server = server(&[ZONE]);
    assert_eq!(
        lines(&ask(&mut server, "alias.example", RecordType::ANY)),
        ["NOERROR AA", "answer: alias.example. 3600 CNAME ns.example."]
    );
    let nobody = ask(&mut server, "nobody.example", RecordType::ANY);
    assert_eq!(nobody.metadata.response_code, ResponseCode::NXDomain);
    let empty = ask(&mut server, "b.example", RecordType::ANY);
    assert_eq!(empty.metadata.response_code, ResponseCode::NoError);
    assert_eq!((empty.answers.len(), empty.authorities.len()), (0, 1));
    let below = ask(&mut server, "x.sub.example", RecordType::ANY);
    assert!(!below.metadata.authoritative && below.answers.is_empty());
}
