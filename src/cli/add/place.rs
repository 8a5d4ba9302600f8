//! Where a source is written: into a file that the configuration reads, at its end, so that nothing that is there is
//! touched. What the configuration would not take is undone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::config::{self, Config, Problems};

/// Why nothing was written; said as problems are, each of which begins with `error:`.
#[derive(Debug, Error)]
pub(super) enum Unwritten {
    #[error("error: {} cannot be written: {why}; nothing was changed", path.display())]
    File { path: PathBuf, why: io::Error },
    #[error("{problems}\nThe configuration would not be accepted with it, so nothing was changed.")]
    Refused { problems: Problems },
    #[error(
        "error: {} is no part of the configuration {}, so nothing was changed; name a file that its `include` covers, or leave \
         `--file` out",
        path.display(), config.display()
    )]
    Apart { path: PathBuf, config: PathBuf },
    #[error("{problems}\nThe configuration would not be accepted, and {} could not be put back: {why}", path.display())]
    Stuck {
        path: PathBuf,
        problems: Problems,
        why: io::Error,
    },
}

/// The file for a source: `sources/NAME.toml` beside the configuration where it includes that, else itself.
pub(super) fn file_for(config: &Path, name: &str) -> PathBuf {
    let own = config
        .parent()
        .unwrap_or(Path::new(""))
        .join("sources")
        .join(format!("{name}.toml"));
    if config::includes(config, &own) {
        own
    } else {
        config.to_owned()
    }
}

/// Writes a text at the end of a file of the configuration, and reads the configuration again: `is_there` must hold
/// for it. Else the file is as it was before.
pub(super) fn append(
    config: &Path,
    file: &Path,
    text: &str,
    is_there: impl Fn(&Config) -> bool,
) -> Result<(), Unwritten> {
    let failed = |why| Unwritten::File {
        path: file.to_owned(),
        why,
    };
    // What a symbolic link leads to is what is changed.
    let path = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let before = match fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    let folder = folder_of(&path);
    let made = !folder.is_dir();
    if made {
        fs::create_dir(folder).map_err(failed)?;
    }
    let mut bytes = before.clone().unwrap_or_default();
    if !bytes.is_empty() {
        bytes.extend_from_slice(if bytes.ends_with(b"\n") {
            b"\n"
        } else {
            b"\n\n"
        });
    }
    bytes.extend_from_slice(text.as_bytes());
    let undo = || {
        let undone = match &before {
            Some(before) => replace(&path, before, &path),
            None => fs::remove_file(&path),
        };
        if made {
            let _ = fs::remove_dir(folder);
        }
        undone
    };
    if let Err(why) = replace(&path, &bytes, if before.is_some() { &path } else { config }) {
        if made {
            let _ = fs::remove_dir(folder);
        }
        return Err(failed(why));
    }
    let refusal = match config::load_to_look(config) {
        Ok(config) if is_there(&config) => return Ok(()),
        Ok(_) => None,
        Err(problems) => Some(problems),
    };
    match (refusal, undo()) {
        (None, Ok(())) => Err(Unwritten::Apart {
            path: file.to_owned(),
            config: config.to_owned(),
        }),
        (None, Err(why)) => Err(failed(why)),
        (Some(problems), Ok(())) => Err(Unwritten::Refused { problems }),
        (Some(problems), Err(why)) => Err(Unwritten::Stuck {
            path: file.to_owned(),
            problems,
            why,
        }),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Writes a file beside, and renames it over: it is whole at any time. It gets the owner and the mode of `like`, so
/// that whoever reads the configuration can read it as well.
fn replace(path: &Path, bytes: &[u8], like: &Path) -> io::Result<()> {
    let folder = folder_of(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Hidden, so that no pattern of an `include` takes it for a part of the configuration.
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    let written = write_new(&beside, bytes, like)
        .and_then(|()| fs::rename(&beside, path))
        .and_then(|()| File::open(folder)?.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_new(path: &Path, bytes: &[u8], like: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    if let Ok(like) = fs::metadata(like) {
        file.set_permissions(like.permissions())?;
        // Only root may give a file away; for others it is theirs, which is right.
        let _ = chown(path, Some(like.uid()), Some(like.gid()));
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const SOURCE: &str = "[source.b]\nurl = \"https://b.example/\"\n";

    fn folder(main: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("rassegna.toml");
        fs::write(&config, main).unwrap();
        (folder, config)
    }

    fn has_b(config: &Config) -> bool {
        config.sources.iter().any(|source| source.id.0 == "b")
    }

    #[test]
    fn what_is_there_stays_and_the_mode_too() {
        let (_folder, config) = folder("[site]\nlanguages = [\"it\"]  # no newline at the end");
        fs::set_permissions(&config, fs::Permissions::from_mode(0o640)).unwrap();
        append(&config, &config, SOURCE, has_b).unwrap();
        let text = fs::read_to_string(&config).unwrap();
        assert_eq!(
            text,
            format!("[site]\nlanguages = [\"it\"]  # no newline at the end\n\n{SOURCE}")
        );
        assert_eq!(
            fs::metadata(&config).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }

    #[test]
    fn what_the_configuration_would_not_take_is_undone() {
        let (folder, config) =
            folder("[site]\nlanguages = [\"it\"]\n[source.b]\nurl = \"https://a.example/\"\n");
        let before = fs::read(&config).unwrap();
        let error = append(&config, &config, SOURCE, has_b)
            .unwrap_err()
            .to_string();
        assert!(error.contains("nothing was changed"), "{error}");
        assert_eq!(fs::read(&config).unwrap(), before);
        // A new file in a new folder goes as it came.
        fs::write(
            &config,
            "include = [\"sources/*.toml\"]\n[site]\nlanguages = [\"it\"]\n",
        )
        .unwrap();
        let file = file_for(&config, "b");
        assert_eq!(file, folder.path().join("sources/b.toml"));
        append(&config, &file, "[source.b]\nurl = 1\n", has_b).unwrap_err();
        assert!(!folder.path().join("sources").exists());
        append(&config, &file, SOURCE, has_b).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), SOURCE);
    }

    #[test]
    fn a_file_apart_from_the_configuration_is_left_alone() {
        let (folder, config) = folder("[site]\nlanguages = [\"it\"]\n");
        assert_eq!(file_for(&config, "b"), config);
        let file = folder.path().join("elsewhere.toml");
        let error = append(&config, &file, SOURCE, has_b).unwrap_err();
        assert!(matches!(error, Unwritten::Apart { .. }), "{error}");
        assert!(!file.exists());
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside"
        );
    }

    #[test]
    fn a_symbolic_link_stays_one() {
        let (folder, config) = folder("[site]\nlanguages = [\"it\"]\n");
        let link = folder.path().join("link.toml");
        std::os::unix::fs::symlink(&config, &link).unwrap();
        append(&link, &link, SOURCE, has_b).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&config).unwrap().ends_with(SOURCE));
    }
}
