//! Who is on duty at an instant: a function of the rosters and of the presses that changed them.

use std::collections::BTreeSet;

use model::config::{Group, Post, Roster};
use model::organisation::Shift;
use model::view::GapView;
use model::{OpId, PersonId, PostId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;

/// A swap, an absence or an addition; a swap is two of them under one op.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DutyChange {
    pub(crate) op: OpId,
    pub(crate) post: PostId,
    pub(crate) from: Time,
    pub(crate) until: Time,
    pub(crate) out: Option<PersonId>,
    pub(crate) into: Option<PersonId>,
    pub(crate) by: PersonId,
}

impl DutyChange {
    fn is_on(&self, post: &PostId, at: Time) -> bool {
        self.post == *post && self.from <= at && at < self.until
    }
}

/// The shift of a post at an instant, if it has a roster that has begun.
pub(crate) fn shift_of(post: &Post, at: Time) -> Option<(&Roster, Shift)> {
    let roster = post.roster.as_ref()?;
    Some((roster, roster.shift_at(at)?))
}

impl Engine {
    /// Who is on duty at a post at an instant, past or to come: the crew and the people of the post,
    /// as changed by presses so far. Who is away without anybody named instead is stood in for.
    pub fn on_duty(&self, id: &PostId, at: Time) -> Vec<PersonId> {
        let Some(post) = self.config.organisation.post(id) else {
            return Vec::new();
        };
        let crew = shift_of(post, at).map_or(&[][..], |(roster, shift)| roster.crew(&shift));
        let mut people: Vec<PersonId> = crew.iter().chain(&post.people).cloned().collect();
        for change in self.state.duty.changes.iter().filter(|c| c.is_on(id, at)) {
            match &change.out {
                Some(out) => {
                    if let Some(place) = people.iter().position(|p| p == out) {
                        let instead = change.into.clone().or_else(|| self.stand_in(out));
                        drop(people.splice(place..=place, instead));
                    }
                }
                None => people.extend(change.into.clone()),
            }
        }
        let mut seen = BTreeSet::new();
        people.retain(|person| self.knows(person) && seen.insert(person.clone()));
        people
    }

    /// Who is called when a post is called: who has not handed over yet, and who is on duty.
    pub(crate) fn on_hook(&self, id: &PostId, at: Time) -> Vec<PersonId> {
        let mut people = self.not_relieved(id, at);
        for person in self.on_duty(id, at) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }

    /// The crew of an earlier shift that nobody has relieved yet.
    pub(crate) fn not_relieved(&self, id: &PostId, at: Time) -> Vec<PersonId> {
        let post = self.config.organisation.post(id);
        let Some((roster, now)) = post.and_then(|post| shift_of(post, at)) else {
            return Vec::new();
        };
        let held = self.state.duty.posts.get(id).and_then(|p| p.held);
        match held.filter(|held| roster.handover && *held < now.number) {
            Some(held) => self.crew_of(id, roster, held),
            None => Vec::new(),
        }
    }

    /// Who had, has or will have a shift.
    pub(crate) fn crew_of(&self, id: &PostId, roster: &Roster, number: i64) -> Vec<PersonId> {
        let shift = roster.shift(number);
        shift.map_or_else(Vec::new, |shift| self.on_duty(id, shift.until.plus_ms(-1)))
    }

    /// Members of a group and the holders of its posts, each once.
    pub(crate) fn people_of_group(&self, group: &Group, at: Time) -> Vec<PersonId> {
        let holders = group.posts.iter().flat_map(|post| self.on_hook(post, at));
        let mut people = group.members.clone();
        for person in holders {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }

    pub(crate) fn knows(&self, person: &PersonId) -> bool {
        self.index.people.contains_key(person)
    }

    pub(crate) fn stand_in(&self, person: &PersonId) -> Option<PersonId> {
        let place = *self.index.people.get(person)?;
        self.config.people[place as usize].substitute.clone()
    }

    /// Parts of the shifts from now to the horizon with fewer people than they need.
    pub(crate) fn gaps(&self, post: &Post, at: Time) -> Vec<GapView> {
        let Some(roster) = &post.roster else {
            return Vec::new();
        };
        let until = at.plus_ms(self.config.organisation.look_ahead_ms);
        let mut gaps: Vec<GapView> = Vec::new();
        for shift in roster.shifts(at, until) {
            let (from, end) = (shift.from.max(at), shift.until.min(until));
            let changes = self.state.duty.changes.iter();
            let changes = changes.filter(|c| c.post == post.id);
            let mut cuts: BTreeSet<Time> = changes.flat_map(|c| [c.from, c.until]).collect();
            cuts.retain(|cut| from < *cut && *cut < end);
            cuts.extend([from, end]);
            let cuts: Vec<Time> = cuts.into_iter().collect();
            for part in cuts.windows(2) {
                let people = self.on_duty(&post.id, part[0]);
                if people.len() >= usize::from(roster.least) {
                    continue;
                }
                match gaps.last_mut() {
                    Some(gap) if gap.until == part[0] && gap.people == people => {
                        gap.until = part[1];
                    }
                    Some(_) | None => gaps.push(GapView {
                        post: post.id.clone(),
                        from: part[0],
                        until: part[1],
                        people,
                        least: roster.least,
                    }),
                }
            }
        }
        gaps
    }
}
