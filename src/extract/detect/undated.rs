//! What speaks for a list without dates: it may be news, or a menu, services, offices, missions.

use std::collections::{BTreeMap, HashSet};

use url::Url;

use super::plot::weight;
use crate::model::RawItem;

/// Starts of words in the addresses of news, in the languages of many lands.
const NEWS: &[&str] = &[
    "news",
    "notizi",
    "comunicat",
    "stampa",
    "press",
    "prensa",
    "imprensa",
    "presse",
    "noticia",
    "noticies",
    "novedad",
    "actualit",
    "actualidad",
    "communique",
    "aktuell",
    "aktualn",
    "nachricht",
    "meldung",
    "medienm",
    "nieuws",
    "bericht",
    "nyhet",
    "nyhed",
    "uutis",
    "uudis",
    "frett",
    "hirek",
    "haber",
    "stiri",
    "novosti",
    "novini",
    "vijesti",
    "novice",
    "zprav",
    "sprav",
    "blog",
    "articl",
    "articol",
    "artikel",
    "article",
    "artigo",
    "articulo",
    "stori",
    "story",
    "post",
    "avvis",
    "annunc",
    "announce",
    "bulletin",
    "bollettin",
    "release",
    "xinwen",
    "новост",
    "新闻",
    "ニュース",
    "お知らせ",
];
/// So many words in the last part of an address are a title.
const WORDS: usize = 4;
/// So much has to speak for a list.
const ENOUGH: i32 = 3;

/// What the items of a list say, one after the other.
#[derive(Debug, Default)]
pub(super) struct Undated {
    count: usize,
    weight: usize,
    /// Items whose address looks like that of an article, and like that of news.
    titled: usize,
    news: usize,
    /// How many titles begin with each longer word.
    starts: BTreeMap<String, usize>,
    teasers: HashSet<String>,
    told: usize,
}

impl Undated {
    pub(super) fn add(&mut self, item: &RawItem, base: &Url) {
        let title = item.title.as_deref().unwrap_or_default();
        self.count += 1;
        self.weight += weight(title);
        if let Some(first) = title
            .split_whitespace()
            .next()
            .filter(|first| weight(first) > 3)
        {
            *self.starts.entry(first.to_lowercase()).or_default() += 1;
        }
        if let Some(summary) = &item.summary {
            self.told += 1;
            self.teasers.insert(summary.clone());
        }
        if let Some(link) = item.link.as_deref().and_then(|link| base.join(link).ok()) {
            self.titled += usize::from(is_titled(&link));
            self.news += usize::from(is_news(&link));
        }
    }

    /// The part of the items that have a teaser; none have where they all have the same.
    pub(super) fn told(&self) -> f64 {
        if self.told > 2 && 2 * self.teasers.len() < self.told {
            0.0
        } else {
            self.told as f64 / self.count.max(1) as f64
        }
    }

    /// Whether enough speaks for news: titles as long as sentences, addresses that are titles or have a date or a
    /// number, or that say that they are news, teasers, and the more where both. Titles that all begin with one word
    /// name things of a kind.
    pub(super) fn is_news(&self) -> bool {
        let most = |count: usize| 5 * count >= 3 * self.count;
        let long = match self.weight / self.count.max(1) {
            35.. => 2,
            18.. => 1,
            _ => 0,
        };
        let kind = self.count > 2 && self.starts.values().any(|count| most(*count));
        let told = 2.0 * self.told() >= 1.0;
        let one = |has: bool| i32::from(has);
        let news = most(self.news);
        long + one(most(self.titled)) + one(news) + one(told) + one(news && told) - one(kind)
            >= ENOUGH
    }
}

/// Whether an address has the words of a title, a date or a number in it.
fn is_titled(link: &Url) -> bool {
    let last = link.path().trim_end_matches('/').rsplit('/').next();
    let words = last.unwrap_or_default().split(['-', '_', '+']);
    let written = format!("{}?{}", link.path(), link.query().unwrap_or_default());
    let numbers = written.split(|c: char| !c.is_ascii_digit());
    words.filter(|word| !word.is_empty()).count() >= WORDS
        || numbers.into_iter().any(|number| number.len() > 2)
}

fn is_news(link: &Url) -> bool {
    let path = percent_encoding::percent_decode_str(link.path())
        .decode_utf8_lossy()
        .to_lowercase();
    let mut words = path.split(['/', '-', '_', '.']);
    words.any(|word| NEWS.iter().any(|start| word.starts_with(start)))
}
