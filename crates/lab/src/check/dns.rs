//! Names: whom hosts ask, and whether somebody answers there.

use lanternet_apps::Command;

use super::segments::Segments;
use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{Lab, NodeIndex};
use crate::names::some_of;

/// Name servers that nobody is, and that answer nothing.
pub(super) fn servers(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for (_, node, station) in lab.stations() {
        for server in &station.dns {
            let address = server.value;
            let owner = match address.is_loopback() {
                true => lab.find(node.name.as_str()),
                false => segments.owner_anywhere(address),
            };
            let Some(owner) = owner else {
                out.push(
                    Diagnostic::new(
                        Code::DnsServerUnowned,
                        format!("`{}` asks `{address}` for names, but nobody has it", node.name),
                        server.span,
                        "no interface has this address",
                    )
                    .help(match name_servers(lab) {
                        servers if servers.is_empty() => {
                            "write the address of a node that runs `serve dns`".to_owned()
                        }
                        servers => {
                            let servers = some_of(servers.iter().map(String::as_str));
                            format!("the addresses of name servers are {servers}")
                        }
                    }),
                );
                continue;
            };
            if !serves_names(lab, owner) {
                let name = &lab.node(owner).name;
                out.push(
                    Diagnostic::new(
                        Code::DnsServerSilent,
                        format!(
                            "`{}` asks `{address}` for names, but `{name}` runs no name server",
                            node.name
                        ),
                        server.span,
                        format!("the address of `{name}`"),
                    )
                    .help(format!("add `{{ on: {name}, run: serve dns ... }}` under `programs:`")),
                );
            }
        }
    }
}

/// Whether a node answers questions for names.
fn serves_names(lab: &Lab, node: NodeIndex) -> bool {
    lab.programs.iter().any(|program| program.on == node && is_server(&program.command))
}

fn is_server(command: &Command) -> bool {
    command.name() == "serve dns"
}

/// The addresses of nodes that do.
fn name_servers(lab: &Lab) -> Vec<String> {
    let servers = lab.stations().filter(|(index, ..)| serves_names(lab, *index));
    let addresses =
        servers.filter_map(|(index, ..)| lab.address_of(index).map(|address| address.to_string()));
    addresses.collect()
}
