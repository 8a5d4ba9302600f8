//! Reads a document that lies on this machine, as if a server had sent it: with validators and a size limit.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use chrono::Utc;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use url::Url;

use super::{FetchError, Fetched, Wait};
use crate::model::{Page, Validators};

/// The file of a `file:` URL, unless it is still the version that `validators` stand for. A folder, a device or
/// a file of more than `limit` bytes is an error, and so is a file system that takes longer than `patience`.
pub(super) async fn get(
    url: &Url,
    validators: &Validators,
    limit: usize,
    patience: Duration,
) -> Result<Fetched, FetchError> {
    let path = url
        .to_file_path()
        .map_err(|()| FetchError::File("it is not on this machine".to_owned()))?;
    let url = url.clone();
    let validators = validators.clone();
    let reading = spawn_blocking(move || read(url, &path, &validators, limit));
    match timeout(patience, reading).await {
        Ok(Ok(read)) => read,
        Ok(Err(stopped)) => Err(FetchError::File(stopped.to_string())),
        Err(_) => Err(FetchError::Timeout {
            what: Wait::File,
            after: patience,
        }),
    }
}

fn read(url: Url, path: &Path, known: &Validators, limit: usize) -> Result<Fetched, FetchError> {
    // Looked at before it is opened: to open a pipe may take for ever.
    let metadata = fs::metadata(path).map_err(|error| failed(&error))?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() {
            "it is a folder"
        } else {
            "it is not a regular file"
        };
        return Err(FetchError::File(what.to_owned()));
    }
    let file = File::open(path).map_err(|error| failed(&error))?;
    let validators = file
        .metadata()
        .map(|metadata| version(&metadata))
        .map_err(|error| failed(&error))?;
    if validators.etag.is_some() && validators.etag == known.etag {
        return Ok(Fetched::NotModified {
            validators,
            fresh_until: None,
            moved: None,
        });
    }
    let mut body = Vec::new();
    let beyond = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(beyond)
        .read_to_end(&mut body)
        .map_err(|error| failed(&error))?;
    if body.len() > limit {
        return Err(FetchError::TooLarge { limit });
    }
    Ok(Fetched::Page(Page {
        url,
        content_type: None,
        body,
        validators,
        fetched_at: Utc::now(),
        fresh_until: None,
        moved: None,
        links: None,
    }))
}

/// An entity tag from size and time of change; none where the file system keeps no time.
fn version(metadata: &Metadata) -> Validators {
    let changed = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let etag = changed.map(|time| format!("\"{}-{}\"", metadata.len(), time.as_nanos()));
    Validators {
        etag,
        last_modified: None,
        coded: None,
    }
}

fn failed(error: &io::Error) -> FetchError {
    FetchError::File(match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        _ => error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    async fn fetch(path: &Path, validators: &Validators) -> Result<Fetched, FetchError> {
        get(
            &Url::from_file_path(path).unwrap(),
            validators,
            10,
            Duration::from_secs(5),
        )
        .await
    }

    #[tokio::test]
    async fn a_file_is_a_page_until_it_changes_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news page.html");
        fs::write(&path, "<p>one").unwrap();
        let Fetched::Page(page) = fetch(&path, &Validators::default()).await.unwrap() else {
            panic!()
        };
        assert_eq!(page.body, b"<p>one");
        assert!(page.url.as_str().ends_with("/news%20page.html"));
        let again = fetch(&path, &page.validators).await.unwrap();
        assert!(
            matches!(again, Fetched::NotModified { validators, .. } if validators == page.validators)
        );
        fs::write(&path, "<p>three").unwrap();
        assert!(
            matches!(fetch(&path, &page.validators).await.unwrap(), Fetched::Page(page) if page.body == b"<p>three")
        );
    }

    #[tokio::test]
    async fn a_file_at_the_limit_is_read_and_one_byte_more_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, "0123456789").unwrap();
        assert!(fetch(&path, &Validators::default()).await.is_ok());
        fs::write(&path, "0123456789a").unwrap();
        assert_eq!(
            fetch(&path, &Validators::default()).await.unwrap_err(),
            FetchError::TooLarge { limit: 10 }
        );
    }

    #[tokio::test]
    async fn what_is_no_readable_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for (path, expected) in [
            (
                folder.path().join("missing"),
                "the file cannot be read: there is no such file",
            ),
            (
                folder.path().to_owned(),
                "the file cannot be read: it is a folder",
            ),
            (
                "/dev/zero".into(),
                "the file cannot be read: it is not a regular file",
            ),
        ] {
            assert_eq!(
                fetch(&path, &Validators::default())
                    .await
                    .unwrap_err()
                    .to_string(),
                expected
            );
        }
        let elsewhere = Url::parse("file://elsewhere.test/f").unwrap();
        let error = get(
            &elsewhere,
            &Validators::default(),
            10,
            Duration::from_secs(5),
        )
        .await
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the file cannot be read: it is not on this machine"
        );
    }
}
