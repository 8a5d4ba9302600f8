use chrono::{TimeDelta, TimeZone};
use url::Url;

use super::*;
use crate::language::Language;
use crate::normalize::url::anchored;

/// An item as a source lists it: guid, link, title and day of September 2025; `-` for what is missing.
fn item(guid: &str, link: &str, title: &str, day: u32) -> Item {
    let some = |text: &str| (text != "-").then(|| text.to_owned());
    let at = chrono_tz::Europe::Rome
        .with_ymd_and_hms(2025, 9, day.max(1), 12, 0, 0)
        .unwrap();
    let published = (day > 0).then(|| Dated {
        at,
        precision: Precision::Day,
        place: Place::Item,
        text: String::new(),
    });
    Item {
        source: SourceId("agenzia".into()),
        position: 0,
        guid: some(guid),
        url: some(link).map(|path| Url::parse(&format!("https://agenzia.example/{path}")).unwrap()),
        title: title.into(),
        published,
        updated: None,
        summary: String::new(),
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

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 9, 20, 8, 0, 0).unwrap()
}

/// What the store would know after these items: row numbers from 1, all published.
fn memory(items: &[Item]) -> Memory {
    let mut memory = Memory::default();
    for ((row, item), keys) in (1..).zip(items).zip(keys(items)) {
        for key in keys.all() {
            memory.traces.entry(key).or_insert(Trace::Item(row));
        }
        memory
            .owners
            .extend(keys.address.map(|address| (address, Owner::Story(row))));
        let known = Known {
            item: row,
            keys,
            title: item.title.clone(),
            dated: item.published.as_ref().map(|dated| dated.at.to_utc()),
            content: content(item),
            story: Some(row),
        };
        memory.items.insert(row, known);
    }
    memory
}

fn verdicts(before: &[Item], after: &[Item]) -> Vec<Verdict> {
    let fetch = Fetch {
        since: Some(now()),
        partial: false,
        now: now(),
    };
    let placed = place(after.to_vec(), keys(after), &memory(before), fetch);
    placed.iter().map(|placed| placed.verdict).collect()
}

#[test]
fn an_item_that_is_listed_again_is_the_same() {
    let items = [
        item("1", "a", "Uno", 1),
        item("-", "b", "Due", 2),
        item("-", "-", "Tre", 3),
    ];
    assert_eq!(
        verdicts(&items, &items),
        [Verdict::Same(1), Verdict::Same(2), Verdict::Same(3)]
    );
}

#[test]
fn an_edit_is_no_new_item() {
    let before = [
        item("1", "a", "Il lancio è previsto a maggio", 1),
        item("-", "b", "Due", 2),
    ];
    let mut after = before.clone();
    after[0].title = "Il lancio è previsto a giugno".into();
    after[1].summary = "Con un testo".into();
    assert_eq!(
        verdicts(&before, &after),
        [Verdict::Edited(1), Verdict::Edited(2)]
    );
}

#[test]
fn a_new_address_or_guid_is_no_new_item() {
    for (before, after) in [
        (item("1", "a", "Uno", 1), item("2", "a", "Uno", 1)),
        (item("1", "a", "Uno", 1), item("1", "nuovo/a", "Uno", 1)),
        (item("-", "a", "Uno", 1), item("-", "nuovo/a", "Uno", 1)),
        (item("1", "a", "Uno", 1), item("2", "nuovo/a", "Uno", 1)),
        (item("-", "a", "Uno", 1), item("1", "a", "Uno", 1)),
    ] {
        assert_eq!(
            verdicts(&[before], std::slice::from_ref(&after)),
            [Verdict::Moved(1)],
            "{after:?}"
        );
    }
}

#[test]
fn items_listed_together_are_different_stories_whatever_their_titles() {
    let known = item("-", "a", "Bollettino", 1);
    let after = [known.clone(), item("-", "b", "Bollettino", 1)];
    assert_eq!(verdicts(&[known], &after), [Verdict::Same(1), Verdict::New]);
    assert_eq!(verdicts(&[], &after), [Verdict::New, Verdict::New]);
}

#[test]
fn a_series_on_one_link_is_news_each_time() {
    let bulletin = |day: u32| {
        let title = format!("Bollettino meteo della regione Liguria per il giorno {day} settembre");
        let mut item = item(&day.to_string(), "bollettini", &title, day);
        item.url = item.url.map(|url| anchored(&url, &title));
        item
    };
    let before = [bulletin(2), bulletin(1)];
    let after = [bulletin(3), bulletin(2)];
    assert_eq!(verdicts(&[], &before), [Verdict::New; 2]);
    assert_eq!(verdicts(&before, &after), [Verdict::New, Verdict::Same(1)]);
}

#[test]
fn an_old_guid_on_another_story_is_a_new_item_and_stays_one() {
    let known = item("1", "a", "Prima luce del telescopio", 1);
    let reused = item("1", "b", "Nuovo direttore nominato", 9);
    assert_eq!(
        verdicts(std::slice::from_ref(&known), std::slice::from_ref(&reused)),
        [Verdict::New]
    );
    let fetch = Fetch {
        since: Some(now()),
        partial: false,
        now: now(),
    };
    let after = [reused];
    let placed = place(
        after.to_vec(),
        keys(&after),
        &memory(std::slice::from_ref(&known)),
        fetch,
    );
    assert_ne!(
        entry_id(&known.source, &placed[0].keys),
        entry_id(&known.source, &keys(std::slice::from_ref(&known))[0])
    );
}

#[test]
fn a_guid_that_several_items_of_a_fetch_have_identifies_none_of_them() {
    let items = [item("x", "a", "Uno", 1), item("x", "b", "Due", 2)];
    assert_eq!(verdicts(&[], &items), [Verdict::New, Verdict::New]);
    assert_eq!(
        verdicts(&items, &items),
        [Verdict::Same(1), Verdict::Same(2)]
    );
}

#[test]
fn the_same_item_twice_in_a_fetch_counts_once() {
    let twice = [item("-", "a", "Uno", 1), item("-", "a", "Uno", 1)];
    assert_eq!(verdicts(&[], &twice), [Verdict::New, Verdict::Repeated]);
    assert_eq!(
        verdicts(&twice[..1], &twice),
        [Verdict::Same(1), Verdict::Repeated]
    );
}

#[test]
fn the_address_of_another_source_s_story_joins_it() {
    let mut other = item("9", "a", "Uno, detto da altri", 1);
    other.source = SourceId("regione".into());
    let mut memory = memory(&[item("1", "a", "Uno", 1)]);
    memory.traces.clear();
    memory.items.clear();
    let fetch = Fetch {
        since: Some(now()),
        partial: false,
        now: now(),
    };
    let other = [other];
    assert_eq!(
        place(other.to_vec(), keys(&other), &memory, fetch)[0].verdict,
        Verdict::Joins(1)
    );
}

#[test]
fn what_was_forgotten_stays_out() {
    let known = [item("1", "a", "Uno", 1)];
    let mut memory = memory(&known);
    memory.items.clear();
    memory
        .traces
        .values_mut()
        .for_each(|trace| *trace = Trace::Forgotten);
    let fetch = Fetch {
        since: Some(now()),
        partial: false,
        now: now(),
    };
    assert_eq!(
        place(known.to_vec(), keys(&known), &memory, fetch)[0].verdict,
        Verdict::Forgotten
    );
}

#[test]
fn in_a_document_that_was_cut_short_nothing_counts_as_gone() {
    let fetch = Fetch {
        since: Some(now()),
        partial: true,
        now: now(),
    };
    let moved = [item("-", "nuovo/a", "Uno", 1)];
    let placed = place(
        moved.to_vec(),
        keys(&moved),
        &memory(&[item("-", "a", "Uno", 1)]),
        fetch,
    );
    assert_eq!(placed[0].verdict, Verdict::Held);
}

#[test]
fn a_first_success_publishes_the_ten_newest_and_remembers_the_rest() {
    let items: Vec<Item> = (1..=15)
        .map(|day| item("-", &format!("n{day}"), &format!("Numero {day}"), day))
        .collect();
    let fetch = Fetch {
        since: None,
        partial: false,
        now: now(),
    };
    let placed = place(items.clone(), keys(&items), &Memory::default(), fetch);
    let published: Vec<u32> = (1..)
        .zip(&placed)
        .filter(|(_, placed)| placed.verdict == Verdict::New)
        .map(|(day, _)| day)
        .collect();
    assert_eq!(published, (6..=15).collect::<Vec<u32>>());
    assert_eq!(
        placed
            .iter()
            .filter(|placed| placed.verdict == Verdict::Seen)
            .count(),
        5
    );
}

#[test]
fn days_keep_the_order_of_the_list_and_nothing_is_later_than_its_first_sighting() {
    let zone = chrono_tz::Europe::Rome;
    let mut day = item("-", "a", "Uno", 9);
    day.position = 3;
    assert_eq!(
        fixed(&day, zone, now()).at.to_rfc3339(),
        "2025-09-09T11:59:57+02:00"
    );
    let mut undated = item("-", "b", "Due", 0);
    undated.position = 2;
    let dated = fixed(&undated, zone, now());
    assert_eq!(
        (dated.at.to_utc(), dated.place),
        (now() - TimeDelta::seconds(2), Place::FirstSeen)
    );
    let future = item("-", "c", "Tre", 29);
    assert_eq!(fixed(&future, zone, now()).at.to_utc(), now());
    let mut zero = item("-", "d", "Quattro", 1);
    zero.published.as_mut().unwrap().at = zone.with_ymd_and_hms(1970, 1, 1, 0, 0, 0).unwrap();
    assert_eq!(fixed(&zero, zone, now()).place, Place::FirstSeen);
}

#[test]
fn an_entry_id_comes_from_the_source_and_the_strongest_key_alone() {
    let keys_of = |item: &Item| keys(std::slice::from_ref(item)).remove(0);
    let one = item("1", "a", "Uno", 1);
    let edited = item("1", "altrove", "Uno, corretto", 2);
    assert_eq!(
        entry_id(&one.source, &keys_of(&one)),
        entry_id(&edited.source, &keys_of(&edited))
    );
    assert_ne!(
        entry_id(&one.source, &keys_of(&one)),
        entry_id(&SourceId("regione".into()), &keys_of(&one))
    );
    // Never to change: subscribers have seen these.
    assert_eq!(
        entry_id(&one.source, &keys_of(&one)).to_string(),
        "f54c88d5-8708-5781-bfa8-c604fd8b038d"
    );
}

#[test]
fn an_archive_that_is_listed_at_once_is_remembered_and_not_published() {
    let known = item("known", "known", "Nota", 1);
    let many = |age: TimeDelta| -> Vec<Item> {
        let items = (0..30).map(|n| {
            let mut item = item(
                &format!("g{n}"),
                &format!("p{n}"),
                &format!("Numero {n}"),
                1,
            );
            let at = (now() - age).with_timezone(&chrono_tz::Europe::Rome);
            item.published = item.published.map(|dated| Dated { at, ..dated });
            item
        });
        items.collect()
    };
    let new = |items: &[Item]| {
        let all = verdicts(std::slice::from_ref(&known), items);
        all.iter()
            .filter(|verdict| **verdict == Verdict::New)
            .count()
    };
    assert_eq!(new(&many(TimeDelta::days(30))), 0);
    assert_eq!(
        new(&many(TimeDelta::days(1))),
        30,
        "what came since the last look"
    );
    assert_eq!(
        new(&many(TimeDelta::days(30))[..FIRST]),
        FIRST,
        "a few may be late"
    );
}
