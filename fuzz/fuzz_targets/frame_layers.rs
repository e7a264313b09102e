//! libFuzzer's way in.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lanternet_fuzz::frame_layers::run(data));
