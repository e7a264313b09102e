//! An unmodified hyper client and server, each on a host of its own, with a home router that translates
//! addresses and a bad line in between.
//!
//! hyper speaks HTTP over anything that reads and writes, and a simulated connection does. Nothing of
//! hyper is replaced; what it would ask of a runtime (to run the task that drives a connection) the
//! host does: `sockets.spawn`.
//!
//! Run it with `cargo run -p lanternet --example http`; `cargo test -p lanternet --examples` runs it as
//! a test.

#![expect(clippy::unwrap_used, reason = "a failed assertion panics, and a poisoned lock is one")]

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use lanternet::prelude::*;
use lanternet::{Lab, Link, Node, Result, Simulated};

/// What the server has for `/picture`: half a megabyte.
fn picture() -> Bytes {
    (0..500_000_u32).map(|at| (at.wrapping_mul(at) >> 8) as u8).collect()
}

/// A web server, which notes down who asked.
async fn serve(sockets: Simulated, visitors: Arc<Mutex<Vec<String>>>) -> Result {
    let listener = sockets.listen(80).await?;
    loop {
        let (stream, peer) = listener.accept().await?;
        let visitors = visitors.clone();
        sockets.spawn(async move {
            let answer = service_fn(|request: Request<Incoming>| {
                visitors.lock().unwrap().push(format!("{} {}", peer.ip(), request.uri()));
                let known = request.uri() == "/picture";
                let (status, body) = match known {
                    true => (StatusCode::OK, picture()),
                    false => (StatusCode::NOT_FOUND, Bytes::new()),
                };
                let mut response = Response::new(Full::new(body));
                *response.status_mut() = status;
                async { Ok::<_, Infallible>(response) }
            });
            let http = hyper::server::conn::http1::Builder::new();
            if let Err(error) = http.serve_connection(TokioIo::new(stream), answer).await {
                panic!("the server gives up on {peer}: {error}");
            }
        });
    }
}

/// Fetches a page: its status and its body.
async fn fetch(sockets: &Simulated, host: &str, path: &str) -> Result<(StatusCode, Bytes)> {
    let stream = sockets.connect(&format!("{host}:80")).await?;
    let (mut http, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    sockets.spawn(async {
        // Its errors come out of `send_request` and the body as well.
        let _ = connection.await;
    });
    let request = Request::get(path).header("host", host).body(Empty::<Bytes>::new())?;
    let response = http.send_request(request).await?;
    let status = response.status();
    Ok((status, response.into_body().collect().await?.to_bytes()))
}

fn main() -> Result {
    let mut lab = Lab::builder()
        .node("laptop", Node::host("dhcp"))
        .node("home", Node::home_router("203.0.113.2/24").gateway("203.0.113.1"))
        .node(
            "isp",
            Node::router().interface("eth0", "203.0.113.1/24").interface("eth1", "198.51.100.1/24"),
        )
        .node("shop", Node::host("198.51.100.80/24").gateway("198.51.100.1"))
        .link("laptop", "home")
        .link_with("home:wan", "isp:eth0", Link::new().delay("20ms").rate("20 Mbit").loss("5%"))
        .link("isp:eth1", "shop")
        .build()?;

    let visitors = Arc::new(Mutex::new(Vec::new()));
    let seen = visitors.clone();
    lab.host("shop").named("web").spawn_server(move |sockets| serve(sockets, seen));
    lab.host("laptop").named("browser").spawn(async |sockets| -> Result {
        let (status, body) = fetch(&sockets, "shop", "/picture").await?;
        assert_eq!((status, body), (StatusCode::OK, picture()), "not a byte is missing");
        let (status, _) = fetch(&sockets, "shop", "/nothing").await?;
        assert_eq!(status, StatusCode::NOT_FOUND);
        Ok(())
    });
    lab.run()?;

    // The laptop has a private address; the server saw the one that the router shows for it.
    assert_eq!(lab.host("laptop").address().to_string(), "192.168.1.100");
    assert_eq!(*visitors.lock().unwrap(), ["203.0.113.2 /picture", "203.0.113.2 /nothing"]);
    // A twentieth of all frames was lost, and TCP has sent them again.
    let trace = lab.trace();
    let (lost, again) = (trace.drops().count(), trace.retransmissions());
    assert!(lost > 0 && again > 0, "{lost} lost, {again} sent again");
    println!("{lost} frames were lost and {again} segments sent again in {:?}", lab.elapsed());
    Ok(())
}

#[test]
fn a_picture_comes_whole_through_a_home_router_and_a_bad_line() -> Result {
    main()
}
