//! What is served is what was published, with all that HTTP offers to readers that poll.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use chrono::Utc;

use super::support::{Daemon, News, Origin, Route, Site, news, wait, well_formed};

/// A daemon that has published, its site and its origin.
pub(crate) fn serving() -> (Origin, Site, Daemon) {
    serving_as(Site::new())
}

/// The same for a site that is set up in some way.
pub(crate) fn serving_as(site: Site) -> (Origin, Site, Daemon) {
    let (origin, site) = configured(site);
    let daemon = site.start_ready();
    wait("all is published", || {
        site.public("GET", "/it/atom.xml", &[])
            .text()
            .contains("n8 di a")
    });
    (origin, site, daemon)
}

/// The same before it is started.
pub(crate) fn configured(site: Site) -> (Origin, Site) {
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
    let table = |name: &str, path: &str| {
        let url = origin.url(path);
        format!("[source.{name}]\ntitle = \"Fonte {name}\"\nurl = \"{url}\"\nlanguage = \"it\"\n")
    };
    site.configure(
        &(table("a", "/a?token=segreto")
            + &table("rotta", "/rotta?chiave=segreta")
            + "[feed.it]\naliases = [\"vecchio\"]\n"),
    );
    (origin, site)
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
fn documents_are_served_as_published_with_validators_head_and_codings() {
    let (_origin, site, daemon) = serving();
    // Times tell documents apart from the second on after the one that they changed in.
    sleep(Duration::from_secs(1));
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

        // A browser, which knows no feeds, is told that it is XML.
        let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let shown = site.public("GET", &path, &[("Accept", accept)]);
        let as_xml = name.ends_with("rss.xml") || name.ends_with("atom.xml");
        let expected = if as_xml {
            "application/xml; charset=utf-8"
        } else {
            media_type
        };
        assert_eq!(shown.header("content-type"), expected, "{name}");
        assert_eq!((shown.header("etag"), &shown.body), (etag, &whole.body));

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

        let mut tags = vec![etag.to_owned()];
        for (accept, coding) in [
            ("br;q=0.5, gzip;q=0.8", "gzip"),
            ("gzip;q=0.5, br", "br"),
            ("*;q=0.1, zstd", "zstd"),
        ] {
            let coded = site.public("GET", &path, &[("Accept-Encoding", accept)]);
            assert_eq!(coded.header("content-encoding"), coding, "{name}");
            assert_eq!(coded.header("vary"), whole.header("vary"));
            assert_eq!(decoded(coding, &coded.body), whole.body, "{name} {coding}");
            let length = coded.header("content-length").to_owned();
            assert_eq!(length, coded.body.len().to_string());
            let head = site.public("HEAD", &path, &[("Accept-Encoding", accept)]);
            assert_eq!(
                (head.header("content-length"), head.body.len()),
                (&*length, 0)
            );
            let own = coded.header("etag").to_owned();
            let again = [("If-None-Match", &*own), ("Accept-Encoding", coding)];
            let again = site.public("GET", &path, &again);
            assert_eq!((again.status, again.header("etag")), (304, &*own));
            assert_eq!(again.header("vary"), whole.header("vary"));
            assert!(!tags.contains(&own), "another coding, another tag");
            tags.push(own);
        }
        let refused = site.public("GET", &path, &[("Accept-Encoding", "gzip;q=0")]);
        assert_eq!(refused.header("content-encoding"), "");
    }
    daemon.stop();
}

fn decoded(coding: &str, body: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    match coding {
        "gzip" => flate2::read::GzDecoder::new(body).read_to_end(&mut text),
        "br" => brotli::Decompressor::new(body, 4_096).read_to_end(&mut text),
        "zstd" => zstd::Decoder::new(body).unwrap().read_to_end(&mut text),
        other => panic!("{other}"),
    }
    .unwrap();
    text
}

#[test]
fn each_kind_of_document_has_the_headers_that_it_needs() {
    let (_origin, site, daemon) = serving();
    for (name, _) in FILES {
        let reply = site.public("GET", &format!("/{name}"), &[]);
        let (page, json) = (name.ends_with("html"), name.ends_with("json"));
        // Polled once a day, so the bound counts.
        assert_eq!(reply.header("cache-control"), "max-age=3600", "{name}");
        assert_eq!(reply.header("accept-ranges"), "none");
        let cors = reply.header("access-control-allow-origin");
        assert_eq!(cors, if page { "" } else { "*" }, "{name}");
        let policy = reply.header("content-security-policy");
        let shown = !json && !name.contains("opml");
        assert_eq!(policy.starts_with("default-src 'none'"), shown, "{name}");
        let referrer = reply.header("referrer-policy");
        assert_eq!(referrer == "no-referrer", shown, "{name}");
        assert!(!reply.header("date").is_empty());
        assert_eq!(reply.header("server"), "");
        let tag = ("If-None-Match", reply.header("etag"));
        let fresh = site.public("GET", &format!("/{name}"), &[tag]);
        assert_eq!(fresh.header("access-control-allow-origin"), cors);
        assert_eq!(fresh.header("cache-control"), "max-age=3600");
        let part = site.public("GET", &format!("/{name}"), &[("Range", "bytes=0-9")]);
        assert_eq!((part.status, &part.body), (200, &reply.body), "{name}");
    }
    daemon.stop();
}

#[test]
fn readers_may_keep_a_document_until_the_next_poll() {
    let mut site = Site::new();
    site.schedule = "every = \"10m\"".into();
    let (_origin, site, daemon) = serving_as(site);
    let mut age = 0;
    // While a poll goes on, the document may change at any time.
    wait("the next poll is planned", || {
        let reply = site.public("GET", "/it/atom.xml", &[]);
        let control = reply.header("cache-control").strip_prefix("max-age=");
        age = control.unwrap().parse::<u32>().unwrap();
        age != 60
    });
    assert!((61..=600).contains(&age), "{age}");
    daemon.stop();
}

#[test]
fn a_symbolic_link_in_the_folder_is_no_document() {
    let (_origin, site, daemon) = serving();
    std::os::unix::fs::symlink("/etc/passwd", site.published().join("it/passwd.xml")).unwrap();
    std::os::unix::fs::symlink("/etc", site.published().join("etc")).unwrap();
    for path in ["/it/passwd.xml", "/etc/passwd", "/etc", "/etc/"] {
        let reply = site.public("GET", path, &[]);
        assert_eq!(reply.status, 404, "{path}");
        assert!(!reply.text().contains("root:"));
    }
    daemon.stop();
}

#[test]
fn below_a_proxy_the_public_prefix_may_be_there_or_not() {
    let (_origin, site) = configured(Site::new());
    site.replace("https://rassegna.example/", "https://example.org/notizie/");
    let daemon = site.start_ready();
    wait("all is published", || {
        site.public("GET", "/it/atom.xml", &[])
            .text()
            .contains("n8 di a")
    });
    let bare = site.public("GET", "/it/atom.xml", &[]);
    let prefixed = site.public("GET", "/notizie/it/atom.xml", &[]);
    assert_eq!((prefixed.status, &prefixed.body), (200, &bare.body));
    assert!(
        bare.text()
            .contains("https://example.org/notizie/it/atom.xml")
    );
    for path in ["/notizie/", "/notizie/it/", "/", "/it/"] {
        assert_eq!(site.public("GET", path, &[]).status, 200, "{path}");
    }
    for (path, place) in [
        ("/notizie", "notizie/"),
        ("/notizie/it", "it/"),
        ("/it", "it/"),
    ] {
        let reply = site.public("GET", path, &[]);
        assert_eq!(
            (reply.status, reply.header("location")),
            (308, place),
            "{path}"
        );
    }
    daemon.stop();
}

#[test]
fn metrics_count_what_happens_and_the_sources_are_a_list() {
    let (_origin, site, daemon) = serving();
    let metrics = || site.admin("/metrics").unwrap();
    let count = |text: &str, series: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(series));
        line.unwrap_or_else(|| panic!("{series} in {text}"))
            .trim()
            .parse()
            .unwrap()
    };
    let reply = metrics();
    assert_eq!(
        reply.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let before = reply.text();
    let tag = site
        .public("GET", "/it/atom.xml", &[])
        .header("etag")
        .to_owned();
    site.public("GET", "/it/atom.xml", &[("If-None-Match", &*tag)]);
    site.public("GET", "/nulla", &[]);
    // Each is counted a moment after it is served.
    let counted = |text: &str| count(text, "rassegna_feed_entries{feed=\"it\"}") == 8.0;
    wait("all is counted", || counted(&metrics().text()));
    let after = metrics().text();
    for status in ["200", "304", "404"] {
        let series =
            format!("rassegna_http_answers_total{{address=\"listen\",status=\"{status}\"}}");
        assert_eq!(
            count(&after, &series) - count(&before, &series),
            1.0,
            "{status}"
        );
    }
    for (series, expected) in [
        ("rassegna_polls_total{outcome=\"read\"}", 1.0),
        ("rassegna_polls_total{outcome=\"failed\"}", 1.0),
        ("rassegna_poll_duration_seconds_count", 2.0),
        ("rassegna_items_total{verdict=\"new\"}", 8.0),
        ("rassegna_feed_entries{feed=\"it\"}", 8.0),
        ("rassegna_sources{state=\"ok\"}", 1.0),
        ("rassegna_sources{state=\"failing\"}", 1.0),
        ("rassegna_source_failures{source=\"rotta\"}", 1.0),
        ("rassegna_healthy", 1.0),
    ] {
        assert_eq!(count(&after, series), expected, "{series}");
    }
    let list = site.admin("/sources.opml").unwrap();
    assert_eq!(list.header("content-type"), "text/x-opml; charset=utf-8");
    well_formed(&list.text()).unwrap();
    assert!(
        list.text()
            .contains("<outline type=\"rss\" text=\"Fonte a\"")
    );
    for text in [after, list.text()] {
        for secret in ["segreto", "segreta", "token", "chiave"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    for path in ["/metrics", "/sources.opml"] {
        assert_eq!(site.public("GET", path, &[]).status, 404, "{path}");
    }
    daemon.stop();
}

#[test]
fn requests_are_logged_where_that_is_wanted() {
    let mut site = Site::new();
    site.serve = "access_log = true\n".into();
    let (_origin, site, daemon) = serving_as(site);
    let agent = ("User-Agent", "Lettore/1.0 \"x\"");
    site.public("GET", "/it/rss.xml?chiave=segreta", &[agent]);
    let expected = "\"GET /it/rss.xml\" 200 ";
    wait("it is in the log", || daemon.log().contains(expected));
    let log = daemon.log();
    let line = log.lines().find(|line| line.contains(expected)).unwrap();
    assert!(line.contains("127.0.0.1:"), "{line}");
    assert!(line.ends_with("\"Lettore/1.0 \\\"x\\\"\""), "{line}");
    assert!(!log.contains("segreta"), "{log}");
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
fn the_status_draws_the_items_of_the_last_days_and_shows_one_state_alone() {
    let (origin, site) = configured(Site::new());
    let fresh = News {
        at: Utc::now(),
        ..news("a", 9)
    };
    origin.set("/a?token=segreto", Route::rss(&[fresh, news("a", 8)]));
    let daemon = site.start_ready();
    let ask = |query: &str| site.admin(&format!("/status{query}")).unwrap().text();
    wait("both sources were asked", || {
        let page = ask("");
        page.contains("1 item dated in the last 30 days") && page.contains("answered 500")
    });
    let place = |page: &str, title: &str| page.find(&format!("<bdi>Fonte {title}</bdi>"));
    let page = ask("");
    assert!(place(&page, "rotta") < place(&page, "a"), "troubles first");
    let page = ask("?sort=title");
    assert!(place(&page, "a") < place(&page, "rotta"), "{page}");
    let page = ask("?state=failing");
    assert!(place(&page, "rotta").is_some() && place(&page, "a").is_none());
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
    assert!(status().contains("<h1><bdi>Altra</bdi>: sources</h1>"));
    let looked = site.run("status", &[]);
    let expected = format!("\na: {unsafe_note}");
    assert!(looked.out.contains(&expected), "{}", looked.out);
    assert!(looked.out.contains("127.0.0.0/8"), "{}", looked.out);
    daemon.stop();
}

#[test]
fn while_it_publishes_readers_see_whole_documents_that_never_go_back() {
    let (origin, site, daemon) = serving();
    let done = AtomicBool::new(false);
    let versions = std::thread::scope(|threads| {
        let readers: Vec<_> = ["gzip", "br", "zstd", "identity"]
            .into_iter()
            .map(|coding| {
                let (site, done) = (&site, &done);
                threads.spawn(move || {
                    let mut seen: HashMap<String, Vec<u8>> = HashMap::new();
                    let mut before = 0;
                    while !done.load(Ordering::Relaxed) {
                        let asked = [("Accept-Encoding", coding)];
                        let reply = site.public("GET", "/it/atom.xml", &asked);
                        assert_eq!(reply.status, 200);
                        let body = match reply.header("content-encoding") {
                            "" => reply.body.clone(),
                            coding => decoded(coding, &reply.body),
                        };
                        let text = String::from_utf8(body.clone()).unwrap();
                        well_formed(&text).unwrap();
                        let entries = text.matches("<entry>").count();
                        assert!(entries >= before, "{before}, then {entries}");
                        before = entries;
                        let tag = reply.header("etag").to_owned();
                        assert_eq!(*seen.entry(tag).or_insert_with(|| body.clone()), body);
                    }
                    seen.len()
                })
            })
            .collect();
        for count in 9..=20 {
            let items: Vec<_> = (1..=count).rev().map(|n| news("a", n)).collect();
            origin.set("/a?token=segreto", Route::rss(&items));
            assert_eq!(site.run("once", &["--source", "a"]).code, 0);
        }
        done.store(true, Ordering::Relaxed);
        let seen = readers.into_iter().map(|reader| reader.join().unwrap());
        seen.collect::<Vec<usize>>()
    });
    assert!(versions.iter().all(|count| *count > 3), "{versions:?}");
    daemon.stop();
}
