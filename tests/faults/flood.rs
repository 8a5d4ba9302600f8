//! Sources that change under the same news: how many entries each poll puts into the feed.

use crate::origin::Origin;
use crate::site::Site;

/// A line of the table: new entries at each of three polls, and those wanted at the second and third.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub(crate) name: &'static str,
    pub(crate) got: [usize; 3],
    pub(crate) wanted: [usize; 3],
    /// Files of the feeds that a poll without news changed although it should not.
    pub(crate) rewritten: usize,
}

/// What the polls of each fault should put into the feed. Of a first answer it is ten at most.
const WANTED: [(&str, [usize; 3]); 20] = [
    ("guid-changing", [10, 0, 0]),
    ("guid-case-space", [10, 0, 0]),
    ("guid-reused", [1, 1, 1]),
    ("shrink", [10, 0, 0]),
    ("expand", [10, 0, 0]),
    ("empty-channel", [10, 0, 0]),
    ("reorder", [10, 0, 0]),
    ("http-to-https", [10, 0, 0]),
    ("domain-move", [10, 0, 0]),
    ("tracking-params", [10, 0, 0]),
    ("session-id", [10, 0, 0]),
    ("slug-rewrite", [10, 0, 0]),
    ("trailing-slash", [10, 0, 0]),
    ("title-edit", [10, 0, 0]),
    ("content-flap", [10, 0, 0]),
    ("delete-return", [10, 0, 0]),
    ("date-now", [10, 0, 0]),
    ("etag-reused", [10, 1, 1]),
    ("etag-stuck", [10, 1, 1]),
    ("etag-on-bad-body", [0, 10, 0]),
];

/// Those whose feed keeps its bytes, too.
const STILL: [&str; 8] = [
    "guid-case-space",
    "shrink",
    "empty-channel",
    "reorder",
    "content-flap",
    "delete-return",
    "date-now",
    "session-id",
];

pub(crate) fn run(faults: &Origin) -> Vec<Turn> {
    WANTED
        .into_iter()
        .map(|(name, wanted)| turn(name, wanted, faults))
        .collect()
}

fn turn(name: &'static str, wanted: [usize; 3], faults: &Origin) -> Turn {
    let site = Site::new();
    let url = faults.url(&format!("/f/{name}"));
    site.configure(&format!(
        "[source.fault]\nurl = \"{url}\"\nlanguage = \"it\"\n"
    ));
    let mut got = [0; 3];
    let mut rewritten = 0;
    for (step, got) in (0..).zip(&mut got) {
        let (entries, files) = (site.entries(), site.published(""));
        faults.step(name, step);
        if step > 0 && name == "etag-stuck" {
            pass_a_week(&site);
        }
        site.once("fault");
        *got = site.entries().difference(&entries).count();
        if step > 0 && STILL.contains(&name) {
            let now = site.published("");
            rewritten += now
                .iter()
                .filter(|(path, bytes)| files.get(*path) != Some(bytes))
                .count();
        }
    }
    faults.step(name, 0);
    Turn {
        name,
        got,
        wanted,
        rewritten,
    }
}

/// Makes the last unconditional answer eight days older.
fn pass_a_week(site: &Site) {
    let aged = "UPDATE source SET whole_at = whole_at - 8 * 86400";
    site.database().execute(aged, []).unwrap();
}
