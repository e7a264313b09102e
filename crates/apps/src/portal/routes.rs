//! Which request is what, and who may make it.
//!
//! Every request has to be for this site. Every change and the WebSocket have to come from a page of
//! this site (`Origin`), and all of them but the login itself have to know the session's token, which no
//! other site's page can read.

use hyper::body::Incoming;
use hyper::header::{self, HeaderMap};
use hyper::{Method, Request, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::reply::{self, Answer, Refused};
use super::server::Visitor;
use super::sessions::Ticket;
use super::{TOKEN_HEADER, assets, body, cookie, files, talk, uploads};
use crate::console::Console;
use crate::sockets::Sockets;
use crate::users::{Password, TooMany, Verdict};

/// Answers a request, whatever it is.
pub(super) async fn answer<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    request: Request<Incoming>,
) -> Answer {
    let mut answer = match dispatch(visitor, request).await {
        Ok(answer) => answer,
        Err(refused) => refused.into_answer(),
    };
    reply::complete(&mut answer, visitor.portal.sockets.time_of_day());
    answer
}

/// The value of a header that is there once.
pub(super) fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

async fn dispatch<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    request: Request<Incoming>,
) -> Result<Answer, Refused> {
    let site = &visitor.portal.site;
    site.check_host(one(request.headers(), "host"))?;
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let reads = matches!(method, Method::GET | Method::HEAD);
    let Some(api) = path.strip_prefix("/api/") else {
        let found = assets::find(&path, request.headers());
        let found = found.ok_or_else(|| Refused::not_found("there is no such page"))?;
        return if reads { Ok(found) } else { Err(not_allowed("GET, HEAD")) };
    };
    if !reads {
        check_origin(visitor, request.headers())?;
    }
    let parts: Vec<&str> = api.split('/').collect();
    match (&method, parts.as_slice()) {
        (&Method::GET | &Method::HEAD, ["session"]) => Ok(session(visitor, request.headers())),
        (&Method::POST, ["login"]) => login(visitor, request).await,
        (&Method::GET, ["chat"]) => {
            check_origin(visitor, request.headers())?;
            let ticket = ticket(visitor, request.headers()).await?;
            talk::upgrade(visitor, ticket, request)
        }
        (&Method::GET | &Method::HEAD, ["files"]) => {
            let ticket = ticket(visitor, request.headers()).await?;
            files::list(visitor, &ticket).await
        }
        (&Method::GET | &Method::HEAD, ["files", ..]) => {
            let ticket = ticket(visitor, request.headers()).await?;
            let name = percent_decode_str(api.trim_start_matches("files/")).decode_utf8();
            let name = name.map_err(|_| Refused::bad("the name is no UTF-8"))?;
            files::download(visitor, &ticket, &name).await
        }
        (&Method::GET | &Method::HEAD, ["uploads", id]) => {
            let ticket = ticket(visitor, request.headers()).await?;
            uploads::offset(visitor, &ticket, id).await
        }
        (&Method::POST, ["logout"]) => {
            let ticket = changing(visitor, request.headers()).await?;
            Ok(logout(visitor, &ticket))
        }
        (&Method::POST, ["uploads"]) => {
            let ticket = changing(visitor, request.headers()).await?;
            uploads::begin(visitor, &ticket, request).await
        }
        (&Method::PATCH, ["uploads", id]) => {
            let ticket = changing(visitor, request.headers()).await?;
            let id = (*id).to_owned();
            uploads::append(visitor, &ticket, &id, request).await
        }
        (&Method::POST, ["uploads", id, "finish"]) => {
            let ticket = changing(visitor, request.headers()).await?;
            let id = (*id).to_owned();
            uploads::finish(visitor, &ticket, &id, request).await
        }
        (&Method::DELETE, ["uploads", id]) => {
            let ticket = changing(visitor, request.headers()).await?;
            uploads::give_up(visitor, &ticket, id).await
        }
        (_, ["session" | "chat" | "files", ..]) => Err(not_allowed("GET, HEAD")),
        (_, ["login" | "logout" | "uploads"] | ["uploads", _, "finish"]) => {
            Err(not_allowed("POST"))
        }
        (_, ["uploads", _]) => Err(not_allowed("GET, HEAD, PATCH, DELETE")),
        _ => Err(Refused::not_found("there is nothing here")),
    }
}

fn not_allowed(methods: &str) -> Refused {
    let why = format!("this is not done here; the methods are {methods}");
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "method", why)
}

fn check_origin<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    headers: &HeaderMap,
) -> Result<(), Refused> {
    Ok(visitor.portal.site.check_origin(one(headers, "origin"), one(headers, "host"))?)
}

/// The id in the session's cookie.
fn id<'a, S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    headers: &'a HeaderMap,
) -> Option<&'a str> {
    let secure = visitor.portal.site.is_secure();
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.filter_map(|value| cookie::find(value, secure)).next()
}

/// The session that a request belongs to, if its user is still one.
async fn ticket<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    headers: &HeaderMap,
) -> Result<Ticket, Refused> {
    let portal = &visitor.portal;
    let found =
        id(visitor, headers).and_then(|id| portal.sessions().find(portal.sockets.now(), id));
    let refused = || Refused::new(StatusCode::UNAUTHORIZED, "login", "log in first");
    let ticket = found.ok_or_else(refused)?;
    if !portal.users.has(&ticket.user).await {
        portal.sessions().end(&ticket);
        return Err(refused());
    }
    Ok(ticket)
}

/// The same for a request that changes something.
async fn changing<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    headers: &HeaderMap,
) -> Result<Ticket, Refused> {
    let ticket = ticket(visitor, headers).await?;
    if !ticket.is_token(one(headers, TOKEN_HEADER).unwrap_or_default()) {
        return Err(no_token());
    }
    Ok(ticket)
}

/// The request does not know the session's token.
pub(super) fn no_token() -> Refused {
    let why = format!("expected the session's token in `{TOKEN_HEADER}`");
    Refused::new(StatusCode::FORBIDDEN, "csrf", why)
}

/// Who is logged in, for a page that was just loaded. It is told the token anew: the server keeps only
/// its hash, and what is asked with the cookie by another site's page, that page cannot read.
fn session<S: Sockets, C: Console>(visitor: &Visitor<S, C>, headers: &HeaderMap) -> Answer {
    let portal = &visitor.portal;
    let id = id(visitor, headers);
    let found = id.and_then(|id| portal.sessions().find(portal.sockets.now(), id).map(|t| (id, t)));
    let value = match found {
        Some((id, ticket)) => about(visitor, &ticket.user, id),
        None => json!({ "user": null, "host": &*portal.host }),
    };
    reply::json_answer(StatusCode::OK, &value)
}

fn about<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    user: &crate::users::UserName,
    id: &str,
) -> Value {
    json!({
        "user": user.as_str(),
        "token": token_of(id),
        "host": &*visitor.portal.host,
        "maxFile": visitor.portal.shelf.limits().max_file,
    })
}

/// The token that belongs to a session: made of its id, which is secret and random, so that it need not
/// be kept. The cookie cannot be found from it.
fn token_of(id: &str) -> String {
    blake3::derive_key("lanternet portal 2026-11 token against forged requests", id.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

async fn login<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    request: Request<Incoming>,
) -> Result<Answer, Refused> {
    let portal = &visitor.portal;
    // A form of another site's page cannot send this type.
    let kind = one(request.headers(), "content-type").unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        let why = "expected `Content-Type: application/json`";
        return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "request", why));
    }
    let old = id(visitor, request.headers()).map(str::to_owned);
    let mut asked = body::object(&portal.sockets, request.into_body()).await?;
    let mut text = |name| match asked.get_mut(name).map(Value::take) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(Refused::bad(format!("expected a text `{name}`"))),
    };
    let (name, password) = (text("name")?, Password::new(text("password")?));
    let log = |event, sentence: &str| visitor.log.client(visitor.peer, event, sentence, &[]);
    let user = match portal.users.verify(&name, password, visitor.peer.ip()).await {
        Verdict::Right(user) => user,
        Verdict::Wrong => {
            log("login-failed", "wrong name or password");
            let why = "wrong name or password";
            return Err(Refused::new(StatusCode::UNAUTHORIZED, "wrong", why));
        }
        Verdict::TooMany(TooMany(wait)) => {
            log("login-refused", "login refused: too many attempts");
            let seconds = wait.millis().div_ceil(1000);
            let why = format!("too many attempts; try again in {seconds} s");
            let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, "too-many", why);
            return Err(refused.retry_after(seconds));
        }
        Verdict::Unavailable => {
            let why = "passwords cannot be checked now; the server's log says why";
            return Err(Refused::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", why));
        }
    };
    let id = portal.random();
    {
        let mut sessions = portal.sessions();
        // Whoever knew the id from before knows nothing now.
        if let Some(old) = old {
            sessions.end_id(&old);
        }
        sessions.begin(portal.sockets.now(), &user, &id, &token_of(&id));
    }
    log("login", &format!("logged in as {user}"));
    let mut answer = reply::json_answer(StatusCode::OK, &about(visitor, &user, &id));
    reply::put(&mut answer, header::SET_COOKIE, &cookie::set(&id, portal.site.is_secure()));
    Ok(answer)
}

fn logout<S: Sockets, C: Console>(visitor: &Visitor<S, C>, ticket: &Ticket) -> Answer {
    visitor.portal.sessions().end(ticket);
    let sentence = format!("{} logged out", ticket.user);
    visitor.log.client(visitor.peer, "logout", &sentence, &[]);
    let mut answer = reply::empty(StatusCode::NO_CONTENT);
    let clear = cookie::clear(visitor.portal.site.is_secure());
    reply::put(&mut answer, header::SET_COOKIE, &clear);
    answer
}
