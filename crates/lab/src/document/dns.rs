//! `dns:` and `search:`, whom a host asks for names.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::read::{List, Read};
use crate::diagnostic::Diagnostic;
use crate::yaml::{Node, Value};

/// One value, or a list of them.
#[derive(Debug)]
pub(crate) struct OneOrMore<T>(pub(crate) Vec<T>);

impl<T> Default for OneOrMore<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Read> Read for OneOrMore<T> {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Sequence(_) => List::read(node, out).map(|list| Self(list.items)),
            _ if node.is_null() => Some(Self::default()),
            _ => T::read(node, out).map(|one| Self(vec![one])),
        }
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMore<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("one or more of {}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one.clone(), { "type": ["array", "null"], "items": one }] })
    }
}
