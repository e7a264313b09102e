//! The labs that ship with the project, and labs as text, run through the library.
//!
//! [`for_each_lab!`](crate::for_each_lab) makes one test per lab, so that a failure names the lab.
//! The list in it is held against the folder by a test of this module: a new lab without tests fails.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lanternet_core::{Limits, NodeId, Record, Recorder};
use lanternet_explain::{Catalogue, Locale, json_line, verdict};
use lanternet_lab::{Lab, Network, RunEnd, Start};

/// Makes one test per lab: `for_each_lab!(check)` calls `check("cable")`, `check("broken/no-gateway")`
/// and so on, each in a test of the lab's name.
#[macro_export]
macro_rules! for_each_lab {
    ($check:path) => {
        $crate::for_each_lab! { $check;
            assistant "assistant"
            backlog "backlog"
            broadcast "broadcast"
            cable "cable"
            chat "chat"
            course "course"
            dhcp "dhcp"
            dns_hierarchy "dns-hierarchy"
            dorm "dorm"
            dual_stack "dual-stack"
            firewall "firewall"
            home "home"
            hub "hub"
            internet "internet"
            triangle "loop"
            loopback "loopback"
            lossy "lossy"
            multicast "multicast"
            nat "nat"
            office "office"
            reuse "reuse"
            sites "sites"
            sticky "sticky"
            three_routers "three-routers"
            two_dorms "two-dorms"
            two_dorms_l3 "two-dorms-l3"
            vlan_trunk "vlan-trunk"
            broken_address_in_use "broken/address-in-use"
            broken_cable_pulled "broken/cable-pulled"
            broken_dhcp_pool_exhausted "broken/dhcp-pool-exhausted"
            broken_dns_loop "broken/dns-loop"
            broken_duplicate_address "broken/duplicate-address"
            broken_gateway_off_segment "broken/gateway-off-segment"
            broken_lame_delegation "broken/lame-delegation"
            broken_moved_station "broken/moved-station"
            broken_mtu_black_hole "broken/mtu-black-hole"
            broken_nat_without_forward "broken/nat-without-forward"
            broken_native_mismatch "broken/native-mismatch"
            broken_no_default_route_back "broken/no-default-route-back"
            broken_no_gateway "broken/no-gateway"
            broken_no_name_server "broken/no-name-server"
            broken_no_way_back "broken/no-way-back"
            broken_other_network "broken/other-network"
            broken_routing_loop "broken/routing-loop"
            broken_stale_arp "broken/stale-arp"
            broken_storm "broken/storm"
            broken_trunk_lacks_vlan "broken/trunk-lacks-vlan"
            broken_wrong_gateway "broken/wrong-gateway"
            broken_wrong_mask "broken/wrong-mask"
            broken_wrong_port "broken/wrong-port"
            broken_wrong_vlan "broken/wrong-vlan"
        }
    };
    ($check:path; $($test:ident $lab:literal)*) => {
        $(
            #[test]
            fn $test() {
                $check($lab)
            }
        )*

        #[test]
        fn every_lab_of_the_folder_has_its_test() {
            assert_eq!($crate::labs::names_in_folder(), [$($lab),*]);
        }
    };
}

/// The file of a lab: `cable`, `broken/no-gateway`.
pub fn file(name: &str) -> PathBuf {
    folder().join(format!("{name}.yaml"))
}

/// The text of a lab.
///
/// # Panics
/// When there is no such lab.
#[track_caller]
pub fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The names of all labs, in the order of their names, the broken ones last.
///
/// # Panics
/// When the folder cannot be read.
#[track_caller]
pub fn names_in_folder() -> Vec<String> {
    let mut all = Vec::new();
    for (folder, prefix) in [(folder(), ""), (folder().join("broken"), "broken/")] {
        let entries = std::fs::read_dir(folder).expect("the folder of the labs");
        let paths = entries.map(|entry| entry.expect("an entry of the folder").path());
        let labs = paths.filter(|path| path.extension().is_some_and(|ending| ending == "yaml"));
        let mut names: Vec<_> = labs
            .filter_map(|path| Some(format!("{prefix}{}", path.file_stem()?.to_str()?)))
            .collect();
        names.sort();
        all.extend(names);
    }
    all
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../labs")
}

/// A lab that has run to its end.
pub struct Run {
    /// The lab.
    pub lab: Lab,
    /// The network as it is now.
    pub network: Network,
    /// How the run ended.
    pub end: RunEnd,
    /// Everything that happened until then.
    pub records: Vec<Record>,
}

impl Run {
    /// Reads a lab, which must have no errors, and runs it to its end.
    ///
    /// # Panics
    /// When the lab has errors; the message has them.
    #[track_caller]
    pub fn of(text: &str) -> Self {
        let lab = parse(text);
        let limits = Network::limits(&lab);
        Self::within(lab, limits)
    }

    /// Runs a lab until its end or a limit.
    pub fn within(lab: Lab, limits: Limits) -> Self {
        let mut network = Network::build(&lab);
        let recorder = Recorder::default();
        let observer = network.sim.observe(recorder.clone());
        network.start(&lab, Start::All);
        let end = network.run(limits);
        network.sim.unobserve(observer);
        Self { lab, network, end, records: recorder.take() }
    }

    /// Judges all expectations in their order and returns those that did not hold, each as it is
    /// written in the lab, with what was found instead.
    pub fn failed_expectations(&mut self) -> BTreeMap<String, String> {
        let catalogue = Catalogue::new(Locale::En);
        let mut failed = BTreeMap::new();
        for expectation in &self.lab.expectations {
            let verdict = self.network.judge(&self.lab, expectation);
            if !verdict.held {
                let topology = self.network.sim.topology();
                let reason = verdict::reason(&catalogue, &self.lab, topology, &verdict);
                failed.insert(expectation.text.value.clone(), reason.unwrap_or_default());
            }
        }
        failed
    }

    /// What happened at each node and on the cables away from it, as lines of the JSON trace, which
    /// has names and no numbers of nodes: what two networks can be compared by.
    pub fn lines_by_node(&self) -> BTreeMap<String, Vec<String>> {
        let catalogue = Catalogue::new(Locale::En);
        let topology = self.network.sim.topology();
        let mut by_node: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for record in &self.records {
            let node = topology.node_name(record.place.node()).to_owned();
            by_node.entry(node).or_default().push(json_line(&catalogue, topology, record));
        }
        by_node
    }

    /// The node of this name.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn node(&self, name: &str) -> NodeId {
        self.network.sim.topology().find_node(name).unwrap_or_else(|| panic!("no node {name}"))
    }
}

/// Reads a lab that must have no errors; it may have warnings.
///
/// # Panics
/// When it has errors; the message has them and the lab.
#[track_caller]
pub fn parse(text: &str) -> Lab {
    match lanternet_lab::parse(text, "test.yaml") {
        Ok((lab, _)) => lab,
        Err(diagnostics) => panic!("{}\n{text}", diagnostics.plain()),
    }
}
