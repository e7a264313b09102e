//! IGMP on the wire: versions 1 and 2 (RFC 2236), and 3 (RFC 3376).

use std::net::Ipv4Addr;

use lanternet_core::Duration;

use crate::wire::checksum::checksum;

/// The protocol number of IGMP (IANA).
pub const PROTOCOL: u8 = 2;
/// All systems on the segment.
pub const ALL_SYSTEMS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 1);
/// All routers: where messages of version 2 go that say that somebody left.
pub const ALL_ROUTERS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 2);
/// All routers that speak version 3: where its reports go.
pub const ALL_V3_ROUTERS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 22);

const QUERY: u8 = 0x11;
const V1_REPORT: u8 = 0x12;
const V2_REPORT: u8 = 0x16;
const LEAVE: u8 = 0x17;
const V3_REPORT: u8 = 0x22;

/// Bytes of an IPv4 header with the router alert option (RFC 2113), which all of IGMP has.
const IP_HEADER: usize = 24;
/// Bytes of a message of version 1 or 2.
const V2_LEN: usize = 8;
/// Bytes of a query of version 3 without sources.
const V3_QUERY_LEN: usize = 12;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A router asks who takes part.
    Query(Query),
    /// Somebody takes part in a group (versions 1 and 2).
    Report {
        /// 1 or 2.
        version: u8,
        /// The group.
        group: Ipv4Addr,
    },
    /// Somebody left a group (version 2).
    Leave {
        /// The group.
        group: Ipv4Addr,
    },
    /// What somebody takes part in (version 3).
    Records(Vec<Record>),
}

/// A question of a router (RFC 3376 section 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The version that the querier speaks: 1, 2 or 3.
    pub version: u8,
    /// The group asked for; `None`: all.
    pub group: Option<Ipv4Addr>,
    /// The senders asked for; empty: all.
    pub sources: Vec<Ipv4Addr>,
    /// How long an answer may take.
    pub max_response: Duration,
    /// The robustness variable of the querier; 2 in versions that do not say.
    pub robustness: u8,
    /// The time between its general queries; 125 s in versions that do not say.
    pub interval: Duration,
}

/// One group in a report of version 3 (RFC 3376 section 4.2.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it says.
    pub kind: RecordKind,
    /// The group.
    pub group: Ipv4Addr,
    /// The senders that it names.
    pub sources: Vec<Ipv4Addr>,
}

/// The types of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// 1: only these senders are listened to.
    IsInclude,
    /// 2: all senders but these are.
    IsExclude,
    /// 3: the same as 1, and it was otherwise before. Without senders: left.
    ToInclude,
    /// 4: the same as 2, and it was otherwise before. Without senders: joined.
    ToExclude,
    /// 5: these senders as well.
    Allow,
    /// 6: these senders no more.
    Block,
}

/// What RFC 2236 section 8 and RFC 3376 section 8 have for those who do not say.
pub const ROBUSTNESS: u8 = 2;
/// The query interval.
pub const QUERY_INTERVAL: Duration = Duration::from_secs(125);
/// The query response interval.
pub const QUERY_RESPONSE: Duration = Duration::from_secs(10);
/// The last member query interval.
pub const LAST_MEMBER_QUERY: Duration = Duration::from_secs(1);

impl Query {
    /// A question of version 3 for all groups, or for one that somebody left.
    pub fn new(group: Option<Ipv4Addr>) -> Self {
        let max_response = if group.is_some() { LAST_MEMBER_QUERY } else { QUERY_RESPONSE };
        Self {
            version: 3,
            group,
            sources: Vec::new(),
            max_response,
            robustness: ROBUSTNESS,
            interval: QUERY_INTERVAL,
        }
    }
}

impl Message {
    /// Reads what is above the IP header; its checksum has been verified.
    ///
    /// # Errors
    /// What is wrong: a short English phrase.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, &'static str> {
        let Some([kind, code, _, _, a, b, c, d]) = bytes.first_chunk::<V2_LEN>() else {
            return Err("too short");
        };
        let group = Ipv4Addr::new(*a, *b, *c, *d);
        Ok(Some(match *kind {
            QUERY => {
                if !group.is_unspecified() && !group.is_multicast() {
                    return Err("no group address");
                }
                let group = Some(group).filter(|group| !group.is_unspecified());
                Self::Query(query(bytes, *code, group)?)
            }
            V1_REPORT | V2_REPORT | LEAVE if !group.is_multicast() => {
                return Err("no group address");
            }
            V1_REPORT => Self::Report { version: 1, group },
            V2_REPORT => Self::Report { version: 2, group },
            LEAVE => Self::Leave { group },
            V3_REPORT => {
                let count = usize::from(u16::from_be_bytes([*c, *d]));
                Self::Records(records(&bytes[V2_LEN..], count)?)
            }
            // RFC 3376 section 4: unrecognized types must be silently ignored.
            _ => return Ok(None),
        }))
    }

    /// The message with its checksum.
    pub fn build(&self) -> Vec<u8> {
        let mut bytes = match self {
            Self::Query(query) => build_query(query),
            Self::Report { version, group } => {
                let kind = if *version == 1 { V1_REPORT } else { V2_REPORT };
                [&[kind, 0, 0, 0][..], &group.octets()].concat()
            }
            Self::Leave { group } => [&[LEAVE, 0, 0, 0][..], &group.octets()].concat(),
            Self::Records(records) => {
                let mut bytes = vec![V3_REPORT, 0, 0, 0, 0, 0];
                bytes.extend((records.len() as u16).to_be_bytes());
                for record in records {
                    bytes.extend([record.kind.number(), 0]);
                    bytes.extend((record.sources.len() as u16).to_be_bytes());
                    bytes.extend(record.group.octets());
                    record.sources.iter().for_each(|source| bytes.extend(source.octets()));
                }
                bytes
            }
        };
        let sum = checksum(&bytes);
        bytes[2..4].copy_from_slice(&sum.to_be_bytes());
        bytes
    }

    /// Where the message goes.
    pub fn destination(&self) -> Ipv4Addr {
        match self {
            Self::Query(query) => query.group.unwrap_or(ALL_SYSTEMS),
            Self::Report { group, .. } => *group,
            Self::Leave { .. } => ALL_ROUTERS,
            Self::Records(_) => ALL_V3_ROUTERS,
        }
    }

    /// A whole packet behind `headroom` bytes, as Linux sends it: a TTL of 1, internetwork control
    /// (0xc0) as type of service, router alert, "don't fragment". The identification and the checksum
    /// of the header are left to be filled in.
    pub fn packet(&self, source: Ipv4Addr, headroom: usize) -> Vec<u8> {
        let message = self.build();
        let mut buffer = vec![0; headroom];
        buffer.extend([0x46, 0xc0]);
        buffer.extend(((IP_HEADER + message.len()) as u16).to_be_bytes());
        buffer.extend([0, 0, 0x40, 0, 1, PROTOCOL, 0, 0]);
        buffer.extend(source.octets());
        buffer.extend(self.destination().octets());
        buffer.extend([0x94, 4, 0, 0]);
        buffer.extend(message);
        buffer
    }
}

fn query(bytes: &[u8], code: u8, group: Option<Ipv4Addr>) -> Result<Query, &'static str> {
    let tenth = Duration::from_millis(100);
    let plain = Query { version: 2, max_response: tenth * u64::from(code), ..Query::new(group) };
    // RFC 3376 section 7.1 tells the versions apart by length and code.
    let Some([_, _, _, _, _, _, _, _, flags, interval, n, m]) = bytes.first_chunk::<V3_QUERY_LEN>()
    else {
        let old = code == 0;
        return Ok(match old {
            true => Query { version: 1, max_response: QUERY_RESPONSE, ..plain },
            false => plain,
        });
    };
    let count = usize::from(u16::from_be_bytes([*n, *m]));
    let sources = addresses(&bytes[V3_QUERY_LEN..], count).ok_or("too short")?;
    Ok(Query {
        version: 3,
        max_response: tenth * u64::from(floating(code)),
        sources,
        robustness: match flags & 7 {
            0 => ROBUSTNESS,
            said => said,
        },
        interval: match floating(*interval) {
            0 => QUERY_INTERVAL,
            said => Duration::from_secs(u64::from(said)),
        },
        ..plain
    })
}

fn build_query(query: &Query) -> Vec<u8> {
    let tenths = query.max_response.millis() / 100;
    let group = query.group.unwrap_or(Ipv4Addr::UNSPECIFIED).octets();
    match query.version {
        1 => [&[QUERY, 0, 0, 0][..], &group].concat(),
        2 => [&[QUERY, tenths.clamp(1, 255) as u8, 0, 0][..], &group].concat(),
        _ => {
            let mut bytes = vec![QUERY, to_floating(tenths), 0, 0];
            bytes.extend(group);
            let interval = to_floating(query.interval.millis() / 1000);
            bytes.extend([query.robustness & 7, interval]);
            bytes.extend((query.sources.len() as u16).to_be_bytes());
            query.sources.iter().for_each(|source| bytes.extend(source.octets()));
            bytes
        }
    }
}

fn records(mut bytes: &[u8], count: usize) -> Result<Vec<Record>, &'static str> {
    let mut all = Vec::new();
    for _ in 0..count {
        let Some([kind, extra, n, m, a, b, c, d]) = bytes.first_chunk::<8>() else {
            return Err("too short");
        };
        let (group, sources) = (Ipv4Addr::new(*a, *b, *c, *d), u16::from_be_bytes([*n, *m]));
        let sources = usize::from(sources);
        let listed = addresses(&bytes[8..], sources).ok_or("too short")?;
        bytes = bytes.get(8 + sources * 4 + usize::from(*extra) * 4..).ok_or("too short")?;
        if !group.is_multicast() {
            return Err("no group address");
        }
        // RFC 3376 section 4.2.12: unrecognized record types must be silently ignored.
        if let Some(kind) = RecordKind::of(*kind) {
            all.push(Record { kind, group, sources: listed });
        }
    }
    Ok(all)
}

fn addresses(bytes: &[u8], count: usize) -> Option<Vec<Ipv4Addr>> {
    let bytes = bytes.get(..count * 4)?;
    Some(bytes.chunks_exact(4).map(|at| Ipv4Addr::new(at[0], at[1], at[2], at[3])).collect())
}

/// RFC 3376 section 4.1.1: from 128 on, three bits of exponent and four of mantissa.
fn floating(code: u8) -> u32 {
    match code {
        0..128 => u32::from(code),
        _ => (u32::from(code & 15) | 16) << ((code >> 4 & 7) + 3),
    }
}

/// The largest code that stands for no more than this.
fn to_floating(value: u64) -> u8 {
    (0..=u8::MAX).rev().find(|code| u64::from(floating(*code)) <= value).unwrap_or(0)
}

impl RecordKind {
    const ALL: [Self; 6] = [
        Self::IsInclude,
        Self::IsExclude,
        Self::ToInclude,
        Self::ToExclude,
        Self::Allow,
        Self::Block,
    ];

    fn of(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// Whether somebody who says so listens to some sender of the group.
    pub const fn listens(self, no_sources: bool) -> Option<bool> {
        match self {
            Self::IsExclude | Self::ToExclude => Some(true),
            Self::IsInclude | Self::ToInclude => Some(!no_sources),
            Self::Allow => Some(true),
            // Some senders less: nothing about the others.
            Self::Block => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: Ipv4Addr = Ipv4Addr::new(239, 1, 2, 3);

    #[test]
    fn messages_have_the_layout_of_the_rfcs() {
        let leave = Message::Leave { group: GROUP };
        assert_eq!(leave.build(), [0x17, 0, 0xf7, 0xfa, 239, 1, 2, 3], "RFC 2236 section 2");
        let record = Record { kind: RecordKind::ToExclude, group: GROUP, sources: Vec::new() };
        let report = Message::Records(vec![record]).build();
        assert_eq!(report[..2], [0x22, 0], "RFC 3376 section 4.2");
        assert_eq!(report[4..], [0, 0, 0, 1, 4, 0, 0, 0, 239, 1, 2, 3]);
        let query = Message::Query(Query::new(None)).build();
        assert_eq!(query[..2], [0x11, 100], "10 s in tenths");
        assert_eq!(query[4..], [0, 0, 0, 0, 2, 125, 0, 0]);
        for message in [leave.build(), report, query] {
            assert_eq!(checksum(&message), 0);
        }
    }

    #[test]
    fn every_message_reads_as_it_was_written() {
        let sources = vec![Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2)];
        let records = RecordKind::ALL
            .map(|kind| Record { kind, group: GROUP, sources: sources.clone() })
            .to_vec();
        let asked = Query { sources, ..Query::new(Some(GROUP)) };
        for message in [
            Message::Query(Query::new(None)),
            Message::Query(asked),
            Message::Query(Query { version: 2, ..Query::new(Some(GROUP)) }),
            Message::Query(Query { version: 1, ..Query::new(None) }),
            Message::Report { version: 1, group: GROUP },
            Message::Report { version: 2, group: GROUP },
            Message::Leave { group: GROUP },
            Message::Records(records),
        ] {
            assert_eq!(Message::parse(&message.build()), Ok(Some(message)));
        }
    }

    #[test]
    fn what_is_cut_or_no_group_is_refused_and_an_unknown_type_ignored() {
        let record = Record { kind: RecordKind::ToExclude, group: GROUP, sources: Vec::new() };
        let report = Message::Records(vec![record]).build();
        for len in 0..report.len() {
            assert_eq!(Message::parse(&report[..len]), Err("too short"), "{len}");
        }
        assert_eq!(Message::parse(&[0x16, 0, 0, 0, 10, 0, 0, 1]), Err("no group address"));
        assert_eq!(Message::parse(&[0x99, 0, 0, 0, 0, 0, 0, 0]), Ok(None));
    }

    #[test]
    fn long_times_have_an_exponent() {
        // RFC 3376 section 4.1.1: mant | 0x10 shifted by exp + 3.
        assert_eq!([floating(127), floating(128), floating(0xff)], [127, 128, 31744]);
        for code in 0..=u8::MAX {
            assert_eq!(to_floating(u64::from(floating(code))), code);
        }
    }

    #[test]
    fn the_packet_is_that_of_linux() {
        let packet = Message::Leave { group: GROUP }.packet(Ipv4Addr::new(10, 0, 0, 1), 14);
        assert_eq!(packet.len(), 14 + 24 + 8);
        assert_eq!(packet[14..18], [0x46, 0xc0, 0, 32]);
        assert_eq!(packet[20..24], [0x40, 0, 1, 2], "don't fragment, TTL 1, IGMP");
        assert_eq!(packet[34..38], [0x94, 4, 0, 0], "router alert (RFC 2113)");
    }
}
