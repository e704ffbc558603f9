//! Slows down guessing: failed logins counted by login and address, and by address alone.
//!
//! Bounded: the oldest are forgotten first, and nothing here is written down.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Failures of one login from one address within [`WINDOW`] before it must wait.
const TRIES_PER_LOGIN: u32 = 5;
/// Failures of one address, whatever the login.
const TRIES_PER_ADDRESS: u32 = 50;
/// Failures older than this are forgiven.
const WINDOW: Duration = Duration::from_secs(60);
/// Keys remembered at once.
const KEYS: usize = 4096;

/// Failed logins of the last minute.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    failures: Mutex<HashMap<Key, Failures>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    address: IpAddr,
    login: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: Instant,
    count: u32,
}

impl Throttle {
    /// Seconds this login must wait from this address, if it must.
    pub(crate) fn wait_s(&self, login: &str, address: IpAddr, now: Instant) -> Option<u64> {
        let failures = self.failures.lock().expect("no holder of this lock panics");
        wait_s(&failures, login, address, now)
    }

    /// Counts a try as a failure before it is looked at: whoever makes many at once, or hangs up, has
    /// no more of them. A success is taken back by [`Throttle::succeeded`].
    ///
    /// # Errors
    /// The seconds to wait; nothing was counted then.
    pub(crate) fn begin(&self, login: &str, address: IpAddr, now: Instant) -> Result<(), u64> {
        let mut failures = self.failures.lock().expect("no holder of this lock panics");
        if let Some(wait_s) = wait_s(&failures, login, address, now) {
            return Err(wait_s);
        }
        count(&mut failures, login, address, now);
        Ok(())
    }

    /// Takes back a try that was right: it forgives the login, and is no failure of its address.
    pub(crate) fn succeeded(&self, login: &str, address: IpAddr) {
        let mut failures = self.failures.lock().expect("no holder of this lock panics");
        failures.remove(&Key::login(login, address));
        if let Some(seen) = failures.get_mut(&Key::address(address)) {
            seen.count = seen.count.saturating_sub(1);
        }
    }
}

fn wait_s(
    failures: &HashMap<Key, Failures>,
    login: &str,
    address: IpAddr,
    now: Instant,
) -> Option<u64> {
    let keys = [
        (Key::login(login, address), TRIES_PER_LOGIN),
        (Key::address(address), TRIES_PER_ADDRESS),
    ];
    let waits = keys.into_iter().filter_map(|(key, limit)| {
        let seen = failures.get(&key).filter(|seen| seen.count >= limit)?;
        let left = WINDOW.saturating_sub(now.saturating_duration_since(seen.since));
        (!left.is_zero()).then(|| left.as_secs().max(1))
    });
    waits.max()
}

fn count(failures: &mut HashMap<Key, Failures>, login: &str, address: IpAddr, now: Instant) {
    if failures.len() + 2 > KEYS {
        failures.retain(|_, seen| now.saturating_duration_since(seen.since) < WINDOW);
    }
    if failures.len() + 2 > KEYS {
        failures.clear();
    }
    for key in [Key::login(login, address), Key::address(address)] {
        let fresh = Failures {
            since: now,
            count: 0,
        };
        let seen = failures.entry(key).or_insert(fresh);
        if now.saturating_duration_since(seen.since) >= WINDOW {
            *seen = fresh;
        }
        seen.count += 1;
    }
}

impl Key {
    fn login(login: &str, address: IpAddr) -> Key {
        Key {
            address,
            login: Some(login.to_owned()),
        }
    }

    fn address(address: IpAddr) -> Key {
        Key {
            address,
            login: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_waits_after_five_failures_and_is_forgiven_after_a_minute() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let here: IpAddr = [127, 0, 0, 1].into();
        for _ in 0..TRIES_PER_LOGIN {
            assert_eq!(throttle.begin("officer", here, start), Ok(()));
        }
        assert_eq!(throttle.begin("officer", here, start), Err(60));
        assert_eq!(throttle.wait_s("officer", here, start), Some(60));
        assert_eq!(
            throttle.wait_s("other", here, start),
            None,
            "others are not held up"
        );
        assert_eq!(throttle.wait_s("officer", here, start + WINDOW), None);
    }

    #[test]
    fn an_address_that_tries_many_logins_waits_too() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let here: IpAddr = [127, 0, 0, 1].into();
        for n in 0..TRIES_PER_ADDRESS {
            let began = throttle.begin(&format!("login{n}"), here, start);
            assert_eq!(began, Ok(()), "{n}");
        }
        assert!(throttle.wait_s("never tried", here, start).is_some());
        assert_eq!(
            throttle.wait_s("never tried", [10, 0, 0, 1].into(), start),
            None
        );
    }

    #[test]
    fn success_forgives_the_login_and_is_no_failure_of_its_address() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let here: IpAddr = [127, 0, 0, 1].into();
        for _ in 0..TRIES_PER_LOGIN {
            assert_eq!(throttle.begin("officer", here, start), Ok(()));
        }
        throttle.succeeded("officer", here);
        assert_eq!(throttle.wait_s("officer", here, start), None);
        // A whole town hall behind one address signs in within the minute.
        for n in 0..3 * TRIES_PER_ADDRESS {
            let login = format!("login{n}");
            assert_eq!(throttle.begin(&login, here, start), Ok(()), "{n}");
            throttle.succeeded(&login, here);
        }
    }
}
