//! The bridge and what it knows of groups.

use lanternet_core::trace::MulticastEvent;
use lanternet_core::{Context, Deadline, DropReason, Frame, Instant, MacAddr, PortId, VlanId};

use super::{Bridge, FloodCause};
use crate::l2::snooping::{GroupRow, Verdict};
use crate::l2::vlan::Tag;

/// Where a frame that is flooded may go.
#[derive(Clone, Debug)]
pub(super) enum Listeners {
    /// Everywhere.
    All,
    /// To these ports only.
    Only(Vec<PortId>),
}

impl Listeners {
    pub(super) fn include(&self, port: PortId) -> bool {
        match self {
            Self::All => true,
            Self::Only(ports) => ports.contains(&port),
        }
    }
}

impl Bridge {
    /// Who takes part in which group, where the bridge listens in.
    pub fn groups(&self, now: Instant) -> Option<Vec<GroupRow>> {
        Some(self.snooper.as_ref()?.rows(now))
    }

    pub(super) fn start_snooping(&mut self, ctx: &Context<'_>) {
        let vlans = self.vlans();
        if let Some(snooper) = &mut self.snooper {
            snooper.start(ctx.now(), vlans);
        }
    }

    pub(super) fn snooping_deadline(&self) -> Option<Deadline> {
        self.snooper.as_ref()?.next().map(Deadline::background)
    }

    pub(super) fn snooping_port_down(&mut self, ctx: &mut Context<'_>, port: PortId) {
        let mut told = Vec::new();
        if let Some(snooper) = &mut self.snooper {
            snooper.port_down(ctx.now(), port, &mut told);
        }
        tell(ctx, told);
    }

    /// Asks who takes part, where the bridge is the querier.
    pub(super) fn ask_for_groups(&mut self, ctx: &mut Context<'_>) {
        while let Some(snooper) = &mut self.snooper {
            let mut told = Vec::new();
            let Some((vlan, query)) = snooper.due(ctx.now(), &mut told) else { return };
            let source = snooper.config.address;
            let to = MacAddr::for_multicast(query.destination().into());
            // A switch has no address of its own; its source is unspecified, as of a Linux bridge.
            let packet = query.packet(std::net::Ipv4Addr::UNSPECIFIED, Frame::HEADER_LEN);
            let bytes = finish(packet, to, source);
            tell(ctx, told);
            match &self.vlans {
                None => {
                    let frame = ctx.frame(bytes);
                    for port in self.open.open().to_vec() {
                        self.transmit(ctx, port, frame.clone());
                    }
                }
                Some(vlans) => {
                    let members = vlans.members(vlan).to_vec();
                    for (port, tagged) in members {
                        let bytes = match tagged {
                            true => Tag::new(vlan).insert(ctx, &bytes),
                            false => bytes.clone(),
                        };
                        let frame = ctx.frame(bytes);
                        self.transmit(ctx, port, frame);
                    }
                }
            }
        }
    }

    /// Listens in on a frame for a group. `plain` are its bytes without a tag, from the type on.
    ///
    /// # Errors
    /// Nobody gets the frame: with why, or without where the bridge has taken it in.
    pub(super) fn listen_in(
        &mut self,
        ctx: &mut Context<'_>,
        vlan: VlanId,
        port: PortId,
        plain: &[u8],
    ) -> Result<(FloodCause, Listeners), Option<DropReason>> {
        let all = (FloodCause::Multicast, Listeners::All);
        let Some(snooper) = &mut self.snooper else { return Ok(all) };
        let mut told = Vec::new();
        let verdict = snooper.look(ctx.now(), vlan, port, plain, &mut told);
        tell(ctx, told);
        self.ask_for_groups(ctx);
        match verdict {
            Verdict::Flood => Ok(all),
            Verdict::Taken => Err(None),
            Verdict::Only(cause, group, ports) => {
                let anybody = |to: &PortId| *to != port && self.has_port(*to);
                if !ports.iter().any(anybody) && self.inner.is_none() {
                    return Err(Some(DropReason::NoMembers { vlan, group }));
                }
                Ok((cause, Listeners::Only(ports)))
            }
        }
    }
}

/// The Ethernet header, and what the packet lacks: its checksum.
fn finish(mut bytes: Vec<u8>, to: MacAddr, source: MacAddr) -> Vec<u8> {
    bytes[..6].copy_from_slice(&to.0);
    bytes[6..12].copy_from_slice(&source.0);
    bytes[12..14].copy_from_slice(&[0x08, 0x00]);
    let header_len = usize::from(bytes[14] & 0x0f) * 4;
    let sum = crate::wire::checksum::checksum(&bytes[14..14 + header_len]);
    bytes[24..26].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn tell(ctx: &mut Context<'_>, events: Vec<MulticastEvent>) {
    for event in events {
        ctx.emit(|| lanternet_core::TraceEvent::Multicast(event));
    }
}
