//! Lanternet's reasons in words, in English and Simplified Chinese.
//!
//! A [`Catalogue`] holds the sentences of one language; the modules turn facts into them. Nothing here
//! reads a clock, a file or the environment: the language is handed in.
//!
//! - What happened, as it happens: [`sentence`] and [`Narrator`] (one line per reason),
//!   [`json_line`] (the same for programs), [`comment`] (the same on frames of a capture).
//! - What a run comes to: [`Digest`] counts, [`Tally::render`] tells.
//! - Around it: [`NetworkSummary`], [`OutputColumns`], [`expectation`], [`stopped`].
//! - What became of a probe, and why: [`why`].
//! - What a device knows: [`tables`].
//! - Questions without a network: [`subnet`], [`port`].

mod columns;
mod comment;
mod digest;
#[cfg(test)]
mod examples;
mod explained;
mod info;
mod json;
mod locale;
mod narrate;
pub mod port;
mod run;
#[cfg(test)]
mod snapshot;
pub mod subnet;
pub mod tables;
pub mod verdict;
pub mod why;

pub use columns::{pad, table, width};
pub use comment::comment;
pub use digest::{Digest, Tally};
pub use explained::Explained;
pub use json::{expectation_line, json_line, run_ended_line};
pub use locale::{Args, Catalogue, Locale, TextError, UnknownLocale};
pub use narrate::{Narrator, sentence};
pub use run::{
    InterfaceSummary, LinkSummary, NetworkSummary, NodeKind, NodeSummary, OutputColumns,
    expectation, stopped,
};
