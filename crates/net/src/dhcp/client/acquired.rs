//! What a client was lent, and what came with it.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use lanternet_core::{Duration, Instant};

use crate::dhcp::message::Message;

/// An address with the options that go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acquired {
    /// The address, with its segment.
    pub address: Ipv4Net,
    /// Routes in the order in which they count: those of option 121, or else a default route for
    /// each router of option 3 (RFC 3442: never both). A router of all zeros means that the
    /// destination is on the segment itself.
    pub routes: Vec<(Ipv4Net, Ipv4Addr)>,
    /// Name servers.
    pub dns: Vec<Ipv4Addr>,
    /// The domain that names are looked up in.
    pub domain: Option<Box<str>>,
    /// The longest packet on the segment.
    pub mtu: Option<u16>,
    /// Time servers.
    pub ntp: Vec<Ipv4Addr>,
}

/// A lease as a client remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What was lent.
    pub acquired: Acquired,
    /// Who lent it.
    pub server: Ipv4Addr,
    /// When it began: when the request was sent (RFC 2131 section 4.4.1).
    pub since: Instant,
    /// When the client asks for more time (T1).
    pub renew: Instant,
    /// When it asks any server (T2).
    pub rebind: Instant,
    /// When it is over.
    pub expires: Instant,
}

impl Acquired {
    /// What a message gives to the station with this address; `None` when its mask cannot be.
    pub(super) fn new(address: Ipv4Addr, message: &Message) -> Option<Self> {
        let options = &message.options;
        let address = match options.subnet_mask {
            Some(mask) => Ipv4Net::with_netmask(address, mask).ok()?,
            // Without a mask the class tells (RFC 791 section 2.3), as in dhclient.
            None => {
                let width = match address.octets()[0] {
                    0..=127 => 8,
                    128..=191 => 16,
                    _ => 24,
                };
                Ipv4Net::new(address, width).ok()?
            }
        };
        let routes = match options.routes.is_empty() {
            false => options.routes.clone(),
            true => options.routers.iter().map(|via| (Ipv4Net::default(), *via)).collect(),
        };
        Some(Self {
            address,
            routes,
            dns: options.dns.clone(),
            domain: options.domain.clone(),
            mtu: options.mtu,
            ntp: options.ntp.clone(),
        })
    }

    /// The default gateway.
    pub fn gateway(&self) -> Option<Ipv4Addr> {
        let default = |(to, _): &&(Ipv4Net, Ipv4Addr)| to.prefix_len() == 0;
        self.routes.iter().find(default).map(|(_, via)| *via)
    }
}

impl Lease {
    /// The lease that an agreement brings, counted from when it was asked for; `None` when the
    /// message does not say for how long, or by whom.
    pub(super) fn new(acquired: Acquired, message: &Message, since: Instant) -> Option<Self> {
        let options = &message.options;
        let (lease, server) = (options.lease?, options.server?);
        // The defaults of RFC 2131 section 4.4.5, also where what was told makes no sense.
        let rebind = options.rebind.filter(|at| *at < lease).unwrap_or(lease - lease / 8);
        let renew = options.renew.filter(|at| *at < rebind).unwrap_or((lease / 2).min(rebind));
        let after = |seconds: u32| since + Duration::from_secs(seconds.into());
        let (renew, rebind, expires) = (after(renew), after(rebind), after(lease));
        Some(Self { acquired, server, since, renew, rebind, expires })
    }
}
