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

/// A page whose news scripts put there.
fn empty(head: &str) -> Route {
    Route::html(format!(
        "<!DOCTYPE html><html lang=it><head><title>Notizie – Agenzia di Ardesia</title>{head}</head><body>\
         <nav><a href=\"/chi-siamo\">Chi siamo</a> <a href=\"/contatti\">Contatti</a></nav>\
         <main><h1>Notizie</h1><p>Le ultime notizie dell’agenzia.</p><div id=app></div></main></body></html>"
    ))
}

fn posts(origin: &Origin, ids: &[u32]) -> Route {
    let posts: Vec<String> = ids
        .iter()
        .map(|id| {
            format!(
                r#"{{"id":{id},"date":"2025-09-{id:02}T10:00:00","date_gmt":"2025-09-{id:02}T08:00:00","link":"{}",
                   "guid":{{"rendered":"{}"}},"title":{{"rendered":"Notizia numero {id} &#8211; oggi"}},
                   "excerpt":{{"rendered":"<p>Sommario {id}.</p>"}}}}"#,
                origin.url(&format!("/n/{id}")),
                origin.url(&format!("/?p={id}")),
            )
        })
        .collect();
    Route::new("application/json", format!("[{}]", posts.join(",")))
}

const POSTS: &str = "/wp-json/wp/v2/posts?_embed=1";
const NAMED: &str = "<link rel=\"https://api.w.org/\" href=\"/wp-json/\">";

/// A site with one source, the page `/notizie`.
fn of_page(origin: &Origin) -> Site {
    let site = Site::new();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/notizie")
    ));
    site
}

#[test]
fn where_scripts_show_the_news_wordpress_is_asked_for_its_posts() {
    let header = |origin: &Origin| {
        let root = origin.url("/wp-json/");
        Route {
            headers: vec![("Link", format!("<{root}>; rel=\"https://api.w.org/\""))],
            ..empty("")
        }
    };
    for page in [(|_| empty(NAMED)) as fn(&Origin) -> Route, header] {
        let origin = Origin::start();
        origin.set("/notizie", page(&origin));
        origin.set(POSTS, posts(&origin, &[9, 8, 7]));
        let site = of_page(&origin);
        site.once();
        assert_eq!(site.error("a"), None);
        assert_eq!(
            site.titles("it"),
            [9, 8, 7].map(|id| format!("Notizia numero {id} – oggi"))
        );
        let told = site.run("status", &["a"]).out;
        assert!(told.contains(POSTS) && told.contains("json"), "{told}");
        // From now on they are what is asked for.
        origin.set(POSTS, posts(&origin, &[10, 9, 8, 7]));
        site.once();
        assert_eq!(site.entries("it").len(), 4);
        assert_eq!(origin.asked("/notizie").len(), 1);
    }
}

#[test]
fn a_page_that_lists_its_news_or_is_an_article_is_read_itself() {
    let origin = Origin::start();
    let items: Vec<_> = (1..=4).map(|n| super::support::news("a", n)).collect();
    let page = super::support::listing(&items).replace("<main>", &format!("{NAMED}<main>"));
    assert!(page.contains("api.w.org"));
    origin.set("/notizie", Route::html(page));
    origin.set(POSTS, posts(&origin, &[9]));
    let site = of_page(&origin);
    site.once();
    assert_eq!(site.entries("it").len(), 4);

    let article = "Questa mattina la sonda ha acceso i motori e ha lasciato l’orbita. ".repeat(20);
    let page = format!(
        "<html lang=it><head><title>La sonda parte</title>{NAMED}</head><body><article><h1>La sonda parte</h1>\
         <p>{article}</p><p>{article}</p></article></body></html>"
    );
    origin.set("/notizie", Route::html(page));
    let site = of_page(&origin);
    site.once();
    assert_eq!(site.titles("it"), ["La sonda parte"]);
    assert!(origin.asked(POSTS).is_empty());
}

#[test]
fn where_wordpress_tells_nothing_the_page_fails_as_it_did() {
    for answer in [
        Route {
            status: 401,
            ..Route::new("application/json", r#"{"code":"rest_cannot_access"}"#)
        },
        Route::new("application/json", "[]"),
        Route::html("<p>no</p>"),
    ] {
        let origin = Origin::start();
        let page =
            format!("<html lang=it><head>{NAMED}</head><body><div id=app></div></body></html>");
        origin.set("/notizie", Route::html(page));
        origin.set(POSTS, answer);
        let site = of_page(&origin);
        site.run("once", &[]);
        assert_eq!(origin.asked(POSTS).len(), 1);
        let error = site.error("a").unwrap_or_default();
        assert_eq!(error, "the page has no text");
    }
}

/// The page of one piece of news.
fn article(title: &str, day: u32) -> Route {
    let text =
        "Il testo racconta per intero quello che la sonda ha visto durante il lungo viaggio. "
            .repeat(5);
    Route::html(format!(
        "<!doctype html><html lang=it><head><title>{title}</title><meta property=\"og:type\" content=\"article\">\
         <meta property=\"article:published_time\" content=\"2025-09-{day:02}T10:00:00Z\"></head><body><main>\
         <h1>{title}</h1><p>{text}</p><p>{text}</p></main></body></html>"
    ))
}

/// A sitemap of so many pages, with what stands in each entry.
fn untitled(count: u32, more: impl Fn(u32) -> String) -> Route {
    let entries: String = (1..=count)
        .map(|n| format!("<url><loc>/n/{n}</loc>{}</url>", more(n)))
        .collect();
    Route::new("application/xml", format!("<urlset>{entries}</urlset>"))
}

fn of_sitemap(origin: &Origin, more: &str) -> Site {
    let site = Site::new();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n{more}\n",
        origin.url("/sitemap.xml")
    ));
    site
}

#[test]
fn the_articles_tell_the_titles_that_a_sitemap_leaves_out() {
    let news = |n| {
        format!(
            "<news:news><news:publication_date>2025-09-0{n}</news:publication_date></news:news>"
        )
    };
    let plain = |n| format!("<lastmod>2025-09-0{n}</lastmod>");
    for (entry, more) in [
        (&news as &dyn Fn(u32) -> String, ""),
        (&plain, "kind = \"sitemap\""),
    ] {
        let origin = Origin::start();
        for n in [1, 2, 4] {
            origin.set(
                &format!("/n/{n}"),
                article(&format!("La sonda racconta il giorno {n}"), n),
            );
        }
        origin.set("/sitemap.xml", untitled(3, entry));
        let site = of_sitemap(&origin, more);
        site.once();
        assert_eq!(site.error("a"), None);
        let wanted = |days: &[u32]| {
            days.iter()
                .map(|n| format!("La sonda racconta il giorno {n}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(site.titles("it"), wanted(&[2, 1]));
        let told = site.run("status", &["a"]).out;
        assert!(
            told.contains("1 new items have no title") && told.contains("/n/3"),
            "{told}"
        );
        // What has no title and no article is not asked for again; what is known stays as it is.
        origin.set("/sitemap.xml", untitled(4, entry));
        site.once();
        assert_eq!(site.titles("it"), wanted(&[4, 2, 1]));
        let told = site.run("status", &["a"]).out;
        assert!(!told.contains("have no title"), "{told}");
        assert_eq!(
            [1, 2, 3, 4].map(|n| origin.asked(&format!("/n/{n}")).len()),
            [1; 4]
        );
    }
}

#[test]
fn a_first_visit_to_a_large_sitemap_asks_for_ten_articles() {
    let origin = Origin::start();
    for n in 1..=28 {
        origin.set(
            &format!("/n/{n}"),
            article(&format!("La sonda racconta il giorno {n}"), n),
        );
    }
    let entry = |n| format!("<lastmod>2025-09-{n:02}</lastmod>");
    origin.set("/sitemap.xml", untitled(25, entry));
    let site = of_sitemap(&origin, "kind = \"sitemap\"");
    site.once();
    let titles = site.titles("it");
    assert_eq!(
        (titles.len(), titles[0].as_str()),
        (10, "La sonda racconta il giorno 25")
    );
    origin.set("/sitemap.xml", untitled(28, entry));
    site.once();
    assert_eq!(site.titles("it").len(), 13);
    assert_eq!(origin.asked("/n/15").len(), 0);
    assert_eq!(origin.asked("/n/16").len(), 1);
}

#[test]
fn untitled_entries_are_left_out_where_no_articles_are_read() {
    let origin = Origin::start();
    origin.set("/n/1", article("La sonda parte", 1));
    let entry = |n| {
        let title = if n == 2 {
            "<news:title>La sonda arriva</news:title>"
        } else {
            ""
        };
        format!(
            "<news:news><news:publication_date>2025-09-0{n}</news:publication_date>{title}</news:news>"
        )
    };
    origin.set("/sitemap.xml", untitled(2, entry));
    let site = of_sitemap(&origin, "follow = \"never\"");
    site.once();
    assert_eq!(site.titles("it"), ["La sonda arriva"]);
    let told = site.run("status", &["a"]).out;
    assert!(
        told.contains("item 1: it has neither a title nor a text"),
        "{told}"
    );
    assert!(origin.asked("/n/1").is_empty());
}
