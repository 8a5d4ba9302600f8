//! What is one piece of news, and what is another: seen from the published feed.

use super::support::{LISTING, News, Origin, Route, Site, listing, news, wait};

/// Sources `a`, `b`, … that are feeds.
fn site(origin: &Origin, names: &[&str]) -> Site {
    let site = Site::new();
    let mut tables = String::new();
    for name in names {
        let url = origin.url(&format!("/{name}"));
        tables.push_str(&format!(
            "[source.{name}]\ntitle = \"Fonte {name}\"\nurl = \"{url}\"\nlanguage = \"it\"\n"
        ));
    }
    site.configure(&tables);
    site
}

/// Two states of a source, one after the other; gives the ids and links before, and all entries after.
fn after(first: &[News], second: &[News]) -> (Vec<(String, String)>, Vec<super::support::Entry>) {
    let origin = Origin::start();
    let site = site(&origin, &["a"]);
    origin.set("/a", Route::rss(first));
    site.once();
    let before = site.entries("it").into_iter();
    let before = before.map(|entry| (entry.id, entry.link)).collect();
    origin.set("/a", Route::rss(second));
    site.once();
    (before, site.entries("it"))
}

/// Nothing new, and the ids are what they were.
fn unmoved(first: &[News], second: &[News]) -> Vec<super::support::Entry> {
    let (before, now) = after(first, second);
    let ids: Vec<&String> = now.iter().map(|entry| &entry.id).collect();
    let expected: Vec<&String> = before.iter().map(|(id, _)| id).collect();
    assert_eq!(ids, expected, "{now:#?}");
    now
}

#[test]
fn a_first_visit_publishes_ten_and_the_rest_never() {
    let origin = Origin::start();
    let site = site(&origin, &["a"]);
    let all: Vec<News> = (1..=30).rev().map(|n| news("a", n)).collect();
    origin.set("/a", Route::rss(&all));
    site.once();
    let expected: Vec<String> = (21..=30)
        .rev()
        .map(|n| format!("Notizia n{n} di a"))
        .collect();
    assert_eq!(site.titles("it"), expected);

    // The newest go, and later one is new: the older ones move up on the page, not into the feed.
    let fewer: Vec<News> = (1..=15).rev().map(|n| news("a", n)).collect();
    origin.set("/a", Route::rss(&fewer));
    site.once();
    assert_eq!(site.titles("it"), expected);
    let mut more = fewer;
    more[3].text = "Corretta.".into();
    more.insert(0, news("a", 31));
    origin.set("/a", Route::rss(&more));
    site.once();
    assert_eq!(site.entries("it").len(), 11);
}

#[test]
fn an_edit_keeps_id_and_date_and_says_when_it_was_updated() {
    let old = [news("a", 2), news("a", 1)];
    let mut new = old.clone();
    new[1].title = "Notizia n1 di a, corretta".into();
    new[1].text = "Un testo migliore.".into();
    // A source that stamps its edits with a new date of publication.
    new[1].at += chrono::TimeDelta::days(30);
    let now = unmoved(&old, &new);
    assert_eq!(now[1].title, "Notizia n1 di a, corretta");
    assert!(now[1].text.contains("Un testo migliore."));
    assert_eq!(now[1].published, old[1].at);
    assert!(now[1].updated > now[1].published);
    assert_eq!(now[0].updated, now[0].published);
}

#[test]
fn the_same_address_from_two_sources_is_one_entry_that_names_both() {
    let origin = Origin::start();
    let site = site(&origin, &["a", "b"]);
    let one = news("a", 1);
    let mut other = news("b", 2);
    other.link = "http://www.a.example/notizie/1/?utm_campaign=b".into();
    origin.set("/a", Route::rss(std::slice::from_ref(&one)));
    origin.set("/b", Route::rss(&[other]));
    for source in ["a", "b"] {
        assert_eq!(site.run("once", &["--source", source]).code, 0);
    }
    let entries = site.entries("it");
    assert_eq!(entries.len(), 1, "{entries:#?}");
    assert_eq!(entries[0].link, one.link);
    let atom = std::fs::read_to_string(site.published().join("it/atom.xml")).unwrap();
    let source = atom.split("<source>").nth(1).unwrap();
    assert!(source.contains("<title>Fonte a</title>"), "{atom}");
    let text = std::fs::read_to_string(site.published().join("it/feed.json")).unwrap();
    let feed: serde_json::Value = serde_json::from_str(&text).unwrap();
    let sources = feed["items"][0]["_rassegna"]["sources"].as_array().unwrap();
    let titles: Vec<&str> = sources
        .iter()
        .map(|source| source["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["Fonte a", "Fonte b"]);
    let page = std::fs::read_to_string(site.published().join("it/index.html")).unwrap();
    assert!(page.contains("Fonte a") && page.contains("Fonte b"));
    // Atom has no second source; it says where else the story is told.
    assert_eq!(entries[0].related.len(), 1, "{entries:#?}");
}

#[test]
fn a_guid_that_is_reused_for_other_news_opens_a_new_entry() {
    let origin = Origin::start();
    let site = site(&origin, &["a"]);
    let reused = |n: u32, title: &str| News {
        guid: Some("ultima".into()),
        title: title.into(),
        ..news("a", n)
    };
    let titles = ["Piove sui monti", "Sciopero dei treni", "Elezioni comunali"];
    for (n, title) in (1..).zip(titles) {
        origin.set("/a", Route::rss(&[reused(n, title)]));
        site.once();
    }
    let newest_first = ["Elezioni comunali", "Sciopero dei treni", "Piove sui monti"];
    assert_eq!(site.titles("it"), newest_first);
    let before = site.entries("it");
    // What has it now is known by its address: an edit of it is an edit, and nothing moves without one.
    let edited = reused(3, "Elezioni regionali, non comunali");
    origin.set("/a", Route::rss(std::slice::from_ref(&edited)));
    site.once();
    let now = site.entries("it");
    assert_eq!(now.len(), 3, "{now:#?}");
    assert_eq!(now[0].id, before[0].id);
    assert_eq!(now[0].title, edited.title);
    assert_eq!(now[1..], before[1..]);
    origin.set("/a", Route::rss(&[edited, news("a", 4)]));
    site.once();
    assert_eq!(site.entries("it")[1..], now);
}

#[test]
fn without_guids_the_address_identifies() {
    let bare = |n: u32| News {
        guid: None,
        ..news("a", n)
    };
    let (before, now) = after(&[bare(2), bare(1)], &[bare(3), bare(2), bare(1)]);
    assert_eq!((before.len(), now.len()), (2, 3));
    let mut edited = bare(1);
    edited.title = "Notizia n1 di a, con un titolo nuovo".into();
    unmoved(&[bare(1)], &[edited]);
}

#[test]
fn a_guid_that_comes_goes_or_changes_makes_nothing_new() {
    let old = [news("a", 2), news("a", 1)];
    for guid in [None, Some("altro".to_owned())] {
        let mut new = old.clone();
        new[0].guid = guid;
        unmoved(&old, &new);
        unmoved(&new, &old);
    }
}

#[test]
fn a_moved_address_with_the_same_title_and_day_makes_nothing_new() {
    let old = [news("a", 2), news("a", 1)];
    let mut new = old.clone();
    new[0].link = "https://a.example/archivio/2".into();
    let now = unmoved(&old, &new);
    assert_eq!(now[0].link, "https://a.example/archivio/2");
    new[0].guid = None;
    unmoved(&old, &new);
    // Where the guid is the address, both go at once.
    new[0].guid = Some("https://a.example/archivio/2".into());
    unmoved(&old, &new);
}

#[test]
fn a_whole_site_that_moves_makes_nothing_new() {
    let origin = Origin::start();
    let site = Site::new();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n{LISTING}",
        origin.url("/a")
    ));
    let old: Vec<News> = (1..=8).rev().map(|n| news("a", n)).collect();
    origin.set("/a", Route::html(listing(&old)));
    site.once();
    let ids = |site: &Site| -> Vec<String> {
        let entries = site.entries("it").into_iter();
        entries.map(|entry| entry.id).collect()
    };
    let before = ids(&site);
    let new: Vec<News> = old
        .iter()
        .map(|item| News {
            link: item.link.replace("a.example/notizie", "nuovo.example/n"),
            ..item.clone()
        })
        .collect();
    origin.set("/a", Route::html(listing(&new)));
    site.once();
    assert_eq!(ids(&site), before);
    assert!(site.entries("it")[0].link.contains("nuovo.example"));
}

#[test]
fn a_source_that_gets_another_address_floods_no_feed() {
    let origin = Origin::start();
    let site = site(&origin, &["a"]);
    let list = |numbers: std::ops::Range<u32>| -> Vec<News> {
        numbers.rev().map(|n| news("a", n)).collect()
    };
    origin.set("/a", Route::rss(&list(41..45)));
    let daemon = site.start_ready();
    wait("the first entries", || site.entries("it").len() == 4);
    let before = site.entries("it");
    // The new address lists the archive as well, and something new.
    origin.set("/tutte", Route::rss(&list(1..46)));
    site.replace(&origin.url("/a"), &origin.url("/tutte"));
    daemon.signal("HUP");
    wait("the new address", || daemon.log().contains("read again"));
    site.once();
    let now = site.entries("it");
    assert_eq!(now.len(), 10, "as many as of a source that is new");
    assert_eq!(now[1..5], before);
    daemon.stop();
    // Once the address is known, what is new is news, and what is in the archive is not.
    origin.set("/tutte", Route::rss(&list(1..50)));
    site.once();
    assert_eq!(site.entries("it").len(), 10 + 4);
    let asked = origin.asked("/a").len();
    site.once();
    assert_eq!(origin.asked("/a").len(), asked);
}

#[test]
fn a_listing_whose_pages_are_at_another_host_keeps_its_entries() {
    let (old, new) = (Origin::start(), Origin::start());
    let site = Site::new();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\nfollow = \"never\"\n{LISTING}",
        old.url("/notizie")
    ));
    let relative = |numbers: std::ops::Range<u32>| -> Vec<News> {
        let numbers = numbers.rev();
        numbers
            .map(|n| News {
                link: format!("/notizie/{n}"),
                ..news("a", n)
            })
            .collect()
    };
    old.set("/notizie", Route::html(listing(&relative(1..9))));
    site.once();
    let before = site.entries("it");
    new.set("/notizie", Route::html(listing(&relative(1..10))));
    site.replace(&old.url("/notizie"), &new.url("/notizie"));
    site.once();
    let now = site.entries("it");
    assert_eq!(now.len(), 9);
    for (then, now) in before.iter().zip(&now[1..]) {
        assert_eq!((&then.id, then.published), (&now.id, now.published));
        assert!(now.link.starts_with(&new.url("/notizie/")), "{}", now.link);
    }
}

#[test]
fn what_moves_while_it_is_held_is_published_where_it_is_now() {
    let origin = Origin::start();
    let site = site(&origin, &["a"]);
    let now = chrono::Utc::now();
    let list = |last: u32, host: &str| -> Vec<News> {
        let numbers = (1..=last).rev();
        numbers
            .map(|n| News {
                at: now - chrono::TimeDelta::minutes(i64::from(90 - n)),
                link: format!("https://{host}.example/notizie/{n}"),
                ..news("a", n)
            })
            .collect()
    };
    origin.set("/a", Route::rss(&list(1, "vecchio")));
    site.once();
    origin.set("/a", Route::rss(&list(31, "vecchio")));
    site.once();
    assert_eq!(site.entries("it").len(), 1, "they are held");
    origin.set("/a", Route::rss(&list(31, "nuovo")));
    site.once();
    assert_eq!(site.run("release", &["a"]).code, 0);
    origin.set("/a", Route::rss(&list(32, "nuovo")));
    site.once();
    let entries = site.entries("it");
    assert_eq!(entries.len(), 32);
    for entry in &entries {
        assert!(entry.link.contains("nuovo.example"), "{}", entry.link);
        assert_eq!(entry.updated, entry.published, "a move is no edit");
    }
    let stamps = site.stamps();
    site.once();
    assert_eq!(site.rewritten(&stamps), Vec::<String>::new());
}

#[test]
fn links_that_were_others_each_time_are_followed_again_once_they_stay() {
    let origin = Origin::start();
    let site = site(&origin, &["a"]);
    let list = |last: u32, link: &dyn Fn(u32) -> String| -> Vec<News> {
        let numbers = (1..=last).rev();
        numbers
            .map(|n| News {
                guid: None,
                link: link(n),
                ..news("a", n)
            })
            .collect()
    };
    let poll = |items: &[News]| {
        origin.set("/a", Route::rss(items));
        site.once();
    };
    for session in 0..5 {
        poll(&list(8, &|n| {
            format!("https://a.example/n/{n}?zx={session}{n}")
        }));
    }
    let before = site.entries("it");
    assert!(before.iter().all(|entry| entry.link.contains("zx=")));
    assert!(
        site.run("status", &["a"])
            .out
            .contains("its links change by themselves")
    );
    let good = |n: u32| format!("https://a.example/n/{n}");
    for last in 9..11 {
        poll(&list(last, &good));
        // What changed in nothing that anybody reads is written down once a day.
        let a_day_later = "UPDATE item SET last_seen = last_seen - 2 * 86400";
        let database = rusqlite::Connection::open(site.database()).unwrap();
        database.execute_batch(a_day_later).unwrap();
    }
    for last in 11..25 {
        poll(&list(last, &good));
    }
    let after = site.entries("it");
    assert_eq!(after.len(), 24);
    for (now, then) in after.iter().rev().zip(before.iter().rev()) {
        assert_eq!((&now.id, now.published), (&then.id, then.published));
    }
    for entry in &after {
        assert!(!entry.link.contains("zx="), "{}", entry.link);
    }
    assert!(
        !site
            .run("status", &["a"])
            .out
            .contains("its links change by themselves")
    );
    // They name again what they lead to, whatever it is called.
    let mut edited = list(24, &good);
    edited[3].title = "Un altro titolo".into();
    poll(&edited);
    assert_eq!(site.entries("it")[3].title, "Un altro titolo");
    assert_eq!(site.entries("it").len(), 24);
}

#[test]
fn tracking_scheme_and_trailing_slash_make_nothing_new() {
    let bare = |link: &str| News {
        guid: None,
        link: link.into(),
        ..news("a", 1)
    };
    let plain = bare("http://a.example/notizie/1");
    for other in [
        "https://a.example/notizie/1",
        "http://www.a.example/notizie/1",
        "http://a.example/notizie/1/",
        "http://a.example/notizie/1?utm_source=x&utm_medium=y",
        "http://a.example/notizie/1?fbclid=abc",
    ] {
        let now = unmoved(std::slice::from_ref(&plain), &[bare(other)]);
        assert!(!now[0].link.contains('?'), "{}", now[0].link);
    }
}

#[test]
fn another_order_of_the_same_items_makes_nothing_new() {
    let old: Vec<News> = (1..=6).map(|n| news("a", n)).collect();
    let mut new = old.clone();
    new.rotate_left(2);
    let now = unmoved(&old, &new);
    assert!(now.iter().all(|entry| entry.updated == entry.published));
}

#[test]
fn equal_titles_on_one_day_under_different_links_are_different_news() {
    let mut two = [news("a", 1), news("a", 2)];
    for item in &mut two {
        item.title = "Avviso".into();
        item.guid = None;
    }
    let (before, now) = after(&two, &two);
    assert_eq!((before.len(), now.len()), (2, 2));
}

#[test]
fn what_was_gone_for_a_while_comes_back_as_itself() {
    let origin = Origin::start();
    let site = site(&origin, &["a"]);
    let both = [news("a", 2), news("a", 1)];
    origin.set("/a", Route::rss(&both));
    site.once();
    let before = site.entries("it");
    origin.set("/a", Route::rss(&both[1..]));
    site.once();
    assert_eq!(site.entries("it"), before, "what goes there stays here");
    origin.set("/a", Route::rss(&both));
    site.once();
    assert_eq!(site.entries("it"), before);
}

#[test]
fn what_was_dropped_from_the_database_is_never_published_again() {
    let origin = Origin::start();
    let mut site = Site::new();
    site.publish = "entries = 2\ndays = 0".into();
    site.store = "keep = \"1d\"".into();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/a")
    ));
    let list = |numbers: &[u32]| -> Vec<News> { numbers.iter().map(|n| news("a", *n)).collect() };
    origin.set("/a", Route::rss(&list(&[3, 2, 1])));
    site.once();
    // An entry is in the window of its day at least, so the later ones must be seen to come later.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    origin.set("/a", Route::rss(&list(&[5, 4])));
    site.once();
    assert_eq!(site.titles("it"), ["Notizia n5 di a", "Notizia n4 di a"]);
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let long_ago = "UPDATE item SET last_seen = last_seen - 30 * 86400";
    database.execute_batch(long_ago).unwrap();
    site.once();
    let items = |database: &rusqlite::Connection| -> i64 {
        let count = "SELECT count(*) FROM item";
        database.query_row(count, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(items(&database), 2, "what is shown stays");

    let mut again = list(&[5, 4, 3, 2, 1]);
    again[2].text = "Riscritta.".into();
    again[3].guid = Some("altro".into());
    again[4].link = "https://a.example/archivio/1".into();
    origin.set("/a", Route::rss(&again));
    site.once();
    assert_eq!(site.titles("it"), ["Notizia n5 di a", "Notizia n4 di a"]);
    assert_eq!(items(&database), 2);
}

#[test]
fn a_date_in_the_future_becomes_the_first_sighting_for_ever() {
    let mut first = news("a", 1);
    first.at = chrono::Utc::now() + chrono::TimeDelta::days(10);
    let mut later = first.clone();
    later.at += chrono::TimeDelta::days(10);
    later.text = "Rimandata.".into();
    let begun = chrono::Utc::now();
    let (before, now) = after(&[first], &[later]);
    assert_eq!(now.len(), 1);
    assert_eq!(now[0].id, before[0].0);
    assert!(now[0].published <= chrono::Utc::now());
    assert!(now[0].published >= begun - chrono::TimeDelta::seconds(1));
    assert!(now[0].updated <= chrono::Utc::now());
}

#[test]
fn a_source_that_gives_hostile_text_gives_well_formed_documents() {
    let origin = Origin::start();
    let site = site(&origin, &["a"]);
    let mut item = news("a", 1);
    item.title =
        "Un &lt;b&gt;titolo&lt;/b&gt; ]]&gt; &amp;amp; \u{feff}&#x1F680; &#8238;oihcsor".into();
    item.text = "<![CDATA[<script>alert(1)</script><p onclick='x()'>Testo &nbsp; ]]]]><![CDATA[> <a href=\"javascript:x\">qui</a>]]>".into();
    origin.set("/a", Route::rss(&[item]));
    site.once();
    super::support::all_whole(&site.published());
    for file in super::support::files(&site.published()) {
        let text = std::fs::read_to_string(&file).unwrap();
        for bad in [
            "<script",
            "&lt;script",
            "javascript:",
            "onclick",
            "alert(1)",
        ] {
            assert!(!text.contains(bad), "{bad} in {}", file.display());
        }
    }
    assert_eq!(site.entries("it").len(), 1);
}
