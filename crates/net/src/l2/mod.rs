//! Devices of the link layer.
