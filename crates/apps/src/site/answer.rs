//! Which answer a request gets, once it is known what is at the place it names.

use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use super::conditions::{Validators, Verdict};
use super::listing;
use super::media;
use super::range::{Asked, asked};
use super::request::{Method, Refusal, Request};
use super::target::{NoTarget, Target};
use crate::files::Entry;

/// What is at the place that a request names.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// A file by this name.
    File { name: String, content: Arc<[u8]>, modified: Option<SystemTime> },
    /// A folder without an `index.html`.
    Listing(Vec<Entry>),
    /// A folder, asked for as if it were a file.
    Moved,
    /// Nothing.
    Nothing,
    /// Something that cannot be read, and why.
    Unreadable(String),
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// What the body is said to be long, also where it is left out.
    length: Option<usize>,
    headers: Vec<(&'static str, String)>,
    content: Arc<[u8]>,
    part: Range<usize>,
}

impl Answer {
    /// The bytes of the body.
    pub(super) fn body(&self) -> &[u8] {
        &self.content[self.part.clone()]
    }

    /// A short text that says what is the matter.
    pub(super) fn text(status: u16, why: &str) -> Self {
        let text = format!("{status} {}\n{why}\n", reason(status));
        let headers = vec![("Content-Type", "text/plain; charset=utf-8".to_owned())];
        Self::whole(status, headers, text.into_bytes().into())
    }

    fn whole(status: u16, headers: Vec<(&'static str, String)>, content: Arc<[u8]>) -> Self {
        let length = content.len();
        Self { status, length: Some(length), headers, content, part: 0..length }
    }

    /// The answer without its body, whose length is still said (RFC 9110 section 9.3.2).
    fn without_body(mut self) -> Self {
        self.part = 0..0;
        self
    }

    /// The bytes before the body. `persistent`: what is said about the connection's life, if it is.
    pub(super) fn head(&self, connection: Option<&str>) -> String {
        let Self { status, length, headers, .. } = self;
        let mut head = format!("HTTP/1.1 {status} {}\r\nServer: lanternet\r\n", reason(*status));
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(length) = length {
            head.push_str(&format!("Content-Length: {length}\r\n"));
        }
        if let Some(word) = connection {
            head.push_str(&format!("Connection: {word}\r\n"));
        }
        head.push_str("\r\n");
        head
    }
}

impl From<Refusal> for Answer {
    fn from(Refusal { status, why }: Refusal) -> Self {
        Self::text(status, &why)
    }
}

/// What is answered before anybody looks for a file, or the place to look at.
pub(super) fn place_of(request: &Request, names: &[String]) -> Result<Target, Answer> {
    let answer = |status, why: &str| {
        let answer = Answer::text(status, why);
        Err(if request.method == Method::Head { answer.without_body() } else { answer })
    };
    if let (Some(host), [first, ..]) = (&request.host, names)
        && !names.iter().any(|name| is_at_or_below(host, name))
    {
        return answer(421, &format!("this is the site {first}, and `{host}` was asked for"));
    }
    match request.method {
        Method::Get | Method::Head => {}
        Method::Unknown => return answer(501, "this server knows GET and HEAD"),
        Method::NotAllowed => {
            let mut answer = Answer::text(405, "files are read with GET and HEAD");
            answer.headers.push(("Allow", "GET, HEAD".to_owned()));
            return Err(answer);
        }
    }
    match Target::parse(&request.target) {
        Ok(target) => Ok(target),
        Err(NoTarget::Malformed) => answer(400, "the target is no path"),
        Err(NoTarget::Hidden) => answer(404, "there is nothing here"),
    }
}

/// `www.shop.example` is below `shop.example`.
fn is_at_or_below(host: &str, name: &str) -> bool {
    match host.strip_suffix(name) {
        Some(before) => before.is_empty() || before.ends_with('.'),
        None => false,
    }
}

/// The answer, once it is known what is there.
pub(super) fn answer(request: &Request, target: &Target, place: Place) -> Answer {
    let answer = match place {
        Place::File { name, content, modified } => file(request, &name, content, modified),
        Place::Listing(entries) => {
            let title =
                format!("/{}{}", target.path, if target.path.is_empty() { "" } else { "/" });
            let page = listing::page(&title, target.path.is_empty(), &entries);
            let headers = vec![("Content-Type", "text/html; charset=utf-8".to_owned())];
            Answer::whole(200, headers, page.into_bytes().into())
        }
        Place::Moved => {
            let query = request.target.split_once('?').map(|(_, query)| format!("?{query}"));
            let to = format!("{}{}", target.link(true), query.unwrap_or_default());
            let mut answer = Answer::text(301, &format!("a folder is named with a slash: {to}"));
            answer.headers.push(("Location", to));
            answer
        }
        Place::Nothing => Answer::text(404, "there is nothing here"),
        Place::Unreadable(why) => Answer::text(500, &format!("the file cannot be read: {why}")),
    };
    if request.method == Method::Head { answer.without_body() } else { answer }
}

fn file(request: &Request, name: &str, content: Arc<[u8]>, modified: Option<SystemTime>) -> Answer {
    let validators = Validators::of(&content, modified);
    let mut headers = vec![("ETag", validators.etag.clone())];
    if let Some(modified) = validators.modified {
        headers.push(("Last-Modified", httpdate::fmt_http_date(modified)));
    }
    match validators.judge(request) {
        Verdict::Send => {}
        Verdict::NotModified => {
            let nothing = Arc::from([]);
            return Answer { status: 304, length: None, headers, content: nothing, part: 0..0 };
        }
        Verdict::Failed => return Answer::text(412, "the file is in another state"),
    }
    headers.push(("Accept-Ranges", "bytes".to_owned()));
    let length = content.len();
    // RFC 9110 section 14.2: a range has a meaning for GET alone.
    let range = request.header("range").filter(|_| request.method == Method::Get);
    let range = range.filter(|_| validators.range_fits(request));
    match range.map_or(Asked::All, |range| asked(&range, length)) {
        Asked::All => {
            headers.push(("Content-Type", media::of(name).to_owned()));
            Answer::whole(200, headers, content)
        }
        Asked::Part(part) => {
            let (first, last) = (part.start, part.end - 1);
            headers.push(("Content-Range", format!("bytes {first}-{last}/{length}")));
            headers.push(("Content-Type", media::of(name).to_owned()));
            Answer { status: 206, length: Some(part.len()), headers, content, part }
        }
        Asked::NotThere => {
            let mut answer = Answer::text(416, &format!("the file has {length} bytes"));
            answer.headers.push(("Content-Range", format!("bytes */{length}")));
            answer
        }
    }
}

/// The reason phrase (RFC 9110 section 15).
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        301 => "Moved Permanently",
        304 => "Not Modified",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        // RFC 6585 section 5.
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        505 => "HTTP Version Not Supported",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::super::request::parse;
    use super::*;

    fn request(line: &str, headers: &str) -> Request {
        let text = format!("{line} HTTP/1.1\r\nHost: www.shop.example\r\n{headers}\r\n");
        parse(text.as_bytes()).unwrap().unwrap().0
    }

    fn of(line: &str, headers: &str) -> Answer {
        let request = request(line, headers);
        let target = match place_of(&request, &["shop.example".to_owned()]) {
            Ok(target) => target,
            Err(answer) => return answer,
        };
        let content = b"0123456789".as_slice().into();
        let place = match target.path.as_str() {
            "a.txt" => Place::File { name: "a.txt".into(), content, modified: None },
            "d" if target.folder => Place::Listing(Vec::new()),
            "d" => Place::Moved,
            _ => Place::Nothing,
        };
        answer(&request, &target, place)
    }

    #[test]
    fn a_part_says_which_part_of_how_much() {
        let answer = of("GET /a.txt", "Range: bytes=2-4\r\n");
        assert_eq!((answer.status, answer.body()), (206, b"234".as_slice()));
        let head = answer.head(None);
        assert!(
            head.contains("Content-Range: bytes 2-4/10\r\n") && head.contains("Content-Length: 3")
        );
        let answer = of("GET /a.txt", "Range: bytes=10-\r\n");
        assert_eq!(answer.status, 416);
        assert!(answer.head(None).contains("Content-Range: bytes */10\r\n"));
    }

    #[test]
    fn head_says_all_that_get_says_but_the_body() {
        let (get, head) = (of("GET /a.txt", ""), of("HEAD /a.txt", ""));
        assert_eq!(get.head(None), head.head(None));
        assert_eq!((get.body().len(), head.body().len()), (10, 0));
        assert_eq!(of("HEAD /a.txt", "Range: bytes=2-4\r\n").status, 200);
        assert_eq!(of("HEAD /nothing", "").body(), b"");
    }

    #[test]
    fn a_file_that_is_known_is_not_sent_again() {
        let etag = Validators::of(b"0123456789", None).etag;
        let answer = of("GET /a.txt", &format!("If-None-Match: {etag}\r\nRange: bytes=0-1\r\n"));
        assert_eq!((answer.status, answer.body()), (304, b"".as_slice()));
        let head = answer.head(None);
        // RFC 9110 section 15.4.5: the tag is said, and no length of a body that is not sent.
        assert!(head.contains(&format!("ETag: {etag}\r\n")) && !head.contains("Content-"));
    }

    #[test]
    fn a_folder_without_its_slash_is_elsewhere() {
        let answer = of("GET /d?x=1", "");
        assert_eq!(answer.status, 301);
        assert!(answer.head(None).contains("Location: /d/?x=1\r\n"));
        assert_eq!(of("GET /d/", "").status, 200);
    }

    #[test]
    fn another_site_is_not_shown() {
        let at = |host: &str| {
            let text = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            let request = parse(text.as_bytes()).unwrap().unwrap().0;
            place_of(&request, &["shop.example".to_owned()]).map_or_else(|a| a.status, |_| 200)
        };
        assert_eq!(
            [at("shop.example"), at("WWW.shop.example:8001"), at("a.b.shop.example")],
            [200; 3]
        );
        assert_eq!([at("myshop.example"), at("example"), at("203.0.113.80")], [421; 3]);
    }

    #[test]
    fn methods_that_no_file_has_are_refused() {
        let answer = of("POST /a.txt", "");
        assert!(answer.status == 405 && answer.head(None).contains("Allow: GET, HEAD\r\n"));
        assert_eq!(of("BREW /a.txt", "").status, 501);
    }
}
