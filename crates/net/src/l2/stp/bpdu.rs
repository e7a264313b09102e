//! The messages of the spanning tree (clause 9), in frames of IEEE 802.3 with a length and the LLC
//! header 42-42-03.

use lanternet_core::trace::{BpduKind, BridgeId, BridgePortId, PortRole, PriorityVector};
use lanternet_core::{Duration, Frame, MacAddr};

/// Where all messages go (table 7-10): the Bridge Group Address.
pub const BRIDGE_GROUP: MacAddr = MacAddr([0x01, 0x80, 0xc2, 0, 0, 0]);

/// The LLC header: both service access points 0x42, unnumbered information.
const LLC: [u8; 3] = [0x42, 0x42, 0x03];
/// Octets of a Configuration BPDU (section 9.3.1).
const CONFIG_LEN: usize = 35;
/// Octets of an RST BPDU (section 9.3.3): one more, for the version 1 length.
const RAPID_LEN: usize = 36;
/// Octets of a Topology Change Notification BPDU (section 9.3.2).
const NOTIFICATION_LEN: usize = 4;
/// The largest number in the field where Ethernet II has a type (IEEE 802.3 clause 3.2.6).
const MAX_LENGTH: usize = 1500;

/// A message of the spanning tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bpdu {
    /// A Topology Change Notification of the older protocol: it has no content.
    TopologyChange,
    /// A Configuration BPDU of the older protocol. Its sender is a designated port.
    Config(Config),
    /// An RST BPDU.
    Rapid(Config),
}

/// What a Configuration or an RST BPDU says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// The flags; a Configuration BPDU has only the first and the last.
    pub flags: Flags,
    /// The message priority vector.
    pub vector: PriorityVector,
    /// The timer values.
    pub times: Times,
}

/// The flags of an RST BPDU (section 9.2.9), with the role that two of them are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// The tree has changed.
    pub topology_change: bool,
    /// The sender asks the receiver to agree.
    pub proposal: bool,
    /// The role of the sending port. `None` when it is unknown: then the message counts as a
    /// Configuration BPDU. Backup is sent as alternate.
    pub role: Option<PortRole>,
    /// The sending port learns.
    pub learning: bool,
    /// The sending port forwards.
    pub forwarding: bool,
    /// The sender agrees.
    pub agreement: bool,
    /// The sender has heard of our notification.
    pub acknowledgement: bool,
}

/// Timer values as messages carry them, in units of 1/256 s (section 9.2.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// How old what the message says is: one second for each bridge on its way.
    pub message_age: u16,
    /// The age at which it is worth nothing any more.
    pub max_age: u16,
    /// The time between two messages.
    pub hello: u16,
    /// The time a port spends in each of the states before it forwards.
    pub forward_delay: u16,
}

/// One second in a message.
pub(super) const SECOND: u16 = 256;

impl Times {
    /// A time in a message as a length of time.
    pub(super) fn duration(field: u16) -> Duration {
        // Exact: 10^9 is 256 times a whole number.
        Duration::from_nanos(u64::from(field) * (1_000_000_000 / u64::from(SECOND)))
    }

    /// A length of time as a time in a message, cut to what the field holds.
    pub(super) fn field(time: Duration) -> u16 {
        u16::try_from(time.nanos() / (1_000_000_000 / u64::from(SECOND))).unwrap_or(u16::MAX)
    }
}

impl Bpdu {
    /// Which kind it is.
    pub fn kind(&self) -> BpduKind {
        match self {
            Self::TopologyChange => BpduKind::TopologyChange,
            Self::Config(_) => BpduKind::Config,
            Self::Rapid(_) => BpduKind::Rapid,
        }
    }

    /// Its content, if it has any.
    pub fn config(&self) -> Option<&Config> {
        match self {
            Self::TopologyChange => None,
            Self::Config(config) | Self::Rapid(config) => Some(config),
        }
    }

    /// Reads the frame from its destination address on, and validates the message (section 9.3.4).
    ///
    /// # Errors
    /// What is wrong: a short English phrase.
    pub fn parse(frame: &[u8]) -> Result<Self, &'static str> {
        let body = frame.get(Frame::HEADER_LEN..).ok_or("too short")?;
        let length = usize::from(u16::from_be_bytes([frame[12], frame[13]]));
        if length > MAX_LENGTH {
            return Err("not an 802.3 frame");
        }
        let body = body.get(..length).ok_or("cut off")?;
        let bpdu = body.strip_prefix(&LLC).ok_or("other LLC header")?;
        let [0, 0, version, kind, rest @ ..] = bpdu else {
            return Err(if bpdu.len() < NOTIFICATION_LEN { "too short" } else { "other protocol" });
        };
        match (*version, *kind) {
            (_, 0x80) => Ok(Self::TopologyChange),
            (_, 0x00) => {
                let config = Config::parse(rest).ok_or("too short")?;
                if config.times.message_age >= config.times.max_age {
                    return Err("too old");
                }
                let mut flags = Flags::designated();
                flags.topology_change = config.flags.topology_change;
                flags.acknowledgement = config.flags.acknowledgement;
                Ok(Self::Config(Config { flags, ..config }))
            }
            (2.., 0x02) if bpdu.len() >= RAPID_LEN => {
                Config::parse(rest).map(Self::Rapid).ok_or("too short")
            }
            (2.., 0x02) => Err("too short"),
            _ => Err("unknown type"),
        }
    }

    /// The whole frame, from this station.
    pub fn build(&self, source: MacAddr) -> Vec<u8> {
        let (version, kind, len) = match self {
            Self::TopologyChange => (0, 0x80, NOTIFICATION_LEN),
            Self::Config(_) => (0, 0x00, CONFIG_LEN),
            Self::Rapid(_) => (2, 0x02, RAPID_LEN),
        };
        let mut frame = Vec::with_capacity(Frame::HEADER_LEN + LLC.len() + RAPID_LEN);
        frame.extend(BRIDGE_GROUP.0);
        frame.extend(source.0);
        frame.extend(((LLC.len() + len) as u16).to_be_bytes());
        frame.extend(LLC);
        frame.extend([0, 0, version, kind]);
        if let Some(config) = self.config() {
            let rapid = matches!(self, Self::Rapid(_));
            frame.push(config.flags.octet(rapid));
            let PriorityVector { root, cost, bridge, port } = config.vector;
            push_bridge(&mut frame, root);
            frame.extend(cost.to_be_bytes());
            push_bridge(&mut frame, bridge);
            frame.extend(port.0.to_be_bytes());
            let Times { message_age, max_age, hello, forward_delay } = config.times;
            for field in [message_age, max_age, hello, forward_delay] {
                frame.extend(field.to_be_bytes());
            }
            if rapid {
                // The version 1 length: there is no version 1 information.
                frame.push(0);
            }
        }
        frame
    }
}

impl Config {
    /// Reads what follows the type. `None` when there is not enough of it.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (flags, rest) = bytes.split_first()?;
        let (root, rest) = rest.split_first_chunk()?;
        let (cost, rest) = rest.split_first_chunk()?;
        let (bridge, rest) = rest.split_first_chunk()?;
        let (port, rest) = rest.split_first_chunk()?;
        let (times, _) = rest.split_first_chunk::<8>()?;
        let field = |at: usize| u16::from_be_bytes([times[at], times[at + 1]]);
        Some(Self {
            flags: Flags::from_octet(*flags),
            vector: PriorityVector {
                root: bridge_id(root),
                cost: u32::from_be_bytes(*cost),
                bridge: bridge_id(bridge),
                port: BridgePortId(u16::from_be_bytes(*port)),
            },
            times: Times {
                message_age: field(0),
                max_age: field(2),
                hello: field(4),
                forward_delay: field(6),
            },
        })
    }
}

impl Flags {
    /// A designated port that has nothing else to say: what a Configuration BPDU means.
    pub const fn designated() -> Self {
        Self {
            topology_change: false,
            proposal: false,
            role: Some(PortRole::Designated),
            learning: false,
            forwarding: false,
            agreement: false,
            acknowledgement: false,
        }
    }

    fn from_octet(octet: u8) -> Self {
        let bit = |number: u8| octet & (1 << number) != 0;
        let role = match octet >> 2 & 3 {
            1 => Some(PortRole::Alternate),
            2 => Some(PortRole::Root),
            3 => Some(PortRole::Designated),
            _ => None,
        };
        Self {
            topology_change: bit(0),
            proposal: bit(1),
            role,
            learning: bit(4),
            forwarding: bit(5),
            agreement: bit(6),
            acknowledgement: bit(7),
        }
    }

    fn octet(self, rapid: bool) -> u8 {
        let bits = u8::from(self.topology_change) | u8::from(self.acknowledgement) << 7;
        if !rapid {
            return bits;
        }
        let role = match self.role {
            Some(PortRole::Alternate | PortRole::Backup) => 1,
            Some(PortRole::Root) => 2,
            Some(PortRole::Designated) => 3,
            Some(PortRole::Disabled) | None => 0,
        };
        bits | u8::from(self.proposal) << 1
            | role << 2
            | u8::from(self.learning) << 4
            | u8::from(self.forwarding) << 5
            | u8::from(self.agreement) << 6
    }
}

fn bridge_id(bytes: &[u8; 8]) -> BridgeId {
    let [high, low, address @ ..] = *bytes;
    BridgeId { priority: u16::from_be_bytes([high, low]), address: MacAddr(address) }
}

fn push_bridge(frame: &mut Vec<u8>, BridgeId { priority, address }: BridgeId) {
    frame.extend(priority.to_be_bytes());
    frame.extend(address.0);
}
