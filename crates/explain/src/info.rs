//! A frame in one line: protocol and info as in Wireshark's columns, addresses where there is IP.

use lanternet_core::Frame;
use lanternet_net::wire::layers::{FieldName, LayerProtocol, Layers};

/// What the frame carries: `192.168.10.1 → 192.168.20.3 TCP 49152 → 9090 [SYN] Seq=…`,
/// `ARP Who has 192.168.10.254? Tell 192.168.10.1`. The notation of the protocols, so the same in
/// every language.
pub(crate) fn info(frame: &Frame) -> String {
    let layers = Layers::dissect(frame.bytes());
    let Some(top) = layers.top() else { return format!("{} bytes", frame.bytes().len()) };
    let line = format!("{} {}", top.protocol, layers.info());
    match addresses(&layers) {
        Some(addresses) => format!("{addresses} {}", line.trim_end()),
        None => line.trim_end().to_owned(),
    }
}

fn addresses(layers: &Layers) -> Option<String> {
    let (ip, names) = [
        (LayerProtocol::Ipv4, [FieldName::IpSrc, FieldName::IpDst]),
        (LayerProtocol::Ipv6, [FieldName::Ipv6Src, FieldName::Ipv6Dst]),
    ]
    .into_iter()
    .find_map(|(protocol, names)| Some((layers.find(protocol)?, names)))?;
    let [source, destination] = names.map(|name| ip.address(name));
    Some(format!("{} → {}", source?, destination?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::arp_request;
    use lanternet_core::{FrameId, NodeId};

    fn of(bytes: Vec<u8>) -> String {
        info(&Frame::new(FrameId::new(NodeId(0), 1), None, bytes))
    }

    #[test]
    fn a_frame_is_shown_with_its_addresses_protocol_and_info() {
        assert_eq!(info(&arp_request()), "ARP Who has 192.168.10.254? Tell 192.168.10.1");
        let mut udp = vec![2; 12];
        udp.extend([8, 0, 0x45, 0, 0, 29, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        udp.extend([0xc3, 0x50, 0, 53, 0, 9, 0, 0, 7]);
        assert_eq!(of(udp), "10.0.0.1 → 10.0.0.2 UDP 50000 → 53 Len=1");
    }

    #[test]
    fn what_is_no_frame_has_a_line_as_well() {
        for bytes in [vec![], vec![1; 3], vec![0xff; 13], vec![8; 14]] {
            assert!(!of(bytes).is_empty());
        }
    }
}
