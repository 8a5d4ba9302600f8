//! Feeds: RSS, Atom, RDF, JSON Feed, broken or whole. The last byte says what the server calls it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rassegna::model::Kind;
use rassegna_fuzz::{read, source};

fuzz_target!(|data: &[u8]| {
    let Some((last, body)) = data.split_last() else {
        return;
    };
    let content_type = match last % 4 {
        0 => None,
        1 => Some("application/rss+xml"),
        2 => Some("text/xml; charset=iso-8859-1"),
        _ => Some("application/feed+json"),
    };
    read(source("plain"), Some(Kind::Feed), content_type, body);
});
