//! Which ports of this host somebody listens on.

use lanternet_net::services::Transport;

use crate::console::Console;
use crate::sockets::{Listening, Sockets};

/// Prints them. `[tcp, udp]` says which, once `chosen`; else both.
pub(super) fn print<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    protocols: [bool; 2],
    chosen: bool,
) -> Result<(), String> {
    let [tcp, udp] = if chosen { protocols } else { [true; 2] };
    let rows = sockets.listening().map_err(|_| {
        "this system does not tell which ports are open without privileges; name the ports to open"
            .to_owned()
    })?;
    let wanted = |row: &Listening| match row.over {
        Transport::Tcp => tcp,
        _ => udp,
    };
    let rows: Vec<_> = rows.into_iter().filter(wanted).collect();
    if rows.is_empty() {
        console.print_line("nobody listens on this host");
        return Ok(());
    }
    console.print_line("PROTOCOL  ADDRESS                   SERVICE          PROGRAM");
    for Listening { over, address, program } in rows {
        let service = sockets.service_name(address.port(), over).unwrap_or_default();
        let (over, address) = (over.name(), address.to_string());
        let program = program.unwrap_or_default();
        let row = format!("{over:<9} {address:<25} {service:<16} {program}");
        console.print_line(row.trim_end());
    }
    Ok(())
}
