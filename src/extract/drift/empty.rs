//! Tells a list that has no news at present from one that is gone.

use std::sync::LazyLock;

use scraper::Selector;
use scraper::selector::ToCss;

use crate::config::Listing;
use crate::config::pick;
use crate::config::units::fold;
use crate::extract::cut::Parsed;
use crate::extract::detect;
use crate::extract::text::visible;

/// The most words of a notice.
const NOTICE: usize = 14;

/// Words of one language that say "no" and words that say "news", of which a notice has one each.
struct Words {
    no: Vec<String>,
    news: Vec<String>,
}

static WORDS: LazyLock<Vec<Words>> = LazyLock::new(|| {
    let folded = |cell: &str| {
        cell.split(' ')
            .map(fold)
            .filter(|word| !word.is_empty())
            .collect()
    };
    include_str!("empty.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('|'))
        .map(|(no, news)| Words {
            no: folded(no),
            news: folded(news),
        })
        .collect()
});

/// Whether the page says that there is nothing: in so many words, or where its items would stand.
pub(super) fn is_empty(page: &Parsed, rules: Option<&Listing>) -> bool {
    let (texts, _) = detect::said(page);
    texts.iter().any(|text| is_notice(text))
        || rules.is_some_and(|rules| has_words_for_items(page, rules))
}

/// Whether a short text says that there is no news.
fn is_notice(text: &str) -> bool {
    let text = fold(text);
    let words: Vec<&str> = text.split(' ').collect();
    if words.len() > NOTICE {
        return false;
    }
    let has = |list: &[String]| {
        list.iter()
            .any(|stem| words.iter().any(|word| word.starts_with(stem.as_str())))
    };
    let exact = |list: &[String]| list.iter().any(|no| words.contains(&no.as_str()));
    WORDS.iter().any(|of| exact(&of.no) && has(&of.news))
}

/// Whether what is around the items by their rule is still there, and has a few words in it but nowhere to go.
fn has_words_for_items(page: &Parsed, rules: &Listing) -> bool {
    let item = rules.item.to_css_string();
    let Some(link) = pick::selector("a[href]").ok() else {
        return false;
    };
    let around = item.split(", ").filter_map(container);
    around
        .flat_map(|container| page.document.select(&container).collect::<Vec<_>>())
        .any(|element| {
            let words = visible(element).split_whitespace().count();
            (3..=NOTICE).contains(&words) && element.select(&link).next().is_none()
        })
}

/// `ul.news` of `ul.news > li`.
fn container(item: &str) -> Option<Selector> {
    let (around, _) = item.rsplit_once(" > ").or_else(|| item.rsplit_once(' '))?;
    let named = around.contains(['.', '#', '[']);
    pick::selector(around).ok().filter(|_| named)
}
