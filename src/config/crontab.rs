//! Crontab expressions with crontab's own meaning, on the wall clock.
//!
//! The fields are read here, because the `cron` crate asks for a field of seconds, counts Sunday as 1 and knows
//! no union of day and weekday; it then walks the calendar. Zones, gaps and overlaps are not known here.

use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDateTime};
use cron::Schedule;

/// A crontab expression: `*/30 * * * *`.
#[derive(Debug, Clone)]
pub struct Crontab {
    /// The times are those of any of these.
    rules: Vec<Rule>,
    every_hour: bool,
}

#[derive(Debug, Clone)]
struct Rule {
    schedule: Schedule,
    /// Of the days that the schedule gives, only those that end a month (`L`).
    month_end: bool,
}

impl Crontab {
    /// Reads five fields (minute, hour, day of month, month, weekday), six with the seconds first, or a name
    /// such as `@daily`.
    ///
    /// Weekdays 0 and 7 are Sunday. A day of month and a weekday that are both restricted mean either; a field
    /// that starts with `*` is not restricted. `L` is the last day of a month.
    ///
    /// # Errors
    ///
    /// Which field is wrong and why, in words; also that no day ever matches.
    pub fn parse(text: &str) -> Result<Self, String> {
        let longhand = match text.trim() {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" | "@annually" => "0 0 1 1 *",
            name if name.starts_with('@') => {
                return Err(format!(
                    "`{name}` is none of `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`"
                ));
            }
            other => other,
        };
        let fields: Vec<&str> = longhand.split_whitespace().collect();
        let [second, minute, hour, day, month, weekday] = match *fields.as_slice() {
            [minute, hour, day, month, weekday] => ["0", minute, hour, day, month, weekday],
            [second, minute, hour, day, month, weekday] => {
                [second, minute, hour, day, month, weekday]
            }
            _ => {
                let plural = if fields.len() == 1 { "" } else { "s" };
                return Err(format!(
                    "`{text}` has {} field{plural}, expected 5, or 6 with seconds first",
                    fields.len()
                ));
            }
        };
        let hours = HOUR.read(hour)?;
        let clock = format!(
            "{} {} {}",
            SECOND.read(second)?.list(),
            MINUTE.read(minute)?.list(),
            hours.list()
        );
        let (days, months, weekdays) = (DAY.read(day)?, MONTH.read(month)?, WEEKDAY.read(weekday)?);
        let rule = |day: &str, weekday: &str, month_end| {
            let expression = format!("{clock} {day} {} {weekday}", months.list());
            let schedule = Schedule::from_str(&expression).map_err(|error| error.to_string())?;
            Ok::<_, String>(Rule {
                schedule,
                month_end,
            })
        };

        let either = days.restricted && weekdays.restricted;
        let with_day = if either {
            "*".to_owned()
        } else {
            weekdays.list()
        };
        let mut rules = Vec::new();
        if days.set != 0 {
            rules.push(rule(&days.list(), &with_day, false)?);
        }
        if days.last {
            rules.push(rule("28-31", &with_day, true)?);
        }
        if either {
            rules.push(rule("*", &weekdays.list(), false)?);
        }
        let crontab = Self {
            rules,
            every_hour: hours.set == HOUR.all(),
        };
        let never = crontab
            .next_after(DateTime::UNIX_EPOCH.naive_utc())
            .is_none();
        if never {
            Err(format!(
                "`{text}` never matches: no month of it has such a day"
            ))
        } else {
            Ok(crontab)
        }
    }

    /// The first time after a given one, both on the wall clock; nothing beyond the year 2100.
    #[must_use]
    pub fn next_after(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let next = |rule: &Rule| {
            // In UTC every wall-clock time exists once.
            let after = local.and_utc();
            let mut times = rule.schedule.after(&after).map(|time| time.naive_utc());
            times.find(|time| {
                !rule.month_end || time.date().succ_opt().is_none_or(|next| next.day() == 1)
            })
        };
        self.rules.iter().filter_map(next).min()
    }

    /// Whether it runs in every hour of its days, so that its meaning is "so often" rather than "at this time".
    #[must_use]
    pub fn every_hour(&self) -> bool {
        self.every_hour
    }
}

/// A field of the expression: what it is called and what it may hold.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    /// Names of values, the first for `least`.
    names: &'static [&'static str],
}

const SECOND: Field = Field {
    name: "second",
    least: 0,
    most: 59,
    names: &[],
};
const MINUTE: Field = Field {
    name: "minute",
    least: 0,
    most: 59,
    names: &[],
};
const HOUR: Field = Field {
    name: "hour",
    least: 0,
    most: 23,
    names: &[],
};
const DAY: Field = Field {
    name: "day of month",
    least: 1,
    most: 31,
    names: &[],
};
const MONTH: Field = Field {
    name: "month",
    least: 1,
    most: 12,
    names: &[
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ],
};
const WEEKDAY: Field = Field {
    name: "weekday",
    least: 0,
    most: 7,
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

/// The values of a field, as the `cron` crate counts them.
struct Values {
    /// Bit `n` stands for the value `n`.
    set: u64,
    /// The last day of the month.
    last: bool,
    restricted: bool,
}

impl Values {
    fn list(&self) -> String {
        let values: Vec<String> = (0..64)
            .filter(|n| self.set >> n & 1 == 1)
            .map(|n: u32| n.to_string())
            .collect();
        values.join(",")
    }
}

impl Field {
    fn all(&self) -> u64 {
        (self.least..=self.most).fold(0, |set, n| set | 1 << n)
    }

    fn read(&self, text: &str) -> Result<Values, String> {
        let mut values = Values {
            set: 0,
            last: false,
            restricted: !text.starts_with('*'),
        };
        for part in text.split(',') {
            if part.eq_ignore_ascii_case("l") && self.name == DAY.name {
                values.last = true;
            } else {
                values.set |= self.part(part)?;
            }
        }
        if self.name == WEEKDAY.name {
            // 0 and 7 are Sunday; the crate counts Sunday as 1 to Saturday as 7.
            let sunday = values.set | values.set >> 7;
            values.set = (sunday & 0x7f) << 1;
        }
        Ok(values)
    }

    /// One element of a list: `*`, `5`, `1-5`, `*/15`, `8-18/2`.
    fn part(&self, part: &str) -> Result<u64, String> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.least, self.most),
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            None if step.is_some() => {
                let open = format!("{range}-{}/{}", self.most, step.unwrap_or_default());
                return Err(self.wrong(
                    part,
                    &format!("a step needs a range, such as `{open}` or `*`"),
                ));
            }
            None => (self.value(range)?, self.value(range)?),
        };
        // `fri-sun` ends with the Sunday after it.
        let last = if self.name == WEEKDAY.name && last == 0 && first > 0 {
            7
        } else {
            last
        };
        if first > last {
            return Err(self.wrong(part, "the range runs backwards"));
        }
        let step = match step.map(str::parse::<usize>) {
            None => 1,
            Some(Ok(step)) if step > 0 => step,
            Some(_) => return Err(self.wrong(part, "the step is not a number above 0")),
        };
        Ok((first..=last).step_by(step).fold(0, |set, n| set | 1 << n))
    }

    fn value(&self, text: &str) -> Result<u32, String> {
        let named = self
            .names
            .iter()
            .zip(self.least..)
            .find(|(name, _)| name.eq_ignore_ascii_case(text));
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        named
            .map(|(_, n)| n)
            .or_else(|| {
                text.parse()
                    .ok()
                    .filter(|n| digits && (self.least..=self.most).contains(n))
            })
            .ok_or_else(|| {
                let or_name = self
                    .names
                    .first()
                    .map(|name| format!(" or a name such as `{name}`"))
                    .unwrap_or_default();
                self.wrong(
                    text,
                    &format!("expected {} to {}{or_name}", self.least, self.most),
                )
            })
    }

    fn wrong(&self, part: &str, why: &str) -> String {
        format!("`{part}` is no {}: {why}", self.name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
    }

    /// The times after 2026-11-22 (a Sunday) 08:00, as `MM-DD HH:MM`.
    fn times(expression: &str, count: usize) -> Vec<String> {
        let crontab = Crontab::parse(expression).unwrap();
        let first = crontab.next_after(local("2026-11-22 08:00:00"));
        let all = std::iter::successors(first, |time| crontab.next_after(*time));
        all.take(count)
            .map(|time| time.format("%m-%d %H:%M").to_string())
            .collect()
    }

    #[test]
    fn five_fields_and_six() {
        assert_eq!(
            times("*/15 * * * *", 3),
            ["11-22 08:15", "11-22 08:30", "11-22 08:45"]
        );
        let crontab = Crontab::parse("30 0 * * * *").unwrap();
        assert_eq!(
            crontab.next_after(local("2026-11-22 08:00:00")),
            Some(local("2026-11-22 08:00:30"))
        );
        assert_eq!(
            crontab.next_after(local("2026-11-22 08:00:30")),
            Some(local("2026-11-22 09:00:30"))
        );
    }

    #[test]
    fn one_to_five_is_monday_to_friday() {
        let week = [
            "11-23 09:00",
            "11-24 09:00",
            "11-25 09:00",
            "11-26 09:00",
            "11-27 09:00",
            "11-30 09:00",
        ];
        assert_eq!(times("0 9 * * 1-5", 6), week);
        assert_eq!(times("0 9 * * MON-fri", 6), week);
    }

    #[test]
    fn zero_and_seven_are_sunday() {
        for expression in ["0 9 * * 0", "0 9 * * 7", "0 9 * * sun", "0 9 * * 0,7"] {
            assert_eq!(
                times(expression, 2),
                ["11-22 09:00", "11-29 09:00"],
                "{expression}"
            );
        }
        assert_eq!(times("0 9 * * 6", 1), ["11-28 09:00"]);
        assert_eq!(
            times("0 9 * * 5-7", 3),
            ["11-22 09:00", "11-27 09:00", "11-28 09:00"]
        );
        assert_eq!(
            times("0 9 * * fri-sun", 3),
            ["11-22 09:00", "11-27 09:00", "11-28 09:00"]
        );
    }

    #[test]
    fn day_and_weekday_together_mean_either() {
        assert_eq!(
            times("0 9 1 * 1", 4),
            ["11-23 09:00", "11-30 09:00", "12-01 09:00", "12-07 09:00"]
        );
    }

    #[test]
    fn a_field_that_starts_with_a_star_is_not_restricted() {
        // Both must hold: odd days of the month that are Mondays.
        assert_eq!(
            times("0 9 */2 * 1", 3),
            ["11-23 09:00", "12-07 09:00", "12-21 09:00"]
        );
        assert_eq!(times("0 9 1 * *", 2), ["12-01 09:00", "01-01 09:00"]);
        assert_eq!(times("0 9 * * 1", 2), ["11-23 09:00", "11-30 09:00"]);
    }

    #[test]
    fn the_last_day_of_the_month() {
        assert_eq!(
            times("0 0 L * *", 4),
            ["11-30 00:00", "12-31 00:00", "01-31 00:00", "02-28 00:00"]
        );
        assert_eq!(
            times("0 0 1,L * *", 3),
            ["11-30 00:00", "12-01 00:00", "12-31 00:00"]
        );
        assert_eq!(
            times("0 0 L * 2", 3),
            ["11-24 00:00", "11-30 00:00", "12-01 00:00"]
        );
    }

    #[test]
    fn lists_ranges_steps_and_names() {
        assert_eq!(
            times("5,10 9-11/2 * * *", 4),
            ["11-22 09:05", "11-22 09:10", "11-22 11:05", "11-22 11:10"]
        );
        assert_eq!(times("0 0 6 JAN,jun *", 2), ["01-06 00:00", "06-06 00:00"]);
        assert_eq!(times("0 0 29 2 *", 1), ["02-29 00:00"]);
    }

    #[test]
    fn names_of_whole_expressions() {
        assert_eq!(times("@hourly", 2), ["11-22 09:00", "11-22 10:00"]);
        assert_eq!(times("@daily", 1), ["11-23 00:00"]);
        assert_eq!(times("@weekly", 1), ["11-29 00:00"]);
        assert_eq!(times("@monthly", 1), ["12-01 00:00"]);
        assert_eq!(times("@yearly", 1), ["01-01 00:00"]);
    }

    #[test]
    fn what_runs_in_every_hour_is_known() {
        for (expression, expected) in [
            ("*/15 * * * *", true),
            ("0 0-23 * * *", true),
            ("0 */2 * * *", false),
            ("30 2 * * *", false),
        ] {
            assert_eq!(
                Crontab::parse(expression).unwrap().every_hour(),
                expected,
                "{expression}"
            );
        }
    }

    #[test]
    fn errors_name_the_field_and_what_is_expected() {
        let said = |text: &str| Crontab::parse(text).expect_err(text);
        assert_eq!(
            said("0 */5 * *"),
            "`0 */5 * *` has 4 fields, expected 5, or 6 with seconds first"
        );
        assert_eq!(
            said(""),
            "`` has 0 fields, expected 5, or 6 with seconds first"
        );
        assert_eq!(
            said("hourly"),
            "`hourly` has 1 field, expected 5, or 6 with seconds first"
        );
        assert_eq!(said("60 * * * *"), "`60` is no minute: expected 0 to 59");
        assert_eq!(said("0 24 * * *"), "`24` is no hour: expected 0 to 23");
        assert_eq!(
            said("0 0 0 * *"),
            "`0` is no day of month: expected 1 to 31"
        );
        assert_eq!(
            said("0 0 * 13 *"),
            "`13` is no month: expected 1 to 12 or a name such as `jan`"
        );
        assert_eq!(
            said("0 0 * * 8"),
            "`8` is no weekday: expected 0 to 7 or a name such as `sun`"
        );
        assert_eq!(
            said("0 0 * * lun"),
            "`lun` is no weekday: expected 0 to 7 or a name such as `sun`"
        );
        assert_eq!(said("60 0 0 * * *"), "`60` is no second: expected 0 to 59");
        assert_eq!(said("+5 * * * *"), "`+5` is no minute: expected 0 to 59");
        assert_eq!(said("1,,2 * * * *"), "`` is no minute: expected 0 to 59");
        assert_eq!(
            said("5/10 * * * *"),
            "`5/10` is no minute: a step needs a range, such as `5-59/10` or `*`"
        );
        assert_eq!(
            said("*/0 * * * *"),
            "`*/0` is no minute: the step is not a number above 0"
        );
        assert_eq!(
            said("30-10 * * * *"),
            "`30-10` is no minute: the range runs backwards"
        );
        assert_eq!(
            said("0 0 L L *"),
            "`L` is no month: expected 1 to 12 or a name such as `jan`"
        );
        assert_eq!(
            said("@reboot"),
            "`@reboot` is none of `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`"
        );
    }

    #[test]
    fn a_day_that_never_comes_is_an_error() {
        let error = Crontab::parse("0 0 30 2 *").unwrap_err();
        assert_eq!(
            error,
            "`0 0 30 2 *` never matches: no month of it has such a day"
        );
        assert!(
            Crontab::parse("0 0 30 2 1").is_ok(),
            "Mondays in February do come"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r"[0-9*/,\-LlA-Za-z@ ]{0,30}|\PC{0,20}") {
            let _ = Crontab::parse(&text);
        }

        #[test]
        fn the_next_time_is_later_and_the_first_that_matches(minute in 0u32..60, hour in 0u32..24, start in 0i64..4_000_000_000) {
            let crontab = Crontab::parse(&format!("{minute} {hour} * * *")).unwrap();
            let after = chrono::DateTime::from_timestamp(start, 0).unwrap().naive_utc();
            let next = crontab.next_after(after).unwrap();
            let same_day = after.date().and_hms_opt(hour, minute, 0).unwrap();
            let expected = if same_day > after { same_day } else { same_day + chrono::TimeDelta::days(1) };
            proptest::prop_assert_eq!(next, expected);
        }
    }
}
