//! `HOST`, `HOST:PORT`, `[v6]:PORT`: where a client goes, as written and as resolved. A port is a number or
//! the name of a service.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use lanternet_net::services::{Transport, names_like};

use crate::sockets::{Family, Sockets};
use crate::text;
use crate::trouble::Trouble;

/// A host and its port as HTTP names them: without the port when it is the usual one of the scheme (RFC
/// 9110 section 7.2), an IPv6 address in brackets.
pub fn authority(host: &str, port: u16, usual: u16) -> String {
    let port = Some(port).filter(|port| *port != usual).map(Port::Number);
    match host {
        host if port.is_none() && host.contains(':') => format!("[{host}]"),
        host => Endpoint { host: host.to_owned(), port }.to_string(),
    }
}

/// A host, by name or address, and maybe a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The host: a name, or an address without brackets.
    pub host: String,
    /// The port, where one was written.
    pub port: Option<Port>,
}

/// A port, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// From 1 to 65535.
    Number(u16),
    /// The name of a service, such as `http`.
    Service(String),
}

/// A text is no [`Port`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a port from 1 to 65535, or the name of a service such as `http`, got `{0}`")]
pub struct ParsePortError(pub String);

impl FromStr for Port {
    type Err = ParsePortError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParsePortError(text.to_owned());
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return match text.parse() {
                Ok(port @ 1..) => Ok(Self::Number(port)),
                _ => Err(error()),
            };
        }
        // RFC 6335 section 5.1, and what is in lists of services besides.
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
        let named = text.bytes().all(fits) && text.bytes().any(|byte| byte.is_ascii_alphabetic());
        if named { Ok(Self::Service(text.to_owned())) } else { Err(error()) }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(port) => write!(f, "{port}"),
            Self::Service(name) => f.write_str(name),
        }
    }
}

impl Port {
    /// The number; the error is a line to print.
    pub fn number<S: Sockets>(&self, sockets: &S, over: Transport) -> Result<u16, String> {
        let name = match self {
            Self::Number(port) => return Ok(*port),
            Self::Service(name) => name,
        };
        sockets.service(name, over).ok_or_else(|| {
            let near = names_like(name);
            let near = near.first().filter(|near| !near.eq_ignore_ascii_case(name));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("unknown service `{name}` over {}{near}", over.name().to_ascii_uppercase())
        })
    }
}

impl Endpoint {
    /// The port where it may only be a number, as in a URL.
    ///
    /// # Errors
    /// [`ParseEndpointError::Number`] when it is the name of a service.
    pub fn number(&self) -> Result<Option<u16>, ParseEndpointError> {
        match &self.port {
            None => Ok(None),
            Some(Port::Number(port)) => Ok(Some(*port)),
            Some(Port::Service(name)) => Err(ParseEndpointError::Number(name.clone())),
        }
    }

    /// The port to go to: the one that is written here, or after `--port`, or else the usual one.
    pub(crate) fn port<S: Sockets>(
        &self,
        option: Option<&Port>,
        usual: u16,
        sockets: &S,
        over: Transport,
    ) -> Result<u16, Trouble> {
        let number = |port: &Port| port.number(sockets, over).map_err(Trouble::cannot_begin);
        match (&self.port, option) {
            (None, None) => Ok(usual),
            (Some(port), None) | (None, Some(port)) => number(port),
            (Some(one), Some(other)) if number(one)? == number(other)? => number(one),
            (Some(one), Some(other)) => Err(Trouble::cannot_begin(format!(
                "two different ports, {one} in `{self}` and {other} after --port: leave one out"
            ))),
        }
    }
}

/// Why a text is no [`Endpoint`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseEndpointError {
    /// Nothing before the colon, or nothing at all.
    #[error("expected a host name or address, got `{0}`")]
    NoHost(String),
    /// The part after the colon.
    #[error(
        "expected a port from 1 to 65535, or the name of a service, after the colon, got `{0}`"
    )]
    Port(String),
    /// A service where only a number will do.
    #[error("expected a port from 1 to 65535 after the colon, got `{0}`")]
    Number(String),
    /// Brackets hold something else than an IPv6 address.
    #[error("expected an IPv6 address in brackets such as `[fd00::1]:9090`, got `{0}`")]
    Brackets(String),
    /// Four numbers, but no IPv4 address: the number that is wrong.
    #[error("`{0}` is no IPv4 address: expected four numbers from 0 to 255")]
    V4(String),
}

impl FromStr for Endpoint {
    type Err = ParseEndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(rest) = text.strip_prefix('[') {
            let brackets = || ParseEndpointError::Brackets(text.to_owned());
            let (host, after) = rest.split_once(']').ok_or_else(brackets)?;
            host.parse::<Ipv6Addr>().map_err(|_| brackets())?;
            let port = match after.strip_prefix(':') {
                Some(port) => Some(parse_port(port)?),
                None if after.is_empty() => None,
                None => return Err(brackets()),
            };
            return Ok(Self { host: host.to_owned(), port });
        }
        // More than one colon and no brackets can only be a bare IPv6 address.
        if text.parse::<Ipv6Addr>().is_ok() {
            return Ok(Self { host: text.to_owned(), port: None });
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(parse_port(port)?)),
            None => (text, None),
        };
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(ParseEndpointError::NoHost(text.to_owned()));
        }
        let like_v4 =
            host.split('.').count() == 4 && host.chars().all(|c| c.is_ascii_digit() || c == '.');
        if like_v4 && host.parse::<IpAddr>().is_err() {
            return Err(ParseEndpointError::V4(host.to_owned()));
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.port {
            Some(port) if self.host.contains(':') => write!(f, "[{}]:{port}", self.host),
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

fn parse_port(text: &str) -> Result<Port, ParseEndpointError> {
    text.parse().map_err(|ParsePortError(text)| ParseEndpointError::Port(text))
}

/// The addresses of this host and port, in the order to try them.
pub async fn resolve<S: Sockets>(
    sockets: &S,
    host: &str,
    port: u16,
) -> io::Result<Vec<SocketAddr>> {
    let addresses = match host.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) => sockets.resolve(host).await?,
    };
    if addresses.is_empty() {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
}

/// The first address of this host, or its first of this family; the error is a line to print
/// after the program's name.
pub(crate) async fn resolve_one<S: Sockets>(
    sockets: &S,
    host: &str,
    family: Option<Family>,
) -> Result<IpAddr, String> {
    let addresses = resolve(sockets, host, 0)
        .await
        .map_err(|error| format!("{host}: {}", text::describe(&error)))?;
    addresses
        .into_iter()
        .map(|address| address.ip())
        .find(|&address| family.is_none_or(|family| Family::of(address) == family))
        .ok_or_else(|| format!("{host}: Address family for hostname not supported"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(String, Option<Port>), ParseEndpointError> {
        text.parse().map(|Endpoint { host, port }| (host, port))
    }

    #[test]
    fn names_addresses_and_ports_are_told_apart() {
        let ok = |host: &str, port: Option<u16>| Ok((host.to_owned(), port.map(Port::Number)));
        assert_eq!(parse("b3"), ok("b3", None));
        assert_eq!(parse("b3:9090"), ok("b3", Some(9090)));
        assert_eq!(parse("192.168.20.3:1"), ok("192.168.20.3", Some(1)));
        assert_eq!(parse("fd00::1"), ok("fd00::1", None));
        assert_eq!(parse("[fd00::1]"), ok("fd00::1", None));
        assert_eq!(parse("[fd00::1]:65535"), ok("fd00::1", Some(65535)));
        let service = |name: &str| Some(Port::Service(name.to_owned()));
        assert_eq!(parse("b3:http"), Ok(("b3".to_owned(), service("http"))));
        assert_eq!(parse("[fd00::1]:X11"), Ok(("fd00::1".to_owned(), service("X11"))));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(parse(""), Err(ParseEndpointError::NoHost(String::new())));
        assert_eq!(parse(":80"), Err(ParseEndpointError::NoHost(":80".to_owned())));
        for port in ["", "0", "65536", "-", "+80", "a b", "a/b"] {
            let error = Err(ParseEndpointError::Port(port.to_owned()));
            assert_eq!(parse(&format!("b3:{port}")), error);
        }
        assert!(matches!(parse("[b3]:80"), Err(ParseEndpointError::Brackets(_))));
        assert!(matches!(parse("[::1"), Err(ParseEndpointError::Brackets(_))));
        assert_eq!(
            parse("192.168.11.311:80").map_err(|error| error.to_string()),
            Err("`192.168.11.311` is no IPv4 address: expected four numbers from 0 to 255".into())
        );
    }

    #[test]
    fn an_endpoint_prints_as_it_reads() {
        for text in ["b3", "b3:9090", "b3:http", "[fd00::1]:80", "fd00::1"] {
            assert_eq!(text.parse::<Endpoint>().map(|e| e.to_string()), Ok(text.to_owned()));
        }
    }
}
