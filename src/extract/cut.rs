//! Pages that break off: what is not whole is left out, so that no half of a title is taken for one.
//!
//! Many whole pages leave out `</body></html>`, so a page counts as cut only where it ends inside a tag, a comment or
//! a script, or inside what is always closed by a list of news.

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::Html;

use super::guard::Shape;

/// Stands in the tree where the page breaks off.
const MARK: &str = "rassegna: the page ends here";

/// Elements that no page leaves open at its end, by themselves or within others that need an end tag.
const CLOSED: &[(&str, &[&str])] = &[
    ("article", &["article"]),
    ("li", &["ul", "ol"]),
    ("tr", &["table"]),
    ("h1", &["h1"]),
    ("h2", &["h2"]),
    ("h3", &["h3"]),
    ("h4", &["h4"]),
];

/// A parsed page and what of it is not whole.
pub(super) struct Parsed {
    pub(super) document: Html,
    /// The elements inside of which the page breaks off.
    pub(super) open: HashSet<NodeId>,
    /// The page breaks off.
    pub(super) cut: bool,
}

/// Parses a page; nothing where it is nested too deep to be parsed in time.
pub(super) fn parse(html: &str) -> Option<Parsed> {
    let shape = Shape::of(html);
    if !shape.shallow {
        return None;
    }
    let cut = !shape.closed && (shape.unended.is_some() || is_inside(&shape.open));
    if !cut {
        return Some(Parsed {
            document: Html::parse_document(html),
            open: HashSet::new(),
            cut,
        });
    }
    let whole = shape
        .unended
        .and_then(|end| html.get(..end))
        .unwrap_or(html);
    // The parser puts a comment into the element that is open where it stands.
    let document = Html::parse_document(&format!("{whole}<!--{MARK}-->"));
    let is_mark = |node: &ego_tree::NodeRef<'_, scraper::Node>| {
        node.value()
            .as_comment()
            .is_some_and(|text| &**text == MARK)
    };
    let mark = document.tree.nodes().rfind(is_mark);
    let open = mark
        .map(|mark| mark.ancestors().map(|node| node.id()).collect())
        .unwrap_or_default();
    Some(Parsed {
        document,
        open,
        cut,
    })
}

fn is_inside(open: &[&str]) -> bool {
    let place = |wanted: &str| {
        open.iter()
            .rposition(|name| name.eq_ignore_ascii_case(wanted))
    };
    CLOSED.iter().any(|(name, around)| {
        place(name).is_some_and(|at| {
            around
                .iter()
                .filter_map(|name| place(name))
                .any(|outer| outer <= at)
        })
    })
}
