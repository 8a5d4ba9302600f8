//! What a feed is sent as (RFC 9110 §12.5.1). Browsers show XML with its style sheet, but know no feeds: they show their
//! source, or offer to save it. So who prefers XML gets the same bytes under that name.

use hyper::header::{self, HeaderMap, HeaderValue};

use super::coding::weight;

/// What any XML may be sent as.
const XML: &str = "application/xml";

/// The media type in place of a feed's own, where the request prefers it.
pub(super) fn instead(own: &str, asked: &HeaderMap) -> Option<HeaderValue> {
    let own = own.split(';').next().unwrap_or(own);
    if !matches!(own, "application/rss+xml" | "application/atom+xml") {
        return None;
    }
    (preference(XML, asked) > preference(own, asked))
        .then(|| HeaderValue::from_static("application/xml; charset=utf-8"))
}

/// How much a request wants a media type, in thousandths: what its most special range says that has the type.
fn preference(media_type: &str, asked: &HeaderMap) -> u16 {
    let lines = asked.get_all(header::ACCEPT).iter();
    let ranges = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    let mut best = (0, 0);
    for range in ranges {
        let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
        let special = match name.trim() {
            name if name.eq_ignore_ascii_case(media_type) => 3,
            "application/*" => 2,
            "*/*" => 1,
            _ => continue,
        };
        if special > best.0 {
            best = (special, weight(parameters));
        }
    }
    best.1
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sent(own: &str, accept: &str) -> bool {
        let mut asked = HeaderMap::new();
        asked.insert(header::ACCEPT, accept.parse().unwrap());
        instead(own, &asked).is_some()
    }

    #[test]
    fn a_browser_gets_a_feed_as_xml_and_a_feed_reader_as_a_feed() {
        let rss = "application/rss+xml; charset=utf-8";
        let atom = "application/atom+xml; charset=utf-8";
        for browser in [
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
            "application/xml",
            "Application/XML, application/*;q=0.5",
        ] {
            assert!(sent(rss, browser) && sent(atom, browser), "{browser}");
            assert!(!sent("application/feed+json", browser), "{browser}");
            assert!(!sent("text/html; charset=utf-8", browser), "{browser}");
        }
        for reader in [
            "*/*",
            "",
            "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.8",
            "application/*, text/html",
            "application/xml;q=0, */*",
            "application/atom+xml,application/rss+xml,application/xml,text/xml",
        ] {
            assert!(!sent(rss, reader) && !sent(atom, reader), "{reader}");
        }
        assert!(instead(rss, &HeaderMap::new()).is_none());
    }
}
