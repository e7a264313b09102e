//! Placeholder head.
mod columns;
#[cfg(test)]
mod examples;
mod info;
mod locale;
mod narrate;
pub mod port;
#[cfg(test)]
mod snapshot;
pub mod subnet;

pub use columns::{pad, table, width};
pub use locale::{Args, Catalogue, Locale, TextError, UnknownLocale};
pub use narrate::{Narrator, sentence};
