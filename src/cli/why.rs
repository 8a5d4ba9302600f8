//! `rassegna why`

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Args;
use uuid::Uuid;

use super::out::say;
use super::{Exit, Place, block_on, failed, logging};
use crate::config::Config;
use crate::daemon::data_folder;
use crate::normalize::url::given;
use crate::store::{Access, Life, Shown, Sought, Standing, Store, Telling};

/// So many are listed where words fit several.
const LISTED: usize = 30;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    /// The id of an entry, an address in any variant, or words of a title
    #[arg(value_name = "ID|URL|TITLE", required = true)]
    what: Vec<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Tells what became of an item; only looks, so it works beside a running daemon.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    logging::start("error");
    let config = options.place.config.load_to_look()?;
    let data = data_folder(options.place.data.as_deref());
    let what = options.what.join(" ");
    let shown = Shown {
        entries: config.publish.entries,
        days: config.publish.days,
    };
    let lives = block_on(async {
        let store = Store::open(&data.join(&config.store.path), Access::Read).map_err(failed)?;
        let lives = store.lives(sought(&what), config.feeds.clone(), shown, LISTED + 1);
        lives.await.map_err(failed)
    })?;
    if options.json {
        say!("{}", serde_json::json!(lives));
    }
    match lives.as_slice() {
        [] => {
            say!(
                err,
                "nothing is known of `{what}`: it was never listed by a source, or only while it could not be read; `rassegna inspect ID` shows what a source lists now"
            );
            return Err(Exit::Failed);
        }
        _ if options.json => {}
        [one] => tell(one, &config),
        several => list(several),
    }
    Ok(())
}

/// What is meant: an id, else an address, else words.
fn sought(what: &str) -> Sought {
    if let Ok(entry) = Uuid::parse_str(what) {
        return Sought::Entry(entry);
    }
    let is_address = what.contains("://")
        || (!what.contains(char::is_whitespace) && what.contains('.') && what.contains('/'));
    match given(what).filter(|_| is_address) {
        Some(url) => Sought::Url(url),
        None => Sought::Words(what.to_owned()),
    }
}

/// One line each, with what to ask for next.
fn list(lives: &[Life]) {
    for life in lives.iter().take(LISTED) {
        let (id, source, title) = match life {
            Life::Published {
                entry, tellings, ..
            } => {
                let lead = tellings.first();
                let text = |part: fn(&Telling) -> &String| lead.map(part).cloned();
                (
                    entry.urn().to_string(),
                    text(|telling| &telling.source),
                    text(|telling| &telling.title),
                )
            }
            Life::Seen { telling, .. } | Life::Held { telling, .. } => (
                telling.url.clone().unwrap_or_default(),
                Some(telling.source.clone()),
                Some(telling.title.clone()),
            ),
            Life::Waiting {
                source, title, url, ..
            } => (
                url.clone().unwrap_or_default(),
                Some(source.clone()),
                Some(title.clone()),
            ),
            Life::Withdrawn { .. } | Life::Dropped { .. } => continue,
        };
        say!(
            "{id}\n  {}: {}",
            source.unwrap_or_default(),
            title.unwrap_or_default()
        );
    }
    if lives.len() > LISTED {
        say!("… and more; say more words of the title");
    } else {
        say!("{} fit; ask for one by its id or address", lives.len());
    }
}

fn tell(life: &Life, config: &Config) {
    match life {
        Life::Published {
            entry,
            language,
            published,
            zone,
            precision,
            opened,
            updated,
            tellings,
            feeds,
        } => {
            let zone = zone.parse().unwrap_or(Tz::UTC);
            say!("{}", tellings.first().map_or("", |first| &first.title));
            say!("entry       {}", entry.urn());
            say!("language    {language}");
            say!("published   {}", dated(*published, zone, precision));
            say!("since       {}", second(*opened));
            if updated > published {
                say!("updated     {}", second(*updated));
            }
            for (at, telling) in tellings.iter().enumerate() {
                let role = if at == 0 { "opened by" } else { "joined by" };
                tell_one(telling, role, zone, config);
            }
            say!("");
            for standing in feeds {
                say!("feed {:<10} {}", standing.feed, stands(standing));
            }
        }
        Life::Seen { telling, reason } => {
            say!("{}", telling.title);
            say!("published   never: {reason}");
            let zone = config.site.timezone;
            tell_one(telling, "listed by", zone, config);
        }
        Life::Held {
            telling,
            entry,
            since,
            reason,
        } => {
            say!("{}", telling.title);
            say!(
                "published   not yet: held since {}{}",
                second(*since),
                told(reason)
            );
            say!(
                "            `rassegna release {}` lets it out, as {}",
                telling.source,
                entry.urn()
            );
            tell_one(telling, "listed by", config.site.timezone, config);
        }
        Life::Waiting {
            source,
            title,
            url,
            since,
        } => {
            say!("{title}");
            say!(
                "published   not yet: {source} listed it {}, and it waits for its article, a day at most",
                second(*since)
            );
            if let Some(url) = url {
                say!("article     {url}");
            }
        }
        Life::Withdrawn { at, feeds } => {
            say!(
                "withdrawn {}; nothing but keys is kept of it, so that it stays out",
                second(*at)
            );
            had(feeds);
        }
        Life::Dropped { feeds } => {
            say!("dropped as old; nothing but keys is kept of it, so that it does not come again");
            had(feeds);
        }
    }
}

/// A reason, where there is one.
fn told(reason: &str) -> String {
    match reason {
        "" => String::new(),
        reason => format!(": {reason}"),
    }
}

fn had(feeds: &[(String, DateTime<Utc>)]) {
    for (feed, since) in feeds {
        say!("feed {feed:<10} had it since {}", second(*since));
    }
}

fn tell_one(telling: &Telling, role: &str, zone: Tz, config: &Config) {
    say!("");
    say!("{role:<11} {} – {}", telling.source, telling.source_title);
    if let Some(url) = &telling.url {
        say!("address     {url}");
    }
    if let Some(page) = &telling.page {
        say!("read from   {page}");
    }
    let article = if telling.article {
        ", and its article"
    } else {
        ""
    };
    if let Some(kind) = &telling.kind {
        let source = config
            .sources
            .iter()
            .find(|source| source.id.0 == telling.source);
        let by_rules = source.is_some_and(|source| source.listing.is_some());
        let kind = match kind.as_str() {
            "feed" => "a feed",
            "listing" if by_rules => "a list, by the rules of the source",
            "listing" => "a list that was detected",
            "json" => "JSON",
            "sitemap" => "a sitemap of news",
            other => other,
        };
        say!("read as     {kind}{article}");
    }
    say!("date        {}", evidence(telling, zone));
    say!("first seen  {}", second(telling.first_seen));
    say!("last seen   {}", second(telling.last_seen));
    say!("known by    {}", known_by(telling));
    if let Some(joined) = &telling.joined {
        say!("joined for  {joined}");
    }
    for revision in &telling.revisions {
        say!("until       {}: {}", second(revision.until), revision.title);
    }
    if let Some(gone) = telling.gone {
        let why = match telling.gone_from.as_deref() {
            Some("site") => "there is no such article",
            _ => "its feed lists older ones and not this one",
        };
        say!("gone        {}: {why}", second(gone));
    }
}

fn known_by(telling: &Telling) -> String {
    let keys: Vec<String> = telling
        .known_by
        .iter()
        .map(|key| match (*key, &telling.guid) {
            ("guid", Some(guid)) => format!("guid `{guid}`"),
            (key, _) => key.to_owned(),
        })
        .collect();
    keys.join("; ")
}

/// A date with what it rests on.
fn evidence(telling: &Telling, zone: Tz) -> String {
    let date = dated(telling.date, zone, &telling.precision);
    let place = match telling.place.as_str() {
        "feed" => "the feed's date",
        "item" => "what stands at the item",
        "heading" => "a heading over several items",
        "metadata" => "what its article says of itself",
        "address" => "its address",
        _ => return format!("{date}, its first sighting: no date was found"),
    };
    format!("{date}, from {place}: `{}`", telling.date_text)
}

fn dated(at: DateTime<Utc>, zone: Tz, precision: &str) -> String {
    let local = at.with_timezone(&zone);
    match precision {
        "day" => format!("{} ({zone}, the day only)", local.format("%Y-%m-%d")),
        "minute" => format!("{} ({zone})", local.format("%Y-%m-%d %H:%M")),
        _ => format!("{} ({zone})", local.format("%Y-%m-%d %H:%M:%S")),
    }
}

fn second(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn stands(standing: &Standing) -> String {
    let reason = standing.reason.as_deref().unwrap_or("it is shown");
    match (standing.since, standing.place) {
        (Some(since), Some(place)) => format!("since {}, now in place {place}", second(since)),
        (Some(since), None) => format!("since {}, not shown: {reason}", second(since)),
        (None, _) => format!("not there: {reason}"),
    }
}
