//! Page → raw items. What a page says is taken as it stands; whether it can be used is for `normalize` to ask.
//!
//! A page is a feed, a listing of news, one article, JSON by rules or a sitemap of news. To add a kind of source: a
//! file here, a [`Kind`], an arm in [`extract`].

mod alike;
mod article;
mod bounded;
pub mod charset;
mod cut;
mod detect;
pub mod drift;
pub mod feed;
mod guard;
mod instead;
mod interface;
mod json;
mod jsonld;
mod listing;
mod newest;
mod next;
mod order;
pub mod rules;
mod sitemap;
#[cfg(test)]
mod tests;
pub mod text;

use scraper::{Html, Selector};
use thiserror::Error;
use url::Url;

use crate::config::{Json, Listing};
use crate::date;
use crate::model::{Kind, Pace, Page, RawItem};

pub use guard::shallow;
pub use instead::Instead;
pub(crate) use instead::told_by;
pub use interface::posts;
pub use json::NoItems;
pub use newest::MAX_ITEMS;
pub use order::Assumed;
pub use sitemap::{NoSitemap, join};

/// What is asked of a page.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// What it was read as before, or what the configuration says that it is; nothing: to be seen.
    pub kind: Option<Kind>,
    /// Whether that is said by the configuration.
    pub told: bool,
    /// The rules of its listing, if there are any.
    pub rules: Option<&'a Listing>,
    /// The rules of its JSON, if there are any.
    pub json: Option<&'a Json>,
    /// Whether the page on which its list goes on is looked for.
    pub next: bool,
    /// How its dates are written.
    pub dates: &'a date::Context<'a>,
}

/// What a page gave.
#[derive(Debug, Clone)]
pub struct Extracted {
    /// What it was read as.
    pub kind: Kind,
    /// Its own title.
    pub title: Option<String>,
    /// The language that it declares as a whole.
    pub language: Option<String>,
    /// The copyright notice that it declares as a whole.
    pub rights: Option<String>,
    /// Its items, in its own order.
    pub items: Vec<RawItem>,
    /// How many of the items had each field; for listings.
    pub fields: Vec<Rate>,
    /// What was odd, a sentence each.
    pub warnings: Vec<String>,
    /// The document was cut short: an item that is not in it may still exist.
    pub partial: bool,
    /// The feeds that an HTML page announces.
    pub announced: Vec<Url>,
    /// The documents of which it is only the index, those first that are rather the newest.
    pub parts: Vec<Url>,
    /// The page that goes on with the list, on the same origin, where that was asked.
    pub next: Option<Url>,
    /// How often a feed wants to be asked.
    pub pace: Pace,
    /// Which number of its dates is the day, where only the page as a whole tells that.
    pub order: Option<Assumed>,
}

/// How often a field was found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rate {
    /// The field's name, as in the configuration.
    pub field: String,
    /// Items that had it.
    pub found: usize,
    /// All items.
    pub of: usize,
}

/// Why a page gave nothing.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum NoNews {
    /// Nothing came.
    #[error("the answer was empty")]
    Empty,
    /// A file of another kind came.
    #[error(
        "the answer is {0}, and no page; if it is linked from a page with news, name that page"
    )]
    Other(&'static str),
    /// A feed was expected.
    #[error("{0}")]
    NotAFeed(#[from] feed::NotAFeed),
    /// Something else stands where the page was.
    #[error("{0}")]
    Instead(#[from] Instead),
    /// JSON of news was expected.
    #[error("{0}")]
    Json(#[from] NoItems),
    /// A sitemap of news was expected.
    #[error("{0}")]
    Sitemap(#[from] NoSitemap),
    /// An error report of a programming interface.
    #[error("the answer is an error report in JSON: \"{0}\"")]
    JsonError(String),
    /// It breaks off too early.
    #[error("the page breaks off before its first item is complete")]
    CutShort,
    /// The rules find one and the same thing in every item.
    #[error(
        "{count} of {of} items have the same {field}; the rule `listing.{field}` no longer fits the page"
    )]
    Repeated {
        /// The field.
        field: &'static str,
        /// How many items have the same.
        count: usize,
        /// All items.
        of: usize,
    },
    /// A listing or an article was expected.
    #[error(
        "a page was expected, but the answer is a feed; if the address has become one, set `kind = \"feed\"`"
    )]
    NotAPage,
    /// Parsing it would take too long.
    #[error(
        "the page nests its elements more than {} deep, has more than {} of them, or more than {} attributes in one, \
         which no news page needs; it was not parsed",
        guard::DEPTH,
        guard::ELEMENTS,
        guard::ATTRIBUTES
    )]
    TooDeep,
    /// The rules found no item.
    #[error("the rule `listing.item` matches nothing on the page; its layout may have changed")]
    NothingMatched,
    /// The rules found items, but none with a title.
    #[error("the {0} items that `listing.item` matches have no title; check `listing.title`")]
    NoTitles(usize),
    /// No rules, and nothing that looks like news.
    #[error(
        "no list of news and no article was found on the page; name its parts with `listing.item`, `listing.title` and so on"
    )]
    NothingFound,
}

/// Reads a page. Never panics and never takes more than linear time in its size, whatever it is.
///
/// # Errors
///
/// [`NoNews`] where nothing can be made of it.
pub fn extract(page: &Page, ask: &Ask<'_>) -> Result<Extracted, NoNews> {
    extract_from(page, ask, &mut None)
}

/// The same; an HTML page is left in `ground` as it was parsed, for who looks at it once more.
fn extract_from(
    page: &Page,
    ask: &Ask<'_>,
    ground: &mut Option<Ground>,
) -> Result<Extracted, NoNews> {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let unmarked = page.body.strip_prefix(b"\xEF\xBB\xBF");
    if unmarked.unwrap_or(&page.body).iter().all(blank) {
        return Err(NoNews::Empty);
    }
    if let Some((_, what)) = FILES.iter().find(|(mark, _)| page.body.starts_with(mark)) {
        return Err(NoNews::Other(what));
    }
    let content_type = page.content_type.as_deref();
    let seen_as_feed = feed::looks_like_feed(&page.body, content_type);
    let expected = if ask.rules.is_some() {
        Some(Kind::Listing)
    } else if ask.json.is_some() {
        Some(Kind::Json)
    } else {
        ask.kind
    };
    match expected {
        Some(Kind::Feed) => read_feed(page).map_err(|why| reason(page, why)),
        Some(Kind::Json) => json::read(page, ask.json, ask.dates),
        Some(Kind::Sitemap) => sitemap::read(page, ask.told),
        None if seen_as_feed => read_feed(page),
        None if sitemap::looks_like_one(&page.body, content_type) => sitemap::read(page, false),
        Some(Kind::Listing | Kind::Article) if seen_as_feed => Err(NoNews::NotAPage),
        _ => read_page(page, ask, expected, ground),
    }
}

/// What files begin with that are no text.
const FILES: &[(&[u8], &str)] = &[
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xFF\xD8\xFF", "a picture"),
    (b"GIF8", "a picture"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
];

/// A page of fewer characters that neither has a date nor says what it is, is no article.
const ARTICLE: usize = 600;

/// A parsed page.
struct Ground {
    parsed: cut::Parsed,
    /// The base of its relative addresses.
    base: Url,
}

impl Ground {
    fn of(page: &Page) -> Option<Self> {
        let content_type = page.content_type.as_deref();
        let decoded = charset::decode(&page.body, content_type, charset::Markup::Html);
        Self::parse(&decoded.text, &page.url)
    }

    /// Nothing where it is nested too deep to be parsed in time.
    fn parse(html: &str, url: &Url) -> Option<Self> {
        let parsed = cut::parse(html)?;
        let base = base_of(&parsed.document, url);
        Some(Self { parsed, base })
    }
}

fn read_feed(page: &Page) -> Result<Extracted, NoNews> {
    let read = feed::read(&page.body, page.content_type.as_deref(), &page.url)?;
    Ok(Extracted {
        kind: Kind::Feed,
        title: read.title,
        language: read.language,
        rights: read.rights,
        items: read.items,
        fields: Vec::new(),
        warnings: read.warnings,
        partial: read.partial,
        announced: Vec::new(),
        parts: Vec::new(),
        next: None,
        pace: read.pace,
        order: None,
    })
}

/// Why there is no feed: what stands in its place, where that can be told.
fn reason(page: &Page, why: NoNews) -> NoNews {
    let content_type = page.content_type.as_deref();
    let text = |markup| charset::decode(&page.body, content_type, markup).text;
    let known = match &why {
        NoNews::NotAFeed(feed::NotAFeed::Json) => {
            instead::json_error(&text(charset::Markup::Json)).map(NoNews::JsonError)
        }
        NoNews::NotAFeed(feed::NotAFeed::Html(_) | feed::NotAFeed::Other) => standing(page),
        _ => None,
    };
    known.unwrap_or(why)
}

/// What a page is that stands in place of a document for programs, where that can be told.
fn standing(page: &Page) -> Option<NoNews> {
    let content_type = page.content_type.as_deref();
    let text = charset::decode(&page.body, content_type, charset::Markup::Html).text;
    let parsed = cut::parse(&text)?;
    instead::of(&parsed.document, instead::Found::default()).map(NoNews::Instead)
}

fn read_page(
    page: &Page,
    ask: &Ask<'_>,
    expected: Option<Kind>,
    ground: &mut Option<Ground>,
) -> Result<Extracted, NoNews> {
    let decoded = charset::decode(
        &page.body,
        page.content_type.as_deref(),
        charset::Markup::Html,
    );
    if decoded.text.trim_start().starts_with(['{', '[']) {
        if expected.is_none() {
            return json::read(page, None, ask.dates);
        }
        return Err(match instead::json_error(&decoded.text) {
            Some(message) => NoNews::JsonError(message),
            None => feed::NotAFeed::Json.into(),
        });
    }
    let parsed = Ground::parse(&decoded.text, &page.url).ok_or(NoNews::TooDeep)?;
    let Ground { parsed, base } = ground.insert(parsed);
    let document = &parsed.document;
    let mut extracted = Extracted {
        warnings: decoded.warnings,
        order: order::assumed(
            &decoded.text,
            Head { document, base }.language().as_deref(),
            ask.dates,
        ),
        ..without_items(parsed, base)
    };
    let dates = &date::Context {
        order: extracted.order.as_ref().map(|told| told.order),
        ..*ask.dates
    };
    let mut certain = false;
    let mut failed = None;
    extracted
        .warnings
        .extend(extracted.order.iter().map(Assumed::to_string));
    if let Some(rules) = ask.rules {
        match listing::read(parsed, rules, dates) {
            Ok(read) => {
                extracted.items = read.items;
                extracted.fields = read.fields;
                extracted.warnings.extend(read.warnings);
            }
            Err(why) => failed = Some(why),
        }
    } else {
        let asked = expected == Some(Kind::Listing);
        let list = || detect::find(parsed, base, dates, asked);
        (extracted.kind, extracted.items) = if asked {
            let list = list();
            extracted.warnings.extend(list.warnings());
            (Kind::Listing, list.into_items())
        } else {
            let article = article::read(parsed, base, dates);
            certain = article.certain;
            let list = expected.is_none().then(list).unwrap_or_default();
            if list.is_listing(article.item.as_ref(), certain) {
                certain = false;
                extracted.warnings.extend(list.warnings());
                (Kind::Listing, list.into_items())
            } else {
                let asked = expected == Some(Kind::Article);
                let told = |item: &RawItem| asked || certain || is_told(item);
                (
                    Kind::Article,
                    article.item.into_iter().filter(told).collect(),
                )
            }
        };
        if extracted.items.is_empty() {
            failed = Some(NoNews::NothingFound);
        }
        extracted.fields = listing::rates(&extracted.items);
    }
    let found = instead::Found {
        kind: Some(extracted.kind),
        items: &extracted.items,
        ruled: ask.rules.is_some(),
        certain,
    };
    if let Some(instead) = instead::of(document, found) {
        return Err(instead.into());
    }
    if let Some(why) = failed {
        return Err(why);
    }
    if parsed.cut {
        extracted
            .warnings
            .push("The page breaks off; its complete items were kept.".to_owned());
    }
    if ask.next && extracted.kind == Kind::Listing {
        extracted.next = next::find(document, base, &page.url, ask.rules);
    }
    bound(&mut extracted, dates, "page");
    for item in &mut extracted.items {
        item.base.get_or_insert_with(|| base.clone());
    }
    Ok(extracted)
}

/// Whether what may be an article has more than a title: any page has one, also one that reports an error.
fn is_told(item: &RawItem) -> bool {
    let text = || text::plain(item.html.as_deref().unwrap_or_default());
    !item.published.is_empty() || text().chars().count() >= ARTICLE
}

/// What a page says as a whole.
fn without_items(page: &cut::Parsed, base: &Url) -> Extracted {
    let head = Head {
        document: &page.document,
        base,
    };
    Extracted {
        kind: Kind::Listing,
        title: head.title(),
        language: head.language(),
        rights: None,
        items: Vec::new(),
        fields: Vec::new(),
        warnings: Vec::new(),
        partial: page.cut,
        announced: head.feeds(),
        parts: Vec::new(),
        next: None,
        pace: Pace::default(),
        order: None,
    }
}

/// Keeps the newest items of an endless list.
fn bound(extracted: &mut Extracted, dates: &date::Context<'_>, document: &str) {
    let when = |item: &RawItem| {
        let read = |text: &crate::model::DateText| {
            let reader = if text.machine {
                date::read_machine
            } else {
                date::read
            };
            reader(&text.text, dates).ok()
        };
        let reading = item.published.iter().find_map(read)?;
        Some(reading.resolve(dates.timezone, false))
    };
    if newest::keep(&mut extracted.items, when) {
        extracted.warnings.push(newest::warning(document));
    }
}

/// The base of a page's relative addresses: its `<base href>`, else its own address.
fn base_of(document: &Html, url: &Url) -> Url {
    let written = one("base[href]").and_then(|select| {
        document
            .select(&select)
            .next()?
            .attr("href")
            .map(str::to_owned)
    });
    written
        .and_then(|href| url.join(href.trim()).ok())
        .filter(|base| !base.cannot_be_a_base())
        .unwrap_or_else(|| url.clone())
}

/// A selector written in this program.
fn one(selector: &str) -> Option<Selector> {
    Selector::parse(selector).ok()
}

struct Head<'a> {
    document: &'a Html,
    base: &'a Url,
}

impl Head<'_> {
    fn title(&self) -> Option<String> {
        let element = self.document.select(&one("head > title")?).next()?;
        Some(text::squash(&element.text().collect::<String>())).filter(|title| !title.is_empty())
    }

    fn language(&self) -> Option<String> {
        self.document.root_element().attr("lang").map(str::to_owned)
    }

    /// `<link rel="alternate" type="application/rss+xml">` and its like, in the page's order.
    fn feeds(&self) -> Vec<Url> {
        let Some(select) = one("link[rel~='alternate'][type][href]") else {
            return Vec::new();
        };
        let types = [
            "application/rss+xml",
            "application/atom+xml",
            "application/feed+json",
        ];
        let links = self.document.select(&select).filter(|link| {
            link.attr("type").is_some_and(|kind| {
                types
                    .iter()
                    .any(|wanted| kind.trim().eq_ignore_ascii_case(wanted))
            })
        });
        links
            .filter_map(|link| self.base.join(link.attr("href")?.trim()).ok())
            .collect()
    }
}
