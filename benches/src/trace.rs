//! What reasons cost: nobody listens, an observer that does nothing, and the digest that a user's
//! run prints in the end.

use std::hint::black_box;

use lanternet_core::{Record, Simulation, Topology};
use lanternet_explain::Digest;

use crate::measure::Table;
use crate::switch::{Bench, Traffic, lan};
use crate::tcp::Flow;

/// Who listens.
type Listener = (&'static str, fn(&mut Simulation));

const LISTENERS: [Listener; 3] = [
    ("nobody (baseline)", |_| ()),
    ("an observer that does nothing", |sim| {
        sim.observe(|_: &Topology, record: &Record| {
            black_box(record);
        });
    }),
    ("the digest of a run", |sim| {
        sim.observe(Digest::default());
    }),
];

pub(crate) fn run() {
    for (traffic, name) in [(Traffic::Unicast, "learned unicast"), (Traffic::Broadcast, "flooded")]
    {
        let title = format!("who listens: switch of 8 ports, {name}");
        let mut table = Table::new(title, "frames");
        for (name, listen) in LISTENERS {
            let mut bench = Bench::star(8, lan(), 60);
            listen(&mut bench.sim);
            table.row(name, bench.work(traffic));
        }
        table.print();
    }
    let mut table = Table::new("who listens: one TCP flow at 10 Gbit/s", "bit");
    for (name, listen) in LISTENERS {
        let mut flow = Flow::new(10);
        listen(&mut flow.sim);
        table.row(name, flow.work());
    }
    table.print();
}
