//! What the detection read of a list, put right by what is known: of several links in an item, the one that leads where
//! it led before; of several texts, its title. What stands at the same place in the other items goes with it.

use std::collections::HashMap;

use scraper::{ElementRef, Selector};
use url::Url;

use super::known::{Pair, Roll, title_key};
use crate::extract::detect::Located;
use crate::extract::text::{squash, visible};
use crate::model::Item;

/// A text of more bytes is no title.
const LONGEST: usize = 600;

/// The place of an element among the parts of its item, as far as it is the same in all of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Sign<'a> {
    name: &'a str,
    class: Option<&'a str>,
    around: Option<(&'a str, Option<&'a str>)>,
}

fn sign<'a>(element: ElementRef<'a>) -> Sign<'a> {
    let around = element.parent().and_then(ElementRef::wrap);
    Sign {
        name: element.value().name(),
        class: element.attr("class"),
        around: around.map(|around| (around.value().name(), around.attr("class"))),
    }
}

/// Puts right the links and titles of a list.
pub(super) fn align<'a>(
    located: &mut [Located<'a>],
    items: &[Item],
    pairs: &[Pair],
    roll: &Roll<'_>,
    base: &Url,
) {
    let known: HashMap<usize, usize> = pairs
        .iter()
        .map(|pair| (items[pair.item].position, pair.known))
        .collect();
    let wrong = |same: &dyn Fn(&Pair) -> bool| pairs.iter().filter(|pair| !same(pair)).count();
    let other_links = wrong(&|pair| roll.same_path(pair.known, &items[pair.item]));
    if other_links > 0 {
        let Ok(links) = Selector::parse("a[href]") else {
            return;
        };
        let leads = |element: ElementRef<'a>, known: usize| {
            let url = base
                .join(element.attr("href").unwrap_or_default().trim())
                .ok();
            url.is_some_and(|url| roll.at(&url) == Some(known))
        };
        let chosen = choose(
            located,
            &known,
            &|unit| unit.select(&links).collect(),
            &leads,
        );
        for (one, element) in located.iter_mut().zip(chosen) {
            if let Some(element) = element {
                one.link = Some(element);
                one.item.link = element.attr("href").map(squash);
            }
        }
    }
    let other_titles = wrong(&|pair| roll.same_title(pair.known, &items[pair.item]));
    if other_titles > 0 {
        let says = |element: ElementRef<'a>, known: usize| {
            title_key(&visible(element)) == title_key(&roll.known[known].title)
        };
        let short = |unit: ElementRef<'a>| -> Vec<ElementRef<'a>> {
            let inner = unit.descendants().filter_map(ElementRef::wrap);
            inner
                .filter(|inner| inner.text().map(str::len).sum::<usize>() < LONGEST)
                .collect()
        };
        let chosen = choose(located, &known, &short, &says);
        for (one, element) in located.iter_mut().zip(chosen) {
            if let Some(element) = element {
                one.title = Some(element);
                one.item.title = Some(visible(element));
            }
        }
    }
}

/// For each item the part that is right, and where none can be known to be, the first at the place that is right most
/// often. Nothing changes where known items don't have it.
fn choose<'a>(
    located: &[Located<'a>],
    known: &HashMap<usize, usize>,
    parts: &dyn Fn(ElementRef<'a>) -> Vec<ElementRef<'a>>,
    right: &dyn Fn(ElementRef<'a>, usize) -> bool,
) -> Vec<Option<ElementRef<'a>>> {
    let all: Vec<Vec<ElementRef<'a>>> = located
        .iter()
        .map(|one| one.run.iter().flat_map(|unit| parts(*unit)).collect())
        .collect();
    // Of several places that are right in one item, the one that is right in most.
    let mut places: HashMap<Sign<'a>, usize> = HashMap::new();
    for (at, parts) in all.iter().enumerate() {
        let Some(&known) = known.get(&at) else {
            continue;
        };
        let mut signs: Vec<Sign<'a>> = Vec::new();
        for part in parts.iter().filter(|part| right(**part, known)) {
            let sign = sign(*part);
            if !signs.contains(&sign) {
                signs.push(sign);
            }
        }
        for sign in signs {
            *places.entry(sign).or_default() += 1;
        }
    }
    let count = |part: &ElementRef<'a>| places.get(&sign(*part)).copied().unwrap_or_default();
    let enough = known.len().div_ceil(2);
    let each = all.iter().enumerate().map(|(at, parts)| {
        // The last of the best is the innermost, or the link after the text.
        let best = |parts: &mut dyn Iterator<Item = &ElementRef<'a>>| {
            parts.max_by_key(|part| count(part)).copied()
        };
        match known.get(&at) {
            Some(&known) => best(&mut parts.iter().filter(|part| right(**part, known))),
            None => best(&mut parts.iter()).filter(|part| count(part) >= enough),
        }
    });
    each.collect()
}
