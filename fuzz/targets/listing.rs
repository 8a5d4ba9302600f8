//! Listings, by rules and without. The last byte says which.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rassegna::model::Kind;
use rassegna_fuzz::{read, source};

fuzz_target!(|data: &[u8]| {
    let Some((last, body)) = data.split_last() else {
        return;
    };
    let (id, kind) = match last % 3 {
        0 => ("ruled", None),
        1 => ("plain", Some(Kind::Listing)),
        _ => ("plain", None),
    };
    read(source(id), kind, Some("text/html; charset=utf-8"), body);
});
