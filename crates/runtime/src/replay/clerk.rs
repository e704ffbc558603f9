//! Reads records in order and says what each leaves for the lanes.

use std::collections::{BTreeMap, VecDeque};

use model::action::{Act, Action, Answer};
use model::codec::{Record, Tag, decode, encode};
use model::config::Text;
use model::intake::Quality;
use model::loss::JudgeDouble;
use model::replay::DeedKind;
use model::report::ReportText;
use model::{Config, Effect, Input, JurisdictionSlot, Level, Observed, Seal, Time, Transition};
use serde::{Deserialize, Serialize};

use super::day::{Day, Deed, Delayed};
use super::hindsight::is_late_by;

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// Texts of reports that are found without reading the journal; older ones stay in it.
const MOST_TEXTS: usize = 20_000;

/// The tag of a reading's record, as [`encode`] gives it.
const READING: Tag = Tag {
    kind: 2,
    version: 1,
};

/// What the lanes have to know of the records before.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Clerk {
    /// Time of the newest input.
    at: Option<Time>,
    counties: Vec<County>,
    /// What people wrote to reports, oldest first, with whose jurisdiction it is.
    texts: VecDeque<(u16, ReportText)>,
    /// The newest press, until it is known whether it was honoured.
    #[serde(skip)]
    press: Option<(u64, JurisdictionSlot, Time, Box<Act>)>,
}

/// What a configuration says to the lanes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct County {
    since: Time,
    /// By series slot: measures rain.
    rain: Vec<bool>,
    decimals: u8,
    unit: String,
    templates: BTreeMap<String, Text>,
    rules: Vec<String>,
    stations: Vec<String>,
    /// Level of each rule on each subject that has one.
    standing: BTreeMap<(u16, u32), u8>,
}

/// What one record leaves on a day.
pub(crate) struct Note {
    /// When it is about.
    pub(crate) at: Time,
    /// When it was entered.
    entered: Time,
    slot: u16,
    what: What,
}

enum What {
    Rain(i64),
    Late,
    Delayed(Delayed),
    Level { level: u8, peak: u8, after: u8 },
    Call,
    Report,
    Deed(Box<Deed>),
}

impl Clerk {
    /// Decimals and unit in which rain is written.
    pub(crate) fn rain(&self, only: Option<JurisdictionSlot>) -> (u8, String) {
        let mut of = self.counties.iter().enumerate();
        let county = of.find(|(slot, county)| {
            !county.unit.is_empty() && only.is_none_or(|only| only.index() == *slot)
        });
        county.map_or((1, "mm".to_owned()), |(_, county)| {
            (county.decimals, county.unit.clone())
        })
    }

    /// What a record leaves; a press leaves nothing before [`Clerk::settle`].
    pub(crate) fn take(&mut self, seq: u64, record: &Record) -> Vec<Note> {
        match record {
            Record::Input {
                at,
                jurisdiction,
                input,
            } => {
                self.at = Some(*at);
                self.input(seq, *at, *jurisdiction, input)
            }
            Record::Outcome {
                jurisdiction,
                effect,
                ..
            } => self.outcome(*jurisdiction, effect),
        }
    }

    /// The press that waited; it was not refused.
    pub(crate) fn settle(&mut self) -> Option<(u64, Vec<Note>)> {
        let (seq, slot, at, act) = self.press.take()?;
        if let Action::WriteReport(written) = act.action {
            self.texts.push_back((
                slot.0,
                ReportText {
                    of: written.of,
                    section: written.section,
                    by: act.by,
                    at,
                    entry: seq,
                    text: written.text,
                },
            ));
            if self.texts.len() > MOST_TEXTS {
                self.texts.pop_front();
            }
            return Some((seq, Vec::new()));
        }
        Some((seq, self.pressed(slot, at, *act)))
    }

    /// Whether a press waits for what becomes of it.
    pub(crate) fn waits(&self) -> bool {
        self.press.is_some()
    }

    /// What people wrote to reports of one jurisdiction, oldest first.
    pub(crate) fn texts(&self, slot: JurisdictionSlot) -> Vec<ReportText> {
        let of = self.texts.iter().filter(|(whose, _)| *whose == slot.0);
        of.map(|(_, text)| text.clone()).collect()
    }

    fn input(&mut self, seq: u64, at: Time, slot: JurisdictionSlot, input: &Input) -> Vec<Note> {
        match input {
            Input::Configured(config) => {
                let place = slot.index();
                if self.counties.len() <= place {
                    self.counties.resize_with(place + 1, County::default);
                }
                self.counties[place] = County::of(&config.config, at, &self.counties[place]);
                Vec::new()
            }
            Input::Observed(observed) => self.observed(seq, at, slot, observed),
            Input::Acted(act) => {
                self.press = Some((seq, slot, at, act.clone()));
                Vec::new()
            }
            Input::LinkChanged { .. }
            | Input::ClockStepped { .. }
            | Input::DiskFilled { .. }
            | Input::FilesRefused { .. }
            | Input::JournalChecked { .. }
            | Input::Paged { .. }
            | Input::Unread { .. }
            | Input::Accessed(_)
            | Input::ClockRead(_)
            | Input::Ticked
            | Input::Resumed
            | Input::Tallied { .. } => Vec::new(),
        }
    }

    fn observed(
        &self,
        seq: u64,
        at: Time,
        slot: JurisdictionSlot,
        observed: &Observed,
    ) -> Vec<Note> {
        let note = |about, what| Note {
            at: about,
            entered: at,
            slot: slot.0,
            what,
        };
        let mut notes = Vec::new();
        let Some(county) = self.counties.get(slot.index()) else {
            return notes;
        };
        let rains = county.rain.get(observed.series.index()) == Some(&true);
        let sound = matches!(observed.quality, Quality::Good | Quality::Doubtful);
        if rains && sound && !observed.suspect && observed.value > 0 {
            notes.push(note(observed.observed, What::Rain(observed.value)));
        }
        if observed.late {
            notes.push(note(at, What::Late));
        }
        if is_late_by(observed, at) {
            let mut payload = Vec::new();
            let record = Record::Input {
                at,
                jurisdiction: slot,
                input: Input::Observed(*observed),
            };
            encode(&record, &mut payload);
            let delayed = Delayed {
                seq,
                floor: county.since,
                payload,
            };
            notes.push(note(observed.observed, What::Delayed(delayed)));
        }
        notes
    }

    fn outcome(&mut self, slot: JurisdictionSlot, effect: &Effect) -> Vec<Note> {
        let Some(at) = self.at else {
            return Vec::new();
        };
        let note = |what| {
            vec![Note {
                at,
                entered: at,
                slot: slot.0,
                what,
            }]
        };
        match effect {
            Effect::Transition(transition) => {
                let Some(county) = self.counties.get_mut(slot.index()) else {
                    return Vec::new();
                };
                let (peak, after) = county.change(transition);
                note(What::Level {
                    level: transition.level,
                    peak,
                    after,
                })
            }
            Effect::Annunciate { .. } | Effect::Deliver { .. } | Effect::Page(_) => {
                note(What::Call)
            }
            Effect::Answer(Answer::Refused { .. }) => {
                self.press = None;
                Vec::new()
            }
            Effect::Answer(Answer::Done)
            | Effect::Series(_)
            | Effect::Alarm(_)
            | Effect::Situation(_)
            | Effect::Suppression(_)
            | Effect::LateEvidence(_)
            | Effect::Task { .. }
            | Effect::Command { .. }
            | Effect::Incident(_)
            | Effect::Weather(_)
            | Effect::Event(_)
            | Effect::Run { .. }
            | Effect::PageKnown(_)
            | Effect::Duty(_)
            | Effect::System { .. } => Vec::new(),
        }
    }

    fn pressed(&self, slot: JurisdictionSlot, entered: Time, act: Act) -> Vec<Note> {
        let county = self.counties.get(slot.index());
        let (at, what) = match deed_of(act, entered, county) {
            // A mark stands at the time it is about.
            Some(deed) => (deed.at, What::Deed(Box::new(deed))),
            None => (entered, What::Report),
        };
        vec![Note {
            at,
            entered,
            slot: slot.0,
            what,
        }]
    }
}

impl County {
    fn of(config: &Config, at: Time, before: &County) -> County {
        let rain = config
            .quantities
            .iter()
            .position(|q| q.id.starts_with("rain") && q.unit == "mm");
        let quantity = rain.and_then(|place| config.quantities.get(place));
        let is_rain = |s: &model::config::Series| Some(usize::from(s.quantity)) == rain;
        let rules: Vec<String> = config.rules.iter().map(|r| r.id.clone()).collect();
        let stations: Vec<String> = config.stations.iter().map(|s| s.id.clone()).collect();
        // Slots change with a configuration, names stay.
        let standing = before
            .standing
            .iter()
            .filter_map(|((rule, subject), level)| {
                let rule = before.rules.get(usize::from(*rule))?;
                let subject = before.stations.get(*subject as usize)?;
                let rule = rules.iter().position(|id| id == rule)?;
                let subject = stations.iter().position(|id| id == subject)?;
                Some(((rule as u16, subject as u32), *level))
            });
        County {
            since: at,
            rain: config.series.iter().map(is_rain).collect(),
            decimals: quantity.map_or(0, |q| q.decimals.0),
            unit: quantity.map_or_else(String::new, |q| q.unit.clone()),
            templates: config
                .templates
                .iter()
                .map(|t| (t.id.clone(), t.title.clone()))
                .collect(),
            standing: standing.collect(),
            rules,
            stations,
        }
    }

    /// Takes one change of level; the worst level around it, and after it.
    fn change(&mut self, transition: &Transition) -> (u8, u8) {
        let key = (transition.rule.0, transition.subject.0);
        let worst = |standing: &BTreeMap<_, u8>| standing.values().copied().max().unwrap_or(0);
        let before = worst(&self.standing);
        if transition.level == 0 {
            self.standing.remove(&key);
        } else {
            self.standing.insert(key, transition.level);
        }
        let after = worst(&self.standing);
        (before.max(after), after)
    }
}

impl Note {
    /// Writes it on its day.
    pub(crate) fn enter(self, day: &mut Day) {
        let place = (self.at.ms().rem_euclid(DAY_MS) / MINUTE_MS) as u16;
        if let What::Delayed(delayed) = self.what {
            day.delay(delayed);
            return;
        }
        let county = day.counties.entry(self.slot).or_default();
        let course = county.minutes.entry(place).or_default();
        let mut deeds = Vec::new();
        course.enter(self.entered, |minute| match self.what {
            What::Rain(value) => minute.rain = minute.rain.max(value),
            What::Late => minute.late += 1,
            What::Level { level, peak, after } => {
                if let Some(count) = minute.alarms.get_mut(usize::from(level)) {
                    *count += 1;
                }
                let worst = minute.levels.map_or(0, |(worst, _)| worst);
                minute.levels = Some((worst.max(peak), after));
            }
            What::Call => minute.calls += 1,
            What::Report => minute.reports += 1,
            What::Deed(deed) => {
                match deed.kind {
                    DeedKind::Command => minute.commands += 1,
                    DeedKind::Mark => {}
                    DeedKind::Cancel
                    | DeedKind::Acknowledge
                    | DeedKind::Truth
                    | DeedKind::Reset
                    | DeedKind::Quiet
                    | DeedKind::Decide
                    | DeedKind::Notice => minute.decisions += 1,
                }
                deeds.push(*deed);
            }
            What::Delayed(_) => {}
        });
        deeds.into_iter().for_each(|deed| county.keep(deed));
    }
}

/// A reading from its record's bytes.
pub(crate) fn reading(payload: &[u8]) -> Option<(Time, JurisdictionSlot, Observed)> {
    match decode(READING, payload) {
        Ok(Record::Input {
            at,
            jurisdiction,
            input: Input::Observed(observed),
        }) => Some((at, jurisdiction, observed)),
        Ok(_) | Err(_) => None,
    }
}

/// What a press of the desk is; none for a report from the field.
fn deed_of(act: Act, at: Time, county: Option<&County>) -> Option<Deed> {
    let mut deed = Deed {
        kind: DeedKind::Quiet,
        pressed: at,
        at,
        until: None,
        op: act.op,
        by: act.by,
        title: None,
        level: None,
        note: None,
        about: 1,
    };
    let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    let mut quiet = |until: Option<Time>, note: Option<Seal>| {
        deed.until = until;
        deed.note = note;
    };
    match act.action {
        Action::ReportTask(_)
        | Action::ReportPlace { .. }
        | Action::SeePage { .. }
        | Action::AnswerPage { .. }
        | Action::AnswerCall { .. }
        | Action::SignIn { .. } => return None,
        Action::Acknowledge { alarms, .. } | Action::AcknowledgeSituation { alarms, .. } => {
            deed.kind = DeedKind::Acknowledge;
            deed.about = count(alarms.len());
        }
        Action::MarkTruth { .. } => deed.kind = DeedKind::Truth,
        Action::ResetAlarm { reason, .. } => {
            deed.kind = DeedKind::Reset;
            deed.note = reason;
        }
        Action::IssueCommand(command) => {
            deed.kind = DeedKind::Command;
            deed.title = county.and_then(|c| c.templates.get(&command.template).cloned());
            deed.level = Some::<Level>(command.level);
            deed.about = count(command.groups.len() + command.people.len());
        }
        Action::CancelCommand { reason, .. } => {
            deed.kind = DeedKind::Cancel;
            deed.note = reason;
        }
        Action::EndNotice { .. } => deed.kind = DeedKind::Notice,
        Action::Mark { at, until, note } => {
            deed.kind = DeedKind::Mark;
            deed.at = at;
            deed.until = until;
            deed.note = Some(note);
        }
        Action::Shelve { until, reason, .. } => quiet(Some(until), reason),
        Action::Silence { until, reason, .. } => quiet(Some(until), Some(reason)),
        Action::Maintain {
            stations,
            until,
            order,
            ..
        } => {
            quiet(Some(until), order);
            deed.about = count(stations.len());
        }
        Action::TakeOutOfService { reason, .. } => quiet(None, Some(reason)),
        Action::CloseSituation { reason, .. }
        | Action::CloseIncident { reason, .. }
        | Action::JudgeDouble(JudgeDouble { reason, .. }) => {
            deed.kind = DeedKind::Decide;
            deed.note = Some(reason);
        }
        Action::ApproveCommand { reason, .. }
        | Action::ReassignTask { reason, .. }
        | Action::Decide { reason, .. } => {
            deed.kind = DeedKind::Decide;
            deed.note = reason;
        }
        Action::OpenSituation(open) => {
            deed.kind = DeedKind::Decide;
            deed.level = Some(open.level);
        }
        Action::GradeSituation { level, .. } => {
            deed.kind = DeedKind::Decide;
            deed.level = Some(level);
        }
        Action::WarnOfWeather(warning) => {
            deed.kind = DeedKind::Decide;
            deed.level = Some(warning.level);
            deed.until = Some(warning.until);
        }
        Action::KeepEvent(event) => {
            deed.kind = DeedKind::Mark;
            deed.at = event.from;
            deed.until = event.until;
            deed.level = event.level;
            deed.note = Some(event.text);
        }
        Action::DropEvent { reason, .. } => {
            deed.kind = DeedKind::Decide;
            deed.note = Some(reason);
        }
        Action::TakeNotice { .. } => deed.kind = DeedKind::Notice,
        Action::SignHandover { note, .. } => {
            deed.kind = DeedKind::Decide;
            deed.note = note;
        }
        Action::ChangeDuty { until, .. } => {
            deed.kind = DeedKind::Decide;
            deed.until = Some(until);
        }
        Action::CallRoll { posts } => {
            deed.kind = DeedKind::Decide;
            deed.about = count(posts.len());
        }
        Action::TestContacts { people } => {
            deed.kind = DeedKind::Decide;
            deed.about = count(people.len());
        }
        Action::LiftWeather { .. }
        | Action::SwapShifts { .. }
        | Action::EndDutyChange { .. }
        | Action::EndRun { .. }
        | Action::ConfirmCommand { .. }
        | Action::StopCommand { .. }
        | Action::HastenTask { .. }
        | Action::PostponeTask { .. }
        | Action::OpenIncident { .. }
        | Action::GatherIncident { .. }
        | Action::NoteIncident { .. }
        | Action::MergeIncident { .. }
        | Action::SendReport { .. }
        | Action::ReportLoss(_)
        | Action::WriteReport(_) => deed.kind = DeedKind::Decide,
        Action::Unshelve { .. }
        | Action::ApproveSuppression { .. }
        | Action::EndSuppression { .. } => {}
    }
    Some(deed)
}
