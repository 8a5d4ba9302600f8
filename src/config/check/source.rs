//! `[source.ID]`: what it inherits, and what its keys mean together.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use url::Url;

use super::{Secrets, auth, json, listing, request};
use crate::config::problem::{Place, Report};
use crate::config::tree::Table;
use crate::config::{Bounds, Content, Dates, Follow, Plan, Proxy, Repair, Source, leaf, shape};
use crate::language::Language;
use crate::model::{Key, Kind, SourceId};

/// What a source takes from the tables above it.
pub(super) struct Inherited<'a> {
    pub(super) languages: &'a [Language],
    pub(super) timezone: Tz,
    pub(super) plan: Option<Plan>,
    pub(super) content: Content,
    pub(super) robots: bool,
    pub(super) proxy: Option<&'a Proxy>,
    pub(super) secrets: &'a Secrets<'a>,
}

/// A source, with what only other tables ask about.
pub(super) struct Declared {
    pub(super) source: Arc<Source>,
    /// The id of its table; its own is longer where the table has `urls`.
    pub(super) table: String,
    pub(super) enabled: bool,
    /// Where it stands.
    pub(super) place: Place,
}

/// All sources, also those that are not enabled, in the order of their ids. There may be tens of thousands, so each is
/// dropped as it was written once it is understood.
pub(super) fn sources(
    written: Table,
    inherited: &Inherited<'_>,
    report: &mut Report,
) -> Vec<Declared> {
    let mut sources: Vec<Declared> = Vec::with_capacity(written.0.len());
    for (id, mut entry) in written.0 {
        shape::fill_source(&mut entry.node);
        if let Some(table) = entry.node.table() {
            sources.extend(of_table(&id, entry.key, table, inherited, report));
        }
    }
    sources.sort_by(|a, b| a.source.id.cmp(&b.source.id));
    sources
}

/// The languages that a source's table declares itself.
pub(super) fn languages(table: &Table) -> Vec<Language> {
    let said = table
        .read_all("language", leaf::language)
        .into_iter()
        .map(|(language, _)| language);
    let addressed = table
        .table("urls")
        .into_iter()
        .flat_map(|urls| urls.0.keys());
    said.chain(addressed.filter_map(|tag| Language::parse(tag)))
        .collect()
}

fn of_table(
    id: &str,
    place: Place,
    table: &Table,
    inherited: &Inherited<'_>,
    report: &mut Report,
) -> Vec<Declared> {
    contradictions(table, report);
    request::contradictions(table, report);
    let timezone = table
        .read("timezone", leaf::zone)
        .unwrap_or(inherited.timezone);
    let enabled = table.boolean("enabled").unwrap_or(true);
    // The secrets of a source that is not polled need not be there.
    let secrets = inherited.secrets;
    let polled = |key| table.table(key).filter(|_| enabled);
    let auth = polled("auth").and_then(|auth| auth::auth(auth, secrets, report));
    let headers = polled("headers")
        .map(|headers| auth::texts(headers, leaf::header_value, secrets, report))
        .unwrap_or_default();
    let cookies = polled("cookies")
        .map(|cookies| auth::texts(cookies, leaf::cookie_value, secrets, report))
        .unwrap_or_default();
    let post = polled("post").and_then(|post| request::post(post, secrets, report));
    let proxy = match table.node("proxy").filter(|_| enabled) {
        Some(proxy) => request::proxy(proxy, secrets, report),
        None => inherited.proxy.cloned(),
    };
    let listing = table
        .table("listing")
        .and_then(|rules| listing::listing(rules, report))
        .map(Box::new);
    let json = table.table("json").and_then(json::json).map(Box::new);
    let own = super::plan(table, timezone, report);
    let plan = own.or_else(|| match inherited.plan.clone() {
        // A rhythm has the hours of the place where it is made.
        Some(Plan::Adaptive(bounds)) => Some(Plan::Adaptive(Bounds {
            zone: timezone,
            ..bounds
        })),
        plan => plan,
    });
    let Some(plan) = plan else { return Vec::new() };

    let with = |id: String, url: Url, languages: Vec<Language>| Source {
        title: title(table, &url, &id),
        id: SourceId(id),
        rules: rules(table, &url, &languages, timezone),
        url,
        languages,
        timezone,
        tags: table
            .read_all("tags", leaf::id)
            .into_iter()
            .map(|(tag, _)| tag)
            .collect(),
        priority: table.integer("priority").unwrap_or(0),
        rights: table.read("rights", leaf::words),
        kind: table.text("kind").and_then(Kind::from_word),
        listing: listing.clone(),
        json: json.clone(),
        plan: plan.clone(),
        dates: dates(table.table("dates")),
        headers: headers.clone(),
        cookies: cookies.clone(),
        post: post.clone(),
        auth: auth.clone(),
        robots: table.boolean("robots").unwrap_or(inherited.robots),
        proxy: proxy.clone(),
        tls_insecure: table.boolean("tls_insecure").unwrap_or(false),
        content: super::content(table).unwrap_or(inherited.content),
        follow: table.text("follow").and_then(Follow::from_word),
        repair: table
            .text("repair")
            .and_then(Repair::from_word)
            .unwrap_or_default(),
        pages: table.integer("pages").unwrap_or(1),
    };
    let sources = match table.table("urls") {
        Some(urls) => {
            let each = addresses(urls, report).into_iter();
            each.map(|(language, url)| with(format!("{id}.{language}"), url, vec![language]))
                .collect()
        }
        None => {
            let languages = said_or_inherited(id, place, table, inherited, report);
            let url = table.read("url", leaf::page_url).into_iter();
            url.map(|url| with(id.to_owned(), url, languages.clone()))
                .collect::<Vec<_>>()
        }
    };
    let declared = |source| Declared {
        source: Arc::new(source),
        table: id.to_owned(),
        enabled,
        place,
    };
    sources.into_iter().map(declared).collect()
}

/// Keys that cannot stand beside each other.
fn contradictions(table: &Table, report: &mut Report) {
    if let (Some(said), Some(urls)) = (table.entry("language"), table.entry("urls")) {
        report.at(
            said.key,
            "`language` cannot stand beside `urls`",
            "expected only `urls`, which says the languages",
        );
        report.see("`urls` is at", urls.key);
    }
    for rules in ["listing", "json"] {
        if let (Some(kind), Some(entry)) = (table.node("kind"), table.entry(rules))
            && kind
                .text()
                .is_some_and(|kind| Kind::from_word(kind).is_some() && kind != rules)
        {
            report.at(
                kind.place,
                format!("this kind has no use for `{rules}`"),
                format!("expected \"{rules}\", or no rules"),
            );
            report.see(&format!("`{rules}` is at"), entry.key);
        }
    }
    if let (Some(listing), Some(json)) = (table.entry("listing"), table.entry("json")) {
        report.at(
            json.key,
            "`json` cannot stand beside `listing`",
            "expected the rules of one kind of document only",
        );
        report.see("`listing` is at", listing.key);
    }
    if let Some(urls) = table
        .entry("urls")
        .filter(|urls| urls.node.table().is_some_and(|urls| urls.0.is_empty()))
    {
        report.at(
            urls.key,
            "`urls` is empty",
            "expected one address for each language",
        );
    }
}

fn addresses(urls: &Table, report: &mut Report) -> BTreeMap<Language, Url> {
    let mut addresses = BTreeMap::new();
    for (tag, entry) in &urls.0 {
        let url = entry.node.text().and_then(|text| leaf::page_url(text).ok());
        if let (Some(language), Some(url)) = (Language::parse(tag), url)
            && let Some(_other) = addresses.insert(language.clone(), url)
        {
            report.at(
                entry.key,
                format!("`{language}` has two addresses"),
                "expected one address for each language",
            );
        }
    }
    addresses
}

fn said_or_inherited(
    id: &str,
    place: Place,
    table: &Table,
    inherited: &Inherited<'_>,
    report: &mut Report,
) -> Vec<Language> {
    let mut languages = super::distinct(self::languages(table));
    if languages.is_empty() && table.entry("language").is_none() {
        languages = inherited.languages.to_vec();
        if languages.is_empty() {
            report.at(
                place,
                format!("`{id}` has no language"),
                "expected `language` here, or `languages` in `[site]`",
            );
        }
    }
    languages
}

fn title(table: &Table, url: &Url, id: &str) -> String {
    let host = || {
        url.host_str()
            .filter(|host| !host.is_empty())
            .unwrap_or(id)
            .to_owned()
    };
    table.read("title", leaf::words).unwrap_or_else(host)
}

fn dates(table: Option<&Table>) -> Dates {
    let read = |table: &Table| Dates {
        format: table.read("format", leaf::date_format),
        timezone: table.read("timezone", leaf::zone),
        ignore_zone: table.boolean("ignore_zone").unwrap_or(false),
    };
    table.map(read).unwrap_or_default()
}

/// Texts under names as they are written; of a secret only that it is there, so that renewing it changes nothing.
fn texts(table: &Table) -> serde_json::Value {
    let texts = table.0.iter();
    texts
        .map(|(name, entry)| (name.clone(), serde_json::Value::from(entry.node.text())))
        .collect()
}

/// A digest of what decides what is fetched and how it is read; of secrets only what kind they are.
fn rules(table: &Table, url: &Url, languages: &[Language], timezone: Tz) -> Key {
    let languages: Vec<&str> = languages.iter().map(Language::tag).collect();
    let written = |key: &str| {
        table
            .node(key)
            .map(|node| node.value.plain().to_string())
            .unwrap_or_default()
    };
    let auth = table.table("auth").and_then(|auth| auth.0.keys().next());
    let headers = table.table("headers").map(texts).unwrap_or_default();
    let mut parts = vec![
        url.to_string(),
        languages.join(","),
        timezone.name().to_owned(),
        written("kind"),
        written("listing"),
        written("dates"),
        headers.to_string(),
        auth.cloned().unwrap_or_default(),
    ];
    // Later keys count only where they are, so that the digests of sources without them stay what they were.
    if let Some(cookies) = table.table("cookies").filter(|table| !table.0.is_empty()) {
        parts.push(format!("cookies {}", texts(cookies)));
    }
    if table.entry("json").is_some() {
        parts.push(format!("json {}", written("json")));
    }
    if let Some(post) = table.table("post") {
        let form = post.table("form").map(texts).unwrap_or_default();
        parts.push(format!("post {} {form}", texts(post)));
    }
    Key::of(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}
