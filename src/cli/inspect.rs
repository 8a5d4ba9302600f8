//! `rassegna inspect`

pub(super) mod batch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Utc;
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use url::{Origin, Url};

use super::out::{count, say};
use super::table::table;
use super::{ConfigFile, Exit, block_on, logging};
use crate::config::{self, Config, Source};
use crate::fetch::{Accept, Fetched, Fetcher, Request};
use crate::language::Language;
use crate::model::{Item, Kind, Page, Validators};
use crate::pipeline::{self, Reading};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A source of the configuration, an address or a file
    #[arg(value_name = "ID|URL|FILE", required_unless_present = "batch")]
    what: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
    /// What it is, where that is not to be seen
    #[arg(long, value_enum)]
    kind: Option<Word>,
    /// Its language (BCP 47)
    #[arg(long, visible_alias = "language", value_name = "TAG", value_parser = config::language)]
    lang: Option<Language>,
    /// The zone of its dates
    #[arg(long, value_name = "ZONE", value_parser = config::zone)]
    timezone: Option<Tz>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Read JSON objects line by line from standard input and answer each with one (docs/manual.md)
    #[arg(long)]
    batch: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Word {
    Feed,
    Listing,
    Article,
    Json,
    Sitemap,
}

impl From<Word> for Kind {
    fn from(word: Word) -> Self {
        match word {
            Word::Feed => Self::Feed,
            Word::Listing => Self::Listing,
            Word::Article => Self::Article,
            Word::Json => Self::Json,
            Word::Sitemap => Self::Sitemap,
        }
    }
}

/// Shows what would be read; stores nothing.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    if options.batch {
        return batch::run();
    }
    logging::start("error");
    let what = options.what.as_deref().unwrap_or_default();
    let (source, fetch) = source(options, what)?;
    let page = block_on(async {
        let fetcher = Fetcher::new(&fetch, concat!("rassegna/", env!("CARGO_PKG_VERSION")))
            .map_err(|error| failed(what, &error))?;
        let none = Validators::default();
        let request = Request {
            source: &source,
            url: &source.url,
            validators: &none,
            accept: Accept::Feed,
            own: true,
            robots: source.robots,
            local: true,
            load: None,
        };
        match fetcher.get(request).await {
            Ok(Fetched::Page(page)) => Ok(page),
            Ok(Fetched::NotModified { .. }) => Err(failed(
                what,
                &"the server answered 304 although nothing is known of it",
            )),
            Err(error) => Err(failed(what, &error)),
        }
    })?;
    let reading =
        pipeline::read(&source, None, &page, Utc::now()).map_err(|error| failed(what, &error))?;
    if options.json {
        say!("{:#}", batch::answer(&reading, &page.url));
    } else {
        say!("{}", sample(&reading, &page, usize::MAX));
    }
    Ok(())
}

fn failed(what: &str, error: &dyn std::fmt::Display) -> Exit {
    say!(err, "{what}: {error}");
    Exit::Failed
}

/// The source that is meant: one of the configuration, or one made up for an address or a file.
fn source(options: &Options, what: &str) -> Result<(Source, config::Fetch), Exit> {
    let usage = |why: String| {
        say!(err, "error: {why}");
        Exit::Usage
    };
    // Without an own source the configuration only lends its limits, and may be missing.
    let config: Option<Config> = match config::find(options.config.config.as_deref()) {
        Ok(_) => Some(options.config.load()?),
        Err(_) if options.config.config.is_none() => None,
        Err(_) => Some(options.config.load()?),
    };
    let own = config
        .as_ref()
        .and_then(|config| {
            config
                .sources
                .iter()
                .find(|source| source.id.is_meant_by(what))
        })
        .cloned();
    let fetch = config.map(|config| config.fetch).unwrap_or_default();
    let mut source = match own {
        Some(source) => Arc::unwrap_or_clone(source),
        None => {
            let url = address(what).ok_or_else(|| {
                usage(format!(
                    "`{what}` is no source of the configuration, no file and no address; an address begins with https:// or http://"
                ))
            })?;
            Source::unknown(url)
        }
    };
    if let Some(language) = &options.lang {
        source.languages = vec![language.clone()];
    }
    source.timezone = options.timezone.unwrap_or(source.timezone);
    source.kind = options.kind.map(Kind::from).or(source.kind);
    Ok((source, fetch))
}

/// The address that somebody means by one, or by the name of a file.
pub(super) fn address(what: &str) -> Option<Url> {
    let file = |path: PathBuf| Url::from_file_path(path).ok();
    if Path::new(what).is_file() {
        return std::fs::canonicalize(what).ok().and_then(file);
    }
    Url::parse(what)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https" | "file"))
}

/// What was read, as a table for people; of the items, so many at most.
pub(super) fn sample(reading: &Reading, page: &Page, most: usize) -> String {
    let (extracted, normalized) = (&reading.extracted, &reading.normalized);
    let mut lines = vec![
        page.url.to_string(),
        format!(
            "read as {}: {}{}",
            extracted.kind,
            count(normalized.items.len(), "item"),
            if extracted.partial {
                ", the document is cut short"
            } else {
                ""
            }
        ),
    ];
    lines.extend(
        extracted
            .title
            .as_ref()
            .map(|title| format!("title: {title}")),
    );
    let parts = extracted.parts.iter();
    lines.extend(parts.map(|part| format!("names a sitemap that a poll reads: {part}")));
    let announced = extracted.announced.iter();
    lines.extend(announced.map(|feed| format!("announces a feed: {feed}")));
    let next = extracted.next.iter();
    lines.extend(next.map(|next| format!("goes on at: {next}")));
    if !extracted.fields.is_empty() {
        let rates: Vec<String> = extracted
            .fields
            .iter()
            .map(|rate| format!("{} {}/{}", rate.field, rate.found, rate.of))
            .collect();
        lines.push(format!("fields: {}", rates.join(", ")));
    }
    // Most links of a page are on one host, which then need not stand in each row.
    let home = normalized
        .items
        .iter()
        .find_map(|item| item.url.as_ref())
        .map(Url::origin);
    if let Some(home) = home.as_ref().filter(|home| **home != page.url.origin()) {
        lines.push(format!(
            "links: on {} where no host is named",
            home.ascii_serialization()
        ));
    }
    let shown = normalized.items.iter().take(most);
    let rows: Vec<Vec<String>> = shown.map(|item| row(item, home.as_ref())).collect();
    let table = table(&["#", "date", "read from", "lang", "title", "link"], &rows);
    lines.extend([String::new(), table.trim_end().to_owned()]);
    let left = normalized.items.len().saturating_sub(most);
    lines.extend((left > 0).then(|| format!("… and {left} more")));
    let warnings = extracted.warnings.iter().chain(&normalized.warnings);
    lines.extend(warnings.map(|warning| format!("warning: {warning}")));
    lines.join("\n")
}

fn row(item: &Item, home: Option<&Origin>) -> Vec<String> {
    let (date, text) = match &item.published {
        None => ("–".into(), "no date; first seen stands for it".into()),
        Some(dated) if dated.precision == crate::model::Precision::Day => {
            (dated.at.format("%Y-%m-%d").to_string(), dated.text.clone())
        }
        Some(dated) => (
            dated.at.format("%Y-%m-%d %H:%M %:z").to_string(),
            dated.text.clone(),
        ),
    };
    let short = |url: &Url| match home == Some(&url.origin()) {
        true => url[url::Position::BeforePath..].to_owned(),
        false => url.to_string(),
    };
    let link = item.url.as_ref().map_or_else(|| "–".into(), short);
    let title = match item.title.as_str() {
        "" => "(told by its article)".to_owned(),
        title => title.to_owned(),
    };
    vec![
        (item.position + 1).to_string(),
        date,
        text,
        item.language.to_string(),
        title,
        link,
    ]
}
