//! The head of a request (RFC 9112): what it asks, or with which status it is refused.

use httparse::{Error, Status};

/// A longer head is refused with 431, a longer target with 414; Apache's and nginx's limits are alike.
pub(super) const MAX_HEAD: usize = 16 * 1024;
const MAX_TARGET: usize = 8 * 1024;
const MAX_HEADERS: usize = 100;
/// A longer body is refused with 413: nothing here takes one.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// What a request wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Head,
    /// One that HTTP defines and no file here has (405).
    NotAllowed,
    /// One that we do not know (501).
    Unknown,
}

/// A request's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: Method,
    /// The method and target as they were written, for the log.
    pub(super) line: String,
    /// The path, with its query.
    pub(super) target: String,
    /// The host that is meant, without a port; HTTP/1.0 need not say.
    pub(super) host: Option<String>,
    /// The peer takes more answers on this connection.
    pub(super) keep_alive: bool,
    /// It is HTTP/1.0, which must be told that the connection stays open.
    pub(super) old: bool,
    /// The bytes of the body that follow the head.
    pub(super) body: usize,
    /// The peer waits for a word before it sends the body (RFC 9110 section 10.1.1).
    pub(super) expects_continue: bool,
    headers: Vec<(String, String)>,
}

impl Request {
    /// The value of a header by its name in small letters, several joined by commas.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let mut values =
            self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let first = values.next()?.to_owned();
        Some(values.fold(first, |all, next| format!("{all}, {next}")))
    }
}

/// A request that is refused before anybody looked for a file. The connection cannot be used any
/// further: where the next request begins is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) why: String,
}

fn refuse<T>(status: u16, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { status, why: why.into() })
}

/// Reads the head at the beginning of these bytes, with its length; `None` while it is not complete.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(bytes) {
        Ok(Status::Complete(length)) if length <= MAX_HEAD => length,
        Ok(Status::Partial) if bytes.len() < MAX_HEAD => return Ok(None),
        Ok(_) => return too_long(bytes),
        Err(Error::TooManyHeaders) => {
            return refuse(431, format!("more than {MAX_HEADERS} header lines"));
        }
        Err(Error::Version) if names_other_version(bytes) => {
            return refuse(505, "this server speaks HTTP/1.1 and HTTP/1.0");
        }
        Err(error) => return refuse(400, format!("no HTTP request: {error}")),
    };
    let (Some(method), Some(target), Some(version)) = (head.method, head.path, head.version) else {
        return refuse(400, "no HTTP request");
    };
    if target.len() > MAX_TARGET {
        return refuse(414, format!("a target of more than {MAX_TARGET} bytes"));
    }
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|header| {
            let value = String::from_utf8_lossy(header.value).trim().to_owned();
            (header.name.to_ascii_lowercase(), value)
        })
        .collect();
    let request = checked(method, target, version == 0, headers)?;
    Ok(Some((request, length)))
}

/// What is too long: the first line, or all lines together.
fn too_long<T>(bytes: &[u8]) -> Result<T, Refusal> {
    match bytes.iter().take(MAX_TARGET).any(|byte| *byte == b'\n') {
        true => refuse(431, format!("a head of more than {MAX_HEAD} bytes")),
        false => refuse(414, format!("a target of more than {MAX_TARGET} bytes")),
    }
}

/// Whether the first line ends as a request of some version of HTTP does.
fn names_other_version(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let last = line.trim_ascii_end().rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    matches!(last, [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', ..])
}

fn checked(
    method: &str,
    target: &str,
    old: bool,
    headers: Vec<(String, String)>,
) -> Result<Request, Refusal> {
    let line = format!("{method} {target}");
    // The methods of RFC 9110 section 9.3 and RFC 5789. Letters count: `get` is none.
    let kind = match method {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" | "PUT" | "DELETE" | "CONNECT" | "OPTIONS" | "TRACE" | "PATCH" => Method::NotAllowed,
        _ => Method::Unknown,
    };
    let all = |name: &str| {
        headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    };
    let hosts: Vec<&str> = all("host");
    // RFC 9112 section 3.2.
    let host = match (&hosts[..], old) {
        ([host], _) => Some(host_of(host)?),
        ([], true) => None,
        ([], false) => {
            return refuse(400, "a request of HTTP/1.1 says with Host which site it means");
        }
        _ => return refuse(400, "more than one Host"),
    };
    let (target, host) = match target.split_once("://") {
        // A proxy's form, whose host counts more than Host does (section 3.2.2).
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
            let at = rest.find(['/', '?']).unwrap_or(rest.len());
            let (authority, path) = rest.split_at(at);
            let slash = if path.starts_with('/') { "" } else { "/" };
            (format!("{slash}{path}"), Some(host_of(authority)?))
        }
        _ => (target.to_owned(), host),
    };
    let (body, coded) = body(&all("content-length"), &all("transfer-encoding"))?;
    if coded {
        return refuse(411, "say the length of a body with Content-Length");
    }
    let expects: Vec<&str> = all("expect");
    let expects_continue = match &expects[..] {
        [] => false,
        [word] if word.eq_ignore_ascii_case("100-continue") => !old && body > 0,
        _ => return refuse(417, "only `Expect: 100-continue` can be met"),
    };
    let connection: Vec<&str> = all("connection");
    let says = |word: &str| {
        let mut words = connection.iter().flat_map(|value| value.split(','));
        words.any(|option| option.trim().eq_ignore_ascii_case(word))
    };
    let keep_alive = if old { says("keep-alive") } else { !says("close") };
    Ok(Request {
        method: kind,
        line,
        target,
        host,
        keep_alive,
        old,
        body,
        expects_continue,
        headers,
    })
}

/// The name in an authority, small and without port and final dot.
fn host_of(authority: &str) -> Result<String, Refusal> {
    let wrong = || Refusal { status: 400, why: format!("`{authority}` is no host") };
    let (name, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or_else(wrong)?;
            address.parse::<std::net::Ipv6Addr>().map_err(|_| wrong())?;
            (address, port)
        }
        None => {
            let at = authority.find(':').unwrap_or(authority.len());
            authority.split_at(at)
        }
    };
    let port_fits = match port.strip_prefix(':') {
        Some(digits) => digits.is_empty() || digits.parse::<u16>().is_ok(),
        None => port.is_empty(),
    };
    let letters = |c: char| c.is_ascii_alphanumeric() || "-._~:%!$&'()*+,;=".contains(c);
    if !port_fits || !name.chars().all(letters) {
        return Err(wrong());
    }
    Ok(name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase())
}

/// The length of the body, and whether it comes in chunks instead (RFC 9112 section 6.3).
fn body(lengths: &[&str], codings: &[&str]) -> Result<(usize, bool), Refusal> {
    match (lengths, codings) {
        ([], []) => Ok((0, false)),
        // Two readings of one message are how requests are smuggled past others.
        ([_, ..], [_, ..]) => refuse(400, "both Content-Length and Transfer-Encoding"),
        ([], [coding]) if coding.eq_ignore_ascii_case("chunked") => Ok((0, true)),
        ([], _) => refuse(501, "the only transfer coding is `chunked`"),
        ([length], []) if !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit()) => {
            match length.parse::<usize>() {
                Ok(length) if length <= MAX_BODY => Ok((length, false)),
                _ => refuse(413, format!("a body of more than {MAX_BODY} bytes")),
            }
        }
        _ => refuse(400, "Content-Length is one number"),
    }
}

#[cfg(test)]
mod tests;
