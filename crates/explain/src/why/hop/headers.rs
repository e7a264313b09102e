//! What is in the headers of a packet that a node makes, and what a hop changes in them.

use lanternet_core::{Frame, MacAddr};
use lanternet_net::wire::layers::{Change, FieldName, FieldValue, LayerProtocol, Layers, diff};

use super::{Line, Teller};
use crate::args;
use crate::why::layer::Layer;

impl Teller<'_, '_> {
    /// What a hop changed in the headers.
    pub(super) fn changes(&self, old: &Frame, new: &Frame) -> Vec<Line> {
        if old.id() == new.id() {
            return Vec::new();
        }
        let changes = diff(&Layers::dissect(old.bytes()), &Layers::dissect(new.bytes()));
        let mut lines: Vec<Line> = Vec::new();
        for (layer, text) in changes.iter().filter_map(|change| self.change(change)) {
            // Hardware addresses are long: one a line. What else changed goes on one line.
            match lines.last_mut() {
                Some((last, line)) if *last == layer && layer != Layer::Link => {
                    line.push_str(&self.catalogue.phrase("why-changes-separator"));
                    line.push_str(&text);
                }
                _ => lines.push((layer, text)),
            }
        }
        lines
    }

    fn change(&self, change: &Change) -> Option<Line> {
        let layer = match change.layer.number() {
            2 => Layer::Link,
            3 => Layer::Network,
            4 => Layer::Transport,
            _ => return None,
        };
        let field = match change.field {
            // Bytes to fill a short frame: of no meaning.
            FieldName::EthPadding | FieldName::EthTrailer => return None,
            FieldName::EthSrc => self.catalogue.phrase("why-field-source-mac"),
            FieldName::EthDst => self.catalogue.phrase("why-field-destination-mac"),
            FieldName::IpTtl => "TTL".to_owned(),
            FieldName::Ipv6HopLimit => self.catalogue.phrase("why-field-hop-limit"),
            FieldName::IpChecksum => self.catalogue.phrase("why-field-ip-checksum"),
            other => other.id().to_owned(),
        };
        let value = |value: &Option<FieldValue>| match value {
            Some(FieldValue::Mac(mac)) => self.mac(*mac),
            Some(value) => value.to_string(),
            None => "–".to_owned(),
        };
        let (old, new) = (value(&change.old), value(&change.new));
        Some((layer, self.say("why-changed", args!(field, old, new))))
    }

    /// The headers of a packet that a node makes.
    pub(super) fn new_headers(&self, frame: &Frame) -> Vec<Line> {
        let layers = Layers::dissect(frame.bytes());
        let mut lines = Vec::new();
        let versions = [
            (LayerProtocol::Ipv4, FieldName::IpSrc, FieldName::IpDst, FieldName::IpTtl),
            (LayerProtocol::Ipv6, FieldName::Ipv6Src, FieldName::Ipv6Dst, FieldName::Ipv6HopLimit),
        ];
        for (protocol, source, destination, ttl) in versions {
            if let Some(ip) = layers.find(protocol)
                && let Some(source) = ip.address(source)
                && let Some(destination) = ip.address(destination)
                && let Some(ttl) = ip.number(ttl)
            {
                let v6 = protocol == LayerProtocol::Ipv6;
                let id = if v6 { "why-new-packet-v6" } else { "why-new-packet" };
                lines.push((Layer::Network, self.say(id, args!(source, destination, ttl))));
            }
        }
        if let (Some(source), Some(destination)) = (frame.source(), frame.destination()) {
            let (source, destination) = (self.mac(source), self.mac(destination));
            lines.push((Layer::Link, self.say("why-new-frame", args!(source, destination))));
        }
        lines
    }

    /// A hardware address with whose it is.
    fn mac(&self, mac: MacAddr) -> String {
        let whose = match self.network.by_mac(mac) {
            Some(at) => self.network.name(at.node).to_owned(),
            None if mac.is_broadcast() => self.catalogue.phrase("why-everybody"),
            None => return mac.to_string(),
        };
        self.say("why-mac-of", args!(mac, whose))
    }
}
