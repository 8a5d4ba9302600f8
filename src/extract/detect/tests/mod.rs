//! Pages of invented agencies, one a layout. The comment at the head of each says what is to be read from it: a line
//! `DAY | LINK | TITLE` an item, `-` for what there is not; or the kind that it is read as instead.

use std::path::{Path, PathBuf};

use chrono::{TimeZone, Utc};
use chrono_tz::Tz;
use scraper::Html;
use url::Url;

use crate::date;
use crate::extract::cut::Parsed;
use crate::extract::{Ask, Extracted, NoNews, extract};
use crate::language::Language;
use crate::model::{Kind, Page, RawItem, Validators};

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/extract/detect/tests/pages");
    let mut pages: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    pages.sort();
    pages
}

fn page(html: &str, url: &str) -> Page {
    Page {
        url: Url::parse(url).unwrap(),
        content_type: Some("text/html; charset=utf-8".into()),
        body: html.as_bytes().to_vec(),
        validators: Validators::default(),
        fetched_at: Utc.with_ymd_and_hms(2025, 9, 20, 8, 0, 0).unwrap(),
        fresh_until: None,
        moved: None,
        links: None,
    }
}

fn with_dates<T>(language: &str, then: impl FnOnce(&date::Context<'_>) -> T) -> T {
    let languages: Vec<Language> = Language::parse(language).into_iter().collect();
    then(&date::Context {
        languages: &languages,
        timezone: Tz::Europe__Rome,
        now: Utc.with_ymd_and_hms(2025, 9, 20, 8, 0, 0).unwrap(),
        format: None,
        order: None,
    })
}

fn read(html: &str, language: &str, kind: Option<Kind>) -> Result<Extracted, NoNews> {
    let page = page(html, "https://agenzia.example/notizie/");
    with_dates(language, |dates| {
        let rules = None;
        extract(
            &page,
            &Ask {
                kind,
                rules,
                json: None,
                told: false,
                next: true,
                dates,
            },
        )
    })
}

fn line(item: &RawItem, language: &str) -> String {
    let day = with_dates(language, |dates| {
        item.published.iter().find_map(|text| {
            let read = if text.machine {
                date::read_machine(&text.text, dates)
            } else {
                date::read(&text.text, dates)
            };
            Some(
                read.ok()?
                    .resolve(dates.timezone, false)
                    .date_naive()
                    .to_string(),
            )
        })
    });
    let part = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let title = part(item.title.as_deref());
    format!(
        "{} | {} | {title}",
        part(day.as_deref()),
        part(item.link.as_deref())
    )
}

/// What a page's own comment says is to be read from it.
struct Wanted {
    language: String,
    kind: Option<Kind>,
    lines: Vec<String>,
}

fn wanted(html: &str) -> Wanted {
    let comment = html
        .strip_prefix("<!--")
        .unwrap()
        .split("-->")
        .next()
        .unwrap();
    let mut lines = comment
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let head = lines.next().unwrap();
    let language = head.rsplit(' ').next().unwrap().to_owned();
    let mut lines: Vec<String> = lines.map(str::to_owned).collect();
    let kind = match lines.first().map(String::as_str) {
        Some("nothing") => None,
        Some("article") => Some(Kind::Article),
        _ => Some(Kind::Listing),
    };
    if kind != Some(Kind::Listing) {
        lines.clear();
    }
    Wanted {
        language,
        kind,
        lines,
    }
}

#[test]
fn every_layout_is_read_as_its_page_says() {
    let mut wrong = Vec::new();
    for path in pages() {
        let html = std::fs::read_to_string(&path).unwrap();
        let wanted = wanted(&html);
        let read = read(&html, &wanted.language, None).ok();
        let kind = read.as_ref().map(|read| read.kind);
        let items = read.map(|read| read.items).unwrap_or_default();
        let lines: Vec<String> = items
            .iter()
            .map(|item| line(item, &wanted.language))
            .collect();
        let same = match wanted.kind {
            None => kind != Some(Kind::Listing),
            Some(Kind::Listing) => kind == wanted.kind && lines == wanted.lines,
            Some(_) => kind == wanted.kind,
        };
        if !same {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            wrong.push(format!(
                "{name}: {kind:?}\n{}\nbut wanted {:?}\n{}\n",
                lines.join("\n"),
                wanted.kind,
                wanted.lines.join("\n")
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_page_without_news_gives_nothing_even_where_a_listing_is_asked_for() {
    for path in pages() {
        let html = std::fs::read_to_string(&path).unwrap();
        let wanted = wanted(&html);
        if wanted.kind.is_none() {
            let read = read(&html, &wanted.language, Some(Kind::Listing));
            let items = read.map(|read| read.items).unwrap_or_default();
            assert!(items.is_empty(), "{}: {items:?}", path.display());
        }
    }
}

#[test]
fn every_part_of_an_item_is_found_where_it_stands() {
    for path in pages() {
        let html = std::fs::read_to_string(&path).unwrap();
        let document = Html::parse_document(&html);
        let parsed = Parsed {
            document,
            open: std::collections::HashSet::new(),
            cut: false,
        };
        let base = Url::parse("https://agenzia.example/notizie/").unwrap();
        let wanted = wanted(&html);
        with_dates(&wanted.language, |dates| {
            let found = super::find(&parsed, &base, dates, false);
            for located in &found.items {
                let item = &located.item;
                let Some(first) = located.run.first() else {
                    continue;
                };
                let within = |element: &scraper::ElementRef<'_>| {
                    located.run.iter().any(|run| {
                        element.id() == run.id() || element.ancestors().any(|a| a.id() == run.id())
                    })
                };
                let link = located.link.and_then(|link| link.attr("href"));
                assert_eq!(
                    link.map(str::trim),
                    item.link.as_deref(),
                    "{}",
                    path.display()
                );
                if let Some(title) = located.title {
                    assert!(within(&title), "{}", path.display());
                    let text = crate::extract::text::visible(title);
                    assert!(text.contains(item.title.as_deref().unwrap()), "{text}");
                }
                assert!(located.date.is_none_or(|date| within(&date.element)));
                assert!(located.group_date.is_none_or(|head| !within(&head.element)));
                assert!(located.summary.iter().all(within));
                assert!(first.parent().is_some());
            }
        });
    }
}

#[test]
fn a_page_of_many_thousand_items_takes_no_more_than_linear_time() {
    let page = |count: usize| {
        let item = |n: usize| {
            format!(
                "<div class=row><div class=col><article class='card c{n}'><h3><a href=/n/{n}>La missione numero {n} \
                 parte per la Luna</a></h3><time datetime=2025-09-09>9 settembre 2025</time><p>Testo {n}</p></article></div></div>"
            )
        };
        format!("<main>{}</main>", (0..count).map(item).collect::<String>())
    };
    // No clock: the number of items is what a quadratic reading would not survive in a test's time.
    let read = read(&page(3_000), "it", Some(Kind::Listing)).unwrap();
    assert_eq!(read.items.len(), crate::extract::MAX_ITEMS);
}
