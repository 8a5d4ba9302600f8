//! What is withdrawn is nowhere any more, and stays out.

use super::support::{News, Origin, Route, Site, files, news, wait};

/// Two feeds, `a` and `b`, `a` leading.
fn site(origin: &Origin) -> Site {
    let site = Site::new();
    let mut tables = String::new();
    for (name, priority) in [("a", 1), ("b", 0)] {
        let url = origin.url(&format!("/{name}"));
        tables.push_str(&format!(
            "[source.{name}]\nurl = \"{url}\"\nlanguage = \"it\"\npriority = {priority}\n"
        ));
    }
    site.configure(&tables);
    site
}

/// News with words that are in no other.
fn secret(source: &str, n: u32) -> News {
    News {
        title: format!("Riservatissima {source} {n}"),
        text: "Parole che nessuno deve leggere.".into(),
        ..news(source, n)
    }
}

/// Whether a text stands in any file of the installation, the database and its log included.
fn is_anywhere(site: &Site, words: &str) -> bool {
    let whole = |path: std::path::PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        let mut windows = bytes.windows(words.len());
        windows.any(|window| window == words.as_bytes())
    };
    files(&site.data()).into_iter().any(whole)
}

#[test]
fn a_withdrawn_entry_is_nowhere_any_more_and_stays_out_whoever_tells_it() {
    let origin = Origin::start();
    let site = site(&origin);
    let mut one = secret("a", 1);
    origin.set("/a", Route::rss(&[news("a", 2), one.clone()]));
    origin.set("/b", Route::rss(&[news("b", 3)]));
    site.once();
    // Also what it said before an edit must go.
    one.title = "Riservatissima, detta meglio".into();
    origin.set("/a", Route::rss(&[news("a", 2), one.clone()]));
    site.once();
    assert_eq!(site.entries("it").len(), 3);
    let id = site.entries("it")[2].id.clone();
    assert!(is_anywhere(&site, "Riservatissima"));

    let asked = site.run("withdraw", &[&id]);
    assert_eq!(asked.code, 2, "{asked:?}");
    assert!(asked.err.contains("--yes"), "{asked:?}");
    assert_eq!(site.entries("it").len(), 3);
    let ran = site.run("withdraw", &[&id, "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("withdrawn: 1 entry"), "{ran:?}");
    assert_eq!(site.entries("it").len(), 2);
    for words in ["Riservatissima", "nessuno deve leggere", "notizie/1\""] {
        assert!(!is_anywhere(&site, words), "{words}");
    }

    // Its source goes on listing it, another tells the same address, and the first gives it another one.
    let mut other = secret("b", 9);
    other.link = "http://www.a.example/notizie/1/?utm_source=b".into();
    origin.set("/b", Route::rss(&[other, news("b", 3)]));
    one.text = "Riscritta.".into();
    let mut moved = one.clone();
    moved.link = "https://a.example/altrove/1".into();
    for again in [one, moved] {
        origin.set("/a", Route::rss(&[news("a", 4), again, news("a", 2)]));
        site.once();
        assert_eq!(site.entries("it").len(), 3, "{:#?}", site.entries("it"));
    }
    assert!(!is_anywhere(&site, "Riservatissima"));
    assert_eq!(site.run("withdraw", &[&id, "--yes"]).code, 1);
}

#[test]
fn an_address_is_withdrawn_in_any_variant_and_a_source_with_all_it_told() {
    let origin = Origin::start();
    let site = site(&origin);
    // Both tell the same address, and one more each.
    let mut shared = secret("b", 1);
    shared.link = news("a", 1).link;
    origin.set("/a", Route::rss(&[news("a", 1), news("a", 2)]));
    origin.set("/b", Route::rss(&[shared, secret("b", 3), secret("b", 4)]));
    for source in ["a", "b"] {
        assert_eq!(site.run("once", &["--source", source]).code, 0);
    }
    assert_eq!(site.entries("it").len(), 4);
    let variant = "http://www.b.example/notizie/3/?utm_medium=x";
    assert_eq!(site.run("withdraw", &[variant, "--yes"]).code, 0);
    assert_eq!(site.entries("it").len(), 3);
    // The other teller goes on with the story, under the same id.
    let before = site.entries("it");
    let ran = site.run("withdraw", &["--source", "a", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let now = site.entries("it");
    assert_eq!(now.len(), 2, "{now:#?}");
    let kept = now.iter().find(|entry| entry.title == "Riservatissima b 1");
    let kept = kept.expect("the next teller leads");
    let same = before.iter().find(|entry| entry.id == kept.id).unwrap();
    assert_eq!(same.title, "Notizia n1 di a");
    assert_eq!(kept.published, same.published);
    assert!(!is_anywhere(&site, "Notizia n2 di a"));
    site.once();
    origin.set(
        "/a",
        Route::rss(&[news("a", 1), news("a", 2), news("a", 5)]),
    );
    site.once();
    let titles = site.titles("it");
    assert_eq!(titles.len(), 3, "{titles:?}");
    assert!(titles.contains(&"Notizia n5 di a".to_owned()));
    assert_eq!(site.run("withdraw", &["--source", "none", "--yes"]).code, 2);
}

#[test]
fn a_running_daemon_withdraws_what_it_is_asked_to() {
    let origin = Origin::start();
    let site = site(&origin);
    origin.set("/a", Route::rss(&[news("a", 2), secret("a", 1)]));
    origin.set("/b", Route::rss(&[news("b", 3)]));
    let daemon = site.start_ready();
    wait("it is published", || {
        site.published().join("it/atom.xml").exists() && site.entries("it").len() == 3
    });
    let ran = site.run("withdraw", &["https://a.example/notizie/1", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("withdrawn: 1 entry"), "{ran:?}");
    assert_eq!(site.entries("it").len(), 2);
    let served = site.public("GET", "/it/atom.xml", &[]);
    assert!(!served.text().contains("Riservatissima"));
    assert!(!is_anywhere(&site, "Riservatissima"));
    daemon.stop();
}
