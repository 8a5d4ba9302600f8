//! OPML 2.0 (<https://opml.org/spec2.opml>): all published feeds as one list that readers can import.

use quick_xml::escape::escape;

use crate::render::SiteDocument;
use crate::render::text::{line, named};

/// The most bytes of a title or a description in the list.
const TEXT: usize = 1_000;

/// The subscription list: one outline a feed, no folders, addresses of the RSS.
#[must_use]
pub fn feeds(site: &SiteDocument) -> String {
    let mut outlines = String::new();
    for feed in &site.feeds {
        let page = format!("{}{}/", site.url, feed.name);
        let mut outline = String::from("    <outline type=\"rss\"");
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
        for (name, value) in attributes
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
        {
            outline.push_str(&format!(" {name}=\"{}\"", escape(value)));
        }
        outline.push_str("/>\n");
        outlines.push_str(&outline);
    }
    let title = line(&site.title, TEXT);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>{}</title>\n  </head>\n  <body>\n{outlines}  </body>\n</opml>\n",
        escape(&title)
    )
}
