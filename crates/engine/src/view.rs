//! What screens may know, made from the state when asked for; nothing is decided here.

use model::config::{Measure, Side};
use model::intake::Quality;
use model::view::{
    AckView, AlarmView, CommandView, CountyView, Doubt, MassView, NextStep, ProcessView, SeriesNow,
    SeriesView, StationView, StepKind, SystemView, TaskView, TemplateView, ThresholdView,
};
use model::{AlarmKey, CommandId, Level, PersonId, SeriesSlot, TaskId, Time};

use crate::alarm::{Ack, Alarm};
use crate::command::Command;
use crate::engine::Engine;
use crate::rule_view::span;
use model::task::{FactKind, Stage};

impl Engine {
    /// The whole jurisdiction. People are left to whoever may know their names.
    pub fn county_view(&self, now: Time) -> CountyView {
        let mut stations: Vec<StationView> = self
            .config
            .stations
            .iter()
            .map(|s| StationView {
                id: s.id.clone(),
                name: s.name.clone(),
                lon: s.position_e6.map(|(lon, _)| f64::from(lon) / 1e6),
                lat: s.position_e6.map(|(_, lat)| f64::from(lat) / 1e6),
                kind: s.kind.clone(),
                township: s.township.clone(),
                tags: s.tags.clone(),
                series: Vec::new(),
                catchment: s.catchment.clone(),
                zones: s.zones.clone(),
                upstream: s
                    .upstream
                    .iter()
                    .map(|u| self.config.stations[u.station.index()].id.clone())
                    .collect(),
            })
            .collect();
        for slot in 0..self.config.series.len() as u32 {
            let station = self.config.series[slot as usize].station.index();
            stations[station]
                .series
                .push(self.series_view(SeriesSlot(slot), now));
        }
        let open = |(_, alarm): &(&u32, &Alarm)| !alarm.closed;
        CountyView {
            code: self.config.code.clone(),
            title: self.config.title.clone(),
            demo: self.config.demo,
            drill: self.config.drill.as_deref().map(Into::into),
            rules_version: self.config.rules_version.clone(),
            stations,
            alarms: self
                .state
                .alarms
                .iter()
                .filter(open)
                .map(|(w, a)| self.render(*w, a))
                .collect(),
            commands: self.command_views(now),
            groups: self.group_views(now),
            templates: self.templates(),
            people: Vec::new(),
            situations: self.situation_views(),
            suppressions: self.suppression_views(),
            areas: self.area_views(),
            load: self.load_view(),
            weather: self.weather_views(),
            incidents: self.incident_views(),
            event_classes: self.config.event_classes.clone(),
            runs: self.shown_runs(),
            pages: self.page_views(),
            posts: self.post_views(now),
            mass: MassView {
                above: self.config.policy.command.mass_above,
                hold_ms: self.config.policy.command.hold_ms,
            },
        }
    }

    fn templates(&self) -> Vec<TemplateView> {
        let view = |t: &model::config::Template| TemplateView {
            id: t.id.clone(),
            title: t.title.clone(),
            wording: t.wording.clone(),
            clocks: t.clocks,
            proof: t.proof,
            kind: t.kind,
            hazards: t.hazards.clone(),
            correction: t.correction.clone(),
            approve_from: t.approve_from.or_else(|| {
                let policy = self.config.policy.command.approve_from;
                Level::from_digit(policy)
            }),
            fields: t.fields.clone(),
            crew: t.crew.clone(),
            proven_by: t.proven_by.clone(),
        };
        self.config.templates.iter().map(view).collect()
    }

    fn series_view(&self, slot: SeriesSlot, now: Time) -> SeriesView {
        let quantity = self.config.quantity_of(slot);
        SeriesView {
            now: self.series_now(slot, now),
            title: quantity.title.clone(),
            unit: quantity.unit.clone(),
            decimals: quantity.decimals.0,
            thresholds: self.thresholds(slot),
        }
    }

    fn thresholds(&self, slot: SeriesSlot) -> Vec<ThresholdView> {
        let decimals = self.config.quantity_of(slot).decimals;
        let (first, end) = self.index.watches[slot.index()];
        let mut lines = Vec::new();
        for watch in first..end {
            let rule = &self.config.rules[self.config.watches[watch as usize].rule.index()];
            let is_span = rule.measure == Measure::Silence;
            let show = |bound| match is_span {
                true => span(bound),
                false => decimals.show(bound),
            };
            for level in Level::ALL {
                let Some(bound) = self.config.bound(watch as usize, level) else {
                    continue;
                };
                lines.push(ThresholdView {
                    rule: rule.id.clone(),
                    title: rule.title.clone(),
                    level,
                    raise: show(bound.raise),
                    reset: show(bound.reset),
                    below: rule.side == Side::Below,
                    on_value: rule.measure == Measure::Value,
                    is_span,
                });
            }
        }
        lines
    }

    /// The moving part of one series.
    pub fn series_now(&self, slot: SeriesSlot, _now: Time) -> SeriesNow {
        let series = &self.state.series[slot.index()];
        let spec = &self.config.series[slot.index()];
        let quantity = self.config.quantity_of(slot);
        let newest = series.newest();
        let shown = newest.filter(|s| s.quality != Quality::Missing);
        let (first, end) = self.index.watches[slot.index()];
        let levels = (first..end).map(|w| self.state.conditions[w as usize].level());
        SeriesNow {
            station: self.config.stations[spec.station.index()].id.clone(),
            quantity: quantity.id.clone(),
            value: shown.map(|s| quantity.decimals.show(s.value)),
            observed: newest.map(|s| s.observed),
            received: series.heard,
            quality: newest.map_or(Quality::Missing, |s| s.quality),
            freshness: series.freshness,
            level: levels.max().unwrap_or(0),
            expected_ms: series.interval_ms(spec.interval_ms),
            doubts: self.all_doubts_of(slot),
        }
    }

    /// Why a value is not trusted, work at the station included.
    fn all_doubts_of(&self, slot: SeriesSlot) -> Vec<Doubt> {
        let mut doubts = self.doubts_of(slot);
        if self.is_maintained(self.config.series[slot.index()].station.0) {
            doubts.push(Doubt::Maintenance);
        }
        doubts
    }

    /// One alarm, open or just closed.
    pub fn alarm_view(&self, key: AlarmKey) -> Option<AlarmView> {
        let watch = self.number_of_key(&key)?;
        self.state
            .alarms
            .get(&watch)
            .map(|alarm| self.render(watch, alarm))
    }

    /// An id of this episode.
    pub(crate) fn episode_of(&self, watch: u32, alarm: &Alarm) -> String {
        format!("{}-{}", self.key_of(watch), alarm.episode)
    }

    fn render(&self, watch: u32, alarm: &Alarm) -> AlarmView {
        if self.rule_behind(watch).is_none() {
            return self.render_blind(watch, alarm);
        }
        let spec = &self.config.watches[watch as usize];
        let rule = &self.config.rules[spec.rule.index()];
        let quantity = self.config.quantity_of(spec.series);
        let condition = &self.state.conditions[watch as usize];
        let key = self.key_of(watch);
        let shown = |value: i64| quantity.decimals.show(value);
        AlarmView {
            key,
            episode: self.episode_of(watch, alarm),
            occurrence: alarm.occurrence,
            rule: rule.id.clone(),
            title: rule.title.clone(),
            hazard: rule.hazard.clone(),
            advice: rule.advice.clone(),
            station: self.config.station_of(spec.series).id.clone(),
            quantity: quantity.id.clone(),
            process: match (alarm.is_active(), condition.is_unknown()) {
                (false, _) => ProcessView::Returned,
                (true, true) => ProcessView::Unknown,
                (true, false) => ProcessView::Active,
            },
            level: alarm.level,
            worst: alarm.worst,
            raised: alarm.raised,
            changed: alarm.changed,
            returned: alarm.returned,
            value: condition.decided.map(shown),
            peak: condition.peak.map(|(value, _)| shown(value)),
            peak_at: condition.peak.map(|(_, at)| at),
            ack: alarm.ack.as_ref().map(ack_view),
            sight_lost: alarm.sight_lost,
            latched: alarm.latched,
            doubtful: condition.doubtful,
            truth: alarm.truth,
            commands: alarm.commands.clone(),
            closed: alarm.closed,
            forecast: rule.forecast,
            priority: rule.priority,
            plan: rule.plan.clone(),
            certainty: rule.certainty,
            quiet: self.quiet_views(watch),
            swings: self.swings_of(watch),
            clocks: condition.clocks(),
            evidence: self.evidence_of(watch),
            situation: self.situation_of(watch),
            doubts: self.all_doubts_of(spec.series),
            duplicate_of: alarm.duplicate_of,
            told: alarm.told_level(),
        }
    }

    /// One command with its tasks.
    pub fn command_view(&self, id: &CommandId) -> Option<CommandView> {
        self.state
            .commands
            .get(id)
            .map(|command| self.command_of(command))
    }

    /// The commands that are shown at `now`, with their tasks.
    pub fn command_views(&self, now: Time) -> Vec<CommandView> {
        let shown = self.shown_commands(now);
        shown.map(|command| self.command_of(command)).collect()
    }

    /// Those of them in which this person has a task, with that task alone.
    pub fn commands_of(&self, person: &PersonId, now: Time) -> Vec<CommandView> {
        let own = self.shown_commands(now).filter_map(|command| {
            let places = (0..command.tasks.len()).filter(|n| command.tasks[*n].person == *person);
            let places: Vec<usize> = places.collect();
            let has = !places.is_empty();
            has.then(|| self.command_with(command, self.tasks_of(command, places)))
        });
        own.collect()
    }

    /// The stage of the task of a command that is furthest from done.
    pub fn command_worst(&self, id: &CommandId) -> Option<Stage> {
        self.state.commands.get(id).map(Command::worst)
    }

    fn command_of(&self, command: &Command) -> CommandView {
        let tasks = self.tasks_of(command, 0..command.tasks.len());
        self.command_with(command, tasks)
    }

    fn tasks_of(
        &self,
        command: &Command,
        places: impl IntoIterator<Item = usize>,
    ) -> Vec<TaskView> {
        let contested = command.contested();
        let task = |place| self.task_of(command, place, contested.contains(&place));
        places.into_iter().map(task).collect()
    }

    fn command_with(&self, command: &Command, tasks: Vec<TaskView>) -> CommandView {
        let template = self
            .config
            .templates
            .iter()
            .find(|t| t.id == command.template);
        CommandView {
            id: command.id.clone(),
            alarm: command.alarm,
            template: command.template.clone(),
            title: template.map(|t| t.title.clone()).unwrap_or_default(),
            level: command.level,
            by: command.by.clone(),
            issued: command.issued,
            wording: command.wording.clone(),
            groups: command.groups.clone(),
            clocks: command.clocks,
            proof: command.proof,
            cancelled: command.cancelled,
            worst: command.worst(),
            tasks,
            kind: command.kind,
            phase: command.phase.clone(),
            reach: command.reach.clone(),
            approved_by: command.approved_by.clone(),
            supersedes: command.supersedes.clone(),
            superseded_by: command.superseded_by.clone(),
            villages: command.villages.clone(),
            count: command.count_views(),
            proven_by: command.proven_by.clone(),
        }
    }

    /// One task, and the stage of its command.
    pub fn task_view(&self, id: &TaskId) -> Option<TaskView> {
        let (command, place) = self.find_task(id)?;
        let command = self.state.commands.get(&command)?;
        let contested = command.contested().contains(&place);
        Some(self.task_of(command, place, contested))
    }

    fn task_of(&self, command: &Command, place: usize, contested: bool) -> TaskView {
        let task = &command.tasks[place];
        let next = self.next_window(&command.id, place).map(|window| NextStep {
            at: window.at,
            step: window.step,
            crew: window.crew,
            to: match window.step {
                StepKind::Remind => Some(task.person.clone()),
                StepKind::Substitute => self.substitute_of(command, task),
                StepKind::CrewWarning => Some(task.person.clone()),
                StepKind::TellDesk
                | StepKind::MoveDue
                | StepKind::CrewCritical
                | StepKind::UpdateDue
                | StepKind::ArriveDue
                | StepKind::DoneDue
                | StepKind::VerifyDue => None,
            },
        });
        let id = command.task_id(place);
        let help = (model::effect::SystemKind::NeedHelp, id.0.clone());
        let (calls, next_call) = self.calls_for(&id);
        TaskView {
            needs_help: task.has(FactKind::NeedHelp) && self.state.notices.contains_key(&help),
            id,
            command: command.id.clone(),
            person: task.person.clone(),
            stage: task.stage(),
            percent: task.percent(),
            heard: task.heard(),
            overdue: task.overdue.clone(),
            next,
            facts: task.facts.clone(),
            conflict: contested || task.is_contradictory(),
            version: task.facts.len() as u32,
            end_unseen: task.is_end_unseen(),
            crossed: task.is_crossed(),
            reassigned_to: task.reassigned_to.clone(),
            crew: command.crew_views(task),
            calls,
            next_call,
            place: task.place.clone(),
        }
    }

    /// How bad a notice is and who looks after it; none where it does not last.
    pub fn notice_detail(
        &self,
        kind: model::effect::SystemKind,
        subject: &str,
    ) -> Option<(Option<Level>, Option<model::PersonId>)> {
        let key = (kind, subject.to_owned());
        self.state.notices.get(&key)?;
        let level = self.state.notice_levels.get(&key).copied();
        Some((level, self.state.owners.get(&key).cloned()))
    }

    /// Notices of this jurisdiction about the system itself that still last.
    pub fn system_views(&self) -> Vec<SystemView> {
        let view = |(key, since): (&(model::effect::SystemKind, String), &Time)| SystemView {
            kind: key.0,
            subject: key.1.clone(),
            since: *since,
            until: None,
            level: self.state.notice_levels.get(key).copied(),
            owner: self.state.owners.get(key).cloned(),
        };
        self.state.notices.iter().map(view).collect()
    }
}

pub(crate) fn ack_view(ack: &Ack) -> AckView {
    AckView {
        by: ack.by.clone(),
        at: ack.at,
        lease_until: ack.lease_until,
    }
}
