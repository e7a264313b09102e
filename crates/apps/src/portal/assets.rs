//! The page itself: a few files, part of the program.

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderValue};

use super::reply::{self, Answer};

struct Asset {
    path: &'static str,
    content_type: &'static str,
    text: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const ASSETS: [Asset; 9] = [
    Asset { path: "/", content_type: HTML, text: include_str!("page/index.html") },
    Asset {
        path: "/style.css",
        content_type: "text/css; charset=utf-8",
        text: include_str!("page/style.css"),
    },
    Asset { path: "/icon.svg", content_type: "image/svg+xml", text: include_str!("page/icon.svg") },
    Asset { path: "/portal.js", content_type: SCRIPT, text: include_str!("page/portal.js") },
    Asset { path: "/api.js", content_type: SCRIPT, text: include_str!("page/api.js") },
    Asset { path: "/words.js", content_type: SCRIPT, text: include_str!("page/words.js") },
    Asset { path: "/uploads.js", content_type: SCRIPT, text: include_str!("page/uploads.js") },
    Asset { path: "/hasher.js", content_type: SCRIPT, text: include_str!("page/hasher.js") },
    Asset { path: "/blake3.js", content_type: SCRIPT, text: include_str!("page/blake3.js") },
];

/// The file at this path, or that the browser has it already.
pub(super) fn find(path: &str, request: &HeaderMap) -> Option<Answer> {
    let asset = ASSETS.iter().find(|asset| asset.path == path)?;
    let tag = format!("\"{}\"", &blake3::hash(asset.text.as_bytes()).to_hex()[..16]);
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut answer = match known {
        Some(known) if known.split(',').any(|one| one.trim() == tag) => {
            reply::empty(StatusCode::NOT_MODIFIED)
        }
        _ => reply::bytes(
            StatusCode::OK,
            asset.content_type,
            Bytes::from_static(asset.text.as_bytes()),
        ),
    };
    reply::put(&mut answer, header::ETAG, &tag);
    // Kept, but asked for each time, so that a page and its scripts are of the same version.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(answer)
}
