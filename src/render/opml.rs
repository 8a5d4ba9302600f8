//! OPML 2.0 (<https://opml.org/spec2.opml>): all published feeds as one list that readers can import.

use quick_xml::escape::escape;

use crate::config::{By, Format};
use crate::render::text::{line, named};
use crate::render::texts::Texts;
use crate::render::{FeedSummary, SiteDocument};

/// The most bytes of a title or a description in the list.
const TEXT: usize = 1_000;

/// The subscription list: an outline a feed, with the address of its RSS, or of what it has instead. Those of single
/// sources and of tags have a folder each, so that whoever imports it can leave them out.
#[must_use]
pub fn feeds(site: &SiteDocument) -> String {
    let texts = Texts::of(site.language.as_ref());
    let file = [Format::Rss, Format::Atom, Format::Json]
        .into_iter()
        .find(|format| site.formats.contains(format))
        .map(Format::file);
    // Where there are pages only, there is nothing to subscribe to.
    let group = |group, indent: &str| -> String {
        let feeds = site.feeds.iter().filter(|feed| feed.group == group);
        feeds
            .filter_map(|feed| Some(outline(site, feed, file?, indent)))
            .collect()
    };
    let mut outlines = group(None, "    ");
    for (by, name) in [(By::Source, &texts.sources), (By::Tag, &texts.tags)] {
        let inside = group(Some(by), "      ");
        if !inside.is_empty() {
            let name = escape(name.as_str());
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

fn outline(site: &SiteDocument, feed: &FeedSummary, file: &str, indent: &str) -> String {
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
        (
            "version",
            if file == Format::Rss.file() {
                "RSS2"
            } else {
                ""
            },
        ),
        ("xmlUrl", &format!("{page}{file}")),
        ("htmlUrl", &page),
    ];
    let attributes: String = attributes
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!(" {name}=\"{}\"", escape(value)))
        .collect();
    format!("{indent}<outline type=\"rss\"{attributes}/>\n")
}
