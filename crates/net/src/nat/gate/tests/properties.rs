//! What holds whatever passes: outside and inside ends are paired one to one, no inside address gets
//! out, and every checksum is right.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::nat::{Dependence, Forward};

#[derive(Clone, Debug)]
enum Step {
    Speak { tcp: bool, host: u8, port: u16, server: u8, to: u16, flags: u8 },
    Ping { host: u8, ident: u16, server: u8 },
    Answer { nth: usize, flags: u8 },
    Stranger { tcp: bool, server: u8, from: u16, to: u16 },
    Error { nth: usize, from_inside: bool },
    Hairpin { host: u8, port: u16, nth: usize },
    Wait { secs: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let flags = || prop_oneof![Just(SYN), Just(SYN | ACK), Just(ACK), Just(FIN | ACK), Just(RST)];
    prop_oneof![
        6 => (any::<bool>(), 2u8..6, 5000u16..5006, 80u8..83, 52u16..55, flags()).prop_map(
            |(tcp, host, port, server, to, flags)| Step::Speak { tcp, host, port, server, to, flags }
        ),
        2 => (2u8..6, 1u16..4, 80u8..83)
            .prop_map(|(host, ident, server)| Step::Ping { host, ident, server }),
        4 => (any::<usize>(), flags()).prop_map(|(nth, flags)| Step::Answer { nth, flags }),
        2 => (any::<bool>(), 80u8..84, 50u16..56, prop_oneof![5000u16..5006, Just(8001)])
            .prop_map(|(tcp, server, from, to)| Step::Stranger { tcp, server, from, to }),
        2 => (any::<usize>(), any::<bool>())
            .prop_map(|(nth, from_inside)| Step::Error { nth, from_inside }),
        1 => (2u8..6, 5000u16..5006, any::<usize>())
            .prop_map(|(host, port, nth)| Step::Hairpin { host, port, nth }),
        1 => (0u64..400).prop_map(|secs| Step::Wait { secs }),
    ]
}

fn dependence() -> impl Strategy<Value = Dependence> {
    prop_oneof![
        Just(Dependence::EndpointIndependent),
        Just(Dependence::AddressDependent),
        Just(Dependence::AddressAndPortDependent),
    ]
}

fn is_inside(address: Ipv4Addr) -> bool {
    address.octets()[..2] == [192, 168]
}

/// No inside address in the header, nor in what an error quotes.
#[track_caller]
fn assert_no_leak(packet: &[u8]) {
    assert!(!is_inside(address(packet, 12)) && !is_inside(address(packet, 16)));
    if packet[9] == ICMP && matches!(packet[20], 3 | 11) {
        let quote = &packet[28..];
        assert!(!is_inside(address(quote, 12)) && !is_inside(address(quote, 16)));
    }
}

#[track_caller]
fn assert_bijective(bench: &Bench) {
    let mut outside = BTreeMap::new();
    for row in bench.gate.mapping_rows() {
        let before = outside.insert((row.protocol, row.outside), row.inside);
        assert_eq!(before, None, "two inside ends have {:?}", row.outside);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn translation_is_a_bijection_that_leaks_nothing(
        mapping in dependence(), filtering in dependence(),
        preserve: bool, parity: bool, hairpinning: bool, few: bool,
        steps in vec(step(), 1..80),
    ) {
        let mut bench = Bench::nat(Preset::Home, |nat| {
            let behavior = &mut nat.behavior;
            behavior.mapping = mapping;
            behavior.filtering = filtering;
            behavior.preserve_ports = preserve;
            behavior.preserve_parity = parity;
            behavior.hairpinning = hairpinning;
            if few {
                behavior.ports = 5000..=5007;
            }
            nat.forwards = vec![Forward { protocol: TCP, port: 8001, to: end(A, 80) }];
        });
        let host = |number: u8| Ipv4Addr::new(192, 168, 1, number);
        let server = |number: u8| Ipv4Addr::new(198, 51, 100, number);
        // What was sent, and what became of it.
        let mut out: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        let mut into: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for step in steps {
            let (port, packet) = match step {
                Step::Speak { tcp: true, host: from, port, server: to, to: service, flags } => {
                    (INSIDE, tcp(end(host(from), port), end(server(to), service), flags))
                }
                Step::Speak { host: from, port, server: to, to: service, .. } => {
                    (INSIDE, udp(end(host(from), port), end(server(to), service)))
                }
                Step::Ping { host: from, ident, server: to } => {
                    (INSIDE, echo(8, host(from), server(to), ident))
                }
                Step::Answer { nth, flags } if !out.is_empty() => {
                    let (_, left) = &out[nth % out.len()];
                    let (to, from) = (source(left), destination(left));
                    match left[9] {
                        TCP => (OUTSIDE, tcp(from, to, flags)),
                        UDP => (OUTSIDE, udp(from, to)),
                        _ => (OUTSIDE, echo(0, address(left, 16), address(left, 12), to.port)),
                    }
                }
                Step::Stranger { tcp: true, server: from, from: port, to } => {
                    (OUTSIDE, tcp(end(server(from), port), end(PUBLIC, to), SYN))
                }
                Step::Stranger { server: from, from: port, to, .. } => {
                    (OUTSIDE, udp(end(server(from), port), end(PUBLIC, to)))
                }
                Step::Error { nth, from_inside: false } if !out.is_empty() => {
                    let (_, left) = &out[nth % out.len()];
                    (OUTSIDE, unreachable_about(server(1), address(left, 12), left))
                }
                Step::Error { nth, from_inside: true } if !into.is_empty() => {
                    let (_, came) = &into[nth % into.len()];
                    (INSIDE, unreachable_about(address(came, 16), address(came, 12), came))
                }
                Step::Hairpin { host: from, port, nth } if !out.is_empty() => {
                    let (_, left) = &out[nth % out.len()];
                    if left[9] == ICMP {
                        continue;
                    }
                    (INSIDE, udp(end(host(from), port), source(left)))
                }
                Step::Wait { secs } => {
                    bench.wait(secs);
                    continue;
                }
                _ => continue,
            };
            let is_error = packet[9] == ICMP && packet[20] == 3;
            match bench.packet(port, packet.clone()) {
                Ok(Went::Outside(left)) => {
                    assert_sound(&left);
                    assert_no_leak(&left);
                    if !is_error {
                        out.push((packet, left));
                    }
                }
                Ok(Went::Inside(came)) => {
                    assert_sound(&came);
                    if !is_error {
                        // Whoever gets it could answer, and the answer would find back.
                        into.push((packet, came));
                    }
                }
                Ok(Went::Up(came)) => assert_sound(&came),
                Err(_) => {}
            }
            assert_bijective(&bench);
        }
        // In the end nothing is left.
        bench.wait(3 * 3600);
        prop_assert!(bench.gate.conntrack().is_empty());
        prop_assert!(bench.gate.mapping_rows().is_empty());
    }

    #[test]
    fn any_bytes_pass_or_are_refused_but_never_panic(
        port in 0u16..2, group: bool, bytes in vec(any::<u8>(), 20..120), protocol in 0u8..20,
    ) {
        let mut bench = Bench::preset(Preset::FullCone);
        let mut packet = bytes;
        packet[0] = 0x45;
        packet[9] = protocol;
        let _ = bench.call(|gate, ctx| {
            let mut passage = gate.arrive(ctx, PortId(port), group, &mut packet)?;
            let _ = gate.pass(ctx, &mut passage, PortId(1 - port), &mut packet);
            gate.restore(&mut packet);
            Ok::<_, DropReason>(())
        });
    }
}
