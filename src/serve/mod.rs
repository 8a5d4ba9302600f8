//! The published bytes over HTTP, from memory: what is on the [`Shelf`] is what is in the files.

mod admin;
mod notes;
mod public;
mod shelf;

pub use admin::{Health, Part, ago, router as admin};
pub use notes::{Around, Note};
pub use public::router as public;
pub use shelf::Shelf;

/// What the pages of people may load: their own style, and pictures of the web. Nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
