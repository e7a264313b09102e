//! `https://HOST[:PORT]`, as written by people.

use std::fmt;
use std::str::FromStr;

use super::super::{DEFAULT_PLAIN_PORT, DEFAULT_PORT};
use crate::endpoint::{self, Endpoint, ParseEndpointError};

/// Where a portal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Over TLS or not, where it was written.
    pub https: Option<bool>,
    /// The host, and the port where one was written.
    pub at: Endpoint,
}

/// Why a text is no [`Url`] of a portal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseUrlError {
    /// Another protocol.
    #[error("expected `https://` or `http://`, got `{0}://`")]
    Scheme(String),
    /// Something besides the host.
    #[error("expected only a host and a port after `://`, got `{0}`")]
    Path(String),
    /// The host or the port.
    #[error(transparent)]
    Host(#[from] ParseEndpointError),
}

impl Url {
    /// The port to connect to: a scheme that was written has its own (RFC 9110 section 4.2).
    pub fn port(&self, tls: bool) -> u16 {
        let usual = match self.https {
            Some(true) => 443,
            Some(false) => 80,
            None if tls => DEFAULT_PORT,
            None => DEFAULT_PLAIN_PORT,
        };
        // It was read as one that has a number or none.
        self.at.number().ok().flatten().unwrap_or(usual)
    }

    /// The value of `Host`: without the port when it is that of the scheme (RFC 9110 section 7.2).
    pub fn authority(&self, tls: bool) -> String {
        let usual = if tls { 443 } else { 80 };
        endpoint::authority(&self.at.host, self.port(tls), usual)
    }
}

impl FromStr for Url {
    type Err = ParseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (https, rest) = match text.split_once("://") {
            None => (None, text),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(true), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(false), rest),
            Some((scheme, _)) => return Err(ParseUrlError::Scheme(scheme.to_owned())),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if let Some(at) = rest.find(['/', '?', '#', '@']) {
            return Err(ParseUrlError::Path(rest[at..].to_owned()));
        }
        let at: Endpoint = rest.parse()?;
        at.number()?;
        Ok(Self { https, at })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.https {
            Some(true) => write!(f, "https://{}", self.at),
            Some(false) => write!(f, "http://{}", self.at),
            None => self.at.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_has_its_own_port_and_none_has_ours() {
        let parse = |text: &str, tls| {
            let url: Url = text.parse().unwrap();
            (url.authority(tls), url.port(tls))
        };
        assert_eq!(parse("https://portal.example/", true), ("portal.example".into(), 443));
        assert_eq!(parse("http://portal.example", false), ("portal.example".into(), 80));
        assert_eq!(parse("HTTPS://[fd00::1]", true), ("[fd00::1]".into(), 443));
        assert_eq!(parse("cloud", true), ("cloud:8443".into(), 8443));
        assert_eq!(parse("cloud", false), ("cloud:8080".into(), 8080));
        assert_eq!(parse("https://cloud:9000", true), ("cloud:9000".into(), 9000));
    }

    #[test]
    fn what_is_no_url_of_a_portal_says_why() {
        let error = |text: &str| text.parse::<Url>().unwrap_err();
        assert_eq!(error("ftp://a"), ParseUrlError::Scheme("ftp".into()));
        assert_eq!(error("https://a/files"), ParseUrlError::Path("/files".into()));
        assert_eq!(error("https://me@a"), ParseUrlError::Path("@a".into()));
        for text in ["", "https://", "https://a:0", "https://a b"] {
            assert!(matches!(error(text), ParseUrlError::Host(_)), "{text}");
        }
    }
}
