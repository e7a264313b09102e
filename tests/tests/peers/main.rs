//! Simulated hosts, routers and switches in conversation with what nobody here wrote: the Linux
//! kernel and its programs, in network namespaces and in real time.
#![cfg(target_os = "linux")]

mod echo;
