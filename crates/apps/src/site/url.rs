//! `http://HOST[:PORT]/PATH`, as written by people.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{DEFAULT_PORT, DEFAULT_TLS_PORT};
use crate::endpoint::{self, Endpoint, ParseEndpointError};

/// What cannot stand in a request's target as it is (RFC 3986 section 3.3 and 3.4); `%` may, since what
/// is escaped already stays so.
const NOT_IN_A_TARGET: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Where a page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// `https`: over TLS.
    pub secure: bool,
    /// The host, and the port where one was written.
    pub at: Endpoint,
    /// The path with its query, escaped, beginning with a slash.
    pub target: String,
}

/// Why a text is no [`Url`] of a site.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseUrlError {
    /// Another protocol.
    #[error("expected `http://` or `https://`, got `{0}://`")]
    Scheme(String),
    /// A name and password before the host.
    #[error("expected a host after `http://`, got a user `{0}`")]
    User(String),
    /// The host or the port.
    #[error(transparent)]
    Host(#[from] ParseEndpointError),
}

impl Url {
    /// The port to connect to.
    pub fn port(&self) -> u16 {
        // It was read as one that has a number or none.
        self.at.number().ok().flatten().unwrap_or(self.usual_port())
    }

    const fn usual_port(&self) -> u16 {
        if self.secure { DEFAULT_TLS_PORT } else { DEFAULT_PORT }
    }

    /// The value of `Host`: without the port when it is the usual one (RFC 9110 section 7.2).
    pub fn authority(&self) -> String {
        endpoint::authority(&self.at.host, self.port(), self.usual_port())
    }
}

impl FromStr for Url {
    type Err = ParseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (secure, rest) = match text.split_once("://") {
            None => (false, text),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            // `a.example/?to=b://c` has no scheme.
            Some((before, _)) if before.contains(['/', '?', '#']) => (false, text),
            Some((scheme, _)) => return Err(ParseUrlError::Scheme(scheme.to_owned())),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if let Some((user, _)) = host.rsplit_once('@') {
            return Err(ParseUrlError::User(user.to_owned()));
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        let path = utf8_percent_encode(path, NOT_IN_A_TARGET);
        let at: Endpoint = host.parse()?;
        at.number()?;
        Ok(Self { secure, at, target: format!("{slash}{path}") })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.target)
    }
}

/// Reads the name of a site from an argument.
pub(super) fn host_name(text: &str) -> Result<String, String> {
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let letters = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let labels = name.split('.').all(|label| !label.is_empty() && label.len() <= 63);
    match labels && name.len() <= 253 && name.chars().all(letters) {
        true => Ok(name),
        false => Err(format!("expected the name of a site such as `shop.example`, got `{text}`")),
    }
}

/// Reads a range from an argument, with the words of the header.
pub(super) fn range(text: &str) -> Result<String, String> {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('-') {
        Some((first, last)) if digits(first) && digits(last) && text.len() > 1 => {
            Ok(format!("bytes={text}"))
        }
        _ => Err(format!("expected a range such as `0-99`, `100-` or `-100`, got `{text}`")),
    }
}

/// Reads a header from an argument.
pub(super) fn header(text: &str) -> Result<String, String> {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    match text.split_once(':') {
        Some((name, value))
            if !name.is_empty() && name.chars().all(token) && !value.contains(char::is_control) =>
        {
            Ok(format!("{name}: {}", value.trim()))
        }
        _ => Err(format!("expected a header such as `Accept: text/html`, got `{text}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (String, u16, String) {
        let url: Url = text.parse().unwrap();
        (url.authority(), url.port(), url.target)
    }

    #[test]
    fn no_port_means_80() {
        let of =
            |authority: &str, port, target: &str| (authority.to_owned(), port, target.to_owned());
        assert_eq!(parse("http://www.shop.example:8001/"), of("www.shop.example:8001", 8001, "/"));
        assert_eq!(parse("http://a.example"), of("a.example", 80, "/"));
        assert_eq!(parse("HTTP://a.example:80/x"), of("a.example", 80, "/x"));
        assert_eq!(parse("a.example/x y?z=网#f"), of("a.example", 80, "/x%20y?z=%E7%BD%91"));
        assert_eq!(parse("a.example?to=b://c"), of("a.example", 80, "/?to=b://c"));
        assert_eq!(parse("http://[fd00::1]/"), of("[fd00::1]", 80, "/"));
        assert_eq!(parse("http://[fd00::1]:8080/"), of("[fd00::1]:8080", 8080, "/"));
    }

    #[test]
    fn over_tls_no_port_means_443() {
        // RFC 9110 section 4.2.2.
        for (text, authority, port) in [
            ("https://a.example/", "a.example", 443),
            ("HTTPS://a.example:443/", "a.example", 443),
            ("https://a.example:80/", "a.example:80", 80),
        ] {
            let url: Url = text.parse().unwrap();
            assert_eq!((url.secure, url.port()), (true, port), "{text}");
            assert_eq!(url.to_string(), format!("https://{authority}/"));
        }
    }

    #[test]
    fn what_is_no_url_of_a_site_says_why() {
        let error = |text: &str| text.parse::<Url>().unwrap_err();
        assert_eq!(error("ftp://a.example/"), ParseUrlError::Scheme("ftp".into()));
        assert_eq!(error("http://me:pw@a.example/"), ParseUrlError::User("me:pw".into()));
        for text in ["http://", "http:///x", "http://a:0/", "http://a b/", "http://[::1/"] {
            assert!(matches!(error(text), ParseUrlError::Host(_)), "{text}");
        }
    }

    #[test]
    fn arguments_cannot_break_the_request() {
        assert!(header("X: a\r\nY: b").is_err() && header("no colon").is_err());
        assert_eq!(header("If-None-Match:*"), Ok("If-None-Match: *".into()));
        assert_eq!(range("-5"), Ok("bytes=-5".into()));
        assert!(range("-").is_err() && range("1").is_err() && range("a-b").is_err());
        assert_eq!(host_name("Shop.Example."), Ok("shop.example".into()));
        assert!(host_name("a..b").is_err() && host_name("a b").is_err() && host_name("").is_err());
    }
}
