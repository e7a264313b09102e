//! What every answer has, and the ways to refuse.

use std::io;
use std::time::SystemTime;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::origin::Stranger;
use crate::upload::store::{Code, Refusal};

/// The body of an answer.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;
/// An answer.
pub(super) type Answer = Response<Body>;

/// Nothing but what this site serves itself is loaded or run, and nobody shows it in a frame (Content
/// Security Policy Level 3).
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; \
                      img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// What every answer says besides what it is about.
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Why a request is not done.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    /// A word for programs; the page has a sentence for each.
    code: &'static str,
    message: String,
    /// What programs may want to know besides.
    fields: Vec<(&'static str, Value)>,
    retry_after: Option<u64>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), fields: Vec::new(), retry_after: None }
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "request", message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", message)
    }

    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// To be tried again after so many seconds.
    #[must_use]
    pub(super) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }.with("seconds", seconds)
    }

    pub(super) fn into_answer(self) -> Answer {
        let mut error = json!({ "code": self.code, "message": self.message });
        for (name, value) in self.fields {
            error[name] = value;
        }
        let mut answer = json_answer(self.status, &json!({ "error": error }));
        if let Some(seconds) = self.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        answer
    }
}

impl From<Stranger> for Refused {
    fn from(stranger: Stranger) -> Self {
        let (status, code) = match stranger {
            Stranger::NoHost => (StatusCode::BAD_REQUEST, "host"),
            // RFC 9110 section 15.5.20.
            Stranger::Host(_) => (StatusCode::MISDIRECTED_REQUEST, "host"),
            Stranger::NoOrigin | Stranger::Origin(_) => (StatusCode::FORBIDDEN, "origin"),
        };
        Self::new(status, code, stranger.to_string())
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match refusal.code {
            Code::Name => (StatusCode::BAD_REQUEST, "name"),
            Code::Length => (StatusCode::BAD_REQUEST, "length"),
            Code::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            Code::NoMoreRoom | Code::DiskFull => (StatusCode::INSUFFICIENT_STORAGE, "full"),
            Code::Exists => (StatusCode::CONFLICT, "exists"),
            Code::Protocol => (StatusCode::CONFLICT, "offset"),
            Code::Hash => (StatusCode::UNPROCESSABLE_ENTITY, "hash"),
            Code::Busy => (StatusCode::LOCKED, "busy"),
            Code::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "disk"),
        };
        Self::new(status, code, refusal.message)
    }
}

/// An answer with this body.
pub(super) fn bytes(status: StatusCode, content_type: &'static str, body: Bytes) -> Answer {
    let never = |never: std::convert::Infallible| match never {};
    let mut answer = Response::new(Full::new(body).map_err(never).boxed_unsync());
    *answer.status_mut() = status;
    if !content_type.is_empty() {
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    answer
}

/// An answer for programs.
pub(super) fn json_answer(status: StatusCode, value: &Value) -> Answer {
    bytes(status, "application/json", Bytes::from(value.to_string()))
}

/// An answer without content.
pub(super) fn empty(status: StatusCode) -> Answer {
    bytes(status, "", Bytes::new())
}

/// Adds a header whose value is made at run time; one that cannot be a value is left out.
pub(super) fn put(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().append(name, value);
    }
}

/// Adds what every answer says.
pub(super) fn complete(answer: &mut Answer, now: SystemTime) {
    let headers = answer.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What is for one user is kept nowhere.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    put(answer, header::DATE, &httpdate::fmt_http_date(now));
}
