//! What people found of a possible double count: two people, two homes, two reports, and both count. It stands
//! for as long as nobody says anything new of either side.

use std::collections::BTreeSet;

use model::action::{Act, Why};
use model::id::Seal;
use model::loss::{
    CaseRef, DoubleKind, DoubleRef, JudgeDouble, LossVersion, PossibleDouble, Settled,
};
use model::{Effect, Effects, OpId, PersonId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::loss::{Listed, ledger};
use crate::loss_view::plain;

/// Findings of one incident.
const MOST_JUDGED: usize = 5_000;

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Judged {
    id: OpId,
    double: DoubleRef,
    apart: bool,
    by: PersonId,
    at: Time,
    reason: Seal,
    /// The versions that raised the question, as they were then.
    seen: BTreeSet<OpId>,
}

impl Judged {
    /// What two runs must agree on.
    pub(crate) fn canon(&self) -> String {
        let what = (&self.double, self.apart, &self.seen);
        format!(" judged {what:?} {:?}", (&self.by, &self.reason))
    }
}

/// Either side of a possible double count.
fn sides(incident: &OpId, double: &DoubleRef) -> [CaseRef; 2] {
    let side = |incident: &OpId, township: &str, case: &Option<String>| CaseRef {
        incident: incident.clone(),
        township: township.to_owned(),
        case: case.clone().unwrap_or_default(),
    };
    [
        side(incident, &double.township, &double.case),
        side(
            &double.other_incident,
            &double.other_township,
            &double.other_case,
        ),
    ]
}

impl Engine {
    /// Somebody looked at what may be counted twice, and says what they found.
    pub(crate) fn judge_double(
        &mut self,
        act: &Act,
        judge: &JudgeDouble,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let JudgeDouble {
            incident: id,
            double,
            apart,
            reason,
        } = judge;
        let incident = self.state.incidents.get(id);
        let incident = incident.filter(|i| i.merged_into.is_none());
        let incident = incident.ok_or(Why::NoSuchIncident)?;
        let shown = self.doubles(id, incident);
        if !shown.iter().any(|row| row.names(double)) {
            return Err(Why::NoSuchDouble);
        }
        if incident.losses.judged.len() >= MOST_JUDGED {
            return Err(Why::TooMany);
        }
        let judged = Judged {
            id: act.op.clone(),
            double: double.clone(),
            apart: *apart,
            by: act.by.clone(),
            at,
            reason: reason.clone(),
            seen: self.grounds(id, double),
        };
        let others = self.doubled_with(id);
        if let Some(incident) = self.state.incidents.get_mut(id) {
            incident.losses.judged.push(judged);
        }
        out.push(Effect::Incident(id.clone()));
        for other in others {
            out.push(Effect::Incident(other));
        }
        Ok(())
    }

    /// Writes into rows of an incident what people found of them.
    pub(crate) fn settle_doubles(&self, id: &OpId, rows: &mut [PossibleDouble]) {
        let all = self.state.incidents.iter();
        let all =
            all.flat_map(|(id, incident)| incident.losses.judged.iter().map(move |j| (id, j)));
        let mut all: Vec<(&OpId, &Judged)> = all.collect();
        all.sort_by_key(|(_, judged)| (judged.at, &judged.id));
        for row in rows.iter_mut() {
            let double = row.named();
            let is_about = |(of, judged): &&(&OpId, &Judged)| {
                self.is_one_question((*of, &judged.double), (id, &double))
            };
            let Some((_, judged)) = all.iter().rev().find(is_about) else {
                continue;
            };
            let stands = self.grounds(id, &double).is_subset(&judged.seen);
            row.settled = (judged.apart && stands).then(|| Settled {
                id: judged.id.clone(),
                by: judged.by.clone(),
                at: judged.at,
                reason: judged.reason.clone(),
            });
        }
    }

    /// Whether two ask the same, whichever incident shows it and whatever has become part of it since.
    fn is_one_question(
        &self,
        (one_id, one): (&OpId, &DoubleRef),
        (other_id, other): (&OpId, &DoubleRef),
    ) -> bool {
        if one.kind != other.kind {
            return false;
        }
        if one.kind == DoubleKind::OtherIncident {
            // The reports themselves say which they are, wherever they have gone.
            let (ours, theirs) = (self.grounds(one_id, one), self.grounds(other_id, other));
            return !ours.is_empty() && ours == theirs;
        }
        let whole = |mut side: CaseRef| {
            side.incident = self.whole_of(&side.incident);
            side
        };
        let [a, b] = sides(one_id, one).map(whole);
        let [c, d] = sides(other_id, other).map(whole);
        (a == c && b == d) || (a == d && b == c)
    }

    /// The versions that raise a question: what named either case, what listed cases of the village, the first
    /// reports.
    fn grounds(&self, id: &OpId, double: &DoubleRef) -> BTreeSet<OpId> {
        let sides = sides(id, double);
        sides
            .iter()
            .flat_map(|side| self.grounds_of(double.kind, side))
            .collect()
    }

    fn grounds_of(&self, kind: DoubleKind, side: &CaseRef) -> Vec<OpId> {
        let chain = self.chain_of(side);
        let cases = ledger(chain);
        let case = cases.get(side.case.as_str());
        match (kind, case) {
            (DoubleKind::OtherIncident, _) => {
                let first = chain.first();
                first
                    .map(|version| version.id.clone())
                    .into_iter()
                    .collect()
            }
            (DoubleKind::SameName, Some(case)) => case.named.into_iter().cloned().collect(),
            (DoubleKind::SameVillage, Some(case)) => {
                let village = plain(case.village);
                let there = |row: &&Listed<'_>| {
                    row.withdrawn.is_none()
                        && row.kind.is_person() == case.kind.is_person()
                        && plain(row.village) == village
                };
                let there = cases.values().filter(there);
                there.map(|row| row.placed.clone()).collect()
            }
            (DoubleKind::SameName | DoubleKind::SameVillage, None) => Vec::new(),
        }
    }

    fn chain_of(&self, side: &CaseRef) -> &[LossVersion] {
        let chains = |id: &OpId| {
            let incident = self.state.incidents.get(id)?;
            incident.losses.chains.get(&side.township)
        };
        let chain = chains(&side.incident);
        chain.map_or(&[], Vec::as_slice)
    }
}
