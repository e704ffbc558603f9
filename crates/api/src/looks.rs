//! Who saw what is personal, put on record: telephone numbers, and texts, positions and photos of
//! others. The first look of a person at each kind is on disk before it is answered; what else they see
//! of that kind within the minute is one more entry at its end, so that nobody's scrolling fills the
//! journal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::custody::{Access, AccessDeed, Accessor, bounded};
use model::{JurisdictionSlot, PersonId, Seal, Time};
use runtime::{Inbox, Stopped};
use tokio::sync::watch;

use crate::access::Principal;

/// How long looks of one person are gathered.
const BUNDLE: Duration = Duration::from_secs(60);
/// How long the last looks may take to be recorded at the end of a process.
const FAREWELL: Duration = Duration::from_secs(5);

/// Gathers looks; clones share them.
#[derive(Clone)]
pub struct Looks {
    inbox: Inbox,
    open: Arc<Mutex<Open>>,
}

/// What is gathered now.
#[derive(Default)]
struct Open {
    bundles: BTreeMap<Key, Bundle>,
    /// The process ends: nothing is gathered any more, each look is an entry of its own.
    closed: bool,
}

/// Whose looks at which kind of thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    jurisdiction: JurisdictionSlot,
    person: PersonId,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Files,
    Telephones,
}

/// What a person saw of one kind within the minute.
struct Bundle {
    /// Files that are on record for this minute, and those that are to be.
    told: BTreeSet<Seal>,
    untold: BTreeSet<Seal>,
    /// The most telephone numbers on record, and seen since.
    people_told: u32,
    people: u32,
    /// Of what is not told yet.
    span: Option<(Time, Time)>,
    /// What became of recording the first; nothing as long as it goes on.
    first: watch::Receiver<Option<Result<(), Stopped>>>,
}

impl Looks {
    pub(crate) fn new(inbox: Inbox) -> Looks {
        let open = Arc::default();
        Looks { inbox, open }
    }

    /// Files were asked for; returns when the first look of the minute is on record.
    pub(crate) async fn files(
        &self,
        reader: &Principal,
        jurisdiction: JurisdictionSlot,
        seals: &[Seal],
    ) -> Result<(), Stopped> {
        let (some, more) = bounded(seals.to_vec());
        let deed = AccessDeed::SawFiles { seals: some, more };
        let key = Key {
            jurisdiction,
            person: reader.person.clone(),
            kind: Kind::Files,
        };
        let begin = |bundle: &mut Bundle| bundle.told.extend(seals.iter().cloned());
        let gather = |bundle: &mut Bundle| {
            let told = &bundle.told;
            let new = seals.iter().filter(|seal| !told.contains(seal));
            bundle.untold.extend(new.cloned());
        };
        self.look(key, deed, begin, gather).await
    }

    /// Telephone numbers of so many people are about to be shown; returns when the first look of the
    /// minute is on record.
    pub(crate) async fn telephones(
        &self,
        reader: &Principal,
        jurisdiction: JurisdictionSlot,
        people: u32,
    ) -> Result<(), Stopped> {
        let deed = AccessDeed::SawTelephones { people };
        let key = Key {
            jurisdiction,
            person: reader.person.clone(),
            kind: Kind::Telephones,
        };
        let begin = |bundle: &mut Bundle| bundle.people_told = people;
        let gather = |bundle: &mut Bundle| bundle.people = bundle.people.max(people);
        self.look(key, deed, begin, gather).await
    }

    /// A report of an interval was made; returns when that is on record. Each is one entry.
    pub(crate) async fn reported(
        &self,
        reader: &Principal,
        jurisdiction: JurisdictionSlot,
        (from, to): (Time, Time),
    ) -> Result<(), Stopped> {
        let now = now();
        let deed = AccessDeed::Reported { from, to };
        let access = access(reader.person.clone(), (now, now), deed);
        self.inbox.accessed(jurisdiction, access).await
    }

    /// Records what was gathered, and from now on each look by itself. Called before the process
    /// stops, while presses are still taken.
    pub async fn close(&self) {
        let keys: Vec<Key> = {
            let mut open = self.open();
            open.closed = true;
            open.bundles.keys().cloned().collect()
        };
        let ending = async {
            for key in keys {
                self.end(key).await;
            }
        };
        if tokio::time::timeout(FAREWELL, ending).await.is_err() {
            tracing::warn!("looks of the last minute are not on record: nothing is confirmed");
        }
    }

    /// Begins the minute of this kind, or gathers within it; waits until its first look is on record.
    async fn look(
        &self,
        key: Key,
        deed: AccessDeed,
        begin: impl FnOnce(&mut Bundle),
        gather: impl FnOnce(&mut Bundle),
    ) -> Result<(), Stopped> {
        let mut first = {
            let mut open = self.open();
            let closed = open.closed;
            match open.bundles.get_mut(&key) {
                Some(bundle) if !closed => {
                    gather(bundle);
                    bundle.see(now());
                    bundle.first.clone()
                }
                Some(_) | None => {
                    let first = self.record(key.clone(), deed, !closed);
                    if !closed {
                        let mut bundle = Bundle::new(first.clone());
                        begin(&mut bundle);
                        open.bundles.insert(key, bundle);
                    }
                    first
                }
            }
        };
        let recorded = first.wait_for(Option::is_some).await;
        recorded.map_or(Err(Stopped), |done| done.unwrap_or(Err(Stopped)))
    }

    /// Records a look, whoever waits for it; where more is gathered behind it, that is recorded at the
    /// end of the minute.
    fn record(
        &self,
        key: Key,
        deed: AccessDeed,
        gathers: bool,
    ) -> watch::Receiver<Option<Result<(), Stopped>>> {
        let (tell, first) = watch::channel(None);
        let looks = self.clone();
        let now = now();
        let access = access(key.person.clone(), (now, now), deed);
        tokio::spawn(async move {
            let recorded = looks.inbox.accessed(key.jurisdiction, access).await;
            tell.send_replace(Some(recorded));
            if gathers {
                tokio::time::sleep(BUNDLE).await;
                looks.end(key).await;
            }
        });
        first
    }

    async fn end(&self, key: Key) {
        let bundle = self.open().bundles.remove(&key);
        let Some(bundle) = bundle else { return };
        let Some(span) = bundle.span else { return };
        let deed = match key.kind {
            Kind::Files if bundle.untold.is_empty() => return,
            Kind::Files => {
                let (seals, more) = bounded(bundle.untold.into_iter().collect());
                AccessDeed::SawFiles { seals, more }
            }
            Kind::Telephones if bundle.people <= bundle.people_told => return,
            Kind::Telephones => {
                let people = bundle.people;
                AccessDeed::SawTelephones { people }
            }
        };
        let access = access(key.person, span, deed);
        if self.inbox.accessed(key.jurisdiction, access).await.is_err() {
            tracing::warn!("looks of the last minute are not on record: the process is ending");
        }
    }

    /// A panic while the lock is held leaves whole bundles behind.
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bundle {
    fn new(first: watch::Receiver<Option<Result<(), Stopped>>>) -> Bundle {
        Bundle {
            told: BTreeSet::new(),
            untold: BTreeSet::new(),
            people_told: 0,
            people: 0,
            span: None,
            first,
        }
    }

    fn see(&mut self, now: Time) {
        let (first, _) = self.span.unwrap_or((now, now));
        self.span = Some((first, now));
    }
}

fn access(person: PersonId, (first, last): (Time, Time), deed: AccessDeed) -> Access {
    Access {
        id: uuid::Uuid::new_v4().simple().to_string(),
        by: Accessor::Person(person),
        first,
        last,
        deed,
    }
}

/// By the machine's clock: a made-up night has no minute of its own to look in.
fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use futures_util::FutureExt as _;
    use model::Config;
    use model::config::Clock;

    const SLOT: JurisdictionSlot = JurisdictionSlot(0);

    async fn start(data: &std::path::Path) -> (runtime::Runtime, Looks) {
        let config = Config {
            code: "330624".to_owned(),
            ..Config::default()
        };
        let options = runtime::Options::new(data.to_owned(), Clock::Feed, vec![config]);
        let site = runtime::start(options).await.unwrap();
        let looks = Looks::new(site.inbox.clone());
        (site, looks)
    }

    fn recorded(data: &std::path::Path) -> Vec<AccessDeed> {
        let mut deeds = Vec::new();
        runtime::replay(data, |again| {
            if let model::Input::Accessed(access) = again.input {
                deeds.push(access.deed.clone());
            }
        })
        .unwrap();
        deeds
    }

    fn seals(count: usize) -> Vec<Seal> {
        (0..count).map(|n| Seal(format!("{n:064x}"))).collect()
    }

    fn files(seals: &[Seal], more: u32) -> AccessDeed {
        AccessDeed::SawFiles {
            seals: seals.to_vec(),
            more,
        }
    }

    #[tokio::test]
    async fn what_is_seen_within_a_minute_is_two_entries_at_most_of_a_kind() {
        let data = tempfile::TempDir::new().unwrap();
        let (site, looks) = start(data.path()).await;
        let (reader, seals) = (Principal::local_check(), seals(300));
        let end = async |kind| {
            let (jurisdiction, person) = (SLOT, reader.person.clone());
            let key = Key {
                jurisdiction,
                person,
                kind,
            };
            looks.end(key).await;
        };
        for _ in 0..3 {
            looks.telephones(&reader, SLOT, 4).await.unwrap();
            for seal in &seals {
                let one = std::slice::from_ref(seal);
                looks.files(&reader, SLOT, one).await.unwrap();
            }
        }
        end(Kind::Telephones).await;
        end(Kind::Files).await;
        // The next minute begins anew, with nothing left behind.
        looks.files(&reader, SLOT, &seals[..2]).await.unwrap();
        looks.files(&reader, SLOT, &seals[..1]).await.unwrap();
        end(Kind::Files).await;
        site.stop().await;
        let want = [
            AccessDeed::SawTelephones { people: 4 },
            files(&seals[..1], 0),
            files(&seals[1..257], 43),
            files(&seals[..2], 0),
        ];
        assert_eq!(recorded(data.path()), want);
    }

    #[tokio::test]
    async fn who_looks_beside_the_first_waits_for_the_same_entry() {
        let data = tempfile::TempDir::new().unwrap();
        let (site, looks) = start(data.path()).await;
        let (reader, seals) = (Principal::local_check(), seals(2));
        let (one, other) = (&seals[..1], &seals[1..]);
        {
            let mut first = Box::pin(looks.files(&reader, SLOT, one));
            assert_eq!((&mut first).now_or_never(), None);
            // Whoever asked first hangs up; nobody else is answered any sooner.
        }
        let beside = looks.files(&reader, SLOT, other).now_or_never();
        assert_eq!(beside, None, "nothing is on record yet");
        assert_eq!(looks.files(&reader, SLOT, other).await, Ok(()));
        let there = site.inbox.ask(|fleet| fleet.seq()).await.unwrap();
        assert!(there >= 2, "the files and the first look");
        site.stop().await;
        assert_eq!(recorded(data.path()), [files(one, 0)]);
    }

    #[tokio::test]
    async fn the_last_minute_is_on_record_when_the_process_ends_well() {
        let data = tempfile::TempDir::new().unwrap();
        let (site, looks) = start(data.path()).await;
        let (reader, seals) = (Principal::local_check(), seals(4));
        for seal in &seals[..3] {
            let one = std::slice::from_ref(seal);
            looks.files(&reader, SLOT, one).await.unwrap();
        }
        looks.telephones(&reader, SLOT, 4).await.unwrap();
        looks.telephones(&reader, SLOT, 9).await.unwrap();
        looks.close().await;
        // Somebody is still answered: that is an entry of its own.
        looks.files(&reader, SLOT, &seals[3..]).await.unwrap();
        site.stop().await;
        let want = [
            files(&seals[..1], 0),
            AccessDeed::SawTelephones { people: 4 },
            files(&seals[1..3], 0),
            AccessDeed::SawTelephones { people: 9 },
            files(&seals[3..], 0),
        ];
        assert_eq!(recorded(data.path()), want);
    }
}
