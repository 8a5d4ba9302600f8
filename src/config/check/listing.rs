//! `listing` of a source: compiles its selectors.

use regex::Regex;

use crate::config::problem::Report;
use crate::config::tree::{Node, Table};
use crate::config::{From, Group, Listing, Pick, filter, pick};

/// The rules of a listing; nothing where the item's selector is missing or wrong, which the shape reports.
pub(super) fn listing(table: &Table, report: &mut Report) -> Option<Listing> {
    let mut picks = |table: &Table, key: &str, attribute: Option<&str>| -> Vec<Pick> {
        let nodes = table.node(key).into_iter().flat_map(Node::elements);
        nodes
            .filter_map(|node| Some(pick(node, report)?.or_attribute(attribute)))
            .collect()
    };
    let none = Table::default();
    let group = table.table("group").unwrap_or(&none);
    let listing = Listing {
        item: table.read("item", pick::selector)?,
        group: Group {
            date: picks(group, "date", None),
            category: picks(group, "category", None),
        },
        title: picks(table, "title", None),
        link: picks(table, "link", Some("href")),
        date: picks(table, "date", None),
        summary: picks(table, "summary", None),
        image: picks(table, "image", Some("src")),
        author: picks(table, "author", None),
        category: picks(table, "category", None),
        next: table.read("next", pick::selector),
    };
    Some(listing)
}

fn pick(node: &Node, report: &mut Report) -> Option<Pick> {
    match node.table() {
        Some(table) => from_table(table, report),
        None => Pick::parse(node.text()?).ok(),
    }
}

fn from_table(table: &Table, report: &mut Report) -> Option<Pick> {
    let select = match table.node("select") {
        Some(_) => Some(table.read("select", Pick::parse)?),
        None => None,
    };
    let item = Pick {
        from: From::Item,
        attribute: None,
        regex: None,
        all: false,
        written: String::new(),
    };
    let mut pick = select.unwrap_or(item);
    if let Some(entry) = table.entry("attr") {
        if pick.attribute.is_some() || matches!(pick.from, From::Address) {
            report.at(
                entry.key,
                "`attr` beside an attribute in `select`",
                "expected the attribute in one place only",
            );
        }
        pick.attribute = entry.node.text().map(str::to_owned);
        pick.written = format!(
            "{}@{}",
            pick.written,
            pick.attribute.as_deref().unwrap_or_default()
        );
    }
    pick.regex = table.read("regex", filter::pattern);
    pick.all = table.boolean("all").unwrap_or(false);
    let regex = pick
        .regex
        .as_ref()
        .map(Regex::as_str)
        .map(|regex| format!("/{regex}/"));
    let parts = [
        Some(pick.written),
        regex,
        pick.all.then(|| "(all)".to_owned()),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    Some(Pick {
        written: parts.join(" "),
        ..pick
    })
}
