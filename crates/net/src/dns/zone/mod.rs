//! Zones: the part of the tree of names that one set of servers knows all about (RFC 1034
//! section 4.2).

mod lex;
mod lookup;
mod parse;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use hickory_proto::rr::{LowerName, Name, Record, RecordType};

use super::presentation::AsRecord;

pub use lookup::{Cut, Found, Lookup};
pub use parse::TYPES;
pub(in crate::dns) use parse::parse_records;

/// A zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// The name at its top.
    origin: LowerName,
    /// Every name that has records or has names below it that have some, in canonical order.
    nodes: BTreeMap<LowerName, Node>,
}

/// What is at a name, by type. Nothing at an empty non-terminal (RFC 4592 section 2.2.2).
type Node = BTreeMap<RecordType, Vec<Record>>;

/// Why a record cannot be in a zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Its name is not in the zone.
    #[error("`{name}` is not in the zone `{origin}`")]
    OutOfZone {
        /// The record's name.
        name: Box<Name>,
        /// The zone's.
        origin: Box<Name>,
    },
    /// A second SOA, or one that is not at the top.
    #[error("a zone has one SOA, at its top: this one is at `{0}`")]
    SecondSoa(Box<Name>),
    /// An alias beside other records of the name (RFC 1034 section 3.6.2).
    #[error("`{0}` is an alias (CNAME) and cannot have other records")]
    AliasWithOthers(Box<Name>),
    /// Two aliases of one name.
    #[error("`{0}` is an alias (CNAME) already")]
    SecondAlias(Box<Name>),
}

/// A mistake in a master file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ZoneError {
    /// The line, from 1.
    pub line: usize,
    /// The letter in the line, from 1.
    pub column: usize,
    /// The bytes of the text that it is about.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl ZoneError {
    /// A mistake that is at no place of the text.
    pub(super) fn about(text: &str, message: &str, help: &str) -> Self {
        Self::new(text, 0..0, message, help)
    }

    fn new(
        text: &str,
        at: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let before = text.get(..at.start).unwrap_or(text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let in_line = before.rsplit('\n').next().unwrap_or_default();
        let column = in_line.chars().count() + 1;
        Self { line, column, at, message: message.into(), help: help.into() }
    }
}

impl Zone {
    /// A zone with this SOA, which also says its name.
    ///
    /// # Errors
    /// When the record is no SOA: then it is given back.
    pub fn new(soa: Record) -> Result<Self, Box<Record>> {
        if soa.record_type() != RecordType::SOA {
            return Err(Box::new(soa));
        }
        let origin = LowerName::new(&soa.name);
        let node = Node::from([(RecordType::SOA, vec![soa])]);
        Ok(Self { nodes: BTreeMap::from([(origin.clone(), node)]), origin })
    }

    /// Reads a master file (RFC 1035 section 5). Relative names are relative to `origin` until the
    /// file has an `$ORIGIN`; without one they cannot be.
    ///
    /// `$INCLUDE` is not read, and of the types only [`TYPES`].
    ///
    /// # Errors
    /// All mistakes, in the order of the file.
    pub fn parse(text: &str, origin: Option<&Name>) -> Result<Self, Vec<ZoneError>> {
        parse::parse(text, origin)
    }

    /// Puts a record in. The same record twice is one (RFC 2181 section 5). The TTL of a set is that
    /// of its first record (RFC 2181 section 5.2).
    ///
    /// # Errors
    /// When it cannot be in this zone beside what is there already.
    pub fn insert(&mut self, mut record: Record) -> Result<(), Unfit> {
        let (name, kind) = (LowerName::new(&record.name), record.record_type());
        if !self.origin.zone_of(&name) {
            let (name, origin) = (Box::new(record.name), Box::new(Name::from(&self.origin)));
            return Err(Unfit::OutOfZone { name, origin });
        }
        if kind == RecordType::SOA {
            return Err(Unfit::SecondSoa(Box::new(record.name)));
        }
        if let Some(node) = self.nodes.get(&name) {
            let alias = node.contains_key(&RecordType::CNAME);
            let same = node.get(&kind).is_some_and(|set| set.iter().any(|r| r.data == record.data));
            match kind {
                _ if same => {}
                RecordType::CNAME if alias => {
                    return Err(Unfit::SecondAlias(Box::new(record.name)));
                }
                RecordType::CNAME if node.is_empty() => {}
                RecordType::CNAME => return Err(Unfit::AliasWithOthers(Box::new(record.name))),
                _ if alias => return Err(Unfit::AliasWithOthers(Box::new(record.name))),
                _ => {}
            }
        }
        let mut above = name.clone();
        while above != self.origin && !above.is_root() {
            above = above.base_name();
            self.nodes.entry(above.clone()).or_default();
        }
        let set = self.nodes.entry(name).or_default().entry(kind).or_default();
        if let Some(first) = set.first() {
            record.ttl = first.ttl;
        }
        if set.iter().all(|known| known.data != record.data) {
            set.push(record);
        }
        Ok(())
    }

    /// The name at its top.
    pub const fn origin(&self) -> &LowerName {
        &self.origin
    }

    /// The record that says who runs the zone, and how long it may be kept that something is not in
    /// it.
    pub fn soa(&self) -> Option<&Record> {
        // Every zone is made with one.
        self.records(&self.origin, RecordType::SOA).first()
    }

    /// The records of this type at this name, whether or not servers would answer with them.
    pub fn records(&self, name: &LowerName, kind: RecordType) -> &[Record] {
        self.nodes.get(name).and_then(|node| node.get(&kind)).map_or(&[], Vec::as_slice)
    }

    /// All records, by name and type, the SOA first.
    pub fn all_records(&self) -> impl Iterator<Item = &Record> {
        let soa = self.soa().into_iter();
        let sets = self.nodes.values().flat_map(BTreeMap::values);
        soa.chain(sets.flatten().filter(|record| record.record_type() != RecordType::SOA))
    }

    /// Whether a zone without servers could be found by nobody.
    fn has_servers(&self) -> bool {
        !self.records(&self.origin, RecordType::NS).is_empty()
    }
}

/// The zone as a master file with absolute names, one record a line.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for record in self.all_records() {
            writeln!(f, "{}", AsRecord(record))?;
        }
        Ok(())
    }
}
