//! What a site is called, and titles without it.

use url::Url;

use super::meta::Meta;
use crate::config::units::fold;

/// What parts a title from the name of its site.
const MARKS: &[&str] = &[
    " | ", " - ", " – ", " — ", " · ", " » ", " « ", " :: ", " • ", " / ", "|", " ‹ ", " › ", "｜",
    "_",
];
/// A longer text in bytes has no site's name in it.
const LONGEST: usize = 1_000;

/// The names of a site.
pub(super) struct Site {
    /// What it calls itself, folded.
    name: Option<String>,
    /// Its host, letters and digits alone.
    host: String,
}

impl Site {
    pub(super) fn of(meta: &Meta<'_>, base: &Url) -> Self {
        let name = meta.site().map(|name| fold(&name));
        let host = base.host_str().unwrap_or_default();
        Self {
            name: name.filter(|name| !name.is_empty()),
            host: host
                .trim_start_matches("www.")
                .chars()
                .filter(|c| c.is_alphanumeric())
                .collect(),
        }
    }

    /// Whether a text is the site's name.
    pub(super) fn is(&self, text: &str) -> bool {
        let folded = fold(text);
        let joined: String = folded.split(' ').collect();
        joined.is_empty()
            || self.name.as_ref() == Some(&folded)
            || joined.len() >= 2 && self.host.starts_with(&joined)
    }

    /// Whether a part of a title is the site's name, perhaps with a word or two more: "Mirror Online".
    fn is_in(&self, part: &str) -> bool {
        let folded = fold(part);
        let begins = |name: &String| {
            let rest = folded
                .strip_prefix(name.as_str())
                .and_then(|rest| rest.strip_prefix(' '));
            rest.is_some_and(|rest| rest.split(' ').count() <= 2)
        };
        self.is(part) || self.name.as_ref().is_some_and(begins)
    }

    /// A title without the site's name at its end or beginning, and without what stands between it and what is known
    /// to be the title (folded).
    pub(super) fn without(&self, title: &str, known: &[String]) -> String {
        let mut text = title.trim();
        if text.len() > LONGEST {
            return text.to_owned();
        }
        loop {
            let cuts = MARKS.iter().flat_map(|mark| {
                text.rmatch_indices(mark)
                    .take(8)
                    .map(|(at, mark)| (at, at + mark.len()))
            });
            let mut cuts: Vec<(usize, usize)> = cuts.collect();
            cuts.sort_unstable();
            let whole = cuts.iter().find_map(|(start, end)| {
                let (before, after) = (text.get(..*start)?.trim(), text.get(*end..)?);
                let named = || {
                    after
                        .split(['|', '-', '–', '—', '·'])
                        .any(|part| self.is_in(part))
                };
                let said = |text: &str| {
                    let text = fold(text);
                    known.iter().filter(|known| **known == text).count()
                };
                let shown = known.first().is_some_and(|shown| *shown == fold(before));
                let told = said(before) > 0 && named()
                    || (shown || said(before) > 1) && said(before) >= said(text);
                (!before.is_empty() && told).then_some(before)
            });
            if let Some(whole) = whole {
                return whole.to_owned();
            }
            let named = cuts.last().and_then(|(start, end)| {
                let (before, after) = (text.get(..*start)?.trim(), text.get(*end..)?.trim());
                (self.is_in(after) && !before.is_empty()).then_some(before)
            });
            let leading = || {
                let (start, end) = cuts.first()?;
                let (before, after) = (text.get(..*start)?.trim(), text.get(*end..)?.trim());
                (self.is_in(before) && !after.is_empty()).then_some(after)
            };
            match named.or_else(leading) {
                Some(rest) => text = rest,
                None => return text.to_owned(),
            }
        }
    }
}
