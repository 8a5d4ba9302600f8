//! What a server gives with status 200 in place of the page: checks, refusals, forms and notices.
//!
//! Told by what such pages have in common: they say little, in a title or heading of a known sense, and list no news.
//! The phrases are data: `instead.txt`. News may say the same in its headlines, so a phrase alone proves nothing.

mod phrases;

use scraper::{ElementRef, Html};
use serde_json::Value;
use thiserror::Error;

use super::text::{squash, visible, visible_without};
use super::{bounded, one};
use crate::config::units::fold;
use crate::model::{Kind, RawItem};
use phrases::{is_filler, is_number, said, whole};

/// What came instead of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Instead {
    /// A captcha, or a challenge to the browser.
    #[error("the answer is a bot check, not the page")]
    BotCheck,
    /// A refusal.
    #[error("the answer says that access is denied")]
    Denied,
    /// A form to log in.
    #[error("the answer is a login page")]
    Login,
    /// A question about cookies that stands before the page.
    #[error("the answer asks for consent to cookies and does not show the page")]
    Consent,
    /// "Page not found", with a status that says otherwise.
    #[error("the answer says that there is no such page, though its status says that there is")]
    Missing,
    /// Maintenance, construction, an interruption.
    #[error("the page says that it is in maintenance or not ready")]
    Maintenance,
    /// What a web server shows before a site is set up.
    #[error("the answer is the default page of a web server")]
    Default,
    /// A domain that waits for a buyer.
    #[error("the domain is parked or for sale")]
    Parked,
    /// An empty shell that a program in the browser would fill.
    #[error("the page needs JavaScript to show anything")]
    Script,
    /// An error of the site's own software.
    #[error("the answer is an error message of the site's server")]
    Fault,
    /// A page that only leads elsewhere (`<meta http-equiv="refresh">`).
    #[error("the page only sends browsers on to another address")]
    Forward,
    /// A page without words.
    #[error("the page has no text")]
    Blank,
}

/// What was read from the page, which may speak for it.
#[derive(Clone, Copy, Default)]
pub(super) struct Found<'a> {
    pub(super) kind: Option<Kind>,
    pub(super) items: &'a [RawItem],
    /// Rules of the configuration found them.
    pub(super) ruled: bool,
    /// The page says that it is an article.
    pub(super) certain: bool,
}

impl Found<'_> {
    /// Several items, most of them dated or with teasers where no rule vouches for them.
    fn is_list(&self) -> bool {
        let told = |item: &&RawItem| !item.published.is_empty() || item.summary.is_some();
        let told = self.items.iter().filter(told).count();
        self.kind == Some(Kind::Listing)
            && match self.items.len() {
                0 => false,
                1 => self.ruled && told == 1,
                2 => told > 0,
                several => self.ruled || 2 * told >= several,
            }
    }

    /// An article that says when it was published, or says by itself that it is one and what it is about.
    fn is_news(&self) -> bool {
        let article = self
            .items
            .first()
            .filter(|_| self.kind == Some(Kind::Article));
        article.is_some_and(|item| {
            !item.published.is_empty() || (self.certain && item.summary.is_some())
        })
    }
}

/// Parts of a page that say nothing about it.
const ASIDE: &[&str] = &["nav", "header", "footer", "aside"];
/// The most words of a page whose title or heading is such a phrase and nothing else.
const WHOLE: usize = 600;
/// The most words of a page whose title or heading has such a phrase among few other words.
const PART: usize = 150;
/// The most words of a page that says it somewhere in its text, or shows it by its forms.
const SHORT: usize = 80;
/// The most words of a page that shows nothing.
const SHELL: usize = 15;
/// So many words outside of a banner about cookies are what the page shows.
const SAID: usize = 6;
/// How many headings are looked at, and how many bytes of a text: such pages say what they are at once.
const HEADINGS: usize = 20;
const LOOKED_AT: usize = 8_000;
/// The most other words in a heading that has such a phrase.
const REST: usize = 4;

/// What the page is if it is not what was asked for.
pub(super) fn of(document: &Html, found: Found<'_>) -> Option<Instead> {
    let front = Front::of(document);
    if found.is_list() {
        return front.title_or_only_heading();
    }
    let page = Sight::of(document, front);
    let whole = || page.front.heading_is().filter(|_| page.words <= WHOLE);
    if found.is_news() {
        return whole().filter(|_| page.words < SHORT);
    }
    let part = || page.front.heading_has().filter(|_| page.words <= PART);
    let text = || said(beginning(&page.text), usize::MAX).filter(|_| page.words <= SHORT);
    whole()
        .or_else(part)
        .or_else(text)
        .or_else(|| page.built(document))
}

/// What the title of an item says, if it is such a phrase and little else.
pub(crate) fn told_by(title: &str) -> Option<Instead> {
    let title = fold(title);
    whole(&title).or_else(|| said(&title, 1))
}

/// The message of a JSON text that reports an error; nothing if it is something else.
pub(super) fn json_error(text: &str) -> Option<String> {
    let value = bounded::parse(text.trim_start_matches('\u{FEFF}'))?;
    message(&value, 4).map(|text| squash(&text).chars().take(120).collect())
}

fn message(value: &Value, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Array(list) => list.iter().find_map(|value| message(value, depth)),
        Value::Object(map) if !map.contains_key("items") => {
            let said = [
                "error",
                "errors",
                "message",
                "error_description",
                "detail",
                "title",
            ]
            .iter()
            .find_map(|key| message(map.get(*key)?, depth));
            let number = || {
                ["status", "code", "error"]
                    .iter()
                    .find_map(|key| map.get(*key)?.as_i64())
            };
            said.or_else(|| {
                number()
                    .filter(|code| *code >= 400)
                    .map(|code| code.to_string())
            })
        }
        _ => None,
    }
}

/// What a page says of itself before its text.
struct Front {
    /// The parts of its title, folded: sites set their name beside what the page is.
    titles: Vec<String>,
    /// Its main headings, folded, those in links left out; its first lesser one where it has none.
    headings: Vec<String>,
}

impl Front {
    fn of(document: &Html) -> Self {
        let all = |selector: &str| {
            let select = one(selector);
            let found = select.iter().flat_map(|select| document.select(select));
            found
                .filter(|element| !within(*element, &["a", "svg"]))
                .collect::<Vec<_>>()
        };
        let title = all("title").into_iter().next();
        let title = title
            .map(|title| title.text().collect::<String>())
            .unwrap_or_default();
        let title = beginning(&title);
        let mut titles: Vec<String> = title
            .split(['|', '–', '—', '·', '»', '«', '•'])
            .flat_map(|part| part.split(" - "))
            .map(fold)
            .filter(|part| !part.is_empty())
            .collect();
        if titles.len() > 1 {
            titles.insert(0, fold(title));
        }
        let mut headings = all("h1");
        if headings.is_empty() {
            headings = all("h2").into_iter().take(1).collect();
        }
        let headings = headings
            .into_iter()
            .take(HEADINGS)
            .map(|heading| fold(beginning(&visible(heading))));
        Self {
            titles,
            headings: headings.filter(|heading| !heading.is_empty()).collect(),
        }
    }

    /// What a title or heading says that says nothing else.
    fn heading_is(&self) -> Option<Instead> {
        self.titles
            .iter()
            .chain(&self.headings)
            .find_map(|text| whole(text))
    }

    fn heading_has(&self) -> Option<Instead> {
        self.titles
            .iter()
            .chain(&self.headings)
            .find_map(|text| said(text, REST))
    }

    /// For a page that lists news all the same, as pages for what is not found do: a refusal in so many words in its
    /// one heading, or in its title where no heading says otherwise.
    fn title_or_only_heading(&self) -> Option<Instead> {
        let plain = |text: &String| {
            whole(text).filter(|what| {
                matches!(what, Instead::Missing | Instead::BotCheck | Instead::Denied)
                    && text
                        .split(' ')
                        .any(|word| !is_number(word) && !is_filler(word))
            })
        };
        match self.headings.as_slice() {
            [only] => plain(only),
            [] => self.titles.iter().find_map(plain),
            _ => None,
        }
    }
}

/// A page as it strikes the eye.
struct Sight {
    front: Front,
    /// Its words outside menus, headers, footers and, where others are left, banners about cookies, folded.
    text: String,
    /// How many there are, with those of banners.
    words: usize,
}

impl Sight {
    fn of(document: &Html, front: Front) -> Self {
        let body = one("body")
            .and_then(|select| document.select(&select).next())
            .unwrap_or(document.root_element());
        let is_aside = |element: ElementRef<'_>| ASIDE.contains(&element.value().name());
        let count = |text: &str| text.split(' ').filter(|word| !word.is_empty()).count();
        let all = fold(&visible_without(body, is_aside));
        let words = count(&all);
        // Longer pages are not judged by what they say.
        let asks = words <= 2 * WHOLE && all.contains("cookie");
        let rest = asks.then(|| {
            fold(&visible_without(body, |element| {
                is_aside(element) || is_banner(element)
            }))
        });
        Self {
            front,
            words,
            text: rest.filter(|rest| count(rest) >= SAID).unwrap_or(all),
        }
    }

    /// What the parts tell that a page is made of, where it says next to nothing.
    fn built(&self, document: &Html) -> Option<Instead> {
        let has = |selector: &str| {
            one(selector).is_some_and(|select| {
                document
                    .select(&select)
                    .any(|element| !within(element, ASIDE))
            })
        };
        // The scripts of a check stand on many a page with a form; its own fields do not.
        let fields = "[class*=captcha i]:not(script), [id*=captcha i]:not(script), iframe[src*=captcha i], \
            img[src*=captcha i], form[action*=captcha i], form[action*=challenge i], [id*=challenge i]:not(script)";
        let scripts = "script[src*=challenge i], script[src*=captcha i]";
        if self.words <= SHORT && has(fields) || self.words <= SHELL && has(scripts) {
            return Some(Instead::BotCheck);
        }
        if self.words <= SHORT && has("input[type=password i]") {
            return Some(Instead::Login);
        }
        if self.words <= 2 * WHOLE && self.is_about_cookies() && has("button, input, [role=button]")
        {
            return Some(Instead::Consent);
        }
        if self.words > SHELL {
            return None;
        }
        let noscript = one("noscript").is_some_and(|select| {
            document.select(&select).take(HEADINGS).any(|element| {
                let text = element.text().collect::<String>();
                said(&fold(beginning(&text)), usize::MAX).is_some()
            })
        });
        if has("meta[http-equiv=refresh i][content*='url' i]") {
            Some(Instead::Forward)
        } else if noscript || has("script") {
            Some(Instead::Script)
        } else {
            (self.words == 0).then_some(Instead::Blank)
        }
    }

    /// One word in twelve speaks of cookies and consent.
    fn is_about_cookies(&self) -> bool {
        let stems = [
            "cookie",
            "consent",
            "consens",
            "einwillig",
            "zustimm",
            "datenschutz",
            "privacy",
            "privat",
            "privac",
            "partner",
            "tracking",
            "accett",
            "accept",
            "akzept",
            "acept",
        ];
        let cookies = self
            .text
            .split(' ')
            .filter(|word| word.starts_with("cookie"))
            .count();
        let all = self
            .text
            .split(' ')
            .filter(|word| stems.iter().any(|stem| word.starts_with(stem)))
            .count();
        cookies >= 2 && 12 * all >= self.words
    }
}

/// Whether an element asks about cookies beside what the page shows.
fn is_banner(element: ElementRef<'_>) -> bool {
    let named = [element.attr("id"), element.attr("class")];
    matches!(element.attr("role"), Some("dialog" | "alertdialog"))
        || named.into_iter().flatten().any(|name| {
            let name = name.to_ascii_lowercase();
            ["cookie", "consent", "gdpr"]
                .iter()
                .any(|word| name.contains(word))
        })
}

fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LOOKED_AT))
        .unwrap_or(text)
}

/// Whether an element stands in one of these.
fn within(element: ElementRef<'_>, names: &[&str]) -> bool {
    element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|around| names.contains(&around.value().name()))
}

#[cfg(test)]
mod tests;
