//! Why a name could not be looked up, in words.

use std::net::IpAddr;

use lanternet_core::trace::DnsLoop;

use super::Words;
use crate::args;
use crate::why::diagnosis::{Diagnosis, Finding};

impl Words<'_> {
    /// What is wrong, and what to do about it, for the diagnoses about names.
    pub(super) fn naming(&self, finding: &Finding) -> (String, Option<String>) {
        use Diagnosis as D;
        let node = self.name(finding.node);
        let say = |id, args| self.say(id, &args);
        let list = |servers: &[IpAddr]| {
            let servers: Vec<String> = servers.iter().map(IpAddr::to_string).collect();
            servers.join(&self.catalogue.phrase("list-separator"))
        };
        match &finding.diagnosis {
            D::UnknownName { name, near, server } => {
                let message = match name {
                    Some(name) => say("why-unknown-name", args!(node, name)),
                    None => say("why-unknown-name-plain", args!(node)),
                };
                let help = match (near, server) {
                    (Some(near), _) => say("why-help-near-name", args!(near)),
                    (None, Some(server)) => say("why-help-name-server", args!(node, server)),
                    (None, None) => say("why-help-hosts", args!(node)),
                };
                (message, Some(help))
            }
            D::NoSuchName { name, near, zone } => {
                let help = match (near, zone) {
                    (Some(near), _) => say("why-help-near-name", args!(near)),
                    (None, Some((zone, file))) => {
                        say("why-help-add-record", args!(name, zone, file))
                    }
                    (None, None) => say("why-help-no-zone", args!(name)),
                };
                (say("why-no-such-name", args!(node, name)), Some(help))
            }
            D::NameWithoutAddress { name, zone } => {
                let help = zone
                    .as_ref()
                    .map(|(zone, file)| say("why-help-add-record", args!(name, zone, file)));
                (say("why-name-without-address", args!(name)), help)
            }
            D::NameServerSilent { name, server, cause, others } => {
                let server = server.map_or_else(String::new, |server| server.to_string());
                let owned = server
                    .parse()
                    .is_ok_and(|server: IpAddr| !self.network.owners(server).is_empty());
                let why = cause.as_ref().map(|cause| &cause.diagnosis);
                let cause = cause.as_ref().map(|cause| self.explain(cause));
                match cause {
                    // Whatever became of the question: there is nobody to take it.
                    _ if !owned => {
                        let help = match others.first() {
                            Some(right) => say("why-help-right-server", args!(node, right)),
                            None => say("why-help-no-name-server", args!(node)),
                        };
                        (say("why-name-server-unowned", args!(node, name, server)), Some(help))
                    }
                    Some(cause) => {
                        // Another port of that host is of no use here.
                        let nobody = matches!(why, Some(Diagnosis::NotListening { .. }));
                        let help = match others.first().filter(|_| nobody) {
                            Some(right) => Some(say("why-help-right-server", args!(node, right))),
                            None if nobody => Some(say("why-help-no-name-server", args!(node))),
                            None => cause.help,
                        };
                        let message = cause.message;
                        let text =
                            say("why-name-server-silent", args!(node, name, server, message));
                        (text, help)
                    }
                    None => (say("why-name-server-silent-plain", args!(node, name, server)), None),
                }
            }
            D::NotARecursiveServer { name, server, node: at, others } => {
                let server_name = at.map_or_else(|| server.to_string(), |at| self.name(at).into());
                let help = match others.is_empty() {
                    false => say("why-help-other-server", args!(node, servers = list(others))),
                    true => say("why-help-recursive", args!(server_name)),
                };
                (say("why-not-recursive", args!(node, name, server)), Some(help))
            }
            D::LameDelegation { name, node: asker, server, zone } => {
                let asker = self.name(*asker);
                let owner = self.network.owners(*server).first().map(|owner| owner.at.node);
                let help = match owner {
                    Some(owner) => {
                        let owner = self.name(owner);
                        say("why-help-lame", args!(owner, zone, server))
                    }
                    None => say("why-help-lame-unowned", args!(zone, server)),
                };
                (say("why-lame", args!(name, asker, server, zone)), Some(help))
            }
            D::ZoneWithoutServer { name, node: asker, zone } => {
                let asker = self.name(*asker);
                (
                    say("why-zone-without-server", args!(name, asker, zone)),
                    Some(say("why-help-zone-without-server", args!(zone))),
                )
            }
            D::NameLoop { name, why, at, .. } => {
                let (message, help) = match why {
                    DnsLoop::Alias => ("why-alias-loop", "why-help-alias-loop"),
                    DnsLoop::Delegation => ("why-delegation-loop", "why-help-delegation-loop"),
                };
                (say(message, args!(name, at)), Some(say(help, args!(at))))
            }
            D::NotResolved { name, server } => {
                let server = server.map_or_else(String::new, |server| server.to_string());
                (say("why-not-resolved", args!(name, server)), None)
            }
            // The caller gives none of the others.
            _ => (say("why-unknown", args!(node)), None),
        }
    }
}
