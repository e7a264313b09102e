//! The options that clients, servers and relays here use (RFC 2132 and those it names).

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::MessageError;

/// The numbers of the options (IANA, BOOTP vendor extensions and DHCP options).
pub mod code {
    #![allow(missing_docs, reason = "IANA's names")]
    pub const PAD: u8 = 0;
    pub const SUBNET_MASK: u8 = 1;
    pub const ROUTER: u8 = 3;
    pub const DNS: u8 = 6;
    pub const HOST_NAME: u8 = 12;
    pub const DOMAIN_NAME: u8 = 15;
    pub const INTERFACE_MTU: u8 = 26;
    pub const BROADCAST_ADDRESS: u8 = 28;
    pub const NTP: u8 = 42;
    pub const REQUESTED_ADDRESS: u8 = 50;
    pub const LEASE_TIME: u8 = 51;
    pub const OVERLOAD: u8 = 52;
    pub const MESSAGE_TYPE: u8 = 53;
    pub const SERVER_IDENTIFIER: u8 = 54;
    pub const PARAMETER_REQUEST_LIST: u8 = 55;
    pub const MESSAGE: u8 = 56;
    pub const RENEWAL_TIME: u8 = 58;
    pub const REBINDING_TIME: u8 = 59;
    pub const CLIENT_IDENTIFIER: u8 = 61;
    pub const RELAY_INFORMATION: u8 = 82;
    pub const CLASSLESS_ROUTES: u8 = 121;
    pub const END: u8 = 255;
}

/// The options of a message. A list that is empty is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Option 53; read out by the message.
    pub(super) kind: Option<u8>,
    /// The mask of the client's segment (option 1).
    pub subnet_mask: Option<Ipv4Addr>,
    /// Default gateways, the best first (3).
    pub routers: Vec<Ipv4Addr>,
    /// Name servers (6).
    pub dns: Vec<Ipv4Addr>,
    /// The client's name (12).
    pub host_name: Option<Box<str>>,
    /// The domain that names are looked up in (15).
    pub domain: Option<Box<str>>,
    /// The longest packet on the segment (26).
    pub mtu: Option<u16>,
    /// The segment's broadcast address (28).
    pub broadcast: Option<Ipv4Addr>,
    /// Time servers (42).
    pub ntp: Vec<Ipv4Addr>,
    /// The address that the client asks for (50).
    pub requested: Option<Ipv4Addr>,
    /// For how long, in seconds (51).
    pub lease: Option<u32>,
    /// Who lends (54).
    pub server: Option<Ipv4Addr>,
    /// What the client wants to know, by number (55).
    pub wanted: Vec<u8>,
    /// Why not (56).
    pub message: Option<Box<str>>,
    /// When to ask for more time (T1), in seconds (58).
    pub renew: Option<u32>,
    /// When to ask any server (T2), in seconds (59).
    pub rebind: Option<u32>,
    /// Who the client is (61).
    pub client_id: Option<Box<[u8]>>,
    /// What a relay adds, and servers give back as it was (82, RFC 3046).
    pub relay_information: Option<Box<[u8]>>,
    /// Routes, in place of the default gateways where there are any (121, RFC 3442).
    pub routes: Vec<(Ipv4Net, Ipv4Addr)>,
}

impl Options {
    /// Reads options from fields, in the order in which their pieces are joined (RFC 3396). The
    /// second answer is the value of option 52.
    pub(super) fn parse(fields: &[&[u8]]) -> Result<(Self, u8), MessageError> {
        // Nearly always one piece per option; joined pieces move to the end of the list.
        let mut pieces: Vec<(u8, std::borrow::Cow<'_, [u8]>)> = Vec::new();
        for field in fields {
            for (code, data) in Pieces(field) {
                let data = data.ok_or(MessageError::Option(code))?;
                match pieces.iter_mut().find(|(known, _)| *known == code) {
                    Some((_, known)) => known.to_mut().extend_from_slice(data),
                    None => pieces.push((code, data.into())),
                }
            }
        }
        let mut options = Self::default();
        let mut overload = 0;
        for (code, data) in &pieces {
            match *code {
                code::OVERLOAD => overload = data.first().copied().unwrap_or(0),
                code => options.take(code, data).ok_or(MessageError::Option(code))?,
            }
        }
        Ok((options, overload))
    }

    /// Takes one option; `None`: its length cannot be.
    fn take(&mut self, code: u8, data: &[u8]) -> Option<()> {
        match code {
            code::SUBNET_MASK => self.subnet_mask = Some(address(data)?),
            code::ROUTER => self.routers = addresses(data)?,
            code::DNS => self.dns = addresses(data)?,
            code::HOST_NAME => self.host_name = text(data),
            code::DOMAIN_NAME => self.domain = text(data),
            code::INTERFACE_MTU => self.mtu = Some(u16::from_be_bytes(data.try_into().ok()?)),
            code::BROADCAST_ADDRESS => self.broadcast = Some(address(data)?),
            code::NTP => self.ntp = addresses(data)?,
            code::REQUESTED_ADDRESS => self.requested = Some(address(data)?),
            code::LEASE_TIME => self.lease = Some(seconds(data)?),
            code::MESSAGE_TYPE => self.kind = Some(<[u8; 1]>::try_from(data).ok()?[0]),
            code::SERVER_IDENTIFIER => self.server = Some(address(data)?),
            code::PARAMETER_REQUEST_LIST => self.wanted = data.to_vec(),
            code::MESSAGE => self.message = text(data),
            code::RENEWAL_TIME => self.renew = Some(seconds(data)?),
            code::REBINDING_TIME => self.rebind = Some(seconds(data)?),
            // At least a type and one byte (RFC 2132 section 9.14); shorter ones name nobody.
            code::CLIENT_IDENTIFIER if data.len() >= 2 => self.client_id = Some(data.into()),
            code::RELAY_INFORMATION => self.relay_information = Some(data.into()),
            code::CLASSLESS_ROUTES => self.routes = routes(data)?,
            _ => {}
        }
        Some(())
    }

    /// Appends the options, the end included.
    pub(super) fn write(&self, kind: u8, out: &mut Vec<u8>) {
        use code::*;
        let mut put = |code: u8, data: &[u8]| {
            // Long ones in several pieces (RFC 3396).
            for piece in data.chunks(255) {
                out.extend([code, piece.len() as u8]);
                out.extend_from_slice(piece);
            }
        };
        let octets = |list: &[Ipv4Addr]| list.iter().flat_map(Ipv4Addr::octets).collect::<Vec<_>>();
        put(MESSAGE_TYPE, &[kind]);
        if let Some(id) = &self.client_id {
            put(CLIENT_IDENTIFIER, id);
        }
        if let Some(address) = self.server {
            put(SERVER_IDENTIFIER, &address.octets());
        }
        if let Some(address) = self.requested {
            put(REQUESTED_ADDRESS, &address.octets());
        }
        for (code, time) in
            [(LEASE_TIME, self.lease), (RENEWAL_TIME, self.renew), (REBINDING_TIME, self.rebind)]
        {
            if let Some(time) = time {
                put(code, &time.to_be_bytes());
            }
        }
        if let Some(mask) = self.subnet_mask {
            put(SUBNET_MASK, &mask.octets());
        }
        if let Some(address) = self.broadcast {
            put(BROADCAST_ADDRESS, &address.octets());
        }
        // Routes before routers: a client that fills up its list takes the better ones (RFC 3442).
        let routes = self.routes.iter().flat_map(|(to, via)| {
            let significant = usize::from(to.prefix_len().div_ceil(8));
            let network = to.network().octets();
            let prefix = [to.prefix_len()].into_iter();
            prefix.chain(network.into_iter().take(significant)).chain(via.octets())
        });
        put(CLASSLESS_ROUTES, &routes.collect::<Vec<_>>());
        put(ROUTER, &octets(&self.routers));
        put(DNS, &octets(&self.dns));
        for (code, text) in
            [(DOMAIN_NAME, &self.domain), (HOST_NAME, &self.host_name), (MESSAGE, &self.message)]
        {
            if let Some(text) = text {
                put(code, text.as_bytes());
            }
        }
        if let Some(mtu) = self.mtu {
            put(INTERFACE_MTU, &mtu.to_be_bytes());
        }
        put(NTP, &octets(&self.ntp));
        put(PARAMETER_REQUEST_LIST, &self.wanted);
        // The last one (RFC 3046 section 2.1).
        if let Some(information) = &self.relay_information {
            put(RELAY_INFORMATION, information);
        }
        out.push(END);
    }
}

/// The pieces of a field in their order: number and data, or no data where the field ends in the
/// middle of one.
struct Pieces<'a>(&'a [u8]);

impl<'a> Iterator for Pieces<'a> {
    type Item = (u8, Option<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (&code, rest) = self.0.split_first()?;
            match code {
                code::PAD => self.0 = rest,
                code::END => return None,
                _ => {
                    let piece = rest
                        .split_first()
                        .and_then(|(len, rest)| rest.split_at_checked(usize::from(*len)));
                    self.0 = piece.map_or(&[], |(_, after)| after);
                    return Some((code, piece.map(|(data, _)| data)));
                }
            }
        }
    }
}

#[cfg(test)]
pub(in crate::dhcp) fn pieces(field: &[u8]) -> impl Iterator<Item = (u8, Option<&[u8]>)> {
    Pieces(field)
}

fn address(data: &[u8]) -> Option<Ipv4Addr> {
    Some(Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?))
}

fn seconds(data: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(data.try_into().ok()?))
}

/// A list of at least one address.
fn addresses(data: &[u8]) -> Option<Vec<Ipv4Addr>> {
    let whole = !data.is_empty() && data.len().is_multiple_of(4);
    whole.then(|| data.chunks_exact(4).filter_map(address).collect())
}

/// Text without the zero bytes that some senders put behind it; nothing when nothing is left.
fn text(data: &[u8]) -> Option<Box<str>> {
    let text = String::from_utf8_lossy(data);
    let text = text.trim_end_matches('\0');
    (!text.is_empty()).then(|| text.into())
}

/// RFC 3442: the width of the mask, as many bytes of the destination as that needs, the router.
fn routes(mut data: &[u8]) -> Option<Vec<(Ipv4Net, Ipv4Addr)>> {
    let mut routes = Vec::new();
    while let Some((&width, rest)) = data.split_first() {
        let (prefix, rest) = rest.split_at_checked(usize::from(width.div_ceil(8)))?;
        let (via, rest) = rest.split_at_checked(4)?;
        let mut network = [0; 4];
        network.get_mut(..prefix.len())?.copy_from_slice(prefix);
        routes.push((Ipv4Net::new(network.into(), width).ok()?.trunc(), address(via)?));
        data = rest;
    }
    Some(routes)
}
