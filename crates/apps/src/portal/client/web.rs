//! HTTP with a portal: one connection, made again when the portal has closed it.

use std::io;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use lanternet_core::Duration;
use serde_json::Value;

use super::super::TOKEN_HEADER;
use super::Url;
use crate::console::Console;
use crate::dial::dial_over;
use crate::race::timeout;
use crate::sockets::{ConnectOptions, Sockets, TcpStream};
use crate::text;
use crate::tls::Trust;
use crate::trouble::Trouble;

/// The most bytes of an answer: a list of a thousand files with the longest names.
const LONGEST: usize = 4 * 1024 * 1024;

/// A portal, as a browser without a page sees it.
pub(super) struct Web<'a, S: Sockets, C: Console> {
    pub(super) sockets: &'a S,
    pub(super) console: &'a C,
    url: &'a Url,
    trust: Option<Trust>,
    pub(super) patience: Duration,
    connection: Option<SendRequest<Full<Bytes>>>,
    cookie: Option<String>,
    /// What a page of the portal knows and others do not.
    pub(super) token: Option<String>,
}

/// Why a request was not answered as it should.
#[derive(Debug)]
pub(super) enum Failed {
    /// The connection is broken; another may do.
    Broken(String),
    /// The portal does not want to: a word, a sentence, and all that it said.
    Refused { code: String, message: String, error: Value },
    /// There is nothing to try any more.
    Over(Trouble),
}

impl<'a, S: Sockets, C: Console> Web<'a, S, C> {
    pub(super) const fn new(
        sockets: &'a S,
        console: &'a C,
        url: &'a Url,
        trust: Option<Trust>,
        patience: Duration,
    ) -> Self {
        Self { sockets, console, url, trust, patience, connection: None, cookie: None, token: None }
    }

    const fn tls(&self) -> bool {
        self.trust.is_some()
    }

    /// A trouble about this portal.
    pub(super) fn trouble(&self, what: &str) -> Trouble {
        Trouble::failed(format!("{}: {}", self.url, text::printable(what.as_bytes())))
    }

    /// An answer that a portal does not give.
    pub(super) fn strange(&self, what: &str) -> Trouble {
        self.trouble(&format!("expected a portal, got {what}"))
    }

    /// What to tell of a failure.
    pub(super) fn told(&self, failed: Failed) -> Trouble {
        match failed {
            Failed::Broken(why) => self.trouble(&why),
            Failed::Refused { message, .. } => self.trouble(&message),
            Failed::Over(trouble) => trouble,
        }
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Failed> {
        let tls = self.tls();
        let options = ConnectOptions { timeout: Some(self.patience), source: None };
        let (host, port) = (&self.url.at.host, self.url.port(tls));
        let trust = self.trust.as_ref();
        let link = dial_over(self.sockets, self.console, host, port, options, trust).await;
        let link = link.map_err(Failed::Over)?;
        // Requests are small and awaited (RFC 896); where it cannot be had, it is only slower.
        let _ = link.set_nodelay(true);
        let shaken = handshake(TokioIo::new(link)).await;
        let (sender, connection) = shaken.map_err(|error| Failed::Broken(words(&error)))?;
        self.sockets.spawn(async move {
            // Whoever waits for an answer is told.
            let _ = connection.with_upgrades().await;
        });
        Ok(sender)
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, Failed> {
        let scheme = if self.tls() { "https" } else { "http" };
        let authority = self.url.authority(self.tls());
        let origin = format!("{scheme}://{authority}");
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, authority)
            .header(header::USER_AGENT, "lanternet")
            .header(header::ORIGIN, origin);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(token) = &self.token {
            request = request.header(TOKEN_HEADER, token);
        }
        if let Some(all) = request.headers_mut() {
            all.extend(headers);
        }
        let request = request.body(Full::new(body));
        request.map_err(|error| Failed::Over(Trouble::cannot_begin(error.to_string())))
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response<Incoming>, Failed> {
        let request = self.request(method, path, headers, body)?;
        let usable = self.connection.take().filter(|connection| !connection.is_closed());
        let mut connection = match usable {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let sending = async {
            connection.ready().await?;
            connection.send_request(request).await
        };
        let answer = match timeout(self.sockets, self.patience, sending).await {
            Ok(answer) => answer.map_err(|error| Failed::Broken(words(&error)))?,
            Err(_) => {
                let why = format!("connected, but no answer within {}", self.patience);
                return Err(Failed::Broken(why));
            }
        };
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().ok().and_then(|cookie| cookie.split(';').next());
            if let Some(pair) = pair {
                self.cookie = Some(pair.trim().to_owned());
            }
        }
        self.connection = Some(connection);
        Ok(answer)
    }

    /// Sends a request and takes its whole answer: in JSON, or nothing.
    pub(super) async fn exchange(
        &mut self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Value, Failed> {
        let answer = self.send(method, path, headers, body).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), LONGEST).collect();
        let body = match timeout(self.sockets, self.patience, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) => return Err(Failed::Broken(format!("no whole answer: {error}"))),
            Err(_) => {
                let why = format!("no whole answer within {}", self.patience);
                return Err(Failed::Broken(why));
            }
        };
        let value = match body.is_empty() {
            true => Some(Value::Null),
            false => serde_json::from_slice(&body).ok(),
        };
        match value {
            Some(value) if status.is_success() => Ok(value),
            Some(Value::Object(mut object)) if object.contains_key("error") => {
                let error = object.remove("error").unwrap_or_default();
                let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
                Err(Failed::Refused { code: text("code"), message: text("message"), error })
            }
            _ => Err(Failed::Over(self.strange(&format!("the answer {status} of something else")))),
        }
    }

    /// A request with a body in JSON, or without one.
    pub(super) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, Failed> {
        let mut headers = HeaderMap::new();
        let mut bytes = Bytes::new();
        if !body.is_null() {
            let kind = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, kind);
            bytes = Bytes::from(body.to_string());
        }
        self.exchange(method, path, headers, bytes).await
    }

    /// The same, where every failure is the end.
    pub(super) async fn call(
        &mut self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, Trouble> {
        self.ask(method, path, body).await.map_err(|failed| self.told(failed))
    }

    /// The connection is not used any more.
    pub(super) fn leave(&mut self) {
        self.connection = None;
    }

    /// What a refusal without a known form says.
    pub(super) fn refused(&self, what: &str, status: StatusCode) -> Trouble {
        self.trouble(&format!("{what} is refused: {status}"))
    }
}

/// hyper's words, and those of what is below.
fn words(error: &hyper::Error) -> String {
    let below = std::error::Error::source(error);
    match below.and_then(|below| below.downcast_ref::<io::Error>()) {
        Some(below) => text::describe(below),
        None if error.is_incomplete_message() || error.is_canceled() => {
            "the connection was closed before the answer".to_owned()
        }
        None => error.to_string(),
    }
}
