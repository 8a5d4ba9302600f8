//! What the detection gives: the items, and where on the page each part of them stands.

use scraper::ElementRef;

use super::Prose;
use super::stated::Stated;
use crate::model::RawItem;

/// The news of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found<'a> {
    /// Its items, in the page's order.
    pub(crate) items: Vec<Located<'a>>,
    /// Lists of other news on the same page that were left out: how many items each has, and what stands over it.
    pub(crate) others: Vec<Other>,
    /// How much running text the page has besides.
    pub(crate) prose: Prose,
}

/// A list that was not chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Other {
    /// How many items it has.
    pub(crate) count: usize,
    /// The heading over it.
    pub(crate) heading: Option<String>,
}

/// An item and the elements that it was read from.
#[derive(Debug, Clone)]
pub(crate) struct Located<'a> {
    /// What they say.
    pub(crate) item: RawItem,
    /// The elements that are the item: one, or a run of siblings where the page has no element around each item
    /// (`h3`, `p`, `p`; `dt`, `dd`; two rows of a table). Empty only where the page states the item as data alone.
    pub(crate) run: Vec<ElementRef<'a>>,
    /// The element whose text is the title.
    pub(crate) title: Option<ElementRef<'a>>,
    /// The `a` (or `area`) whose `href` is the link: inside the item, the item itself, or around it.
    pub(crate) link: Option<ElementRef<'a>>,
    /// Where the date stands inside the item; nothing where it has none of its own.
    pub(crate) date: Option<Stand<'a>>,
    /// Where the heading stands that dates this item and others after it.
    pub(crate) group_date: Option<Stand<'a>>,
    /// The elements whose texts, one after the other, are the summary.
    pub(crate) summary: Vec<ElementRef<'a>>,
    /// Where the address of the image stands.
    pub(crate) image: Option<Stand<'a>>,
}

/// Where a value stands: an attribute of an element, or else its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stand<'a> {
    /// The element.
    pub(crate) element: ElementRef<'a>,
    /// The attribute's name.
    pub(crate) attribute: Option<&'static str>,
}

impl Found<'_> {
    /// What a page states as data and does not show.
    pub(super) fn stated(stated: Stated) -> Self {
        let located = |item| Located {
            item,
            run: Vec::new(),
            title: None,
            link: None,
            date: None,
            group_date: None,
            summary: Vec::new(),
            image: None,
        };
        Self {
            items: stated.into_items().into_iter().map(located).collect(),
            ..Self::default()
        }
    }

    /// Whether the page is its list: not an article that has a list beside it, or below. It may be `certain` that the
    /// page says of itself that it is an article; the front pages of blogs say so as well.
    pub(crate) fn is_listing(&self, certain: bool) -> bool {
        let Prose {
            within,
            around,
            headed,
        } = self.prose;
        if self.items.is_empty() {
            return false;
        }
        if certain {
            return !headed && 4 * around < within && around < 1_000;
        }
        let article = around > within || (headed && around >= 300 && 4 * around > within);
        !article
    }

    /// The items alone.
    pub(crate) fn into_items(self) -> Vec<RawItem> {
        self.items.into_iter().map(|located| located.item).collect()
    }
}
