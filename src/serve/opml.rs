//! The sources as OPML 2.0 (<https://opml.org/spec2.opml>), for readers and for whoever wants to know what is read.

use quick_xml::escape::escape;

use super::notes::hidden;
use crate::config::{Config, Source};
use crate::model::Kind;
use crate::store::Summary;

/// All configured sources, those that are feeds as subscriptions, the others as links. Nothing of an address is shown
/// that may be a secret.
pub(super) fn sources(config: &Config, known: &[Summary]) -> String {
    let title = escape(&config.site.title).into_owned();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>{title}: sources</title>\n  </head>\n  <body>\n"
    );
    for source in &config.sources {
        let state = known.iter().find(|other| other.id == source.id);
        outline(&mut out, source, state);
    }
    out.push_str("  </body>\n</opml>\n");
    out
}

fn outline(out: &mut String, source: &Source, known: Option<&Summary>) {
    let state = known.map(|known| &known.state);
    let announced = state.and_then(|state| state.feed_url.as_ref());
    let is_feed = announced.is_some() || state.is_some_and(|state| state.kind == Some(Kind::Feed));
    let page = hidden(source.url.as_str());
    let asked = announced.map(|feed| hidden(feed.as_str()));
    let address = asked.unwrap_or_else(|| page.clone());
    let language = match source.languages.as_slice() {
        [one] => one.tag(),
        _ => "",
    };
    let categories: Vec<String> = source.tags.iter().map(|tag| format!("/{tag}")).collect();
    let kind = if is_feed { "rss" } else { "link" };
    let attributes = [
        ("type", kind),
        ("text", &source.title),
        ("title", &source.title),
        ("language", language),
        ("category", &categories.join(",")),
        (if is_feed { "xmlUrl" } else { "url" }, &address),
        ("htmlUrl", if announced.is_some() { &page } else { "" }),
    ];
    out.push_str("    <outline");
    for (name, value) in attributes {
        if !value.is_empty() {
            out.push_str(&format!(" {name}=\"{}\"", escape(value)));
        }
    }
    out.push_str("/>\n");
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::store::SourceState;

    #[test]
    fn feeds_are_subscriptions_other_sources_links_and_secrets_are_hidden() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "site = { title = \"Rassegna & co\", languages = [\"it\"] }\n\
             [source.a]\nurl = \"https://a.example/rss?key=hunter2\"\ntitle = \"A <b>\"\ntags = [\"agency\", \"space\"]\n\
             [source.b]\nurl = \"https://b.example/notizie\"\n\
             [source.c]\nurl = \"https://c.example/notizie\"\n";
        std::fs::write(file.path(), text).unwrap();
        let config = crate::config::load(file.path()).unwrap();
        let known = |id: &str, kind, feed_url: Option<&str>| Summary {
            id: crate::model::SourceId(id.into()),
            title: String::new(),
            url: String::new(),
            state: SourceState {
                kind: Some(kind),
                feed_url: feed_url.map(|url| url.parse().unwrap()),
                ..SourceState::default()
            },
            items: 0,
        };
        let known = [
            known("a", Kind::Feed, None),
            known("b", Kind::Feed, Some("https://b.example/feed")),
        ];
        insta::assert_snapshot!(sources(&config, &known), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <opml version="2.0">
          <head>
            <title>Rassegna &amp; co: sources</title>
          </head>
          <body>
            <outline type="rss" text="A &lt;b&gt;" title="A &lt;b&gt;" language="it" category="/agency,/space" xmlUrl="https://a.example/rss?…"/>
            <outline type="rss" text="b.example" title="b.example" language="it" xmlUrl="https://b.example/feed" htmlUrl="https://b.example/notizie"/>
            <outline type="link" text="c.example" title="c.example" language="it" url="https://c.example/notizie"/>
          </body>
        </opml>
        "#);
    }
}
