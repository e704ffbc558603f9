//! The journal in PostgreSQL; the program, the database and both killed under load: no confirmed
//! reading lost, none doubled, the same end as an undisturbed run on files. Then everything is moved to
//! files and back, hash by hash, and backed up while it runs.
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
    let whole = verified(&data);

    // To files, where the same state stands up again, and back.
    let as_files = moved(&site, &data, "embedded");
    assert_eq!(verified(&data), whole, "the same records as files");
    let as_tables = moved(&site, &data, &address);
    assert_eq!(hash_in(&as_files), hash_in(&as_tables), "one chain");
    assert!(as_tables.contains("; 0 of them were sent"), "{as_tables}");
    moved(&site, &data, "embedded");
    let mut serve = Command::new(program());
    Server::serve_args(&mut serve, &site, &data);
    let told = refused(&mut serve);
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

    // While it runs: a backup is files; of one young part nothing is archived, which is said.
    let copy = dir.path().join("copy");
    good(&["backup", "--data", text(&data), "--to", text(&copy)]);
    verified(&copy);
    let told = good(&["archive", "--data", text(&data)]);
    assert!(told.contains("0 parts"), "{told}");
    assert!(server.stop().success());
    verified(&data);
}

fn store_in(site: &Path, address: &str) {
    let file = std::fs::File::options()
        .append(true)
        .open(site.join("site.toml"));
    write!(file.unwrap(), "\n[store]\npostgres = \"{address}\"\n").unwrap();
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn watchfire(words: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(words);
    command
}

fn told(command: &mut Command) -> (bool, String) {
    let out = command.output().unwrap();
    let text = [out.stdout, out.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    (out.status.success(), text)
}

fn good(words: &[&str]) -> String {
    let (good, told) = told(&mut watchfire(words));
    assert!(good, "watchfire {words:?}: {told}");
    told
}

/// What it says when it does not do it.
fn refused(command: &mut Command) -> String {
    let (good, told) = told(command);
    assert!(!good, "{command:?}: {told}");
    told
}

/// The line that says how many records follow each other.
fn verified(data: &Path) -> String {
    let told = good(&["verify", "--data", text(data)]);
    let line = told.lines().find(|line| line.contains("each following"));
    line.unwrap_or_else(|| panic!("{told}")).to_owned()
}

fn moved(site: &Path, data: &Path, to: &str) -> String {
    let told = good(&[
        "move",
        "--site",
        text(site),
        "--data",
        text(data),
        "--to",
        to,
    ]);
    println!("{told}");
    told
}

/// The chain hash that a move tells.
fn hash_in(told: &str) -> &str {
    let behind = told.split_once("with the hash ").unwrap().1;
    behind.split_once(',').unwrap().0
}
