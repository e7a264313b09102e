//! A server's certificate and private key: its own, made on first use and kept, or from files.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::NoServerSessionStorage;
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

use super::config::{Clock, versions};
use super::kept::keep;
use super::repeatable::provider;
use super::{Certificate, Fingerprint};
use crate::console::Console;
use crate::disk::{Folder, Open, OpenFile};
use crate::sockets::{Family, Sockets, UdpSocket};
use crate::text;

/// Our own certificate and its key, in one file, so that they are always of each other.
const IDENTITY: &str = "tls-identity.pem";
/// The certificate alone, for others to have.
const CERTIFICATE: &str = "tls-certificate.pem";
/// Nobody's chain of certificates is longer, in bytes.
const LONGEST_FILE: u64 = 256 * 1024;
/// Clocks differ: a certificate is good a day before it was made.
const BEFORE: Duration = Duration::from_secs(24 * 60 * 60);

/// What a server needs to make connections secure.
pub(crate) struct Identity {
    pub(super) acceptor: TlsAcceptor,
    /// Of the certificate that it shows.
    pub(crate) fingerprint: Fingerprint,
    /// It was made just now.
    pub(crate) new: bool,
}

impl Identity {
    /// The one of this host, or of these files. `bind` is where the server will listen.
    ///
    /// # Errors
    /// A line to print.
    pub(crate) async fn load<S: Sockets, C: Console>(
        sockets: &S,
        console: &C,
        certificate: &Certificate,
        bind: IpAddr,
    ) -> Result<Self, String> {
        match certificate {
            Certificate::Own => own(sockets, console, bind).await,
            Certificate::Files { certificates, key } => {
                let chain = read_named(console, certificates).await?;
                let secret = Zeroizing::new(read_named(console, key).await?);
                Self::from_pem(sockets, &chain, certificates, &secret, key)
            }
        }
    }

    fn from_pem<S: Sockets>(
        sockets: &S,
        chain: &[u8],
        chain_name: &str,
        secret: &[u8],
        secret_name: &str,
    ) -> Result<Self, String> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|error| format!("{chain_name}: no certificates in PEM: {error}"))?;
        let Some(first) = chain.first() else {
            let words = "expected certificates in PEM, with `-----BEGIN CERTIFICATE-----`";
            return Err(format!("{chain_name}: {words}, got none"));
        };
        let fingerprint = Fingerprint::of(first);
        let key = PrivateKeyDer::from_pem_slice(secret).map_err(|error| {
            format!("{secret_name}: expected a private key in PEM that is not encrypted: {error}")
        })?;
        let repeatable = sockets.is_repeatable();
        let mut config =
            ServerConfig::builder_with_details(provider(repeatable), Clock::of(sockets))
                .with_protocol_versions(versions(repeatable))
                .map_err(|error| error.to_string())?
                .with_no_client_auth()
                .with_single_cert(chain, key)
                .map_err(|error| format!("{chain_name} and {secret_name}: {error}"))?;
        // Each connection proves the certificate anew: nothing is kept of the one before, and nothing
        // random is drawn after the handshake.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self { acceptor: Arc::new(config).into(), fingerprint, new: false })
    }
}

/// Reads what was kept, or makes it.
async fn own<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    bind: IpAddr,
) -> Result<Identity, String> {
    let folder = console.state_folder().await.map_err(|error| {
        format!(
            "cannot keep a certificate: {}; give one with --tls-cert and --tls-key",
            said(&error)
        )
    })?;
    let damaged = |why: String| {
        format!("{why}; remove it from the folder of state and another certificate is made")
    };
    let read = async || match folder.read(IDENTITY, LONGEST_FILE).await {
        Ok(pem) => {
            let pem = Zeroizing::new(pem);
            Identity::from_pem(sockets, &pem, IDENTITY, &pem, IDENTITY).map(Some).map_err(damaged)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(damaged(format!("cannot read {IDENTITY}: {}", said(&error)))),
    };
    if let Some(identity) = read().await? {
        return Ok(identity);
    }
    let (certificate, key) = make(sockets, bind).await.map_err(|error| error.to_string())?;
    let content = format!("{certificate}{}", *key).into_bytes();
    let new = keep(&folder, IDENTITY, content, Open::CreatePrivate, sockets.random_u64())
        .await
        .map_err(|error| format!("cannot keep a certificate: {IDENTITY}: {}", said(&error)))?;
    if new {
        // It is only for convenience: who cannot have the file can ask the server.
        let copy = certificate.into_bytes();
        let _ = folder.replace(CERTIFICATE, copy, Open::Create, sockets.random_u64()).await;
    }
    // What is there now: of several that start at once, one has put it there.
    match read().await? {
        Some(identity) => Ok(Identity { new, ..identity }),
        None => Err(format!("cannot keep a certificate: {IDENTITY} is gone again")),
    }
}

/// A certificate for this host that it signs itself, and its key, both in PEM.
async fn make<S: Sockets>(
    sockets: &S,
    bind: IpAddr,
) -> Result<(String, Zeroizing<String>), rcgen::Error> {
    let key = match sockets.is_repeatable() {
        // Browsers know this one, and few know Ed25519.
        false => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?,
        true => ed25519(sockets)?,
    };
    let name = sockets.host_name();
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name.as_str());
    for name in [name.as_str(), "localhost"] {
        // A host can be called what no certificate can say.
        if let Ok(name) = name.try_into() {
            params.subject_alt_names.push(SanType::DnsName(name));
        }
    }
    for address in addresses(sockets, bind).await {
        params.subject_alt_names.push(SanType::IpAddress(address));
    }
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = sockets.time_of_day();
    params.not_before = now.checked_sub(BEFORE).unwrap_or(UNIX_EPOCH).max(UNIX_EPOCH).into();
    // RFC 5280 section 4.1.2.5: no well-defined end. Clients trust it because they have seen it before.
    params.not_after = date_time_ymd(9999, 12, 31);
    let certificate = params.self_signed(&key)?;
    Ok((certificate.pem(), Zeroizing::new(key.serialize_pem())))
}

/// A key of random bytes that a simulation repeats.
fn ed25519<S: Sockets>(sockets: &S) -> Result<KeyPair, rcgen::Error> {
    // RFC 8410 section 7: a PrivateKeyInfo of version 0 with an octet string of 32 bytes in another.
    const BEFORE_THE_SEED: [u8; 16] =
        [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let mut der = Zeroizing::new(BEFORE_THE_SEED.to_vec());
    for _ in 0..4 {
        der.extend(sockets.random_u64().to_be_bytes());
    }
    KeyPair::try_from(&PrivatePkcs8KeyDer::from(&der[..]))
}

/// Where clients may find the server: loopback, where it listens, and where this host sends from.
async fn addresses<S: Sockets>(sockets: &S, bind: IpAddr) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> =
        vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into(), bind];
    // Connecting a UDP socket sends nothing. Those far away are addresses of documents (RFC 5737, RFC
    // 3849).
    let far_v4 = Ipv4Addr::new(192, 0, 2, 1).into();
    let far_v6 = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into();
    for (family, far) in [(Family::V4, far_v4), (Family::V6, far_v6)] {
        let own = async {
            let socket = sockets.udp_bind(SocketAddr::new(family.unspecified(), 0)).await?;
            socket.connect(SocketAddr::new(far, 9)).await?;
            socket.local_addr()
        };
        // A host without a way out has no such address.
        addresses.extend(own.await.ok().map(|own| own.ip()));
    }
    addresses.retain(|address| !address.is_unspecified());
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

/// All of a file that the user named.
///
/// # Errors
/// A line to print.
pub(super) async fn read_named<C: Console>(console: &C, path: &str) -> Result<Vec<u8>, String> {
    let reading = async {
        let file = console.open_file(path).await?;
        if file.length().await? > LONGEST_FILE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        // It may grow in between; what is cut off is then no PEM.
        file.read_at(0, LONGEST_FILE as usize).await
    };
    reading.await.map_err(|error| format!("cannot read {path}: {}", said(&error)))
}

/// The error of a file; what describes those of the network knows other words.
pub(super) fn said(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound if error.get_ref().is_none() => "there is no such file".to_owned(),
        _ => text::describe(error),
    }
}
