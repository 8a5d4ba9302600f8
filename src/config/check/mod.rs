//! Gives the words of a configuration their meaning: inheritance, and what keys mean together.
//!
//! What a single value means was judged by the shape, so a value that cannot be read is passed over in silence
//! here: it has been reported, and no configuration will come of it.

mod auth;
mod by;
mod feed;
mod json;
mod listing;
mod request;
mod source;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use url::Url;

use super::crontab::Crontab;
use super::leaf;
use super::problem::{Problems, Report};
use super::tree::{self, Table};
use super::units;
use super::{
    Bodies, Bounds, By, Config, Content, Fetch, Format, Listen, Plan, Publish, Serve, Site, Store,
};
use super::{reader, shape};
use crate::language::Language;

/// Reads a configuration file, what it includes, and the secrets that it names.
///
/// # Errors
///
/// Everything that is wrong, at once.
pub fn load(file: &Path) -> Result<Config, Problems> {
    load_for(file, true)
}

/// Reads a configuration file for a command that asks no source for anything, and so needs no secrets.
///
/// # Errors
///
/// As [`load`], but for secrets that are missing.
pub fn load_to_look(file: &Path) -> Result<Config, Problems> {
    load_for(file, false)
}

fn load_for(file: &Path, needed: bool) -> Result<Config, Problems> {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let variable = |name: &str| std::env::var(name).ok();
    load_with(
        file,
        &Secrets {
            credentials,
            variable: &variable,
            needed,
        },
    )
}

/// Where secrets are.
struct Secrets<'a> {
    /// systemd's folder of credentials.
    credentials: Option<PathBuf>,
    /// Reads a variable of the environment.
    variable: &'a dyn Fn(&str) -> Option<String>,
    /// Whether they are needed; else what is missing is left out.
    needed: bool,
}

fn load_with(file: &Path, secrets: &Secrets<'_>) -> Result<Config, Problems> {
    let mut report = Report::default();
    let written = reader::read(file, &mut report);
    judge(file, written, secrets, report)
}

/// Reads a configuration that is no file, such as one that may become a part of one. It includes nothing.
///
/// # Errors
///
/// Everything that is wrong, at once.
pub fn load_text(text: &str) -> Result<Config, Problems> {
    let file = Path::new("rassegna.toml");
    let mut report = Report::default();
    let number = report.file(file, text.to_owned());
    let written = tree::parse(text, number, &mut report).unwrap_or_default();
    let secrets = Secrets {
        credentials: None,
        variable: &|_| None,
        needed: false,
    };
    judge(file, written, &secrets, report)
}

fn judge(
    file: &Path,
    written: Table,
    secrets: &Secrets<'_>,
    mut report: Report,
) -> Result<Config, Problems> {
    // What a file that cannot be read would have said is unknown, so nothing can be said to be missing.
    let whole = report.is_clean();
    let root = shape::check(written, &mut report);
    if !whole {
        return Err(report.into_problems());
    }
    let config = config(file, root, secrets, &mut report);
    match config {
        Some(config) if report.is_clean() => Ok(config),
        _ => Err(report.into_problems()),
    }
}

/// Nothing comes of what the shape has complained about.
fn config(
    file: &Path,
    mut root: Table,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<Config> {
    let serve = serve(root.table("serve")?, report)?;
    let site = site(&root, serve.listen.as_ref())?;
    let publish = publish(root.table("publish")?);
    let fetch = fetch(root.table("fetch")?, &site, secrets, report);
    let inherited = source::Inherited {
        languages: &site.languages,
        timezone: site.timezone,
        plan: plan(&root, site.timezone, report),
        content: publish
            .as_ref()
            .map_or(Content::Summary, |publish| publish.content),
        robots: fetch.as_ref().is_none_or(|fetch| fetch.robots),
        proxy: fetch.as_ref().and_then(|fetch| fetch.proxy.as_ref()),
        secrets,
    };
    let written = root.take("source").unwrap_or_default();
    let sources = source::sources(written, &inherited, report);
    let mut feeds = feed::feeds(&root, &site, &sources, report);
    if let Some(publish) = &publish {
        feeds.extend(by::feeds(&publish.by, &site, &sources));
    }
    let (polled, idle): (Vec<_>, Vec<_>) = sources.into_iter().partition(|source| source.enabled);
    let alone = |declared: Vec<source::Declared>| {
        let sources = declared.into_iter().map(|one| one.source);
        sources.collect()
    };
    Some(Config {
        file: file.to_owned(),
        site,
        fetch: fetch?,
        store: store(root.table("store")?)?,
        publish: publish?,
        serve,
        sources: alone(polled),
        idle: alone(idle),
        feeds,
        notes: report.take_notes(),
    })
}

fn site(root: &Table, listen: Option<&Listen>) -> Option<Site> {
    let table = root.table("site")?;
    let said = table
        .read_all("languages", leaf::language)
        .into_iter()
        .map(|(language, _)| language);
    let mut languages = distinct(said);
    let any_language = languages.is_empty();
    if any_language {
        let declared = root
            .tables("source")
            .flat_map(|(.., table)| source::languages(table));
        languages.extend(declared.collect::<BTreeSet<Language>>());
    }
    Some(Site {
        title: table.read("title", leaf::words).unwrap_or_default(),
        url: table
            .read("url", leaf::site_url)
            .or_else(|| own_url(listen))?,
        contact: table.read("contact", leaf::words),
        languages,
        any_language,
        timezone: table.read("timezone", leaf::zone).unwrap_or(Tz::UTC),
    })
}

/// The same languages in the same order, each once.
fn distinct(languages: impl IntoIterator<Item = Language>) -> Vec<Language> {
    let mut seen = BTreeSet::new();
    languages
        .into_iter()
        .filter(|language| seen.insert(language.clone()))
        .collect()
}

/// The address under which this machine reaches what it serves itself.
fn own_url(listen: Option<&Listen>) -> Option<Url> {
    let host = match listen {
        Some(Listen::Tcp(address)) => address
            .replacen("0.0.0.0:", "127.0.0.1:", 1)
            .replacen("[::]:", "[::1]:", 1),
        // Whoever stands before it is on this machine.
        Some(Listen::Unix(_) | Listen::Systemd) => "localhost".to_owned(),
        None => "127.0.0.1:8080".to_owned(),
    };
    leaf::site_url(&format!("http://{host}/")).ok()
}

/// The plan of a table with a `schedule`.
fn plan(table: &Table, zone: Tz, report: &mut Report) -> Option<Plan> {
    let schedule = table.table("schedule")?;
    if let Some(adaptive) = schedule.table("adaptive") {
        return bounds(adaptive, zone, report).map(Plan::Adaptive);
    }
    let every = schedule.read("every", units::duration).map(Plan::Every);
    every.or_else(|| Some(Plan::Cron(schedule.read("cron", Crontab::parse)?, zone)))
}

fn bounds(table: &Table, zone: Tz, report: &mut Report) -> Option<Bounds> {
    let (min, max) = (
        table.read("min", units::duration)?,
        table.read("max", units::duration)?,
    );
    if min >= max {
        let place = table.node("max")?.place;
        report.at(
            place,
            "`max` is not longer than `min`",
            "expected a longer duration; for an even interval, `every` instead of `adaptive`",
        );
        return None;
    }
    Some(Bounds { min, max, zone })
}

fn fetch(table: &Table, site: &Site, secrets: &Secrets<'_>, report: &mut Report) -> Option<Fetch> {
    let (from, proxy) = (table.node("from")?, table.node("proxy")?);
    Some(Fetch {
        concurrency: table.integer("concurrency")?,
        per_host: table.integer("per_host")?,
        gap: table.read("gap", units::duration)?,
        timeout: table.read("timeout", units::duration)?,
        max_body: table.read("max_body", units::size)?.try_into().ok()?,
        allow: table
            .read_all("allow", leaf::network)
            .into_iter()
            .map(|(network, _)| network)
            .collect(),
        robots: table.boolean("robots")?,
        from: request::from(from, site.contact.as_deref(), report),
        proxy: request::proxy(proxy, secrets, report),
    })
}

fn store(table: &Table) -> Option<Store> {
    let path = table.read("path", leaf::words)?.into();
    Some(Store {
        path,
        keep: table.read("keep", units::duration)?,
        bodies: match table.table("bodies") {
            None => Bodies::NONE,
            Some(table) => Bodies {
                keep: table.read("keep", units::duration)?,
                source: table.read("source", units::size)?,
                total: table.read("total", units::size)?,
            },
        },
    })
}

fn publish(table: &Table) -> Option<Publish> {
    let formats: BTreeSet<Format> = table
        .read_all("formats", format)
        .into_iter()
        .map(|(format, _)| format)
        .collect();
    let by: BTreeSet<By> = table
        .read_all("by", by)
        .into_iter()
        .map(|(by, _)| by)
        .collect();
    Some(Publish {
        directory: table.read("directory", leaf::words)?.into(),
        formats: formats.into_iter().collect(),
        entries: table.integer("entries")?,
        days: table.integer("days")?,
        content: content(table)?,
        index: table.boolean("index")?,
        follow_removals: table.boolean("follow_removals")?,
        by: by.into_iter().collect(),
        hub: table.read("hub", leaf::hub_url),
    })
}

fn by(word: &str) -> Result<By, String> {
    match word {
        "source" => Ok(By::Source),
        "tag" => Ok(By::Tag),
        _ => Err(format!("`{word}` has no feeds")),
    }
}

fn format(word: &str) -> Result<Format, String> {
    match word {
        "rss" => Ok(Format::Rss),
        "atom" => Ok(Format::Atom),
        "json" => Ok(Format::Json),
        "html" => Ok(Format::Html),
        _ => Err(format!("`{word}` is not a format")),
    }
}

/// The `content` of a table that has one.
fn content(table: &Table) -> Option<Content> {
    match table.text("content")? {
        "summary" => Some(Content::Summary),
        "full" => Some(Content::Full),
        _ => None,
    }
}

fn serve(table: &Table, report: &mut Report) -> Option<Serve> {
    let at = |key| table.read(key, leaf::listen).flatten();
    let (listen, admin) = (at("listen"), at("admin"));
    // The system gives two sockets for port 0; systemd's are told apart by their names.
    let one = match &admin {
        Some(Listen::Tcp(address)) => !address.ends_with(":0") && listen == admin,
        Some(Listen::Unix(_)) => listen == admin,
        Some(Listen::Systemd) | None => false,
    };
    if one {
        report.at(
            table.node("admin")?.place,
            "`admin` is the same address as `listen`",
            "expected another one, or \"off\"",
        );
    }
    Some(Serve {
        listen,
        admin,
        connections: table.integer("connections")?,
        timeout: table.read("timeout", units::duration)?,
        access_log: table.boolean("access_log")?,
    })
}

#[cfg(test)]
mod tests;
