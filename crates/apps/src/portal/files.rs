//! The users' files: each user has a folder, and sees nothing else.

use std::collections::BTreeMap;
use std::io;
use std::time::UNIX_EPOCH;

use http_body_util::BodyExt;
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::body::FileBody;
use super::reply::{self, Answer, Refused};
use super::server::Visitor;
use super::sessions::Ticket;
use crate::console::Console;
use crate::disk::{Folder, Metadata, Open, OpenFile};
use crate::sockets::Sockets;
use crate::text;
use crate::upload::store::{Limits, Store, TEMPORARIES, checked};
use crate::users::UserName;

/// So many files are listed.
const LISTED: usize = 1000;
/// What stands in a header's value as it is (RFC 8187 `attr-char`).
const ATTR: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The folders of all users.
pub(super) struct Shelf<S, F> {
    sockets: S,
    folder: F,
    limits: Limits,
    /// Those that somebody asked for; at most as many as there are users.
    open: Mutex<BTreeMap<UserName, Own<S, F>>>,
}

/// What receives files into a folder, and the folder.
type Own<S, F> = (Store<S, F>, F);

impl<S: Sockets, F: Folder> Shelf<S, F> {
    pub(super) fn new(sockets: S, folder: F, limits: Limits) -> Self {
        Self { sockets, folder, limits, open: Mutex::default() }
    }

    /// What is taken.
    pub(super) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A user's own folder, and what receives files into it. All requests get the same, so that they know
    /// of each other.
    pub(super) async fn of(&self, user: &UserName) -> Result<Own<S, F>, Refused> {
        let mut open = self.open.lock().await;
        if let Some(found) = open.get(user) {
            return Ok(found.clone());
        }
        let opening = async {
            self.folder.create_folder(user.as_str()).await?;
            let own = self.folder.folder(user.as_str()).await?;
            let store = Store::open(self.sockets.clone(), own.clone(), self.limits).await?;
            io::Result::Ok((store, own))
        };
        let opened = opening.await.map_err(|error| of_disk(&error))?;
        open.insert(user.clone(), opened.clone());
        Ok(opened)
    }
}

fn of_disk(error: &io::Error) -> Refused {
    let status = match error.kind() {
        io::ErrorKind::NotFound
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory
        | io::ErrorKind::InvalidInput => return Refused::not_found("there is no such file"),
        io::ErrorKind::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Refused::new(status, "disk", text::describe(error))
}

/// The own files, in the order of their names.
pub(super) async fn list<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    ticket: &Ticket,
) -> Result<Answer, Refused> {
    let (_, folder) = visitor.portal.shelf.of(&ticket.user).await?;
    let mut files = Vec::new();
    let mut more = false;
    // The last is the next.
    let mut waiting = vec![String::new()];
    'walk: while let Some(inside) = waiting.pop() {
        let entries = folder.entries(&inside).await.map_err(|error| of_disk(&error))?;
        let mut folders = Vec::new();
        for entry in entries {
            if entry.name == TEMPORARIES {
                continue;
            }
            let path = match inside.as_str() {
                "" => entry.name,
                _ => format!("{inside}/{}", entry.name),
            };
            // One that is gone again is not there; a link may lead in a circle.
            let Ok(Metadata { length, folder: is_folder, link, modified, .. }) =
                folder.metadata(&path).await
            else {
                continue;
            };
            if checked(&path).is_err() || (link && is_folder) {
                continue;
            }
            if is_folder {
                folders.push(path);
                continue;
            }
            if files.len() == LISTED {
                more = true;
                break 'walk;
            }
            let time = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let millis = time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
            files.push(json!({ "name": path, "size": length, "modified": millis }));
        }
        waiting.extend(folders.into_iter().rev());
    }
    let value = json!({ "files": Value::Array(files), "more": more });
    Ok(reply::json_answer(StatusCode::OK, &value))
}

/// One of the own files, to be saved and not shown: what users upload is nothing that this site says.
pub(super) async fn download<S: Sockets, C: Console>(
    visitor: &Visitor<S, C>,
    ticket: &Ticket,
    name: &str,
) -> Result<Answer, Refused> {
    let name = checked(name).map_err(|_| Refused::not_found("there is no such file"))?;
    let (_, folder) = visitor.portal.shelf.of(&ticket.user).await?;
    let file = folder.open(name, Open::Read).await.map_err(|error| of_disk(&error))?;
    let length = file.length().await.map_err(|error| of_disk(&error))?;
    let mut answer = Response::new(FileBody::new(file, length).boxed_unsync());
    let kind = HeaderValue::from_static("application/octet-stream");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    reply::put(&mut answer, header::CONTENT_DISPOSITION, &disposition(name));
    let sentence = format!("{} downloads {}", ticket.user, text::printable(name.as_bytes()));
    let fields =
        [("user", ticket.user.as_str().into()), ("name", name.into()), ("size", length.into())];
    visitor.log.client(visitor.peer, "download", &sentence, &fields);
    Ok(answer)
}

/// The name twice, for old programs in ASCII only (RFC 6266 appendix D).
fn disposition(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_. ()".contains(c);
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let all = utf8_percent_encode(name, ATTR);
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{all}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_cannot_leave_its_header() {
        // The forms of RFC 6266 section 5 and RFC 8187 section 3.2.3.
        assert_eq!(
            disposition("bills/€ \"rates\".txt"),
            "attachment; filename=\"_ _rates_.txt\"; filename*=UTF-8''%E2%82%AC%20%22rates%22.txt"
        );
    }
}
