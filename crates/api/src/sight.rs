//! What a reader may see: everything for the desk, their own part for responders and viewers, and the ground
//! of their township for whoever belongs to one and does not command. Weather warnings are everybody's.
//!
//! Narrows what others have rendered; it never decides anything.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use model::command::FormValue;
use model::config::AreaKind;
use model::replay::DeedView;
use model::task::Stage;
use model::view::{
    Change, CommandView, CountyView, EventView, FeedMessage, Obligations, PostView, SituationView,
    SuppressionView, SystemView, TaskView, TransitionView, Update,
};
use model::{PersonId, Seal};
use runtime::Fleet;
use serde::Serialize;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::error::Answered;
use crate::township::{Files, Near};

/// The texts, positions and photos a reader may open.
pub(crate) enum Visible {
    All,
    /// Those of their own tasks.
    Only(BTreeSet<Seal>),
    /// All that they are told of, save those of the tasks of others.
    AllBut(BTreeSet<Seal>),
}

impl Visible {
    /// Whether this one is among them.
    pub(crate) fn holds(&self, seal: &Seal) -> bool {
        match self {
            Visible::All => true,
            Visible::Only(seals) => seals.contains(seal),
            Visible::AllBut(seals) => !seals.contains(seal),
        }
    }
}

/// What `reader` may open: the wording of commands they see and what belongs to the tasks they see; who sees
/// more than tasks of their own, all else too.
pub(crate) async fn visible_seals(api: &Api, reader: &Principal) -> Answered<Visible> {
    let sight = api.sight(reader).await?;
    if sight.is_whole() {
        return Ok(Visible::All);
    }
    let code = reader.jurisdiction.clone();
    let catalogue = api.inbox.catalogue();
    let Some(slot) = code.and_then(|code| catalogue.jurisdiction(&code)) else {
        return Ok(Visible::Only(BTreeSet::new()));
    };
    let own = sight.is_own();
    let (seen, others) = api
        .inbox
        .ask(move |fleet| {
            let now = fleet.now();
            // Thousands of phones ask at the same moment when an order goes to all of them.
            let commands = match own {
                true => fleet.commands_of(slot, &sight.reader.person),
                false => fleet.commands(slot),
            };
            let (mut seen, mut others) = (BTreeSet::new(), BTreeSet::new());
            if !own {
                let quiet = fleet.county(slot, now).map(|county| county.suppressions);
                others.extend(sight.untold(quiet.unwrap_or_default(), fleet.events(slot)));
            }
            for command in commands {
                let (theirs, not): (Vec<&TaskView>, _) = command
                    .tasks
                    .iter()
                    .partition(|task| sight.sees(&task.person));
                if theirs.is_empty() {
                    others.insert(command.wording.clone());
                } else {
                    seen.insert(command.wording.clone());
                }
                theirs.into_iter().for_each(|task| collect(task, &mut seen));
                not.into_iter().for_each(|task| collect(task, &mut others));
            }
            (seen, others)
        })
        .await?;
    Ok(match own {
        true => Visible::Only(seen),
        false => Visible::AllBut(others.difference(&seen).cloned().collect()),
    })
}

/// What belongs to a task.
fn collect(task: &TaskView, seals: &mut BTreeSet<Seal>) {
    seals.extend(task.place.iter().map(|place| place.position.clone()));
    for fact in &task.facts {
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

/// Whether `reader` sees only what concerns them: of the desk's notes, the groups and the people too.
pub(crate) fn is_narrow(reader: &Principal) -> bool {
    !reader.may(Deed::SeeEveryTask) && reader.may(Deed::ReportOwnTask)
}

/// What one reader may see: by their role whose tasks, by the township they belong to which ground. Who
/// commands sees all of it; who is of no township sees every township.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    reader: Principal,
    near: Option<Arc<Near>>,
}

impl Api {
    /// What `reader` may see now; asked again when files change, since sockets begin anew then.
    pub(crate) async fn sight(&self, reader: &Principal) -> Answered<Sight> {
        let people = self.people.load_full();
        let code = reader.jurisdiction.as_deref();
        let own = code.and_then(|code| people.get(code, &reader.person));
        let township = own.and_then(|own| own.township);
        let (Some(code), Some(township), false) = (code, township, reader.may(Deed::Command))
        else {
            return Ok(Sight {
                reader: reader.clone(),
                near: None,
            });
        };
        let slot = self.inbox.catalogue().jurisdiction(code);
        let config = match slot {
            Some(slot) => {
                let config = move |fleet: &Fleet| fleet.config(slot).cloned();
                self.inbox.ask(config).await?
            }
            None => None,
        };
        let files = Files { config, people };
        Ok(Sight {
            reader: reader.clone(),
            near: Some(self.townships.near(code, &township, files)),
        })
    }
}

impl Sight {
    /// Whether of tasks and calls only their own are shown.
    pub(crate) fn is_own(&self) -> bool {
        !self.reader.may(Deed::SeeEveryTask)
    }

    /// Whether nothing at all is kept from them.
    pub(crate) fn is_whole(&self) -> bool {
        !self.is_own() && self.near.is_none()
    }

    /// Whether they may see the tasks of and the calls to this person.
    pub(crate) fn sees(&self, person: &PersonId) -> bool {
        let own = *person == self.reader.person;
        let near = || {
            let near = self.near.as_ref();
            near.is_none_or(|near| near.people.contains(person))
        };
        own || (!self.is_own() && near())
    }

    /// Whether they may see this station and what is alarmed there.
    pub(crate) fn holds(&self, station: &str) -> bool {
        let near = self.near.as_ref();
        near.is_none_or(|near| near.stations.contains(station))
    }

    /// Whether a situation touches their ground; one of no township is everybody's.
    fn touches(&self, situation: &SituationView) -> bool {
        let (area, touched) = (&situation.area, &situation.townships);
        self.near.as_ref().is_none_or(|near| match area.kind {
            AreaKind::Township => area.code == near.township,
            AreaKind::Catchment | AreaKind::Zone | AreaKind::County => {
                touched.is_empty() || touched.contains(&near.township)
            }
        })
    }

    /// Leaves of what is kept quiet what concerns their ground; false when nothing of it does. What names
    /// neither a station nor a township concerns all of them.
    fn quiet(&self, row: &mut SuppressionView) -> bool {
        let Some(near) = &self.near else {
            return true;
        };
        let here = match (&row.matcher, row.alarm) {
            (Some(matcher), _) => match (&matcher.station, &matcher.township) {
                (Some(station), _) => near.stations.contains(station),
                (None, Some(township)) => *township == near.township,
                (None, None) => true,
            },
            // An inhibited alarm's row names its station, and another alarm as the cause.
            (None, _) if !row.stations.is_empty() => {
                row.stations.iter().any(|one| near.stations.contains(one))
            }
            (None, Some(alarm)) => near.alarms.contains(&alarm),
            (None, None) => true,
        };
        row.stations.retain(|one| near.stations.contains(one));
        row.matches.retain(|one| near.alarms.contains(one));
        here
    }

    /// Leaves of what happened what concerns their ground; false when nothing of it does. What is of no
    /// township and no station concerns all of them.
    pub(crate) fn event(&self, row: &mut EventView) -> bool {
        let Some(near) = &self.near else {
            return true;
        };
        let area = row.area.as_ref();
        let of_township = area.filter(|area| area.kind == AreaKind::Township);
        let here = match of_township {
            Some(area) => area.code == near.township,
            None => {
                let mut there = row.stations.iter();
                row.stations.is_empty() || there.any(|one| near.stations.contains(one))
            }
        };
        row.stations.retain(|one| near.stations.contains(one));
        here
    }

    /// Reasons of what is kept quiet and texts of events that they are not told of.
    fn untold(&self, quiet: Vec<SuppressionView>, events: Option<Vec<EventView>>) -> Vec<Seal> {
        let quiet = quiet.into_iter();
        let quiet =
            quiet.filter_map(|mut row| row.reason.clone().filter(|_| !self.quiet(&mut row)));
        let events = events.into_iter().flatten();
        let events =
            events.filter_map(|mut row| row.text.clone().filter(|_| !self.event(&mut row)));
        quiet.chain(events).collect()
    }

    /// Leaves the tasks they may see; false when there are none.
    pub(crate) fn command(&self, command: &mut CommandView) -> bool {
        if self.is_whole() {
            return true;
        }
        command.tasks.retain(|task| self.sees(&task.person));
        command.reach.retain(|person| self.sees(person));
        let stages = command.tasks.iter().map(|task| task.stage);
        command.worst = stages.min().unwrap_or(Stage::Issued);
        !command.tasks.is_empty()
    }

    /// Leaves in a snapshot's county, whose people are filled in, what they may see.
    pub(crate) fn county(&self, county: &mut CountyView) {
        if self.is_whole() {
            return;
        }
        county.pages.retain(|page| self.sees(&page.to));
        county.commands.retain_mut(|command| self.command(command));
        if self.is_own() {
            county.runs.clear();
            let me = &self.reader.person;
            county.posts.retain_mut(|post| narrow_post(post, me));
        }
        if is_narrow(&self.reader) {
            county.incidents.clear();
            let me = &self.reader.person;
            county.groups.retain(|group| group.members.contains(me));
        }
        // A phone far from any mast should not wait for the lines of a thousand gauges it never draws.
        county.stations.retain(|station| self.holds(&station.id));
        county.alarms.retain(|alarm| self.holds(&alarm.station));
        county.situations.retain(|one| self.touches(one));
        county.suppressions.retain_mut(|row| self.quiet(row));
    }

    /// Leaves of notices what they may see: whether somebody else has answered is the desk's affair.
    pub(crate) fn notices(&self, notices: &mut Vec<SystemView>) {
        notices.retain(|notice| self.notice(notice));
    }

    fn notice(&self, notice: &SystemView) -> bool {
        let people = runtime::whose(notice);
        people.is_empty() || people.iter().any(|person| self.sees(person))
    }

    /// Leaves in one update what they may see; false when nothing is left.
    pub(crate) fn update(&self, update: &mut Update) -> bool {
        let me = &self.reader.person;
        match &mut update.change {
            // What the desk writes down is the desk's.
            Change::Incident { .. } => !is_narrow(&self.reader),
            Change::Group { group } => !is_narrow(&self.reader) || group.members.contains(me),
            Change::System { system } => self.notice(system),
            Change::Alarm { alarm } => self.holds(&alarm.station),
            Change::Situation { situation } => self.touches(situation),
            Change::Suppression { suppression } => self.quiet(suppression),
            Change::Event { event } => self.event(event),
            Change::Annunciation { .. }
            | Change::Load { .. }
            | Change::Weather { .. }
            | Change::Configured => true,
            Change::Page { page } => self.sees(&page.to),
            Change::Run { .. } => !self.is_own(),
            Change::Duty { post } => !self.is_own() || narrow_post(post, me),
            Change::Command { command } => self.command(command),
            Change::Task { task, worst } => {
                if self.is_own() {
                    *worst = task.stage;
                }
                self.sees(&task.person)
            }
        }
    }

    /// Leaves of a JSON array of transitions those of their ground; none when nothing is left.
    pub(crate) fn transitions(&self, text: Bytes) -> Option<Bytes> {
        if self.near.is_none() {
            return Some(text);
        }
        let Ok(mut told) = serde_json::from_slice::<Vec<TransitionView>>(&text) else {
            tracing::error!("transitions could not be read back; the reader does not get them");
            return None;
        };
        told.retain(|one| self.holds(&one.subject));
        (!told.is_empty()).then(|| bytes_of(&told))
    }

    /// Leaves of the deeds on the time bar what they may see: those of the desk, without the reasons others
    /// gave where their township is all they are told of, since a deed names no place.
    pub(crate) fn deeds(&self, deeds: &mut Vec<DeedView>) {
        if self.is_own() {
            deeds.clear();
        }
        if self.near.is_some() {
            let others = deeds
                .iter_mut()
                .filter(|deed| deed.by != self.reader.person);
            others.for_each(|deed| deed.note = None);
        }
    }

    /// Leaves in one message of the feed what they may see; none when nothing is left. `told`: its updates
    /// are theirs already.
    pub(crate) fn text(&self, text: Bytes, told: bool, values: &Values) -> Option<Bytes> {
        if self.is_whole() {
            return Some(text);
        }
        if text.starts_with(br#"{"type":"values""#) {
            return match &self.near {
                Some(near) => values.near(&text, near),
                None => Some(text),
            };
        }
        if told || !text.starts_with(br#"{"type":"updates""#) {
            return Some(text);
        }
        let Ok(FeedMessage::Updates { mut updates, mode }) = serde_json::from_slice(&text) else {
            tracing::error!(
                "a message of updates could not be read back; the reader does not get it"
            );
            return None;
        };
        updates.retain_mut(|update| self.update(update));
        (!updates.is_empty()).then(|| bytes_of(&FeedMessage::Updates { updates, mode }))
    }
}

fn bytes_of(message: &impl Serialize) -> Bytes {
    let text = serde_json::to_vec(message);
    Bytes::from(text.expect("views have string keys, so they are JSON"))
}

/// The newest message of values, narrowed once for each township however many phones are there.
#[derive(Debug, Default)]
pub(crate) struct Values(Mutex<(Bytes, HashMap<String, Option<Bytes>>)>);

impl Values {
    fn near(&self, text: &Bytes, near: &Near) -> Option<Bytes> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (newest, narrowed) = &mut *held;
        // The message is held, so that no other can come to lie at its place.
        if newest.as_ptr() != text.as_ptr() || newest.len() != text.len() {
            (*newest, *narrowed) = (text.clone(), HashMap::new());
        }
        let made = || narrow_values(text, near);
        narrowed
            .entry(near.township.clone())
            .or_insert_with(made)
            .clone()
    }
}

fn narrow_values(text: &[u8], near: &Near) -> Option<Bytes> {
    let Ok(FeedMessage::Values {
        seq,
        jurisdiction,
        mut values,
        mode,
    }) = serde_json::from_slice(text)
    else {
        tracing::error!("a message of values could not be read back; the reader does not get it");
        return None;
    };
    values.retain(|one| near.stations.contains(&one.station));
    (!values.is_empty()).then(|| {
        bytes_of(&FeedMessage::Values {
            seq,
            jurisdiction,
            values,
            mode,
        })
    })
}

/// Leaves a post that the reader holds or will hold, without what is owed there; false otherwise.
pub(crate) fn narrow_post(post: &mut PostView, reader: &PersonId) -> bool {
    if let Some(handover) = &mut post.handover {
        handover.obligations = Obligations::default();
    }
    let shifts = post.shifts.iter().flat_map(|shift| &shift.people);
    post.now.iter().chain(shifts).any(|p| p == reader)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::HashSet;

    use super::*;
    use model::config::{Role, Text};
    use model::intake::Quality;
    use model::replay::Mode;
    use model::view::{Freshness, GroupView, SeriesNow};

    fn sight(person: &str, role: Role, near: Option<(&str, &[&str], &[&str])>) -> Sight {
        let near = near.map(|(township, stations, people)| {
            Arc::new(Near {
                township: township.to_owned(),
                stations: stations.iter().map(|s| (*s).to_owned()).collect(),
                alarms: HashSet::new(),
                people: people.iter().map(|p| PersonId::from(*p)).collect(),
            })
        });
        let reader = Principal {
            person: person.into(),
            role,
            jurisdiction: Some("330624".to_owned()),
            session: None,
        };
        Sight { reader, near }
    }

    fn updated(change: Change) -> Update {
        Update {
            seq: 1,
            n: 0,
            jurisdiction: "330624".to_owned(),
            change,
        }
    }

    #[test]
    fn who_is_in_a_group_is_told_to_its_members_alone() {
        let group = GroupView {
            id: "dams".into(),
            title: Text::same("dams"),
            members: vec!["li".into(), "zhao".into()],
        };
        let mut update = updated(Change::Group { group });
        assert!(sight("li", Role::Responder, None).update(&mut update));
        assert!(!sight("wei", Role::Responder, None).update(&mut update));
    }

    #[test]
    fn a_task_is_seen_by_its_person_by_the_desk_and_by_a_planner_of_its_township() {
        let near = Some(("T1", &["s1"][..], &["li"][..]));
        let far = Some(("T2", &["s2"][..], &["wei"][..]));
        for (person, role, near, sees) in [
            ("li", Role::Responder, None, true),
            ("wei", Role::Responder, None, false),
            ("guest", Role::Viewer, None, false),
            ("guest", Role::Viewer, near, false),
            ("plan", Role::Planner, None, true),
            ("plan", Role::Planner, near, true),
            ("plan", Role::Planner, far, false),
            ("duty", Role::DutyOfficer, None, true),
        ] {
            let sight = sight(person, role, near);
            assert_eq!(sight.sees(&"li".into()), sees, "{person} {role:?} {near:?}");
        }
    }

    #[test]
    fn values_are_narrowed_once_for_a_township() {
        let value = |station: &str| SeriesNow {
            station: station.to_owned(),
            quantity: "q".to_owned(),
            value: None,
            observed: None,
            received: None,
            quality: Quality::Good,
            freshness: Freshness::Fresh,
            level: 0,
            expected_ms: None,
            doubts: Vec::new(),
        };
        let text = bytes_of(&FeedMessage::Values {
            seq: 1,
            jurisdiction: "330624".to_owned(),
            values: vec![value("s1"), value("s2")],
            mode: Mode::Live,
        });
        let values = Values::default();
        let near = sight("li", Role::Responder, Some(("T1", &["s1"], &["li"])));
        let one = near.text(text.clone(), true, &values).unwrap();
        let Ok(FeedMessage::Values {
            values: left, mode, ..
        }) = serde_json::from_slice(&one)
        else {
            panic!("{one:?}")
        };
        assert_eq!(
            (left.len(), left[0].station.as_str(), mode),
            (1, "s1", Mode::Live)
        );
        let again = near.text(text.clone(), true, &values).unwrap();
        assert_eq!(again.as_ptr(), one.as_ptr(), "made once");
        let none = sight("wei", Role::Responder, Some(("T3", &[], &["wei"])));
        assert_eq!(none.text(text.clone(), true, &values), None);
        let all = sight("wei", Role::Responder, None).text(text.clone(), true, &values);
        assert_eq!(all, Some(text));
    }
}
