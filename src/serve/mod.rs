//! The published bytes over HTTP, from memory: what is on the [`Shelf`] is what is in the files. Archive
//! pages alone are read from theirs.

mod admin;
mod archives;
mod coding;
mod condition;
mod counts;
mod listener;
mod media;
mod metrics;
mod notes;
mod opml;
mod places;
mod public;
mod server;
mod shelf;
mod spark;
mod states;
mod status;
mod stream;
mod troubles;

use hyper::body::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};

pub use admin::{Health, Part, router as admin};
pub use archives::Archives;
pub use counts::{Counts, Traffic};
pub use listener::Listener;
pub use notes::{Around, Note, named_minute};
pub use public::Public;
pub use server::{Limits, serve};
pub use shelf::{Document, Shelf};
pub use status::{ago, until};

/// What the pages of people may load: their own style, and pictures of the web. Nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// An answer in a few words.
fn plain<B: From<Bytes>>(status: StatusCode, text: &'static str) -> Response<B> {
    let mut response = Response::new(B::from(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
