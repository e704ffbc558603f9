//! The journal in PostgreSQL; the program, the database and both killed under load: no confirmed
//! reading lost, none doubled, the same end as an undisturbed run on files. Then everything is moved to
//! files and back.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use outside::{
    Database, Dice, Publisher, Sent, Server, Workload, count, must_hold, play, program, seed,
    site_from,
};

/// What is killed in a round.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Program,
    Database,
    Both,
}

#[test]
fn the_program_and_the_database_killed_lose_nothing_confirmed() {
    let Some(database) = Database::lent() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let seed = seed();
    let rounds = count("WATCHFIRE_KILLS", 5).max(3);
    let hours = if rounds > 10 { 24.0 } else { 3.0 };
    let Some(load) = Workload::generate(dir.path(), seed, hours, 1, 0.0) else {
        return;
    };
    let (calm_site, site) = (dir.path().join("calm-site"), dir.path().join("site"));
    site_from(&load.folder, &calm_site);
    site_from(&load.folder, &site);
    let address = database.schema(&format!("kill_{seed}"));
    store_in(&site, &address);

    let calm = Server::start(&calm_site, &dir.path().join("calm"));
    assert!(play(&load.folder, &calm.mqtt, &[]).status.success());
    let (want, want_hash) = (calm.transitions(), calm.hash());
    calm.stop();

    let data = dir.path().join("killed");
    let messages = load.messages();
    let share = messages.len() as u64 / (rounds + 1);
    let mut publisher = Publisher::new(messages, 1000);
    let mut dice = Dice(seed);
    let mut server = Server::start(&site, &data);
    for round in 1..=rounds {
        let victim = [Victim::Database, Victim::Program, Victim::Both][round as usize % 3];
        let stop_after = share / 2 + dice.below(share);
        let cut = AtomicBool::new(false);
        let sent = match victim {
            // The link stays; what is unconfirmed waits until the database is back.
            Victim::Database => std::thread::scope(|scope| {
                scope.spawn(|| {
                    while !cut.load(Ordering::Acquire) {
                        std::thread::sleep(std::time::Duration::from_millis(1));
                    }
                    database.kill();
                    database.start();
                });
                let sent = publisher.run(&server.mqtt, |confirmed| {
                    cut.fetch_or(confirmed as u64 >= stop_after, Ordering::AcqRel);
                    confirmed as u64 >= stop_after + share / 2
                });
                // There were no more to send: it is killed all the same.
                cut.store(true, Ordering::Release);
                sent
            }),
            Victim::Program | Victim::Both => {
                publisher.run(&server.mqtt, |confirmed| confirmed as u64 >= stop_after)
            }
        };
        println!(
            "round {round}, {victim:?}: {} confirmed, {sent:?}",
            publisher.confirmed()
        );
        match victim {
            Victim::Database => {}
            Victim::Program => {
                server.kill();
                server = Server::start(&site, &data);
            }
            Victim::Both => {
                server.die();
                database.kill();
                server.kill();
                database.start();
                server = Server::start(&site, &data);
            }
        }
        must_hold(&server, &publisher);
        if sent == Sent::All {
            break;
        }
    }
    assert_eq!(publisher.run(&server.mqtt, |_| false), Sent::All);
    must_hold(&server, &publisher);
    assert_eq!(server.transitions(), want, "transitions of a run on files");
    assert_eq!(server.hash(), want_hash, "state of a run on files");
    load.check(&server.transitions());
    assert!(server.stop().success());
    verified(&data);

    // To files, where the same state stands up again, and back.
    moved(&site, &data, "embedded");
    let told = refused(&site, &data);
    assert!(told.contains("watchfire move"), "{told}");
    let server = Server::start(&calm_site, &data);
    assert_eq!(
        (server.transitions(), server.hash()),
        (want.clone(), want_hash.clone())
    );
    must_hold(&server, &publisher);
    assert!(server.stop().success());
    moved(&site, &data, &address);
    let server = Server::start(&site, &data);
    assert_eq!((server.transitions(), server.hash()), (want, want_hash));
    assert!(server.stop().success());
    verified(&data);
}

fn store_in(site: &Path, address: &str) {
    let file = std::fs::File::options()
        .append(true)
        .open(site.join("site.toml"));
    write!(file.unwrap(), "\n[store]\npostgres = \"{address}\"\n").unwrap();
}

fn verified(data: &Path) {
    let out = Command::new(program())
        .args(["verify", "--data"])
        .arg(data)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
}

fn moved(site: &Path, data: &Path, to: &str) {
    let mut command = Command::new(program());
    command.arg("move").arg("--site").arg(site);
    command.arg("--data").arg(data).args(["--to", to]);
    let out = command.output().unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    println!("{}", String::from_utf8_lossy(&out.stdout));
}

/// What `serve` says when it does not start.
fn refused(site: &Path, data: &Path) -> String {
    let mut command = Command::new(program());
    Server::serve_args(&mut command, site, data);
    let out = command.output().unwrap();
    assert!(!out.status.success());
    String::from_utf8_lossy(&out.stderr).into_owned()
}
