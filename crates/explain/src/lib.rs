//! Placeholder head.
mod columns;
mod comment;
mod digest;
#[cfg(test)]
mod examples;
mod info;
mod json;
mod locale;
mod narrate;
pub mod port;
mod run;
#[cfg(test)]
mod snapshot;
pub mod subnet;

pub use columns::{pad, table, width};
pub use comment::comment;
pub use digest::{Digest, Tally};
pub use json::json_line;
pub use locale::{Args, Catalogue, Locale, TextError, UnknownLocale};
pub use narrate::{Narrator, sentence};
pub use run::{
    InterfaceSummary, LinkSummary, NetworkSummary, NodeKind, NodeSummary, OutputColumns,
    expectation, stopped,
};
