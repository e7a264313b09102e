//! IPv6: what routers advertise, and gateways of either family.

use std::net::IpAddr;

use ipnet::IpNet;
use lanternet_core::Duration;
use lanternet_net::l3::AdvertiseConfig;

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::AdvertiseEntry;
use crate::lab::Advertise;
use crate::span::Spanned;

/// The longest lifetime of a default router, and the bounds of the time between advertisements
/// (RFC 4861 section 6.2.1).
const MOST_LIFETIME: Duration = Duration::from_secs(9000);
const LEAST_INTERVAL: Duration = Duration::from_secs(4);
const MOST_INTERVAL: Duration = Duration::from_secs(1800);

impl Resolver<'_> {
    /// What is advertised; `None` for nothing.
    pub(super) fn advertise(&mut self, entry: Option<&AdvertiseEntry>) -> Option<Advertise> {
        let entry = entry?;
        let settings = entry.settings.as_ref()?;
        let usual = AdvertiseConfig::default();
        let interval = settings.interval.map_or(usual.interval, |interval| interval.value);
        if let Some(given) = settings.interval
            && !(LEAST_INTERVAL..=MOST_INTERVAL).contains(&given.value)
        {
            self.bad(&given, format!("from {LEAST_INTERVAL} to {MOST_INTERVAL}"));
        }
        let lifetime = settings.lifetime.map_or(usual.lifetime, |lifetime| lifetime.value);
        if let Some(given) = settings.lifetime
            && given.value > Duration::ZERO
            && !(interval..=MOST_LIFETIME).contains(&given.value)
        {
            let expected = format!("0s, or from the interval {interval} to {MOST_LIFETIME}");
            self.bad(&given, expected);
        }
        let mut prefixes = Vec::new();
        for prefix in &settings.prefixes.items {
            match prefix.value.0 {
                IpNet::V6(net) => prefixes.push(Spanned::new(net, prefix.span)),
                IpNet::V4(_) => self.wrong_family(prefix.span, "an IPv6 prefix", &prefix.value.0),
            }
        }
        let mut dns = Vec::new();
        for server in &settings.dns.items {
            match server.value {
                IpAddr::V6(server) => dns.push(server),
                IpAddr::V4(_) => {
                    self.wrong_family(server.span, "the IPv6 address of a name server", server);
                }
            }
        }
        let place = Spanned::new((), entry.span);
        Some(Advertise { place, lifetime, interval, prefixes, dns })
    }

    /// A gateway of IPv6.
    pub(super) fn gateway6(&mut self, gateway: Option<Spanned<IpAddr>>) -> Option<Spanned<IpAddr>> {
        let gateway = gateway?;
        if gateway.is_ipv6() {
            return Some(gateway);
        }
        self.out.push(
            Diagnostic::new(
                Code::BadValue,
                format!("expected an IPv6 address, got `{gateway}`"),
                gateway.span,
                "an IPv4 address",
            )
            .help(format!("write `gateway: {gateway}`")),
        );
        None
    }

    /// A gateway of IPv4; one of IPv6 is taken as well, where there is no other for that.
    pub(super) fn gateways(
        &mut self,
        gateway: Option<Spanned<IpAddr>>,
        gateway6: Option<Spanned<IpAddr>>,
    ) -> [Option<Spanned<IpAddr>>; 2] {
        let gateway6 = self.gateway6(gateway6);
        match (gateway, gateway6) {
            (Some(gateway), None) if gateway.is_ipv6() => [None, Some(gateway)],
            (Some(gateway), Some(other)) if gateway.is_ipv6() => {
                self.out.push(
                    Diagnostic::new(
                        Code::Conflict,
                        "two gateways for IPv6",
                        gateway.span,
                        "this is an IPv6 address",
                    )
                    .and(other.span, "and this one too")
                    .help("`gateway` is the one for IPv4, `gateway6` the one for IPv6"),
                );
                [None, Some(other)]
            }
            both => both.into(),
        }
    }

    fn bad(&mut self, given: &Spanned<Duration>, expected: String) {
        self.out.push(
            Diagnostic::new(
                Code::BadValue,
                format!("expected {expected}, got `{given}`"),
                given.span,
                "out of range",
            )
            .help("the bounds are those of RFC 4861 section 6.2.1"),
        );
    }

    fn wrong_family(
        &mut self,
        span: crate::span::Span,
        expected: &str,
        got: &dyn std::fmt::Display,
    ) {
        self.out.push(
            Diagnostic::new(
                Code::BadValue,
                format!("expected {expected}, got `{got}`"),
                span,
                "of IPv4",
            )
            .help("router advertisements are of IPv6; for IPv4 there is DHCP"),
        );
    }
}
