//! What the article of an item adds to what its source lists: which items have an article of their own, what of it
//! can be believed, and how the two become one.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use url::Url;

use super::shorten;
use super::url::identity;
use crate::config::Follow;
use crate::config::units::fold;
use crate::extract::text::plain;
use crate::model::{Dated, Item, Place, Precision};

/// The most characters of a text that stands for a missing teaser.
const TEASER: usize = 300;
/// So many letters of a word are compared at most.
const BEGINNING: usize = 5;

/// Folded words that carry no news, in whatever language.
static STOPS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let rows = include_str!("../dedup/alike/stopwords.txt").lines();
    let words = rows.filter_map(|row| row.split_once(" | "));
    let words = words.flat_map(|(_, words)| words.split(' ').map(fold));
    words.collect()
});

/// Endings of files that are no pages.
const FILES: &[&str] = &[
    "pdf", "doc", "docx", "odt", "rtf", "xls", "xlsx", "ods", "csv", "ppt", "pptx", "odp", "zip",
    "gz", "7z", "rar", "jpg", "jpeg", "png", "gif", "webp", "svg", "tif", "tiff", "mp3", "ogg",
    "wav", "mp4", "m4v", "mov", "avi", "webm", "epub", "ics", "xml", "json", "txt",
];

/// The address of each item's own article: nothing for a place on a page that several items share, for a file, and
/// for the list itself.
#[must_use]
pub fn addresses(items: &[Item], listing: Option<&Url>) -> Vec<Option<Url>> {
    let listing = listing.map(identity);
    let found: Vec<Option<(String, Url)>> = items
        .iter()
        .map(|item| {
            let mut url = item.url.clone()?;
            // A text fragment was made here, for an item that has no address of its own.
            let place = url.fragment().is_some_and(|part| part.starts_with(":~:"));
            url.set_fragment(None);
            let page = identity(&url);
            let own = !place && !is_file(&url) && Some(&page) != listing.as_ref();
            own.then_some((page, url))
        })
        .collect();
    // By page: the one address that items have there, or nothing where they have several.
    let mut told: HashMap<&str, Option<&Option<Url>>> = HashMap::new();
    for (item, found) in items.iter().zip(&found) {
        let Some((page, _)) = found else { continue };
        told.entry(page)
            .and_modify(|one| *one = one.filter(|one| **one == item.url))
            .or_insert(Some(&item.url));
    }
    let alone = |page: &str| told.get(page).is_some_and(Option::is_some);
    let own: Vec<bool> = found
        .iter()
        .map(|found| found.as_ref().is_some_and(|(page, _)| alone(page)))
        .collect();
    found
        .into_iter()
        .zip(own)
        .map(|(found, own)| found.filter(|_| own).map(|(_, url)| url))
        .collect()
}

fn is_file(url: &Url) -> bool {
    let name = url.path().rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| FILES.iter().any(|file| ending.eq_ignore_ascii_case(file)))
}

/// Whether an item's article is wanted.
#[must_use]
pub fn is_wanted(item: &Item, follow: Follow) -> bool {
    match follow {
        Follow::Never => false,
        Follow::Undated => item.published.is_none() || item.title.is_empty(),
        Follow::Always => true,
    }
}

/// What counts of a page that was read as one item: its address is one that can be believed, and it has a teaser. `page`
/// is where it was found.
#[must_use]
pub fn believed(mut article: Item, page: &Url, listing: &Url) -> Item {
    let own = article.url.take();
    article.url = own
        .filter(|url| same_site(url, page))
        .or_else(|| Some(page.clone()))
        .filter(|url| is_elsewhere(url, listing));
    if article.summary.is_empty() {
        article.summary = shorten(&plain(&article.html), TEASER);
    }
    article
}

/// Whether a page with this headline can be the article of what is listed under a title: they share a word that tells
/// something, or most such words of the title are in what the page says itself (`text`), since headlines are written anew
/// for lists. The name of the `site` tells nothing, and a title without such words fits any page.
#[must_use]
pub fn is_of(title: &str, headline: &str, text: impl FnOnce() -> String, site: &str) -> bool {
    let site = telling(site);
    let mut wanted = telling(title);
    wanted.retain(|word| !site.contains(word));
    if wanted.is_empty() || !wanted.is_disjoint(&telling(headline)) {
        return true;
    }
    let told = telling(&text());
    3 * wanted.intersection(&told).count() >= 2 * wanted.len()
}

/// The beginnings of the words that tell something, since endings are changed when a title is written anew.
fn telling(text: &str) -> HashSet<String> {
    let folded = fold(text);
    let words = folded.split(' ').filter(|word| !STOPS.contains(*word));
    // Years and numbers are on many pages, and so are single letters; but Han has words of one sign.
    let words = words.filter(|word| word.chars().any(char::is_alphabetic) && word.len() > 2);
    let beginning = |word: &str| {
        let letters = word.chars().count();
        let part = letters.saturating_sub(1).clamp(3, BEGINNING);
        word.chars().take(part).collect()
    };
    words.map(beginning).collect()
}

/// Of pages that were read for several listed titles, those that are one page at other addresses: a page of the site
/// that stands for all that it does not have. `said` is what a page says.
#[must_use]
pub fn repeated<K: PartialEq>(read: &[(&str, K)]) -> Vec<bool> {
    let other = |(title, said): &(&str, K), (another, again): &(&str, K)| {
        said == again && (title.is_empty() || fold(title) != fold(another))
    };
    let of = |at: usize, one: &(&str, K)| {
        let mut others = read.iter().enumerate();
        others.any(|(place, another)| place != at && other(one, another))
    };
    read.iter()
        .enumerate()
        .map(|(at, one)| of(at, one))
        .collect()
}

/// Whether an address can be that of one story: it is neither a front page, nor the list, nor a folder around the list.
#[must_use]
pub fn is_elsewhere(url: &Url, listing: &Url) -> bool {
    let front = url.path() == "/" && url.query().is_none();
    let folder = url.path().trim_end_matches('/');
    let around = url.query().is_none()
        && url.host_str() == listing.host_str()
        && listing
            .path()
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    !front && !around && identity(url) != identity(listing)
}

/// Whether two addresses are of one site: one host, or one below the other.
fn same_site(one: &Url, other: &Url) -> bool {
    let host = |url: &Url| {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.');
        host.strip_prefix("www.").unwrap_or(host).to_owned()
    };
    let (one, other) = (host(one), host(other));
    let below = |name: &str, above: &str| {
        name.strip_suffix(above)
            .is_some_and(|rest| rest.ends_with('.'))
    };
    !one.is_empty() && (one == other || below(&one, &other) || below(&other, &one))
}

/// Completes an item by what its article says. The list's own words go before those of the article, but for a date
/// that it does not tell or not as exactly, and the address, which is the article's.
pub fn complete(item: &mut Item, article: &Item) {
    if let Some(url) = &article.url {
        item.url = Some(url.clone());
    }
    if item.title.is_empty() {
        item.title.clone_from(&article.title);
        item.language.clone_from(&article.language);
    }
    if let Some(date) = better(item.published.as_ref(), article.published.as_ref()) {
        item.published = Some(date.clone());
    }
    item.updated = item.updated.or(article.updated);
    if item.summary.is_empty() {
        item.summary.clone_from(&article.summary);
    }
    if article.html.len() > item.html.len() {
        item.html.clone_from(&article.html);
    }
    if item.image.is_none() {
        item.image.clone_from(&article.image);
    }
    if item.authors.is_empty() {
        item.authors.clone_from(&article.authors);
    }
    if item.categories.is_empty() {
        item.categories.clone_from(&article.categories);
    }
    if item.rights.is_none() {
        item.rights.clone_from(&article.rights);
    }
    if item.alternates.is_empty() {
        item.alternates.clone_from(&article.alternates);
    }
}

/// The article's date where it is the better one: the list has none, or only one in the address, or only the day of
/// which the article has the hour.
fn better<'a>(listed: Option<&Dated>, told: Option<&'a Dated>) -> Option<&'a Dated> {
    let told = told?;
    let Some(listed) = listed else {
        return Some(told);
    };
    let only_address = listed.place == Place::Address && told.place != Place::Address;
    let hour_of_day = listed.precision == Precision::Day
        && told.precision > Precision::Day
        && told.at.with_timezone(&listed.at.timezone()).date_naive() == listed.at.date_naive();
    (only_address || hour_of_day).then_some(told)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::TimeZone;
    use chrono_tz::Europe::Rome;

    use super::*;
    use crate::language::Language;
    use crate::model::SourceId;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn item(link: &str) -> Item {
        Item {
            source: SourceId("a".into()),
            position: 0,
            guid: None,
            url: Some(url("https://agenzia.example/notizie/").join(link).unwrap()),
            title: "Una notizia".into(),
            published: None,
            updated: None,
            summary: String::new(),
            html: String::new(),
            image: None,
            authors: Vec::new(),
            categories: Vec::new(),
            enclosures: Vec::new(),
            language: Language::undetermined(),
            rights: None,
            alternates: Vec::new(),
            sighted: None,
        }
    }

    fn dated(day: u32, hour: Option<u32>, place: Place) -> Dated {
        Dated {
            at: Rome
                .with_ymd_and_hms(2026, 9, day, hour.unwrap_or(12), 0, 0)
                .unwrap(),
            precision: hour.map_or(Precision::Day, |_| Precision::Minute),
            place,
            text: String::new(),
        }
    }

    #[test]
    fn places_on_one_page_files_and_the_list_itself_are_no_articles() {
        let links = [
            "/n/1",
            "/n/2#main",
            "/n/3#a",
            "/n/3#b",
            "/n/4#:~:text=x",
            "/n/5.PDF",
            "/notizie",
            "/n/1",
        ];
        let items: Vec<Item> = links.iter().map(|link| item(link)).collect();
        let found = addresses(&items, Some(&url("https://agenzia.example/notizie/")));
        let paths: Vec<&str> = found
            .iter()
            .map(|found| found.as_ref().map_or("-", Url::path))
            .collect();
        assert_eq!(paths, ["/n/1", "/n/2", "-", "-", "-", "-", "-", "/n/1"]);
    }

    #[test]
    fn an_address_that_cannot_be_the_storys_is_not_believed() {
        let page = url("https://www.agenzia.example/n/1?from=list");
        let listing = url("https://www.agenzia.example/it/notizie/tutte");
        let own = |canonical: &str| {
            let article = believed(item(canonical), &page, &listing);
            article.url.unwrap().to_string()
        };
        assert_eq!(
            own("https://agenzia.example/n/1"),
            "https://agenzia.example/n/1"
        );
        assert_eq!(
            own("https://m.agenzia.example/n/1"),
            "https://m.agenzia.example/n/1"
        );
        for stranger in [
            "https://agenzia.example.evil.test/n/1",
            "https://ia.example/",
        ] {
            assert_eq!(own(stranger), page.to_string(), "{stranger}");
        }
        for around in [
            "https://www.agenzia.example/",
            "https://www.agenzia.example/it/notizie/",
            "https://www.agenzia.example/it/notizie/tutte/",
        ] {
            let article = believed(item(around), &page, &listing);
            assert_eq!(article.url, None, "{around}");
        }
    }

    #[test]
    fn the_lists_date_stays_unless_the_article_knows_it_better() {
        let (day, hour) = (
            dated(9, None, Place::Item),
            dated(9, Some(18), Place::Metadata),
        );
        let other = dated(10, Some(8), Place::Metadata);
        let address = dated(9, None, Place::Address);
        for (listed, told, expected) in [
            (None, Some(&other), Some(&other)),
            (Some(&day), Some(&hour), Some(&hour)),
            (Some(&day), Some(&other), Some(&day)),
            (Some(&hour), Some(&other), Some(&hour)),
            (Some(&address), Some(&other), Some(&other)),
            (Some(&day), None, Some(&day)),
        ] {
            let mut item = item("/n/1");
            item.published = listed.cloned();
            let mut article = item.clone();
            article.published = told.cloned();
            complete(&mut item, &article);
            assert_eq!(item.published.as_ref(), expected, "{listed:?} {told:?}");
        }
    }

    #[test]
    fn what_the_list_says_goes_before_what_the_article_says() {
        let mut listed = item("/n/1?utm=x");
        listed.summary = "Il sommario.".into();
        let mut article = item("/n/1");
        article.title = "Un altro titolo | Agenzia".into();
        article.summary = "Altro.".into();
        article.html = "<p>Tutto il testo.</p>".into();
        article.authors = vec!["Anna Bianchi".into()];
        complete(&mut listed, &article);
        assert_eq!(
            (listed.title.as_str(), listed.summary.as_str()),
            ("Una notizia", "Il sommario.")
        );
        assert_eq!(listed.url, article.url);
        assert_eq!(listed.html, article.html);
        assert_eq!(listed.authors, article.authors);
    }

    #[test]
    fn an_article_has_a_teaser_where_only_its_text_tells_it() {
        let mut article = item("/n/1");
        article.html = "<p>Tutto il testo.</p>".into();
        let page = url("https://agenzia.example/n/1");
        let listing = url("https://agenzia.example/notizie/");
        let kept = believed(article, &page, &listing);
        assert_eq!(kept.summary, "Tutto il testo.");
    }

    #[test]
    fn a_page_is_the_article_of_a_title_if_its_headline_shares_a_telling_word() {
        let site = "Comune di Ardesia";
        for (title, headline) in [
            (
                "Il museo della Rocca apre la stagione",
                "Il museo della Rocca apre la stagione",
            ),
            (
                "Il museo della Rocca apre…",
                "Museo: al via la stagione 2026",
            ),
            (
                "Bandi, domande fino a maggio",
                "Bando 2026 per i contributi alle imprese | Comune di Ardesia",
            ),
            ("Vega leaves for Venus", "LAUNCH OF VEGA"),
            ("Météo : alerte orange", "Alerte orange dans le Var"),
            ("新しい望遠鏡が完成", "望遠鏡の完成"),
            ("Новый спутник на орбите", "Спутник выведен на орбиту"),
            // Nothing can be told.
            ("12/2026", "Chi siamo"),
            ("Comune di Ardesia", "Benvenuti"),
        ] {
            assert!(
                is_of(title, headline, String::new, site),
                "{title} / {headline}"
            );
        }
        for (title, headline) in [
            ("Il museo della Rocca apre la stagione", "Chi siamo"),
            (
                "Il museo di Ardesia apre la stagione 2026",
                "Benvenuti nel portale del Comune di Ardesia 2026",
            ),
            ("Lavori della rete idrica", "I servizi della pagina"),
            ("Vega leaves for Venus", "Home"),
        ] {
            assert!(
                !is_of(title, headline, String::new, site),
                "{title} / {headline}"
            );
        }
    }

    #[test]
    fn a_headline_that_was_written_anew_is_known_by_what_its_page_says() {
        let title =
            "Japan becomes fifth nation on the Moon, but its lander is running on batteries";
        let text = "SLIM status. The lander of Japan, the fifth nation on the Moon, has batteries for hours.";
        let is = |text: &str| {
            is_of(
                title,
                "SLIM: status after touchdown",
                || text.into(),
                "Agency",
            )
        };
        assert!(is(text));
        assert!(!is(
            "Who we are: an agency of Japan that goes to the Moon. Contacts, press, jobs."
        ));
    }

    #[test]
    fn one_page_at_the_addresses_of_several_titles_is_the_article_of_none() {
        let read = [
            ("Museo", 1),
            ("Ponte", 1),
            ("Teatro", 2),
            ("Avviso", 3),
            ("AVVISO", 3),
            ("", 4),
            ("", 4),
        ];
        assert_eq!(
            repeated(&read),
            [true, true, false, false, false, true, true]
        );
        assert_eq!(repeated(&[("Museo", 1)]), [false]);
    }
}
