//! The journal in PostgreSQL on two hosts; the first dies under load and the second takes over: the
//! program finds it by the same address, and no confirmed reading is lost, none doubled.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use outside::{
    Database, Publisher, Sent, Server, Standby, Workload, must_hold, play, seed, site_from,
};

#[test]
fn a_standby_takes_over_with_everything_confirmed() {
    let (Some(primary), Some(standby)) = (Database::lent(), Standby::lent()) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let seed = seed();
    let Some(load) = Workload::generate(dir.path(), seed, 2.0, 1, 0.0) else {
        return;
    };
    let (calm_site, site) = (dir.path().join("calm-site"), dir.path().join("site"));
    site_from(&load.folder, &calm_site);
    site_from(&load.folder, &site);
    let address = standby.behind(&primary.schema(&format!("failover_{seed}")));
    let file = std::fs::File::options()
        .append(true)
        .open(site.join("site.toml"));
    write!(file.unwrap(), "\n[store]\npostgres = \"{address}\"\n").unwrap();

    let calm = Server::start(&calm_site, &dir.path().join("calm"));
    assert!(play(&load.folder, &calm.mqtt, &[]).status.success());
    let (want, want_hash) = (calm.transitions(), calm.hash());
    calm.stop();

    let messages = load.messages();
    let half = messages.len() / 2;
    let mut publisher = Publisher::new(messages, 1000);
    let data = dir.path().join("followed");
    let server = Server::start(&site, &data);
    let (reached, died) = (AtomicBool::new(false), AtomicBool::new(false));
    let mut after = 0;
    // The link stays; what is unconfirmed waits until the other server has taken over.
    let sent = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !reached.load(Ordering::Acquire) {
                std::thread::sleep(Duration::from_millis(1));
            }
            primary.kill();
            died.store(true, Ordering::Release);
            standby.promote();
        });
        let sent = publisher.run(&server.mqtt, |confirmed| {
            reached.fetch_or(confirmed >= half, Ordering::AcqRel);
            after += u64::from(died.load(Ordering::Acquire));
            false
        });
        // Had there been no more to send: it is killed all the same.
        reached.store(true, Ordering::Release);
        sent
    });
    println!("{after} confirmed after the primary had died");
    assert!(after > 1000, "it died too late to show anything");
    assert_eq!(sent, Sent::All);
    must_hold(&server, &publisher);
    assert_eq!(server.transitions(), want, "transitions of a run on files");
    assert_eq!(server.hash(), want_hash, "state of a run on files");
    load.check(&server.transitions());
    assert!(server.stop().success());

    // A start finds it too, past the host that is gone.
    let server = Server::start(&site, &data);
    assert_eq!((server.transitions(), server.hash()), (want, want_hash));
    must_hold(&server, &publisher);
    assert!(server.stop().success());
}
