//! The ready channel files against stand-in gateways, end to end, faults included.
//!
//! The law: a gateway sees a page once, and again only where nobody could know whether it was taken.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod night;
mod office;
mod replies;
mod stories;
