//! Zones and caches as text, in the form of master files (RFC 1035 section 5), for people.

use hickory_proto::rr::Record;
use lanternet_core::Instant;

use super::reason;
use super::{Cache, Zone};

/// A record on a line: name, TTL, class, type, data.
pub fn record(record: &Record) -> String {
    line(record, record.ttl)
}

fn line(record: &Record, ttl: u32) -> String {
    let kind = reason::kind(record.record_type());
    format!("{}\t{ttl}\tIN\t{kind}\t{}", record.name.to_ascii(), record.data)
}

/// What a cache holds, each record with the seconds that are left in the place of its TTL; what is known
/// not to be there as a comment.
pub fn cache(cache: &Cache, now: Instant) -> String {
    let mut text = String::new();
    for row in cache.rows(now) {
        let left = u32::try_from(row.remaining.nanos() / 1_000_000_000).unwrap_or(u32::MAX);
        for record in row.records {
            text.push_str(&line(record, left));
            text.push('\n');
        }
        if row.records.is_empty() {
            let name = row.name.to_ascii();
            let what = match row.kind {
                Some(kind) => format!("{}\t; no such record (NODATA)", reason::kind(kind)),
                None => "\t; no such name (NXDOMAIN)".to_owned(),
            };
            text.push_str(&format!("{name}\t{left}\tIN\t{what}\n"));
        }
    }
    text
}

/// All records of a zone.
pub fn zone(zone: &Zone) -> String {
    zone.all_records().map(|record| format!("{}\n", self::record(record))).collect()
}
