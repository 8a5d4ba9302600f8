use chrono::{TimeZone, Utc};
use chrono_tz::Tz;

use super::*;
use crate::config::pick;
use crate::config::{Group, Pick};
use crate::language::Language;
use crate::model::{Place, Validators};

fn page(body: &str) -> Page {
    Page {
        url: Url::parse("https://agenzia.example/notizie/").unwrap(),
        content_type: Some("text/html; charset=utf-8".into()),
        body: body.as_bytes().to_vec(),
        validators: Validators::default(),
        fetched_at: Utc.with_ymd_and_hms(2025, 9, 20, 8, 0, 0).unwrap(),
        fresh_until: None,
        moved: None,
        links: None,
    }
}

fn read(body: &str, rules: Option<&Listing>, kind: Option<Kind>) -> Result<Extracted, NoNews> {
    let languages = [Language::parse("it").unwrap()];
    let page = page(body);
    let dates = date::Context {
        languages: &languages,
        timezone: Tz::Europe__Rome,
        now: page.fetched_at,
        format: None,
        order: None,
    };
    extract(
        &page,
        &Ask {
            kind,
            rules,
            json: None,
            told: false,
            next: true,
            dates: &dates,
        },
    )
}

fn picks(written: &[&str], attribute: Option<&str>) -> Vec<Pick> {
    written
        .iter()
        .map(|text| Pick::parse(text).unwrap().or_attribute(attribute))
        .collect()
}

fn rules(item: &str) -> Listing {
    Listing {
        item: pick::selector(item).unwrap(),
        group: Group::default(),
        title: picks(&["h3"], None),
        link: picks(&["a"], Some("href")),
        date: Vec::new(),
        summary: Vec::new(),
        image: Vec::new(),
        author: Vec::new(),
        category: Vec::new(),
        next: None,
    }
}

/// Title and date text of each item.
fn dated(extracted: &Extracted) -> Vec<(String, Vec<String>)> {
    let texts = |item: &RawItem| {
        item.published
            .iter()
            .map(|date| date.text.clone())
            .collect()
    };
    extracted
        .items
        .iter()
        .map(|item| (item.title.clone().unwrap_or_default(), texts(item)))
        .collect()
}

#[test]
fn a_heading_holds_for_the_items_after_it_until_the_next() {
    let body = "<main><h4>MARTEDÌ 09 SETTEMBRE 2025</h4>
        <article><h3><a href=a>Uno</a></h3></article><article><h3><a href=b>Due</a></h3></article>
        <div class=day><h4>LUNEDÌ 08 SETTEMBRE 2025</h4></div>
        <div><section><article><h3><a href=c>Tre</a></h3></article></section></div></main>";
    let mut rules = rules("article");
    rules.group.date = picks(&["h4"], None);
    let read = read(body, Some(&rules), None).unwrap();
    let tuesday = vec!["MARTEDÌ 09 SETTEMBRE 2025".to_owned()];
    let monday = vec!["LUNEDÌ 08 SETTEMBRE 2025".to_owned()];
    assert_eq!(
        dated(&read),
        [
            ("Uno".into(), tuesday.clone()),
            ("Due".into(), tuesday),
            ("Tre".into(), monday)
        ]
    );
    assert!(
        read.items
            .iter()
            .all(|item| item.published[0].place == Place::Heading)
    );
}

#[test]
fn a_heading_inside_one_section_says_nothing_of_the_next_section() {
    let body = "<section><h4>9 settembre 2025</h4><article><h3>Uno</h3></article></section>
        <section><article><h3>Due</h3></article></section>";
    let mut rules = rules("article");
    rules.group.date = picks(&["h4"], None);
    let read = read(body, Some(&rules), None).unwrap();
    assert_eq!(dated(&read)[1], ("Due".into(), vec![]));
}

#[test]
fn a_heading_without_a_date_ends_the_one_before_it() {
    let body = "<h4>9 settembre 2025</h4><article><h3>Uno</h3></article>
        <h4>Prossimi eventi</h4><article><h3>Due</h3></article>";
    let mut rules = rules("article");
    rules.group.date = picks(&["h4"], None);
    rules.group.category = picks(&["h4"], None);
    let read = read(body, Some(&rules), None).unwrap();
    assert_eq!(dated(&read)[1], ("Due".into(), vec![]));
    assert_eq!(read.items[1].categories, ["Prossimi eventi"]);
}

#[test]
fn of_a_list_the_first_that_reads_counts_and_missing_fields_drop_nothing() {
    let body = "<article><h3>Uno</h3><a href=/a?x=1>leggi</a><time datetime=2025-09-09>ieri</time><p>Testo</p></article>
        <article><h3>Due</h3></article><article><p>senza titolo</p></article>";
    let mut rules = rules("article");
    rules.date = picks(&["time@datetime", "span.quando", "@url"], None);
    rules.summary = picks(&["p.teaser", "p"], None);
    let read = read(body, Some(&rules), None).unwrap();
    assert_eq!(read.items.len(), 2);
    assert_eq!(read.items[0].summary.as_deref(), Some("Testo"));
    assert_eq!(read.items[0].link.as_deref(), Some("/a?x=1"));
    assert_eq!(dated(&read)[0].1, ["2025-09-09", "/a?x=1"]);
    assert!(read.items[1].published.is_empty() && read.items[1].link.is_none());
    assert!(
        read.warnings
            .iter()
            .any(|warning| warning.contains("1 of 3 items have no title")),
        "{:?}",
        read.warnings
    );
    let summary = read
        .fields
        .iter()
        .find(|rate| rate.field == "summary")
        .unwrap();
    assert_eq!((summary.found, summary.of), (1, 2));
}

#[test]
fn a_rule_that_finds_nothing_anywhere_is_said() {
    let mut rules = rules("article");
    rules.image = picks(&["img.foto"], Some("src"));
    let extracted = read(
        "<article><h3>Uno</h3><a href=a><img src=x></a></article>",
        Some(&rules),
        None,
    )
    .unwrap();
    assert_eq!(
        extracted.warnings,
        ["the rule for `image` found nothing in any item"]
    );
    assert_eq!(
        read("<p>x</p>", Some(&rules), None).unwrap_err(),
        NoNews::NothingMatched
    );
}

#[test]
fn an_item_that_is_itself_the_link_is_found() {
    let body = "<a class=card href=/uno><h3>Uno</h3></a><a class=card href=/due><h3>Due</h3></a>";
    let mut rules = rules("a.card");
    rules.link = picks(&["a.card"], Some("href"));
    let read = read(body, Some(&rules), None).unwrap();
    assert_eq!(read.items[1].link.as_deref(), Some("/due"));
}

const LISTING: &str = "<html lang=it><head><title>Notizie</title></head><body>
    <nav><ul><li><a href=/chi>Chi siamo noi tutti qui</a></li><li><a href=/dove>Dove siamo noi tutti ora</a></li></ul></nav>
    <main><p>Benvenuti sulle pagine della nostra agenzia.</p>
    <div class=news><div class=data>MARTEDÌ 09 SETTEMBRE 2025</div><h3><a href=/2025/uno>Prima luce per il telescopio ‣</a></h3>
      <figure><img data-src=/foto.jpg><figcaption>Il telescopio</figcaption></figure>
      <p>Ha contato mille stelle, dal 3 al 5 maggio 2025.</p></div>
    <div class=news><div class=data>LUNEDÌ 08 SETTEMBRE 2025</div><h3><a href=/2025/due>Torna in ascolto la grande antenna</a></h3>
      <p>Dopo sei mesi di lavori.</p></div></main>
    <footer><a href=/privacy>Informativa sulla privacy del sito</a></footer></body></html>";

#[test]
fn a_listing_is_found_without_rules_and_its_menu_is_not_taken_for_it() {
    let read = read(LISTING, None, None).unwrap();
    assert_eq!(
        (read.kind, read.title.as_deref(), read.language.as_deref()),
        (Kind::Listing, Some("Notizie"), Some("it"))
    );
    assert_eq!(read.items.len(), 2);
    let first = &read.items[0];
    assert_eq!(first.link.as_deref(), Some("/2025/uno"));
    assert_eq!(first.image.as_deref(), Some("/foto.jpg"));
    assert_eq!(
        first.summary.as_deref(),
        Some("Ha contato mille stelle, dal 3 al 5 maggio 2025.")
    );
    assert_eq!(dated(&read)[0].1, ["MARTEDÌ 09 SETTEMBRE 2025"]);
}

#[test]
fn a_page_that_says_it_is_an_article_is_one() {
    let body = r#"<head><link rel=canonical href="/notizie/uno"><meta property=og:type content=article>
        <meta property=og:description content="Il sommario."><meta property=article:published_time content="2025-09-09T10:00:00+02:00">
        <script type="application/ld+json">{"@graph":[{"@type":["NewsArticle"],"headline":"Uno","author":[{"name":"Ada Rossi"}]}]}</script></head>
        <body><h1>Un titolo</h1></body>"#;
    let read = read(body, None, None).unwrap();
    assert_eq!(read.kind, Kind::Article);
    let item = &read.items[0];
    assert_eq!(
        (item.title.as_deref(), item.link.as_deref()),
        (Some("Uno"), Some("https://agenzia.example/notizie/uno"))
    );
    assert_eq!(
        (item.summary.as_deref(), item.authors.as_slice()),
        (Some("Il sommario."), &["Ada Rossi".to_owned()][..])
    );
    assert_eq!(dated(&read)[0].1, ["2025-09-09T10:00:00+02:00"]);
}

#[test]
fn announced_feeds_are_told_and_relative_to_the_page_s_base() {
    let body = "<head><base href=https://altrove.example/x/><link rel=alternate type=application/rss+xml href=rss>
        <meta property=og:type content=article></head><h1>Uno</h1>";
    let read = read(body, None, None).unwrap();
    assert_eq!(read.announced[0].as_str(), "https://altrove.example/x/rss");
    assert_eq!(
        read.items[0].base.as_ref().unwrap().as_str(),
        "https://altrove.example/x/"
    );
}

#[test]
fn a_page_with_a_title_and_little_else_is_no_article() {
    let page = |text: &str| format!("<title>Regione</title><h1>Lo sportello</h1><p>{text}</p>");
    let little = page("Torna alla pagina precedente o riprova.");
    assert_eq!(read(&little, None, None).unwrap_err(), NoNews::NothingFound);
    // Asked for as an article, and with a day, or with much to say, it is one.
    let article = |html: &str, kind| read(html, None, kind).map(|read| read.kind);
    assert_eq!(article(&little, Some(Kind::Article)), Ok(Kind::Article));
    let dated = page("Pubblicato il 9 settembre 2025. Lo sportello apre alle nove.");
    assert_eq!(article(&dated, None), Ok(Kind::Article));
    let long = page(&"Lo sportello apre alle nove e chiude alle dodici e mezza. ".repeat(12));
    assert_eq!(article(&long, None), Ok(Kind::Article));
}

#[test]
fn a_file_that_is_no_page_is_called_what_it_is() {
    let error = read("%PDF-1.7\n%", None, None).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the answer is a PDF, and no page"),
        "{error}"
    );
}

#[test]
fn what_is_no_news_has_a_plain_reason() {
    assert_eq!(read(" \n ", None, None).unwrap_err(), NoNews::Empty);
    assert_eq!(
        read("<html><body></body></html>", None, None).unwrap_err(),
        NoNews::Instead(Instead::Blank)
    );
    assert_eq!(read("\u{FEFF}\n", None, None).unwrap_err(), NoNews::Empty);
    assert_eq!(
        read(&"<div>".repeat(100_000), None, None).unwrap_err(),
        NoNews::TooDeep
    );
    assert!(matches!(
        read("<html><title>Notizie</title><p>Tre notizie nuove da leggere, con molte parole che non dicono altro se non \
            che qui sta una pagina vera e non un avviso.", None, Some(Kind::Feed)).unwrap_err(),
        NoNews::NotAFeed(_)
    ));
    let feed = "<rss version='2.0'><channel><title>x</title></channel></rss>";
    assert_eq!(
        read(feed, None, Some(Kind::Listing)).unwrap_err(),
        NoNews::NotAPage
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_page_makes_it_panic(cut in 0..LISTING.len(), noise in "[<>/a-z='\" &;\\PC]{0,40}") {
        let mut body = LISTING.to_owned();
        let at = (cut..=body.len()).find(|at| body.is_char_boundary(*at)).unwrap_or(0);
        body.insert_str(at, &noise);
        let _ = read(&body, None, None);
        let _ = read(&body[..at], Some(&rules("div.news")), None);
    }
}

const KINDS: [Option<Kind>; 4] = [
    None,
    Some(Kind::Feed),
    Some(Kind::Listing),
    Some(Kind::Article),
];

#[test]
fn what_stands_in_place_of_a_page_is_no_news_for_any_kind_of_source() {
    let notice = "<title>Agenzia</title><main><h1>Sito in manutenzione</h1><ul><li><a href=/>Torna alla pagina iniziale</a></ul></main>";
    for kind in KINDS {
        assert_eq!(
            read(notice, None, kind).unwrap_err().to_string(),
            "the page says that it is in maintenance or not ready"
        );
        assert_eq!(
            read("{\"error\":\"rate\"}", None, kind).unwrap_err(),
            NoNews::JsonError("rate".into())
        );
    }
    for item in ["article", "li"] {
        assert_eq!(
            read(notice, Some(&rules(item)), None).unwrap_err(),
            NoNews::Instead(Instead::Maintenance)
        );
    }
}

#[test]
fn a_page_that_was_not_found_is_none_even_with_the_latest_news_below() {
    let below = LISTING.replace("<main>", "<main><h1>Pagina non trovata</h1>");
    for kind in [None, Some(Kind::Listing)] {
        assert_eq!(
            read(&below, None, kind).unwrap_err(),
            NoNews::Instead(Instead::Missing)
        );
    }
}

#[test]
fn news_of_refusals_and_maintenance_is_news() {
    for title in [
        "Access denied",
        "Access denied: chi ha chiuso l&#39;archivio",
        "Manutenzione della rete idrica",
        "Pagina non trovata",
        "404",
        "Sito in manutenzione",
    ] {
        let page = LISTING.replace("Torna in ascolto la grande antenna", title);
        let page = page.replace(
            "<title>Notizie</title>",
            "<title>Manutenzione | Notizie</title>",
        );
        assert_eq!(read(&page, None, None).unwrap().items.len(), 2, "{title}");
        assert_eq!(
            read(&page, Some(&rules("div.news")), None)
                .unwrap()
                .items
                .len(),
            2,
            "{title}"
        );
        let article = format!(
            "<meta property=og:type content=article><meta property=og:title content='{title}'>\
             <meta property=article:published_time content='2025-09-09'><h1>{title}</h1>{}",
            "<p>Una frase con qualche parola in più per dire che è successo qualcosa.</p>"
                .repeat(10)
        );
        assert_eq!(
            read(&article, None, None).unwrap().kind,
            Kind::Article,
            "{title}"
        );
    }
}

/// Items with a title, a link and a date each.
fn cards(count: usize, card: impl Fn(usize) -> String) -> String {
    format!("<main>{}</main>", (0..count).map(card).collect::<String>())
}

#[test]
fn items_that_all_say_the_same_are_refused() {
    let repeated = |body: &str, rules: &Listing| match read(body, Some(rules), None) {
        Err(NoNews::Repeated { field, count, of }) => Some((field, count, of)),
        _ => None,
    };
    let gate = cards(12, |i| {
        format!("<article><h3><a href=/login?next={i}>Subscribe</a></h3></article>")
    });
    assert_eq!(repeated(&gate, &rules("article")), Some(("title", 12, 12)));
    let more = cards(12, |i| {
        format!(
            "<article><h2><a href=/{i}>Notizia {i}</a></h2><time>{} maggio 2025</time><h3>Leggi</h3></article>",
            i + 1
        )
    });
    let mut dated = rules("article");
    dated.date = picks(&["time"], None);
    assert_eq!(repeated(&more, &dated), Some(("title", 12, 12)));
    let mut wrong = rules("article");
    wrong.link = picks(&["a.all"], Some("href"));
    let all = cards(12, |i| {
        format!(
            "<article><h3><a href=/{i}>Notizia {i}</a></h3><a class=all href=/tutte>Tutte</a></article>"
        )
    });
    assert_eq!(repeated(&all, &wrong), Some(("link", 12, 12)));
    assert_eq!(
        read(&gate, Some(&rules("article")), None)
            .unwrap_err()
            .to_string(),
        "12 of 12 items have the same title; the rule `listing.title` no longer fits the page"
    );
}

#[test]
fn a_daily_bulletin_and_a_list_that_links_to_one_page_are_read() {
    let mut dated = rules("article");
    dated.date = picks(&["time"], None);
    let bulletin = cards(12, |i| {
        format!(
            "<article><h3><a href=/{i}>Bollettino</a></h3><time>{} maggio 2025</time></article>",
            i + 1
        )
    });
    assert_eq!(read(&bulletin, Some(&dated), None).unwrap().items.len(), 12);
    let one = cards(12, |i| {
        format!("<article><h3><a href=/tutte>Notizia {i}</a></h3></article>")
    });
    assert_eq!(
        read(&one, Some(&rules("article")), None)
            .unwrap()
            .items
            .len(),
        12
    );
    let few = cards(3, |i| {
        format!("<article><h3><a href=/{i}>Avviso</a></h3></article>")
    });
    assert_eq!(
        read(&few, Some(&rules("article")), None)
            .unwrap()
            .items
            .len(),
        3
    );
}

#[test]
fn a_page_cut_anywhere_gives_no_half_items() {
    let list = |end: &str| {
        let card = |i: usize| {
            format!(
                "<article class=n><h3><a href='/2025/notizia-{i}'>Una notizia numero {i}.</a></h3><time>{i} maggio 2025</time><p>Il testo {i}.</p></article>\n"
            )
        };
        format!(
            "<html><head><title>Notizie</title></head><body><ul>{}</ul>{end}",
            (1..=4).map(card).collect::<String>()
        )
    };
    let whole = list("</body></html>");
    let mut ruled = rules("article.n");
    ruled.date = picks(&["time"], None);
    let begin = whole.find("<article").unwrap();
    let end = whole.rfind("</article>").unwrap();
    for at in begin + 1..end {
        let read = read(&whole[..at], Some(&ruled), None);
        let complete = whole[..at].matches("</article>").count();
        let Ok(read) = read else {
            assert_eq!(complete, 0, "{}", &whole[..at]);
            continue;
        };
        assert_eq!(read.items.len(), complete, "{}", &whole[..at]);
        for item in &read.items {
            assert!(item.title.as_ref().unwrap().ends_with('.'));
            assert!(item.link.as_ref().unwrap().starts_with("/2025/notizia-"));
        }
        // Between two items nothing shows that there were more.
        let between = whole[..at].trim_end().ends_with("</article>");
        assert_eq!(read.partial, !between, "{}", &whole[..at]);
        assert_eq!(
            read.warnings.iter().any(|text| text.contains("breaks off")),
            read.partial
        );
    }
    let cut = read(&whole[..whole.find("numero 4").unwrap()], None, None).unwrap();
    assert_eq!(
        (cut.items.len(), cut.partial, cut.kind),
        (3, true, Kind::Listing)
    );
}

#[test]
fn pages_without_end_tags_at_their_end_are_whole() {
    let card = |i: usize| {
        format!(
            "<article><h3><a href=/{i}>Una notizia numero {i}</a></h3><time>{} maggio 2025</time><p>Testo",
            i + 1
        )
    };
    let rows = [
        cards(4, |i| card(i) + "</article>"),
        cards(4, |i| card(i) + "</article>").replace("</main>", ""),
        cards(4, |i| card(i) + "</article>") + "</body><script>",
        cards(4, |i| card(i) + "</article>") + "<p>Fine<br>1 < 2 <",
        cards(4, card) + "</main></body></html><!-- server",
    ];
    for (row, body) in rows.iter().enumerate() {
        let read = read(body, Some(&rules("article")), None).unwrap();
        assert!(!read.partial || row == 3, "{body}");
    }
}

#[test]
fn an_article_that_breaks_off_keeps_what_its_head_says() {
    let text =
        "<p>Una frase con qualche parola in più per dire che è successo qualcosa di nuovo.</p>"
            .repeat(10);
    let head = "<html><head><meta property=og:type content=article><meta property=article:published_time content='2025-09-09'></head>";
    let whole = format!("{head}<body><article><h1>Uno</h1>{text}</article></body></html>");
    assert!(read(&whole, None, None).unwrap().items[0].html.is_some());
    let cut = read(&whole[..whole.len() - 100], None, None).unwrap();
    assert_eq!(cut.items[0].title.as_deref(), Some("Uno"));
    assert_eq!((&cut.items[0].html, cut.partial), (&None, true));
}

#[test]
fn of_an_endless_list_the_newest_are_kept() {
    let day = |i: usize| {
        format!(
            "{}-{:02}-{:02}",
            2000 + i / 336,
            i / 28 % 12 + 1,
            i % 28 + 1
        )
    };
    let body = cards(MAX_ITEMS + 100, |i| {
        format!(
            "<article><h3><a href=/{i}>Notizia {i}</a></h3><time datetime={}>x</time></article>",
            day(i)
        )
    });
    let read = read(&body, Some(&rules("article")), None).unwrap();
    assert_eq!(read.items.len(), MAX_ITEMS);
    assert_eq!(read.items[0].title.as_deref(), Some("Notizia 100"));
    assert!(read.warnings.iter().any(|text| text.contains("very long")));
}

#[test]
fn short_titles_make_a_list_of_news_where_they_have_dates_and_a_menu_where_not() {
    let items = |date: &str| -> String {
        let item =
            |n| format!("<article class=card><h2><a href=/{n}>Numero {n}</a></h2>{date}</article>");
        (1..9).map(item).collect()
    };
    let page = |date| format!("<html><body><main>{}</main></body></html>", items(date));
    let dated = read(
        &page("<time datetime=2025-09-09>9 settembre 2025</time>"),
        None,
        None,
    )
    .unwrap();
    assert_eq!((dated.kind, dated.items.len()), (Kind::Listing, 8));
    assert_eq!(
        read(&page(""), None, None).unwrap_err(),
        NoNews::NothingFound
    );
}
