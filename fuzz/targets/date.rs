//! Dates, for people, for machines and by patterns. The last byte says which language and zone.

#![no_main]

use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;
use rassegna::date;
use rassegna::language::Language;
use rassegna_fuzz::now;

const TAGS: &[&str] = &[
    "", "it", "en", "fr", "de", "es", "pt", "nl", "pl", "ro", "ru", "uk", "el", "tr", "ar", "fa",
    "he", "hi", "th", "ja", "ko", "zh", "vi", "id", "sv", "da", "no", "fi", "cs", "sk", "hu", "sl",
    "hr", "bg", "et", "lv", "lt", "ca",
];

const ZONES: &[Tz] = &[
    Tz::UTC,
    Tz::Europe__Rome,
    Tz::America__New_York,
    Tz::Asia__Kathmandu,
];

fuzz_target!(|data: &[u8]| {
    let Some((last, rest)) = data.split_last() else {
        return;
    };
    let last = usize::from(*last);
    let languages: Vec<Language> = Language::parse(TAGS[last % TAGS.len()])
        .into_iter()
        .collect();
    let timezone = ZONES[last % ZONES.len()];
    let context = date::Context {
        languages: &languages,
        timezone,
        now: now(),
        format: None,
        order: None,
    };
    let text = String::from_utf8_lossy(rest);
    let (format, written) = text.split_once('\n').unwrap_or(("%d/%m/%Y %H:%M", &text));
    let readings = [
        date::read(&text, &context),
        date::read_machine(&text, &context),
        match date::check_format(format) {
            Ok(()) => date::read_format(written, format, &context),
            Err(_) => Err(date::Refusal::NoDate),
        },
    ];
    for reading in readings.into_iter().flatten() {
        for ignore_zone in [false, true] {
            let _ = reading.resolve(timezone, ignore_zone).to_rfc3339();
        }
    }
});
