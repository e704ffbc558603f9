//! What the fleet looks like to people and programs. Reads only.

use std::collections::BTreeMap;

use model::Config;
use model::incident::IncidentView;
use model::intake::Counts;
use model::view::{
    AlarmView, CommandView, CountyView, LoadView, RuleView, SeriesNow, SituationView, StateHash,
    SuppressionView, SystemView, TaskView, TransitionView,
};
use model::{
    AlarmKey, CommandId, JurisdictionSlot, OpId, PersonId, SeriesSlot, SituationId, TaskId, Time,
    Transition,
};
use sha2::{Digest, Sha256};

use crate::fleet::Fleet;

impl Fleet {
    /// One jurisdiction, whole, as of `now`; people are left empty for the caller.
    pub fn county(&self, jurisdiction: JurisdictionSlot, now: Time) -> Option<CountyView> {
        Some(self.engines.get(jurisdiction.index())?.county_view(now))
    }

    /// One series as of `now`.
    pub fn series(
        &self,
        jurisdiction: JurisdictionSlot,
        slot: SeriesSlot,
        now: Time,
    ) -> Option<SeriesNow> {
        let engine = self.engines.get(jurisdiction.index())?;
        (slot.index() < engine.config().series.len()).then(|| engine.series_now(slot, now))
    }

    /// One alarm, if it exists.
    pub fn alarm(&self, jurisdiction: JurisdictionSlot, key: AlarmKey) -> Option<AlarmView> {
        self.engines.get(jurisdiction.index())?.alarm_view(key)
    }

    /// One command with its tasks, if it exists.
    pub fn command(&self, jurisdiction: JurisdictionSlot, id: &CommandId) -> Option<CommandView> {
        self.engines.get(jurisdiction.index())?.command_view(id)
    }

    /// One task, if it exists.
    pub fn task(&self, jurisdiction: JurisdictionSlot, id: &TaskId) -> Option<TaskView> {
        self.engines.get(jurisdiction.index())?.task_view(id)
    }

    /// One situation, if it exists.
    pub fn situation(
        &self,
        jurisdiction: JurisdictionSlot,
        id: SituationId,
    ) -> Option<SituationView> {
        self.engines.get(jurisdiction.index())?.situation_view(id)
    }

    /// One incident, open or closed.
    pub fn incident(&self, jurisdiction: JurisdictionSlot, id: &OpId) -> Option<IncidentView> {
        self.engines.get(jurisdiction.index())?.incident_view(id)
    }

    /// One entry of the list of what is kept quiet, in force or just ended.
    pub fn suppression(
        &self,
        jurisdiction: JurisdictionSlot,
        id: &OpId,
    ) -> Option<SuppressionView> {
        self.engines.get(jurisdiction.index())?.suppression_view(id)
    }

    /// How loud it is in a jurisdiction.
    pub fn load(&self, jurisdiction: JurisdictionSlot) -> Option<LoadView> {
        Some(self.engines.get(jurisdiction.index())?.load_view())
    }

    /// The rules of a jurisdiction with how often each spoke.
    pub fn rules(&self, jurisdiction: JurisdictionSlot) -> Option<Vec<RuleView>> {
        Some(self.engines.get(jurisdiction.index())?.rule_views())
    }

    /// Deliveries whose receipt is still awaited.
    pub fn pending_deliveries(&self, jurisdiction: JurisdictionSlot) -> Vec<(TaskId, PersonId)> {
        let engine = self.engines.get(jurisdiction.index());
        engine
            .map(engine::Engine::pending_deliveries)
            .unwrap_or_default()
    }

    /// Conditions of the system itself that last; of one jurisdiction and of the process, or of all.
    pub fn system(&self, only: Option<JurisdictionSlot>) -> Vec<SystemView> {
        self.notices
            .iter()
            .filter(|((whose, _, _), _)| only.is_none() || whose.is_none() || *whose == only)
            .map(|((_, kind, subject), since)| SystemView {
                kind: *kind,
                subject: subject.clone(),
                since: *since,
                until: None,
                level: None,
            })
            .collect()
    }

    /// A transition as told to outside programs.
    pub fn transition(
        &self,
        jurisdiction: JurisdictionSlot,
        transition: &Transition,
        number: u64,
    ) -> Option<TransitionView> {
        Some(transition_view(
            self.config(jurisdiction)?,
            transition,
            number,
        ))
    }

    /// Counts by interface id since the journal began; every declared interface is there.
    pub fn counts(&self) -> BTreeMap<String, Counts> {
        let declared = self
            .engines
            .iter()
            .map(|e| e.config().interfaces.len())
            .max()
            .unwrap_or(0);
        let declared = (0..=u8::MAX).take(declared);
        declared
            .chain(self.counts.keys().copied())
            .map(|slot| {
                (
                    self.interface_id(slot),
                    self.counts.get(&slot).copied().unwrap_or_default(),
                )
            })
            .collect()
    }

    /// SHA-256 over the canonical decision state of all jurisdictions, by code, without journal
    /// numbers, received times and counters.
    pub fn hash(&self) -> StateHash {
        self.hash_of(None)
    }

    /// The same over one jurisdiction alone, or over all.
    pub fn hash_of(&self, only: Option<JurisdictionSlot>) -> StateHash {
        let mut by_code: Vec<_> = match only {
            Some(slot) => self.engines.get(slot.index()).into_iter().collect(),
            None => self.engines.iter().collect(),
        };
        by_code.sort_by(|a, b| a.config().code.cmp(&b.config().code));
        let mut hash = Sha256::new();
        for engine in by_code {
            let code = engine.config().code.as_bytes();
            hash.update((code.len() as u64).to_le_bytes());
            hash.update(code);
            engine.canon(&mut hash);
        }
        StateHash {
            hash: hex::encode(hash.finalize()),
            seq: self.seq(),
        }
    }
}

/// A transition of the jurisdiction that `config` describes. A rule or station that its files no
/// longer have is named `?`, so that numbers never show a gap.
pub(crate) fn transition_view(
    config: &Config,
    transition: &Transition,
    number: u64,
) -> TransitionView {
    let rule = config
        .rules
        .get(transition.rule.index())
        .map(|r| r.id.clone());
    let subject = config
        .stations
        .get(transition.subject.index())
        .map(|s| s.id.clone());
    TransitionView {
        rule: rule.unwrap_or_else(|| "?".to_owned()),
        subject: subject.unwrap_or_else(|| "?".to_owned()),
        prev: transition.prev,
        level: transition.level,
        time: transition.time,
        seq: number,
        jurisdiction: config.code.clone(),
    }
}
