//! What a server's reply says, and what of it is to be believed.

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{LowerName, Name, RData, Record, RecordType};
use lanternet_core::trace::DnsLame;

use crate::dns::message::{Question, is_data};

/// What a reply says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// Something about the name, maybe after some aliases.
    Answer {
        /// The aliases in their order.
        aliases: Vec<Record>,
        /// What is said about the last name.
        found: Found,
    },
    /// Others know more.
    Referral {
        /// The zone that they serve.
        zone: LowerName,
        /// Their names.
        servers: Vec<Record>,
        /// Their addresses, as far as this server may tell them.
        glue: Vec<Record>,
    },
    /// The server does not serve the zone.
    Lame(DnsLame),
    /// The server could not answer.
    Failed(ResponseCode),
}

/// What is said about a name.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    Records(Vec<Record>),
    NoData(Option<Record>),
    NameError(Option<Record>),
    /// Nothing: it has to be asked elsewhere.
    Elsewhere,
}

/// A reply that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) verdict: Verdict,
    /// The owner of the first record that the server has no business with, and how many there are.
    pub(super) outside: Option<(Name, usize)>,
}

/// Reads a server's reply to a question. `zone` is the one that it was asked as a server of; none
/// for a forwarder, which may tell of everything.
pub(super) fn read(reply: &Message, question: &Question, zone: Option<&LowerName>) -> Reply {
    let mut outside: Option<(Name, usize)> = None;
    let mut inside = |records: &[Record]| -> Vec<Record> {
        let data = records.iter().filter(|record| is_data(record));
        data.filter(|record| {
            let name = LowerName::new(&record.name);
            if zone.is_none_or(|zone| zone.zone_of(&name)) {
                return true;
            }
            // A server that is lame often points upwards; that is not what this is about.
            if !record.name.zone_of(&question.name) || record.record_type() != RecordType::NS {
                let (_, count) = outside.get_or_insert_with(|| (record.name.clone(), 0));
                *count += 1;
            }
            false
        })
        .cloned()
        .collect()
    };
    let answers = inside(&reply.answers);
    let authorities = inside(&reply.authorities);
    let additionals = inside(&reply.additionals);
    let code = reply.metadata.response_code;
    let verdict = match code {
        ResponseCode::NoError | ResponseCode::NXDomain => {
            let sections = Sections { reply, question, zone, answers, authorities, additionals };
            sections.verdict()
        }
        ResponseCode::Refused | ResponseCode::NotAuth if zone.is_some() => {
            Verdict::Lame(DnsLame::Refused)
        }
        code => Verdict::Failed(code),
    };
    Reply { verdict, outside }
}

struct Sections<'a> {
    reply: &'a Message,
    question: &'a Question,
    zone: Option<&'a LowerName>,
    answers: Vec<Record>,
    authorities: Vec<Record>,
    additionals: Vec<Record>,
}

impl Sections<'_> {
    fn verdict(self) -> Verdict {
        let authoritative = self.reply.metadata.authoritative;
        let name_error = self.reply.metadata.response_code == ResponseCode::NXDomain;
        let (aliases, last) = self.aliases();
        let records = self.records_at(&last);
        let says_something = !aliases.is_empty() || !records.is_empty() || name_error;
        let Some(zone) = self.zone else {
            let found = match () {
                () if !records.is_empty() => Found::Records(records),
                () if name_error => Found::NameError(self.soa(&last)),
                () => Found::NoData(self.soa(&last)),
            };
            return Verdict::Answer { aliases, found };
        };
        if says_something && !authoritative {
            return Verdict::Lame(DnsLame::NotAuthoritative);
        }
        if !records.is_empty() {
            return Verdict::Answer { aliases, found: Found::Records(records) };
        }
        let soa = self.soa(&last);
        if name_error && zone.zone_of(&last) {
            return Verdict::Answer { aliases, found: Found::NameError(soa) };
        }
        if !aliases.is_empty() {
            let found = match soa {
                Some(soa) if zone.zone_of(&last) => Found::NoData(Some(soa)),
                _ => Found::Elsewhere,
            };
            return Verdict::Answer { aliases, found };
        }
        if let Some(referral) = self.referral(zone) {
            return referral;
        }
        if authoritative {
            return Verdict::Answer { aliases, found: Found::NoData(soa) };
        }
        let upward = self
            .reply
            .authorities
            .iter()
            .any(|record| record.record_type() == RecordType::NS && record.name.zone_of(zone));
        match () {
            () if upward => Verdict::Lame(DnsLame::UpwardReferral),
            () if soa.is_some() => Verdict::Lame(DnsLame::NotAuthoritative),
            () => Verdict::Lame(DnsLame::Empty),
        }
    }

    /// The aliases that begin at the name that was asked for, and the name that they end at.
    fn aliases(&self) -> (Vec<Record>, LowerName) {
        let mut aliases: Vec<Record> = Vec::new();
        let mut last = self.question.name.clone();
        if matches!(self.question.kind, RecordType::CNAME | RecordType::ANY) {
            return (aliases, last);
        }
        while let Some((record, target)) = self.alias_at(&last) {
            // An alias is followed once; a circle is for the search to find.
            if aliases.iter().any(|known| known.name == record.name) {
                break;
            }
            aliases.push(record.clone());
            last = LowerName::new(target);
        }
        (aliases, last)
    }

    fn alias_at(&self, name: &LowerName) -> Option<(&Record, &Name)> {
        self.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if LowerName::new(&record.name) == *name => {
                Some((record, &target.0))
            }
            _ => None,
        })
    }

    fn records_at(&self, name: &LowerName) -> Vec<Record> {
        let kind = self.question.kind;
        let wanted = |record: &&Record| {
            (kind == RecordType::ANY || record.record_type() == kind)
                && LowerName::new(&record.name) == *name
        };
        self.answers.iter().filter(wanted).cloned().collect()
    }

    /// The SOA of a zone that the name is in.
    fn soa(&self, name: &LowerName) -> Option<Record> {
        let of_zone =
            |record: &&Record| record.record_type() == RecordType::SOA && record.name.zone_of(name);
        self.authorities.iter().find(of_zone).cloned()
    }

    /// The servers of a zone between the one that was asked about and the name.
    fn referral(&self, zone: &LowerName) -> Option<Verdict> {
        let below = |record: &&Record| {
            let owner = LowerName::new(&record.name);
            record.record_type() == RecordType::NS
                && owner != *zone
                && owner.zone_of(&self.question.name)
        };
        let cut = LowerName::new(&self.authorities.iter().find(below)?.name);
        let of_cut = |record: &&Record| {
            record.record_type() == RecordType::NS && LowerName::new(&record.name) == cut
        };
        let servers: Vec<Record> = self.authorities.iter().filter(of_cut).cloned().collect();
        let is_server = |name: &Name| {
            servers.iter().any(|record| matches!(&record.data, RData::NS(ns) if ns.0 == *name))
        };
        let glue = self.additionals.iter();
        let glue = glue.filter(|record| record.data.ip_addr().is_some() && is_server(&record.name));
        Some(Verdict::Referral { zone: cut, glue: glue.cloned().collect(), servers })
    }
}
