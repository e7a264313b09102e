//! Placeholder head.
mod columns;
mod explained;
mod locale;
pub mod port;
pub mod subnet;

pub use columns::{pad, table, width};
pub use explained::Explained;
pub use locale::{Args, Catalogue, Locale, TextError, UnknownLocale};
