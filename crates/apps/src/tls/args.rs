//! What the command lines of servers and clients say about TLS: twice, since where a secret is sent
//! it is plain text that has to be asked for.

use super::{Certificate, Fingerprint, Trust};

/// TLS of a server, when it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct ServeTlsArgs {
    /// Serve over TLS, with a certificate of our own that is made on first use and kept
    #[arg(long)]
    pub tls: bool,
    /// Which one
    #[command(flatten)]
    pub files: CertificateArgs,
}

/// TLS of a server that is told secrets, unless plain text is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct ServeSecretTlsArgs {
    /// Serve without TLS: everybody on the way can read and change everything, passwords too
    #[arg(long, conflicts_with = "tls_cert")]
    pub plain_text: bool,
    /// Which certificate it shows
    #[command(flatten)]
    pub files: CertificateArgs,
}

/// A certificate from files.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct CertificateArgs {
    /// Serve over TLS with the certificate in this file (PEM, with those that lead to an authority)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<String>,
    /// Private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<String>,
}

/// TLS of a client, when it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct ConnectTlsArgs {
    /// Connect over TLS; the server's certificate is remembered when it is met first, and from then
    /// on no other is taken
    #[arg(long)]
    pub tls: bool,
    /// Which servers it trusts
    #[command(flatten)]
    pub trusted: TrustArgs,
}

/// TLS of a client that tells secrets, unless plain text is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct ConnectSecretTlsArgs {
    /// Connect without TLS: everybody on the way can read and change everything, passwords too
    #[arg(long, conflicts_with_all = ["pin", "tls_ca"])]
    pub plain_text: bool,
    /// Which servers it trusts
    #[command(flatten)]
    pub trusted: TrustArgs,
}

/// Which servers a client trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct TrustArgs {
    /// Connect over TLS, to a server whose certificate has this fingerprint and to no other
    #[arg(long, value_name = "FINGERPRINT", conflicts_with = "tls_ca")]
    pub pin: Option<Fingerprint>,
    /// Connect over TLS, to a server whose certificate is for its name and from an authority in this
    /// file (PEM)
    #[arg(long, value_name = "FILE")]
    pub tls_ca: Option<String>,
}

impl CertificateArgs {
    fn certificate(&self) -> Option<Certificate> {
        let (certificates, key) = (self.tls_cert.clone()?, self.tls_key.clone()?);
        Some(Certificate::Files { certificates, key })
    }

    /// The files that it names.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        [&self.tls_cert, &self.tls_key].into_iter().flatten().map(String::as_str)
    }
}

impl ServeTlsArgs {
    /// The certificate to serve with; `None` is plain text.
    pub fn certificate(&self) -> Option<Certificate> {
        self.files.certificate().or(self.tls.then_some(Certificate::Own))
    }
}

impl ServeSecretTlsArgs {
    /// The certificate to serve with; `None` is plain text.
    pub fn certificate(&self) -> Option<Certificate> {
        self.files.certificate().or((!self.plain_text).then_some(Certificate::Own))
    }
}

impl TrustArgs {
    /// Whom to trust over TLS, if they say; `None` leaves that to the program.
    pub fn trust(&self) -> Option<Trust> {
        self.pin.map(Trust::Pin).or_else(|| self.tls_ca.clone().map(Trust::Authorities))
    }

    /// The files that it names.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.tls_ca.as_deref().into_iter()
    }
}

impl ConnectTlsArgs {
    /// Whom to trust over TLS; `None` is plain text.
    pub fn trust(&self) -> Option<Trust> {
        self.trusted.trust().or(self.tls.then_some(Trust::FirstUse))
    }
}

impl ConnectSecretTlsArgs {
    /// Whom to trust over TLS; `None` is plain text.
    pub fn trust(&self) -> Option<Trust> {
        self.trusted.trust().or((!self.plain_text).then_some(Trust::FirstUse))
    }
}
