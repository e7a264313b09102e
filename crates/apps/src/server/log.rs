//! A server's log: one line per event, for people or as JSON.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::Value;

use super::ListenArgs;
use crate::console::Console;
use crate::sockets::Sockets;
use crate::text;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// A sentence
    #[default]
    Text,
    /// An object in JSON per line
    Json,
}

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// All is as it should be.
    Info,
    /// Something went wrong with one client; others need not care.
    Warning,
    /// Something is wrong with the server.
    Error,
}

/// Where a server's log goes. Clones are the same log.
///
/// As text, a line about a client is its address and a sentence, a line about the server is the sentence;
/// errors of the server go to standard error behind its name. As JSON each line is an object with `time`
/// (RFC 3339, UTC), `level` (`info`, `warning`, `error`), `server` (as in `serve echo`), `event` (a word),
/// `client` (address and port) where it is about one, and then fields of the event; all of it goes to
/// standard output.
#[derive(Clone)]
pub struct Log<C> {
    console: C,
    name: &'static str,
    format: LogFormat,
    quiet: bool,
    /// Lines of text tell of connections too.
    pub(super) connections: bool,
    time_of_day: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

/// What machines may want to know of an event.
pub type Fields<'a> = &'a [(&'static str, Value)];

impl<C: Console> Log<C> {
    /// That of a server with these arguments.
    pub(crate) fn of<S: Sockets>(
        sockets: &S,
        console: &C,
        name: &'static str,
        args: &ListenArgs,
    ) -> Self {
        let clock = sockets.clone();
        Self::new(console, name, args.log, args.quiet, move || clock.time_of_day())
    }

    pub(crate) fn new(
        console: &C,
        name: &'static str,
        format: LogFormat,
        quiet: bool,
        time_of_day: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> Self {
        let (console, time_of_day) = (console.clone(), Arc::new(time_of_day));
        Self { console, name, format, quiet, connections: true, time_of_day }
    }

    /// Something happened with a client. `sentence` goes behind its address and is safe to print;
    /// `event` is a word for machines, `fields` what they may want to know. Never a secret.
    pub fn client(&self, peer: SocketAddr, event: &str, sentence: &str, fields: Fields<'_>) {
        self.about(Level::Info, peer, event, sentence, fields);
    }

    /// A connection begins or ends.
    pub(super) fn connection(
        &self,
        peer: SocketAddr,
        event: &str,
        sentence: &str,
        fields: Fields<'_>,
    ) {
        if self.connections || self.format == LogFormat::Json {
            self.client(peer, event, sentence, fields);
        }
    }

    /// Something went wrong with a client.
    pub fn client_warning(
        &self,
        peer: SocketAddr,
        event: &str,
        sentence: &str,
        fields: Fields<'_>,
    ) {
        self.about(Level::Warning, peer, event, sentence, fields);
    }

    /// Something happened with the server itself. Told also when it is quiet about clients.
    pub fn server(&self, event: &str, sentence: &str, fields: Fields<'_>) {
        match self.format {
            LogFormat::Text => self.console.print_line(sentence),
            LogFormat::Json => self.json(Level::Info, event, None, fields),
        }
    }

    /// Something is wrong with the server itself. Told also when it is quiet about clients.
    pub fn error(&self, event: &str, sentence: &str) {
        match self.format {
            LogFormat::Text => self.console.error(&format!("{}: {sentence}", self.name)),
            LogFormat::Json => {
                self.json(Level::Error, event, None, &[("error", sentence.into())]);
            }
        }
    }

    fn about(
        &self,
        level: Level,
        peer: SocketAddr,
        event: &str,
        sentence: &str,
        fields: Fields<'_>,
    ) {
        if self.quiet {
            return;
        }
        match self.format {
            LogFormat::Text => self.console.print_line(&format!("{peer} {sentence}")),
            LogFormat::Json => self.json(level, event, Some(peer), fields),
        }
    }

    fn json(&self, level: Level, event: &str, peer: Option<SocketAddr>, fields: Fields<'_>) {
        let level = match level {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        let peer = peer.map(|peer| ("client", Value::from(peer.to_string())));
        let head = [
            ("time", Value::from(text::rfc3339((self.time_of_day)()))),
            ("level", level.into()),
            ("server", self.name.into()),
            ("event", event.into()),
        ];
        // Written piece by piece: the order of the fields is then ours, whatever serde_json's maps do.
        let mut line = String::from("{");
        for (name, value) in head.iter().chain(peer.iter()).chain(fields) {
            if line.len() > 1 {
                line.push(',');
            }
            line.push_str(&format!("{}:{value}", Value::from(*name)));
        }
        line.push('}');
        self.console.print_line(&line);
    }
}
