//! Who holds which post when, and how people are called: the organisation as decisions know it.
//!
//! Names and numbers stay outside; a person is an id with the kinds of contact points they have, in
//! their own order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::Text;
use crate::id::{GroupId, PersonId, PostId};
use crate::level::Level;
use crate::page::Channel;
use crate::plan::Plan;
use crate::time::Time;

/// A body that people work for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Unit {
    pub id: String,
    pub title: Text,
    /// The unit above; absent at the top.
    pub parent: Option<String>,
    /// Code of the township it is of, where it is of one.
    pub township: Option<String>,
}

/// A duty that somebody holds: named people, or whoever the roster says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    pub id: PostId,
    pub title: Text,
    /// What posts like it are called in policies: `duty`, `leader`.
    pub kind: String,
    pub unit: Option<String>,
    pub township: Option<String>,
    /// Always on duty; with a roster: beside its crews.
    #[serde(default)]
    pub people: Vec<PersonId>,
    #[serde(default)]
    pub roster: Option<Roster>,
}

/// Shifts one after another, taken by crews in turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// When the first shift of the first crew began.
    pub from: Time,
    /// Lengths of the shifts of one round, in order; then they begin again.
    pub shifts_ms: Vec<i64>,
    /// Crews in their turn, one a shift.
    pub crews: Vec<Vec<PersonId>>,
    /// People a shift needs.
    pub least: u16,
    /// Who is on duty signs in within this of the shift's begin; absent: nobody asks.
    #[serde(default)]
    pub sign_in_ms: Option<i64>,
    /// The crew before stays on the hook until both have signed.
    #[serde(default)]
    pub handover: bool,
}

/// One shift of a roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shift {
    /// Counted from the first.
    pub number: i64,
    pub from: Time,
    pub until: Time,
}

impl Roster {
    /// The shift at an instant; none before the roster begins.
    pub fn shift_at(&self, at: Time) -> Option<Shift> {
        let round_ms: i64 = self.shifts_ms.iter().sum();
        let since = at.since_ms(self.from);
        if since < 0 || round_ms <= 0 || self.crews.is_empty() {
            return None;
        }
        let (rounds, mut left) = (since / round_ms, since % round_ms);
        let mut from = self.from.plus_ms(rounds * round_ms);
        for (place, length) in self.shifts_ms.iter().enumerate() {
            if left < *length {
                return Some(Shift {
                    number: rounds * self.shifts_ms.len() as i64 + place as i64,
                    from,
                    until: from.plus_ms(*length),
                });
            }
            left -= length;
            from = from.plus_ms(*length);
        }
        None
    }

    /// The shift of a number; numbers below the first give the first.
    pub fn shift(&self, number: i64) -> Option<Shift> {
        let count = self.shifts_ms.len() as i64;
        let round_ms: i64 = self.shifts_ms.iter().sum();
        if count == 0 || round_ms <= 0 {
            return None;
        }
        let number = number.max(0);
        let before: i64 = self.shifts_ms[..(number % count) as usize].iter().sum();
        let at = number / count * round_ms + before;
        self.shift_at(self.from.plus_ms(at))
    }

    /// The crew of a shift as the rotation has it.
    pub fn crew(&self, shift: &Shift) -> &[PersonId] {
        let count = self.crews.len() as i64;
        &self.crews[shift.number.rem_euclid(count) as usize]
    }

    /// The shifts that touch a span, in order.
    pub fn shifts(&self, from: Time, until: Time) -> Vec<Shift> {
        let mut next = self.shift_at(from.max(self.from));
        let mut all = Vec::new();
        while let Some(shift) = next.filter(|s| s.from < until) {
            all.push(shift);
            next = self.shift_at(shift.until);
        }
        all
    }
}

/// What an escalation is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Occasion {
    /// A situation was told and somebody has to take note.
    #[default]
    Situation,
    /// All posts are called to say that they are there.
    RollCall,
    /// Every contact point of some people is tried once; begun by a press or by a [`crate::plan::Plan`].
    Test,
    /// A person has a task and has not been heard.
    Task,
}

/// Who is called, in which order, until somebody answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    pub id: String,
    pub title: Text,
    pub occasion: Occasion,
    /// Levels it is for; empty for a roll-call.
    pub levels: Vec<Level>,
    /// Hazards it is for; empty: every one.
    pub hazards: Vec<String>,
    /// Everybody called has to confirm; else the alarms being acknowledged is enough.
    pub confirm_all: bool,
    pub steps: Vec<EscalationStep>,
    /// Times the steps are gone through again.
    pub loops: u8,
    /// From the last step to going through them again, or to being used up.
    pub loop_after_ms: i64,
    /// Called once everything is used up: the next level, the room's siren.
    pub exhausted: Vec<Call>,
}

/// One step of an escalation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationStep {
    /// From the begin of the round.
    pub after_ms: i64,
    pub calls: Vec<Call>,
    /// A clock of the law: by then one of these people must have answered a call.
    pub must: bool,
}

/// People and the channels tried for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Call {
    pub to: Vec<Target>,
    /// The first that a person has; after a definite no, the next. Empty: the person's own order.
    pub by: Vec<Channel>,
}

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Target {
    /// Whoever holds the post.
    Post(PostId),
    /// Whoever holds posts of this kind in the townships the situation touches.
    Township(String),
    Group(GroupId),
    Person(PersonId),
    /// The posts of the roll-call.
    Called,
}

/// At most so many pages to one contact point within a span; what is above it is bundled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactLimit {
    pub channel: Channel,
    pub count: u16,
    pub per_ms: i64,
}

/// When a channel counts as reaching nobody in a township.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collapse {
    /// So many people there were tried since the last receipt from there, and all came to nothing. 0:
    /// nobody asks.
    pub least: u16,
    /// A receipt that is not there after this does not come; by channel, for those it is known of.
    pub patience_ms: BTreeMap<Channel, i64>,
    /// A try counts for this long.
    pub within_ms: i64,
}

impl Collapse {
    /// What a site has that says nothing of it.
    pub fn usual() -> Collapse {
        let patience_ms = Channel::ALL.map(|channel| (channel, usual_patience_ms(channel)));
        Collapse {
            least: 3,
            patience_ms: patience_ms.into(),
            within_ms: 1_800_000,
        }
    }

    /// How long receipts of a channel may take.
    pub fn patience_ms(&self, channel: Channel) -> i64 {
        let known = self.patience_ms.get(&channel);
        known.copied().unwrap_or(usual_patience_ms(channel))
    }

    /// Whether no receipt could come in time.
    pub fn is_hasty(&self) -> bool {
        let hasty = |channel| {
            let patience_ms = self.patience_ms(channel);
            patience_ms < 1_000 || patience_ms >= self.within_ms
        };
        self.least > 0 && Channel::ALL.into_iter().any(hasty)
    }
}

/// Nobody asks: so it was before sites could say.
impl Default for Collapse {
    fn default() -> Collapse {
        Collapse {
            least: 0,
            ..Collapse::usual()
        }
    }
}

/// A voice gateway dials one after the other, and mail takes its time.
fn usual_patience_ms(channel: Channel) -> i64 {
    match channel {
        Channel::Desk | Channel::Push | Channel::Robot | Channel::Sms => 120_000,
        Channel::Voice | Channel::Loudspeaker => 300_000,
        Channel::Mail => 900_000,
    }
}

/// The organisation of a jurisdiction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Organisation {
    pub units: Vec<Unit>,
    pub posts: Vec<Post>,
    pub escalations: Vec<Escalation>,
    pub limits: Vec<ContactLimit>,
    /// Gaps in rosters are told this long ahead.
    pub look_ahead_ms: i64,
    pub collapse: Collapse,
    /// Tests of the channels that begin by themselves.
    pub plans: Vec<Plan>,
}

impl Default for Organisation {
    fn default() -> Organisation {
        Organisation {
            units: Vec::new(),
            posts: Vec::new(),
            escalations: Vec::new(),
            limits: Vec::new(),
            look_ahead_ms: 7 * 86_400_000,
            collapse: Collapse::default(),
            plans: Vec::new(),
        }
    }
}

/// The most times an escalation may go through its steps again.
pub const MOST_LOOPS: u8 = 5;

impl Organisation {
    /// The post of an id.
    pub fn post(&self, id: &PostId) -> Option<&Post> {
        self.posts.iter().find(|p| p.id == *id)
    }

    /// The first thing that makes it unfit, as a sentence; guards the engine's own arithmetic.
    pub(crate) fn flaw(&self) -> Option<String> {
        for post in &self.posts {
            let Some(roster) = &post.roster else { continue };
            let sound = !roster.shifts_ms.is_empty()
                && roster.shifts_ms.iter().all(|ms| *ms >= 60_000)
                && !roster.crews.is_empty();
            if !sound {
                return Some(format!(
                    "the roster of `{}` has no shift or no crew",
                    post.id
                ));
            }
        }
        for policy in &self.escalations {
            let ordered = policy.steps.is_sorted_by_key(|s| s.after_ms);
            let sound = ordered && policy.loops <= MOST_LOOPS && policy.loop_after_ms >= 1_000;
            if !sound || policy.steps.is_empty() {
                return Some(format!(
                    "the escalation `{}` cannot be gone through",
                    policy.id
                ));
            }
        }
        if self.collapse.is_hasty() {
            return Some("a channel would count as lost before a receipt can come".to_owned());
        }
        let unfit = self.plans.iter().find(|plan| !plan.when.is_sound());
        unfit.map(|plan| format!("the planned test `{}` has no day or no hour", plan.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn roster(shifts_h: &[i64], crews: usize) -> Roster {
        Roster {
            from: Time::from_ms(1_000_000_000_000),
            shifts_ms: shifts_h.iter().map(|h| h * 3_600_000).collect(),
            crews: (0..crews)
                .map(|n| vec![PersonId(format!("p{n}"))])
                .collect(),
            least: 1,
            sign_in_ms: None,
            handover: false,
        }
    }

    proptest! {
        /// Every instant from the first on lies in exactly one shift, and shifts follow each other.
        #[test]
        fn shifts_leave_no_gap(hours in proptest::collection::vec(1i64..30, 1..5), crews in 1usize..5,
                               minutes in 0i64..2_000_000) {
            let roster = roster(&hours, crews);
            let at = roster.from.plus_ms(minutes * 60_000);
            let shift = roster.shift_at(at).expect("the roster has begun");
            prop_assert!(shift.from <= at && at < shift.until);
            let next = roster.shift_at(shift.until).expect("it goes on");
            prop_assert_eq!(next.number, shift.number + 1);
            prop_assert_eq!(next.from, shift.until);
            prop_assert_eq!(roster.shift(shift.number), Some(shift));
            let turn = roster.crew(&next)[0].0.clone();
            prop_assert_eq!(turn, format!("p{}", (shift.number + 1) % crews as i64));
        }
    }

    #[test]
    fn nobody_is_on_duty_before_the_roster_begins() {
        let roster = roster(&[12, 12], 2);
        assert_eq!(roster.shift_at(roster.from.plus_ms(-1)), None);
        let span = roster.shifts(roster.from.plus_ms(-1), roster.from.plus_ms(86_400_000));
        assert_eq!(span.len(), 2);
    }
}
