//! Properties of the decoder: what it gives does not depend on how the bytes were cut.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const FRAMINGS: [Framing; 3] = [Framing::Line, Framing::Length, Framing::LengthU16];

type Outcome = (Vec<Vec<u8>>, Option<FrameError>);

/// Pushes `bytes` in chunks of these sizes, taken in turn, and gathers all messages.
fn decode(framing: Framing, limit: usize, bytes: &[u8], sizes: &[usize]) -> Outcome {
    let mut decoder = Decoder::new(framing, limit);
    let (mut messages, mut rest) = (Vec::new(), bytes);
    for size in sizes.iter().cycle() {
        let (chunk, after) = rest.split_at(rest.len().min(*size));
        rest = after;
        decoder.push(chunk);
        loop {
            match decoder.next_message() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => return (messages, Some(error)),
            }
        }
        assert!(decoder.waiting().len() <= limit + 4, "holds less than one message");
        if rest.is_empty() {
            break;
        }
    }
    match decoder.finish() {
        Ok(last) => messages.extend(last),
        Err(error) => return (messages, Some(error)),
    }
    (messages, None)
}

proptest! {
    #[test]
    fn messages_arrive_as_they_were_sent_however_the_stream_is_cut(
        messages in vec(vec(any::<u8>(), 0..40), 0..12),
        sizes in vec(1usize..50, 1..8),
    ) {
        for framing in FRAMINGS {
            let sent: Vec<Vec<u8>> = match framing {
                // A line holds neither of the two bytes that end lines.
                Framing::Line => messages
                    .iter()
                    .map(|m| m.iter().copied().filter(|b| !b"\r\n".contains(b)).collect())
                    .collect(),
                _ => messages.clone(),
            };
            let mut bytes = Vec::new();
            for message in &sent {
                bytes.extend(framing.encode(message).unwrap());
            }
            prop_assert_eq!(decode(framing, 40, &bytes, &sizes), (sent, None));
        }
    }

    #[test]
    fn any_bytes_give_the_same_outcome_whole_or_cut(
        bytes in vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(0), 0u8..8, any::<u8>()], 0..200),
        sizes in vec(1usize..9, 1..8),
    ) {
        for framing in FRAMINGS {
            let whole = decode(framing, 16, &bytes, &[1]);
            prop_assert_eq!(decode(framing, 16, &bytes, &sizes), whole);
        }
    }

    #[test]
    fn without_framing_only_the_bytes_are_kept_not_the_messages(
        bytes in vec(any::<u8>(), 1..200),
        sizes in vec(1usize..50, 1..8),
    ) {
        let (messages, error) = decode(Framing::None, 16, &bytes, &sizes);
        prop_assert_eq!(messages.concat(), bytes);
        prop_assert_eq!(error, None);
    }
}

#[test]
fn two_sends_in_one_read_are_two_messages() {
    assert_eq!(
        decode(Framing::Length, 99, b"\0\0\0\x05hello\0\0\0\x05world", &[99]).0,
        [b"hello", b"world"]
    );
    assert_eq!(decode(Framing::None, 99, b"helloworld", &[99]).0, [b"helloworld"]);
}

#[test]
fn a_huge_length_is_refused_before_a_byte_of_it_is_held() {
    let announced = u32::MAX;
    let error = FrameError::TooLong { announced, limit: 100 };
    assert_eq!(decode(Framing::Length, 100, b"\xff\xff\xff\xff", &[4]), (vec![], Some(error)));
    assert_eq!(
        error.to_string(),
        "the length prefix announces 4294967295 bytes, the limit is 100; does the peer use the \
         same framing?"
    );
}

#[test]
fn a_line_is_refused_one_byte_past_the_limit() {
    let line = |length| [vec![b'x'; length], vec![b'\r', b'\n']].concat();
    assert_eq!(decode(Framing::Line, 10, &line(10), &[1]).0.len(), 1);
    let error = Some(FrameError::EndlessLine { limit: 10 });
    assert_eq!(decode(Framing::Line, 10, &line(11), &[1]).1, error);
    assert_eq!(decode(Framing::Line, 10, &[b'x'; 11], &[1]).1, error);
}

#[test]
fn the_last_line_needs_no_line_feed_but_a_cut_frame_is_an_error() {
    assert_eq!(decode(Framing::Line, 10, b"a\nb", &[9]).0, [b"a", b"b"]);
    let error = FrameError::Truncated { expected: 7, got: 4 };
    assert_eq!(decode(Framing::LengthU16, 10, b"\0\x05he", &[9]).1, Some(error));
}

#[test]
fn what_the_framing_cannot_carry_is_not_sent() {
    assert_eq!(Framing::Line.encode(b"a\nb"), Err(EncodeError::LineFeedInside));
    assert_eq!(
        Framing::LengthU16.encode(&[0; 65_536]),
        Err(EncodeError::TooLong { length: 65_536, longest: 65_535 })
    );
    assert_eq!(Framing::LengthU16.encode(b"hi"), Ok(b"\0\x02hi".to_vec()));
}
