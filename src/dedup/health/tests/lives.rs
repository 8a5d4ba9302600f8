//! Healthy sources, lived through for months: how often one of their answers is refused all the same, and for how long.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, TimeZone};
use chrono_tz::Europe::Rome;

use super::super::tests::item;
use super::super::*;
use crate::model::{Dated, Place, Precision};

/// Of so many judged answers of healthy sources, one may be refused.
const ONE_IN: usize = 200;
/// So many answers at most are refused in a row, or as many as come in a day and a half.
const IN_A_ROW: i64 = 4;

/// Numbers that look like chance and are the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below 1.
    fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn once_in(&mut self, times: f64) -> bool {
        self.part() * times < 1.0
    }

    fn within(&mut self, from: i64, to: i64) -> i64 {
        from + (self.part() * (to - from + 1) as f64) as i64
    }

    fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.within(0, values.len() as i64 - 1) as usize]
    }
}

/// How a source shows when its items were published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dates {
    Times,
    Days,
    None,
    /// Some of them.
    Some,
}

/// What a source is like.
#[derive(Debug)]
struct Manner {
    kind: Kind,
    /// Items that its first page has.
    window: usize,
    /// Items in a day, on average.
    pace: f64,
    /// What of that is left at the weekend, and in August.
    weekend: f64,
    august: f64,
    dates: Dates,
    /// Old items that stand before all others.
    pinned: usize,
    /// Items of one title: a daily bulletin.
    bulletin: f64,
    teasers: f64,
    /// Days between a burst of news and the next, between two deletions, two other orders.
    burst: f64,
    deletion: f64,
    reorder: f64,
    /// An edit gives an item a new date.
    restamps: bool,
    /// Only the news of the current year, or month, stand on the page.
    folder: Option<fn(NaiveDate) -> (i32, u32)>,
    /// Hours between two polls, and days between two failures of ours.
    hours: i64,
    downtime: f64,
}

impl Manner {
    fn of(dice: &mut Dice) -> Self {
        let pace = dice.of(&[0.03, 0.1, 0.3, 0.7, 1.5, 3.0, 8.0, 25.0]);
        let by_year: fn(NaiveDate) -> (i32, u32) = |day| (day.year(), 0);
        let by_month: fn(NaiveDate) -> (i32, u32) = |day| (day.year(), day.month());
        Self {
            kind: dice.of(&[Kind::Feed, Kind::Listing, Kind::Listing, Kind::Json]),
            window: dice.of(&[3, 5, 8, 10, 10, 12, 20, 20, 30, 50, 100]),
            pace,
            weekend: dice.of(&[0.0, 0.0, 0.1, 1.0]),
            august: dice.of(&[0.0, 0.2, 1.0]),
            dates: dice.of(&[
                Dates::Times,
                Dates::Days,
                Dates::Days,
                Dates::None,
                Dates::Some,
            ]),
            pinned: dice.of(&[0, 0, 0, 1, 3]),
            bulletin: dice.of(&[0.0, 0.0, 0.0, 0.2, 0.4]),
            teasers: dice.of(&[0.0, 0.9, 1.0, 1.0]),
            burst: dice.of(&[40.0, 120.0, f64::INFINITY]),
            deletion: dice.of(&[10.0, 60.0, f64::INFINITY]),
            reorder: dice.of(&[30.0, f64::INFINITY, f64::INFINITY]),
            restamps: dice.once_in(3.0),
            folder: match (dice.once_in(8.0), pace < 0.5) {
                (false, _) => None,
                (true, true) => Some(by_year),
                (true, false) => Some(dice.of(&[by_year, by_month])),
            },
            hours: dice.of(&[1, 2, 4, 6, 12, 24]),
            downtime: dice.of(&[60.0, 150.0, f64::INFINITY]),
        }
    }
}

/// One piece of news, as its source has it at the moment.
#[derive(Debug, Clone, Copy)]
struct News {
    number: u32,
    at: DateTime<Utc>,
    bulletin: bool,
    told: bool,
    dated: bool,
    edits: u32,
    deleted: bool,
}

struct Source {
    manner: Manner,
    dice: Dice,
    news: Vec<News>,
    shuffled: bool,
    /// Until when there is more news than usual.
    busy: DateTime<Utc>,
}

impl Source {
    fn publish(&mut self, at: DateTime<Utc>) {
        let number = u32::try_from(self.news.len()).unwrap();
        let Manner {
            bulletin,
            teasers,
            dates,
            ..
        } = self.manner;
        let news = News {
            number,
            at,
            bulletin: self.dice.part() < bulletin,
            told: self.dice.part() < teasers,
            dated: match dates {
                Dates::Times | Dates::Days => true,
                Dates::None => false,
                Dates::Some => self.dice.part() < 0.6,
            },
            edits: 0,
            deleted: false,
        };
        self.news.push(news);
    }

    /// Lets an hour go by.
    fn live(&mut self, now: DateTime<Utc>) {
        let local = now.with_timezone(&Rome);
        let weekend = local.weekday().num_days_from_monday() > 4;
        let mut pace = self.manner.pace;
        if weekend {
            pace *= self.manner.weekend;
        }
        if local.month() == 8 {
            pace *= self.manner.august;
        }
        // In working hours.
        let open = (8..18).contains(&chrono::Timelike::hour(&local));
        let mut expected = if open { pace / 10.0 } else { 0.0 };
        while self.dice.part() < expected {
            self.publish(now - TimeDelta::minutes(1));
            expected -= 1.0;
        }
        // A busy day.
        if self.dice.once_in(self.manner.burst * 24.0) {
            self.busy = now + TimeDelta::hours(self.dice.within(4, 24));
        }
        if now < self.busy {
            for _ in 0..self.dice.within(0, 3) {
                self.publish(now - TimeDelta::minutes(1));
            }
        }
        let recent = |dice: &mut Dice, count: usize| {
            let last = i64::try_from(count).unwrap();
            (last > 0).then(|| usize::try_from(last - dice.within(1, last.min(10))).unwrap())
        };
        if self.dice.once_in(self.manner.deletion * 24.0)
            && let Some(at) = recent(&mut self.dice, self.news.len())
        {
            self.news[at].deleted = true;
        }
        if self.dice.once_in(24.0 * 5.0)
            && let Some(at) = recent(&mut self.dice, self.news.len())
        {
            self.news[at].edits += 1;
            if self.manner.restamps {
                self.news[at].at = now - TimeDelta::minutes(1);
            }
        }
        if self.dice.once_in(self.manner.reorder * 24.0) {
            self.shuffled = !self.shuffled;
        }
    }

    /// What stands on its first page.
    fn page(&self, now: DateTime<Utc>) -> Vec<News> {
        let day = |at: DateTime<Utc>| at.with_timezone(&Rome).date_naive();
        let there = |news: &&News| {
            let folder = self.manner.folder;
            !news.deleted && folder.is_none_or(|of| of(day(news.at)) == of(day(now)))
        };
        let pinned = self.news.iter().filter(|news| !news.deleted);
        let pinned: Vec<News> = pinned.take(self.manner.pinned).copied().collect();
        let mut rest: Vec<News> = self.news.iter().rev().filter(there).copied().collect();
        rest.retain(|news| pinned.iter().all(|pinned| pinned.number != news.number));
        rest.sort_by_key(|news| std::cmp::Reverse(news.at));
        let mut all = pinned;
        all.extend(rest);
        all.truncate(self.manner.window);
        if self.shuffled {
            all.reverse();
        }
        all
    }

    fn read(&self, news: News) -> Item {
        let at = news.at.with_timezone(&Rome);
        let (at, precision) = match self.manner.dates {
            Dates::Times => (at, Precision::Second),
            _ => {
                let noon = at.date_naive().and_hms_opt(12, 0, 0).unwrap();
                (Rome.from_local_datetime(&noon).unwrap(), Precision::Day)
            }
        };
        let plain = item(news.number, 0);
        let title = if news.bulletin {
            "Bollettino del giorno".to_owned()
        } else {
            format!(
                "{} {}",
                plain.title,
                "corretta ".repeat(news.edits as usize)
            )
        };
        Item {
            title,
            published: news.dated.then(|| Dated {
                at,
                precision,
                place: Place::Item,
                text: String::new(),
            }),
            summary: if news.told {
                plain.summary
            } else {
                String::new()
            },
            ..plain
        }
    }
}

/// What came of judging.
#[derive(Debug, Default)]
struct Tally {
    judged: usize,
    refused: usize,
    /// What was refused too often in a row, by its seed.
    too_long: BTreeMap<u64, String>,
    reasons: BTreeMap<String, usize>,
}

/// Polls a source for months, and remembers of it what the store does.
fn live(seed: u64, days: i64, tally: &mut Tally) {
    let mut dice = Dice(seed);
    let manner = Manner::of(&mut dice);
    let (kind, hours, downtime) = (manner.kind, manner.hours, manner.downtime);
    let mut source = Source {
        manner,
        dice: Dice(dice.next()),
        news: Vec::new(),
        shuffled: false,
        busy: DateTime::UNIX_EPOCH,
    };
    let mut now = Utc.with_ymd_and_hms(2025, 5, 1, 0, 0, 0).unwrap();
    // It was there before us.
    for _ in 0..24 * 60 {
        now += TimeDelta::hours(1);
        source.live(now);
    }
    let begun = now;
    let mut remembered = Remembered::default();
    // The day as first told, the edits that it had, and when it came.
    let mut known: HashMap<u32, (Option<NaiveDate>, u32, DateTime<Utc>)> = HashMap::new();
    let mut last: Vec<(u32, u32)> = Vec::new();
    let mut down = begun;
    let mut in_a_row = 0;
    while now < begun + TimeDelta::days(days) {
        now += TimeDelta::hours(1);
        source.live(now);
        if dice.once_in(downtime * 24.0) {
            down = now + TimeDelta::days(dice.within(1, 30));
        }
        if now < down || (now - begun).num_hours() % hours != 0 {
            continue;
        }
        let page = source.page(now);
        let told: Vec<(u32, u32)> = page.iter().map(|news| (news.number, news.edits)).collect();
        if page.is_empty() || told == last {
            // No answer to judge.
            if told == last {
                remembered.doubted = None;
            }
            remembered.since = remembered.since.map(|_| now);
            continue;
        }
        let items: Vec<Item> = page.iter().map(|news| source.read(*news)).collect();
        let familiar: Vec<Option<Familiar>> = page
            .iter()
            .map(|news| {
                let (day, edits, _) = known.get(&news.number)?;
                Some(Familiar {
                    day: *day,
                    renamed: *edits != news.edits && !news.bulletin,
                })
            })
            .collect();
        let marks: Vec<String> = page.iter().map(|news| news.number.to_string()).collect();
        let first = begun.max(now - TimeDelta::days(56));
        let came = known.values().filter(|(_, _, seen)| *seen > first).count();
        let day = TimeDelta::days(1);
        let known_for = (now - first).max(day).num_seconds() as f64;
        let passed = remembered
            .since
            .map_or(0, |since| (now - since).num_seconds());
        let of_late: Vec<_> = known.values().filter(|(.., seen)| *seen >= first).collect();
        let dated = of_late.iter().filter(|(day, ..)| day.is_some()).count();
        remembered.dated = (!of_late.is_empty()).then(|| dated as f64 / of_late.len() as f64);
        remembered.expected = came as f64 * passed as f64 / known_for;
        let picture = Picture::of(&items, now);
        let answer = Answer {
            kind,
            partial: false,
            mended: false,
            picture,
            items: &items,
            known: &familiar,
            marks: &marks,
            now,
        };
        tally.judged += 1;
        match judge(&answer, &remembered) {
            Verdict::Taken(_) => {
                in_a_row = 0;
                for (news, item) in page.iter().zip(&items) {
                    let published = item.published.as_ref();
                    let day = published.map(|dated| dated.at.date_naive());
                    let known = known.entry(news.number).or_insert((day, 0, now));
                    known.1 = news.edits;
                }
                last = told;
                remembered.usual = Some(picture);
                remembered.since = Some(now);
                remembered.doubted = None;
            }
            Verdict::Doubted(doubted) => {
                tally.refused += 1;
                in_a_row += 1;
                if in_a_row > IN_A_ROW.max(36 / hours) {
                    let text =
                        format!("{seed}: {in_a_row}: {} {:?}", doubted.reason, source.manner);
                    tally.too_long.insert(seed, text);
                }
                let words: Vec<&str> = doubted.reason.split(|c: char| c.is_ascii_digit()).collect();
                *tally.reasons.entry(words.join("#")).or_default() += 1;
                remembered.doubted = Some(doubted);
            }
        }
    }
}

#[test]
fn answers_of_healthy_sources_are_hardly_ever_refused_and_never_for_long() {
    let given = |name: &str, usual: u64| {
        let text = std::env::var(name).ok();
        text.and_then(|text| text.parse().ok()).unwrap_or(usual)
    };
    let (lives, seed) = (given("HEALTH_LIVES", 40), given("HEALTH_SEED", 0));
    let mut tally = Tally::default();
    for life in 0..lives {
        live(seed.wrapping_mul(1_000_000) + life, 180, &mut tally);
    }
    println!("{tally:#?}");
    assert!(tally.judged > 5_000, "{tally:?}");
    assert!(tally.too_long.is_empty(), "{tally:#?}");
    assert!(tally.refused * ONE_IN <= tally.judged, "{tally:#?}");
}
