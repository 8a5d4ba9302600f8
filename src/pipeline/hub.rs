//! The hub is told of what was published (WebSub, the publisher's side), apart from publishing: it may be slow, or down.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::config::Config;
use crate::fetch::Fetcher;
use crate::store::{Store, StoreError};

/// The pause after the first try in vain; each further one doubles it, up to the longest.
const FIRST: TimeDelta = TimeDelta::seconds(2);
const LONGEST: TimeDelta = TimeDelta::hours(1);

/// What telling the hub has come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Word {
    /// Of how many feeds it was told.
    pub told: usize,
    /// Of how many it could not be told; they are tried again.
    pub failed: usize,
    /// When there is something to tell next.
    pub next: Option<DateTime<Utc>>,
}

/// Tells the hub of each feed that changed since it was told last, one after the other.
///
/// # Errors
///
/// [`StoreError`] where it can't be recorded; that a hub fails is none.
pub async fn tell(fetcher: &Fetcher, store: &Store, config: &Config) -> Result<Word, StoreError> {
    let mut word = Word::default();
    let Some(hub) = &config.publish.hub else {
        return Ok(word);
    };
    for owed in store.owed(Utc::now()).await? {
        let form = [
            ("hub.mode", "publish"),
            // WebSub leaves this request to the hub. What older hubs call `hub.url`, newer ones call `hub.topic`.
            ("hub.url", &owed.topic),
            ("hub.topic", &owed.topic),
        ];
        match fetcher.tell(hub, &form).await {
            Ok(()) => {
                tracing::debug!("the hub was told of {}", owed.topic);
                store.told(owed).await?;
                word.told += 1;
            }
            Err(error) => {
                let again = Utc::now() + pause(owed.tries);
                let name = hub.host_str().unwrap_or_else(|| hub.as_str());
                tracing::warn!(
                    "the hub at {name} could not be told of {}: {error}; it is tried again at {}, and subscribers of the hub wait until then",
                    owed.topic,
                    again.format("%Y-%m-%d %H:%M:%S UTC")
                );
                store.not_told(owed, again).await?;
                word.failed += 1;
            }
        }
    }
    word.next = store.owed_next().await?;
    Ok(word)
}

/// The pause after so many tries in vain before this one.
fn pause(tries: u32) -> TimeDelta {
    let factor = 1_i32.checked_shl(tries.min(20)).unwrap_or(i32::MAX);
    (FIRST * factor).min(LONGEST)
}

/// The hub as it is recorded.
pub(super) fn name(config: &Config) -> Option<&str> {
    config.publish.hub.as_ref().map(Url::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_an_hour() {
        let pauses = [0, 1, 2, 10, 11, 40, u32::MAX].map(|tries| pause(tries).num_seconds());
        assert_eq!(pauses, [2, 4, 8, 2_048, 3_600, 3_600, 3_600]);
    }
}
