//! Sources that are neither feeds nor pages: sitemaps with their parts, and JSON.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::support::{Origin, Route, Site};

fn packed(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn map(origin: &Origin, titles: &[&str]) -> String {
    let urls: String = titles
        .iter()
        .enumerate()
        .map(|(place, title)| {
            format!(
                "<url><loc>{}</loc><news:news><news:publication_date>2025-09-0{}</news:publication_date>\
                 <news:title>{title}</news:title></news:news></url>",
                origin.url(&format!("/n/{title}")),
                9 - place
            )
        })
        .collect();
    format!("<urlset xmlns:news=\"x\">{urls}</urlset>")
}

#[test]
fn the_news_of_an_index_are_in_its_parts_and_come_although_the_index_stays_the_same() {
    let origin = Origin::start();
    let index = format!(
        "<sitemapindex><sitemap><loc>{}</loc></sitemap><sitemap><loc>{}</loc></sitemap>\
         <sitemap><loc>{}</loc></sitemap></sitemapindex>",
        origin.url("/news-1.xml.gz"),
        origin.url("/news-2.xml"),
        origin.url("/pages.xml")
    );
    let xml = |text: String| Route::new("application/xml", text);
    origin.set(
        "/sitemap.xml",
        Route {
            etag: Some("\"1\""),
            ..xml(index)
        },
    );
    origin.set(
        "/news-1.xml.gz",
        Route::new("application/gzip", packed(&map(&origin, &["Uno", "Due"]))),
    );
    origin.set("/news-2.xml", xml(map(&origin, &["Tre", "Uno"])));
    let plain = "<urlset><url><loc>/chi-siamo</loc></url></urlset>".to_owned();
    origin.set("/pages.xml", xml(plain));
    let site = Site::new();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/sitemap.xml")
    ));
    site.once();
    assert_eq!(site.error("a"), None);
    let mut titles = site.titles("it");
    titles.sort();
    assert_eq!(titles, ["Due", "Tre", "Uno"]);

    let ran = site.once();
    assert!(ran.out.contains("unchanged"), "{}", ran.out);
    origin.set("/news-2.xml", xml(map(&origin, &["Quattro", "Tre"])));
    site.once();
    assert!(site.titles("it").contains(&"Quattro".to_owned()));
}

#[test]
fn a_part_that_fails_takes_nothing_from_the_others_and_is_told() {
    let origin = Origin::start();
    let index = format!(
        "<sitemapindex><sitemap><loc>{}</loc></sitemap><sitemap><loc>{}</loc></sitemap></sitemapindex>",
        origin.url("/news-1.xml"),
        origin.url("/gone.xml")
    );
    origin.set("/sitemap.xml", Route::new("application/xml", index));
    let part = Route::new("application/xml", map(&origin, &["Uno"]));
    origin.set("/news-1.xml", part);
    let site = Site::new();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\nkind = \"sitemap\"\n",
        origin.url("/sitemap.xml")
    ));
    site.once();
    assert_eq!(site.error("a"), None);
    assert_eq!(site.titles("it"), ["Uno"]);
    let told = site.run("status", &["a"]).out;
    assert!(told.contains("/gone.xml"), "{told}");

    origin.set("/news-1.xml", Route::new("text/html", "<p>closed</p>"));
    site.run("once", &[]);
    let error = site.error("a").unwrap_or_default();
    assert!(error.contains("/news-1.xml"), "{error}");
    assert_eq!(site.titles("it"), ["Uno"]);
}

#[test]
fn json_is_asked_by_post_and_read_by_rules() {
    let origin = Origin::start();
    let body = r#"{"hits":[{"t":"Un &amp; due","s":"uno","d":1757400000},{"t":"Tre","s":"tre","d":1757300000}]}"#;
    origin.set("/search", Route::new("application/json", body));
    let site = Site::new();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\npost.json = '{{\"q\":\"spazio\"}}'\njson.items = \"$.hits\"\n\
         json.title = \"$.t\"\njson.link = \"https://a.example/{{$.s}}\"\njson.date = \"$.d\"\n",
        origin.url("/search")
    ));
    site.once();
    assert_eq!(site.error("a"), None);
    assert_eq!(site.titles("it"), ["Un & due", "Tre"]);

    let moved = r#"{"results":[{"t":"Tre"}]}"#;
    origin.set("/search", Route::new("application/json", moved));
    site.run("once", &[]);
    let error = site.error("a").unwrap_or_default();
    assert!(
        error.contains("`json.items` matches nothing") && error.contains("`$.results[*]`"),
        "{error}"
    );
    assert_eq!(site.titles("it"), ["Un & due", "Tre"]);
}
