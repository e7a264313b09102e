//! Placeholder head.
mod columns;
mod info;
mod locale;
mod narrate;
pub mod port;
pub mod subnet;

pub use columns::{pad, table, width};
pub use locale::{Args, Catalogue, Locale, TextError, UnknownLocale};
pub use narrate::{Narrator, sentence};
