use std::io::Write;

use chrono::{TimeZone, Utc};
use chrono_tz::Tz;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::date;
use crate::extract::{Ask, extract};
use crate::model::Validators;

const NEWS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="/map.xsl"?><!-- made by a machine -->
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
 <url><loc> https://agenzia.example/it/lancio?a=1&amp;b=2 </loc><lastmod>2025-09-10</lastmod>
  <news:news><news:publication><news:name>Agenzia</news:name><news:language>it</news:language></news:publication>
   <news:publication_date>2025-09-09T10:30:00+02:00</news:publication_date>
   <news:title><![CDATA[Il lancio & il ritorno]]></news:title><news:keywords>razzi, voli ,</news:keywords></news:news>
  <image:image><image:loc>https://agenzia.example/a.jpg</image:loc><image:title>Una foto</image:title></image:image>
  <image:image><image:loc>https://agenzia.example/b.jpg</image:loc></image:image></url>
 <url><loc>https://agenzia.example/en/dock</loc>
  <news:news><news:publication><news:name>Agency</news:name><news:language>en</news:language></news:publication>
   <news:publication_date>2025-09-08</news:publication_date><news:title>Docked &#233; &amp; safe</news:title></news:news></url>
 <url><loc>https://agenzia.example/chi-siamo</loc></url>
</urlset>"#;

const INDEX: &str = r#"<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
 <sitemap><loc>https://agenzia.example/pages.xml</loc><lastmod>2025-09-10</lastmod></sitemap>
 <sitemap><loc>https://agenzia.example/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>
 <sitemap><loc>https://elsewhere.example/news.xml</loc><lastmod>2025-09-10</lastmod></sitemap>
 <sitemap><loc>/news-1.xml.gz</loc></sitemap>
 <sitemap><loc>https://www.agenzia.example/posts.xml</loc><lastmod>2025-09-11</lastmod></sitemap>
 <sitemap><loc>ftp://agenzia.example/news.xml</loc></sitemap>
 <sitemap><loc>https://agenzia.example/pages.xml</loc></sitemap>
</sitemapindex>"#;

fn read_as(body: &[u8], kind: Option<Kind>) -> Result<Extracted, NoNews> {
    let page = Page {
        url: Url::parse("https://agenzia.example/sitemap.xml").unwrap(),
        content_type: Some("application/xml".into()),
        body: body.to_vec(),
        validators: Validators::default(),
        fetched_at: Utc.with_ymd_and_hms(2025, 9, 20, 8, 0, 0).unwrap(),
        fresh_until: None,
        moved: None,
        links: None,
    };
    let dates = date::Context {
        languages: &[],
        timezone: Tz::Europe__Rome,
        now: page.fetched_at,
        format: None,
        order: None,
    };
    let ask = Ask {
        kind,
        rules: None,
        json: None,
        told: kind.is_some(),
        next: true,
        dates: &dates,
    };
    extract(&page, &ask)
}

fn titles(extracted: &Extracted) -> Vec<&str> {
    extracted
        .items
        .iter()
        .map(|item| item.title.as_deref().unwrap_or_default())
        .collect()
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

#[test]
fn news_names_are_read_whether_the_kind_is_told_or_seen() {
    for kind in [None, Some(Kind::Sitemap)] {
        let read = read_as(NEWS.as_bytes(), kind).unwrap();
        assert_eq!(read.kind, Kind::Sitemap);
        assert_eq!(read.title.as_deref(), Some("Agenzia"));
        assert_eq!(titles(&read), ["Il lancio & il ritorno", "Docked é & safe"]);
        let item = &read.items[0];
        assert_eq!(
            item.link.as_deref(),
            Some("https://agenzia.example/it/lancio?a=1&b=2")
        );
        assert_eq!(item.published[0].text, "2025-09-09T10:30:00+02:00");
        assert_eq!(item.updated.as_ref().unwrap().text, "2025-09-10");
        assert_eq!(item.language.as_deref(), Some("it"));
        assert_eq!(item.categories, ["razzi", "voli"]);
        assert_eq!(item.image.as_deref(), Some("https://agenzia.example/a.jpg"));
        assert_eq!(
            read.warnings,
            ["1 of 3 addresses are not called news and were left out"]
        );
        assert!(!read.partial);
    }
}

#[test]
fn the_prefix_is_the_document_s_own_affair() {
    let other = NEWS
        .replace("news:", "n:")
        .replace("<url", "<s:url")
        .replace("</url", "</s:url");
    let read = read_as(other.as_bytes(), None).unwrap();
    assert_eq!(read.items.len(), 2);
}

#[test]
fn what_breaks_off_keeps_its_complete_entries() {
    let cut = &NEWS[..NEWS.find("Docked").unwrap()];
    let read = read_as(cut.as_bytes(), None).unwrap();
    assert_eq!(titles(&read), ["Il lancio & il ritorno"]);
    assert!(read.partial);
    let cut = &NEWS[..NEWS.find("<news:keywords").unwrap()];
    assert_eq!(
        read_as(cut.as_bytes(), None).unwrap_err(),
        NoSitemap::CutShort.into()
    );
}

#[test]
fn broken_xml_is_read_as_far_as_it_means_something() {
    let body = "<urlset><url><loc>https://agenzia.example/?a=1&b=2&copy;</loc><news:news><news:title>Fish & chips</news:title>\
                </news:news><url><loc>/b</loc><news:news><news:title>Two</b></news:title></news:news></url></urlset>";
    let read = read_as(body.as_bytes(), None).unwrap();
    assert_eq!(titles(&read), ["Fish & chips", "Two"]);
    assert_eq!(
        read.items[0].link.as_deref(),
        Some("https://agenzia.example/?a=1&b=2&copy;")
    );
}

#[test]
fn a_sitemap_that_calls_nothing_news_is_news_only_where_that_is_told() {
    let body = b"<urlset><url><loc>/old</loc><lastmod>2025-09-01</lastmod></url><url><loc>/about</loc></url>\
                 <url><loc>/new</loc><lastmod>2025-09-09T10:00:00Z</lastmod></url></urlset>";
    assert_eq!(read_as(body, None).unwrap_err(), NoSitemap::NoNews.into());
    let read = read_as(body, Some(Kind::Sitemap)).unwrap();
    let links: Vec<_> = read.items.iter().map(|item| item.link.as_deref()).collect();
    assert_eq!(links, [Some("/new"), Some("/old")], "the newest first");
    let item = &read.items[0];
    assert!(item.title.is_none() && item.published.is_empty() && item.updated.is_some());
    assert_eq!(
        read.warnings,
        ["1 of 3 addresses have no `lastmod` and were left out"]
    );
    let never = b"<urlset><url><loc>/a</loc></url></urlset>";
    let told = read_as(never, Some(Kind::Sitemap)).unwrap_err();
    assert_eq!(told, NoSitemap::NoNews.into());
    assert_eq!(read_as(b"<urlset></urlset>", None).unwrap().items, []);
}

#[test]
fn news_may_leave_its_titles_to_the_articles() {
    let body = NEWS.replace("<news:title>Docked &#233; &amp; safe</news:title>", "");
    let read = read_as(body.as_bytes(), None).unwrap();
    assert_eq!(titles(&read), ["Il lancio & il ritorno", ""]);
    assert_eq!(read.items[1].published[0].text, "2025-09-08");
}

#[test]
fn an_index_names_its_parts_news_first_then_the_newest() {
    let read = read_as(INDEX.as_bytes(), None).unwrap();
    let parts: Vec<&str> = read.parts.iter().map(Url::as_str).collect();
    assert_eq!(
        parts,
        [
            "https://agenzia.example/news-1.xml.gz",
            "https://www.agenzia.example/posts.xml",
            "https://agenzia.example/pages.xml"
        ]
    );
    let none = b"<sitemapindex><sitemap><loc>https://elsewhere.example/a.xml</loc></sitemap></sitemapindex>";
    assert_eq!(read_as(none, None).unwrap_err(), NoSitemap::NoParts.into());
}

#[test]
fn a_packed_sitemap_is_unpacked_up_to_a_bound() {
    let read = read_as(&packed(NEWS.as_bytes()), None).unwrap();
    assert_eq!(read.items.len(), 2);
    let mut bomb = NEWS.replace("</urlset>", "").into_bytes();
    bomb.resize(bomb.len() + 12_000_000, b' ');
    let read = read_as(&packed(&bomb), Some(Kind::Sitemap)).unwrap();
    assert_eq!((read.items.len(), read.partial), (2, true));
    assert!(unpacked(&packed(&bomb), 100).0.len() == 100);
}

#[test]
fn what_is_no_sitemap_is_told() {
    let told = |body: &str| read_as(body.as_bytes(), Some(Kind::Sitemap)).unwrap_err();
    assert_eq!(told("<rss></rss>"), NoSitemap::Other.into());
    assert_eq!(told("plain"), NoSitemap::Other.into());
    let check = "<title>Just a moment...</title><h1>Checking your browser</h1>";
    assert_eq!(
        told(check).to_string(),
        "the answer is a bot check, not the page"
    );
}

#[test]
fn a_page_that_speaks_of_sitemaps_is_none() {
    for body in [
        "<!doctype html><html><urlset>",
        "<p><urlset>",
        "text <urlset>",
        "<urlsets>",
    ] {
        assert!(!looks_like_one(body.as_bytes(), None), "{body}");
    }
    assert!(looks_like_one(
        "\u{FEFF}\n<?xml?><s:urlset>".as_bytes(),
        None
    ));
}
