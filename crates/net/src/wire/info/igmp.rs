//! IGMP.

use super::{F, FieldValue, Layer, shown};

pub(super) fn info(layer: &Layer) -> String {
    match layer.number(F::IgmpType) {
        Some(0x11) => query(layer),
        Some(0x12) => "Membership Report".to_owned(),
        Some(0x16) => format!("Membership Report group {}", shown(layer, F::IgmpGroup)),
        Some(0x17) => format!("Leave Group {}", shown(layer, F::IgmpGroup)),
        Some(0x22) => {
            let mut line = "Membership Report".to_owned();
            for record in records(layer) {
                line.push_str(&record);
            }
            line
        }
        Some(other) => format!("Unknown Type:{other:#04x}"),
        None => String::new(),
    }
}

fn query(layer: &Layer) -> String {
    let group = shown(layer, F::IgmpGroup);
    // That of version 1 has no response time.
    if layer.field(F::IgmpMaxResponse).is_none() {
        return "Membership Query".to_owned();
    }
    let mut line = match group.as_str() {
        "0.0.0.0" => "Membership Query, general".to_owned(),
        group => format!("Membership Query, specific for group {group}"),
    };
    let sources: Vec<_> = values(layer, F::IgmpSource).collect();
    if !sources.is_empty() {
        line.push_str(&format!(", source{} {}", plural(sources.len()), braced(&sources)));
    }
    line
}

fn values(layer: &Layer, name: F) -> impl Iterator<Item = String> {
    let fields = layer.fields.iter().filter(move |field| field.name == name);
    fields.map(|field| field.value.to_string())
}

const fn plural(count: usize) -> &'static str {
    if count > 1 { "s" } else { "" }
}

fn braced(sources: &[String]) -> String {
    format!("{{{}}}", sources.join(", "))
}

/// Each record of a report in words.
fn records(layer: &Layer) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fields = layer.fields.iter().peekable();
    while let Some(field) = fields.next() {
        if field.name != F::IgmpRecordType {
            continue;
        }
        let (mut group, mut sources) = (String::new(), Vec::new());
        while let Some(part) = fields.next_if(|part| part.name != F::IgmpRecordType) {
            match (part.name, &part.value) {
                (F::IgmpGroup, FieldValue::Ip(address)) => group = address.to_string(),
                (F::IgmpSource, value) => sources.push(value.to_string()),
                _ => {}
            }
        }
        let (s, list) = (plural(sources.len()), braced(&sources));
        let what = match (field.value.number(), sources.len()) {
            (Some(1 | 3), 0) => format!("Leave group {group}"),
            (Some(1 | 3), _) => format!("Join group {group} for source{s} {list}"),
            (Some(2 | 4), 0) => format!("Join group {group} for any sources"),
            (Some(2 | 4), _) => format!("Join group {group}, for source{s} not {list}"),
            (Some(5), _) => format!("Group {group}, new source{s} {list}"),
            (Some(6), _) => format!("Group {group}, block source{s} {list}"),
            _ => continue,
        };
        lines.push(format!(" / {what}"));
    }
    lines
}
