//! Why there was no TLS, in words that say what to look at next.

use std::io;

use rustls::{AlertDescription as Alert, CertificateError, Error, InvalidMessage, OtherError};

use super::verify::Another;
use crate::text;

/// The first bytes of what a peer sends show whether it speaks TLS (RFC 8446 section 5.1: type, version,
/// length).
const HANDSHAKE: u8 = 22;
const ALERT: u8 = 21;

fn looks_like_tls(bytes: &[u8], content_type: u8) -> bool {
    // Versions from SSL 3.0 to TLS 1.3 are 3.0 to 3.4.
    matches!(bytes, [first, 3, 0..=4, ..] if *first == content_type)
}

/// What a server in plain text says of these first bytes of a client, if they are TLS.
pub(super) fn client_speaks_tls(bytes: &[u8]) -> Option<io::Error> {
    // The client hello: behind the five bytes of the record's head it begins with a 1.
    (looks_like_tls(bytes, HANDSHAKE) && bytes.get(5).is_none_or(|kind| *kind == 1)).then(|| {
        let words = "the client speaks TLS, and this server was started without";
        io::Error::new(io::ErrorKind::InvalidData, words)
    })
}

/// What a client in plain text says of these first bytes of a server, if they are TLS.
pub(super) fn server_speaks_tls(bytes: &[u8]) -> Option<io::Error> {
    // A server that cannot read what was sent as TLS says so with an alert, two bytes long.
    (looks_like_tls(bytes, ALERT) && bytes.get(3..5).is_none_or(|length| length == [0, 2])).then(
        || {
            let words = "the server speaks TLS, and we do not: connect with --tls, or to https://";
            io::Error::new(io::ErrorKind::InvalidData, words)
        },
    )
}

/// The error of rustls in this error, if it is one.
pub(super) fn of_rustls(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

/// The certificate that was not the expected one, if this is what was wrong.
pub(super) fn another(error: &io::Error) -> Option<Another> {
    match of_rustls(error)? {
        Error::InvalidCertificate(CertificateError::Other(OtherError(why))) => {
            why.downcast_ref().copied()
        }
        _ => None,
    }
}

/// Why a handshake with this peer, `client` or `server`, failed.
pub(super) fn handshake(error: &io::Error, peer: &str) -> String {
    match of_rustls(error) {
        Some(Error::InvalidMessage(InvalidMessage::InvalidContentType)) => {
            format!("the {peer} does not speak TLS: what it sent is something else")
        }
        Some(Error::InvalidMessage(why)) => {
            format!("the {peer} sent what is no TLS: {why:?}")
        }
        Some(Error::AlertReceived(
            alert @ (Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA),
        )) => format!("the {peer} does not trust our certificate: alert {alert:?}"),
        Some(Error::AlertReceived(alert)) => {
            format!("the {peer} gave up: alert {alert:?}")
        }
        Some(Error::PeerIncompatible(why)) => {
            format!("the {peer} and we have no way of TLS in common: {why:?}")
        }
        Some(why) => format!("{why}"),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            format!("the {peer} closed the connection during the TLS handshake")
        }
        None => text::describe(error),
    }
}
