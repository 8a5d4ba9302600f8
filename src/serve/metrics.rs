//! How the daemon and its sources fare, in Prometheus' text format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::collections::BTreeMap;
use std::fmt::{Arguments, Display, Write};

use chrono::{DateTime, Utc};

use super::counts::{Histogram, Served, Work};
use super::notes::state_of;
use crate::store::Summary;

/// The media type of the format.
pub(super) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is told.
pub(super) struct Told<'a> {
    pub(super) sources: &'a [Summary],
    pub(super) work: &'a Work,
    /// By the key of the address.
    pub(super) served: [(&'static str, Served); 2],
    /// Whether everything is well, sources apart.
    pub(super) healthy: bool,
}

/// The text. Sources come by their ids, everything else in a fixed order.
pub(super) fn write(told: &Told<'_>) -> String {
    let mut out = Exposition::default();
    let version = env!("CARGO_PKG_VERSION");
    out.gauge("rassegna_build_info", "The version that runs.")
        .sample(&[("version", version)], 1);
    out.gauge(
        "rassegna_healthy",
        "Whether /healthz says ok: 1, or 0 where something is wrong with the daemon itself.",
    )
    .sample(&[], u8::from(told.healthy));
    work(&mut out, told.work);
    served(&mut out, &told.served);
    sources(&mut out, told.sources);
    out.text
}

fn work(out: &mut Exposition, work: &Work) {
    out.counter("rassegna_polls_total", "Polls of sources by outcome.");
    out.by("outcome", &work.polls);
    out.histogram(
        "rassegna_poll_duration_seconds",
        "How long polls took, from the turn at the host to the record.",
        &work.poll_times,
    );
    out.counter(
        "rassegna_items_total",
        "Items of polls by what became of them; items that were known and unchanged are not counted.",
    );
    out.by("verdict", &work.items);
    out.counter("rassegna_publishes_total", "Publishes by outcome.");
    out.by("outcome", &work.publishes);
    out.histogram(
        "rassegna_publish_duration_seconds",
        "How long publishes took.",
        &work.publish_times,
    );
    out.counter(
        "rassegna_files_written_total",
        "Published files that changed.",
    )
    .sample(&[], work.files_written);
    if let Some(at) = work.published {
        out.gauge(
            "rassegna_last_publish_timestamp_seconds",
            "The last publish that went well.",
        )
        .sample(&[], at.timestamp());
    }
    out.gauge(
        "rassegna_feed_entries",
        "Entries that each feed showed at the last publish.",
    );
    for (feed, count) in &work.entries {
        out.sample(&[("feed", &feed.0)], count);
    }
}

/// What is asked of what was served at an address.
type Count = fn(&Served) -> u64;

fn served(out: &mut Exposition, served: &[(&'static str, Served); 2]) {
    out.counter(
        "rassegna_http_answers_total",
        "Answers to requests by address and status.",
    );
    for (address, served) in served {
        for (status, count) in &served.answers {
            let status = status.map_or("other".to_owned(), |status| status.to_string());
            out.sample(&[("address", address), ("status", &status)], count);
        }
    }
    let counts: [(_, _, _, Count); 4] = [
        (
            "rassegna_http_answer_bytes_total",
            "Bytes of the bodies of answers.",
            "counter",
            |served| served.bytes,
        ),
        (
            "rassegna_http_connections_total",
            "Connections that were taken.",
            "counter",
            |served| served.connections,
        ),
        (
            "rassegna_http_connections_displaced_total",
            "Connections that were closed to make room for others.",
            "counter",
            |served| served.displaced,
        ),
        (
            "rassegna_http_connections_open",
            "Connections that are open.",
            "gauge",
            |served| served.open,
        ),
    ];
    for (name, help, kind, count) in counts {
        out.family(name, help, kind);
        for (address, served) in served {
            out.sample(&[("address", address)], count(served));
        }
    }
}

/// What is asked of the state of a source.
type Ask<T> = fn(&Summary) -> T;

fn sources(out: &mut Exposition, sources: &[Summary]) {
    out.gauge(
        "rassegna_sources",
        "Sources by state, as the status page has them.",
    );
    for state in ["failing", "held", "off", "ok", "paused", "waiting"] {
        let count = sources
            .iter()
            .filter(|source| state_of(&source.state) == state);
        out.sample(&[("state", state)], count.count());
    }
    let counts: [(_, _, Ask<u32>); 3] = [
        (
            "rassegna_source_failures",
            "Failed polls of a source since its last good one.",
            |source| source.state.failures,
        ),
        (
            "rassegna_source_items_stored",
            "Items of a source in the database.",
            |source| source.items,
        ),
        (
            "rassegna_source_items_listed",
            "Items in the last good answer of a source.",
            |source| source.state.listed.unwrap_or_default(),
        ),
    ];
    for (name, help, count) in counts {
        out.gauge(name, help);
        for source in sources {
            out.sample(&[("source", &source.id.0)], count(source));
        }
    }
    let times: [(_, _, Ask<Option<DateTime<Utc>>>); 3] = [
        (
            "rassegna_source_last_success_timestamp_seconds",
            "The last good answer of a source.",
            |source| source.state.last_success,
        ),
        (
            "rassegna_source_last_new_timestamp_seconds",
            "The last time that a source had something new.",
            |source| source.state.last_new,
        ),
        (
            "rassegna_source_next_poll_timestamp_seconds",
            "When a source is due again.",
            |source| source.state.next_run,
        ),
    ];
    for (name, help, time) in times {
        out.gauge(name, help);
        for source in sources {
            if let Some(at) = time(source) {
                out.sample(&[("source", &source.id.0)], at.timestamp());
            }
        }
    }
}

/// The text as it grows: one family after the other, the samples of each right after its head.
#[derive(Default)]
struct Exposition {
    text: String,
    /// The family that samples belong to.
    family: &'static str,
}

impl Exposition {
    fn counter(&mut self, name: &'static str, help: &str) -> &mut Self {
        self.family(name, help, "counter")
    }

    fn gauge(&mut self, name: &'static str, help: &str) -> &mut Self {
        self.family(name, help, "gauge")
    }

    fn family(&mut self, name: &'static str, help: &str, kind: &str) -> &mut Self {
        self.family = name;
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
        self
    }

    fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.suffixed("", labels, value);
    }

    fn suffixed(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, text)| format!("{name}=\"{}\"", escaped(text)))
            .collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        let family = self.family;
        self.line(format_args!("{family}{suffix}{labels} {value}"));
    }

    fn by(&mut self, label: &str, counts: &BTreeMap<&'static str, u64>) {
        for (name, count) in counts {
            self.sample(&[(label, name)], count);
        }
    }

    fn histogram(&mut self, name: &'static str, help: &str, histogram: &Histogram) {
        self.family(name, help, "histogram");
        let mut within = 0;
        let bounds = histogram.bounds.iter().map(ToString::to_string);
        for (bound, count) in bounds.chain(["+Inf".to_owned()]).zip(&histogram.counts) {
            within += count;
            self.suffixed("_bucket", &[("le", &bound)], within);
        }
        self.suffixed("_sum", &[], histogram.sum.as_secs_f64());
        self.suffixed("_count", &[], within);
    }

    fn line(&mut self, line: Arguments<'_>) {
        // Writing to a string can't fail.
        let _ = writeln!(self.text, "{line}");
    }
}

/// The text of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests;
