//! What a server asks: is this the password of this user?

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lanternet_core::Duration;
use tokio::sync::Semaphore;

use super::attempts::{Attempts, Limits, TooMany};
use super::file::{Content, Place};
use super::name::UserName;
use super::password::{Cost, Hash, LONGEST_PASSWORD, Password, SALT};
use super::roster::Roster;
use crate::console::Console;
use crate::sockets::Sockets;

/// So many passwords are hashed at once, each in at most [`Cost::MOST`]'s memory and usually 19 MiB; more
/// wait. Two are as many as small machines have processors.
const HASHED_AT_ONCE: usize = 2;

/// A users file that a server asks, and the attempts of late. Clones are the same.
///
/// The file may be changed while the server runs: each question reads it anew. When it cannot be read any
/// more, the last good content stays, and the console is told once.
pub struct Users<S, C: Console>(Arc<Inner<S, C>>);

struct Inner<S, C: Console> {
    sockets: S,
    console: C,
    /// Behind which messages on standard error come.
    program: &'static str,
    place: Place<C::Folder>,
    state: Mutex<State>,
    attempts: Mutex<Attempts>,
    hashing: Arc<Semaphore>,
    /// Chooses whose cost an unknown name has.
    secret: [u8; 32],
    hashed: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// As they were read last.
    bytes: Vec<u8>,
    roster: Arc<Roster>,
    /// The trouble that was told last and is not over.
    trouble: Option<String>,
}

/// The answer to a name and a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They belong together.
    Right(UserName),
    /// They do not; whether there is such a user is nobody's business.
    Wrong,
    /// Nothing was checked, because of earlier attempts.
    TooMany(TooMany),
    /// Nothing could be checked, which is the server's fault; the console was told why.
    Unavailable,
}

impl<S, C: Console> Clone for Users<S, C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Sockets, C: Console> Users<S, C> {
    /// Reads the file for a server of this name (`serve login`); lines that nobody understands are told
    /// to the console.
    ///
    /// # Errors
    /// When the file is not there, cannot be read, or others than its owner may use it.
    pub async fn load(
        sockets: &S,
        console: &C,
        path: &str,
        program: &'static str,
    ) -> Result<Self, String> {
        Self::with_limits(sockets, console, path, program, Limits::default()).await
    }

    /// As [`Users::load`], with other limits of attempts.
    ///
    /// # Errors
    /// As [`Users::load`].
    pub async fn with_limits(
        sockets: &S,
        console: &C,
        path: &str,
        program: &'static str,
        limits: Limits,
    ) -> Result<Self, String> {
        let place = Place::at(console, path).await?;
        let Content::There(bytes) = place.read().await? else {
            return Err(format!(
                "{path}: there is no such file; make it with: lanternet user add NAME --users {path}"
            ));
        };
        let users = Self(Arc::new(Inner {
            sockets: sockets.clone(),
            console: console.clone(),
            program,
            place,
            state: Mutex::default(),
            attempts: Mutex::new(Attempts::new(limits)),
            hashing: Arc::new(Semaphore::new(HASHED_AT_ONCE)),
            secret: random(sockets),
            hashed: AtomicU64::new(0),
        }));
        users.take(bytes);
        Ok(users)
    }

    /// Whether this is the password of this user. Counts the attempt, and is slow after many; an unknown
    /// name takes the same work as a wrong password. Text that can be nobody's name may be given as it is.
    pub async fn verify(&self, name: &str, password: Password, from: IpAddr) -> Verdict {
        let inner = &*self.0;
        let name = UserName::new(name).ok();
        let begun = lock(&inner.attempts).begin(inner.sockets.now(), name.as_ref(), from);
        match begun {
            Err(refused) => return Verdict::TooMany(refused),
            Ok(Duration::ZERO) => {}
            Ok(delay) => inner.sockets.sleep(delay).await,
        }
        let roster = self.roster().await;
        let known = name.as_ref().and_then(|name| roster.hash(name));
        let hash = known.cloned().unwrap_or_else(|| inner.nobodys_hash(&roster, name.as_ref()));
        let (right, password) = match inner.check(&hash, password).await {
            Some(checked) => checked,
            None => return Verdict::Unavailable,
        };
        let Some(name) = name.filter(|_| right && known.is_some()) else {
            return Verdict::Wrong;
        };
        lock(&inner.attempts).succeeded(inner.sockets.now(), &name, from);
        if hash.cost().is_weak() {
            self.strengthen(&name, &hash, password).await;
        }
        Verdict::Right(name)
    }

    /// Gives a user another password. Whoever asks has to have shown the old one.
    ///
    /// # Errors
    /// Why not: the password is none that users may take, the user is gone, or the file cannot be
    /// changed.
    pub async fn change_password(&self, name: &UserName, new: Password) -> Result<(), String> {
        let inner = &*self.0;
        new.acceptable_for(name.as_str()).map_err(|error| error.to_string())?;
        let hash = inner.hash(new).await.ok_or("no memory to hash a password")?;
        let change = |roster: &mut Roster| match roster.hash(name) {
            Some(_) => {
                roster.set(name, hash);
                Ok(())
            }
            None => Err(format!("there is no user {name} any more")),
        };
        inner.place.change(&inner.sockets, change).await
    }

    /// Whether there is such a user now, so that a session can end when its user was removed.
    pub async fn has(&self, name: &UserName) -> bool {
        self.roster().await.hash(name).is_some()
    }

    /// How many users can log in.
    pub async fn count(&self) -> usize {
        self.roster().await.users().count()
    }

    /// How many passwords were hashed so far, for tests: time tells less.
    pub fn hashed(&self) -> u64 {
        self.0.hashed.load(Ordering::Relaxed)
    }

    /// The users as the file says now, or said when it could be read.
    async fn roster(&self) -> Arc<Roster> {
        let inner = &*self.0;
        match inner.place.read().await {
            Ok(Content::There(bytes)) => self.take(bytes),
            Ok(Content::Missing) => {
                let trouble = format!("{}: the file is gone", inner.place.path());
                inner.tell_once(trouble);
            }
            Err(trouble) => inner.tell_once(trouble),
        }
        Arc::clone(&lock(&inner.state).roster)
    }

    /// The file has these bytes.
    fn take(&self, bytes: Vec<u8>) {
        let inner = &*self.0;
        let mut state = lock(&inner.state);
        if state.trouble.take().is_some() {
            inner.tell(&format!("{}: it can be read again", inner.place.path()));
        }
        if state.bytes != bytes {
            let roster = Roster::parse(&bytes);
            let before: Vec<_> = state.roster.complaints().collect();
            for complaint in roster.complaints().filter(|complaint| !before.contains(complaint)) {
                inner.tell(&format!("{}, {complaint}", inner.place.path()));
            }
            (state.bytes, state.roster) = (bytes, Arc::new(roster));
        }
    }

    /// Replaces a hash that would be made stronger today.
    async fn strengthen(&self, name: &UserName, old: &Hash, password: Password) {
        let inner = &*self.0;
        let Some(hash) = inner.hash(password).await else { return };
        let change = |roster: &mut Roster| {
            // Unless the password was changed in between.
            if roster.hash(name) == Some(old) {
                roster.set(name, hash);
            }
            Ok(())
        };
        if let Err(why) = inner.place.change(&inner.sockets, change).await {
            inner.tell(&format!("the weak hash of {name} stays: {why}"));
        }
    }
}

impl<S: Sockets, C: Console> Inner<S, C> {
    fn tell(&self, what: &str) {
        self.console.error(&format!("{}: {what}", self.program));
    }

    fn tell_once(&self, trouble: String) {
        let mut state = lock(&self.state);
        if state.trouble.as_ref() != Some(&trouble) {
            self.tell(&format!("{trouble}; going on with the users that it had"));
            state.trouble = Some(trouble);
        }
    }

    /// A hash for a name that nobody has, which costs as much as that of some user, always the same one
    /// for a name: so a file with hashes of different costs tells nothing either.
    fn nobodys_hash(&self, roster: &Roster, name: Option<&UserName>) -> Hash {
        let costs: Vec<Cost> = roster.users().map(|(_, hash)| hash.cost()).collect();
        let chosen = blake3::keyed_hash(&self.secret, name.map_or("", UserName::as_str).as_bytes());
        let [first, ..] = chosen.as_bytes().as_chunks::<8>().0 else {
            // A hash of BLAKE3 has 32 bytes.
            unreachable!()
        };
        let number = u64::from_le_bytes(*first) as usize;
        let cost = match costs.len() {
            0 => Cost::RECOMMENDED,
            users => costs[number % users],
        };
        Hash::of_nobody(cost, &self.secret)
    }

    /// Whether the password has this hash, and the password again; `None` when nobody can tell.
    async fn check(&self, hash: &Hash, password: Password) -> Option<(bool, Password)> {
        let hash = hash.clone();
        // Longer ones are nobody's, and hashing them takes hardly longer.
        let right = move |password: &Password| {
            hash.is_of(password).map(|right| right && password.expose().len() <= LONGEST_PASSWORD)
        };
        self.hashing(move || right(&password).map(|right| (right, password))).await
    }

    async fn hash(&self, password: Password) -> Option<Hash> {
        let mut salt = [0; SALT];
        salt.copy_from_slice(&random(&self.sockets)[..SALT]);
        self.hashing(move || Hash::make(&password, salt, Cost::RECOMMENDED)).await
    }

    /// Does such work when it is its turn.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, super::HashError> + Send + 'static,
    ) -> Option<T> {
        // The semaphore is never closed.
        let turn = Arc::clone(&self.hashing).acquire_owned().await;
        self.hashed.fetch_add(1, Ordering::Relaxed);
        let done = self.sockets.off_thread(move || {
            let done = work();
            // Held until here also when nobody waits any more: the memory is in use.
            drop(turn);
            done
        });
        done.await.inspect_err(|error| self.tell(&error.to_string())).ok()
    }
}

/// 32 random bytes.
pub(super) fn random<S: Sockets>(sockets: &S) -> [u8; 32] {
    let mut bytes = [0; 32];
    for chunk in bytes.as_chunks_mut::<8>().0 {
        *chunk = sockets.random_u64().to_le_bytes();
    }
    bytes
}
