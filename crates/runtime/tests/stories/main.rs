//! Stories of the runtime: what goes in, what is on disk, what comes out, and what a crash leaves.
#![allow(clippy::unwrap_used)]

mod account;
mod answered;
mod clocks;
mod configure;
mod crash;
mod disk;
mod feed;
mod golden;
mod helm;
mod intake;
mod keeping;
mod lanes;
mod packing;
mod province;
mod replay;
mod support;
