//! The database and the publish folder: what is wrong with them is said, and nothing is half-written.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::support::{Origin, Ran, Route, Site, all_whole, news, wait};

/// A site that has published one entry of source `a`.
fn used() -> (Origin, Site) {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    let site = Site::new();
    configure(&site, &origin);
    site.once();
    assert_eq!(site.entries("it").len(), 1);
    (origin, site)
}

fn configure(site: &Site, origin: &Origin) {
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/a")
    ));
}

/// Both commands that write refuse, in these words, and neither asks the source nor touches a file.
fn refused(site: &Site, origin: &Origin, words: &str) {
    let (asked, stamps) = (origin.requests(), site.stamps());
    for command in ["once", "run"] {
        let Ran { code, out, err } = site.run(command, &[]);
        assert_eq!(code, 3, "{command}: {out} {err}");
        assert!(err.starts_with("error: "), "{command}: {err}");
        assert!(err.contains(words), "{command}: {err}");
        assert!(!err.contains("panicked"), "{err}");
    }
    assert_eq!(site.stamps(), stamps);
    assert_eq!(origin.requests(), asked, "nothing is fetched in vain");
}

/// The bytes of the database, to see that a refusal changed none.
fn bytes(site: &Site) -> Vec<u8> {
    fs::read(site.database()).unwrap()
}

#[test]
fn a_newer_database_is_refused_and_not_touched() {
    let (origin, site) = used();
    rusqlite::Connection::open(site.database())
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    let before = bytes(&site);
    refused(&site, &origin, "was written by a newer rassegna (schema 99");
    assert_eq!(bytes(&site), before);
    let looked = site.run("status", &[]);
    assert_eq!(looked.code, 3, "{looked:?}");
}

#[test]
fn a_locked_database_is_said_to_be_locked() {
    let (origin, site) = used();
    let other = rusqlite::Connection::open(site.database()).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    refused(&site, &origin, "is locked by another program");
    drop(other);
    site.once();
}

#[test]
fn a_file_that_is_no_database_is_refused_and_not_touched() {
    for content in [
        &b"Promemoria: comprare il latte e rileggere le bozze.\n"[..],
        &[0xa5; 20_000],
    ] {
        let (origin, site) = used();
        fs::write(site.database(), content).unwrap();
        refused(&site, &origin, "is no database of rassegna");
        assert_eq!(bytes(&site), content);
    }
}

#[test]
fn the_database_of_another_program_is_refused_and_not_touched() {
    let origin = Origin::start();
    let site = Site::new();
    configure(&site, &origin);
    fs::create_dir_all(site.data()).unwrap();
    rusqlite::Connection::open(site.database())
        .unwrap()
        .execute_batch("CREATE TABLE theirs (a)")
        .unwrap();
    let before = bytes(&site);
    refused(&site, &origin, "is no database of rassegna");
    assert_eq!(bytes(&site), before);
    assert!(!site.published().exists());
}

#[test]
fn a_damaged_database_is_told_and_the_published_files_stay() {
    let (origin, site) = used();
    let length = fs::metadata(site.database()).unwrap().len();
    let mut file = fs::OpenOptions::new()
        .write(true)
        .open(site.database())
        .unwrap();
    // The first page, with header and schema, stays whole.
    file.seek(SeekFrom::Start(4096)).unwrap();
    file.write_all(&vec![0xee; usize::try_from(length - 4096).unwrap()])
        .unwrap();
    drop(file);
    refused(&site, &origin, "is damaged");
}

#[test]
fn an_emptied_missing_or_replaced_database_is_not_taken_for_a_new_one() {
    let (origin, site) = used();
    let good = bytes(&site);
    fs::write(site.database(), "").unwrap();
    refused(&site, &origin, "was emptied or replaced");
    fs::remove_file(site.database()).unwrap();
    refused(&site, &origin, "was emptied or replaced");
    let (_, other) = used();
    fs::copy(other.database(), site.database()).unwrap();
    refused(&site, &origin, "was emptied or replaced");
    // The backup is welcome.
    fs::write(site.database(), good).unwrap();
    let ran = site.once();
    assert!(ran.out.contains("no file changed"), "{}", ran.out);
}

#[test]
fn a_folder_in_place_of_the_database_is_a_clear_error() {
    let origin = Origin::start();
    let site = Site::new();
    configure(&site, &origin);
    fs::create_dir_all(site.database()).unwrap();
    refused(&site, &origin, "cannot be written");
    assert!(!site.published().exists());
}

#[test]
fn a_place_where_nothing_can_be_written_is_a_clear_error() {
    let origin = Origin::start();
    let mut site = Site::new();
    // No right of root's opens these.
    for store in ["/proc/rassegna.db", "/proc/rassegna/rassegna.db"] {
        site.store = format!("path = \"{store}\"");
        configure(&site, &origin);
        refused(&site, &origin, "/proc/rassegna");
        assert!(!site.published().exists());
    }
}

#[test]
fn a_publish_folder_that_cannot_be_written_is_a_clear_error() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    let mut site = Site::new();
    for folder in ["/proc/feeds", "un-file"] {
        site.publish = format!("directory = \"{folder}\"");
        configure(&site, &origin);
        fs::create_dir_all(site.data()).unwrap();
        fs::write(site.data().join("un-file"), "mio").unwrap();
        refused(&site, &origin, "cannot be written");
    }
    assert_eq!(fs::read(site.data().join("un-file")).unwrap(), b"mio");
    // With a good folder all goes on as if nothing had been.
    site.publish.clear();
    configure(&site, &origin);
    site.once();
    assert_eq!(site.entries("it").len(), 1);
}

#[test]
fn a_file_that_cannot_be_replaced_fails_the_cycle_and_leaves_the_others_whole() {
    let (origin, site) = used();
    let blocked = site.published().join("it/rss.xml");
    fs::remove_file(&blocked).unwrap();
    fs::create_dir_all(blocked.join("dentro")).unwrap();
    origin.set("/a", Route::rss(&[news("a", 2), news("a", 1)]));
    let ran = site.run("once", &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("rss.xml cannot be written"), "{ran:?}");
    // What was read is kept, and published when it can be.
    fs::remove_dir_all(&blocked).unwrap();
    all_whole(&site.published());
    site.once();
    assert_eq!(site.entries("it").len(), 2);
    assert!(is_whole(&blocked));
}

#[test]
fn the_daemon_says_that_it_cannot_publish_and_serves_on() {
    let (origin, site) = used();
    let blocked = site.published().join("it/atom.xml");
    fs::remove_file(&blocked).unwrap();
    fs::create_dir_all(blocked.join("dentro")).unwrap();
    origin.set("/a", Route::rss(&[news("a", 2), news("a", 1)]));
    let daemon = site.start_ready();
    let health = site.admin("/healthz").unwrap();
    assert_eq!(health.status, 503);
    assert!(
        health.text().contains("atom.xml cannot be written"),
        "{}",
        health.text()
    );
    daemon.stop();
}

fn is_whole(path: &Path) -> bool {
    super::support::well_formed(&fs::read_to_string(path).unwrap()).is_ok()
}

#[test]
fn looking_needs_a_database_and_makes_none() {
    let origin = Origin::start();
    let site = Site::new();
    configure(&site, &origin);
    let ran = site.run("status", &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("there is no database at"), "{ran:?}");
    assert!(!site.data().exists());
}

#[test]
fn a_full_disk_is_a_clear_error_and_leaves_everything_whole() {
    let (origin, site) = used();
    let before = site.entries("it");
    let large: Vec<_> = (2..20)
        .map(|n| super::support::News {
            text: format!("{n} ").repeat(40_000),
            // News of today, for so many old ones at once would not be published.
            at: chrono::Utc::now(),
            ..news("a", n)
        })
        .collect();
    origin.set("/a", Route::rss(&large));
    // A limit on the size of files stands in for the disk.
    let ran = site.run_with_files_of_at_most(100, "once");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("cannot be written"), "{ran:?}");
    all_whole(&site.published());
    assert_eq!(site.entries("it"), before);
    let intact: String = rusqlite::Connection::open(site.database())
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(intact, "ok");
    // With room again all of it comes.
    site.once();
    assert_eq!(site.entries("it").len(), 19);
}

#[test]
fn a_daemon_whose_disk_is_full_serves_on_and_goes_on_once_there_is_room() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    let mut site = Site::new();
    site.schedule = "every = \"1s\"".into();
    configure(&site, &origin);
    let daemon = site.start_with_a_limit();
    // In all of its files: what fails while they are written is tried again only after as long as is waited here.
    wait("the first entry is published", || {
        // At the start it publishes what is empty yet.
        daemon.log().matches("published: it/").count() >= 2 && site.entries("it").len() == 1
    });
    daemon.limit_files("0");
    origin.set("/a", Route::rss(&[news("a", 2), news("a", 1)]));
    wait("health says that nothing can be recorded", || {
        site.admin("/healthz")
            .is_some_and(|reply| reply.status == 503 && reply.text().contains("cannot be written"))
    });
    let served = site.public("GET", "/it/atom.xml", &[]);
    assert_eq!(served.status, 200);
    assert!(served.text().contains("n1 di a"), "{}", served.text());
    all_whole(&site.published());
    daemon.limit_files("unlimited");
    wait("it goes on by itself", || site.entries("it").len() == 2);
    wait("all is well again", || {
        site.admin("/healthz")
            .is_some_and(|reply| reply.status == 200)
    });
    daemon.stop();
}

#[test]
fn a_backup_put_in_place_under_the_daemon_ends_it_and_is_read_whole_at_the_next_start() {
    let (origin, site) = used();
    let backup = site.data().join("backup.db");
    site.look()
        .execute("VACUUM INTO ?1", [backup.to_string_lossy()])
        .unwrap();
    origin.set("/a", Route::rss(&[news("a", 2), news("a", 1)]));
    let mut daemon = site.start_ready();
    site.run("once", &[]);
    assert_eq!(site.entries("it").len(), 2);
    fs::rename(&backup, site.database()).unwrap();
    assert_eq!(daemon.end().code(), Some(3));
    let log = daemon.log();
    assert!(
        log.contains("was put in its place while it was in use"),
        "{log}"
    );
    // The daemon's log of what it wrote is not taken for the backup's.
    let intact: String = site
        .look()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(intact, "ok");
    let before = site.entries("it");
    site.once();
    assert_eq!(site.entries("it"), before);
}
