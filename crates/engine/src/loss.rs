//! Loss reports: versions of what a township lost, in their legal order. A version is added and never
//! changed; what stands, what is listed and what may be counted twice is read from them (`loss_view.rs`).

use std::collections::{BTreeMap, BTreeSet};

use model::action::{Act, Why};
use model::config::AreaKind;
use model::id::Seal;
use model::loss::{
    CaseChange, CaseKind, CaseRef, FIRST_CLOCK, Filed, LossItem, LossStage, LossVersion,
    PHOTOS_NEEDED, ReportLoss,
};
use model::{Effect, Effects, OpId, PersonId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::incident::Incident;
use crate::loss_double::Judged;

/// Versions of one township in one incident; a county sends one a day.
const MOST_VERSIONS: usize = 500;
/// Cases of one township's ledgers.
const MOST_CASES: usize = 5_000;

/// What an incident knows of losses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Losses {
    /// Versions by township, oldest first.
    pub(crate) chains: BTreeMap<String, Vec<LossVersion>>,
    /// Townships that its situations have touched, also after these were forgotten.
    pub(crate) concerned: BTreeSet<String>,
    /// What people found of possible double counts, oldest first.
    #[serde(default)]
    pub(crate) judged: Vec<Judged>,
}

impl Losses {
    /// What two runs must agree on; nothing where nobody has reported.
    pub(crate) fn canon(&self) -> String {
        let mut text = String::new();
        for (township, chain) in &self.chains {
            for version in chain {
                let what = (&version.figures, &version.cases, &version.photos);
                let how = (version.stage, &version.by, &version.note, version.response);
                text += &format!(" loss {township} {} {how:?} {what:?}", version.number);
            }
        }
        text.extend(self.judged.iter().map(Judged::canon));
        text
    }

    /// Another incident is part of this one: townships that it alone has reported come with their versions.
    /// Where both have some, neither is put into the other's; that they may count twice is shown.
    pub(crate) fn take_over(&mut self, part: Losses) {
        for (township, chain) in part.chains {
            self.chains.entry(township).or_insert(chain);
        }
        self.concerned.extend(part.concerned);
    }
}

/// A case of a ledger as all versions together say it.
#[derive(Clone, Debug)]
pub(crate) struct Listed<'a> {
    pub(crate) kind: CaseKind,
    pub(crate) was: Vec<CaseKind>,
    pub(crate) village: &'a str,
    pub(crate) name: Option<&'a Seal>,
    pub(crate) note: Option<&'a Seal>,
    pub(crate) alike: &'a [CaseRef],
    pub(crate) versions: Vec<&'a OpId>,
    /// The version that named it last, and the one that put it into its village.
    pub(crate) named: Option<&'a OpId>,
    pub(crate) placed: &'a OpId,
    pub(crate) withdrawn: Option<&'a Seal>,
}

/// The ledgers of a township, by case.
pub(crate) fn ledger(chain: &[LossVersion]) -> BTreeMap<&str, Listed<'_>> {
    let mut cases: BTreeMap<&str, Listed<'_>> = BTreeMap::new();
    for version in chain {
        for change in &version.cases {
            apply(&mut cases, &version.id, change);
        }
    }
    cases
}

fn apply<'a>(cases: &mut BTreeMap<&'a str, Listed<'a>>, version: &'a OpId, change: &'a CaseChange) {
    match change {
        CaseChange::Enter(row) => {
            let case = cases.entry(&row.case).or_insert_with(|| Listed {
                kind: row.kind,
                was: Vec::new(),
                village: &row.village,
                name: None,
                note: None,
                alike: &[],
                versions: Vec::new(),
                named: None,
                placed: version,
                withdrawn: None,
            });
            if case.kind != row.kind {
                case.was.push(case.kind);
                case.kind = row.kind;
            }
            // Brought back, it counts anew.
            if case.village != row.village || case.withdrawn.is_some() {
                case.placed = version;
            }
            case.village = &row.village;
            case.note = row.note.as_ref().or(case.note);
            if row.name.is_some() {
                case.name = row.name.as_ref();
                case.named = Some(version);
                case.alike = &row.alike;
            }
            case.withdrawn = None;
            case.versions.push(version);
        }
        CaseChange::Withdraw { case, reason } => {
            if let Some(case) = cases.get_mut(case.as_str()) {
                case.withdrawn = Some(reason);
                case.versions.push(version);
            }
        }
    }
}

/// What was stated last of an item.
pub(crate) fn standing(chain: &[LossVersion], item: LossItem) -> Option<u64> {
    chain.iter().rev().find_map(|version| version.value(item))
}

/// Cases of the ledgers that a number counts.
pub(crate) fn listed(cases: &BTreeMap<&str, Listed<'_>>, item: LossItem) -> u64 {
    let counted = cases.values();
    let counted = counted.filter(|case| case.withdrawn.is_none() && case.kind.item() == item);
    counted.count() as u64
}

/// The items that have a ledger.
pub(crate) const LEDGERS: [CaseKind; 3] = [CaseKind::Dead, CaseKind::Missing, CaseKind::Home];

/// Whether a stage may come after what is there.
fn in_order(chain: &[LossVersion], stage: LossStage, by: &PersonId) -> Result<(), Why> {
    let verified = chain.iter().any(|v| v.stage == LossStage::Verified);
    let last = chain.last().map(|version| version.stage);
    match (stage, last) {
        (LossStage::First, None) => Ok(()),
        (LossStage::First, Some(_)) => Err(Why::FirstLossThere),
        (LossStage::FollowUp | LossStage::Verified | LossStage::Correction, None) => {
            Err(Why::FirstLossMissing)
        }
        (LossStage::FollowUp, Some(_)) if verified => Err(Why::LossVerified),
        (LossStage::FollowUp, Some(_)) => Ok(()),
        (LossStage::Correction, Some(_)) if verified => Ok(()),
        (LossStage::Correction, Some(_)) => Err(Why::LossNotVerified),
        (LossStage::Verified, Some(LossStage::Verified)) => Err(Why::LossVerified),
        (LossStage::Verified, Some(_)) => {
            let mut reported = chain.iter().filter(|v| v.stage != LossStage::Verified);
            match reported.any(|version| version.by == *by) {
                true => Err(Why::VerifierIsReporter),
                false => Ok(()),
            }
        }
    }
}

/// Whether numbers and cases make sense by themselves and with what is there.
fn fits(chain: &[LossVersion], loss: &ReportLoss) -> Result<(), Why> {
    let mut items: Vec<LossItem> = loss.figures.iter().map(|figure| figure.item).collect();
    items.sort_unstable();
    let mut names: Vec<&str> = loss.cases.iter().map(CaseChange::case).collect();
    names.sort_unstable();
    let twice = items.windows(2).any(|pair| pair[0] == pair[1])
        || names.windows(2).any(|pair| pair[0] == pair[1]);
    if items.is_empty() || twice || names.contains(&"") {
        return Err(Why::BadLoss);
    }
    let known = ledger(chain);
    for change in &loss.cases {
        let before = known.get(change.case());
        let fits = match change {
            CaseChange::Enter(row) => {
                before.is_none_or(|case| case.kind.is_person() == row.kind.is_person())
            }
            CaseChange::Withdraw { .. } => before.is_some_and(|case| case.withdrawn.is_none()),
        };
        if !fits {
            return Err(Why::BadLoss);
        }
    }
    if known.len() + loss.cases.len() > MOST_CASES {
        return Err(Why::TooMany);
    }
    let lower = |figure: &model::loss::LossFigure| {
        standing(chain, figure.item).is_some_and(|before| figure.value < before)
    };
    let reasoned = loss.stage == LossStage::Correction || loss.figures.iter().any(lower);
    if reasoned && loss.note.is_none() {
        return Err(Why::ReasonMissing);
    }
    Ok(())
}

/// Whether the ledgers agree with the numbers once this version is the last.
fn ledgers_hold(chain: &[LossVersion]) -> Result<(), Why> {
    let cases = ledger(chain);
    let verified = chain.last().map(|v| v.stage) == Some(LossStage::Verified);
    for kind in LEDGERS {
        let item = kind.item();
        let (said, listed) = (
            standing(chain, item).unwrap_or_default(),
            listed(&cases, item),
        );
        if listed > said {
            return Err(Why::LedgerAbove);
        }
        if verified && listed < said {
            return Err(Why::LedgerShort);
        }
    }
    Ok(())
}

impl Engine {
    /// Townships that the situations of an incident touch, as far as they are known.
    fn touched_by(&self, incident: &Incident) -> BTreeSet<String> {
        let list = &self.state.situations.list;
        let situations = incident.situations.iter().filter_map(|id| list.get(id));
        let codes = situations.flat_map(|s| {
            let own = (s.area.0 == AreaKind::Township).then(|| s.area.1.clone());
            s.townships.keys().cloned().chain(own)
        });
        codes.filter(|code| self.is_township(code)).collect()
    }

    fn is_township(&self, code: &str) -> bool {
        let name = (AreaKind::Township, code.to_owned());
        !code.is_empty() && self.index.ground.find(&name).is_some()
    }

    /// Townships that an incident concerns.
    pub(crate) fn concerned(&self, incident: &Incident) -> BTreeSet<String> {
        let mut codes = self.touched_by(incident);
        codes.extend(incident.losses.concerned.iter().cloned());
        codes
    }

    /// Keeps which townships an incident concerns: its situations are forgotten one day.
    pub(crate) fn note_concerned(&mut self, id: &OpId) {
        let Some(incident) = self.state.incidents.get(id) else {
            return;
        };
        let codes = self.concerned(incident);
        if let Some(incident) = self.state.incidents.get_mut(id) {
            incident.losses.concerned = codes;
        }
    }

    /// The highest response level that was decided for one of its situations, or stood at an earlier version.
    fn response_of(&self, incident: &Incident) -> Option<u8> {
        let list = &self.state.situations.list;
        let situations = incident.situations.iter().filter_map(|id| list.get(id));
        let decided = situations.flat_map(|s| s.decisions.iter().filter_map(|d| d.response));
        let versions = incident.losses.chains.values().flatten();
        decided.chain(versions.filter_map(|v| v.response)).min()
    }

    /// The next version of what a township lost. An incident that is closed still takes them: figures are
    /// verified after the danger is over.
    pub(crate) fn report_loss(
        &mut self,
        act: &Act,
        loss: &ReportLoss,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let incident = self.state.incidents.get(&loss.incident);
        let incident = incident.filter(|i| i.merged_into.is_none());
        let incident = incident.ok_or(Why::NoSuchIncident)?;
        if !self.is_township(&loss.township) {
            return Err(Why::NoSuchArea);
        }
        let response = self.response_of(incident);
        let chain = incident.losses.chains.get(&loss.township);
        let mut chain = chain.cloned().unwrap_or_default();
        in_order(&chain, loss.stage, &act.by)?;
        if loss.after as usize != chain.len() {
            return Err(Why::NewerLoss);
        }
        if chain.len() >= MOST_VERSIONS {
            return Err(Why::TooMany);
        }
        fits(&chain, loss)?;
        // A township that lost nothing has nothing to show.
        let nothing = loss.figures.iter().all(|figure| figure.value == 0);
        let photos: BTreeSet<&Seal> = loss.photos.iter().collect();
        if response.is_some() && !nothing && photos.len() < PHOTOS_NEEDED {
            return Err(Why::PhotosMissing);
        }
        let due = incident.clocks.iter().find(|c| c.spec.id == FIRST_CLOCK);
        let late = due.is_some_and(|clock| at > clock.due) && loss.stage == LossStage::First;
        let before = chain.iter().filter(|v| v.stage == loss.stage).count();
        chain.push(LossVersion {
            id: act.op.clone(),
            number: loss.after + 1,
            stage: loss.stage,
            nth: before as u32 + 1,
            by: act.by.clone(),
            at,
            figures: loss.figures.clone(),
            cases: loss.cases.clone(),
            photos: loss.photos.clone(),
            note: loss.note.clone(),
            response,
            late,
        });
        ledgers_hold(&chain)?;
        let mut others = self.doubled_with(&loss.incident);
        if let Some(incident) = self.state.incidents.get_mut(&loss.incident) {
            incident.losses.chains.insert(loss.township.clone(), chain);
        }
        self.note_concerned(&loss.incident);
        if loss.stage == LossStage::First {
            self.end_first_clock(&loss.incident, &act.by, at, out);
        }
        others.extend(self.doubled_with(&loss.incident));
        out.push(Effect::Incident(loss.incident.clone()));
        for other in others {
            out.push(Effect::Incident(other));
        }
        Ok(())
    }

    /// The clock of the first report ends once every township concerned has one.
    fn end_first_clock(&mut self, id: &OpId, by: &PersonId, at: Time, out: &mut Effects) {
        let Some(incident) = self.state.incidents.get_mut(id) else {
            return;
        };
        let losses = &incident.losses;
        let mut owed = losses.concerned.iter();
        if owed.any(|code| !losses.chains.contains_key(code)) {
            return;
        }
        let clock = incident.clocks.iter_mut();
        let mut clock = clock.filter(|c| c.spec.id == FIRST_CLOCK && c.met_at().is_none());
        let Some(clock) = clock.next() else {
            return;
        };
        clock.filed = Some(Filed { by: by.clone(), at });
        let due = clock.due;
        self.stop_clock(id, FIRST_CLOCK, due, at, out);
    }
}
