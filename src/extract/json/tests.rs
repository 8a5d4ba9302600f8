use chrono::{TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::json;
use url::Url;

use super::*;
use crate::config::json::path;
use crate::extract::{Ask, extract};
use crate::model::Validators;

fn page(body: &str) -> Page {
    Page {
        url: Url::parse("https://api.agenzia.example/v1/news?n=20").unwrap(),
        content_type: Some("application/json".into()),
        body: body.as_bytes().to_vec(),
        validators: Validators::default(),
        fetched_at: Utc.with_ymd_and_hms(2025, 9, 20, 8, 0, 0).unwrap(),
        fresh_until: None,
        moved: None,
        links: None,
    }
}

fn read_as(body: &str, kind: Option<Kind>, rules: Option<&Json>) -> Result<Extracted, NoNews> {
    let page = page(body);
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
        json: rules,
        told: false,
        next: true,
        dates: &dates,
    };
    extract(&page, &ask)
}

fn read(body: &Value, rules: &Json) -> Result<Extracted, NoNews> {
    read_as(&body.to_string(), None, Some(rules))
}

fn fields(written: &[&str]) -> Vec<Field> {
    written
        .iter()
        .map(|text| Field::parse(text).unwrap())
        .collect()
}

fn rules(items: &str) -> Json {
    Json {
        items: path(items).unwrap(),
        title: fields(&["$.headline"]),
        link: fields(&["https://agenzia.example/{$.lang}/{$.slug}"]),
        date: fields(&["$.published", "$.created"]),
        updated: Vec::new(),
        summary: fields(&["$.lead"]),
        html: Vec::new(),
        image: fields(&["$.picture"]),
        author: fields(&["$.authors"]),
        category: fields(&["$.topics[*].label"]),
        id: fields(&["$.id"]),
        language: Vec::new(),
    }
}

fn telescope() -> Value {
    json!({
        "id": 7, "headline": " Un telescopio al Polo ", "lang": "it", "slug": "telescopio", "published": 1_757_400_000,
        "lead": "Vede lontano.", "picture": [{ "width": 3, "url": "/t.jpg" }],
        "authors": [{ "name": "Ada Neri" }, "Ugo Blu", null], "topics": [{ "label": "Cielo" }, { "label": "Poli" }]
    })
}

#[test]
fn fields_are_found_by_paths_and_put_together_by_templates() {
    let read = read(&json!({ "results": [telescope()] }), &rules("$.results[*]")).unwrap();
    let item = &read.items[0];
    assert_eq!(read.kind, Kind::Json);
    assert_eq!(item.guid.as_deref(), Some("7"));
    assert_eq!(item.title.as_deref(), Some("Un telescopio al Polo"));
    assert_eq!(
        item.link.as_deref(),
        Some("https://agenzia.example/it/telescopio")
    );
    assert_eq!(item.published[0].text, "1757400000");
    assert_eq!(item.summary.as_deref(), Some("Vede lontano."));
    assert_eq!(item.image.as_deref(), Some("/t.jpg"));
    assert_eq!(item.authors, ["Ada Neri", "Ugo Blu"]);
    assert_eq!(item.categories, ["Cielo", "Poli"]);
    assert_eq!(read.warnings, Vec::<String>::new());
}

#[test]
fn a_path_to_a_list_means_what_is_in_it() {
    let body = json!({ "data": { "list": [telescope(), telescope()] } });
    for items in ["$.data.list", "$.data.list[*]", "$..list"] {
        assert_eq!(
            read(&body, &rules(items)).unwrap().items.len(),
            2,
            "{items}"
        );
    }
}

#[test]
fn a_template_without_all_of_its_parts_gives_nothing() {
    let mut item = telescope();
    item["slug"] = Value::Null;
    let read = read(&json!([item]), &rules("$")).unwrap();
    assert_eq!(read.items[0].link, None);
    assert_eq!(
        read.warnings,
        ["the rule `json.link` found nothing in any item"]
    );
    assert_eq!((read.fields[1].found, read.fields[1].of), (0, 1));
}

#[test]
fn the_first_field_that_gives_something_counts_and_all_dates_are_candidates() {
    let mut item = telescope();
    item["created"] = json!({ "date": "2025-09-01 10:00:00.000000", "timezone": "Europe/Rome" });
    let mut rules = rules("$");
    rules.summary = fields(&["$.teaser", "$.lead"]);
    let read = read(&json!([item]), &rules).unwrap();
    let item = &read.items[0];
    assert_eq!(item.summary.as_deref(), Some("Vede lontano."));
    let dates: Vec<&str> = item.published.iter().map(|date| &*date.text).collect();
    assert_eq!(dates, ["1757400000", "2025-09-01 10:00:00.000000"]);
}

#[test]
fn dates_of_one_maker_are_unwrapped() {
    for (written, text) in [
        ("/Date(1757400000000)/", "1757400000000"),
        ("/Date(1757400000000+0200)/", "1757400000000"),
        ("/Date(-62135596800000)/", "-62135596800000"),
        ("/Date()/", ""),
        ("2025-09-09", "2025-09-09"),
    ] {
        assert_eq!(date_text(written.to_owned()).text, text, "{written}");
    }
}

#[test]
fn rules_that_do_not_fit_are_named() {
    let told = |body: Value| read(&body, &rules("$.results[*]")).unwrap_err().to_string();
    assert_eq!(
        told(json!({ "data": { "news": [{ "id": 1, "name": "x" }, { "id": 2 }] } })),
        "the rule `json.items` matches nothing in the answer; its form may have changed. Its longest list is \
         `$.data.news[*]`: 2 objects, the first with `id`, `name`"
    );
    assert_eq!(
        told(json!({ "results": [], "message": "ok" })),
        "the rule `json.items` matches nothing in the answer; its form may have changed"
    );
    assert_eq!(
        told(json!({ "results": [{ "title": "x" }, { "title": "y" }] })),
        "the 2 items that `json.items` matches have no title; check `json.title`"
    );
    let same = json!({ "headline": "Read more", "published": "2025-09-01" });
    assert_eq!(
        told(json!({ "results": [same, same, same, same] })),
        "4 of 4 items have the same title; the rule `json.title` no longer fits the answer"
    );
}

#[test]
fn items_without_a_title_are_left_out_and_counted() {
    let body = json!([telescope(), { "headline": "" }]);
    let read = read(&body, &rules("$")).unwrap();
    assert_eq!(read.items.len(), 1);
    assert!(
        read.warnings
            .contains(&"1 of 2 items have no title and were left out".to_owned())
    );
}

#[test]
fn a_report_of_an_error_is_no_news_whatever_was_expected() {
    let body = r#"{"code":"rest_no_route","message":"No such route","data":{"status":404}}"#;
    let rules = rules("$.results[*]");
    for (kind, rules) in [
        (None, None),
        (None, Some(&rules)),
        (Some(Kind::Json), None),
        (Some(Kind::Listing), None),
    ] {
        assert_eq!(
            read_as(body, kind, rules).unwrap_err(),
            NoNews::JsonError("No such route".to_owned())
        );
    }
}

#[test]
fn what_is_no_json_is_told() {
    let rules = rules("$");
    let told = |body: &str| read_as(body, None, Some(&rules)).unwrap_err().to_string();
    assert_eq!(
        told("[{\"headline\":\"x\""),
        "JSON was expected, but the answer is none: EOF while parsing an object at line 1 column 16"
    );
    assert_eq!(
        told("<title>Just a moment...</title><h1>Checking your browser</h1>"),
        "the answer is a bot check, not the page"
    );
    assert_eq!(
        told(
            "<p>Our programme is explained here at some length, with all that belongs to it.</p><p>And more of it.</p>"
        ),
        "JSON was expected, but the answer is none: it is a web page or XML"
    );
}

fn post(number: u32) -> Value {
    json!({
        "id": number, "date": "2025-09-09T12:00:00", "date_gmt": "2025-09-09T10:00:00", "modified_gmt": "2025-09-10T10:00:00",
        "guid": { "rendered": format!("https://agenzia.example/?p={number}") },
        "link": format!("https://agenzia.example/notizie/{number}/"),
        "title": { "rendered": "Ricerca &amp; sviluppo &#8211; l&#8217;accordo" },
        "excerpt": { "rendered": "<p>Firmato oggi.</p>", "protected": false },
        "content": { "rendered": "<p>Firmato oggi a Roma.</p>", "protected": false },
        "_embedded": {
            "author": [{ "id": 1, "name": "Ada Neri" }],
            "wp:featuredmedia": [{ "source_url": "https://agenzia.example/a.jpg" }],
            "wp:term": [[{ "name": "Accordi" }], [{ "name": "Europa" }]]
        }
    })
}

#[test]
fn wordpress_needs_no_rules() {
    let body = json!([post(1), post(2)]).to_string();
    for kind in [None, Some(Kind::Json)] {
        let read = read_as(&body, kind, None).unwrap();
        assert_eq!((read.kind, read.items.len()), (Kind::Json, 2));
        let item = &read.items[1];
        assert_eq!(item.guid.as_deref(), Some("https://agenzia.example/?p=2"));
        assert_eq!(
            item.link.as_deref(),
            Some("https://agenzia.example/notizie/2/")
        );
        assert_eq!(item.published[0].text, "2025-09-09T10:00:00Z");
        assert_eq!(item.updated.as_ref().unwrap().text, "2025-09-10T10:00:00Z");
        assert_eq!(item.summary.as_deref(), Some("<p>Firmato oggi.</p>"));
        assert_eq!(item.html.as_deref(), Some("<p>Firmato oggi a Roma.</p>"));
        assert_eq!(item.image.as_deref(), Some("https://agenzia.example/a.jpg"));
        assert_eq!(item.authors, ["Ada Neri"]);
        assert_eq!(item.categories, ["Accordi", "Europa"]);
        assert_eq!(read.warnings, Vec::<String>::new());
    }
}

#[test]
fn json_of_an_unknown_kind_is_told_with_its_longest_list() {
    let body = json!({ "count": 2, "a-b": [{ "name": "x" }, { "name": "y" }] }).to_string();
    assert_eq!(
        read_as(&body, None, None).unwrap_err().to_string(),
        "the answer is JSON, but neither a JSON Feed nor WordPress's; name its parts with `json.items`, `json.title` \
         and so on. Its longest list is `$[\"a-b\"][*]`: 2 objects, the first with `name`"
    );
    let feed = r#"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"x"}]}"#;
    assert_eq!(read_as(feed, None, None).unwrap().kind, Kind::Feed);
    assert_eq!(
        read_as(feed, Some(Kind::Json), None).unwrap_err(),
        NoItems::IsFeed.into()
    );
}

#[test]
fn an_endless_answer_is_read_up_to_its_bound() {
    let items: Vec<Value> = (0..50_000)
        .map(|number| json!({ "headline": format!("News {number}"), "slug": "x", "lang": "en" }))
        .collect();
    let mut rules = rules("$");
    rules.date = Vec::new();
    let read = read(&Value::from(items), &rules).unwrap();
    assert!(read.partial);
    assert_eq!(read.items.len(), crate::extract::MAX_ITEMS);
    assert_eq!(read.items[0].title.as_deref(), Some("News 0"));
    assert!(
        read.warnings
            .iter()
            .any(|warning| warning.contains("more than 200000 values"))
    );
}
