//! What a switch understands of the packets that it forwards: messages about groups, and what is for
//! a group.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lanternet_core::Duration;

use crate::l3::igmp::message::{Message, PROTOCOL};
use crate::wire::checksum::checksum;

/// A packet for a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Somebody asks who takes part.
    Query {
        from: IpAddr,
        group: Option<IpAddr>,
        /// How long an answer may take, and how often the question is asked.
        max_response: Duration,
        robustness: u8,
    },
    /// What somebody takes part in, or no more: a report, or a leave.
    Report(Vec<(IpAddr, bool)>),
    /// Anything else for this group.
    Data(IpAddr),
}

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;

/// Types of ICMPv6 (RFC 2710, RFC 3810).
const MLD_QUERY: u8 = 130;
const MLD_V1_REPORT: u8 = 131;
const MLD_DONE: u8 = 132;
const MLD_V2_REPORT: u8 = 143;

/// Reads what follows the addresses of a frame, from its type on. `None`: not a packet for a group.
pub(super) fn read(bytes: &[u8]) -> Option<Seen> {
    let (ethertype, packet) = bytes.split_first_chunk()?;
    match u16::from_be_bytes(*ethertype) {
        IPV4 => read_ipv4(packet),
        IPV6 => read_ipv6(packet),
        _ => None,
    }
}

fn read_ipv4(packet: &[u8]) -> Option<Seen> {
    let header: &[u8; 20] = packet.first_chunk()?;
    let header_len = usize::from(header[0] & 0x0f) * 4;
    let address =
        |at: usize| Ipv4Addr::new(header[at], header[at + 1], header[at + 2], header[at + 3]);
    let (from, to) = (address(12), address(16));
    if header[0] >> 4 != 4 || !to.is_multicast() {
        return None;
    }
    let data = Some(Seen::Data(to.into()));
    let total = usize::from(u16::from_be_bytes([header[2], header[3]]));
    // What is broken or of another kind is passed on as it is.
    let Some(message) = packet.get(header_len..total).filter(|_| header[9] == PROTOCOL) else {
        return data;
    };
    if checksum(message) != 0 {
        return data;
    }
    match Message::parse(message) {
        Ok(Some(Message::Query(query))) => Some(Seen::Query {
            from: from.into(),
            group: query.group.map(IpAddr::V4),
            max_response: query.max_response,
            robustness: query.robustness,
        }),
        Ok(Some(Message::Report { group, .. })) => Some(Seen::Report(vec![(group.into(), true)])),
        Ok(Some(Message::Leave { group })) => Some(Seen::Report(vec![(group.into(), false)])),
        Ok(Some(Message::Records(records))) => {
            let said = records.iter().filter_map(|record| {
                let listens = record.kind.listens(record.sources.is_empty())?;
                Some((record.group.into(), listens))
            });
            Some(Seen::Report(said.collect()))
        }
        Ok(None) | Err(_) => data,
    }
}

fn read_ipv6(packet: &[u8]) -> Option<Seen> {
    let header: &[u8; 40] = packet.first_chunk()?;
    let (from, to) = (address(&header[8..])?, address(&header[24..])?);
    if header[0] >> 4 != 6 || !to.is_multicast() {
        return None;
    }
    let rest = &packet[40..];
    // Messages of MLD have a hop-by-hop header with a router alert (RFC 3810 section 5).
    let message = match (header[6], rest.first_chunk()) {
        (0, Some([58, len])) => rest.get(8 + usize::from(*len) * 8..),
        _ => None,
    };
    Some(message.and_then(|message| read_mld(from, message)).unwrap_or(Seen::Data(to.into())))
}

fn read_mld(from: Ipv6Addr, message: &[u8]) -> Option<Seen> {
    let group = || Some(IpAddr::V6(address(message.get(8..)?)?));
    match *message.first()? {
        MLD_QUERY => {
            let code = u16::from_be_bytes([*message.get(4)?, *message.get(5)?]);
            let group = group()?;
            Some(Seen::Query {
                from: from.into(),
                group: Some(group).filter(|group| !group.is_unspecified()),
                max_response: Duration::from_millis(floating(code)),
                robustness: message.get(24).map_or(2, |flags| flags & 7).max(1),
            })
        }
        MLD_V1_REPORT => Some(Seen::Report(vec![(group()?, true)])),
        MLD_DONE => Some(Seen::Report(vec![(group()?, false)])),
        MLD_V2_REPORT => {
            let count = u16::from_be_bytes([*message.get(6)?, *message.get(7)?]);
            let (mut rest, mut said) = (message.get(8..)?, Vec::new());
            for _ in 0..count {
                let [kind, extra, n, m] = *rest.first_chunk()?;
                let sources = usize::from(u16::from_be_bytes([n, m]));
                let group = IpAddr::V6(address(rest.get(4..)?)?);
                // RFC 3810 section 5.2.12: the same types as in IGMP.
                match (kind, sources) {
                    (2 | 4 | 5, _) => said.push((group, true)),
                    (1 | 3, sources) => said.push((group, sources > 0)),
                    _ => {}
                }
                rest = rest.get(20 + sources * 16 + usize::from(extra) * 4..)?;
            }
            Some(Seen::Report(said))
        }
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<Ipv6Addr> {
    bytes.first_chunk::<16>().map(|octets| Ipv6Addr::from(*octets))
}

/// RFC 3810 section 5.1.3: from 32768 on, three bits of exponent and twelve of mantissa.
fn floating(code: u16) -> u64 {
    match code {
        0..32_768 => u64::from(code),
        _ => (u64::from(code & 0x0fff) | 0x1000) << ((code >> 12 & 7) + 3),
    }
}
