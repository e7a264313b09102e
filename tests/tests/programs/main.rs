//! The programs: each test body in several worlds ([`lanternet_tests::worlds`]).

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[cfg(target_os = "linux")]
mod abuse;
mod assistant;
mod chat;
mod echo;
mod hello;
mod line;
mod login;
mod partners;
mod portal;
mod probe;
mod site;
mod tls;
mod upload;
