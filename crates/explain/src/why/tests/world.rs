//! A lab, built and asked.

use lanternet_core::{NodeId, Recorder, Topology};
use lanternet_lab::{
    Lab, Network, NodeIndex, ProbeOutcome, ProbeReport, Service, Start, Target, Transport,
};

use super::super::network::Network as Labelled;

/// A lab that runs, with its servers.
pub(super) struct World {
    pub(super) lab: Lab,
    pub(super) network: Network,
}

impl World {
    /// Builds a lab. One with warnings is fine: most are broken on purpose.
    pub(super) fn new(text: &str) -> Self {
        let (lab, _) = lanternet_lab::parse(text, "test.yaml").expect("the lab has no errors");
        let mut network = Network::build(&lab);
        network.start(&lab, Start::Servers);
        network.run(Network::limits(&lab));
        Self { lab, network }
    }

    /// One of the labs of the repository.
    pub(super) fn file(name: &str) -> Self {
        Self::new(&Self::text(name))
    }

    /// The same after all its programs have run.
    pub(super) fn after_run(name: &str) -> Self {
        let (lab, _) = lanternet_lab::parse(&Self::text(name), "test.yaml").expect("no errors");
        let mut network = Network::build(&lab);
        network.start(&lab, Start::All);
        network.run(Network::limits(&lab));
        Self { lab, network }
    }

    /// The text of a lab of the repository.
    pub(super) fn text(name: &str) -> String {
        let path = format!("{}/../../labs/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).expect("the lab is there")
    }

    pub(super) fn topology(&self) -> &Topology {
        self.network.sim.topology()
    }

    pub(super) fn index(&self, name: &str) -> NodeIndex {
        self.lab.find(name).expect("a node of the lab")
    }

    pub(super) fn node(&self, name: &str) -> NodeId {
        self.index(name).into()
    }

    /// Sends an echo request to a node, an address or a name.
    pub(super) fn ping(&mut self, from: &str, to: &str) -> ProbeReport {
        self.probe(from, to, None)
    }

    pub(super) fn tcp(&mut self, from: &str, to: &str, port: u16) -> ProbeReport {
        self.probe(from, to, Some(Service { port, transport: Transport::Tcp }))
    }

    pub(super) fn udp(&mut self, from: &str, to: &str, port: u16) -> ProbeReport {
        self.probe(from, to, Some(Service { port, transport: Transport::Udp }))
    }

    fn probe(&mut self, from: &str, to: &str, service: Option<Service>) -> ProbeReport {
        let target = match (self.lab.find(to), to.parse()) {
            (Some(node), _) => Target::Node(node),
            (None, Ok(address)) => Target::Address(address),
            (None, Err(_)) => Target::Name(to.parse().expect("a name")),
        };
        let from = self.index(from);
        self.network.probe(&self.lab, from, &target, service, 1)
    }

    /// Runs the lab's programs and takes all that happens for one probe, which so may have any size.
    pub(super) fn programs(
        text: &str,
        from: &str,
        to: &str,
        outcome: ProbeOutcome,
    ) -> (Self, ProbeReport) {
        let (lab, _) = lanternet_lab::parse(text, "test.yaml").expect("the lab has no errors");
        let mut network = Network::build(&lab);
        let recorder = Recorder::default();
        let started = network.sim.now();
        network.sim.observe(recorder.clone());
        network.start(&lab, Start::All);
        network.run(Network::limits(&lab));
        let world = Self { lab, network };
        let (from, to) = (world.node(from), world.node(to));
        let address = Labelled::new(&world.lab).addresses(to).next().map(|own| own.net.addr());
        let (to, service, records) = (Some(to), None, recorder.take());
        let naming = Vec::new();
        (
            world,
            ProbeReport {
                from,
                to,
                address,
                service,
                started,
                outcome,
                naming,
                records,
                leased: None,
            },
        )
    }
}
