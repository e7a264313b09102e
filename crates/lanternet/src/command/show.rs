//! `lanternet show`.

use std::io::Write;

use clap::ValueEnum;
use lanternet_core::{Duration, Instant, NodeId};
use lanternet_explain::{Explained, args, tables};
use lanternet_lab::{Lab, Network, Start};
use lanternet_net::host::Host;
use lanternet_net::l2::{Bridge, Switch};

use super::Context;
use crate::failure::{Failure, Status};
use crate::lab_file::{LabFile, hint};

/// Show a node's tables after a run, as Linux's tools print them
///
/// mac like `bridge fdb`, vlan like `bridge vlan`, stp like `mstpctl showport`, groups like `bridge
/// mdb`, arp like `ip neigh`, routes like `ip route`, sockets like `ss -tuan`, nat like `conntrack -L`,
/// firewall like `iptables -L -v`, dns like resolv.conf, a hosts file, and master files, leases like the
/// files of dnsmasq and dhclient.
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
    /// Which port is in which VLAN
    Vlan,
    /// Which hardware address has which neighbour
    Arp,
    /// Which way leads where
    Routes,
    /// Which ports are open, and the connections
    Sockets,
    /// Which addresses are on loan: what a DHCP server has lent, or what a client has
    Leases,
    /// Name servers, own names, what was learned of names; of a name server its zones
    Dns,
    /// What the spanning tree has made of a switch's ports
    Stp,
    /// Who takes part in which multicast group
    Groups,
    /// Which inside end is which outside end, and the flows
    Nat,
    /// Which rule decided how often
    Firewall,
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
        .filter_map(|table| Some((table, show(&lab, &network, node, table)?)))
        // Nobody who asked for everything wants to read that there is nothing about names.
        .filter(|(table, text)| args.table.is_some() || *table != Table::Dns || !text.is_empty())
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
        Table::Vlan => "vlan",
        Table::Arp => "arp",
        Table::Routes => "routes",
        Table::Sockets => "sockets",
        Table::Leases => "leases",
        Table::Dns => "dns",
        Table::Stp => "stp",
        Table::Groups => "groups",
        Table::Nat => "nat",
        Table::Firewall => "firewall",
    }
}

/// The table, or `None` where such a node has none.
fn show(lab: &Lab, network: &Network, node: NodeId, table: Table) -> Option<String> {
    let (sim, topology) = (&network.sim, network.sim.topology());
    if table == Table::Groups
        && let Some(host) = sim.device::<Host>(node)
    {
        let heard = host.with_l3(|l3| of_bridge(lab, network, node, l3.bridge()?, table));
        let joined = host.with_l3(|l3| tables::joined_groups(topology, node, &l3.groups()));
        return (heard.is_some() || !joined.is_empty())
            .then(|| heard.unwrap_or_default() + &joined);
    }
    if let Table::Mac | Table::Vlan | Table::Stp | Table::Groups = table {
        return match sim.device::<Switch>(node) {
            Some(switch) => of_bridge(lab, network, node, switch.bridge(), table),
            None => sim
                .device::<Host>(node)?
                .with_l3(|l3| of_bridge(lab, network, node, l3.bridge()?, table)),
        };
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
        Table::Dns => tables::names(host, sim.now()),
        Table::Nat => host.with_l3(|l3| tables::nat(topology, node, l3.gate()?, sim.now()))?,
        Table::Firewall => host.with_l3(|l3| tables::firewall(l3.gate()?))?,
        Table::Routes => host.with_l3(|l3| {
            let addresses: Vec<_> = l3.addresses().collect();
            tables::routes(topology, node, l3.routes(), &addresses)
        }),
        _ => host.with_l3(|l3| tables::neighbors(topology, node, l3.neighbors(sim.now()))),
    })
}

/// A table of a switch, or of the switch inside a node.
fn of_bridge(
    lab: &Lab,
    network: &Network,
    node: NodeId,
    bridge: &Bridge,
    table: Table,
) -> Option<String> {
    let (topology, now) = (network.sim.topology(), network.sim.now());
    match table {
        Table::Vlan => {
            let vlans = lab.nodes.get(node.0 as usize)?.kind.switch()?.vlans.as_ref()?;
            let name = |vlan| vlans.name(vlan).map(str::to_owned);
            tables::vlans(topology, node, bridge, name)
        }
        Table::Groups => Some(tables::group_table(topology, node, &bridge.groups(now)?)),
        Table::Stp => {
            let stp = bridge.spanning_tree()?;
            Some(tables::spanning_tree(topology, node, &stp.summary(), &stp.rows()))
        }
        _ => Some(tables::mac_table(topology, node, &bridge.mac_table().rows(now))),
    }
}
