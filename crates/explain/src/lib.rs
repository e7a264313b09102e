//! Lanternet's reasons in words, in English and Simplified Chinese.
//!
//! A [`Catalogue`] holds the sentences of one language; the modules turn facts into them. Nothing here
//! reads a clock, a file or the environment: the language is handed in.

mod columns;
#[cfg(test)]
mod examples;
mod explained;
mod info;
mod locale;
mod narrate;
pub mod port;
#[cfg(test)]
mod snapshot;
pub mod subnet;
pub mod why;

pub use columns::{pad, table, width};
pub use explained::Explained;
pub use locale::{Args, Catalogue, Locale, TextError, UnknownLocale};
pub use narrate::{Narrator, sentence};
