//! Documents → files: only what changed, written beside, synced, renamed over; a reader sees the old file or the
//! new one, never half of either.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use thiserror::Error;

/// How unfinished files are named; those of a run that died are removed at the next start.
const UNFINISHED: &str = ".rassegna-unfinished";

/// The list of what the last publish has changed, in the folder of the published files.
pub const CHANGED: &str = ".changed";

/// Why a file could not be published. The file that was there before is untouched.
#[derive(Debug, Error)]
#[error("{path} cannot be written: {why}; what was published before stays as it is")]
pub struct PublishError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system says.
    pub why: io::Error,
}

/// The name of a file in a list, in its order: what leads to others stands behind them.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    leads: bool,
    text: String,
}

impl Name {
    fn of(text: &str) -> Self {
        Self {
            leads: !text.contains("/archive/"),
            text: text.to_owned(),
        }
    }
}

/// The folder of the published files.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    /// Whether what it is given is written, or only compared with what is there.
    writes: bool,
    /// What was written and is in no list yet, since a run died or the list could not be written.
    untold: Arc<Mutex<BTreeSet<Name>>>,
}

impl Folder {
    /// Opens the folder, making it where it is missing, and clears what an earlier run left unfinished. What such a run has
    /// written after its last list is remembered for the next one.
    ///
    /// # Errors
    ///
    /// [`PublishError`] where it can't be made or written to.
    pub fn open(root: &Path) -> Result<Self, PublishError> {
        let failed = |path: &Path, why| PublishError {
            path: path.to_owned(),
            why,
        };
        if !root.is_dir() {
            fs::create_dir_all(root)
                .and_then(|()| open_to_all(root))
                .map_err(|why| failed(root, why))?;
        }
        let modified = |path: &Path| fs::symlink_metadata(path).and_then(|file| file.modified());
        let list = root.join(CHANGED);
        let told = modified(&list).ok();
        let mut untold = BTreeSet::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(|why| failed(&folder, why))? {
                let entry = entry.map_err(|why| failed(&folder, why))?;
                let kind = entry
                    .file_type()
                    .map_err(|why| failed(&entry.path(), why))?;
                // Symbolic links are not followed: what is behind them is not ours.
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if is_unfinished(&entry.file_name()) {
                    fs::remove_file(entry.path()).map_err(|why| failed(&entry.path(), why))?;
                } else if kind.is_file()
                    && entry.path() != list
                    && modified(&entry.path()).is_ok_and(|at| told.is_none_or(|told| at > told))
                    && let Ok(name) = entry.path().strip_prefix(root)
                {
                    untold.insert(Name::of(&name.to_string_lossy()));
                }
            }
        }
        Ok(Self {
            root: root.to_owned(),
            writes: true,
            untold: Arc::new(Mutex::new(untold)),
        })
    }

    /// The folder as something to compare with: nothing is written to it.
    #[must_use]
    pub fn compare_with(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            writes: false,
            untold: Arc::default(),
        }
    }

    /// Whether what is published goes there: else it is only compared.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.writes
    }

    /// Writes a file, `name` being relative to the folder, unless it has these bytes already. Gives whether it
    /// was written, or would have been.
    ///
    /// # Errors
    ///
    /// [`PublishError`]; the file is then as it was.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<bool, PublishError> {
        let path = self.root.join(name);
        let failed = |why| PublishError {
            path: path.clone(),
            why,
        };
        if fs::symlink_metadata(&path).is_ok_and(|file| file.is_file())
            && fs::read(&path).is_ok_and(|old| old == bytes)
        {
            return Ok(false);
        }
        if !self.writes {
            return Ok(true);
        }
        let written = replace(&path, bytes).map_err(failed);
        if written.is_err() {
            // It may stand there all the same, where only its folder could not be synced.
            self.untold().insert(Name::of(name));
        }
        written.map(|()| true)
    }

    fn untold(&self) -> MutexGuard<'_, BTreeSet<Name>> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what a publish has changed: writes the names of the files, one a line, to [`CHANGED`], with those that no list has
    /// told of yet. Done last, and also where the list is the same as before, so that whoever watches that file comes to
    /// copy the others. Where nothing has changed, the list stays.
    ///
    /// # Errors
    ///
    /// [`PublishError`]; the list is then the one before, and the next one has these names too.
    pub fn announce(&self, names: &[String]) -> Result<(), PublishError> {
        let mut untold = self.untold();
        untold.extend(names.iter().map(|name| Name::of(name)));
        if !self.writes || untold.is_empty() {
            return Ok(());
        }
        let path = self.root.join(CHANGED);
        let list: String = untold.iter().map(|name| name.text.clone() + "\n").collect();
        replace(&path, list.as_bytes()).map_err(|why| PublishError { path, why })?;
        untold.clear();
        Ok(())
    }

    /// Whether a file is there, as one that was published: symbolic links are not followed.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let mut path = self.root.clone();
        let mut parts = name.split('/').peekable();
        while let Some(part) = parts.next() {
            path.push(part);
            let kind = fs::symlink_metadata(&path).map(|file| file.file_type());
            let last = parts.peek().is_none();
            if !kind.is_ok_and(|kind| if last { kind.is_file() } else { kind.is_dir() }) {
                return false;
            }
        }
        true
    }

    /// A digest of how the files were left: their names, sizes, and when they were written or replaced.
    #[must_use]
    pub fn stamp(&self) -> String {
        let mut seen = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                match entry.metadata() {
                    Ok(file) if file.is_dir() => folders.push(path),
                    Ok(file) => {
                        let time = (file.mtime(), file.mtime_nsec());
                        seen.push((path, file.len(), file.ino(), time));
                    }
                    Err(_) => {}
                }
            }
        }
        seen.sort();
        format!("{seen:?}")
    }

    /// The text of a published file.
    #[must_use]
    pub fn read(&self, name: &str) -> Option<String> {
        self.has(name)
            .then(|| fs::read_to_string(self.root.join(name)).ok())?
    }

    /// When a file got what it has.
    #[must_use]
    pub fn modified(&self, name: &str) -> DateTime<Utc> {
        let time = fs::metadata(self.root.join(name)).and_then(|file| file.modified());
        time.map_or_else(|_| DateTime::UNIX_EPOCH, DateTime::from)
    }
}

/// Whether a file of this name is one that is being written, or was when a run ended.
#[must_use]
pub fn is_unfinished(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().ends_with(UNFINISHED)
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    if !folder.is_dir() {
        fs::create_dir_all(folder)?;
        open_to_all(folder)?;
        // The folder's own name must last as well.
        if let Some(above) = folder.parent() {
            sync_folder(above)?;
        }
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(UNFINISHED);
    let unfinished = folder.join(name);
    let result = write_new(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, path))
        .and_then(|()| sync_folder(folder));
    if result.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    result
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let open = || OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = match open() {
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            open()?
        }
        other => other?,
    };
    file.write_all(bytes)?;
    // What is published is for everybody, a web server too, whatever the umask keeps private.
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.sync_all()
}

fn open_to_all(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o755))
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    File::open(folder)?.sync_all()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_are_not_written_again() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("feeds")).unwrap();
        assert!(folder.write("it/rss.xml", b"one").unwrap());
        let before = fs::metadata(place.path().join("feeds/it/rss.xml"))
            .unwrap()
            .modified()
            .unwrap();
        assert!(!folder.write("it/rss.xml", b"one").unwrap());
        assert_eq!(
            fs::metadata(place.path().join("feeds/it/rss.xml"))
                .unwrap()
                .modified()
                .unwrap(),
            before
        );
        assert!(folder.write("it/rss.xml", b"two").unwrap());
        assert_eq!(
            fs::read(place.path().join("feeds/it/rss.xml")).unwrap(),
            b"two"
        );
    }

    #[test]
    fn unfinished_files_of_a_dead_run_are_cleared() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("it")).unwrap();
        let left = place.path().join(format!("it/rss.xml{UNFINISHED}"));
        fs::write(&left, "half").unwrap();
        fs::write(place.path().join("it/rss.xml"), "whole").unwrap();
        Folder::open(place.path()).unwrap();
        assert!(!left.exists());
        assert!(place.path().join("it/rss.xml").exists());
    }

    #[test]
    fn what_a_dead_run_has_written_is_in_the_next_list() {
        let place = tempfile::tempdir().unwrap();
        let list = || fs::read_to_string(place.path().join(CHANGED)).unwrap();
        let folder = Folder::open(place.path()).unwrap();
        folder.write("it/rss.xml", b"one").unwrap();
        folder.announce(&["it/rss.xml".into()]).unwrap();
        let later = fs::metadata(place.path().join(CHANGED)).unwrap().modified();
        let later = later.unwrap() + std::time::Duration::from_secs(1);
        folder.write("en/rss.xml", b"two").unwrap();
        let file = File::open(place.path().join("en/rss.xml")).unwrap();
        file.set_modified(later).unwrap();
        // It died before it said so.
        let folder = Folder::open(place.path()).unwrap();
        folder.write("it/atom.xml", b"three").unwrap();
        folder.announce(&["it/atom.xml".into()]).unwrap();
        assert_eq!(list(), "en/rss.xml\nit/atom.xml\n");
        folder.announce(&[]).unwrap();
        assert_eq!(list(), "en/rss.xml\nit/atom.xml\n");
    }

    #[test]
    fn a_symbolic_link_is_replaced_and_what_it_points_to_stays() {
        let place = tempfile::tempdir().unwrap();
        let outside = place.path().join("outside");
        fs::write(&outside, "theirs").unwrap();
        let root = place.path().join("feeds");
        let folder = Folder::open(&root).unwrap();
        std::os::unix::fs::symlink(&outside, root.join("opml.xml")).unwrap();
        assert!(folder.write("opml.xml", b"theirs").unwrap());
        assert_eq!(fs::read(&outside).unwrap(), b"theirs");
        assert!(
            fs::symlink_metadata(root.join("opml.xml"))
                .unwrap()
                .is_file()
        );
    }

    #[test]
    fn a_folder_in_the_way_is_a_clear_error() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        fs::create_dir_all(place.path().join("it/rss.xml/x")).unwrap();
        let error = folder.write("it/rss.xml", b"one").unwrap_err();
        assert!(error.to_string().contains("cannot be written"), "{error}");
        assert!(
            !place
                .path()
                .join(format!("it/rss.xml{UNFINISHED}"))
                .exists()
        );
    }
}
