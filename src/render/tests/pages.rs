//! What holds for the pages, the list of feeds and the style sheets.

use super::*;
use crate::render::stylesheets;

#[test]
fn pages_and_lists_lead_only_to_the_formats_that_are_published() {
    let formats = vec![Format::Html, Format::Atom];
    let feed = FeedDocument {
        formats: formats.clone(),
        ..document()
    };
    let site = SiteDocument {
        formats,
        ..site("Spazio")
    };
    for written in [
        html::page(&feed, &links()),
        html::index(&site),
        opml::feeds(&site),
    ] {
        assert!(written.contains("it/atom.xml"), "{written}");
        assert!(!written.contains("rss.xml") && !written.contains("feed.json"));
    }
    let pages_only = vec![Format::Html];
    let feed = FeedDocument {
        formats: pages_only.clone(),
        ..document()
    };
    let site = SiteDocument {
        formats: pages_only,
        ..site
    };
    let page = html::page(&feed, &links());
    assert!(!page.contains("#subscribe") && !page.contains("rel=\"alternate\""));
    assert!(!html::index(&site).contains("opml.xml"));
    assert!(!opml::feeds(&site).contains("<outline"));
}

#[test]
fn a_page_runs_as_its_texts_do_and_its_news_as_their_language_does() {
    let of = |tag: &str| {
        let feed = FeedDocument {
            language: Language::parse(tag),
            ..document()
        };
        html::page(&feed, &links())
    };
    let arabic = of("ar");
    assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(arabic.contains("lang=\"ar\" dir=\"rtl\">\n<section"));
    // There are no Hebrew texts.
    let hebrew = of("he");
    assert!(hebrew.contains("<html lang=\"en\" dir=\"ltr\">"));
    assert!(hebrew.contains("lang=\"he\" dir=\"rtl\">\n<section"));
    assert!(hebrew.contains("יום שלישי, 9 בספטמבר 2025"));
}

#[test]
fn the_pages_of_an_archive_are_linked_in_order_up_to_the_feed() {
    let at = |page| {
        let history = History { page, pages: 3 };
        let written = html::page(
            &FeedDocument {
                history,
                ..document()
            },
            &[],
        );
        let way = |relation: &str| {
            let link = format!("<link rel=\"{relation}\" href=\"https://rassegna.example/");
            let (_, rest) = written.split_once(&link)?;
            let (address, _) = rest.split_once('"')?;
            let anchor =
                format!("<a href=\"https://rassegna.example/{address}\" rel=\"{relation}\">");
            assert!(written.contains(&anchor), "{anchor}");
            Some(address.to_owned())
        };
        (way("prev"), way("next"))
    };
    let page = |address: &str| Some(address.to_owned());
    assert_eq!(at(None), (page("it/archive/3/"), None));
    assert_eq!(at(Some(3)), (page("it/archive/2/"), page("it/")));
    assert_eq!(at(Some(2)), (page("it/archive/1/"), page("it/archive/3/")));
    assert_eq!(at(Some(1)), (None, page("it/archive/2/")));
    let second = html::page(&super::page(), &[]);
    assert!(second.contains("<p class=\"place\">Archivio, pagina 2</p>"));
    assert!(
        second.contains("<title>Spazio &#38; dintorni · Archivio, pagina 2 · Rassegna</title>")
    );
}

#[test]
fn a_page_shows_no_more_of_an_entry_than_can_be_read() {
    let mut feed = document();
    let names = |name: &str| (0..40).map(|number| format!("{name} {number}")).collect();
    feed.entries = vec![Entry {
        title: "Titolo ".repeat(100),
        summary: "Parola ".repeat(1_000),
        authors: names("Autrice"),
        categories: names("Tema"),
        ..entry(0, "")
    }];
    let page = html::page(&feed, &[]);
    assert!(page.contains("Titolo…</a></h3>") && page.contains("Parola…</p>"));
    assert!(page.contains("Autrice 3, …</bdi>") && !page.contains("Autrice 4"));
    assert!(page.contains("Tema 7") && !page.contains("Tema 8"));
    assert!(page.len() < 6_000, "{}", page.len());
}

#[test]
fn each_feed_has_a_style_sheet_that_tells_in_its_language_how_to_subscribe() {
    let sheets: Vec<(String, String)> = stylesheets().collect();
    for (tag, words) in [
        ("it", "Questo è un feed."),
        ("en", "This is a feed."),
        ("ar", "هذه خلاصة أخبار."),
        ("pl", "This is a feed."),
    ] {
        let feed = FeedDocument {
            language: Language::parse(tag),
            ..document()
        };
        for written in [rss::render(&feed), atom::render(&feed)] {
            let (_, rest) = written
                .split_once("<?xml-stylesheet type=\"text/css\" href=\"https://rassegna.example/")
                .unwrap();
            let (name, _) = rest.split_once('"').unwrap();
            let (_, sheet) = sheets.iter().find(|(other, _)| other == name).unwrap();
            assert!(sheet.contains(words), "{tag}: {name}");
            assert_eq!(sheet.contains("direction: rtl"), tag == "ar");
        }
    }
}
