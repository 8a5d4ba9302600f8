//! Ages and near days, counted from the time of reading: "2 hours ago", "vor 2 Tagen", "ieri alle 18", "in 3 days".
//!
//! The phrases are data: `relative.txt` has a line for each language. A bare number of minutes or seconds is refused,
//! being how long something takes to read as often as its age; so is a day's name in the middle of a sentence.

use chrono::{DateTime, Datelike, Months, TimeDelta};
use chrono_tz::Tz;

use super::names::View;
use super::phrases::{self, Phrase, Phrases, Row, Unit};
use super::token::{Kind, Text};
use super::{Context, Moment, Reading, Refusal};
use super::{clock, human};
use crate::model::Precision;

/// Phrases are short: a text of more tokens than this is a sentence.
const LONGEST: usize = 40;
/// The largest number that is an age without a word that says so; "1991 год" is a year.
const BARE: i64 = 99;
/// No age is longer, in days.
const FARTHEST: i64 = 2200 * 366;
/// Signs after the numbers of dates, so that 9月9日 is no age unless a word says so.
const DATE_SIGNS: &[&str] = &["年", "月", "日", "号", "號", "년", "월", "일"];
/// Words between the age and the author.
const BY: &[&str] = &[
    "by", "di", "da", "por", "par", "von", "door", "от", "av", "in", "su",
];

/// Reads an age or a near day in the context's languages, in English, and where no language is told in all that have a
/// phrase of the text, which then have to agree.
pub(super) fn read(text: &Text, context: &Context) -> Option<Result<Reading, Refusal>> {
    if text.len() == 0 || text.len() > LONGEST {
        return None;
    }
    let told = context
        .languages
        .iter()
        .filter_map(|language| phrases::row(language.tag()))
        .chain(phrases::row("en"));
    if !context.languages.is_empty() {
        return told
            .into_iter()
            .find_map(|row| read_in(row, text, context))
            .map(|(reading, _)| reading);
    }
    let mut found: Option<Found> = None;
    for row in phrases::rows_of(text) {
        let Some(new) = read_in(row, text, context) else {
            continue;
        };
        let known = found.get_or_insert_with(|| new.clone());
        match (&known.0, &new.0) {
            // A word that says when outweighs a bare number and its unit.
            _ if new.1 && !known.1 => *known = new,
            _ if known.1 && !new.1 => {}
            (Ok(one), Ok(other)) if one.moment != other.moment => {
                let what = "languages differ on which time it is".into();
                *known = (Err(Refusal::Ambiguous(what)), known.1);
            }
            _ => {}
        }
    }
    found.map(|(reading, _)| reading)
}

/// A reading in one language, and whether a word says that it is one.
type Found = (Result<Reading, Refusal>, bool);

fn read_in(row: &Row, text: &Text, context: &Context) -> Option<Found> {
    let phrases = row.phrases();
    let parted = (row.has_no_blanks() && text.has_no_blanks())
        .then(|| text.parted(|word| phrases.contains_key(word)));
    Reader {
        text: parted.as_ref().unwrap_or(text),
        tag: row.tag,
        phrases,
        context,
    }
    .read()
}

struct Reader<'a> {
    text: &'a Text,
    tag: &'static str,
    phrases: &'a Phrases,
    context: &'a Context<'a>,
}

/// One number and its unit.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// In hundredths.
    count: i64,
    unit: Unit,
    /// Whether a sign before it says in which direction.
    sign: Option<i64>,
}

/// An age as far as it was read.
#[derive(Debug, Default)]
struct Age {
    parts: Vec<Part>,
    past: bool,
    future: bool,
    /// Something in it is no age unless a word says so.
    doubtful: bool,
    /// The last unit is a sign of dates too.
    dated: bool,
    /// The last part is a unit without a number, which may follow.
    numberless: bool,
}

impl Reader<'_> {
    fn read(&self) -> Option<Found> {
        let start = self.announcement();
        self.near_day(start)
            .or_else(|| self.time_of_near_day(start))
            .map(|reading| (reading, true))
            .or_else(|| self.age(start))
    }

    /// The longest phrase from here that `pick` takes, and the index after it.
    fn phrase<T>(&self, at: usize, pick: impl Fn(Phrase) -> Option<T>) -> Option<(T, usize)> {
        self.text.name_from(at, |words| {
            self.phrases
                .get(words)?
                .iter()
                .find_map(|phrase| pick(*phrase))
        })
    }

    /// The index after a phrase of that kind.
    fn after(&self, at: usize, wanted: Phrase) -> Option<usize> {
        let (_, after) = self.phrase(at, |phrase| (phrase == wanted).then_some(()))?;
        Some(after)
    }

    /// The index after "Published:" and the like.
    fn announcement(&self) -> usize {
        let words = (0..self.text.len())
            .take(4)
            .take_while(|at| self.text.word(*at).is_some());
        let last = words
            .filter(|at| self.text.word(*at).is_some_and(human::announces))
            .last();
        last.map_or(0, |last| {
            last + 1 + usize::from(self.text.is_mark(last + 1, ":"))
        })
    }

    /// The names of the language, for the time beside a day.
    fn view(&self) -> Option<View> {
        View::of(self.tag).or_else(|| View::of("en"))
    }

    fn today(&self) -> DateTime<Tz> {
        self.context.now.with_timezone(&self.context.timezone)
    }

    /// "yesterday", "oggi alle 18:00", "gestern, 18:00 Uhr", "last week".
    fn near_day(&self, start: usize) -> Option<Result<Reading, Refusal>> {
        let near = |phrase| match phrase {
            Phrase::Day(_) | Phrase::Now | Phrase::Distance(..) => Some(phrase),
            _ => None,
        };
        let (phrase, after) = self.phrase(start, near)?;
        let days = match phrase {
            Phrase::Day(days) => days,
            Phrase::Distance(count, unit) => {
                let part = Part {
                    count: count.checked_abs()? * 100,
                    unit,
                    sign: Some(-1),
                };
                let reading = || {
                    let day = self.moved(&[part], -1)?.0.date_naive();
                    Ok(Reading::day(day).warn(Some(ROUNDED.into())))
                };
                return self.ends(after).then(reading);
            }
            _ => {
                return (after == self.text.len())
                    .then(|| Ok(self.instant(self.today(), Precision::Minute)));
            }
        };
        let day = self.today().date_naive() + TimeDelta::days(days);
        match clock::after(self.text, self.view()?, after) {
            Ok(Some(clock)) if self.ends(clock.after) => Some(Ok(Reading::new(day, Some(clock)))),
            // "Вчера в", with the time in another element.
            Ok(None) if self.ends(after) || self.ends_before_time(after) => {
                Some(Ok(Reading::day(day)))
            }
            Ok(_) => None,
            Err(refusal) => Some(Err(refusal)),
        }
    }

    /// "18:00, yesterday".
    fn time_of_near_day(&self, start: usize) -> Option<Result<Reading, Refusal>> {
        self.text.number(start)?;
        let clock = clock::after(self.text, self.view()?, start).ok()??;
        let at = clock.after + usize::from(self.text.is_mark(clock.after, ",-|"));
        let day = |phrase| match phrase {
            Phrase::Day(days) => Some(days),
            _ => None,
        };
        let (days, after) = self.phrase(at, day)?;
        let day = self.today().date_naive() + TimeDelta::days(days);
        self.ends(after).then(|| Ok(Reading::new(day, Some(clock))))
    }

    /// "2 hours ago", "il y a 1 an et 2 mois", "3 Tage", "in 2 days", "half an hour ago".
    fn age(&self, start: usize) -> Option<Found> {
        let mut age = Age::default();
        let mut sign = None;
        let mut at = start;
        while at < self.text.len() {
            let is_sign = self.text.is_mark(at, "+-")
                && !self.text.glued(at)
                && self.text.glued(at + 1)
                && self.text.number(at + 1).is_some();
            let next = if is_sign {
                sign = Some(if self.text.is_mark(at, "-") { -1 } else { 1 });
                Some(at + 1)
            } else if let Some(after) = self.after(at, Phrase::Past) {
                age.past = true;
                Some(after)
            } else if let Some(after) = self.after(at, Phrase::Future).filter(|_| !age.past) {
                age.future = true;
                Some(after)
            } else {
                self.part(&mut age, at, sign)
                    .or_else(|| self.after(at, Phrase::Filler))
                    .or_else(|| (at > start && self.text.is_mark(at, ",.-~'")).then_some(at + 1))
            };
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        let smallest = age.parts.iter().map(|part| part.unit).min()?;
        let whole = at == self.text.len() && start == 0;
        let largest = age.parts.iter().map(|part| part.unit).max()?;
        let certain = if age.past {
            true
        } else if age.future {
            whole
        } else {
            whole && !age.doubtful && !age.dated && largest >= Unit::Hour
        };
        let said = age.past || age.future;
        (certain && self.ends(at)).then(|| (self.reading(&age, smallest), said))
    }

    /// Takes a number with its unit from here, in either order, or a unit alone; the index after them.
    fn part(&self, age: &mut Age, at: usize, sign: Option<i64>) -> Option<usize> {
        let unit = |phrase| match phrase {
            Phrase::Unit(unit, times) => Some((unit, times)),
            _ => None,
        };
        let (count, after) = match self.text.kind(at)? {
            Kind::Number { .. } => self.number(at)?,
            Kind::Word => {
                let count = |phrase| match phrase {
                    Phrase::Count(count) => Some(count),
                    _ => None,
                };
                match self.phrase(at, count) {
                    Some(count) if age.numberless || self.unit_after(count.1).is_some() => count,
                    // "час назад": one, where a word of the past is near.
                    _ => {
                        let ((unit, times), after) =
                            self.phrase(at, unit).filter(|_| age.parts.is_empty())?;
                        let count = times * 100;
                        age.parts.push(Part { count, unit, sign });
                        (age.numberless, age.doubtful) = (true, true);
                        return Some(after);
                    }
                }
            }
            Kind::Mark(_) => return None,
        };
        let Some((unit_at, end)) = self.unit_after(after) else {
            // "siku 3 zilizopita": the unit came first.
            let last = age.parts.last_mut().filter(|_| age.numberless)?;
            (last.count, age.numberless) = (last.count / 100 * count, false);
            return Some(after);
        };
        let ((unit, times), _) = self.phrase(unit_at, unit)?;
        // One letter is a unit of anything (5 m, 5 g) but where English pages shorten ages.
        let name = self.text.slice(unit_at, end - 1);
        let alphabetic = |c| c < '\u{590}';
        let shorter = |least| name.chars().count() < least && name.chars().all(alphabetic);
        age.doubtful |= count > BARE * 100
            || shorter(2) && self.tag != "en"
            || shorter(3) && sign.is_some() && age.parts.is_empty();
        age.dated = DATE_SIGNS.contains(&name);
        age.numberless = false;
        age.parts.push(Part {
            count: count.saturating_mul(times),
            unit,
            sign,
        });
        Some(end)
    }

    /// A number in hundredths (`2`, `1.5`, `1,5`), and the index after it.
    fn number(&self, at: usize) -> Option<(i64, usize)> {
        let text = self.text;
        let (value, _) = text.number(at)?;
        let whole = i64::from(value) * 100;
        let fraction = text
            .number(at + 2)
            .filter(|_| text.is_mark(at + 1, ".,") && text.glued(at + 1) && text.glued(at + 2));
        match fraction {
            Some((tenths, 1)) => Some((whole + i64::from(tenths) * 10, at + 3)),
            Some((hundredths, 2)) => Some((whole + i64::from(hundredths), at + 3)),
            _ => Some((whole, at + 1)),
        }
    }

    /// Where the unit after a number stands, what says nothing passed over, and the index after it.
    fn unit_after(&self, at: usize) -> Option<(usize, usize)> {
        let unit = |at| {
            let is_unit = |phrase| matches!(phrase, Phrase::Unit(..)).then_some(());
            Some((at, self.phrase(at, is_unit)?.1))
        };
        unit(at).or_else(|| unit(self.after(at, Phrase::Filler)?))
    }

    /// Whether the phrase may end here: nothing follows, or what does is clearly something else.
    fn ends(&self, at: usize) -> bool {
        at >= self.text.len()
            || self.text.is_mark(at, "|·•-–(/")
            || self.text.word(at).is_some_and(|word| BY.contains(&word))
    }

    /// Whether nothing follows but a word before a time.
    fn ends_before_time(&self, at: usize) -> bool {
        at + 1 == self.text.len() && self.text.word(at).is_some_and(clock::announces)
    }

    /// The moment that is these parts away, and whether only their sum of months was rounded to days.
    fn moved(&self, parts: &[Part], direction: i64) -> Result<(DateTime<Tz>, bool), Refusal> {
        let too_far = || Refusal::Impossible("no news is that old or that far ahead".into());
        let (mut months, mut seconds) = (0_i64, 0_i64);
        for part in parts {
            let count = part.count.saturating_mul(part.sign.unwrap_or(direction));
            let length = match part.unit {
                Unit::Second => 1,
                Unit::Minute => 60,
                Unit::Hour => 3600,
                Unit::Day => 86_400,
                Unit::Week => 7 * 86_400,
                Unit::Month | Unit::Year => {
                    let all = count.saturating_mul(if part.unit == Unit::Year { 12 } else { 1 });
                    months = months.saturating_add(all / 100);
                    seconds = seconds.saturating_add(all % 100 * 30 * 864);
                    continue;
                }
            };
            seconds = seconds.saturating_add(count.saturating_mul(length) / 100);
        }
        // Months are counted on the calendar; days are not, so that a change of the clocks moves none of them.
        let span = Months::new(u32::try_from(months.unsigned_abs()).map_err(|_| too_far())?);
        let from = self.today();
        let local = from.naive_local();
        let local = if months < 0 {
            local.checked_sub_months(span)
        } else {
            local.checked_add_months(span)
        };
        let passed = TimeDelta::try_seconds(seconds)
            .filter(|passed| passed.num_days().abs() < FARTHEST)
            .ok_or_else(too_far)?;
        let there = if months == 0 && parts.iter().all(|part| part.unit < Unit::Day) {
            from.checked_add_signed(passed)
        } else {
            let local = local.and_then(|local| local.checked_add_signed(passed));
            local
                .filter(|local| (1..2200).contains(&local.year()))
                .map(|local| super::zone::at(self.context.timezone, local))
        };
        let there = there
            .filter(|there| (1..2200).contains(&there.year()))
            .ok_or_else(too_far)?;
        Ok((there, months != 0))
    }

    fn reading(&self, age: &Age, smallest: Unit) -> Result<Reading, Refusal> {
        let (there, by_months) = self.moved(&age.parts, if age.future { 1 } else { -1 })?;
        if smallest >= Unit::Day {
            let warning = (smallest >= Unit::Month).then(|| ROUNDED.to_owned());
            return Ok(Reading::day(there.date_naive()).warn(warning));
        }
        let precision = if smallest == Unit::Second {
            Precision::Second
        } else {
            Precision::Minute
        };
        if by_months {
            return Ok(Reading::exact(
                Moment::Local(there.naive_local()),
                precision,
            ));
        }
        Ok(self.instant(there, precision))
    }

    /// A moment with the offset of the source, so that a reader who ignores zones sees the source's clock.
    fn instant(&self, at: DateTime<Tz>, precision: Precision) -> Reading {
        Reading::exact(Moment::Instant(at.fixed_offset()), precision)
    }
}

/// What is said of ages in months and years, and of "last week".
const ROUNDED: &str = "the age is rounded, so the day is not exact";
