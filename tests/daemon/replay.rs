//! What sources answered is kept, and read again by rules that were repaired.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use super::support::{LISTING, News, Origin, Route, Site, listing, minute, news, wait};

fn numbers(numbers: &[u32]) -> Vec<News> {
    numbers.iter().map(|n| news("comune", *n)).collect()
}

/// The page after its layout has changed: the rules of before find nothing on it.
fn changed(numbers: &[u32]) -> Route {
    let page = listing(&self::numbers(numbers));
    Route::html(
        page.replace("<article>", "<div class=\"scheda\">")
            .replace("</article>", "</div>"),
    )
}

fn configure(site: &Site, origin: &Origin) {
    let url = origin.url("/novita");
    site.configure(&format!(
        "[source.comune]\nurl = \"{url}\"\nlanguage = \"it\"\n{LISTING}"
    ));
}

/// The listing is read, and then breaks for three polls in which five items come and two of them leave.
fn broken(site: &Site, origin: &Origin) {
    origin.set("/novita", Route::html(listing(&numbers(&[3, 2, 1]))));
    configure(site, origin);
    site.once();
    for page in [&[5, 4, 3][..], &[7, 6, 5], &[8, 7, 6]] {
        origin.set("/novita", changed(page));
        let ran = site.run("once", &[]);
        assert_eq!(ran.code, 1, "{ran:?}");
    }
    assert_eq!(site.entries("it").len(), 3);
}

fn repair(site: &Site) {
    site.replace(
        "listing.item = \"article\"",
        "listing.item = \"div.scheda\"",
    );
}

/// The feed has each of the items up to this number once, with its true date.
fn has_all(site: &Site, most: u32) -> bool {
    let mut entries = site.entries("it");
    entries.sort_by_key(|entry| entry.published);
    let found = entries
        .iter()
        .map(|entry| (entry.title.clone(), entry.published));
    let all = (1..=most).map(|n| (news("comune", n).title, minute(n)));
    found.eq(all)
}

#[test]
fn what_was_missed_while_the_rules_were_broken_is_recovered_with_its_true_dates() {
    let (site, origin) = (Site::new(), Origin::start());
    broken(&site, &origin);
    repair(&site);
    let asked = origin.requests();
    let shown = site.run("replay", &["comune"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(
        shown.out.contains("comune: 4 answers, from "),
        "{}",
        shown.out
    );
    assert!(
        shown.out.contains("1 can't be read, that of "),
        "the page of before the change is not one for the rules of today: {}",
        shown.out
    );
    assert!(
        shown
            .out
            .contains("5 missed, 0 edited, 0 not found any more. Nothing was recorded"),
        "{}",
        shown.out
    );
    for n in 4..=8 {
        assert_eq!(
            shown.out.matches(&format!("Notizia n{n} ")).count(),
            1,
            "{}",
            shown.out
        );
    }
    assert_eq!(site.entries("it").len(), 3);

    let applied = site.run("replay", &["comune", "--apply"]);
    assert_eq!(applied.code, 0, "{applied:?}");
    assert!(applied.out.contains("5 missed"), "{}", applied.out);
    assert!(has_all(&site, 8), "{:#?}", site.entries("it"));
    assert_eq!(origin.requests(), asked, "nothing is asked");

    let before = site.entries("it");
    let again = site.run("replay", &["comune", "--apply"]);
    assert!(
        again
            .out
            .contains("0 missed, 0 edited, 0 not found any more"),
        "{}",
        again.out
    );
    let ran = site.once();
    assert!(ran.out.contains("comune  3      0    0"), "{}", ran.out);
    assert_eq!(site.entries("it"), before);
}

#[test]
fn what_is_polled_before_the_replay_is_not_published_twice() {
    let (site, origin) = (Site::new(), Origin::start());
    broken(&site, &origin);
    repair(&site);
    site.once();
    assert_eq!(site.entries("it").len(), 6);
    let applied = site.run("replay", &["comune", "--apply"]);
    assert!(
        applied.out.contains("2 missed, 0 edited"),
        "{}",
        applied.out
    );
    assert!(has_all(&site, 8), "{:#?}", site.entries("it"));
}

#[test]
fn a_running_daemon_records_what_was_missed_once_it_has_the_repaired_rules() {
    let (site, origin) = (Site::new(), Origin::start());
    broken(&site, &origin);
    let daemon = site.start_ready();
    repair(&site);
    let refused = site.run("replay", &["comune", "--apply"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.err.contains("the daemon runs under other rules"),
        "{}",
        refused.err
    );
    assert_eq!(site.entries("it").len(), 3);
    daemon.signal("HUP");
    wait("the configuration is read again", || {
        daemon.log().contains("configuration read again")
    });
    let applied = site.run("replay", &["comune", "--apply"]);
    assert_eq!(applied.code, 0, "{applied:?}");
    assert!(
        applied
            .out
            .contains("recorded and published by the running daemon"),
        "{}",
        applied.out
    );
    assert!(has_all(&site, 8), "{:#?}", site.entries("it"));
    daemon.stop();
}

#[test]
fn a_missed_item_without_a_date_has_the_time_when_it_was_first_to_be_seen() {
    let page = |numbers: &[u32], class: &str| {
        let items: String = numbers
            .iter()
            .map(|n| format!("<div class=\"{class}\"><a href=\"https://comune.example/{n}\">Avviso numero {n} del comune</a></div>"))
            .collect();
        Route::html(format!(
            "<!doctype html><html lang=\"it\"><body><main>{items}</main></body></html>"
        ))
    };
    let (site, origin) = (Site::new(), Origin::start());
    origin.set("/avvisi", page(&[1, 2], "avviso"));
    site.configure(&format!(
        "[source.comune]\nurl = \"{}\"\nlanguage = \"it\"\nfollow = \"never\"\n\
         listing.item = \"div.avviso\"\nlisting.title = \"a\"\nlisting.link = \"a\"\n",
        origin.url("/avvisi")
    ));
    site.once();
    origin.set("/avvisi", page(&[3, 1, 2], "notizia"));
    assert_eq!(site.run("once", &[]).code, 1);
    sleep(Duration::from_millis(1_100));
    origin.set("/avvisi", page(&[4, 3, 1], "notizia"));
    assert_eq!(site.run("once", &[]).code, 1);
    let at: Vec<i64> = {
        let database = site.look();
        let mut query = database
            .prepare("SELECT at FROM answer ORDER BY at")
            .unwrap();
        let rows = query.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(at.len(), 3);
    site.replace("div.avviso", "div.notizia");
    let applied = site.run("replay", &["comune", "--apply"]);
    assert!(applied.out.contains("2 missed"), "{applied:?}");
    let published = |n: u32| {
        let title = format!("Avviso numero {n} del comune");
        let entries = site.entries("it");
        let mut found = entries.iter().filter(|entry| entry.title == title);
        let entry = found.next().unwrap();
        assert!(found.next().is_none());
        entry.published.timestamp()
    };
    assert_eq!(published(3), at[1]);
    assert_eq!(published(4), at[2]);
}

#[test]
fn rules_that_did_not_change_find_nothing_missed_and_nothing_edited() {
    let (site, origin) = (Site::new(), Origin::start());
    configure(&site, &origin);
    for (round, page) in [&[2, 1][..], &[3, 2, 1], &[4, 3, 2]].iter().enumerate() {
        let mut page = numbers(page);
        // An item that is edited each time says in the end what it said last.
        page.iter_mut()
            .filter(|news| news.link.ends_with("/2"))
            .for_each(|news| {
                news.text = format!("Il testo della notizia, versione {round}.");
            });
        origin.set("/novita", Route::html(listing(&page)));
        site.once();
    }
    let before = site.entries("it");
    let stamps = site.stamps();
    let ran = site.run("replay", &["comune", "--apply"]);
    assert!(ran.out.contains("3 answers"), "{}", ran.out);
    assert!(
        ran.out.contains("0 missed, 0 edited, 0 not found any more"),
        "{}",
        ran.out
    );
    assert_eq!(site.entries("it"), before);
    assert_eq!(site.rewritten(&stamps), [""; 0]);
}

#[test]
fn an_answer_is_kept_once_and_within_its_limits_and_without_a_password() {
    let (mut site, origin) = (Site::new(), Origin::start());
    let secret = "headers.X-Chiave = \"segreto\"\ncookies.sessione = \"segreto\"\n";
    site.store = "bodies = { source = \"64 KiB\" }".into();
    let url = origin.url("/novita");
    site.configure(&format!(
        "[source.comune]\nurl = \"{url}\"\nlanguage = \"it\"\n{secret}{LISTING}"
    ));
    let count = |what: &str| -> i64 {
        let query = format!("SELECT coalesce({what}, 0) FROM answer");
        site.look().query_row(&query, [], |row| row.get(0)).unwrap()
    };
    origin.set("/novita", Route::html(listing(&numbers(&[1]))));
    site.once();
    site.once();
    assert_eq!(count("count(*)"), 1);
    assert_eq!(origin.asked("/novita")[0].headers["x-chiave"], "segreto");
    let database = fs::read(site.database()).unwrap();
    assert!(!database.windows(7).any(|bytes| bytes == b"segreto"));
    // Noise does not get smaller by packing.
    let mut dice = super::support::Dice::new(7);
    for n in 2..8 {
        let noise: String = (0..20_000)
            .map(|_| char::from(b'a' + u8::try_from(dice.below(26)).unwrap()))
            .collect();
        let page =
            listing(&numbers(&[n, n - 1])).replace("</main>", &format!("<!-- {noise} --></main>"));
        origin.set("/novita", Route::html(page));
        site.once();
    }
    assert!(count("count(*)") >= 3, "{}", count("count(*)"));
    assert!(count("sum(size)") <= 64 << 10, "{}", count("sum(size)"));
    assert!(count("max(size)") > 10_000);

    let text = fs::read_to_string(site.config()).unwrap();
    fs::write(
        site.config(),
        text.replace("bodies = { source = \"64 KiB\" }", "bodies = false"),
    )
    .unwrap();
    site.once();
    assert_eq!(count("count(*)"), 0, "what may not be kept any more goes");
}

#[test]
fn a_database_of_before_keeps_what_comes_from_now_on() {
    let (site, origin) = (Site::new(), Origin::start());
    origin.set("/novita", Route::html(listing(&numbers(&[2, 1]))));
    configure(&site, &origin);
    fs::create_dir_all(site.data()).unwrap();
    let database = rusqlite::Connection::open(site.database()).unwrap();
    for step in [
        include_str!("../../src/store/0001_init.sql"),
        include_str!("../../src/store/0002_fetching.sql"),
        include_str!("../../src/store/0003_following.sql"),
    ] {
        database.execute_batch(step).unwrap();
    }
    database
        .execute_batch("PRAGMA user_version = 3; PRAGMA application_id = 0x72617373;")
        .unwrap();
    drop(database);
    let ran = site.run("replay", &["comune"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("no answer of it was kept"), "{}", ran.out);
    site.once();
    let ran = site.run("replay", &["comune", "--since", "2020-01-01"]);
    assert!(ran.out.contains("1 answer, of "), "{}", ran.out);
    let ran = site.run("replay", &["comune", "--since", "ieri"]);
    assert_eq!(ran.code, 2, "{ran:?}");
}

/// Parts of an index, further pages of a list, the feed that a page announces: what was read is read again.
#[test]
fn all_pages_of_an_answer_are_read_again() {
    let (site, origin) = (Site::new(), Origin::start());
    let xml = |text: String| Route::new("application/xml", text);
    let map = |n: u32| {
        format!(
            "<urlset xmlns:news=\"x\"><url><loc>{}</loc><news:news><news:publication_date>2025-09-0{n}</news:publication_date>\
             <news:title>Notizia {n} della mappa</news:title></news:news></url></urlset>",
            origin.url(&format!("/mappa/{n}"))
        )
    };
    let parts = [1, 2].map(|n| origin.url(&format!("/parte-{n}.xml")));
    let index = parts
        .iter()
        .map(|part| format!("<sitemap><loc>{part}</loc></sitemap>"));
    let index: String = index.collect();
    origin.set(
        "/indice.xml",
        xml(format!("<sitemapindex>{index}</sitemapindex>")),
    );
    origin.set("/parte-1.xml", xml(map(1)));
    origin.set("/parte-2.xml", xml(map(2)));
    let first =
        listing(&numbers(&[4, 3])).replace("</main>", "</main><a rel=next href=\"/lista-2\">x</a>");
    origin.set("/lista", Route::html(first));
    origin.set("/lista-2", Route::html(listing(&numbers(&[2, 1]))));
    let announced = [news("annuncio", 12), news("annuncio", 11)];
    let head = "<link rel=alternate type=application/rss+xml href=/annuncio.xml></head>";
    origin.set(
        "/annuncio",
        Route::html(listing(&announced).replace("</head>", head)),
    );
    origin.set("/annuncio.xml", Route::rss(&announced));
    let source = |id: &str, path: &str, more: &str| {
        format!(
            "[source.{id}]\nurl = \"{}\"\nlanguage = \"it\"\n{more}\n",
            origin.url(path)
        )
    };
    site.configure(&format!(
        "{}{}{}",
        source("indice", "/indice.xml", ""),
        source("lista", "/lista", &format!("pages = 3\n{LISTING}")),
        source("annuncio", "/annuncio", ""),
    ));
    site.once();
    assert_eq!(site.entries("it").len(), 8);
    for id in ["indice", "lista", "annuncio"] {
        let ran = site.run("replay", &[id]);
        assert!(
            ran.out.contains(&format!("{id}: 1 answer, of ")),
            "{}",
            ran.out
        );
        assert!(
            ran.out.contains("0 missed, 0 edited, 0 not found any more"),
            "{}",
            ran.out
        );
    }
    let count: i64 = site
        .look()
        .query_row("SELECT sum(length(listed)) / 16 FROM answer", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(count, 8, "all items are known to have been in them");
}
