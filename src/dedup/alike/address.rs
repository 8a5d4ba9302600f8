//! What addresses tell: one page under two of them, one article number, one slug, the same lead image.

use url::Url;

use crate::normalize::url::identity;

/// The fewest letters of a slug that tells its page from all others of a site.
const SLUG: usize = 8;
/// The fewest digits of a number that counts a site's articles.
const ID: usize = 4;
/// The fewest letters that two slugs begin with alike, where one of them was cut short.
const CUT: usize = 20;
/// How the names of files of pictures end.
const FILES: [&str; 8] = [
    ".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".svg", ".jfif",
];
/// Parts of addresses that stand for no one picture.
const STOCK: [&str; 22] = [
    "logo",
    "loghi",
    "default",
    "generic",
    "archiv",
    "placehold",
    "banner",
    "avatar",
    "icon",
    "sprite",
    "share",
    "social",
    "og-image",
    "ogimage",
    "fallback",
    "standard",
    "stock",
    "noimage",
    "no-image",
    "dummy",
    "header",
    "copertina",
];

/// How two addresses stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relation {
    /// They have nothing to do with each other.
    None,
    /// One site numbered its second page of that name, so there are two.
    Numbered,
    /// Two sites call the page the same.
    SameName,
    /// One site has one number or one name for both.
    OneArticle,
    /// One page.
    OnePage,
}

/// An address in parts.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// [`identity`].
    pub(super) identity: String,
    /// The host without the names before the last two.
    pub(super) site: String,
    /// The last part of the path, lower case, without its ending.
    pub(super) slug: String,
    /// The numbers by which the site counts its articles.
    pub(super) ids: Vec<String>,
    /// It is a site's front page.
    pub(super) front: bool,
}

impl Address {
    /// Takes an address apart.
    pub(super) fn new(url: &Url) -> Self {
        let segments: Vec<&str> = url
            .path()
            .split('/')
            .filter(|part| !part.is_empty())
            .collect();
        let last = segments.last().copied().unwrap_or_default();
        let slug = last
            .rsplit_once('.')
            .filter(|(name, ending)| !name.is_empty() && ending.len() <= 5)
            .map_or(last, |(name, _)| name)
            .to_lowercase();
        let query = url.query_pairs().map(|(_, value)| value.into_owned());
        let parts = segments
            .iter()
            .map(|part| (*part).to_owned())
            .chain(query)
            .chain(std::iter::once(slug.clone()));
        let mut ids: Vec<String> = parts.filter(|part| is_id(part)).collect();
        // The number may stand before or behind the words: `41234-the-title`, `the-title-41234`.
        ids.extend(
            [
                slug.split(['-', '_']).next(),
                slug.rsplit(['-', '_']).next(),
            ]
            .into_iter()
            .flatten()
            .filter(|part| is_id(part) && part.len() > ID)
            .map(ToOwned::to_owned),
        );
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(4);
        Self {
            identity: identity(url),
            site: site(url),
            slug,
            ids,
            front: segments.len() < 2 && url.query().is_none() && last.len() <= 3,
        }
    }

    /// Whether the slug is long enough to name one page.
    pub(super) fn is_named(&self) -> bool {
        let words = self
            .slug
            .split(['-', '_'])
            .filter(|word| word.chars().count() > 1 && word.chars().any(char::is_alphabetic));
        self.slug.chars().count() >= SLUG && words.count() >= 2
    }

    /// How it stands to another.
    pub(super) fn relation(&self, other: &Self) -> Relation {
        if self.identity == other.identity {
            return Relation::OnePage;
        }
        let one_site = self.site == other.site;
        let named = self.is_named() && other.is_named();
        if named && self.slug == other.slug {
            return if one_site {
                Relation::OneArticle
            } else {
                Relation::SameName
            };
        }
        if !one_site {
            return Relation::None;
        }
        if self.ids.iter().any(|id| other.ids.contains(id)) {
            return Relation::OneArticle;
        }
        let (short, long) = if self.slug.len() < other.slug.len() {
            (&self.slug, &other.slug)
        } else {
            (&other.slug, &self.slug)
        };
        match long.strip_prefix(short.as_str()) {
            Some(rest) if named && is_counter(rest) => Relation::Numbered,
            Some(_) if named && short.chars().count() >= CUT => Relation::OneArticle,
            _ if named && uncounted(short).is_some() && uncounted(short) == uncounted(long) => {
                Relation::Numbered
            }
            _ => Relation::None,
        }
    }
}

/// `-1` or `-12`: what a site puts behind a name that it has given before.
fn is_counter(rest: &str) -> bool {
    rest.strip_prefix(['-', '_']).is_some_and(|digits| {
        (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

fn uncounted(slug: &str) -> Option<&str> {
    let at = slug.rfind(['-', '_'])?;
    is_counter(slug.get(at..)?)
        .then(|| slug.get(..at))
        .flatten()
}

/// Digits enough to count articles, and neither a year nor a day.
fn is_id(part: &str) -> bool {
    let year = part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    let day = part.len() == 8 && (part.starts_with("19") || part.starts_with("20"));
    part.len() >= ID && !year && !day && part.bytes().all(|b| b.is_ascii_digit())
}

/// The host without the names before the last two, or three where the last two are short (`gov.uk`, `com.br`).
fn site(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let short = labels
        .iter()
        .rev()
        .nth(1)
        .is_some_and(|label| label.len() <= 3);
    let keep = if short { 3 } else { 2 };
    labels
        .get(labels.len().saturating_sub(keep)..)
        .unwrap_or_default()
        .join(".")
}

/// What identifies a lead image; nothing for pictures that stand beside many items. What is asked of a file of pictures
/// is a size or a form of it; what is asked of a program (`show.php?id=7`) is which picture.
pub(super) fn image(url: &Url) -> Option<String> {
    let path = url.path().to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let name = name.split('.').next().unwrap_or_default();
    let mut url = url.clone();
    url.set_fragment(None);
    if FILES.iter().any(|kind| path.ends_with(kind)) {
        url.set_query(None);
    }
    // A picture that is called by one word and has no date or number is of a topic, and shown again and again.
    let asked = url.query().unwrap_or_default().to_ascii_lowercase();
    let numbered = [&path, &asked]
        .iter()
        .any(|part| part.contains(|c: char| c.is_ascii_digit()));
    let topic = name.chars().all(char::is_alphabetic) && !numbered;
    let stock = topic
        || STOCK
            .iter()
            .any(|word| path.contains(word) || asked.contains(word));
    (!stock && path.len() > 1).then(|| identity(&url))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn relation(a: &str, b: &str) -> Relation {
        let address = |url: &str| Address::new(&Url::parse(url).unwrap());
        let there = address(a).relation(&address(b));
        assert_eq!(there, address(b).relation(&address(a)));
        there
    }

    #[test]
    fn one_page_has_many_addresses() {
        let page = "https://www.agency.example/news/first-light";
        assert_eq!(
            relation(page, "http://agency.example/news/first-light/"),
            Relation::OnePage
        );
        assert_eq!(
            relation(page, "https://agency.example/archive/2025/first-light.html"),
            Relation::OneArticle
        );
        assert_eq!(
            relation(page, "https://paper.example/first-light"),
            Relation::SameName
        );
    }

    #[test]
    fn article_numbers_count_within_a_site() {
        let here = "https://agency.example/en/?p=98231";
        assert_eq!(
            relation(here, "https://agency.example/?p=98231&lang=it"),
            Relation::OneArticle
        );
        assert_eq!(
            relation(here, "https://agency.example/?p=98232"),
            Relation::None
        );
        assert_eq!(
            relation(here, "https://paper.example/?p=98231"),
            Relation::None
        );
        assert_eq!(
            relation(
                "https://agency.example/2025/a-b",
                "https://agency.example/2025/c-d"
            ),
            Relation::None,
            "a year is no number of an article"
        );
    }

    #[test]
    fn a_counter_behind_a_name_means_another_page() {
        let page = "https://agency.example/news/weekly-bulletin";
        assert_eq!(
            relation(page, "https://agency.example/news/weekly-bulletin-1"),
            Relation::Numbered
        );
        assert_eq!(
            relation(
                "https://agency.example/weekly-bulletin-2",
                "https://agency.example/weekly-bulletin-1"
            ),
            Relation::Numbered
        );
    }

    #[test]
    fn what_a_program_is_asked_for_tells_pictures_apart() {
        let image = |url: &str| image(&Url::parse(url).unwrap());
        let seven = image("https://agency.example/view2.php?id=7");
        assert!(seven.is_some());
        assert_ne!(seven, image("https://agency.example/view2.php?id=8"));
    }

    #[test]
    fn stock_pictures_tell_nothing() {
        let image = |url: &str| image(&Url::parse(url).unwrap());
        assert_eq!(image("https://agency.example/img/logo_square.png"), None);
        assert_eq!(
            image("https://agency.example/2025/launch.jpg?w=300"),
            image("https://www.agency.example/2025/launch.jpg")
        );
    }
}
