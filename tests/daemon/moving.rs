//! Sources that move, and sources that are gone.

use super::support::{Origin, Ran, Route, Site, news};

fn site(origin: &Origin, path: &str) -> Site {
    let site = Site::new();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url(path)
    ));
    site
}

/// One cycle, which may fail.
fn poll(site: &Site) -> Ran {
    site.run("once", &[])
}

/// Lets days go by: everything that the database says was seen moves back in time.
fn let_pass(site: &Site, hours: i64) {
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let changed = database.execute(
        "UPDATE source SET moving_since = moving_since - ?1, gone_since = gone_since - ?1, whole_at = whole_at - ?1",
        [hours * 3600],
    );
    assert_eq!(changed, Ok(1));
}

fn asked(origin: &Origin, path: &str) -> usize {
    origin.asked(path).len()
}

#[test]
fn a_permanent_redirect_is_adopted_after_two_days_and_loses_no_story() {
    for status in [301, 308] {
        let origin = Origin::start();
        origin.set("/old", Route::rss(&[news("a", 1)]));
        let site = site(&origin, "/old");
        poll(&site);
        origin.set("/old", Route::redirect(status, origin.url("/new")));
        origin.set("/new", Route::rss(&[news("a", 1), news("a", 2)]));
        for _ in 0..3 {
            poll(&site);
            let_pass(&site, 20);
        }
        let before = asked(&origin, "/old");
        let ran = poll(&site);
        assert!(ran.out.contains("moved for good"), "{}", ran.out);
        assert_eq!(asked(&origin, "/old"), before + 1);
        poll(&site);
        assert_eq!(asked(&origin, "/old"), before + 1, "{status}: still asked");
        assert_eq!(site.entries("it").len(), 2);
        let status = site.run("status", &["a"]).out;
        assert!(status.contains("moved"), "{status}");
    }
}

#[test]
fn other_redirects_and_those_to_pages_without_known_news_are_never_adopted() {
    let feed = Route::rss(&[news("a", 1)]);
    let stranger = Route::rss(&[news("b", 1)]);
    let parked = Route::html("<html><body><p>This domain may be for sale.</p></body></html>");
    for (status, there) in [
        (302, &feed),
        (303, &feed),
        (307, &feed),
        (301, &stranger),
        (308, &parked),
    ] {
        let origin = Origin::start();
        origin.set("/old", Route::rss(&[news("a", 1)]));
        let site = site(&origin, "/old");
        poll(&site);
        origin.set("/old", Route::redirect(status, origin.url("/new")));
        for number in 0..5 {
            // Never the same, so that it is read each time; else it may hold what the first answer brought.
            let body = [
                there.body.as_slice(),
                format!("<!-- {number} -->").as_bytes(),
            ]
            .concat();
            if number == 0 || status != 301 {
                origin.set("/new", Route::new(there.media_type, body));
            } else {
                origin.set("/new", Route::rss(&[news("b", number + 10)]));
            }
            poll(&site);
            let_pass(&site, 24);
        }
        let before = asked(&origin, "/old");
        poll(&site);
        assert_eq!(asked(&origin, "/old"), before + 1, "{status} was adopted");
    }
}

#[test]
fn a_redirect_that_goes_away_within_two_days_leaves_no_trace() {
    let origin = Origin::start();
    origin.set("/old", Route::rss(&[news("a", 1)]));
    origin.set("/new", Route::rss(&[news("a", 1)]));
    let site = site(&origin, "/old");
    poll(&site);
    for _ in 0..4 {
        origin.set("/old", Route::redirect(301, origin.url("/new")));
        poll(&site);
        let_pass(&site, 20);
        origin.set("/old", Route::rss(&[news("a", 1)]));
        poll(&site);
    }
    let before = asked(&origin, "/old");
    poll(&site);
    assert_eq!(asked(&origin, "/old"), before + 1);
}

#[test]
fn an_adopted_address_that_fails_is_left_for_the_configured_one() {
    let origin = Origin::start();
    origin.set("/old", Route::rss(&[news("a", 1)]));
    let site = site(&origin, "/old");
    poll(&site);
    origin.set("/old", Route::redirect(301, origin.url("/new")));
    origin.set("/new", Route::rss(&[news("a", 1)]));
    for _ in 0..4 {
        poll(&site);
        let_pass(&site, 20);
    }
    origin.set(
        "/new",
        Route {
            status: 404,
            ..Route::rss(&[])
        },
    );
    origin.set("/old", Route::rss(&[news("a", 1), news("a", 2)]));
    for _ in 0..4 {
        poll(&site);
    }
    assert_eq!(site.error("a"), None);
    assert_eq!(site.entries("it").len(), 2);
}

#[test]
fn a_source_that_is_gone_is_paused_after_a_day_and_what_it_gave_stays() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    let site = site(&origin, "/a");
    poll(&site);
    origin.set(
        "/a",
        Route {
            status: 410,
            ..Route::rss(&[])
        },
    );
    poll(&site);
    poll(&site);
    let ran = poll(&site);
    assert!(!ran.out.contains("paused"), "within a day: {}", ran.out);
    let_pass(&site, 25);
    let ran = poll(&site);
    assert!(ran.out.contains("paused"), "{}", ran.out);
    let wait: i64 = site
        .look()
        .query_row("SELECT next_run - last_attempt FROM source", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert!(wait >= 7 * 24 * 3600, "{wait}");
    assert_eq!(site.entries("it").len(), 1);
    assert!(site.run("status", &["a"]).out.contains("paused"));
    // It may think better of it.
    origin.set("/a", Route::rss(&[news("a", 1), news("a", 2)]));
    poll(&site);
    assert_eq!((site.error("a"), site.entries("it").len()), (None, 2));
}
