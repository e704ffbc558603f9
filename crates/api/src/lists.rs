//! Lists of what stands now: alarms, situations, stations, commands, what is kept quiet, rules.
//!
//! The same views as the feed's, for programs that ask once. Every row names its jurisdiction.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use model::incident::IncidentView;
use model::view::{
    AlarmView, CommandView, CountyView, EventView, LoadView, PageView, PersonContacts, PostView,
    ReachView, RuleView, RunView, SituationView, StationView, SuppressionView, WeatherView,
};
use model::{JurisdictionSlot, Time};
use runtime::Fleet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Asked;
use crate::error::{Answered, FaultView};
use crate::ground;
use crate::sight::{is_narrow, narrow_post};

/// About which jurisdiction.
#[derive(Debug, Deserialize)]
pub(crate) struct OfQuery {
    pub(crate) jurisdiction: Option<String>,
}

/// A row with the jurisdiction it belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Of<T> {
    jurisdiction: String,
    #[serde(flatten)]
    pub(crate) row: T,
}

pub(crate) type Rows<T> = Answered<Json<Vec<Of<T>>>>;

/// Rows of every jurisdiction that `reader` asks about and may see.
async fn rows<T: Send + 'static>(
    api: &Api,
    reader: &Principal,
    query: &OfQuery,
    look: impl Fn(&Fleet, JurisdictionSlot) -> Vec<T> + Send + 'static,
) -> Rows<T> {
    reader.need(Deed::See)?;
    let only = api.slot(reader, query.jurisdiction.as_deref())?;
    let all = move |fleet: &Fleet| rows_of(fleet, only, look);
    Ok(Json(api.inbox.ask(all).await?))
}

/// Rows of a fleet, of one jurisdiction or of all.
pub(crate) fn rows_of<T>(
    fleet: &Fleet,
    only: Option<JurisdictionSlot>,
    look: impl Fn(&Fleet, JurisdictionSlot) -> Vec<T>,
) -> Vec<Of<T>> {
    let slots = (0..fleet.len() as u16).map(JurisdictionSlot);
    let mut list = Vec::new();
    for slot in slots.filter(|slot| only.is_none_or(|only| only == *slot)) {
        let code = fleet.config(slot).map(|c| c.code.clone());
        let jurisdiction = code.unwrap_or_default();
        list.extend(look(fleet, slot).into_iter().map(|row| Of {
            jurisdiction: jurisdiction.clone(),
            row,
        }));
    }
    list
}

/// The same for what is part of a county's whole view, narrowed to what `reader` may see.
async fn of_counties<T: Send + 'static>(
    api: &Api,
    reader: &Principal,
    query: &OfQuery,
    part: impl Fn(CountyView) -> Vec<T> + Send + 'static,
) -> Rows<T> {
    let sight = api.sight(reader).await?;
    let look = move |fleet: &Fleet, slot| {
        let now: Time = fleet.now();
        let county = fleet.county(slot, now).map(|mut county| {
            sight.county(&mut county);
            part(county)
        });
        county.unwrap_or_default()
    };
    rows(api, reader, query, look).await
}

/// Alarms that are not closed, each with its four regions.
#[utoipa::path(get, path = "/api/v1/alarms", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<AlarmView>), (status = 401, body = FaultView)))]
pub(crate) async fn alarms(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<AlarmView> {
    of_counties(&api, &reader, &query, |county| county.alarms).await
}

/// Situations that are not closed, worst first.
#[utoipa::path(get, path = "/api/v1/situations", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<SituationView>), (status = 401, body = FaultView)))]
pub(crate) async fn situations(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<SituationView> {
    of_counties(&api, &reader, &query, |county| county.situations).await
}

/// Incidents, open and closed, with what each gathers and the reports that are owed.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<IncidentView>), (status = 401, body = FaultView)))]
pub(crate) async fn incidents(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<IncidentView> {
    of_counties(&api, &reader, &query, |county| county.incidents).await
}

/// Everything that makes no noise now: who, why, until when. Whoever belongs to a township and does not
/// command is told of what concerns it.
#[utoipa::path(get, path = "/api/v1/suppressions", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<SuppressionView>), (status = 401, body = FaultView)))]
pub(crate) async fn suppressions(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<SuppressionView> {
    of_counties(&api, &reader, &query, |county| county.suppressions).await
}

/// About which jurisdiction, and which piece of ground.
#[derive(Debug, Deserialize)]
pub(crate) struct StationsQuery {
    jurisdiction: Option<String>,
    near: Option<String>,
    metres: Option<u32>,
    within: Option<String>,
}

/// Stations with their series and newest values; those that touch the border of the ground asked
/// about are inside.
#[utoipa::path(get, path = "/api/v1/stations", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one"),
           ("near" = Option<String>, Query, description = "lon,lat in degrees; with metres"),
           ("metres" = Option<u32>, Query, description = "How far from near"),
           ("within" = Option<String>, Query, description = "A polygon: lon,lat;lon,lat;lon,lat")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<StationView>), (status = 400, body = FaultView), (status = 401, body = FaultView)))]
pub(crate) async fn stations(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<StationsQuery>,
) -> Rows<StationView> {
    let shape = ground::shape(query.near.as_deref(), query.metres, query.within.as_deref())?;
    let jurisdiction = query.jurisdiction;
    let all = OfQuery { jurisdiction };
    let Json(mut rows) = of_counties(&api, &reader, &all, |county| county.stations).await?;
    if let Some(shape) = shape {
        let there = api.ground.within(&api.inbox, &shape).await?;
        rows.retain(|of| there.contains(&(of.jurisdiction.clone(), of.row.id.clone())));
    }
    Ok(Json(rows))
}

/// Commands with their tasks, as far as the reader may see them.
#[utoipa::path(get, path = "/api/v1/commands", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<CommandView>), (status = 401, body = FaultView)))]
pub(crate) async fn commands(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<CommandView> {
    let (who, sight) = (reader.person.clone(), api.sight(&reader).await?);
    let look = move |fleet: &Fleet, slot| {
        let mut commands = match sight.is_own() {
            true => fleet.commands_of(slot, &who),
            false => fleet.commands(slot),
        };
        commands.retain_mut(|command| sight.command(command));
        commands
    };
    rows(&api, &reader, &query, look).await
}

/// The rules in force, in words, with how often each spoke.
#[utoipa::path(get, path = "/api/v1/rules", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<RuleView>), (status = 401, body = FaultView)))]
pub(crate) async fn rules(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<RuleView> {
    let look = |fleet: &Fleet, slot| fleet.rules(slot).unwrap_or_default();
    rows(&api, &reader, &query, look).await
}

/// The alarm load of each jurisdiction.
#[utoipa::path(get, path = "/api/v1/load", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<LoadView>), (status = 401, body = FaultView)))]
pub(crate) async fn load(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<LoadView> {
    let look = |fleet: &Fleet, slot| fleet.load(slot).into_iter().collect();
    rows(&api, &reader, &query, look).await
}

/// What happened: events that were entered, and alarms that were marked as true or false. Whoever belongs to
/// a township and does not command is told of its own and of the county's.
#[utoipa::path(get, path = "/api/v1/events", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<EventView>), (status = 401, body = FaultView)))]
pub(crate) async fn events(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<EventView> {
    let sight = api.sight(&reader).await?;
    let look = move |fleet: &Fleet, slot| {
        let mut events = fleet.events(slot).unwrap_or_default();
        events.retain_mut(|row| sight.event(row));
        events
    };
    rows(&api, &reader, &query, look).await
}

/// Weather warnings that stand; everybody is told of all of them.
#[utoipa::path(get, path = "/api/v1/weather", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<WeatherView>), (status = 401, body = FaultView)))]
pub(crate) async fn weather(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<WeatherView> {
    let look = |fleet: &Fleet, slot| fleet.weather_warnings(slot).unwrap_or_default();
    rows(&api, &reader, &query, look).await
}

/// A run with all its pages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunWithPages {
    #[serde(flatten)]
    pub(crate) run: RunView,
    pages: Vec<PageView>,
}

/// Escalations and roll-calls that run, and those that ended within a day, each with its pages.
#[utoipa::path(get, path = "/api/v1/runs", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<RunWithPages>), (status = 401, body = FaultView), (status = 403, body = FaultView)))]
pub(crate) async fn runs(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<RunWithPages> {
    reader.need(Deed::SeeEveryTask)?;
    rows(&api, &reader, &query, whole_runs).await
}

/// Every run of a jurisdiction that is not forgotten, with its pages.
pub(crate) fn whole_runs(fleet: &Fleet, slot: JurisdictionSlot) -> Vec<RunWithPages> {
    let runs = fleet.runs(slot).into_iter();
    let whole = runs.map(|run| RunWithPages {
        pages: fleet.pages(slot, &run.id),
        run,
    });
    whole.collect()
}

/// Of when.
#[derive(Debug, Deserialize)]
pub(crate) struct DutyQuery {
    jurisdiction: Option<String>,
    at: Option<Time>,
}

/// Who holds which post, the shifts that follow, gaps ahead, sign-ins and what is handed over; as of
/// now, or of any instant. Responders are told of the posts they hold or will hold.
#[utoipa::path(get, path = "/api/v1/duty", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one"),
           ("at" = Option<String>, Query, description = "An instant, RFC 3339; absent: now")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<PostView>), (status = 401, body = FaultView), (status = 403, body = FaultView)))]
pub(crate) async fn duty(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<DutyQuery>,
) -> Rows<PostView> {
    let narrow = is_narrow(&reader);
    if !narrow {
        reader.need(Deed::SeeEveryTask)?;
    }
    let DutyQuery { jurisdiction, at } = query;
    let who = reader.clone();
    let look = move |fleet: &Fleet, slot| {
        let mut posts = fleet.posts(slot, at.unwrap_or(fleet.now()));
        if narrow {
            posts.retain_mut(|post| narrow_post(post, &who.person));
        }
        posts
    };
    rows(&api, &reader, &OfQuery { jurisdiction }, look).await
}

/// Everybody with contact points: when each was last tried and tested, and what came back.
/// Responders are told of their own.
#[utoipa::path(get, path = "/api/v1/contacts", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction", body = Vec<PersonContacts>), (status = 401, body = FaultView), (status = 403, body = FaultView)))]
pub(crate) async fn contacts(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<PersonContacts> {
    let narrow = is_narrow(&reader);
    if !narrow {
        reader.need(Deed::SeeEveryTask)?;
    }
    let who = reader.person.clone();
    let look = move |fleet: &Fleet, slot| {
        let mut people = fleet.contacts(slot);
        people.retain(|one| !narrow || one.person == who);
        people
    };
    rows(&api, &reader, &query, look).await
}

/// Where channels reach nobody, and the tests that begin by themselves: when next, and what the last came
/// to.
#[utoipa::path(get, path = "/api/v1/reach", tag = "lists",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "One for each jurisdiction", body = Vec<ReachView>), (status = 401, body = FaultView), (status = 403, body = FaultView)))]
pub(crate) async fn reach(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Rows<ReachView> {
    reader.need(Deed::SeeEveryTask)?;
    let look = |fleet: &Fleet, slot| vec![fleet.reach(slot)];
    rows(&api, &reader, &query, look).await
}
