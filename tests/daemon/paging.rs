//! Lists of several pages: read on at the first success and after a gap, and no further than that.

use std::thread::sleep;
use std::time::Duration;

use chrono::{TimeDelta, Utc};

use super::support::{LISTING, News, Origin, Route, Site, listing, news};

/// So many items stand on a page.
const PAGE: usize = 5;

/// News of these days, so that none is taken for an archive.
fn fresh(n: u32) -> News {
    News {
        at: Utc::now() - TimeDelta::hours(40) + TimeDelta::minutes(i64::from(n)),
        ..news("a", n)
    }
}

/// Sets the pages of a list of so many items, the newest first; `link` makes the link to the next page.
fn pages(origin: &Origin, count: u32, link: impl Fn(usize, usize) -> String) -> usize {
    let all: Vec<News> = (1..=count).rev().map(fresh).collect();
    let chunks: Vec<&[News]> = all.chunks(PAGE).collect();
    for (number, items) in (1..).zip(&chunks) {
        let next = link(number, chunks.len());
        let page = listing(items).replace("</main>", &format!("</main>{next}"));
        origin.set(&address(number), Route::html(page));
    }
    chunks.len()
}

fn address(number: usize) -> String {
    if number == 1 {
        "/a".into()
    } else {
        format!("/a?page={number}")
    }
}

fn rel_next(number: usize, of: usize) -> String {
    if number < of {
        format!("<a rel=next href=\"{}\">x</a>", address(number + 1))
    } else {
        String::new()
    }
}

fn site(origin: &Origin, more: &str) -> Site {
    let site = Site::new();
    let url = origin.url("/a");
    site.configure(&format!(
        "[source.a]\nurl = \"{url}\"\nlanguage = \"it\"\n{LISTING}{more}\n"
    ));
    site
}

/// How often each page was asked for.
fn asked(origin: &Origin, of: usize) -> Vec<usize> {
    (1..=of)
        .map(|number| origin.asked(&address(number)).len())
        .collect()
}

#[test]
fn a_first_visit_reads_so_many_pages_and_publishes_ten_items() {
    let origin = Origin::start();
    let of = pages(&origin, 23, rel_next);
    let site = site(&origin, "pages = 4");
    let ran = site.once();
    assert_eq!(asked(&origin, of), [1, 1, 1, 1, 0]);
    assert!(ran.out.contains("10 older ones remembered"), "{}", ran.out);
    let titles = site.titles("it");
    assert_eq!(
        (titles.len(), titles[0].as_str(), titles[9].as_str()),
        (10, "Notizia n23 di a", "Notizia n14 di a")
    );
    // All of it is known, and the rest of the list is of no interest.
    pages(&origin, 24, rel_next);
    site.once();
    assert_eq!(asked(&origin, of), [2, 1, 1, 1, 0]);
    assert_eq!(site.entries("it").len(), 11);
}

#[test]
fn without_the_key_one_page_is_read() {
    let origin = Origin::start();
    let of = pages(&origin, 23, rel_next);
    site(&origin, "").once();
    assert_eq!(asked(&origin, of), [1, 0, 0, 0, 0]);
}

#[test]
fn a_gap_is_closed_up_to_the_first_page_with_something_known() {
    for (link, more) in [
        (rel_next as fn(usize, usize) -> String, ""),
        (
            |number, of| {
                if number < of {
                    format!(
                        "<nav class=pagination><a href=\"/a?page={}\">Successiva</a></nav>",
                        number + 1
                    )
                } else {
                    String::new()
                }
            },
            "",
        ),
        (
            |number, of| {
                if number < of {
                    format!("<p class=su><a href=\"/a?page={}\">giù</a></p>", number + 1)
                } else {
                    String::new()
                }
            },
            "\nlisting.next = \"p.su a\"",
        ),
    ] {
        let origin = Origin::start();
        pages(&origin, 8, link);
        let site = site(&origin, &format!("pages = 6{more}"));
        site.once();
        assert_eq!(asked(&origin, 2), [1, 1]);
        // Seventeen pieces of news in one night: four pages, the fourth of which has what is known.
        let of = pages(&origin, 25, link);
        site.once();
        assert_eq!(asked(&origin, of), [2, 2, 1, 1, 0]);
        let entries = site.entries("it");
        assert_eq!(entries.len(), 25);
        assert_eq!(entries[0].title, "Notizia n25 di a");
        site.once();
        assert_eq!(asked(&origin, of)[1..], [2, 1, 1, 0], "nothing is new");
    }
}

#[test]
fn circles_and_pages_that_say_the_same_end_it() {
    let circle = |number: usize, of: usize| {
        format!("<a rel=next href=\"{}\">x</a>", address(number % of + 1))
    };
    let origin = Origin::start();
    let of = pages(&origin, 10, circle);
    site(&origin, "pages = 50").once();
    assert_eq!(asked(&origin, of), [1, 1]);

    let origin = Origin::start();
    for number in 1..=50 {
        let items: Vec<News> = (1..=3).map(fresh).collect();
        let next = format!("</main><a rel=next href=\"{}\">x</a>", address(number + 1));
        origin.set(
            &address(number),
            Route::html(listing(&items).replace("</main>", &next)),
        );
    }
    let site = site(&origin, "pages = 50");
    site.once();
    assert_eq!(asked(&origin, 4), [1, 1, 0, 0]);
    assert_eq!(site.entries("it").len(), 3);
}

/// Breaks one page of the list.
fn fail(origin: &Origin, number: usize, status: u16) {
    let broken = Route {
        status,
        ..Route::html("")
    };
    origin.set(&address(number), broken);
}

/// What was odd about the last answer.
fn warnings(site: &Site) -> String {
    let query = "SELECT warnings FROM source";
    site.look().query_row(query, [], |row| row.get(0)).unwrap()
}

/// Times in the store are seconds: what comes first is to be known by them.
fn a_second_later() {
    sleep(Duration::from_millis(1100));
}

#[test]
fn a_page_that_fails_is_told_and_takes_nothing_with_it() {
    let origin = Origin::start();
    let of = pages(&origin, 12, rel_next);
    fail(&origin, 2, 404);
    let site = site(&origin, "pages = 3");
    let ran = site.once();
    assert!(
        ran.out.contains("page 2 of the list could not be read"),
        "{}",
        ran.out
    );
    assert_eq!(site.entries("it").len(), 5);
    assert_eq!(site.error("a"), None);
    // What is not there will not be there the next time.
    site.once();
    assert_eq!(asked(&origin, of), [2, 1, 0]);
}

#[test]
fn a_first_visit_that_breaks_off_is_made_good_and_publishes_no_more_than_ten_items() {
    let origin = Origin::start();
    let of = pages(&origin, 23, rel_next);
    fail(&origin, 2, 503);
    let site = site(&origin, "pages = 4");
    site.once();
    assert_eq!(
        warnings(&site),
        "[\"page 2 of the list could not be read: the server answered 503 Service Unavailable; it is asked for again at \
         the next poll, so that no news is lost\"]"
    );
    assert_eq!(site.entries("it").len(), 5);
    // Two more came, and the next page but one fails.
    pages(&origin, 25, rel_next);
    fail(&origin, 4, 500);
    site.once();
    assert_eq!(asked(&origin, of), [2, 2, 1, 1, 0]);
    let published = site.titles("it");
    // The ten newest of the list, of which five were there.
    assert_eq!(
        (
            published.len(),
            published[0].as_str(),
            published[9].as_str()
        ),
        (10, "Notizia n25 di a", "Notizia n16 di a")
    );
    pages(&origin, 25, rel_next);
    site.once();
    assert_eq!(asked(&origin, of), [3, 3, 2, 2, 0]);
    assert_eq!(warnings(&site), "[]");
    assert_eq!(site.titles("it"), published);
    let count = "SELECT count(*) FROM item";
    let items: u32 = site.look().query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(items, 20);
    // Now it is read to its end, and one page is enough.
    site.once();
    assert_eq!(asked(&origin, of), [4, 3, 2, 2, 0]);
}

#[test]
fn a_gap_that_was_not_closed_is_closed_at_the_next_success() {
    let origin = Origin::start();
    pages(&origin, 8, rel_next);
    let site = site(&origin, "pages = 6");
    site.once();
    a_second_later();
    let of = pages(&origin, 25, rel_next);
    fail(&origin, 3, 500);
    // The page itself does not change meanwhile, and says so.
    let unchanged = Route {
        etag: Some("\"v1\""),
        ..Route::html(
            listing(&(21..=25).rev().map(fresh).collect::<Vec<_>>())
                .replace("</main>", &format!("</main>{}", rel_next(1, of))),
        )
    };
    origin.set("/a", unchanged);
    site.once();
    assert_eq!(asked(&origin, of), [2, 2, 1, 0, 0]);
    assert_eq!(site.entries("it").len(), 8 + 10);
    site.once();
    assert_eq!(asked(&origin, of), [3, 3, 2, 0, 0]);
    // What had been read before it failed is known, and does not end it.
    let third: Vec<News> = (11..=15).rev().map(fresh).collect();
    let next = format!("</main>{}", rel_next(3, of));
    origin.set(
        &address(3),
        Route::html(listing(&third).replace("</main>", &next)),
    );
    site.once();
    assert_eq!(asked(&origin, of), [4, 4, 3, 1, 0]);
    let entries = site.entries("it");
    assert_eq!(entries.len(), 25);
    assert_eq!(entries[0].title, "Notizia n25 di a");
    site.once();
    assert_eq!(asked(&origin, of), [5, 4, 3, 1, 0], "nothing is new");
}

#[test]
fn pages_elsewhere_or_forbidden_are_not_read() {
    let (origin, away) = (Origin::start(), Origin::start());
    pages(&away, 10, rel_next);
    let far = away.url("/a?page=2");
    pages(&origin, 5, |_, _| {
        format!("<a rel=next href=\"{far}\">x</a>")
    });
    site(&origin, "pages = 3").once();
    assert_eq!(away.requests(), 0);

    let origin = Origin::start();
    let of = pages(&origin, 10, rel_next);
    origin.set(
        "/robots.txt",
        Route::new("text/plain", "User-agent: *\nDisallow: /*?page="),
    );
    let site = site(&origin, "pages = 3");
    site.once();
    assert_eq!(asked(&origin, of), [1, 0]);
    assert_eq!(site.entries("it").len(), 5);
}
