//! What a page marks as microdata (`itemprop`) of the one article, not of the comments and lists around it.

use ego_tree::NodeId;
use scraper::{ElementRef, Html};

use crate::extract::one;
use crate::extract::text::{squash, visible};

/// The most marked elements that are looked at.
const MOST: usize = 5_000;

/// The elements of a page that carry properties of its article.
pub(super) struct Microdata<'a> {
    marked: Vec<ElementRef<'a>>,
}

impl<'a> Microdata<'a> {
    pub(super) fn of(document: &'a Html) -> Self {
        let mut main: Option<NodeId> = None;
        let select = one("[itemprop]");
        let all = select
            .iter()
            .flat_map(|select| document.select(select))
            .take(MOST);
        let marked = all.filter(|element| {
            // The outermost article counts: the first that there is, and what stands in none.
            let around = element.ancestors().filter_map(ElementRef::wrap);
            let scope = around
                .filter(|scope| scope.attr("itemscope").is_some())
                .find_map(kind);
            match scope {
                Some((Kind::Article, id)) => *main.get_or_insert(id) == id,
                Some((Kind::Other, _)) => false,
                None => true,
            }
        });
        Self {
            marked: marked.collect(),
        }
    }

    /// The elements that carry a property.
    pub(super) fn elements(&self, name: &str) -> impl Iterator<Item = ElementRef<'a>> {
        let has = move |element: &&ElementRef<'a>| {
            let names = element.attr("itemprop").unwrap_or_default();
            names.split_ascii_whitespace().any(|word| word == name)
        };
        self.marked.iter().filter(has).copied()
    }

    /// The values of a property, as the HTML standard has them: of an attribute, else of the text.
    pub(super) fn values(&self, name: &str) -> Vec<String> {
        let values = self.elements(name).map(value);
        values.filter(|text| !text.is_empty()).collect()
    }
}

enum Kind {
    Article,
    Other,
}

/// Whether a scope is an article or something of its own, such as a comment; what an article has (people, pictures) is
/// neither.
fn kind(scope: ElementRef<'_>) -> Option<(Kind, NodeId)> {
    let name = scope.attr("itemtype")?.trim().rsplit('/').next()?;
    if name.ends_with("Article") || matches!(name, "BlogPosting" | "Report" | "SocialMediaPosting")
    {
        Some((Kind::Article, scope.id()))
    } else if matches!(
        name,
        "Comment" | "UserComments" | "Review" | "Event" | "ListItem" | "Product" | "VideoObject"
    ) {
        Some((Kind::Other, scope.id()))
    } else {
        None
    }
}

/// The value of one marked element.
pub(super) fn value(element: ElementRef<'_>) -> String {
    let attribute = ["content", "datetime"]
        .iter()
        .find_map(|name| element.attr(name));
    attribute
        .map(squash)
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| visible(element))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_article_counts_and_no_comment() {
        let page = Html::parse_document(
            "<article itemscope itemtype='https://schema.org/NewsArticle'><h1 itemprop=headline>Uno</h1>
             <span itemprop=author itemscope itemtype='https://schema.org/Person'><b itemprop=name>Ada Rossi</b></span>
             <time itemprop=datePublished datetime=2025-09-09>ieri</time>
             <div itemprop=comment itemscope itemtype='https://schema.org/Comment'><i itemprop=datePublished>2025-09-10</i></div>
             </article><article itemscope itemtype='https://schema.org/NewsArticle'><h2 itemprop=headline>Due</h2></article>",
        );
        let data = Microdata::of(&page);
        assert_eq!(data.values("headline"), ["Uno"]);
        assert_eq!(data.values("datePublished"), ["2025-09-09"]);
        assert_eq!(data.values("author"), ["Ada Rossi"]);
    }
}
