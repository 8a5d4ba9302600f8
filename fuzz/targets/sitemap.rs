//! Sitemaps of news and their indexes, packed or not.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rassegna::model::Kind;
use rassegna_fuzz::{read, source};

fuzz_target!(|data: &[u8]| {
    read(
        source("plain"),
        Some(Kind::Sitemap),
        Some("application/xml"),
        data,
    );
});
