//! Comments on frames in a capture, so that Wireshark shows why.

use lanternet_core::{Record, Topology, TraceEvent};

use crate::locale::Catalogue;
use crate::narrate::sentence;

/// The words of a comment on the frame that this record is about, in one line: `sw-a: learned: …`.
/// `None` where the capture itself says it (a frame was sent, a frame arrived) and where no frame is
/// concerned. This is what a capture asks of its caller.
pub fn comment(catalogue: &Catalogue, topology: &Topology, record: &Record) -> Option<String> {
    record.frame?;
    if matches!(record.event, TraceEvent::FrameSent { .. } | TraceEvent::FrameArrived { .. }) {
        return None;
    }
    let sentence = sentence(catalogue, topology, record);
    // What a program wrote may hold anything; a comment is one line of text.
    let sentence = sentence.replace(char::is_control, " ");
    Some(format!("{}: {sentence}", topology.node_name(record.place.node())))
}

#[cfg(test)]
mod tests {
    use lanternet_core::Place;

    use super::*;
    use crate::examples::{SWITCH, record, records, topology};
    use crate::locale::Locale;

    #[test]
    fn a_comment_names_the_node_and_its_reason_in_one_line() {
        let (catalogue, topology) = (Catalogue::new(Locale::En), topology());
        for record in records() {
            let comment = comment(&catalogue, &topology, &record);
            assert!(comment.is_none_or(|comment| !comment.contains(char::is_control)));
        }
        let mut record = record(Place::Node(SWITCH), TraceEvent::HubRepeated { ports: [].into() });
        let text = comment(&catalogue, &topology, &record);
        assert_eq!(text.as_deref(), Some("sw-a: repeats to no port: nothing else is plugged in"));
        record.frame = None;
        assert_eq!(comment(&catalogue, &topology, &record), None);
    }

    #[test]
    fn what_the_capture_shows_by_itself_is_no_comment() {
        let (catalogue, topology) = (Catalogue::new(Locale::En), topology());
        let frame = crate::examples::arp_request();
        let arrived = TraceEvent::FrameArrived { port: lanternet_core::PortId(0), frame };
        let record = record(Place::Node(SWITCH), arrived);
        assert_eq!(comment(&catalogue, &topology, &record), None);
    }
}
