//! Years of news that were there before: copies of the rows that there are, each under keys of its own.

use std::path::Path;

use rusqlite::Connection;

/// Makes the database so many times as large by copies of its rows, each six weeks older than the one before.
pub(crate) fn copy(path: &Path, times: usize) {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -400000; PRAGMA foreign_keys = OFF;
             CREATE TEMP TABLE copy (number INTEGER PRIMARY KEY);
             CREATE TEMP TABLE page AS SELECT feed, max(page) AS pages FROM main.archive GROUP BY feed;",
        )
        .unwrap();
    // What they rule out is not in the copies either, and asking costs more than copying.
    let guards: Vec<(String, String)> = connection
        .prepare(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'ledger'",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (name, _) in &guards {
        connection
            .execute_batch(&format!("DROP TRIGGER {name}"))
            .unwrap();
    }
    let mut insert = connection.prepare("INSERT INTO copy VALUES (?1)").unwrap();
    for copy in 1..i64::try_from(times).unwrap() {
        insert.execute([copy]).unwrap();
    }
    let highest = |table: &str| -> i64 {
        let query = format!("SELECT coalesce(max(number), 0) FROM {table}");
        connection.query_row(&query, [], |row| row.get(0)).unwrap()
    };
    let (item, story) = (highest("item"), highest("story"));
    let time = |column: &str| format!("{column} - copy.number * 3628800");
    let number = |column: &str, step: i64| format!("{column} + copy.number * {step}");
    // Of sixteen bytes the last four tell the copies apart.
    let key = |column: &str| {
        format!(
            "iif({column} IS NULL, NULL, CAST(substr({column}, 1, 12) || printf('%04x', copy.number) AS BLOB))"
        )
    };
    let more = |table: &str, changed: &[(&str, String)]| {
        let columns: Vec<String> = connection
            .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let values: Vec<&str> = columns
            .iter()
            .map(|column| {
                let changed = changed.iter().find(|(name, _)| name == column);
                changed.map_or(column.as_str(), |(_, value)| value)
            })
            .collect();
        let (columns, values) = (columns.join(", "), values.join(", "));
        // Sorted, so that a tree grows at one place after the other; table by table, so that each is written once.
        connection
            .execute_batch(&format!(
                "INSERT INTO main.{table} ({columns}) SELECT {values} FROM (SELECT * FROM main.{table}) AS {table}, copy ORDER BY 1, 2"
            ))
            .unwrap();
    };
    connection.execute_batch("BEGIN").unwrap();
    more(
        "story",
        &[
            ("number", number("story.number", story)),
            ("entry", key("entry")),
            ("published", time("published")),
            ("opened", time("opened")),
            ("updated", time("updated")),
            ("revised", time("revised")),
        ],
    );
    more(
        "item",
        &[
            ("number", number("item.number", item)),
            ("story", number("story", story)),
            ("guid_key", key("guid_key")),
            ("url_key", key("url_key")),
            ("anchor_key", key("anchor_key")),
            ("title_key", key("title_key")),
            ("said_key", key("said_key")),
            ("address", key("address")),
            ("published", time("published")),
            ("first_seen", time("first_seen")),
            ("last_seen", time("last_seen")),
        ],
    );
    more(
        "identity",
        &[("key", key("key")), ("item", number("item", item))],
    );
    more(
        "address",
        &[("key", key("key")), ("story", number("story", story))],
    );
    let pages = "(SELECT pages FROM temp.page WHERE page.feed = ledger.feed)";
    more(
        "ledger",
        &[
            ("entry", key("entry")),
            ("address", key("address")),
            ("story", number("story", story)),
            ("first_published", time("first_published")),
            (
                "page",
                format!("coalesce(ledger.page, {pages}) + copy.number * {pages}"),
            ),
        ],
    );
    let pages = pages.replace("ledger", "archive");
    more(
        "archive",
        &[("page", format!("archive.page + copy.number * {pages}"))],
    );
    connection.execute_batch("COMMIT").unwrap();
    for (_, sql) in &guards {
        connection.execute_batch(sql).unwrap();
    }
    connection
        .execute_batch("PRAGMA journal_mode = WAL")
        .unwrap();
}
