//! What is held because it is too much at once: shown, released, published once.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::support::{News, Origin, Route, Site, news};

fn site(origin: &Origin) -> Site {
    let mut site = Site::new();
    site.schedule = "every = \"1d\"".into();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n[source.b]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/a"),
        origin.url("/b")
    ));
    site
}

/// News of the last hours: what is old is no flood, it is an archive.
fn recent(number: u32, now: DateTime<Utc>) -> News {
    News {
        at: now - TimeDelta::minutes(i64::from(200 - number)),
        ..news("a", number)
    }
}

/// A source that had three items and has 25 more at once, which are held.
fn flooded() -> (Origin, Site, Vec<News>) {
    let origin = Origin::start();
    let site = site(&origin);
    let now = DateTime::from_timestamp(Utc::now().timestamp(), 0).unwrap();
    let list = |numbers: std::ops::Range<u32>| -> Vec<News> {
        numbers.rev().map(|number| recent(number, now)).collect()
    };
    origin.set("/a", Route::rss(&list(1..4)));
    origin.set("/b", Route::rss(&[news("b", 1)]));
    site.once();
    origin.set("/a", Route::rss(&list(1..29)));
    let ran = site.once();
    assert!(
        ran.out.contains("25 new ones at once are held"),
        "{}",
        ran.out
    );
    assert_eq!(site.entries("it").len(), 4);
    (origin, site, list(1..29))
}

/// All of the source's items are published, each once and with the date that it has.
fn all_are_out(site: &Site, items: &[News]) {
    let entries = site.entries("it");
    let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!((ids.len(), entries.len()), (29, 29));
    for item in items {
        let there = entries.iter().filter(|entry| entry.link == item.link);
        let dates: Vec<DateTime<Utc>> = there.map(|entry| entry.published).collect();
        assert_eq!(dates, [item.at], "{}", item.title);
    }
    assert_eq!(site.run("verify", &[]).code, 0);
}

#[test]
fn what_is_held_is_shown_with_the_reason_and_the_command_that_publishes_it() {
    let (origin, site, items) = flooded();
    for arguments in [&["a"][..], &[]] {
        let status = site.run("status", arguments).out;
        assert!(
            status.contains("25 new items are held: 25 came at once, more than it ever had")
                && status.contains("rassegna release a"),
            "{status}"
        );
    }
    let ran = site.run("release", &["a"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "a: 25 items that were held are published\n")
    );
    all_are_out(&site, &items);
    assert!(!site.run("status", &["a"]).out.contains("held"));
    // Neither another release nor another answer publishes them again.
    let stamps = site.stamps();
    let ran = site.run("release", &["a"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "a: nothing is held\n"));
    origin.set("/a", Route::rss(&items[1..]));
    site.once();
    site.once();
    assert_eq!(site.rewritten(&stamps), Vec::<String>::new());
}

#[test]
fn only_what_is_held_of_a_known_source_can_be_released() {
    let (_origin, site, _) = flooded();
    let stamps = site.stamps();
    let ran = site.run("release", &["c"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains("there is no source `c`") && ran.err.contains("a, b"),
        "{ran:?}"
    );
    let ran = site.run("release", &["b"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "b: nothing is held\n"));
    assert_eq!(site.rewritten(&stamps), Vec::<String>::new());
    assert_eq!(site.entries("it").len(), 4);
}

#[test]
fn before_anything_was_read_there_is_nothing_to_release() {
    let site = site(&Origin::start());
    let ran = site.run("release", &["a"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(!site.database().exists());
}

#[test]
fn a_running_daemon_releases_and_its_restart_forgets_nothing() {
    let (_origin, site, items) = flooded();
    // What is held stays held, whoever starts.
    let daemon = site.start_ready();
    assert_eq!(site.entries("it").len(), 4);
    daemon.kill();
    let daemon = site.start_ready();
    let ran = site.run("release", &["a"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "a: 25 items that were held are published\n")
    );
    // The command ends when it is done.
    all_are_out(&site, &items);
    let ran = site.run("release", &["a"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "a: nothing is held\n"));
    daemon.kill();
    let stamps = site.stamps();
    site.start_ready().stop();
    assert_eq!(site.rewritten(&stamps), Vec::<String>::new());
    all_are_out(&site, &items);
}
