//! The AND, drawn in columns: an IPv4 address in bits, an IPv6 address in hex digits, with the bits of
//! the one group that the prefix may cut through.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lanternet_net::subnet::Subnet;

use crate::args;
use crate::columns::{pad, width};
use crate::locale::Catalogue;

/// Address, mask, network and the legend below, one line each.
pub(super) fn columns(catalogue: &Catalogue, subnet: &Subnet) -> String {
    let lengths = args!(count network = subnet.prefix_len(), count host = subnet.host_bits());
    let legend = catalogue.text("subnet-legend", &lengths);
    match (subnet.address(), subnet.mask(), subnet.network()) {
        (IpAddr::V4(address), IpAddr::V4(mask), IpAddr::V4(network)) => {
            let bits = |address: Ipv4Addr| address.octets().map(|o| format!("{o:08b}")).join(".");
            let dotted = format!("{mask} = /{}", subnet.prefix_len());
            let part = part(32, subnet.prefix_len(), 8, '.');
            let rows = [
                (bits(address), address.to_string()),
                (bits(mask), dotted),
                (bits(network), network.to_string()),
                (part, legend),
            ];
            draw(catalogue, &rows)
        }
        (IpAddr::V6(address), IpAddr::V6(mask), IpAddr::V6(network)) => {
            let hex = |address: Ipv6Addr| address.segments().map(|s| format!("{s:04x}")).join(":");
            let prefix_len = subnet.prefix_len();
            // One letter a hex digit; `x` is a digit with bits of both parts.
            let letters = part(128, prefix_len, 16, ':');
            let letters: String = letters.split(':').map(digits).collect::<Vec<_>>().join(":");
            let legend = if prefix_len.is_multiple_of(4) {
                legend
            } else {
                catalogue.text("subnet-legend-mixed", &args!(legend))
            };
            let rows = [
                (hex(address), address.to_string()),
                (hex(mask), format!("/{prefix_len}")),
                (hex(network), network.to_string()),
                (letters, legend),
            ];
            let out = draw(catalogue, &rows);
            if prefix_len.is_multiple_of(16) {
                return out;
            }
            let cut = usize::from(prefix_len / 16);
            let group = |address: Ipv6Addr| {
                let group = address.segments()[cut];
                (format!("{group:016b}"), format!("{group:04x}"))
            };
            let letters = part(16, prefix_len % 16, 16, ':');
            let rows = [group(address), group(mask), group(network), (letters, String::new())];
            let heading = catalogue.text("subnet-cut-group", &args!(group = cut + 1));
            out + &format!("\n  {heading}\n") + &draw(catalogue, &rows)
        }
        // The three are of one family.
        _ => String::new(),
    }
}

/// `n` for each network bit and `h` for each host bit.
fn part(bits: u8, network: u8, group: u8, separator: char) -> String {
    let mut out = String::new();
    for bit in 0..bits {
        if bit > 0 && bit.is_multiple_of(group) {
            out.push(separator);
        }
        out.push(if bit < network { 'n' } else { 'h' });
    }
    out
}

/// The letters of four bits as one.
fn digits(group: &str) -> String {
    group
        .as_bytes()
        .chunks(4)
        .map(|digit| match (digit.contains(&b'n'), digit.contains(&b'h')) {
            (true, true) => 'x',
            (true, false) => 'n',
            (false, _) => 'h',
        })
        .collect()
}

fn draw(catalogue: &Catalogue, rows: &[(String, String); 4]) -> String {
    let labels = [
        catalogue.phrase("subnet-label-address"),
        catalogue.phrase("subnet-label-mask"),
        catalogue.phrase("subnet-label-network"),
    ];
    let label_width = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let line = |label: &str, drawn: &str, meaning: &str| {
        format!("  {}  {drawn}  {meaning}", pad(label, label_width)).trim_end().to_owned() + "\n"
    };
    let [address, mask, network, legend] = rows;
    let rule = "-".repeat(width(&address.0));
    line(&labels[0], &address.0, &address.1)
        + &line(&labels[1], &mask.0, &mask.1)
        + &line("", &rule, "AND")
        + &line(&labels[2], &network.0, &network.1)
        + &line("", &legend.0, &legend.1)
}
