//! The spanning tree of a switch.

use lanternet_core::{Duration, MacAddr};
use lanternet_net::l2::stp::StpConfig;

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{PathCost, PortKey, PortPriority, SnoopingMap, StpMap, Switched};
use crate::lab::{Snooping, Stp, StpPort};
use crate::names::NodeName;
use crate::span::{Span, Spanned};

/// What may be said about a port of whichever kind of switch.
pub(super) struct PortEntryParts {
    pub(super) edge: Option<Spanned<bool>>,
    pub(super) cost: Option<Spanned<PathCost>>,
    pub(super) priority: Option<Spanned<PortPriority>>,
}

impl PortEntryParts {
    /// The first that was written.
    fn span(&self) -> Option<(Span, &'static str)> {
        let edge = self.edge.map(|edge| (edge.span, "edge"));
        let cost = self.cost.map(|cost| (cost.span, "cost"));
        let priority = self.priority.map(|priority| (priority.span, "priority"));
        edge.or(cost).or(priority)
    }
}

impl Resolver<'_> {
    /// How a switch takes part; `None` where it does not.
    pub(super) fn stp(
        &mut self,
        node: &Spanned<NodeName>,
        entry: Option<&Switched<StpMap>>,
        ports: Vec<(Spanned<PortKey>, PortEntryParts)>,
    ) -> Option<Stp> {
        let said = ports.iter().filter(|(_, parts)| parts.span().is_some());
        let Some(settings) = entry.and_then(Switched::settings) else {
            for (port, parts) in said {
                let Some((span, key)) = parts.span() else { continue };
                self.out.push(
                    Diagnostic::new(
                        Code::Conflict,
                        format!(
                            "port {} of `{node}` has `{key}` and no spanning tree",
                            port.value.0
                        ),
                        span,
                        "this is for the spanning tree",
                    )
                    .help("add `stp: true` to the switch, or take it out"),
                );
            }
            return None;
        };
        let ports = said.map(|(port, parts)| StpPort {
            port: Spanned::new(port.value.0, port.span),
            edge: parts.edge.map(|edge| edge.value),
            cost: parts.cost.map(|cost| cost.value.0),
            priority: parts.priority.map(|priority| priority.value.0),
        });
        // Section 17.14 and tables 17-1 and 17-2.
        let default = StpConfig::new(MacAddr::ZERO);
        let mut stp = Stp {
            priority: default.priority,
            hello: default.hello,
            max_age: default.max_age,
            forward_delay: default.forward_delay,
            hold_count: default.hold_count,
            rapid: default.rapid,
            ports: ports.collect(),
        };
        let Some(settings) = settings else { return Some(stp) };
        let secs = Duration::from_secs;
        let StpMap { priority, hello, max_age, forward_delay, hold_count, rapid } = settings;
        stp.priority = priority.map_or(stp.priority, |priority| priority.value.0);
        stp.hold_count = hold_count.map_or(stp.hold_count, |count| count.value.0);
        stp.rapid = rapid.map_or(stp.rapid, |rapid| rapid.value);
        stp.hello = self.within("hello", *hello, (secs(1), secs(2)), stp.hello);
        stp.max_age = self.within("max-age", *max_age, (secs(6), secs(40)), stp.max_age);
        stp.forward_delay =
            self.within("forward-delay", *forward_delay, (secs(4), secs(30)), stp.forward_delay);
        self.times_that_fit(&stp, settings);
        Some(stp)
    }

    fn within(
        &mut self,
        key: &str,
        said: Option<Spanned<Duration>>,
        (least, most): (Duration, Duration),
        default: Duration,
    ) -> Duration {
        let Some(said) = said else { return default };
        if said.value < least || said.value > most {
            self.out.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("expected a `{key}` from {least} to {most}, got {}", said.value),
                    said.span,
                    "out of range",
                )
                .help("these are the limits of IEEE 802.1D-2004, table 17-1"),
            );
            return default;
        }
        said.value
    }

    /// 2 × (forward delay − 1 s) ≥ max age ≥ 2 × (hello + 1 s): else a loop may exist for a moment.
    fn times_that_fit(&mut self, stp: &Stp, settings: &StpMap) {
        let second = Duration::from_secs(1);
        let most = stp.forward_delay.saturating_sub(second) * 2;
        let least = (stp.hello + second) * 2;
        let spans = [settings.max_age, settings.forward_delay, settings.hello];
        let Some(span) = spans.into_iter().flatten().next().map(|said| said.span) else { return };
        if stp.max_age > most || stp.max_age < least {
            let (hello, max_age, delay) = (stp.hello, stp.max_age, stp.forward_delay);
            self.out.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!(
                        "with `hello` {hello} and `forward-delay` {delay} a `max-age` from {least} to \
                         {most} is possible, not {max_age}"
                    ),
                    span,
                    "does not fit the others",
                )
                .help(
                    "2 × (forward-delay − 1s) ≥ max-age ≥ 2 × (hello + 1s) \
                     (IEEE 802.1D-2004 section 17.14)",
                ),
            );
        }
    }
}

/// How a switch listens in; `None` where it does not.
pub(super) fn snooping(entry: Option<&Switched<SnoopingMap>>) -> Option<Snooping> {
    let settings = entry?.settings()?;
    let querier = settings.and_then(|settings| settings.querier);
    Some(Snooping { querier: querier.is_some_and(|querier| querier.value) })
}
