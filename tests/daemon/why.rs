//! `rassegna why`: the life of an item, and each reason for which it is in no feed.

use super::support::{LISTING, News, Origin, Ran, Route, Site, listing, news};

/// A site with `a`, a feed, and a second feed of what speaks of the moon.
fn site(origin: &Origin, publish: &str) -> Site {
    let mut site = Site::new();
    site.publish = publish.into();
    let url = origin.url("/a");
    site.configure(&format!(
        "[source.a]\ntitle = \"Fonte\"\nurl = \"{url}\"\nlanguage = \"it\"\n\
         [feed.luna]\nwhere = {{ text = [\"luna\"] }}\n"
    ));
    site
}

fn why(site: &Site, what: &str) -> Ran {
    let ran = site.run("why", &[what]);
    assert_eq!(ran.code, 0, "{what}: {ran:?}");
    ran
}

fn says(ran: &Ran, words: &str) {
    assert!(ran.out.contains(words), "{words}: {}", ran.out);
}

#[test]
fn an_entry_is_found_by_its_id_any_form_of_its_address_and_words_of_its_title() {
    let origin = Origin::start();
    let site = site(&origin, "");
    let mut moon = news("a", 2);
    moon.title = "Un passo sulla Luna".into();
    origin.set("/a", Route::rss(&[moon, news("a", 1)]));
    site.once();
    let id = site.entries("it")[0].id.clone();
    let bare = id.trim_start_matches("urn:uuid:").to_owned();
    for what in [
        id.as_str(),
        &bare,
        "https://a.example/notizie/2",
        "http://www.a.example/notizie/2/?utm_source=x",
        "a.example/notizie/2",
        "luna passo",
    ] {
        let ran = why(&site, what);
        for words in [
            "Un passo sulla Luna",
            &id,
            "opened by   a – Fonte",
            &origin.url("/a"),
            "read as     a feed",
            "2024-01-01 11:02:00",
            "from the feed's date: `Mon, 01 Jan 2024 10:02:00 GMT`",
            "known by    guid `a:2`; link; link and title; title and day; what it says",
            "feed it         since ",
            "now in place 1",
            "feed luna       since ",
            "feed en         not there: its filter `language` keeps it out",
        ] {
            says(&ran, words);
        }
    }
    says(
        &why(&site, "notizia"),
        "feed luna       not there: its filter `text` keeps it out",
    );
    let ran = site.run("why", &["nessuna così"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let ran = site.run("why", &["--json", &id]);
    let lives: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(lives[0]["state"], "published");
    assert_eq!(lives[0]["tellings"][0]["known_by"][0], "guid");
    assert_eq!(lives[0]["feeds"][0]["place"], 1);
}

#[test]
fn what_it_said_before_an_edit_is_shown_until_it_is_withdrawn() {
    let origin = Origin::start();
    let site = site(&origin, "");
    origin.set("/a", Route::rss(&[news("a", 1)]));
    site.once();
    let mut edited = news("a", 1);
    edited.title = "Tutt'altro titolo".into();
    edited.text = "Un testo che dice altro di prima.".into();
    origin.set("/a", Route::rss(&[edited]));
    site.once();
    let ran = why(&site, "altro titolo");
    says(&ran, "updated     ");
    says(&ran, "UTC: Notizia n1 di a");
    let id = site.entries("it")[0].id.clone();
    assert_eq!(site.run("withdraw", &[&id, "--yes"]).code, 0);
    let count = "SELECT count(*) FROM revision";
    let left: i64 = site.look().query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn words_that_fit_several_list_them() {
    let origin = Origin::start();
    let site = site(&origin, "");
    origin.set("/a", Route::rss(&[news("a", 2), news("a", 1)]));
    site.once();
    let ran = why(&site, "notizia di");
    for entry in site.entries("it") {
        says(&ran, &entry.id);
        says(&ran, &entry.title);
    }
    says(&ran, "2 fit");
}

#[test]
fn what_is_in_no_feed_says_why() {
    let origin = Origin::start();
    let site = site(&origin, "entries = 2\ndays = 0");
    let all: Vec<News> = (1..=12).rev().map(|n| news("a", n)).collect();
    origin.set("/a", Route::rss(&all));
    site.once();
    says(
        &why(&site, "https://a.example/notizie/1"),
        "never: it was there when the source was first read, and was not among its 10 newest",
    );
    // An entry is in the window of its moment at least.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    origin.set(
        "/a",
        Route::rss(&[news("a", 14), news("a", 13), news("a", 12)]),
    );
    site.once();
    says(
        &why(&site, "https://a.example/notizie/12"),
        "not shown: it is older than the 2 that it shows",
    );
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let drop = "PRAGMA foreign_keys = ON; DELETE FROM item WHERE title LIKE '%n11 %';
                DELETE FROM story WHERE NOT EXISTS (SELECT 1 FROM item WHERE item.story = story.number)";
    database.execute_batch(drop).unwrap();
    let ran = why(&site, "https://a.example/notizie/11");
    says(&ran, "dropped as old");
    says(&ran, "feed it         had it since ");
    let id = site.entries("it")[0].id.clone();
    assert_eq!(site.run("withdraw", &[&id, "--yes"]).code, 0);
    for what in [id.as_str(), "https://a.example/notizie/14"] {
        let ran = why(&site, what);
        says(&ran, "withdrawn ");
        says(&ran, "feed it         had it since ");
    }
}

#[test]
fn a_date_shows_where_it_stood_and_what_waits_for_its_article_says_so() {
    let origin = Origin::start();
    let site = Site::new();
    let mut tables = String::new();
    for name in ["a", "b"] {
        let url = origin.url(&format!("/{name}"));
        tables.push_str(&format!(
            "[source.{name}]\nurl = \"{url}\"\nlanguage = \"it\"\n{LISTING}"
        ));
    }
    site.configure(&tables.replacen("listing.item", "follow = \"always\"\nlisting.item", 1));
    let there = |n| News {
        link: origin.url(&format!("/notizie/{n}")),
        ..news("a", n)
    };
    origin.set("/a", Route::html(listing(&[there(1)])));
    let down = Route {
        status: 503,
        ..Route::html("")
    };
    origin.set("/notizie/1", down);
    origin.set("/b", Route::html(listing(&[news("b", 3)])));
    site.run("once", &[]);
    let ran = why(&site, "n1 di a");
    says(&ran, "published   not yet: a listed it");
    says(&ran, &origin.url("/notizie/1"));
    let ran = why(&site, "n3 di b");
    says(&ran, "read as     a list, by the rules of the source");
    says(&ran, "from what stands at the item: `2024-01-01T10:03:00Z`");
}
