//! A database that has nothing of ours yet, and whoever comes first. Without `WATCHFIRE_TEST_POSTGRES`
//! there is nothing to show.

use crate::support::*;
use store::{Link, Store};

/// An empty database of its own, as it was just made. It goes with the server: to drop it would write
/// down everything that the other tests have made.
fn empty_database() -> Option<String> {
    let server = std::env::var("WATCHFIRE_TEST_POSTGRES").ok()?;
    let name = format!("fresh_{}", std::process::id());
    say_to(
        &server,
        &format!("CREATE DATABASE {name} TEMPLATE template0"),
    );
    let (host, _) = server.rsplit_once('/').unwrap();
    Some(format!("{host}/{name}"))
}

#[test]
fn many_may_come_first_at_once() {
    let Some(address) = empty_database() else {
        return;
    };
    std::thread::scope(|scope| {
        for n in 0..8 {
            let address = &address;
            scope.spawn(move || {
                say_to(address, &format!("CREATE SCHEMA site_{n}"));
                let own = format!("{address}?options[search_path]=site_{n},public");
                let dir = tempfile::tempdir().unwrap();
                let store = Store::postgres(dir.path(), Link::new(&own, None).unwrap());
                write(&mut open(&store).unwrap().0, &rows(10 + n), 4);
                assert_eq!(open(&store).unwrap().2, rows(10 + n));
            });
        }
    });
}

#[test]
fn another_sites_tables_behind_ours_are_not_ours() {
    let (dir, _store) = place();
    let Some(address) = address(&dir) else {
        return;
    };
    let (ours, other) = (format!("{}_a", schema(&address)), schema(&address));
    say(&dir, &format!("CREATE SCHEMA {ours}"));
    write(
        &mut open(&Store::of(dir.path()).unwrap()).unwrap().0,
        &rows(5),
        5,
    );
    let path = format!("search_path]={ours},{other},public");
    let both = address.replace(&format!("search_path]={other},public"), &path);
    let store = Store::postgres(dir.path(), Link::new(&both, None).unwrap());
    assert_eq!(open(&store).unwrap().2, []);
    write(&mut open(&store).unwrap().0, &rows(3), 1);
    assert_eq!(open(&store).unwrap().2, rows(3));
    assert_eq!(open(&Store::of(dir.path()).unwrap()).unwrap().2, rows(5));
}

/// The schema that an address chooses.
fn schema(address: &str) -> String {
    let (_, behind) = address.split_once("search_path]=").unwrap();
    behind.split_once(',').unwrap().0.to_owned()
}
