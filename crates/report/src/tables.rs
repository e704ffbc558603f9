//! The facts as CSV, one table a file: names of columns are for programs, times are RFC 3339, every row
//! names its entry.

use model::{Decimals, PersonId, Time};

use crate::facts::{About, Moment, Report, Step, Voices};
use crate::language::Language;
use crate::words;

/// One table of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Keys,
    Figures,
    Alarms,
    Tasks,
    Facts,
    Calls,
    Steps,
    Channels,
    Clocks,
    Decisions,
    Course,
    Readings,
    Villages,
    Losses,
    Entries,
}

impl Sheet {
    pub const ALL: [Sheet; 15] = [
        Sheet::Keys,
        Sheet::Figures,
        Sheet::Alarms,
        Sheet::Tasks,
        Sheet::Facts,
        Sheet::Calls,
        Sheet::Steps,
        Sheet::Channels,
        Sheet::Clocks,
        Sheet::Decisions,
        Sheet::Course,
        Sheet::Readings,
        Sheet::Villages,
        Sheet::Losses,
        Sheet::Entries,
    ];

    /// The word for it in addresses and file names.
    pub const fn word(self) -> &'static str {
        match self {
            Sheet::Keys => "keys",
            Sheet::Figures => "figures",
            Sheet::Alarms => "alarms",
            Sheet::Tasks => "tasks",
            Sheet::Facts => "facts",
            Sheet::Calls => "calls",
            Sheet::Steps => "steps",
            Sheet::Channels => "channels",
            Sheet::Clocks => "clocks",
            Sheet::Decisions => "decisions",
            Sheet::Course => "course",
            Sheet::Readings => "readings",
            Sheet::Villages => "villages",
            Sheet::Losses => "losses",
            Sheet::Entries => "entries",
        }
    }

    /// The table of a word.
    pub fn of_word(word: &str) -> Option<Sheet> {
        Sheet::ALL.into_iter().find(|sheet| sheet.word() == word)
    }
}

pub(crate) type Row = Vec<String>;

/// Names of columns, and the rows.
pub(crate) type Rows = (&'static [&'static str], Vec<Row>);

impl Report {
    /// One table as CSV in UTF-8 with its mark, so that spreadsheets read Chinese.
    pub fn csv(&self, sheet: Sheet, voices: &Voices, language: Language) -> String {
        let writer = Writer {
            report: self,
            voices,
            l: language,
        };
        let (head, rows) = match sheet {
            Sheet::Keys => writer.keys(),
            Sheet::Figures => writer.figures(),
            Sheet::Alarms => writer.alarms(),
            Sheet::Tasks => writer.tasks(),
            Sheet::Facts => writer.facts(),
            Sheet::Calls => writer.calls(),
            Sheet::Steps => writer.steps(),
            Sheet::Channels => writer.channels(),
            Sheet::Clocks => writer.clocks(),
            Sheet::Decisions => writer.decisions(),
            Sheet::Course => writer.course(),
            Sheet::Readings => writer.readings(),
            Sheet::Villages => writer.villages(),
            Sheet::Losses => writer.losses(),
            Sheet::Entries => writer.entries(),
        };
        let mut csv = csv::Writer::from_writer(Vec::new());
        // Writing to memory does not fail, and every row is as long as the head.
        // Every row of a drill says so: rows are copied out of files one by one.
        let mark = self.of.drill.then(|| language.of("演练", "DRILL"));
        let mut write = |mut row: Vec<String>, mark: Option<&str>| {
            row.extend(mark.map(str::to_owned));
            csv.write_record(row).is_ok()
        };
        let names = head.iter().map(|name| (*name).to_owned()).collect();
        write(names, mark.map(|_| "drill"));
        for row in rows {
            write(row, mark);
        }
        let bytes = csv.into_inner().unwrap_or_default();
        format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
    }
}

pub(crate) struct Writer<'w> {
    pub(crate) report: &'w Report,
    pub(crate) voices: &'w Voices,
    pub(crate) l: Language,
}

impl Writer<'_> {
    fn keys(&self) -> Rows {
        let rows = self.report.keys.iter().map(|key| {
            let mut row = vec![words::key(key.key, self.l).to_owned()];
            row.extend(optional(key.moment));
            row.push(key.observed.map(|at| at.to_string()).unwrap_or_default());
            row.push(
                key.after_alarm_ms
                    .map(|ms| (ms / 1000).to_string())
                    .unwrap_or_default(),
            );
            row.push(self.maybe_person(key.by.as_ref()));
            row.push(self.about(&key.about));
            row
        });
        let head: &[_] = &[
            "key",
            "at",
            "entry",
            "observed",
            "after_first_alarm_s",
            "by",
            "about",
        ];
        (head, rows.collect())
    }

    fn figures(&self) -> Rows {
        let rows = self.report.figures.iter().map(|figure| {
            let entries: Vec<String> = figure.entries.iter().map(u64::to_string).collect();
            vec![
                words::counted(figure.what, self.l),
                figure.count.to_string(),
                entries.join(" "),
            ]
        });
        let head: &[_] = &["what", "count", "entries"];
        (head, rows.collect())
    }

    fn alarms(&self) -> Rows {
        let rows = self.report.alarms.iter().map(|row| {
            let mut out = vec![
                row.key.to_string(),
                row.rule.clone(),
                word(self.l.say(&row.title)),
                row.station.clone(),
                word(self.l.say(&row.name)),
                row.quantity.clone(),
                row.unit.clone(),
                row.worst.to_string(),
                row.peak.clone().unwrap_or_default(),
                row.observed.to_string(),
            ];
            out.extend(moment(row.raised));
            out.extend(optional(row.acked.as_ref().map(|ack| ack.moment)));
            out.push(self.maybe_person(row.acked.as_ref().map(|ack| &ack.by)));
            out.extend(optional(row.returned));
            out
        });
        let head: &[_] = &[
            "alarm",
            "rule",
            "title",
            "station",
            "name",
            "quantity",
            "unit",
            "worst",
            "peak",
            "observed",
            "raised",
            "raised_entry",
            "acknowledged",
            "acknowledged_entry",
            "acknowledged_by",
            "returned",
            "returned_entry",
        ];
        (head, rows.collect())
    }

    fn tasks(&self) -> Rows {
        let mut rows = Vec::new();
        for command in &self.report.commands {
            for task in &command.tasks {
                let mut row = vec![
                    command.id.to_string(),
                    word(self.l.say(&command.title)),
                    command.level.digit().to_string(),
                    self.person(&task.person),
                    words::stage(task.stage, self.l).to_owned(),
                ];
                row.extend(optional(task.issued().map(|fact| fact.moment)));
                for step in Step::ALL {
                    row.extend(optional(task.reached(step).map(|fact| fact.moment)));
                }
                rows.push(row);
            }
        }
        let head: &[_] = &[
            "command",
            "title",
            "level",
            "person",
            "stage",
            "issued",
            "issued_entry",
            "delivered",
            "delivered_entry",
            "seen",
            "seen_entry",
            "answered",
            "answered_entry",
            "on_scene",
            "on_scene_entry",
            "done",
            "done_entry",
            "verified",
            "verified_entry",
        ];
        (head, rows)
    }

    fn facts(&self) -> Rows {
        let mut rows = Vec::new();
        for task in self.report.commands.iter().flat_map(|c| &c.tasks) {
            for fact in &task.facts {
                let note = fact
                    .note
                    .as_ref()
                    .and_then(|note| self.voices.texts.get(note));
                let mut row = vec![task.id.to_string(), self.person(&task.person)];
                row.extend(moment(fact.moment));
                row.push(words::fact(fact.kind, self.l));
                row.push(words::means(fact.means, self.l).to_owned());
                row.push(self.maybe_person(fact.by.as_ref()));
                row.push(fact.device_at.map(|at| at.to_string()).unwrap_or_default());
                row.push(note.map(|note| word(note)).unwrap_or_default());
                row.push(fact.photos.len().to_string());
                rows.push(row);
            }
        }
        let head: &[_] = &[
            "task",
            "person",
            "at",
            "entry",
            "fact",
            "means",
            "by",
            "device_at",
            "note",
            "photos",
        ];
        (head, rows)
    }

    fn clocks(&self) -> Rows {
        let rows = self.report.clocks.iter().map(|clock| {
            let mut row = vec![
                words::clock(clock.clock, self.l).to_owned(),
                self.about(&clock.about),
            ];
            row.extend(moment(clock.began));
            row.push(clock.due.to_string());
            row.extend(optional(clock.met));
            row.push(self.maybe_person(clock.by.as_ref()));
            row.push(words::verdict(clock.verdict, self.l).to_owned());
            row
        });
        let head: &[_] = &[
            "clock",
            "about",
            "began",
            "began_entry",
            "due",
            "met",
            "met_entry",
            "by",
            "result",
        ];
        (head, rows.collect())
    }

    fn decisions(&self) -> Rows {
        let rows = self.report.decisions.iter().map(|row| {
            let reason = row
                .reason
                .as_ref()
                .and_then(|seal| self.voices.texts.get(seal));
            let mut out: Row = moment(row.moment).into();
            out.push(self.person(&row.by));
            out.push(
                row.response
                    .map(|level| level.to_string())
                    .unwrap_or_default(),
            );
            out.push(
                row.command
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            );
            out.push(self.about(&row.about));
            out.push(reason.map(|reason| word(reason)).unwrap_or_default());
            out
        });
        let head: &[_] = &[
            "at", "entry", "by", "response", "command", "about", "reason",
        ];
        (head, rows.collect())
    }

    fn course(&self) -> Rows {
        use crate::course::What;
        let rows = self.report.course.iter().map(|event| {
            let (what, level) = match event.what {
                What::Level { prev, level } => {
                    (format!("level {prev} -> {level}"), level.to_string())
                }
                What::Told { level, reason } => (
                    format!("told: {}", words::reason(reason, self.l)),
                    level.digit().to_string(),
                ),
                What::Fact { kind, .. } => (words::fact(kind, self.l), String::new()),
                What::Press { deed } => (words::deed(deed, self.l), String::new()),
                What::Notice { kind, on } => (
                    format!(
                        "{} {}",
                        words::notice(kind, self.l),
                        if on { "+" } else { "-" }
                    ),
                    String::new(),
                ),
                What::LateEvidence { prev, level } => (
                    format!("late evidence {prev} -> {level}"),
                    level.to_string(),
                ),
                What::Rules => ("rules".to_owned(), String::new()),
            };
            let note = event
                .note
                .as_ref()
                .and_then(|seal| self.voices.texts.get(seal));
            let mut row: Row = moment(event.moment).into();
            row.push(self.maybe_person(event.by.as_ref()));
            row.push(what);
            row.push(level);
            row.push(self.about(&event.about));
            row.push(note.map(|note| word(note)).unwrap_or_default());
            row
        });
        let head: &[_] = &["at", "entry", "by", "what", "level", "about", "words"];
        (head, rows.collect())
    }

    fn readings(&self) -> Rows {
        let mut rows = Vec::new();
        for curve in &self.report.curves {
            for point in &curve.points {
                rows.push(vec![
                    curve.station.clone(),
                    curve.quantity.clone(),
                    point.observed.to_string(),
                    point.received.to_string(),
                    Decimals(curve.decimals).show(point.value),
                    curve.unit.clone(),
                    point.quality.word().to_owned(),
                    point.late.to_string(),
                    point.entry.to_string(),
                ]);
            }
        }
        let head: &[_] = &[
            "station", "quantity", "observed", "received", "value", "unit", "quality", "late",
            "entry",
        ];
        (head, rows)
    }

    fn villages(&self) -> Rows {
        let rows = self.report.villages.iter().map(|row| {
            let mut out = vec![row.command.to_string(), word(&row.village)];
            let numbers = [
                row.to_move,
                row.moved,
                row.refused,
                row.unreachable,
                row.short,
            ];
            out.extend(numbers.map(|n| n.to_string()));
            out.extend(optional(row.counted));
            out
        });
        let head: &[_] = &[
            "command",
            "village",
            "to_move",
            "moved",
            "refused",
            "unreachable",
            "short",
            "counted",
            "entry",
        ];
        (head, rows.collect())
    }

    pub(crate) fn person(&self, id: &PersonId) -> String {
        let name = self
            .voices
            .people
            .get(id)
            .map_or(id.as_str(), String::as_str);
        word(name)
    }

    pub(crate) fn maybe_person(&self, id: Option<&PersonId>) -> String {
        id.map(|id| self.person(id)).unwrap_or_default()
    }

    pub(crate) fn about(&self, about: &About) -> String {
        let l = self.l;
        let text = match about {
            About::Nothing => String::new(),
            About::Station {
                id, name, title, ..
            } => {
                format!("{id} {} {}", l.say(name), l.say(title))
            }
            About::Situation { hazard, area, .. } => {
                format!("{} {}", l.say(area), words::hazard(hazard, l))
            }
            About::Command { title, person, .. } => match person {
                Some(person) => format!("{} · {}", l.say(title), self.person(person)),
                None => l.say(title).to_owned(),
            },
            About::Clock { title, to } => format!("{} → {}", l.say(title), l.say(to)),
            About::Call { on, policy, of, .. } => {
                let people: Vec<String> = of.iter().map(|person| self.person(person)).collect();
                format!(
                    "{} · {} · {}",
                    self.about(on),
                    l.say(policy),
                    people.join(" ")
                )
            }
            About::Incident { id } => id.to_string(),
            About::Word(word) => word.clone(),
        };
        word(text.trim())
    }
}

/// A word of somebody's: never the beginning of a formula.
pub(crate) fn word(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

pub(crate) fn moment(moment: Moment) -> [String; 2] {
    let Moment { at, entry } = moment;
    let at: Time = at;
    [
        at.to_string(),
        entry.map(|n| n.to_string()).unwrap_or_default(),
    ]
}

pub(crate) fn optional(of: Option<Moment>) -> [String; 2] {
    of.map(moment).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_table_has_its_head_and_a_word() {
        let report = Report::default();
        for sheet in Sheet::ALL {
            assert_eq!(Sheet::of_word(sheet.word()), Some(sheet));
            let csv = report.csv(sheet, &Voices::default(), Language::English);
            assert!(
                csv.starts_with('\u{feff}') && csv.lines().count() == 1,
                "{csv}"
            );
            assert!(csv.contains("ent"), "names its entries: {csv}");
        }
        assert_eq!(Sheet::of_word("nothing"), None);
    }

    #[test]
    fn a_word_is_no_formula() {
        assert_eq!(word("=cmd()"), "'=cmd()");
        assert_eq!(word("澄潭"), "澄潭");
    }
}
