//! What a server answers from its zones: RFC 1034 section 4.3.2.
//!
//! Where a choice is open: `ANY` gets one HINFO record (RFC 8482 section 4.2); an alias is followed
//! inside its zone; an answer does not carry the zone's servers along; zone transfers and updates
//! are refused.

use std::collections::BTreeMap;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::HINFO;
use hickory_proto::rr::{LowerName, Name, RData, Record, RecordType};

use super::cache::negative_ttl;
use super::message::Question;
use super::zone::{Cut, Lookup, Zone};

/// RFC 8482 section 4.2 leaves it to the server; long, so that nobody asks again soon.
const ANY_TTL: u32 = 3600;
/// Aliases in a row inside one zone; one more name than anybody needs.
const MOST_ALIASES: usize = 16;

/// The zones of a server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Authority {
    zones: BTreeMap<LowerName, Zone>,
}

/// What the zones say.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The name of the zone that says so.
    pub zone: Name,
    /// The wildcard that the first records were made from.
    pub wildcard: Option<Name>,
    /// Whether it is all that there is to know, or others know more.
    pub end: End,
}

/// How an answer from zones ends.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// With all there is: records, or that there are none.
    Complete,
    /// With a zone that others serve.
    Delegated,
    /// With an alias for a name outside of the zone.
    AliasElsewhere(Name),
    /// With an alias that leads back to a name before it.
    AliasLoop,
}

impl Authority {
    /// Takes a zone on.
    ///
    /// # Errors
    /// When there is a zone of this name already: then the new one is given back.
    pub fn add(&mut self, zone: Zone) -> Result<(), Box<Zone>> {
        if self.zones.contains_key(zone.origin()) {
            return Err(Box::new(zone));
        }
        self.zones.insert(zone.origin().clone(), zone);
        Ok(())
    }

    /// The zones by name.
    pub fn zones(&self) -> impl Iterator<Item = &Zone> {
        self.zones.values()
    }

    /// The zone that knows most about a name: the one with the longest name that it is in.
    pub fn zone_for(&self, name: &LowerName) -> Option<&Zone> {
        let mut above = name.clone();
        loop {
            if let Some(zone) = self.zones.get(&above) {
                return Some(zone);
            }
            if above.is_root() {
                return None;
            }
            above = above.base_name();
        }
    }

    /// Fills `response`, which is [`respond`](super::message::respond)'s, with what the zones say
    /// about a name and a type; `None` when they say nothing about it. The name's letters are those
    /// of the question.
    pub fn answer(&self, name: &Name, kind: RecordType, response: &mut Message) -> Option<Answer> {
        let question = Question::new(name, kind);
        // The parent's side knows about DS (RFC 4035 section 3.1.4.1).
        let zone = match kind {
            RecordType::DS if !name.is_root() => self
                .zone_for(&question.name.base_name())
                .filter(|zone| *zone.origin() != question.name)
                .or_else(|| self.zone_for(&question.name)),
            _ => self.zone_for(&question.name),
        }?;
        let mut end = End::Complete;
        let mut first_wildcard = None;
        let mut current = name.clone();
        let mut seen = vec![question.name.clone()];
        response.metadata.authoritative = true;
        loop {
            let question = Question::new(&current, kind);
            match zone.look_up(&question) {
                Lookup::Records(found) if kind == RecordType::ANY => {
                    first_wildcard = first_wildcard.or(found.wildcard);
                    response.add_answer(minimal_any(&current));
                }
                Lookup::Records(found) => {
                    first_wildcard = first_wildcard.or(found.wildcard);
                    response.add_answers(found.records_for(&current));
                    self.add_addresses(zone, response);
                }
                Lookup::Alias { found, target } => {
                    first_wildcard = first_wildcard.or(found.wildcard);
                    response.add_answers(found.records_for(&current));
                    if kind == RecordType::ANY {
                        break;
                    }
                    let target_lower = LowerName::new(target);
                    if seen.contains(&target_lower) || seen.len() > MOST_ALIASES {
                        end = End::AliasLoop;
                        break;
                    }
                    if !zone.origin().zone_of(&target_lower) {
                        end = End::AliasElsewhere(target.clone());
                        break;
                    }
                    seen.push(target_lower);
                    current = target.clone();
                    continue;
                }
                Lookup::NoData { wildcard } => {
                    first_wildcard = first_wildcard.or(wildcard);
                    response.add_authorities(negative_soa(zone));
                }
                Lookup::NameError => {
                    // Also at the end of a chain (RFC 6604 section 3).
                    response.metadata.response_code = ResponseCode::NXDomain;
                    response.add_authorities(negative_soa(zone));
                }
                Lookup::Delegated(cut) => {
                    // AA is about the first name (RFC 1035 section 4.1.1).
                    response.metadata.authoritative = !response.answers.is_empty();
                    refer(zone, cut, response);
                    end = End::Delegated;
                }
                // The zone was chosen by this name, and aliases are followed inside it.
                Lookup::OutOfZone => return None,
            }
            break;
        }
        Some(Answer {
            zone: Name::from(zone.origin()),
            wildcard: first_wildcard.map(Name::from),
            end,
        })
    }

    /// The addresses of the hosts that the answer names, as far as the zone has them (RFC 1035
    /// section 3.3.9, RFC 2782).
    fn add_addresses(&self, zone: &Zone, response: &mut Message) {
        let mut hosts: Vec<&Name> = Vec::new();
        for record in &response.answers {
            let host = match &record.data {
                RData::NS(server) => &server.0,
                RData::MX(mail) => &mail.exchange,
                RData::SRV(service) => &service.target,
                _ => continue,
            };
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        let addresses: Vec<Record> =
            hosts.into_iter().flat_map(|host| zone.addresses(host)).collect();
        response.add_additionals(addresses);
    }
}

/// A referral: the servers of the zone, and their addresses: first of those inside it, without which
/// it could not be found (RFC 9471).
fn refer(zone: &Zone, cut: Cut<'_>, response: &mut Message) {
    response.add_authorities(cut.servers.iter().cloned());
    let servers = || {
        cut.servers.iter().filter_map(|record| match &record.data {
            RData::NS(server) => Some(&server.0),
            _ => None,
        })
    };
    let (inside, beside): (Vec<&Name>, Vec<_>) =
        servers().partition(|name| Name::zone_of(cut.zone, name));
    for server in inside.into_iter().chain(beside) {
        response.add_additionals(zone.addresses(server));
    }
}

/// The SOA with the time for which it may be kept that there is nothing as its TTL (RFC 2308
/// section 3).
fn negative_soa(zone: &Zone) -> Option<Record> {
    let mut soa = zone.soa()?.clone();
    soa.ttl = negative_ttl(&soa).map_or(0, |ttl| (ttl.nanos() / 1_000_000_000) as u32);
    Some(soa)
}

fn minimal_any(name: &Name) -> Record {
    let hinfo = HINFO::new("RFC8482".to_owned(), String::new());
    Record::from_rdata(name.clone(), ANY_TTL, RData::HINFO(hinfo))
}
