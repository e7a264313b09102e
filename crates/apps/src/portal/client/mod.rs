//! `connect portal`: logs in, talks, uploads and lists, as the page does in a browser.

mod chat;
mod socket;
mod upload;
mod url;
mod web;

use hyper::Method;
use serde_json::{Value, json};

pub use url::{ParseUrlError, Url};

use super::ConnectArgs;
use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;
use crate::text;
use crate::tls::Trust;
use crate::trouble::Trouble;
use web::Web;

pub(super) async fn run<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
) -> Result<ExitCode, Trouble> {
    let trust = trust(args)?;
    let sources = match args.upload.as_slice() {
        [] => Vec::new(),
        files => crate::upload::source::find(console, files).await?,
    };
    let password = match args.password_stdin {
        true => console.read_line().await,
        false => console.read_secret(&format!("password of {}: ", args.user)).await,
    };
    let password = password.ok_or_else(|| {
        let why = "no password: standard input is at its end".to_owned();
        Trouble::cannot_begin(why)
    })?;
    let mut web = Web::new(sockets, console, &args.url, trust, args.timeout);
    log_in(&mut web, &args.user, password).await?;
    console.error(&format!("logged in as {}", args.user));
    let mut code = ExitCode::SUCCESS;
    if !args.say.is_empty() || (args.upload.is_empty() && !args.list) {
        chat::run(&mut web, &args.say).await?;
    }
    if !sources.is_empty() && !upload::run(&mut web, sources, args.if_exists).await? {
        code = ExitCode::FAILURE;
    }
    if args.list {
        list(&mut web).await?;
    }
    // A portal that is gone has forgotten the session too.
    let _ = web.ask(Method::POST, "/api/logout", &Value::Null).await;
    Ok(code)
}

/// Whom to trust over TLS; `None` is plain text, which has to be asked for: a password is sent.
fn trust(args: &ConnectArgs) -> Result<Option<Trust>, Trouble> {
    let trust = args.tls.trust();
    match (args.url.https, &trust) {
        (Some(true), None) => Err(Trouble::cannot_begin(
            "`https://` is over TLS, and --plain-text is without; leave one of them out".to_owned(),
        )),
        (Some(false), Some(_)) => Err(Trouble::cannot_begin(
            "`http://` would send the password where everybody on the way can read it; if that is \
             meant, say --plain-text too"
                .to_owned(),
        )),
        _ => Ok(trust),
    }
}

async fn log_in<S: Sockets, C: Console>(
    web: &mut Web<'_, S, C>,
    user: &str,
    password: String,
) -> Result<(), Trouble> {
    let asked = json!({ "name": user, "password": password });
    let about = web.call(Method::POST, "/api/login", &asked).await?;
    match about["token"].as_str() {
        Some(token) => {
            web.token = Some(token.to_owned());
            Ok(())
        }
        None => Err(web.strange("a login without a token")),
    }
}

async fn list<S: Sockets, C: Console>(web: &mut Web<'_, S, C>) -> Result<(), Trouble> {
    let listed = web.call(Method::GET, "/api/files", &Value::Null).await?;
    let files = listed["files"].as_array().cloned().unwrap_or_default();
    if files.is_empty() {
        web.console.print_line("no files");
    }
    for file in &files {
        let name = text::printable(file["name"].as_str().unwrap_or_default().as_bytes());
        let size = crate::upload::units::bytes(file["size"].as_u64().unwrap_or_default());
        web.console.print_line(&format!("{size:>12}  {name}"));
    }
    if listed["more"] == true {
        web.console.print_line("and more");
    }
    Ok(())
}
