//! What a source is called and what can be known of it: its id, its title, its language, its zone.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use url::{Host, Url};

use crate::language::{self, Language};

/// The longest id, in characters.
const ID: usize = 64;
/// Labels that stand between a name and its country, as in `agency.gov.example`.
const BETWEEN: &[&str] = &[
    "ac", "co", "com", "edu", "gc", "go", "gob", "gouv", "gov", "govt", "ne", "net", "or", "org",
];
/// Labels that say nothing about whose host it is.
const COMMON: &[&str] = &[
    "www", "www2", "news", "blog", "web", "portal", "feeds", "rss", "m", "en", "it", "fr", "de",
    "es",
];
/// What stands between the title of a page and that of its site.
const BETWEEN_TITLES: &[&str] = &[" | ", " – ", " — ", " - ", " · ", " • ", " :: ", " » "];
/// A line for each country of one zone: the last label of its hosts, the zone, its languages.
const ZONES: &str = include_str!("zones.txt");

/// A word for ids and tags: small letters without accents, digits and hyphens; nothing where no letter is left.
pub(super) fn slug(text: &str) -> Option<String> {
    let mut slug = String::new();
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        match c.to_ascii_lowercase() {
            'ß' => slug.push_str("ss"),
            'æ' | 'Æ' => slug.push_str("ae"),
            'ø' | 'Ø' => slug.push('o'),
            'ł' | 'Ł' => slug.push('l'),
            c if c.is_ascii_alphanumeric() => slug.push(c),
            '\'' | '’' | '.' => {}
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
        if slug.len() >= ID {
            break;
        }
    }
    slug.truncate(ID);
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

/// An id that is not taken: of the host's own name, with more of the host, the language or a number where it must be.
pub(super) fn id(
    url: &Url,
    title: Option<&str>,
    language: Option<&Language>,
    taken: &BTreeSet<String>,
) -> String {
    let mut wishes: Vec<String> = Vec::new();
    let labels = labels(url);
    let own = labels.last().and_then(|label| slug(label));
    let file = || {
        let path = url.to_file_path().ok()?;
        slug(&path.file_stem()?.to_string_lossy())
    };
    let name = own
        .or_else(file)
        .or_else(|| title.and_then(slug))
        .unwrap_or_else(|| "source".to_owned());
    wishes.push(name.clone());
    if let [.., sub, _] = labels.as_slice()
        && !COMMON.contains(&sub.as_str())
    {
        wishes.extend(slug(&format!("{sub}-{name}")));
    }
    wishes.extend(language.map(|language| format!("{name}-{language}")));
    wishes.push(name.clone());
    numbered(wishes, taken)
}

/// An id for a subscription: of its title, else of its host.
pub(super) fn id_of_title(title: Option<&str>, url: &Url, taken: &BTreeSet<String>) -> String {
    match title.and_then(slug) {
        Some(slug) => numbered(vec![slug], taken),
        None => id(url, None, None, taken),
    }
}

/// The first wish that is free, else the last one with a number.
fn numbered(wishes: Vec<String>, taken: &BTreeSet<String>) -> String {
    let cut = |wish: &str, room: usize| wish.chars().take(room).collect::<String>();
    let last = wishes.last().cloned().unwrap_or_default();
    let free = wishes
        .into_iter()
        .map(|wish| cut(&wish, ID))
        .find(|wish| !taken.contains(wish));
    free.unwrap_or_else(|| {
        let numbers = (2_usize..).map(|number| format!("{}-{number}", cut(&last, ID - 8)));
        numbers
            .into_iter()
            .find(|name| !taken.contains(name))
            .unwrap_or(last)
    })
}

/// The labels of a host down to its own name: `cowan.senate.gov` gives `cowan` and `senate`.
fn labels(url: &Url) -> Vec<String> {
    let Some(Host::Domain(host)) = url.host() else {
        return Vec::new();
    };
    let mut labels: Vec<&str> = host.split('.').filter(|label| !label.is_empty()).collect();
    if labels.len() > 1 {
        labels.pop();
    }
    if labels.len() > 1 && labels.last().is_some_and(|last| BETWEEN.contains(last)) {
        labels.pop();
    }
    labels
        .into_iter()
        .filter(|label| *label != "www")
        .map(str::to_owned)
        .collect()
}

/// What people call a source: what its page or feed calls the site, else the part of its title that names it.
pub(super) fn title(site: Option<&str>, page: Option<&str>, url: &Url) -> Option<String> {
    if let Some(site) = site.filter(|site| !site.trim().is_empty()) {
        return Some(site.trim().to_owned());
    }
    let page = page?.trim();
    let parts = BETWEEN_TITLES.iter().fold(vec![page], |parts, by| {
        parts
            .into_iter()
            .flat_map(|part| part.split(by))
            .collect::<Vec<_>>()
    });
    let parts: Vec<&str> = parts
        .into_iter()
        .map(str::trim)
        .filter(|part| part.contains(char::is_alphanumeric))
        .collect();
    let labels = labels(url);
    let names_host = |part: &&&str| {
        let words: Vec<String> = part.split_whitespace().filter_map(slug).collect();
        let first: String = words
            .iter()
            .filter_map(|word| word.chars().next())
            .collect();
        let whole = words.concat();
        labels.iter().any(|label| {
            let label = label.replace('-', "");
            label == first
                || label == whole
                || words
                    .iter()
                    .any(|word| word.len() > 2 && label.contains(word.as_str()))
        })
    };
    // The site is named last, unless the address says otherwise.
    let part = parts
        .iter()
        .rev()
        .find(names_host)
        .or_else(|| parts.last())?;
    Some((*part).to_owned())
}

/// The language of some news: what their words say, where that is certain, else what the page declares.
pub(super) fn language(declared: Option<&Language>, text: &str) -> Option<Language> {
    let Some(seen) = language::recognise(text) else {
        return declared.cloned();
    };
    match declared {
        // What can't be told from its words is taken on trust, and so are close relatives.
        Some(declared) if !language::is_recognised(declared) || are_close(declared, &seen) => {
            Some(declared.clone())
        }
        _ => Some(seen),
    }
}

fn are_close(one: &Language, other: &Language) -> bool {
    const FAMILIES: &[&[&str]] = &[
        &["no", "nb", "nn", "da"],
        &["zh", "zh-hant"],
        &["hr", "sr", "bs"],
        &["id", "ms"],
    ];
    one == other
        || FAMILIES.iter().any(|family| {
            [one, other]
                .iter()
                .all(|language| family.contains(&language.tag()))
        })
}

/// The zone of the country that a host's last label names, if the news is in a language of that country: many such
/// labels are used for how they sound.
pub(super) fn zone(url: &Url, language: &Language) -> Option<Tz> {
    let Some(Host::Domain(host)) = url.host() else {
        return None;
    };
    let country = host.rsplit('.').next()?;
    let mut words = ZONES
        .lines()
        .map(|line| line.split(' '))
        .find(|words| words.clone().next() == Some(country))?
        .skip(1);
    let zone = words.next()?;
    let spoken = words.any(|spoken| spoken == language.tag());
    zone.parse().ok().filter(|_| spoken)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn ids_come_from_the_hosts_own_name() {
        for (address, expected) in [
            ("https://www.agenzia.example/notizie", "agenzia"),
            ("https://global.agency.go.example/news", "agency"),
            ("https://regione.terra-alta.example/", "terra-alta"),
            ("https://notizie.example/", "notizie"),
            (
                "file:///srv/pagine/Comunicati%20stampa.html",
                "comunicati-stampa",
            ),
            ("http://192.0.2.1/", "source"),
        ] {
            assert_eq!(
                id(&url(address), None, None, &BTreeSet::new()),
                expected,
                "{address}"
            );
        }
        assert_eq!(
            id(
                &url("http://192.0.2.1/"),
                Some("L'Agenzia più Alta"),
                None,
                &BTreeSet::new()
            ),
            "lagenzia-piu-alta"
        );
    }

    #[test]
    fn an_id_that_is_taken_gets_more_to_it() {
        let taken = |ids: &[&str]| {
            ids.iter()
                .map(|id| (*id).to_owned())
                .collect::<BTreeSet<_>>()
        };
        let english = Language::parse("en").unwrap();
        let page = url("https://monti.regione.example/en/");
        assert_eq!(
            id(&page, None, Some(&english), &taken(&["regione"])),
            "monti-regione"
        );
        let page = url("https://agenzia.example/en/");
        assert_eq!(
            id(&page, None, Some(&english), &taken(&["agenzia"])),
            "agenzia-en"
        );
        assert_eq!(
            id(
                &page,
                None,
                Some(&english),
                &taken(&["agenzia", "agenzia-en"])
            ),
            "agenzia-2"
        );
        let long = "n".repeat(80);
        let first = id_of_title(Some(&long), &page, &BTreeSet::new());
        let second = id_of_title(Some(&long), &page, &taken(&[&first]));
        assert_eq!((first.len(), second.len()), (64, 58));
    }

    #[test]
    fn the_title_is_what_names_the_site() {
        let page = url("https://www.asa.example/notizie/");
        for (written, expected) in [
            (
                "Notizie | Agenzia Spaziale di Ardesia",
                "Agenzia Spaziale di Ardesia",
            ),
            ("ASA – Comunicati stampa", "ASA"),
            (
                "Agenzia Spaziale Ardesia - Notizie",
                "Agenzia Spaziale Ardesia",
            ),
            ("Tutte le notizie", "Tutte le notizie"),
        ] {
            assert_eq!(
                title(None, Some(written), &page).as_deref(),
                Some(expected),
                "{written}"
            );
        }
        assert_eq!(
            title(Some("Ardesia"), Some("x"), &page).as_deref(),
            Some("Ardesia")
        );
        assert_eq!(title(None, Some(" | "), &page), None);
    }

    #[test]
    fn every_zone_of_the_table_is_one() {
        for line in ZONES.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            assert!(
                words[0].len() == 2 && words[1].parse::<Tz>().is_ok(),
                "{line}"
            );
            assert!(
                words.len() > 2 && words[2..].iter().all(|tag| Language::parse(tag).is_some()),
                "{line}"
            );
        }
        let (italian, english) = (
            Language::parse("it").unwrap(),
            Language::parse("en").unwrap(),
        );
        assert_eq!(
            zone(&url("https://agenzia.it/"), &italian),
            Some(Tz::Europe__Rome)
        );
        assert_eq!(
            zone(&url("https://do.it/"), &english),
            None,
            "it may be a pun"
        );
        assert_eq!(zone(&url("https://agenzia.example/"), &italian), None);
        assert_eq!(
            zone(&url("https://agency.us/"), &english),
            None,
            "it has several"
        );
    }

    #[test]
    fn the_words_tell_the_language_where_the_page_is_wrong() {
        let tag = |text: &str| Language::parse(text).unwrap();
        let italian = "L'agenzia presenta i risultati della missione: il satellite ha raccolto immagini della costa";
        assert_eq!(language(Some(&tag("en")), italian), Some(tag("it")));
        assert_eq!(language(Some(&tag("it")), "Cosmo"), Some(tag("it")));
        assert_eq!(language(None, "Cosmo"), None);
        assert_eq!(
            language(Some(&tag("mt")), italian),
            Some(tag("mt")),
            "which is not to be told from words"
        );
    }

    proptest::proptest! {
        #[test]
        fn slugs_are_ids(text in r"\PC{0,90}") {
            if let Some(slug) = slug(&text) {
                proptest::prop_assert!(slug.len() <= ID && slug.starts_with(|c: char| c.is_ascii_alphanumeric()));
                proptest::prop_assert!(slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            }
        }
    }
}
