//! The view layer by layer against tshark's, for what the labs put on their cables.

use std::collections::BTreeMap;

use lanternet_core::TraceEvent;
use lanternet_tests::captures::Corpus;
use lanternet_tests::dissection::Comparison;
use lanternet_tests::labs::{self, Run};
use lanternet_tests::tshark::Tshark;

lanternet_tests::for_each_lab!(frames_are_taken_apart_as_by_tshark);

/// More frames of one lab teach nothing.
const MOST: usize = 3000;

fn frames_are_taken_apart_as_by_tshark(lab: &str) {
    let Some(tshark) = Tshark::find() else { return };
    let run = Run::of(&labs::text(lab));
    // A frame that goes over several cables is one frame.
    let mut frames = BTreeMap::new();
    for record in &run.records {
        if let TraceEvent::FrameSent { frame, .. } = &record.event {
            frames.entry(frame.bytes().to_vec()).or_insert_with(|| {
                format!(
                    "the frame sent at {} by {}",
                    record.at,
                    run.network.sim.topology().node_name(record.place.node())
                )
            });
        }
    }
    let frames = frames.into_iter().map(|(bytes, name)| (name, bytes)).take(MOST).collect();
    let comparison = Comparison::of(&tshark, &Corpus::of(frames));
    let wrong = [
        comparison.other_values(),
        comparison.other_places(),
        comparison.other_checksums(),
        comparison.other_info(),
    ]
    .concat();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
