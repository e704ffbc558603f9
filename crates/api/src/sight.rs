//! What of the commands a reader may see: everything for the desk, their own part for responders.
//!
//! Narrows what others have rendered; it never decides anything.

use std::collections::BTreeSet;

use bytes::Bytes;
use model::command::FormValue;
use model::task::Stage;
use model::view::{
    Change, CommandView, CountyView, FeedMessage, Obligations, PostView, StationView, SystemView,
    TaskView, Update,
};
use model::{PersonId, Seal};

use crate::Api;
use crate::access::{Deed, Principal};
use crate::error::Answered;

/// The texts, positions and photos a reader may open.
pub(crate) enum Visible {
    All,
    Only(BTreeSet<Seal>),
}

impl Visible {
    /// Whether this one is among them.
    pub(crate) fn holds(&self, seal: &Seal) -> bool {
        match self {
            Visible::All => true,
            Visible::Only(seals) => seals.contains(seal),
        }
    }
}

/// What `reader` may open: the wording of commands they see, and what belongs to their own tasks.
pub(crate) async fn visible_seals(api: &Api, reader: &Principal) -> Answered<Visible> {
    if reader.may(Deed::SeeEveryTask) {
        return Ok(Visible::All);
    }
    let (reader, code) = (reader.clone(), reader.jurisdiction.clone());
    let catalogue = api.inbox.catalogue();
    let Some(slot) = code.and_then(|code| catalogue.jurisdiction(&code)) else {
        return Ok(Visible::Only(BTreeSet::new()));
    };
    let seals = api
        .inbox
        .ask(move |fleet| {
            let mut seals = BTreeSet::new();
            // Thousands of phones ask at the same moment when an order goes to all of them.
            let commands = match is_narrow(&reader) {
                true => fleet.commands_of(slot, &reader.person),
                false => fleet.commands(slot),
            };
            for command in commands {
                collect(&command, &reader, &mut seals);
            }
            seals
        })
        .await?;
    Ok(Visible::Only(seals))
}

fn collect(command: &CommandView, reader: &Principal, seals: &mut BTreeSet<Seal>) {
    let own: Vec<&TaskView> = command
        .tasks
        .iter()
        .filter(|t| t.person == reader.person)
        .collect();
    if !own.is_empty() || !reader.may(Deed::ReportOwnTask) {
        seals.insert(command.wording.clone());
    }
    let places = own.iter().filter_map(|task| task.place.as_ref());
    seals.extend(places.map(|place| place.position.clone()));
    for fact in own.into_iter().flat_map(|task| &task.facts) {
        seals.extend(
            fact.note
                .iter()
                .chain(&fact.position)
                .chain(&fact.photos)
                .cloned(),
        );
        let left = fact.count.iter().flat_map(|row| &row.left);
        seals.extend(
            left.flat_map(|one| one.name.iter().chain(&one.photo))
                .cloned(),
        );
        seals.extend(fact.form.iter().filter_map(|answer| match &answer.value {
            FormValue::Text { text } => Some(text.clone()),
            FormValue::Choice { .. } | FormValue::Number { .. } => None,
        }));
    }
}

/// Whether `reader` sees only their own tasks.
pub(crate) fn is_narrow(reader: &Principal) -> bool {
    !reader.may(Deed::SeeEveryTask) && reader.may(Deed::ReportOwnTask)
}

/// Leaves in a snapshot's county, whose people are filled in, what `reader` may see.
pub(crate) fn narrow_county(county: &mut CountyView, reader: &Principal) {
    if reader.may(Deed::SeeEveryTask) {
        return;
    }
    county.runs.clear();
    county.pages.retain(|page| page.to == reader.person);
    county
        .posts
        .retain_mut(|post| narrow_post(post, &reader.person));
    if is_narrow(reader) {
        county.incidents.clear();
        county
            .commands
            .retain_mut(|command| narrow_command(command, &reader.person));
        narrow_ground(county, &reader.person);
    }
}

/// Leaves of the ground what lies in the township of whoever sees their own part alone: a phone far from
/// any mast should not wait for the lines of a thousand gauges it never draws. Who is of no township keeps
/// all of it.
fn narrow_ground(county: &mut CountyView, reader: &PersonId) {
    county.groups.retain(|group| group.members.contains(reader));
    let own = county.people.iter().find(|person| person.id == *reader);
    let Some(township) = own.and_then(|own| own.township.clone()) else {
        return;
    };
    let near = |station: &StationView| station.township.as_ref() == Some(&township);
    county.stations.retain(near);
    let there: BTreeSet<&str> = county.stations.iter().map(|s| s.id.as_str()).collect();
    county
        .alarms
        .retain(|alarm| there.contains(alarm.station.as_str()));
}

/// Leaves of notices what `reader` may see: whether somebody else has answered is the desk's affair.
pub(crate) fn narrow_notices(notices: &mut Vec<SystemView>, reader: &Principal) {
    if is_narrow(reader) {
        notices.retain(|notice| concerns(notice, &reader.person));
    }
}

fn concerns(notice: &SystemView, reader: &PersonId) -> bool {
    let people = runtime::whose(notice);
    people.is_empty() || people.contains(reader)
}

/// Leaves in one message of updates what `reader` may see; none when nothing is left.
pub(crate) fn narrow_text(text: Bytes, reader: &Principal) -> Option<Bytes> {
    let whole = reader.may(Deed::SeeEveryTask) || !text.starts_with(br#"{"type":"updates""#);
    if whole || (!is_narrow(reader) && !tells_of_calls(&text)) {
        return Some(text);
    }
    let Ok(FeedMessage::Updates { mut updates, mode }) = serde_json::from_slice(&text) else {
        tracing::error!("a message of updates could not be read back; the reader does not get it");
        return None;
    };
    updates.retain_mut(|update| match is_narrow(reader) {
        true => narrow_update(update, &reader.person),
        false => narrow_calls(update, &reader.person),
    });
    if updates.is_empty() {
        return None;
    }
    let text = serde_json::to_vec(&FeedMessage::Updates { updates, mode });
    Some(Bytes::from(
        text.expect("views have string keys, so they are JSON"),
    ))
}

/// Whether a message may hold an update that [`narrow_calls`] narrows: most hold none, and are not read.
fn tells_of_calls(text: &[u8]) -> bool {
    let kinds = [r#""kind":"page""#, r#""kind":"run""#, r#""kind":"duty""#];
    let text = std::str::from_utf8(text);
    text.is_ok_and(|text| kinds.iter().any(|kind| text.contains(kind)))
}

/// Leaves of who is called and who holds which post what concerns `reader`: the rest is the desk's
/// affair. False when nothing is left.
fn narrow_calls(update: &mut Update, reader: &PersonId) -> bool {
    match &mut update.change {
        Change::Page { page } => page.to == *reader,
        Change::Run { .. } => false,
        Change::Duty { post } => narrow_post(post, reader),
        Change::Alarm { .. }
        | Change::Command { .. }
        | Change::Task { .. }
        | Change::System { .. }
        | Change::Situation { .. }
        | Change::Annunciation { .. }
        | Change::Suppression { .. }
        | Change::Load { .. }
        | Change::Incident { .. }
        | Change::Weather { .. }
        | Change::Event { .. }
        | Change::Group { .. }
        | Change::Configured => true,
    }
}

/// Leaves in one update what a reader of their own part may see; false when nothing is left.
pub(crate) fn narrow_update(update: &mut Update, reader: &PersonId) -> bool {
    match &mut update.change {
        // What the desk writes down is the desk's.
        Change::Incident { .. } => false,
        Change::Group { group } => group.members.contains(reader),
        Change::System { system } => concerns(system, reader),
        Change::Alarm { .. }
        | Change::Situation { .. }
        | Change::Annunciation { .. }
        | Change::Suppression { .. }
        | Change::Load { .. }
        | Change::Weather { .. }
        | Change::Event { .. }
        | Change::Configured => true,
        Change::Page { .. } | Change::Run { .. } | Change::Duty { .. } => {
            narrow_calls(update, reader)
        }
        Change::Command { command } => narrow_command(command, reader),
        Change::Task { task, worst } => {
            *worst = task.stage;
            task.person == *reader
        }
    }
}

/// Leaves a post that the reader holds or will hold, without what is owed there; false otherwise.
pub(crate) fn narrow_post(post: &mut PostView, reader: &PersonId) -> bool {
    if let Some(handover) = &mut post.handover {
        handover.obligations = Obligations::default();
    }
    let shifts = post.shifts.iter().flat_map(|shift| &shift.people);
    post.now.iter().chain(shifts).any(|p| p == reader)
}

/// Leaves the reader's own tasks; false when there are none.
pub(crate) fn narrow_command(command: &mut CommandView, reader: &PersonId) -> bool {
    command.tasks.retain(|task| task.person == *reader);
    command.worst = command
        .tasks
        .iter()
        .map(|task| task.stage)
        .min()
        .unwrap_or(Stage::Issued);
    !command.tasks.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::config::Text;
    use model::view::GroupView;

    #[test]
    fn who_is_in_a_group_is_told_to_its_members_alone() {
        let group = GroupView {
            id: "dams".into(),
            title: Text::same("dams"),
            members: vec!["li".into(), "zhao".into()],
        };
        let mut update = Update {
            seq: 1,
            n: 0,
            jurisdiction: "330624".to_owned(),
            change: Change::Group { group },
        };
        assert!(narrow_update(&mut update, &"li".into()));
        assert!(!narrow_update(&mut update, &"wei".into()));
    }
}
