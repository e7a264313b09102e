//! Is a request for this site, and from a page of this site? Without I/O.
//!
//! A browser says in `Host` what it was told to open and in `Origin` whose page asks. A page of somebody
//! else's has another origin. A name of somebody else's that leads to this server's address (DNS
//! rebinding) makes that page's origin fit its `Host`, so the name has to be one of ours: an address as
//! such, `localhost`, what the host is called, or what `--name` and `--origin` say.

use std::net::IpAddr;
use std::str::FromStr;

/// What the site is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Site {
    /// It is served over TLS by this server itself.
    pub(super) tls: bool,
    /// Names of the host, in small letters.
    pub(super) names: Vec<String>,
    /// Where browsers see it, when something stands in between.
    pub(super) origins: Vec<Origin>,
}

/// A scheme, a host and a port (RFC 6454), as browsers write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    https: bool,
    host: String,
    port: u16,
}

/// A text is no [`Origin`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an origin such as `https://portal.example` or `http://10.0.0.1:8080`, got `{0}`")]
pub struct ParseOriginError(String);

impl FromStr for Origin {
    type Err = ParseOriginError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseOriginError(text.to_owned());
        let (scheme, rest) = text.split_once("://").ok_or_else(error)?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(error()),
        };
        let (host, port) = authority(rest).ok_or_else(error)?;
        Ok(Self { https, host, port: port.unwrap_or(if https { 443 } else { 80 }) })
    }
}

/// Host, in small letters and without brackets, and port of a `Host` header.
fn authority(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, port.strip_prefix(':').or(port.is_empty().then_some("")))
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, Some("")),
        },
    };
    let port = match port? {
        "" => None,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
        _ => return None,
    };
    let letters = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
    let fine = !host.is_empty() && host.len() <= 253 && host.chars().all(letters);
    fine.then(|| (host.to_ascii_lowercase(), port))
}

/// Why a request is not for this site or not from one of its pages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stranger {
    /// `Host` is missing or no host.
    #[error("expected a `Host` with the name of this site")]
    NoHost,
    /// The site has another name.
    #[error("this site is not called `{0}`; its server takes further names with --name")]
    Host(String),
    /// A change without a word about who asks.
    #[error("expected an `Origin`: a change comes from a page of this site")]
    NoOrigin,
    /// A page of somebody else's.
    #[error("`{0}` is not the origin of this site; its server takes further ones with --origin")]
    Origin(String),
}

impl Site {
    /// Whether browsers reach it over TLS only, so that cookies may be kept to that.
    pub(super) fn is_secure(&self) -> bool {
        let behind = !self.origins.is_empty() && self.origins.iter().all(|origin| origin.https);
        self.tls || behind
    }

    /// Sees that a request is for this site.
    pub(super) fn check_host(&self, host: Option<&str>) -> Result<(), Stranger> {
        let text = host.ok_or(Stranger::NoHost)?;
        let (host, _) = authority(text).ok_or(Stranger::NoHost)?;
        let own = host == "localhost"
            || host.parse::<IpAddr>().is_ok()
            || self.names.contains(&host)
            || self.origins.iter().any(|origin| origin.host == host);
        own.then_some(()).ok_or(Stranger::Host(host))
    }

    /// Sees that a request comes from a page of this site. Its host is checked already.
    pub(super) fn check_origin(
        &self,
        origin: Option<&str>,
        host: Option<&str>,
    ) -> Result<(), Stranger> {
        let text = origin.ok_or(Stranger::NoOrigin)?;
        let strange = || Stranger::Origin(text.to_owned());
        let origin: Origin = text.parse().map_err(|_| strange())?;
        let scheme = if self.tls { "https" } else { "http" };
        let own = host.and_then(|host| format!("{scheme}://{host}").parse::<Origin>().ok());
        let right = own.as_ref() == Some(&origin) || self.origins.contains(&origin);
        right.then_some(()).ok_or_else(strange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site { tls: true, names: vec!["cloud".into()], origins: Vec::new() }
    }

    #[test]
    fn only_names_of_ours_are_hosts() {
        for host in
            ["127.0.0.1:8443", "[::1]:8443", "[fd00::1]", "localhost", "LOCALHOST:1", "Cloud:8443"]
        {
            assert_eq!(site().check_host(Some(host)), Ok(()), "{host}");
        }
        for host in ["evil.example", "cloud.evil.example", "localhost.evil.example:8443"] {
            assert!(matches!(site().check_host(Some(host)), Err(Stranger::Host(_))), "{host}");
        }
        for host in
            ["", ":80", "[::1", "[evil]", "a b", "cloud:x", "cloud:99999", "a/b", "me@cloud"]
        {
            assert_eq!(site().check_host(Some(host)), Err(Stranger::NoHost), "{host}");
        }
        assert_eq!(site().check_host(None), Err(Stranger::NoHost));
    }

    #[test]
    fn only_pages_of_ours_are_origins() {
        let check = |site: &Site, origin, host| site.check_origin(Some(origin), Some(host));
        assert_eq!(check(&site(), "https://cloud:8443", "cloud:8443"), Ok(()));
        assert_eq!(check(&site(), "https://cloud", "cloud:443"), Ok(()), "443 goes without saying");
        for origin in [
            "http://cloud:8443",
            "https://cloud",
            "https://cloud:8444",
            "https://evil.example:8443",
            "null",
            "",
            "https://cloud:8443/x",
        ] {
            assert!(check(&site(), origin, "cloud:8443").is_err(), "{origin}");
        }
        assert_eq!(site().check_origin(None, Some("cloud")), Err(Stranger::NoOrigin));
    }

    #[test]
    fn behind_a_proxy_the_site_knows_its_own_name() {
        let origins = vec!["https://portal.example".parse().unwrap()];
        let site = Site { tls: false, names: Vec::new(), origins };
        assert!(site.is_secure());
        assert_eq!(site.check_host(Some("portal.example")), Ok(()));
        assert_eq!(
            site.check_origin(Some("https://portal.example"), Some("10.0.0.1:8080")),
            Ok(())
        );
        assert!(site.check_origin(Some("http://portal.example:8080"), Some("10.0.0.1")).is_err());
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in
            ["portal.example", "ftp://a", "https://", "https://a/", "https://a:b", "https://a b"]
        {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
