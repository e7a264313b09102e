//! The client: asks for one page and prints what comes back.

use std::io;

use tokio::io::AsyncWriteExt;

use super::ConnectArgs;
use super::response::{Reader, Response};
use crate::console::{Console, ExitCode};
use crate::dial::{dial_over, peer_of};
use crate::race::timeout;
use crate::sockets::{ConnectOptions, Sockets};
use crate::text;
use crate::tls::Trust;
use crate::trouble::Trouble;

pub(super) async fn connect<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
) -> Result<ExitCode, Trouble> {
    let options = ConnectOptions::within(args.timeout, None);
    let url = &args.url;
    let trust = match (url.secure, args.trusted.trust()) {
        (true, trust) => Some(trust.unwrap_or(Trust::FirstUse)),
        (false, None) => None,
        (false, Some(_)) => {
            let words = "without TLS there is no certificate to compare: write https://";
            return Err(Trouble::cannot_begin(format!("{url}: {words}")));
        }
    };
    let (host, port) = (&url.at.host, url.port());
    let mut stream = dial_over(sockets, console, host, port, options, trust.as_ref()).await?;
    // A body may end where the connection does.
    stream.refuse_truncation();
    let peer = peer_of(&stream)?;
    let exchange = async {
        stream.write_all(request(args).as_bytes()).await?;
        stream.flush().await?;
        Reader::new(&mut stream).response(args.head).await
    };
    let answer = match timeout(sockets, args.timeout, exchange).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(Trouble::failed(format!("{peer}: no whole answer: {error}")));
        }
        Ok(Err(error)) => return Err(Trouble::talking(peer, &error)),
        Err(_) => {
            return Err(Trouble::failed(format!(
                "{peer}: connected, but no whole answer within {}; does a web server listen on this \
                 port?",
                args.timeout
            )));
        }
    };
    print(console, args, &answer);
    Ok(if answer.status < 400 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn request(args: &ConnectArgs) -> String {
    let ConnectArgs { url, header, .. } = args;
    let method = if args.head { "HEAD" } else { "GET" };
    let mut request = format!("{method} {} HTTP/1.1\r\n", url.target);
    let range = args.range.as_ref().map(|range| format!("Range: {range}"));
    let usual = [
        format!("Host: {}", url.authority()),
        "User-Agent: lanternet".to_owned(),
        "Accept: */*".to_owned(),
        "Connection: close".to_owned(),
    ];
    let name = |line: &str| line.split(':').next().unwrap_or_default().to_ascii_lowercase();
    // What was given on the command line takes the place of what is usual, as with curl.
    let usual = usual.into_iter().chain(range);
    let usual = usual.filter(|line| !header.iter().any(|given| name(given) == name(line)));
    for line in usual.chain(header.iter().cloned()) {
        request.push_str(&format!("{line}\r\n"));
    }
    request.push_str("\r\n");
    request
}

/// Prints the status line, or the whole head where it was asked for, and the body as text.
fn print<C: Console>(console: &C, args: &ConnectArgs, answer: &Response) {
    let head = answer.head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let lines = if args.head || args.include { usize::MAX } else { 1 };
    for line in head.take(lines) {
        console.print_line(&text::printable(line));
    }
    if args.include && !args.head {
        console.print_line("");
    }
    let body = answer.body.strip_suffix(b"\n").unwrap_or(&answer.body);
    if !answer.body.is_empty() {
        for line in body.split(|byte| *byte == b'\n') {
            console.print_line(&text::printable(line.strip_suffix(b"\r").unwrap_or(line)));
        }
    }
}
