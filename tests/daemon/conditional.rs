//! Conditional requests: what was not changed is not sent, and not read again.

use super::support::{Asked, Origin, Route, Site, news, rss, wait};

fn site(origin: &Origin) -> Site {
    let site = Site::new();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/a")
    ));
    site
}

fn sent<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    asked.headers.get(name).map(String::as_str)
}

#[test]
fn validators_are_sent_back_byte_for_byte_and_kept_over_a_304_that_omits_them() {
    for repeats in [true, false] {
        let origin = Origin::start();
        // No date that we would write, and a tag with the oddest legal characters.
        let (etag, date) = ("W/\"a, b;c'§'\"", "Tue, 9 Sep 2025 07:00:00 +0200");
        let route = Route {
            etag: Some(etag),
            last_modified: Some(date),
            repeats,
            ..Route::rss(&[news("a", 1)])
        };
        origin.set("/a", route);
        let site = site(&origin);
        site.once();
        let before = site.stamps();
        for _ in 0..2 {
            let ran = site.once();
            assert!(ran.out.contains("unchanged"), "{}", ran.out);
        }
        assert_eq!(site.rewritten(&before), [""; 0]);
        let asked = origin.asked("/a");
        assert_eq!(sent(&asked[0], "if-none-match"), None);
        for later in &asked[1..] {
            assert_eq!(sent(later, "if-none-match"), Some(etag));
            assert_eq!(sent(later, "if-modified-since"), Some(date));
        }
    }
}

#[test]
fn the_same_body_without_validators_is_unchanged() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    let site = site(&origin);
    site.once();
    let ran = site.once();
    assert!(ran.out.contains("unchanged"), "{}", ran.out);
    assert_eq!(sent(&origin.asked("/a")[1], "if-none-match"), None);
}

#[test]
fn a_validator_that_is_no_longer_sent_is_forgotten() {
    let origin = Origin::start();
    let tagged = Route {
        etag: Some("\"uno\""),
        ..Route::rss(&[news("a", 1)])
    };
    origin.set("/a", tagged);
    let site = site(&origin);
    site.once();
    origin.set("/a", Route::rss(&[news("a", 2), news("a", 1)]));
    site.once();
    site.once();
    let asked = origin.asked("/a");
    assert_eq!(sent(&asked[1], "if-none-match"), Some("\"uno\""));
    assert_eq!(sent(&asked[2], "if-none-match"), None);
}

#[test]
fn a_document_that_was_cut_short_is_asked_for_again_as_a_whole() {
    let origin = Origin::start();
    let whole = rss(&[news("a", 2), news("a", 1)]);
    let cut = whole.rfind("<description>").unwrap();
    let broken = Route {
        etag: Some("\"uno\""),
        ..Route::new("application/rss+xml", &whole.as_bytes()[..cut])
    };
    origin.set("/a", broken);
    let site = site(&origin);
    site.once();
    assert_eq!(site.entries("it").len(), 1);
    site.once();
    assert_eq!(sent(&origin.asked("/a")[1], "if-none-match"), None);
}

#[test]
fn every_request_says_who_asks() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    site(&origin).once();
    let asked = origin.asked("/a");
    let agent = sent(&asked[0], "user-agent").unwrap();
    assert!(agent.starts_with("rassegna/"), "{agent}");
    assert!(agent.contains("redazione@rassegna.example"), "{agent}");
}

#[test]
fn a_source_is_not_polled_sooner_than_its_server_or_its_feed_says_unless_a_person_asks() {
    let origin = Origin::start();
    origin.set("/often", Route::rss(&[news("often", 1)]));
    let cached = Route {
        cache_control: Some("max-age=3600"),
        ..Route::rss(&[news("cached", 1)])
    };
    origin.set("/cached", cached);
    let body = rss(&[news("paced", 1)]).replace("<channel>", "<channel><ttl>60</ttl>");
    let paced = Route {
        etag: Some("\"uno\""),
        ..Route::new("application/rss+xml", body)
    };
    origin.set("/paced", paced);
    let sources: String = ["often", "cached", "paced"]
        .map(|id| {
            let url = origin.url(&format!("/{id}"));
            format!("[source.{id}]\nurl = \"{url}\"\nlanguage = \"it\"\n")
        })
        .concat();
    let mut site = Site::new();
    site.schedule = "every = \"1s\"".into();
    site.configure(&sources);
    let asked = |path: &str| origin.asked(path).len();
    for _ in ["first", "after a restart"] {
        let before = asked("/often");
        let daemon = site.start_ready();
        wait("one of them is polled by plan", || {
            asked("/often") >= before + 3
        });
        assert_eq!((asked("/cached"), asked("/paced")), (1, 1));
        daemon.stop();
    }
    site.once();
    assert_eq!((asked("/cached"), asked("/paced")), (2, 2));
    assert_eq!(
        sent(&origin.asked("/paced")[1], "if-none-match"),
        Some("\"uno\"")
    );

    // The wish of a feed holds over the 304 that does not repeat it.
    let daemon = site.start_ready();
    let before = asked("/often");
    wait("one of them is polled by plan", || {
        asked("/often") >= before + 3
    });
    assert_eq!((asked("/cached"), asked("/paced")), (2, 2));
    daemon.stop();
}
