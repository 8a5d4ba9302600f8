//! Which stories are one in two languages: each has one sister a language, and is hers in turn.

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::StoreError;
use super::feeds::tellings;
use crate::dedup::alike::Bond;
use crate::language::Language;
use crate::model::Translation;

/// Ties a story to the one that it translates, unless either has a sister in the other's language for which as much
/// speaks; gives the stories whose sisters changed.
pub(super) fn tie(
    connection: &Connection,
    (story, language): (i64, &str),
    (other, bond): (&str, &Bond),
) -> Result<Vec<i64>, StoreError> {
    let evidence = i64::try_from(bond.evidence).unwrap_or(i64::MAX);
    let pair = [(story, other, bond.story), (bond.story, language, story)];
    let mut known = connection.prepare_cached(
        "SELECT sister, evidence FROM translation WHERE story = ?1 AND language = ?2",
    )?;
    let mut forsaken = Vec::new();
    for (story, language, _) in pair {
        let mut rows = known.query(params![story, language])?;
        if let Some(row) = rows.next()? {
            if row.get::<_, i64>(1)? >= evidence {
                return Ok(Vec::new());
            }
            forsaken.push((story, row.get::<_, i64>(0)?));
        }
    }
    let mut part = connection.prepare_cached(
        "DELETE FROM translation WHERE (story, sister) = (?1, ?2) OR (story, sister) = (?2, ?1)",
    )?;
    for pair in &forsaken {
        part.execute(*pair)?;
    }
    let mut tie = connection.prepare_cached(
        "INSERT INTO translation (story, language, sister, evidence, why) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (story, language, sister) in pair {
        tie.execute(params![story, language, sister, evidence, bond.why])?;
    }
    let left = forsaken.into_iter().map(|(_, sister)| sister);
    let mut changed: Vec<i64> = [story, bond.story].into_iter().chain(left).collect();
    changed.sort_unstable();
    changed.dedup();
    Ok(changed)
}

/// Where a story stands in other languages, in the order of their tags.
pub(super) fn of(connection: &Connection, story: i64) -> Result<Vec<Translation>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT sister, story.language, entry FROM translation JOIN story ON story.number = sister
         WHERE translation.story = ?1 ORDER BY translation.language",
    )?;
    let mut translations = Vec::new();
    let mut rows = query.query([story])?;
    while let Some(row) = rows.next()? {
        let language: String = row.get(1)?;
        translations.push(Translation {
            entry: Uuid::from_slice(&row.get::<_, Vec<u8>>(2)?).unwrap_or_default(),
            language: Language::parse(&language).unwrap_or_else(Language::undetermined),
            tellings: tellings(connection, row.get(0)?)?,
        });
    }
    Ok(translations)
}
