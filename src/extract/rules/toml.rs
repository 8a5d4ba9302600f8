//! Rules as the configuration writes them: TOML 1.0.

use std::fmt::Write as _;

use super::Written;

/// Keys with their values, the signs below each other.
pub fn pairs(out: &mut String, pairs: &[(&str, Option<String>)]) {
    let there = || {
        pairs
            .iter()
            .filter_map(|(key, value)| Some((key, value.as_ref()?)))
    };
    let width = there().map(|(key, _)| key.len()).max().unwrap_or_default();
    for (key, value) in there() {
        let _ = writeln!(out, "{key:width$} = {value}");
    }
}

/// The value of a field's key.
#[must_use]
pub fn picks(picks: &[Written]) -> String {
    match picks {
        [one] => pick(one),
        several => format!(
            "[{}]",
            several.iter().map(pick).collect::<Vec<_>>().join(", ")
        ),
    }
}

fn pick(written: &Written) -> String {
    if written.regex.is_none() && !written.all {
        return text(&written.pick);
    }
    // The long form has no place for an item's own attribute in `select`.
    let mut parts = vec![match written.pick.strip_prefix('@') {
        Some(name) if name != "url" => format!("attr = {}", text(name)),
        _ => format!("select = {}", text(&written.pick)),
    }];
    parts.extend(
        written
            .regex
            .as_ref()
            .map(|regex| format!("regex = {}", text(regex))),
    );
    parts.extend(written.all.then(|| "all = true".to_owned()));
    format!("{{ {} }}", parts.join(", "))
}

/// A string of TOML 1.0: a literal one where that spares escapes.
#[must_use]
pub fn text(text: &str) -> String {
    let plain = !text.contains('\'') && !text.chars().any(char::is_control);
    if plain && text.contains(['"', '\\']) {
        return format!("'{text}'");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    proptest::proptest! {
        #[test]
        fn any_text_is_written_so_that_it_is_read_back(written in r#"["'\\\x00-\x1f\PC]{0,30}"#) {
            let table: toml::Table = format!("x = {}", text(&written)).parse().unwrap();
            proptest::prop_assert_eq!(table["x"].as_str(), Some(written.as_str()));
        }
    }
}
