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
    /// Most items have a date.
    pub(crate) dated: bool,
    /// It is a list at first sight: its items are many, alike and a large part of the page.
    pub(crate) clear: bool,
    /// The page says of itself when it was published, as articles do.
    pub(crate) published: bool,
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
    pub(crate) attribute: Option<&'a str>,
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

    /// Whether the page is its list, and not an article that has a list beside it or below.
    ///
    /// `article` is the page read as one, `certain` where it says of itself that it is one. The front pages of blogs
    /// say so as well, but not when they were published; or they describe one of the items.
    pub(crate) fn is_listing(&self, article: Option<&RawItem>, certain: bool) -> bool {
        let Prose {
            within,
            around,
            headed,
            dated,
        } = self.prose;
        if self.items.is_empty() {
            return false;
        }
        let listed = self.items.iter().any(|located| {
            let own = located.item.link.is_some();
            own && article.is_some_and(|article| article.title == located.item.title)
        });
        if certain && self.published && !listed {
            return false;
        }
        if certain {
            let little = 4 * around < within && around < 1_000;
            return self.dated && self.items.len() > 2 && !headed && little;
        }
        let clear = self.clear && !headed;
        if !self.dated {
            return around < 500 || if clear { around } else { 3 * around } <= within;
        }
        if clear {
            return around <= 2 * within;
        }
        if dated || headed {
            let few = if headed { 300 } else { 1_000 };
            return around <= within && (around < few || 4 * around <= within);
        }
        // A page about a matter, with the news of it.
        around <= 10 * within
    }

    /// What else there was on the page, in a sentence each.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let sentence = |other: &Other| {
            let count = other.count;
            let over = other.heading.as_ref();
            let over = over
                .map(|heading| format!(" under \"{heading}\""))
                .unwrap_or_default();
            format!(
                "The page has another list, of {count} items{over}, which was left out; to read it as well or instead, \
                 name its items with `listing.item`."
            )
        };
        self.others.iter().map(sentence).collect()
    }

    /// The items alone.
    pub(crate) fn into_items(self) -> Vec<RawItem> {
        self.items.into_iter().map(|located| located.item).collect()
    }
}
