//! Logins follow the files, sessions follow logins.

use crate::support::*;
use store::{Login, SessionRow, Store};

fn login(name: &str, hash: &str) -> Login {
    Login {
        login: name.to_owned(),
        jurisdiction: "330624".to_owned(),
        person: name.to_owned(),
        hash: hash.to_owned(),
    }
}

fn session(n: u8, login: &str, used_s: i64) -> SessionRow {
    SessionRow {
        token: [n; 32],
        login: login.to_owned(),
        used_s,
    }
}

async fn sessions(store: &Store, logins: &[Login], since_s: i64) -> Vec<SessionRow> {
    let (_, mut rows) = store.logins(logins, since_s).await.unwrap();
    rows.sort_by_key(|row| row.token);
    rows
}

#[tokio::test]
async fn sessions_last_until_their_login_changes_or_they_are_ended() {
    let (_dir, store) = place();
    let (one, two) = (login("one", "a"), login("two", "b"));
    let both = [one.clone(), two.clone()];
    let (logins, none) = store.logins(&both, 0).await.unwrap();
    assert_eq!(none, []);
    for row in [
        session(1, "one", 100),
        session(2, "two", 100),
        session(3, "two", 5),
        session(4, "two", 100),
    ] {
        logins.begin(&row).await.unwrap();
    }
    logins.end(&[4; 32]).await.unwrap();
    logins.touch(&[2; 32], 200).await.unwrap();
    drop(logins);
    // The third has not been used for too long.
    let left = sessions(&store, &both, 50).await;
    assert_eq!(left, [session(1, "one", 100), session(2, "two", 200)]);

    let changed = [login("one", "other"), two];
    assert_eq!(
        sessions(&store, &changed, 0).await,
        [session(2, "two", 200)]
    );
    assert_eq!(sessions(&store, &[one], 0).await, []);
}
