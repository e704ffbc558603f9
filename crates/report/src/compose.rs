//! From facts to a document: what comes first, and in which words.

use std::cell::RefCell;

use model::report::ReportSection;
use model::{PersonId, Seal};

use crate::document::{Block, ByHand, Cell, Document, Span, Table};
use crate::facts::{About, Key, Moment, Report, Voices};
use crate::ground::Ground;
use crate::language::Language;
use crate::listing::List;
use crate::local::{Local, span};
use crate::words;

/// What a document is composed with.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'s> {
    pub voices: &'s Voices,
    pub local: &'s Local,
    pub ground: &'s Ground,
    pub language: Language,
}

impl Report {
    /// The report as a document in one language.
    pub fn compose(&self, setting: Setting<'_>) -> Document {
        let mut composer = Composer {
            report: self,
            setting,
            l: setting.language,
            blocks: Vec::new(),
            lists: RefCell::default(),
        };
        composer.provenance();
        composer.summary();
        composer.key_times();
        composer.curves();
        composer.maps();
        composer.course();
        composer.response();
        composer.clocks();
        composer.decisions();
        composer.reports();
        composer.losses();
        composer.system();
        composer.lessons();
        composer.listings();
        let (title, subtitle) = composer.titles();
        let l = composer.l;
        let banner = match (self.of.drill, self.of.demo) {
            (true, _) => Some(l.of("演练：不是真实事件", "DRILL: nothing of it is real")),
            (false, true) => Some(l.of(
                "演示数据，全部为虚构",
                "Demonstration data: everything in it is made up",
            )),
            (false, false) => None,
        };
        let banner = banner.map(str::to_owned);
        Document {
            language: l,
            title,
            subtitle,
            banner,
            blocks: composer.blocks,
            lists: composer.lists.into_inner(),
        }
    }
}

pub(crate) struct Composer<'r> {
    pub(crate) report: &'r Report,
    pub(crate) setting: Setting<'r>,
    pub(crate) l: Language,
    pub(crate) blocks: Vec<Block>,
    /// What its figures count, found while the words are put together.
    pub(crate) lists: RefCell<Vec<List>>,
}

impl Composer<'_> {
    fn titles(&self) -> (String, String) {
        let of = &self.report.of;
        let county = self.l.say(&of.title);
        let title = match self.l {
            Language::Chinese => format!("{county}应急处置复盘报告"),
            Language::English => format!("{county}: after-action report"),
        };
        let (from, to) = (
            self.setting.local.full(of.from),
            self.setting.local.full(of.to),
        );
        let interval = format!("{from} – {to}");
        let subtitle = match &of.incident_title {
            Some(seal) => format!("{} · {interval}", self.words_of(seal)),
            None => interval,
        };
        (title, subtitle)
    }

    /// Where everything below was read from.
    fn provenance(&mut self) {
        let record = &self.report.record;
        let (Some(first), Some(last)) = (record.first, record.last) else {
            let nothing = self.l.of(
                "这段时间没有任何日志条目。",
                "Nothing was entered in the journal in this interval.",
            );
            self.paragraph(vec![Span::text(nothing)]);
            return;
        };
        let rules: Vec<String> = record
            .rules
            .iter()
            .map(|rules| rules.version.chars().take(12).collect())
            .collect();
        let rules = rules.join(" → ");
        let (before, middle, after) = match self.l {
            Language::Chinese => (
                "以下事实由日志第 ",
                " 至 ",
                format!(
                    " 条生成，不能改写；# 后是条目编号，点开即见原文。手写部分另列，每一版都有作者、时间和条目。规则版本：{rules}。"
                ),
            ),
            Language::English => (
                "The facts below were read from journal entries ",
                " to ",
                format!(
                    " and cannot be rewritten; # is the number of an entry and opens it. What people wrote stands apart, each version with its author, time and entry. Rules: {rules}."
                ),
            ),
        };
        self.paragraph(vec![
            Span::text(before),
            Span::Entry(first),
            Span::text(middle),
            Span::Entry(last),
            Span::text(after),
        ]);
    }

    fn key_times(&mut self) {
        self.heading("关键时刻", "Key times");
        let rows = self.report.keys.iter().map(|key| {
            let name = vec![Span::text(words::key(key.key, self.l))];
            let Some(moment) = key.moment else {
                // The first signal may have been known before the interval began.
                let when = match key.observed {
                    Some(observed) => self.setting.local.stamp(observed),
                    None => self.l.of("没有记录", "nothing on record").to_owned(),
                };
                let none = vec![Span::Faint(when)];
                return vec![name, none, Vec::new(), Vec::new(), self.about(&key.about)];
            };
            let mut when = self.moment(moment);
            if let Some(observed) = key.observed.filter(|at| *at != moment.at) {
                let observed = self.setting.local.stamp(observed);
                let told = match self.l {
                    Language::Chinese => format!("（观测于 {observed}）"),
                    Language::English => format!(" (observed {observed})"),
                };
                when.push(Span::Faint(told));
            }
            let after = match (key.key, key.after_alarm_ms) {
                (Key::FirstAlarm, _) | (_, None) => String::new(),
                (_, Some(ms)) if ms < 0 => span(ms),
                (_, Some(ms)) => format!("+{}", span(ms)),
            };
            let by = key.by.as_ref().map(|by| Span::Text(self.person(by)));
            vec![
                name,
                when,
                vec![Span::Strong(after)],
                by.into_iter().collect(),
                self.about(&key.about),
            ]
        });
        let rows = rows.collect();
        self.table(
            &[
                ("时刻", "Key"),
                ("时间和条目", "When, entry"),
                ("距首次报警", "From first alarm"),
                ("谁", "Who"),
                ("内容", "About"),
            ],
            rows,
        );
    }

    fn lessons(&mut self) {
        self.section(ReportSection::Lessons);
        self.by_hand(ReportSection::Lessons);
    }

    pub(crate) fn heading(&mut self, zh: &str, en: &str) {
        self.blocks
            .push(Block::Heading(self.l.of(zh, en).to_owned()));
    }

    pub(crate) fn lesser(&mut self, zh: &str, en: &str) {
        self.blocks
            .push(Block::Lesser(self.l.of(zh, en).to_owned()));
    }

    pub(crate) fn section(&mut self, section: ReportSection) {
        let title = words::section(section, self.l);
        self.blocks.push(Block::Heading(title.to_owned()));
    }

    pub(crate) fn paragraph(&mut self, spans: Vec<Span>) {
        self.blocks.push(Block::Paragraph(spans));
    }

    /// A sentence instead of what is not there.
    pub(crate) fn nothing(&mut self, zh: &str, en: &str) {
        let words = self.l.of(zh, en).to_owned();
        self.paragraph(vec![Span::Faint(words)]);
    }

    /// A table, unless it would have no rows.
    pub(crate) fn table(&mut self, head: &[(&str, &str)], rows: Vec<Vec<Cell>>) {
        if rows.is_empty() {
            return;
        }
        let head = head.iter().map(|(zh, en)| self.l.of(zh, en).to_owned());
        let head = head.collect();
        self.blocks.push(Block::Table(Table { head, rows }));
    }

    /// Says that rows were left out, and where they are.
    pub(crate) fn left_out(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let words = match self.l {
            Language::Chinese => format!("另有 {count} 行见 CSV。"),
            Language::English => format!("{count} more rows are in the CSV."),
        };
        self.paragraph(vec![Span::Faint(words)]);
    }

    /// What people wrote to a section, newest version first.
    pub(crate) fn by_hand(&mut self, section: ReportSection) {
        let texts = self.report.texts.iter();
        let texts: Vec<_> = texts.filter(|text| text.section == section).collect();
        let versions = texts.iter().enumerate().rev().map(|(n, text)| {
            let number = n + 1;
            let version = match self.l {
                Language::Chinese => format!("第 {number} 版"),
                Language::English => format!("version {number}"),
            };
            let (by, at) = (self.person(&text.by), self.setting.local.stamp(text.at));
            vec![
                Span::Faint(format!("{version} · {by} · {at} ")),
                Span::Entry(text.entry),
            ]
        });
        let versions = versions.collect();
        let newest = texts.last().and_then(|text| {
            let words = self.setting.voices.texts.get(&text.text)?;
            (!words.trim().is_empty()).then(|| words.clone())
        });
        self.blocks.push(Block::ByHand(ByHand {
            section,
            title: words::section(section, self.l).to_owned(),
            text: newest,
            versions,
        }));
    }

    pub(crate) fn person(&self, id: &PersonId) -> String {
        let name = self.setting.voices.people.get(id);
        name.cloned().unwrap_or_else(|| id.to_string())
    }

    pub(crate) fn words_of(&self, seal: &Seal) -> String {
        let gone = self.l.of("（已抹除）", "(erased)");
        let text = self.setting.voices.texts.get(seal);
        text.cloned().unwrap_or_else(|| gone.to_owned())
    }

    /// A moment with its entry.
    pub(crate) fn moment(&self, moment: Moment) -> Cell {
        let at = Span::Text(self.setting.local.stamp(moment.at));
        match moment.entry {
            Some(entry) => vec![at, Span::text(" "), Span::Entry(entry)],
            None => {
                let before = self.l.of("（区间之前）", " (before the interval)");
                vec![at, Span::Faint(before.to_owned())]
            }
        }
    }

    pub(crate) fn about(&self, about: &About) -> Cell {
        let l = self.l;
        match about {
            About::Nothing => Vec::new(),
            About::Station {
                id,
                name,
                title,
                level,
            } => {
                let name = match l.say(name) {
                    "" => id.as_str(),
                    name => name,
                };
                let mut cell = Vec::new();
                if *level > 0 {
                    cell.push(Span::Level(*level, words::level(*level, l).to_owned()));
                    cell.push(Span::text(" "));
                }
                cell.push(Span::Text(
                    format!("{name} {}", l.say(title)).trim_end().to_owned(),
                ));
                cell
            }
            About::Situation {
                hazard,
                area,
                level,
                ..
            } => {
                let mut cell = Vec::new();
                if *level > 0 {
                    cell.push(Span::Level(*level, words::level(*level, l).to_owned()));
                    cell.push(Span::text(" "));
                }
                let area = l.say(area);
                cell.push(Span::Text(format!("{area} {}", words::hazard(hazard, l))));
                cell
            }
            About::Command { title, person, .. } => {
                let title = l.say(title).to_owned();
                match person {
                    Some(person) => vec![Span::Text(format!("{title} · {}", self.person(person)))],
                    None => vec![Span::Text(title)],
                }
            }
            About::Clock { title, to } => {
                vec![Span::Text(format!("{} → {}", l.say(title), l.say(to)))]
            }
            About::Call { on, policy, of, .. } => {
                let mut cell = self.about(on);
                let people: Vec<String> = of.iter().map(|person| self.person(person)).collect();
                let people = people.join(l.of("、", ", "));
                let waits = match (of.is_empty(), l) {
                    (true, _) => l.of("岗位无人", "nobody holds its posts").to_owned(),
                    (false, Language::Chinese) => format!("须叫通：{people}"),
                    (false, Language::English) => format!("to be reached: {people}"),
                };
                cell.push(Span::Text(format!(" · {} · {waits}", l.say(policy))));
                cell
            }
            About::Incident { id } => {
                let mut incidents = self.report.incidents.iter();
                let incident = incidents.find(|row| row.id == *id);
                let title = incident.map(|row| self.words_of(&row.title));
                vec![Span::Text(title.unwrap_or_default())]
            }
            About::Word(word) => vec![Span::Text(word.clone())],
        }
    }
}
