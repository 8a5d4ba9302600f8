//! What changes is written, and nothing else.

use super::support::{Origin, Route, Site, news, wait};

/// Fifty sources, half of them Italian; two of them have feeds of their own.
fn fifty(origin: &Origin, every: &str) -> Site {
    let mut site = Site::new();
    site.schedule = format!("every = \"{every}\"");
    let mut tables = String::new();
    for n in 0..50 {
        let (name, language) = (format!("s{n}"), if n % 2 == 0 { "it" } else { "en" });
        origin.set(&format!("/{name}"), Route::rss(&[news(&name, 1)]));
        let url = origin.url(&format!("/{name}"));
        tables.push_str(&format!(
            "[source.{name}]\nurl = \"{url}\"\nlanguage = \"{language}\"\n"
        ));
    }
    tables.push_str(
        "[feed.otto]\nwhere = { source = [\"s8\"] }\n[feed.nove]\nwhere = { source = [\"s9\"] }\n",
    );
    site.configure(&tables);
    site
}

#[test]
fn one_changed_page_of_fifty_rewrites_only_the_feeds_concerned() {
    let origin = Origin::start();
    let site = fifty(&origin, "1d");
    site.once();
    assert_eq!(site.entries("it").len(), 25);
    assert_eq!(site.entries("en").len(), 25);
    assert_eq!(site.entries("otto").len(), 1);

    let before = site.stamps();
    let again = site.once();
    assert!(again.out.contains("no file changed"), "{}", again.out);
    assert_eq!(site.rewritten(&before), [""; 0]);

    origin.set("/s8", Route::rss(&[news("s8", 2), news("s8", 1)]));
    site.once();
    let of = |feed: &str| {
        ["atom.xml", "feed.json", "index.html", "rss.xml"].map(|file| format!("{feed}/{file}"))
    };
    // The index of all feeds says how many entries each has.
    let mut expected = vec!["index.html".to_owned()];
    expected.extend(of("it"));
    expected.extend(of("otto"));
    assert_eq!(site.rewritten(&before), expected);
    assert_eq!(site.entries("it").len(), 26);
    assert_eq!(
        site.titles("otto"),
        ["Notizia n2 di s8", "Notizia n1 di s8"]
    );
}

#[test]
fn the_daemon_too_rewrites_only_the_feeds_concerned() {
    let origin = Origin::start();
    let site = fifty(&origin, "1s");
    let daemon = site.start_ready();
    wait("all is published", || {
        site.published().join("en/atom.xml").exists()
            && site.entries("en").len() == 25
            && site.entries("it").len() == 25
    });
    let asked = origin.asked("/s8").len();
    wait("a cycle without changes", || {
        origin.asked("/s8").len() > asked + 1
    });
    let before = site.stamps();
    origin.set("/s9", Route::rss(&[news("s9", 1), news("s9", 3)]));
    wait("the change is published", || {
        site.entries("nove").len() == 2 && site.entries("en").len() == 26
    });
    daemon.stop();
    let rewritten = site.rewritten(&before);
    assert!(
        rewritten.iter().all(|name| name == "index.html"
            || name.starts_with("en/")
            || name.starts_with("nove/")),
        "{rewritten:?}"
    );
}

#[test]
fn an_edit_of_a_text_alone_leaves_the_list_of_feeds_alone() {
    let origin = Origin::start();
    let site = fifty(&origin, "1d");
    site.once();
    let before = site.stamps();
    let mut edited = news("s8", 1);
    edited.text = "Un altro testo.".into();
    origin.set("/s8", Route::rss(&[edited]));
    site.once();
    let rewritten = site.rewritten(&before);
    assert!(
        rewritten.contains(&"otto/atom.xml".to_owned()),
        "{rewritten:?}"
    );
    assert!(
        rewritten.iter().all(|name| name == "index.html"
            || name.starts_with("it/")
            || name.starts_with("otto/")),
        "{rewritten:?}"
    );
}
