//! What holds for all formats: the bytes of a small document, and what no input may do to them.

#![allow(clippy::unwrap_used, reason = "tests")]

mod pages;

use chrono::{Duration, TimeZone};
use chrono_tz::Tz;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use uuid::Uuid;

use crate::config::{By, Format};
use crate::extract::text::is_legible;
use crate::language::Language;
use crate::model::Enclosure;
use crate::render::text::{line, xml_safe};
use crate::render::{
    Entry, FeedDocument, FeedLink, FeedSummary, History, Sister, SiteDocument, Telling, atom, html,
    json, opml, rss,
};

const FORMATS: [Format; 4] = [Format::Rss, Format::Atom, Format::Json, Format::Html];

fn language(tag: &str) -> Language {
    Language::parse(tag).unwrap()
}

fn telling(id: &str, title: &str, link: Option<&str>) -> Telling {
    let updated = Tz::Europe__Rome
        .with_ymd_and_hms(2025, 9, 9, 14, 30, 5)
        .unwrap()
        .to_utc();
    Telling {
        id: id.into(),
        title: title.into(),
        url: format!("https://{id}.example/news"),
        link: link.map(Into::into),
        updated,
    }
}

fn sister(tag: &str, title: &str, link: &str) -> Sister {
    Sister {
        id: Uuid::from_u128(50),
        language: language(tag),
        title: title.into(),
        link: link.into(),
    }
}

fn entry(number: u128, title: &str) -> Entry {
    let published = Tz::Europe__Rome
        .with_ymd_and_hms(2025, 9, 9, 14, 30, 5)
        .unwrap()
        - Duration::hours(10 * number as i64);
    Entry {
        id: Uuid::from_u128(number),
        link: Some(format!("https://orbita.example/n/{number}?a=1&b=2")),
        title: title.into(),
        summary: "Ricerca & sviluppo: 5 < 6.".into(),
        content: String::new(),
        authors: vec!["Agenzia Orbita".into()],
        categories: vec!["R&D".into()],
        image: None,
        enclosures: Vec::new(),
        language: language("it"),
        rights: None,
        published,
        day_only: false,
        updated: published + Duration::minutes(5),
        sources: vec![telling(
            "orbita",
            "Agenzia Orbita",
            Some("https://orbita.example/n/1"),
        )],
        translations: Vec::new(),
    }
}

fn document() -> FeedDocument {
    let full = Entry {
        content: "<p>Tutto il testo, con <b>R&amp;D</b> e ]]&gt;.</p>".into(),
        authors: vec!["Anna Bianchi".into(), "Luca Neri".into()],
        image: Some("https://orbita.example/alba.jpg".into()),
        rights: Some("© Orbita".into()),
        sources: vec![
            telling(
                "orbita",
                "Agenzia Orbita",
                Some("https://orbita.example/n/0"),
            ),
            telling(
                "regione",
                "Regione <Sud>",
                Some("https://regione.example/7"),
            ),
        ],
        translations: vec![sister(
            "en",
            "“Alba-2” sees <the> Adriatic",
            "https://orbita.example/en/0?a=1&b=2",
        )],
        ..entry(0, "«Alba-2» <vede> l’Adriatico & il Po")
    };
    let day = Entry {
        day_only: true,
        link: None,
        summary: String::new(),
        ..entry(1, "Agenda")
    };
    let sound = Enclosure {
        url: "https://orbita.example/a.mp3".into(),
        media_type: String::new(),
        length: None,
    };
    let entries = vec![
        full,
        day,
        Entry {
            enclosures: vec![sound],
            ..entry(2, "Ascolta")
        },
    ];
    FeedDocument {
        name: "it".into(),
        id: Uuid::from_u128(99),
        title: "Spazio & dintorni".into(),
        description: "Le notizie in un solo feed".into(),
        language: Some(language("it")),
        site: "https://rassegna.example/".into(),
        site_title: "Rassegna".into(),
        updated: entries[0].updated,
        index: false,
        formats: FORMATS.into(),
        hub: None,
        history: History::default(),
        entries,
    }
}

fn empty() -> FeedDocument {
    FeedDocument {
        entries: Vec::new(),
        updated: Tz::Europe__Rome.timestamp_opt(0, 0).unwrap(),
        ..document()
    }
}

fn site(title: &str) -> SiteDocument {
    let feed = FeedSummary {
        name: "it".into(),
        title: title.into(),
        description: "Le notizie".into(),
        language: Some(language("it")),
        group: None,
        entries: 3,
        updated: Some(document().updated),
    };
    let url = "https://rassegna.example/".into();
    SiteDocument {
        title: "Rassegna".into(),
        url,
        index: true,
        language: Some(language("it")),
        formats: FORMATS.into(),
        feeds: vec![feed],
    }
}

fn links() -> Vec<FeedLink> {
    [("it", "Spazio"), ("en", "Space")]
        .map(|(name, title)| FeedLink {
            name: name.into(),
            title: title.into(),
            language: Language::parse(name),
        })
        .into()
}

/// One text or attribute of a document: the elements around it, the attribute's name after `@`.
type Piece = (String, String);

/// Reads a document as an XML parser must, and refuses what one must refuse.
fn pieces(xml: &str) -> Vec<Piece> {
    assert!(is_legible(xml), "a character that may not be published");
    let mut reader = Reader::from_str(xml);
    let (mut path, mut text, mut pieces) = (Vec::<String>::new(), String::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                path.push(start.name().as_ref().to_owned());
                text.clear();
                attributes(&start, &path, &mut pieces);
            }
            Event::Empty(start) => {
                path.push(start.name().as_ref().to_owned());
                attributes(&start, &path, &mut pieces);
                path.pop();
            }
            Event::Text(part) => text.push_str(&part),
            Event::CData(part) => text.push_str(&part),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().unwrap() {
                Some(c) => text.push(c),
                None => text.push_str(resolve_predefined_entity(&reference).unwrap()),
            },
            Event::End(_) => {
                pieces.push((path.join("/"), std::mem::take(&mut text)));
                path.pop();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(path.is_empty());
    pieces
}

fn attributes(start: &quick_xml::events::BytesStart<'_>, path: &[String], pieces: &mut Vec<Piece>) {
    for attribute in start.attributes() {
        let attribute = attribute.unwrap();
        let name = attribute.key.as_ref().to_owned();
        pieces.push((
            format!("{}@{name}", path.join("/")),
            quick_xml::escape::unescape(&attribute.value)
                .unwrap()
                .into_owned(),
        ));
    }
}

fn at<'a>(pieces: &'a [Piece], path: &str) -> Vec<&'a str> {
    pieces
        .iter()
        .filter(|(place, _)| place == path)
        .map(|(_, text)| text.as_str())
        .collect()
}

#[test]
fn a_small_document_has_these_bytes() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("rss", rss::render(&document()));
        insta::assert_snapshot!("atom", atom::render(&document()));
        insta::assert_snapshot!("json", json::render(&document()));
        insta::assert_snapshot!("page", html::page(&document(), &links()));
        insta::assert_snapshot!("index", html::index(&site("Spazio & dintorni")));
        insta::assert_snapshot!("opml", opml::feeds(&site("Spazio & dintorni")));
    });
}

/// The second of three archive pages.
fn page() -> FeedDocument {
    FeedDocument {
        hub: Some("https://hub.example/?a=1&b=2".into()),
        history: History {
            page: Some(2),
            pages: 3,
        },
        ..document()
    }
}

#[test]
fn an_archive_page_says_so_and_leads_to_its_neighbours() {
    let place = |page: &str, file: &str| format!("https://rassegna.example/it{page}/{file}");
    for (written, file, link) in [
        (rss::render(&page()), "rss.xml", "<atom:link href"),
        (atom::render(&page()), "atom.xml", "<link href"),
    ] {
        for (relation, page) in [
            ("self", "/archive/2"),
            ("current", ""),
            ("prev-archive", "/archive/1"),
            ("next-archive", "/archive/3"),
        ] {
            let address = place(page, file);
            let expected = format!("{link}=\"{address}\" rel=\"{relation}\"");
            assert!(written.contains(&expected), "{expected} in {written}");
        }
        assert!(written.contains("<fh:archive/>"), "{written}");
        assert!(!written.contains("hub.example"), "a page is no topic");
        assert!(!pieces(&written).is_empty());
    }
    // RFC 5005: the pages are one logical feed.
    let id = |document| at(&pieces(&atom::render(document)), "feed/id").join("");
    assert_eq!(id(&page()), id(&document()));
    let written: serde_json::Value = serde_json::from_str(&json::render(&page())).unwrap();
    assert_eq!(written["feed_url"], place("/archive/2", "feed.json"));
    assert_eq!(written["next_url"], place("/archive/1", "feed.json"));
    assert!(written["hubs"].is_null());
    let written = html::page(&page(), &[]);
    for (words, page) in [
        ("Meno recenti", "/archive/1"),
        ("Più recenti", "/archive/3"),
        ("Le più recenti", ""),
    ] {
        let address = place(page, "");
        assert!(
            written
                .lines()
                .any(|line| line.contains(&format!("\"{address}\"")) && line.contains(words))
        );
    }
    assert!(written.contains("href=\"../../../style.css\""));
}

#[test]
fn the_feed_leads_to_the_newest_page_and_to_its_hub() {
    let feed = FeedDocument {
        history: History {
            page: None,
            pages: 3,
        },
        ..page()
    };
    let newest = |file: &str| format!("https://rassegna.example/it/archive/3/{file}");
    for (written, file) in [
        (rss::render(&feed), "rss.xml"),
        (atom::render(&feed), "atom.xml"),
    ] {
        assert!(written.contains(&format!("href=\"{}\" rel=\"prev-archive\"", newest(file))));
        let hub = written.replace("&#x26;", "&amp;");
        assert!(
            hub.contains("href=\"https://hub.example/?a=1&amp;b=2\" rel=\"hub\""),
            "{hub}"
        );
        for other in ["fh:archive", "\"next-archive\"", "\"current\""] {
            assert!(!written.contains(other), "{other}");
        }
    }
    let written: serde_json::Value = serde_json::from_str(&json::render(&feed)).unwrap();
    assert_eq!(written["next_url"], newest("feed.json"));
    let hub = serde_json::json!([{ "type": "WebSub", "url": "https://hub.example/?a=1&b=2" }]);
    assert_eq!(written["hubs"], hub);
}

#[test]
fn files_have_type_and_length_and_entries_their_rights_in_every_format() {
    let file = |url: &str, media_type: &str, length| Enclosure {
        url: url.into(),
        media_type: media_type.into(),
        length,
    };
    let mut feed = document();
    feed.entries = vec![Entry {
        image: Some("https://orbita.example/i?w=1&h=2".into()),
        rights: Some("© R&D".into()),
        enclosures: vec![
            file("https://orbita.example/a.mp4", "video/mp4", Some(9)),
            file("https://orbita.example/b.pdf", "application/pdf", None),
        ],
        ..entry(0, "Con file")
    }];
    let rss = rss::render(&feed);
    for expected in [
        "<enclosure url=\"https://orbita.example/a.mp4\" length=\"9\" type=\"video/mp4\"/>",
        "<media:content fileSize=\"9\" medium=\"video\" type=\"video/mp4\" url=\"https://orbita.example/a.mp4\"/>",
        "<media:content type=\"application/pdf\" url=\"https://orbita.example/b.pdf\"/>",
        "<media:content medium=\"image\" url=\"https://orbita.example/i?w=1&#x26;h=2\"/>",
        "<media:thumbnail url=\"https://orbita.example/i?w=1&#x26;h=2\"/>",
        "<dc:rights>© R&#x26;D</dc:rights>",
    ] {
        assert!(rss.contains(expected), "{expected} in {rss}");
    }
    let atom = atom::render(&feed);
    for expected in [
        "<link href=\"https://orbita.example/a.mp4\" rel=\"enclosure\" type=\"video/mp4\" length=\"9\"/>",
        "<link href=\"https://orbita.example/b.pdf\" rel=\"enclosure\" type=\"application/pdf\"/>",
        "<rights>© R&#x26;D</rights>",
        "<category term=\"R&#x26;D\" scheme=\"https://orbita.example/news\"/>",
    ] {
        assert!(atom.contains(expected), "{expected} in {atom}");
    }
    let json: serde_json::Value = serde_json::from_str(&json::render(&feed)).unwrap();
    let item = &json["items"][0];
    assert_eq!(item["attachments"][0]["size_in_bytes"], 9);
    assert_eq!(item["attachments"][1]["mime_type"], "application/pdf");
    assert_eq!(item["_rassegna"]["rights"], "© R&D");
}

#[test]
fn feeds_of_single_sources_and_tags_have_folders_of_the_list_and_headings_of_the_index() {
    let mut all = site("Spazio");
    for (name, group) in [("source/asi", By::Source), ("tag/region", By::Tag)] {
        let feed = FeedSummary {
            name: name.into(),
            group: Some(group),
            ..all.feeds[0].clone()
        };
        all.feeds.push(feed);
    }
    insta::assert_snapshot!(opml::feeds(&all), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <opml version="2.0">
      <head>
        <title>Rassegna</title>
      </head>
      <body>
        <outline type="rss" text="Spazio" title="Spazio" description="Le notizie" language="it" version="RSS2" xmlUrl="https://rassegna.example/it/rss.xml" htmlUrl="https://rassegna.example/it/"/>
        <outline text="Per fonte">
          <outline type="rss" text="Spazio" title="Spazio" description="Le notizie" language="it" version="RSS2" xmlUrl="https://rassegna.example/source/asi/rss.xml" htmlUrl="https://rassegna.example/source/asi/"/>
        </outline>
        <outline text="Per argomento">
          <outline type="rss" text="Spazio" title="Spazio" description="Le notizie" language="it" version="RSS2" xmlUrl="https://rassegna.example/tag/region/rss.xml" htmlUrl="https://rassegna.example/tag/region/"/>
        </outline>
      </body>
    </opml>
    "#);
    let index = html::index(&all);
    for expected in [
        "<h2>Per fonte</h2>",
        "<h2>Per argomento</h2>",
        "href=\"source/asi/\"",
        "href=\"tag/region/atom.xml\"",
    ] {
        assert!(index.contains(expected), "{expected}");
    }
}

#[test]
fn an_empty_feed_is_a_whole_document_and_older_than_none() {
    assert_eq!(
        at(&pieces(&rss::render(&empty())), "rss/channel/lastBuildDate"),
        ["Sat, 01 Jan 2000 12:00:00 GMT"]
    );
    assert_eq!(
        at(&pieces(&atom::render(&empty())), "feed/updated"),
        ["2000-01-01T12:00:00Z"]
    );
    assert!(json::render(&empty()).contains("\"items\": []"));
    assert!(html::page(&empty(), &[]).contains("Ancora nessuna notizia"));
}

#[test]
fn plain_text_in_rss_uses_hexadecimal_references_and_cdata_stays() {
    let written = rss::render(&document());
    assert!(written.contains("<title>«Alba-2» &#x3C;vede&gt; l’Adriatico &#x26; il Po</title>"));
    assert!(
        written
            .contains("<description><![CDATA[Ricerca &amp; sviluppo: 5 &lt; 6.]]></description>")
    );
}

#[test]
fn each_entry_says_its_language_where_the_feed_has_several() {
    let mut mixed = FeedDocument {
        language: None,
        ..document()
    };
    mixed.entries[1].language = language("ar");
    mixed.entries[2].title = "A literal <entry> in a title".into();
    assert_eq!(
        at(&pieces(&atom::render(&mixed)), "feed/entry@xml:lang"),
        ["it", "ar", "it"]
    );
    assert_eq!(
        at(
            &pieces(&rss::render(&mixed)),
            "rss/channel/item/dc:language"
        ),
        ["it", "ar", "it"]
    );
    assert!(html::page(&mixed, &[]).contains("lang=\"ar\" dir=\"rtl\""));
}

#[test]
fn other_tellers_are_related_links_and_the_leading_one_is_the_source() {
    let mut told = document();
    told.entries[0].translations.clear();
    let written = pieces(&atom::render(&told));
    assert_eq!(at(&written, "feed/entry/link@title"), ["Regione <Sud>"]);
    assert_eq!(at(&written, "feed/entry/source/title")[0], "Agenzia Orbita");
}

#[test]
fn the_same_in_other_languages_is_an_alternate_link_with_its_language() {
    let mut several = document();
    several.entries[0]
        .translations
        .push(sister("fr", "Alba-2", "https://orbita.example/fr/0"));
    let there = [
        "https://orbita.example/en/0?a=1&b=2",
        "https://orbita.example/fr/0",
    ];
    let atom = pieces(&atom::render(&several));
    assert_eq!(at(&atom, "feed/entry/link@hreflang"), ["en", "fr", "it"]);
    let links = at(&atom, "feed/entry/link@href");
    assert_eq!(links[1..3], there);
    assert_eq!(links[3], links[0], "for readers that take the last one");
    let rss = pieces(&rss::render(&several));
    let of_rss = |attribute: &str| at(&rss, &format!("rss/channel/item/atom:link@{attribute}"));
    assert_eq!(of_rss("hreflang"), ["en", "fr", "it"]);
    assert_eq!(of_rss("rel"), ["alternate"; 3]);
    assert_eq!(of_rss("href"), [there[0], there[1], links[0]]);
    let json: serde_json::Value = serde_json::from_str(&json::render(&several)).unwrap();
    let translations = &json["items"][0]["_rassegna"]["translations"];
    assert_eq!(translations[0]["language"], "en");
    assert_eq!(translations[1]["url"], there[1]);
    assert!(html::page(&several, &[]).contains("hreflang=\"fr\" title=\"Alba-2\">Français</a>"));
}

#[test]
fn addresses_that_are_not_of_the_web_are_not_published() {
    let mut hostile = document();
    hostile.entries[0].link = Some("javascript:alert(1)".into());
    hostile.entries[0].image = Some("data:image/svg+xml,x".into());
    hostile.entries[0].sources[0].url = "file:///srv/secret.html".into();
    hostile.entries[0].sources[0].link = None;
    hostile.entries[0].translations[0].link = "javascript:alert(2)".into();
    for written in [
        rss::render(&hostile),
        atom::render(&hostile),
        json::render(&hostile),
        html::page(&hostile, &[]),
    ] {
        assert!(
            !["javascript:", "data:image", "file:"]
                .iter()
                .any(|bad| written.contains(bad)),
            "{written}"
        );
    }
}

#[test]
fn a_document_stays_below_5_mb_and_the_oldest_contents_go_first() {
    let content = "<p>&amp;\"'</p>".repeat(14_000);
    let entries = (0..60)
        .map(|number| Entry {
            content: content.clone(),
            ..entry(number, "Lungo")
        })
        .collect();
    let large = FeedDocument {
        entries,
        ..document()
    };
    for written in [
        rss::render(&large),
        atom::render(&large),
        json::render(&large),
        html::page(&large, &[]),
    ] {
        assert!(written.len() < 5_000_000, "{}", written.len());
    }
    let written = pieces(&rss::render(&large));
    assert_eq!(
        at(&written, "rss/channel/item/title").len(),
        60,
        "no entry is lost"
    );
    let kept = at(&written, "rss/channel/item/content:encoded").len();
    assert!((1..60).contains(&kept), "{kept}");
    assert!(
        at(&pieces(&atom::render(&large)), "feed/entry/content")
            .iter()
            .take(kept)
            .all(|text| *text == content)
    );
}

#[test]
fn a_content_too_long_gives_way_to_the_summary_and_a_title_is_cut() {
    let mut long = document();
    long.entries[0].content = "<b>x</b>".repeat(40_000);
    long.entries[0].title = "parola ".repeat(1_000);
    let written = pieces(&rss::render(&long));
    assert!(at(&written, "rss/channel/item/content:encoded").is_empty());
    let title = at(&written, "rss/channel/item/title")[0];
    assert!(
        title.len() <= 1_000 && title.ends_with("parola…"),
        "{title}"
    );
}

#[test]
fn a_page_has_no_script_and_lists_days_in_the_language_of_the_feed() {
    let page = html::page(&document(), &links());
    assert!(!page.contains("<script") && !page.contains("style="));
    assert!(page.contains("<time datetime=\"2025-09-09\">martedì 9 settembre 2025</time>"));
    assert!(page.contains("<meta name=\"robots\" content=\"noindex\">"));
    assert!(
        !html::page(
            &FeedDocument {
                index: true,
                ..document()
            },
            &[]
        )
        .contains("noindex")
    );
}

#[test]
fn an_hour_is_shown_only_where_it_is_known() {
    let page = html::page(&document(), &[]);
    assert!(
        page.contains("<time datetime=\"2025-09-09T14:30:05+02:00\">14:30</time>"),
        "{page}"
    );
    assert!(!page.contains("04:30"), "the second entry has a day only");
}

/// Text made of what breaks formats, and of everything else.
fn nasty() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "]]>",
        "<![CDATA[",
        "<entry>",
        "</updated>",
        "+00:00</updated>",
        "&amp;",
        "&#x26;",
        "<!--",
        "\0",
        "\u{b}",
        "\u{85}",
        "\r\n",
        "\u{d7ff}",
        "\u{e000}",
        "\u{fffe}",
        "\u{1f680}",
        "שלום",
        "\u{202e}",
        "\"'",
        "<script>alert(1)</script>",
        " ",
        "\u{a0}",
        "?>",
    ]);
    prop::collection::vec(
        prop_oneof![
            words.prop_map(str::to_owned),
            any::<char>().prop_map(String::from)
        ],
        0..12,
    )
    .prop_map(|parts| parts.concat())
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.trim().is_empty() {
        otherwise
    } else {
        text
    }
}

proptest! {
    #[test]
    fn any_text_gives_well_formed_documents_and_comes_back(
        title in nasty(), summary in nasty(), name in nasty(), content in nasty(), link in nasty(), mixed in any::<bool>(),
    ) {
        let mut document = document();
        document.title = title.clone();
        document.description = name.clone();
        document.site_title = name.clone();
        document.language = (!mixed).then(|| language("it"));
        let entry = &mut document.entries[0];
        entry.title = title.clone();
        entry.summary = summary.clone();
        entry.content = content.clone();
        entry.link = Some(format!("https://orbita.example/{link}"));
        entry.image = Some(format!("https://orbita.example/?{link}"));
        entry.authors = vec![name.clone()];
        entry.categories = vec![name.clone()];
        entry.rights = Some(name.clone());
        entry.sources[0].title = name.clone();
        entry.sources[1].title = title.clone();
        document.entries.truncate(1);

        for text in [&title, &summary, &name, &content] {
            let safe = xml_safe(text);
            prop_assert_eq!(&xml_safe(&safe), &safe);
        }

        let (shown, teller) = (line(&title, 1_000), line(&name, 300));
        let teller = or(&teller, "orbita");
        let shown = or(&shown, teller);
        let summary = xml_safe(&summary).trim().to_owned();

        let read = pieces(&rss::render(&document));
        prop_assert_eq!(at(&read, "rss/channel/item/title"), [shown]);
        prop_assert_eq!(at(&read, "rss/channel/item/source"), [teller]);
        prop_assert_eq!(at(&read, "rss/channel/item/dc:creator"), [teller]);
        let described = at(&read, "rss/channel/item/description").concat();
        if summary.is_empty() {
            prop_assert!(described.contains(&super::text::html(teller)));
        } else {
            prop_assert_eq!(described, super::text::html(&summary));
        }
        prop_assert_eq!(at(&read, "rss/channel/item/content:encoded").concat(), xml_safe(&content));

        let read = pieces(&atom::render(&document));
        prop_assert_eq!(at(&read, "feed/entry/title"), [shown]);
        prop_assert_eq!(at(&read, "feed/entry/author/name"), [teller]);
        prop_assert_eq!(at(&read, "feed/entry/updated"), ["2025-09-09T12:35:05Z"]);

        let read: serde_json::Value = serde_json::from_str(&json::render(&document)).unwrap();
        prop_assert_eq!(read["items"][0]["title"].as_str(), Some(shown));

        let page = html::page(&document, &links());
        prop_assert!(is_legible(&page));
        prop_assert!(!page.contains("<script"));
        prop_assert_eq!(page.matches("<article ").count(), 1);

        let list = pieces(&opml::feeds(&site(&title)));
        let listed = line(&title, 1_000);
        prop_assert_eq!(at(&list, "opml/body/outline@text"), [or(&listed, "it")]);
        prop_assert_eq!(rss::render(&document), rss::render(&document.clone()));
    }
}
