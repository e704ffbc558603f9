//! Roll-calls: every post is called with one press, and everybody has to say that they are there.

use model::action::{Act, Why};
use model::config::Occasion;
use model::page::About;
use model::view::{CancelReason, RunState};
use model::{Effects, PersonId, PostId, RunId, Time};

use crate::engine::Engine;

impl Engine {
    /// Calls posts, or all of them.
    pub(crate) fn call_roll(
        &mut self,
        act: &Act,
        posts: &[PostId],
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let config = std::sync::Arc::clone(&self.config);
        let known = &config.organisation;
        if posts.iter().any(|post| known.post(post).is_none()) {
            return Err(Why::NoSuchPost);
        }
        let policy = known.escalations.iter();
        let policy = policy
            .into_iter()
            .find(|p| p.occasion == Occasion::RollCall);
        let policy = policy.ok_or(Why::NoRollCallPolicy)?;
        let posts: Vec<PostId> = if posts.is_empty() {
            known.posts.iter().map(|post| post.id.clone()).collect()
        } else {
            posts.to_vec()
        };
        if posts.iter().all(|post| self.on_hook(post, at).is_empty()) {
            return Err(Why::NobodyToReach);
        }
        self.begin(
            About::RollCall(act.op.clone()),
            policy,
            None,
            posts,
            at,
            out,
        );
        Ok(())
    }

    /// Whoever holds the posts of a roll-call now is called for them.
    pub(crate) fn note_seats(&mut self, id: &RunId, at: Time) {
        let Some(run) = self.state.calling.runs.get(id) else {
            return;
        };
        let posts = run.posts.iter();
        let held: Vec<(PostId, Vec<PersonId>)> = posts
            .map(|post| (post.clone(), self.on_hook(post, at)))
            .collect();
        if let Some(run) = self.state.calling.runs.get_mut(id) {
            for (post, people) in held {
                run.seats.entry(post).or_default().extend(people);
            }
        }
    }

    /// Ends a roll-call or a test. What calls about a situation ends only by its alarms.
    pub(crate) fn end_run(&mut self, id: &RunId, at: Time, out: &mut Effects) -> Result<(), Why> {
        let run = self.state.calling.runs.get(id).ok_or(Why::NoSuchRun)?;
        let about_a_situation = match run.about {
            About::Situation(_) => true,
            About::Task(_) | About::Notice { .. } | About::RollCall(_) | About::Test(_) => false,
        };
        if about_a_situation {
            return Err(Why::RoleNotAllowed);
        }
        if matches!(run.state, RunState::Satisfied | RunState::Cancelled) {
            return Err(Why::NoSuchRun);
        }
        self.cancel_run(id, CancelReason::Ended, at, out);
        Ok(())
    }
}
