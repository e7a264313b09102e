//! A learning switch: a transparent bridge of IEEE 802.1D-2004, clause 7, with one VLAN.

use lanternet_core::{
    Context, Device, DropReason, Duration, Frame, MacAddr, PortId, TraceEvent, VlanId,
};

use super::mac_table::{Learning, MacRow, MacTable};
use super::ports::Ports;
use lanternet_core::trace::FloodCause;

/// A switch. What it does with a frame, in this order:
///
/// 1. A frame shorter than an Ethernet header, or from a group address, is dropped. (802.1D does
///    not name the latter; a station cannot have such an address, and the Linux bridge drops it.)
/// 2. The source is learned, except the address of all zeros: that is no station, and its frames
///    are passed on all the same, since 802.1D filters by destination only. (The Linux bridge drops
///    them.)
/// 3. A reserved group address (01-80-C2-00-00-00 to -0F) goes no further (section 7.12.6).
/// 4. Broadcast, multicast and a destination without a row go out of all other ports; a destination
///    with a row out of that port only, or nowhere if it came in by it.
///
/// All ports are in [`VlanId::DEFAULT`], and an 802.1Q tag is passed on like any other content:
/// the switch does not know VLANs yet. There is no spanning tree either.
///
/// When the table is full the station is not learned, and frames to it are flooded.
#[derive(Debug)]
pub struct Switch {
    ports: Ports,
    table: MacTable,
}

/// What can be set at a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchConfig {
    /// How many ports it has, each with a cable.
    pub ports: u16,
    /// How long after its last frame a station is forgotten. 802.1D table 7-5 recommends 300 s, the
    /// default; zero learns nothing.
    pub ageing: Duration,
    /// How many stations it can learn. 8,192 by default, as many small switches do.
    pub table_size: u32,
    /// Rows that are there from the start and stay.
    pub static_macs: Vec<StaticMac>,
}

/// A configured row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticMac {
    /// The VLAN.
    pub vlan: VlanId,
    /// The station.
    pub mac: MacAddr,
    /// The port it is behind.
    pub port: PortId,
}

impl SwitchConfig {
    /// The defaults for a switch of so many ports.
    pub fn with_ports(ports: u16) -> Self {
        let ageing = Duration::from_secs(300);
        Self { ports, ageing, table_size: 8192, static_macs: Vec::new() }
    }
}

impl Switch {
    /// A switch with these settings.
    pub fn new(config: SwitchConfig) -> Self {
        let mut table = MacTable::new(config.ageing, config.table_size);
        for StaticMac { vlan, mac, port } in config.static_macs {
            table.insert_static(vlan, mac, port);
        }
        Self { ports: Ports::new(config.ports), table }
    }

    /// Which station is behind which port.
    pub fn mac_table(&self) -> &MacTable {
        &self.table
    }

    fn learn(&mut self, ctx: &mut Context<'_>, vlan: VlanId, mac: MacAddr, port: PortId) {
        let learning = self.table.learn(ctx.now(), vlan, mac, port, |row| tell_aged(ctx, row));
        match learning {
            Learning::Refreshed | Learning::Unchanged => {}
            Learning::Learned => ctx.emit(|| TraceEvent::MacLearned { vlan, mac, port }),
            Learning::Moved { from } => {
                ctx.emit(|| TraceEvent::MacMoved { vlan, mac, from, to: port });
            }
            Learning::Full => {
                let limit = self.table.limit();
                ctx.emit(|| TraceEvent::MacTableFull { vlan, mac, limit });
            }
        }
    }

    fn flood(
        &self,
        ctx: &mut Context<'_>,
        (vlan, mac): (VlanId, MacAddr),
        port: PortId,
        why: FloodCause,
        frame: Frame,
    ) {
        let mut others = self.ports.others(port);
        let Some(last) = others.next_back() else {
            return discard(ctx, port, frame, DropReason::NoOtherPort);
        };
        ctx.emit(|| {
            let ports = self.ports.others(port).collect();
            TraceEvent::SwitchFlooded { vlan, mac, why, ports }
        });
        for other in others {
            ctx.transmit(other, frame.clone());
        }
        ctx.transmit(last, frame);
    }
}

impl Device for Switch {
    fn handle_start(&mut self, _: &mut Context<'_>) {
        self.ports.reset();
    }

    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        let len = frame.bytes().len();
        let (Some(mac), Some(source), Frame::HEADER_LEN..) =
            (frame.destination(), frame.source(), len)
        else {
            return discard(ctx, port, frame, DropReason::Runt { len: len as u32 });
        };
        if source.is_group() {
            return discard(ctx, port, frame, DropReason::SourceIsGroup { mac: source });
        }
        let vlan = VlanId::DEFAULT;
        if source != MacAddr::ZERO {
            self.learn(ctx, vlan, source, port);
        }
        if mac.is_group() {
            let why = match mac {
                MacAddr::BROADCAST => FloodCause::Broadcast,
                _ if mac.is_reserved_group() => {
                    return discard(ctx, port, frame, DropReason::ReservedAddress { mac });
                }
                _ => FloodCause::Multicast,
            };
            return self.flood(ctx, (vlan, mac), port, why, frame);
        }
        match self.table.look_up(ctx.now(), vlan, mac, |row| tell_aged(ctx, row)) {
            None => self.flood(ctx, (vlan, mac), port, FloodCause::UnknownUnicast, frame),
            Some(to) if to == port => {
                discard(ctx, port, frame, DropReason::SamePort { vlan, mac, port });
            }
            Some(to) => {
                ctx.emit(|| TraceEvent::SwitchForwarded { vlan, mac, port: to });
                ctx.transmit(to, frame);
            }
        }
    }

    fn handle_link(&mut self, ctx: &mut Context<'_>, port: PortId, up: bool) {
        self.ports.set(port, up);
        if !up {
            let rows = self.table.flush(ctx.now(), port, |row| tell_aged(ctx, row));
            if rows > 0 {
                ctx.emit(|| TraceEvent::MacFlushed { port, rows });
            }
        }
    }

    fn handle_crash(&mut self, _: &mut Context<'_>) {
        self.table.clear();
    }
}

fn tell_aged(ctx: &mut Context<'_>, row: MacRow) {
    let MacRow { vlan, mac, port, age, .. } = row;
    ctx.emit(|| TraceEvent::MacAged { vlan, mac, port, age });
}

fn discard(ctx: &mut Context<'_>, port: PortId, frame: Frame, reason: DropReason) {
    ctx.drop_frame(Some(port), || reason);
    ctx.recycle(frame);
}

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;
