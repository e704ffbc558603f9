//! Who saw what is personal, put on record: telephone numbers, and texts, positions and photos of
//! others. The first look of a person is on disk before it is answered; what else they see within the
//! minute is one more entry at its end, so that nobody's scrolling fills the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::custody::{Access, AccessDeed, Accessor, bounded};
use model::{JurisdictionSlot, PersonId, Seal, Time};
use runtime::{Inbox, Stopped};

use crate::access::Principal;

/// How long looks of one person are gathered.
const BUNDLE: Duration = Duration::from_secs(60);

/// Gathers looks; clones share them.
#[derive(Clone)]
pub(crate) struct Looks {
    inbox: Inbox,
    open: Arc<Mutex<BTreeMap<(JurisdictionSlot, PersonId), Bundle>>>,
}

/// What a person saw within the minute.
#[derive(Default)]
struct Bundle {
    /// Files that are on record for this minute, and those that are to be.
    told: BTreeSet<Seal>,
    untold: BTreeSet<Seal>,
    /// The most telephone numbers on record, and seen since.
    people_told: u32,
    people: u32,
    /// Of what is not told yet.
    span: Option<(Time, Time)>,
}

impl Looks {
    pub(crate) fn new(inbox: Inbox) -> Looks {
        let open = Arc::default();
        Looks { inbox, open }
    }

    /// Files were asked for; returns when the first of the minute is on record.
    pub(crate) async fn files(
        &self,
        reader: &Principal,
        jurisdiction: JurisdictionSlot,
        seals: &[Seal],
    ) -> Result<(), Stopped> {
        let now = now();
        let first = {
            let mut open = self.open();
            let key = (jurisdiction, reader.person.clone());
            let fresh = !open.contains_key(&key);
            let bundle = open.entry(key).or_default();
            if fresh {
                bundle.told.extend(seals.iter().cloned());
            } else {
                let told = &bundle.told;
                let new = seals.iter().filter(|seal| !told.contains(seal));
                bundle.untold.extend(new.cloned());
                bundle.see(now);
            }
            fresh
        };
        if first {
            let (seals, more) = bounded(seals.to_vec());
            self.begin(reader, jurisdiction, AccessDeed::SawFiles { seals, more })
                .await?;
        }
        Ok(())
    }

    /// Telephone numbers of so many people are about to be shown; returns when the first of the minute
    /// is on record.
    pub(crate) async fn telephones(
        &self,
        reader: &Principal,
        jurisdiction: JurisdictionSlot,
        people: u32,
    ) -> Result<(), Stopped> {
        let now = now();
        let first = {
            let mut open = self.open();
            let key = (jurisdiction, reader.person.clone());
            let fresh = !open.contains_key(&key);
            let bundle = open.entry(key).or_default();
            if fresh {
                bundle.people_told = people;
            } else {
                bundle.people = bundle.people.max(people);
                bundle.see(now);
            }
            fresh
        };
        if first {
            self.begin(reader, jurisdiction, AccessDeed::SawTelephones { people })
                .await?;
        }
        Ok(())
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

    /// Records the first look of a minute, and has the rest recorded at its end.
    async fn begin(
        &self,
        reader: &Principal,
        jurisdiction: JurisdictionSlot,
        deed: AccessDeed,
    ) -> Result<(), Stopped> {
        let (looks, person) = (self.clone(), reader.person.clone());
        let late = person.clone();
        tokio::spawn(async move {
            tokio::time::sleep(BUNDLE).await;
            looks.end(late, jurisdiction).await;
        });
        let now = now();
        let access = access(person, (now, now), deed);
        self.inbox.accessed(jurisdiction, access).await
    }

    async fn end(&self, person: PersonId, jurisdiction: JurisdictionSlot) {
        let bundle = self.open().remove(&(jurisdiction, person.clone()));
        let Some(bundle) = bundle else { return };
        let Some(span) = bundle.span else { return };
        let mut deeds = Vec::new();
        if !bundle.untold.is_empty() {
            let (seals, more) = bounded(bundle.untold.into_iter().collect());
            deeds.push(AccessDeed::SawFiles { seals, more });
        }
        if bundle.people > bundle.people_told {
            let people = bundle.people;
            deeds.push(AccessDeed::SawTelephones { people });
        }
        for deed in deeds {
            let access = access(person.clone(), span, deed);
            if self.inbox.accessed(jurisdiction, access).await.is_err() {
                tracing::warn!("looks of the last minute are not on record: the process is ending");
            }
        }
    }

    /// A panic while the lock is held leaves whole bundles behind.
    fn open(&self) -> MutexGuard<'_, BTreeMap<(JurisdictionSlot, PersonId), Bundle>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bundle {
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
    use model::Config;
    use model::config::Clock;

    #[tokio::test]
    async fn what_is_seen_within_a_minute_is_two_entries_at_most_of_a_kind() {
        let data = tempfile::TempDir::new().unwrap();
        let config = Config {
            code: "330624".to_owned(),
            ..Config::default()
        };
        let options = runtime::Options::new(data.path().to_owned(), Clock::Feed, vec![config]);
        let site = runtime::start(options).await.unwrap();
        let looks = Looks::new(site.inbox.clone());
        let (reader, slot) = (Principal::local_check(), JurisdictionSlot(0));
        let seals: Vec<Seal> = (0..300).map(|n| Seal(format!("{n:064x}"))).collect();
        for _ in 0..3 {
            looks.telephones(&reader, slot, 4).await.unwrap();
            for seal in &seals {
                let one = std::slice::from_ref(seal);
                looks.files(&reader, slot, one).await.unwrap();
            }
        }
        looks.end(reader.person.clone(), slot).await;
        // The next minute begins anew, with nothing left behind.
        looks.files(&reader, slot, &seals[..2]).await.unwrap();
        looks.files(&reader, slot, &seals[..1]).await.unwrap();
        looks.end(reader.person.clone(), slot).await;
        site.stop().await;
        let mut deeds = Vec::new();
        runtime::replay(data.path(), |again| {
            if let model::Input::Accessed(access) = again.input {
                deeds.push(access.deed.clone());
            }
        })
        .unwrap();
        let files = |seals: &[Seal], more| AccessDeed::SawFiles {
            seals: seals.to_vec(),
            more,
        };
        let want = [
            AccessDeed::SawTelephones { people: 4 },
            files(&seals[..256], 44),
            files(&seals[..2], 0),
        ];
        assert_eq!(deeds, want);
    }
}
