//! Articles on pages of their own.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rassegna::model::Kind;
use rassegna_fuzz::{read, source};

fuzz_target!(|data: &[u8]| {
    read(
        source("plain"),
        Some(Kind::Article),
        Some("text/html"),
        data,
    );
});
