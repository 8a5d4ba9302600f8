//! What is served is what was published, with all that HTTP offers to readers that poll.

use std::fs;
use std::io::Read;

use super::support::{Daemon, Origin, Route, Site, news, wait};

fn serving() -> (Origin, Site, Daemon) {
    let origin = Origin::start();
    let items: Vec<_> = (1..=8).rev().map(|n| news("a", n)).collect();
    origin.set("/a?token=segreto", Route::rss(&items));
    origin.set(
        "/rotta?chiave=segreta",
        Route {
            status: 500,
            ..Route::rss(&[])
        },
    );
    let site = Site::new();
    let table = |name: &str, path: &str| {
        let url = origin.url(path);
        format!("[source.{name}]\ntitle = \"Fonte {name}\"\nurl = \"{url}\"\nlanguage = \"it\"\n")
    };
    site.configure(
        &(table("a", "/a?token=segreto")
            + &table("rotta", "/rotta?chiave=segreta")
            + "[feed.it]\naliases = [\"vecchio\"]\n"),
    );
    let daemon = site.start_ready();
    wait("all is published", || {
        site.public("GET", "/it/atom.xml", &[])
            .text()
            .contains("n8 di a")
    });
    (origin, site, daemon)
}

const FILES: [(&str, &str); 9] = [
    ("it/rss.xml", "application/rss+xml; charset=utf-8"),
    ("it/atom.xml", "application/atom+xml; charset=utf-8"),
    ("it/feed.json", "application/feed+json; charset=utf-8"),
    ("it/index.html", "text/html; charset=utf-8"),
    ("en/rss.xml", "application/rss+xml; charset=utf-8"),
    ("en/atom.xml", "application/atom+xml; charset=utf-8"),
    ("vecchio/atom.xml", "application/atom+xml; charset=utf-8"),
    ("index.html", "text/html; charset=utf-8"),
    ("opml.xml", "text/x-opml; charset=utf-8"),
];

#[test]
fn documents_are_served_as_published_with_validators_head_and_gzip() {
    let (_origin, site, daemon) = serving();
    for (name, media_type) in FILES {
        let path = format!("/{name}");
        let whole = site.public("GET", &path, &[]);
        assert_eq!(whole.status, 200, "{name}");
        assert_eq!(whole.header("content-type"), media_type, "{name}");
        assert_eq!(whole.body, fs::read(site.published().join(name)).unwrap());
        let (etag, modified) = (whole.header("etag"), whole.header("last-modified"));
        assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
        assert!(modified.ends_with(" GMT"), "{modified}");
        assert_eq!(whole.header("x-content-type-options"), "nosniff");

        let head = site.public("HEAD", &path, &[]);
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.header("etag"), etag);
        assert_eq!(head.header("content-length"), whole.body.len().to_string());

        let several = format!("\"altro\", W/{etag}");
        for condition in [
            ("If-None-Match", etag),
            ("If-None-Match", "*"),
            ("If-None-Match", several.as_str()),
            ("If-Modified-Since", modified),
        ] {
            let fresh = site.public("GET", &path, &[condition]);
            assert_eq!(fresh.status, 304, "{name} {condition:?}");
            assert!(fresh.body.is_empty());
            assert_eq!(fresh.header("etag"), etag);
        }
        // The first validator counts where both are there (RFC 9110, 13.2.2).
        for stale in [
            vec![("If-None-Match", "\"altro\"")],
            vec![("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")],
            vec![("If-Modified-Since", "ieri")],
            vec![
                ("If-None-Match", "\"altro\""),
                ("If-Modified-Since", modified),
            ],
        ] {
            assert_eq!(site.public("GET", &path, &stale).status, 200, "{stale:?}");
        }

        let zipped = site.public("GET", &path, &[("Accept-Encoding", "br, gzip;q=0.8")]);
        assert_eq!(zipped.header("content-encoding"), "gzip", "{name}");
        assert_ne!(zipped.header("etag"), etag, "another coding, another tag");
        assert_eq!(zipped.header("vary"), "Accept-Encoding");
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&*zipped.body)
            .read_to_end(&mut text)
            .unwrap();
        assert_eq!(text, whole.body);
        let refused = site.public("GET", &path, &[("Accept-Encoding", "gzip;q=0")]);
        assert_eq!(refused.header("content-encoding"), "");
        let again = ("If-None-Match", zipped.header("etag"));
        let again = site.public("GET", &path, &[again, ("Accept-Encoding", "gzip")]);
        assert_eq!(again.status, 304);
    }
    daemon.stop();
}

#[test]
fn other_addresses_and_methods_are_refused_plainly() {
    let (_origin, site, daemon) = serving();
    for path in [
        "/nulla",
        "/it/nulla.xml",
        "/../rassegna.db",
        "/it/../../rassegna.db",
        "/it/%2e%2e/%2e%2e/rassegna.db",
        "/status",
        "/healthz",
        "/rassegna.db",
    ] {
        let reply = site.public("GET", path, &[]);
        assert_eq!(reply.status, 404, "{path}: {}", reply.text());
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let reply = site.public(method, "/it/rss.xml", &[]);
        assert_eq!(reply.status, 405, "{method}");
        assert_eq!(reply.header("allow"), "GET, HEAD");
    }
    let folder = site.public("GET", "/it", &[]);
    assert_eq!(folder.status, 308);
    assert_eq!(folder.header("location"), "it/");
    assert_eq!(site.public("GET", "/it/", &[]).status, 200);
    assert_eq!(site.public("GET", "/", &[]).status, 200);
    daemon.stop();
}

#[test]
fn a_change_changes_the_validators_and_what_they_open() {
    let (origin, site, daemon) = serving();
    let before = site.public("GET", "/it/rss.xml", &[]);
    let untouched = site.public("GET", "/en/rss.xml", &[]);
    let items: Vec<_> = (1..=9).rev().map(|n| news("a", n)).collect();
    origin.set("/a?token=segreto", Route::rss(&items));
    assert_eq!(site.run("once", &["--source", "a"]).code, 0);
    let old = ("If-None-Match", before.header("etag"));
    let now = site.public("GET", "/it/rss.xml", &[old]);
    assert_eq!(now.status, 200);
    assert!(now.text().contains("n9 di a"));
    let old = ("If-None-Match", untouched.header("etag"));
    assert_eq!(site.public("GET", "/en/rss.xml", &[old]).status, 304);
    daemon.stop();
}

#[test]
fn the_status_shows_each_source_and_hides_what_may_be_secret() {
    let (_origin, site, daemon) = serving();
    let health = site.admin("/healthz").unwrap();
    assert_eq!((health.status, health.text().as_str()), (200, "ok\n"));
    let status = site.admin("/status").unwrap();
    assert_eq!(status.status, 200);
    assert!(status.header("content-type").starts_with("text/html"));
    let page = status.text();
    for expected in [
        "Fonte a",
        "Fonte rotta",
        "the server answered 500 Internal Server Error",
        "/a?…",
    ] {
        assert!(page.contains(expected), "{expected} in {page}");
    }
    let log = daemon.log();
    for secret in ["segreto", "segreta", "token", "chiave"] {
        assert!(!page.contains(secret), "{secret} in {page}");
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    assert!(page.trim_end().ends_with("</html>"));
    daemon.stop();
}

#[test]
fn the_status_says_what_is_special_and_follows_a_reload() {
    let (_origin, site, daemon) = serving();
    let status = || site.admin("/status").unwrap().text();
    let unsafe_note = "certificates are not verified";
    let page = status();
    assert!(page.contains("127.0.0.0/8"), "{page}");
    assert!(!page.contains(unsafe_note), "{page}");

    let plain = fs::read_to_string(site.config()).unwrap();
    let special = plain
        .replace("title = \"Prova\"", "title = \"Altra\"")
        .replace("[source.a]\n", "[source.a]\ntls_insecure = true\n");
    fs::write(site.config(), special).unwrap();
    daemon.signal("HUP");
    wait("the page shows it", || status().contains(unsafe_note));
    assert!(status().contains("<h1>Altra: sources</h1>"));
    let looked = site.run("status", &[]);
    let expected = format!("\na: {unsafe_note}");
    assert!(looked.out.contains(&expected), "{}", looked.out);
    assert!(looked.out.contains("127.0.0.0/8"), "{}", looked.out);
    daemon.stop();
}
