//! Archive pages: too many for memory, they are read from their files when they are asked for.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::shelf::Sheet;
use crate::publish::Folder;
use crate::render::archive_folder;

/// So many pages are kept as they were sent last.
const KEPT: usize = 64;
/// The files of a page.
const FILES: [&str; 4] = ["rss.xml", "atom.xml", "feed.json", "index.html"];

/// The archives that there are.
#[derive(Debug)]
pub struct Archives {
    /// Where their files are.
    pub folder: Folder,
    /// By the folder of a feed or an old name of it: the folder that its files are in, and how many pages there are.
    pub feeds: HashMap<String, (String, u32)>,
}

impl Archives {
    /// The file that a name means, if it is one of a page.
    pub(super) fn file(&self, name: &str) -> Option<String> {
        let mut parts = name.rsplitn(3, '/');
        let (file, number) = (parts.next()?, parts.next()?);
        let (folder, pages) = self.feeds.get(parts.next()?.strip_suffix("/archive")?)?;
        let page: u32 = number.parse().ok()?;
        let named = page.to_string() == number && (1..=*pages).contains(&page);
        (named && FILES.contains(&file)).then(|| format!("{}/{file}", archive_folder(folder, page)))
    }
}

/// The pages that were sent lately, the last one last.
#[derive(Debug, Default)]
pub(super) struct Lately(Mutex<VecDeque<Sent>>);

/// A file, when it got its text, and the document made of it.
type Sent = (String, DateTime<Utc>, Arc<Sheet>);

impl Lately {
    /// The page of a file, read and coded anew only if the file changed. Takes its time, so it is not for the threads
    /// that serve.
    pub(super) fn read(&self, folder: &Folder, file: &str) -> Option<Arc<Sheet>> {
        let modified = folder.has(file).then(|| folder.modified(file))?;
        if let Some(sheet) = self.find(file, modified) {
            return Some(sheet);
        }
        let text = folder.read(file)?;
        let sheet = Arc::new(Sheet::new(file, text, modified, None, None));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(name, ..)| name != file);
        kept.push_back((file.to_owned(), modified, Arc::clone(&sheet)));
        if kept.len() > KEPT {
            kept.pop_front();
        }
        Some(sheet)
    }

    fn find(&self, file: &str, modified: DateTime<Utc>) -> Option<Arc<Sheet>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept
            .iter()
            .position(|(name, at, _)| name == file && *at == modified)?;
        let found = kept.remove(place)?;
        let sheet = Arc::clone(&found.2);
        kept.push_back(found);
        Some(sheet)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn archives() -> (tempfile::TempDir, Archives) {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let feeds = [
            ("it", "it", 12),
            ("vecchio", "it", 12),
            ("tag/a", "tag/a", 1),
        ];
        let feeds = feeds.map(|(name, of, pages)| (name.to_owned(), (of.to_owned(), pages)));
        let feeds = HashMap::from(feeds);
        (place, Archives { folder, feeds })
    }

    #[test]
    fn only_the_files_of_pages_that_there_are_can_be_named() {
        let (_place, archives) = archives();
        for (name, file) in [
            ("it/archive/1/atom.xml", "it/archive/1/atom.xml"),
            ("it/archive/12/index.html", "it/archive/12/index.html"),
            ("vecchio/archive/3/rss.xml", "it/archive/3/rss.xml"),
            ("tag/a/archive/1/feed.json", "tag/a/archive/1/feed.json"),
        ] {
            assert_eq!(archives.file(name).as_deref(), Some(file));
        }
        for name in [
            "it/archive/0/atom.xml",
            "it/archive/13/atom.xml",
            "it/archive/01/atom.xml",
            "it/archive/+1/atom.xml",
            "it/archive/1/../atom.xml",
            "it/archive/1/.changed",
            "en/archive/1/atom.xml",
            "it/1/atom.xml",
            "archive/1/atom.xml",
        ] {
            assert_eq!(archives.file(name), None, "{name}");
        }
    }

    #[test]
    fn a_page_is_read_again_when_its_file_changed_and_never_through_a_link() {
        let (place, archives) = archives();
        let (folder, lately) = (&archives.folder, Lately::default());
        let file = "it/archive/1/atom.xml";
        assert!(lately.read(folder, file).is_none());
        folder.write(file, b"<feed/>").unwrap();
        let first = lately.read(folder, file).unwrap();
        assert!(Arc::ptr_eq(&first, &lately.read(folder, file).unwrap()));
        folder.write(file, b"<feed>2</feed>").unwrap();
        let second = lately.read(folder, file).unwrap();
        assert_ne!(first.forms[0].etag, second.forms[0].etag);

        let outside = tempfile::tempdir().unwrap();
        std::fs::rename(place.path().join("it"), outside.path().join("it")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("it"), place.path().join("it")).unwrap();
        assert!(lately.read(folder, file).is_none());
    }
}
