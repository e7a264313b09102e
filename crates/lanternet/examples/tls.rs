//! A TLS handshake with tokio-rustls over a simulated network, with a certificate of one's own.
//!
//! # What is repeatable
//! A provider of cryptography draws its random numbers (key shares, nonces, the signature) from the
//! operating system. So with the provider that rustls has by default two runs with the same seed send
//! other bytes; an ECDSA signature even differs in length by a byte or two, and with it the times by
//! some nanoseconds. What a program sees is the same, and so is every decision of the network that
//! depends on the seed, such as which frame is lost, as long as the number of frames is. Give rustls a
//! `CryptoProvider` whose `SecureRandom` and key exchange draw from `sockets.random_u64` where every
//! byte counts; never use such a one outside a simulation.
//!
//! rustls also asks the time of day, to see whether a certificate is valid: that of this machine, since
//! it is not told another. `rustls::ClientConfig` takes a `TimeProvider` where that matters.

use std::sync::Arc;

use lanternet::prelude::*;
use lanternet::{Lab, Link, Node, Result, Simulated};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
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
                let mut stream = acceptor.accept(stream).await?;
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
    let mut stream = TlsConnector::from(config).connect(name, stream).await?;
    stream.write_all(b"Ada").await?;
    stream.shutdown().await?;
    let mut greeting = String::new();
    stream.read_to_string(&mut greeting).await?;
    Ok(greeting)
}

fn main() -> Result {
    let own = rcgen::generate_simple_self_signed(["server".to_owned()])?;
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der())?;
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)?;
    let mut roots = RootCertStore::empty();
    roots.add(own.cert.der().clone())?;
    let client =
        Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth());

    let mut lab = Lab::builder()
        .node("client", Node::host("10.0.0.1/24"))
        .node("server", Node::host("10.0.0.2/24"))
        .link_with("client", "server", Link::new().delay("25ms").loss("3%"))
        .build()?;
    let server = Arc::new(server);
    lab.host("server").spawn_server(move |sockets| serve(sockets, server.clone()));

    let config = client.clone();
    let greeting =
        lab.host("client").run(async |sockets| greet(sockets, config, "server").await)?;
    assert_eq!(greeting, "hello, Ada");
    // Who shows a certificate for another name is not talked to.
    let failure = lab
        .host("client")
        .run(async |sockets| greet(sockets, client, "bank.example").await)
        .expect_err("the certificate is for `server`");
    println!("{}\n\nas it has to be: {}", greeting, failure.kind);
    assert!(failure.to_string().contains("certificate"), "{failure}");
    Ok(())
}

#[test]
fn tls_over_a_bad_line_and_a_certificate_for_another_name() -> Result {
    main()
}
