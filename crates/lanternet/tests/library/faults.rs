//! Crashes, partitions, holds and cables, as programs see them.

use std::io;
use std::sync::{Arc, Mutex};

use lanternet::prelude::*;
use lanternet::{DropReason, Duration, Instant, Lab, Link, Node, Result, Simulated, TraceEvent};

use crate::pair;

/// Answers datagrams with how many there were.
async fn counter(sockets: Simulated) -> io::Result<()> {
    let socket = sockets.udp(7).await?;
    let mut datagram = [0; 100];
    for count in 1_u8.. {
        let (_, from) = socket.recv_from(&mut datagram).await?;
        socket.send_to(&[count], from).await?;
    }
    Ok(())
}

/// Asks until there is an answer; how often, and what it was.
async fn ask(sockets: Simulated, attempts: u32) -> io::Result<(u32, u8)> {
    let socket = sockets.udp(0).await?;
    let to = sockets.address("server:7").await?;
    let mut answer = [0];
    for attempt in 1..=attempts {
        socket.send_to(b"?", to).await?;
        let waited = sockets.timeout(Duration::from_secs(1), socket.recv_from(&mut answer)).await;
        match waited {
            Ok(Ok(_)) => return Ok((attempt, answer[0])),
            Ok(Err(error)) => return Err(error),
            Err(_) => {}
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

#[test]
fn a_server_starts_anew_with_its_host_and_has_forgotten_what_was_in_memory() -> Result {
    let mut lab = pair();
    lab.host("server").spawn_server(counter);
    assert_eq!(lab.host("client").run(async |s| ask(s, 1).await)?, (1, 1));
    assert_eq!(lab.host("client").run(async |s| ask(s, 1).await)?, (1, 2));
    lab.host("server").crash();
    assert!(!lab.host("server").is_running());
    lab.host("client").run(async |s| ask(s, 2).await).expect_err("nobody is there");
    lab.host("server").restart();
    assert_eq!(lab.host("client").run(async |s| ask(s, 1).await)?, (1, 1), "it counts from one");
    lab.host("server").restart();
    assert_eq!(lab.host("client").run(async |s| ask(s, 1).await)?, (1, 2), "it had power");
    Ok(())
}

#[test]
fn what_a_server_s_function_has_captured_outlives_the_power() -> Result {
    let mut lab = pair();
    let disk = Arc::new(Mutex::new(0));
    let kept = disk.clone();
    lab.host("server").spawn_server(move |sockets| {
        let disk = kept.clone();
        async move {
            *disk.lock().unwrap() += 1;
            sockets.sleep(Duration::from_secs(100)).await;
        }
    });
    for starts in 1..=3 {
        lab.run_for(Duration::from_secs(1))?;
        assert_eq!(*disk.lock().unwrap(), starts);
        lab.host("server").crash();
        lab.run_for(Duration::from_secs(1))?;
        lab.host("server").restart();
    }
    Ok(())
}

#[test]
fn programs_of_the_text_start_again_and_their_whole_output_counts() -> Result {
    let mut lab = Lab::from_text(
        "
nodes:
  a: { kind: host, address: 10.0.0.1/24 }
  b: { kind: host, address: 10.0.0.2/24 }
links: [a -- b]
programs:
  - { on: b, name: server, run: serve echo --port 7 }
  - { on: b, name: done, run: ping a --count 1 }
  - { on: b, name: long, run: ping a --count 30 }
expect:
  - output of long contains \"30 received\"
  - output of long contains \"icmp_seq=3\"
  - exit of long is 0
",
    )?;
    lab.run_until(Duration::from_secs(5))?;
    lab.host("b").crash();
    lab.run_until(Duration::from_secs(60))?;
    lab.host("b").restart();
    let reply = lab.host("a").run(async |sockets| -> io::Result<u8> {
        sockets.sleep(Duration::from_millis(1)).await;
        let mut stream = sockets.connect("b:7").await?;
        stream.write_all(b"x\n").await?;
        stream.read_u8().await
    })?;
    assert_eq!(reply, b'x', "the server serves again");
    lab.run()?;
    assert!(lab.now() > Instant::from_secs(60 + 29), "{}", lab.now());
    lab.expect_all()?;
    let output = lab.host("b").output();
    assert_eq!(output.matches("30 packets transmitted").count(), 1, "{output}");
    assert_eq!(output.matches("1 packets transmitted").count(), 1, "it had ended: {output}");
    Ok(())
}

#[test]
fn a_client_that_lost_its_power_keeps_no_run_waiting() -> Result {
    let mut lab = pair();
    let program = lab.host("client").spawn(async |sockets| {
        sockets.sleep(Duration::from_secs(100)).await;
    });
    lab.run_for(Duration::from_secs(1))?;
    lab.host("client").crash();
    lab.run()?;
    assert_eq!(lab.exit_code(program), None);
    lab.host("client").restart();
    lab.run()?;
    assert_eq!(lab.now(), Instant::from_secs(1), "it is not started again");
    Ok(())
}

/// `a` and `b` on a switch, `c` behind a router.
fn segments() -> Lab {
    let cable = || Link::new().delay("5ms");
    Lab::builder()
        .node("a", Node::host("10.1.0.1/24").gateway("10.1.0.254"))
        .node("b", Node::host("10.1.0.2/24").gateway("10.1.0.254"))
        .node("c", Node::host("10.2.0.3/24").gateway("10.2.0.254"))
        .node("sw", Node::switch())
        .node(
            "r",
            Node::router().interface("eth0", "10.1.0.254/24").interface("eth1", "10.2.0.254/24"),
        )
        .link_with("a", "sw", cable())
        .link_with("b", "sw", cable())
        .link_with("sw", "r:eth0", cable())
        .link_with("r:eth1", "c", cable())
        .program("b", "serve echo --port 7")
        .program("c", "serve echo --port 7")
        .build()
        .unwrap()
}

#[test]
fn a_partition_times_out_on_one_segment_and_through_a_router_alike() -> Result {
    let mut lab = segments();
    lab.partition("a", ["b", "c"]);
    for server in ["10.1.0.2:7", "10.2.0.3:7"] {
        let end = lab.host("a").run(async move |sockets| -> Result<io::ErrorKind> {
            let connecting = sockets.connect(server);
            let end = sockets.timeout(Duration::from_secs(30), connecting).await;
            Ok(end.and_then(|connected| connected).map(|_| ()).unwrap_err().kind())
        })?;
        assert_eq!(end, io::ErrorKind::TimedOut, "{server}");
    }
    lab.expect("b reaches c:7")?;
    lab.expect("a reaches r")?;
    let dropped = |reason: &DropReason| matches!(reason, DropReason::Partitioned { .. });
    // RFC 6298: SYN at 0, 1, 3, 7, 15 seconds.
    let lost = lab.trace().of("a").drops().filter(|(_, reason)| dropped(reason)).count();
    assert!((8..=12).contains(&lost), "{lost}\n{}", lab.trace().last(20));
    lab.repair("a", "b");
    lab.expect("a reaches b:7")?;
    lab.expect("a cannot reach c:7")?;
    lab.repair("a", "c");
    lab.expect("a reaches c:7")?;
    Ok(())
}

#[test]
fn a_connection_survives_a_partition_that_is_repaired_in_time() -> Result {
    let mut lab = segments();
    lab.host("a").spawn(async |sockets| -> io::Result<()> {
        let mut stream = sockets.connect("c:7").await?;
        for line in 0..20 {
            let line = format!("{line:02}\n");
            stream.write_all(line.as_bytes()).await?;
            let mut echo = [0; 3];
            stream.read_exact(&mut echo).await?;
            assert_eq!(echo, line.as_bytes());
            sockets.sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    });
    lab.run_until(Duration::from_secs(5))?;
    lab.partition_oneway("c", "a");
    lab.run_until(Duration::from_secs(12))?;
    lab.repair("a", "c");
    lab.run()?;
    assert!(lab.trace().retransmissions() > 0);
    Ok(())
}

#[test]
fn a_partition_holds_behind_address_translation_and_for_addresses_on_loan() -> Result {
    let mut lab = Lab::builder()
        .node("laptop", Node::host("dhcp"))
        .node("phone", Node::host("dhcp"))
        .node("home", Node::home_router("203.0.113.2/24"))
        .node("server", Node::host("203.0.113.80/24"))
        .link("laptop", "home")
        .link("phone", "home")
        .link("home:wan", "server")
        .program("server", "serve echo --port 7")
        .build()?;
    // Before there is an address.
    lab.partition("laptop", "server");
    lab.run_for(Duration::from_secs(20))?;
    lab.expect("laptop cannot reach server:7")?;
    lab.expect("phone reaches server:7")?;
    lab.repair("laptop", "server");
    lab.expect("laptop reaches server:7")?;
    lab.partition_oneway("server", "laptop");
    lab.expect("laptop cannot reach server:7")?;
    lab.expect("phone reaches server:7")?;
    Ok(())
}

#[test]
fn held_datagrams_arrive_in_order_when_they_are_released() -> Result {
    let mut lab = segments();
    let got = Arc::new(Mutex::new(Vec::new()));
    let log = got.clone();
    lab.host("c").spawn_server(move |sockets| {
        let log = log.clone();
        async move {
            let socket = sockets.udp(9).await?;
            let mut datagram = [0];
            loop {
                socket.recv_from(&mut datagram).await?;
                log.lock().unwrap().push((sockets.now(), datagram[0]));
            }
            #[expect(unreachable_code, reason = "names the type of the error")]
            io::Result::Ok(())
        }
    });
    lab.hold("a", "c");
    lab.host("a").run(async |sockets| -> io::Result<()> {
        let socket = sockets.udp(0).await?;
        let to = sockets.address("c:9").await?;
        for number in 1..=5 {
            socket.send_to(&[number], to).await?;
            sockets.sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    })?;
    lab.run_for(Duration::from_secs(10))?;
    assert_eq!((got.lock().unwrap().len(), lab.held()), (0, 5));
    let now = lab.now();
    lab.release("c", "a");
    lab.run_for(Duration::from_secs(1))?;
    let got = got.lock().unwrap();
    assert_eq!(got.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert!(got[0].0 > now);
    Ok(())
}

#[test]
fn a_held_cable_is_silence_and_a_pulled_one_is_noticed() -> Result {
    let mut lab = pair();
    lab.host("server").spawn_server(counter);
    lab.cable("client", "server").hold();
    let asking = lab.host("client").spawn(async |s| -> Result {
        let (attempt, answer) = ask(s, 10).await?;
        // Three ARP requests waited and the first datagram behind them.
        assert_eq!(answer, 1);
        assert!(attempt > 2, "{attempt}");
        Ok(())
    });
    lab.run_for(Duration::from_millis(2500))?;
    assert!(lab.cable("client", "server").is_plugged());
    lab.cable("server", "client").release();
    lab.run()?;
    assert_eq!(lab.exit_code(asking), Some(0));

    lab.cable("client", "server").pull();
    let down = |record: &lanternet::Record| matches!(record.event, TraceEvent::LinkDown);
    assert!(lab.trace().any(down));
    let end = lab.host("client").run(async |s| ask(s, 1).await);
    assert!(end.is_err(), "the network is down");
    lab.cable("client", "server").plug();
    lab.host("client").run(async |s| ask(s, 3).await)?;
    Ok(())
}

#[test]
fn a_cable_can_lose_everything_in_one_direction_for_a_while() -> Result {
    let mut lab = pair();
    lab.host("server").spawn_server(counter);
    lab.host("client").run(async |s| ask(s, 1).await)?;
    lab.cable("server", "client").one_way().loss("100%");
    lab.host("client").run(async |s| ask(s, 3).await).expect_err("no answer comes");
    lab.cable("server", "client").loss("0%").delay("40ms");
    let (attempts, answer) = lab.host("client").run(async |s| ask(s, 1).await)?;
    assert_eq!((attempts, answer), (1, 5), "all questions had arrived");
    Ok(())
}

#[test]
#[should_panic(expected = "no cable is between `client` and `router`")]
fn a_cable_that_is_not_there_is_a_mistake_of_the_test() {
    pair().cable("client", "router").pull();
}

#[test]
#[should_panic(expected = "`sw` is a switch, which has no programs and no packets of its own")]
fn a_switch_cannot_be_partitioned() {
    segments().partition("a", "sw");
}
