//! Asking for articles: who takes it on, what came of it, and how long that is remembered.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};
use url::Url;

use super::articles::Wanted;
use super::{Store, StoreError};
use crate::config::units::fold;
use crate::dedup;
use crate::model::{Item, Key};
use crate::normalize::url::identity;

/// So often an article is asked for that can't be had at the time.
const TRIES: u32 = 3;
/// What is being asked for was not, if nothing has come of it after so long.
const FORSAKEN: TimeDelta = TimeDelta::hours(1);
/// No article is asked for more often, whatever came in between.
const MOST_TRIES: u32 = 10;

/// What came of asking for the article of an item.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which: the key of the address that the source listed.
    pub article: Key,
    /// What it says, as far as it can be believed.
    pub answer: Result<Box<Item>, Trouble>,
}

/// Why an article said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// In words.
    pub why: String,
    /// Whether it is worth asking again.
    pub again: Again,
    /// Whether the server says that there is none (404, 410).
    pub gone: bool,
}

/// Whether an article that gave nothing is asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It will not be better.
    Never,
    /// It may be better later: a few times.
    Later,
    /// It was not asked for at all, so that it doesn't count.
    Uncounted,
}

impl Store {
    /// Takes it on to ask for these articles, the first `most` that nobody has settled or is asking for.
    pub async fn claim(
        &self,
        wanted: Vec<Wanted>,
        most: usize,
        now: DateTime<Utc>,
    ) -> Result<Vec<Wanted>, StoreError> {
        self.write(move |connection| {
            let mut claim = connection.prepare_cached(
                "INSERT INTO article (key, tries, asked, seen) VALUES (?1, 1, ?2, ?2)
                 ON CONFLICT (key) DO UPDATE SET tries = tries + 1, asked = ?2
                 WHERE settled IS NULL AND (asked IS NULL OR asked < ?3) AND tries < ?4",
            )?;
            let forsaken = now - FORSAKEN;
            let mut granted = Vec::new();
            for one in wanted {
                if granted.len() == most {
                    break;
                }
                let taken = claim.execute(params![
                    one.article,
                    now.timestamp(),
                    forsaken.timestamp(),
                    MOST_TRIES
                ])?;
                if taken > 0 {
                    granted.push(one);
                }
            }
            Ok(granted)
        })
        .await
    }
}

/// Keeps what came of asking for articles. `listed` are the items of the fetch, one of whose addresses another may
/// claim to be its own.
pub(super) fn save(
    connection: &Connection,
    asked: &[Asked],
    listed: &[Item],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // What was settled meanwhile was withdrawn.
    let mut write = connection.prepare_cached(
        "UPDATE article SET asked = NULL, settled = ?2, trouble = NULL, canonical = ?3, said = ?4, seen = ?2
         WHERE key = ?1 AND settled IS NULL",
    )?;
    let mut fail = connection.prepare_cached(
        "UPDATE article SET asked = NULL, trouble = ?2, tries = tries - ?3,
                settled = iif(?4 OR tries - ?3 >= ?5, ?6, settled), gone = iif(?7, coalesce(gone, ?6), NULL)
         WHERE key = ?1",
    )?;
    for Asked { article, answer } in asked {
        match answer {
            Ok(said) => {
                let mut said = said.as_ref().clone();
                // Also an address that is refused is kept, so that the next to claim it is refused too.
                let canonical = said.url.as_ref().map(dedup::page);
                said.url = match said.url {
                    Some(url)
                        if is_shared(connection, &url, *article, &said.title, asked, listed)? =>
                    {
                        None
                    }
                    url => url,
                };
                let text = serde_json::to_string(&said).ok();
                write.execute(params![article, now.timestamp(), canonical, text])?;
            }
            Err(Trouble { why, again, gone }) => {
                let uncounted = *again == Again::Uncounted;
                let never = *again == Again::Never;
                fail.execute(params![
                    article,
                    why,
                    uncounted,
                    never,
                    TRIES,
                    now.timestamp(),
                    gone
                ])?;
            }
        }
    }
    Ok(())
}

/// Whether the address that an article gives itself is also that of another story: then it is nobody's.
fn is_shared(
    connection: &Connection,
    url: &Url,
    article: Key,
    title: &str,
    asked: &[Asked],
    listed: &[Item],
) -> Result<bool, StoreError> {
    // What the source itself lists is the story's own.
    if dedup::page(url) == article {
        return Ok(false);
    }
    let wanted = identity(url);
    let there = |item: &Item| item.url.as_ref().is_some_and(|url| identity(url) == wanted);
    if listed
        .iter()
        .any(|item| there(item) && !dedup::alike(&item.title, title))
    {
        return Ok(true);
    }
    // What is asked for at the same time, and is the same, says the same.
    let told = asked.iter().filter(|asked| asked.article != article);
    if told
        .filter_map(|asked| asked.answer.as_ref().ok())
        .any(|said| there(said) && fold(&said.title) != fold(title))
    {
        return Ok(true);
    }
    let mut query = connection
        .prepare_cached("SELECT said FROM article WHERE canonical = ?1 AND key <> ?2 LIMIT 100")?;
    let rows = query.query_map(params![dedup::page(url), article], |row| {
        row.get::<_, String>(0)
    })?;
    for text in rows {
        let said = serde_json::from_str::<Item>(&text?).ok();
        if said.is_some_and(|said| !dedup::alike(&said.title, title)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Forgets the texts of articles that were last of use before `horizon`, but never that they were read, nor what
/// identifies their items.
pub(super) fn prune(connection: &Connection, horizon: DateTime<Utc>) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE article SET trouble = NULL, bare = 1,
                said = json_set(said, '$.html', '', '$.summary', '', '$.image', NULL, '$.authors', json('[]'),
                                '$.categories', json('[]'), '$.enclosures', json('[]'), '$.alternates', json('[]'))
         WHERE seen < ?1 AND said IS NOT NULL AND bare IS NULL",
        [horizon.timestamp()],
    )?;
    Ok(())
}
