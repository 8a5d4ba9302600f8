#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use chrono::{DateTime, TimeZone, Utc};
use url::Url;

use super::{Known, Why};
use crate::config::{Listing, Pick, Source, pick};
use crate::language::Language;
use crate::model::{Kind, Page, Validators};
use crate::pipeline::{Drifted, Reading, read, reread};

/// Titles of an invented agency, the newest first.
const NEWS: [(&str, &str, u32); 8] = [
    (
        "Kestrel-2 leaves for Venus with nine instruments",
        "kestrel-leaves",
        28,
    ),
    (
        "Ground station at Monte Ardesia doubles its dishes",
        "ardesia-dishes",
        26,
    ),
    (
        "Student satellites chosen for the autumn launch",
        "student-satellites",
        23,
    ),
    ("Ocean colour maps now free for schools", "ocean-maps", 21),
    (
        "Agency and region sign for a new clean room",
        "clean-room",
        17,
    ),
    ("Solar sail unfolds on the second attempt", "solar-sail", 14),
    (
        "Call for lunar greenhouse studies opens",
        "lunar-greenhouse",
        9,
    ),
    ("Data centre moves to wind power", "wind-power", 4),
];

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 2, 9, 0, 0).unwrap()
}

fn page(html: &str) -> Page {
    Page {
        url: Url::parse("https://agency.example/news/").unwrap(),
        content_type: Some("text/html; charset=utf-8".to_owned()),
        body: html.as_bytes().to_vec(),
        validators: Validators::default(),
        fetched_at: now(),
        fresh_until: None,
        moved: None,
        links: None,
    }
}

/// A page around a list, with a menu, a heading and a footer.
fn around(list: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=en><head><title>News · Agency</title></head><body>\
         <nav><ul><li><a href=/>Home</a></li><li><a href=/about>About us</a></li><li><a href=/jobs>Jobs</a></li></ul></nav>\
         <main><h1>News</h1>{list}</main><footer><p>Agency, Via Ardesia 1. All rights reserved by the agency and its \
         partners in the region.</p></footer></body></html>"
    )
}

type News = (&'static str, &'static str, u32);

fn list(news: &[News], item: impl Fn(&News) -> String) -> String {
    news.iter().fold(String::new(), |mut out, one| {
        let _ = write!(out, "{}", item(one));
        out
    })
}

fn usual(news: &[News]) -> String {
    let items = list(news, |(title, slug, day)| {
        format!(
            "<li class=news-item><h3><a href=/news/{slug}>{title}</a></h3><span class=date>{day} May 2026</span>\
             <p class=teaser>What it means: {slug} in a few words more.</p></li>"
        )
    });
    around(&format!("<ul class=news-list>{items}</ul>"))
}

fn source(rules: bool) -> Source {
    let mut source = Source::unknown(Url::parse("https://agency.example/news/").unwrap());
    source.languages = Language::parse("en").into_iter().collect();
    let listing = || Listing {
        title: vec![Pick::parse("h3 a").unwrap()],
        link: vec![Pick::parse("h3 a").unwrap().or_attribute(Some("href"))],
        date: vec![Pick::parse("span.date").unwrap()],
        ..Listing::of(pick::selector("ul.news-list > li.news-item").unwrap())
    };
    source.listing = rules.then(|| Box::new(listing()));
    source
}

fn known() -> Vec<Known> {
    let reading = read(&source(true), None, &page(&usual(&NEWS)), now()).unwrap();
    reading.normalized.items.iter().map(Known::of).collect()
}

fn seen(html: &str) -> Result<Reading, Box<Drifted>> {
    reread(&source(true), None, &known(), &page(html), now())
}

fn titles(reading: &Reading) -> Vec<&str> {
    let items = reading.normalized.items.iter();
    items.map(|item| item.title.as_str()).collect()
}

/// The titles of the usual news.
fn all() -> Vec<&'static str> {
    NEWS.iter().map(|(title, _, _)| *title).collect()
}

/// The page is found broken, and what mends it gives the known items with their days.
fn mended(html: &str) -> (String, Reading) {
    let drifted = *seen(html).unwrap_err();
    let repair = drifted.repair.unwrap_or_else(|| panic!("{}", drifted.why));
    assert_eq!(titles(&repair.reading), all(), "{}", repair.patch);
    for (item, known) in repair.reading.normalized.items.iter().zip(known()) {
        assert_eq!(Known::of(item).day, known.day, "{}", repair.patch);
    }
    // What is shown to people is what is used.
    let with = Source {
        listing: Some(Box::new(repair.rules)),
        ..source(true)
    };
    let again = reread(&with, None, &known(), &page(html), now()).unwrap();
    assert_eq!(titles(&again), all());
    (repair.patch, repair.reading)
}

#[test]
fn what_is_as_it_was_is_fine() {
    assert_eq!(titles(&seen(&usual(&NEWS)).unwrap()), all());
}

#[test]
fn news_on_top_items_gone_and_another_order_are_fine() {
    let mut news = NEWS.to_vec();
    news.truncate(5);
    news.swap(0, 3);
    news.insert(
        0,
        ("A comet named after the night shift", "comet-named", 30),
    );
    assert_eq!(seen(&usual(&news)).unwrap().normalized.items.len(), 6);
}

#[test]
fn an_edited_title_and_another_host_are_fine() {
    let edited = usual(&NEWS).replace("on the second attempt", "at last, after a second attempt");
    assert_eq!(seen(&edited).unwrap().normalized.items.len(), 8);
    let moved = usual(&NEWS).replace("href=/news/", "href=https://www.agency-space.example/news/");
    assert_eq!(seen(&moved).unwrap().normalized.items.len(), 8);
}

#[test]
fn an_empty_list_that_says_so_is_no_news_and_no_fault() {
    let said = around("<ul class=news-list><li class=none>There is no news at present.</li></ul>");
    assert!(seen(&said).unwrap().normalized.items.is_empty());
}

#[test]
fn an_empty_list_that_says_nothing_is_a_fault() {
    let shell = around("<ul class=news-list></ul><script src=/app.js></script>");
    let drifted = *seen(&shell).unwrap_err();
    assert!(matches!(drifted.why, Why::Nothing(_)) && drifted.repair.is_none());
}

#[test]
fn an_error_page_is_a_fault_without_a_repair() {
    let error = "<html><head><title>Service unavailable</title></head><body><h1>Service unavailable</h1>\
                 <p>Please try again later.</p></body></html>";
    let drifted = *seen(error).unwrap_err();
    assert!(matches!(drifted.why, Why::Nothing(_)) && drifted.repair.is_none());
}

#[test]
fn new_names_and_elements_are_mended() {
    let items = list(&NEWS, |(title, slug, day)| {
        format!(
            "<article class=card><div class=card-body><time class=when>{day} May 2026</time>\
             <h2 class=headline><a href=/news/{slug}>{title}</a></h2></div></article>"
        )
    });
    let (patch, _) = mended(&around(&format!("<div class=cards>{items}</div>")));
    assert!(patch.contains("listing.item"), "{patch}");
}

#[test]
fn only_the_rule_that_broke_is_replaced() {
    let moved = usual(&NEWS)
        .replace("span class=date", "em class=published")
        .replace("</span>", "</em>");
    let (patch, _) = mended(&moved);
    assert!(patch.starts_with("listing.date"), "{patch}");
    assert_eq!(patch.lines().count(), 1, "{patch}");
}

#[test]
fn dates_that_moved_into_headings_are_mended() {
    let items = list(&NEWS, |(title, slug, day)| {
        format!(
            "<li class=day><h4>{day} May 2026</h4></li><li class=news-item><h3><a href=/news/{slug}>{title}</a></h3></li>"
        )
    });
    let (patch, _) = mended(&around(&format!("<ul class=news-list>{items}</ul>")));
    assert!(patch.contains("listing.group.date"), "{patch}");
}

#[test]
fn rules_that_silently_give_a_part_of_the_list_are_mended() {
    let (new, old) = NEWS.split_at(3);
    let item = |class: &'static str| {
        move |(title, slug, day): &News| {
            format!(
                "<li class={class}><h3><a href=/news/{slug}>{title}</a></h3><span class=date>{day} May 2026</span></li>"
            )
        }
    };
    let both = list(new, item("top-item")) + &list(old, item("news-item"));
    let html = around(&format!("<ul class=news-list>{both}</ul>"));
    assert!(matches!(seen(&html).unwrap_err().why, Why::Missed { .. }));
    mended(&html);
}

#[test]
fn dates_that_are_all_others_are_a_fault() {
    let html = list(&NEWS, |(title, slug, day)| {
        format!(
            "<li class=news-item><h3><a href=/news/{slug}>{title}</a></h3><span class=date>1 June 2026</span>\
             <span class=first>{day} May 2026</span></li>"
        )
    });
    let html = around(&format!("<ul class=news-list>{html}</ul>"));
    assert!(matches!(seen(&html).unwrap_err().why, Why::Dates { .. }));
    mended(&html);
}

#[test]
fn a_title_rule_that_reads_the_label_is_mended() {
    let topics = [
        "Venus", "Ground", "Schools", "Oceans", "Region", "Sails", "Moon", "Energy",
    ];
    let mut at = topics.iter();
    let html = NEWS.iter().fold(String::new(), |mut out, (title, slug, day)| {
        let topic = at.next().unwrap();
        let _ = write!(
            out,
            "<li class=news-item><h3><a href=/news/{slug}>{topic}</a></h3><h2><a href=/news/{slug}>{title}</a></h2>\
             <span class=date>{day} May 2026</span></li>"
        );
        out
    });
    let html = around(&format!("<ul class=news-list>{html}</ul>"));
    assert!(matches!(seen(&html).unwrap_err().why, Why::Titles { .. }));
    mended(&html);
}

#[test]
fn cards_of_something_else_with_the_same_markup_are_told_apart() {
    let cards = [
        ("Earth", "earth"),
        ("Moon", "moon"),
        ("Sun", "sun"),
        ("People", "people"),
    ];
    let cards = cards.iter().fold(String::new(), |mut out, (title, slug)| {
        let _ = write!(
            out,
            "<li class=news-item><h3><a href=/topics/{slug}>{title} and what we do there</a></h3></li>"
        );
        out
    });
    let above =
        format!("<h1>News</h1><section><h2>Topics</h2><ul class=news-list>{cards}</ul></section>");
    let html = usual(&NEWS).replace("<h1>News</h1>", &above);
    assert!(matches!(seen(&html).unwrap_err().why, Why::Unlike { .. }));
    mended(&html);
}

#[test]
fn names_made_by_a_tool_are_mended_by_what_lasts() {
    let items = list(&NEWS, |(title, slug, day)| {
        format!(
            "<div class=css-1x9kq2><h3 class=css-9ab2x1><a class=sc-k3j2h1 href=/news/{slug}>{title}</a></h3>\
             <time class=css-77ax1b>{day} May 2026</time></div>"
        )
    });
    let (patch, _) = mended(&around(&format!(
        "<section class=css-zz81a2>{items}</section>"
    )));
    assert!(!patch.contains("css-") && !patch.contains("sc-"), "{patch}");
}

#[test]
fn another_list_in_its_place_is_a_fault_without_a_repair() {
    let others: Vec<News> = vec![
        ("Board meeting of the canteen committee", "canteen", 2),
        ("Lost keys at the reception", "keys", 3),
        ("Parking is closed on Sundays", "parking", 1),
        ("Choir looks for two tenors", "choir", 2),
    ];
    let drifted = *seen(&usual(&others)).unwrap_err();
    assert!(
        matches!(drifted.why, Why::Strange { shown: 0, .. }),
        "{}",
        drifted.why
    );
    assert!(drifted.repair.is_none());
}

#[test]
fn links_that_lead_to_one_anothers_pages_are_never_a_repair() {
    let swapped = |at: usize| NEWS[(at + 1) % NEWS.len()].1;
    let html = NEWS.iter().enumerate().fold(String::new(), |mut out, (at, (title, _, day))| {
        let _ = write!(
            out,
            "<article><h2><a href=/news/{}>{title}</a></h2><time>{day} May 2026</time></article>",
            swapped(at)
        );
        out
    });
    assert!(seen(&around(&html)).unwrap_err().repair.is_none());
}

#[test]
fn a_detected_list_is_judged_as_well() {
    let without = source(false);
    let usual = page(&usual(&NEWS));
    let fine = reread(&without, Some(Kind::Listing), &known(), &usual, now()).unwrap();
    assert_eq!(fine.normalized.items.len(), 8);
    let menu = page(&around("<p>Welcome to the pages of the agency.</p>"));
    assert!(reread(&without, Some(Kind::Listing), &known(), &menu, now()).is_err());
}

#[test]
fn few_known_items_prove_nothing() {
    let others: Vec<News> = vec![("Board meeting of the canteen committee", "canteen", 2)];
    let known = known();
    assert!(
        reread(
            &source(true),
            None,
            &known[..2],
            &page(&usual(&others)),
            now()
        )
        .is_ok()
    );
}

#[test]
fn a_short_list_whose_links_or_titles_change_is_the_same_list() {
    for many in [3, 5, 8] {
        let mut roll: Vec<Known> = Vec::new();
        for poll in 0..5 {
            let html = match poll {
                0 | 1 => usual(&NEWS[..many]).replace("/news/", &format!("/{poll}/")),
                2 => usual(&NEWS[..many]).replace("/news/", "/1/"),
                3 => usual(&NEWS[..many])
                    .replace("/news/", "/1/")
                    .replace("Ground station", "The ground station"),
                _ => usual(&NEWS[..many]).replace("/news/", "/show?s=ab12&amp;id="),
            };
            let read = reread(&source(true), None, &roll, &page(&html), now());
            let read = read.unwrap_or_else(|drifted| panic!("{many} {poll}: {}", drifted.why));
            let now: Vec<Known> = read.normalized.items.iter().map(Known::of).collect();
            assert_eq!(Known::gone(roll, &now), [], "{many} {poll}");
            roll = now;
        }
    }
}

#[test]
fn what_has_left_a_list_is_told_from_what_has_moved() {
    let known = known();
    let mut now = known[..4].to_vec();
    for one in &mut now {
        one.url = Some(Url::parse("https://agency.example/all").unwrap());
    }
    now[3].title = "Something else altogether".to_owned();
    assert_eq!(Known::gone(known.clone(), &now), known[3..]);
}
