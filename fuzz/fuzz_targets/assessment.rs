#![no_main]
//! The body of this target is in `src/fuzz/`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| avouch::fuzz::run("assessment", bytes));
