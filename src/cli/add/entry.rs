//! A source as it is written into the configuration.

use std::fmt::Write as _;

use crate::extract::rules::toml::{self, pairs, text};
use crate::extract::rules::{Field, Written};
use crate::model::Kind;

/// A source to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// What to know about it: a line each, above it.
    pub(super) notes: Vec<String>,
    pub(super) id: String,
    pub(super) title: Option<String>,
    pub(super) url: String,
    /// None: those of the site.
    pub(super) languages: Vec<String>,
    pub(super) timezone: Option<String>,
    /// The pattern of its dates.
    pub(super) format: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) kind: Option<Kind>,
    pub(super) rules: Option<Rules>,
}

/// The rules of its listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rules {
    /// What to know about them: a line each, above them.
    pub(super) notes: Vec<String>,
    pub(super) item: String,
    pub(super) picks: Vec<(Field, Vec<Written>)>,
}

impl Entry {
    /// The table, ready to stand in a file.
    pub(super) fn toml(&self) -> String {
        let mut out = String::new();
        comments(&mut out, &self.notes);
        let _ = writeln!(out, "[source.{}]", self.id);
        let list = |texts: &[String]| match texts {
            [one] => Some(text(one)),
            [] => None,
            several => Some(format!(
                "[{}]",
                several
                    .iter()
                    .map(|one| text(one))
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
        };
        let tags: Vec<String> = self.tags.iter().map(|tag| text(tag)).collect();
        pairs(
            &mut out,
            &[
                ("title", self.title.as_deref().map(text)),
                ("url", Some(text(&self.url))),
                ("language", list(&self.languages)),
                ("timezone", self.timezone.as_deref().map(text)),
                (
                    "dates",
                    self.format
                        .as_deref()
                        .map(|format| format!("{{ format = {} }}", text(format))),
                ),
                (
                    "tags",
                    (!tags.is_empty()).then(|| format!("[{}]", tags.join(", "))),
                ),
                ("kind", self.kind.map(|kind| text(kind.as_str()))),
            ],
        );
        if let Some(rules) = &self.rules {
            out.push('\n');
            comments(&mut out, &rules.notes);
            let mut lines = vec![("listing.item".to_owned(), Some(text(&rules.item)))];
            lines.extend(rules.picks.iter().map(|(field, picks)| {
                (format!("listing.{}", field.key()), Some(toml::picks(picks)))
            }));
            let lines: Vec<(&str, Option<String>)> = lines
                .iter()
                .map(|(key, value)| (key.as_str(), value.clone()))
                .collect();
            pairs(&mut out, &lines);
        }
        out
    }
}

fn comments(out: &mut String, notes: &[String]) {
    for note in notes {
        let line: String = note
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let _ = writeln!(out, "# {line}");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_written_is_aligned_and_read_back() {
        let pick = |text: &str| Written {
            pick: text.to_owned(),
            regex: None,
            all: false,
        };
        let entry = Entry {
            notes: vec!["Two\nlines.".to_owned()],
            id: "agenzia".to_owned(),
            title: Some("L’agenzia \"Ardesia\"".to_owned()),
            url: "https://agenzia.example/notizie/".to_owned(),
            languages: vec!["it".to_owned(), "en".to_owned()],
            timezone: Some("Europe/Rome".to_owned()),
            format: Some("%d/%m/%Y".to_owned()),
            tags: vec!["agency".to_owned()],
            kind: None,
            rules: Some(Rules {
                notes: vec!["Where the news stands.".to_owned()],
                item: "li.news".to_owned(),
                picks: vec![
                    (Field::GroupDate, vec![pick("h4.data")]),
                    (Field::Title, vec![pick("h3 a"), pick("h2 a")]),
                    (Field::Link, vec![pick("@href")]),
                    (
                        Field::Summary,
                        vec![Written {
                            all: true,
                            ..pick("p")
                        }],
                    ),
                    (
                        Field::Image,
                        vec![Written {
                            regex: Some(r#"url\(['"]?([^'")]+)"#.to_owned()),
                            ..pick("i@style")
                        }],
                    ),
                ],
            }),
        };
        let text = entry.toml();
        insta::assert_snapshot!(text, @r#"
        # Two lines.
        [source.agenzia]
        title    = 'L’agenzia "Ardesia"'
        url      = "https://agenzia.example/notizie/"
        language = ["it", "en"]
        timezone = "Europe/Rome"
        dates    = { format = "%d/%m/%Y" }
        tags     = ["agency"]

        # Where the news stands.
        listing.item       = "li.news"
        listing.group.date = "h4.data"
        listing.title      = ["h3 a", "h2 a"]
        listing.link       = "@href"
        listing.summary    = { select = "p", all = true }
        listing.image      = { select = "i@style", regex = "url\\(['\"]?([^'\")]+)" }
        "#);
        let config = crate::config::load_text(&text).unwrap();
        assert_eq!(config.sources[0].title, "L’agenzia \"Ardesia\"");
        let listing = config.sources[0].listing.as_ref().unwrap();
        assert!(listing.summary[0].all && listing.image[0].regex.is_some());
    }
}
