//! What happened when, for the bar under every screen: made from the journal's records alone, kept
//! by day, brought up to date when it is asked.
//!
//! It decides nothing and needs no engine: readings, presses and recorded outcomes say all of it. It
//! can be lost; the journal makes it again.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::sync::{Mutex, MutexGuard};

use model::codec::{Record, decode};
use model::replay::LanesView;
use model::report::ReportText;
use model::{Input, JurisdictionSlot, Time};
use serde::{Deserialize, Serialize};
use store::{Cursor, JournalReader, Pages};

use super::ReplayError;
use super::clerk::Clerk;
use super::day::{Day, Minute};

/// Days kept unpacked.
const MOST_UNPACKED: usize = 40;

/// Records read at once.
const PIECE: usize = 16_384;

/// Records after which what was read is written down.
const WRITE_EVERY: u64 = 200_000;

/// The page that says how far all others are; another number when its content is another.
const KNOWN: &str = "known-3";

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// Most buckets of one answer.
pub(crate) const MOST_BUCKETS: u32 = 2_000;

/// Longest span of one answer, days.
pub(crate) const MOST_DAYS: i64 = 400;

/// The lanes of one journal.
#[derive(Debug)]
pub(crate) struct Lanes {
    pages: Pages,
    journal: JournalReader,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    cursor: Cursor,
    clerk: Clerk,
    /// First and newest entry that has a time.
    span: Option<(Time, Time)>,
    days: BTreeMap<i64, Day>,
    dirty: BTreeSet<i64>,
    /// Records up to here are written down.
    written: u64,
}

/// What has to be known to go on behind a record.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Known {
    through: u64,
    span: Option<(Time, Time)>,
    clerk: Clerk,
}

/// One county's lanes in a span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) only: Option<JurisdictionSlot>,
    pub(crate) from: Time,
    pub(crate) to: Time,
    pub(crate) buckets: u32,
    /// Only what had been entered by then; absent: all that is known.
    pub(crate) known: Option<Time>,
}

impl Lanes {
    /// Opens what is written down; what belongs to another journal is forgotten.
    ///
    /// # Errors
    /// When the folder cannot be cleared.
    pub(crate) fn open(pages: Pages, journal: &JournalReader) -> std::io::Result<Lanes> {
        let inner = Mutex::new(Inner::open(&pages, journal)?);
        Ok(Lanes {
            pages,
            journal: journal.clone(),
            inner,
        })
    }

    /// First and newest entry of the journal.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub(crate) fn span(&self) -> Result<Option<(Time, Time)>, ReplayError> {
        let mut inner = self.lock()?;
        inner.follow(&self.pages)?;
        Ok(inner.span)
    }

    /// Brings everything up to date and writes it down.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub(crate) fn settle(&self) -> Result<(), ReplayError> {
        let mut inner = self.lock()?;
        inner.follow(&self.pages)?;
        inner.write(&self.pages);
        Ok(())
    }

    /// Readings of these observed days that came in long after, as inputs, each with the time before
    /// which it cannot enter.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub(crate) fn delayed(
        &self,
        from: i64,
        to: i64,
    ) -> Result<Vec<(u64, Time, model::Entry)>, ReplayError> {
        let mut inner = self.lock()?;
        inner.follow(&self.pages)?;
        let mut found = Vec::new();
        for day in inner.days_between(&self.pages, from, to) {
            let Some(day) = inner.day(&self.pages, day) else {
                continue;
            };
            for delayed in &day.delayed {
                let record = super::clerk::reading(&delayed.payload);
                if let Some((at, jurisdiction, observed)) = record {
                    let entry = model::Entry {
                        seq: delayed.seq,
                        at,
                        jurisdiction,
                        input: Input::Observed(observed),
                    };
                    found.push((delayed.seq, delayed.floor, entry));
                }
            }
        }
        inner.forget_some();
        Ok(found)
    }

    /// What people wrote to reports of one jurisdiction, oldest first.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub(crate) fn texts(&self, slot: JurisdictionSlot) -> Result<Vec<ReportText>, ReplayError> {
        let mut inner = self.lock()?;
        inner.follow(&self.pages)?;
        Ok(inner.clerk.texts(slot))
    }

    /// What happened in a span.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub(crate) fn view(&self, span: Span) -> Result<LanesView, ReplayError> {
        let mut inner = self.lock()?;
        inner.follow(&self.pages)?;
        let buckets = i64::from(span.buckets.clamp(1, MOST_BUCKETS));
        let length = span.to.since_ms(span.from).max(MINUTE_MS);
        let bucket_ms = (length + buckets - 1) / buckets;
        let bucket_ms = (bucket_ms + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS;
        let count = ((length + bucket_ms - 1) / bucket_ms) as usize;
        let (decimals, unit) = inner.clerk.rain(span.only);
        let (first, last) = inner.span.unwrap_or((span.from, span.from));
        let mut view = LanesView {
            from: span.from,
            to: span.to,
            bucket_ms,
            first,
            last,
            rain: vec![0; count],
            rain_decimals: decimals,
            rain_unit: unit,
            levels: vec![0; count],
            alarms: vec![[0; 5]; count],
            calls: vec![0; count],
            commands: vec![0; count],
            reports: vec![0; count],
            decisions: vec![0; count],
            late: vec![0; count],
            deeds: Vec::new(),
            all_deeds: 0,
        };
        inner.fill(&self.pages, span, &mut view);
        view.deeds.sort_by_key(|deed| deed.at);
        view.all_deeds = u32::try_from(view.deeds.len()).unwrap_or(u32::MAX);
        let surplus = view.deeds.len().saturating_sub(LanesView::MOST_DEEDS);
        view.deeds.drain(..surplus);
        inner.forget_some();
        Ok(view)
    }

    /// What a panic left half done is let go: it is read again from what is written down.
    ///
    /// # Errors
    /// [`ReplayError`] when the pages of another journal cannot be cleared.
    fn lock(&self) -> Result<MutexGuard<'_, Inner>, ReplayError> {
        match self.inner.lock() {
            Ok(inner) => Ok(inner),
            Err(poisoned) => {
                let mut inner = poisoned.into_inner();
                let written = Inner::open(&self.pages, &self.journal);
                *inner = written.map_err(ReplayError::Lanes)?;
                self.inner.clear_poison();
                Ok(inner)
            }
        }
    }
}

impl Inner {
    /// What is written down; what belongs to another journal is forgotten.
    fn open(pages: &Pages, journal: &JournalReader) -> std::io::Result<Inner> {
        let known = pages
            .read(KNOWN)
            .and_then(|bytes| postcard::from_bytes::<Known>(&bytes).ok())
            .filter(|known| known.through <= journal.committed());
        let known = match known {
            Some(known) => known,
            None => {
                pages.clear()?;
                Known::default()
            }
        };
        Ok(Inner {
            cursor: journal.cursor(known.through + 1),
            clerk: known.clerk,
            span: known.span,
            days: BTreeMap::new(),
            dirty: BTreeSet::new(),
            written: known.through,
        })
    }

    /// Reads what was committed since.
    fn follow(&mut self, pages: &Pages) -> Result<(), ReplayError> {
        loop {
            let mut records = Vec::new();
            let mut bad = None;
            self.cursor
                .read(PIECE, &mut |seq, tag, payload| match decode(tag, payload) {
                    Ok(record) => records.push((seq, record)),
                    Err(source) => bad = bad.take().or(Some(ReplayError::Record { seq, source })),
                })?;
            let last = records.last().map(|(seq, _)| *seq);
            if last.is_some() || bad.is_none() {
                self.heed(pages, records);
            }
            if let Some(bad) = bad {
                return Err(bad);
            }
            let Some(last) = last else { return Ok(()) };
            // A press that waits is in nothing that is written down.
            if last - self.written >= WRITE_EVERY && !self.clerk.waits() {
                self.write(pages);
            }
        }
    }

    /// Takes the next piece; an empty one says that there is no more.
    fn heed(&mut self, pages: &Pages, piece: Vec<(u64, Record)>) {
        // A commit is read whole or not at all, but a piece may end inside one, between a press and
        // what became of it: only where nothing follows is the last press known to be honoured.
        if piece.is_empty() {
            self.settle(pages);
        }
        for (seq, record) in piece {
            self.take(pages, seq, record);
        }
    }

    fn take(&mut self, pages: &Pages, seq: u64, record: Record) {
        if let Record::Input { at, .. } = &record
            && *at > Time::MIN
        {
            self.settle(pages);
            self.span = Some(self.span.map_or((*at, *at), |(first, _)| (first, *at)));
        }
        for note in self.clerk.take(seq, &record) {
            let page = self.day_to_change(pages, note.at.day());
            if page.through < seq {
                note.enter(page);
            }
        }
    }

    /// Enters the press that waited for whether it was honoured.
    fn settle(&mut self, pages: &Pages) {
        if let Some((seq, notes)) = self.clerk.settle() {
            for note in notes {
                let page = self.day_to_change(pages, note.at.day());
                if page.through < seq {
                    note.enter(page);
                }
            }
        }
    }

    fn day_to_change(&mut self, pages: &Pages, day: i64) -> &mut Day {
        self.dirty.insert(day);
        self.days
            .entry(day)
            .or_insert_with(|| read(pages, day).unwrap_or_default())
    }

    fn day(&mut self, pages: &Pages, day: i64) -> Option<&Day> {
        match self.days.entry(day) {
            Entry::Occupied(held) => Some(held.into_mut()),
            Entry::Vacant(place) => Some(place.insert(read(pages, day)?)),
        }
    }

    /// The days with anything in them, in order.
    fn days_between(&self, pages: &Pages, from: i64, to: i64) -> Vec<i64> {
        let names = pages.names().unwrap_or_default();
        let written = names.iter().filter_map(|name| name.parse::<i64>().ok());
        let all: BTreeSet<i64> = written.chain(self.days.keys().copied()).collect();
        all.into_iter()
            .filter(|day| (from..=to).contains(day))
            .collect()
    }

    fn fill(&mut self, pages: &Pages, span: Span, view: &mut LanesView) {
        let (first, last) = (span.from.day(), span.to.day());
        // Levels that stood before the span began stand on until they change.
        let before = self.days_between(pages, i64::MIN, first - 1);
        let mut standing: BTreeMap<u16, u8> = BTreeMap::new();
        for day in before.into_iter().rev().take(MOST_UNPACKED) {
            let Some(day) = self.day(pages, day) else {
                continue;
            };
            for (slot, county) in &day.counties {
                let mut minutes = county.minutes.values().rev();
                let newest = minutes.find_map(|course| course.known(span.known)?.levels);
                if let Some((_, after)) = newest {
                    standing.entry(*slot).or_insert(after);
                }
            }
            if !standing.is_empty() {
                break;
            }
        }
        let mut changes: BTreeMap<(i64, u16), (u8, u8)> = BTreeMap::new();
        for day in self.days_between(pages, first, last) {
            let Some(page) = self.day(pages, day) else {
                continue;
            };
            for (slot, county) in &page.counties {
                if span.only.is_some_and(|only| only.0 != *slot) {
                    continue;
                }
                for (minute, course) in &county.minutes {
                    let Some(what) = course.known(span.known) else {
                        continue;
                    };
                    let at = Time::from_ms(day * DAY_MS + i64::from(*minute) * MINUTE_MS);
                    if let Some(levels) = what.levels {
                        changes.insert((at.ms(), *slot), levels);
                    }
                    if let Some(place) = place_of(view, at) {
                        add(view, place, &what);
                    }
                }
                let inside = |at: Time| at >= span.from && at < span.to;
                let known = |at: Time| span.known.is_none_or(|by| at <= by);
                let deeds = county.deeds.iter();
                let deeds = deeds.filter(|deed| inside(deed.at) && known(deed.pressed));
                view.deeds.extend(deeds.map(super::day::Deed::view));
            }
            self.forget_some();
        }
        if let Some(only) = span.only {
            standing.retain(|slot, _| *slot == only.0);
        }
        let until = span.known.map_or(view.last, |by| by.min(view.last));
        stand(view, standing, &changes, until);
    }

    fn write(&mut self, pages: &Pages) {
        let through = self.cursor.next() - 1;
        let mut sound = true;
        for day in std::mem::take(&mut self.dirty) {
            if let Some(page) = self.days.get_mut(&day) {
                page.through = through;
                sound &= keep(pages, &day.to_string(), page);
            }
        }
        let known = Known {
            through,
            span: self.span,
            clerk: self.clerk.clone(),
        };
        if sound && keep(pages, KNOWN, &known) {
            self.written = through;
        }
        self.forget_some();
    }

    fn forget_some(&mut self) {
        while self.days.len() > MOST_UNPACKED {
            let clean = self.days.keys().find(|day| !self.dirty.contains(day));
            let Some(day) = clean.copied() else { return };
            self.days.remove(&day);
        }
    }
}

/// Writes the levels that stood up to `until` into the buckets, given what stood before and every change.
fn stand(
    view: &mut LanesView,
    mut standing: BTreeMap<u16, u8>,
    changes: &BTreeMap<(i64, u16), (u8, u8)>,
    until: Time,
) {
    let mut changes = changes.iter().peekable();
    for place in 0..view.levels.len() {
        let begin = view.from.ms() + place as i64 * view.bucket_ms;
        // Nothing stands in a future that nobody has seen.
        if begin > until.ms() {
            return;
        }
        let mut worst = None;
        while let Some(((at, slot), (peak, after))) = changes.peek() {
            if *at >= begin + view.bucket_ms {
                break;
            }
            if *at >= begin {
                let before = standing.values().copied().max().unwrap_or(0);
                worst = worst.max(Some((*peak).max(before)));
            }
            standing.insert(*slot, *after);
            changes.next();
        }
        let now = standing.values().copied().max().unwrap_or(0);
        view.levels[place] = worst.map_or(now, |worst: u8| worst.max(now));
    }
}

fn place_of(view: &LanesView, at: Time) -> Option<usize> {
    // A minute belongs to the bucket in which it begins; the span may begin inside one.
    let since = at.since_ms(view.from);
    let place = if since < 0 && since > -MINUTE_MS {
        0
    } else {
        since.div_euclid(view.bucket_ms)
    };
    let place = usize::try_from(place).ok()?;
    (place < view.rain.len()).then_some(place)
}

fn add(view: &mut LanesView, place: usize, what: &Minute) {
    view.rain[place] = view.rain[place].max(what.rain);
    for (sum, more) in view.alarms[place].iter_mut().zip(what.alarms) {
        *sum += more;
    }
    view.calls[place] += what.calls;
    view.commands[place] += what.commands;
    view.reports[place] += what.reports;
    view.decisions[place] += what.decisions;
    view.late[place] += what.late;
}

fn read(pages: &Pages, day: i64) -> Option<Day> {
    let bytes = pages.read(&day.to_string())?;
    postcard::from_bytes(&bytes).ok()
}

fn keep<T: Serialize>(pages: &Pages, name: &str, page: &T) -> bool {
    let written = postcard::to_stdvec(page)
        .map_err(std::io::Error::other)
        .and_then(|bytes| pages.write(name, &bytes));
    if let Err(error) = &written {
        tracing::warn!(%error, name, "could not write a page of the lanes; it is made again");
    }
    written.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::action::{Act, Action, Answer, Why};
    use model::config::Role;
    use model::{Config, Effect};
    use store::{JournalOptions, Position, Store};

    const AT: Time = Time::from_ms(1_000);

    fn input(input: Input) -> Record {
        Record::Input {
            at: AT,
            jurisdiction: JurisdictionSlot(0),
            input,
        }
    }

    /// How many presses are told when these pieces were read one after the other.
    fn told(pieces: Vec<Vec<(u64, Record)>>) -> usize {
        let dir = tempfile::tempdir().expect("there is room");
        let store = Store::of(dir.path()).expect("a folder is a store");
        let options = JournalOptions {
            segment_bytes: 1 << 20,
            reserve_bytes: 64 << 10,
        };
        let journal = store.open_journal(options, Position::START, &mut |_, _, _| Ok(()));
        let (journal, _) = journal.expect("an empty journal opens");
        let pages = Pages::open(&dir.path().join("lanes")).expect("a folder can be made");
        let mut inner = Inner::open(&pages, &journal.reader()).expect("nothing is there");
        for piece in pieces {
            inner.heed(&pages, piece);
        }
        let counties = inner.days.values().flat_map(|day| day.counties.values());
        counties.map(|county| county.deeds.len()).sum()
    }

    #[test]
    fn a_press_is_told_only_when_it_is_known_what_became_of_it() {
        let begin = || {
            let press = Act {
                op: "roll".into(),
                by: "wang".into(),
                role: Role::DutyOfficer,
                device_at: None,
                action: Action::CallRoll { posts: Vec::new() },
            };
            let files = Input::Configured(Box::new(Config::default().into()));
            let press = Input::Acted(Box::new(press));
            vec![(1, input(files)), (2, input(press))]
        };
        let why = Why::RoleNotAllowed;
        let refused = Record::Outcome {
            jurisdiction: JurisdictionSlot(0),
            engine: 1,
            rules: 0,
            effect: Effect::Answer(Answer::Refused { why }),
        };
        assert_eq!(
            told(vec![begin()]),
            0,
            "its outcome may stand in the next piece"
        );
        assert_eq!(told(vec![begin(), vec![(3, refused)], Vec::new()]), 0);
        assert_eq!(told(vec![begin(), Vec::new()]), 1, "nothing follows");
        assert_eq!(told(vec![begin(), vec![(3, input(Input::Ticked))]]), 1);
    }
}
