//! Stories: inputs with their times above a line, everything the engine decided below it.
#![allow(dead_code, unreachable_pub)]

pub mod book;
pub mod duty;
pub mod ground;
pub mod losses;
pub mod measures;
pub mod presses;
pub mod reports;
pub mod script;
pub mod shown;

use std::fmt::Write;
use std::sync::Arc;

use engine::{Admission, Candidate, Engine};
use model::command::Phase;
use model::incident::IncidentView;
use model::view::{AlarmView, CommandView, SituationView, TaskView};
use model::{Effect, Effects, Input, Page, Time};
use sha2::{Digest, Sha256};

/// Numbers that follow from a seed alone (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// The hash of what an engine has decided.
pub fn hash(engine: &Engine) -> String {
    let mut hash = Sha256::new();
    engine.canon(&mut hash);
    hex::encode(hash.finalize())
}

/// Midnight of the day every story plays on.
pub const DAY: &str = "2026-07-20T00:00:00Z";

/// Writes an instant as the story does: `10:05`, seconds only when there are any.
pub fn clock(time: Time) -> String {
    let ms = time.since_ms(DAY.parse().unwrap());
    let (h, m, s) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    if s == 0 {
        format!("{h:02}:{m:02}")
    } else {
        format!("{h:02}:{m:02}:{s:02}")
    }
}

/// Plays a story's script and gives the lines that belong below the line.
pub fn play(text: &str) -> String {
    let story = script::read(text);
    let mut stage = Stage {
        engine: Engine::new(Arc::new(story.config)),
        told: String::new(),
    };
    for line in &story.steps {
        // A process that is down wakes for nothing.
        if !matches!(line.step, script::Step::Restart) {
            stage.let_time_pass(line.at);
        }
        match &line.step {
            script::Step::Restart => stage.restart(line.at),
            script::Step::Tick => stage.apply(line.at, &Input::Ticked),
            script::Step::Resume => stage.apply(line.at, &Input::Resumed),
            script::Step::Read(candidate) => {
                let observed = if candidate.observed == Time::MIN {
                    line.at
                } else {
                    candidate.observed
                };
                stage.read(
                    line.at,
                    &Candidate {
                        observed,
                        ..*candidate
                    },
                );
            }
            script::Step::Rewrite(config) => {
                let config = stage.engine.keeping_open((**config).clone());
                stage.apply(line.at, &Input::Configured(Box::new(config.into())));
            }
            script::Step::Show(words) => stage.show(line.at, words),
            script::Step::Act(act) => stage.apply(line.at, &Input::Acted(act.clone())),
            script::Step::Paged(receipt) => {
                let page = receipt.page(&stage.engine);
                let (fact, reply) = (receipt.fact.clone(), receipt.reply.clone());
                stage.apply(line.at, &Input::Paged { page, fact, reply });
            }
        }
    }
    stage.told
}

struct Stage {
    engine: Engine,
    told: String,
}

impl Stage {
    /// Fires every deadline on the way at its own instant, as a live loop would wake for it.
    fn let_time_pass(&mut self, at: Time) {
        while let Some(due) = self.engine.next_deadline().filter(|due| *due < at) {
            self.apply(due, &Input::Ticked);
        }
    }

    /// Tells what a screen would know of an alarm's evidence or a series' doubts.
    fn show(&mut self, at: Time, words: &[String]) {
        let county = self.engine.county_view(at);
        if let Some(lines) = shown::show(&self.engine, at, words) {
            for line in lines {
                self.tell(at, &line);
            }
            return;
        }
        let line = match words {
            [what, alarm] if what == "evidence" => {
                let shown = county
                    .alarms
                    .iter()
                    .find(|a| format!("{}@{}", a.rule, a.station) == *alarm);
                let samples = shown.unwrap().evidence.iter().map(|e| {
                    let value = e.value.as_deref().unwrap_or("-");
                    let of = e.station.iter().chain(&e.quantity).cloned();
                    let when = [clock(e.time), value.to_owned(), e.quality.word().to_owned()];
                    of.chain(when).collect::<Vec<_>>().join(" ")
                });
                format!("evidence {}", samples.collect::<Vec<_>>().join(", "))
            }
            [what, command] if what == "count" => {
                let command = county.commands.iter().find(|c| c.id.as_str() == command);
                let rows = command.unwrap().count.iter().map(|row| {
                    format!(
                        "{} {} = {} + {} + {}, short {} and {} names",
                        row.village,
                        row.to_move,
                        row.moved,
                        row.refused,
                        row.unreachable,
                        row.people_short,
                        row.names_short
                    )
                });
                format!("count {}", rows.collect::<Vec<_>>().join("; "))
            }
            [station, quantity] => {
                let station = county.stations.iter().find(|s| s.id == *station).unwrap();
                let series = station.series.iter().find(|s| s.now.quantity == *quantity);
                let now = &series.unwrap().now;
                let value = now.value.as_deref().unwrap_or("-");
                format!("{} {quantity} {value} doubts {:?}", station.id, now.doubts)
            }
            other => panic!("show: {other:?}"),
        };
        self.tell(at, &line);
    }

    /// The state goes through its stored form, as after a kill.
    fn restart(&mut self, at: Time) {
        let bytes = rmp_serde::to_vec(&self.engine).unwrap();
        self.engine = rmp_serde::from_slice(&bytes).unwrap();
        self.tell(at, "restart");
        self.apply(at, &Input::Resumed);
    }

    fn read(&mut self, at: Time, candidate: &Candidate) {
        match self.engine.admit(candidate, at) {
            Admission::Accept(observed) => {
                if observed.too_late {
                    self.tell(at, "too late");
                } else if observed.late {
                    self.tell(at, "late");
                } else if observed.suspect {
                    self.tell(at, "clock suspect");
                }
                self.apply(at, &Input::Observed(observed));
            }
            refused @ (Admission::Duplicate | Admission::Conflict | Admission::Future) => {
                self.tell(at, &format!("{refused:?}").to_lowercase());
            }
        }
    }

    fn apply(&mut self, at: Time, input: &Input) {
        let mut out = Effects::default();
        self.engine.apply(at, input, &mut out);
        for effect in out.as_slice() {
            let line = self.line(effect);
            if let Some(line) = line {
                self.tell(at, &line);
            }
        }
    }

    fn tell(&mut self, at: Time, line: &str) {
        writeln!(self.told, "{} {line}", clock(at)).unwrap();
    }

    fn line(&self, effect: &Effect) -> Option<String> {
        let config = self.engine.config();
        Some(match effect {
            Effect::Series(_) => return None,
            Effect::Transition(t) => format!(
                "transition {}@{} {} -> {} of {}",
                config.rules[t.rule.index()].id,
                config.stations[t.subject.index()].id,
                t.prev,
                t.level,
                clock(t.time)
            ),
            Effect::Alarm(key) => alarm_line(&self.engine.alarm_view(*key)?),
            Effect::Incident(id) => incident_line(&self.engine.incident_view(id)?),
            Effect::Command { command } => command_line(&self.engine.command_view(command)?),
            Effect::Task { task, .. } => task_line(&self.engine.task_view(task)?),
            Effect::Deliver { task, to } => format!("deliver {task} to {to}"),
            Effect::System {
                kind,
                subject,
                on,
                level,
                owner,
                ..
            } => {
                let level = level.map_or(String::new(), |l| format!(" {l:?}"));
                let owner = owner
                    .as_ref()
                    .map_or(String::new(), |o| format!(", with {o}"));
                format!(
                    "notice {kind:?} {subject} {}{level}{owner}",
                    if *on { "begins" } else { "ends" }
                )
            }
            Effect::Situation(id) => situation_line(&self.engine.situation_view(*id)?),
            Effect::Annunciate {
                situation,
                level,
                reason,
                ..
            } => {
                let view = self.engine.situation_view(*situation)?;
                format!(
                    "annunciate {}/{} {level:?} {reason:?}",
                    view.hazard, view.area.code
                )
            }
            Effect::Suppression(id) => {
                let view = self.engine.suppression_view(id)?;
                let state = match (view.ended, view.waits_for_approval) {
                    (true, _) => "ended",
                    (false, true) => "waits",
                    (false, false) => "stands",
                };
                format!("suppression {id} {:?} {state}", view.kind)
            }
            Effect::LateEvidence(t) => format!(
                "late-evidence {}@{} {} -> {} of {}",
                config.rules[t.rule.index()].id,
                config.stations[t.subject.index()].id,
                t.prev,
                t.level,
                clock(t.time)
            ),
            Effect::Weather(id) => {
                let view = self.engine.weather_view(id)?;
                let state = if view.ended { "ended" } else { "stands" };
                format!(
                    "weather {id} {} {} {:?} until {} {state}",
                    view.kind,
                    view.area.code,
                    view.level,
                    clock(view.until)
                )
            }
            Effect::Event(id) => {
                let view = self.engine.event_view(id)?;
                let place = view.area.map_or(view.stations.join(","), |a| a.code);
                let until = view
                    .until
                    .map_or(String::new(), |t| format!("-{}", clock(t)));
                let truth = view.truth.map_or(String::new(), |t| format!(" {t:?}"));
                let state = if view.dropped { ", dropped" } else { "" };
                format!(
                    "event {} {place} {:?} of {}{until}{truth}{state}",
                    view.kind,
                    view.level,
                    clock(view.from)
                )
            }
            Effect::Page(page) => page_line(&self.engine, page),
            Effect::Run { run, line } => duty::run_line(&self.engine, run, line),
            Effect::PageKnown(page) => return duty::known_line(&self.engine, page),
            Effect::Duty(_) => return None,
            Effect::Answer(answer) => format!("answer {answer:?}"),
        })
    }
}

fn page_line(engine: &Engine, p: &Page) -> String {
    let level = p.level.map_or(String::new(), |l| format!(" {l:?}"));
    let also = p.also.iter().map(|about| duty::about(engine, about));
    let also: Vec<String> = also.collect();
    let mut line = format!(
        "page {} by {} about {}{level}",
        p.to,
        p.channel.word(),
        duty::about(engine, &p.about)
    );
    if !also.is_empty() {
        write!(line, " and {}", also.join(", ")).unwrap();
    }
    if p.repeat {
        line.push_str(", perhaps again");
    }
    line
}

fn alarm_line(a: &AlarmView) -> String {
    let mut line = format!("alarm {}@{} {:?} {}", a.rule, a.station, a.process, a.level);
    match &a.ack {
        Some(ack) => write!(line, " acked by {}", ack.by).unwrap(),
        None => line.push_str(" unacked"),
    }
    if let Some(until) = a.ack.as_ref().and_then(|ack| ack.lease_until) {
        write!(line, " until {}", clock(until)).unwrap();
    }
    let marks = [
        (a.sight_lost, "sight lost"),
        (a.latched, "latched"),
        (a.doubtful, "doubtful"),
        (!a.commands.is_empty(), "answered"),
        (a.occurrence > 1, "again"),
        (a.closed, "closed"),
        (a.forecast, "forecast"),
        (a.swings.is_some(), "unstable"),
    ];
    let quiet = a.quiet.iter().map(|q| format!("{:?}", q.kind));
    let quiet: Vec<String> = quiet.collect();
    if !quiet.is_empty() {
        write!(line, ", quiet: {}", quiet.join(" ")).unwrap();
    }
    if a.duplicate_of.is_some() {
        line.push_str(", duplicate");
    }
    for (_, word) in marks.iter().filter(|(on, _)| *on) {
        write!(line, ", {word}").unwrap();
    }
    line
}

fn situation_line(s: &SituationView) -> String {
    let mut line = format!(
        "situation {}/{} level {} members {} active {} unacked {}",
        s.hazard,
        s.area.code,
        s.level,
        s.members.len(),
        s.active,
        s.unacked
    );
    if s.people > 0 {
        write!(line, " people {}", s.people).unwrap();
    }
    if let Some(manual) = &s.manual {
        write!(line, ", by hand {:?}", manual.how).unwrap();
    }
    if let Some(due) = s.decide_by {
        write!(line, ", decide by {}", clock(due)).unwrap();
    }
    for decision in &s.decisions {
        match decision.response {
            Some(response) => write!(line, ", response {response} by {}", decision.by).unwrap(),
            None => write!(line, ", not to act by {}", decision.by).unwrap(),
        }
    }
    if s.merged_into.is_some() {
        line.push_str(", merged");
    }
    if s.closed {
        line.push_str(", closed");
    }
    line
}

fn incident_line(i: &IncidentView) -> String {
    let mut line = format!("incident {}", i.id);
    write!(
        line,
        " situations {} commands {}",
        i.situations.len(),
        i.commands.len()
    )
    .unwrap();
    for report in &i.reports {
        let state = match (report.sent.len(), report.overdue) {
            (0, _) if report.filed.is_some() => "filed".to_owned(),
            (0, false) => format!("due {}", clock(report.due)),
            (0, true) => "overdue".to_owned(),
            (n, _) => format!("sent {n}"),
        };
        write!(line, ", {} {state}", report.id).unwrap();
    }
    if !i.notes.is_empty() {
        write!(line, ", notes {}", i.notes.len()).unwrap();
    }
    if let Some(into) = &i.merged_into {
        write!(line, ", part of {into}").unwrap();
    }
    if let Some(closed) = &i.closed {
        write!(
            line,
            ", closed by {} with {} open",
            closed.by,
            closed.open.len()
        )
        .unwrap();
    }
    line.push_str(&losses::line(&i.losses));
    line
}

fn command_line(c: &CommandView) -> String {
    let mut line = format!("command {} ", c.id);
    match &c.phase {
        Phase::Prepared { until } => write!(line, "prepared until {}", clock(*until)).unwrap(),
        Phase::Waiting => line.push_str("waits for a second person"),
        Phase::Held { until } => write!(line, "held until {}", clock(*until)).unwrap(),
        Phase::Issued => line.push_str("issued"),
        Phase::Stopped { by: Some(by), .. } => write!(line, "stopped by {by}").unwrap(),
        Phase::Stopped { by: None, .. } => line.push_str("dropped"),
    }
    if !c.reach.is_empty() {
        write!(line, " for {}", c.reach.len()).unwrap();
    }
    if let Some(new) = &c.superseded_by {
        write!(line, ", superseded by {new}").unwrap();
    }
    line
}

fn task_line(t: &TaskView) -> String {
    let mut line = format!("task {} {:?}", t.id, t.stage);
    if let Some(percent) = t.percent {
        write!(line, " {percent} %").unwrap();
    }
    if t.conflict {
        line.push_str(", conflict");
    }
    if let Some(place) = &t.place {
        write!(line, ", placed {} by {}", clock(place.stood()), place.op).unwrap();
    }
    if t.needs_help {
        line.push_str(", needs help");
    }
    if t.crossed {
        line.push_str(", crossed");
    }
    if t.end_unseen {
        line.push_str(", end unseen");
    }
    if let Some(to) = &t.reassigned_to {
        write!(line, ", now {to}").unwrap();
    }
    for step in &t.overdue {
        write!(line, ", owes {step:?}").unwrap();
    }
    if let Some(next) = &t.next {
        write!(line, ", next {:?} at {}", next.step, clock(next.at)).unwrap();
    }
    line
}
