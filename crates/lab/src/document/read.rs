//! How the tree becomes typed entries, with every mistake on the way told.
//!
//! One list of keys ([`mapping!`]) makes the struct, its reader and its JSON Schema, and one
//! [`Leaf`] makes a scalar's reader and schema, so that they cannot drift apart.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, all_of, did_you_mean, one_of};
use crate::span::{Span, Spanned, Text};
use crate::yaml::{Node, Scalar, Value};

/// Something that can be written in a lab file.
pub(crate) trait Read: Sized {
    /// Reads it; `None` when that cannot be done, and then `out` says why.
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self>;
}

/// A value that is one YAML scalar.
pub(crate) trait Leaf: Sized {
    /// What it is, with article: `a duration`.
    const NOUN: &'static str;
    /// How to write it: the help for one that does not read.
    const HOW: &'static str;

    /// [`Self::HOW`] where it has to be put together.
    fn how() -> String {
        Self::HOW.to_owned()
    }

    /// Whether a scalar of this type can be one at all. A text in most cases.
    fn accepts(scalar: Scalar) -> bool {
        scalar == Scalar::Text
    }

    /// Reads it.
    fn parse(text: &Text) -> Result<Self, Refusal>;

    /// The schema that accepts what [`Self::parse`] accepts (it may accept a little more where a
    /// pattern cannot say all).
    fn schema() -> Schema;
}

/// Why a scalar does not read.
#[derive(Debug, Default)]
pub(crate) struct Refusal {
    /// Instead of [`Code::BadValue`].
    pub(crate) code: Option<Code>,
    /// Instead of "expected .., got ..".
    pub(crate) message: Option<String>,
    /// Instead of "not ..".
    pub(crate) label: Option<String>,
    /// Instead of the whole scalar.
    pub(crate) part: Option<Range<usize>>,
    /// Instead of the leaf's `HOW`.
    pub(crate) help: Option<String>,
}

impl Refusal {
    /// It is wrong in a way that has its own words.
    pub(crate) fn because(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::default() }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub(crate) const fn at(mut self, part: Range<usize>) -> Self {
        self.part = Some(part);
        self
    }

    pub(crate) const fn code(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }

    /// As a diagnostic about `text`, which was to be a `T`.
    pub(crate) fn about<T: Leaf>(self, text: &Text) -> Diagnostic {
        let span = self.part.map_or(text.span, |part| text.span_of(part));
        Diagnostic::new(
            self.code.unwrap_or(Code::BadValue),
            self.message.unwrap_or_else(|| format!("expected {}, got `{}`", T::NOUN, text.value)),
            span,
            self.label.unwrap_or_else(|| format!("not {}", T::NOUN)),
        )
        .help(self.help.unwrap_or_else(T::how))
    }
}

impl<T: Leaf> Read for Spanned<T> {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Scalar(scalar, text) if T::accepts(*scalar) => match T::parse(text) {
                Ok(value) => Some(Self::new(value, node.span)),
                Err(refusal) => {
                    out.push(refusal.about::<T>(text));
                    None
                }
            },
            _ => {
                out.push(wrong_type(node, T::NOUN).help(T::how()));
                None
            }
        }
    }
}

impl<T: Leaf> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::NOUN.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        T::schema()
    }
}

pub(crate) fn wrong_type(node: &Node, expected: &str) -> Diagnostic {
    let (span, label) =
        if node.is_null() { (node.span, "nothing here") } else { (node.span, "this one") };
    Diagnostic::new(
        Code::WrongType,
        format!("expected {expected}, got {}", node.describe()),
        span,
        label,
    )
}

/// A list. Nothing at all (a key whose items are all commented out) is the empty list.
#[derive(Debug)]
pub(crate) struct List<T> {
    pub(crate) items: Vec<T>,
    /// How many more items there are, which could not be read.
    pub(crate) unread: usize,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: Vec::new(), unread: 0 }
    }
}

impl<T: Read> Read for List<T> {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Sequence(items) => {
                let read: Vec<_> = items.iter().filter_map(|item| T::read(item, out)).collect();
                Some(Self { unread: items.len() - read.len(), items: read })
            }
            _ if node.is_null() => Some(Self::default()),
            _ => {
                out.push(wrong_type(node, "a list").help(
                    "write each item on its own line after `- `, or all of them as `[one, two]`",
                ));
                None
            }
        }
    }
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("list of {}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["array", "null"], "items": generator.subschema_for::<T>() })
    }
}

/// A mapping whose keys are names of the user's choice. A value that could not be read is `None`,
/// so that its name is known all the same.
#[derive(Debug)]
pub(crate) struct Map<K, T>(pub(crate) Vec<(Spanned<K>, Option<T>)>);

impl<K, T> Default for Map<K, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Leaf, T: Read> Read for Map<K, T> {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Mapping(entries) => {
                let mut map = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let value = T::read(value, out);
                    match K::parse(key) {
                        Ok(name) => map.push((Spanned::new(name, key.span), value)),
                        Err(refusal) => out.push(refusal.about::<K>(key)),
                    }
                }
                Some(Self(map))
            }
            _ if node.is_null() => Some(Self::default()),
            _ => {
                out.push(
                    wrong_type(node, "a mapping")
                        .help("write `name: ...`, one line for each, without `- `"),
                );
                None
            }
        }
    }
}

impl<K: Leaf, T: JsonSchema> JsonSchema for Map<K, T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("mapping to {}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["object", "null"],
            "propertyNames": K::schema(),
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}

/// The keys of one mapping while they are taken out of it.
pub(crate) struct Entries<'a> {
    what: &'static str,
    span: Span,
    entries: &'a [(Text, Node)],
}

impl<'a> Entries<'a> {
    /// The entries of `node`, after complaints about keys that are not in `known`.
    pub(crate) fn open(
        node: &'a Node,
        what: &'static str,
        known: &[&'static str],
        out: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let Value::Mapping(entries) = &node.value else {
            out.push(wrong_type(node, what).help(format!(
                "write `key: value`, with keys such as {}",
                one_of(known.iter().copied().take(4))
            )));
            return None;
        };
        for (key, _) in entries {
            if !known.contains(&key.value.as_str()) {
                out.push(unknown_key(key, what, known));
            }
        }
        Some(Self { what, span: node.span, entries })
    }

    pub(crate) fn optional<T: Read>(&self, key: &str, out: &mut Vec<Diagnostic>) -> Option<T> {
        let (_, node) = self.entries.iter().find(|(name, _)| name.value == key)?;
        T::read(node, out)
    }

    pub(crate) fn required<T: Read>(&self, key: &str, out: &mut Vec<Diagnostic>) -> Option<T> {
        let has = |key: &str| self.entries.iter().any(|(name, _)| name.value == key);
        // A program of a later version was complained about when its keys were looked at.
        if key == "run" && has("exec") {
            return None;
        }
        if !has(key) {
            out.push(
                Diagnostic::new(
                    Code::MissingKey,
                    format!("{} needs the key `{key}`", self.what),
                    self.span,
                    format!("`{key}` is missing here"),
                )
                .maybe_help(super::advice::how_to_write(key)),
            );
            return None;
        }
        self.optional(key, out)
    }
}

fn unknown_key(key: &Text, what: &'static str, known: &[&'static str]) -> Diagnostic {
    let name = key.value.as_str();
    if let Some(later) = super::advice::not_yet(name) {
        return Diagnostic::new(
            Code::NotYet,
            format!("`{name}` is not supported yet: {later}"),
            key.span,
            "not in this version",
        );
    }
    let label = format!("not a key of {what}");
    let help = did_you_mean(name, known.iter().copied())
        .or_else(|| super::advice::belongs_elsewhere(name, what))
        .unwrap_or_else(|| format!("the keys of {what} are {}", all_of(known.iter().copied())));
    Diagnostic::new(Code::UnknownKey, format!("unknown key `{name}`"), key.span, label).help(help)
}

/// A key, whether it is required, its description, and its schema.
pub(crate) type FieldSchema =
    (&'static str, bool, &'static str, fn(&mut SchemaGenerator) -> Schema);

/// The schema of a mapping with these keys and no others.
pub(crate) fn object_schema(
    generator: &mut SchemaGenerator,
    description: &str,
    fields: &[FieldSchema],
) -> Schema {
    let mut properties = serde_json::Map::new();
    let mut required = Vec::new();
    for (key, needed, description, schema) in fields {
        let mut schema = schema(generator);
        // The texts are doc comments, with a blank in front of each line.
        schema.insert("description".to_owned(), description.replace("\n ", "\n").into());
        properties.insert((*key).to_owned(), schema.to_value());
        if *needed {
            required.push(*key);
        }
    }
    let mut schema = json_schema!({
        "description": description.replace("\n ", "\n"),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

/// A mapping with fixed keys: the struct, how it is read, and its schema, from one list. A tag is
/// a key that was read before, to choose among such mappings.
macro_rules! mapping {
    (
        $(#[doc = $doc:literal])*
        $name:ident = $what:literal $(tagged $tag:literal)? {
            $( $(#[doc = $field_doc:literal])* $need:ident $key:literal $field:ident: $type:ty, )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub(crate) struct $name {
            $( $(#[doc = $field_doc])* pub(crate) $field: mapping!(@type $need $type), )*
        }

        impl $name {
            /// The keys, in the order of the schema.
            pub(crate) const KEYS: &'static [&'static str] = &[$($tag,)? $($key),*];
        }

        impl $crate::document::read::Read for $name {
            fn read(
                node: &$crate::yaml::Node,
                out: &mut Vec<$crate::diagnostic::Diagnostic>,
            ) -> Option<Self> {
                let entries =
                    $crate::document::read::Entries::open(node, $what, Self::KEYS, out)?;
                let _ = &entries;
                // All of them first: one that is missing must not hide the mistakes of the rest.
                $( let $field = mapping!(@read $need, entries, $key, out); )*
                Some(Self { $( $field: mapping!(@take $need $field), )* })
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::document::read::object_schema(
                    generator,
                    concat!($($doc, "\n"),*).trim(),
                    &[$((
                        $key,
                        stringify!($need) == "required",
                        concat!($($field_doc, "\n"),*).trim(),
                        schemars::SchemaGenerator::subschema_for::<$type>,
                    )),*],
                )
            }
        }
    };
    (@type required $type:ty) => { $type };
    (@type optional $type:ty) => { Option<$type> };
    (@type collected $type:ty) => { $type };
    (@read required, $entries:ident, $key:literal, $out:ident) => { $entries.required($key, $out) };
    (@read $other:ident, $entries:ident, $key:literal, $out:ident) => {
        $entries.optional($key, $out)
    };
    (@take required $field:ident) => { $field? };
    (@take optional $field:ident) => { $field };
    (@take collected $field:ident) => { $field.unwrap_or_default() };
}
pub(crate) use mapping;
