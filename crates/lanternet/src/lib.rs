//! Lanternet.
