//! The words of Watchfire: ids, units, time, inputs, effects and what screens see of them.
//!
//! Every type here is written to the journal, to a snapshot or to the wire, so this crate grows by
//! addition only. It does no I/O, reads no clock and knows no rule.

pub mod action;
pub mod backtest;
mod calling;
pub mod changed;
pub mod codec;
pub mod command;
pub mod config;
pub mod custody;
pub mod drill;
pub mod effect;
pub mod field;
pub mod fixed;
pub mod ground;
pub mod id;
pub mod incident;
pub mod input;
pub mod intake;
pub mod level;
pub mod loss;
pub mod organisation;
pub mod page;
mod past;
pub mod personal;
pub mod plan;
mod policy;
mod quiet;
pub mod replay;
pub mod report;
mod rule;
mod season;
pub mod task;
pub mod time;
pub mod view;

pub use action::Action;
pub use config::Config;
pub use effect::{Effect, Effects, Transition};
pub use fixed::{Decimals, Fixed};
pub use id::{
    AlarmKey, CommandId, GroupId, JurisdictionSlot, OpId, PageId, PersonId, PostId, RuleSlot,
    RunId, Seal, SeriesSlot, SituationId, StationSlot, TaskId,
};
pub use input::{Configured, Entry, Input, Observed, Origin};
pub use level::Level;
pub use page::{Page, PageFact};
pub use time::Time;
