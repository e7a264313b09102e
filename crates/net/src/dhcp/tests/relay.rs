//! RFC 1542 section 4, RFC 2131 section 4.1, RFC 3046.

use lanternet_core::DropReason;

use super::*;
use crate::dhcp::relay;

#[test]
fn the_relay_writes_its_address_and_counts_the_hop() {
    let sent = discover(1).to_bytes();
    let up = relay::upward(&sent, ip("192.168.1.1"), None).expect("passes");
    let message = Message::parse(&up.bytes).expect("sound");
    assert_eq!((message.relay, message.hops), (ip("192.168.1.1"), 1));
    assert_eq!(Message { relay: Ipv4Addr::UNSPECIFIED, hops: 0, ..message }, discover(1));
    // A second relay leaves the first one's address (section 4.1.1).
    let up = relay::upward(&up.bytes, ip("10.0.0.1"), None).expect("passes");
    let message = Message::parse(&up.bytes).expect("sound");
    assert_eq!((message.relay, message.hops), (ip("192.168.1.1"), 2));
}

#[test]
fn a_message_that_went_through_sixteen_relays_ends() {
    let sent = Message { hops: 16, ..discover(1) }.to_bytes();
    assert_eq!(
        relay::upward(&sent, ip("192.168.1.1"), None),
        Err(DropReason::DhcpTooManyHops { hops: 16 })
    );
}

#[test]
fn relay_information_is_added_on_the_way_up_and_taken_off_on_the_way_down() {
    let mut sent = discover(1);
    sent.options.host_name = Some("pc".into());
    let up = relay::upward(&sent.to_bytes(), ip("192.168.1.1"), Some("eth1")).expect("passes");
    let message = Message::parse(&up.bytes).expect("sound");
    let information = [1, 4, b'e', b't', b'h', b'1'];
    assert_eq!(message.options.relay_information.as_deref(), Some(&information[..]));
    assert_eq!(message.options.host_name.as_deref(), Some("pc"));
    assert_eq!(up.bytes.len(), 300);

    let mut offer = message.answer(Kind::Offer);
    offer.yours = ip("192.168.1.9");
    offer.broadcast = true;
    let (down, broadcast) = relay::downward(&offer.to_bytes()).expect("passes");
    assert!(broadcast);
    let heard = Message::parse(&down).expect("sound");
    assert_eq!(heard.options.relay_information, None);
    assert_eq!(heard.yours, ip("192.168.1.9"));
}

#[test]
fn options_that_the_relay_does_not_know_pass_unharmed() {
    let mut sent = discover(1).to_bytes();
    sent[243..250].copy_from_slice(&[60, 4, b'M', b'S', b'F', b'T', 255]);
    let up = relay::upward(&sent, ip("192.168.1.1"), Some("eth1")).expect("passes");
    assert_eq!(up.bytes[243..249], [60, 4, b'M', b'S', b'F', b'T']);
    let (down, _) = relay::downward(&up.bytes).expect("passes");
    assert_eq!(down[243..250], sent[243..250]);
}
