#![allow(clippy::unwrap_used, clippy::panic)]

mod lives;

use chrono::TimeZone;
use chrono_tz::Europe::Rome;
use url::Url;

use super::*;
use crate::language::Language;
use crate::model::{Dated, Place, Precision, SourceId};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 16, 9, 0, 0).unwrap()
}

/// The item with this number, dated so many days ago.
pub(super) fn item(number: u32, ago: i64) -> Item {
    Item {
        source: SourceId("regione".into()),
        position: 0,
        guid: None,
        url: Url::parse(&format!("https://regione.example/notizie/{number}")).ok(),
        title: format!("Notizia numero {number}"),
        published: Some(Dated {
            at: (now() - TimeDelta::days(ago)).with_timezone(&Rome),
            precision: Precision::Day,
            place: Place::Item,
            text: String::new(),
        }),
        updated: None,
        summary: format!("Di che parla la {number}"),
        html: String::new(),
        image: None,
        authors: Vec::new(),
        categories: Vec::new(),
        enclosures: Vec::new(),
        language: Language::parse("it").unwrap(),
        rights: None,
        alternates: Vec::new(),
        sighted: None,
    }
}

/// Items of these numbers: the newest, of the day of number 100, is of today, and each is a day older than the next.
fn list(numbers: impl IntoIterator<Item = u32>) -> Vec<Item> {
    let each = numbers.into_iter();
    each.map(|number| item(number, 100 - i64::from(number)))
        .collect()
}

fn undated(items: Vec<Item>) -> Vec<Item> {
    let bare = items.into_iter().map(|item| Item {
        published: None,
        ..item
    });
    bare.collect()
}

/// A source that listed `before` an hour ago, and what is listed now.
struct Case {
    kind: Kind,
    before: Vec<Item>,
    partial: bool,
    since: TimeDelta,
    expected: f64,
    doubted: Option<Doubted>,
}

impl Case {
    fn of(kind: Kind, before: Vec<Item>) -> Self {
        Self {
            kind,
            before,
            partial: false,
            since: TimeDelta::hours(1),
            expected: 0.05,
            doubted: None,
        }
    }

    fn verdict(&self, items: &[Item], now: DateTime<Utc>) -> Verdict {
        let known: Vec<Option<Familiar>> = items
            .iter()
            .map(|item| {
                let same = self.before.iter().find(|known| known.url == item.url)?;
                let published = same.published.as_ref();
                Some(Familiar {
                    day: published.map(|dated| dated.at.date_naive()),
                    renamed: same.title != item.title,
                })
            })
            .collect();
        let marks: Vec<String> = items.iter().map(|item| format!("{:?}", item.url)).collect();
        let answer = Answer {
            kind: self.kind,
            partial: self.partial,
            mended: false,
            picture: Picture::of(items, now),
            items,
            known: &known,
            marks: &marks,
            now,
        };
        let remembered = Remembered {
            usual: Some(Picture::of(&self.before, now)).filter(|usual| usual.items > 0),
            since: Some(now - self.since),
            expected: self.expected,
            dated: None,
            doubted: self.doubted.clone(),
            misgiving: None,
        };
        judge(&answer, &remembered)
    }

    /// The reason of the doubt, if there is one.
    fn doubt(&self, items: &[Item]) -> Option<String> {
        match self.verdict(items, now()) {
            Verdict::Taken(_) => None,
            Verdict::Doubted(doubted) => Some(doubted.reason),
        }
    }
}

const BOTH: [Kind; 2] = [Kind::Feed, Kind::Listing];

#[test]
fn no_news_and_new_news_are_sound() {
    for kind in BOTH {
        let case = Case::of(kind, list(90..100));
        assert_eq!(case.doubt(&list(90..100)), None);
        assert_eq!(case.doubt(&list(91..=100)), None);
        assert_eq!(
            case.doubt(&list(99..=100)),
            None,
            "it had news when it was cut"
        );
    }
}

#[test]
fn a_first_answer_and_one_after_new_rules_are_taken_as_they_are() {
    for kind in BOTH {
        let case = Case::of(kind, Vec::new());
        let same = |item| Item {
            title: "Leggi tutto".into(),
            ..item
        };
        let all: Vec<Item> = list(90..100).into_iter().map(same).collect();
        assert_eq!(case.doubt(&all), None);
    }
}

#[test]
fn a_window_that_was_turned_over_in_a_pause_is_news() {
    for kind in BOTH {
        let mut case = Case::of(kind, list(60..70));
        case.since = TimeDelta::days(30);
        case.expected = 30.0;
        assert_eq!(case.doubt(&list(91..=100)), None);
        assert_eq!(case.doubt(&undated(list(91..=100))), None.or(lost(kind)));
    }
    // Without dates from the start.
    let mut case = Case::of(Kind::Listing, undated(list(60..70)));
    case.expected = 30.0;
    assert_eq!(case.doubt(&undated(list(91..=100))), None);
}

/// What a listing whose dates are gone is doubted for.
fn lost(kind: Kind) -> Option<String> {
    let text = "0 of 10 items have a date, and 10 of 10 had one before";
    (kind == Kind::Listing).then(|| text.to_owned())
}

#[test]
fn a_busy_hour_of_a_feed_is_news_whatever_it_lists() {
    let case = Case::of(Kind::Feed, list(60..70));
    let busy: Vec<Item> = (200..210).map(|number| item(number, 0)).collect();
    assert_eq!(case.doubt(&busy), None);
    assert_eq!(case.doubt(&undated(busy)), None);
}

#[test]
fn another_list_in_its_place_is_not() {
    for kind in BOTH {
        let case = Case::of(kind, list(90..100));
        let other = list(10..22);
        assert_eq!(
            case.doubt(&other).as_deref(),
            Some("none of its 12 items is known, and so many can't be new")
        );
    }
    let case = Case::of(Kind::Listing, undated(list(90..100)));
    assert!(case.doubt(&undated(list(200..212))).is_some());
    // All dated by the header of the page.
    let today: Vec<Item> = (200..212).map(|number| item(number, 0)).collect();
    assert!(
        Case::of(Kind::Listing, list(90..100))
            .doubt(&today)
            .is_some()
    );
}

#[test]
fn a_small_list_is_judged_as_well() {
    let case = Case::of(Kind::Listing, list(97..100));
    assert_eq!(case.doubt(&list(98..=100)), None);
    assert_eq!(case.doubt(&list(100..=100)), None);
    assert!(case.doubt(&list(3..6)).is_some());
    let case = Case::of(Kind::Listing, undated(list(97..100)));
    assert!(case.doubt(&undated(list(203..206))).is_some());
    // Of one or two items nothing is known.
    let case = Case::of(Kind::Listing, list(99..100));
    assert_eq!(case.doubt(&list(3..4)), None);
}

fn told(title: &str, summary: &str) -> Item {
    Item {
        title: title.to_owned(),
        summary: summary.to_owned(),
        ..item(500, 0)
    }
}

#[test]
fn an_error_in_the_form_of_news_is_none() {
    let reports = [
        ("Bridge returned error 403! (20788)", ""),
        (
            "Error 500",
            "Internal server error: database connection failed",
        ),
        ("Access denied", "Your IP has been blocked"),
        ("404 Not Found", ""),
        ("Servizio non disponibile", ""),
        ("Accesso negato", ""),
        ("Page introuvable", ""),
        ("Feed", "HTTP request failed: 403 Forbidden"),
    ];
    let case = Case::of(Kind::Feed, list(90..100));
    for (title, text) in reports {
        let report = told(title, text);
        assert!(
            case.doubt(std::slice::from_ref(&report)).is_some(),
            "{title}"
        );
        // Among other news it is news, and where there was as little before, nothing can be told.
        let mut all = list(98..101);
        all.insert(0, report.clone());
        assert_eq!(case.doubt(&all), None, "{title}");
        let few = Case::of(Kind::Feed, list(99..100));
        assert_eq!(few.doubt(&[report]), None, "{title}");
    }
    let news = [
        (
            "Errore 404: il film apre la rassegna del cinema di Ardesia",
            "Da venerdì in sala.",
        ),
        ("Chiude la statale 404", "Lavori fino a maggio."),
        ("Premiati 500 studenti", "Il codice della borsa è 12."),
        ("Access to the archive was denied for forty years", ""),
    ];
    for (title, text) in news {
        assert_eq!(case.doubt(&[told(title, text)]), None, "{title}");
    }
}

#[test]
fn a_report_of_an_error_is_never_believed_however_long_it_stays() {
    let mut case = Case::of(Kind::Feed, list(90..100));
    let report = [told("Bridge returned error 403! (20788)", "")];
    assert_eq!(polls(&mut case, &report, 5, 24), [None; 5]);
}

#[test]
fn titles_that_become_all_the_same_are_no_titles() {
    for kind in BOTH {
        let case = Case::of(kind, list(90..100));
        let mut all = list(90..=100);
        for item in &mut all {
            item.title = "Accesso negato".into();
        }
        assert!(case.doubt(&all).unwrap().contains("same title"));
        // They always were.
        assert_eq!(Case::of(kind, all.clone()).doubt(&all), None);
    }
    // Most of them; a feed may have a series.
    let mut most = list(90..100);
    for item in &mut most[..7] {
        item.title = "Bollettino".into();
    }
    assert!(
        Case::of(Kind::Listing, list(90..100))
            .doubt(&most)
            .is_some()
    );
    assert_eq!(Case::of(Kind::Feed, list(90..100)).doubt(&most), None);
}

#[test]
fn bulletins_may_be_most_of_a_list_for_once() {
    let mut all = list(90..=100);
    for item in &mut all[..7] {
        item.title = "Bollettino".into();
    }
    let mut before = all[..5].to_vec();
    before.extend(list(80..90));
    assert_eq!(Case::of(Kind::Listing, before).doubt(&all), None);
}

#[test]
fn news_without_a_date_is_no_loss_where_what_is_known_keeps_its_own() {
    let case = Case::of(Kind::Listing, list(90..96));
    let mut all = undated(list(96..=100));
    all.extend(list(95..96));
    assert_eq!(case.doubt(&all), None);
    all[5].published = None;
    assert!(case.doubt(&all).is_some());
}

#[test]
fn a_listing_that_loses_a_field_has_another_layout() {
    let case = Case::of(Kind::Listing, list(90..100));
    let all = list(91..=100);
    assert_eq!(case.doubt(&undated(all.clone())), lost(Kind::Listing));
    let without = |strip: fn(&mut Item)| {
        let mut all = all.clone();
        all.iter_mut().for_each(strip);
        all
    };
    let linkless = without(|item| item.url = None);
    assert!(case.doubt(&linkless).unwrap().contains("a link"));
    let mute = without(|item| item.summary.clear());
    assert!(case.doubt(&mute).unwrap().contains("a teaser"));
    let mut some = all;
    some[3].summary.clear();
    some[5].published = None;
    assert_eq!(case.doubt(&some), None);
}

#[test]
fn a_feed_may_lose_dates_and_teasers_but_not_all_its_links() {
    let case = Case::of(Kind::Feed, list(90..100));
    let mut all = undated(list(91..=100));
    for item in &mut all {
        item.summary.clear();
    }
    assert_eq!(case.doubt(&all), None);
    for item in &mut all {
        item.url = None;
    }
    assert!(case.doubt(&all).is_some());
}

#[test]
fn dates_that_are_all_in_the_future_are_none_unless_they_always_were() {
    for kind in BOTH {
        let ahead: Vec<Item> = (90..100).map(|number| item(number, -40)).collect();
        let case = Case::of(kind, list(90..100));
        assert!(case.doubt(&ahead).unwrap().contains("future"));
        assert_eq!(Case::of(kind, ahead.clone()).doubt(&ahead), None);
    }
}

#[test]
fn one_date_for_all_is_wrong_where_the_known_items_had_others() {
    let case = Case::of(Kind::Listing, list(90..100));
    let today: Vec<Item> = (91..=100).map(|number| item(number, 0)).collect();
    assert!(case.doubt(&today).unwrap().contains("same date"));
    assert_eq!(Case::of(Kind::Feed, list(90..100)).doubt(&today), None);
    // A busy day: the items that are left of it had that date before.
    let mut busy = list(92..100);
    busy.extend((200..204).map(|number| item(number, 0)));
    let case = Case::of(Kind::Listing, busy.clone());
    let rest: Vec<Item> = (200..212).map(|number| item(number, 0)).collect();
    assert_eq!(case.doubt(&rest), None);
}

#[test]
fn a_listing_of_which_little_is_left_is_doubted_unless_what_is_left_is_new() {
    let case = Case::of(Kind::Listing, list(80..100));
    assert!(
        case.doubt(&list(98..100))
            .unwrap()
            .contains("lists 2 items")
    );
    // A new year begins.
    assert_eq!(case.doubt(&list(100..=100)), None);
    assert_eq!(case.doubt(&list(90..100)), None);
    assert_eq!(
        Case::of(Kind::Feed, list(80..100)).doubt(&list(98..100)),
        None
    );
}

#[test]
fn what_was_cut_short_is_not_missed() {
    let mut case = Case::of(Kind::Listing, list(80..100));
    case.partial = true;
    assert_eq!(case.doubt(&list(98..100)), None);
    assert_eq!(case.doubt(&undated(list(200..202))), None);
}

#[test]
fn an_article_and_an_empty_list_are_judged_elsewhere() {
    let case = Case::of(Kind::Article, list(90..100));
    assert_eq!(case.doubt(&list(3..4)), None);
    for kind in BOTH {
        assert_eq!(Case::of(kind, list(90..100)).doubt(&[]), None);
    }
}

/// What the polls of `items` come to, one every so many hours.
fn polls(case: &mut Case, items: &[Item], count: i64, hours: i64) -> Vec<Option<Trust>> {
    (0..count)
        .map(|poll| {
            let at = now() + TimeDelta::hours(poll * hours);
            case.since = TimeDelta::hours(1 + poll * hours);
            match case.verdict(items, at) {
                Verdict::Taken(trust) => Some(trust),
                Verdict::Doubted(doubted) => {
                    case.doubted = Some(doubted);
                    None
                }
            }
        })
        .collect()
}

#[test]
fn another_list_that_stays_a_day_is_believed_as_one_of_a_new_source() {
    let mut case = Case::of(Kind::Listing, list(90..100));
    let other = list(10..22);
    assert_eq!(
        polls(&mut case, &other, 4, 12),
        [None, None, Some(Trust::Anew), Some(Trust::Anew)]
    );
    // Often is not long, and long is not often.
    let mut case = Case::of(Kind::Listing, list(90..100));
    assert_eq!(polls(&mut case, &other, 20, 1), [None; 20]);
    let mut case = Case::of(Kind::Listing, list(90..100));
    assert_eq!(
        polls(&mut case, &other, 3, 30),
        [None, None, Some(Trust::Anew)]
    );
}

#[test]
fn a_page_that_is_another_each_time_is_never_believed() {
    let mut case = Case::of(Kind::Listing, list(90..100));
    for turn in 0..5 {
        let other = list(10 * turn..10 * turn + 10);
        let at = now() + TimeDelta::days(i64::from(turn));
        let Verdict::Doubted(doubted) = case.verdict(&other, at) else {
            panic!("{turn}");
        };
        assert_eq!((doubted.since, doubted.seen), (now(), 1));
        case.doubted = Some(doubted);
    }
}

#[test]
fn dates_that_stay_away_from_known_news_are_given_up_and_equal_titles_never() {
    let mut case = Case::of(Kind::Listing, list(90..100));
    let bare = undated(list(91..=100));
    assert_eq!(
        polls(&mut case, &bare, 3, 24),
        [None, None, Some(Trust::Settled)]
    );
    let mut case = Case::of(Kind::Listing, list(90..100));
    let mut same = list(91..=100);
    for item in &mut same {
        item.title = "Leggi tutto".into();
    }
    assert_eq!(polls(&mut case, &same, 5, 24), [None; 5]);
    let mut case = Case::of(Kind::Listing, list(90..100));
    let strange = undated(list(300..310));
    assert_eq!(polls(&mut case, &strange, 5, 24), [None; 5]);
}
