//! `lanternet show`.

use std::io::Write;

use clap::ValueEnum;
use lanternet_core::{Duration, Instant, NodeId};
use lanternet_explain::{Explained, args, tables};
use lanternet_lab::{Network, Start};
use lanternet_net::host::Host;
use lanternet_net::l2::Switch;

use super::Context;
use crate::failure::{Failure, Status};
use crate::lab_file::{LabFile, hint};

/// Show a node's tables after a run, as Linux's tools print them
///
/// mac like `bridge fdb`, arp like `ip neigh`, routes like `ip route`, sockets like `ss -tuan`,
/// leases like the files of dnsmasq and dhclient.
/// Without a table, all that the node has.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lanternet show labs/dorm.yaml sw mac
  lanternet show labs/two-dorms.yaml a1 arp --at 2s")]
pub(crate) struct Args {
    #[command(flatten)]
    lab: LabFile,

    /// Node of the lab
    node: String,

    /// Which table
    #[arg(value_enum)]
    table: Option<Table>,

    /// At this time of the run instead of its end, such as 1.5s
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Table {
    /// Which station is behind which port of a switch
    Mac,
    /// Which hardware address has which neighbour
    Arp,
    /// Which way leads where
    Routes,
    /// Which ports are open, and the connections
    Sockets,
    /// Which addresses are on loan: what a DHCP server has lent, or what a client has
    Leases,
}

pub(super) fn run(args: &Args, context: &Context, out: &mut dyn Write) -> Result<Status, Failure> {
    let (lab, warnings) = args.lab.load(context)?;
    hint(&warnings, &args.lab, &context.catalogue);
    let node = super::find_node(&lab, &args.node, context)?;
    let mut network = Network::build(&lab);
    network.start(&lab, Start::All);
    match args.at {
        Some(at) => network.sim.run_until(Instant::ZERO + at),
        None => {
            network.run(Network::limits(&lab));
        }
    }
    let node = NodeId::from(node);
    let tables = match args.table {
        Some(table) => vec![table],
        None => Table::value_variants().to_vec(),
    };
    let shown: Vec<(Table, String)> = tables
        .into_iter()
        .filter_map(|table| Some((table, show(&network, node, table)?)))
        .collect();
    let several = shown.len() > 1;
    for (number, (table, text)) in shown.iter().enumerate() {
        if several {
            let gap = if number == 0 { "" } else { "\n" };
            writeln!(out, "{gap}# {}", title(*table))?;
        }
        out.write_all(text.as_bytes())?;
    }
    if shown.is_empty() {
        let message = match args.table {
            Some(table) => {
                let (node, table) = (&args.node, title(table));
                context.catalogue.text("command-no-such-table", &args!(node, table))
            }
            None => context.catalogue.text("command-no-tables", &args!(node = &args.node)),
        };
        return Err(Failure::BadInput(Explained { message, help: None }));
    }
    Ok(Status::Fine)
}

fn title(table: Table) -> &'static str {
    match table {
        Table::Mac => "mac",
        Table::Arp => "arp",
        Table::Routes => "routes",
        Table::Sockets => "sockets",
        Table::Leases => "leases",
    }
}

/// The table, or `None` where such a node has none.
fn show(network: &Network, node: NodeId, table: Table) -> Option<String> {
    let (sim, topology) = (&network.sim, network.sim.topology());
    if table == Table::Mac {
        let rows = sim.device::<Switch>(node)?.mac_table().rows(sim.now());
        return Some(tables::mac_table(topology, node, &rows));
    }
    let host = sim.device::<Host>(node)?;
    if table == Table::Leases {
        let (clients, leases) = (host.dhcp_clients(), host.leases());
        if clients.is_empty() && !host.lends() {
            return None;
        }
        let mut text = String::new();
        if host.lends() {
            text.push_str(&tables::leases(&leases));
        }
        text.push_str(&tables::clients(topology, node, &clients));
        return Some(text);
    }
    Some(match table {
        Table::Sockets => tables::sockets(&host.sockets()),
        Table::Routes => host.with_l3(|l3| {
            let addresses: Vec<_> = l3.addresses().collect();
            tables::routes(topology, node, l3.routes(), &addresses)
        }),
        _ => host.with_l3(|l3| tables::neighbors(topology, node, l3.neighbors(sim.now()))),
    })
}
