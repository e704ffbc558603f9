//! Killed at random points under load: no confirmed reading lost, none doubled, the same end.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use outside::{Dice, Publisher, Sent, Server, Workload, count, must_hold, play, seed, site_from};

#[test]
fn killed_at_random_points_nothing_confirmed_is_lost_or_doubled() {
    let dir = tempfile::tempdir().unwrap();
    let seed = seed();
    let kills = count("WATCHFIRE_KILLS", 5);
    let hours = if kills > 10 { 24.0 } else { 3.0 };
    let Some(load) = Workload::generate(dir.path(), seed, hours, 1, 0.0) else {
        return;
    };
    let site = dir.path().join("site");
    site_from(&load.folder, &site);

    let calm = Server::start(&site, &dir.path().join("calm"));
    assert!(play(&load.folder, &calm.mqtt, &[]).status.success());
    let (want, want_hash) = (calm.transitions(), calm.hash());
    calm.stop();

    let data = dir.path().join("killed");
    let messages = load.messages();
    let share = messages.len() as u64 / (kills + 1);
    let mut publisher = Publisher::new(messages, 1000);
    let mut dice = Dice(seed);
    for n in 1..=kills {
        let server = Server::start(&site, &data);
        let stop_after = share / 2 + dice.below(share);
        // The link is alive and the window full when the process dies.
        let sent = publisher.run(&server.mqtt, |confirmed| confirmed as u64 >= stop_after);
        server.kill();
        println!("kill {n}: {} confirmed", publisher.confirmed());
        if sent == Sent::All {
            break;
        }
        let server = Server::start(&site, &data);
        must_hold(&server, &publisher);
        server.kill();
    }
    let server = Server::start(&site, &data);
    assert_eq!(publisher.run(&server.mqtt, |_| false), Sent::All);
    must_hold(&server, &publisher);
    assert_eq!(
        server.transitions(),
        want,
        "transitions of an uninterrupted run"
    );
    assert_eq!(server.hash(), want_hash, "state of an uninterrupted run");
    load.check(&server.transitions());
    assert!(server.stop().success());
}
