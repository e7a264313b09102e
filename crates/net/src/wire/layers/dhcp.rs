//! DHCP (RFC 2131) with its options (RFC 2132, RFC 3046, RFC 3397, RFC 3442).

use std::fmt::Write;
use std::net::Ipv4Addr;

use super::reader::{Filling, Frame, Kind, Spec, Upper};
use super::{FieldName, LayerProtocol, Layers, Problem, name};

/// The ports of servers and clients (RFC 2131 section 4.1).
pub(super) const PORTS: [usize; 2] = [67, 68];

/// Where options begin, behind the cookie (RFC 2131 section 3).
const OPTIONS: usize = 240;

const COOKIE: [u8; 4] = [99, 130, 83, 99];

const HEADER: [Spec; 11] = [
    (FieldName::DhcpOp, 0, 8, Kind::Number),
    (FieldName::DhcpHardware, 8, 8, Kind::Hex),
    (FieldName::DhcpHardwareLen, 16, 8, Kind::Number),
    (FieldName::DhcpHops, 24, 8, Kind::Number),
    (FieldName::DhcpId, 32, 32, Kind::Hex),
    (FieldName::DhcpSecs, 64, 16, Kind::Number),
    (FieldName::DhcpBroadcast, 80, 1, Kind::Flag),
    (FieldName::DhcpClientIp, 96, 32, Kind::Ip),
    (FieldName::DhcpYourIp, 128, 32, Kind::Ip),
    (FieldName::DhcpServerIp, 160, 32, Kind::Ip),
    (FieldName::DhcpRelayIp, 192, 32, Kind::Ip),
];

/// Whether it looks like a message of DHCP: from a client or a server, with the cookie where it is
/// not cut before.
pub(super) fn is_message(bytes: &[u8], cut: bool) -> bool {
    let cookie = bytes.get(OPTIONS - 4..OPTIONS);
    matches!(bytes.first(), Some(1 | 2)) && cookie.map_or(cut, |cookie| cookie == COOKIE)
}

pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, upper: &Upper) {
    let mut layer = frame.application(LayerProtocol::Dhcp, upper);
    layer.read(&HEADER);
    if layer.number(FieldName::DhcpHardware) == Some(1)
        && layer.number(FieldName::DhcpHardwareLen) == Some(6)
    {
        layer.field(FieldName::DhcpMac, 224, 48, Kind::Mac);
    }
    layer.field(FieldName::DhcpCookie, (OPTIONS - 4) * 8, 32, Kind::Ip);
    let mut at = OPTIONS;
    while let Some(next) = option(&mut layer, at) {
        at = next;
    }
    layers.layers.push(layer.done());
}

/// Reads an option. Returns where it ends; `None` when there is no further one.
fn option(layer: &mut Filling<'_>, at: usize) -> Option<usize> {
    let message = layer.frame.rest();
    let code = *message.get(at)?;
    if code == 0 {
        // Between options; tshark shows a run of these as padding as well.
        let len = message[at..].iter().take_while(|byte| **byte == 0).count();
        layer.bytes(FieldName::DhcpPadding, at, len);
        return Some(at + len);
    }
    layer.field(FieldName::DhcpOption, at * 8, 8, Kind::Number);
    if code == 255 {
        if message.len() > at + 1 {
            layer.bytes(FieldName::DhcpPadding, at + 1, message.len() - at - 1);
        }
        return None;
    }
    if !layer.needs(at + 2) {
        return None;
    }
    layer.field(FieldName::DhcpOptionLen, at * 8 + 8, 8, Kind::Number);
    let (value, len) = (at + 2, usize::from(message[at + 1]));
    if !layer.needs(value + len) {
        return None;
    }
    if !known(layer, code, value, len) {
        layer.bytes(FieldName::DhcpValue, value, len);
    }
    Some(value + len)
}

/// Reads the value of an option that is taken apart. `false` when it is not, or has a length that
/// such an option cannot have, which is then a problem.
fn known(layer: &mut Filling<'_>, code: u8, at: usize, len: usize) -> bool {
    use FieldName as F;
    let bit = at * 8;
    let (name, right, kind) = match code {
        1 => (F::DhcpSubnetMask, len == 4, Kind::Ip),
        26 => (F::DhcpMtu, len == 2, Kind::Number),
        28 => (F::DhcpBroadcastAddress, len == 4, Kind::Ip),
        50 => (F::DhcpRequestedIp, len == 4, Kind::Ip),
        51 => (F::DhcpLeaseTime, len == 4, Kind::Number),
        53 => (F::DhcpMessage, len == 1, Kind::Number),
        54 => (F::DhcpServerId, len == 4, Kind::Ip),
        57 => (F::DhcpMaxSize, len == 2, Kind::Number),
        58 => (F::DhcpRenewal, len == 4, Kind::Number),
        59 => (F::DhcpRebinding, len == 4, Kind::Number),
        3 => return list(layer, F::DhcpRouter, at, len, 4, Kind::Ip),
        6 => return list(layer, F::DhcpDns, at, len, 4, Kind::Ip),
        42 => return list(layer, F::DhcpNtp, at, len, 4, Kind::Ip),
        55 => return list(layer, F::DhcpRequestItem, at, len, 1, Kind::Number),
        12 => return words(layer, F::DhcpHostName, at, len),
        15 => return words(layer, F::DhcpDomain, at, len),
        56 => return words(layer, F::DhcpText, at, len),
        60 => return words(layer, F::DhcpVendorClass, at, len),
        61 => return client_id(layer, at, len),
        82 => return relay(layer, at, len),
        119 => return search(layer, at, len),
        121 => return routes(layer, at, len),
        _ => return false,
    };
    if right {
        layer.field(name, bit, len * 8, kind);
    } else {
        wrong(layer, len);
    }
    right
}

fn wrong(layer: &mut Filling<'_>, len: usize) {
    let expected = "the length of this option";
    let field = FieldName::DhcpOptionLen;
    layer.problem(Problem::BadValue { field, found: len as u64, expected });
}

fn list(
    layer: &mut Filling<'_>,
    name: FieldName,
    at: usize,
    len: usize,
    each: usize,
    kind: Kind,
) -> bool {
    if len == 0 || !len.is_multiple_of(each) {
        wrong(layer, len);
        return false;
    }
    for item in (at..at + len).step_by(each) {
        layer.field(name, item * 8, each * 8, kind);
    }
    true
}

fn words(layer: &mut Filling<'_>, name: FieldName, at: usize, len: usize) -> bool {
    layer.words(name, at, len);
    true
}

/// A hardware address with its type, or whatever (RFC 2132 section 9.14).
fn client_id(layer: &mut Filling<'_>, at: usize, len: usize) -> bool {
    if len != 7 || layer.frame.rest()[at] != 1 {
        return false;
    }
    layer.field(FieldName::DhcpHardware, at * 8, 8, Kind::Hex);
    layer.field(FieldName::DhcpMac, at * 8 + 8, 48, Kind::Mac);
    true
}

/// What a relay adds (RFC 3046).
fn relay(layer: &mut Filling<'_>, mut at: usize, len: usize) -> bool {
    let end = at + len;
    let message = layer.frame.rest();
    while at + 2 <= end {
        let (code, len) = (message[at], usize::from(message[at + 1]));
        layer.field(FieldName::DhcpRelaySuboption, at * 8, 8, Kind::Number);
        layer.field(FieldName::DhcpRelaySuboptionLen, at * 8 + 8, 8, Kind::Number);
        if at + 2 + len > end {
            wrong(layer, len);
            return true;
        }
        match code {
            1 => layer.bytes(FieldName::DhcpCircuitId, at + 2, len),
            2 => layer.bytes(FieldName::DhcpRemoteId, at + 2, len),
            _ => layer.bytes(FieldName::DhcpValue, at + 2, len),
        }
        at += 2 + len;
    }
    true
}

/// Domains, where pointers count from the start of the option (RFC 3397 section 2).
fn search(layer: &mut Filling<'_>, start: usize, len: usize) -> bool {
    let mut at = 0;
    while at < len {
        let list = &layer.frame.rest()[start..start + len];
        let Some((domain, taken)) = name::read(list, at) else {
            wrong(layer, len);
            return false;
        };
        layer.text(FieldName::DhcpSearch, start + at, taken, domain);
        at += taken;
    }
    true
}

/// Routes: length of the prefix, as many bytes of it as count, the router (RFC 3442).
fn routes(layer: &mut Filling<'_>, start: usize, len: usize) -> bool {
    let mut at = start;
    while at < start + len {
        let message = layer.frame.rest();
        let bits = usize::from(message[at]);
        let significant = bits.div_ceil(8);
        let taken = 1 + significant + 4;
        let (Some(prefix), true) = (message.get(at + 1..at + 1 + significant), bits <= 32) else {
            wrong(layer, len);
            return false;
        };
        if at + taken > start + len {
            wrong(layer, len);
            return false;
        }
        let mut destination = [0; 4];
        destination[..significant].copy_from_slice(prefix);
        let mut text = match bits {
            0 => "default".to_owned(),
            _ => format!("{}/{bits}", Ipv4Addr::from(destination)),
        };
        let router = message.get(at + 1 + significant..).and_then(<[u8]>::first_chunk::<4>);
        if let Some(router) = router {
            // Writing to a String cannot fail.
            let _ = write!(text, "-{}", Ipv4Addr::from(*router));
        }
        layer.text(FieldName::DhcpRoute, at, taken, text);
        at += taken;
    }
    true
}
