//! The whole decision-making of one jurisdiction, as a value.
//!
//! Pure: no clock, no file, no socket, no thread, no randomness, and no iteration over a hash map.
//! Time enters through the `at` of an entry only, so the same inputs give the same effects with the
//! same ids, live, in recovery and in replay.

mod admit;
mod alarm;
mod area;
mod canon;
mod command;
mod condition;
mod engine;
mod freshness;
mod index;
mod load;
mod observe;
mod quality;
mod reconfigure;
mod series;
mod situation;
mod suppression;
mod task;
mod timers;
mod view;

pub use admit::{Admission, Candidate};
pub use engine::Engine;
