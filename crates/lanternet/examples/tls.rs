//! A TLS handshake with tokio-rustls over a simulated network, with a certificate of one's own.
//!
//! # What is repeatable
//! A provider of cryptography draws its random numbers (key shares, nonces, signatures) from the
//! operating system. So with the provider that rustls has by default two runs with the same seed send
//! other bytes, and since an ECDSA signature even differs in length by a byte or two, at other times by
//! some nanoseconds. The programs see the same, and what the network decides by its seed is the same as
//! long as the number of frames is; but the traces are not equal.
//!
//! Here they are, byte for byte: `lanternet::repeatable_tls` has a provider whose random numbers are the
//! host's own, TLS 1.3 draws none after its handshake, and an Ed25519 key signs without any. It is for
//! simulations only: who knows the seed can read everything.
//!
//! rustls also asks the time of day, to see whether a certificate is valid: that of this machine, unless
//! it is given a `TimeProvider`. This certificate is valid at any time.

use std::sync::Arc;

use lanternet::prelude::*;
use lanternet::repeatable_tls::{Dice, provider};
use lanternet::{Lab, Link, Node, Result, Simulated};
use rcgen::{CertificateParams, KeyPair};
use tokio_rustls::rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Greets whoever speaks TLS.
async fn serve(sockets: Simulated, config: Arc<ServerConfig>) -> Result {
    let listener = sockets.listen(443).await?;
    loop {
        let (stream, peer) = listener.accept().await?;
        let acceptor = TlsAcceptor::from(config.clone());
        let console = sockets.clone();
        sockets.spawn(async move {
            let talk = async {
                let dice = Dice::of(&console);
                let mut stream = dice.handshake(|| acceptor.accept(stream)).await?;
                let mut name = String::new();
                stream.read_to_string(&mut name).await?;
                stream.write_all(format!("hello, {name}").as_bytes()).await?;
                stream.shutdown().await
            };
            match talk.await {
                Ok(()) => console.print_line(&format!("greeted {peer}")),
                Err(error) => console.print_line(&format!("{peer}: {error}")),
            }
        });
    }
}

/// Says a name to the server, which has to show a certificate for `name`, and returns the greeting.
async fn greet(sockets: Simulated, config: Arc<ClientConfig>, name: &str) -> Result<String> {
    let name = ServerName::try_from(name.to_owned())?;
    let stream = sockets.connect("server:443").await?;
    let connector = TlsConnector::from(config);
    let mut stream = Dice::of(&sockets).handshake(|| connector.connect(name, stream)).await?;
    stream.write_all(b"Ada").await?;
    stream.shutdown().await?;
    let mut greeting = String::new();
    stream.read_to_string(&mut greeting).await?;
    Ok(greeting)
}

/// The server's key: a PrivateKeyInfo (RFC 8410 section 7) whose 32 secret bytes everybody knows.
fn key() -> PrivatePkcs8KeyDer<'static> {
    let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    der.extend(*b"not a secret, only for this test");
    der.into()
}

/// Two conversations; all that happened, in words.
fn scenario() -> Result<String> {
    let key_pair = KeyPair::try_from(&key())?;
    let certificate = CertificateParams::new(["server".to_owned()])?.self_signed(&key_pair)?;
    let server = ServerConfig::builder_with_provider(provider(true))
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key().into())?;
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone())?;
    let client = ClientConfig::builder_with_provider(provider(true))
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (server, client) = (Arc::new(server), Arc::new(client));

    let mut lab = Lab::builder()
        .node("client", Node::host("10.0.0.1/24"))
        .node("server", Node::host("10.0.0.2/24"))
        .link_with("client", "server", Link::new().delay("25ms").loss("3%"))
        .build()?;
    lab.host("server").spawn_server(move |sockets| serve(sockets, server));

    let config = client.clone();
    let greeting =
        lab.host("client").run(async |sockets| greet(sockets, config, "server").await)?;
    assert_eq!(greeting, "hello, Ada");
    // Who shows a certificate for another name is not talked to.
    let failure = lab
        .host("client")
        .run(async |sockets| greet(sockets, client, "bank.example").await)
        .expect_err("the certificate is for `server`");
    assert!(failure.to_string().contains("certificate"), "{failure}");
    println!("{greeting}\nas it has to be: {}", failure.kind());
    Ok(lab.trace().to_string())
}

fn main() -> Result {
    assert_eq!(scenario()?, scenario()?, "the same seed, the same bytes");
    Ok(())
}

#[test]
fn tls_over_a_bad_line_is_the_same_in_each_run() -> Result {
    main()
}
