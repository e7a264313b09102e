//! `lookup`: asks what a name means and prints the answer as `dig` does.
//!
//! Without `@SERVER` it asks as every program of the host does: the host's cache, its `hosts:` entries
//! and the lab's names, then its name servers, with the search domains. With `@SERVER` it asks that
//! server and nobody else, like `dig`. `--trace` asks nobody to do the work: it begins at the root and
//! follows the referrals itself, like `dig +trace`.
//!
//! Exit code: 0 when there is such a record, 1 when there is none or nobody could tell, 2 when it could
//! not begin (a text that is no name).
//!
//! `print` writes answers; `trace` follows referrals.

mod print;
mod trace;

use std::net::{IpAddr, SocketAddr};

use lanternet_core::trace::NameSource;
use lanternet_net::dns::{Message, Name, PORT, RecordType, ResponseCode, message};

use crate::console::{Console, ExitCode};
use crate::names::{self, Lookup, NoReply, Reply, Source, candidates, exchange, look_up};
use crate::sockets::Sockets;
use crate::text;
use lanternet_core::Duration;

/// The command line of `lookup`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// The name; with -x an address
    #[arg(value_name = "NAME", value_parser = name_word)]
    pub name: String,
    /// The type of record, such as MX (default A, with -x PTR), and the server to ask
    #[arg(value_name = "TYPE] [@SERVER", num_args = 0..=2, value_parser = word)]
    pub more: Vec<Word>,
    /// Begin at the root and follow the referrals
    #[arg(long)]
    pub trace: bool,
    /// Print what the records say and nothing else
    #[arg(long)]
    pub short: bool,
    /// Which names has this address?
    #[arg(short = 'x', long)]
    pub reverse: bool,
    /// Ask over TCP (with @SERVER)
    #[arg(long)]
    pub tcp: bool,
    /// Ask the server for what it knows itself (RD off; with @SERVER)
    #[arg(long)]
    pub no_recursion: bool,
    /// Wait for each answer so long
    #[arg(short, long, value_name = "TIME", default_value = "5s", value_parser = text::duration)]
    pub timeout: Duration,
}

/// A word after the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// A type of record.
    Kind(RecordType),
    /// `@SERVER`: its name or address.
    Server(String),
}

fn name_word(text: &str) -> Result<String, String> {
    if text.starts_with('@') {
        return Err("the server comes after the name, as in `lookup www.example @10.0.0.53`".into());
    }
    match message::name(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("`{text}` is no name: {error}")),
    }
}

fn word(text: &str) -> Result<Word, String> {
    if let Some(server) = text.strip_prefix('@') {
        return match server.is_empty() {
            true => Err("expected a server after `@`".to_owned()),
            false => Ok(Word::Server(server.to_owned())),
        };
    }
    match text.to_ascii_uppercase().parse() {
        Ok(kind) => Ok(Word::Kind(kind)),
        Err(_) => Err(format!(
            "expected a type such as A, AAAA, MX, NS, SOA, TXT or PTR, or `@SERVER`, got `{text}`"
        )),
    }
}

impl Args {
    /// The server that is asked, when one is named.
    pub fn server(&self) -> Option<&str> {
        self.more.iter().find_map(|word| match word {
            Word::Server(server) => Some(server.as_str()),
            Word::Kind(_) => None,
        })
    }

    fn kind(&self) -> RecordType {
        let kind = self.more.iter().find_map(|word| match word {
            Word::Kind(kind) => Some(*kind),
            Word::Server(_) => None,
        });
        kind.unwrap_or(if self.reverse { RecordType::PTR } else { RecordType::A })
    }

    /// The name to ask for, and the text that stands for it.
    fn asked(&self) -> Result<String, String> {
        match (self.reverse, self.name.parse::<IpAddr>()) {
            (false, _) => Ok(self.name.clone()),
            (true, Ok(address)) => Ok(Name::from(address).to_ascii()),
            (true, Err(_)) => Err(format!("expected an address after -x, got `{}`", self.name)),
        }
    }
}

/// What ends a lookup without an answer: a line to print, and the exit code.
struct Failed(ExitCode, String);

/// Runs `lookup`.
pub async fn run<S: Sockets, C: Console>(sockets: S, console: C, args: Args) -> ExitCode {
    match answer(&sockets, &console, &args).await {
        Ok(code) => code,
        Err(Failed(code, message)) => {
            console.error(&format!("lookup: {message}"));
            code
        }
    }
}

async fn answer<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &Args,
) -> Result<ExitCode, Failed> {
    let name = args.asked().map_err(|message| Failed(ExitCode::ERROR, message))?;
    let kind = args.kind();
    let lookup = if args.trace {
        trace::follow(sockets, console, args, &absolute(&name)?, kind).await?
    } else if let Some(server) = args.server() {
        let server = address_of(sockets, server).await?;
        let reply = ask(sockets, args, server, &absolute(&name)?, kind, !args.no_recursion).await?;
        Some(from_server(reply))
    } else {
        as_programs_do(sockets, console, args, &name, kind).await?
    };
    let Some(lookup) = lookup else { return Ok(ExitCode::SUCCESS) };
    print::answer(console, &lookup, args.short);
    let found = lookup.message.metadata.response_code == ResponseCode::NoError
        && !lookup.message.answers.is_empty();
    Ok(if found { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn absolute(name: &str) -> Result<Name, Failed> {
    message::name(name)
        .map_err(|error| Failed(ExitCode::ERROR, format!("`{name}` is no name: {error}")))
}

fn from_server(reply: Reply) -> Lookup {
    let Reply { message, server, transport, length, took } = reply;
    Lookup { message, source: Source::Server { server, transport, length, took } }
}

/// The address of the server that is named, which is found as every other name is.
async fn address_of<S: Sockets>(sockets: &S, server: &str) -> Result<SocketAddr, Failed> {
    let resolved = crate::endpoint::resolve(sockets, server, PORT).await;
    let addresses = resolved.map_err(|error| {
        Failed(ExitCode::ERROR, format!("{server}: {}", text::describe(&error)))
    })?;
    // Resolving gives at least one address or an error.
    addresses
        .first()
        .copied()
        .ok_or_else(|| Failed(ExitCode::ERROR, format!("{server}: no address")))
}

/// One question to one server.
async fn ask<S: Sockets>(
    sockets: &S,
    args: &Args,
    server: SocketAddr,
    name: &Name,
    kind: RecordType,
    recursion: bool,
) -> Result<Reply, Failed> {
    // 16 random bits.
    let id = (sockets.random_u64() >> 48) as u16;
    let query: Message = message::query(id, name.clone(), kind, recursion);
    exchange(sockets, server, &query, args.timeout, args.tcp).await.map_err(|why| {
        Failed(
            ExitCode::FAILURE,
            match why {
                NoReply::Silent(after) => format!(
                    "no answer from {server} within {after}; is it a name server, and is it up?"
                ),
                NoReply::Unreachable(error) => {
                    format!("{server}: {}; does a name server run there?", text::describe(&error))
                }
            },
        )
    })
}

/// Cache, own names, name servers. `None` when the host's own names had it, which is printed then.
async fn as_programs_do<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &Args,
    name: &str,
    kind: RecordType,
) -> Result<Option<Lookup>, Failed> {
    let own = sockets.known_name(name).filter(|(_, source)| *source != NameSource::Literal);
    let own = own.filter(|_| matches!(kind, RecordType::A | RecordType::AAAA));
    let settings = sockets.name_servers();
    if let Some((addresses, source)) = own {
        sockets.tell(|| lanternet_core::TraceEvent::NameResolved {
            name: name.into(),
            addresses: addresses.clone().into(),
            source,
        });
        let fits = |address: &&IpAddr| address.is_ipv4() == (kind == RecordType::A);
        let addresses: Vec<IpAddr> = addresses.iter().filter(fits).copied().collect();
        print::own(console, name, &addresses, source, args.short);
        return match addresses.is_empty() {
            true => Err(Failed(ExitCode::FAILURE, format!("{name} has no {kind} here"))),
            false => Ok(None),
        };
    }
    let failed = |why| {
        let why = names::Unresolved { name: name.into(), why, servers: settings.servers.clone() };
        Failed(ExitCode::FAILURE, why.to_string())
    };
    if settings.servers.is_empty() {
        sockets.tell(|| lanternet_core::TraceEvent::NameUnknown { name: name.into() });
        return Err(failed(None));
    }
    let mut as_it_is = None;
    // The text was read as a name before.
    let written = absolute(name)?;
    for full in candidates(name, &settings.search).unwrap_or_default() {
        names::tell_completion(sockets, name, &full);
        let lookup = look_up(sockets, &full, kind).await.map_err(|why| failed(Some(why)))?;
        if !lookup.message.answers.is_empty() {
            return Ok(Some(lookup));
        }
        if full == written {
            as_it_is = Some(lookup);
        }
    }
    // That there is no such name within the search domains is no news.
    Ok(as_it_is)
}
