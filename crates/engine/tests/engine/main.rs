//! All tests of the engine from outside, in one program: each program of its own would compile the
//! engine's code once more.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm
)]

mod crash;
mod dispatch;
mod elsewhere;
mod laws;
mod losses;
mod order;
mod pages;
mod rows;
mod stories;
mod support;
