//! What a large network costs before anybody speaks: memory and time to build.

use std::time::Instant;

use lanternet_core::{Context, Device, Frame, LinkSettings, PortId, Simulation};
use lanternet_net::l2::{Switch, SwitchConfig};

use crate::measure::resident;

/// A switch of this many ports for as many stations.
const STAR: u32 = 32;

/// A device without state: what is measured is what the engine keeps for a node.
struct Silent;

impl Device for Silent {
    fn handle_frame(&mut self, _: &mut Context<'_>, _: PortId, _: Frame) {}
}

pub(crate) fn run() {
    println!("\nsilent nodes, each with a name, a port and a cable to a switch of {STAR} ports");
    for nodes in [10_000, 100_000, 1_000_000] {
        let (before, start) = (resident(), Instant::now());
        let sim = build(nodes);
        let (after, took) = (resident(), start.elapsed());
        let bytes = match (before, after) {
            (Some(before), Some(after)) => {
                format!("{:>5} bytes each", after.saturating_sub(before) / u64::from(nodes))
            }
            _ => "memory not told by this system".to_owned(),
        };
        println!(
            "  {nodes:>9} nodes {bytes}, built in {:.3} s ({:.2} M/s)",
            took.as_secs_f64(),
            f64::from(nodes) / took.as_secs_f64() / 1e6
        );
        drop(sim);
    }
}

fn build(nodes: u32) -> Simulation {
    let mut sim = Simulation::new(1);
    let mut switch = None;
    for number in 0..nodes {
        let switch = match switch {
            Some(switch) if number % STAR != 0 => switch,
            _ => {
                let config = SwitchConfig::with_ports(STAR as u16);
                *switch.insert(sim.add_node(&format!("sw-{number}"), Switch::new(config)))
            }
        };
        let port = sim.add_port(switch, &(number % STAR + 1).to_string());
        let node = sim.add_node(&format!("h{number}"), Silent);
        let interface = sim.add_port(node, "eth0");
        let settings = LinkSettings::preset("lan").unwrap_or_default();
        sim.add_link([port, interface], [settings.clone(), settings]);
    }
    sim
}
