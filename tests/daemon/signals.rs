//! SIGTERM, SIGHUP, and a second program beside the daemon.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use super::support::{LISTING, Origin, Route, Site, news, wait};

fn source(origin: &Origin, name: &str) -> String {
    let url = origin.url(&format!("/{name}"));
    format!("[source.{name}]\nurl = \"{url}\"\nlanguage = \"it\"\n")
}

#[test]
fn sigterm_ends_well_within_five_seconds_while_thirty_fetches_hang() {
    let origin = Origin::start();
    let site = Site::new();
    let mut tables = String::new();
    for n in 0..30 {
        let name = format!("lenta{n}");
        let slow = Route {
            delay: Duration::from_secs(25),
            ..Route::rss(&[news(&name, 1)])
        };
        origin.set(&format!("/{name}"), slow);
        tables.push_str(&source(&origin, &name));
    }
    site.configure(&tables);
    let mut daemon = site.start_ready();
    // And robots.txt, once for all of them.
    wait("thirty fetches hang", || origin.requests() == 31);
    // Readers that keep their connections open, with and without a request, don't hold it up either.
    let _idle = site.connect();
    let mut asking = site.connect();
    asking.write_all(b"GET /it/rss.xml HTTP/1.1\r\nHo").unwrap();
    let begun = Instant::now();
    daemon.signal("TERM");
    let status = daemon.end();
    assert_eq!(status.code(), Some(0), "{}", daemon.log());
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    // Nothing is held against a source that was not waited for.
    assert_eq!(site.error("lenta0"), None);
}

#[test]
fn sighup_takes_a_new_source_and_keeps_the_old_ones() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    origin.set("/b", Route::rss(&[news("b", 2)]));
    let site = Site::new();
    site.configure(&source(&origin, "a"));
    let daemon = site.start_ready();
    wait("the first source is published", || {
        site.entries("it").len() == 1
    });
    site.configure(&(source(&origin, "a") + &source(&origin, "b")));
    daemon.signal("HUP");
    wait("the second source is published and served", || {
        let served = site.public("GET", "/it/atom.xml", &[]).text();
        site.entries("it").len() == 2 && served.contains("n2 di b")
    });
    assert_eq!(origin.asked("/a").len(), 1, "the first is not due again");
    daemon.stop();
}

#[test]
fn a_broken_configuration_is_reported_and_the_old_one_stays() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    let mut site = Site::new();
    site.schedule = "every = \"1s\"".into();
    site.configure(&source(&origin, "a"));
    let daemon = site.start_ready();
    let good = fs::read_to_string(site.config()).unwrap();
    fs::write(site.config(), good.replace("language = ", "langage = ")).unwrap();
    daemon.signal("HUP");
    wait("the trouble shows", || {
        site.admin("/healthz")
            .is_some_and(|reply| reply.status == 503)
    });
    let health = site.admin("/healthz").unwrap().text();
    assert!(health.contains("langage"), "{health}");
    assert!(
        !health.contains("error:") && health.trim_end().lines().count() == 1,
        "{health}"
    );
    let status = site.admin("/status").unwrap().text();
    assert!(status.contains("langage"), "{status}");
    assert!(daemon.log().contains("langage"), "{}", daemon.log());

    origin.set("/a", Route::rss(&[news("a", 2), news("a", 1)]));
    wait("the old configuration goes on", || {
        site.entries("it").len() == 2
    });
    let health = site.admin("/healthz").unwrap();
    assert_eq!(
        health.status, 503,
        "publishing does not mend a configuration"
    );

    fs::write(site.config(), good).unwrap();
    daemon.signal("HUP");
    wait("all is well again", || {
        site.admin("/healthz")
            .is_some_and(|reply| reply.status == 200)
    });
    daemon.stop();
}

/// A page with two headings an item, so that the rules decide which of them is the title.
fn two_headings(delay: Duration) -> Route {
    let page = "<html lang=it><body><article><h2><a href='https://a.example/1'>Secondo le regole nuove</a></h2>\
                <h3><a href='https://a.example/1'>Secondo le regole vecchie</a></h3><time datetime='2026-01-02'>2.1.</time></article></body></html>";
    Route {
        etag: Some("\"pagina\""),
        delay,
        ..Route::html(page)
    }
}

#[test]
fn changed_rules_void_the_validators() {
    let origin = Origin::start();
    origin.set("/a", two_headings(Duration::ZERO));
    let mut site = Site::new();
    site.schedule = "every = \"1s\"".into();
    let old = source(&origin, "a") + LISTING;
    site.configure(&old);
    let daemon = site.start_ready();
    wait("conditional requests", || origin.asked("/a").len() >= 3);
    site.configure(&old.replace("h3 a", "h2 a"));
    daemon.signal("HUP");
    wait("the page is read by the new rules", || {
        site.titles("it") == ["Secondo le regole nuove"]
    });
    daemon.stop();
    let conditional: Vec<bool> = origin
        .asked("/a")
        .iter()
        .map(|asked| asked.headers.contains_key("if-none-match"))
        .collect();
    assert!(!conditional[0] && conditional[1] && conditional[2]);
    let without = conditional.iter().filter(|one| !**one).count();
    assert_eq!(without, 2, "once at first, once after: {conditional:?}");
}

#[test]
fn what_was_fetched_under_old_rules_is_thrown_away() {
    let origin = Origin::start();
    origin.set("/a", two_headings(Duration::from_secs(2)));
    let site = Site::new();
    let old = source(&origin, "a") + LISTING;
    site.configure(&old);
    let daemon = site.start_ready();
    wait("the fetch is under way", || origin.asked("/a").len() == 1);
    site.configure(&old.replace("h3 a", "h2 a"));
    daemon.signal("HUP");
    wait("the page is read by the new rules", || {
        site.titles("it") == ["Secondo le regole nuove"]
    });
    assert!(
        daemon.log().contains("its rules changed meanwhile"),
        "{}",
        daemon.log()
    );
    // An entry that had been made by the old rules would have been edited, not opened.
    let entry = &site.entries("it")[0];
    assert_eq!(entry.published, entry.updated);
    daemon.stop();
}

#[test]
fn a_source_that_leaves_the_configuration_keeps_its_entries_and_is_asked_no_more() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    origin.set("/b", Route::rss(&[news("b", 2)]));
    let mut site = Site::new();
    site.schedule = "every = \"1s\"".into();
    site.configure(&(source(&origin, "a") + &source(&origin, "b")));
    let daemon = site.start_ready();
    wait("both are published", || site.entries("it").len() == 2);
    site.configure(&source(&origin, "a"));
    daemon.signal("HUP");
    wait("it is read", || {
        daemon.log().contains("configuration read again")
    });
    std::thread::sleep(Duration::from_millis(300));
    let (a, b) = (origin.asked("/a").len(), origin.asked("/b").len());
    wait("two more cycles", || origin.asked("/a").len() >= a + 2);
    assert_eq!(origin.asked("/b").len(), b);
    assert_eq!(site.entries("it").len(), 2);
    daemon.stop();
}

#[test]
fn a_second_daemon_on_the_same_database_ends_with_a_clear_message() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    let site = Site::new();
    site.configure(&source(&origin, "a"));
    let daemon = site.start_ready();
    let second = site.run("run", &[]);
    assert_eq!(second.code, 3, "{second:?}");
    let holder = format!("in use by another rassegna (process {})", daemon.id());
    assert!(second.err.contains(&holder), "{}", second.err);
    daemon.stop();
    // The lock goes with its holder.
    site.once();
}

#[test]
fn once_beside_a_daemon_asks_it_and_gets_its_answer() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    origin.set("/b", Route::rss(&[news("b", 5)]));
    let site = Site::new();
    site.configure(&(source(&origin, "a") + &source(&origin, "b")));
    let daemon = site.start_ready();
    wait("the first cycle is published", || {
        site.entries("it").len() == 2
    });
    origin.set("/a", Route::rss(&[news("a", 2), news("a", 1)]));
    let asked = site.run("once", &["--source", "a"]);
    assert_eq!(asked.code, 0, "{asked:?}");
    assert!(asked.out.contains("a: ok"), "{asked:?}");
    assert_eq!(site.entries("it").len(), 3, "published before the answer");
    assert_eq!(origin.asked("/b").len(), 1, "only what was asked for");

    origin.set(
        "/b",
        Route {
            status: 500,
            ..Route::rss(&[])
        },
    );
    let asked = site.run("once", &[]);
    assert_eq!(asked.code, 1, "{asked:?}");
    assert!(
        asked
            .out
            .contains("b: the server answered 500 Internal Server Error"),
        "{asked:?}"
    );
    daemon.stop();
}

#[test]
fn an_address_in_use_is_a_clear_error() {
    let origin = Origin::start();
    let site = Site::new();
    site.configure(&source(&origin, "a"));
    let daemon = site.start_ready();
    let other = Site::new();
    // The other site has its own data, but the ports of this one.
    fs::copy(site.config(), other.config()).unwrap();
    let ran = other.run("run", &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("cannot listen on 127.0.0.1:"), "{ran:?}");
    assert!(ran.err.contains("serve.listen"), "{ran:?}");
    daemon.stop();
}

#[test]
fn a_daemon_that_stops_leaves_the_database_in_one_file() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    let site = Site::new();
    site.configure(&source(&origin, "a"));
    let daemon = site.start_ready();
    wait("it is published", || site.entries("it").len() == 1);
    daemon.stop();
    let log = site.data().join("rassegna.db-wal");
    assert_eq!(fs::metadata(log).map_or(0, |file| file.len()), 0);
}

#[test]
fn a_daemon_whose_database_is_locked_for_a_while_says_so_and_goes_on_afterwards() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    origin.set("/b", Route::rss(&[news("b", 5)]));
    let site = Site::new();
    site.configure(&source(&origin, "a"));
    let daemon = site.start_ready();
    wait("it is published", || site.entries("it").len() == 1);
    let other = rusqlite::Connection::open(site.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    site.configure(&(source(&origin, "a") + &source(&origin, "b")));
    daemon.signal("HUP");
    let locked = "is locked by another program";
    wait("the lock is told", || daemon.log().contains(locked));
    wait("health tells it too", || {
        site.admin("/healthz")
            .is_some_and(|health| health.text().contains(locked))
    });
    assert_eq!(site.public("GET", "/it/atom.xml", &[]).status, 200);
    drop(other);
    daemon.signal("HUP");
    wait("the new source is published", || {
        site.entries("it").len() == 2
    });
    wait("all is well", || {
        site.admin("/healthz")
            .is_some_and(|health| health.text() == "ok\n")
    });
    daemon.stop();
}

#[test]
fn a_request_that_a_daemon_did_not_live_to_do_is_done_by_the_next_one() {
    let origin = Origin::start();
    let site = Site::new();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    site.configure(&source(&origin, "a"));
    site.once();
    // As a daemon leaves it that is killed after it took the request.
    rusqlite::Connection::open(site.database())
        .unwrap()
        .execute(
            "INSERT INTO request (source, asked, taken) VALUES ('a', 1, 2)",
            [],
        )
        .unwrap();
    let daemon = site.start_ready();
    wait("the request is done", || {
        let done = "SELECT count(*) FROM request WHERE done IS NOT NULL";
        site.look().query_row(done, [], |row| row.get::<_, u32>(0)) == Ok(1)
    });
    assert_eq!(origin.asked("/a").len(), 2);
    daemon.stop();
}
