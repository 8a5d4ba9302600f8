//! More new items at once than a source ever had: held back until it is clear that they are news.

use chrono::{DateTime, TimeDelta, Utc};

use super::{FIRST, Placed, Verdict};

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

/// Holds back what is new, if that and the `waiting` are too many; gives how many are held. What its history allows is
/// only asked for where it matters.
///
/// # Errors
///
/// As `busiest`.
pub fn withhold<E>(
    placed: &mut [Placed],
    waiting: usize,
    busiest: impl FnOnce() -> Result<usize, E>,
) -> Result<usize, E> {
    let new = |placed: &&mut Placed| placed.verdict == Verdict::New;
    let count = placed.iter_mut().filter(new).count();
    if count == 0 || count + waiting <= FLOOR || count + waiting <= limit(busiest()?) {
        return Ok(0);
    }
    for placed in placed.iter_mut().filter(new) {
        placed.verdict = Verdict::Withheld;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
