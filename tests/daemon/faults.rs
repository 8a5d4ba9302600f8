//! A source that fails: said in plain words, its entries stay, the others go on.

use super::support::{LISTING, Origin, Route, Site, all_whole, news, rss};

/// The faults, by the name of the source that has it, with a word that the report must contain.
fn faults() -> Vec<(&'static str, Route, &'static str)> {
    let good = rss(&[news("rotta", 2), news("rotta", 3)]);
    vec![
        (
            "errore",
            Route {
                status: 500,
                ..Route::rss(&[])
            },
            "the server answered 500",
        ),
        ("vuota", Route::rss_text(""), "the answer was empty"),
        (
            "pagina",
            Route::html("<!doctype html><html><body><p>Manutenzione</p></body></html>"),
            "",
        ),
        ("profonda", Route::html("<div>".repeat(100_000)), "400 deep"),
        (
            "profonda-xml",
            Route::rss_text(format!(
                "<rss><channel><item><title>{}",
                "<b>".repeat(100_000)
            )),
            "",
        ),
        (
            "enorme",
            Route::rss_text(vec![b' '; 50 << 20]),
            "larger than",
        ),
        (
            "interrotta",
            Route {
                breaks_off: true,
                ..Route::rss_text(good)
            },
            "broke off",
        ),
        (
            "sparita",
            Route {
                status: 404,
                ..Route::rss(&[])
            },
            "404",
        ),
    ]
}

impl Route {
    fn rss_text(body: impl Into<Vec<u8>>) -> Self {
        Self::new("application/rss+xml", body)
    }
}

#[test]
fn faults_are_told_in_plain_words_and_touch_no_other_source() {
    let origin = Origin::start();
    let site = Site::new();
    let mut tables = format!(
        "[source.sana]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/sana")
    );
    origin.set("/sana", Route::rss(&[news("sana", 1)]));
    // Numbers of their own, since what several sources tell alike is one story.
    for (number, (name, ..)) in (1..).zip(faults()) {
        origin.set(&format!("/{name}"), Route::rss(&[news(name, 10 * number)]));
        tables.push_str(&format!(
            "[source.{name}]\nurl = \"{}\"\nlanguage = \"it\"\nkind = \"feed\"\n",
            origin.url(&format!("/{name}"))
        ));
    }
    // The deep page is one that is read by rules.
    let tables = tables.replace(
        &format!(
            "{}\"\nlanguage = \"it\"\nkind = \"feed\"\n",
            origin.url("/profonda")
        ),
        &format!(
            "{}\"\nlanguage = \"it\"\n{LISTING}",
            origin.url("/profonda")
        ),
    );
    origin.set(
        "/profonda",
        Route::html(super::support::listing(&[news("profonda", 1000)])),
    );
    site.configure(&tables);
    site.once();
    let good = site.entries("it");
    assert_eq!(good.len(), faults().len() + 1);

    origin.set("/sana", Route::rss(&[news("sana", 2), news("sana", 1)]));
    for (name, fault, _) in faults() {
        origin.set(&format!("/{name}"), fault);
    }
    let ran = site.run("once", &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    all_whole(&site.published());
    let now = site.entries("it");
    assert!(
        good.iter().all(|entry| now.contains(entry)),
        "a good entry is gone"
    );
    assert_eq!(now.len(), good.len() + 1, "the good source went on");

    let daemon = site.start_ready();
    let status = site.admin("/status").unwrap().text();
    assert_eq!(site.admin("/healthz").unwrap().status, 200);
    daemon.stop();
    for (name, _, words) in faults() {
        let error = site.error(name).unwrap_or_else(|| panic!("{name} failed"));
        assert!(error.contains(words), "{name}: {error}");
        assert!(error.len() < 300 && !error.contains('\n'), "{error}");
        assert!(
            !error.contains("Error {") && !error.contains("::"),
            "{error}"
        );
        eprintln!("{name}: {error}");
        let shown = site.run("status", &[name]);
        assert_eq!(shown.code, 0);
        assert!(shown.out.contains(&error), "{}", shown.out);
        assert!(status.contains(&error), "{name}: {status}");
    }
    assert_eq!(site.error("sana"), None);

    for (number, (name, ..)) in (1..).zip(faults()) {
        origin.set(
            &format!("/{name}"),
            Route::rss(&[news(name, 10 * number + 1), news(name, 10 * number)]),
        );
    }
    origin.set(
        "/profonda",
        Route::html(super::support::listing(&[
            news("profonda", 1001),
            news("profonda", 1000),
        ])),
    );
    site.once();
    assert_eq!(site.entries("it").len(), 2 * faults().len() + 2);
}

#[test]
fn a_server_that_is_not_there_is_a_failed_source_too() {
    let origin = Origin::start();
    origin.set("/sana", Route::rss(&[news("sana", 1)]));
    let site = Site::new();
    // Port 9 is not listened on, and not handed out.
    site.configure(&format!(
        "[source.sana]\nurl = \"{}\"\nlanguage = \"it\"\n[source.muta]\nurl = \"http://127.0.0.1:9/\"\nlanguage = \"it\"\n",
        origin.url("/sana")
    ));
    let ran = site.run("once", &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("failed: "), "{}", ran.out);
    assert_eq!(site.entries("it").len(), 1);
}

#[test]
fn the_complete_items_of_broken_xml_are_kept_and_the_damage_is_told() {
    let origin = Origin::start();
    let site = Site::new();
    site.configure(&format!(
        "[source.rotta]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/rotta")
    ));
    let whole = rss(&[news("rotta", 3), news("rotta", 2), news("rotta", 1)]);
    let cut = whole.rfind("<description>").unwrap();
    origin.set("/rotta", Route::rss_text(&whole.as_bytes()[..cut]));
    site.once();
    assert_eq!(
        site.titles("it"),
        ["Notizia n3 di rotta", "Notizia n2 di rotta"]
    );
    let status = site.run("status", &["rotta"]);
    assert!(status.out.contains("warning: "), "{}", status.out);
    // What it lists the next time, whole again, is not taken for new.
    origin.set("/rotta", Route::rss_text(whole));
    site.once();
    assert_eq!(site.entries("it").len(), 3);
}

#[test]
fn a_wrong_charset_is_read_as_what_it_is() {
    let origin = Origin::start();
    let site = Site::new();
    site.configure(&format!(
        "[source.antica]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/antica")
    ));
    let mut item = news("antica", 1);
    item.title = "Perché la città è così: novità".into();
    let text = rss(&[item.clone()]);
    // Declared as UTF-8 in its head, written in Latin-1.
    let latin: Vec<u8> = text
        .chars()
        .map(|character| u8::try_from(character).unwrap())
        .collect();
    origin.set("/antica", Route::rss_text(latin));
    site.once();
    assert_eq!(site.titles("it"), [item.title]);
    let status = site.run("status", &["antica"]);
    assert!(status.out.contains("warning: "), "{}", status.out);
}

#[test]
fn a_feed_that_lists_nothing_any_more_is_warned_of_and_then_an_error() {
    let origin = Origin::start();
    let site = Site::new();
    let url = origin.url("/a");
    site.configure(&format!("[source.a]\nurl = \"{url}\"\nlanguage = \"it\"\n"));
    origin.set("/a", Route::rss(&[news("a", 1)]));
    site.once();
    // The same body each time, which is not read again.
    origin.set("/a", Route::rss(&[]));
    let ran = site.once();
    assert!(ran.out.contains("lists nothing"), "{}", ran.out);
    site.once();
    assert_eq!(site.error("a"), None);
    assert_eq!(site.run("once", &[]).code, 1);
    let error = site.error("a").unwrap_or_default();
    assert!(error.contains("lists nothing"), "{error}");
    assert_eq!(site.entries("it").len(), 1);
    origin.set("/a", Route::rss(&[news("a", 1)]));
    site.once();
    assert_eq!(site.error("a"), None);
}
