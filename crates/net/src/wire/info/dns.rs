//! DNS.

use super::{F, Layer, shown};

pub(super) fn info(layer: &Layer) -> String {
    let response = layer.number(F::DnsResponse) == Some(1);
    let mut line = match layer.number(F::DnsOpcode) {
        Some(0) => "Standard query",
        Some(1) => "Inverse query",
        Some(2) => "Server status request",
        Some(4) => "Zone change notification",
        Some(5) => "Dynamic update",
        Some(6) => "DNS Stateful operations (DSO)",
        _ => "Unknown operation",
    }
    .to_owned();
    if response {
        line.push_str(" response");
    }
    line.push_str(&format!(" {}", shown(layer, F::DnsId)));
    match layer.number(F::DnsRcode) {
        None | Some(0) => {}
        Some(code) => line.push_str(&format!(" {}", rcode(code))),
    }
    let mut name = String::new();
    for field in &layer.fields {
        let value = match &field.value {
            value if value.to_string() == "." => "<Root>".to_owned(),
            value => value.to_string(),
        };
        match (field.name, field.value.number()) {
            (F::DnsQueryName, _) => name = value,
            (F::DnsQueryType, Some(kind)) => {
                line.push_str(&format!(" {} {name}", record_type(kind)));
            }
            (F::DnsType, Some(kind)) => line.push_str(&format!(" {}", record_type(kind))),
            (
                F::DnsA
                | F::DnsAaaa
                | F::DnsCname
                | F::DnsNs
                | F::DnsPtr
                | F::DnsSoaServer
                | F::DnsMxPreference
                | F::DnsMxHost
                | F::DnsSrvPriority
                | F::DnsSrvWeight
                | F::DnsSrvPort
                | F::DnsSrvTarget,
                _,
            ) => line.push_str(&format!(" {value}")),
            _ => {}
        }
    }
    line
}

/// The response codes of RFC 1035 and RFC 2136.
fn rcode(code: u64) -> String {
    let name = match code {
        1 => "Format error",
        2 => "Server failure",
        3 => "No such name",
        4 => "Not implemented",
        5 => "Refused",
        6 => "Name exists",
        7 => "RRset exists",
        8 => "RRset does not exist",
        9 => "Not authoritative",
        10 => "Name out of zone",
        11 => "DSO-TYPE not implemented",
        _ => return format!("Unknown error ({code})"),
    };
    name.to_owned()
}

/// The types of records that are met most (IANA's registry of DNS parameters).
fn record_type(kind: u64) -> String {
    let name = match kind {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        12 => "PTR",
        13 => "HINFO",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        33 => "SRV",
        35 => "NAPTR",
        39 => "DNAME",
        41 => "OPT",
        43 => "DS",
        46 => "RRSIG",
        47 => "NSEC",
        48 => "DNSKEY",
        50 => "NSEC3",
        52 => "TLSA",
        64 => "SVCB",
        65 => "HTTPS",
        251 => "IXFR",
        252 => "AXFR",
        255 => "ANY",
        257 => "CAA",
        _ => return format!("Unknown ({kind})"),
    };
    name.to_owned()
}
