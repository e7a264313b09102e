//! The cookie that holds a session's id (RFC 6265), without I/O.

/// Under TLS: with this prefix browsers take it only from a secure page of this very host, for all of it
/// (RFC 6265bis section 4.1.3.2).
const SECURE: &str = "__Host-lanternet";
/// In plain text.
const PLAIN: &str = "lanternet";

/// What the cookie is called.
pub(super) const fn name(secure: bool) -> &'static str {
    if secure { SECURE } else { PLAIN }
}

/// The session's id in a `Cookie` header.
pub(super) fn find(header: &str, secure: bool) -> Option<&str> {
    let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, id) = pairs.find(|(key, _)| *key == name(secure))?;
    Some(id)
}

/// A `Set-Cookie` that gives the browser this id: no script can read it, no other site's page sends
/// it, and it goes when the browser is closed.
pub(super) fn set(id: &str, secure: bool) -> String {
    let only_tls = if secure { "; Secure" } else { "" };
    format!("{}={id}; Path=/; HttpOnly; SameSite=Strict{only_tls}", name(secure))
}

/// A `Set-Cookie` that takes it away again.
pub(super) fn clear(secure: bool) -> String {
    format!("{}; Max-Age=0", set("", secure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_cookie_is_found_among_others() {
        assert_eq!(find("a=1; lanternet=xyz; b=2", false), Some("xyz"));
        assert_eq!(find("__Host-lanternet=xyz", true), Some("xyz"));
        for header in ["", "lanternet", "xlanternet=1", "a=lanternet=1", "__Host-lanternet=1"] {
            assert_eq!(find(header, false), None, "{header}");
        }
        assert_eq!(
            find("lanternet=1", true),
            None,
            "one that came over plain text is none of ours"
        );
    }

    #[test]
    fn under_tls_a_cookie_is_bound_to_it() {
        let cookie = set("x", true);
        assert_eq!(cookie, "__Host-lanternet=x; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert!(!set("x", false).contains("Secure") && clear(true).ends_with("Max-Age=0"));
    }
}
