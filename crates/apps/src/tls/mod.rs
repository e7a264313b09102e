//! Connections in plain text or under TLS, which programs cannot tell apart: [`Link`].
//!
//! - A server flattens [`ServeTlsArgs`] (TLS when asked) or, where a secret is sent, [`ServeSecretTlsArgs`]
//!   (plain text when asked) into its arguments and gives
//!   [`Server::tls`](crate::server::Server::tls) what their `certificate()` says.
//! - A client flattens [`ConnectTlsArgs`] or [`ConnectSecretTlsArgs`] and dials with what their `trust()`
//!   says.

//!
//! - `identity`: the server's certificate; `accept`: its side of a handshake.
//! - `connect`: the client's side, and what it remembers; `verify`: which certificate is right.
//! - `repeatable`: the same handshake in each run of a simulation.

mod accept;
mod args;
mod config;
mod connect;
mod fingerprint;
mod identity;
mod kept;
mod link;
pub mod repeatable;
mod verify;
mod words;

pub use args::{
    CertificateArgs, ConnectSecretTlsArgs, ConnectTlsArgs, ServeSecretTlsArgs, ServeTlsArgs,
    TrustArgs,
};
pub use fingerprint::{Fingerprint, ParseFingerprintError};
pub use link::Link;

pub(crate) use connect::Secure;
pub(crate) use identity::Identity;

/// Which certificate a server shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Its own, made on first use and kept.
    Own,
    /// That of these files, in PEM.
    Files {
        /// The certificate, and those that lead to an authority.
        certificates: String,
        /// Its private key.
        key: String,
    },
}

/// Which certificate of a server a client trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The one that this server showed when it was met first.
    FirstUse,
    /// The one with this fingerprint.
    Pin(Fingerprint),
    /// One for the server's name that an authority in this file, in PEM, has signed.
    Authorities(String),
}
