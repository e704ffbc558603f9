//! When a situation is told to people: the only noise there is.
//!
//! Compares what a situation is with what was told of it; the rest is waiting, bundling and
//! repeating. Every wait is a deadline in `timers.rs`.

use model::effect::NoticeReason;
use model::{Effect, Effects, Level, SituationId, Time};

use crate::engine::Engine;
use crate::manual::Manual;
use crate::situation::{Situation, top};
use crate::timers::Due;

const RED: u8 = Level::Red.digit();

/// A notice that is to be given at `due`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Notice {
    due: Time,
    reason: NoticeReason,
    level: u8,
    /// May wait when too much is told already.
    patient: bool,
}

impl Situation {
    /// Takes over as known what people have acknowledged, and forgets what is over.
    fn learn(&mut self, people_of: impl Fn(&str) -> u32, at: Time) {
        let mut acked = [0; 5];
        for (level, count) in acked.iter_mut().enumerate() {
            *count = self.loud[level].wrapping_sub(self.unread[level]);
        }
        self.told.level = self.told.level.max(top(&acked)).min(top(&self.loud));
        // Where all is over nothing is known any more: what begins there again is new.
        let (known, here) = (&mut self.told, &self.townships);
        known.townships.retain(|code| {
            let stands = here.get(code).is_some_and(|t| t.loud > 0);
            if !stands {
                known.people = known.people.saturating_sub(people_of(code));
            }
            stands
        });
        let known = self.townships.iter();
        let known = known.filter(|(code, t)| {
            t.loud > 0 && t.unread == 0 && !self.told.townships.contains(*code)
        });
        let known: Vec<String> = known.map(|(code, _)| code.clone()).collect();
        for code in known {
            self.told.people += people_of(&code);
            self.told.townships.insert(code);
        }
        self.unread_since = (top(&self.unread) > 0).then(|| self.unread_since.unwrap_or(at));
        // What had to be told may have been dealt with while it waited.
        let standing = match self.forced {
            Some((NoticeReason::LeaseLapsed, level)) => top(&self.unread) >= level,
            Some((_, level)) => top(&self.loud) >= level,
            None => false,
        };
        if !standing {
            self.forced = None;
        }
    }

    /// What of the situation people do not know yet.
    fn news(&self, people: u32, percent: u16) -> Option<NoticeReason> {
        let unread = top(&self.unread);
        if unread == 0 {
            return None;
        }
        if unread > self.told.level {
            return Some(if self.told.count == 0 {
                NoticeReason::New
            } else {
                NoticeReason::Rise
            });
        }
        let grown =
            u64::from(people) * 100 > u64::from(self.told.people) * u64::from(100 + percent);
        if self.told.people > 0 && grown {
            return Some(NoticeReason::People);
        }
        let fresh = |(code, t): (&String, &crate::situation::Touch)| {
            t.unread > 0 && !self.told.townships.contains(code)
        };
        self.townships
            .iter()
            .any(fresh)
            .then_some(NoticeReason::Spread)
    }
}

impl Engine {
    /// A deadline of a situation came.
    pub(crate) fn tell_situation(&mut self, id: SituationId, at: Time) {
        let situations = &mut self.state.situations;
        if let Some(situation) = situations.list.get_mut(&id)
            && situation.due == Some(at)
        {
            situation.due = None;
            situations.touched.entry(id).or_default();
        }
    }

    /// Looks at every situation whose members changed at this instant: shows it, tells of it. Where
    /// there is no room for all, news goes first, then who has waited longest.
    pub(crate) fn flush(&mut self, at: Time, out: &mut Effects) {
        let situations = &mut self.state.situations;
        if situations.touched.is_empty() {
            return;
        }
        let mut touched = std::mem::take(&mut situations.touched);
        for (id, changed) in &mut touched {
            *changed |= self.lapse_by_hand(*id, at);
            self.weigh_decision(*id, at, out);
            // What calls already goes on where it belongs now, before anything new is told.
            self.review_runs(*id, at, out);
        }
        let situations = &mut self.state.situations;
        situations.touched = touched
            .into_iter()
            .chain(std::mem::take(&mut situations.touched))
            .collect();
        let mut order = Vec::with_capacity(situations.touched.len());
        for (id, changed) in std::mem::take(&mut situations.touched) {
            if changed {
                out.push(Effect::Situation(id));
            }
            if let Some(situation) = situations.list.get(&id) {
                let known = top(&situation.unread) <= situation.told.level;
                order.push((known, situation.told.at, id));
            }
        }
        order.sort_unstable();
        for (_, _, id) in order {
            let notice = self.weigh_notice(id, at);
            self.give(id, notice, at, out);
        }
    }

    /// Something of a situation has to be told at once.
    pub(crate) fn force(&mut self, watch: u32, reason: NoticeReason) {
        let Some(alarm) = self.state.alarms.get(&watch) else {
            return;
        };
        let (level, quiet) = (alarm.told_level(), alarm.is_quiet());
        let Some(id) = alarm.seat.map(|s| s.situation) else {
            return;
        };
        if quiet || level == 0 {
            return;
        }
        let situations = &mut self.state.situations;
        if let Some(situation) = situations.list.get_mut(&id) {
            let before = situation.forced.map_or(0, |(_, level)| level);
            if level > before {
                situation.forced = Some((reason, level));
            }
            situations.touched.insert(id, true);
        }
    }

    /// What is to be told of a situation next, if anything.
    fn weigh_notice(&mut self, id: SituationId, at: Time) -> Option<Notice> {
        let grouping = self.config.policy.grouping;
        let (hold, resuming) = (
            self.state.situations.hold_until.filter(|until| *until > at),
            self.state.situations.resuming,
        );
        let ground = &self.index.ground;
        let people_of = |code: &str| ground.people_of(code);
        let situation = self.state.situations.list.get_mut(&id)?;
        if situation.closed {
            return None;
        }
        situation.learn(people_of, at);
        let loud = top(&situation.loud);
        let people = situation.townships.iter();
        let people = people.filter(|(_, t)| t.loud > 0);
        let people = people.map(|(code, _)| people_of(code)).sum();
        let news = situation.news(people, grouping.people_percent);
        situation.news_since = news.map(|_| situation.news_since.unwrap_or(at));
        let patient_until = |due: Time, level: u8| match hold {
            Some(until) if level < RED => due.max(until),
            Some(_) | None => due,
        };
        let unread = top(&situation.unread);
        if let Some((reason, level)) = situation.forced {
            // Something worse that waits is told with it.
            let level = level.max(unread);
            return Some(Notice {
                due: patient_until(at, level),
                reason,
                level,
                patient: false,
            });
        }
        let told = &situation.told;
        let first_red = unread == RED && told.level < RED;
        let news = news.zip(situation.news_since).map(|(reason, since)| {
            let wait_ms = grouping.wait_ms[usize::from(unread.max(1)) - 1];
            let after = if first_red { told.red_at } else { told.at };
            let spaced = after.map_or(since, |t| t.plus_ms(grouping.interval_ms));
            let due = since.plus_ms(wait_ms).max(spaced);
            let restarted = resuming && first_red;
            Notice {
                due: if restarted {
                    at
                } else {
                    patient_until(due, unread)
                },
                reason: if restarted {
                    NoticeReason::AfterRestart
                } else {
                    reason
                },
                level: loud.max(unread),
                patient: !(first_red && told.red_at.is_none()),
            }
        });
        let every_ms = grouping.repeat_ms[usize::from(unread.max(1)) - 1];
        let repeat = situation.unread_since.filter(|_| every_ms > 0);
        let repeat = repeat.map(|since| {
            let last = told.at.map_or(since, |t| t.max(since));
            Notice {
                due: patient_until(last.plus_ms(every_ms), unread),
                reason: NoticeReason::Repeat,
                level: unread,
                patient: true,
            }
        });
        // What is news and due is told as news, also where a repeat was due before.
        let both = news.into_iter().chain(repeat);
        both.min_by_key(|notice| notice.due.max(at))
    }

    /// Tells what is due, arms what is not yet.
    fn give(&mut self, id: SituationId, notice: Option<Notice>, at: Time, out: &mut Effects) {
        let Some(mut notice) = notice else {
            self.arm_notice(id, None);
            return;
        };
        if notice.due <= at && notice.patient {
            notice.due = self.room_at(at);
        }
        if notice.due > at {
            self.arm_notice(id, Some(notice.due));
            return;
        }
        let Some(level) = Level::from_digit(notice.level) else {
            debug_assert!(false, "only what makes noise is told");
            return;
        };
        self.note_told(id, notice, at);
        self.count_told(at);
        out.push(Effect::Annunciate {
            situation: id,
            level,
            reason: notice.reason,
            at,
        });
        self.call_about(id, level, notice.reason, at, out);
        let next = self.weigh_notice(id, at);
        self.arm_notice(id, next.map(|n| n.due.max(at.plus_ms(1))));
    }

    fn note_told(&mut self, id: SituationId, notice: Notice, at: Time) {
        let ground = &self.index.ground;
        let Some(situation) = self.state.situations.list.get_mut(&id) else {
            return;
        };
        let loud = top(&situation.loud);
        let told = &mut situation.told;
        told.level = loud;
        for (code, _) in situation.townships.iter().filter(|(_, t)| t.loud > 0) {
            if told.townships.insert(code.clone()) {
                told.people += ground.people_of(code);
            }
        }
        told.count += 1;
        told.at = Some(at);
        told.reason = Some(notice.reason);
        if loud == RED {
            told.red_at = Some(at);
        }
        situation.news_since = None;
        situation.forced = None;
    }

    fn arm_notice(&mut self, id: SituationId, due: Option<Time>) {
        let Some(situation) = self.state.situations.list.get_mut(&id) else {
            return;
        };
        // Taking note of what was opened by hand lasts for a while.
        let lease = situation.manual.as_ref().and_then(Manual::lease_until);
        let due = due.into_iter().chain(lease).min();
        let old = std::mem::replace(&mut situation.due, due);
        if old == due {
            return;
        }
        let row = Due::Situation { situation: id };
        if let Some(old) = old {
            self.state.timers.disarm(old, row.clone());
        }
        if let Some(due) = due {
            self.state.timers.arm(due, row);
        }
    }
}
