//! What a file is, by the end of its name.

/// The media types of the IANA registry for what sites are made of; text is UTF-8.
const TYPES: [(&str, &str); 26] = [
    ("avif", "image/avif"),
    ("bin", "application/octet-stream"),
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/vnd.microsoft.icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("webp", "image/webp"),
    ("woff2", "font/woff2"),
    ("xml", "application/xml"),
    ("zip", "application/zip"),
];

/// The `Content-Type` of a file of this name.
pub(super) fn of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    match TYPES.binary_search_by(|(known, _)| (*known).cmp(&ending)) {
        Ok(at) => TYPES[at].1,
        Err(_) => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_for_the_search() {
        assert!(TYPES.is_sorted_by(|one, other| one.0 < other.0));
    }

    #[test]
    fn the_ending_decides_whatever_its_case() {
        assert_eq!(of("index.html"), "text/html; charset=utf-8");
        assert_eq!(of("a/b.tar.GZ"), "application/gzip");
        assert_eq!(of("README"), "application/octet-stream");
        assert_eq!(of("x.unheard-of"), "application/octet-stream");
    }
}
