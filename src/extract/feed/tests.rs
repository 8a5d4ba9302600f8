#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::model::{DateText, Enclosure, Place};

fn url() -> Url {
    Url::parse("https://agency.example/feeds/news.xml").unwrap()
}

fn reading(body: &str) -> FeedReading {
    read(body.as_bytes(), None, &url()).unwrap()
}

/// An RSS 2.0 feed around `items`.
fn rss(items: &str) -> String {
    format!(
        "<rss version=\"2.0\"><channel><title>Agency</title><link>/</link>{items}</channel></rss>"
    )
}

fn only(body: &str) -> RawItem {
    let mut reading = reading(body);
    assert_eq!(reading.items.len(), 1, "{reading:?}");
    reading.items.remove(0)
}

fn titles(body: &str) -> Vec<String> {
    reading(body)
        .items
        .into_iter()
        .map(|item| item.title.unwrap_or_default())
        .collect()
}

fn machine(text: &str) -> DateText {
    DateText {
        text: text.into(),
        place: Place::Feed,
        machine: true,
    }
}

fn warned(reading: &FeedReading, fault: Fault) -> bool {
    reading.warnings.contains(&fault.sentence())
}

const ATOM: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="it" xml:base="https://site.example/a/">
<title>Sito</title><link rel="self" href="feed.atom"/><link href="/"/><rights>© Sito</rights>
<author><name>Redazione</name></author>
<entry xml:lang="en"><id> tag:site.example,2025:1 </id><title type="html">One &amp;amp; two</title>
<link rel="edit" href="edit/1"/><link rel="replies" href="replies/1"/>
<link rel="alternate" type="application/pdf" href="1.pdf"/><link rel="alternate" type="text/html" href="1.html"/>
<link rel="enclosure" href="1.mp3" type="audio/mpeg" length="12"/>
<updated>2025-09-02T10:00:00+02:00</updated><published>2025-09-01T08:30:00Z</published>
<category term="s" label="Space"/><category term="moon"/><author><name>Ada</name><email>a@b.example</email></author>
<content type="xhtml" xml:base="img/"><div xmlns="http://www.w3.org/1999/xhtml"><p>a &lt; b<br/>c</p></div></content></entry>
<entry><id>https://site.example/2</id><title>Due</title><updated>2025-09-03</updated><summary>Breve</summary></entry>
</feed>"#;

#[test]
fn atom_is_read_whole() {
    let reading = reading(ATOM);
    assert_eq!(reading.title.as_deref(), Some("Sito"));
    assert_eq!(reading.link.as_deref(), Some("https://site.example/"));
    assert_eq!(reading.language.as_deref(), Some("it"));
    assert_eq!(reading.rights.as_deref(), Some("© Sito"));
    assert_eq!((reading.warnings.len(), reading.partial), (0, false));
    let [first, second] = reading.items.as_slice() else {
        panic!("two items")
    };
    assert_eq!(
        first,
        &RawItem {
            guid: Some("tag:site.example,2025:1".into()),
            title: Some("One &amp; two".into()),
            link: Some("https://site.example/a/1.html".into()),
            base: Some(Url::parse("https://site.example/a/img/").unwrap()),
            published: vec![machine("2025-09-01T08:30:00Z")],
            updated: Some(machine("2025-09-02T10:00:00+02:00")),
            summary: None,
            html: Some("<p>a &lt; b<br/>c</p>".into()),
            image: None,
            authors: vec!["Ada".into()],
            categories: vec!["Space".into(), "moon".into()],
            enclosures: vec![Enclosure {
                url: "https://site.example/a/1.mp3".into(),
                media_type: "audio/mpeg".into(),
                length: Some(12)
            }],
            language: Some("en".into()),
            rights: None,
            alternates: Vec::new(),
        }
    );
    assert_eq!(
        second.link.as_deref(),
        Some("https://site.example/2"),
        "an id that is an address stands for the link"
    );
    assert_eq!(
        second.published,
        [machine("2025-09-03")],
        "a date of change is better than none"
    );
    assert_eq!(second.authors, ["Redazione"]);
    assert_eq!(second.language.as_deref(), Some("it"));
    assert_eq!(
        (second.summary.as_deref(), second.html.as_deref()),
        (Some("Breve"), None)
    );
}

#[test]
fn rss_is_read_whole() {
    let item = only(
        r#"<rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/" xmlns:d="http://purl.org/dc/elements/1.1/"
        xmlns:media="http://search.yahoo.com/mrss/"><channel><item><title>Lancio</title><link>/n/1?a=1&amp;b=2</link>
        <guid isPermaLink="false">n-1</guid><pubDate> Tue, 09 Sep 2025
        10:00 CEST</pubDate><d:date>2025-09-09</d:date><description>Un &lt;b&gt;lancio&lt;/b&gt;</description>
        <c:encoded><![CDATA[<p>Tutto</p>]]></c:encoded><author>red@site.example (Ada Rossi)</author><d:creator>No</d:creator>
        <category>Spazio</category><d:rights>CC BY</d:rights><media:group><media:thumbnail url="/t.jpg"/></media:group>
        <enclosure url="/f.pdf" type="application/pdf" length="x"/></item></channel></rss>"#,
    );
    assert_eq!(item.guid.as_deref(), Some("n-1"));
    assert_eq!(
        item.link.as_deref(),
        Some("https://agency.example/n/1?a=1&b=2")
    );
    assert_eq!(
        item.published,
        [
            machine("Tue, 09 Sep 2025 10:00 CEST"),
            machine("2025-09-09")
        ]
    );
    assert_eq!(
        item.updated, None,
        "a date of publication is no date of change"
    );
    assert_eq!(item.summary.as_deref(), Some("Un <b>lancio</b>"));
    assert_eq!(item.html.as_deref(), Some("<p>Tutto</p>"));
    assert_eq!(
        (item.authors, item.categories),
        (vec!["Ada Rossi".to_owned()], vec!["Spazio".to_owned()])
    );
    assert_eq!(item.rights.as_deref(), Some("CC BY"));
    assert_eq!(item.image.as_deref(), Some("https://agency.example/t.jpg"));
    assert_eq!(item.enclosures[0].url, "https://agency.example/f.pdf");
    assert_eq!(item.enclosures[0].length, None);
}

#[test]
fn rdf_is_read_with_items_outside_the_channel() {
    let item = only(
        r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>T</title><dc:language>fr</dc:language>
        <items><rdf:Seq><rdf:li resource="https://s.example/1"/></rdf:Seq></items></channel>
        <item rdf:about="https://s.example/1"><title>Un</title><dc:date>2025-01-02</dc:date><dc:subject>A</dc:subject></item></rdf:RDF>"#,
    );
    assert_eq!(item.guid.as_deref(), Some("https://s.example/1"));
    assert_eq!(item.link.as_deref(), Some("https://s.example/1"));
    assert_eq!(item.published, [machine("2025-01-02")]);
    assert_eq!(item.categories, ["A"]);
}

#[test]
fn atom_03_speaks_its_own_words() {
    let item = only(
        r#"<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="base64">Q2l0dMOg</title>
        <link rel="alternate" href="/1"/><issued>2004-01-02T03:04</issued><modified>2004-02-03</modified>
        <content type="text/html" mode="escaped">&lt;p&gt;x&lt;/p&gt;</content></entry></feed>"#,
    );
    assert_eq!(item.title.as_deref(), Some("Città"));
    assert_eq!(item.published, [machine("2004-01-02T03:04")]);
    assert_eq!(item.updated, Some(machine("2004-02-03")));
    assert_eq!(item.html.as_deref(), Some("<p>x</p>"));
}

#[test]
fn json_feed_is_read_with_ids_of_any_kind() {
    let body = r#"{"version":"https:\/\/jsonfeed.org\/version\/1.1","title":"J","home_page_url":"/","language":"de",
        "authors":[{"name":"Eva"}],"items":[{"id":7,"url":"/7","title":"Sieben","content_text":"a < b","image":"/i.png",
        "date_published":"2025-01-01","tags":["x"],"attachments":[{"url":"/a.mp3","mime_type":"audio/mpeg","size_in_bytes":3}]},
        {"id":"https://j.example/8","date_modified":"2025-01-02","content_html":"<p>8</p>","author":{"name":"Ben"}},{}]}"#;
    let reading = reading(body);
    let [seven, eight, empty] = reading.items.as_slice() else {
        panic!("three items")
    };
    assert_eq!(
        (seven.guid.as_deref(), seven.link.as_deref()),
        (Some("7"), Some("https://agency.example/7"))
    );
    assert_eq!(seven.html.as_deref(), Some("a &lt; b"));
    assert_eq!(seven.authors, ["Eva"]);
    assert_eq!(seven.enclosures[0].length, Some(3));
    assert_eq!(eight.link.as_deref(), Some("https://j.example/8"));
    assert_eq!(
        (&eight.published[..], &eight.authors[..]),
        (&[machine("2025-01-02")][..], &["Ben".to_owned()][..])
    );
    assert_eq!((&empty.guid, &empty.link), (&None, &None));
    assert!(warned(&reading, Fault::WrongType));
    assert!(looks_like_feed(body.as_bytes(), None));
}

#[test]
fn json_that_breaks_off_keeps_its_complete_items() {
    let body = r#"{"version":"https://jsonfeed.org/version/1","title":"J","items":[{"id":"1"},{"id":"2"},{"id":"3","ti"#;
    let reading = reading(body);
    assert_eq!((reading.items.len(), reading.partial), (2, true));
    assert_eq!(reading.title.as_deref(), Some("J"));
}

#[test]
fn what_is_no_feed_says_what_it_is() {
    let told = |body: &str| {
        read(body.as_bytes(), Some("application/rss+xml"), &url())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(told(""), "the body is empty");
    assert_eq!(told(" \n\t\u{FEFF}"), "the body is nothing but white space");
    assert_eq!(
        told(
            "<!DOCTYPE html><html><head><title>Just a\n moment &amp; more</title></head><body></body></html>"
        ),
        "this is a web page (\"Just a moment & more\"), not a feed"
    );
    assert_eq!(
        told("<br><b>Fatal error</b>: no"),
        "this is a web page, not a feed"
    );
    assert_eq!(
        told("{\"error\": \"not found\"}"),
        "this is JSON, but no JSON Feed"
    );
    assert_eq!(told("[1]"), "this is JSON, but no JSON Feed");
    assert_eq!(
        told("<urlset><url/></urlset>"),
        "this is XML, but no feed: its root element is <urlset>"
    );
    assert_eq!(told("not found"), "this is neither XML nor JSON");
    assert!(told("<rss\nversion=\"2.0\"").ends_with("after line 2, before its first element"));
    assert_eq!(told(&"[".repeat(200_000)), "this is JSON, but no JSON Feed");
    assert!(told("{\"version\": nonsense").starts_with("the JSON can't be read: "));
    assert!(!looks_like_feed(
        b"<html><link type='application/rss+xml'>",
        Some("application/rss+xml")
    ));
    assert!(looks_like_feed(b"<rss>", Some("text/html")));
}

#[test]
fn ampersands_that_stand_alone_are_kept() {
    let body = rss("<item><title>R&D & more &unknown; AT&T</title><link>/a?b=1&c=2</link></item>");
    let reading = reading(&body);
    assert_eq!(
        reading.items[0].title.as_deref(),
        Some("R&D & more &unknown; AT&T")
    );
    assert_eq!(
        reading.items[0].link.as_deref(),
        Some("https://agency.example/a?b=1&c=2")
    );
    assert!(warned(&reading, Fault::BareAmpersand));
}

#[test]
fn elements_that_are_not_closed_lose_no_item() {
    let body = rss(
        "<item><title>A</title><description>x<br>y<p>z</description></item><item><title>B</title>
        <item><title>C</title></b></item>",
    );
    let reading = reading(&body);
    assert_eq!(reading.items[0].summary.as_deref(), Some("x<br/>y<p>z</p>"));
    assert_eq!(titles(&body), ["A", "B", "C"]);
    assert!(warned(&reading, Fault::Unbalanced) && !reading.partial);
}

#[test]
fn what_stands_before_or_after_the_feed_is_skipped() {
    let feed = rss("<item><title>A</title></item>");
    for before in [
        "Warning: x\n",
        "\u{FEFF}\u{FEFF}\n\n",
        "<br />\n<b>Notice</b>: y in /z<br />",
        "\n\n<?xml version='1.0'?><!-- <rss> -->",
    ] {
        let body = format!("{before}{feed}<script>x</p><!-- trailing");
        assert_eq!(titles(&body), ["A"], "{before}");
        assert_eq!(
            warned(&reading(&body), Fault::JunkBefore),
            before.contains(':'),
            "{before}"
        );
    }
}

#[test]
fn any_version_and_case_of_rss_is_read() {
    for version in [
        "",
        " version='0.91'",
        " version='0.94'",
        " version='2.01'",
        " version='1.0'",
        " VERSION=2.0",
    ] {
        assert_eq!(
            titles(&rss("<item><title>A</title></item>").replace(" version=\"2.0\"", version)),
            ["A"]
        );
    }
    let item = only(
        "<RSS><CHANNEL><ITEM><TITLE>A</TITLE><LINK>/a</LINK><PUBDATE>now</PUBDATE></ITEM></CHANNEL></RSS>",
    );
    assert_eq!(
        (item.link.as_deref(), item.published),
        (Some("https://agency.example/a"), vec![machine("now")])
    );
}

#[test]
fn bytes_that_are_not_what_they_say_are_read_all_the_same() {
    let latin = b"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><item><title>Citt\xE0 pi\xF9 bella</title></item></channel></rss>";
    let reading = read(latin, Some("text/xml"), &url()).unwrap();
    assert_eq!(reading.items[0].title.as_deref(), Some("Città più bella"));
    assert_eq!(reading.warnings.len(), 1);
    let utf16: Vec<u8> = "\u{FEFF}"
        .encode_utf16()
        .chain(ATOM.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    assert_eq!(read(&utf16, None, &url()).unwrap().items.len(), 2);
    assert!(looks_like_feed(&utf16, None));
}

#[test]
fn characters_that_xml_forbids_are_dropped() {
    let item = only(&rss(
        "<item><title>a\u{B}b\u{0}c&#x0;d&#xD800;e&#8;f&#150;g</title><description><![CDATA[x\u{1}y]]></description></item>",
    ));
    assert_eq!(item.title.as_deref(), Some("abcdef–g"));
    assert_eq!(item.summary.as_deref(), Some("xy"));
}

#[test]
fn html_names_of_characters_are_read_outside_cdata_only() {
    let item = only(&rss(
        "<item><title>citt&agrave;&nbsp;&LT;</title><description><![CDATA[&egrave;]]></description></item>",
    ));
    assert_eq!(item.title.as_deref(), Some("città\u{a0}<"));
    assert_eq!(item.summary.as_deref(), Some("&egrave;"));
}

#[test]
fn titles_escaped_twice_are_left_as_given() {
    let item = only(&rss(
        "<item><title>A &amp;amp; B &lt;b&gt;x&lt;/b&gt;</title></item>",
    ));
    assert_eq!(item.title.as_deref(), Some("A &amp; B <b>x</b>"));
}

#[test]
fn nothing_is_invented_where_there_is_no_guid() {
    let body = rss("<item><title>A</title></item><item><description>x</description></item>");
    for item in reading(&body).items {
        assert_eq!(
            (item.guid, item.link, item.published.len(), item.updated),
            (None, None, 0, None)
        );
    }
}

#[test]
fn a_guid_is_the_link_only_if_it_may_be() {
    let link = |guid: &str| only(&rss(&format!("<item>{guid}</item>"))).link;
    assert_eq!(
        link("<guid>https://a.example/1</guid>").as_deref(),
        Some("https://a.example/1")
    );
    assert_eq!(
        link("<guid isPermaLink='false'>https://a.example/1</guid>"),
        None
    );
    assert_eq!(link("<guid>a-1</guid>"), None);
    assert_eq!(
        link("<link>/x</link><guid>https://a.example/1</guid>").as_deref(),
        Some("https://agency.example/x")
    );
}

#[test]
fn prefixes_mean_what_the_document_or_custom_says() {
    let body = rss(
        "<item><title>Own</title><media:title>Photo</media:title><dc:creator>Ada</dc:creator><foo:title>No</foo:title></item>",
    );
    let reading = reading(&body);
    assert_eq!(reading.items[0].title.as_deref(), Some("Own"));
    assert_eq!(reading.items[0].authors, ["Ada"]);
    assert!(warned(&reading, Fault::UndeclaredPrefix));
    let item = only(
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>A</a:title></a:entry></a:feed>",
    );
    assert_eq!(item.title.as_deref(), Some("A"));
}

#[test]
fn attributes_are_read_however_they_are_quoted() {
    let item = only(
        "<feed xmlns=http://www.w3.org/2005/Atom><entry><link href='/a?x=\"1\"&y' rel=alternate hidden><id/></entry></feed>",
    );
    assert_eq!(
        item.link.as_deref(),
        Some("https://agency.example/a?x=%221%22&y")
    );
}

#[test]
fn names_of_people_lose_their_addresses() {
    for (text, name) in [
        ("ada@x.example (Ada Rossi)", Some("Ada Rossi")),
        ("Ada Rossi <ada@x.example>", Some("Ada Rossi")),
        ("Ada Rossi (mailto:ada@x.example)", Some("Ada Rossi")),
        ("Ada (Rome)", Some("Ada (Rome)")),
        ("ada@x.example", None),
        ("（è@x.example）è", None),
    ] {
        let item = only(&rss(&format!(
            "<item><author>{}</author></item>",
            text.replace('<', "&lt;")
        )));
        assert_eq!(item.authors.first().map(String::as_str), name, "{text}");
    }
}

#[test]
fn a_feed_cut_anywhere_keeps_its_complete_items() {
    let body = rss(
        "<item><title>A</title></item><item><title><![CDATA[B]]></title></item><item><title>C</title></item>",
    );
    for (end, _) in body.char_indices().skip(body.find("</title>").unwrap()) {
        let cut = &body[..end];
        let reading = reading(cut);
        let complete = cut.matches("</item>").count();
        // An item that was begun and says nothing yet only shows that the feed is not empty.
        let telling = reading.items.iter().filter(|item| item.title.is_some());
        assert_eq!(
            (telling.count(), reading.partial),
            (complete, true),
            "{cut}"
        );
        assert!(warned(&reading, Fault::Cut));
    }
    assert!(!reading(&body).partial);
}

#[test]
fn entities_that_the_document_declares_are_plain_text_only() {
    let body = format!(
        "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'boom'><!ENTITY b '&a;&a;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]>{}",
        rss("<item><title>&a; &b; &x;</title><guid isPermaLink='false'>&a;/1</guid></item>")
    );
    let item = only(&body);
    assert_eq!(
        item.title.as_deref(),
        Some("boom &a;&a; &x;"),
        "no entity within an entity, nothing from outside"
    );
    assert_eq!(item.guid.as_deref(), Some("boom/1"));
}

#[test]
fn entities_cannot_blow_a_document_up() {
    let body = format!(
        "<!DOCTYPE rss [<!ENTITY a '{}'>]>{}",
        "x".repeat(1000),
        rss(&format!(
            "<item><title>{}</title></item>",
            "&a;".repeat(100_000)
        ))
    );
    let title = only(&body).title.unwrap();
    assert!(title.len() < 2 * 1024 * 1024, "{}", title.len());
}

#[test]
fn a_text_of_a_type_that_is_none_is_base_64() {
    let title = |tag: &str| {
        let feed = format!("<feed xmlns='http://www.w3.org/2005/Atom'><entry>{tag}</entry></feed>");
        only(&feed).title
    };
    assert_eq!(
        title("<title type='application/octet-stream'>TGFuY2lv</title>").as_deref(),
        Some("Lancio")
    );
    assert_eq!(
        title("<title type='application/octet-stream'>Not base 64!</title>").as_deref(),
        Some("Not base 64!")
    );
    assert_eq!(
        title("<title type='text/plain'>TGFuY2lv</title>").as_deref(),
        Some("TGFuY2lv")
    );
}

#[test]
fn dublin_core_stands_in_where_a_feed_says_nothing_itself() {
    let item = only(
        "<rss version='2.0' xmlns:t='http://purl.org/dc/terms/'><channel><item><t:title>Lancio</t:title>\
         <t:date>2025-09-09</t:date><t:creator>Ada</t:creator><t:abstract>Breve</t:abstract>\
         <t:subject>Luna</t:subject><t:rights>CC BY</t:rights></item></channel></rss>",
    );
    assert_eq!(item.title.as_deref(), Some("Lancio"));
    assert_eq!(item.published, [machine("2025-09-09")]);
    assert_eq!(item.authors, ["Ada"]);
    assert_eq!(item.summary.as_deref(), Some("Breve"));
    assert_eq!(item.categories, ["Luna"]);
    assert_eq!(item.rights.as_deref(), Some("CC BY"));
}

#[test]
fn bases_nest() {
    let feed = "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://a.example/x/'><entry xml:base='y/'>\
                <link xml:base='z/' href='1'/></entry><entry xml:base='/w/'><link href='2'/></entry></feed>";
    let links: Vec<_> = reading(feed)
        .items
        .into_iter()
        .filter_map(|item| item.link)
        .collect();
    assert_eq!(
        links,
        ["https://a.example/x/y/z/1", "https://a.example/w/2"]
    );
}

#[test]
fn cdf_is_read() {
    let reading = reading(
        "<CHANNEL BASE='https://site.example/cdf/' HREF='/'><TITLE>Canale</TITLE>\
         <ITEM HREF='uno' LASTMOD='2025-09-09T18:05+02:00'><TITLE>Uno</TITLE><ABSTRACT>Breve</ABSTRACT></ITEM>\
         <ITEM><A HREF='due'>Due</A></ITEM></CHANNEL>",
    );
    let [first, second] = reading.items.as_slice() else {
        panic!("two items: {reading:?}")
    };
    assert_eq!(first.link.as_deref(), Some("https://site.example/cdf/uno"));
    assert_eq!(first.title.as_deref(), Some("Uno"));
    assert_eq!(first.summary.as_deref(), Some("Breve"));
    assert_eq!(first.published, [machine("2025-09-09T18:05+02:00")]);
    assert_eq!(second.link.as_deref(), Some("https://site.example/cdf/due"));
}

#[test]
fn of_several_links_the_page_in_the_own_language_counts() {
    let entry = |language: &str| {
        let feed = format!(
            "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='{language}'><entry>\
             <link rel='related' href='https://a.example/r'/><link rel='via' href='https://a.example/v'/>\
             <link hreflang='en-GB' href='https://a.example/en'/><link hreflang='it' href='https://a.example/it'/>\
             </entry></feed>"
        );
        only(&feed).link.unwrap()
    };
    assert_eq!(entry("it-IT"), "https://a.example/it");
    assert_eq!(entry("en"), "https://a.example/en");
    assert_eq!(entry("de"), "https://a.example/en", "the first, if none is");
    let versions = only(&rss("<item><link>https://a.example/it</link>\
         <atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='alternate' hreflang='en' href='https://a.example/en'/></item>"));
    assert_eq!(versions.link.as_deref(), Some("https://a.example/it"));
    let english = ("en".to_owned(), "https://a.example/en".to_owned());
    assert_eq!(versions.alternates, [english]);
    let links = |links: &str| only(&rss(&format!("<item>{links}</item>"))).link.unwrap();
    assert_eq!(
        links("<link>https://a.example/1</link><link>https://a.example/2</link>"),
        "https://a.example/2"
    );
    assert_eq!(
        links("<link>https://a.example/1</link><link rel='replies' href='https://a.example/2'/>"),
        "https://a.example/1"
    );
}

#[test]
fn more_items_than_the_limit_are_not_read() {
    let body = rss(&"<item><title>A</title></item>".repeat(100_000));
    let reading = reading(&body);
    assert_eq!(reading.items.len(), crate::extract::MAX_ITEMS);
    assert!(warned(&reading, Fault::TooManyItems) && !reading.partial);
}

#[test]
fn of_too_many_items_the_newest_are_kept_in_their_order() {
    let most = crate::extract::MAX_ITEMS;
    let count = 3 * most + 7;
    let item = |i: usize| {
        let date = format!(
            "<pubDate>{:02} Jan {} 10:00:00 GMT</pubDate>",
            i % 28 + 1,
            1900 + i / 28
        );
        format!("<item><title>{i}</title>{date}</item>")
    };
    let oldest_first: String = (0..count).map(item).collect();
    let newest_first: String = (0..count).rev().map(item).collect();
    let reading = reading(&rss(&oldest_first));
    assert_eq!(reading.items.len(), most);
    assert!(warned(&reading, Fault::TooManyItems));
    let kept: Vec<String> = (count - most..count).map(|i| i.to_string()).collect();
    assert_eq!(titles(&rss(&oldest_first)), kept);
    let reversed: Vec<String> = kept.into_iter().rev().collect();
    assert_eq!(titles(&rss(&newest_first)), reversed);
    let json: Vec<String> = (0..count)
        .map(|i| format!("{{\"id\":\"{i}\",\"title\":\"{i}\",\"date_published\":\"{:04}-01-{:02}T10:00:00Z\"}}", 1900 + i / 28, i % 28 + 1))
        .collect();
    let json = format!(
        "{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{}]}}",
        json.join(",")
    );
    assert_eq!(
        titles(&json).into_iter().rev().collect::<Vec<_>>(),
        reversed
    );
}

#[test]
fn hostile_shapes_cost_little_time() {
    let n = 200_000;
    let shapes = [
        format!(
            "{}<item><title>A</title>{}</item></channel></rss>",
            "<rss><channel>",
            "<a>".repeat(n)
        ),
        rss(&format!(
            "<item><title>A</title>{}{}</item>",
            "<a>".repeat(n),
            "</a>".repeat(n)
        )),
        rss(&format!(
            "<item><title>A</title>{}</item>",
            "</z>".repeat(n)
        )),
        rss(&format!(
            "<item><title>A</title>{}{}</item>",
            "<q>".repeat(99),
            "</z>".repeat(n)
        )),
        rss(&format!(
            "<item {}><title>A</title></item>",
            (0..100_000)
                .map(|i| format!("a{i}='1' "))
                .collect::<String>()
        )),
        rss(&format!(
            "<item {}><title>A</title></item>",
            (0..100_000)
                .map(|i| format!("xmlns:a{i}='u' "))
                .collect::<String>()
        )),
        rss(&format!(
            "<item x='{}'><title>A</title></item>",
            "y".repeat(10_000_000)
        )),
        rss(&format!(
            "<item><title>A</title></item>{}",
            "<!--".repeat(n)
        )),
        rss(&format!(
            "<item><title>A</title></item>{}",
            "<![CDATA[".repeat(n)
        )),
        rss(&format!(
            "<item><title>A</title></item>{}",
            "<a b=\"".repeat(n + 1)
        )),
        rss(&format!(
            "<item><title>A</title></item>{}",
            "<a b=\"' c='".repeat(n)
        )),
        rss(&format!("<item><title>A{}</title></item>", "&".repeat(n))),
        rss(&format!("<item><title>A</title></item>{}", "<".repeat(n))),
        format!(
            "{}{}",
            rss("<item><title>A</title></item>"),
            "<rss><channel>".repeat(n)
        ),
    ];
    for shape in shapes {
        let start = Instant::now();
        let read = read(shape.as_bytes(), None, &url()).unwrap();
        let taken = start.elapsed();
        assert!(!read.items.is_empty(), "{}", &shape[..120]);
        assert!(
            taken < Duration::from_secs(10),
            "{taken:?} {}",
            &shape[..120]
        );
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        _ = looks_like_feed(&body, None);
        _ = read(&body, None, &url());
    }

    #[test]
    fn random_markup_never_panics(parts in proptest::collection::vec("[<>/&;'\"= !\\[\\]?-]{0,4}(rss|item|title|CDATA|a:b|à|#x|xmlns)?", 0..60)) {
        _ = read(format!("<rss><channel>{}", parts.concat()).as_bytes(), None, &url());
    }

    #[test]
    fn a_mutated_feed_never_panics(cuts in proptest::collection::vec((0.0..1.0, any::<u8>(), any::<bool>()), 1..8)) {
        let mut body = ATOM.as_bytes().to_vec();
        for (place, byte, insert) in cuts {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small text")]
            let at = (place * (body.len() - 1) as f64) as usize;
            if insert { body.insert(at, byte) } else { body[at] = byte }
        }
        _ = looks_like_feed(&body, None);
        _ = read(&body, None, &url());
    }
}
