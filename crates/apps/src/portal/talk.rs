//! The chat: a WebSocket (RFC 6455) to the assistant, which also tells who is here.
//!
//! Messages are texts in JSON. The browser sends `{"say": TEXT}`, and `{"begin": true}` for a new
//! conversation; the server sends `{"type": "answer", "text", "handedOver", "ended"}` and
//! `{"type": "here", "users"}`.

use std::sync::PoisonError;

use futures_util::{SinkExt, StreamExt};
use hyper::body::Incoming;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use lanternet_core::Duration;
use serde_json::{Value, json};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::CHAT_PROTOCOL;
use super::presence::Here;
use super::reply::{self, Answer, Refused};
use super::routes::{no_token, one};
use super::server::Visitor;
use super::sessions::Ticket;
use crate::assistant::{self, Ending, Language, Session};
use crate::console::Console;
use crate::race::{Either, select, timeout};
use crate::server::Stop;
use crate::sockets::Sockets;
use crate::text;

/// The longest message, in bytes; a longer one ends the connection.
const LONGEST: usize = 16 * 1024;
/// The longest text that the assistant is given, in bytes.
const LONGEST_TEXT: usize = 4 * 1024;
/// A browser that is silent is asked so often whether it is still there.
const PING: Duration = Duration::from_secs(30);
/// A browser that takes nothing for so long is not there any more.
const PATIENCE: Duration = Duration::from_secs(30);
/// The session is over: one of the numbers that applications may use (RFC 6455 section 7.4.2).
const SESSION_OVER: u16 = 4001;

/// What a connection becomes.
pub(super) struct Talk {
    upgrade: OnUpgrade,
    ticket: Ticket,
    here: Here,
    language: Language,
}

/// `GET /api/chat` with an upgrade. A page cannot send headers of its own with it, so that the token comes
/// as a subprotocol `csrf.TOKEN`.
pub(super) fn upgrade<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    ticket: Ticket,
    mut request: Request<Incoming>,
) -> Result<Answer, Refused> {
    let headers = request.headers();
    let has = |name: &str, word: &str| {
        let value = one(headers, name).unwrap_or_default();
        value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    let key = one(headers, "sec-websocket-key");
    let (true, true, Some(key)) = (has("connection", "upgrade"), has("upgrade", "websocket"), key)
    else {
        let why = "expected a WebSocket: `Upgrade: websocket` (RFC 6455)";
        return Err(Refused::new(StatusCode::UPGRADE_REQUIRED, "request", why));
    };
    if !has("sec-websocket-version", "13") {
        return Err(Refused::bad("expected `Sec-WebSocket-Version: 13`"));
    }
    if !has("sec-websocket-protocol", CHAT_PROTOCOL) {
        return Err(Refused::bad(format!("expected the subprotocol `{CHAT_PROTOCOL}`")));
    }
    let protocols = one(headers, "sec-websocket-protocol").unwrap_or_default();
    let token = protocols.split(',').find_map(|part| part.trim().strip_prefix("csrf."));
    if !ticket.is_token(token.unwrap_or_default()) {
        return Err(no_token());
    }
    let accept = derive_accept_key(key.as_bytes());
    let query = request.uri().query().unwrap_or_default();
    let language = match query.split('&').find_map(|pair| pair.strip_prefix("lang=")) {
        Some(lang) if lang.starts_with("zh") => Language::ZhCn,
        _ => Language::En,
    };
    let here = visitor.portal.presence.enter(&ticket.user).ok_or_else(|| {
        let why = "the chat is open in too many windows";
        Refused::new(StatusCode::TOO_MANY_REQUESTS, "too-many-windows", why)
    })?;
    let upgrade = hyper::upgrade::on(&mut request);
    *visitor.next.lock().unwrap_or_else(PoisonError::into_inner) =
        Some(Talk { upgrade, ticket, here, language });
    let mut answer = reply::empty(StatusCode::SWITCHING_PROTOCOLS);
    let headers = answer.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    let protocol = HeaderValue::from_static(CHAT_PROTOCOL);
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    reply::put(&mut answer, HeaderName::from_static("sec-websocket-accept"), &accept);
    Ok(answer)
}

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Talks until one of the sides ends it. What the log says of it.
pub(super) async fn run<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    talk: Talk,
    stop: &Stop,
) -> Option<String> {
    let Talk { upgrade, ticket, here, language } = talk;
    // It fails when the connection ended before.
    let upgraded = upgrade.await.ok()?;
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * LONGEST)
        .max_message_size(Some(LONGEST))
        .max_frame_size(Some(LONGEST));
    let socket =
        WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let user = ticket.user.to_string();
    let mut chat = Chat { visitor, socket, ticket, here, language, messages: 0 };
    let why = match chat.run(stop).await {
        Ok(why) => why.to_owned(),
        Err(Error::ConnectionClosed | Error::AlreadyClosed) => "closed by the browser".to_owned(),
        Err(error) => text::printable(error.to_string().as_bytes()),
    };
    let messages = text::count(chat.messages, "message");
    Some(format!("{user}'s chat ended after {messages}: {why}"))
}

struct Chat<'a, S: Sockets, C: Console> {
    visitor: &'a Visitor<S, C>,
    socket: Socket,
    ticket: Ticket,
    here: Here,
    language: Language,
    messages: usize,
}

/// What happens next.
enum Next {
    Message(Option<Result<Message, Error>>),
    SomebodyCameOrWent,
    Silence,
    SessionOver,
    Stop,
}

impl<S: Sockets, C: Console> Chat<'_, S, C> {
    async fn run(&mut self, stop: &Stop) -> Result<&'static str, Error> {
        let portal = &self.visitor.portal;
        let mut session = self.begin().await?;
        self.tell_who().await?;
        let mut asked = false;
        loop {
            match self.next(stop).await {
                Next::Message(None) => return Ok("closed by the browser"),
                Next::Message(Some(Err(Error::Capacity(error)))) => {
                    let why = format!("a message has at most {LONGEST} bytes");
                    self.close(CloseCode::Size, &why).await;
                    return Err(Error::Capacity(error));
                }
                Next::Message(Some(Err(error))) => return Err(error),
                Next::Message(Some(Ok(message))) => {
                    asked = false;
                    match message {
                        Message::Text(text) => {
                            portal.sessions().touch(portal.sockets.now(), &self.ticket);
                            if !self.heard(&mut session, &text).await? {
                                let why = "expected a message such as {\"say\": \"hello\"}";
                                self.close(CloseCode::Policy, why).await;
                                return Ok("a message that is none");
                            }
                        }
                        Message::Binary(_) => {
                            self.close(CloseCode::Unsupported, "expected text").await;
                            return Ok("bytes instead of text");
                        }
                        // Answered by the library.
                        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
                        Message::Close(_) => {}
                    }
                }
                Next::SomebodyCameOrWent => self.tell_who().await?,
                Next::Silence if asked => return Ok("the browser does not answer"),
                Next::Silence => {
                    // Sessions end by time too, and nobody else may look.
                    portal.sessions().sweep(portal.sockets.now());
                    asked = true;
                    self.send(Message::Ping(Default::default())).await?;
                }
                Next::SessionOver => {
                    self.close(CloseCode::from(SESSION_OVER), "the session is over").await;
                    return Ok("the session is over");
                }
                Next::Stop => {
                    let rules = portal.answers.now(&portal.console, self.language).await;
                    let answer = session.end(&rules, Ending::Closing);
                    self.say(&answer).await?;
                    self.close(CloseCode::Away, "the server stops").await;
                    return Ok("the server stops");
                }
            }
        }
    }

    async fn next(&mut self, stop: &Stop) -> Next {
        let sockets = &self.visitor.portal.sockets;
        let message = timeout(sockets, PING, self.socket.next());
        let ends = select(self.ticket.over(), stop.requested());
        match select(ends, select(message, self.here.changed())).await {
            Either::First(Either::First(())) => Next::SessionOver,
            Either::First(Either::Second(())) => Next::Stop,
            Either::Second(Either::First(Ok(message))) => Next::Message(message),
            Either::Second(Either::First(Err(_))) => Next::Silence,
            Either::Second(Either::Second(())) => Next::SomebodyCameOrWent,
        }
    }

    /// A conversation that begins.
    async fn begin(&mut self) -> Result<Session, Error> {
        let portal = &self.visitor.portal;
        let rules = portal.answers.now(&portal.console, self.language).await;
        let mut session = Session::new(portal.host.clone());
        session.remember("user", self.ticket.user.as_str());
        let greeting = session.greet(&rules);
        self.say(&greeting).await?;
        Ok(session)
    }

    /// The browser said this; whether it is a message.
    async fn heard(&mut self, session: &mut Session, message: &str) -> Result<bool, Error> {
        let Ok(message) = serde_json::from_str::<Value>(message) else { return Ok(false) };
        if message["begin"] == true {
            *session = self.begin().await?;
            return Ok(true);
        }
        let Some(said) = message["say"].as_str() else { return Ok(false) };
        self.messages = self.messages.saturating_add(1);
        let portal = &self.visitor.portal;
        let rules = portal.answers.now(&portal.console, self.language).await;
        let answer = match said.len() > LONGEST_TEXT {
            true => session.too_long(&rules),
            false => session.answer(&rules, said),
        };
        if answer.handed_over {
            let sentence = format!("{} wants a person", self.ticket.user);
            let fields = [("user", self.ticket.user.as_str().into())];
            self.visitor.log.client(self.visitor.peer, "handed-over", &sentence, &fields);
        }
        self.say(&answer).await?;
        Ok(true)
    }

    async fn say(&mut self, answer: &assistant::Answer) -> Result<(), Error> {
        self.json(&json!({
            "type": "answer",
            "text": answer.text,
            "handedOver": answer.handed_over,
            "ended": answer.ended,
        }))
        .await
    }

    async fn tell_who(&mut self) -> Result<(), Error> {
        let users = self.here.names();
        self.json(&json!({ "type": "here", "users": users })).await
    }

    async fn json(&mut self, value: &Value) -> Result<(), Error> {
        self.send(Message::text(value.to_string())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Error> {
        let sockets = &self.visitor.portal.sockets;
        match timeout(sockets, PATIENCE, self.socket.send(message)).await {
            Ok(sent) => sent,
            Err(_) => Err(Error::Io(std::io::ErrorKind::TimedOut.into())),
        }
    }

    /// Says good-bye, and waits a moment for the browser to do the same.
    async fn close(&mut self, code: CloseCode, reason: &str) {
        let frame = CloseFrame { code, reason: reason.to_owned().into() };
        let closing = async {
            self.socket.close(Some(frame)).await?;
            while let Some(message) = self.socket.next().await {
                message?;
            }
            Ok::<_, Error>(())
        };
        // What matters is that it is over.
        let _ = timeout(&self.visitor.portal.sockets, Duration::from_secs(2), closing).await;
    }
}
