//! The judges see what is wrong: an empty list of complaints means something.

use lanternet_tests::captures::{self, frames, named};
use lanternet_tests::scratch;
use lanternet_tests::tshark::{ComplaintKind, Tshark};

#[test]
fn tshark_complains_about_damage_and_about_nothing_else() {
    let Some(tshark) = Tshark::find() else { return };
    let echo = frames(&named("echo"))[2].bytes.clone();
    let syn = frames(&named("tcp"))[2].bytes.clone();
    let changed = |bytes: &[u8], at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 0x10;
        bytes
    };
    let cases: [(Vec<u8>, Option<ComplaintKind>); 6] = [
        (echo.clone(), None),
        (changed(&echo, 24), Some(ComplaintKind::BadChecksum)), // of the IP header
        (changed(&echo, 36), Some(ComplaintKind::BadChecksum)), // of ICMP
        (changed(&syn, 50), Some(ComplaintKind::BadChecksum)),  // of TCP
        (echo[..30].to_vec(), Some(ComplaintKind::Malformed)),  // within the IP header
        (changed(&syn, 46), Some(ComplaintKind::Error)),        // a header length of 176 bytes
    ];
    let directory = scratch();
    let file = directory.path().join("damaged.pcapng");
    captures::write(&file, cases.iter().map(|(bytes, _)| bytes.as_slice()));
    let complaints = tshark.complaints(&file);
    for (frame, (_, expected)) in (1..).zip(&cases) {
        let about: Vec<_> =
            complaints.iter().filter(|c| c.frame == frame).map(|c| c.kind).collect();
        match expected {
            None => assert!(about.is_empty(), "frame {frame}: {about:?}"),
            Some(kind) => assert!(about.contains(kind), "frame {frame}: {complaints:?}"),
        }
    }
}
