//! Two fresh databases that are told the same at the same times publish the same bytes.

use std::fs;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rassegna::config;

use crate::stable::{Answer, differing, published};

/// What the demo's sources answer, and what two of them answer an hour later, edited.
fn answers(config: &config::Config) -> Vec<Answer> {
    let bodies = [
        ("agenzia", "demo/agenzia-it.html"),
        ("agenzia-en", "demo/agenzia-en.html"),
        ("regione", "demo/regione-articolo.html"),
        ("agence", "demo/agence.rss"),
        ("agentur", "demo/agentur.atom"),
    ];
    let source = |name: &str| {
        let mut sources = config.sources.iter();
        let source = sources.find(|source| source.id.0 == name).unwrap();
        source.as_ref().clone()
    };
    let first = DateTime::<Utc>::from_timestamp(1_764_000_000, 0).unwrap();
    let told = bodies.map(|(name, file)| (source(name), first, fs::read(file).unwrap()));
    let edited = told[3..].iter().map(|(source, at, body)| {
        let text = String::from_utf8(body.clone()).unwrap();
        let edited = text.replacen("</title>", " (agg.)</title>", 4);
        (
            source.clone(),
            *at + TimeDelta::hours(1),
            edited.into_bytes(),
        )
    });
    told.iter().cloned().chain(edited).collect()
}

#[test]
fn the_same_answers_at_the_same_times_make_the_same_files_in_every_format() {
    let config = Arc::new(config::load("config/demo.toml".as_ref()).unwrap());
    let answers = answers(&config);
    let first = published(&config, &answers);
    assert!(first.len() >= 4 * 4, "{:?}", first.keys());
    let entries = first.iter().filter(|(name, _)| name.ends_with("atom.xml"));
    let entries: usize = entries
        .map(|(_, text)| String::from_utf8_lossy(text).matches("<entry>").count())
        .sum();
    assert!(entries > 10, "{entries}");
    assert_eq!(
        differing(&first, &published(&config, &answers)),
        [""; 0].map(std::path::Path::new)
    );

    // Which of several sources that tell nothing in common answers first makes no difference either.
    let (mut others, edited) = (answers.clone(), answers.len() - 2);
    others[..edited].reverse();
    assert_eq!(
        differing(&first, &published(&config, &others)),
        [""; 0].map(std::path::Path::new)
    );

    // When an edit was seen does.
    let mut later = answers;
    later[edited].1 += TimeDelta::hours(1);
    assert!(!differing(&first, &published(&config, &later)).is_empty());
}
