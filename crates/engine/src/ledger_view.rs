//! The ledger as screens see it: what people pressed, and what the rules keep quiet by themselves.

use model::view::{QuietKind, QuietView, SuppressionView};
use model::{AlarmKey, OpId, Time};

use crate::alarm::Alarm;
use crate::engine::Engine;
use crate::suppression::Entry;

impl Engine {
    /// One entry of the ledger, in force, waiting, or just ended. Rows that no press began have ids
    /// made from their alarm: `inhibited:<key>` and `flapping:<key>`.
    pub fn suppression_view(&self, id: &OpId) -> Option<SuppressionView> {
        if let Some(entry) = self.state.ledger.entries.get(id) {
            return Some(self.entry_view(id, entry));
        }
        let (kind, key) = id.as_str().split_once(':')?;
        let key: AlarmKey = key.parse().ok()?;
        let watch = self.number_of_key(&key)?;
        let alarm = self.state.alarms.get(&watch)?;
        match kind {
            "inhibited" => Some(self.inhibition_view(watch, alarm)),
            "flapping" => Some(self.flapping_view(watch, alarm)),
            _ => None,
        }
    }

    /// Every entry that has not ended, then every alarm that another keeps quiet or that is unstable.
    pub(crate) fn suppression_views(&self) -> Vec<SuppressionView> {
        let entries = self.state.ledger.entries.iter();
        let entries = entries.filter(|(_, e)| e.ended.is_none());
        let mut views: Vec<SuppressionView> = entries
            .map(|(id, entry)| self.entry_view(id, entry))
            .collect();
        for (watch, alarm) in self.state.alarms.iter().filter(|(_, a)| !a.closed) {
            if alarm.quiet.is_inhibited() {
                views.push(self.inhibition_view(*watch, alarm));
            }
            if alarm.motion.unstable.is_some() {
                views.push(self.flapping_view(*watch, alarm));
            }
        }
        views
    }

    fn entry_view(&self, id: &OpId, entry: &Entry) -> SuppressionView {
        let held = self.state.alarms.iter().filter(|(_, a)| {
            let quiet = &a.quiet;
            quiet.held.contains(id)
        });
        SuppressionView {
            id: id.0.clone(),
            kind: entry.kind,
            by: Some(entry.by.clone()),
            from: entry.from,
            until: entry.until,
            reason: entry.reason.clone(),
            ticket: entry.ticket.clone(),
            matcher: entry.matcher.clone(),
            alarm: entry.alarm.map(|(key, _)| key),
            stations: entry.stations.clone(),
            approved_by: entry.approved_by.clone(),
            waits_for_approval: entry.waits_for_approval,
            matches: held.map(|(watch, _)| self.key_of(*watch)).collect(),
            ended: entry.ended.is_some(),
        }
    }

    fn row(&self, watch: u32, id: OpId, kind: QuietKind, from: Time) -> SuppressionView {
        SuppressionView {
            id: id.0,
            kind,
            by: None,
            from,
            until: None,
            reason: None,
            ticket: None,
            matcher: None,
            alarm: None,
            stations: vec![self.station_id(watch)],
            approved_by: None,
            waits_for_approval: false,
            matches: vec![self.key_of(watch)],
            ended: false,
        }
    }

    fn inhibition_view(&self, watch: u32, alarm: &Alarm) -> SuppressionView {
        let id = self.inhibition_id(watch);
        let source = self.inhibitor_of(watch);
        let mut row = self.row(watch, id, QuietKind::Inhibited, alarm.changed);
        row.alarm = source.map(|w| self.key_of(w));
        row.until = alarm.quiet.rest_until;
        row.ended = !alarm.quiet.is_inhibited();
        row
    }

    fn flapping_view(&self, watch: u32, alarm: &Alarm) -> SuppressionView {
        let since = alarm.motion.unstable.map_or(alarm.changed, |u| u.since);
        let id = self.flapping_id(watch);
        let mut row = self.row(watch, id, QuietKind::Flapping, since);
        row.alarm = Some(self.key_of(watch));
        row.ended = alarm.motion.unstable.is_none();
        row
    }

    /// What keeps the alarm of a watch quiet.
    pub(crate) fn quiet_views(&self, watch: u32) -> Vec<QuietView> {
        let Some(alarm) = self.state.alarms.get(&watch) else {
            return Vec::new();
        };
        let quiet = &alarm.quiet;
        let mut views: Vec<QuietView> = quiet
            .held
            .iter()
            .filter_map(|id| {
                let entry = self.state.ledger.entries.get(id)?;
                Some(QuietView {
                    kind: entry.kind,
                    by: Some(id.0.clone()),
                    until: entry.until,
                })
            })
            .collect();
        if quiet.is_inhibited() {
            let alarm = self.inhibitor_of(watch);
            let alarm = alarm.map(|w| self.key_of(w).to_string());
            let link = self.is_link_down(watch).then(|| {
                let series = self.config.watches[watch as usize].series;
                self.interface_name(self.state.series[series.index()].interface)
            });
            views.push(QuietView {
                kind: QuietKind::Inhibited,
                by: alarm.or(link),
                until: quiet.rest_until,
            });
        }
        if alarm.motion.unstable.is_some() {
            views.push(QuietView {
                kind: QuietKind::Flapping,
                by: None,
                until: None,
            });
        }
        views.sort_by(|a, b| (a.kind, &a.by).cmp(&(b.kind, &b.by)));
        views
    }
}
