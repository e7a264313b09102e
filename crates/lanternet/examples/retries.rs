//! A program of one's own over UDP: a counter that is asked with retries, loses packets, and whose
//! server loses its power in the middle.
//!
//! UDP loses datagrams and answers, so a request may be carried out twice, or not at all. The client
//! numbers its requests and repeats each until it is answered; the server remembers on its disk what it
//! has done for whom, and answers a repetition without doing it again. The test is whether the count is
//! right after loss on the line and a crash of the server, with fifty seeds.

#![expect(clippy::unwrap_used, reason = "a failed assertion panics, and a poisoned lock is one")]

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use lanternet::prelude::*;
use lanternet::{Duration, Lab, Link, Node, Result, Simulated};

/// How long the client waits for an answer before it asks again.
const PATIENCE: Duration = Duration::from_millis(200);
/// After so many questions without an answer it gives up.
const ATTEMPTS: u32 = 50;

/// What the server has on disk: the count, and the last request of each client.
#[derive(Default)]
struct Disk {
    count: u64,
    done: BTreeMap<u64, u64>,
}

/// Adds one for each request that it has not seen, and answers with the request's number.
async fn serve(sockets: Simulated, disk: Arc<Mutex<Disk>>) -> io::Result<()> {
    let socket = sockets.udp(4000).await?;
    let mut datagram = [0; 16];
    loop {
        let (length, from) = socket.recv_from(&mut datagram).await?;
        let Ok([client, request]) = numbers(&datagram[..length]) else { continue };
        {
            let mut disk = disk.lock().unwrap();
            if disk.done.get(&client).is_none_or(|last| *last < request) {
                disk.count += 1;
                disk.done.insert(client, request);
            }
        }
        socket.send_to(&datagram[..length], from).await?;
    }
}

/// Asks the server to add one, so many times.
async fn count(sockets: Simulated, times: u64) -> Result {
    let socket = sockets.udp(0).await?;
    let server = sockets.address("server:4000").await?;
    // Names this client, also to a server that has met others.
    let client = sockets.random_u64();
    for request in 1..=times {
        let question = [client.to_be_bytes(), request.to_be_bytes()].concat();
        let mut answer = [0; 16];
        let mut answered = false;
        for _ in 0..ATTEMPTS {
            socket.send_to(&question, server).await?;
            let waiting = sockets.timeout(PATIENCE, socket.recv_from(&mut answer));
            match waiting.await {
                // The answer to an earlier question may come late.
                Ok(Ok((length, _))) if answer[..length] == question[..] => answered = true,
                Ok(Ok(_)) | Err(_) => continue,
                // Port unreachable: the server's host is up and the server is not.
                Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
                Ok(Err(error)) => return Err(error.into()),
            }
            break;
        }
        if !answered {
            return Err(format!("no answer to request {request}").into());
        }
    }
    Ok(())
}

fn numbers(datagram: &[u8]) -> std::result::Result<[u64; 2], std::array::TryFromSliceError> {
    let (client, request) = datagram.split_at(datagram.len() / 2);
    Ok([u64::from_be_bytes(client.try_into()?), u64::from_be_bytes(request.try_into()?)])
}

fn scenario() -> Result {
    let mut lab = Lab::builder()
        .node("ada", Node::host("10.1.0.1/24").gateway("10.1.0.254"))
        .node("bob", Node::host("10.1.0.2/24").gateway("10.1.0.254"))
        .node("sw", Node::switch())
        .node(
            "router",
            Node::router().interface("eth0", "10.1.0.254/24").interface("eth1", "10.2.0.254/24"),
        )
        .node("server", Node::host("10.2.0.1/24").gateway("10.2.0.254"))
        .link("ada", "sw")
        .link("bob", "sw")
        .link("sw", "router:eth0")
        .link_with("router:eth1", "server", Link::preset("mobile-3g").set("loss", "10%"))
        .build()?;

    let disk = Arc::new(Mutex::new(Disk::default()));
    let own = disk.clone();
    lab.host("server").spawn_server(move |sockets| serve(sockets, own));
    lab.host("ada").spawn(async |sockets| count(sockets, 20).await);
    lab.host("bob").spawn(async |sockets| count(sockets, 20).await);

    // In the middle of it the server's host loses its power, for two seconds.
    lab.run_until_true(|| disk.lock().unwrap().count == 15)?;
    lab.host("server").crash();
    lab.run_for(Duration::from_secs(2))?;
    lab.host("server").restart();
    // Later bob cannot be heard for a while.
    lab.run_until_true(|| disk.lock().unwrap().count == 25)?;
    lab.partition_oneway("bob", "server");
    lab.run_for(Duration::from_secs(1))?;
    lab.repair("bob", "server");
    lab.run()?;

    assert_eq!(disk.lock().unwrap().count, 40, "each request counts once");
    Ok(())
}

fn main() {
    lanternet::for_each_seed(0..50, |_| scenario());
    println!("each request was counted once, with 50 seeds");
}

#[test]
fn each_request_counts_once_whatever_is_lost() {
    lanternet::for_each_seed(0..50, |_| scenario());
}
