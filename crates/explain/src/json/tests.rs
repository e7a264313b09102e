use std::collections::BTreeSet;

use jsonschema::Validator;

use super::*;
use crate::examples::{SWITCH, arp_request, mac, record, records, topology};
use crate::locale::Locale;

const SCHEMA: &str = include_str!("../../../../docs/trace-json.schema.json");
const DOCUMENT: &str = include_str!("../../../../docs/trace-json.md");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("the schema is JSON")
}

fn validator() -> Validator {
    jsonschema::validator_for(&schema()).expect("the schema is a schema")
}

fn lines(locale: Locale) -> Vec<Value> {
    let (catalogue, topology) = (Catalogue::new(locale), topology());
    let line = |record: &Record| json_line(&catalogue, &topology, record);
    records()
        .iter()
        .map(line)
        .chain(lines_about_the_run(&catalogue))
        .inspect(|line| assert!(!line.contains('\n')))
        .map(|line| serde_json::from_str(&line).expect("JSON"))
        .collect()
}

fn lines_about_the_run(catalogue: &Catalogue) -> Vec<String> {
    let at = Instant::ZERO + lanternet_core::Duration::from_secs(2);
    vec![
        run_ended_line(catalogue, Stop::Idle, at, 7),
        run_ended_line(catalogue, Stop::TimeLimit, at, 7),
        run_ended_line(catalogue, Stop::EventLimit, at, 7),
        expectation_line(at, "a1 reaches b3", true, None),
        expectation_line(at, "a1 reaches b3", false, Some("no answer\nat all")),
    ]
}

#[test]
fn an_expectation_is_a_line_without_a_node() {
    assert_eq!(
        expectation_line(Instant::ZERO, "a1 reaches b3", false, Some("no answer in time")),
        "{\"t\":0,\"event\":\"expectation\",\"expectation\":\"a1 reaches b3\",\"held\":false,\
         \"text\":\"✗ a1 reaches b3\\n    no answer in time\"}"
    );
}

#[test]
fn every_reason_is_as_the_schema_says() {
    let validator = validator();
    for locale in Locale::ALL {
        for line in lines(*locale) {
            let errors: Vec<_> = validator.iter_errors(&line).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}\n{line}");
        }
    }
}

#[test]
fn the_schema_refuses_a_line_with_a_field_too_few_or_too_many() {
    let validator = validator();
    for line in lines(Locale::En) {
        let fields = line.as_object().expect("an object");
        for key in fields.keys() {
            // These are there only where they apply.
            let optional = [
                "frame", "cause", "port", "gateway", "unicast", "backlog", "segment", "wildcard",
                "zone", "vector",
            ];
            let of_dhcp = ["server", "domain", "mtu", "withdrawn", "relay", "address"];
            if line["event"] == "dhcp" && of_dhcp.contains(&key.as_str()) {
                continue;
            }
            // On a link the kind of place decides.
            let asks = ["query-sent", "querier-resumed", "answer-planned", "nothing-to-answer"];
            let of_query = fields.get("what").and_then(Value::as_str).is_some_and(|what| {
                asks.contains(&what) && ["group", "vlan", "interface"].contains(&key.as_str())
            });
            if of_query || optional.contains(&key.as_str()) || key == "link" {
                continue;
            }
            let mut fewer = fields.clone();
            fewer.remove(key);
            assert!(!validator.is_valid(&Value::Object(fewer)), "without {key}: {line}");
        }
        let mut more = fields.clone();
        more.insert("surprise".to_owned(), Value::Null);
        assert!(!validator.is_valid(&Value::Object(more)), "{line}");
    }
}

#[test]
fn schema_and_document_know_every_event_and_no_other() {
    let used: BTreeSet<String> = lines(Locale::En)
        .iter()
        .filter_map(|line| line["event"].as_str().map(str::to_owned))
        .collect();
    let schema = schema();
    let alternatives = schema["oneOf"].as_array().expect("alternatives");
    // An event of a feature, such as `dhcp`, says `what` happened.
    let whats = |event: &str| -> Option<BTreeSet<String>> {
        let list = schema["$defs"].get(format!("{event}-event"))?.get("oneOf")?.as_array()?;
        let what = |one: &Value| Some(one["properties"]["what"]["const"].as_str()?.to_owned());
        Some(list.iter().filter_map(what).collect())
    };
    let known: BTreeSet<String> = alternatives
        .iter()
        .filter_map(|one| one["properties"]["event"]["const"].as_str().map(str::to_owned))
        .filter(|event| whats(event).is_none_or(|whats| !whats.is_empty()))
        .collect();
    for event in &used {
        let Some(whats) = whats(event) else { continue };
        let lines = lines(Locale::En);
        let seen = lines.iter().filter(|line| line["event"].as_str() == Some(event));
        let seen = seen.filter_map(|line| line["what"].as_str().map(str::to_owned));
        assert_eq!(seen.collect::<BTreeSet<_>>(), whats, "{event}");
        for what in whats {
            assert!(
                DOCUMENT.contains(&format!("`{what}`")),
                "{event} {what} is not in the document"
            );
        }
    }
    assert_eq!(used, known);
    for event in used {
        assert!(DOCUMENT.contains(&format!("`{event}`")), "{event} is not in the document");
    }
    let reasons = lines(Locale::En)
        .into_iter()
        .filter_map(|line| line["reason"].get("kind").and_then(Value::as_str).map(str::to_owned));
    for reason in reasons {
        assert!(DOCUMENT.contains(&format!("`{reason}`")), "{reason} is not in the document");
    }
}

#[test]
fn names_stand_in_the_place_of_numbers() {
    let (catalogue, topology) = (Catalogue::new(Locale::En), topology());
    let learned = TraceEvent::MacLearned {
        vlan: lanternet_core::VlanId::DEFAULT,
        mac: mac(1),
        port: PortId(2),
    };
    assert_eq!(
        json_line(&catalogue, &topology, &record(Place::Node(SWITCH), learned)),
        "{\"t\":1000250000,\"node\":\"sw-a\",\"frame\":\"a1#3\",\"event\":\"mac-learned\",\
         \"mac\":\"02:00:00:00:00:01\",\"port\":\"3\",\"vlan\":1,\
         \"text\":\"learned: 02:00:00:00:00:01 is behind port 3\"}"
    );
    let arrived = TraceEvent::FrameArrived { port: PortId(0), frame: arp_request() };
    let line = json_line(&catalogue, &topology, &record(Place::Node(SWITCH), arrived));
    assert!(line.contains("\"bytes\":\"ffffffffffff020000000001080600010800"), "{line}");
    assert!(line.contains("\"len\":42,\"port\":\"1\""), "{line}");
}
