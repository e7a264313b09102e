//! libFuzzer's way in.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lanternet_fuzz::dns_messages::run(data));
