//! Placeholder head.
mod columns;
mod locale;
pub mod port;
pub mod subnet;

pub use columns::{pad, table, width};
pub use locale::{Args, Catalogue, Locale, TextError, UnknownLocale};
