//! Resumable uploads over HTTP, in the manner of tus: `POST` begins one or finds what is there of it,
//! `HEAD` and `GET` tell how far it is, `PATCH` appends, `finish` checks the hash and gives the file its
//! name.
//!
//! What is there of a file is kept by [`Store`](crate::upload::store::Store), as for `serve upload`. An id
//! is only good while this server runs; whoever comes later begins again with the same name, size and
//! fingerprint, and is told how far it was.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use blake3::Hash;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::header::{self, HeaderName};
use hyper::{Request, StatusCode};
use lanternet_core::{Duration, Instant};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::pace::Pace;
use super::reply::{self, Answer, Refused};
use super::routes::one;
use super::server::Visitor;
use super::sessions::Ticket;
use super::{OFFSET_HEADER, body};
use crate::console::Console;
use crate::disk::Folder;
use crate::race::{Either, select, timeout};
use crate::sockets::Sockets;
use crate::text;
use crate::upload::store::{Begun, Finished, Offer, Receiving, Taken};
use crate::users::UserName;

/// So many files of one user are under way at once.
const OF_ONE_USER: usize = 16;
/// So many of all users; each takes some 100 KiB.
const MOST: usize = 500;
/// One that nobody goes on with is forgotten after this time; what is there of it stays on the disk.
const FORGET: Duration = Duration::from_secs(10 * 60);
/// A body may be silent for so long.
const SILENCE: Duration = Duration::from_secs(30);
/// Who takes an upload over waits so long for the connection before to leave.
const HANDOVER: Duration = Duration::from_secs(5);
/// What comes is given to the disk in parts of so many bytes.
const PART: usize = 256 * 1024;

/// The uploads that are under way.
pub(super) struct Uploads<S: Sockets, F: Folder>(Mutex<Table<S, F>>);

type Table<S, F> = BTreeMap<String, Arc<Upload<S, F>>>;

/// One file.
struct Upload<S: Sockets, F: Folder> {
    user: UserName,
    name: String,
    source: [u8; 16],
    /// Every request that works on it takes a turn, and the one before notices and leaves.
    turn: watch::Sender<u64>,
    /// When it was used last, in nanoseconds of the host's clock.
    last: AtomicU64,
    state: tokio::sync::Mutex<State<S, F>>,
}

/// `None` once it is over.
type State<S, F> = Option<Open<S, F>>;

struct Open<S: Sockets, F: Folder> {
    receiving: Receiving<S, F>,
    began: Instant,
    /// The first bytes have come.
    started: bool,
    /// Something was cut off in the middle, and nobody knows how far it came.
    broken: bool,
}

impl<S: Sockets, F: Folder> Open<S, F> {
    fn offset(&self) -> u64 {
        match self.started {
            true => self.receiving.offset(),
            false => self.receiving.checkpoints().last().map_or(0, |last| last.offset),
        }
    }
}

impl<S: Sockets, F: Folder> Upload<S, F> {
    /// Ready with the upload once the request before has left.
    async fn take(
        &self,
        sockets: &S,
    ) -> Result<(u64, tokio::sync::MutexGuard<'_, State<S, F>>), Refused> {
        self.last.store(sockets.now().nanos(), Ordering::Relaxed);
        let mut turn = 0;
        self.turn.send_modify(|latest| {
            *latest += 1;
            turn = *latest;
        });
        match timeout(sockets, HANDOVER, self.state.lock()).await {
            Ok(state) => Ok((turn, state)),
            Err(_) => {
                let why = "the file is being received over another connection";
                Err(Refused::new(StatusCode::LOCKED, "busy", why))
            }
        }
    }
}

impl<S: Sockets, F: Folder> Uploads<S, F> {
    pub(super) fn new() -> Self {
        Self(Mutex::default())
    }

    fn table(&self) -> MutexGuard<'_, Table<S, F>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, user: &UserName, id: &str) -> Result<Arc<Upload<S, F>>, Refused> {
        // Another's is not there.
        let found = self.table().get(id).filter(|upload| upload.user == *user).cloned();
        found.ok_or_else(gone)
    }

    fn forget(&self, id: &str) {
        self.table().remove(id);
    }

    /// Makes place for one more of this user, and gives out the ones that have the same file.
    fn make_place(
        &self,
        now: Instant,
        user: &UserName,
        is_same: impl Fn(&Upload<S, F>) -> bool,
    ) -> Result<Vec<Arc<Upload<S, F>>>, Refused> {
        let mut table = self.table();
        let mut same = Vec::new();
        table.retain(|_, upload| {
            let last = Instant::from_nanos(upload.last.load(Ordering::Relaxed));
            // One that is being worked on is held by its request too.
            let forgotten = now.since(last) > FORGET && Arc::strong_count(upload) == 1;
            let again = upload.user == *user && is_same(upload);
            if again {
                same.push(Arc::clone(upload));
            }
            !forgotten && !again
        });
        let own = table.values().filter(|upload| upload.user == *user).count();
        if own >= OF_ONE_USER || table.len() >= MOST {
            let why = format!("at most {OF_ONE_USER} files at once");
            let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, "too-many-files", why);
            return Err(refused.retry_after(10));
        }
        Ok(same)
    }
}

fn gone() -> Refused {
    Refused::not_found("no such upload is under way; begin it again to go on")
}

/// `POST /api/uploads`: begins a file, or finds what is there of it.
pub(super) async fn begin<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    ticket: &Ticket,
    request: Request<Incoming>,
) -> Result<Answer, Refused> {
    let portal = &visitor.portal;
    let asked = body::object(&portal.sockets, request.into_body()).await?;
    let name = asked["name"].as_str().ok_or_else(|| Refused::bad("expected a text `name`"))?;
    let size = asked["size"].as_u64();
    let size = size.ok_or_else(|| Refused::bad("expected a number of bytes `size`"))?;
    let source = asked["fingerprint"].as_str().and_then(fingerprint).ok_or_else(|| {
        let why = "expected a `fingerprint`: 32 hexadecimal digits, the same for the same file";
        Refused::bad(why)
    })?;
    let taken = taken(&asked)?.unwrap_or_default();
    let (store, _) = portal.shelf.of(&ticket.user).await?;
    let same = portal.uploads.make_place(portal.sockets.now(), &ticket.user, |upload| {
        upload.name == name && upload.source == source
    })?;
    for earlier in same {
        // What it has received is found again by its temporary file.
        let (_, mut state) = earlier.take(&portal.sockets).await?;
        *state = None;
    }
    let receiving = match store.begin(&Offer { name, size, source, taken }).await? {
        Begun::Ready(receiving) => receiving,
        Begun::Exists { size } => return Err(exists(size)),
    };
    let checkpoints: Vec<Value> = receiving
        .checkpoints()
        .iter()
        .map(|at| json!({ "offset": at.offset, "hash": at.hash.to_hex().as_str() }))
        .collect();
    let now = portal.sockets.now();
    let open = Open { receiving, began: now, started: false, broken: false };
    let offset = open.offset();
    let id = portal.random()[..32].to_owned();
    let upload = Upload {
        user: ticket.user.clone(),
        name: name.to_owned(),
        source,
        turn: watch::Sender::new(0),
        last: AtomicU64::new(now.nanos()),
        state: tokio::sync::Mutex::new(Some(open)),
    };
    portal.uploads.table().insert(id.clone(), Arc::new(upload));
    let how = match offset {
        0 => format!("begins, {}", crate::upload::units::bytes(size)),
        _ => format!(
            "is there up to {} of {}",
            crate::upload::units::bytes(offset),
            crate::upload::units::bytes(size)
        ),
    };
    let shown = text::printable(name.as_bytes());
    let sentence = format!("{}: {shown} {how}", ticket.user);
    let fields = [
        ("user", ticket.user.as_str().into()),
        ("name", name.into()),
        ("size", size.into()),
        ("from", offset.into()),
    ];
    visitor.log.client(visitor.peer, "upload-begun", &sentence, &fields);
    let value = json!({ "id": id, "size": size, "offset": offset, "checkpoints": checkpoints });
    let mut answer = reply::json_answer(StatusCode::CREATED, &value);
    reply::put(&mut answer, header::LOCATION, &format!("/api/uploads/{id}"));
    put_offset(&mut answer, offset);
    Ok(answer)
}

/// `HEAD` or `GET /api/uploads/ID`: how far it is.
pub(super) async fn offset<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    ticket: &Ticket,
    id: &str,
) -> Result<Answer, Refused> {
    let portal = &visitor.portal;
    let upload = portal.uploads.find(&ticket.user, id)?;
    let (_, state) = upload.take(&portal.sockets).await?;
    let open = state.as_ref().filter(|open| !open.broken).ok_or_else(gone)?;
    let (offset, size) = (open.offset(), open.receiving.size());
    let mut answer = reply::json_answer(StatusCode::OK, &json!({ "offset": offset, "size": size }));
    put_offset(&mut answer, offset);
    reply::put(&mut answer, HeaderName::from_static("upload-length"), &size.to_string());
    Ok(answer)
}

/// `PATCH /api/uploads/ID`: the bytes from `Upload-Offset` on, as many as come.
pub(super) async fn append<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    ticket: &Ticket,
    id: &str,
    request: Request<Incoming>,
) -> Result<Answer, Refused> {
    let portal = &visitor.portal;
    let upload = portal.uploads.find(&ticket.user, id)?;
    let at = one(request.headers(), OFFSET_HEADER).and_then(|text| text.parse::<u64>().ok());
    let at = at.ok_or_else(|| Refused::bad("expected a number of bytes in `Upload-Offset`"))?;
    let (turn, mut state) = upload.take(&portal.sockets).await?;
    let Some(open) = state.as_mut().filter(|open| !open.broken) else {
        portal.uploads.forget(id);
        return Err(gone());
    };
    // What is announced and does not fit need not come first.
    let room = open.receiving.size().saturating_sub(at);
    if request.body().size_hint().exact().is_some_and(|length| length > room) {
        let why = format!("more bytes are announced than the {room} that are missing");
        return Err(Refused::new(StatusCode::BAD_REQUEST, "length", why));
    }
    let here = open.offset();
    let fits = if open.started { at == here } else { at == 0 || is_checkpoint(open, at) };
    if !fits {
        let why = format!("expected `Upload-Offset: {here}`, got {at}");
        let refused = Refused::new(StatusCode::CONFLICT, "offset", why);
        return Err(refused.with("offset", here));
    }
    // Until it is known how this went: the request may be cut off at any place.
    open.broken = true;
    if !open.started {
        open.receiving.start_at(at).await?;
        open.started = true;
    }
    open.broken = false;
    let came = receive(visitor, &upload, turn, open, request.into_body()).await;
    upload.last.store(portal.sockets.now().nanos(), Ordering::Relaxed);
    let offset = open.receiving.offset();
    if let Err((refused, fatal)) = came {
        if fatal {
            if let Some(open) = state.take()
                && refused.status == StatusCode::INSUFFICIENT_STORAGE
            {
                // Half a file only helps where the other half has room.
                open.receiving.discard().await;
            }
            portal.uploads.forget(id);
        }
        return Err(refused.with("offset", offset));
    }
    let mut answer = reply::empty(StatusCode::NO_CONTENT);
    put_offset(&mut answer, offset);
    Ok(answer)
}

fn is_checkpoint<S: Sockets, F: Folder>(open: &Open<S, F>, at: u64) -> bool {
    open.receiving.checkpoints().iter().any(|checkpoint| checkpoint.offset == at)
}

/// Takes a body to its end, or to where somebody else takes over. An error says whether the upload
/// is over with it.
async fn receive<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    upload: &Upload<S, C::Folder>,
    turn: u64,
    open: &mut Open<S, C::Folder>,
    mut body: Incoming,
) -> Result<(), (Refused, bool)> {
    let sockets = &visitor.portal.sockets;
    let mut turns = upload.turn.subscribe();
    let mut pace = Pace::new(sockets.now());
    let mut part = Vec::new();
    let ended = loop {
        let next = timeout(sockets, SILENCE, body.frame());
        let frame = match select(turns.wait_for(|latest| *latest != turn), next).await {
            Either::First(_) => {
                let why = "the file is sent over another connection now";
                break Err(Refused::new(StatusCode::LOCKED, "busy", why));
            }
            Either::Second(Ok(None)) => break Ok(()),
            Either::Second(Ok(Some(Ok(frame)))) => frame,
            Either::Second(Ok(Some(Err(error)))) => {
                break Err(Refused::bad(format!("the body is broken: {error}")));
            }
            Either::Second(Err(_)) => {
                let why = format!("nothing came within {SILENCE}");
                break Err(Refused::new(StatusCode::REQUEST_TIMEOUT, "timeout", why));
            }
        };
        let Ok(bytes) = frame.into_data() else { continue };
        upload.last.store(sockets.now().nanos(), Ordering::Relaxed);
        if !pace.came(sockets.now(), bytes.len() as u64) {
            let why = "the body comes too slowly";
            break Err(Refused::new(StatusCode::REQUEST_TIMEOUT, "timeout", why));
        }
        part.extend_from_slice(&bytes);
        if part.len() >= PART {
            write(open, std::mem::take(&mut part)).await?;
        }
    };
    // What came is good, also when no more comes.
    write(open, part).await?;
    ended.map_err(|refused| (refused, false))
}

async fn write<S: Sockets, F: Folder>(
    open: &mut Open<S, F>,
    part: Vec<u8>,
) -> Result<(), (Refused, bool)> {
    if part.is_empty() {
        return Ok(());
    }
    open.broken = true;
    open.receiving.append(part).await.map_err(|refusal| (refusal.into(), true))?;
    open.broken = false;
    Ok(())
}

/// `POST /api/uploads/ID/finish`: all has come; checks the hash and gives the file its name.
pub(super) async fn finish<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    ticket: &Ticket,
    id: &str,
    request: Request<Incoming>,
) -> Result<Answer, Refused> {
    let portal = &visitor.portal;
    let upload = portal.uploads.find(&ticket.user, id)?;
    let asked = body::object(&portal.sockets, request.into_body()).await?;
    let hash = match asked.get("hash") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let hash = value.as_str().and_then(|text| Hash::from_hex(text).ok());
            Some(hash.ok_or_else(|| Refused::bad("expected a BLAKE3 `hash`: 64 digits"))?)
        }
    };
    let (_, mut state) = upload.take(&portal.sockets).await?;
    let Some(open) = state.as_mut().filter(|open| !open.broken) else {
        portal.uploads.forget(id);
        return Err(gone());
    };
    if let Some(taken) = taken(&asked)? {
        open.receiving.set_taken(taken);
    }
    if !open.started {
        // Nothing had to be sent any more: all of it was there.
        let at = open.offset();
        open.broken = true;
        open.receiving.start_at(at).await?;
        (open.started, open.broken) = (true, false);
    }
    if open.receiving.offset() < open.receiving.size() {
        let (offset, size) = (open.receiving.offset(), open.receiving.size());
        let refused =
            Refused::new(StatusCode::CONFLICT, "offset", format!("{offset} of {size} bytes came"));
        return Err(refused.with("offset", offset));
    }
    open.broken = true;
    let finished = open.receiving.finish(hash).await;
    open.broken = false;
    match finished {
        Ok(Finished::Stored(stored)) => {
            let took = portal.sockets.now() - open.began;
            *state = None;
            portal.uploads.forget(id);
            let event = crate::upload::Event::Stored { file: stored.clone(), took };
            let (event, sentence, mut fields) = crate::upload::logged(&event);
            fields.push(("user", ticket.user.as_str().into()));
            let sentence = format!("{}: {sentence}", ticket.user);
            visitor.log.client(visitor.peer, event, &sentence, &fields);
            let hash = stored.hash.to_hex();
            let value = json!({ "name": stored.name, "size": stored.size, "hash": hash.as_str() });
            Ok(reply::json_answer(StatusCode::OK, &value))
        }
        // It stays whole, for a decision.
        Ok(Finished::Exists { size }) => Err(exists(size)),
        Err(refusal) => {
            let wrong = Refused::from(refusal);
            if let Some(open) = state.take() {
                open.receiving.discard().await;
            }
            portal.uploads.forget(id);
            Err(wrong)
        }
    }
}

/// `DELETE /api/uploads/ID`: gives it up, and forgets what has come.
pub(super) async fn give_up<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    ticket: &Ticket,
    id: &str,
) -> Result<Answer, Refused> {
    let portal = &visitor.portal;
    let upload = portal.uploads.find(&ticket.user, id)?;
    let (_, mut state) = upload.take(&portal.sockets).await?;
    if let Some(open) = state.take() {
        open.receiving.discard().await;
    }
    portal.uploads.forget(id);
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

fn put_offset(answer: &mut Answer, offset: u64) {
    reply::put(answer, HeaderName::from_static(OFFSET_HEADER), &offset.to_string());
}

fn exists(size: u64) -> Refused {
    let why = "there is a file of this name; say `taken`: `overwrite` or `rename`";
    Refused::new(StatusCode::CONFLICT, "exists", why).with("size", size)
}

fn taken(asked: &Value) -> Result<Option<Taken>, Refused> {
    match asked.get("taken") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(word)) if word == "keep" => Ok(Some(Taken::Keep)),
        Some(Value::String(word)) if word == "overwrite" => Ok(Some(Taken::Overwrite)),
        Some(Value::String(word)) if word == "rename" => Ok(Some(Taken::Rename)),
        Some(_) => Err(Refused::bad("expected `keep`, `overwrite` or `rename` in `taken`")),
    }
}

/// 16 bytes in hexadecimal digits.
fn fingerprint(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some(u128::from_str_radix(text, 16).ok()?.to_be_bytes())
}
