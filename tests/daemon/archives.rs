//! Archive pages are served from their files, with what HTTP offers, under old names too.

use super::support::{Origin, Route, Site, news, well_formed};

#[test]
fn archive_pages_are_served_with_validators_and_codings_and_found_by_their_links() {
    let origin = Origin::start();
    let mut site = Site::new();
    site.publish = "entries = 3\ndays = 0".into();
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n[feed.it]\naliases = [\"vecchio\"]\n",
        origin.url("/a")
    ));
    let items: Vec<_> = (1..=8).rev().map(|n| news("a", n)).collect();
    origin.set("/a", Route::rss(&items));
    site.once();
    let daemon = site.start_ready();
    for (file, kind) in [
        ("atom.xml", "application/atom+xml; charset=utf-8"),
        ("rss.xml", "application/rss+xml; charset=utf-8"),
        ("feed.json", "application/feed+json; charset=utf-8"),
        ("", "text/html; charset=utf-8"),
    ] {
        for page in [1, 2] {
            let path = format!("/it/archive/{page}/{file}");
            let name = if file.is_empty() { "index.html" } else { file };
            let disk = std::fs::read(site.published().join(format!("it/archive/{page}/{name}")));
            let reply = site.public("GET", &path, &[]);
            assert_eq!((reply.status, &reply.body), (200, &disk.unwrap()), "{path}");
            assert_eq!(reply.header("content-type"), kind);
            if name.ends_with("xml") {
                well_formed(&reply.text()).unwrap();
            }
            let etag = reply.header("etag");
            let same = site.public("GET", &path, &[("If-None-Match", etag)]);
            assert_eq!((same.status, same.body.len()), (304, 0), "{path}");
            let coded = site.public("GET", &path, &[("Accept-Encoding", "gzip")]);
            assert_eq!(coded.header("content-encoding"), "gzip", "{path}");
            let head = site.public("HEAD", &path, &[]);
            assert_eq!((head.header("etag"), head.body.len()), (etag, 0));
            let old = site.public("GET", &path.replace("/it/", "/vecchio/"), &[]);
            assert_eq!(old.body, reply.body);
        }
    }
    assert_eq!(site.public("GET", "/it/archive/1", &[]).status, 308);
    for path in [
        "/it/archive/",
        "/it/archive/3/atom.xml",
        "/it/archive/1/..%2f..%2frss.xml",
        "/en/archive/1/atom.xml",
        "/.changed",
    ] {
        assert_eq!(site.public("GET", path, &[]).status, 404, "{path}");
    }
    let prev = "rel=\"prev-archive\"";
    assert!(
        site.public("GET", "/it/atom.xml", &[])
            .text()
            .contains(prev)
    );
    // A link that somebody puts there leads nowhere.
    let page = site.published().join("it/archive/1");
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("atom.xml"), "<secret/>").unwrap();
    std::fs::rename(&page, outside.path().join("page")).unwrap();
    std::os::unix::fs::symlink(outside.path(), &page).unwrap();
    assert_eq!(
        site.public("GET", "/it/archive/1/atom.xml", &[]).status,
        404
    );
    daemon.stop();
}
