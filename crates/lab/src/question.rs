//! A question that somebody asks on the command line: from which node to what. The words are those
//! of `A reaches B`.

use crate::diagnostic::{did_you_mean, one_of};
use crate::expect::{self, TargetText, Written};
use crate::lab::{Lab, NodeIndex, Service, Target};
use crate::span::{Span, Text};

/// Who asks, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The host or router that sends the probe.
    pub from: NodeIndex,
    /// Where it goes. A name that nobody knows is a target too: the asking node will find out.
    pub target: Target,
    /// The port that it asks.
    pub service: Option<Service>,
}

/// Why a question cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QuestionError {
    /// The fact, then the value.
    pub message: String,
    /// What to do next, where that is known.
    pub help: Option<String>,
}

impl Question {
    /// Reads a question such as `a1`, `b3:9090`; `10.0.0.53:53/udp` and `www.example` are targets too.
    ///
    /// # Errors
    /// When the asking node does not exist or has no address of its own, or when the target does not
    /// read as one or is a switch or hub.
    pub fn parse(lab: &Lab, from: &str, to: &str) -> Result<Self, QuestionError> {
        let asking = station(lab, from, "send a probe")?;
        let line =
            Text { value: format!("{from} reaches {to}"), span: Span::default(), verbatim: None };
        let written = expect::parse(&line)
            .map_err(|wrong| QuestionError { message: wrong.message, help: wrong.help })?;
        let Written::Reach { target, service, .. } = written else {
            // The line says "reaches"; a space in the target may have made it something else.
            let message = format!("expected a node, an address or a name, got `{to}`");
            return Err(QuestionError { message, help: None });
        };
        let target = match target.value {
            TargetText::Address(address) => Target::Address(address),
            TargetText::Name(name) => {
                // As on a real host, its own list comes before the network's names.
                let hosts = lab.node(asking).kind.station().map_or(&[][..], |own| &own.hosts);
                match lab.find(name.as_str()) {
                    _ if hosts.iter().any(|entry| entry.name.value == name) => Target::Name(name),
                    Some(_) => Target::Node(station(lab, name.as_str(), "be reached")?),
                    None => Target::Name(name),
                }
            }
        };
        Ok(Self { from: asking, target, service })
    }
}

/// The host or router of this name.
fn station(lab: &Lab, name: &str, ability: &str) -> Result<NodeIndex, QuestionError> {
    let names = || lab.stations().map(|(_, node, _)| node.name.as_str());
    match lab.find(name) {
        Some(index) if lab.node(index).kind.station().is_some() => Ok(index),
        Some(index) => Err(QuestionError {
            message: format!("`{name}` is a {} and cannot {ability}", lab.node(index).kind.word()),
            help: Some("switches and hubs work below IP: they have no address".to_owned()),
        }),
        None => Err(QuestionError {
            message: format!("no node is called `{name}`"),
            help: did_you_mean(name, names())
                .or_else(|| Some(format!("hosts and routers are {}", one_of(names())))),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lab() -> Lab {
        let text = "
nodes:
  a1: { kind: host, address: 10.0.0.1/24, hosts: { b1: 10.0.0.9 } }
  b1: { kind: host, address: 10.0.0.2/24 }
  sw: { kind: switch }
links: [a1 -- sw, b1 -- sw]
";
        crate::parse(text, "test.yaml").expect("a lab").0
    }

    fn refused(from: &str, to: &str) -> (String, String) {
        let error = Question::parse(&lab(), from, to).expect_err("no question");
        (error.message, error.help.unwrap_or_default())
    }

    #[test]
    fn nodes_addresses_and_names_are_targets_with_a_port_or_without() {
        let lab = lab();
        let ask = |from, to| Question::parse(&lab, from, to).expect("a question");
        assert_eq!(ask("b1", "a1").target, Target::Node(NodeIndex(0)));
        assert_eq!(ask("b1", "10.0.0.7").target, Target::Address("10.0.0.7".parse().unwrap()));
        let udp = ask("b1", "a1:53/udp").service.expect("a port");
        assert_eq!((udp.port, udp.transport), (53, crate::lab::Transport::Udp));
        assert!(matches!(ask("b1", "www.example").target, Target::Name(_)));
    }

    #[test]
    fn a_hosts_own_list_comes_before_the_nodes() {
        let question = Question::parse(&lab(), "a1", "b1").expect("a question");
        assert!(matches!(question.target, Target::Name(_)));
    }

    #[test]
    fn what_cannot_be_asked_is_refused_with_a_way_out() {
        let (message, help) = refused("a2", "b1");
        assert_eq!(message, "no node is called `a2`");
        assert_eq!(help, "did you mean `a1`?");
        assert_eq!(refused("sw", "b1").0, "`sw` is a switch and cannot send a probe");
        assert_eq!(refused("a1", "sw").0, "`sw` is a switch and cannot be reached");
        assert!(refused("a1", "b1:70000").0.contains("70000"));
        assert!(!refused("a1", "b1 b2").0.is_empty());
        assert!(!refused("a1", "").0.is_empty());
    }
}
