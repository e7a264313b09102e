//! RFC 2308: that there is nothing. (How long it is kept is tested at the cache and the resolver.)

use lanternet_net::dns::{RecordType, ResponseCode};

use crate::asking::{ask, lines, server};

const ZONE: &str = "\
$ORIGIN xx.
@    3600 SOA ns1 admin 1 1h 10m 1w 5m
@    3600 NS  ns1
ns1  3600 A   127.0.0.2
AN   300  CNAME TRIPPLE
";

/// Section 2.1 and 3: a name error carries the SOA, whose TTL is the shorter of its own and its last
/// field: as long may it be kept.
#[test]
fn section_3_the_soa_says_how_long_a_name_error_may_be_kept() {
    let reply = ask(&mut server(&[ZONE]), "nobody.xx", RecordType::A);
    assert_eq!(
        lines(&reply),
        ["NXDOMAIN AA", "authority: xx. 300 SOA ns1.xx. admin.xx. 1 3600 600 604800 300"]
    );
    let short = ZONE.replace("1w 5m", "1w 5h");
    let reply = ask(&mut server(&[&short]), "nobody.xx", RecordType::A);
    assert_eq!(reply.authorities[0].ttl, 3600);
}

/// Section 2.1.1: the name error is about the end of the chain; the alias that led there is an answer.
#[test]
fn section_2_1_a_name_error_may_come_after_an_alias() {
    let reply = ask(&mut server(&[ZONE]), "AN.xx", RecordType::A);
    assert_eq!(reply.metadata.response_code, ResponseCode::NXDomain);
    assert_eq!(lines(&reply)[1], "answer: AN.xx. 300 CNAME TRIPPLE.xx.");
    assert_eq!(reply.authorities.len(), 1);
}

/// Section 2.2: no data is no error, no answer, and the SOA.
#[test]
fn section_2_2_no_data_is_no_error_and_carries_the_soa() {
    let reply = ask(&mut server(&[ZONE]), "ns1.xx", RecordType::MX);
    assert_eq!(
        lines(&reply),
        ["NOERROR AA", "authority: xx. 300 SOA ns1.xx. admin.xx. 1 3600 600 604800 300"]
    );
}
