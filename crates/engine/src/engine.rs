//! The engine: one jurisdiction's config and state, and the one way to change it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::action::{Act, Action, Answer};
use model::effect::SystemKind;
use model::view::{EventView, WeatherView};
use model::{CommandId, Config, Effect, Effects, Input, Level, OpId, PersonId, Time};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::alarm::Alarm;
use crate::area::Heat;
use crate::blindspot::Danger;
use crate::command::Command;
use crate::conditions::Conditions;
use crate::duty::Duty;
use crate::escalation::Calling;
use crate::evidence::Witness;
use crate::hindsight::Hindsight;
use crate::incident::Incident;
use crate::index::Index;
use crate::inhibition::Inhibitors;
use crate::interface::Interfaces;
use crate::load::Load;
use crate::reply::Reply;
use crate::series::{Sample, Series};
use crate::situation::Situations;
use crate::suppression::Ledger;
use crate::timers::{Due, Timers};

/// All decisions of one jurisdiction, as a value: equal configs and inputs give equal engines and
/// equal effects.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) config: Arc<Config>,
    pub(crate) index: Arc<Index>,
    pub(crate) state: State,
}

/// Everything that inputs have changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) series: Vec<Series>,
    /// One per watch.
    pub(crate) conditions: Conditions,
    /// One per cluster rule.
    pub(crate) heat: Vec<Heat>,
    /// By watch.
    pub(crate) alarms: BTreeMap<u32, Alarm>,
    pub(crate) commands: BTreeMap<CommandId, Command>,
    /// First answer to each op, with the time it was given.
    pub(crate) answers: BTreeMap<OpId, (Time, Answer)>,
    pub(crate) notices: BTreeMap<(SystemKind, String), Time>,
    /// How bad those notices are that have a level.
    #[serde(default)]
    pub(crate) notice_levels: BTreeMap<(SystemKind, String), Level>,
    /// Who looks after a notice.
    #[serde(default)]
    pub(crate) owners: BTreeMap<(SystemKind, String), PersonId>,
    #[serde(default)]
    pub(crate) weather: BTreeMap<OpId, WeatherView>,
    #[serde(default)]
    pub(crate) events: BTreeMap<OpId, EventView>,
    #[serde(default)]
    pub(crate) situations: Situations,
    #[serde(default)]
    pub(crate) ledger: Ledger,
    #[serde(default)]
    pub(crate) incidents: BTreeMap<OpId, Incident>,
    /// Armed deadlines of silence watches.
    #[serde(default)]
    pub(crate) silences: BTreeMap<u32, Time>,
    /// The samples that decided the last change, by watch.
    #[serde(default)]
    pub(crate) evidence: BTreeMap<u32, Vec<Sample>>,
    /// What other series said that had a part in it, by watch.
    #[serde(default)]
    pub(crate) witnesses: BTreeMap<u32, Vec<Witness>>,
    /// What late readings show that watches would have said at their time; empty between inputs.
    #[serde(skip)]
    pub(crate) hindsight: Hindsight,
    /// Combining watches whose grounds changed and since when; empty between inputs.
    #[serde(skip)]
    pub(crate) affected: BTreeMap<(u32, u32), Time>,
    #[serde(default)]
    pub(crate) inhibitors: Inhibitors,
    #[serde(default)]
    pub(crate) interfaces: Interfaces,
    #[serde(default)]
    pub(crate) danger: Danger,
    #[serde(default)]
    pub(crate) load: Load,
    #[serde(default)]
    pub(crate) duty: Duty,
    #[serde(default)]
    pub(crate) calling: Calling,
    /// Entry time of the newest input or deadline.
    #[serde(default)]
    pub(crate) last_at: Option<Time>,
    pub(crate) timers: Timers,
    /// UTC day on which old answers were last looked through.
    pub(crate) swept_day: i64,
    /// What people wrote back by a gateway, and the page each was of.
    #[serde(default)]
    pub(crate) replies: BTreeMap<OpId, Reply>,
}

/// How long the first answer to an op is remembered.
const REMEMBER_OP_MS: i64 = 90 * 86_400_000;

impl Engine {
    /// Names who decided, beside every outcome. Raise it when the same inputs decide otherwise.
    pub const VERSION: u16 = 10;

    /// An engine that has heard nothing yet.
    ///
    /// # Panics
    /// When the config names slots that are not there; [`Config::flaw`] tells beforehand.
    pub fn new(config: Arc<Config>) -> Engine {
        let index = Index::of(&config);
        let state = State {
            series: (0..config.series.len())
                .map(|n| {
                    let checked = !config.series[n].checks.is_empty();
                    Series::new(&index.windows[n], index.reach[n], checked)
                })
                .collect(),
            conditions: Conditions::idle(config.watches.len()),
            heat: index
                .clusters
                .iter()
                .map(|c| Heat::of(c.watches.len()))
                .collect(),
            alarms: BTreeMap::new(),
            commands: BTreeMap::new(),
            answers: BTreeMap::new(),
            notices: BTreeMap::new(),
            notice_levels: BTreeMap::new(),
            owners: BTreeMap::new(),
            weather: BTreeMap::new(),
            events: BTreeMap::new(),
            situations: Situations::default(),
            ledger: Ledger::default(),
            incidents: BTreeMap::new(),
            silences: BTreeMap::new(),
            evidence: BTreeMap::new(),
            witnesses: BTreeMap::new(),
            hindsight: Hindsight::default(),
            affected: BTreeMap::new(),
            inhibitors: Inhibitors::default(),
            interfaces: Interfaces::default(),
            danger: Danger::default(),
            load: Load::default(),
            duty: Duty::default(),
            calling: Calling::default(),
            last_at: None,
            timers: Timers::default(),
            swept_day: 0,
            replies: BTreeMap::new(),
        };
        let mut engine = Engine {
            config,
            index: Arc::new(index),
            state,
        };
        engine.recount_sight();
        engine
    }

    /// What the engine obeys now.
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Advances by one input entered at `at`: what is due by then happens first, at its own instant.
    ///
    /// Never fails: what cannot be honoured leaves as an answer to its sender.
    pub fn apply(&mut self, at: Time, input: &Input, out: &mut Effects) {
        if matches!(input, Input::Resumed) {
            self.hold_back(at, out);
        }
        self.fire(at, out);
        self.state.last_at = Some(at);
        match input {
            Input::Configured(configured) => {
                self.reconfigure(Arc::new(configured.config.clone()), at, out);
            }
            Input::Observed(observed) => self.observe(observed, at, out),
            Input::Acted(act) => self.act(act, at, out),
            Input::Paged { page, fact, reply } => {
                if self.note_reply(page, fact, reply.as_ref(), at) {
                    let news = self.is_page_news(page, fact);
                    self.note_proof(page, fact, at);
                    self.page_known(page, fact, None, at, out);
                    if news {
                        self.weigh_reach(page, fact, at, out);
                    }
                }
            }
            Input::Unread {
                channel,
                from,
                reply,
            } => {
                self.note_unread(reply.as_ref(), at);
                let from = from.as_ref().map_or("", PersonId::as_str);
                let subject = format!("{}/{from}", channel.word());
                self.notice(SystemKind::ReplyUnread, &subject, true, at, out);
            }
            Input::Resumed => {
                self.deliver_again(out);
                let unknown = std::mem::take(&mut self.state.calling.unknown);
                self.repeat_pages(unknown, at, out);
                self.recover_runs(at, out);
                self.make_up_plans(at, out);
                self.recount_sight();
                self.judge_the_blind(at, out);
                self.look_around_again();
            }
            // Links, the machine's clock and disk, and counts belong to the whole process.
            Input::LinkChanged { .. }
            | Input::ClockStepped { .. }
            | Input::DiskFilled { .. }
            | Input::FilesRefused { .. }
            | Input::JournalChecked { .. }
            | Input::Tallied { .. }
            // Who looked at what, and which clock it is: on record, and no ground for anything.
            | Input::Accessed(_)
            | Input::ClockRead(_)
            | Input::Ticked => {}
        }
        // Before a recorded night has said its first time there is no calendar to look ahead in.
        if at > Time::MIN {
            self.wind_duty(at, out);
            self.wind_plans(at);
        }
        self.follow(at, out);
        self.flush(at, out);
        self.state.situations.resuming = false;
    }

    /// Lets everything happen that is due at or before `until`, by (deadline, kind).
    pub fn fire(&mut self, until: Time, out: &mut Effects) {
        while let Some((at, due)) = self.state.timers.pop(until) {
            self.state.last_at = self.state.last_at.max(Some(at));
            match due {
                Due::Level { watch, .. } => self.expire_level(watch, at, out),
                Due::Freshness { series } => self.judge_freshness(series, at, out),
                Due::Lease { watch } => self.lapse(watch, at, out),
                Due::Task { command, place } => self.close_window(&command, place, at, out),
                Due::Command { command } => self.end_phase(&command, at, out),
                Due::Silence { watch } => self.judge_silence(watch, at, out),
                Due::Rest { watch } => self.end_rest(watch, at, out),
                Due::Situation { situation } => self.tell_situation(situation, at),
                Due::Suppression { suppression } => self.review_suppression(&suppression, at, out),
                Due::Calm { watch } => self.judge_calm(watch, at, out),
                Due::Decision { situation } => self.miss_decision(situation, at, out),
                Due::Report { incident, clock } => self.miss_report(&incident, &clock, at, out),
                Due::Load => self.judge_load(at, out),
                Due::Weather { warning } => self.end_weather(&warning, at, out),
                Due::Duty { post } => self.judge_duty(&post, at, out),
                Due::Run { run } => self.step_run(&run, at, out),
                Due::Contact { person, channel } => {
                    self.release_contact(&person, channel, at, out);
                }
                Due::Reach { township, channel } => self.judge_reach(&township, channel, at, out),
                Due::Plan { plan } => self.begin_planned(&plan, at, out),
            }
            // What falls due at one instant is one change to those who combine it, and one notice.
            if self.state.timers.next() != Some(at) {
                self.follow(at, out);
                let resuming = self.state.situations.resuming;
                if !resuming && self.state.timers.next() != Some(at) {
                    self.flush(at, out);
                }
            }
        }
    }

    /// When the engine next wants to be woken, if ever.
    pub fn next_deadline(&self) -> Option<Time> {
        self.state.timers.next()
    }

    /// The first answer to an op, if it is remembered.
    pub fn answer(&self, op: &OpId) -> Option<&Answer> {
        self.state.answers.get(op).map(|(_, answer)| answer)
    }

    fn act(&mut self, act: &Act, at: Time, out: &mut Effects) {
        if let Some((_, first)) = self.state.answers.get(&act.op) {
            out.push(Effect::Answer(first.clone()));
            return;
        }
        let answer = match self.honour(act, at, out) {
            Ok(()) => Answer::Done,
            Err(why) => Answer::Refused { why },
        };
        self.sweep(at);
        // Places come by the million and change nothing when they come again.
        if !matches!(act.action, Action::ReportPlace { .. }) {
            let given = (at, answer.clone());
            self.state.answers.insert(act.op.clone(), given);
        }
        out.push(Effect::Answer(answer));
    }

    /// Forgets what is old, once a day: answers after 90 days, save those of open commands; replies and commands
    /// as their own rules say.
    fn sweep(&mut self, at: Time) {
        if at.day() == self.state.swept_day {
            return;
        }
        self.state.swept_day = at.day();
        let bound = at.plus_ms(-REMEMBER_OP_MS);
        let commands = self.state.commands.values();
        let open: BTreeSet<OpId> = commands
            .filter(|c| c.is_open())
            .flat_map(Command::ops)
            .collect();
        self.state
            .answers
            .retain(|op, (given, _)| *given >= bound || open.contains(op));
        self.forget_old_replies(at);
        self.forget_settled_commands(at);
    }

    /// Begins or ends a notice about the system itself.
    pub(crate) fn notice(
        &mut self,
        kind: SystemKind,
        subject: &str,
        on: bool,
        at: Time,
        out: &mut Effects,
    ) {
        let key = (kind, subject.to_owned());
        let changed = if on {
            !self.state.notices.contains_key(&key)
        } else {
            self.state.notice_levels.remove(&key);
            self.state.owners.remove(&key);
            self.state.notices.remove(&key).is_some()
        };
        if changed {
            out.push(Effect::System {
                kind,
                subject: subject.to_owned(),
                on,
                at,
                level: None,
                owner: None,
            });
            if on {
                self.state.notices.insert(key, at);
            }
        }
    }

    /// Tells a notice that lasts as it is now.
    pub(crate) fn tell_notice(&self, kind: SystemKind, subject: &str, at: Time, out: &mut Effects) {
        let key = (kind, subject.to_owned());
        out.push(Effect::System {
            kind,
            subject: subject.to_owned(),
            on: true,
            at,
            level: self.state.notice_levels.get(&key).copied(),
            owner: self.state.owners.get(&key).cloned(),
        });
    }

    /// Begins a notice that has a level, tells that its level is another one, or ends it.
    pub(crate) fn notice_at(
        &mut self,
        kind: SystemKind,
        subject: &str,
        level: Option<Level>,
        at: Time,
        out: &mut Effects,
    ) {
        let Some(level) = level else {
            self.notice(kind, subject, false, at, out);
            return;
        };
        let key = (kind, subject.to_owned());
        if self.state.notice_levels.insert(key.clone(), level) == Some(level) {
            return;
        }
        self.state.notices.entry(key).or_insert(at);
        self.tell_notice(kind, subject, at, out);
    }
}

/// Stored as one block of MessagePack, whatever format is around it: the state has maps and tagged
/// parts that a format without names could not give back.
impl Serialize for Engine {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let bytes = rmp_serde::to_vec_named(&(&*self.config, &self.state))
            .map_err(serde::ser::Error::custom)?;
        serde_bytes::serialize(&bytes, out)
    }
}

impl<'de> Deserialize<'de> for Engine {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Engine, D::Error> {
        let bytes: Vec<u8> = serde_bytes::deserialize(input)?;
        let (config, mut state): (Config, State) =
            rmp_serde::from_slice(&bytes).map_err(serde::de::Error::custom)?;
        if let Some(flaw) = config.flaw() {
            return Err(serde::de::Error::custom(flaw));
        }
        let index = Arc::new(Index::of(&config));
        for (slot, series) in state.series.iter_mut().enumerate() {
            let checked = !config.series[slot].checks.is_empty();
            series.equip(index.reach[slot], checked);
            // Older engines summed over other windows.
            if !series.sums_over(&index.windows[slot]) {
                series.rewindow(&index.windows[slot]);
            }
        }
        Ok(Engine {
            config: Arc::new(config),
            index,
            state,
        })
    }
}
