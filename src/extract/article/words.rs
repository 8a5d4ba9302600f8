//! The words of `words.txt`: what class names, labels and short lines mean on pages of many sites and languages.

use std::collections::HashSet;
use std::sync::LazyLock;

use scraper::ElementRef;

use crate::config::units::fold;

/// What a class name or id can say of its element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A part of the page that is not of the article.
    Around,
    /// The same, and is not, however much of the page's text is in it.
    Apart,
    /// It is not shown, or to some readers only.
    Unseen,
    /// A line about the article, such as its byline.
    Label,
    /// It holds a date.
    Date,
    /// It holds the name of an author.
    Author,
    /// It holds the first, summing paragraph.
    Lead,
    /// It holds the text under a picture.
    Caption,
    /// It holds a picture.
    Picture,
    /// It says whose picture it is.
    Credit,
    /// It holds the article's own text.
    Text,
}

/// What a line of visible text can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phrase {
    /// Its first words lead elsewhere.
    Skip,
    /// A button or label, if it is all that a block says.
    Alone,
    /// The heading of what follows an article.
    End,
    /// Stands before the date of publication.
    Published,
    /// Stands before the date of a change.
    Updated,
    /// Stands before an author.
    By,
    /// What an author is.
    Role,
    /// Stands between authors.
    And,
}

#[derive(Default)]
struct Signs {
    exact: HashSet<String>,
    beginnings: Vec<String>,
}

#[derive(Default)]
struct Words {
    signs: [Signs; 11],
    phrases: [HashSet<String>; 8],
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words::default();
    let lines = include_str!("words.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let Some((kind, rest)) = line.split_once('|') else {
            continue;
        };
        let sign = match kind.trim() {
            "around" => Some(Sign::Around),
            "apart" => Some(Sign::Apart),
            "unseen" => Some(Sign::Unseen),
            "label" => Some(Sign::Label),
            "date" => Some(Sign::Date),
            "author" => Some(Sign::Author),
            "lead" => Some(Sign::Lead),
            "caption" => Some(Sign::Caption),
            "picture" => Some(Sign::Picture),
            "credit" => Some(Sign::Credit),
            "text" => Some(Sign::Text),
            _ => None,
        };
        if let Some(sign) = sign {
            let signs = &mut words.signs[sign as usize];
            for word in rest.split_whitespace() {
                match word.strip_suffix('*') {
                    Some(beginning) => signs.beginnings.push(beginning.to_owned()),
                    None => _ = signs.exact.insert(word.to_owned()),
                }
            }
            continue;
        }
        let phrase = match kind.trim() {
            "skip" => Phrase::Skip,
            "alone" => Phrase::Alone,
            "end" => Phrase::End,
            "published" => Phrase::Published,
            "updated" => Phrase::Updated,
            "by" => Phrase::By,
            "role" => Phrase::Role,
            "and" => Phrase::And,
            _ => continue,
        };
        let phrases = rest.split('|').map(fold).filter(|text| !text.is_empty());
        words.phrases[phrase as usize].extend(phrases);
    }
    words
});

/// The most words of a phrase.
const LONGEST: usize = 8;
/// The most bytes of the class names of one element that are looked at.
const LOOKED_AT: usize = 400;

/// Whether a class name or the id of an element says so: one of its words, or two of them joined by a hyphen.
pub(super) fn signed(element: ElementRef<'_>, signs: &[Sign]) -> bool {
    names(element).any(|name| {
        signs.iter().any(|sign| {
            // `sidebar-grid__content--wide` is a content, and stands in a sidebar or what is called so.
            let own = || {
                name.rsplit("__")
                    .next()
                    .and_then(|own| own.split("--").next())
            };
            let name = if matches!(sign, Sign::Around | Sign::Apart) {
                own().unwrap_or(name)
            } else {
                name
            };
            says(&split(name), *sign)
        })
    })
}

fn says(words: &[String], sign: Sign) -> bool {
    let known = &WORDS.signs[sign as usize];
    // `no-comments` and `has-sidebar` speak of the page around them.
    let negated = |word: Option<&String>| {
        word.is_some_and(|word| {
            matches!(
                word.as_str(),
                "no" | "has" | "with" | "without" | "is" | "js"
            )
        })
    };
    words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        let pair = words.get(at + 1).map(|next| format!("{word}-{next}"));
        !negated(before)
            && (known.exact.contains(word)
                || pair.is_some_and(|pair| known.exact.contains(&pair))
                || known
                    .beginnings
                    .iter()
                    .any(|beginning| word.starts_with(beginning.as_str())))
    })
}

/// The class names and the id of an element.
fn names(element: ElementRef<'_>) -> impl Iterator<Item = &str> {
    let class = element.attr("class").unwrap_or_default();
    let class = class
        .get(..class.floor_char_boundary(LOOKED_AT))
        .unwrap_or_default();
    let id = element.attr("id").filter(|id| id.len() < LOOKED_AT);
    class.split_ascii_whitespace().chain(id)
}

/// The words of a class name in lower case: `articleShareBar` and `article__share-bar` are `article`, `share`, `bar`.
fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut small) = (String::new(), false);
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && small) {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase();
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// Whether a folded text is such a phrase and nothing else.
pub(super) fn is(folded: &str, phrase: Phrase) -> bool {
    WORDS.phrases[phrase as usize].contains(folded)
}

/// The phrase that a folded text begins with, as its length in bytes; the longest.
pub(super) fn begins(folded: &str, phrase: Phrase) -> Option<usize> {
    let known = &WORDS.phrases[phrase as usize];
    let ends = folded
        .match_indices(' ')
        .map(|(at, _)| at)
        .chain([folded.len()]);
    ends.take(LONGEST)
        .filter(|end| {
            folded
                .get(..*end)
                .is_some_and(|start| known.contains(start))
        })
        .last()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scraper::Html;

    fn is_signed(class: &str, signs: &[Sign]) -> bool {
        let page = Html::parse_fragment(&format!("<div class='{class}'>x</div>"));
        let element = page.root_element().child_elements().next();
        signed(element.expect("an element"), signs)
    }

    #[test]
    fn class_names_are_read_word_by_word() {
        let around = |class: &str| is_signed(class, &[Sign::Around, Sign::Apart]);
        for class in [
            "article__share-bar",
            "articleShareBar",
            "Related",
            "post-meta comments",
            "newsletterBox",
        ] {
            assert!(around(class), "{class}");
        }
        for class in [
            "no-comments",
            "has-sidebar",
            "c-loads",
            "commentary",
            "sidebar-grid__content",
            "card--related",
        ] {
            assert!(!around(class), "{class}");
        }
        assert!(
            is_signed("entry-meta", &[Sign::Label]) && is_signed("byline-name", &[Sign::Author])
        );
    }

    #[test]
    fn phrases_are_whole_words_at_the_beginning() {
        let begins = |text: &str, phrase| super::begins(&fold(text), phrase).is_some();
        assert!(begins("Leggi anche: la missione", Phrase::Skip));
        assert!(!begins("Leggi anchette", Phrase::Skip));
        assert!(begins("Vom 12.03.2024", Phrase::Published));
        assert!(begins("Stand: 12.03.2024", Phrase::Updated));
        assert!(begins("Zuletzt aktualisiert am", Phrase::Updated));
        assert!(is(&fold("Mehr zum Thema"), Phrase::End));
    }
}
