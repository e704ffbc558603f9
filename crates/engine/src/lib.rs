//! The whole decision-making of one jurisdiction, as a value.
//!
//! Pure: no clock, no file, no socket, no thread, no randomness, and no iteration over a hash map.
//! Time enters through the `at` of an entry only, so the same inputs give the same effects with the
//! same ids, live, in recovery and in replay.

mod admit;
mod alarm;
mod annunciation;
mod area;
mod blindspot;
mod calling_view;
mod canon;
mod combine;
mod command;
mod condition;
mod conflict;
mod crew;
mod decisions;
mod duty;
mod duty_view;
mod engine;
mod escalation;
mod event;
mod evidence;
mod expression;
mod flapping;
mod forecast;
mod freshness;
mod ground;
mod handover;
mod hindsight;
mod hush;
mod incident;
mod index;
mod inhibition;
mod interface;
mod late;
mod ledger_view;
mod legal_clock;
mod load;
mod manual;
mod measure;
mod memory;
mod merge;
mod observe;
mod page;
mod phase;
mod plan;
mod postpone;
mod press;
mod proven;
mod quality;
mod reach;
mod reconfigure;
mod recovery;
mod restart;
mod rollcall;
mod roster;
mod rule_bounds;
mod rule_view;
mod run_end;
mod season;
mod series;
mod silence;
mod situation;
mod situation_view;
mod suppression;
mod task;
mod timers;
mod verify;
mod view;
mod weather;
mod withdrawal;

pub use admit::{Admission, Candidate};
pub use engine::Engine;
pub use expression::expression_flaw;
pub use index::memory_ms;
