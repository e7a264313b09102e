//! What can be set at a bridge and its ports (section 17.13 and table 17-1).

use lanternet_core::{Duration, MacAddr, PortId};

/// How long a port that changed the version it speaks stays with it, and a neighbour is waited for
/// (table 17-1).
pub const MIGRATE_TIME: Duration = Duration::from_secs(3);

/// What can be set at a bridge that takes part in the spanning tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StpConfig {
    /// The bridge's address, which decides between equal priorities.
    pub address: MacAddr,
    /// 0 to 61440 in steps of 4096; the lowest of all bridges becomes the root. 32768 by default.
    pub priority: u16,
    /// The time between two messages: 1 to 2 s, 2 by default.
    pub hello: Duration,
    /// How old what was heard may become: 6 to 40 s, 20 by default.
    pub max_age: Duration,
    /// How long a port that nobody agrees with waits in each state: 4 to 30 s, 15 by default.
    pub forward_delay: Duration,
    /// Messages that a port may send within a second: 1 to 10, 6 by default.
    pub hold_count: u8,
    /// Rapid spanning tree, or `false` for the protocol of 802.1D-1998 (section 17.13.4: Force
    /// Protocol Version).
    pub rapid: bool,
    /// The ports that take part. All others always forward.
    pub ports: Vec<StpPortConfig>,
}

/// What can be set at a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StpPortConfig {
    /// The port; its number in messages is one more.
    pub port: PortId,
    /// The address that its messages come from.
    pub address: MacAddr,
    /// What the way through it costs: 1 to 200,000,000. See [`path_cost`].
    pub cost: u32,
    /// 0 to 240 in steps of 16, 128 by default: decides between ports of this bridge.
    pub priority: u8,
    /// There is no bridge behind it (AdminEdge): it forwards at once, until a message is heard.
    pub edge: bool,
    /// It becomes an edge port by itself when no bridge answers within 3 s (AutoEdge).
    pub auto_edge: bool,
    /// There is one station at the other end of the cable, not a hub: with it one can agree.
    pub point_to_point: bool,
}

impl StpConfig {
    /// The defaults (tables 17-1 and 17-2) of a bridge with this address, without ports.
    pub const fn new(address: MacAddr) -> Self {
        Self {
            address,
            priority: 32768,
            hello: Duration::from_secs(2),
            max_age: Duration::from_secs(20),
            forward_delay: Duration::from_secs(15),
            hold_count: 6,
            rapid: true,
            ports: Vec::new(),
        }
    }
}

impl StpPortConfig {
    /// The defaults of a port with a cable of 1 Gbit/s.
    pub const fn new(port: PortId, address: MacAddr) -> Self {
        let cost = path_cost(Some(1_000_000_000));
        Self {
            port,
            address,
            cost,
            priority: 128,
            edge: false,
            auto_edge: true,
            point_to_point: true,
        }
    }
}

/// What the way through a link of this rate, in bits per second, costs: the recommended values of
/// table 17-3. A link without a limit costs the least that can be said.
pub const fn path_cost(rate: Option<u64>) -> u32 {
    // The table's formula: 20,000,000,000 by the rate in kbit/s.
    const NUMERATOR: u64 = 20_000_000_000_000;
    const MAX: u64 = 200_000_000;
    match rate {
        None => 1,
        Some(0) => MAX as u32,
        Some(rate) => {
            let cost = NUMERATOR / rate;
            if cost == 0 {
                1
            } else if cost > MAX {
                MAX as u32
            } else {
                cost as u32
            }
        }
    }
}
