//! Frames through one switch: injected, over a cable, through the switch, over a cable, drained.

use lanternet_core::{Duration, Instant, Limits, LinkSettings, MacAddr, PortRef, Simulation, Stop};
use lanternet_net::l2::{BridgeConfig, Switch};

use crate::measure::Table;

/// How many frames each station sends before the network comes to rest.
const BURST: usize = 16;
const NO_LIMITS: Limits = Limits { until: Instant::MAX, events: u64::MAX };

pub(crate) fn run() {
    let title = "one switch, 60-byte frames, links of 1 Gbit/s and 5 µs";
    let mut table = Table::new(title, "frames");
    let (unicast, broadcast) = (Traffic::Unicast, Traffic::Broadcast);
    table.row("one cable, no switch (baseline)", Bench::cable().work(unicast));
    for ports in [2, 8, 64] {
        let name = format!("{ports} ports, learned unicast");
        table.row(name, Bench::star(ports, lan(), 60).work(unicast));
    }
    for ports in [2, 8, 64] {
        let name = format!("{ports} ports, flooded, counted as they arrive");
        table.row(name, Bench::star(ports, lan(), 60).work(broadcast));
    }
    let perfect = Bench::star(8, LinkSettings::default(), 60);
    table.row("8 ports, learned unicast, perfect cables", perfect.work(unicast));
    let long = Bench::star(8, lan(), 1514);
    table.row("8 ports, learned unicast, 1514-byte frames", long.work(unicast));
    table.print();
}

pub(crate) fn lan() -> LinkSettings {
    let (rate, delay) = (Some(1_000_000_000), Duration::from_micros(5));
    LinkSettings { rate, delay, ..LinkSettings::default() }
}

#[derive(Clone, Copy)]
pub(crate) enum Traffic {
    /// Each station to the next one.
    Unicast,
    /// Each station to all others.
    Broadcast,
}

pub(crate) struct Bench {
    pub(crate) sim: Simulation,
    stations: Vec<PortRef>,
    len: usize,
}

impl Bench {
    /// Two stations and a cable.
    fn cable() -> Self {
        let mut sim = Simulation::new(1);
        let stations = vec![sim.add_external("a"), sim.add_external("b")];
        sim.add_link([stations[0], stations[1]], [lan(), lan()]);
        Self { sim, stations, len: 60 }
    }

    /// So many stations around a switch that knows them all.
    pub(crate) fn star(ports: u16, settings: LinkSettings, len: usize) -> Self {
        let mut sim = Simulation::new(1);
        let switch = sim.add_node("switch", Switch::new(BridgeConfig::with_ports(ports)));
        let mut stations = Vec::new();
        for number in 0..ports {
            let port = sim.add_port(switch, &(number + 1).to_string());
            let station = sim.add_external(&format!("station {number}"));
            sim.add_link([port, station], [settings.clone(), settings.clone()]);
            stations.push(station);
        }
        let mut bench = Self { sim, stations, len };
        bench.burst(Traffic::Broadcast);
        bench
    }

    /// Bursts of this traffic, for a table.
    pub(crate) fn work(mut self, traffic: Traffic) -> impl FnMut() -> u64 {
        move || self.burst(traffic)
    }

    /// Every station sends [`BURST`] frames. How many frames arrived.
    fn burst(&mut self, traffic: Traffic) -> u64 {
        let count = self.stations.len();
        for _ in 0..BURST {
            for number in 0..count {
                let destination = match traffic {
                    Traffic::Unicast => mac((number + 1) % count),
                    Traffic::Broadcast => MacAddr::BROADCAST,
                };
                let mut frame = Vec::with_capacity(self.len);
                frame.extend_from_slice(&destination.0);
                frame.extend_from_slice(&mac(number).0);
                frame.extend_from_slice(&[0x08, 0x00]);
                frame.resize(self.len, 0);
                self.sim.inject(self.stations[number], frame);
            }
        }
        let stop = self.sim.run_until_idle(NO_LIMITS);
        assert_eq!(stop, Stop::Idle);
        let arrived: usize = self.stations.iter().map(|at| self.sim.drain(*at).len()).sum();
        let copies = match traffic {
            Traffic::Unicast => 1,
            Traffic::Broadcast => count - 1,
        };
        assert_eq!(arrived, BURST * count * copies, "what is measured is what should happen");
        arrived as u64
    }
}

fn mac(number: usize) -> MacAddr {
    let [.., a, b] = number.to_be_bytes();
    MacAddr([0x02, 0, 0, 0, a, b])
}
