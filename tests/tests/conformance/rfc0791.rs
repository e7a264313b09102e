//! RFC 791: the Internet Protocol. Header checks, fragments and their reassembly.

use lanternet_core::Instant;

use crate::conversation::{Talk, talk};

const REPLY: &str = "eth0 to a: Echo (ping) reply id=0x4c54, seq=1/256, ttl=64";
const SECOND_PIECE: &str = "eth0 to a: Fragmented IP protocol (proto=ICMP 1, off=1480, ID=0000)";

/// When our node first said something other than ARP.
fn first_packet(talk: &Talk) -> Instant {
    let packet = talk.ours.iter().find(|(_, _, frame)| frame[12..14] == [0x08, 0x00]);
    packet.unwrap().0
}

/// A version other than 4, a header length below 5 words or beyond the packet, a total length below
/// the header's or beyond the frame, a wrong checksum, half a header: nothing is answered, and the
/// sound packet after all of these is.
#[test]
fn section_3_1_headers_that_cannot_be_are_not_answered() {
    assert_eq!(talk("rfc0791/headers_that_cannot_be").like_linux(), [REPLY]);
}

/// The total length says where the packet ends; what the frame has behind it is padding, which the
/// answer does not repeat.
#[test]
fn section_3_1_padding_behind_the_total_length_does_not_count() {
    let talk = talk("rfc0791/padding");
    let lengths: Vec<_> = talk.ours[1..].iter().map(|(_, _, frame)| frame.len()).collect();
    assert_eq!(lengths, [14 + 20 + 8 + 1, 14 + 20 + 8]);
    assert_eq!(talk.like_linux(), [REPLY, REPLY]);
}

/// The TTL limits the way; at its end even a TTL of 0 is good.
#[test]
fn section_3_1_a_ttl_of_0_is_of_no_interest_at_the_destination() {
    assert_eq!(talk("rfc0791/ttl_is_of_no_interest_at_the_end").like_linux().len(), 2);
}

/// Options lengthen the header; what is above it is found behind them.
#[test]
fn section_3_1_a_header_with_options_is_read_to_its_end() {
    assert_eq!(talk("rfc0791/options_to_us").like_linux(), [REPLY]);
}

/// The pieces of a packet are put together in whatever order they come, and the answer is cut again.
#[test]
fn section_3_2_pieces_are_put_together_in_any_order() {
    for name in ["rfc0791/in_order", "rfc0791/out_of_order"] {
        assert_eq!(talk(name).like_linux(), [REPLY, SECOND_PIECE], "{name}");
    }
}

/// A piece that brings nothing new (sent twice, having come another way with another TTL, or a part
/// of what is there) changes nothing.
#[test]
fn section_3_2_duplicates_change_nothing() {
    for name in ["duplicates", "duplicate_with_another_ttl", "contained"] {
        let name = format!("rfc0791/{name}");
        assert_eq!(talk(&name).like_linux(), [REPLY, SECOND_PIECE], "{name}");
    }
}

/// RFC 791 would let the later of two overlapping pieces win. Both Linux and we drop the packet (the
/// overlap was used to deceive firewalls) and start afresh with the next piece, so that the answer
/// comes only when all pieces have come once more.
#[test]
fn section_3_2_overlapping_pieces_drop_the_packet() {
    let talk = talk("rfc0791/overlap");
    assert!(first_packet(&talk) >= Instant::from_millis(250));
    assert_eq!(talk.like_linux(), [REPLY, SECOND_PIECE]);
}

/// A packet has one end: two pieces that say different ones, or data behind it, drop it.
#[test]
fn section_3_2_a_packet_has_one_end() {
    for name in ["rfc0791/two_ends", "rfc0791/behind_the_end"] {
        assert!(talk(name).like_linux().is_empty(), "{name}");
    }
}

/// Offsets count in units of 8 bytes, so all pieces but the last are multiples of that. Linux cuts a
/// longer one off at the last multiple; we do not guess what its sender meant.
#[test]
fn section_3_2_a_middle_piece_is_a_multiple_of_8() {
    let (ours, linux) = talk("rfc0791/not_a_multiple_of_8").unlike_linux();
    assert!(ours.is_empty());
    assert_eq!(linux, [REPLY, SECOND_PIECE]);
}

/// Source, destination, protocol and identification say together which packet a piece belongs to.
#[test]
fn section_3_2_pieces_of_different_packets_are_told_apart() {
    let answers = talk("rfc0791/interleaved").like_linux();
    assert_eq!(answers[0], "eth0 to a: Echo (ping) reply id=0x4c54, seq=2/512, ttl=64");
    assert_eq!(answers[1..], [REPLY, SECOND_PIECE]);
    let answers = talk("rfc0791/same_identification_of_another").like_linux();
    assert_eq!(answers, [REPLY, SECOND_PIECE]);
}

/// A total length has 16 bits. Pieces that reach beyond it ("ping of death") drop the packet, also
/// where only the first piece's longer header makes it too long. The node lives on.
#[test]
fn section_3_2_a_packet_is_no_longer_than_65535() {
    for name in ["rfc0791/longer_than_65535", "rfc0791/longer_than_65535_with_the_first_header"] {
        assert_eq!(talk(name).like_linux(), [REPLY], "{name}");
    }
}

/// When pieces are missing after 30 s (Linux's time), the packet is given up and its sender told, if
/// the first piece came: an error quotes the beginning of a packet.
#[test]
fn section_3_2_missing_pieces_time_out() {
    let answers = talk("rfc0791/missing_last").like_linux();
    assert_eq!(answers, ["eth0 to a: Time-to-live exceeded (Fragment reassembly time exceeded)"]);
    assert!(talk("rfc0791/missing_first").like_linux().is_empty());
}

/// A long answer is cut for the link like any packet: offsets, "more fragments", one identification.
#[test]
fn section_3_2_a_long_answer_is_cut() {
    let talk = talk("rfc0791/long_echo");
    let pieces: Vec<_> = talk.ours[1..].iter().map(|(_, _, frame)| &frame[18..22]).collect();
    let [one, two, three] = pieces[..] else { panic!("{pieces:?}") };
    assert!(one[..2] == two[..2] && two[..2] == three[..2], "one identification");
    assert_eq!([&one[2..], &two[2..], &three[2..]], [[0x20, 0], [0x20, 185], [1, 114]]);
    assert_eq!(talk.like_linux().len(), 3);
}

/// A router cuts what is too long for the next link, and nothing that is not. A piece may be cut
/// again: offsets add up, and only the last piece of the last piece has no more behind it.
#[test]
fn section_3_2_a_router_cuts_for_the_next_link() {
    assert_eq!(talk("rfc0791/cut").like_linux().len(), 3);
    assert_eq!(talk("rfc0791/cut_a_piece").like_linux().len(), 4);
    assert_eq!(talk("rfc0791/cut_exactly").like_linux().len(), 3);
}

/// Options without the "copied" flag are in the first piece only. Linux puts "no operation" in their
/// place, we leave them out, which RFC 791 has. Linux also writes its address into the record route
/// option; we carry options as they are.
#[test]
fn section_3_1_options_are_copied_as_their_flag_says() {
    let talk = talk("rfc0791/cut_with_options");
    let far: Vec<_> = talk.ours.iter().filter(|(_, port, _)| *port == 1).collect();
    let pieces: Vec<_> = far.iter().filter(|(_, _, f)| f[12..14] == [0x08, 0]).collect();
    let [(_, _, first), (_, _, second)] = pieces[..] else { panic!("{} pieces", pieces.len()) };
    let stream_id = [136, 4, 1, 2];
    assert_eq!(
        first[14 + 20..14 + 32],
        [[7, 7, 4, 0, 0, 0, 0].as_slice(), &stream_id, &[0]].concat()
    );
    assert_eq!((second[14], &second[14 + 20..14 + 24]), (0x46, stream_id.as_slice()));
    let (ours, linux) = talk.unlike_linux();
    assert_eq!((ours.len(), linux.len()), (2, 2));
}

/// Where nothing is cut, all options go on as they came, unknown ones too.
#[test]
fn section_3_1_options_go_on_as_they_came() {
    assert_eq!(talk("rfc0791/not_cut_with_options").like_linux().len(), 1);
}

/// Each packet of a node has its own identification, so that the pieces of two packets on their way
/// are not taken for those of one.
#[test]
fn section_3_2_identifications_of_one_node_differ() {
    let talk = talk("rfc0826/packets_wait");
    let packets = talk.ours.iter().filter(|(_, _, frame)| frame[12..14] == [0x08, 0x00]);
    let mut idents: Vec<_> = packets.map(|(_, _, frame)| frame[18..20].to_vec()).collect();
    idents.dedup();
    assert_eq!(idents.len(), 3);
}
