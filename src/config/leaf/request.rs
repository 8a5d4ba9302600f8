//! What texts mean that shape a request: headers, cookies, bodies, proxies, and the names of secrets.

use url::Url;

use crate::config::problem::names_user;

/// Headers that fetching sets itself, or that describe a connection which it alone knows.
const OWN_HEADERS: [&str; 11] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "upgrade",
    "keep-alive",
    "accept-encoding",
    "if-none-match",
    "if-modified-since",
    "range",
];

/// A header's name (RFC 9110 §5.1) that a source may set.
pub(in crate::config) fn header_name(text: &str) -> Result<String, String> {
    if !is_token(text) {
        return Err(format!("`{text}` is not the name of a header"));
    }
    let lower = text.to_ascii_lowercase();
    if lower == "authorization" {
        return Err(format!(
            "`{text}` is a secret: `auth.bearer` or `auth.basic` read it from outside of this file"
        ));
    }
    if lower == "proxy-authorization" {
        return Err(format!(
            "`{text}` is a secret: `proxy.auth.basic` reads it from outside of this file"
        ));
    }
    if OWN_HEADERS.contains(&lower.as_str()) {
        return Err(format!("`{text}` is set by the program itself"));
    }
    Ok(text.to_owned())
}

/// A header's value (RFC 9110 §5.5), in ASCII.
pub(in crate::config) fn header_value(text: &str) -> Result<String, String> {
    if text.bytes().all(|b| matches!(b, b'\t' | b' '..=b'~')) {
        Ok(text.trim().to_owned())
    } else {
        Err("a header's value has characters that no header may have".to_owned())
    }
}

/// The name of a systemd credential, which is a file's name.
pub(in crate::config) fn credential(text: &str) -> Result<String, String> {
    let sound = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if sound && !text.is_empty() && !text.starts_with('.') {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is not the name of a credential"))
    }
}

pub(in crate::config) fn variable(text: &str) -> Result<String, String> {
    let sound = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if sound && !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is not the name of a variable"))
    }
}

/// The user of RFC 7617, who has no colon.
pub(in crate::config) fn user(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(|c: char| c == ':' || c.is_control()) {
        return Err(format!("`{text}` cannot be a user's name"));
    }
    Ok(text.to_owned())
}

/// A token of HTTP (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    let sound = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(sound)
}

/// A cookie's name (RFC 6265 §4.1.1).
pub(in crate::config) fn cookie_name(text: &str) -> Result<String, String> {
    if is_token(text) {
        Ok(text.to_owned())
    } else {
        Err("a cookie's name has characters that none may have".to_owned())
    }
}

/// A cookie's value: more than RFC 6265 lets servers set, but no more than browsers send.
pub(in crate::config) fn cookie_value(text: &str) -> Result<String, String> {
    if text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b';') {
        Ok(text.trim().to_owned())
    } else {
        Err("a cookie's value has characters that none may have".to_owned())
    }
}

/// Any text at all, as a field of a form may be.
pub(in crate::config) fn any(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

/// JSON (RFC 8259), as it is written.
pub(in crate::config) fn json(text: &str) -> Result<String, String> {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("this is no JSON: {error}")),
    }
}

/// A media type (RFC 9110 §8.3.1), maybe with parameters.
pub(in crate::config) fn media_type(text: &str) -> Result<String, String> {
    let essence = text.split(';').next().unwrap_or_default().trim();
    let sound = essence
        .split_once('/')
        .is_some_and(|(main, sub)| is_token(main) && is_token(sub));
    match header_value(text) {
        Ok(text) if sound => Ok(text),
        _ => Err("this is no media type".to_owned()),
    }
}

/// An address of mail without a name, as the header `From` carries it (RFC 9110 §10.1.2).
pub(in crate::config) fn mail(text: &str) -> Result<String, String> {
    let sound = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let (user, host) = text.trim().rsplit_once('@').unwrap_or_default();
    let host_is_sound = !host.is_empty()
        && host.is_ascii()
        && !host.starts_with('[')
        && url::Host::parse(host).is_ok();
    if !user.is_empty() && user.bytes().all(sound) && host_is_sound {
        Ok(text.trim().to_owned())
    } else {
        Err(format!("`{text}` is not an address of mail"))
    }
}

/// The address of an HTTP proxy. What it looks like stays out of the messages: it may hold a password.
pub(in crate::config) fn proxy_url(text: &str) -> Result<Url, String> {
    let text = text.trim();
    if text.contains('@') || names_user(text) {
        let refusal =
            "a proxy's address cannot carry a user and a password; `proxy.auth.basic` can";
        return Err(refusal.to_owned());
    }
    let url = Url::parse(text).map_err(|error| format!("this is not an address: {error}"))?;
    match url.scheme() {
        "http" | "https"
            if url.path() != "/" || url.query().is_some() || url.fragment().is_some() =>
        {
            Err("a proxy's address ends with its port".to_owned())
        }
        "http" | "https" => Ok(url),
        scheme if scheme.starts_with("socks") => Err(format!(
            "`{scheme}` proxies cannot be used, only those that are asked by `http` or `https`"
        )),
        _ => Err("a proxy's address begins with `http://` or `https://`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_are_not_theirs_to_set_are_refused() {
        assert!(header_name("Accept-Language").is_ok() && header_name("User-Agent").is_ok());
        for name in ["", "A B", "Ä", "Authorization", "If-None-Match", "HOST"] {
            assert!(header_name(name).is_err(), "{name}");
        }
        assert!(header_value("it, en;q=0.5").is_ok());
        assert!(header_value("a\r\nX: b").is_err() && header_value("è").is_err());
    }

    #[test]
    fn credentials_stay_in_their_folder() {
        assert!(credential("api.token").is_ok());
        for text in ["", "..", "../api", "a/b", ".hidden"] {
            assert!(credential(text).is_err(), "{text}");
        }
        assert!(variable("API_TOKEN").is_ok());
        assert!(
            variable("A B").is_err()
                && variable("").is_err()
                && variable("1A").is_err()
                && variable("A=B").is_err()
        );
    }

    #[test]
    fn cookies_carry_what_browsers_send_and_nothing_that_ends_them() {
        assert!(cookie_name("__Host-id").is_ok() && cookie_value("a=b, \"c d\"").is_ok());
        for name in ["", "a b", "a=b", "a;b", "à", "a\r\n"] {
            assert!(cookie_name(name).is_err(), "{name}");
        }
        for value in ["a;b", "a\r\nX: b", "è", "a\u{7f}", "a\tb"] {
            assert!(cookie_value(value).is_err(), "{value}");
        }
    }

    #[test]
    fn proxies_are_http_and_name_no_user() {
        for text in [
            "http://proxy:3128",
            "https://proxy.example",
            "HTTP://[::1]:1/",
        ] {
            assert!(proxy_url(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "proxy:3128",
            "proxy",
            "socks5://proxy:1080",
            "http://u:hunter2@proxy",
            "u:hunter2@proxy:3128",
            "http://proxy/path",
            "http://proxy/?x",
        ] {
            let error = proxy_url(text).expect_err(text);
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn addresses_of_mail_have_a_user_and_a_host_and_no_name() {
        assert!(mail("redazione@example.org").is_ok() && mail(" a+b@[x]").is_err());
        for text in [
            "",
            "a",
            "@a",
            "a@",
            "a b@c",
            "A <a@b>",
            "a@b\r\nX: y",
            "è@b",
            "a@b@c",
            "a@b c",
        ] {
            assert!(mail(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bodies_are_what_they_are_said_to_be() {
        assert!(media_type("text/plain; charset=utf-8").is_ok() && json("{\"a\": [1]}").is_ok());
        for text in ["", "text", "text/", "/plain", "a b/c", "text/plain\r\nX: y"] {
            assert!(media_type(text).is_err(), "{text}");
        }
        assert!(json("{a: 1}").is_err() && json("").is_err() && json("{} x").is_err());
    }
}
