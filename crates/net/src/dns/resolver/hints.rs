//! Root hints: the servers of the root, as a master file of NS, A and AAAA records.

use std::net::IpAddr;

use hickory_proto::rr::{LowerName, Name, RData};

use crate::dns::zone::{ZoneError, parse_records};

/// Root hints are used as they are, so this one is never looked at; it is that of IANA's file.
const TTL: u32 = 3_600_000;

/// A server of the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Its name.
    pub name: Name,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

/// Reads root hints, such as `. NS a.root.` and `a.root. A 198.51.100.1`.
///
/// # Errors
/// What is wrong in the file, and that there is no server with an address in it.
pub fn parse_hints(text: &str) -> Result<Vec<Hint>, Vec<ZoneError>> {
    let records = parse_records(text, Some(&Name::root()), TTL)?;
    let mut hints: Vec<Hint> = Vec::new();
    for record in &records {
        if let RData::NS(server) = &record.data
            && record.name.is_root()
        {
            hints.push(Hint { name: server.0.clone(), addresses: Vec::new() });
        }
    }
    for record in &records {
        let owner = LowerName::new(&record.name);
        let address = record.data.ip_addr();
        let hint = hints.iter_mut().find(|hint| LowerName::new(&hint.name) == owner);
        if let (Some(hint), Some(address)) = (hint, address)
            && !hint.addresses.contains(&address)
        {
            hint.addresses.push(address);
        }
    }
    hints.retain(|hint| !hint.addresses.is_empty());
    if hints.is_empty() {
        let help = "write lines such as `. NS a.root.` and `a.root. A 198.51.100.1`";
        return Err(vec![ZoneError::about(text, "no root server with an address", help)]);
    }
    Ok(hints)
}
