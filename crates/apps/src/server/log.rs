//! A server's log: one line per event, for people or as JSON.

use std::net::SocketAddr;

use serde_json::{Map, Value};

use crate::console::Console;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// A sentence
    #[default]
    Text,
    /// An object in JSON per line
    Json,
}

/// Where a server's log goes. Clones are the same log.
#[derive(Clone, Debug)]
pub struct Log<C> {
    pub(super) console: C,
    pub(super) format: LogFormat,
    pub(super) quiet: bool,
}

impl<C: Console> Log<C> {
    /// Something happened with a client. `sentence` goes behind its address and is safe to print;
    /// `event` is a word for machines, `fields` what they may want to know. Never a secret.
    pub fn client(
        &self,
        peer: SocketAddr,
        event: &str,
        sentence: &str,
        fields: &[(&'static str, Value)],
    ) {
        if self.quiet {
            return;
        }
        match self.format {
            LogFormat::Text => self.console.print_line(&format!("{peer} {sentence}")),
            LogFormat::Json => {
                let peer = ("client", Value::from(peer.to_string()));
                self.json(event, [peer].iter().chain(fields));
            }
        }
    }

    /// Something happened with the server itself. Told also when it is quiet about clients.
    pub fn server(&self, event: &str, sentence: &str, fields: &[(&'static str, Value)]) {
        match self.format {
            LogFormat::Text => self.console.print_line(sentence),
            LogFormat::Json => self.json(event, fields.iter()),
        }
    }

    fn json<'a>(&self, event: &str, fields: impl Iterator<Item = &'a (&'static str, Value)>) {
        let mut line = Map::new();
        line.insert("event".to_owned(), event.into());
        line.extend(fields.map(|(name, value)| ((*name).to_owned(), value.clone())));
        self.console.print_line(&Value::Object(line).to_string());
    }
}
