#![allow(clippy::unwrap_used)]
use super::*;

fn siren(acknowledged: bool) -> Filter {
    Filter {
        topic: "down/a/#".to_owned(),
        acknowledged,
    }
}

fn downlink(n: u8, expires_ms: i64) -> Downlink {
    Downlink {
        topic: "down/a/siren".into(),
        body: Bytes::copy_from_slice(&[n]),
        expires_ms,
    }
}

fn ids(due: &[Due]) -> Vec<(u16, bool, u8)> {
    due.iter()
        .map(|d| (d.id.unwrap_or(0), d.again, d.downlink.body[0]))
        .collect()
}

#[test]
fn a_device_that_comes_back_before_it_was_missed_finds_its_session() {
    let sessions = Sessions::new(Box::new(NoStore), 0);
    assert!(!sessions.open("a", 1, false, None, 0).unwrap().present);
    assert!(sessions.open("a", 2, false, None, 0).unwrap().present);
    assert!(!sessions.open("a", 3, true, None, 0).unwrap().present);
}

#[test]
fn one_that_comes_under_ever_new_names_locks_nobody_out() {
    let sessions = Sessions::new(Box::new(NoStore), 0);
    let come = |key: &str, serial: u64, clean: bool| {
        sessions
            .open(key, serial, clean, None, serial as i64)
            .is_some()
    };
    // A siren that is away, with something that waits for it, and one without.
    for (name, serial) in [("owed", 1), ("siren", 2)] {
        assert!(come(name, serial, false));
        assert!(sessions.subscribe(name, &siren(true)));
        sessions.close(name, serial, None, serial as i64);
        if name == "owed" {
            assert_eq!(sessions.send(&downlink(1, i64::MAX), 1), Ok(1));
        }
    }
    let before = MOST_SESSIONS as u64 + 100;
    for serial in 3..before {
        let name = format!("new-{serial}");
        assert!(come(&name, serial, false), "{serial}");
        sessions.close(&name, serial, None, serial as i64);
    }
    assert!(sessions.lock().len() <= MOST_SESSIONS);
    for name in ["owed", "siren"] {
        assert!(sessions.lock().contains_key(name), "{name}");
    }
    // With all of them connected a new one has to wait, but for whoever wants nothing kept.
    let names: Vec<String> = sessions.lock().keys().cloned().collect();
    for (serial, name) in (before..).zip(&names) {
        assert!(come(name, serial, false));
    }
    for serial in 0..ROOM as u64 {
        let _may_have_room = come(&format!("more-{serial}"), 2 * before + serial, false);
    }
    assert!(!come("late", 3 * before, false));
    assert!(come("clean", 3 * before + 1, true));
}

#[test]
fn an_account_has_so_many_sessions_and_takes_none_of_another() {
    let sessions = Sessions::new(Box::new(NoStore), 0);
    let come = |key: &str, serial: u64| {
        assert!(
            sessions.open(key, serial, false, None, 0).is_some(),
            "{key}"
        );
        sessions.close(key, serial, None, serial as i64);
    };
    come(&key(Some("a"), "1"), 1);
    come("plain", 2);
    for serial in 3..MOST_OF_ONE as u64 + 200 {
        come(&key(Some("b"), &serial.to_string()), serial);
    }
    let kept = sessions.lock();
    let of = |account: &str| kept.keys().filter(|key| key.starts_with(account)).count();
    assert!(of("b\0") <= MOST_OF_ONE, "{}", of("b\0"));
    assert_eq!((of("a\0"), of("plain")), (1, 1));
}

#[test]
fn a_session_with_a_long_name_lasts_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let files = || Box::new(SessionFiles::open(folder.path().to_owned()).unwrap());
    let long = key(Some("gate"), &"n".repeat(256));
    let sessions = Sessions::new(files(), 0);
    assert!(sessions.open(&long, 1, false, None, 0).is_some());
    assert!(sessions.subscribe(&long, &siren(true)));
    drop(sessions);
    let sessions = Sessions::new(files(), 0);
    assert!(sessions.open(&long, 2, false, None, 0).unwrap().present);
    sessions.close(&long, 2, Some(0), 0);
    drop(sessions);
    assert!(files().load().unwrap().is_empty());
}

#[test]
fn what_a_client_may_not_hear_any_more_is_taken_out_of_its_session() {
    let sessions = Sessions::new(Box::new(NoStore), 0);
    assert!(sessions.open("a", 1, false, None, 0).is_some());
    assert!(sessions.subscribe("a", &siren(true)));
    assert_eq!(sessions.send(&downlink(1, 1000), 0), Ok(1));
    sessions.narrow("a", |filter| filter.starts_with("down/"));
    assert_eq!(sessions.due("a", 1, 9, 0).len(), 1);
    sessions.narrow("a", |filter| filter.starts_with("down/b/"));
    assert!(sessions.open("a", 2, false, None, 0).unwrap().present);
    assert!(sessions.due("a", 2, 9, 0).is_empty());
    assert!(sessions.send(&downlink(2, 1000), 0).is_err());
}

#[test]
fn unacknowledged_downlinks_come_again_in_order_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let files = || Box::new(SessionFiles::open(folder.path().to_owned()).unwrap());
    let sessions = Sessions::new(files(), 0);
    let first = sessions.open("a", 1, false, None, 0).unwrap();
    assert!(!first.present);
    assert!(sessions.subscribe("a", &siren(true)));
    for n in 1..=3 {
        assert_eq!(sessions.send(&downlink(n, 1000), 0), Ok(1));
    }
    assert_eq!(
        ids(&sessions.due("a", 1, 2, 0)),
        [(1, false, 1), (2, false, 2)]
    );
    sessions.taken("a", 1);
    drop(sessions);

    let sessions = Sessions::new(files(), 0);
    assert_eq!(sessions.send(&downlink(4, 1000), 0), Ok(1));
    assert!(sessions.open("a", 2, false, None, 0).unwrap().present);
    let due = sessions.due("a", 2, 9, 0);
    assert_eq!(ids(&due), [(2, true, 2), (1, false, 3), (3, false, 4)]);
}

#[test]
fn a_session_ends_when_its_time_is_over_and_expired_messages_are_not_sent() {
    let sessions = Sessions::new(Box::new(NoStore), 0);
    let _ = sessions.open("a", 1, false, Some(10), 0).unwrap();
    assert!(sessions.subscribe("a", &siren(true)));
    assert_eq!(sessions.send(&downlink(1, 500), 0), Ok(1));
    assert_eq!(sessions.send(&downlink(2, 5000), 0), Ok(1));
    sessions.close("a", 1, None, 1_000);
    assert!(
        sessions
            .open("a", 2, false, Some(10), 2_000)
            .unwrap()
            .present
    );
    assert_eq!(ids(&sessions.due("a", 2, 9, 2_000)), [(1, false, 2)]);
    sessions.close("a", 2, None, 3_000);
    assert!(
        !sessions
            .open("a", 3, false, Some(10), 20_000)
            .unwrap()
            .present
    );
}

#[test]
fn a_device_that_does_not_acknowledge_is_told_once() {
    let sessions = Sessions::new(Box::new(NoStore), 0);
    let _ = sessions.open("a", 1, true, None, 0).unwrap();
    assert!(sessions.subscribe("a", &siren(false)));
    assert_eq!(sessions.send(&downlink(1, 1000), 0), Ok(1));
    assert_eq!(ids(&sessions.due("a", 1, 9, 0)), [(0, false, 1)]);
    assert!(sessions.due("a", 1, 9, 0).is_empty());
}

#[test]
fn a_full_queue_is_refused_and_a_second_connection_ends_the_first() {
    let sessions = Sessions::new(Box::new(NoStore), 0);
    let first = sessions.open("a", 1, true, None, 0).unwrap();
    assert!(sessions.subscribe("a", &siren(true)));
    for _ in 0..MOST_DOWNLINKS {
        assert_eq!(sessions.send(&downlink(1, 1000), 0), Ok(1));
    }
    assert_eq!(
        sessions.send(&downlink(1, 1000), 0),
        Err(DownlinkRefused::Full)
    );
    let _second = sessions.open("a", 2, true, None, 0).unwrap();
    assert!(first.kick.is_cancelled());
    sessions.close("a", 1, None, 0);
    assert_eq!(
        sessions.send(&downlink(1, 1000), 0),
        Err(DownlinkRefused::NobodyListens)
    );
    assert!(sessions.subscribe("a", &siren(true)));
    assert_eq!(sessions.send(&downlink(1, 1000), 0), Ok(1));
}
