//! Changes of level as rows of alarms, and how many stood at once.

use model::config::Text;
use model::view::{AlarmView, CountyView};
use model::{AlarmKey, Time, Transition};

use crate::chronicle::{Chronicle, World};
use crate::course::What;
use crate::facts::{About, AlarmRow, LevelChange, Moment, Pressed, Signal, Standing};

impl Chronicle {
    pub(crate) fn transition(&mut self, moment: Moment, change: &Transition, world: &dyn World) {
        let Some((about, key)) = self.name_of(change, world) else {
            return;
        };
        let view = world.alarm(key);
        if let Some(situation) = view.as_ref().and_then(|v| v.situation) {
            self.told_with.insert(key, situation);
            if let Some(seen) = world.situation(situation) {
                self.see_situation(&seen);
            }
        }
        if !self.concerns(self.told_with.get(&key).copied()) {
            return;
        }
        let line = LevelChange {
            moment,
            observed: change.time,
            prev: change.prev,
            level: change.level,
        };
        if change.level == 0 {
            self.standing.remove(&key);
        } else {
            self.standing.insert(key, change.level);
        }
        self.weigh(moment);
        let place = match self.open.get(&key) {
            Some(place) => *place,
            None => {
                let row = self.new_row(&about, key, view.as_ref(), line, world);
                self.report.alarms.push(row);
                self.report.alarms.len() - 1
            }
        };
        let row = &mut self.report.alarms[place];
        row.changes.push(line);
        if change.level > row.worst {
            row.worst = change.level;
            row.worst_at = moment;
        }
        if let Some(view) = view {
            row.peak = view.peak.or(row.peak.take());
            row.sight_lost |= view.sight_lost;
            row.truth = view.truth;
        }
        if change.level == 0 {
            row.returned = Some(moment);
            self.open.remove(&key);
        } else {
            self.open.insert(key, place);
        }
        let what = What::Level {
            prev: change.prev,
            level: change.level,
        };
        self.tell(moment, None, about, what, None);
    }

    fn new_row(
        &self,
        about: &About,
        key: AlarmKey,
        view: Option<&AlarmView>,
        line: LevelChange,
        world: &dyn World,
    ) -> AlarmRow {
        let config = world.config();
        let raised = match line.prev {
            0 => line.moment,
            // It rose before, and came into sight only now.
            _ => Moment::before(view.map_or(line.moment.at, |v| v.raised)),
        };
        let unit = view.and_then(|v| config.quantities.iter().find(|q| q.id == v.quantity));
        let (station, name, title) = match about {
            About::Station {
                id, name, title, ..
            } => (id.clone(), name.clone(), title.clone()),
            About::Nothing
            | About::Situation { .. }
            | About::Command { .. }
            | About::Clock { .. }
            | About::Call { .. }
            | About::Incident { .. }
            | About::Word(_) => (String::new(), Text::default(), Text::default()),
        };
        AlarmRow {
            key,
            rule: view.map(|v| v.rule.clone()).unwrap_or_default(),
            title,
            hazard: view.map(|v| v.hazard.clone()).unwrap_or_default(),
            station,
            name,
            quantity: view.map(|v| v.quantity.clone()).unwrap_or_default(),
            unit: unit.map(|q| q.unit.clone()).unwrap_or_default(),
            forecast: view.is_some_and(|v| v.forecast),
            situation: view.and_then(|v| v.situation),
            signal: view.and_then(signal_of),
            raised,
            observed: line.observed,
            first_level: line.level,
            worst: line.level.max(line.prev),
            worst_at: line.moment,
            peak: None,
            acked: None,
            returned: None,
            changes: Vec::new(),
            truth: view.map(|v| v.truth).unwrap_or_default(),
            sight_lost: false,
        }
    }

    /// The moment at which most alarms stood, the worse the more they count.
    pub(crate) fn weigh(&mut self, moment: Moment) {
        let mut by_level = [0u32; 4];
        for level in self.standing.values() {
            if let Some(count) = by_level.get_mut(usize::from(*level).wrapping_sub(1)) {
                *count += 1;
            }
        }
        let alarms: u32 = by_level.iter().sum();
        let heavy = |n: [u32; 4]| (n[3], n[2], n[1], n[0]);
        let known = self.report.worst.as_ref().map(|w| heavy(w.by_level));
        if alarms > 0 && known.is_none_or(|known| heavy(by_level) > known) {
            self.report.worst = Some(Standing {
                moment,
                alarms,
                by_level,
            });
        }
    }

    /// What a transition is about, by the names of its config.
    pub(crate) fn name_of(
        &self,
        change: &Transition,
        world: &dyn World,
    ) -> Option<(About, AlarmKey)> {
        let config = world.config();
        let rule = config.rules.get(change.rule.index())?;
        let station = config.stations.get(change.subject.index())?;
        let key = AlarmKey::of(&config.code, &rule.id, &station.id, &rule.hazard);
        let about = About::Station {
            id: station.id.clone(),
            name: station.name.clone(),
            title: rule.title.clone(),
            level: change.level,
        };
        Some((about, key))
    }
}

/// Where a change of level began: the oldest valid sample that decided it.
fn signal_of(view: &AlarmView) -> Option<Signal> {
    let first = view.evidence.iter().find(|sample| sample.value.is_some())?;
    Some(Signal {
        observed: first.time,
        value: first.value.clone(),
        moment: None,
    })
}

/// The row of an alarm that stood before the interval.
pub(crate) fn row_of(
    alarm: &AlarmView,
    county: &CountyView,
    raised: Moment,
    observed: Time,
) -> AlarmRow {
    let station = county.stations.iter().find(|s| s.id == alarm.station);
    let series = station.and_then(|s| s.series.iter().find(|s| s.now.quantity == alarm.quantity));
    AlarmRow {
        key: alarm.key,
        rule: alarm.rule.clone(),
        title: alarm.title.clone(),
        hazard: alarm.hazard.clone(),
        station: alarm.station.clone(),
        name: station.map(|s| s.name.clone()).unwrap_or_default(),
        quantity: alarm.quantity.clone(),
        unit: series.map(|s| s.unit.clone()).unwrap_or_default(),
        forecast: alarm.forecast,
        situation: alarm.situation,
        signal: None,
        raised,
        observed,
        first_level: alarm.level,
        worst: alarm.level,
        worst_at: raised,
        peak: alarm.peak.clone(),
        acked: alarm.ack.as_ref().map(|ack| Pressed {
            moment: Moment::before(ack.at),
            by: ack.by.clone(),
        }),
        returned: None,
        changes: Vec::new(),
        truth: alarm.truth,
        sight_lost: alarm.sight_lost,
    }
}
