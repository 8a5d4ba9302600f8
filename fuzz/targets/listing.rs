//! Listings, by rules and without. The first byte says which.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rassegna::model::Kind;
use rassegna_fuzz::{read, source};

fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else {
        return;
    };
    let (id, kind) = match first % 3 {
        0 => ("ruled", None),
        1 => ("plain", Some(Kind::Listing)),
        _ => ("plain", None),
    };
    read(source(id), kind, Some("text/html; charset=utf-8"), body);
});
