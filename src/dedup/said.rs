//! What an item says to a reader: all of it, and what of it an edit would change.

use crate::config::units::fold;
use crate::date::without_ages;
use crate::extract::text::plain;
use crate::model::{Item, Key};

/// A text of so many words is nobody else's.
const OWN: usize = 12;

/// What is counted beside an article, in the languages of most pages, without case and accents.
const COUNTED: &[&str] = &[
    "comment",
    "comments",
    "view",
    "views",
    "like",
    "likes",
    "share",
    "shares",
    "reply",
    "replies",
    "read",
    "reads",
    "commento",
    "commenti",
    "visualizzazione",
    "visualizzazioni",
    "visite",
    "letture",
    "condivisioni",
    "risposte",
    "commentaire",
    "commentaires",
    "vue",
    "vues",
    "partages",
    "lectures",
    "reponses",
    "kommentar",
    "kommentare",
    "aufrufe",
    "antworten",
    "comentario",
    "comentarios",
    "visitas",
    "visualizaciones",
    "lecturas",
    "compartidos",
    "respuestas",
    "visualizacoes",
    "leituras",
    "partilhas",
    "respostas",
    "reactie",
    "reacties",
    "weergaven",
    "kommentarer",
    "komentarze",
    "komentarzy",
    "комментариев",
    "комментария",
    "комментарий",
    "просмотров",
    "просмотра",
];

/// All that an item says, as one key: what changes it is worth keeping.
#[must_use]
pub fn content(item: &Item) -> Key {
    let list = |list: &[String]| list.join("\n");
    let enclosures: Vec<String> = item
        .enclosures
        .iter()
        .map(|enclosure| enclosure.url.clone())
        .collect();
    let alternates: Vec<String> = item
        .alternates
        .iter()
        .map(|other| other.url.to_string())
        .collect();
    Key::of(&[
        item.url.as_ref().map_or("", |url| url.as_str()),
        &item.title,
        &item.summary,
        &item.html,
        item.image.as_ref().map_or("", |url| url.as_str()),
        &list(&item.authors),
        &list(&item.categories),
        &list(&enclosures),
        &list(&alternates),
        item.rights.as_deref().unwrap_or_default(),
    ])
}

/// What an item says, without white space, markup, addresses, marks, counters and ages.
pub(super) struct Texts<'a> {
    item: &'a Item,
    title: String,
    summary: String,
    html: String,
}

impl<'a> Texts<'a> {
    pub(super) fn of(item: &'a Item) -> Self {
        let (summary, html) = texts(item);
        Self {
            item,
            title: fold(&item.title),
            summary,
            html,
        }
    }

    /// Its title, without case and accents.
    pub(super) fn title(&self) -> &str {
        &self.title
    }

    /// The key of what of it matters: its words, and the names of its enclosures.
    pub(super) fn meaning(&self) -> Key {
        let mut parts = vec![self.title.as_str(), &self.summary, &self.html];
        parts.extend(self.item.enclosures.iter().map(|enclosure| {
            let path = enclosure.url.split(['?', '#']).next().unwrap_or_default();
            path.rsplit('/').next().unwrap_or_default()
        }));
        Key::of(&parts)
    }

    /// The key of its title and its text.
    pub(super) fn said(&self) -> Key {
        Key::of(&["title and text", &self.title, &self.summary, &self.html])
    }
}

/// Whether its text is so long that no other news has it by chance.
pub(super) fn is_telling(item: &Item) -> bool {
    let (summary, html) = texts(item);
    let words = |text: &str| text.split(' ').take(OWN).count();
    words(&summary).max(words(&html)) >= OWN
}

fn texts(item: &Item) -> (String, String) {
    let language = item.language.tag();
    (
        words(&item.summary, language),
        words(&plain(&item.html), language),
    )
}

/// The words of a text without what changes by itself.
fn words(text: &str, language: &str) -> String {
    let folded = if text.contains("://") || text.contains("www.") {
        let named = (text.split_whitespace())
            .filter(|word| !word.contains("://") && !word.starts_with("www."));
        fold(&named.collect::<Vec<_>>().join(" "))
    } else {
        fold(text)
    };
    if !folded.bytes().any(|byte| byte.is_ascii_digit()) {
        return folded;
    }
    let words = without_ages(folded.split(' ').collect(), language);
    let number = |at: usize| {
        let word: Option<&&str> = words.get(at);
        word.is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let counted = |at: usize| words.get(at).is_some_and(|word| COUNTED.contains(word));
    // "12 comments", "Comments: 12"
    let kept = (0..words.len())
        .filter(|at| !(number(*at) && (counted(at + 1) || (*at > 0 && counted(at - 1)))));
    let kept: Vec<&str> = kept.filter_map(|at| words.get(at).copied()).collect();
    kept.join(" ")
}

/// Whether two titles are versions of one: at least half of the words of the shorter are in the other, and not that
/// each has a number of its own, as the pieces of a series have.
#[must_use]
pub fn alike(one: &str, other: &str) -> bool {
    let (one, other) = (fold(one), fold(other));
    let words = |text: &str| {
        text.split(' ')
            .map(str::to_owned)
            .collect::<std::collections::HashSet<_>>()
    };
    let (one, other) = (words(&one), words(&other));
    let number = |word: &&String| word.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = one.difference(&other).any(|word| number(&word))
        && other.difference(&one).any(|word| number(&word));
    !numbered && 2 * one.intersection(&other).count() >= one.len().min(other.len())
}
