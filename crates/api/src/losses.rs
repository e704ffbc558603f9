//! Loss reports of townships: what is sent, within its bounds; which names are alike; the table.
//!
//! Names of people and households stand outside the journal, so that two cases bear one name is found
//! here, where the names can be read, and goes into the entry as a reference from case to case.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use model::loss::{
    CaseChange, CaseKind, CaseRef, DoubleRef, LossCase, LossFigure, LossStage, LossTable,
    ReportLoss,
};
use model::{Action, JurisdictionSlot, OpId, Seal};
use serde::Deserialize;
use tokio::sync::MutexGuard;
use utoipa::ToSchema;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::acts::one_jurisdiction;
use crate::body::Asked;
use crate::bounds::{check_photos, name_fits, said, text_fits, word_fits};
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::lists::OfQuery;
use crate::wire::ActionRequest;

/// Most cases that one version names: each name is a file of its own.
const MAX_CASES: usize = 400;
/// Most numbers of one version.
const MAX_FIGURES: usize = 32;

/// The next version of what a township lost.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct LossRequest {
    pub incident: OpId,
    /// Code of the township.
    pub township: String,
    pub stage: LossStage,
    /// Number of the version before it, as it was shown; 0: none. A newer one refuses this one.
    pub after: u32,
    pub figures: Vec<LossFigure>,
    /// What changes in the ledgers of the dead, the missing and the fallen homes.
    #[serde(default)]
    pub cases: Vec<CaseRequest>,
    /// Ids from `POST /blobs`; at least three where a response level was decided.
    #[serde(default)]
    pub photos: Vec<Seal>,
    /// Needed where a number goes down, and with a correction.
    #[serde(default)]
    pub note: Option<String>,
}

/// A case of a ledger: new, said anew, or taken out.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum CaseRequest {
    Enter(CaseEntry),
    Withdraw { case: String, reason: String },
}

/// One person, or one household's home.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CaseEntry {
    /// Minted where it is entered, 1 to 64 bytes; the same again says more of the same case.
    pub case: String,
    pub kind: CaseKind,
    pub village: String,
    /// Absent: as it was said before, or not known.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
}

/// What somebody found of a possible double count.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct JudgeRequest {
    pub incident: OpId,
    /// As the incident's table shows it.
    pub double: DoubleRef,
    /// It is two, and both count, until something new is said of either; false: the question is open again.
    pub apart: bool,
    pub reason: String,
}

/// A finding within its bounds.
pub(crate) fn check_judge(judge: &JudgeRequest, who: &Principal) -> Answered<()> {
    who.need(Deed::TendAlarms)?;
    said("reason", &judge.reason)
}

/// A version within its bounds.
pub(crate) fn check(loss: &LossRequest, who: &Principal) -> Answered<()> {
    who.need(Deed::TendAlarms)?;
    word_fits("township", &loss.township)?;
    if loss.figures.len() > MAX_FIGURES {
        return Err(Fault::field("figures", format!("at most {MAX_FIGURES}")));
    }
    if loss.cases.len() > MAX_CASES {
        return Err(Fault::field("cases", format!("at most {MAX_CASES}")));
    }
    for case in &loss.cases {
        match case {
            CaseRequest::Enter(row) => {
                word_fits("cases", &row.case)?;
                name_fits("cases", &row.village)?;
                text_fits("cases", row.name.as_deref())?;
                text_fits("cases", row.note.as_deref())?;
            }
            CaseRequest::Withdraw { case, reason } => {
                word_fits("cases", case)?;
                said("cases", reason)?;
            }
        }
    }
    check_photos(&loss.photos)?;
    text_fits("note", loss.note.as_deref())
}

impl Api {
    pub(crate) async fn seal_loss(&self, loss: LossRequest) -> Answered<ReportLoss> {
        let mut cases = Vec::with_capacity(loss.cases.len());
        for case in loss.cases {
            cases.push(match case {
                CaseRequest::Enter(row) => CaseChange::Enter(LossCase {
                    case: row.case,
                    kind: row.kind,
                    village: row.village,
                    name: self.seal_text(row.name).await?,
                    note: self.seal_text(row.note).await?,
                    alike: Vec::new(),
                }),
                CaseRequest::Withdraw { case, reason } => CaseChange::Withdraw {
                    case,
                    reason: self.seal_bytes(reason.into_bytes()).await?,
                },
            });
        }
        Ok(ReportLoss {
            incident: loss.incident,
            township: loss.township,
            stage: loss.stage,
            after: loss.after,
            figures: loss.figures,
            cases,
            photos: loss.photos,
            note: self.seal_text(loss.note).await?,
        })
    }
}

/// A name as it is compared: without spaces, in one case.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|c| !c.is_whitespace());
    letters.flat_map(char::to_lowercase).collect()
}

/// A named case, as it is compared.
struct Named {
    place: CaseRef,
    person: bool,
    village: String,
    name: String,
}

impl Named {
    /// People by their name alone, since they die far from home; homes by village and household.
    fn is_like(&self, other: &Named) -> bool {
        let there = self.person || self.village == other.village;
        self.person == other.person && there && self.name == other.name && self.place != other.place
    }
}

/// The names that a version brings, before they are sealed.
pub(crate) struct Names(Vec<Named>);

impl Names {
    pub(crate) fn of(action: &ActionRequest) -> Names {
        let ActionRequest::ReportLoss(loss) = action else {
            return Names(Vec::new());
        };
        let named = loss.cases.iter().filter_map(|case| match case {
            CaseRequest::Enter(row) => Some(Named {
                place: CaseRef {
                    incident: loss.incident.clone(),
                    township: loss.township.clone(),
                    case: row.case.clone(),
                },
                person: row.kind.is_person(),
                village: plain(&row.village),
                name: plain(row.name.as_deref()?),
            }),
            CaseRequest::Withdraw { .. } => None,
        });
        Names(named.filter(|named| !named.name.is_empty()).collect())
    }
}

/// Writes into each case which others bear its name. What it gives is held until the version is entered:
/// two of the same instant know of each other.
pub(crate) async fn mark_alike<'a>(
    api: &'a Api,
    slot: JurisdictionSlot,
    names: &Names,
    action: &mut Action,
) -> Answered<Option<MutexGuard<'a, ()>>> {
    let Action::ReportLoss(loss) = action else {
        return Ok(None);
    };
    if names.0.is_empty() {
        return Ok(None);
    }
    let turn = api.loss_turn.lock().await;
    let known = known_names(api, slot).await?;
    for change in &mut loss.cases {
        let CaseChange::Enter(row) = change else {
            continue;
        };
        let Some(own) = names.0.iter().find(|named| named.place.case == row.case) else {
            continue;
        };
        let others = known.iter().chain(&names.0);
        let alike = others.filter(|other| own.is_like(other));
        let alike = alike.map(|other| (other.place.clone(), ()));
        let alike: BTreeMap<CaseRef, ()> = alike.collect();
        row.alike = alike.into_keys().collect();
    }
    Ok(Some(turn))
}

/// Every case that counts and whose name can still be read.
async fn known_names(api: &Api, slot: JurisdictionSlot) -> Answered<Vec<Named>> {
    let sealed = api.inbox.ask(move |fleet| {
        let county = fleet.incidents(slot);
        let mut found = Vec::new();
        for incident in county.into_iter().filter(|i| i.merged_into.is_none()) {
            for township in incident.losses.townships {
                let live = township.cases.into_iter();
                let live = live.filter(|case| case.withdrawn.is_none());
                found.extend(live.filter_map(|case| {
                    let place = CaseRef {
                        incident: incident.id.clone(),
                        township: township.township.clone(),
                        case: case.case,
                    };
                    let what = (case.kind.is_person(), plain(&case.village));
                    Some((place, what, case.name?))
                }));
            }
        }
        found
    });
    let mut named = Vec::new();
    for (place, (person, village), seal) in sealed.await? {
        let content = api.blobs.fetch(seal).await;
        let content = content.map_err(|cause| store_fault("read a name", &cause))?;
        let Some(name) = content.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            continue;
        };
        named.push(Named {
            place,
            person,
            village,
            name: plain(&name),
        });
    }
    Ok(named)
}

/// The township table of an incident: each number with every version it came from, the ledgers, the sums
/// with what they are made of, and what may be counted twice.
#[utoipa::path(get, path = "/api/v1/incidents/{incident}/losses", tag = "lists",
    params(("incident" = String, Path, description = "Id of the incident"),
           ("jurisdiction" = Option<String>, Query, description = "Needed only where an account sees several")),
    responses((status = 200, body = LossTable), (status = 401, body = FaultView), (status = 403, body = FaultView),
              (status = 404, body = FaultView)))]
pub(crate) async fn table(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Path(incident): Path<String>,
    Asked(query): Asked<OfQuery>,
) -> Answered<Json<LossTable>> {
    // What the desk writes down is the desk's.
    reader.need(Deed::SeeEveryTask)?;
    let slot = one_jurisdiction(&api, &reader, query.jurisdiction.as_deref())?;
    let id = OpId(incident);
    let found = api
        .inbox
        .ask(move |fleet| fleet.incident(slot, &id))
        .await?;
    Ok(Json(found.ok_or(Fault::NoSuchIncident)?.losses))
}
