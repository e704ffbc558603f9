//! The summary: what came in, what was decided and what came of it, each number a way to what it counts.

use model::Level;
use model::report::ReportSection;

use crate::compose::Composer;
use crate::document::Span;
use crate::facts::{Counted, Figure};
use crate::words;

const FIRST_ZH: &str = "收到读数 {readings} 条（迟到 {late}，拒收 {refused}，重复 {repeated}）。报警 {alarms} 次：红 {red}、橙 {orange}、黄 {yellow}、蓝 {blue}，归为 {situations} 个态势，告知 {told} 次。";
const FIRST_EN: &str = "{readings} readings came in ({late} late, {refused} refused, {repeated} repeated). {alarms} alarms: {red} red, {orange} orange, {yellow} yellow, {blue} blue, in {situations} situations, told {told} times.";
const WORST_ZH: &str = "最重时刻 {at}，{at_once} 处同时在警。";
const WORST_EN: &str = " At the worst, {at}, {at_once} alarms stood at once.";
const LAST_ZH: &str = "下达指令 {commands} 道、任务 {tasks} 项，{answered} 项有应答，{verified} 项核实完成。时限按时 {kept} 个、超时 {missed} 个。上报 {reports} 次。";
const LAST_EN: &str = " {commands} commands with {tasks} tasks; {answered} were answered, {verified} proven done. {kept} clocks were kept, {missed} missed. {reports} reports went upward.";

impl Composer<'_> {
    pub(crate) fn summary(&mut self) {
        self.section(ReportSection::Summary);
        self.by_hand(ReportSection::Summary);
        let l = self.l;
        let mut told = self.filled(l.of(FIRST_ZH, FIRST_EN));
        if self.report.worst.is_some() {
            told.extend(self.filled(l.of(WORST_ZH, WORST_EN)));
        }
        told.extend(self.filled(l.of(LAST_ZH, LAST_EN)));
        self.paragraph(told);
        let rows = self.report.figures.iter().filter(|figure| figure.count > 0);
        let rows = rows.map(|figure| {
            vec![
                vec![Span::text(words::counted(figure.what, l))],
                vec![self.figure(figure)],
                self.figure_entries(figure),
            ]
        });
        let rows = rows.collect();
        self.table(
            &[("项目", "What"), ("数", "Count"), ("日志条目", "Entries")],
            rows,
        );
    }

    /// A sentence with its numbers in their places.
    fn filled(&self, sentence: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        for piece in sentence.split('{') {
            let Some((name, rest)) = piece.split_once('}') else {
                spans.push(Span::text(piece));
                continue;
            };
            spans.push(self.named(name));
            spans.push(Span::text(rest));
        }
        spans
    }

    fn named(&self, name: &str) -> Span {
        let of = |what: Counted| {
            let mut figures = self.report.figures.iter();
            let figure = figures.find(|figure| figure.what == what);
            figure.map_or_else(|| Span::text("0"), |figure| self.figure(figure))
        };
        match name {
            "readings" => of(Counted::Readings),
            "late" => of(Counted::Late),
            "refused" => of(Counted::Refused),
            "repeated" => of(Counted::Repeated),
            "alarms" => self.all_alarms(),
            "red" => of(Counted::Alarms(Level::Red)),
            "orange" => of(Counted::Alarms(Level::Orange)),
            "yellow" => of(Counted::Alarms(Level::Yellow)),
            "blue" => of(Counted::Alarms(Level::Blue)),
            "situations" => of(Counted::Situations),
            "told" => of(Counted::Told),
            "at_once" => of(Counted::AtOnce),
            "commands" => of(Counted::Commands),
            "tasks" => of(Counted::Tasks),
            "answered" => of(Counted::Answered),
            "verified" => of(Counted::Verified),
            "kept" => of(Counted::ClocksKept),
            "missed" => of(Counted::ClocksMissed),
            "reports" => of(Counted::Reports),
            // When most alarms stood.
            _ => {
                let at = self.report.worst.as_ref().map(|worst| worst.moment.at);
                Span::Text(at.map_or_else(String::new, |at| self.setting.local.stamp(at)))
            }
        }
    }

    fn all_alarms(&self) -> Span {
        let rose = |figure: &&Figure| matches!(figure.what, Counted::Alarms(_));
        let levels = || self.report.figures.iter().filter(rose);
        let count: u64 = levels().map(|figure| figure.count).sum();
        let mut entries: Vec<u64> = levels().flat_map(|f| f.entries.iter().copied()).collect();
        entries.sort_unstable();
        let title = self.l.of("报警，全部", "Alarms, all");
        self.number(count as usize, title, &entries)
    }
}
