//! OPML 2.0 (<https://opml.org/spec2.opml>): all published feeds as one list that readers can import.

use quick_xml::escape::escape;

use crate::config::By;
use crate::render::text::{line, named};
use crate::render::texts::Texts;
use crate::render::{FeedSummary, SiteDocument};

/// The most bytes of a title or a description in the list.
const TEXT: usize = 1_000;

/// The subscription list: an outline a feed, with the address of the RSS. Those of single sources and of tags have a
/// folder each, so that whoever imports it can leave them out.
#[must_use]
pub fn feeds(site: &SiteDocument) -> String {
    let texts = Texts::of(site.language.as_ref());
    let of = |group| site.feeds.iter().filter(move |feed| feed.group == group);
    let mut outlines: String = of(None).map(|feed| outline(site, feed, "    ")).collect();
    for (group, name) in [(By::Source, texts.sources), (By::Tag, texts.tags)] {
        let inside: String = of(Some(group))
            .map(|feed| outline(site, feed, "      "))
            .collect();
        if !inside.is_empty() {
            let name = escape(name);
            outlines.push_str(&format!(
                "    <outline text=\"{name}\">\n{inside}    </outline>\n"
            ));
        }
    }
    let title = line(&site.title, TEXT);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>{}</title>\n  </head>\n  <body>\n{outlines}  </body>\n</opml>\n",
        escape(&title)
    )
}

fn outline(site: &SiteDocument, feed: &FeedSummary, indent: &str) -> String {
    let page = format!("{}{}/", site.url, feed.name);
    let title = named(&feed.title, TEXT, &feed.name);
    let description = line(&feed.description, TEXT);
    let attributes = [
        ("text", title.as_str()),
        ("title", title.as_str()),
        ("description", description.as_str()),
        (
            "language",
            feed.language.as_ref().map_or("", |language| language.tag()),
        ),
        ("version", "RSS2"),
        ("xmlUrl", &format!("{page}rss.xml")),
        ("htmlUrl", &page),
    ];
    let attributes: String = attributes
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!(" {name}=\"{}\"", escape(value)))
        .collect();
    format!("{indent}<outline type=\"rss\"{attributes}/>\n")
}
