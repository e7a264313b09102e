//! What a large network costs before anybody speaks: memory and time to build.

use std::time::Instant;

use lanternet_core::{Context, Device, Frame, LinkSettings, PortId, Simulation};
use lanternet_net::l2::{Switch, SwitchConfig};

use crate::measure::resident;

/// Enough that the memory of the process itself does not count.
const NODES: u32 = 1_000_000;

/// A switch of this many ports for as many stations.
const STAR: u32 = 32;

/// A device without state: what is measured is what the engine keeps for a node.
struct Silent;

impl Device for Silent {
    fn handle_frame(&mut self, _: &mut Context<'_>, _: PortId, _: Frame) {}
}

pub(crate) fn run() {
    println!(
        "\n{NODES} silent nodes, each with a name, a port, and a cable to a switch for {STAR}"
    );
    let (before, start) = (resident(), Instant::now());
    let sim = build();
    let (after, took) = (resident(), start.elapsed().as_secs_f64());
    match (before, after) {
        (Some(before), Some(after)) => {
            let each = after.saturating_sub(before) / u64::from(NODES);
            println!("  memory, cable and share of the switch included  {each} bytes each");
        }
        _ => println!("  memory: this system does not tell"),
    }
    println!("  built in {took:.2} s, {:.2} M nodes/s", f64::from(NODES) / took / 1e6);
    drop(sim);
}

fn build() -> Simulation {
    let mut sim = Simulation::new(1);
    let mut switch = None;
    for number in 0..NODES {
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
