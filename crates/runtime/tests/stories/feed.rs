//! The feed has no gap: whoever comes, whenever, ends up with the same world.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::*;
use model::JurisdictionSlot;
use model::action::{Act, Action, Answer, ReportTask};
use model::command::{TemplateKind, VillageCount};
use model::config::{Clock, Role};
use model::task::{FactKind, Means};
use model::view::{AlarmView, Change, FeedMessage, SnapshotView};
use runtime::{Frame, Runtime, Subscription, start};

/// What a client knows.
#[derive(Default)]
struct World {
    seq: u64,
    alarms: BTreeMap<String, AlarmView>,
    values: BTreeMap<String, Option<String>>,
}

impl World {
    fn begin(&mut self, snapshot: &SnapshotView) {
        *self = World {
            seq: snapshot.seq,
            ..World::default()
        };
        for county in &snapshot.counties {
            for alarm in &county.alarms {
                self.alarms.insert(alarm.key.to_string(), alarm.clone());
            }
            for series in county.stations.iter().flat_map(|s| &s.series) {
                self.values
                    .insert(series.now.station.clone(), series.now.value.clone());
            }
        }
    }

    fn hear(&mut self, message: FeedMessage) {
        match message {
            FeedMessage::Snapshot(snapshot) => self.begin(&snapshot),
            FeedMessage::Updates { updates, .. } => {
                for update in updates {
                    assert!(update.seq >= self.seq, "updates never go back");
                    self.seq = update.seq;
                    if let Change::Alarm { alarm } = update.change {
                        self.alarms.insert(alarm.key.to_string(), alarm);
                    }
                }
            }
            FeedMessage::Values { seq, values, .. } => {
                self.seq = self.seq.max(seq);
                for value in values {
                    self.values
                        .insert(value.station.clone(), value.value.clone());
                }
            }
            FeedMessage::Beat { seq, .. } => self.seq = self.seq.max(seq),
            FeedMessage::Changed(_) => panic!("nobody asked for changes"),
            FeedMessage::Behind => panic!("this client keeps up"),
        }
    }

    /// Takes one message in; how far everything was told, when it is a beat.
    fn hear_frame(&mut self, frame: Frame) -> Option<u64> {
        match frame {
            Frame::Snapshot(snapshot) => {
                self.begin(&snapshot);
                None
            }
            Frame::Text(text) => {
                let message: FeedMessage = serde_json::from_slice(&text).unwrap();
                let beat = match &message {
                    FeedMessage::Beat { seq, .. } => Some(*seq),
                    FeedMessage::Snapshot(_)
                    | FeedMessage::Changed(_)
                    | FeedMessage::Updates { .. }
                    | FeedMessage::Values { .. }
                    | FeedMessage::Behind => None,
                };
                self.hear(message);
                beat
            }
        }
    }

    /// Listens until the beat says that everything up to `seq` was told.
    async fn listen(&mut self, feed: &mut Subscription, seq: u64) {
        let heard = async {
            loop {
                let beat = self.hear_frame(feed.next().await.unwrap());
                if beat.is_some_and(|told| told >= seq) {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), heard)
            .await
            .unwrap();
    }

    fn told(&self) -> Vec<(&String, &AlarmView)> {
        self.alarms.iter().filter(|(_, a)| !a.closed).collect()
    }
}

async fn truth(site: &Runtime) -> (World, u64) {
    let county = site
        .inbox
        .ask(|f| (f.county(JurisdictionSlot(0), f.now()), f.seq()));
    let (county, seq) = county.await.unwrap();
    let mut world = World::default();
    let clock = model::view::ClockView {
        clock: Clock::Feed,
        now: at(0),
        replay: None,
    };
    let counties = vec![county.unwrap()];
    world.begin(&SnapshotView {
        seq,
        clock,
        counties,
        system: Vec::new(),
        mode: model::replay::Mode::Live,
    });
    (world, seq)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_come_at_any_time_and_return_see_the_same_world() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(
        dir.path(),
        Clock::Feed,
        vec![county("A", 6, 2 * MINUTE)],
    ))
    .await
    .unwrap();
    let sender = {
        let inbox = site.inbox.clone();
        tokio::spawn(async move {
            for n in 0..1500i64 {
                let draft = reading((n % 6) as u32, n, 900 + (n * 53 % 500));
                let items = vec![runtime::Item::Reading(draft)];
                inbox.readings(0, items).await.unwrap().await.unwrap();
            }
        })
    };
    let mut clients = Vec::new();
    for n in 0..24u32 {
        // Each comes when some more was told; some go away in between and return.
        let heard = site.inbox.ask(|f| f.seq()).await.unwrap();
        let mut world = World::default();
        let mut feed = site.feed.subscribe(None, None).await.unwrap();
        for _ in 0..n % 5 {
            world.hear_frame(feed.next().await.unwrap());
        }
        assert!(
            n % 5 == 0 || world.seq >= heard,
            "what was confirmed before is in it"
        );
        if n % 5 > 0 && n % 2 == 0 {
            drop(feed);
            tokio::task::yield_now().await;
            feed = site.feed.subscribe(Some(world.seq), None).await.unwrap();
        }
        clients.push((world, feed));
    }
    sender.await.unwrap();
    let (truth, seq) = truth(&site).await;
    assert!(!truth.alarms.is_empty());
    for (mut world, mut feed) in clients {
        world.listen(&mut feed, seq).await;
        assert_eq!(world.told(), truth.told());
        assert_eq!(world.values, truth.values);
    }
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_to_an_empty_room_is_told_what_changed_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let county = vec![county("A", 6, 2 * MINUTE)];
    let site = start(options(dir.path(), Clock::Feed, county))
        .await
        .unwrap();
    let send = async |from: i64, many: i64| {
        for n in from..from + many {
            let draft = reading((n % 6) as u32, n, 900 + (n * 53 % 500));
            let items = vec![runtime::Item::Reading(draft)];
            site.inbox.readings(0, items).await.unwrap().await.unwrap();
        }
    };
    send(0, 60).await;
    let mut world = World::default();
    let mut feed = site.feed.subscribe(None, None).await.unwrap();
    world.hear_frame(feed.next().await.unwrap());
    for round in 1..4 {
        drop(feed);
        send(60 * round, 60).await;
        feed = site.feed.subscribe(Some(world.seq), None).await.unwrap();
        let first = feed.next().await.unwrap();
        assert!(matches!(first, Frame::Text(_)), "nothing begins anew");
        world.hear_frame(first);
        send(60 * round + 30, 1).await;
        let seq = site.inbox.ask(|f| f.seq()).await.unwrap();
        world.listen(&mut feed, seq).await;
        let (truth, _) = truth(&site).await;
        assert_eq!(world.told(), truth.told());
        assert_eq!(world.values, truth.values);
    }
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transitions_stream_from_any_number_without_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let config = || vec![county("A", 2, 0)];
    let site = start(options(dir.path(), Clock::Feed, config()))
        .await
        .unwrap();
    for n in 0..40 {
        send(
            &site,
            &[reading(n as u32 % 2, n, if n % 4 < 2 { 900 } else { 1100 })],
        )
        .await;
    }
    let whole = transitions(&site).await;
    site.stop().await;
    // After a start the older ones come from history, the newer ones from memory.
    let site = start(options(dir.path(), Clock::Feed, config()))
        .await
        .unwrap();
    let mut stream = site.feed.transitions(Some(3), None).await.unwrap();
    send(&site, &[reading(0, 100, 1300)]).await;
    let mut heard = Vec::new();
    while heard.len() < whole.len() - 2 {
        let text = tokio::time::timeout(Duration::from_secs(20), stream.next()).await;
        let more: Vec<model::view::TransitionView> =
            serde_json::from_slice(&text.unwrap().unwrap()).unwrap();
        heard.extend(more);
    }
    assert_eq!(heard[..whole.len() - 3], whole[3..]);
    assert!(heard.iter().zip(4..).all(|(t, n)| t.seq == n));
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_count_from_the_field_is_told_with_its_command() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = county("A", 1, 0);
    config.templates[0].kind = TemplateKind::Evacuation;
    let site = start(options(dir.path(), Clock::Feed, vec![config]));
    let site = site.await.unwrap();
    send(&site, &[reading(0, 0, 900)]).await;
    assert_eq!(press(&site, issue("c1")).await, Answer::Done);
    let mut feed = site.feed.subscribe(None, None).await.unwrap();
    let row = VillageCount {
        village: "upper".to_owned(),
        to_move: 120,
        moved: 90,
        refused: 0,
        unreachable: 0,
        left: Vec::new(),
    };
    let report = Act {
        op: op("f1"),
        by: "zhang".into(),
        role: Role::Responder,
        device_at: None,
        action: Action::ReportTask(ReportTask {
            task: "c1.zhang".into(),
            kind: FactKind::Working { percent: 60 },
            means: Means::App,
            note: None,
            position: None,
            photos: Vec::new(),
            version: None,
            count: vec![row],
            form: Vec::new(),
            coming: 0,
            shot: None,
        }),
    };
    assert_eq!(press(&site, report).await, Answer::Done);
    let heard = async {
        loop {
            let Frame::Text(text) = feed.next().await.unwrap() else {
                continue;
            };
            let Ok(FeedMessage::Updates { updates, .. }) = serde_json::from_slice(&text) else {
                continue;
            };
            for update in updates {
                if let Change::Command { command } = update.change
                    && let [count] = &command.count[..]
                {
                    return count.moved;
                }
            }
        }
    };
    let moved = tokio::time::timeout(Duration::from_secs(20), heard).await;
    assert_eq!(moved.unwrap(), 90);
    site.stop().await;
}
