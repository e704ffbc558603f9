//! The chapter about calls: who was called about what, by which channel, and how fast each was reached.

use model::view::{RunLine, RunState};

use crate::attempts::AttemptRow;
use crate::calls::{CallRow, ReachPace};
use crate::chapters::MOST_ROWS;
use crate::compose::Composer;
use crate::document::{Block, Cell, Span};
use crate::facts::{Moment, Step};
use crate::language::Language;
use crate::local::span;
use crate::words;

/// Runs told one by one on paper; all of them stand in the files.
const MOST_RUNS: usize = 40;

impl Composer<'_> {
    /// Who was called, run by run, and what each channel brought.
    pub(crate) fn calls(&mut self) {
        let report = self.report;
        if !report.reach.is_empty() {
            self.lesser("叫应：全部呼叫合计", "Calls, all together");
            self.reach_paces(self.l.of("叫应", "Calls"), &report.reach);
        }
        for run in report.calls.iter().take(MOST_RUNS) {
            self.call(run);
        }
        self.left_out(report.calls.len().saturating_sub(MOST_RUNS));
        self.channels();
    }

    fn call(&mut self, run: &CallRow) {
        let l = self.l;
        let policy = l.say(&run.title);
        let policy = match policy {
            "" => run.policy.as_str(),
            policy => policy,
        };
        let name = match l {
            Language::Chinese => format!("叫应 · {policy}"),
            Language::English => format!("Calls · {policy}"),
        };
        self.blocks.push(Block::Lesser(name.clone()));
        let mut line = self.about(&run.about);
        line.push(Span::text(l.of("，", ", ")));
        line.extend(self.moment(run.began));
        line.push(Span::text(" → "));
        match run.ended {
            Some(ended) => line.extend(self.moment(ended)),
            None => line.push(Span::Faint(l.of("未结束", "not ended").to_owned())),
        }
        line.push(Span::text(" · "));
        let state = words::run_state(run.state, l);
        line.push(match run.state {
            RunState::Exhausted => Span::Strong(state.to_owned()),
            RunState::Running | RunState::Satisfied | RunState::Cancelled => Span::text(state),
        });
        self.paragraph(line);
        self.steps(run);
        let began = self.setting.local.stamp(run.began.at);
        self.reach_paces(&format!("{name} {began}"), &run.paces);
        let rows = run.people.iter().take(MOST_ROWS);
        let rows = rows.map(|call| self.attempt(call)).collect();
        self.table(
            &[
                ("人", "Person"),
                ("渠道", "Channel"),
                ("第几步", "Step"),
                ("呼叫", "Called"),
                ("送达", "Delivered"),
                ("看到、接听", "Seen"),
                ("应答", "Answered"),
            ],
            rows,
        );
        self.left_out(run.people.len().saturating_sub(MOST_ROWS));
    }

    fn steps(&mut self, run: &CallRow) {
        let l = self.l;
        let rows = run.steps.iter().take(MOST_ROWS).map(|step| {
            let said = words::run_line(&step.line, l);
            let mut what = vec![match step.line {
                RunLine::ClockMissed { .. } | RunLine::Empty { .. } | RunLine::Exhausted { .. } => {
                    Span::Strong(said)
                }
                RunLine::Began { .. }
                | RunLine::Step { .. }
                | RunLine::Refused { .. }
                | RunLine::Recovered { .. }
                | RunLine::Widened { .. }
                | RunLine::Satisfied
                | RunLine::Cancelled { .. }
                | RunLine::Answered { .. } => Span::Text(said),
            }];
            if let RunLine::Answered { person, by, .. } = &step.line {
                let (person, by) = (self.person(person), self.person(by));
                what.push(Span::Faint(format!(" · {person} ← {by}")));
            }
            let after = step.moment.at.since_ms(run.began.at).max(0);
            vec![
                self.moment(step.moment),
                vec![Span::Text(format!("+{}", span(after)))],
                what,
            ]
        });
        let rows = rows.collect();
        self.table(
            &[
                ("时间和条目", "When, entry"),
                ("开始后", "After"),
                ("事", "What"),
            ],
            rows,
        );
        self.left_out(run.steps.len().saturating_sub(MOST_ROWS));
    }

    fn reach_paces(&mut self, title: &str, paces: &[ReachPace]) {
        let l = self.l;
        let rows = paces.iter().map(|pace| {
            let step = words::called(pace.step, l);
            vec![
                vec![Span::text(step)],
                vec![Span::Strong(format!("{} / {}", pace.count, pace.of))],
                vec![Span::Text(span(pace.fastest_ms))],
                vec![Span::Text(span(pace.median_ms))],
                vec![Span::Text(span(pace.slowest_ms))],
                self.entries(&format!("{title} · {step}"), &pace.entries),
            ]
        });
        let rows = rows.collect();
        self.table(
            &[
                ("到哪一步", "Step"),
                ("人次", "People"),
                ("最快", "Fastest"),
                ("中位", "Median"),
                ("最慢", "Slowest"),
                ("日志条目", "Entries"),
            ],
            rows,
        );
    }

    /// One call: how long after it went out each step came, with its entry.
    fn attempt(&self, call: &AttemptRow) -> Vec<Cell> {
        let l = self.l;
        let none = || vec![Span::Faint("—".to_owned())];
        let after = |moment: Moment| match call.called {
            Some(called) => {
                let waited = moment.at.since_ms(called.at).max(0);
                let mut cell = vec![Span::Text(format!("+{}", span(waited)))];
                cell.extend(
                    moment
                        .entry
                        .into_iter()
                        .flat_map(|entry| [Span::text(" "), Span::Entry(entry)]),
                );
                cell
            }
            None => self.moment(moment),
        };
        let cell = |step: Step| call.reached(step).map_or_else(none, after);
        let called = match (call.called, &call.page) {
            (Some(called), _) => {
                let mut cell = self.moment(called);
                if call.bundled {
                    let with = l.of(" 与另一条合并", " with another");
                    cell.push(Span::Faint(with.to_owned()));
                }
                cell
            }
            (None, Some(_)) => vec![Span::Faint(l.of("未发出", "held back").to_owned())],
            (None, None) => vec![Span::Faint(l.of("尚未呼叫", "not called yet").to_owned())],
        };
        let mut answered = cell(Step::Answered);
        if let Some(answer) = &call.answered {
            if !answer.ack {
                answered.push(Span::Strong(l.of(" 拒绝", " no").to_owned()));
            }
            if let Some(by) = &answer.by {
                let (by, word) = (self.person(by), l.of("代记", "recorded by"));
                answered.push(Span::Faint(match l {
                    Language::Chinese => format!(" {by}{word}"),
                    Language::English => format!(" {word} {by}"),
                }));
            }
        }
        let mut delivered = cell(Step::Delivered);
        if let (None, Some(failed)) = (call.delivered, call.failed) {
            delivered = vec![Span::Strong(l.of("失败 ", "failed ").to_owned())];
            delivered.extend(after(failed));
        }
        let channel = call.channel.map(|channel| words::channel(channel, l));
        vec![
            vec![Span::Text(self.person(&call.person))],
            vec![Span::text(channel.unwrap_or("—"))],
            vec![Span::Text(step_of(call))],
            called,
            delivered,
            cell(Step::Seen),
            answered,
        ]
    }

    /// What each channel brought, every message once a column.
    fn channels(&mut self) {
        let l = self.l;
        let rows = self.report.channels.iter().map(|row| {
            let count = |zh: &str, en: &str, list: &[u64]| {
                let title = format!("{} · {}", words::channel(row.channel, l), l.of(zh, en));
                vec![self.number(list.len(), &title, list)]
            };
            vec![
                vec![Span::text(words::channel(row.channel, l))],
                count("发出", "sent", &row.pages),
                count("送达", "delivered", &row.delivered),
                count("看到、接听", "seen", &row.seen),
                count("应答", "answered", &row.answered),
                count("其中代记", "recorded by an officer", &row.on_word),
                count("失败", "failed", &row.failed),
            ]
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            self.lesser("通知渠道", "Channels");
        }
        self.table(
            &[
                ("渠道", "Channel"),
                ("发出", "Sent"),
                ("送达", "Delivered"),
                ("看到、接听", "Seen"),
                ("应答", "Answered"),
                ("其中代记", "On their word"),
                ("失败", "Failed"),
            ],
            rows,
        );
    }
}

/// Round and step; the first round goes without saying.
fn step_of(call: &AttemptRow) -> String {
    match call.round {
        0 => "—".to_owned(),
        1 => call.step.to_string(),
        round => format!("{round}·{}", call.step),
    }
}
