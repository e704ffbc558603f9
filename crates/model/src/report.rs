//! What people write beside the facts of an after-action report: versions that are added, never changed.
//!
//! The facts of a report are never stored: they are read from the journal whenever it is asked for.

use serde::{Deserialize, Serialize};

use crate::id::{OpId, PersonId, Seal};
use crate::time::Time;

/// A part of the report that people may write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ReportSection {
    /// What happened, in a few sentences.
    Summary,
    /// How it went.
    Course,
    /// Who did what about it.
    Response,
    /// What was lost.
    Loss,
    /// What is to be done better.
    Lessons,
}

impl ReportSection {
    /// Every section, in the order of the report.
    pub const ALL: [ReportSection; 5] = [
        ReportSection::Summary,
        ReportSection::Course,
        ReportSection::Response,
        ReportSection::Loss,
        ReportSection::Lessons,
    ];
}

/// What a report is about: an incident, or an interval.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ReportOf {
    Incident(OpId),
    Interval { from: Time, to: Time },
}

/// A new version of a section. It decides nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteReport {
    pub of: ReportOf,
    pub section: ReportSection,
    pub text: Seal,
}

/// One version of a section as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReportText {
    pub of: ReportOf,
    pub section: ReportSection,
    pub by: PersonId,
    pub at: Time,
    /// Number of the entry that holds it.
    pub entry: u64,
    pub text: Seal,
}
