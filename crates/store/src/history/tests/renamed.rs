//! What happens when a site's files change and its slots mean something else.

use super::*;

fn configured(seq: u64, stations: &[&str], rules: &[&str]) -> HistoryItem {
    let names = |list: &[&str]| {
        list.iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let roster = Roster {
        series: stations
            .iter()
            .map(|station| format!("{station}/rain/1"))
            .collect(),
        rules: names(rules),
        subjects: names(stations),
    };
    let (jurisdiction, roster) = (JurisdictionSlot(0), Arc::new(roster));
    HistoryItem::Configured {
        seq,
        jurisdiction,
        roster,
    }
}

/// A site whose slots change their meaning twice: values say whose they are.
fn changing_site() -> Vec<HistoryItem> {
    let sites: [(&[&str], &[&str]); 3] = [
        (&["A", "B", "C"], &["old", "kept"]),
        (&["C", "N", "A"], &["kept"]),
        (&["B", "C", "N", "A"], &["new", "kept"]),
    ];
    let (mut items, mut seq, mut number) = (Vec::new(), 0, 0);
    for (turn, (stations, rules)) in sites.iter().enumerate() {
        seq += 1;
        items.push(configured(seq, stations, rules));
        for n in 0..30u64 {
            let at = NOON + (turn as i64 * 30 + n as i64) * 3 * 3_600_000;
            let slot = n as usize % stations.len();
            seq += 1;
            let whose = i64::from(stations[slot].as_bytes()[0]);
            items.push(item(seq, at, reading(slot as u32, at, at, whose)));
            if n % 5 == 0 {
                (seq, number) = (seq + 1, number + 1);
                let HistoryItem::Transition(row) = transition(number, seq, at) else {
                    continue;
                };
                let rule = RuleSlot((n % rules.len() as u64) as u16);
                let subject = StationSlot(slot as u32);
                let transition = Transition {
                    rule,
                    subject,
                    level: whose as u8,
                    ..row.transition
                };
                let jurisdiction = JurisdictionSlot(0);
                items.push(HistoryItem::Transition(TransitionRow {
                    jurisdiction,
                    transition,
                    ..row
                }));
            }
        }
    }
    items
}

#[tokio::test]
async fn series_and_transitions_keep_their_names_when_slots_change_their_meaning() {
    let items = changing_site();
    let pushed = items
        .iter()
        .filter(|i| matches!(i, HistoryItem::Observed { .. }))
        .count();
    for crash_at in 0..=items.len() {
        let dir = TempDir::new().unwrap();
        let options = HistoryOptions {
            grace_ms: 0,
            tail: 4,
            ..small()
        };
        let history = open(&dir, options).await;
        feed(&history, &items[..crash_at], 7);
        read_all(&history, 0).await;
        if crash_at % 3 == 0 {
            history.flush().await.unwrap();
        }
        drop(history);
        let history = open(&dir, options).await;
        feed(&history, &items, 11);
        let mut found = 0;
        for (slot, station) in ["B", "C", "N", "A"].iter().enumerate() {
            let samples = read_all(&history, slot as u32).await;
            let whose = i64::from(station.as_bytes()[0]);
            assert!(
                samples.iter().all(|s| s.value == whose),
                "{station}, stopped at {crash_at}"
            );
            found += samples.len();
        }
        assert_eq!(found, pushed);
        let rows = history.named_transitions(0, 100).await.unwrap();
        assert_eq!(rows.len(), 18);
        for (n, named) in rows.iter().enumerate() {
            assert_eq!(named.row.number, n as u64 + 1);
            assert_eq!(named.subject.as_bytes(), [named.row.transition.level]);
            let gone = named.row.transition.rule == RuleSlot(u16::MAX);
            assert_eq!(gone, &*named.rule == "old", "{named:?}");
        }
    }
}

#[tokio::test]
async fn a_course_stays_with_its_series_when_the_slot_gets_another() {
    let items = changing_site();
    let dir = TempDir::new().unwrap();
    let history = open(&dir, small()).await;
    let first_site = items.partition_point(|item| seq_of(item) < 30);
    feed(&history, &items[..first_site], 7);
    let (jurisdiction, slot) = (JurisdictionSlot(0), SeriesSlot(0));
    let to = Time::from_ms(i64::MAX);
    let course = history.course(jurisdiction, slot, Time::MIN, to).await;
    let mut course = course.unwrap();
    let mut seen = course.next_day().await.unwrap().unwrap();
    feed(&history, &items, 11);
    while let Some(day) = course.next_day().await.unwrap() {
        seen.extend(day);
    }
    assert!(seen.len() > 6, "{}", seen.len());
    assert!(seen.iter().all(|s| s.value == i64::from(b'A')), "{seen:?}");
}

#[tokio::test]
async fn what_no_file_names_any_more_is_found_by_its_name() {
    let items = changing_site();
    let dir = TempDir::new().unwrap();
    let history = open(&dir, small()).await;
    // Under the second files, which have no station B.
    let second = items.partition_point(|item| seq_of(item) < 60);
    for (count, written) in [(second, false), (second, true)] {
        feed(&history, &items[..count], 7);
        if written {
            history.flush().await.unwrap();
        }
        let former = |station| history.former(None, station, "rain");
        let gone = former("B").await.unwrap().unwrap();
        assert_eq!(gone.decimals, Decimals(1));
        let to = Time::from_ms(i64::MAX);
        let mut course = history
            .course_of_former(&gone, Time::MIN, to)
            .await
            .unwrap();
        let mut seen = Vec::new();
        while let Some(day) = course.next_day().await.unwrap() {
            seen.extend(day);
        }
        assert_eq!(seen.len(), 10);
        assert!(seen.iter().all(|s| s.value == i64::from(b'B')), "{seen:?}");
        for known in ["A", "never"] {
            assert_eq!(former(known).await.unwrap(), None, "{known}");
        }
        let elsewhere = history.former(Some(JurisdictionSlot(1)), "B", "rain");
        assert_eq!(elsewhere.await.unwrap(), None);
    }
    // It comes back with the third.
    feed(&history, &items, 11);
    assert_eq!(history.former(None, "B", "rain").await.unwrap(), None);
}
