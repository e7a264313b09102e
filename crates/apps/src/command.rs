//! One definition of the programs' command lines, for a lab's `run:` and for the terminal.

use std::future::Future;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::{LazyLock, Mutex, PoisonError};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches};

use crate::console::{Console, ExitCode};
use crate::dns;
use crate::echo::{self, Service};
use crate::sockets::Sockets;
use crate::{
    assistant, chat, hello, host, line, login, lookup, ping, portal, probe, site, traceroute,
    upload, users,
};

/// A program with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, clap::Subcommand)]
pub enum Command {
    /// Ask a host for echo replies: is it there, and how far away?
    Ping(ping::Args),
    /// Find the routers on the way to a host
    Traceroute(traceroute::Args),
    /// Ask what a name means, as dig does
    Lookup(lookup::Args),
    /// Tell this host's name and addresses, or those of another
    Host(host::Args),
    /// See which ports of a host answer
    Probe(probe::Args),
    /// Open ports and print what comes
    Listen(probe::ListenArgs),
    /// Talk with everybody on the segment, by UDP multicast or broadcast
    Chat(chat::Args),
    /// Manage the file of users that `serve login` and `serve portal` ask
    User(users::Args),
    /// Run a server
    #[command(subcommand)]
    Serve(Serve),
    /// Run a client
    #[command(subcommand)]
    Connect(Connect),
}

/// The servers.
#[derive(Clone, Debug, PartialEq, Eq, clap::Subcommand)]
pub enum Serve {
    /// Greet each client and close
    Hello(hello::ServeArgs),
    /// Answer each message with itself
    Echo(echo::ServeArgs),
    /// Answer each message with itself in capital letters
    Upper(echo::ServeArgs),
    /// Answer questions about names: from zones, from the root down, or by asking another server
    Dns(Box<dns::ServeArgs>),
    /// Show the files of a folder as a web site
    Site(site::ServeArgs),
    /// Answer customers by rules, and remember what each said
    Assistant(assistant::ServeArgs),
    /// Take files
    Upload(upload::ServeArgs),
    /// Ask for name and password, then offer the other programs
    Login(login::ServeArgs),
    /// The assistant, uploads and login in a browser
    Portal(portal::ServeArgs),
}

/// The clients.
#[derive(Clone, Debug, PartialEq, Eq, clap::Subcommand)]
pub enum Connect {
    /// Print what a server says by itself
    Hello(hello::ConnectArgs),
    /// Send messages to an echo server and print its answers
    Echo(echo::ConnectArgs),
    /// Send messages to an upper server and print its answers
    Upper(echo::ConnectArgs),
    /// Fetch a page of a web site and print it
    Site(site::ConnectArgs),
    /// Send what is typed and print what comes, as netcat does
    Line(line::Args),
    /// Talk with an assistant
    Assistant(assistant::ConnectArgs),
    /// Send files
    Upload(upload::ConnectArgs),
    /// Log in and use what is offered
    Login(login::ConnectArgs),
    /// Use a portal without a browser
    Portal(portal::ConnectArgs),
}

#[derive(clap::Parser)]
#[command(no_binary_name = true, disable_help_subcommand = true, name = "run")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

/// Where a server takes what is sent to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listens {
    /// The port; 0 when the host chooses.
    pub port: u16,
    /// The address, when it was told.
    pub bind: Option<IpAddr>,
    /// It takes TCP connections.
    pub tcp: bool,
    /// It takes UDP datagrams.
    pub udp: bool,
}

/// Why a text is no command line of a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    /// What is wrong: the fact, then the value.
    pub message: String,
    /// What to do about it, where we know.
    pub help: Option<String>,
    /// Which bytes of the text are wrong: a word, or what is in an open quote. `None` when it is not
    /// one word that is wrong, such as when one is missing.
    pub at: Option<Range<usize>>,
}

impl Command {
    /// Reads a command line such as `connect upper b3:9090 --say "hello world"`; quotes and
    /// backslashes as in a POSIX shell, nothing else of a shell.
    ///
    /// ```
    /// use lanternet_apps::Command;
    ///
    /// let command = Command::parse("connect upper b3:9090 --say 'hello world'")?;
    /// assert_eq!(command.name(), "connect upper");
    /// let refusal = Command::parse("conect upper b3").unwrap_err();
    /// assert_eq!(refusal.message, "unknown program `conect`");
    /// assert_eq!(refusal.help.as_deref(), Some("did you mean `connect`?"));
    /// # Ok::<(), lanternet_apps::CommandError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, CommandError> {
        let words = shell_words::split(text).map_err(|_| CommandError {
            message: format!("a quote is opened and not closed in `{}`", text.trim()),
            help: Some("close it, or write \\' or \\\" for a quote that is meant".to_owned()),
            at: words::places(text).err(),
        })?;
        if words.is_empty() {
            return Err(CommandError {
                message: "expected a program, got nothing".to_owned(),
                help: Some(format!("the programs are {}", listed(PROGRAMS.iter().copied()))),
                at: None,
            });
        }
        Self::from_words(&words).map_err(|error| {
            let place = wrong_word(&words, &error);
            let mut error = CommandError::from_clap(&error);
            error.at = place.and_then(|index| words::places(text).ok()?.get(index).cloned());
            error
        })
    }

    /// Reads the words with one definition for all calls: building it takes four times as long as
    /// using it, and a large lab has thousands of command lines. What was read before leaves no
    /// trace in it but that its subcommands are built.
    fn from_words(words: &[String]) -> Result<Self, clap::Error> {
        static DEFINITION: LazyLock<Mutex<clap::Command>> =
            LazyLock::new(|| Mutex::new(CommandLine::command()));
        let mut definition = DEFINITION.lock().unwrap_or_else(PoisonError::into_inner);
        let matches = definition.try_get_matches_from_mut(words)?;
        CommandLine::from_arg_matches(&matches).map(|line| line.command)
    }

    /// The program's name, as in `serve echo`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ping(_) => "ping",
            Self::Traceroute(_) => "traceroute",
            Self::Lookup(_) => "lookup",
            Self::Host(_) => "host",
            Self::Probe(_) => "probe",
            Self::Listen(_) => "listen",
            Self::Chat(_) => "chat",
            Self::User(_) => "user",
            Self::Serve(Serve::Assistant(_)) => "serve assistant",
            Self::Serve(Serve::Upload(_)) => "serve upload",
            Self::Serve(Serve::Login(_)) => "serve login",
            Self::Serve(Serve::Portal(_)) => "serve portal",
            Self::Connect(Connect::Line(_)) => "connect line",
            Self::Connect(Connect::Assistant(_)) => "connect assistant",
            Self::Connect(Connect::Upload(_)) => "connect upload",
            Self::Connect(Connect::Login(_)) => "connect login",
            Self::Connect(Connect::Portal(_)) => "connect portal",
            Self::Serve(Serve::Hello(_)) => "serve hello",
            Self::Connect(Connect::Hello(_)) => "connect hello",
            Self::Serve(Serve::Echo(_)) => "serve echo",
            Self::Serve(Serve::Upper(_)) => "serve upper",
            Self::Serve(Serve::Dns(_)) => "serve dns",
            Self::Connect(Connect::Echo(_)) => "connect echo",
            Self::Serve(Serve::Site(_)) => "serve site",
            Self::Connect(Connect::Upper(_)) => "connect upper",
            Self::Connect(Connect::Site(_)) => "connect site",
        }
    }

    /// The files and folders that it reads.
    pub fn files(&self) -> Vec<&str> {
        match self {
            Self::Serve(Serve::Site(args)) => {
                std::iter::once(args.dir.as_str()).chain(args.tls.files.files()).collect()
            }
            Self::Connect(Connect::Site(args)) => args.trusted.files().collect(),
            Self::Serve(Serve::Dns(args)) => args.files(),
            Self::Serve(Serve::Hello(args)) => args.tls.files.files().collect(),
            Self::Connect(Connect::Hello(args)) => args.tls.trusted.files().collect(),
            Self::Serve(Serve::Echo(args) | Serve::Upper(args)) => args.tls.files.files().collect(),
            Self::Connect(Connect::Echo(args) | Connect::Upper(args)) => {
                args.tls.trusted.files().collect()
            }
            Self::Connect(Connect::Line(args)) => args.tls.trusted.files().collect(),
            Self::Serve(Serve::Assistant(args)) => args.files().collect(),
            Self::Connect(Connect::Assistant(args)) => args.tls.trusted.files().collect(),
            Self::Serve(Serve::Upload(args)) => args.tls.files.files().collect(),
            Self::Connect(Connect::Upload(args)) => {
                args.files.iter().map(String::as_str).chain(args.tls.trusted.files()).collect()
            }
            Self::Serve(Serve::Portal(args)) => args.files(),
            Self::Connect(Connect::Portal(args)) => {
                args.upload.iter().map(String::as_str).chain(args.tls.trusted.files()).collect()
            }
            Self::Serve(Serve::Login(args)) => {
                let own = args.rules.as_deref().into_iter().chain([args.users.as_str()]);
                args.tls.files.files().chain(own).collect()
            }
            Self::Connect(Connect::Login(args)) => args.tls.trusted.files().collect(),
            Self::User(args) => vec![args.what.file()],
            Self::Ping(_)
            | Self::Traceroute(_)
            | Self::Lookup(_)
            | Self::Host(_)
            | Self::Probe(_)
            | Self::Listen(_)
            | Self::Chat(_) => Vec::new(),
        }
    }

    /// The file among [`Command::files`] that it makes when it is not there.
    pub const fn makes(&self) -> Option<&str> {
        match self {
            Self::User(users::Args { what: users::What::Add { users, .. } }) => {
                Some(users.users.as_str())
            }
            _ => None,
        }
    }

    /// Whom it talks to: a name or an address; `None` for a server.
    pub fn peer(&self) -> Option<&str> {
        Some(match self {
            Self::Ping(args) => &args.host,
            Self::Traceroute(args) => &args.host,
            Self::Connect(Connect::Echo(args) | Connect::Upper(args)) => &args.to.host,
            Self::Connect(Connect::Hello(args)) => &args.to.host,
            Self::Connect(Connect::Site(args)) => &args.url.at.host,
            Self::Connect(Connect::Line(args)) => &args.to.host,
            Self::Connect(Connect::Assistant(args)) => &args.to.host,
            Self::Probe(args) => &args.host,
            Self::Connect(Connect::Upload(args)) => &args.to.host,
            Self::Connect(Connect::Portal(args)) => &args.url.at.host,
            Self::Connect(Connect::Login(args)) => &args.to.host,
            // What it asks is its own business; whom, if somebody is named, is a host.
            Self::Lookup(args) => args.server()?,
            Self::Host(args) => args.name.as_deref()?,
            Self::Serve(_) | Self::Listen(_) | Self::Chat(_) | Self::User(_) => return None,
        })
    }

    /// Where it takes connections or datagrams; `None` when it is no server with one port.
    pub fn listens(&self) -> Option<Listens> {
        let tcp = |port, bind| Some(Listens { port, bind, tcp: true, udp: false });
        match self {
            Self::Serve(Serve::Echo(server) | Serve::Upper(server)) => {
                let port = server.listen.port.unwrap_or(echo::DEFAULT_PORT);
                let bind = server.listen.bind;
                Some(Listens { port, bind, tcp: !server.udp, udp: server.udp })
            }
            Self::Serve(Serve::Site(server)) => tcp(server.port(), server.listen.bind),
            Self::Serve(Serve::Hello(server)) => {
                tcp(server.listen.port.unwrap_or(hello::DEFAULT_PORT), server.listen.bind)
            }
            Self::Serve(Serve::Assistant(server)) => {
                tcp(server.listen.port.unwrap_or(assistant::DEFAULT_PORT), server.listen.bind)
            }
            Self::Serve(Serve::Upload(server)) => {
                tcp(server.listen.port.unwrap_or(upload::DEFAULT_PORT), server.listen.bind)
            }
            Self::Serve(Serve::Portal(server)) => {
                tcp(server.listen.port.unwrap_or(server.default_port()), server.listen.bind)
            }
            Self::Serve(Serve::Login(server)) => {
                tcp(server.listen.port.unwrap_or(login::DEFAULT_PORT), server.listen.bind)
            }
            Self::Serve(Serve::Dns(server)) => {
                Some(Listens { udp: true, ..tcp(server.port, server.bind)? })
            }
            Self::Listen(args) => {
                let ([tcp, udp], port) = (args.protocols(), args.ports.as_ref()?.single()?);
                Some(Listens { port, bind: args.bind, tcp, udp })
            }
            Self::Host(_)
            | Self::Ping(_)
            | Self::Traceroute(_)
            | Self::Lookup(_)
            | Self::Probe(_)
            | Self::Chat(_)
            | Self::User(_)
            | Self::Connect(_) => None,
        }
    }

    /// Whether it serves until it is stopped, so that nobody should wait for its end.
    pub const fn is_daemon(&self) -> bool {
        match self {
            Self::Serve(_) => true,
            // Without ports it prints who listens, and ends.
            Self::Listen(args) => args.ports.is_some(),
            _ => false,
        }
    }
}

/// Command lines of more words are not searched for the wrong one.
const SEARCHED_WORDS: usize = 256;

/// The number of the word that this error is about: the one with which it first occurs.
fn wrong_word(words: &[String], error: &clap::Error) -> Option<usize> {
    // Something that is missing is at no word.
    if error.kind() == ErrorKind::MissingRequiredArgument || words.len() > SEARCHED_WORDS {
        return None;
    }
    let wanted = CommandError::from_clap(error);
    (0..words.len()).find(|last| {
        Command::from_words(&words[..=*last])
            .is_err_and(|error| CommandError::from_clap(&error) == wanted)
    })
}

const PROGRAMS: [&str; 10] =
    ["ping", "traceroute", "lookup", "host", "probe", "listen", "chat", "user", "serve", "connect"];

/// Runs a program to its end.
#[expect(clippy::manual_async_fn, reason = "promises Send, so that any host can run it")]
pub fn run<S: Sockets, C: Console>(
    command: Command,
    sockets: S,
    console: C,
) -> impl Future<Output = ExitCode> + Send + 'static {
    async move {
        match command {
            Command::Ping(args) => ping::run(sockets, console, args).await,
            Command::Traceroute(args) => traceroute::run(sockets, console, args).await,
            Command::Lookup(args) => lookup::run(sockets, console, args).await,
            Command::Host(args) => host::run(sockets, console, args).await,
            Command::Probe(args) => probe::run(sockets, console, args).await,
            Command::Listen(args) => probe::listen(sockets, console, args).await,
            Command::Chat(args) => chat::run(sockets, console, args).await,
            Command::User(args) => users::run(sockets, console, args).await,
            Command::Serve(server) => {
                let (service, args) = match server {
                    Serve::Hello(args) => return hello::serve(sockets, console, args).await,
                    Serve::Echo(args) => (Service::Echo, args),
                    Serve::Upper(args) => (Service::Upper, args),
                    Serve::Dns(args) => return dns::serve(sockets, console, *args).await,
                    Serve::Site(args) => return site::serve(sockets, console, args).await,
                    Serve::Assistant(args) => {
                        return assistant::serve(sockets, console, args).await;
                    }
                    Serve::Upload(args) => return upload::serve(sockets, console, args).await,
                    Serve::Login(args) => return login::serve(sockets, console, args).await,
                    Serve::Portal(args) => return portal::serve(sockets, console, args).await,
                };
                echo::serve(sockets, console, service, args).await
            }
            Command::Connect(client) => {
                let (service, args) = match client {
                    Connect::Hello(args) => return hello::connect(sockets, console, args).await,
                    Connect::Echo(args) => (Service::Echo, args),
                    Connect::Upper(args) => (Service::Upper, args),
                    Connect::Site(args) => return site::connect(sockets, console, args).await,
                    Connect::Line(args) => return line::run(sockets, console, args).await,
                    Connect::Assistant(args) => {
                        return assistant::connect(sockets, console, args).await;
                    }
                    Connect::Upload(args) => return upload::connect(sockets, console, args).await,
                    Connect::Login(args) => return login::connect(sockets, console, args).await,
                    Connect::Portal(args) => return portal::connect(sockets, console, args).await,
                };
                echo::connect(sockets, console, service, args).await
            }
        }
    }
}

impl CommandError {
    /// The same refusal in the words of this project; clap's are made for a terminal.
    fn from_clap(error: &clap::Error) -> Self {
        let text = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.as_str()),
            _ => None,
        };
        let list = |kind| match error.get(kind) {
            Some(ContextValue::Strings(texts)) => texts.clone(),
            Some(ContextValue::String(text)) => vec![text.clone()],
            _ => Vec::new(),
        };
        let argument = list(ContextKind::InvalidArg).join(", ");
        let value = text(ContextKind::InvalidValue).unwrap_or_default();
        let choices = list(ContextKind::ValidValue);
        let subcommands = list(ContextKind::ValidSubcommand);
        let near = [
            ContextKind::SuggestedSubcommand,
            ContextKind::SuggestedArg,
            ContextKind::SuggestedValue,
        ]
        .into_iter()
        .flat_map(list)
        .collect::<Vec<_>>();
        let source = std::error::Error::source(error);
        let message = match error.kind() {
            ErrorKind::InvalidSubcommand => {
                let name = text(ContextKind::InvalidSubcommand).unwrap_or_default();
                format!("unknown program `{name}`")
            }
            ErrorKind::UnknownArgument => format!("unknown argument `{argument}`"),
            ErrorKind::InvalidValue if value.is_empty() => {
                format!("expected a value after `{argument}`, got none")
            }
            ErrorKind::InvalidValue => format!("unknown value `{value}` for `{argument}`"),
            ErrorKind::ValueValidation => {
                let why = source.map(|why| format!(": {why}")).unwrap_or_default();
                format!("wrong value `{value}` for `{argument}`{why}")
            }
            ErrorKind::MissingRequiredArgument => format!("missing `{argument}`"),
            ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                "the name of a program is missing".to_owned()
            }
            ErrorKind::ArgumentConflict => {
                let other = list(ContextKind::PriorArg).join(", ");
                match other == argument {
                    true => format!("`{argument}` is given more than once"),
                    false => format!("`{argument}` cannot be used with `{other}`"),
                }
            }
            ErrorKind::DisplayHelp => "asked for help, which is no program to run".to_owned(),
            // The first line, which is the fact; the rest is for a terminal.
            _ => {
                let text = error.to_string();
                let line = text.lines().next().unwrap_or_default();
                line.trim_start_matches("error: ").to_owned()
            }
        };
        let help = if let Some(near) = near.first() {
            Some(format!("did you mean `{near}`?"))
        } else if !choices.is_empty() {
            Some(format!("the values are {}", listed(choices.iter().map(String::as_str))))
        } else if !subcommands.is_empty() {
            Some(format!("the programs are {}", listed(subcommands.iter().map(String::as_str))))
        } else {
            match error.kind() {
                ErrorKind::UnknownArgument if argument.parse::<u16>().is_ok() => {
                    Some("a port is written `HOST:PORT`, or after `--port`".to_owned())
                }
                ErrorKind::MissingSubcommand
                | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                    Some("write `echo`, `upper` or `site` after `serve` or `connect`".to_owned())
                }
                ErrorKind::InvalidSubcommand => {
                    Some(format!("the programs are {}", listed(PROGRAMS.iter().copied())))
                }
                ErrorKind::DisplayHelp => {
                    Some("run `lanternet help` in a terminal instead".to_owned())
                }
                _ => None,
            }
        };
        Self { message, help, at: None }
    }
}

/// "`a`, `b`, `c`".
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

mod words;

#[cfg(test)]
mod tests;
