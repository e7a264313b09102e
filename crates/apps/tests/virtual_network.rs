//! ping, traceroute and the UDP client on a host in virtual time: what they send, when, and what
//! they print. The expected lines were printed by iputils 20221126 and traceroute 2.1.2 between
//! network namespaces of the same shape; only the times are ours.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io;
use std::net::IpAddr;

use lanternet_apps::ExitCode;
use lanternet_apps::icmp::{IcmpError, Unreachable};
use lanternet_apps::sockets::MessageTooLong;
use lanternet_core::Duration;
use support::fake::{Back, Probe, What, run};

const HERE: [u8; 4] = [192, 168, 10, 1];
const ROUTER: [u8; 4] = [192, 168, 10, 254];
const B3: [u8; 4] = [192, 168, 20, 3];

const HOST: IcmpError = IcmpError::Unreachable(Unreachable::Host);
const PORT: IcmpError = IcmpError::Unreachable(Unreachable::Port);

fn back(after: Duration, from: [u8; 4], what: What) -> Back {
    Back { after, from: IpAddr::from(from), what }
}

fn reply(probe: &Probe, micros: u64) -> Back {
    back(Duration::from_micros(micros), B3, What::Answer(probe.payload.clone()))
}

fn error(from: [u8; 4], micros: u64, error: IcmpError) -> Back {
    back(Duration::from_micros(micros), from, What::Error(error))
}

#[test]
fn ping_prints_replies_and_statistics() {
    let (code, output, errors) =
        run("ping -c 2 b3", |probe| Ok(vec![reply(probe, 310 + 102 * probe.number)]));
    assert_eq!(
        output,
        "PING b3 (192.168.20.3) 56(84) bytes of data.\n\
         64 bytes from 192.168.20.3: icmp_seq=1 ttl=63 time=0.412 ms\n\
         64 bytes from 192.168.20.3: icmp_seq=2 ttl=63 time=0.514 ms\n\
         \n\
         --- b3 ping statistics ---\n\
         2 packets transmitted, 2 received, 0% packet loss, time 1000ms\n\
         rtt min/avg/max/mdev = 0.412/0.463/0.514/0.051 ms\n"
    );
    assert_eq!((code, errors.as_str()), (ExitCode::SUCCESS, ""));
}

#[test]
fn ping_prints_who_could_not_deliver() {
    // ARP gives up after three seconds and answers for all that waited.
    let (code, output, _) = run("ping -c 3 192.168.10.9", |probe| {
        Ok(vec![error(HERE, 3_000_000 - 1_000_000 * (probe.number - 1), HOST)])
    });
    assert_eq!(
        output,
        "PING 192.168.10.9 (192.168.10.9) 56(84) bytes of data.\n\
         From 192.168.10.1 icmp_seq=1 Destination Host Unreachable\n\
         From 192.168.10.1 icmp_seq=2 Destination Host Unreachable\n\
         From 192.168.10.1 icmp_seq=3 Destination Host Unreachable\n\
         \n\
         --- 192.168.10.9 ping statistics ---\n\
         3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 3000ms\n\
         pipe 3\n"
    );
    assert_eq!(code, ExitCode::FAILURE);
}

#[test]
fn ping_waits_for_the_last_reply_and_no_longer() {
    // Nothing at all: the timeout after the last request. One reply: one interval.
    let (code, output, _) = run("ping -c 2 -W 3 b3", |_| Ok(vec![]));
    assert!(output.contains("2 packets transmitted, 0 received, 100% packet loss, time 4000ms"));
    assert_eq!(code, ExitCode::FAILURE);
    let (code, output, _) = run("ping -c 3 b3", |probe| match probe.number {
        1 => Ok(vec![reply(probe, 400)]),
        _ => Ok(vec![]),
    });
    assert!(
        output.contains("3 packets transmitted, 1 received, 66.6667% packet loss, time 3000ms"),
        "{output}"
    );
    assert_eq!(code, ExitCode::SUCCESS);
}

#[test]
fn ping_begins_only_with_a_name_and_a_route() {
    let (code, output, errors) = run("ping b4", |_| Ok(vec![]));
    assert_eq!((code, output.as_str()), (ExitCode::ERROR, ""));
    assert_eq!(errors, "ping: b4: Name or service not known\n");

    let (code, output, errors) = run("ping b3", |_| Err(io::ErrorKind::NetworkUnreachable.into()));
    assert_eq!((code, output.as_str()), (ExitCode::ERROR, ""));
    assert_eq!(errors, "ping: connect: Network is unreachable\n");
}

#[test]
fn ping_finds_the_path_mtu() {
    let (code, output, errors) = run("ping -c 2 -M do -s 1400 b3", |probe| match probe.number {
        1 => Ok(vec![error(ROUTER, 50, IcmpError::from_icmpv4(3, 4, 1400))]),
        // The host has learned.
        _ => Err(MessageTooLong { mtu: Some(1400) }.into()),
    });
    assert_eq!(
        output,
        "PING b3 (192.168.20.3) 1400(1428) bytes of data.\n\
         From 192.168.10.254 icmp_seq=1 Frag needed and DF set (mtu = 1400)\n\
         \n\
         --- b3 ping statistics ---\n\
         2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1000ms\n\
         \n"
    );
    assert_eq!(errors, "ping: local error: message too long, mtu=1400\n");
    assert_eq!(code, ExitCode::FAILURE);
}

#[test]
fn traceroute_walks_to_the_port_where_nobody_listens() {
    let (code, output, _) = run("traceroute b3", |probe| {
        assert_eq!(u64::from(probe.to.port()), 33_433 + probe.number);
        assert_eq!(probe.payload.len(), 32);
        Ok(match (probe.ttl, probe.number) {
            (1, 2) => vec![],
            (1, _) => vec![error(ROUTER, 25, IcmpError::TimeExceeded)],
            _ => vec![error(B3, 8, PORT)],
        })
    });
    assert_eq!(
        output,
        "traceroute to b3 (192.168.20.3), 30 hops max, 60 byte packets\n \
         1  192.168.10.254  0.025 ms *  0.025 ms\n \
         2  192.168.20.3  0.008 ms  0.008 ms  0.008 ms\n"
    );
    assert_eq!(code, ExitCode::SUCCESS);
}

#[test]
fn traceroute_stops_where_a_router_gives_up() {
    let (code, output, _) = run("traceroute 192.168.20.9", |probe| {
        Ok(match probe.ttl {
            1 => vec![error(ROUTER, 16, IcmpError::TimeExceeded)],
            _ => vec![error(ROUTER, 3_062_307, HOST)],
        })
    });
    assert_eq!(
        output,
        "traceroute to 192.168.20.9 (192.168.20.9), 30 hops max, 60 byte packets\n \
         1  192.168.10.254  0.016 ms  0.016 ms  0.016 ms\n \
         2  192.168.10.254  3062.307 ms !H  3062.307 ms !H  3062.307 ms !H\n"
    );
    assert_eq!(code, ExitCode::FAILURE);
}

#[test]
fn traceroute_with_echo_requests_ends_at_the_reply_and_gives_up_at_the_last_hop() {
    let (code, output, _) = run("traceroute --icmp -q 1 b3", |probe| {
        Ok(match probe.ttl {
            1 => vec![error(ROUTER, 25, IcmpError::TimeExceeded)],
            // The answer to the second probe is too late, and must not be taken for the third's.
            2 => vec![error(ROUTER, 5_500_000, IcmpError::TimeExceeded)],
            _ => vec![reply(probe, 1_000_000)],
        })
    });
    assert!(
        output.ends_with(" 1  192.168.10.254  0.025 ms\n 2  *\n 3  192.168.20.3  1000.000 ms\n"),
        "{output}"
    );
    assert_eq!(code, ExitCode::SUCCESS);

    let (code, output, _) = run("traceroute -m 2 b3", |_| Ok(vec![]));
    assert!(output.ends_with(" 1  * * *\n 2  * * *\n"), "{output}");
    assert_eq!(code, ExitCode::FAILURE);
}

#[test]
fn the_udp_client_reports_loss_and_does_not_send_again() {
    let (code, output, errors) = run("connect upper b3 --udp --say a --say b --say c", |probe| {
        let after = match probe.payload.as_slice() {
            b"a" => Duration::from_millis(3),
            // Arrives while the client waits for the answer to c.
            b"b" => Duration::from_millis(2010),
            _ => Duration::from_millis(20),
        };
        assert!(probe.number <= 3, "sent again");
        Ok(vec![back(after, B3, What::Answer(probe.payload.to_ascii_uppercase()))])
    });
    assert_eq!(output, "A\nC\n");
    assert_eq!(
        errors,
        "no answer to message 2 within 2s; UDP does not send it again\n\
         late answer to message 2: \"B\"\n\
         3 messages sent, 2 answered, 1 without an answer (33%)\n"
    );
    assert_eq!(code, ExitCode::FAILURE);
}

#[test]
fn messages_repeat_in_their_order() {
    let (code, output, _) =
        run("connect echo b3 --udp --say a --say b --repeat 2 --interval 1s", |probe| {
            Ok(vec![back(Duration::from_millis(1), B3, What::Answer(probe.payload.clone()))])
        });
    assert_eq!((code, output.as_str()), (ExitCode::SUCCESS, "a\nb\na\nb\n"));
}

#[test]
fn a_broadcast_gathers_everybodys_answers_until_time_is_up() {
    let line = "connect upper 255.255.255.255 --udp --broadcast -s hi --timeout 1s";
    let answer =
        |micros, from| back(Duration::from_micros(micros), from, What::Answer(b"HI".into()));
    let (code, output, errors) =
        run(line, move |_| Ok(vec![answer(300, B3), answer(400, ROUTER), answer(2_000_000, HERE)]));
    assert_eq!(output, "192.168.20.3:9090 answers: \"HI\"\n192.168.10.254:9090 answers: \"HI\"\n");
    assert_eq!((code, errors.as_str()), (ExitCode::SUCCESS, ""));

    let (code, _, errors) = run(line, |_| Ok(vec![]));
    assert_eq!(errors, "nobody answered message 1 within 1s\n");
    assert_eq!(code, ExitCode::FAILURE);
}
