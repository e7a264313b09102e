//! libFuzzer's way in.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lanternet_fuzz::dhcp_messages::run(data));
