//! Posts as screens see them: who holds them now, who will, and what is missing.

use model::config::Group;
use model::view::{DutyChangeView, GroupView, PostView, ShiftView, SignIn};
use model::{PostId, Time};

use crate::engine::Engine;
use crate::roster::shift_of;

/// Shifts shown of a post: the one that runs and those that follow.
const SHOWN: usize = 15;

impl Engine {
    /// One post as of `at`.
    pub fn post_view(&self, id: &PostId, at: Time) -> Option<PostView> {
        let post = self.config.organisation.post(id)?;
        let until = at.plus_ms(self.config.organisation.look_ahead_ms);
        let shifts = post.roster.iter().flat_map(|roster| {
            let shifts = roster.shifts(at, until).into_iter().take(SHOWN);
            shifts.map(move |shift| {
                let people = self.on_duty(id, shift.from.max(at));
                ShiftView {
                    from: shift.from,
                    until: shift.until,
                    short: people.len() < usize::from(roster.least),
                    people,
                }
            })
        });
        let now = shift_of(post, at);
        let standing = self.state.duty.posts.get(id);
        let signed_in = standing.into_iter().flat_map(|s| &s.signed_in);
        let signed_in = signed_in.filter(|(n, ..)| now.is_some_and(|(_, s)| s.number == *n));
        let changes = self.state.duty.changes.iter();
        let changes = changes.filter(|c| c.post == *id && c.until > at);
        Some(PostView {
            id: id.clone(),
            title: post.title.clone(),
            duty: post.kind.clone(),
            unit: post.unit.clone(),
            township: post.township.clone(),
            now: self.on_hook(id, at),
            shifts: shifts.collect(),
            gaps: self.gaps(post, at),
            signed_in: signed_in
                .map(|(_, by, at)| SignIn {
                    by: by.clone(),
                    at: *at,
                })
                .collect(),
            sign_in_by: now.and_then(|(r, s)| Some(s.from.plus_ms(r.sign_in_ms?))),
            changes: changes
                .map(|c| DutyChangeView {
                    op: c.op.clone(),
                    post: c.post.clone(),
                    from: c.from,
                    until: c.until,
                    out: c.out.clone(),
                    into: c.into.clone(),
                    by: c.by.clone(),
                })
                .collect(),
            handover: self.handover_view(id, at),
        })
    }

    /// Every group with whoever belongs to it as of `at`.
    pub(crate) fn group_views(&self, at: Time) -> Vec<GroupView> {
        let groups = self.config.groups.iter();
        groups.map(|group| self.group_view(group, at)).collect()
    }

    /// The groups that a post's holders belong to, as of `at`.
    pub fn groups_of(&self, post: &PostId, at: Time) -> Vec<GroupView> {
        let groups = self.config.groups.iter();
        let groups = groups.filter(|group| group.posts.contains(post));
        groups.map(|group| self.group_view(group, at)).collect()
    }

    fn group_view(&self, group: &Group, at: Time) -> GroupView {
        GroupView {
            id: group.id.clone(),
            title: group.title.clone(),
            members: self.people_of_group(group, at),
        }
    }

    /// Every post as of `at`, in the order of the files.
    pub fn post_views(&self, at: Time) -> Vec<PostView> {
        let posts = self.config.organisation.posts.iter();
        posts.filter_map(|p| self.post_view(&p.id, at)).collect()
    }
}
