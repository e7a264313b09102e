//! A cable of a lab: pulled, held, changed while the network runs.

use std::str::FromStr;

use lanternet_core::{Duration, LinkId, LinkSettings, PortRef};
use lanternet_lab::{Rate, Share};

use super::lab::{Lab, listed};

/// A cable of a [`Lab`].
pub struct Cable<'a> {
    lab: &'a mut Lab,
    link: LinkId,
    /// The end that was named first comes first.
    ends: [PortRef; 2],
    one_way: bool,
}

impl<'a> Cable<'a> {
    #[track_caller]
    pub(super) fn find(lab: &'a mut Lab, a: &str, b: &str) -> Self {
        let topology = lab.network.sim.topology();
        let is = |end: PortRef, name: &str| {
            let node = topology.node_name(end.node);
            match name.split_once(':') {
                None => node == name,
                Some((of, port)) => node == of && topology.port_name(end) == port,
            }
        };
        let ends = |[first, second]: [PortRef; 2]| match () {
            () if is(first, a) && is(second, b) => Some([first, second]),
            () if is(first, b) && is(second, a) => Some([second, first]),
            () => None,
        };
        let all = topology.links().map(|link| (link, topology.ends(link)));
        let found: Vec<_> = all.filter_map(|(link, both)| Some((link, ends(both)?))).collect();
        let name = |[first, second]: [PortRef; 2]| {
            let end = |end: PortRef| {
                format!("{}:{}", topology.node_name(end.node), topology.port_name(end))
            };
            format!("{} -- {}", end(first), end(second))
        };
        match found[..] {
            [(link, ends)] => Self { lab, link, ends, one_way: false },
            [] => {
                let all: Vec<_> = topology.links().map(|link| name(topology.ends(link))).collect();
                let all = listed(all.iter().map(String::as_str));
                panic!("no cable is between `{a}` and `{b}`; the cables are {all}");
            }
            _ => {
                let some: Vec<_> = found.iter().map(|(_, ends)| name(*ends)).collect();
                let some = listed(some.iter().map(String::as_str));
                panic!("several cables are between `{a}` and `{b}`: name the ends of one, {some}");
            }
        }
    }

    /// What is changed from now on is changed only for frames from the node that was named first.
    #[must_use]
    pub fn one_way(self) -> Self {
        Self { one_way: true, ..self }
    }

    /// Pulls it out. What is on it is lost, and both ends notice at once.
    pub fn pull(self) {
        self.lab.network.sim.set_link_up(self.link, false);
    }

    /// Plugs it in again.
    pub fn plug(self) {
        self.lab.network.sim.set_link_up(self.link, true);
    }

    /// Whether it is plugged in.
    pub fn is_plugged(&self) -> bool {
        self.lab.network.sim.link_is_up(self.link)
    }

    /// Lets all frames on it wait, in both directions, until [`release`](Self::release). Its ends
    /// notice nothing but silence.
    pub fn hold(self) {
        self.lab.network.sim.hold_link(self.link);
    }

    /// Lets go what [`hold`](Self::hold) has kept: it arrives now, in the order in which it was sent.
    pub fn release(self) {
        self.lab.network.sim.release_link(self.link);
    }

    /// Loses this share of the frames from now on, written as in a lab file: `5%`.
    ///
    /// # Panics
    /// When the text is no share.
    #[track_caller]
    pub fn loss(self, share: &str) -> Self {
        let share: Share = read("loss", share);
        self.change(|settings| settings.loss = share.parts_per_million())
    }

    /// Takes so long from now on, written as in a lab file: `20ms`.
    ///
    /// # Panics
    /// When the text is no time.
    #[track_caller]
    pub fn delay(self, time: &str) -> Self {
        let time: Duration = read("delay", time);
        self.change(|settings| settings.delay = time)
    }

    /// Carries so much from now on, written as in a lab file: `10 Mbit`.
    ///
    /// # Panics
    /// When the text is no rate.
    #[track_caller]
    pub fn rate(self, rate: &str) -> Self {
        let rate: Rate = read("rate", rate);
        self.change(|settings| settings.rate = Some(rate.bits_per_second()))
    }

    /// Changes any of its settings, for frames sent from now on.
    pub fn change(self, change: impl Fn(&mut LinkSettings)) -> Self {
        let sim = &mut self.lab.network.sim;
        let ends = if self.one_way { &self.ends[..1] } else { &self.ends };
        for &from in ends {
            if let Some(mut settings) = sim.link_settings(from).cloned() {
                change(&mut settings);
                sim.set_link_settings(from, settings);
            }
        }
        self
    }
}

#[track_caller]
fn read<T: FromStr<Err: std::fmt::Display>>(what: &str, text: &str) -> T {
    match text.parse() {
        Ok(value) => value,
        Err(error) => panic!("`{text}` is no {what}: {error}"),
    }
}
