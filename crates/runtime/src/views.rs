//! What the fleet looks like to people and programs. Reads only.

use std::collections::BTreeMap;

use engine::Engine;
use model::Config;
use model::field::AreaRef;
use model::incident::IncidentView;
use model::intake::{Counts, InterfaceView};
use model::page::{Channel, ReplyOf};
use model::task::Stage;
use model::view::{
    AlarmView, CommandView, CountyView, EventView, GroupView, LoadView, PageView, PersonContacts,
    PostView, ReachView, RuleView, RunView, SeriesNow, SituationView, StateHash, SuppressionView,
    SystemView, TaskView, TransitionView, WeatherView,
};
use model::{
    AlarmKey, CommandId, JurisdictionSlot, OpId, Page, PageFact, PageId, PersonId, PostId, RunId,
    SeriesSlot, SituationId, TaskId, Time, Transition,
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

    /// The commands that are shown now, with their tasks: what was over a week ago is left out.
    pub fn commands(&self, jurisdiction: JurisdictionSlot) -> Vec<CommandView> {
        let engine = self.engines.get(jurisdiction.index());
        engine
            .map(|engine| engine.command_views(self.now()))
            .unwrap_or_default()
    }

    /// Those of them in which one person has a task, with that task alone.
    pub fn commands_of(
        &self,
        jurisdiction: JurisdictionSlot,
        person: &PersonId,
    ) -> Vec<CommandView> {
        let engine = self.engines.get(jurisdiction.index());
        engine.map_or(Vec::new(), |engine| engine.commands_of(person, self.now()))
    }

    /// The stage of the task of a command that is furthest from done.
    pub(crate) fn worst(&self, jurisdiction: JurisdictionSlot, id: &CommandId) -> Option<Stage> {
        self.engines.get(jurisdiction.index())?.command_worst(id)
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

    /// Every incident, open or closed.
    pub fn incidents(&self, jurisdiction: JurisdictionSlot) -> Vec<IncidentView> {
        let engine = self.engines.get(jurisdiction.index());
        engine
            .map(|engine| engine.incident_views())
            .unwrap_or_default()
    }

    /// One entry of the list of what is kept quiet, in force or just ended.
    pub fn suppression(
        &self,
        jurisdiction: JurisdictionSlot,
        id: &OpId,
    ) -> Option<SuppressionView> {
        self.engines.get(jurisdiction.index())?.suppression_view(id)
    }

    /// One weather warning, standing or just over.
    pub fn weather(&self, jurisdiction: JurisdictionSlot, id: &OpId) -> Option<WeatherView> {
        self.engines.get(jurisdiction.index())?.weather_view(id)
    }

    /// Weather warnings that stand.
    pub fn weather_warnings(&self, jurisdiction: JurisdictionSlot) -> Option<Vec<WeatherView>> {
        Some(self.engines.get(jurisdiction.index())?.weather_views())
    }

    /// One event of the county, also one that was just dropped.
    pub fn event(&self, jurisdiction: JurisdictionSlot, id: &OpId) -> Option<EventView> {
        self.engines.get(jurisdiction.index())?.event_view(id)
    }

    /// What happened in a jurisdiction, by its beginning.
    pub fn events(&self, jurisdiction: JurisdictionSlot) -> Option<Vec<EventView>> {
        Some(self.engines.get(jurisdiction.index())?.event_views())
    }

    /// Ids of the stations of an area.
    pub fn stations_in(&self, jurisdiction: JurisdictionSlot, area: &AreaRef) -> Vec<String> {
        let engine = self.engines.get(jurisdiction.index());
        engine.map_or(Vec::new(), |engine| engine.stations_in(area))
    }

    /// One run, if it is not forgotten.
    pub fn run(&self, jurisdiction: JurisdictionSlot, id: &RunId) -> Option<RunView> {
        self.engines.get(jurisdiction.index())?.run_view(id)
    }

    /// Every run that is not forgotten, the newest first.
    pub fn runs(&self, jurisdiction: JurisdictionSlot) -> Vec<RunView> {
        let engine = self.engines.get(jurisdiction.index());
        engine.map(engine::Engine::run_views).unwrap_or_default()
    }

    /// The task that a run is about.
    pub fn task_of_run(
        &self,
        jurisdiction: JurisdictionSlot,
        id: &RunId,
    ) -> Option<(CommandId, TaskId)> {
        self.engines.get(jurisdiction.index())?.task_of_run(id)
    }

    /// The task that a page is about.
    pub fn task_of_page(
        &self,
        jurisdiction: JurisdictionSlot,
        id: &PageId,
    ) -> Option<(CommandId, TaskId)> {
        self.engines.get(jurisdiction.index())?.task_of_page(id)
    }

    /// One page, if its run is not forgotten.
    pub fn page(&self, jurisdiction: JurisdictionSlot, id: &PageId) -> Option<PageView> {
        self.engines.get(jurisdiction.index())?.page_view(id)
    }

    /// The pages of a run, in the order they were decided.
    pub fn pages(&self, jurisdiction: JurisdictionSlot, run: &RunId) -> Vec<PageView> {
        let engine = self.engines.get(jurisdiction.index());
        engine.map(|e| e.pages_of(run)).unwrap_or_default()
    }

    /// Everybody with contact points, and what each of these has proven.
    pub fn contacts(&self, jurisdiction: JurisdictionSlot) -> Vec<PersonContacts> {
        let engine = self.engines.get(jurisdiction.index());
        engine
            .map(engine::Engine::contact_views)
            .unwrap_or_default()
    }

    /// The pages that went to these people by one channel, in the order of their ids.
    pub fn pages_to(
        &self,
        jurisdiction: JurisdictionSlot,
        people: &[PersonId],
        channel: Channel,
    ) -> Vec<PageView> {
        let engine = self.engines.get(jurisdiction.index());
        engine
            .map(|e| e.pages_to(people, channel))
            .unwrap_or_default()
    }

    /// What the channels of a jurisdiction reach, and when they are tested.
    pub fn reach(&self, jurisdiction: JurisdictionSlot) -> ReachView {
        let engine = self.engines.get(jurisdiction.index());
        engine.map_or_else(ReachView::default, |engine| ReachView {
            lost: engine.lost_reach(),
            plans: engine.plan_views(),
        })
    }

    /// A page as it goes out, with what is still wanted of those it carries.
    pub fn page_out(&self, jurisdiction: JurisdictionSlot, id: &PageId) -> Option<Page> {
        self.engines.get(jurisdiction.index())?.page_out(id)
    }

    /// Whether a page is still to be made; asked by a sender just before it dials.
    pub fn is_wanted(&self, jurisdiction: JurisdictionSlot, id: &PageId) -> bool {
        let engine = self.engines.get(jurisdiction.index());
        engine.is_some_and(|e| e.is_wanted(id))
    }

    /// Whether a fact of a page says anything that is not known.
    pub fn is_paged(
        &self,
        jurisdiction: JurisdictionSlot,
        id: &PageId,
        fact: &PageFact,
        reply: Option<&OpId>,
    ) -> bool {
        let engine = self.engines.get(jurisdiction.index());
        engine.is_some_and(|e| e.is_paged(id, fact, reply))
    }

    /// What a reply by a gateway was of, if it is remembered.
    pub fn reply(&self, jurisdiction: JurisdictionSlot, reply: &OpId) -> Option<ReplyOf> {
        let engine = self.engines.get(jurisdiction.index())?;
        engine.reply(reply)
    }

    /// One post as of the newest entry.
    pub fn post(&self, jurisdiction: JurisdictionSlot, id: &PostId) -> Option<PostView> {
        let engine = self.engines.get(jurisdiction.index())?;
        engine.post_view(id, self.now())
    }

    /// The groups that a post's holders belong to, as of the newest entry.
    pub fn groups_of(&self, jurisdiction: JurisdictionSlot, post: &PostId) -> Vec<GroupView> {
        let engine = self.engines.get(jurisdiction.index());
        engine.map_or(Vec::new(), |e| e.groups_of(post, self.now()))
    }

    /// Every post as of `at`, in the order of the files.
    pub fn posts(&self, jurisdiction: JurisdictionSlot, at: Time) -> Vec<PostView> {
        let engine = self.engines.get(jurisdiction.index());
        engine.map(|e| e.post_views(at)).unwrap_or_default()
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
                owner: None,
            })
            .map(|view| self.detailed(view))
            .collect()
    }

    /// A notice with what its jurisdiction knows of it.
    fn detailed(&self, view: SystemView) -> SystemView {
        let own = self.notices.keys().filter_map(|(whose, kind, subject)| {
            (*kind == view.kind && *subject == view.subject).then_some((*whose)?)
        });
        let mut engines = own.filter_map(|slot| self.engines.get(slot.index()));
        let known = engines.find_map(|engine| engine.notice_detail(view.kind, &view.subject));
        match known {
            Some((level, owner)) => SystemView {
                level,
                owner,
                ..view
            },
            None => view,
        }
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

    /// Every declared interface: what came by it since the journal began, and what is heard by it now in
    /// the jurisdictions asked about.
    pub fn interfaces(&self, only: Option<JurisdictionSlot>) -> Vec<InterfaceView> {
        let slots = (0..self.len() as u16).map(JurisdictionSlot);
        let asked = slots.filter(|slot| only.is_none_or(|only| only == *slot));
        let engines: Vec<&Engine> = asked.filter_map(|slot| self.engine(slot)).collect();
        let mut rows: Vec<InterfaceView> = Vec::new();
        for engine in &engines {
            let declared = engine.config().interfaces.iter();
            rows.extend(declared.skip(rows.len()).map(|declared| InterfaceView {
                id: declared.id.clone(),
                title: declared.title.clone(),
                late: declared.late,
                series: 0,
                silent: 0,
                heard: None,
                down: false,
                counts: Counts::default(),
            }));
        }
        for (slot, row) in (0u8..).zip(&mut rows) {
            row.counts = self.counts.get(&slot).copied().unwrap_or_default();
        }
        for engine in engines {
            for (slot, voices) in engine.voices() {
                let Some(row) = rows.get_mut(usize::from(slot)) else {
                    continue;
                };
                row.series += voices.series;
                row.silent += voices.silent;
                row.heard = row.heard.max(voices.heard);
                row.down |= voices.down;
            }
        }
        rows
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
