//! The digest in words.

use std::net::{IpAddr, SocketAddr};

use lanternet_core::{NodeId, Topology};

use super::connection::{Connection, Fate};
use super::{Asking, Datagrams, Flow, Tally};
use crate::args;
use crate::columns::table;
use crate::locale::Catalogue;
use crate::narrate::icmp;

/// Rows of one kind shown at the most; the rest is counted.
const LIMIT: usize = 20;
/// Nodes named in one row at the most.
const NAMES: usize = 5;

impl Tally {
    /// What the network did, in lines that line up, indented by two. Says only what happened.
    pub fn render(&self, catalogue: &Catalogue, topology: &Topology) -> String {
        let mut sheet = Sheet { catalogue, topology, tally: self, rows: Vec::new() };
        sheet.frames();
        sheet.drops();
        sheet.asking("digest-arp", self.arp);
        sheet.asking("digest-discovery", self.discovery);
        sheet.icmp();
        sheet.connections();
        sheet.names_asked();
        sheet.datagrams();
        table(2, &sheet.rows)
    }
}

struct Sheet<'a> {
    catalogue: &'a Catalogue,
    topology: &'a Topology,
    tally: &'a Tally,
    rows: Vec<[String; 2]>,
}

impl Sheet<'_> {
    /// Adds rows under one label, which only the first of them shows.
    fn section(&mut self, label: &str, lines: impl IntoIterator<Item = String>) {
        let mut label = self.catalogue.phrase(label);
        for line in lines {
            self.rows.push([std::mem::take(&mut label), line]);
        }
    }

    /// `3 broadcast, 1 unknown`: those counts that are not zero.
    fn counts(&self, counts: &[(u64, &str)]) -> String {
        let parts = counts.iter().filter(|(count, _)| *count > 0);
        let parts = parts.map(|(count, id)| self.catalogue.text(id, &args!(count count = *count)));
        parts.collect::<Vec<_>>().join(&self.catalogue.phrase("list-separator"))
    }

    fn frames(&mut self) {
        let tally = self.tally;
        let (count, bytes) = (tally.frames, tally.bytes);
        let text = self.catalogue.text("digest-frames-sent", &args!(count count, count bytes));
        self.section("digest-frames", [text]);
        let floods = tally.flooded_unknown + tally.flooded_broadcast + tally.flooded_multicast;
        if floods + tally.forwarded + tally.repeated + tally.routed > 0 {
            let text = self.counts(&[
                (tally.repeated, "digest-repeated"),
                (tally.forwarded, "digest-forwarded"),
                (tally.routed, "digest-routed"),
                (tally.fragmented, "digest-fragmented"),
            ]);
            self.section("digest-passed-on", Some(text).filter(|text| !text.is_empty()));
        }
        if floods > 0 {
            let text = self.counts(&[
                (tally.flooded_broadcast, "digest-flooded-broadcast"),
                (tally.flooded_multicast, "digest-flooded-multicast"),
                (tally.flooded_unknown, "digest-flooded-unknown"),
            ]);
            self.section("digest-floods", [text]);
        }
        if tally.corrupted + tally.duplicated + tally.reordered > 0 {
            let text = self.counts(&[
                (tally.corrupted, "digest-corrupted"),
                (tally.duplicated, "digest-duplicated"),
                (tally.reordered, "digest-reordered"),
            ]);
            self.section("digest-impaired", [text]);
        }
    }

    fn drops(&mut self) {
        // The map is ordered by label, so the places of one label stand together.
        let mut reasons: Vec<(&str, u64, Vec<NodeId>)> = Vec::new();
        for ((label, node), count) in &self.tally.drops {
            match reasons.last_mut().filter(|(last, ..)| last == label) {
                Some((_, total, nodes)) => {
                    *total += count;
                    nodes.push(*node);
                }
                None => reasons.push((label, *count, vec![*node])),
            }
        }
        reasons.sort_by_key(|(_, total, _)| std::cmp::Reverse(*total));
        let lines: Vec<_> = reasons
            .into_iter()
            .map(|(label, count, nodes)| {
                let (why, at) = (self.catalogue.phrase(label), self.names(&nodes));
                self.catalogue.text("digest-dropped-why", &args!(count, why, at))
            })
            .collect();
        self.section("digest-dropped", lines);
    }

    /// Some nodes by name, the rest as a number.
    fn names(&self, nodes: &[NodeId]) -> String {
        let shown = nodes.iter().take(NAMES).map(|node| self.topology.node_name(*node));
        let shown = shown.collect::<Vec<_>>().join(&self.catalogue.phrase("list-separator"));
        match nodes.len().saturating_sub(NAMES) {
            0 => shown,
            more => self.catalogue.text("digest-and-others", &args!(shown, count more)),
        }
    }

    fn asking(&mut self, section: &str, asking: Asking) {
        let Asking { questions, answers, unanswered, conflicts } = asking;
        if questions + answers + conflicts > 0 {
            let text = self.counts(&[
                (questions, "digest-arp-questions"),
                (answers, "digest-arp-answers"),
                (unanswered, "digest-arp-unanswered"),
                (conflicts, "digest-arp-conflicts"),
            ]);
            self.section(section, [text]);
        }
    }

    fn icmp(&mut self) {
        let tally = self.tally;
        let mut lines = Vec::new();
        if tally.echo_requests + tally.echo_replies > 0 {
            lines.push(self.counts(&[
                (tally.echo_requests, "digest-echo-requests"),
                (tally.echo_replies, "digest-echo-replies"),
            ]));
        }
        for ((node, ..), (count, to, message)) in &tally.icmp_errors {
            let message = icmp::message_between(self.catalogue, *to, *message);
            let node = self.topology.node_name(*node);
            lines.push(self.catalogue.text("digest-icmp-error", &args!(count, node, message)));
        }
        let lines = self.limited(lines);
        self.section("digest-icmp", lines);
    }

    fn connections(&mut self) {
        let all = self.tally.connections.all();
        let rows: Vec<_> =
            all.iter().take(LIMIT).map(|connection| self.connection(connection)).collect();
        let lines = table(0, &rows);
        let more = self.more(all.len());
        self.section("digest-tcp", lines.lines().map(str::to_owned).chain(more));
    }

    /// Who, and what became of it.
    fn connection(&self, connection: &Connection<'_>) -> [String; 2] {
        let (opener, fate) = (connection.opener, connection.fate());
        let say = |id, args| self.catalogue.text(id, &args);
        let name = |node| self.topology.node_name(node);
        let who = format!("{} → {}", self.end(opener.local), self.end(opener.remote));
        let mut facts = Vec::new();
        if let Some(time) = connection.handshake() {
            facts.push(say("digest-handshake", args!(time)));
        }
        if !matches!(fate, Fate::Opening | Fate::Refused | Fate::Unanswered) {
            // What arrived at an end that is not seen is not known.
            let sent = connection.peer.map_or_else(|| "?".into(), |end| end.received.to_string());
            facts.push(say("digest-bytes", args!(sent, received = opener.received)));
        }
        facts.push(match fate {
            Fate::Opening => self.catalogue.phrase("digest-fate-opening"),
            Fate::Refused => self.catalogue.phrase("digest-fate-refused"),
            Fate::Unanswered => self.catalogue.phrase("digest-fate-unanswered"),
            Fate::Open => self.catalogue.phrase("digest-fate-open"),
            Fate::HalfClosed { by } => say("digest-fate-half-closed", args!(node = name(by))),
            Fate::Closed { by, within } => {
                say("digest-fate-closed", args!(node = name(by), time = within))
            }
            Fate::Reset { by } => say("digest-fate-reset", args!(node = name(by))),
            Fate::GivenUp { by } => say("digest-fate-given-up", args!(node = name(by))),
        });
        let count = connection.retransmissions();
        if count > 0 {
            facts.push(say("digest-retransmissions", args!(count count)));
        }
        [who, facts.join(&self.catalogue.phrase("digest-separator"))]
    }

    /// Who asked which server for names, and what did not take a question.
    fn names_asked(&mut self) {
        let tally = self.tally;
        let count = |[questions, answers]: [u64; 2]| {
            self.counts(&[(questions, "digest-dns-questions"), (answers, "digest-dns-answers")])
        };
        let rows: Vec<[String; 2]> = tally
            .questions
            .iter()
            .take(LIMIT)
            .map(|((client, server), counts)| {
                let who = format!("{} → {}", self.node(*client), self.node(server.ip()));
                [who, count(*counts)]
            })
            .collect();
        let mut lines: Vec<String> = table(0, &rows).lines().map(str::to_owned).collect();
        lines.extend(self.more(tally.questions.len()));
        let others = self.counts(&[
            (tally.cached_answers, "digest-dns-cached"),
            (tally.failed_lookups, "digest-dns-failed"),
        ]);
        lines.extend(Some(others).filter(|line| !line.is_empty()));
        self.section("digest-dns", lines);
    }

    /// `a1 192.168.10.1`, or the address alone where it is not known whose it is.
    fn node(&self, address: IpAddr) -> String {
        match self.tally.owners.get(&address) {
            Some(node) => format!("{} {address}", self.topology.node_name(*node)),
            None => address.to_string(),
        }
    }

    fn datagrams(&mut self) {
        let flows = &self.tally.flows;
        let count = |datagrams: &Datagrams| {
            let Datagrams { count, bytes } = *datagrams;
            self.catalogue.text("digest-datagrams", &args!(count count, count bytes))
        };
        let mut rows = Vec::new();
        for (Flow { local, remote, .. }, datagrams) in flows {
            let who = format!("{} → {}", self.end(*remote), self.end(*local));
            rows.push([who, count(datagrams)]);
            if rows.len() == LIMIT {
                break;
            }
        }
        let lines = table(0, &rows);
        let more = self.more(flows.len());
        self.section("digest-udp", lines.lines().map(str::to_owned).chain(more));
    }

    /// `a1 192.168.10.1:49152`, or the address alone where it is not known whose it is.
    fn end(&self, at: SocketAddr) -> String {
        match self.tally.owners.get(&at.ip()) {
            Some(node) => format!("{} {at}", self.topology.node_name(*node)),
            None => at.to_string(),
        }
    }

    fn limited(&self, mut lines: Vec<String>) -> Vec<String> {
        let more = self.more(lines.len());
        lines.truncate(LIMIT);
        lines.extend(more);
        lines
    }

    /// A line for those beyond the limit.
    fn more(&self, all: usize) -> Option<String> {
        let more = all.checked_sub(LIMIT).filter(|more| *more > 0)?;
        Some(self.catalogue.text("digest-more", &args!(count more)))
    }
}
