//! The words of the pages: a file a language in `texts/`, part of the program.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::language::Language;

/// The tag and the texts of each language that pages speak. English is what the others fall back to.
const FILES: [(&str, &str); 6] = [
    ("en", include_str!("texts/en.toml")),
    ("ar", include_str!("texts/ar.toml")),
    ("de", include_str!("texts/de.toml")),
    ("es", include_str!("texts/es.toml")),
    ("fr", include_str!("texts/fr.toml")),
    ("it", include_str!("texts/it.toml")),
];

#[expect(clippy::expect_used, reason = "a test reads each file")]
static ALL: LazyLock<[Texts; FILES.len()]> = LazyLock::new(|| {
    FILES.map(|(tag, file)| Texts {
        tag,
        ..toml::from_str(file).expect("a file of texts")
    })
});

/// What a page says by itself, in one language; `texts/en.toml` tells where each text stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    /// The language's tag.
    #[serde(skip)]
    pub(super) tag: &'static str,
    pub(super) skip: String,
    pub(super) subscribe: String,
    pub(super) how: String,
    pub(super) feeds: String,
    pub(super) sources: String,
    pub(super) tags: String,
    pub(super) also: String,
    pub(super) languages: String,
    pub(super) empty: String,
    entries: String,
    pub(super) updated: String,
    pub(super) rights: String,
    pub(super) opml: String,
    pub(super) archive: String,
    page: String,
    pub(super) newest: String,
    pub(super) newer: String,
    pub(super) older: String,
    pub(super) raw: String,
}

impl Texts {
    /// The texts in a language, else in English.
    pub(super) fn of(language: Option<&Language>) -> &'static Self {
        let spoken = |tag: &str| ALL.iter().find(|texts| texts.tag == tag);
        language
            .and_then(|language| spoken(language.tag()))
            .unwrap_or(&ALL[0])
    }

    /// Those of all languages, English first.
    pub(super) fn all() -> impl Iterator<Item = &'static Self> {
        ALL.iter()
    }

    /// How many entries there are.
    pub(super) fn entries(&self, count: usize) -> String {
        self.entries.replace("{}", &count.to_string())
    }

    /// Which page of an archive it is.
    pub(super) fn page(&self, number: u32) -> String {
        self.page.replace("{}", &number.to_string())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_file_of_texts_is_in_the_program_and_has_every_text_and_no_other() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/render/texts");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        let listed = FILES.map(|(tag, _)| format!("{tag}.toml"));
        assert_eq!(
            files,
            listed.into(),
            "each is to be in FILES of render/texts.rs"
        );
        for (tag, file) in FILES {
            let texts: Result<Texts, _> = toml::from_str(file);
            assert!(texts.is_ok(), "{tag}.toml: {}", texts.unwrap_err());
            assert!(Language::parse(tag).is_some_and(|language| language.tag() == tag));
            let table: toml::Table = toml::from_str(file).unwrap();
            for (key, text) in table {
                let text = text.as_str().unwrap();
                assert!(
                    !text.trim().is_empty() && text.lines().count() == 1,
                    "{tag}.toml: {key}"
                );
                let numbered = usize::from(matches!(key.as_str(), "entries" | "page"));
                assert_eq!(
                    text.matches("{}").count(),
                    numbered,
                    "the place of the number in {tag}.toml: {key}"
                );
            }
        }
    }

    #[test]
    fn a_language_without_texts_has_the_english_ones() {
        let texts = |tag| Texts::of(Language::parse(tag).as_ref());
        assert_eq!(texts("it").subscribe, "Abbonati");
        assert_eq!(texts("eu").tag, "en");
        assert_eq!(Texts::of(None).tag, "en");
        assert_eq!(texts("it").entries(1), "Notizie: 1");
    }
}
