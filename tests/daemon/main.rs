//! The program as a whole: the real binary against a real HTTP server, with a real database and real files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests"
)]

mod add;
mod archives;
mod changes;
mod clusters;
mod conditional;
mod connections;
mod crash;
mod faults;
mod follow;
mod health;
mod hub;
mod identity;
mod kinds;
mod manners;
mod moving;
mod paging;
mod places;
mod plan;
mod rebuild;
mod release;
mod removed;
mod replay;
mod serving;
mod signals;
mod sockets;
mod support;
mod verify;
mod why;
mod withdraw;
