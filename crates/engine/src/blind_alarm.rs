//! The alarm behind a blind spot: one that no rule of the files and no reading of its own gauge raises.
//!
//! It stands under a number of its station behind those of all watches, so that presses, the ledger and
//! situations find it like any other alarm. It belongs to the situation it blinds; under a weather
//! warning alone to one of the area that is warned, so that a county gone quiet is one situation.

use model::config::Text;
use model::view::{AlarmView, ProcessView};
use model::{AlarmKey, Effect, Effects, RuleSlot, SeriesSlot, SituationId, Time};

use crate::alarm::Alarm;
use crate::blindspot::Cause;
use crate::engine::Engine;
use crate::ground::AreaName;

/// What stands where other alarms name their rule, and in their key.
pub const BLIND_SPOT: &str = "blind_spot";

/// No watch has this number or a higher one.
pub(crate) const FIRST: u32 = 1 << 31;

/// A recurrence within this long after the end is the same episode.
const REOPEN_MS: i64 = 30 * 60_000;

/// Listed behind what rules raise at the same level.
const PRIORITY: u8 = u8::MAX;

/// The number under which the blind spot of a station stands among the alarms.
pub(crate) fn number_of(station: u32) -> u32 {
    FIRST | station
}

/// The station whose blind spot stands under a number; none for the number of a watch.
pub(crate) fn station_of(number: u32) -> Option<u32> {
    (number >= FIRST).then_some(number ^ FIRST)
}

impl Engine {
    /// The key of an alarm.
    pub(crate) fn key_of(&self, watch: u32) -> AlarmKey {
        match station_of(watch) {
            None => self.index.keys[watch as usize],
            Some(station) => {
                let station = &self.config.stations[station as usize].id;
                AlarmKey::of(&self.config.code, BLIND_SPOT, station, "")
            }
        }
    }

    /// The number of an alarm, closed ones included.
    pub(crate) fn number_of_key(&self, key: &AlarmKey) -> Option<u32> {
        let blind = || {
            let alarms = self.state.alarms.range(FIRST..);
            let mut numbers = alarms.map(|(number, _)| *number);
            numbers.find(|number| self.key_of(*number) == *key)
        };
        self.index.watch_of.get(key).copied().or_else(blind)
    }

    /// The rule behind an alarm; a blind spot has none.
    pub(crate) fn rule_behind(&self, watch: u32) -> Option<RuleSlot> {
        let is_rule = station_of(watch).is_none();
        is_rule.then(|| self.config.watches[watch as usize].rule)
    }

    /// The name of the rule behind an alarm.
    pub(crate) fn rule_id(&self, watch: u32) -> &str {
        let rule = self.rule_behind(watch);
        rule.map_or(BLIND_SPOT, |slot| &self.config.rules[slot.index()].id)
    }

    /// The hazard of an alarm: of a blind spot, that of what it may hide.
    pub(crate) fn hazard_of(&self, watch: u32) -> &str {
        match self.rule_behind(watch) {
            Some(slot) => &self.config.rules[slot.index()].hazard,
            None => {
                let alarm = self.state.alarms.get(&watch);
                alarm.map_or("", |alarm| alarm.hides.as_str())
            }
        }
    }

    pub(crate) fn priority_of(&self, watch: u32) -> u8 {
        let rule = self.rule_behind(watch);
        rule.map_or(PRIORITY, |slot| self.config.rules[slot.index()].priority)
    }

    /// The blind spot of a station has another level by now; 0 when sight is back or nothing is hidden.
    pub(crate) fn move_blind_spot(&mut self, station: u32, level: u8, at: Time, out: &mut Effects) {
        let number = number_of(station);
        let prev = self
            .state
            .alarms
            .get(&number)
            .map_or(0, |alarm| alarm.level);
        if prev == level {
            return;
        }
        let cause = self.cause_of(station);
        if prev == 0 {
            self.open(number, REOPEN_MS, at, out);
        }
        self.count_change(prev == 0, at, out);
        let hides = cause.map(|cause| self.hazard_behind(&cause).to_owned());
        let Some(alarm) = self.state.alarms.get_mut(&number) else {
            debug_assert!(false, "a level above 0 always has an alarm");
            return;
        };
        if let Some(hides) = hides.filter(|_| alarm.seat.is_none()) {
            alarm.hides = hides;
        }
        alarm.level = level;
        alarm.worst = alarm.worst.max(level);
        alarm.changed = at;
        if level > prev {
            alarm.ack = None;
            alarm.returned = None;
        }
        if level == 0 {
            alarm.returned = Some(at);
        }
        if level > prev {
            self.keep_what_blinds(number, at);
            self.rise_above_shelf(number, level, at, out);
        }
        out.push(Effect::Alarm(self.key_of(number)));
        self.settle(number, at, out);
    }

    fn hazard_behind(&self, cause: &Cause) -> &str {
        match cause {
            Cause::Alarm(watch) => self.hazard_of(*watch),
            Cause::Weather(warning) => {
                let warning = self.state.weather.get(warning);
                warning.map_or("", |warning| warning.kind.as_str())
            }
        }
    }

    /// The situation that a blind spot which opens now belongs to.
    pub(crate) fn join_blinded(&mut self, number: u32, at: Time) -> Option<SituationId> {
        let station = station_of(number)?;
        let cause = self.cause_of(station);
        let seat = match &cause {
            Some(Cause::Alarm(watch)) => self.situation_of(*watch),
            Some(Cause::Weather(_)) | None => None,
        };
        if seat.is_some() {
            return seat;
        }
        let area = self.area_blinded(station, cause.as_ref());
        let hazard = self.hazard_of(number).to_owned();
        let storm = self.storm(&hazard, at);
        let merged = |name: &AreaName| {
            let key = (hazard.clone(), storm, name.clone());
            self.state.situations.merged.contains(&key)
        };
        let place = self.index.ground.find(&area).map(|(place, _)| place);
        let chain = place
            .into_iter()
            .flat_map(|place| self.index.ground.chain(place));
        let names = chain.map(|place| self.index.ground.at(place).name.clone());
        let whole = names.filter(merged).last();
        let area = whole.unwrap_or(area);
        let key = self.key_of(number);
        Some(self.open_situation(hazard, area, storm, key, at))
    }

    /// Where what a blind spot may hide is: the area that is warned, else where its worst neighbour lies.
    fn area_blinded(&self, station: u32, cause: Option<&Cause>) -> AreaName {
        let ground = &self.index.ground;
        let warned = match cause {
            Some(Cause::Weather(warning)) => self.state.weather.get(warning),
            Some(Cause::Alarm(_)) | None => None,
        };
        let warned = warned.map(|warning| (warning.area.kind, warning.area.code.clone()));
        if let Some(area) = warned.filter(|area| ground.find(area).is_some()) {
            return area;
        }
        let of = match cause {
            Some(Cause::Alarm(watch)) => self.station_slot(*watch),
            Some(Cause::Weather(_)) | None => station,
        };
        ground.at(ground.leaf(of)).name.clone()
    }

    /// The series that went quiet there, or the first that is watched.
    fn series_of_blind(&self, station: u32) -> Option<SeriesSlot> {
        let watches = self.index.ground.watches(station).iter();
        let slots = watches.map(|watch| self.config.watches[*watch as usize].series);
        let quiet = |slot: &SeriesSlot| self.state.series[slot.index()].quiet;
        let first = slots.clone().next();
        slots.clone().find(quiet).or(first)
    }

    /// The series whose samples say how a blind spot came about: its own and that of the worst neighbour.
    fn keep_what_blinds(&mut self, number: u32, at: Time) {
        let Some(station) = station_of(number) else {
            return;
        };
        let own = self.series_of_blind(station);
        let worst = match self.cause_of(station) {
            Some(Cause::Alarm(watch)) => Some(self.config.watches[watch as usize].series),
            Some(Cause::Weather(_)) | None => None,
        };
        let slots: Vec<SeriesSlot> = own.into_iter().chain(worst).collect();
        self.keep_witnesses(number, &slots, at);
    }

    /// A blind spot as screens see it.
    pub(crate) fn render_blind(&self, number: u32, alarm: &Alarm) -> AlarmView {
        let station = station_of(number).unwrap_or_default();
        let series = self.series_of_blind(station);
        AlarmView {
            key: self.key_of(number),
            episode: self.episode_of(number, alarm),
            occurrence: alarm.occurrence,
            rule: BLIND_SPOT.to_owned(),
            title: Text {
                zh: "盲区：险情在附近，本站没有数据".to_owned(),
                en: "Blind spot: danger near, nothing heard".to_owned(),
            },
            hazard: alarm.hides.clone(),
            advice: Text {
                zh: "派人或用摄像头核实现场，并查站点与通信".to_owned(),
                en: "Have somebody or a camera look at the place; see to the gauge and its link"
                    .to_owned(),
            },
            station: self.config.stations[station as usize].id.clone(),
            quantity: series
                .map_or_else(String::new, |slot| self.config.quantity_of(slot).id.clone()),
            process: if alarm.is_active() {
                ProcessView::Active
            } else {
                ProcessView::Returned
            },
            level: alarm.level,
            worst: alarm.worst,
            raised: alarm.raised,
            changed: alarm.changed,
            returned: alarm.returned,
            value: None,
            peak: None,
            peak_at: None,
            ack: alarm.ack.as_ref().map(crate::view::ack_view),
            sight_lost: false,
            latched: alarm.latched,
            doubtful: false,
            truth: alarm.truth,
            commands: alarm.commands.clone(),
            closed: alarm.closed,
            forecast: false,
            priority: PRIORITY,
            plan: String::new(),
            certainty: model::config::Certainty::Unsaid,
            quiet: self.quiet_views(number),
            swings: None,
            clocks: Vec::new(),
            evidence: self.evidence_of(number),
            situation: self.situation_of(number),
            doubts: Vec::new(),
            duplicate_of: alarm.duplicate_of,
            told: alarm.told_level(),
        }
    }
}
