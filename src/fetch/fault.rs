//! Tells from the HTTP client's nested errors what went wrong, in our terms.
//!
//! The client does not export the types of its HTTP and TLS layers, so where kinds do not tell, their texts must.

use std::error::Error;
use std::io;
use std::iter::successors;
use std::time::Duration;

use super::{FetchError, Wait};

/// Why there was no answer; `patience` is how long a connection was waited for.
pub(super) fn unanswered(error: &reqwest::Error, patience: Duration) -> FetchError {
    if let Some(ours) = find::<FetchError>(error) {
        return ours.clone();
    }
    let text = deepest(error);
    let cause = find::<io::Error>(error);
    if !error.is_connect() {
        return match cause {
            Some(cause) => FetchError::Connect(broken(cause)),
            None if text.contains("head is too large") => FetchError::Headers,
            None if text.contains("connection closed before") => {
                FetchError::Connect("the connection was closed without an answer".to_owned())
            }
            None => FetchError::Protocol(text),
        };
    }
    if error.is_timeout() {
        return FetchError::Timeout {
            what: Wait::Connection,
            after: patience,
        };
    }
    match cause.map(|cause| (cause, cause.kind())) {
        // What TLS says of a peer comes as invalid data, for the stream beneath it is sound.
        Some((cause, io::ErrorKind::InvalidData)) => FetchError::Tls(distrust(&cause.to_string())),
        Some((cause, io::ErrorKind::UnexpectedEof)) => FetchError::Tls(broken(cause)),
        Some((cause, _)) => FetchError::Connect(broken(cause)),
        None => FetchError::Connect(format!("no connection ({text})")),
    }
}

/// Why a body did not arrive whole.
pub(super) fn incomplete(error: &reqwest::Error) -> FetchError {
    // What fails above the connection, a decoder, has an error of the connection neither around nor beneath it.
    let connection =
        chain(error).any(|error| error.to_string().contains("reading a body from connection"));
    match find::<io::Error>(error) {
        Some(cause) if connection && cause.raw_os_error().is_some() => {
            FetchError::Truncated(broken(cause))
        }
        _ if connection => FetchError::Truncated(deepest(error).to_lowercase()),
        _ => FetchError::Coding(deepest(error)),
    }
}

/// An error and its causes, from the outside in; so few that a chain without end does no harm.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |&error| inner(error)).take(16)
}

/// The next cause. An IO error that wraps another does not name it as its source.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

/// The innermost cause of a type.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).filter_map(|error| error.downcast_ref()).last()
}

/// The text of the innermost cause.
pub(super) fn deepest(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// What became of a connection.
fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
        io::ErrorKind::ConnectionReset => "the connection was reset".to_owned(),
        io::ErrorKind::UnexpectedEof => "the connection was closed".to_owned(),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "the host is unreachable".to_owned()
        }
        io::ErrorKind::TimedOut => "the connection timed out".to_owned(),
        _ => format!("the connection failed ({error})"),
    }
}

/// What TLS has against the peer, without the times in seconds and the field's own names.
fn distrust(text: &str) -> String {
    const WORDS: [(&str, &str); 6] = [
        ("certificate expired", "the certificate has expired"),
        ("not valid yet", "the certificate is not valid yet"),
        ("not valid for name", "the certificate is for another name"),
        ("UnknownIssuer", "the certificate is from an unknown issuer"),
        (
            "CaUsedAsEndEntity",
            "the certificate is from an unknown issuer",
        ),
        ("corrupt message", "the server does not speak TLS"),
    ];
    match WORDS.iter().find(|(sign, _)| text.contains(sign)) {
        Some((_, words)) => (*words).to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tls_says_of_a_certificate_becomes_plain_words() {
        for (text, expected) in [
            (
                "invalid peer certificate: certificate expired: verification time 5 (UNIX), but …",
                "the certificate has expired",
            ),
            (
                "invalid peer certificate: UnknownIssuer",
                "the certificate is from an unknown issuer",
            ),
            (
                "received fatal alert: HandshakeFailure",
                "received fatal alert: HandshakeFailure",
            ),
        ] {
            assert_eq!(distrust(text), expected);
        }
    }
}
