//! Which entries belong to a feed: any within a list, all across the lists, and a veto by what must not be.

use std::cell::OnceCell;

use regex::{Regex, RegexBuilder};

use crate::config::{Filter, Needle, units};
use crate::language::Language;

/// The most bytes that a compiled pattern may take.
const PATTERN_SIZE: usize = 1 << 20;

/// What a filter looks at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The language of the entry.
    pub language: &'a Language,
    /// The ids of all sources that tell it.
    pub sources: &'a [&'a str],
    /// The tags of these sources.
    pub tags: &'a [&'a str],
    /// Its categories as the sources name them.
    pub categories: &'a [String],
    /// Its title, summary and text.
    pub text: &'a str,
}

impl Filter {
    /// Whether an entry belongs.
    #[must_use]
    pub fn matches(&self, entry: &Facts<'_>) -> bool {
        self.refusal(entry).is_none()
    }

    /// Whether no entry in a language belongs, whatever else it is.
    #[must_use]
    pub fn shuts_out(&self, language: &Language) -> bool {
        !self.language.is_empty() && !self.language.contains(language)
            || self.not_language.contains(language)
    }

    /// Whether it looks at an entry's text, which takes the longest to gather.
    #[must_use]
    pub fn reads_text(&self) -> bool {
        !(self.text.is_empty() && self.not_text.is_empty())
    }

    /// The first key that keeps an entry out; nothing where it belongs.
    #[must_use]
    pub fn refusal(&self, entry: &Facts<'_>) -> Option<&'static str> {
        let text = Text {
            written: entry.text,
            folded: OnceCell::new(),
        };
        let categories = OnceCell::new();
        let category = |wanted: &String| {
            let known = categories.get_or_init(|| {
                entry
                    .categories
                    .iter()
                    .map(|name| units::fold(name))
                    .collect::<Vec<_>>()
            });
            known.contains(&units::fold(wanted))
        };
        let language = |wanted: &Language| wanted == entry.language;
        let source = |wanted: &String| entry.sources.contains(&wanted.as_str());
        let tag = |wanted: &String| entry.tags.contains(&wanted.as_str());
        let needle = |wanted: &Needle| text.has(wanted);

        let few = entry.sources.len() < self.sources_at_least;
        let held = |key, holds: bool| holds.then_some(key);
        held("sources_at_least", few)
            .or_else(|| held("language", !any_or_none_asked(&self.language, language)))
            .or_else(|| held("source", !any_or_none_asked(&self.source, source)))
            .or_else(|| held("tag", !any_or_none_asked(&self.tag, tag)))
            .or_else(|| held("category", !any_or_none_asked(&self.category, category)))
            .or_else(|| held("text", !any_or_none_asked(&self.text, needle)))
            .or_else(|| held("not_language", self.not_language.iter().any(language)))
            .or_else(|| held("not_source", self.not_source.iter().any(source)))
            .or_else(|| held("not_tag", self.not_tag.iter().any(tag)))
            .or_else(|| held("not_category", self.not_category.iter().any(category)))
            .or_else(|| held("not_text", self.not_text.iter().any(needle)))
    }
}

fn any_or_none_asked<T>(asked: &[T], holds: impl Fn(&T) -> bool) -> bool {
    asked.is_empty() || asked.iter().any(holds)
}

impl Needle {
    /// Reads a needle as it is written: words, or `/…/` for a regular expression.
    ///
    /// # Errors
    ///
    /// What is wrong with the pattern, or that there is no word in it.
    pub fn parse(written: &str) -> Result<Self, String> {
        let inner = written
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'));
        match inner {
            Some(inner) => pattern(inner).map(Self::Pattern),
            None => match units::fold(written) {
                words if words.is_empty() => Err(format!("there is no word in `{written}`")),
                words => Ok(Self::Words(words)),
            },
        }
    }

    /// Whether a text has it.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        Text {
            written: text,
            folded: OnceCell::new(),
        }
        .has(self)
    }
}

/// Compiles a regular expression whose size is bounded.
///
/// # Errors
///
/// What is wrong with it, in one line.
pub fn pattern(written: &str) -> Result<Regex, String> {
    if written.is_empty() {
        return Err("an empty pattern matches everything".to_owned());
    }
    RegexBuilder::new(written)
        .size_limit(PATTERN_SIZE)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => format!("the pattern `{written}` is too big"),
            // The last line of the message says what is wrong, the lines before it draw where.
            error => {
                let told = error.to_string();
                let reason = told.lines().last().unwrap_or_default();
                format!(
                    "the pattern `{written}` cannot be read: {}",
                    reason.trim_start_matches("error: ")
                )
            }
        })
}

/// A text, folded when words are first looked for in it.
struct Text<'a> {
    written: &'a str,
    folded: OnceCell<String>,
}

impl Text<'_> {
    fn has(&self, needle: &Needle) -> bool {
        match needle {
            Needle::Pattern(pattern) => pattern.is_match(self.written),
            Needle::Words(words) => {
                // The spaces around both make it whole words.
                let folded = self
                    .folded
                    .get_or_init(|| format!(" {} ", units::fold(self.written)));
                folded.contains(&format!(" {words} "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn language(tag: &str) -> Language {
        Language::parse(tag).unwrap()
    }

    fn passes(filter: &Filter) -> bool {
        filter.matches(&Facts {
            language: &language("it"),
            sources: &["asi", "comune"],
            tags: &["agency", "region"],
            categories: &["Osservazione della Terra".to_owned()],
            text: "Il satellite è già in orbita: l'Emilia vista da COSMO-SkyMed",
        })
    }

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|word| (*word).to_owned()).collect()
    }

    fn needles(list: &[&str]) -> Vec<Needle> {
        list.iter()
            .map(|word| Needle::parse(word).unwrap())
            .collect()
    }

    #[test]
    fn an_empty_filter_takes_everything() {
        assert!(passes(&Filter::default()));
    }

    #[test]
    fn any_within_a_list_is_enough() {
        assert!(passes(&Filter {
            tag: words(&["none", "region"]),
            ..Filter::default()
        }));
        assert!(!passes(&Filter {
            tag: words(&["none"]),
            ..Filter::default()
        }));
        assert!(passes(&Filter {
            source: words(&["comune"]),
            ..Filter::default()
        }));
        assert!(passes(&Filter {
            language: vec![language("en"), language("it")],
            ..Filter::default()
        }));
        assert!(!passes(&Filter {
            language: vec![language("en")],
            ..Filter::default()
        }));
    }

    #[test]
    fn what_can_be_told_without_the_text_is_told_without_it() {
        let (it, en) = (language("it"), language("en"));
        let shuts_out = |filter: Filter| [&it, &en].map(|language| filter.shuts_out(language));
        assert_eq!(shuts_out(Filter::default()), [false, false]);
        assert_eq!(
            shuts_out(Filter {
                language: vec![en.clone()],
                ..Filter::default()
            }),
            [true, false]
        );
        assert_eq!(
            shuts_out(Filter {
                not_language: vec![en.clone()],
                ..Filter::default()
            }),
            [false, true]
        );
        assert!(!Filter::default().reads_text());
        for filter in [
            Filter {
                text: needles(&["luna"]),
                ..Filter::default()
            },
            Filter {
                not_text: needles(&["luna"]),
                ..Filter::default()
            },
        ] {
            assert!(filter.reads_text());
        }
    }

    #[test]
    fn all_lists_must_agree() {
        let filter = Filter {
            tag: words(&["agency"]),
            source: words(&["other"]),
            ..Filter::default()
        };
        assert!(!passes(&filter));
    }

    #[test]
    fn what_must_not_be_is_a_veto() {
        assert!(!passes(&Filter {
            tag: words(&["agency"]),
            not_text: needles(&["orbita"]),
            ..Filter::default()
        }));
        assert!(!passes(&Filter {
            not_source: words(&["asi"]),
            ..Filter::default()
        }));
        assert!(!passes(&Filter {
            not_tag: words(&["region"]),
            ..Filter::default()
        }));
        assert!(!passes(&Filter {
            not_language: vec![language("it")],
            ..Filter::default()
        }));
        assert!(!passes(&Filter {
            not_category: words(&["osservazione della terra"]),
            ..Filter::default()
        }));
        assert!(passes(&Filter {
            not_category: words(&["terra"]),
            ..Filter::default()
        }));
    }

    #[test]
    fn the_key_that_keeps_an_entry_out_is_named() {
        let filter = Filter {
            tag: words(&["agency"]),
            not_text: needles(&["orbita"]),
            ..Filter::default()
        };
        let facts = |tags: &'static [&'static str]| Facts {
            language: Box::leak(Box::new(language("it"))),
            sources: &["asi"],
            tags,
            categories: &[],
            text: "In orbita",
        };
        assert_eq!(filter.refusal(&facts(&["region"])), Some("tag"));
        assert_eq!(filter.refusal(&facts(&["agency"])), Some("not_text"));
    }

    #[test]
    fn categories_are_compared_whole_without_case_and_accents() {
        assert!(passes(&Filter {
            category: words(&["OSSERVAZIONE della tèrra"]),
            ..Filter::default()
        }));
        assert!(!passes(&Filter {
            category: words(&["Terra"]),
            ..Filter::default()
        }));
    }

    #[test]
    fn the_number_of_sources_counts() {
        assert!(passes(&Filter {
            sources_at_least: 2,
            ..Filter::default()
        }));
        assert!(!passes(&Filter {
            sources_at_least: 3,
            ..Filter::default()
        }));
    }

    #[test]
    fn words_match_whole_and_patterns_match_as_they_are() {
        let has = |needle: &str| {
            passes(&Filter {
                text: needles(&[needle]),
                ..Filter::default()
            })
        };
        assert!(has("emilia"));
        assert!(has("E GIA IN"));
        assert!(!has("satelli"), "part of a word");
        assert!(has("/COSMO.?SkyMed/"));
        assert!(!has("/cosmo.?skymed/"), "a pattern minds the case");
        assert!(has("cosmo skymed"));
    }

    #[test]
    fn needles_that_cannot_be_read_say_why() {
        let said = |needle: &str| Needle::parse(needle).expect_err(needle);
        assert_eq!(said("…"), "there is no word in `…`");
        assert_eq!(said("//"), "an empty pattern matches everything");
        assert_eq!(
            said("/a(b/"),
            "the pattern `a(b` cannot be read: unclosed group"
        );
        assert_eq!(
            said(r"/\w{1000}{1000}/"),
            r"the pattern `\w{1000}{1000}` is too big"
        );
    }
}
