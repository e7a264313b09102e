//! The server's end of a login conversation.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use lanternet_core::{Duration, Instant};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

use super::ServeArgs;
use super::present::{Present, Stay, time};
use super::protocol::{Checked, Conversation, LONGEST_LINE, Offers, Step, Then, UPLOAD_NOW};
use super::wire::{Line, Lines};
use crate::assistant::{self, Language, Rules, read_rules};
use crate::console::Console;
use crate::disk::Folder;
use crate::race::{Either, select, timeout};
use crate::server::{Client, Log, Served, Stop};
use crate::sockets::{Sockets, TcpStream};
use crate::upload::{self, store};
use crate::users::{Password, UserName, Users, Verdict};
use crate::{text, tls::Link};

/// Who connects has logged in within this time (OpenSSH's `LoginGraceTime` is twice as long; its clients
/// have more to do).
const LOGIN_LIMIT: Duration = Duration::from_secs(60);
/// How long the last words may take to arrive.
const LINGER: Duration = Duration::from_secs(1);
/// More than this is not read only to throw it away.
const THROWN_AWAY: usize = 64 * 1024;

/// What all clients of a server share. Clones are the same.
pub(super) struct House<S: Sockets, C: Console> {
    pub(super) users: Users<S, C>,
    present: Present,
    /// What the assistant goes by, and the file of it.
    rules: Arc<Mutex<Arc<Rules>>>,
    rules_file: Option<Arc<str>>,
    /// Where users' folders are.
    folder: Option<C::Folder>,
    host: Arc<str>,
    tries: u32,
    most_sessions: usize,
    raw: bool,
}

impl<S: Sockets, C: Console> Clone for House<S, C> {
    fn clone(&self) -> Self {
        Self {
            users: self.users.clone(),
            folder: self.folder.clone(),
            present: self.present.clone(),
            host: Arc::clone(&self.host),
            rules: Arc::clone(&self.rules),
            rules_file: self.rules_file.clone(),
            ..*self
        }
    }
}

impl<S: Sockets, C: Console> House<S, C> {
    /// Reads and opens what the command line names.
    pub(super) async fn open(sockets: &S, console: &C, args: &ServeArgs) -> Result<Self, String> {
        let users = Users::load(sockets, console, &args.users, "serve login").await?;
        let folder = match &args.dir {
            None => None,
            Some(dir) => Some(console.folder(dir, true).await.map_err(|error| {
                format!("{}: {}", text::printable(dir.as_bytes()), text::describe(&error))
            })?),
        };
        let rules = match &args.rules {
            None => Rules::built_in(Language::default()),
            Some(path) => read(console, path).await?,
        };
        Ok(Self {
            users,
            rules: Arc::new(Mutex::new(Arc::new(rules))),
            rules_file: args.rules.as_deref().map(Arc::from),
            present: Present::default(),
            folder,
            host: sockets.host_name().into(),
            tries: args.tries,
            most_sessions: args.max_sessions as usize,
            raw: args.raw,
        })
    }

    const fn offers(&self) -> Offers {
        Offers { assistant: true, upload: self.folder.is_some() }
    }

    /// What the assistant goes by now. Rules with a mistake are told, and those of before go on.
    async fn rules(&self, console: &C) -> Arc<Rules> {
        let current = || self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = &self.rules_file {
            match read(console, path).await {
                Ok(rules) => *current() = Arc::new(rules),
                Err(why) => console.error(&format!("serve login: {why}; the rules stay")),
            }
        }
        Arc::clone(&current())
    }
}

/// The rules in a file.
async fn read<C: Console>(console: &C, path: &str) -> Result<Rules, String> {
    let shown = text::printable(path.as_bytes());
    let bytes = read_rules(console, path)
        .await
        .map_err(|error| format!("{shown}: cannot read it: {}", text::describe(&error)))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| format!("{shown}: it is no UTF-8"))?;
    Rules::parse(text, Language::default()).map_err(|mistakes| format!("{shown}: {mistakes}"))
}

/// One client, from the greeting to the end.
pub(super) async fn serve<S: Sockets, C: Console>(
    house: House<S, C>,
    client: Client<S, C>,
) -> Served {
    let Client { stream, peer, sockets, console, log, idle, stop, .. } = client;
    // Prompts are small and awaited (RFC 896); where it cannot be had, it is only slower.
    let _ = stream.set_nodelay(true);
    let lines = Lines::new(stream, house.raw, LONGEST_LINE);
    let deadline = sockets.now() + LOGIN_LIMIT;
    let mut guest =
        Guest { house, sockets, console, log, peer, idle, stop, lines, deadline, user: None };
    let end = guest.run().await;
    let end = guest.part(end).await;
    let who = guest.user.map(|(name, _)| format!("{name} ")).unwrap_or_default();
    end.map(|why| format!("{who}{why}"))
}

struct Guest<S: Sockets, C: Console> {
    house: House<S, C>,
    sockets: S,
    console: C,
    log: Log<C>,
    peer: SocketAddr,
    idle: Duration,
    stop: Stop,
    lines: Lines<Link<S::TcpStream>>,
    /// Logged in until then.
    deadline: Instant,
    user: Option<(UserName, Stay)>,
}

impl<S: Sockets, C: Console> Guest<S, C> {
    async fn run(&mut self) -> io::Result<&'static str> {
        let mut talk = Conversation::new(self.house.offers(), self.house.tries);
        let mut step = talk.greet(&self.house.host);
        let mut assistant = assistant::Session::new(Arc::clone(&self.house.host));
        let mut rules =
            Arc::clone(&self.house.rules.lock().unwrap_or_else(PoisonError::into_inner));
        loop {
            let Step { say, then } = step;
            step = match then {
                Then::Ask(prompt) => {
                    self.say(&format!("{say}{}", prompt.text())).await?;
                    match self.read().await? {
                        Ok(line) => talk.heard(&line),
                        Err(why) => return Ok(why),
                    }
                }
                Then::End => {
                    self.say(&say).await?;
                    return Ok(if self.user.is_some() { "logged out" } else { "not logged in" });
                }
                Then::Check { name, password } => {
                    talk.checked(Box::pin(self.check(&name, password)).await)
                }
                Then::Who => talk.menu(&self.house.present.lines()),
                Then::OpenAssistant => {
                    rules = self.house.rules(&self.console).await;
                    assistant = assistant::Session::new(Arc::clone(&self.house.host));
                    if let Some((name, _)) = &self.user {
                        assistant.remember("name", name.as_str());
                    }
                    let answer = assistant.greet(&rules);
                    talk.assistant(&answer.text, answer.ended)
                }
                Then::Assistant(said) => {
                    let answer = assistant.answer(&rules, &said);
                    talk.assistant(&answer.text, answer.ended)
                }
                Then::Upload => {
                    self.say(&format!("{say}{UPLOAD_NOW}\n")).await?;
                    // In a box of their own: most guests never come here, and each would carry their size.
                    let said = Box::pin(self.upload()).await?;
                    // The client reads ahead while it speaks that protocol: nothing may come behind its
                    // end before a line says that it is back.
                    match self.read().await? {
                        Ok(_) => talk.menu(&said),
                        Err(why) => return Ok(why),
                    }
                }
                Then::Change { old, new } => {
                    let said = Box::pin(self.change(old, new)).await;
                    talk.menu(&said)
                }
            };
            // Whoever was removed meanwhile is no guest any more.
            if let Some((name, _)) = &self.user
                && !self.house.users.has(name).await
            {
                self.say("There is no such user any more. Goodbye.\n").await?;
                return Ok("sent away: the user is gone");
            }
        }
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        let (idle, lines) = (self.idle, &mut self.lines);
        let saying = async {
            lines.write_all(text.as_bytes()).await?;
            lines.flush().await
        };
        match timeout(&self.sockets, idle, saying).await {
            Ok(said) => said,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// The next line, or why there is none.
    async fn read(&mut self) -> io::Result<Result<Zeroizing<Vec<u8>>, &'static str>> {
        let limit = match self.user {
            Some(_) => self.idle,
            None => self.deadline.since(self.sockets.now()),
        };
        let (words, why) = match self.user {
            Some(_) => ("You were silent for too long. Goodbye.", "silent for too long"),
            None => ("This took too long. Goodbye.", "too slow to log in"),
        };
        let reading = timeout(&self.sockets, limit, self.lines.next());
        let (words, why) = match select(self.stop.requested(), reading).await {
            Either::First(()) => ("The server stops. Goodbye.", "sent away: the server stops"),
            Either::Second(Err(_)) => (words, why),
            Either::Second(Ok(line)) => match line? {
                Line::Text(line) => return Ok(Ok(line)),
                Line::TooLong => ("This line is too long. Goodbye.", "a line was too long"),
                Line::End => return Ok(Err("left")),
            },
        };
        self.say(&format!("\n{words}\n")).await?;
        Ok(Err(why))
    }

    async fn check(&mut self, name: &str, password: Password) -> Checked {
        let from = self.peer.ip();
        let verdict = self.house.users.verify(name, password, from).await;
        let refused = |why: &str| {
            let why = why.to_owned();
            self.log.client(
                self.peer,
                "refused",
                &format!("refused: {why}"),
                &[("reason", Value::from(why.clone()))],
            );
        };
        let name = match verdict {
            Verdict::Right(name) => name,
            Verdict::Wrong => {
                // What is nobody's name may be a password, typed too early.
                let known = match UserName::new(name) {
                    Ok(name) if self.house.users.has(&name).await => Some(name),
                    _ => None,
                };
                match known {
                    Some(name) => refused(&format!("wrong password for {name}")),
                    None => refused("no such user"),
                }
                return Checked::Wrong;
            }
            Verdict::TooMany(wait) => {
                refused("too many attempts");
                return Checked::TooMany(wait);
            }
            Verdict::Unavailable => {
                refused("passwords cannot be checked");
                return Checked::Unavailable;
            }
        };
        let (most, now) = (self.house.most_sessions, self.sockets.time_of_day());
        let Some((stay, before)) = self.house.present.come(&name, now, from, most) else {
            refused(&format!("{name} is here {most} times already"));
            return Checked::TooManySessions(most);
        };
        let fields = [("user", Value::from(name.as_str()))];
        self.log.client(self.peer, "login", &format!("{name} logged in"), &fields);
        let last = before.map(|(at, from)| format!("Last login: {}, from {from}.\n", time(at)));
        let said = format!("Hello {name}.\n{}", last.unwrap_or_default());
        self.user = Some((name, stay));
        Checked::Right(said)
    }

    async fn change(&mut self, old: Password, new: Password) -> String {
        let Some((name, _)) = &self.user else { return String::new() };
        match self.house.users.verify(name.as_str(), old, self.peer.ip()).await {
            Verdict::Right(_) => {}
            Verdict::Wrong => {
                return "The old password is wrong; your password stays.\n".to_owned();
            }
            Verdict::TooMany(wait) => return format!("Your password stays: {wait}.\n"),
            Verdict::Unavailable => return "This cannot be done at the moment.\n".to_owned(),
        }
        match self.house.users.change_password(name, new).await {
            Ok(()) => {
                let fields = [("user", Value::from(name.as_str()))];
                let sentence = format!("{name} has another password");
                self.log.client(self.peer, "password", &sentence, &fields);
                "Your password is changed.\n".to_owned()
            }
            Err(why) => format!("Your password stays: {why}.\n"),
        }
    }

    /// Receives files into the user's own folder; what to say afterwards.
    async fn upload(&mut self) -> io::Result<String> {
        let (Some(folder), Some((name, _))) = (&self.house.folder, &self.user) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        folder.create_folder(name.as_str()).await?;
        let own = folder.folder(name.as_str()).await?;
        let limits = store::Limits::default();
        let store = store::Store::open(self.sockets.clone(), own, limits).await?;
        let session = upload::Session { idle: self.idle, stop: Some(self.stop.clone()) };
        let (log, peer) = (&self.log, self.peer);
        let tell = |event: upload::Event| {
            let (word, sentence, fields) = upload::logged(&event);
            log.client(peer, word, &format!("{name}: {sentence}"), &fields);
        };
        let summary = upload::receive(&mut self.lines, &store, &session, tell).await?;
        let files = usize::try_from(summary.files).unwrap_or(usize::MAX);
        Ok(format!("{} stored.\n", text::count(files, "file")))
    }

    /// Closes so that the last words arrive: a connection with unread bytes would be reset (RFC 2525
    /// section 2.17).
    async fn part(&mut self, end: io::Result<&'static str>) -> io::Result<&'static str> {
        let end = end?;
        let lines = &mut self.lines;
        let parting = async {
            lines.shutdown().await?;
            let (mut thrown, mut room) = (0, [0; 1024]);
            while thrown < THROWN_AWAY {
                match lines.read(&mut room).await? {
                    0 => break,
                    more => thrown += more,
                }
            }
            io::Result::Ok(())
        };
        // Whoever does not close or has reset it has heard what there was to hear.
        let _ = timeout(&self.sockets, LINGER, parting).await;
        Ok(end)
    }
}
