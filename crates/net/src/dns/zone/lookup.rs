//! What a zone says about a name: RFC 1034 section 4.3.2 step 3, with the wildcards of RFC 4592.

use hickory_proto::rr::{LowerName, Name, RData, Record, RecordType};

use super::{Node, Zone};
use crate::dns::message::Question;

/// What a zone says about a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup<'z> {
    /// The records.
    Records(Found<'z>),
    /// The name is an alias for another.
    Alias {
        /// The CNAME record.
        found: Found<'z>,
        /// What it stands for.
        target: &'z Name,
    },
    /// The name is there, and nothing of this type: maybe nothing at all, but there are names below
    /// it.
    NoData {
        /// The wildcard that stands for the name.
        wildcard: Option<&'z LowerName>,
    },
    /// There is no such name.
    NameError,
    /// The name is in a zone that was given away.
    Delegated(Cut<'z>),
    /// The name is not in this zone.
    OutOfZone,
}

/// Records of one type.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<'z> {
    /// As they are in the zone: with the wildcard's name when one stands for the name.
    pub records: &'z [Record],
    /// The wildcard.
    pub wildcard: Option<&'z LowerName>,
}

impl Found<'_> {
    /// The records as those of this name, in the letters of the question.
    pub fn records_for(&self, name: &Name) -> Vec<Record> {
        let named = |record: &Record| {
            let mut record = record.clone();
            record.name = name.clone();
            record
        };
        self.records.iter().map(named).collect()
    }
}

/// Where a zone ends and another begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut<'z> {
    /// The zone that was given away.
    pub zone: &'z LowerName,
    /// Its servers.
    pub servers: &'z [Record],
}

impl Zone {
    /// What this zone says about a question.
    pub fn look_up(&self, question: &Question) -> Lookup<'_> {
        let Question { name, kind } = question;
        if !self.origin.zone_of(name) {
            return Lookup::OutOfZone;
        }
        // From below the top down to the name: the first cut ends it, the last name that is there
        // is the closest encloser (RFC 4592 section 3.3.1).
        // (hickory-proto's `num_labels` leaves asterisks out.)
        let depth = name.iter().len();
        let top = self.origin.iter().len();
        let mut encloser = &self.origin;
        for labels in top + 1..=depth {
            let name = LowerName::new(&name.trim_to(labels));
            let Some((name, node)) = self.nodes.get_key_value(&name) else {
                return self.wildcard_below(encloser, *kind);
            };
            if let Some(servers) = node.get(&RecordType::NS) {
                // What is said about the cut itself is the other zone's affair, but for DS
                // (RFC 4035 section 3.1.4.1), of which we have none.
                if labels == depth && *kind == RecordType::DS {
                    return Lookup::NoData { wildcard: None };
                }
                return Lookup::Delegated(Cut { zone: name, servers });
            }
            encloser = name;
        }
        match self.nodes.get(encloser) {
            Some(node) => at_node(node, *kind, None),
            None => Lookup::NameError,
        }
    }

    /// RFC 4592 section 3.3.1: the wildcard right below the closest encloser, or none.
    fn wildcard_below(&self, encloser: &LowerName, kind: RecordType) -> Lookup<'_> {
        let wildcard = Name::from_labels([&b"*"[..]])
            .and_then(|star| star.append_domain(encloser))
            .map(|name| LowerName::new(&name));
        // The name with `*` may be too long to be one.
        let Ok(wildcard) = wildcard else { return Lookup::NameError };
        match self.nodes.get_key_value(&wildcard) {
            Some((wildcard, node)) => at_node(node, kind, Some(wildcard)),
            None => Lookup::NameError,
        }
    }

    /// The addresses that the zone has for a name, for the additional section: also those below a cut
    /// (glue), and those that a wildcard gives it. IPv4 first.
    pub fn addresses(&self, name: &Name) -> Vec<Record> {
        let mut found = Vec::new();
        for kind in [RecordType::A, RecordType::AAAA] {
            let question = Question::new(name, kind);
            let own = self.records(&question.name, kind);
            match self.look_up(&question) {
                Lookup::Records(records) if own.is_empty() => {
                    found.extend(records.records_for(name));
                }
                _ => found.extend(own.iter().cloned()),
            }
        }
        found
    }
}

fn at_node<'z>(node: &'z Node, kind: RecordType, wildcard: Option<&'z LowerName>) -> Lookup<'z> {
    if let Some(records) = node.get(&kind) {
        return Lookup::Records(Found { records, wildcard });
    }
    let alias = node.get(&RecordType::CNAME).map(Vec::as_slice);
    match alias {
        Some(records @ [Record { data: RData::CNAME(target), .. }, ..]) => {
            Lookup::Alias { found: Found { records, wildcard }, target: &target.0 }
        }
        // ANY is for the server to decide; it only has to know that there is something.
        _ if kind == RecordType::ANY && !node.is_empty() => {
            Lookup::Records(Found { records: &[], wildcard })
        }
        _ => Lookup::NoData { wildcard },
    }
}
