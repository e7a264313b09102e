//! What is wrong with a header or with fragments. Devices say it with a short English phrase, which
//! is the key here.

use super::scene::Scene;

/// The phrase in the language of the scene; one that is not known yet stays as it is.
pub(super) fn what(scene: &Scene<'_>, phrase: &str) -> String {
    id(phrase).map_or_else(|| phrase.to_owned(), |id| scene.phrase(id))
}

fn id(phrase: &str) -> Option<&'static str> {
    let known = KNOWN.iter().find(|(known, _)| *known == phrase)?;
    Some(known.1)
}

const KNOWN: &[(&str, &str)] = &[
    ("too short", "what-too-short"),
    ("not version 4", "what-not-version-4"),
    ("a header length that cannot be", "what-header-length"),
    ("a total length that cannot be", "what-total-length"),
    ("not IPv4 over Ethernet", "what-not-ipv4-over-ethernet"),
    ("neither request nor reply", "what-neither-request-nor-reply"),
    ("sender is no single station", "what-sender-is-no-single-station"),
    ("length", "what-length"),
    ("a wrong checksum, or one in its quote", "what-wrong-checksum"),
    ("data offset", "what-data-offset"),
    ("port 0", "what-port-0"),
    ("flags contradict each other", "what-flags-contradict"),
    ("a length that is no multiple of 8", "what-no-multiple-of-8"),
    ("a packet of more than 65535 bytes", "what-more-than-65535"),
    ("overlapping fragments", "what-overlap"),
    ("two last fragments", "what-two-last"),
    ("data behind the last fragment", "what-behind-the-last"),
    ("too many fragments", "what-too-many"),
    ("no magic cookie", "what-no-magic-cookie"),
    ("not for Ethernet", "what-not-for-ethernet"),
    ("no message type", "what-no-message-type"),
    ("operation code and message type contradict each other", "what-operation-contradicts"),
    ("an option's length cannot be", "what-option-length"),
    ("names no address", "what-names-no-address"),
    ("lacks what an answer must have", "what-answer-incomplete"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{B3, record, topology};
    use crate::locale::{Catalogue, Locale};
    use lanternet_core::{Place, TraceEvent};

    #[test]
    fn every_known_phrase_has_words_and_an_unknown_one_stays() {
        let record = record(Place::Node(B3), TraceEvent::NodeCrashed);
        let topology = topology();
        for locale in Locale::ALL {
            let catalogue = Catalogue::new(*locale);
            let scene = Scene::new(&catalogue, &topology, &record);
            for (phrase, id) in KNOWN {
                assert_ne!(what(&scene, phrase), *id);
            }
            assert_eq!(what(&scene, "never heard of"), "never heard of");
        }
        let catalogue = Catalogue::new(Locale::ZhCn);
        let scene = Scene::new(&catalogue, &topology, &record);
        assert_eq!(what(&scene, "overlapping fragments"), "分片相互重叠");
    }
}
