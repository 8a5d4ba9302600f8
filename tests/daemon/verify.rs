//! `rassegna verify`: silent where all is well, and each kind of fault is found when it is planted.

use std::fs;

use super::support::{Origin, Ran, Route, Site, news, wait};

/// Three entries in `it`; two of them of source `a`.
fn site(origin: &Origin) -> Site {
    let site = Site::new();
    let mut tables = String::new();
    for name in ["a", "b"] {
        let url = origin.url(&format!("/{name}"));
        tables.push_str(&format!(
            "[source.{name}]\nurl = \"{url}\"\nlanguage = \"it\"\n"
        ));
    }
    tables.push_str("[feed.it]\naliases = [\"italiano\"]\n");
    site.configure(&tables);
    origin.set("/a", Route::rss(&[news("a", 2), news("a", 1)]));
    origin.set("/b", Route::rss(&[news("b", 3)]));
    site.once();
    site
}

fn sound(site: &Site) {
    let ran = site.run("verify", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("ok: no entry"), "{ran:?}");
}

/// One fault at least, with these words in it.
fn found(site: &Site, words: &str) -> Ran {
    let ran = site.run("verify", &[]);
    assert_eq!(ran.code, 1, "{words}: {ran:?}");
    assert!(
        ran.out
            .lines()
            .any(|line| line.starts_with("fault: ") && line.contains(words)),
        "{words}: {}",
        ran.out
    );
    ran
}

/// Changes the database behind the program's back.
fn doctor(site: &Site, statements: &str) {
    let database = rusqlite::Connection::open(site.database()).unwrap();
    database
        .execute_batch(&format!("PRAGMA foreign_keys = OFF; {statements}"))
        .unwrap();
}

/// A fault of the database, planted in a fresh site.
fn planted(statements: &str, words: &str) {
    let origin = Origin::start();
    let site = site(&origin);
    doctor(&site, statements);
    found(&site, words);
}

#[test]
fn what_is_published_well_has_no_fault_whatever_its_sources_did() {
    let origin = Origin::start();
    let site = site(&origin);
    sound(&site);
    // An edit, a move to another address, a telling by another source, a withdrawal, old items dropped.
    let mut moved = news("a", 1);
    moved.link = "https://a.example/archivio/1".into();
    let mut edited = news("a", 2);
    edited.text = "Riscritta.".into();
    let mut told = news("b", 7);
    told.link = news("a", 2).link;
    origin.set("/a", Route::rss(&[news("a", 4), edited, moved]));
    origin.set("/b", Route::rss(&[told, news("b", 3)]));
    site.once();
    sound(&site);
    let gone = site.run("withdraw", &["https://a.example/archivio/1", "--yes"]);
    assert_eq!(gone.code, 0, "{gone:?}");
    sound(&site);
    let ran = site.run("verify", &["--json"]);
    let proof: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(proof["ok"], true);
    assert_eq!(proof["checked"]["ledger entries"], 4);
    // Three formats of `it` and of its old name.
    assert_eq!(proof["checked"]["entries in files"], 3 * 2 * 3);
}

#[test]
fn an_address_that_an_entry_moved_to_is_its_own_for_ever() {
    let origin = Origin::start();
    let site = site(&origin);
    let mut moved = news("a", 1);
    moved.link = "https://a.example/archivio/1".into();
    origin.set("/a", Route::rss(&[news("a", 2), moved.clone()]));
    site.once();
    let expected = site.entries("it").len();
    // Another source tells something at each of the two addresses.
    let other = |n: u32, link: &str| {
        let mut other = news("b", n);
        other.link = link.into();
        other
    };
    let both = [
        other(8, "https://a.example/archivio/1"),
        other(9, "https://a.example/notizie/1"),
    ];
    origin.set("/b", Route::rss(&both));
    site.once();
    assert_eq!(site.entries("it").len(), expected);
    sound(&site);
    // Nor are they free once all of it is forgotten.
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let forget = "PRAGMA foreign_keys = ON; DELETE FROM item WHERE url LIKE '%a.example/%/1';
                  DELETE FROM story WHERE NOT EXISTS (SELECT 1 FROM item WHERE item.story = story.number)";
    database.execute_batch(forget).unwrap();
    let again = [
        other(10, "https://a.example/archivio/1"),
        other(11, "https://a.example/notizie/1/"),
    ];
    origin.set("/b", Route::rss(&again));
    site.once();
    assert_eq!(site.entries("it").len(), expected - 1);
    sound(&site);
}

#[test]
fn a_doctored_file_is_found() {
    let origin = Origin::start();
    let site = site(&origin);
    let file = site.published().join("it/atom.xml");
    let whole = fs::read_to_string(&file).unwrap();
    let id = |n: usize| site.entries("it")[n].id.clone();
    let (one, other) = (id(0), id(1));
    let restored = |changed: String, words: &str| {
        fs::write(&file, changed).unwrap();
        found(&site, words);
        fs::write(&file, &whole).unwrap();
    };
    restored(
        whole.replace("Notizia n1", "Notizia n8"),
        "is not what the database gives",
    );
    restored(whole.replace(&one, &other), "twice");
    let stranger = "urn:uuid:00000000-0000-5000-8000-000000000000";
    restored(
        whole.replace(&one, stranger),
        "is not in the ledger of feed it",
    );
    restored(
        whole.replace("notizie/2", "notizie/1"),
        "has https://a.example/notizie/1 twice",
    );
    restored(
        whole.replace("notizie/2", "notizie/1"),
        "has the address of urn:uuid:",
    );
    let date = news("a", 1).at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    restored(
        whole.replace(&date, "2024-01-01T00:00:00Z"),
        "under another date",
    );
    restored(whole[..whole.len() / 2].to_owned(), "is cut short");
    fs::remove_file(site.published().join("italiano/rss.xml")).unwrap();
    found(&site, "italiano/rss.xml is missing");
    site.once();
    sound(&site);
}

#[test]
fn what_was_withdrawn_is_found_in_a_folder_that_no_feed_has_any_more() {
    let origin = Origin::start();
    let site = site(&origin);
    let old = site.published().join("vecchio");
    fs::create_dir(&old).unwrap();
    fs::copy(site.published().join("it/rss.xml"), old.join("rss.xml")).unwrap();
    sound(&site);
    let gone = site.run("withdraw", &["https://a.example/notizie/1", "--yes"]);
    assert_eq!(gone.code, 0, "{gone:?}");
    let ran = found(&site, "vecchio/rss.xml: urn:uuid:");
    assert!(ran.out.contains("delete the file"), "{ran:?}");
}

#[test]
fn a_ledger_row_that_is_gone_is_found() {
    planted(
        "DELETE FROM ledger WHERE entry = (SELECT max(entry) FROM ledger)",
        "is not in the ledger of feed it",
    );
}

#[test]
fn an_address_under_two_entries_is_found() {
    planted(
        "DROP INDEX ledger_address; UPDATE ledger SET address = x'00112233445566778899aabbccddeeff'",
        "one address under two entries",
    );
    planted(
        "UPDATE item SET address = (SELECT address FROM item WHERE title = 'Notizia n1 di a') WHERE title = 'Notizia n3 di b'",
        "is recorded for another entry",
    );
    planted("DELETE FROM address", "is not recorded for its entry");
}

#[test]
fn a_damaged_schema_and_lost_keys_are_found() {
    planted(
        "DROP INDEX ledger_address",
        "`ledger_address` of the database's schema",
    );
    planted("DELETE FROM identity", "lacks an identity key");
    planted(
        "UPDATE identity SET source = (SELECT max(number) FROM source) WHERE source = 1",
        "another source's key leads to",
    );
    planted(
        "DELETE FROM source WHERE id = 'b'",
        "refer to rows of `source`",
    );
    planted(
        "UPDATE ledger SET first_published = 1",
        "before it was known",
    );
    planted(
        "UPDATE story SET published = opened + 60",
        "is dated after its first publication",
    );
    planted(
        "INSERT INTO withdrawn (key, at) SELECT address, 1 FROM item",
        "was withdrawn, and is stored",
    );
    planted("UPDATE ledger SET hidden = 1", "does not belong to feed it");
}

#[test]
fn what_cannot_be_read_is_no_fault_but_an_error() {
    let origin = Origin::start();
    let site = site(&origin);
    fs::rename(site.published(), site.data().join("elsewhere")).unwrap();
    let ran = site.run("verify", &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("cannot be read"), "{ran:?}");
    fs::remove_file(site.database()).unwrap();
    assert_eq!(site.run("verify", &[]).code, 3);
}

#[test]
fn it_works_beside_a_daemon_that_publishes_meanwhile() {
    let origin = Origin::start();
    let mut site = site(&origin);
    site.schedule = "every = \"1s\"".into();
    let url = origin.url("/a");
    site.configure(&format!("[source.a]\nurl = \"{url}\"\nlanguage = \"it\"\n"));
    let daemon = site.start_ready();
    for n in 10..16 {
        origin.set("/a", Route::rss(&[news("a", n), news("a", n - 1)]));
        let seen = site.titles("it").len();
        let ran = site.run("verify", &[]);
        assert_eq!(ran.code, 0, "{ran:?}");
        wait("it is published", || site.titles("it").len() > seen);
    }
    daemon.stop();
    sound(&site);
}
