//! Items whose articles are read before they are published: once each, politely, and whatever comes of it.

use std::sync::OnceLock;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::support::{Dice, Origin, Route, Site, all_whole, news, seed, wait};

/// Rules for [`list`], in which no item has a date.
const RULES: &str = "listing.item = \"article\"\nlisting.title = \"h3 a\"\nlisting.link = \"h3 a\"\nlisting.summary = \"p\"\n";

fn table(origin: &Origin, id: &str, more: &str) -> String {
    let url = origin.url(&format!("/{id}/"));
    format!("[source.{id}]\nurl = \"{url}\"\nlanguage = \"it\"\n{more}\n")
}

/// A list of news without dates: where each leads to and its title.
fn list(items: &[(String, String)]) -> Route {
    let items: String = items
        .iter()
        .map(|(link, title)| {
            format!("<article><h3><a href=\"{link}\">{title}</a></h3><p>In breve: {title}.</p></article>\n")
        })
        .collect();
    Route::html(format!(
        "<!doctype html><html lang=it><head><title>Notizie</title></head><body><main>{items}</main></body></html>"
    ))
}

fn path(n: u32) -> String {
    format!("/notizie/{n}")
}

fn title(n: u32) -> String {
    let what = ["Lanciata", "Persa", "Ritrovata", "Premiata"][n as usize % 4];
    let who = [
        "oggi la sonda",
        "un’antenna",
        "da ieri ogni traccia",
        "la squadra di terra",
        "in orbita",
    ];
    format!("{what} {} n{n} ", who[n as usize % 5])
        .trim()
        .to_owned()
}

fn listed(numbers: impl IntoIterator<Item = u32>) -> Route {
    let items: Vec<_> = numbers.into_iter().map(|n| (path(n), title(n))).collect();
    list(&items)
}

/// The article of a piece of news.
fn article(n: u32, head: &str) -> Route {
    let (title, date) = (title(n), date(n));
    let text = "Il testo della notizia racconta per intero quello che la sonda ha visto durante il viaggio. ".repeat(4);
    Route::html(format!(
        "<!doctype html><html lang=it><head><title>{title} | Agenzia</title><meta property=\"og:type\" content=\"article\">\
         <meta property=\"article:published_time\" content=\"{date}\"><meta name=description content=\"Il sommario {n}.\">\
         {head}</head><body><main><h1>{title}</h1><p>{text}</p><p>{text}</p></main></body></html>"
    ))
}

/// When it was published: yesterday, a minute later for each number.
fn date(n: u32) -> String {
    static FIRST: OnceLock<DateTime<Utc>> = OnceLock::new();
    let first = FIRST.get_or_init(|| Utc::now() - TimeDelta::hours(30));
    (*first + TimeDelta::minutes(i64::from(n)))
        .format("%FT%TZ")
        .to_string()
}

/// An origin with articles, and a site with one source of them.
fn world(numbers: impl IntoIterator<Item = u32>, more: &str) -> (Origin, Site) {
    let (origin, site) = (Origin::start(), Site::new());
    for n in numbers {
        origin.set(&path(n), article(n, ""));
    }
    site.configure(&table(&origin, "a", &format!("{RULES}{more}")));
    (origin, site)
}

fn asked(origin: &Origin, n: u32) -> usize {
    origin.asked(&path(n)).len()
}

/// Why the article of an item gave nothing.
fn trouble(site: &Site) -> Option<String> {
    site.look()
        .query_row("SELECT trouble FROM article", [], |row| row.get(0))
        .unwrap()
}

fn first_seen(site: &Site, n: u32) -> i64 {
    let wanted = format!("% n{n}");
    site.look()
        .query_row(
            "SELECT first_seen FROM item WHERE title LIKE ?1",
            [wanted],
            |row| row.get(0),
        )
        .unwrap()
}

#[test]
fn each_article_is_asked_for_once_over_many_cycles_and_restarts() {
    let (origin, site) = world(1..=5, "");
    for cycle in 1..=4 {
        origin.set("/a/", listed((1..=4).rev()));
        site.once();
        // The same list in other bytes, so that it is read again.
        let mut again = listed((1..=4).rev());
        again.body = std::sync::Arc::new(
            [
                again.body.as_slice(),
                format!("<!-- {cycle} -->").as_bytes(),
            ]
            .concat(),
        );
        origin.set("/a/", again);
        site.once();
    }
    let entries = site.entries("it");
    assert_eq!(entries.len(), 4);
    for (entry, n) in entries.iter().zip((1..=4).rev()) {
        assert_eq!(asked(&origin, n), 1, "{n}");
        assert_eq!(
            (
                entry.title.clone(),
                entry.published.format("%FT%TZ").to_string()
            ),
            (title(n), date(n))
        );
        assert!(
            entry.text.contains(&format!("In breve: {}", title(n))),
            "{entry:?}"
        );
        assert_eq!(entry.updated, entry.published, "nothing was edited");
    }
    origin.set("/a/", listed((1..=5).rev()));
    site.once();
    assert_eq!(
        (1..=5).map(|n| asked(&origin, n)).collect::<Vec<_>>(),
        [1; 5]
    );
    // Neither a source that goes and comes back nor new rules ask again.
    site.configure("");
    site.run("once", &[]);
    for more in [
        "",
        "follow = \"always\"",
        "dates = { format = \"%d/%m/%Y\" }",
    ] {
        site.configure(&table(&origin, "a", &format!("{RULES}{more}")));
        site.once();
    }
    assert_eq!(
        (1..=5).map(|n| asked(&origin, n)).collect::<Vec<_>>(),
        [1; 5]
    );
    assert_eq!(site.entries("it").len(), 5);
}

#[test]
fn more_than_the_budget_waits_for_later_cycles_and_nothing_is_lost() {
    let (origin, site) = world(1..=60, "");
    origin.set("/a/", listed((1..=30).rev()));
    site.once();
    assert_eq!(site.entries("it").len(), 10);
    let first: Vec<usize> = (1..=30).map(|n| asked(&origin, n)).collect();
    assert_eq!(
        first,
        [[0; 20].as_slice(), [1; 10].as_slice()].concat(),
        "those that are published"
    );
    let published = |site: &Site| site.entries("it").len();
    origin.set("/a/", listed((1..=50).rev()));
    let ran = site.once();
    assert!(
        ran.out.contains("10 wait for their articles"),
        "{}",
        ran.out
    );
    assert_eq!(published(&site), 20);
    let sighted = Utc::now().timestamp();
    // What waits is published although the list has gone on without it.
    std::thread::sleep(Duration::from_millis(1100));
    origin.set("/a/", listed((46..=55).rev()));
    for expected in [30, 35, 35] {
        site.once();
        assert_eq!(published(&site), expected);
    }
    assert!((31..=55).all(|n| asked(&origin, n) == 1));
    let entries = site.entries("it");
    for n in 31..=55 {
        let found: Vec<_> = entries
            .iter()
            .filter(|entry| entry.title == title(n))
            .collect();
        assert_eq!(found.len(), 1, "{n}");
        assert_eq!(found[0].published.format("%FT%TZ").to_string(), date(n));
        assert_eq!(first_seen(&site, n) <= sighted, n <= 50, "{n}");
    }
}

#[test]
fn an_article_that_fails_is_tried_again_and_its_item_waits() {
    let (origin, site) = world([2, 3], "");
    let busy = Route {
        status: 500,
        ..Route::html("<h1>Error</h1>")
    };
    origin.set(&path(1), busy.clone());
    origin.set("/a/", listed([3, 2, 1]));
    let ran = site.once();
    assert_eq!(site.entries("it").len(), 2);
    assert!(
        ran.out.contains("1 waits for its article; the article at"),
        "{}",
        ran.out
    );
    origin.set(&path(1), article(1, ""));
    site.once();
    let entries = site.entries("it");
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[2].published.format("%FT%TZ").to_string(), date(1));
    assert_eq!([asked(&origin, 1), asked(&origin, 2)], [2, 1]);
    // One that never comes is given up, and its item has the time of its first sighting.
    origin.set(&path(4), busy);
    origin.set("/a/", listed([4, 3, 2, 1]));
    let before = Utc::now();
    site.once();
    let sighted = Utc::now();
    std::thread::sleep(Duration::from_millis(1100));
    for _ in 0..5 {
        site.once();
    }
    assert_eq!(asked(&origin, 4), 3);
    let entries = site.entries("it");
    assert_eq!(entries.len(), 4);
    let late = entries
        .iter()
        .find(|entry| entry.title == title(4))
        .unwrap();
    let second = TimeDelta::seconds(1);
    assert!(
        late.published >= before - second && late.published <= sighted,
        "{late:?}"
    );
}

#[test]
fn an_item_waits_a_day_at_most_even_if_its_source_fails() {
    let (origin, site) = world([2], "");
    origin.set(
        &path(1),
        Route {
            status: 503,
            ..Route::html("")
        },
    );
    origin.set("/a/", listed([2, 1]));
    site.once();
    origin.set(
        "/a/",
        Route {
            status: 500,
            ..Route::html("")
        },
    );
    site.run("once", &[]);
    assert_eq!(site.entries("it").len(), 1);
    let day = "UPDATE followed SET first_seen = first_seen - 86401 WHERE item IS NOT NULL";
    let database = rusqlite::Connection::open(site.database()).unwrap();
    assert_eq!(database.execute(day, []), Ok(1));
    site.run("once", &[]);
    assert_eq!(site.entries("it").len(), 2);
    origin.set("/a/", listed([2, 1]));
    site.once();
    assert_eq!(site.entries("it").len(), 2);
    assert_eq!(asked(&origin, 1), 1);
}

#[test]
fn an_article_that_must_not_be_had_is_never_asked_for_and_its_item_is_published() {
    let (origin, site) = world([1], "");
    origin.set(
        "/robots.txt",
        Route::new("text/plain", "User-agent: *\nDisallow: /notizie/"),
    );
    origin.set("/a/", listed([1]));
    for _ in 0..3 {
        site.once();
    }
    assert_eq!(asked(&origin, 1), 0);
    assert_eq!(site.entries("it").len(), 1);
    assert!(trouble(&site).unwrap().contains("robots.txt"));
}

#[test]
fn what_is_no_article_gives_nothing_and_is_remembered_with_its_reason() {
    let check = "<html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1>\
                 <p>Please verify you are human.</p></body></html>";
    let missing = Route {
        status: 404,
        ..Route::html("<h1>404</h1>")
    };
    let front = Route::redirect(302, "/");
    let private = Route::redirect(302, "http://10.0.0.1:1/secret");
    let file = Route::redirect(302, "file:///etc/passwd");
    for (route, reason) in [
        (Route::html(check), "bot check"),
        (missing, "404"),
        (front, "no article"),
        (private, "not public"),
        (file, "never followed"),
        (Route::rss(&[news("x", 1)]), "feed"),
    ] {
        let (origin, site) = world([], "");
        origin.set("/", article(9, ""));
        origin.set(&path(1), route);
        origin.set("/a/", listed([1]));
        for _ in 0..3 {
            site.once();
        }
        assert_eq!(asked(&origin, 1), 1, "{reason}");
        let trouble = trouble(&site).unwrap_or_default();
        assert!(trouble.contains(reason), "{reason}: {trouble}");
        let entries = site.entries("it");
        assert_eq!(entries.len(), 1, "{reason}");
        assert_eq!(entries[0].link, origin.url(&path(1)));
        assert!(entries[0].text.contains("In breve"), "{entries:?}");
    }
}

#[test]
fn the_articles_own_address_makes_one_story_of_several_links() {
    let (origin, site) = world([], "");
    let canonical = format!("<link rel=canonical href=\"{}\">", origin.url(&path(1)));
    for way in ["/vai/77", "/vai/78", "/vai/79"] {
        origin.set(way, article(1, &canonical));
    }
    let mut told = news("b", 1);
    (told.link, told.title) = (origin.url(&path(1)), title(1));
    origin.set("/b/", Route::rss(&[told]));
    site.configure(
        &(table(&origin, "a", RULES) + &table(&origin, "b", "") + &table(&origin, "c", RULES)),
    );
    let item = |way: &str| list(&[(way.to_owned(), title(1))]);
    origin.set("/c/", item("/vai/79"));
    for way in ["/vai/77", "/vai/77", "/vai/78", "/vai/78"] {
        origin.set("/a/", item(way));
        site.once();
    }
    let entries = site.entries("it");
    assert_eq!(entries.len(), 1, "{entries:#?}");
    assert_eq!(entries[0].link, origin.url(&path(1)));
    for way in ["/vai/77", "/vai/78", "/vai/79"] {
        assert_eq!(origin.asked(way).len(), 1, "{way}");
    }
}

#[test]
fn an_address_that_several_articles_claim_is_nobodys() {
    for claimed in ["/", "/a/", "/chi-siamo", "https://altrove.example/notizia"] {
        let (origin, site) = world([], "");
        for n in 1..=3 {
            origin.set(
                &path(n),
                article(n, &format!("<link rel=canonical href=\"{claimed}\">")),
            );
        }
        origin.set("/a/", listed((1..=3).rev()));
        site.once();
        let links: Vec<String> = site
            .entries("it")
            .into_iter()
            .map(|entry| entry.link)
            .collect();
        let own: Vec<String> = (1..=3).rev().map(|n| origin.url(&path(n))).collect();
        assert_eq!(links, own, "{claimed}");
        origin.set("/a/", listed((1..=3).chain([9])));
        origin.set(
            &path(9),
            article(9, &format!("<link rel=canonical href=\"{claimed}\">")),
        );
        site.once();
        let mut links: Vec<String> = site
            .entries("it")
            .into_iter()
            .map(|entry| entry.link)
            .collect();
        links.sort();
        let own: Vec<String> = [1, 2, 3, 9].map(|n| origin.url(&path(n))).into();
        assert_eq!(links, own, "{claimed}");
    }
}

#[test]
fn two_sources_that_list_an_article_ask_for_it_once() {
    let (origin, site) = (Origin::start(), Site::new());
    for n in 1..=3 {
        let slow = Route {
            delay: Duration::from_millis(100),
            ..article(n, "")
        };
        origin.set(&path(n), slow);
    }
    for id in ["a", "b"] {
        origin.set(&format!("/{id}/"), listed([3, 2, 1]));
    }
    site.configure(&(table(&origin, "a", RULES) + &table(&origin, "b", RULES)));
    for _ in 0..3 {
        site.once();
    }
    assert_eq!(
        (1..=3).map(|n| asked(&origin, n)).collect::<Vec<_>>(),
        [1; 3]
    );
    assert_eq!(site.entries("it").len(), 3);
}

#[test]
fn what_is_secret_goes_to_articles_of_its_own_origin_only() {
    let (origin, away) = (Origin::start(), Origin::start());
    let site = Site::new();
    let far = away.url(&path(2)).replace("127.0.0.1", "localhost");
    origin.set(&path(1), article(1, ""));
    away.set(&path(2), article(2, ""));
    origin.set("/a/", list(&[(path(1), title(1)), (far, title(2))]));
    let own = format!(
        "{RULES}headers = {{ X-Key = \"k\" }}\npost = {{ form = {{ q = \"news\" }} }}\nrobots = false"
    );
    site.configure(&table(&origin, "a", &own));
    site.once();
    let (near, far) = (&origin.asked(&path(1))[0], &away.asked(&path(2))[0]);
    assert_eq!(near.headers.get("x-key").map(String::as_str), Some("k"));
    assert!(!far.headers.contains_key("x-key"));
    // The list is asked by POST, its articles are not.
    assert!(
        origin.asked("/a/")[0]
            .headers
            .contains_key("content-length")
    );
    assert!(!near.headers.contains_key("content-length"));
    assert_eq!(site.entries("it").len(), 2);
}

#[test]
fn a_feed_is_followed_where_it_says_so_and_gives_the_whole_text_where_that_is_published() {
    let (origin, site) = (Origin::start(), Site::new());
    for id in ["a", "b", "c"] {
        let mut item = news(id, 1);
        item.link = origin.url(&format!("/{id}/1"));
        origin.set(
            &format!("/{id}/1"),
            article(1, "<link rel=alternate hreflang=en href=/en/1>"),
        );
        origin.set(&format!("/{id}/"), Route::rss(&[item]));
    }
    site.configure(
        &(table(&origin, "a", "")
            + &table(&origin, "b", "follow = \"always\"\ncontent = \"full\"")
            + &table(&origin, "c", "follow = \"undated\"")),
    );
    site.once();
    let counts = ["a", "b", "c"].map(|id| origin.asked(&format!("/{id}/1")).len());
    assert_eq!(counts, [0, 1, 0]);
    let whole = site
        .entries("it")
        .into_iter()
        .find(|entry| entry.title.ends_with(" b"))
        .unwrap();
    assert!(whole.text.contains("racconta per intero"), "{whole:?}");
    assert_eq!(whole.published, news("b", 1).at, "its own date stays");
    let kept: String = site
        .look()
        .query_row(
            "SELECT alternates FROM item WHERE title LIKE '% b'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        kept,
        format!(
            "[{{\"language\":\"en\",\"url\":\"{}\"}}]",
            origin.url("/en/1")
        )
    );
}

#[test]
fn a_kill_between_articles_and_record_loses_nothing_and_repeats_nothing() {
    let (origin, site) = world(1..=6, "");
    let slow = Route {
        delay: Duration::from_millis(500),
        ..article(2, "")
    };
    origin.set(&path(2), slow);
    origin.set("/a/", listed((1..=6).rev()));
    for round in 1..=2 {
        let daemon = site.start_ready();
        wait("an article is asked for", || asked(&origin, 2) == round);
        daemon.kill();
    }
    assert_eq!(site.entries("it").len(), 0);
    site.once();
    let entries = site.entries("it");
    let titles: Vec<String> = (1..=6).rev().map(title).collect();
    assert_eq!(
        entries
            .iter()
            .map(|entry| entry.title.clone())
            .collect::<Vec<_>>(),
        titles
    );
    for (entry, n) in entries.iter().zip((1..=6).rev()) {
        assert_eq!(entry.published.format("%FT%TZ").to_string(), date(n));
    }
    site.once();
    assert_eq!(site.entries("it"), entries);
    assert_eq!(
        asked(&origin, 6),
        3,
        "once in each run that was not killed before it was recorded"
    );
    all_whole(&site.published());
}

#[test]
fn a_host_that_asks_for_a_pause_is_left_alone_and_that_is_no_try() {
    let (origin, away, site) = (Origin::start(), Origin::start(), Site::new());
    let busy = Route {
        headers: vec![("Retry-After", "3600".into())],
        ..Route {
            status: 503,
            ..Route::html("")
        }
    };
    away.set(&path(1), busy);
    away.set(&path(2), article(2, ""));
    let far = |n: u32| (away.url(&path(n)), title(n));
    origin.set("/a/", list(&[far(1), far(2)]));
    site.configure(&table(&origin, "a", RULES));
    for _ in 0..4 {
        site.once();
    }
    assert_eq!([asked(&away, 1), asked(&away, 2)], [1, 0]);
    let tries: Vec<u32> = site
        .look()
        .prepare("SELECT tries FROM article ORDER BY number")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(tries, [1, 0]);
    assert_eq!(site.entries("it").len(), 0);
    let status = site.run("status", &["a"]).out;
    assert!(
        status.contains("2 new items wait for their articles"),
        "{status}"
    );
}

#[test]
fn whatever_becomes_of_articles_and_of_the_program_each_story_is_published_once() {
    let (origin, site) = world([], "");
    let mut dice = Dice::new(seed());
    let (mut newest, mut kills) = (3, 0);
    let list_all = |newest: u32| listed((newest.saturating_sub(39).max(1)..=newest).rev());
    origin.set("/a/", list_all(newest));
    site.once();
    for _ in 0..40 {
        for n in newest + 1..=newest + u32::try_from(dice.below(4)).unwrap() {
            newest = n;
            let route = match dice.below(6) {
                0 => Route {
                    status: 500,
                    ..Route::html("")
                },
                1 => Route {
                    status: 404,
                    ..Route::html("")
                },
                2 => Route {
                    delay: Duration::from_millis(120),
                    ..article(n, "")
                },
                3 => article(n, &format!("<link rel=canonical href=\"/storie/{n}\">")),
                _ => article(n, ""),
            };
            origin.set(&path(n), route);
        }
        // Some that failed are well again.
        if dice.once_in(3) {
            let n = 4 + u32::try_from(dice.below(newest as usize)).unwrap();
            origin.set(&path(n), article(n, ""));
        }
        origin.set("/a/", list_all(newest));
        if dice.once_in(4) {
            let daemon = site.start();
            std::thread::sleep(Duration::from_millis(dice.below(250) as u64));
            daemon.kill();
            kills += 1;
        } else {
            site.once();
        }
    }
    for _ in 0..12 {
        site.once();
    }
    let mut titles = site.titles("it");
    titles.sort();
    let mut expected: Vec<String> = (1..=newest).map(title).collect();
    expected.sort();
    assert_eq!(titles, expected);
    for n in 1..=newest {
        assert!(
            asked(&origin, n) <= 3 + kills,
            "{n}: {} times",
            asked(&origin, n)
        );
    }
    let waiting: u32 = site
        .look()
        .query_row(
            "SELECT count(*) FROM followed WHERE item IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(waiting, 0);
}

#[test]
fn what_is_forgotten_of_an_article_is_its_text_and_not_that_it_was_read() {
    let (origin, mut site) = (Origin::start(), Site::new());
    site.store = "keep = \"1d\"".into();
    site.publish = "entries = 1\ndays = 0".into();
    for n in 1..=3 {
        origin.set(
            &path(n),
            article(n, &format!("<link rel=canonical href=\"/storie/{n}\">")),
        );
    }
    origin.set("/a/", listed([2, 1]));
    site.configure(&table(&origin, "a", &format!("{RULES}content = \"full\"")));
    site.once();
    let text = "SELECT count(*) FROM article WHERE said ->> '$.html' LIKE '%racconta%'";
    let texts = |site: &Site| {
        site.look()
            .query_row(text, [], |row| row.get::<_, u32>(0))
            .unwrap()
    };
    assert_eq!(texts(&site), 2);
    // A feed shows all that came in the second of its newest entry.
    std::thread::sleep(Duration::from_millis(1100));
    origin.set("/a/", listed([3]));
    site.once();
    let database = rusqlite::Connection::open(site.database()).unwrap();
    // Older than the third, however soon that came, and not seen for long.
    let age = "UPDATE ledger SET first_published = first_published - 60
                   WHERE story IN (SELECT story FROM item WHERE title NOT LIKE '% n3');
               UPDATE item SET last_seen = 0 WHERE title NOT LIKE '% n3';
               UPDATE article SET seen = 0 WHERE number < 3";
    database.execute_batch(age).unwrap();
    drop(database);
    site.once();
    assert_eq!(texts(&site), 1);
    // They come back, and stay out.
    origin.set("/a/", listed([3, 2, 1]));
    site.once();
    assert_eq!(site.titles("it"), [title(3)]);
    assert_eq!([1, 2, 3].map(|n| asked(&origin, n)), [1; 3]);
    let items: u32 = site
        .look()
        .query_row("SELECT count(*) FROM item", [], |row| row.get(0))
        .unwrap();
    assert_eq!(items, 1);
}

#[test]
fn what_a_replay_recovers_waits_for_its_article_and_has_its_date() {
    let (origin, site) = world(1..=4, "");
    origin.set("/a/", listed([2, 1]));
    site.once();
    let broken = |numbers: &[u32]| {
        let mut page = listed(numbers.iter().copied());
        let text = String::from_utf8_lossy(&page.body).replace("article>", "section>");
        page.body = std::sync::Arc::new(text.into_bytes());
        page
    };
    origin.set("/a/", broken(&[3, 2, 1]));
    assert_eq!(site.run("once", &[]).code, 1);
    origin.set("/a/", broken(&[4, 2, 1]));
    assert_eq!(site.run("once", &[]).code, 1);
    site.replace("\"article\"", "\"section\"");
    let ran = site.run("replay", &["a", "--apply"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out.contains("2 wait for their articles") && ran.out.contains("told by its article"),
        "{}",
        ran.out
    );
    assert_eq!((asked(&origin, 3), site.entries("it").len()), (0, 2));
    site.once();
    let entries = site.entries("it");
    assert_eq!(entries.len(), 4);
    for n in 1..=4 {
        assert_eq!(asked(&origin, n), 1);
        let date = date(n).parse::<DateTime<Utc>>().unwrap();
        let found = entries.iter().filter(|entry| entry.title == title(n));
        let dates: Vec<_> = found.map(|entry| entry.published).collect();
        assert_eq!(dates, [date], "{n}");
    }
}
