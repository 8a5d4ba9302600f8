#![allow(clippy::unwrap_used)]

use chrono_tz::Tz;

use super::picks::title_at;
use super::*;
use crate::extract::detect::Stand;
use crate::extract::text::visible;
use crate::language::Language;
use crate::model::RawItem;
use crate::model::{DateText, Place};

/// Where the parts stand, by selectors: item, title, link, date, heading, summary, image. What an item lacks is none.
struct Marks<'m> {
    item: &'m str,
    title: &'m str,
    date: &'m str,
    heading: &'m str,
    summary: &'m str,
    image: &'m str,
}

const NOTHING: &str = "blink";
const MARKS: Marks<'_> = Marks {
    item: "[x]",
    title: "[t]",
    date: "[d]",
    heading: NOTHING,
    summary: "[s]",
    image: "img",
};

/// What the rules of a page are whose parts are known, a line each.
fn rules(body: &str, marks: &Marks<'_>) -> Result<Vec<String>, NoRules> {
    let page = cut::parse(&format!("<html><body>{body}</body></html>")).unwrap();
    let document = &page.document;
    let all = |selector: &str| -> Vec<ElementRef<'_>> {
        document.select(&one(selector).unwrap()).collect()
    };
    let heads = all(marks.heading);
    let order: Vec<NodeId> = document
        .tree
        .root()
        .descendants()
        .map(|node| node.id())
        .collect();
    let place = |element: &ElementRef<'_>| order.iter().position(|id| *id == element.id());
    let located = all(marks.item).into_iter().map(|item| {
        let inner = |selector: &str| item.select(&one(selector).unwrap()).collect::<Vec<_>>();
        let own = |selector: &str| inner(selector).first().copied();
        let title = own(marks.title);
        let link = title.and_then(|title| {
            let inside = title.select(&one("a").unwrap()).next();
            let itself = (title.value().name() == "a").then_some(title);
            inside.or(itself).or_else(|| own("[k]"))
        });
        let date = own(marks.date).map(|element| Stand {
            element,
            attribute: element.attr("datetime").map(|_| "datetime"),
        });
        let group_date = heads.iter().rev().find(|head| place(head) < place(&item));
        let group_date = group_date.map(|element| Stand {
            element: *element,
            attribute: None,
        });
        let text = |stand: &Stand<'_>, place| DateText {
            text: stand
                .attribute
                .and_then(|name| stand.element.attr(name))
                .map_or_else(|| visible(stand.element), squash),
            place,
            machine: stand.attribute.is_some(),
        };
        let summary = inner(marks.summary);
        let image = own(marks.image).map(|element| Stand {
            element,
            attribute: Some("src"),
        });
        Located {
            item: RawItem {
                title: title.map(visible),
                link: link.and_then(|link| link.attr("href")).map(squash),
                published: date
                    .iter()
                    .map(|stand| text(stand, Place::Item))
                    .chain(group_date.iter().map(|stand| text(stand, Place::Heading)))
                    .collect(),
                summary: (!summary.is_empty()).then(|| {
                    summary
                        .iter()
                        .map(|element| visible(*element))
                        .collect::<Vec<_>>()
                        .join(" ")
                }),
                image: image
                    .and_then(|stand| stand.element.attr("src"))
                    .map(squash),
                ..RawItem::default()
            },
            run: vec![item],
            title,
            link,
            date,
            group_date,
            summary,
            image,
        }
    });
    let found = Found {
        items: located.collect(),
        ..Found::default()
    };
    let languages = [Language::parse("it").unwrap()];
    let dates = date::Context {
        languages: &languages,
        timezone: Tz::UTC,
        now: chrono::DateTime::UNIX_EPOCH,
        format: None,
        order: None,
    };
    let draft = of_found(&page, &found, &dates)?;
    let picks = draft.picks.iter().map(|(field, picks)| {
        let picks: Vec<String> = picks
            .iter()
            .map(|pick| format!("{}{}", pick.pick, if pick.all { " (all)" } else { "" }))
            .collect();
        format!("{}: {}", field.key(), picks.join(" | "))
    });
    Ok(std::iter::once(draft.item.first().cloned().unwrap())
        .chain(picks)
        .collect())
}

#[test]
fn the_shortest_selectors_that_find_one_thing_only_are_taken() {
    let item = |n: u32| {
        format!(
            "<li x class='voce css-1a{n}b2c'><span class=meta><a href=/autore>Autore {n}</a></span>\
             <h3 t><a href=/n/{n}>Titolo numero {n}</a></h3><time d class=quando>{n} marzo 2026</time>\
             <time class=agg>2 aprile 2026</time><p class=autore>Di Anna</p><p s class=testo>Il testo {n}.</p></li>"
        )
    };
    let items: String = (1..5).map(item).collect();
    let page = format!("<ul class=menu><li>Home</li></ul><ul class=elenco>{items}</ul>");
    assert_eq!(
        rules(&page, &MARKS).unwrap(),
        [
            "li.voce",
            "title: h3",
            "link: h3 a",
            "date: time.quando",
            "summary: p.testo"
        ]
    );
}

#[test]
fn items_without_names_are_told_by_what_stands_around_them() {
    let items: String = (1..4)
        .map(|n| format!("<li x><a t href=/n/{n}>Titolo numero {n}</a></li>"))
        .collect();
    let page =
        format!("<ul><li><a href=/>Home</a></li></ul><div id=notizie><ul>{items}</ul></div>");
    assert_eq!(
        rules(&page, &MARKS).unwrap(),
        ["#notizie li", "title: a", "link: a"]
    );
}

#[test]
fn made_names_and_places_do_not_stand_where_others_do() {
    let items: String = (1..4)
        .map(|n| format!("<div x class='sc-bdVaJa post-{n}00'><h2 t class=css-1x2y3z><a href=/n/{n}>Titolo {n}</a></h2></div>"))
        .collect();
    let page = format!(
        "<div class=css-9a8b7c>{items}<div class='sc-bdVaJa'><a href=/altro>Altro</a></div></div>"
    );
    assert_eq!(
        rules(&page, &MARKS).unwrap(),
        ["div div:has(h2)", "title: h2", "link: a"]
    );
}

#[test]
fn several_kinds_of_items_take_several_selectors() {
    let items: String = (1..4)
        .map(|n| format!("<li x class=voce><h3 t><a href=/n/{n}>Titolo numero {n}</a></h3></li>"))
        .collect();
    let page = format!(
        "<article x class=apertura><h2 t><a href=/n/0>Titolo primo</a></h2></article><ul>{items}</ul><ul><li>x</li></ul>"
    );
    assert_eq!(
        rules(&page, &MARKS).unwrap(),
        ["article, li.voce", "title: h3 | h2", "link: a"]
    );
}

#[test]
fn headings_hold_for_the_items_after_them() {
    let page = "<h4>Archivio</h4><div><h4 class=data>9 settembre 2025</h4><p x><a t href=/1>Titolo uno</a></p>\
        <p x><a t href=/2>Titolo due</a></p><h4 class=data>1 settembre 2025</h4><p x><a t href=/3>Titolo tre</a></p></div>\
        <p>Altro</p>";
    let marks = Marks {
        heading: "h4.data",
        ..MARKS
    };
    assert_eq!(
        rules(page, &marks).unwrap(),
        ["div p", "group.date: h4.data", "title: a", "link: a"]
    );
}

#[test]
fn a_field_is_left_out_rather_than_read_wrongly() {
    // The second item has no teaser; its caption would be taken for one.
    let page = "<article x><h2 t><a href=/1>Titolo uno</a></h2><p s>Il testo</p><p>Foto: Anna</p></article>\
        <article x><h2 t><a href=/2>Titolo due</a></h2><p>Foto: Berta</p></article>";
    assert_eq!(
        rules(page, &MARKS).unwrap(),
        ["article", "title: h2", "link: a"]
    );
}

#[test]
fn other_elements_of_the_same_kind_are_excluded_by_their_class() {
    let items: String = (1..4)
        .map(|n| {
            format!(
                "<article x><p class=didascalia>Foto {n}</p><h2 t><a href=/n/{n}>Titolo {n}</a></h2><p s>Testo {n}.</p>\
                 <p s>Segue {n}.</p></article>"
            )
        })
        .collect();
    assert_eq!(
        rules(&items, &MARKS).unwrap(),
        [
            "article",
            "title: h2",
            "link: a",
            "summary: p:not(.didascalia) (all)"
        ]
    );
}

#[test]
fn parts_without_an_element_around_them_give_no_rules() {
    let page = cut::parse("<h3><a href=/1>Titolo uno</a></h3><p>9 marzo 2026</p><h3><a href=/2>Titolo due</a></h3><p>x</p>").unwrap();
    let all = |selector: &str| -> Vec<ElementRef<'_>> {
        page.document.select(&one(selector).unwrap()).collect()
    };
    let located = all("h3")
        .into_iter()
        .zip(all("p"))
        .map(|(title, text)| Located {
            item: RawItem::default(),
            run: vec![title, text],
            title: Some(title),
            link: title.select(&one("a").unwrap()).next(),
            date: None,
            group_date: None,
            summary: vec![text],
            image: None,
        });
    let found = Found {
        items: located.collect(),
        ..Found::default()
    };
    let dates = date::Context {
        languages: &[],
        timezone: Tz::UTC,
        now: chrono::DateTime::UNIX_EPOCH,
        format: None,
        order: None,
    };
    assert_eq!(of_found(&page, &found, &dates), Err(NoRules::Loose));
}

#[test]
fn a_date_that_stands_in_the_title_is_cut_off() {
    let items: String = (1..4)
        .map(|n| format!("<li x><a t href=/n/{n}>0{n}.12.2025 – Titolo numero {n}</a></li>"))
        .collect();
    let page = cut::parse(&format!(
        "<html><body><ul class=elenco>{items}</ul></body></html>"
    ))
    .unwrap();
    let title = page.document.select(&one("a").unwrap()).next().unwrap();
    let target = title_at(title, "Titolo numero 1");
    assert_eq!(
        target.reading.regex.as_deref(),
        Some(r"^\d+\.\d+\.\d+\s+–\s+(.+)")
    );
    assert_eq!(title_at(title, &visible(title)).reading.regex, None);
}

#[test]
fn a_link_may_stand_elsewhere_in_some_items() {
    let items = "<li x><h3 t>Titolo uno</h3><p>Testo <a href=/altro>qui</a></p><a k class=leggi href=/1>Leggi</a></li>\
        <li x><h3 t>Titolo due</h3><p>Testo</p><a k class=leggi href=/2>Leggi</a></li>\
        <li x><h3 t>Titolo tre</h3><p>Testo <a k href=/3>qui</a></p></li>";
    let page = format!("<ul class=elenco>{items}</ul>");
    assert_eq!(
        rules(&page, &MARKS).unwrap(),
        ["ul li", "title: h3", "link: a.leggi | a"]
    );
}

#[test]
fn a_hostile_page_takes_bounded_time() {
    let deep = "<div class='a b c d e f g h i j k l'>".repeat(300);
    let items: String = (0..400)
        .map(|n| {
            format!(
                "<li x class='n{n} x{n} y'><a t href=/{n}>Titolo {n}</a>{}</li>",
                "<i>".repeat(20)
            )
        })
        .collect();
    let page = format!("{deep}{items}{}", "<p>x".repeat(20_000));
    let started = std::time::Instant::now();
    let _ = rules(&page, &MARKS);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]

    #[test]
    fn no_page_makes_it_panic(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "<li x class='a css-1a2b3c'>", "<a t href=/1>Titolo uno</a>", "<a t href='/2' class='9'>Due</a>", "</li>", "<h4>9 marzo 2026</h4>",
                "<p s>", "Testo", "</p>", "<time d datetime='2026-03-09'>", "</time>", "<div x id=\"'\">", "</div>", "<img src=x>", "<x-y t x>",
            ]),
            0..60,
        )
    ) {
        let _ = rules(&parts.concat(), &Marks { heading: "h4", ..MARKS });
    }
}
