//! Uploads, resumed at the last byte that the portal has and that is the same here.

use std::io;

use blake3::{Hash, Hasher};
use hyper::Method;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use lanternet_core::Duration;
use serde_json::{Value, json};

use super::super::OFFSET_HEADER;
use super::web::{Failed, Web};
use crate::console::Console;
use crate::disk::{Folder, OpenFile};
use crate::sockets::Sockets;
use crate::text;
use crate::trouble::Trouble;
use crate::upload::progress::Progress;
use crate::upload::source::Source;
use crate::upload::{IfExists, units};

/// So many bytes are sent in one request.
const CHUNK: usize = 1024 * 1024;
/// A file is read in parts of so many bytes.
const READ: usize = 256 * 1024;
/// A broken connection is made again so many times for a file, if nothing moves.
const RETRIES: u32 = 5;
/// Before the first; each further one waits twice as long.
const PAUSE: Duration = Duration::from_millis(500);

/// Uploads all; whether all of them are there now.
pub(super) async fn run<S: Sockets, C: Console>(
    web: &mut Web<'_, S, C>,
    sources: Vec<Source<C::Folder>>,
    if_exists: IfExists,
) -> Result<bool, Trouble> {
    let total = sources.iter().fold(0, |sum: u64, source| sum.saturating_add(source.size));
    let mut progress = Progress::new(web.sockets, sources.len(), total);
    let mut all = true;
    for (index, source) in sources.iter().enumerate() {
        let shown = text::printable(source.path.as_bytes());
        let (mut failures, mut reached) = (0, 0);
        let sent = loop {
            let mut sending =
                Sending { web, source, progress: &mut progress, number: index + 1, reached };
            let sent = sending.send(if_exists).await;
            let at = sending.reached;
            match sent {
                Err(Failed::Broken(why)) if failures < RETRIES || at > reached => {
                    if at > reached {
                        (failures, reached) = (0, at);
                    }
                    let pause = Duration::from_nanos(PAUSE.nanos() << failures);
                    failures += 1;
                    web.console.status("");
                    web.console.error(&format!("{shown}: {why}; trying again in {pause}"));
                    web.leave();
                    web.sockets.sleep(pause).await;
                }
                sent => break sent,
            }
        };
        web.console.status("");
        progress.over(source.size);
        match sent {
            Ok(Sent::Stored(name)) => {
                let renamed = match name == source.name {
                    true => String::new(),
                    false => format!(" as {}", text::printable(name.as_bytes())),
                };
                let size = units::bytes(source.size);
                web.console.print_line(&format!("{shown}: stored{renamed}, {size}"));
            }
            Ok(Sent::Skipped) => {
                let why = "skipped: the portal has a file of this name";
                web.console.print_line(&format!("{shown}: {why}"));
            }
            Err(Failed::Refused { message, .. }) => {
                let why = text::printable(message.as_bytes());
                web.console.error(&format!("{shown}: {why}"));
                all = false;
            }
            Err(failed) => return Err(web.told(failed)),
        }
    }
    Ok(all)
}

enum Sent {
    Stored(String),
    Skipped,
}

/// One file.
struct Sending<'a, 'w, S: Sockets, C: Console> {
    web: &'a mut Web<'w, S, C>,
    source: &'a Source<C::Folder>,
    progress: &'a mut Progress,
    number: usize,
    /// The most bytes that the portal is known to have.
    reached: u64,
}

fn unreadable(error: &io::Error) -> Failed {
    Failed::Over(Trouble::failed(format!("cannot read it: {}", text::describe(error))))
}

impl<S: Sockets, C: Console> Sending<'_, '_, S, C> {
    async fn send(&mut self, if_exists: IfExists) -> Result<Sent, Failed> {
        let file = self.source.open(self.web.console).await.map_err(|error| unreadable(&error))?;
        let size = file.length().await.map_err(|error| unreadable(&error))?;
        let modified = file.modified().await.map_err(|error| unreadable(&error))?;
        let mut offer = json!({
            "name": self.source.name,
            "size": size,
            "fingerprint": self.fingerprint(&format!("{size} {modified:?}")),
        });
        let Some(begun) = self.settle("/api/uploads", &mut offer, if_exists).await? else {
            return Ok(Sent::Skipped);
        };
        let id = begun["id"].as_str().unwrap_or_default();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Failed::Over(self.web.strange("an upload without an id")));
        }
        let path = format!("/api/uploads/{id}");
        let hasher = self.content(&file, size, &begun, &path).await?;
        let mut finish = json!({ "hash": hasher.finalize().to_hex().as_str() });
        let finished = self.settle(&format!("{path}/finish"), &mut finish, if_exists).await;
        match finished.map_err(again)? {
            Some(stored) => {
                Ok(Sent::Stored(stored["name"].as_str().unwrap_or_default().to_owned()))
            }
            None => Ok(Sent::Skipped),
        }
    }

    /// The same for the same file each time.
    fn fingerprint(&self, state: &str) -> String {
        let mut hasher = Hasher::new();
        for part in [&self.web.sockets.host_name(), &self.source.path, state] {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }

    /// Asks, and decides when there is a file of the name. `None` when it is left as it is.
    async fn settle(
        &mut self,
        path: &str,
        asked: &mut Value,
        if_exists: IfExists,
    ) -> Result<Option<Value>, Failed> {
        loop {
            match self.web.ask(Method::POST, path, asked).await {
                Err(Failed::Refused { code, message, error }) if code == "exists" => {
                    match self.decide(if_exists, &error).await {
                        Some("skip") => return Ok(None),
                        Some(taken) => asked["taken"] = taken.into(),
                        None => return Err(Failed::Refused { code, message, error }),
                    }
                }
                answered => return answered.map(Some),
            }
        }
    }

    /// Sends what the portal has not; the hash of all.
    async fn content(
        &mut self,
        file: &<C::Folder as Folder>::File,
        size: u64,
        begun: &Value,
        path: &str,
    ) -> Result<Hasher, Failed> {
        let beginning = beginning::<C>(file, begun).await;
        let (mut at, mut hasher) = beginning.map_err(|error| unreadable(&error))?;
        if at > 0 {
            let (at, size) = (units::bytes(at), units::bytes(size));
            let shown = text::printable(self.source.path.as_bytes());
            self.web.console.error(&format!("{shown}: goes on at {at} of {size}"));
        }
        while at < size {
            let most = usize::try_from(size - at).unwrap_or(CHUNK).min(CHUNK);
            let mut chunk = Vec::new();
            while chunk.len() < most {
                let next = file.read_at(at + chunk.len() as u64, READ.min(most - chunk.len()));
                let read = next.await.map_err(|error| unreadable(&error))?;
                if read.is_empty() {
                    let why = "it became shorter while it was sent".to_owned();
                    return Err(Failed::Over(Trouble::failed(why)));
                }
                chunk.extend_from_slice(&read);
            }
            hasher.update(&chunk);
            let length = chunk.len() as u64;
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(OFFSET_HEADER), at.into());
            let kind = HeaderValue::from_static("application/offset+octet-stream");
            headers.insert(header::CONTENT_TYPE, kind);
            let sent = self.web.exchange(Method::PATCH, path, headers, chunk.into()).await;
            sent.map_err(again)?;
            at += length;
            self.reached = self.reached.max(at);
            let (sockets, console) = (self.web.sockets, self.web.console);
            let (name, number) = (&self.source.name, self.number);
            self.progress.moved(sockets, console, name, number, (at, size, length));
        }
        Ok(hasher)
    }

    /// What to do about a file of the same name.
    async fn decide(&self, if_exists: IfExists, error: &Value) -> Option<&'static str> {
        match if_exists {
            IfExists::Skip => Some("skip"),
            IfExists::Overwrite => Some("overwrite"),
            IfExists::Rename => Some("rename"),
            IfExists::Ask => {
                let size = units::bytes(error["size"].as_u64().unwrap_or_default());
                let name = text::printable(self.source.name.as_bytes());
                self.web.console.status("");
                self.web.console.error(&format!(
                    "the portal has a file {name} ({size}): [s]kip, [o]verwrite, [r]ename?"
                ));
                match self.web.console.read_line().await?.trim() {
                    "s" | "skip" => Some("skip"),
                    "o" | "overwrite" => Some("overwrite"),
                    "r" | "rename" => Some("rename"),
                    _ => None,
                }
            }
        }
    }
}

/// The last place where what the portal has is the same as what is here, and the hash up to there.
async fn beginning<C: Console>(
    file: &<C::Folder as Folder>::File,
    begun: &Value,
) -> io::Result<(u64, Hasher)> {
    let mut same = (0, Hasher::new());
    let mut hasher = Hasher::new();
    let mut at = 0;
    for checkpoint in begun["checkpoints"].as_array().into_iter().flatten() {
        let offset = checkpoint["offset"].as_u64().unwrap_or_default();
        let hash = checkpoint["hash"].as_str().and_then(|text| Hash::from_hex(text).ok());
        let (Some(hash), true) = (hash, offset > at) else { break };
        while at < offset {
            let most = usize::try_from(offset - at).unwrap_or(READ).min(READ);
            let read = file.read_at(at, most).await?;
            if read.is_empty() {
                return Ok(same);
            }
            hasher.update(&read);
            at += read.len() as u64;
        }
        if hasher.finalize() != hash {
            break;
        }
        same = (at, hasher.clone());
    }
    Ok(same)
}

/// The portal has forgotten the upload, because it was started anew or time went by, or knows better how
/// far it is: worth another beginning.
fn again(failed: Failed) -> Failed {
    match failed {
        Failed::Refused { code, message, .. } if code == "not-found" || code == "offset" => {
            Failed::Broken(message)
        }
        failed => failed,
    }
}
