use std::net::Ipv4Addr;

use super::*;

const FROM: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7));

fn message(kind: Kind, count: u32, text: &str) -> Message {
    Message { kind, sender: 0xabc, count, name: "Anna".to_owned(), text: text.to_owned() }
}

fn room() -> Room {
    Room::new(1, Instant::ZERO)
}

fn events(told: Vec<Told>) -> Vec<Event> {
    told.into_iter().map(|told| told.event).collect()
}

fn said(text: &str, late: bool) -> Event {
    Event::Said { text: text.to_owned(), late }
}

fn hear(room: &mut Room, seconds: u64, kind: Kind, count: u32, text: &str) -> Vec<Event> {
    let now = Instant::ZERO + Duration::from_secs(seconds);
    events(room.hear(now, FROM, message(kind, count, text)))
}

#[test]
fn a_datagram_is_as_documented_and_read_back() {
    let text =
        b"lanternet-chat/1 say 9f3a5c1b20d4e6f7 3 Anna B\nHello, \xe4\xb8\x96\xe7\x95\x8c!\nTwo";
    let message = Message::decode(text).unwrap();
    assert_eq!((message.sender, message.count), (0x9f3a_5c1b_20d4_e6f7, 3));
    assert_eq!((message.name.as_str(), message.text.as_str()), ("Anna B", "Hello, 世界!\nTwo"));
    assert_eq!(message.encode(), text);
}

#[test]
fn what_is_no_message_is_none() {
    let long = format!("lanternet-chat/1 say 0000000000000001 1 a\n{}", "x".repeat(1001));
    for text in [
        "",
        "hello\n",
        "lanternet-chat/2 say 0000000000000001 1 a\nx",
        "lanternet-chat/1 shout 0000000000000001 1 a\nx",
        "lanternet-chat/1 say 1 1 a\nx",
        "lanternet-chat/1 say +000000000000001 1 a\nx",
        "lanternet-chat/1 say 0000000000000001 +1 a\nx",
        "lanternet-chat/1 say 0000000000000001 4294967296 a\nx",
        "lanternet-chat/1 say 0000000000000001 1 \nx",
        "lanternet-chat/1 say 0000000000000001 1 a\u{1b}[2J\nx",
        "lanternet-chat/1 say 0000000000000001 1 a\u{202e}b\nx",
        "lanternet-chat/1 say 0000000000000001 1 a",
        "lanternet-chat/1 say 0000000000000001 1 a\n",
        "lanternet-chat/1 join 0000000000000001 1 a\nx",
        &long,
    ] {
        assert_eq!(Message::decode(text.as_bytes()), None, "{text:?}");
    }
    assert_eq!(Message::decode(b"lanternet-chat/1 say 0000000000000001 1 a\n\xff"), None);
}

#[test]
fn who_comes_and_goes_is_told_once() {
    let mut room = room();
    assert_eq!(hear(&mut room, 0, Kind::Join, 0, ""), [Event::Joined]);
    assert_eq!(hear(&mut room, 0, Kind::Join, 0, ""), [], "the same datagram twice");
    assert_eq!(hear(&mut room, 1, Kind::Here, 0, ""), []);
    assert_eq!(hear(&mut room, 2, Kind::Leave, 0, ""), [Event::Left]);
    assert_eq!(hear(&mut room, 2, Kind::Leave, 0, ""), []);
    assert_eq!(hear(&mut room, 3, Kind::Say, 9, "x"), [Event::Here, said("x", false)]);
}

#[test]
fn our_own_words_are_not_told() {
    let mut room = Room::new(0xabc, Instant::ZERO);
    assert_eq!(hear(&mut room, 0, Kind::Say, 1, "x"), []);
}

#[test]
fn lost_late_and_doubled_texts_are_told_apart() {
    let mut room = room();
    hear(&mut room, 0, Kind::Join, 0, "");
    assert_eq!(hear(&mut room, 0, Kind::Say, 1, "a"), [said("a", false)]);
    assert_eq!(hear(&mut room, 0, Kind::Say, 1, "a"), [], "doubled");
    assert_eq!(hear(&mut room, 1, Kind::Say, 4, "d"), [Event::Missed(2), said("d", false)]);
    assert_eq!(hear(&mut room, 1, Kind::Say, 3, "c"), [said("c", true)]);
    assert_eq!(hear(&mut room, 1, Kind::Say, 3, "c"), []);
    assert_eq!(hear(&mut room, 2, Kind::Say, u32::MAX, "z").len(), 2);
    assert_eq!(hear(&mut room, 2, Kind::Say, 2, "b"), [], "too old to tell");
}

#[test]
fn a_flood_is_counted_and_not_shown() {
    let mut room = room();
    hear(&mut room, 0, Kind::Join, 0, "");
    let shown = (1..=1000).flat_map(|count| hear(&mut room, 0, Kind::Say, count, "x")).count();
    assert_eq!(shown, 20);
    assert_eq!(hear(&mut room, 60, Kind::Say, 1001, "y"), [Event::Hidden(980), said("y", false)]);
}

#[test]
fn a_crowd_of_invented_members_is_bounded() {
    let mut room = room();
    let mut lines = 0;
    for sender in 2..100_000 {
        let now = Instant::ZERO + Duration::from_millis(sender);
        lines += room.hear(now, FROM, Message { sender, ..message(Kind::Join, 0, "") }).len();
    }
    assert!(room.members.len() <= MOST_MEMBERS && lines <= MOST_MEMBERS, "{lines}");
}

#[test]
fn a_bare_text_is_heard_and_garbage_is_not() {
    let mut room = room();
    let mut plain = |bytes| room.hear_plain(Instant::ZERO, bytes).map(str::to_owned);
    assert_eq!(plain(b"hello\n"), Some("hello".to_owned()));
    assert_eq!(plain(b"\xff\xfe"), None);
    assert_eq!(plain(b"lanternet-chat/1 shout"), None);
    assert_eq!(plain(b" \n"), None);
    assert_eq!((0..1000).filter(|_| plain(b"x").is_some()).count(), 99, "a flood is limited");
}

#[test]
fn who_is_not_heard_of_is_forgotten() {
    let mut room = room();
    hear(&mut room, 0, Kind::Join, 0, "");
    hear(&mut room, 50, Kind::Here, 0, "");
    let after = |seconds| Instant::ZERO + Duration::from_secs(seconds);
    assert_eq!(events(room.forget(after(149))), []);
    assert_eq!(events(room.forget(after(150))), [Event::Silent]);
    assert_eq!(events(room.forget(after(151))), []);
}

proptest::proptest! {
    #[test]
    fn garbage_is_no_message_or_one_that_is_read_back(
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80),
        head in "lanternet-chat/1 (say|join|here|leave) [0-9a-f]{14,18} [0-9]{1,11} [ -~é网]{0,40}\n?",
    ) {
        let mut room = room();
        for datagram in [bytes.clone(), [head.as_bytes(), &bytes].concat(), head.into_bytes()] {
            if let Some(message) = Message::decode(&datagram) {
                proptest::prop_assert!(message.text.len() <= LONGEST_TEXT);
                proptest::prop_assert_eq!(Message::decode(&message.encode()), Some(message.clone()));
                room.hear(Instant::ZERO, FROM, message);
            }
        }
    }

    #[test]
    fn any_order_of_texts_tells_each_at_most_once(
        counts in proptest::collection::vec(1_u32..40, 1..18),
    ) {
        let mut room = room();
        let mut shown = Vec::new();
        for count in counts {
            for event in hear(&mut room, 0, Kind::Say, count, &count.to_string()) {
                if let Event::Said { text, .. } = event {
                    proptest::prop_assert!(!shown.contains(&text));
                    shown.push(text);
                }
            }
        }
    }
}
