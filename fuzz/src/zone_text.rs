//! Any text can be given as a master file.

use lanternet_net::dns::message::{self, Question};
use lanternet_net::dns::resolver::parse_hints;
use lanternet_net::dns::{Authority, Name, RecordType, Zone};
use lanternet_tests::labs;

use crate::Target;

/// The target.
pub const TARGET: Target = Target { name: "zone_text", run, seeds, bounded: 20_000 };

/// Reads the text as a zone and as root hints. Besides not panicking: what is wrong has a place in the
/// text; a zone that is right can be written and read again as the same zone, and answers for each of
/// its own names.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = parse_hints(&text);
    let origin = message::name("example").expect("a name");
    for origin in [None, Some(&origin)] {
        match Zone::parse(&text, origin) {
            Ok(zone) => right(&zone),
            Err(errors) => {
                assert!(!errors.is_empty(), "refused without a reason: {text}");
                for error in errors {
                    assert!(text.get(error.at.clone()).is_some(), "{error}: {:?}", error.at);
                    assert!(error.line >= 1 && error.column >= 1 && !error.help.is_empty());
                }
            }
        }
    }
}

fn right(zone: &Zone) {
    let written = zone.to_string();
    match Zone::parse(&written, None) {
        Ok(again) => assert_eq!(again, *zone, "{written}"),
        Err(errors) => panic!("{errors:?}\n{written}"),
    }
    let mut authority = Authority::default();
    authority.add(zone.clone()).expect("one zone");
    for record in zone.all_records().take(50) {
        let name: &Name = &record.name;
        let query = message::query(1, name.clone(), record.record_type(), false);
        let mut reply = message::respond(&query);
        let answer = authority.answer(name, record.record_type(), &mut reply);
        assert!(answer.is_some(), "{name} is in the zone");
        let bytes = message::encode(&reply);
        assert!(message::decode(&bytes).is_some(), "{name} {}", record.record_type());
        zone.look_up(&Question::new(name, RecordType::ANY));
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        b"$ORIGIN example.\n$TTL 1h\n@ IN SOA ns admin (1 ; serial\n 1h 10m\n 1w 5m)\n  NS ns\n\
          ns 60 IN A 192.0.2.1\n\tAAAA 2001:db8::1\n* MX 10 mail\ntxt TXT \"a \\\"b\\\" \\200\" c\n\
          _s._tcp SRV 1 2 3 host.\na\\.b CNAME @\n1.2.3 PTR x\n"
            .to_vec(),
    ];
    // The files of the labs, which stand in the labs.
    for name in labs::names_in_folder() {
        if let Ok((lab, _)) = lanternet_lab::parse(&labs::text(&name), &name) {
            seeds.extend(lab.files.iter().map(|file| file.content.to_vec()));
        }
    }
    seeds
}
