//! The client's end of a login conversation: it shows what the server says, and asks the user what the
//! server asks.

use std::io;

use lanternet_core::Duration;
use lanternet_net::services::Transport;
use tokio::io::AsyncWriteExt;
use zeroize::Zeroizing;

use super::protocol::{Prompt, UPLOAD_NOW, is_refusal};
use super::wire::{Line, Lines, Said};
use super::{ConnectArgs, DEFAULT_PORT};
use crate::console::{Console, ExitCode};
use crate::dial::dial_over;
use crate::race::timeout;
use crate::sockets::{ConnectOptions, Sockets, TcpStream};
use crate::text;
use crate::tls::Link;
use crate::trouble::Trouble;
use crate::upload::{self, IfExists};

/// Whoever connects waits so long for the three-way handshake.
const CONNECTING: Duration = Duration::from_secs(10);
/// The longest line of a server that is shown: more than an assistant says.
const LONGEST_LINE: usize = 64 * 1024;

pub(super) async fn connect<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
) -> Result<ExitCode, Trouble> {
    let port = args.to.port(args.port.as_ref(), DEFAULT_PORT, sockets, Transport::Tcp)?;
    let trust = args.tls.trust();
    if trust.is_none() {
        console.error(
            "connect login: warning: in plain text everybody on the way can read the password",
        );
    }
    let options = ConnectOptions { timeout: Some(CONNECTING), ..Default::default() };
    let host = &args.to.host;
    let stream = dial_over(sockets, console, host, port, options, trust.as_ref()).await?;
    let _ = stream.set_nodelay(true);
    let peer = stream.peer_addr().map_or_else(|_| args.to.to_string(), |peer| peer.to_string());
    let lines = Lines::new(stream, false, LONGEST_LINE);
    let mut visit = Visit {
        sockets,
        console,
        args,
        lines,
        files: Vec::new(),
        last: None,
        refused: false,
        logged_in: false,
        quit: false,
        ended: false,
        code: ExitCode::SUCCESS,
    };
    visit.run().await.map_err(|error| match error.kind() {
        io::ErrorKind::TimedOut => {
            Trouble::failed(format!("{peer}: the server said nothing for {}", args.timeout))
        }
        _ => Trouble::failed(format!("{peer}: {}", text::describe(&error))),
    })?;
    if !visit.is_in() && !visit.quit {
        return Err(Trouble::failed(format!("{peer}: not logged in")));
    }
    Ok(visit.code)
}

struct Visit<'a, S: Sockets, C: Console> {
    sockets: &'a S,
    console: &'a C,
    args: &'a ConnectArgs,
    lines: Lines<Link<S::TcpStream>>,
    /// Named when the upload was chosen.
    files: Vec<String>,
    /// What was asked last.
    last: Option<Prompt>,
    /// What was said since then refuses.
    refused: bool,
    logged_in: bool,
    /// The user, and not the end of the input, said so.
    quit: bool,
    /// The input is over.
    ended: bool,
    code: ExitCode,
}

impl<S: Sockets, C: Console> Visit<'_, S, C> {
    async fn run(&mut self) -> io::Result<()> {
        loop {
            let said = timeout(self.sockets, self.args.timeout, self.lines.next_said()).await;
            match said.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?? {
                Said::Line(Line::End) => return Ok(()),
                Said::Line(Line::TooLong) => {
                    let why = format!("the server sent more than {LONGEST_LINE} bytes on one line");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, why));
                }
                Said::Line(Line::Text(line)) if *line == UPLOAD_NOW.as_bytes() => {
                    self.upload().await?;
                }
                Said::Line(Line::Text(line)) => {
                    self.refused |= is_refusal(&line);
                    self.console.print_line(&text::printable(&line));
                }
                Said::Prompt(prompt) => {
                    self.logged_in |= prompt == Prompt::Choice;
                    (self.last, self.refused) = (Some(prompt), false);
                    let answer = self.ask(prompt).await;
                    self.quit |= answer
                        .as_ref()
                        .is_some_and(|answer| answer.trim().eq_ignore_ascii_case("q"));
                    let mut answer = answer.unwrap_or_else(|| Zeroizing::new("q".to_owned()));
                    answer.push('\n');
                    self.lines.write_all(answer.as_bytes()).await?;
                    self.lines.flush().await?;
                }
            }
        }
    }

    /// Whether the server let the user in: it offers something, or at least it closed behind the password
    /// without saying no, as servers of a first course do.
    fn is_in(&self) -> bool {
        self.logged_in || (self.last == Some(Prompt::Password) && !self.refused && !self.ended)
    }

    /// What the user answers; `None` when nobody does.
    async fn ask(&mut self, prompt: Prompt) -> Option<Zeroizing<String>> {
        let console = self.console;
        // On a terminal the user's own typing is seen.
        let shown = console.status("");
        if prompt.is_secret() {
            if !shown {
                console.print_line(prompt.text().trim_end());
            }
            let typed = match self.args.password_stdin {
                true => console.read_line().await,
                false => console.read_secret(prompt.text()).await,
            };
            self.ended |= typed.is_none();
            return typed.map(Zeroizing::new);
        }
        console.print(prompt.text());
        let typed = match (&self.args.user, prompt) {
            (Some(user), Prompt::Name) => {
                console.print_line(user);
                return Some(Zeroizing::new(user.clone()));
            }
            _ => console.read_line().await,
        };
        self.ended |= typed.is_none();
        let typed = typed?;
        if !shown {
            console.print_line(&typed);
        }
        if prompt == Prompt::Choice
            && let Ok(words) = shell_words::split(&typed)
            && let [choice, files @ ..] = &words[..]
            && !files.is_empty()
        {
            self.files = files.to_vec();
            return Some(Zeroizing::new(choice.clone()));
        }
        Some(Zeroizing::new(typed))
    }

    /// Sends files; the server waits for them.
    async fn upload(&mut self) -> io::Result<()> {
        let (console, patience) = (self.console, self.args.timeout);
        let mut files = std::mem::take(&mut self.files);
        if files.is_empty() {
            console.print("files: ");
            let typed = console.read_line().await.unwrap_or_default();
            files = shell_words::split(&typed).unwrap_or_default();
            if !console.status("") {
                console.print_line(&typed);
            }
        }
        let mut code = ExitCode::SUCCESS;
        if !files.is_empty() {
            let sent = upload::send(
                self.sockets,
                console,
                &mut self.lines,
                &files,
                IfExists::Ask,
                patience,
            );
            code = sent.await;
        }
        if files.is_empty() || code == ExitCode::ERROR {
            // Nothing was said yet, and the server waits for somebody who speaks its protocol.
            let nothing =
                upload::send(self.sockets, console, &mut self.lines, &[], IfExists::Skip, patience);
            nothing.await;
        }
        if code != ExitCode::SUCCESS {
            self.code = ExitCode::FAILURE;
        }
        // Back to lines.
        self.lines.write_all(b"\n").await?;
        self.lines.flush().await
    }
}
