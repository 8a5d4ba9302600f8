//! What holds for the program as a whole.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod archives;
mod content;
mod demo;
mod hostile;
mod layers;
mod model;
mod promises;
mod rebuilt;
mod remembered;
#[path = "../corpus/replay.rs"]
mod replay;
mod rhythm;
mod schema;
#[path = "../corpus/stable.rs"]
mod stable;
