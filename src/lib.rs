//! rassegna reads the news of agencies and regions, whatever shape it comes in, and republishes it as one
//! dependable feed per language.
//!
//! ```text
//! schedule ─▶ fetch ─▶ extract ─▶ normalize ─▶ dedup ─▶ store ─▶ render ─▶ publish ─▶ serve
//!   when?     Page     RawItem      Item       Placed   Story   Document    files     HTTP
//! ```
//!
//! [`pipeline`] has the whole way on one page. `schedule`, `extract`, `normalize`, `dedup` and `render` are pure:
//! values in, values out, the time an argument. `fetch`, `store`, `publish` and `serve` touch the world. A module
//! imports only what stands before it in this list; a test holds that.

pub mod language;

pub mod model;

pub mod date;

pub mod config;

pub mod schedule;

pub mod fetch;

pub mod extract;

pub mod normalize;

pub mod dedup;

pub mod store;

pub mod render;

pub mod publish;

pub mod serve;

pub mod pipeline;

pub mod daemon;

pub mod cli;
