//! A site that is served for tests of trials.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use model::config::Clock;
use model::intake::Quality;
use model::{SeriesSlot, Time};
use runtime::{Draft, Item, Options, Runtime};

use super::files::copy;
use crate::desk::{Desk, Past};

/// The site that the reader of sites is tested with, served on a clock that the readings carry.
pub(super) struct Served {
    pub(super) place: tempfile::TempDir,
    pub(super) runtime: Runtime,
    pub(super) desk: Desk,
}

/// Serves it; `files` are put in place of its own, by their path.
pub(super) async fn served(files: &[(&str, &str)]) -> Served {
    let place = tempfile::tempdir().unwrap();
    let (folder, data) = (place.path().join("site"), place.path().join("data"));
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("../site/tests/good");
    copy(&good, &folder).unwrap();
    for (file, text) in files {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let site = site::read_site(&folder).unwrap();
    let configs = site.jurisdictions.iter().map(|j| j.config.clone());
    let options = Options::new(data.clone(), Clock::Feed, configs.collect());
    let runtime = runtime::start(options).await.unwrap();
    let past = Past {
        replays: runtime.replays.clone(),
        texts: runtime.blobs.clone(),
    };
    let senders = crate::senders::senders(&data, &site).unwrap();
    let desk = Desk::new(&folder, &site, runtime.inbox.clone(), past, senders);
    Served {
        place,
        runtime,
        desk,
    }
}

impl Served {
    /// A river that rises by 5 cm in five minutes from 40.80 m, past its orange of 41.50 m; every
    /// third reading comes after the one behind it.
    pub(super) async fn rise(&self) {
        let begin: Time = "2026-07-15T00:00:00Z".parse().unwrap();
        let mut order: Vec<i64> = (0..48).collect();
        for pair in order.chunks_mut(3) {
            pair.swap(1, 2);
        }
        let slot = self.runtime.inbox.catalogue().jurisdiction("330624");
        for step in order {
            let observed = begin.plus_ms(step * 300_000);
            let draft = Draft {
                edition: 0,
                jurisdiction: slot.unwrap(),
                series: SeriesSlot(0),
                observed,
                received: Some(observed),
                value: 4_080 + step * 5,
                revision: 0,
                quality: Quality::Good,
            };
            let sent = self.runtime.inbox.readings(1, vec![Item::Reading(draft)]);
            sent.await.unwrap().await.unwrap();
        }
    }

    pub(super) async fn seq(&self) -> u64 {
        self.runtime.inbox.ask(|fleet| fleet.seq()).await.unwrap()
    }

    pub(super) fn rules(&self) -> String {
        let file = self.place.path().join("site/rules/flood.toml");
        std::fs::read_to_string(file).unwrap()
    }
}
