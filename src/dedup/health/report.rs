//! Items that are no news: reports, in the form of one, of why there is none. Programs that make feeds of pages publish
//! their errors so.

use crate::config::units::fold;
use crate::extract::text::plain;
use crate::extract::told_by;
use crate::model::Item;

/// Words beside which the number of a status is one.
const BESIDE: &[&str] = &[
    "error",
    "errore",
    "erreur",
    "fehler",
    "http",
    "https",
    "status",
    "code",
    "codice",
    "failed",
    "returned",
    "forbidden",
];
/// The most other words of a title,
const TITLE: usize = 4;
/// and of a text.
const TEXT: usize = 8;

/// Whether an item reports an error, by what its title or its text is.
pub(super) fn is_report(item: &Item) -> bool {
    let text = if item.summary.is_empty() {
        plain(&item.html)
    } else {
        plain(&item.summary)
    };
    told_by(&item.title).is_some() || has_status(&item.title, TITLE) || has_status(&text, TEXT)
}

/// Whether a text tells the status of a request, among at most so many other words.
fn has_status(text: &str, rest: usize) -> bool {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let is_status = |word: &str| {
        word.len() == 3
            && word.starts_with(['4', '5'])
            && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    let told = |pair: &[&str]| match pair {
        [one, other] => {
            (is_status(one) && BESIDE.contains(other)) || (is_status(other) && BESIDE.contains(one))
        }
        _ => false,
    };
    words.len() <= rest + 2 && words.windows(2).any(told)
}
