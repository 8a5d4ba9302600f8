//! `json` of a source: compiles its paths.

use crate::config::json::{self, Field, Json};
use crate::config::tree::Table;

/// The rules of a JSON text; nothing where the path of the items is missing or wrong, which the shape reports.
pub(super) fn json(table: &Table) -> Option<Json> {
    let fields = |key: &str| -> Vec<Field> {
        let read = table.read_all(key, Field::parse);
        read.into_iter().map(|(field, _)| field).collect()
    };
    Some(Json {
        items: table.read("items", json::path)?,
        title: fields("title"),
        link: fields("link"),
        date: fields("date"),
        updated: fields("updated"),
        summary: fields("summary"),
        html: fields("html"),
        image: fields("image"),
        author: fields("author"),
        category: fields("category"),
        id: fields("id"),
        language: fields("language"),
    })
}
