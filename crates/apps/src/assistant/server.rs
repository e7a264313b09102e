//! `serve assistant`: a session per client, rules that may change meanwhile.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use lanternet_core::Duration;
use tokio::sync::watch;

use super::rules::{LARGEST_FILE, Rules};
use super::session::{Answer, Session};
use super::talk::{Limits, Witness, converse, quoted};
use super::transcript::Transcript;
use super::{DEFAULT_PORT, ServeArgs};
use crate::console::{Console, ExitCode};
use crate::disk::Folder;
use crate::race::{Either, select};
use crate::server::{Client, Log, Served, Server};
use crate::sockets::Sockets;
use crate::text;

const NAME: &str = "serve assistant";
/// How often the rules file is looked at.
const LOOK: Duration = Duration::from_secs(1);

pub(super) async fn serve<S: Sockets, C: Console>(
    sockets: S,
    console: C,
    args: ServeArgs,
) -> ExitCode {
    let refuse = |message: String| {
        console.error(&format!("{NAME}: {message}"));
        ExitCode::ERROR
    };
    let mut content = None;
    let rules = match &args.rules {
        None => Rules::built_in(args.language),
        Some(path) => {
            let read = match read_rules(&console, path).await {
                Ok(read) => read,
                Err(error) => return refuse(unreadable(path, &error)),
            };
            let rules = match understand(path, &read, &args) {
                Ok(rules) => rules,
                Err(message) => return refuse(message),
            };
            content = Some(read);
            rules
        }
    };
    let transcripts = match &args.transcripts {
        None => None,
        Some(path) => match console.folder(path, true).await {
            Ok(folder) => Some(folder),
            Err(error) => {
                let why = text::describe(&error);
                return refuse(format!("no transcripts can be kept in `{path}`: {why}"));
            }
        },
    };
    let note = match &args.rules {
        Some(path) => format!(", {} of {path}", text::count(rules.len(), "rule")),
        None => String::new(),
    };
    let (current, rules) = watch::channel(Arc::new(rules));
    let server = Server::new(&sockets, &console, NAME, &args.listen, DEFAULT_PORT)
        .note(note)
        .tls(args.tls.certificate());
    let listening = match server.listen().await {
        Ok(listening) => listening,
        Err(code) => return code,
    };
    let host = args.name.clone().unwrap_or_else(|| sockets.host_name());
    let desk = Desk { host: host.into(), rules, transcripts, limits: args.limits() };
    let log = listening.log.clone();
    let serving = listening.serve(move |client| desk.clone().serve(client));
    let watching = async {
        match (&args.rules, content) {
            (Some(path), Some(content)) => {
                watch_rules(&sockets, &console, &log, path, &args, content, &current).await;
            }
            _ => std::future::pending().await,
        }
    };
    match select(serving, watching).await {
        Either::First(code) => code,
        // It watches for ever.
        Either::Second(()) => ExitCode::SUCCESS,
    }
}

/// All of a rules file, from the disk that programs write on, or else as other files are read.
pub(crate) async fn read_rules<C: Console>(console: &C, path: &str) -> io::Result<Arc<[u8]>> {
    let (folder, name) = match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((folder, name)) => (folder, name),
        None => (".", path),
    };
    let on_disk =
        async { console.folder(folder, false).await?.read(name, LARGEST_FILE as u64).await };
    match on_disk.await {
        Ok(content) => Ok(content.into()),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Err(error),
        // Such as a symbolic link that leads out of its folder.
        Err(_) => console.read_file(path).await,
    }
}

fn unreadable(path: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no rules file `{path}`"),
        io::ErrorKind::FileTooLarge => {
            format!("the rules file `{path}` has more than {LARGEST_FILE} bytes")
        }
        _ => format!("the rules file `{path}` cannot be read: {}", text::describe(error)),
    }
}

fn understand(path: &str, content: &[u8], args: &ServeArgs) -> Result<Rules, String> {
    let text = str::from_utf8(content).map_err(|error| {
        let line = content[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
        format!("{path}: line {line}: this is no UTF-8; save the file as UTF-8")
    })?;
    Rules::parse(text, args.language).map_err(|error| {
        let lines = error.mistakes.iter().map(|mistake| format!("{path}: {mistake}"));
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// Looks at the rules file again and again; new rules that are right count from then on.
async fn watch_rules<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    log: &Log<C>,
    path: &str,
    args: &ServeArgs,
    mut content: Arc<[u8]>,
    current: &watch::Sender<Arc<Rules>>,
) {
    let mut trouble = false;
    loop {
        sockets.sleep(LOOK).await;
        let read = match read_rules(console, path).await {
            Ok(read) => read,
            Err(error) => {
                if !std::mem::replace(&mut trouble, true) {
                    let why = unreadable(path, &error);
                    log.error("rules", &format!("{why}; the rules stay as they were"));
                }
                continue;
            }
        };
        trouble = false;
        if read == content {
            continue;
        }
        content = read;
        match understand(path, &content, args) {
            Ok(rules) => {
                let sentence = format!("new rules: {} of {path}", text::count(rules.len(), "rule"));
                log.server("rules", &sentence, &[("rules", rules.len().into())]);
                current.send_replace(Arc::new(rules));
            }
            Err(message) => log.error("rules", &format!("{message}\nthe rules stay as they were")),
        }
    }
}

/// What all sessions share.
#[derive(Clone)]
struct Desk<F> {
    host: Arc<str>,
    rules: watch::Receiver<Arc<Rules>>,
    transcripts: Option<F>,
    limits: Limits,
}

impl<F: Folder> Desk<F> {
    async fn serve<S: Sockets, C: Console<Folder = F>>(self, client: Client<S, C>) -> Served {
        let Client { mut stream, peer, sockets, log, idle, stop, .. } = client;
        let transcript = match self.transcripts {
            None => None,
            Some(folder) => match Transcript::create(folder, &sockets, peer).await {
                Ok(transcript) => Some(transcript),
                Err(error) => {
                    no_transcript(&log, &error);
                    None
                }
            },
        };
        let limits = Limits { idle, ..self.limits };
        let rules = self.rules;
        let mut session = Session::new(self.host);
        let mut witness = Desktop { sockets: &sockets, log: &log, peer, transcript };
        let talk = converse(
            &sockets,
            &mut stream,
            &mut session,
            || Arc::clone(&rules.borrow()),
            limits,
            &stop,
            &mut witness,
        );
        let (messages, why) = talk.await?;
        Ok(format!("closed after {}{why}", text::count(messages, "message")))
    }
}

fn no_transcript<C: Console>(log: &Log<C>, error: &io::Error) {
    let why = text::describe(error);
    log.error("transcript", &format!("a transcript cannot be written: {why}; the session goes on"));
}

/// Logs a session and writes its transcript.
struct Desktop<'a, S, C, F> {
    sockets: &'a S,
    log: &'a Log<C>,
    peer: SocketAddr,
    transcript: Option<Transcript<F>>,
}

impl<S: Sockets, C: Console, F: Folder> Witness for Desktop<'_, S, C, F> {
    fn said(&mut self, message: &str) {
        let preview = quoted(message);
        let fields = [("bytes", message.len().into()), ("preview", preview.as_str().into())];
        self.log.client(self.peer, "message", &format!("said {preview}"), &fields);
        if let Some(transcript) = &mut self.transcript {
            transcript.add(self.sockets, "customer", message);
        }
    }

    fn answered(&mut self, answer: &Answer) {
        if answer.handed_over {
            self.log.client(self.peer, "hand-over", "wants a person", &[]);
        }
        if let Some(transcript) = &mut self.transcript {
            transcript.add(self.sockets, "assistant", &answer.text);
        }
    }

    async fn pause(&mut self) {
        if let Some(transcript) = &mut self.transcript
            && let Err(error) = transcript.write().await
        {
            no_transcript(self.log, &error);
            self.transcript = None;
        }
    }
}
