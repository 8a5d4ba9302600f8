//! The lists of a page by whether known items are in them, and what its main part says: for who knows what to look for.

use scraper::ElementRef;
use url::Url;

use super::groups::{self, Unit};
use super::leads;
use super::list::{List, Pattern};
use super::plot::Plot;
use super::reader::{self, Reader};
use super::{Located, Parsed, whole};
use crate::date;
use crate::model::RawItem;

/// The most lists that are read whole.
const LISTS: usize = 8;
/// The most units of a list that are tried.
const SAMPLE: usize = 60;
/// A text of more bytes is no title.
const LONGEST: usize = 600;

/// The lists that have known items, those with the most first; nobody asks whether they look like news.
pub(crate) fn lists<'a>(
    page: &'a Parsed,
    base: &Url,
    dates: &date::Context<'_>,
    is_known: &dyn Fn(&RawItem) -> bool,
) -> Vec<Vec<Located<'a>>> {
    let plot = Plot::of(&page.document);
    let languages = reader::languages(dates.languages, page.document.root_element().attr("lang"));
    let reader = Reader::new(
        &plot,
        date::Context {
            languages: &languages,
            ..*dates
        },
    );
    let groups = groups::groups(&plot, whole(page, &plot), &reader.days(), true);
    let mut lists: Vec<(usize, List<'a>)> = groups
        .into_iter()
        .filter_map(|units| List::of(&reader, units, base))
        .map(|list| (hits(&reader, &list, is_known), list))
        .filter(|(hits, _)| *hits > 0)
        .collect();
    lists.sort_by(|(a, one), (b, other)| b.cmp(a).then(other.points.total_cmp(&one.points)));
    lists.truncate(LISTS);
    let items = |list: &List<'a>| {
        let units = list.units.iter();
        let mut items: Vec<Located<'a>> = units
            .filter_map(|unit| reader.locate(unit, &list.pattern, Some(&list.heads)))
            .map(|(_, located)| located)
            .collect();
        items.extend(leads::leads(&reader, list, &items, base));
        items
            .sort_by_cached_key(|located| located.run.first().and_then(|first| plot.place(*first)));
        items
    };
    lists.iter().map(|(_, list)| items(list)).collect()
}

/// How many of a list's first units are known.
fn hits(
    reader: &Reader<'_, '_, '_>,
    list: &List<'_>,
    is_known: &dyn Fn(&RawItem) -> bool,
) -> usize {
    let units = list.units.iter().take(SAMPLE);
    units
        .filter_map(|unit| reader.locate(unit, &list.pattern, Some(&list.heads)))
        .filter(|(_, located)| is_known(&located.item))
        .count()
}

/// The items that elements are, as the detection reads them.
pub(crate) fn located<'a>(
    page: &'a Parsed,
    elements: &[ElementRef<'a>],
    dates: &date::Context<'_>,
) -> Vec<Located<'a>> {
    let plot = Plot::of(&page.document);
    let reader = Reader::new(&plot, *dates);
    let units: Vec<Unit> = elements
        .iter()
        .filter_map(|element| Some(Unit::of(&plot, plot.place(*element)?)))
        .collect();
    let pattern = Pattern::of(&reader, &units);
    let heads = super::heads::Heads::of(&reader, &units);
    units
        .iter()
        .filter_map(|unit| reader.locate(unit, &pattern, Some(&heads)))
        .map(|(_, located)| located)
        .collect()
}

/// The short texts of the page's main part, and where its links lead, as they are written.
pub(crate) fn said(page: &Parsed) -> (Vec<String>, Vec<&str>) {
    let plot = Plot::of(&page.document);
    let main = || (0..plot.cells.len()).filter(|at| !plot.cells[*at].aside);
    let short = main().filter(|at| (1..LONGEST).contains(&plot.length(*at)));
    let texts = short.map(|at| plot.text(at)).collect();
    let links = main().filter_map(|at| plot.cells[at].href()).collect();
    (texts, links)
}
