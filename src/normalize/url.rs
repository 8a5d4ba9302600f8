//! Addresses: made absolute, rid of what only tracks, and compared without what makes no difference.

use std::collections::HashMap;

use ::url::Url;

use crate::model::Item;

/// The longest address that is kept, in bytes.
const LONGEST: usize = 2_000;

/// Query parameters that tell the site where a reader came from; a `*` ends a prefix.
const TRACKING: &[&str] = &[
    "utm_*",
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "ttclid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "_hsenc",
    "_hsmi",
    "hsctatracking",
    "oly_anon_id",
    "oly_enc_id",
    "vero_id",
    "wickedid",
    "_openstat",
    "at_campaign",
    "at_medium",
    "at_custom*",
    "pk_campaign",
    "pk_kwd",
    "pk_source",
    "pk_medium",
    "piwik_*",
    "mtm_*",
    "matomo_*",
    "ga_*",
    "_ga",
    "_gl",
    "xtor",
    "cmpid",
    "ns_campaign",
    "ns_mchannel",
    "ns_source",
    "spm",
    "ref_src",
];
/// Parameters that name a visit.
const SESSION: &[&str] = &[
    "phpsessid",
    "jsessionid",
    "aspsessionid*",
    "sessionid",
    "session_id",
    "sid",
    "cfid",
    "cftoken",
    "zenid",
];

/// An address made absolute: `http` or `https`, without user and password.
///
/// # Errors
///
/// What is wrong with it, in plain words.
pub(super) fn resolved(written: &str, base: &Url) -> Result<Url, String> {
    let written = written.trim();
    if written.is_empty() {
        return Err("it is empty".into());
    }
    let mut url = base
        .join(written)
        .map_err(|why| format!("`{}` is no address ({why})", super::shorten(written, 100)))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{}:` is no scheme of the web", url.scheme()));
    }
    if url.as_str().len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let cleared = url.set_username("").and_then(|()| url.set_password(None));
    cleared.map_err(|()| "it has no host".to_owned())?;
    Ok(url)
}

/// An address as a person gives it, in the form that is published: without a scheme it is one of the web.
#[must_use]
pub fn given(written: &str) -> Option<Url> {
    let written = written.trim();
    let with_scheme = match written.split_once("://") {
        Some(_) => written.to_owned(),
        None => format!("https://{written}"),
    };
    let url = Url::parse(&with_scheme).ok()?;
    published(url.as_str(), &url).ok()
}

/// The address that is published: absolute, tracking parameters and visits cut.
///
/// # Errors
///
/// As [`resolved`].
pub(super) fn published(written: &str, base: &Url) -> Result<Url, String> {
    let mut url = resolved(written, base)?;
    let needless = |name: &str| named(TRACKING, name) || named(SESSION, name);
    if let Some(query) = url.query() {
        let parts: Vec<&str> = query.split('&').collect();
        let kept: Vec<&str> = parts
            .iter()
            .copied()
            .filter(|part| {
                !part.is_empty() && !needless(part.split('=').next().unwrap_or_default())
            })
            .collect();
        if kept.len() < parts.len() {
            let query = kept.join("&");
            url.set_query((!query.is_empty()).then_some(query.as_str()));
        }
    }
    if let Some(at) = url.path().to_ascii_lowercase().find(";jsessionid=") {
        let path = url.path()[..at].to_owned();
        url.set_path(&path);
    }
    let fragment = url
        .fragment()
        .map(|fragment| fragment.split('=').next().unwrap_or_default().to_owned());
    if fragment.is_some_and(|name| name.is_empty() || named(TRACKING, &name)) {
        url.set_fragment(None);
    }
    Ok(url)
}

fn named(list: &[&str], name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    list.iter().any(|wanted| match wanted.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => *wanted == name,
    })
}

/// What of an address identifies a page: no scheme, no `www.`, no trailing slash, no order of parameters.
#[must_use]
pub fn identity(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let mut key = host
        .strip_prefix("www.")
        .unwrap_or(host)
        .trim_end_matches('.')
        .to_owned();
    if let Some(port) = url.port() {
        key.push_str(&format!(":{port}"));
    }
    key.push_str(url.path().trim_end_matches('/'));
    if let Some(query) = url.query() {
        let mut parts: Vec<&str> = query.split('&').filter(|part| !part.is_empty()).collect();
        parts.sort_unstable();
        key.push('?');
        key.push_str(&parts.join("&"));
    }
    if let Some(fragment) = url.fragment() {
        key.push('#');
        key.push_str(fragment);
    }
    key
}

/// An address with a text fragment: it leads to the title on the page. All of the title, since what is published in a
/// series often differs in its last word only.
#[must_use]
pub fn anchored(url: &Url, title: &str) -> Url {
    let words: Vec<&str> = title.split_whitespace().collect();
    // `-` and `,` have a meaning in text directives, so they are written as references.
    let text: String = ::url::form_urlencoded::byte_serialize(words.join(" ").as_bytes()).collect();
    let mut url = url.clone();
    url.set_fragment(Some(&format!(
        ":~:text={}",
        text.replace('+', "%20").replace('-', "%2D")
    )));
    url
}

/// An address without its text fragment.
#[must_use]
pub fn unanchored(url: &Url) -> Url {
    let mut url = url.clone();
    if url
        .fragment()
        .is_some_and(|fragment| fragment.starts_with(":~:text="))
    {
        url.set_fragment(None);
    }
    url
}

/// Gives items that share one link an address each: the shared one with a text fragment (`#:~:text=…`), which
/// leads a reader to the very place. An address is shared where two stories of one page have it, or where it is
/// the page's own or the site's front page.
pub(super) fn part(items: &mut [Item], page: &Url) {
    let mut told: HashMap<String, Vec<(Option<String>, String)>> = HashMap::new();
    for item in items.iter() {
        let Some(url) = &item.url else { continue };
        let tellings = told.entry(identity(url)).or_default();
        let telling = (item.guid.clone(), item.title.clone());
        if tellings.len() < 2 && !tellings.contains(&telling) {
            tellings.push(telling);
        }
    }
    let single = items.len() == 1;
    for item in items.iter_mut() {
        let Some(url) = &mut item.url else { continue };
        let key = identity(url);
        let shared = told.get(&key).is_some_and(|tellings| tellings.len() > 1);
        let front = url.path() == "/" && url.query().is_none() && url.host() == page.host();
        let nowhere = !single && (front || key == identity(page));
        if (shared || nowhere) && url.fragment().is_none() {
            *url = anchored(url, &item.title);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("https://agenzia.example/notizie/").expect("an address")
    }

    fn text(written: &str) -> String {
        published(written, &base())
            .map(String::from)
            .unwrap_or_else(|why| why)
    }

    #[test]
    fn tracking_is_cut_and_meaning_is_kept() {
        assert_eq!(
            text("/a?utm_source=x&id=7&fbclid=1#utm_medium=y"),
            "https://agenzia.example/a?id=7"
        );
        assert_eq!(text(" \n ../b?page=2 "), "https://agenzia.example/b?page=2");
        assert_eq!(
            text("c;jsessionid=88?x=1"),
            "https://agenzia.example/notizie/c?x=1"
        );
        assert_eq!(
            text("https://user:secret@agenzia.example/d"),
            "https://agenzia.example/d"
        );
        assert_eq!(
            text("/a?b=1&c=a%2Fb"),
            "https://agenzia.example/a?b=1&c=a%2Fb"
        );
    }

    #[test]
    fn what_is_no_address_of_the_web_is_refused() {
        assert!(text("javascript:alert(1)").contains("no scheme of the web"));
        assert!(text("").contains("empty"));
        assert!(text("http://[site:x]/").contains("is no address"));
    }

    #[test]
    fn identity_ignores_what_makes_no_difference() {
        let key = |text: &str| identity(&Url::parse(text).expect("an address"));
        assert_eq!(
            key("http://www.a.example/x/?b=2&a=1"),
            key("https://a.example/x?a=1&b=2")
        );
        assert_ne!(key("https://a.example/x"), key("https://a.example/y"));
        assert_ne!(key("https://a.example/x#1"), key("https://a.example/x#2"));
    }

    #[test]
    fn titles_of_a_series_that_differ_in_their_last_word_have_an_address_each() {
        let place = |day: &str| {
            let title = format!("Bollettino meteo della regione Liguria per il giorno di {day}");
            anchored(&base(), &title)
        };
        assert_ne!(identity(&place("lunedì")), identity(&place("martedì")));
        assert_eq!(unanchored(&place("lunedì")), base());
    }
}
