//! The style sheets that pages and feeds refer to.

use super::html::direction;
use super::texts::Texts;
use crate::language::Language;

/// What a browser shows of a feed, apart from the notice in the feed's language.
const FEED: &str = include_str!("feed.css");

/// All style sheets: file below the site's root, and its text.
pub fn stylesheets() -> impl Iterator<Item = (String, String)> {
    let page = ("style.css".to_owned(), include_str!("style.css").to_owned());
    let feeds = Texts::all().map(|texts| {
        let notice = quoted(&texts.raw);
        let direction = direction(texts.tag);
        let mut rule = format!("\nrss::before, feed::before {{ content: {notice}; }}\n");
        if direction == "rtl" {
            rule.push_str("rss, feed { direction: rtl; }\nrss *, feed * { text-align: right; }\n");
        }
        (file(texts), format!("{FEED}{rule}"))
    });
    std::iter::once(page).chain(feeds)
}

/// The style sheet of a feed, which tells in its language how to subscribe.
pub(super) fn of_feed(language: Option<&Language>) -> String {
    file(Texts::of(language))
}

fn file(texts: &Texts) -> String {
    match texts.tag {
        "en" => "feed.css".to_owned(),
        tag => format!("feed.{tag}.css"),
    }
}

/// A text as a string of CSS.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
