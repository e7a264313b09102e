//! Any bytes can be taken apart as a frame.

use std::fmt::Write;

use lanternet_net::wire::layers::{Layers, diff};
use lanternet_tests::captures;

use crate::Target;

/// The target.
pub const TARGET: Target = Target { name: "frame_layers", run, seeds, bounded: 100_000 };

/// Takes the bytes apart and reads all there is to read. Besides not panicking: every range lies
/// within the frame, fields lie within or behind their layer's start, a frame does not differ from
/// itself, and what differs one way differs the other way.
pub fn run(data: &[u8]) {
    let layers = Layers::dissect(data);
    read(&layers, data.len());
    assert_eq!(layers, Layers::dissect(data), "the same bytes, the same layers");
    assert!(diff(&layers, &layers).is_empty());

    let packet = Layers::dissect_ip(data);
    read(&packet, data.len());
    assert_eq!(diff(&layers, &packet).len(), diff(&packet, &layers).len());
}

fn read(layers: &Layers, len: usize) {
    let mut text = layers.info();
    for layer in &layers.layers {
        assert!(layer.range.start <= layer.range.end && layer.range.end <= len, "{layer:?}");
        for field in &layer.fields {
            let bytes = field.bytes();
            assert!(layer.range.start <= bytes.start && bytes.end <= len, "{field:?}");
            // Writing to a String cannot fail.
            let _ = write!(text, "{} {}", field.name, field.value);
        }
    }
    assert!(len < 14 || !text.is_empty());
}

fn seeds() -> Vec<Vec<u8>> {
    captures::all_files()
        .iter()
        .flat_map(|file| captures::frames(file))
        .map(|frame| frame.bytes)
        // The long ones teach nothing that the short ones do not; messages of DHCP are long.
        .filter(|bytes| bytes.len() <= 400)
        .collect()
}
