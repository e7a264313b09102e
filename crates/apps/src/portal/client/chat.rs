//! Talking with the assistant.

use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::super::CHAT_PROTOCOL;
use super::socket::Socket;
use super::web::Web;
use crate::console::Console;
use crate::race::{Either, select, timeout};
use crate::sockets::Sockets;
use crate::text;
use crate::trouble::Trouble;

type Stream = TokioIo<hyper::upgrade::Upgraded>;

/// Says these texts and prints the answers; without texts, what is typed.
pub(super) async fn run<S: Sockets, C: Console>(
    web: &mut Web<'_, S, C>,
    say: &[String],
) -> Result<(), Trouble> {
    let mut socket = open(web).await?;
    // The greeting.
    let mut over = answer(web, &mut socket).await?;
    if say.is_empty() && !over {
        typed(web, &mut socket).await?;
    }
    for text in say {
        if over {
            break;
        }
        web.console.print_line(&format!("> {}", text::printable(text.as_bytes())));
        tell(web, &mut socket, text).await?;
        over = answer(web, &mut socket).await?;
    }
    // It is over in any case.
    let _ = socket.close().await;
    Ok(())
}

async fn open<S: Sockets, C: Console>(
    web: &mut Web<'_, S, C>,
) -> Result<Socket<S, Stream>, Trouble> {
    let mut key = [0; 16];
    for chunk in key.as_chunks_mut::<8>().0 {
        *chunk = web.sockets.random_u64().to_be_bytes();
    }
    let key = base64(key);
    let token = web.token.clone().unwrap_or_default();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (header::CONNECTION, "Upgrade"),
        (header::UPGRADE, "websocket"),
        (HeaderName::from_static("sec-websocket-version"), "13"),
        (HeaderName::from_static("sec-websocket-key"), &key),
        (header::SEC_WEBSOCKET_PROTOCOL, &format!("{CHAT_PROTOCOL}, csrf.{token}")),
    ] {
        let value = HeaderValue::from_str(value);
        headers.insert(name, value.map_err(|_| web.strange("a token of strange letters"))?);
    }
    let sent = web.send(Method::GET, "/api/chat", headers, Bytes::new()).await;
    web.leave();
    let answer = sent.map_err(|failed| web.told(failed))?;
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(web.refused("the chat", answer.status()));
    }
    let accept = answer.headers().get("sec-websocket-accept");
    if accept.is_none_or(|accept| accept != derive_accept_key(key.as_bytes()).as_str()) {
        return Err(web.strange("a WebSocket with another key"));
    }
    let upgraded = hyper::upgrade::on(answer).await;
    let upgraded = upgraded.map_err(|error| web.trouble(&error.to_string()))?;
    Ok(Socket::new(web.sockets.clone(), TokioIo::new(upgraded)))
}

async fn tell<S: Sockets, C: Console>(
    web: &Web<'_, S, C>,
    socket: &mut Socket<S, Stream>,
    said: &str,
) -> Result<(), Trouble> {
    let message = json!({ "say": said }).to_string();
    socket.send(message).await.map_err(|error| web.trouble(&text::describe(&error)))
}

/// Prints what comes, up to an answer; whether the conversation is over with it.
async fn answer<S: Sockets, C: Console>(
    web: &Web<'_, S, C>,
    socket: &mut Socket<S, Stream>,
) -> Result<bool, Trouble> {
    loop {
        let next = timeout(web.sockets, web.patience, socket.next()).await;
        let message = next.map_err(|_| {
            web.trouble(&format!("the assistant did not answer within {}", web.patience))
        })?;
        if let Some(ended) = print(web, message)? {
            return Ok(ended);
        }
    }
}

/// Prints a message. `Some` when it was an answer: whether the conversation is over with it.
fn print<S: Sockets, C: Console>(
    web: &Web<'_, S, C>,
    message: std::io::Result<Option<String>>,
) -> Result<Option<bool>, Trouble> {
    let message = message.map_err(|error| web.trouble(&text::describe(&error)))?;
    let Some(message) = message else { return Err(web.trouble("the portal has closed the chat")) };
    let message: Value = serde_json::from_str(&message).unwrap_or_default();
    match message["type"].as_str() {
        Some("answer") => {
            for line in message["text"].as_str().unwrap_or_default().lines() {
                web.console.print_line(&text::printable(line.as_bytes()));
            }
            Ok(Some(message["ended"] == true))
        }
        Some("here") => {
            let users = message["users"].as_array().cloned().unwrap_or_default();
            let names: Vec<&str> = users.iter().filter_map(Value::as_str).collect();
            let names = text::printable(names.join(", ").as_bytes());
            web.console.error(&format!("here: {names}"));
            Ok(None)
        }
        // One that a later portal may send.
        _ => Ok(None),
    }
}

/// Says what is typed, and prints what comes meanwhile.
async fn typed<S: Sockets, C: Console>(
    web: &Web<'_, S, C>,
    socket: &mut Socket<S, Stream>,
) -> Result<(), Trouble> {
    loop {
        let mut line = std::pin::pin!(web.console.read_line());
        let line = loop {
            match select(&mut line, socket.next()).await {
                Either::First(line) => break line,
                Either::Second(message) => {
                    if print(web, message)? == Some(true) {
                        return Ok(());
                    }
                }
            }
        };
        let Some(line) = line else { return Ok(()) };
        tell(web, socket, &line).await?;
        if answer(web, socket).await? {
            return Ok(());
        }
    }
}

/// RFC 4648 section 4, of 16 bytes.
fn base64(bytes: [u8; 16]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // 128 bits are 21 digits of six bits and one of two, then the padding.
    let bits = u128::from_be_bytes(bytes);
    let digit = |at: u32| {
        let six = if at == 21 { bits << 4 } else { bits >> (122 - 6 * at) };
        char::from(DIGITS[(six & 63) as usize])
    };
    (0..22).map(digit).chain("==".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn a_key_is_written_as_in_the_rfc() {
        // RFC 6455 section 1.3.
        assert_eq!(base64(*b"the sample nonce"), "dGhlIHNhbXBsZSBub25jZQ==");
    }
}
