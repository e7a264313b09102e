//! The blocks of Rust in the guide, word for word, so that they are run.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use lanternet::prelude::*;
use lanternet::{Duration, Lab, Link, Node, Record, Result, Simulated, TraceEvent};
use tokio::io::{AsyncRead, AsyncWrite, BufReader};

/// Answers each line with its length.
async fn lengths(stream: impl AsyncRead + AsyncWrite + Unpin) -> Result {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let answer = format!("{}\n", line.trim_end().chars().count());
        stream.write_all(answer.as_bytes()).await?;
        line.clear();
    }
    Ok(())
}

#[test]
fn a_line_gets_its_length_from_behind_a_home_router() -> Result {
    let mut lab = home()?;
    let answer = lab.host("laptop").run(async |sockets| -> Result<String> {
        let mut stream = BufReader::new(sockets.connect("server:4000").await?);
        stream.write_all("深圳大学\n".as_bytes()).await?;
        let mut answer = String::new();
        stream.read_line(&mut answer).await?;
        Ok(answer)
    })?;
    assert_eq!(answer, "4\n");
    // The server never saw the laptop's own address.
    let from_router = |record: &Record| match record.event {
        TraceEvent::TcpAccepted { remote, .. } => remote.ip().to_string() == "203.0.113.2",
        _ => false,
    };
    assert!(lab.trace().of("server").any(from_router));
    Ok(())
}

/// A laptop behind a home router, and a server on the internet.
fn home() -> Result<Lab> {
    let mut lab = Lab::builder()
        .node("laptop", Node::host("dhcp"))
        .node("home", Node::home_router("203.0.113.2/24"))
        .node("server", Node::host("203.0.113.80/24"))
        .link("laptop", "home")
        .link_with("home:wan", "server", Link::new().delay("10ms").rate("20 Mbit").loss("5%"))
        .build()?;
    lab.host("server").named("lengths").spawn_server(async |sockets| -> Result {
        let listener = sockets.listen(4000).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            sockets.spawn(async { lengths(stream).await.expect("the client says goodbye") });
        }
    });
    Ok(lab)
}

/// Says hello each second until the server is gone, and comes back once.
async fn visit(sockets: Simulated, patience: Duration) -> Result {
    let mut stream = BufReader::new(sockets.connect("server:4000").await?);
    let mut answer = String::new();
    while stream.write_all(b"hello\n").await.is_ok() {
        match sockets.timeout(patience, stream.read_line(&mut answer)).await {
            // An answer.
            Ok(Ok(1..)) => sockets.sleep(Duration::from_secs(1)).await,
            // The end of the connection, a reset, or silence.
            Ok(Ok(0) | Err(_)) | Err(_) => break,
        }
    }
    sockets.connect("server:4000").await?;
    Ok(())
}

/// In the middle of a visit the server loses its power for a second.
fn power_cut(patience: Duration) -> Result {
    let mut lab = home()?;
    lab.set_limit(Duration::from_secs(60));
    lab.host("laptop").named("visitor").spawn(move |sockets| visit(sockets, patience));
    lab.run_for(Duration::from_secs(20))?;
    lab.host("server").crash();
    lab.run_for(Duration::from_secs(1))?;
    lab.host("server").restart();
    lab.run()?;
    Ok(())
}

#[test]
fn a_visitor_gets_over_a_power_cut() {
    lanternet::for_each_seed(0..50, |_| power_cut(Duration::from_secs(10)));
}

#[test]
fn without_patience_a_visitor_may_wait_for_ever() {
    // What the guide shows; with a seed of one's own there is nothing to compare.
    if std::env::var_os(lanternet::SEED_VARIABLE).is_some() {
        return;
    }
    let all = || lanternet::for_each_seed(0..50, |_| power_cut(Duration::MAX));
    let panic = std::panic::catch_unwind(all).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    let guide = guide();
    let lesson = guide.split("Testing your own program\n").nth(1).unwrap();
    let shown = lesson.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    for line in shown.lines().filter(|line| line.trim() != "...") {
        assert!(text.contains(line), "the guide has: {line}\n{text}");
    }
}

#[test]
fn the_blocks_of_rust_in_the_guide_are_in_this_file() {
    let (guide, own) = (guide(), include_str!("guide.rs"));
    let mut blocks = 0;
    for block in guide.split("```rust\n").skip(1) {
        let block = block.split("```").next().unwrap();
        assert!(own.contains(block), "not in crates/lanternet/tests/guide.rs:\n{block}");
        blocks += 1;
    }
    assert_eq!(blocks, 6);
}

fn guide() -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../GUIDE.md");
    std::fs::read_to_string(guide).unwrap()
}
