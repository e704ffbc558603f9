//! An interval of the journal, taken out with what proves it: readable entries beside the bytes that
//! were chained, the chain before and after, a signed checkpoint that covers it, and the clock.
//!
//! `docs/evidence.md` describes the files so that they can be checked without this program;
//! `tests/verify_export.py` does.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use model::codec::{self, Record, Tag, decode, entry_time};
use model::config::Config;
use model::{Decimals, Input, JurisdictionSlot, OpId, Time};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::evidence::{Checkpoint, FOLDER, Notary, examine_with};
use crate::journal::{Finding, JournalError, Position, next_hash};
use crate::{Store, durable};

/// What was taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    pub first: u64,
    pub last: u64,
    pub entries: u64,
    /// The entry whose signed checkpoint covers the interval.
    pub covered_by: u64,
}

/// Why nothing was taken out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("could not leave a note for the journal, so nothing was taken out")]
    Note(#[source] io::Error),
    #[error("could not write to the folder of the export")]
    Io(#[from] io::Error),
    #[error("the journal is not whole: {0}; `watchfire verify` tells everything")]
    NotWhole(Finding),
    #[error("this is a copy without the key that signs; export from the data folder of the server")]
    NoKey,
    #[error("nothing was recorded between these times")]
    Nothing,
}

/// Takes the inputs entered from `from` to `to`, with all they led to, out of the journal under
/// `data` into the folder `out`. Where no checkpoint covers them yet, one is signed now. `before` is told
/// what will be taken before the first of it is written.
///
/// # Errors
/// [`ExportError`]; a proof that is not there means that nothing else counts.
pub fn export(
    data: &Path,
    from: Time,
    to: Time,
    out: &Path,
    before: &mut dyn FnMut(&Exported) -> io::Result<()>,
) -> Result<Exported, ExportError> {
    let store = Store::of(data).map_err(JournalError::from)?;
    let span = store
        .end()
        .and_then(|end| span(&store, from, to, end.number));
    let edges = match span {
        Ok(Some((first, last))) => vec![first - 1, last],
        Ok(None) | Err(_) => Vec::new(),
    };
    let seen = examine_with(data, &edges)?;
    // A foreign checkpoint says nothing of the chain, or anybody could lay one there and stop all proofs.
    let wrong = |finding: &&Finding| !matches!(finding, Finding::Foreign { .. });
    if let Some(finding) = seen.findings.iter().find(wrong) {
        return Err(ExportError::NotWhole(finding.clone()));
    }
    let span = span?.ok_or(ExportError::Nothing)?;
    let place = |number: u64| {
        let at = edges.iter().rposition(|edge| *edge == number);
        let hash = at.and_then(|at| seen.edges[at]);
        let hash = hash.unwrap_or(seen.chain.begin.hash);
        Position { number, hash }
    };
    let (before_it, after) = (place(span.0 - 1), place(span.1));
    let folder = data.join(FOLDER);
    if !Notary::lives_in(&folder) {
        return Err(ExportError::NoKey);
    }
    let mut notary = Notary::open(&folder)?;
    let checkpoint = covering(&mut notary, &seen.good, after)?;
    let exported = Exported {
        first: span.0,
        last: span.1,
        entries: span.1 + 1 - span.0,
        covered_by: checkpoint.number,
    };
    before(&exported).map_err(ExportError::Note)?;
    std::fs::create_dir_all(out)?;
    let mut taken = Taken::new(out, before_it)?;
    taken.read(&store, span, checkpoint.number)?;
    let (entries, bridge) = (taken.entries.finish()?, taken.bridge.finish()?);
    let proof = json!({
        "format": "watchfire export 1",
        "from": from,
        "to": to,
        "first": span.0,
        "last": span.1,
        "before": { "number": before_it.number, "hash": hex::encode(before_it.hash) },
        "after": { "number": after.number, "hash": hex::encode(after.hash) },
        "checkpoint": checkpoint,
        "public_key": notary.public().hex(),
        "entries": entries,
        "bridge": bridge,
        "clock": {
            "before": taken.clock,
            "read": taken.clocks,
            "steps": taken.steps,
        },
    });
    let text = serde_json::to_vec_pretty(&proof).map_err(io::Error::other)?;
    durable::write(out, "proof.json", &[&text])?;
    durable::write(out, "proof.sig", &[notary.seal(&text).as_bytes(), b"\n"])?;
    Ok(exported)
}

/// First and last record of the interval.
fn span(store: &Store, from: Time, to: Time, end: u64) -> Result<Option<(u64, u64)>, JournalError> {
    let begin = store.first_after(from.plus_ms(-1))?;
    let (mut first, mut last) = (None, 0);
    store.read(begin, end, &mut |number, tag, payload| {
        match entry_time(tag, payload) {
            Some(at) if at > to => return ControlFlow::Break(()),
            Some(at) if at >= from && first.is_none() => first = Some(number),
            Some(_) | None => {}
        }
        last = number;
        ControlFlow::Continue(())
    })?;
    Ok(first.map(|first| (first, last)))
}

/// The first checkpoint by the present key that covers `after`; a new one where there is none.
fn covering(notary: &mut Notary, good: &[Checkpoint], after: Position) -> io::Result<Checkpoint> {
    let mut ours = good.iter().filter(|c| c.key == notary.public().id());
    match ours.find(|c| c.number >= after.number) {
        Some(checkpoint) => Ok(checkpoint.clone()),
        None => {
            let now = Time::from_ms(jiff::Timestamp::now().as_millisecond());
            notary.attest(after, now)
        }
    }
}

/// A file of lines whose hash is taken as they are written.
struct Lines {
    file: BufWriter<File>,
    name: &'static str,
    hash: Sha256,
    count: u64,
}

impl Lines {
    fn create(dir: &Path, name: &'static str) -> io::Result<Lines> {
        Ok(Lines {
            file: BufWriter::new(File::create(dir.join(name))?),
            name,
            hash: Sha256::new(),
            count: 0,
        })
    }

    fn put(&mut self, line: &Value) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.hash.update(&text);
        self.count += 1;
        self.file.write_all(&text)
    }

    fn finish(self) -> io::Result<Value> {
        let file = self.file.into_inner().map_err(|e| e.into_error())?;
        file.sync_all()?;
        Ok(
            json!({ "file": self.name, "lines": self.count, "sha256": hex::encode(self.hash.finalize()) }),
        )
    }
}

/// The export being written.
struct Taken {
    entries: Lines,
    bridge: Lines,
    now: Position,
    configs: BTreeMap<JurisdictionSlot, Config>,
    /// What was last said of the clock before the interval, then in it.
    clock: Option<Value>,
    clocks: Vec<Value>,
    steps: Vec<Value>,
}

impl Taken {
    fn new(out: &Path, before: Position) -> io::Result<Taken> {
        Ok(Taken {
            entries: Lines::create(out, "entries.jsonl")?,
            bridge: Lines::create(out, "bridge.jsonl")?,
            now: before,
            configs: BTreeMap::new(),
            clock: None,
            clocks: Vec::new(),
            steps: Vec::new(),
        })
    }

    /// Reads what was in force before the interval, then all records from it up to the checkpoint.
    fn read(&mut self, store: &Store, span: (u64, u64), until: u64) -> Result<(), ExportError> {
        let mut failed = None;
        let told = [codec::CONFIGURED, codec::CLOCK_READ];
        store.read_kinds(&told, 1, span.0 - 1, &mut |_, tag, payload| {
            self.prepare(tag, payload);
            ControlFlow::Continue(())
        })?;
        store.read(span.0, until.max(span.1), &mut |number, tag, payload| {
            let done = if number <= span.1 {
                self.entry(number, tag, payload)
            } else {
                self.bridge.put(&raw(number, tag, payload))
            };
            match done {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    fn prepare(&mut self, tag: Tag, payload: &[u8]) {
        if let Ok(Record::Input {
            at,
            jurisdiction,
            input,
        }) = decode(tag, payload)
        {
            self.note(0, at, jurisdiction, &input);
        }
        self.clocks.clear();
    }

    /// Remembers what later entries are read by, and what is told of the clock.
    fn note(&mut self, number: u64, at: Time, jurisdiction: JurisdictionSlot, input: &Input) {
        match input {
            Input::Configured(configured) => {
                self.configs.insert(jurisdiction, configured.config.clone());
            }
            Input::ClockRead(clock) => {
                let told = json!({ "number": number, "at": at, "clock": clock });
                if number == 0 {
                    self.clock = Some(json!({ "at": at, "clock": clock }));
                }
                self.clocks.push(told);
            }
            Input::ClockStepped { by_ms } => {
                let told = json!({ "number": number, "at": at, "by_ms": by_ms });
                self.steps.push(told);
            }
            Input::Observed(_)
            | Input::Acted(_)
            | Input::LinkChanged { .. }
            | Input::DiskFilled { .. }
            | Input::FilesRefused { .. }
            | Input::JournalChecked { .. }
            | Input::Ticked
            | Input::Resumed
            | Input::Tallied { .. }
            | Input::Paged { .. }
            | Input::Unread { .. }
            | Input::Accessed(_) => {}
        }
    }

    fn entry(&mut self, number: u64, tag: Tag, payload: &[u8]) -> io::Result<()> {
        self.now.hash = next_hash(&self.now.hash, tag, payload);
        self.now.number = number;
        let mut line = raw(number, tag, payload);
        line["hash"] = json!(hex::encode(self.now.hash));
        line["entry"] = match decode(tag, payload) {
            Ok(Record::Input {
                at,
                jurisdiction,
                input,
            }) => {
                self.note(number, at, jurisdiction, &input);
                self.readable(at, jurisdiction, &input)
            }
            Ok(Record::Outcome {
                jurisdiction,
                engine,
                rules,
                effect,
            }) => json!({
                "outcome": effect,
                "jurisdiction": self.code(jurisdiction),
                "engine": engine,
                "rules": format!("{rules:08x}"),
            }),
            Err(error) => json!({ "unknown": error.to_string() }),
        };
        self.entries.put(&line)
    }

    fn readable(&self, at: Time, jurisdiction: JurisdictionSlot, input: &Input) -> Value {
        let (kind, said) = match input {
            Input::Configured(configured) => {
                let mut said = json!(configured.config);
                if let Some(by) = &configured.by {
                    said["configured_by"] = json!(by);
                }
                ("configured", said)
            }
            Input::Observed(o) => ("observed", self.reading(jurisdiction, o)),
            Input::Acted(act) => ("acted", json!(act)),
            Input::LinkChanged { interface, up } => {
                ("link_changed", json!({ "interface": interface, "up": up }))
            }
            Input::ClockStepped { by_ms } => ("clock_stepped", json!({ "by_ms": by_ms })),
            Input::DiskFilled { full } => ("disk_filled", json!({ "full": full })),
            Input::FilesRefused { refused } => ("files_refused", json!({ "refused": refused })),
            Input::JournalChecked { broken } => ("journal_checked", json!({ "broken": broken })),
            Input::Ticked => ("ticked", json!({})),
            Input::Resumed => ("resumed", json!({})),
            Input::Tallied { interface, counts } => (
                "tallied",
                json!({ "interface": interface, "counts": counts }),
            ),
            Input::Paged { page, fact, reply } => {
                let said = json!({ "page": page, "fact": fact });
                ("paged", with_reply(said, reply.as_ref()))
            }
            Input::Unread {
                channel,
                from,
                reply,
            } => {
                let said = json!({ "channel": channel, "from": from });
                ("unread", with_reply(said, reply.as_ref()))
            }
            Input::Accessed(access) => ("accessed", json!(access)),
            Input::ClockRead(clock) => ("clock_read", json!(clock)),
        };
        json!({ "input": kind, "at": at, "jurisdiction": self.code(jurisdiction), kind: said })
    }

    fn code(&self, jurisdiction: JurisdictionSlot) -> Value {
        match self.configs.get(&jurisdiction) {
            Some(config) => json!(config.code),
            None => json!(jurisdiction.0),
        }
    }

    /// A reading by the names that were in force, its value as it is written by people.
    fn reading(&self, jurisdiction: JurisdictionSlot, o: &model::Observed) -> Value {
        let config = self.configs.get(&jurisdiction);
        let series = config.and_then(|c| c.series.get(o.series.index()));
        let station = series.and_then(|s| config?.stations.get(s.station.index()));
        let quantity = series.and_then(|s| config?.quantities.get(usize::from(s.quantity)));
        let decimals = quantity.map_or(Decimals(0), |q| q.decimals);
        json!({
            "station": station.map(|s| s.id.as_str()),
            "quantity": quantity.map(|q| q.id.as_str()),
            "unit": quantity.map(|q| q.unit.as_str()),
            "series": o.series.0,
            "interface": o.interface,
            "observed": o.observed,
            "received": o.received,
            "value": written(o.value, decimals),
            "revision": o.revision,
            "quality": o.quality,
            "late": o.late,
            "too_late": o.too_late,
            "suspect": o.suspect,
        })
    }
}

/// What an input says, with the reply that said it where there was one.
fn with_reply(mut said: Value, reply: Option<&OpId>) -> Value {
    if let Some(reply) = reply {
        said["reply"] = json!(reply);
    }
    said
}

fn written(value: model::Fixed, decimals: Decimals) -> String {
    let digits = usize::from(decimals.0);
    let sign = if value < 0 { "-" } else { "" };
    let plain = format!("{:0>width$}", value.unsigned_abs(), width = digits + 1);
    let (whole, part) = plain.split_at(plain.len() - digits);
    if part.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}

/// What was chained, as anybody can read it.
fn raw(number: u64, tag: Tag, payload: &[u8]) -> Value {
    json!({ "number": number, "kind": tag.kind, "version": tag.version, "raw": hex::encode(payload) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_with_their_decimals() {
        for (value, decimals, want) in [
            (1205, 2, "12.05"),
            (-5, 2, "-0.05"),
            (7, 0, "7"),
            (0, 1, "0.0"),
        ] {
            assert_eq!(written(value, Decimals(decimals)), want);
        }
    }
}
