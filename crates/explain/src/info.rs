//! A frame in one line, as Wireshark's info column has it.

use lanternet_core::Frame;

/// What the frame carries: for now its type and length.
pub(crate) fn info(frame: &Frame) -> String {
    let len = frame.bytes().len();
    let what = match frame.ethertype() {
        Some(0x0800) => "IPv4",
        Some(0x0806) => "ARP",
        Some(0x86dd) => "IPv6",
        Some(other) => return format!("EtherType {other:#06x}, {len} bytes"),
        None => "runt",
    };
    format!("{what}, {len} bytes")
}
