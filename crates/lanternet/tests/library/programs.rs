//! Programs of a test: how they start, end and fail.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use lanternet::prelude::*;
use lanternet::{Duration, FailureKind, Instant, Lab, Node, Result, Simulated, TraceEvent};

use crate::pair;

async fn upper(sockets: Simulated) -> io::Result<()> {
    let listener = sockets.listen(80).await?;
    loop {
        let (mut stream, _) = listener.accept().await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        stream.write_all(text.to_uppercase().as_bytes()).await?;
        stream.shutdown().await?;
    }
}

async fn ask(sockets: Simulated) -> io::Result<String> {
    let mut stream = sockets.connect("server:80").await?;
    stream.write_all(b"hello").await?;
    stream.shutdown().await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[test]
fn a_client_gets_the_answer_of_a_server_in_virtual_time() -> Result {
    let mut lab = pair();
    lab.host("server").spawn_server(upper);
    let answer = lab.host("client").run(ask)?;
    assert_eq!(answer, "HELLO");
    // ARP, handshake and data take a round trip of 20 ms each; the server's answer ends the client.
    assert!((60..70).contains(&lab.elapsed().as_millis()), "{:?}", lab.elapsed());
    lab.run()?;
    assert_eq!(lab.trace().retransmissions(), 0);
    Ok(())
}

#[test]
fn an_error_of_a_program_fails_the_run_with_program_host_time_and_seed() {
    let mut lab = pair();
    lab.host("client").named("shopper").spawn(async |sockets| -> Result {
        sockets.sleep(Duration::from_secs(2)).await;
        sockets.connect("server:80").await?;
        Ok(())
    });
    let failure = lab.run().unwrap_err();
    let FailureKind::Program { program, node, started, error } = failure.kind() else {
        panic!("{failure}")
    };
    assert_eq!((&**program, &**node), ("shopper", "client"));
    assert_eq!(*error, io::Error::from(io::ErrorKind::ConnectionRefused).to_string());
    assert!(started.starts_with("crates/lanternet/tests/library/programs.rs:"), "{started}");
    let text = failure.to_string();
    let first = text.lines().next().unwrap();
    let expected = format!("shopper on client (started at {started}) failed: {error}");
    assert_eq!(first, format!("at 2.040001s, with seed 1: {expected}"));
    assert!(text.contains("no program listens on TCP port 80"), "why is told as well: {text}");
    let name = "programs::an_error_of_a_program_fails_the_run_with_program_host_time_and_seed";
    assert!(text.ends_with(&format!("repeat it with: LANTERNET_SEED=1 cargo test {name}")));
}

#[test]
fn a_panic_of_a_program_or_of_its_task_fails_the_run_and_leaves_the_lab_usable() {
    let mut lab = pair();
    lab.host("client").spawn(async |_| -> () { panic!("no such luck") });
    let failure = lab.run().unwrap_err();
    let FailureKind::Panic { program, node, message, .. } = failure.kind() else {
        panic!("{failure}")
    };
    assert_eq!((&**program, &**node, &**message), ("program-1", "client", "no such luck"));

    lab.host("server").spawn_server(async |sockets: Simulated| {
        let own = sockets.clone();
        sockets.spawn(async move {
            own.sleep(Duration::from_secs(1)).await;
            let nothing: Vec<u8> = Vec::new();
            assert_eq!(nothing.first(), Some(&1));
        });
        sockets.sleep(Duration::from_secs(9)).await;
    });
    let failure = lab.run_for(Duration::from_secs(5)).unwrap_err();
    assert!(matches!(failure.kind(), FailureKind::Panic { node, .. } if node == "server"));
    assert_eq!(failure.at().nanos(), 1_000_000_000);
    lab.run_for(Duration::from_secs(20)).expect("a failure is told once, and the program is gone");
}

#[test]
fn what_needs_a_tokio_runtime_is_refused_with_the_way_out() {
    let mut lab = pair();
    lab.host("client").spawn(async |_| -> () {
        // What tokio says, word for word, where its timer has no runtime.
        panic!(
            "there is no reactor running, must be called from the context of a Tokio 1.x runtime"
        );
    });
    let text = lab.run().unwrap_err().to_string();
    assert!(text.contains("help: a simulated host has no tokio runtime: instead of"), "{text}");
}

#[test]
fn a_program_that_waits_for_ever_is_named() {
    let mut lab = pair();
    lab.host("client").named("listener").spawn(async |sockets| -> io::Result<()> {
        let socket = sockets.udp(9000).await?;
        socket.recv_from(&mut [0; 10]).await?;
        Ok(())
    });
    lab.run_until_idle().expect("to wait is no mistake there");
    let failure = lab.run().unwrap_err();
    assert_eq!(failure.kind(), &FailureKind::Stuck { programs: vec!["listener on client".into()] });
}

#[test]
fn the_limit_of_a_run_names_who_has_not_ended() {
    let mut lab = pair();
    lab.set_limit(Duration::from_secs(60));
    lab.host("client").spawn(async |sockets| {
        loop {
            sockets.sleep(Duration::from_secs(1)).await;
            if false {
                break;
            }
        }
    });
    let failure = lab.run().unwrap_err();
    assert_eq!(
        failure.kind(),
        &FailureKind::TimeLimit { programs: vec!["program-1 on client".into()] }
    );
    assert_eq!(lab.now(), Instant::from_secs(60));
}

#[test]
fn a_server_holds_no_run_open_and_its_failure_counts() {
    let mut lab = pair();
    lab.host("server").spawn_server(async |sockets: Simulated| -> io::Result<()> {
        loop {
            sockets.sleep(Duration::from_secs(1)).await;
            if sockets.now() >= Instant::from_secs(10) {
                return Err(io::ErrorKind::StorageFull.into());
            }
        }
    });
    lab.run().expect("nobody else is there");
    assert_eq!(lab.now(), Instant::ZERO);
    lab.run_until(Duration::from_secs(5)).unwrap();
    assert_eq!(lab.now(), Instant::from_secs(5));
    let failure = lab.run_until(Duration::from_secs(15)).unwrap_err();
    assert!(matches!(failure.kind(), FailureKind::Program { .. }), "{failure}");
}

#[test]
fn a_channel_from_the_test_wakes_a_program_at_once() {
    let mut lab = pair();
    let (orders, mut inbox) = tokio::sync::mpsc::unbounded_channel::<String>();
    let done = Arc::new(Mutex::new(Vec::new()));
    let log = done.clone();
    lab.host("client").spawn(async move |sockets| {
        while let Some(order) = inbox.recv().await {
            log.lock().unwrap().push((sockets.now(), order));
        }
    });
    lab.run_for(Duration::from_secs(1)).unwrap();
    orders.send("one".to_owned()).unwrap();
    lab.run_for(Duration::from_secs(1)).unwrap();
    assert_eq!(*done.lock().unwrap(), [(Instant::from_secs(1), "one".to_owned())]);
}

#[test]
fn a_program_of_lanternet_s_own_runs_by_its_command_line() -> Result {
    let mut lab = pair();
    let ping = lab.host("client").command("ping server --count 2");
    lab.run()?;
    assert_eq!(lab.exit_code(ping), Some(0));
    assert!(lab.output(ping).contains("2 packets transmitted, 2 received"), "{}", lab.output(ping));
    let lost = lab.host("client").command("ping 10.0.0.9 --count 1");
    lab.run().expect("its exit code is for the test to judge");
    assert_eq!(lab.exit_code(lost), Some(1));
    lab.expect("output of client contains \"2 received\"")?;
    Ok(())
}

#[test]
fn the_network_can_be_run_event_by_event() -> Result {
    let mut lab = pair();
    let ping = lab.host("client").command("ping server --count 1");
    let mut steps = 0;
    while lab.exit_code(ping).is_none() {
        assert!(lab.step()?, "the ping is under way");
        steps += 1;
    }
    // ARP and echo, each there and back, at the least.
    assert!(steps >= 4, "{steps}");
    Ok(())
}

#[test]
fn the_expectations_of_a_text_are_judged_and_a_failure_says_why() {
    let text = "
nodes:
  a1: { kind: host, address: 192.168.10.1/24 }
  b1: { kind: host, address: 192.168.20.1/24 }
links: [a1 -- b1]
expect:
  - a1 cannot reach b1
";
    let mut lab = Lab::from_text(text).unwrap();
    lab.expect_all().unwrap();
    let failure = lab.expect("a1 reaches b1").unwrap_err();
    let FailureKind::Expectation { text, found } = failure.kind() else { panic!("{failure}") };
    assert_eq!(text, "a1 reaches b1");
    assert!(found.contains("gateway") || found.contains("route"), "{found}");
    assert!(lab.why("a1", "b1").unwrap().contains("192.168.20.1"), "the story can be had as well");
}

#[test]
fn an_expectation_that_cannot_be_read_is_underlined() {
    let mut lab = pair();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = lab.expect("client reaches servr");
    }));
    let message = *panic.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("did you mean `server`?"), "{message}");
    assert!(message.contains("──"), "{message}");
}

#[test]
fn all_mistakes_of_a_builder_are_told_at_once_and_name_the_test() {
    let mistakes = Lab::builder()
        .node("a1", Node::host("192.168.1.1/33"))
        .node("a2", Node::host("192.168.1.2/24").set("gatway", "192.168.1.254"))
        .link("a1", "b3")
        .build()
        .unwrap_err();
    let text = mistakes.to_string();
    for part in
        ["192.168.1.1/33", "did you mean `gateway`?", "no node is called `b3`", "programs.rs:"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(mistakes.diagnostics().errors(), 3, "{text}");
}

#[test]
fn a_run_stops_at_the_event_that_was_waited_for() -> Result {
    let mut lab = pair();
    lab.host("server").spawn_server(upper);
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    lab.host("client").spawn(async move |sockets| -> io::Result<()> {
        for _ in 0..3 {
            ask(sockets.clone()).await?;
            count.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    });
    lab.run_until_event(|record| matches!(record.event, TraceEvent::TcpAccepted { .. }))?;
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    lab.run_until_true(|| false).expect_err("the programs end");
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    Ok(())
}

#[test]
fn only_so_many_records_are_kept_the_newest() -> Result {
    let mut lab = Lab::builder()
        .node("a", Node::host("10.0.0.1/24"))
        .node("b", Node::host("10.0.0.2/24"))
        .link("a", "b")
        .records(1000)
        .build()?;
    lab.host("a").command("ping b --count 200");
    lab.run()?;
    let trace = lab.trace();
    assert_eq!(trace.records().count(), 1000);
    assert!(trace.forgotten() > 0);
    let last = trace.records().next_back().unwrap();
    assert!(last.at >= Instant::from_secs(199), "{}", trace.sentence(last));
    Ok(())
}
