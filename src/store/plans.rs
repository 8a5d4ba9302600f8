//! A test: no statement of the store walks through a table that grows with the news. What it costs to record a poll, to
//! publish or to forget is the same among ten thousand items and among ten million.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use regex::Regex;
use rusqlite::{Connection, types::Null};

use super::open::schema;

/// The tables that have a row or more for each item, story or entry.
const LARGE: &str = "item|told|story|identity|address|ledger|other|sketch|article|followed|kept|revision|translation|archive|withdrawn";

/// Statements that may look at all rows, or at all of one source or feed, by how they begin; and why.
const WALKS: [(&str, &str); 16] = [
    (
        "INSERT INTO source (id, title",
        "what refers to it is looked for only where its number changes, which it never does",
    ),
    (
        "UPDATE archive SET changed = changed + 1 WHERE (feed, page) IN (SELECT ledger.feed, ledger.page FROM item",
        "a source got another name",
    ),
    (
        "SELECT coalesce(max(page), 0) FROM archive",
        "the last of an index",
    ),
    (
        "SELECT number, entry, opened, revised FROM story WHERE revision > ?1",
        "what came since the last review",
    ),
    (
        "UPDATE item SET kind = ?3, page",
        "what came with this answer",
    ),
    (
        "SELECT number, title, story FROM item ORDER BY number DESC",
        "titles have no index; a person asked",
    ),
    (
        "SELECT story.number, coalesce(ledger.first_published, story.opened)",
        "`plan` tries another filter on all",
    ),
    (
        "SELECT *, (SELECT count(*) FROM item",
        "`status` counts all",
    ),
    (
        "SELECT item.number FROM source JOIN item ON item.source = source.number WHERE source.id = ?1 ORDER BY",
        "all of a source is withdrawn",
    ),
    (
        "SELECT entry FROM ledger WHERE feed = ?1 AND story IS NULL",
        "a filter changed",
    ),
    (
        "UPDATE archive SET changed = changed + 1 WHERE feed = ?1",
        "what all pages are written from changed",
    ),
    (
        "SELECT EXISTS (SELECT 1 FROM item WHERE source = ?1)",
        "the first will do",
    ),
    (
        "SELECT EXISTS (SELECT 1 FROM followed WHERE source = ?1)",
        "the first will do",
    ),
    (
        "SELECT number, url, rules, failures, first_success",
        "whether anything of it is followed: the first will do",
    ),
    (
        "SELECT max(first_published) FROM ledger",
        "in the order of an index, from the newest on",
    ),
    (
        "SELECT number FROM ( SELECT number, published, entry FROM",
        "in the order of an index, as far as the limit",
    ),
];

/// The statements of a file that are written as they are run, or nearly.
fn statements(text: &str) -> Vec<String> {
    let literal = Regex::new(r#""((?:SELECT|INSERT|UPDATE|DELETE)\b[^"]*)""#).unwrap();
    let blank = Regex::new(r"\s+").unwrap();
    let (code, _tests) = text.split_once("#[cfg(test)]").unwrap_or((text, ""));
    literal
        .captures_iter(code)
        .map(|found| blank.replace_all(&found[1], " ").into_owned())
        .map(|sql| {
            sql.replace("{column}", "entry")
                .replace("{TROUBLES}", "('failing')")
                .replace("{WAITING}", "1")
                .replace("{STORED}", "html")
        })
        .map(|sql| sql.replace("{which}", "1").replace("{table}", "meta"))
        .collect()
}

/// What the triggers do, with parameters for the rows that they are given.
fn triggers(connection: &Connection) -> Vec<String> {
    let row = Regex::new(r"\b(?:NEW|OLD)\.\w+").unwrap();
    let mut query = connection
        .prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap();
    let found = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let blank = Regex::new(r"\s+").unwrap();
    let mut statements = Vec::new();
    for trigger in found {
        let trigger = trigger.unwrap();
        let trigger = row
            .replace_all(&blank.replace_all(&trigger, " "), "?")
            .into_owned();
        let (head, body) = trigger.split_once("BEGIN").unwrap();
        statements.extend(
            head.split_once("WHEN ")
                .map(|(_, condition)| format!("SELECT {condition}")),
        );
        let body = body
            .trim()
            .trim_end_matches("END")
            .split(';')
            .map(str::trim);
        statements.extend(
            body.filter(|sql| !sql.is_empty() && !sql.contains("RAISE"))
                .map(ToOwned::to_owned),
        );
    }
    statements
}

/// The steps of a statement that walk through a large table.
fn walks(connection: &Connection, sql: &str) -> Vec<String> {
    let scan = Regex::new(&format!("^SCAN (?:{LARGE})\\b")).unwrap();
    // A partial index has few rows.
    let part = Regex::new(
        "INDEX (?:item_anchored|item_gone|followed_waiting|article_asked|archive_stale)\\b",
    )
    .unwrap();
    // All of a source or of a feed, and whatever is not NULL.
    let range = Regex::new(&format!(
        "^SEARCH (?:{LARGE}) .*\\((?:source=\\?|feed=\\?|[a-z_]+>\\?)\\)"
    ))
    .unwrap();
    steps(connection, sql)
        .into_iter()
        .filter(|step| (scan.is_match(step) || range.is_match(step)) && !part.is_match(step))
        .collect()
}

/// What SQLite does for a statement.
fn steps(connection: &Connection, sql: &str) -> Vec<String> {
    let mut query = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let parameters = vec![Null; query.parameter_count()];
    let steps = query
        .query_map(rusqlite::params_from_iter(parameters), |row| {
            row.get::<_, String>("detail")
        })
        .unwrap();
    steps.map(Result::unwrap).collect()
}

#[test]
fn no_statement_walks_through_what_grows() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(&schema()).unwrap();
    let mut all = triggers(&connection);
    assert!(all.len() >= 6, "{all:?}");
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")).unwrap() {
        let path = file.unwrap().path();
        // The proof looks at everything.
        if path.extension().is_some_and(|ending| ending == "rs")
            && !path.ends_with("verify.rs")
            && !path.ends_with("plans.rs")
        {
            all.extend(statements(&fs::read_to_string(path).unwrap()));
        }
    }
    assert!(all.len() > 200, "{} statements were found", all.len());
    let mut found = Vec::new();
    for sql in &all {
        if !WALKS
            .iter()
            .any(|(beginning, _)| sql.starts_with(beginning))
        {
            found.extend(
                walks(&connection, sql)
                    .into_iter()
                    .map(|step| format!("{step}: {sql}")),
            );
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    for (beginning, why) in WALKS {
        assert!(
            all.iter().any(|sql| sql.starts_with(beginning)),
            "no statement begins so any more ({why}): {beginning}"
        );
    }
}

/// Sorted by itself, a feed would be read to its end before the first of its newest entries is known.
#[test]
fn the_newest_of_a_feed_are_read_in_the_order_of_an_index() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(&schema()).unwrap();
    let all = statements(include_str!("feeds.rs"));
    let plan = |beginning: &str| {
        let sql = all.iter().find(|sql| sql.starts_with(beginning)).unwrap();
        steps(&connection, sql).join("\n")
    };
    let window = plan("SELECT number FROM ( SELECT number, published, entry FROM");
    let newest = plan("SELECT max(first_published) FROM ledger");
    for plan in [&window, &newest] {
        assert!(
            plan.contains("SEARCH ledger USING INDEX ledger_newest (feed=?)"),
            "{plan}"
        );
    }
    // What is of one second is sorted by what else it is sorted by, and nothing more.
    assert!(
        window.contains("USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY"),
        "{window}"
    );
}

#[test]
fn a_walk_is_noticed() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(&schema()).unwrap();
    for sql in [
        "SELECT 1 FROM item WHERE url = ?1",
        "SELECT 1 FROM item WHERE source = ?1",
        "SELECT 1 FROM item WHERE story IS NOT NULL",
        "SELECT 1 FROM ledger WHERE entry = ?1",
        "UPDATE article SET tries = 0 WHERE seen < ?1",
    ] {
        assert!(!walks(&connection, sql).is_empty(), "{sql}");
    }
    assert!(walks(&connection, "SELECT 1 FROM item WHERE number = ?1").is_empty());
}
