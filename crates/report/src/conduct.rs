//! The chapters of a report about conduct: clocks, decisions, reports upward, losses, the system itself.

use model::report::ReportSection;

use crate::chapters::{MOST_ROWS, colon};
use crate::clocks::{ClockOf, ClockRow, Verdict};
use crate::compose::Composer;
use crate::course::Deed;
use crate::document::{Block, Cell, Span};
use crate::facts::VillageRow;
use crate::finish::clock_entries;
use crate::language::Language;
use crate::local::span;
use crate::words;

impl Composer<'_> {
    pub(crate) fn clocks(&mut self) {
        self.heading("时限", "Clocks");
        let l = self.l;
        let of = |verdict: Verdict| {
            self.report
                .clocks
                .iter()
                .filter(move |c| c.verdict == verdict)
        };
        let counts = [
            Verdict::Kept,
            Verdict::Missed,
            Verdict::Running,
            Verdict::Void,
        ];
        let mut line = Vec::new();
        for verdict in counts {
            let name = words::verdict(verdict, l);
            let title = match l {
                Language::Chinese => format!("时限 · {name}"),
                Language::English => format!("Clocks · {name}"),
            };
            let mut sources: Vec<u64> = of(verdict).flat_map(clock_entries).collect();
            sources.sort_unstable();
            sources.dedup();
            let comma = if line.is_empty() {
                ""
            } else {
                l.of("，", ", ")
            };
            line.push(Span::Text(format!("{comma}{name} ")));
            line.push(self.number(of(verdict).count(), &title, &sources));
        }
        self.paragraph(line);
        // What was missed, and every clock that is not one task's, is told one by one.
        let told: Vec<&ClockRow> = self
            .report
            .clocks
            .iter()
            .filter(|c| c.verdict == Verdict::Missed || is_of_the_desk(c))
            .collect();
        let rows = told.iter().take(MOST_ROWS).map(|clock| {
            let met = match clock.met {
                Some(moment) => {
                    let mut cell = self.moment(moment);
                    let over = moment.at.since_ms(clock.due);
                    if over > 0 {
                        cell.push(Span::Strong(format!(" +{}", span(over))));
                    }
                    cell
                }
                None => vec![Span::Faint(l.of("没有", "never").to_owned())],
            };
            let verdict = words::verdict(clock.verdict, l);
            vec![
                vec![Span::text(words::clock(clock.clock, l))],
                self.about(&clock.about),
                self.moment(clock.began),
                vec![Span::Text(self.setting.local.stamp(clock.due))],
                met,
                vec![match clock.verdict {
                    Verdict::Missed => Span::Strong(verdict.to_owned()),
                    Verdict::Kept | Verdict::Running | Verdict::Void => Span::text(verdict),
                }],
            ]
        });
        let rows: Vec<_> = rows.collect();
        let left = told.len() - rows.len();
        self.table(
            &[
                ("时限", "Clock"),
                ("对象", "About"),
                ("起", "Began"),
                ("到期", "Due"),
                ("做到", "Met"),
                ("结果", "Result"),
            ],
            rows,
        );
        self.left_out(left);
    }

    pub(crate) fn decisions(&mut self) {
        self.heading("决策与未决策", "Decisions and non-decisions");
        let l = self.l;
        let rows = self.report.decisions.iter().map(|row| {
            let mut what = match row.response {
                Some(level) => vec![Span::text(words::response(level, l))],
                None => vec![Span::Strong(words::deed(Deed::NotAct, l))],
            };
            if let Some(command) = &row.command {
                let mut commands = self.report.commands.iter();
                let title = commands.find(|c| c.id == *command).map(|c| l.say(&c.title));
                let by = l.of("，以指令：", ", by command: ");
                what.push(Span::Text(format!("{by}{}", title.unwrap_or_default())));
            }
            if let Some(reason) = &row.reason {
                what.push(Span::Faint(format!(
                    "{}{}",
                    colon(l),
                    self.words_of(reason)
                )));
            }
            vec![
                self.moment(row.moment),
                vec![Span::Text(self.person(&row.by))],
                what,
                self.about(&row.about),
            ]
        });
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            self.nothing("没有任何决策记录在案。", "No decision is on record.");
        }
        self.table(
            &[
                ("时间和条目", "When, entry"),
                ("谁", "Who"),
                ("决定", "Decision"),
                ("对象", "About"),
            ],
            rows,
        );
        let never = self.report.clocks.iter().filter(|c| {
            c.clock == ClockOf::Decide && c.met.is_none() && c.verdict != Verdict::Void
        });
        let rows = never.map(|clock| {
            vec![
                self.about(&clock.about),
                self.moment(clock.began),
                vec![Span::Text(self.setting.local.stamp(clock.due))],
                vec![Span::text(words::verdict(clock.verdict, l))],
            ]
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            self.lesser("有预警、没有决策", "Warnings without a decision");
        }
        self.table(
            &[
                ("态势", "Situation"),
                ("起", "Since"),
                ("应在此前决定", "Due"),
                ("结果", "Result"),
            ],
            rows,
        );
    }

    pub(crate) fn reports(&mut self) {
        if self.report.incidents.is_empty() {
            return;
        }
        self.heading("事件与上报", "Incidents and reports upward");
        let report = self.report;
        for incident in &report.incidents {
            let title = self.words_of(&incident.title);
            self.blocks.push(Block::Lesser(title));
            let mut line = vec![Span::Text(self.person(&incident.by)), Span::text(" ")];
            line.extend(self.moment(incident.opened));
            if let Some(closed) = &incident.closed {
                line.push(Span::text(" → "));
                line.extend(self.moment(closed.moment));
            }
            self.paragraph(line);
            let l = self.l;
            let rows = incident.reports.iter().map(|row| {
                vec![
                    self.moment(row.moment),
                    vec![Span::Text(self.person(&row.by))],
                    vec![Span::Text(format!(
                        "{} → {}",
                        l.say(&row.title),
                        l.say(&row.to)
                    ))],
                    vec![Span::Text(row.version.to_string())],
                    vec![Span::Text(self.words_of(&row.text))],
                    vec![Span::Text(self.words_of(&row.received_by))],
                ]
            });
            let rows = rows.collect();
            self.table(
                &[
                    ("时间和条目", "When, entry"),
                    ("谁", "Who"),
                    ("报什么、报给谁", "What, to whom"),
                    ("版", "Version"),
                    ("内容", "Words"),
                    ("接收", "Taken by"),
                ],
                rows,
            );
            let rows = incident.notes.iter().map(|note| {
                vec![
                    self.moment(note.moment),
                    vec![Span::Text(self.person(&note.by))],
                    vec![Span::Text(self.words_of(&note.text))],
                ]
            });
            let rows = rows.collect();
            self.table(
                &[
                    ("时间和条目", "When, entry"),
                    ("谁", "Who"),
                    ("记事", "Note"),
                ],
                rows,
            );
        }
    }

    pub(crate) fn losses(&mut self) {
        self.section(ReportSection::Loss);
        self.by_hand(ReportSection::Loss);
        let report = self.report;
        let (villages, amounts) = (&report.villages, &report.amounts);
        self.loss_reports();
        if !report.losses.is_empty() && villages.is_empty() && amounts.is_empty() {
            return;
        }
        if villages.is_empty() && amounts.is_empty() {
            self.nothing(
                "没有转移清点或损失数字记录在案。",
                "No head-count and no loss figure is on record.",
            );
            return;
        }
        let mut rows: Vec<Vec<Cell>> = villages
            .iter()
            .map(|row| {
                let number = |n: u32| vec![Span::Text(n.to_string())];
                vec![
                    vec![Span::Text(row.village.clone())],
                    number(row.to_move),
                    number(row.moved),
                    number(row.refused),
                    number(row.unreachable),
                    number(row.short),
                    row.counted.map_or_else(
                        || vec![Span::Faint(self.l.of("没有清点", "not counted").to_owned())],
                        |moment| self.moment(moment),
                    ),
                ]
            })
            .collect();
        if villages.len() > 1 {
            let sum = |of: fn(&VillageRow) -> u32| {
                let all: u64 = villages.iter().map(|row| u64::from(of(row))).sum();
                vec![Span::Strong(all.to_string())]
            };
            let counted = villages.iter().filter_map(|row| row.counted?.entry);
            rows.push(vec![
                vec![Span::Strong(self.l.of("合计", "All").to_owned())],
                sum(|row| row.to_move),
                sum(|row| row.moved),
                sum(|row| row.refused),
                sum(|row| row.unreachable),
                sum(|row| row.short),
                self.entries(
                    self.l.of("转移清点", "Head-counts"),
                    &counted.collect::<Vec<_>>(),
                ),
            ]);
        }
        self.table(
            &[
                ("村（社区）", "Village"),
                ("应转移", "To move"),
                ("已转移", "Moved"),
                ("拒绝", "Refused"),
                ("找不到", "Unreachable"),
                ("差", "Short"),
                ("清点", "Counted"),
            ],
            rows,
        );
        let rows = self.report.amounts.iter().map(|row| {
            vec![
                vec![Span::text(self.l.say(&row.title))],
                vec![Span::Strong(row.sum.to_string())],
                self.entries(self.l.say(&row.title), &row.entries),
            ]
        });
        let rows = rows.collect();
        self.table(
            &[("数字", "Figure"), ("合计", "Sum"), ("日志条目", "Entries")],
            rows,
        );
    }

    pub(crate) fn system(&mut self) {
        if self.report.notices.is_empty() {
            return;
        }
        self.heading("系统自身", "The system itself");
        let l = self.l;
        let all = self.report.notices.len();
        let rows = self.report.notices.iter().take(MOST_ROWS).map(|row| {
            let ended = match row.ended {
                Some(moment) => self.moment(moment),
                None => vec![Span::Faint(l.of("未结束", "not ended").to_owned())],
            };
            vec![
                vec![Span::text(words::notice(row.kind, l))],
                self.about(&row.about),
                self.moment(row.began),
                ended,
            ]
        });
        let rows = rows.collect();
        self.table(
            &[
                ("提示", "Notice"),
                ("对象", "Subject"),
                ("起", "Began"),
                ("止", "Ended"),
            ],
            rows,
        );
        self.left_out(all.saturating_sub(MOST_ROWS));
    }
}

/// Clocks that are not one task's.
fn is_of_the_desk(clock: &ClockRow) -> bool {
    matches!(
        clock.clock,
        ClockOf::Decide | ClockOf::Legal | ClockOf::Report
    )
}
