//! JSON by rules, as WordPress's, and of unknown kinds. The first byte says which.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rassegna::model::Kind;
use rassegna_fuzz::{read, source};

fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else {
        return;
    };
    let (id, kind) = match first % 3 {
        0 => ("json", None),
        1 => ("plain", Some(Kind::Json)),
        _ => ("plain", None),
    };
    read(source(id), kind, Some("application/json"), body);
});
