//! The canonical decision state: what two engines must agree on to be called equal.
//!
//! Levels, running clocks, alarms, commands, tasks, last values. Without journal numbers, entry and
//! received times, and counters: an interrupted night and an uninterrupted one have the same hash.

use model::Time;
use model::command::Phase;
use sha2::{Digest, Sha256};

use crate::alarm::Alarm;
use crate::command::Command;
use crate::engine::Engine;
use crate::situation::Situation;

/// Writes fields so that no two different states give the same bytes: each with its length.
pub(crate) struct Canon<'a>(&'a mut Sha256);

impl Canon<'_> {
    pub(crate) fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn number(&mut self, number: i64) {
        self.0.update(number.to_le_bytes());
    }

    fn optional(&mut self, number: Option<i64>) {
        self.number(i64::from(number.is_some()));
        self.number(number.unwrap_or_default());
    }
}

impl Engine {
    /// Feeds the decision state into a hash.
    pub fn canon(&self, hash: &mut Sha256) {
        let mut out = Canon(hash);
        out.text(&self.config.code);
        self.canon_series(&mut out);
        self.canon_conditions(&mut out);
        out.number(self.state.alarms.len() as i64);
        for (watch, alarm) in &self.state.alarms {
            out.text(&self.key_of(*watch).to_string());
            canon_alarm(alarm, &mut out);
        }
        self.canon_situations(&mut out);
        self.canon_ledger(&mut out);
        self.canon_field(&mut out);
        for (id, incident) in &self.state.incidents {
            out.text(id.as_str());
            out.text(&incident.canon());
        }
        self.canon_calling(&mut out);
        self.canon_reach(&mut out);
        self.canon_duty(&mut out);
        out.number(self.state.commands.len() as i64);
        for command in self.state.commands.values() {
            canon_command(command, &mut out);
        }
        out.number(self.state.answers.len() as i64);
        for (op, (_, answer)) in &self.state.answers {
            out.text(op.as_str());
            out.text(&format!("{answer:?}"));
        }
        self.canon_replies(&mut out);
    }

    fn canon_situations(&self, out: &mut Canon<'_>) {
        let open = self.state.situations.list.values().filter(|s| !s.closed);
        for situation in open {
            out.text(&situation.hazard);
            out.text(&format!("{:?}", situation.area));
            out.number(i64::from(situation.level()));
            out.number(i64::from(situation.worst));
            canon_by_people(situation, out);
            out.number(situation.members.len() as i64);
            for watch in &situation.members {
                out.text(&self.key_of(*watch).to_string());
            }
        }
    }

    fn canon_ledger(&self, out: &mut Canon<'_>) {
        for (id, entry) in &self.state.ledger.entries {
            if entry.ended.is_some() {
                continue;
            }
            out.text(id.as_str());
            out.text(&format!("{:?}", entry.kind));
            out.optional(entry.until.map(|t| t.ms()));
            out.number(i64::from(self.is_live(id)));
            out.text(entry.approved_by.as_ref().map_or("", |by| by.as_str()));
        }
    }

    /// What people said of the world outside the gauges, and who looks after what.
    fn canon_field(&self, out: &mut Canon<'_>) {
        for (id, warning) in self.state.weather.iter().filter(|(_, w)| !w.ended) {
            out.text(id.as_str());
            out.text(&format!("{} {:?}", warning.kind, warning.area));
            out.number(i64::from(warning.level.digit()));
            out.number(warning.until.ms());
        }
        for (id, event) in self.state.events.iter().filter(|(_, e)| !e.dropped) {
            out.text(id.as_str());
            out.text(&event.kind);
            out.text(&format!("{:?} {:?}", event.area, event.stations));
            out.text(&format!("{:?} {:?}", event.level, event.truth));
            out.number(event.from.ms());
            out.optional(event.until.map(|t| t.ms()));
        }
        for ((kind, subject), owner) in &self.state.owners {
            out.text(&format!("{kind:?}"));
            out.text(subject);
            out.text(owner.as_str());
        }
    }

    /// Runs that are not forgotten: what about, how far, who answered. Their ids name instants.
    fn canon_calling(&self, out: &mut Canon<'_>) {
        for run in self.state.calling.runs.values() {
            out.text(&format!("{:?} {:?}", run.about, run.state));
            out.text(&run.policy.id);
            out.number(i64::from(run.round));
            out.number(i64::from(run.taken));
            out.number(i64::from(run.next_at.is_some()));
            for (person, called) in &run.people {
                out.text(person.as_str());
                out.number(i64::from(called.confirmed.is_some()));
                out.number(i64::from(called.refused.is_some()));
            }
            let pages = run.pages.iter();
            for page in pages.filter_map(|id| self.state.calling.pages.get(id)) {
                out.text(page.to.as_str());
                out.text(page.channel.word());
                out.number(i64::from(page.round));
                out.number(i64::from(page.step));
                out.text(&format!("{:?}", page.stage(false)));
            }
        }
    }

    /// Where channels reach nobody, which tries came to nothing so far, and when tests begin. Written only
    /// where sites ask for it.
    fn canon_reach(&self, out: &mut Canon<'_>) {
        let calling = &self.state.calling;
        for (township, channel) in calling.reach.lost() {
            out.text("lost");
            out.text(township);
            out.text(channel.word());
        }
        if self.config.organisation.collapse.least > 0 {
            for ((person, channel), proof) in &calling.proofs {
                if let Some((_, refused)) = proof.silent_after(Time::MIN) {
                    out.text("silent");
                    out.text(person.as_str());
                    out.text(channel.word());
                    out.number(i64::from(refused));
                }
            }
        }
        for (plan, next) in calling.plans.ahead() {
            out.text("plan");
            out.text(plan);
            out.number(next.ms());
        }
    }

    fn canon_duty(&self, out: &mut Canon<'_>) {
        for change in &self.state.duty.changes {
            out.text(change.op.as_str());
            out.text(change.post.as_str());
            out.number(change.from.ms());
            out.number(change.until.ms());
            out.text(change.out.as_ref().map_or("", |p| p.as_str()));
            out.text(change.into.as_ref().map_or("", |p| p.as_str()));
        }
        for (post, standing) in &self.state.duty.posts {
            out.text(post.as_str());
            out.optional(standing.held);
            out.text(standing.signed.as_ref().map_or("", |s| s.by.as_str()));
            for (shift, person, _) in &standing.signed_in {
                out.number(*shift);
                out.text(person.as_str());
            }
        }
    }

    fn canon_series(&self, out: &mut Canon<'_>) {
        for (slot, series) in self.state.series.iter().enumerate() {
            let (newest, sums) = series.canon();
            let spec = &self.config.series[slot];
            out.text(&self.config.stations[spec.station.index()].id);
            out.text(&self.config.quantities[usize::from(spec.quantity)].id);
            out.optional(newest.map(|s| s.observed.ms()));
            out.optional(newest.map(|s| s.value));
            out.optional(newest.map(|s| i64::from(s.revision)));
            out.optional(newest.map(|s| s.quality as i64));
            for sample in series.doubted() {
                out.number(sample.observed.ms());
                out.number(sample.doubts.bits());
            }
            for (span_ms, sum) in sums {
                out.number(span_ms);
                out.number(sum);
            }
        }
    }

    fn canon_conditions(&self, out: &mut Canon<'_>) {
        for (watch, condition) in self.state.conditions.iter().enumerate() {
            out.text(&self.config.rules[self.config.watches[watch].rule.index()].id);
            for (kind, first, raised, missed) in condition.canon() {
                out.number(i64::from(kind));
                out.number(first);
                out.number(raised);
                out.number(i64::from(missed));
            }
            out.number(i64::from(condition.is_unknown()));
            out.number(i64::from(condition.wary));
            if let Some(since) = condition.doubted {
                out.text("doubted");
                out.number(since.ms());
            }
            out.number(i64::from(condition.doubtful));
            out.number(i64::from(condition.unsure));
            out.optional(condition.peak.map(|(value, _)| value));
            out.optional(condition.peak.map(|(_, at)| at.ms()));
            if let Some((cluster, member)) = self.index.member_of.get(&(watch as u32)) {
                out.number(i64::from(
                    self.state.heat[*cluster as usize].is_hot(*member),
                ));
            }
        }
    }
}

fn canon_alarm(alarm: &Alarm, out: &mut Canon<'_>) {
    out.number(i64::from(alarm.episode));
    out.number(i64::from(alarm.occurrence));
    out.number(i64::from(alarm.level));
    out.number(i64::from(alarm.worst));
    out.number(alarm.raised.ms());
    out.number(alarm.changed.ms());
    out.optional(alarm.returned.map(|t| t.ms()));
    out.text(alarm.ack.as_ref().map_or("", |a| a.by.as_str()));
    out.number(i64::from(alarm.latched));
    out.number(i64::from(alarm.sight_lost));
    out.text(&format!("{:?}", alarm.truth));
    out.optional(alarm.duplicate_of.map(|key| key.0 as i64));
    for command in &alarm.commands {
        out.text(command.as_str());
    }
    out.number(i64::from(alarm.closed));
    for id in &alarm.quiet.held {
        out.text(id.as_str());
    }
    out.number(i64::from(alarm.quiet.inhibited));
}

fn canon_command(command: &Command, out: &mut Canon<'_>) {
    out.text(command.id.as_str());
    out.text(&command.template);
    out.number(i64::from(command.level.digit()));
    out.text(command.by.as_str());
    out.text(&command.wording.0);
    out.number(i64::from(command.cancelled.is_some()));
    out.optional(command.situation.map(|id| id.0 as i64));
    for key in &command.noted {
        out.text(&key.to_string());
    }
    out.number(command.tasks.len() as i64);
    for task in &command.tasks {
        out.text(task.person.as_str());
        out.number(i64::from(task.steps));
        out.text(&format!("{:?}", task.overdue));
        out.number(task.facts.len() as i64);
        for fact in &task.facts {
            out.text(&format!("{:?} {:?}", fact.kind, fact.means));
            out.text(fact.op.as_ref().map_or("", |op| op.as_str()));
            out.text(fact.by.as_ref().map_or("", |by| by.as_str()));
            out.optional(fact.device_at.map(|t| t.ms()));
            for seal in fact.note.iter().chain(&fact.position).chain(&fact.photos) {
                out.text(&seal.0);
            }
        }
    }
    canon_life(command, out);
}

/// What an order has beyond the plainest one. Written only where there is something, so that the
/// hash of what was recorded before there were such things stays what it was.
fn canon_life(command: &Command, out: &mut Canon<'_>) {
    let phase = match &command.phase {
        Phase::Prepared { .. } => "prepared",
        Phase::Waiting => "waiting",
        Phase::Held { .. } => "held",
        Phase::Issued => "",
        Phase::Stopped { .. } => "stopped",
    };
    let parts = (
        &command.reach,
        &command.approved_by,
        &command.superseded_by,
        &command.villages,
    );
    let nothing = (&Vec::new(), &None, &None, &Vec::new());
    if !phase.is_empty() || parts != nothing {
        out.text("phase");
        out.text(phase);
        out.text(&format!("{parts:?}"));
    }
    for shown in &command.shown {
        out.text("shown");
        out.text(&format!("{shown:?}"));
    }
    for task in &command.tasks {
        if task.postponed_ms != 0 || task.reassigned_to.is_some() {
            out.text("moved");
            out.text(task.person.as_str());
            out.number(task.postponed_ms);
            out.text(task.reassigned_to.as_ref().map_or("", |to| to.as_str()));
        }
        if let Some(place) = &task.place {
            out.text("place");
            out.text(place.op.as_str());
            out.text(&place.position.0);
        }
        for (place, fact) in task.facts.iter().enumerate() {
            let said = (&fact.count, &fact.form, &fact.reading, &fact.version);
            if said != (&Vec::new(), &Vec::new(), &None, &None) {
                out.text("said");
                out.number(place as i64);
                out.text(&format!("{said:?}"));
            }
            let pictures = (&fact.coming, &fact.shot);
            if pictures != (&0, &None) {
                out.text("pictures");
                out.number(place as i64);
                out.text(&format!("{pictures:?}"));
            }
        }
    }
}

/// What people added to a situation: that they opened it, and what they decided.
fn canon_by_people(situation: &Situation, out: &mut Canon<'_>) {
    if let Some(manual) = &situation.manual {
        out.text("by hand");
        out.number(i64::from(manual.level.digit()));
        out.number(i64::from(manual.acked.is_some()));
    }
    for decision in &situation.decisions {
        out.text("decided");
        out.text(decision.by.as_str());
        out.number(i64::from(decision.level));
        out.optional(decision.response.map(i64::from));
    }
}
