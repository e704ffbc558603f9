//! Single entries of the journal, so that a figure can be followed to what it was read from.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use model::{Config, Input, JurisdictionSlot, Observed, Time};
use runtime::{Fleet, Passed};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::error::{Answered, Fault, FaultView};
use crate::replay::fault;
use crate::reports::of_one;

/// An input of the journal with all that was decided on it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryView {
    /// Number of the input; a number of one of its outcomes finds it too.
    number: u64,
    at: Time,
    jurisdiction: String,
    /// `acted`, `observed`, `configured` …
    kind: String,
    /// What it says: texts and photos as seals alone.
    #[schema(value_type = Object)]
    content: Value,
    outcomes: Vec<OutcomeView>,
}

/// A record behind an input: what was decided on it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutcomeView {
    number: u64,
    #[schema(value_type = Object)]
    content: Value,
}

/// One entry by its number, as it lies in the journal.
#[utoipa::path(get, path = "/api/v1/entries/{number}", tag = "reports",
    params(("number" = u64, Path, description = "Of an input, or of what was decided on it")),
    responses((status = 200, body = EntryView), (status = 403, body = FaultView), (status = 404, body = FaultView)))]
pub(crate) async fn entry(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Path(number): Path<u64>,
) -> Answered<Json<EntryView>> {
    reader.need(Deed::Report)?;
    let found = api.replays.aside(move |replays| replays.entry(number));
    let found = found.await.map_err(fault)?.map_err(fault)?;
    let (passed, fleet) = found.ok_or(Fault::NoSuchPage)?;
    let own = match &reader.jurisdiction {
        None => None,
        Some(code) => Some((code.as_str(), slot_of(code, &passed, &fleet)?)),
    };
    seen(&passed, &fleet, own).map(Json)
}

/// The slot of a jurisdiction as of an entry. What comes first of all is the files themselves, and
/// nothing stands before it.
fn slot_of(code: &str, passed: &Passed, fleet: &Fleet) -> Answered<JurisdictionSlot> {
    if let Input::Configured(configured) = &passed.input
        && configured.config.code == code
    {
        return Ok(passed.jurisdiction);
    }
    fleet.jurisdiction(code).ok_or(Fault::NoSuchPage)
}

/// An entry as whoever sees one jurisdiction, or all, may read it: of what is another's only the time
/// it came stays, since with it came what was due by then in their own.
fn seen(
    passed: &Passed,
    fleet: &Fleet,
    own: Option<(&str, JurisdictionSlot)>,
) -> Answered<EntryView> {
    let config = fleet.config(passed.jurisdiction).cloned();
    let named = match (&passed.input, &config) {
        (Input::Configured(configured), _) => configured.config.code.as_str(),
        (_, Some(config)) => config.code.as_str(),
        (_, None) => "",
    };
    let is_own = |slot| own.is_none_or(|(_, own)| own == slot);
    let outcomes = passed.outcomes.iter();
    let outcomes = outcomes.filter(|outcome| is_own(outcome.jurisdiction));
    let outcomes: Vec<OutcomeView> = outcomes
        .map(|outcome| OutcomeView {
            number: outcome.number,
            content: json!(outcome.effect),
        })
        .collect();
    let shared = !of_one(&passed.input);
    let (kind, content) = match is_own(passed.jurisdiction) || shared {
        true => told(&passed.input, config.as_deref()),
        false if outcomes.is_empty() => return Err(Fault::NoSuchPage),
        false => ("elsewhere", json!({})),
    };
    Ok(EntryView {
        number: passed.number,
        at: passed.at,
        jurisdiction: own.map_or(named, |(code, _)| code).to_owned(),
        kind: kind.to_owned(),
        content,
        outcomes,
    })
}

/// The kind of an input, and what it says. Whole files are told by what they are.
fn told(input: &Input, config: Option<&Config>) -> (&'static str, Value) {
    match input {
        Input::Configured(configured) => {
            let config = &configured.config;
            let said = json!({
                "code": config.code,
                "rules_version": config.rules_version,
                "stations": config.stations.len(),
                "series": config.series.len(),
                "rules": config.rules.len(),
                "by": configured.by,
            });
            ("configured", said)
        }
        Input::Observed(observed) => ("observed", reading(observed, config)),
        Input::Acted(act) => ("acted", json!(act)),
        Input::LinkChanged { interface, up } => {
            ("link_changed", json!({ "interface": interface, "up": up }))
        }
        Input::ClockStepped { by_ms } => ("clock_stepped", json!({ "by_ms": by_ms })),
        Input::DiskFilled { full } => ("disk_filled", json!({ "full": full })),
        Input::FilesRefused { refused } => ("files_refused", json!({ "refused": refused })),
        Input::JournalChecked { broken } => ("journal_checked", json!({ "broken": broken })),
        Input::Ticked => ("ticked", json!({})),
        Input::Resumed => ("resumed", json!({})),
        Input::Tallied { interface, counts } => (
            "tallied",
            json!({ "interface": interface, "counts": counts }),
        ),
        Input::Paged { page, fact, reply } => {
            let said = json!({ "page": page, "fact": fact, "reply": reply });
            ("paged", said)
        }
        Input::Unread {
            channel,
            from,
            reply,
        } => {
            let said = json!({ "channel": channel, "from": from, "reply": reply });
            ("unread", said)
        }
        Input::Accessed(access) => ("accessed", json!(access)),
        Input::ClockRead(clock) => ("clock_read", json!(clock)),
    }
}

/// A reading by the names that were in force.
fn reading(observed: &Observed, config: Option<&Config>) -> Value {
    let series = config.and_then(|c| c.series.get(observed.series.index()));
    let station = series.and_then(|s| config?.stations.get(s.station.index()));
    let quantity = series.and_then(|s| config?.quantities.get(usize::from(s.quantity)));
    json!({
        "station": station.map(|s| s.id.as_str()),
        "quantity": quantity.map(|q| q.id.as_str()),
        "value": quantity.map(|q| q.decimals.show(observed.value)),
        "unit": quantity.map(|q| q.unit.as_str()),
        "observed": observed.observed,
        "received": observed.received,
        "revision": observed.revision,
        "quality": observed.quality,
        "late": observed.late,
        "too_late": observed.too_late,
        "suspect": observed.suspect,
    })
}
