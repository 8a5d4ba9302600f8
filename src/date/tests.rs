#![allow(clippy::unwrap_used)]

use chrono::{Datelike, TimeZone, Timelike};
use proptest::prelude::*;

use super::*;

mod languages;

const ROME: Tz = Tz::Europe__Rome;

fn languages(tags: &str) -> Vec<Language> {
    tags.split_whitespace()
        .filter_map(Language::parse)
        .collect()
}

fn shown(reading: Result<Reading, Refusal>) -> String {
    match reading {
        Ok(reading) => match reading.moment {
            Moment::Day(day) => day.to_string(),
            Moment::Local(time) => time.format("%Y-%m-%d %H:%M:%S").to_string(),
            Moment::Instant(instant) => instant.to_rfc3339(),
        },
        Err(refusal) => refusal.to_string(),
    }
}

fn with<T>(tags: &str, timezone: Tz, call: impl FnOnce(&Context) -> T) -> T {
    // A Monday.
    let now = Utc.with_ymd_and_hms(2025, 9, 15, 10, 30, 0).unwrap();
    call(&Context {
        languages: &languages(tags),
        timezone,
        now,
        format: None,
        order: None,
    })
}

fn people(tags: &str, text: &str) -> String {
    with(tags, ROME, |context| shown(read(text, context)))
}

fn machine(text: &str) -> String {
    with("it", ROME, |context| shown(read_machine(text, context)))
}

fn by_format(tags: &str, text: &str, format: &str) -> String {
    with(tags, ROME, |context| {
        shown(read_format(text, format, context))
    })
}

fn refusal(tags: &str, text: &str) -> Refusal {
    with(tags, ROME, |context| read(text, context)).unwrap_err()
}

#[test]
fn the_italian_heading_reads_on_every_weekday() {
    let headings = [
        ("LUNEDÌ 08 SETTEMBRE 2025", "2025-09-08"),
        ("MARTEDÌ 09 SETTEMBRE 2025", "2025-09-09"),
        ("MERCOLEDÌ 10 SETTEMBRE 2025", "2025-09-10"),
        ("GIOVEDÌ 11 SETTEMBRE 2025", "2025-09-11"),
        ("VENERDÌ 12 SETTEMBRE 2025", "2025-09-12"),
        ("SABATO 13 SETTEMBRE 2025", "2025-09-13"),
        ("DOMENICA 14 SETTEMBRE 2025", "2025-09-14"),
    ];
    for (text, day) in headings {
        assert_eq!(people("it", text), day);
        assert_eq!(
            people("en", text),
            day,
            "on a page that claims to be English"
        );
        assert_eq!(people("", text), day, "with no language told");
        assert_eq!(
            people("it", &text.replace('Ì', "I'")),
            day,
            "with an apostrophe for the accent"
        );
    }
}

#[test]
fn every_month_reads_in_the_main_languages() {
    let months = [
        (
            "it",
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        ),
        (
            "en",
            "January February March April May June July August September October November December",
        ),
        (
            "fr",
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        ),
        (
            "de",
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        ),
        (
            "es",
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        ),
        (
            "pt",
            "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        ),
    ];
    for (tag, names) in months {
        for (name, month) in names.split(' ').zip(1..) {
            let want = format!("2024-{month:02}-07");
            assert_eq!(people(tag, &format!("7 {name} 2024")), want);
            assert_eq!(
                people(tag, &format!("7. {} 2024", name.to_uppercase())),
                want
            );
            assert_eq!(people(tag, &format!("{name} 7, 2024")), want);
            assert_eq!(
                people("", &format!("7 {name} 2024")),
                want,
                "{tag} not told"
            );
        }
    }
}

#[test]
fn the_forms_of_many_languages_read() {
    let forms = [
        ("en", "Friday 20th of July, 2012", "2012-07-20"),
        ("en", "Sept. 9, 2025", "2025-09-09"),
        (
            "es",
            "Publicado el 10 de marzo de 2016 por Ana Pérez",
            "2016-03-10",
        ),
        ("it", "13 settembre 2025 | Comunicati", "2025-09-13"),
        ("it", "Giugno 19, 2023", "2023-06-19"),
        ("it", "aprile 25, 2016 - 5:47 pm", "2016-04-25 17:47:00"),
        ("it", "l'11 marzo 2024", "2024-03-11"),
        ("it", "18 Mar 26", "2026-03-18"),
        ("en", "Wednesday, 18 March 26, Press office", "2026-03-18"),
        ("it", "Lunedì 1° settembre 2025", "2025-09-01"),
        ("it", "1º settembre 2025", "2025-09-01"),
        ("fr", "1er septembre 2025", "2025-09-01"),
        ("th", "วันที่ 9 กันยายน พ.ศ. 2568", "2025-09-09"),
        ("it", "9 set '25", "2025-09-09"),
        ("pt", "terça-feira, 9 de setembro de 2025", "2025-09-09"),
        ("ca", "18 d’octubre del 2019", "2019-10-18"),
        ("ru", "вторник, 9 сентября 2025 г.", "2025-09-09"),
        ("uk", "п’ятниця, 12 вересня 2025 р.", "2025-09-12"),
        ("hu", "2025. szeptember 9., kedd", "2025-09-09"),
        ("lv", "otrdiena, 2025. gada 9. septembris", "2025-09-09"),
        ("lt", "2025 m. kovo 25 d.", "2025-03-25"),
        ("lt", "2025 m. rugsėjo 9 d.", "2025-09-09"),
        ("eu", "2025(e)ko irailaren 9(a), asteartea", "2025-09-09"),
        ("sk", "9. októbra 2025", "2025-10-09"),
        ("el", "Τρίτη 9 Σεπτεμβρίου 2025", "2025-09-09"),
        ("tr", "9 EYLÜL 2025 Salı", "2025-09-09"),
        ("ja", "2018年3月13日 14:00", "2018-03-13 14:00:00"),
        ("ja", "令和7年9月9日(火)", "2025-09-09"),
        ("ja", "２０２５年９月９日", "2025-09-09"),
        ("zh", "2025年9月9日晚8:00", "2025-09-09 20:00:00"),
        ("zh", "2025年9月9日星期二", "2025-09-09"),
        (
            "ko",
            "2025년 9월 9일 화요일 오후 3:05",
            "2025-09-09 15:05:00",
        ),
        ("vi", "Thứ ba, ngày 9 tháng 9 năm 2025", "2025-09-09"),
        ("th", "9 กันยายน 2568", "2025-09-09"),
        ("th", "๙ ก.ย. ๒๕๖๘", "2025-09-09"),
        ("ar", "الثلاثاء ٩ سبتمبر ٢٠٢٥", "2025-09-09"),
        ("hi", "९ सितंबर २०२५", "2025-09-09"),
        ("he", "9 בספטמבר 2025", "2025-09-09"),
    ];
    for (tag, text, want) in forms {
        assert_eq!(people(tag, text), want, "{text}");
    }
}

#[test]
fn the_weekday_is_a_checksum() {
    let wrong = refusal("it", "LUNEDÌ 09 SETTEMBRE 2025");
    let date = NaiveDate::from_ymd_opt(2025, 9, 9).unwrap();
    assert_eq!(
        wrong,
        Refusal::WrongWeekday {
            date,
            printed: "lunedi".into()
        }
    );
    for (tag, text) in [
        ("en", "Monday, 9 September 2025"),
        ("de", "Mo., 09.09.2025"),
        ("hu", "2025. szeptember 9., szerda"),
    ] {
        assert!(
            matches!(refusal(tag, text), Refusal::WrongWeekday { .. }),
            "{text}"
        );
    }
    assert_eq!(
        people("it", "Mar, 09/09/2025"),
        "2025-09-09",
        "martedì, not March"
    );
    assert_eq!(people("it", "mar 9 set 2025"), "2025-09-09");
    assert_eq!(
        people("", "Tuesday 09/06/2026"),
        "2026-06-09",
        "it also decides between day and month"
    );
}

#[test]
fn numbers_are_read_in_the_order_of_the_language_or_place() {
    assert_eq!(people("it", "05/09/2025"), "2025-09-05");
    assert_eq!(people("it", "05/09/25"), "2025-09-05");
    assert_eq!(people("de", "5.9.2025"), "2025-09-05");
    assert_eq!(people("en", "13/05/2025"), "2025-05-13");
    assert_eq!(people("en", "05/13/2025"), "2025-05-13");
    assert_eq!(people("ja", "2025/9/5"), "2025-09-05");
    let english = |timezone| with("en", timezone, |context| shown(read("05/09/2025", context)));
    assert_eq!(english(Tz::America__New_York), "2025-05-09");
    assert_eq!(english(Tz::UTC), "2025-05-09");
    assert_eq!(english(Tz::Europe__London), "2025-09-05");
    assert!(
        matches!(refusal("en", "05/09/2025"), Refusal::Ambiguous(_)),
        "English from Rome"
    );
    assert_eq!(
        people("en it", "05/09/2025"),
        "2025-09-05",
        "English of an Italian source"
    );
    assert!(matches!(refusal("", "05/09/2025"), Refusal::Ambiguous(_)));
    assert_eq!(people("", "09/09/2025"), "2025-09-09");
}

#[test]
fn an_order_that_decides_is_told() {
    let order = |text| {
        with("it", ROME, |context| read(text, context))
            .unwrap()
            .order
    };
    assert_eq!(order("05/09/2025"), Some(Order::Dmy));
    assert_eq!(order("05/09/25 18:05"), Some(Order::Dmy));
    for text in [
        "venerdì 05/09/2025",
        "05.09.2025",
        "09/09/2025",
        "25/09/2025",
        "2025/05/09",
        "5 settembre 2025",
        "05/09/2025 (5 settembre 2025)",
    ] {
        assert_eq!(order(text), None, "{text}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    let none = [
        "",
        "Maggio 2023",
        "Numero 18 di maggio 2023",
        "n. 5 Maggio 2023",
        "18 marzo 10",
        "18 marzo 26 posti liberi",
        "2025",
        "18:00",
        "192.168.1.2025",
        "1.2.3.2024",
        "v. 1.10.14",
        "Delibera 1234/2025",
        "tel. 06/555/1234",
        "Comunicati",
        "2013-xx-27",
        "03-12-31",
        "5 euro, maggio 2023",
        "alle 18.30, maggio 2023",
        "i 10 lab 2025",
        "version 1.5.2025",
        "5G",
        "5 g",
        "9月9日",
        "9일",
    ];
    for text in none {
        let reading = with("it", ROME, |context| read(text, context));
        assert!(
            matches!(reading, Err(Refusal::NoDate | Refusal::NoYear)),
            "{text}: {reading:?}"
        );
    }
    assert_eq!(refusal("it", "9 settembre"), Refusal::NoYear);
}

#[test]
fn words_that_begin_like_months_are_none() {
    let words = [
        "5 marcas 2025",
        "9 Martini 2025",
        "3 mains 2025",
        "4 maiden 2025",
        "2 decent 2025",
    ];
    for tags in ["", "es", "en", "it fr"] {
        for text in words {
            // In an unknown language it could be Polish.
            if tags.is_empty() && text.contains("marca") {
                continue;
            }
            let reading = with(tags, ROME, |context| read(text, context));
            assert!(reading.is_err(), "{tags}: {text}: {reading:?}");
        }
    }
}

#[test]
fn what_is_impossible_is_refused() {
    let texts = [
        "31 febbraio 2025",
        "31/02/2025",
        "2025-13-05",
        "99 giugno 2009",
        "9 settembre 2025 ore 25:00",
        "9 settembre 2025 18:75",
        "16 Dec 2012 11:47:32 +00:zz",
        "16 Dec 2012 11:47:32 +zz:00",
        "2013-01-28T09:00:00+00:xx",
    ];
    for text in texts {
        assert!(
            matches!(refusal("it", text), Refusal::Impossible(_)),
            "{text}"
        );
        assert!(
            with("it", ROME, |context| read_machine(text, context)).is_err(),
            "{text}"
        );
    }
}

#[test]
fn of_several_dates_the_published_one_is_taken_or_none() {
    let refused = [
        ("en", "from 3 to 5 May 2025"),
        ("en", "3-5 May 2025"),
        ("it", "dal 30 aprile al 5 maggio 2025"),
        ("de", "3. bis 5. Mai 2025"),
        ("en", "May 3-5, 2025"),
        ("it", "01/05/2025 - 03/05/2025"),
        ("it", "3 maggio 2025, 5 maggio 2025"),
    ];
    for (tag, text) in refused {
        let reading = with(tag, ROME, |context| read(text, context));
        assert!(reading.is_err(), "{text}: {reading:?}");
    }
    assert_eq!(
        people(
            "it",
            "Pubblicato il 3 maggio 2025, evento del 5 maggio 2025"
        ),
        "2025-05-03"
    );
    assert_eq!(
        people("it", "3 maggio 2025 (aggiornato il 5 maggio 2025)"),
        "2025-05-03"
    );
    assert_eq!(
        people("en", "Updated: 5 May 2025"),
        "2025-05-05",
        "a lone date counts, whatever is said of it"
    );
    assert_eq!(
        people("it", "3 maggio 2025 - sabato 3 maggio 2025 ore 10:00"),
        "2025-05-03 10:00:00",
        "one day said twice"
    );
}

#[test]
fn times_of_day_read_as_they_are_written() {
    let times = [
        ("it", "9 settembre 2025, 18:00", "18:00:00"),
        ("it", "9 settembre 2025 - 18.30", "18:30:00"),
        ("it", "9 settembre 2025 alle ore 18", "18:00:00"),
        ("it", "9 settembre 2025 alle ore 18.05", "18:05:00"),
        ("it", "ore 14:30 del 9 settembre 2025", "14:30:00"),
        ("it", "9 settembre 2025 ore 18,30", "18:30:00"),
        ("it", "9 settembre 2025 h. 18", "18:00:00"),
        ("fr", "9 septembre 2025 à 14h40", "14:40:00"),
        ("fr", "le 9 septembre 2025 à 14 h", "14:00:00"),
        ("de", "9. September 2025 um 18:00 Uhr", "18:00:00"),
        ("de", "9. September 2025, 18 Uhr", "18:00:00"),
        ("en", "September 9, 2025 6:05 pm", "18:05:00"),
        ("en", "September 9, 2025 at 5 p.m.", "17:00:00"),
        ("en", "September 9, 2025 12:10 AM", "00:10:00"),
        ("en", "September 9, 2025 at noon", "12:00:00"),
        ("fi", "9.9.2025 klo 16.45", "16:45:00"),
        ("ja", "2025年9月9日 21時40分", "21:40:00"),
    ];
    for (tag, text, time) in times {
        assert_eq!(people(tag, text), format!("2025-09-09 {time}"), "{text}");
    }
    assert_eq!(
        people("it", "9 settembre 2025 24:00"),
        "2025-09-10 00:00:00"
    );
    assert_eq!(
        people("it", "9 settembre 2025 - 12.50 euro"),
        "2025-09-09",
        "a price"
    );
    assert_eq!(
        people("it", "9 settembre 2025, Sala 18"),
        "2025-09-09",
        "a room"
    );
}

#[test]
fn printed_zones_make_instants() {
    assert_eq!(
        people("de", "9. September 2025, 18:00 MESZ"),
        "2025-09-09T18:00:00+02:00"
    );
    assert_eq!(
        people("en", "2025-09-09 18:00 UTC"),
        "2025-09-09T18:00:00+00:00"
    );
    assert_eq!(
        people("en", "Sep 9, 2025 6:05 pm ET"),
        "2025-09-09T18:05:00-04:00"
    );
    assert_eq!(
        people("en", "2025-09-09T18:00:00.250-05:30"),
        "2025-09-09T18:00:00-05:30"
    );
    assert_eq!(
        people("it", "9 settembre 2025, 18:00-20:00"),
        "2025-09-09 18:00:00",
        "a range of hours, no zone"
    );
    assert_eq!(
        people("en", "9 September 2025 18:00 IST"),
        "2025-09-09 18:00:00",
        "three places say IST"
    );
    assert_eq!(
        people("", "9 September 2025 18:00 IST"),
        "2025-09-09 18:00:00"
    );
    assert_eq!(
        people("en", "9 September 2025, 18:00 UTC +9"),
        "2025-09-09T18:00:00+09:00"
    );
    assert_eq!(
        people("en", "18:00 UTC on 9 September 2025"),
        "2025-09-09T18:00:00+00:00"
    );
    assert_eq!(
        people("it", "9 settembre 2025, 18:00 ora italiana"),
        "2025-09-09T18:00:00+02:00"
    );
}

#[test]
fn machine_forms_read() {
    let forms = [
        (
            "Tue, 09 Sep 2025 10:00:00 +0200",
            "2025-09-09T10:00:00+02:00",
        ),
        ("Tue, 9 Sep 25 10:00 GMT", "2025-09-09T10:00:00+00:00"),
        (
            "Tue, 09 Sep 2025 10:00:00 CEST",
            "2025-09-09T10:00:00+02:00",
        ),
        (
            "Tuesday, 09-Sep-25 10:00:00 GMT",
            "2025-09-09T10:00:00+00:00",
        ),
        ("09 Sep 2025 10:00:00", "2025-09-09 10:00:00"),
        (
            "mar, 09 set 2025 10:00:00 +0200",
            "2025-09-09T10:00:00+02:00",
        ),
        ("Tue Sep  9 10:00:00 2025", "2025-09-09 10:00:00"),
        ("Tue Sep  9 10:00:00 UTC 2025", "2025-09-09T10:00:00+00:00"),
        (
            "Tue Sep 09 2025 10:00:00 GMT+0200 (Central European Summer Time)",
            "2025-09-09T10:00:00+02:00",
        ),
        ("Tue, 09 Sep 2025", "2025-09-09"),
        ("Sep 9, 2025 6:05 PM", "2025-09-09 18:05:00"),
        ("Tue, 09 Sep 2025 10:00:00 +9900", "2025-09-09 10:00:00"),
        ("2025-09-09T10:00:00Z", "2025-09-09T10:00:00+00:00"),
        (
            "2025-09-09T10:00:00.123456+02:00",
            "2025-09-09T10:00:00+02:00",
        ),
        ("2025-09-09t10:00+0200", "2025-09-09T10:00:00+02:00"),
        ("2025-09-09T10:00:00", "2025-09-09 10:00:00"),
        ("2025-09-09 10:00:00", "2025-09-09 10:00:00"),
        ("2025-09-09T24:00:00", "2025-09-10 00:00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"),
        ("20250909", "2025-09-09"),
        ("20250909T100000Z", "2025-09-09T10:00:00+00:00"),
        ("2025-252", "2025-09-09"),
        ("2025-W37-2", "2025-09-09"),
        ("2025W372", "2025-09-09"),
        ("2003-12", "2003-12-01"),
        ("03-12-31", "2003-12-31"),
        ("1757404800", "2025-09-09T10:00:00+02:00"),
        ("1757404800000", "2025-09-09T10:00:00+02:00"),
        ("9 settembre 2025", "2025-09-09"),
    ];
    for (text, want) in forms {
        assert_eq!(machine(text), want, "{text}");
    }
    for text in [
        "",
        "013",
        "22013",
        "2013-xx-27",
        "Sun, 99 Jun 2009 12:00:00 GMT",
        "Sun, Dec x 2012 11:47:32 GMT",
        "2025-02-30",
        "2025-W60-1",
    ] {
        assert!(
            with("en", ROME, |context| read_machine(text, context)).is_err(),
            "{text}"
        );
    }
}

#[test]
fn what_a_machine_got_wrong_is_a_warning() {
    let warning = |text| {
        with("en", ROME, |context| read_machine(text, context))
            .unwrap()
            .warning
    };
    assert!(
        warning("Mon, 09 Sep 2025 10:00:00 +0200")
            .unwrap()
            .contains("Tuesday")
    );
    assert!(
        warning("Tue, 09 Sep 2025 10:00:00 +9900")
            .unwrap()
            .contains("+9900")
    );
    assert!(warning("2003-12").unwrap().contains("month"));
    assert_eq!(warning("Tue, 09 Sep 2025 10:00:00 +0200"), None);
}

#[test]
fn ages_and_near_days_count_from_now() {
    let ages = [
        ("it", "2 ore fa", "2025-09-15T10:30:00+02:00"),
        ("it", "un'ora fa", "2025-09-15T11:30:00+02:00"),
        ("it", "ieri", "2025-09-14"),
        ("it", "Ieri, alle 18:00", "2025-09-14 18:00:00"),
        ("it", "oggi", "2025-09-15"),
        ("it", "3 settimane fa", "2025-08-25"),
        ("it", "Pubblicato 3 giorni fa", "2025-09-12"),
        ("en", "3 days ago", "2025-09-12"),
        (
            "en",
            "Posted 5 minutes ago by Ann",
            "2025-09-15T12:25:00+02:00",
        ),
        ("en", "yesterday at 6 pm", "2025-09-14 18:00:00"),
        ("de", "vor 2 Tagen", "2025-09-13"),
        ("de", "heute, 18:00 Uhr", "2025-09-15 18:00:00"),
        ("de", "gestern", "2025-09-14"),
        ("es", "hace 3 días", "2025-09-12"),
        ("es", "anteayer", "2025-09-13"),
        ("fr", "il y a 2 h", "2025-09-15T10:30:00+02:00"),
        ("fr", "Aujourd’hui", "2025-09-15"),
        ("fr", "avant-hier", "2025-09-13"),
        ("pt", "há 1 mês", "2025-08-15"),
        ("pt", "ontem às 18h30", "2025-09-14 18:30:00"),
        ("", "2時間前", "2025-09-15T10:30:00+02:00"),
        ("", "вчера", "2025-09-14"),
    ];
    for (tag, text, want) in ages {
        assert_eq!(people(tag, text), want, "{text}");
    }
    for text in [
        "5 min",
        "5 min read",
        "5 m 30 s",
        "oggi soltanto",
        "Il tempo di ieri a Roma",
        "2013 anni",
        "99999999 anni fa",
        "ore 2 fa caldo",
    ] {
        assert!(
            with("it", ROME, |context| read(text, context)).is_err(),
            "{text}"
        );
    }
}

#[test]
fn formats_read_what_the_readers_refuse() {
    assert_eq!(
        by_format("en", "05/09/2025 18:30", "%d/%m/%Y %H:%M"),
        "2025-09-05 18:30:00"
    );
    assert_eq!(
        by_format("it", "Martedì, 9 Sett. 2025", "%A, %d %b %Y"),
        "2025-09-09"
    );
    assert_eq!(
        by_format("it", "09.09.25 h 6:05 PM", "%d.%m.%y h %I:%M %p"),
        "2025-09-09 18:05:00"
    );
    assert_eq!(
        by_format("en", "2025-09-09T10:00:00+0200", "%FT%T%z"),
        "2025-09-09T10:00:00+02:00"
    );
    assert_eq!(
        by_format("it", "1757404800", "%s"),
        "2025-09-09T10:00:00+02:00"
    );
    assert_eq!(
        by_format("pl", "9 września 2025", "%-d %B %Y"),
        "2025-09-09"
    );
    for (text, format) in [
        ("2025-09-09 x", "%F"),
        ("31/02/2025", "%d/%m/%Y"),
        ("Monday 9 September 2025", "%A %d %B %Y"),
        ("9", "%d/%m/%Y"),
    ] {
        assert!(
            with("en", ROME, |context| read_format(text, format, context)).is_err(),
            "{text}"
        );
    }
}

#[test]
fn formats_are_checked_when_they_are_written() {
    for format in [
        "%d/%m/%Y",
        "%s",
        "%FT%T%z",
        "%A %-d %B %Y, %I:%M %p",
        "%Y-%j",
    ] {
        assert_eq!(check_format(format), Ok(()), "{format}");
    }
    for (format, complaint) in [
        ("%d/%m", "year"),
        ("%Y", "month"),
        ("%m/%Y", "day"),
        ("%Q", "%Q"),
        ("%d/%m/%Y %", "lone"),
        ("%F %I:%M", "%p"),
    ] {
        assert!(
            check_format(format).unwrap_err().contains(complaint),
            "{format}"
        );
    }
}

#[test]
fn readings_resolve_in_the_zone_of_the_source() {
    let at = |text, ignore| {
        with("en", ROME, |context| read_machine(text, context))
            .unwrap()
            .resolve(ROME, ignore)
            .to_rfc3339()
    };
    assert_eq!(at("2025-01-09", false), "2025-01-09T12:00:00+01:00");
    assert_eq!(
        at("2025-09-09 10:00:00", false),
        "2025-09-09T10:00:00+02:00"
    );
    assert_eq!(
        at("2025-09-09T10:00:00Z", false),
        "2025-09-09T12:00:00+02:00"
    );
    assert_eq!(
        at("2025-09-09T10:00:00Z", true),
        "2025-09-09T10:00:00+02:00"
    );
    assert_eq!(
        at("1757404800", true),
        at("1757404800", false),
        "Unix time has no zone to ignore"
    );
    assert_eq!(
        at("2025-03-30 02:30:00", false),
        "2025-03-30T03:30:00+02:00",
        "an hour that is skipped"
    );
    assert_eq!(
        at("2025-10-26 02:30:00", false),
        "2025-10-26T02:30:00+02:00",
        "an hour that comes twice"
    );
}

#[test]
fn precision_is_what_was_told() {
    let precision = |text| {
        with("en", ROME, |context| read(text, context))
            .unwrap()
            .precision
    };
    assert_eq!(precision("9 September 2025"), Precision::Day);
    assert_eq!(precision("9 September 2025 18:00"), Precision::Minute);
    assert_eq!(precision("9 September 2025 18:00:05"), Precision::Second);
}

#[test]
fn only_the_beginning_of_a_long_text_is_read() {
    let text = format!("{}9 settembre 2025", "parola ".repeat(60));
    assert_eq!(refusal("it", &text), Refusal::NoDate);
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC{0,60}", format in "[%a-zA-Z/ .-]{0,12}") {
        with("it en", ROME, |context| {
            let _ = read(&text, context);
            let _ = read_machine(&text, context);
            let _ = read_format(&text, &format, context);
        });
        let _ = check_format(&format);
    }

    #[test]
    fn nothing_that_resembles_a_date_panics(text in "([0-9]{1,10}|mar|set|[a-z]{1,4}|[ :/.,T+-]|年|月|日|ago|fa|ieri){0,14}") {
        with("it", ROME, |context| {
            for reading in [read(&text, context), read_machine(&text, context)].into_iter().flatten() {
                let _ = reading.resolve(Tz::Pacific__Apia, true);
            }
        });
    }

    #[test]
    fn every_day_reads_back(day in 0i64..60_000, hour in 0u32..24, minute in 0u32..60) {
        let date = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::TimeDelta::days(day);
        let time = date.and_hms_opt(hour, minute, 0).unwrap();
        let want = Moment::Local(time);
        let names = ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"];
        let italian = format!("{} {} {} {:02}:{:02}", date.day(), names[date.month0() as usize], date.year(), time.hour(), time.minute());
        with("it", ROME, |context| {
            for text in [italian, time.format("%d/%m/%Y %H.%M").to_string(), time.format("%A %-d %B %Y, %-I:%M %p").to_string()] {
                assert_eq!(read(&text, context).unwrap().moment, want, "{text}");
            }
            for text in [time.format("%a, %d %b %Y %H:%M"), time.format("%Y-%m-%dT%H:%M")] {
                assert_eq!(read_machine(&text.to_string(), context).unwrap().moment, want, "{text}");
            }
        });
    }
}
