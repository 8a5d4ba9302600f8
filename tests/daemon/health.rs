//! Answers that are not the source's news, and what the operator hears of how sources fare.

use super::support::{LISTING, News, Origin, Route, Site, listing, news, well_formed};

fn site(origin: &Origin, rules: &str) -> Site {
    let site = Site::new();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\ntitle = \"Agenzia\"\n{rules}",
        origin.url("/a")
    ));
    site
}

fn list(numbers: impl Iterator<Item = u32>) -> Vec<News> {
    numbers
        .map(|number| News {
            // A day for each.
            at: super::support::minute(number * 24 * 60),
            ..news("a", number)
        })
        .collect()
}

/// What the feed of troubles has, the latest first: id, title and text of each entry.
fn troubles(site: &Site) -> Vec<(String, String, String)> {
    let daemon = site.start_ready();
    let reply = site.admin("/health/atom.xml").unwrap();
    daemon.stop();
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .header("content-type")
            .contains("application/atom+xml")
    );
    well_formed(&reply.text()).unwrap();
    let feed = feed_rs::parser::parse(reply.body.as_slice()).unwrap();
    assert!(feed.updated.is_some() && !feed.id.is_empty());
    let entries = feed.entries.into_iter().map(|entry| {
        assert!(entry.updated.is_some() && entry.published.is_some());
        assert_eq!(entry.links[0].href, "http://localhost/status#a");
        let summary = entry.summary.unwrap().content;
        (entry.id, entry.title.unwrap().content, summary)
    });
    entries.collect()
}

fn titles(troubles: &[(String, String, String)]) -> Vec<&str> {
    troubles
        .iter()
        .map(|(_, title, _)| title.as_str())
        .collect()
}

/// Lets hours go by for the doubts and silences that are recorded.
fn let_pass(site: &Site, hours: i64) {
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let doubted: String = database
        .query_row("SELECT doubted FROM source", [], |row| row.get(0))
        .unwrap();
    let mut doubted: serde_json::Value = serde_json::from_str(&doubted).unwrap();
    for key in ["since", "alike_since"] {
        let at: chrono::DateTime<chrono::Utc> = doubted[key].as_str().unwrap().parse().unwrap();
        doubted[key] = (at - chrono::TimeDelta::hours(hours)).to_rfc3339().into();
    }
    let changed = database.execute("UPDATE source SET doubted = ?1", [doubted.to_string()]);
    assert_eq!(changed, Ok(1));
}

/// Polls a page that must not be believed, and gives the reason.
fn doubted(site: &Site) -> String {
    let before = (site.entries("it"), site.stamps());
    let ran = site.run("once", &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("degraded: "), "{}", ran.out);
    assert_eq!((site.entries("it"), site.stamps()), before);
    assert_eq!(site.error("a"), None);
    let kept: bool = site
        .look()
        .query_row("SELECT etag IS 'unusual' FROM source", [], |row| row.get(0))
        .unwrap();
    assert!(!kept, "the validators of what is not believed were kept");
    let status = site.run("status", &["a"]).out;
    let line = status.lines().find(|line| line.starts_with("degraded"));
    let line = line.unwrap_or_else(|| panic!("{status}")).to_owned();
    assert!(
        line.contains("its last good entries stay published"),
        "{line}"
    );
    line
}

fn unusual(body: String) -> Route {
    Route {
        etag: Some("unusual"),
        ..Route::html(body)
    }
}

#[test]
fn a_listing_that_becomes_a_page_of_other_links_publishes_none_of_them() {
    let origin = Origin::start();
    let site = site(&origin, LISTING);
    origin.set("/a", Route::html(listing(&list(20..30))));
    site.once();
    // An error page in the dress of the site, with status 200.
    let links = ["Chi siamo", "Contatti", "Uffici", "Privacy", "Mappa"];
    let articles: String = links
        .iter()
        .map(|title| format!("<article><h3><a href=\"/{title}\">{title}</a></h3></article>\n"))
        .collect();
    origin.set("/a", unusual(format!("<main>{articles}</main>")));
    let reason = doubted(&site);
    assert!(reason.contains("0 of 5 items have a date"), "{reason}");
    // What is not believed is kept, for rules that are mended.
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let kept = database.query_row("SELECT count(*) FROM answer", [], |row| row.get(0));
    assert_eq!(kept, Ok(2));
    // Much later it is the same still: nothing in it is known.
    for _ in 0..3 {
        let_pass(&site, 24);
        doubted(&site);
    }
    // It was never away, and has news.
    origin.set("/a", Route::html(listing(&list(20..31))));
    site.once();
    assert_eq!(site.entries("it").len(), 11);
    let troubles = troubles(&site);
    assert_eq!(
        titles(&troubles),
        ["Agenzia is well again", "Agenzia is degraded"]
    );
}

#[test]
fn a_listing_whose_titles_become_all_the_same_changes_no_entry() {
    let origin = Origin::start();
    // By detection, which is given no rules that could be refused.
    let site = site(&origin, "kind = \"listing\"\n");
    let page = |items: &[News]| {
        let items: String = items
            .iter()
            .map(|item| {
                let (day, link) = (item.at.format("%d/%m/%Y"), &item.link);
                let (title, text) = (&item.title, &item.text);
                format!("<li class=\"n\"><span class=\"d\">{day}</span><h3><a href=\"{link}\">{title}</a></h3><p>{text}</p></li>")
            })
            .collect();
        format!(
            "<html lang=\"it\"><body><main><ul class=\"elenco\">{items}</ul></main></body></html>"
        )
    };
    let good = list(20..28);
    origin.set("/a", Route::html(page(&good)));
    site.once();
    assert_eq!(site.entries("it").len(), 8);
    let same: Vec<News> = list(20..29)
        .into_iter()
        .map(|item| News {
            title: "Vai alla notizia completa sul sito".into(),
            ..item
        })
        .collect();
    origin.set("/a", unusual(page(&same)));
    let ran = site.run("once", &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(site.entries("it").len(), 8);
    let titles = site.titles("it");
    assert!(!titles.iter().any(|title| title.contains("Vai alla")));
    origin.set("/a", Route::html(page(&list(20..29))));
    site.once();
    assert_eq!(site.entries("it").len(), 9);
}

#[test]
fn a_listing_whose_dates_vanish_waits_a_day_and_is_believed_for_its_known_news() {
    let origin = Origin::start();
    let site = site(&origin, &format!("follow = \"never\"\n{LISTING}"));
    origin.set("/a", Route::html(listing(&list(20..30))));
    site.once();
    let dateless = listing(&list(20..31)).replace("<time datetime", "<i data-x");
    origin.set("/a", unusual(dateless));
    for _ in 0..2 {
        let reason = doubted(&site);
        assert!(
            reason.contains("0 of 11 items have a date, and 10 of 10 had one before"),
            "{reason}"
        );
        let_pass(&site, 13);
    }
    site.once();
    assert_eq!(site.entries("it").len(), 11);
    let told = troubles(&site);
    assert!(
        told[0].2.contains("taken for its news now"),
        "{}",
        told[0].2
    );
    assert!(site.run("status", &["a"]).out.contains("\nok "));
}

#[test]
fn a_listing_that_is_replaced_is_believed_after_a_day_as_one_that_is_new() {
    let origin = Origin::start();
    let site = site(&origin, LISTING);
    origin.set("/a", Route::html(listing(&list(100..110))));
    site.once();
    origin.set("/a", unusual(listing(&list(20..40))));
    for _ in 0..2 {
        let reason = doubted(&site);
        assert!(reason.contains("none of its 20 items is known"), "{reason}");
        let_pass(&site, 13);
    }
    site.once();
    // Ten before, and of the new list not more than of a new source.
    assert_eq!(site.entries("it").len(), 20);
}

#[test]
fn a_feed_whose_window_was_turned_over_is_healthy() {
    let origin = Origin::start();
    let site = site(&origin, "");
    let now = chrono::Utc::now();
    let recent = |numbers: std::ops::Range<u32>| -> Vec<News> {
        numbers
            .map(|number| News {
                at: now - chrono::TimeDelta::minutes(i64::from(60 - number)),
                ..news("a", number)
            })
            .collect()
    };
    origin.set("/a", Route::rss(&recent(0..10)));
    site.once();
    origin.set("/a", Route::rss(&recent(40..50)));
    site.once();
    assert_eq!(site.entries("it").len(), 20);
    assert_eq!(troubles(&site), []);
}

#[test]
fn a_break_and_its_recovery_are_told_once_each_with_ids_that_stay() {
    let origin = Origin::start();
    let site = site(&origin, "kind = \"feed\"\n");
    origin.set("/a", Route::rss(&list(1..4)));
    site.once();
    assert_eq!(troubles(&site), []);
    let broken = Route {
        status: 503,
        ..Route::rss(&[])
    };
    origin.set("/a", broken.clone());
    site.run("once", &[]);
    assert_eq!(troubles(&site), [], "one failure happens to every server");
    for _ in 0..3 {
        assert_eq!(site.run("once", &[]).code, 1);
    }
    let first = troubles(&site);
    assert_eq!(titles(&first), ["Agenzia fails"]);
    assert!(
        first[0].2.contains("answered 503") && first[0].2.contains("stay published"),
        "{}",
        first[0].2
    );
    let status = site.run("status", &["a"]).out;
    assert!(
        status.contains("(failed 4 times in a row since "),
        "{status}"
    );
    origin.set("/a", Route::rss(&list(1..5)));
    site.once();
    let second = troubles(&site);
    assert_eq!(titles(&second), ["Agenzia is well again", "Agenzia fails"]);
    assert_eq!(second[1], first[0]);
    // It comes and goes: no entry more, and each is what it was.
    for _ in 0..4 {
        origin.set("/a", broken.clone());
        site.run("once", &[]);
        site.run("once", &[]);
        origin.set("/a", Route::rss(&list(1..5)));
        site.once();
    }
    let third = troubles(&site);
    assert_eq!(titles(&third), ["Agenzia is well again", "Agenzia fails"]);
    assert!(
        third[1].2.contains("come and gone 5 times"),
        "{}",
        third[1].2
    );
    assert_eq!(
        [&third[0].0, &third[1].0],
        [&second[0].0, &second[1].0],
        "ids stay"
    );
    // None of it is news.
    assert!(
        site.titles("it")
            .iter()
            .all(|title| title.starts_with("Notizia"))
    );
}

#[test]
fn a_source_that_is_silent_far_beyond_its_rhythm_is_told_and_does_not_fail() {
    let origin = Origin::start();
    let site = site(&origin, "");
    let now = chrono::Utc::now();
    // News on each of forty days, to the last one.
    let daily = |numbers: std::ops::Range<u32>| -> Vec<News> {
        numbers
            .map(|number| News {
                at: now - chrono::TimeDelta::days(i64::from(40 - number)),
                ..news("a", number)
            })
            .collect()
    };
    origin.set("/a", Route::rss(&daily(0..40)));
    site.once();
    assert!(site.run("status", &["a"]).out.contains("\nok "));
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let days: i64 = database
        .query_row(
            "SELECT (silent_from - unixepoch()) / 86400 FROM source",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert!((2..=5).contains(&days), "{days}");
    // A week goes by.
    let aged =
        "UPDATE source SET silent_from = silent_from - 7 * 86400, last_new = last_new - 7 * 86400";
    database.execute(aged, []).unwrap();
    site.once();
    let status = site.run("status", &["a"]).out;
    assert!(
        status.contains("\nsilent        it answers, but has had no news since ")
            && status.contains("on about 7 days a week"),
        "{status}"
    );
    let told = troubles(&site);
    assert_eq!(titles(&told), ["Agenzia is silent"]);
    origin.set("/a", Route::rss(&daily(0..41)));
    site.once();
    assert_eq!(
        titles(&troubles(&site)),
        ["Agenzia has news again", "Agenzia is silent"]
    );
    assert!(site.run("status", &["a"]).out.contains("\nok "));
}

/// The news in another layout, which no rule of [`LISTING`] fits.
fn redesigned(items: &[News]) -> String {
    let cards: String = items
        .iter()
        .map(|item| {
            let (day, link) = (item.at.format("%Y-%m-%d"), &item.link);
            let (title, text) = (&item.title, &item.text);
            format!(
                "<div class=\"scheda\"><span class=\"giorno\">{day}</span><h2 class=\"titolo\"><a href=\"{link}\">{title}</a></h2>\
                 <div class=\"sommario\">{text}</div></div>\n"
            )
        })
        .collect();
    format!(
        "<!doctype html><html lang=\"it\"><head><title>Notizie</title></head><body><nav><a href=\"/\">Home</a></nav>\
         <main><h1>Notizie</h1><div class=\"elenco\">{cards}</div></main></body></html>"
    )
}

/// The lines of TOML that the status of a source shows.
fn patch(site: &Site) -> String {
    let status = site.run("status", &["a"]).out;
    let lines = status
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("listing."));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_listing_whose_layout_changed_is_told_with_the_rules_that_mend_it() {
    let origin = Origin::start();
    let site = site(&origin, LISTING);
    origin.set("/a", Route::html(listing(&list(20..30))));
    site.once();
    assert_eq!(patch(&site), "");
    let before = site.entries("it");
    origin.set("/a", unusual(redesigned(&list(21..32))));
    let ran = site.run("once", &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(site.entries("it"), before);
    let patch = patch(&site);
    assert!(patch.contains("listing.item"), "{patch}");
    // As it is shown, in place of the old rules, it reads the page, and no known item is new.
    let kept: String = LISTING
        .lines()
        .filter(|line| !patch.contains(line.split(' ').next().unwrap()))
        .map(|line| format!("{line}\n"))
        .collect();
    site.replace(LISTING, &format!("{kept}{patch}"));
    site.once();
    assert_eq!(site.entries("it").len(), 12);
    assert!(site.titles("it").contains(&"Notizia n31 di a".to_owned()));
    assert!(!site.run("status", &["a"]).out.contains("\nrepair "));
}

#[test]
fn with_repair_auto_the_mended_rules_are_used_at_once_and_as_long_as_they_are_needed() {
    let origin = Origin::start();
    let site = site(&origin, &format!("repair = \"auto\"\n{LISTING}"));
    origin.set("/a", Route::html(listing(&list(20..30))));
    site.once();
    origin.set("/a", Route::html(redesigned(&list(21..32))));
    site.once();
    assert_eq!(site.entries("it").len(), 12);
    let shown = patch(&site);
    assert!(shown.contains("listing.item"), "{shown}");
    assert!(
        site.run("status", &["a"])
            .out
            .contains("it is read by these since")
    );
    // They are remembered, also where nothing that was known then is left on the page.
    let now = chrono::Utc::now();
    let later = |number: u32| News {
        at: now - chrono::TimeDelta::hours(8 * i64::from(68 - number)),
        ..news("a", number)
    };
    origin.set(
        "/a",
        Route::html(redesigned(&(60..66).map(later).collect::<Vec<_>>())),
    );
    site.once();
    assert_eq!(site.entries("it").len(), 18);
    assert_eq!(patch(&site), shown);
    let told = troubles(&site);
    assert_eq!(titles(&told), ["Agenzia is read by mended rules"]);
    let daemon = site.start_ready();
    let page = site.admin("/status").unwrap().text();
    daemon.stop();
    assert!(page.contains("<pre>listing.item"), "{page}");
    // The site goes back to its old layout, for which the configured rules are.
    origin.set(
        "/a",
        Route::html(listing(&(60..68).map(later).collect::<Vec<_>>())),
    );
    site.once();
    assert_eq!(site.entries("it").len(), 20);
    assert_eq!(patch(&site), "");
}

#[test]
fn with_repair_never_no_rules_are_looked_for() {
    let origin = Origin::start();
    let site = site(&origin, &format!("repair = \"never\"\n{LISTING}"));
    origin.set("/a", Route::html(listing(&list(20..30))));
    site.once();
    origin.set("/a", Route::html(redesigned(&list(21..32))));
    assert_eq!(site.run("once", &[]).code, 1);
    assert_eq!(patch(&site), "");
    let error = site.error("a").unwrap_or_default();
    assert!(error.contains("`listing.item` matches nothing"), "{error}");
}
