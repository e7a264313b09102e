//! DHCP.

use super::{F, Layer, shown};

pub(super) fn info(layer: &Layer) -> String {
    // Without leading zeros, unlike the field.
    let id = layer.number(F::DhcpId).map_or_else(|| "?".to_owned(), |id| format!("{id:#x}"));
    let what = match layer.number(F::DhcpMessage) {
        Some(1) => "Discover",
        Some(2) => "Offer",
        Some(3) => "Request",
        Some(4) => "Decline",
        Some(5) => "ACK",
        Some(6) => "NAK",
        Some(7) => "Release",
        Some(8) => "Inform",
        Some(other) => return format!("DHCP Unknown Message Type (0x{other:02x})"),
        // BOOTP (RFC 951).
        None if layer.number(F::DhcpOp) == Some(1) => {
            return format!("Boot Request from {}", shown(layer, F::DhcpMac));
        }
        None => return "Boot Reply".to_owned(),
    };
    format!("DHCP {what} - Transaction ID {id}")
}
