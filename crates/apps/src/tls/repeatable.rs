//! TLS in a simulation: the same handshake in each run.
//!
//! rustls asks a provider for everything random: the numbers in the hello messages, the key of the key
//! exchange, the order of extensions. *ring* takes them from the operating system, so in a simulation
//! another provider stands in its place, whose bytes all come from [`Sockets::random_u64`]. Everything
//! else is *ring*'s; signatures are Ed25519, which uses no random numbers (RFC 8032 section 5.1.6).
//!
//! A provider is one for the whole program and knows no connection, so whose random bytes it gives is
//! a matter of turns: [`Dice`] holds those of one handshake, and hands them to the thread for as long as
//! rustls works on that handshake. Outside of a turn there are none, and rustls fails.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, LazyLock};

use blake3::OutputReader;
use rustls::crypto::{
    ActiveKeyExchange, CryptoProvider, GetRandomFailed, SecureRandom, SharedSecret,
    SupportedKxGroup, ring,
};
use rustls::{Error, NamedGroup, PeerMisbehaved};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::sockets::Sockets;

/// Separates these bytes from all others that the same seed could be used for.
const CONTEXT: &str = "lanternet 2026-11-21 random bytes of a TLS handshake in a simulation";

/// What does the cryptography: *ring* on a real machine, and with random numbers of our own in a
/// simulation.
pub fn provider(repeatable: bool) -> Arc<CryptoProvider> {
    static RING: LazyLock<Arc<CryptoProvider>> =
        LazyLock::new(|| Arc::new(ring::default_provider()));
    static REPEATABLE: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
        let (kx_groups, secure_random) = (vec![&X25519 as &dyn SupportedKxGroup], &Turn);
        Arc::new(CryptoProvider { kx_groups, secure_random, ..ring::default_provider() })
    });
    Arc::clone(if repeatable { &REPEATABLE } else { &RING })
}

/// Where the random bytes of a connection come from: the operating system, or a seed.
#[derive(Debug)]
pub struct Dice(Option<Box<OutputReader>>);

impl Dice {
    /// Those of one connection of this host.
    pub fn of<S: Sockets>(sockets: &S) -> Self {
        Self(sockets.is_repeatable().then(|| {
            let mut seed = blake3::Hasher::new_derive_key(CONTEXT);
            for _ in 0..4 {
                seed.update(&sockets.random_u64().to_be_bytes());
            }
            Box::new(seed.finalize_xof())
        }))
    }

    /// A handshake, all of whose random bytes are these.
    pub async fn handshake<F: Future>(mut self, begin: impl FnOnce() -> F) -> F::Output {
        // The first message is made, and its random bytes drawn, as soon as it begins.
        let mut handshake = pin!(self.turn(begin));
        poll_fn(|cx| self.turn(|| handshake.as_mut().poll(cx))).await
    }

    fn turn<R>(&mut self, work: impl FnOnce() -> R) -> R {
        if self.0.is_none() {
            return work();
        }
        // Given back in any case, so that a panic leaves nobody's bytes with the thread.
        struct Returned<'a>(&'a mut Dice);
        impl Drop for Returned<'_> {
            fn drop(&mut self) {
                TURN.with_borrow_mut(|turn| std::mem::swap(turn, &mut self.0.0));
            }
        }
        TURN.with_borrow_mut(|turn| std::mem::swap(turn, &mut self.0));
        let _returned = Returned(self);
        work()
    }
}

thread_local! {
    /// The random bytes of the handshake that this thread works on. While it does, those of the one
    /// that it interrupted wait in its [`Dice`].
    static TURN: RefCell<Option<Box<OutputReader>>> = const { RefCell::new(None) };
}

#[derive(Debug)]
struct Turn;

impl SecureRandom for Turn {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        TURN.with_borrow_mut(|turn| {
            turn.as_mut().map(|turn| turn.fill(bytes)).ok_or(GetRandomFailed)
        })
    }
}

/// Diffie-Hellman on Curve25519 (RFC 7748, RFC 8446 section 7.4.2) with such random bytes.
#[derive(Debug)]
struct X25519;

impl SupportedKxGroup for X25519 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let mut secret = [0; 32];
        Turn.fill(&mut secret)?;
        let secret = StaticSecret::from(secret);
        let public = PublicKey::from(&secret);
        Ok(Box::new(Exchange { secret, public }))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

struct Exchange {
    secret: StaticSecret,
    public: PublicKey,
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        let peer: [u8; 32] = peer.try_into().map_err(|_| PeerMisbehaved::InvalidKeyShare)?;
        let shared = self.secret.diffie_hellman(&PublicKey::from(peer));
        // A point of small order gives zeros to everybody (RFC 7748 section 6.1).
        match shared.was_contributory() {
            true => Ok(SharedSecret::from(&shared.as_bytes()[..])),
            false => Err(PeerMisbehaved::InvalidKeyShare.into()),
        }
    }

    fn pub_key(&self) -> &[u8] {
        self.public.as_bytes()
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}
