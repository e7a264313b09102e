//! RFC 2131 section 2, RFC 2132, 3046, 3396, 3442.

use proptest::prelude::*;

use super::*;
use crate::dhcp::message::MessageError;
use crate::dhcp::relay;

fn full() -> Message {
    let mut message = Message::new(Kind::Ack, 0x1234_5678, mac(7));
    message.broadcast = true;
    message.seconds = 9;
    message.hops = 2;
    message.client = ip("192.168.1.5");
    message.yours = ip("192.168.1.6");
    message.relay = ip("192.168.1.7");
    let options = &mut message.options;
    options.subnet_mask = Some(ip("255.255.255.0"));
    options.routers = vec![ip("192.168.1.1")];
    options.dns = vec![ip("10.0.0.53"), ip("10.0.0.54")];
    options.host_name = Some("pc".into());
    options.domain = Some("example.com".into());
    options.mtu = Some(1400);
    options.broadcast = Some(ip("192.168.1.255"));
    options.ntp = vec![ip("10.0.0.123")];
    options.lease = Some(3600);
    options.server = Some(ip("192.168.1.1"));
    options.renew = Some(1800);
    options.rebind = Some(3150);
    options.client_id = Some([1, 2, 0, 0, 0, 0, 7].into());
    options.relay_information = Some([1, 4, b'e', b't', b'h', b'0'].into());
    options.routes =
        vec![(net("10.0.0.0/8"), ip("192.168.1.2")), (net("0.0.0.0/0"), ip("192.168.1.1"))];
    message
}

/// The options of a message's bytes, as numbers and data in their order.
fn options(bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let pieces = crate::dhcp::message::pieces(&bytes[240..]);
    pieces.map(|(code, data)| (code, data.expect("whole"))).collect()
}

#[test]
fn a_message_reads_as_it_was_written() {
    assert_eq!(Message::parse(&full().to_bytes()), Ok(full()));
}

#[test]
fn fixed_fields_are_where_rfc_2131_figure_1_has_them() {
    let bytes = full().to_bytes();
    assert_eq!(bytes[..12], [2, 1, 6, 2, 0x12, 0x34, 0x56, 0x78, 0, 9, 0x80, 0]);
    assert_eq!(bytes[12..28], [192, 168, 1, 5, 192, 168, 1, 6, 0, 0, 0, 0, 192, 168, 1, 7]);
    assert_eq!(bytes[28..34], mac(7).0);
    assert_eq!(bytes[236..240], [99, 130, 83, 99]);
}

#[test]
fn options_are_encoded_as_rfc_2132_and_3442_say_with_relay_information_last() {
    let bytes = full().to_bytes();
    let options = options(&bytes);
    let value = |code| options.iter().find(|(known, _)| *known == code).expect("present").1;
    assert_eq!(options[0], (53, &[5][..]));
    assert_eq!(value(1), [255, 255, 255, 0]);
    assert_eq!(value(6), [10, 0, 0, 53, 10, 0, 0, 54]);
    assert_eq!(value(26), [0x05, 0x78]);
    assert_eq!(value(51), [0, 0, 0x0e, 0x10]);
    // RFC 3442: 10/8 takes two bytes, 0/0 one, each with its router.
    assert_eq!(value(121), [8, 10, 192, 168, 1, 2, 0, 192, 168, 1, 1]);
    assert_eq!(options.last().map(|(code, _)| *code), Some(82));
    let order = |code| options.iter().position(|(known, _)| *known == code);
    assert!(order(121) < order(3));
}

#[test]
fn a_short_message_is_as_long_as_one_of_bootp() {
    assert_eq!(discover(1).to_bytes().len(), 300);
}

#[test]
fn a_long_option_is_cut_into_pieces_and_joined_again() {
    let mut message = full();
    message.options.dns = (0..100).map(|n| Ipv4Addr::from(0x0a00_0000 + n)).collect();
    let bytes = message.to_bytes();
    assert_eq!(options(&bytes).iter().filter(|(code, _)| *code == 6).count(), 2);
    assert_eq!(Message::parse(&bytes), Ok(message));
}

#[test]
fn options_may_stand_in_the_fields_for_names() {
    // Option 52 with 3: `file` first, then `sname` (RFC 2131 section 4.1).
    let mut bytes = discover(1).to_bytes();
    bytes[240..].fill(0);
    bytes[240..247].copy_from_slice(&[52, 1, 3, 53, 1, 1, 255]);
    bytes[108..115].copy_from_slice(&[12, 4, b'p', b'r', b'i', b'n', 255]);
    bytes[44..50].copy_from_slice(&[12, 3, b't', b'e', b'r', 255]);
    let message = Message::parse(&bytes).expect("sound");
    assert_eq!(message.options.host_name.as_deref(), Some("printer"));
}

#[test]
fn what_is_wrong_with_a_message_is_said() {
    let bytes = discover(1).to_bytes();
    let with = |at: usize, value: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = value;
        Message::parse(&bytes)
    };
    assert_eq!(Message::parse(&bytes[..239]), Err(MessageError::Short));
    assert_eq!(with(236, 0), Err(MessageError::Cookie));
    assert_eq!(with(1, 6), Err(MessageError::Hardware));
    assert_eq!(with(2, 200), Err(MessageError::Hardware));
    assert_eq!(with(242, 9), Err(MessageError::Kind));
    assert_eq!(with(0, 2), Err(MessageError::Operation));
    let mut empty = bytes[..240].to_vec();
    empty.extend([53, 0, 255]);
    assert_eq!(Message::parse(&empty), Err(MessageError::Option(53)));
    let mut cut = bytes[..243].to_vec();
    cut.extend([50, 4, 1, 2]);
    assert_eq!(Message::parse(&cut), Err(MessageError::Option(50)));
}

#[test]
fn a_name_ends_before_its_zero_bytes() {
    let mut bytes = discover(1).to_bytes();
    bytes[243..249].copy_from_slice(&[12, 4, b'p', b'c', 0, 0]);
    bytes[249] = 255;
    let message = Message::parse(&bytes).expect("sound");
    assert_eq!(message.options.host_name.as_deref(), Some("pc"));
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..600),
        sound in any::<bool>(),
    ) {
        if sound && bytes.len() > 240 {
            bytes[..3].copy_from_slice(&[1, 1, 6]);
            bytes[236..240].copy_from_slice(&[99, 130, 83, 99]);
        }
        if let Ok(message) = Message::parse(&bytes) {
            // What was understood is written so that it is understood again.
            prop_assert_eq!(Message::parse(&message.to_bytes()), Ok(message));
        }
        let _ = relay::upward(&bytes, ip("10.0.0.1"), Some("eth0"));
        let _ = relay::downward(&bytes);
    }
}
