//! What a changed configuration would do is shown before it does it, and held where it would publish again.

use super::support::{Origin, Route, Site, news, wait};

/// A list without dates, each item with two links.
fn page(numbers: &[u32]) -> Route {
    let items: String = numbers
        .iter()
        .map(|n| {
            format!(
                "<li><a class=\"uno\" href=\"/notizie/{n}\">Delibera numero {n} della regione</a>\
                 <a class=\"due\" href=\"/stampa/{n}\">Delibera numero {n} della regione</a>\
                 <p>Riassunto {n}</p></li>"
            )
        })
        .collect();
    Route::html(format!(
        "<!doctype html><html lang=\"it\"><body><main><ul>{items}</ul></main></body></html>"
    ))
}

const ALL: &[u32] = &[6, 5, 4, 3, 2, 1];

fn set_up(every: &str) -> (Site, Origin) {
    let (mut site, origin) = (Site::new(), Origin::start());
    site.schedule = format!("every = \"{every}\"");
    origin.set("/atti", page(ALL));
    site.configure(&format!(
        "[source.regione]\nurl = \"{}\"\nlanguage = \"it\"\nfollow = \"never\"\n\
         listing.item = \"li\"\nlisting.title = \"a.uno\"\nlisting.link = \"a.uno\"\n",
        origin.url("/atti")
    ));
    (site, origin)
}

fn plan(site: &Site, arguments: &[&str]) -> String {
    let ran = site.run("plan", arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.out
}

/// What says the same under another link is recognised; what says something else as well is not.
const LINK: (&str, &str) = (
    "listing.link = \"a.uno\"",
    "listing.link = \"a.due\"\nlisting.summary = \"a.due\"",
);

#[test]
fn rules_that_would_publish_known_items_again_are_held_until_they_are_accepted() {
    let (site, origin) = set_up("1d");
    assert!(plan(&site, &[]).contains("regione: new; "));
    site.once();
    assert_eq!(plan(&site, &[]), "nothing would change\n");
    let before = site.entries("it");
    assert_eq!(before.len(), 6);

    site.replace(LINK.0, LINK.1);
    let asked = origin.requests();
    let shown = plan(&site, &[]);
    assert!(
        shown.contains("regione: 0 new, 6 again, 0 not found any more, 0 as before"),
        "{shown}"
    );
    assert!(
        shown.contains("held until `rassegna plan --accept regione`"),
        "{shown}"
    );
    assert_eq!(shown.matches("/stampa/").count(), 6, "{shown}");
    let ran = site.run("once", &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.out
            .contains("held: its changed rules would publish 6 of 6 known items"),
        "{}",
        ran.out
    );
    assert_eq!(origin.requests(), asked, "it is not asked");
    assert_eq!(site.entries("it"), before);
    let status = site.run("status", &[]).out;
    assert!(status.contains("held: its changed rules"), "{status}");
    assert_eq!(site.run("replay", &["regione", "--apply"]).code, 1);

    // The rules of before are no change.
    site.replace(LINK.1, LINK.0);
    site.once();
    assert_eq!(site.entries("it"), before);

    site.replace(LINK.0, LINK.1);
    assert_eq!(site.run("once", &[]).code, 1);
    assert!(
        plan(&site, &["--accept", "regione"]).contains("regione: its changed rules are accepted")
    );
    assert!(plan(&site, &[]).contains("accepted, although"));
    site.once();
    assert_eq!(site.entries("it").len(), 12);
    assert!(plan(&site, &["--accept"]).contains("nothing to accept"));
    // What was accepted is no excuse for publishing the past again.
    let ran = site.run("replay", &["regione", "--apply"]);
    assert!(ran.out.contains("0 missed"), "{}", ran.out);
    assert_eq!(site.entries("it").len(), 12);
}

#[test]
fn a_replay_by_accepted_rules_publishes_nothing_again() {
    let (site, origin) = set_up("1d");
    site.once();
    origin.set("/atti", page(&[8, 7, 6, 5, 4, 3]));
    site.once();
    let before = site.entries("it");
    site.replace(LINK.0, LINK.1);
    plan(&site, &["--accept"]);
    let ran = site.run("replay", &["regione", "--apply"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out.contains("0 missed, 0 edited, 8 not found any more"),
        "{}",
        ran.out
    );
    assert_eq!(site.entries("it"), before);
}

#[test]
fn a_change_that_loses_nothing_goes_on_at_once() {
    let (site, origin) = set_up("1d");
    site.once();
    site.replace("listing.link", "listing.summary = \"p\"\nlisting.link");
    origin.set("/atti", page(&[7, 6, 5, 4, 3, 2]));
    let shown = plan(&site, &[]);
    assert!(
        shown.contains("regione: 0 new, 0 again, 0 not found any more, 6 as before"),
        "{shown}"
    );
    assert!(!shown.contains("held"), "{shown}");
    let shown = plan(&site, &["--fetch", "regione"]);
    assert!(
        shown.contains("regione: 1 new, 0 again, 1 not found any more, 5 as before"),
        "{shown}"
    );
    assert!(shown.contains("Delibera numero 7"), "{shown}");
    site.once();
    assert_eq!(site.entries("it").len(), 7);
}

#[test]
fn a_daemon_holds_a_source_at_its_reload_and_polls_it_when_it_is_accepted() {
    let (site, origin) = set_up("1s");
    let daemon = site.start_ready();
    wait("it is published", || {
        site.published().join("it/atom.xml").exists() && site.entries("it").len() == 6
    });
    site.replace(LINK.0, LINK.1);
    daemon.signal("HUP");
    wait("it is held", || {
        daemon
            .log()
            .contains("regione: held: its changed rules would publish 6 of 6 known items")
    });
    wait("no poll is under way", || {
        origin.requests() == origin.answered()
    });
    let asked = origin.requests();
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    assert_eq!(origin.requests(), asked, "it is not polled");
    assert_eq!(site.entries("it").len(), 6);
    assert!(
        site.admin("/status")
            .unwrap()
            .text()
            .contains("its changed rules would publish 6 of 6 known items")
    );
    plan(&site, &["--accept", "regione"]);
    wait("it is polled under its new rules", || {
        site.entries("it").len() == 12
    });
    daemon.stop();
}

#[test]
fn what_feeds_gain_and_lose_by_another_filter_is_shown() {
    let (site, origin) = (Site::new(), Origin::start());
    origin.set(
        "/uno",
        Route::rss(&[news("uno", 1), news("uno", 2), news("uno", 3)]),
    );
    let source = format!(
        "[source.uno]\nurl = \"{}\"\nlanguage = \"it\"\n",
        origin.url("/uno")
    );
    site.configure(&format!(
        "{source}[feed.scelta]\nwhere = {{ text = [\"n1\", \"n2\"] }}\n"
    ));
    site.once();
    assert_eq!(site.entries("scelta").len(), 2);
    site.replace("[\"n1\", \"n2\"]", "[\"n2\", \"n3\"]");
    let shown = plan(&site, &[]);
    assert!(
        shown.contains(
            "feed scelta: gains 1, loses 1\n  gains Notizia n3 di uno\n  loses Notizia n1 di uno"
        ),
        "{shown}"
    );
    assert_eq!(shown.lines().count(), 3, "no other feed changes: {shown}");
    site.once();
    assert_eq!(
        site.titles("scelta"),
        ["Notizia n3 di uno", "Notizia n2 di uno"]
    );
    assert_eq!(plan(&site, &[]), "nothing would change\n");

    site.replace("[source.uno]", "[source.due]");
    site.replace("[feed.scelta]", "[feed.altra]");
    let shown = plan(&site, &[]);
    for line in [
        "due: new;",
        "uno: not polled any more",
        "feed altra: new",
        "feed scelta: not published any more",
    ] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
    let unknown = site.run("plan", &["uno"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
    let json: serde_json::Value = serde_json::from_str(&plan(&site, &["--json"])).unwrap();
    assert_eq!(json["retired"][0], "uno");
}
