//! What a host asks of us is kept: pauses, robots.txt, and what goes with a request.

use super::support::{Origin, Route, Site, news};

fn table(origin: &Origin, id: &str, more: &str) -> String {
    let url = origin.url(&format!("/{id}"));
    format!("[source.{id}]\nurl = \"{url}\"\nlanguage = \"it\"\n{more}\n")
}

fn robots(text: &str) -> Route {
    Route::new("text/plain", text)
}

#[test]
fn a_pause_holds_all_sources_of_a_host_over_a_restart_and_is_no_failure_of_theirs() {
    for status in [200, 403, 429, 503] {
        let origin = Origin::start();
        for (id, number) in [("a", 1), ("b", 5)] {
            origin.set(&format!("/{id}"), Route::rss(&[news(id, number)]));
        }
        let site = Site::new();
        site.configure(&(table(&origin, "a", "") + &table(&origin, "b", "")));
        site.once();
        let busy = Route {
            status,
            headers: vec![("Retry-After", "3600".into())],
            ..Route::rss(&[news("a", 1), news("a", 2)])
        };
        origin.set("/a", busy);
        site.run("once", &["--source", "a"]);
        // Each of these is a new process.
        for _ in 0..2 {
            let ran = site.run("once", &["--source", "b"]);
            assert!(
                ran.out.contains("left alone until"),
                "{status}: {}",
                ran.out
            );
        }
        assert_eq!(origin.asked("/b").len(), 1, "{status}");
        assert_eq!(site.error("b"), None, "{status}");
        assert_eq!(site.error("a").is_none(), status == 200);
        assert_eq!(site.entries("it").len(), if status == 200 { 3 } else { 2 });
    }
}

#[test]
fn robots_txt_is_heeded_until_an_address_has_proved_to_be_a_feed() {
    let origin = Origin::start();
    let page = "<html><body><main><article class=n><h2><a href=/1>Una notizia qualunque</a></h2><time datetime=2026-01-02>2 gennaio 2026</time></article></main></body></html>";
    origin.set("/pagina", Route::html(page));
    origin.set("/feed", Route::rss(&[news("feed", 1)]));
    origin.set("/libera", Route::html(page));
    let listing = "listing.item = \"article.n\"\nlisting.title = \"h2\"\nlisting.link = \"h2 a\"\nlisting.date = \"time\"";
    let site = Site::new();
    site.configure(
        &(table(&origin, "pagina", listing)
            + &table(&origin, "feed", "")
            + &table(&origin, "libera", &format!("robots = false\n{listing}"))),
    );
    let ran = site.once();
    assert_eq!(site.error("pagina"), None, "{}", ran.out);
    assert_eq!(origin.asked("/robots.txt").len(), 1, "once for the host");
    origin.set("/robots.txt", robots("User-agent: rassegna\nDisallow: /"));
    site.run("once", &[]);
    let error = site.error("pagina").unwrap_or_default();
    assert!(error.contains("robots.txt"), "{error}");
    assert_eq!(site.error("feed"), None);
    assert_eq!(site.error("libera"), None);
    assert_eq!(origin.asked("/pagina").len(), 1);
    assert_eq!(origin.asked("/feed").len(), 2);
    assert_eq!(origin.asked("/libera").len(), 2);
    // What the server cannot say may be a no.
    origin.set(
        "/robots.txt",
        Route {
            status: 503,
            ..robots("")
        },
    );
    site.run("once", &[]);
    let error = site.error("pagina").unwrap_or_default();
    assert!(error.contains("could not be had"), "{error}");
    assert_eq!(origin.asked("/pagina").len(), 1);
    origin.set(
        "/robots.txt",
        Route {
            status: 404,
            ..robots("")
        },
    );
    site.once();
    assert_eq!(site.error("pagina"), None);
}

#[test]
fn a_source_sends_what_it_needs_and_only_to_its_own_host() {
    let (home, away) = (Origin::start(), Origin::start());
    away.set("/a", Route::rss(&[news("a", 1)]));
    home.set(
        "/a",
        Route::redirect(302, away.url("/a").replace("127.0.0.1", "localhost")),
    );
    home.set("/b", Route::rss(&[news("b", 1)]));
    let mut site = Site::new();
    site.fetch = "from = \"redazione@rassegna.example\"".into();
    let own = "headers = { X-Key = \"k\" }\ncookies = { session = \"s\" }\nrobots = false";
    let post = format!("{own}\npost = {{ form = {{ q = \"news\" }} }}");
    site.configure(&(table(&home, "a", own) + &table(&home, "b", &post)));
    let ran = site.once();
    assert_eq!(
        (site.error("a"), site.error("b")),
        (None, None),
        "{}",
        ran.out
    );
    for asked in [&home.asked("/a")[0], &home.asked("/b")[0]] {
        assert_eq!(asked.headers.get("x-key").map(String::as_str), Some("k"));
        assert_eq!(
            asked.headers.get("cookie").map(String::as_str),
            Some("session=s")
        );
        assert_eq!(
            asked.headers.get("from").map(String::as_str),
            Some("redazione@rassegna.example")
        );
    }
    let posted = &home.asked("/b")[0].headers;
    assert_eq!(posted.get("content-length").map(String::as_str), Some("6"));
    assert_eq!(
        posted.get("content-type").map(String::as_str),
        Some("application/x-www-form-urlencoded")
    );
    let elsewhere = &away.asked("/a")[0].headers;
    assert!(
        !elsewhere.contains_key("x-key") && !elsewhere.contains_key("cookie"),
        "{elsewhere:?}"
    );
}

#[test]
fn a_page_that_wants_a_cookie_first_gets_it() {
    let origin = Origin::start();
    let site = Site::new();
    site.configure(&table(&origin, "a", ""));
    let wall = Route {
        headers: vec![
            ("Location", "/consenso".into()),
            ("Set-Cookie", "seen=1; Path=/".into()),
        ],
        ..Route::redirect(302, "")
    };
    origin.set("/a", wall);
    origin.set("/consenso", Route::rss(&[news("a", 1)]));
    site.once();
    let cookie = origin.asked("/consenso")[0].headers.get("cookie").cloned();
    assert_eq!(cookie.as_deref(), Some("seen=1"));
    assert_eq!(site.error("a"), None);
}

#[test]
fn a_proxy_is_used_where_it_is_configured_and_never_from_the_environment() {
    let (origin, proxy) = (Origin::start(), Origin::start());
    let far = "http://agency.example/a";
    proxy.set(far, Route::rss(&[news("a", 1)]));
    origin.set("/b", Route::rss(&[news("b", 1)]));
    let site = Site::new();
    let through = format!("proxy = \"{}\"\nrobots = false", proxy.url(""));
    let a = format!("[source.a]\nurl = \"{far}\"\nlanguage = \"it\"\n{through}\n");
    site.configure(&(a + &table(&origin, "b", "")));
    let ran = site.once();
    assert_eq!(
        (site.error("a"), site.error("b")),
        (None, None),
        "{}",
        ran.out
    );
    assert_eq!(proxy.asked(far).len(), 1);
    assert_eq!(proxy.requests(), 1);
}
