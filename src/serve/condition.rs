//! Conditional requests (RFC 9110 §13), in the order of §13.2.2.

use hyper::header::{self, HeaderMap, HeaderName};

use super::coding::Accepted;
use super::shelf::{Form, Sheet};

/// What a request's conditions come to.
#[derive(Debug)]
pub(super) enum Verdict<'a> {
    /// It gets the document.
    Send,
    /// The reader has the document already, in this form.
    Fresh(&'a Form),
    /// It wanted the document only if it were another one.
    Failed,
}

/// Judges the conditions of a GET or HEAD for a document of which `chosen` would be sent.
pub(super) fn judge<'a>(
    asked: &HeaderMap,
    sheet: &'a Sheet,
    chosen: &'a Form,
    accepted: &Accepted,
) -> Verdict<'a> {
    let time = |name| {
        let text = asked.get(name)?.to_str().ok()?;
        httpdate::parse_http_date(text).ok()
    };
    // A validator of any form that the request could get is as good.
    let forms = || {
        let others = sheet
            .forms
            .iter()
            .filter(|form| accepted.allows(form.coding));
        std::iter::once(chosen).chain(others)
    };
    if asked.contains_key(header::IF_MATCH) {
        let named = |form: &&Form| tags(asked, header::IF_MATCH).any(|tag| is(tag, &form.etag));
        if forms().find(named).is_none() {
            return Verdict::Failed;
        }
    } else if let Some(since) = time(header::IF_UNMODIFIED_SINCE)
        && sheet.modified > since
    {
        return Verdict::Failed;
    }
    if asked.contains_key(header::IF_NONE_MATCH) {
        let named = |form: &&Form| {
            tags(asked, header::IF_NONE_MATCH)
                .map(|tag| tag.strip_prefix("W/").unwrap_or(tag))
                .any(|tag| is(tag, &form.etag))
        };
        forms().find(named).map_or(Verdict::Send, Verdict::Fresh)
    } else if time(header::IF_MODIFIED_SINCE).is_some_and(|since| sheet.modified <= since) {
        Verdict::Fresh(chosen)
    } else {
        Verdict::Send
    }
}

/// The entity tags of a header. Ours contain no comma.
fn tags(asked: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = asked.get_all(name).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}

/// Whether a tag means this one. Some readers forget the quotes.
fn is(tag: &str, etag: &str) -> bool {
    tag == "*" || tag == etag || tag == etag.trim_matches('"')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::serve::coding::Coding;
    use crate::serve::shelf::{Document, Shelf};

    const MODIFIED: &str = "Tue, 03 Mar 2026 10:00:00 GMT";

    fn shelf() -> Shelf {
        let shelf = Shelf::default();
        let modified: DateTime<Utc> = "2026-03-03T09:59:59.3Z".parse().unwrap();
        let document = Document {
            name: "a.xml".into(),
            text: "<a/>".repeat(200),
            modified,
            link: None,
        };
        shelf.fill(vec![document], None);
        shelf
    }

    /// 200, 412, or 304 with the coding of the form that it names.
    fn judged(conditions: &[(HeaderName, &str)], accept: &str) -> String {
        let sheet = &shelf().sheets().unwrap()["a.xml"];
        let of = |coding| {
            sheet
                .forms
                .iter()
                .find(|form| form.coding == coding)
                .unwrap()
        };
        let mut asked = HeaderMap::new();
        asked.insert(header::ACCEPT_ENCODING, accept.parse().unwrap());
        for (name, value) in conditions {
            let value = value
                .replace("PLAIN", &of(Coding::Identity).etag)
                .replace("GZIP", &of(Coding::Gzip).etag);
            asked.append(name, value.parse().unwrap());
        }
        let chosen = of(if accept == "gzip" {
            Coding::Gzip
        } else {
            Coding::Identity
        });
        match judge(&asked, sheet, chosen, &Accepted::of(&asked)) {
            Verdict::Send => "200".to_owned(),
            Verdict::Failed => "412".to_owned(),
            Verdict::Fresh(form) => format!("304 {:?}", form.coding),
        }
    }

    #[test]
    fn conditions_are_judged_in_the_order_of_the_rfc() {
        use hyper::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
        const LATER: &str = "Wed, 04 Mar 2026 10:00:00 GMT";
        const EARLIER: &str = "Mon, 02 Mar 2026 10:00:00 GMT";
        let plain = "304 Identity";
        let cases: &[(&[(HeaderName, &str)], &str)] = &[
            (&[], "200"),
            (&[(IF_NONE_MATCH, "PLAIN")], plain),
            (&[(IF_NONE_MATCH, "W/PLAIN")], plain),
            (&[(IF_NONE_MATCH, "*")], plain),
            (&[(IF_NONE_MATCH, "\"x\", PLAIN")], plain),
            (&[(IF_NONE_MATCH, "\"x\""), (IF_NONE_MATCH, "PLAIN")], plain),
            (&[(IF_NONE_MATCH, "\"x\"")], "200"),
            (&[(IF_NONE_MATCH, "")], "200"),
            (&[(IF_NONE_MATCH, "GZIP")], "200"),
            (&[(IF_MODIFIED_SINCE, MODIFIED)], plain),
            (
                &[(IF_MODIFIED_SINCE, "Tuesday, 03-Mar-26 10:00:00 GMT")],
                plain,
            ),
            (&[(IF_MODIFIED_SINCE, "Tue Mar  3 10:00:00 2026")], plain),
            (&[(IF_MODIFIED_SINCE, LATER)], plain),
            (&[(IF_MODIFIED_SINCE, EARLIER)], "200"),
            (&[(IF_MODIFIED_SINCE, "ieri")], "200"),
            (
                &[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, MODIFIED)],
                "200",
            ),
            (
                &[(IF_NONE_MATCH, "PLAIN"), (IF_MODIFIED_SINCE, EARLIER)],
                plain,
            ),
            (&[(IF_MATCH, "PLAIN")], "200"),
            (&[(IF_MATCH, "*")], "200"),
            (&[(IF_MATCH, "\"x\"")], "412"),
            (&[(IF_MATCH, "W/PLAIN")], "412"),
            (&[(IF_MATCH, "PLAIN"), (IF_NONE_MATCH, "PLAIN")], plain),
            (&[(IF_MATCH, "\"x\""), (IF_NONE_MATCH, "PLAIN")], "412"),
            (&[(IF_UNMODIFIED_SINCE, MODIFIED)], "200"),
            (&[(IF_UNMODIFIED_SINCE, EARLIER)], "412"),
            (&[(IF_UNMODIFIED_SINCE, "ieri")], "200"),
            (
                &[(IF_MATCH, "PLAIN"), (IF_UNMODIFIED_SINCE, EARLIER)],
                "200",
            ),
        ];
        for (conditions, expected) in cases {
            assert_eq!(judged(conditions, ""), *expected, "{conditions:?}");
        }
    }

    #[test]
    fn any_form_that_the_request_accepts_may_be_at_hand() {
        let held = |etag| judged(&[(header::IF_NONE_MATCH, etag)], "gzip");
        assert_eq!(held("GZIP"), "304 Gzip");
        assert_eq!(held("PLAIN"), "304 Identity");
        assert_eq!(held("PLAIN, GZIP"), "304 Gzip");
    }
}
