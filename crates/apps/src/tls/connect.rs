//! The client's side of a handshake, and what it remembers of servers.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, Error, RootCertStore};
use tokio_rustls::TlsConnector;

use super::config::{Clock, HANDSHAKE_LIMIT, versions};
use super::identity::{read_named, said};
use super::kept::keep;
use super::repeatable::{Dice, provider};
use super::verify::{Another, Right, Verifier};
use super::{Fingerprint, Link, Trust, words};
use crate::console::Console;
use crate::disk::{Folder, Open};
use crate::race::timeout;
use crate::sockets::Sockets;
use crate::trouble::Trouble;

/// Where in the folder of state the certificates of servers are remembered: one file for each, so that
/// clients that meet servers at the same time forget none.
const KNOWN: &str = "known-servers";
/// What is in such a file has fewer bytes.
const LONGEST: u64 = 4096;
/// What stands in the name of such a file as it is.
const IN_A_NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// A client that is about to connect.
pub(crate) struct Secure<'a, S, C> {
    sockets: &'a S,
    console: &'a C,
    host: &'a str,
    port: u16,
    trust: &'a Trust,
    right: Right,
}

impl<'a, S: Sockets, C: Console> Secure<'a, S, C> {
    /// Reads what has to be known of the server before it is connected to.
    pub(crate) async fn prepare(
        sockets: &'a S,
        console: &'a C,
        host: &'a str,
        port: u16,
        trust: &'a Trust,
    ) -> Result<Self, Trouble> {
        let right = match trust {
            Trust::Pin(fingerprint) => Ok(Right::With(*fingerprint)),
            Trust::Authorities(file) => authorities(sockets, console, file).await,
            Trust::FirstUse => match remembered(console, &file_of(host, port)).await {
                Ok(Some(fingerprint)) => Ok(Right::With(fingerprint)),
                Ok(None) => Ok(Right::Any),
                Err(why) => Err(why),
            },
        };
        let right = right.map_err(Trouble::cannot_begin)?;
        Ok(Self { sockets, console, host, port, trust, right })
    }

    /// Shakes hands with the server, and says on standard error whom we speak with.
    pub(crate) async fn connect(
        self,
        peer: SocketAddr,
        stream: S::TcpStream,
    ) -> Result<Link<S::TcpStream>, Trouble> {
        let Self { sockets, console, host, port, trust, right } = self;
        let expected = match &right {
            Right::With(fingerprint) => Some(*fingerprint),
            Right::Any | Right::Signed { .. } => None,
        };
        let repeatable = sockets.is_repeatable();
        let provider = provider(repeatable);
        let verifier = Arc::new(Verifier { provider: Arc::clone(&provider), right });
        let mut config = ClientConfig::builder_with_details(provider, Clock::of(sockets))
            .with_protocol_versions(versions(repeatable))
            .map_err(|error| Trouble::cannot_begin(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        // What is no name of DNS is not told to the server, which has one certificate anyway.
        let name = ServerName::try_from(host.to_owned());
        let name = name.unwrap_or_else(|_| ServerName::from(peer.ip()));
        let connector = TlsConnector::from(Arc::new(config));
        let handshake = Dice::of(sockets).handshake(|| connector.connect(name, stream));
        let stream = match timeout(sockets, HANDSHAKE_LIMIT, handshake).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                let at = format!("{host} ({peer})");
                return Err(match (words::another(&error), expected, trust) {
                    (Some(Another { seen }), Some(expected), Trust::FirstUse) => {
                        Trouble::failed(changed(&at, &file_of(host, port), expected, seen))
                    }
                    (Some(Another { seen }), Some(expected), _) => Trouble::failed(format!(
                        "{at}: not the server of the pin: its certificate is {seen}, expected \
                         {expected}; nothing was sent to it"
                    )),
                    _ => Trouble::failed(format!("{at}: {}", refused(&error, host, trust))),
                });
            }
            Err(_) => {
                return Err(Trouble::failed(format!(
                    "{peer}: connected, but no TLS handshake within {HANDSHAKE_LIMIT}; does the \
                     server speak TLS?"
                )));
            }
        };
        let session = stream.get_ref().1;
        let seen = session.peer_certificates().and_then(|chain| chain.first()).map(Fingerprint::of);
        let link = Link::client(stream);
        let version = link.version();
        match (trust, expected, seen) {
            (Trust::FirstUse, None, Some(seen)) => {
                remember(sockets, console, &file_of(host, port), seen).await?;
                console.error(&format!(
                    "{version}; {host}:{port} is met for the first time: its certificate is {seen}; \
                     it is remembered, and no other will be taken"
                ));
            }
            (Trust::FirstUse, ..) => {
                console.error(&format!("{version}; the certificate is the remembered one"));
            }
            (Trust::Pin(_), ..) => {
                console.error(&format!("{version}; the certificate is the pinned one"))
            }
            (Trust::Authorities(file), ..) => {
                console
                    .error(&format!("{version}; the certificate is good for {host}, says {file}"));
            }
        }
        Ok(link)
    }
}

/// What a server showed in another certificate than before means, and what to do.
fn changed(at: &str, file: &str, expected: Fingerprint, seen: Fingerprint) -> String {
    format!(
        "{at}: THE CERTIFICATE HAS CHANGED: it is {seen}, and was {expected} when the server was met \
         first\n\
         somebody may stand in between and read along, or the server has a new certificate; nothing \
         was sent to it\n\
         ask who runs it for the fingerprint, which it prints when it starts; if it is the new one, \
         connect with --pin {seen}, or remove the file {file} in the folder of state \
         ($LANTERNET_HOME, or else ~/.config/lanternet) to meet it anew"
    )
}

fn refused(error: &io::Error, host: &str, trust: &Trust) -> String {
    let Some(Error::InvalidCertificate(why)) = words::of_rustls(error) else {
        return words::handshake(error, "server");
    };
    let file = match trust {
        Trust::Authorities(file) => file.as_str(),
        Trust::FirstUse | Trust::Pin(_) => "us",
    };
    let words = match why {
        CertificateError::UnknownIssuer => format!("it is from no authority in {file}"),
        CertificateError::NotValidForName => format!("it is not for the name {host}"),
        CertificateError::NotValidForNameContext { presented, .. } => {
            format!("it is not for the name {host}, but for {}", presented.join(", "))
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; is the time of day right on this host?".to_owned()
        }
        CertificateError::BadSignature => "the server does not have its private key".to_owned(),
        why => format!("{why}"),
    };
    format!("certificate refused: {words}; nothing was sent to the server")
}

/// The authorities in a file.
async fn authorities<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    file: &str,
) -> Result<Right, String> {
    let pem = read_named(console, file).await?;
    let mut roots = RootCertStore::empty();
    let mut themselves = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| format!("{file}: {error}"))?;
        themselves.push(Fingerprint::of(&certificate));
        roots.add(certificate).map_err(|error| format!("{file}: {error}"))?;
    }
    if themselves.is_empty() {
        let words = "expected certificates in PEM, with `-----BEGIN CERTIFICATE-----`";
        return Err(format!("{file}: {words}, got none"));
    }
    let provider = provider(sockets.is_repeatable());
    let by = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| format!("{file}: {error}"))?;
    Ok(Right::Signed { by, themselves })
}

/// Where a server's certificate is remembered, within the folder of state.
fn file_of(host: &str, port: u16) -> String {
    let host = host.to_ascii_lowercase();
    format!("{KNOWN}/{},{port}", utf8_percent_encode(&host, IN_A_NAME))
}

/// The fingerprint in this file of the folder of state.
async fn remembered<C: Console>(console: &C, file: &str) -> Result<Option<Fingerprint>, String> {
    let folder = console.state_folder().await.map_err(|error| {
        format!("cannot remember certificates: {}; give --pin or --tls-ca", said(&error))
    })?;
    match folder.read(file, LONGEST).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("cannot read {file} in the folder of state: {}", said(&error))),
        Ok(content) => {
            let text = String::from_utf8_lossy(&content);
            let fingerprint = text.trim().parse().map_err(|error| {
                format!("{file} in the folder of state is damaged: {error}; remove it")
            });
            fingerprint.map(Some)
        }
    }
}

async fn remember<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    file: &str,
    seen: Fingerprint,
) -> Result<(), Trouble> {
    let remembering = async {
        let folder = console.state_folder().await?;
        folder.create_folder(KNOWN).await?;
        let content = format!("{seen}\n").into_bytes();
        keep(&folder, file, content, Open::Create, sockets.random_u64()).await
    };
    let failed = |why: String| Trouble::cannot_begin(format!("cannot remember {file}: {why}"));
    match remembering.await {
        Ok(true) => Ok(()),
        Err(error) => Err(failed(said(&error))),
        // Another client has met it in between: it must have been the same server.
        Ok(false) => match remembered(console, file).await.map_err(Trouble::cannot_begin)? {
            Some(before) if before == seen => Ok(()),
            Some(before) => Err(Trouble::failed(changed("the server", file, before, seen))),
            None => Err(failed("it is gone again".to_owned())),
        },
    }
}
