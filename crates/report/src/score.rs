//! How a drill went: what each inject was to lead to, what happened, and when. Read from the same rows as
//! a report, so that a drill is measured by the clocks of real nights.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::config::{Config, Text};
use model::drill::{
    About as Where, Asked, By, Drill, Expect, Inject, MARK_EN, MARK_ZH, PostTally, Score,
    ScoreLine, Verdict,
};
use model::task::FactKind;
use model::view::RunLine;
use model::{PostId, SituationId, Time};

use crate::course::{Deed, What};
use crate::facts::{About, AlarmRow, CommandRow, FactRow, Report, Step, TaskRow};
use crate::language::Language;

/// The table as of `through`; none where it is not about a drill.
pub fn score(report: &Report, config: &Config, through: Time) -> Option<Score> {
    let drill = config.drill.as_deref()?;
    let sight = Sight {
        report,
        config,
        drill,
        through,
    };
    let lines: Vec<ScoreLine> = drill
        .injects
        .iter()
        .filter_map(|inject| Some((inject, inject.expect.as_ref()?)))
        .flat_map(|(inject, expect)| sight.lines(inject, expect))
        .collect();
    Some(Score {
        drill: drill.id.clone(),
        title: drill.title.clone(),
        start: drill.start,
        end: drill.end(),
        through,
        over: through >= drill.end(),
        posts: tallies(&lines, config),
        lines,
    })
}

/// What a drill is looked at with.
struct Sight<'s> {
    report: &'s Report,
    config: &'s Config,
    drill: &'s Drill,
    through: Time,
}

/// What came of an inject.
struct Came<'s> {
    alarms: Vec<&'s AlarmRow>,
    situations: Vec<SituationId>,
    commands: Vec<&'s CommandRow>,
    /// When the first of it stood, and no earlier than the inject.
    began: Option<Time>,
}

impl Sight<'_> {
    fn lines(&self, inject: &Inject, expect: &Expect) -> Vec<ScoreLine> {
        let given = self.drill.when(inject);
        if given > self.through {
            return Vec::new();
        }
        let came = self.came(given, expect);
        let clocks = [
            (Asked::Acknowledged, expect.acknowledged_ms),
            (Asked::Commanded, expect.commanded_ms),
            (Asked::OnScene, expect.on_scene_ms),
            (Asked::Proven, expect.proven_ms),
        ];
        let clocks = clocks.into_iter().filter_map(|(asked, within)| {
            let within = within?;
            let due = came.began.map(|began| began.plus_ms(within));
            let met = came.began.and_then(|began| self.met(asked, &came, began));
            let met = met.filter(|met| met.at <= self.through);
            let verdict = match (&met, due) {
                (Some(met), Some(due)) if met.at <= due => Verdict::Kept,
                (Some(_), _) => Verdict::Missed,
                (None, Some(due)) if due <= self.through => Verdict::Missed,
                (None, None) if self.through >= self.drill.end() => Verdict::Void,
                (None, _) => Verdict::Running,
            };
            Some((asked, Some(within), due, met, verdict))
        });
        let escalated = expect.escalated_to_nobody.then(|| {
            let met = came.began.and_then(|began| self.escalated(&came, began));
            let over = self.through >= self.drill.end();
            let verdict = match (&met, came.began, over) {
                (Some(_), ..) => Verdict::Missed,
                (None, _, false) => Verdict::Running,
                (None, Some(_), true) => Verdict::Kept,
                (None, None, true) => Verdict::Void,
            };
            (Asked::EscalatedToNobody, None, None, met, verdict)
        });
        let line = |(asked, within_ms, due, met, verdict)| ScoreLine {
            inject: inject.id.clone(),
            title: inject.title.clone(),
            given,
            post: expect.post.clone(),
            asked,
            began: came.began,
            within_ms,
            due,
            met,
            verdict,
        };
        clocks.chain(escalated).map(line).collect()
    }

    /// The alarms, situations and commands that an inject led to.
    fn came(&self, given: Time, expect: &Expect) -> Came<'_> {
        let mut came = Came {
            alarms: Vec::new(),
            situations: Vec::new(),
            commands: Vec::new(),
            began: None,
        };
        let first = match &expect.about {
            Where::Station { station, from_ms } => {
                let from = self.drill.start.plus_ms(*from_ms);
                let ours = |row: &&AlarmRow| {
                    row.station == *station && (from..=self.through).contains(&row.raised.at)
                };
                came.alarms = self.report.alarms.iter().filter(ours).collect();
                came.situations = came.alarms.iter().filter_map(|a| a.situation).collect();
                came.alarms.iter().map(|row| row.raised.at).min()
            }
            Where::Report { inject } => {
                let id = self.drill.situation(inject, &self.config.code);
                came.situations.extend(id);
                let mut rows = self.report.situations.iter();
                let row = rows.find(|row| Some(row.id) == id);
                row.map(|row| row.opened)
            }
        };
        came.situations.sort_unstable();
        came.situations.dedup();
        came.began = first.map(|first| first.max(given));
        let ours = |row: &&CommandRow| row.situation.is_some_and(|s| came.situations.contains(&s));
        came.commands = self.report.commands.iter().filter(ours).collect();
        came
    }

    fn met(&self, asked: Asked, came: &Came<'_>, began: Time) -> Option<By> {
        match asked {
            Asked::Acknowledged => self.acknowledged(came, began),
            Asked::Commanded => {
                let rows = came.commands.iter().filter(|row| row.issued.at >= began);
                rows.map(|row| By {
                    at: row.issued.at,
                    by: Some(row.by.clone()),
                })
                .min_by_key(|by| by.at)
            }
            Asked::OnScene => {
                let tasks = came.commands.iter().flat_map(|row| &row.tasks);
                let facts = tasks.filter_map(on_scene);
                facts
                    .map(by)
                    .filter(|by| by.at >= began)
                    .min_by_key(|by| by.at)
            }
            Asked::Proven => {
                let tasks = came.commands.iter().flat_map(|row| &row.tasks);
                let owed: Vec<&TaskRow> = tasks.filter(|task| !is_ended(task)).collect();
                let proven: Option<Vec<By>> = owed
                    .iter()
                    .map(|task| task.reached(Step::Verified).map(by))
                    .collect();
                proven?.into_iter().max_by_key(|by| by.at)
            }
            Asked::EscalatedToNobody => None,
        }
    }

    /// The first press by which an officer took note of it; a command is one too.
    fn acknowledged(&self, came: &Came<'_>, began: Time) -> Option<By> {
        let alarms = came.alarms.iter().filter_map(|row| row.acked.as_ref());
        let alarms = alarms.map(|acked| By {
            at: acked.moment.at,
            by: Some(acked.by.clone()),
        });
        let presses = self.report.course.iter().filter_map(|event| {
            let pressed = matches!(
                event.what,
                What::Press {
                    deed: Deed::Acknowledge | Deed::Command
                }
            );
            let About::Situation { id, .. } = &event.about else {
                return None;
            };
            (pressed && came.situations.contains(id)).then(|| By {
                at: event.moment.at,
                by: event.by.clone(),
            })
        });
        let commands = came.commands.iter().map(|row| By {
            at: row.issued.at,
            by: Some(row.by.clone()),
        });
        let all = alarms.chain(presses).chain(commands);
        all.filter(|by| by.at >= began).min_by_key(|by| by.at)
    }

    /// The first call beyond the first step.
    fn escalated(&self, came: &Came<'_>, began: Time) -> Option<By> {
        let ours = self.report.calls.iter().filter(|run| {
            let situation = run.situation.as_ref();
            situation.is_some_and(|situation| came.situations.contains(situation))
        });
        let beyond = ours.flat_map(|run| &run.steps).filter(|step| {
            let called = match step.line {
                RunLine::Step { step, called, .. } => step > 1 && called > 0,
                RunLine::Began { .. }
                | RunLine::Empty { .. }
                | RunLine::Refused { .. }
                | RunLine::Recovered { .. }
                | RunLine::ClockMissed { .. }
                | RunLine::Widened { .. }
                | RunLine::Satisfied
                | RunLine::Exhausted { .. }
                | RunLine::Cancelled { .. }
                | RunLine::Answered { .. } => false,
            };
            called && (began..=self.through).contains(&step.moment.at)
        });
        let first = beyond.map(|step| step.moment).min()?;
        Some(By {
            at: first.at,
            by: None,
        })
    }
}

/// Who is on the scene says so; whoever is done was there.
fn on_scene(task: &TaskRow) -> Option<&FactRow> {
    task.reached(Step::OnScene)
}

fn by(fact: &FactRow) -> By {
    By {
        at: fact.moment.at,
        by: fact.by.clone(),
    }
}

/// Nothing more is owed of a task that the desk took back or gave to somebody else.
fn is_ended(task: &TaskRow) -> bool {
    task.facts.iter().any(|fact| {
        matches!(
            fact.kind,
            FactKind::Cancelled | FactKind::Superseded | FactKind::Reassigned
        )
    })
}

fn tallies(lines: &[ScoreLine], config: &Config) -> Vec<PostTally> {
    let mut posts: BTreeMap<&PostId, PostTally> = BTreeMap::new();
    for line in lines {
        let mut known = config.organisation.posts.iter();
        let known = known.find(|post| post.id == line.post);
        let title = known.map_or_else(|| Text::same(line.post.as_str()), |p| p.title.clone());
        let tally = posts.entry(&line.post).or_insert_with(|| PostTally {
            post: line.post.clone(),
            title,
            kept: 0,
            missed: 0,
            running: 0,
            void: 0,
        });
        match line.verdict {
            Verdict::Kept => tally.kept += 1,
            Verdict::Missed => tally.missed += 1,
            Verdict::Running => tally.running += 1,
            Verdict::Void => tally.void += 1,
        }
    }
    posts.into_values().collect()
}

/// The table in words, a line each; times are hours, minutes and seconds after the start.
pub fn score_text(score: &Score, l: Language) -> String {
    let mut out = String::new();
    let mark = l.of(MARK_ZH, MARK_EN);
    let state = match score.over {
        true => l.of("已结束", "over"),
        false => l.of("进行中", "under way"),
    };
    // Writing to a string cannot fail.
    let _written = writeln!(out, "{mark}{} · {state}", l.say(&score.title));
    for line in &score.lines {
        let met = line.met.as_ref().map_or_else(
            || l.of("没有", "nothing").to_owned(),
            |met| {
                let by = met.by.as_ref().map_or("", |by| by.as_str());
                format!("{} {by}", after(score, met.at))
                    .trim_end()
                    .to_owned()
            },
        );
        let due = line
            .due
            .map_or_else(|| "-".to_owned(), |due| after(score, due));
        let _written = writeln!(
            out,
            "{:<8} {} {} | {} | {} {} | {}",
            word(line.verdict, l),
            after(score, line.given),
            l.say(&line.title),
            line.post.as_str(),
            asked(line.asked, l),
            due,
            met,
        );
    }
    for post in &score.posts {
        let _written = writeln!(
            out,
            "{}: {} {}, {} {}, {} {}",
            l.say(&post.title),
            l.of("做到", "kept"),
            post.kept,
            l.of("没做到", "missed"),
            post.missed,
            l.of("未到时限或无从谈起", "open"),
            post.running + post.void,
        );
    }
    out
}

fn after(score: &Score, at: Time) -> String {
    let seconds = at.since_ms(score.start).max(0) / 1000;
    let (hours, rest) = (seconds / 3600, seconds % 3600);
    format!("{hours}:{:02}:{:02}", rest / 60, rest % 60)
}

fn word(verdict: Verdict, l: Language) -> &'static str {
    match verdict {
        Verdict::Kept => l.of("做到", "kept"),
        Verdict::Missed => l.of("没做到", "MISSED"),
        Verdict::Running => l.of("在走", "running"),
        Verdict::Void => l.of("未发生", "void"),
    }
}

fn asked(asked: Asked, l: Language) -> &'static str {
    match asked {
        Asked::Acknowledged => l.of("确认", "acknowledged by"),
        Asked::Commanded => l.of("下令", "commanded by"),
        Asked::OnScene => l.of("到场", "on scene by"),
        Asked::Proven => l.of("办结核实", "proven by"),
        Asked::EscalatedToNobody => l.of("不惊动上级", "escalated to nobody"),
    }
}
