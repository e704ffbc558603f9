//! The tables of calls, and of the entries behind every figure.

use model::Time;

use crate::attempts::AttemptRow;
use crate::compose::Setting;
use crate::facts::Step;
use crate::ground::Ground;
use crate::local::Local;
use crate::tables::{Row, Rows, Writer, optional, word};
use crate::words;

impl Writer<'_> {
    /// One row for each attempt to reach one person.
    pub(crate) fn calls(&self) -> Rows {
        let mut rows = Vec::new();
        for run in &self.report.calls {
            for call in &run.people {
                let mut row = vec![
                    run.run.to_string(),
                    self.about(&run.about),
                    word(self.l.say(&run.title)),
                    run.level.map(|l| l.digit().to_string()).unwrap_or_default(),
                    call.round.to_string(),
                    call.step.to_string(),
                    self.person(&call.person),
                    call.channel
                        .map(|channel| channel.word().to_owned())
                        .unwrap_or_default(),
                ];
                row.extend(optional(call.called));
                for step in [Step::Delivered, Step::Seen, Step::Answered] {
                    row.extend(optional(call.reached(step)));
                    row.push(waited(call, step));
                }
                let answer = call.answered.as_ref();
                row.push(
                    answer
                        .map(|said| if said.ack { "yes" } else { "no" })
                        .unwrap_or_default()
                        .to_owned(),
                );
                row.push(self.maybe_person(answer.and_then(|said| said.by.as_ref())));
                row.extend(optional(call.failed));
                rows.push(row);
            }
        }
        let head: &[_] = &[
            "run",
            "about",
            "policy",
            "level",
            "round",
            "step",
            "person",
            "channel",
            "called",
            "called_entry",
            "delivered",
            "delivered_entry",
            "delivered_s",
            "seen",
            "seen_entry",
            "seen_s",
            "answered",
            "answered_entry",
            "answered_s",
            "answer",
            "recorded_by",
            "failed",
            "failed_entry",
        ];
        (head, rows)
    }

    /// The log of every run.
    pub(crate) fn steps(&self) -> Rows {
        let mut rows = Vec::new();
        for run in &self.report.calls {
            for step in &run.steps {
                let after = step.moment.at.since_ms(run.began.at) / 1000;
                let mut row = vec![
                    run.run.to_string(),
                    self.about(&run.about),
                    word(self.l.say(&run.title)),
                ];
                row.extend(optional(Some(step.moment)));
                row.push(after.to_string());
                row.push(words::run_line(&step.line, self.l));
                rows.push(row);
            }
        }
        let head: &[_] = &["run", "about", "policy", "at", "entry", "after_s", "what"];
        (head, rows)
    }

    /// Every message once in each column it came to.
    pub(crate) fn channels(&self) -> Rows {
        let rows = self.report.channels.iter().map(|row| {
            let mut out: Row = vec![row.channel.word().to_owned()];
            let columns = [
                &row.pages,
                &row.delivered,
                &row.seen,
                &row.answered,
                &row.on_word,
                &row.failed,
            ];
            out.extend(columns.map(|list| list.len().to_string()));
            let sent: Vec<String> = row.pages.iter().map(u64::to_string).collect();
            out.push(sent.join(" "));
            out
        });
        let head: &[_] = &[
            "channel",
            "sent",
            "delivered",
            "seen",
            "answered",
            "recorded_by_officer",
            "failed",
            "sent_entries",
        ];
        (head, rows.collect())
    }

    /// The entries of every figure of the document, one a row.
    pub(crate) fn entries(&self) -> Rows {
        let local = Local::of(None, &self.report.of.jurisdiction);
        let ground = Ground::default();
        let document = self.report.compose(Setting {
            voices: self.voices,
            local: &local,
            ground: &ground,
            language: self.l,
        });
        let mut rows = Vec::new();
        for (place, list) in document.lists.iter().enumerate() {
            let head = || vec![(place + 1).to_string(), word(&list.title)];
            let row = |first: u64, last: String| {
                let mut row = head();
                row.extend([first.to_string(), last]);
                row
            };
            rows.extend(
                list.through
                    .map(|(first, last)| row(first, last.to_string())),
            );
            rows.extend(list.entries.iter().map(|entry| row(*entry, String::new())));
        }
        (&["list", "figure", "entry", "through_entry"], rows)
    }
}

/// Seconds from the call to a step.
fn waited(call: &AttemptRow, step: Step) -> String {
    let seconds = |called: Time| Some((call.reached(step)?.at.since_ms(called) / 1000).to_string());
    let called = call.called.map(|called| called.at);
    called.and_then(seconds).unwrap_or_default()
}
