//! The headers of a request, and those of an answer, byte for byte.

use reqwest::Client;
use reqwest::header::{
    ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use url::Url;

use super::{Accept, FetchError};
use crate::config::{Auth, Source};
use crate::model::Validators;

pub(super) fn accept(accept: Accept) -> HeaderValue {
    HeaderValue::from_static(match accept {
        Accept::Feed => {
            "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, \
             application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.8, */*;q=0.5"
        }
        Accept::Page => "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.5",
    })
}

/// An address as it is sent and told: without user, password and fragment, which relative links would inherit.
pub(super) fn bare(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    // These fail only for addresses without a host, which can have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// The headers that go to the origin of an address only: the source's own, any of which may be a secret, and
/// credentials, those too that stand in the address.
pub(super) fn private(
    client: &Client,
    url: &Url,
    source: &Source,
) -> Result<HeaderMap, FetchError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &source.headers {
        let illegal = || FetchError::Header(name.clone());
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| illegal())?;
        headers.append(
            key,
            HeaderValue::from_bytes(value.as_bytes()).map_err(|_| illegal())?,
        );
    }
    // The client writes the header of credentials; it is asked to in a request that is not sent.
    let proof = match &source.auth {
        Some(Auth::Bearer(token)) => client.get(bare(url)).bearer_auth(token),
        Some(Auth::Basic(user, password)) => client.get(bare(url)).basic_auth(user, Some(password)),
        None => client.get(url.clone()),
    };
    let proof = proof
        .build()
        .map_err(|_| FetchError::Header("Authorization".to_owned()))?;
    headers.extend(proof.headers().clone());
    Ok(headers)
}

/// The headers that make a request conditional (RFC 9110 §13.1). A validator that HTTP cannot carry is left out.
pub(super) fn conditions(validators: &Validators) -> HeaderMap {
    let both = [
        (IF_NONE_MATCH, &validators.etag),
        (IF_MODIFIED_SINCE, &validators.last_modified),
    ];
    both.into_iter()
        .filter_map(|(name, text)| Some((name, value(text.as_deref()?)?)))
        .collect()
}

pub(super) fn validators(headers: &HeaderMap) -> Validators {
    Validators {
        etag: text(headers, &ETAG),
        last_modified: text(headers, &LAST_MODIFIED),
        coded: None,
    }
}

/// The first value of a header, each byte as the character of that number, so that [`value`] gives the same
/// bytes back whatever they are. Empty is none.
pub(super) fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let text: String = headers
        .get(name)?
        .as_bytes()
        .iter()
        .map(|&byte| char::from(byte))
        .collect();
    (!text.is_empty()).then_some(text)
}

/// All values of a header that is a list, with commas between them; what is no text of them is left out.
pub(super) fn list(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values = headers.get_all(name).iter();
    let values: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// The header value that [`text`] has read.
fn value(text: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> = text
        .chars()
        .map(|character| u8::try_from(character).ok())
        .collect();
    HeaderValue::from_bytes(&bytes?).ok()
}

/// The size of a header section on the wire.
pub(super) fn weight(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum()
}
