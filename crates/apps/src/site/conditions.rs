//! Validators of a file, and what a request makes depend on them (RFC 9110 sections 8.8 and 13).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::request::{Method, Request};

/// What tells one state of a file from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Validators {
    /// The entity tag with its quotes; it is a strong one.
    pub(super) etag: String,
    /// When the file was written, to the second.
    pub(super) modified: Option<SystemTime>,
}

/// What the conditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The answer is the file.
    Send,
    /// The peer has it already (304).
    NotModified,
    /// The peer wants another state of it, or none (412).
    Failed,
}

impl Validators {
    /// Of a file with this content, written at this time where that is known.
    pub(super) fn of(content: &[u8], modified: Option<SystemTime>) -> Self {
        let seconds = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let etag = match seconds {
            // As nginx and Apache do, for a file need not be read for it.
            Some(since) => format!("\"{:x}-{:x}\"", since.as_nanos(), content.len()),
            None => format!("\"{:016x}-{:x}\"", fnv1a(content), content.len()),
        };
        let whole = |since: Duration| UNIX_EPOCH + Duration::from_secs(since.as_secs());
        Self { etag, modified: seconds.map(whole) }
    }

    /// Judges the conditions in the order of section 13.2.2.
    pub(super) fn judge(&self, request: &Request) -> Verdict {
        if let Some(wanted) = request.header("if-match") {
            // Tags are compared strongly: one that begins with `W/` fits nothing.
            if !tags(&wanted).any(|tag| tag == "*" || tag == self.etag) {
                return Verdict::Failed;
            }
        } else if let (Some(since), Some(modified)) =
            (date(request, "if-unmodified-since"), self.modified)
            && modified > since
        {
            return Verdict::Failed;
        }
        if let Some(known) = request.header("if-none-match") {
            let fits = |tag: &str| tag == "*" || tag.trim_start_matches("W/") == self.etag;
            return match (tags(&known).any(fits), request.method) {
                (false, _) => Verdict::Send,
                (true, Method::Get | Method::Head) => Verdict::NotModified,
                (true, _) => Verdict::Failed,
            };
        }
        match (date(request, "if-modified-since"), self.modified) {
            (Some(since), Some(modified)) if modified <= since => Verdict::NotModified,
            _ => Verdict::Send,
        }
    }

    /// Whether a range may be sent: the peer has the rest of this state, or does not say.
    pub(super) fn range_fits(&self, request: &Request) -> bool {
        match (request.header("if-range"), date(request, "if-range")) {
            (None, _) => true,
            (Some(_), Some(date)) => self.modified == Some(date),
            (Some(tag), None) => tag == self.etag,
        }
    }
}

/// The tags of a list; a comma within quotes is not one of ours, and then nothing fits.
fn tags(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

fn date(request: &Request, name: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(&request.header(name)?).ok()
}

/// The FNV-1a hash with 64 bits (RFC 9923): the same on every machine.
fn fnv1a(bytes: &[u8]) -> u64 {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    bytes.iter().fold(OFFSET_BASIS, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::super::request::parse;
    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT, the RFC's example, and half a second.
    fn written() -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(784_111_777_500)
    }

    fn judge(lines: &str) -> Verdict {
        let text = format!("GET / HTTP/1.0\r\n{lines}\r\n\r\n");
        let (request, _) = parse(text.as_bytes()).unwrap().unwrap();
        Validators::of(b"hello", Some(written())).judge(&request)
    }

    fn etag() -> String {
        Validators::of(b"hello", Some(written())).etag
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        // RFC 9923 appendix C.
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_peer_that_has_the_file_is_told_so() {
        for list in [etag(), format!("W/{}", etag()), format!("\"x\", {}", etag()), "*".to_owned()]
        {
            assert_eq!(judge(&format!("If-None-Match: {list}")), Verdict::NotModified, "{list}");
        }
        assert_eq!(judge("If-None-Match: \"x\""), Verdict::Send);
        assert_eq!(judge("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"), Verdict::NotModified);
        assert_eq!(judge("If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT"), Verdict::Send);
        assert_eq!(judge("If-Modified-Since: yesterday"), Verdict::Send);
    }

    #[test]
    fn a_tag_counts_more_than_a_date() {
        let lines = "If-None-Match: \"x\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(judge(lines), Verdict::Send);
    }

    #[test]
    fn a_peer_that_wants_another_state_gets_none() {
        assert_eq!(judge("If-Match: \"x\""), Verdict::Failed);
        assert_eq!(judge(&format!("If-Match: W/{}", etag())), Verdict::Failed);
        assert_eq!(judge(&format!("If-Match: {}", etag())), Verdict::Send);
        assert_eq!(judge("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT"), Verdict::Failed);
        assert_eq!(judge("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT"), Verdict::Send);
    }

    #[test]
    fn a_range_of_another_state_is_not_sent() {
        let fits = |value: &str| {
            let text = format!("GET / HTTP/1.0\r\nIf-Range: {value}\r\n\r\n");
            let (request, _) = parse(text.as_bytes()).unwrap().unwrap();
            Validators::of(b"hello", Some(written())).range_fits(&request)
        };
        assert!(fits(&etag()) && fits("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert!(!fits("\"x\"") && !fits(&format!("W/{}", etag())));
        assert!(!fits("Wed, 09 Nov 1994 08:49:37 GMT"));
    }
}
