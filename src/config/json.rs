//! How the configuration says where in a JSON text something is: paths (RFC 9535), and addresses put together of them.

use serde_json_path::JsonPath;

/// What a path may be, for messages.
pub(super) const PATHS: &str = "a JSONPath (RFC 9535) such as \"$.results[*]\"";

/// What a field may be, for messages.
pub(super) const FIELDS: &str = "a JSONPath relative to the item such as \"$.headline\", or a text with such paths in \
     braces such as \"https://agenzia.example/{$.slug}\"";

/// `json` of a source: where in a JSON text its items are, and what of them is what.
#[derive(Debug, Clone)]
pub struct Json {
    /// The items, or lists of them.
    pub items: JsonPath,
    /// Its fields, each a list of which the first that gives something counts; relative to the item.
    pub title: Vec<Field>,
    /// The address of its page.
    pub link: Vec<Field>,
    /// When it was published.
    pub date: Vec<Field>,
    /// When it was changed.
    pub updated: Vec<Field>,
    /// The teaser.
    pub summary: Vec<Field>,
    /// The whole text.
    pub html: Vec<Field>,
    /// The address of its image.
    pub image: Vec<Field>,
    /// Its authors.
    pub author: Vec<Field>,
    /// Its categories.
    pub category: Vec<Field>,
    /// What the source calls it.
    pub id: Vec<Field>,
    /// The language it is in (BCP 47).
    pub language: Vec<Field>,
}

/// One way to find a field of an item.
#[derive(Debug, Clone)]
pub enum Field {
    /// What a path finds.
    Path(JsonPath),
    /// Text and what paths find, put together; nothing where one of them finds nothing.
    Template(Vec<Part>),
}

/// A part of a [`Field::Template`].
#[derive(Debug, Clone)]
pub enum Part {
    /// As it is written.
    Text(String),
    /// What a path finds.
    Path(JsonPath),
}

/// Compiles a path.
///
/// # Errors
///
/// What is wrong with it and where, in words.
pub fn path(text: &str) -> Result<JsonPath, String> {
    JsonPath::parse(text.trim()).map_err(|error| {
        let rest = text.trim().get(error.position()..).unwrap_or_default();
        let rest: String = rest.chars().take(20).collect();
        if rest.is_empty() {
            format!("`{text}` is not a path: it breaks off")
        } else {
            format!("`{text}` is not a path: it goes wrong at `{rest}`")
        }
    })
}

impl Field {
    /// Reads a field as it is written: `$.headline`, or `https://agenzia.example/{$.slug}`.
    ///
    /// # Errors
    ///
    /// That a path in it is none, or that there is none, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.starts_with('$') {
            return path(text).map(Self::Path);
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let end =
                closing(after).ok_or_else(|| format!("`{text}` has a brace that is not closed"))?;
            let (inner, behind) = after.split_at(end);
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Path(path(inner)?));
            rest = behind.strip_prefix('}').unwrap_or(behind);
        }
        if parts.is_empty() {
            return Err(format!("`{text}` has no path in it"));
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self::Template(parts))
    }
}

/// Where a path in braces ends: at the first `}` outside of quotes.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '}') => return Some(at),
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parts(text: &str) -> Vec<String> {
        match Field::parse(text).unwrap() {
            Field::Path(path) => vec![path.to_string()],
            Field::Template(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Path(path) => path.to_string(),
                })
                .collect(),
        }
    }

    #[test]
    fn a_field_is_a_path_or_a_text_with_paths_in_braces() {
        assert_eq!(parts(" $.a ").len(), 1);
        assert_eq!(
            parts("https://a.example/{$.lang}/{$.slug}.html").len(),
            5,
            "{:?}",
            parts("https://a.example/{$.lang}/{$.slug}.html")
        );
        assert_eq!(parts("{$.date}Z").last().unwrap(), "Z");
    }

    #[test]
    fn a_brace_in_quotes_does_not_end_a_path() {
        assert_eq!(parts(r"x{$['a}\'b']}y").len(), 3);
    }

    #[test]
    fn what_is_no_field_is_told_with_the_place() {
        for (text, why) in [
            ("headline", "`headline` has no path in it"),
            ("a/{$.x", "`a/{$.x` has a brace that is not closed"),
            ("", "`` has no path in it"),
            ("$.a[", "`$.a[` is not a path: it goes wrong at `[`"),
            ("a/{x}", "`x` is not a path: it goes wrong at `x`"),
        ] {
            assert_eq!(Field::parse(text).err().as_deref(), Some(why), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r#"[a-z$.*@?\[\](){}"'=: ]{0,30}|\PC{0,20}"#) {
            let _ = Field::parse(&text);
        }
    }
}
