//! The duty of a post while time goes on: shifts that begin, people who sign in, gaps ahead, and the
//! presses that change a roster.

use std::collections::BTreeMap;

use model::action::{Act, Why};
use model::effect::SystemKind;
use model::id::Seal;
use model::{Effect, Effects, OpId, PersonId, PostId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::roster::{DutyChange, shift_of};
use crate::timers::Due;

/// Changes of rosters in the order they were pressed, and how each post stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Duty {
    pub(crate) changes: Vec<DutyChange>,
    pub(crate) posts: BTreeMap<PostId, Standing>,
    /// Every post with a roster has its deadline; looked at once after a start and after new files.
    pub(crate) wound: bool,
}

/// How a post with a roster stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// The shift whose crew is on the hook, where it has to be handed over.
    pub(crate) held: Option<i64>,
    /// Who signed in, for which shift, and when.
    pub(crate) signed_in: Vec<(i64, PersonId, Time)>,
    /// The first signature of a handover.
    pub(crate) signed: Option<Signature>,
    due: Option<Time>,
}

/// Who goes has signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Signature {
    pub(crate) by: PersonId,
    pub(crate) at: Time,
    pub(crate) note: Option<Seal>,
}

/// A change of a roster may cover this much at most.
const LONGEST_CHANGE_MS: i64 = 31 * 86_400_000;

/// Changes that are over are kept this long, for whoever asks who was on duty.
const REMEMBER_MS: i64 = 31 * 86_400_000;

/// One may sign in this long before a shift begins.
const EARLY_MS: i64 = 3_600_000;

impl Engine {
    /// Looks at every post once after a start of the jurisdiction and after new files.
    pub(crate) fn wind_duty(&mut self, at: Time, out: &mut Effects) {
        if self.state.duty.wound {
            return;
        }
        self.state.duty.wound = true;
        let known = &self.config.organisation;
        let gone = self.state.duty.posts.keys();
        let gone = gone.filter(|id| known.post(id).is_none_or(|p| p.roster.is_none()));
        let gone: Vec<PostId> = gone.cloned().collect();
        for id in gone {
            self.state.duty.posts.remove(&id);
            for kind in KINDS {
                self.notice(kind, id.as_str(), false, at, out);
            }
        }
        for post in self.posts_with_rosters() {
            self.judge_duty(&post, at, out);
        }
    }

    fn posts_with_rosters(&self) -> Vec<PostId> {
        let posts = self.config.organisation.posts.iter();
        let posts = posts.filter(|p| p.roster.is_some());
        posts.map(|p| p.id.clone()).collect()
    }

    /// Something of a post may be due: a shift, a sign-in, the edge of a change.
    pub(crate) fn judge_duty(&mut self, id: &PostId, at: Time, out: &mut Effects) {
        let config = std::sync::Arc::clone(&self.config);
        let Some(post) = config.organisation.post(id) else {
            return;
        };
        let changes = self.state.duty.changes.iter().filter(|c| c.post == *id);
        let edges: Vec<Time> = changes.flat_map(|c| [c.from, c.until]).collect();
        let edges = edges.into_iter().filter(|edge| *edge > at);
        let Some(roster) = &post.roster else {
            out.push(Effect::Duty(id.clone()));
            let next = edges.min();
            self.arm_duty(id, next);
            return;
        };
        let shift = roster.shift_at(at);
        let standing = self.state.duty.posts.entry(id.clone()).or_default();
        let number = shift.map(|s| s.number);
        if roster.handover {
            standing.held = standing.held.or(number);
        } else {
            (standing.held, standing.signed) = (None, None);
        }
        standing
            .signed_in
            .retain(|(n, ..)| number.is_none_or(|now| *n >= now));
        let (held, signed_in) = (standing.held, standing.signed_in.clone());
        let here = |n: i64| signed_in.iter().any(|(shift, ..)| *shift == n);
        let sign_by = shift.zip(roster.sign_in_ms);
        let sign_by = sign_by.map(|(shift, ms)| (shift.number, shift.from.plus_ms(ms)));
        let missing = sign_by.is_some_and(|(n, by)| by <= at && !here(n));
        let open = held.zip(number).is_some_and(|(held, now)| held < now);
        let gaps = !self.gaps(post, at).is_empty();
        self.notice(SystemKind::NotSignedIn, id.as_str(), missing, at, out);
        self.notice(SystemKind::HandoverOpen, id.as_str(), open, at, out);
        self.notice(SystemKind::CoverageGap, id.as_str(), gaps, at, out);
        out.push(Effect::Duty(id.clone()));
        let begins = shift.map_or(roster.from, |s| s.until);
        let others = [Some(begins), sign_by.map(|(_, by)| by)];
        let others = others.into_iter().flatten().filter(|when| *when > at);
        let next = edges.chain(others).min();
        self.arm_duty(id, next);
    }

    fn arm_duty(&mut self, id: &PostId, next: Option<Time>) {
        let standing = self.state.duty.posts.entry(id.clone()).or_default();
        let old = std::mem::replace(&mut standing.due, next);
        let row = Due::Duty { post: id.clone() };
        if let Some(old) = old {
            self.state.timers.disarm(old, row.clone());
        }
        if let Some(next) = next {
            self.state.timers.arm(next, row);
        }
    }

    /// Somebody is away, comes instead, or besides.
    pub(crate) fn change_duty(
        &mut self,
        change: DutyChange,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let from = change.from.max(at);
        let change = DutyChange { from, ..change };
        self.may_change(&change, at)?;
        self.take_change(change, at, out);
        Ok(())
    }

    /// Two people take each other's shift, each named with an instant in their own.
    pub(crate) fn swap_shifts(
        &mut self,
        act: &Act,
        post: &PostId,
        (first, second): ((&PersonId, Time), (&PersonId, Time)),
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let one = self.half_of_swap(act, post, first, second.0)?;
        let other = self.half_of_swap(act, post, second, first.0)?;
        if one.from == other.from {
            return Err(Why::NothingChanges);
        }
        self.may_change(&one, at)?;
        self.may_change(&other, at)?;
        self.take_change(one, at, out);
        self.take_change(other, at, out);
        Ok(())
    }

    /// One person of a swap, out of the shift they have at an instant.
    fn half_of_swap(
        &self,
        act: &Act,
        post: &PostId,
        (away, when): (&PersonId, Time),
        instead: &PersonId,
    ) -> Result<DutyChange, Why> {
        let place = self.config.organisation.post(post);
        let place = place.ok_or(Why::NoSuchPost)?;
        let (_, shift) = shift_of(place, when).ok_or(Why::NoRoster)?;
        if !self.on_duty(post, when).contains(away) {
            return Err(Why::NotOnDuty);
        }
        Ok(DutyChange {
            op: act.op.clone(),
            post: post.clone(),
            from: shift.from,
            until: shift.until,
            out: Some(away.clone()),
            into: Some(instead.clone()),
            by: act.by.clone(),
        })
    }

    fn may_change(&self, change: &DutyChange, at: Time) -> Result<(), Why> {
        if self.config.organisation.post(&change.post).is_none() {
            return Err(Why::NoSuchPost);
        }
        if change.out == change.into {
            return Err(Why::NothingChanges);
        }
        let mut named = change.out.iter().chain(&change.into);
        if !named.all(|person| self.knows(person)) {
            return Err(Why::NoSuchPerson);
        }
        if change.until <= at || change.until <= change.from {
            return Err(Why::NotInFuture);
        }
        if change.until.since_ms(change.from) > LONGEST_CHANGE_MS {
            return Err(Why::TooLong);
        }
        let Some(away) = &change.out else {
            return Ok(());
        };
        let post = self.config.organisation.post(&change.post);
        let roster = post.and_then(|p| p.roster.as_ref());
        let shifts = roster.map_or_else(Vec::new, |r| r.shifts(change.from, change.until));
        let starts = shifts.iter().map(|s| s.from.max(change.from));
        let ever = starts
            .chain([change.from])
            .any(|when| self.on_duty(&change.post, when).contains(away));
        if ever { Ok(()) } else { Err(Why::NotOnDuty) }
    }

    fn take_change(&mut self, change: DutyChange, at: Time, out: &mut Effects) {
        let post = change.post.clone();
        let bound = at.plus_ms(-REMEMBER_MS);
        let changes = &mut self.state.duty.changes;
        changes.retain(|c| c.until >= bound);
        changes.push(change);
        self.judge_duty(&post, at, out);
    }

    /// Takes a change back: one to come leaves no trace, one that runs ends now.
    pub(crate) fn end_change(&mut self, op: &OpId, at: Time, out: &mut Effects) -> Result<(), Why> {
        let changes = &mut self.state.duty.changes;
        let mut posts: Vec<PostId> = Vec::new();
        for change in changes.iter_mut() {
            if change.op == *op && change.until > at {
                change.until = at;
                posts.push(change.post.clone());
            }
        }
        changes.retain(|c| c.from < c.until);
        if posts.is_empty() {
            return Err(Why::NoSuchDutyChange);
        }
        for post in posts {
            self.judge_duty(&post, at, out);
        }
        Ok(())
    }

    pub(crate) fn sign_in(
        &mut self,
        by: &PersonId,
        id: &PostId,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let post = self.config.organisation.post(id).ok_or(Why::NoSuchPost)?;
        let (roster, now) = shift_of(post, at).ok_or(Why::NoRoster)?;
        let early = roster.shift(now.number + 1);
        let early = early.filter(|s| s.from <= at.plus_ms(EARLY_MS));
        let number = if self.on_duty(id, at).contains(by) {
            now.number
        } else {
            let coming = early.filter(|s| self.on_duty(id, s.from).contains(by));
            coming.ok_or(Why::NotOnDuty)?.number
        };
        self.note_sign_in(id, number, by, at);
        self.judge_duty(id, at, out);
        Ok(())
    }

    pub(crate) fn note_sign_in(&mut self, id: &PostId, number: i64, by: &PersonId, at: Time) {
        let standing = self.state.duty.posts.entry(id.clone()).or_default();
        let known = |(n, person, _): &(i64, PersonId, Time)| *n == number && person == by;
        if !standing.signed_in.iter().any(known) {
            standing.signed_in.push((number, by.clone(), at));
        }
    }
}

/// Notices whose subject is a post.
const KINDS: [SystemKind; 3] = [
    SystemKind::NotSignedIn,
    SystemKind::HandoverOpen,
    SystemKind::CoverageGap,
];
