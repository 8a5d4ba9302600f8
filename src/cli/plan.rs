//! `rassegna plan`

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::Utc;
use clap::Args;
use serde_json::{Value, json};

use super::out::say;
use super::replay::minute;
use super::table::table;
use super::{Exit, Place, block_on, failed, logging, meant, open_beside};
use crate::config::filter::Facts;
use crate::config::{Config, Source};
use crate::daemon::{data_folder, fetcher};
use crate::extract::text::plain;
use crate::fetch::Fetcher;
use crate::model::{Item, SourceId};
use crate::pipeline::{self, Apart, View};
use crate::store::{Access, Outlook, Reviewed, Shift, Shown, SourceState, Store, StoreError};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    /// Only these sources
    #[arg(value_name = "ID")]
    sources: Vec<String>,
    /// Ask the sources for their pages of now, in place of what was kept
    #[arg(long, conflicts_with = "accept")]
    fetch: bool,
    /// Use changed rules although known items would be published again or lost
    #[arg(long)]
    accept: bool,
    /// As JSON
    #[arg(long, conflicts_with = "accept")]
    json: bool,
}

/// Shows what the configuration would change, and changes nothing; or accepts the rules of sources.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    logging::start("error");
    let config = match options.fetch {
        true => options.place.config.load()?,
        false => options.place.config.load_to_look()?,
    };
    let path = data_folder(options.place.data.as_deref()).join(&config.store.path);
    let sources = meant(&config, &options.sources)?;
    block_on(async {
        if options.accept {
            let (store, beside) = open_beside(&path).map_err(failed)?;
            let result = accept(&store, &sources, beside).await;
            store.close().await;
            return result;
        }
        let store = match Store::open(&path, Access::Read) {
            Ok(store) => store,
            Err(StoreError::Missing(_)) => {
                Plan::of_nothing(&config, &sources).tell(&config, options);
                return Ok(());
            }
            Err(error) => return Err(failed(error)),
        };
        let fetcher = match options.fetch {
            true => Some(
                fetcher(&config)
                    .map_err(crate::daemon::StartFailure::from)
                    .map_err(failed)?,
            ),
            false => None,
        };
        let plan = Plan::make(&store, &config, &sources, fetcher.as_ref(), options)
            .await
            .map_err(failed)?;
        plan.tell(&config, options);
        Ok(())
    })
}

/// Records that the rules of sources may be used whatever they change.
async fn accept(store: &Store, sources: &[Arc<Source>], beside: bool) -> Result<(), Exit> {
    let known = store.rules().await.map_err(failed)?;
    let differs = |source: &&Arc<Source>| {
        known.get(&source.id).is_some_and(|(rules, accepted)| {
            *rules != source.rules && *accepted != Some(source.rules)
        })
    };
    let changed: Vec<&Arc<Source>> = sources.iter().filter(differs).collect();
    if changed.is_empty() {
        say!("there is nothing to accept: no rules have changed since they were last in use");
        return Ok(());
    }
    let rules = changed
        .iter()
        .map(|source| (source.id.clone(), source.rules));
    store.accept(rules.collect()).await.map_err(failed)?;
    for source in changed {
        say!("{}: its changed rules are accepted", source.id);
        if beside {
            // A daemon that holds it looks again.
            store
                .ask(Some(&source.id), Utc::now())
                .await
                .map_err(failed)?;
        }
    }
    Ok(())
}

/// What a source would be under the configuration.
enum Fate {
    New,
    Again,
    /// Its rules were tried; they may have been accepted whatever they change.
    Read {
        view: View,
        accepted: bool,
    },
    /// It could not be asked.
    Silent(String),
}

/// What would change.
struct Plan {
    sources: Vec<(SourceId, Fate)>,
    retired: Vec<SourceId>,
    feeds: Vec<(String, Shift)>,
    new_feeds: Vec<String>,
    dropped_feeds: Vec<String>,
}

impl Plan {
    /// Where there is no database yet, everything is new.
    fn of_nothing(config: &Config, sources: &[Arc<Source>]) -> Self {
        let feeds = config.feeds.iter();
        Self {
            sources: sources
                .iter()
                .map(|source| (source.id.clone(), Fate::New))
                .collect(),
            retired: Vec::new(),
            feeds: Vec::new(),
            new_feeds: feeds.map(|feed| feed.id.0.clone()).collect(),
            dropped_feeds: Vec::new(),
        }
    }

    async fn make(
        store: &Store,
        config: &Config,
        sources: &[Arc<Source>],
        fetcher: Option<&Fetcher>,
        options: &Options,
    ) -> Result<Self, StoreError> {
        let apart = Apart::default();
        let states: BTreeMap<SourceId, SourceState> = store
            .sources()
            .await?
            .into_iter()
            .map(|one| (one.id, one.state))
            .collect();
        let mut fates = Vec::new();
        for source in sources {
            let state = states.get(&source.id);
            let accepted = state.is_some_and(|state| state.accepted == Some(source.rules));
            let changed = state.is_some_and(|state| state.rules != Some(source.rules));
            let fate = match state {
                None => Some(Fate::New),
                Some(state) if state.is_retired() && !changed => Some(Fate::Again),
                // Asked for by name, a source that stays as it is is shown too.
                Some(_) if changed || !options.sources.is_empty() => Some(match fetcher {
                    None => Fate::Read {
                        view: pipeline::view(&apart, store, source).await?,
                        accepted,
                    },
                    Some(fetcher) => fetched(fetcher, &apart, store, source, accepted).await?,
                }),
                Some(_) => None,
            };
            fates.extend(fate.map(|fate| (source.id.clone(), fate)));
        }
        let mut plan = Self {
            sources: fates,
            retired: Vec::new(),
            feeds: Vec::new(),
            new_feeds: Vec::new(),
            dropped_feeds: Vec::new(),
        };
        if options.sources.is_empty() {
            let stay: HashSet<&SourceId> = config.sources.iter().map(|one| &one.id).collect();
            let gone = states
                .iter()
                .filter(|(id, state)| !stay.contains(id) && !state.is_retired());
            plan.retired = gone.map(|(id, _)| id.clone()).collect();
            plan.look_at_feeds(store, config).await?;
        }
        Ok(plan)
    }

    async fn look_at_feeds(&mut self, store: &Store, config: &Config) -> Result<(), StoreError> {
        let known: HashSet<String> = store.feeds().await?.into_iter().map(|id| id.0).collect();
        let now: HashSet<&String> = config.feeds.iter().map(|feed| &feed.id.0).collect();
        self.new_feeds = config
            .feeds
            .iter()
            .map(|feed| feed.id.0.clone())
            .filter(|id| !known.contains(id))
            .collect();
        self.dropped_feeds = known
            .iter()
            .filter(|id| !now.contains(id))
            .cloned()
            .collect();
        self.dropped_feeds.sort();
        let tags = pipeline::tags(config);
        let reviewed = config
            .feeds
            .iter()
            .map(|feed| Reviewed::new(feed, &tags))
            .collect();
        let of_source: HashMap<String, Vec<String>> = config
            .sources
            .iter()
            .map(|source| (source.id.0.clone(), source.tags.clone()))
            .collect();
        let shown = Shown {
            entries: config.publish.entries,
            days: config.publish.days,
        };
        let shifts = store.shifts(reviewed, of_source, shown).await?;
        self.feeds = shifts
            .into_iter()
            .map(|(id, shift)| (id.0, shift))
            .collect();
        Ok(())
    }

    fn tell(&self, config: &Config, options: &Options) {
        if options.json {
            say!("{:#}", self.as_json(config));
            return;
        }

        let mut lines: Vec<String> = Vec::new();
        for (id, fate) in &self.sources {
            match fate {
                Fate::New => lines.push(format!(
                    "{id}: new; its first poll publishes its 10 newest items"
                )),
                Fate::Again => lines.push(format!("{id}: polled again")),
                Fate::Silent(why) => {
                    lines.push(format!("{id}: it was asked and gave nothing: {why}"))
                }
                Fate::Read { view, accepted } => lines.extend(told(config, id, view, *accepted)),
            }
        }
        lines.extend(
            self.retired.iter().map(|id| {
                format!("{id}: not polled any more; its entries stay until they are old")
            }),
        );
        lines.extend(self.new_feeds.iter().map(|id| format!("feed {id}: new")));
        lines.extend(
            self.dropped_feeds
                .iter()
                .map(|id| format!("feed {id}: not published any more")),
        );
        for (id, shift) in &self.feeds {
            lines.push(format!(
                "feed {id}: gains {}, loses {}",
                shift.gained.len(),
                shift.lost.len()
            ));
            lines.extend(shift.gained.iter().map(|title| format!("  gains {title}")));
            lines.extend(shift.lost.iter().map(|title| format!("  loses {title}")));
        }
        match lines.is_empty() {
            true => say!("nothing would change"),
            false => say!("{}", lines.join("\n")),
        }
    }

    fn as_json(&self, config: &Config) -> Value {
        let sources = self.sources.iter().map(|(id, fate)| match fate {
            Fate::New => json!({ "id": id, "change": "new" }),
            Fate::Again => json!({ "id": id, "change": "polled again" }),
            Fate::Silent(why) => json!({ "id": id, "change": "rules", "error": why }),
            Fate::Read { view: View::None, .. } => json!({ "id": id, "change": "rules", "at": null }),
            Fate::Read { view: View::Unreadable { at, why }, .. } => json!({ "id": id, "change": "rules", "at": at.to_rfc3339(), "error": why }),
            Fate::Read { view: view @ View::Read { at, outlook, .. }, accepted } => {
                let found = |at: usize| outlook.items.get(at).map(|item| json!({ "title": item.title, "url": item.url, "feeds": feeds(config, item) }));
                let known = |at: usize| outlook.listed.get(at).map(|known| json!({ "title": known.title, "url": known.url }));
                let change = &outlook.change;
                json!({
                    "id": id,
                    "change": "rules",
                    "at": at.to_rfc3339(),
                    "new": change.new.iter().map(|at| found(*at)).collect::<Vec<_>>(),
                    "again": change.again.iter().map(|(_, at)| found(*at)).collect::<Vec<_>>(),
                    "not_found": change.gone.iter().map(|at| known(*at)).collect::<Vec<_>>(),
                    "known": change.stay,
                    "held": view.objection().filter(|_| !accepted),
                })
            }
        });
        let feeds = self
            .feeds
            .iter()
            .map(|(id, shift)| json!({ "id": id, "gained": shift.gained, "lost": shift.lost }));
        json!({
            "sources": sources.collect::<Vec<_>>(),
            "retired": self.retired,
            "feeds": feeds.collect::<Vec<_>>(),
            "new_feeds": self.new_feeds,
            "dropped_feeds": self.dropped_feeds,
        })
    }
}

/// What changed rules make of the page that a source shows now.
async fn fetched(
    fetcher: &Fetcher,
    apart: &Apart,
    store: &Store,
    source: &Source,
    accepted: bool,
) -> Result<Fate, StoreError> {
    Ok(match pipeline::look(fetcher, apart, source).await {
        Ok(look) => {
            let read_at = look.document.fetched_at;
            let view = pipeline::view_of(store, source, look.reading, read_at);
            Fate::Read {
                view: view.await?,
                accepted,
            }
        }
        Err(why) => Fate::Silent(why),
    })
}

/// What changed rules do, in lines.
fn told(config: &Config, id: &SourceId, view: &View, accepted: bool) -> Vec<String> {
    let zone = config.site.timezone;
    match view {
        View::None => vec![format!(
            "{id}: no answer of it was kept to try its rules on (`--fetch` asks it)"
        )],
        View::Unreadable { at, why } => vec![format!(
            "{id}: its rules can't read what it answered {}: {why}",
            minute(*at, zone)
        )],
        View::Read { at, outlook, .. } => {
            let change = &outlook.change;
            let mut lines = vec![format!(
                "{id}: {} new, {} again, {} not found any more, {} as before; by its answer of {}",
                change.new.len(),
                change.again.len(),
                change.gone.len(),
                change.stay,
                minute(*at, zone)
            )];
            let rows = rows(config, outlook);
            if !rows.is_empty() {
                let table = table(&["", "feeds", "title", "link"], &rows);
                lines.extend(table.lines().map(|line| format!("  {line}")));
            }
            lines.extend(view.objection().map(|why| match accepted {
                true => format!("  accepted, although {why}"),
                false => format!("  held until `rassegna plan --accept {id}`: {why}"),
            }));
            lines
        }
    }
}

fn rows(config: &Config, outlook: &Outlook) -> Vec<Vec<String>> {
    let change = &outlook.change;
    let found = |word: &str, at: usize| {
        let item = outlook.items.get(at)?;
        let link = item.url.as_ref().map_or("–", url::Url::as_str);
        Some(vec![
            word.to_owned(),
            feeds(config, item).join(" "),
            item.title.clone(),
            link.to_owned(),
        ])
    };
    let new = change.new.iter().filter_map(|at| found("new", *at));
    let again = change
        .again
        .iter()
        .filter_map(|(_, at)| found("again", *at));
    let gone = change.gone.iter().filter_map(|at| {
        let known = outlook.listed.get(*at)?;
        let link = known.url.as_deref().unwrap_or("–");
        Some(vec![
            "not found".to_owned(),
            String::new(),
            known.title.clone(),
            link.to_owned(),
        ])
    });
    new.chain(again).chain(gone).collect()
}

/// The feeds that an item of its source alone belongs to.
fn feeds(config: &Config, item: &Item) -> Vec<String> {
    let source = config
        .sources
        .iter()
        .find(|source| source.id == item.source);
    let tags: Vec<&str> = source
        .iter()
        .flat_map(|source| &source.tags)
        .map(String::as_str)
        .collect();
    let text = [item.title.as_str(), &item.summary, &plain(&item.html)].join("\n");
    let facts = Facts {
        language: &item.language,
        sources: &[item.source.0.as_str()],
        tags: &tags,
        categories: &item.categories,
        text: &text,
    };
    let feeds = config
        .feeds
        .iter()
        .filter(|feed| feed.filter.matches(&facts));
    feeds.map(|feed| feed.id.0.clone()).collect()
}
