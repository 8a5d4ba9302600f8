//! The ids of entries come from what the sources said, and from nothing else.

use std::collections::BTreeMap;
use std::fs;

use super::support::{LISTING, News, Origin, Route, Site, atom, listing, news};

/// What three sources showed, state after state: news come, move, are renamed, lose their guid and go.
fn history() -> Vec<[Vec<News>; 3]> {
    let named = |source: &str, numbers: &[u32]| -> Vec<News> {
        numbers.iter().map(|n| news(source, *n)).collect()
    };
    let mut moved = named("uno", &[3, 2, 1]);
    moved[1].link = "https://uno.example/altrove/2".into();
    moved[0].guid = None;
    let mut renamed = named("due", &[6, 5, 4]);
    renamed[2].title = "Notizia n4, corretta, di due".into();
    vec![
        [
            named("uno", &[2, 1]),
            named("due", &[5, 4]),
            named("tre", &[9, 8, 7]),
        ],
        [moved, renamed.clone(), named("tre", &[10, 9])],
        [
            named("uno", &[12, 3]),
            renamed,
            // What another source tells too.
            vec![news("tre", 11), news("uno", 3)],
        ],
    ]
}

/// A database made of the history, one poll after the other; gives id, link and date of each entry.
fn build(site: &Site, origin: &Origin) -> BTreeMap<String, (String, String, String)> {
    for [one, two, three] in history() {
        origin.set("/uno", Route::rss(&one));
        origin.set("/due", Route::new("application/atom+xml", atom(&two)));
        origin.set("/tre", Route::html(listing(&three)));
        // Which of two sources tells a story first is part of what was fetched.
        for source in ["uno", "due", "tre"] {
            let ran = site.run("once", &["--source", source]);
            assert_eq!(ran.code, 0, "{ran:?}");
        }
    }
    let entries = site.entries("it").into_iter();
    entries
        .map(|entry| {
            let dates = format!("{}", entry.published);
            (entry.id, (entry.title, entry.link, dates))
        })
        .collect()
}

#[test]
fn a_database_rebuilt_from_the_same_fetches_gives_the_same_entry_ids() {
    let origin = Origin::start();
    let site = Site::new();
    let url = |name: &str| origin.url(&format!("/{name}"));
    site.configure(&format!(
        "[source.uno]\nurl = \"{}\"\nlanguage = \"it\"\n[source.due]\nurl = \"{}\"\nlanguage = \"it\"\n\
         [source.tre]\nurl = \"{}\"\nlanguage = \"it\"\n{LISTING}",
        url("uno"),
        url("due"),
        url("tre"),
    ));
    let first = build(&site, &origin);
    assert_eq!(first.len(), 12, "{first:#?}");
    let files: Vec<Vec<u8>> = ["atom.xml", "rss.xml", "feed.json"]
        .map(|file| fs::read(site.published().join("it").join(file)).unwrap())
        .to_vec();
    fs::remove_dir_all(site.data()).unwrap();
    let second = build(&site, &origin);
    assert_eq!(first, second);
    // Only when an edit was noticed differs, and RSS does not tell that.
    assert_eq!(
        fs::read(site.published().join("it/rss.xml")).unwrap(),
        files[1]
    );
}

#[test]
fn feed_ids_outlive_a_move_of_the_site() {
    let origin = Origin::start();
    origin.set("/uno", Route::rss(&[news("uno", 1)]));
    let site = Site::new();
    let table = format!(
        "[source.uno]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/uno")
    );
    site.configure(&table);
    site.once();
    let id = || {
        let bytes = fs::read(site.published().join("it/atom.xml")).unwrap();
        feed_rs::parser::parse(&*bytes).unwrap().id
    };
    let (before, entries) = (id(), site.entries("it"));
    let text = fs::read_to_string(site.config()).unwrap();
    fs::write(
        site.config(),
        text.replace("https://rassegna.example/", "https://altrove.example/"),
    )
    .unwrap();
    site.once();
    assert_eq!(id(), before);
    assert_eq!(site.entries("it"), entries);
}
