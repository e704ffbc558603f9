//! After-action reports: an interval or an incident, as the journal tells it.
//!
//! Pure. [`Chronicle`] takes the inputs of an interval with what was decided on each and how things
//! looked behind it; [`Readings`] looks a second time for the curves; what comes out is a [`Report`], in
//! which every figure names the entries it was read from. [`Report::compose`] puts it into words of one
//! language, and [`Document`] writes them as a page or as a file for offices; the bare facts go out as
//! CSV, JSON and GeoJSON. It reads no disk and no clock, and never holds what may have to be erased:
//! names and texts are put beside the facts as [`Voices`] when somebody looks.

mod attempts;
mod call_tables;
mod calls;
mod chapters;
mod chronicle;
mod clocks;
mod compose;
mod conduct;
mod course;
mod curve;
mod document;
mod docx;
mod escape;
mod facts;
mod finish;
mod ground;
mod html;
mod hydrograph;
mod language;
mod law;
mod leases;
mod levels;
mod listing;
mod local;
mod losses;
mod map;
mod notices;
mod pdf;
mod picture;
mod places;
mod presses;
mod raster;
mod reach;
mod reached;
mod readings;
mod score;
mod seals;
mod summary;
mod tables;
mod telling;
mod waiting;
mod widths;
mod words;

pub use attempts::{AnswerRow, AttemptRow, ChannelRow};
pub use calls::{CallRow, ReachPace, StepRow};
pub use chronicle::{Chronicle, Passed, Scope, World};
pub use clocks::{ClockOf, ClockRow, Verdict};
pub use compose::Setting;
pub use course::{Deed, Event, What};
pub use curve::{Curve, CurveChange, InForce, Point};
pub use document::{Block, ByHand, Cell, Document, Listing, Span, Table};
pub use facts::{
    About, AlarmRow, AmountRow, CommandRow, Counted, DecisionRow, FactRow, Figure, IncidentRow,
    Key, KeyTime, LevelChange, MapMoment, Mark, Moment, NoteRow, NoticeRow, Pace, Pressed,
    Recorded, Report, RulesInForce, SentRow, Signal, SituationRow, Sources, Standing, Step,
    Subject, TaskRow, Told, VillageRow, Voices, Why,
};
pub use ground::{Ground, Ring, Township};
pub use language::Language;
pub use listing::List;
pub use local::Local;
pub use losses::{DoubleRow, LossFigureRow, LossRows, LossSum, LossVersionRow, SettledRow};
pub use pdf::Typeface;
pub use picture::{Anchor, Ink, Picture, Shape};
pub use readings::Readings;
pub use score::{score, score_text};
pub use tables::Sheet;
pub use telling::MOST_CURVES;
