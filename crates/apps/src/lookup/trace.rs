//! From the root downwards: each server says who knows more, until one knows (RFC 1034 section 5.3.3).

use std::net::{IpAddr, SocketAddr};

use lanternet_net::dns::{Message, Name, PORT, RData, Record, RecordType, ResponseCode};

use super::{Args, Failed, address_of, ask, from_server, print};
use crate::console::{Console, ExitCode};
use crate::names::{Lookup, look_up};
use crate::sockets::Sockets;

/// More steps than any tree of names has levels: a name has at most 127 labels.
const MOST_STEPS: usize = 128;

/// A server of a zone, with the addresses that are known.
struct Server {
    name: Name,
    addresses: Vec<IpAddr>,
}

/// Follows the referrals and prints each step. The last answer is the result, without `--short`
/// printed already.
pub(super) async fn follow<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &Args,
    name: &Name,
    kind: RecordType,
) -> Result<Option<Lookup>, Failed> {
    let (mut servers, mut zone) = (roots(sockets, console, args).await?, Name::root());
    for _ in 0..MOST_STEPS {
        let reply = ask_one(sockets, args, &servers, name, kind).await?;
        let (message, server) = (&reply.message, reply.server);
        let referral = referral(message, name);
        if let (Some((cut, next)), false) = (&referral, message.metadata.authoritative) {
            if !zone.zone_of(cut) || *cut == zone {
                return Err(Failed(
                    ExitCode::FAILURE,
                    format!(
                        "{server} serves {zone} and points back to {cut}: it does not know the zone"
                    ),
                ));
            }
            if !args.short {
                for record in &message.authorities {
                    console.print_line(&print::line(record));
                }
                for record in message.additionals.iter().filter(|r| address(r).is_some()) {
                    console.print_line(&print::line(record));
                }
                console.print_line(&format!(
                    ";; {} of {zone} refers to the servers of {cut}, in {}\n",
                    server.ip(),
                    reply.took
                ));
            }
            (servers, zone) = (next_servers(message, next), cut.clone());
            continue;
        }
        let code = message.metadata.response_code;
        if !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain) {
            return Err(Failed(
                ExitCode::FAILURE,
                format!("{server}, which is to serve {zone}, answered {}", code_word(code)),
            ));
        }
        return Ok(Some(from_server(reply)));
    }
    Err(Failed(ExitCode::FAILURE, format!("more than {MOST_STEPS} referrals")))
}

fn code_word(code: ResponseCode) -> String {
    lanternet_net::dns::reason::code(code).to_string()
}

/// The servers of the root, as the host's name server (or `@SERVER`) knows them.
async fn roots<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &Args,
) -> Result<Vec<Server>, Failed> {
    let server = match args.server() {
        Some(server) => address_of(sockets, server).await?,
        None => match sockets.name_servers().servers.first() {
            Some(address) => SocketAddr::new(*address, PORT),
            None => {
                return Err(Failed(
                    ExitCode::ERROR,
                    "this host has no name server that could say who serves the root; name one with \
                     `@SERVER`"
                        .to_owned(),
                ));
            }
        },
    };
    let reply = ask(sockets, args, server, &Name::root(), RecordType::NS, true).await?;
    let message = &reply.message;
    let names: Vec<Name> =
        message.answers.iter().chain(&message.authorities).filter_map(server_name).collect();
    if names.is_empty() {
        return Err(Failed(
            ExitCode::FAILURE,
            format!("{server} does not know who serves the root"),
        ));
    }
    if !args.short {
        for record in message.answers.iter().chain(&message.authorities) {
            console.print_line(&print::line(record));
        }
        console.print_line(&format!(
            ";; {} knows the servers of the root, in {}\n",
            server.ip(),
            reply.took
        ));
    }
    Ok(next_servers(message, &names))
}

fn server_name(record: &Record) -> Option<Name> {
    match &record.data {
        RData::NS(server) => Some(server.0.clone()),
        _ => None,
    }
}

fn address(record: &Record) -> Option<IpAddr> {
    match &record.data {
        RData::A(address) => Some(IpAddr::V4(address.0)),
        RData::AAAA(address) => Some(IpAddr::V6(address.0)),
        _ => None,
    }
}

/// The zone that is delegated and the names of its servers.
fn referral(message: &Message, name: &Name) -> Option<(Name, Vec<Name>)> {
    if !message.answers.is_empty() {
        return None;
    }
    let cut = message
        .authorities
        .iter()
        .find(|record| record.record_type() == RecordType::NS && record.name.zone_of(name))?;
    let of_cut = message.authorities.iter().filter(|record| record.name == cut.name);
    Some((cut.name.clone(), of_cut.filter_map(server_name).collect()))
}

fn next_servers(message: &Message, names: &[Name]) -> Vec<Server> {
    let servers = names.iter().map(|name| Server {
        name: name.clone(),
        addresses: message
            .additionals
            .iter()
            .filter(|record| record.name == *name)
            .filter_map(address)
            .collect(),
    });
    servers.collect()
}

/// Asks the servers in turn until one answers. A server that came without an address is looked up as
/// every name is.
async fn ask_one<S: Sockets>(
    sockets: &S,
    args: &Args,
    servers: &[Server],
    name: &Name,
    kind: RecordType,
) -> Result<super::Reply, Failed> {
    let mut last = None;
    for server in servers {
        let mut addresses = server.addresses.clone();
        if addresses.is_empty()
            && let Ok(found) = look_up(sockets, &server.name, RecordType::A).await
        {
            addresses.extend(found.message.answers.iter().filter_map(address));
        }
        for address in addresses {
            match ask(sockets, args, SocketAddr::new(address, PORT), name, kind, false).await {
                Ok(reply) => return Ok(reply),
                Err(failed) => last = Some(failed),
            }
        }
    }
    Err(last.unwrap_or_else(|| {
        let names: Vec<String> = servers.iter().map(|server| server.name.to_ascii()).collect();
        Failed(ExitCode::FAILURE, format!("no address is known of {}", names.join(", ")))
    }))
}
