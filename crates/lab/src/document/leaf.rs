//! The scalars of a lab file: how each is read, and its schema.

mod address;
mod ends;
mod number;
mod word;

pub(crate) use address::Prefix;
pub(crate) use ends::{EndText, Ends, PortNumber};
pub(crate) use word::{Kind, LinkState, Preset};
