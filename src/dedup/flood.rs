//! More new items at once than a source ever had: held back until it is clear that they are news.

use chrono::{DateTime, TimeDelta, Utc};

use super::{FIRST, Fetch, OTHER_DAY, Placed, Verdict};

/// So many are no flood, whatever came before.
const FLOOR: usize = 2 * FIRST;

/// The most of these times that fall into one span of that length. They are in order.
#[must_use]
pub fn busiest(times: &[DateTime<Utc>], span: TimeDelta) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, time) in times.iter().enumerate() {
        while times.get(first).is_some_and(|start| *time - *start > span) {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

/// The most new items that are taken for news at once, given how many there were in the busiest such time.
#[must_use]
pub fn limit(busiest: usize) -> usize {
    FLOOR.max(2 * busiest)
}

/// Holds back what is new, if that and the `waiting` are too many; gives how many are held. When the source has had news
/// is only asked for where it matters: the `history` is in order.
///
/// After a pause of more than a day, news that is spread over it is no flood: then the busiest day of the pause counts,
/// and all that is not dated in it.
///
/// # Errors
///
/// As `history`.
pub fn withhold<E>(
    placed: &mut [Placed],
    waiting: usize,
    fetch: Fetch,
    history: impl FnOnce() -> Result<Vec<DateTime<Utc>>, E>,
) -> Result<usize, E> {
    let new = |placed: &&mut Placed| placed.verdict == Verdict::New;
    let count = placed.iter_mut().filter(new).count();
    if count == 0 || count + waiting <= FLOOR {
        return Ok(0);
    }
    let history = history()?;
    let since = fetch.since.unwrap_or(fetch.now);
    let pause = fetch.now - since;
    if count + waiting <= limit(busiest(&history, pause)) {
        return Ok(0);
    }
    if pause > OTHER_DAY {
        let spread = in_pause(placed, since, fetch.now);
        let at_once = count - spread.len() + busiest(&spread, OTHER_DAY);
        if at_once + waiting <= limit(busiest(&history, OTHER_DAY)) {
            return Ok(0);
        }
    }
    for placed in placed.iter_mut().filter(new) {
        placed.verdict = Verdict::Withheld;
    }
    Ok(count)
}

/// The dates of what is new and came in a pause, in order.
fn in_pause(placed: &[Placed], since: DateTime<Utc>, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let new = placed
        .iter()
        .filter(|placed| placed.verdict == Verdict::New);
    let dates = new.filter_map(|placed| Some(placed.item.published.as_ref()?.at.to_utc()));
    // A day without a time may stand for any hour of it.
    let pause = since - OTHER_DAY..=now;
    let mut dates: Vec<DateTime<Utc>> = dates.filter(|at| pause.contains(at)).collect();
    dates.sort_unstable();
    dates
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::dedup::Keys;
    use crate::language::Language;
    use crate::model::{Dated, Item, Place, Precision, SourceId};

    #[test]
    fn the_busiest_span_is_found_wherever_it_is() {
        let times: Vec<DateTime<Utc>> = [0, 60, 3600, 3601, 3602, 9000]
            .into_iter()
            .filter_map(|seconds| DateTime::from_timestamp(seconds, 0))
            .collect();
        assert_eq!(busiest(&times, TimeDelta::minutes(10)), 3);
        assert_eq!(busiest(&times, TimeDelta::hours(1)), 4);
        assert_eq!(busiest(&[], TimeDelta::hours(1)), 0);
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000, 0).unwrap_or_default()
    }

    /// A new item, dated so many hours ago.
    fn new(hours: Option<i64>) -> Placed {
        let at = |hours| (now() - TimeDelta::hours(hours)).with_timezone(&Tz::UTC);
        Placed {
            item: Item {
                source: SourceId("agenzia".into()),
                position: 0,
                guid: None,
                url: None,
                title: "Notizia".into(),
                published: hours.map(|hours| Dated {
                    at: at(hours),
                    precision: Precision::Second,
                    place: Place::Item,
                    text: String::new(),
                }),
                updated: None,
                summary: String::new(),
                html: String::new(),
                image: None,
                authors: Vec::new(),
                categories: Vec::new(),
                enclosures: Vec::new(),
                language: Language::undetermined(),
                rights: None,
                alternates: Vec::new(),
                sighted: None,
            },
            keys: Keys::default(),
            verdict: Verdict::New,
            edited: false,
        }
    }

    /// How many of these new items are held after a pause of so many days, where the source had its history before it.
    fn held(hours: &[Option<i64>], days: i64, history: &[DateTime<Utc>]) -> usize {
        let mut placed: Vec<Placed> = hours.iter().map(|hours| new(*hours)).collect();
        let fetch = Fetch {
            since: Some(now() - TimeDelta::days(days)),
            partial: false,
            now: now(),
        };
        let history = || Ok::<_, std::convert::Infallible>(history.to_vec());
        withhold(&mut placed, 0, fetch, history).unwrap_or_default()
    }

    #[test]
    fn news_that_is_spread_over_a_pause_is_no_flood_although_no_history_tells_of_so_much() {
        // Six a day for ten days.
        let spread: Vec<Option<i64>> = (0..60).map(|n| Some(4 * n)).collect();
        assert_eq!(held(&spread, 10, &[]), 0);
        // All of one day, without dates, or from before the pause.
        assert_eq!(held(&[Some(30); 60], 10, &[]), 60);
        assert_eq!(held(&[None; 60], 10, &[]), 60);
        let before: Vec<Option<i64>> = (0..60).map(|n| Some(24 * 12 + n)).collect();
        assert_eq!(held(&before, 10, &[]), 60);
        // In an hour nothing is spread.
        assert_eq!(held(&spread[..21], 0, &[]), 21);
    }

    #[test]
    fn what_is_a_flood_is_told_by_how_much_a_source_has_had() {
        // Fifty a day.
        let history: Vec<DateTime<Utc>> = (0..500)
            .rev()
            .map(|n| now() - TimeDelta::days(40) - TimeDelta::minutes(28 * n))
            .collect();
        // What is left on its page of a pause of forty days, all of the last two.
        let window: Vec<Option<i64>> = (0..100).map(|n| Some(n / 2)).collect();
        assert_eq!(held(&window, 40, &history), 0);
        assert_eq!(held(&[Some(1); 1_100], 40, &history), 1_100);
        assert_eq!(held(&window, 40, &[]), 100);
    }
}
