//! What people compare: the SHA-256 of a certificate.

use std::fmt;
use std::str::FromStr;

use ring::digest::{SHA256, digest};
use rustls::pki_types::CertificateDer;

/// The SHA-256 of a certificate in DER, as browsers and `openssl x509 -fingerprint -sha256` show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// That of this certificate.
    pub fn of(certificate: &CertificateDer<'_>) -> Self {
        let mut bytes = [0; 32];
        // SHA-256 has 32 bytes (FIPS 180-4).
        for (byte, of_digest) in bytes.iter_mut().zip(digest(&SHA256, certificate).as_ref()) {
            *byte = *of_digest;
        }
        Self(bytes)
    }
}

/// A text is no [`Fingerprint`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `SHA256:` and 64 hexadecimal digits, as the server prints it, got `{0}`")]
pub struct ParseFingerprintError(String);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SHA256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    /// Reads our form, and that of OpenSSL and browsers: capitals, colons between the bytes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseFingerprintError(text.to_owned());
        let prefix = text.get(..7).filter(|start| start.eq_ignore_ascii_case("sha256:"));
        let digits = text.get(prefix.map_or(0, str::len)..).ok_or_else(error)?;
        let digits: Vec<u8> = digits
            .chars()
            .filter(|c| *c != ':')
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or_else(error))
            .collect::<Result<_, _>>()?;
        if digits.len() != 64 {
            return Err(error());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = pair.iter().fold(0, |byte, digit| byte << 4 | digit);
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_it_prints_and_as_openssl_prints_it() {
        // SHA-256 of nothing (FIPS 180-4 examples).
        let own = "SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let openssl = "E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:\
                       95:99:1B:78:52:B8:55";
        let fingerprint: Fingerprint = own.parse().unwrap();
        assert_eq!(fingerprint.to_string(), own);
        assert_eq!(openssl.parse(), Ok(fingerprint));
        for wrong in ["", "SHA256:", "SHA256:e3", &own[..70], &format!("{own}0"), "é", "SHA1:00"] {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }
}
