use proptest::prelude::*;

use super::*;

fn hash(byte: u8) -> Hash {
    Hash::from_bytes([byte; 32])
}

fn client_messages() -> Vec<ToServer> {
    vec![
        ToServer::Hello { version: 1 },
        ToServer::Offer {
            name: "报告/a b.txt".to_owned(),
            size: u64::MAX,
            source: [7; 16],
            taken: Taken::Rename,
        },
        ToServer::Start { offset: 65_536 },
        ToServer::Data(vec![1, 2, 3]),
        ToServer::Finish { hash: hash(1) },
        ToServer::Cancel,
        ToServer::Decide(Taken::Overwrite),
        ToServer::Compare { hash: hash(2) },
        ToServer::Bye,
    ]
}

fn server_messages() -> Vec<ToClient> {
    let point = |offset| Checkpoint { offset, hash: hash(3) };
    vec![
        ToClient::Welcome { version: 1, max_file: u64::MAX },
        ToClient::Have(vec![]),
        ToClient::Have(vec![point(1), point(2)]),
        ToClient::Exists { size: 3 },
        ToClient::Stored { already: true, name: "a".to_owned() },
        ToClient::Refused(Refusal::new(Code::DiskFull, "no space left on device")),
        ToClient::Bye,
    ]
}

fn parts(frame: &[u8]) -> ([u8; HEADER], &[u8]) {
    let (header, body) = frame.split_first_chunk().unwrap();
    (*header, body)
}

#[test]
fn what_is_written_is_read() {
    for message in client_messages() {
        let frame = message.encode();
        let (head, body) = parts(&frame);
        let (kind, length) = header(Side::Client, head).unwrap();
        assert_eq!(length, body.len());
        assert_eq!(ToServer::decode(kind, body.to_vec()), Ok(message));
    }
    for message in server_messages() {
        let frame = message.encode();
        let (head, body) = parts(&frame);
        let (kind, length) = header(Side::Server, head).unwrap();
        assert_eq!(length, body.len());
        assert_eq!(ToClient::decode(kind, body), Ok(message));
    }
}

#[test]
fn the_bytes_are_those_of_the_documentation() {
    let offer = ToServer::Offer {
        name: "a.txt".to_owned(),
        size: 258,
        source: *b"0123456789abcdef",
        taken: Taken::Keep,
    };
    assert_eq!(
        offer.encode(),
        [&[2, 0, 0, 0, 30, 0, 0, 0, 0, 0, 0, 1, 2][..], b"0123456789abcdef", &[0], b"a.txt"]
            .concat()
    );
    assert_eq!(ToServer::Hello { version: 1 }.encode(), b"\x01\0\0\0\x0aLN-UPLD\n\0\x01");
    assert_eq!(ToServer::Data(vec![9; 3]).encode(), [4, 0, 0, 0, 3, 9, 9, 9]);
    assert_eq!(data_header(3), [4, 0, 0, 0, 3]);
    let refused = ToClient::Refused(Refusal::new(Code::Name, "no"));
    assert_eq!(refused.encode(), [133, 0, 0, 0, 4, 0, 3, b'n', b'o']);
}

#[test]
fn a_frame_that_is_too_long_is_refused_by_its_header() {
    let chunk = (CHUNK as u32).to_be_bytes();
    assert_eq!(header(Side::Client, [4, chunk[0], chunk[1], chunk[2], chunk[3]]), Ok((4, CHUNK)));
    for (kind, length) in [(4, CHUNK as u32 + 1), (4, u32::MAX), (2, LONGEST as u32 + 1)] {
        let [a, b, c, d] = length.to_be_bytes();
        let refused = header(Side::Client, [kind, a, b, c, d]);
        assert!(matches!(refused, Err(Malformed::TooLong { .. })), "{kind} {length}");
    }
    for kind in [0, 10, 128, 129, 255] {
        assert_eq!(header(Side::Client, [kind, 0, 0, 0, 0]), Err(Malformed::Kind(kind)));
    }
    assert_eq!(header(Side::Server, [4, 0, 0, 0, 0]), Err(Malformed::Kind(4)));
}

#[test]
fn a_body_that_does_not_fit_is_refused() {
    for (kind, body) in [
        (1, b"LN-UPLD\n".to_vec()),
        (1, b"GET / HTTP/1.1".to_vec()),
        (2, vec![0; 24]),
        (2, [&[0; 25][..], b"\xff"].concat()),
        (2, [&[0; 24][..], &[3], b"a"].concat()),
        (3, vec![0; 7]),
        (4, vec![]),
        (5, vec![0; 31]),
        (6, vec![0]),
        (7, vec![0]),
        (7, vec![3]),
        (9, vec![1]),
    ] {
        assert_eq!(ToServer::decode(kind, body), Err(Malformed::Body(kind)));
    }
    let descending = ToClient::Have(vec![
        Checkpoint { offset: 2, hash: hash(1) },
        Checkpoint { offset: 1, hash: hash(1) },
    ]);
    assert!(ToClient::decode(130, &descending.encode()[HEADER..]).is_err());
    assert!(ToClient::decode(130, &[0; 39]).is_err());
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(kind: u8, body: Vec<u8>, head: [u8; HEADER]) {
        let _ = header(Side::Client, head);
        let _ = header(Side::Server, head);
        let _ = ToClient::decode(kind, &body);
        if let Ok(message) = ToServer::decode(kind, body.clone())
            && kind != 1
        {
            prop_assert_eq!(&message.encode()[HEADER..], &body[..]);
        }
    }
}
