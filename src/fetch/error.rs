//! Why there is no page, in words for people: each message reads on after "SOURCE: ".
//!
//! No message quotes an address with its path or query, where a secret may stand.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::StatusCode;

/// Why a document could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The client could not be set up.
    #[error("fetching cannot be set up: {0}")]
    Setup(String),
    /// An address that is neither `http` nor `https`, nor a `file:` one that may be read.
    #[error("{0}: addresses are not fetched")]
    Scheme(String),
    /// A configured header or credential that HTTP has no way to carry.
    #[error("the configured header {0} cannot be sent")]
    Header(String),
    /// The address, or each one that a name leads to, is not public.
    #[error("{} (fetch.allow opens it)", inside(*.address, .name.as_deref()))]
    Address {
        /// The address, the first one of a name.
        address: IpAddr,
        /// The name that leads to it, if it is not the URL's own.
        name: Option<String>,
    },
    /// The name has no address.
    #[error("the name {name} was not found ({reason})")]
    Resolve {
        /// The name.
        name: String,
        /// What the resolver said.
        reason: String,
    },
    /// No connection came about, or it broke before there was an answer.
    #[error("{0}")]
    Connect(String),
    /// No secure connection came about.
    #[error("no secure connection: {0}")]
    Tls(String),
    /// Something took too long.
    #[error("{} {}", .what, Plain(*.after))]
    Timeout {
        /// What was waited for.
        what: Wait,
        /// How long.
        after: Duration,
    },
    /// The host has asked for a pause, which is not over yet: nothing was sent.
    #[error("the host asked for a pause, {} of it are left", Plain(*.left))]
    Held {
        /// The rest of the pause.
        left: Duration,
    },
    /// The host's robots.txt forbids it: nothing was sent.
    #[error(
        "the robots.txt of its host does not let us ask for it; `robots = false` in the source overrides that"
    )]
    Robots,
    /// The host's robots.txt could not be had, which forbids everything for now (RFC 9309 §2.3.1.4).
    #[error("the robots.txt of its host could not be had ({0}), so it was not asked for")]
    NoRobots(String),
    /// A status that brings no page.
    #[error("the server answered {}{}", answer(*.code), asks(*.retry_after))]
    Status {
        /// The status code.
        code: u16,
        /// The pause that the server asks for, within a minute and a day.
        retry_after: Option<Duration>,
    },
    /// Status 410: the document was removed for good.
    #[error("the server answered 410 Gone: it was removed for good")]
    Gone,
    /// A redirect that is not followed.
    #[error(transparent)]
    Redirect(#[from] Redirect),
    /// The header section is too large.
    #[error("the headers of the answer are too large")]
    Headers,
    /// The answer is not HTTP.
    #[error("the answer is not HTTP ({0})")]
    Protocol(String),
    /// The decoded body, or its announced length, exceeds the limit.
    #[error("the body is larger than {} (fetch.max_body)", size(*.limit))]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body ended before its announced end; nothing of it is kept.
    #[error("the answer broke off ({0})")]
    Truncated(String),
    /// The body is in an unknown coding, or not in the one that it names.
    #[error("the body cannot be decoded ({0})")]
    Coding(String),
    /// The file could not be read.
    #[error("the file cannot be read: {0}")]
    File(String),
}

/// Why a redirect is not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Redirect {
    /// More redirects than are followed.
    #[error("it redirects more than {limit} times")]
    TooMany {
        /// So many are followed.
        limit: usize,
    },
    /// It leads back to where it came from.
    #[error("it redirects in a circle")]
    Circle,
    /// No `Location`.
    #[error("it redirects without saying where to")]
    Nowhere,
    /// A `Location` that is no URL.
    #[error("it redirects to something that is not an address")]
    Malformed,
    /// A scheme other than `http` and `https`.
    #[error("it redirects to a {0}: address, which is never followed")]
    Scheme(String),
    /// From `https` to `http` although credentials are configured.
    #[error("it redirects from https to http, which is not followed with credentials")]
    Downgrade,
    /// A request with a body is to be sent to another origin.
    #[error("it redirects a POST to another host, which is not followed")]
    Post,
}

/// What was waited for in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// A connection, the look-up of the name and the TLS handshake included.
    Connection,
    /// The status line and headers.
    Answer,
    /// The end of the body.
    Body,
    /// A file system.
    File,
}

impl FetchError {
    /// How long the server, or its host, wants to be left alone; nothing if it did not say.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Held { left } => Some(*left),
            _ => None,
        }
    }

    /// Whether the document may be had at another time, so that it is worth asking again.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Status { code, .. } => matches!(code, 408 | 425 | 429 | 500..=599),
            Self::Held { .. }
            | Self::Connect(_)
            | Self::Tls(_)
            | Self::Resolve { .. }
            | Self::Timeout { .. }
            | Self::NoRobots(_)
            | Self::Protocol(_)
            | Self::Truncated(_) => true,
            _ => false,
        }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "no connection within",
            Self::Answer => "no answer within",
            Self::Body => "the answer was not complete after",
            Self::File => "the file could not be read within",
        })
    }
}

/// A length of time, rounded up to a whole number of the largest unit that still says enough.
struct Plain(Duration);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        match millis {
            0..1_000 => write!(f, "{millis} ms"),
            1_000..120_000 => write!(f, "{} s", millis.div_ceil(1_000)),
            120_000..7_200_000 => write!(f, "{} min", millis.div_ceil(60_000)),
            _ => write!(f, "{} h", millis.div_ceil(3_600_000)),
        }
    }
}

fn inside(address: IpAddr, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("the name {name} leads to {address}, which is not public"),
        None => format!("the address {address} is not public"),
    }
}

/// The status with its registered reason, never the server's own words, and what is wrong with a good one.
fn answer(code: u16) -> String {
    let reason = StatusCode::from_u16(code)
        .ok()
        .and_then(|status| status.canonical_reason());
    let reason = reason.map_or_else(String::new, |reason| format!(" {reason}"));
    let matter = match code {
        304 => ", though no version was known",
        200..300 => ", which brings no whole page",
        _ => "",
    };
    format!("{code}{reason}{matter}")
}

/// A size in the largest unit that tells it exactly.
fn size(bytes: usize) -> String {
    match bytes {
        1.. if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        1.. if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}

fn asks(pause: Option<Duration>) -> String {
    pause.map_or_else(String::new, |pause| {
        format!(" and asks for a pause of {}", Plain(pause))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_plain_words() {
        let status = |code, seconds: Option<u64>| FetchError::Status {
            code,
            retry_after: seconds.map(Duration::from_secs),
        };
        for (error, expected) in [
            (
                status(503, None),
                "the server answered 503 Service Unavailable",
            ),
            (
                status(429, Some(600)),
                "the server answered 429 Too Many Requests and asks for a pause of 10 min",
            ),
            (status(999, None), "the server answered 999"),
            (
                status(304, None),
                "the server answered 304 Not Modified, though no version was known",
            ),
            (
                status(204, None),
                "the server answered 204 No Content, which brings no whole page",
            ),
            (
                FetchError::Timeout {
                    what: Wait::Answer,
                    after: Duration::from_secs(30),
                },
                "no answer within 30 s",
            ),
            (
                FetchError::Address {
                    address: [127, 0, 0, 1].into(),
                    name: None,
                },
                "the address 127.0.0.1 is not public (fetch.allow opens it)",
            ),
            (
                FetchError::TooLarge { limit: 10 << 20 },
                "the body is larger than 10 MiB (fetch.max_body)",
            ),
            (
                FetchError::Scheme("ftp".into()),
                "ftp: addresses are not fetched",
            ),
            (
                Redirect::TooMany { limit: 5 }.into(),
                "it redirects more than 5 times",
            ),
        ] {
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn a_length_of_time_is_told_in_the_unit_that_fits() {
        for (millis, expected) in [
            (250, "250 ms"),
            (30_000, "30 s"),
            (30_001, "31 s"),
            (90_000, "90 s"),
            (600_000, "10 min"),
            (7_200_000, "2 h"),
            (86_400_000, "24 h"),
        ] {
            assert_eq!(Plain(Duration::from_millis(millis)).to_string(), expected);
        }
    }

    #[test]
    fn a_status_and_a_held_host_say_how_long_to_wait() {
        let pause = Duration::from_secs(120);
        assert_eq!(
            FetchError::Status {
                code: 503,
                retry_after: Some(pause)
            }
            .retry_after(),
            Some(pause)
        );
        assert_eq!(FetchError::Held { left: pause }.retry_after(), Some(pause));
        assert_eq!(FetchError::Gone.retry_after(), None);
    }
}
