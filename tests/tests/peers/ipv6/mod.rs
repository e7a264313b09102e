//! IPv6 in conversation with the kernel: both ways, through our routers and through the kernel's.

mod addresses;
mod networks;
mod packets;
