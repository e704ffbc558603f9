//! Drills: whether this is one and what its people were told, how it goes, and whether one runs beside
//! what is real.

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use model::config::Text;
use model::drill::{Drill, DrillMark, Score, What};
use model::{Effect, Input, JurisdictionSlot, Time};
use report::{Chronicle, Scope};
use runtime::{Fleet, Passed, ReplayError, Replays};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::error::{Answered, Fault, FaultView};
use crate::replay::fault;
use crate::reports::{Seen, outcomes, told};

/// A drill takes place in one jurisdiction.
const SLOT: JurisdictionSlot = JurisdictionSlot(0);

/// A drill that runs in a process of its own, as far as a real desk may know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Beside {
    pub title: Text,
    /// Where its desk is.
    pub address: String,
}

/// Whether this is a drill, and whether one runs beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DrillsView {
    here: Option<DrillView>,
    beside: Option<Beside>,
}

/// The drill that this is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DrillView {
    mark: DrillMark,
    now: Time,
    over: bool,
    /// What those who take part were told, newest first.
    notes: Vec<DrillNote>,
}

/// A word to whoever takes part.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DrillNote {
    at: Time,
    title: Text,
    text: Text,
}

/// Whether this is a drill, and whether one runs beside it.
#[utoipa::path(get, path = "/api/v1/drill", tag = "drills", operation_id = "drill",
    responses((status = 200, body = DrillsView), (status = 401, body = FaultView)))]
pub(crate) async fn here(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
) -> Answered<Json<DrillsView>> {
    reader.need(Deed::See)?;
    let look = |fleet: &Fleet| {
        let drill = fleet.config(SLOT)?.drill.as_deref()?;
        Some(view(drill, fleet.now()))
    };
    Ok(Json(DrillsView {
        here: api.inbox.ask(look).await?,
        beside: (api.beside)(),
    }))
}

fn view(drill: &Drill, now: Time) -> DrillView {
    let given = drill.injects.iter().rev();
    let notes = given.filter_map(|inject| {
        let at = drill.when(inject);
        let What::Note { text } = &inject.what else {
            return None;
        };
        (at <= now).then(|| DrillNote {
            at,
            title: inject.title.clone(),
            text: text.clone(),
        })
    });
    DrillView {
        mark: drill.into(),
        now,
        over: now >= drill.end(),
        notes: notes.collect(),
    }
}

/// What was expected of whom, what happened, and when: of the drill that this is, as it stands.
#[utoipa::path(get, path = "/api/v1/drill/score", tag = "drills", operation_id = "drill_score",
    responses((status = 200, body = Score), (status = 403, body = FaultView),
              (status = 404, description = "This is no drill", body = FaultView)))]
pub(crate) async fn score(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
) -> Answered<Json<Score>> {
    reader.need(Deed::Report)?;
    let look = |fleet: &Fleet| {
        let drill = fleet.config(SLOT)?.drill.as_deref()?;
        Some((drill.start, drill.end().min(fleet.now())))
    };
    let (start, to) = api.inbox.ask(look).await?.ok_or(Fault::NoSuchPage)?;
    let work = move |replays: &Replays| score_between(replays, start, to);
    let score = api.replays.aside(work).await.map_err(fault)?;
    score.map_err(fault)?.map(Json).ok_or(Fault::NoSuchPage)
}

fn score_between(replays: &Replays, start: Time, to: Time) -> Result<Option<Score>, ReplayError> {
    let (from, to) = (start.plus_ms(-1), to.max(start));
    let mut table = Table::default();
    let fleet = replays.live_through(from, to, &mut |passed, fleet| {
        table.begin(fleet, from);
        if let Some(passed) = passed {
            table.take(passed, fleet);
        }
    })?;
    Ok(table.finish(&fleet, to))
}

/// The score of the drill whose journal lies in a data folder; none where it is no drill's. The server
/// may be running.
///
/// # Errors
/// [`ReplayError`] names the record that cannot be read.
pub fn score_of(data: &Path) -> Result<Option<Score>, ReplayError> {
    let mut table = Table::default();
    let mut done: Option<Option<Score>> = None;
    let lived = runtime::replay(data, |replayed| {
        let fleet = replayed.fleet;
        let Some(drill) = drill_of(fleet).filter(|_| done.is_none()) else {
            return;
        };
        if replayed.at > drill.end() {
            done = Some(std::mem::take(&mut table).finish(fleet, drill.end()));
            return;
        }
        table.begin(fleet, drill.start.plus_ms(-1));
        let ours = replayed.decisions.as_slice().iter();
        let outcomes = ours.map(|decision| runtime::Outcome {
            number: replayed.seq,
            jurisdiction: decision.jurisdiction.unwrap_or(SLOT),
            effect: decision.effect.clone(),
        });
        let passed = Passed {
            number: replayed.seq,
            at: replayed.at,
            jurisdiction: replayed.jurisdiction,
            input: replayed.input.clone(),
            outcomes: outcomes.collect(),
        };
        table.take(&passed, fleet);
    })?;
    let now = lived.fleet.now();
    Ok(done.unwrap_or_else(|| table.finish(&lived.fleet, now)))
}

fn drill_of(fleet: &Fleet) -> Option<&Drill> {
    fleet.config(SLOT)?.drill.as_deref()
}

/// The account that a score is read from, in the making.
#[derive(Default)]
struct Table {
    chronicle: Option<Chronicle>,
}

impl Table {
    /// Begins behind the first entry: before it there is no county.
    fn begin(&mut self, fleet: &Fleet, from: Time) {
        if self.chronicle.is_none()
            && let Some(county) = fleet.county(SLOT, from)
        {
            let to = drill_of(fleet).map_or(from, Drill::end);
            let scope = Scope {
                from,
                to,
                incident: None,
            };
            self.chronicle = Some(Chronicle::begin(scope, &county));
        }
    }

    fn take(&mut self, passed: &Passed, fleet: &Fleet) {
        let Some(chronicle) = &mut self.chronicle else {
            return;
        };
        // A score asks nothing of single readings; what they led to stands behind them.
        let quiet = matches!(passed.input, Input::Observed(_)) && passed.outcomes.is_empty();
        if quiet {
            return;
        }
        let outcomes: Vec<(u64, &Effect)> = outcomes(passed, SLOT);
        let world = Seen { fleet, slot: SLOT };
        chronicle.take(&told(passed, SLOT, &outcomes), &world);
    }

    fn finish(self, fleet: &Fleet, through: Time) -> Option<Score> {
        let county = fleet.county(SLOT, through)?;
        let config = fleet.config(SLOT)?;
        let world = Seen { fleet, slot: SLOT };
        let report = self.chronicle?.finish(&county, &world);
        report::score(&report, config, through)
    }
}
