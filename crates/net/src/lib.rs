//! Placeholder head.
pub mod services;
pub mod subnet;
