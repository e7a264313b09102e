//! `serve site` and `connect site`: a static web server and a client for it, HTTP/1.1 and 1.0.
//!
//! The server shows the files of one folder: `GET` and `HEAD`, connections that stay open, requests
//! sent before the answer to the one before, single byte ranges, validators and conditions, redirects to
//! folders, listings. What a peer asks for never leaves the folder, and names that begin with a dot are
//! nobody's. Several servers on one host differ by their ports: no port in a URL means 80.
//!
//! With `--name` a request for another host is refused with 421 (RFC 9110 section 15.5.20); the name
//! stands for itself and all below it, so `shop.example` is also `www.shop.example`.
//!
//! What is not here: compression, several ranges at once (answered with the whole file, which
//! RFC 9110 section 14.2 allows), and `Date`, since a simulated host has no calendar (section 6.6.1).
//!
//! Exit code of `connect site`: 0 when the answer's status is below 400, 1 when not or when there was
//! no answer, 2 when it could not begin. `serve site`: 0 when it was asked to stop, 2 when it cannot serve.
//!
//! - `request`: the head of a request. `target`, `range`, `conditions`, `media`, `listing`: one
//!   question each. `answer`: which answer is due. None of them does I/O.
//! - `server` and `client` do; `url` and `response` are the client's reading.

mod answer;
mod client;
mod conditions;
mod listing;
mod media;
mod range;
mod request;
mod response;
mod server;
mod target;
mod url;

use lanternet_core::Duration;

pub use url::{ParseUrlError, Url};

use crate::server::ListenArgs;
use crate::text;
use crate::tls::{ServeTlsArgs, TrustArgs};

/// The port of HTTP (RFC 9110 section 4.2.1), when a URL or `--port` says nothing else.
pub const DEFAULT_PORT: u16 = 80;

/// The port of HTTP over TLS (RFC 9110 section 4.2.2).
pub const DEFAULT_TLS_PORT: u16 = 443;

/// The command line of `serve site`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {
    /// Folder to show
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    pub dir: String,
    /// Where and whom it serves (default port 80, over TLS 443)
    #[command(flatten)]
    pub listen: ListenArgs,
    /// Whether over TLS
    #[command(flatten)]
    pub tls: ServeTlsArgs,
    /// Name of the site (repeatable): other hosts than this and those below it are refused with 421
    #[arg(short, long, value_name = "NAME", value_parser = url::host_name)]
    pub name: Vec<String>,
}

/// The command line of `connect site`; the letters are curl's.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ConnectArgs {
    /// `http://HOST[:PORT]/PATH`, or `https://` over TLS; no port means 80 or 443
    #[arg(value_name = "URL")]
    pub url: Url,
    /// Which servers it trusts over TLS
    #[command(flatten)]
    pub trusted: TrustArgs,
    /// Print the answer's head before its body
    #[arg(short, long)]
    pub include: bool,
    /// Ask for the head alone (HEAD)
    #[arg(short = 'I', long)]
    pub head: bool,
    /// Ask for these bytes alone, such as 0-99, 100- or -100
    #[arg(
        short,
        long,
        value_name = "RANGE",
        value_parser = url::range,
        allow_hyphen_values = true
    )]
    pub range: Option<String>,
    /// Send this header too (repeatable), such as "If-None-Match: *"
    #[arg(short = 'H', long, value_name = "HEADER", value_parser = url::header)]
    pub header: Vec<String>,
    /// Give up when nothing comes for this time
    #[arg(short = 'm', long, value_name = "TIME", default_value = "10s", value_parser = text::duration)]
    pub timeout: Duration,
}

impl ServeArgs {
    /// Where it listens.
    pub fn port(&self) -> u16 {
        let usual = if self.tls.certificate().is_some() { DEFAULT_TLS_PORT } else { DEFAULT_PORT };
        self.listen.port.unwrap_or(usual)
    }
}

/// Runs `serve site`.
pub async fn serve<S: crate::Sockets, C: crate::Console>(
    sockets: S,
    console: C,
    args: ServeArgs,
) -> crate::ExitCode {
    server::serve(&sockets, &console, args).await
}

/// Runs `connect site`.
pub async fn connect<S: crate::Sockets, C: crate::Console>(
    sockets: S,
    console: C,
    args: ConnectArgs,
) -> crate::ExitCode {
    match client::connect(&sockets, &console, &args).await {
        Ok(code) => code,
        Err(trouble) => {
            console.error(&format!("connect site: {}", trouble.message));
            trouble.code
        }
    }
}
