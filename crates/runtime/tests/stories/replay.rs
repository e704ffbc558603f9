//! The past can be seen again: equal to what was seen live, by either of two times, at any speed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::support::*;
use model::config::{Clock, Config, Quantity};
use model::intake::Taken;
use model::replay::{Knowledge, LanesView, Mode, ReplayOrder};
use model::view::{Change, FeedMessage, SnapshotView};
use model::{JurisdictionSlot, SeriesSlot, Time};
use proptest::prelude::*;
use runtime::{Draft, Frame, MOST_REPLAYS, ReplayAsk, ReplayError, ReplaySession, Runtime, start};

const HERE: JurisdictionSlot = JurisdictionSlot(0);

fn ask(at: Time, speed: u16, knowledge: Knowledge) -> ReplayAsk {
    ReplayAsk {
        at,
        speed,
        knowledge,
        only: None,
    }
}

/// One day of six gauges that cross their levels, with presses in between; every fifth view is kept.
async fn live_day(site: &Runtime) -> BTreeMap<u64, (String, String)> {
    let mut seen = BTreeMap::new();
    for n in 0..1_440i64 {
        send(site, &[reading((n % 6) as u32, n, 900 + (n * 53 % 500))]).await;
        if n % 97 == 96 {
            press(site, issue(&format!("op-{n}"))).await;
        }
        if n % 5 == 0 {
            let look = site.inbox.ask(|fleet| {
                let county = fleet.county(HERE, fleet.now()).unwrap();
                let view = serde_json::to_string(&(county, fleet.system(None))).unwrap();
                (fleet.seq(), (view, fleet.hash().hash))
            });
            let (seq, view) = look.await.unwrap();
            seen.insert(seq, view);
        }
    }
    seen
}

fn commanding() -> Vec<Config> {
    vec![county("A", 6, 2 * MINUTE)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_of_the_past_equals_the_one_seen_live() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, commanding()))
        .await
        .unwrap();
    let seen = live_day(&site).await;
    assert!(seen.len() > 280, "{}", seen.len());
    let check = |replays: &runtime::Replays, step: usize| {
        for (seq, (view, hash)) in seen.iter().step_by(step) {
            let fleet = replays.fleet_behind(*seq).unwrap();
            let county = fleet.county(HERE, fleet.now()).unwrap();
            let again = serde_json::to_string(&(county, fleet.system(None))).unwrap();
            assert_eq!(&again, view, "as of record {seq}");
            assert_eq!(&fleet.hash().hash, hash, "as of record {seq}");
        }
    };
    check(&site.replays, 10);
    // From keyframes it is the same, and they are made again when they are lost.
    site.replays.keep_up().unwrap();
    let keyframes = dir.path().join("keyframes");
    let count = || std::fs::read_dir(&keyframes).unwrap().count();
    let made = count();
    assert!((20..=24).contains(&made), "one an hour: {made}");
    check(&site.replays, 1);
    site.stop().await;
    for (n, file) in std::fs::read_dir(&keyframes).unwrap().enumerate() {
        let path = file.unwrap().path();
        if n % 2 == 0 {
            std::fs::remove_file(path).unwrap();
        } else {
            std::fs::write(path, b"damaged").unwrap();
        }
    }
    // A second start meets what is left of them, and goes on from the journal.
    let site = start(options(dir.path(), Clock::Feed, commanding()))
        .await
        .unwrap();
    check(&site.replays, 1);
    // On a slow store some may have been made again by now.
    let damaged = std::fs::read_dir(&keyframes).unwrap().filter(|file| {
        let path = file.as_ref().unwrap().path();
        std::fs::read(path).is_ok_and(|bytes| bytes == b"damaged")
    });
    assert_eq!(damaged.count(), 0, "what is damaged goes once it is met");
    site.replays.keep_up().unwrap();
    assert_eq!(count(), made);
    check(&site.replays, 40);
    site.stop().await;
    let whole = runtime::replay(dir.path(), |_| {}).unwrap();
    assert_eq!((whole.mismatches, whole.differences.len()), (0, 0));
}

/// A reading that was on its way for a while.
#[derive(Clone, Copy, Debug)]
struct Sent {
    gauge: u32,
    observed: i64,
    received: i64,
}

/// A reading of a storm, with when it was entered and what became of it.
type Entered = (Time, Sent, Taken);

/// Two gauges of a river and two of rain.
fn raining() -> Vec<Config> {
    let mut config = county("A", 4, 2 * MINUTE);
    config.quantities.push(Quantity {
        id: "rain_5min".to_owned(),
        unit: "mm".to_owned(),
        ..config.quantities[0].clone()
    });
    config.watches.truncate(2);
    for series in &mut config.series[2..] {
        series.quantity = 1;
    }
    vec![config]
}

fn fallen(sent: &Sent) -> i64 {
    1 + (sent.observed.unsigned_abs() as i64 * 37 + i64::from(sent.gauge)) % 97
}

/// The lanes of a storm from minute -20 on, a minute a bucket, are those of what was entered by then.
fn lanes_are_those_of(lanes: &LanesView, entered: &[&Entered]) {
    let place = |at: Time| (at.since_ms(lanes.from) / MINUTE) as usize;
    let mut rain = vec![0; lanes.rain.len()];
    let mut late = vec![0; lanes.late.len()];
    for (entered, sent, taken) in entered {
        if sent.gauge >= 2 {
            let fell = &mut rain[place(at(sent.observed))];
            *fell = fallen(sent).max(*fell);
        }
        late[place(*entered)] += u32::from(*taken == Taken::Late);
    }
    assert_eq!(lanes.rain, rain);
    assert_eq!(lanes.late, late);
}

fn storm() -> impl Strategy<Value = Vec<Sent>> {
    let one = (0u32..4, 0i64..300, prop_oneof![0i64..5, 20i64..95]);
    proptest::collection::vec(one, 40..160).prop_map(|list| {
        // A station says one thing at one time.
        let unique: BTreeMap<(u32, i64), i64> =
            list.into_iter().map(|(g, o, d)| ((g, o), d)).collect();
        let mut sent: Vec<Sent> = unique
            .into_iter()
            .map(|((gauge, observed), delay)| Sent {
                gauge,
                observed,
                received: observed + delay,
            })
            .collect();
        sent.sort_by_key(|s| (s.received, s.gauge, s.observed));
        sent
    })
}

async fn newest(replays: &runtime::Replays, at: Time, knowledge: Knowledge) -> Vec<Option<Time>> {
    let replays = replays.clone();
    let fleet = tokio::task::spawn_blocking(move || replays.fleet_at(at, knowledge).unwrap());
    let fleet = fleet.await.unwrap();
    (0..4)
        .map(|gauge| fleet.series(HERE, SeriesSlot(gauge), at).unwrap().observed)
        .collect()
}

async fn tells_two_times_apart(sent: Vec<Sent>) {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, raining()))
        .await
        .unwrap();
    // Everybody speaks once before the night, so that the clock goes on from there.
    let first = (0..4).map(|gauge| Sent {
        gauge,
        observed: -10,
        received: -10,
    });
    let mut entered: Vec<Entered> = Vec::new();
    for one in first.chain(sent) {
        let draft = Draft {
            received: Some(at(one.received)),
            ..reading(one.gauge, one.observed, fallen(&one))
        };
        let taken = send(&site, &[draft]).await[0];
        assert!(matches!(taken, Taken::Accepted | Taken::Late), "{one:?}");
        let now = site.inbox.ask(|fleet| fleet.now()).await.unwrap();
        entered.push((now, one, taken));
    }
    site.replays.keep_up().unwrap();
    let lanes = |known| {
        let lanes = site.replays.lanes(at(-20), at(420), 440, None, known);
        lanes.unwrap()
    };
    let all: Vec<_> = entered.iter().collect();
    lanes_are_those_of(&lanes(None), &all);
    for minute in (0..400).step_by(23) {
        let t = at(minute);
        let expected = |knows: &dyn Fn(&Entered) -> bool| -> Vec<Option<Time>> {
            (0..4)
                .map(|gauge| {
                    let of = entered.iter().filter(|e| e.1.gauge == gauge && knows(e));
                    Some(of.map(|(_, s, _)| at(s.observed)).max().unwrap_or(at(-10)))
                })
                .collect()
        };
        let then = newest(&site.replays, t, Knowledge::Then).await;
        assert_eq!(
            then,
            expected(&|(entered, ..)| *entered <= t),
            "then {minute}"
        );
        let now = newest(&site.replays, t, Knowledge::Now).await;
        assert_eq!(
            now,
            expected(&|(_, s, _)| at(s.observed) <= t),
            "now {minute}"
        );
        let known: Vec<_> = entered
            .iter()
            .filter(|(entered, ..)| *entered <= t)
            .collect();
        lanes_are_those_of(&lanes(Some(t)), &known);
    }
    site.stop().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// As known then: nothing that was received later. As known now: everything observed until then.
    #[test]
    fn the_two_times_are_told_apart(sent in storm()) {
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        tokio.block_on(tells_two_times_apart(sent));
    }
}

/// What a screen would show of a replay.
#[derive(Default)]
struct Screen {
    now: Option<Time>,
    ended: bool,
    levels: BTreeMap<String, u8>,
    values: BTreeMap<String, Option<String>>,
}

impl Screen {
    async fn hear(&mut self, session: &mut ReplaySession) -> Option<()> {
        let frame = tokio::time::timeout(Duration::from_secs(20), session.next());
        match frame.await.unwrap()? {
            Frame::Snapshot(snapshot) => self.begin(&snapshot),
            Frame::Text(text) => match serde_json::from_slice(&text).unwrap() {
                FeedMessage::Snapshot(snapshot) => self.begin(&snapshot),
                FeedMessage::Updates { updates, mode } => {
                    assert_eq!(mode, Mode::Replay);
                    for update in updates {
                        if let Change::Alarm { alarm } = update.change {
                            self.levels.insert(alarm.station, alarm.level);
                        }
                    }
                }
                FeedMessage::Values { values, mode, .. } => {
                    assert_eq!(mode, Mode::Replay);
                    self.values
                        .extend(values.into_iter().map(|v| (v.station, v.value)));
                }
                FeedMessage::Beat { clock, mode, .. } => {
                    assert_eq!(mode, Mode::Replay);
                    self.now = Some(clock.now);
                    self.ended = clock.replay.unwrap().ended;
                }
                FeedMessage::Changed(_) => panic!("nobody asked for changes"),
                FeedMessage::Behind => panic!("a replay waits for its client"),
            },
        }
        Some(())
    }

    fn begin(&mut self, snapshot: &SnapshotView) {
        assert_eq!(snapshot.mode, Mode::Replay);
        self.now = Some(snapshot.clock.now);
        self.levels.clear();
        self.values.clear();
        for county in &snapshot.counties {
            let alarms = county.alarms.iter();
            self.levels
                .extend(alarms.map(|a| (a.station.clone(), a.level)));
            for series in county.stations.iter().flat_map(|s| &s.series) {
                self.values
                    .insert(series.now.station.clone(), series.now.value.clone());
            }
        }
    }

    fn standing(&self) -> BTreeMap<&String, u8> {
        let standing = self.levels.iter().filter(|(_, level)| **level > 0);
        standing.map(|(station, level)| (station, *level)).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_speaks_as_the_feed_and_goes_where_it_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, commanding()))
        .await
        .unwrap();
    live_day(&site).await;
    for knowledge in [Knowledge::Then, Knowledge::Now] {
        let mut session = site.replays.begin(ask(at(100), 0, knowledge)).unwrap();
        let mut screen = Screen::default();
        screen.hear(&mut session).await.unwrap();
        assert_eq!(screen.now, Some(at(100)));
        // It goes on at a day in 24 seconds, and ends as the night did.
        assert!(session.order(ReplayOrder::Seek { at: at(1_200) }));
        assert!(session.order(ReplayOrder::Pace { speed: 3_600 }));
        let begun = Instant::now();
        while !screen.ended {
            screen.hear(&mut session).await.unwrap();
        }
        let took = begun.elapsed();
        assert!(
            took > Duration::from_secs(3),
            "240 minutes at 3600: {took:?}"
        );
        let mut live = Screen::default();
        let mut feed = site.feed.subscribe(None, None).await.unwrap();
        if let Some(Frame::Snapshot(mut snapshot)) = feed.next().await {
            snapshot.mode = Mode::Replay;
            live.begin(&snapshot);
        }
        assert!(!live.standing().is_empty());
        assert_eq!(screen.standing(), live.standing());
        assert_eq!(screen.values, live.values);
    }
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_replays_than_may_are_refused_until_one_ends() {
    let dir = tempfile::tempdir().unwrap();
    let site = start(options(dir.path(), Clock::Feed, commanding()))
        .await
        .unwrap();
    send(&site, &[reading(0, 0, 900)]).await;
    let begin = || site.replays.begin(ask(at(0), 60, Knowledge::Then));
    let mut all: Vec<ReplaySession> = (0..MOST_REPLAYS).map(|_| begin().unwrap()).collect();
    assert!(matches!(begin(), Err(ReplayError::TooMany)));
    all.truncate(MOST_REPLAYS - 1);
    let until = Instant::now() + Duration::from_secs(20);
    while begin().is_err() {
        assert!(Instant::now() < until, "the place is free again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    site.stop().await;
}
