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
        [
            (Key::login(login, address), TRIES_PER_LOGIN),
            (Key::address(address), TRIES_PER_ADDRESS),
        ]
        .into_iter()
        .filter_map(|(key, limit)| {
            let seen = failures.get(&key).filter(|seen| seen.count >= limit)?;
            let left = WINDOW.saturating_sub(now.saturating_duration_since(seen.since));
            (!left.is_zero()).then(|| left.as_secs().max(1))
        })
        .max()
    }

    /// Counts one failure.
    pub(crate) fn failed(&self, login: &str, address: IpAddr, now: Instant) {
        let mut failures = self.failures.lock().expect("no holder of this lock panics");
        if failures.len() + 2 > KEYS {
            failures.retain(|_, seen| now.saturating_duration_since(seen.since) < WINDOW);
        }
        if failures.len() + 2 > KEYS {
            failures.clear();
        }
        for key in [Key::login(login, address), Key::address(address)] {
            let seen = failures.entry(key).or_insert(Failures {
                since: now,
                count: 0,
            });
            if now.saturating_duration_since(seen.since) >= WINDOW {
                *seen = Failures {
                    since: now,
                    count: 0,
                };
            }
            seen.count += 1;
        }
    }

    /// Forgives a login that has succeeded.
    pub(crate) fn succeeded(&self, login: &str, address: IpAddr) {
        self.failures
            .lock()
            .expect("no holder of this lock panics")
            .remove(&Key::login(login, address));
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
            assert_eq!(throttle.wait_s("officer", here, start), None);
            throttle.failed("officer", here, start);
        }
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
            throttle.failed(&format!("login{n}"), here, start);
        }
        assert!(throttle.wait_s("never tried", here, start).is_some());
        assert_eq!(
            throttle.wait_s("never tried", [10, 0, 0, 1].into(), start),
            None
        );
    }

    #[test]
    fn success_clears_the_count() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let here: IpAddr = [127, 0, 0, 1].into();
        for _ in 0..TRIES_PER_LOGIN {
            throttle.failed("officer", here, start);
        }
        throttle.succeeded("officer", here);
        assert_eq!(throttle.wait_s("officer", here, start), None);
    }
}
