//! Head comes with the whole.
mod addr;
mod rng;
mod time;
pub use addr::{MacAddr, ParseMacError, VlanId};
pub use ipnet::IpNet;
pub use rng::Rng;
pub use time::{Duration, Instant, ParseDurationError};
