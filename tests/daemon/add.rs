//! `rassegna add`: what is written for pages of invented agencies, and what is left alone.

use std::fs;

use crate::support::{News, Origin, Ran, Route, Site, news, rss};

/// A site that lets files of its own be included, and an origin.
fn site() -> (Site, Origin) {
    let site = Site::new();
    site.configure("");
    let text = fs::read_to_string(site.config()).unwrap();
    fs::write(
        site.config(),
        format!("include = [\"sources/*.toml\"]\n{text}"),
    )
    .unwrap();
    (site, Origin::start())
}

/// What `rassegna check` says.
fn check(site: &Site) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rassegna"));
    let output = command
        .arg("check")
        .arg("--config")
        .arg(site.config())
        .output()
        .unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

fn page(language: &str, title: &str, body: &str) -> Route {
    Route::html(format!(
        "<!DOCTYPE html><html lang=\"{language}\"><head><title>{title}</title></head><body>\
         <nav><ul><li><a href=\"/\">Home</a></li><li><a href=\"/chi-siamo\">Chi siamo</a></li></ul></nav>\
         <main>{body}</main><footer><p>Via del Faro 1, Ardesia</p></footer></body></html>"
    ))
}

/// What is printed for a page, the port left out.
fn printed(route: Route, more: &[&str]) -> String {
    let (site, origin) = site();
    origin.set("/news", route);
    let url = origin.url("/news");
    let before = fs::read(site.config()).unwrap();
    let ran = site.run("add", &[&["--print", &url], more].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("read as"),
        "the sample is shown: {}",
        ran.err
    );
    assert_eq!(fs::read(site.config()).unwrap(), before);
    assert!(!site.config().with_file_name("sources").exists());
    ran.out.replace(&origin.url(""), "http://origin")
}

const HEADINGS: &str = r#"<h1>Notizie</h1>
  <h4 class="data">MARTEDÌ 09 SETTEMBRE 2025</h4>
  <article class="post-4711 notizia odd"><h3><a href="/n/antenna">L’antenna di Pietralta torna in ascolto</a></h3>
    <p class="occhiello">Dopo sei mesi di lavori la grande antenna riceve di nuovo i segnali della sonda.</p></article>
  <article class="post-4710 notizia even"><h3><a href="/n/scuole">Sedici scuole per un solo satellite</a></h3>
    <p class="occhiello">Gli studenti della regione costruiscono insieme un piccolo satellite per la neve.</p></article>
  <h4 class="data">LUNEDÌ 01 SETTEMBRE 2025</h4>
  <article class="post-4702 notizia odd"><h3><a href="/n/luce">Prima luce per il telescopio Lucciola</a></h3>
    <p class="occhiello">Le prime immagini del cielo sono arrivate questa notte al centro di controllo.</p></article>"#;

#[test]
fn headings_with_dates_become_a_group_and_numbers_of_posts_stay_out() {
    let text = printed(
        page("it", "Notizie | Agenzia Spaziale di Ardesia", HEADINGS),
        &["--id", "ardesia", "--tag", "agency"],
    );
    insta::assert_snapshot!(text, @r#"
    [source.ardesia]
    title    = "Agenzia Spaziale di Ardesia"
    url      = "http://origin/news"
    language = "it"
    tags     = ["agency"]

    # Where on the page the news stands; without these lines it is detected anew each time.
    # Dates such as "MARTEDÌ 09 SETTEMBRE 2025" (Italiano).
    listing.item       = "article.notizia"
    listing.group.date = "h4.data"
    listing.title      = "h3"
    listing.link       = "a"
    listing.summary    = "p"
    "#);
}

#[test]
fn headings_over_uneven_groups_in_wrappers_become_a_group() {
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/agenzia-it.html");
    let text = printed(
        Route::html(fs::read_to_string(demo).unwrap()),
        &["--id", "agenzia"],
    );
    let rules = [
        "listing.item       = \"article",
        "listing.group.date = \"h4",
    ];
    assert!(rules.iter().all(|rule| text.contains(rule)), "{text}");
}

#[test]
fn names_that_a_build_tool_made_are_not_used() {
    let card = |n: u32, title: &str| {
        format!(
            "<div class=\"css-1x{n}y3z sc-bdVaJa\"><article class=\"Card_card__2xK9f news-card\">\
             <img class=\"_3fGh\" src=\"/img/{n}.jpg\" alt=\"\"><div class=\"css-9f8e7d\">\
             <h2 class=\"css-0a1b2c\"><a class=\"jss{n}41\" href=\"/en/{n}\">{title}</a></h2>\
             <time class=\"sc-aXbYcZ\" datetime=\"2026-0{n}-11T09:00:00+01:00\">11/0{n}/2026</time>\
             <p class=\"css-5d4c3b\">The agency reports on what has happened in month {n} of the mission so far.</p>\
             </div></article></div>"
        )
    };
    let titles = [
        "Lantern leaves the clean room for its launch site",
        "Open call for small instruments on the lander",
        "New agreement with the spaceport of the north",
        "Dust from the tail of a comet comes home",
    ];
    let cards: String = (1_u32..)
        .zip(titles)
        .map(|(n, title)| card(n, title))
        .collect();
    let text = printed(
        page(
            "en",
            "News – Ardesia Space",
            &format!("<section class=\"css-7h8j9k\">{cards}</section>"),
        ),
        &["--id", "cards"],
    );
    assert!(
        !["css-", "sc-", "jss", "_3f", "__2x", "nth"]
            .iter()
            .any(|made| text.contains(made)),
        "{text}"
    );
    insta::assert_snapshot!(text, @r#"
    [source.cards]
    title    = "Ardesia Space"
    url      = "http://origin/news"
    language = "en"

    # Where on the page the news stands; without these lines it is detected anew each time.
    # Dates such as "2026-01-11T09:00:00+01:00", written for machines.
    listing.item    = "article.news-card"
    listing.title   = "h2"
    listing.link    = "a"
    listing.date    = "time@datetime"
    listing.summary = "p"
    listing.image   = "img"
    "#);
}

#[test]
fn columns_of_a_table_are_told_by_their_place() {
    let row = |day: u32, title: &str| {
        format!(
            "<tr><td>{day}. März 2026</td><td>Presse</td><td><a href=\"/p/{day}\">{title}</a></td></tr>"
        )
    };
    let rows = [
        row(12, "Erster Start der neuen Rakete im Sommer geplant"),
        row(9, "Das Zentrum für Erdbeobachtung wird größer"),
        row(3, "Der Forschungssatellit hat seine Umlaufbahn erreicht"),
    ];
    let table = format!(
        "<table><tr><th>Datum</th><th>Art</th><th>Titel</th></tr>{}</table>",
        rows.concat()
    );
    let text = printed(
        page("de", "Mitteilungen", &table),
        &[
            "--id",
            "tabelle",
            "--timezone",
            "Europe/Berlin",
            "--language",
            "de",
        ],
    );
    insta::assert_snapshot!(text, @r#"
    [source.tabelle]
    title    = "Mitteilungen"
    url      = "http://origin/news"
    language = "de"
    timezone = "Europe/Berlin"

    # Where on the page the news stands; without these lines it is detected anew each time.
    # Dates such as "12. März 2026" (Deutsch).
    listing.item  = "main tr:has(a)"
    listing.title = "a"
    listing.link  = "a"
    listing.date  = "td:nth-child(1)"
    "#);
}

/// A list whose dates are numbers.
fn numbered(dates: [&str; 4]) -> String {
    let titles = [
        "The probe has left the clean room for its launch site",
        "Open call for small instruments on the lander",
        "New agreement with the spaceport of the north",
        "Dust from the tail of a comet comes home",
    ];
    let item = |(date, title): (&str, &str)| {
        format!(
            "<li class=news><span class=when>{date}</span><h3><a href=\"/n/{}\">{title}</a></h3>\
             <p>The agency reports on what has happened in the mission so far, and on what comes next.</p></li>",
            title.len()
        )
    };
    let items: String = dates.into_iter().zip(titles).map(item).collect();
    format!("<h1>News</h1><ul>{items}</ul>")
}

#[test]
fn the_order_of_numbers_that_only_the_whole_page_tells_is_written_with_what_it_rests_on() {
    let more = ["--id", "ardesia", "--timezone", "Europe/Rome"];
    let body = numbered(["05/11/2025", "25/10/2025", "05/10/2025", "01/10/2025"]);
    let text = printed(page("en", "News – Ardesia Space", &body), &more);
    insta::assert_snapshot!(text, @r#"
    # Dates such as "05/11/2025" leave open which number is the day; it is assumed that the day comes first, as in "25/10/2025".
    [source.ardesia]
    title    = "Ardesia Space"
    url      = "http://origin/news"
    language = "en"
    timezone = "Europe/Rome"
    dates    = { format = "%d/%m/%Y" }

    # Where on the page the news stands; without these lines it is detected anew each time.
    # Dates such as "05/11/2025".
    listing.item    = "li.news"
    listing.title   = "h3"
    listing.link    = "a"
    listing.date    = "span.when"
    listing.summary = "p"
    "#);
    let body = numbered(["11/10/2025", "11/02/2025", "10/08/2025", "10/05/2025"]);
    let text = printed(page("en", "News – Ardesia Space", &body), &more);
    assert!(
        text.contains("dates    = { format = \"%m/%d/%Y\" }")
            && text.contains("the newest stand first"),
        "{text}"
    );
    // In Italian there is one order only.
    let text = printed(
        page(
            "it",
            "Notizie – Ardesia Space",
            &numbered(["05/11/2025", "25/10/2025", "05/10/2025", "01/10/2025"]),
        ),
        &[&more[..], &["--language", "it"]].concat(),
    );
    assert!(!text.contains("format"), "{text}");
}

/// What a feed has, as a list on a page.
fn on_page(all: &[News]) -> String {
    let item = |one: &News| {
        format!(
            "<li class=\"news\"><h3><a href=\"{}\">{} e di altro</a></h3><time datetime=\"{}\"></time><p>{}</p></li>",
            one.link,
            one.title,
            one.at.to_rfc3339(),
            one.text
        )
    };
    all.iter().map(item).collect()
}

#[test]
fn a_feed_that_the_page_announces_is_added_in_its_place() {
    let (site, origin) = site();
    let all = [news("fonte", 1), news("fonte", 2), news("fonte", 3)];
    origin.set("/rss", Route::new("application/rss+xml", rss(&all)));
    let items = on_page(&all);
    origin.set(
        "/news",
        Route::html(format!(
            "<html lang=it><head><title>Fonte</title><link rel=alternate type=application/rss+xml href=/rss></head>\
             <body><main><ul>{items}</ul></main></body></html>"
        )),
    );
    let ran = site.run("add", &[&origin.url("/news"), "--id", "fonte"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let file = site.config().with_file_name("sources").join("fonte.toml");
    let text = fs::read_to_string(&file)
        .unwrap()
        .replace(&origin.url(""), "http://origin");
    insta::assert_snapshot!(text, @r#"
    # A feed that http://origin/news announces.
    [source.fonte]
    title    = "Fonte"
    url      = "http://origin/rss"
    language = "it"
    "#);
    assert!(
        !origin.asked("/robots.txt").is_empty(),
        "robots.txt is heeded as in a poll"
    );
    assert_eq!(check(&site), "ok: 1 source, 2 feeds\n");
    // The feed and the page are one source.
    let again = site.run("add", &[&origin.url("/rss")]);
    assert_eq!(again.code, 1);
    assert!(
        again
            .err
            .contains("the source `fonte` has this address already"),
        "{}",
        again.err
    );
    let again = site.run("add", &[&origin.url("/news")]);
    assert_eq!(again.code, 1, "{}", again.out);
}

#[test]
fn where_scripts_show_the_news_the_posts_of_wordpress_are_added() {
    let (site, origin) = site();
    let post = |id: u32, title: &str| {
        format!(
            r#"{{"date_gmt":"2025-09-0{id}T08:00:00","link":"{}","title":{{"rendered":"{title}"}},
               "excerpt":{{"rendered":"<p>Questa mattina l’agenzia ha dato notizia di quello che è successo.</p>"}}}}"#,
            origin.url(&format!("/n/{id}"))
        )
    };
    let posts = [
        post(9, "La sonda è arrivata sul pianeta"),
        post(8, "Nuovi laboratori per le scuole"),
    ];
    origin.set(
        "/wp-json/wp/v2/posts?_embed=1",
        Route::new("application/json", format!("[{}]", posts.join(","))),
    );
    let head = "Notizie – Agenzia di Ardesia</title><meta property=og:site_name content=\"Agenzia di Ardesia\">\
                <link rel=https://api.w.org/ href=/wp-json/><title>";
    origin.set(
        "/news",
        page("it", head, "<h1>Notizie</h1><div id=app></div>"),
    );
    let ran = site.run("add", &["--print", &origin.url("/news"), "--id", "ardesia"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = ran.out.replace(&origin.url(""), "http://origin");
    insta::assert_snapshot!(text, @r#"
    # The posts of the WordPress behind http://origin/news, which lists none without scripts.
    [source.ardesia]
    title    = "Agenzia di Ardesia"
    url      = "http://origin/wp-json/wp/v2/posts?_embed=1"
    language = "it"
    "#);
}

#[test]
fn the_first_feed_that_has_the_news_of_the_page_is_taken() {
    let (site, origin) = site();
    let all = [news("fonte", 1), news("fonte", 2), news("fonte", 3)];
    origin.set("/rss", Route::new("application/rss+xml", rss(&all)));
    let comments = [news("commenti", 1), news("commenti", 2)];
    origin.set(
        "/comments",
        Route::new("application/rss+xml", rss(&comments)),
    );
    let items = on_page(&all);
    let feeds: String = ["/comments", "/gone", "/rss"]
        .iter()
        .map(|feed| format!("<link rel=alternate type=application/rss+xml href={feed}>"))
        .collect();
    origin.set(
        "/news",
        Route::html(format!(
            "<html lang=it><head><title>Fonte</title>{feeds}</head><body><main><ul>{items}</ul></main></body></html>"
        )),
    );
    let ran = site.run("add", &[&origin.url("/news"), "--print"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let wanted = format!("\"{}\"", origin.url("/rss"));
    assert!(ran.out.contains(&wanted), "{}", ran.out);
}

/// What a command that must change nothing says.
fn refused(site: &Site, arguments: &[&str], code: i32) -> String {
    let files = || {
        (
            fs::read(site.config()).unwrap(),
            fs::read_dir(site.config().parent().unwrap())
                .unwrap()
                .count(),
        )
    };
    let before = files();
    let Ran {
        code: ended,
        out,
        err,
    } = site.run("add", arguments);
    assert_eq!(ended, code, "{out}{err}");
    assert_eq!(files(), before, "{out}{err}");
    err
}

#[test]
fn what_cannot_be_added_is_told_and_changes_nothing() {
    let (site, origin) = site();
    origin.set("/news", page("it", "Notizie", HEADINGS));
    origin.set("/es", page("es", "Noticias", HEADINGS));
    origin.set(
        "/one",
        page(
            "it",
            "Una sola",
            "<article><h1>Una sola notizia, lunga e sola</h1><p>9 settembre 2025</p><p>Testo della notizia.</p></article>",
        ),
    );
    let (url, es, one) = (origin.url("/news"), origin.url("/es"), origin.url("/one"));
    let gone = refused(&site, &[&origin.url("/gone")], 1);
    assert!(gone.contains("404"), "{gone}");
    let article = refused(&site, &[&one], 1);
    assert!(
        article.contains("there is one article, and no list of news"),
        "{article}"
    );
    let language = refused(&site, &[&es, "--language", "es"], 2);
    assert!(
        language.starts_with("error: no feed takes")
            && language.contains("expected `es` in `site.languages`")
            && language.contains("nothing was changed"),
        "{language}"
    );
    let zone = refused(&site, &[&url, "--timezone", "Europe/Roma"], 2);
    assert!(zone.contains("did you mean `Europe/Rome`"), "{zone}");
    for (option, value) in [
        ("--id", "Non un id"),
        ("--id", "x]\n[site"),
        ("--language", "klingon"),
        ("--tag", "Un tag"),
    ] {
        let error = refused(&site, &[&url, option, value], 2);
        assert!(
            error.starts_with(&format!("error: invalid value '{value}' for '{option} ")),
            "{error}"
        );
    }
    let other = site
        .config()
        .with_file_name("other.toml")
        .display()
        .to_string();
    let apart = refused(&site, &[&url, "--file", &other], 2);
    assert!(
        apart.contains("other.toml is no part of the configuration"),
        "{apart}"
    );
    let below = site.config().join("x.toml").display().to_string();
    let below = refused(&site, &[&url, "--file", &below], 3);
    assert!(
        below.contains("cannot be written") && below.contains("nothing was changed"),
        "{below}"
    );
    let words = refused(&site, &["agenzia.example/notizie"], 2);
    assert!(words.contains("begins with https://"), "{words}");
    assert_eq!(
        origin.asked("/news").len(),
        2,
        "options that are wrong cost no request"
    );
}

#[test]
fn a_source_is_added_to_the_main_file_where_it_includes_none_and_a_daemon_is_told_of() {
    let (site, origin) = site();
    site.configure("# The last line.");
    origin.set(
        "/news",
        page("it", "Notizie | Agenzia Spaziale di Ardesia", HEADINGS),
    );
    let daemon = site.start_ready();
    let ran = site.run("add", &[&origin.url("/news")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out
            .contains("A daemon is running: `systemctl reload rassegna`"),
        "{}",
        ran.out
    );
    let text = fs::read_to_string(site.config()).unwrap();
    assert!(
        text.contains("# The last line.\n\n[source.agenzia-spaziale-di-ardesia]\n"),
        "{text}"
    );
    daemon.signal("HUP");
    crate::support::wait("the new source's entries", || site.entries("it").len() == 3);
    daemon.stop();
}

#[test]
fn without_a_configuration_it_prints_or_says_how_to_begin() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("notizie.html");
    // A saved page has no host to which its links could be relative.
    let saved = HEADINGS.replace("href=\"/", "href=\"https://agenzia.example/");
    fs::write(&page, &*self::page("it", "Notizie", &saved).body).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rassegna"));
        command
            .arg("add")
            .args(arguments)
            .arg(&page)
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let printed = run(&["--print"]);
    assert!(
        printed.status.success(),
        "{}",
        String::from_utf8_lossy(&printed.stderr)
    );
    assert!(String::from_utf8_lossy(&printed.stdout).starts_with("[source.notizie]\n"));
    let refused = run(&[]);
    assert_eq!(refused.status.code(), Some(2));
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(
        told.contains("There is nothing to add to yet") && told.contains("[site]"),
        "{told}"
    );
}

#[test]
fn subscriptions_of_another_reader_become_sources() {
    let (site, _origin) = site();
    let list = site.config().with_file_name("letture.opml");
    fs::write(
        &list,
        r#"<?xml version="1.0" encoding="UTF-8"?><opml version="1.1"><head><title>Letture</title></head><body>
        <outline text="Spazio"><outline text="Agenzie &amp; enti">
          <outline type="rss" text="Agenzia di Ardesia" xmlUrl="https://ardesia.example/rss.xml" language="it"/>
          <outline type="rss" text="Ardesia Agency" xmlUrl="https://ardesia.example/en/rss.xml?a=1&b=2" language="en"/>
          <outline type="rss" text="Agence" xmlUrl="https://ardesia.example/fr/rss.xml" language="fr"/>
        </outline></outline>
        <outline text="Космос"><outline type="rss" text="Il diario" xmlUrl="https://diario.example/feed"/></outline>
        <outline type="rss" text="Di nuovo" xmlUrl="http://www.ardesia.example/rss.xml/"/>
        <outline type="rss" text="Senza indirizzo"/>
        </body></opml>"#,
    )
    .unwrap();
    let ran = site.run(
        "add",
        &[
            "--opml",
            list.to_str().unwrap(),
            "--language",
            "it",
            "--tag",
            "letture",
        ],
    );
    assert_eq!(ran.code, 1, "one entry is broken: {}", ran.err);
    insta::assert_snapshot!(ran.err.replace(&list.display().to_string(), "letture.opml"), @r#"
    left out: Senza indirizzo: it has no xmlUrl
    left out: Agence: no feed takes `fr` (add it to `site.languages`)
    skipped: Di nuovo: it is in letture.opml twice
    "#);
    let file = site
        .config()
        .with_file_name("sources")
        .join("opml-letture.toml");
    insta::assert_snapshot!(fs::read_to_string(&file).unwrap(), @r#"
    # Subscriptions of letture.opml.

    [source.agenzia-di-ardesia]
    title    = "Agenzia di Ardesia"
    url      = "https://ardesia.example/rss.xml"
    language = "it"
    tags     = ["letture", "spazio", "agenzie-enti"]

    [source.ardesia-agency]
    title    = "Ardesia Agency"
    url      = "https://ardesia.example/en/rss.xml?a=1&b=2"
    language = "en"
    tags     = ["letture", "spazio", "agenzie-enti"]

    # In Космос, whose letters can't stand in a tag.
    [source.il-diario]
    title    = "Il diario"
    url      = "https://diario.example/feed"
    language = "it"
    tags     = ["letture"]
    "#);
    assert_eq!(check(&site), "ok: 3 sources, 2 feeds\n");
    // What is there is known, and the rest is no new fault.
    let again = site.run("add", &["--opml", list.to_str().unwrap()]);
    assert!(
        again
            .err
            .contains("skipped: Il diario: the source `il-diario` has it already"),
        "{}",
        again.err
    );
    assert_eq!(again.code, 1);
    let nothing = site.config().with_file_name("altro.xml");
    fs::write(&nothing, "<rss/>").unwrap();
    let ran = site.run("add", &["--opml", nothing.to_str().unwrap()]);
    assert!(
        ran.code == 1 && ran.err.contains("is it OPML?"),
        "{}",
        ran.err
    );
}
