//! The page on all sources, for the operator: how each fares and what can be done, troubles first. It is plain HTML;
//! what is shown, and in which order, is chosen by links.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use chrono::{DateTime, Utc};
use url::form_urlencoded;

use super::notes::{Around, Note, hidden, minute, named_minute};
use super::spark::{self, Spark};
use super::states;
use crate::model::SourceId;
use crate::store::{Incident, Summary};

/// What is known when the page is asked for.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) around: Around<'a>,
    pub(super) sources: &'a [Summary],
    /// When the items of the last days were published.
    pub(super) published: &'a BTreeMap<SourceId, Vec<DateTime<Utc>>>,
    /// The newest first.
    pub(super) incidents: &'a [Incident],
    /// What is wrong with the daemon itself.
    pub(super) trouble: Option<&'a str>,
    pub(super) now: DateTime<Utc>,
}

/// Which sources are shown, and in which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct View {
    /// Those that fare so; nothing means all.
    state: Option<&'static str>,
    order: Order,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Order {
    #[default]
    Trouble,
    Title,
    Next,
    News,
    Items,
}

impl Order {
    /// Each with its word in the address and what people read.
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Trouble, "trouble", "troubles first"),
        (Self::Title, "title", "title"),
        (Self::Next, "next", "next run"),
        (Self::News, "news", "newest item"),
        (Self::Items, "items", "most items"),
    ];

    fn word(self) -> &'static str {
        let own = Self::ALL.iter().find(|(order, ..)| *order == self);
        own.map_or("", |(_, word, _)| word)
    }
}

impl View {
    /// What the query of the address asks for; words that mean nothing are passed over.
    pub(super) fn of(query: Option<&str>) -> Self {
        let mut view = Self::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "state" => view.state = states::WORDS.into_iter().find(|word| *word == value),
                "sort" => {
                    let named = Order::ALL.iter().find(|(_, word, _)| *word == value);
                    view.order = named.map_or(Order::Trouble, |(order, ..)| *order);
                }
                _ => {}
            }
        }
        view
    }

    /// The address of this view.
    fn address(self) -> String {
        let state = self.state.map(|state| ("state", state));
        let order = (self.order != Order::Trouble).then(|| ("sort", self.order.word()));
        let asked: Vec<String> = [state, order]
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if asked.is_empty() {
            "status".to_owned()
        } else {
            format!("status?{}", asked.join("&"))
        }
    }
}

#[derive(Template)]
#[template(path = "status.html")]
struct Page<'a> {
    site: &'a str,
    trouble: Option<&'a str>,
    now: String,
    total: usize,
    well: usize,
    /// How many fare in each other way, those that every operator looks for even if there are none.
    others: Vec<(usize, &'static str)>,
    notes: Vec<Note>,
    /// Id, heading, links.
    choices: [(&'static str, &'static str, Vec<Choice>); 2],
    rows: Vec<Row>,
}

/// A link to another view.
struct Choice {
    words: String,
    address: String,
    current: bool,
}

/// A source, as the page shows it.
struct Row {
    id: String,
    title: String,
    url: String,
    /// Whether the address can be a link: it is one of the web, and nothing of it is hidden.
    is_web: bool,
    state: &'static str,
    words: String,
    notes: Vec<Note>,
    repair: Option<(String, String)>,
    detail: Vec<String>,
    kind: &'static str,
    items: u32,
    spark: Spark,
    last_success: String,
    last_new: String,
    last_trouble: Option<String>,
    next_run: String,
}

/// The page as one looks at it.
pub(super) fn page(known: Known<'_>, view: View) -> askama::Result<String> {
    let site = &known.around.config.site;
    let mut counts = [0; states::WORDS.len()];
    let place = |state| states::BY_URGENCY.iter().position(|word| *word == state);
    for source in known.sources {
        if let Some(count) = place(states::word(&source.state)).and_then(|at| counts.get_mut(at)) {
            *count += 1;
        }
    }
    let counted: Vec<(usize, &str)> = counts.into_iter().zip(states::BY_URGENCY).collect();
    let mut sources: Vec<&Summary> = known
        .sources
        .iter()
        .filter(|source| {
            view.state
                .is_none_or(|state| state == states::word(&source.state))
        })
        .collect();
    sort(&mut sources, view.order);
    let shown = |state: Option<&'static str>, words: String| Choice {
        words,
        address: View { state, ..view }.address(),
        current: view.state == state,
    };
    let all = shown(None, format!("all {}", known.sources.len()));
    let each = counted
        .iter()
        .filter(|(count, state)| *count > 0 || view.state == Some(state))
        .map(|(count, state)| shown(Some(state), format!("{state} {count}")));
    Page {
        site: &site.title,
        trouble: known.trouble,
        now: named_minute(known.now, site.timezone),
        total: known.sources.len(),
        well: counted
            .iter()
            .filter(|(_, state)| *state == "ok")
            .map(|(count, _)| count)
            .sum(),
        others: counted
            .iter()
            .filter(|(count, state)| *state == "failing" || (*count > 0 && *state != "ok"))
            .copied()
            .collect(),
        notes: known.around.whole(),
        choices: [
            ("show", "Show", std::iter::once(all).chain(each).collect()),
            (
                "sort",
                "Sort by",
                Order::ALL
                    .iter()
                    .map(|&(order, _, words)| Choice {
                        words: words.to_owned(),
                        address: View { order, ..view }.address(),
                        current: view.order == order,
                    })
                    .collect(),
            ),
        ],
        rows: sources
            .into_iter()
            .map(|source| row(known, source))
            .collect(),
    }
    .render()
}

/// Puts sources in order; what is the same in it stays in that of the titles.
fn sort(sources: &mut [&Summary], order: Order) {
    sources.sort_by_cached_key(|source| (source.title.to_lowercase(), source.id.clone()));
    match order {
        Order::Title => {}
        Order::Trouble => sources.sort_by_key(|source| {
            let word = states::word(&source.state);
            states::BY_URGENCY.iter().position(|other| *other == word)
        }),
        Order::Next => sources.sort_by_key(|source| {
            let next = source.state.next_run;
            (next.is_none(), next)
        }),
        Order::News => sources.sort_by_key(|source| Reverse(source.state.last_new)),
        Order::Items => sources.sort_by_key(|source| Reverse(source.items)),
    }
}

fn row(known: Known<'_>, source: &Summary) -> Row {
    let Known { around, now, .. } = known;
    let state = &source.state;
    let timezone = around.config.site.timezone;
    // What stands in the bracket stays on a line.
    let told = |at: Option<DateTime<Utc>>, distance: fn(DateTime<Utc>, DateTime<Utc>) -> String| {
        at.map_or_else(
            || "never".to_owned(),
            |at| {
                let distance = distance(at, now).replace(' ', "\u{a0}");
                format!("{} ({distance})", minute(at, timezone))
            },
        )
    };
    let when = |at| told(at, ago);
    let (name, words) = around.state(source);
    let rates: Vec<String> = state
        .rates
        .iter()
        .map(|rate| format!("{} {}/{}", rate.field, rate.found, rate.of))
        .collect();
    let mut detail: Vec<String> = Vec::new();
    if !rates.is_empty() {
        detail.push(rates.join(", "));
    }
    detail.extend(state.warnings.iter().cloned());
    let published = known.published.get(&source.id);
    let url = hidden(&source.url);
    Row {
        id: source.id.to_string(),
        title: source.title.clone(),
        is_web: url.starts_with("http") && !url.ends_with('…'),
        url,
        state: name,
        words,
        notes: around.source(source),
        repair: state
            .repair
            .as_ref()
            .map(|repair| (around.repair(repair), repair.patch.clone())),
        detail,
        kind: state.kind.map_or("", |kind| kind.as_str()),
        items: source.items,
        spark: spark::of(published.map_or(&[], Vec::as_slice), now, timezone),
        last_success: when(state.last_success),
        last_new: when(state.last_new),
        last_trouble: known
            .incidents
            .iter()
            .find(|incident| incident.source == source.id)
            .and_then(|incident| over(around, incident)),
        next_run: told(state.next_run, until),
    }
}

/// A trouble that is over; one that goes on is what the state tells.
fn over(around: Around<'_>, incident: &Incident) -> Option<String> {
    let (ended, _) = incident.ended.as_ref()?;
    Some(format!(
        "{} from {} to {}: {}",
        incident.what.as_str(),
        around.time(incident.began),
        around.time(*ended),
        incident.reason
    ))
}

/// The distance of two times in the coarsest unit that tells something.
#[must_use]
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - at).num_seconds();
    let (count, unit) = match seconds.abs() {
        0..60 => (seconds.abs(), "s"),
        60..3_600 => (seconds.abs() / 60, "min"),
        3_600..172_800 => (seconds.abs() / 3_600, "h"),
        _ => (seconds.abs() / 86_400, "days"),
    };
    if seconds >= 0 {
        format!("{count} {unit} ago")
    } else {
        format!("in {count} {unit}")
    }
}

/// How far off a time is that may have come already: what is due then happens now.
#[must_use]
pub fn until(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if at <= now {
        "now".to_owned()
    } else {
        ago(at, now)
    }
}

#[cfg(test)]
mod tests;
