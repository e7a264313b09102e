//! The trace for programs: one JSON object a line, described in `docs/trace-json.md` and by the JSON
//! Schema beside it.
//!
//! Names stand in the place of numbers wherever the simulator counts (nodes, ports, frames), so a
//! reader needs nothing but the line.

use lanternet_core::trace::Place;
use lanternet_core::{Instant, NodeId, PortId, PortRef, Record, Stop, Topology, TraceEvent};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::info::info;
use crate::locale::Catalogue;
use crate::narrate::{scene, sentence};
use crate::run::{expectation, stopped};

/// The record as one line of JSON without its end. The sentence is in the catalogue's language, all
/// else is the same in every language.
pub fn json_line(catalogue: &Catalogue, topology: &Topology, record: &Record) -> String {
    let line = Line { catalogue, topology, record };
    // Every key is a text and every value plain, so this cannot fail.
    serde_json::to_string(&line).unwrap_or_default()
}

/// The end of a run as one line of JSON without its end.
pub fn run_ended_line(catalogue: &Catalogue, stop: Stop, at: Instant, events: u64) -> String {
    let word = match stop {
        Stop::Idle => "idle",
        Stop::TimeLimit => "time-limit",
        Stop::EventLimit => "event-limit",
    };
    let text = stopped(catalogue, stop, at, events);
    line_without_node(at, "run-ended", [("stop", word.into()), ("events", events.into())], &text)
}

/// What became of an expectation as one line of JSON without its end. The expectation is as it was
/// written; the reason, where it did not hold, is in the text.
pub fn expectation_line(at: Instant, expected: &str, held: bool, reason: Option<&str>) -> String {
    let text = expectation(expected, held, reason);
    let fields = [("expectation", expected.into()), ("held", held.into())];
    line_without_node(at, "expectation", fields, &text)
}

fn line_without_node<const N: usize>(
    at: Instant,
    event: &str,
    fields: [(&str, Value); N],
    text: &str,
) -> String {
    let event = event.into();
    let first = [("t", at.nanos().into()), ("event", event)];
    let all = first.into_iter().chain(fields).chain([("text", text.into())]);
    let mut line = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut line);
    // Plain values into memory cannot fail, and JSON is UTF-8.
    let _ = serializer.collect_map(all);
    String::from_utf8(line).unwrap_or_default()
}

struct Line<'a> {
    catalogue: &'a Catalogue,
    topology: &'a Topology,
    record: &'a Record,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { catalogue, topology, record } = *self;
        let node = record.place.node();
        let mut fields = fields(topology, record);
        let event = fields.remove("event").unwrap_or_default();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("t", &record.at)?;
        map.serialize_entry("node", topology.node_name(node))?;
        if let Place::Link { from, .. } = record.place {
            let ends = [Some(from), topology.peer(from)];
            let ends: Vec<_> =
                ends.into_iter().flatten().map(|end| end_name(topology, end)).collect();
            map.serialize_entry("link", &ends)?;
        }
        if let Some(id) = record.frame {
            map.serialize_entry("frame", &scene::frame(topology, id))?;
        }
        if let TraceEvent::FrameSent { frame, .. } | TraceEvent::FrameArrived { frame, .. } =
            &record.event
            && let Some(cause) = frame.cause()
        {
            map.serialize_entry("cause", &scene::frame(topology, cause))?;
        }
        map.serialize_entry("event", &event)?;
        for (key, value) in &fields {
            map.serialize_entry(key, value)?;
        }
        map.serialize_entry("text", &sentence(catalogue, topology, record))?;
        map.end()
    }
}

/// `a1:eth0`, as lab files write the end of a link.
fn end_name(topology: &Topology, end: PortRef) -> String {
    format!("{}:{}", topology.node_name(end.node), topology.port_name(end))
}

/// The event's own fields, with `event` among them, in alphabetical order.
fn fields(topology: &Topology, record: &Record) -> Map<String, Value> {
    let mut fields = match serde_json::to_value(&record.event) {
        Ok(Value::Object(fields)) => fields,
        // Every event is a struct variant with a tag, so an object.
        _ => Map::new(),
    };
    if let TraceEvent::FrameSent { frame, .. } | TraceEvent::FrameArrived { frame, .. } =
        &record.event
    {
        // Id and cause stand at the top of the line already.
        if let Some(Value::Object(mut content)) = fields.remove("content") {
            fields.extend(["len", "bytes"].into_iter().filter_map(|key| content.remove_entry(key)));
        }
        fields.insert("info".to_owned(), info(frame).into());
    }
    let node = record.place.node();
    if let TraceEvent::MacMoved { .. } = record.event {
        // Elsewhere these two are addresses or states.
        for key in ["from", "to"] {
            if let Some(port) = fields.get_mut(key) {
                name_port(topology, node, port);
            }
        }
    }
    let mut value = Value::Object(fields);
    name_ports(topology, node, &mut value);
    // The order must not depend on how serde_json was built.
    value.sort_all_objects();
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Puts names in the place of port numbers, and leaves out what is null.
fn name_ports(topology: &Topology, node: NodeId, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            for (key, value) in fields.iter_mut() {
                match (key.as_str(), &mut *value) {
                    ("port" | "interface", Value::Number(_)) => name_port(topology, node, value),
                    ("from_node" | "to_node", Value::Number(_)) => name_node(topology, value),
                    ("ports", Value::Array(ports)) => {
                        ports.iter_mut().for_each(|port| name_port(topology, node, port));
                    }
                    _ => name_ports(topology, node, value),
                }
            }
        }
        Value::Array(values) => {
            values.iter_mut().for_each(|value| name_ports(topology, node, value));
        }
        _ => {}
    }
}

fn name_node(topology: &Topology, value: &mut Value) {
    if let Some(node) = value.as_u64().and_then(|node| u32::try_from(node).ok()) {
        *value = topology.node_name(NodeId(node)).into();
    }
}

fn name_port(topology: &Topology, node: NodeId, value: &mut Value) {
    if let Some(port) = value.as_u64().and_then(|port| u16::try_from(port).ok()) {
        *value = topology.port_name(PortRef::new(node, PortId(port))).into();
    }
}

#[cfg(test)]
mod tests;
