//! From what a peer asked for to a place within the site's folder, and never outside it.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What a name needs escaped to be one segment of a path in a link (RFC 3986 section 3.3: `pchar`
/// without what HTML gives a meaning to).
const NOT_IN_A_SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'\'')
    .add(b'/')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A place in the site: names joined by `/`, none of them empty, `.`, `..`, or hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Empty for the folder itself.
    pub(super) path: String,
    /// It was written with a slash at its end, so a folder is meant.
    pub(super) folder: bool,
}

/// Why a request's target is no place in the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoTarget {
    /// It is no path, or its escapes are no UTF-8 (400).
    Malformed,
    /// It is one that this server does not show, whatever the folder holds (404).
    Hidden,
}

impl Target {
    /// Reads the path of a request, with its query if it has one.
    ///
    /// Escapes are undone first, segment by segment, so that an escaped slash stays part of a name, which
    /// no file has. Then `.` and `..` are resolved as RFC 3986 section 5.2.4 does, above the top as
    /// at the top; but names that another system takes for a separator, a drive, or the end of the
    /// text are nobody's here.
    pub(super) fn parse(text: &str) -> Result<Self, NoTarget> {
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let path = path.strip_prefix('/').ok_or(NoTarget::Malformed)?;
        let mut names: Vec<String> = Vec::new();
        let mut folder = true;
        for segment in path.split('/') {
            if has_broken_escape(segment) {
                return Err(NoTarget::Malformed);
            }
            let name =
                percent_decode_str(segment).decode_utf8().map_err(|_| NoTarget::Malformed)?;
            folder = matches!(&*name, "" | "." | "..");
            match &*name {
                "" | "." => {}
                ".." => {
                    names.pop();
                }
                name if name.contains(['/', '\\', '\0', ':']) || name.starts_with('.') => {
                    return Err(NoTarget::Hidden);
                }
                name if name.chars().any(char::is_control) => return Err(NoTarget::Hidden),
                name => names.push(name.to_owned()),
            }
        }
        Ok(Self { path: names.join("/"), folder })
    }

    /// The path for a link or a redirect, with a slash before it and, for a folder, behind it.
    pub(super) fn link(&self, folder: bool) -> String {
        let mut link = String::from("/");
        for name in self.path.split('/').filter(|name| !name.is_empty()) {
            link.push_str(&segment(name));
            link.push('/');
        }
        if !folder && link.len() > 1 {
            link.pop();
        }
        link
    }
}

/// A file's name as one segment of a link.
pub(super) fn segment(name: &str) -> String {
    utf8_percent_encode(name, NOT_IN_A_SEGMENT).to_string()
}

/// A `%` without two hexadecimal digits behind it.
fn has_broken_escape(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%').any(|(at, _)| {
        let digits = bytes.get(at + 1..at + 3);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Result<String, NoTarget> {
        Target::parse(text).map(|target| target.path)
    }

    #[test]
    fn a_path_is_names_without_escapes_and_without_a_query() {
        assert_eq!(path("/"), Ok(String::new()));
        assert_eq!(path("/a/b.html?x=/../../c#d"), Ok("a/b.html".into()));
        assert_eq!(path("/a%20b/%E7%BD%91"), Ok("a b/网".into()));
        assert_eq!(path("//a///b/./c"), Ok("a/b/c".into()));
        assert!(Target::parse("/a/").unwrap().folder && !Target::parse("/a").unwrap().folder);
    }

    #[test]
    fn dots_never_lead_out_of_the_folder() {
        // RFC 3986 section 5.4.2: more dots than levels end at the top.
        assert_eq!(path("/../../../etc/passwd"), Ok("etc/passwd".into()));
        assert_eq!(path("/a/%2e%2e/%2E./b"), Ok("b".into()));
        assert_eq!(path("/a/b/.."), Ok("a".into()));
        for outside in
            ["/..%2f..%2fetc/passwd", "/..\\..\\x", "/%5c..%5c", "/c:/x", "/%00", "/a%0d%0ab"]
        {
            assert_eq!(path(outside), Err(NoTarget::Hidden), "{outside}");
        }
        assert_eq!(path("/.git/config"), Err(NoTarget::Hidden));
        assert_eq!(path("/..."), Err(NoTarget::Hidden));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", "a", "*", "/%", "/%2", "/%zz", "/%ff%fe"] {
            assert_eq!(path(text), Err(NoTarget::Malformed), "{text}");
        }
    }

    #[test]
    fn a_link_says_every_name_again() {
        let link = |text| Target::parse(text).unwrap().link(true);
        assert_eq!(link("/a%20b/%3Cc%3E"), "/a%20b/%3Cc%3E/");
        assert_eq!(link("/"), "/");
        assert_eq!(segment("50%&\"x\".html"), "50%25%26%22x%22.html");
    }

    proptest::proptest! {
        #[test]
        fn no_text_leads_out(text in "/[./%2eEfF5cC\\\\a:]{0,24}") {
            if let Ok(target) = Target::parse(&text) {
                for name in target.path.split('/').filter(|name| !name.is_empty()) {
                    assert!(!name.starts_with('.') && !name.contains('\\'), "{text}: {name}");
                }
                assert!(!target.path.starts_with('/'));
            }
        }
    }
}
