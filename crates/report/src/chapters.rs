//! The chapters of a report about what happened: curves, maps, the course, what commands came to.

use std::collections::BTreeSet;

use model::report::ReportSection;
use model::task::FactKind;

use crate::compose::Composer;
use crate::course::{Event, What};
use crate::curve::{Curve, InForce};
use crate::document::{Block, Cell, Span};
use crate::facts::{AlarmRow, CommandRow, Step, TaskRow};
use crate::language::Language;
use crate::local::span;
use crate::words;

/// Rows of one table on paper; all rows stand in the files.
pub(crate) const MOST_ROWS: usize = 80;
const MOST_COURSE: usize = 240;

impl Composer<'_> {
    pub(crate) fn curves(&mut self) {
        if self.report.curves.is_empty() {
            return;
        }
        self.heading("水雨情过程", "Hydrographs");
        let (from, to) = (self.report.of.from, self.report.of.to);
        let report = self.report;
        self.chosen();
        for curve in &report.curves {
            let l = self.l;
            let (name, title) = (l.say(&curve.name), l.say(&curve.title));
            let head = format!("{name} · {title} {}", curve.unit);
            let Some(picture) = curve.picture(from, to, self.setting.local, head.clone()) else {
                continue;
            };
            let (first, last) = (curve.points.first(), curve.points.last());
            let count = curve.points.len();
            let mut caption = vec![Span::Strong(head)];
            caption.push(Span::Faint(match l {
                Language::Chinese => format!("，{count} 个读数，条目 "),
                Language::English => format!(", {count} readings, entries "),
            }));
            let ends = first.into_iter().chain(last.filter(|_| count > 1));
            for (n, point) in ends.enumerate() {
                if n > 0 {
                    caption.push(Span::text(" – "));
                }
                caption.push(Span::Entry(point.entry));
            }
            let lines = curve.thresholds.iter().map(|held| {
                let line = &held.line;
                let level = words::level(line.level.digit(), l);
                let time = self.in_force(held);
                format!("{level} {} {}{time}", line.raise, l.say(&line.title))
            });
            let lines: Vec<String> = lines.collect();
            if !lines.is_empty() {
                caption.push(Span::Faint(format!(" · {}", lines.join(" · "))));
            }
            if curve.changes.iter().any(|turn| turn.forecast) {
                let hollow = l.of(" · 空心标记为预报", " · hollow marks: forecast");
                caption.push(Span::Faint(hollow.to_owned()));
            }
            if !report.alarms.iter().any(|row| is_of(row, curve)) {
                let beside = l.of(
                    " · 自身没有报警，是上列站点的上下游",
                    " · no alarm of its own: up- or downstream of one above",
                );
                caption.push(Span::Faint(beside.to_owned()));
            }
            self.blocks.push(Block::Figure { picture, caption });
        }
    }

    /// Which series are drawn, where these are not all with an alarm.
    fn chosen(&mut self) {
        let report = self.report;
        let named = report.alarms.iter().filter(|row| !row.quantity.is_empty());
        let names: BTreeSet<_> = named.map(|row| (&row.station, &row.quantity)).collect();
        let drawn = report.curves.iter();
        let own = drawn.filter(|curve| report.alarms.iter().any(|row| is_of(row, curve)));
        let (all, own, shown) = (names.len(), own.count(), report.curves.len());
        if own == all {
            return;
        }
        let words = match self.l {
            Language::Chinese => format!(
                "报警涉及 {all} 个测点序列，这里画 {shown} 个：先是水位等，级别高、报警早的在前；再是它们的上下游；然后是雨量。其余的见报警表，读数都在日志里。"
            ),
            Language::English => format!(
                "{all} series raised alarms; {shown} curves stand here: levels first, those whose alarms stood highest and earliest, then their neighbours up- and downstream, then rain. The others are in the table of alarms, their readings in the journal."
            ),
        };
        self.paragraph(vec![Span::Faint(words)]);
    }

    /// In which part of the interval a line was in force, where that is not all of it.
    fn in_force(&self, held: &InForce) -> String {
        let stamp = |at| self.setting.local.stamp(at);
        match (held.since.map(stamp), held.until.map(stamp), self.l) {
            (None, None, _) => String::new(),
            (Some(since), Some(until), Language::Chinese) => format!("（{since} 至 {until}）"),
            (Some(since), Some(until), Language::English) => format!(" ({since} to {until})"),
            (Some(since), None, Language::Chinese) => format!("（{since} 起）"),
            (Some(since), None, Language::English) => format!(" (from {since})"),
            (None, Some(until), Language::Chinese) => format!("（至 {until}）"),
            (None, Some(until), Language::English) => format!(" (until {until})"),
        }
    }

    pub(crate) fn maps(&mut self) {
        if self.report.maps.is_empty() {
            return;
        }
        self.heading("当时的态势图", "The map as it was known then");
        let report = self.report;
        for moment in &report.maps {
            let l = self.l;
            let at = self.setting.local.stamp(moment.at);
            let head = format!("{} · {at}", words::why(moment.why, l));
            let Some(picture) = moment.picture(self.setting.ground, l, head.clone()) else {
                continue;
            };
            let [blue, yellow, orange, red] = moment.by_level;
            let counts = match l {
                Language::Chinese => format!(
                    "：在警红 {red}、橙 {orange}、黄 {yellow}、蓝 {blue}，未确认 {}，空心为失联。截至条目 ",
                    moment.unacked
                ),
                Language::English => format!(
                    ": standing {red} red, {orange} orange, {yellow} yellow, {blue} blue, {} not acknowledged; hollow: sight lost. As of entry ",
                    moment.unacked
                ),
            };
            let caption = vec![
                Span::Strong(head),
                Span::Text(counts),
                Span::Entry(moment.entry),
            ];
            self.blocks.push(Block::Figure { picture, caption });
            let numbered = moment.numbered(self.setting.ground);
            if numbered.len() < moment.marks.len() {
                let (some, all) = (numbered.len(), moment.marks.len());
                let words = match l {
                    Language::Chinese => {
                        format!(
                            "下表列出图上编号的 {some} 处；在警站点共 {all} 处，见 GeoJSON 和报警表。"
                        )
                    }
                    Language::English => format!(
                        "The {some} stations numbered on the map follow; all {all} are in the GeoJSON and the table of alarms."
                    ),
                };
                self.paragraph(vec![Span::Faint(words)]);
            }
            let rows = numbered.into_iter().enumerate().map(|(n, mark)| {
                let value = mark.value.as_ref();
                let value = value.map_or("—".to_owned(), |v| format!("{v} {}", mark.unit));
                let level = words::level(mark.level, l).to_owned();
                vec![
                    vec![Span::Text((n + 1).to_string())],
                    vec![Span::Level(mark.level, level)],
                    vec![Span::text(l.say(&mark.name))],
                    vec![Span::Text(value)],
                    vec![Span::text(match (mark.sight_lost, mark.acked) {
                        (true, _) => l.of("失联", "sight lost"),
                        (false, true) => l.of("已确认", "acknowledged"),
                        (false, false) => l.of("未确认", "not acknowledged"),
                    })],
                ]
            });
            let rows = rows.collect();
            self.table(
                &[
                    ("图号", "No."),
                    ("级别", "Level"),
                    ("站点", "Station"),
                    ("触发值", "Value"),
                    ("状态", "State"),
                ],
                rows,
            );
        }
    }

    pub(crate) fn course(&mut self) {
        self.section(ReportSection::Course);
        self.by_hand(ReportSection::Course);
        self.situations();
        self.alarms();
        let weighty: Vec<&Event> = self
            .report
            .course
            .iter()
            .filter(|e| is_weighty(e))
            .collect();
        let rows = weighty.iter().take(MOST_COURSE).map(|event| {
            let by = event.by.as_ref().map(|by| Span::Text(self.person(by)));
            let mut what = self.what(event);
            if let Some(note) = &event.note {
                what.push(Span::Faint(format!(
                    "{}{}",
                    colon(self.l),
                    self.words_of(note)
                )));
            }
            vec![
                self.moment(event.moment),
                by.into_iter().collect(),
                what,
                self.about(&event.about),
            ]
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            self.lesser("逐条", "Line by line");
        }
        let left = self.report.course.len() - rows.len();
        self.table(
            &[
                ("时间和条目", "When, entry"),
                ("谁", "Who"),
                ("事", "What"),
                ("对象", "About"),
            ],
            rows,
        );
        self.left_out(left);
    }

    fn situations(&mut self) {
        let l = self.l;
        let all = self.report.situations.len();
        let rows = self.report.situations.iter().take(MOST_ROWS).map(|row| {
            let told: Vec<u64> = row.told.iter().filter_map(|t| t.moment.entry).collect();
            let level = words::level(row.worst, l).to_owned();
            let name = format!("{} {}", l.say(&row.area), words::hazard(&row.hazard, l));
            let title = |zh, en| format!("{name} · {}", l.of(zh, en));
            let alarms = self.report.alarms.iter();
            let alarms = alarms.filter(|alarm| alarm.situation == Some(row.id));
            let raised: Vec<u64> = alarms.filter_map(|alarm| alarm.raised.entry).collect();
            let count = row.alarms as usize;
            vec![
                vec![Span::Level(row.worst, level)],
                vec![Span::Text(name.clone())],
                vec![Span::Text(self.setting.local.stamp(row.opened))],
                vec![self.number(count, &title("报警", "alarms"), &raised)],
                vec![Span::Text(row.people.to_string())],
                self.entries(&title("告知", "told"), &told),
            ]
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            self.lesser("态势", "Situations");
        }
        self.table(
            &[
                ("最高", "Worst"),
                ("态势", "Situation"),
                ("起", "Since"),
                ("报警", "Alarms"),
                ("受威胁人数", "People at risk"),
                ("告知", "Told"),
            ],
            rows,
        );
        self.left_out(all.saturating_sub(MOST_ROWS));
    }

    fn alarms(&mut self) {
        let l = self.l;
        let mut alarms: Vec<_> = self.report.alarms.iter().collect();
        alarms.sort_by_key(|row| (std::cmp::Reverse(row.worst), row.raised));
        let all = alarms.len();
        let rows = alarms.into_iter().take(MOST_ROWS).map(|row| {
            let acked = row.acked.as_ref().map(|ack| {
                let mut cell = self.moment(ack.moment);
                let waited = ack.moment.at.since_ms(row.raised.at);
                cell.push(Span::Faint(format!(" +{}", span(waited.max(0)))));
                cell
            });
            let none = || vec![Span::Faint(l.of("没有", "none").to_owned())];
            let peak = row.peak.as_ref().filter(|peak| !peak.is_empty());
            let peak = peak.map_or("—".to_owned(), |peak| format!("{peak} {}", row.unit));
            vec![
                vec![Span::Level(
                    row.worst,
                    words::level(row.worst, l).to_owned(),
                )],
                vec![Span::Text(format!(
                    "{} {}",
                    l.say(&row.name),
                    l.say(&row.title)
                ))],
                self.moment(row.raised),
                vec![Span::Text(peak.trim_end().to_owned())],
                acked.unwrap_or_else(none),
                row.returned.map_or_else(none, |moment| self.moment(moment)),
            ]
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            self.lesser("报警", "Alarms");
        }
        self.table(
            &[
                ("最高", "Worst"),
                ("站点和规则", "Station, rule"),
                ("报警", "Raised"),
                ("峰值", "Peak"),
                ("确认", "Acknowledged"),
                ("恢复", "Returned"),
            ],
            rows,
        );
        self.left_out(all.saturating_sub(MOST_ROWS));
    }

    fn what(&self, event: &Event) -> Cell {
        let l = self.l;
        let level = |level: u8| words::level(level, l).to_owned();
        match event.what {
            What::Level { prev, level: now } if now > prev => {
                vec![
                    Span::text(l.of("升到 ", "Rose to ")),
                    Span::Level(now, level(now)),
                ]
            }
            What::Level { level: 0, .. } => vec![Span::text(l.of("恢复", "Returned"))],
            What::Level { level: now, .. } => {
                vec![
                    Span::text(l.of("降到 ", "Fell to ")),
                    Span::Level(now, level(now)),
                ]
            }
            What::Told {
                level: now, reason, ..
            } => vec![
                Span::text(l.of("告知 ", "Told ")),
                Span::Level(now.digit(), level(now.digit())),
                Span::Faint(format!(" · {}", words::reason(reason, l))),
            ],
            What::Fact { kind, means } => vec![
                Span::Text(words::fact(kind, l)),
                Span::Faint(format!(" · {}", words::means(means, l))),
            ],
            What::Press { deed } => vec![Span::Strong(words::deed(deed, l))],
            What::Notice { kind, on: true } => vec![Span::text(words::notice(kind, l))],
            What::Notice { kind, on: false } => vec![Span::Text(format!(
                "{} {}",
                words::notice(kind, l),
                l.of("结束", "ended")
            ))],
            What::LateEvidence { prev, level: now } => vec![
                Span::text(l.of(
                    "迟到的数据：当时应为 ",
                    "Late evidence: it would have been ",
                )),
                Span::Level(now, level(now)),
                Span::Faint(format!(" ({})", level(prev))),
            ],
            What::Rules => vec![Span::text(l.of("换用新规则", "Other rules in force"))],
        }
    }

    pub(crate) fn response(&mut self) {
        self.section(ReportSection::Response);
        self.by_hand(ReportSection::Response);
        if self.report.commands.is_empty() {
            self.nothing("没有下达指令。", "No command was issued.");
        }
        let report = self.report;
        for command in &report.commands {
            self.command(command);
        }
        self.calls();
    }

    fn command(&mut self, command: &CommandRow) {
        let l = self.l;
        self.blocks
            .push(Block::Lesser(l.say(&command.title).to_owned()));
        let level = words::level(command.level.digit(), l).to_owned();
        let mut line = vec![Span::Level(command.level.digit(), level), Span::text(" ")];
        line.push(Span::Text(self.person(&command.by)));
        line.push(Span::text(" "));
        line.extend(self.moment(command.issued));
        let wording = self.words_of(&command.wording);
        line.push(Span::Text(format!("{}{wording}", colon(l))));
        self.paragraph(line);
        // Several of a night have the same name.
        let issued = self.setting.local.stamp(command.issued.at);
        let title = format!("{} {issued}", l.say(&command.title));
        let paces = self.report.paces.iter().filter(|p| p.command == command.id);
        let rows = paces.map(|pace| {
            vec![
                vec![Span::text(words::step(pace.step, l))],
                vec![Span::Strong(format!("{} / {}", pace.count, pace.of))],
                vec![Span::Text(span(pace.fastest_ms))],
                vec![Span::Text(span(pace.median_ms))],
                vec![Span::Text(span(pace.slowest_ms))],
                self.entries(
                    &format!("{title} · {}", words::step(pace.step, l)),
                    &pace.entries,
                ),
            ]
        });
        let rows = rows.collect();
        self.table(
            &[
                ("到哪一步", "Step"),
                ("人数", "People"),
                ("最快", "Fastest"),
                ("中位", "Median"),
                ("最慢", "Slowest"),
                ("日志条目", "Entries"),
            ],
            rows,
        );
        let tasks = command.tasks.iter().take(MOST_ROWS);
        let rows = tasks.map(|task| self.task(task)).collect();
        self.table(
            &[
                ("人", "Person"),
                ("送达", "Delivered"),
                ("应答", "Answered"),
                ("到场", "On scene"),
                ("报完成", "Done"),
                ("核实", "Verified"),
                ("最后", "Last"),
            ],
            rows,
        );
        self.left_out(command.tasks.len().saturating_sub(MOST_ROWS));
    }

    /// One person's way: how long after the issue each step came, with its entry.
    fn task(&self, task: &TaskRow) -> Vec<Cell> {
        let l = self.l;
        let issued = task.issued().map(|fact| fact.moment.at);
        let cell = |step: Step| -> Cell {
            let (Some(issued), Some(fact)) = (issued, task.reached(step)) else {
                return vec![Span::Faint("—".to_owned())];
            };
            let after = fact.moment.at.since_ms(issued).max(0);
            let mut cell = vec![Span::Text(format!("+{}", span(after)))];
            if let Some(entry) = fact.moment.entry {
                cell.push(Span::text(" "));
                cell.push(Span::Entry(entry));
            }
            if step == Step::Answered && fact.kind == FactKind::Declined {
                cell.push(Span::Faint(format!(" {}", words::fact(fact.kind, l))));
            }
            cell
        };
        vec![
            vec![Span::Text(self.person(&task.person))],
            cell(Step::Delivered),
            cell(Step::Answered),
            cell(Step::OnScene),
            cell(Step::Done),
            cell(Step::Verified),
            vec![Span::text(words::stage(task.stage, l))],
        ]
    }
}

/// What stands before somebody's words.
pub(crate) fn colon(l: Language) -> &'static str {
    l.of("：", ": ")
}

/// Whether an alarm is one of a curve's series.
fn is_of(row: &AlarmRow, curve: &Curve) -> bool {
    row.station == curve.station && row.quantity == curve.quantity
}

/// Whether a line of the course is told on paper: what was pressed, what rose high, who was told.
fn is_weighty(event: &Event) -> bool {
    match event.what {
        What::Press { .. } | What::Told { .. } | What::Rules | What::LateEvidence { .. } => true,
        What::Level { prev, level } => level > prev && level >= 3,
        What::Notice { on, .. } => on,
        What::Fact { kind, .. } => !matches!(
            kind,
            FactKind::Issued | FactKind::Delivered | FactKind::Seen | FactKind::Working { .. }
        ),
    }
}
