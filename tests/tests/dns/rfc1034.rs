//! RFC 1034: how a server looks a name up.

use lanternet_net::dns::{RecordType, ResponseCode};

use crate::asking::{ask, lines, server};

/// Part of the example of section 6.1: the root's zone, which delegates, and below it ISI.EDU.
const ROOT: &str = "\
$TTL 1d
.           SOA SRI-NIC.ARPA. HOSTMASTER.SRI-NIC.ARPA. 870611 1800 300 604800 86400
.           NS  A.ISI.EDU.
.           NS  C.ISI.EDU.
.           NS  SRI-NIC.ARPA.
MIL.        NS  SRI-NIC.ARPA.
MIL.        NS  A.ISI.EDU.
EDU.        NS  SRI-NIC.ARPA.
EDU.        NS  C.ISI.EDU.
SRI-NIC.ARPA.   A     26.0.0.73
SRI-NIC.ARPA.   A     10.0.0.51
SRI-NIC.ARPA.   MX    0 SRI-NIC.ARPA.
ACC.ARPA.       A     26.6.0.65
USC-ISIC.ARPA.  CNAME C.ISI.EDU.
73.0.0.26.IN-ADDR.ARPA. PTR SRI-NIC.ARPA.
A.ISI.EDU.  A   26.3.0.103
C.ISI.EDU.  A   10.0.0.52
";

/// Section 6.2.1: the addresses of a host, with authority.
#[test]
fn section_6_2_1_records_of_the_zone_are_answered_with_authority() {
    let reply = ask(&mut server(&[ROOT]), "SRI-NIC.ARPA", RecordType::A);
    assert_eq!(
        lines(&reply),
        [
            "NOERROR AA",
            "answer: SRI-NIC.ARPA. 86400 A 26.0.0.73",
            "answer: SRI-NIC.ARPA. 86400 A 10.0.0.51",
        ]
    );
}

/// Section 6.2.3: with the mail exchanger comes its address, for it will be wanted next.
#[test]
fn section_6_2_3_the_address_of_a_mail_exchanger_comes_along() {
    let reply = ask(&mut server(&[ROOT]), "SRI-NIC.ARPA", RecordType::MX);
    let lines = lines(&reply);
    assert_eq!(lines[..2], ["NOERROR AA", "answer: SRI-NIC.ARPA. 86400 MX 0 SRI-NIC.ARPA."]);
    assert_eq!(lines[2], "additional: SRI-NIC.ARPA. 86400 A 26.0.0.73");
}

/// Section 6.2.4: the name is there and has nothing of this type: no error, and no answer.
#[test]
fn section_6_2_4_a_name_without_such_a_record_is_no_error() {
    let reply = ask(&mut server(&[ROOT]), "SRI-NIC.ARPA", RecordType::NS);
    assert_eq!(reply.metadata.response_code, ResponseCode::NoError);
    assert!(reply.metadata.authoritative && reply.answers.is_empty());
}

/// Section 6.2.5: a name that is not there is a name error.
#[test]
fn section_6_2_5_a_name_that_is_not_there_is_a_name_error() {
    let reply = ask(&mut server(&[ROOT]), "SIR-NIC.ARPA", RecordType::A);
    assert_eq!(reply.metadata.response_code, ResponseCode::NXDomain);
    assert!(reply.metadata.authoritative);
    assert_eq!(reply.authorities[0].record_type(), RecordType::SOA);
}

/// Section 6.2.6: of names in a zone that was given away the server only says who knows: no authority,
/// no answer, the zone's servers, and the addresses without which they would not be found.
#[test]
fn section_6_2_6_names_below_a_cut_are_referred_to_the_servers_there() {
    let reply = ask(&mut server(&[ROOT]), "BRL.MIL", RecordType::A);
    assert_eq!(
        lines(&reply),
        [
            "NOERROR",
            "authority: MIL. 86400 NS SRI-NIC.ARPA.",
            "authority: MIL. 86400 NS A.ISI.EDU.",
            "additional: SRI-NIC.ARPA. 86400 A 26.0.0.73",
            "additional: SRI-NIC.ARPA. 86400 A 10.0.0.51",
            "additional: A.ISI.EDU. 86400 A 26.3.0.103",
        ]
    );
}

/// Section 6.2.7: an alias for a name in a zone that was given away: the CNAME with authority, and who
/// knows the rest.
#[test]
fn section_6_2_7_an_alias_is_answered_and_its_target_followed_as_far_as_the_zone_goes() {
    let reply = ask(&mut server(&[ROOT]), "USC-ISIC.ARPA", RecordType::A);
    let lines = lines(&reply);
    assert_eq!(lines[..2], ["NOERROR AA", "answer: USC-ISIC.ARPA. 86400 CNAME C.ISI.EDU."]);
    assert!(lines[2].starts_with("authority: EDU. 86400 NS "), "{lines:?}");
}

/// Section 6.2.8: who asks for the alias itself gets it and nothing else.
#[test]
fn section_6_2_8_a_question_for_the_alias_itself_is_not_followed() {
    let reply = ask(&mut server(&[ROOT]), "USC-ISIC.ARPA", RecordType::CNAME);
    assert_eq!(lines(&reply), ["NOERROR AA", "answer: USC-ISIC.ARPA. 86400 CNAME C.ISI.EDU."]);
}

/// Section 4.3.2 step 3c: aliases inside the zone are followed to their end, in one answer; one that
/// ends nowhere is a name error (RFC 6604), and a circle is given up.
#[test]
fn section_4_3_2_aliases_inside_the_zone_are_followed_to_their_end() {
    let mut server = server(&["\
$ORIGIN z.
$TTL 1h
@    SOA ns admin 1 1h 10m 1w 1m
@    NS  ns
ns   A   192.0.2.1
a    CNAME b
b    CNAME ns
gone CNAME nowhere
x    CNAME y
y    CNAME x
out  CNAME host.example.
"]);
    assert_eq!(
        lines(&ask(&mut server, "a.z", RecordType::A)),
        [
            "NOERROR AA",
            "answer: a.z. 3600 CNAME b.z.",
            "answer: b.z. 3600 CNAME ns.z.",
            "answer: ns.z. 3600 A 192.0.2.1",
        ]
    );
    let gone = ask(&mut server, "gone.z", RecordType::A);
    assert_eq!(gone.metadata.response_code, ResponseCode::NXDomain);
    assert_eq!(gone.answers.len(), 1);
    assert_eq!(ask(&mut server, "x.z", RecordType::A).answers.len(), 2);
    assert_eq!(
        lines(&ask(&mut server, "out.z", RecordType::A)),
        ["NOERROR AA", "answer: out.z. 3600 CNAME host.example."]
    );
    let alias_without = ask(&mut server, "a.z", RecordType::MX);
    assert_eq!(alias_without.metadata.response_code, ResponseCode::NoError);
    assert_eq!((alias_without.answers.len(), alias_without.authorities.len()), (2, 1));
}

/// Section 4.3.2 step 2: the nearest zone above the name answers, also when the server has its parent.
#[test]
fn section_4_3_2_the_nearest_of_the_servers_zones_answers() {
    let child = "$ORIGIN EDU.\n@ 300 SOA ns admin 1 1h 10m 1w 1m\n@ NS ns\nns A 192.0.2.1\n";
    let mut server = server(&[ROOT, child]);
    assert_eq!(
        lines(&ask(&mut server, "ns.edu", RecordType::A)),
        ["NOERROR AA", "answer: ns.edu. 300 A 192.0.2.1"]
    );
    assert!(ask(&mut server, "edu", RecordType::NS).metadata.authoritative);
    // But DS is the parent's (RFC 4035 section 3.1.4.1).
    let ds = ask(&mut server, "edu", RecordType::DS);
    assert_eq!(ds.authorities[0].name.to_string(), ".");
}
