//! What sources remove, and sources that are removed.

use super::support::{LISTING, News, Origin, Route, Site, listing, news};

fn site(origin: &Origin, publish: &str) -> Site {
    let mut site = Site::new();
    site.publish = publish.into();
    let url = origin.url("/a");
    site.configure(&format!("[source.a]\nurl = \"{url}\"\nlanguage = \"it\"\n"));
    site
}

fn list(numbers: &[u32]) -> Route {
    let items: Vec<News> = numbers.iter().map(|n| news("a", *n)).collect();
    Route::rss(&items)
}

/// The titles of the items that are marked as removed.
fn gone(site: &Site) -> Vec<String> {
    let database = site.look();
    let mut query = database
        .prepare("SELECT title FROM item WHERE gone IS NOT NULL ORDER BY number")
        .unwrap();
    let rows = query.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn what_leaves_a_feed_before_older_ones_is_marked_and_stays_published() {
    let origin = Origin::start();
    let site = site(&origin, "");
    let steps: [(&[u32], &[&str]); 6] = [
        (&[5, 4, 3, 2, 1], &[]),
        // New ones push the oldest out.
        (&[7, 6, 5, 4, 3], &[]),
        (&[7, 5, 4, 3], &["Notizia n6 di a"]),
        (&[7, 6, 5, 4, 3], &[]),
        // A new one has come too, and two older ones are there.
        (&[8, 7, 6, 4, 3], &["Notizia n5 di a"]),
        // Something else altogether.
        (&[8, 3], &["Notizia n5 di a"]),
    ];
    for (listed, marked) in steps {
        origin.set("/a", list(listed));
        site.once();
        assert_eq!(gone(&site), marked, "{listed:?}");
    }
    assert_eq!(site.entries("it").len(), 8);
    let ran = site.run("why", &["notizia n5"]);
    assert!(ran.out.contains("its feed lists older ones"), "{ran:?}");
}

#[test]
fn what_was_removed_is_withdrawn_an_hour_later_where_that_is_wanted() {
    let origin = Origin::start();
    let site = site(&origin, "follow_removals = true");
    origin.set("/a", list(&[4, 3, 2, 1]));
    site.once();
    origin.set("/a", list(&[4, 2, 1]));
    site.once();
    site.once();
    assert_eq!(site.entries("it").len(), 4, "it may be a mistake");
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let long_ago = "UPDATE item SET gone = gone - 7200 WHERE gone IS NOT NULL";
    assert_eq!(database.execute(long_ago, []).unwrap(), 1);
    site.once();
    let expected = ["Notizia n4 di a", "Notizia n2 di a", "Notizia n1 di a"];
    assert_eq!(site.titles("it"), expected);
    assert_eq!(site.run("verify", &[]).code, 0);
    origin.set("/a", list(&[4, 3, 2, 1]));
    site.once();
    assert_eq!(site.titles("it"), expected);
}

#[test]
fn an_item_without_an_article_is_marked() {
    let origin = Origin::start();
    let site = Site::new();
    let url = origin.url("/a");
    site.configure(&format!(
        "[source.a]\nurl = \"{url}\"\nlanguage = \"it\"\nfollow = \"always\"\n{LISTING}"
    ));
    let there = |n| News {
        link: origin.url(&format!("/notizie/{n}")),
        ..news("a", n)
    };
    origin.set("/a", Route::html(listing(&[there(2), there(1)])));
    let removed = Route {
        status: 410,
        ..Route::html("")
    };
    origin.set("/notizie/1", removed);
    let broken = Route {
        status: 403,
        ..Route::html("")
    };
    origin.set("/notizie/2", broken);
    site.once();
    assert_eq!(site.entries("it").len(), 2);
    assert_eq!(gone(&site), ["Notizia n1 di a"]);
    let ran = site.run("why", &["notizia n1"]);
    assert!(ran.out.contains("there is no such article"), "{ran:?}");
}

#[test]
fn the_entries_of_a_source_that_is_not_configured_any_more_age_out() {
    let origin = Origin::start();
    let mut site = Site::new();
    site.publish = "entries = 3\ndays = 0".into();
    site.store = "keep = \"1d\"".into();
    let table = |name: &str| {
        let url = origin.url(&format!("/{name}"));
        format!("[source.{name}]\nurl = \"{url}\"\nlanguage = \"it\"\n")
    };
    site.configure(&format!("{}{}", table("a"), table("b")));
    origin.set("/a", list(&[2, 1]));
    origin.set("/b", Route::rss(&[news("b", 11)]));
    site.once();
    site.configure(&table("b"));
    let asked = origin.asked("/a").len();
    site.once();
    assert_eq!(site.entries("it").len(), 3, "they stay at first");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    origin.set(
        "/b",
        Route::rss(&[news("b", 14), news("b", 13), news("b", 12), news("b", 11)]),
    );
    site.once();
    assert!(
        site.titles("it")
            .iter()
            .all(|title| title.ends_with("di b"))
    );
    assert_eq!(origin.asked("/a").len(), asked);
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let long_ago = "UPDATE item SET last_seen = last_seen - 30 * 86400";
    database.execute_batch(long_ago).unwrap();
    site.once();
    let left = "SELECT count(*) FROM item JOIN source ON source.number = item.source WHERE source.id = 'a'";
    let left: i64 = database.query_row(left, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
    let ran = site.run("verify", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
}
