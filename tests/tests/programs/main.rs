//! The programs: each test body in several worlds ([`lanternet_tests::worlds`]).

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod echo;
mod line;
mod partners;
mod portal;
mod probe;
mod site;
mod upload;
