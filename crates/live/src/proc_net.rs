//! The sockets of this machine, as Linux shows them to everybody in `/proc` (proc_net_tcp.txt in the
//! kernel's documentation), and whose they are, as far as that may be seen.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use lanternet_apps::sockets::Listening;
use lanternet_net::services::Transport;

/// `TCP_LISTEN`, and `TCP_CLOSE`, which an unconnected UDP socket has (include/net/tcp_states.h).
const LISTEN: u8 = 10;
const CLOSE: u8 = 7;

/// A socket that waits for others.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    address: SocketAddr,
    inode: u64,
}

/// The ports that somebody listens on.
pub(crate) fn listening() -> io::Result<Vec<Listening>> {
    let holders = holders();
    let mut open = Vec::new();
    for over in [Transport::Tcp, Transport::Udp] {
        for Row { address, inode } in rows(over)? {
            let program = holders.get(&inode).cloned();
            open.push(Listening { over, address, program });
        }
    }
    open.sort_by_key(|row| (row.over, row.address.port(), row.address.ip()));
    open.dedup();
    Ok(open)
}

/// The program that listens on a port of this address.
pub(crate) fn holder(over: Transport, on: SocketAddr) -> Option<String> {
    let overlaps = |ip: IpAddr| ip == on.ip() || ip.is_unspecified() || on.ip().is_unspecified();
    let fits = |row: &Row| row.address.port() == on.port() && overlaps(row.address.ip());
    let row = rows(over).ok()?.into_iter().find(fits)?;
    holders().remove(&row.inode)
}

fn rows(over: Transport) -> io::Result<Vec<Row>> {
    let (files, state) = match over {
        Transport::Tcp => (["/proc/net/tcp", "/proc/net/tcp6"], LISTEN),
        _ => (["/proc/net/udp", "/proc/net/udp6"], CLOSE),
    };
    let mut rows = read(&fs::read_to_string(files[0])?, state);
    // A machine without IPv6 has no such file.
    rows.extend(read(&fs::read_to_string(files[1]).unwrap_or_default(), state));
    Ok(rows)
}

fn read(table: &str, state: u8) -> Vec<Row> {
    table.lines().filter_map(|line| row(line, state)).collect()
}

/// `sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode`.
fn row(line: &str, wanted: u8) -> Option<Row> {
    let mut fields = line.split_ascii_whitespace().skip(1);
    let local = fields.next()?;
    let state = u8::from_str_radix(fields.nth(1)?, 16).ok()?;
    let inode = fields.nth(5)?.parse().ok()?;
    let address = address(local)?;
    (state == wanted && address.port() != 0).then_some(Row { address, inode })
}

/// Words of 32 bits in the machine's order, in hexadecimal digits.
fn address(text: &str) -> Option<SocketAddr> {
    let (words, port) = text.split_once(':')?;
    let mut bytes = Vec::new();
    for word in words.as_bytes().chunks(8) {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        bytes.extend_from_slice(&word.to_ne_bytes());
    }
    let ip = match (<[u8; 4]>::try_from(bytes.as_slice()), <[u8; 16]>::try_from(bytes.as_slice())) {
        (Ok(v4), _) => IpAddr::from(Ipv4Addr::from(v4)),
        (_, Ok(v6)) => IpAddr::from(Ipv6Addr::from(v6)).to_canonical(),
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

/// `python3 (process 4711)` for each socket whose process we may look into.
fn holders() -> BTreeMap<u64, String> {
    let mut holders = BTreeMap::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        // Others' processes are closed to us, and one may end while we look.
        for file in fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten() {
            let Ok(target) = fs::read_link(file.path()) else { continue };
            let inode = target
                .to_str()
                .and_then(|text| text.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
            if let Some(inode) = inode {
                let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
                let name = lanternet_apps::text::printable(name.trim_end().as_bytes());
                holders.entry(inode).or_insert_with(|| format!("{name} (process {id})"));
            }
        }
    }
    holders
}

#[cfg(test)]
mod tests {
    use super::*;

    // Shown by Linux 6.1 on a little-endian machine for `nc -l 127.0.0.1 8080`, `nc -6 -l 9`, and a
    // connection to the first.
    #[cfg(target_endian = "little")]
    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   \
        uid  timeout inode\n   \
        0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 \
        4711 1 0000000000000000 100 0 0 10 0\n   \
        1: 0100007F:1F90 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 \
        4712 1 0000000000000000 20 4 30 10 -1\n   \
        2: 00000000000000000000000000000000:0009 00000000000000000000000000000000:0000 0A \
        00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0\n";

    #[cfg(target_endian = "little")]
    #[test]
    fn listeners_are_told_from_connections() {
        let row = |address: &str, inode| Row { address: address.parse().unwrap(), inode };
        assert_eq!(read(TABLE, LISTEN), [row("127.0.0.1:8080", 4711), row("[::]:9", 4713)]);
    }

    #[test]
    fn our_own_listener_is_found_with_our_name() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let on = listener.local_addr().unwrap();
        let holder = holder(Transport::Tcp, on).unwrap();
        assert!(holder.ends_with(&format!("(process {})", std::process::id())), "{holder}");
        assert!(listening().unwrap().iter().any(|row| row.address == on));
    }
}
