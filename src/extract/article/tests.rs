//! Pages of invented agencies, and what is read from them.

use chrono_tz::Tz;

use super::*;
use crate::extract::cut;

/// What is read from a page of an Italian agency.
fn read_at(html: &str, address: &str) -> RawItem {
    let page = cut::parse(html).expect("a page that can be parsed");
    let languages = [Language::parse("it").expect("a language")];
    let dates = date::Context {
        languages: &languages,
        timezone: Tz::Europe__Rome,
        now: "2025-10-01T12:00:00Z".parse().expect("a time"),
        format: None,
        order: None,
    };
    let base = Url::parse(address).expect("an address");
    read(&page, &base, &dates).item.expect("an article")
}

fn article(html: &str) -> RawItem {
    read_at(html, "https://agenzia.example/notizie/la-sonda-parte")
}

/// A paragraph long enough to be one.
fn prose(number: usize) -> String {
    format!(
        "<p>La frase numero {number} racconta, con parole sue, che la sonda è partita e che tutti l'hanno vista salire, \
         anche dalla costa.</p>"
    )
}

/// A page with a text, and with something before and after it.
fn page(before: &str, within: &str, after: &str) -> String {
    format!(
        "<html lang=it><head><title>La sonda parte</title></head><body><nav><a href=/>Home</a></nav>{before}\
         <main><h1>La sonda parte</h1><div class=testo>{}{}{within}{}{}</div>{after}</main></body></html>",
        prose(1),
        prose(2),
        prose(3),
        prose(4)
    )
}

fn html(page: &str) -> String {
    article(page).html.unwrap_or_default()
}

fn first_date(html: &str) -> Option<String> {
    article(html)
        .published
        .first()
        .map(|date| date.text.clone())
}

#[test]
fn the_head_tells_what_the_page_is() {
    let item = article(
        r#"<html lang=it><head><title>Uno | Agenzia</title><meta property="og:site_name" content="Agenzia">
        <meta property="og:title" content="La sonda parte | Agenzia"><meta name="description" content="Il sommario.">
        <meta property="article:section" content="Missioni"><meta property="article:tag" content="sonde">
        <meta property="og:image" content="/foto.jpg"><meta name="dcterms.rights" content="CC BY">
        <link rel=canonical href="/notizie/1"><link rel=alternate hreflang=en href="/en/1">
        <link rel=alternate hreflang=x-default href="/"></head><body><h1>La sonda parte</h1></body>"#,
    );
    assert_eq!(item.title.as_deref(), Some("La sonda parte"));
    assert_eq!(
        item.link.as_deref(),
        Some("https://agenzia.example/notizie/1")
    );
    assert_eq!(item.categories, ["sonde", "Missioni"]);
    assert_eq!(item.image.as_deref(), Some("/foto.jpg"));
    assert_eq!(item.rights.as_deref(), Some("CC BY"));
    let english = ("en".to_owned(), "https://agenzia.example/en/1".to_owned());
    assert_eq!(item.alternates, [english]);
}

#[test]
fn titles_lose_the_name_of_their_site_and_nothing_else() {
    let titled = |graph: &str, heading: &str| {
        article(&format!(
            "<meta property=og:site_name content='Agenzia'><meta property=og:title content='{graph}'><h1>{heading}</h1>"
        ))
        .title
        .unwrap_or_default()
    };
    for (graph, heading, wanted) in [
        ("La sonda parte - Agenzia", "", "La sonda parte"),
        ("Agenzia: la sonda parte", "", "Agenzia: la sonda parte"),
        ("La sonda - e la luna", "", "La sonda - e la luna"),
        (
            "La sonda parte | Missioni | Agenzia",
            "La sonda parte",
            "La sonda parte",
        ),
        (
            "La sonda parte …",
            "La sonda parte per la luna",
            "La sonda parte per la luna",
        ),
        (
            "Spazio: «La sonda è partita oggi»",
            "Il direttore - «La sonda è partita oggi»",
            "«La sonda è partita oggi»",
        ),
        ("Agenzia", "La sonda parte", "La sonda parte"),
    ] {
        assert_eq!(titled(graph, heading), wanted, "{graph} / {heading}");
    }
}

#[test]
fn the_title_in_json_ld_counts_where_the_heading_or_the_head_says_the_same() {
    let page = |head: &str, heading: &str| {
        format!(
            r#"<title>{head}</title><meta property="og:title" content="Altrove detta così">
            <script type="application/ld+json">{{"@type":"NewsArticle","headline":"Parte oggi la missione"}}</script><h1>{heading}</h1>"#
        )
    };
    let title = |head, heading| article(&page(head, heading)).title.unwrap_or_default();
    assert_eq!(
        title("Altrove detta così", "Parte oggi la missione"),
        "Parte oggi la missione"
    );
    assert_eq!(
        title("Parte oggi la missione", "Altrove detta così"),
        "Parte oggi la missione"
    );
    assert_eq!(
        title("Parte oggi la missione", "Parte oggi la missione"),
        "Altrove detta così"
    );
}

#[test]
fn the_address_tells_which_title_is_the_article_s() {
    let item = read_at(
        r#"<title>Un grande giorno</title><meta property="og:title" content="Un grande giorno per tutti">
        <script type="application/ld+json">{"@type":"NewsArticle","headline":"Lancio riuscito: la sonda è in viaggio"}</script>
        <h1>Un grande giorno per tutti</h1>"#,
        "https://agenzia.example/2025/lancio-riuscito-la-sonda-in-viaggio.html",
    );
    assert_eq!(
        item.title.as_deref(),
        Some("Lancio riuscito: la sonda è in viaggio")
    );
}

#[test]
fn dates_of_the_byline_are_found() {
    for (byline, wanted) in [
        (
            "<p>Pubblicato il 9 settembre 2025</p>",
            "Pubblicato il 9 settembre 2025",
        ),
        (
            "<div class=meta>Stand: 12.03.2024, 14:00 Uhr</div>",
            "Stand: 12.03.2024, 14:00 Uhr",
        ),
        (
            "<p>von Ada Rossi, 12. März 2024</p>",
            "von Ada Rossi, 12. März 2024",
        ),
        (
            "<p>Published 9 September 2025, updated 12 September 2025</p>",
            "Published 9 September 2025,",
        ),
        (
            "<time class=updated datetime=2025-09-12>x</time><time datetime=2025-09-09>y</time>",
            "2025-09-09",
        ),
        (
            "<ul class='nav meta'><li><a href=/2025>9 settembre 2025</a></li></ul>",
            "9 settembre 2025",
        ),
        (
            "<table><td>26 | 01 | 2022</td><td>Rubrica</td></table>",
            "26.01.2022",
        ),
        (
            "<span itemprop=datePublished content=2025-09-09T08:00:00+02:00>ieri</span>",
            "2025-09-09T08:00:00+02:00",
        ),
        (
            "<aside><dl><dt>Data</dt><dd>12.01.2017</dd></dl></aside>",
            "12.01.2017",
        ),
    ] {
        let page = format!(
            "<html lang=de><body><main><h1>La sonda parte</h1>{byline}{}</main>",
            prose(1)
        );
        let found = first_date(&page);
        assert_eq!(found.as_deref().map(str::trim), Some(wanted), "{byline}");
    }
}

#[test]
fn dates_of_comments_lists_and_footers_are_none_of_the_article_s() {
    for elsewhere in [
        "<section class=comments><p>Ada, 9 settembre 2025</p></section>",
        "<aside class=related><ul><li><a href=/a>Altra notizia</a> <time datetime=2025-09-09>9 settembre</time></ul></aside>",
        "<footer>© 2025 Agenzia, aggiornato il 9 settembre 2025</footer>",
        "<p>La sonda era stata annunciata nel lontano 9 settembre 2024 e nessuno, a quel tempo, avrebbe creduto che una \
         cosa tanto grande potesse alzarsi da terra senza rumore, come poi invece è successo davanti a tutti.</p>",
    ] {
        assert_eq!(first_date(&page("", "", elsewhere)), None, "{elsewhere}");
    }
}

#[test]
fn a_vague_date_without_a_time_gives_way_to_the_byline_and_a_change_to_everything() {
    let head = "<meta name=date content=2025-09-12><meta property=article:modified_time content=2025-09-20>";
    let page = format!(
        "{head}<h1>La sonda parte</h1><p>9 settembre 2025</p>{}",
        prose(1)
    );
    let dates: Vec<String> = article(&page)
        .published
        .into_iter()
        .map(|date| date.text)
        .collect();
    assert_eq!(dates, ["9 settembre 2025", "2025-09-12", "2025-09-20"]);
}

#[test]
fn authors_are_names_alone() {
    for (byline, wanted) in [
        (
            "<meta name=author content='di Ada Rossi e Bo Bianchi'>",
            &["Ada Rossi", "Bo Bianchi"][..],
        ),
        (
            "<meta name=author content='By Ada Rossi, Bo Bianchi and Cy Verdi'>",
            &["Ada Rossi", "Bo Bianchi", "Cy Verdi"],
        ),
        (
            "<meta name=author content='Ada Rossi | Staff Writer | ada@agenzia.example'>",
            &["Ada Rossi"],
        ),
        (
            "<meta name=author content='Ada Rossi, PhD'>",
            &["Ada Rossi, PhD"],
        ),
        (
            "<meta name=author content='Agenzia'><p>Von <a rel=author href=/x>Ada Rossi</a> und <a rel=author href=/y>Bo Bianchi</a></p>",
            &["Ada Rossi", "Bo Bianchi"],
        ),
        ("<meta name=author content='Agenzia'>", &["Agenzia"]),
        (
            "<meta property=article:author content='https://social.example/ada'><p class=byline>Di Ada Rossi – 9 settembre 2025</p>",
            &["Ada Rossi"],
        ),
        (
            "<meta name='parsely-author' content='Ada Rossi'><meta name='parsely-author' content='ADA ROSSI'>",
            &["Ada Rossi"],
        ),
        (
            "<span itemprop=author itemscope itemtype='https://schema.org/Person'>Testo di <b itemprop=name>Ada Rossi</b></span>",
            &["Ada Rossi"],
        ),
        ("<p>Di Ada Rossi</p>", &["Ada Rossi"]),
    ] {
        let page = format!(
            "<meta property=og:site_name content='Agenzia'><body><h1>La sonda parte</h1>{byline}{}{}",
            prose(1),
            prose(2)
        );
        assert_eq!(article(&page).authors, wanted, "{byline}");
    }
}

#[test]
fn the_text_is_found_and_keeps_its_structure() {
    let within = "<h2>I <em>dati</em></h2><ul><li>uno<li>due</ul><blockquote><p>Una voce.</p></blockquote>
        <table><tr><th>a<td>b</table><figure><img src='x.gif' data-src=/foto.jpg alt=foto><figcaption>Sotto</figcaption></figure>
        <div>Testo senza paragrafo<br><br>e un altro, <a href=/due>legato</a>.</div>";
    let text = html(&page("", within, ""));
    for part in [
        "<h2>I <em>dati</em></h2>",
        "<ul><li>uno</li><li>due</li></ul>",
        "<blockquote><p>Una voce.</p></blockquote>",
        "<table><tbody><tr><th>a</th><td>b</td></tr></tbody></table>",
        "<figure><img src=\"/foto.jpg\" alt=\"foto\"><figcaption>Sotto</figcaption></figure>",
        "<p>Testo senza paragrafo</p><p>e un altro, <a href=\"/due\">legato</a>.</p>",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(
        text.starts_with("<p>La frase numero 1") && text.ends_with("dalla costa.</p>"),
        "{text}"
    );
}

#[test]
fn what_is_strewn_into_the_text_is_left_out() {
    let clean = html(&page("", "", ""));
    for strewn in [
        "<p>Leggi anche: <a href=/b>Una notizia diversa</a></p>",
        "<p><strong>Lesen Sie auch:</strong> <a href=/b>Eine andere Meldung</a></p>",
        "<p><a href=/b>Un'altra notizia ancora, con un titolo lungo quanto una frase intera</a></p>",
        "<div class=share-bar><a href=#>Condividi</a> questa notizia con chi vuoi, quando vuoi, dove vuoi</div>",
        "<div class=newsletter__box><p>Iscriviti: una mail a settimana con tutto quello che serve sapere di noi.</p></div>",
        "<p>Condividi</p>",
        "<div class=ad-slot>Pubblicità</div>",
        "<aside><h3>In breve</h3><p>Un riquadro che racconta altro.</p></aside>",
        "<div class=cookie-note>Questo contenuto vuole un cookie per essere mostrato.</div>",
        "<div style='display:none'>Mai visto da nessuno.</div><script>var x = 1</script>",
        "<p>Funda olunye udaba lapha: <a href=/b>Okunye okusha okuvela edolobheni namuhla</a></p>",
    ] {
        assert_eq!(html(&page("", strewn, "")), clean, "{strewn}");
    }
    for after in [
        "<h3>Notizie correlate</h3><ul><li><a href=/a>Una</a><li><a href=/b>Due</a></ul>",
        "<section id=comments><p>Un lettore scrive molte cose, e le scrive in modo che sembrino parte del testo.</p></section>",
        "<footer><p>La redazione risponde a tutte le domande, ogni giorno, dalle nove alle diciotto e trenta.</p></footer>",
    ] {
        assert_eq!(html(&page("", "", after)), clean, "{after}");
    }
}

#[test]
fn the_text_goes_on_after_a_list_of_other_articles() {
    let within = "<h3>Leggi anche</h3><div class=card><a href=/b>Una notizia diversa</a></div><h3>E poi</h3>";
    let text = html(&page("", within, ""));
    assert!(
        !text.contains("diversa") && !text.contains("Leggi"),
        "{text}"
    );
    assert!(
        text.contains("<h3>E poi</h3><p>La frase numero 3"),
        "{text}"
    );
}

#[test]
fn a_list_of_links_that_a_sentence_announces_is_of_the_text() {
    let within = "<p>I documenti sono disponibili agli indirizzi:</p><ul><li><a href=/a>Primo</a><li><a href=/b>Secondo</a></ul>";
    assert!(html(&page("", within, "")).contains("<li><a href=\"/a\">Primo</a></li>"));
}

#[test]
fn the_headline_and_its_byline_are_not_repeated_and_the_standfirst_is_kept() {
    let page = format!(
        "<html lang=it><meta name=author content='Ada Rossi'><body><article><header><h1>La sonda parte</h1>
         <p class=standfirst>Dopo mesi di attesa il lancio è riuscito.</p></header>
         <div class=body><h2>La sonda parte</h2><p>di Ada Rossi</p><p>9 settembre 2025</p>{}{}{}</div></article>",
        prose(1),
        prose(2),
        prose(3)
    );
    let text = html(&page);
    assert!(
        text.starts_with("<p>Dopo mesi di attesa il lancio è riuscito.</p><p>La frase numero 1"),
        "{text}"
    );
}

#[test]
fn pictures_are_found_where_scripts_would_load_them() {
    for (within, wanted) in [
        (
            "<figure><picture><source srcset='/a.webp 1x, /b.webp 2x'><img src='data:image/gif;base64,x'></picture></figure>",
            "/a.webp",
        ),
        (
            "<figure><noscript><img src=/c.jpg alt=x></noscript></figure>",
            "/c.jpg",
        ),
        (
            "<div class=wp-caption><img data-lazy-src=/d.jpg src=/grey.gif><p>Sotto la foto</p></div>",
            "/d.jpg",
        ),
    ] {
        let text = html(&page("", within, ""));
        assert!(
            text.contains(&format!("<figure><img src=\"{wanted}\"")),
            "{text}"
        );
    }
}

#[test]
fn a_page_that_hides_its_text_or_names_it_badly_is_read_all_the_same() {
    let paragraphs: String = (1..6).map(prose).collect();
    for body in [
        format!("<h1>La sonda parte</h1><div style='display: none'>{paragraphs}</div>"),
        format!("<form class=popup><h1>La sonda parte</h1><div>{paragraphs}</div></form>"),
        format!(
            "<div class=sidebar-layout><h1>La sonda parte</h1><div class=sidebar-layout__content>{paragraphs}</div></div>"
        ),
        format!(
            "<h1>La sonda parte</h1>{}",
            paragraphs.replace("<p>", "").replace("</p>", "<br><br>")
        ),
    ] {
        let text = html(&body);
        assert_eq!(
            text.matches("La frase numero").count(),
            5,
            "{body} gave {text}"
        );
    }
}

#[test]
fn what_json_ld_tells_stands_in_for_a_text_that_is_not_there() {
    let told = format!(
        "{}\\n\\n{}",
        "Una frase lunga. ".repeat(10),
        "Un'altra frase. ".repeat(5)
    );
    let page = format!(
        r#"<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Uno","articleBody":"{told}"}}</script><h1>Uno</h1>"#
    );
    assert_eq!(html(&page).matches("<p>").count(), 2);
}

#[test]
fn hostile_pages_take_linear_time() {
    let many = |part: &str, count: usize| part.repeat(count);
    for body in [
        many("<p>x<a href=/a>y</a>", 50_000),
        many(
            "<div itemscope itemtype='https://schema.org/Article'><i itemprop=author>",
            190,
        ),
        many("<time datetime=2025-09-09>9 settembre 2025</time>", 30_000),
        many("<h1>Uno - Due | Tre</h1>", 20_000),
        format!("<span class='{}'>x</span>", many("share-bar ", 100_000)),
        format!("<title>{}</title>", many("Agenzia - ", 100_000)),
        format!("<meta name=author content='{}'>", many("di ", 300_000)),
    ] {
        let page = cut::parse(&body).expect("a page that can be parsed");
        let base = Url::parse("https://agenzia.example/").expect("an address");
        let dates = date::Context {
            languages: &[],
            timezone: Tz::UTC,
            now: "2025-10-01T12:00:00Z".parse().expect("a time"),
            format: None,
            order: None,
        };
        let start = std::time::Instant::now();
        read(&page, &base, &dates);
        assert!(start.elapsed().as_secs() < 20, "{}", &body[..80]);
    }
}
