//! The hub is told of each change, however often it fails and whatever becomes of the daemon meanwhile.

use std::time::Duration;

use super::support::{Origin, PATIENCE, Route, Site, news, wait};

const HUB: &str = "/hub";

fn answers(status: u16) -> Route {
    Route {
        status,
        ..Route::new("text/plain", "")
    }
}

/// The topics that the hub was told of, in order.
fn told(origin: &Origin) -> Vec<String> {
    let asked = origin.asked(HUB).into_iter();
    asked
        .map(|asked| {
            assert_eq!(
                asked.headers["content-type"],
                "application/x-www-form-urlencoded"
            );
            let form: Vec<(String, String)> = url::form_urlencoded::parse(asked.body.as_bytes())
                .into_owned()
                .collect();
            let of = |name: &str| {
                let found = form.iter().find(|(key, _)| key == name);
                found.map(|(_, value)| value.clone()).unwrap_or_default()
            };
            assert_eq!(of("hub.mode"), "publish");
            assert_eq!(of("hub.url"), of("hub.topic"));
            of("hub.topic")
        })
        .collect()
}

fn site(origin: &Origin) -> Site {
    let mut site = Site::new();
    site.publish = format!(
        "hub = \"{}\"\nformats = [\"atom\", \"json\"]",
        origin.url(HUB)
    );
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/a")
    ));
    site
}

const IT: [&str; 2] = [
    "https://rassegna.example/it/atom.xml",
    "https://rassegna.example/it/feed.json",
];

#[test]
fn a_hub_that_fails_twice_is_told_at_last_also_after_a_kill() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    origin.set(HUB, answers(503));
    let site = site(&origin);
    let daemon = site.start_ready();
    wait("all is published while the hub is down", || {
        site.public("GET", "/it/atom.xml", &[])
            .text()
            .contains("n1 di a")
    });
    let tries = |topic: &str| told(&origin).iter().filter(|told| *told == topic).count();
    wait("the hub failed twice", || {
        tries(IT[0]) >= 2 && tries(IT[1]) >= 2
    });
    assert!(
        daemon.log().contains("could not be told of"),
        "{}",
        daemon.log()
    );
    daemon.kill();
    let before = told(&origin).len();
    origin.set(HUB, answers(202));
    let daemon = site.start_ready();
    let since = || told(&origin).split_off(before);
    wait("the hub was told of what it missed", || {
        IT.iter()
            .all(|topic| since().iter().any(|told| told == topic))
    });
    wait("nothing is owed", || owed(&site) == 0);
    // The four topics: an empty feed is one too.
    assert_eq!(since().len(), 4, "{:?}", since());

    // Told once, and of what changed only.
    let before = told(&origin).len();
    origin.set("/a", Route::rss(&[news("a", 2), news("a", 1)]));
    site.once();
    wait("the hub was told of the change", || {
        told(&origin).len() >= before + 2
    });
    std::thread::sleep(Duration::from_secs(2));
    let mut since = told(&origin).split_off(before);
    since.sort();
    assert_eq!(since, IT);
    daemon.stop();

    // A start publishes what is known, and a cycle without news changes nothing.
    let before = told(&origin).len();
    site.once();
    assert_eq!(told(&origin).len(), before);
    // A cycle without a daemon tells of its changes itself.
    origin.set(
        "/a",
        Route::rss(&[news("a", 3), news("a", 2), news("a", 1)]),
    );
    let ran = site.once();
    assert!(ran.out.contains("the hub was told of 2"), "{ran:?}");
    assert_eq!(told(&origin).len(), before + 2);
}

fn owed(site: &Site) -> i64 {
    let count = "SELECT count(*) FROM hub_topic WHERE owed IS NOT NULL";
    site.look().query_row(count, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_hub_that_hangs_holds_up_no_publish() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    origin.set(
        HUB,
        Route {
            delay: PATIENCE * 2,
            ..answers(202)
        },
    );
    let site = site(&origin);
    let daemon = site.start_ready();
    wait("the hub is asked", || !told(&origin).is_empty());
    origin.set("/a", Route::rss(&[news("a", 2), news("a", 1)]));
    site.once();
    wait("the news is there", || {
        site.public("GET", "/it/atom.xml", &[])
            .text()
            .contains("n2 di a")
    });
    daemon.stop();
}

#[test]
fn every_format_and_http_announce_the_hub() {
    let origin = Origin::start();
    origin.set("/a", Route::rss(&[news("a", 1)]));
    origin.set(HUB, answers(204));
    let mut site = site(&origin);
    site.publish = format!("hub = \"{}\"", origin.url(HUB));
    site.configure(&format!(
        "[source.a]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/a")
    ));
    let daemon = site.start_ready();
    let hub = origin.url(HUB);
    for (file, announced) in [
        (
            "rss.xml",
            format!("<atom:link href=\"{hub}\" rel=\"hub\"/>"),
        ),
        ("atom.xml", format!("<link href=\"{hub}\" rel=\"hub\"/>")),
        ("feed.json", format!("\"url\": \"{hub}\"")),
    ] {
        for method in ["GET", "HEAD"] {
            let reply = site.public(method, &format!("/it/{file}"), &[]);
            let own = format!("https://rassegna.example/it/{file}");
            let link = format!("<{hub}>; rel=\"hub\", <{own}>; rel=\"self\"");
            assert_eq!(reply.header("link"), link);
            if method == "GET" {
                assert!(reply.text().contains(&announced), "{}", reply.text());
                assert!(reply.text().contains(&own));
            }
        }
    }
    assert_eq!(site.public("GET", "/it/", &[]).header("link"), "");
    daemon.stop();
}
