//! `rassegna date`

use std::io::{BufRead, Write};

use chrono::{DateTime, SubsecRound, Utc};
use chrono_tz::Tz;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::Exit;
use super::out::say;
use crate::config;
use crate::date::{self, Context, Order, Reading, Refusal};
use crate::language::Language;
use crate::model::Precision;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The date as it stands on a page
    #[arg(required_unless_present = "batch")]
    text: Vec<String>,
    /// The language of the page (BCP 47); without it all are tried
    #[arg(long, visible_alias = "language", value_name = "TAG", value_parser = config::language)]
    lang: Option<Language>,
    /// The zone of times that name none
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = config::zone)]
    timezone: Tz,
    /// Read JSON objects line by line from standard input and answer each with one (docs/manual.md)
    #[arg(long)]
    batch: bool,
}

/// Shows how a date is read.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    if options.batch {
        return batch();
    }
    let timezone = options.timezone;
    let languages: Vec<Language> = options.lang.iter().cloned().collect();
    let text = options.text.join(" ");
    let context = Context {
        languages: &languages,
        timezone,
        now: Utc::now(),
        format: None,
        order: None,
    };
    match read(&text, &context) {
        Ok(reading) => {
            let at = reading.resolve(timezone, false).trunc_subsecs(0);
            say!(
                "{}",
                if reading.precision == Precision::Day {
                    at.format("%Y-%m-%d").to_string()
                } else {
                    at.to_rfc3339()
                }
            );
            say!("  precision  {}", reading.precision.as_str());
            say!("  text       {text}");
            say!(
                "  language   {}",
                languages
                    .first()
                    .map_or("not told: all were tried", |language| language.name())
            );
            say!(
                "  zone       {timezone}{}",
                if reading.precision == Precision::Day {
                    "; the day is published as 12:00 there"
                } else {
                    ""
                }
            );
            if let Some(order) = reading.order {
                say!(
                    "  order      {}, as the language writes it; the numbers alone leave it open",
                    if order == Order::Mdy {
                        "the month first"
                    } else {
                        "the day first"
                    }
                );
            }
            if let Some(warning) = reading.warning {
                say!("  warning    {warning}");
            }
            Ok(())
        }
        Err(why) => {
            say!(err, "no date is read from `{text}`: {why}");
            Err(Exit::Failed)
        }
    }
}

/// As people write it; where no language is told, also as a machine would.
fn read(text: &str, context: &Context<'_>) -> Result<Reading, Refusal> {
    let read = date::read(text, context);
    match read {
        Err(why) if context.languages.is_empty() => {
            date::read_machine(text, context).map_err(|_| why)
        }
        read => read,
    }
}

#[derive(Deserialize)]
struct Question {
    text: String,
    language: Option<String>,
    timezone: Option<String>,
    now: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct Answer {
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

fn batch() -> Result<(), Exit> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|_| Exit::Failed)?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = match serde_json::from_str(&line) {
            Ok(question) => answer(&question),
            Err(error) => Answer {
                value: None,
                precision: None,
                reason: Some(format!("the question does not read: {error}")),
            },
        };
        let text = serde_json::to_string(&answer).map_err(|_| Exit::Failed)?;
        writeln!(out, "{text}").map_err(|_| Exit::Store)?;
    }
    out.flush().map_err(|_| Exit::Store)
}

fn answer(question: &Question) -> Answer {
    let languages: Vec<Language> = question
        .language
        .as_deref()
        .and_then(Language::parse)
        .into_iter()
        .collect();
    let timezone = question
        .timezone
        .as_deref()
        .and_then(|zone| zone.parse().ok())
        .unwrap_or(Tz::UTC);
    let context = Context {
        languages: &languages,
        timezone,
        now: question.now.unwrap_or_else(Utc::now),
        format: None,
        order: None,
    };
    match read(&question.text, &context) {
        Ok(reading) => {
            let at = reading.resolve(timezone, false).trunc_subsecs(0);
            let value = if reading.precision == Precision::Day {
                at.format("%Y-%m-%d").to_string()
            } else {
                at.to_rfc3339()
            };
            Answer {
                value: Some(value),
                precision: Some(reading.precision.as_str()),
                reason: None,
            }
        }
        Err(why) => Answer {
            value: None,
            precision: None,
            reason: Some(why.to_string()),
        },
    }
}
