//! From a command line and its files to a server.

use std::net::SocketAddr;
use std::str::FromStr;

use lanternet_core::Rng;
use lanternet_net::dns::resolver::{Hint, ResolverSettings, Way, parse_hints};
use lanternet_net::dns::zone::ZoneError;
use lanternet_net::dns::{Authority, Name, PORT, Resolver, Server, Zone, message};

use super::{Forward, ServeArgs};
use crate::console::Console;
use crate::sockets::{Family, Sockets};
use crate::text;

/// A master file, and the name that its relative names are relative to at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneFile {
    /// The name, where one was given.
    pub origin: Option<Name>,
    /// The path of the file.
    pub file: String,
}

/// Why a text is no [`ZoneFile`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseZoneError {
    /// No file.
    #[error("expected the path of a master file, got nothing")]
    NoFile,
    /// What stands before `=` is no name.
    #[error("expected the name of a zone before `=`, got `{0}`")]
    Name(String),
}

impl FromStr for ZoneFile {
    type Err = ParseZoneError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (origin, file) = match text.split_once('=') {
            Some((name, file)) => {
                let origin =
                    message::name(name).map_err(|_| ParseZoneError::Name(name.to_owned()))?;
                (Some(origin), file)
            }
            None => (None, text),
        };
        if file.is_empty() {
            return Err(ParseZoneError::NoFile);
        }
        Ok(Self { origin, file: file.to_owned() })
    }
}

/// A server, and what it is told later.
pub(super) struct Config {
    pub(super) server: Server,
    /// Lines that say what it serves.
    pub(super) describe: Vec<String>,
}

pub(super) async fn read<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ServeArgs,
) -> Result<Config, String> {
    let mut authority = Authority::default();
    let mut describe = Vec::new();
    for ZoneFile { origin, file } in &args.zone {
        let content = file_text(console, file).await?;
        let zone = Zone::parse(&content, origin.as_ref()).map_err(|e| mistakes(file, &e))?;
        let (name, records) = (zone.origin().to_string(), zone.all_records().count());
        describe.push(format!("zone {name} from {file}: {}", text::count(records, "record")));
        if authority.add(zone).is_err() {
            return Err(format!("{file}: the zone `{name}` is there already; name it once"));
        }
    }
    let way = if args.recursive {
        let hints = match &args.root_hints {
            Some(file) => {
                let content = file_text(console, file).await?;
                parse_hints(&content).map_err(|errors| mistakes(file, &errors))?
            }
            None => internet_root(),
        };
        let count = text::count(hints.len(), "server");
        describe.push(format!("all other names: from the root down, which has {count}"));
        Some(Way::Iterate { hints })
    } else if args.forward.is_empty() {
        None
    } else {
        let servers = forwarders(sockets, args);
        let list: Vec<_> = servers.iter().map(ToString::to_string).collect();
        let list = if list.is_empty() { "nobody yet".to_owned() } else { list.join(", ") };
        describe.push(format!("all other names: asks {list}"));
        Some(Way::Forward { servers })
    };
    let resolver = way.map(|way| {
        let settings = ResolverSettings {
            random_capitals: args.random_capitals,
            ipv6: sockets.has_address(Family::V6),
            ..ResolverSettings::new(way)
        };
        // A stream of its own, begun by the host's.
        let rng = Rng::named(sockets.random_u64(), "serve dns");
        Resolver::new(settings, rng)
    });
    Ok(Config { server: Server::new(authority, resolver), describe })
}

/// The servers to hand questions on to, in their order. Those of the host may change while it runs.
pub(super) fn forwarders<S: Sockets>(sockets: &S, args: &ServeArgs) -> Vec<SocketAddr> {
    let mut servers = Vec::new();
    for forward in &args.forward {
        match forward {
            Forward::To(endpoint) => {
                let address = endpoint.host.parse().ok();
                let port = endpoint.number().ok().flatten().unwrap_or(PORT);
                servers.extend(address.map(|address| SocketAddr::new(address, port)));
            }
            Forward::AsHost => {
                let own = sockets.name_servers().servers.into_iter();
                // Our own port would ask us again.
                let own = own.filter(|address| !address.is_loopback());
                servers.extend(own.map(|address| SocketAddr::new(address, PORT)));
            }
        }
    }
    servers
}

async fn file_text<C: Console>(console: &C, file: &str) -> Result<String, String> {
    let content = console.read_file(file).await.map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => text::describe(&error),
        };
        format!("cannot read {file}: {why}")
    })?;
    match str::from_utf8(&content) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let line = content[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
            Err(format!("cannot read {file}: line {line} is no text in UTF-8"))
        }
    }
}

fn mistakes(file: &str, errors: &[ZoneError]) -> String {
    let lines = errors.iter().map(|error| format!("{file}: {error}\n  help: {}", error.help));
    lines.collect::<Vec<_>>().join("\n")
}

/// The servers of the Internet's root, as IANA publishes them (hickory-proto has them).
fn internet_root() -> Vec<Hint> {
    // Each has an IPv4 and an IPv6 address, in this order.
    let servers = lanternet_net::dns::INTERNET_ROOT.chunks(2).zip('a'..='m');
    let hint = |(addresses, letter): (&[std::net::IpAddr], char)| {
        let name = message::name(&format!("{letter}.root-servers.net")).ok()?;
        Some(Hint { name, addresses: addresses.to_vec() })
    };
    servers.filter_map(hint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_the_internet_has_thirteen_servers() {
        let root = internet_root();
        assert_eq!(root.len(), 13);
        assert!(root.iter().all(|hint| {
            hint.addresses.len() == 2 && hint.addresses[0].is_ipv4() && hint.addresses[1].is_ipv6()
        }));
        assert_eq!(root[0].addresses[0].to_string(), "198.41.0.4");
        assert_eq!(root[12].addresses[0].to_string(), "202.12.27.33");
    }

    #[test]
    fn a_zone_may_have_a_name_before_its_file() {
        let plain: ZoneFile = "a/b.zone".parse().unwrap();
        assert_eq!((plain.origin, plain.file.as_str()), (None, "a/b.zone"));
        let named: ZoneFile = "example.com=b.zone".parse().unwrap();
        assert_eq!(named.origin.unwrap().to_string(), "example.com.");
        assert_eq!("x=".parse::<ZoneFile>(), Err(ParseZoneError::NoFile));
        assert!(matches!("a..b=x".parse::<ZoneFile>(), Err(ParseZoneError::Name(_))));
    }
}
