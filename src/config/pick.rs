//! Selectors and picks: how the configuration says where on a page something is.

use scraper::Selector;

use super::{From, Pick};

/// What a selector may be, and what it may not, for messages.
pub(super) const SELECTORS: &str = "a CSS selector such as `h3 a`, `div.news > p`, `[data-id]`, `li:nth-child(2)`, \
     `a:not(.more)`, `tr:has(td)`; `:contains()`, `::text` and `:nth-child(n of S)` are not supported";

/// What a pick may be, for messages.
pub(super) const PICKS: &str = "a CSS selector such as `h3 a`, `div.news > p`, `li:nth-child(2)`, `tr:has(td)`, with an \
     attribute `time@datetime`, or `@attribute` of the item, or `@url`; `:contains()`, `::text` and \
     `:nth-child(n of S)` are not supported";

/// Compiles a selector.
///
/// # Errors
///
/// That it is none, in words.
pub fn selector(text: &str) -> Result<Selector, String> {
    Selector::parse(text).map_err(|_| format!("`{text}` is not a selector"))
}

impl Pick {
    /// Reads a pick as it is written: `h3 a`, `time@datetime`, `@data-date` of the item itself, `@url` for the
    /// item's link.
    ///
    /// # Errors
    ///
    /// That its selector is none, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (select, attribute) = split_attribute(text.trim());
        let (from, attribute) = match (select, attribute) {
            ("", Some("url")) => (From::Address, None),
            ("", Some(_)) => (From::Item, attribute),
            (select, _) => (From::Select(selector(select)?), attribute),
        };
        let written = text.trim().to_owned();
        Ok(Self {
            from,
            attribute: attribute.map(str::to_owned),
            regex: None,
            all: false,
            written,
        })
    }

    /// The same pick, reading an attribute where it names none and looks at an element.
    #[must_use]
    pub fn or_attribute(mut self, default: Option<&str>) -> Self {
        if !matches!(self.from, From::Address) {
            self.attribute = self.attribute.or_else(|| default.map(str::to_owned));
        }
        self
    }
}

/// Splits at the last `@` outside of brackets and quotes that a name follows to the end.
fn split_attribute(text: &str) -> (&str, Option<&str>) {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut split = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.saturating_sub(1),
            (None, '@') if depth == 0 => split = Some(at),
            _ => {}
        }
    }
    let parts = split.and_then(|at| text.split_at_checked(at));
    let named = parts.and_then(|(select, rest)| Some((select.trim_end(), rest.strip_prefix('@')?)));
    match named {
        Some((select, name)) if attribute(name).is_ok() => (select, Some(name)),
        _ => (text, None),
    }
}

/// Checks the name of an attribute.
///
/// # Errors
///
/// That it is none, in words.
pub fn attribute(name: &str) -> Result<(), String> {
    let letters = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'));
    if letters && !name.is_empty() {
        Ok(())
    } else {
        Err(format!("`{name}` is not the name of an attribute"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_attribute_stands_after_the_last_at_outside_brackets_and_quotes() {
        for (text, select, attribute) in [
            ("h3 a", "h3 a", None),
            ("time@datetime", "time", Some("datetime")),
            ("time @datetime", "time", Some("datetime")),
            ("@data-date", "", Some("data-date")),
            (r#"a[href*="@"]"#, r#"a[href*="@"]"#, None),
            (r#"a[href*="@"]@title"#, r#"a[href*="@"]"#, Some("title")),
            (
                r#"a:not([title="x]@y"])@xml:lang"#,
                r#"a:not([title="x]@y"])"#,
                Some("xml:lang"),
            ),
            ("a[data-x=@y", "a[data-x=@y", None),
            ("a@", "a@", None),
            ("a@b c", "a@b c", None),
        ] {
            assert_eq!(split_attribute(text), (select, attribute), "{text}");
        }
    }

    #[test]
    fn a_pick_looks_at_the_item_its_link_or_what_a_selector_finds() {
        assert!(matches!(Pick::parse("@url").unwrap().from, From::Address));
        assert!(matches!(Pick::parse("@href").unwrap().from, From::Item));
        assert!(matches!(
            Pick::parse("a@url").unwrap().from,
            From::Select(_)
        ));
        assert_eq!(Pick::parse(" a@title ").unwrap().written, "a@title");
    }

    #[test]
    fn a_default_attribute_is_not_for_the_link_itself() {
        let read = |text: &str| {
            Pick::parse(text)
                .unwrap()
                .or_attribute(Some("href"))
                .attribute
        };
        assert_eq!(read("h3 a").as_deref(), Some("href"));
        assert_eq!(read("h3 a@title").as_deref(), Some("title"));
        assert_eq!(read("@url"), None);
    }

    #[test]
    fn what_is_no_selector_is_named() {
        for text in [
            "p:contains('x')",
            "a::text",
            "h3 >",
            "",
            "a@",
            "li:nth-child(1 of .x)",
        ] {
            assert_eq!(
                Pick::parse(text).err(),
                Some(format!("`{text}` is not a selector")),
                "{text}"
            );
        }
        assert!(Pick::parse("tr:has(td)").is_ok() && Pick::parse("li:nth-child(2)").is_ok());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r#"[a-z@\[\]()"'=*: .>]{0,30}|\PC{0,20}"#) {
            let _ = Pick::parse(&text);
        }
    }
}
