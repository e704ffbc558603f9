//! What would these rules have done? History lived through again in the pure engine, without
//! anything that could reach anybody.
//!
//! A [`Record`] is history: a folder of recorded data, or what a journal holds. A [`RuleSet`] is a
//! site, or rules laid over the stations of a recorded folder. [`backtest`] replays the one through
//! the other and counts: raises by rule and level, first crossings, hits and false alarms against
//! the dated events of the folder, forecasts against what came; and with a second rule set the
//! differences between both.
//!
//! [`Nights`] lives through a journal's time twice, with its presses and receipts, and tells who would have
//! been called otherwise.
//!
//! It never decides anything itself: every change of level is the engine's. The clock is the
//! record's own, as on a site with `clock = "feed"`.
//!
//! # When an alarm and an event belong together
//!
//! Level by level. A raise of level *L* is a span in which a rule stood at *L* or above on one station
//! that has a bound for *L*; it belongs to events of rank *L* or above, and to those without a rank.
//! An event of rank *L* belongs to raises of *L* or above. An event concerns
//! the stations it lists; when it lists none, those whose `admin` begins with its area or whose name
//! is part of it; an event without stations and area concerns the whole folder. A raise is
//! *confirmed* when it stands at some moment between `window` before the event and `window` after
//! its end (an event without end is a moment); it is *false* when no event confirms it. Raises on
//! stations that no event of the folder concerns are neither. An event is *caught* when it confirms
//! a raise, and its lead is the time from the beginning of the earliest such raise to the event:
//! negative when the rules spoke after it.
//!
//! A county's own book, as a server's journal holds it, has entered events and alarms that people
//! marked. An alarm marked as true is an event of its station and level, but says nothing of other
//! raises there; one marked as false makes every raise at its station that stood meanwhile, and that
//! no event confirms, a false one.
//!
//! A level word of an event is looked up among the level names of the folder's thresholds.csv, then
//! among the words of [`events::rank_of_word`]. A cancellation is no event.
//!
//! A forecast alarm is judged by the river, not by events: it is *followed* when another rule stands
//! at its level or above on the same series within [`tally::FORECAST_WINDOW_MS`].

mod against;
mod bounds;
mod calls;
mod clocks;
mod difference;
pub mod events;
mod load;
mod record;
mod replay;
mod ruleset;
pub mod tally;
mod text;

use model::Time;

pub use bounds::BoundError;
pub use calls::{CallsInWords, Files, Heard, MOST_CALLS, Nights};
pub use clocks::ClockError;
pub use model::backtest::{
    BoundChange, ClockChange, Counted, Difference, EventOutcome, Followed, Hour, LevelTally, Load,
    Movement, Outcome, Pair, Raise, Report, RuleOutcome,
};
pub use record::{Record, RecordError};
pub use ruleset::{RuleSet, RuleSetError};
pub use text::InWords;

/// What to count, and over which time.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Raises that begin before this are not counted; readings before it still decide.
    pub from: Time,
    /// Readings that arrive after this are not read.
    pub to: Time,
    /// How far an event may lie from a raise that it confirms.
    pub window_ms: i64,
    /// Whether to look for the worst hour.
    pub load: bool,
}

impl Default for Asked {
    fn default() -> Asked {
        Asked {
            from: Time::MIN,
            to: Time::from_ms(i64::MAX),
            window_ms: 6 * 3_600_000,
            load: false,
        }
    }
}

/// Replays a record through one rule set, or two.
pub fn backtest(record: &Record, a: &RuleSet, b: Option<&RuleSet>, asked: &Asked) -> Report {
    backtest_unless(record, a, b, asked, &|| false).expect("nobody stops it")
}

/// The same, given up without a report once `stopped` says so; it is asked every few hundred readings.
pub fn backtest_unless(
    record: &Record,
    a: &RuleSet,
    b: Option<&RuleSet>,
    asked: &Asked,
    stopped: &dyn Fn() -> bool,
) -> Option<Report> {
    let first = tally::outcome(record, a, asked, stopped)?;
    let second = match b {
        Some(b) => Some(tally::outcome(record, b, asked, stopped)?),
        None => None,
    };
    let difference = second
        .as_ref()
        .map(|second| difference::between(&first.raises, &second.raises));
    let (begin, end) = record.span();
    Some(Report {
        data: record.name().to_owned(),
        from: asked.from.max(begin),
        to: asked.to.min(end),
        window_ms: asked.window_ms,
        readings: record.count_between(asked.to),
        a: first,
        b: second,
        difference,
    })
}
