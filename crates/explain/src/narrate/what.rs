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
    ("not version 6", "what-not-version-6"),
    ("a payload length that cannot be", "what-payload-length"),
    ("an option that is cut off", "what-option-cut-off"),
    ("a code that is not 0", "what-code-not-0"),
    ("a hardware address of nobody", "what-mac-of-nobody"),
    ("a source that is not link-local", "what-not-link-local"),
    ("a check that is not sent to its group", "what-check-group"),
    ("a target that is a group", "what-target-group"),
    ("a target that is no router", "what-target-no-router"),
    ("an answer to all", "what-answer-to-all"),
    ("an extension header that is cut off", "what-extension-cut-off"),
    ("a hop-by-hop header in the wrong place", "what-hop-by-hop-misplaced"),
    ("a routing header", "what-routing-header"),
    ("an unknown option that says: discard", "what-option-discard"),
    ("an unknown option that says: discard and tell", "what-option-discard-tell"),
    ("a fragment whose length is no multiple of 8", "what-fragment-no-multiple-of-8"),
    ("a first fragment without all headers", "what-first-fragment"),
    ("fragments within fragments", "what-fragments-within"),
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
