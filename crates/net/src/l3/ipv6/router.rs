//! A router's side of router discovery: who asks, and what is advertised (RFC 4861 section 6.2).

use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::trace::{Ipv6Event, LearnedFrom, PrefixFacts};
use lanternet_core::{Context, DropReason, Duration, IpNet, MacAddr, PortId, TraceEvent};

use super::address::ALL_NODES;
use super::group_mac;
use super::message::Advertisement;
use super::state::Interface6;
use crate::l3::L3;
use crate::l3::config::AdvertisedPrefix;

/// The longest lifetime of a default router (section 6.2.1).
const LONGEST_LIFETIME: Duration = Duration::from_secs(9000);

impl L3 {
    /// A host asks whether there is a router (section 6.2.6).
    pub(super) fn router_solicited(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        asker: Ipv6Addr,
        mac: Option<MacAddr>,
    ) {
        let now = ctx.now();
        let Some(v6) = self.interfaces[port.0 as usize].v6.as_deref_mut() else { return };
        if !v6.asked(now, asker, &mut self.rng) {
            let reason = || DropReason::NotAdvertising { interface: port };
            return ctx.drop_frame(Some(port), reason);
        }
        if let Some(mac) = mac {
            self.learn(ctx, port, asker.into(), mac, LearnedFrom::Router, false, true);
        }
    }

    /// Advertises to all nodes, or to the one that asked.
    pub(super) fn advertise(&mut self, ctx: &mut Context<'_>, port: PortId, to: Ipv6Addr) {
        let mac = self.interfaces[port.0 as usize].mac;
        let forwarding = self.forwarding;
        let Some(v6) = self.v6(port) else { return };
        let Some(source) = v6.link_local() else { return };
        let Some(advertisement) = advertisement(v6, mac, forwarding) else { return };
        ctx.emit(|| {
            TraceEvent::Ipv6(Ipv6Event::AdvertisementSent {
                interface: port,
                to: to.into(),
                lifetime: advertisement.lifetime,
                prefixes: advertisement.prefixes.as_slice().into(),
            })
        });
        let buffer = advertisement.build([source, to]);
        if to == ALL_NODES {
            self.transmit_packet(ctx, port, group_mac(ALL_NODES), buffer);
        } else {
            self.output(ctx, port, to.into(), buffer, false);
        }
    }
}

/// What an interface advertises.
fn advertisement(v6: &Interface6, mac: MacAddr, forwarding: bool) -> Option<Advertisement> {
    let config = v6.advertise.as_deref()?;
    let own: Vec<AdvertisedPrefix>;
    let prefixes = if config.prefixes.is_empty() {
        let segments = v6.in_use().map(|own| own.net().trunc()).filter(|net| !is_link_local(*net));
        let mut nets: Vec<IpNet> = segments.collect();
        nets.dedup();
        own = nets.into_iter().map(AdvertisedPrefix::new).collect();
        &own
    } else {
        &config.prefixes
    };
    let facts = |prefix: &AdvertisedPrefix| PrefixFacts {
        prefix: prefix.prefix.trunc(),
        on_link: prefix.on_link,
        autonomous: prefix.autonomous,
        valid: (prefix.valid != Duration::MAX).then_some(prefix.valid),
        preferred: (prefix.preferred != Duration::MAX).then_some(prefix.preferred),
    };
    let lifetime = if forwarding { config.lifetime.min(LONGEST_LIFETIME) } else { Duration::ZERO };
    Some(Advertisement {
        hop_limit: config.hop_limit,
        lifetime,
        source_mac: Some(mac),
        mtu: config.mtu.map(u32::from),
        prefixes: prefixes.iter().filter(|net| net.prefix.addr().is_ipv6()).map(facts).collect(),
        servers: config.dns.clone(),
    })
}

fn is_link_local(net: IpNet) -> bool {
    matches!(net.addr(), IpAddr::V6(address) if address.is_unicast_link_local())
}
