//! Durations and sizes as people write them, and words as people compare them.

use std::time::Duration;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Seconds in each unit of a duration, the longest first.
const DURATIONS: [(&str, u64); 5] = [
    ("w", 604_800),
    ("d", 86_400),
    ("h", 3_600),
    ("m", 60),
    ("s", 1),
];

/// Bytes in each unit of a size: `kB` counts in thousands, `KiB` in 1024s (IEC 80000-13).
const SIZES: [(&str, u64); 7] = [
    ("B", 1),
    ("kB", 1_000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
];

/// Reads a duration: `30s`, `15m`, `2h`, `400d`, `1w`, or several together, the longest first: `1h30m`.
///
/// # Errors
///
/// What is wrong with it, in words.
pub fn duration(text: &str) -> Result<Duration, String> {
    let mut rest = text.trim();
    let mut total: u64 = 0;
    let mut units = DURATIONS.iter();
    while !rest.is_empty() {
        let (number, unit, after) =
            quantity(rest).ok_or_else(|| format!("`{text}` is not a duration"))?;
        if !DURATIONS.iter().any(|(name, _)| *name == unit) {
            return Err(match unit {
                "" => format!("`{text}` has no unit"),
                unit => format!("`{unit}` is not a unit of time"),
            });
        }
        let (_, seconds) = units
            .find(|(name, _)| *name == unit)
            .ok_or_else(|| format!("the units of `{text}` are not in order"))?;
        let part = number
            .checked_mul(*seconds)
            .and_then(|part| part.checked_add(total));
        total = part.ok_or_else(|| format!("`{text}` is too long"))?;
        rest = after;
    }
    if text.trim().is_empty() {
        return Err("an empty text is not a duration".to_owned());
    }
    Ok(Duration::from_secs(total))
}

/// Reads a size in bytes: `10 MiB` (1024 × 1024), `500 kB` (1000), `1 MB` (1000 × 1000); the case of the unit
/// does not matter.
///
/// # Errors
///
/// What is wrong with it, in words.
pub fn size(text: &str) -> Result<u64, String> {
    let parts = quantity(text.trim()).filter(|(.., after)| after.is_empty());
    let (number, unit, _) = parts.ok_or_else(|| format!("`{text}` is not a size"))?;
    if unit.is_empty() {
        return Err(format!("`{text}` has no unit"));
    }
    let found = SIZES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit));
    let (_, bytes) = found.ok_or_else(|| format!("`{unit}` is not a unit of size"))?;
    number
        .checked_mul(*bytes)
        .ok_or_else(|| format!("`{text}` is too big"))
}

/// A duration as people write it: `1h30m`.
#[must_use]
pub fn write_duration(duration: Duration) -> String {
    let mut rest = duration.as_secs();
    let mut text = String::new();
    for (unit, seconds) in DURATIONS {
        if rest >= seconds {
            text.push_str(&format!("{}{unit}", rest / seconds));
            rest %= seconds;
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

/// A size as people write it, in the biggest unit that leaves no remainder: `10 MiB`.
#[must_use]
pub fn write_size(bytes: u64) -> String {
    let mut fitting = SIZES
        .iter()
        .rev()
        .filter(|(_, unit)| bytes >= *unit && bytes.is_multiple_of(*unit));
    fitting.next().map_or_else(
        || format!("{bytes} B"),
        |(name, unit)| format!("{} {name}", bytes / unit),
    )
}

/// The words of a text without case and accents, one space between them: what word filters compare.
///
/// Han and kana are written without spaces, so each of their characters is a word.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        // Most texts are mostly ASCII, of which no sign takes part in a composition.
        let ascii = rest.bytes().position(|byte| !byte.is_ascii());
        let (ascii, after) = rest.split_at(ascii.unwrap_or(rest.len()));
        for byte in ascii.bytes() {
            if byte.is_ascii_alphanumeric() {
                folded.push(char::from(byte.to_ascii_lowercase()));
            } else if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        }
        let other = after.find(|c: char| c.is_ascii());
        let (other, after) = after.split_at(other.unwrap_or(after.len()));
        fold_into(&mut folded, other);
        rest = after;
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn fold_into(folded: &mut String, text: &str) {
    for c in text
        .nfkd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .flat_map(char::to_lowercase)
    {
        let alone = matches!(c, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}');
        let in_word = c.is_alphanumeric() || is_combining_mark(c);
        if (alone || !in_word) && !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
        // Lower-casing brings new accents, as in the Turkish capital İ.
        if in_word && !('\u{300}'..='\u{36f}').contains(&c) {
            folded.push(c);
        }
        if alone {
            folded.push(' ');
        }
    }
}

/// A number, the unit after it, and what follows.
fn quantity(text: &str) -> Option<(u64, &str, &str)> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(digits)?;
    let rest = rest.trim_start();
    let letters = rest
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(rest.len());
    let (unit, rest) = rest.split_at_checked(letters)?;
    Some((number.parse().ok()?, unit, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::*;

    #[test]
    fn durations_have_units_that_add_up() {
        for (text, seconds) in [
            ("30s", 30),
            ("15m", 900),
            ("2h", 7200),
            ("400d", 34_560_000),
            ("1w", 604_800),
            ("1h30m", 5400),
            ("1h 30 m", 5400),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_says_why() {
        let said = |text: &str| duration(text).expect_err(text);
        assert_eq!(said("30"), "`30` has no unit");
        assert_eq!(said("30 minuti"), "`minuti` is not a unit of time");
        assert_eq!(said("30M"), "`M` is not a unit of time");
        assert_eq!(said("soon"), "`soon` is not a duration");
        assert_eq!(said("-5m"), "`-5m` is not a duration");
        assert_eq!(said("1.5h"), "`1.5h` has no unit");
        assert_eq!(said("5m1h"), "the units of `5m1h` are not in order");
        assert_eq!(said("5m5m"), "the units of `5m5m` are not in order");
        assert_eq!(said(" "), "an empty text is not a duration");
        assert_eq!(
            said("99999999999999999999d"),
            "`99999999999999999999d` is not a duration"
        );
        assert_eq!(
            said("9999999999999999999w"),
            "`9999999999999999999w` is too long"
        );
    }

    #[test]
    fn decimal_and_binary_sizes_differ() {
        for (text, bytes) in [
            ("10 MiB", 10_485_760),
            ("500 kB", 500_000),
            ("1 MB", 1_000_000),
            ("64KiB", 65_536),
            ("1 gib", 1 << 30),
            ("7 B", 7),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_says_why() {
        let said = |text: &str| size(text).expect_err(text);
        assert_eq!(said("10"), "`10` has no unit");
        assert_eq!(said("10 megabyte"), "`megabyte` is not a unit of size");
        assert_eq!(said("1 MB 5"), "`1 MB 5` is not a size");
        assert_eq!(said(""), "`` is not a size");
        assert_eq!(said("99999999999 GiB"), "`99999999999 GiB` is too big");
    }

    #[test]
    fn what_is_written_reads_back() {
        for seconds in [0, 1, 59, 60, 5400, 86_400, 34_560_000] {
            let wanted = Duration::from_secs(seconds);
            assert_eq!(duration(&write_duration(wanted)), Ok(wanted));
        }
        assert_eq!(write_duration(Duration::from_secs(5400)), "1h30m");
        for bytes in [1, 1_000, 65_536, 10_485_760, 1_048_577] {
            assert_eq!(size(&write_size(bytes)), Ok(bytes));
        }
        assert_eq!(write_size(256 << 20), "256 MiB");
    }

    #[test]
    fn folding_leaves_words_without_case_and_accents() {
        assert_eq!(
            fold("  Perché l'Università,\tÈ così?"),
            "perche l universita e cosi"
        );
        assert_eq!(fold("COSMO-SkyMed"), "cosmo skymed");
        assert_eq!(fold("İstanbul"), "istanbul");
        assert_eq!(fold("…"), "");
    }

    #[test]
    fn folding_is_the_same_in_pieces_and_as_a_whole() {
        let signs = [
            "a", "B", " ", "'", "9", "é", "e\u{301}", "½", "ﬁ", "İ", "ß", "宇", "…", "\u{a0}",
            "\u{323}", "µ",
        ];
        for first in signs {
            for second in signs {
                for third in signs {
                    let text = [first, second, third].concat();
                    let mut whole = String::new();
                    fold_into(&mut whole, &text);
                    assert_eq!(fold(&text), whole.trim_end(), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn scripts_without_spaces_fold_into_characters() {
        assert_eq!(fold("日本の宇宙"), "日 本 の 宇 宙");
        assert_eq!(fold("JAXA宇宙"), "jaxa 宇 宙");
    }
}
